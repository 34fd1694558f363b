/* engine/ingest/tlsx_json.c - results of tlsx, as `tlsx -json` writes them: an object a line.
 *
 *   {"timestamp", "host", "ip", "port": "443", "probe_status", "tls_version", "cipher", "sni",
 *    "not_after", "subject_dn", "fingerprint_hash": {"sha256"}, "certificate" (with -cert),
 *    "chain": [{"certificate"}] (with -tls-chain), "version_enum", "cipher_enum", ...}
 *
 * An object may fill several lines, as jq prints it. One handshake tells one version and one suite;
 * version_enum and cipher_enum more of them, but never all: what tlsx did not see may be offered.
 * STARTTLS it does not speak. A flag that is not there is not told: tlsx leaves out what is false.
 */
#include "engine/base/instant.h"
#include "engine/ingest/endpoint_cert.h"
#include "engine/ingest/names.h"
#include "engine/ingest/scan_json.h"

enum { MAX_PEM = 256 << 10 };

typedef struct pem {
    aud_str text;
    uint32_t line;
} pem;

typedef struct report {
    const aud_reading *reading;
    aud_scan_json scan;
    aud_endpoint endpoint;
    aud_str version, cipher, sni; /* of the handshake */
    AUD_VEC(pem) pems;            /* behind the leaf */
    pem leaf;
    aud_protocol enumerated; /* version of the suites at hand */
    bool enumerated_told, chain_told, in_record;
    aud_tri probed;
    int64_t oldest; /* time of a record */
    bool any;
} report;

#define MEMBERS(r, token, table, err)                                                              \
    aud_scan_members(&(r)->scan, token, table, AUD_COUNT(table), r, err)

static aud_status read_text(report *r, const aud_json_token *token, aud_str *out, aud_error *err)
{
    return aud_scan_text(&r->scan, token, &r->endpoint.arena, out, err);
}

/* --- place and time --------------------------------------------------------------------------- */

static aud_status on_timestamp(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_endpoint *e = &r->endpoint;

    AUD_TRY(aud_scan_instant(&r->scan, token, &e->scanned_at, &e->scanned_at_told, err));
    if (e->scanned_at_told && e->scanned_at < r->oldest) {
        r->oldest = e->scanned_at;
    }
    return AUD_OK;
}

/* --- versions and suites ---------------------------------------------------------------------- */

static aud_status on_seen_version(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_protocol protocol;

    if (token->event == AUD_JSON_STRING) {
        if (aud_protocol_find(token->text, &protocol)) {
            r->endpoint.offered |= 1u << protocol;
        } else {
            r->endpoint.odd_protocol = true;
        }
    }
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_version_enum(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_elements(&r->scan, token, on_seen_version, r, err);
}

static aud_status add_suite(report *r, aud_str name, bool told, aud_protocol protocol,
                            aud_error *err)
{
    return aud_endpoint_suite_add(&r->endpoint, aud_suite_find(name), name,
                                  told ? 1u << protocol : 0, 0, err);
}

static aud_status on_seen_suite(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_str name = {NULL, 0};

    AUD_TRY(read_text(r, token, &name, err));
    return name.len > 0 ? add_suite(r, name, r->enumerated_told, r->enumerated, err) : AUD_OK;
}

/* {"weak": [...], "secure": [...]}: how tlsx thinks of them does not matter */
static aud_status on_suite_class(void *ctx, aud_str key, aud_error *err)
{
    report *r = ctx;
    aud_json_token token;

    AUD_UNUSED(key);
    AUD_TRY(aud_scan_next(&r->scan, &token, err));
    return aud_scan_elements(&r->scan, &token, on_seen_suite, r, err);
}

static aud_status on_suites(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return token->event == AUD_JSON_ARRAY
               ? aud_scan_elements(&r->scan, token, on_seen_suite, r, err)
               : aud_scan_each(&r->scan, token, on_suite_class, r, err);
}

static aud_status on_suites_version(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->enumerated_told =
        token->event == AUD_JSON_STRING && aud_protocol_find(token->text, &r->enumerated);
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_cipher_set(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"version", AUD_SCAN_BY(on_suites_version)},
        {"ciphers", AUD_SCAN_BY(on_suites)},
    };
    report *r = ctx;

    r->enumerated_told = false;
    return MEMBERS(r, token, members, err);
}

static aud_status on_cipher_enum(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_elements(&r->scan, token, on_cipher_set, r, err);
}

