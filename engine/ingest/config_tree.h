/* engine/ingest/config_tree.h - configuration of a server as a tree of directives and blocks. */
#ifndef AUD_INGEST_CONFIG_TREE_H
#define AUD_INGEST_CONFIG_TREE_H

#include "engine/ingest/config_files.h"

typedef struct aud_conf_word {
    aud_str text;   /* without quotes and escapes */
    bool templated; /* a template's marks, or a variable that nobody gives, are in it */
} aud_conf_word;

typedef struct aud_conf_node aud_conf_node;
struct aud_conf_node {
    aud_str name;
    const aud_conf_word *args;
    size_t num_args;
    aud_config_place at;
    bool block;
    /* What stands here is not known: an include that the source does not have, a template's
     * statement, the end of a file that breaks off. Empty for all others. */
    aud_str unread;
    unsigned conditions; /* around it, those around its block included */
    aud_conf_node *children, *last, *next, *parent;
};

/* The next node of that name from `from` on; NULL if there is none. */
const aud_conf_node *aud_conf_find(const aud_conf_node *from, const char *name);
bool aud_conf_is(const aud_conf_node *node, const char *name);
/* The n-th argument, from 0; empty where there is none. */
aud_str aud_conf_arg(const aud_conf_node *node, size_t n);
/* Some argument is filled in by a template, or holds a variable. */
bool aud_conf_is_open(const aud_conf_node *node);
/* Under a condition inside its own block. */
bool aud_conf_is_conditional(const aud_conf_node *node);
/* The first child that is not known; NULL if all are. */
const aud_conf_node *aud_conf_unread(const aud_conf_node *level);
/* The words of a directive with blanks between. */
AUD_NODISCARD aud_status aud_conf_words(const aud_conf_node *node, aud_arena *arena, aud_str *out,
                                        aud_error *err);
bool aud_conf_one_of(aud_str word, const char *const *words, size_t num);

/* Building: a new last child; its arguments, copied; why it is not known. */
AUD_NODISCARD aud_status aud_conf_add(aud_arena *arena, aud_conf_node *into, aud_config_place at,
                                      unsigned conditions, aud_conf_node **out, aud_error *err);
AUD_NODISCARD aud_status aud_conf_set_args(aud_arena *arena, aud_conf_node *node,
                                           const aud_conf_word *words, size_t num, aud_error *err);
AUD_NODISCARD aud_status aud_conf_set_unread(aud_arena *arena, aud_conf_node *node, const char *why,
                                             aud_str what, aud_error *err);

#endif
