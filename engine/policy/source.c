/* engine/policy/source.c - the little that is looked up in the text of a policy itself. */
#include "engine/policy/declare.h"

typedef struct scan {
    aud_str text;
    size_t at;
    uint32_t line;
} scan;

static char peek(const scan *s, size_t ahead)
{
    return s->at + ahead < s->text.len ? s->text.ptr[s->at + ahead] : '\0';
}

static void move(scan *s, size_t count)
{
    for (; count > 0 && s->at < s->text.len; count--) {
        s->line += s->text.ptr[s->at] == '\n' ? 1 : 0;
        s->at++;
    }
}

/* "[[" or "[==[" at the place: the number of '=' plus 2, else 0. */
static size_t long_bracket(const scan *s, char bracket)
{
    size_t level = 0;

    if (peek(s, 0) != bracket) {
        return 0;
    }
    while (peek(s, 1 + level) == '=') {
        level++;
    }
    return peek(s, 1 + level) == bracket ? level + 2 : 0;
}

static void skip_long(scan *s, size_t bracket)
{
    move(s, bracket);
    while (s->at < s->text.len && long_bracket(s, ']') != bracket) {
        move(s, 1);
    }
    move(s, bracket);
}

static void skip_comment(scan *s)
{
    size_t bracket;

    move(s, 2);
    bracket = long_bracket(s, '[');
    if (bracket > 0) {
        skip_long(s, bracket);
        return;
    }
    while (s->at < s->text.len && peek(s, 0) != '\n' && peek(s, 0) != '\r') {
        move(s, 1);
    }
}

/* To the end of the string or, as Lua ends an unfinished one, of the text: that does not load. */
static void skip_string(scan *s, char quote)
{
    move(s, 1);
    while (s->at < s->text.len && peek(s, 0) != quote) {
        move(s, peek(s, 0) == '\\' ? 2 : 1);
    }
    move(s, 1);
}

/* Passes one string or comment; false if there is none here. */
static bool skip_opaque(scan *s)
{
    char c = peek(s, 0);
    size_t bracket = long_bracket(s, '[');

    if (c == '"' || c == '\'') {
        skip_string(s, c);
    } else if (c == '-' && peek(s, 1) == '-') {
        skip_comment(s);
    } else if (bracket > 0) {
        skip_long(s, bracket);
    } else {
        return false;
    }
    return true;
}

uint32_t aud_source_varargs(aud_str text)
{
    for (scan s = {.text = text, .line = 1}; s.at < s.text.len;) {
        if (skip_opaque(&s)) {
            continue;
        }
        if (peek(&s, 0) == '.' && peek(&s, 1) == '.' && peek(&s, 2) == '.') {
            return s.line;
        }
        move(&s, 1);
    }
    return 0;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

uint32_t aud_source_line_of(aud_str text, aud_str key)
{
    bool inside = false; /* of a name */

    for (scan s = {.text = text, .line = 1}; s.at < s.text.len;) {
        size_t ahead = key.len;

        if (skip_opaque(&s)) {
            inside = false;
            continue;
        }
        if (!inside && key.len > 0 && aud_str_starts(aud_str_sub(text, s.at, key.len), key)) {
            while (peek(&s, ahead) == ' ' || peek(&s, ahead) == '\t') {
                ahead++;
            }
            if (!is_name(peek(&s, key.len)) && peek(&s, ahead) == '=' &&
                peek(&s, ahead + 1) != '=') {
                return s.line;
            }
        }
        inside = is_name(peek(&s, 0));
        move(&s, 1);
    }
    return 0;
}
