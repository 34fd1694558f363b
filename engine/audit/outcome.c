/* engine/audit/outcome.c - the gaps in order, the sums that must add up, and the gate. */
#include "engine/audit/run_parts.h"

#include "engine/base/text.h"
#include "engine/pki/cert.h"

#include <stdlib.h>

static int order_gaps(const void *left, const void *right)
{
    const aud_gap *a = left, *b = right;
    int order;

    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    order = aud_sighting_cmp(&a->where, &b->where);
    return order != 0 ? order : aud_str_cmp(a->reason, b->reason);
}

static void take_gaps(aud_run *run)
{
    if (run->gaps.len > 0) {
        qsort(run->gaps.items, run->gaps.len, sizeof *run->gaps.items, order_gaps);
    }
    run->result.gaps = run->gaps.items;
    run->result.num_gaps = run->gaps.len;
}

/* SHA-256 over (path, content id) of every file that was read, in the order of paths. */
static aud_status digest_source(const source_run *s, unsigned char out[32], aud_error *err)
{
    AUD_CLEANUP(aud_hash_freep) aud_hash *hash = NULL;

    AUD_TRY(aud_hash_new(&hash, err));
    for (size_t i = 0; i < s->num_entries; i++) {
        if (s->outcomes[i] == ENTRY_EXCLUDED || s->outcomes[i] == ENTRY_OUTSIDE) {
            continue;
        }
        AUD_TRY(aud_hash_add(hash, s->entries[i].path, err));
        AUD_TRY(aud_hash_add(hash, (aud_str){"", 1}, err));
        AUD_TRY(aud_hash_add(hash, (aud_str){(const char *)s->digests[i], 32}, err));
    }
    return aud_hash_end(hash, out, err);
}

