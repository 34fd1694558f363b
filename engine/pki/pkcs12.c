/* engine/pki/pkcs12.c - PKCS #12 (RFC 7292) by our own walk; OpenSSL decrypts. The MAC is not
 * looked at: it guards nothing of what is reported. */
#include "engine/pki/container_parts.h"
#include "engine/pki/pki_internal.h"

enum {
    MAX_NESTING = 4,
    MAX_COMPARED = 4000000, /* members with each other, to find whose chain is whose */
};

/* Under 1.2.840.113549.1.7, 1.2.840.113549.1.12.10.1 and 1.2.840.113549.1.9. */
#define OID_PKCS7 AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07")
#define OID_BAG AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01")
#define OID_FRIENDLY_NAME AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x14")
#define OID_LOCAL_KEY_ID AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x15")
#define OID_X509_CERT AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01")
#define OID_X509_CRL AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x17\x01")
/* 2.16.840.1.113894.746875.1.1, by which Java marks what it trusts */
#define OID_TRUSTED_USAGE AUD_LIT("\x60\x86\x48\x01\x86\xf9\x66\xad\xca\x7b\x01\x01")

typedef struct member {
    aud_item_kind kind;
    aud_str der; /* certificate, CRL */
    aud_key_found key;
    aud_str alias, key_id;
    const char *message; /* of a broken one */
    bool trusted;        /* marked so by Java */
    bool in_chain;       /* of a key */
    uint32_t position;
    aud_cert cert;
    bool readable;
} member;

typedef struct store {
    aud_emitter *e;
    AUD_VEC(member) members;
    AUD_VEC(aud_str) plains; /* to be wiped */
    size_t hint;             /* the password that opened a part */
    aud_opened closed;       /* why a part stayed closed */
    bool broken, over;
    size_t compared;
} store;

static void store_clear(store *s)
{
    for (size_t i = 0; i < s->plains.len; i++) {
        aud_plain_free(s->plains.items[i]);
    }
    aud_free(s->plains.items);
    aud_free(s->members.items);
}

/* --- bags ------------------------------------------------------------------------------------- */

static aud_status add(store *s, const member *m, aud_error *err)
{
    if (s->members.len == AUD_MAX_MEMBERS) {
        s->over = true;
        return AUD_OK;
    }
    if (AUD_VEC_PUSH(&s->members, *m, err) != AUD_OK) {
        return AUD_E_NOMEM;
    }
    return AUD_OK;
}

static void read_attributes(store *s, aud_str content, member *m)
{
    aud_der in = aud_der_of(content);
    aud_tlv pair, oid, set, value;

    while (aud_der_take(&in, AUD_TAG_SEQUENCE, &pair)) {
        aud_der inner = aud_der_of(pair.content);

        if (!aud_der_take(&inner, AUD_TAG_OID, &oid)) {
            continue;
        }
        if (aud_str_eq(oid.content, OID_TRUSTED_USAGE)) {
            m->trusted = true;
        }
        if (!aud_der_take(&inner, AUD_TAG_SET, &set)) {
            continue;
        }
        inner = aud_der_of(set.content);
        if (!aud_der_next(&inner, &value)) {
            continue;
        }
        if (aud_str_eq(oid.content, OID_FRIENDLY_NAME)) {
            (void)aud_string_utf8(&value, &s->e->arena, &m->alias);
        } else if (aud_str_eq(oid.content, OID_LOCAL_KEY_ID) && value.tag == AUD_TAG_OCTET_STRING) {
            m->key_id = value.content;
        }
    }
}

