/* engine/audit/run.c - one audit: read, judge, gate. */
#include "engine/audit/change_parts.h"

#include "engine/base/pool.h"
#include "engine/base/text.h"

#include <certaudit_version.h>
#include <time.h>

double aud_run_clock(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void aud_run_progress(const aud_run *run, aud_stage stage, size_t done, size_t total)
{
    if (run->options->progress != NULL) {
        run->options->progress(run->options->progress_ctx, stage, done, total);
    }
}

void aud_run_freep(aud_run **run)
{
    aud_run *r = *run;

    if (r == NULL) {
        return;
    }
    aud_collector_freep(&r->read);
    aud_population_freep(&r->population);
    aud_policy_set_freep(&r->policies);
    aud_owners_freep(&r->owners);
    for (size_t i = 0; i < r->ca_lists.len; i++) {
        aud_ca_list_freep(&r->ca_lists.items[i]);
    }
    aud_free(r->ca_lists.items);
    for (size_t i = 0; i < r->num_sources; i++) {
        aud_vcs_freep(&r->sources[i].vcs);
    }
    aud_free(r->gaps.items);
    aud_arena_clear(&r->arena);
    aud_free(r);
    *run = NULL;
}

const aud_result *aud_run_result(const aud_run *run)
{
    return &run->result;
}

const aud_run_times *aud_run_timings(const aud_run *run)
{
    return &run->times;
}

aud_str aud_run_policy_text(const aud_run *run, aud_str id)
{
    size_t num = 0;
    const aud_policy_info *infos =
        run->policies == NULL ? NULL : aud_policy_set_infos(run->policies, &num);

    for (size_t i = 0; i < num; i++) {
        const bool of_pack = aud_str_ends(id, AUD_LIT("/pack")) &&
                             aud_str_eq(infos[i].pack, aud_str_sub(id, 0, id.len - 5));

        if (of_pack || aud_str_eq(infos[i].id, id)) {
            return aud_policy_set_text(run->policies, i, of_pack);
        }
    }
    return (aud_str){NULL, 0};
}

static aud_status make(const aud_run_options *options, aud_run **out, aud_error *err)
{
    aud_run *run = aud_alloc_zero(1, sizeof *run);

    if (run == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&run->arena, AUD_ARENA_NO_MAX);
    run->options = options;
    run->no_policies = options->no_policies;
    run->config = *options->config;
    run->num_threads = options->num_threads == 0 ? aud_pool_cores() : options->num_threads;
    run->result.tool_version = aud_str_of(CERTAUDIT_VERSION);
    run->result.at = options->at;
    run->result.at_given = options->at_given;
    run->result.next_change = INT64_MAX;
    run->result.gate.fail_on = run->config.fail_on;
    run->result.gate.min_subjects = run->config.min_subjects;
    *out = run;
    return AUD_OK;
}

/* The configuration outlives nobody: what the result says of it is kept. */
static aud_status keep_config(aud_run *run, aud_error *err)
{
    static const unsigned char none[32];

    AUD_TRY(aud_arena_dup(&run->arena, run->config.path, &run->result.config_path, err));
    if (memcmp(run->config.sha256, none, sizeof none) == 0) {
        return AUD_OK;
    }
    return aud_hex_dup(&run->arena, (aud_str){(const char *)run->config.sha256, 32},
                       &run->result.config_sha256, err);
}

/* One collector a worker; the last one is what another run read. */
typedef struct crew {
    aud_collector **collectors;
    size_t num;
} crew;

static void crew_clear(crew *hands)
{
    for (size_t i = 0; hands->collectors != NULL && i < hands->num; i++) {
        aud_collector_freep(&hands->collectors[i]);
    }
    aud_free(hands->collectors);
}

static aud_status read_population(aud_run *run, aud_error *err)
{
    AUD_CLEANUP(crew_clear) crew hands = {NULL, run->num_threads + 1};
    double start = aud_run_clock();
    aud_owner_lookup lookup;

    hands.collectors = aud_alloc_zero(hands.num, sizeof(aud_collector *));
    if (hands.collectors == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i + 1 < hands.num; i++) {
        AUD_TRY(aud_collector_new(&hands.collectors[i], err));
    }
    AUD_TRY(aud_run_open_sources(run, err));
    if (run->options->as_read != NULL) {
        AUD_TRY(aud_run_reuse(run, &hands.collectors[hands.num - 1], err));
    }
    hands.num -= hands.collectors[hands.num - 1] == NULL ? 1 : 0;
    run->times.list = aud_run_clock() - start;
    start = aud_run_clock();
    AUD_TRY(aud_run_read(run, hands.collectors, hands.num, err));
    if (run->options->keep_read) {
        AUD_TRY(aud_collectors_copy(hands.collectors, hands.num, &run->read, err));
    }
    run->times.read = aud_run_clock() - start;
    start = aud_run_clock();
    aud_run_progress(run, AUD_STAGE_LINK, 0, 1);
    lookup = aud_owners_lookup(run->owners);
    AUD_TRY(aud_population_new(hands.collectors, hands.num, run->num_threads, &lookup,
                               &run->population, err));
    for (size_t i = 0; i < run->ca_lists.len; i++) {
        AUD_TRY(aud_ca_list_bind(run->ca_lists.items[i], run->population, err));
    }
    aud_population_trust(run->population, run->public_cas, run->all_public);
    AUD_TRY(aud_run_claims(run, err));
    AUD_TRY(aud_run_date(run, err));
    run->result.subjects = aud_population_subjects(run->population, &run->result.num_subjects);
    for (size_t i = 0; i < run->result.num_subjects; i++) {
        run->result.num_kind[run->result.subjects[i].kind]++;
    }
    run->times.link = aud_run_clock() - start;
    return AUD_OK;
}

static aud_status execute(aud_run *run, aud_error *err)
{
    double start;

    AUD_TRY(keep_config(run, err));
    AUD_TRY(aud_owners_new(&run->config, &run->owners, err));
    if (!run->options->no_policies) {
        AUD_TRY(aud_run_load_policies(run, err));
        AUD_TRY(aud_run_load_waivers(run, err));
        AUD_TRY(aud_run_load_baseline(run, err));
    }
    if (run->options->narrow != NULL) {
        run->result.policies = aud_policy_set_infos(run->policies, &run->result.num_policies);
        AUD_TRY(aud_change_asks(run->options->narrow, run, &run->why_whole, err));
        if (run->why_whole.len > 0) {
            return AUD_OK;
        }
    }
    AUD_TRY(read_population(run, err));
    start = aud_run_clock();
    if (run->options->no_judging) {
        run->result.policies = aud_policy_set_infos(run->policies, &run->result.num_policies);
        run->result.house_controls =
            aud_policy_set_house(run->policies, &run->result.num_house_controls);
        run->result.policy_errors =
            aud_policy_set_errors(run->policies, &run->result.num_policy_errors);
        return AUD_OK;
    }
    if (!run->options->no_policies) {
        AUD_TRY(aud_run_judge(run, err));
        AUD_TRY(aud_run_waive(run, err));
        AUD_TRY(aud_run_mark_baseline(run, err));
    }
    AUD_TRY(aud_run_settle(run, err));
    run->times.judge = aud_run_clock() - start;
    return AUD_OK;
}

aud_status aud_run_new(const aud_run_options *options, aud_run **out, aud_error *err)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;

    AUD_TRY(make(options, &run, err));
    AUD_TRY(execute(run, err));
    run->options = NULL;
    *out = AUD_MOVE(run);
    return AUD_OK;
}

aud_status aud_run_policies(const aud_run_options *options, aud_run **out, aud_error *err)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;

    AUD_TRY(make(options, &run, err));
    AUD_TRY(keep_config(run, err));
    AUD_TRY(aud_run_load_policies(run, err));
    run->result.policies = aud_policy_set_infos(run->policies, &run->result.num_policies);
    run->result.house_controls =
        aud_policy_set_house(run->policies, &run->result.num_house_controls);
    run->result.policy_errors =
        aud_policy_set_errors(run->policies, &run->result.num_policy_errors);
    run->options = NULL;
    *out = AUD_MOVE(run);
    return AUD_OK;
}
