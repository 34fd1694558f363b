/* tests/tls/test_cipher_string.c - cipher strings against the OpenSSL that is linked. */
#include "tests/support/support.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "engine/tls/cipher_string.h"

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

static aud_cipher_list read_string(const char *text)
{
    aud_cipher_list list;

    assert_int_equal(aud_cipher_string_read(aud_str_of(text), &arena, &list, NULL), AUD_OK);
    return list;
}

/* Codes of TLS 1.2 and older in the order that OpenSSL gives them; false if it refuses. */
static bool ask_openssl(const char *text, uint32_t codes[512], size_t *out_num)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    bool taken;

    assert_non_null(ctx);
    taken = SSL_CTX_set_cipher_list(ctx, text) == 1;
    ERR_clear_error();
    *out_num = 0;
    if (taken) {
        STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(ctx);
        for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
            const uint32_t code = SSL_CIPHER_get_id(sk_SSL_CIPHER_value(all, i)) & 0xffff;
            if (code >> 8 != 0x13) {
                codes[(*out_num)++] = code;
            }
        }
    }
    SSL_CTX_free(ctx);
    return taken;
}

static void compare(const char *text)
{
    uint32_t codes[512];
    size_t num, at = 0;
    const bool taken = ask_openssl(text, codes, &num);
    const aud_cipher_list list = read_string(text);

    if (taken == list.refused) {
        fail_msg("'%s' is %s by OpenSSL, and %s here", text, taken ? "taken" : "refused",
                 list.refused ? "refused" : "taken");
    }
    if (!taken) {
        return;
    }
    for (size_t i = 0; i < list.num_choices; i++) {
        const uint32_t code = aud_suite_code(list.choices[i].suite);
        if (list.choices[i].availability != AUD_IN_DEFAULT_BUILD) {
            continue;
        }
        if (at == num || codes[at] != code) {
            fail_msg("'%s': place %zu is 0x%04x here, 0x%04x for OpenSSL", text, at, code,
                     at < num ? codes[at] : 0);
        }
        at++;
    }
    if (at != num) {
        fail_msg("'%s': OpenSSL has 0x%04x besides", text, codes[at]);
    }
}

/* Debian's build is the oracle; another may have more or fewer suites. */
static bool is_known_build(void)
{
    uint32_t codes[512];
    size_t num;

    return ask_openssl("ALL:COMPLEMENTOFALL", codes, &num) && num == 155 &&
           OPENSSL_VERSION_MAJOR == 3;
}

