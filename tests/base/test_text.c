/* tests/base/test_text.c */
#include "engine/base/text.h"
#include "tests/support/support.h"

static void test_utf8(void **state)
{
    static const struct {
        const char *name;
        aud_str bytes;
        bool valid;
    } cases[] = {
        {"the empty text is valid", AUD_LIT_INIT(""), true},
        {"two, three and four bytes are valid",
         AUD_LIT_INIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xa9"), true},
        {"an overlong slash is not", AUD_LIT_INIT("\xc0\xaf"), false},
        {"an overlong three-byte form is not", AUD_LIT_INIT("\xe0\x80\xaf"), false},
        {"a surrogate is not", AUD_LIT_INIT("\xed\xa0\x80"), false},
        {"above U+10FFFF is not", AUD_LIT_INIT("\xf4\x90\x80\x80"), false},
        {"a cut sequence is not", AUD_LIT_INIT("a\xe2\x82"), false},
        {"a lone continuation is not", AUD_LIT_INIT("\x80"), false},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        assert_int_equal(aud_utf8_valid(cases[i].bytes), cases[i].valid);
    }
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char out[4];
        aud_str s = {out, aud_utf8_put(c, out)};
        size_t at = 0;

        if (c < 0xd800 || c > 0xdfff) {
            assert_int_equal(aud_utf8_next(s, &at), (int32_t)c);
            assert_int_equal(at, s.len);
        }
    }
    assert_true(aud_utf8_is_unsafe(0x202e));
    assert_true(aud_utf8_is_unsafe(0));
    assert_true(aud_utf8_is_unsafe(0x1ffff));
    assert_false(aud_utf8_is_unsafe('a'));
    assert_false(aud_utf8_is_unsafe(0xe9));
}

static void test_hex(void **state)
{
    unsigned char out[4];
    char text[8];
    size_t len = 0;
    (void)state;

    assert_true(aud_hex_decode(AUD_LIT("AB:cd 01"), out, sizeof out, &len));
    assert_int_equal(len, 3);
    aud_hex_encode((aud_str){(const char *)out, 3}, text);
    assert_memory_equal(text, "abcd01", 6);
    assert_false(aud_hex_decode(AUD_LIT("a:b"), out, sizeof out, &len));
    assert_false(aud_hex_decode(AUD_LIT("abc"), out, sizeof out, &len));
    assert_false(aud_hex_decode(AUD_LIT("0011223344"), out, sizeof out, &len));
    assert_false(aud_hex_decode(AUD_LIT("zz"), out, sizeof out, &len));
}

static void test_base64(void **state)
{
    static const struct {
        aud_str text;
        const char *want; /* NULL: refused */
    } cases[] = {
        {AUD_LIT_INIT(""), ""},
        {AUD_LIT_INIT("Zg=="), "f"},
        {AUD_LIT_INIT("Zm8="), "fo"},
        {AUD_LIT_INIT("Zm9v"), "foo"},
        {AUD_LIT_INIT("Zm9v\r\nYmFy\n"), "foobar"},
        {AUD_LIT_INIT("Z m\t9v"), "foo"},
        {AUD_LIT_INIT("Zg"), "f"},
        {AUD_LIT_INIT("Zm9vYmE="), "fooba"},
        {AUD_LIT_INIT("Zg= ="), "f"},
        {AUD_LIT_INIT("Z"), NULL},
        {AUD_LIT_INIT("Zg="), NULL},
        {AUD_LIT_INIT("Zg==Zg=="), NULL},
        {AUD_LIT_INIT("===="), NULL},
        {AUD_LIT_INIT("Zg==="), NULL},
        {AUD_LIT_INIT("Zm9v*"), NULL},
        {AUD_LIT_INIT("Zm-_"), NULL},
        {AUD_LIT_INIT("Zm\0v"), NULL},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        unsigned char out[64];
        size_t len = 99;
        bool good = aud_base64_decode(cases[i].text, out, &len);

        print_message("case: %.*s\n", AUD_ARG(cases[i].text));
        assert_int_equal(good, cases[i].want != NULL);
        if (good) {
            assert_int_equal(len, strlen(cases[i].want));
            assert_memory_equal(out, cases[i].want, len);
        }
    }
}

static void test_glob(void **state)
{
    static const struct {
        const char *pattern, *path;
        bool want;
    } cases[] = {
        {"*.pem", "a.pem", true},
        {"*.pem", "x/a.pem", false},
        {"**/*.pem", "a.pem", true},
        {"**/*.pem", "x/y/a.pem", true},
        {"vendor/**", "vendor/a", true},
        {"vendor/**", "vendor", false},
        {"vendor/**", "vendored/a", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/x/bc", false},
        {"a?c", "abc", true},
        {"a?c", "a/c", false},
        {"[a-c]x", "bx", true},
        {"[!a-c]x", "bx", false},
        {"[]x]", "]", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"**", "a/b/c", true},
        {"", "", true},
        {"", "a", false},
        {"a**b", "axxb", true},
        {"a**b", "ax/b", false},
        {"*/x/*.pem", "q/x/a.pem", true},
        {"[a", "[a", true},
        {"**/a/**/b", "a/a/x/b", true},
        {"*a*b*c", "xaybzc", true},
    };
    char deep[4096];
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s %s\n", cases[i].pattern, cases[i].path);
        assert_int_equal(aud_glob_match(aud_str_of(cases[i].pattern), aud_str_of(cases[i].path)),
                         cases[i].want);
    }
    memset(deep, 'a', sizeof deep); /* must end soon whatever the pattern */
    assert_false(aud_glob_match(AUD_LIT("*a*a*a*a*a*a*a*a*a*a*a*b"), (aud_str){deep, sizeof deep}));
}

static void test_nearest(void **state)
{
    static const char *const names[] = {"check", "show", "policy"};
    (void)state;

    assert_string_equal(aud_nearest(AUD_LIT("chekc"), names, 3), "check");
    assert_string_equal(aud_nearest(AUD_LIT("polcy"), names, 3), "policy");
    assert_null(aud_nearest(AUD_LIT("xyzzy"), names, 3));
    assert_null(aud_nearest(AUD_LIT("x"), names, 0));
}

static void test_numbers(void **state)
{
    uint64_t n = 0;
    (void)state;

    assert_true(aud_parse_u64(AUD_LIT("18446744073709551615"), &n));
    assert_true(n == UINT64_MAX);
    assert_false(aud_parse_u64(AUD_LIT("18446744073709551616"), &n));
    assert_false(aud_parse_u64(AUD_LIT(""), &n));
    assert_false(aud_parse_u64(AUD_LIT("-1"), &n));
    assert_false(aud_parse_u64(AUD_LIT("1 "), &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),    cmocka_unit_test(test_hex),  cmocka_unit_test(test_base64),
        cmocka_unit_test(test_nearest), cmocka_unit_test(test_glob), cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