/* CertBag and CRLBag: SEQUENCE { OID, [0] { OCTET STRING } }. */
static aud_status read_valued(store *s, aud_str value, aud_str oid_wanted, member *m,
                              aud_error *err)
{
    aud_tlv seq, oid, wrapped, octets;
    aud_der in;

    m->message = "a member that cannot be delimited";
    if (!aud_der_only(value, AUD_TAG_SEQUENCE, &seq)) {
        return AUD_OK;
    }
    in = aud_der_of(seq.content);
    if (!aud_der_take(&in, AUD_TAG_OID, &oid) ||
        !aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &wrapped)) {
        return AUD_OK;
    }
    if (!aud_str_eq(oid.content, oid_wanted)) {
        m->message = "a certificate or revocation list of a kind that is not X.509";
        return AUD_OK;
    }
    in = aud_der_of(wrapped.content);
    if (!aud_der_next(&in, &octets) ||
        (octets.tag & ~(unsigned)AUD_TAG_CONSTRUCTED) != AUD_TAG_OCTET_STRING) {
        return AUD_OK;
    }
    const aud_status st = aud_octets(&octets, &s->e->arena, &m->der, err);
    if (st == AUD_OK) {
        m->message = NULL;
    }
    return st == AUD_E_FORMAT ? AUD_OK : st;
}

static aud_status read_certificate(store *s, aud_str value, member *m, aud_error *err)
{
    AUD_TRY(read_valued(s, value, OID_X509_CERT, m, err));
    m->kind = m->message == NULL ? AUD_ITEM_CERTIFICATE : AUD_ITEM_BROKEN;
    m->readable = m->message == NULL && aud_cert_read(m->der, &m->cert, NULL) == AUD_OK;
    return AUD_OK;
}

static aud_status read_crl(store *s, aud_str value, member *m, aud_error *err)
{
    AUD_TRY(read_valued(s, value, OID_X509_CRL, m, err));
    m->kind = AUD_ITEM_CRL;
    if (m->message != NULL || !aud_crl_whole(m->der, &m->der)) {
        m->kind = AUD_ITEM_BROKEN;
        m->message = "a revocation list that cannot be delimited";
    }
    return AUD_OK;
}

static bool is_private_key(aud_str plain)
{
    return aud_der_kind_of(plain) == AUD_DER_PKCS8;
}

/* A shrouded key stays what it is where no password opens it. */
static aud_status read_shrouded(store *s, aud_str value, member *m, aud_error *err)
{
    aud_tlv seq, algorithm, sealed;
    aud_opened opened;
    aud_str plain;
    aud_der in;

    m->key = (aud_key_found){.format = "pkcs12", .encrypted = true};
    if (!aud_der_only(value, AUD_TAG_SEQUENCE, &seq)) {
        return AUD_OK;
    }
    in = aud_der_of(seq.content);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) || !aud_der_next(&in, &sealed)) {
        return AUD_OK;
    }
    AUD_TRY(aud_pbe_open(s->e, algorithm.whole, sealed.content, is_private_key, &s->hint, &opened,
                         &plain, err));
    if (opened != AUD_OPENED) {
        return AUD_OK;
    }
    const aud_status st = aud_key_read(s->e, AUD_DER_PKCS8, plain, &m->key, NULL);
    aud_plain_free(plain);
    m->key.format = "pkcs12";
    m->key.encrypted = true;
    return st == AUD_E_FORMAT ? AUD_OK : st;
}

static aud_status read_key(store *s, aud_str value, bool shrouded, member *m, aud_error *err)
{
    aud_status st;

    m->kind = AUD_ITEM_PRIVATE_KEY;
    if (shrouded) {
        return read_shrouded(s, value, m, err);
    }
    st = aud_key_read(s->e, AUD_DER_PKCS8, value, &m->key, NULL);
    m->key.format = "pkcs12";
    if (st == AUD_E_FORMAT) {
        m->kind = AUD_ITEM_BROKEN;
        m->message = "a private key that does not decode to one";
        return AUD_OK;
    }
    return st;
}

static aud_status read_safe(store *s, aud_str content, unsigned depth, aud_error *err);

