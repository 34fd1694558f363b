/* reporters/csv_findings.c - one line a finding (RFC 4180), safe to open in a spreadsheet. */
#include "reporters/csv_text.h"
#include "reporters/finding_text.h"

extern const aud_reporter aud_reporter_csv;

static aud_status put_owners(aud_csv *csv, const aud_subject_info *subject, aud_error *err)
{
    for (size_t i = 0; i < subject->num_owners; i++) {
        AUD_TRY(aud_buf_printf(&csv->text, err, "%s%.*s", i == 0 ? "" : "; ",
                               AUD_ARG(subject->owners[i].name)));
    }
    return aud_csv_text(csv, err);
}

static aud_status put_finding(aud_csv *csv, const aud_result *result, const aud_finding *f,
                              aud_error *err)
{
    const aud_subject_info *subject = &result->subjects[f->subject];

    AUD_TRY(aud_csv_put(csv, aud_str_of(aud_verdict_name(f->verdict)), err));
    AUD_TRY(aud_csv_put(csv, aud_str_of(aud_severity_name(f->severity)), err));
    AUD_TRY(aud_csv_put(csv, f->gates ? AUD_LIT("yes") : AUD_LIT("no"), err));
    AUD_TRY(aud_csv_put(csv, result->policies[f->policy].id, err));
    AUD_TRY(aud_csv_put(csv, subject->id, err));
    AUD_TRY(aud_csv_put(csv, subject->label, err));
    AUD_TRY(aud_report_finding_text(result, f, &csv->text, err));
    AUD_TRY(aud_csv_text(csv, err));
    AUD_TRY(aud_csv_put(csv, f->location.source, err));
    AUD_TRY(aud_csv_put(csv, f->location.path, err));
    if (f->location.line > 0) {
        AUD_TRY(aud_buf_printf(&csv->text, err, "%u", f->location.line));
    }
    AUD_TRY(aud_csv_text(csv, err));
    AUD_TRY(aud_csv_put(csv, f->waiver, err));
    AUD_TRY(put_owners(csv, subject, err));
    aud_csv_end(csv);
    return AUD_OK;
}

static aud_status write_csv(const aud_result *result, const aud_report_env *env, aud_out *out,
                            aud_error *err)
{
    AUD_CLEANUP(aud_csv_clear) aud_csv csv;

    aud_csv_init(&csv, out);
    aud_out_text(out, "verdict,severity,gates,policy,subject,name,finding,source,path,line,"
                      "waiver,owners\r\n");
    for (size_t i = 0; i < result->num_findings; i++) {
        if (result->findings[i].severity >= env->least) {
            AUD_TRY(put_finding(&csv, result, &result->findings[i], err));
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
