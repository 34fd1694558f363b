/* engine/ingest/httpd_tree.h - Apache httpd's configuration as a tree, included files in place. */
#ifndef AUD_INGEST_HTTPD_TREE_H
#define AUD_INGEST_HTTPD_TREE_H

#include "engine/ingest/config_tree.h"

/*
 * Names of directives and sections are in lower case. <IfModule>, <IfVersion> and <IfDefine> are no
 * nodes: what stands in them stands around them, under a condition where it cannot be told whether
 * it holds; what surely does not hold is left out. ${NAME} is replaced where a Define gives it.
 */
typedef struct httpd_tree {
    aud_config_files files;
    aud_conf_node root;
    AUD_VEC(aud_str) included;
    AUD_VEC(aud_mapping) defines;
} httpd_tree;

/* Errors: only the sink's, AUD_E_NOMEM, AUD_E_LIMIT. Source: httpd 2.4, server/config.c, util.c. */
AUD_NODISCARD aud_status aud_httpd_parse(httpd_tree *tree, const aud_reading *r, aud_str text,
                                         aud_error *err);
void aud_httpd_clear(httpd_tree *tree);

/* Whether the first bytes read as httpd's configuration; bits of evidence. */
unsigned aud_httpd_evidence(aud_str head);

#endif
