/* engine/evidence/timeline.h - states one after another become stretches: what stood how long.
 *
 * A state is given in full, or only in the lineages that may differ from the state before. The
 * holder of a lineage counts, not the subject: a renewal that fails as its predecessor did goes on
 * with the same stretch, and a copy at another place has its own.
 */
#ifndef AUD_EVIDENCE_TIMELINE_H
#define AUD_EVIDENCE_TIMELINE_H

#include "engine/model/period_info.h"

typedef struct aud_timeline aud_timeline;

/* `split`: a stretch ends where a waiver begins or ends, so that each is waived or exposed whole.
 */
AUD_NODISCARD aud_status aud_timeline_new(bool split, aud_timeline **out, aud_error *err);
void aud_timeline_freep(aud_timeline **timeline);

/*
 * Begins a state. Causes come in the order of their instants. `rules`: the commit changes the rules
 * as well: what it does to a lineage whose subjects are the same is their doing. `whole`: what is
 * not taken before the end is gone.
 */
AUD_NODISCARD aud_status aud_timeline_begin(aud_timeline *timeline, const aud_cause *cause,
                                            bool rules, bool whole, aud_error *err);
/* Subjects, verdicts and findings; of a state that is not whole, each lineage with all holders.
 * `counts` (one a subject; NULL: all) tells which subjects are given. */
AUD_NODISCARD aud_status aud_timeline_take(aud_timeline *timeline, const aud_result *result,
                                           const bool *counts, aud_error *err);
/* What was not judged, replacing what was said before of it. */
AUD_NODISCARD aud_status aud_timeline_gaps(aud_timeline *timeline, const aud_gap *gaps, size_t num,
                                           aud_error *err);
/* Nobody holds the lineage any more; for a state that is not whole. */
AUD_NODISCARD aud_status aud_timeline_gone(aud_timeline *timeline, aud_kind kind, aud_str lineage,
                                           aud_error *err);
/* Nothing at all could be judged, in a whole state. */
AUD_NODISCARD aud_status aud_timeline_lost(aud_timeline *timeline, aud_str ref, aud_str why,
                                           aud_error *err);
AUD_NODISCARD aud_status aud_timeline_end(aud_timeline *timeline, aud_error *err);

/* Ends all at `until` and gives stretches and policies in order; the strings are the timeline's. */
AUD_NODISCARD aud_status aud_timeline_finish(aud_timeline *timeline, int64_t until,
                                             aud_period_info *out, aud_error *err);
/* How the subjects of the last state stood; `out` has one for each. */
AUD_NODISCARD aud_status aud_timeline_subjects(const aud_timeline *timeline,
                                               const aud_result *result, aud_period_subject *out,
                                               aud_error *err);
/*
 * Lays a second timeline, split, under the rules of the end, on the first: fills end_rules_seconds
 * and adds what failed under those rules alone. Both are finished; the result is `into`'s.
 */
AUD_NODISCARD aud_status aud_timeline_lay(aud_timeline *timeline, const aud_period_info *end_rules,
                                          aud_period_info *into, aud_error *err);

#endif
