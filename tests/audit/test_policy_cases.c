/* tests/audit/test_policy_cases.c - fixtures/policies/PACK/POLICY/{pass,fail,na}_CASE.*: the file's
 * name says the verdict. The cases run as `certaudit policy test` runs them. pass_fixed_CASE is
 * fail_CASE with the policy's remediation applied, na_fixed_CASE where nothing is left to judge:
 * each policy has one, so that what it advises is enough. */
#include "engine/audit/builtin.h"
#include "engine/audit/policy_test.h"
#include "engine/policy/policy.h"
#include "tests/support/support.h"

/* "pass_fixed_sha1.pem" -> "sha1", for a case that fails without the remedy. */
static aud_str case_of(aud_str name, aud_str prefix)
{
    aud_str rest, word;

    if (!aud_str_starts(name, prefix)) {
        return (aud_str){NULL, 0};
    }
    rest = aud_str_sub(name, prefix.len, name.len);
    return aud_str_split(&rest, '.', &word) ? word : (aud_str){NULL, 0};
}

static bool has_remedy(const aud_tested_policy *p)
{
    for (size_t i = 0; i < p->num_cases; i++) {
        aud_str fixed = case_of(p->cases[i].name, AUD_LIT("pass_fixed_"));

        if (fixed.len == 0) {
            fixed = case_of(p->cases[i].name, AUD_LIT("na_fixed_"));
        }
        for (size_t k = 0; k < p->num_cases && fixed.len > 0; k++) {
            if (aud_str_eq(case_of(p->cases[k].name, AUD_LIT("fail_")), fixed)) {
                return true;
            }
        }
    }
    return false;
}

static void test_cases(void **state)
{
    AUD_CLEANUP(aud_policy_tests_freep) aud_policy_tests *tests = NULL;
    aud_str root = aud_str_of(aud_test_source("policies"));
    size_t without = 0;
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
        if (!has_remedy(p)) {
            print_message("%.*s has no pass_fixed_CASE beside a fail_CASE\n", AUD_ARG(p->id));
            without++;
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
    assert_true(tests->num_policies >= 77);
    assert_true(tests->num_cases >= 365);
    assert_int_equal(tests->num_failed, 0);
    assert_int_equal(without, 0);
}

/* Every policy of the program says which controls it is evidence for, or why for none. */
static void test_mapped(void **state)
{
    AUD_CLEANUP(aud_policy_set_freep) aud_policy_set *set = NULL;
    aud_policy_text *texts = aud_alloc_zero(aud_num_builtin_policies, sizeof *texts);
    aud_policy_load load = {.texts = texts, .num_texts = aud_num_builtin_policies};
    const aud_policy_info *infos;
    size_t num = 0, without = 0, packs = 0;
    aud_error err = {0};
    (void)state;

    assert_non_null(texts);
    for (size_t i = 0; i < aud_num_builtin_policies; i++) {
        const aud_builtin_policy *p = &aud_builtin_policies[i];

        texts[i] = (aud_policy_text){.id = aud_str_of(p->id),
                                     .path = aud_str_of(p->path),
                                     .text = {(const char *)p->text, p->len}};
    }
    if (aud_policy_set_new(&load, &set, &err) != AUD_OK) {
        fail_msg("%s", err.message);
    }
    infos = aud_policy_set_infos(set, &num);
    assert_true(num >= 64);
    for (size_t i = 0; i < aud_num_builtin_policies; i++) {
        packs += aud_str_ends(texts[i].id, AUD_LIT("/pack"));
    }
    assert_int_equal(num + packs, aud_num_builtin_policies);
    for (size_t i = 0; i < num; i++) {
        if (infos[i].num_controls == 0 && infos[i].unmapped.len == 0) {
            print_message("%.*s names no control and does not say why\n", AUD_ARG(infos[i].id));
            without++;
        }
    }
    assert_int_equal(without, 0);
    aud_free(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_mapped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
