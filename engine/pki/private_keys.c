/* engine/pki/private_keys.c - that a key is there, of what kind, and its public half. */
#include "engine/pki/container_parts.h"

#include "engine/pki/pki_internal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

void aud_wipe(void *bytes, size_t len)
{
    OPENSSL_cleanse(bytes, len);
}

void aud_key_spki_free(unsigned char *owned)
{
    OPENSSL_free(owned);
}

static int nid_of(aud_str oid)
{
    char text[AUD_OID_TEXT + 1];
    size_t len = aud_der_oid_text(oid, text);

    text[len] = '\0';
    return len == 0 ? NID_undef : OBJ_txt2nid(text);
}

/* PrivateKeyInfo of an algorithm that this OpenSSL does not know: well formed is all we can say. */
static bool is_unknown_pkcs8(aud_str der)
{
    aud_tlv outer, version, algorithm, key;
    aud_str oid, parameters;
    aud_der in;

    if (!aud_der_only(der, AUD_TAG_SEQUENCE, &outer)) {
        return false;
    }
    in = aud_der_of(outer.content);
    return aud_der_take(&in, AUD_TAG_INTEGER, &version) &&
           aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) &&
           aud_der_take(&in, AUD_TAG_OCTET_STRING, &key) && key.content.len >= 16 &&
           aud_algorithm_parts(algorithm.whole, &oid, &parameters) && nid_of(oid) == NID_undef;
}

void aud_key_spki(aud_str der, aud_pki_item *item, unsigned char **out_owned)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    EVP_PKEY *pkey = NULL;
    int len;

    *out_owned = NULL;
    if (der.len > 0 && der.len < 1 << 20) {
        pkey = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
    }
    ERR_clear_error();
    if (pkey == NULL) {
        item->decoded = is_unknown_pkcs8(der);
        return;
    }
    item->decoded = true;
    len = i2d_PUBKEY(pkey, out_owned);
    if (len > 0) {
        item->spki = (aud_str){(const char *)*out_owned, (size_t)len};
    }
    EVP_PKEY_free(pkey);
    ERR_clear_error();
}

/* EncryptedPrivateKeyInfo: SEQUENCE { AlgorithmIdentifier, OCTET STRING }. */
static bool is_encrypted_pkcs8(aud_str der)
{
    aud_tlv outer, algorithm, data;
    aud_der in;

    if (!aud_der_only(der, AUD_TAG_SEQUENCE, &outer)) {
        return false;
    }
    in = aud_der_of(outer.content);
    return aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) &&
           aud_der_take(&in, AUD_TAG_OCTET_STRING, &data) && data.content.len > 0 &&
           aud_der_at_end(&in);
}

/* "openssh-key-v1\0", then the cipher's name: "none" is an open key. */
static aud_status openssh(aud_unpack *u, aud_str bytes, aud_error *err)
{
    const aud_str magic = {"openssh-key-v1", 15};
    aud_pki_item item = {.kind = AUD_ITEM_PRIVATE_KEY, .format = "openssh"};
    aud_str rest = aud_str_sub(bytes, magic.len, SIZE_MAX);

    if (!aud_str_starts(bytes, magic) || rest.len < 8 || memcmp(rest.ptr, "\0\0\0", 3) != 0 ||
        (size_t)(unsigned char)rest.ptr[3] > rest.len - 4) {
        return aud_unpack_broken(u, "openssh", "its body is no key", err);
    }
    item.encrypted = !aud_str_eq(aud_str_sub(rest, 4, (unsigned char)rest.ptr[3]), AUD_LIT("none"));
    item.decoded = !item.encrypted;
    return aud_unpack_item(u, &item, err);
}

aud_status aud_unpack_key(aud_unpack *u, aud_str der, const char *format, aud_error *err)
{
    aud_pki_item item = {.kind = AUD_ITEM_PRIVATE_KEY, .format = format};
    unsigned char *owned = NULL;
    aud_status st;

    if (strcmp(format, "openssh") == 0) {
        return openssh(u, der, err);
    }
    if (is_encrypted_pkcs8(der)) {
        item.encrypted = true;
        item.format = "pkcs8";
        return aud_unpack_item(u, &item, err);
    }
    aud_key_spki(der, &item, &owned);
    st = item.decoded ? aud_unpack_item(u, &item, err)
                      : aud_unpack_broken(u, format, "its body is no key", err);
    aud_key_spki_free(owned);
    return st;
}
