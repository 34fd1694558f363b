/* tests/bench/estate.c - makes the estate that the bench runs on, and measures bare libraries on
 * it.
 *
 *   estate make N [OTHERS]
 *                     a git fast-import stream of N certificates, their CA and a configuration,
 *                     beside OTHERS files of other kinds; with those a branch `change` of 20 files
 *   estate facts FILE... reads DER certificates (concatenated): facts against d2i_X509
 *   estate verify FILE   bare EVP_DigestVerify of every signature on all cores
 */
#include "engine/base/memory.h"
#include "engine/base/out.h"
#include "engine/base/pool.h"
#include "engine/pki/cert.h"
#include "engine/pki/der.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { KEYS = 64, FIRST_DAY = 1764547200 /* 2025-12-01 */, CHANGE_DAY = 1766275200 };

static double now(void)
{
    struct timespec at = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static X509 *make_cert(long number, EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, long not_before)
{
    X509 *x = X509_new();
    X509V3_CTX context;
    char name[64], san[80];
    const struct {
        int nid;
        const char *value;
    } extensions[] = {
        {NID_basic_constraints, ca == NULL ? "critical,CA:TRUE" : "critical,CA:FALSE"},
        {NID_key_usage, ca == NULL ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature"},
        {NID_ext_key_usage, ca == NULL ? NULL : "serverAuth"},
        {NID_subject_alt_name, ca == NULL ? NULL : san}};

    (void)snprintf(name, sizeof name, ca == NULL ? "Bench CA" : "host%ld.example.com", number);
    (void)snprintf(san, sizeof san, "DNS:host%ld.example.com", number);
    (void)X509_set_version(x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), number + 1);
    (void)ASN1_TIME_set(X509_getm_notBefore(x), not_before);
    (void)ASN1_TIME_set(X509_getm_notAfter(x),
                        not_before + 47 * 86400 - 1 + (ca == NULL ? 1 << 28 : 0));
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                     (const unsigned char *)name, -1, -1, 0);
    (void)X509_set_issuer_name(x, X509_get_subject_name(ca == NULL ? x : ca));
    (void)X509_set_pubkey(x, key);
    for (size_t i = 0; i < AUD_COUNT(extensions); i++) {
        X509_EXTENSION *e;

        if (extensions[i].value == NULL) {
            continue;
        }
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, ca == NULL ? x : ca, x, NULL, NULL, 0);
        e = X509V3_EXT_conf_nid(NULL, &context, extensions[i].nid, extensions[i].value);
        (void)X509_add_ext(x, e, -1);
        X509_EXTENSION_free(e);
    }
    (void)X509_sign(x, ca_key, EVP_sha256());
    return x;
}

static void put_file(const char *path, const char *bytes, size_t len)
{
    (void)printf("M 644 inline %s\ndata %zu\n", path, len);
    (void)fwrite(bytes, 1, len, stdout);
    (void)putchar('\n');
}

static void put_cert(const char *path, X509 *x)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    long len;

    (void)PEM_write_bio_X509(bio, x);
    len = BIO_get_mem_data(bio, &bytes);
    put_file(path, bytes, (size_t)len);
    BIO_free(bio);
}

static void put_host(long number, EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, long not_before)
{
    X509 *x = make_cert(number, key, ca, ca_key, not_before);
    char path[64];

    (void)snprintf(path, sizeof path, "team%ld/app%ld/host%ld.pem", number % 50, number % 1000,
                   number);
    put_cert(path, x);
    X509_free(x);
}

static void put_other(long number, long version)
{
    char path[64], text[512];
    int len = snprintf(text, sizeof text,
                       "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-%ld\n  "
                       "namespace: team-%ld\ndata:\n  version: \"%ld\"\n  replicas: \"%ld\"\n  "
                       "level: info\n  upstream: http://backend-%ld.internal:8080/api/v1\n",
                       number, number % 50, version, number % 7, number * 7919 % 100003);

    (void)snprintf(path, sizeof path, "deploy/team%ld/app%ld/part%ld.yaml", number % 50,
                   number % 4000, number);
    put_file(path, text, (size_t)len);
}

static void begin_commit(const char *branch, long at)
{
    (void)printf("commit refs/heads/%s\ncommitter Bench <bench@example.com> %ld +0000\n"
                 "data 5\nbench\n",
                 branch, at);
}

