/* tests/reporters/test_reporters.c - what holds for every report: agreed bytes, the same each time,
 * inert whatever the inputs call themselves, and no half report where memory runs out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/reporters/sample_variants.h"

/* what was agreed on --------------------------------------------------------------------------- */

static void make_small(sample *s)
{
    sample_init(s);
}

/* A run that read nothing: no subject, no policy, no finding. */
static void make_empty(sample *s)
{
    sample_allocate(s, 1, 1, 1);
    s->result.num_subjects = s->result.num_policies = 0;
    s->result.next_change = INT64_MAX;
    s->result.gate.reasons = 1u << AUD_EXIT_NOTHING;
    s->result.gate.exit_code = AUD_EXIT_NOTHING;
}

/* The small run without what gates. */
static void make_clean(sample *s)
{
    sample_init(s);
    s->result.num_findings = s->result.num_gaps = 0;
    s->result.num_coverage = s->result.num_policy_errors = s->result.num_notices = 0;
    for (size_t i = 0; i < s->result.num_subjects * s->result.num_policies; i++) {
        s->verdicts[i] = s->verdicts[i] == AUD_V_NONE ? AUD_V_NONE : AUD_V_PASS;
    }
    for (size_t i = 0; i < s->result.num_policies; i++) {
        size_t pairs = 0;

        for (unsigned k = 0; k < AUD_NUM_VERDICTS; k++) {
            pairs += s->policies[i].counts[k];
            s->policies[i].counts[k] = 0;
        }
        s->policies[i].counts[AUD_V_PASS] = pairs;
        s->result.totals[AUD_V_PASS] += i == 0 ? pairs - s->result.totals[AUD_V_PASS] : pairs;
    }
    for (unsigned k = AUD_V_PASS + 1; k < AUD_NUM_VERDICTS; k++) {
        s->result.totals[k] = 0;
    }
    memset(s->result.severities, 0, sizeof s->result.severities);
    s->sources[1].nothing += s->sources[1].not_judged;
    s->sources[1].not_judged = 0;
    s->policies[SAMPLE_UNCONFIGURED].configured = true;
    s->result.gate = (aud_gate){.fail_on = AUD_SEV_HIGH, .min_subjects = 1};
}

static void make_hostile(sample *s)
{
    sample_hostile(s, AUD_LIT("::error::a\x1b[31m<b> |##vso[x]@all `c` [d](e)\xff\xe2\x80\xae"));
}

