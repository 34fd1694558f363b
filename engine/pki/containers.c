/* engine/pki/containers.c - binary containers and their members. */
#include "engine/pki/container_parts.h"

#include "engine/base/text.h"
#include "engine/pki/cert.h"

#include <openssl/crypto.h>

/* --- handing on ------------------------------------------------------------------------------- */

aud_emitter aud_emitter_of(const aud_pki_sink *sink, const aud_passwords *passwords)
{
    aud_emitter e = {.sink = sink, .rounds_left = AUD_MAX_KEY_ROUNDS};

    if (passwords != NULL) {
        e.passwords = *passwords;
    }
    aud_arena_init(&e.arena, AUD_MAX_CONTAINER);
    return e;
}

void aud_emitter_clear(aud_emitter *e)
{
    aud_arena_clear(&e->arena);
}

aud_status aud_emit(aud_emitter *e, aud_pki_item *item, aud_error *err)
{
    item->begin = e->begin;
    item->end = e->end;
    item->line = e->line;
    item->member = e->member++;
    return e->sink->item(e->sink->ctx, item, err);
}

aud_status aud_emit_broken(aud_emitter *e, const char *format, const char *message, aud_error *err)
{
    aud_pki_item item = {.kind = AUD_ITEM_BROKEN, .format = format, .message = aud_str_of(message)};

    return aud_emit(e, &item, err);
}

aud_status aud_emit_encrypted(aud_emitter *e, const char *format, const char *message,
                              aud_error *err)
{
    aud_pki_item item = {.kind = AUD_ITEM_ENCRYPTED,
                         .format = format,
                         .encrypted = true,
                         .message = aud_str_of(message)};

    return aud_emit(e, &item, err);
}

aud_status aud_emit_certificate(aud_emitter *e, aud_str der, const aud_pki_item *like,
                                aud_error *err)
{
    aud_pki_item item = *like;
    aud_error why = {0};
    aud_cert cert;

    if (aud_cert_read(der, &cert, &why) != AUD_OK) {
        item.kind = AUD_ITEM_BROKEN;
        item.message = aud_str_of(why.message);
    } else {
        item.kind = AUD_ITEM_CERTIFICATE;
        item.der = cert.der;
    }
    return aud_emit(e, &item, err);
}

/* --- one thing of a known kind ---------------------------------------------------------------- */

static aud_status emit_whole(aud_emitter *e, aud_item_kind kind, bool ok, aud_str der,
                             const char *broken, aud_error *err)
{
    aud_pki_item item = {.kind = kind, .der = der, .format = "der"};

    return ok ? aud_emit(e, &item, err) : aud_emit_broken(e, "der", broken, err);
}

static aud_status emit_key(aud_emitter *e, aud_der_kind kind, aud_str bytes, aud_error *err)
{
    aud_key_found key;
    aud_error why = {0};
    const aud_status st = aud_key_read(e, kind, bytes, &key, &why);

    if (st == AUD_E_FORMAT) {
        return aud_emit_broken(e, key.format, why.message, err);
    }
    if (st != AUD_OK) {
        return aud_fail(err, st, "%s", why.message);
    }
    return aud_key_emit(e, &key, (aud_str){NULL, 0}, err);
}

static aud_status emit_public(aud_emitter *e, aud_der_kind kind, aud_str bytes, aud_error *err)
{
    aud_der in = aud_der_of(bytes), body;
    aud_pki_item item = {.kind = AUD_ITEM_PUBLIC_KEY, .format = "spki", .decoded = true};
    aud_tlv outer, first, second;
    bool ok = aud_der_take(&in, AUD_TAG_SEQUENCE, &outer);

    body = aud_der_of(outer.content);
    if (kind == AUD_DER_SPKI) {
        ok = ok && aud_der_take(&body, AUD_TAG_SEQUENCE, &first) &&
             aud_der_take(&body, AUD_TAG_BIT_STRING, &second) && aud_der_at_end(&body);
        item.der = outer.whole;
    } else {
        item.format = "pkcs1";
        ok = ok && aud_der_take(&body, AUD_TAG_INTEGER, &first) &&
             aud_der_take(&body, AUD_TAG_INTEGER, &second) && aud_der_at_end(&body);
        if (ok) {
            AUD_TRY(aud_spki_of_rsa(first.content, second.content, &e->arena, &item.der, err));
        }
    }
    if (!ok) {
        return aud_emit_broken(e, item.format, "no public key: its parts cannot be delimited", err);
    }
    item.spki = item.der;
    return aud_emit(e, &item, err);
}

