/* reporters/html_waivers.c - the register of waivers: who approved what, until when, and what it
 * did. */
#include "reporters/html.h"

static const char *state_words(aud_waiver_state state)
{
    switch (state) {
    case AUD_WAIVER_ACTIVE:
        return "active";
    case AUD_WAIVER_LAPSING:
        return "active, lapses soon";
    case AUD_WAIVER_PENDING:
        return "does not count yet";
    case AUD_WAIVER_LAPSED:
        return "lapsed";
    case AUD_NUM_WAIVER_STATES:
        break;
    }
    return "unknown";
}

static void put_origin(aud_html *h, const aud_waiver_info *w)
{
    if (w->commit.len == 0) {
        aud_html_raw(h, "unknown: ");
        aud_html_name(h, w->history);
        return;
    }
    aud_html_code(h, aud_str_sub(w->commit, 0, 12));
    aud_html_raw(h, " by ");
    aud_html_name(h, w->author);
    aud_html_raw(h, ", ");
    aud_html_instant(h, w->committed);
    aud_html_raw(h, w->is_signed ? ", with a signature that was not verified" : ", not signed");
}

static void put_waiver(aud_html *h, const aud_waiver_info *w)
{
    aud_html_raw(h, "<tr><th scope=\"row\">");
    aud_html_code(h, w->id);
    aud_html_raw(h, "</th><td>");
    aud_html_raw(h, state_words(w->state));
    aud_html_raw(h, "</td><td>");
    aud_html_name(h, w->policies);
    aud_html_raw(h, " for ");
    aud_html_name(h, w->match);
    aud_html_raw(h, "</td><td>");
    aud_html_name(h, w->reason);
    if (w->ticket.len > 0) {
        aud_html_raw(h, " (");
        aud_html_name(h, w->ticket);
        aud_html_raw(h, ")");
    }
    aud_html_raw(h, "</td><td>");
    aud_html_name(h, w->owner);
    aud_html_raw(h, "</td><td>");
    aud_html_name(h, w->approver);
    aud_html_raw(h, ", ");
    aud_html_instant(h, w->approved);
    aud_html_raw(h, "</td><td>");
    put_origin(h, w);
    aud_html_raw(h, "</td><td>");
    aud_html_instant(h, w->expires);
    aud_html_raw(h, "</td>");
    aud_html_num_cell(h, w->findings, NULL);
    aud_html_raw(h, "</tr>\n");
}

void aud_html_waivers(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Waiver", NULL},       {"State", NULL},     {"What it is for", "wide"},
        {"Because", "wide"},    {"Owner", NULL},     {"Approved by (claimed)", NULL},
        {"Came in with", NULL}, {"Expires", "date"}, {"Findings", "n"}};
    const aud_html_caption caption = {.what = AUD_LIT("Register of waivers")};

    if (h->result->waivers_path.len == 0) {
        return;
    }
    aud_html_section(h, "waivers", "Waivers");
    aud_html_raw(h, "<p>Approved, dated exceptions of ");
    aud_html_code(h, h->result->waivers_path);
    aud_html_raw(h, " (SHA-256 ");
    aud_html_code(h, h->result->waivers_sha256);
    aud_html_raw(h, "). Each counts from the later of its approval and the commit that brought it "
                    "in; what it waives stays among the findings.</p>\n");
    if (h->result->num_waivers > 0) {
        aud_html_table(h, "waivers", &caption, columns, AUD_COUNT(columns));
        for (size_t i = 0; i < h->result->num_waivers; i++) {
            put_waiver(h, &h->result->waivers[i]);
        }
        aud_html_table_end(h);
    }
    aud_html_section_end(h);
}
