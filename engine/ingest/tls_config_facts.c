/* engine/ingest/tls_config_facts.c - a gathered TLS configuration as facts. */
#include "engine/ingest/tls_config.h"

#include "engine/pki/cert.h"

static aud_arena *arena_of(const aud_tls_config *c)
{
    return c->reading->arena;
}

static void set_list(aud_bag_builder *b, unsigned whole, unsigned seen, aud_extent extent,
                     aud_value list)
{
    switch (extent) {
    case AUD_EXTENT_UNKNOWN:
        return;
    case AUD_EXTENT_SOME:
        aud_bag_set(b, seen, list);
        return;
    case AUD_EXTENT_WHOLE:
        aud_bag_set(b, whole, list);
        return;
    case AUD_EXTENT_ABSENT:
        aud_bag_set(b, whole, aud_absent());
        aud_bag_set(b, seen, aud_absent());
        return;
    }
}

static aud_status put_suite(aud_tls_config *c, const aud_suite *suite, bool fixed, aud_value *items,
                            size_t *len, aud_error *err)
{
    const unsigned in = aud_suite_protocols(suite) & c->protocols;

    if (in != 0) {
        return aud_suite_accepted(suite, in, arena_of(c), &items[(*len)++], err);
    }
    if (!fixed) { /* in a version that may be enabled as well */
        items[(*len)++] = aud_suite_value(suite);
    }
    return AUD_OK;
}

/* What is known of the suites follows from what is known of versions, cipher string and TLS 1.3. */
static aud_extent suites_extent(const aud_tls_config *c)
{
    const unsigned tls13 = 1U << AUD_TLS_1_3;

    if (c->protocols_extent == AUD_EXTENT_ABSENT) {
        return c->ciphers_extent == AUD_EXTENT_ABSENT && c->tls13.len > 0 ? c->tls13_extent
                                                                          : c->ciphers_extent;
    }
    const bool old_known = c->ciphers_extent == AUD_EXTENT_WHOLE || (c->protocols & ~tls13) == 0;
    /* no fragment needs to say what the library does by itself */
    const bool new_known = c->tls13_extent == AUD_EXTENT_WHOLE || (c->protocols & tls13) == 0 ||
                           (c->fragment && c->tls13_extent == AUD_EXTENT_UNKNOWN);
    if (c->protocols_extent == AUD_EXTENT_WHOLE && old_known && new_known) {
        return AUD_EXTENT_WHOLE;
    }
    if (c->ciphers_extent == AUD_EXTENT_ABSENT && c->fragment) {
        return AUD_EXTENT_ABSENT;
    }
    return c->ciphers.len > 0 ? AUD_EXTENT_SOME : AUD_EXTENT_UNKNOWN;
}

static aud_status set_suites(aud_tls_config *c, aud_bag_builder *b, aud_error *err)
{
    const bool fixed = c->protocols_extent == AUD_EXTENT_WHOLE;
    const size_t most = c->ciphers.len + c->tls13.len;
    aud_value *items = aud_arena_array(arena_of(c), most, sizeof *items);
    size_t len = 0;

    if (!items) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < c->tls13.len; i++) {
        /* without a version that is surely on, the library's own suites say nothing */
        if ((c->protocols & 1U << AUD_TLS_1_3) != 0 || c->fragment) {
            AUD_TRY(put_suite(c, c->tls13.items[i], fixed, items, &len, err));
        }
    }
    for (size_t i = 0; i < c->ciphers.len; i++) {
        AUD_TRY(put_suite(c, c->ciphers.items[i], fixed, items, &len, err));
    }
    set_list(b, AUD_F_tls_config_suites, AUD_F_tls_config_suites_seen, suites_extent(c),
             aud_list_of(items, len));
    if (c->cipher_string.len > 0) {
        aud_bag_set(b, AUD_F_tls_config_cipher_string, aud_string(c->cipher_string));
        aud_bag_set(b, AUD_F_tls_config_cipher_rules, aud_string(AUD_LIT(AUD_CIPHER_STRING_RULES)));
        aud_bag_set_texts(b, AUD_F_tls_config_cipher_ignored, c->ignored.items, c->ignored.len);
    } else if (c->ciphers_extent == AUD_EXTENT_ABSENT) {
        aud_bag_set(b, AUD_F_tls_config_cipher_string, aud_absent());
    }
    return AUD_OK;
}

static void set_tri(aud_bag_builder *b, unsigned field, aud_tri tri)
{
    if (tri != AUD_TRI_UNKNOWN) {
        aud_bag_set(b, field, aud_bool(tri == AUD_TRI_YES));
    }
}

