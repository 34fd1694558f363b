/* tests/tree/test_node.c - small YAML documents: what is read, what is refused and how it says so.
 */
#include "tests/support/support.h"

#include <stdio.h>

#include "engine/tree/node.h"

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

/* "map@1(a@1=scalar@1'1',...)" */
static void print(const aud_node *node, aud_buf *out)
{
    static const char *const kinds[] = {"null", "", "list", "map"};
    size_t num = 0;

    if (node->key.len > 0) {
        assert_int_equal(aud_buf_printf(out, NULL, "%.*s@%u=", AUD_ARG(node->key), node->key_line),
                         AUD_OK);
    }
    assert_int_equal(aud_buf_printf(out, NULL, "%s", kinds[node->kind]), AUD_OK);
    if (node->kind == AUD_NODE_SCALAR) {
        assert_int_equal(
            aud_buf_printf(out, NULL, node->quoted ? "'%.*s'" : "%.*s", AUD_ARG(node->text)),
            AUD_OK);
    }
    assert_int_equal(aud_buf_printf(out, NULL, "@%u", node->line), AUD_OK);
    if (node->kind == AUD_NODE_LIST || node->kind == AUD_NODE_MAP) {
        assert_int_equal(aud_buf_add(out, AUD_LIT("("), NULL), AUD_OK);
        for (const aud_node *n = node->first; n != NULL; n = n->next) {
            if (num++ > 0) {
                assert_int_equal(aud_buf_add(out, AUD_LIT(" "), NULL), AUD_OK);
            }
            print(n, out);
        }
        assert_int_equal(aud_buf_add(out, AUD_LIT(")"), NULL), AUD_OK);
    }
    assert_int_equal(num, node->len);
}

static const aud_node *parse(const char *text)
{
    const aud_node *node = NULL;
    aud_error err;

    if (aud_node_parse(aud_str_of(text), &arena, &node, &err) != AUD_OK) {
        fail_msg("line %u: %s", err.line, err.message);
    }
    return node;
}

