/* engine/ingest/sslyze_commands.c - what the commands of sslyze found of one host. */
#include "engine/base/text.h"
#include "engine/ingest/sslyze_parts.h"

enum { MAX_PEMS = 64, MAX_PEM = 256 << 10 };

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

/* --- certificates ----------------------------------------------------------------------------- */

static aud_status on_pem(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_sslyze_pem p = {.line = token->line, .first = r->first_cert};

    r->first_cert = false;
    if (r->pems.len >= MAX_PEMS) {
        r->too_many = true;
        return aud_scan_pass(&r->scan, token, err);
    }
    if (token->event == AUD_JSON_STRING && token->text.len <= MAX_PEM) {
        AUD_TRY(aud_arena_dup(&r->endpoint.arena, token->text, &p.text, err));
    }
    AUD_TRY(AUD_VEC_PUSH(&r->pems, p, err));
    return aud_scan_pass(&r->scan, token, err);
}

/* base64 of the digest; of the leaf, for a report whose PEM was blanked */
static aud_status on_sha256(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    unsigned char digest[64];
    size_t len = 0;

    if (token->event == AUD_JSON_STRING && token->text.len <= 44 &&
        r->endpoint.declared_sha256.len == 0 && aud_base64_decode(token->text, digest, &len) &&
        len == 32) {
        AUD_TRY(aud_hex_dup(&r->endpoint.arena, (aud_str){(const char *)digest, len},
                            &r->endpoint.declared_sha256, err));
    }
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_certificate(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"as_pem", AUD_SCAN_BY(on_pem)},
        {"fingerprint_sha256", AUD_SCAN_BY(on_sha256)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_chain(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->first_cert = true;
    return aud_scan_elements(&r->scan, token, on_certificate, r, err);
}

/* null in a completed command: none was stapled */
static aud_status on_staple(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    const aud_tri stapled = token->event == AUD_JSON_OBJECT ? AUD_TRI_YES
                            : token->event == AUD_JSON_NULL ? AUD_TRI_NO
                                                            : AUD_TRI_UNKNOWN;

    r->endpoint.ocsp_stapled =
        stapled > r->endpoint.ocsp_stapled ? stapled : r->endpoint.ocsp_stapled;
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_deployment(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"received_certificate_chain", AUD_SCAN_BY(on_chain)},
        {"ocsp_response", AUD_SCAN_BY(on_staple)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_deployments(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_elements(&r->scan, token, on_deployment, r, err);
}

/* --- suites ----------------------------------------------------------------------------------- */

static aud_status on_cipher_suite(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"name", AUD_SCAN_FIELD(TEXT, report, suite)},
        {"openssl_name", AUD_SCAN_FIELD(TEXT, report, openssl_suite)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_ephemeral_key(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"type_name", AUD_SCAN_FIELD(TEXT, report, key_type)},
        {"curve_name", AUD_SCAN_FIELD(TEXT, report, curve)},
        {"size", AUD_SCAN_FIELD(NUMBER, report, key_bits)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

static aud_status on_accepted(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"cipher_suite", AUD_SCAN_BY(on_cipher_suite)},
        {"ephemeral_key", AUD_SCAN_BY(on_ephemeral_key)},
    };
    report *r = ctx;

    r->suite = r->openssl_suite = r->key_type = r->curve = (aud_str){NULL, 0};
    r->key_bits = 0;
    AUD_TRY(MEMBERS(r, token, members, err));
    const aud_suite *suite = aud_suite_find(r->suite);
    if (!suite) {
        suite = aud_suite_find(r->openssl_suite);
    }
    r->accepted = true;
    if (r->curve.len > 0) {
        AUD_TRY(aud_endpoint_group_add(&r->endpoint, r->curve, err));
    }
    return aud_endpoint_suite_add(&r->endpoint, suite, r->suite, 1u << r->protocol,
                                  is(r->key_type, "DH") ? r->key_bits : 0, err);
}

static aud_status on_accepted_list(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    /* a list without a word whether the version is supported is how 3.x says it */
    if (token->event == AUD_JSON_ARRAY && r->supported == AUD_TRI_UNKNOWN) {
        r->supported = AUD_TRI_NO;
    }
    return aud_scan_elements(&r->scan, token, on_accepted, r, err);
}

static aud_status on_suites(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"is_tls_version_supported", AUD_SCAN_FIELD(TRI, report, supported)},
        {"accepted_cipher_suites", AUD_SCAN_BY(on_accepted_list)},
    };
    report *r = ctx;
    aud_endpoint *e = &r->endpoint;

    r->supported = AUD_TRI_UNKNOWN;
    r->accepted = false;
    AUD_TRY(MEMBERS(r, token, members, err));
    if (r->supported != AUD_TRI_UNKNOWN || r->accepted) {
        e->protocols_told = true;
        e->tested |= 1u << r->protocol;
    }
    if (r->supported == AUD_TRI_YES || r->accepted) {
        e->offered |= 1u << r->protocol;
    }
    return AUD_OK;
}

/* --- other commands --------------------------------------------------------------------------- */

static aud_status add_attack(report *r, const aud_json_token *token, const char *name,
                             aud_error *err)
{
    aud_tri works = AUD_TRI_UNKNOWN;

    AUD_TRY(aud_scan_tri(&r->scan, token, &works, err));
    return works == AUD_TRI_UNKNOWN
               ? AUD_OK
               : aud_endpoint_attack_add(&r->endpoint, name,
                                         works == AUD_TRI_YES ? AUD_ATTACK_WORKS : AUD_ATTACK_FAILS,
                                         err);
}

static aud_status on_heartbleed(void *ctx, const aud_json_token *token, aud_error *err)
{
    return add_attack(ctx, token, "heartbleed", err);
}

static aud_status on_ccs(void *ctx, const aud_json_token *token, aud_error *err)
{
    return add_attack(ctx, token, "ccs_injection", err);
}

static aud_status on_robot(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    const aud_str text = token->event == AUD_JSON_STRING ? token->text : (aud_str){NULL, 0};

    if (aud_str_starts(text, AUD_LIT("VULNERABLE_"))) {
        return aud_endpoint_attack_add(&r->endpoint, "robot", AUD_ATTACK_WORKS, err);
    }
    if (aud_str_starts(text, AUD_LIT("NOT_VULNERABLE_"))) {
        return aud_endpoint_attack_add(&r->endpoint, "robot", AUD_ATTACK_FAILS, err);
    }
    if (aud_str_starts(text, AUD_LIT("UNKNOWN_"))) {
        return aud_endpoint_attack_add(&r->endpoint, "robot", AUD_ATTACK_POSSIBLE, err);
    }
    return aud_scan_pass(&r->scan, token, err);
}

/* "FULLY_SUPPORTED", "PARTIALLY_SUPPORTED", "NOT_SUPPORTED"; 3.x "SUCCEEDED", "FAILED_..." */
static aud_tri resumption(const aud_json_token *token)
{
    const aud_str text = token->event == AUD_JSON_STRING ? token->text : (aud_str){NULL, 0};

    if (is(text, "FULLY_SUPPORTED") || is(text, "PARTIALLY_SUPPORTED") || is(text, "SUCCEEDED")) {
        return AUD_TRI_YES;
    }
    return is(text, "NOT_SUPPORTED") || is(text, "FAILED_TICKET_NOT_ASSIGNED") ? AUD_TRI_NO
                                                                               : AUD_TRI_UNKNOWN;
}

static aud_status on_by_ticket(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->by_ticket = resumption(token);
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_by_id(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->by_id = resumption(token);
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_resumed_ids(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    uint64_t times = 0;

    AUD_TRY(aud_scan_number(&r->scan, token, &times, err));
    if (token->event == AUD_JSON_NUMBER) {
        r->by_id = times > 0 ? AUD_TRI_YES : AUD_TRI_NO;
    }
    return AUD_OK;
}

static aud_status on_resumption(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"tls_ticket_resumption_result", AUD_SCAN_BY(on_by_ticket)},
        {"session_id_resumption_result", AUD_SCAN_BY(on_by_id)},
        {"successful_session_id_resumptions_count", AUD_SCAN_BY(on_resumed_ids)},
    };
    report *r = ctx;
    aud_endpoint *e = &r->endpoint;

    r->by_ticket = r->by_id = AUD_TRI_UNKNOWN;
    AUD_TRY(MEMBERS(r, token, members, err));
    e->session_tickets = r->by_ticket;
    if (r->by_ticket == AUD_TRI_YES || r->by_id == AUD_TRI_YES) {
        e->session_resumption = AUD_TRI_YES;
    } else if (r->by_ticket == AUD_TRI_NO && r->by_id == AUD_TRI_NO) {
        e->session_resumption = AUD_TRI_NO;
    }
    return AUD_OK;
}

static aud_status on_curve_name(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    aud_str name = {NULL, 0};

    AUD_TRY(read_text(r, token, &name, err));
    return name.len > 0 ? aud_endpoint_group_add(&r->endpoint, name, err) : AUD_OK;
}

static aud_status on_curve(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"name", AUD_SCAN_BY(on_curve_name)}};
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

/* sslyze tries every curve that its OpenSSL knows. */
static aud_status on_curves(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->endpoint.groups_whole = token->event == AUD_JSON_ARRAY;
    return aud_scan_elements(&r->scan, token, on_curve, r, err);
}

static aud_status on_max_age(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;
    uint64_t seconds = 0;

    AUD_TRY(aud_scan_number(&r->scan, token, &seconds, err));
    if (token->event == AUD_JSON_NUMBER && seconds <= INT64_MAX) {
        r->endpoint.hsts_told = true;
        r->endpoint.hsts_seconds = (int64_t)seconds;
    }
    return AUD_OK;
}

static aud_status on_hsts(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {{"max_age", AUD_SCAN_BY(on_max_age)}};
    report *r = ctx;

    if (token->event == AUD_JSON_NULL) {
        r->endpoint.hsts_told = true;
        r->endpoint.hsts_seconds = -1;
    }
    return MEMBERS(r, token, members, err);
}

/* The request itself failed: a header of null says nothing then. */
static aud_status on_http_error(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->http_failed = token->event != AUD_JSON_NULL;
    return aud_scan_pass(&r->scan, token, err);
}

static aud_status on_headers(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"strict_transport_security_header", AUD_SCAN_BY(on_hsts)},
        {"http_error_trace", AUD_SCAN_BY(on_http_error)},
    };
    report *r = ctx;

    r->http_failed = false;
    AUD_TRY(MEMBERS(r, token, members, err));
    r->endpoint.hsts_told = r->endpoint.hsts_told && !r->http_failed;
    return AUD_OK;
}

