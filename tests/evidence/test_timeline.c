/* tests/evidence/test_timeline.c - what stands how long, and by whose doing. */
#include "tests/support/support.h"

#include "engine/evidence/timeline.h"

#include <stdio.h>

/* A state in short: a letter a policy for each of three holders (lineages x, y, z), '.' not there.
 */
enum { HOLDERS = 3, POLICIES = 2 };

typedef struct step {
    int64_t at;
    aud_cause_kind why;
    bool rules;
    const char *ids;                /* a letter each: who holds the lineage */
    const char *verdicts[POLICIES]; /* P F W u n, one a holder */
} step;

static const char *const lineages[HOLDERS] = {"x", "y", "z"};
static const char *const policy_ids[POLICIES] = {"t/a", "t/b"};

static uint8_t verdict_of(char letter)
{
    switch (letter) {
    case 'P':
        return AUD_V_PASS;
    case 'F':
        return AUD_V_FAIL;
    case 'W':
        return AUD_V_WAIVED;
    case 'u':
        return AUD_V_UNDECIDED;
    default:
        return AUD_V_NOT_APPLICABLE;
    }
}

static void give(aud_timeline *t, const step *s, size_t commit)
{
    const aud_cause cause = {.kind = s->why, .at = s->at, .commit = commit};
    static char ids[HOLDERS][2];
    aud_policy_info policies[POLICIES] = {0};
    aud_subject_info subjects[HOLDERS] = {0};
    uint8_t verdicts[POLICIES * HOLDERS];
    aud_finding findings[POLICIES * HOLDERS] = {0};
    const aud_item item = {.item = AUD_LIT("i")};
    aud_result result = {.policies = policies,
                         .num_policies = POLICIES,
                         .subjects = subjects,
                         .verdicts = verdicts,
                         .findings = findings};

    for (size_t k = 0; k < POLICIES; k++) {
        policies[k].id = aud_str_of(policy_ids[k]);
    }
    for (size_t i = 0; i < HOLDERS; i++) {
        if (s->ids[i] != '.') {
            ids[i][0] = s->ids[i];
            subjects[result.num_subjects++] =
                (aud_subject_info){.id = aud_str_of(ids[i]), .lineage = aud_str_of(lineages[i])};
        }
    }
    for (size_t k = 0; k < POLICIES; k++) {
        for (size_t i = 0, n = 0; i < HOLDERS; i++) {
            const uint8_t verdict = verdict_of(s->verdicts[k][i]);

            if (s->ids[i] == '.') {
                continue;
            }
            verdicts[k * result.num_subjects + n] = verdict;
            if (verdict == AUD_V_FAIL || verdict == AUD_V_WAIVED || verdict == AUD_V_UNDECIDED) {
                findings[result.num_findings++] = (aud_finding){.policy = k,
                                                                .subject = n,
                                                                .verdict = (aud_verdict)verdict,
                                                                .severity = AUD_SEV_HIGH,
                                                                .items = &item,
                                                                .num_items = 1};
            }
            n++;
        }
    }
    assert_int_equal(aud_timeline_begin(t, &cause, s->rules, true, NULL), AUD_OK);
    assert_int_equal(aud_timeline_take(t, &result, NULL, NULL), AUD_OK);
    assert_int_equal(aud_timeline_end(t, NULL), AUD_OK);
}

/* One stretch as a line: what is wanted of it. */
static void describe(const aud_stretch *s, char out[160])
{
    (void)snprintf(out, 160, "%s %.*s %.*s %lld-%lld %s/%s %s exposed %lld waived %lld met %lld",
                   aud_stretch_name(s->kind), AUD_ARG(s->policy), AUD_ARG(s->lineage),
                   (long long)s->from.at, (long long)s->to.at, aud_cause_name(s->from.kind),
                   aud_cause_name(s->to.kind), aud_stretch_end_name(s->end),
                   (long long)s->exposed_seconds, (long long)s->waived_seconds,
                   s->was_met ? (long long)s->met_since : -1);
}

