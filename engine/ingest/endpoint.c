/* engine/ingest/endpoint.c - what a scanner found at one host and port, gathered and handed on. */
#include "engine/ingest/endpoint.h"

#include "engine/ingest/endpoint_cert.h"
#include "engine/ingest/names.h"

enum {
    MAX_UNKNOWN = 256, /* unknown names listed; `suites` is unknown after the first anyway */
    MAX_GROUPS = 256,
    MAX_TEXT = 4096,
};

void aud_endpoint_init(aud_endpoint *e)
{
    *e = (aud_endpoint){0};
    aud_arena_init(&e->arena, (size_t)256 << 20);
}

static void free_lists(aud_endpoint *e)
{
    aud_free(e->suites.items);
    aud_free(e->unknown_suites.items);
    aud_free(e->groups.items);
    aud_free(e->attacks.items);
    aud_free(e->chain.items);
}

void aud_endpoint_clear(aud_endpoint *e)
{
    free_lists(e);
    aud_arena_clear(&e->arena);
    *e = (aud_endpoint){0};
}

void aud_endpoint_begin(aud_endpoint *e)
{
    aud_endpoint fresh = {
        .arena = e->arena, .scanner = e->scanner, .scanner_version = e->scanner_version};

    free_lists(e);
    *e = fresh;
    aud_arena_reset(&e->arena);
}

aud_status aud_endpoint_text(aud_endpoint *e, aud_str text, aud_str *out, aud_error *err)
{
    return aud_arena_dup(&e->arena, aud_str_sub(text, 0, MAX_TEXT), out, err);
}

/* --- gathering -------------------------------------------------------------------------------- */

static aud_str text_fact(const aud_suite *suite, unsigned field)
{
    const aud_value v = aud_suite_value(suite);
    const aud_value fact = v.as.object.get(v.as.object.self, field, NULL);

    return fact.presence == AUD_PRESENT ? fact.as.string : (aud_str){NULL, 0};
}

static void note_dh(aud_endpoint *e, const aud_suite *suite, uint64_t dh_bits)
{
    const aud_str kx = text_fact(suite, AUD_F_suite_kx);

    if (!aud_str_eq(kx, AUD_LIT("DHE")) && !aud_str_eq(kx, AUD_LIT("DHE_PSK"))) {
        return;
    }
    if (dh_bits == 0 || dh_bits > INT32_MAX) {
        e->dh_unsized = true;
    } else if (e->dh_bits == 0 || (int64_t)dh_bits < e->dh_bits) {
        e->dh_bits = (int64_t)dh_bits;
    }
}

/* Adds a copy unless it is there; silently full at `max`. */
static aud_status add_once(aud_endpoint *e, aud_str **items, size_t *len, size_t *cap, size_t max,
                           aud_str text, aud_error *err)
{
    aud_str copy;

    for (size_t i = 0; i < *len; i++) {
        if (aud_str_eq((*items)[i], text)) {
            return AUD_OK;
        }
    }
    if (*len >= max) {
        return AUD_OK;
    }
    AUD_TRY(aud_endpoint_text(e, text, &copy, err));
    if (*len == *cap) {
        AUD_TRY(aud_vec_grow((void **)items, cap, *len, sizeof(**items), err));
    }
    (*items)[(*len)++] = copy;
    return AUD_OK;
}

aud_status aud_endpoint_suite_add(aud_endpoint *e, const aud_suite *suite, aud_str written,
                                  unsigned protocols, uint64_t dh_bits, aud_error *err)
{
    e->offered |= protocols;
    if (!suite) {
        return add_once(e, &e->unknown_suites.items, &e->unknown_suites.len, &e->unknown_suites.cap,
                        MAX_UNKNOWN, written.len > 0 ? written : AUD_LIT("(no name)"), err);
    }
    note_dh(e, suite, dh_bits);
    for (size_t i = 0; i < e->suites.len; i++) {
        if (e->suites.items[i].suite == suite) {
            e->suites.items[i].protocols |= protocols;
            return AUD_OK;
        }
    }
    return AUD_VEC_PUSH(&e->suites, ((aud_endpoint_suite){suite, protocols}), err);
}

