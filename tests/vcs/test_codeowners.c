/* tests/vcs/test_codeowners.c - who owns a path, by the rules of both forges. */
#include "engine/vcs/codeowners.h"
#include "tests/support/support.h"

#include <stdio.h>

typedef struct owner_case {
    const char *name;
    const char *file, *text, *path;
    const char *want; /* owners with blanks between, '*' behind those of a catch-all line */
    uint32_t want_line;
} owner_case;

static const owner_case cases[] = {
    {"the last line that matches wins", "CODEOWNERS", "* @all\n*.pem @certs\n", "a/b.pem", "@certs",
     2},
    {"a catch-all line says so", "CODEOWNERS", "# all\n* @all\n", "x", "@all*", 2},
    {"two stars and a star are a catch-all", "CODEOWNERS", "**/* @all\n", "x/y", "@all*", 1},
    {"a star at the root owns the root's files and no more", "CODEOWNERS", "/* @root\n", "a",
     "@root", 1},
    {"a star at the root does not descend", "CODEOWNERS", "/* @root\n", "a/b", "", 0},
    {"a line without owners takes them away", "CODEOWNERS", "* @all\n/free/\n", "free/x", "", 0},
    {"a comment may follow the owners", "CODEOWNERS", "/a @x # @y\n", "a", "@x", 1},
    {"a comment may follow the pattern", "CODEOWNERS", "* @z\n/a # @y\n", "a", "", 0},
    {"an escaped blank belongs to the path", "CODEOWNERS", "/a\\ b/ @x\n", "a b/c", "@x", 1},
    {"an address is an owner", "CODEOWNERS", "a tls@example.com @o/t\n", "x/a",
     "tls@example.com @o/t", 1},
    {"GitHub knows no '!', the line is passed over", ".github/CODEOWNERS", "* @a\n!x @b\n", "x",
     "@a*", 1},
    {"a word that is no owner makes GitHub pass the line over", "CODEOWNERS", "* @a\nx team\n", "x",
     "@a*", 1},
    {"brackets mean themselves to GitHub", "CODEOWNERS", "/[a-c]x @a\n", "bx", "", 0},
    {"matching looks at letter case", "CODEOWNERS", "/A @a\n", "a", "", 0},
    {"line ends of Windows do no harm", "CODEOWNERS", "* @a\r\n/x @b\r\n", "x", "@b", 2},
    {"a mark of byte order does no harm", "CODEOWNERS", "\xef\xbb\xbf/x @b\n", "x", "@b", 1},
    {"the last line needs no line end", "CODEOWNERS", "/x @b", "x", "@b", 1},
    {"a slash alone matches nothing at GitHub", "CODEOWNERS", "/ @b", "x", "", 0},
    {"a section header below .github is a pattern", ".github/CODEOWNERS", "* @a\n[S] @b\nx\n", "y",
     "@a*", 1},
    {"an empty file owns nothing", "CODEOWNERS", "", "x", "", 0},
    {"one name twice in a line counts once", "CODEOWNERS", "x @a @a\n", "x", "@a", 1},

    {"each section of GitLab decides for itself", "CODEOWNERS",
     "* @a\n[S]\n*.pem @b\n[T]\n/x/ @c\n", "x/k.pem", "@a* @b @c", 1},
    {"a line without owners takes the section's", "CODEOWNERS", "[S] @s1 @s2\n*.pem\n", "k.pem",
     "@s1 @s2", 2},
    {"own owners win over the section's", "CODEOWNERS", "[S] @s\n*.pem @b\n", "k.pem", "@b", 2},
    {"an optional section with approvals is a section", "CODEOWNERS", "^[S][2] @s\n*.pem\n",
     "k.pem", "@s", 2},
    {"sections of one name are one, whatever the case", "CODEOWNERS",
     "[S] @a\n/k.pem\n[T]\n/q @q\n[s] @b\n*.pem\n", "k.pem", "@b", 6},
    {"a broken header is a line of the section before", "CODEOWNERS", "[S] @s\nk.pem\n[T @x\n",
     "k.pem", "@s", 2},
    {"an exclusion takes a path out of its section", "CODEOWNERS",
     "[S] @s\n*.pem\n!/k.pem\nk.pem @later\n", "k.pem", "", 0},
    {"an exclusion leaves other sections alone", "CODEOWNERS",
     "[S] @s\n*.pem\n!k.pem\n[T] @t\n*.pem\n", "k.pem", "@t", 5},
    {"a folder without a slash behind matches no file at GitLab", ".gitlab/CODEOWNERS",
     "/docs @d\n", "docs/x", "", 0},
    {"a folder with a slash behind matches all below at GitLab", ".gitlab/CODEOWNERS",
     "/docs/ @d\n", "docs/x/y", "@d", 1},
    {"a path with a slash inside is not anchored at GitLab", ".gitlab/CODEOWNERS", "a/b @d\n",
     "x/a/b", "@d", 1},
    {"words that are no owners are passed over at GitLab", ".gitlab/CODEOWNERS", "* x @d\n", "k",
     "@d*", 1},
    {"two stars at the end do not descend at GitLab", ".gitlab/CODEOWNERS", "/a/** @d\n", "a/b/c",
     "", 0},
    {"an escaped number sign starts a path at GitLab", ".gitlab/CODEOWNERS", "\\#x @d\n", "#x",
     "@d", 1},
};

