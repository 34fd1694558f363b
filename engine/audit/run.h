/* engine/audit/run.h - one audit: read, judge, gate. Neither prints nor exits. */
#ifndef AUD_AUDIT_RUN_H
#define AUD_AUDIT_RUN_H

#include "engine/audit/config.h"
#include "engine/audit/rules.h"
#include "engine/model/result.h"
#include "engine/policy/policy.h"

typedef struct aud_run aud_run;

typedef enum aud_stage { AUD_STAGE_READ, AUD_STAGE_LINK, AUD_STAGE_JUDGE } aud_stage;

typedef struct aud_run_options {
    const aud_config *config;
    const aud_source_config *sources; /* replace the configuration's, if any */
    size_t num_sources;
    bool sources_configured; /* they are the configuration's own, as seen from where one stands */
    bool fail_on_given;      /* on the command line: holds for any configuration */
    int64_t at;
    bool at_given;
    unsigned num_threads;       /* 0: all cores */
    const aud_str *policy_dirs; /* beside the configuration's and the program's own */
    size_t num_policy_dirs;
    const aud_str *select, *skip;
    size_t num_select, num_skip;
    const aud_str *passwords;
    size_t num_passwords;
    aud_str waivers;  /* file, in place of the configuration's; may be empty */
    aud_str baseline; /* file, in place of the configuration's; may be empty */
    bool fail_on_new; /* what is not in the baseline gates, whatever --fail-on says */
    bool whole;       /* everything is judged by everything: a waiver for nothing can be told */
    bool no_policies; /* read only: for `show` */
    aud_rules *rules; /* where gate material comes from; NULL: the disk */
    aud_str objects;  /* further git objects: those of a push; may be empty */
    /*
     * One a source, or NULL: opened already, and listed as far as it is to be read; taken where
     * they are not NULL. Of `narrowed` ones only what a change touches is listed.
     */
    struct aud_opened_source {
        struct aud_vcs *vcs;
        bool narrowed;
        bool follows; /* the change; others hold the same on both sides */
    } * opened;
    struct aud_change *narrow; /* the change, if only what it touches is to be read; or NULL */
    bool keep_read;            /* another run will begin with what this one read */
    aud_run
        *as_read;    /* that run: what lies in the same bytes at the same place is not read again */
    bool no_judging; /* read, and load policies: for `explain` */
    bool traced;     /* opinions carry what was asked */
    aud_lines *lines; /* counts the lines of policies that run; one thread then; may be NULL */
    /* Called from any thread, seldom; may be NULL. */
    void (*progress)(void *ctx, aud_stage stage, size_t done, size_t total);
    void *progress_ctx;
} aud_run_options;

/* Seconds of each stage, for --verbose and the bench; not part of any report. */
typedef struct aud_run_times {
    double list, read, link, judge;
} aud_run_times;

/*
 * Errors: AUD_E_USAGE for what the configuration or the arguments ask wrongly (a policy, a
 * parameter, a format that does not exist), AUD_E_NOMEM. Everything that befalls an input is part
 * of the result.
 */
AUD_NODISCARD aud_status aud_run_new(const aud_run_options *options, aud_run **out, aud_error *err);
void aud_run_freep(aud_run **run);
const aud_result *aud_run_result(const aud_run *run);
/* The Lua text of a policy by its id; empty for one of the engine's own. */
aud_str aud_run_policy_text(const aud_run *run, aud_str id);
const aud_run_times *aud_run_timings(const aud_run *run);

/* Infos of every policy that the options give, without reading any source. */
AUD_NODISCARD aud_status aud_run_policies(const aud_run_options *options, aud_run **out,
                                          aud_error *err);

#endif