/* SafeBag: SEQUENCE { OID, [0] value, SET OF attribute }. */
static aud_status read_bag(store *s, aud_str content, unsigned depth, aud_error *err)
{
    aud_der in = aud_der_of(content);
    aud_tlv oid, value, attributes, inner;
    member m = {.kind = AUD_ITEM_BROKEN};

    if (!aud_der_take(&in, AUD_TAG_OID, &oid) || !aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &value)) {
        s->broken = true;
        return AUD_OK;
    }
    if (aud_der_take(&in, AUD_TAG_SET, &attributes)) {
        read_attributes(s, attributes.content, &m);
    }
    if (oid.content.len != OID_BAG.len + 1 || !aud_str_starts(oid.content, OID_BAG)) {
        return AUD_OK; /* a secret of somebody's own */
    }
    switch (oid.content.ptr[OID_BAG.len]) {
    case 1:
        AUD_TRY(read_key(s, value.content, false, &m, err));
        break;
    case 2:
        AUD_TRY(read_key(s, value.content, true, &m, err));
        break;
    case 3:
        AUD_TRY(read_certificate(s, value.content, &m, err));
        break;
    case 4:
        AUD_TRY(read_crl(s, value.content, &m, err));
        break;
    case 6:
        if (depth == 0 || !aud_der_only(value.content, AUD_TAG_SEQUENCE, &inner)) {
            s->broken = true;
            return AUD_OK;
        }
        return read_safe(s, inner.content, depth - 1, err);
    default:
        return AUD_OK; /* secret keys */
    }
    return add(s, &m, err);
}

static aud_status read_safe(store *s, aud_str content, unsigned depth, aud_error *err)
{
    aud_der in = aud_der_of(content);
    aud_tlv bag;

    while (!s->over && aud_der_take(&in, AUD_TAG_SEQUENCE, &bag)) {
        AUD_TRY(read_bag(s, bag.content, depth, err));
    }
    s->broken = s->broken || (!s->over && !aud_der_at_end(&in));
    return AUD_OK;
}

/* --- the safes -------------------------------------------------------------------------------- */

/* SafeContents, as a right password makes them. */
static bool is_safe(aud_str plain)
{
    aud_tlv seq, bag, oid;
    aud_der in;

    if (!aud_der_only(plain, AUD_TAG_SEQUENCE, &seq)) {
        return false;
    }
    in = aud_der_of(seq.content);
    if (aud_der_at_end(&in)) {
        return true;
    }
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &bag)) {
        return false;
    }
    in = aud_der_of(bag.content);
    return aud_der_take(&in, AUD_TAG_OID, &oid) && aud_der_oid_ok(oid.content);
}

static aud_status read_safe_bytes(store *s, aud_str bytes, aud_error *err)
{
    aud_tlv seq;

    if (!aud_der_only(bytes, AUD_TAG_SEQUENCE, &seq)) {
        s->broken = true;
        return AUD_OK;
    }
    return read_safe(s, seq.content, MAX_NESTING, err);
}

/* EncryptedData: SEQUENCE { version, SEQUENCE { type, algorithm, [0] OCTET STRING } }. */
static aud_status read_encrypted(store *s, aud_str content, aud_error *err)
{
    aud_tlv data, version, info, type, algorithm, sealed;
    aud_str bytes, plain;
    aud_opened opened;
    aud_status st;
    aud_der in;

    s->broken = true; /* until it is read */
    if (!aud_der_only(content, AUD_TAG_SEQUENCE, &data)) {
        return AUD_OK;
    }
    in = aud_der_of(data.content);
    if (!aud_der_take(&in, AUD_TAG_INTEGER, &version) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &info)) {
        return AUD_OK;
    }
    in = aud_der_of(info.content);
    if (!aud_der_take(&in, AUD_TAG_OID, &type) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) || !aud_der_next(&in, &sealed) ||
        (sealed.tag & ~(unsigned)AUD_TAG_CONSTRUCTED) != AUD_TAG_CONTEXT) {
        return AUD_OK;
    }
    st = aud_octets(&sealed, &s->e->arena, &bytes, err);
    if (st != AUD_OK) {
        return st == AUD_E_FORMAT ? AUD_OK : st;
    }
    AUD_TRY(aud_pbe_open(s->e, algorithm.whole, bytes, is_safe, &s->hint, &opened, &plain, err));
    s->broken = false;
    if (opened != AUD_OPENED) {
        s->closed = opened;
        return AUD_OK;
    }
    if (AUD_VEC_PUSH(&s->plains, plain, err) != AUD_OK) {
        aud_plain_free(plain);
        return AUD_E_NOMEM;
    }
    return read_safe_bytes(s, plain, err);
}

