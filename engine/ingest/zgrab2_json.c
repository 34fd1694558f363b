/* engine/ingest/zgrab2_json.c - results of zgrab2: an object a line, of one host.
 *
 *   {"ip", "domain", "port", "data": {NAME: {"status", "protocol", "port", "timestamp",
 *     "result": {"handshake_log"}                                     (tls)
 *             | {"tls": {"handshake_log"}}                            (smtp, ftp, mysql ...)
 *             | {"response": {"request": {"url", "tls_log"}}}         (http)
 *   }}}
 *
 * Every module with a handshake is an endpoint. The port stands in the result from 1.0 on, or in
 * the input's; the http module tells it by the URL. Where it is told nowhere it is a gap, and what
 * the configuration says of the file (`endpoint: ":443"`) is taken. One handshake tells one version
 * and one suite, never that others are not offered. Secrets of the handshake are passed over.
 */
#include "engine/ingest/endpoint_cert.h"
#include "engine/ingest/names.h"
#include "engine/ingest/scan_json.h"

enum { MAX_CERT = 128 << 10, SUITE_TLS_1_3 = 0x1300 };

/* A module's result: the host may stand behind it, so its endpoint waits. */
typedef struct module {
    aud_str protocol, status, suite, group, url_host;
    uint16_t port;
    int64_t timestamp;
    bool timestamp_told;
    uint32_t line;
    bool hello, secure_url;
    bool upgraded; /* the banner of a STARTTLS answer is there */
    aud_str version, selected_version;
    uint64_t dh_bits, compression;
    aud_tri staple, ticket, renegotiation, master_secret;
    aud_tri heartbleed;
    aud_str certs[AUD_ENDPOINT_MAX_CERTS]; /* base64, leaf first */
    uint32_t lines[AUD_ENDPOINT_MAX_CERTS];
    size_t num_certs;
    bool leaf_told, too_many;
} module;

enum { MAX_MODULES = 32 };

typedef struct report {
    const aud_reading *reading;
    aud_scan_json scan;
    aud_arena arena; /* of the record at hand */
    aud_endpoint endpoint;
    module *modules; /* MAX_MODULES */
    size_t num_modules;
    module *m; /* the one at hand */
    aud_str domain, address;
    uint16_t port; /* of the record */
    uint32_t line;
    bool in_record, too_many, any;
    int64_t oldest;
} report;

#define MEMBERS(r, token, table, err)                                                              \
    aud_scan_members(&(r)->scan, token, table, AUD_COUNT(table), r, err)

static bool is(aud_str a, const char *b)
{
    return aud_str_eq(a, aud_str_of(b));
}

#define ON_TEXT(function, field)                                                                   \
    static aud_status function(void *ctx, const aud_json_token *token, aud_error *err)             \
    {                                                                                              \
        report *r = ctx;                                                                           \
        return aud_scan_text(&r->scan, token, &r->arena, &r->field, err);                          \
    }
#define ON_TRI(function, field)                                                                    \
    static aud_status function(void *ctx, const aud_json_token *token, aud_error *err)             \
    {                                                                                              \
        report *r = ctx;                                                                           \
        return aud_scan_tri(&r->scan, token, &r->field, err);                                      \
    }
#define MEMBER(function, key, ...)                                                                 \
    static aud_status function(void *ctx, const aud_json_token *token, aud_error *err)             \
    {                                                                                              \
        static const aud_scan_member members[] = {{key, __VA_ARGS__}};                             \
        report *r = ctx;                                                                           \
        return MEMBERS(r, token, members, err);                                                    \
    }

/* --- the handshake ---------------------------------------------------------------------------- */

ON_TEXT(on_version_name, m->version)
MEMBER(on_version, "name", AUD_SCAN_BY(on_version_name))
ON_TEXT(on_selected_name, m->selected_version)
MEMBER(on_selected, "name", AUD_SCAN_BY(on_selected_name))
MEMBER(on_selected_versions, "selected_version", AUD_SCAN_BY(on_selected))

