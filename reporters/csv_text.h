/* reporters/csv_text.h - fields of CSV (RFC 4180) that are safe to open in a spreadsheet. */
#ifndef AUD_REPORTERS_CSV_TEXT_H
#define AUD_REPORTERS_CSV_TEXT_H

#include "reporters/common.h"

/* A row under way: what a field is put together in, and what it is made harmless in. */
typedef struct aud_csv {
    aud_out *out;
    aud_buf text, scratch;
    bool begun;
} aud_csv;

void aud_csv_init(aud_csv *csv, aud_out *out);
void aud_csv_clear(aud_csv *csv);
/*
 * One field. A text that a spreadsheet would take for a formula gets an apostrophe in front, which
 * shows it as the text that it is; line ends and invisible characters are escaped.
 */
AUD_NODISCARD aud_status aud_csv_put(aud_csv *csv, aud_str text, aud_error *err);
AUD_NODISCARD aud_status aud_csv_int(aud_csv *csv, int64_t number, aud_error *err);
/* RFC 3339; empty if it is not known. */
AUD_NODISCARD aud_status aud_csv_instant(aud_csv *csv, bool known, int64_t instant, aud_error *err);
/* Days with two decimals. */
AUD_NODISCARD aud_status aud_csv_days(aud_csv *csv, int64_t seconds, aud_error *err);
/* The field that csv->text holds, which is emptied. */
AUD_NODISCARD aud_status aud_csv_text(aud_csv *csv, aud_error *err);
/* The key of a certificate, request or record: "RSA 2048", "EC P-256". */
AUD_NODISCARD aud_status aud_csv_key(aud_csv *csv, const aud_object *facts, aud_arena *scratch,
                                     aud_error *err);
/* Each owner once, by the name that aliases lead to. */
AUD_NODISCARD aud_status aud_csv_owners(aud_csv *csv, const aud_subject_info *subject,
                                        aud_error *err);
void aud_csv_end(aud_csv *csv); /* of the row */

#endif
