/* engine/ingest/nginx_tree.c - nginx's configuration as a tree, included files in their place. */
#include "engine/ingest/nginx_tree.h"

#include "engine/base/text.h"
#include "engine/ingest/config_template.h"
#include "engine/ingest/nginx_words.h"

enum {
    MAX_DEPTH = 100,
    MAX_INCLUDES = 4000,
    MAX_INCLUDE_DEPTH = 24,
    MAX_NODES = 2000000,
    MAX_WORDS = 8192, /* of one directive */
    MAX_FILE = 16 << 20,
};

/* A file being parsed; those that include it stand above. */
typedef struct source {
    const struct source *above;
    aud_str path;
    ngx_text text;
    unsigned depth;
    unsigned conditions;
} source;

typedef struct parse {
    ngx_tree *tree;
    const aud_reading *reading;
    size_t includes, nodes;
    AUD_VEC(aud_conf_word) words;
} parse;

/* --- building --------------------------------------------------------------------------------- */

static aud_status add_node(parse *p, const source *s, aud_conf_node *into, uint32_t line,
                           aud_conf_node **out, aud_error *err)
{
    if (++p->nodes > MAX_NODES) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d directives", MAX_NODES);
    }
    return aud_conf_add(p->reading->arena, into, (aud_config_place){s->path, line}, s->conditions,
                        out, err);
}

static aud_status add_unread(parse *p, const source *s, aud_conf_node *into, uint32_t line,
                             const char *why, aud_str what, aud_error *err)
{
    aud_conf_node *node;

    AUD_TRY(add_node(p, s, into, line, &node, err));
    return aud_conf_set_unread(p->reading->arena, node, why, what, err);
}

/* The file cannot be parsed any further: nobody knows what else stands in the blocks around. */
static aud_status give_up(parse *p, source *s, aud_conf_node *into, uint32_t line, const char *why,
                          aud_error *err)
{
    aud_sighting where = aud_reading_at(p->reading, line, AUD_USE_CONFIGURED);

    where.path = s->path;
    p->tree->broken = true;
    s->text.at = s->text.text.len;
    AUD_TRY(aud_reading_gap_at(p->reading, AUD_GAP_BROKEN, &where, err,
                               "nginx would not read this: %s; correct it here", why));
    for (aud_conf_node *open = into; open; open = open->parent) {
        AUD_TRY(add_unread(p, s, open, line, "the file cannot be read from here on",
                           (aud_str){NULL, 0}, err));
    }
    return AUD_OK;
}

/* What a template's statement does to what follows. */
static aud_status template_statement(parse *p, source *s, aud_conf_node *into,
                                     const ngx_lexeme *one, aud_error *err)
{
    switch (aud_template_effect_of(one->text)) {
    case AUD_TEMPLATE_OPENS:
        s->conditions++;
        return AUD_OK;
    case AUD_TEMPLATE_CLOSES:
        s->conditions -= s->conditions > 0 ? 1 : 0;
        return AUD_OK;
    case AUD_TEMPLATE_FILLS:
        return add_unread(p, s, into, one->line, "a template fills in what stands here",
                          (aud_str){NULL, 0}, err);
    case AUD_TEMPLATE_NOTHING:
        break;
    }
    return AUD_OK;
}

/* --- includes --------------------------------------------------------------------------------- */

static aud_status parse_blocks(parse *p, source *s, aud_conf_node *into, aud_error *err);

/* What nginx and its packages ship under these names holds nothing of TLS. */
static bool is_harmless(aud_str path)
{
    static const char *const names[] = {
        "mime.types",   "fastcgi_params",   "fastcgi.conf",    "scgi_params",
        "uwsgi_params", "proxy_params",     "koi-utf",         "koi-win",
        "win-utf",      "fastcgi-php.conf", "mime-types.conf",
    };
    size_t slash = path.len;

    while (slash > 0 && path.ptr[slash - 1] != '/') {
        slash--;
    }
    return aud_conf_one_of(aud_str_sub(path, slash, path.len), names, AUD_COUNT(names)) ||
           aud_str_has(path, AUD_LIT("modules-enabled/")) ||
           aud_str_has(path, AUD_LIT("nginx/modules/"));
}

static bool is_open_above(const source *s, aud_str path)
{
    for (; s; s = s->above) {
        if (aud_str_eq(s->path, path)) {
            return true;
        }
    }
    return false;
}

