/* engine/pki/requests.c - facts of requests (RFC 2986) and CRLs (RFC 5280, 5), by our own walk. */
#include "engine/pki/containers.h"

#include "engine/base/text.h"
#include "engine/pki/pki_internal.h"

static void set_digest(aud_bag_builder *b, unsigned field, aud_str der)
{
    unsigned char digest[32];

    if (aud_sha256(der, digest, NULL) == AUD_OK) {
        aud_bag_set(b, field, aud_hex_value((aud_str){(const char *)digest, 32}, b->arena));
    }
}

/* The extensionRequest attribute's content, as a certificate's extensions; empty if there is none.
 */
static aud_str requested_extensions(aud_str attributes)
{
    aud_der in = aud_der_of(attributes);
    aud_tlv pair, oid, set, list;

    while (aud_der_take(&in, AUD_TAG_SEQUENCE, &pair)) {
        aud_der inner = aud_der_of(pair.content);

        if (aud_der_take(&inner, AUD_TAG_OID, &oid) && aud_der_take(&inner, AUD_TAG_SET, &set) &&
            (aud_str_eq(oid.content, AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e")) ||
             aud_str_eq(oid.content, AUD_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e"))) &&
            aud_der_only(set.content, AUD_TAG_SEQUENCE, &list)) {
            return list.content;
        }
    }
    return (aud_str){NULL, 0};
}

/* role and purpose as the asked extensions have them: a certificate's own getters answer. */
static void set_asked(aud_bag_builder *b, const aud_cert *as_cert)
{
    aud_value ca = aud_cert_get(as_cert, AUD_F_certificate_is_ca, b->arena);
    aud_value eku = aud_cert_get(as_cert, AUD_F_certificate_extended_key_usage, b->arena);
    aud_str purpose = AUD_LIT("tls_server");
    bool is_ca = ca.presence == AUD_PRESENT && ca.as.boolean;

    aud_bag_set(b, AUD_F_request_is_ca, ca);
    aud_bag_set_text(b, AUD_F_request_role, is_ca ? AUD_LIT("intermediate") : AUD_LIT("leaf"));
    if (is_ca) {
        purpose = AUD_LIT("ca");
    } else if (eku.presence == AUD_PRESENT) {
        purpose = AUD_LIT("other");
        for (size_t i = eku.as.list.len; i > 0; i--) {
            aud_str name = eku.as.list.items[i - 1].as.string;

            purpose = aud_str_eq(name, AUD_LIT("clientAuth"))        ? AUD_LIT("tls_client")
                      : aud_str_eq(name, AUD_LIT("codeSigning"))     ? AUD_LIT("code_signing")
                      : aud_str_eq(name, AUD_LIT("emailProtection")) ? AUD_LIT("email")
                                                                     : purpose;
        }
        for (size_t i = 0; i < eku.as.list.len; i++) {
            if (aud_str_eq(eku.as.list.items[i].as.string, AUD_LIT("serverAuth"))) {
                purpose = AUD_LIT("tls_server");
            }
        }
    }
    aud_bag_set_text(b, AUD_F_request_purpose, purpose);
}

aud_status aud_request_facts(aud_str der, aud_arena *arena, const aud_bag **out, aud_error *err)
{
    aud_tlv outer, info, algorithm, signature, version, subject, spki, attributes = {0};
    aud_cert as_cert = {.version = 3};
    aud_bag_builder b;
    aud_value key;
    aud_der in = aud_der_of(der);

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &outer)) {
        return aud_fail(err, AUD_E_FORMAT, "no request: it is cut short");
    }
    in = aud_der_of(outer.content);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &info) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&in, AUD_TAG_BIT_STRING, &signature) || !aud_der_at_end(&in)) {
        return aud_fail(err, AUD_E_FORMAT, "no request: its three parts are not there");
    }
    in = aud_der_of(info.content);
    if (!aud_der_take(&in, AUD_TAG_INTEGER, &version) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &subject) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &spki)) {
        return aud_fail(err, AUD_E_FORMAT, "no request: its body cannot be delimited");
    }
    (void)aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &attributes);
    as_cert.extensions = requested_extensions(attributes.content);
    as_cert.outer_alg = algorithm.whole;

    AUD_TRY(aud_object_as_bag(aud_spki_key(spki.whole, arena), arena, &key, err));
    aud_bag_begin(&b, &aud_type_request, arena);
    set_digest(&b, AUD_F_request_sha256, outer.whole);
    aud_bag_set(&b, AUD_F_request_subject, aud_string(aud_name_text(subject.whole, arena)));
    aud_bag_set(&b, AUD_F_request_common_names,
                aud_name_values(subject.whole, AUD_LIT("\x55\x04\x03"), arena));
    aud_bag_set(&b, AUD_F_request_dns_names,
                aud_cert_get(&as_cert, AUD_F_certificate_dns_names, arena));
    aud_bag_set(&b, AUD_F_request_ip_addresses,
                aud_cert_get(&as_cert, AUD_F_certificate_ip_addresses, arena));
    aud_bag_set(&b, AUD_F_request_key, key);
    aud_bag_set(&b, AUD_F_request_signature_algorithm,
                aud_cert_get(&as_cert, AUD_F_certificate_signature_algorithm, arena));
    aud_bag_set(&b, AUD_F_request_signature_hash,
                aud_cert_get(&as_cert, AUD_F_certificate_signature_hash, arena));
    aud_bag_set(&b, AUD_F_request_validity_seconds, aud_absent());
    set_asked(&b, &as_cert);
    return aud_bag_build(&b, out, err);
}

