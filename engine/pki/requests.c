/* engine/pki/requests.c - facts of certificate requests (RFC 2986) by our own walk. */
#include "engine/pki/container_parts.h"
#include "engine/pki/pki_internal.h"

typedef struct request {
    aud_str whole, subject, spki, algorithm;
    aud_str attributes; /* content of [0] */
} request;

static bool read_request(aud_str der, request *r)
{
    aud_der in = aud_der_of(der);
    aud_tlv outer, info, algorithm, signature, version, subject, spki, attributes;

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &outer)) {
        return false;
    }
    in = aud_der_of(outer.content);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &info) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&in, AUD_TAG_BIT_STRING, &signature) || !aud_der_at_end(&in)) {
        return false;
    }
    in = aud_der_of(info.content);
    if (!aud_der_take(&in, AUD_TAG_INTEGER, &version) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &subject) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &spki)) {
        return false;
    }
    /* required, and yet left out by some who ask for nothing */
    (void)aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &attributes);
    *r = (request){.whole = outer.whole,
                   .subject = subject.whole,
                   .spki = spki.whole,
                   .algorithm = algorithm.whole,
                   .attributes = attributes.content};
    return aud_der_at_end(&in);
}

bool aud_request_whole(aud_str der, aud_str *out)
{
    request r;

    if (!read_request(der, &r)) {
        return false;
    }
    *out = r.whole;
    return true;
}

aud_value aud_digest_value(aud_str der, aud_arena *arena)
{
    unsigned char digest[32];

    return aud_sha256(der, digest, NULL) == AUD_OK
               ? aud_hex_value((aud_str){(const char *)digest, sizeof(digest)}, arena)
               : aud_unknown();
}

/* An attribute that asks for extensions: RFC 2985's, or Microsoft's older one. */
static bool asks_extensions(aud_str oid)
{
    return aud_str_eq(oid, AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e")) ||
           aud_str_eq(oid, AUD_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e"));
}

/*
 * What it asks for, as a certificate's extensions, so that a certificate's getters answer. False
 * where that cannot be told: it is unreadable, or asked for twice.
 */
static bool asked_extensions(aud_str attributes, aud_str *out)
{
    aud_der in = aud_der_of(attributes);
    aud_tlv pair, oid, set, list;
    bool found = false;

    *out = (aud_str){NULL, 0};
    while (aud_der_take(&in, AUD_TAG_SEQUENCE, &pair)) {
        aud_der inner = aud_der_of(pair.content);

        if (!aud_der_take(&inner, AUD_TAG_OID, &oid)) {
            return false;
        }
        if (!asks_extensions(oid.content)) {
            continue;
        }
        if (found || !aud_der_take(&inner, AUD_TAG_SET, &set) ||
            !aud_der_only(set.content, AUD_TAG_SEQUENCE, &list)) {
            return false;
        }
        found = true;
        *out = list.content;
    }
    return aud_der_at_end(&in);
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

static void set_fact(aud_bag_builder *b, unsigned field, const aud_cert *as_cert, unsigned from)
{
    aud_bag_set(b, field, aud_cert_get(as_cert, from, b->arena));
}

aud_status aud_request_facts(aud_str der, aud_arena *arena, const aud_bag **out, aud_error *err)
{
    static const aud_str unreadable = AUD_LIT_INIT("\x30\x7f"); /* of which nothing is known */
    aud_cert as_cert = {.version = 3};
    aud_bag_builder b;
    aud_value key;
    request r;

    if (!read_request(der, &r)) {
        return aud_fail(err, AUD_E_FORMAT, "no request: its parts cannot be delimited");
    }
    as_cert.outer_alg = r.algorithm;
    if (!asked_extensions(r.attributes, &as_cert.extensions)) {
        as_cert.extensions = unreadable;
    }
    AUD_TRY(aud_object_as_bag(aud_spki_key(r.spki, arena), arena, &key, err));
    aud_bag_begin(&b, &aud_type_request, arena);
    aud_bag_set(&b, AUD_F_request_sha256, aud_digest_value(r.whole, arena));
    aud_bag_set(&b, AUD_F_request_subject, aud_string(aud_name_text(r.subject, arena)));
    aud_bag_set(&b, AUD_F_request_common_names,
                aud_name_values(r.subject, AUD_LIT("\x55\x04\x03"), arena));
    set_fact(&b, AUD_F_request_dns_names, &as_cert, AUD_F_certificate_dns_names);
    set_fact(&b, AUD_F_request_ip_addresses, &as_cert, AUD_F_certificate_ip_addresses);
    aud_bag_set(&b, AUD_F_request_key, key);
    set_fact(&b, AUD_F_request_signature_algorithm, &as_cert,
             AUD_F_certificate_signature_algorithm);
    set_fact(&b, AUD_F_request_signature_hash, &as_cert, AUD_F_certificate_signature_hash);
    aud_bag_set(&b, AUD_F_request_validity_seconds, aud_absent());
    set_asked(&b, &as_cert);
    return aud_bag_build(&b, out, err);
}
