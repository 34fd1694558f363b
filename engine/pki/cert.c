/* engine/pki/cert.c - a certificate delimited (RFC 5280, 4.1). */
#include "engine/pki/pki_internal.h"

static bool read_version(aud_der *tbs, aud_cert *c)
{
    aud_tlv outer, number;
    int64_t value;

    c->version = 1;
    if (!aud_der_take(tbs, AUD_TAG_CONTEXT_CONS, &outer)) {
        return true;
    }
    if (!aud_der_only(outer.content, AUD_TAG_INTEGER, &number)) {
        return false;
    }
    c->version = 0;
    if (aud_der_int(number.content, &value) && value >= 0 && value <= 2) {
        c->version = (uint8_t)(value + 1);
    }
    c->errors |= c->version < 2 ? FLAW_VERSION : 0; /* 1 is the DEFAULT, never written */
    return true;
}

static void read_time(aud_der *in, aud_cert *c, int64_t *out, bool *out_ok)
{
    unsigned form = 0;
    aud_tlv tlv;

    if (!aud_der_next(in, &tlv)) {
        return;
    }
    *out_ok = aud_der_time(&tlv, out, &form);
    c->errors |= !*out_ok ? FLAW_TIME_BROKEN : 0;
    c->errors |= (form & AUD_TIME_FORM) != 0 ? FLAW_TIME_FORM : 0;
    c->errors |= (form & AUD_TIME_TYPE) != 0 ? FLAW_TIME_TYPE : 0;
}

static bool read_validity(aud_str content, aud_cert *c)
{
    aud_der in = aud_der_of(content);

    read_time(&in, c, &c->not_before, &c->not_before_ok);
    read_time(&in, c, &c->not_after, &c->not_after_ok);
    c->errors |= in.departures;
    return aud_der_at_end(&in);
}

static void check_serial(aud_cert *c)
{
    const unsigned char *p = (const unsigned char *)c->serial.ptr;
    size_t len = c->serial.len;
    bool zero = true;

    for (size_t i = 0; i < len; i++) {
        zero = zero && p[i] == 0;
    }
    if (zero || p[0] >= 0x80 || len > 20 + (p[0] == 0) || (len > 1 && p[0] == 0 && p[1] < 0x80)) {
        c->errors |= FLAW_SERIAL;
    }
}

static bool read_tail(aud_der *tbs, aud_cert *c)
{
    aud_tlv tlv, list;

    for (uint8_t id = 1; id <= 2; id++) { /* unique identifiers, primitive or constructed */
        if (aud_der_take(tbs, (uint8_t)(AUD_TAG_CONTEXT + id), &tlv) ||
            aud_der_take(tbs, (uint8_t)(AUD_TAG_CONTEXT_CONS + id), &tlv)) {
            c->errors |= c->version == 1 ? FLAW_VERSION : 0;
        }
    }
    if (aud_der_take(tbs, AUD_TAG_CONTEXT_CONS + 3, &tlv)) {
        if (!aud_der_only(tlv.content, AUD_TAG_SEQUENCE, &list)) {
            return false;
        }
        c->extensions = list.content;
        c->errors |= c->version != 3 ? FLAW_VERSION : 0;
        c->errors |= list.content.len == 0 ? FLAW_EXTENSIONS : 0;
    }
    return aud_der_at_end(tbs);
}

static bool read_tbs(aud_str content, aud_cert *c)
{
    aud_der tbs = aud_der_of(content);
    aud_tlv serial, algorithm, issuer, validity, subject, spki;

    if (!read_version(&tbs, c) || !aud_der_take(&tbs, AUD_TAG_INTEGER, &serial) ||
        !aud_der_take(&tbs, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&tbs, AUD_TAG_SEQUENCE, &issuer) ||
        !aud_der_take(&tbs, AUD_TAG_SEQUENCE, &validity) ||
        !aud_der_take(&tbs, AUD_TAG_SEQUENCE, &subject) ||
        !aud_der_take(&tbs, AUD_TAG_SEQUENCE, &spki) || serial.content.len == 0) {
        return false;
    }
    c->serial = serial.content;
    c->inner_alg = algorithm.whole;
    c->issuer = issuer.whole;
    c->subject = subject.whole;
    c->spki = spki.whole;
    check_serial(c);
    if (!read_validity(validity.content, c) || !read_tail(&tbs, c)) {
        return false;
    }
    c->errors |= tbs.departures;
    return true;
}

aud_status aud_cert_read(aud_str der, aud_cert *out, aud_error *err)
{
    aud_der in = aud_der_of(der), body;
    aud_tlv outer, tbs, algorithm, signature;
    unsigned unused = 0;
    aud_cert c = {0};

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &outer)) {
        return aud_fail(err, AUD_E_FORMAT, "no certificate: the outer SEQUENCE is cut or missing");
    }
    c.der = outer.whole;
    body = aud_der_of(outer.content);
    if (!aud_der_take(&body, AUD_TAG_SEQUENCE, &tbs) ||
        !aud_der_take(&body, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&body, AUD_TAG_BIT_STRING, &signature)) {
        return aud_fail(err, AUD_E_FORMAT, "no certificate: its three parts are not there");
    }
    if (!aud_der_at_end(&body)) {
        return aud_fail(err, AUD_E_FORMAT, "no certificate: something follows its signature");
    }
    c.tbs = tbs.whole;
    c.outer_alg = algorithm.whole;
    c.errors = in.departures | body.departures;
    if (!aud_der_bits(signature.content, &c.signature, &unused) || unused != 0) {
        c.errors |= FLAW_SIGNATURE;
    }
    if (!read_tbs(tbs.content, &c)) {
        return aud_fail(err, AUD_E_FORMAT, "no certificate: its body cannot be delimited");
    }
    c.errors |= aud_str_eq(c.inner_alg, c.outer_alg) ? 0 : FLAW_ALGORITHMS;
    *out = c;
    return AUD_OK;
}

static const char poison_oid[] = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03";
static const char sct_oid[] = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02";

aud_status aud_cert_fold_sha256(const aud_cert *cert, unsigned char out[32], aud_error *err)
{
    AUD_CLEANUP(aud_hash_freep) aud_hash *hash = NULL;
    const char *end = cert->spki.ptr + cert->spki.len;
    aud_der list = aud_der_of(cert->extensions);
    aud_tlv tlv;

    AUD_TRY(aud_hash_new(&hash, err));
    AUD_TRY(aud_hash_add(hash, (aud_str){cert->serial.ptr, (size_t)(end - cert->serial.ptr)}, err));
    while (aud_der_next(&list, &tlv)) {
        aud_der in = aud_der_of(tlv.content);
        aud_tlv oid;

        if (aud_der_take(&in, AUD_TAG_OID, &oid) && (aud_str_eq(oid.content, AUD_LIT(poison_oid)) ||
                                                     aud_str_eq(oid.content, AUD_LIT(sct_oid)))) {
            continue;
        }
        AUD_TRY(aud_hash_add(hash, tlv.whole, err));
    }
    return aud_hash_end(hash, out, err);
}
