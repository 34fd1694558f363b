/* engine/ingest/nmap_scripts.c - what nmap's TLS scripts tell of a port. */
#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/ingest/nmap_xml.h"

static const struct {
    const char *script, *attack;
} attacks[] = {
    {"ssl-heartbleed", "heartbleed"},       {"ssl-poodle", "poodle"},
    {"ssl-ccs-injection", "ccs_injection"}, {"sslv2-drown", "drown"},
    {"tls-ticketbleed", "ticketbleed"},     {"rsa-vuln-roca", "roca"},
};

static void want(nmap_report *r, nmap_wanted what, uint32_t line)
{
    r->wanted = what;
    r->line = line;
    r->text.len = 0;
}

static void begin_ciphers(nmap_report *r)
{
    aud_endpoint *e = &r->endpoint;

    for (unsigned p = AUD_SSL_3; p <= AUD_TLS_1_2; p++) {
        e->tested |= 1u << p;
    }
    e->tested |= r->tls_1_3_tried ? 1u << AUD_TLS_1_3 : 0;
    e->protocols_told = true;
    r->tells = true;
}

aud_status aud_nmap_script(nmap_report *r, const nmap_element *el, aud_error *err)
{
    const aud_str id = aud_nmap_attr(el, "id"), output = aud_str_trim(aud_nmap_attr(el, "output"));

    r->script = SCRIPT_OTHER;
    r->script_line = el->line;
    r->failed = aud_str_starts(output, AUD_LIT("ERROR"));
    r->filled = 0;
    r->table = TABLE_OTHER;
    r->protocol = 0;
    if (aud_nmap_is(id, "ssl-cert")) {
        r->script = SCRIPT_CERT;
        r->tells = r->tells || !r->failed;
    } else if (aud_nmap_is(id, "ssl-enum-ciphers")) {
        r->script = SCRIPT_CIPHERS;
        if (!r->failed) {
            begin_ciphers(r);
        }
    } else if (aud_nmap_is(id, "sslv2")) {
        r->script = SCRIPT_SSLV2;
        r->tells = true;
        if (aud_str_has(output, AUD_LIT("SSLv2 supported"))) {
            r->endpoint.offered |= 1u << AUD_SSL_2;
        }
    }
    for (size_t i = 0; i < AUD_COUNT(attacks); i++) {
        if (aud_nmap_is(id, attacks[i].script)) {
            r->script = SCRIPT_ATTACK;
            r->attack = attacks[i].attack;
        }
    }
    AUD_UNUSED(err);
    return AUD_OK;
}

/* --- elements --------------------------------------------------------------------------------- */

static void in_cert(nmap_report *r, bool table, aud_str key, unsigned depth, uint32_t line)
{
    if (table && depth == 1) {
        r->table = aud_nmap_is(key, "subject") ? TABLE_SUBJECT : TABLE_OTHER;
    } else if (!table && depth == 1 && aud_nmap_is(key, "pem")) {
        want(r, NMAP_PEM, line);
    } else if (!table && depth == 2 && r->table == TABLE_SUBJECT &&
               aud_nmap_is(key, "commonName")) {
        want(r, NMAP_SUBJECT, line);
    } else if (!table && depth == 2 && aud_nmap_is(key, "notAfter")) {
        want(r, NMAP_NOT_AFTER, line);
    }
}