/* --- certificates ----------------------------------------------------------------------------- */

static aud_status keep_pem(report *r, const aud_json_token *token, pem *out, aud_error *err)
{
    out->line = token->line;
    if (token->event == AUD_JSON_STRING && token->text.len <= MAX_PEM) {
        AUD_TRY(aud_arena_dup(&r->endpoint.arena, token->text, &out->text, err));
    }
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_certificate(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return keep_pem(r, token, &r->leaf, err);
}

static aud_status on_issuer_pem(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return keep_pem(r, token, &r->pems.items[r->pems.len - 1], err);
}

static aud_status on_issuer(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"certificate", AUD_SCAN_BY(on_issuer_pem)}};
    report *r = ctx;

    if (r->pems.len + 1 >= AUD_ENDPOINT_MAX_CERTS) {
        return aud_scan_pass(&r->scan, token, err);
    }
    AUD_TRY(AUD_VEC_PUSH(&r->pems, (pem){0}, err));
    return MEMBERS(r, token, members, err);
}

static aud_status on_chain(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->chain_told = token->event == AUD_JSON_ARRAY;
    return aud_scan_elements(&r->scan, token, on_issuer, r, err);
}

static aud_status on_sha256(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const char hex[] = "0123456789abcdef";
    report *r = ctx;
    bool sound = token->event == AUD_JSON_STRING && token->text.len == 64;

    for (size_t i = 0; sound && i < token->text.len; i++) {
        sound = memchr(hex, token->text.ptr[i], sizeof(hex) - 1) != NULL;
    }
    return sound ? read_text(r, token, &r->endpoint.declared_sha256, err)
                 : aud_scan_pass(&r->scan, token, err);
}

static aud_status on_fingerprints(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"sha256", AUD_SCAN_BY(on_sha256)}};
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_not_after(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_endpoint *e = &r->endpoint;

    return aud_scan_instant(&r->scan, token, &e->declared_not_after, &e->declared_not_after_told,
                            err);
}

/* --- records ---------------------------------------------------------------------------------- */

static void begin_record(report *r, uint32_t line)
{
    aud_endpoint *e = &r->endpoint;

    aud_endpoint_begin(e);
    e->line = line;
    e->suites_partial = e->protocols_told = e->starttls_told = true;
    r->version = r->cipher = r->sni = (aud_str){NULL, 0};
    r->pems.len = 0;
    r->leaf = (pem){0};
    r->chain_told = false;
    r->probed = AUD_TRI_UNKNOWN;
    r->in_record = r->any = true;
}

static bool find_place(report *r)
{
    if (r->sni.len > 0 && !aud_is_ip(r->sni)) {
        r->endpoint.sni_told = true;
        r->endpoint.sni = r->sni;
    }
    if (r->endpoint.host.len == 0) {
        r->endpoint.host = r->endpoint.address;
    }
    return r->endpoint.host.len > 0 && r->endpoint.port > 0;
}

static aud_status add_chain(report *r, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;
    bool whole = r->chain_told && r->leaf.line > 0;

    if (r->leaf.line > 0) {
        AUD_TRY(aud_endpoint_cert_pem(e, r->reading, r->leaf.text, r->leaf.line, false, err));
    }
    e->leaf_lost = e->leaf_lost || r->leaf.line == 0;
    for (size_t i = 0; i < r->pems.len; i++) {
        const pem *p = &r->pems.items[i];
        if (p->line == 0) {
            whole = false; /* described, without its bytes */
            continue;
        }
        AUD_TRY(aud_endpoint_cert_pem(e, r->reading, p->text, p->line, false, err));
    }
    e->chain_whole = whole && !e->chain_broken;
    return AUD_OK;
}

static aud_status end_record(report *r, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;
    aud_protocol protocol = AUD_SSL_2;

    r->in_record = false;
    if (!find_place(r)) {
        return aud_reading_gap(r->reading, AUD_GAP_BROKEN, e->line, err,
                               "a result without a readable host and port; scan again");
    }
    const bool told = aud_protocol_find(r->version, &protocol);
    if (r->cipher.len > 0) {
        AUD_TRY(add_suite(r, r->cipher, told, protocol, err));
    } else if (told) {
        e->offered |= 1u << protocol;
    } else if (r->version.len > 0) {
        e->odd_protocol = true;
    }
    if (r->probed == AUD_TRI_NO || !aud_endpoint_speaks_tls(e)) {
        return aud_endpoint_gap(e, r->reading, AUD_GAP_UNREADABLE, e->line,
                                "tlsx got no handshake; scan again", err);
    }
    e->tested = e->offered;
    AUD_TRY(add_chain(r, err));
    return aud_endpoint_emit(e, r->reading, err);
}

