/* engine/ingest/nginx_server.h - the values that hold in a block of nginx's configuration; for
 * nginx's own files only. */
#ifndef AUD_INGEST_NGINX_SERVER_H
#define AUD_INGEST_NGINX_SERVER_H

#include "engine/ingest/nginx_tree.h"
#include "engine/ingest/server_defaults.h"

enum { NGX_MAX_LEVELS = 24 };

/* Blocks that inherit, the inner first. */
typedef struct ngx_scope {
    const ngx_node *levels[NGX_MAX_LEVELS];
    size_t num;
    bool outer_known; /* the outermost is all there is around: it is the main file's */
    bool fragment;    /* there is no server around: what is not stated is absent */
} ngx_scope;

/* What holds for one directive. */
typedef struct ngx_value {
    const ngx_node *level; /* where it is stated; NULL: nowhere */
    const ngx_node *first; /* the first such directive there */
    const ngx_node *sure;  /* the last one whose words are literal; NULL: none */
    size_t count;
    aud_extent extent; /* ABSENT: not stated, so the server's default or nothing */
    aud_str reason;    /* why it is not WHOLE */
    aud_config_place at;
} ngx_value;

/* `unites`: several in one block add up; else nginx refuses a second one. */
ngx_value ngx_lookup(const ngx_scope *scope, const char *name, bool unites);

typedef struct ngx_reader {
    const aud_reading *reading;
    ngx_tree tree;
    bool main; /* the file has http, stream, mail or events: it is nginx's main one */
    size_t emitted;
} ngx_reader;

/* Versions that the block of `scope` enables, by its own directives and ssl_conf_command.
 * `prefix` is "ssl_" or an upstream's. */
typedef struct ngx_protocols {
    unsigned bits;
    aud_extent extent;
    aud_config_setting setting;
} ngx_protocols;
AUD_NODISCARD aud_status ngx_protocols_of(const ngx_reader *n, const ngx_scope *scope,
                                          const char *prefix, ngx_protocols *out, aud_error *err);

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

/* The words of a directive with blanks between. */
AUD_NODISCARD aud_status ngx_words_of(const ngx_node *node, aud_arena *arena, aud_str *out,
                                      aud_error *err);

#endif
