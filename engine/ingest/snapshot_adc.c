/* engine/ingest/snapshot_adc.c - load balancers' certificate objects: F5 iControl, Citrix NITRO.
 *
 * Neither gives certificate bytes. F5 shows one member of a bundle, and its serial numbers are
 * decimal or hexadecimal by version: one of digits alone tells nothing.
 */
#include "engine/base/text.h"
#include "engine/ingest/snapshot.h"

/* --- F5 BIG-IP -------------------------------------------------------------------------------- */

static const aud_snap_row f5_rows[] = {
    {"fullPath", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"subject", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"issuer", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"expirationDate", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"certificateKeySize", AUD_INV_KEY_SIZE, AUD_SNAP_TEXT, NULL},
    {"subjectAlternativeName", AUD_INV_SANS, AUD_SNAP_TEXT, NULL},
};

static aud_status add_if(aud_snap *s, aud_inv_field field, bool fits, aud_str text, uint32_t line,
                         aud_error *err)
{
    return fits ? aud_inventory_add(&s->inv, field, text, line, err) : AUD_OK;
}

static aud_status f5_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    const aud_str print = aud_snap_text(record, "fingerprint");
    const aud_str curve = aud_snap_text(record, "certificateKeyCurveName");
    const aud_str serial = aud_snap_text(record, "serialNumber");
    aud_str type = aud_snap_text(record, "keyType"), family = {NULL, 0};

    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, f5_rows, AUD_COUNT(f5_rows), err));
    (void)aud_str_split(&type, '-', &family); /* "rsa-public" */
    AUD_TRY(add_if(s, AUD_INV_KEY_ALGORITHM, true, family, record->line, err));
    AUD_TRY(add_if(s, AUD_INV_KEY_CURVE, !aud_str_eq(curve, AUD_LIT("none")), curve, record->line,
                   err));
    AUD_TRY(
        add_if(s, AUD_INV_SERIAL, aud_str_has(serial, AUD_LIT(":")), serial, record->line, err));
    AUD_TRY(add_if(s, AUD_INV_SHA256, aud_str_starts(print, AUD_LIT("SHA256/")),
                   aud_str_sub(print, 7, print.len), record->line, err));
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_f5_bigip = {
    .name = "f5_bigip",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"items", NULL},
    .needs = (const char *const[]){"fullPath", NULL},
    .more = (const aud_snap_more[]){{"nextLink", false}, {NULL, false}},
    .record = f5_record,
    .marks = (const char *const[]){"kind=tm:sys:file:ssl-cert:", NULL},
};

/* --- Citrix ADC ------------------------------------------------------------------------------- */

static const aud_snap_row citrix_rows[] = {
    {"certkey", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"subject", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"issuer", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"serial", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"clientcertnotbefore", AUD_INV_NOT_BEFORE, AUD_SNAP_OPENSSL, NULL},
    {"clientcertnotafter", AUD_INV_NOT_AFTER, AUD_SNAP_OPENSSL, NULL},
    {"publickey", AUD_INV_KEY_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"publickeysize", AUD_INV_KEY_SIZE, AUD_SNAP_TEXT, NULL},
    {"signaturealg", AUD_INV_SIGNATURE_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"status", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"servicename", AUD_INV_LOCATIONS, AUD_SNAP_TEXT, NULL},
    {"sandns", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"sanipadd", AUD_INV_IP_ADDRESSES, AUD_SNAP_TEXT, NULL},
};

static aud_status citrix_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    const aud_node *types = aud_snap_at(record, "certificatetype");

    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, citrix_rows, AUD_COUNT(citrix_rows), err));
    for (const aud_node *m = types ? types->first : NULL; m; m = m->next) {
        if (aud_str_eq(m->text, AUD_LIT("INTM_CERT")) ||
            aud_str_eq(m->text, AUD_LIT("ROOT_CERT"))) {
            AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_IS_CA, AUD_LIT("true"), m->line, err));
        }
    }
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_citrix_adc = {
    .name = "citrix_adc",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"sslcertkey", NULL},
    .needs = (const char *const[]){"certkey", NULL},
    .record = citrix_record,
    .marks = (const char *const[]){"sslcertkey certkey", NULL},
};
