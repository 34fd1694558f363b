/* engine/pki/crls.c - facts of revocation lists (RFC 5280, 5) by our own walk. */
#include "engine/pki/container_parts.h"
#include "engine/pki/pki_internal.h"

typedef struct crl {
    aud_str whole, issuer;
    aud_tlv this_update, next_update; /* next_update.tag is 0 where it does not say */
    aud_str revoked;                  /* content */
    aud_str extensions;               /* content of [0] */
} crl;

static bool take_time(aud_der *in, aud_tlv *out)
{
    return aud_der_take(in, AUD_TAG_UTC_TIME, out) ||
           aud_der_take(in, AUD_TAG_GENERALIZED_TIME, out);
}

static bool read_crl(aud_str der, crl *c)
{
    aud_der in = aud_der_of(der);
    aud_tlv outer, body, algorithm, signature, version, issuer, tlv;

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &outer)) {
        return false;
    }
    in = aud_der_of(outer.content);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &body) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&in, AUD_TAG_BIT_STRING, &signature) || !aud_der_at_end(&in)) {
        return false;
    }
    *c = (crl){.whole = outer.whole};
    in = aud_der_of(body.content);
    (void)aud_der_take(&in, AUD_TAG_INTEGER, &version);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &issuer) || !take_time(&in, &c->this_update)) {
        return false;
    }
    c->issuer = issuer.whole;
    (void)take_time(&in, &c->next_update);
    if (aud_der_take(&in, AUD_TAG_SEQUENCE, &tlv)) {
        c->revoked = tlv.content;
    }
    if (aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &tlv)) {
        c->extensions = tlv.content;
    }
    return aud_der_at_end(&in);
}

bool aud_crl_whole(aud_str der, aud_str *out)
{
    crl c;

    if (!read_crl(der, &c)) {
        return false;
    }
    *out = c.whole;
    return true;
}

static aud_value time_value(const aud_tlv *tlv)
{
    unsigned form;
    int64_t t;

    return aud_der_time(tlv, &t, &form) ? aud_time(t) : aud_unknown();
}

static aud_value crl_number(aud_str extensions, aud_arena *arena)
{
    aud_cert as_cert = {.version = 3};
    aud_tlv list, number;
    aud_ext ext;

    if (extensions.len == 0) {
        return aud_absent();
    }
    if (!aud_der_only(extensions, AUD_TAG_SEQUENCE, &list)) {
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
    if (!aud_der_only(ext.value, AUD_TAG_INTEGER, &number) || number.content.len == 0) {
        return aud_unknown();
    }
    const aud_str magnitude = aud_der_magnitude(number.content);
    return aud_hex_value(magnitude.len == 0 ? AUD_LIT("\0") : magnitude, arena);
}

aud_status aud_crl_facts(aud_str der, aud_arena *arena, const aud_bag **out, aud_error *err)
{
    aud_bag_builder b;
    size_t entries;
    crl c;

    if (!read_crl(der, &c)) {
        return aud_fail(err, AUD_E_FORMAT, "no revocation list: its parts cannot be delimited");
    }
    entries = aud_der_count(c.revoked);
    aud_bag_begin(&b, &aud_type_crl, arena);
    aud_bag_set(&b, AUD_F_crl_sha256, aud_digest_value(c.whole, arena));
    aud_bag_set(&b, AUD_F_crl_issuer, aud_string(aud_name_text(c.issuer, arena)));
    aud_bag_set(&b, AUD_F_crl_this_update, time_value(&c.this_update));
    aud_bag_set(&b, AUD_F_crl_next_update,
                c.next_update.tag == 0 ? aud_absent() : time_value(&c.next_update));
    aud_bag_set(&b, AUD_F_crl_number, crl_number(c.extensions, arena));
    aud_bag_set(&b, AUD_F_crl_entries,
                entries == SIZE_MAX ? aud_unknown() : aud_int((int64_t)entries));
    return aud_bag_build(&b, out, err);
}