static aud_value time_value(const aud_tlv *tlv)
{
    unsigned form;
    int64_t t;

    return aud_der_time(tlv, &t, &form) ? aud_time(t) : aud_unknown();
}

static aud_value crl_number(aud_str wrapped, aud_arena *arena)
{
    aud_cert as_cert = {.version = 3};
    aud_tlv list, number;
    aud_ext ext;

    if (!aud_der_only(wrapped, AUD_TAG_SEQUENCE, &list)) {
        return aud_unknown();
    }
    as_cert.extensions = list.content;
    switch (aud_ext_find(&as_cert, AUD_LIT("\x55\x1d\x14"), &ext)) {
    case AUD_EXT_ABSENT:
        return aud_absent();
    case AUD_EXT_UNREADABLE:
        return aud_unknown();
    case AUD_EXT_FOUND:
        break;
    }
    return aud_der_only(ext.value, AUD_TAG_INTEGER, &number)
               ? aud_hex_value(aud_der_magnitude(number.content), arena)
               : aud_unknown();
}

aud_status aud_crl_facts(aud_str der, aud_arena *arena, const aud_bag **out, aud_error *err)
{
    aud_tlv outer, body, version, algorithm, issuer, this_update, tlv;
    aud_der in = aud_der_of(der);
    aud_bag_builder b;
    size_t entries = 0;

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &outer)) {
        return aud_fail(err, AUD_E_FORMAT, "no CRL: it is cut short");
    }
    in = aud_der_of(outer.content);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &body)) {
        return aud_fail(err, AUD_E_FORMAT, "no CRL: its body is missing");
    }
    in = aud_der_of(body.content);
    (void)aud_der_take(&in, AUD_TAG_INTEGER, &version);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &issuer) || !aud_der_next(&in, &this_update)) {
        return aud_fail(err, AUD_E_FORMAT, "no CRL: its body cannot be delimited");
    }
    aud_bag_begin(&b, &aud_type_crl, arena);
    set_digest(&b, AUD_F_crl_sha256, outer.whole);
    aud_bag_set(&b, AUD_F_crl_issuer, aud_string(aud_name_text(issuer.whole, arena)));
    aud_bag_set(&b, AUD_F_crl_this_update, time_value(&this_update));
    aud_bag_set(&b, AUD_F_crl_next_update, aud_absent());
    aud_bag_set(&b, AUD_F_crl_number, aud_absent());
    while (aud_der_next(&in, &tlv)) {
        if (tlv.tag == AUD_TAG_UTC_TIME || tlv.tag == AUD_TAG_GENERALIZED_TIME) {
            aud_bag_set(&b, AUD_F_crl_next_update, time_value(&tlv));
        } else if (tlv.tag == AUD_TAG_SEQUENCE) {
            entries = aud_der_count(tlv.content);
        } else if (tlv.tag == AUD_TAG_CONTEXT_CONS) {
            aud_bag_set(&b, AUD_F_crl_number, crl_number(tlv.content, arena));
        }
    }
    if (entries != SIZE_MAX && !in.broken) {
        aud_bag_set(&b, AUD_F_crl_entries, aud_int((int64_t)entries));
    }
    return aud_bag_build(&b, out, err);
}