static int make(long num, long others)
{
    static const char config[] = "version: 1\npolicies: {params: {core/approved_ca: {allow: "
                                 "[{bundle: ca.pem}]}}}\nowners:\n  - {match: {path: \"**\"}, "
                                 "owner: team}\n";
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *keys[KEYS];
    X509 *ca = make_cert(0, ca_key, NULL, ca_key, FIRST_DAY);

    for (int i = 0; i < KEYS; i++) {
        keys[i] = EVP_EC_gen("P-256");
    }
    begin_commit("main", FIRST_DAY);
    put_file("certaudit.yaml", config, sizeof config - 1);
    put_cert("ca.pem", ca);
    for (long i = 0; i < num; i++) {
        put_host(i, keys[i % KEYS], ca, ca_key, FIRST_DAY);
    }
    for (long i = 0; i < others; i++) {
        put_other(i, 1);
    }
    if (others > 0) { /* six renewed in place, six new, eight other files */
        begin_commit("change", CHANGE_DAY);
        (void)printf("from refs/heads/main\n");
        for (long i = 0; i < 12; i++) {
            put_host(i < 6 ? i * 4001 : num + i, keys[i], ca, ca_key, CHANGE_DAY);
        }
        for (long i = 0; i < 8; i++) {
            put_other(i * 11003 % others, 2);
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

typedef AUD_VEC(aud_cert) cert_list;

/* All CERTIFICATE blocks of a PEM file. */
static cert_list read_all(const char *path, aud_arena *arena)
{
    FILE *file = fopen(path, "rbe");
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    cert_list list = {0};
    long len;

    while (file != NULL && PEM_read(file, &name, &header, &data, &len) == 1) {
        aud_cert cert;
        aud_str kept;

        if (aud_arena_dup(arena, (aud_str){(const char *)data, (size_t)len}, &kept, NULL) !=
                AUD_OK ||
            aud_cert_read(kept, &cert, NULL) != AUD_OK ||
            AUD_VEC_PUSH(&list, cert, NULL) != AUD_OK) {
            exit(1);
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return list;
}

/* What key_size, validity_max, expiry and owner_present read. */
static int64_t facts_of(aud_str der, aud_arena *scratch)
{
    aud_cert cert;
    aud_value key, bits, family;

    if (aud_cert_read(der, &cert, NULL) != AUD_OK) {
        exit(1);
    }
    key = aud_cert_get(&cert, AUD_F_certificate_key, scratch);
    bits = key.as.object.get(key.as.object.self, AUD_F_key_bits, scratch);
    family = key.as.object.get(key.as.object.self, AUD_F_key_family, scratch);
    return bits.as.number + (int64_t)family.as.string.len +
           aud_cert_get(&cert, AUD_F_certificate_not_before, scratch).as.number +
           aud_cert_get(&cert, AUD_F_certificate_not_after, scratch).as.number +
           aud_cert_get(&cert, AUD_F_certificate_validity_seconds, scratch).as.number;
}

static int facts(const char *path)
{
    aud_arena arena, scratch;
    cert_list list;
    volatile int64_t sum = 0;
    double start, ours, theirs;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    list = read_all(path, &arena);
    start = now();
    for (size_t i = 0; i < list.len; i++) {
        sum += facts_of(list.items[i].der, &scratch);
        aud_arena_reset(&scratch);
    }
    ours = now() - start;
    start = now();
    for (size_t i = 0; i < list.len; i++) {
        const unsigned char *at = (const unsigned char *)list.items[i].der.ptr;
        X509 *x = d2i_X509(NULL, &at, (long)list.items[i].der.len);

        sum += x != NULL;
        X509_free(x);
    }
    theirs = now() - start;
    (void)printf(
        "facts of a certificate      %6.2f us, d2i_X509 %6.2f us: ratio %.3f (budget 0.10)\n",
        ours * 1e6 / (double)list.len, theirs * 1e6 / (double)list.len, ours / theirs);
    return 0;
}

typedef struct proofs {
    const cert_list *list;
    EVP_PKEY *key;
} proofs;

static aud_status prove(void *ctx, unsigned worker, size_t begin, size_t end, aud_error *err)
{
    const proofs *p = ctx;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    AUD_UNUSED(worker);
    AUD_UNUSED(err);
    for (size_t i = begin; i < end; i++) {
        const aud_cert *c = &p->list->items[i];

        (void)EVP_MD_CTX_reset(context);
        if (EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, p->key) != 1 ||
            EVP_DigestVerify(context, (const unsigned char *)c->signature.ptr, c->signature.len,
                             (const unsigned char *)c->tbs.ptr, c->tbs.len) != 1) {
            exit(1);
        }
    }
    EVP_MD_CTX_free(context);
    return AUD_OK;
}

static int verify(const char *path, const char *ca_path)
{
    aud_arena arena;
    cert_list list, ca;
    proofs p = {0};
    double start;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    list = read_all(path, &arena);
    ca = read_all(ca_path, &arena);
    const unsigned char *at = (const unsigned char *)ca.items[0].spki.ptr;
    p.key = d2i_PUBKEY(NULL, &at, (long)ca.items[0].spki.len);
    p.list = &list;
    start = now();
    if (aud_pool_run(aud_pool_cores(), list.len, 256, prove, &p, NULL) != AUD_OK) {
        return 1;
    }
    (void)printf("%.4f\n", now() - start);
    return 0;
}

int main(int argc, char **argv)
{
    if ((argc == 3 || argc == 4) && strcmp(argv[1], "make") == 0) {
        return make(strtol(argv[2], NULL, 10), argc == 4 ? strtol(argv[3], NULL, 10) : 0);
    }
    if (argc == 3 && strcmp(argv[1], "facts") == 0) {
        return facts(argv[2]);
    }
    if (argc == 4 && strcmp(argv[1], "verify") == 0) {
        return verify(argv[2], argv[3]);
    }
    (void)fprintf(stderr, "usage: estate make N [OTHERS] | facts FILE | verify FILE CA\n");
    return 2;
}
