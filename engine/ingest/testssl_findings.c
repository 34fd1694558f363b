/* engine/ingest/testssl_findings.c - one finding of testssl.sh becomes facts of its endpoint.
 *
 * Findings are prose, and severities are testssl's opinion: only what is understood from its first
 * words on counts, everything else leaves the fact unknown.
 */
#include "engine/base/text.h"
#include "engine/ingest/testssl.h"

static bool is(aud_str a, const char *b)
{
    return aud_str_eq(a, aud_str_of(b));
}

static bool begins(aud_str text, const char *with)
{
    return aud_str_starts(text, aud_str_of(with));
}

static void worst(aud_tri *fact, aud_tri more)
{
    *fact = more > *fact ? more : *fact;
}

/* "offered", "offered with final", "not offered", "TLSv1.1 is not offered, and downgraded ...". */
static aud_tri offered(aud_str finding)
{
    static const char *const no[] = {"not offered", "is not offered", "TLSv1.1 is not offered",
                                     "TLSv1.2 is not offered", "TLSv1 is not offered"};

    if (begins(finding, "offered") || begins(finding, "vulnerable with ")) {
        return AUD_TRI_YES; /* the second is SSLv2's */
    }
    for (size_t i = 0; i < AUD_COUNT(no); i++) {
        if (begins(finding, no[i])) {
            return AUD_TRI_NO;
        }
    }
    return AUD_TRI_UNKNOWN;
}

/* SSLv2, SSLv3, TLS1, TLS1_1, TLS1_2, TLS1_3 and no other id. */
static bool on_protocol(aud_testssl *t, const aud_testssl_row *row)
{
    aud_protocol protocol;

    if (!(is(row->id, "SSLv2") || is(row->id, "SSLv3") || begins(row->id, "TLS1")) ||
        !aud_protocol_find(row->id, &protocol)) {
        return false;
    }
    switch (offered(row->finding)) {
    case AUD_TRI_YES:
        t->endpoint.offered |= 1u << protocol;
        t->endpoint.tested |= 1u << protocol;
        break;
    case AUD_TRI_NO:
        t->endpoint.tested |= 1u << protocol;
        break;
    case AUD_TRI_UNKNOWN:
        break;
    }
    return true;
}

/* --- suites ----------------------------------------------------------------------------------- */

/* "... DH 1024   AESGCM ..." in the columns behind the name; 0 if there is none. */
static uint64_t dh_of(aud_str finding)
{
    const size_t at = aud_str_find(finding, AUD_LIT(" DH "), 0);
    aud_str rest = aud_str_trim(at == SIZE_MAX ? AUD_LIT("") : aud_str_sub(finding, at + 4, 16));
    aud_str number;
    uint64_t bits = 0;

    return aud_str_split(&rest, ' ', &number) && aud_parse_u64(number, &bits) ? bits : 0;
}

/* "cipher_xc030", "cipher-tls1_2_xc030": the number stands behind the last "_x". */
static bool cipher_id(aud_str id, aud_str *out_code, unsigned *out_protocols, bool *out_placed)
{
    size_t at = id.len;
    aud_protocol protocol;

    while (at > 0 && id.ptr[at - 1] != '_') {
        at--;
    }
    *out_code = aud_str_sub(id, at, id.len);
    if (at == 0 || !aud_str_starts(*out_code, AUD_LIT("x"))) {
        return false;
    }
    for (size_t i = 1; i < out_code->len; i++) {
        if (!strchr("0123456789abcdefABCDEF", out_code->ptr[i]) || out_code->ptr[i] == '\0') {
            return false;
        }
    }
    *out_placed = begins(id, "cipher-");
    *out_protocols = 0;
    if (*out_placed) {
        const aud_str version = aud_str_sub(id, 7, at - 8);
        *out_protocols = aud_protocol_find(version, &protocol) ? 1u << protocol : 0;
    }
    return out_code->len > 1 && (*out_placed || at == 7);
}

