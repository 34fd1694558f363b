/* engine/pki/pkcs7.c - certificates and CRLs of a SignedData (RFC 2315, RFC 5652), unsigned too. */
#include "engine/pki/container_parts.h"

static aud_status members(aud_unpack *u, aud_str content, aud_item_kind kind, aud_error *err)
{
    aud_der in = aud_der_of(content);
    aud_tlv tlv;

    while (aud_der_next(&in, &tlv)) {
        aud_pki_item item = {.kind = kind, .der = tlv.whole, .format = "pkcs7"};

        if (tlv.tag != AUD_TAG_SEQUENCE) {
            continue; /* attribute certificates and other choices */
        }
        if (kind == AUD_ITEM_CERTIFICATE) {
            AUD_TRY(aud_unpack_cert(u, &item, err));
        } else {
            AUD_TRY(aud_unpack_item(u, &item, err));
        }
    }
    return in.broken ? aud_unpack_broken(u, "pkcs7", "a member of it is cut short", err) : AUD_OK;
}

aud_status aud_unpack_pkcs7(aud_unpack *u, aud_str der, aud_error *err)
{
    aud_der in = aud_der_of(der);
    aud_tlv outer, oid, wrapped, data, tlv;

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &outer)) {
        return aud_unpack_broken(u, "pkcs7", "it is cut short", err);
    }
    in = aud_der_of(outer.content);
    if (!aud_der_take(&in, AUD_TAG_OID, &oid)) {
        return aud_unpack_broken(u, "pkcs7", "it has no content type", err);
    }
    if (!aud_str_eq(oid.content, AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"))) {
        return AUD_OK; /* enveloped, digested ...: no certificates to find */
    }
    if (!aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &wrapped) ||
        !aud_der_only(wrapped.content, AUD_TAG_SEQUENCE, &data)) {
        return aud_unpack_broken(u, "pkcs7", "its signed data is cut short", err);
    }
    in = aud_der_of(data.content);
    while (aud_der_next(&in, &tlv)) {
        if (tlv.tag == AUD_TAG_CONTEXT_CONS) {
            AUD_TRY(members(u, tlv.content, AUD_ITEM_CERTIFICATE, err));
        } else if (tlv.tag == AUD_TAG_CONTEXT_CONS + 1) {
            AUD_TRY(members(u, tlv.content, AUD_ITEM_CRL, err));
        }
    }
    return in.broken ? aud_unpack_broken(u, "pkcs7", "it is cut short", err) : AUD_OK;
}
