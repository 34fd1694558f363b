/* engine/pki/cert_facts.c - the facts of a certificate, each read when it is asked for. */
#include "engine/pki/flaws.h"
#include "engine/pki/pki_internal.h"

#include "engine/base/text.h"

static aud_value digest_value(aud_str bytes, bool sha1, aud_arena *arena)
{
    unsigned char out[32];
    aud_status st = sha1 ? aud_sha1(bytes, out, NULL) : aud_sha256(bytes, out, NULL);

    return st == AUD_OK ? aud_hex_value((aud_str){(const char *)out, sha1 ? 20 : 32}, arena)
                        : aud_unknown();
}

static aud_value serial_value(const aud_cert *cert, aud_arena *arena)
{
    aud_str serial = cert->serial;

    if (serial.len == 0) {
        return aud_unknown();
    }
    if (serial.len > 1 && serial.ptr[0] == 0) {
        serial = aud_str_sub(serial, 1, serial.len);
    }
    return aud_hex_value(serial, arena);
}

static aud_value serial_positive(aud_str serial)
{
    return serial.len == 0
               ? aud_unknown()
               : aud_bool((unsigned char)serial.ptr[0] < 0x80 && aud_der_magnitude(serial).len > 0);
}

static aud_value validity(const aud_cert *cert)
{
    if (!cert->not_before_ok || !cert->not_after_ok) {
        return aud_unknown();
    }
    if (cert->not_after < cert->not_before) {
        return aud_unknown(); /* no length: any number would pass some ceiling */
    }
    return aud_int(cert->not_after - cert->not_before + 1); /* both end points count */
}

static aud_value signature_value(const aud_cert *cert, unsigned field, aud_arena *arena)
{
    const aud_oid_row *row;
    aud_str oid, parameters;
    aud_value dotted;

    if (!aud_algorithm_parts(cert->outer_alg, &oid, &parameters)) {
        return aud_unknown();
    }
    dotted = aud_oid_value(oid, arena);
    if (dotted.presence != AUD_PRESENT || field == AUD_F_certificate_signature_oid) {
        return dotted;
    }
    row = aud_signature_row(dotted.as.string);
    if (field == AUD_F_certificate_signature_algorithm) {
        return row == NULL ? dotted : aud_string(aud_str_of(row->name));
    }
    if (row == NULL) {
        return aud_unknown();
    }
    if (row->other == NULL) {
        return aud_pss_hash(parameters, arena);
    }
    return row->other[0] == '\0' ? aud_absent() : aud_string(aud_str_of(row->other));
}

/* RFC 4055, 3.1: [0] hashAlgorithm DEFAULT sha1. */
aud_value aud_pss_hash(aud_str parameters, aud_arena *arena)
{
    aud_str oid, ignored;
    const aud_oid_row *row;
    aud_value dotted;
    aud_tlv seq, hash;
    aud_der in;

    if (!aud_der_only(parameters, AUD_TAG_SEQUENCE, &seq)) {
        return aud_unknown();
    }
    in = aud_der_of(seq.content);
    if (!aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &hash)) {
        const bool other = in.at < in.end && ((unsigned char)*in.at < AUD_TAG_CONTEXT_CONS + 1 ||
                                              (unsigned char)*in.at > AUD_TAG_CONTEXT_CONS + 3);

        return in.broken || other ? aud_unknown() : aud_string(AUD_LIT("sha1"));
    }
    if (!aud_algorithm_parts(hash.content, &oid, &ignored)) {
        return aud_unknown();
    }
    dotted = aud_oid_value(oid, arena);
    row = dotted.presence == AUD_PRESENT ? aud_hash_row(dotted.as.string) : NULL;
    return row == NULL ? aud_unknown() : aud_string(aud_str_of(row->name));
}

/* RSASSA-PSS with one hash of SHA-2 for all and a salt as long as it (BR 7.1.3.2.1). */
static bool pss_ok(aud_str parameters)
{
    static const struct {
        unsigned char last, salt; /* of the hash's OID; its length */
    } hashes[] = {{1, 32}, {2, 48}, {3, 64}};
    unsigned char want[] = {0x30, 0x34, 0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48,
                            0x01, 0x65, 0x03, 0x04, 0x02, 0,    0x05, 0x00, 0xa1, 0x1c, 0x30,
                            0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
                            0x08, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
                            0x04, 0x02, 0,    0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0};

    for (size_t i = 0; i < AUD_COUNT(hashes); i++) {
        want[16] = want[46] = hashes[i].last;
        want[sizeof want - 1] = hashes[i].salt;
        if (aud_str_eq(parameters, (aud_str){(const char *)want, sizeof want})) {
            return true;
        }
    }
    return false;
}

