/* engine/ingest/snapshot_values.c - numbers, dates and digests as the systems write them. */
#include "engine/ingest/snapshot_values.h"

#include <stdio.h>

#include "engine/base/text.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool aud_snap_whole(aud_str text, int64_t *out)
{
    const int64_t most = INT64_MAX / 20;
    const bool minus = text.len > 0 && text.ptr[0] == '-';
    int64_t number = 0, exponent = 0;
    int scale = 0;
    bool digits = false, point = false;
    size_t at = minus || (text.len > 0 && text.ptr[0] == '+') ? 1 : 0;

    for (; at < text.len && (is_digit(text.ptr[at]) || text.ptr[at] == '.'); at++) {
        if (text.ptr[at] == '.') {
            if (point) {
                return false;
            }
            point = true;
            continue;
        }
        digits = true;
        if (number <= most) {
            number = number * 10 + (text.ptr[at] - '0');
            scale -= point;
        } else if (!point) {
            scale++;
        }
    }
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
        const bool down = ++at < text.len && text.ptr[at] == '-';
        at += at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+');
        for (; at < text.len && is_digit(text.ptr[at]) && exponent < 1000; at++) {
            exponent = exponent * 10 + (text.ptr[at] - '0');
        }
        exponent = down ? -exponent : exponent;
    }
    if (!digits || at != text.len) {
        return false;
    }
    for (exponent += scale; exponent < 0 && number != 0; exponent++) {
        number /= 10;
    }
    for (; exponent > 0 && number != 0; exponent--) {
        if (number > most) {
            return false;
        }
        number *= 10;
    }
    *out = minus ? -number : number;
    return true;
}

aud_str aud_snap_date(aud_str text, bool millis, char out[AUD_INSTANT_TEXT])
{
    int64_t seconds = 0;

    if (aud_str_starts(text, AUD_LIT("0001-01-01")) || aud_str_ieq(text, AUD_LIT("EMPTY"))) {
        return (aud_str){NULL, 0};
    }
    if (!aud_snap_whole(text, &seconds)) {
        return text;
    }
    seconds = millis ? seconds / 1000 : seconds;
    return seconds <= 0 ? (aud_str){NULL, 0} : (aud_str){out, aud_instant_format(seconds, out)};
}

aud_str aud_snap_openssl_date(aud_str text, char out[AUD_INSTANT_TEXT])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char copy[40], name[4] = "";
    int day = 0, hour = 0, minute = 0, second = 0, year = 0, used = 0;

    if (text.len >= sizeof(copy)) {
        return text;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    /* NOLINTNEXTLINE(cert-err34-c): four digits at most, and all are counted */
    if (sscanf(copy, "%3[A-Za-z] %2d %2d:%2d:%2d %4d%n", name, &day, &hour, &minute, &second, &year,
               &used) != 6) {
        return text;
    }
    const char *month = strlen(name) == 3 ? strstr(months, name) : NULL;
    const aud_str zone = aud_str_trim(aud_str_sub(text, (size_t)used, text.len));
    if (!month || (month - months) % 3 != 0 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
        second > 60 || year < 1950 ||
        !(zone.len == 0 || aud_str_eq(zone, AUD_LIT("GMT")) || aud_str_eq(zone, AUD_LIT("UTC")))) {
        return text;
    }
    const int64_t at = aud_instant_of(year, (int)(month - months) / 3 + 1, day, hour, minute,
                                      second > 59 ? 59 : second);
    return (aud_str){out, aud_instant_format(at, out)};
}

bool aud_snap_decimal_hex(aud_str text, char out[AUD_SNAP_HEX], aud_str *out_hex)
{
    unsigned char bytes[AUD_SNAP_HEX / 2] = {0}; /* the least first */
    size_t len = 1, digits = 0;

    if (text.len == 0 || text.len > 100) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned carry = (unsigned)(text.ptr[i] - '0');
        if (!is_digit(text.ptr[i])) {
            return false;
        }
        for (size_t k = 0; k < len; k++) {
            carry += 10U * bytes[k];
            bytes[k] = (unsigned char)(carry & 0xff);
            carry >>= 8;
        }
        if (carry > 0) { /* 100 digits are 42 bytes */
            bytes[len++] = (unsigned char)carry;
        }
    }
    for (size_t k = len; k-- > 0;) {
        out[digits++] = "0123456789abcdef"[bytes[k] >> 4];
        out[digits++] = "0123456789abcdef"[bytes[k] & 15];
    }
    *out_hex = (aud_str){out, digits};
    return true;
}

bool aud_snap_base64_hex(aud_str text, char out[129], aud_str *out_hex)
{
    char plain[96];
    unsigned char bytes[72];
    size_t len = 0, num_bytes = 0;

    while (text.len > 0 && text.ptr[text.len - 1] == '=') {
        text.len--;
    }
    if (text.len == 0 || text.len > 86) {
        return false;
    }
    for (; len < text.len; len++) {
        const char c = text.ptr[len];
        plain[len] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
    }
    while (len % 4 != 0) {
        plain[len++] = '=';
    }
    if (!aud_base64_decode((aud_str){plain, len}, bytes, &num_bytes) || num_bytes > 64) {
        return false;
    }
    aud_hex_encode((aud_str){(const char *)bytes, num_bytes}, out);
    *out_hex = (aud_str){out, 2 * num_bytes};
    return true;
}