static aud_status sum_source(aud_run *run, const source_run *s, aud_source_info *out,
                             aud_error *err)
{
    struct aud_exclusion *exclusions =
        aud_arena_array(&run->arena, s->config->num_excludes, sizeof *exclusions);
    unsigned char digest[32];

    if (exclusions == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    out->name = s->name;
    AUD_TRY(aud_arena_dup(&run->arena, s->config->rev, &out->ref, err));
    out->kind = s->vcs == NULL ? AUD_LIT("unreadable") : aud_str_of(aud_vcs_kind(s->vcs));
    out->rev = s->vcs == NULL ? (aud_str){NULL, 0} : aud_vcs_rev(s->vcs);
    for (size_t i = 0; i < s->num_entries; i++) {
        out->gave += s->outcomes[i] == ENTRY_GAVE ? 1 : 0;
        out->nothing += s->outcomes[i] == ENTRY_NOTHING ? 1 : 0;
        out->excluded += s->outcomes[i] == ENTRY_EXCLUDED ? 1 : 0;
        out->not_judged += s->outcomes[i] == ENTRY_NOT_JUDGED ? 1 : 0;
    }
    out->files = out->gave + out->nothing + out->excluded + out->not_judged;
    for (size_t i = 0; i < s->config->num_excludes && s->vcs != NULL; i++) {
        exclusions[i].files = s->excluded[i];
        AUD_TRY(
            aud_arena_dup(&run->arena, s->config->excludes[i].path, &exclusions[i].pattern, err));
        AUD_TRY(
            aud_arena_dup(&run->arena, s->config->excludes[i].reason, &exclusions[i].reason, err));
    }
    out->exclusions = exclusions;
    out->num_exclusions = s->vcs == NULL ? 0 : s->config->num_excludes;
    AUD_TRY(digest_source(s, digest, err));
    return aud_hex_dup(&run->arena, (aud_str){(const char *)digest, 32}, &out->digest, err);
}

static aud_status sum_sources(aud_run *run, aud_error *err)
{
    aud_source_info *infos = aud_arena_array(&run->arena, run->num_sources, sizeof *infos);

    if (infos == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < run->num_sources; i++) {
        AUD_TRY(sum_source(run, &run->sources[i], &infos[i], err));
    }
    run->result.sources = infos;
    run->result.num_sources = run->num_sources;
    return AUD_OK;
}

/* `out_judged`: pairs with a verdict in substance, less those of the population itself. */
static aud_status count_verdicts(aud_run *run, size_t *out_judged, aud_error *err)
{
    aud_result *result = &run->result;
    aud_policy_info *policies =
        aud_arena_array(&run->arena, result->num_policies, sizeof *policies);

    if (policies == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memset(result->totals, 0, sizeof result->totals);
    for (size_t p = 0; p < result->num_policies; p++) {
        const uint8_t *row = result->verdicts + p * result->num_subjects;

        policies[p] = result->policies[p];
        memset(policies[p].counts, 0, sizeof policies[p].counts);
        for (size_t s = 0; s < result->num_subjects; s++) {
            if (row[s] != AUD_V_NONE) {
                policies[p].counts[row[s]]++;
                result->totals[row[s]]++;
                *out_judged += s + 1 < result->num_subjects && row[s] != AUD_V_NOT_APPLICABLE &&
                                       row[s] != AUD_V_NOT_EFFECTIVE
                                   ? 1
                                   : 0;
            }
        }
    }
    result->policies = policies;
    return AUD_OK;
}

/* What a baseline knows keeps its verdict, and does not gate. */
static bool gates(const aud_gate *gate, const aud_finding *f)
{
    switch (f->baseline) {
    case AUD_BASELINE_UNCHANGED:
    case AUD_BASELINE_UPDATED:
        return false;
    case AUD_BASELINE_NEW:
        if (gate->fail_on_new && f->verdict == AUD_V_FAIL && f->severity >= AUD_SEV_LOW) {
            return true;
        }
        break;
    case AUD_BASELINE_NONE:
    case AUD_NUM_BASELINE_STATES:
        break;
    }
    return f->verdict != AUD_V_WAIVED && f->severity >= gate->fail_on;
}

static void weigh_findings(aud_run *run)
{
    aud_result *result = &run->result;
    /* the run's own findings, still ours to complete */
    aud_finding *findings = (aud_finding *)(uintptr_t)result->findings;

    memset(result->severities, 0, sizeof result->severities);
    result->baseline_known = result->baseline_new = 0;
    result->gate.failing = 0;
    result->gate.undecided = 0;
    for (size_t i = 0; i < result->num_coverage; i++) {
        result->gate.undecided +=
            result->coverage[i].severity >= result->gate.fail_on ? result->coverage[i].subjects : 0;
    }
    for (size_t i = 0; i < result->num_findings; i++) {
        aud_finding *f = &findings[i];

        f->gates = gates(&result->gate, f);
        result->baseline_known +=
            f->baseline == AUD_BASELINE_UNCHANGED || f->baseline == AUD_BASELINE_UPDATED;
        result->baseline_new += f->baseline == AUD_BASELINE_NEW;
        if (f->verdict == AUD_V_FAIL) {
            result->severities[f->severity]++;
            result->gate.failing += f->gates ? 1 : 0;
        } else if (f->verdict == AUD_V_UNDECIDED) {
            result->gate.undecided += f->gates ? 1 : 0;
        }
    }
}

static bool has_open_gap(const aud_result *result)
{
    for (size_t i = 0; i < result->num_gaps; i++) {
        if (result->gaps[i].accepted.len == 0) {
            return true;
        }
    }
    return false;
}

static void decide(aud_run *run, size_t judged)
{
    static const aud_exit order[] = {AUD_EXIT_USAGE, AUD_EXIT_OUTPUT, AUD_EXIT_FINDINGS,
                                     AUD_EXIT_INCOMPLETE, AUD_EXIT_NOTHING};
    aud_result *result = &run->result;
    aud_gate *gate = &result->gate;
    size_t subjects = result->num_subjects - 1; /* less the population itself */

    gate->reasons = 0;
    gate->exit_code = AUD_EXIT_CLEAN;
    for (size_t i = 0; i < result->num_policy_errors; i++) {
        gate->reasons |=
            1U << (result->policy_errors[i].undecided ? AUD_EXIT_INCOMPLETE : AUD_EXIT_USAGE);
    }
    gate->reasons |= gate->failing > 0 ? 1U << AUD_EXIT_FINDINGS : 0;
    gate->reasons |= gate->undecided > 0 || has_open_gap(result) ? 1U << AUD_EXIT_INCOMPLETE : 0;
    if (!run->no_policies && result->change == NULL &&
        (subjects < gate->min_subjects || subjects == 0 || judged == 0)) {
        gate->reasons |= 1U << AUD_EXIT_NOTHING;
    }
    for (size_t i = 0; i < AUD_COUNT(order) && gate->exit_code == AUD_EXIT_CLEAN; i++) {
        if ((gate->reasons & (1U << order[i])) != 0) {
            gate->exit_code = order[i];
        }
    }
}

aud_status aud_run_settle(aud_run *run, aud_error *err)
{
    AUD_TRY(aud_run_accept(run, err));
    take_gaps(run);
    AUD_TRY(aud_run_note_exceptions(run, err));
    AUD_TRY(sum_sources(run, err));
    return aud_run_weigh(run, err);
}

aud_status aud_run_late_gap(aud_run *run, aud_gap_kind kind, aud_str source, aud_str path,
                            aud_str reason, aud_error *err)
{
    AUD_TRY(aud_run_add_gap(run, kind, source, path, reason, err));
    take_gaps(run);
    return sum_sources(run, err);
}

aud_status aud_run_weigh(aud_run *run, aud_error *err)
{
    size_t judged = 0;

    AUD_TRY(count_verdicts(run, &judged, err));
    weigh_findings(run);
    decide(run, judged);
    return AUD_OK;
}
