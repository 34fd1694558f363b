/* engine/ingest/nginx_tree.h - nginx's configuration as a tree, included files in their place. */
#ifndef AUD_INGEST_NGINX_TREE_H
#define AUD_INGEST_NGINX_TREE_H

#include "engine/ingest/config_tree.h"

typedef struct ngx_tree {
    aud_config_files files;
    aud_conf_node root;
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

/* Whether the first bytes read as nginx's configuration; bits of evidence. */
unsigned aud_nginx_evidence(aud_str head);
/* It has http, stream, mail or events: it is the file that nginx begins with. */
bool aud_nginx_is_main(aud_str text);

#endif