static void in_ciphers(nmap_report *r, bool table, aud_str key, unsigned depth, uint32_t line)
{
    if (table && depth == 1) {
        aud_protocol protocol;
        r->table = TABLE_OTHER;
        r->protocol = aud_protocol_find(key, &protocol) ? 1u << protocol : 0;
        r->endpoint.offered |= r->protocol;
        r->endpoint.tested |= r->protocol;
        r->endpoint.odd_protocol = r->endpoint.odd_protocol || r->protocol == 0;
    } else if (table && depth == 2) {
        r->table = aud_nmap_is(key, "ciphers")       ? TABLE_CIPHERS
                   : aud_nmap_is(key, "compressors") ? TABLE_COMPRESSORS
                                                     : TABLE_OTHER;
    } else if (table && depth == 3) {
        r->suite[0] = r->kex[0] = '\0';
    } else if (!table && depth == 2 && aud_nmap_is(key, "cipher preference")) {
        want(r, NMAP_PREFERENCE, line);
    } else if (!table && depth == 3 && r->table == TABLE_COMPRESSORS) {
        want(r, NMAP_COMPRESSOR, line);
    } else if (!table && depth == 4 && r->table == TABLE_CIPHERS && aud_nmap_is(key, "name")) {
        want(r, NMAP_SUITE, line);
    } else if (!table && depth == 4 && r->table == TABLE_CIPHERS && aud_nmap_is(key, "kex_info")) {
        want(r, NMAP_KEX, line);
    }
}

aud_status aud_nmap_inside(nmap_report *r, aud_str name, const nmap_element *el, unsigned depth,
                           aud_error *err)
{
    const aud_str key = aud_nmap_attr(el, "key");
    const bool table = aud_nmap_is(name, "table");

    AUD_UNUSED(err);
    r->filled++;
    switch (r->script) {
    case SCRIPT_OTHER:
        break;
    case SCRIPT_CERT:
        in_cert(r, table, key, depth, el->line);
        break;
    case SCRIPT_CIPHERS:
        in_ciphers(r, table, key, depth, el->line);
        break;
    case SCRIPT_SSLV2:
        if (!table && depth == 2) {
            want(r, NMAP_SSLV2_SUITE, el->line);
        }
        break;
    case SCRIPT_ATTACK:
        if (!table && aud_nmap_is(key, "state")) {
            want(r, NMAP_STATE, el->line);
        }
        break;
    }
    return AUD_OK;
}

/* --- their ends ------------------------------------------------------------------------------- */

/* "dh 1024", "ecdh_x25519", "secp256r1"; "rsa 2048" is the certificate's key. */
static aud_status end_suite(nmap_report *r, aud_error *err)
{
    const aud_str name = aud_str_of(r->suite), kex = aud_str_of(r->kex);
    uint64_t dh_bits = 0;

    if (aud_str_starts(kex, AUD_LIT("dh ")) &&
        !aud_parse_u64(aud_str_trim(aud_str_sub(kex, 3, kex.len)), &dh_bits)) {
        dh_bits = 0;
    } else if (aud_str_starts(kex, AUD_LIT("ecdh_")) || aud_str_starts(kex, AUD_LIT("secp")) ||
               aud_str_starts(kex, AUD_LIT("sect")) || aud_str_starts(kex, AUD_LIT("x")) ||
               aud_str_starts(kex, AUD_LIT("brainpool"))) {
        AUD_TRY(aud_endpoint_group_add(&r->endpoint, kex, err));
    }
    return aud_endpoint_suite_add(&r->endpoint, aud_suite_find(name), name, r->protocol, dh_bits,
                                  err);
}

/* In TLS 1.3 the order is no question of strength, and servers leave it to the client. */
static void end_preference(nmap_report *r, aud_str text)
{
    aud_tri *fact = &r->endpoint.server_preference;

    if (r->protocol == 1u << AUD_TLS_1_3) {
        return;
    }
    if (aud_nmap_is(text, "client")) {
        *fact = AUD_TRI_NO;
    } else if (aud_nmap_is(text, "server") && *fact == AUD_TRI_UNKNOWN) {
        *fact = AUD_TRI_YES;
    }
}

static aud_status end_state(nmap_report *r, aud_str text, aud_error *err)
{
    if (aud_str_starts(text, AUD_LIT("NOT VULNERABLE"))) {
        return aud_endpoint_attack_add(&r->endpoint, r->attack, AUD_ATTACK_FAILS, err);
    }
    if (aud_str_starts(text, AUD_LIT("VULNERABLE"))) {
        return aud_endpoint_attack_add(&r->endpoint, r->attack, AUD_ATTACK_WORKS, err);
    }
    return aud_str_starts(text, AUD_LIT("LIKELY VULNERABLE"))
               ? aud_endpoint_attack_add(&r->endpoint, r->attack, AUD_ATTACK_POSSIBLE, err)
               : AUD_OK;
}

