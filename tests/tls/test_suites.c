/* tests/tls/test_suites.c - the suite table against IANA's registry, OpenSSL and GnuTLS names. */
#include "tests/support/support.h"

#include <cjson/cJSON.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>

#include "engine/tls/suites.h"

static aud_arena arena;

static int set_up(void **state)
{
    AUD_UNUSED(state);
    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    return 0;
}

static int tear_down(void **state)
{
    AUD_UNUSED(state);
    aud_arena_clear(&arena);
    return 0;
}

static aud_value fact(const aud_suite *suite, unsigned field)
{
    const aud_value v = aud_suite_value(suite);

    assert_int_equal(v.presence, AUD_PRESENT);
    assert_ptr_equal(v.as.object.type, &aud_type_suite);
    return v.as.object.get(v.as.object.self, field, &arena);
}

/* NUL-terminated; NULL when absent. */
static const char *text(const aud_suite *suite, unsigned field)
{
    const aud_value v = fact(suite, field);

    if (v.presence == AUD_ABSENT) {
        return NULL;
    }
    assert_int_equal(v.presence, AUD_PRESENT);
    assert_int_equal(v.type, AUD_T_STRING);
    return v.as.string.ptr;
}

static bool flag(const aud_suite *suite, unsigned field)
{
    const aud_value v = fact(suite, field);

    assert_int_equal(v.presence, AUD_PRESENT);
    assert_int_equal(v.type, AUD_T_BOOL);
    return v.as.boolean;
}

static uint32_t find(const char *spelling)
{
    const aud_suite *suite = aud_suite_find(aud_str_of(spelling));

    return suite ? aud_suite_code(suite) : 0xffffffff;
}

