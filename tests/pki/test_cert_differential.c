/* tests/pki/test_cert_differential.c - every fact against OpenSSL's own reading of the same bytes.
 *
 * Deliberate differences, each handled where it occurs:
 * - names keep UTF-8 as it is and escape no control characters (reporters do); compared by parts;
 * - what OpenSSL's decoder cannot delimit differently is refused by both; a serial number that is
 *   empty or padded, and a name that is no valid UTF-8, are facts here and refusals there.
 */
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "tests/support/support.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <unistd.h>

typedef struct counts {
    size_t certs, facts, only_here, only_there;
    aud_arena arena;
} counts;

static aud_value fact(const aud_cert *cert, unsigned field, counts *n)
{
    n->facts++;
    return aud_cert_get(cert, field, &n->arena);
}

static void want_text(const aud_cert *cert, unsigned field, const char *want, counts *n)
{
    aud_value v = fact(cert, field, n);

    if (want == NULL) {
        assert_int_equal(v.presence, AUD_ABSENT);
        return;
    }
    assert_int_equal(v.presence, AUD_PRESENT);
    if (!aud_str_eq(v.as.string, aud_str_of(want))) {
        fail_msg("%s: got '%.*s', want '%s'", aud_type_certificate.fields[field].name,
                 AUD_ARG(v.as.string), want);
    }
}

static void want_int(const aud_cert *cert, unsigned field, int64_t want, counts *n)
{
    aud_value v = fact(cert, field, n);

    assert_int_equal(v.presence, AUD_PRESENT);
    if (v.as.number != want) {
        fail_msg("%s: got %lld, want %lld", aud_type_certificate.fields[field].name,
                 (long long)v.as.number, (long long)want);
    }
}

static void want_bool(const aud_cert *cert, unsigned field, bool want, counts *n)
{
    aud_value v = fact(cert, field, n);

    assert_int_equal(v.presence, AUD_PRESENT);
    if (v.as.boolean != want) {
        fail_msg("%s: got %d, want %d", aud_type_certificate.fields[field].name, v.as.boolean,
                 want);
    }
}

static void hex_of(const unsigned char *bytes, size_t len, char *out)
{
    aud_hex_encode((aud_str){(const char *)bytes, len}, out);
    out[2 * len] = '\0';
}

static int64_t seconds_of(const ASN1_TIME *t)
{
    static ASN1_TIME *epoch;
    int days = 0, seconds = 0;

    if (epoch == NULL) {
        epoch = ASN1_TIME_set(NULL, 0);
    }
    assert_int_equal(ASN1_TIME_diff(&days, &seconds, epoch, t), 1);
    return (int64_t)days * 86400 + seconds;
}

static void compare_times(const aud_cert *cert, X509 *x, counts *n)
{
    if (ASN1_TIME_check(X509_get0_notBefore(x)) == 1 && cert->not_before_ok) {
        want_int(cert, AUD_F_certificate_not_before, seconds_of(X509_get0_notBefore(x)), n);
    }
    if (ASN1_TIME_check(X509_get0_notAfter(x)) == 1 && cert->not_after_ok) {
        want_int(cert, AUD_F_certificate_not_after, seconds_of(X509_get0_notAfter(x)), n);
    }
    assert_int_equal(cert->not_after_ok, ASN1_TIME_check(X509_get0_notAfter(x)) == 1);
}

static void compare_digests(const aud_cert *cert, X509 *x, counts *n)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned len = 0;

    assert_int_equal(X509_digest(x, EVP_sha256(), digest, &len), 1);
    hex_of(digest, len, hex);
    want_text(cert, AUD_F_certificate_sha256, hex, n);
    assert_int_equal(X509_digest(x, EVP_sha1(), digest, &len), 1);
    hex_of(digest, len, hex);
    want_text(cert, AUD_F_certificate_sha1, hex, n);
}

static void compare_key(const aud_cert *cert, X509 *x, counts *n)
{
    EVP_PKEY *pkey = X509_get0_pubkey(x);
    aud_value key = fact(cert, AUD_F_certificate_key, n), v;
    const aud_object *o = &key.as.object;
    char curve[64];
    size_t len = 0;

    assert_int_equal(key.presence, AUD_PRESENT);
    if (pkey == NULL) {
        ERR_clear_error();
        return; /* an algorithm that this OpenSSL does not know */
    }
    v = o->get(o->self, AUD_F_key_bits, &n->arena);
    assert_int_equal(v.presence, AUD_PRESENT);
    assert_int_equal(v.as.number, EVP_PKEY_get_bits(pkey));
    v = o->get(o->self, AUD_F_key_strength_bits, &n->arena);
    if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA && v.as.number >= 80) {
        assert_true(v.as.number <= EVP_PKEY_get_security_bits(pkey));
    }
    if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC &&
        EVP_PKEY_get_group_name(pkey, curve, sizeof curve, &len) == 1) {
        const char *nist = EC_curve_nid2nist(OBJ_sn2nid(curve));

        v = o->get(o->self, AUD_F_key_curve, &n->arena);
        assert_int_equal(v.presence, AUD_PRESENT);
        assert_true(aud_str_eq(v.as.string, aud_str_of(nist == NULL ? curve : nist)));
    }
}

