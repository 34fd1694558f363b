/* engine/ingest/nginx_sniff.c - whether a text reads as nginx's configuration, and as which part.
 */
#include "engine/base/text.h"
#include "engine/ingest/nginx_tree.h"
#include "engine/ingest/nginx_words.h"

enum { ENOUGH = 400, MANY_STATEMENTS = 4000 };

static bool is_name(aud_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!((c >= 'a' && c <= 'z') || c == '_' || (i > 0 && c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return text.len > 0;
}

/* One directive, its words left out. */
typedef struct statement {
    ngx_token begin, end; /* begin: NGX_WORD for a directive; else the token itself */
    aud_str name;
    size_t num_args;
    bool templated;
} statement;

static statement next_statement(ngx_text *t)
{
    ngx_lexeme one = ngx_next(t, true);
    statement s = {.begin = one.token, .end = one.token, .name = one.text};

    if (one.token != NGX_WORD) {
        return s;
    }
    s.templated = one.templated;
    while ((one = ngx_next(t, false)).token == NGX_WORD) {
        s.num_args++;
    }
    s.end = one.token;
    return s;
}

/* Blocks that may stand at the top of a file. */
static bool is_top_block(const statement *s)
{
    static const char *const names[] = {
        "http",         "events", "stream",      "mail",     "upstream", "map",
        "geo",          "types",  "if",          "location", "rtmp",     "split_clients",
        "limit_except", "match",  "charset_map", "geoip2",
    };

    return s->templated || aud_conf_one_of(s->name, names, AUD_COUNT(names)) ||
           ngx_is_code(s->name) || (aud_str_eq(s->name, AUD_LIT("server")) && s->num_args == 0);
}

/* Words that only nginx says. */
static unsigned weight_of(const statement *s, bool in_server)
{
    static const char *const tls[] = {
        "ssl_protocols",       "ssl_ciphers",         "ssl_certificate",
        "ssl_certificate_key", "ssl_dhparam",         "ssl_ecdh_curve",
        "ssl_conf_command",    "ssl_session_tickets", "ssl_prefer_server_ciphers",
        "ssl_session_cache",   "ssl_session_timeout", "ssl_stapling",
        "proxy_ssl_verify",    "proxy_ssl_protocols", "ssl_session_ticket_key",
        "proxy_pass",          "grpc_pass",           "worker_connections",
    };

    if (s->end == NGX_SEMICOLON && s->num_args > 0 &&
        aud_conf_one_of(s->name, tls, AUD_COUNT(tls))) {
        return 60;
    }
    if (s->end == NGX_SEMICOLON && in_server &&
        (aud_str_eq(s->name, AUD_LIT("listen")) || aud_str_eq(s->name, AUD_LIT("server_name")))) {
        return 60;
    }
    return s->end == NGX_OPEN && aud_str_eq(s->name, AUD_LIT("http")) ? 60 : 0;
}

static bool may_be(aud_str head)
{
    return aud_str_has(head, AUD_LIT(";")) &&
           (aud_str_has(head, AUD_LIT("ssl")) || aud_str_has(head, AUD_LIT("server")) ||
            aud_str_has(head, AUD_LIT("http")) || aud_str_has(head, AUD_LIT("_pass")) ||
            aud_str_has(head, AUD_LIT("events")));
}

unsigned aud_nginx_evidence(aud_str head)
{
    unsigned bits = 0, depth = 0, server_depth = 0;
    ngx_text t;

    if (!may_be(head)) {
        return 0;
    }
    ngx_text_begin(&t, head);
    for (unsigned i = 0; i < MANY_STATEMENTS && bits < ENOUGH; i++) {
        const statement s = next_statement(&t);

        if (s.begin == NGX_CLOSE) {
            if (depth == 0) {
                return bits;
            }
            server_depth = server_depth == depth ? 0 : server_depth;
            depth--;
            continue;
        }
        if (s.begin == NGX_TEMPLATE || s.begin == NGX_SEMICOLON) {
            continue;
        }
        if (s.begin != NGX_WORD || (s.end != NGX_SEMICOLON && s.end != NGX_OPEN)) {
            return bits; /* the head is cut here, or the text is broken */
        }
        if (depth == 0 && !s.templated &&
            (!is_name(s.name) || (s.end == NGX_OPEN && !is_top_block(&s)))) {
            return 0;
        }
        bits += weight_of(&s, server_depth > 0);
        if (s.end == NGX_OPEN && ngx_is_code(s.name)) {
            if (!ngx_skip_code(&t)) {
                return bits;
            }
        } else if (s.end == NGX_OPEN) {
            depth++;
            if (aud_str_eq(s.name, AUD_LIT("server"))) {
                server_depth = depth;
            }
        }
    }
    return bits;
}

bool aud_nginx_is_main(aud_str text)
{
    static const char *const blocks[] = {"http", "stream", "mail", "events"};
    size_t depth = 0;
    ngx_text t;

    ngx_text_begin(&t, text);
    for (;;) {
        const statement s = next_statement(&t);

        if (s.begin == NGX_END || s.begin == NGX_BROKEN || s.end == NGX_END ||
            s.end == NGX_BROKEN) {
            return false;
        }
        if (s.begin == NGX_CLOSE) {
            depth -= depth > 0 ? 1 : 0;
        } else if (s.begin == NGX_WORD && s.end == NGX_OPEN && ngx_is_code(s.name)) {
            (void)ngx_skip_code(&t);
        } else if (s.end == NGX_OPEN) {
            if (depth == 0 && aud_conf_one_of(s.name, blocks, AUD_COUNT(blocks))) {
                return true;
            }
            depth++;
        }
    }
}
