/* engine/ingest/haproxy_tree.c - HAProxy's configuration as sections of lines. */
#include "engine/ingest/haproxy_tree.h"

#include "engine/ingest/config_template.h"

enum { MAX_NODES = 2000000, MAX_WORDS = 1024, MAX_LINE = 1 << 16 };

static const char *const sections[] = {
    "global",    "defaults",    "frontend",  "backend", "listen",      "peers",       "userlist",
    "mailers",   "cache",       "resolvers", "program", "ring",        "log-forward", "fcgi-app",
    "crt-store", "http-errors", "traces",    "acme",    "log-profile",
};

/* --- words ------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Quotes may stand anywhere in a word; '...' is literal, in "..." and outside a backslash escapes.
 */
static aud_status one_word(aud_str line, size_t *at, aud_arena *arena, aud_conf_word *out,
                           aud_error *err)
{
    char *text = aud_arena_take(arena, line.len - *at + 1, 1);
    size_t len = 0, mark;
    char quote = '\0';

    if (!text) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = (aud_conf_word){0};
    for (; *at < line.len; (*at)++) {
        const char c = line.ptr[*at];

        if (quote == '\0' && (is_blank(c) || c == '#')) {
            break;
        }
        if (quote != '\'' && aud_template_begins(aud_str_sub(line, *at, line.len), &mark)) {
            memcpy(text + len, line.ptr + *at, mark);
            len += mark;
            *at += mark - 1;
            out->templated = true;
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote && c != '\0') {
            quote = '\0';
        } else if (c == '\\' && quote != '\'' && *at + 1 < line.len) {
            text[len++] = line.ptr[++*at];
        } else {
            const bool variable = c == '$' && quote != '\'' && *at + 1 < line.len &&
                                  (quote == '"' || line.ptr[*at + 1] == '{');
            out->templated = out->templated || variable;
            text[len++] = c;
        }
    }
    text[len] = '\0';
    out->text = (aud_str){text, len};
    return AUD_OK;
}

