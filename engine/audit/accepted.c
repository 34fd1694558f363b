/* engine/audit/accepted.c - accept lines laid on the gaps; lines for nothing are a finding. */
#include "engine/audit/run_parts.h"

#include "engine/base/text.h"

#include <stdlib.h>

static const char own_id[] = "certaudit/accepted_gap_gone";

static bool covers(const aud_accept_rule *rule, const aud_gap *gap)
{
    return aud_gap_is_opaque(gap->kind) && aud_glob_match(rule->path, gap->where.path) &&
           (rule->source.len == 0 || aud_glob_match(rule->source, gap->where.source));
}

/* An accept line takes what is opaque by nature, never what is broken. */
static aud_status accept_gaps(aud_run *run, bool *used, aud_error *err)
{
    for (size_t i = 0; i < run->gaps.len; i++) {
        aud_gap *gap = &run->gaps.items[i];

        for (size_t k = 0; k < run->config.num_accepts; k++) {
            const aud_accept_rule *rule = &run->config.accepts[k];

            if (covers(rule, gap)) {
                AUD_TRY(aud_arena_dup(&run->arena, rule->reason, &gap->accepted, err));
                used[k] = true;
                break;
            }
        }
    }
    return AUD_OK;
}

/* Whether an accept line for nothing is really for nothing: all of the sources were looked at. */
static bool is_whole(const aud_run *run)
{
    if (!run->options->sources_configured && run->config.num_sources > 0) {
        return false; /* arguments in place of the configuration's are a part of them */
    }
    for (size_t i = 0; i < run->num_sources; i++) {
        if (run->sources[i].vcs == NULL) {
            return false;
        }
    }
    return true;
}

static aud_policy_info own_policy(void)
{
    return (aud_policy_info){
        .id = aud_str_of(own_id),
        .pack = AUD_LIT("certaudit"),
        .title = AUD_LIT("What is accepted as not judged is still there"),
        .description = AUD_LIT("Made by the program of the configuration's accept lines."),
        .remediation = AUD_LIT("Take the line out of 'accept' in the configuration, so that it "
                               "cannot hide what comes to lie there later."),
        .severity = AUD_SEV_LOW,
        .declared = AUD_SEV_LOW,
        .severities = 1U << AUD_SEV_LOW,
        .kinds = 1U << AUD_KIND_POPULATION,
        .cite = {.doc = AUD_LIT("certaudit"), .at = AUD_LIT("accept")},
        .configured = true};
}

static aud_status make_finding(aud_run *run, const bool *used, aud_finding *out, aud_error *err)
{
    const size_t last = run->result.num_subjects - 1; /* the population itself */
    const aud_subject_info *population = &run->result.subjects[last];
    const aud_str id = aud_str_of(own_id);
    aud_item *items = aud_arena_array(&run->arena, run->config.num_accepts, sizeof *items);

    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = (aud_finding){
        .subject = last, .verdict = AUD_V_FAIL, .severity = AUD_SEV_LOW, .items = items};
    for (size_t k = 0; k < run->config.num_accepts; k++) {
        const aud_accept_rule *rule = &run->config.accepts[k];
        aud_item *item = &items[out->num_items];

        if (used[k]) {
            continue;
        }
        if (out->num_items++ == 0) {
            out->location = (aud_sighting){.path = run->result.config_path, .line = rule->line};
        }
        AUD_TRY(aud_arena_printf(&run->arena, &item->item, err, "accept %.*s%s%.*s",
                                 AUD_ARG(rule->source), rule->source.len > 0 ? ":" : "",
                                 AUD_ARG(rule->path)));
        AUD_TRY(aud_arena_printf(&run->arena, &item->got, err, "nothing that it matches (line %u)",
                                 rule->line));
        item->want = AUD_LIT("an input that cannot be judged, or no such line");
    }
    if (out->num_items > 0) {
        AUD_TRY(aud_arena_printf(&run->arena, &out->message, err,
                                 "%zu accepted gap%s no longer exist%s: take out %.*s%s",
                                 out->num_items, out->num_items == 1 ? "" : "s",
                                 out->num_items == 1 ? "s" : "", AUD_ARG(items[0].item),
                                 out->num_items == 1 ? "" : " and the others"));
    }
    AUD_TRY(aud_run_fingerprint(id, population->id, items, out->num_items, out->identity, err));
    return aud_run_fingerprint(id, population->lineage, items, out->num_items, out->lineage, err);
}

/* The policies with the engine's own among them, by id; gives its place. */
static aud_status add_policy(aud_run *run, size_t *out_place, aud_error *err)
{
    aud_result *r = &run->result;
    const size_t num = r->num_policies + 1;
    aud_policy_info *policies = aud_arena_array(&run->arena, num, sizeof *policies);
    uint8_t *verdicts = aud_arena_array(&run->arena, num * r->num_subjects, 1);
    size_t place = 0;

    if (policies == NULL || verdicts == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    while (place < r->num_policies && aud_str_cmp(r->policies[place].id, aud_str_of(own_id)) < 0) {
        place++;
    }
    for (size_t i = 0, old = 0; i < num; i++) {
        uint8_t *row = verdicts + i * r->num_subjects;

        if (i == place) {
            policies[i] = own_policy();
            memset(row, AUD_V_NONE, r->num_subjects);
            continue;
        }
        policies[i] = r->policies[old];
        memcpy(row, r->verdicts + old * r->num_subjects, r->num_subjects);
        old++;
    }
    r->policies = policies;
    r->num_policies = num;
    r->verdicts = verdicts;
    *out_place = place;
    return AUD_OK;
}

static aud_status tell_unused(aud_run *run, const bool *used, aud_error *err)
{
    const size_t num_old = run->result.num_findings;
    aud_finding *findings = aud_arena_array(&run->arena, num_old + 1, sizeof *findings);
    aud_finding own;
    size_t place = 0;
    uint8_t *verdict;

    if (findings == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(add_policy(run, &place, err));
    for (size_t i = 0; i < num_old; i++) {
        findings[i] = run->result.findings[i];
        findings[i].policy += findings[i].policy >= place ? 1 : 0;
    }
    AUD_TRY(make_finding(run, used, &own, err));
    own.policy = place;
    verdict =
        (uint8_t *)(uintptr_t)&run->result.verdicts[(place + 1) * run->result.num_subjects - 1];
    *verdict = !is_whole(run) ? AUD_V_NOT_APPLICABLE : own.num_items > 0 ? AUD_V_FAIL : AUD_V_PASS;
    run->result.findings = findings;
    run->result.num_findings = num_old;
    if (*verdict == AUD_V_FAIL) {
        findings[run->result.num_findings++] = own;
        qsort(findings, run->result.num_findings, sizeof *findings, aud_run_order_findings);
    }
    return AUD_OK;
}

aud_status aud_run_accept(aud_run *run, aud_error *err)
{
    bool *used;

    if (run->config.num_accepts == 0) {
        return AUD_OK;
    }
    used = aud_arena_array(&run->arena, run->config.num_accepts, sizeof *used);
    if (used == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(accept_gaps(run, used, err));
    return run->no_policies ? AUD_OK : tell_unused(run, used, err);
}
