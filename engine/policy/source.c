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

/* A name, an operator, or "\"" for a string; comments are passed over. */
typedef struct token {
    aud_str text;
    uint32_t line;
} token;

static bool next_token(scan *s, token *out)
{
    static const char *const pairs[] = {"==", "~=", "<=", ">=", "..", "::", "//"};

    while (s->at < s->text.len) {
        size_t start = s->at;
        bool comment = peek(s, 0) == '-' && peek(s, 1) == '-';

        out->line = s->line;
        if (skip_opaque(s)) {
            if (!comment) {
                out->text = AUD_LIT("\"");
                return true;
            }
            continue;
        }
        if (strchr(" \t\r\n\v\f", peek(s, 0)) != NULL) {
            move(s, 1);
            continue;
        }
        move(s, 1);
        if (is_name(s->text.ptr[start])) {
            while (is_name(peek(s, 0))) {
                move(s, 1);
            }
        }
        out->text = aud_str_sub(s->text, start, s->at - start);
        for (size_t i = 0; i < AUD_COUNT(pairs); i++) {
            if (aud_str_starts(aud_str_sub(s->text, start, 2), aud_str_of(pairs[i]))) {
                out->text = aud_str_sub(s->text, start, 2);
                move(s, 1);
            }
        }
        return true;
    }
    return false;
}

static bool is(const token *t, const char *text)
{
    return aud_str_eq(t->text, aud_str_of(text));
}

static bool is_any(const token *t, const char *const *words)
{
    while (*words != NULL && !is(t, *words)) {
        words++;
    }
    return *words != NULL;
}

/* What stands after `t`, without moving. */
static token ahead(const scan *s)
{
    scan copy = *s;
    token t = {.text = {"", 0}};

    return next_token(&copy, &t) ? t : (token){.text = {"", 0}};
}

/* One function of the declaration while it is read. */
typedef struct reading {
    aud_str subject, params; /* names of its parameters; empty: it has none */
    aud_accesses *into;
    bool params_only; /* its first parameter is `params` */
    size_t first;     /* its accesses begin there */
    bool shadowed;    /* a name means something else somewhere: nothing is known */
} reading;

/* Names after `local`, between `for` and `in`, or of a function's parameters are new ones. */
typedef enum naming { NAMING_NONE, NAMING_LOCAL, NAMING_FOR, NAMING_PARAMS } naming;

static naming naming_after(naming was, const token *t)
{
    static const char *const local_goes_on[] = {",", "<", ">", "const", "close", NULL};

    if (is(t, "local")) {
        return NAMING_LOCAL;
    }
    if (is(t, "for")) {
        return NAMING_FOR;
    }
    if (is(t, "function")) {
        return NAMING_PARAMS;
    }
    switch (was) {
    case NAMING_LOCAL:
        return is_name(t->text.ptr[0]) || is_any(t, local_goes_on) ? was : NAMING_NONE;
    case NAMING_FOR:
        return is(t, "in") || is(t, "=") ? NAMING_NONE : was;
    case NAMING_PARAMS:
        return is(t, ")") ? NAMING_NONE : was;
    case NAMING_NONE:
        break;
    }
    return NAMING_NONE;
}

static void note_access(reading *r, scan *s, const token *name, bool of_params)
{
    aud_access *access;
    token dot, field = {.text = {NULL, 0}};

    if (r->into->len == AUD_MAX_ACCESSES || !next_token(s, &dot) || !next_token(s, &field) ||
        !is_name(field.text.ptr[0])) {
        return;
    }
    access = &r->into->items[r->into->len++];
    *access = (aud_access){.of_params = of_params, .fact = field.text, .line = name->line};
    dot = ahead(s);
    if (is(&dot, "=")) { /* set, not read: what is wrong with that is said where it is done */
        r->into->len--;
        return;
    }
    if (is(&dot, ".")) {
        scan copy = *s;

        (void)next_token(&copy, &dot);
        (void)next_token(&copy, &field);
        access->part = is_name(field.text.ptr[0]) ? field.text : (aud_str){NULL, 0};
        access->line = field.line;
    } else {
        access->line = field.line;
    }
}

/* From behind "function": its parameters, its body and its "end". */
static void read_function(scan *s, reading *r)
{
    static const char *const openers[] = {"function", "do", "if", "repeat", NULL};
    static const char *const inside[] = {"(",   ",",  "{",   "[",  "return", "=",  "in",
                                         "and", "or", "not", "==", "~=",     "..", "+",
                                         "-",   "*",  "/",   "<",  ">",      NULL};
    token t, last = {.text = {"", 0}};
    naming mode = NAMING_NONE;
    unsigned depth = 1;

    r->first = r->into->len;
    while (next_token(s, &t) && !is(&t, ")")) {
        if (is_name(t.text.ptr[0])) {
            if (r->params.len == 0 && (r->params_only || r->subject.len > 0)) {
                r->params = t.text;
            } else if (r->subject.len == 0 && !r->params_only) {
                r->subject = t.text;
            }
        }
    }
    while (depth > 0 && next_token(s, &t)) {
        bool of_params = r->params.len > 0 && aud_str_eq(t.text, r->params);
        token after = ahead(s);

        if ((of_params || aud_str_eq(t.text, r->subject)) && !is(&last, ".") && !is(&last, ":")) {
            r->shadowed = r->shadowed || mode != NAMING_NONE || is(&after, "=") ||
                          (is(&after, ",") && !is_any(&last, inside));
            if (is(&after, ".")) {
                note_access(r, s, &t, of_params);
            }
        }
        mode = naming_after(mode, &t);
        depth += is_any(&t, openers) ? 1 : 0;
        depth -= is(&t, "end") || is(&t, "until") ? 1 : 0;
        last = t;
    }
    if (r->shadowed) {
        r->into->len = r->first;
    }
}

/* Inside of policy { ... }: its own functions are read, others passed over. */
static void read_declaration(scan *s, aud_accesses *out)
{
    token t, last = {.text = {"", 0}}, before = last;
    unsigned depth = 1;

    while (depth > 0 && next_token(s, &t)) {
        if (is(&t, "function")) {
            bool of_params = is(&before, "check_params");
            bool ours = depth == 1 && is(&last, "=") &&
                        (of_params || is(&before, "check") || is(&before, "applies"));
            aud_accesses none = {.len = AUD_MAX_ACCESSES};
            reading r = {.into = ours ? out : &none, .params_only = of_params};

            read_function(s, &r);
        }
        depth += is(&t, "{") || is(&t, "(") ? 1 : 0;
        depth -= is(&t, "}") || is(&t, ")") ? 1 : 0;
        before = last;
        last = t;
    }
}

void aud_source_accesses(aud_str text, aud_accesses *out)
{
    scan s = {.text = text, .line = 1};
    token t, last = {.text = {"", 0}};

    out->len = 0;
    while (next_token(&s, &t)) {
        if (is(&last, "return") && is(&t, "policy")) {
            token open = ahead(&s);

            if (is(&open, "{")) {
                (void)next_token(&s, &open);
                read_declaration(&s, out);
                return;
            }
        }
        last = t;
    }
}
