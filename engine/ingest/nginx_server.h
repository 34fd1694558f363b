/* engine/ingest/nginx_server.h - the values that hold in a block of nginx's configuration; for
 * nginx's own files only. */
#ifndef AUD_INGEST_NGINX_SERVER_H
#define AUD_INGEST_NGINX_SERVER_H

#include "engine/ingest/config_value.h"
#include "engine/ingest/nginx_tree.h"

enum { NGX_MAX_LEVELS = 24 };

/* Blocks that inherit, the inner first. */
typedef struct ngx_scope {
    const aud_conf_node *levels[NGX_MAX_LEVELS];
    size_t num;
    bool outer_known; /* the outermost is all there is around: it is the main file's */
    bool fragment;    /* there is no server around: what is not stated is absent */
} ngx_scope;

/* `unites`: several in one block add up; else nginx refuses a second one. */
aud_conf_value ngx_lookup(const ngx_scope *scope, const char *name, bool unites);

typedef struct ngx_reader {
    const aud_reading *reading;
    ngx_tree tree;
    bool main; /* the file has http, stream, mail or events: it is nginx's main one */
    size_t emitted;
} ngx_reader;

/* Versions that the block of `scope` enables, by its own directives and ssl_conf_command.
 * `prefix` is "ssl_" or an upstream's. */
AUD_NODISCARD aud_status ngx_protocols_of(const ngx_reader *n, const ngx_scope *scope,
                                          const char *prefix, aud_conf_protocols *out,
                                          aud_error *err);

/* Everything but addresses, names and versions, from the directives that begin with `prefix`. */
AUD_NODISCARD aud_status ngx_take_suites(ngx_reader *n, const ngx_scope *scope, const char *prefix,
                                         aud_tls_config *c, aud_error *err);
AUD_NODISCARD aud_status ngx_take_flags(const ngx_reader *n, const ngx_scope *scope,
                                        aud_tls_config *c, aud_error *err);
AUD_NODISCARD aud_status ngx_take_certificates(ngx_reader *n, const ngx_scope *scope,
                                               aud_tls_config *c, aud_error *err);
AUD_NODISCARD aud_status ngx_take_hsts(const ngx_reader *n, const ngx_scope *scope,
                                       aud_tls_config *c, aud_error *err);
/* "on" and "off"; a fact that is not stated takes the default. */
AUD_NODISCARD aud_status ngx_take_flag(const ngx_reader *n, const ngx_scope *scope,
                                       const char *directive, unsigned fact, aud_tls_config *c,
                                       aud_tri *out, aud_error *err);

/* Connections to backends that the block makes, each with its own scope. */
AUD_NODISCARD aud_status ngx_emit_upstreams(ngx_reader *n, const ngx_scope *scope, aud_error *err);

#endif