static aud_status emit_kind(aud_emitter *e, aud_der_kind kind, aud_str bytes, aud_error *err)
{
    static const aud_pki_item plain = {.format = "der"};
    aud_str whole = {NULL, 0};
    size_t taken;
    bool ok;

    switch (kind) {
    case AUD_DER_CERTIFICATE:
        return aud_emit_certificate(e, bytes, &plain, err);
    case AUD_DER_REQUEST:
        ok = aud_request_whole(bytes, &whole);
        return emit_whole(e, AUD_ITEM_REQUEST, ok, whole,
                          "no request: its parts cannot be delimited", err);
    case AUD_DER_CRL:
        ok = aud_crl_whole(bytes, &whole);
        return emit_whole(e, AUD_ITEM_CRL, ok, whole,
                          "no revocation list: its parts cannot be delimited", err);
    case AUD_DER_PKCS8:
    case AUD_DER_PKCS8_ENCRYPTED:
    case AUD_DER_PKCS1:
    case AUD_DER_SEC1:
    case AUD_DER_DSA:
    case AUD_DER_OPENSSH:
        return emit_key(e, kind, bytes, err);
    case AUD_DER_SPKI:
    case AUD_DER_RSA_PUBLIC:
        return emit_public(e, kind, bytes, err);
    case AUD_DER_PKCS7:
        return aud_pkcs7_read(e, bytes, err);
    case AUD_DER_PKCS7_CLOSED:
        return aud_emit_encrypted(e, "pkcs7", "its content is enveloped for a recipient", err);
    case AUD_DER_PKCS12:
        return aud_pkcs12_read(e, bytes, err);
    case AUD_DER_JKS:
    case AUD_DER_JCEKS:
        return aud_jks_read(e, bytes, &taken, err);
    case AUD_DER_NONE:
        break;
    }
    return aud_emit_broken(e, "der", "neither a certificate nor a key nor a container of them",
                           err);
}

aud_status aud_emit_der(aud_emitter *e, aud_der_kind kind, aud_str bytes, aud_error *err)
{
    const aud_status st = emit_kind(e, kind, bytes, err);

    aud_arena_reset(&e->arena);
    return st;
}

