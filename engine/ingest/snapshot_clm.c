/* engine/ingest/snapshot_clm.c - products that manage certificates: Keyfactor Command, Venafi. */
#include "engine/base/text.h"
#include "engine/ingest/snapshot.h"

/* "host:443" as a place, of a name and a port that may be missing or a blank. */
static aud_status add_place(aud_snap *s, const aud_node *from, aud_str host, const char *port_path,
                            aud_error *err)
{
    const aud_str port = aud_snap_text(from, port_path);
    aud_str place = aud_str_trim(host);
    uint64_t number = 0;

    if (place.len > 0 && aud_parse_u64(port, &number) && number > 0) {
        AUD_TRY(
            aud_arena_printf(&s->records, &place, err, "%.*s:%.*s", AUD_ARG(place), AUD_ARG(port)));
    }
    return aud_inventory_add(&s->inv, AUD_INV_LOCATIONS, place, from->line, err);
}

/* --- Keyfactor Command ------------------------------------------------------------------------ */

static const aud_snap_row keyfactor_rows[] = {
    {"Id", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"IssuedDN", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"IssuedCN", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"IssuerDN", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"SerialNumber", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"Thumbprint", AUD_INV_FINGERPRINT, AUD_SNAP_TEXT, NULL},
    {"NotBefore", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"NotAfter", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"KeyTypeString", AUD_INV_KEY_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"KeySizeInBits", AUD_INV_KEY_SIZE, AUD_SNAP_TEXT, NULL},
    {"SigningAlgorithm", AUD_INV_SIGNATURE_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"CertStateString", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"OwnerRoleName", AUD_INV_OWNERS, AUD_SNAP_TEXT, "owner role"},
    {"Metadata", AUD_INV_OWNERS, AUD_SNAP_TAGS, "metadata"},
    {"ContentBytes", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

/* 2 is a DNS name and 7 an address, as in a certificate's GeneralName. */
static aud_status keyfactor_names(aud_snap *s, const aud_node *list, aud_error *err)
{
    for (const aud_node *m = list ? list->first : NULL; m; m = m->next) {
        const bool dns = aud_snap_is(m, "Type", "2");
        if (dns || aud_snap_is(m, "Type", "7")) {
            AUD_TRY(aud_inventory_add(&s->inv, dns ? AUD_INV_DNS_NAMES : AUD_INV_IP_ADDRESSES,
                                      aud_snap_text(m, "Value"), m->line, err));
        }
    }
    return AUD_OK;
}

static aud_status keyfactor_places(aud_snap *s, const aud_node *record, aud_error *err)
{
    const aud_node *stores = aud_snap_at(record, "Locations");
    const aud_node *served = aud_snap_at(record, "SSLLocations");

    for (const aud_node *m = stores ? stores->first : NULL; m; m = m->next) {
        aud_str place;
        AUD_TRY(aud_arena_printf(&s->records, &place, err, "%.*s %.*s",
                                 AUD_ARG(aud_snap_text(m, "StoreMachine")),
                                 AUD_ARG(aud_snap_text(m, "StorePath"))));
        AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_LOCATIONS, place, m->line, err));
    }
    for (const aud_node *m = served ? served->first : NULL; m; m = m->next) {
        const aud_str name = aud_snap_text(m, "NetworkName");
        AUD_TRY(add_place(s, m, name.len > 0 ? name : aud_snap_text(m, "IPAddress"), "Port", err));
    }
    return AUD_OK;
}

static aud_status keyfactor_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, keyfactor_rows, AUD_COUNT(keyfactor_rows), err));
    AUD_TRY(keyfactor_names(s, aud_snap_at(record, "SubjectAltNameElements"), err));
    AUD_TRY(keyfactor_places(s, record, err));
    if (!s->inv.values[AUD_INV_OWNERS]) { /* who asked for it is better than nobody */
        AUD_TRY(aud_inventory_add_owner(&s->inv, aud_snap_text(record, "RequesterName"),
                                        "requester", record->line, err));
    }
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_keyfactor = {
    .name = "keyfactor",
    .use = AUD_USE_LISTED,
    .needs = (const char *const[]){"IssuedDN", "Thumbprint", NULL},
    .record = keyfactor_record,
    .marks = (const char *const[]){"IssuedDN IssuerDN Thumbprint NotAfter", NULL},
};

/* --- Venafi TPP ------------------------------------------------------------------------------- */