static aud_status on_record(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"timestamp", AUD_SCAN_BY(on_timestamp)},
        {"host", AUD_SCAN_FIELD(HOST, report, endpoint.host)},
        {"ip", AUD_SCAN_FIELD(ADDRESS, report, endpoint.address)},
        {"port", AUD_SCAN_FIELD(PORT, report, endpoint.port)},
        {"sni", AUD_SCAN_FIELD(HOST, report, sni)},
        {"probe_status", AUD_SCAN_FIELD(TRI, report, probed)},
        {"tls_version", AUD_SCAN_FIELD(TEXT, report, version)},
        {"cipher", AUD_SCAN_FIELD(TEXT, report, cipher)},
        {"version_enum", AUD_SCAN_BY(on_version_enum)},
        {"cipher_enum", AUD_SCAN_BY(on_cipher_enum)},
        {"client_cert_required", AUD_SCAN_FIELD(TRI, report, endpoint.client_certificate)},
        {"certificate", AUD_SCAN_BY(on_certificate)},
        {"chain", AUD_SCAN_BY(on_chain)},
        {"fingerprint_hash", AUD_SCAN_BY(on_fingerprints)},
        {"subject_dn", AUD_SCAN_FIELD(TEXT, report, endpoint.declared_subject)},
        {"not_after", AUD_SCAN_BY(on_not_after)},
    };
    report *r = ctx;

    begin_record(r, token->line);
    AUD_TRY(MEMBERS(r, token, members, err));
    return end_record(r, err);
}

/* Certificates of a record that breaks off are whole; the rest is not. */
static aud_status on_cut(void *ctx, aud_gap_kind kind, const aud_error *why, aud_error *err)
{
    report *r = ctx;
    const bool in_record = r->in_record;

    r->any = true;
    r->in_record = false;
    if (!in_record || !find_place(r)) {
        return aud_reading_gap(r->reading, kind, why->line, err,
                               "a result that cannot be read: %s; scan again", why->message);
    }
    AUD_TRY(add_chain(r, err));
    AUD_TRY(aud_endpoint_emit_certs(&r->endpoint, r->reading, err));
    return aud_endpoint_gap(&r->endpoint, r->reading, kind, why->line,
                            "the report breaks off in the middle of this result; scan again", err);
}

static void report_clear(report *r)
{
    aud_scan_json_clear(&r->scan);
    aud_endpoint_clear(&r->endpoint);
    aud_free(r->pems.items);
}

static aud_status tlsx_read(aud_input *input, const aud_read_options *options,
                            aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(report_clear) report r = {.reading = &reading, .oldest = INT64_MAX};

    aud_endpoint_init(&r.endpoint);
    r.endpoint.scanner = "tlsx";
    AUD_TRY(aud_scan_json_open(&r.scan, &reading, true, err));
    r.scan.arena = &r.endpoint.arena;
    AUD_TRY(aud_scan_lines(&r.scan, on_record, on_cut, &r, err));
    if (!r.any) {
        return aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                               "the report holds no result; scan again");
    }
    return r.oldest < INT64_MAX && sink->taken ? sink->taken(sink->ctx, r.oldest, err) : AUD_OK;
}

static unsigned tlsx_sniff(aud_str head)
{
    /* of a success, and of a failure */
    static const char *const success[] = {"\"tls_version\"", "\"tls_connection\"",
                                          "\"probe_status\""};
    static const char *const failure[] = {"\"probe_status\"", "\"host\"", "\"port\""};
    const aud_str start = aud_scan_json_start(head);

    /* httpx and nuclei have tlsx's object inside of theirs, about another host: not read */
    if (aud_str_has(start, AUD_LIT("\"tls\":"))) {
        return 0;
    }
    const unsigned bits = aud_scan_json_bid(start, success, AUD_COUNT(success));

    return bits > 0 ? bits : aud_scan_json_bid(start, failure, AUD_COUNT(failure));
}

const aud_adapter aud_adapter_tlsx_json = {
    .name = "tlsx_json",
    .spec = "tlsx 0.0 to 1.2, -json",
    .max_bytes = UINT64_C(16) << 30,
    .structured = true,
    .sniff = tlsx_sniff,
    .read = tlsx_read,
};
