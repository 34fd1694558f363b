/* engine/model/period_info.h - what was true over a period: the commits, and what stood how long.
 *
 * Plain data, immutable, borrowed from the audit of the period. All instants are Unix seconds.
 */
#ifndef AUD_MODEL_PERIOD_INFO_H
#define AUD_MODEL_PERIOD_INFO_H

#include "engine/model/result.h"

/* Why a state began or ended. */
typedef enum aud_cause_kind {
    AUD_CAUSE_START,  /* it was so when the period began */
    AUD_CAUSE_COMMIT, /* a commit changed what is judged */
    AUD_CAUSE_RULES,  /* a commit changed the rules */
    AUD_CAUSE_TIME,   /* time alone */
    AUD_CAUSE_OPEN,   /* it was still so when the period, or what was judged of it, ended */
    AUD_NUM_CAUSES
} aud_cause_kind;
const char *aud_cause_name(aud_cause_kind kind); /* "carried_in", "commit", "rules" ... */

typedef struct aud_cause {
    aud_cause_kind kind;
    int64_t at;
    size_t commit; /* index into the period's commits; SIZE_MAX: none */
} aud_cause;

typedef enum aud_stretch_kind {
    AUD_STRETCH_BREACH,      /* it failed, or was waived */
    AUD_STRETCH_UNDECIDED,   /* a fact was not known */
    AUD_STRETCH_NO_EVIDENCE, /* something was not judged at all */
    AUD_STRETCH_END_RULES,   /* it fails only under the rules of the period's end */
    AUD_NUM_STRETCHES
} aud_stretch_kind;
const char *aud_stretch_name(aud_stretch_kind kind); /* "breach", "undecided" ... */

typedef enum aud_stretch_end {
    AUD_END_OPEN,        /* it stands */
    AUD_END_MET,         /* the requirement is met */
    AUD_END_GONE,        /* what it was about is no longer there */
    AUD_END_OUTSIDE,     /* the requirement no longer concerns it, or is no longer asked */
    AUD_END_UNDECIDED,   /* a fact is no longer known */
    AUD_END_NO_EVIDENCE, /* it is no longer judged */
    AUD_END_OTHER,       /* it goes on as another item */
    AUD_NUM_ENDS
} aud_stretch_end;
const char *aud_stretch_end_name(aud_stretch_end end);

/* One requirement that one holder of a lineage did not meet, without a break. */
typedef struct aud_stretch {
    aud_stretch_kind kind;
    aud_str policy; /* id; empty for what was not judged */
    aud_kind subject_kind;
    aud_str lineage, item;
    aud_str subject, label, message; /* as they were last */
    aud_severity severity;           /* the worst it had */
    bool was_met;                    /* it was met before, since: */
    int64_t met_since;
    aud_cause from, to;
    aud_stretch_end end;
    int64_t exposed_seconds, waived_seconds;
    int64_t end_rules_seconds; /* of the same time, exposed under the rules of the period's end */
    aud_str waiver;            /* id of the last one that waived it */
} aud_stretch;

typedef struct aud_period_commit {
    aud_str id, author, title;
    int64_t claimed, counts_from; /* they differ where its claim does not fit its neighbours' */
    bool is_merge, is_signed, is_skewed;
    bool changes_rules;
    aud_str rules; /* what of them it changes: paths and policies; empty: nothing */
} aud_period_commit;

/* How a subject of the final state stood in the period. */
typedef struct aud_period_subject {
    int64_t first_seen; /* its lineage; the period's begin where it was carried in */
    bool carried_in, is_met;
    int64_t met_since; /* all that concerns it is met since then, if it is */
} aud_period_subject;

/* One policy over the period. */
typedef struct aud_period_policy {
    aud_str id;
    size_t breaches, open, undecided; /* stretches */
    int64_t exposed_seconds;          /* summed over all of them */
    int64_t breached_seconds;         /* during which anything failed unwaived */
    int64_t longest_seconds;
    int64_t judged_seconds; /* during which it was asked of anything */
} aud_period_policy;

typedef struct aud_period_info {
    aud_str name;        /* "2026-Q3" */
    aud_str ref, tip;    /* what was followed, and its commit at the end */
    int64_t from, until; /* [from, until) */
    int64_t at;          /* the last instant judged */
    bool is_finished, all_commits, is_cut;
    bool existed;                     /* at the period's begin there was a state to carry in */
    const aud_period_commit *commits; /* the first is the one carried in, if `existed` */
    size_t num_commits;
    size_t num_states; /* judged: at commits, and at instants between them */
    size_t num_skewed; /* commits of the period whose dates do not fit */
    size_t num_rule_changes;
    bool end_rules;               /* a second time under the rules of the end, as they changed */
    const aud_stretch *stretches; /* by policy, kind, lineage, item, begin */
    size_t num_stretches;
    const aud_period_subject *subjects; /* as the result's */
    const aud_period_policy *policies;  /* by id; also those that are no longer asked */
    size_t num_policies;
    const aud_str *notices;
    size_t num_notices;
} aud_period_info;

#endif
