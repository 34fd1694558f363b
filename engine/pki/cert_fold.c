/* engine/pki/cert_fold.c - what a precertificate and its certificate have in common. */
#include "engine/pki/flaws.h"
#include "engine/pki/pki_internal.h"

#define OID_POISON AUD_LIT("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03")
#define OID_SCTS AUD_LIT("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02")

static aud_status add_header(aud_hash *hash, uint8_t tag, size_t len, aud_error *err)
{
    char header[2 + sizeof len];
    size_t at = 0;
    unsigned num_bytes = 0;

    header[at++] = (char)tag;
    if (len < 0x80) {
        header[at++] = (char)len;
        return aud_hash_add(hash, (aud_str){header, at}, err);
    }
    for (size_t rest = len; rest != 0; rest >>= 8) {
        num_bytes++;
    }
    header[at++] = (char)(0x80 | num_bytes);
    for (; num_bytes > 0; num_bytes--) {
        header[at++] = (char)(len >> 8 * (num_bytes - 1) & 0xff);
    }
    return aud_hash_add(hash, (aud_str){header, at}, err);
}

static size_t header_size(size_t len)
{
    size_t size = 2;

    for (size_t rest = len; len >= 0x80 && rest != 0; rest >>= 8) {
        size++;
    }
    return size;
}

static bool is_of_ct(const aud_ext *ext)
{
    return aud_str_eq(ext->oid, OID_POISON) || aud_str_eq(ext->oid, OID_SCTS);
}

/* Bytes of the extensions that stay; false if the list cannot be read to its end. */
static bool kept_bytes(const aud_cert *cert, size_t *out)
{
    aud_der list = aud_der_of(cert->extensions);
    aud_ext ext;

    *out = 0;
    for (const char *begin = list.at; aud_ext_next(&list, &ext); begin = list.at) {
        *out += is_of_ct(&ext) ? 0 : (size_t)(list.at - begin);
    }
    return aud_der_at_end(&list) &&
           (cert->errors & (AUD_FLAW_BIT(EXTENSIONS_FORM) | AUD_FLAW_BIT(TBS_TRAILING))) == 0;
}

/* The tbsCertificate's content in front of its extensions. */
static bool front_of(const aud_cert *cert, aud_str *out)
{
    aud_tlv tbs;
    aud_tlv tlv;
    aud_der in;

    if (!aud_der_only(cert->tbs, AUD_TAG_SEQUENCE, &tbs)) {
        return false;
    }
    in = aud_der_of(tbs.content);
    *out = tbs.content;
    for (const char *begin = in.at; aud_der_next(&in, &tlv); begin = in.at) {
        if (tlv.tag == AUD_TAG_CONTEXT_CONS + 3) {
            out->len = (size_t)(begin - tbs.content.ptr);
            return true;
        }
    }
    return aud_der_at_end(&in);
}

/*
 * The tbsCertificate is written again without the two extensions, all lengths set right: two
 * certificates fold together only if these bytes, all of them, are equal (RFC 6962, 3.2).
 */
aud_status aud_cert_fold_sha256(const aud_cert *cert, unsigned char out[32], aud_error *err)
{
    AUD_CLEANUP(aud_hash_freep) aud_hash *hash = NULL;
    aud_der list = aud_der_of(cert->extensions);
    aud_str front = {NULL, 0};
    size_t kept = 0;
    size_t inner = 0;
    size_t outer = 0;
    aud_ext ext;

    if (!front_of(cert, &front) || !kept_bytes(cert, &kept)) {
        return aud_fail(err, AUD_E_FORMAT, "cannot read the extensions of a certificate");
    }
    inner = header_size(kept) + kept;
    outer = kept == 0 ? 0 : header_size(inner) + inner;
    AUD_TRY(aud_hash_new(&hash, err));
    AUD_TRY(add_header(hash, AUD_TAG_SEQUENCE, front.len + outer, err));
    AUD_TRY(aud_hash_add(hash, front, err));
    if (kept > 0) {
        AUD_TRY(add_header(hash, AUD_TAG_CONTEXT_CONS + 3, inner, err));
        AUD_TRY(add_header(hash, AUD_TAG_SEQUENCE, kept, err));
    }
    for (const char *begin = list.at; aud_ext_next(&list, &ext); begin = list.at) {
        if (!is_of_ct(&ext)) {
            AUD_TRY(aud_hash_add(hash, (aud_str){begin, (size_t)(list.at - begin)}, err));
        }
    }
    return aud_hash_end(hash, out, err);
}
