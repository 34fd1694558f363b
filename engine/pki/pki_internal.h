/* engine/pki/pki_internal.h - what the files of this room share about certificates. */
#ifndef AUD_PKI_PKI_INTERNAL_H
#define AUD_PKI_PKI_INTERNAL_H

#include "engine/pki/cert.h"
#include "engine/pki/der.h"

/* Departures from DER and RFC 5280; the first three are engine/pki/der.h's. */
enum {
    FLAW_TRAILING = 8,
    FLAW_VERSION = 16,
    FLAW_SERIAL = 32,
    FLAW_TIME_FORM = 64,
    FLAW_TIME_TYPE = 128,
    FLAW_TIME_BROKEN = 256,
    FLAW_ALGORITHMS = 512,
    FLAW_EXTENSIONS = 1024,
    FLAW_DUPLICATE = 2048,
    FLAW_BOOLEAN = 4096,
    FLAW_DEFAULT = 8192,
    FLAW_VALUE = 16384,
    FLAW_SIGNATURE = 32768,
    NUM_FLAWS = 16
};

/* A table row found by a dotted OID. */
typedef struct aud_oid_row {
    const char *oid, *name;
    const char *other; /* a hash, a family ... */
    int bits;
} aud_oid_row;

const aud_oid_row *aud_signature_row(aud_str oid); /* other: the hash, or NULL */
const aud_oid_row *aud_key_row(aud_str oid);       /* other: the family; bits: nominal, or 0 */
const aud_oid_row *aud_curve_row(aud_str oid);     /* bits: of the field */
const aud_oid_row *aud_curve_named(aud_str name);  /* any usual spelling */
const aud_oid_row *aud_hash_row(aud_str oid);
const aud_oid_row *aud_purpose_row(aud_str oid);
const aud_oid_row *aud_attribute_row(aud_str oid);

/* The algorithm of an AlgorithmIdentifier TLV: OID content, parameters TLV (may be empty). */
bool aud_algorithm_parts(aud_str algorithm, aud_str *out_oid, aud_str *out_parameters);
/* Dotted text of OID content in `arena`; unknown if it is none. */
aud_value aud_oid_value(aud_str content, aud_arena *arena);
aud_value aud_hex_value(aud_str bytes, aud_arena *arena);

typedef enum aud_found { AUD_EXT_ABSENT, AUD_EXT_FOUND, AUD_EXT_UNREADABLE } aud_found;
typedef struct aud_ext {
    aud_str oid, value; /* contents */
    bool critical;
} aud_ext;
/* The extension with this OID content; unreadable where the list is broken or holds it twice. */
aud_found aud_ext_find(const aud_cert *cert, aud_str oid, aud_ext *out);
/* Walks all; false at the end, `*broken` if the list cannot be read to it. */
bool aud_ext_next(aud_der *list, aud_ext *out, uint32_t *flaws);

/* Hash of RSASSA-PSS parameters. */
aud_value aud_pss_hash(aud_str parameters, aud_arena *arena);

/* The getter of all fields that extensions tell. */
aud_value aud_ext_get(const aud_cert *cert, unsigned field, aud_arena *arena);
uint32_t aud_ext_flaws(const aud_cert *cert);

/* A directory string's content as UTF-8 in `arena`; false if it is no string. */
bool aud_string_utf8(const aud_tlv *tlv, aud_arena *arena, aud_str *out);
/* Every value of one attribute type ("2.5.4.3") of a Name. */
aud_value aud_name_values(aud_str name, aud_str attribute, aud_arena *arena);

#endif