/* the number is the truth, the name a spelling of it */
static aud_status on_suite_hex(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_text(&r->scan, token, &r->arena, &r->m->suite, err);
}

static aud_status on_suite_name(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return r->m->suite.len > 0 ? aud_scan_pass(&r->scan, token, err)
                               : aud_scan_text(&r->scan, token, &r->arena, &r->m->suite, err);
}

static aud_status on_suite(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"hex", AUD_SCAN_BY(on_suite_hex)},
                                              {"name", AUD_SCAN_BY(on_suite_name)}};
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

ON_TRI(on_staple, m->staple)
ON_TRI(on_ticket, m->ticket)
ON_TRI(on_renegotiation, m->renegotiation)
ON_TRI(on_master_secret, m->master_secret)

static aud_status on_compression(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_number(&r->scan, token, &r->m->compression, err);
}

static aud_status on_hello(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"version", AUD_SCAN_BY(on_version)},
        {"supported_versions", AUD_SCAN_BY(on_selected_versions)},
        {"cipher_suite", AUD_SCAN_BY(on_suite)},
        {"compression_method", AUD_SCAN_BY(on_compression)},
        {"ocsp_stapling", AUD_SCAN_BY(on_staple)},
        {"ticket", AUD_SCAN_BY(on_ticket)},
        {"secure_renegotiation", AUD_SCAN_BY(on_renegotiation)},
        {"extended_master_secret", AUD_SCAN_BY(on_master_secret)},
    };
    report *r = ctx;

    r->m->hello = token->event == AUD_JSON_OBJECT;
    return MEMBERS(r, token, members, err);
}

static aud_status keep_cert(report *r, size_t at, const aud_json_token *token, aud_error *err)
{
    module *m = r->m;

    m->lines[at] = token->line;
    if (token->event == AUD_JSON_STRING && token->text.len <= MAX_CERT) {
        AUD_TRY(aud_arena_dup(&r->arena, token->text, &m->certs[at], err));
    }
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_leaf_raw(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->m->leaf_told = true;
    return keep_cert(r, 0, token, err);
}
MEMBER(on_leaf, "raw", AUD_SCAN_BY(on_leaf_raw))

static aud_status on_issuer_raw(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return keep_cert(r, r->m->num_certs - 1, token, err);
}

static aud_status on_issuer(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"raw", AUD_SCAN_BY(on_issuer_raw)}};
    report *r = ctx;

    if (r->m->num_certs >= AUD_ENDPOINT_MAX_CERTS) {
        r->m->too_many = true;
        return aud_scan_pass(&r->scan, token, err);
    }
    r->m->lines[r->m->num_certs++] = token->line;
    return MEMBERS(r, token, members, err);
}

static aud_status on_chain(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_elements(&r->scan, token, on_issuer, r, err);
}

static aud_status on_certificates(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"certificate", AUD_SCAN_BY(on_leaf)},
                                              {"chain", AUD_SCAN_BY(on_chain)}};
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

ON_TEXT(on_curve_name, m->group)
MEMBER(on_curve, "name", AUD_SCAN_BY(on_curve_name))
MEMBER(on_ecdh, "curve_id", AUD_SCAN_BY(on_curve))

static aud_status on_prime_length(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_number(&r->scan, token, &r->m->dh_bits, err);
}
MEMBER(on_prime, "length", AUD_SCAN_BY(on_prime_length))
MEMBER(on_dh, "prime", AUD_SCAN_BY(on_prime))