aud_status aud_octets(const aud_tlv *tlv, aud_arena *arena, aud_str *out, aud_error *err)
{
    enum { MAX_PARTS_DEEP = 4 };
    aud_der in[MAX_PARTS_DEEP] = {aud_der_of(tlv->content)};
    unsigned depth = 1;
    char *to;
    aud_tlv part;

    if ((tlv->tag & AUD_TAG_CONSTRUCTED) == 0) {
        *out = tlv->content;
        return AUD_OK;
    }
    to = aud_arena_take(arena, tlv->content.len + 1, 1);
    if (to == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = (aud_str){to, 0};
    while (depth > 0) {
        if (aud_der_next(&in[depth - 1], &part)) {
            if (part.tag == AUD_TAG_OCTET_STRING) {
                memcpy(to + out->len, part.content.ptr, part.content.len);
                out->len += part.content.len;
            } else if (part.tag == (AUD_TAG_OCTET_STRING | AUD_TAG_CONSTRUCTED) &&
                       depth < MAX_PARTS_DEEP) {
                in[depth++] = aud_der_of(part.content);
            } else {
                return aud_fail(err, AUD_E_FORMAT, "a string in parts that are none");
            }
        } else if (!aud_der_at_end(&in[--depth])) {
            return aud_fail(err, AUD_E_FORMAT, "a string whose parts are cut");
        }
    }
    return AUD_OK;
}

/* --- binary input ----------------------------------------------------------------------------- */

/* Length of the first thing in `bytes`, 0 if it is cut. */
static size_t der_length(aud_str bytes)
{
    aud_der in = aud_der_of(bytes);
    aud_tlv tlv;

    return aud_der_next(&in, &tlv) ? tlv.whole.len : 0;
}

/* Several in a row, as `cat a.der b.der` makes them. `base` is where `bytes` lie in the input. */
static aud_status read_row(aud_emitter *e, aud_str bytes, aud_error *err)
{
    size_t at = 0;

    while (at < bytes.len) {
        const aud_str rest = aud_str_sub(bytes, at, SIZE_MAX);
        const aud_der_kind kind = aud_der_kind_of(rest);
        size_t len = 0;

        if (kind == AUD_DER_NONE || kind == AUD_DER_OPENSSH || kind == AUD_DER_PKCS7_CLOSED) {
            /* trust data, padding, or text with more to find */
            return aud_pem_scan_into(e, rest, at, 0, err);
        }
        e->begin = at;
        e->end = bytes.len;
        e->line = 0;
        if (kind == AUD_DER_JKS || kind == AUD_DER_JCEKS) {
            AUD_TRY(aud_jks_read(e, rest, &len, err));
            aud_arena_reset(&e->arena);
        } else {
            len = der_length(rest);
            if (len == 0) {
                return aud_emit_broken(e, "der", "cut: its outer length points behind the end",
                                       err);
            }
            e->end = at + len;
            AUD_TRY(aud_emit_der(e, kind, aud_str_sub(rest, 0, len), err));
        }
        at += len;
    }
    return AUD_OK;
}

/* --- base64 without marks --------------------------------------------------------------------- */

static aud_str without_bom(aud_str text)
{
    return aud_str_starts(text, AUD_LIT("\xef\xbb\xbf")) ? aud_str_sub(text, 3, SIZE_MAX) : text;
}

/* One thing in base64; false if it is none that is known. */
static aud_status read_base64(aud_emitter *e, aud_str text, unsigned char *der, bool *out_known,
                              aud_error *err)
{
    aud_der_kind kind = AUD_DER_NONE;
    aud_status st = AUD_OK;
    size_t len = 0;

    if (aud_base64_decode(text, der, &len)) {
        kind = aud_der_kind_of((aud_str){(const char *)der, len});
    }
    *out_known = kind != AUD_DER_NONE;
    if (*out_known) {
        st = aud_emit_der(e, kind, (aud_str){(const char *)der, len}, err);
    }
    OPENSSL_cleanse(der, len);
    return st;
}

/* A text that begins as base64 of a known thing, but is not base64 to its end: one a line? */
static aud_status read_base64_lines(aud_emitter *e, aud_str text, unsigned char *der,
                                    aud_error *err)
{
    aud_str rest = text, line;
    uint32_t number = 0;

    while (aud_str_split(&rest, '\n', &line)) {
        bool known = false;

        number++;
        line = aud_str_trim(number == 1 ? without_bom(line) : line);
        if (line.len == 0) {
            continue;
        }
        e->begin = (uint64_t)(line.ptr - text.ptr);
        e->end = e->begin + line.len;
        e->line = number;
        AUD_TRY(read_base64(e, line, der, &known, err));
        if (!known) {
            e->end = text.len;
            AUD_TRY(aud_emit_broken(e, "base64", "base64 that cannot be decoded to its end", err));
            return aud_pem_scan_into(e, text, 0, 1, err);
        }
    }
    return AUD_OK;
}

/* Does the text begin as base64 of a known thing? */
static bool begins_known(aud_str start)
{
    enum { WINDOW = 2048 };
    unsigned char head[WINDOW];
    const aud_str window = aud_str_sub(start, 0, WINDOW);
    size_t len = 0;

    /* the window may cut a group of four, with line ends anywhere */
    for (size_t cut = 0; cut < 4 && cut < window.len; cut++) {
        if (aud_base64_decode(aud_str_sub(window, 0, window.len - cut), head, &len)) {
            return aud_der_kind_of((aud_str){(const char *)head, len}) != AUD_DER_NONE;
        }
    }
    return false;
}

static aud_status read_text(aud_emitter *e, aud_str text, aud_error *err)
{
    const aud_str start = aud_str_trim(without_bom(text));
    unsigned char *der;
    bool known = false;
    aud_status st;

    if (!begins_known(start)) {
        return aud_pem_scan_into(e, text, 0, 1, err); /* text like any other */
    }
    der = aud_alloc(start.len / 4 * 3 + 3);
    if (der == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    e->end = text.len;
    e->line = 1;
    st = read_base64(e, start, der, &known, err);
    if (st == AUD_OK && !known) {
        st = read_base64_lines(e, text, der, err);
    }
    aud_free(der);
    return st;
}

aud_status aud_binary_read(aud_str bytes, const aud_passwords *passwords, const aud_pki_sink *sink,
                           aud_error *err)
{
    AUD_CLEANUP(aud_emitter_clear) aud_emitter e = aud_emitter_of(sink, passwords);

    return aud_binary_kind(bytes)[0] != '\0' ? read_row(&e, bytes, err) : read_text(&e, bytes, err);
}