static void test_real_strings(void **state)
{
    static const char *const texts[] = {
        "HIGH:!aNULL:!MD5",
        "DEFAULT",
        "DEFAULT:!RSA",
        "DEFAULT@STRENGTH",
        "DEFAULT@SECLEVEL=1",
        "DEFAULT:@SECLEVEL=0",
        "ALL",
        "ALL:!COMPLEMENTOFDEFAULT:!eNULL",
        "ALL:COMPLEMENTOFALL",
        "COMPLEMENTOFALL",
        "COMPLEMENTOFDEFAULT",
        "eNULL",
        "NULL",
        "aNULL",
        "HIGH",
        "MEDIUM",
        "LOW",
        "EXPORT",
        "FIPS",
        "FIPS:!aNULL",
        "CBC",
        "SSLv3",
        "TLSv1",
        "TLSv1.0",
        "TLSv1.2",
        "TLSv1.3",
        "TLSv1.2+HIGH",
        "HIGH+FIPS",
        "HIGH+COMPLEMENTOFDEFAULT",
        "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:!aNULL:!MD5:!DSS",
        "EECDH+AESGCM:EDH+AESGCM",
        "EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH",
        "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:"
        "!MD5:!PSK:!RC4",
        "HIGH:!RC4:!MD5:!aNULL:!eNULL:!NULL:!DH:!EDH:!EXP:+MEDIUM",
        "ALL:!ADH:!EXPORT56:RC4+RSA:+HIGH:+MEDIUM:+LOW:+SSLv2:+EXP:+eNULL",
        "kEECDH:kEDH:-aNULL:RSA+AES:-CAMELLIA",
        "AES128-SHA AES256-SHA,CAMELLIA128-SHA;AES128-GCM-SHA256",
        "aes128-sha",
        "AES128-SHA+AES256-SHA",
        "AES128-SHA+kRSA",
        "AES128-SHA+ECDHE",
        "AES128-SHA:-AES128-SHA:AES",
        "AES128-SHA:!AES128-SHA:AES",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_AES_128_GCM_SHA256",
        "HIGH:TLS_AES_128_GCM_SHA256",
        "SUITEB128",
        "SUITEB128ONLY",
        "SUITEB192",
        "SUITEB128C2",
        "HIGH:SUITEB128",
        "HIGH:DEFAULT",
        "DEFAULT:DEFAULT",
        "PSK:SRP",
        "kPSK:kRSAPSK:kDHEPSK:kECDHEPSK",
        "HIGH:@STRENGTH",
        "RSA:@STRENGTH:ECDHE",
        "@STRENGTH",
        "HIGH:@NONSENSE",
        "HIGH:@SECLEVEL=9",
        "HIGH:@SECLEVEL=22",
        "HIGH:@SECLEVEL=",
        "",
        ":",
        ": :",
        "!",
        "HIGH:!",
        "HIGH:!:",
        "HIGH:+",
        "HIGH+",
        "HIGH+:AES",
        "HIGH:no such thing",
        "HIGH:\"x\"",
        "HIGH:*",
        "!ALL:HIGH",
        "-ALL:HIGH",
        "+ALL",
        "HIGH:+ECDHE:+DHE",
        "ARIA:ARIAGCM:CHACHA20:AESCCM:AESCCM8",
        "SHA:SHA1:SHA256:SHA384",
        "EDH-RSA-DES-CBC3-SHA:HIGH",
    };

    AUD_UNUSED(state);
    if (!is_known_build()) {
        print_message("skipped: not the OpenSSL 3.0 of Debian 12\n");
        skip();
    }
    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        compare(texts[i]);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void test_generated_strings(void **state)
{
    static const char *const words[] = {
        "ALL",
        "COMPLEMENTOFALL",
        "COMPLEMENTOFDEFAULT",
        "kRSA",
        "kEDH",
        "DH",
        "kECDHE",
        "ECDH",
        "kPSK",
        "kRSAPSK",
        "kECDHEPSK",
        "kDHEPSK",
        "kSRP",
        "aRSA",
        "aDSS",
        "aNULL",
        "aECDSA",
        "aPSK",
        "aSRP",
        "EDH",
        "DHE",
        "EECDH",
        "ECDHE",
        "NULL",
        "RSA",
        "ADH",
        "AECDH",
        "PSK",
        "SRP",
        "3DES",
        "RC4",
        "SEED",
        "IDEA",
        "eNULL",
        "AES128",
        "AES256",
        "AES",
        "AESGCM",
        "AESCCM",
        "AESCCM8",
        "CAMELLIA128",
        "CAMELLIA256",
        "CAMELLIA",
        "CHACHA20",
        "ARIA",
        "ARIA128",
        "ARIA256",
        "CBC",
        "MD5",
        "SHA1",
        "SHA",
        "SHA256",
        "SHA384",
        "SSLv3",
        "TLSv1",
        "TLSv1.2",
        "LOW",
        "MEDIUM",
        "HIGH",
        "FIPS",
        "EXP",
        "DES",
        "NOTHING",
        "AES128-SHA",
        "AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "DHE-RSA-CHACHA20-POLY1305",
        "PSK-AES128-CBC-SHA256",
        "ECDHE-ECDSA-AES256-CCM8",
        "ADH-AES128-SHA",
        "NULL-MD5",
        "SRP-AES-128-CBC-SHA",
        "DES-CBC3-SHA",
        "EXP-RC4-MD5",
    };
    uint32_t seed = 20260101;
    char text[1024];

    AUD_UNUSED(state);
    if (!is_known_build()) {
        print_message("skipped: not the OpenSSL 3.0 of Debian 12\n");
        skip();
    }
    for (size_t round = 0; round < 5000; round++) {
        const size_t num = 1 + next_random(&seed) % 8;
        size_t len = 0;

        for (size_t i = 0; i < num; i++) {
            static const char signs[] = "   -+!!";
            const char sign = signs[next_random(&seed) % 7];
            const size_t joined = next_random(&seed) % 4 == 0 ? 2 : 1;

            if (sign != ' ') {
                text[len++] = sign;
            }
            for (size_t j = 0; j < joined; j++) {
                len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", j ? "+" : "",
                                        words[next_random(&seed) % AUD_COUNT(words)]);
            }
            if (next_random(&seed) % 10 == 0) {
                len += (size_t)snprintf(text + len, sizeof(text) - len, ":@STRENGTH");
            }
            text[len++] = ':';
        }
        text[len - 1] = '\0';
        compare(text);
        aud_arena_reset(&arena);
    }
}

static const aud_cipher_choice *chosen(const aud_cipher_list *list, uint32_t code)
{
    for (size_t i = 0; i < list->num_choices; i++) {
        if (aud_suite_code(list->choices[i].suite) == code) {
            return &list->choices[i];
        }
    }
    return NULL;
}

/* -1 if the suite is not chosen */
static int availability(const aud_cipher_list *list, uint32_t code)
{
    const aud_cipher_choice *choice = chosen(list, code);

    return choice ? (int)choice->availability : -1;
}