/* The last arc of a ContentInfo's type, and what is inside its [0]. */
static int read_info(aud_str content, aud_str *out)
{
    aud_der in = aud_der_of(content);
    aud_tlv oid, wrapped;

    if (!aud_der_take(&in, AUD_TAG_OID, &oid) ||
        !aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &wrapped) ||
        oid.content.len != OID_PKCS7.len + 1 || !aud_str_starts(oid.content, OID_PKCS7)) {
        return -1;
    }
    *out = wrapped.content;
    return oid.content.ptr[OID_PKCS7.len];
}

static aud_status read_data(store *s, aud_str content, aud_str *out, aud_error *err)
{
    aud_der in = aud_der_of(content);
    aud_tlv octets;

    *out = (aud_str){NULL, 0};
    if (!aud_der_next(&in, &octets) ||
        (octets.tag & ~(unsigned)AUD_TAG_CONSTRUCTED) != AUD_TAG_OCTET_STRING) {
        s->broken = true;
        return AUD_OK;
    }
    const aud_status st = aud_octets(&octets, &s->e->arena, out, err);
    s->broken = s->broken || st == AUD_E_FORMAT;
    return st == AUD_E_FORMAT ? AUD_OK : st;
}

static aud_status read_safes(store *s, aud_str authenticated, aud_error *err)
{
    aud_tlv list, info;
    aud_str inner, bytes;
    aud_der in;

    if (!aud_der_only(authenticated, AUD_TAG_SEQUENCE, &list)) {
        s->broken = true;
        return AUD_OK;
    }
    in = aud_der_of(list.content);
    while (!s->over && aud_der_take(&in, AUD_TAG_SEQUENCE, &info)) {
        switch (read_info(info.content, &inner)) {
        case 1:
            AUD_TRY(read_data(s, inner, &bytes, err));
            AUD_TRY(read_safe_bytes(s, bytes, err));
            break;
        case 6:
            AUD_TRY(read_encrypted(s, inner, err));
            break;
        case 3:
            s->closed = AUD_OPEN_NO_PASSWORD; /* enveloped: a recipient's key opens it */
            break;
        default:
            s->broken = true;
            break;
        }
    }
    s->broken = s->broken || (!s->over && !aud_der_at_end(&in));
    return AUD_OK;
}

/* --- whose chain is whose --------------------------------------------------------------------- */

static bool is_of_key(const member *cert, const member *key)
{
    if (key->key.spki.len > 0 && cert->readable) {
        return aud_str_eq(key->key.spki, cert->cert.spki);
    }
    return key->key_id.len > 0 && aud_str_eq(key->key_id, cert->key_id);
}

/* Numbers the certificates above `leaf` by their issuers' names. */
static void number_chain(store *s, const member *leaf)
{
    enum { MAX_CHAIN = 16 };
    const member *at = leaf;

    for (uint32_t position = 1; position < MAX_CHAIN && at->readable; position++) {
        member *above = NULL;

        s->compared += s->members.len;
        if (s->compared > MAX_COMPARED) {
            return;
        }
        for (size_t i = 0; i < s->members.len && above == NULL; i++) {
            member *m = &s->members.items[i];

            if (m != at && m->readable && aud_str_eq(m->cert.subject, at->cert.issuer)) {
                above = m;
            }
        }
        if (above == NULL || above->in_chain) {
            return;
        }
        above->in_chain = true;
        above->position = position;
        at = above;
    }
}