static void put_owners(const aud_codeowner *found, size_t num, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < num; i++) {
        int got = snprintf(out + len, size - len, "%s%.*s%s", i > 0 ? " " : "",
                           AUD_ARG(found[i].owner), found[i].catch_all ? "*" : "");

        assert_true(got > 0 && (size_t)got < size - len);
        len += (size_t)got;
    }
}

static void test_owners_of_a_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *file = NULL;
        aud_codeowner found[8];
        char got[512];
        size_t num;

        print_message("case: %s\n", cases[i].name);
        assert_int_equal(
            aud_codeowners_parse(aud_str_of(cases[i].file), aud_str_of(cases[i].text), &file, NULL),
            AUD_OK);
        num = aud_codeowners_find(file, aud_str_of(cases[i].path), found, AUD_COUNT(found));
        assert_true(num <= AUD_COUNT(found));
        put_owners(found, num, got, sizeof got);
        assert_string_equal(got, cases[i].want);
        if (num > 0) {
            assert_int_equal(found[0].line, cases[i].want_line);
        }
    }
}

static void test_the_dialect(void **state)
{
    static const struct {
        const char *path, *text;
        aud_codeowners_dialect want;
    } files[] = {
        {"CODEOWNERS", "* @a\n", AUD_CODEOWNERS_GITHUB},
        {".gitlab/CODEOWNERS", "* @a\n", AUD_CODEOWNERS_GITLAB},
        {"CODEOWNERS", "* @a\n\n[Docs] @b\nx\n", AUD_CODEOWNERS_GITLAB},
        {"docs/CODEOWNERS", "^[Docs][3]\nx @c\n", AUD_CODEOWNERS_GITLAB},
        {"CODEOWNERS", "[param]/x @a\n", AUD_CODEOWNERS_GITHUB},
        {".github/CODEOWNERS", "[Docs] @b\n", AUD_CODEOWNERS_GITHUB},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(files); i++) {
        AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *file = NULL;

        assert_int_equal(
            aud_codeowners_parse(aud_str_of(files[i].path), aud_str_of(files[i].text), &file, NULL),
            AUD_OK);
        assert_int_equal(aud_codeowners_of(file), files[i].want);
    }
}

static void test_more_owners_than_room_are_counted(void **state)
{
    AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *file = NULL;
    aud_codeowner found[2];

    (void)state;
    assert_int_equal(
        aud_codeowners_parse(AUD_LIT("CODEOWNERS"), AUD_LIT("x @a @b @c @d\n"), &file, NULL),
        AUD_OK);
    assert_int_equal(aud_codeowners_find(file, AUD_LIT("x"), found, AUD_COUNT(found)), 4);
    assert_int_equal(aud_codeowners_find(file, AUD_LIT("x"), NULL, 0), 4);
}

static void test_a_file_over_the_limit_is_refused(void **state)
{
    AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *file = NULL;
    size_t len = ((size_t)3 << 20) + 1;
    char *text = test_malloc(len);

    (void)state;
    memset(text, '#', len);
    assert_int_equal(aud_codeowners_parse(AUD_LIT("CODEOWNERS"), (aud_str){text, len}, &file, NULL),
                     AUD_E_LIMIT);
    assert_int_equal(
        aud_codeowners_parse(AUD_LIT("CODEOWNERS"), (aud_str){text, len - 1}, &file, NULL), AUD_OK);
    test_free(text);
}

static void test_running_out_of_memory_is_told(void **state)
{
    static const aud_str text = AUD_LIT_INIT("* @a\n[S] @b\n*.pem\n[T]\n!x\ny @c\n");
    size_t failed = 0;

    (void)state;
    for (uint64_t n = 1; n < 100; n++) {
        AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *file = NULL;
        aud_status st;

        aud_alloc_fail_at(n);
        st = aud_codeowners_parse(AUD_LIT("CODEOWNERS"), text, &file, NULL);
        aud_alloc_fail_at(0);
        if (st == AUD_OK) {
            assert_true(failed > 3);
            return;
        }
        assert_int_equal(st, AUD_E_NOMEM);
        assert_null(file);
        failed++;
    }
    fail_msg("it never succeeded");
}