/* --- commands --------------------------------------------------------------------------------- */

#define MEMBER(function, key, ...)                                                                 \
    static aud_status function(void *ctx, const aud_json_token *token, aud_error *err)             \
    {                                                                                              \
        static const aud_scan_member members[] = {{key, __VA_ARGS__}};                             \
        report *r = ctx;                                                                           \
        return MEMBERS(r, token, members, err);                                                    \
    }
MEMBER(in_certificates, "certificate_deployments", AUD_SCAN_BY(on_deployments))
MEMBER(in_compression, "supports_compression", AUD_SCAN_FIELD(TRI, report, endpoint.compression))
MEMBER(in_fallback, "supports_fallback_scsv", AUD_SCAN_FIELD(TRI, report, endpoint.fallback_scsv))
MEMBER(in_early_data, "supports_early_data", AUD_SCAN_FIELD(TRI, report, endpoint.early_data))
MEMBER(in_master_secret, "supports_ems_extension",
       AUD_SCAN_FIELD(TRI, report, endpoint.extended_master_secret))
MEMBER(in_heartbleed, "is_vulnerable_to_heartbleed", AUD_SCAN_BY(on_heartbleed))
MEMBER(in_ccs, "is_vulnerable_to_ccs_injection", AUD_SCAN_BY(on_ccs))
MEMBER(in_robot, "robot_result", AUD_SCAN_BY(on_robot))
MEMBER(in_curves, "supported_curves", AUD_SCAN_BY(on_curves))

