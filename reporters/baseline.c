/* reporters/baseline.c - what fails now, one line each, for --baseline; see
 * engine/audit/known.h for the format. */
#include "reporters/common.h"

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "reporters/neutral.h"

#include <stdlib.h>

extern const aud_reporter aud_reporter_baseline;

enum { LABEL_MAX = 200 };

/* What `qsort` compares by; it takes no context, so each entry carries its own. */
typedef struct line {
    const aud_finding *finding;
    aud_str policy;
} line;

static int order_lines(const void *left, const void *right)
{
    const line *a = left, *b = right;
    const int order = aud_str_cmp(a->policy, b->policy);

    return order != 0 ? order : memcmp(a->finding->pair, b->finding->pair, sizeof a->finding->pair);
}

static void put_digest(aud_out *out, const uint8_t digest[32])
{
    char hex[64];

    aud_hex_encode((aud_str){(const char *)digest, 32}, hex);
    aud_out_str(out, (aud_str){hex, sizeof hex});
    aud_out_char(out, ' ');
}

/* An item may be text of an input: only what is sure to be one word stands as it is. */
static void put_item(aud_out *out, aud_str item)
{
    for (size_t i = 0; i < item.len; i++) {
        const unsigned char c = (unsigned char)item.ptr[i];

        if (c > ' ' && c < 0x7f && c != '%' && c != ',' && c != '#' && c != ':' && c != '[' &&
            !(c == '-' && item.len == 1)) {
            aud_out_char(out, (char)c);
        } else {
            aud_out_printf(out, "%%%02x", c);
        }
    }
}

static void put_line(aud_out *out, const aud_result *result, const line *l)
{
    const aud_finding *f = l->finding;

    aud_out_printf(out, "%s ", aud_severity_name(f->severity));
    aud_neutral_put(out, l->policy);
    aud_out_char(out, ' ');
    put_digest(out, f->pair);
    put_digest(out, f->slot);
    for (size_t i = 0; i < f->num_items; i++) {
        aud_out_text(out, i == 0 ? "" : ",");
        put_item(out, f->items[i].item);
    }
    aud_out_text(out, f->num_items == 0 ? "- # " : " # ");
    aud_neutral_put(out, aud_neutral_cut(result->subjects[f->subject].label, LABEL_MAX));
    aud_out_char(out, '\n');
}

static aud_status write_baseline(const aud_result *result, const aud_report_env *env, aud_out *out,
                                 aud_error *err)
{
    line *lines = aud_alloc_zero(result->num_findings + 1, sizeof *lines);
    size_t num = 0;

    AUD_UNUSED(env); /* --min-severity is for what is shown */
    if (lines == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < result->num_findings; i++) {
        const aud_finding *f = &result->findings[i];

        if (f->verdict == AUD_V_FAIL) { /* what is waived lapses; what is undecided is not known */
            lines[num++] = (line){f, result->policies[f->policy].id};
        }
    }
    qsort(lines, num, sizeof *lines, order_lines);
    aud_out_text(out, "certaudit baseline 1\n");
    for (size_t i = 0; i < num; i++) {
        put_line(out, result, &lines[i]);
    }
    aud_free(lines);
    return AUD_OK;
}

const aud_reporter aud_reporter_baseline = {
    .name = "baseline",
    .title = "what fails now, for --baseline",
    .extension = "baseline",
    .write = write_baseline,
};
