/* engine/pki/cert.c - delimits a certificate: the skeleton from which facts are read. */
#include "engine/pki/cert.h"
#include "engine/pki/der.h"
#include "engine/pki/flaws.h"

_Static_assert(AUD_FLAW_ALGORITHMS_DIFFER < 32, "the flaws of the skeleton fit aud_cert.errors");
_Static_assert(AUD_FLAW_BIT(LONG_LENGTH) == AUD_DER_LONG_LENGTH &&
                   AUD_FLAW_BIT(INDEFINITE) == AUD_DER_INDEFINITE &&
                   AUD_FLAW_BIT(LONG_TAG) == AUD_DER_LONG_TAG,
               "what delimiting meets has the same bits in both lists");

static void note(aud_cert *cert, uint64_t bit)
{
    cert->errors |= (uint32_t)bit;
}

/* version [0] EXPLICIT INTEGER DEFAULT v1. */
static void read_version(aud_cert *cert, aud_der *tbs)
{
    aud_tlv explicit_tag;
    aud_tlv number;
    int64_t value = -1;

    cert->version = 1;
    if (!aud_der_take(tbs, AUD_TAG_CONTEXT_CONS, &explicit_tag)) {
        return;
    }
    if (!aud_der_only(explicit_tag.content, AUD_TAG_INTEGER, &number) ||
        !aud_der_int(number.content, &value) || value < 0 || value > 2) {
        cert->version = 0;
        note(cert, AUD_FLAW_BIT(VERSION));
        return;
    }
    cert->version = (uint8_t)(value + 1);
    if (value == 0) {
        note(cert, AUD_FLAW_BIT(VERSION_DEFAULT));
    }
}

static void judge_serial(aud_cert *cert)
{
    const unsigned char *p = (const unsigned char *)cert->serial.ptr;
    const size_t len = cert->serial.len;

    if (len == 0) {
        note(cert, AUD_FLAW_BIT(SERIAL_EMPTY));
        return;
    }
    if (len > 1 && ((p[0] == 0x00 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80))) {
        note(cert, AUD_FLAW_BIT(SERIAL_PADDED));
    }
    if (p[0] >= 0x80) {
        note(cert, AUD_FLAW_BIT(SERIAL_NEGATIVE));
    } else if (aud_der_magnitude(cert->serial).len == 0) {
        note(cert, AUD_FLAW_BIT(SERIAL_ZERO));
    }
    if (len > 20) {
        note(cert, AUD_FLAW_BIT(SERIAL_LONG));
    }
}

/* One of the two times; what stands in its place may be anything, and is then no time. */
static bool read_time(aud_cert *cert, aud_der *validity, int64_t *out)
{
    aud_tlv tlv;
    unsigned form = 0;

    if (!aud_der_next(validity, &tlv) || !aud_der_time(&tlv, out, &form)) {
        return false;
    }
    if ((form & AUD_TIME_FORM) != 0) {
        note(cert, AUD_FLAW_BIT(TIME_FORM));
    }
    if ((form & AUD_TIME_TYPE) != 0) {
        note(cert, AUD_FLAW_BIT(TIME_TYPE));
    }
    return true;
}

static void read_validity(aud_cert *cert, aud_str content)
{
    aud_der validity = aud_der_of(content);

    cert->not_before_ok = read_time(cert, &validity, &cert->not_before);
    cert->not_after_ok = read_time(cert, &validity, &cert->not_after);
    if (!cert->not_before_ok) {
        note(cert, AUD_FLAW_BIT(NOT_BEFORE_UNREADABLE));
    }
    if (!cert->not_after_ok) {
        note(cert, AUD_FLAW_BIT(NOT_AFTER_UNREADABLE));
    }
    if (cert->not_before_ok && cert->not_after_ok && cert->not_after < cert->not_before) {
        note(cert, AUD_FLAW_BIT(TIME_ORDER));
    }
    if (!aud_der_at_end(&validity)) {
        note(cert, AUD_FLAW_BIT(VALIDITY_TRAILING));
    }
    note(cert, validity.departures);
}

