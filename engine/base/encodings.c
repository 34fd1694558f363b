/* engine/base/encodings.c - UTF-8, hexadecimal, base64 and numbers. */
#include "engine/base/text.h"

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0u) == 0x80u;
}

int32_t aud_utf8_next(aud_str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    size_t left = s.len - *at;
    int32_t code;

    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] >= 0xc2 && p[0] <= 0xdf && left >= 2 && is_continuation(p[1])) {
        *at += 2;
        return (int32_t)((p[0] & 0x1fu) << 6 | (p[1] & 0x3fu));
    }
    if ((p[0] & 0xf0u) == 0xe0u && left >= 3 && is_continuation(p[1]) && is_continuation(p[2])) {
        code = (int32_t)((p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu));
        if (code >= 0x800 && !(code >= 0xd800 && code <= 0xdfff)) {
            *at += 3;
            return code;
        }
    }
    if (p[0] >= 0xf0 && p[0] <= 0xf4 && left >= 4 && is_continuation(p[1]) &&
        is_continuation(p[2]) && is_continuation(p[3])) {
        code = (int32_t)((p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
                         (p[3] & 0x3fu));
        if (code >= 0x10000 && code <= 0x10ffff) {
            *at += 4;
            return code;
        }
    }
    *at += 1;
    return -1;
}

bool aud_utf8_valid(aud_str s)
{
    for (size_t at = 0; at < s.len;) {
        if ((unsigned char)s.ptr[at] < 0x80) {
            at++;
        } else if (aud_utf8_next(s, &at) < 0) {
            return false;
        }
    }
    return true;
}

size_t aud_utf8_put(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0u | code_point >> 6);
        out[1] = (char)(0x80u | (code_point & 0x3fu));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0u | code_point >> 12);
        out[1] = (char)(0x80u | (code_point >> 6 & 0x3fu));
        out[2] = (char)(0x80u | (code_point & 0x3fu));
        return 3;
    }
    out[0] = (char)(0xf0u | (code_point >> 18 & 0x07u));
    out[1] = (char)(0x80u | (code_point >> 12 & 0x3fu));
    out[2] = (char)(0x80u | (code_point >> 6 & 0x3fu));
    out[3] = (char)(0x80u | (code_point & 0x3fu));
    return 4;
}

bool aud_utf8_is_unsafe(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},       {0x7f, 0x9f},     {0xad, 0xad},       {0x34f, 0x34f},
        {0x61c, 0x61c},     {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},
        {0x200b, 0x200f},   {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},
        {0xd800, 0xdfff},   {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
        {0xffa0, 0xffa0},   {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
        {0xe0000, 0xe0fff},
    };

    if (c >= 0x20 && c < 0x7f) {
        return false;
    }
    if ((c & 0xfffeu) == 0xfffeu || c > 0x10ffff) {
        return true; /* the last two of every plane are no characters */
    }
    for (size_t i = 0; i < AUD_COUNT(ranges) && ranges[i].first <= c; i++) {
        if (c <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

void aud_hex_encode(aud_str bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];

        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 0x0f];
    }
}

