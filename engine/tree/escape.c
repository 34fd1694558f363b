/* engine/tree/escape.c - the loop that both writers share. */
#include "engine/tree/escape.h"

#include "engine/base/text.h"

void aud_escape(aud_out *out, aud_str text, const uint8_t *table, uint8_t mask, aud_escape_one one)
{
    size_t from = 0, at = 0; /* [from, at) is clean and not yet written */

    while (at < text.len) {
        const unsigned char c = (unsigned char)text.ptr[at];
        const size_t here = at;
        int32_t code = c;

        if (c < 0x80) {
            at++;
            if ((table[c] & mask) == 0) {
                continue;
            }
        } else {
            code = aud_utf8_next(text, &at);
            if (code >= 0 && !aud_utf8_is_unsafe((uint32_t)code)) {
                continue;
            }
        }
        if (here > from) {
            aud_out_str(out, (aud_str){text.ptr + from, here - from});
        }
        from = at;
        if (code < 0) {
            aud_out_str(out, AUD_LIT("\xef\xbf\xbd"));
        } else {
            one(out, (uint32_t)code, text, here);
        }
    }
    if (at > from) {
        aud_out_str(out, (aud_str){text.ptr + from, at - from});
    }
}
