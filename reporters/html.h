/* reporters/html.h - what the parts of the HTML report share: a writer that escapes, and the page.
 *
 * One file, no script, no request: the page is read by auditors years later, from archives, and
 * through web servers that forbid styles too, so words, order and real tables carry everything.
 */
#ifndef AUD_REPORTERS_HTML_H
#define AUD_REPORTERS_HTML_H

#include "reporters/common.h"

/* Rows of a table, or findings of a policy, that stand in one block; see aud_html_block. */
enum { AUD_HTML_BLOCK_ROWS = 1000, AUD_HTML_ROWS_MAX = 5000 };

typedef struct aud_html {
    aud_out *out;
    const aud_result *result;
    aud_severity least; /* findings below it are counted, not shown */
    bool all_subjects;  /* population=all */
    aud_arena scratch;  /* facts of the subject at hand */
    aud_buf place;      /* the place being put together */
    aud_status failed;  /* the first failure; the report is worthless then */
    aud_error *err;
    uint32_t *order;     /* findings by policy, the worst first */
    size_t *first;       /* num_policies + 1: where a policy's findings begin in `order` */
    uint32_t *policies;  /* policies with findings, the worst first */
    size_t num_policies; /* of them */
    uint32_t *verdicts;  /* AUD_NUM_VERDICTS counts a subject */
    size_t pairs[AUD_NUM_VERDICTS]; /* counted from the verdicts themselves */
} aud_html;

/* html_text.c: text and small parts ------------------------------------------------------------ */

/* Markup of the program's own. Here, so that the compiler counts the characters of literals. */
static inline void aud_html_raw(aud_html *h, const char *markup)
{
    aud_out_str(h->out, (aud_str){markup, strlen(markup)});
}
/*
 * Text of an input: markup characters become references; controls, bidirectional and invisible
 * characters and invalid UTF-8 become visible escapes; what is longer than AUD_REPORT_TEXT_MAX is
 * cut, and says so.
 */
void aud_html_text(aud_html *h, aud_str text);
/* The same, kept apart from the direction of the text around it. */
void aud_html_name(aud_html *h, aud_str text);
/* Text of a policy or a configuration, in which line ends mean nothing. */
void aud_html_prose(aud_html *h, aud_str text);
void aud_html_code(aud_html *h, aud_str text);
/* "50,000" */
void aud_html_num(aud_html *h, size_t number);
/* "1 finding", "50,000 findings" */
void aud_html_count(aud_html *h, size_t number, const char *noun);
/* "2026-01-01 00:00:00 UTC" in a time element. */
void aud_html_instant(aud_html *h, int64_t instant);
/* "2026-01-01T00:00:00Z", as the command line takes it. */
void aud_html_at(aud_html *h, int64_t instant);
/* "2026-01-01": the column's head says that it is UTC. */
void aud_html_day(aud_html *h, int64_t instant);
/* Where it was seen; the words of aud_report_place. */
void aud_html_place(aud_html *h, const aud_sighting *where);
/* A severity or a verdict: a shape and a word. */
void aud_html_severity(aud_html *h, aud_severity severity);
void aud_html_verdict(aud_html *h, aud_verdict verdict);
const char *aud_html_verdict_word(aud_verdict verdict);
/* Name of what a subject is: "Certificate", "TLS configuration"; its plural. */
const char *aud_html_kind(aud_kind kind);
const char *aud_html_kinds(aud_kind kind);
/* The policy's id, linked to its row. */
void aud_html_policy(aud_html *h, size_t policy);
/* The value of the id attribute of the policy's row; behind "f-" that of its findings. */
void aud_html_policy_anchor(aud_html *h, size_t policy);
/* What the policy cites, linked where it gives an address of the web. */
void aud_html_citation(aud_html *h, const aud_policy_info *policy);
/* Owners of a subject, each name once. */
void aud_html_owners(aud_html *h, const aud_subject_info *subject);
/* The beginning of the digest that identifies the subject, or nothing if no digest does. */
aud_str aud_html_short_id(const aud_subject_info *subject);
/* Whether the population lists it. */
bool aud_html_lists(const aud_html *h, size_t subject);
/* Remembers the first failure. */
void aud_html_fail(aud_html *h, aud_status status);

/* html_table.c: sections and tables ------------------------------------------------------------ */

void aud_html_section(aud_html *h, const char *id, const char *title);
void aud_html_section_end(aud_html *h);

typedef struct aud_html_column {
    const char *title;
    const char *style; /* class of the head: "n" numbers; "wide", "mid", "date", "short"; or NULL */
} aud_html_column;

/* What a table or a block of one holds: "Certificates", or "Certificates 1 to 1,000 of 50,000". */
typedef struct aud_html_caption {
    aud_str what;
    size_t begin, end, of; /* rows [begin, end); `of` 0 is a table of no long list */
} aud_html_caption;

/* Opens a region that scrolls by itself, a table with its caption, its head and its body. */
void aud_html_table(aud_html *h, const char *style, const aud_html_caption *caption,
                    const aud_html_column *columns, size_t num_columns);
void aud_html_table_end(aud_html *h);
/* A cell with a number; zero is made quiet. */
void aud_html_num_cell(aud_html *h, size_t number, const char *style);

/*
 * Long lists come in blocks that open on demand: nothing is left out, and the page still opens.
 * Gives how many rows a block of a list of `num` has; all of them where it needs no blocks.
 */
size_t aud_html_block_rows(size_t num);
/* Does nothing for a caption that covers the whole list. */
void aud_html_block(aud_html *h, const aud_html_caption *caption, bool open);
void aud_html_block_end(aud_html *h, const aud_html_caption *caption);

/* What an exit code is called, and how it looks. */
typedef struct aud_html_exit_words {
    const char *title, *style, *shape;
} aud_html_exit_words;
const aud_html_exit_words *aud_html_exit(aud_exit code);

/* The parts of the page, in their order -------------------------------------------------------- */

AUD_NODISCARD aud_status aud_html_head(aud_html *h);
void aud_html_foot(aud_html *h);
void aud_html_outcome(aud_html *h);
/* html_period.c; nothing where the result is of an instant alone. */
void aud_html_period(aud_html *h);
void aud_html_coverage(aud_html *h);
AUD_NODISCARD aud_status aud_html_controls(aud_html *h);
void aud_html_policies(aud_html *h);
void aud_html_findings(aud_html *h);
void aud_html_waivers(aud_html *h);
void aud_html_gaps(aud_html *h);
void aud_html_population(aud_html *h);
void aud_html_inputs(aud_html *h);
void aud_html_method(aud_html *h);
void aud_html_notices(aud_html *h);

/* The style sheet in pieces, and its end. */
extern const char *const aud_html_style[];

#endif
