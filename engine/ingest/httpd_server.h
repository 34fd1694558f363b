/* engine/ingest/httpd_server.h - the values that hold in a virtual host; for httpd's own files. */
#ifndef AUD_INGEST_HTTPD_SERVER_H
#define AUD_INGEST_HTTPD_SERVER_H

#include "engine/ingest/config_value.h"
#include "engine/ingest/httpd_tree.h"

/* The virtual host and the server around it; the server alone. */
typedef struct httpd_scope {
    const aud_conf_node *levels[2]; /* the inner first */
    size_t num;
    bool outer_known, fragment;
} httpd_scope;

typedef struct httpd_reader {
    const aud_reading *reading;
    httpd_tree tree;
    bool main;
    size_t emitted;
} httpd_reader;

/* Of several lines the last one counts. */
aud_conf_value httpd_lookup(const httpd_scope *scope, const char *name);

/* Everything but addresses and names. */
AUD_NODISCARD aud_status httpd_take(httpd_reader *h, const httpd_scope *scope, aud_tls_config *c,
                                    aud_error *err);
/* The connection that this virtual host makes to its backends. */
AUD_NODISCARD aud_status httpd_take_proxy(httpd_reader *h, const httpd_scope *scope,
                                          aud_tls_config *c, aud_error *err);

#endif