static void test_accepted(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        const char *want;
    } cases[] = {
        {"nothing is null", AUD_LIT_INIT(""), "null@1"},
        {"a comment is null", AUD_LIT_INIT("# nothing\n"), "null@1"},
        {"a marker is null", AUD_LIT_INIT("---\n"), "null@2"},
        {"a scalar", AUD_LIT_INIT("hello"), "hello@1"},
        {"a map with its lines", AUD_LIT_INIT("a: 1\nb:\n  c: two words\n\n  d:\n    x\n"),
         "map@1(a@1=1@1 b@2=map@3(c@3=two words@3 d@5=x@6))"},
        {"a list of maps", AUD_LIT_INIT("- {a: 1, b: [x, 'y']}\n- ~\n"),
         "list@1(map@1(a@1=1@1 b@1=list@1(x@1 'y'@1)) null@2)"},
        {"every spelling of null", AUD_LIT_INIT("[~, null, Null, NULL, '', 'null']"),
         "list@1(null@1 null@1 null@1 null@1 ''@1 'null'@1)"},
        {"a key without value", AUD_LIT_INIT("a:\nb: 1"), "map@1(a@1=null@1 b@2=1@2)"},
        {"quotes make a text", AUD_LIT_INIT("a: '1'\nb: \"true\\n\""),
         "map@1(a@1='1'@1 b@2='true\n'@2)"},
        {"blocks are texts", AUD_LIT_INIT("a: |\n  1\n  2\nb: >-\n  x\n  y\n"),
         "map@1(a@1='1\n2\n'@1 b@4='x y'@4)"},
        {"JSON", AUD_LIT_INIT("{\"a\": [1, true, null, \"x\\/\\u00e9\"],\n \"b\":{}}"),
         "map@1(a@1=list@1(1@1 true@1 null@1 'x/\xc3\xa9'@1) b@2=map@2())"},
        {"a byte order mark",
         AUD_LIT_INIT("\xef\xbb\xbf"
                      "a: 1"),
         "map@1(a@1=1@1)"},
        {"a version", AUD_LIT_INIT("%YAML 1.1\n---\na: 1\n...\n"), "map@3(a@3=1@3)"},
        {"CR LF", AUD_LIT_INIT("a: 1\r\nb: 2\r\n"), "map@1(a@1=1@1 b@2=2@2)"},
        {"the same key in two maps", AUD_LIT_INIT("a: {a: 1}\nb: {a: 2}"),
         "map@1(a@1=map@1(a@1=1@1) b@2=map@2(a@2=2@2))"},
        {"text that is not ASCII", AUD_LIT_INIT("name: M\xc3\xbcller \xe2\x9a\xa0\xef\xb8\x8f"),
         "map@1(name@1=M\xc3\xbcller \xe2\x9a\xa0\xef\xb8\x8f@1)"},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_node *node = NULL;
        aud_error err;
        aud_buf out;

        print_message("case: %s\n", cases[i].name);
        aud_buf_init(&out, 65536);
        if (aud_node_parse(cases[i].text, &arena, &node, &err) != AUD_OK) {
            fail_msg("%s", err.message);
        }
        print(node, &out);
        assert_int_equal(aud_buf_add(&out, (aud_str){"", 1}, NULL), AUD_OK);
        assert_string_equal(out.ptr, cases[i].want);
        aud_buf_clear(&out);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        uint32_t line;
        const char *message; /* a part of it */
    } cases[] = {
        {"a duplicate key", AUD_LIT_INIT("a: 1\nb: 2\na: 3"), 3, "duplicate key 'a'"},
        {"a duplicate key, quoted", AUD_LIT_INIT("a: 1\n'a': 2"), 2, "duplicate key 'a'"},
        {"a duplicate key deep inside", AUD_LIT_INIT("- x:\n  - {k: 1,\n     k: 2}"), 3, "'k'"},
        {"a duplicate key behind an inner map", AUD_LIT_INIT("a: {b: 1}\nc: 1\na: 2"), 3, "'a'"},
        {"an anchor at a scalar", AUD_LIT_INIT("a: 1\nb: &x 1"), 2, "anchor"},
        {"an anchor at a list", AUD_LIT_INIT("a: &x [1]"), 1, "anchor"},
        {"an anchor at a map", AUD_LIT_INIT("a: &x {b: 1}"), 1, "anchor"},
        {"an anchor at a key", AUD_LIT_INIT("&x a: 1"), 1, "anchor"},
        {"an alias", AUD_LIT_INIT("a: 1\nb: *x"), 2, "alias"},
        {"a merge key", AUD_LIT_INIT("a:\n  <<: {b: 1}"), 2, "merge"},
        {"a tag at a scalar", AUD_LIT_INIT("a: !!str 1"), 1, "tag"},
        {"a tag of one's own", AUD_LIT_INIT("a: !vault |\n  x"), 1, "tag"},
        {"the tag '!'", AUD_LIT_INIT("a: ! 1"), 1, "tag"},
        {"a tag at a list", AUD_LIT_INIT("a: !!set [1]"), 1, "tag"},
        {"a tag at a map", AUD_LIT_INIT("a: !!map {b: 1}"), 1, "tag"},
        {"a handle for tags", AUD_LIT_INIT("%TAG !e! tag:example.com,2026:\n---\na: 1"), 1, "tag"},
        {"a second document", AUD_LIT_INIT("a: 1\n---\nb: 2"), 2, "second document"},
        {"a second document that is empty", AUD_LIT_INIT("a: 1\n---\n"), 2, "second document"},
        {"a map as key", AUD_LIT_INIT("{a: 1}: 2"), 1, "key"},
        {"a list as key", AUD_LIT_INIT("? [a]\n: 2"), 1, "key"},
        {"no key", AUD_LIT_INIT(": 2"), 1, "key"},
        {"a list that is not closed", AUD_LIT_INIT("a: [1,\n2"), 2, "not valid YAML"},
        {"a quote that is not closed", AUD_LIT_INIT("a: 'x"), 1, "not valid YAML"},
        {"a tab for a blank", AUD_LIT_INIT("a:\n\tb: 1"), 2, "not valid YAML"},
        {"wrong indentation", AUD_LIT_INIT("a: 1\n  b: 2"), 2, "not valid YAML"},
        {"an unknown version", AUD_LIT_INIT("%YAML 3.0\n---\na: 1"), 1, "not valid YAML"},
        {"invalid UTF-8", AUD_LIT_INIT("a: 1\nb: \xff"), 2, "UTF-8"},
        {"UTF-16",
         AUD_LIT_INIT("\xff\xfe"
                      "a\0"),
         0, "UTF-16"},
        {"a NUL", AUD_LIT_INIT("a: 1\n\0b: 2"), 2, "NUL"},
        {"a control character", AUD_LIT_INIT("a: 1\nb: \x07"), 2, "U+0007"},
        {"a key hidden behind a line separator in a comment",
         AUD_LIT_INIT("a: 1\n# quite harmless\xe2\x80\xa8gate: off\n"), 2, "U+2028"},
        {"one hidden behind a paragraph separator",
         AUD_LIT_INIT("# quite harmless\xe2\x80\xa9gate: off\n"), 1, "U+2029"},
        {"one hidden behind a next line", AUD_LIT_INIT("# quite harmless\xc2\x85gate: off\n"), 1,
         "U+0085"},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_node *node = NULL;
        aud_error err = {.line = 0};

        print_message("case: %s\n", cases[i].name);
        assert_int_equal(aud_node_parse(cases[i].text, &arena, &node, &err), AUD_E_FORMAT);
        print_message("      line %u: %s\n", err.line, err.message);
        assert_int_equal(err.line, cases[i].line);
        assert_non_null(strstr(err.message, cases[i].message));
        assert_null(node);
        assert_int_equal(aud_node_parse(cases[i].text, &arena, &node, NULL), AUD_E_FORMAT);
    }
}