static void test_spellings(void **state)
{
    static const struct {
        const char *spelling;
        uint32_t code;
    } cases[] = {
        {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xC02F}, /* IANA */
        {"ECDHE-RSA-AES128-GCM-SHA256", 0xC02F},           /* OpenSSL */
        {"ECDHE_RSA_AES_128_GCM_SHA256", 0xC02F},          /* GnuTLS, without prefix */
        {"TLS_ECDHE_RSA_AES_128_GCM_SHA256", 0xC02F},      /* GnuTLS, with it */
        {"tls_ecdhe_rsa_with_aes_128_gcm_sha256", 0xC02F}, /* other case */
        {"  ECDHE-RSA-AES128-GCM-SHA256 ", 0xC02F},
        {"0xC02F", 0xC02F},
        {"0xc02f", 0xC02F},
        {"xc02f", 0xC02F},
        {"C02F", 0xC02F},
        {"0xC0,0x2F", 0xC02F},
        {"0xC0, 0x2F", 0xC02F},
        {"{0xC0,0x2F}", 0xC02F},
        {"0xC0 0x2F", 0xC02F},
        {"0x0300C02F", 0xC02F},                      /* OpenSSL's own id */
        {"x39", 0x0039},                             /* testssl pads nothing */
        {"0x9F", 0x009F},                            /* sslscan 1.x */
        {"TLS_AKE_WITH_AES_128_GCM_SHA256", 0x1301}, /* nmap */
        {"TLS13-AES-128-GCM-SHA256", 0x1301},
        {"TLS_AES_128_GCM_SHA256", 0x1301},
        {"AES128-GCM-SHA256", 0x009C}, /* and not the TLS 1.3 one */
        {"SSL_RSA_WITH_RC4_128_MD5", 0x0004},
        {"RC4-MD5", 0x0004}, /* the registered one, not SSLv2's */
        {"EDH-RSA-DES-CBC3-SHA", 0x0016},
        {"DHE-RSA-DES-CBC3-SHA", 0x0016},
        {"EXP-EDH-RSA-DES-CBC-SHA", 0x0014},
        {"EXP1024-RC4-SHA", 0x0064},
        {"TLS_RSA_ARCFOUR_128_SHA1", 0x0005},
        {"ECDHE-ECDSA-CHACHA20-POLY1305-OLD", 0xCC14},
        {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256_OLD", 0xCC13},
        {"ECDHE-RSA-CHACHA20-POLY1305", 0xCCA8},
        {"TLS_AEGIS_256_SHA384", 0x1306}, /* the registry renamed it */
        {"SSL2_RC4_128_WITH_MD5", 0x010080},
        {"SSL_CK_DES_192_EDE3_CBC_WITH_MD5", 0x0700C0},
        {"0x010080", 0x010080},
        {"0x01,0x00,0x80", 0x010080},
        {"0x02010080", 0x010080},
        {"DES-CBC3-MD5", 0x0700C0},
        {"TLS_PSK_DHE_WITH_AES_128_CCM_8", 0xC0AA},
        {"DHE_PSK_AES_128_CCM_8", 0xC0AA},
        {"GOST2001-GOST89-GOST89", 0x0081},
        {"SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA", 0xFEFF},
        {"TLS_NULL_WITH_NULL_NULL", 0x0000},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        if (find(cases[i].spelling) != cases[i].code) {
            fail_msg("'%s' is 0x%X", cases[i].spelling, find(cases[i].spelling));
        }
    }
}

static void test_no_suites(void **state)
{
    static const char *const none[] = {
        "",
        " ",
        "0x00FF", /* renegotiation SCSV */
        "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
        "TLS_FALLBACK_SCSV",
        "0x5600",
        "0x0A0A", /* GREASE */
        "0xFAFA",
        "0x",
        "x",
        "39", /* two bare digits are no code */
        "0xC0,0x",
        "0xC0,0x2F0",
        "0xC0,0x2F,0x00,0x00",
        "0xC0,2F",
        "C02F0",
        "0x100000000C02F",
        "{}",
        "TLS_",
        "TLS_RSA_WITH_",
        "WITH",
        "HIGH",
        "ALL",
        "ECDHE-RSA-AES128-GCM-SHA2567",
        "ECDHE-RSA-AES128-GCM-SHA25",
        "TLS13-RSA",
        "TLS_RSA_WITH_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256_AND_A_TAIL_THAT_IS_LONGER_THAN_ANY_NAME_OF_A_SUITE",
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(none); i++) {
        if (find(none[i]) != 0xffffffff) {
            fail_msg("'%s' was found", none[i]);
        }
    }
    assert_null(aud_suite_find((aud_str){NULL, 0}));
    assert_null(aud_suite_find(AUD_LIT("TLS_AES_128\0_GCM_SHA256")));
    assert_null(aud_suite_by_code(0x10000));
}

static void assert_found(const char *spelling, const aud_suite *want)
{
    if (aud_suite_find(aud_str_of(spelling)) != want) {
        fail_msg("'%s' does not lead to %s", spelling, text(want, AUD_F_suite_code));
    }
}

/* Every name of every row leads back to it: also the proof that spellings.def is sorted. */
static void test_table(void **state)
{
    size_t num = 0;
    const aud_suite *const *all = aud_suite_all(&num);
    uint32_t last = 0;

    AUD_UNUSED(state);
    assert_true(num > 380);
    for (size_t i = 0; i < num; i++) {
        const aud_suite *s = all[i];
        const uint32_t code = aud_suite_code(s);
        const char *openssl = text(s, AUD_F_suite_openssl_name);
        const char *gnutls = text(s, AUD_F_suite_gnutls_name);

        assert_true(i == 0 || code > last);
        last = code;
        assert_ptr_equal(aud_suite_by_code(code), s);
        assert_found(text(s, AUD_F_suite_code), s);
        assert_found(text(s, AUD_F_suite_name), s);
        if (openssl && code < 0x10000) { /* SSLv2 shares names, the registered suite wins */
            assert_found(openssl, s);
        }
        if (gnutls) {
            assert_found(gnutls, s);
        }
    }
}

static bool one_of(const char *word, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(word, *words) == 0) {
            return true;
        }
    }
    return false;
}

