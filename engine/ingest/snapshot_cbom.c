/* engine/ingest/snapshot_cbom.c - CycloneDX 1.6 and 1.7, JSON: certificates among the assets.
 *
 * Version 1.6 has no names and no serial number; the key is another component, which a reference
 * names, and which may be missing. So a bill is read whole, up to the budget of one record.
 */
#include "engine/base/text.h"
#include "engine/ingest/inventory_values.h"
#include "engine/ingest/snapshot.h"

enum { MAX_NESTING = 16 };

static const aud_snap_row rows[] = {
    {"bom-ref", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"cryptoProperties.certificateProperties.subjectName", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"name", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"cryptoProperties.certificateProperties.issuerName", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"cryptoProperties.certificateProperties.serialNumber", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"cryptoProperties.certificateProperties.notValidBefore", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE,
     NULL},
    {"cryptoProperties.certificateProperties.notValidAfter", AUD_INV_NOT_AFTER, AUD_SNAP_DATE,
     NULL},
    {"cryptoProperties.certificateProperties.certificateState[].state", AUD_INV_STATUS,
     AUD_SNAP_TEXT, NULL},
    {"evidence.occurrences[].location", AUD_INV_LOCATIONS, AUD_SNAP_TEXT, NULL},
    {"properties", AUD_INV_OWNERS, AUD_SNAP_TAGS, "property"},
};

static const aud_node *find_ref(const aud_node *components, aud_str ref, unsigned nesting)
{
    for (const aud_node *m = components ? components->first : NULL; m && ref.len > 0; m = m->next) {
        if (aud_str_eq(aud_snap_text(m, "bom-ref"), ref)) {
            return m;
        }
        const aud_node *inner = aud_snap_at(m, "components");
        const aud_node *found = inner && nesting > 0 ? find_ref(inner, ref, nesting - 1) : NULL;
        if (found) {
            return found;
        }
    }
    return NULL;
}

/* The reference of a kind: in 1.6 a member of its own, in 1.7 one of a list. */
static aud_str reference(const aud_node *properties, const char *member, const char *type)
{
    const aud_node *assets = aud_snap_at(properties, "relatedCryptographicAssets");

    for (const aud_node *m = assets ? assets->first : NULL; m; m = m->next) {
        if (aud_snap_is(m, "type", type)) {
            return aud_snap_text(m, "ref");
        }
    }
    return aud_snap_text(properties, member);
}

/* "RSA-2048", "EC P-256", "rsa": what names no key is left out. */
static aud_status add_key(aud_snap *s, const aud_node *bom, const aud_node *properties,
                          aud_error *err)
{
    const aud_node *all = aud_snap_at(bom, "components");
    const aud_node *key =
        find_ref(all, reference(properties, "subjectPublicKeyRef", "publicKey"), MAX_NESTING);
    const aud_str size =
        aud_snap_text(key, "cryptoProperties.relatedCryptoMaterialProperties.size");
    const aud_node *algorithm = find_ref(
        all, aud_snap_text(key, "cryptoProperties.relatedCryptoMaterialProperties.algorithmRef"),
        MAX_NESTING);
    aud_str name = aud_snap_text(algorithm ? algorithm : key, "name"), family = {NULL, 0};
    aud_value unused;

    (void)aud_str_split(&name, '-', &family);
    if (size.len == 0) {
        return AUD_OK;
    }
    if (family.len > 0 &&
        aud_inv_key(family, size, (aud_str){NULL, 0}, &s->records, &unused, NULL) == AUD_OK) {
        AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_KEY_ALGORITHM, family, key->line, err));
    }
    return aud_inventory_add(&s->inv, AUD_INV_KEY_SIZE, size, key->line, err);
}

static aud_status take_component(aud_snap *s, const aud_node *bom, const aud_node *component,
                                 aud_error *err)
{
    const aud_node *properties = aud_snap_at(component, "cryptoProperties.certificateProperties");
    const aud_node *print = aud_snap_at(properties, "fingerprint");
    const aud_node *signature =
        find_ref(aud_snap_at(bom, "components"),
                 reference(properties, "signatureAlgorithmRef", "signatureAlgorithm"), MAX_NESTING);

    aud_snap_begin(s, component);
    AUD_TRY(aud_snap_apply(s, component, rows, AUD_COUNT(rows), err));
    AUD_TRY(add_key(s, bom, properties, err));
    AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_SIGNATURE_ALGORITHM,
                              aud_snap_text(signature, "name"), component->line, err));
    if (aud_snap_is(print, "alg", "SHA-256") || aud_snap_is(print, "alg", "SHA-1")) {
        AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_FINGERPRINT, aud_snap_text(print, "content"),
                                  print->line, err));
    }
    return aud_snap_end(s, component, err);
}

static aud_status take_components(aud_snap *s, const aud_node *bom, const aud_node *list,
                                  unsigned nesting, aud_error *err)
{
    for (const aud_node *m = list ? list->first : NULL; m; m = m->next) {
        if (aud_snap_is(m, "cryptoProperties.assetType", "certificate")) {
            AUD_TRY(take_component(s, bom, m, err));
        }
        if (nesting > 0) {
            AUD_TRY(take_components(s, bom, aud_snap_at(m, "components"), nesting - 1, err));
        }
    }
    return AUD_OK;
}

static aud_status take_bom(aud_snap *s, const aud_node *bom, aud_error *err)
{
    return take_components(s, bom, aud_snap_at(bom, "components"), MAX_NESTING, err);
}

const aud_snapshot aud_snapshot_cyclonedx = {
    .name = "cyclonedx",
    .use = AUD_USE_LISTED,
    .needs = (const char *const[]){"bomFormat", NULL},
    .record = take_bom,
    .marks = (const char *const[]){"bomFormat=CycloneDX specVersion", NULL},
};