/* issuerUniqueID [1], subjectUniqueID [2], extensions [3] EXPLICIT, all OPTIONAL, in this order. */
static void read_tail(aud_cert *cert, aud_der *tbs)
{
    aud_tlv tlv;
    aud_tlv list;
    bool unique_ids = aud_der_take(tbs, AUD_TAG_CONTEXT + 1, &tlv);

    unique_ids = aud_der_take(tbs, AUD_TAG_CONTEXT + 2, &tlv) || unique_ids;
    if (unique_ids && cert->version == 1) {
        note(cert, AUD_FLAW_BIT(UNIQUE_ID_VERSION));
    }
    if (aud_der_take(tbs, AUD_TAG_CONTEXT_CONS + 3, &tlv)) {
        if (cert->version != 3) {
            note(cert, AUD_FLAW_BIT(EXTENSIONS_VERSION));
        }
        if (aud_der_only(tlv.content, AUD_TAG_SEQUENCE, &list)) {
            cert->extensions = list.content;
            if (list.content.len == 0) {
                note(cert, AUD_FLAW_BIT(EXTENSIONS_EMPTY));
            }
        } else {
            note(cert, AUD_FLAW_BIT(EXTENSIONS_FORM));
        }
    }
    if (!aud_der_at_end(tbs)) {
        note(cert, AUD_FLAW_BIT(TBS_TRAILING));
    }
}

static aud_status no_certificate(aud_error *err, const char *part)
{
    return aud_fail(err, AUD_E_FORMAT, "cannot delimit '%s'", part);
}

static aud_status read_tbs(aud_cert *cert, aud_str content, aud_error *err)
{
    aud_der tbs = aud_der_of(content);
    aud_tlv tlv;

    read_version(cert, &tbs);
    if (!aud_der_take(&tbs, AUD_TAG_INTEGER, &tlv)) {
        return no_certificate(err, "serialNumber");
    }
    cert->serial = tlv.content;
    judge_serial(cert);
    if (!aud_der_take(&tbs, AUD_TAG_SEQUENCE, &tlv)) {
        return no_certificate(err, "signature");
    }
    cert->inner_alg = tlv.whole;
    if (!aud_der_take(&tbs, AUD_TAG_SEQUENCE, &tlv)) {
        return no_certificate(err, "issuer");
    }
    cert->issuer = tlv.whole;
    if (!aud_der_take(&tbs, AUD_TAG_SEQUENCE, &tlv)) {
        return no_certificate(err, "validity");
    }
    read_validity(cert, tlv.content);
    if (!aud_der_take(&tbs, AUD_TAG_SEQUENCE, &tlv)) {
        return no_certificate(err, "subject");
    }
    cert->subject = tlv.whole;
    if (!aud_der_take(&tbs, AUD_TAG_SEQUENCE, &tlv)) {
        return no_certificate(err, "subjectPublicKeyInfo");
    }
    cert->spki = tlv.whole;
    read_tail(cert, &tbs);
    note(cert, tbs.departures);
    return AUD_OK;
}

aud_status aud_cert_read(aud_str der, aud_cert *out, aud_error *err)
{
    aud_cert cert = {0};
    aud_der file = aud_der_of(der);
    aud_der parts;
    aud_tlv outer;
    aud_tlv tlv;
    unsigned unused = 0;

    if (!aud_der_take(&file, AUD_TAG_SEQUENCE, &outer)) {
        return no_certificate(err, "Certificate");
    }
    cert.der = outer.whole;
    parts = aud_der_of(outer.content);
    if (!aud_der_take(&parts, AUD_TAG_SEQUENCE, &tlv)) {
        return no_certificate(err, "tbsCertificate");
    }
    cert.tbs = tlv.whole;
    AUD_TRY(read_tbs(&cert, tlv.content, err));
    if (!aud_der_take(&parts, AUD_TAG_SEQUENCE, &tlv)) {
        return no_certificate(err, "signatureAlgorithm");
    }
    cert.outer_alg = tlv.whole;
    if (!aud_der_take(&parts, AUD_TAG_BIT_STRING, &tlv) ||
        !aud_der_bits(tlv.content, &cert.signature, &unused)) {
        return no_certificate(err, "signatureValue");
    }
    if (unused != 0) {
        note(&cert, AUD_FLAW_BIT(SIGNATURE_BITS));
    }
    if (!aud_der_at_end(&parts)) {
        note(&cert, AUD_FLAW_BIT(OUTER_TRAILING));
    }
    if (!aud_str_eq(cert.inner_alg, cert.outer_alg)) {
        note(&cert, AUD_FLAW_BIT(ALGORITHMS_DIFFER));
    }
    note(&cert, file.departures | parts.departures);
    *out = cert;
    return AUD_OK;
}
