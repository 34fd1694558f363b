/* engine/pki/private_keys.c - that a key is there, of what kind, and its public half. */
#include "engine/pki/container_parts.h"
#include "engine/pki/pki_internal.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum {
    /* Longer keys are not given to OpenSSL, which would compute their public half for minutes:
     * those that need it, DSA and DH in PKCS #8, are shorter at 8192 bits. */
    MAX_DERIVED = 2600,
    MAX_PARTS = 9,
};

static const aud_str none = {NULL, 0};

static aud_status no_key(aud_error *err)
{
    return aud_fail(err, AUD_E_FORMAT, "no private key: its body does not decode to one");
}

/* Consecutive INTEGERs; gives their contents. All but the first are greater than zero. */
static bool take_integers(aud_der *in, aud_str *out, unsigned num)
{
    aud_tlv tlv;

    for (unsigned i = 0; i < num; i++) {
        if (!aud_der_take(in, AUD_TAG_INTEGER, &tlv) || tlv.content.len == 0 ||
            (i > 0 && (aud_der_magnitude(tlv.content).len == 0 ||
                       (unsigned char)tlv.content.ptr[0] >= 0x80))) {
            return false;
        }
        out[i] = tlv.content;
    }
    return true;
}

static bool enter(aud_str der, aud_der *out)
{
    aud_der in = aud_der_of(der);
    aud_tlv outer;
    const bool ok = aud_der_take(&in, AUD_TAG_SEQUENCE, &outer);

    *out = aud_der_of(outer.content);
    return ok;
}

static bool is_odd(aud_str content)
{
    return (content.ptr[content.len - 1] & 1) != 0;
}

/* --- by our own walk -------------------------------------------------------------------------- */

/* RSAPrivateKey (RFC 8017, A.1.2). */
static bool read_rsa(aud_str der, aud_str *out_modulus, aud_str *out_exponent)
{
    aud_str part[MAX_PARTS];
    aud_tlv others;
    aud_der in;

    if (!enter(der, &in) || !take_integers(&in, part, 9)) {
        return false;
    }
    (void)aud_der_take(&in, AUD_TAG_SEQUENCE, &others); /* of more than two primes */
    *out_modulus = part[1];
    *out_exponent = part[2];
    return aud_der_at_end(&in) && is_odd(part[1]) && is_odd(part[2]) &&
           aud_der_magnitude_bits(part[1]) >= 256 &&
           aud_der_magnitude_bits(part[3]) <= aud_der_magnitude_bits(part[1]);
}

static aud_status pkcs1(aud_str der, aud_arena *arena, aud_key_found *out, aud_error *err)
{
    aud_str modulus, exponent;

    if (!read_rsa(der, &modulus, &exponent)) {
        return no_key(err);
    }
    out->decoded = true;
    return aud_spki_of_rsa(modulus, exponent, arena, &out->spki, err);
}

/* What OpenSSL has always written for "DSA PRIVATE KEY": version, p, q, g, y, x. */
static aud_status dsa(aud_str der, aud_arena *arena, aud_key_found *out, aud_error *err)
{
    static const aud_str oid = AUD_LIT_INIT("\x06\x07\x2a\x86\x48\xce\x38\x04\x01");
    aud_str part[6], tlv[6], parameters, algorithm;
    aud_der in;

    if (!enter(der, &in) || !take_integers(&in, part, 6) || !aud_der_at_end(&in)) {
        return no_key(err);
    }
    for (unsigned i = 1; i < 5; i++) {
        AUD_TRY(aud_der_wrap(AUD_TAG_INTEGER, part[i], none, none, arena, &tlv[i], err));
    }
    AUD_TRY(aud_der_wrap(AUD_TAG_SEQUENCE, tlv[1], tlv[2], tlv[3], arena, &parameters, err));
    AUD_TRY(aud_der_wrap(AUD_TAG_SEQUENCE, oid, parameters, none, arena, &algorithm, err));
    out->decoded = true;
    return aud_spki_of(algorithm, tlv[4], arena, &out->spki, err);
}