static void check_row(const aud_suite *s)
{
    static const char *const kx[] = {"RSA",     "DH",        "DHE",     "ECDH", "ECDHE", "PSK",
                                     "DHE_PSK", "ECDHE_PSK", "RSA_PSK", "SRP",  "KRB5",  "GOST",
                                     "ECCPWD",  "NULL",      "any",     NULL};
    static const char *const auth[] = {"RSA",  "ECDSA", "DSS",  "anon", "PSK", "SRP",
                                       "KRB5", "GOST",  "NULL", "any",  NULL};
    static const char *const enc[] = {
        "AES",  "CHACHA20",   "CAMELLIA", "ARIA",      "3DES", "DES",   "RC4",   "RC2",  "IDEA",
        "SEED", "KUZNYECHIK", "MAGMA",    "GOST28147", "SM4",  "AEGIS", "ASCON", "NULL", NULL};
    static const char *const mac[] = {"MD5",  "SHA1", "SHA256", "SHA384",
                                      "GOST", "AEAD", "NULL",   NULL};
    static const char *const aead_modes[] = {"GCM", "CCM",  "CCM_8", "POLY1305",
                                             "MGM", "AEAD", NULL};
    const char *name = text(s, AUD_F_suite_name);
    const char *encryption = text(s, AUD_F_suite_encryption);
    const int64_t bits = fact(s, AUD_F_suite_bits).as.number;
    const bool tls13 = strcmp(text(s, AUD_F_suite_min_protocol), "TLSv1.3") == 0;
    const bool ssl2 = strcmp(text(s, AUD_F_suite_min_protocol), "SSLv2") == 0;
    const bool aead = flag(s, AUD_F_suite_aead);

    assert_true(one_of(text(s, AUD_F_suite_kx), kx));
    assert_true(one_of(text(s, AUD_F_suite_auth), auth));
    assert_true(one_of(encryption, enc));
    assert_true(one_of(text(s, AUD_F_suite_mac), mac));
    assert_int_equal(aead, one_of(text(s, AUD_F_suite_mode), aead_modes));
    assert_int_equal(bits == 0, strcmp(encryption, "NULL") == 0);
    assert_int_equal(strcmp(text(s, AUD_F_suite_mode), "none") == 0, bits == 0);
    assert_int_equal(strcmp(text(s, AUD_F_suite_kx), "any") == 0, tls13);
    assert_int_equal(strcmp(text(s, AUD_F_suite_max_protocol), "TLSv1.3") == 0, tls13);
    assert_int_equal(strcmp(text(s, AUD_F_suite_max_protocol), "SSLv2") == 0, ssl2);
    assert_int_equal(ssl2, aud_suite_code(s) > 0xffff);
    /* what the name itself says */
    assert_int_equal(flag(s, AUD_F_suite_export_grade), strstr(name, "EXPORT") != NULL);
    assert_int_equal(flag(s, AUD_F_suite_export_grade) && bits > 56, 0);
    assert_int_equal(flag(s, AUD_F_suite_anonymous),
                     strstr(name, "_anon_") || strstr(name, "NULL_WITH"));
    assert_int_equal(flag(s, AUD_F_suite_forward_secrecy),
                     tls13 || strstr(name, "DHE_") || strstr(name, "_anon_"));
    if (strstr(name, "_128_") && !strstr(name, "EXPORT40")) {
        assert_int_equal(bits, 128);
    } else if (strstr(name, "_256_CBC") || strstr(name, "_256_GCM") || strstr(name, "_256_CCM")) {
        assert_int_equal(bits, 256);
    } else if (strstr(name, "3DES") || strstr(name, "EDE3")) {
        assert_int_equal(bits, 112);
    }
    if (strstr(name, "_CBC_") && !ssl2) {
        assert_string_equal(text(s, AUD_F_suite_mode), "CBC");
    }
    if (aead && !tls13) {
        assert_string_equal(text(s, AUD_F_suite_min_protocol), "TLSv1.2");
    }
    assert_int_equal(fact(s, AUD_F_suite_protocols).presence, AUD_UNKNOWN);
}

static void test_derived_facts(void **state)
{
    size_t num = 0;
    const aud_suite *const *all = aud_suite_all(&num);

    AUD_UNUSED(state);
    for (size_t i = 0; i < num; i++) {
        check_row(all[i]);
    }
}

