/* reporters/html_period.c - the period: what was not met, since when, by whose doing, how long.
 *
 * The drawing says nothing that the tables below it do not say.
 */
#include "engine/base/instant.h"
#include "reporters/html_period_parts.h"

enum { DRAWING_WIDTH = 700, DRAWING_HEIGHT = 18 };

static const aud_period_info *period_of(const aud_html *h)
{
    return h->result->period;
}

/* "35.50" */
static void put_days(aud_html *h, int64_t seconds)
{
    const int64_t hundredths = seconds * 100 / AUD_DAY_SECONDS;

    aud_out_printf(h->out, "%lld.%02lld", (long long)(hundredths / 100),
                   (long long)(hundredths % 100));
}

static void put_days_cell(aud_html *h, int64_t seconds)
{
    aud_html_raw(h, seconds == 0 ? "<td class=\"n zero\">" : "<td class=\"n\">");
    put_days(h, seconds);
    aud_html_raw(h, "</td>");
}

/* --- what was followed ------------------------------------------------------------------------ */

static void put_scope(aud_html *h)
{
    const aud_period_info *p = period_of(h);

    aud_html_raw(h, "<p><b>");
    aud_html_text(h, p->name);
    aud_html_raw(h, "</b>: from ");
    aud_html_instant(h, p->from);
    aud_html_raw(h, " up to, without, ");
    aud_html_instant(h, p->until);
    aud_html_raw(h, p->is_finished ? "." : "; it has not ended, and is judged up to ");
    if (!p->is_finished) {
        aud_html_instant(h, p->at);
        aud_out_char(h->out, '.');
    }
    aud_html_raw(h, " Followed was ");
    aud_html_code(h, p->ref);
    aud_html_raw(h, p->all_commits ? ", every commit of its history" : ", along first parents");
    aud_html_raw(h, ", to ");
    aud_html_code(h, aud_str_sub(p->tip, 0, 12));
    aud_html_raw(h, ": ");
    aud_html_count(h, p->num_commits, "commit");
    aud_html_raw(h, p->existed ? " with the one that was carried in, " : ", ");
    aud_html_count(h, p->num_states, "judged state");
    aud_html_raw(h, ", ");
    aud_html_count(h, p->num_rule_changes, "change");
    aud_html_raw(h, " of the rules. Each state was judged by the rules of its own commit.</p>\n"
                    "<ul>\n");
    for (size_t i = 0; i < p->num_notices; i++) {
        aud_html_raw(h, "<li>");
        aud_html_text(h, p->notices[i]);
        aud_html_raw(h, "</li>\n");
    }
    aud_html_raw(h, "</ul>\n");
}

/* --- the drawing ------------------------------------------------------------------------------ */

static int x_of(const aud_period_info *p, int64_t at)
{
    const int64_t length = p->until - p->from;

    return 1 + (int)((at - p->from) * (DRAWING_WIDTH - 2) / length);
}

/* A line at the first of each month, of each half year in a long period. */
static void draw_months(aud_html *h)
{
    const aud_period_info *p = period_of(h);
    const int step = p->until - p->from > 400 * AUD_DAY_SECONDS ? 6 : 1;
    char text[AUD_INSTANT_TEXT];
    int year = 0, month;

    (void)aud_instant_format(p->from, text);
    for (int i = 0; i < 4; i++) {
        year = year * 10 + (text[i] - '0');
    }
    month = (text[5] - '0') * 10 + (text[6] - '0') - 1;
    for (int64_t at = p->from; at < p->until;
         month += step, at = aud_instant_of(year + month / 12, month % 12 + 1, 1, 0, 0, 0)) {
        aud_out_printf(h->out,
                       "<line class=\"quiet\" x1=\"%d\" y1=\"0\" x2=\"%d\" y2=\"%d\" "
                       "stroke=\"currentColor\" stroke-width=\"0.5\"/>\n",
                       x_of(p, at), x_of(p, at), DRAWING_HEIGHT);
    }
}

/* Filled: exposed; hollow: waived throughout; low: undecided or not judged. */
static void draw_stretch(aud_html *h, const aud_stretch *s)
{
    const aud_period_info *p = period_of(h);
    const int x = x_of(p, s->from.at), end = x_of(p, s->to.at);
    const int width = end - x < 2 ? 2 : end - x;
    const bool hollow = s->kind == AUD_STRETCH_BREACH && s->exposed_seconds == 0;
    const bool low = s->kind == AUD_STRETCH_UNDECIDED || s->kind == AUD_STRETCH_NO_EVIDENCE;

    aud_out_printf(h->out,
                   "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                   "fill=\"%s\" fill-opacity=\"0.7\" stroke=\"currentColor\"/>\n",
                   hollow ? "waived"
                   : low  ? "undecided"
                          : "fail",
                   x, low ? 11 : 2, width, low ? 5 : 14, hollow ? "none" : "currentColor");
}

