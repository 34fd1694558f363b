/* engine/pki/pkcs12.c - PKCS #12 (RFC 7292) by OpenSSL, with its work bounded. */
#include "engine/pki/container_parts.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdlib.h>

enum { MAX_BYTES = 64 << 20, MAX_ITERATIONS = 1000000, MAX_NESTING = 4, MAX_BAGS = 100000 };

static pthread_once_t once = PTHREAD_ONCE_INIT;

static OSSL_PROVIDER *legacy; /* written once */

static void stop(void)
{
    (void)OSSL_PROVIDER_unload(legacy);
}

/* Older stores are closed by RC2, which lies in a provider of its own; without it they stay so. */
static void start(void)
{
    legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    ERR_clear_error();
    if (legacy != NULL) {
        (void)atexit(stop);
    }
}

typedef struct store {
    aud_unpack *u;
    unsigned chain;
    unsigned bags;
    bool has_key, closed, costly;
} store;

/* Every INTEGER in the parameters of an encryption is small but for the iteration count. */
static bool is_costly(const X509_ALGOR *algorithm)
{
    unsigned char *der = NULL;
    int len = i2d_X509_ALGOR(algorithm, &der);
    bool costly = len <= 0;
    aud_str stack[16];
    size_t depth = 0;

    if (len > 0) {
        stack[depth++] = (aud_str){(const char *)der, (size_t)len};
    }
    while (depth > 0 && !costly) {
        aud_der in = aud_der_of(stack[--depth]);
        aud_tlv tlv;
        int64_t number;

        while (aud_der_next(&in, &tlv)) {
            if (tlv.tag == AUD_TAG_INTEGER) {
                costly = costly || !aud_der_int(tlv.content, &number) || number > MAX_ITERATIONS;
            } else if ((tlv.tag & AUD_TAG_CONSTRUCTED) != 0) {
                if (depth == AUD_COUNT(stack)) {
                    costly = true;
                    break;
                }
                stack[depth++] = tlv.content;
            }
        }
    }
    OPENSSL_free(der);
    return costly;
}

static aud_status take_cert(store *s, PKCS12_SAFEBAG *bag, aud_error *err)
{
    X509 *x = PKCS12_SAFEBAG_get1_cert(bag);
    char *name = PKCS12_get_friendlyname(bag);
    unsigned char *der = NULL;
    int len = x == NULL ? -1 : i2d_X509(x, &der);
    bool has_key = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID) != NULL;
    aud_pki_item item = {.format = "pkcs12", .in_store = true, .alias = aud_str_of(name)};
    aud_status st;

    ERR_clear_error();
    if (len <= 0) {
        st = aud_unpack_broken(s->u, "pkcs12", "a certificate in it cannot be read", err);
    } else {
        item.der = (aud_str){(const char *)der, (size_t)len};
        item.chain_position = has_key ? 0 : ++s->chain;
        item.trust_anchor =
            PKCS12_SAFEBAG_get0_attr(bag, OBJ_txt2nid("2.16.840.1.113894.746875.1.1")) != NULL;
        st = aud_unpack_cert(s->u, &item, err);
    }
    OPENSSL_free(der);
    OPENSSL_free(name);
    X509_free(x);
    return st;
}

static aud_status take_key(store *s, PKCS12_SAFEBAG *bag, aud_error *err)
{
    aud_pki_item item = {.kind = AUD_ITEM_PRIVATE_KEY, .format = "pkcs12", .in_store = true};
    char *name = PKCS12_get_friendlyname(bag);
    unsigned char *der = NULL, *owned = NULL;
    aud_status st;

    s->has_key = true;
    item.alias = aud_str_of(name);
    item.encrypted = PKCS12_SAFEBAG_get_nid(bag) == NID_pkcs8ShroudedKeyBag;
    if (!item.encrypted) {
        int len = i2d_PKCS8_PRIV_KEY_INFO(PKCS12_SAFEBAG_get0_p8inf(bag), &der);

        if (len > 0) {
            aud_key_spki((aud_str){(const char *)der, (size_t)len}, &item, &owned);
            aud_wipe(der, (size_t)len);
        }
    }
    st = aud_unpack_item(s->u, &item, err);
    aud_key_spki_free(owned);
    OPENSSL_free(der);
    OPENSSL_free(name);
    return st;
}

