/* engine/ingest/endpoint_facts.c - what was gathered of an endpoint, as the facts of a policy. */
#include "engine/ingest/endpoint.h"
#include "engine/ingest/names.h"

static void set_optional(aud_bag_builder *b, unsigned field, aud_str text, bool told)
{
    if (told || text.len > 0) {
        aud_bag_set_text(b, field, text); /* empty is absent */
    }
}

bool aud_endpoint_speaks_tls(const aud_endpoint *e)
{
    return e->offered != 0 || e->odd_protocol || e->suites.len > 0 || e->unknown_suites.len > 0 ||
           e->spoke_tls || e->chain.len > 0 || e->declared_sha256.len > 0;
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
 * A list is a fact only if it is all of them: what was not tried may be offered. What was seen is a
 * fact of its own; the population gives `protocols` for `protocols_seen` where it is whole.
 */
static void set_protocols(aud_endpoint *e, aud_bag_builder *b)
{
    const unsigned all = (1u << AUD_NUM_PROTOCOLS) - 1;
    const bool whole = e->protocols_told && !e->odd_protocol && e->tested == all;

    if (e->protocols_told) {
        aud_bag_set(b, AUD_F_endpoint_protocols_tested, aud_protocol_list(e->tested, &e->arena));
    }
    if (e->offered != 0 || (aud_endpoint_speaks_tls(e) && e->protocols_told)) {
        aud_bag_set(b, whole ? AUD_F_endpoint_protocols : AUD_F_endpoint_protocols_seen,
                    aud_protocol_list(e->offered, &e->arena));
    }
}

/*
 * Where nothing at all was accepted, nothing is known: a scanner that was turned away and a port
 * without TLS look the same in its report. SSLv2 and SSLv3 without suites count as whole: nobody
 * needs their suites to know what to think of the server.
 */
static void set_suites(aud_endpoint *e, aud_bag_builder *b)
{
    const unsigned without = unlisted(e);
    const unsigned old = 1u << AUD_SSL_2 | 1u << AUD_SSL_3;
    const unsigned all = (1u << AUD_NUM_PROTOCOLS) - 1;
    const bool listed = e->unknown_suites.len == 0 && !e->suites_partial &&
                        ((without & ~old) == 0 || e->suites_whole);
    /* a scanner that lists no protocols by themselves (sslscan 1) tries what it knows */
    const bool whole = listed && e->suites.len > 0 && (!e->protocols_told || e->tested == all);

    aud_bag_set_texts(b, AUD_F_endpoint_unknown_suites, e->unknown_suites.items,
                      e->unknown_suites.len);
    if (e->offered == 0 && e->suites.len == 0 && e->unknown_suites.len == 0 && !e->odd_protocol) {
        return;
    }
    aud_bag_set(b, AUD_F_endpoint_unlisted_protocols, aud_protocol_list(without, &e->arena));
    aud_bag_set(b, whole ? AUD_F_endpoint_suites : AUD_F_endpoint_suites_seen, suite_list(e));
    if (e->dh_bits > 0) {
        aud_bag_set(b, AUD_F_endpoint_dh_bits, aud_int(e->dh_bits));
    } else if (listed && without == 0 && !e->dh_unsized && (whole || (e->tested & ~old) != 0)) {
        aud_bag_set(b, AUD_F_endpoint_dh_bits, aud_absent());
    }
}

static void set_tri_facts(const aud_endpoint *e, aud_bag_builder *b)
{
    const struct {
        unsigned field;
        aud_tri tri;
    } facts[] = {
        {AUD_F_endpoint_server_preference, e->server_preference},
        {AUD_F_endpoint_compression, e->compression},
        {AUD_F_endpoint_secure_renegotiation, e->secure_renegotiation},
        {AUD_F_endpoint_client_renegotiation, e->client_renegotiation},
        {AUD_F_endpoint_session_tickets, e->session_tickets},
        {AUD_F_endpoint_session_resumption, e->session_resumption},
        {AUD_F_endpoint_extended_master_secret, e->extended_master_secret},
        {AUD_F_endpoint_fallback_scsv, e->fallback_scsv},
        {AUD_F_endpoint_early_data, e->early_data},
        {AUD_F_endpoint_client_certificate, e->client_certificate},
        {AUD_F_endpoint_ocsp_stapled, e->ocsp_stapled},
    };

    for (size_t i = 0; i < AUD_COUNT(facts); i++) {
        if (facts[i].tri != AUD_TRI_UNKNOWN) {
            aud_bag_set(b, facts[i].field, aud_bool(facts[i].tri == AUD_TRI_YES));
        }
    }
}

static aud_status attack_object(aud_endpoint *e, const aud_endpoint_attack *attack, aud_value *out,
                                aud_error *err)
{
    static const char *const states[] = {"not_vulnerable", "possible", "vulnerable"};
    aud_bag_builder b;
    const aud_bag *bag = NULL;

    aud_bag_begin(&b, &aud_type_vulnerability, &e->arena);
    aud_bag_set(&b, AUD_F_vulnerability_name, aud_string(aud_str_of(attack->name)));
    aud_bag_set(&b, AUD_F_vulnerability_state, aud_string(aud_str_of(states[attack->state])));
    AUD_TRY(aud_bag_build(&b, &bag, err));
    *out = aud_object_of(&aud_type_vulnerability, aud_bag_get, bag);
    return AUD_OK;
}

static aud_status set_attacks(aud_endpoint *e, aud_bag_builder *b, aud_error *err)
{
    if (e->attacks.len == 0) {
        return AUD_OK;
    }
    aud_value *items = aud_arena_array(&e->arena, e->attacks.len, sizeof(*items));
    if (!items) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < e->attacks.len; i++) {
        const aud_endpoint_attack *attack = &e->attacks.items[i];
        AUD_TRY(attack_object(e, attack, &items[i], err));
        if (strcmp(attack->name, "heartbleed") == 0 && attack->state != AUD_ATTACK_POSSIBLE) {
            aud_bag_set(b, AUD_F_endpoint_heartbleed, aud_bool(attack->state == AUD_ATTACK_WORKS));
        }
    }
    aud_bag_set(b, AUD_F_endpoint_vulnerabilities, aud_list_of(items, e->attacks.len));
    return AUD_OK;
}