aud_status aud_hex_dup(aud_arena *arena, aud_str bytes, aud_str *out, aud_error *err)
{
    char *text;

    if (bytes.len > SIZE_MAX / 2 - 1) {
        return aud_fail(err, AUD_E_LIMIT, "too many bytes for hexadecimal text");
    }
    text = aud_arena_take(arena, 2 * bytes.len + 1, 1);
    if (text == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_hex_encode(bytes, text);
    text[2 * bytes.len] = '\0';
    *out = (aud_str){text, 2 * bytes.len};
    return AUD_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool aud_hex_decode(aud_str text, unsigned char *out, size_t out_max, size_t *out_len)
{
    size_t len = 0;
    int high = -1;

    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_digit(text.ptr[i]);

        if (digit < 0) {
            if (high < 0 && (text.ptr[i] == ':' || text.ptr[i] == ' ')) {
                continue;
            }
            return false;
        }
        if (high < 0) {
            high = digit;
            continue;
        }
        if (len == out_max) {
            return false;
        }
        out[len++] = (unsigned char)(high << 4 | digit);
        high = -1;
    }
    *out_len = len;
    return high < 0;
}

/* Of the 256 bytes: 0-63 a digit, SKIP a blank or line end, PAD '=', BAD anything else. */
enum { SKIP = 0x40, PAD = 0x41, BAD = 0x42 };
#define X4 BAD, BAD, BAD, BAD
#define X16 X4, X4, X4, X4
static const unsigned char base64_of[256] = {
    BAD,  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, SKIP, SKIP, BAD, BAD, SKIP, BAD, BAD, /* 00 */
    X16,                                                                                /* 10 */
    SKIP, BAD, BAD, BAD, X4,  BAD, BAD, BAD, 62,  BAD,  BAD,  BAD, 63,                  /* 20 */
    52,   53,  54,  55,  56,  57,  58,  59,  60,  61,   BAD,  BAD, BAD, PAD,  BAD, BAD, /* 30 */
    BAD,  0,   1,   2,   3,   4,   5,   6,   7,   8,    9,    10,  11,  12,   13,  14,  /* 40 */
    15,   16,  17,  18,  19,  20,  21,  22,  23,  24,   25,   BAD, BAD, BAD,  BAD, BAD, /* 50 */
    BAD,  26,  27,  28,  29,  30,  31,  32,  33,  34,   35,   36,  37,  38,   39,  40,  /* 60 */
    41,   42,  43,  44,  45,  46,  47,  48,  49,  50,   51,   BAD, BAD, BAD,  BAD, BAD, /* 70 */
    X16,  X16, X16, X16, X16, X16, X16, X16,                                            /* 80-f0 */
};

bool aud_base64_decode(aud_str text, unsigned char *out, size_t *out_len)
{
    const unsigned char *p = (const unsigned char *)(text.len == 0 ? "" : text.ptr);
    const unsigned char *end = p + text.len;
    unsigned char *to = out;
    uint32_t bits = 0;
    unsigned num = 0, pads = 0;

    while (p < end) {
        unsigned char value;

        /* Four digits at a time: the whole of nearly every line. */
        while (num == 0 && end - p >= 4) {
            uint32_t a = base64_of[p[0]], b = base64_of[p[1]];
            uint32_t c = base64_of[p[2]], d = base64_of[p[3]];

            if ((a | b | c | d) >= SKIP) {
                break;
            }
            bits = a << 18 | b << 12 | c << 6 | d;
            to[0] = (unsigned char)(bits >> 16);
            to[1] = (unsigned char)(bits >> 8);
            to[2] = (unsigned char)bits;
            to += 3;
            p += 4;
        }
        if (p == end) {
            break;
        }
        value = base64_of[*p++];
        if (value == SKIP) {
            continue;
        }
        if (value == PAD) {
            if (num + pads < 2 || num + ++pads > 4) {
                return false;
            }
            continue;
        }
        if (value == BAD || pads > 0) {
            return false;
        }
        bits = bits << 6 | value;
        if (++num == 4) {
            *to++ = (unsigned char)(bits >> 16);
            *to++ = (unsigned char)(bits >> 8);
            *to++ = (unsigned char)bits;
            num = 0;
        }
    }
    if (num == 1 || (pads > 0 && num + pads != 4)) {
        return false;
    }
    if (num >= 2) {
        bits <<= 6 * (4 - num);
        *to++ = (unsigned char)(bits >> 16);
        if (num == 3) {
            *to++ = (unsigned char)(bits >> 8);
        }
    }
    *out_len = (size_t)(to - out);
    return true;
}

bool aud_parse_u64(aud_str text, uint64_t *out)
{
    uint64_t number = 0;

    if (text.len == 0) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.ptr[i] - '0';

        if (digit > 9 || number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}