static void test_limits(void **state)
{
    static const struct {
        const char *name, *before, *many, *after;
        size_t times;
        aud_status want;
    } cases[] = {
        {"64 lists", "", "[", "]", 64, AUD_OK},
        {"65 lists", "", "[", "]", 65, AUD_E_LIMIT},
        {"100,000 lists", "", "[", "", 100000, AUD_E_LIMIT},
        {"a million lists", "", "[", "", 1000000, AUD_E_LIMIT},
        {"a million maps", "", "{", "", 1000000, AUD_E_FORMAT},
        {"100,000 maps with keys", "", "{a: ", "", 100000, AUD_E_LIMIT},
        {"100,000 lists, a line each", "", "[\n", "", 100000, AUD_E_LIMIT},
        {"100,000 lists in block style", "", "- ", "", 100000, AUD_E_LIMIT},
        {"100,000 complex keys", "", "? ", "", 100000, AUD_E_FORMAT},
        {"99,999 values in a list", "[", "1,", "]", 99999, AUD_OK},
        {"100,000 values in a list", "[", "1,", "]", 100000, AUD_E_LIMIT},
        {"a mebibyte of text", "", "0123456789abcdef", "", 65536, AUD_OK},
        {"one byte more", "x", "0123456789abcdef", "", 65536, AUD_E_LIMIT},
        {"a mebibyte of commas", "[1", ",", "]", 1000000, AUD_E_FORMAT},
        {"a mebibyte of colons", "", ":", "", 1000000, AUD_E_FORMAT},
        {"a mebibyte of empty keys", "", ": ", "", 500000, AUD_E_FORMAT},
        {"a mebibyte of anchors", "", "&a ", "", 300000, AUD_E_FORMAT},
        {"a mebibyte of exclamation marks", "", "!", "", 1000000, AUD_E_FORMAT},
        {"a mebibyte of directives", "", "%A\n", "", 300000, AUD_E_FORMAT},
        {"a mebibyte of line ends", "", "\n", "", 1000000, AUD_OK},
        {"a mebibyte of plain lines", "a:", "\n x", "", 300000, AUD_OK},
        {"a mebibyte of quotes", "", "''", "", 500000, AUD_OK},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_node *node = NULL;
        aud_error err = {.line = 0};
        aud_status st;
        aud_buf text;

        print_message("case: %s\n", cases[i].name);
        aud_buf_init(&text, SIZE_MAX / 2);
        assert_int_equal(aud_buf_add(&text, aud_str_of(cases[i].before), NULL), AUD_OK);
        for (size_t n = 0; n < cases[i].times; n++) {
            assert_int_equal(aud_buf_add(&text, aud_str_of(cases[i].many), NULL), AUD_OK);
        }
        for (size_t n = 0; n < (cases[i].times > 100 ? 1 : cases[i].times); n++) {
            assert_int_equal(aud_buf_add(&text, aud_str_of(cases[i].after), NULL), AUD_OK);
        }
        st = aud_node_parse(aud_buf_str(&text), &arena, &node, &err);
        if (st != AUD_OK) {
            print_message("      line %u: %s\n", err.line, err.message);
        }
        assert_int_equal(st, cases[i].want);
        aud_buf_clear(&text);
        aud_arena_reset(&arena);
    }
}

/* Would take minutes if keys were compared one by one. */
static void test_many_keys(void **state)
{
    const aud_node *node = NULL;
    aud_error err;
    aud_buf text;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    for (unsigned i = 0; i < 90000; i++) {
        assert_int_equal(aud_buf_printf(&text, NULL, "k%x: 1\n", i), AUD_OK);
    }
    assert_int_equal(aud_buf_printf(&text, NULL, "k0: 1\n"), AUD_OK);
    assert_int_equal(aud_node_parse(aud_buf_str(&text), &arena, &node, &err), AUD_E_FORMAT);
    assert_int_equal(err.line, 90001);
    aud_buf_clear(&text);
}