static aud_status parse_included(parse *p, source *above, aud_conf_node *into, uint32_t line,
                                 aud_input *input, aud_error *err)
{
    source s = {.above = above, .depth = above->depth + 1, .conditions = above->conditions};
    const aud_reading *r = p->reading;
    aud_str bytes;

    AUD_TRY(aud_arena_dup(r->arena, input->path, &s.path, err));
    if (is_open_above(above, s.path) || s.depth > MAX_INCLUDE_DEPTH ||
        ++p->includes > MAX_INCLUDES) {
        return give_up(p, above, into, line, "files include each other in a circle, or too many",
                       err);
    }
    const aud_status st = input->whole(input, MAX_FILE, &bytes, err);
    if (st != AUD_OK) {
        return st == AUD_E_NOMEM
                   ? st
                   : add_unread(p, above, into, line, "the file that is included cannot be read",
                                s.path, err);
    }
    AUD_TRY(aud_arena_dup(r->arena, bytes, &bytes, err));
    AUD_TRY(AUD_VEC_PUSH(&p->tree->included, s.path, err));
    ngx_text_begin(&s.text, bytes);
    return parse_blocks(p, &s, into, err);
}

static aud_status include_one(parse *p, source *s, aud_conf_node *into, uint32_t line,
                              aud_str written, aud_input **input, aud_error *err)
{
    if (*input) {
        return parse_included(p, s, into, line, *input, err);
    }
    return is_harmless(written)
               ? AUD_OK
               : add_unread(p, s, into, line, "the source does not have the file that is included",
                            written, err);
}

static aud_status include_plain(parse *p, source *s, aud_conf_node *into, uint32_t line,
                                aud_str path, aud_error *err)
{
    AUD_CLEANUP(aud_config_closep) aud_input *input = NULL;

    AUD_TRY(aud_config_open(&p->tree->files, path, &input, err));
    return include_one(p, s, into, line, path, &input, err);
}

static aud_status include_glob(parse *p, source *s, aud_conf_node *into, uint32_t line,
                               aud_str pattern, aud_error *err)
{
    aud_str *paths = NULL;
    size_t num = 0;

    AUD_TRY(aud_config_glob(&p->tree->files, pattern, &paths, &num, err));
    if (num == 0 && !is_harmless(pattern)) {
        return add_unread(p, s, into, line, "nothing in the source fits the files included",
                          pattern, err);
    }
    for (size_t i = 0; i < num; i++) {
        AUD_CLEANUP(aud_config_closep) aud_input *input = NULL;
        const aud_status st = p->reading->input->open(p->reading->input, paths[i], &input, err);

        if (st == AUD_E_NOMEM) {
            return st;
        }
        AUD_TRY(include_one(p, s, into, line, paths[i], &input, err));
    }
    return AUD_OK;
}

static aud_status include(parse *p, source *s, aud_conf_node *into, uint32_t line,
                          const aud_conf_word *path, aud_error *err)
{
    const aud_str text = path->text;

    if (path->templated || aud_config_is_template(text) || aud_str_has(text, AUD_LIT("$"))) {
        return is_harmless(text)
                   ? AUD_OK
                   : add_unread(p, s, into, line,
                                "the name of the file that is included is filled in", text, err);
    }
    const bool wild = aud_str_has(text, AUD_LIT("*")) || aud_str_has(text, AUD_LIT("?")) ||
                      aud_str_has(text, AUD_LIT("["));
    return wild ? include_glob(p, s, into, line, text, err)
                : include_plain(p, s, into, line, text, err);
}

/* --- directives ------------------------------------------------------------------------------- */

/* The words behind the first up to ';' or '{'. */
static aud_status take_words(parse *p, source *s, const ngx_lexeme *first, ngx_lexeme *out_end,
                             aud_error *err)
{
    ngx_lexeme one = *first;

    p->words.len = 0;
    do {
        aud_conf_word word = {.templated = one.templated};

        if (p->words.len >= MAX_WORDS) {
            *out_end = (ngx_lexeme){
                .token = NGX_BROKEN, .line = one.line, .why = "a directive has too many words"};
            return AUD_OK;
        }
        AUD_TRY(ngx_unescape(&one, p->reading->arena, &word.text, err));
        AUD_TRY(AUD_VEC_PUSH(&p->words, word, err));
        one = ngx_next(&s->text, false);
    } while (one.token == NGX_WORD);
    *out_end = one;
    return AUD_OK;
}

