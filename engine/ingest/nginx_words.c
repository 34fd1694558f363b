/* engine/ingest/nginx_words.c - tokens of nginx's configuration, and of templates around them. */
#include "engine/ingest/nginx_words.h"

#include "engine/base/text.h"
#include "engine/ingest/config_template.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static aud_str rest_of(const ngx_text *t)
{
    return aud_str_sub(t->text, t->at, t->text.len);
}

static bool looks_at(const ngx_text *t, const char *mark)
{
    return aud_str_starts(rest_of(t), aud_str_of(mark));
}

static void move_to(ngx_text *t, size_t at)
{
    for (; t->at < at && t->at < t->text.len; t->at++) {
        t->line += t->text.ptr[t->at] == '\n' ? 1 : 0;
    }
}

void ngx_text_begin(ngx_text *t, aud_str text)
{
    *t = (ngx_text){.text = text, .line = 1};
    t->templates = aud_str_has(text, AUD_LIT("{{")) || aud_str_has(text, AUD_LIT("{%")) ||
                   aud_str_has(text, AUD_LIT("<%"));
    if (aud_str_starts(text, AUD_LIT("\xef\xbb\xbf"))) {
        t->at = 3;
    }
    /* Jekyll's front matter: what stands between two lines of "---" is no configuration */
    if (aud_str_starts(rest_of(t), AUD_LIT("---\n")) ||
        aud_str_starts(rest_of(t), AUD_LIT("---\r\n"))) {
        const size_t end = aud_str_find(text, AUD_LIT("\n---"), t->at + 3);
        const size_t close =
            end == SIZE_MAX ? SIZE_MAX : aud_str_find(text, AUD_LIT("\n"), end + 1);

        if (end == SIZE_MAX) {
            return;
        }
        t->templates = true;
        move_to(t, close == SIZE_MAX ? text.len : close);
    }
}

/* A template's mark begins here; where it ends. */
static bool mark_here(const ngx_text *t, size_t *out_end)
{
    size_t len;

    if (!t->templates || !aud_template_begins(rest_of(t), &len)) {
        return false;
    }
    *out_end = t->at + len;
    return true;
}

/* --- words ------------------------------------------------------------------------------------ */

static void skip_blanks(ngx_text *t)
{
    while (t->at < t->text.len) {
        const char c = t->text.ptr[t->at];

        if (is_blank(c)) {
            move_to(t, t->at + 1);
        } else if (c == '#') {
            const size_t end = aud_str_find(t->text, AUD_LIT("\n"), t->at);
            move_to(t, end == SIZE_MAX ? t->text.len : end);
        } else {
            return;
        }
    }
}

static ngx_lexeme broken(const ngx_text *t, uint32_t line, const char *why)
{
    AUD_UNUSED(t);
    return (ngx_lexeme){.token = NGX_BROKEN, .line = line, .why = why};
}

static ngx_lexeme quoted_word(ngx_text *t, char quote)
{
    ngx_lexeme word = {.token = NGX_WORD, .line = t->line, .quoted = true};
    const size_t begin = t->at + 1;
    size_t at = begin;

    while (at < t->text.len && t->text.ptr[at] != quote) {
        at += t->text.ptr[at] == '\\' ? 2 : 1;
    }
    if (at >= t->text.len) {
        move_to(t, t->text.len);
        return broken(t, word.line, "a quote is not closed");
    }
    word.text = aud_str_sub(t->text, begin, at - begin);
    word.templated = t->templates && aud_template_in(word.text);
    move_to(t, at + 1);
    const char c = t->at < t->text.len ? t->text.ptr[t->at] : ' ';
    return is_blank(c) || c == ';' || c == '{' || c == ')'
               ? word
               : broken(t, t->line, "something is glued to the end of a quoted word");
}

static ngx_lexeme plain_word(ngx_text *t)
{
    ngx_lexeme word = {.token = NGX_WORD, .line = t->line};
    const size_t begin = t->at;
    size_t end;

    while (t->at < t->text.len) {
        const char c = t->text.ptr[t->at];
        if (mark_here(t, &end)) {
            word.templated = true;
            move_to(t, end);
        } else if (c == '\\' || (c == '$' && looks_at(t, "${"))) {
            move_to(t, t->at + 2);
        } else if (is_blank(c) || c == ';' || c == '{') {
            break;
        } else {
            move_to(t, t->at + 1);
        }
    }
    word.text = aud_str_sub(t->text, begin, t->at - begin);
    return word;
}

