/* engine/tree/walk.c - JSON and YAML as one stream of events, and its parts as trees. */
#include "engine/tree/walk.h"

aud_status aud_walk_open(aud_walk *walk, aud_input *input, bool yaml, aud_error *err)
{
    const aud_json_limits limits = {.max_depth = AUD_WALK_DEPTH, .many = true};

    *walk = (aud_walk){.last_line = 1};
    return yaml ? aud_yaml_open(input, &limits, &walk->yaml, err)
                : aud_json_open(input, &limits, &walk->json, err);
}

void aud_walk_close(aud_walk *walk)
{
    aud_json_closep(&walk->json);
    aud_yaml_closep(&walk->yaml);
}

aud_status aud_walk_next(aud_walk *walk, aud_json_token *out, aud_error *err)
{
    const aud_status st =
        walk->yaml ? aud_yaml_next(walk->yaml, out, err) : aud_json_next(walk->json, out, err);

    if (st == AUD_E_FORMAT || st == AUD_E_LIMIT || st == AUD_E_UNSUPPORTED) {
        walk->broke = st;
    }
    if (st == AUD_OK) {
        walk->last_line = out->line;
    }
    return st;
}

aud_status aud_walk_resync(aud_walk *walk, aud_error *err)
{
    walk->broke = AUD_OK;
    return walk->yaml ? aud_yaml_resync(walk->yaml, err) : aud_json_resync(walk->json, err);
}

aud_status aud_walk_pass(aud_walk *walk, const aud_json_token *first, aud_error *err)
{
    aud_json_token token = *first;
    unsigned depth = 0;

    for (;;) {
        depth += token.event == AUD_JSON_OBJECT || token.event == AUD_JSON_ARRAY;
        depth -= token.event == AUD_JSON_OBJECT_END || token.event == AUD_JSON_ARRAY_END;
        if (depth == 0) {
            return AUD_OK;
        }
        AUD_TRY(aud_walk_next(walk, &token, err));
    }
}

/* --- trees ------------------------------------------------------------------------------------ */

typedef struct open_node {
    aud_node *node, *last;
    aud_str key;
    uint32_t key_line;
} open_node;

typedef struct growing {
    aud_walk *walk;
    aud_arena *arena;
    aud_walk_budget *budget;
    aud_node *root;
    open_node open[AUD_WALK_DEPTH];
    unsigned depth;
} growing;

static aud_status over(growing *g, uint32_t line, aud_error *err)
{
    (void)aud_fail(err, AUD_E_LIMIT, "one record of more than 1,000,000 values or 64 MiB of text");
    if (err) {
        err->line = line;
    }
    g->walk->broke = AUD_E_LIMIT;
    return AUD_E_LIMIT;
}

static aud_status keep(growing *g, const aud_json_token *token, aud_str *out, aud_error *err)
{
    if (token->text.len > g->budget->bytes) {
        return over(g, token->line, err);
    }
    g->budget->bytes -= token->text.len;
    return aud_arena_dup(g->arena, token->text, out, err);
}

static aud_node_kind kind_of(aud_json_event event)
{
    return event == AUD_JSON_OBJECT  ? AUD_NODE_MAP
           : event == AUD_JSON_ARRAY ? AUD_NODE_LIST
           : event == AUD_JSON_NULL  ? AUD_NODE_NULL
                                     : AUD_NODE_SCALAR;
}

static aud_status add(growing *g, const aud_json_token *token, aud_error *err)
{
    open_node *in = g->depth > 0 ? &g->open[g->depth - 1] : NULL;
    aud_node *node = AUD_ARENA_NEW(g->arena, aud_node);

    if (g->budget->nodes == 0) {
        return over(g, token->line, err);
    }
    g->budget->nodes--;
    if (!node) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    node->kind = kind_of(token->event);
    node->line = token->line;
    node->quoted = token->event == AUD_JSON_STRING;
    if (token->event == AUD_JSON_TRUE || token->event == AUD_JSON_FALSE) {
        node->text = token->event == AUD_JSON_TRUE ? AUD_LIT("true") : AUD_LIT("false");
    } else if (node->kind == AUD_NODE_SCALAR) {
        AUD_TRY(keep(g, token, &node->text, err));
    }
    if (in) {
        node->key = in->key;
        node->key_line = in->key_line;
        *(in->last ? &in->last->next : &in->node->first) = node;
        in->last = node;
        in->node->len++;
    } else {
        g->root = node;
    }
    if (node->kind == AUD_NODE_MAP || node->kind == AUD_NODE_LIST) {
        if (g->depth == AUD_WALK_DEPTH) {
            return over(g, token->line, err);
        }
        g->open[g->depth++] = (open_node){.node = node};
    }
    return AUD_OK;
}

aud_status aud_walk_tree(aud_walk *walk, const aud_json_token *first, aud_arena *arena,
                         aud_walk_budget *budget, aud_node **out, aud_error *err)
{
    growing g = {.walk = walk, .arena = arena, .budget = budget};
    aud_json_token token = *first;

    for (;;) {
        if (token.event == AUD_JSON_OBJECT_END || token.event == AUD_JSON_ARRAY_END) {
            g.depth--;
        } else if (token.event == AUD_JSON_KEY) {
            AUD_TRY(keep(&g, &token, &g.open[g.depth - 1].key, err));
            g.open[g.depth - 1].key_line = token.line;
        } else {
            AUD_TRY(add(&g, &token, err));
        }
        if (g.depth == 0) {
            *out = g.root;
            return AUD_OK;
        }
        AUD_TRY(aud_walk_next(walk, &token, err));
    }
}

static void wipe_text(aud_str text)
{
    /* our own copy in an arena; true and false are two characters' worth of nobody's secret */
    for (volatile char *at = (char *)(uintptr_t)text.ptr; at && at < text.ptr + text.len; at++) {
        *at = 0;
    }
}

void aud_walk_wipe(aud_node *node)
{
    for (aud_node *member = node->first; member; member = member->next) {
        aud_walk_wipe(member); /* no deeper than AUD_WALK_DEPTH */
    }
    if (node->quoted) {
        wipe_text(node->text);
    }
    node->text = (aud_str){NULL, 0};
}
