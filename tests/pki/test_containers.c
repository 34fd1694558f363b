/* tests/pki/test_containers.c - certificates, requests and keys out of any bytes. */
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "engine/pki/containers.h"
#include "tests/support/support.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <stdio.h>

typedef struct tally {
    unsigned kinds[AUD_ITEM_ENCRYPTED + 1];
    unsigned encrypted, decoded, with_spki, anchors, placeholders;
    uint32_t lines[64];
    unsigned num;
} tally;

static aud_status count(void *ctx, const aud_pki_item *item, aud_error *err)
{
    tally *t = ctx;

    AUD_UNUSED(err);
    t->kinds[item->kind]++;
    t->encrypted += item->encrypted;
    t->decoded += item->decoded;
    t->with_spki += item->kind == AUD_ITEM_PRIVATE_KEY && item->spki.len > 0;
    t->anchors += item->trust_anchor;
    t->placeholders += item->placeholder;
    assert_int_equal(item->member, t->num);
    if (t->num < AUD_COUNT(t->lines)) {
        t->lines[t->num] = item->line;
    }
    t->num++;
    return AUD_OK;
}

static const aud_str passwords[] = {AUD_LIT_INIT("changeit"), AUD_LIT_INIT("geheim")};

static tally read_any(aud_str bytes)
{
    const aud_passwords given = {passwords, AUD_COUNT(passwords)};
    tally t = {.num = 0};
    const aud_pki_sink sink = {&t, count};

    if (aud_binary_kind(bytes)[0] != '\0') {
        assert_int_equal(aud_binary_read(bytes, &given, &sink, NULL), AUD_OK);
    } else {
        assert_int_equal(aud_pem_scan(bytes, 1, &given, &sink, NULL), AUD_OK);
    }
    return t;
}

/* A certificate and its key, made once. */
static struct {
    X509 *x;
    EVP_PKEY *key;
    char cert[4096], pkcs8[4096], traditional[4096], encrypted[4096];
} made;

static void copy_bio(BIO *bio, char out[4096])
{
    int len = BIO_read(bio, out, 4095);

    assert_true(len > 0);
    out[len] = '\0';
    BIO_free(bio);
}

static int make(void **state)
{
    BIO *bio;
    (void)state;

    made.x = X509_new();
    made.key = EVP_EC_gen("P-256");
    (void)X509_set_version(made.x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(made.x), 7);
    (void)ASN1_TIME_set(X509_getm_notBefore(made.x), AUD_TEST_NOW);
    (void)ASN1_TIME_set(X509_getm_notAfter(made.x), AUD_TEST_NOW + 86400);
    (void)X509_set_pubkey(made.x, made.key);
    (void)X509_sign(made.x, made.key, EVP_sha256());
    bio = BIO_new(BIO_s_mem());
    (void)PEM_write_bio_X509(bio, made.x);
    copy_bio(bio, made.cert);
    bio = BIO_new(BIO_s_mem());
    (void)PEM_write_bio_PrivateKey(bio, made.key, NULL, NULL, 0, NULL, NULL);
    copy_bio(bio, made.pkcs8);
    bio = BIO_new(BIO_s_mem());
    (void)PEM_write_bio_PrivateKey_traditional(bio, made.key, NULL, NULL, 0, NULL, NULL);
    copy_bio(bio, made.traditional);
    bio = BIO_new(BIO_s_mem());
    (void)PEM_write_bio_PKCS8PrivateKey(bio, made.key, EVP_aes_128_cbc(), "x", 1, NULL, NULL);
    copy_bio(bio, made.encrypted);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    X509_free(made.x);
    EVP_PKEY_free(made.key);
    return 0;
}

/* Replaces every line end. */
static size_t with_ends(const char *text, const char *line_end, const char *indent, char *out)
{
    size_t len = (size_t)snprintf(out, 16384, "%s", indent);

    for (; *text != '\0'; text++) {
        if (*text != '\n') {
            out[len++] = *text;
        } else if (text[1] != '\0') {
            len += (size_t)snprintf(out + len, 16384 - len, "%s%s", line_end, indent);
        }
    }
    return len;
}

