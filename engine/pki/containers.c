/* engine/pki/containers.c - binary containers by their first bytes. */
#include "engine/pki/container_parts.h"

#include "engine/base/text.h"
#include "engine/pki/cert.h"

aud_status aud_unpack_item(aud_unpack *u, aud_pki_item *item, aud_error *err)
{
    item->begin = u->begin;
    item->end = u->end;
    item->line = u->line;
    item->member = u->member++;
    return u->sink->item(u->sink->ctx, item, err);
}

aud_status aud_unpack_broken(aud_unpack *u, const char *format, const char *message, aud_error *err)
{
    aud_pki_item item = {.kind = AUD_ITEM_BROKEN, .format = format, .message = aud_str_of(message)};

    return aud_unpack_item(u, &item, err);
}

aud_status aud_unpack_cert(aud_unpack *u, aud_pki_item *item, aud_error *err)
{
    aud_error why = {0};
    aud_cert cert;

    if (aud_cert_read(item->der, &cert, &why) != AUD_OK) {
        return aud_unpack_broken(u, item->format, why.message, err);
    }
    item->kind = AUD_ITEM_CERTIFICATE;
    item->der = cert.der;
    return aud_unpack_item(u, item, err);
}

/* --- recognition, from a beginning that may be cut ----------------------------------------------
 */

/* The header at `*at`; the content is clamped to what is there. */
static bool peek(aud_str *rest, uint8_t *tag, aud_str *content)
{
    const unsigned char *p = (const unsigned char *)rest->ptr;
    size_t used = 2, len;

    if (rest->len < 2) {
        return false;
    }
    *tag = p[0];
    len = p[1];
    if (len == 0x80) {
        len = SIZE_MAX;
    } else if (len > 0x80) {
        size_t bytes = len & 0x7f;

        if (bytes > 4 || rest->len < 2 + bytes) {
            return false;
        }
        for (len = 0; bytes > 0; bytes--) {
            len = len << 8 | p[used++];
        }
    }
    *content = aud_str_sub(*rest, used, len);
    *rest = len > rest->len - used ? (aud_str){NULL, 0} : aud_str_sub(*rest, used + len, SIZE_MAX);
    return true;
}

static bool is_time(uint8_t tag)
{
    return tag == AUD_TAG_UTC_TIME || tag == AUD_TAG_GENERALIZED_TIME;
}

/* SEQUENCE { SEQUENCE ...: a signed thing, an SPKI or an encrypted key. */
static const char *kind_of_signed(aud_str inner, aud_str behind)
{
    uint8_t tags[4] = {0};
    aud_str content, ignored;
    uint8_t next = 0;
    int64_t number = -1;

    for (unsigned i = 0; i < 4 && peek(&inner, &tags[i], &content); i++) {
        if (i == 0 && tags[0] == AUD_TAG_INTEGER) {
            (void)aud_der_int(content, &number);
        }
    }
    if (tags[0] == AUD_TAG_OID) {
        if (!peek(&behind, &next, &ignored)) {
            return "";
        }
        return next == AUD_TAG_BIT_STRING     ? "der_spki"
               : next == AUD_TAG_OCTET_STRING ? "der_pkcs8"
                                              : "";
    }
    if (tags[0] == AUD_TAG_CONTEXT_CONS && tags[1] == AUD_TAG_INTEGER) {
        return "der_certificate";
    }
    if (tags[0] == AUD_TAG_SEQUENCE && tags[1] == AUD_TAG_SEQUENCE && is_time(tags[2])) {
        return "der_crl";
    }
    if (tags[0] != AUD_TAG_INTEGER || tags[1] != AUD_TAG_SEQUENCE || tags[2] != AUD_TAG_SEQUENCE) {
        return "";
    }
    if (is_time(tags[3])) {
        return "der_crl";
    }
    if (tags[3] == AUD_TAG_SEQUENCE) {
        return "der_certificate"; /* version 1 */
    }
    return tags[3] == AUD_TAG_CONTEXT_CONS && number == 0 ? "der_request" : "";
}

/* SEQUENCE { INTEGER ...: a key, or PKCS #12. */
static const char *kind_of_numbered(aud_str number, aud_str rest)
{
    static const aud_str data = AUD_LIT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07");
    aud_str content, oid = {NULL, 0};
    uint8_t tag = 0, inner = 0;
    int64_t version;

    if (!aud_der_int(number, &version) || !peek(&rest, &tag, &content)) {
        return "";
    }
    if (tag == AUD_TAG_SEQUENCE && peek(&content, &inner, &oid) && inner == AUD_TAG_OID) {
        if (version == 3 && aud_str_starts(oid, data)) {
            return "pkcs12";
        }
        return version <= 1 ? "der_pkcs8" : "";
    }
    if (tag == AUD_TAG_OCTET_STRING && version == 1) {
        return content.len >= 14 ? "der_key" : "";
    }
    return tag == AUD_TAG_INTEGER && version == 0 && content.len >= 32 ? "der_key" : "";
}

