/* reporters/junit.c - JUnit XML: a suite a policy, a case a judged subject.
 *
 * What gates is a <failure>, what could not be decided or read an <error>, every other finding is
 * <skipped> with its message. The strict dialect is valid by the schemas of Ant (which Azure names)
 * and of Jenkins at once; GitLab's adds the file of every case; Surefire's schema knows one suite a
 * file, without the attributes that Ant's requires, so it has a dialect of its own.
 */
#include "reporters/junit_parts.h"

#include "engine/base/text.h"

extern const aud_reporter aud_reporter_junit;

/* GitLab reads up to 30 MB; a passing case has about 130 bytes, one that failed about 700. */
enum { GITLAB_CASES = 100000, GITLAB_BAD_CASES = 25000 };

static void begin_suite(junit *j, aud_str name, const char *package, const junit_counts *n)
{
    bool surefire = j->dialect == JUNIT_SUREFIRE;

    aud_xml_begin(&j->w, "testsuite");
    aud_xml_put(&j->w, "name", name);
    if (!surefire) {
        aud_xml_put(&j->w, "package", aud_str_of(package));
        aud_xml_put_int(&j->w, "id", j->suite++);
        aud_xml_put(&j->w, "hostname", AUD_LIT("localhost"));
    }
    aud_xml_put(&j->w, "timestamp", aud_str_of(j->timestamp));
    aud_xml_put_int(&j->w, "tests", (int64_t)n->tests);
    aud_xml_put_int(&j->w, "failures", (int64_t)n->failures);
    aud_xml_put_int(&j->w, "errors", (int64_t)n->errors);
    aud_xml_put_int(&j->w, "skipped", (int64_t)n->skipped);
    aud_xml_put(&j->w, "time", AUD_LIT("0"));
}

static void end_suite(junit *j)
{
    if (j->dialect != JUNIT_SUREFIRE) {
        aud_xml_begin(&j->w, "system-out");
        aud_xml_end(&j->w, "system-out");
        aud_xml_begin(&j->w, "system-err");
        aud_xml_end(&j->w, "system-err");
    }
    aud_xml_end(&j->w, "testsuite");
}

static aud_status put_left_out(junit *j, const junit_counts *n)
{
    if (n->passing_left_out > 0) {
        j->text.len = 0;
        AUD_TRY(aud_buf_printf(&j->text, j->err,
                               "cases=failing leaves out %llu cases that neither failed nor were "
                               "undecided",
                               (unsigned long long)n->passing_left_out));
        aud_junit_property(j, "note", aud_buf_str(&j->text));
    }
    if (n->over_max > 0) {
        j->text.len = 0;
        AUD_TRY(aud_buf_printf(&j->text, j->err,
                               "%llu cases are left out by max_cases, %llu of them failures or "
                               "errors",
                               (unsigned long long)n->over_max,
                               (unsigned long long)n->bad_over_max));
        aud_junit_property(j, "note", aud_buf_str(&j->text));
    }
    if (j->parts > 1) {
        j->text.len = 0;
        AUD_TRY(aud_buf_printf(&j->text, j->err, "%llu of %llu", (unsigned long long)j->part,
                               (unsigned long long)j->parts));
        aud_junit_property(j, "part", aud_buf_str(&j->text));
    }
    return AUD_OK;
}

static aud_status put_text_property(junit *j, const char *name, aud_str value)
{
    if (value.len > 0) {
        j->text.len = 0;
        AUD_TRY(aud_neutral_add(&j->text, aud_neutral_cut(value, AUD_REPORT_TEXT_MAX), j->err));
        aud_junit_property(j, name, aud_buf_str(&j->text));
    }
    return AUD_OK;
}