static void test_accepted(void **state)
{
    const aud_suite *suite = aud_suite_by_code(0xC02F);
    aud_value v;

    AUD_UNUSED(state);
    assert_int_equal(
        aud_suite_accepted(suite, 1u << AUD_TLS_1_0 | 1u << AUD_TLS_1_2, &arena, &v, NULL), AUD_OK);
    const aud_value list = v.as.object.get(v.as.object.self, AUD_F_suite_protocols, &arena);
    assert_int_equal(list.presence, AUD_PRESENT);
    assert_int_equal(list.as.list.len, 2);
    assert_string_equal(list.as.list.items[0].as.string.ptr, "TLSv1.0");
    assert_string_equal(list.as.list.items[1].as.string.ptr, "TLSv1.2");
    const aud_value name = v.as.object.get(v.as.object.self, AUD_F_suite_name, &arena);
    assert_string_equal(name.as.string.ptr, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    aud_error err = {0};
    assert_int_equal(aud_suite_accepted(suite, 1u << AUD_NUM_PROTOCOLS, &arena, &v, &err),
                     AUD_E_USAGE);
    assert_int_equal(v.as.object.get(v.as.object.self, AUD_NUM_suite_FIELDS, &arena).presence,
                     AUD_UNKNOWN);
    /* no memory for the list: unknown, not empty */
    aud_arena none;
    aud_arena_init(&none, 0);
    assert_int_equal(v.as.object.get(v.as.object.self, AUD_F_suite_protocols, &none).presence,
                     AUD_UNKNOWN);
    aud_arena_clear(&none);
}

static void test_protocols(void **state)
{
    static const struct {
        const char *spelling;
        int want; /* -1: none */
    } cases[] = {
        {"TLSv1.2", AUD_TLS_1_2},
        {"TLS 1.2", AUD_TLS_1_2},
        {"tls1_2", AUD_TLS_1_2},
        {"tls12", AUD_TLS_1_2},
        {"TLS1.2", AUD_TLS_1_2},
        {"TLSV1.2", AUD_TLS_1_2},
        {"TLS_1_2", AUD_TLS_1_2},
        {"TLSv1", AUD_TLS_1_0},
        {"TLSv1.0", AUD_TLS_1_0},
        {"tls10", AUD_TLS_1_0},
        {"TLSv1_1", AUD_TLS_1_1},
        {"TLSv1.3", AUD_TLS_1_3},
        {"SSLv3", AUD_SSL_3},
        {"ssl30", AUD_SSL_3},
        {"SSL 3.0", AUD_SSL_3},
        {"SSLv2", AUD_SSL_2},
        {"ssl20", AUD_SSL_2},
        {"", -1},
        {"TLS", -1},
        {"TLSv1.4", -1},
        {"TLSv2", -1},
        {"1.2", -1},
        {"DTLSv1.2", -1},
        {"TLSv1.2.3.4.5.6", -1},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_protocol got = AUD_NUM_PROTOCOLS;
        const bool found = aud_protocol_find(aud_str_of(cases[i].spelling), &got);
        if (found != (cases[i].want >= 0) || (found && (int)got != cases[i].want)) {
            fail_msg("'%s' is %d", cases[i].spelling, (int)got);
        }
    }
    for (int p = 0; p < AUD_NUM_PROTOCOLS; p++) {
        aud_protocol got = AUD_NUM_PROTOCOLS;
        assert_true(aud_protocol_find(aud_str_of(aud_protocol_name((aud_protocol)p)), &got));
        assert_int_equal(got, p);
    }
}

/* --- oracles ---------------------------------------------------------------------------------- */

static void check_registered(unsigned code, const char *name, char recommended)
{
    const aud_suite *s = aud_suite_by_code(code);

    assert_non_null(s);
    assert_found(name, s);
    if (code != 0x1306) { /* renamed since */
        assert_string_equal(text(s, AUD_F_suite_name), name);
    }
    /* the copy is older than RFC 9847: only its N may have become D */
    const char *got = text(s, AUD_F_suite_recommended);
    if (got[0] != recommended && !(recommended == 'N' && got[0] == 'D')) {
        fail_msg("%s is %s, the registry says %c", name, got, recommended);
    }
}

static void test_iana_registry(void **state)
{
    const char *path = aud_test_sample("samples/iana/tls-parameters-4.2022-12.csv");
    aud_buf file;
    size_t rows = 0;

    AUD_UNUSED(state);
    if (!path) {
        print_message("no registry beside the project: skipped\n");
        skip();
    }
    aud_test_read(path, &file);
    aud_str rest = aud_buf_str(&file), line;
    while (aud_str_split(&rest, '\n', &line)) {
        char row[512], name[128], dtls, recommended;
        unsigned high, low;

        if (line.len >= sizeof(row)) {
            continue;
        }
        memcpy(row, line.ptr, line.len);
        row[line.len] = '\0';
        if (sscanf(row, "\"0x%2X,0x%2X\",%127[A-Za-z0-9_],%c,%c,", &high, &low, name, &dtls,
                   &recommended) != 5) {
            continue; /* a range, or a cell's second line */
        }
        if (strstr(name, "SCSV") || strncmp(name, "TLS_", 4) != 0) {
            assert_null(aud_suite_by_code(high << 8 | low));
            continue;
        }
        check_registered(high << 8 | low, name, recommended);
        rows++;
    }
    aud_buf_clear(&file);
    assert_int_equal(rows, 350); /* 352 less the two signalling values */
}

/* value, IANA name, OpenSSL name: also of suites that the OpenSSL at hand was built without */
static void test_openssl_names(void **state)
{
    const char *path = aud_test_sample("samples/iana/openssl-tls12-names.csv");
    aud_buf file;
    size_t rows = 0;

    AUD_UNUSED(state);
    if (!path) {
        print_message("no list of names beside the project: skipped\n");
        skip();
    }
    aud_test_read(path, &file);
    aud_str rest = aud_buf_str(&file), line;
    while (aud_str_split(&rest, '\n', &line)) {
        aud_str cells = aud_str_trim(line), code, iana, openssl;

        if (!aud_str_split(&cells, ',', &code) || !aud_str_split(&cells, ',', &iana) ||
            !aud_str_split(&cells, ',', &openssl) || !aud_str_starts(code, AUD_LIT("0x"))) {
            continue; /* the header */
        }
        const aud_suite *s = aud_suite_find(code);
        if (openssl.len == 0) { /* a signalling value */
            assert_null(s);
            continue;
        }
        assert_non_null(s);
        assert_ptr_equal(aud_suite_find(iana), s);
        assert_ptr_equal(aud_suite_find(openssl), s);
        rows++;
    }
    aud_buf_clear(&file);
    assert_true(rows > 250);
}

static const char *openssl_kx(int nid)
{
    static const struct {
        int nid;
        const char *kx;
    } names[] = {
        {NID_kx_rsa, "RSA"},   {NID_kx_dhe, "DHE"},         {NID_kx_ecdhe, "ECDHE"},
        {NID_kx_psk, "PSK"},   {NID_kx_dhe_psk, "DHE_PSK"}, {NID_kx_ecdhe_psk, "ECDHE_PSK"},
        {NID_kx_srp, "SRP"},   {NID_kx_rsa_psk, "RSA_PSK"}, {NID_kx_any, "any"},
        {NID_kx_gost, "GOST"},
    };
    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        if (names[i].nid == nid) {
            return names[i].kx;
        }
    }
    return "?";
}

