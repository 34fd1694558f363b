/* engine/ingest/snapshot_values.h - numbers, dates and digests as the systems write them. */
#ifndef AUD_INGEST_SNAPSHOT_VALUES_H
#define AUD_INGEST_SNAPSHOT_VALUES_H

#include "engine/base/instant.h"
#include "engine/base/memory.h"

/* A decimal number, with fraction and exponent or not, cut to a whole one. */
bool aud_snap_whole(aud_str text, int64_t *out);
/*
 * The instant as ISO 8601 in `out`, empty for what stands for "no date" ("0001-01-01...", 0, -1).
 * `millis`: a bare number counts milliseconds. What is neither is handed on as it is.
 */
aud_str aud_snap_date(aud_str text, bool millis, char out[AUD_INSTANT_TEXT]);
/* "Dec  7 08:36:41 2026 GMT" (or UTC) as ISO 8601; what is none as it is. */
aud_str aud_snap_openssl_date(aud_str text, char out[AUD_INSTANT_TEXT]);
/* A whole decimal number of up to 100 digits in hexadecimal; false for anything else. */
enum { AUD_SNAP_HEX = 96 };
bool aud_snap_decimal_hex(aud_str text, char out[AUD_SNAP_HEX], aud_str *out_hex);
/* Base64 or base64url, padded or not, of at most 64 bytes, as hexadecimal. */
bool aud_snap_base64_hex(aud_str text, char out[129], aud_str *out_hex);

#endif