static aud_status set_place(aud_tls_config *c, aud_bag_builder *b, aud_error *err)
{
    aud_value *ports = aud_arena_array(arena_of(c), c->ports.len, sizeof *ports);

    if (!ports) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < c->ports.len; i++) {
        ports[i] = aud_int(c->ports.items[i]);
    }
    aud_bag_set(b, AUD_F_tls_config_server, aud_string(aud_str_of(c->server)));
    aud_bag_set(b, AUD_F_tls_config_role,
                aud_string(c->upstream ? AUD_LIT("upstream") : AUD_LIT("terminates")));
    aud_bag_set(b, AUD_F_tls_config_fragment, aud_bool(c->fragment));
    aud_bag_set_texts(b, AUD_F_tls_config_listen, c->listen.items, c->listen.len);
    aud_bag_set(b, AUD_F_tls_config_ports, aud_list_of(ports, c->ports.len));
    aud_bag_set_texts(b, AUD_F_tls_config_names, c->names.items, c->names.len);
    aud_bag_set(b, AUD_F_tls_config_names_whole, aud_bool(!c->names_open));
    aud_bag_set(b, AUD_F_tls_config_catch_all, aud_bool(c->catch_all));
    return AUD_OK;
}

static void set_singles(const aud_tls_config *c, aud_bag_builder *b)
{
    static const char *const checks[] = {NULL, "off", "optional", "unverified", "required"};

    set_tri(b, AUD_F_tls_config_server_preference, c->server_preference);
    set_tri(b, AUD_F_tls_config_session_tickets, c->session_tickets);
    set_tri(b, AUD_F_tls_config_early_data, c->early_data);
    set_tri(b, AUD_F_tls_config_compression, c->compression);
    set_tri(b, AUD_F_tls_config_ocsp_stapling, c->ocsp_stapling);
    set_tri(b, AUD_F_tls_config_upstream_verified, c->upstream_verified);
    set_tri(b, AUD_F_tls_config_key_matches, c->key_matches);
    if (c->client != AUD_CLIENT_UNKNOWN) {
        aud_bag_set(b, AUD_F_tls_config_client_certificate,
                    aud_string(aud_str_of(checks[c->client])));
    }
    if (c->ticket_key_files >= 0) {
        aud_bag_set(b, AUD_F_tls_config_ticket_key_files,
                    c->ticket_key_files == 0 ? aud_absent() : aud_int(c->ticket_key_files));
    }
    if (c->dh_extent == AUD_EXTENT_ABSENT) {
        aud_bag_set(b, AUD_F_tls_config_dh_bits, aud_absent());
    } else if (c->dh_bits > 0) {
        aud_bag_set(b, AUD_F_tls_config_dh_bits, aud_int(c->dh_bits));
    }
    if (c->hsts_extent == AUD_EXTENT_ABSENT) {
        aud_bag_set(b, AUD_F_tls_config_hsts_seconds, aud_absent());
    } else if (c->hsts_extent == AUD_EXTENT_WHOLE) {
        aud_bag_set(b, AUD_F_tls_config_hsts_seconds, aud_int(c->hsts_seconds));
    }
    if (c->hsts_extent == AUD_EXTENT_WHOLE || c->hsts_extent == AUD_EXTENT_ABSENT) {
        aud_bag_set_texts(b, AUD_F_tls_config_hsts_lost, c->hsts_lost.items, c->hsts_lost.len);
    }
}

/* --- certificates ----------------------------------------------------------------------------- */

static aud_status digest(aud_tls_config *c, aud_str der, aud_value *out, aud_error *err)
{
    char hex[64];
    aud_str kept;

    AUD_TRY(aud_sha256_text(der, hex, err));
    AUD_TRY(aud_arena_dup(arena_of(c), (aud_str){hex, sizeof hex}, &kept, err));
    *out = aud_string(kept);
    return AUD_OK;
}

/* By name: each issuer stands behind what it issued. Unknown if one cannot be read. */
static aud_status chain_ordered(aud_tls_config *c, const aud_config_chain *chain, aud_tri *out,
                                aud_error *err)
{
    *out = AUD_TRI_YES;
    for (size_t i = 0; i + 1 < chain->num_certs; i++) {
        aud_cert one, next;
        aud_str issuer, subject;

        if (aud_cert_read(chain->certs[i], &one, NULL) != AUD_OK ||
            aud_cert_read(chain->certs[i + 1], &next, NULL) != AUD_OK) {
            *out = AUD_TRI_UNKNOWN;
            return AUD_OK;
        }
        AUD_TRY(aud_name_canonical(one.issuer, arena_of(c), &issuer, err));
        AUD_TRY(aud_name_canonical(next.subject, arena_of(c), &subject, err));
        if (!aud_str_eq(issuer, subject)) {
            *out = AUD_TRI_NO;
            return AUD_OK;
        }
    }
    return AUD_OK;
}

static aud_status set_first_chain(aud_tls_config *c, aud_bag_builder *b, aud_error *err)
{
    const aud_config_chain *first = &c->chains.items[0];
    aud_value *items = aud_arena_array(arena_of(c), first->num_certs, sizeof *items);
    aud_tri ordered;

    if (!items) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < first->num_certs; i++) {
        AUD_TRY(digest(c, first->certs[i], &items[i], err));
    }
    aud_bag_set(b, AUD_F_tls_config_leaf_sha256, items[0]);
    if (!first->broken) {
        aud_bag_set(b, AUD_F_tls_config_chain_sha256, aud_list_of(items, first->num_certs));
        AUD_TRY(chain_ordered(c, first, &ordered, err));
        set_tri(b, AUD_F_tls_config_chain_ordered, ordered);
    }
    return AUD_OK;
}