static aud_status in_renegotiation(void *ctx, const aud_json_token *token, aud_error *err)
{
    static const aud_scan_member members[] = {
        {"supports_secure_renegotiation",
         AUD_SCAN_FIELD(TRI, report, endpoint.secure_renegotiation)},
        {"is_vulnerable_to_client_renegotiation_dos",
         AUD_SCAN_FIELD(TRI, report, endpoint.client_renegotiation)},
        {"accepts_client_renegotiation",
         AUD_SCAN_FIELD(TRI, report, endpoint.client_renegotiation)},
    };
    report *r = ctx;

    return MEMBERS(r, token, members, err);
}

typedef struct command {
    const char *key;
    aud_scan_value read; /* its result */
    unsigned protocol;   /* whose suites it lists; AUD_NUM_PROTOCOLS: none */
} command;

static const command commands[] = {
    {"certificate_info", in_certificates, AUD_NUM_PROTOCOLS},
    {"ssl_2_0_cipher_suites", on_suites, AUD_SSL_2},
    {"ssl_3_0_cipher_suites", on_suites, AUD_SSL_3},
    {"tls_1_0_cipher_suites", on_suites, AUD_TLS_1_0},
    {"tls_1_1_cipher_suites", on_suites, AUD_TLS_1_1},
    {"tls_1_2_cipher_suites", on_suites, AUD_TLS_1_2},
    {"tls_1_3_cipher_suites", on_suites, AUD_TLS_1_3},
    {"tls_compression", in_compression, AUD_NUM_PROTOCOLS},
    {"tls_fallback_scsv", in_fallback, AUD_NUM_PROTOCOLS},
    {"tls_1_3_early_data", in_early_data, AUD_NUM_PROTOCOLS},
    {"tls_extended_master_secret", in_master_secret, AUD_NUM_PROTOCOLS},
    {"heartbleed", in_heartbleed, AUD_NUM_PROTOCOLS},
    {"openssl_ccs_injection", in_ccs, AUD_NUM_PROTOCOLS},
    {"robot", in_robot, AUD_NUM_PROTOCOLS},
    {"session_renegotiation", in_renegotiation, AUD_NUM_PROTOCOLS},
    {"session_resumption", on_resumption, AUD_NUM_PROTOCOLS},
    {"elliptic_curves", in_curves, AUD_NUM_PROTOCOLS},
    {"http_headers", on_headers, AUD_NUM_PROTOCOLS},
};

