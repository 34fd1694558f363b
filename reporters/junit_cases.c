/* reporters/junit_cases.c - one test case for each pair of a policy and a subject.
 *
 * A large run has hundreds of thousands of pairs, and nearly all of them pass: these are copied out
 * of parts that were escaped once. Cases with a result go through the XML writer.
 */
#include "reporters/junit_parts.h"

enum { ITEMS_MAX = 100 };

typedef enum outcome { OUT_NONE, OUT_PASSED, OUT_SKIPPED, OUT_ERROR, OUT_FAILURE } outcome;

/* The pair at hand, with its findings: result->findings[order[i]]. */
typedef struct pair {
    size_t policy, subject;
    bool covered; /* a coverage line tells why the policy is undecided */
    uint8_t verdict;
    outcome outcome;
    const uint32_t *order;
    size_t num;
} pair;

static pair first_pair(const junit *j, size_t policy)
{
    pair p = {.policy = policy, .subject = j->from};

    for (size_t i = 0; i < j->result->num_coverage; i++) {
        p.covered =
            p.covered || aud_str_eq(j->result->coverage[i].policy, j->result->policies[policy].id);
    }
    return p;
}

static outcome outcome_of_verdict(const pair *p)
{
    if (p->verdict == AUD_V_NONE) {
        return OUT_NONE;
    }
    switch ((aud_verdict)p->verdict) {
    case AUD_V_PASS:
        return OUT_PASSED;
    case AUD_V_WAIVED:
    case AUD_V_NOT_APPLICABLE:
    case AUD_V_NOT_EFFECTIVE:
        return OUT_SKIPPED;
    case AUD_V_UNDECIDED: /* the coverage line is the error, once */
        return p->covered ? OUT_SKIPPED : OUT_ERROR;
    case AUD_V_FAIL:
    case AUD_NUM_VERDICTS:
        break;
    }
    return OUT_ERROR; /* a failure that no finding explains is no pass */
}

static outcome outcome_of_finding(const aud_finding *finding)
{
    if (finding->verdict == AUD_V_UNDECIDED) {
        return OUT_ERROR;
    }
    return finding->verdict == AUD_V_FAIL && finding->gates ? OUT_FAILURE : OUT_SKIPPED;
}

/* Fills in the pair; `*at` walks over the policy's findings, which are sorted by subject. */
static void look(const junit *j, pair *p, size_t *at)
{
    const size_t end = j->groups.first[p->policy + 1];
    const aud_finding *findings = j->result->findings;

    while (*at < end && findings[j->groups.order[*at]].subject < p->subject) {
        (*at)++;
    }
    p->verdict = aud_report_verdict(j->result, p->policy, p->subject);
    p->order = j->groups.order + *at;
    p->num = 0;
    p->outcome = OUT_NONE;
    for (; *at < end && findings[j->groups.order[*at]].subject == p->subject; (*at)++) {
        outcome this = outcome_of_finding(&findings[j->groups.order[*at]]);

        p->outcome = this > p->outcome ? this : p->outcome;
        p->num++;
    }
    if (p->num == 0) {
        p->outcome = outcome_of_verdict(p);
    }
}

static bool is_bad(outcome what)
{
    return what == OUT_FAILURE || what == OUT_ERROR;
}

/* Whether the case is written. */
static bool take(const junit *j, outcome what, junit_room *room)
{
    uint64_t *left = is_bad(what) ? &room->bad : &room->others;

    if (what == OUT_NONE || (j->failing_only && !is_bad(what)) || *left == 0) {
        return false;
    }
    (*left)--;
    return true;
}

void aud_junit_count(const junit *j, size_t policy, junit_room *room, junit_counts *counts)
{
    size_t at = j->groups.first[policy];
    pair p = first_pair(j, policy);

    for (; p.subject < j->to; p.subject++) {
        look(j, &p, &at);
        if (take(j, p.outcome, room)) {
            counts->tests++;
            counts->failures += p.outcome == OUT_FAILURE;
            counts->errors += p.outcome == OUT_ERROR;
            counts->skipped += p.outcome == OUT_SKIPPED;
        } else if (p.outcome != OUT_NONE) {
            bool asked = j->failing_only && !is_bad(p.outcome);

            counts->passing_left_out += asked;
            counts->over_max += !asked;
            counts->bad_over_max += is_bad(p.outcome);
        }
    }
}