/* "2026-11-01T00:00:00", UTC without saying so; 6.x with an offset. */
static void end_not_after(nmap_report *r, aud_str text)
{
    char zoned[40];
    const bool bare = text.len == 19;
    const int len = snprintf(zoned, sizeof(zoned), "%.*s%s", AUD_ARG(text), bare ? "Z" : "");

    r->endpoint.declared_not_after_told =
        len > 0 && (size_t)len < sizeof(zoned) &&
        aud_instant_parse(aud_str_of(zoned), &r->endpoint.declared_not_after, NULL) == AUD_OK;
}

static aud_status end_sslv2_suite(nmap_report *r, aud_str text, aud_error *err)
{
    r->endpoint.offered |= 1u << AUD_SSL_2;
    return aud_endpoint_suite_add(&r->endpoint, aud_suite_find(text), text, 1u << AUD_SSL_2, 0,
                                  err);
}

static aud_status end_wanted(nmap_report *r, aud_str text, aud_error *err)
{
    switch (r->wanted) {
    case NMAP_NOTHING:
        break;
    case NMAP_PEM:
        r->cert_seen = true;
        return aud_endpoint_pem(&r->endpoint, r->reading, text, r->line, err);
    case NMAP_SUBJECT:
        return aud_endpoint_text(&r->endpoint, text, &r->endpoint.declared_subject, err);
    case NMAP_NOT_AFTER:
        end_not_after(r, text);
        break;
    case NMAP_SUITE:
        (void)snprintf(r->suite, sizeof(r->suite), "%.*s", AUD_ARG(text));
        break;
    case NMAP_KEX:
        (void)snprintf(r->kex, sizeof(r->kex), "%.*s", AUD_ARG(text));
        break;
    case NMAP_PREFERENCE:
        end_preference(r, text);
        break;
    case NMAP_COMPRESSOR:
        if (!aud_nmap_is(text, "NULL")) {
            r->endpoint.compression = AUD_TRI_YES;
        } else if (r->endpoint.compression == AUD_TRI_UNKNOWN) {
            r->endpoint.compression = AUD_TRI_NO;
        }
        break;
    case NMAP_SSLV2_SUITE:
        return end_sslv2_suite(r, text, err);
    case NMAP_STATE:
        return end_state(r, text, err);
    }
    return AUD_OK;
}

aud_status aud_nmap_end(nmap_report *r, unsigned depth, aud_error *err)
{
    if (r->wanted != NMAP_NOTHING) {
        const aud_status st = end_wanted(r, aud_str_trim(aud_buf_str(&r->text)), err);
        r->wanted = NMAP_NOTHING;
        return st;
    }
    if (r->script == SCRIPT_CIPHERS && depth == 3 && r->table == TABLE_CIPHERS) {
        return end_suite(r, err);
    }
    return AUD_OK;
}

/* A script that was begun and tells nothing: its facts stay unknown, and somebody hears of it. */
aud_status aud_nmap_script_end(nmap_report *r, aud_error *err)
{
    const nmap_script script = r->script;
    const bool empty = r->filled == 0;

    r->script = SCRIPT_OTHER;
    if ((script != SCRIPT_CERT && script != SCRIPT_CIPHERS) || (!r->failed && !empty)) {
        return AUD_OK;
    }
    if (script == SCRIPT_CIPHERS && empty) {
        r->endpoint.protocols_told = false;
        r->endpoint.tested = 0;
    }
    r->gaps++;
    return aud_endpoint_gap(&r->endpoint, r->reading, AUD_GAP_BROKEN, r->script_line,
                            script == SCRIPT_CERT ? "ssl-cert tells nothing; scan again"
                                                  : "ssl-enum-ciphers tells nothing; scan again",
                            err);
}
