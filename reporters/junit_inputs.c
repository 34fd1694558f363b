/* reporters/junit_inputs.c - the suite of the run itself: what could not be read, run or known.
 *
 * A forge that shows test cases only still shows here that something was not judged.
 */
#include "engine/base/map.h"
#include "reporters/junit_parts.h"

static const char classname[] = "certaudit/inputs";

void aud_junit_property(junit *j, const char *name, aud_str value)
{
    aud_xml_begin(&j->w, "property");
    aud_xml_put(&j->w, "name", aud_str_of(name));
    aud_xml_put(&j->w, "value", value);
    aud_xml_end(&j->w, "property");
}

static aud_status add(junit *j, const char *text)
{
    return aud_buf_add(&j->text, aud_str_of(text), j->err);
}

static aud_status add_input(junit *j, aud_str text)
{
    return aud_neutral_add(&j->text, aud_neutral_cut(text, AUD_REPORT_TEXT_MAX), j->err);
}

static void property_taken(junit *j, const char *name)
{
    aud_junit_property(j, name, aud_buf_str(&j->text));
    j->text.len = 0;
}

static aud_status source_property(junit *j, const aud_source_info *source)
{
    AUD_TRY(add_input(j, source->name));
    AUD_TRY(add(j, ": "));
    AUD_TRY(add_input(j, source->kind));
    if (source->rev.len > 0) {
        AUD_TRY(add(j, " at "));
        AUD_TRY(add_input(j, source->rev));
    }
    AUD_TRY(aud_buf_printf(&j->text, j->err,
                           ", %zu files = %zu gave subjects + %zu nothing relevant + %zu excluded "
                           "+ %zu not judged",
                           source->files, source->gave, source->nothing, source->excluded,
                           source->not_judged));
    property_taken(j, "source");
    return AUD_OK;
}

aud_status aud_junit_run_properties(junit *j)
{
    const aud_result *result = j->result;
    const aud_report_files files = aud_report_files_of(result);
    char when[AUD_INSTANT_TEXT];
    size_t len = aud_instant_format(result->at, when), pairs = 0;

    j->text.len = 0;
    AUD_TRY(add(j, "certaudit "));
    AUD_TRY(add_input(j, result->tool_version));
    property_taken(j, "tool");
    aud_junit_property(j, "judged_at", (aud_str){when, len});
    AUD_TRY(aud_buf_printf(&j->text, j->err, "%u: %s", (unsigned)result->gate.exit_code,
                           aud_report_exit_meaning(result->gate.exit_code)));
    property_taken(j, "exit_code");
    aud_junit_property(j, "fail_on", aud_str_of(aud_severity_name(result->gate.fail_on)));
    for (size_t i = 0; i < result->num_sources; i++) {
        AUD_TRY(source_property(j, &result->sources[i]));
    }
    AUD_TRY(aud_buf_printf(&j->text, j->err,
                           "%zu = %zu gave subjects + %zu nothing relevant + %zu excluded + %zu "
                           "not judged",
                           files.files, files.gave, files.nothing, files.excluded,
                           files.not_judged));
    property_taken(j, "files");
    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        pairs += result->totals[i];
    }
    AUD_TRY(aud_buf_printf(&j->text, j->err, "%zu", pairs));
    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        AUD_TRY(aud_buf_printf(&j->text, j->err, " %c %zu %s", i == 0 ? '=' : '+',
                               result->totals[i], aud_verdict_name((aud_verdict)i)));
    }
    property_taken(j, "verdicts");
    if (result->config_path.len > 0) {
        AUD_TRY(add_input(j, result->config_path));
        AUD_TRY(add(j, " "));
        AUD_TRY(add_input(j, result->config_sha256));
        property_taken(j, "configuration");
    }
    for (size_t i = 0; i < result->num_notices; i++) {
        AUD_TRY(add_input(j, result->notices[i]));
        property_taken(j, "note");
    }
    return AUD_OK;
}

