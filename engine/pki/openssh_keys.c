/* engine/pki/openssh_keys.c - OpenSSH's own private keys (its PROTOCOL.key): the public half is
 * always in the clear. */
#include "engine/pki/container_parts.h"

static bool take_u32(aud_str *rest, uint32_t *out)
{
    if (rest->len < 4) {
        return false;
    }
    *out = 0;
    for (unsigned i = 0; i < 4; i++) {
        *out = *out << 8 | (unsigned char)rest->ptr[i];
    }
    *rest = aud_str_sub(*rest, 4, SIZE_MAX);
    return true;
}

static bool take_string(aud_str *rest, aud_str *out)
{
    uint32_t len;

    if (!take_u32(rest, &len) || len > rest->len) {
        return false;
    }
    *out = aud_str_sub(*rest, 0, len);
    *rest = aud_str_sub(*rest, len, SIZE_MAX);
    return true;
}

/* AlgorithmIdentifiers of the curves, by the name that OpenSSH gives them. */
static const struct {
    aud_str name, algorithm;
    size_t point_len;
} curves[] = {
    {AUD_LIT_INIT("nistp256"),
     AUD_LIT_INIT("\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01"
                  "\x07"),
     65},
    {AUD_LIT_INIT("nistp384"),
     AUD_LIT_INIT("\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22"), 97},
    {AUD_LIT_INIT("nistp521"),
     AUD_LIT_INIT("\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23"), 133},
};

/* The public half as a SubjectPublicKeyInfo; empty for kinds that X.509 does not know. */
static aud_status public_half(aud_str blob, aud_arena *arena, aud_str *out, aud_error *err)
{
    static const aud_str ed25519 = AUD_LIT_INIT("\x30\x05\x06\x03\x2b\x65\x70");
    aud_str type, a, b;

    if (!take_string(&blob, &type)) {
        return AUD_OK;
    }
    if (aud_str_eq(type, AUD_LIT("ssh-rsa"))) {
        return take_string(&blob, &a) && take_string(&blob, &b) && a.len > 0 && b.len > 0
                   ? aud_spki_of_rsa(b, a, arena, out, err) /* the exponent comes first */
                   : AUD_OK;
    }
    if (aud_str_eq(type, AUD_LIT("ssh-ed25519"))) {
        return take_string(&blob, &a) && a.len == 32 ? aud_spki_of(ed25519, a, arena, out, err)
                                                     : AUD_OK;
    }
    if (aud_str_starts(type, AUD_LIT("ecdsa-sha2-")) && take_string(&blob, &a) &&
        take_string(&blob, &b)) {
        for (size_t i = 0; i < AUD_COUNT(curves); i++) {
            if (aud_str_eq(a, curves[i].name) && b.len == curves[i].point_len) {
                return aud_spki_of(curves[i].algorithm, b, arena, out, err);
            }
        }
    }
    return AUD_OK;
}

aud_status aud_openssh_read(aud_str blob, aud_arena *arena, aud_key_found *out, aud_error *err)
{
    aud_str rest = aud_str_sub(blob, 15, SIZE_MAX); /* behind "openssh-key-v1" and its NUL */
    aud_str cipher, kdf, options, pub, secret;
    uint32_t num, check, again;

    if (!take_string(&rest, &cipher) || !take_string(&rest, &kdf) ||
        !take_string(&rest, &options) || !take_u32(&rest, &num) || num != 1 ||
        !take_string(&rest, &pub) || !take_string(&rest, &secret) || secret.len == 0) {
        return aud_fail(err, AUD_E_FORMAT, "no private key: its parts cannot be delimited");
    }
    out->encrypted = !aud_str_eq(cipher, AUD_LIT("none"));
    if (!out->encrypted) {
        /* the same number twice tells a right password from a wrong one, and a key from garbage */
        if (!take_u32(&secret, &check) || !take_u32(&secret, &again) || check != again ||
            !take_string(&secret, &kdf)) {
            return aud_fail(err, AUD_E_FORMAT, "no private key: its body does not decode to one");
        }
        out->decoded = true;
    }
    return public_half(pub, arena, &out->spki, err);
}
