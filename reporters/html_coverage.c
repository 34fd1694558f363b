/* reporters/html_coverage.c - the two sums: every file and every pair is accounted for. */
#include <stdio.h>

#include "reporters/html.h"

static void put_share(aud_html *h, const char *sign, size_t number, const char *words)
{
    aud_html_raw(h, sign);
    aud_html_raw(h, "<span class=\"term\"><b>");
    aud_html_num(h, number);
    aud_html_raw(h, "</b> ");
    aud_html_raw(h, words);
    aud_html_raw(h, "</span>");
}

/* A sum that does not add up means that something was lost: the reader must be told. */
static void put_check(aud_html *h, bool adds_up)
{
    aud_html_raw(h, adds_up ? ". The sum adds up.</p>\n"
                            : ". <strong>The sum does not add up: do not rely on this "
                              "report.</strong></p>\n");
}

static void put_file_sum(aud_html *h)
{
    aud_report_files sum = aud_report_files_of(h->result);

    aud_html_raw(h, "<p class=\"sum\">");
    put_share(h, "", sum.files, sum.files == 1 ? "file" : "files");
    put_share(h, " = ", sum.gave, "gave subjects");
    put_share(h, " + ", sum.nothing, "held nothing relevant");
    put_share(h, " + ", sum.excluded, "excluded");
    put_share(h, " + ", sum.not_judged, "not judged");
    put_check(h, sum.files == sum.gave + sum.nothing + sum.excluded + sum.not_judged);
}

static void put_files(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Source", NULL},          {"Files", "n"},    {"Gave subjects", "n"},
        {"Nothing relevant", "n"}, {"Excluded", "n"}, {"Not judged", "n"},
    };
    const aud_html_caption caption = {.what = AUD_LIT("Files by source")};

    aud_html_raw(h, "<h3>Every file read</h3>\n");
    put_file_sum(h);
    if (h->result->num_sources == 0) {
        return;
    }
    aud_html_table(h, "narrow", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < h->result->num_sources; i++) {
        const aud_source_info *source = &h->result->sources[i];

        aud_html_raw(h, "<tr><th scope=\"row\">");
        aud_html_name(h, source->name);
        aud_html_raw(h, "</th>");
        aud_html_num_cell(h, source->files, NULL);
        aud_html_num_cell(h, source->gave, NULL);
        aud_html_num_cell(h, source->nothing, NULL);
        aud_html_num_cell(h, source->excluded, NULL);
        aud_html_num_cell(h, source->not_judged, "fail");
        aud_html_raw(h, "</tr>\n");
    }
    aud_html_table_end(h);
}

static void put_pairs(aud_html *h)
{
    size_t pairs = 0;
    bool adds_up = true;

    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        pairs += h->pairs[i];
        adds_up = adds_up && h->pairs[i] == h->result->totals[i];
    }
    aud_html_raw(h, "<h3>Every verdict given</h3>\n<p>A pair is one policy and one subject of a "
                    "kind that the policy is about; each has exactly one verdict.</p>\n"
                    "<p class=\"sum\">");
    put_share(h, "", pairs, pairs == 1 ? "pair" : "pairs");
    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        put_share(h, i == 0 ? " = " : " + ", h->result->totals[i],
                  aud_html_verdict_word((aud_verdict)i));
    }
    put_check(h, adds_up);
}

static void put_kinds(aud_html *h)
{
    const aud_result *result = h->result;
    size_t sum = 0;

    aud_html_raw(h, "<h3>Every subject found</h3>\n<p class=\"sum\">");
    put_share(h, "", result->num_subjects, result->num_subjects == 1 ? "subject" : "subjects");
    for (unsigned i = 0; i < AUD_NUM_KINDS; i++) {
        if (result->num_kind[i] > 0) {
            char words[64];

            (void)snprintf(words, sizeof words, "%s",
                           result->num_kind[i] == 1 ? aud_html_kind((aud_kind)i)
                                                    : aud_html_kinds((aud_kind)i));
            if (words[0] >= 'A' && words[0] <= 'Z' && !(words[1] >= 'A' && words[1] <= 'Z')) {
                words[0] = (char)(words[0] - 'A' + 'a');
            }
            put_share(h, sum == 0 ? " = " : " + ", result->num_kind[i], words);
            sum += result->num_kind[i];
        }
    }
    put_check(h, sum == result->num_subjects);
}

static void put_facts(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Source", NULL},
        {"Fact it does not tell", NULL},
        {"Policy that needs it", NULL},
        {"Subjects", "n"},
        {"Told by", NULL},
    };
    const aud_html_caption caption = {.what = AUD_LIT("Facts that a source does not tell")};

    if (h->result->num_coverage == 0) {
        return;
    }
    aud_html_raw(h, "<h3>Facts that a source does not tell</h3>\n");
    aud_html_table(h, "narrow", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < h->result->num_coverage; i++) {
        const aud_coverage *coverage = &h->result->coverage[i];

        aud_html_raw(h, "<tr><th scope=\"row\">");
        aud_html_name(h, coverage->source);
        if (coverage->by.len > 0) {
            aud_html_raw(h, ", by ");
            aud_html_text(h, coverage->by);
        }
        aud_html_raw(h, "</th><td>");
        aud_html_code(h, coverage->fact);
        aud_html_raw(h, "</td><td>");
        aud_html_code(h, coverage->policy);
        aud_html_raw(h, "</td>");
        aud_html_num_cell(h, coverage->subjects, NULL);
        aud_html_raw(h, "<td>");
        aud_html_text(h, coverage->told_by);
        aud_html_raw(h, "</td></tr>\n");
    }
    aud_html_table_end(h);
}

void aud_html_coverage(aud_html *h)
{
    aud_html_section(h, "coverage", "Coverage");
    put_files(h);
    put_kinds(h);
    put_pairs(h);
    put_facts(h);
    aud_html_section_end(h);
}
