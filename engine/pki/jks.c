/* engine/pki/jks.c - Java's JKS and JCEKS. Certificates lie open; keys stay closed. */
#include "engine/pki/container_parts.h"

enum { MAX_ENTRIES = 100000, MAX_CHAIN = 1000 };

typedef struct cursor {
    const unsigned char *at;
    size_t left;
} cursor;

static bool number(cursor *c, unsigned bytes, uint64_t *out)
{
    if (c->left < bytes) {
        return false;
    }
    *out = 0;
    for (unsigned i = 0; i < bytes; i++) {
        *out = *out << 8 | c->at[i];
    }
    c->at += bytes;
    c->left -= bytes;
    return true;
}

static bool block(cursor *c, unsigned length_bytes, aud_str *out)
{
    uint64_t len;

    if (!number(c, length_bytes, &len) || len > c->left) {
        return false;
    }
    *out = (aud_str){(const char *)c->at, (size_t)len};
    c->at += len;
    c->left -= (size_t)len;
    return true;
}

static aud_status cut(aud_unpack *u, const char *format, aud_error *err)
{
    return aud_unpack_broken(u, format, "the key store is cut short", err);
}

/* One certificate: from version 2 on, its type stands before it. */
static bool certificate(cursor *c, uint64_t version, aud_str *out)
{
    aud_str type;

    return (version < 2 || block(c, 2, &type)) && block(c, 4, out);
}

static aud_status key_entry(aud_unpack *u, cursor *c, uint64_t version, aud_str alias,
                            const char *format, bool *ok, aud_error *err)
{
    aud_pki_item key = {.kind = AUD_ITEM_PRIVATE_KEY,
                        .format = format,
                        .alias = alias,
                        .encrypted = true,
                        .in_store = true};
    aud_str bytes;
    uint64_t num;

    *ok = block(c, 4, &bytes) && number(c, 4, &num) && num <= MAX_CHAIN;
    if (!*ok) {
        return AUD_OK;
    }
    AUD_TRY(aud_unpack_item(u, &key, err));
    for (uint32_t i = 0; i < num; i++) {
        aud_pki_item item = {
            .format = format, .alias = alias, .in_store = true, .chain_position = i};

        *ok = certificate(c, version, &item.der);
        if (!*ok) {
            return AUD_OK;
        }
        AUD_TRY(aud_unpack_cert(u, &item, err));
    }
    return AUD_OK;
}

aud_status aud_unpack_jks(aud_unpack *u, aud_str bytes, aud_error *err)
{
    cursor c = {(const unsigned char *)bytes.ptr, bytes.len};
    uint64_t magic, version, num;
    const char *format = "jks";

    if (!number(&c, 4, &magic) || !number(&c, 4, &version) || !number(&c, 4, &num)) {
        return cut(u, format, err);
    }
    format = magic == 0xcececece ? "jceks" : "jks";
    if (version < 1 || version > 2 || num > MAX_ENTRIES) {
        return aud_unpack_broken(u, format, "a key store of an unknown version or size", err);
    }
    for (uint64_t i = 0; i < num; i++) {
        aud_pki_item item = {.format = format, .in_store = true, .trust_anchor = true};
        uint64_t tag, date;
        aud_str alias;
        bool ok = true;

        if (!number(&c, 4, &tag) || !block(&c, 2, &alias) || !number(&c, 8, &date)) {
            return cut(u, format, err);
        }
        if (tag == 1) {
            AUD_TRY(key_entry(u, &c, version, alias, format, &ok, err));
        } else if (tag == 2) {
            item.alias = alias;
            ok = certificate(&c, version, &item.der);
            if (ok) {
                AUD_TRY(aud_unpack_cert(u, &item, err));
            }
        } else {
            return aud_unpack_broken(
                u, format, "a secret key entry; what follows it in the key store is not read", err);
        }
        if (!ok) {
            return cut(u, format, err);
        }
    }
    return AUD_OK;
}
