/* reporters/wrap.c - paragraphs of plain text on lines of a given width. */
#include "reporters/wrap.h"

/* Code points, not bytes. Wide characters count one: a line a little too long does no harm. */
static size_t columns(aud_str text)
{
    size_t num = 0;

    for (size_t i = 0; i < text.len; i++) {
        num += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    }
    return num;
}

static void blanks(aud_out *out, unsigned num)
{
    for (unsigned i = 0; i < num; i++) {
        aud_out_char(out, ' ');
    }
}

static const char *ink_code(aud_ink ink)
{
    switch (ink) {
    case AUD_INK_PLAIN:
        return "";
    case AUD_INK_BAD:
        return "\x1b[1;31m";
    case AUD_INK_WARN:
        return "\x1b[33m";
    case AUD_INK_GOOD:
        return "\x1b[32m";
    case AUD_INK_DIM:
        return "\x1b[2m";
    }
    return "";
}

void aud_wrap_put(const aud_wrap *wrap, unsigned indent, unsigned hang, aud_ink ink, aud_str lead,
                  aud_str text)
{
    bool inked = wrap->color && ink != AUD_INK_PLAIN && lead.len > 0;
    size_t at = indent + columns(lead);
    bool begins = lead.len == 0;
    aud_str word = {NULL, 0};

    blanks(wrap->out, indent);
    aud_out_text(wrap->out, inked ? ink_code(ink) : "");
    aud_out_str(wrap->out, lead);
    aud_out_text(wrap->out, inked ? "\x1b[0m" : "");
    while (aud_str_split(&text, ' ', &word)) {
        size_t len = columns(word);

        if (word.len == 0) {
            continue;
        }
        if (!begins && at + 1 + len > wrap->width) {
            aud_out_char(wrap->out, '\n');
            blanks(wrap->out, hang);
            at = hang;
        } else if (!begins) {
            aud_out_char(wrap->out, ' ');
            at++;
        }
        aud_out_str(wrap->out, word);
        at += len;
        begins = false;
    }
    aud_out_char(wrap->out, '\n');
}