/* The small run with a waivers file: a waiver in each state, and one whose history is unknown. */
static void make_waived(sample *s)
{
    enum { DAY = 86400 };
    static const aud_waiver_info waivers[] = {
        {.id = AUD_LIT_INIT("appliance"),
         .policies = AUD_LIT_INIT("core/key_size"),
         .match = AUD_LIT_INIT("path edge/legacy/**"),
         .reason = AUD_LIT_INIT("decommissioned next week"),
         .owner = AUD_LIT_INIT("team-edge"),
         .approver = AUD_LIT_INIT("ann@example.com"),
         .ticket = AUD_LIT_INIT("ACME-4711"),
         .line = 3,
         .approved = AUD_TEST_NOW - 9 * DAY,
         .expires = AUD_TEST_NOW + 7 * DAY,
         .counts_from = AUD_TEST_NOW - 8 * DAY,
         .state = AUD_WAIVER_LAPSING,
         .findings = 1,
         .matched = true,
         .commit = AUD_LIT_INIT("1f0c4b7e1f0c4b7e1f0c4b7e1f0c4b7e1f0c4b7e"),
         .author = AUD_LIT_INIT("Bob <b>"),
         .committed = AUD_TEST_NOW - 8 * DAY,
         .is_signed = true},
        {.id = AUD_LIT_INIT("copy"),
         .policies = AUD_LIT_INIT("core/expiry, core/key_*"),
         .match = AUD_LIT_INIT("sha256 ab12, dns *.example.com"),
         .reason = AUD_LIT_INIT("##vso[x] \x1b[31m<i>kept</i>"),
         .owner = AUD_LIT_INIT("team-pay"),
         .approver = AUD_LIT_INIT("ann@example.com"),
         .line = 12,
         .approved = AUD_TEST_NOW - 40 * DAY,
         .expires = AUD_TEST_NOW + 90 * DAY,
         .counts_from = AUD_TEST_NOW - 40 * DAY,
         .state = AUD_WAIVER_ACTIVE,
         .history = AUD_LIT_INIT("the clone is shallow")},
        {.id = AUD_LIT_INIT("later"),
         .policies = AUD_LIT_INIT("core/validity_max"),
         .match = AUD_LIT_INIT("endpoint www.example.com:443"),
         .reason = AUD_LIT_INIT("the vendor's order"),
         .owner = AUD_LIT_INIT("team-edge"),
         .approver = AUD_LIT_INIT("ann@example.com"),
         .line = 21,
         .approved = AUD_TEST_NOW + DAY,
         .expires = AUD_TEST_NOW + 30 * DAY,
         .counts_from = AUD_TEST_NOW + DAY,
         .state = AUD_WAIVER_PENDING,
         .commit = AUD_LIT_INIT("2e1d5c8f2e1d5c8f2e1d5c8f2e1d5c8f2e1d5c8f"),
         .author = AUD_LIT_INIT("Carol"),
         .committed = AUD_TEST_NOW - DAY},
        {.id = AUD_LIT_INIT("over"),
         .policies = AUD_LIT_INIT("core/expiry"),
         .match = AUD_LIT_INIT("lineage file:old/*"),
         .reason = AUD_LIT_INIT("renewed in autumn"),
         .owner = AUD_LIT_INIT("team-edge"),
         .approver = AUD_LIT_INIT("ann@example.com"),
         .line = 30,
         .approved = AUD_TEST_NOW - 90 * DAY,
         .expires = AUD_TEST_NOW - DAY,
         .counts_from = AUD_TEST_NOW - 90 * DAY,
         .state = AUD_WAIVER_LAPSED,
         .matched = true,
         .commit = AUD_LIT_INIT("2e1d5c8f2e1d5c8f2e1d5c8f2e1d5c8f2e1d5c8f"),
         .author = AUD_LIT_INIT("Carol"),
         .committed = AUD_TEST_NOW - 89 * DAY},
    };

    sample_init(s);
    s->result.waivers = waivers;
    s->result.num_waivers = AUD_COUNT(waivers);
    s->result.waivers_path = AUD_LIT("waivers.yaml");
    s->result.waivers_sha256 =
        AUD_LIT("98bacc2a40367667b4cb4c77746a7655d3453edc4314d403413f80d5f13d5dc5");
}

