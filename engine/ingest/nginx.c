/* engine/ingest/nginx.c - nginx's configuration: http, stream and mail, and parts of them.
 *
 * A file with http, stream, mail or events is the main one: what it does not state is nginx's
 * default. Any other is a part of one: server blocks, or lines for the inside of some server. What
 * a part does not state its main file may; it is dropped where that file is in the source too
 * (aud_sink.covers).
 *
 * Versions are agreed on before the client's name is heard, so the default server of a socket rules
 * them for every other. TLS is spoken on a socket if any server says `ssl` there.
 */
#include <stdio.h>

#include "engine/base/text.h"
#include "engine/ingest/names.h"
#include "engine/ingest/nginx_server.h"

enum { MAX_BYTES = 16 << 20, MAX_SERVERS = 20000, MAX_LISTENS = 200000 };

/* One address of one server. */
typedef struct listening {
    size_t server; /* in `servers` */
    aud_str address;
    uint16_t port;
    bool ssl, quic, is_default, open; /* open: filled in by a template */
} listening;

typedef struct server {
    const aud_conf_node *node;
    ngx_scope scope;
    bool ssl_on; /* `ssl on`, or mail's `starttls` */
    bool web;    /* http: it may send headers */
} server;

typedef struct servers {
    ngx_reader *reader;
    AUD_VEC(server) list;
    AUD_VEC(listening) listens;
} servers;

static void servers_clear(servers *s)
{
    aud_free(s->list.items);
    aud_free(s->listens.items);
}

/* --- addresses -------------------------------------------------------------------------------- */

/* "443", "*:443", "[::]:443", "10.0.0.1", "unix:/run/x" as nginx means them. */
static aud_status read_address(const ngx_reader *n, aud_str text, listening *out, aud_error *err)
{
    aud_arena *arena = n->reading->arena;
    aud_str host;
    uint16_t port = 0;

    if (aud_str_starts(text, AUD_LIT("unix:"))) {
        out->address = text;
        return AUD_OK;
    }
    if (aud_port_parse(text, &port)) {
        out->port = port;
        return aud_arena_printf(arena, &out->address, err, "*:%u", port);
    }
    const bool v6 = aud_str_starts(text, AUD_LIT("["));
    const size_t from = v6 ? aud_str_find(text, AUD_LIT("]"), 0) : 0;
    const size_t colon = from == SIZE_MAX ? SIZE_MAX : aud_str_find(text, AUD_LIT(":"), from);
    host = aud_str_sub(text, 0, colon == SIZE_MAX ? text.len : colon);
    if (colon == SIZE_MAX) {
        port = 80;
    } else if (!aud_port_parse(aud_str_sub(text, colon + 1, text.len), &port)) {
        out->open = true;
        out->address = text;
        return AUD_OK;
    }
    out->port = port;
    host = aud_str_eq(host, AUD_LIT("0.0.0.0")) ? AUD_LIT("*") : host;
    return aud_arena_printf(arena, &out->address, err, "%.*s:%u", AUD_ARG(host), port);
}

static aud_status add_listen(servers *s, size_t at, const aud_conf_node *node, aud_error *err)
{
    listening l = {.server = at};

    if (node->num_args == 0) {
        return AUD_OK;
    }
    AUD_TRY(read_address(s->reader, aud_conf_arg(node, 0), &l, err));
    l.open = l.open || aud_conf_is_open(node) || aud_conf_is_conditional(node);
    for (size_t i = 1; i < node->num_args; i++) {
        const aud_str word = aud_conf_arg(node, i);
        l.ssl = l.ssl || aud_str_eq(word, AUD_LIT("ssl"));
        l.quic = l.quic || aud_str_eq(word, AUD_LIT("quic"));
        l.is_default = l.is_default || aud_str_eq(word, AUD_LIT("default_server")) ||
                       aud_str_eq(word, AUD_LIT("default"));
    }
    if (l.quic) { /* UDP: another socket than TCP's of the same number */
        AUD_TRY(aud_arena_printf(s->reader->reading->arena, &l.address, err, "%.*s/udp",
                                 AUD_ARG(l.address)));
    }
    if (s->listens.len >= MAX_LISTENS) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d addresses", MAX_LISTENS);
    }
    return AUD_VEC_PUSH(&s->listens, l, err);
}

/* --- gathering servers ------------------------------------------------------------------------ */

static bool flag_on(const ngx_scope *scope, const char *directive)
{
    const aud_conf_value v = ngx_lookup(scope, directive, false);
    const aud_str word = v.sure ? aud_conf_arg(v.sure, 0) : (aud_str){NULL, 0};

    return aud_str_ieq(word, AUD_LIT("on")) || aud_str_ieq(word, AUD_LIT("only"));
}

