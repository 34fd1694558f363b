/* reporters/html_findings.c - the findings, by policy, the worst first. */
#include "engine/base/text.h"
#include "reporters/html.h"

/* The first findings of a policy with very many stand open, so that the next policy is not far. */
enum { SHOWN_ALL = 100, SHOWN_FIRST = 50, ITEMS_SHOWN = 20, FINGERPRINT_BYTES = 8 };

static void put_items(aud_html *h, const aud_item *items, size_t num)
{
    aud_html_raw(h, "<ul class=\"items\">\n");
    for (size_t i = 0; i < num; i++) {
        aud_html_raw(h, "<li>");
        aud_html_code(h, items[i].item);
        if (items[i].got.len > 0) {
            aud_html_raw(h, " is <b>");
            aud_html_name(h, items[i].got);
            aud_html_raw(h, "</b>");
        }
        if (items[i].want.len > 0) {
            aud_html_raw(h, ", wanted: <b>");
            aud_html_name(h, items[i].want);
            aud_html_raw(h, "</b>");
        }
        aud_html_raw(h, "</li>\n");
    }
    aud_html_raw(h, "</ul>\n");
}

static void put_all_items(aud_html *h, const aud_finding *finding)
{
    size_t shown = finding->num_items < ITEMS_SHOWN ? finding->num_items : ITEMS_SHOWN;

    if (shown > 0) {
        put_items(h, finding->items, shown);
    }
    if (shown < finding->num_items) {
        aud_html_raw(h, "<details><summary>");
        aud_html_num(h, finding->num_items - shown);
        aud_html_raw(h, " more items</summary>\n");
        put_items(h, finding->items + shown, finding->num_items - shown);
        aud_html_raw(h, "</details>\n");
    }
}

static void put_subject(aud_html *h, size_t index)
{
    const aud_subject_info *subject = &h->result->subjects[index];
    aud_str id = aud_html_short_id(subject);

    aud_html_raw(h, aud_html_lists(h, index) ? "<a href=\"#s" : "<strong>");
    if (aud_html_lists(h, index)) {
        aud_out_int(h->out, (int64_t)index + 1);
        aud_html_raw(h, "\">");
    }
    aud_html_name(h, subject->label.len > 0 ? subject->label : subject->id);
    aud_html_raw(h, aud_html_lists(h, index) ? "</a>" : "</strong>");
    aud_html_raw(h, " <span class=\"dim\">");
    aud_html_raw(h, aud_html_kind(subject->kind));
    if (id.len > 0) {
        aud_html_raw(h, " <code>");
        aud_html_text(h, id);
        aud_html_raw(h, "</code>");
    }
    aud_html_raw(h, "</span>");
}

static void put_detail(aud_html *h, const char *term)
{
    aud_html_raw(h, "<div><dt>");
    aud_html_raw(h, term);
    aud_html_raw(h, "</dt><dd>");
}

static void put_details(aud_html *h, const aud_finding *finding)
{
    const aud_subject_info *subject = &h->result->subjects[finding->subject];
    char hex[2 * FINGERPRINT_BYTES];

    aud_html_raw(h, "<dl>");
    if (subject->num_sightings > 0) {
        put_detail(h, "Place");
        aud_html_place(h, &finding->location);
        if (subject->num_sightings > 1) {
            aud_html_raw(h, " (and ");
            aud_html_num(h, subject->num_sightings - 1);
            aud_html_raw(h, " more)");
        }
        aud_html_raw(h, "</dd></div>");
    }
    put_detail(h, "Owner");
    aud_html_owners(h, subject);
    aud_html_raw(h, "</dd></div>");
    if (finding->verdict == AUD_V_WAIVED) {
        put_detail(h, "Waived because");
        aud_html_name(h, finding->waiver);
        aud_html_raw(h, "</dd></div>");
    }
    put_detail(h, "Fingerprint");
    aud_hex_encode((aud_str){(const char *)finding->identity, FINGERPRINT_BYTES}, hex);
    aud_html_raw(h, "<code>");
    aud_out_str(h->out, (aud_str){hex, sizeof hex});
    aud_html_raw(h, "</code></dd></div></dl>\n");
}