static aud_status keep_words(parse *p, aud_conf_node *node, aud_error *err)
{
    node->name = p->words.items[0].text;
    return aud_conf_set_args(p->reading->arena, node, p->words.items + 1, p->words.len - 1, err);
}

/* Takes one directive; a block becomes `*out_block`, whose inside comes next. */
static aud_status directive(parse *p, source *s, aud_conf_node *into, const ngx_lexeme *first,
                            aud_conf_node **out_block, aud_error *err)
{
    ngx_lexeme end;
    aud_conf_node *node;

    AUD_TRY(take_words(p, s, first, &end, err));
    switch (end.token) {
    case NGX_SEMICOLON:
        if (aud_str_eq(p->words.items[0].text, AUD_LIT("include")) && p->words.len == 2) {
            const aud_conf_word path = p->words.items[1];
            return include(p, s, into, first->line, &path, err);
        }
        AUD_TRY(add_node(p, s, into, first->line, &node, err));
        return keep_words(p, node, err);
    case NGX_OPEN:
        AUD_TRY(add_node(p, s, into, first->line, &node, err));
        AUD_TRY(keep_words(p, node, err));
        node->block = true;
        if (!ngx_is_code(node->name)) {
            *out_block = node;
            return AUD_OK;
        }
        return ngx_skip_code(&s->text)
                   ? AUD_OK
                   : give_up(p, s, into, first->line, "a block of code is not closed", err);
    case NGX_CLOSE:
    case NGX_END:
        return give_up(p, s, into, first->line, "a directive is not ended by ';'", err);
    case NGX_BROKEN:
        return give_up(p, s, into, end.line, end.why, err);
    case NGX_WORD:
    case NGX_TEMPLATE:
        break;
    }
    return AUD_OK;
}

/* Conditions that a block opens and does not close stay with the file. */
static aud_status parse_blocks(parse *p, source *s, aud_conf_node *into, aud_error *err)
{
    aud_conf_node *top = into, *block = NULL;
    size_t depth = 0;
    bool filled_in = false; /* "<%= name %>": the ';' behind it ends no directive of ours */

    for (;;) {
        const ngx_lexeme one = ngx_next(&s->text, true);
        const bool was_filled_in = filled_in;

        filled_in = one.token == NGX_TEMPLATE;
        switch (one.token) {
        case NGX_WORD:
            block = NULL;
            AUD_TRY(directive(p, s, into, &one, &block, err));
            if (block && ++depth > MAX_DEPTH) {
                return give_up(p, s, block, one.line, "blocks stand too deep in each other", err);
            }
            if (block) {
                into = block;
            }
            break;
        case NGX_SEMICOLON:
            if (!was_filled_in) {
                return give_up(p, s, into, one.line, "a ';' ends no directive", err);
            }
            break;
        case NGX_OPEN:
            if (!was_filled_in) {
                return give_up(p, s, into, one.line, "a '{' has no directive before it", err);
            }
            AUD_TRY(add_node(p, s, into, one.line, &block, err));
            block->block = true;
            into = block;
            depth++;
            break;
        case NGX_CLOSE:
            if (into == top) {
                return give_up(p, s, into, one.line, "a '}' closes no block", err);
            }
            into = into->parent;
            depth--;
            break;
        case NGX_TEMPLATE:
            AUD_TRY(template_statement(p, s, into, &one, err));
            break;
        case NGX_BROKEN:
            return give_up(p, s, into, one.line, one.why, err);
        case NGX_END:
            return into == top ? AUD_OK
                               : give_up(p, s, into, into->at.line, "a block is not closed", err);
        }
    }
}

void aud_nginx_clear(ngx_tree *tree)
{
    aud_free(tree->included.items);
    tree->included.items = NULL;
}

aud_status aud_nginx_parse(ngx_tree *tree, const aud_reading *r, aud_str text, aud_error *err)
{
    parse p = {.tree = tree, .reading = r};
    source s = {.path = r->input->path};

    tree->root = (aud_conf_node){.at = {r->input->path, 1}, .block = true};
    ngx_text_begin(&s.text, text);
    const aud_status st = parse_blocks(&p, &s, &tree->root, err);
    aud_free(p.words.items);
    return st;
}