static void test_failing_memory(void **state)
{
    bool failed = true;
    AUD_UNUSED(state);

    for (uint64_t n = 1; failed; n++) {
        const aud_node *node = NULL;
        aud_arena own;
        aud_status st;

        assert_true(n < 20);
        aud_arena_init(&own, AUD_ARENA_NO_MAX);
        aud_alloc_fail_at(n);
        st = aud_node_parse(AUD_LIT("a: {b: [c, 'd']}\n"), &own, &node, NULL);
        aud_alloc_fail_at(0);
        failed = st != AUD_OK;
        assert_int_equal(st, failed ? AUD_E_NOMEM : AUD_OK);
        aud_arena_clear(&own);
    }
}

/* --- typed reads ------------------------------------------------------------------------------ */

static void test_int(void **state)
{
    static const struct {
        const char *text;
        aud_status want;
        int64_t number;
        const char *message;
    } cases[] = {
        {"47", AUD_OK, 47, NULL},
        {"0", AUD_OK, 0, NULL},
        {"-3", AUD_OK, -3, NULL},
        {"9223372036854775807", AUD_OK, INT64_MAX, NULL},
        {"9223372036854775808", AUD_E_USAGE, 0, "too large"},
        {"99999999999999999999999", AUD_E_USAGE, 0, "too large"},
        {"'47'", AUD_E_USAGE, 0, "'max_days' must be a whole number, without quotes"},
        {"\"47\"", AUD_E_USAGE, 0, "without quotes"},
        {"010", AUD_E_USAGE, 0, "leading zeros"},
        {"-01", AUD_E_USAGE, 0, "leading zeros"},
        {"0x10", AUD_E_USAGE, 0, "decimal"},
        {"0o10", AUD_E_USAGE, 0, "decimal"},
        {"1_000", AUD_E_USAGE, 0, "decimal"},
        {"1.0", AUD_E_USAGE, 0, "decimal"},
        {"1e3", AUD_E_USAGE, 0, "decimal"},
        {"+1", AUD_E_USAGE, 0, "decimal"},
        {"-a", AUD_E_USAGE, 0, "decimal"},
        {"1 2", AUD_E_USAGE, 0, "decimal"},
        {"190:20:30", AUD_E_USAGE, 0, "decimal"},
        {"true", AUD_E_USAGE, 0, "decimal"},
        {"", AUD_E_USAGE, 0, "whole number"},
        {"[1]", AUD_E_USAGE, 0, "whole number"},
        {"{a: 1}", AUD_E_USAGE, 0, "whole number"},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[128];
        int64_t number = 4711;
        aud_error err;
        aud_status st;

        print_message("case: %s\n", cases[i].text);
        (void)snprintf(text, sizeof text, "# x\nmax_days: %s\n", cases[i].text);
        st = aud_node_int(aud_node_get(parse(text), "max_days"), &number, &err);
        assert_int_equal(st, cases[i].want);
        assert_int_equal(number, cases[i].want == AUD_OK ? cases[i].number : 4711);
        if (st != AUD_OK) {
            assert_int_equal(err.line, 2);
            assert_non_null(strstr(err.message, cases[i].message));
        }
    }
}

static void test_bool(void **state)
{
    static const struct {
        const char *text;
        int want; /* -1 is refused */
        const char *message;
    } cases[] = {
        {"true", 1, NULL},
        {"false", 0, NULL},
        {"yes", -1, "'complete' must be 'true', not 'yes'"},
        {"Yes", -1, "must be 'true'"},
        {"on", -1, "must be 'true', not 'on'"},
        {"y", -1, "must be 'true', not 'y'"},
        {"True", -1, "must be 'true', in small letters"},
        {"no", -1, "must be 'false', not 'no'"},
        {"off", -1, "must be 'false', not 'off'"},
        {"N", -1, "must be 'false', not 'n'"},
        {"FALSE", -1, "must be 'false', in small letters"},
        {"'true'", -1, "without quotes"},
        {"1", -1, "must be true or false"},
        {"maybe", -1, "must be true or false"},
        {"", -1, "must be true or false"},
        {"[true]", -1, "must be true or false"},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[128];
        bool is = false;
        aud_error err;
        aud_status st;

        print_message("case: %s\n", cases[i].text);
        (void)snprintf(text, sizeof text, "# x\ncomplete: %s\n", cases[i].text);
        st = aud_node_bool(aud_node_get(parse(text), "complete"), &is, &err);
        assert_int_equal(st, cases[i].want < 0 ? AUD_E_USAGE : AUD_OK);
        if (st != AUD_OK) {
            assert_int_equal(err.line, 2);
            assert_non_null(strstr(err.message, cases[i].message));
        } else {
            assert_int_equal(is, cases[i].want);
        }
    }
}

