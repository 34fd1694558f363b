/* engine/audit/judging.c - every policy on every subject, on all cores; the findings in order. */
#include "engine/audit/run_parts.h"

#include "engine/base/pool.h"
#include "engine/base/text.h"
#include "engine/pki/cert.h"

#include <stdlib.h>

enum { GRAIN = 128 };

typedef AUD_VEC(raw_finding *) finding_list; /* each in its worker's arena */
typedef AUD_VEC(aud_policy_error) error_list;

typedef struct worker {
    const struct judging *judging;
    aud_judge *judge;
    aud_arena arena;
    finding_list findings;
    error_list errors;
    size_t subject;
    int64_t next_change;
} worker;

typedef struct judging {
    aud_run *run;
    uint8_t *verdicts;
    worker *workers;
    unsigned num_workers;
    size_t done;
} judging;

aud_status aud_run_fingerprint(aud_str policy, aud_str about, const aud_item *items,
                               size_t num_items, unsigned char out[32], aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 1 << 20};

    AUD_TRY(aud_buf_add(&text, policy, err));
    AUD_TRY(aud_buf_add(&text, (aud_str){"", 1}, err));
    AUD_TRY(aud_buf_add(&text, about, err));
    for (size_t i = 0; i < num_items; i++) {
        AUD_TRY(aud_buf_add(&text, (aud_str){"", 1}, err));
        AUD_TRY(aud_buf_add(&text, items[i].item, err));
    }
    return aud_sha256(aud_buf_str(&text), out, err);
}

aud_status aud_run_identify(aud_str policy, const aud_subject_info *subject, aud_finding *f,
                            aud_error *err)
{
    AUD_TRY(aud_run_fingerprint(policy, subject->id, f->items, f->num_items, f->identity, err));
    AUD_TRY(aud_run_fingerprint(policy, subject->lineage, f->items, f->num_items, f->lineage, err));
    AUD_TRY(aud_run_fingerprint(policy, subject->id, NULL, 0, f->pair, err));
    return aud_run_fingerprint(policy, subject->lineage, NULL, 0, f->slot, err);
}

static aud_status keep_items(worker *w, const aud_opinion *opinion, raw_finding *out,
                             aud_error *err)
{
    aud_item *items = aud_arena_array(&w->arena, opinion->num_items, sizeof *items);

    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < opinion->num_items; i++) {
        AUD_TRY(aud_arena_dup(&w->arena, opinion->items[i].item, &items[i].item, err));
        AUD_TRY(aud_arena_dup(&w->arena, opinion->items[i].got, &items[i].got, err));
        AUD_TRY(aud_arena_dup(&w->arena, opinion->items[i].want, &items[i].want, err));
    }
    out->items = items;
    out->num_items = opinion->num_items;
    return AUD_OK;
}

static aud_status note_broken(worker *w, const aud_opinion *opinion, aud_error *err)
{
    const aud_run *run = w->judging->run;
    const aud_policy_info *policy = &run->result.policies[opinion->policy];
    aud_policy_error broken = {.policy = policy->id,
                               .subject = run->result.subjects[w->subject].id,
                               .path = policy->path,
                               .line = opinion->broke_line,
                               .undecided = !opinion->misused};

    AUD_TRY(aud_arena_dup(&w->arena, opinion->message, &broken.message, err));
    return AUD_VEC_PUSH(&w->errors, broken, err);
}