typedef struct ec_parts {
    aud_str secret, parameters, point; /* the last two may be empty */
} ec_parts;

/* ECPrivateKey (RFC 5915). */
static bool read_ec(aud_str der, ec_parts *out)
{
    aud_tlv version, secret, tlv, bits;
    unsigned unused = 0;
    int64_t number;
    aud_der in;

    *out = (ec_parts){{NULL, 0}, {NULL, 0}, {NULL, 0}};
    if (!enter(der, &in) || !aud_der_take(&in, AUD_TAG_INTEGER, &version) ||
        !aud_der_int(version.content, &number) || number != 1 ||
        !aud_der_take(&in, AUD_TAG_OCTET_STRING, &secret) || secret.content.len == 0) {
        return false;
    }
    out->secret = secret.content;
    if (aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &tlv)) {
        out->parameters = tlv.content;
    }
    if (aud_der_take(&in, AUD_TAG_CONTEXT_CONS + 1, &tlv) &&
        (!aud_der_only(tlv.content, AUD_TAG_BIT_STRING, &bits) ||
         !aud_der_bits(bits.content, &out->point, &unused) || unused != 0)) {
        return false;
    }
    return aud_der_at_end(&in);
}

/* The point lies in the key, and both have the size of their named curve. */
static bool has_good_point(const ec_parts *ec)
{
    char text[AUD_OID_TEXT];
    const aud_oid_row *curve;
    size_t field;
    aud_tlv oid;

    if (ec->point.len == 0 || !aud_der_only(ec->parameters, AUD_TAG_OID, &oid)) {
        return false;
    }
    curve = aud_curve_row((aud_str){text, aud_der_oid_text(oid.content, text)});
    if (curve == NULL || curve->bits <= 0) {
        return false;
    }
    field = ((size_t)curve->bits + 7) / 8;
    return ec->secret.len <= field + 1 && ec->secret.len + 8 >= field &&
           ((ec->point.ptr[0] == 4 && ec->point.len == 1 + 2 * field) ||
            ((ec->point.ptr[0] == 2 || ec->point.ptr[0] == 3) && ec->point.len == 1 + field));
}

/* --- by OpenSSL ------------------------------------------------------------------------------- */

static aud_status take_pkey(EVP_PKEY *pkey, aud_arena *arena, aud_key_found *out, aud_error *err)
{
    unsigned char *spki = NULL;
    aud_status st = AUD_OK;
    int len;

    out->decoded = true;
    len = i2d_PUBKEY(pkey, &spki);
    if (len > 0) {
        st = aud_arena_dup(arena, (aud_str){(const char *)spki, (size_t)len}, &out->spki, err);
    }
    OPENSSL_free(spki);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return st;
}

/* Not decoded where OpenSSL knows no such key. */
static aud_status derive(aud_str der, aud_arena *arena, aud_key_found *out, aud_error *err)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    EVP_PKEY *pkey = der.len > MAX_DERIVED ? NULL : d2i_AutoPrivateKey(NULL, &at, (long)der.len);

    ERR_clear_error();
    return pkey == NULL ? AUD_OK : take_pkey(pkey, arena, out, err);
}

static aud_status derive_raw(int nid, aud_str secret, aud_arena *arena, aud_key_found *out,
                             aud_error *err)
{
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_private_key(nid, NULL, (const unsigned char *)secret.ptr, secret.len);

    ERR_clear_error();
    return pkey == NULL ? no_key(err) : take_pkey(pkey, arena, out, err);
}

/* --- the forms -------------------------------------------------------------------------------- */

