/* tests/audit/test_waivers.c - the waivers file as text, and globs over names. */
#include "engine/audit/waive.h"
#include "tests/support/support.h"

static const char whole[] = "version: 1\n"
                            "waivers:\n"
                            "  - {id: a, policies: [core/key_size], match: {path: 'old/*'},\n"
                            "     reason: r, owner: o, approver: p, ticket: t,\n"
                            "     approved: 2025-12-01T00:00:00Z, expires: 2026-02-01T00:00:00Z}\n";

static void test_names(void **state)
{
    static const struct {
        const char *glob, *name;
        bool want;
    } cases[] = {
        {"*.example.com", "www.example.com", true},
        {"*.example.com", "a.b.example.com", false},
        {"*.example.com", "example.com", false},
        {"**.example.com", "a.b.example.com", true},
        {"**.example.com", "badexample.com", false},
        {"*.Example.COM", "WWW.example.com.", true},
        {"*.example.com", "*.example.com", true},
        {"www.*.com", "www.example.com", true},
        {"www.example.com", "wwwxexample.com", false},
        {"www?example.com", "www.example.com", false},
        {"*", "localhost", true},
        {"*", "example.com", false},
        {"*.example.com", "evil/x.example.com", false},
        {"*.example.com", "", false},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s, %s\n", cases[i].glob, cases[i].name);
        assert_int_equal(aud_waiver_dns_fits(aud_str_of(cases[i].glob), aud_str_of(cases[i].name)),
                         cases[i].want);
    }
}

static aud_status read_text(aud_str text, int64_t max_days, const aud_waiver **out,
                            aud_arena *arena, aud_error *err)
{
    size_t num = 0;

    return aud_waivers_read(AUD_LIT("w.yaml"), text, max_days, arena, out, &num, err);
}

static void test_whole_file(void **state)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    const aud_waiver *waivers = NULL;
    aud_error err = {0};
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    assert_int_equal(read_text(aud_str_of(whole), 62, &waivers, &arena, &err), AUD_OK);
    assert_true(aud_str_eq(waivers->approver, AUD_LIT("p")));
    assert_int_equal(waivers->expires - waivers->approved, 62 * 86400);
    assert_int_equal(read_text(aud_str_of(whole), 61, &waivers, &arena, &err), AUD_E_USAGE);
    assert_int_equal(err.line, 5);
    assert_string_equal(err.path, "w.yaml");
}

static void test_allocations_that_fail(void **state)
{
    aud_status st = AUD_E_NOMEM;
    (void)state;

    for (uint64_t n = 1; st != AUD_OK; n++) {
        AUD_CLEANUP(aud_arena_clear) aud_arena arena;
        const aud_waiver *waivers = NULL;

        assert_in_range(n, 1, 1000);
        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        aud_alloc_fail_at(n);
        st = read_text(aud_str_of(whole), 0, &waivers, &arena, NULL);
        aud_alloc_fail_at(0);
        assert_true(st == AUD_OK || st == AUD_E_NOMEM);
    }
}

static void test_cut_texts_are_refused_with_a_line(void **state)
{
    (void)state;

    for (size_t len = 0; len + 2 < sizeof whole; len++) {
        AUD_CLEANUP(aud_arena_clear) aud_arena arena;
        const aud_waiver *waivers = NULL;
        aud_error err = {0};

        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        if (read_text((aud_str){whole, len}, 0, &waivers, &arena, &err) == AUD_OK) {
            fail_msg("%zu bytes of a waivers file load", len);
        }
        assert_string_equal(err.path, "w.yaml");
    }
}

static void test_older_texts(void **state)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    const aud_waiver *waivers = NULL;
    bool stands = false;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    assert_int_equal(read_text(aud_str_of(whole), 0, &waivers, &arena, NULL), AUD_OK);
    assert_int_equal(aud_waiver_stands_in(waivers, aud_str_of(whole), &stands, NULL), AUD_OK);
    assert_true(stands);
    static const char *const others[] = {"",
                                         "waivers: 7",
                                         "waivers: {a: b}",
                                         ": [",
                                         "version: 1\nwaivers: [{id: a}]",
                                         "version: 1\nwaivers: [a, b]"};
    for (size_t i = 0; i < AUD_COUNT(others); i++) {
        print_message("case: %s\n", others[i]);
        assert_int_equal(aud_waiver_stands_in(waivers, aud_str_of(others[i]), &stands, NULL),
                         AUD_OK);
        assert_false(stands);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_whole_file),
        cmocka_unit_test(test_allocations_that_fail),
        cmocka_unit_test(test_cut_texts_are_refused_with_a_line),
        cmocka_unit_test(test_older_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
