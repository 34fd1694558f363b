/* engine/ingest/inventory.h - one record of an inventory, gathered field by field and handed on. */
#ifndef AUD_INGEST_INVENTORY_H
#define AUD_INGEST_INVENTORY_H

#include "engine/ingest/emit.h"

typedef enum aud_inv_field {
    AUD_INV_ID,
    AUD_INV_SUBJECT,
    AUD_INV_NAME,         /* a common name: the subject, where no other is given */
    AUD_INV_SANS,         /* names and addresses, told apart by their looks */
    AUD_INV_DNS_NAMES,    /* names alone: says nothing of addresses */
    AUD_INV_IP_ADDRESSES, /* and the other way round */
    AUD_INV_ISSUER,
    AUD_INV_SERIAL,
    AUD_INV_NOT_BEFORE,
    AUD_INV_NOT_AFTER,
    AUD_INV_KEY_ALGORITHM,
    AUD_INV_KEY_SIZE,
    AUD_INV_KEY_CURVE,
    AUD_INV_SIGNATURE_ALGORITHM,
    AUD_INV_SHA256,
    AUD_INV_SHA1,
    AUD_INV_FINGERPRINT, /* the length tells which */
    AUD_INV_CERTIFICATE,
    AUD_INV_LOCATIONS,
    AUD_INV_OWNERS,
    AUD_INV_RENEWAL_METHOD,
    AUD_INV_ENVIRONMENT,
    AUD_INV_STATUS,
    AUD_INV_IS_CA,
    AUD_INV_PURPOSE,
    AUD_INV_OTHER, /* no field of ours; only its certificate bytes and keys count */
    AUD_INV_NUM_FIELDS
} aud_inv_field;

const char *aud_inv_field_name(aud_inv_field field); /* "not_after" */
/* AUD_INV_OTHER if the name is nobody's. `out_telling` may be NULL. */
aud_inv_field aud_inv_field_find(aud_str name, bool *out_telling);
/* By its own name alone, as in a mapping; false if there is none. */
bool aud_inv_field_exact(aud_str name, aud_inv_field *out);

typedef struct aud_inv_value {
    aud_str text;
    uint32_t line;
    bool bad;                         /* of a type that the field cannot have */
    const char *note;                 /* of an owner: where in the record ("tag Owner"), or NULL */
    const struct aud_inv_value *next; /* of the same field, in order */
} aud_inv_value;

/* A declared key, and what it was declared as: inventories repeat a handful of them. */
enum { AUD_INV_KEYS = 16 };
typedef struct aud_inv_key_cache {
    aud_arena arena;
    struct aud_inv_known_key {
        aud_str algorithm, size, curve;
        aud_value key; /* unknown: no key can be read out of that */
    } items[AUD_INV_KEYS];
    size_t len;
} aud_inv_key_cache;

typedef struct aud_inventory {
    const aud_reading *reading;
    const aud_inv_value *values[AUD_INV_NUM_FIELDS];
    aud_inv_value *last[AUD_INV_NUM_FIELDS];
    bool given[AUD_INV_NUM_FIELDS]; /* as an empty list: known to hold nothing */
    uint32_t line;
    /* What a format knows of the record as a whole; as aud_inventory_begin() leaves them, it is
     * listed, and no history. */
    aud_use use;
    aud_str lineage;
    bool history;
    bool only_certificate; /* without a certificate it is no record; its problems are told */
    uint64_t num_gaps;
    const char *problem[AUD_INV_NUM_FIELDS]; /* why a field's value is none; static */
    uint32_t problem_line[AUD_INV_NUM_FIELDS];
    size_t num_problems;
    /* lists of the record at hand, kept from one to the next for their room */
    AUD_VEC(aud_str) dns_names, ip_addresses, locations, owners;
    AUD_VEC(const char *) owner_notes; /* as many as owners */
    AUD_VEC(aud_str) certs;            /* DER */
    aud_inv_key_cache keys;
} aud_inventory;

void aud_inventory_init(aud_inventory *inv, const aud_reading *reading);
void aud_inventory_clear(aud_inventory *inv);
/* Forgets the last record: resets the reading's arena. */
void aud_inventory_begin(aud_inventory *inv, uint32_t line);
/* Copies the text. Blank texts say nothing; of OTHER fields only what may be a key is kept. */
AUD_NODISCARD aud_status aud_inventory_add(aud_inventory *inv, aud_inv_field field, aud_str text,
                                           uint32_t line, aud_error *err);
/* An owner, and where in the record he stands ("tag Owner"); `note` lives as long as the record. */
AUD_NODISCARD aud_status aud_inventory_add_owner(aud_inventory *inv, aud_str text, const char *note,
                                                 uint32_t line, aud_error *err);
/* A certificate of the record, as DER: the first is its own, the others are its chain. */
AUD_NODISCARD aud_status aud_inventory_add_der(aud_inventory *inv, aud_str der, aud_error *err);
/* The field is there with a value that it cannot have. */
AUD_NODISCARD aud_status aud_inventory_add_bad(aud_inventory *inv, aud_inv_field field,
                                               uint32_t line, aud_error *err);
/* The field is there as a list, be it empty. */
void aud_inventory_given(aud_inventory *inv, aud_inv_field field);
/* Hands the record on: a certificate if it brings one, else a record, or a gap. */
AUD_NODISCARD aud_status aud_inventory_end(aud_inventory *inv, aud_error *err);
/* Something that cannot be read. After a thousand only the number of the rest is told. */
AUD_NODISCARD aud_status aud_inventory_broken(aud_inventory *inv, const aud_sighting *where,
                                              aud_error *err, const char *format, ...)
    AUD_PRINTF(4, 5);
/* Behind the last record: the gaps that were only counted. */
AUD_NODISCARD aud_status aud_inventory_finish(aud_inventory *inv, aud_error *err);

#endif
