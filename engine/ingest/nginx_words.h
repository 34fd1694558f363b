/* engine/ingest/nginx_words.h - tokens of nginx's configuration, and of templates around them. */
#ifndef AUD_INGEST_NGINX_WORDS_H
#define AUD_INGEST_NGINX_WORDS_H

#include "engine/base/memory.h"

typedef struct ngx_text {
    aud_str text;
    size_t at;
    uint32_t line;
    bool templates; /* the text holds marks of a template: they are no words of nginx */
} ngx_text;

typedef enum ngx_token {
    NGX_WORD,
    NGX_SEMICOLON,
    NGX_OPEN,
    NGX_CLOSE,
    NGX_TEMPLATE, /* a template's statement, where a directive could begin */
    NGX_END,
    NGX_BROKEN, /* `why` says it */
} ngx_token;

typedef struct ngx_lexeme {
    ngx_token token;
    uint32_t line;
    aud_str text;   /* of a word, as written with its quotes and escapes; of a template all of it */
    bool quoted;    /* it begins with a quote; `text` lies between the two */
    bool templated; /* a part of it is a template's */
    const char *why;
} ngx_lexeme;

void ngx_text_begin(ngx_text *t, aud_str text);
/* `first`: a directive could begin here. */
ngx_lexeme ngx_next(ngx_text *t, bool first);
/* Moves behind the '}' that ends a block of Lua or JavaScript; false if none does. */
bool ngx_skip_code(ngx_text *t);
/* The name of a directive whose block is Lua or JavaScript. */
bool ngx_is_code(aud_str name);
/* Escapes resolved, into `arena`. */
AUD_NODISCARD aud_status ngx_unescape(const ngx_lexeme *word, aud_arena *arena, aud_str *out,
                                      aud_error *err);

#endif
