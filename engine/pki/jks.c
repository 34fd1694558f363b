/* engine/pki/jks.c - Java's JKS and JCEKS. Certificates lie open; keys stay closed. */
#include "engine/pki/container_parts.h"

#include "engine/pki/cert.h"

enum { MAX_CHAIN = 1000, DIGEST = 20 };

typedef struct store {
    aud_emitter *e;
    const char *format;
    aud_str rest;
    uint64_t version;
} store;

static bool take_number(aud_str *rest, unsigned num_bytes, uint64_t *out)
{
    if (rest->len < num_bytes) {
        return false;
    }
    *out = 0;
    for (unsigned i = 0; i < num_bytes; i++) {
        *out = *out << 8 | (unsigned char)rest->ptr[i];
    }
    *rest = aud_str_sub(*rest, num_bytes, SIZE_MAX);
    return true;
}

/* A length of so many bytes, and what it counts. */
static bool take_block(aud_str *rest, unsigned num_bytes, aud_str *out)
{
    uint64_t len;

    if (!take_number(rest, num_bytes, &len) || len > rest->len) {
        return false;
    }
    *out = aud_str_sub(*rest, 0, (size_t)len);
    *rest = aud_str_sub(*rest, (size_t)len, SIZE_MAX);
    return true;
}

/* From version 2 on, its type stands before it. */
static bool take_certificate(store *s, aud_str *out)
{
    aud_str type;

    return (s->version < 2 || take_block(&s->rest, 2, &type)) && take_block(&s->rest, 4, out);
}

/* Java asks that the first certificate of its chain is the key's own. */
static aud_str first_spki(const store *s, uint64_t num_chain)
{
    store ahead = *s;
    aud_cert cert;
    aud_str der;

    return num_chain > 0 && take_certificate(&ahead, &der) &&
                   aud_cert_read(der, &cert, NULL) == AUD_OK
               ? cert.spki
               : (aud_str){NULL, 0};
}

static aud_status read_key(store *s, aud_str alias, bool *out_whole, aud_error *err)
{
    aud_pki_item key = {.kind = AUD_ITEM_PRIVATE_KEY,
                        .format = s->format,
                        .alias = alias,
                        .encrypted = true,
                        .in_store = true};
    aud_str sealed;
    uint64_t num;

    *out_whole = take_block(&s->rest, 4, &sealed) && take_number(&s->rest, 4, &num);
    if (!*out_whole) {
        return AUD_OK;
    }
    key.spki = first_spki(s, num);
    AUD_TRY(aud_emit(s->e, &key, err));
    for (uint64_t i = 0; i < num; i++) {
        const aud_pki_item like = {
            .format = s->format, .alias = alias, .in_store = true, .chain_position = (uint32_t)i};
        aud_str der;

        *out_whole = i < MAX_CHAIN && take_certificate(s, &der);
        if (!*out_whole) {
            return AUD_OK;
        }
        AUD_TRY(aud_emit_certificate(s->e, der, &like, err));
    }
    return AUD_OK;
}

static aud_status read_trusted(store *s, aud_str alias, bool *out_whole, aud_error *err)
{
    const aud_pki_item like = {
        .format = s->format, .alias = alias, .in_store = true, .trust_anchor = true};
    aud_str der;

    *out_whole = take_certificate(s, &der);
    return *out_whole ? aud_emit_certificate(s->e, der, &like, err) : AUD_OK;
}

/* One entry; not whole if the store ends in it or it cannot be passed. */
static aud_status read_entry(store *s, bool *out_whole, aud_error *err)
{
    uint64_t tag, date;
    aud_str alias;

    *out_whole = take_number(&s->rest, 4, &tag) && take_block(&s->rest, 2, &alias) &&
                 take_number(&s->rest, 8, &date);
    if (!*out_whole) {
        return AUD_OK;
    }
    if (tag == 1) {
        return read_key(s, alias, out_whole, err);
    }
    if (tag == 2) {
        return read_trusted(s, alias, out_whole, err);
    }
    /* a secret key of JCEKS: no subject, but what follows it is */
    const size_t sealed = tag == 3 ? aud_java_object_length(s->rest) : 0;
    *out_whole = sealed > 0;
    s->rest = aud_str_sub(s->rest, sealed, SIZE_MAX);
    return AUD_OK;
}

aud_status aud_jks_read(aud_emitter *e, aud_str bytes, size_t *out_taken, aud_error *err)
{
    store s = {.e = e, .format = "jks", .rest = bytes};
    uint64_t magic, num;

    *out_taken = bytes.len;
    if (!take_number(&s.rest, 4, &magic) || !take_number(&s.rest, 4, &s.version) ||
        !take_number(&s.rest, 4, &num)) {
        return aud_emit_broken(e, s.format, "a key store that is cut", err);
    }
    s.format = magic == 0xcececece ? "jceks" : "jks";
    if (s.version < 1 || s.version > 2) {
        return aud_emit_broken(e, s.format, "a key store of an unknown version", err);
    }
    for (uint64_t i = 0; i < num; i++) {
        bool whole;

        if (i == AUD_MAX_MEMBERS) {
            return aud_emit_broken(e, s.format, "more than 100000 entries", err);
        }
        AUD_TRY(read_entry(&s, &whole, err));
        if (!whole) {
            return aud_emit_broken(
                e, s.format, "a key store that is cut, or an entry that cannot be passed", err);
        }
    }
    if (s.rest.len < DIGEST) {
        return aud_emit_broken(e, s.format, "a key store that is cut: its digest is missing", err);
    }
    *out_taken = bytes.len - s.rest.len + DIGEST;
    return AUD_OK;
}