static void compare_flags(const aud_cert *cert, X509 *x, counts *n)
{
    BASIC_CONSTRAINTS *bc;
    int critical = -1;
    uint32_t usage = X509_get_key_usage(x);
    aud_value v;

    bc = X509_get_ext_d2i(x, NID_basic_constraints, &critical, NULL);
    if (critical != -2 && (bc != NULL || critical == -1)) {
        want_bool(cert, AUD_F_certificate_basic_constraints_present, bc != NULL, n);
        want_bool(cert, AUD_F_certificate_is_ca, bc != NULL && bc->ca != 0, n);
        if (bc != NULL && bc->pathlen != NULL) {
            want_int(cert, AUD_F_certificate_path_length, ASN1_INTEGER_get(bc->pathlen), n);
        }
    }
    BASIC_CONSTRAINTS_free(bc);
    v = fact(cert, AUD_F_certificate_key_usage, n);
    if (usage == UINT32_MAX) {
        assert_int_not_equal(v.presence, AUD_PRESENT);
    } else if (v.presence == AUD_PRESENT) {
        bool signs = false;

        for (size_t i = 0; i < v.as.list.len; i++) {
            signs = signs || aud_str_eq(v.as.list.items[i].as.string, AUD_LIT("keyCertSign"));
        }
        assert_int_equal(signs, (usage & KU_KEY_CERT_SIGN) != 0);
    }
    want_int(cert, AUD_F_certificate_version, X509_get_version(x) + 1, n);
}

static void compare_names(const aud_cert *cert, X509 *x, counts *n)
{
    GENERAL_NAMES *sans;
    int critical = -1, dns = 0, at = 0;
    aud_value v;

    want_bool(cert, AUD_F_certificate_self_issued,
              X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0 &&
                  aud_str_eq(cert->issuer, cert->subject) &&
                  X509_NAME_entry_count(X509_get_subject_name(x)) > 0,
              n);
    sans = X509_get_ext_d2i(x, NID_subject_alt_name, &critical, NULL);
    v = fact(cert, AUD_F_certificate_dns_names, n);
    if (sans == NULL) {
        GENERAL_NAMES_free(sans);
        ERR_clear_error();
        return;
    }
    for (int i = 0; i < sk_GENERAL_NAME_num(sans); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(sans, i);

        if (name->type == GEN_DNS && v.presence == AUD_PRESENT) {
            aud_str want = {(const char *)ASN1_STRING_get0_data(name->d.dNSName),
                            (size_t)ASN1_STRING_length(name->d.dNSName)};

            assert_true((size_t)at < v.as.list.len);
            assert_true(aud_str_eq(v.as.list.items[at].as.string, want));
            at++;
        }
        dns += name->type == GEN_DNS;
    }
    assert_true(v.presence != AUD_PRESENT || (int)v.as.list.len == dns);
    GENERAL_NAMES_free(sans);
}

static void compare(aud_str der, counts *n)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    X509 *x = d2i_X509(NULL, &at, (long)der.len);
    aud_cert cert;
    aud_status st = aud_cert_read(der, &cert, NULL);

    ERR_clear_error();
    n->only_here += st == AUD_OK && x == NULL;
    n->only_there += st != AUD_OK && x != NULL;
    if (st == AUD_OK && x != NULL) {
        n->certs++;
        assert_true(cert.der.len ==
                    der.len - (size_t)((const unsigned char *)der.ptr + der.len - at));
        compare_digests(&cert, x, n);
        compare_times(&cert, x, n);
        compare_key(&cert, x, n);
        compare_flags(&cert, x, n);
        compare_names(&cert, x, n);
        for (unsigned f = 0; f < AUD_NUM_certificate_FIELDS; f++) { /* no field crashes */
            (void)fact(&cert, f, n);
        }
    }
    X509_free(x);
    aud_arena_reset(&n->arena);
}