const char *aud_binary_kind(aud_str head)
{
    static const aud_str pkcs7 = AUD_LIT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07");
    aud_str outer, first;
    uint8_t tag;

    if (head.len < 8) {
        return "";
    }
    if (memcmp(head.ptr, "\xfe\xed\xfe\xed", 4) == 0) {
        return "jks";
    }
    if (memcmp(head.ptr, "\xce\xce\xce\xce", 4) == 0) {
        return "jceks";
    }
    if (head.ptr[0] != AUD_TAG_SEQUENCE || !peek(&head, &tag, &outer) ||
        !peek(&outer, &tag, &first)) {
        return "";
    }
    if (tag == AUD_TAG_SEQUENCE) {
        return kind_of_signed(first, outer);
    }
    if (tag == AUD_TAG_INTEGER) {
        return kind_of_numbered(first, outer);
    }
    return tag == AUD_TAG_OID && first.len == 9 && aud_str_starts(first, pkcs7) ? "pkcs7" : "";
}

/* --- reading
 * -------------------------------------------------------------------------------------- */

static aud_status plain_item(aud_unpack *u, aud_item_kind kind, aud_str der, aud_error *err)
{
    aud_der in = aud_der_of(der);
    aud_pki_item item = {.kind = kind};
    aud_tlv tlv;

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &tlv)) {
        return aud_unpack_broken(u, "der", "it is cut short", err);
    }
    item.der = tlv.whole;
    if (kind == AUD_ITEM_PUBLIC_KEY) {
        item.spki = tlv.whole;
    }
    return aud_unpack_item(u, &item, err);
}

aud_status aud_unpack_der(aud_unpack *u, aud_str der, aud_error *err)
{
    const char *kind = aud_binary_kind(der);

    if (strcmp(kind, "der_certificate") == 0) {
        aud_pki_item item = {.der = der, .format = "der"};
        return aud_unpack_cert(u, &item, err);
    }
    if (strcmp(kind, "der_request") == 0) {
        return plain_item(u, AUD_ITEM_REQUEST, der, err);
    }
    if (strcmp(kind, "der_crl") == 0) {
        return plain_item(u, AUD_ITEM_CRL, der, err);
    }
    if (strcmp(kind, "der_spki") == 0) {
        return plain_item(u, AUD_ITEM_PUBLIC_KEY, der, err);
    }
    if (strcmp(kind, "der_pkcs8") == 0) {
        return aud_unpack_key(u, der, "pkcs8", err);
    }
    if (strcmp(kind, "der_key") == 0) {
        return aud_unpack_key(u, der, "der", err);
    }
    if (strcmp(kind, "pkcs7") == 0) {
        return aud_unpack_pkcs7(u, der, err);
    }
    if (strcmp(kind, "pkcs12") == 0) {
        return aud_unpack_pkcs12(u, der, err);
    }
    if (kind[0] == 'j') {
        return aud_unpack_jks(u, der, err);
    }
    return aud_unpack_broken(u, "der", "it is none of the known kinds", err);
}

/* Consecutive elements, as `cat a.der b.der` makes them; what is behind the last is not read. */
static aud_status unpack_row(aud_unpack *u, aud_str bytes, aud_error *err)
{
    aud_der in = aud_der_of(bytes);
    size_t num = 0;
    aud_tlv tlv;

    while (aud_der_take(&in, AUD_TAG_SEQUENCE, &tlv)) {
        if (num > 0 && aud_binary_kind(tlv.whole)[0] == '\0') {
            break;
        }
        u->begin = (uint64_t)(tlv.whole.ptr - bytes.ptr);
        u->end = u->begin + tlv.whole.len;
        AUD_TRY(aud_unpack_der(u, tlv.whole, err));
        num++;
    }
    if (num == 0 || in.broken) {
        u->begin = (uint64_t)(in.at - bytes.ptr);
        u->end = bytes.len;
        return aud_unpack_broken(u, "der", "it is cut short", err);
    }
    return AUD_OK;
}

aud_status aud_binary_read(aud_str bytes, const aud_passwords *passwords, const aud_pki_sink *sink,
                           aud_error *err)
{
    aud_unpack u = {.sink = sink, .passwords = passwords, .end = bytes.len};
    const char *kind = aud_binary_kind(bytes);
    unsigned char *der;
    size_t len = 0;
    aud_status st;

    if (kind[0] == 'j') {
        return aud_unpack_jks(&u, bytes, err);
    }
    if (kind[0] != '\0') {
        return unpack_row(&u, bytes, err);
    }
    if (aud_str_starts(bytes, AUD_LIT("\xef\xbb\xbf"))) {
        bytes = aud_str_sub(bytes, 3, SIZE_MAX);
    }
    der = aud_alloc(bytes.len / 4 * 3 + 3);
    if (der == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    u.line = 1;
    st = aud_base64_decode(bytes, der, &len)
             ? aud_unpack_der(&u, (aud_str){(const char *)der, len}, err)
             : aud_unpack_broken(&u, "der", "it is no base64", err);
    aud_wipe(der, len);
    aud_free(der);
    return st;
}
