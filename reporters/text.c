/* reporters/text.c - the result for people who read a terminal or a CI log.
 *
 * What matters comes first and last: the outcome, then what to do about it, then the sums, then
 * the exit code in words. A clean run is a few lines.
 */
#include "engine/base/instant.h"
#include "reporters/common.h"
#include "reporters/wrap.h"

extern const aud_reporter aud_reporter_text;

enum {
    SHOWN_DEFAULT = 50, /* findings of one policy, gaps, policy errors */
    SHOWN_ITEMS = 10,   /* of one finding */
    WIDTH_DEFAULT = 80,
    WIDTH_LEAST = 40,
    WIDTH_MOST = 160, /* longer lines are hard to read */
};
static const size_t line_max = (size_t)1 << 20;

typedef struct text {
    const aud_result *result;
    aud_severity least;
    uint64_t shown_max;
    aud_wrap wrap;
    aud_buf line; /* being put together */
    aud_error *err;
} text;

static const char *plural(size_t num)
{
    return num == 1 ? "" : "s";
}

static aud_status add(text *t, const char *words)
{
    return aud_buf_add(&t->line, aud_str_of(words), t->err);
}

static aud_status add_input(text *t, aud_str words)
{
    bool cut = words.len > AUD_REPORT_TEXT_MAX;

    AUD_TRY(aud_neutral_add(&t->line, aud_neutral_cut(words, AUD_REPORT_TEXT_MAX), t->err));
    return add(t, cut ? "..." : "");
}

/* Writes the line that was put together, and begins a new one. */
static void flush(text *t, unsigned indent, unsigned hang, aud_ink ink, const char *lead)
{
    aud_wrap_put(&t->wrap, indent, hang, ink, aud_str_of(lead), aud_buf_str(&t->line));
    t->line.len = 0;
}

static void heading(text *t, const char *words)
{
    aud_out_char(t->wrap.out, '\n');
    flush(t, 0, 0, AUD_INK_PLAIN, words);
}

static aud_status rest(text *t, uint64_t num, const char *what)
{
    if (num > 0) {
        AUD_TRY(aud_buf_printf(&t->line, t->err,
                               "and %llu more %s (option max= shows more, json shows all)",
                               (unsigned long long)num, what));
        flush(t, 2, 4, AUD_INK_PLAIN, "");
    }
    return AUD_OK;
}

static aud_ink severity_ink(aud_severity severity)
{
    switch (severity) {
    case AUD_SEV_CRITICAL:
    case AUD_SEV_HIGH:
        return AUD_INK_BAD;
    case AUD_SEV_MEDIUM:
    case AUD_SEV_LOW:
        return AUD_INK_WARN;
    case AUD_SEV_INFO:
    case AUD_NUM_SEVERITIES:
        break;
    }
    return AUD_INK_DIM;
}

static aud_status write_item(text *t, const aud_item *item)
{
    AUD_TRY(add_input(t, item->item));
    if (item->got.len > 0) {
        AUD_TRY(add(t, " is "));
        AUD_TRY(add_input(t, item->got));
    }
    if (item->want.len > 0) {
        AUD_TRY(add(t, ", wanted: "));
        AUD_TRY(add_input(t, item->want));
    }
    flush(t, 4, 6, AUD_INK_PLAIN, "");
    return AUD_OK;
}

static aud_status write_finding(text *t, const aud_finding *finding)
{
    const aud_subject_info *subject = &t->result->subjects[finding->subject];
    size_t shown = finding->num_items < SHOWN_ITEMS ? finding->num_items : SHOWN_ITEMS;
    size_t before;

    before = t->line.len;
    AUD_TRY(aud_report_place(t->result, &finding->location, &t->line, t->err));
    AUD_TRY(add(t, t->line.len > before ? " " : ""));
    AUD_TRY(add(t, aud_kind_name(subject->kind)));
    AUD_TRY(add(t, " "));
    AUD_TRY(add_input(t, subject->label));
    if (subject->num_sightings > 1) {
        AUD_TRY(aud_buf_printf(&t->line, t->err, " (seen at %zu places)", subject->num_sightings));
    }
    flush(t, 2, 4, AUD_INK_PLAIN, "");

    if (finding->message.len > 0) {
        AUD_TRY(add_input(t, finding->message));
        flush(t, 4, 6, AUD_INK_PLAIN, "");
    }
    for (size_t i = 0; i < shown; i++) {
        AUD_TRY(write_item(t, &finding->items[i]));
    }
    if (finding->num_items > shown) {
        AUD_TRY(aud_buf_printf(&t->line, t->err, "and %zu more", finding->num_items - shown));
        flush(t, 4, 6, AUD_INK_PLAIN, "");
    }
    if (finding->verdict == AUD_V_WAIVED) {
        AUD_TRY(add(t, "waived: "));
        AUD_TRY(add_input(t, finding->waiver));
        flush(t, 4, 6, AUD_INK_PLAIN, "");
    }
    return AUD_OK;
}

