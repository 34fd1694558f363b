/* engine/pki/pkcs7.c - certificates and CRLs of a SignedData (RFC 2315, RFC 5652), unsigned too. */
#include "engine/pki/container_parts.h"

/* The members of one set; `in` has them as its elements. */
static aud_status read_members(aud_emitter *e, aud_str content, aud_item_kind kind, aud_error *err)
{
    const aud_pki_item like = {.format = "pkcs7"};
    aud_der in = aud_der_of(content);
    unsigned num = 0;
    aud_tlv tlv;

    while (aud_der_next(&in, &tlv)) {
        aud_pki_item item = {.kind = kind, .format = "pkcs7"};

        if (++num > AUD_MAX_MEMBERS) {
            return aud_emit_broken(e, "pkcs7", "more than 100000 members", err);
        }
        if (tlv.tag != AUD_TAG_SEQUENCE) {
            continue; /* attribute certificates, OCSP answers and other choices */
        }
        if (kind == AUD_ITEM_CERTIFICATE) {
            AUD_TRY(aud_emit_certificate(e, tlv.whole, &like, err));
        } else if (aud_crl_whole(tlv.whole, &item.der)) {
            AUD_TRY(aud_emit(e, &item, err));
        } else {
            AUD_TRY(aud_emit_broken(e, "pkcs7", "a revocation list that cannot be delimited", err));
        }
    }
    return aud_der_at_end(&in) ? AUD_OK : aud_emit_broken(e, "pkcs7", "a member is cut", err);
}

aud_status aud_pkcs7_read(aud_emitter *e, aud_str der, aud_error *err)
{
    aud_der in = aud_der_of(der);
    aud_tlv outer, oid, wrapped, data, version, digests, content, tlv;

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &outer)) {
        return aud_emit_broken(e, "pkcs7", "cut: its outer length points behind the end", err);
    }
    in = aud_der_of(outer.content);
    if (!aud_der_take(&in, AUD_TAG_OID, &oid) ||
        !aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &wrapped) ||
        !aud_der_only(wrapped.content, AUD_TAG_SEQUENCE, &data)) {
        return aud_emit_broken(e, "pkcs7", "its signed data cannot be delimited", err);
    }
    in = aud_der_of(data.content);
    if (!aud_der_take(&in, AUD_TAG_INTEGER, &version) ||
        !aud_der_take(&in, AUD_TAG_SET, &digests) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &content)) {
        return aud_emit_broken(e, "pkcs7", "its signed data cannot be delimited", err);
    }
    while (aud_der_next(&in, &tlv)) {
        if (tlv.tag == AUD_TAG_CONTEXT_CONS) {
            AUD_TRY(read_members(e, tlv.content, AUD_ITEM_CERTIFICATE, err));
        } else if (tlv.tag == AUD_TAG_CONTEXT_CONS + 1) {
            AUD_TRY(read_members(e, tlv.content, AUD_ITEM_CRL, err));
        }
    }
    return aud_der_at_end(&in) ? AUD_OK : aud_emit_broken(e, "pkcs7", "a member is cut", err);
}
