/* reporters/csv_text.c - fields of CSV that are safe to open in a spreadsheet. */
#include "reporters/csv_text.h"

#include "engine/base/instant.h"

enum { TEXT_MAX = 1 << 24 };

void aud_csv_init(aud_csv *csv, aud_out *out)
{
    *csv = (aud_csv){.out = out};
    aud_buf_init(&csv->text, TEXT_MAX);
    aud_buf_init(&csv->scratch, (size_t)4 * TEXT_MAX);
}

void aud_csv_clear(aud_csv *csv)
{
    aud_buf_clear(&csv->text);
    aud_buf_clear(&csv->scratch);
}

aud_status aud_csv_put(aud_csv *csv, aud_str text, aud_error *err)
{
    csv->scratch.len = 0;
    AUD_TRY(aud_neutral_add(&csv->scratch, text, err));
    const aud_str s = aud_str_trim(aud_buf_str(&csv->scratch));

    aud_out_text(csv->out, csv->begun ? ",\"" : "\"");
    csv->begun = true;
    if (s.len > 0 && memchr("=+-@\t\r|%", s.ptr[0], 8) != NULL) {
        aud_out_char(csv->out, '\'');
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') {
            aud_out_char(csv->out, '"');
        }
        aud_out_char(csv->out, s.ptr[i]);
    }
    aud_out_char(csv->out, '"');
    return AUD_OK;
}

aud_status aud_csv_text(aud_csv *csv, aud_error *err)
{
    const aud_status st = aud_csv_put(csv, aud_buf_str(&csv->text), err);

    csv->text.len = 0;
    return st;
}

aud_status aud_csv_int(aud_csv *csv, int64_t number, aud_error *err)
{
    csv->text.len = 0;
    AUD_TRY(aud_buf_printf(&csv->text, err, "%lld", (long long)number));
    return aud_csv_text(csv, err);
}

aud_status aud_csv_instant(aud_csv *csv, bool known, int64_t instant, aud_error *err)
{
    char text[AUD_INSTANT_TEXT];

    return aud_csv_put(csv, (aud_str){text, known ? aud_instant_format(instant, text) : (size_t)0},
                       err);
}

aud_status aud_csv_days(aud_csv *csv, int64_t seconds, aud_error *err)
{
    const int64_t hundredths = seconds * 100 / AUD_DAY_SECONDS;

    csv->text.len = 0;
    AUD_TRY(aud_buf_printf(&csv->text, err, "%lld.%02lld", (long long)(hundredths / 100),
                           (long long)(hundredths % 100)));
    return aud_csv_text(csv, err);
}

aud_status aud_csv_key(aud_csv *csv, const aud_object *facts, aud_arena *scratch, aud_error *err)
{
    const aud_value key = aud_report_fact(facts, "key", scratch);

    if (key.presence == AUD_PRESENT && key.type == AUD_T_OBJECT) {
        const aud_object *object = &key.as.object;
        const aud_str curve = aud_report_fact_text(object, "curve", scratch);
        const aud_value bits = aud_report_fact(object, "bits", scratch);

        AUD_TRY(aud_buf_add(&csv->text, aud_report_fact_text(object, "algorithm", scratch), err));
        if (curve.len > 0) {
            AUD_TRY(aud_buf_printf(&csv->text, err, " %.*s", AUD_ARG(curve)));
        } else if (bits.presence == AUD_PRESENT) {
            AUD_TRY(aud_buf_printf(&csv->text, err, " %lld", (long long)bits.as.number));
        }
    }
    return aud_csv_text(csv, err);
}

aud_status aud_csv_owners(aud_csv *csv, const aud_subject_info *subject, aud_error *err)
{
    for (size_t i = 0; i < subject->num_owners; i++) {
        bool known = false;

        for (size_t k = 0; k < i && !known; k++) {
            known = aud_str_eq(subject->owners[k].name, subject->owners[i].name);
        }
        if (!known) {
            AUD_TRY(aud_buf_printf(&csv->text, err, "%s%.*s", csv->text.len == 0 ? "" : "; ",
                                   AUD_ARG(subject->owners[i].name)));
        }
    }
    return aud_csv_text(csv, err);
}

void aud_csv_end(aud_csv *csv)
{
    aud_out_text(csv->out, "\r\n");
    csv->begun = false;
}
