/* reporters/markdown.c - a comment on a merge request, or GitHub's step summary.
 *
 * Every text of an input stands in a code span: there no mention, link, command, image or markup
 * is obeyed by any forge. What exceeds the size that a forge takes is counted.
 */
#include "engine/base/instant.h"
#include "reporters/finding_text.h"

extern const aud_reporter aud_reporter_markdown;

enum {
    TEXT_MAX = 1 << 20,
    SIZE_DEFAULT = 1000000, /* GitHub refuses a step summary of more than 1 MiB */
    ROOM_FOR_REST = 4096,
};

typedef struct markdown {
    const aud_result *result;
    aud_out *out;
    aud_buf text, span;
    uint64_t max;
    aud_error *err;
} markdown;

/* "`text`", which cannot be left: a backtick or a bar inside is written as an escape. */
static aud_status add_span(markdown *m, aud_str text, size_t max)
{
    char scratch[AUD_NEUTRAL_PIECE];
    const aud_str part = aud_neutral_cut(text, max);
    size_t at = 0;

    if (text.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(aud_buf_add(&m->text, AUD_LIT("`"), m->err));
    for (aud_str piece; (piece = aud_neutral_next(part, &at, scratch)).len > 0;) {
        for (size_t i = 0; i < piece.len; i++) {
            const char c = piece.ptr[i];
            const aud_str one = c == '`'   ? AUD_LIT("\\u{60}")
                                : c == '|' ? AUD_LIT("\\u{7c}")
                                           : (aud_str){&piece.ptr[i], 1};
            AUD_TRY(aud_buf_add(&m->text, one, m->err));
        }
    }
    AUD_TRY(aud_buf_add(&m->text, part.len < text.len ? AUD_LIT("...") : AUD_LIT(""), m->err));
    return aud_buf_add(&m->text, AUD_LIT("`"), m->err);
}

static aud_status say(markdown *m, const char *words)
{
    return aud_buf_add(&m->text, aud_str_of(words), m->err);
}

/* False if the line does not fit any more; it is dropped then. */
static bool flush(markdown *m)
{
    const bool fits = aud_out_count(m->out) + m->text.len + ROOM_FOR_REST <= m->max;

    if (fits) {
        aud_out_str(m->out, aud_buf_str(&m->text));
    }
    m->text.len = 0;
    return fits;
}

static aud_status head(markdown *m)
{
    const aud_result *r = m->result;
    char at[AUD_INSTANT_TEXT];

    (void)aud_instant_format(r->at, at);
    AUD_TRY(aud_buf_printf(&m->text, m->err, "## certaudit: %s\n\n%s (exit %d), judged at %s.\n\n",
                           r->gate.exit_code == AUD_EXIT_CLEAN ? "clean" : "not clean",
                           aud_report_exit_meaning(r->gate.exit_code), (int)r->gate.exit_code, at));
    AUD_TRY(say(m, "| critical | high | medium | low | info | undecided | not judged | subjects |\n"
                   "|---|---|---|---|---|---|---|---|\n"));
    AUD_TRY(aud_buf_printf(&m->text, m->err, "| %zu | %zu | %zu | %zu | %zu | %zu | %zu | %zu |\n",
                           r->severities[AUD_SEV_CRITICAL], r->severities[AUD_SEV_HIGH],
                           r->severities[AUD_SEV_MEDIUM], r->severities[AUD_SEV_LOW],
                           r->severities[AUD_SEV_INFO], r->totals[AUD_V_UNDECIDED],
                           aud_report_open_gaps(r), r->num_subjects > 0 ? r->num_subjects - 1 : 0));
    (void)flush(m);
    return AUD_OK;
}

static aud_status row(markdown *m, const aud_finding *f)
{
    const aud_policy_info *policy = &m->result->policies[f->policy];

    AUD_TRY(say(m, f->verdict == AUD_V_UNDECIDED ? "| undecided, " : "| "));
    AUD_TRY(say(m, aud_severity_name(f->severity)));
    AUD_TRY(say(m, f->gates ? " | " : " (does not gate) | "));
    AUD_TRY(add_span(m, policy->id, 200));
    AUD_TRY(say(m, " | "));
    m->span.len = 0;
    AUD_TRY(aud_report_place(m->result, &f->location, &m->span, m->err));
    AUD_TRY(add_span(m, aud_buf_str(&m->span), 500));
    AUD_TRY(say(m, " | "));
    m->span.len = 0;
    AUD_TRY(aud_report_finding_text(m->result, f, &m->span, m->err));
    AUD_TRY(add_span(m, aud_buf_str(&m->span), AUD_REPORT_TEXT_MAX));
    return say(m, " |\n");
}

static aud_status findings(markdown *m, const aud_report_env *env)
{
    size_t left_out = 0;
    bool begun = false, full = false;

    for (size_t i = 0; i < m->result->num_findings; i++) {
        const aud_finding *f = &m->result->findings[i];

        if (!aud_report_is_open(env, f)) {
            continue;
        }
        if (!begun) {
            AUD_TRY(say(m, "\n| severity | policy | where | finding |\n|---|---|---|---|\n"));
            begun = true;
        }
        if (!full) {
            AUD_TRY(row(m, f));
            full = !flush(m);
        }
        left_out += full ? 1 : 0;
    }
    if (left_out > 0) {
        aud_out_printf(m->out, "\n%zu more findings do not fit; the other reports have them.\n",
                       left_out);
    }
    return AUD_OK;
}

static aud_status gaps(markdown *m)
{
    size_t left_out = 0;
    bool begun = false;

    for (size_t i = 0; i < m->result->num_gaps; i++) {
        const aud_gap *gap = &m->result->gaps[i];

        if (gap->accepted.len > 0) {
            continue;
        }
        AUD_TRY(say(m, begun ? "" : "\n### Not judged\n\n"));
        begun = true;
        AUD_TRY(aud_buf_printf(&m->text, m->err, "- %s: ", aud_gap_name(gap->kind)));
        m->span.len = 0;
        AUD_TRY(aud_report_place(m->result, &gap->where, &m->span, m->err));
        AUD_TRY(add_span(m, aud_buf_str(&m->span), 500));
        AUD_TRY(say(m, " "));
        AUD_TRY(add_span(m, gap->reason, AUD_REPORT_TEXT_MAX));
        AUD_TRY(say(m, "\n"));
        left_out += flush(m) ? 0 : 1;
    }
    if (left_out > 0) {
        aud_out_printf(m->out, "- and %zu more\n", left_out);
    }
    return AUD_OK;
}

static aud_status notices(markdown *m)
{
    for (size_t i = 0; i < m->result->num_notices; i++) {
        AUD_TRY(say(m, i == 0 ? "\n### Notes\n\n- " : "- "));
        AUD_TRY(add_span(m, m->result->notices[i], AUD_REPORT_TEXT_MAX));
        AUD_TRY(say(m, "\n"));
        (void)flush(m);
    }
    for (size_t i = 0; i < m->result->num_policy_errors; i++) {
        const aud_policy_error *e = &m->result->policy_errors[i];

        AUD_TRY(say(m, i == 0 ? "\n### Policy errors\n\n- " : "- "));
        AUD_TRY(add_span(m, e->path, 500));
        AUD_TRY(aud_buf_printf(&m->text, m->err, " line %u: ", e->line));
        AUD_TRY(add_span(m, e->message, AUD_REPORT_TEXT_MAX));
        AUD_TRY(say(m, "\n"));
        (void)flush(m);
    }
    return AUD_OK;
}

static void markdown_clear(markdown *m)
{
    aud_buf_clear(&m->text);
    aud_buf_clear(&m->span);
}

static aud_status write_markdown(const aud_result *result, const aud_report_env *env, aud_out *out,
                                 aud_error *err)
{
    AUD_CLEANUP(markdown_clear)
    markdown m = {.result = result,
                  .out = out,
                  .text = {.max = TEXT_MAX},
                  .span = {.max = TEXT_MAX},
                  .err = err};

    AUD_TRY(aud_report_number(&aud_reporter_markdown, env, "max_bytes", SIZE_DEFAULT, &m.max, err));
    AUD_TRY(head(&m));
    AUD_TRY(notices(&m));
    AUD_TRY(findings(&m, env));
    return gaps(&m);
}

static const char *const markdown_options[] = {"max_bytes=", NULL};

const aud_reporter aud_reporter_markdown = {
    .name = "markdown",
    .title = "Markdown, for a comment or a step summary",
    .extension = "md",
    .options = markdown_options,
    .write = write_markdown,
};
