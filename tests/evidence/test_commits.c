/* tests/evidence/test_commits.c - from when commits count whose dates are claims. */
#include "tests/support/support.h"

#include "engine/vcs/commits.h"

static void test_commits_settle(void **state)
{
    enum { MOST = 6 };
    static const struct {
        const char *name;
        size_t num;
        int64_t claimed[MOST], counts[MOST];
        size_t skewed;
    } cases[] = {
        {"no commit", 0, {0}, {0}, 0},
        {"one", 1, {5}, {5}, 0},
        {"in order", 4, {1, 2, 2, 9}, {1, 2, 2, 9}, 0},
        {"one of 1970 counts from its parent", 5, {5, 10, 0, 20, 30}, {5, 10, 10, 20, 30}, 1},
        {"one of 2099 does not drag what follows",
         5,
         {10, 99, 20, 30, 40},
         {10, 10, 20, 30, 40},
         1},
        {"a first one from the future counts from the next", 3, {99, 10, 20}, {10, 10, 20}, 1},
        {"a last one from the past", 3, {10, 20, 1}, {10, 20, 20}, 1},
        {"a clock that was set back", 6, {10, 20, 30, 15, 16, 40}, {10, 10, 10, 15, 16, 40}, 2},
        {"all backwards", 3, {30, 20, 10}, {10, 10, 10}, 2},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_commit commits[MOST] = {0};
        size_t skewed = 0;

        print_message("case: %s\n", cases[i].name);
        for (size_t k = 0; k < cases[i].num; k++) {
            commits[k].info.instant = cases[i].claimed[k];
        }
        assert_int_equal(aud_commits_settle(commits, cases[i].num, &skewed, NULL), AUD_OK);
        assert_int_equal(skewed, cases[i].skewed);
        for (size_t k = 0; k < cases[i].num; k++) {
            assert_int_equal(commits[k].counts_from, cases[i].counts[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_commits_settle)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
