/* engine/ingest/endpoint.c - what a scanner found at one host and port, gathered and handed on. */
#include "engine/ingest/endpoint.h"

#include "engine/ingest/names.h"

enum {
    MAX_UNKNOWN = 256, /* unknown names listed; `suites` is unknown after the first anyway */
    MAX_GROUPS = 256,
    MAX_CERTS = 64,
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
    if (protocols == 0) {
        e->odd_protocol = true;
    }
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

aud_status aud_endpoint_group_add(aud_endpoint *e, aud_str name, aud_error *err)
{
    return add_once(e, &e->groups.items, &e->groups.len, &e->groups.cap, MAX_GROUPS, name, err);
}

aud_status aud_endpoint_cert_add(aud_endpoint *e, aud_str der, uint32_t line, aud_error *err)
{
    aud_endpoint_cert cert = {.line = line};

    if (e->chain.len >= MAX_CERTS) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d certificates of one endpoint", MAX_CERTS);
    }
    AUD_TRY(aud_arena_dup(&e->arena, der, &cert.der, err));
    return AUD_VEC_PUSH(&e->chain, cert, err);
}

/* --- facts ------------------------------------------------------------------------------------ */

static aud_value protocol_list(unsigned bits, aud_arena *arena)
{
    aud_value *items = aud_arena_array(arena, AUD_NUM_PROTOCOLS, sizeof(*items));
    size_t len = 0;

    for (unsigned p = 0; items && p < AUD_NUM_PROTOCOLS; p++) {
        if (bits & 1u << p) {
            items[len++] = aud_string(aud_str_of(aud_protocol_name((aud_protocol)p)));
        }
    }
    return items ? aud_list_of(items, len) : aud_unknown();
}

static void set_tri(aud_bag_builder *b, unsigned field, aud_tri tri)
{
    if (tri != AUD_TRI_UNKNOWN) {
        aud_bag_set(b, field, aud_bool(tri == AUD_TRI_YES));
    }
}

static void set_optional(aud_bag_builder *b, unsigned field, aud_str text, bool told)
{
    if (told || text.len > 0) {
        aud_bag_set_text(b, field, text); /* empty is absent */
    }
}

static bool speaks_tls(const aud_endpoint *e)
{
    return e->offered != 0 || e->odd_protocol || e->suites.len > 0 || e->unknown_suites.len > 0;
}

/* Versions offered of which no suite is listed. */
static unsigned unlisted(const aud_endpoint *e)
{
    unsigned listed = 0;

    for (size_t i = 0; i < e->suites.len; i++) {
        listed |= e->suites.items[i].protocols;
    }
    return e->offered & ~listed;
}

static aud_value suite_list(aud_endpoint *e)
{
    aud_value *items = aud_arena_array(&e->arena, e->suites.len, sizeof(*items));

    if (!items) {
        return aud_unknown();
    }
    for (size_t i = 0; i < e->suites.len; i++) {
        const aud_endpoint_suite *s = &e->suites.items[i];
        if (aud_suite_accepted(s->suite, s->protocols, &e->arena, &items[i], NULL) != AUD_OK) {
            return aud_unknown();
        }
    }
    return aud_list_of(items, e->suites.len);
}

/*
 * A list of suites is a fact only if it is all of them. Where nothing at all was accepted, nothing
 * is known: a scanner that was turned away and a port without TLS look the same in its report.
 */
static void set_suites(aud_endpoint *e, aud_bag_builder *b)
{
    const unsigned without = unlisted(e);
    const unsigned old = 1u << AUD_SSL_2 | 1u << AUD_SSL_3;
    const bool whole = e->unknown_suites.len == 0 && (without & ~old) == 0;

    aud_bag_set_texts(b, AUD_F_endpoint_unknown_suites, e->unknown_suites.items,
                      e->unknown_suites.len);
    if (!speaks_tls(e)) {
        return;
    }
    /* versions that only the suites let on: others may never have been tried */
    if (e->protocols_told && !e->odd_protocol) {
        aud_bag_set(b, AUD_F_endpoint_protocols, protocol_list(e->offered, &e->arena));
    }
    aud_bag_set(b, AUD_F_endpoint_unlisted_protocols, protocol_list(without, &e->arena));
    if (whole) {
        aud_bag_set(b, AUD_F_endpoint_suites, suite_list(e));
    }
    if (e->dh_bits > 0) {
        aud_bag_set(b, AUD_F_endpoint_dh_bits, aud_int(e->dh_bits));
    } else if (whole && without == 0 && !e->dh_unsized) {
        aud_bag_set(b, AUD_F_endpoint_dh_bits, aud_absent());
    }
}

static aud_status set_chain(aud_endpoint *e, aud_bag_builder *b, aud_str *out_leaf, aud_error *err)
{
    aud_value *items = aud_arena_array(&e->arena, e->chain.len, sizeof(*items));

    if (!items) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < e->chain.len; i++) {
        char digest[64];
        aud_str copy;
        AUD_TRY(aud_sha256_text(e->chain.items[i].der, digest, err));
        AUD_TRY(aud_arena_dup(&e->arena, (aud_str){digest, sizeof(digest)}, &copy, err));
        items[i] = aud_string(copy);
        *out_leaf = i == 0 && !e->leaf_lost ? copy : *out_leaf;
    }
    if (e->chain_whole && e->chain.len > 0) {
        aud_bag_set(b, AUD_F_endpoint_chain_sha256, aud_list_of(items, e->chain.len));
    }
    return AUD_OK;
}