static const char *openssl_auth(int nid)
{
    static const struct {
        int nid;
        const char *auth;
    } names[] = {
        {NID_auth_rsa, "RSA"},   {NID_auth_ecdsa, "ECDSA"}, {NID_auth_dss, "DSS"},
        {NID_auth_null, "anon"}, {NID_auth_psk, "PSK"},     {NID_auth_srp, "SRP"},
        {NID_auth_any, "any"},   {NID_auth_gost01, "GOST"}, {NID_auth_gost12, "GOST"},
    };
    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        if (names[i].nid == nid) {
            return names[i].auth;
        }
    }
    return "?";
}

static const char *openssl_mac(const SSL_CIPHER *cipher)
{
    if (SSL_CIPHER_is_aead(cipher)) {
        return "AEAD";
    }
    switch (SSL_CIPHER_get_digest_nid(cipher)) {
    case NID_md5:
        return "MD5";
    case NID_sha1:
        return "SHA1";
    case NID_sha256:
        return "SHA256";
    case NID_sha384:
        return "SHA384";
    default:
        return "?";
    }
}

static void check_openssl(const SSL_CIPHER *cipher)
{
    const aud_suite *s = aud_suite_by_code(SSL_CIPHER_get_protocol_id(cipher));

    assert_non_null(s);
    assert_string_equal(text(s, AUD_F_suite_name), SSL_CIPHER_standard_name(cipher));
    assert_string_equal(text(s, AUD_F_suite_openssl_name), SSL_CIPHER_get_name(cipher));
    assert_int_equal(fact(s, AUD_F_suite_bits).as.number, SSL_CIPHER_get_bits(cipher, NULL));
    assert_string_equal(text(s, AUD_F_suite_kx), openssl_kx(SSL_CIPHER_get_kx_nid(cipher)));
    /* SRP's plain suites count as authenticated by the password; OpenSSL says so too */
    assert_string_equal(text(s, AUD_F_suite_auth), openssl_auth(SSL_CIPHER_get_auth_nid(cipher)));
    assert_string_equal(text(s, AUD_F_suite_mac), openssl_mac(cipher));
    assert_string_equal(text(s, AUD_F_suite_min_protocol), SSL_CIPHER_get_version(cipher));
}