static const struct {
    const char *name;
    step steps[6];
    const char *want[4];
} cases[] = {
    {"what is met all along has no stretch",
     {{0, AUD_CAUSE_START, false, "A..", {"P..", "P.."}}},
     {NULL}},
    {"what was carried in stands to the end",
     {{0, AUD_CAUSE_START, false, "A..", {"F..", "P.."}}},
     {"breach t/a x 0-100 carried_in/open open exposed 100 waived 0 met -1"}},
    {"a commit brings it, another mends it",
     {{0, AUD_CAUSE_START, false, "A..", {"P..", "P.."}},
      {10, AUD_CAUSE_COMMIT, false, "B..", {"F..", "P.."}},
      {30, AUD_CAUSE_COMMIT, false, "C..", {"P..", "P.."}}},
     {"breach t/a x 10-30 commit/commit met exposed 20 waived 0 met 0"}},
    {"a renewal that fails as before goes on",
     {{0, AUD_CAUSE_START, false, "A..", {"F..", "P.."}},
      {10, AUD_CAUSE_COMMIT, false, "B..", {"F..", "P.."}}},
     {"breach t/a x 0-100 carried_in/open open exposed 100 waived 0 met -1"}},
    {"waived days are not exposed ones",
     {{0, AUD_CAUSE_START, false, "A..", {"F..", "P.."}},
      {10, AUD_CAUSE_COMMIT, true, "A..", {"W..", "P.."}},
      {60, AUD_CAUSE_TIME, false, "A..", {"F..", "P.."}},
      {70, AUD_CAUSE_COMMIT, false, "B..", {"P..", "P.."}}},
     {"breach t/a x 0-70 carried_in/commit met exposed 20 waived 50 met -1"}},
    {"time alone breaks it",
     {{0, AUD_CAUSE_START, false, "A..", {"P..", "P.."}},
      {50, AUD_CAUSE_TIME, false, "A..", {"P..", "F.."}}},
     {"breach t/b x 50-100 time/open open exposed 50 waived 0 met 0"}},
    {"the rules of a commit did it where the holder is the same",
     {{0, AUD_CAUSE_START, false, "AB.", {"PP.", "PP."}},
      {40, AUD_CAUSE_COMMIT, true, "AC.", {"FF.", "PP."}}},
     {"breach t/a x 40-100 rules/open open exposed 60 waived 0 met 0",
      "breach t/a y 40-100 commit/open open exposed 60 waived 0 met 0"}},
    {"what is taken out is gone, not mended",
     {{0, AUD_CAUSE_START, false, "A..", {"F..", "P.."}},
      {40, AUD_CAUSE_COMMIT, false, "...", {"...", "..."}}},
     {"breach t/a x 0-40 carried_in/commit gone exposed 40 waived 0 met -1"}},
    {"it comes back as a new stretch",
     {{0, AUD_CAUSE_START, false, "A..", {"F..", "P.."}},
      {40, AUD_CAUSE_COMMIT, false, "B..", {"P..", "P.."}},
      {60, AUD_CAUSE_COMMIT, false, "C..", {"F..", "P.."}}},
     {"breach t/a x 0-40 carried_in/commit met exposed 40 waived 0 met -1",
      "breach t/a x 60-100 commit/open open exposed 40 waived 0 met 40"}},
    {"undecided is a stretch of its own",
     {{0, AUD_CAUSE_START, false, "A..", {"F..", "P.."}},
      {40, AUD_CAUSE_COMMIT, false, "A..", {"u..", "P.."}},
      {60, AUD_CAUSE_COMMIT, false, "A..", {"n..", "P.."}}},
     {"breach t/a x 0-40 carried_in/commit undecided exposed 40 waived 0 met -1",
      "undecided t/a x 40-60 commit/commit no_longer_concerned exposed 0 waived 0 met -1"}},
    {"what lasted no time at all was not",
     {{0, AUD_CAUSE_START, false, "A..", {"P..", "P.."}},
      {40, AUD_CAUSE_COMMIT, false, "B..", {"F..", "P.."}},
      {40, AUD_CAUSE_COMMIT, false, "C..", {"P..", "P.."}}},
     {NULL}},
};

static void test_timeline_stretches(void **state)
{
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        AUD_CLEANUP(aud_timeline_freep) aud_timeline *t = NULL;
        aud_period_info info = {0};
        size_t wanted = 0;

        print_message("case: %s\n", cases[i].name);
        assert_int_equal(aud_timeline_new(false, &t, NULL), AUD_OK);
        for (size_t k = 0; k < AUD_COUNT(cases[i].steps) && cases[i].steps[k].ids != NULL; k++) {
            give(t, &cases[i].steps[k], k);
        }
        assert_int_equal(aud_timeline_finish(t, 100, &info, NULL), AUD_OK);
        for (; wanted < AUD_COUNT(cases[i].want) && cases[i].want[wanted] != NULL; wanted++) {
            char text[160];

            assert_true(wanted < info.num_stretches);
            describe(&info.stretches[wanted], text);
            assert_string_equal(text, cases[i].want[wanted]);
        }
        assert_int_equal(info.num_stretches, wanted);
    }
}