/* What is single may be a list, and the other way round. Names come in pairs: list and details. */
static const aud_snap_row tpp_rows[] = {
    {"Guid", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.Subject", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"X509.Subject", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.CN", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"X509.CN", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"Name", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.Issuer", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"X509.Issuer", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.Serial", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"X509.Serial", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.Thumbprint", AUD_INV_FINGERPRINT, AUD_SNAP_TEXT, NULL},
    {"X509.Thumbprint", AUD_INV_FINGERPRINT, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.ValidFrom", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"X509.ValidFrom", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"CertificateDetails.ValidTo", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"X509.ValidTo", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"CertificateDetails.KeyAlgorithm", AUD_INV_KEY_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.KeySize", AUD_INV_KEY_SIZE, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.SignatureAlgorithm", AUD_INV_SIGNATURE_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.SubjectAltNameDNS[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"CertificateDetails.SubjectAltNameIPAddress[]", AUD_INV_IP_ADDRESSES, AUD_SNAP_TEXT, NULL},
    {"X509.SANS.DNS[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"X509.SANS.IP[]", AUD_INV_IP_ADDRESSES, AUD_SNAP_TEXT, NULL},
    {"Contact[]", AUD_INV_OWNERS, AUD_SNAP_TEXT, "contact"},
    {"CustomFields", AUD_INV_OWNERS, AUD_SNAP_TAGS, "custom field"},
    {"Consumers[]", AUD_INV_LOCATIONS, AUD_SNAP_TEXT, NULL},
    {"Disabled", AUD_INV_STATUS, AUD_SNAP_IF_TRUE, "disabled"},
};

static aud_status tpp_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    static const aud_snap_word methods[] = {
        {"Provisioning", "automated (TPP provisioning)"},
        {"Enrollment", "semi-automated (TPP enrolls, and nobody installs)"},
        {"Monitoring", "manual (TPP only monitors)"},
    };

    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, tpp_rows, AUD_COUNT(tpp_rows), err));
    for (size_t i = 0; i < AUD_COUNT(methods); i++) {
        if (aud_snap_is(record, "ManagementType", methods[i].theirs)) {
            AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_RENEWAL_METHOD, aud_str_of(methods[i].ours),
                                      record->line, err));
        }
    }
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_venafi_tpp = {
    .name = "venafi_tpp",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"Certificates", NULL},
    .needs = (const char *const[]){"Guid", "CertificateDetails", NULL},
    .more = (const aud_snap_more[]){{"TotalCount", true}, {NULL, false}},
    .record = tpp_record,
    .marks = (const char *const[]){"Certificates Guid ParentDn", "CertificateDetails Guid ParentDn",
                                   NULL},
};

/* --- Venafi as a service ---------------------------------------------------------------------- */

static const aud_snap_row cloud_rows[] = {
    {"id", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"subjectDN", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"subjectCN[]", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"issuerDN", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"issuerCN[]", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"serialNumber", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"fingerprint", AUD_INV_FINGERPRINT, AUD_SNAP_TEXT, NULL},
    {"validityStart", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"validityEnd", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"encryptionType", AUD_INV_KEY_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"keyStrength", AUD_INV_KEY_SIZE, AUD_SNAP_TEXT, NULL},
    {"keyCurve", AUD_INV_KEY_CURVE, AUD_SNAP_TEXT, NULL},
    {"signatureAlgorithm", AUD_INV_SIGNATURE_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"subjectAlternativeNamesByType.dNSName[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"subjectAlternativeNamesByType.iPAddress[]", AUD_INV_IP_ADDRESSES, AUD_SNAP_TEXT, NULL},
    {"certificateStatus", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"ownerUsername", AUD_INV_OWNERS, AUD_SNAP_TEXT, "owner"},
    {"tags", AUD_INV_OWNERS, AUD_SNAP_TAGS, "tag"},
};

static aud_status cloud_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    const aud_node *instances = aud_snap_at(record, "instances");

    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, cloud_rows, AUD_COUNT(cloud_rows), err));
    s->inv.history = aud_snap_is(record, "versionType", "OLD");
    for (const aud_node *m = instances ? instances->first : NULL; m; m = m->next) {
        AUD_TRY(add_place(s, m, aud_snap_text(m, "hostname"), "port", err)); /* " " is none */
    }
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_venafi_cloud = {
    .name = "venafi_cloud",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"certificates", NULL},
    .needs = (const char *const[]){"fingerprint", "validityEnd", NULL},
    .more = (const aud_snap_more[]){{"count", true}, {NULL, false}},
    .record = cloud_record,
    .marks = (const char *const[]){"certificates fingerprint validityEnd encryptionType", NULL},
};
