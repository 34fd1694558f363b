/* engine/ingest/sslyze_json.c - reports of sslyze, as `sslyze --json_out=FILE` writes them.
 *
 *   {"sslyze_version": "6.0.0", "date_scans_started": "...", "invalid_server_strings": [...],
 *    "server_scan_results": [{"server_location": {"hostname", "ip_address", "port"},
 *      "network_configuration": {"tls_server_name_indication", "tls_opportunistic_encryption"},
 *      "connectivity_status", "connectivity_result", "scan_status",
 *      "scan_result": {"COMMAND": {"status", "result": {...}}, ...}}]}
 *
 * 3.x and 4.x have `scan_commands_results` with the bare results, `server_info` around the place,
 * failures in `scan_commands_errors` and `server_connectivity_errors`, and no dates. Keys stand in
 * any order: version and date, which may come behind the hosts, are read in a first pass.
 *
 * Taken is what was seen, not what sslyze thinks of it (trust, ordering, its verdicts by profile).
 * Left out: the certificate served without SNI (6.2), which is another endpoint's, of which nothing
 * else is told.
 */
#include "engine/ingest/endpoint_cert.h"
#include "engine/ingest/names.h"
#include "engine/ingest/sslyze_parts.h"

typedef aud_sslyze report;

static bool is(aud_str a, const char *b)
{
    return aud_str_eq(a, aud_str_of(b));
}

#define MEMBERS(r, token, table, err)                                                              \
    aud_scan_members(&(r)->scan, token, table, AUD_COUNT(table), r, err)

static aud_status read_text(report *r, const aud_json_token *token, aud_str *out, aud_error *err)
{
    return aud_scan_text(&r->scan, token, &r->endpoint.arena, out, err);
}

/* --- place ------------------------------------------------------------------------------------ */

