/* tests/pki/pki_made.h - keys, certificates and lists made by OpenSSL, and what readers found. */
#ifndef AUD_TESTS_PKI_MADE_H
#define AUD_TESTS_PKI_MADE_H

#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "engine/pki/containers.h"
#include "tests/support/support.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdio.h>

/* --- what was found --------------------------------------------------------------------------- */

typedef struct found_item {
    aud_pki_item item; /* its views are into the arena */
} found_item;

typedef struct found {
    found_item items[128];
    size_t num;
    aud_arena arena;
} found;

static inline aud_str keep(found *f, aud_str s)
{
    aud_str copy = {NULL, 0};

    assert_int_equal(aud_arena_dup(&f->arena, s, &copy, NULL), AUD_OK);
    copy.len = s.len;
    return copy;
}

static inline aud_status take_found(void *ctx, const aud_pki_item *item, aud_error *err)
{
    found *f = ctx;
    aud_pki_item copy = *item;

    AUD_UNUSED(err);
    assert_int_equal(item->member, f->num);
    assert_true(f->num < AUD_COUNT(f->items));
    assert_true(item->begin <= item->end);
    copy.der = keep(f, item->der);
    copy.alias = keep(f, item->alias);
    copy.spki = keep(f, item->spki);
    copy.message = keep(f, item->message);
    f->items[f->num++].item = copy;
    return AUD_OK;
}

static inline void found_clear(found *f)
{
    aud_arena_clear(&f->arena);
    f->num = 0;
}

static const aud_str two_passwords[] = {AUD_LIT_INIT("changeit"), AUD_LIT_INIT("geheim")};

/* Forgets what was found before. */
static inline void scan_pem(aud_str text, found *f)
{
    const aud_passwords given = {two_passwords, AUD_COUNT(two_passwords)};
    const aud_pki_sink sink = {f, take_found};

    found_clear(f);
    aud_arena_init(&f->arena, AUD_ARENA_NO_MAX);
    assert_int_equal(aud_pem_scan(text, 1, &given, &sink, NULL), AUD_OK);
}

static inline void read_binary(aud_str bytes, found *f)
{
    const aud_passwords given = {two_passwords, AUD_COUNT(two_passwords)};
    const aud_pki_sink sink = {f, take_found};

    found_clear(f);
    aud_arena_init(&f->arena, AUD_ARENA_NO_MAX);
    assert_int_equal(aud_binary_read(bytes, &given, &sink, NULL), AUD_OK);
}

static inline size_t count_kind(const found *f, aud_item_kind kind)
{
    size_t num = 0;

    for (size_t i = 0; i < f->num; i++) {
        num += f->items[i].item.kind == kind;
    }
    return num;
}

/* --- what was made ---------------------------------------------------------------------------- */

/* An i2d function's result, which the caller frees with OPENSSL_free. */
static inline aud_str made(unsigned char *der, int len)
{
    assert_true(len > 0);
    return (aud_str){(const char *)der, (size_t)len};
}

static inline void made_free(aud_str s)
{
    union {
        const char *from;
        void *to;
    } bytes = {s.ptr};

    OPENSSL_free(bytes.to);
}

static inline aud_str cert_der(X509 *x)
{
    unsigned char *der = NULL;
    const int len = i2d_X509(x, &der);

    return made(der, len);
}

static inline aud_str spki_der(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    const int len = i2d_PUBKEY(key, &der);

    return made(der, len);
}

/* The bytes that a memory BIO holds, which it frees. */
static inline aud_str bio_text(BIO *bio)
{
    char *data = NULL;
    const long len = BIO_get_mem_data(bio, &data);
    unsigned char *copy;

    assert_true(len > 0);
    copy = OPENSSL_malloc((size_t)len + 1);
    assert_non_null(copy);
    memcpy(copy, data, (size_t)len);
    copy[len] = '\0';
    BIO_free(bio);
    return (aud_str){(const char *)copy, (size_t)len};
}

static inline aud_str cert_pem(X509 *x)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_X509(bio, x), 1);
    return bio_text(bio);
}

/* Named "CN=subject", signed by `ca_key` for "CN=issuer". */
static inline X509 *make_cert(const char *subject, const char *issuer, EVP_PKEY *key,
                              EVP_PKEY *ca_key)
{
    X509 *x = X509_new();

    assert_non_null(x);
    (void)X509_set_version(x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
    (void)ASN1_TIME_set(X509_getm_notBefore(x), AUD_TEST_NOW);
    (void)ASN1_TIME_set(X509_getm_notAfter(x), AUD_TEST_NOW + 86400);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                     (const unsigned char *)subject, -1, -1, 0);
    (void)X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_UTF8,
                                     (const unsigned char *)issuer, -1, -1, 0);
    (void)X509_set_pubkey(x, key);
    assert_true(X509_sign(x, ca_key, EVP_sha256()) > 0);
    return x;
}

#endif
