/* tests/audit/test_config.c - certaudit.yaml: what is read, and how the rest is refused. */
#include "engine/audit/config.h"

#include "tests/support/support.h"

static aud_status read_text(const char *text, aud_arena *arena, aud_config *out, aud_error *err)
{
    return aud_config_read(AUD_LIT("in/certaudit.yaml"), aud_str_of(text), arena, out, err);
}

static void test_what_is_wrong_is_told_with_line_and_nearest_name(void **state)
{
    static const struct {
        const char *name, *text, *want;
        uint32_t line;
    } cases[] = {
        {"no version", "sources: []\n", "needs 'version: 1'", 1},
        {"another version", "version: 2\n", "'version: 1'", 1},
        {"a list", "- a\n", "a configuration is a map", 1},
        {"an unknown key", "version: 1\n\nsorces: []\n", "'sources'", 3},
        {"an unknown key of a source", "version: 1\nsources:\n  - {name: a, path: b, fromat: x}\n",
         "'format'", 3},
        {"sources that are no list", "version: 1\nsources: a\n", "must be a list", 2},
        {"a source without a path", "version: 1\nsources:\n  - {name: a}\n", "'path'", 3},
        {"two sources of a name",
         "version: 1\nsources:\n  - {name: a, path: b}\n  - {name: a, path: c}\n", "same name", 4},
        {"a format that is none", "version: 1\nsources:\n  - {name: a, path: b, format: sslscan}\n",
         "no format 'sslscan'", 3},
        {"a field that is none",
         "version: 1\nsources:\n  - name: a\n    path: b\n    columns: {A: subject, B: ownrs}\n",
         "'owners'", 5},
        {"no columns", "version: 1\nsources:\n  - {name: a, path: b, columns: {}}\n",
         "must be a map", 3},
        {"a version of a server that is none",
         "version: 1\nsources:\n  - {name: a, path: b, versions: {ngnix: \"1.28\"}}\n", "'nginx'",
         3},
        {"a version that is none",
         "version: 1\nsources:\n  - {name: a, path: b, versions: {nginx: newest}}\n",
         "numbers with dots", 3},
        {"complete in words", "version: 1\nsources:\n  - {name: a, path: b, complete: yes}\n",
         "true", 3},
        {"a max_age in no unit", "version: 1\nsources:\n  - {name: a, path: b, max_age: 3x}\n", "",
         3},
        {"an exclude without a reason",
         "version: 1\nsources:\n  - name: a\n    path: b\n    exclude: [{path: c}]\n", "'reason'",
         5},
        {"an accept line with a blank reason",
         "version: 1\naccept:\n  - {path: c, reason: \" \"}\n", "'reason'", 3},
        {"an owner for everything", "version: 1\nowners:\n  - {match: {}, owner: a}\n", "'match'",
         3},
        {"an owner line without an owner", "version: 1\nowners:\n  - {match: {path: a}}\n",
         "'owner'", 3},
        {"a severity that is none", "version: 1\ngate: {fail_on: hihg}\n", "'fail_on'", 2},
        {"a negative floor", "version: 1\ngate: {min_subjects: -1}\n", "negative", 2},
        {"aliases as a list", "version: 1\nowner_aliases: [a]\n", "must be a map", 2},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_arena arena;
        aud_config config;
        aud_error err = {0};

        print_message("case: %s\n", cases[i].name);
        aud_arena_init(&arena, 1 << 20);
        assert_int_equal(read_text(cases[i].text, &arena, &config, &err), AUD_E_USAGE);
        if (strstr(err.message, cases[i].want) == NULL ||
            strcmp(err.path, "in/certaudit.yaml") != 0) {
            fail_msg("%s:%u: %s", err.path, err.line, err.message);
        }
        assert_int_equal(err.line, cases[i].line);
        aud_arena_clear(&arena);
    }
}

static void test_sources_are_read(void **state)
{
    aud_arena arena;
    aud_config config;
    const aud_source_config *s;

    (void)state;
    aud_arena_init(&arena, 1 << 20);
    assert_int_equal(
        read_text("version: 1\n"
                  "sources:\n"
                  "  - {name: acm, path: inv/acm-*.json, complete: true, max_age: 36h}\n"
                  "  - name: cmdb\n"
                  "    path: x.csv\n"
                  "    columns: {Cert Name: subject, Held By: owners}\n"
                  "    versions: {nginx: \"1.28.0\"}\n",
                  &arena, &config, NULL),
        AUD_OK);
    assert_int_equal(config.num_sources, 2);
    s = &config.sources[0];
    assert_true(s->complete);
    assert_int_equal(s->max_age_seconds, 36 * 3600);
    assert_true(aud_str_eq(s->path, AUD_LIT("inv")));
    assert_true(aud_str_eq(s->glob, AUD_LIT("acm-*.json")));
    assert_int_equal(s->format.len, 0);
    s = &config.sources[1];
    assert_false(s->complete);
    assert_true(aud_str_eq(s->format, AUD_LIT("inventory_csv"))); /* what columns are for */
    assert_int_equal(s->num_versions, 1);
    assert_true(aud_str_eq(s->versions[0].field, AUD_LIT("1.28.0")));
    assert_int_equal(s->num_columns, 2);
    assert_true(aud_str_eq(s->columns[1].header, AUD_LIT("Held By")));
    assert_true(aud_str_eq(s->columns[1].field, AUD_LIT("owners")));
    aud_arena_clear(&arena);
}

static void test_paths_start_at_the_configuration(void **state)
{
    aud_arena arena;
    aud_config config;
    aud_str path;

    (void)state;
    aud_arena_init(&arena, 1 << 20);
    assert_int_equal(read_text("version: 1\n", &arena, &config, NULL), AUD_OK);
    assert_int_equal(config.fail_on, AUD_SEV_HIGH);
    assert_int_equal(config.min_subjects, 1);
    assert_int_equal(aud_config_path(&config, AUD_LIT("a/b"), &arena, &path, NULL), AUD_OK);
    assert_true(aud_str_eq(path, AUD_LIT("in/a/b")));
    assert_int_equal(aud_config_path(&config, AUD_LIT("."), &arena, &path, NULL), AUD_OK);
    assert_true(aud_str_eq(path, AUD_LIT("in")));
    assert_int_equal(aud_config_path(&config, AUD_LIT("/a"), &arena, &path, NULL), AUD_OK);
    assert_true(aud_str_eq(path, AUD_LIT("/a")));
    aud_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_wrong_is_told_with_line_and_nearest_name),
        cmocka_unit_test(test_sources_are_read),
        cmocka_unit_test(test_paths_start_at_the_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