static void put_finding(aud_html *h, const aud_finding *finding)
{
    aud_html_raw(h, "<li><p class=\"who\">");
    if (finding->verdict != AUD_V_FAIL) {
        aud_html_verdict(h, finding->verdict);
        aud_out_char(h->out, ' ');
    }
    aud_html_severity(h, finding->severity);
    aud_out_char(h->out, ' ');
    put_subject(h, finding->subject);
    if (finding->verdict != AUD_V_WAIVED) {
        aud_html_raw(h, finding->gates ? " <span class=\"gates\">gates</span>"
                                       : " <span class=\"dim\">&#183; does not gate</span>");
    }
    aud_html_raw(h, "</p>\n");
    if (finding->message.len > 0) {
        aud_html_raw(h, "<p>");
        aud_html_name(h, finding->message);
        aud_html_raw(h, "</p>\n");
    }
    put_all_items(h, finding);
    put_details(h, finding);
    aud_html_raw(h, "</li>\n");
}

/* The policy's findings that are shown, moved to the front of its range. */
static size_t keep_shown(aud_html *h, size_t policy)
{
    uint32_t *order = h->order + h->first[policy];
    size_t num = h->first[policy + 1] - h->first[policy];
    size_t kept = 0;

    for (size_t i = 0; i < num; i++) {
        if (h->result->findings[order[i]].severity >= h->least) {
            order[kept++] = order[i];
        }
    }
    return kept;
}

static void put_list(aud_html *h, size_t policy, size_t num)
{
    const uint32_t *order = h->order + h->first[policy];

    for (size_t begin = 0, len; begin < num; begin += len) {
        size_t most = num <= SHOWN_ALL ? num : begin == 0 ? SHOWN_FIRST : AUD_HTML_BLOCK_ROWS;

        len = num - begin < most ? num - begin : most;
        const aud_html_caption caption = {
            .what = AUD_LIT("Findings"), .begin = begin, .end = begin + len, .of = num};

        if (begin > 0) {
            aud_html_block(h, &caption, false);
        }
        aud_html_raw(h, "<ul class=\"findings\">\n");
        for (size_t i = begin; i < begin + len; i++) {
            put_finding(h, &h->result->findings[order[i]]);
        }
        aud_html_raw(h, "</ul>\n");
        if (begin > 0) {
            aud_html_block_end(h, &caption);
        }
    }
}

static void put_group_head(aud_html *h, size_t index, size_t num)
{
    const aud_policy_info *policy = &h->result->policies[index];
    const uint32_t *order = h->order + h->first[index];
    size_t counts[AUD_NUM_VERDICTS] = {0};
    static const aud_verdict shown[] = {AUD_V_FAIL, AUD_V_UNDECIDED, AUD_V_WAIVED};

    for (size_t i = 0; i < num; i++) {
        counts[h->result->findings[order[i]].verdict]++;
    }
    aud_html_raw(h, "<h3>");
    aud_html_prose(h, policy->title);
    aud_html_raw(h, "</h3>\n<p class=\"dim\">");
    aud_html_policy(h, index);
    for (size_t i = 0; i < AUD_COUNT(shown); i++) {
        if (counts[shown[i]] > 0) {
            aud_html_raw(h, " &#183; ");
            aud_html_num(h, counts[shown[i]]);
            aud_out_char(h->out, ' ');
            aud_html_raw(h, aud_html_verdict_word(shown[i]));
        }
    }
    aud_html_raw(h, " &#183; ");
    aud_html_citation(h, policy);
    aud_html_raw(h, "</p>\n");
    if (policy->description.len > 0) {
        aud_html_raw(h, "<p>");
        aud_html_prose(h, policy->description);
        aud_html_raw(h, "</p>\n");
    }
    if (policy->remediation.len > 0) {
        aud_html_raw(h, "<p class=\"fix\"><b>How to fix.</b> ");
        aud_html_prose(h, policy->remediation);
        aud_html_raw(h, "</p>\n");
    }
}

void aud_html_findings(aud_html *h)
{
    size_t shown = 0;

    aud_html_section(h, "findings", "Findings");
    aud_html_raw(h, h->result->num_findings == 0 ? "<p>No finding.</p>\n" : "");
    for (size_t i = 0; i < h->num_policies; i++) {
        size_t num = keep_shown(h, h->policies[i]);

        if (num == 0) {
            continue;
        }
        aud_html_raw(h, "<div class=\"group\" id=\"f-");
        aud_html_policy_anchor(h, h->policies[i]);
        aud_html_raw(h, "\">\n");
        put_group_head(h, h->policies[i], num);
        put_list(h, h->policies[i], num);
        aud_html_raw(h, "</div>\n");
        shown += num;
    }
    if (shown < h->result->num_findings) {
        aud_html_raw(h, "<p><strong>");
        aud_html_count(h, h->result->num_findings - shown, "finding");
        aud_html_raw(h, " below ");
        aud_html_severity(h, h->least);
        aud_html_raw(h, "</strong> not shown, as asked for; all are counted in the sums.</p>\n");
    }
    aud_html_section_end(h);
}