static void test_what_openssl_no_longer_has(void **state)
{
    aud_cipher_list list;

    AUD_UNUSED(state);
    list = read_string("RC4-SHA:HIGH");
    assert_int_equal(availability(&list, 0x0005), AUD_IN_OTHER_BUILDS);
    list = read_string("HIGH:MEDIUM:!aNULL");
    assert_int_equal(availability(&list, 0x000a), AUD_IN_OTHER_BUILDS);
    assert_null(chosen(&list, 0x0003)); /* no keyword of OpenSSL 3 reaches export suites */
    list = read_string("HIGH:EXP");
    assert_int_equal(availability(&list, 0x0003), AUD_IN_OLD_RELEASES);
    list = read_string("EXP-RC4-MD5:HIGH:!EXP");
    assert_null(chosen(&list, 0x0003));
    list = read_string("DES-CBC-SHA:AES128-SHA");
    assert_int_equal(availability(&list, 0x0009), AUD_IN_OLD_RELEASES);
    assert_false(list.refused);
    list = read_string("RC4-SHA"); /* nothing is left for OpenSSL 3, and the intent is plain */
    assert_true(list.refused);
    assert_int_equal(list.num_choices, 1);
    list = read_string("DEFAULT");
    assert_null(chosen(&list, 0x0005));
    assert_null(chosen(&list, 0x000a));
}

static void test_words_passed_over(void **state)
{
    const aud_cipher_list list =
        read_string("HIGH:TLS_RSA_WITH_AES_128_CBC_SHA:!NONSENSE:AES+NONE:@SECLEVEL=1");

    AUD_UNUSED(state);
    assert_int_equal(list.num_ignored, 3);
    assert_int_equal(aud_suite_code(list.ignored[0].meant), 0x002f);
    assert_true(aud_str_eq(list.ignored[1].word, AUD_LIT("NONSENSE")));
    assert_null(list.ignored[1].meant);
    assert_true(aud_str_eq(list.ignored[2].word, AUD_LIT("AES+NONE")));
    assert_int_equal(list.security_level, 1);
}

/* What a server with this level would still negotiate, by OpenSSL's own filter. */
static void test_security_levels(void **state)
{
    AUD_UNUSED(state);
    if (!is_known_build()) {
        print_message("skipped: not the OpenSSL 3.0 of Debian 12\n");
        skip();
    }
    for (int level = 0; level <= 5; level++) {
        SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
        SSL *ssl;

        assert_non_null(ctx);
        SSL_CTX_set_security_level(ctx, level);
        assert_int_equal(SSL_CTX_set_cipher_list(ctx, "ALL:eNULL:!PSK:!SRP"), 1);
        assert_int_equal(SSL_CTX_set_min_proto_version(ctx, 0), 1);
        ssl = SSL_new(ctx);
        assert_non_null(ssl);
        STACK_OF(SSL_CIPHER) *usable = SSL_get1_supported_ciphers(ssl);
        const aud_cipher_list list = read_string("ALL:eNULL:!PSK:!SRP");
        for (size_t i = 0; i < list.num_choices; i++) {
            const uint32_t code = aud_suite_code(list.choices[i].suite);
            bool found = false;
            if (list.choices[i].availability != AUD_IN_DEFAULT_BUILD) {
                continue;
            }
            for (int j = 0; j < sk_SSL_CIPHER_num(usable); j++) {
                found =
                    found || (SSL_CIPHER_get_id(sk_SSL_CIPHER_value(usable, j)) & 0xffff) == code;
            }
            if (found != aud_suite_at_level(list.choices[i].suite, level)) {
                fail_msg("level %d, 0x%04x: %d for OpenSSL", level, code, found);
            }
        }
        sk_SSL_CIPHER_free(usable);
        SSL_free(ssl);
        SSL_CTX_free(ctx);
    }
    ERR_clear_error();
}

static void test_limits(void **state)
{
    char *text = calloc(1, AUD_MAX_CIPHER_STRING + 2);
    aud_cipher_list list;

    AUD_UNUSED(state);
    assert_non_null(text);
    memset(text, ':', AUD_MAX_CIPHER_STRING);
    assert_int_equal(aud_cipher_string_read(aud_str_of(text), &arena, &list, NULL), AUD_OK);
    assert_true(list.refused);
    text[AUD_MAX_CIPHER_STRING] = ':';
    assert_int_equal(aud_cipher_string_read(aud_str_of(text), &arena, &list, NULL), AUD_E_LIMIT);
    for (size_t i = 0; i + 1 < AUD_MAX_CIPHER_STRING; i += 2) {
        text[i] = 'x';
        text[i + 1] = ':';
    }
    text[AUD_MAX_CIPHER_STRING] = '\0';
    assert_int_equal(aud_cipher_string_read(aud_str_of(text), &arena, &list, NULL), AUD_OK);
    assert_int_equal(list.num_ignored, AUD_MAX_CIPHER_STRING / 2);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_real_strings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_generated_strings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_openssl_no_longer_has, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_security_levels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
