/* engine/pki/container_kinds.c - what bytes are, by their shape; their beginning is enough. */
#include "engine/pki/container_parts.h"

/* An element whose content may be cut off by the end of what was given. */
typedef struct peeked {
    uint8_t tag;
    aud_str content; /* as much as is there */
} peeked;

/* Takes the next header. Elements of indefinite length are entered only, never passed. */
static bool peek(aud_str *rest, peeked *out)
{
    const unsigned char *p = (const unsigned char *)rest->ptr;
    size_t used = 2, len;

    *out = (peeked){0};
    if (rest->len < 2) {
        return false;
    }
    len = p[1];
    if (len == 0x80) {
        len = SIZE_MAX;
    } else if (len > 0x80) {
        size_t num = len & 0x7f;

        if (num > 8 || rest->len < 2 + num) {
            return false;
        }
        for (len = 0; num > 0; num--) {
            len = len << 8 | p[used++];
        }
    }
    out->tag = p[0];
    out->content = aud_str_sub(*rest, used, len);
    *rest = len > rest->len - used ? (aud_str){NULL, 0} : aud_str_sub(*rest, used + len, SIZE_MAX);
    return true;
}

static bool is_time(uint8_t tag)
{
    return tag == AUD_TAG_UTC_TIME || tag == AUD_TAG_GENERALIZED_TIME;
}

/* A Name: a SEQUENCE that is empty or of SETs. */
static bool is_name(const peeked *p)
{
    return p->tag == AUD_TAG_SEQUENCE &&
           (p->content.len == 0 || (uint8_t)p->content.ptr[0] == AUD_TAG_SET);
}

static bool begins_with(const peeked *p, uint8_t tag)
{
    return p->tag == AUD_TAG_SEQUENCE && p->content.len > 0 && (uint8_t)p->content.ptr[0] == tag;
}

static bool begins_with_time(const peeked *p)
{
    return p->tag == AUD_TAG_SEQUENCE && p->content.len > 0 && is_time((uint8_t)p->content.ptr[0]);
}

