/* engine/ingest/snapshot_ca.c - what CAs list of themselves: Vault and OpenBao, EJBCA, DigiCert. */
#include "engine/base/text.h"
#include "engine/ingest/snapshot.h"

/* --- Vault PKI -------------------------------------------------------------------------------- */

static const aud_snap_row vault_rows[] = {
    {"certificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"ca_chain[]", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"issuing_ca", AUD_INV_OTHER, AUD_SNAP_IGNORE, NULL}, /* the chain's first */
    {"serial_number", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"revocation_time_rfc3339", AUD_INV_STATUS, AUD_SNAP_IF_ANY, "revoked"},
};

static const aud_snap_row vault_info_rows[] = {
    {"common_name", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"issuer", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"key_type", AUD_INV_KEY_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"key_bits", AUD_INV_KEY_SIZE, AUD_SNAP_TEXT, NULL},
    {"not_before", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"not_after", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
};

/* OpenBao's certs/detailed: a map by serial number. */
static aud_status vault_details(aud_snap *s, const aud_node *info, aud_error *err)
{
    for (const aud_node *m = info->first; m; m = m->next) {
        aud_snap_begin(s, m);
        AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_ID, m->key, m->line, err));
        AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_SERIAL, m->key, m->line, err));
        AUD_TRY(aud_snap_apply(s, m, vault_info_rows, AUD_COUNT(vault_info_rows), err));
        AUD_TRY(aud_snap_end(s, m, err));
    }
    return AUD_OK;
}

static aud_status vault_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    const aud_node *data = aud_snap_at(record, "data");
    const aud_node *info = aud_snap_at(data, "key_info");

    if (info && info->kind == AUD_NODE_MAP) {
        return vault_details(s, info, err);
    }
    if (!aud_snap_at(data, "certificate")) {
        return aud_snap_gap(s, AUD_GAP_UNSUPPORTED, data->line, err,
                            "a list of serial numbers alone, by which no certificate can be told; "
                            "export each with 'vault read pki/cert/SERIAL'");
    }
    aud_snap_begin(s, data);
    s->inv.only_certificate = true;
    AUD_TRY(aud_snap_apply(s, data, vault_rows, AUD_COUNT(vault_rows), err));
    return aud_snap_end(s, data, err);
}

const aud_snapshot aud_snapshot_vault_pki = {
    .name = "vault_pki",
    .use = AUD_USE_LISTED,
    .needs = (const char *const[]){"data", NULL},
    .record = vault_record,
    .marks = (const char *const[]){"data certificate=-----BEGIN revocation_time",
                                   "data certificate=-----BEGIN ca_chain lease_id",
                                   "data certificate=-----BEGIN issuing_ca lease_id",
                                   "data keys key_info not_after", NULL},
};

/* --- EJBCA ------------------------------------------------------------------------------------ */

static const aud_snap_row ejbca_rows[] = {
    {"subjectDN", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"issuerDN", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"serialNumber", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"fingerprint", AUD_INV_FINGERPRINT, AUD_SNAP_TEXT, NULL},
    {"notBefore", AUD_INV_NOT_BEFORE, AUD_SNAP_MILLIS, NULL},
    {"expireDate", AUD_INV_NOT_AFTER, AUD_SNAP_MILLIS, NULL},
    {"status", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"username", AUD_INV_OWNERS, AUD_SNAP_TEXT, "end entity"},
    {"base64Cert", AUD_INV_CERTIFICATE, AUD_SNAP_TWICE, NULL},
    {"certificateRequest", AUD_INV_OTHER, AUD_SNAP_IGNORE, NULL}, /* answered long ago */
    /* v1 */
    {"serial_number", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"certificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

static const aud_snap_word ejbca_status[] = {
    {"20", "active"},   {"21", "active"},  {"40", "revoked"},
    {"60", "archived"}, {"10", "pending"}, {"11", "pending"},
};

/* "dNSName=a, iPAddress=b, rfc822Name=c" in one text */
static aud_status ejbca_names(aud_snap *s, const aud_node *names, aud_error *err)
{
    aud_str rest = names ? names->text : (aud_str){NULL, 0}, part;

    while (aud_str_split(&rest, ',', &part)) {
        part = aud_str_trim(part);
        if (aud_str_starts(part, AUD_LIT("dNSName=")) ||
            aud_str_starts(part, AUD_LIT("iPAddress="))) {
            AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_SANS, part, names->line, err));
        }
    }
    return AUD_OK;
}

static aud_status ejbca_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, ejbca_rows, AUD_COUNT(ejbca_rows), err));
    AUD_TRY(ejbca_names(s, aud_snap_at(record, "subjectAltName"), err));
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_ejbca = {
    .name = "ejbca",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"certificates", "certificates_rest_response.certificates", NULL},
    .needs = (const char *const[]){"base64Cert", "issuerDN", "response_format", NULL},
    .status = ejbca_status,
    .num_status = AUD_COUNT(ejbca_status),
    .more = (const aud_snap_more[]){{"pagination_summary.total_certs", true},
                                    {"pagination_rest_response_component.more_results", false},
                                    {"more_results", false},
                                    {NULL, false}},
    .record = ejbca_record,
    .marks = (const char *const[]){"certificates base64Cert issuerDN expireDate",
                                   "certificates response_format certificate_profile serial_number",
                                   NULL},
};

/* --- DigiCert CertCentral --------------------------------------------------------------------- */

/* The name is one of the certificate's, and not always among dns_names. */
static const aud_snap_row digicert_rows[] = {
    {"id", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"certificate.common_name", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"certificate.common_name", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"certificate.dns_names[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"certificate.valid_from", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"certificate.valid_till", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"certificate.serial_number", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"certificate.thumbprint", AUD_INV_FINGERPRINT, AUD_SNAP_TEXT, NULL},
    {"certificate.ca_cert.name", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"certificate.key_size", AUD_INV_KEY_SIZE, AUD_SNAP_TEXT, NULL},
    {"status", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"technical_contact.email", AUD_INV_OWNERS, AUD_SNAP_TEXT, "technical contact"},
    {"organization_contact.email", AUD_INV_OWNERS, AUD_SNAP_TEXT, "organization contact"},
    {"user.email", AUD_INV_OWNERS, AUD_SNAP_TEXT, "ordered by"},
    {"custom_fields", AUD_INV_OWNERS, AUD_SNAP_TAGS, "custom field"},
};

const aud_snapshot aud_snapshot_digicert = {
    .name = "digicert",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"orders", NULL},
    .needs = (const char *const[]){"certificate", NULL},
    .rows = digicert_rows,
    .num_rows = AUD_COUNT(digicert_rows),
    .more = (const aud_snap_more[]){{"page.total", true}, {NULL, false}},
    .marks = (const char *const[]){"orders certificate common_name product", NULL},
};