static void test_str(void **state)
{
    const aud_node *map = parse("a: x\nb: 12\nc: no\nd: ''\ne:\nf: [1]\ng: {h: 1}\ni:\n- []\n");
    static const struct {
        const char *key, *want, *message;
    } cases[] = {
        {"a", "x", NULL},
        {"b", "12", NULL},
        {"c", "no", NULL},
        {"d", "", NULL},
        {"e", NULL, "'e' has no value; it must be a text"},
        {"f", NULL, "'f' must be one text, not a list"},
        {"g", NULL, "'g' must be one text, not a map"},
    };
    aud_error err;
    aud_str text;

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_node *node = aud_node_get(map, cases[i].key);
        aud_status st = aud_node_str(node, &text, &err);

        if (cases[i].want != NULL) {
            assert_int_equal(st, AUD_OK);
            assert_true(aud_str_eq(text, aud_str_of(cases[i].want)));
        } else {
            assert_int_equal(st, AUD_E_USAGE);
            assert_string_equal(err.message, cases[i].message);
            assert_int_equal(err.line, node->line);
        }
    }
    assert_int_equal(aud_node_str(aud_node_get(map, "i")->first, &text, &err), AUD_E_USAGE);
    assert_int_equal(err.line, 9);
    assert_string_equal(err.message, "this value must be one text, not a list");
}

static void test_get(void **state)
{
    const aud_node *map = parse("a: 1\n'': 2\nlist: [x]\n");

    AUD_UNUSED(state);
    assert_non_null(aud_node_get(map, "a"));
    assert_non_null(aud_node_get(map, ""));
    assert_null(aud_node_get(map, "b"));
    assert_null(aud_node_get(aud_node_get(map, "list"), "x"));
    assert_null(aud_node_get(NULL, "x"));
}

static void test_only(void **state)
{
    static const char *const keys[] = {"sources", "policies", "gate", NULL};
    static const struct {
        const char *text, *message;
        uint32_t line;
    } cases[] = {
        {"sources: 1\ngate: 2\n", NULL, 0},
        {"{}", NULL, 0},
        {"sources: 1\npolicys: 2\n", "unknown key 'policys'; did you mean 'policies'?", 2},
        {"sources: 1\n\nzzzz: 2\n",
         "unknown key 'zzzz'; known here are 'sources', 'policies', 'gate'", 3},
        {"Sources: 1\n", "unknown key 'Sources'; did you mean 'sources'?", 1},
        {"- sources\n", "this value must be a map of keys and values", 1},
        {"", "this value must be a map of keys and values", 1},
    };
    aud_error err;

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_status st = aud_node_only(parse(cases[i].text), keys, &err);

        assert_int_equal(st, cases[i].message == NULL ? AUD_OK : AUD_E_USAGE);
        if (st != AUD_OK) {
            assert_string_equal(err.message, cases[i].message);
            assert_int_equal(err.line, cases[i].line);
        }
    }
}

/* --- samples ---------------------------------------------------------------------------------- */

static void sample_document(void *ctx, const char *path)
{
    const char *dot = strrchr(path, '.');
    const aud_node *node = NULL;
    size_t *num = ctx;
    aud_error err = {.line = 0};
    aud_status st;
    aud_buf text;

    if (dot == NULL || (strcmp(dot, ".yaml") != 0 && strcmp(dot, ".yml") != 0)) {
        return;
    }
    aud_test_read(path, &text);
    st = aud_node_parse(aud_buf_str(&text), &arena, &node, &err);
    print_message("%s: %s %s\n", strrchr(path, '/') + 1, aud_status_name(st),
                  st == AUD_OK ? "" : err.message);
    /* none of them is broken; what is refused is what is refused on purpose */
    assert_true(st == AUD_OK ||
                (st == AUD_E_FORMAT && err.line > 0 && strstr(err.message, "not valid") == NULL));
    *num += st == AUD_OK ? 1 : 0;
    aud_buf_clear(&text);
}

static void test_samples(void **state)
{
    const char *samples = aud_test_sample("samples");
    size_t num = 0;
    char folder[4096];

    AUD_UNUSED(state);
    if (samples == NULL) {
        print_message("no samples: skipped\n");
        skip();
    }
    (void)snprintf(folder, sizeof folder, "%s", samples);
    (void)aud_test_walk(folder, sample_document, &num);
    assert_true(num > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_failing_memory),
        cmocka_unit_test(test_int),
        cmocka_unit_test(test_bool),
        cmocka_unit_test(test_str),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_only),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