static aud_status on_key_exchange(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"ecdh_params", AUD_SCAN_BY(on_ecdh)},
                                              {"dh_params", AUD_SCAN_BY(on_dh)}};
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_handshake(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"server_hello", AUD_SCAN_BY(on_hello)},
        {"server_certificates", AUD_SCAN_BY(on_certificates)},
        {"server_key_exchange", AUD_SCAN_BY(on_key_exchange)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

ON_TRI(on_heartbleed_works, m->heartbleed)
MEMBER(on_heartbleed, "heartbleed_vulnerable", AUD_SCAN_BY(on_heartbleed_works))

static aud_status on_tls(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"handshake_log", AUD_SCAN_BY(on_handshake)},
        {"heartbleed_log", AUD_SCAN_BY(on_heartbleed)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

/* --- modules ---------------------------------------------------------------------------------- */

static aud_status on_scheme(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->m->secure_url = token->event == AUD_JSON_STRING && is(token->text, "https");
    return aud_scan_pass(&r->scan, token, err);
}
ON_TEXT(on_url_host, m->url_host)

static aud_status on_url(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"scheme", AUD_SCAN_BY(on_scheme)},
                                              {"host", AUD_SCAN_BY(on_url_host)}};
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_request(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"url", AUD_SCAN_BY(on_url)},
                                              {"tls_log", AUD_SCAN_BY(on_tls)}};
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}
MEMBER(on_response, "request", AUD_SCAN_BY(on_request))

