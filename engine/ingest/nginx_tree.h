/* engine/ingest/nginx_tree.h - nginx's configuration as a tree, included files in their place. */
#ifndef AUD_INGEST_NGINX_TREE_H
#define AUD_INGEST_NGINX_TREE_H

#include "engine/ingest/config_files.h"

typedef struct ngx_word {
    aud_str text;   /* without quotes and escapes */
    bool templated; /* a template's marks are in it */
} ngx_word;

typedef struct ngx_node ngx_node;
struct ngx_node {
    aud_str name;
    const ngx_word *args;
    size_t num_args;
    aud_config_place at;
    bool block;
    /* What stands here is not known: an include that the source does not have, a template's
     * statement, the end of a file that breaks off. Empty for all others. */
    aud_str unread;
    unsigned conditions; /* templates' conditions around it, those around its block included */
    ngx_node *children, *last, *next, *parent;
};

typedef struct ngx_tree {
    aud_config_files files;
    ngx_node root;
    bool broken;               /* a gap was made */
    AUD_VEC(aud_str) included; /* paths of the files that were read as parts of it */
} ngx_tree;
void aud_nginx_clear(ngx_tree *tree);

/*
 * Reads the input and all that it includes. What cannot be parsed is a gap, and a node that is
 * unread in every block that was open. Errors: only the sink's, AUD_E_NOMEM, AUD_E_LIMIT.
 * Source: nginx 1.22 to 1.28, ngx_conf_file.c.
 */
AUD_NODISCARD aud_status aud_nginx_parse(ngx_tree *tree, const aud_reading *r, aud_str text,
                                         aud_error *err);

/* The next node of that name from `from` on; NULL if there is none. */
const ngx_node *ngx_find(const ngx_node *from, const char *name);
bool ngx_is(const ngx_node *node, const char *name);
/* The n-th argument, from 0; empty where there is none. */
aud_str ngx_arg(const ngx_node *node, size_t n);
/* Some argument is filled in by a template, or holds a variable. */
bool ngx_is_open(const ngx_node *node);
/* Under a template's condition inside its own block. */
bool ngx_is_conditional(const ngx_node *node);

/* Whether the first bytes read as nginx's configuration; bits of evidence. */
unsigned aud_nginx_evidence(aud_str head);
/* It has http, stream, mail or events: it is the file that nginx begins with. */
bool aud_nginx_is_main(aud_str text);

#endif