/* The TLS Supported Groups registry's names; scanners also write the curves of OpenSSL and nmap. */
aud_str aud_group_name(aud_str written)
{
    static const struct {
        const char *written, *name;
    } spellings[] = {
        {"prime192v1", "secp192r1"}, {"P-192", "secp192r1"},
        {"P-224", "secp224r1"},      {"prime256v1", "secp256r1"},
        {"P-256", "secp256r1"},      {"P-384", "secp384r1"},
        {"P-521", "secp521r1"},      {"ecdh_x25519", "x25519"},
        {"curve25519", "x25519"},    {"ecdh_x448", "x448"},
        {"X25519", "x25519"},        {"X448", "x448"},
        {"Curve25519", "x25519"},    {"brainpoolP256r1tls13", "brainpoolP256r1tls13"},
    };

    for (size_t i = 0; i < AUD_COUNT(spellings); i++) {
        if (aud_str_ieq(written, aud_str_of(spellings[i].written))) {
            return aud_str_of(spellings[i].name);
        }
    }
    return written;
}

aud_status aud_endpoint_group_add(aud_endpoint *e, aud_str name, aud_error *err)
{
    return add_once(e, &e->groups.items, &e->groups.len, &e->groups.cap, MAX_GROUPS,
                    aud_group_name(name), err);
}

aud_status aud_endpoint_attack_add(aud_endpoint *e, const char *name, aud_attack state,
                                   aud_error *err)
{
    for (size_t i = 0; i < e->attacks.len; i++) {
        aud_endpoint_attack *known = &e->attacks.items[i];
        if (strcmp(known->name, name) == 0) {
            known->state = state > known->state ? state : known->state;
            return AUD_OK;
        }
    }
    return AUD_VEC_PUSH(&e->attacks, ((aud_endpoint_attack){name, state}), err);
}

static aud_status keep_cert(aud_endpoint *e, aud_str der, uint32_t line, bool other_leaf,
                            aud_error *err)
{
    aud_endpoint_cert cert = {.line = line, .other_leaf = other_leaf};

    if (e->chain.len >= AUD_ENDPOINT_MAX_CERTS) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d certificates of one endpoint",
                        AUD_ENDPOINT_MAX_CERTS);
    }
    AUD_TRY(aud_arena_dup(&e->arena, der, &cert.der, err));
    return AUD_VEC_PUSH(&e->chain, cert, err);
}

aud_status aud_endpoint_cert_add(aud_endpoint *e, aud_str der, uint32_t line, aud_error *err)
{
    return keep_cert(e, der, line, false, err);
}

aud_status aud_endpoint_other_leaf(aud_endpoint *e, aud_str der, uint32_t line, aud_error *err)
{
    return keep_cert(e, der, line, true, err);
}

/* --- handing on ------------------------------------------------------------------------------- */

const char *aud_starttls_of_port(uint16_t port)
{
    static const struct {
        uint16_t port;
        const char *protocol;
    } known[] = {
        {21, "ftp"},    {25, "smtp"},          {110, "pop3"},      {119, "nntp"},   {143, "imap"},
        {389, "ldap"},  {587, "smtp"},         {2000, "sieve"},    {3306, "mysql"}, {4190, "sieve"},
        {5222, "xmpp"}, {5269, "xmpp-server"}, {5432, "postgres"},
    };

    for (size_t i = 0; i < AUD_COUNT(known); i++) {
        if (known[i].port == port) {
            return known[i].protocol;
        }
    }
    return NULL;
}

/* The name that the server was asked for; without one, what was connected to. */
static aud_str name_of(const aud_endpoint *e)
{
    return e->sni.len > 0 ? e->sni : e->host;
}

static aud_sighting place_of(const aud_endpoint *e, const aud_reading *r, uint32_t line,
                             aud_use use)
{
    aud_sighting where = aud_reading_at(r, line, use);

    where.host = name_of(e);
    where.port = e->port;
    where.record = e->record;
    return where;
}