static size_t compare_pem_file(const char *path, counts *n)
{
    BIO *bio = BIO_new_file(path, "rb");
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long len = 0;
    size_t num = 0;

    while (bio != NULL && PEM_read_bio(bio, &name, &header, &data, &len) == 1) {
        if (strcmp(name, "CERTIFICATE") == 0) {
            compare((aud_str){(const char *)data, (size_t)len}, n);
            num++;
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    ERR_clear_error();
    BIO_free(bio);
    return num;
}

static void test_ca_store(void **state)
{
    counts n = {0};
    (void)state;

    if (access("/etc/ssl/certs/ca-certificates.crt", R_OK) != 0) {
        print_message("skipped: no CA store here\n");
        skip();
    }
    aud_arena_init(&n.arena, AUD_ARENA_NO_MAX);
    (void)compare_pem_file("/etc/ssl/certs/ca-certificates.crt", &n);
    print_message("%zu certificates, %zu facts\n", n.certs, n.facts);
    assert_true(n.certs >= 100);
    assert_int_equal(n.only_here + n.only_there, 0);
    aud_arena_clear(&n.arena);
}

static void corpus_file(void *ctx, const char *path)
{
    aud_buf bytes = {.max = (size_t)1 << 26};

    if (compare_pem_file(path, ctx) == 0) {
        aud_test_read(path, &bytes);
        if (bytes.len > 1 && bytes.ptr[0] == 0x30) {
            compare(aud_buf_str(&bytes), ctx);
        }
        aud_buf_clear(&bytes);
    }
}

static void test_corpus(void **state)
{
    const char *folder = aud_test_sample("samples/cert-corpus");
    char kept[4096];
    counts n = {0};
    (void)state;

    if (folder == NULL) {
        print_message("skipped: no samples here\n");
        skip();
    }
    (void)snprintf(kept, sizeof kept, "%s", folder);
    aud_arena_init(&n.arena, AUD_ARENA_NO_MAX);
    (void)aud_test_walk(kept, corpus_file, &n);
    print_message("%zu certificates, %zu facts; read here alone %zu, by OpenSSL alone %zu\n",
                  n.certs, n.facts, n.only_here, n.only_there);
    assert_true(n.certs > 0);
    assert_int_equal(n.only_there, 0);
    aud_arena_clear(&n.arena);
}

/* Every prefix, and every byte changed, of a real certificate: never a crash, and what OpenSSL
 * reads is read. */
static void test_damage(void **state)
{
    counts n = {0};
    X509 *x = X509_new();
    EVP_PKEY *key = EVP_EC_gen("P-256");
    unsigned char *der = NULL;
    int len;
    (void)state;

    aud_arena_init(&n.arena, AUD_ARENA_NO_MAX);
    (void)X509_set_version(x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), 4711);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                     (const unsigned char *)"a, \"b\" +c", -1, -1, 0);
    (void)X509_set_issuer_name(x, X509_get_subject_name(x));
    (void)ASN1_TIME_set(X509_getm_notBefore(x), AUD_TEST_NOW);
    (void)ASN1_TIME_set(X509_getm_notAfter(x), AUD_TEST_NOW + 47 * 86400 - 1);
    (void)X509_set_pubkey(x, key);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    len = i2d_X509(x, &der);
    assert_true(len > 0);
    compare((aud_str){(const char *)der, (size_t)len}, &n);
    assert_int_equal(n.certs, 1);
    {
        aud_cert cert;

        assert_int_equal(aud_cert_read((aud_str){(const char *)der, (size_t)len}, &cert, NULL),
                         AUD_OK);
        want_text(&cert, AUD_F_certificate_subject, "CN=a\\, \\\"b\\\" \\+c", &n);
        want_int(&cert, AUD_F_certificate_validity_seconds, 47 * 86400, &n);
        want_text(&cert, AUD_F_certificate_signature_hash, "sha256", &n);
    }
    for (int i = 0; i < len; i++) {
        aud_cert cert;

        assert_int_equal(aud_cert_read((aud_str){(const char *)der, (size_t)i}, &cert, NULL),
                         AUD_E_FORMAT);
        for (unsigned bit = 0; bit < 8; bit++) {
            der[i] ^= (unsigned char)(1u << bit);
            if (aud_cert_read((aud_str){(const char *)der, (size_t)len}, &cert, NULL) == AUD_OK) {
                for (unsigned f = 0; f < AUD_NUM_certificate_FIELDS; f++) {
                    (void)aud_cert_get(&cert, f, &n.arena);
                }
            }
            der[i] ^= (unsigned char)(1u << bit);
        }
        aud_arena_reset(&n.arena);
    }
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    X509_free(x);
    aud_arena_clear(&n.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ca_store),
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
