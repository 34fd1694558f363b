/* tests/pki/make_cert.h - certificates made by OpenSSL from fixed keys: the same bytes every time.
 */
#ifndef AUD_TESTS_PKI_MAKE_CERT_H
#define AUD_TESTS_PKI_MAKE_CERT_H

#include "tests/support/support.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

/* Ed25519 signs deterministically; this key signs nothing but tests. */
static inline EVP_PKEY *make_signer(void)
{
    unsigned char seed[32];
    EVP_PKEY *key = NULL;

    memset(seed, 0x42, sizeof seed);
    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
    assert_non_null(key);
    return key;
}

/* The generator of P-256 as a public key: that of the private key 1. */
static inline EVP_PKEY *make_ec_public(void)
{
    static const unsigned char spki[] = {
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
        0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
        0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
        0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33,
        0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
    };
    const unsigned char *at = spki;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)sizeof spki);

    assert_non_null(key);
    return key;
}

/* An RSA public key of `bits` whose modulus is the product of nothing in particular. */
static inline void make_rsa_spki(size_t bits, aud_buf *out)
{
    unsigned char modulus[1024];
    X509_PUBKEY *pub = X509_PUBKEY_new();
    ASN1_INTEGER *n = NULL;
    ASN1_INTEGER *e = ASN1_INTEGER_new();
    BIGNUM *bn = NULL;
    unsigned char *parts = NULL;
    unsigned char *der = NULL;
    STACK_OF(ASN1_TYPE) *seq = sk_ASN1_TYPE_new_null();
    ASN1_TYPE *a = ASN1_TYPE_new();
    ASN1_TYPE *b = ASN1_TYPE_new();
    int len = 0;

    memset(modulus, 0xc5, sizeof modulus);
    bn = BN_bin2bn(modulus, (int)((bits + 7) / 8), NULL);
    BN_mask_bits(bn, (int)bits);
    BN_set_bit(bn, (int)bits - 1);
    n = BN_to_ASN1_INTEGER(bn, NULL);
    ASN1_INTEGER_set(e, 65537);
    ASN1_TYPE_set(a, V_ASN1_INTEGER, n);
    ASN1_TYPE_set(b, V_ASN1_INTEGER, e);
    sk_ASN1_TYPE_push(seq, a);
    sk_ASN1_TYPE_push(seq, b);
    len = i2d_ASN1_SEQUENCE_ANY(seq, &parts);
    assert_true(len > 0);
    assert_int_equal(
        X509_PUBKEY_set0_param(pub, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL, parts, len),
        1);
    len = i2d_X509_PUBKEY(pub, &der);
    assert_true(len > 0);
    aud_buf_init(out, 1 << 16);
    assert_int_equal(aud_buf_add(out, (aud_str){(const char *)der, (size_t)len}, NULL), AUD_OK);
    OPENSSL_free(der);
    X509_PUBKEY_free(pub);
    sk_ASN1_TYPE_pop_free(seq, ASN1_TYPE_free);
    BN_free(bn);
}

static inline void add_name(X509_NAME *name, const char *type, int asn1_type, const char *text,
                            int set)
{
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, type, asn1_type, (const unsigned char *)text, -1, -1, set),
        1);
}

/* Extensions from the lines of a configuration; sections may follow behind "[name]". */
static inline void add_extensions(X509 *x, const char *lines)
{
    BIO *bio = BIO_new(BIO_s_mem());
    CONF *conf = NCONF_new(NULL);
    X509V3_CTX ctx;
    long line = 0;

    BIO_printf(bio, "[ext]\n%s", lines);
    assert_int_equal(NCONF_load_bio(conf, bio, &line), 1);
    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    X509V3_set_nconf(&ctx, conf);
    assert_int_equal(X509V3_EXT_add_nconf(conf, &ctx, "ext", x), 1);
    NCONF_free(conf);
    BIO_free(bio);
}

/* Everything there is in it that a fact is made of. */
#define MAKE_RICH                                                                                  \
    "basicConstraints=critical,CA:TRUE,pathlen:3\n"                                                \
    "keyUsage=critical,keyCertSign,cRLSign,digitalSignature,decipherOnly\n"                        \
    "extendedKeyUsage=serverAuth,clientAuth,1.2.3.4\n"                                             \
    "subjectKeyIdentifier=hash\n"                                                                  \
    "subjectAltName=@alt\n"                                                                        \
    "authorityInfoAccess=OCSP;URI:http://o.example/,caIssuers;URI:http://c.example/a.cer\n"        \
    "crlDistributionPoints=URI:http://l.example/1.crl,URI:http://l.example/2.crl\n"                \
    "certificatePolicies=2.23.140.1.2.1,1.3.6.1.4.1.1.2\n"                                         \
    "nameConstraints=permitted;DNS:example.com\n"                                                  \
    "tlsfeature=status_request\n"                                                                  \
    "2.5.29.56=DER:0500\n"                                                                         \
    "[alt]\nDNS.1=a.example.com\nDNS.2=*.example.com\nIP.1=192.0.2.1\nIP.2=2001:db8::1\n"          \
    "email=a@example.com\nURI=https://example.com/\nRID=1.2.3\nDNS.3=b.example.com\n"

/* A version 3 certificate of 47 days from the tests' instant; the caller frees it. */
static inline X509 *make_cert(EVP_PKEY *subject_key, const char *extensions)
{
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    EVP_PKEY *signer = make_signer();

    assert_int_equal(X509_set_version(x, 2), 1);
    assert_int_equal(
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), UINT64_C(0x8182838485868788)), 1);
    add_name(name, "C", MBSTRING_ASC, "DE", 0);
    add_name(name, "O", MBSTRING_UTF8, "Acme, \"Inc\"", 0);
    add_name(name, "OU", V_ASN1_T61STRING, "caf\xe9", 0);
    add_name(name, "CN", MBSTRING_UTF8, " a.example.com", 0);
    add_name(name, "UID", MBSTRING_ASC, "7", -1);
    assert_int_equal(X509_set_issuer_name(x, name), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x), AUD_TEST_NOW));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x), AUD_TEST_NOW + 47 * 86400 - 1));
    assert_int_equal(X509_set_pubkey(x, subject_key), 1);
    if (extensions != NULL) {
        add_extensions(x, extensions);
    }
    assert_true(X509_sign(x, signer, NULL) > 0);
    EVP_PKEY_free(signer);
    return x;
}

static inline void der_of(X509 *x, aud_buf *out)
{
    unsigned char *der = NULL;
    const int len = i2d_X509(x, &der);

    assert_true(len > 0);
    aud_buf_init(out, 1 << 20);
    assert_int_equal(aud_buf_add(out, (aud_str){(const char *)der, (size_t)len}, NULL), AUD_OK);
    OPENSSL_free(der);
}

#endif
