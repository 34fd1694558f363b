/* engine/base/instant.h - instants as Unix seconds, in RFC 3339 and as calendar days. */
#ifndef AUD_BASE_INSTANT_H
#define AUD_BASE_INSTANT_H

#include "engine/base/base.h"

#define AUD_DAY_SECONDS INT64_C(86400)

/* Proleptic Gregorian, UTC; no range check on the fields. Years -9999 to 9999. */
int64_t aud_instant_of(int year, int month, int day, int hour, int minute, int second);

/*
 * RFC 3339 date-time ("2026-03-15T00:00:00Z", offsets and fractions allowed, the fraction is cut;
 * a leap second reads as second 59) or a bare "yyyy-mm-dd", which is midnight UTC.
 * Errors: AUD_E_FORMAT, with the text quoted.
 */
AUD_NODISCARD aud_status aud_instant_parse(aud_str text, int64_t *out, aud_error *err);

enum { AUD_INSTANT_TEXT = 32 };
/* "2026-01-01T00:00:00Z"; gives the length. Years outside 0..9999 keep their sign and digits. */
size_t aud_instant_format(int64_t instant, char out[AUD_INSTANT_TEXT]);

/* "36h", "90m", "47d", "3600s", Go's "2160h0m0s"; a bare number is seconds. Not negative. */
AUD_NODISCARD aud_status aud_duration_parse(aud_str text, int64_t *out_seconds, aud_error *err);

#endif
