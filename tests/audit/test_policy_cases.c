/* tests/audit/test_policy_cases.c - fixtures/policies/PACK/POLICY/{pass,fail,na}_CASE.*: the file's
 * name says the verdict. The cases run as `certaudit policy test` runs them. */
#include "engine/audit/policy_test.h"
#include "tests/support/support.h"

static void test_cases(void **state)
{
    AUD_CLEANUP(aud_policy_tests_freep) aud_policy_tests *tests = NULL;
    aud_str root = aud_str_of(aud_test_source("policies"));
    aud_error err = {0};
    (void)state;

    if (aud_policy_tests_new(NULL, 0, &root, 1, &tests, &err) != AUD_OK) {
        fail_msg("%s", err.message);
    }
    for (size_t i = 0; i < tests->num_policies; i++) {
        const aud_tested_policy *p = &tests->policies[i];

        if (p->error.len > 0) {
            print_message("%.*s:%u: %.*s\n", AUD_ARG(p->path), p->error_line, AUD_ARG(p->error));
        }
        if (p->lacks_pass || p->lacks_fail || p->lacks_na) {
            print_message("%.*s lacks a case\n", AUD_ARG(p->id));
        }
        for (size_t k = 0; k < p->num_cases; k++) {
            if (!p->cases[k].ok) {
                print_message("%.*s/%.*s: got %s: %.*s\n", AUD_ARG(p->id),
                              AUD_ARG(p->cases[k].name), p->cases[k].got,
                              AUD_ARG(p->cases[k].message));
            }
        }
    }
    print_message("%zu policies, %zu cases\n", tests->num_policies, tests->num_cases);
    assert_true(tests->num_policies >= 7);
    assert_true(tests->num_cases >= 21);
    assert_int_equal(tests->num_failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
