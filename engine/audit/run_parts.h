/* engine/audit/run_parts.h - how a run keeps its parts; for this room only. */
#ifndef AUD_AUDIT_RUN_PARTS_H
#define AUD_AUDIT_RUN_PARTS_H

#include "engine/audit/known.h"
#include "engine/audit/owners.h"
#include "engine/audit/run.h"
#include "engine/audit/waivers.h"
#include "engine/ingest/adapter.h"
#include "engine/policy/policy.h"
#include "engine/population/issuers.h"
#include "engine/population/population.h"
#include "engine/vcs/vcs.h"

enum { ENTRY_UNSEEN, ENTRY_GAVE, ENTRY_NOTHING, ENTRY_EXCLUDED, ENTRY_NOT_JUDGED, ENTRY_OUTSIDE };

/* One source while it is read. */
typedef struct source_run {
    const aud_source_config *config;
    aud_str name;
    aud_vcs *vcs; /* NULL: it could not be opened, a gap says why */
    const aud_entry *entries;
    size_t num_entries;
    size_t first_item;            /* its entries' place among all work items */
    bool narrowed;                /* `entries` are only those that a change touches */
    bool follows;                 /* the change */
    bool leans;                   /* a file was read with its neighbours, or may be a part of one */
    unsigned char *outcomes;      /* ENTRY_*, one an entry */
    unsigned char *plain;         /* one an entry: all that it told are subjects */
    unsigned char (*digests)[32]; /* content id of every entry that was read */
    size_t *excluded;             /* files, one a rule */
    int64_t taken;                /* when the oldest part was taken; INT64_MAX: nobody said */
    bool complete;                /* a snapshot in it says that it lists everything */
} source_run;

typedef AUD_VEC(aud_gap) gap_list;
typedef AUD_VEC(aud_ca_list *) ca_list_list;

struct aud_run {
    aud_arena arena;
    const aud_run_options *options; /* only while aud_run_new runs */
    bool no_policies;
    aud_config config;
    source_run *sources;
    size_t num_sources;
    size_t num_items;
    unsigned num_threads;
    gap_list gaps;
    ca_list_list ca_lists;
    const aud_ca_list *public_cas; /* one of them; NULL: none are configured */
    bool all_public;
    aud_owners *owners;
    const aud_waiver *waivers;
    aud_waiver_info *waiver_infos; /* one each; the result's */
    size_t num_waivers;
    aud_baseline baseline;
    aud_policy_set *policies;
    aud_policy_host host;
    aud_population *population;
    aud_collector *read; /* what was read, for a run that begins with it; may be NULL */
    aud_str why_whole;   /* nothing was read: what changed is not enough; empty: it may be */
    uint8_t *deps;       /* aud_dep bits, as the verdicts but by the set's policies; or NULL */
    aud_run_times times;
    aud_result result;
};

double aud_run_clock(void); /* monotonic seconds, for the timings only */
void aud_run_progress(const aud_run *run, aud_stage stage, size_t done, size_t total);

/* policies.c: the program's own, the configured and the added ones. */
aud_status aud_run_load_policies(aud_run *run, aud_error *err);

/* read.c: opens the sources, reads all files; one collector a worker, and more behind. */
aud_status aud_run_open_sources(aud_run *run, aud_error *err);
aud_status aud_run_read(aud_run *run, aud_collector **collectors, size_t num, aud_error *err);

/* reuse.c: what options->as_read read of the same bytes at the same places; those are not read. */
aud_status aud_run_reuse(aud_run *run, aud_collector **out, aud_error *err);

/* Copies a gap into the run's arena. */
aud_status aud_run_add_gap(aud_run *run, aud_gap_kind kind, aud_str source, aud_str path,
                           aud_str reason, aud_error *err);

/*
 * A finding while it is made, short: what it could not know decides whether it becomes one at all
 * or part of a coverage line, and the rest is worked out for those that stay.
 */
typedef struct raw_finding {
    uint32_t policy, subject;
    uint8_t verdict, severity;
    bool covered;
    aud_str message, unknown_fact;
    const aud_item *items;
    size_t num_items;
} raw_finding;

/* claims.c: which sources list everything of their kind; then since when the files stand that
 * replace or accompany what is served. */
aud_status aud_run_claims(aud_run *run, aud_error *err);
aud_status aud_run_date(aud_run *run, aud_error *err);

/* coverage.c: marks the findings that are one line for their source, and makes those lines. */
aud_status aud_run_cover(aud_run *run, const uint8_t *verdicts, raw_finding **findings, size_t num,
                         aud_error *err);

/* judging.c: fills verdicts, findings, coverage, policy errors and the policies' counts. */
aud_status aud_run_judge(aud_run *run, aud_error *err);
/* SHA-256 over the parts with a mark between them; got and want are no part of it. */
aud_status aud_run_fingerprint(aud_str policy, aud_str about, const aud_item *items,
                               size_t num_items, unsigned char out[32], aud_error *err);
/* Fills the four fingerprints of a finding, whose items are there. */
aud_status aud_run_identify(aud_str policy, const aud_subject_info *subject, aud_finding *f,
                            aud_error *err);
/* Of two aud_finding, for qsort: the worst first. */
int aud_run_order_findings(const void *left, const void *right);

/* waive.c: reads the waivers file with its history; then lays it on the findings, and adds what is
 * to be said of the waivers themselves. Without a file both do nothing. */
aud_status aud_run_load_waivers(aud_run *run, aud_error *err);
aud_status aud_run_waive(aud_run *run, aud_error *err);
/* Says of the waivers that were used where history did not tell when they came, and of a baseline
 * that it is in force. */
aud_status aud_run_note_exceptions(aud_run *run, aud_error *err);

/* known.c: reads the baseline; then marks the findings. Without a file both do nothing. */
aud_status aud_run_load_baseline(aud_run *run, aud_error *err);
aud_status aud_run_mark_baseline(aud_run *run, aud_error *err);

/* accepted.c: accept lines laid on the gaps; lines for nothing are a finding on the population. */
aud_status aud_run_accept(aud_run *run, aud_error *err);

/* outcome.c: gaps in order, sums and the gate. */
aud_status aud_run_settle(aud_run *run, aud_error *err);
/* Adds a gap after that; the caller has set the outcome of the entry. */
aud_status aud_run_late_gap(aud_run *run, aud_gap_kind kind, aud_str source, aud_str path,
                            aud_str reason, aud_error *err);
/* Counts verdicts and findings and decides, anew where the result was narrowed. */
aud_status aud_run_weigh(aud_run *run, aud_error *err);

#endif
