/* reporters/wrap.h - paragraphs of plain text on lines of a given width. */
#ifndef AUD_REPORTERS_WRAP_H
#define AUD_REPORTERS_WRAP_H

#include "engine/base/out.h"

typedef struct aud_wrap {
    aud_out *out;
    unsigned width; /* columns */
    bool color;
} aud_wrap;

typedef enum aud_ink {
    AUD_INK_PLAIN,
    AUD_INK_BAD,
    AUD_INK_WARN,
    AUD_INK_GOOD,
    AUD_INK_DIM
} aud_ink;

/*
 * One paragraph, its first line `indent` columns in and the others `hang`; broken at blanks, never
 * inside a word. `text` is neutral already. `lead` is put before it in `ink`.
 */
void aud_wrap_put(const aud_wrap *wrap, unsigned indent, unsigned hang, aud_ink ink, aud_str lead,
                  aud_str text);

#endif
