/* tests/tree/test_yaml_reader.c - YAML as events, in pieces of any size, and what is refused. */
#include "tests/support/support.h"

#include "engine/tree/walk.h"
#include "tests/tree/pieces.h"

/* "{a:1 b:[x]}" of what the walk gives; '!' and the line behind an error, '/' where it went on. */
static void write_events(aud_walk *walk, aud_buf *out)
{
    static const char *const marks[] = {
        [AUD_JSON_OBJECT] = "{",    [AUD_JSON_OBJECT_END] = "}", [AUD_JSON_ARRAY] = "[",
        [AUD_JSON_ARRAY_END] = "]", [AUD_JSON_KEY] = "k:",       [AUD_JSON_STRING] = "s:",
        [AUD_JSON_NUMBER] = "n:",   [AUD_JSON_TRUE] = "T",       [AUD_JSON_FALSE] = "F",
        [AUD_JSON_NULL] = "N",
    };

    for (;;) {
        aud_json_token token;
        aud_error err = {0};
        aud_status st = aud_walk_next(walk, &token, &err);
        if (st == AUD_END) {
            return;
        }
        if (st != AUD_OK) {
            assert_int_equal(aud_buf_printf(out, NULL, "!%u", err.line), AUD_OK);
            st = aud_walk_resync(walk, NULL);
            if (st == AUD_END) {
                return;
            }
            assert_int_equal(st, AUD_OK);
            assert_int_equal(aud_buf_add(out, AUD_LIT("/"), NULL), AUD_OK);
            continue;
        }
        assert_int_equal(
            aud_buf_printf(out, NULL, "%s%.*s ", marks[token.event], AUD_ARG(token.text)), AUD_OK);
    }
}

static void check_events(const char *text, const char *want)
{
    static const size_t sizes[] = {1, 3, 4096};

    for (size_t i = 0; i < AUD_COUNT(sizes); i++) {
        AUD_CLEANUP(aud_buf_clear) aud_buf got = {.max = 1 << 20};
        pieces p;
        aud_walk walk;

        pieces_open(&p, aud_str_of(text), sizes[i], sizes[i]);
        assert_int_equal(aud_walk_open(&walk, &p.input, true, NULL), AUD_OK);
        write_events(&walk, &got);
        aud_walk_close(&walk);
        pieces_close(&p);
        if (!aud_str_eq(aud_buf_str(&got), aud_str_of(want))) {
            fail_msg("in pieces of %zu: %.*s", sizes[i], AUD_ARG(aud_buf_str(&got)));
        }
    }
}

