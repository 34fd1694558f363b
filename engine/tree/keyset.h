/* engine/tree/keyset.h - the keys seen in the objects that are open, to refuse the second of two.
 */
#ifndef AUD_TREE_KEYSET_H
#define AUD_TREE_KEYSET_H

#include "engine/base/memory.h"

/*
 * Holds a keyed 128-bit digest (SipHash) of each key, not its bytes: 24 to 48 bytes a key however
 * long it is, and nobody who writes an input knows the seed, so he can neither slow the table down
 * nor bring about a false match. Objects close in the reverse order of opening, so keys leave in
 * the reverse order of coming, and emptying a slot of the linear probing is enough.
 */
typedef struct aud_keyset_entry {
    uint64_t digest[2];
    uint32_t slot; /* where the table points at it */
} aud_keyset_entry;

typedef struct aud_keyset {
    uint64_t seed[2];
    AUD_VEC(aud_keyset_entry) keys;
    uint32_t *slots; /* position in `keys` plus 1; 0 is free */
    size_t num_slots;
} aud_keyset;

/* Most keys of all open objects together. */
enum { AUD_KEYSET_MAX = 1 << 22 };

void aud_keyset_init(aud_keyset *set);
void aud_keyset_clear(aud_keyset *set);
/*
 * Notes `key` of the object at `depth` (of which one is open at a time).
 * Errors: AUD_E_FORMAT, with the line, if it is there already; AUD_E_LIMIT; AUD_E_NOMEM.
 */
AUD_NODISCARD aud_status aud_keyset_add(aud_keyset *set, unsigned depth, aud_str key, uint32_t line,
                                        aud_error *err);
/* Forgets all but the first `num_keys`: what there was (`keys.len`) when an object opened. */
void aud_keyset_cut(aud_keyset *set, size_t num_keys);

#endif