static void test_openssl_agrees(void **state)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());

    AUD_UNUSED(state);
    assert_non_null(ctx);
    assert_int_equal(SSL_CTX_set_cipher_list(ctx, "ALL:COMPLEMENTOFALL:@SECLEVEL=0"), 1);
    assert_int_equal(SSL_CTX_set_ciphersuites(ctx,
                                              "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                              "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:"
                                              "TLS_AES_128_CCM_8_SHA256"),
                     1);
    const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx);
    print_message("%d suites of %s\n", sk_SSL_CIPHER_num(ciphers), OPENSSL_VERSION_TEXT);
    assert_true(sk_SSL_CIPHER_num(ciphers) >= 158);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
        check_openssl(sk_SSL_CIPHER_value(ciphers, i));
    }
    SSL_CTX_free(ctx);
}

static const char *member(const cJSON *row, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, key));
}

static void test_name_map_agrees(void **state)
{
    const char *path = aud_test_sample("samples/cipher-names/tls-map-mapping.min.json");
    aud_buf file;
    const cJSON *row = NULL;

    AUD_UNUSED(state);
    if (!path) {
        print_message("no name map beside the project: skipped\n");
        skip();
    }
    aud_test_read(path, &file);
    cJSON *rows = cJSON_ParseWithLength(file.ptr, file.len);
    assert_non_null(rows);
    cJSON_ArrayForEach(row, rows)
    {
        const char *name = member(row, "iana");
        const aud_suite *s = aud_suite_find(aud_str_of(member(row, "codepoint")));
        if (strstr(name, "SCSV")) {
            assert_null(s);
            continue;
        }
        assert_non_null(s);
        assert_string_equal(text(s, AUD_F_suite_name), name);
        const char *gnutls = member(row, "gnutls");
        const char *ours = text(s, AUD_F_suite_gnutls_name);
        assert_int_equal(gnutls != NULL, ours != NULL);
        if (gnutls) {
            assert_string_equal(ours + strlen("TLS_"), gnutls);
            assert_found(gnutls, s);
        }
        const char *openssl = member(row, "openssl");
        if (openssl) {
            assert_string_equal(text(s, AUD_F_suite_openssl_name), openssl);
        }
        const char *nss = member(row, "nss");
        if (nss) {
            assert_found(nss, s);
        }
    }
    cJSON_Delete(rows);
    aud_buf_clear(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),       cmocka_unit_test(test_no_suites),
        cmocka_unit_test(test_table),           cmocka_unit_test(test_derived_facts),
        cmocka_unit_test(test_accepted),        cmocka_unit_test(test_protocols),
        cmocka_unit_test(test_iana_registry),   cmocka_unit_test(test_openssl_agrees),
        cmocka_unit_test(test_name_map_agrees), cmocka_unit_test(test_openssl_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
