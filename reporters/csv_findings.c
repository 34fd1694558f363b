/* reporters/csv_findings.c - one line a finding (RFC 4180), safe to open in a spreadsheet. */
#include "reporters/finding_text.h"

extern const aud_reporter aud_reporter_csv;

enum { TEXT_MAX = 1 << 20 };

/*
 * One field. A text that a spreadsheet would take for a formula gets an apostrophe in front, which
 * shows it as the text that it is.
 */
static aud_status put(aud_out *out, aud_str text, aud_buf *scratch, bool last, aud_error *err)
{
    scratch->len = 0;
    AUD_TRY(aud_neutral_add(scratch, text, err));
    const aud_str s = aud_str_trim(aud_buf_str(scratch));

    aud_out_char(out, '"');
    if (s.len > 0 && memchr("=+-@\t\r|%", s.ptr[0], 8) != NULL) {
        aud_out_char(out, '\'');
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') {
            aud_out_char(out, '"');
        }
        aud_out_char(out, s.ptr[i]);
    }
    aud_out_text(out, last ? "\"\r\n" : "\",");
    return AUD_OK;
}

static aud_status put_owners(aud_out *out, const aud_subject_info *subject, aud_buf *text,
                             aud_buf *scratch, aud_error *err)
{
    text->len = 0;
    for (size_t i = 0; i < subject->num_owners; i++) {
        AUD_TRY(aud_buf_printf(text, err, "%s%.*s", i == 0 ? "" : "; ",
                               AUD_ARG(subject->owners[i].name)));
    }
    return put(out, aud_buf_str(text), scratch, true, err);
}

static aud_status put_finding(aud_out *out, const aud_result *result, const aud_finding *f,
                              aud_buf *text, aud_buf *scratch, aud_error *err)
{
    const aud_subject_info *subject = &result->subjects[f->subject];

    AUD_TRY(put(out, aud_str_of(aud_verdict_name(f->verdict)), scratch, false, err));
    AUD_TRY(put(out, aud_str_of(aud_severity_name(f->severity)), scratch, false, err));
    AUD_TRY(put(out, f->gates ? AUD_LIT("yes") : AUD_LIT("no"), scratch, false, err));
    AUD_TRY(put(out, result->policies[f->policy].id, scratch, false, err));
    AUD_TRY(put(out, subject->id, scratch, false, err));
    AUD_TRY(put(out, subject->label, scratch, false, err));
    text->len = 0;
    AUD_TRY(aud_report_finding_text(result, f, text, err));
    AUD_TRY(put(out, aud_buf_str(text), scratch, false, err));
    AUD_TRY(put(out, f->location.source, scratch, false, err));
    AUD_TRY(put(out, f->location.path, scratch, false, err));
    text->len = 0;
    if (f->location.line > 0) {
        AUD_TRY(aud_buf_printf(text, err, "%u", f->location.line));
    }
    AUD_TRY(put(out, aud_buf_str(text), scratch, false, err));
    AUD_TRY(put(out, f->waiver, scratch, false, err));
    return put_owners(out, subject, text, scratch, err);
}

static aud_status write_csv(const aud_result *result, const aud_report_env *env, aud_out *out,
                            aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = TEXT_MAX};
    AUD_CLEANUP(aud_buf_clear) aud_buf scratch = {.max = 4 * TEXT_MAX};

    aud_out_text(out, "verdict,severity,gates,policy,subject,name,finding,source,path,line,"
                      "waiver,owners\r\n");
    for (size_t i = 0; i < result->num_findings; i++) {
        if (result->findings[i].severity >= env->least) {
            AUD_TRY(put_finding(out, result, &result->findings[i], &text, &scratch, err));
        }
    }
    return AUD_OK;
}

const aud_reporter aud_reporter_csv = {
    .name = "csv",
    .title = "CSV, one line a finding",
    .extension = "csv",
    .write = write_csv,
};
