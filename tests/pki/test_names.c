/* tests/pki/test_names.c - names as text (RFC 4514) and as canonical bytes (RFC 5280, 7.1). */
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "tests/support/support.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <stdio.h>

typedef struct bytes {
    unsigned char at[1024];
    size_t len;
} bytes;

static aud_str of_hex(const char *hex, bytes *out)
{
    assert_true(aud_hex_decode(aud_str_of(hex), out->at, sizeof out->at, &out->len));
    return (aud_str){(const char *)out->at, out->len};
}

/* A name of one attribute: its type's and its value's whole elements in hexadecimal. */
static const char *one(const char *type, const char *value)
{
    static char hex[2048];
    const size_t pair = (strlen(type) + strlen(value)) / 2;

    assert_true(pair < 100);
    (void)snprintf(hex, sizeof hex, "30%02zx31%02zx30%02zx%s%s", pair + 4, pair + 2, pair, type,
                   value);
    return hex;
}

#define CN "0603550403"

static void test_values_in_text(void **state)
{
    static const struct {
        const char *name, *type, *value, *text;
        bool same_as_openssl;
    } cases[] = {
        {"plain text", CN, "0c0161", "CN=a", true},
        {"an empty value", CN, "0c00", "CN=", true},
        {"blanks at both ends are escaped, inside not", CN, "0c052061206220", "CN=\\ a b\\ ", true},
        {"a value of one blank", CN, "0c0120", "CN=\\ ", true},
        {"a number sign in front is escaped, inside not", CN, "0c03236123", "CN=\\#a#", true},
        {"the special characters", CN, "0c07222b2c3b3c3e5c", "CN=\\\"\\+\\,\\;\\<\\>\\\\", true},
        {"an equals sign stays", CN, "0c03613d62", "CN=a=b", true},
        {"control characters in hexadecimal", CN, "0c04000a1b7f", "CN=\\00\\0A\\1B\\7F", true},
        {"UTF-8 stays as it is", CN, "0c02c3a9", "CN=\xc3\xa9", true},
        {"UTF-8 of four bytes", CN, "0c04f09f9880", "CN=\xf0\x9f\x98\x80", true},
        {"UTF-8 that is none", CN, "0c01ff", "CN=#0C01FF", false},
        {"an overlong form", CN, "0c02c0af", "CN=#0C02C0AF", false},
        {"PrintableString", CN, "130161", "CN=a", true},
        {"T61String as Latin-1", CN, "1401e9", "CN=\xc3\xa9", true},
        {"an eight-bit PrintableString as Latin-1", CN, "1301e9", "CN=\xc3\xa9", true},
        {"BMPString", CN, "1e0400e920ac", "CN=\xc3\xa9\xe2\x82\xac", true},
        {"UTF-16 in a BMPString", CN, "1e04d83dde00", "CN=\xf0\x9f\x98\x80", false},
        {"half a surrogate pair", CN, "1e02d83d", "CN=#1E02D83D", false},
        {"a BMPString of three bytes", CN, "1e03006100", "CN=#1E03006100", false},
        {"UniversalString", CN, "1c040001f600", "CN=\xf0\x9f\x98\x80", true},
        {"a UniversalString beyond Unicode", CN, "1c0400110000", "CN=#1C0400110000", false},
        {"no string at all", CN, "0101ff", "CN=#0101FF", false},
        {"a bit string", "060355042d", "03020780", "x500UniqueIdentifier=#03020780", true},
        {"a type that has no name", "06032a0304", "0c0161", "1.2.3.4=#0C0161", true},
        {"a domain component", "060a0992268993f22c640119", "1603636f6d", "DC=com", true},
        {"an e-mail address", "06092a864886f70d010901", "1603614062", "emailAddress=a@b", true},
        {"a jurisdiction", "060b2b0601040182373c020103", "13024445", "jurisdictionC=DE", true},
    };
    aud_arena arena;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        bytes b;
        const aud_str name = of_hex(one(cases[i].type, cases[i].value), &b);
        const unsigned char *at = b.at;
        X509_NAME *there = d2i_X509_NAME(NULL, &at, (long)b.len);
        const aud_str text = aud_name_text(name, &arena);

        print_message("case: %s\n", cases[i].name);
        if (!aud_str_eq(text, aud_str_of(cases[i].text))) {
            fail_msg("got %.*s", AUD_ARG(text));
        }
        if (cases[i].same_as_openssl) {
            BIO *bio = BIO_new(BIO_s_mem());
            char *printed = NULL;
            long len = 0;

            assert_non_null(there);
            assert_true(
                X509_NAME_print_ex(bio, there, 0,
                                   XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0);
            len = BIO_get_mem_data(bio, &printed);
            assert_true(aud_str_eq(text, (aud_str){printed, (size_t)len}));
            BIO_free(bio);
        }
        X509_NAME_free(there);
        ERR_clear_error();
    }
    aud_arena_clear(&arena);
}

