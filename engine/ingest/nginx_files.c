/* engine/ingest/nginx_files.c - certificates, headers and backends of a block of nginx's
 * configuration. */
#include <stdio.h>

#include "engine/base/text.h"
#include "engine/ingest/names.h"
#include "engine/ingest/nginx_server.h"

/* --- certificates ----------------------------------------------------------------------------- */

static bool is_file(const aud_conf_node *node)
{
    const aud_str path = aud_conf_arg(node, 0);

    return node->num_args > 0 && !aud_conf_is_open(node) &&
           !aud_str_starts(path, AUD_LIT("data:")) && !aud_str_starts(path, AUD_LIT("engine:")) &&
           !aud_str_starts(path, AUD_LIT("store:"));
}

static aud_status say_file(const aud_conf_node *node, unsigned fact, aud_tls_config *c,
                           aud_error *err)
{
    const bool open = aud_conf_is_open(node) || aud_conf_is_conditional(node);
    const aud_config_setting setting = {
        .fact = fact,
        .origin = open ? AUD_ORIGIN_UNKNOWN : AUD_ORIGIN_STATED,
        .directive = node->name,
        .value = open ? (aud_str){NULL, 0} : aud_conf_arg(node, 0),
        .reason = open ? AUD_LIT("the file's name is filled in by a template or a variable")
                       : (aud_str){NULL, 0},
        .at = node->at,
    };

    return aud_tls_config_say(c, &setting, err);
}

static aud_status take_files(ngx_reader *n, const ngx_scope *scope, const char *directive,
                             unsigned fact, aud_tls_config *c, aud_error *err)
{
    const aud_conf_value v = ngx_lookup(scope, directive, true);

    for (const aud_conf_node *node = v.level ? aud_conf_find(v.level->children, directive) : NULL;
         node; node = aud_conf_find(node->next, directive)) {
        AUD_TRY(say_file(node, fact, c, err));
        AUD_TRY(fact == AUD_F_tls_config_key_files
                    ? aud_config_key(c, &n->tree.files, aud_conf_arg(node, 0), is_file(node), err)
                    : aud_config_certificate(c, &n->tree.files, aud_conf_arg(node, 0),
                                             is_file(node), err));
    }
    return AUD_OK;
}

static aud_status take_dh(ngx_reader *n, const ngx_scope *scope, aud_tls_config *c, aud_error *err)
{
    const aud_conf_value v = ngx_lookup(scope, "ssl_dhparam", false);

    if (v.sure && v.extent == AUD_EXTENT_WHOLE) {
        AUD_TRY(say_file(v.sure, AUD_F_tls_config_dh_bits, c, err));
        return aud_config_dh(c, &n->tree.files, aud_conf_arg(v.sure, 0), err);
    }
    if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment) {
        c->dh_extent = AUD_EXTENT_ABSENT; /* since 1.11.0 nginx has none of its own */
    }
    return AUD_OK;
}

aud_status ngx_take_certificates(ngx_reader *n, const ngx_scope *scope, aud_tls_config *c,
                                 aud_error *err)
{
    AUD_TRY(take_files(n, scope, "ssl_certificate", AUD_F_tls_config_certificate_files, c, err));
    AUD_TRY(take_files(n, scope, "ssl_certificate_key", AUD_F_tls_config_key_files, c, err));
    return take_dh(n, scope, c, err);
}

/* --- Strict-Transport-Security ---------------------------------------------------------------- */

typedef struct header {
    const aud_conf_node *node; /* NULL: the list does not set it */
    aud_str value;
    bool any; /* the block has a list of its own */
} header;

static header header_in(const aud_conf_node *level)
{
    const aud_str name = AUD_LIT("Strict-Transport-Security");
    header h = {0};

    for (const aud_conf_node *node = level->children; node; node = node->next) {
        if (aud_conf_is(node, "add_header")) {
            h.any = true;
            if (aud_str_ieq(aud_conf_arg(node, 0), name) && node->num_args >= 2) {
                h.node = node;
                h.value = aud_conf_arg(node, 1);
            }
        } else if (aud_conf_is(node, "more_set_headers")) {
            for (size_t i = 0; i < node->num_args; i++) {
                const aud_str text = node->args[i].text;
                if (text.len > name.len && text.ptr[name.len] == ':' &&
                    aud_str_ieq(aud_str_sub(text, 0, name.len), name)) {
                    h.node = node;
                    h.value = aud_str_sub(text, name.len + 1, text.len);
                }
            }
        }
    }
    return h;
}

static bool inherits_headers(const aud_conf_node *level)
{
    const aud_conf_node *node = aud_conf_find(level->children, "add_header_inherit");

    return node && aud_str_eq(aud_conf_arg(node, 0), AUD_LIT("merge"));
}

/* Blocks inside that have a list of their own without it: add_header is not added to, but
 * replaced. */
static aud_status note_lost(const ngx_reader *n, const aud_conf_node *level, aud_tls_config *c,
                            aud_error *err)
{
    for (const aud_conf_node *node = level->children; node; node = node->next) {
        if (!node->block || !(aud_conf_is(node, "location") || aud_conf_is(node, "if"))) {
            continue;
        }
        const header own = header_in(node);
        if (own.any && !own.node && !inherits_headers(node)) {
            aud_str place;
            AUD_TRY(aud_arena_printf(n->reading->arena, &place, err, "%.*s:%u",
                                     AUD_ARG(node->at.path), node->at.line));
            AUD_TRY(AUD_VEC_PUSH(&c->hsts_lost, place, err));
        } else {
            AUD_TRY(note_lost(n, node, c, err));
        }
    }
    return AUD_OK;
}

