/* engine/ingest/inventory_facts.h - what the texts of one record come to. */
#ifndef AUD_INGEST_INVENTORY_FACTS_H
#define AUD_INGEST_INVENTORY_FACTS_H

#include "engine/ingest/inventory.h"

/* What the texts of a record come to. */
typedef struct aud_inv_facts {
    aud_inventory *inv;
    aud_arena *arena;
    aud_str own_id, identity;
    aud_str subject, issuer, serial, sha256, sha1, status, purpose;
    bool active, has_not_before, has_not_after, day_only, has_is_ca, is_ca;
    int64_t not_before, not_after;
    aud_value key;
    size_t num_own; /* of the certificates the first are the record's: leaf and chain */
} aud_inv_facts;

/*
 * Reads everything but the certificates; what cannot be read becomes a problem of its field, told
 * later. Then the identity: empty if nothing identifies the record.
 */
AUD_NODISCARD aud_status aud_inv_facts_read(aud_inv_facts *f, aud_error *err);
/* Certificates into inv->certs; keys and whatever else lies in the texts go straight on. */
AUD_NODISCARD aud_status aud_inv_facts_certificates(aud_inv_facts *f, const aud_sighting *where,
                                                    aud_error *err);
void aud_inv_problem(aud_inv_facts *f, aud_inv_field field, uint32_t line, const char *reason);
/* The field's first value; empty if there is none, or one that is no text. */
aud_str aud_inv_text(aud_inv_facts *f, aud_inv_field field);
/* The parts in one, without the cost of a format. */
AUD_NODISCARD aud_status aud_inv_concat(aud_arena *arena, const aud_str *parts, size_t num_parts,
                                        aud_str *out, aud_error *err);

/* The certificate or the record, with its chain and its problems. */
AUD_NODISCARD aud_status aud_inv_emit(aud_inv_facts *f, aud_seen *seen, aud_error *err);

#endif