static aud_status on_upgrade(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->m->upgraded = token->event == AUD_JSON_STRING && token->text.len > 0;
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_result(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"handshake_log", AUD_SCAN_BY(on_handshake)},
        {"heartbleed_log", AUD_SCAN_BY(on_heartbleed)},
        {"tls", AUD_SCAN_BY(on_tls)},
        {"response", AUD_SCAN_BY(on_response)},
        {"starttls", AUD_SCAN_BY(on_upgrade)}, /* smtp, imap, pop3 */
        {"auth_tls", AUD_SCAN_BY(on_upgrade)}, /* ftp */
        {"auth_ssl", AUD_SCAN_BY(on_upgrade)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

ON_TEXT(on_status, m->status)
ON_TEXT(on_protocol, m->protocol)

static void read_port(const aud_json_token *token, uint16_t *out)
{
    if (!aud_port_parse(token->text, out)) {
        *out = 0;
    }
}

static aud_status on_module_port(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    read_port(token, &r->m->port);
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_timestamp(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_instant(&r->scan, token, &r->m->timestamp, &r->m->timestamp_told, err);
}

static aud_status on_module(void *ctx, aud_str key, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"status", AUD_SCAN_BY(on_status)},       {"protocol", AUD_SCAN_BY(on_protocol)},
        {"port", AUD_SCAN_BY(on_module_port)},    {"result", AUD_SCAN_BY(on_result)},
        {"timestamp", AUD_SCAN_BY(on_timestamp)},
    };
    report *r = ctx;
    aud_json_token token;

    AUD_UNUSED(key); /* the name of a section: `protocol` tells the module */
    AUD_TRY(aud_scan_next(&r->scan, &token, err));
    if (r->num_modules >= MAX_MODULES) {
        r->too_many = true;
        return aud_scan_pass(&r->scan, &token, err);
    }
    r->m = &r->modules[r->num_modules++];
    *r->m = (module){.line = token.line, .num_certs = 1};
    return MEMBERS(r, &token, members, err);
}

static aud_status on_data(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_each(&r->scan, token, on_module, r, err);
}

/* --- endpoints -------------------------------------------------------------------------------- */

/* "host:443" of a URL; a redirect leads to another host than the record's. */
static aud_status place_of_url(report *r, const module *m, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;
    aud_str host;

    if (!aud_host_port_split(m->url_host, &host, &e->port) || host.len == 0) {
        e->port = 0;
        return AUD_OK;
    }
    e->port = e->port == 0 ? 443 : e->port;
    AUD_TRY(aud_host_fold(host, &e->arena, &host, err));
    if (!aud_str_eq(host, r->domain) && !aud_str_eq(host, r->address)) {
        e->host = host;
        e->sni = aud_is_ip(host) ? (aud_str){NULL, 0} : host;
        e->sni_told = true;
        e->address = (aud_str){NULL, 0};
    }
    return AUD_OK;
}

/* What the configuration says of the file: "host:443", or ":443" for all hosts in it. */
static uint16_t configured_port(const report *r)
{
    aud_str host;
    uint16_t port = 0;

    return aud_host_port_split(r->reading->options->endpoint, &host, &port) ? port : 0;
}

static aud_status set_starttls(aud_endpoint *e, const module *m, aud_error *err)
{
    static const char *const upgrading[] = {"smtp", "imap", "pop3", "ftp"};
    static const char *const always[] = {"mysql", "postgres"};
    bool upgraded = false;

    e->starttls_told = is(m->protocol, "tls") || is(m->protocol, "http");
    for (size_t i = 0; i < AUD_COUNT(upgrading); i++) {
        if (is(m->protocol, upgrading[i])) {
            e->starttls_told = true;
            upgraded = m->upgraded;
        }
    }
    for (size_t i = 0; i < AUD_COUNT(always); i++) {
        upgraded = upgraded || is(m->protocol, always[i]);
    }
    return upgraded ? aud_endpoint_text(e, m->protocol, &e->starttls, err) : AUD_OK;
}

static aud_status set_place(report *r, const module *m, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;

    aud_endpoint_begin(e);
    e->line = m->line;
    e->host = r->domain.len > 0 ? r->domain : r->address;
    e->sni = aud_is_ip(r->domain) ? (aud_str){NULL, 0} : r->domain;
    e->sni_told = true;
    e->address = r->address;
    e->scanned_at = m->timestamp;
    e->scanned_at_told = m->timestamp_told;
    if (m->secure_url && m->url_host.len > 0 && m->hello) {
        AUD_TRY(place_of_url(r, m, err));
    }
    const uint16_t ports[] = {m->port, r->port, configured_port(r)};
    for (size_t i = 0; i < AUD_COUNT(ports) && e->port == 0; i++) {
        e->port = ports[i];
    }
    return set_starttls(e, m, err);
}

static aud_status set_handshake(report *r, const module *m, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;
    const aud_suite *suite = aud_suite_find(m->suite);
    const aud_str version = m->selected_version.len > 0 ? m->selected_version : m->version;
    const bool newest = suite && (aud_suite_code(suite) & 0xff00) == SUITE_TLS_1_3;
    aud_protocol protocol = AUD_TLS_1_3;

    e->suites_partial = e->protocols_told = true;
    if (m->suite.len > 0) {
        /* TLS 1.3 writes the version of 1.2 into its hello */
        const bool told = newest || aud_protocol_find(version, &protocol);
        AUD_TRY(
            aud_endpoint_suite_add(e, suite, m->suite, told ? 1u << protocol : 0, m->dh_bits, err));
    } else if (aud_protocol_find(version, &protocol)) {
        e->offered = 1u << protocol;
    }
    e->tested = e->offered;
    if (m->group.len > 0) {
        AUD_TRY(aud_endpoint_group_add(e, m->group, err));
    }
    e->compression = m->compression > 0 ? AUD_TRI_YES : AUD_TRI_UNKNOWN; /* none was asked for */
    e->session_tickets = m->ticket == AUD_TRI_YES ? AUD_TRI_YES : AUD_TRI_UNKNOWN;
    e->extended_master_secret = m->master_secret == AUD_TRI_YES ? AUD_TRI_YES : AUD_TRI_UNKNOWN;
    if (protocol != AUD_TLS_1_3) { /* there these answers stand elsewhere, or mean nothing */
        e->ocsp_stapled = m->staple;
        e->secure_renegotiation = m->renegotiation;
    }
    return m->heartbleed == AUD_TRI_UNKNOWN
               ? AUD_OK
               : aud_endpoint_attack_add(
                     e, "heartbleed",
                     m->heartbleed == AUD_TRI_YES ? AUD_ATTACK_WORKS : AUD_ATTACK_FAILS, err);
}

static aud_status add_chain(report *r, const module *m, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;
    bool whole = m->leaf_told && !m->too_many;

    e->leaf_lost = !m->leaf_told;
    for (size_t i = m->leaf_told ? 0 : 1; i < m->num_certs; i++) {
        AUD_TRY(aud_endpoint_cert_base64(e, r->reading, m->certs[i], m->lines[i], false, err));
    }
    e->chain_whole = whole && !e->chain_broken;
    return AUD_OK;
}

static const char *failure_of(const module *m)
{
    static const struct {
        const char *status, *reason;
    } known[] = {
        {"connection-refused", "zgrab2 could not connect (refused); scan again"},
        {"connection-timeout", "zgrab2 could not connect (time ran out); scan again"},
        {"connection-closed", "the connection was closed on zgrab2; scan again"},
        {"handshake-error", "zgrab2 got no handshake; scan with another tool too"},
        {"io-timeout", "zgrab2 got no answer in time; scan again"},
        {"protocol-error", "zgrab2 met another protocol than it was told; scan again"},
        {"application-error", "zgrab2 was refused by the application; scan again"},
        {"unknown-error", "zgrab2 failed; before 1.0 it speaks no TLS 1.3: scan with another tool"},
    };

    for (size_t i = 0; i < AUD_COUNT(known); i++) {
        if (is(m->status, known[i].status)) {
            return known[i].reason;
        }
    }
    return "zgrab2 did not succeed; scan again";
}

static aud_status emit_module(report *r, const module *m, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;
    const bool failed = !is(m->status, "success");

    AUD_TRY(set_place(r, m, err));
    if (e->host.len == 0) {
        return aud_reading_gap(r->reading, AUD_GAP_BROKEN, m->line, err,
                               "a result without a readable host; scan again");
    }
    if (!m->hello && !failed && !is(m->protocol, "tls")) {
        return AUD_OK; /* plain http, or smtp that was not asked for TLS: no word of TLS */
    }
    if (m->hello && e->port == 0) {
        AUD_TRY(aud_endpoint_gap(e, r->reading, AUD_GAP_BROKEN, m->line,
                                 "zgrab2 does not tell the port; give it in its input, or for the "
                                 "file in the configuration with 'endpoint: \":443\"'",
                                 err));
    }
    if (m->hello) {
        AUD_TRY(set_handshake(r, m, err));
        AUD_TRY(add_chain(r, m, err));
        if (e->port == 0) { /* served somewhere there: nobody's current holder */
            AUD_TRY(aud_endpoint_emit_certs(e, r->reading, err));
        } else {
            AUD_TRY(aud_endpoint_emit(e, r->reading, err));
        }
    }
    if (!failed && m->hello) {
        return AUD_OK;
    }
    if (m->hello && is(m->status, "application-error")) {
        return AUD_OK; /* behind a handshake that went well */
    }
    return aud_endpoint_gap(e, r->reading, AUD_GAP_UNREADABLE, m->line, failure_of(m), err);
}

/* --- records ---------------------------------------------------------------------------------- */

static aud_status end_record(report *r, aud_error *err)
{
    const aud_str host = r->domain.len > 0 ? r->domain : r->address;

    r->in_record = false;
    for (size_t i = 0; i < r->num_modules; i++) {
        const module *m = &r->modules[i];
        AUD_TRY(emit_module(r, m, err));
        r->oldest = m->timestamp_told && m->timestamp < r->oldest ? m->timestamp : r->oldest;
    }
    if (r->too_many) {
        return aud_reading_gap(r->reading, AUD_GAP_LIMIT, r->line, err,
                               "%.*s: more than %d results of one host", AUD_ARG(host),
                               MAX_MODULES);
    }
    if (r->num_modules == 0) { /* its tag fits no module, or the line is none of zgrab2's */
        return aud_reading_gap(r->reading, AUD_GAP_UNREADABLE, r->line, err,
                               "%.*s%sno module of zgrab2 scanned this target; scan again",
                               AUD_ARG(host), host.len > 0 ? ": " : "");
    }
    return AUD_OK;
}

static aud_status on_record(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"ip", AUD_SCAN_FIELD(ADDRESS, report, address)},
        {"domain", AUD_SCAN_FIELD(HOST, report, domain)},
        {"port", AUD_SCAN_FIELD(PORT, report, port)},
        {"data", AUD_SCAN_BY(on_data)},
    };
    report *r = ctx;

    aud_arena_reset(&r->arena);
    r->domain = r->address = (aud_str){NULL, 0};
    r->port = 0;
    r->num_modules = 0;
    r->line = token->line;
    r->too_many = false;
    r->in_record = r->any = true;
    AUD_TRY(MEMBERS(r, token, members, err));
    return end_record(r, err);
}