static void number_chains(store *s)
{
    for (size_t k = 0; k < s->members.len; k++) {
        const member *key = &s->members.items[k];

        if (key->kind != AUD_ITEM_PRIVATE_KEY) {
            continue;
        }
        s->compared += s->members.len;
        for (size_t i = 0; s->compared <= MAX_COMPARED && i < s->members.len; i++) {
            member *m = &s->members.items[i];

            if (m->kind == AUD_ITEM_CERTIFICATE && is_of_key(m, key)) {
                m->in_chain = true;
                m->position = 0;
            }
        }
    }
    for (size_t i = 0; i < s->members.len; i++) {
        if (s->members.items[i].in_chain && s->members.items[i].position == 0) {
            number_chain(s, &s->members.items[i]);
        }
    }
}

/* A key that stayed closed has its public half in its certificate. */
static aud_str spki_of(store *s, const member *key)
{
    if (key->key.spki.len > 0 || key->key_id.len == 0 || s->compared > MAX_COMPARED) {
        return key->key.spki;
    }
    s->compared += s->members.len;
    for (size_t i = 0; i < s->members.len; i++) {
        const member *m = &s->members.items[i];

        if (m->readable && aud_str_eq(m->key_id, key->key_id)) {
            return m->cert.spki;
        }
    }
    return key->key.spki;
}

static aud_status emit_member(store *s, const member *m, aud_error *err)
{
    aud_pki_item item = {.kind = m->kind,
                         .der = m->der,
                         .alias = m->alias,
                         .format = "pkcs12",
                         .trust_anchor = m->trusted,
                         .in_store = m->in_chain || m->trusted,
                         .chain_position = m->position,
                         .message = aud_str_of(m->message)};

    if (m->kind == AUD_ITEM_CERTIFICATE) {
        return aud_emit_certificate(s->e, m->der, &item, err);
    }
    if (m->kind == AUD_ITEM_PRIVATE_KEY) {
        item.in_store = true;
        item.encrypted = m->key.encrypted;
        item.decoded = m->key.decoded;
        item.spki = spki_of(s, m);
    }
    return aud_emit(s->e, &item, err);
}

static aud_status emit_all(store *s, aud_error *err)
{
    number_chains(s);
    for (size_t i = 0; i < s->members.len; i++) {
        AUD_TRY(emit_member(s, &s->members.items[i], err));
    }
    if (s->over) {
        AUD_TRY(aud_emit_broken(s->e, "pkcs12", "more than 100000 members", err));
    }
    if (s->broken) {
        AUD_TRY(aud_emit_broken(s->e, "pkcs12", "a part of it cannot be delimited", err));
    }
    switch (s->closed) {
    case AUD_OPENED:
        return AUD_OK;
    case AUD_OPEN_NO_PASSWORD:
    case AUD_OPEN_UNKNOWN:
        return aud_emit_encrypted(s->e, "pkcs12", aud_opened_reason(s->closed), err);
    case AUD_OPEN_ROUNDS:
    case AUD_OPEN_BROKEN:
        break;
    }
    return aud_emit_broken(s->e, "pkcs12", aud_opened_reason(s->closed), err);
}

aud_status aud_pkcs12_read(aud_emitter *e, aud_str der, aud_error *err)
{
    AUD_CLEANUP(store_clear) store s = {.e = e};
    aud_der in = aud_der_of(der), body;
    aud_tlv outer, version, info;
    aud_str inner, authenticated;
    int type;

    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &outer)) {
        return aud_emit_broken(e, "pkcs12", "cut: its outer length points behind the end", err);
    }
    body = aud_der_of(outer.content);
    type = aud_der_take(&body, AUD_TAG_INTEGER, &version) &&
                   aud_der_take(&body, AUD_TAG_SEQUENCE, &info)
               ? read_info(info.content, &inner)
               : -1;
    if (type != 1) {
        return aud_emit_broken(e, "pkcs12",
                               type == 2 ? "a store that is signed instead of guarded by a password"
                                         : "its parts cannot be delimited",
                               err);
    }
    AUD_TRY(read_data(&s, inner, &authenticated, err));
    AUD_TRY(read_safes(&s, authenticated, err));
    return emit_all(&s, err);
}