static aud_status on_location(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"hostname", AUD_SCAN_FIELD(HOST, report, endpoint.host)},
        {"ip_address", AUD_SCAN_FIELD(ADDRESS, report, endpoint.address)},
        {"port", AUD_SCAN_FIELD(PORT, report, endpoint.port)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_sni(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_str text = {NULL, 0};

    AUD_TRY(read_text(r, token, &text, err));
    if (!aud_is_host(text) || aud_is_ip(text)) {
        return AUD_OK;
    }
    r->endpoint.sni_told = true;
    return aud_host_fold(text, &r->endpoint.arena, &r->endpoint.sni, err);
}

static aud_status on_opportunistic(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_endpoint *e = &r->endpoint;
    aud_str text = {NULL, 0};

    e->starttls_told = token->event == AUD_JSON_NULL;
    AUD_TRY(read_text(r, token, &text, err));
    if (!aud_is_host(text)) {
        return AUD_OK;
    }
    e->starttls_told = true;
    return is(text, "XMPP_SERVER") ? aud_endpoint_text(e, AUD_LIT("xmpp-server"), &e->starttls, err)
                                   : aud_host_fold(text, &e->arena, &e->starttls, err);
}

static aud_status on_network(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"tls_server_name_indication", AUD_SCAN_BY(on_sni)},
        {"tls_opportunistic_encryption", AUD_SCAN_BY(on_opportunistic)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_client_auth(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    if (token->event == AUD_JSON_STRING) {
        if (is(token->text, "DISABLED")) {
            r->endpoint.client_certificate = AUD_TRI_NO;
        } else if (is(token->text, "OPTIONAL") || is(token->text, "REQUIRED")) {
            r->endpoint.client_certificate = AUD_TRI_YES;
        }
    }
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_probe(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"client_auth_requirement", AUD_SCAN_BY(on_client_auth)}};
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_server_info(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"server_location", AUD_SCAN_BY(on_location)},
        {"network_configuration", AUD_SCAN_BY(on_network)},
        {"tls_probing_result", AUD_SCAN_BY(on_probe)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_connectivity(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    if (token->event == AUD_JSON_STRING && !is(token->text, "COMPLETED")) {
        r->no_connection = true;
    }
    return aud_scan_pass(&r->scan, token, err);
}

/* --- hosts ------------------------------------------------------------------------------------ */

static void begin_host(report *r, uint32_t line)
{
    aud_endpoint *e = &r->endpoint;

    aud_endpoint_begin(e);
    e->line = line;
    e->scanned_at = r->started;
    e->scanned_at_told = r->started_told;
    r->pems.len = 0;
    r->too_many = r->certs_failed = r->no_connection = false;
    r->failed = 0;
    r->in_host = r->results = true;
}

/* Chains in the order of the report; the first of each is a leaf. */
static aud_status add_chains(report *r, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;

    e->chain_whole = r->pems.len > 0 && !r->too_many;
    for (size_t i = 0; i < r->pems.len; i++) {
        const aud_sslyze_pem *p = &r->pems.items[i];
        const bool whole = e->chain_whole;
        AUD_TRY(aud_endpoint_cert_pem(e, r->reading, p->text, p->line, p->first && i > 0, err));
        e->chain_whole = whole && !e->chain_broken;
    }
    return r->too_many
               ? aud_endpoint_gap(e, r->reading, AUD_GAP_LIMIT, e->line,
                                  "more certificates than this program reads of one host", err)
               : AUD_OK;
}

static aud_status tell_failures(report *r, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;

    if (r->certs_failed) {
        AUD_TRY(aud_endpoint_gap(e, r->reading, AUD_GAP_UNREADABLE, e->line,
                                 "sslyze failed to get its certificates; scan again", err));
    }
    for (unsigned p = 0; p < AUD_NUM_PROTOCOLS; p++) {
        char reason[96];
        if (r->failed & 1u << p) {
            (void)snprintf(reason, sizeof(reason), "sslyze failed to try %s; scan again",
                           aud_protocol_name((aud_protocol)p));
            AUD_TRY(aud_endpoint_gap(e, r->reading, AUD_GAP_UNREADABLE, e->line, reason, err));
        }
    }
    return AUD_OK;
}

static bool has_place(const report *r)
{
    return r->endpoint.host.len > 0 && r->endpoint.port > 0;
}

static aud_status end_host(report *r, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;

    r->in_host = false;
    if (e->host.len == 0) {
        e->host = e->address;
    }
    if (!has_place(r)) {
        return aud_reading_gap(r->reading, AUD_GAP_BROKEN, e->line, err,
                               "a target without a readable host and port; scan again");
    }
    if (r->no_connection) {
        return aud_endpoint_gap(e, r->reading, AUD_GAP_UNREADABLE, e->line,
                                "sslyze could not connect; scan again", err);
    }
    AUD_TRY(add_chains(r, err));
    AUD_TRY(tell_failures(r, err));
    if (e->chain.len > 0 && !aud_endpoint_speaks_tls(e)) {
        /* it serves certificates, so it speaks TLS: in which versions, nobody asked */
        AUD_TRY(aud_endpoint_gap(e, r->reading, AUD_GAP_BROKEN, e->line,
                                 "sslyze tried no protocol version; scan again", err));
        return aud_endpoint_emit_certs(e, r->reading, err);
    }
    return aud_endpoint_emit(e, r->reading, err);
}

static aud_status on_host(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"server_location", AUD_SCAN_BY(on_location)},
        {"network_configuration", AUD_SCAN_BY(on_network)},
        {"server_info", AUD_SCAN_BY(on_server_info)},
        {"connectivity_status", AUD_SCAN_BY(on_connectivity)},
        {"connectivity_result", AUD_SCAN_BY(on_probe)},
        {"scan_status", AUD_SCAN_BY(on_connectivity)},
        {"scan_result", AUD_SCAN_BY(aud_sslyze_results)},
        {"scan_commands_results", AUD_SCAN_BY(aud_sslyze_bare_results)},
        {"scan_commands_errors", AUD_SCAN_BY(aud_sslyze_failed_commands)},
    };
    report *r = ctx;

    begin_host(r, token->line);
    if (token->event != AUD_JSON_OBJECT) {
        AUD_TRY(aud_scan_pass(&r->scan, token, err));
    } else {
        AUD_TRY(MEMBERS(r, token, members, err));
    }
    return end_host(r, err);
}

static aud_status on_hosts(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_elements(&r->scan, token, on_host, r, err);
}

/* "host:443", "host", "[::1]:443", "host:443{1.2.3.4}" */
static aud_status on_server_string(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_str text = {NULL, 0}, host;

    AUD_TRY(read_text(r, token, &text, err));
    const size_t brace = aud_str_find(text, AUD_LIT("{"), 0);
    text = aud_str_sub(text, 0, brace);
    if (!aud_host_port_split(text, &host, &r->endpoint.port) || host.len == 0) {
        return AUD_OK;
    }
    return aud_host_fold(host, &r->endpoint.arena, &r->endpoint.host, err);
}

static aud_status on_failed_host(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"server_string", AUD_SCAN_BY(on_server_string)},
        {"server_location", AUD_SCAN_BY(on_location)},
        {"server_info", AUD_SCAN_BY(on_server_info)},
    };
    report *r = ctx;

    begin_host(r, token->line);
    r->in_host = false;
    if (token->event != AUD_JSON_OBJECT) {
        AUD_TRY(aud_scan_pass(&r->scan, token, err));
    } else {
        AUD_TRY(MEMBERS(r, token, members, err));
    }
    if (!has_place(r)) {
        return aud_reading_gap(r->reading, AUD_GAP_UNREADABLE, token->line, err,
                               "%.*s%ssslyze could not scan a target; see the report, scan again",
                               AUD_ARG(r->endpoint.host), r->endpoint.host.len > 0 ? ": " : "");
    }
    return aud_endpoint_gap(&r->endpoint, r->reading, AUD_GAP_UNREADABLE, token->line,
                            "sslyze could not connect; scan again", err);
}

