/* reporters/html_page.c - the page around the report: head, style, title, contents, end. */
#include "engine/base/instant.h"
#include "engine/model/period_info.h"
#include "engine/pki/cert.h"
#include "reporters/html.h"

enum { SOURCES_SHOWN = 8, SHORT_REV = 12, STYLE_MAX = 1 << 16, SHA256_BASE64 = 44 };

/* Base64 of a SHA-256, as a content security policy names what may run or style. */
static void digest_base64(const unsigned char sum[32], char out[SHA256_BASE64 + 1])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at = 0;

    for (size_t i = 0; i < 33; i += 3) {
        unsigned last = i + 2 < 32 ? sum[i + 2] : 0;
        unsigned group = (unsigned)sum[i] << 16 | (unsigned)sum[i + 1] << 8 | last;

        out[at++] = digits[group >> 18 & 63];
        out[at++] = digits[group >> 12 & 63];
        out[at++] = digits[group >> 6 & 63];
        out[at++] = digits[group & 63];
    }
    out[SHA256_BASE64 - 1] = '='; /* 32 bytes are two digits and a half short of 33 */
    out[SHA256_BASE64] = '\0';
}

/* The one style sheet, allowed by its digest: nothing else in the page can style, run or load. */
static aud_status write_style(aud_html *h, const aud_buf *style)
{
    unsigned char sum[32];
    char base64[SHA256_BASE64 + 1];

    AUD_TRY(aud_sha256(aud_buf_str(style), sum, h->err));
    digest_base64(sum, base64);
    aud_out_printf(h->out,
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
                   "<style>",
                   base64);
    aud_out_str(h->out, aud_buf_str(style));
    aud_html_raw(h, "</style>\n");
    return AUD_OK;
}

static aud_status put_style(aud_html *h)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf style = {0};

    aud_buf_init(&style, STYLE_MAX);
    for (const char *const *piece = aud_html_style; *piece != NULL; piece++) {
        AUD_TRY(aud_buf_add(&style, aud_str_of(*piece), h->err));
    }
    return write_style(h, &style);
}

static void put_sources(aud_html *h)
{
    const aud_result *result = h->result;
    size_t shown = result->num_sources < SOURCES_SHOWN ? result->num_sources : SOURCES_SHOWN;

    if (result->num_sources == 0) {
        aud_html_raw(h, "none");
    }
    for (size_t i = 0; i < shown; i++) {
        const aud_source_info *source = &result->sources[i];

        aud_html_raw(h, i > 0 ? "<br>" : "");
        aud_html_name(h, source->name);
        if (source->rev.len > 0) {
            aud_html_raw(h, " at <code>");
            aud_html_text(h, aud_str_sub(source->rev, 0, SHORT_REV));
            aud_html_raw(h, "</code>");
        }
        if (source->ref.len > 0) {
            aud_html_raw(h, " (");
            aud_html_name(h, source->ref);
            aud_html_raw(h, ")");
        }
    }
    if (shown < result->num_sources) {
        aud_html_raw(h, "<br><a href=\"#inputs\">and ");
        aud_html_num(h, result->num_sources - shown);
        aud_html_raw(h, " more</a>");
    }
}

static void put_title(aud_html *h)
{
    const aud_result *result = h->result;

    aud_html_raw(h, "<header>\n<p class=\"kicker\">Policy and compliance audit</p>\n"
                    "<h1>TLS certificates and settings</h1>\n<dl class=\"about\">\n"
                    "<div><dt>Judged as of</dt><dd>");
    aud_html_instant(h, result->at);
    aud_html_raw(h, "</dd></div>\n<div><dt>Sources</dt><dd>");
    put_sources(h);
    aud_html_raw(h, "</dd></div>\n<div><dt>Population</dt><dd>");
    aud_html_count(h, result->num_subjects, "subject");
    aud_html_raw(h, ", ");
    aud_html_num(h, result->num_policies);
    aud_html_raw(h, result->num_policies == 1 ? " policy" : " policies");
    aud_html_raw(h, "</dd></div>\n<div><dt>Program</dt><dd>certaudit ");
    aud_html_text(h, result->tool_version);
    aud_html_raw(h, "</dd></div>\n</dl>\n</header>\n");
}

static void put_contents(aud_html *h)
{
    const aud_result *result = h->result;
    const struct {
        const char *id, *title;
        size_t num;
        bool counted;
    } entries[] = {
        {"outcome", "Outcome", 0, false},
        {"period", "The period", result->period == NULL ? 0 : result->period->num_stretches, true},
        {"coverage", "Coverage", 0, false},
        {"controls", "Controls", 0, false},
        {"policies", "Policies", result->num_policies, true},
        {"findings", "Findings", result->num_findings, true},
        {"not-judged", "Not judged", result->num_gaps + result->num_policy_errors, true},
        {"population", "Population", result->num_subjects, true},
        {"inputs", "Inputs", result->num_sources, true},
        {"method", "Method", 0, false},
        {"notices", "Notices", result->num_notices, true},
    };

    aud_html_raw(h, "<nav aria-label=\"Contents\">\n<ul>\n");
    for (size_t i = 0; i < AUD_COUNT(entries); i++) {
        if (result->period == NULL && strcmp(entries[i].id, "period") == 0) {
            continue;
        }
        aud_out_printf(h->out, "<li><a href=\"#%s\">%s", entries[i].id, entries[i].title);
        if (entries[i].counted) {
            aud_html_raw(h, " <span class=\"tally\">");
            aud_html_num(h, entries[i].num);
            aud_html_raw(h, "</span>");
        }
        aud_html_raw(h, "</a></li>\n");
    }
    aud_html_raw(h, "</ul>\n</nav>\n");
}

aud_status aud_html_head(aud_html *h)
{
    char day[AUD_INSTANT_TEXT];
    aud_str at = {day, aud_instant_format(h->result->at, day)};

    aud_html_raw(h, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    AUD_TRY(put_style(h));
    aud_html_raw(h, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n"
                    "<meta name=\"referrer\" content=\"no-referrer\">\n"
                    "<meta name=\"robots\" content=\"noindex\">\n"
                    "<link rel=\"icon\" href=\"data:,\">\n<title>Certificate audit ");
    aud_html_text(h, aud_str_sub(at, 0, aud_str_find(at, AUD_LIT("T"), 0)));
    aud_html_raw(h, ": ");
    aud_html_raw(h, aud_html_exit(h->result->gate.exit_code)->title);
    aud_html_raw(h, "</title>\n</head>\n<body>\n"
                    "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
    put_title(h);
    aud_html_raw(h, "<div class=\"page\">\n");
    put_contents(h);
    aud_html_raw(h, "<main id=\"main\">\n");
    return AUD_OK;
}

void aud_html_foot(aud_html *h)
{
    aud_html_raw(h, "</main>\n</div>\n<footer>\n<p>certaudit ");
    aud_html_text(h, h->result->tool_version);
    aud_html_raw(h, ", judged as of ");
    aud_html_instant(h, h->result->at);
    aud_html_raw(h, ". The same inputs, policies and instant give this file again, byte for "
                    "byte.</p>\n</footer>\n</body>\n</html>\n");
}
