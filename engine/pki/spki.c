/* engine/pki/spki.c - a SubjectPublicKeyInfo made of the parts that other forms hold. */
#include "engine/pki/container_parts.h"

static size_t put_header(uint8_t tag, size_t len, unsigned char out[10])
{
    size_t at = 0, num_bytes = 0;

    out[at++] = tag;
    if (len < 0x80) {
        out[at++] = (unsigned char)len;
        return at;
    }
    for (size_t rest = len; rest > 0; rest >>= 8) {
        num_bytes++;
    }
    out[at++] = (unsigned char)(0x80 | num_bytes);
    while (num_bytes > 0) {
        out[at++] = (unsigned char)(len >> 8 * --num_bytes);
    }
    return at;
}

aud_status aud_der_wrap(uint8_t tag, aud_str a, aud_str b, aud_str c, aud_arena *arena,
                        aud_str *out, aud_error *err)
{
    const aud_str parts[] = {a, b, c};
    unsigned char header[10];
    const size_t header_len = put_header(tag, a.len + b.len + c.len, header);
    char *to = aud_arena_take(arena, header_len + a.len + b.len + c.len, 1);

    if (to == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memcpy(to, header, header_len);
    *out = (aud_str){to, header_len};
    for (size_t i = 0; i < AUD_COUNT(parts); i++) {
        if (parts[i].len > 0) {
            memcpy(to + out->len, parts[i].ptr, parts[i].len);
            out->len += parts[i].len;
        }
    }
    return AUD_OK;
}

static const aud_str none = {NULL, 0};

aud_status aud_spki_of(aud_str algorithm, aud_str bits, aud_arena *arena, aud_str *out,
                       aud_error *err)
{
    aud_str string;

    AUD_TRY(aud_der_wrap(AUD_TAG_BIT_STRING, (aud_str){"\0", 1}, bits, none, arena, &string, err));
    return aud_der_wrap(AUD_TAG_SEQUENCE, algorithm, string, none, arena, out, err);
}

aud_status aud_spki_of_rsa(aud_str modulus, aud_str exponent, aud_arena *arena, aud_str *out,
                           aud_error *err)
{
    static const aud_str rsa =
        AUD_LIT_INIT("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00");
    aud_str n, e, key;

    AUD_TRY(aud_der_wrap(AUD_TAG_INTEGER, modulus, none, none, arena, &n, err));
    AUD_TRY(aud_der_wrap(AUD_TAG_INTEGER, exponent, none, none, arena, &e, err));
    AUD_TRY(aud_der_wrap(AUD_TAG_SEQUENCE, n, e, none, arena, &key, err));
    return aud_spki_of(rsa, key, arena, out, err);
}