static aud_status on_failed_hosts(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_elements(&r->scan, token, on_failed_host, r, err);
}

/* --- the document ----------------------------------------------------------------------------- */

static aud_status on_version(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_text(&r->scan, token, &r->arena, &r->version, err);
}

static aud_status on_started(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_instant(&r->scan, token, &r->started, &r->started_told, err);
}

static aud_status walk(report *r, const aud_scan_member *members, size_t num, aud_error *err)
{
    aud_json_token token;

    AUD_TRY(aud_scan_json_open(&r->scan, r->reading, false, err));
    r->scan.arena = &r->endpoint.arena;
    AUD_TRY(aud_scan_next(&r->scan, &token, err));
    AUD_TRY(aud_scan_members(&r->scan, &token, members, num, r, err));
    const aud_status st = aud_scan_next(&r->scan, &token, err); /* nothing comes behind it */
    return st == AUD_END ? AUD_OK : st;
}

/* Version and date; what is broken will be met again. */
static aud_status first_pass(report *r, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"sslyze_version", AUD_SCAN_BY(on_version)},
        {"date_scans_started", AUD_SCAN_BY(on_started)},
    };
    const aud_sink *sink = r->reading->sink;

    const aud_status st = walk(r, members, AUD_COUNT(members), err);
    const bool own = st != AUD_OK && st != AUD_END && st == r->scan.broke;
    aud_scan_json_clear(&r->scan);
    if (st != AUD_OK && st != AUD_END && !own) {
        return st;
    }
    r->endpoint.scanner_version = r->version;
    if (r->started_told && sink->taken) {
        AUD_TRY(sink->taken(sink->ctx, r->started, err));
    }
    return r->reading->input->rewind(r->reading->input, err);
}

/* The document broke off or is malformed: what came before stands, the rest is a gap. */
static aud_status broken(report *r, const aud_error *why, aud_error *err)
{
    const aud_gap_kind kind = r->scan.broke == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_BROKEN;

    if (!r->in_host || !has_place(r)) {
        return aud_reading_gap(r->reading, kind, why->line, err,
                               "the report breaks off here: %s; scan again", why->message);
    }
    AUD_TRY(add_chains(r, err));
    AUD_TRY(aud_endpoint_emit_certs(&r->endpoint, r->reading, err));
    return aud_endpoint_gap(&r->endpoint, r->reading, kind, why->line,
                            "the report breaks off in the middle of this target; scan again", err);
}

static void report_clear(report *r)
{
    aud_scan_json_clear(&r->scan);
    aud_endpoint_clear(&r->endpoint);
    aud_free(r->pems.items);
    aud_arena_clear(&r->arena);
}

static aud_status sslyze_read(aud_input *input, const aud_read_options *options,
                              aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"server_scan_results", AUD_SCAN_BY(on_hosts)},
        {"server_connectivity_errors", AUD_SCAN_BY(on_failed_hosts)},
        {"invalid_server_strings", AUD_SCAN_BY(on_failed_hosts)},
    };
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(report_clear) report r = {.reading = &reading};
    aud_error why = {0};

    aud_arena_init(&r.arena, (size_t)1 << 20);
    aud_endpoint_init(&r.endpoint);
    r.endpoint.scanner = "sslyze";
    AUD_TRY(first_pass(&r, err));
    const aud_status st = walk(&r, members, AUD_COUNT(members), &why);
    if (st == r.scan.broke && st != AUD_OK) {
        return broken(&r, &why, err);
    }
    if (st != AUD_OK && st != AUD_END) {
        if (err) {
            *err = why;
        }
        return st;
    }
    return r.results ? AUD_OK
                     : aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                                       "the report holds no target; scan again");
}

/* Version and address of sslyze may stand behind all hosts: the names of its keys tell as much. */
static unsigned sslyze_sniff(aud_str head)
{
    static const char *const marks[] = {"\"server_scan_results\""};
    static const char *const beside[] = {
        "\"invalid_server_strings\"", "\"date_scans_started\"",         "\"date_scans_completed\"",
        "\"sslyze_version\"",         "\"server_connectivity_errors\"", "\"sslyze_url\"",
    };
    const aud_str start = aud_scan_json_start(head);
    const unsigned bits = aud_scan_json_bid(start, marks, AUD_COUNT(marks));

    for (size_t i = 0; bits > 0 && i < AUD_COUNT(beside); i++) {
        if (aud_str_has(start, aud_str_of(beside[i]))) {
            return bits + 8u * (unsigned)strlen(beside[i]);
        }
    }
    return 0;
}

const aud_adapter aud_adapter_sslyze_json = {
    .name = "sslyze_json",
    .spec = "sslyze 3 to 6, --json_out",
    .max_bytes = UINT64_C(4) << 30,
    .structured = true,
    .sniff = sslyze_sniff,
    .read = sslyze_read,
};
