/* engine/tree/escape.h - the loop that both writers share: clean runs in one piece, the rest one
 * code point at a time. */
#ifndef AUD_TREE_ESCAPE_H
#define AUD_TREE_ESCAPE_H

#include "engine/base/out.h"

/* Writes the ASCII character at text.ptr[at] that `mark` was found for, or an unsafe code point. */
typedef void (*aud_escape_one)(aud_out *out, uint32_t code_point, aud_str text, size_t at);

/*
 * Writes `text`, valid UTF-8 whatever comes in: invalid bytes become U+FFFD. `table` has 128
 * entries; an ASCII character whose entry shares a bit with `mask`, and every unsafe code point
 * beyond ASCII (aud_utf8_is_unsafe), goes through `one`.
 */
void aud_escape(aud_out *out, aud_str text, const uint8_t *table, uint8_t mask, aud_escape_one one);

#endif
