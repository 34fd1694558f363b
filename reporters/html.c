/* reporters/html.c - the result as one page for auditors and engineers: what stands where. */
#include <stdlib.h>

#include "reporters/html.h"

extern const aud_reporter aud_reporter_html;

static const size_t scratch_max = (size_t)64 << 20;
static const size_t place_max = (size_t)1 << 20;

/* What `qsort` compares by; it takes no context, so each entry carries its own. */
typedef struct ranked {
    unsigned rank;
    uint32_t index;
} ranked;

static int by_rank(const void *a, const void *b)
{
    const ranked *x = a;
    const ranked *y = b;

    if (x->rank != y->rank) {
        return x->rank < y->rank ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Failing before undecided before waived; in each the worst first. */
static unsigned rank_of(const aud_finding *finding)
{
    unsigned group = finding->verdict == AUD_V_FAIL ? 0 : finding->verdict == AUD_V_UNDECIDED;

    group = finding->verdict == AUD_V_WAIVED ? 2 : group;
    return group * AUD_NUM_SEVERITIES + (unsigned)(AUD_SEV_CRITICAL - finding->severity);
}

/* Puts the findings of each policy, and the policies that have some, in the order of reading. */
static void order_findings(aud_html *h, ranked *buffer)
{
    const aud_result *result = h->result;

    for (size_t policy = 0; policy < result->num_policies; policy++) {
        size_t begin = h->first[policy];
        size_t num = h->first[policy + 1] - begin;

        for (size_t i = 0; i < num; i++) {
            uint32_t index = h->order[begin + i];

            buffer[i] = (ranked){rank_of(&result->findings[index]), index};
        }
        qsort(buffer, num, sizeof *buffer, by_rank);
        for (size_t i = 0; i < num; i++) {
            h->order[begin + i] = buffer[i].index;
        }
    }
    h->num_policies = 0;
    for (size_t policy = 0; policy < result->num_policies; policy++) {
        if (h->first[policy] < h->first[policy + 1]) {
            const aud_finding *worst = &result->findings[h->order[h->first[policy]]];

            buffer[h->num_policies++] = (ranked){rank_of(worst), (uint32_t)policy};
        }
    }
    qsort(buffer, h->num_policies, sizeof *buffer, by_rank);
    for (size_t i = 0; i < h->num_policies; i++) {
        h->policies[i] = buffer[i].index;
    }
}

static void count_verdicts(aud_html *h)
{
    const aud_result *result = h->result;
    const uint8_t *verdict = result->verdicts;

    for (size_t policy = 0; policy < result->num_policies; policy++) {
        for (size_t subject = 0; subject < result->num_subjects; subject++, verdict++) {
            if (*verdict < AUD_NUM_VERDICTS) {
                h->verdicts[subject * AUD_NUM_VERDICTS + *verdict]++;
                h->pairs[*verdict]++;
            }
        }
    }
}

static aud_status prepare(aud_html *h)
{
    const aud_result *result = h->result;
    size_t most =
        result->num_findings > result->num_policies ? result->num_findings : result->num_policies;
    ranked *buffer = aud_alloc_zero(most + 1, sizeof *buffer);

    h->policies = aud_alloc_zero(result->num_policies + 1, sizeof *h->policies);
    h->verdicts = aud_alloc_zero(result->num_subjects + 1, AUD_NUM_VERDICTS * sizeof *h->verdicts);
    if (buffer == NULL || h->policies == NULL || h->verdicts == NULL) {
        aud_free(buffer);
        return aud_fail(h->err, AUD_E_NOMEM, "no memory for the page");
    }
    order_findings(h, buffer);
    aud_free(buffer);
    count_verdicts(h);
    return AUD_OK;
}

static aud_status write_parts(aud_html *h)
{
    AUD_TRY(prepare(h));
    AUD_TRY(aud_html_head(h));
    aud_html_outcome(h);
    aud_html_period(h);
    aud_html_coverage(h);
    AUD_TRY(aud_html_controls(h));
    aud_html_policies(h);
    aud_html_findings(h);
    aud_html_waivers(h);
    aud_html_gaps(h);
    aud_html_population(h);
    aud_html_inputs(h);
    aud_html_method(h);
    aud_html_notices(h);
    aud_html_foot(h);
    return h->failed;
}

static aud_status write_html(const aud_result *result, const aud_report_env *env, aud_out *out,
                             aud_error *err)
{
    aud_report_groups groups;
    aud_html h = {.out = out, .result = result, .least = env->least, .err = err};
    aud_str population = aud_reporter_option(&aud_reporter_html, env, "population");
    aud_status st;

    AUD_TRY(aud_report_group(result, &groups, err));
    h.order = groups.order;
    h.first = groups.first;
    h.all_subjects = aud_str_eq(population, AUD_LIT("all"));
    aud_arena_init(&h.scratch, scratch_max);
    aud_buf_init(&h.place, place_max);
    st = write_parts(&h);
    aud_arena_clear(&h.scratch);
    aud_buf_clear(&h.place);
    aud_free(h.policies);
    aud_free(h.verdicts);
    aud_report_groups_clear(&groups);
    return st;
}

static const char *const html_options[] = {"population=all|failing", NULL};

const aud_reporter aud_reporter_html = {
    .name = "html",
    .title = "HTML, a page for auditors and engineers",
    .extension = "html",
    .options = html_options,
    .write = write_html,
};