ngx_lexeme ngx_next(ngx_text *t, bool first)
{
    size_t end;

    skip_blanks(t);
    ngx_lexeme one = {.token = NGX_END, .line = t->line};
    if (t->at >= t->text.len) {
        return one;
    }
    const char c = t->text.ptr[t->at];
    if (c == '\0') {
        return broken(t, t->line, "a NUL stands in it");
    }
    if (first && mark_here(t, &end)) {
        one.token = NGX_TEMPLATE;
        one.text = aud_str_sub(t->text, t->at, end - t->at);
        move_to(t, end);
        /* ERB and EPP write "<%= name %> value;" too: a word that goes on is no statement */
        const char behind = t->at < t->text.len ? t->text.ptr[t->at] : '\n';
        one.templated = behind != '\n' && behind != '\r' && behind != ' ' && behind != '\t';
        return one;
    }
    if (c == ';' || c == '}' || c == '{') {
        if (c == '{' && mark_here(t, &end)) {
            return plain_word(t);
        }
        one.token = c == ';' ? NGX_SEMICOLON : c == '{' ? NGX_OPEN : NGX_CLOSE;
        move_to(t, t->at + 1);
        return one;
    }
    return c == '"' || c == '\'' ? quoted_word(t, c) : plain_word(t);
}

aud_status ngx_unescape(const ngx_lexeme *word, aud_arena *arena, aud_str *out, aud_error *err)
{
    if (!aud_str_has(word->text, AUD_LIT("\\"))) {
        return aud_arena_dup(arena, word->text, out, err);
    }
    char *text = aud_arena_take(arena, word->text.len + 1, 1);
    size_t len = 0;
    if (!text) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < word->text.len; i++) {
        char c = word->text.ptr[i];
        const char next = i + 1 < word->text.len ? word->text.ptr[i + 1] : '\0';
        const char meant = next == 't'                                   ? '\t'
                           : next == 'r'                                 ? '\r'
                           : next == 'n'                                 ? '\n'
                           : next == '"' || next == '\'' || next == '\\' ? next
                                                                         : '\0';
        if (c == '\\' && meant != '\0') {
            c = meant;
            i++;
        }
        text[len++] = c;
    }
    text[len] = '\0';
    *out = (aud_str){text, len};
    return AUD_OK;
}

/* --- names ----------------------------------------------------------------------------------- */

bool ngx_is_code(aud_str name)
{
    return aud_str_ends(name, AUD_LIT("_by_lua_block")) ||
           aud_str_ends(name, AUD_LIT("_by_njs_block"));
}

/* --- code of other languages ------------------------------------------------------------------ */

/* "[[", "[=[" ...: where the text behind the closing one begins; `at` if none begins here. */
static size_t long_bracket_end(aud_str text, size_t at)
{
    size_t level = 0, open = at + 1;

    while (open < text.len && text.ptr[open] == '=') {
        level++;
        open++;
    }
    if (open >= text.len || text.ptr[open] != '[') {
        return at;
    }
    for (size_t i = open + 1; i < text.len; i++) {
        size_t same = 0;

        if (text.ptr[i] != ']') {
            continue;
        }
        while (same < level && i + 1 + same < text.len && text.ptr[i + 1 + same] == '=') {
            same++;
        }
        if (same == level && i + 1 + level < text.len && text.ptr[i + 1 + level] == ']') {
            return i + level + 2;
        }
    }
    return text.len;
}

static size_t string_end(aud_str text, size_t at)
{
    const char quote = text.ptr[at++];

    while (at < text.len && text.ptr[at] != quote && text.ptr[at] != '\n') {
        at += text.ptr[at] == '\\' ? 2 : 1;
    }
    return at < text.len ? at + 1 : text.len;
}

bool ngx_skip_code(ngx_text *t)
{
    size_t depth = 1, at = t->at;

    while (at < t->text.len) {
        const char c = t->text.ptr[at];
        size_t next = at + 1;

        if (c == '-' && aud_str_starts(aud_str_sub(t->text, at, 2), AUD_LIT("--"))) {
            const size_t behind = at + 2 < t->text.len && t->text.ptr[at + 2] == '['
                                      ? long_bracket_end(t->text, at + 2)
                                      : at + 2;
            const size_t line = aud_str_find(t->text, AUD_LIT("\n"), at);
            next = behind > at + 2 ? behind : line == SIZE_MAX ? t->text.len : line;
        } else if (c == '[') {
            const size_t behind = long_bracket_end(t->text, at);
            next = behind > at ? behind : at + 1;
        } else if (c == '"' || c == '\'') {
            next = string_end(t->text, at);
        } else if (c == '{') {
            depth++;
        } else if (c == '}' && --depth == 0) {
            move_to(t, at + 1);
            return true;
        }
        at = next;
    }
    move_to(t, t->text.len);
    return false;
}
