/* reporters/html_outcome.c - how the run came out, what is worst, and how much of it was judged. */
#include "reporters/html.h"

enum { WORST_SHOWN = 8 };

const aud_html_exit_words *aud_html_exit(aud_exit code)
{
    static const aud_html_exit_words words[] = {
        [AUD_EXIT_CLEAN] = {"Clean", "good", "&#10003;"},
        [AUD_EXIT_FINDINGS] = {"Findings", "bad", "&#10005;"},
        [AUD_EXIT_USAGE] = {"Usage or policy error", "bad", "&#10005;"},
        [AUD_EXIT_NOTHING] = {"Too little judged", "warn", "?"},
        [AUD_EXIT_INCOMPLETE] = {"Incomplete", "warn", "?"},
        [AUD_EXIT_OUTPUT] = {"Report not written", "bad", "&#10005;"},
    };
    static const aud_html_exit_words unknown = {"Unknown", "warn", "?"};

    return (size_t)code < AUD_COUNT(words) ? &words[code] : &unknown;
}

/* "Exit 1: there are findings that gate." */
static void put_exit(aud_html *h, aud_exit code)
{
    aud_html_raw(h, "exit code ");
    aud_out_int(h->out, (int64_t)code);
    aud_html_raw(h, ": ");
    aud_html_raw(h, aud_report_exit_meaning(code));
}

static void put_verdict(aud_html *h)
{
    const aud_gate *gate = &h->result->gate;
    const aud_html_exit_words *words = aud_html_exit(gate->exit_code);

    aud_out_printf(h->out,
                   "<div class=\"outcome %s\">\n<p class=\"big\"><span aria-hidden=\"true\">%s"
                   "</span> %s</p>\n<p>The run ends with ",
                   words->style, words->shape, words->title);
    put_exit(h, gate->exit_code);
    aud_html_raw(h, ".");
    for (unsigned code = 1; code <= AUD_EXIT_OUTPUT; code++) {
        if ((gate->reasons & 1u << code) != 0 && code != (unsigned)gate->exit_code) {
            aud_html_raw(h, " Also holds: ");
            put_exit(h, (aud_exit)code);
            aud_html_raw(h, ".");
        }
    }
    aud_html_raw(h, "</p>\n<p>The gate closes on findings of severity ");
    aud_html_severity(h, gate->fail_on);
    aud_html_raw(h, " or worse: <strong>");
    aud_html_count(h, gate->failing, "finding");
    aud_html_raw(h, "</strong>. Undecided at such a severity: <strong>");
    aud_html_num(h, gate->undecided);
    aud_html_raw(h, "</strong>. Not judged and not accepted: <strong>");
    aud_html_count(h, aud_report_open_gaps(h->result), "place");
    aud_html_raw(h, "</strong>.");
    if (gate->min_subjects > 0) {
        aud_html_raw(h, " At least ");
        aud_html_count(h, gate->min_subjects, "subject");
        aud_html_raw(h, " must be judged.");
    }
    aud_html_raw(h, "</p>\n");
    if (h->result->num_notices > 0) {
        aud_html_raw(h, "<p>There ");
        aud_html_raw(h, h->result->num_notices == 1 ? "is " : "are ");
        aud_html_raw(h, "<a href=\"#notices\">");
        aud_html_count(h, h->result->num_notices, "notice");
        aud_html_raw(h, "</a> that readers of this report must know.</p>\n");
    }
    aud_html_raw(h, "</div>\n");
}

static void put_severities(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Severity", NULL}, {"Failed", "n"},         {"of them gating", "n"},
        {"Undecided", "n"}, {"of them gating", "n"}, {"Waived", "n"},
    };
    const aud_html_caption caption = {.what = AUD_LIT("Findings by severity")};
    size_t counts[AUD_NUM_SEVERITIES][AUD_NUM_VERDICTS] = {{0}};
    size_t gating[AUD_NUM_SEVERITIES][AUD_NUM_VERDICTS] = {{0}};

    for (size_t i = 0; i < h->result->num_findings; i++) {
        const aud_finding *finding = &h->result->findings[i];

        counts[finding->severity][finding->verdict]++;
        gating[finding->severity][finding->verdict] += finding->gates;
    }
    aud_html_table(h, "narrow", &caption, columns, AUD_COUNT(columns));
    for (unsigned i = AUD_NUM_SEVERITIES; i-- > 0;) {
        aud_html_raw(h, "<tr><th scope=\"row\">");
        aud_html_severity(h, (aud_severity)i);
        aud_html_raw(h, "</th>");
        aud_html_num_cell(h, counts[i][AUD_V_FAIL], "fail");
        aud_html_num_cell(h, gating[i][AUD_V_FAIL], "fail");
        aud_html_num_cell(h, counts[i][AUD_V_UNDECIDED], "undecided");
        aud_html_num_cell(h, gating[i][AUD_V_UNDECIDED], "undecided");
        aud_html_num_cell(h, counts[i][AUD_V_WAIVED], "waived");
        aud_html_raw(h, "</tr>\n");
    }
    aud_html_table_end(h);
}

/* The policies that are worst off, each with its worst finding as an example. */
static void put_worst(aud_html *h)
{
    size_t shown = 0;

    for (size_t i = 0; i < h->num_policies && shown < WORST_SHOWN; i++) {
        size_t policy = h->policies[i];
        size_t num = h->first[policy + 1] - h->first[policy];
        const aud_finding *worst = &h->result->findings[h->order[h->first[policy]]];

        if (worst->verdict == AUD_V_WAIVED || worst->severity < h->least) {
            continue;
        }
        aud_html_raw(h, shown++ == 0 ? "<h3>Worst first</h3>\n<ol class=\"worst\">\n<li>" : "<li>");
        aud_html_severity(h, worst->severity);
        aud_html_raw(h, " <a href=\"#f-");
        aud_html_policy_anchor(h, policy);
        aud_html_raw(h, "\">");
        aud_html_prose(h, h->result->policies[policy].title);
        aud_html_raw(h, "</a> <span class=\"tally\">");
        aud_html_count(h, num, "finding");
        aud_html_raw(h, "</span><br>");
        aud_html_name(h, h->result->subjects[worst->subject].label);
        aud_html_raw(h, ": ");
        aud_html_text(h, worst->message);
        aud_html_raw(h, "</li>\n");
    }
    aud_html_raw(h, shown > 0 ? "</ol>\n" : "");
}

void aud_html_outcome(aud_html *h)
{
    aud_html_section(h, "outcome", "Outcome");
    put_verdict(h);
    put_worst(h);
    aud_html_raw(h, "<h3>Findings by severity</h3>\n");
    put_severities(h);
    aud_html_section_end(h);
}
