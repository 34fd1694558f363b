/* engine/ingest/snapshot_cert_manager.c - cert-manager's Certificate, CertificateRequest, Issuer.
 *
 * A Certificate is a wish: a request under its namespace and name, for the Secret that it names.
 * What it says of dates is of the certificate that was issued for it, not of the wish.
 */
#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/ingest/inventory_values.h"
#include "engine/ingest/snapshot_kubernetes.h"

static aud_status set_texts(aud_bag_builder *b, unsigned field, const aud_node *list,
                            aud_arena *arena, aud_error *err)
{
    size_t len = 0;

    if (!list || list->kind != AUD_NODE_LIST) {
        return AUD_OK;
    }
    aud_value *values = aud_arena_array(arena, list->len, sizeof(*values));
    if (!values) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *m = list->first; m; m = m->next) {
        if (m->kind == AUD_NODE_SCALAR) {
            values[len++] = aud_string(m->text);
        }
    }
    aud_bag_set(b, field, aud_list_of(values, len));
    return AUD_OK;
}

/* What is left out has a default: RSA of 2048 bits, P-256 of ECDSA. */
static aud_status set_key(aud_bag_builder *b, const aud_node *spec, aud_arena *arena,
                          aud_error *err)
{
    aud_str algorithm = aud_snap_text(spec, "privateKey.algorithm");
    aud_str size = aud_snap_text(spec, "privateKey.size");
    aud_value key = aud_unknown();

    algorithm = algorithm.len > 0 ? algorithm : aud_snap_text(spec, "keyAlgorithm");
    size = size.len > 0 ? size : aud_snap_text(spec, "keySize");
    algorithm = algorithm.len > 0 ? algorithm : AUD_LIT("RSA");
    if (size.len == 0 && aud_str_ieq(algorithm, AUD_LIT("RSA"))) {
        size = AUD_LIT("2048");
    } else if (size.len == 0 && aud_str_ieq(algorithm, AUD_LIT("ECDSA"))) {
        size = AUD_LIT("256");
    }
    const aud_status st = aud_inv_key(algorithm, size, (aud_str){NULL, 0}, arena, &key, NULL);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    if (st == AUD_OK) {
        aud_bag_set(b, AUD_F_request_key, key);
    }
    return AUD_OK;
}

static aud_status set_names(aud_bag_builder *b, const aud_node *spec, aud_arena *arena,
                            aud_error *err)
{
    const aud_str common = aud_snap_text(spec, "commonName");
    const aud_str literal = aud_snap_text(spec, "literalSubject");
    aud_str subject = literal;

    if (common.len > 0) {
        aud_value *name = AUD_ARENA_NEW(arena, aud_value);
        if (!name) {
            return aud_fail(err, AUD_E_NOMEM, "out of memory");
        }
        *name = aud_string(common);
        aud_bag_set(b, AUD_F_request_common_names, aud_list_of(name, 1));
        if (subject.len == 0) {
            AUD_TRY(aud_arena_printf(arena, &subject, err, "CN=%.*s", AUD_ARG(common)));
        }
    }
    aud_bag_set_text(b, AUD_F_request_subject, subject);
    AUD_TRY(set_texts(b, AUD_F_request_dns_names, aud_snap_at(spec, "dnsNames"), arena, err));
    return set_texts(b, AUD_F_request_ip_addresses, aud_snap_at(spec, "ipAddresses"), arena, err);
}

static void set_duration(aud_bag_builder *b, const aud_node *spec)
{
    const aud_str text = aud_snap_text(spec, "duration");
    int64_t seconds = 90 * AUD_DAY_SECONDS; /* the default */

    if (text.len == 0 || aud_duration_parse(text, &seconds, NULL) == AUD_OK) {
        aud_bag_set(b, AUD_F_request_validity_seconds, aud_int(seconds));
    }
}

static aud_status add_owners(const aud_k8s_object *o, aud_seen *seen, aud_error *err)
{
    aud_snap *s = o->s;
    aud_arena *arena = s->reading->arena;
    const aud_inv_value *first = s->inv.values[AUD_INV_OWNERS];
    size_t len = 0;

    for (const aud_inv_value *v = first; v; v = v->next) {
        len++;
    }
    aud_owner *owners = aud_arena_array(arena, len, sizeof(*owners));
    if (!owners) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    len = 0;
    for (const aud_inv_value *v = first; v; v = v->next) {
        owners[len] =
            (aud_owner){.name = v->text, .as_written = v->text, .origin = AUD_OWNER_INVENTORY};
        AUD_TRY(aud_arena_printf(arena, &owners[len++].place, err, "%.*s record %.*s, %s",
                                 AUD_ARG(s->reading->input->path), AUD_ARG(seen->where.record),
                                 v->note ? v->note : "owner"));
    }
    seen->owners = owners;
    seen->num_owners = len;
    return AUD_OK;
}

/* Where it was left before it was built. */
static void builder_drop(aud_bag_builder *b)
{
    aud_free(b->facts.items);
}

static aud_status take_certificate(const aud_k8s_object *o, aud_error *err)
{
    aud_snap *s = o->s;
    aud_arena *arena = s->reading->arena;
    const aud_node *spec = aud_snap_at(o->node, "spec");
    aud_seen seen = {.kind = AUD_KIND_REQUEST,
                     .where = aud_reading_at(s->reading, o->node->line, AUD_USE_CONFIGURED)};
    AUD_CLEANUP(builder_drop) aud_bag_builder b = {0};
    bool is_ca = false;

    if (!spec) {
        return aud_snap_gap(s, AUD_GAP_BROKEN, o->node->line, err, "a Certificate without a spec");
    }
    AUD_TRY(aud_k8s_begin(o, (aud_str){NULL, 0}, err));
    aud_bag_begin(&b, &aud_type_request, arena);
    AUD_TRY(set_names(&b, spec, arena, err));
    AUD_TRY(set_key(&b, spec, arena, err));
    if (aud_inv_bool(aud_snap_text(spec, "isCA"), &is_ca) || !aud_snap_at(spec, "isCA")) {
        aud_bag_set(&b, AUD_F_request_is_ca, aud_bool(is_ca));
    }
    set_duration(&b, spec);
    AUD_TRY(aud_bag_build(&b, &seen.bag, err));
    AUD_TRY(aud_k8s_id(o, (aud_str){NULL, 0}, arena, &seen.where.record, err));
    AUD_TRY(aud_arena_printf(arena, &seen.identity, err, "kubernetes:%.*s:%.*s",
                             AUD_ARG(s->reading->input->source), AUD_ARG(seen.where.record)));
    seen.label = seen.where.record;
    AUD_TRY(aud_k8s_lineage(o, aud_snap_text(spec, "secretName"), arena, &seen.lineage, err));
    AUD_TRY(add_owners(o, &seen, err));
    if (s->inv.values[AUD_INV_ENVIRONMENT]) {
        seen.environment = s->inv.values[AUD_INV_ENVIRONMENT]->text;
    }
    return s->reading->sink->subject(s->reading->sink->ctx, &seen, err);
}

aud_status aud_k8s_cert_manager(const aud_k8s_object *o, aud_error *err)
{
    const aud_str api = aud_snap_text(o->node, "apiVersion");

    if (!aud_str_starts(api, AUD_LIT("cert-manager.io/")) &&
        !aud_str_starts(api, AUD_LIT("certmanager.k8s.io/"))) {
        return AUD_END;
    }
    if (aud_str_eq(o->kind, AUD_LIT("Certificate"))) {
        return take_certificate(o, err);
    }
    return aud_k8s_scan(o, o->node, err); /* requests, what was issued for them, CA bundles */
}