static void test_ways_to_write_pem(void **state)
{
    static const struct {
        const char *name, *line_end, *indent;
    } cases[] = {
        {"LF", "\n", ""},
        {"CRLF", "\r\n", ""},
        {"a lone CR", "\r", ""},
        {"a YAML block scalar", "\n", "    "},
        {"a JSON string", "\\n", ""},
        {"a JSON string in a JSON string", "\\\\n", ""},
        {"a shell's CRLF escapes", "\\r\\n", ""},
        {"quoted with >", "\n", "> "},
    };
    char text[16384];
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        tally t;
        size_t len = with_ends(made.cert, cases[i].line_end, cases[i].indent, text);

        print_message("case: %s\n", cases[i].name);
        t = read_any((aud_str){text, len});
        assert_int_equal(t.kinds[AUD_ITEM_CERTIFICATE], 1);
        assert_int_equal(t.num, 1);
        assert_int_equal(t.lines[0], 1);
    }
}

static void test_bundle(void **state)
{
    char text[32768];
    tally t;
    (void)state;

    (void)snprintf(text, sizeof text,
                   "subject=a\n%s# comment\n%.*s%s"
                   "-----BEGIN CERTIFICATE-----\nMIIBAAAAAAAAAAAAAAAAAAAA*\n"
                   "-----END CERTIFICATE-----\n%s%s%s",
                   made.cert, (int)strlen(made.cert) - 1, made.cert, made.cert, made.pkcs8,
                   made.traditional, made.encrypted);
    t = read_any(aud_str_of(text));
    assert_int_equal(t.kinds[AUD_ITEM_CERTIFICATE], 3); /* one END is glued to the next BEGIN */
    assert_int_equal(t.kinds[AUD_ITEM_BROKEN], 1);
    assert_int_equal(t.kinds[AUD_ITEM_PRIVATE_KEY], 3);
    assert_int_equal(t.encrypted, 1);
    assert_int_equal(t.decoded, 2);
    assert_int_equal(t.with_spki, 2);
    assert_int_equal(t.lines[0], 2);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *name;
        aud_str bytes;
        unsigned broken, placeholders;
    } cases[] = {
        {"nothing is in an empty text", AUD_LIT_INIT(""), 0, 0},
        {"a mark in prose is no block", AUD_LIT_INIT("grep -- '-----BEGIN CERTIFICATE-----' f\n"),
         0, 0},
        {"a mark in a regular expression is no block",
         AUD_LIT_INIT("/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/"), 0, 0},
        {"a cut block is broken",
         AUD_LIT_INIT("-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJ1m5\n"), 1, 0},
        {"an END of another label is broken",
         AUD_LIT_INIT(
             "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJ1m5\n-----END PKCS7-----\n"),
         1, 0},
        {"base64 of garbage is broken",
         AUD_LIT_INIT(
             "-----BEGIN CERTIFICATE-----\nAAAAAAAAAAAAAAAAAAAAAAAA\n-----END CERTIFICATE-----\n"),
         1, 0},
        {"a key of garbage is no key",
         AUD_LIT_INIT(
             "-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n"),
         1, 0},
        {"three dots are a placeholder",
         AUD_LIT_INIT("-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----\n"), 1, 1},
        {"a template is a placeholder",
         AUD_LIT_INIT(
             "-----BEGIN CERTIFICATE-----\n{{ .Values.cert }}\n-----END CERTIFICATE-----\n"),
         1, 1},
        {"unknown labels are passed over",
         AUD_LIT_INIT("-----BEGIN DH PARAMETERS-----\nMIIBCAKCAQEA\n-----END DH PARAMETERS-----\n"),
         0, 0},
        {"a cut key store is broken", AUD_LIT_INIT("\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0"), 1, 0},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        tally t = read_any(cases[i].bytes);

        print_message("case: %s\n", cases[i].name);
        assert_int_equal(t.kinds[AUD_ITEM_BROKEN], cases[i].broken);
        assert_int_equal(t.placeholders, cases[i].placeholders);
        assert_int_equal(t.num, cases[i].broken);
    }
}