static bool on_cipher(aud_testssl *t, const aud_testssl_row *row, aud_status *st, aud_error *err)
{
    aud_str code;
    unsigned protocols;
    bool placed;

    if (!begins(row->id, "cipher") || !cipher_id(row->id, &code, &protocols, &placed)) {
        return false;
    }
    t->by_suite = t->by_suite || !placed;
    t->endpoint.odd_protocol = t->endpoint.odd_protocol || (placed && protocols == 0);
    *st = aud_endpoint_suite_add(&t->endpoint, aud_suite_find(code), row->id, protocols,
                                 dh_of(row->finding), err);
    return true;
}

/* "supportedciphers_TLSv1_2", "cipherorder_TLSv1_2": all suites of a version by name. */
static bool on_cipher_list(aud_testssl *t, const aud_testssl_row *row, aud_status *st,
                           aud_error *err)
{
    const bool supported = begins(row->id, "supportedciphers_");
    aud_str rest = row->finding, name;
    aud_protocol protocol;

    if (!supported && !begins(row->id, "cipherorder_")) {
        return false;
    }
    if (!aud_protocol_find(aud_str_sub(row->id, supported ? 17 : 12, row->id.len), &protocol)) {
        t->endpoint.odd_protocol = true;
        return true;
    }
    while (*st == AUD_OK && aud_str_split(&rest, ' ', &name)) {
        name = aud_str_trim(name);
        if (name.len > 0) {
            *st = aud_endpoint_suite_add(&t->endpoint, aud_suite_find(name), name, 1u << protocol,
                                         0, err);
        }
    }
    return true;
}

/* "prime256v1 secp384r1 X25519", "ffdhe2048 ffdhe3072", "Unknown DH group (1024 bits)". */
static bool on_groups(aud_testssl *t, const aud_testssl_row *row, aud_status *st, aud_error *err)
{
    aud_endpoint *e = &t->endpoint;
    aud_str rest = row->finding, name;
    const bool curves = aud_str_ends(row->id, AUD_LIT("FS_ECDHE_curves"));

    if (!curves && !is(row->id, "FS_KEMs") && !is(row->id, "DH_groups")) {
        return false;
    }
    e->groups_whole = e->groups_whole || curves;
    if (begins(rest, "No ") || begins(rest, "Unknown ") || begins(rest, "RFC")) {
        return true;
    }
    while (*st == AUD_OK && aud_str_split(&rest, ' ', &name)) {
        name = aud_str_trim(name);
        if (name.len > 0 && name.ptr[0] != '(') {
            *st = aud_endpoint_group_add(e, name, err);
        }
    }
    return true;
}

/* --- certificates ----------------------------------------------------------------------------- */

/* 3.0 turns line ends into blanks, the CSV of 3.2 into backslash and n: lines again. */
static aud_status lines_of(aud_testssl *t, aud_str text, aud_str *out, aud_error *err)
{
    char *copy = aud_arena_take(&t->endpoint.arena, text.len + 1, 1);
    const aud_str begin = AUD_LIT("-----BEGIN CERTIFICATE-----");
    const aud_str end = AUD_LIT("-----END CERTIFICATE-----");
    size_t len = 0;

    if (!copy) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < text.len; i++) {
        const aud_str here = aud_str_sub(text, i, text.len);
        if (aud_str_starts(here, begin) || aud_str_starts(here, end)) {
            const size_t mark = here.ptr[5] == 'B' ? begin.len : end.len;
            memcpy(copy + len, here.ptr, mark);
            len += mark;
            i += mark - 1;
        } else if (aud_str_starts(here, AUD_LIT("\\n"))) {
            copy[len++] = '\n';
            i++;
        } else {
            copy[len++] = here.ptr[0] == ' ' ? '\n' : here.ptr[0];
        }
    }
    *out = (aud_str){copy, len};
    return AUD_OK;
}

static bool on_cert(aud_testssl *t, const aud_testssl_row *row, aud_status *st, aud_error *err)
{
    aud_endpoint *e = &t->endpoint;
    const bool leaf = is(row->id, "cert") || begins(row->id, "cert <");
    const size_t before = e->chain.len;
    aud_str pem;

    if (!leaf && !is(row->id, "intermediate_cert") && !begins(row->id, "intermediate_cert <")) {
        return false;
    }
    *st = lines_of(t, row->finding, &pem, err);
    if (*st == AUD_OK) {
        *st = aud_endpoint_pem(e, t->reading, pem, row->line, err);
    }
    if (leaf && before > 0) {
        t->first_chain = false;
        if (e->chain.len > before) {
            e->chain.items[before].other_leaf = true;
        }
    }
    return true;
}

