/* engine/audit/policy_test.h - cases of policies: inputs whose file name says the verdict.
 *
 * A policy ROOT/PACK/POLICY.lua has its cases in ROOT/PACK/POLICY/, or, as the project's own packs
 * do, in ROOT/../fixtures/policies/PACK/POLICY/:
 *   pass_*, fail_*, na_*   one input each, a file or a folder, judged alone as a git repository;
 *                          ".folder." in the name: as a plain folder
 *   certaudit.yaml         parameters, severities and owners for these cases
 *   clock                  the judged instant; 2026-01-01T00:00:00Z without it
 * Everything else there is material that the configuration names.
 */
#ifndef AUD_AUDIT_POLICY_TEST_H
#define AUD_AUDIT_POLICY_TEST_H

#include "engine/model/result.h"

typedef struct aud_tested_case {
    aud_str name;     /* "pass_p256.json" */
    const char *want; /* "pass", "fail" or "na" */
    const char *got;  /* these, "undecided" or "error" */
    aud_str message;  /* what was said of the case */
    bool ok;
} aud_tested_case;

typedef struct aud_tested_policy {
    aud_str id, path, folder; /* `folder` of its cases; empty if there is none */
    const aud_tested_case *cases;
    size_t num_cases, num_wrong;
    bool lacks_pass, lacks_fail, lacks_na;
    aud_str error; /* it does not load, or its cases' configuration does not */
    uint32_t error_line;
    uint32_t lines, reached;   /* lines of its functions that can run, that did */
    const uint32_t *unreached; /* the others */
} aud_tested_policy;

typedef struct aud_policy_tests {
    aud_arena arena;
    const aud_tested_policy *policies; /* by id, root by root */
    size_t num_policies, num_cases, num_wrong;
    size_t num_failed; /* policies with a wrong case, without one of each, or that do not load */
} aud_policy_tests;

/*
 * Tests what `places` name: a folder of packs, a pack's folder, or a pack of one of `roots`.
 * Without places all of `roots`. Errors: AUD_E_USAGE for a place that is none; AUD_E_IO.
 */
AUD_NODISCARD aud_status aud_policy_tests_new(const aud_str *places, size_t num_places,
                                              const aud_str *roots, size_t num_roots,
                                              aud_policy_tests **out, aud_error *err);
void aud_policy_tests_freep(aud_policy_tests **tests);
bool aud_tested_policy_ok(const aud_tested_policy *policy);

#endif