static aud_status finish_ec(const ec_parts *ec, aud_str whole, aud_arena *arena, aud_key_found *out,
                            aud_error *err)
{
    static const aud_str oid = AUD_LIT_INIT("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01");
    aud_str algorithm;

    if (has_good_point(ec)) {
        AUD_TRY(aud_der_wrap(AUD_TAG_SEQUENCE, oid, ec->parameters, none, arena, &algorithm, err));
        out->decoded = true;
        return aud_spki_of(algorithm, ec->point, arena, &out->spki, err);
    }
    if (ec->parameters.len == 0) {
        /* its curve stands in EC PARAMETERS beside it, or nowhere */
        out->decoded = ec->secret.len >= 14 && ec->secret.len <= 72;
        return out->decoded ? AUD_OK : no_key(err);
    }
    AUD_TRY(derive(whole, arena, out, err));
    return out->decoded ? AUD_OK : no_key(err);
}

static aud_status sec1(aud_str der, aud_arena *arena, aud_key_found *out, aud_error *err)
{
    ec_parts ec;

    return read_ec(der, &ec) ? finish_ec(&ec, der, arena, out, err) : no_key(err);
}

typedef struct pkcs8_parts {
    aud_str oid, parameters, algorithm; /* parameters and algorithm as whole TLVs */
    aud_str key;
    aud_str bits; /* the public key of version 2, or empty */
} pkcs8_parts;

static bool read_pkcs8(aud_str der, pkcs8_parts *out)
{
    aud_tlv version, algorithm, key, tlv;
    unsigned unused = 0;
    aud_der in;

    *out = (pkcs8_parts){.key = none};
    if (!enter(der, &in) || !aud_der_take(&in, AUD_TAG_INTEGER, &version) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&in, AUD_TAG_OCTET_STRING, &key) ||
        !aud_algorithm_parts(algorithm.whole, &out->oid, &out->parameters)) {
        return false;
    }
    out->algorithm = algorithm.whole;
    out->key = key.content;
    (void)aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &tlv); /* attributes */
    if (aud_der_take(&in, AUD_TAG_CONTEXT + 1, &tlv) &&
        !aud_der_bits(tlv.content, &out->bits, &unused)) {
        return false;
    }
    return aud_der_at_end(&in);
}

/* Algorithms whose secret is a bare string, and how OpenSSL calls them. */
static int raw_nid(aud_str oid)
{
    if (oid.len != 3 || memcmp(oid.ptr, "\x2b\x65", 2) != 0) {
        return NID_undef;
    }
    switch (oid.ptr[2]) {
    case 0x6e:
        return NID_X25519;
    case 0x6f:
        return NID_X448;
    case 0x70:
        return NID_ED25519;
    case 0x71:
        return NID_ED448;
    default:
        return NID_undef;
    }
}

static aud_status pkcs8_rsa(const pkcs8_parts *p, bool pss, aud_arena *arena, aud_key_found *out,
                            aud_error *err)
{
    aud_str modulus, exponent, n, e, bits;

    if (!pss) {
        return pkcs1(p->key, arena, out, err);
    }
    if (!read_rsa(p->key, &modulus, &exponent)) {
        return no_key(err);
    }
    out->decoded = true;
    AUD_TRY(aud_der_wrap(AUD_TAG_INTEGER, modulus, none, none, arena, &n, err));
    AUD_TRY(aud_der_wrap(AUD_TAG_INTEGER, exponent, none, none, arena, &e, err));
    AUD_TRY(aud_der_wrap(AUD_TAG_SEQUENCE, n, e, none, arena, &bits, err));
    return aud_spki_of(p->algorithm, bits, arena, &out->spki, err);
}

