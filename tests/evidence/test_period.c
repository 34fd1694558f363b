/* tests/evidence/test_period.c - periods as people name them. */
#include "tests/support/support.h"

#include "engine/base/instant.h"
#include "engine/evidence/period.h"

static void test_period_parse(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        unsigned fiscal;
        const char *from, *until; /* NULL: refused */
    } cases[] = {
        {"a quarter", AUD_LIT_INIT("2026-Q3"), 1, "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"},
        {"the last quarter ends in the next year", AUD_LIT_INIT("2026-Q4"), 1,
         "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"small letters", AUD_LIT_INIT("2026-q1"), 1, "2026-01-01T00:00:00Z",
         "2026-04-01T00:00:00Z"},
        {"a half", AUD_LIT_INIT("2026-H2"), 1, "2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"a month", AUD_LIT_INIT("2028-02"), 1, "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
        {"December", AUD_LIT_INIT("2026-12"), 1, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"a year", AUD_LIT_INIT("2026"), 1, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"the calendar's quarter, whatever the fiscal year", AUD_LIT_INIT("2026-Q1"), 7,
         "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"},
        {"a fiscal year is named by the year that it ends in", AUD_LIT_INIT("FY2027"), 7,
         "2026-07-01T00:00:00Z", "2027-07-01T00:00:00Z"},
        {"its third quarter", AUD_LIT_INIT("FY2027-Q3"), 7, "2027-01-01T00:00:00Z",
         "2027-04-01T00:00:00Z"},
        {"its second half", AUD_LIT_INIT("FY2027-H2"), 10, "2027-04-01T00:00:00Z",
         "2027-10-01T00:00:00Z"},
        {"a fiscal year from January is the calendar's", AUD_LIT_INIT("FY2027-Q1"), 1,
         "2027-01-01T00:00:00Z", "2027-04-01T00:00:00Z"},
        {"two days, both part of it", AUD_LIT_INIT("2026-07-01..2026-09-30"), 1,
         "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"},
        {"one day", AUD_LIT_INIT("2026-07-01..2026-07-01"), 1, "2026-07-01T00:00:00Z",
         "2026-07-02T00:00:00Z"},
        {"two instants", AUD_LIT_INIT("2026-07-01T02:00:00+02:00..2026-07-01T00:00:01Z"), 1,
         "2026-07-01T00:00:00Z", "2026-07-01T00:00:01Z"},
        {"the second before the first", AUD_LIT_INIT("2026-09-30..2026-07-01"), 1, NULL, NULL},
        {"a fifth quarter", AUD_LIT_INIT("2026-Q5"), 1, NULL, NULL},
        {"no quarter", AUD_LIT_INIT("2026-Q0"), 1, NULL, NULL},
        {"a third half", AUD_LIT_INIT("2026-H3"), 1, NULL, NULL},
        {"a thirteenth month", AUD_LIT_INIT("2026-13"), 1, NULL, NULL},
        {"month 00", AUD_LIT_INIT("2026-00"), 1, NULL, NULL},
        {"a month of a fiscal year", AUD_LIT_INIT("FY2026-07"), 1, NULL, NULL},
        {"a short year", AUD_LIT_INIT("26-Q3"), 1, NULL, NULL},
        {"nothing", AUD_LIT_INIT(""), 1, NULL, NULL},
        {"one day alone", AUD_LIT_INIT("2026-07-01"), 1, NULL, NULL},
        {"an open end", AUD_LIT_INIT("2026-07-01.."), 1, NULL, NULL},
        {"a word", AUD_LIT_INIT("summer"), 1, NULL, NULL},
        {"NUL in it", AUD_LIT_INIT("2026\0-Q3"), 1, NULL, NULL},
        {"more behind it", AUD_LIT_INIT("2026-Q3-1"), 1, NULL, NULL},
        {"a year beyond", AUD_LIT_INIT("9999"), 1, NULL, NULL},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        AUD_CLEANUP(aud_arena_clear) aud_arena arena;
        char text[AUD_INSTANT_TEXT];
        aud_period period = {0};
        aud_status st;

        print_message("case: %s\n", cases[i].name);
        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        st = aud_period_parse(cases[i].text, cases[i].fiscal, &arena, &period, NULL);
        if (cases[i].from == NULL) {
            assert_int_equal(st, AUD_E_USAGE);
            continue;
        }
        assert_int_equal(st, AUD_OK);
        text[aud_instant_format(period.from, text)] = '\0';
        assert_string_equal(text, cases[i].from);
        text[aud_instant_format(period.until, text)] = '\0';
        assert_string_equal(text, cases[i].until);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_period_parse)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