static bool states_any(const aud_conf_node *level, const char *const *names, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_conf_find(level->children, names[i])) {
            return true;
        }
    }
    return false;
}

static bool states_tls(const aud_conf_node *level)
{
    static const char *const names[] = {
        "ssl_protocols",          "ssl_ciphers", "ssl_certificate",     "ssl_conf_command",
        "ssl_ecdh_curve",         "ssl_dhparam", "ssl_session_tickets", "ssl_prefer_server_ciphers",
        "ssl_session_ticket_key",
    };

    return states_any(level, names, AUD_COUNT(names));
}

static aud_status add_server(servers *s, const aud_conf_node *node, const aud_conf_node *around,
                             bool web, aud_error *err)
{
    server one = {.node = node, .web = web};
    const size_t at = s->list.len;

    if (at >= MAX_SERVERS) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d servers", MAX_SERVERS);
    }
    one.scope = (ngx_scope){.levels = {node, around}, .num = 2, .outer_known = s->reader->main};
    one.ssl_on = flag_on(&one.scope, "ssl") || (!web && flag_on(&one.scope, "starttls"));
    AUD_TRY(AUD_VEC_PUSH(&s->list, one, err));
    const aud_conf_node *listen = aud_conf_find(node->children, "listen");
    if (!listen && !aud_conf_unread(node)) {
        const listening l = {.server = at, .address = AUD_LIT("*:80"), .port = 80};
        return AUD_VEC_PUSH(&s->listens, l, err);
    }
    for (; listen; listen = aud_conf_find(listen->next, "listen")) {
        AUD_TRY(add_listen(s, at, listen, err));
    }
    return AUD_OK;
}

static aud_status add_servers(servers *s, const aud_conf_node *around, bool web, aud_error *err)
{
    for (const aud_conf_node *node = aud_conf_find(around->children, "server"); node;
         node = aud_conf_find(node->next, "server")) {
        if (node->block) {
            AUD_TRY(add_server(s, node, around, web, err));
        }
    }
    return AUD_OK;
}

/* --- sockets ---------------------------------------------------------------------------------- */

/* The server that answers first on this socket. */
static const listening *ruler_of(const servers *s, const listening *own)
{
    const listening *first = own;

    for (size_t i = s->listens.len; i > 0; i--) {
        const listening *l = &s->listens.items[i - 1];
        if (aud_str_eq(l->address, own->address) && (!own->open || l == own)) {
            if (l->is_default) {
                return l;
            }
            first = l;
        }
    }
    return first;
}

static bool speaks_tls(const servers *s, const listening *own)
{
    const server *one = &s->list.items[own->server];

    if (own->ssl || own->quic || one->ssl_on) {
        return true;
    }
    if (own->open) { /* whether `ssl` is said is filled in: what else it states tells */
        return states_tls(one->node);
    }
    for (size_t i = 0; i < s->listens.len; i++) {
        const listening *l = &s->listens.items[i];
        if (aud_str_eq(l->address, own->address) && (l->ssl || s->list.items[l->server].ssl_on)) {
            return true;
        }
    }
    /* `ssl on` may stand in what is not read */
    return aud_conf_unread(one->node) && own->port == 443;
}

/* --- one server ------------------------------------------------------------------------------- */

static aud_status take_name(aud_tls_config *c, aud_str name, aud_buf *written, aud_error *err)
{
    const bool suffix = aud_str_starts(name, AUD_LIT("."));
    aud_str host = suffix ? aud_str_sub(name, 1, name.len) : name;

    AUD_TRY(aud_buf_printf(written, err, "%s%.*s", written->len > 0 ? "," : "",
                           AUD_ARG(aud_str_sub(name, 0, 256))));
    if (name.len == 0 || aud_str_eq(name, AUD_LIT("_"))) {
        c->catch_all = true;
        return AUD_OK;
    }
    if (aud_config_is_template(name) || aud_str_has(name, AUD_LIT("$"))) {
        c->names_open = true;
        return AUD_OK;
    }
    if (aud_str_starts(name, AUD_LIT("~")) || aud_str_ends(name, AUD_LIT(".*")) ||
        !aud_is_host(host)) {
        return AUD_OK;
    }
    if (suffix) {
        aud_str wild;
        AUD_TRY(aud_arena_printf(c->reading->arena, &wild, err, "*.%.*s", AUD_ARG(host)));
        AUD_TRY(aud_tls_config_name(c, wild, err));
    }
    return aud_tls_config_name(c, host, err);
}

