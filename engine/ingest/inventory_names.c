/* engine/ingest/inventory_names.c - what the fields of an inventory are called. */
#include "engine/ingest/inventory.h"

typedef struct name_row {
    aud_inv_field field;
    aud_str name;
    bool telling;
} name_row;

static const name_row rows[] = {
#define AUD_NAME(field, name, telling) {AUD_INV_##field, AUD_LIT_INIT(name), telling},
#include "engine/ingest/inventory_names.def"
#undef AUD_NAME
};

static const char *const own_names[AUD_INV_NUM_FIELDS] = {
    [AUD_INV_ID] = "id",
    [AUD_INV_SUBJECT] = "subject",
    [AUD_INV_NAME] = "name",
    [AUD_INV_SANS] = "sans",
    [AUD_INV_DNS_NAMES] = "dns_names",
    [AUD_INV_IP_ADDRESSES] = "ip_addresses",
    [AUD_INV_ISSUER] = "issuer",
    [AUD_INV_SERIAL] = "serial",
    [AUD_INV_NOT_BEFORE] = "not_before",
    [AUD_INV_NOT_AFTER] = "not_after",
    [AUD_INV_KEY_ALGORITHM] = "key_algorithm",
    [AUD_INV_KEY_SIZE] = "key_size",
    [AUD_INV_KEY_CURVE] = "key_curve",
    [AUD_INV_SIGNATURE_ALGORITHM] = "signature_algorithm",
    [AUD_INV_SHA256] = "sha256",
    [AUD_INV_SHA1] = "sha1",
    [AUD_INV_FINGERPRINT] = "fingerprint",
    [AUD_INV_CERTIFICATE] = "certificate",
    [AUD_INV_LOCATIONS] = "locations",
    [AUD_INV_OWNERS] = "owners",
    [AUD_INV_RENEWAL_METHOD] = "renewal_method",
    [AUD_INV_ENVIRONMENT] = "environment",
    [AUD_INV_STATUS] = "status",
    [AUD_INV_IS_CA] = "is_ca",
    [AUD_INV_PURPOSE] = "purpose",
    [AUD_INV_OTHER] = "other",
};

const char *aud_inv_field_name(aud_inv_field field)
{
    return own_names[field];
}

enum { MAX_FOLDED = 40 };

static bool fold(aud_str name, char out[MAX_FOLDED], aud_str *out_folded)
{
    size_t len = 0;

    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const char lower = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (lower == ' ' || lower == '_' || lower == '-' || lower == '.' || lower == '[' ||
            lower == ']' || lower == '(' || lower == ')' || lower == '/') {
            continue;
        }
        if (len == MAX_FOLDED ||
            !((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))) {
            return false;
        }
        out[len++] = lower;
    }
    *out_folded = (aud_str){out, len};
    return len > 0;
}

aud_inv_field aud_inv_field_find(aud_str name, bool *out_telling)
{
    char folded[MAX_FOLDED];
    aud_str key;
    bool unused;
    bool *telling = out_telling ? out_telling : &unused;

    *telling = false;
    if (!fold(name, folded, &key)) {
        return AUD_INV_OTHER;
    }
    for (size_t i = 0; i < AUD_COUNT(rows); i++) {
        /* the length first: it tells nearly all of them apart without a call */
        if (rows[i].name.len == key.len && rows[i].name.ptr[0] == key.ptr[0] &&
            aud_str_eq(rows[i].name, key)) {
            *telling = rows[i].telling;
            return rows[i].field;
        }
    }
    return AUD_INV_OTHER;
}

bool aud_inv_field_exact(aud_str name, aud_inv_field *out)
{
    for (unsigned i = 0; i < AUD_INV_OTHER; i++) {
        if (aud_str_eq(name, aud_str_of(own_names[i]))) {
            *out = (aud_inv_field)i;
            return true;
        }
    }
    return false;
}
