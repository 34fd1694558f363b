/* reporters/junit.c - JUnit XML: a suite a policy, a case a judged subject.
 *
 * What gates is a <failure>, what could not be decided or read an <error>, every other finding is
 * <skipped> with its message. The strict dialect is valid by the schemas of Ant, Jenkins and
 * Surefire's readers at once; GitLab's adds the file of every case.
 */
#include "engine/base/instant.h"
#include "engine/tree/xml.h"
#include "reporters/common.h"

extern const aud_reporter aud_reporter_junit;

typedef struct junit {
    const aud_result *result;
    aud_xml_writer *w;
    aud_error *err;
    aud_report_groups groups;
    bool failing_only, gitlab;
    char timestamp[AUD_INSTANT_TEXT]; /* without the zone, which one schema refuses */
    aud_buf text;
    int64_t suite;
} junit;

static aud_str taken(junit *j)
{
    return aud_buf_str(&j->text);
}

typedef enum outcome { OUT_NONE, OUT_PASSED, OUT_FAILURE, OUT_ERROR, OUT_SKIPPED } outcome;

/* What a case comes to: its verdict, and for findings whether they gate. */
static outcome outcome_of(uint8_t verdict, const aud_finding *finding)
{
    if (verdict == AUD_V_NONE) {
        return OUT_NONE;
    }
    switch ((aud_verdict)verdict) {
    case AUD_V_PASS:
        return OUT_PASSED;
    case AUD_V_FAIL:
        return finding != NULL && finding->gates ? OUT_FAILURE : OUT_SKIPPED;
    case AUD_V_UNDECIDED:
        return OUT_ERROR;
    case AUD_V_WAIVED:
    case AUD_V_NOT_APPLICABLE:
    case AUD_V_NOT_EFFECTIVE:
    case AUD_NUM_VERDICTS:
        break;
    }
    return OUT_SKIPPED;
}

static aud_status finding_text(junit *j, const aud_finding *finding)
{
    const aud_policy_info *policy = &j->result->policies[finding->policy];

    j->text.len = 0;
    AUD_TRY(aud_report_place(j->result, &finding->location, &j->text, j->err));
    AUD_TRY(aud_buf_printf(&j->text, j->err, ": %s: ", aud_severity_name(finding->severity)));
    AUD_TRY(
        aud_neutral_add(&j->text, aud_neutral_cut(finding->message, AUD_REPORT_TEXT_MAX), j->err));
    for (size_t i = 0; i < finding->num_items && i < 100; i++) {
        AUD_TRY(aud_buf_add(&j->text, AUD_LIT("\n"), j->err));
        AUD_TRY(aud_neutral_add(&j->text, finding->items[i].item, j->err));
        AUD_TRY(aud_buf_add(&j->text, AUD_LIT(": got "), j->err));
        AUD_TRY(aud_neutral_add(
            &j->text, aud_neutral_cut(finding->items[i].got, AUD_REPORT_TEXT_MAX), j->err));
        AUD_TRY(aud_buf_add(&j->text, AUD_LIT(", want "), j->err));
        AUD_TRY(aud_neutral_add(
            &j->text, aud_neutral_cut(finding->items[i].want, AUD_REPORT_TEXT_MAX), j->err));
    }
    AUD_TRY(aud_buf_add(&j->text, AUD_LIT("\n"), j->err));
    return aud_neutral_add(&j->text, policy->remediation, j->err);
}

static aud_status message_of(junit *j, const aud_finding *finding, aud_str fallback)
{
    j->text.len = 0;
    if (finding == NULL) {
        return aud_buf_add(&j->text, fallback, j->err);
    }
    if (finding->verdict == AUD_V_WAIVED) {
        AUD_TRY(aud_buf_add(&j->text, AUD_LIT("waived: "), j->err));
        return aud_neutral_add(&j->text, finding->waiver, j->err);
    }
    return aud_neutral_add(&j->text, aud_neutral_cut(finding->message, AUD_REPORT_TEXT_MAX),
                           j->err);
}

static aud_status put_result(junit *j, outcome what, uint8_t verdict, const aud_finding *finding,
                             aud_str policy)
{
    static const char *const elements[] = {NULL, NULL, "failure", "error", "skipped"};
    const char *element = elements[what];

    if (element == NULL) {
        return AUD_OK;
    }
    aud_xml_begin(j->w, element);
    AUD_TRY(message_of(j, finding, aud_str_of(aud_verdict_name((aud_verdict)verdict))));
    aud_xml_put(j->w, "message", taken(j));
    if (what != OUT_SKIPPED) {
        aud_xml_put(j->w, "type", policy);
        if (finding != NULL) {
            AUD_TRY(finding_text(j, finding));
        }
        aud_xml_text(j->w, taken(j));
    }
    aud_xml_end(j->w, element);
    return AUD_OK;
}