static aud_status take_names(aud_tls_config *c, const server *one, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf written = {.max = 4096};

    c->names_open = aud_conf_unread(one->node);
    for (const aud_conf_node *node = aud_conf_find(one->node->children, "server_name"); node;
         node = aud_conf_find(node->next, "server_name")) {
        for (size_t i = 0; i < node->num_args && written.len < 2048; i++) {
            c->names_open = c->names_open || node->args[i].templated;
            AUD_TRY(take_name(c, node->args[i].text, &written, err));
        }
        c->names_open = c->names_open || aud_conf_is_conditional(node);
    }
    return aud_arena_dup(c->reading->arena, aud_buf_str(&written), &c->written_names, err);
}

/* What the default server's versions come to for this one. */
static aud_status take_protocols(servers *s, const listening *own, const aud_conf_protocols *p,
                                 aud_tls_config *c, aud_error *err)
{
    const listening *ruler = ruler_of(s, own);
    aud_config_setting setting = p->setting;

    c->protocols = p->bits & (own->quic ? 1U << AUD_TLS_1_3 : UINT32_MAX);
    c->protocols_extent = p->extent;
    if (ruler->server != own->server && setting.reason.len == 0) {
        const aud_conf_node *node = s->list.items[ruler->server].node;
        AUD_TRY(aud_arena_printf(c->reading->arena, &setting.reason, err,
                                 "the default server of %.*s (%.*s:%u) rules the versions",
                                 AUD_ARG(own->address), AUD_ARG(node->at.path), node->at.line));
    }
    return aud_tls_config_say(c, &setting, err);
}

static aud_status protocols_of(servers *s, const listening *own, aud_conf_protocols *out,
                               aud_error *err)
{
    const listening *ruler = ruler_of(s, own);

    return ngx_protocols_of(s->reader, &s->list.items[ruler->server].scope, "ssl_", out, err);
}

static bool same_protocols(const aud_conf_protocols *a, const aud_conf_protocols *b)
{
    return a->bits == b->bits && a->extent == b->extent;
}

/* The addresses from `at` on that enable the same versions make one subject. */
static aud_status emit_group(servers *s, size_t at, bool *done, aud_error *err)
{
    AUD_CLEANUP(aud_tls_config_clear) aud_tls_config c = {0};
    const listening *own = &s->listens.items[at];
    const server *one = &s->list.items[own->server];
    ngx_reader *n = s->reader;
    aud_conf_protocols mine, other;

    aud_tls_config_init(&c, n->reading, "nginx");
    c.partial = !n->main;
    c.at = one->node->at;
    AUD_TRY(protocols_of(s, own, &mine, err));
    for (size_t i = at; i < s->listens.len && s->listens.items[i].server == own->server; i++) {
        const listening *l = &s->listens.items[i];
        if (done[i] || !speaks_tls(s, l) || l->quic != own->quic) {
            continue;
        }
        AUD_TRY(protocols_of(s, l, &other, err));
        if (same_protocols(&mine, &other)) {
            done[i] = true;
            AUD_TRY(aud_tls_config_listen(&c, l->address, l->port, err));
            c.catch_all = c.catch_all || ruler_of(s, l)->server == own->server;
        }
    }
    AUD_TRY(take_names(&c, one, err));
    AUD_TRY(take_protocols(s, own, &mine, &c, err));
    AUD_TRY(ngx_take_suites(n, &one->scope, "ssl_", &c, err));
    AUD_TRY(ngx_take_flags(n, &one->scope, &c, err));
    AUD_TRY(ngx_take_certificates(n, &one->scope, &c, err));
    if (one->web) {
        AUD_TRY(ngx_take_hsts(n, &one->scope, &c, err));
    }
    n->emitted++;
    return aud_tls_config_emit(&c, err);
}

/* A server that turns every handshake away terminates nothing; it still rules its sockets. */
static bool rejects(const server *one)
{
    return flag_on(&one->scope, "ssl_reject_handshake");
}

static aud_status emit_servers(servers *s, aud_error *err)
{
    bool *done = aud_arena_array(s->reader->reading->arena, s->listens.len, sizeof *done);

    if (!done) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < s->listens.len; i++) {
        const listening *l = &s->listens.items[i];
        if (!done[i] && speaks_tls(s, l) && !rejects(&s->list.items[l->server])) {
            AUD_TRY(emit_group(s, i, done, err));
        }
    }
    for (size_t i = 0; i < s->list.len; i++) {
        AUD_TRY(ngx_emit_upstreams(s->reader, &s->list.items[i].scope, err));
    }
    return AUD_OK;
}

static aud_status read_context(ngx_reader *n, const aud_conf_node *around, bool web, aud_error *err)
{
    AUD_CLEANUP(servers_clear) servers s = {.reader = n};

    AUD_TRY(add_servers(&s, around, web, err));
    return emit_servers(&s, err);
}

/* --- fragments -------------------------------------------------------------------------------- */