/* RFC 4055, 5758, 8410, 9881, 9909. */
static aud_value signature_encoding(const aud_cert *cert, aud_arena *arena)
{
    const aud_oid_row *row;
    aud_str oid, parameters;
    aud_value dotted;

    if (!aud_algorithm_parts(cert->outer_alg, &oid, &parameters)) {
        return aud_unknown();
    }
    dotted = aud_oid_value(oid, arena);
    row = dotted.presence == AUD_PRESENT ? aud_signature_row(dotted.as.string) : NULL;
    if (row == NULL) {
        return aud_unknown();
    }
    if (row->other == NULL) {
        return aud_bool(pss_ok(parameters));
    }
    if (aud_str_starts(dotted.as.string, AUD_LIT("1.2.840.113549.1.1."))) {
        return aud_bool(aud_str_eq(parameters, AUD_LIT("\x05\x00")));
    }
    return aud_bool(parameters.len == 0);
}

/* By the canonical form: equal names may be written differently (RFC 5280, 7.1). */
static aud_value self_issued(const aud_cert *cert, aud_arena *arena)
{
    aud_str issuer;
    aud_str subject;

    if (aud_name_empty(cert->subject)) {
        return aud_bool(false);
    }
    if (aud_str_eq(cert->issuer, cert->subject)) {
        return aud_bool(true);
    }
    if (aud_name_canonical(cert->issuer, arena, &issuer, NULL) != AUD_OK ||
        aud_name_canonical(cert->subject, arena, &subject, NULL) != AUD_OK) {
        return aud_unknown();
    }
    return aud_bool(aud_str_eq(issuer, subject));
}

/* A name that memory does not allow to write is unknown, not empty. */
static aud_value name_value(aud_str name, aud_arena *arena)
{
    const aud_str text = aud_name_text(name, arena);

    return text.ptr == NULL ? aud_unknown() : aud_string(text);
}

#define ATTRIBUTE_CN AUD_LIT("\x55\x04\x03")
#define ATTRIBUTE_O AUD_LIT("\x55\x04\x0a")

aud_value aud_cert_get(const void *self, unsigned field, aud_arena *scratch)
{
    const aud_cert *cert = self;

    switch (field) {
    case AUD_F_certificate_sha256:
        return digest_value(cert->der, false, scratch);
    case AUD_F_certificate_sha1:
        return digest_value(cert->der, true, scratch);
    case AUD_F_certificate_version:
        return cert->version == 0 ? aud_unknown() : aud_int(cert->version);
    case AUD_F_certificate_serial:
        return serial_value(cert, scratch);
    case AUD_F_certificate_serial_bytes:
        return aud_int((int64_t)cert->serial.len);
    case AUD_F_certificate_serial_positive:
        return serial_positive(cert->serial);
    case AUD_F_certificate_subject:
        return name_value(cert->subject, scratch);
    case AUD_F_certificate_issuer:
        return name_value(cert->issuer, scratch);
    case AUD_F_certificate_subject_sha256:
        return digest_value(cert->subject, false, scratch);
    case AUD_F_certificate_issuer_sha256:
        return digest_value(cert->issuer, false, scratch);
    case AUD_F_certificate_common_names:
        return aud_name_values(cert->subject, ATTRIBUTE_CN, scratch);
    case AUD_F_certificate_organizations:
        return aud_name_values(cert->subject, ATTRIBUTE_O, scratch);
    case AUD_F_certificate_issuer_common_names:
        return aud_name_values(cert->issuer, ATTRIBUTE_CN, scratch);
    case AUD_F_certificate_issuer_organizations:
        return aud_name_values(cert->issuer, ATTRIBUTE_O, scratch);
    case AUD_F_certificate_not_before:
        return cert->not_before_ok ? aud_time(cert->not_before) : aud_unknown();
    case AUD_F_certificate_not_after:
        return cert->not_after_ok ? aud_time(cert->not_after) : aud_unknown();
    case AUD_F_certificate_validity_seconds:
        return validity(cert);
    case AUD_F_certificate_key:
        return aud_spki_key(cert->spki, scratch);
    case AUD_F_certificate_signature_algorithm:
    case AUD_F_certificate_signature_oid:
    case AUD_F_certificate_signature_hash:
        return signature_value(cert, field, scratch);
    case AUD_F_certificate_signature_matches_inner:
        return aud_bool(aud_str_eq(cert->inner_alg, cert->outer_alg));
    case AUD_F_certificate_signature_encoding_ok:
        return signature_encoding(cert, scratch);
    case AUD_F_certificate_encoding_errors:
        return aud_cert_flaws(cert, scratch);
    case AUD_F_certificate_self_issued:
        return self_issued(cert, scratch);
    default:
        return aud_ext_get(cert, field, scratch);
    }
}