static void test_structures_in_text(void **state)
{
    static const struct {
        const char *name, *hex, *text;
    } cases[] = {
        {"an empty name is an empty text", "3000", ""},
        {"the most specific part comes first",
         "3018310a300806035504060c0141310a300806035504030c0162", "CN=b,C=A"},
        {"the values of one part are joined", "30163114300806035504030c01613008060355040a0c0162",
         "O=b+CN=a"},
        {"an empty part says nothing", "300e3100310a300806035504030c0161", "CN=a"},
        {"what is no name is its bytes", "0500", "#0500"},
        {"nothing is its bytes", "", "#"},
        {"a cut name is its bytes", "300c310a30080603550403", "#300C310A30080603550403"},
        {"bytes behind the value", "300e310c300a06035504030c01610500",
         "#300E310C300A06035504030C01610500"},
        {"a sequence in place of a set", "300c300a300806035504030c0161",
         "#300C300A300806035504030C0161"},
        {"bytes behind the name", "300c310a300806035504030c016100",
         "#300C310A300806035504030C016100"},
        {"an attribute without a type", "3007310530030c0161", "#3007310530030C0161"},
    };
    aud_arena arena;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        bytes b;
        const aud_str text = aud_name_text(of_hex(cases[i].hex, &b), &arena);

        print_message("case: %s\n", cases[i].name);
        if (text.ptr == NULL || !aud_str_eq(text, aud_str_of(cases[i].text))) {
            fail_msg("got %.*s", AUD_ARG(text));
        }
    }
    aud_arena_clear(&arena);
}

static void test_canonical_forms(void **state)
{
    static const struct {
        const char *name, *a, *b;
        bool same;
    } cases[] = {
        {"case and blanks are folded", "300e310c300a06035504030c03412062",
         "3010310e300c06035504030c052061202042", true},
        {"the kind of string does not count", "300c310a300806035504030c0161",
         "300c310a30080603550403130161", true},
        {"a BMPString and its UTF-8", "300c310a300806035504030c0161",
         "300d310b300906035504031e020061", true},
        {"letters outside ASCII keep their case", "300d310b300906035504030c02c3a9",
         "300d310b300906035504030c02c389", false},
        {"the order of the values in one part does not count",
         "30163114300806035504030c01613008060355040a0c0162",
         "301631143008060355040a0c0162300806035504030c0161", true},
        {"the order of the parts counts", "3018310a300806035504060c0141310a300806035504030c0162",
         "3018310a300806035504030c0162310a300806035504060c0141", false},
        {"two parts are not one of two values",
         "3018310a300806035504030c0161310a3008060355040a0c0162",
         "30163114300806035504030c01613008060355040a0c0162", false},
        {"another type", "300c310a300806035504030c0161", "300c310a3008060355040a0c0161", false},
        {"a value that ends before a NUL", "300c310a300806035504030c0161",
         "300e310c300a06035504030c03610062", false},
        {"values that are no strings by their bytes", "300c310a30080603550403020101",
         "300c310a30080603550403020102", false},
        {"text that looks like the start of another attribute",
         "3018310a300806035504030c0161310a3008060355040a0c0162",
         "30173115301306035504030c0c617331613a36323a73626f33", false},
    };
    aud_arena arena;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        bytes a, b;
        aud_str x = {NULL, 0}, y = {NULL, 0};

        print_message("case: %s\n", cases[i].name);
        assert_int_equal(aud_name_canonical(of_hex(cases[i].a, &a), &arena, &x, NULL), AUD_OK);
        assert_int_equal(aud_name_canonical(of_hex(cases[i].b, &b), &arena, &y, NULL), AUD_OK);
        assert_int_equal(aud_str_eq(x, y), cases[i].same);
    }
    aud_arena_clear(&arena);
}

static void test_names_without_canonical_form(void **state)
{
    static const char *const cases[] = {"", "0500", "30020500", "300c310a30080603550403",
                                        "300e310c300a06035504030c01610500"};
    aud_arena arena;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_error err = {0};
        aud_str out;
        bytes b;

        assert_int_equal(aud_name_canonical(of_hex(cases[i], &b), &arena, &out, &err),
                         AUD_E_FORMAT);
        assert_true(err.message[0] != '\0');
    }
    aud_arena_clear(&arena);
}

/* A name of many parts, longer than any real one, is either whole or its bytes; never cut. */
static void test_long_names(void **state)
{
    aud_buf name;
    aud_arena arena;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    for (size_t num = 250; num <= 260; num += 10) {
        const size_t len = num * 12;
        const char header[4] = {0x30, (char)0x82, (char)(len >> 8), (char)(len & 0xff)};
        aud_str text;

        aud_buf_init(&name, 1 << 20);
        assert_int_equal(aud_buf_add(&name, (aud_str){header, 4}, NULL), AUD_OK);
        for (size_t i = 0; i < num; i++) {
            assert_int_equal(
                aud_buf_add(&name, AUD_LIT("\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x61"),
                            NULL),
                AUD_OK);
        }
        text = aud_name_text(aud_buf_str(&name), &arena);
        assert_int_equal(text.len, num == 250 ? num * 5 - 1 : 2 * (len + 4) + 1);
        assert_int_equal(text.ptr[0], num == 250 ? 'C' : '#');
        aud_buf_clear(&name);
    }
    aud_arena_clear(&arena);
}

static void test_memory_that_runs_out(void **state)
{
    bytes b;
    const aud_str name = of_hex("300d310b300906035504031e020061", &b);
    aud_str out;
    (void)state;

    for (uint64_t n = 1; n <= 6; n++) {
        aud_arena arena;
        aud_str text;
        aud_status st = AUD_OK;

        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        aud_alloc_fail_at(n);
        text = aud_name_text(name, &arena);
        aud_alloc_fail_at(n);
        st = aud_name_canonical(name, &arena, &out, NULL);
        aud_alloc_fail_at(0);
        assert_true(text.ptr == NULL || text.len > 0); /* never an empty name */
        assert_true(st == AUD_OK || st == AUD_E_NOMEM);
        aud_arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_in_text),  cmocka_unit_test(test_structures_in_text),
        cmocka_unit_test(test_canonical_forms), cmocka_unit_test(test_names_without_canonical_form),
        cmocka_unit_test(test_long_names),      cmocka_unit_test(test_memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
