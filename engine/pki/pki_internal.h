/* engine/pki/pki_internal.h - what the files of this room share about certificates. */
#ifndef AUD_PKI_PKI_INTERNAL_H
#define AUD_PKI_PKI_INTERNAL_H

#include "engine/pki/cert.h"
#include "engine/pki/der.h"

/* A table row found by a dotted OID. */
typedef struct aud_oid_row {
    const char *oid, *name;
    const char *other; /* a hash, a family ... */
    int bits;
} aud_oid_row;

const aud_oid_row *aud_signature_row(aud_str oid); /* other: the hash, or NULL */
const aud_oid_row *aud_key_row(aud_str oid);       /* other: the family; bits: nominal, or 0 */
const aud_oid_row *aud_key_named(aud_str name);    /* by our name of it, or its OID */
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
    bool spelled; /* the criticality is written out, though it is the default */
} aud_ext;
/* The extension with this OID content; unreadable where the list is broken or holds it twice. */
aud_found aud_ext_find(const aud_cert *cert, aud_str oid, aud_ext *out);
/* Walks all; false at the end, and `list` is broken if it cannot be read to it. */
bool aud_ext_next(aud_der *list, aud_ext *out);

/* Hash of RSASSA-PSS parameters. */
aud_value aud_pss_hash(aud_str parameters, aud_arena *arena);

/* Of an aud_spki_key() object: the bits hold what the algorithm puts there (RSA: two numbers). */
bool aud_key_well_formed(const aud_object *key);
/* NIST SP 800-57pt1r5, table 2; absent where it has no row, unknown for bits <= 0. */
aud_value aud_key_strength(const char *family, const char *algorithm, int64_t bits);

/* The getter of all fields that extensions tell. */
aud_value aud_ext_get(const aud_cert *cert, unsigned field, aud_arena *arena);

/* The content of a RelativeDistinguishedName: attributes with one value each. */
bool aud_rdn_ok(aud_str content);
/* The Name has no parts at all. */
bool aud_name_empty(aud_str name);
enum {
    AUD_MEMBERS_MAX = 10000, /* of a list in an extension; a longer one is unknown */
    AUD_OTHER_NAMES = 99,
};
/*
 * Entries [number] of a GeneralNames' content as text, or the names of the kinds that have none
 * (AUD_OTHER_NAMES). Unknown if any member, of whatever kind, cannot be read.
 */
aud_value aud_general_names(aud_str content, unsigned number, aud_arena *arena);
bool aud_general_name_ok(const aud_tlv *name);
bool aud_general_names_ok(aud_str content);

/* A directory string's content as UTF-8 in `arena`; false if it is no string. */
bool aud_string_utf8(const aud_tlv *tlv, aud_arena *arena, aud_str *out);
/* Every value of one attribute type ("2.5.4.3") of a Name. */
aud_value aud_name_values(aud_str name, aud_str attribute, aud_arena *arena);

#endif