/* cases ---------------------------------------------------------------------------------------- */

/* Forges keep one case a name: equal ones are numbered, in the order of the result. */
typedef struct names {
    aud_map *seen;
    aud_buf name, text;
    aud_buf last; /* the name before it was numbered, and its number */
    size_t number;
} names;

static void names_clear(names *n)
{
    aud_map_freep(&n->seen);
    aud_buf_clear(&n->name);
    aud_buf_clear(&n->text);
    aud_buf_clear(&n->last);
}

static aud_status make_name(junit *j, names *n, aud_str wanted)
{
    n->name.len = 0;
    AUD_TRY(aud_buf_add(&n->name, wanted, j->err));
    if (!aud_str_eq(aud_buf_str(&n->last), wanted)) {
        n->number = 1;
        n->last.len = 0;
        AUD_TRY(aud_buf_add(&n->last, wanted, j->err));
    }
    while (aud_map_get(n->seen, aud_buf_str(&n->name)) != NULL) {
        n->name.len = wanted.len;
        n->number++;
        AUD_TRY(aud_buf_printf(&n->name, j->err, " (%zu)", n->number));
    }
    return aud_map_put(n->seen, aud_buf_str(&n->name), n, j->err); /* any value will do */
}

/* One case; its name is in j->text, its message in n->text. */
static aud_status put_case(junit *j, names *n, const char *element, const char *type)
{
    aud_str message = aud_buf_str(&n->text);

    AUD_TRY(make_name(j, n, aud_buf_str(&j->text)));
    aud_xml_begin(&j->w, "testcase");
    aud_xml_put(&j->w, "name", aud_buf_str(&n->name));
    aud_xml_put(&j->w, "classname", aud_str_of(classname));
    aud_xml_put(&j->w, "time", AUD_LIT("0"));
    if (element != NULL) {
        aud_xml_begin(&j->w, element);
        aud_xml_put(&j->w, "message", message);
        if (type != NULL) {
            aud_xml_put(&j->w, "type", aud_str_of(type));
            aud_xml_text(&j->w, message.len > 0 ? message : aud_buf_str(&n->name));
        }
        aud_xml_end(&j->w, element);
    }
    aud_xml_end(&j->w, "testcase");
    j->text.len = 0;
    n->text.len = 0;
    return AUD_OK;
}

static aud_status say_input(junit *j, names *n, aud_str text)
{
    return aud_neutral_add(&n->text, aud_neutral_cut(text, AUD_REPORT_TEXT_MAX), j->err);
}

static aud_status put_gaps(junit *j, names *n)
{
    for (size_t i = 0; i < j->result->num_gaps; i++) {
        const aud_gap *gap = &j->result->gaps[i];
        bool accepted = gap->accepted.len > 0;

        AUD_TRY(add(j, aud_gap_name(gap->kind)));
        AUD_TRY(add(j, ": "));
        AUD_TRY(aud_report_place(j->result, &gap->where, &j->text, j->err));
        if (accepted) {
            AUD_TRY(aud_buf_add(&n->text, AUD_LIT("accepted: "), j->err));
            AUD_TRY(say_input(j, n, gap->accepted));
            AUD_TRY(aud_buf_add(&n->text, AUD_LIT("; not judged: "), j->err));
        } else {
            AUD_TRY(aud_buf_add(&n->text, AUD_LIT("not judged: "), j->err));
        }
        AUD_TRY(say_input(j, n, gap->reason));
        AUD_TRY(put_case(j, n, accepted ? "skipped" : "error",
                         accepted ? NULL : "certaudit.not_judged"));
    }
    return AUD_OK;
}