/* Of an algorithm that only newer OpenSSLs know: well formed is all there is to say. */
static aud_status pkcs8_other(const pkcs8_parts *p, aud_str whole, aud_arena *arena,
                              aud_key_found *out, aud_error *err)
{
    enum { SMALLEST = 16 };

    AUD_TRY(derive(whole, arena, out, err));
    if (out->decoded) {
        return AUD_OK;
    }
    /* one that it does know, and yet cannot decode, is none */
    char text[AUD_OID_TEXT + 1];
    const size_t len = aud_der_oid_text(p->oid, text);
    text[len] = '\0';
    const int nid = len == 0 ? NID_undef : OBJ_txt2nid(text);
    const bool known = nid == NID_dsa || nid == NID_X9_62_id_ecPublicKey ||
                       nid == NID_dhKeyAgreement || nid == NID_dhpublicnumber;
    if (p->key.len < SMALLEST || len == 0 || (known && whole.len <= MAX_DERIVED)) {
        return no_key(err);
    }
    out->decoded = true;
    return p->bits.len == 0 ? AUD_OK : aud_spki_of(p->algorithm, p->bits, arena, &out->spki, err);
}

static aud_status pkcs8(aud_str der, aud_arena *arena, aud_key_found *out, aud_error *err)
{
    pkcs8_parts p;
    aud_tlv secret;
    ec_parts ec;

    if (!read_pkcs8(der, &p)) {
        return no_key(err);
    }
    if (aud_str_eq(p.oid, AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"))) {
        return pkcs8_rsa(&p, false, arena, out, err);
    }
    if (aud_str_eq(p.oid, AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"))) {
        return pkcs8_rsa(&p, true, arena, out, err);
    }
    if (aud_str_eq(p.oid, AUD_LIT("\x2a\x86\x48\xce\x3d\x02\x01"))) {
        if (!read_ec(p.key, &ec)) {
            return no_key(err);
        }
        ec.parameters = p.parameters;
        return finish_ec(&ec, der, arena, out, err);
    }
    if (raw_nid(p.oid) != NID_undef) {
        return aud_der_only(p.key, AUD_TAG_OCTET_STRING, &secret)
                   ? derive_raw(raw_nid(p.oid), secret.content, arena, out, err)
                   : no_key(err);
    }
    return pkcs8_other(&p, der, arena, out, err);
}

static bool is_pkcs8(aud_str plain)
{
    pkcs8_parts p;

    return read_pkcs8(plain, &p);
}

/* EncryptedPrivateKeyInfo: its public half can be had where a password fits. */
static aud_status pkcs8_encrypted(aud_emitter *e, aud_str der, aud_key_found *out, aud_error *err)
{
    aud_tlv algorithm, sealed;
    aud_opened opened;
    aud_str plain;
    size_t hint = 0;
    aud_der in;

    if (!enter(der, &in) || !aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&in, AUD_TAG_OCTET_STRING, &sealed) || !aud_der_at_end(&in) ||
        sealed.content.len < 8) {
        return no_key(err);
    }
    out->encrypted = true;
    AUD_TRY(
        aud_pbe_open(e, algorithm.whole, sealed.content, is_pkcs8, &hint, &opened, &plain, err));
    if (opened != AUD_OPENED) {
        return AUD_OK;
    }
    const aud_status st = pkcs8(plain, &e->arena, out, NULL);
    aud_plain_free(plain);
    return st == AUD_E_FORMAT ? AUD_OK : st;
}

aud_status aud_key_read(aud_emitter *e, aud_der_kind kind, aud_str der, aud_key_found *out,
                        aud_error *err)
{
    aud_der in = aud_der_of(der);
    aud_tlv outer;

    *out = (aud_key_found){.format = "pkcs8"};
    if (kind == AUD_DER_OPENSSH) {
        out->format = "openssh";
        return aud_openssh_read(der, &e->arena, out, err);
    }
    const bool whole = aud_der_take(&in, AUD_TAG_SEQUENCE, &outer);
    switch (kind) {
    case AUD_DER_PKCS1:
        out->format = "pkcs1";
        return whole ? pkcs1(outer.whole, &e->arena, out, err) : no_key(err);
    case AUD_DER_SEC1:
        out->format = "sec1";
        return whole ? sec1(outer.whole, &e->arena, out, err) : no_key(err);
    case AUD_DER_DSA:
        out->format = "dsa";
        return whole ? dsa(outer.whole, &e->arena, out, err) : no_key(err);
    case AUD_DER_PKCS8_ENCRYPTED:
        return whole ? pkcs8_encrypted(e, outer.whole, out, err) : no_key(err);
    case AUD_DER_PKCS8:
        return whole ? pkcs8(outer.whole, &e->arena, out, err) : no_key(err);
    case AUD_DER_OPENSSH:
    case AUD_DER_NONE:
    case AUD_DER_CERTIFICATE:
    case AUD_DER_REQUEST:
    case AUD_DER_CRL:
    case AUD_DER_SPKI:
    case AUD_DER_RSA_PUBLIC:
    case AUD_DER_PKCS7:
    case AUD_DER_PKCS7_CLOSED:
    case AUD_DER_PKCS12:
    case AUD_DER_JKS:
    case AUD_DER_JCEKS:
        break;
    }
    return no_key(err);
}

aud_status aud_key_emit(aud_emitter *e, const aud_key_found *key, aud_str alias, aud_error *err)
{
    aud_pki_item item = {.kind = AUD_ITEM_PRIVATE_KEY,
                         .alias = alias,
                         .format = key->format,
                         .encrypted = key->encrypted,
                         .decoded = key->decoded,
                         .spki = key->spki};

    return aud_emit(e, &item, err);
}

/* --- the encryption of PEM itself (RFC 1421) -------------------------------------------------- */

static int give_password(char *buf, int size, int writing, void *given)
{
    const aud_str *password = given;

    AUD_UNUSED(writing);
    if (size < 0 || password->len > (size_t)size) {
        return -1;
    }
    memcpy(buf, password->ptr, password->len);
    return (int)password->len;
}

/* One password: false if it does not fit. */
static aud_status try_pem(aud_emitter *e, aud_str headers, aud_str password, aud_str bytes,
                          aud_key_found *out, bool *out_fits, aud_error *err)
{
    EVP_CIPHER_INFO cipher;
    aud_key_found plain = {.format = out->format};
    aud_str text, copy;
    long len = (long)bytes.len;
    aud_status st = AUD_E_FORMAT;
    union {
        const char *from;
        char *text;
        unsigned char *bytes;
    } header, body;

    AUD_TRY(aud_arena_dup(&e->arena, headers, &text, err));
    AUD_TRY(aud_arena_dup(&e->arena, bytes, &copy, err));
    header.from = text.ptr;
    body.from = copy.ptr;
    if (PEM_get_EVP_CIPHER_INFO(header.text, &cipher) == 1 &&
        PEM_do_header(&cipher, body.bytes, &len, give_password, &password) == 1 && len > 0) {
        const aud_str der = {copy.ptr, (size_t)len};
        const aud_der_kind kind = aud_der_kind_of(der);

        st = kind == AUD_DER_PKCS1 || kind == AUD_DER_SEC1 || kind == AUD_DER_DSA
                 ? aud_key_read(e, kind, der, &plain, NULL)
                 : AUD_E_FORMAT;
    }
    OPENSSL_cleanse(body.bytes, bytes.len);
    ERR_clear_error();
    *out_fits = st == AUD_OK;
    if (*out_fits) {
        *out = plain;
        out->encrypted = true;
    }
    return st == AUD_E_FORMAT ? AUD_OK : st;
}

aud_status aud_key_read_pem(aud_emitter *e, const char *format, aud_str headers, aud_str bytes,
                            aud_key_found *out, aud_error *err)
{
    enum { MAX_HEADERS = 1024, MAX_TRIED = 1 << 16 };
    bool fits = false;

    *out = (aud_key_found){.format = format, .encrypted = true};
    if (headers.len > MAX_HEADERS || bytes.len > MAX_TRIED) {
        return AUD_OK;
    }
    for (size_t i = 0; i < e->passwords.len && !fits; i++) {
        const aud_str password = e->passwords.items[i];

        AUD_TRY(try_pem(e, headers, password.len == 0 ? AUD_LIT("") : password, bytes, out, &fits,
                        err));
    }
    return AUD_OK;
}
