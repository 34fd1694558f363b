/* engine/base/text.h - encodings and matching: UTF-8, hexadecimal, base64, globs, nearest name. */
#ifndef AUD_BASE_TEXT_H
#define AUD_BASE_TEXT_H

#include "engine/base/base.h"
#include "engine/base/memory.h"

/*
 * Reads one code point at `*at`, which moves behind it. Invalid bytes (RFC 3629: overlong forms,
 * surrogates, above U+10FFFF, cut sequences) give -1 and move by one byte.
 */
int32_t aud_utf8_next(aud_str s, size_t *at);
bool aud_utf8_valid(aud_str s);
/* Writes up to 4 bytes, gives their number. */
size_t aud_utf8_put(uint32_t code_point, char out[4]);
/* C0 and C1 controls, DEL, bidirectional and other invisible format characters, U+2028/2029,
 * non-characters: what a terminal, a log or a page must not receive from an input. */
bool aud_utf8_is_unsafe(uint32_t code_point);

/* Lower-case hexadecimal; `out` has room for 2 * bytes.len characters and gets no NUL. */
void aud_hex_encode(aud_str bytes, char *out);
AUD_NODISCARD aud_status aud_hex_dup(aud_arena *arena, aud_str bytes, aud_str *out, aud_error *err);
/* Reads hex digits, with ':' or blanks between allowed; false on anything else or an odd number. */
bool aud_hex_decode(aud_str text, unsigned char *out, size_t out_max, size_t *out_len);

/*
 * Decodes base64 (RFC 4648, section 4), blanks and line ends skipped, padding optional at the end.
 * `out` has room for text.len / 4 * 3 + 3 bytes. False on a character outside the alphabet, on
 * data after padding, or on a single left-over digit.
 */
bool aud_base64_decode(aud_str text, unsigned char *out, size_t *out_len);

/* Git's wildmatch with paths: '*' and '?' stop at '/', '**' does not, [a-z] classes, '\' escapes.
 */
bool aud_glob_match(aud_str pattern, aud_str path);

/*
 * The candidate with the least edit distance to `name`, or NULL when none is near enough to be
 * meant (more than a third of the letters differ).
 */
const char *aud_nearest(aud_str name, const char *const *candidates, size_t num_candidates);

/* Decimal without sign, blanks or overflow. */
bool aud_parse_u64(aud_str text, uint64_t *out);

#endif