static aud_status digest_of(aud_endpoint *e, aud_str der, aud_str *out, aud_error *err)
{
    char digest[64];

    AUD_TRY(aud_sha256_text(der, digest, err));
    return aud_arena_dup(&e->arena, (aud_str){digest, sizeof(digest)}, out, err);
}

/* The first chain, and the leaves of the others. */
static aud_status set_chain(aud_endpoint *e, aud_bag_builder *b, aud_str *out_leaf, aud_error *err)
{
    aud_value *items = aud_arena_array(&e->arena, e->chain.len, sizeof(*items));
    aud_value *leaves = aud_arena_array(&e->arena, e->chain.len, sizeof(*leaves));
    size_t len = 0, num_leaves = 0;

    if (!items || !leaves) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < e->chain.len; i++) {
        aud_str digest;
        if (num_leaves > 0 && !e->chain.items[i].other_leaf) {
            continue; /* an issuer of a further leaf */
        }
        AUD_TRY(digest_of(e, e->chain.items[i].der, &digest, err));
        if (e->chain.items[i].other_leaf) {
            leaves[num_leaves++] = aud_string(digest);
        } else {
            items[len++] = aud_string(digest);
        }
    }
    if (len > 0 && !e->leaf_lost) {
        *out_leaf = items[0].as.string;
    } else if (e->chain.len == 0) {
        *out_leaf = e->declared_sha256;
    }
    set_optional(b, AUD_F_endpoint_leaf_sha256, *out_leaf, false);
    if (e->chain_whole && len > 0) {
        aud_bag_set(b, AUD_F_endpoint_chain_sha256, aud_list_of(items, len));
    }
    if (num_leaves > 0) {
        aud_bag_set(b, AUD_F_endpoint_other_leaves_sha256, aud_list_of(leaves, num_leaves));
    }
    return AUD_OK;
}

static void set_place(aud_endpoint *e, aud_bag_builder *b)
{
    const char *upgraded = aud_starttls_of_port(e->port);
    const aud_str starttls =
        e->starttls_told || e->starttls.len > 0 ? e->starttls : aud_str_of(upgraded);

    aud_bag_set_text(b, AUD_F_endpoint_host, e->host);
    if (e->address.len > 0 || aud_is_ip(e->host)) {
        aud_bag_set_text(b, AUD_F_endpoint_address, e->address.len > 0 ? e->address : e->host);
    }
    aud_bag_set(b, AUD_F_endpoint_port, aud_int(e->port));
    set_optional(b, AUD_F_endpoint_sni, e->sni, e->sni_told);
    set_optional(b, AUD_F_endpoint_starttls, starttls, e->starttls_told);
    aud_bag_set_text(b, AUD_F_endpoint_scanner, aud_str_of(e->scanner));
    set_optional(b, AUD_F_endpoint_scanner_version, e->scanner_version, false);
    if (e->scanned_at_told) {
        aud_bag_set(b, AUD_F_endpoint_scanned_at, aud_time(e->scanned_at));
    }
}

static aud_status set_facts(aud_endpoint *e, aud_bag_builder *b, aud_str *out_leaf, aud_error *err)
{
    set_place(e, b);
    if (aud_endpoint_speaks_tls(e) || e->tested == (1u << AUD_NUM_PROTOCOLS) - 1) {
        aud_bag_set(b, AUD_F_endpoint_speaks_tls, aud_bool(aud_endpoint_speaks_tls(e)));
    }
    set_protocols(e, b);
    set_suites(e, b);
    if (e->groups.len > 0) {
        aud_bag_set_texts(b, e->groups_whole ? AUD_F_endpoint_groups : AUD_F_endpoint_groups_seen,
                          e->groups.items, e->groups.len);
    }
    if (aud_endpoint_speaks_tls(e)) { /* what a scanner says of a port without TLS is idle */
        set_tri_facts(e, b);
        AUD_TRY(set_attacks(e, b, err));
    }
    if (e->hsts_told) {
        aud_bag_set(b, AUD_F_endpoint_hsts_seconds,
                    e->hsts_seconds < 0 ? aud_absent() : aud_int(e->hsts_seconds));
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

aud_status aud_endpoint_facts(aud_endpoint *e, const aud_bag **out_bag, aud_str *out_leaf,
                              aud_error *err)
{
    aud_bag_builder builder;

    *out_leaf = (aud_str){NULL, 0};
    aud_bag_begin(&builder, &aud_type_endpoint, &e->arena);
    const aud_status facts = set_facts(e, &builder, out_leaf, err);
    const aud_status built = aud_bag_build(&builder, out_bag, facts == AUD_OK ? err : NULL);
    AUD_TRY(facts);
    return built;
}