static bool on_chain(aud_testssl *t, const aud_testssl_row *row)
{
    uint64_t number = 0;

    if (!is(row->id, "certs_countServer") && !begins(row->id, "certs_countServer <")) {
        return false;
    }
    if (t->told_certs == 0 && aud_parse_u64(aud_str_trim(row->finding), &number) && number < 1000) {
        t->told_certs = (int64_t)number;
    }
    return true;
}

static bool on_fingerprint(aud_testssl *t, const aud_testssl_row *row, aud_status *st,
                           aud_error *err)
{
    unsigned char digest[32];
    size_t len = 0;

    if (!is(row->id, "cert_fingerprintSHA256") && !begins(row->id, "cert_fingerprintSHA256 <")) {
        return false;
    }
    if (t->endpoint.declared_sha256.len == 0 &&
        aud_hex_decode(aud_str_trim(row->finding), digest, sizeof(digest), &len) && len == 32) {
        *st = aud_hex_dup(&t->endpoint.arena, (aud_str){(const char *)digest, 32},
                          &t->endpoint.declared_sha256, err);
    }
    return true;
}

/* --- yes or no -------------------------------------------------------------------------------- */

static aud_tri answer(aud_str finding, const char *const *yes, const char *const *no)
{
    for (; *yes; yes++) {
        if (begins(finding, *yes)) {
            return AUD_TRI_YES;
        }
    }
    for (; *no; no++) {
        if (begins(finding, *no)) {
            return AUD_TRI_NO;
        }
    }
    return AUD_TRI_UNKNOWN;
}

static bool on_feature(aud_testssl *t, const aud_testssl_row *row)
{
    static const struct {
        const char *id;
        size_t fact;
        const char *yes[3], *no[4];
    } features[] = {
#define FACT(name) offsetof(aud_endpoint, name)
        {"secure_renego",
         FACT(secure_renegotiation),
         {"supported", "not vulnerable"},
         {"not supported", "VULNERABLE"}},
        {"secure_client_renego", FACT(client_renegotiation), {"VULNERABLE"}, {"not vulnerable"}},
        {"TLS_session_ticket", FACT(session_tickets), {"valid for"}, {"no"}},
        {"sessionresumption_ticket", FACT(session_resumption), {"supported"}, {"not supported"}},
        {"sessionresumption_ID",
         FACT(session_resumption),
         {"supported"},
         {"not supported", "No Session ID"}},
        {"fallback_SCSV", FACT(fallback_scsv), {"supported"}, {"not supported", "VULNERABLE"}},
        {"clientAuth", FACT(client_certificate), {"required", "optional"}, {"none"}},
        {"OCSP_stapling", FACT(ocsp_stapled), {"offered"}, {"not offered"}},
        {"CRIME_TLS", FACT(compression), {"VULNERABLE"}, {"not vulnerable"}},
        {"cipher_order", FACT(server_preference), {"server"}, {"NOT a"}},
#undef FACT
    };
    aud_str name = row->id;
    const size_t suffix = aud_str_find(name, AUD_LIT(" <"), 0);

    name = suffix == SIZE_MAX ? name : aud_str_sub(name, 0, suffix);
    for (size_t i = 0; i < AUD_COUNT(features); i++) {
        if (is(name, features[i].id)) {
            aud_tri *fact = (aud_tri *)(void *)((char *)&t->endpoint + features[i].fact);
            const char *yes[4] = {features[i].yes[0], features[i].yes[1], features[i].yes[2]};
            const char *no[5] = {features[i].no[0], features[i].no[1], features[i].no[2],
                                 features[i].no[3]};
            worst(fact, answer(row->finding, yes, no));
            return strcmp(features[i].id, "CRIME_TLS") != 0; /* that is an attack, too */
        }
    }
    return false;
}

