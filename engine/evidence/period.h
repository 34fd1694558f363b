/* engine/evidence/period.h - a period as people name it: "2026-Q3", "FY2027-Q1", two dates. */
#ifndef AUD_EVIDENCE_PERIOD_H
#define AUD_EVIDENCE_PERIOD_H

#include "engine/base/memory.h"

typedef struct aud_period {
    aud_str name;        /* in one spelling: "2026-Q3", "2026-07-01..2026-09-30" */
    int64_t from, until; /* [from, until), UTC */
} aud_period;

/*
 * Reads
 *   2026 2026-H2 2026-Q3 2026-07            a calendar year, half, quarter, month
 *   FY2027 FY2027-H1 FY2027-Q2              the same of the fiscal year that ends in 2027 and
 *                                           starts on the first of `fiscal_month` (1: it is the
 *                                           calendar year)
 *   2026-07-01..2026-09-30                  two days, both part of it
 *   2026-07-01T12:00:00Z..2026-08-01T00:00:00Z   two instants, the second behind it
 * Errors: AUD_E_USAGE, with the forms.
 */
AUD_NODISCARD aud_status aud_period_parse(aud_str text, unsigned fiscal_month, aud_arena *arena,
                                          aud_period *out, aud_error *err);

#endif