aud_status aud_junit_names(junit *j)
{
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    aud_xml_writer w = {0};

    j->name_at = aud_alloc_zero(j->to - j->from + 1, sizeof *j->name_at);
    if (j->name_at == NULL) {
        return aud_fail(j->err, AUD_E_NOMEM, "no memory for the names of subjects");
    }
    AUD_TRY(aud_out_open_buf(&j->names, &out, j->err));
    w.out = out; /* not initialised: no declaration is wanted */
    for (size_t i = j->from; i < j->to; i++) {
        j->text.len = 0;
        AUD_TRY(aud_report_subject_name(j->result, i, &j->text, j->err));
        aud_xml_put(&w, "name", aud_buf_str(&j->text));
        j->name_at[i - j->from + 1] = (size_t)aud_out_count(out);
    }
    return aud_out_finish(out, j->err);
}

/* writing -------------------------------------------------------------------------------------- */

static aud_status add(junit *j, const char *text)
{
    return aud_buf_add(&j->text, aud_str_of(text), j->err);
}

static aud_status add_input(junit *j, aud_str text)
{
    return aud_neutral_add(&j->text, aud_neutral_cut(text, AUD_REPORT_TEXT_MAX), j->err);
}

static aud_status add_finding_line(junit *j, const aud_finding *finding)
{
    size_t before = j->text.len;

    AUD_TRY(aud_report_place(j->result, &finding->location, &j->text, j->err));
    AUD_TRY(add(j, j->text.len > before ? ": " : ""));
    AUD_TRY(add(j, aud_severity_name(finding->severity)));
    AUD_TRY(add(j, ": "));
    AUD_TRY(add_input(j, finding->message));
    if (finding->verdict == AUD_V_WAIVED) {
        AUD_TRY(add(j, "; waived: "));
        AUD_TRY(add_input(j, finding->waiver));
    }
    return add(j, "\n");
}

static aud_status add_items(junit *j, const aud_finding *finding)
{
    for (size_t i = 0; i < finding->num_items && i < ITEMS_MAX; i++) {
        const aud_item *item = &finding->items[i];

        AUD_TRY(add(j, "  "));
        AUD_TRY(add_input(j, item->item));
        if (item->got.len > 0) {
            AUD_TRY(add(j, " is "));
            AUD_TRY(add_input(j, item->got));
        }
        if (item->want.len > 0) {
            AUD_TRY(add(j, ", wanted: "));
            AUD_TRY(add_input(j, item->want));
        }
        AUD_TRY(add(j, "\n"));
    }
    if (finding->num_items > ITEMS_MAX) {
        AUD_TRY(
            aud_buf_printf(&j->text, j->err, "  and %zu more\n", finding->num_items - ITEMS_MAX));
    }
    return AUD_OK;
}

/* "tls/www.pem:1: high: The key is an RSA key of 1024 bits", items, and what to do about it. */
static aud_status put_body(junit *j, const pair *p)
{
    const aud_policy_info *policy = &j->result->policies[p->policy];

    j->text.len = 0;
    for (size_t i = 0; i < p->num; i++) {
        const aud_finding *finding = &j->result->findings[p->order[i]];

        AUD_TRY(add_finding_line(j, finding));
        AUD_TRY(add_items(j, finding));
    }
    if (p->num == 0) {
        AUD_TRY(add(j, "the result has no finding that explains this verdict\n"));
    }
    if (policy->remediation.len > 0) {
        AUD_TRY(add(j, "fix: "));
        AUD_TRY(add_input(j, policy->remediation));
        AUD_TRY(add(j, "\n"));
    }
    if (policy->cite.doc.len > 0) {
        AUD_TRY(add(j, "source: "));
        AUD_TRY(add_input(j, policy->cite.doc));
        AUD_TRY(add(j, policy->cite.at.len > 0 ? ", " : ""));
        AUD_TRY(add_input(j, policy->cite.at));
        AUD_TRY(add(j, "\n"));
    }
    aud_xml_text(&j->w, aud_buf_str(&j->text));
    return AUD_OK;
}

/* The finding that made the outcome. */
static const aud_finding *leading(const junit *j, const pair *p)
{
    for (size_t i = 0; i < p->num; i++) {
        const aud_finding *finding = &j->result->findings[p->order[i]];

        if (outcome_of_finding(finding) == p->outcome) {
            return finding;
        }
    }
    return NULL;
}

