/* engine/tree/xml_writer.c - XML, written as it comes. */
#include "engine/base/text.h"
#include "engine/tree/escape.h"
#include "engine/tree/xml.h"

enum {
    IN_TEXT = 1,      /* cannot stand in text as it is */
    IN_ATTRIBUTE = 2, /* nor in an attribute */
    BOTH = IN_TEXT | IN_ATTRIBUTE
};

static const uint8_t marks[128] = {
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    IN_ATTRIBUTE, /* tab */
    IN_ATTRIBUTE, /* line feed */
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    BOTH,
    ['&'] = BOTH,
    ['<'] = BOTH,
    ['>'] = BOTH, /* so "]]>" never comes about */
    ['"'] = IN_ATTRIBUTE,
    ['['] = BOTH,
    [0x7f] = BOTH,
};

/*
 * A CI server takes "[[ATTACHMENT|path]]" in a report for an order to publish that file. Its first
 * bracket is spelled out. `may_go_on`: the text can be continued by the next call, so a beginning
 * of the mark at the end of this one counts too.
 */
static void put_bracket(aud_out *out, aud_str rest, bool may_go_on)
{
    const aud_str mark = AUD_LIT("[[ATTACHMENT");

    if (aud_str_starts(rest, mark) || (may_go_on && aud_str_starts(mark, rest))) {
        aud_out_str(out, AUD_LIT("\\u{5b}"));
    } else {
        aud_out_char(out, '[');
    }
}

static void put_unsafe(aud_out *out, uint32_t code_point)
{
    aud_out_printf(out, "\\u{%x}", (unsigned)code_point);
}

static void put_escaped(aud_out *out, uint32_t code_point, aud_str text, size_t at)
{
    AUD_UNUSED(text);
    AUD_UNUSED(at);
    switch (code_point) {
    case '&':
        aud_out_str(out, AUD_LIT("&amp;"));
        return;
    case '<':
        aud_out_str(out, AUD_LIT("&lt;"));
        return;
    case '>':
        aud_out_str(out, AUD_LIT("&gt;"));
        return;
    case '"':
        aud_out_str(out, AUD_LIT("&quot;"));
        return;
    case '\t':
        aud_out_str(out, AUD_LIT("&#9;"));
        return;
    case '\n':
        aud_out_str(out, AUD_LIT("&#10;"));
        return;
    case '\r': /* a parser would turn it into a line feed */
        aud_out_str(out, AUD_LIT("&#13;"));
        return;
    default:
        put_unsafe(out, code_point);
        return;
    }
}

static void put_in_text(aud_out *out, uint32_t code_point, aud_str text, size_t at)
{
    if (code_point == '[') {
        put_bracket(out, aud_str_sub(text, at, text.len - at), true);
    } else {
        put_escaped(out, code_point, text, at);
    }
}

static void put_in_attribute(aud_out *out, uint32_t code_point, aud_str text, size_t at)
{
    if (code_point == '[') {
        put_bracket(out, aud_str_sub(text, at, text.len - at), false);
    } else {
        put_escaped(out, code_point, text, at);
    }
}

static void new_line(aud_xml_writer *w)
{
    aud_out_char(w->out, '\n');
    for (unsigned i = 0; i < w->depth; i++) {
        aud_out_str(w->out, AUD_LIT("  "));
    }
}

static void close_tag(aud_xml_writer *w)
{
    if (w->open) {
        aud_out_char(w->out, '>');
        w->open = false;
    }
}

void aud_xml_writer_init(aud_xml_writer *w, aud_out *out)
{
    *w = (aud_xml_writer){.out = out};
    aud_out_str(out, AUD_LIT("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
}

/* Blanks are added only where no text stands yet: behind text they would belong to it. */
void aud_xml_begin(aud_xml_writer *w, const char *name)
{
    close_tag(w);
    if (!w->had_text) {
        new_line(w);
    }
    aud_out_char(w->out, '<');
    aud_out_text(w->out, name);
    w->depth++;
    w->open = true;
    w->had_text = false;
    w->had_child = false;
}

static void put_name(aud_xml_writer *w, const char *attribute)
{
    aud_out_char(w->out, ' ');
    aud_out_text(w->out, attribute);
    aud_out_str(w->out, AUD_LIT("=\""));
}

void aud_xml_put(aud_xml_writer *w, const char *attribute, aud_str value)
{
    put_name(w, attribute);
    aud_escape(w->out, value, marks, IN_ATTRIBUTE, put_in_attribute);
    aud_out_char(w->out, '"');
}

void aud_xml_put_int(aud_xml_writer *w, const char *attribute, int64_t value)
{
    put_name(w, attribute);
    aud_out_int(w->out, value);
    aud_out_char(w->out, '"');
}

void aud_xml_text(aud_xml_writer *w, aud_str text)
{
    if (text.len == 0) {
        return;
    }
    close_tag(w);
    aud_escape(w->out, text, marks, IN_TEXT, put_in_text);
    w->had_text = true;
}

void aud_xml_end(aud_xml_writer *w, const char *name)
{
    w->depth--;
    if (w->open) {
        aud_out_str(w->out, AUD_LIT("/>"));
        w->open = false;
    } else {
        if (w->had_child && !w->had_text) {
            new_line(w);
        }
        aud_out_str(w->out, AUD_LIT("</"));
        aud_out_text(w->out, name);
        aud_out_char(w->out, '>');
    }
    w->had_child = true;
    w->had_text = false;
    if (w->depth == 0) {
        aud_out_char(w->out, '\n');
    }
}