/* Two holders exposed at different times: the policy was breached while either was. */
static void test_timeline_policies(void **state)
{
    static const step steps[] = {{0, AUD_CAUSE_START, false, "AB.", {"FP.", "PP."}},
                                 {20, AUD_CAUSE_COMMIT, false, "AC.", {"FF.", "PP."}},
                                 {30, AUD_CAUSE_COMMIT, false, "DC.", {"PF.", "PP."}},
                                 {40, AUD_CAUSE_COMMIT, false, "DE.", {"PP.", "PP."}},
                                 {60, AUD_CAUSE_COMMIT, false, "DF.", {"PF.", "PP."}}};
    AUD_CLEANUP(aud_timeline_freep) aud_timeline *t = NULL;
    aud_period_info info = {0};
    (void)state;

    assert_int_equal(aud_timeline_new(false, &t, NULL), AUD_OK);
    for (size_t i = 0; i < AUD_COUNT(steps); i++) {
        give(t, &steps[i], i);
    }
    assert_int_equal(aud_timeline_finish(t, 100, &info, NULL), AUD_OK);
    assert_int_equal(info.num_policies, POLICIES);
    assert_int_equal(info.policies[0].breaches, 3);
    assert_int_equal(info.policies[0].open, 1);
    assert_int_equal(info.policies[0].exposed_seconds, 30 + 20 + 40);
    assert_int_equal(info.policies[0].breached_seconds, 40 + 40);
    assert_int_equal(info.policies[0].longest_seconds, 40);
    assert_int_equal(info.policies[0].judged_seconds, 100);
    assert_int_equal(info.policies[1].breaches, 0);
}

/* The same time under the rules of the end: what both say, and what those alone say. */
static void test_timeline_lay(void **state)
{
    static const step own[] = {{0, AUD_CAUSE_START, false, "A..", {"P..", "P.."}},
                               {30, AUD_CAUSE_COMMIT, false, "B..", {"F..", "P.."}},
                               {60, AUD_CAUSE_COMMIT, false, "C..", {"P..", "P.."}}};
    static const step by_end[] = {{0, AUD_CAUSE_START, false, "A..", {"F..", "P.."}},
                                  {30, AUD_CAUSE_COMMIT, false, "B..", {"W..", "P.."}},
                                  {40, AUD_CAUSE_TIME, false, "B..", {"F..", "P.."}},
                                  {80, AUD_CAUSE_COMMIT, false, "D..", {"P..", "P.."}}};
    static const char *const want[] = {
        "breach t/a x 30-60 commit/commit met exposed 30 waived 0 met 0",
        "only_under_end_rules t/a x 0-30 carried_in/commit other_item exposed 0 waived 0 met -1",
        "only_under_end_rules t/a x 60-80 rules/commit met exposed 0 waived 0 met -1"};
    AUD_CLEANUP(aud_timeline_freep) aud_timeline *t = NULL;
    AUD_CLEANUP(aud_timeline_freep) aud_timeline *second = NULL;
    aud_period_info info = {0}, theirs = {0};
    (void)state;

    assert_int_equal(aud_timeline_new(false, &t, NULL), AUD_OK);
    assert_int_equal(aud_timeline_new(true, &second, NULL), AUD_OK);
    for (size_t i = 0; i < AUD_COUNT(own); i++) {
        give(t, &own[i], i);
    }
    for (size_t i = 0; i < AUD_COUNT(by_end); i++) {
        give(second, &by_end[i], i);
    }
    assert_int_equal(aud_timeline_finish(t, 100, &info, NULL), AUD_OK);
    assert_int_equal(aud_timeline_finish(second, 100, &theirs, NULL), AUD_OK);
    assert_int_equal(aud_timeline_lay(t, &theirs, &info, NULL), AUD_OK);
    assert_int_equal(info.num_stretches, AUD_COUNT(want));
    for (size_t i = 0; i < AUD_COUNT(want); i++) {
        char text[160];

        describe(&info.stretches[i], text);
        assert_string_equal(text, want[i]);
    }
    assert_int_equal(info.stretches[0].end_rules_seconds, 20);
    assert_int_equal(info.stretches[2].end_rules_seconds, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeline_stretches),
        cmocka_unit_test(test_timeline_policies),
        cmocka_unit_test(test_timeline_lay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