static aud_status put_policy_properties(junit *j, const aud_policy_info *policy)
{
    AUD_TRY(put_text_property(j, "policy", policy->id));
    AUD_TRY(put_text_property(j, "title", policy->title));
    aud_junit_property(j, "severity", aud_str_of(aud_severity_name(policy->severity)));
    AUD_TRY(put_text_property(j, "sha256", policy->sha256));
    AUD_TRY(put_text_property(j, "source", policy->cite.doc));
    AUD_TRY(put_text_property(j, "source_version", policy->cite.version));
    AUD_TRY(put_text_property(j, "source_at", policy->cite.at));
    for (size_t i = 0; i < policy->num_controls; i++) {
        AUD_TRY(put_text_property(j, "control", policy->controls[i]));
    }
    if (!policy->configured) {
        aud_junit_property(j, "note", AUD_LIT("not configured: nothing was judged by it"));
    }
    return AUD_OK;
}

/* "core/key_size: Keys are long enough" */
static aud_status put_policy_suite(junit *j, size_t policy)
{
    const aud_policy_info *info = &j->result->policies[policy];
    junit_room room = j->room;
    junit_counts counts = {0};

    aud_junit_count(j, policy, &room, &counts);
    j->text.len = 0;
    AUD_TRY(aud_neutral_add(&j->text, info->id, j->err));
    AUD_TRY(aud_buf_add(&j->text, AUD_LIT(": "), j->err));
    AUD_TRY(aud_neutral_add(&j->text, aud_neutral_cut(info->title, AUD_REPORT_TEXT_MAX), j->err));
    begin_suite(j, aud_buf_str(&j->text), "certaudit", &counts);
    aud_xml_begin(&j->w, "properties");
    AUD_TRY(put_policy_properties(j, info));
    AUD_TRY(put_left_out(j, &counts));
    aud_xml_end(&j->w, "properties");
    AUD_TRY(aud_junit_cases(j, policy));
    end_suite(j);
    return AUD_OK;
}

static aud_status put_suites(junit *j, const junit_counts *all)
{
    junit_counts inputs = *all;

    aud_xml_begin(&j->w, "testsuites");
    aud_junit_count_inputs(j, &inputs);
    begin_suite(j, AUD_LIT("certaudit/inputs: every input is read and every policy runs"),
                "certaudit", &inputs);
    aud_xml_begin(&j->w, "properties");
    AUD_TRY(aud_junit_run_properties(j));
    AUD_TRY(put_left_out(j, all));
    aud_xml_end(&j->w, "properties");
    AUD_TRY(aud_junit_inputs(j, all));
    end_suite(j);
    for (size_t i = 0; i < j->result->num_policies; i++) {
        AUD_TRY(put_policy_suite(j, i));
    }
    aud_xml_end(&j->w, "testsuites");
    return AUD_OK;
}

static aud_status put_one_suite(junit *j, const junit_counts *all)
{
    junit_counts inputs = *all, sum = *all;

    aud_junit_count_inputs(j, &inputs);
    sum.tests += inputs.tests;
    sum.errors += inputs.errors;
    sum.skipped += inputs.skipped;
    begin_suite(j, AUD_LIT("certaudit"), "", &sum);
    aud_xml_begin(&j->w, "properties");
    AUD_TRY(aud_junit_run_properties(j));
    for (size_t i = 0; i < j->result->num_policies; i++) {
        AUD_TRY(put_policy_properties(j, &j->result->policies[i]));
    }
    AUD_TRY(put_left_out(j, all));
    aud_xml_end(&j->w, "properties");
    AUD_TRY(aud_junit_inputs(j, all));
    for (size_t i = 0; i < j->result->num_policies; i++) {
        AUD_TRY(aud_junit_cases(j, i));
    }
    end_suite(j);
    return AUD_OK;
}