static aud_status set_facts(aud_endpoint *e, aud_bag_builder *b, aud_str *out_leaf, aud_error *err)
{
    aud_bag_set_text(b, AUD_F_endpoint_host, e->host);
    if (aud_is_ip(e->host)) {
        aud_bag_set_text(b, AUD_F_endpoint_address, e->host);
    }
    aud_bag_set(b, AUD_F_endpoint_port, aud_int(e->port));
    set_optional(b, AUD_F_endpoint_sni, e->sni, e->sni_told);
    set_optional(b, AUD_F_endpoint_starttls, e->starttls, e->starttls_told);
    aud_bag_set_text(b, AUD_F_endpoint_scanner, aud_str_of(e->scanner));
    set_optional(b, AUD_F_endpoint_scanner_version, e->scanner_version, false);
    aud_bag_set(b, AUD_F_endpoint_speaks_tls, aud_bool(speaks_tls(e)));
    if (e->protocols_told) {
        aud_bag_set(b, AUD_F_endpoint_protocols_tested, protocol_list(e->tested, &e->arena));
    }
    set_suites(e, b);
    if (e->groups.len > 0) {
        aud_bag_set_texts(b, AUD_F_endpoint_groups, e->groups.items, e->groups.len);
    }
    if (speaks_tls(e)) { /* what a scanner says of a port that it never spoke TLS to is idle */
        set_tri(b, AUD_F_endpoint_heartbleed, e->heartbleed);
        set_tri(b, AUD_F_endpoint_compression, e->compression);
        set_tri(b, AUD_F_endpoint_secure_renegotiation, e->secure_renegotiation);
    }
    AUD_TRY(set_chain(e, b, out_leaf, err));
    if (e->chain.len == 0) {
        set_optional(b, AUD_F_endpoint_declared_leaf_subject, e->declared_subject, false);
        if (e->declared_not_after_told) {
            aud_bag_set(b, AUD_F_endpoint_declared_leaf_not_after, aud_time(e->declared_not_after));
        }
    }
    return AUD_OK;
}

/* --- handing on ------------------------------------------------------------------------------- */

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
    return where;
}

aud_status aud_endpoint_gap(aud_endpoint *e, const aud_reading *r, aud_gap_kind kind, uint32_t line,
                            const char *reason, aud_error *err)
{
    const aud_sighting where = place_of(e, r, line, AUD_USE_SERVED);
    const aud_str name = name_of(e);

    return aud_reading_gap_at(r, kind, &where, err, "%.*s port %u: %s", AUD_ARG(name), e->port,
                              reason);
}

static aud_status lineage_of(aud_endpoint *e, aud_str *out_identity, aud_str *out_lineage,
                             aud_error *err)
{
    AUD_TRY(aud_host_identity(name_of(e), e->port, e->starttls, &e->arena, out_identity, err));
    return aud_arena_printf(&e->arena, out_lineage, err, "endpoint:%.*s", AUD_ARG(*out_identity));
}

aud_status aud_endpoint_emit_certs(aud_endpoint *e, const aud_reading *r, aud_error *err)
{
    aud_str identity, lineage;

    AUD_TRY(lineage_of(e, &identity, &lineage, err));
    for (size_t i = 0; i < e->chain.len; i++) {
        const bool leaf = i == 0 && !e->leaf_lost;
        aud_seen seen = {.kind = AUD_KIND_CERTIFICATE, .der = e->chain.items[i].der};
        seen.where = place_of(e, r, e->chain.items[i].line, leaf ? AUD_USE_SERVED : AUD_USE_CHAIN);
        seen.where.member = (uint32_t)i;
        if (leaf) {
            seen.lineage = lineage; /* an issuer is nobody's current holder */
        }
        AUD_TRY(aud_reading_certificate(r, &seen, err));
    }
    return AUD_OK;
}

aud_status aud_endpoint_emit(aud_endpoint *e, const aud_reading *r, aud_error *err)
{
    aud_seen seen = {.kind = AUD_KIND_ENDPOINT};
    aud_bag_builder builder;

    if (!speaks_tls(e) && e->tested == 0 && e->chain.len == 0) {
        return aud_endpoint_gap(e, r, AUD_GAP_BROKEN, e->line,
                                "the report holds no result; scan again", err);
    }
    seen.where = place_of(e, r, e->line, AUD_USE_SERVED);
    AUD_TRY(lineage_of(e, &seen.identity, &seen.lineage, err));
    seen.label = seen.identity;
    aud_bag_begin(&builder, &aud_type_endpoint, &e->arena);
    const aud_status facts = set_facts(e, &builder, &seen.certificate_sha256, err);
    const aud_status built = aud_bag_build(&builder, &seen.bag, facts == AUD_OK ? err : NULL);
    AUD_TRY(facts);
    AUD_TRY(built);
    AUD_TRY(r->sink->subject(r->sink->ctx, &seen, err));
    return aud_endpoint_emit_certs(e, r, err);
}