static bool on_attack(aud_testssl *t, const aud_testssl_row *row, aud_status *st, aud_error *err)
{
    static const struct {
        const char *id, *name;
    } attacks[] = {
        {"heartbleed", "heartbleed"}, {"CCS", "ccs_injection"}, {"ticketbleed", "ticketbleed"},
        {"ROBOT", "robot"},           {"CRIME_TLS", "crime"},   {"BREACH", "breach"},
        {"POODLE_SSL", "poodle"},     {"SWEET32", "sweet32"},   {"FREAK", "freak"},
        {"DROWN", "drown"},           {"LOGJAM", "logjam"},     {"BEAST", "beast"},
        {"LUCKY13", "lucky13"},       {"winshock", "winshock"}, {"RC4", "rc4"},
        {"opossum", "opossum"},
    };
    const aud_str f = row->finding;

    for (size_t i = 0; i < AUD_COUNT(attacks); i++) {
        if (!is(row->id, attacks[i].id)) {
            continue;
        }
        if (begins(f, "not vulnerable")) {
            *st = aud_endpoint_attack_add(&t->endpoint, attacks[i].name, AUD_ATTACK_FAILS, err);
        } else if (begins(f, "potentially ") || begins(f, "probably vulnerable") ||
                   aud_str_has(f, AUD_LIT("likely mitigated"))) {
            *st = aud_endpoint_attack_add(&t->endpoint, attacks[i].name, AUD_ATTACK_POSSIBLE, err);
        } else if (begins(f, "VULNERABLE") || begins(f, "uses 64 bit block ciphers")) {
            *st = aud_endpoint_attack_add(&t->endpoint, attacks[i].name, AUD_ATTACK_WORKS, err);
        }
        return true;
    }
    return false;
}

/* "730 days (=63072000 seconds) > 15552000 seconds" */
static void on_header(aud_testssl *t, const aud_testssl_row *row)
{
    aud_endpoint *e = &t->endpoint;
    const size_t at = aud_str_find(row->finding, AUD_LIT("(="), 0);
    aud_str rest = at == SIZE_MAX ? AUD_LIT("") : aud_str_sub(row->finding, at + 2, 32), number;
    uint64_t seconds = 0;

    if (is(row->id, "HSTS") && begins(row->finding, "not offered")) {
        e->hsts_told = true;
        e->hsts_seconds = -1;
    } else if (is(row->id, "HSTS_time") && aud_str_split(&rest, ' ', &number) &&
               aud_parse_u64(number, &seconds) && seconds <= INT64_MAX) {
        e->hsts_told = true;
        e->hsts_seconds = (int64_t)seconds;
    } else if (is(row->id, "TLS_extensions") &&
               aud_str_has(row->finding, AUD_LIT("extended master secret/#23"))) {
        e->extended_master_secret = AUD_TRI_YES; /* its absence tells nothing under TLS 1.3 */
    }
}

/* testssl says "smtp" where it upgraded, and "SMTP" where it found that behind TLS. */
static bool on_service(aud_testssl *t, const aud_testssl_row *row, aud_status *st, aud_error *err)
{
    static const char *const upgraded[] = {"smtp", "lmtp",  "imap",        "pop3",     "ftp",
                                           "ldap", "xmpp",  "xmpp-server", "postgres", "mysql",
                                           "nntp", "sieve", "irc",         "telnet"};
    aud_endpoint *e = &t->endpoint;

    if (!is(row->id, "service")) {
        return false;
    }
    e->starttls_told = row->finding.len > 0;
    for (size_t i = 0; i < AUD_COUNT(upgraded); i++) {
        if (is(row->finding, upgraded[i])) {
            *st = aud_endpoint_text(e, row->finding, &e->starttls, err);
        }
    }
    return true;
}

aud_status aud_testssl_facts(aud_testssl *t, const aud_testssl_row *row, aud_error *err)
{
    aud_status st = AUD_OK;

    if (on_protocol(t, row) || on_cipher(t, row, &st, err) || on_cipher_list(t, row, &st, err) ||
        on_groups(t, row, &st, err) || on_cert(t, row, &st, err) || on_chain(t, row) ||
        on_fingerprint(t, row, &st, err) || on_service(t, row, &st, err) || on_feature(t, row) ||
        on_attack(t, row, &st, err)) {
        return st;
    }
    on_header(t, row);
    return AUD_OK;
}