static aud_status put_message(junit *j, const pair *p)
{
    const aud_finding *finding = leading(j, p);

    j->text.len = 0;
    if (finding == NULL) {
        AUD_TRY(add(j, p->verdict == AUD_V_UNDECIDED && p->outcome == OUT_SKIPPED
                           ? "undecided: the source never tells a fact that the policy needs"
                           : aud_verdict_name((aud_verdict)p->verdict)));
    } else if (finding->verdict == AUD_V_WAIVED) {
        AUD_TRY(add(j, "waived: "));
        AUD_TRY(add_input(j, finding->waiver));
        AUD_TRY(add(j, ": "));
        AUD_TRY(add_input(j, finding->message));
    } else {
        AUD_TRY(add(j, finding->verdict == AUD_V_UNDECIDED ? "undecided, "
                       : p->outcome == OUT_SKIPPED         ? "does not gate, "
                                                           : ""));
        AUD_TRY(add(j, aud_severity_name(finding->severity)));
        AUD_TRY(add(j, ": "));
        AUD_TRY(add_input(j, finding->message));
    }
    aud_xml_put(&j->w, "message", aud_buf_str(&j->text));
    return AUD_OK;
}

static aud_status put_result(junit *j, const pair *p)
{
    const char *element = p->outcome == OUT_FAILURE ? "failure"
                          : p->outcome == OUT_ERROR ? "error"
                                                    : "skipped";

    aud_xml_begin(&j->w, element);
    AUD_TRY(put_message(j, p));
    if (p->outcome != OUT_SKIPPED) { /* one schema knows neither type nor text of a skipped case */
        j->text.len = 0;
        AUD_TRY(add(j, "policy."));
        AUD_TRY(add_input(j, j->result->policies[p->policy].id));
        aud_xml_put(&j->w, "type", aud_buf_str(&j->text));
        AUD_TRY(put_body(j, p));
    }
    aud_xml_end(&j->w, element);
    return AUD_OK;
}

/* GitLab links a case with its file. */
static aud_status put_file(junit *j, const pair *p)
{
    const aud_subject_info *subject = &j->result->subjects[p->subject];
    const aud_sighting *where = p->num > 0 ? &j->result->findings[p->order[0]].location
                                : subject->num_sightings > 0 ? subject->sightings
                                                             : NULL;

    if (where != NULL && where->path.len > 0) {
        j->text.len = 0;
        AUD_TRY(add_input(j, where->path));
        aud_xml_put(&j->w, "file", aud_buf_str(&j->text));
    }
    return AUD_OK;
}

static aud_str name_of(const junit *j, size_t subject)
{
    size_t begin = j->name_at[subject - j->from];

    return (aud_str){j->names.ptr + begin, j->name_at[subject - j->from + 1] - begin};
}

static aud_status put_case(junit *j, const pair *p, aud_str rest)
{
    aud_xml_begin(&j->w, "testcase");
    aud_out_str(j->out, name_of(j, p->subject));
    aud_out_str(j->out, rest);
    if (j->dialect == JUNIT_GITLAB) {
        AUD_TRY(put_file(j, p));
    }
    if (p->outcome != OUT_PASSED) {
        AUD_TRY(put_result(j, p));
    }
    aud_xml_end(&j->w, "testcase");
    return AUD_OK;
}

/* The attributes that all cases of a policy share. */
static aud_status shared_attributes(junit *j, size_t policy, aud_buf *out)
{
    AUD_CLEANUP(aud_out_closep) aud_out *sink = NULL;
    aud_xml_writer w = {0};

    AUD_TRY(aud_out_open_buf(out, &sink, j->err));
    w.out = sink;
    j->text.len = 0;
    AUD_TRY(add_input(j, j->result->policies[policy].id));
    aud_xml_put(&w, "classname", aud_buf_str(&j->text));
    aud_xml_put(&w, "time", AUD_LIT("0"));
    return aud_out_finish(sink, j->err);
}

static aud_status put_cases(junit *j, size_t policy, aud_str rest)
{
    /* as the XML writer would indent it */
    aud_str begin = j->w.depth > 1 ? AUD_LIT("\n    <testcase") : AUD_LIT("\n  <testcase");
    size_t at = j->groups.first[policy];
    pair p = first_pair(j, policy);

    for (; p.subject < j->to; p.subject++) {
        look(j, &p, &at);
        if (!take(j, p.outcome, &j->room)) {
            continue;
        }
        if (p.outcome == OUT_PASSED && j->dialect != JUNIT_GITLAB) {
            aud_out_str(j->out, begin);
            aud_out_str(j->out, name_of(j, p.subject));
            aud_out_str(j->out, rest);
            aud_out_str(j->out, AUD_LIT("/>"));
        } else {
            AUD_TRY(put_case(j, &p, rest));
        }
    }
    return AUD_OK;
}

aud_status aud_junit_cases(junit *j, size_t policy)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf rest;

    aud_buf_init(&rest, (size_t)1 << 20);
    AUD_TRY(shared_attributes(j, policy, &rest));
    return put_cases(j, policy, aud_buf_str(&rest));
}