static void test_events(void **state)
{
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        {"nothing", "", ""},
        {"comments and empty documents are none", "# x\n---\n---\n# y\n...\n---\n", ""},
        {"a map", "a: 1\nb: x\n", "{ k:a n:1 k:b s:x } "},
        {"JSON is YAML", "{\"a\": [1, true, null, \"yes\"]}", "{ k:a [ n:1 T N s:yes ] } "},
        {"lists at the column of their key", "items:\n- a\n- b\n", "{ k:items [ s:a s:b ] } "},
        {"yes, dates and versions are texts",
         "- yes\n- 2026-01-01\n- 1.2.3\n- 007\n- 0x1f\n- 1-2\n",
         "[ s:yes s:2026-01-01 s:1.2.3 s:007 s:0x1f s:1-2 ] "},
        {"numbers", "[0, -1, 1.5, 1e3, 1e-3]", "[ n:0 n:-1 n:1.5 n:1e3 n:1e-3 ] "},
        {"what is in quotes is a text", "['1', \"true\", '']", "[ s:1 s:true s: ] "},
        {"null", "[~, null, ]", "[ N N ] "},
        {"documents", "a: 1\n---\nb: 2\n--- {c: 3}\n...\n", "{ k:a n:1 } { k:b n:2 } { k:c n:3 } "},
        {"CRLF, at either end", "---\r\na: 1\r\n---\r\nb: 2\r\n---\r\n",
         "{ k:a n:1 } { k:b n:2 } "},
        {"a directive", "%YAML 1.1\n---\na: 1\n", "{ k:a n:1 } "},
        {"a block", "a: |\n  x\n   ---\n", "{ k:a s:x\n ---\n } "},
        {"binary", "a: !!binary AAAA\n", "{ k:a s:AAAA } "},
        {"a byte order mark",
         "\xef\xbb\xbf"
         "a: b\n",
         "{ k:a s:b } "},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        check_events(cases[i].text, cases[i].want);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        {"an alias", "a: &x 1\nb: *x\n---\nc: 3\n", "{ k:a n:1 k:b !2/{ k:c n:3 } "},
        {"a merge key", "a: 1\n<<: 2\n", "{ k:a n:1 !2"},
        {"a key twice", "a: 1\nb: 2\na: 3\n---\nc: 3\n", "{ k:a n:1 k:b n:2 !3/{ k:c n:3 } "},
        {"a key twice, deep", "a:\n  - b: 1\n    b: 2\n", "{ k:a [ { k:b n:1 !3"},
        {"the same key elsewhere", "a: {k: 1}\nb: {k: 2}\n",
         "{ k:a { k:k n:1 } k:b { k:k n:2 } } "},
        {"a template", "a: {{ .Values.x }}\n---\nb: 1\n", "{ k:a { !1/{ k:b n:1 } "},
        {"a tab", "a:\n\tb: 1\n---\nc: 3\n", "{ k:a !2/{ k:c n:3 } "},
        {"lines are counted across documents", "a: 1\n---\n\nb: 1\nb: 2\n",
         "{ k:a n:1 } { k:b n:1 !5"},
        {"invalid UTF-8", "a: \xff\n---\nb: 1\n", "!1/{ k:b n:1 } "},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        check_events(cases[i].text, cases[i].want);
    }
}

static void test_depth(void **state)
{
    char text[4096];
    pieces p;
    aud_walk walk;
    aud_json_token token;
    aud_status st = AUD_OK;

    AUD_UNUSED(state);
    memset(text, '[', sizeof(text));
    pieces_open(&p, (aud_str){text, sizeof(text)}, 0, 0);
    assert_int_equal(aud_walk_open(&walk, &p.input, true, NULL), AUD_OK);
    while (st == AUD_OK) {
        st = aud_walk_next(&walk, &token, NULL);
    }
    assert_int_equal(st, AUD_E_LIMIT);
    aud_walk_close(&walk);
    pieces_close(&p);
}

/* A tree is what the events say, and stops where its budget does. */
static void test_tree(void **state)
{
    const aud_str text = AUD_LIT("a: [1, {b: x}]\nsecret: \"y\"\n");
    aud_arena arena;
    pieces p;
    aud_walk walk;
    aud_json_token token;
    aud_node *root = NULL;

    AUD_UNUSED(state);
    aud_arena_init(&arena, 1 << 20);
    for (size_t nodes = 0; nodes <= 6; nodes++) {
        aud_walk_budget budget = {.nodes = nodes, .bytes = 100};
        pieces_open(&p, text, 7, 7);
        assert_int_equal(aud_walk_open(&walk, &p.input, true, NULL), AUD_OK);
        assert_int_equal(aud_walk_next(&walk, &token, NULL), AUD_OK);
        assert_int_equal(aud_walk_tree(&walk, &token, &arena, &budget, &root, NULL),
                         nodes < 6 ? AUD_E_LIMIT : AUD_OK);
        aud_walk_close(&walk);
        pieces_close(&p);
    }
    assert_int_equal(root->len, 2);
    assert_int_equal(root->first->len, 2);
    assert_true(aud_str_eq(root->first->first->next->first->text, AUD_LIT("x")));
    assert_int_equal(root->first->next->line, 2);
    const char *secret = root->first->next->text.ptr;
    assert_int_equal(*secret, 'y');
    aud_walk_wipe(root);
    assert_int_equal(*secret, 0);
    aud_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_tree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