static aud_status put_policy_errors(junit *j, names *n)
{
    for (size_t i = 0; i < j->result->num_policy_errors; i++) {
        const aud_policy_error *error = &j->result->policy_errors[i];

        AUD_TRY(add(j, "policy error: "));
        AUD_TRY(add_input(j, error->policy));
        if (error->subject.len > 0) {
            AUD_TRY(add(j, " at "));
            AUD_TRY(add_input(j, error->subject));
        }
        AUD_TRY(say_input(j, n, error->path));
        if (error->line > 0) {
            AUD_TRY(aud_buf_printf(&n->text, j->err, ":%u", (unsigned)error->line));
        }
        AUD_TRY(aud_buf_add(&n->text, AUD_LIT(": "), j->err));
        AUD_TRY(say_input(j, n, error->message));
        AUD_TRY(put_case(j, n, "error", "certaudit.policy_error"));
    }
    return AUD_OK;
}

static aud_status put_coverage(junit *j, names *n)
{
    for (size_t i = 0; i < j->result->num_coverage; i++) {
        const aud_coverage *line = &j->result->coverage[i];

        AUD_TRY(add(j, "coverage: "));
        AUD_TRY(add_input(j, line->policy));
        AUD_TRY(add(j, " needs "));
        AUD_TRY(add_input(j, line->fact));
        AUD_TRY(add(j, " of "));
        AUD_TRY(add_input(j, line->source));
        AUD_TRY(add(j, line->by.len > 0 ? ", scanned by " : ""));
        AUD_TRY(add_input(j, line->by));
        AUD_TRY(aud_buf_printf(&n->text, j->err,
                               "%zu subjects are undecided: the source never tells this fact",
                               line->subjects));
        AUD_TRY(put_case(j, n, "error", "certaudit.coverage"));
    }
    return AUD_OK;
}

static aud_status put_left_out(junit *j, names *n, const junit_counts *all)
{
    if (all->over_max == 0) {
        return AUD_OK;
    }
    AUD_TRY(add(j, "the report holds every case"));
    AUD_TRY(aud_buf_printf(
        &n->text, j->err,
        "%llu cases are left out by max_cases, %llu of them failures or errors; part=1/2 and "
        "part=2/2 split the report, json holds all",
        (unsigned long long)all->over_max, (unsigned long long)all->bad_over_max));
    return put_case(j, n, all->bad_over_max > 0 ? "error" : "skipped",
                    all->bad_over_max > 0 ? "certaudit.left_out" : NULL);
}

void aud_junit_count_inputs(const junit *j, junit_counts *counts)
{
    const aud_result *result = j->result;
    uint64_t skipped = 0, errors = 0;

    if (j->part == 1) {
        errors = aud_report_open_gaps(result) + result->num_policy_errors + result->num_coverage;
        skipped = result->num_gaps - aud_report_open_gaps(result);
    }
    errors += counts->bad_over_max > 0;
    skipped += counts->over_max > 0 && counts->bad_over_max == 0;
    *counts = (junit_counts){
        .errors = errors, .skipped = skipped, .tests = errors + skipped > 0 ? errors + skipped : 1};
}

aud_status aud_junit_inputs(junit *j, const junit_counts *all)
{
    AUD_CLEANUP(names_clear) names n = {0};
    junit_counts counts = *all; /* in: what is left out; out: of this suite */

    aud_buf_init(&n.name, (size_t)1 << 20);
    aud_buf_init(&n.text, (size_t)1 << 20);
    aud_buf_init(&n.last, (size_t)1 << 20);
    AUD_TRY(aud_map_new(&n.seen, j->err));
    j->text.len = 0;
    aud_junit_count_inputs(j, &counts);
    if (counts.errors + counts.skipped == 0) {
        AUD_TRY(add(j, "every input is read and every policy runs"));
        return put_case(j, &n, NULL, NULL);
    }
    if (j->part == 1) {
        AUD_TRY(put_gaps(j, &n));
        AUD_TRY(put_policy_errors(j, &n));
        AUD_TRY(put_coverage(j, &n));
    }
    return put_left_out(j, &n, all);
}