/* PKCS #5, PKCS #12 or Sun's: without it, any digest in its DigestInfo would be a key. */
static bool is_password_based(aud_str oid)
{
    return aud_str_starts(oid, AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x05")) ||
           aud_str_starts(oid, AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01")) ||
           aud_str_starts(oid, AUD_LIT("\x2b\x06\x01\x04\x01\x2a\x02"));
}

/* SEQUENCE { SEQUENCE ...: something signed, a public key or an encrypted private one. */
static aud_der_kind of_signed(const peeked *first, aud_str behind)
{
    aud_str rest = first->content;
    int64_t number = -1;
    peeked p[4] = {{0}}, next;

    for (unsigned i = 0; i < 4 && peek(&rest, &p[i]); i++) {
    }
    switch (p[0].tag) {
    case AUD_TAG_OID:
        (void)peek(&behind, &next);
        return next.tag == AUD_TAG_BIT_STRING ? AUD_DER_SPKI
               : next.tag == AUD_TAG_OCTET_STRING && is_password_based(p[0].content)
                   ? AUD_DER_PKCS8_ENCRYPTED
                   : AUD_DER_NONE;
    case AUD_TAG_CONTEXT_CONS:
        return p[1].tag == AUD_TAG_INTEGER && p[0].content.len > 0 &&
                       (uint8_t)p[0].content.ptr[0] == AUD_TAG_INTEGER
                   ? AUD_DER_CERTIFICATE
                   : AUD_DER_NONE;
    case AUD_TAG_SEQUENCE: /* a CRL of version 1 */
        return begins_with(&p[0], AUD_TAG_OID) && is_name(&p[1]) && is_time(p[2].tag)
                   ? AUD_DER_CRL
                   : AUD_DER_NONE;
    case AUD_TAG_INTEGER:
        break;
    default:
        return AUD_DER_NONE;
    }
    if (begins_with(&p[1], AUD_TAG_OID) && is_name(&p[2])) {
        return is_time(p[3].tag)         ? AUD_DER_CRL
               : begins_with_time(&p[3]) ? AUD_DER_CERTIFICATE /* of version 1 */
                                         : AUD_DER_NONE;
    }
    return aud_der_int(p[0].content, &number) && number == 0 && is_name(&p[1]) &&
                   begins_with(&p[2], AUD_TAG_SEQUENCE)
               ? AUD_DER_REQUEST
               : AUD_DER_NONE;
}

/* SEQUENCE { INTEGER, INTEGER ...: RSA and DSA keys, and every ECDSA signature. */
static aud_der_kind of_numbers(int64_t version, const peeked *second, aud_str rest)
{
    enum { SMALLEST = 32 }; /* bytes of a modulus or a prime: less is something else */
    peeked p;
    unsigned num = 2;
    int64_t small;

    if (version != 0 && version != 1) {
        return AUD_DER_NONE;
    }
    while (peek(&rest, &p)) {
        if (p.tag != AUD_TAG_INTEGER && !(p.tag == AUD_TAG_SEQUENCE && num >= 9)) {
            return AUD_DER_NONE;
        }
        if (num == 2 && second->content.len >= SMALLEST && aud_der_int(p.content, &small)) {
            return AUD_DER_PKCS1; /* the public exponent */
        }
        num++;
    }
    return second->content.len < SMALLEST ? AUD_DER_NONE : num >= 9 ? AUD_DER_PKCS1 : AUD_DER_DSA;
}

static aud_der_kind of_numbered(const peeked *first, aud_str rest)
{
    static const aud_str pkcs7 = AUD_LIT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07");
    const size_t bits = aud_der_magnitude_bits(first->content);
    int64_t version = -1;
    peeked second, oid, third;

    (void)peek(&rest, &second);
    if (!aud_der_int(first->content, &version)) {
        int64_t exponent;

        /* RSAPublicKey: a modulus, and an exponent that no signature could be */
        return second.tag == AUD_TAG_INTEGER && bits >= 256 && rest.len == 0 &&
                       aud_der_int(second.content, &exponent) && exponent > 2 && exponent % 2 == 1
                   ? AUD_DER_RSA_PUBLIC
                   : AUD_DER_NONE;
    }
    if (second.tag == AUD_TAG_INTEGER) {
        return of_numbers(version, &second, rest);
    }
    if (second.tag == AUD_TAG_OCTET_STRING) {
        (void)peek(&rest, &third);
        return version == 1 && second.content.len >= 14 &&
                       (third.tag == 0 || third.tag == AUD_TAG_CONTEXT_CONS ||
                        third.tag == AUD_TAG_CONTEXT_CONS + 1)
                   ? AUD_DER_SEC1
                   : AUD_DER_NONE;
    }
    if (second.tag != AUD_TAG_SEQUENCE || !peek(&second.content, &oid) || oid.tag != AUD_TAG_OID) {
        return AUD_DER_NONE;
    }
    if (version == 3) {
        return aud_str_starts(oid.content, pkcs7) ? AUD_DER_PKCS12 : AUD_DER_NONE;
    }
    (void)peek(&rest, &third);
    return (version == 0 || version == 1) && (third.tag == 0 || third.tag == AUD_TAG_OCTET_STRING)
               ? AUD_DER_PKCS8
               : AUD_DER_NONE;
}

/* ContentInfo: signed data has certificates in the clear, the others have none. */
static aud_der_kind of_typed(aud_str oid)
{
    static const aud_str pkcs7 = AUD_LIT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07");

    if (oid.len != pkcs7.len + 1 || !aud_str_starts(oid, pkcs7)) {
        return AUD_DER_NONE;
    }
    switch (oid.ptr[pkcs7.len]) {
    case 2: /* signedData */
        return AUD_DER_PKCS7;
    case 3: /* envelopedData, signedAndEnvelopedData, encryptedData */
    case 4:
    case 6:
        return AUD_DER_PKCS7_CLOSED;
    default:
        return AUD_DER_NONE;
    }
}

aud_der_kind aud_der_kind_of(aud_str head)
{
    peeked outer, first;

    if (head.len >= 4 && memcmp(head.ptr, "\xfe\xed\xfe\xed", 4) == 0) {
        return AUD_DER_JKS;
    }
    if (head.len >= 4 && memcmp(head.ptr, "\xce\xce\xce\xce", 4) == 0) {
        return AUD_DER_JCEKS;
    }
    if (aud_str_starts(head, (aud_str){"openssh-key-v1", 15})) {
        return AUD_DER_OPENSSH;
    }
    if (!peek(&head, &outer) || outer.tag != AUD_TAG_SEQUENCE || !peek(&outer.content, &first)) {
        return AUD_DER_NONE;
    }
    switch (first.tag) {
    case AUD_TAG_SEQUENCE:
        return of_signed(&first, outer.content);
    case AUD_TAG_INTEGER:
        return of_numbered(&first, outer.content);
    case AUD_TAG_OID:
        return of_typed(first.content);
    default:
        return AUD_DER_NONE;
    }
}

const char *aud_binary_kind(aud_str head)
{
    switch (aud_der_kind_of(head)) {
    case AUD_DER_CERTIFICATE:
        return "der_certificate";
    case AUD_DER_REQUEST:
        return "der_request";
    case AUD_DER_CRL:
        return "der_crl";
    case AUD_DER_PKCS8:
    case AUD_DER_PKCS8_ENCRYPTED:
        return "der_pkcs8";
    case AUD_DER_PKCS1:
    case AUD_DER_SEC1:
    case AUD_DER_DSA:
        return "der_key";
    case AUD_DER_SPKI:
    case AUD_DER_RSA_PUBLIC:
        return "der_spki";
    case AUD_DER_PKCS7:
        return "pkcs7";
    case AUD_DER_PKCS12:
        return "pkcs12";
    case AUD_DER_JKS:
        return "jks";
    case AUD_DER_JCEKS:
        return "jceks";
    case AUD_DER_NONE:
    case AUD_DER_OPENSSH:      /* known in its PEM block alone */
    case AUD_DER_PKCS7_CLOSED: /* S/MIME mail and the like: no container of certificates */
        break;
    }
    return "";
}