static aud_status put_case(junit *j, size_t policy, size_t subject, const aud_finding *finding)
{
    const aud_policy_info *p = &j->result->policies[policy];
    uint8_t verdict = aud_report_verdict(j->result, policy, subject);
    outcome what = outcome_of(verdict, finding);

    if (what == OUT_NONE || (j->failing_only && what != OUT_FAILURE && what != OUT_ERROR)) {
        return AUD_OK;
    }
    aud_xml_begin(j->w, "testcase");
    j->text.len = 0;
    AUD_TRY(aud_report_subject_name(j->result, subject, &j->text, j->err));
    aud_xml_put(j->w, "name", taken(j));
    aud_xml_put(j->w, "classname", p->id);
    aud_xml_put(j->w, "time", AUD_LIT("0"));
    if (j->gitlab && finding != NULL && finding->location.path.len > 0) {
        j->text.len = 0;
        AUD_TRY(aud_report_uri(finding->location.path, &j->text, j->err));
        aud_xml_put(j->w, "file", taken(j));
    }
    AUD_TRY(put_result(j, what, verdict, finding, p->id));
    aud_xml_end(j->w, "testcase");
    return AUD_OK;
}

static const aud_finding *finding_at(const junit *j, size_t policy, size_t *at, size_t subject)
{
    const aud_finding *first = NULL;

    while (*at < j->groups.first[policy + 1]) {
        const aud_finding *f = &j->result->findings[j->groups.order[*at]];

        if (f->subject > subject) {
            break;
        }
        if (f->subject == subject && (first == NULL || f->severity > first->severity)) {
            first = f;
        }
        (*at)++;
    }
    return first;
}

typedef struct suite_counts {
    int64_t tests, failures, errors, skipped;
} suite_counts;

static suite_counts count_suite(const junit *j, size_t policy)
{
    suite_counts n = {0};
    size_t at = j->groups.first[policy];

    for (size_t s = 0; s < j->result->num_subjects; s++) {
        const aud_finding *f = finding_at(j, policy, &at, s);
        outcome what = outcome_of(aud_report_verdict(j->result, policy, s), f);

        if (what == OUT_NONE || (j->failing_only && what != OUT_FAILURE && what != OUT_ERROR)) {
            continue;
        }
        n.tests++;
        n.failures += what == OUT_FAILURE;
        n.errors += what == OUT_ERROR;
        n.skipped += what == OUT_SKIPPED;
    }
    return n;
}

static void begin_suite(junit *j, aud_str name, aud_str package, const suite_counts *n)
{
    aud_xml_begin(j->w, "testsuite");
    aud_xml_put(j->w, "name", name);
    aud_xml_put(j->w, "package", package);
    aud_xml_put_int(j->w, "id", j->suite++);
    aud_xml_put(j->w, "hostname", AUD_LIT("localhost"));
    aud_xml_put(j->w, "timestamp", aud_str_of(j->timestamp));
    aud_xml_put_int(j->w, "tests", n->tests);
    aud_xml_put_int(j->w, "failures", n->failures);
    aud_xml_put_int(j->w, "errors", n->errors);
    aud_xml_put_int(j->w, "skipped", n->skipped);
    aud_xml_put(j->w, "time", AUD_LIT("0"));
    aud_xml_begin(j->w, "properties");
}

static void put_property(junit *j, const char *name, aud_str value)
{
    aud_xml_begin(j->w, "property");
    aud_xml_put(j->w, "name", aud_str_of(name));
    aud_xml_put(j->w, "value", value);
    aud_xml_end(j->w, "property");
}

static void end_suite(junit *j)
{
    aud_xml_begin(j->w, "system-out");
    aud_xml_end(j->w, "system-out");
    aud_xml_begin(j->w, "system-err");
    aud_xml_end(j->w, "system-err");
    aud_xml_end(j->w, "testsuite");
}

static aud_status put_policy(junit *j, size_t policy)
{
    const aud_policy_info *p = &j->result->policies[policy];
    suite_counts n = count_suite(j, policy);
    size_t at = j->groups.first[policy];

    begin_suite(j, p->title, p->id, &n);
    put_property(j, "policy", p->id);
    put_property(j, "severity", aud_str_of(aud_severity_name(p->severity)));
    put_property(j, "sha256", p->sha256);
    aud_xml_end(j->w, "properties");
    for (size_t s = 0; s < j->result->num_subjects; s++) {
        AUD_TRY(put_case(j, policy, s, finding_at(j, policy, &at, s)));
    }
    end_suite(j);
    return AUD_OK;
}