/* "HIGH core/key_size: Keys are long enough (NIST SP 800-57, Table 2)" */
static aud_status write_group_head(text *t, const aud_finding *first, size_t num, size_t gating)
{
    const aud_policy_info *policy = &t->result->policies[first->policy];
    char lead[16];
    size_t len = 0;

    for (const char *c = aud_severity_name(first->severity); *c != '\0' && len < 15; c++) {
        lead[len++] = (char)(*c - 'a' + 'A');
    }
    lead[len] = '\0';
    AUD_TRY(add_input(t, policy->id));
    AUD_TRY(add(t, ": "));
    AUD_TRY(add_input(t, policy->title));
    if (policy->cite.doc.len > 0) {
        AUD_TRY(add(t, " ("));
        AUD_TRY(add_input(t, policy->cite.doc));
        AUD_TRY(add(t, policy->cite.at.len > 0 ? ", " : ""));
        AUD_TRY(add_input(t, policy->cite.at));
        AUD_TRY(add(t, ")"));
    }
    AUD_TRY(aud_buf_printf(&t->line, t->err, ", %zu finding%s", num, plural(num)));
    if (gating == 0 && first->verdict != AUD_V_WAIVED) {
        AUD_TRY(add(t, num == 1 ? ", does not gate" : ", none gates"));
    } else if (gating < num && first->verdict != AUD_V_WAIVED) {
        AUD_TRY(aud_buf_printf(&t->line, t->err, ", %zu of them gate", gating));
    }
    flush(t, 0, 2, severity_ink(first->severity), lead);
    return AUD_OK;
}

static bool same_group(const aud_finding *a, const aud_finding *b)
{
    return a->severity == b->severity && a->policy == b->policy;
}

/* The findings of one verdict in [begin, end), which are of one severity and one policy. */
static aud_status write_group(text *t, aud_verdict verdict, size_t begin, size_t end)
{
    const aud_finding *findings = t->result->findings;
    const aud_finding *first = NULL;
    size_t num = 0;
    size_t gating = 0;
    uint64_t shown = 0;

    for (size_t i = begin; i < end; i++) {
        if (findings[i].verdict == verdict) {
            first = first != NULL ? first : &findings[i];
            num++;
            gating += findings[i].gates;
        }
    }
    if (first == NULL) {
        return AUD_OK;
    }
    aud_out_char(t->wrap.out, '\n');
    AUD_TRY(write_group_head(t, first, num, gating));
    for (size_t i = begin; i < end && shown < t->shown_max; i++) {
        if (findings[i].verdict == verdict) {
            AUD_TRY(write_finding(t, &findings[i]));
            shown++;
        }
    }
    AUD_TRY(rest(t, num - shown, "of this policy"));
    if (verdict == AUD_V_FAIL && t->result->policies[first->policy].remediation.len > 0) {
        AUD_TRY(add_input(t, t->result->policies[first->policy].remediation));
        flush(t, 2, 4, AUD_INK_GOOD, "fix:");
    }
    return AUD_OK;
}

/* All findings of one verdict; how many were too mild to show goes to `*hidden`. */
static aud_status write_findings(text *t, aud_verdict verdict, const char *title, size_t *hidden)
{
    const aud_finding *findings = t->result->findings;
    size_t num = t->result->num_findings;
    bool titled = false;

    for (size_t begin = 0, end; begin < num; begin = end) {
        bool any = false;

        for (end = begin; end < num && same_group(&findings[begin], &findings[end]); end++) {
            bool match = findings[end].verdict == verdict;

            any = any || match;
            *hidden += match && findings[end].severity < t->least;
        }
        if (any && findings[begin].severity >= t->least) {
            if (!titled && title != NULL) {
                heading(t, title);
                titled = true;
            }
            AUD_TRY(write_group(t, verdict, begin, end));
        }
    }
    return AUD_OK;
}

