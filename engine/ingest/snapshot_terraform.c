/* engine/ingest/snapshot_terraform.c - Terraform and OpenTofu: state of version 4, `show -json`.
 *
 * A data source repeats what is a resource somewhere, and is passed over. A resource is known by
 * its address; keys that stand in the clear are told of and not kept.
 */
#include "engine/base/text.h"
#include "engine/ingest/snapshot.h"

enum { MAX_NESTING = 32 };

/* Members mean the same in every provider's certificates, where they are there at all. */
static const aud_snap_row rows[] = {
    {"domain_name", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"common_name", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"subject_alternative_names[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"dns_names[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"ip_addresses[]", AUD_INV_IP_ADDRESSES, AUD_SNAP_TEXT, NULL},
    {"managed[].domains[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"not_before", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"validity_start_time", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"not_after", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"validity_end_time", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"expiration", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"expire_time", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"certificate_not_after", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"key_algorithm", AUD_INV_KEY_ALGORITHM, AUD_SNAP_KEY, NULL},
    {"status", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"thumbprint", AUD_INV_FINGERPRINT, AUD_SNAP_TEXT, NULL},
    {"is_ca_certificate", AUD_INV_IS_CA, AUD_SNAP_TEXT, NULL},
    {"cert_pem", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"certificate_pem", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"certificate_body", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"certificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"certificate_data_base64", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"self_managed[].pem_certificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"issuer_pem", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"certificate_chain", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

static const aud_snap_word status[] = {
    {"PENDING_VALIDATION", "pending"},
    {"VALIDATION_TIMED_OUT", "failed"},
};

/* Resources that are certificates, and how they are renewed as far as the type tells. */
static const struct {
    const char *type, *renewal;
} types[] = {
    {"aws_acm_certificate", NULL},
    {"aws_iam_server_certificate", "manual (uploaded to IAM)"},
    {"tls_self_signed_cert", "semi-automated (at the next apply)"},
    {"tls_locally_signed_cert", "semi-automated (at the next apply)"},
    {"google_compute_ssl_certificate", "manual (self-managed)"},
    {"google_compute_region_ssl_certificate", "manual (self-managed)"},
    {"google_compute_managed_ssl_certificate", "automated (Google-managed)"},
    {"google_certificate_manager_certificate", NULL},
    {"azurerm_key_vault_certificate", NULL},
    {"acme_certificate", "semi-automated (at the next apply)"},
    {"vault_pki_secret_backend_cert", "semi-automated (at the next apply)"},
};

static aud_status add_address(aud_snap *s, const aud_node *resource, const aud_node *instance,
                              aud_error *err)
{
    const aud_str full = aud_snap_text(resource, "address");
    const aud_str module = aud_snap_text(resource, "module");
    const aud_str index = aud_snap_text(instance, "index_key");
    aud_str address = full;

    if (full.len == 0) {
        AUD_TRY(aud_arena_printf(&s->records, &address, err, "%.*s%s%.*s.%.*s%s%.*s%s",
                                 AUD_ARG(module), module.len > 0 ? "." : "",
                                 AUD_ARG(aud_snap_text(resource, "type")),
                                 AUD_ARG(aud_snap_text(resource, "name")), index.len > 0 ? "[" : "",
                                 AUD_ARG(index), index.len > 0 ? "]" : ""));
    }
    return aud_inventory_add(&s->inv, AUD_INV_ID, address, resource->line, err);
}

/* Amazon's own say in `type` and `renewal_eligibility` what the API says. */
static aud_status add_renewal(aud_snap *s, const aud_node *values, const char *known,
                              aud_error *err)
{
    const char *method = known;

    if (aud_snap_is(values, "renewal_eligibility", "ELIGIBLE")) {
        method = "automated (ACM managed renewal)";
    } else if (aud_snap_is(values, "type", "IMPORTED")) {
        method = "manual (imported into ACM)";
    }
    return method ? aud_inventory_add(&s->inv, AUD_INV_RENEWAL_METHOD, aud_str_of(method),
                                      values->line, err)
                  : AUD_OK;
}

static aud_status take_instance(aud_snap *s, const aud_node *resource, const aud_node *instance,
                                const aud_node *values, aud_error *err)
{
    const aud_str type = aud_snap_text(resource, "type");
    const aud_node *tags = aud_snap_at(values, "tags_all"); /* with those of the provider */
    size_t at = 0;

    if (!values || values->kind != AUD_NODE_MAP) {
        return AUD_OK;
    }
    while (at < AUD_COUNT(types) && !aud_str_eq(type, aud_str_of(types[at].type))) {
        at++;
    }
    aud_snap_begin(s, resource);
    s->inv.history = aud_snap_at(instance, "deposed") != NULL;
    AUD_TRY(add_address(s, resource, instance, err));
    if (at == AUD_COUNT(types)) { /* keys and certificates may lie in anything */
        s->inv.only_certificate = true;
        return aud_snap_end(s, values, err);
    }
    AUD_TRY(aud_snap_apply(s, values, rows, AUD_COUNT(rows), err));
    AUD_TRY(add_renewal(s, values, types[at].renewal, err));
    AUD_TRY(aud_snap_tags(s, tags ? tags : aud_snap_at(values, "tags"), "tag", err));
    AUD_TRY(aud_snap_tags(s, aud_snap_at(values, "labels"), "label", err));
    return aud_snap_end(s, values, err);
}

static aud_status take_resource(aud_snap *s, const aud_node *resource, unsigned nesting,
                                aud_error *err)
{
    const aud_node *instances = aud_snap_at(resource, "instances");
    const aud_node *inner[] = {aud_snap_at(resource, "resources"),
                               aud_snap_at(resource, "child_modules")};

    for (size_t i = 0; i < AUD_COUNT(inner) && nesting > 0; i++) { /* a module */
        for (const aud_node *m = inner[i] ? inner[i]->first : NULL; m; m = m->next) {
            AUD_TRY(take_resource(s, m, nesting - 1, err));
        }
    }
    if (!aud_snap_is(resource, "mode", "managed")) {
        return AUD_OK;
    }
    for (const aud_node *m = instances ? instances->first : NULL; m; m = m->next) {
        AUD_TRY(take_instance(s, resource, m, aud_snap_at(m, "attributes"), err));
    }
    return instances ? AUD_OK
                     : take_instance(s, resource, resource, aud_snap_at(resource, "values"), err);
}

static aud_status take_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    if (aud_snap_at(record, "modules")) {
        return aud_snap_gap(s, AUD_GAP_UNSUPPORTED, record->line, err,
                            "a state from before Terraform 0.12; let a newer one upgrade it");
    }
    return take_resource(s, record, MAX_NESTING, err);
}

const aud_snapshot aud_snapshot_terraform_state = {
    .name = "terraform_state",
    .secrets = true,
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"resources", "values.root_module.resources",
                                   "values.root_module.child_modules", NULL},
    .needs = (const char *const[]){"mode", "resources", "child_modules", "modules", "values", NULL},
    .status = status,
    .num_status = AUD_COUNT(status),
    .record = take_record,
    .marks = (const char *const[]){"terraform_version lineage serial",
                                   "format_version terraform_version values root_module", NULL},
};