static aud_status put_inputs(junit *j)
{
    const aud_result *r = j->result;
    suite_counts n = {0};

    for (size_t i = 0; i < r->num_gaps; i++) {
        n.tests++;
        n.errors += r->gaps[i].accepted.len == 0;
        n.skipped += r->gaps[i].accepted.len > 0;
    }
    n.tests += (int64_t)r->num_policy_errors;
    n.errors += (int64_t)r->num_policy_errors;
    if (n.tests == 0) {
        return AUD_OK;
    }
    begin_suite(j, AUD_LIT("Inputs are read and policies run"), AUD_LIT("certaudit/inputs"), &n);
    aud_xml_end(j->w, "properties");
    for (size_t i = 0; i < r->num_gaps; i++) {
        const aud_gap *gap = &r->gaps[i];
        bool accepted = gap->accepted.len > 0;

        aud_xml_begin(j->w, "testcase");
        j->text.len = 0;
        AUD_TRY(aud_report_place(r, &gap->where, &j->text, j->err));
        if (j->text.len == 0) {
            AUD_TRY(aud_neutral_add(&j->text, gap->where.source, j->err));
        }
        AUD_TRY(aud_buf_printf(&j->text, j->err, " (%s %zu)", aud_gap_name(gap->kind), i + 1));
        aud_xml_put(j->w, "name", taken(j));
        aud_xml_put(j->w, "classname", AUD_LIT("certaudit/inputs"));
        aud_xml_put(j->w, "time", AUD_LIT("0"));
        aud_xml_begin(j->w, accepted ? "skipped" : "error");
        j->text.len = 0;
        AUD_TRY(aud_neutral_add(&j->text, accepted ? gap->accepted : gap->reason, j->err));
        aud_xml_put(j->w, "message", taken(j));
        if (!accepted) {
            aud_xml_put(j->w, "type", AUD_LIT("certaudit.not_judged"));
            aud_xml_text(j->w, taken(j));
        }
        aud_xml_end(j->w, accepted ? "skipped" : "error");
        aud_xml_end(j->w, "testcase");
    }
    for (size_t i = 0; i < r->num_policy_errors; i++) {
        const aud_policy_error *e = &r->policy_errors[i];

        aud_xml_begin(j->w, "testcase");
        j->text.len = 0;
        AUD_TRY(aud_neutral_add(&j->text, e->policy, j->err));
        AUD_TRY(aud_buf_printf(&j->text, j->err, " (policy error %zu)", i + 1));
        aud_xml_put(j->w, "name", taken(j));
        aud_xml_put(j->w, "classname", AUD_LIT("certaudit/inputs"));
        aud_xml_put(j->w, "time", AUD_LIT("0"));
        aud_xml_begin(j->w, "error");
        j->text.len = 0;
        AUD_TRY(aud_neutral_add(&j->text, e->message, j->err));
        aud_xml_put(j->w, "message", taken(j));
        aud_xml_put(j->w, "type", AUD_LIT("certaudit.policy_error"));
        aud_xml_text(j->w, taken(j));
        aud_xml_end(j->w, "error");
        aud_xml_end(j->w, "testcase");
    }
    end_suite(j);
    return AUD_OK;
}

static aud_status put_all(junit *j)
{
    aud_xml_begin(j->w, "testsuites");
    for (size_t p = 0; p < j->result->num_policies; p++) {
        AUD_TRY(put_policy(j, p));
    }
    AUD_TRY(put_inputs(j));
    aud_xml_end(j->w, "testsuites");
    return AUD_OK;
}

static aud_status junit_write(const aud_result *result, const aud_report_env *env, aud_out *out,
                              aud_error *err)
{
    junit j = {.result = result, .err = err};
    aud_xml_writer w;
    aud_status st;
    size_t len;

    j.failing_only =
        aud_str_eq(aud_reporter_option(&aud_reporter_junit, env, "cases"), AUD_LIT("failing"));
    j.gitlab =
        aud_str_eq(aud_reporter_option(&aud_reporter_junit, env, "dialect"), AUD_LIT("gitlab"));
    len = aud_instant_format(result->at, j.timestamp);
    j.timestamp[len > 0 ? len - 1 : 0] = '\0';
    aud_buf_init(&j.text, (size_t)1 << 24);
    AUD_TRY(aud_report_group(result, &j.groups, err));
    aud_xml_writer_init(&w, out);
    j.w = &w;
    st = put_all(&j);
    aud_report_groups_clear(&j.groups);
    aud_buf_clear(&j.text);
    return st;
}

static const char *const junit_options[] = {"cases=all|failing", "dialect=strict|gitlab", NULL};

const aud_reporter aud_reporter_junit = {
    .name = "junit",
    .title = "JUnit XML",
    .extension = "xml",
    .options = junit_options,
    .write = junit_write,
};