static aud_status write_all_findings(text *t)
{
    size_t hidden = 0;

    AUD_TRY(write_findings(t, AUD_V_FAIL, NULL, &hidden));
    AUD_TRY(write_findings(t, AUD_V_UNDECIDED, "Undecided: a fact that the policy needs is unknown",
                           &hidden));
    AUD_TRY(write_findings(t, AUD_V_WAIVED, "Waived: approved exceptions", &hidden));
    if (hidden > 0) {
        aud_out_char(t->wrap.out, '\n');
        AUD_TRY(aud_buf_printf(&t->line, t->err, "%zu finding%s below '%s' not shown", hidden,
                               plural(hidden), aud_severity_name(t->least)));
        flush(t, 0, 2, AUD_INK_PLAIN, "");
    }
    return AUD_OK;
}

static aud_status write_gaps(text *t, bool accepted, const char *title)
{
    uint64_t num = 0;

    for (size_t i = 0; i < t->result->num_gaps; i++) {
        const aud_gap *gap = &t->result->gaps[i];

        if ((gap->accepted.len > 0) != accepted) {
            continue;
        }
        if (num++ == 0) {
            heading(t, title);
        }
        if (num > t->shown_max) {
            continue;
        }
        AUD_TRY(aud_report_place(t->result, &gap->where, &t->line, t->err));
        AUD_TRY(add(t, ": "));
        AUD_TRY(add(t, aud_gap_name(gap->kind)));
        if (gap->reason.len > 0) {
            AUD_TRY(add(t, ", "));
            AUD_TRY(add_input(t, gap->reason));
        }
        if (accepted) {
            AUD_TRY(add(t, "; accepted: "));
            AUD_TRY(add_input(t, gap->accepted));
        }
        flush(t, 2, 4, AUD_INK_PLAIN, "");
    }
    return rest(t, num > t->shown_max ? num - t->shown_max : 0, "places");
}

static aud_status write_policy_errors(text *t)
{
    const aud_result *result = t->result;
    uint64_t num = result->num_policy_errors;

    if (num > 0) {
        heading(t, "Policy errors");
    }
    for (size_t i = 0; i < num && i < t->shown_max; i++) {
        const aud_policy_error *error = &result->policy_errors[i];

        AUD_TRY(add_input(t, error->path.len > 0 ? error->path : error->policy));
        if (error->line > 0) {
            AUD_TRY(aud_buf_printf(&t->line, t->err, ":%u", (unsigned)error->line));
        }
        AUD_TRY(add(t, ": "));
        AUD_TRY(add_input(t, error->message));
        if (error->subject.len > 0) {
            AUD_TRY(add(t, ", at "));
            AUD_TRY(add_input(t, error->subject));
        }
        flush(t, 2, 4, AUD_INK_BAD, "");
    }
    return rest(t, num > t->shown_max ? num - t->shown_max : 0, "policy errors");
}

/* The policies of `num` lines that miss the same fact of the same scanner. */
static aud_status add_needs(text *t, const aud_coverage *lines, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        AUD_TRY(add(t, i == 0 ? "" : i + 1 < num ? ", " : " and "));
        AUD_TRY(add_input(t, lines[i].policy));
        if (num > 1) {
            AUD_TRY(aud_buf_printf(&t->line, t->err, " (%zu)", lines[i].subjects));
        }
    }
    if (num > 1) {
        return add(t, " need, each for so many subjects that it could not judge");
    }
    return aud_buf_printf(&t->line, t->err, " needs: %zu subject%s not judged by it",
                          lines->subjects, plural(lines->subjects));
}

static aud_status write_coverage(text *t)
{
    const aud_result *result = t->result;

    if (result->num_coverage > 0) {
        heading(t, "Coverage: what a source never tells");
    }
    for (size_t i = 0, end; i < result->num_coverage; i = end) {
        const aud_coverage *line = &result->coverage[i];

        for (end = i + 1;
             end < result->num_coverage && aud_report_same_lack(line, &result->coverage[end]);
             end++) {
        }
        AUD_TRY(add_input(t, line->by));
        AUD_TRY(add(t, line->by.len > 0 ? " in " : ""));
        AUD_TRY(add_input(t, line->source));
        AUD_TRY(add(t, " does not tell "));
        AUD_TRY(add_input(t, line->fact));
        AUD_TRY(add(t, ", which "));
        AUD_TRY(add_needs(t, line, end - i));
        AUD_TRY(add(t, line->told_by.len > 0 ? "; told by " : ""));
        AUD_TRY(add_input(t, line->told_by));
        flush(t, 2, 4, AUD_INK_PLAIN, "");
    }
    return AUD_OK;
}

