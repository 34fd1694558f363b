/* engine/ingest/snapshot_gcp.c - Google Cloud: Certificate Manager, Compute Engine, Cloud SQL.
 *
 * The APIs wrap their lists and page them, gcloud prints bare lists; the records are the same.
 */
#include "engine/ingest/snapshot.h"

static const aud_snap_more more[] = {{"nextPageToken", false}, {NULL, false}};

/* --- Certificate Manager ---------------------------------------------------------------------- */

static const aud_snap_row manager_rows[] = {
    {"name", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"sanDnsnames[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"managed.domains[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"expireTime", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"managed.state", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"usedBy[].name", AUD_INV_LOCATIONS, AUD_SNAP_TEXT, NULL},
    {"labels", AUD_INV_OWNERS, AUD_SNAP_TAGS, "label"},
    {"managed", AUD_INV_RENEWAL_METHOD, AUD_SNAP_IF_ANY, "automated (Google-managed)"},
    {"selfManaged", AUD_INV_RENEWAL_METHOD, AUD_SNAP_IF_ANY, "manual (self-managed)"},
    {"pemCertificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

static const aud_snap_row self_managed_rows[] = {
    {"selfManaged.pemCertificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

static const aud_snap_word states[] = {
    {"PROVISIONING", "pending"},
    {"PROVISIONING_FAILED", "failed"},
    {"PROVISIONING_FAILED_PERMANENTLY", "failed"},
    {"RENEWAL_FAILED", "active"},
    {"1", "pending"}, /* the states as numbers */
    {"2", "failed"},
    {"3", "active"},
};

static aud_status manager_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, manager_rows, AUD_COUNT(manager_rows), err));
    if (!aud_snap_at(record, "pemCertificate")) { /* the same bytes stand in both places */
        AUD_TRY(aud_snap_apply(s, record, self_managed_rows, AUD_COUNT(self_managed_rows), err));
    }
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_gcp_certificate_manager = {
    .name = "gcp_certificate_manager",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"certificates", NULL},
    .needs = (const char *const[]){"selfManaged", "managed", "pemCertificate", NULL},
    .status = states,
    .num_status = AUD_COUNT(states),
    .more = more,
    .record = manager_record,
    .marks = (const char *const[]){"name=projects/ selfManaged", "name=projects/ managed domains",
                                   "name=projects/ pemCertificate", NULL},
};

/* --- Compute Engine --------------------------------------------------------------------------- */

static const aud_snap_row compute_rows[] = {
    {"selfLink", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"subjectAlternativeNames[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"managed.domains[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"expireTime", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"managed.status", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"managed", AUD_INV_RENEWAL_METHOD, AUD_SNAP_IF_ANY, "automated (Google-managed)"},
    {"certificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

static const aud_snap_row compute_self_rows[] = {
    {"selfManaged.certificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

static aud_status compute_one(aud_snap *s, const aud_node *record, aud_error *err)
{
    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, compute_rows, AUD_COUNT(compute_rows), err));
    if (!aud_snap_at(record, "certificate")) {
        AUD_TRY(aud_snap_apply(s, record, compute_self_rows, AUD_COUNT(compute_self_rows), err));
    }
    if (!aud_snap_at(record, "managed")) {
        AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_RENEWAL_METHOD, AUD_LIT("manual (self-managed)"),
                                  record->line, err));
    }
    return aud_snap_end(s, record, err);
}

/* One certificate; or, of aggregatedList, a map of scopes with a list in each. */
static aud_status compute_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    if (aud_snap_at(record, "selfLink") || aud_snap_at(record, "name")) {
        return compute_one(s, record, err);
    }
    for (const aud_node *scope = record->first; scope; scope = scope->next) {
        const aud_node *list = aud_snap_at(scope, "sslCertificates");
        for (const aud_node *m = list ? list->first : NULL; m; m = m->next) {
            AUD_TRY(compute_one(s, m, err));
        }
    }
    return AUD_OK;
}

const aud_snapshot aud_snapshot_gcp_compute = {
    .name = "gcp_compute",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"items", NULL},
    .status = states,
    .num_status = AUD_COUNT(states),
    .more = more,
    .record = compute_record,
    .marks = (const char *const[]){"kind=compute#sslCertificate", NULL},
};

/* --- Cloud SQL -------------------------------------------------------------------------------- */

static const aud_snap_row sql_rows[] = {
    {"selfLink", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"commonName", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"certSerialNumber", AUD_INV_SERIAL, AUD_SNAP_DECIMAL, NULL},
    {"sha1Fingerprint", AUD_INV_SHA1, AUD_SNAP_TEXT, NULL},
    {"expirationTime", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"instance", AUD_INV_LOCATIONS, AUD_SNAP_TEXT, NULL},
    {"cert", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

const aud_snapshot aud_snapshot_gcp_cloud_sql = {
    .name = "gcp_cloud_sql",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"items", NULL},
    .needs = (const char *const[]){"sha1Fingerprint", "cert", NULL},
    .rows = sql_rows,
    .num_rows = AUD_COUNT(sql_rows),
    .more = more,
    .marks = (const char *const[]){"kind=sql#sslCert sha1Fingerprint", NULL},
};