static aud_status take_bags(store *s, const STACK_OF(PKCS12_SAFEBAG) * bags, unsigned depth,
                            aud_error *err)
{
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);

        if (++s->bags > MAX_BAGS) {
            return aud_unpack_broken(s->u, "pkcs12", "it has too many members", err);
        }
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_certBag:
            AUD_TRY(take_cert(s, bag, err));
            break;
        case NID_keyBag:
        case NID_pkcs8ShroudedKeyBag:
            AUD_TRY(take_key(s, bag, err));
            break;
        case NID_safeContentsBag:
            if (depth < MAX_NESTING) {
                AUD_TRY(take_bags(s, PKCS12_SAFEBAG_get0_safes(bag), depth + 1, err));
            }
            break;
        default:
            break;
        }
    }
    return AUD_OK;
}

/* No password, the empty one, then those that were given. */
static STACK_OF(PKCS12_SAFEBAG) * open_encrypted(store *s, PKCS7 *p7)
{
    const aud_passwords *given = s->u->passwords;
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    size_t num = given == NULL ? 0 : given->len;

    if (p7->d.encrypted == NULL || p7->d.encrypted->enc_data == NULL ||
        is_costly(p7->d.encrypted->enc_data->algorithm)) {
        s->costly = true;
        return NULL;
    }
    bags = PKCS12_unpack_p7encdata(p7, NULL, 0);
    if (bags == NULL) {
        bags = PKCS12_unpack_p7encdata(p7, "", 0);
    }
    for (size_t i = 0; i < num && bags == NULL; i++) {
        bags = PKCS12_unpack_p7encdata(p7, given->items[i].ptr, (int)given->items[i].len);
    }
    ERR_clear_error();
    return bags;
}

static aud_status take_safe(store *s, PKCS7 *p7, aud_error *err)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    aud_status st;

    if (PKCS7_type_is_data(p7)) {
        bags = PKCS12_unpack_p7data(p7);
    } else if (PKCS7_type_is_encrypted(p7)) {
        bags = open_encrypted(s, p7);
        s->closed = s->closed || (bags == NULL && !s->costly);
    }
    ERR_clear_error();
    if (bags == NULL) {
        return s->closed || s->costly
                   ? AUD_OK
                   : aud_unpack_broken(s->u, "pkcs12", "a part of it cannot be read", err);
    }
    st = take_bags(s, bags, 0, err);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return st;
}

static aud_status take_all(store *s, const STACK_OF(PKCS7) * safes, aud_error *err)
{
    aud_pki_item closed = {
        .kind = AUD_ITEM_ENCRYPTED,
        .format = "pkcs12",
        .encrypted = true,
        .message = AUD_LIT("no password opens this key store; name one with --password-file")};

    for (int i = 0; i < sk_PKCS7_num(safes); i++) {
        AUD_TRY(take_safe(s, sk_PKCS7_value(safes, i), err));
    }
    if (s->costly) {
        return aud_unpack_broken(s->u, "pkcs12",
                                 "its password costs more than 1,000,000 iterations", err);
    }
    return s->closed ? aud_unpack_item(s->u, &closed, err) : AUD_OK;
}

aud_status aud_unpack_pkcs12(aud_unpack *u, aud_str der, aud_error *err)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    store s = {.u = u};
    STACK_OF(PKCS7) *safes = NULL;
    PKCS12 *p12;
    aud_status st;

    (void)pthread_once(&once, start);
    p12 = der.len > MAX_BYTES ? NULL : d2i_PKCS12(NULL, &at, (long)der.len);
    if (p12 != NULL) {
        safes = PKCS12_unpack_authsafes(p12);
    }
    ERR_clear_error();
    st = safes == NULL ? aud_unpack_broken(u, "pkcs12", "it is cut short or damaged", err)
                       : take_all(&s, safes, err);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    PKCS12_free(p12);
    return st;
}