static aud_status write_exclusions(text *t)
{
    for (size_t i = 0; i < t->result->num_sources; i++) {
        const aud_source_info *source = &t->result->sources[i];

        for (size_t j = 0; j < source->num_exclusions; j++) {
            AUD_TRY(add_input(t, source->exclusions[j].pattern));
            AUD_TRY(aud_buf_printf(&t->line, t->err, " (%zu file%s): ", source->exclusions[j].files,
                                   plural(source->exclusions[j].files)));
            AUD_TRY(add_input(t, source->exclusions[j].reason));
            flush(t, 0, 10, AUD_INK_PLAIN, "excluded ");
        }
    }
    return AUD_OK;
}

static bool judged_nothing(const aud_policy_info *policy)
{
    return policy->configured && policy->counts[AUD_V_PASS] == 0 &&
           policy->counts[AUD_V_FAIL] == 0 && policy->counts[AUD_V_WAIVED] == 0 &&
           policy->counts[AUD_V_UNDECIDED] == 0;
}

static aud_status write_idle_policies(text *t)
{
    bool any = false;

    for (size_t i = 0; i < t->result->num_policies; i++) {
        if (judged_nothing(&t->result->policies[i])) {
            AUD_TRY(add(t, any ? ", " : "no subject for "));
            AUD_TRY(add_input(t, t->result->policies[i].id));
            any = true;
        }
    }
    if (any) {
        flush(t, 0, 10, AUD_INK_PLAIN, "idle     ");
    }
    return AUD_OK;
}

static aud_status write_sums(text *t)
{
    const aud_result *result = t->result;
    const aud_report_files files = aud_report_files_of(result);
    size_t pairs = 0;

    aud_out_char(t->wrap.out, '\n');
    AUD_TRY(aud_buf_printf(&t->line, t->err,
                           "%zu = %zu gave subjects + %zu nothing relevant + %zu excluded + %zu "
                           "not judged",
                           files.files, files.gave, files.nothing, files.excluded,
                           files.not_judged));
    flush(t, 0, 10, AUD_INK_PLAIN, "files    ");
    AUD_TRY(write_exclusions(t));

    AUD_TRY(aud_buf_printf(&t->line, t->err, "%zu", result->num_subjects));
    for (unsigned i = 0, shown = 0; i < AUD_NUM_KINDS; i++) {
        if (result->num_kind[i] > 0) {
            AUD_TRY(aud_buf_printf(&t->line, t->err, "%s%zu %s", shown++ == 0 ? " = " : " + ",
                                   result->num_kind[i], aud_kind_name((aud_kind)i)));
        }
    }
    flush(t, 0, 10, AUD_INK_PLAIN, "subjects ");

    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        pairs += result->totals[i];
    }
    AUD_TRY(aud_buf_printf(&t->line, t->err, "%zu", pairs));
    for (unsigned i = 0, shown = 0; i < AUD_NUM_VERDICTS; i++) {
        if (result->totals[i] > 0) {
            AUD_TRY(aud_buf_printf(&t->line, t->err, "%s%zu %s", shown++ == 0 ? " = " : " + ",
                                   result->totals[i], aud_verdict_name((aud_verdict)i)));
        }
    }
    AUD_TRY(aud_buf_printf(&t->line, t->err, ", by %zu polic%s", result->num_policies,
                           result->num_policies == 1 ? "y" : "ies"));
    flush(t, 0, 10, AUD_INK_PLAIN, "verdicts ");
    if (t->result->change == NULL) {
        AUD_TRY(write_idle_policies(t));
    }

    if (result->next_change != INT64_MAX) {
        char when[AUD_INSTANT_TEXT];
        size_t len = aud_instant_format(result->next_change, when);

        AUD_TRY(aud_buf_printf(&t->line, t->err, "time alone changes a verdict at %.*s", (int)len,
                               when));
        flush(t, 0, 10, AUD_INK_PLAIN, "next     ");
    }
    return AUD_OK;
}

static aud_ink outcome_ink(const aud_gate *gate)
{
    return gate->exit_code == AUD_EXIT_CLEAN ? AUD_INK_GOOD : AUD_INK_BAD;
}

