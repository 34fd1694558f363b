/* engine/tree/keyset.c - the keys seen in the objects that are open. */
#include "engine/tree/keyset.h"

#include <sys/random.h>

enum { FIRST_SLOTS = 64, KEEP_SLOTS = 1 << 16, SHOWN_KEY = 64 };

void aud_keyset_init(aud_keyset *set)
{
    *set = (aud_keyset){0};
    if (getrandom(set->seed, sizeof set->seed, GRND_NONBLOCK) != (ssize_t)sizeof set->seed) {
        /* no entropy yet (early boot): the place of the stack is better than nothing */
        set->seed[0] = (uint64_t)(uintptr_t)set;
        set->seed[1] = (uint64_t)(uintptr_t)&aud_keyset_init ^ UINT64_C(0x9e3779b97f4a7c15);
    }
}

void aud_keyset_clear(aud_keyset *set)
{
    aud_free(set->keys.items);
    aud_free(set->slots);
    set->keys.items = NULL;
    set->keys.len = set->keys.cap = 0;
    set->slots = NULL;
    set->num_slots = 0;
}

/* --- SipHash-1-3 with 128 bits of output ------------------------------------------------------ */

typedef struct sip {
    uint64_t a, b, c, d;
} sip;

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(sip *s)
{
    s->a += s->b;
    s->c += s->d;
    s->b = rotate(s->b, 13) ^ s->a;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a = rotate(s->a, 32);
    s->c += s->b;
    s->a += s->d;
    s->b = rotate(s->b, 17) ^ s->c;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c = rotate(s->c, 32);
}

static inline void sip_word(sip *s, uint64_t word)
{
    s->d ^= word;
    sip_round(s);
    s->a ^= word;
}

static inline uint64_t sip_finish(sip *s)
{
    sip_round(s);
    sip_round(s);
    sip_round(s);
    return s->a ^ s->b ^ s->c ^ s->d;
}

static void digest(const uint64_t seed[2], unsigned depth, aud_str key, uint64_t out[2])
{
    sip s = {
        seed[0] ^ UINT64_C(0x736f6d6570736575),
        seed[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
        seed[0] ^ UINT64_C(0x6c7967656e657261),
        seed[1] ^ UINT64_C(0x7465646279746573),
    };
    size_t at = 0;
    uint64_t word;

    for (; key.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, key.ptr + at, sizeof word);
        sip_word(&s, word);
    }
    word = 0;
    if (key.len > at) {
        memcpy(&word, key.ptr + at, key.len - at);
    }
    sip_word(&s, word);
    sip_word(&s,
             (uint64_t)key.len << 32 | depth); /* key.len is far below 2^32: the readers' limit */
    s.c ^= 0xee;
    out[0] = sip_finish(&s);
    s.b ^= 0xdd;
    out[1] = sip_finish(&s);
}

/* ---------------------------------------------------------------------------------------------- */

static void place(aud_keyset *set, size_t key)
{
    const size_t mask = set->num_slots - 1;
    size_t slot = (size_t)set->keys.items[key].digest[0] & mask;

    while (set->slots[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    set->slots[slot] = (uint32_t)key + 1;
    set->keys.items[key].slot = (uint32_t)slot;
}

static aud_status grow(aud_keyset *set, aud_error *err)
{
    const size_t want = set->num_slots == 0 ? FIRST_SLOTS : set->num_slots * 2;
    uint32_t *slots = aud_alloc_zero(want, sizeof *slots);

    if (slots == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_free(set->slots);
    set->slots = slots;
    set->num_slots = want;
    for (size_t i = 0; i < set->keys.len; i++) { /* in order of coming, see aud_keyset_cut() */
        place(set, i);
    }
    return AUD_OK;
}

/* Names the key where it cannot spoil a message. */
static aud_status duplicate(aud_str key, uint32_t line, aud_error *err)
{
    bool plain = key.len > 0 && key.len <= SHOWN_KEY;

    for (size_t i = 0; plain && i < key.len; i++) {
        plain = key.ptr[i] >= ' ' && key.ptr[i] <= '~';
    }
    if (plain) {
        (void)aud_fail(err, AUD_E_FORMAT, "duplicate key '%.*s'", AUD_ARG(key));
    } else {
        (void)aud_fail(err, AUD_E_FORMAT, "duplicate key");
    }
    if (err != NULL) {
        err->line = line;
    }
    return AUD_E_FORMAT;
}

aud_status aud_keyset_add(aud_keyset *set, unsigned depth, aud_str key, uint32_t line,
                          aud_error *err)
{
    aud_keyset_entry entry = {0};
    size_t slot;

    if (set->keys.len >= AUD_KEYSET_MAX) {
        (void)aud_fail(err, AUD_E_LIMIT, "more than %d keys in open objects", AUD_KEYSET_MAX);
        if (err != NULL) {
            err->line = line;
        }
        return AUD_E_LIMIT;
    }
    if (set->keys.len >= set->num_slots / 2) {
        AUD_TRY(grow(set, err));
    }
    digest(set->seed, depth, key, entry.digest);
    slot = (size_t)entry.digest[0] & (set->num_slots - 1);
    while (set->slots[slot] != 0) {
        const aud_keyset_entry *seen = &set->keys.items[set->slots[slot] - 1];

        if (seen->digest[0] == entry.digest[0] && seen->digest[1] == entry.digest[1]) {
            return duplicate(key, line, err);
        }
        slot = (slot + 1) & (set->num_slots - 1);
    }
    entry.slot = (uint32_t)slot;
    AUD_TRY(AUD_VEC_PUSH(&set->keys, entry, err));
    set->slots[slot] = (uint32_t)set->keys.len;
    return AUD_OK;
}

void aud_keyset_cut(aud_keyset *set, size_t num_keys)
{
    while (set->keys.len > num_keys) {
        set->slots[set->keys.items[--set->keys.len].slot] = 0;
    }
    if (num_keys == 0 && set->num_slots > KEEP_SLOTS) {
        aud_keyset_clear(set);
    }
}