aud_status aud_endpoint_gap(aud_endpoint *e, const aud_reading *r, aud_gap_kind kind, uint32_t line,
                            const char *reason, aud_error *err)
{
    const aud_sighting where = place_of(e, r, line, AUD_USE_SERVED);
    const aud_str name = name_of(e);

    if (e->port == 0) { /* not told */
        return aud_reading_gap_at(r, kind, &where, err, "%.*s%s%s", AUD_ARG(name),
                                  name.len > 0 ? ": " : "", reason);
    }
    return aud_reading_gap_at(r, kind, &where, err, "%.*s port %u: %s", AUD_ARG(name), e->port,
                              reason);
}

aud_status aud_endpoint_pem(aud_endpoint *e, const aud_reading *r, aud_str text, uint32_t line,
                            aud_error *err)
{
    return aud_endpoint_cert_pem(e, r, text, line, false, err);
}

static aud_status lineage_of(aud_endpoint *e, aud_str *out_identity, aud_str *out_lineage,
                             aud_error *err)
{
    const aud_str starttls = e->starttls_told || e->starttls.len > 0
                                 ? e->starttls
                                 : aud_str_of(aud_starttls_of_port(e->port));

    AUD_TRY(aud_host_identity(name_of(e), e->port, starttls, &e->arena, out_identity, err));
    return aud_arena_printf(&e->arena, out_lineage, err, "endpoint:%.*s", AUD_ARG(*out_identity));
}

/* A further leaf is current beside the first, not instead of it: a lineage of its own. */
static aud_status cert_lineage(aud_endpoint *e, size_t at, aud_str lineage, size_t leaves,
                               aud_str *out, aud_error *err)
{
    if (at == 0 || leaves <= 1) {
        *out = lineage;
        return AUD_OK;
    }
    return aud_arena_printf(&e->arena, out, err, "%.*s#%zu", AUD_ARG(lineage), leaves);
}

aud_status aud_endpoint_emit_certs(aud_endpoint *e, const aud_reading *r, aud_error *err)
{
    const bool placed = e->port > 0 && name_of(e).len > 0;
    aud_str identity, lineage = {NULL, 0};
    size_t leaves = 0;

    if (placed) {
        AUD_TRY(lineage_of(e, &identity, &lineage, err));
    }
    for (size_t i = 0; i < e->chain.len; i++) {
        const aud_endpoint_cert *cert = &e->chain.items[i];
        const bool leaf = (i == 0 && !e->leaf_lost) || cert->other_leaf;
        aud_seen seen = {.kind = AUD_KIND_CERTIFICATE, .der = cert->der};
        seen.where = place_of(e, r, cert->line, leaf ? AUD_USE_SERVED : AUD_USE_CHAIN);
        seen.where.member = (uint32_t)i;
        if (leaf && placed) { /* an issuer is nobody's current holder */
            AUD_TRY(cert_lineage(e, i, lineage, ++leaves, &seen.lineage, err));
        }
        AUD_TRY(aud_reading_certificate(r, &seen, err));
    }
    return AUD_OK;
}

aud_status aud_endpoint_emit(aud_endpoint *e, const aud_reading *r, aud_error *err)
{
    aud_seen seen = {.kind = AUD_KIND_ENDPOINT};

    if (!aud_endpoint_speaks_tls(e) && e->tested == 0 && e->chain.len == 0 &&
        e->declared_sha256.len == 0) {
        return aud_endpoint_gap(e, r, AUD_GAP_BROKEN, e->line,
                                "the report holds no result; scan again", err);
    }
    seen.where = place_of(e, r, e->line, AUD_USE_SERVED);
    AUD_TRY(lineage_of(e, &seen.identity, &seen.lineage, err));
    seen.label = seen.identity;
    AUD_TRY(aud_endpoint_facts(e, &seen.bag, &seen.certificate_sha256, err));
    AUD_TRY(r->sink->subject(r->sink->ctx, &seen, err));
    return aud_endpoint_emit_certs(e, r, err);
}
