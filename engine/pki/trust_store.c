/* engine/pki/trust_store.c - certificates out of PEM or DER, for OpenSSL. */
#include "engine/pki/trust_store.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/pki/cert.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <time.h>

enum { CERTIFICATES_MAX = 10000 };

aud_status aud_openssl_fail(aud_error *err, aud_status status, const char *what)
{
    const unsigned long code = ERR_peek_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    const char *data = NULL;
    int flags = 0;

    if (code != 0) {
        (void)ERR_peek_error_all(NULL, NULL, NULL, &data, &flags);
    }
    (void)aud_fail(err, status, "%s%s%s%s%s", what, reason == NULL ? "" : ": ",
                   reason == NULL ? "" : reason,
                   (flags & ERR_TXT_STRING) != 0 && data != NULL && data[0] != '\0' ? ": " : "",
                   (flags & ERR_TXT_STRING) != 0 && data != NULL ? data : "");
    ERR_clear_error();
    return status;
}

void aud_certificates_freep(STACK_OF(X509) * *certificates)
{
    sk_X509_pop_free(*certificates, X509_free);
}

void aud_store_freep(X509_STORE **store)
{
    X509_STORE_free(*store);
}

void aud_bio_freep(BIO **bio)
{
    BIO_free(*bio);
}

aud_status aud_certificates_read(aud_str text, const char *what, STACK_OF(X509) * *out,
                                 aud_error *err)
{
    AUD_CLEANUP(aud_certificates_freep) STACK_OF(X509) *list = sk_X509_new_null();
    AUD_CLEANUP(aud_bio_freep) BIO *bio = NULL;
    X509 *one;

    if (text.len > INT_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "%s is too large", what);
    }
    bio = BIO_new_mem_buf(text.ptr == NULL ? "" : text.ptr, (int)text.len);
    if (list == NULL || bio == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (text.len > 0 && text.ptr[0] == 0x30) {
        const unsigned char *at = (const unsigned char *)text.ptr;

        one = d2i_X509(NULL, &at, (long)text.len);
        if (one != NULL && sk_X509_push(list, one) == 0) {
            X509_free(one);
        }
    } else {
        while (sk_X509_num(list) < CERTIFICATES_MAX &&
               (one = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
            if (sk_X509_push(list, one) == 0) {
                X509_free(one);
                break;
            }
        }
    }
    if (sk_X509_num(list) == 0) {
        return aud_openssl_fail(err, AUD_E_USAGE, what);
    }
    ERR_clear_error(); /* the end of the text is one, for OpenSSL */
    *out = AUD_MOVE(list);
    return AUD_OK;
}

aud_status aud_trust_store(aud_str trust, int64_t at, X509_STORE **out, aud_error *err)
{
    AUD_CLEANUP(aud_certificates_freep) STACK_OF(X509) *list = NULL;
    AUD_CLEANUP(aud_store_freep) X509_STORE *store = X509_STORE_new();
    X509_VERIFY_PARAM *param;

    if (store == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(
        aud_certificates_read(trust, "the trusted certificates hold no certificate", &list, err));
    for (int i = 0; i < sk_X509_num(list); i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(list, i)) != 1) {
            return aud_openssl_fail(err, AUD_E_USAGE, "a trusted certificate cannot be taken");
        }
    }
    param = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_time(param, (time_t)at);
    (void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    (void)X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
    *out = AUD_MOVE(store);
    return AUD_OK;
}

aud_status aud_certificate_words(const X509 *certificate, aud_arena *arena, aud_str *out_subject,
                                 aud_str *out_sha256, aud_error *err)
{
    unsigned char *der = NULL;
    const int len = i2d_X509(certificate, &der);
    unsigned char digest[32];
    aud_cert cert;
    aud_status st;

    if (len <= 0) {
        return aud_openssl_fail(err, AUD_E_FORMAT, "a certificate cannot be written");
    }
    st = aud_cert_read((aud_str){(const char *)der, (size_t)len}, &cert, err);
    if (st == AUD_OK) {
        st = aud_arena_dup(arena, aud_name_text(cert.subject, arena), out_subject, err);
    }
    if (st == AUD_OK) {
        st = aud_sha256(cert.der, digest, err);
    }
    if (st == AUD_OK) {
        st = aud_hex_dup(arena, (aud_str){(const char *)digest, sizeof digest}, out_sha256, err);
    }
    OPENSSL_free(der);
    return st;
}

bool aud_asn1_instant(const ASN1_TIME *time, int64_t *out)
{
    struct tm parts;

    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1) {
        ERR_clear_error();
        return false;
    }
    *out = aud_instant_of(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                          parts.tm_min, parts.tm_sec);
    return true;
}
