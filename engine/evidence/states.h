/* engine/evidence/states.h - the audit of a period: every state, by the rules that counted then. */
#ifndef AUD_EVIDENCE_STATES_H
#define AUD_EVIDENCE_STATES_H

#include "engine/evidence/period.h"
#include "engine/evidence/site.h"
#include "engine/model/period_info.h"

typedef struct aud_states_options {
    aud_site_options site;
    aud_str ref;
    aud_str tip; /* a commit that is followed in its place; empty: the ref's */
    aud_period period;
    int64_t now; /* a period that has not ended is judged up to here */
    bool all_commits;
    /* Seldom; `done` of `total` states at commits. May be NULL. */
    void (*progress)(void *ctx, size_t done, size_t total);
    void *progress_ctx;
} aud_states_options;

typedef struct aud_states aud_states;

/*
 * Audits the period. The result is the state at its end, by the rules of its end, with `period`
 * set; it holds until aud_states_freep.
 * Errors: AUD_E_NOT_FOUND without the ref, or where it did not exist in the period; AUD_E_USAGE for
 *         rules of the end that do not load.
 */
AUD_NODISCARD aud_status aud_states_new(const aud_states_options *options, aud_states **out,
                                        aud_error *err);
void aud_states_freep(aud_states **states);
const aud_result *aud_states_result(const aud_states *states);
const aud_site *aud_states_site(const aud_states *states); /* of the period's end */

#endif
