/* engine/audit/explain.h - one policy on one subject, with everything that it asked. */
#ifndef AUD_AUDIT_EXPLAIN_H
#define AUD_AUDIT_EXPLAIN_H

#include "engine/audit/run.h"

/*
 * Subjects of the run that `query` means, as indices into its subjects: an id, a SHA-256 or the
 * beginning of one (4 digits at least), host:port, path or path:line, or a name. An exact id is the
 * only answer.
 */
AUD_NODISCARD aud_status aud_run_find_subjects(const aud_run *run, aud_str query, aud_arena *arena,
                                               size_t **out, size_t *out_num, aud_error *err);

typedef struct aud_explanation {
    const aud_policy_info *policy;
    const aud_subject_info *subject;
    bool concerned;      /* the policy judges this kind, and has the parameters it needs */
    aud_opinion opinion; /* with its trace; of a concerned one */
    aud_judge *judge;
} aud_explanation;

/* The run was made with `no_judging` and `traced`, and must outlive the explanation. */
AUD_NODISCARD aud_status aud_run_explain(const aud_run *run, size_t policy, size_t subject,
                                         aud_explanation *out, aud_error *err);
void aud_explanation_clear(aud_explanation *explanation);

#endif
