/* engine/ingest/snapshot_azure.c - Azure Key Vault: what REST and az print of its certificates.
 *
 * The policy beside a certificate tells how the next one will be made, not how this one was: of it
 * only the issuer counts, for the way of renewal. The id holds vault and name; a list has no
 * version behind them, `show` has one, and both are the same certificate's place.
 */
#include "engine/ingest/snapshot.h"

static const aud_snap_row rows[] = {
    {"x5t", AUD_INV_SHA1, AUD_SNAP_BASE64_HEX, NULL},
    {"x509Thumbprint", AUD_INV_SHA1, AUD_SNAP_BASE64_HEX, NULL},
    {"x509ThumbprintHex", AUD_INV_SHA1, AUD_SNAP_TEXT, NULL},
    {"subject", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"attributes.nbf", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"attributes.notBefore", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"attributes.exp", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"attributes.expires", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"attributes.enabled", AUD_INV_STATUS, AUD_SNAP_IF_TRUE, "active"},
    {"attributes.enabled", AUD_INV_STATUS, AUD_SNAP_IF_FALSE, "disabled"},
    {"tags", AUD_INV_OWNERS, AUD_SNAP_TAGS, "tag"},
    {"cer", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

/* "https://v.vault.azure.net/certificates/NAME/VERSION" without the version. */
static aud_str without_version(aud_str id)
{
    const aud_str mark = AUD_LIT("/certificates/");
    const size_t at = aud_str_find(id, mark, 0);
    const size_t end = at == SIZE_MAX ? SIZE_MAX : aud_str_find(id, AUD_LIT("/"), at + mark.len);

    return end == SIZE_MAX ? id : aud_str_sub(id, 0, end);
}

/* Key Vault renews with an issuer that it knows, and what it signs itself. */
static aud_status renewal(aud_snap *s, const aud_node *record, aud_error *err)
{
    const aud_node *actions = aud_snap_at(record, "policy.lifetimeActions");
    aud_str issuer = aud_snap_text(record, "policy.issuerParameters.name");
    bool renews = false;

    actions = actions ? actions : aud_snap_at(record, "policy.lifetime_actions");
    issuer = issuer.len > 0 ? issuer : aud_snap_text(record, "policy.issuer.name");
    for (const aud_node *a = actions ? actions->first : NULL; a; a = a->next) {
        renews = renews || aud_snap_is(a, "action.actionType", "AutoRenew") ||
                 aud_snap_is(a, "action.action_type", "AutoRenew");
    }
    if (issuer.len == 0) {
        return AUD_OK;
    }
    return aud_inventory_add(&s->inv, AUD_INV_RENEWAL_METHOD,
                             renews && !aud_str_ieq(issuer, AUD_LIT("Unknown"))
                                 ? AUD_LIT("automated (Key Vault AutoRenew)")
                                 : AUD_LIT("manual (Key Vault only notifies)"),
                             record->line, err);
}

static aud_status record_of(aud_snap *s, const aud_node *record, aud_error *err)
{
    const aud_node *id = aud_snap_at(record, "id");

    aud_snap_begin(s, record);
    AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_ID, without_version(aud_snap_text(record, "id")),
                              id ? id->line : record->line, err));
    AUD_TRY(aud_snap_apply(s, record, rows, AUD_COUNT(rows), err));
    AUD_TRY(renewal(s, record, err));
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_azure_key_vault = {
    .name = "azure_key_vault",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"value", NULL},
    .needs = (const char *const[]){"x5t", "x509Thumbprint", "cer", NULL},
    .more = (const aud_snap_more[]){{"nextLink", false}, {NULL, false}},
    .record = record_of,
    .marks = (const char *const[]){"id x5t attributes", "id x509Thumbprint attributes",
                                   "id cer attributes policy", NULL},
};