/* Certificates of a record that breaks off are whole; the rest is not. */
static aud_status on_cut(void *ctx, aud_gap_kind kind, const aud_error *why, aud_error *err)
{
    report *r = ctx;
    const aud_str host = r->domain.len > 0 ? r->domain : r->address;
    const bool known = r->in_record && host.len > 0;

    r->any = true;
    for (size_t i = 0; known && i < r->num_modules; i++) {
        const module *m = &r->modules[i];
        AUD_TRY(set_place(r, m, err));
        AUD_TRY(add_chain(r, m, err));
        AUD_TRY(aud_endpoint_emit_certs(&r->endpoint, r->reading, err));
    }
    r->in_record = false;
    return aud_reading_gap(
        r->reading, kind, why->line, err, "%.*s%sa result that cannot be read: %s; scan again",
        AUD_ARG(known ? host : ((aud_str){NULL, 0})), known ? ": " : "", why->message);
}

static void report_clear(report *r)
{
    aud_scan_json_clear(&r->scan);
    aud_endpoint_clear(&r->endpoint);
    aud_arena_clear(&r->arena);
    aud_free(r->modules);
}

static aud_status zgrab2_read(aud_input *input, const aud_read_options *options,
                              aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(report_clear) report r = {.reading = &reading, .oldest = INT64_MAX};

    aud_arena_init(&r.arena, (size_t)1 << 30);
    aud_endpoint_init(&r.endpoint);
    r.endpoint.scanner = "zgrab2";
    r.modules = aud_alloc_zero(MAX_MODULES, sizeof(*r.modules));
    if (!r.modules) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(aud_scan_json_open(&r.scan, &reading, true, err));
    r.scan.arena = &r.arena;
    AUD_TRY(aud_scan_lines(&r.scan, on_record, on_cut, &r, err));
    if (!r.any) {
        return aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                               "the report holds no result; scan again");
    }
    return r.oldest < INT64_MAX && sink->taken ? sink->taken(sink->ctx, r.oldest, err) : AUD_OK;
}

/* A list of targets alone is no result of a scan: only records with `data` bid. */
static unsigned zgrab2_sniff(aud_str head)
{
    static const char *const marks[] = {"\"data\"", "\"status\"", "\"protocol\""};
    static const char *const first[] = {"\"ip\"", "\"domain\"", "\"port\"", "\"data\""};
    const aud_str start = aud_scan_json_start(head);
    const unsigned bits = aud_scan_json_bid(start, marks, AUD_COUNT(marks));
    const aud_str key = aud_str_trim(aud_str_sub(start, 1, start.len));

    for (size_t i = 0; bits > 0 && i < AUD_COUNT(first); i++) {
        if (aud_str_starts(key, aud_str_of(first[i]))) {
            return bits + 8u * (unsigned)strlen(first[i]);
        }
    }
    return 0;
}

const aud_adapter aud_adapter_zgrab2_json = {
    .name = "zgrab2_json",
    .spec = "zgrab2 0.1 to 1.0, JSON lines",
    .max_bytes = UINT64_C(64) << 30,
    .structured = true,
    .sniff = zgrab2_sniff,
    .read = zgrab2_read,
};