static void test_wrapped_in_base64(void **state)
{
    char text[16384] = "tls.crt: ";
    size_t len = strlen(text);
    tally t;
    (void)state;

    len += (size_t)EVP_EncodeBlock((unsigned char *)text + len, (const unsigned char *)made.cert,
                                   (int)strlen(made.cert));
    memcpy(text + len, "\ntype: x\n", 10);
    t = read_any(aud_str_of(text));
    assert_int_equal(t.kinds[AUD_ITEM_CERTIFICATE], 1);
    assert_int_equal(t.num, 1);
    text[len / 2] = '*';
    t = read_any(aud_str_of(text));
    assert_int_equal(t.kinds[AUD_ITEM_CERTIFICATE], 0);
    assert_int_equal(t.kinds[AUD_ITEM_BROKEN], 1);
}

static void test_pkcs12(void **state)
{
    static const char *const words[] = {"changeit", "", NULL, "unknown"};
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(words); i++) {
        PKCS12 *p12 = PKCS12_create(words[i], "name", made.key, made.x, NULL, 0, 0, 1000, 1000, 0);
        unsigned char *der = NULL;
        int len = i2d_PKCS12(p12, &der);
        bool opens = i < 3;
        tally t;

        assert_true(len > 0);
        t = read_any((aud_str){(const char *)der, (size_t)len});
        assert_int_equal(t.kinds[AUD_ITEM_CERTIFICATE], opens ? 1 : 0);
        assert_int_equal(t.kinds[AUD_ITEM_ENCRYPTED], opens ? 0 : 1);
        for (int cut = 0; cut < len; cut += 7) { /* every cut is said, never silent */
            if (aud_binary_kind((aud_str){(const char *)der, (size_t)cut})[0] != '\0') {
                t = read_any((aud_str){(const char *)der, (size_t)cut});
                assert_true(t.kinds[AUD_ITEM_BROKEN] > 0);
            }
        }
        OPENSSL_free(der);
        PKCS12_free(p12);
    }
}

/* The ground truth beside the samples: how many certificates each file holds. */
static void test_samples(void **state)
{
    const char *table = aud_test_sample("samples/cert-containers/expected.tsv");
    aud_buf text = {.max = 1 << 20};
    unsigned compared = 0, wrong = 0;
    aud_str rest, line;
    (void)state;

    if (table == NULL) {
        print_message("skipped: no samples here\n");
        skip();
    }
    aud_test_read(table, &text);
    rest = aud_buf_str(&text);
    (void)aud_str_split(&rest, '\n', &line);
    while (aud_str_split(&rest, '\n', &line)) {
        aud_buf bytes = {.max = 1 << 26};
        aud_str file, kind, number;
        char path[4096];
        const char *full;
        uint64_t want;
        tally t;

        if (!aud_str_split(&line, '\t', &file) || !aud_str_split(&line, '\t', &kind) ||
            !aud_str_split(&line, '\t', &number) || !aud_parse_u64(number, &want)) {
            continue;
        }
        (void)snprintf(path, sizeof path, "samples/cert-containers/%.*s", AUD_ARG(file));
        full = aud_test_sample(path);
        if (full == NULL) {
            continue;
        }
        aud_test_read(full, &bytes);
        if (aud_str_eq(kind, AUD_LIT("bare base64"))) {
            const aud_passwords none = {NULL, 0};
            const aud_pki_sink sink = {&t, count};

            t = (tally){.num = 0};
            assert_int_equal(aud_binary_read(aud_buf_str(&bytes), &none, &sink, NULL), AUD_OK);
        } else {
            t = read_any(aud_buf_str(&bytes));
        }
        compared++;
        if (t.kinds[AUD_ITEM_CERTIFICATE] != want) {
            print_message("%.*s (%.*s): %u certificates, want %u\n", AUD_ARG(file), AUD_ARG(kind),
                          t.kinds[AUD_ITEM_CERTIFICATE], (unsigned)want);
            wrong++;
        }
        aud_buf_clear(&bytes);
    }
    aud_buf_clear(&text);
    print_message("%u containers compared\n", compared);
    assert_true(compared > 50);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_to_write_pem),
        cmocka_unit_test(test_bundle),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_wrapped_in_base64),
        cmocka_unit_test(test_pkcs12),
        cmocka_unit_test(test_samples),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
