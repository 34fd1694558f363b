/* reporters/codequality.c - GitLab Code Quality: the widget of a merge request and its diff. */
#include "engine/pki/cert.h"
#include "engine/tree/json.h"
#include "reporters/finding_text.h"
#include "reporters/json_parts.h"

extern const aud_reporter aud_reporter_codequality;

enum { TEXT_MAX = 1 << 20 };

static const char *severity_of(aud_severity severity)
{
    switch (severity) {
    case AUD_SEV_CRITICAL:
        return "blocker";
    case AUD_SEV_HIGH:
        return "critical";
    case AUD_SEV_MEDIUM:
        return "major";
    case AUD_SEV_LOW:
        return "minor";
    case AUD_SEV_INFO:
    case AUD_NUM_SEVERITIES:
        break;
    }
    return "info";
}

/* GitLab takes no entry without a file: the configuration's usual place stands for "nowhere". */
static void put_location(aud_json_writer *w, aud_report_spot spot)
{
    aud_json_key(w, "location");
    aud_json_begin_object(w);
    aud_report_json_put(w, "path", spot.path.len > 0 ? spot.path : AUD_LIT("certaudit.yaml"));
    aud_json_key(w, "lines");
    aud_json_begin_object(w);
    aud_json_put_int(w, "begin", spot.line > 0 ? spot.line : 1);
    aud_json_end_object(w);
    aud_json_end_object(w);
}

static aud_status put_finding(aud_json_writer *w, const aud_result *result, const aud_finding *f,
                              aud_buf *text, aud_error *err)
{
    text->len = 0;
    AUD_TRY(aud_report_finding_text(result, f, text, err));
    aud_report_json_line(w);
    aud_json_begin_object(w);
    aud_json_put_str(w, "description", aud_buf_str(text));
    aud_report_json_put(w, "check_name", result->policies[f->policy].id);
    aud_report_json_digest(w, "fingerprint", f->identity);
    aud_json_put_text(w, "severity", severity_of(f->severity));
    put_location(w, aud_report_spot_of(result, &f->location));
    aud_json_end_object(w);
    return AUD_OK;
}

/* What could not be read is no pass: it stands among the findings. */
static aud_status put_gap(aud_json_writer *w, const aud_result *result, const aud_gap *gap,
                          aud_buf *text, aud_error *err)
{
    uint8_t digest[32];

    text->len = 0;
    AUD_TRY(aud_buf_printf(text, err, "not judged %d %.*s %.*s %u %u", (int)gap->kind,
                           AUD_ARG(gap->where.source), AUD_ARG(gap->where.path), gap->where.line,
                           gap->where.member));
    AUD_TRY(aud_sha256(aud_buf_str(text), digest, err));
    text->len = 0;
    AUD_TRY(aud_buf_printf(text, err, "not judged: %s: ", aud_gap_name(gap->kind)));
    AUD_TRY(aud_neutral_add(text, aud_neutral_cut(gap->reason, AUD_REPORT_TEXT_MAX), err));
    aud_report_json_line(w);
    aud_json_begin_object(w);
    aud_json_put_str(w, "description", aud_buf_str(text));
    aud_json_put_text(w, "check_name", "not_judged");
    aud_report_json_digest(w, "fingerprint", digest);
    aud_json_put_text(w, "severity", "critical");
    put_location(w, aud_report_spot_of(result, &gap->where));
    aud_json_end_object(w);
    return AUD_OK;
}

static aud_status write_codequality(const aud_result *result, const aud_report_env *env,
                                    aud_out *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = TEXT_MAX};
    aud_json_writer w;

    aud_json_writer_init(&w, out, 0);
    aud_json_begin_array(&w);
    for (size_t i = 0; i < result->num_findings; i++) {
        if (aud_report_is_open(env, &result->findings[i])) {
            AUD_TRY(put_finding(&w, result, &result->findings[i], &text, err));
        }
    }
    for (size_t i = 0; i < result->num_gaps; i++) {
        if (result->gaps[i].accepted.len == 0) {
            AUD_TRY(put_gap(&w, result, &result->gaps[i], &text, err));
        }
    }
    aud_json_end_array(&w);
    aud_out_char(out, '\n');
    return AUD_OK;
}

const aud_reporter aud_reporter_codequality = {
    .name = "codequality",
    .title = "GitLab Code Quality",
    .extension = "json",
    .write = write_codequality,
};
