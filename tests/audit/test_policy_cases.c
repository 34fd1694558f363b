/* tests/audit/test_policy_cases.c - fixtures/policies/PACK/POLICY/{pass,fail,na}_CASE.*: the file's
 * name says the verdict. A case lies in a git repository unless its name holds ".folder.". */
#include "engine/audit/run.h"
#include "engine/base/out.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_git_init(const char *folder)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        (void)execlp("git", "git", "init", "-q", folder, (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_int_equal(status, 0);
}

/* The case alone in a scratch folder, as whoever wrote it sees it. */
static const char *lay_out(const char *path, const char *name)
{
    static char file[8192];
    char folder[4096];
    aud_buf bytes = {.max = 1 << 24};
    aud_out *out = NULL;

    (void)snprintf(folder, sizeof folder, "%s", aud_test_scratch("policy_case"));
    if (strstr(name, ".folder.") == NULL) {
        run_git_init(folder);
    } else { /* a folder below the build lies in the project's own repository otherwise */
        (void)snprintf(folder, sizeof folder, "/tmp/certaudit-case-%ld", (long)getpid());
    }
    (void)snprintf(file, sizeof file, "%s/%s", folder, name);
    aud_test_read(path, &bytes);
    assert_int_equal(aud_out_open_file(aud_str_of(file), &out, NULL), AUD_OK);
    aud_out_str(out, aud_buf_str(&bytes));
    assert_int_equal(aud_out_finish(out, NULL), AUD_OK);
    aud_out_close(out);
    aud_buf_clear(&bytes);
    return file;
}

static const char *judge(const char *path, const char *name, aud_str policy)
{
    char config_path[8192];
    aud_source_config source = {.name = AUD_LIT("case")};
    aud_run_options options = {.at = AUD_TEST_NOW, .at_given = true, .num_threads = 1};
    aud_config config;
    aud_arena arena;
    aud_run *run = NULL;
    aud_error err = {0};
    const aud_result *r;
    size_t counts[AUD_NUM_VERDICTS] = {0};
    aud_str text;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    aud_config_defaults(&config);
    (void)snprintf(config_path, sizeof config_path, "%.*s/certaudit.yaml",
                   (int)(strlen(path) - strlen(name) - 1), path);
    if (access(config_path, R_OK) == 0) {
        assert_int_equal(aud_file_read(aud_str_of(config_path), 1 << 20, &arena, &text, NULL),
                         AUD_OK);
        if (aud_config_read(aud_str_of(config_path), text, &arena, &config, &err) != AUD_OK) {
            fail_msg("%s", err.message);
        }
    }
    source.path = aud_str_of(lay_out(path, name));
    options.config = &config;
    options.sources = &source;
    options.num_sources = 1;
    options.select = &policy;
    options.num_select = 1;
    if (aud_run_new(&options, &run, &err) != AUD_OK) {
        fail_msg("%s", err.message);
    }
    r = aud_run_result(run);
    assert_int_equal(r->num_policies, 1);
    assert_int_equal(r->num_policy_errors, 0);
    assert_true(r->num_subjects > 0);
    for (size_t i = 0; i < r->num_subjects; i++) {
        if (r->verdicts[i] != AUD_V_NONE) {
            counts[r->verdicts[i]]++;
        }
    }
    aud_run_freep(&run);
    aud_arena_clear(&arena);
    (void)unlink(source.path.ptr);
    return counts[AUD_V_UNDECIDED] > 0 ? "undecided"
           : counts[AUD_V_FAIL] > 0    ? "fail"
           : counts[AUD_V_PASS] > 0    ? "pass"
                                       : "na";
}

typedef struct tally {
    size_t cases, wrong;
} tally;

static void one_case(void *ctx, const char *path)
{
    tally *t = ctx;
    const char *name = strrchr(path, '/') + 1, *policy_end = name - 1, *at = policy_end;
    const char *want = strncmp(name, "pass_", 5) == 0   ? "pass"
                       : strncmp(name, "fail_", 5) == 0 ? "fail"
                       : strncmp(name, "na_", 3) == 0   ? "na"
                                                        : NULL;
    const char *got;

    if (want == NULL) {
        return;
    }
    for (unsigned slashes = 0; slashes < 2;) {
        slashes += *--at == '/';
    }
    at++;
    got = judge(path, name, (aud_str){at, (size_t)(policy_end - at)});
    t->cases++;
    if (strcmp(got, want) != 0) {
        print_message("%s: got %s\n", at, got);
        t->wrong++;
    }
}

static void test_cases(void **state)
{
    char folder[4096];
    tally t = {0};
    (void)state;

    (void)snprintf(folder, sizeof folder, "%s", aud_test_source("fixtures/policies"));
    (void)aud_test_walk(folder, one_case, &t);
    print_message("%zu cases\n", t.cases);
    assert_true(t.cases >= 21);
    assert_int_equal(t.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