/* ---- the published table of patterns ---- */

/* The next string or bare word of a JSON text, and the mark behind it. Enough for that one file. */
static bool next_token(aud_str *rest, char *out, size_t size, bool *out_string)
{
    size_t at = 0, len = 0;

    while (at < rest->len && rest->ptr[at] != '"' && (rest->ptr[at] < 'a' || rest->ptr[at] > 'z')) {
        at++;
    }
    if (at == rest->len) {
        return false;
    }
    *out_string = rest->ptr[at] == '"';
    if (*out_string) {
        for (at++; at < rest->len && rest->ptr[at] != '"'; at++) {
            if (rest->ptr[at] == '\\') {
                at++;
            }
            assert_true(len + 1 < size);
            out[len++] = rest->ptr[at];
        }
        at++;
    } else {
        while (at < rest->len && rest->ptr[at] >= 'a' && rest->ptr[at] <= 'z') {
            assert_true(len + 1 < size);
            out[len++] = rest->ptr[at++];
        }
    }
    out[len] = '\0';
    *rest = aud_str_sub(*rest, at, rest->len);
    return true;
}

static void check_path(const char *pattern, const char *path, bool want)
{
    AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *file = NULL;
    char line[1024];
    size_t num;

    (void)snprintf(line, sizeof line, "%s @owner\n", pattern);
    assert_int_equal(
        aud_codeowners_parse(AUD_LIT(".github/CODEOWNERS"), aud_str_of(line), &file, NULL), AUD_OK);
    num = aud_codeowners_find(file, aud_str_of(path), NULL, 0);
    if ((num == 1) != want) {
        fail_msg("pattern '%s', path '%s': wanted %d", pattern, path, want);
    }
}

static void test_published_patterns_match_as_at_github(void **state)
{
    const char *sample = aud_test_sample("samples/ownership/codeowners-patterns.json");
    char token[512], pattern[512] = "", path[512];
    size_t checked = 0;
    bool is_string;
    aud_buf text;
    aud_str rest;

    (void)state;
    if (sample == NULL) {
        print_message("skipped: the samples are not there\n");
        skip();
    }
    aud_test_read(sample, &text);
    rest = aud_buf_str(&text);
    while (next_token(&rest, token, sizeof token, &is_string)) {
        if (is_string && strcmp(token, "pattern") == 0) {
            assert_true(next_token(&rest, pattern, sizeof pattern, &is_string));
        } else if (is_string && (strcmp(token, "name") == 0)) {
            assert_true(next_token(&rest, path, sizeof path, &is_string));
        } else if (is_string) {
            memcpy(path, token, sizeof path); /* a path, or the word before the table */
        } else {
            check_path(pattern, path, strcmp(token, "true") == 0);
            checked++;
        }
    }
    aud_buf_clear(&text);
    assert_true(checked > 100);
}

static void test_real_files_give_owners(void **state)
{
    static const struct {
        const char *sample, *file, *path, *want;
    } files[] = {
        {"samples/ownership/gitlab-runner.gitlab.CODEOWNERS", ".gitlab/CODEOWNERS",
         "docs-locale/ja-jp/x.md", /* the later line has no slash behind, and so no effect */
         "@gitlab-com/runner-maintainers* @gitlab-com/localization/maintainers/tech-docs"},
        {"samples/ownership/gitlab-runner.gitlab.CODEOWNERS", ".gitlab/CODEOWNERS",
         "magefiles/hosted_runners/a.go",
         "@gitlab-com/runner-maintainers* @gitlab-org/production-engineering/runners-platform"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(files); i++) {
        AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *file = NULL;
        const char *sample = aud_test_sample(files[i].sample);
        aud_codeowner found[8];
        char got[512];
        aud_buf text;
        size_t num;

        if (sample == NULL) {
            print_message("skipped: the samples are not there\n");
            skip();
        }
        aud_test_read(sample, &text);
        assert_int_equal(
            aud_codeowners_parse(aud_str_of(files[i].file), aud_buf_str(&text), &file, NULL),
            AUD_OK);
        num = aud_codeowners_find(file, aud_str_of(files[i].path), found, AUD_COUNT(found));
        put_owners(found, num, got, sizeof got);
        assert_string_equal(got, files[i].want);
        aud_codeowners_freep(&file);
        aud_buf_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owners_of_a_path),
        cmocka_unit_test(test_the_dialect),
        cmocka_unit_test(test_more_owners_than_room_are_counted),
        cmocka_unit_test(test_a_file_over_the_limit_is_refused),
        cmocka_unit_test(test_running_out_of_memory_is_told),
        cmocka_unit_test(test_published_patterns_match_as_at_github),
        cmocka_unit_test(test_real_files_give_owners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
