/* engine/audit/policy_case.h - one case of a policy, alone in a scratch folder; for this room. */
#ifndef AUD_AUDIT_POLICY_CASE_H
#define AUD_AUDIT_POLICY_CASE_H

#include "engine/audit/policy_test.h"
#include "engine/audit/run.h"

typedef struct aud_case_setting {
    aud_str root, id;
    const aud_config *config; /* of the cases; judged by nothing but the policy */
    int64_t at;
    aud_lines *lines;
    aud_arena *arena; /* for what the result points to */
} aud_case_setting;

/* Judges the file or folder `path`. A case that cannot be judged is a result of its own. */
AUD_NODISCARD aud_status aud_policy_case_run(const aud_case_setting *setting, aud_str path,
                                             aud_tested_case *out, aud_error *err);

#endif