aud_status aud_haproxy_split(aud_str line, aud_arena *arena, aud_haproxy_words *out, aud_error *err)
{
    size_t at = 0;

    out->len = 0;
    for (;;) {
        aud_conf_word word;

        while (at < line.len && is_blank(line.ptr[at])) {
            at++;
        }
        if (at >= line.len || line.ptr[at] == '#') {
            return AUD_OK;
        }
        if (out->len >= MAX_WORDS) {
            return aud_fail(err, AUD_E_LIMIT, "a line has more than %d words", (int)MAX_WORDS);
        }
        AUD_TRY(one_word(line, &at, arena, &word, err));
        AUD_TRY(AUD_VEC_PUSH(out, word, err));
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

typedef struct parse {
    const aud_reading *reading;
    aud_conf_node *root, *section;
    aud_haproxy_words words;
    unsigned conditions;
    size_t nodes;
    uint32_t line;
} parse;

static aud_status add(parse *p, aud_conf_node *into, aud_conf_node **out, aud_error *err)
{
    const aud_config_place at = {p->reading->input->path, p->line};

    if (++p->nodes > MAX_NODES) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d lines", MAX_NODES);
    }
    return aud_conf_add(p->reading->arena, into, at, p->conditions, out, err);
}

static aud_status fill_in(parse *p, aud_error *err)
{
    aud_conf_node *node;

    AUD_TRY(add(p, p->section ? p->section : p->root, &node, err));
    return aud_conf_set_unread(p->reading->arena, node, "a template fills in what stands here",
                               (aud_str){NULL, 0}, err);
}

static aud_status give_up(parse *p, const char *why, aud_error *err)
{
    aud_conf_node *node;

    AUD_TRY(aud_reading_gap(p->reading, AUD_GAP_BROKEN, p->line, err,
                            "HAProxy would not read this: %s; correct it here", why));
    for (aud_conf_node *section = p->root->children; section; section = section->next) {
        AUD_TRY(add(p, section, &node, err));
        AUD_TRY(aud_conf_set_unread(p->reading->arena, node, "the file cannot be read to its end",
                                    (aud_str){NULL, 0}, err));
    }
    return AUD_OK;
}

static aud_status statements(parse *p, aud_str *line, aud_error *err)
{
    size_t len;

    while (aud_template_begins(*line, &len)) {
        switch (aud_template_effect_of(aud_str_sub(*line, 0, len))) {
        case AUD_TEMPLATE_OPENS:
            p->conditions++;
            break;
        case AUD_TEMPLATE_CLOSES:
            p->conditions -= p->conditions > 0 ? 1 : 0;
            break;
        case AUD_TEMPLATE_FILLS:
            *line = (aud_str){NULL, 0};
            return fill_in(p, err);
        case AUD_TEMPLATE_NOTHING:
            break;
        }
        *line = aud_str_trim(aud_str_sub(*line, len, line->len));
    }
    return AUD_OK;
}

static aud_status take_line(parse *p, aud_error *err)
{
    const aud_str first = p->words.items[0].text;
    const bool begins = aud_conf_one_of(first, sections, AUD_COUNT(sections));
    aud_conf_node *node;

    if (aud_str_eq(first, AUD_LIT(".if"))) {
        p->conditions++;
        return AUD_OK;
    }
    if (aud_str_eq(first, AUD_LIT(".endif"))) {
        p->conditions -= p->conditions > 0 ? 1 : 0;
        return AUD_OK;
    }
    if (aud_str_starts(first, AUD_LIT("."))) {
        return AUD_OK; /* another branch, a notice */
    }
    if (!begins && !p->section) {
        return AUD_OK; /* HAProxy refuses it; it is no line of ours either */
    }
    AUD_TRY(add(p, begins ? p->root : p->section, &node, err));
    node->name = first;
    node->block = begins;
    p->section = begins ? node : p->section;
    return aud_conf_set_args(p->reading->arena, node, p->words.items + 1, p->words.len - 1, err);
}

static aud_status one_line(parse *p, aud_str line, aud_error *err)
{
    AUD_TRY(statements(p, &line, err));
    AUD_TRY(aud_haproxy_split(line, p->reading->arena, &p->words, err));
    return p->words.len > 0 ? take_line(p, err) : AUD_OK;
}

static aud_status parse_text(parse *p, aud_str text, aud_error *err)
{
    aud_str line;

    if (aud_str_starts(text, AUD_LIT("\xef\xbb\xbf"))) {
        text = aud_str_sub(text, 3, text.len);
    }
    while (aud_str_split(&text, '\n', &line)) {
        p->line++;
        if (line.len > MAX_LINE) {
            return give_up(p, "a line is too long", err);
        }
        if (line.len > 0 && memchr(line.ptr, '\0', line.len) != NULL) {
            return give_up(p, "a NUL stands in it", err);
        }
        AUD_TRY(one_line(p, aud_str_trim(line), err));
    }
    return AUD_OK;
}

aud_status aud_haproxy_parse(aud_conf_node *root, const aud_reading *r, aud_str text,
                             aud_error *err)
{
    parse p = {.reading = r, .root = root};

    *root = (aud_conf_node){.at = {r->input->path, 1}, .block = true};
    const aud_status st = parse_text(&p, text, err);
    aud_free(p.words.items);
    return st;
}

/* --- bids ------------------------------------------------------------------------------------- */

static aud_str first_word(aud_str line)
{
    size_t len = 0;

    while (len < line.len && !is_blank(line.ptr[len])) {
        len++;
    }
    return aud_str_sub(line, 0, len);
}

/* The first line that says anything begins a section, and what follows is HAProxy's. */
unsigned aud_haproxy_evidence(aud_str head)
{
    static const char *const words[] = {
        "bind",
        "server",
        "mode",
        "timeout",
        "option",
        "maxconn",
        "log",
        "daemon",
        "stats",
        "balance",
        "default_backend",
        "acl",
        "use_backend",
        "user",
        "group",
        "chroot",
        "nbproc",
        "nbthread",
        "default-server",
        "http-request",
        "http-response",
        "tune.ssl.default-dh-param",
        "ssl-default-bind-ciphers",
        "ssl-default-bind-options",
        "ssl-server-verify",
        "pidfile",
    };
    unsigned bits = 0;
    bool begun = false;
    aud_str line;
    size_t len;

    if (!aud_str_has(head, AUD_LIT("global")) && !aud_str_has(head, AUD_LIT("defaults")) &&
        !aud_str_has(head, AUD_LIT("frontend")) && !aud_str_has(head, AUD_LIT("backend")) &&
        !aud_str_has(head, AUD_LIT("listen"))) {
        return 0;
    }
    if (aud_str_starts(head, AUD_LIT("\xef\xbb\xbf"))) {
        head = aud_str_sub(head, 3, head.len);
    }
    while (bits < 400 && aud_str_split(&head, '\n', &line)) {
        const aud_str word = first_word(line = aud_str_trim(line));

        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == '.' ||
            aud_template_begins(line, &len)) {
            continue;
        }
        if (aud_str_ends(line, AUD_LIT(";")) || aud_str_ends(line, AUD_LIT("{"))) {
            return 0;
        }
        if (aud_conf_one_of(word, sections, AUD_COUNT(sections))) {
            begun = true;
        } else if (!begun) {
            return 0;
        } else if (aud_conf_one_of(word, words, AUD_COUNT(words))) {
            bits += 40;
        }
    }
    return bits >= 80 ? bits : 0;
}
