/* reporters/html_gaps.c - what was not judged: gaps, accepted gaps, policies that broke. */
#include "reporters/html.h"

static const char *reason_of(aud_gap_kind kind)
{
    switch (kind) {
    case AUD_GAP_BROKEN:
        return "broken";
    case AUD_GAP_LIMIT:
        return "over a limit";
    case AUD_GAP_UNREADABLE:
        return "not readable";
    case AUD_GAP_MISSING:
        return "missing";
    case AUD_GAP_STALE:
        return "too old";
    case AUD_GAP_ENCRYPTED:
        return "encrypted";
    case AUD_GAP_LFS:
        return "Git LFS pointer";
    case AUD_GAP_SUBMODULE:
        return "submodule";
    case AUD_GAP_LINK:
        return "link out of the tree";
    case AUD_GAP_TEMPLATE:
        return "templated";
    case AUD_GAP_UNSUPPORTED:
        return "not supported";
    case AUD_NUM_GAPS:
        break;
    }
    return "unknown";
}

static void put_gap(aud_html *h, const aud_gap *gap)
{
    aud_html_raw(h, "<tr><th scope=\"row\">");
    aud_html_place(h, &gap->where);
    aud_html_raw(h, "</th><td>");
    aud_html_raw(h, reason_of(gap->kind));
    aud_html_raw(h, "</td><td>");
    aud_html_name(h, gap->reason.len > 0 ? gap->reason : AUD_LIT("no reason given"));
    aud_html_raw(h, "</td>");
    if (gap->accepted.len > 0) {
        aud_html_raw(h, "<td>");
        aud_html_name(h, gap->accepted);
        aud_html_raw(h, "</td>");
    }
    aud_html_raw(h, "</tr>\n");
}

/* The gaps of one sort, in blocks; the next one to show is looked for from `*at` on. */
static void put_gaps(aud_html *h, bool accepted, size_t num, aud_str what)
{
    static const aud_html_column columns[] = {
        {"Place", "wide"}, {"Why", NULL}, {"What was met", "wide"}, {"Accepted because", "wide"}};
    size_t rows = aud_html_block_rows(num);
    size_t at = 0;

    for (size_t begin = 0; begin < num; begin += rows) {
        size_t end = num - begin < rows ? num : begin + rows;
        const aud_html_caption caption = {.what = what, .begin = begin, .end = end, .of = num};

        aud_html_block(h, &caption, begin == 0);
        aud_html_table(h, "gaps", &caption, columns, accepted ? 4 : 3);
        for (size_t row = begin; row < end; at++) {
            if ((h->result->gaps[at].accepted.len > 0) == accepted) {
                put_gap(h, &h->result->gaps[at]);
                row++;
            }
        }
        aud_html_table_end(h);
        aud_html_block_end(h, &caption);
    }
}

static void put_policy_errors(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Policy", NULL}, {"Where", NULL}, {"What went wrong", "wide"}, {"While judging", NULL}};
    const aud_html_caption caption = {.what = AUD_LIT("Policies that broke")};

    if (h->result->num_policy_errors == 0) {
        return;
    }
    aud_html_raw(h, "<h3>Policies that broke</h3>\n");
    aud_html_table(h, "gaps", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < h->result->num_policy_errors; i++) {
        const aud_policy_error *error = &h->result->policy_errors[i];

        aud_html_raw(h, "<tr><th scope=\"row\">");
        aud_html_code(h, error->policy);
        aud_html_raw(h, "</th><td>");
        aud_html_name(h, error->path.len > 0 ? error->path : AUD_LIT("no file"));
        if (error->line > 0) {
            aud_out_char(h->out, ':');
            aud_out_int(h->out, error->line);
        }
        aud_html_raw(h, "</td><td>");
        aud_html_name(h, error->message);
        aud_html_raw(h, "</td><td>");
        aud_html_name(h, error->subject.len > 0 ? error->subject : AUD_LIT("loading"));
        aud_html_raw(h, "</td></tr>\n");
    }
    aud_html_table_end(h);
}

void aud_html_gaps(aud_html *h)
{
    size_t open = aud_report_open_gaps(h->result);
    size_t accepted = h->result->num_gaps - open;

    aud_html_section(h, "not-judged", "Not judged");
    if (h->result->num_gaps + h->result->num_policy_errors == 0) {
        aud_html_raw(h, "<p>Nothing was left out: all that was found was judged.</p>\n");
    }
    if (open > 0) {
        aud_html_raw(h, "<h3>Open gaps</h3>\n<p>Nothing is known about what lies there; each of "
                        "these keeps the run from being complete.</p>\n");
        put_gaps(h, false, open, AUD_LIT("Open gaps"));
    }
    if (accepted > 0) {
        aud_html_raw(h, "<h3>Accepted gaps</h3>\n<p>Opaque by their nature, and accepted in the "
                        "configuration with a reason.</p>\n");
        put_gaps(h, true, accepted, AUD_LIT("Accepted gaps"));
    }
    put_policy_errors(h);
    aud_html_section_end(h);
}