static const struct {
    const char *reporter, *name;
    void (*make)(sample *s);
    const char *options;
    unsigned width;
    bool color;
    aud_severity least;
} goldens[] = {
    {"baseline", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"baseline", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"codequality", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"codequality", "clean", make_clean, "", 0, false, AUD_SEV_INFO},
    {"codequality", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"csv", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"csv", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"cyclonedx", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"cyclonedx", "empty", make_empty, "", 0, false, AUD_SEV_INFO},
    {"cyclonedx", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"listing_csv", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"listing_csv", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"listing_json", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"listing_json", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"github", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"github", "clean", make_clean, "", 0, false, AUD_SEV_INFO},
    {"github", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"markdown", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"markdown", "clean", make_clean, "", 0, false, AUD_SEV_INFO},
    {"markdown", "empty", make_empty, "", 0, false, AUD_SEV_INFO},
    {"markdown", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"html", "waivers", make_waived, "population=failing", 0, false, AUD_SEV_INFO},
    {"json", "waivers", make_waived, "", 0, false, AUD_SEV_INFO},
    {"github", "max", make_small, "max=1", 0, false, AUD_SEV_INFO},
    {"markdown", "max", make_small, "max_bytes=6000", 0, false, AUD_SEV_INFO},
    {"json", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"json", "facts", make_small, "facts=yes", 0, false, AUD_SEV_INFO},
    {"json", "empty", make_empty, "", 0, false, AUD_SEV_INFO},
    {"json", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"junit", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"junit", "failing", make_small, "cases=failing", 0, false, AUD_SEV_INFO},
    {"junit", "gitlab", make_small, "dialect=gitlab", 0, false, AUD_SEV_INFO},
    {"junit", "surefire", make_small, "dialect=surefire", 0, false, AUD_SEV_INFO},
    {"junit", "max", make_small, "max_cases=4", 0, false, AUD_SEV_INFO},
    {"junit", "part", make_small, "part=2/2", 0, false, AUD_SEV_INFO},
    {"junit", "clean", make_clean, "", 0, false, AUD_SEV_INFO},
    {"junit", "empty", make_empty, "", 0, false, AUD_SEV_INFO},
    {"junit", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"sarif", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"sarif", "github", make_small, "profile=github", 0, false, AUD_SEV_INFO},
    {"sarif", "clean", make_clean, "", 0, false, AUD_SEV_INFO},
    {"sarif", "empty", make_empty, "", 0, false, AUD_SEV_INFO},
    {"sarif", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
    {"text", "small", make_small, "", 0, false, AUD_SEV_INFO},
    {"text", "narrow", make_small, "max=1", 40, false, AUD_SEV_INFO},
    {"text", "color", make_small, "", 80, true, AUD_SEV_INFO},
    {"text", "severe", make_small, "", 0, false, AUD_SEV_HIGH},
    {"text", "clean", make_clean, "", 0, false, AUD_SEV_INFO},
    {"text", "empty", make_empty, "", 0, false, AUD_SEV_INFO},
    {"text", "hostile", make_hostile, "", 0, false, AUD_SEV_INFO},
};

/* A golden's folder is named as the reporter's file; what lists the population may share its
 * format's name with another. */
static const aud_reporter *reporter_of(const char *name)
{
    if (strcmp(name, "listing_csv") == 0) {
        return aud_reporter_find(AUD_LIT("csv"), true);
    }
    if (strcmp(name, "listing_json") == 0) {
        return aud_reporter_find(AUD_LIT("jsonl"), true);
    }
    return aud_reporter_find(aud_str_of(name), strcmp(name, "cyclonedx") == 0);
}

static void render_golden(size_t i, aud_buf *out)
{
    const aud_reporter *reporter = reporter_of(goldens[i].reporter);
    aud_report_env env = {
        .color = goldens[i].color, .width = goldens[i].width, .least = goldens[i].least};
    aud_error err = {0};
    sample s;

    assert_non_null(reporter);
    goldens[i].make(&s);
    aud_buf_init(out, (size_t)1 << 24);
    if (sample_write(&s.result, reporter, goldens[i].options, env, out, &err) != AUD_OK) {
        fail_msg("%s %s: %s", goldens[i].reporter, goldens[i].name, err.message);
    }
    sample_clear(&s);
}

static void update(const char *path, aud_str text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static void test_reports_are_the_ones_agreed_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < AUD_COUNT(goldens); i++) {
        char name[128];
        aud_buf got, again, want;
        const char *path;

        (void)snprintf(name, sizeof name, "fixtures/reporters/%s/%s.want", goldens[i].reporter,
                       goldens[i].name);
        path = aud_test_source(name);
        render_golden(i, &got);
        render_golden(i, &again); /* made a second time, it lies elsewhere in memory */
        assert_true(aud_str_eq(aud_buf_str(&got), aud_buf_str(&again)));
        if (getenv("AUD_UPDATE_GOLDEN") != NULL) {
            update(path, aud_buf_str(&got));
        }
        aud_test_read(path, &want);
        if (!aud_str_eq(aud_buf_str(&got), aud_buf_str(&want))) {
            fail_msg("%s is not what is rendered", name);
        }
        aud_buf_clear(&got);
        aud_buf_clear(&again);
        aud_buf_clear(&want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reports_are_the_ones_agreed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