static aud_status set_hsts(const header *h, aud_tls_config *c, aud_error *err)
{
    const bool open = aud_conf_is_open(h->node) || aud_conf_is_conditional(h->node);
    aud_config_setting setting = {
        .fact = AUD_F_tls_config_hsts_seconds,
        .directive = h->node->name,
        .value = h->value,
        .at = h->node->at,
    };

    if (open || !aud_config_hsts_age(h->value, &c->hsts_seconds)) {
        setting.origin = AUD_ORIGIN_UNKNOWN;
        setting.value = (aud_str){NULL, 0};
        setting.reason = open ? AUD_LIT("the value is filled in by a template or a variable")
                              : AUD_LIT("the header tells no max-age");
    } else {
        c->hsts_extent = AUD_EXTENT_WHOLE;
    }
    return aud_tls_config_say(c, &setting, err);
}

/* A header that only locations set: from one for everything, else the first. */
static const aud_conf_node *location_with_header(const aud_conf_node *server)
{
    const aud_conf_node *found = NULL;

    for (const aud_conf_node *node = aud_conf_find(server->children, "location"); node;
         node = aud_conf_find(node->next, "location")) {
        if (node->block && header_in(node).node &&
            (!found || aud_str_eq(aud_conf_arg(node, 0), AUD_LIT("/")))) {
            found = node;
        }
    }
    return found;
}

aud_status ngx_take_hsts(const ngx_reader *n, const ngx_scope *scope, aud_tls_config *c,
                         aud_error *err)
{
    for (size_t i = 0; i < scope->num; i++) {
        const header h = header_in(scope->levels[i]);

        if (h.node) {
            AUD_TRY(set_hsts(&h, c, err));
            return note_lost(n, scope->levels[0], c, err);
        }
        for (const aud_conf_node *node = scope->levels[i]->children; node; node = node->next) {
            if (node->unread.len > 0) {
                const aud_config_setting setting = {
                    .fact = AUD_F_tls_config_hsts_seconds,
                    .origin = AUD_ORIGIN_UNKNOWN,
                    .directive = AUD_LIT("add_header"),
                    .reason = node->unread,
                    .at = node->at,
                };
                return aud_tls_config_say(c, &setting, err);
            }
        }
        if (h.any && !inherits_headers(scope->levels[i])) {
            break;
        }
    }
    const aud_conf_node *inner = scope->fragment ? NULL : location_with_header(scope->levels[0]);
    if (inner) {
        const header h = header_in(inner);
        return set_hsts(&h, c, err);
    }
    if (scope->outer_known) {
        c->hsts_extent = AUD_EXTENT_ABSENT;
    }
    return AUD_OK;
}

/* --- backends --------------------------------------------------------------------------------- */

static const struct backend {
    const char *pass, *scheme, *prefix;
} backends[] = {
    {"proxy_pass", "https://", "proxy_ssl_"},
    {"grpc_pass", "grpcs://", "grpc_ssl_"},
    {"uwsgi_pass", "suwsgi://", "uwsgi_ssl_"},
};

static aud_status emit_upstream(ngx_reader *n, const ngx_scope *scope, const aud_conf_node *pass,
                                const char *prefix, aud_error *err)
{
    AUD_CLEANUP(aud_tls_config_clear) aud_tls_config c = {0};
    aud_conf_protocols protocols;
    char verify[64];

    aud_tls_config_init(&c, n->reading, "nginx");
    c.upstream = true;
    c.partial = !n->main;
    c.at = pass->at;
    AUD_TRY(aud_tls_config_listen(&c, aud_conf_arg(pass, 0), 0, err));
    (void)snprintf(verify, sizeof verify, "%sverify", prefix);
    AUD_TRY(ngx_protocols_of(n, scope, prefix, &protocols, err));
    c.protocols = protocols.bits;
    c.protocols_extent = protocols.extent;
    AUD_TRY(aud_tls_config_say(&c, &protocols.setting, err));
    AUD_TRY(ngx_take_suites(n, scope, prefix, &c, err));
    AUD_TRY(ngx_take_flag(n, scope, verify, AUD_F_tls_config_upstream_verified, &c,
                          &c.upstream_verified, err));
    n->emitted++;
    return aud_tls_config_emit(&c, err);
}

static bool is_passed_on(const aud_conf_node *server)
{
    const aud_conf_node *on = aud_conf_find(server->children, "proxy_ssl");

    return on && aud_str_ieq(aud_conf_arg(on, 0), AUD_LIT("on"));
}

aud_status ngx_emit_upstreams(ngx_reader *n, const ngx_scope *scope, aud_error *err)
{
    const aud_conf_node *level = scope->levels[0];
    ngx_scope inner = {.outer_known = scope->outer_known, .num = scope->num + 1};

    for (size_t i = 0; i < AUD_COUNT(backends); i++) {
        const aud_conf_node *pass = aud_conf_find(level->children, backends[i].pass);
        if (pass && (aud_str_starts(aud_conf_arg(pass, 0), aud_str_of(backends[i].scheme)) ||
                     (i == 0 && is_passed_on(level)))) {
            AUD_TRY(emit_upstream(n, scope, pass, backends[i].prefix, err));
        }
    }
    if (scope->num == NGX_MAX_LEVELS) {
        return AUD_OK;
    }
    memcpy(inner.levels + 1, scope->levels, scope->num * sizeof scope->levels[0]);
    for (const aud_conf_node *node = level->children; node; node = node->next) {
        if (node->block && (aud_conf_is(node, "location") || aud_conf_is(node, "if") ||
                            aud_conf_is(node, "limit_except"))) {
            inner.levels[0] = node;
            AUD_TRY(ngx_emit_upstreams(n, &inner, err));
        }
    }
    return AUD_OK;
}