static bool is_drawn(const aud_stretch *s)
{
    return s->kind != AUD_STRETCH_END_RULES;
}

/* Drawn stretches of one policy from `*at` on, which moves behind them. */
static size_t draw_row(aud_html *h, size_t *at)
{
    const aud_period_info *p = period_of(h);
    const aud_str policy = p->stretches[*at].policy;
    size_t num = 0, end = *at;

    for (; end < p->num_stretches && aud_str_eq(p->stretches[end].policy, policy); end++) {
        num += is_drawn(&p->stretches[end]) ? 1 : 0;
    }
    if (num > 0) {
        aud_html_raw(h, "<tr><th scope=\"row\">");
        aud_html_text(h, policy.len > 0 ? policy : AUD_LIT("not judged"));
        aud_out_printf(h->out,
                       "</th><td><svg role=\"img\" aria-label=\"%zu of the stretches below\" "
                       "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n",
                       num, DRAWING_WIDTH, DRAWING_HEIGHT, DRAWING_WIDTH, DRAWING_HEIGHT);
        draw_months(h);
        for (size_t i = *at; i < end; i++) {
            if (is_drawn(&p->stretches[i])) {
                draw_stretch(h, &p->stretches[i]);
            }
        }
        aud_html_raw(h, "</svg></td></tr>\n");
    }
    *at = end;
    return num;
}

static void draw(aud_html *h)
{
    static const aud_html_column columns[] = {{"Policy", NULL},
                                              {"When it was not met, from begin to end", NULL}};
    const aud_html_caption caption = {.what = AUD_LIT("The period as a drawing")};
    const aud_period_info *p = period_of(h);

    if (p->num_stretches == 0) {
        return;
    }
    aud_html_table(h, "narrow", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < p->num_stretches;) {
        (void)draw_row(h, &i);
    }
    aud_html_table_end(h);
    aud_html_raw(h, "<p class=\"dim\">Filled: not met and exposed, darker where several overlap; "
                    "hollow: waived; low: undecided, or not judged. Lines stand at the begin and "
                    "at the first of each month, in a long period of each half year.</p>\n");
}

/* --- requirement by requirement --------------------------------------------------------------- */

static void put_policies(aud_html *h)
{
    static const aud_html_column columns[] = {{"Policy", "wide"},        {"Breaches", "n"},
                                              {"Stand at the end", "n"}, {"Undecided", "n"},
                                              {"Days asked", "n"},       {"Days in breach", "n"},
                                              {"Longest, days", "n"},    {"Exposed, summed", "n"}};
    const aud_html_caption caption = {.what = AUD_LIT("Requirements over the period")};
    const aud_period_info *p = period_of(h);

    aud_html_raw(h, "<h3>Requirement by requirement</h3>\n<p>Days in breach are those during which "
                    "anything failed without a waiver; the sum counts each holder.</p>\n");
    aud_html_table(h, "counts", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < p->num_policies; i++) {
        const aud_period_policy *policy = &p->policies[i];

        aud_html_raw(h, "<tr><th scope=\"row\">");
        aud_html_code(h, policy->id);
        aud_html_raw(h, "</th>");
        aud_html_num_cell(h, policy->breaches, "fail");
        aud_html_num_cell(h, policy->open, "fail");
        aud_html_num_cell(h, policy->undecided, "undecided");
        put_days_cell(h, policy->judged_seconds);
        put_days_cell(h, policy->breached_seconds);
        put_days_cell(h, policy->longest_seconds);
        put_days_cell(h, policy->exposed_seconds);
        aud_html_raw(h, "</tr>\n");
    }
    aud_html_table_end(h);
}

/* --- every stretch ---------------------------------------------------------------------------- */

static void put_cause(aud_html *h, const aud_cause *cause)
{
    static const char *const words[AUD_NUM_CAUSES] = {"carried in", "commit", "change of rules",
                                                      "time", "stands"};
    const aud_period_info *p = period_of(h);

    aud_html_raw(h, words[cause->kind]);
    if (cause->commit < p->num_commits && cause->kind != AUD_CAUSE_START) {
        const aud_period_commit *commit = &p->commits[cause->commit];

        aud_out_char(h->out, ' ');
        aud_html_code(h, aud_str_sub(commit->id, 0, 12));
        aud_html_raw(h, " by ");
        aud_html_name(h, commit->author);
    }
}

static const char *stretch_words(aud_stretch_kind kind)
{
    static const char *const words[AUD_NUM_STRETCHES] = {"breach", "undecided", "not judged",
                                                         "only under the end's rules"};

    return words[kind];
}

