/* engine/tree/node.h - small documents (configuration, waivers) as a tree with line numbers. */
#ifndef AUD_TREE_NODE_H
#define AUD_TREE_NODE_H

#include "engine/base/memory.h"

typedef enum aud_node_kind {
    AUD_NODE_NULL,
    AUD_NODE_SCALAR,
    AUD_NODE_LIST,
    AUD_NODE_MAP
} aud_node_kind;

typedef struct aud_node aud_node;
struct aud_node {
    aud_node_kind kind;
    bool quoted;   /* a scalar in quotes: a string whatever it looks like */
    uint32_t line; /* 1-based */
    aud_str text;  /* of a scalar */
    aud_str key;   /* in its map; empty in a list */
    uint32_t key_line;
    aud_node *first, *next; /* members, in order */
    size_t len;             /* number of members */
};

/*
 * YAML 1.1 as libyaml reads it, or JSON (a subset): one document, in UTF-8. Anchors and aliases,
 * duplicate and merge keys, tags, line separators that no editor shows, and more than 64 levels,
 * 100,000 nodes or 1 MiB are refused, with the line. An empty document is AUD_NODE_NULL.
 */
AUD_NODISCARD aud_status aud_node_parse(aud_str text, aud_arena *arena, const aud_node **out,
                                        aud_error *err);

const aud_node *aud_node_get(const aud_node *map, const char *key); /* NULL if absent or no map */
/*
 * Typed reads; AUD_E_USAGE with the line and the key if the node is of another kind. A text is any
 * scalar as it is written; a number is decimal and not in quotes; a bool is `true` or `false`, and
 * `yes`, `on` or `True` are refused with the word to write instead.
 */
AUD_NODISCARD aud_status aud_node_str(const aud_node *node, aud_str *out, aud_error *err);
AUD_NODISCARD aud_status aud_node_int(const aud_node *node, int64_t *out, aud_error *err);
AUD_NODISCARD aud_status aud_node_bool(const aud_node *node, bool *out, aud_error *err);
/* Refuses keys that are not in the NULL-terminated list, naming the nearest. */
AUD_NODISCARD aud_status aud_node_only(const aud_node *map, const char *const *keys,
                                       aud_error *err);

#endif
