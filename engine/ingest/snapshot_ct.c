/* engine/ingest/snapshot_ct.c - certificates that CT logs know: crt.sh and SSLMate's Certspotter.
 *
 * A certificate and its precertificate come as two rows of crt.sh, with one serial number: the id
 * of crt.sh tells the entry of the log, not the certificate, so issuer and serial number are what
 * a record is known by. Nobody owns a log entry, and none says that a certificate is in use.
 */
#include "engine/base/text.h"
#include "engine/ingest/snapshot.h"

/* --- crt.sh ----------------------------------------------------------------------------------- */

static const aud_snap_row crtsh_rows[] = {
    {"common_name", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"issuer_name", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"serial_number", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"not_before", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"not_after", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
};

/* Names a line each; those of organisations, with their blanks, are none. */
static aud_status add_names(aud_snap *s, const aud_node *names, aud_error *err)
{
    aud_str rest = names ? names->text : (aud_str){NULL, 0}, line;

    if (rest.len > 0) {
        aud_inventory_given(&s->inv, AUD_INV_SANS);
    }
    while (aud_str_split(&rest, '\n', &line)) {
        line = aud_str_trim(line);
        if (!aud_str_has(line, AUD_LIT(" "))) {
            AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_SANS, line, names->line, err));
        }
    }
    return AUD_OK;
}

static aud_status crtsh_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, crtsh_rows, AUD_COUNT(crtsh_rows), err));
    AUD_TRY(add_names(s, aud_snap_at(record, "name_value"), err));
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_crtsh = {
    .name = "crtsh",
    .use = AUD_USE_LOGGED,
    .needs = (const char *const[]){"issuer_ca_id", NULL},
    .record = crtsh_record,
    .marks = (const char *const[]){"issuer_ca_id issuer_name name_value not_after", NULL},
};

/* --- Certspotter ------------------------------------------------------------------------------ */

/* cert_sha256 may be that of the precertificate, which nobody serves: it links nothing wrongly, and
 * with the certificate's bytes the one folds into the other. */
static const aud_snap_row certspotter_rows[] = {
    {"id", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"dns_names[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"ip_addresses[]", AUD_INV_IP_ADDRESSES, AUD_SNAP_TEXT, NULL},
    {"issuer.name", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"cert_sha256", AUD_INV_SHA256, AUD_SNAP_TEXT, NULL},
    {"not_before", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"not_after", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"revoked", AUD_INV_STATUS, AUD_SNAP_IF_TRUE, "revoked"},
    {"cert_der", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

const aud_snapshot aud_snapshot_certspotter = {
    .name = "certspotter",
    .use = AUD_USE_LOGGED,
    .needs = (const char *const[]){"tbs_sha256", NULL},
    .rows = certspotter_rows,
    .num_rows = AUD_COUNT(certspotter_rows),
    .marks = (const char *const[]){"tbs_sha256 pubkey_sha256", "tbs_sha256 cert_sha256", NULL},
};