static void put_stretch(aud_html *h, const aud_stretch *s)
{
    static const char *const ends[AUD_NUM_ENDS] = {
        "stands",    "met",        "taken out",        "no longer concerned",
        "undecided", "not judged", "goes on otherwise"};

    aud_html_raw(h, "<tr><th scope=\"row\">");
    aud_html_name(h, s->label);
    aud_html_raw(h, "<br><small>");
    aud_html_name(h, s->lineage);
    aud_html_raw(h, "</small></th><td>");
    if (s->policy.len > 0) {
        aud_html_code(h, s->policy);
        aud_html_raw(h, "<br>");
    }
    aud_html_raw(h, stretch_words(s->kind));
    aud_html_raw(h, ": ");
    aud_html_name(h, s->message);
    aud_html_raw(h, "</td><td>");
    if (s->was_met) {
        aud_html_instant(h, s->met_since);
    } else {
        aud_html_raw(h, "not before");
    }
    aud_html_raw(h, "</td><td>");
    aud_html_instant(h, s->from.at);
    aud_html_raw(h, "<br>");
    put_cause(h, &s->from);
    aud_html_raw(h, "</td><td>");
    if (s->to.kind != AUD_CAUSE_OPEN) {
        aud_html_instant(h, s->to.at);
        aud_html_raw(h, "<br>");
        aud_html_raw(h, ends[s->end]);
        aud_html_raw(h, ", ");
    }
    put_cause(h, &s->to);
    aud_html_raw(h, "</td>");
    put_days_cell(h, s->exposed_seconds);
    put_days_cell(h, s->waived_seconds);
    put_days_cell(h, s->end_rules_seconds);
    aud_html_raw(h, "</tr>\n");
}

static void put_stretches(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Holder", "wide"},     {"What was not met", "wide"},
        {"Met since", "date"},  {"Began (UTC)", "mid"},
        {"Ended (UTC)", "mid"}, {"Days exposed", "n"},
        {"Days waived", "n"},   {"Days exposed under the end's rules", "n"}};
    const aud_period_info *p = period_of(h);
    const size_t rows = aud_html_block_rows(p->num_stretches);

    aud_html_raw(h, "<h3>What was not met, and how long</h3>\n");
    if (p->num_stretches == 0) {
        aud_html_raw(h, "<p>Everything that was judged was met throughout.</p>\n");
        return;
    }
    aud_html_raw(h, "<p>What is not listed was met, or did not concern its holder, for as long as "
                    "it was there. The last column is what the same time would have been under the "
                    "rules of the period's end.</p>\n");
    for (size_t begin = 0; begin < p->num_stretches; begin += rows) {
        const size_t end = begin + rows < p->num_stretches ? begin + rows : p->num_stretches;
        const aud_html_caption caption = {
            .what = AUD_LIT("Stretches"), .begin = begin, .end = end, .of = p->num_stretches};

        aud_html_block(h, &caption, begin == 0);
        aud_html_table(h, "subjects", &caption, columns, AUD_COUNT(columns));
        for (size_t i = begin; i < end; i++) {
            put_stretch(h, &p->stretches[i]);
        }
        aud_html_table_end(h);
        aud_html_block_end(h, &caption);
    }
}

/* --- the rules -------------------------------------------------------------------------------- */

static void put_rules(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Counts from (UTC)", "date"}, {"Commit", NULL}, {"Author", NULL}, {"Changed", "wide"}};
    const aud_html_caption caption = {.what = AUD_LIT("Changes of rules")};
    const aud_period_info *p = period_of(h);

    aud_html_raw(h, "<h3>Changes of the rules</h3>\n");
    if (p->num_rule_changes == 0) {
        aud_html_raw(h, "<p>Configuration, policies and waivers were the same throughout.</p>\n");
        return;
    }
    aud_html_table(h, "plain", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < p->num_commits; i++) {
        const aud_period_commit *c = &p->commits[i];

        if (!c->changes_rules) {
            continue;
        }
        aud_html_raw(h, "<tr><td>");
        aud_html_instant(h, c->counts_from);
        aud_html_raw(h, "</td><td>");
        aud_html_code(h, aud_str_sub(c->id, 0, 12));
        aud_out_char(h->out, ' ');
        aud_html_name(h, c->title);
        aud_html_raw(h, "</td><td>");
        aud_html_name(h, c->author);
        aud_html_raw(h, "</td><td>");
        aud_html_name(h, c->rules);
        aud_html_raw(h, "</td></tr>\n");
    }
    aud_html_table_end(h);
}

void aud_html_period(aud_html *h)
{
    if (period_of(h) == NULL) {
        return;
    }
    aud_html_section(h, "period", "The period");
    put_scope(h);
    draw(h);
    put_policies(h);
    put_stretches(h);
    put_rules(h);
    aud_html_outlook(h);
    aud_html_section_end(h);
}
