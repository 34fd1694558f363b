/* tests/base/test_instant.c */
#include "engine/base/instant.h"
#include "tests/support/support.h"

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t want;
    } cases[] = {
        {"1970-01-01T00:00:00Z", true, 0},
        {"2026-01-01T00:00:00Z", true, AUD_TEST_NOW},
        {"2026-01-01", true, AUD_TEST_NOW},
        {"2026-01-01T01:30:00+01:30", true, AUD_TEST_NOW},
        {"2025-12-31t23:00:00.123-01:00", true, AUD_TEST_NOW},
        {"2016-12-31T23:59:60Z", true, 1483228799},
        {"2024-02-29", true, 1709164800},
        {"9999-12-31T23:59:59Z", true, 253402300799},
        {"0000-01-01", true, -62167219200},
        {"2023-02-29", false, 0},
        {"2026-13-01", false, 0},
        {"2026-00-01", false, 0},
        {"2026-01-01T24:00:00Z", false, 0},
        {"2026-01-01T00:00:00", false, 0},
        {"2026-01-01T00:00Z", false, 0},
        {"2026-01-01T00:00:00Zx", false, 0},
        {"2026-01-01T00:00:00.Z", false, 0},
        {"01/02/2026", false, 0},
        {"", false, 0},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        int64_t got = -1;
        aud_error err = {0};
        aud_status st = aud_instant_parse(aud_str_of(cases[i].text), &got, &err);

        print_message("case: %s\n", cases[i].text);
        assert_int_equal(st, cases[i].good ? AUD_OK : AUD_E_FORMAT);
        if (cases[i].good) {
            assert_true(got == cases[i].want);
        }
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    for (int64_t t = -62167219200; t < 253402300800; t += 86400 * 13 + 4321) {
        char text[AUD_INSTANT_TEXT];
        int64_t back = 0;
        aud_str s = {text, aud_instant_format(t, text)};

        assert_int_equal(aud_instant_parse(s, &back, NULL), AUD_OK);
        assert_true(back == t);
    }
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t want; /* -1: refused */
    } cases[] = {
        {"36h", 129600},        {"90m", 5400},   {"47d", 4060800}, {"3600s", 3600}, {"3600", 3600},
        {"2160h0m0s", 7776000}, {"1h30m", 5400}, {"", -1},         {"h", -1},       {"1x", -1},
        {"1m1h", -1},           {"-1h", -1},     {"1h2", -1},      {"1.5h", -1},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        int64_t got = -1;
        aud_status st = aud_duration_parse(aud_str_of(cases[i].text), &got, NULL);

        print_message("case: %s\n", cases[i].text);
        assert_int_equal(st == AUD_OK, cases[i].want >= 0);
        assert_true(got == cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