static aud_status take_opinion(void *ctx, const aud_opinion *opinion, aud_error *err)
{
    worker *w = ctx;
    const aud_run *run = w->judging->run;
    raw_finding *raw;

    w->judging->verdicts[opinion->policy * run->result.num_subjects + w->subject] =
        (uint8_t)opinion->verdict;
    if (run->deps != NULL) {
        run->deps[opinion->policy * run->result.num_subjects + w->subject] = (uint8_t)opinion->deps;
    }
    w->next_change = opinion->flips_at < w->next_change ? opinion->flips_at : w->next_change;
    if (opinion->broke) {
        AUD_TRY(note_broken(w, opinion, err));
    }
    if (opinion->verdict != AUD_V_FAIL && opinion->verdict != AUD_V_UNDECIDED) {
        return AUD_OK;
    }
    raw = AUD_ARENA_NEW(&w->arena, raw_finding);
    if (raw == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    raw->policy = (uint32_t)opinion->policy;
    raw->subject = (uint32_t)w->subject;
    raw->verdict = (uint8_t)opinion->verdict;
    raw->severity = (uint8_t)opinion->severity;
    AUD_TRY(aud_arena_dup(&w->arena, opinion->message, &raw->message, err));
    AUD_TRY(aud_arena_dup(&w->arena, opinion->unknown_fact, &raw->unknown_fact, err));
    AUD_TRY(keep_items(w, opinion, raw, err));
    return AUD_VEC_PUSH(&w->findings, raw, err);
}

static aud_status judge_range(void *ctx, unsigned number, size_t begin, size_t end, aud_error *err)
{
    judging *j = ctx;
    worker *w = &j->workers[number];
    aud_run *run = j->run;
    size_t done;

    if (w->judge == NULL) {
        AUD_TRY(aud_judge_new(run->policies, run->result.at, &w->judge, err));
    }
    for (size_t i = begin; i < end; i++) {
        const aud_subject_info *subject = &run->result.subjects[i];

        w->subject = i;
        AUD_TRY(aud_judge_subject(w->judge, subject->kind, subject->facts, take_opinion, w, err));
    }
    done = __atomic_add_fetch(&j->done, end - begin, __ATOMIC_RELAXED);
    aud_run_progress(run, AUD_STAGE_JUDGE, done, run->result.num_subjects);
    return AUD_OK;
}

static void judging_clear(judging *j)
{
    for (unsigned i = 0; j->workers != NULL && i < j->num_workers; i++) {
        aud_judge_freep(&j->workers[i].judge);
        aud_arena_adopt(&j->run->arena, &j->workers[i].arena);
        aud_free(j->workers[i].findings.items);
        aud_free(j->workers[i].errors.items);
    }
    aud_free(j->workers);
}

static void finding_list_clear(finding_list *list)
{
    aud_free(list->items);
}

static void error_list_clear(error_list *list)
{
    aud_free(list->items);
}

/* The worst first, then in the order of policies and subjects: one opinion a pair. */
static int order_pairs(const size_t a[3], const size_t b[3])
{
    if (a[0] != b[0]) {
        return a[0] > b[0] ? -1 : 1;
    }
    if (a[1] != b[1]) {
        return a[1] < b[1] ? -1 : 1;
    }
    return a[2] < b[2] ? -1 : a[2] > b[2];
}

int aud_run_order_findings(const void *left, const void *right)
{
    const aud_finding *a = left, *b = right;

    return order_pairs((const size_t[]){a->severity, a->policy, a->subject},
                       (const size_t[]){b->severity, b->policy, b->subject});
}

static int order_raw(const void *left, const void *right)
{
    const raw_finding *a = *(raw_finding *const *)left, *b = *(raw_finding *const *)right;

    return order_pairs((const size_t[]){a->severity, a->policy, a->subject},
                       (const size_t[]){b->severity, b->policy, b->subject});
}

static int order_errors(const void *left, const void *right)
{
    const aud_policy_error *a = left, *b = right;
    int order = aud_str_cmp(a->policy, b->policy);

    order = order != 0 ? order : aud_str_cmp(a->subject, b->subject);
    return order != 0 ? order : aud_str_cmp(a->message, b->message);
}

/* One finding on the whole population for each policy that lacks a required parameter. */
static aud_status note_unconfigured(judging *j, finding_list *findings, aud_error *err)
{
    aud_run *run = j->run;
    size_t last = run->result.num_subjects - 1; /* the population itself */

    for (size_t i = 0; i < run->result.num_policies; i++) {
        const aud_policy_info *policy = &run->result.policies[i];
        raw_finding *raw;

        if (policy->configured) {
            continue;
        }
        raw = AUD_ARENA_NEW(&run->arena, raw_finding);
        if (raw == NULL) {
            return aud_fail(err, AUD_E_NOMEM, "out of memory");
        }
        raw->policy = (uint32_t)i;
        raw->subject = (uint32_t)last;
        raw->verdict = AUD_V_FAIL;
        raw->severity = AUD_SEV_LOW;
        AUD_TRY(aud_arena_printf(&run->arena, &raw->message, err,
                                 "Not configured: nothing was judged by it; set its required "
                                 "parameters under policies.params in certaudit.yaml, or skip it"));
        j->verdicts[i * run->result.num_subjects + last] = AUD_V_FAIL;
        AUD_TRY(AUD_VEC_PUSH(findings, raw, err));
    }
    return AUD_OK;
}

/* What stays of the raw findings, worked out on all cores. */
typedef struct completing {
    const aud_run *run;
    raw_finding **from;
    aud_finding *into;
} completing;

static aud_status complete_range(void *ctx, unsigned number, size_t begin, size_t end,
                                 aud_error *err)
{
    const completing *c = ctx;
    const aud_result *result = &c->run->result;

    AUD_UNUSED(number);
    for (size_t i = begin; i < end; i++) {
        const raw_finding *raw = c->from[i];
        const aud_subject_info *subject = &result->subjects[raw->subject];
        aud_finding *f = &c->into[i];

        *f = (aud_finding){.policy = raw->policy,
                           .subject = raw->subject,
                           .verdict = (aud_verdict)raw->verdict,
                           .severity = (aud_severity)raw->severity,
                           .message = raw->message,
                           .items = raw->items,
                           .num_items = raw->num_items};
        if (subject->num_sightings > 0) {
            f->location = subject->sightings[0];
        }
        AUD_TRY(aud_run_identify(result->policies[raw->policy].id, subject, f, err));
    }
    return AUD_OK;
}

static aud_status keep_findings(judging *j, finding_list *all, aud_error *err)
{
    aud_run *run = j->run;
    completing c = {.run = run, .from = all->items};
    size_t num = 0;

    AUD_TRY(note_unconfigured(j, all, err));
    AUD_TRY(aud_run_cover(j->run, j->verdicts, all->items, all->len, err));
    for (size_t i = 0; i < all->len; i++) {
        if (!all->items[i]->covered) {
            all->items[num++] = all->items[i];
        }
    }
    if (num > 0) {
        qsort(all->items, num, sizeof *all->items, order_raw);
    }
    c.from = all->items;
    c.into = aud_arena_take(&run->arena, num * sizeof *c.into, _Alignof(aud_finding));
    if (c.into == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    run->result.findings = c.into;
    run->result.num_findings = num;
    return aud_pool_run(run->num_threads, num, GRAIN, complete_range, &c, err);
}

static aud_status keep_errors(judging *j, error_list *all, aud_error *err)
{
    aud_run *run = j->run;
    aud_policy_error *kept = aud_arena_array(&run->arena, all->len, sizeof *kept);

    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (all->len > 0) {
        qsort(all->items, all->len, sizeof *all->items, order_errors);
        memcpy(kept, all->items, all->len * sizeof *kept);
    }
    run->result.policy_errors = kept;
    run->result.num_policy_errors = all->len;
    return AUD_OK;
}

static aud_status gather(judging *j, aud_error *err)
{
    AUD_CLEANUP(finding_list_clear) finding_list all = {0};
    AUD_CLEANUP(error_list_clear) error_list errors = {0};
    aud_run *run = j->run;
    const aud_policy_error *load_errors;
    size_t num_load_errors = 0;

    load_errors = aud_policy_set_errors(run->policies, &num_load_errors);
    for (size_t i = 0; i < num_load_errors; i++) {
        AUD_TRY(AUD_VEC_PUSH(&errors, load_errors[i], err));
    }
    for (unsigned i = 0; i < j->num_workers; i++) {
        const worker *w = &j->workers[i];

        for (size_t k = 0; k < w->findings.len; k++) {
            AUD_TRY(AUD_VEC_PUSH(&all, w->findings.items[k], err));
        }
        for (size_t k = 0; k < w->errors.len; k++) {
            AUD_TRY(AUD_VEC_PUSH(&errors, w->errors.items[k], err));
        }
        if (w->judge != NULL && w->next_change < run->result.next_change) {
            run->result.next_change = w->next_change;
        }
    }
    run->result.verdicts = j->verdicts;
    AUD_TRY(keep_findings(j, &all, err));
    return keep_errors(j, &errors, err);
}

aud_status aud_run_judge(aud_run *run, aud_error *err)
{
    AUD_CLEANUP(judging_clear) judging j = {.run = run, .num_workers = run->num_threads};
    size_t pairs;

    run->result.policies = aud_policy_set_infos(run->policies, &run->result.num_policies);
    run->result.house_controls =
        aud_policy_set_house(run->policies, &run->result.num_house_controls);
    pairs = run->result.num_policies * run->result.num_subjects;
    j.verdicts = aud_arena_array(&run->arena, pairs, 1);
    j.workers = aud_alloc_zero(j.num_workers, sizeof *j.workers);
    if (j.verdicts == NULL || j.workers == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memset(j.verdicts, AUD_V_NONE, pairs);
    if (run->options->narrow != NULL) {
        run->deps = aud_arena_array(&run->arena, pairs, 1);
        if (run->deps == NULL) {
            return aud_fail(err, AUD_E_NOMEM, "out of memory");
        }
    }
    for (unsigned i = 0; i < j.num_workers; i++) {
        j.workers[i].judging = &j;
        j.workers[i].next_change = INT64_MAX;
        aud_arena_init(&j.workers[i].arena, AUD_ARENA_NO_MAX);
    }
    AUD_TRY(aud_pool_run(run->num_threads, run->result.num_subjects, GRAIN, judge_range, &j, err));
    return gather(&j, err);
}