/* Lines that no server stands around: judged for what they state. */
static aud_status emit_fragment(ngx_reader *n, const aud_conf_node *level, aud_error *err)
{
    AUD_CLEANUP(aud_tls_config_clear) aud_tls_config c = {0};
    const ngx_scope scope = {.levels = {level}, .num = 1, .fragment = true};
    aud_conf_protocols protocols;

    aud_tls_config_init(&c, n->reading, "nginx");
    c.fragment = true;
    c.partial = true;
    c.at = level->at;
    AUD_TRY(ngx_protocols_of(n, &scope, "ssl_", &protocols, err));
    c.protocols = protocols.bits;
    c.protocols_extent = protocols.extent;
    if (protocols.extent != AUD_EXTENT_ABSENT) {
        AUD_TRY(aud_tls_config_say(&c, &protocols.setting, err));
    }
    AUD_TRY(ngx_take_suites(n, &scope, "ssl_", &c, err));
    AUD_TRY(ngx_take_flags(n, &scope, &c, err));
    AUD_TRY(ngx_take_certificates(n, &scope, &c, err));
    AUD_TRY(ngx_take_hsts(n, &scope, &c, err));
    n->emitted++;
    return aud_tls_config_emit(&c, err);
}

/* Statements of http whose servers are elsewhere, and files of nothing but such lines. */
static aud_status read_fragments(ngx_reader *n, const aud_conf_node *level, aud_error *err)
{
    const bool servers_elsewhere =
        !aud_conf_find(level->children, "server") || aud_conf_unread(level);

    if (n->emitted == 0 && states_tls(level) && servers_elsewhere) {
        return emit_fragment(n, level, err);
    }
    return AUD_OK;
}

/* Locations by themselves may connect to backends. */
static aud_status read_part(ngx_reader *n, aud_error *err)
{
    const aud_conf_node *root = &n->tree.root;
    const ngx_scope scope = {.levels = {root}, .num = 1};

    AUD_TRY(read_context(n, root, true, err));
    if (!aud_conf_find(root->children, "server")) {
        AUD_TRY(ngx_emit_upstreams(n, &scope, err));
    }
    return read_fragments(n, root, err);
}

static aud_status read_main(ngx_reader *n, aud_error *err)
{
    static const char *const contexts[] = {"http", "stream", "mail"};

    for (size_t i = 0; i < AUD_COUNT(contexts); i++) {
        const aud_conf_node *node = aud_conf_find(n->tree.root.children, contexts[i]);
        for (; node; node = aud_conf_find(node->next, contexts[i])) {
            AUD_TRY(read_context(n, node, i == 0, err));
            AUD_TRY(read_fragments(n, node, err));
        }
    }
    return AUD_OK;
}

/* --- the reader ------------------------------------------------------------------------------- */

/* Whoever reads those files by themselves sees parts only. */
static aud_status cover_included(const ngx_reader *n, aud_error *err)
{
    const aud_sink *sink = n->reading->sink;

    for (size_t i = 0; sink->covers && n->emitted > 0 && i < n->tree.included.len; i++) {
        AUD_TRY(sink->covers(sink->ctx, n->tree.included.items[i], err));
    }
    return AUD_OK;
}

static aud_status read_tree(ngx_reader *n, aud_str text, aud_error *err)
{
    AUD_TRY(aud_nginx_parse(&n->tree, n->reading, text, err));
    AUD_TRY(n->main ? read_main(n, err) : read_part(n, err));
    return cover_included(n, err);
}

static aud_status nginx_read(aud_input *input, const aud_read_options *options,
                             aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    static const char *const prefixes[] = {"/etc/nginx/", "/usr/local/etc/nginx/",
                                           "/usr/local/nginx/conf/",
                                           "/usr/local/openresty/nginx/conf/", "/opt/nginx/conf/"};
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    ngx_reader n = {.reading = &reading};
    aud_str text;

    n.tree.files = (aud_config_files){
        .reading = &reading, .prefixes = prefixes, .num_prefixes = AUD_COUNT(prefixes)};
    AUD_TRY(input->whole(input, MAX_BYTES, &text, err));
    AUD_TRY(aud_arena_dup(reading.arena, text, &text, err)); /* opening others may end the view */
    n.main = n.tree.files.main = aud_nginx_is_main(text);
    const aud_status st = read_tree(&n, text, err);
    aud_nginx_clear(&n.tree);
    if (st != AUD_OK || !aud_may_hold_pem(text)) {
        return st;
    }
    AUD_TRY(input->rewind(input, err));
    return aud_adapter_certificates.read(input, options, scratch, sink, err);
}

static unsigned nginx_sniff(aud_str head)
{
    return aud_nginx_evidence(head);
}

const aud_adapter aud_adapter_nginx = {
    .name = "nginx",
    .spec = "nginx 1.11 to 1.28",
    .max_bytes = MAX_BYTES,
    .structured = true,
    .sniff = nginx_sniff,
    .read = nginx_read,
};