static const command *command_of(aud_str key)
{
    for (size_t i = 0; i < AUD_COUNT(commands); i++) {
        if (is(key, commands[i].key)) {
            return &commands[i];
        }
    }
    return NULL;
}

/* Without its suites or certificates a host is not judged in full, and that is said. */
static void note_failure(report *r, const command *c)
{
    if (c->protocol < AUD_NUM_PROTOCOLS) {
        r->failed |= 1u << c->protocol;
    }
    r->certs_failed = r->certs_failed || c->read == in_certificates;
}

static aud_status on_status(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    if (token->event == AUD_JSON_STRING && is(token->text, "ERROR")) {
        r->command_failed = AUD_TRI_YES;
    }
    return aud_scan_pass(&r->scan, token, err);
}

/* One command, its result inside {"status", "result"} or, in 3.x and 4.x, bare. */
static aud_status on_command(void *ctx, aud_str key, aud_error *err)
{
    report *r = ctx;
    const command *c = command_of(key);
    aud_json_token token;

    AUD_TRY(aud_scan_next(&r->scan, &token, err));
    if (!c) {
        return aud_scan_pass(&r->scan, &token, err); /* newer than this reader */
    }
    const aud_scan_member members[] = {{"result", AUD_SCAN_BY(c->read)},
                                       {"status", AUD_SCAN_BY(on_status)}};
    r->protocol = (aud_protocol)c->protocol;
    r->command_failed = AUD_TRI_NO;
    if (r->unwrapped) {
        return c->read(r, &token, err);
    }
    AUD_TRY(MEMBERS(r, &token, members, err));
    if (r->command_failed == AUD_TRI_YES) {
        note_failure(r, c);
    }
    return AUD_OK;
}

aud_status aud_sslyze_results(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->unwrapped = false;
    return aud_scan_each(&r->scan, token, on_command, r, err);
}

aud_status aud_sslyze_bare_results(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    r->unwrapped = true;
    return aud_scan_each(&r->scan, token, on_command, r, err);
}

static aud_status on_failed_command(void *ctx, aud_str key, aud_error *err)
{
    report *r = ctx;
    const command *c = command_of(key);
    aud_json_token token;

    if (c) {
        note_failure(r, c);
    }
    AUD_TRY(aud_scan_next(&r->scan, &token, err));
    return aud_scan_pass(&r->scan, &token, err);
}

aud_status aud_sslyze_failed_commands(void *ctx, const aud_json_token *token, aud_error *err)
{
    report *r = ctx;

    return aud_scan_each(&r->scan, token, on_failed_command, r, err);
}