static aud_status set_certificates(aud_tls_config *c, aud_bag_builder *b, aud_error *err)
{
    aud_value *others = aud_arena_array(arena_of(c), c->chains.len, sizeof *others);
    size_t len = 0;
    bool all = c->chains.len == c->certificate_files.len;

    if (!others) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (c->certificate_files.len > 0) {
        aud_bag_set_texts(b, AUD_F_tls_config_certificate_files, c->certificate_files.items,
                          c->certificate_files.len);
    }
    if (c->key_files.len > 0) {
        aud_bag_set_texts(b, AUD_F_tls_config_key_files, c->key_files.items, c->key_files.len);
    }
    if (c->chains.len == 0 || c->chains.items[0].num_certs == 0) {
        return AUD_OK;
    }
    AUD_TRY(set_first_chain(c, b, err));
    for (size_t i = 1; i < c->chains.len; i++) {
        if (c->chains.items[i].num_certs == 0) {
            all = false;
            continue;
        }
        AUD_TRY(digest(c, c->chains.items[i].certs[0], &others[len++], err));
    }
    if (all) {
        aud_bag_set(b, AUD_F_tls_config_other_leaves_sha256, aud_list_of(others, len));
    }
    return AUD_OK;
}

/* --- where everything comes from -------------------------------------------------------------- */

static aud_status setting_object(aud_tls_config *c, const aud_config_setting *s, aud_value *out,
                                 aud_error *err)
{
    static const char *const origins[] = {"stated", "default", "unknown"};
    aud_bag_builder b;
    const aud_bag *bag = NULL;

    aud_bag_begin(&b, &aud_type_setting, arena_of(c));
    aud_bag_set(&b, AUD_F_setting_fact,
                aud_string(aud_str_of(aud_type_tls_config.fields[s->fact].name)));
    aud_bag_set_text(&b, AUD_F_setting_directive, s->directive);
    aud_bag_set_text(&b, AUD_F_setting_value, s->value);
    aud_bag_set(&b, AUD_F_setting_origin, aud_string(aud_str_of(origins[s->origin])));
    aud_bag_set_text(&b, AUD_F_setting_path, s->at.path);
    aud_bag_set(&b, AUD_F_setting_line, s->at.line > 0 ? aud_int(s->at.line) : aud_absent());
    aud_bag_set_text(&b, AUD_F_setting_reason, s->reason);
    AUD_TRY(aud_bag_build(&b, &bag, err));
    *out = aud_object_of(&aud_type_setting, aud_bag_get, bag);
    return AUD_OK;
}

static aud_status set_settings(aud_tls_config *c, aud_bag_builder *b, aud_error *err)
{
    aud_value *items = aud_arena_array(arena_of(c), c->settings.len, sizeof *items);
    aud_value *defaults = aud_arena_array(arena_of(c), c->settings.len, sizeof *defaults);
    size_t num = 0;

    if (!items || !defaults) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < c->settings.len; i++) {
        const aud_config_setting *s = &c->settings.items[i];

        AUD_TRY(setting_object(c, s, &items[i], err));
        if (s->origin == AUD_ORIGIN_DEFAULT) {
            defaults[num++] = aud_string(aud_str_of(aud_type_tls_config.fields[s->fact].name));
        }
    }
    aud_bag_set(b, AUD_F_tls_config_settings, aud_list_of(items, c->settings.len));
    aud_bag_set(b, AUD_F_tls_config_defaults, aud_list_of(defaults, num));
    return AUD_OK;
}

static aud_status set_facts(aud_tls_config *c, aud_bag_builder *b, aud_error *err)
{
    AUD_TRY(set_place(c, b, err));
    set_list(b, AUD_F_tls_config_protocols, AUD_F_tls_config_protocols_seen, c->protocols_extent,
             aud_protocol_list(c->protocols, arena_of(c)));
    AUD_TRY(set_suites(c, b, err));
    if (c->groups_extent != AUD_EXTENT_UNKNOWN) {
        aud_bag_set_texts(b,
                          c->groups_extent == AUD_EXTENT_WHOLE ? AUD_F_tls_config_groups
                                                               : AUD_F_tls_config_groups_seen,
                          c->groups.items, c->groups.len);
    }
    set_singles(c, b);
    AUD_TRY(set_certificates(c, b, err));
    return set_settings(c, b, err);
}

aud_status aud_tls_config_facts(aud_tls_config *c, const aud_bag **out, aud_error *err)
{
    aud_bag_builder builder;

    aud_bag_begin(&builder, &aud_type_tls_config, arena_of(c));
    const aud_status facts = set_facts(c, &builder, err);
    const aud_status built = aud_bag_build(&builder, out, facts == AUD_OK ? err : NULL);
    AUD_TRY(facts);
    return built;
}
