/* engine/ingest/inventory_values.h - values of an inventory as texts: dates, digests, names, keys.
 */
#ifndef AUD_INGEST_INVENTORY_VALUES_H
#define AUD_INGEST_INVENTORY_VALUES_H

#include "engine/base/memory.h"
#include "engine/model/value.h"

/*
 * ISO 8601 in the forms "2026-03-15", "2026-03-15T10:00:00Z", with offset, fraction or a blank for
 * the T, also "2026.03.15" and "2026/03/15"; without a zone it is UTC. All else is refused: days
 * and months cannot be told apart. Instants before 1950, which no certificate holds, are "no date"
 * of some exporter: refused too.
 */
bool aud_inv_date(aud_str text, int64_t *out, bool *out_day_only);
/* Lower-case hexadecimal of `bytes` bytes; ':' and blanks between, "sha256:" in front allowed. */
AUD_NODISCARD aud_status aud_inv_digest(aud_str text, size_t bytes, aud_arena *arena, aud_str *out,
                                        aud_error *err);
/* Hexadecimal, ':' and blanks between, 0x in front allowed; lower case, no leading zeros. */
AUD_NODISCARD aud_status aud_inv_serial(aud_str text, aud_arena *arena, aud_str *out,
                                        aud_error *err);
bool aud_inv_bool(aud_str text, bool *out);
/* "active", "pending" or the source's own word in lower case; whether it is in use by that. */
AUD_NODISCARD aud_status aud_inv_status(aud_str text, aud_arena *arena, aud_str *out,
                                        bool *out_active, aud_error *err);
/* One of the purposes that policies know; empty if the word is none of ours. */
aud_str aud_inv_purpose(aud_str text);
/* A key as an aud_type_key bag; any of the three may be empty, not all. AUD_E_FORMAT if unreadable.
 */
AUD_NODISCARD aud_status aud_inv_key(aud_str algorithm, aud_str size, aud_str curve,
                                     aud_arena *arena, aud_value *out, aud_error *err);
/* "DNS:www.example.org" and "IP Address:10.0.0.1" without their prefix. */
aud_str aud_inv_san(aud_str text);

#endif
