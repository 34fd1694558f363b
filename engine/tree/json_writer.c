/* engine/tree/json_writer.c - JSON, written as it comes. */
#include "engine/base/text.h"
#include "engine/tree/escape.h"
#include "engine/tree/json.h"

/* 1: cannot stand in a string as it is. */
static const uint8_t marks[128] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* the controls */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ['"'] = 1, ['\\'] = 1, [0x7f] = 1,
};

static void put_unit(aud_out *out, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    const char text[6] = {'\\',
                          'u',
                          digits[unit >> 12 & 15u],
                          digits[unit >> 8 & 15u],
                          digits[unit >> 4 & 15u],
                          digits[unit & 15u]};

    aud_out_str(out, (aud_str){text, sizeof text});
}

static void put_escaped(aud_out *out, uint32_t code_point, aud_str text, size_t at)
{
    AUD_UNUSED(text);
    AUD_UNUSED(at);
    switch (code_point) {
    case '"':
        aud_out_str(out, AUD_LIT("\\\""));
        return;
    case '\\':
        aud_out_str(out, AUD_LIT("\\\\"));
        return;
    case '\n':
        aud_out_str(out, AUD_LIT("\\n"));
        return;
    case '\r':
        aud_out_str(out, AUD_LIT("\\r"));
        return;
    case '\t':
        aud_out_str(out, AUD_LIT("\\t"));
        return;
    default:
        break;
    }
    if (code_point > 0xffff) {
        put_unit(out, 0xd800 + ((code_point - 0x10000) >> 10));
        put_unit(out, 0xdc00 + ((code_point - 0x10000) & 0x3ffu));
    } else {
        put_unit(out, code_point);
    }
}

static void put_quoted(aud_json_writer *w, aud_str text)
{
    aud_out_char(w->out, '"');
    aud_escape(w->out, text, marks, 1, put_escaped);
    aud_out_char(w->out, '"');
}

static void new_line(aud_json_writer *w)
{
    static const char blanks[] = "                                                                ";
    size_t left = (size_t)w->indent * w->depth;

    if (w->indent == 0) {
        return;
    }
    aud_out_char(w->out, '\n');
    while (left > 0) {
        const size_t now = left < sizeof blanks - 1 ? left : sizeof blanks - 1;

        aud_out_str(w->out, (aud_str){blanks, now});
        left -= now;
    }
}

/* What stands between the value before and the one, or the key, that comes now. */
static void lead(aud_json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->depth == 0) {
        return;
    }
    if (!w->first) {
        aud_out_char(w->out, ',');
    }
    w->first = false;
    new_line(w);
}

static void begin(aud_json_writer *w, char bracket)
{
    lead(w);
    aud_out_char(w->out, bracket);
    w->depth++;
    w->first = true;
}

static void end(aud_json_writer *w, char bracket)
{
    w->depth--;
    if (!w->first) {
        new_line(w);
    }
    w->first = false;
    aud_out_char(w->out, bracket);
}

void aud_json_writer_init(aud_json_writer *w, aud_out *out, unsigned indent)
{
    *w = (aud_json_writer){.out = out, .indent = indent, .first = true};
}

void aud_json_begin_object(aud_json_writer *w)
{
    begin(w, '{');
}

void aud_json_end_object(aud_json_writer *w)
{
    end(w, '}');
}

void aud_json_begin_array(aud_json_writer *w)
{
    begin(w, '[');
}

void aud_json_end_array(aud_json_writer *w)
{
    end(w, ']');
}

void aud_json_key_str(aud_json_writer *w, aud_str key)
{
    lead(w);
    put_quoted(w, key);
    aud_out_str(w->out, w->indent == 0 ? AUD_LIT(":") : AUD_LIT(": "));
    w->after_key = true;
}

void aud_json_key(aud_json_writer *w, const char *key)
{
    aud_json_key_str(w, aud_str_of(key));
}

void aud_json_str(aud_json_writer *w, aud_str text)
{
    lead(w);
    put_quoted(w, text);
}

void aud_json_text(aud_json_writer *w, const char *text)
{
    aud_json_str(w, aud_str_of(text));
}

void aud_json_int(aud_json_writer *w, int64_t number)
{
    lead(w);
    aud_out_int(w->out, number);
}

void aud_json_raw(aud_json_writer *w, aud_str json)
{
    lead(w);
    aud_out_str(w->out, json);
}

void aud_json_bool(aud_json_writer *w, bool b)
{
    aud_json_raw(w, b ? AUD_LIT("true") : AUD_LIT("false"));
}

void aud_json_null(aud_json_writer *w)
{
    aud_json_raw(w, AUD_LIT("null"));
}

void aud_json_put_str(aud_json_writer *w, const char *key, aud_str text)
{
    aud_json_key(w, key);
    aud_json_str(w, text);
}

void aud_json_put_text(aud_json_writer *w, const char *key, const char *text)
{
    aud_json_key(w, key);
    aud_json_text(w, text);
}

void aud_json_put_int(aud_json_writer *w, const char *key, int64_t number)
{
    aud_json_key(w, key);
    aud_json_int(w, number);
}

void aud_json_put_bool(aud_json_writer *w, const char *key, bool b)
{
    aud_json_key(w, key);
    aud_json_bool(w, b);
}