static aud_status write_head(text *t)
{
    const aud_result *result = t->result;
    size_t gaps = aud_report_open_gaps(result);
    char when[AUD_INSTANT_TEXT];
    size_t len = aud_instant_format(result->at, when);

    if (result->gate.exit_code == AUD_EXIT_CLEAN) {
        AUD_TRY(add(t, "nothing gates"));
    } else {
        AUD_TRY(aud_buf_printf(&t->line, t->err, "%zu finding%s at %s or above",
                               result->gate.failing, plural(result->gate.failing),
                               aud_severity_name(result->gate.fail_on)));
    }
    if (result->gate.undecided > 0) {
        AUD_TRY(aud_buf_printf(&t->line, t->err, ", %zu undecided", result->gate.undecided));
    }
    if (gaps > 0) {
        AUD_TRY(aud_buf_printf(&t->line, t->err, ", %zu place%s not judged", gaps, plural(gaps)));
    }
    if (result->num_policy_errors > 0) {
        AUD_TRY(aud_buf_printf(&t->line, t->err, ", %zu policy error%s", result->num_policy_errors,
                               plural(result->num_policy_errors)));
    }
    flush(t, 0, 2, outcome_ink(&result->gate),
          result->gate.exit_code == AUD_EXIT_CLEAN ? "CLEAN" : "NOT CLEAN");

    AUD_TRY(add(t, "certaudit "));
    AUD_TRY(add_input(t, result->tool_version));
    AUD_TRY(aud_buf_printf(&t->line, t->err, ", judged at %.*s", (int)len, when));
    flush(t, 0, 2, AUD_INK_PLAIN, "");
    for (size_t i = 0; i < result->num_sources; i++) {
        const aud_source_info *source = &result->sources[i];

        AUD_TRY(add_input(t, source->name));
        AUD_TRY(add(t, " ("));
        AUD_TRY(add_input(t, source->kind));
        if (source->rev.len > 0) {
            AUD_TRY(add(t, " at "));
            AUD_TRY(add_input(t, aud_str_sub(source->rev, 0, 12)));
        }
        AUD_TRY(add(t, ")"));
        flush(t, 0, 2, AUD_INK_PLAIN, "source");
    }
    for (size_t i = 0; i < result->num_notices; i++) {
        AUD_TRY(add_input(t, result->notices[i]));
        flush(t, 0, 2, AUD_INK_WARN, "note:");
    }
    return AUD_OK;
}

static aud_status write_end(text *t)
{
    const aud_gate *gate = &t->result->gate;

    AUD_TRY(aud_buf_printf(&t->line, t->err, "%s", aud_report_exit_meaning(gate->exit_code)));
    for (unsigned code = AUD_EXIT_FINDINGS; code <= AUD_EXIT_OUTPUT; code++) {
        if (((gate->reasons >> code) & 1u) && code != (unsigned)gate->exit_code) {
            AUD_TRY(aud_buf_printf(&t->line, t->err, "; also %u, %s", code,
                                   aud_report_exit_meaning((aud_exit)code)));
        }
    }
    char lead[16];
    (void)snprintf(lead, sizeof lead, "exit %u:", (unsigned)gate->exit_code);
    flush(t, 0, 2, outcome_ink(gate), lead);
    return AUD_OK;
}

static aud_status write_sections(text *t)
{
    AUD_TRY(write_head(t));
    AUD_TRY(write_all_findings(t));
    AUD_TRY(write_gaps(t, false, "Not judged"));
    AUD_TRY(write_gaps(t, true, "Not judged, accepted by the configuration"));
    AUD_TRY(write_policy_errors(t));
    AUD_TRY(write_coverage(t));
    AUD_TRY(write_sums(t));
    return write_end(t);
}

static aud_status write_text(const aud_result *result, const aud_report_env *env, aud_out *out,
                             aud_error *err)
{
    unsigned width = env->width == 0 ? WIDTH_DEFAULT : env->width;
    text t = {
        .result = result,
        .least = env->least,
        .wrap = {.out = out, .width = width, .color = env->color},
        .err = err,
    };
    aud_status st;

    t.wrap.width = width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
    AUD_TRY(aud_report_number(&aud_reporter_text, env, "max", SHOWN_DEFAULT, &t.shown_max, err));
    aud_buf_init(&t.line, line_max);
    st = write_sections(&t);
    aud_buf_clear(&t.line);
    return st;
}

static const char *const text_options[] = {"max=", NULL};

const aud_reporter aud_reporter_text = {
    .name = "text",
    .title = "plain text for people",
    .extension = "txt",
    .options = text_options,
    .write = write_text,
};