/* What fails has the first claim on the room, wherever it stands. */
static void share_room(junit *j, uint64_t max_cases, junit_counts *all)
{
    junit_counts unlimited = {0};
    junit_room room = {UINT64_MAX, UINT64_MAX};
    uint64_t bad;

    for (size_t i = 0; i < j->result->num_policies; i++) {
        aud_junit_count(j, i, &room, &unlimited);
    }
    bad = unlimited.failures + unlimited.errors;
    if (j->dialect == JUNIT_GITLAB && max_cases == 0) {
        max_cases = GITLAB_CASES;
        bad = bad < GITLAB_BAD_CASES ? bad : GITLAB_BAD_CASES;
    }
    max_cases = max_cases > 0 ? max_cases : UINT64_MAX;
    j->room.bad = bad < max_cases ? bad : max_cases;
    j->room.others = max_cases - j->room.bad;

    room = j->room;
    *all = (junit_counts){0};
    for (size_t i = 0; i < j->result->num_policies; i++) {
        aud_junit_count(j, i, &room, all);
    }
}

/* "part=2/3": the second third of the subjects; the inputs are told in the first. */
static aud_status read_part(junit *j, const aud_report_env *env)
{
    aud_str text = aud_reporter_option(&aud_reporter_junit, env, "part"), rest = text, part, parts;
    size_t num = j->result->num_subjects;

    j->part = j->parts = 1;
    if (text.len > 0 &&
        (!aud_str_split(&rest, '/', &part) || !aud_str_split(&rest, '/', &parts) ||
         rest.ptr != NULL || !aud_parse_u64(part, &j->part) || !aud_parse_u64(parts, &j->parts) ||
         j->part == 0 || j->part > j->parts || j->parts > 1000)) {
        return aud_fail(j->err, AUD_E_USAGE,
                        "option 'part' of 'junit' is like '1/2', up to '1000/1000', not '%.*s'",
                        AUD_ARG(text));
    }
    j->from = (size_t)((j->part - 1) * num / j->parts);
    j->to = (size_t)(j->part * num / j->parts);
    return AUD_OK;
}

static aud_status read_options(junit *j, const aud_report_env *env, uint64_t *max_cases)
{
    aud_str dialect = aud_reporter_option(&aud_reporter_junit, env, "dialect");
    size_t len;

    j->failing_only =
        aud_str_eq(aud_reporter_option(&aud_reporter_junit, env, "cases"), AUD_LIT("failing"));
    j->dialect = aud_str_eq(dialect, AUD_LIT("gitlab"))     ? JUNIT_GITLAB
                 : aud_str_eq(dialect, AUD_LIT("surefire")) ? JUNIT_SUREFIRE
                                                            : JUNIT_STRICT;
    len = aud_instant_format(j->result->at, j->timestamp);
    j->timestamp[len > 0 ? len - 1 : 0] = '\0'; /* without the zone, which one schema refuses */
    AUD_TRY(aud_report_number(&aud_reporter_junit, env, "max_cases", 0, max_cases, j->err));
    return read_part(j, env);
}

static void junit_clear(junit *j)
{
    aud_report_groups_clear(&j->groups);
    aud_buf_clear(&j->text);
    aud_buf_clear(&j->names);
    aud_free(j->name_at);
}

static aud_status junit_write(const aud_result *result, const aud_report_env *env, aud_out *out,
                              aud_error *err)
{
    AUD_CLEANUP(junit_clear) junit j = {.result = result, .out = out, .err = err};
    junit_counts all;
    uint64_t max_cases;

    AUD_TRY(read_options(&j, env, &max_cases));
    aud_buf_init(&j.text, (size_t)1 << 24);
    aud_buf_init(&j.names, SIZE_MAX); /* grows with the population, which is held as well */
    AUD_TRY(aud_report_group(result, &j.groups, err));
    AUD_TRY(aud_junit_names(&j));
    share_room(&j, max_cases, &all);
    aud_xml_writer_init(&j.w, out);
    return j.dialect == JUNIT_SUREFIRE ? put_one_suite(&j, &all) : put_suites(&j, &all);
}

static const char *const junit_options[] = {"cases=all|failing", "dialect=strict|gitlab|surefire",
                                            "max_cases=", "part=", NULL};

const aud_reporter aud_reporter_junit = {
    .name = "junit",
    .title = "JUnit XML",
    .extension = "xml",
    .options = junit_options,
    .write = junit_write,
};
