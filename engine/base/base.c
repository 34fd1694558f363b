/* engine/base/base.c - status, error, string view. */
#include "engine/base/base.h"

#include <stdarg.h>
#include <stdio.h>

#ifdef __clang_analyzer__
#undef aud_fail
#endif

aud_status aud_fail(aud_error *err, aud_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list args;

        err->status = status;
        err->line = 0;
        err->path[0] = '\0';
        va_start(args, format);
        (void)vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return status;
}

void aud_error_place(aud_error *err, aud_str path, uint32_t line)
{
    if (err == NULL || err->path[0] != '\0') {
        return;
    }
    (void)snprintf(err->path, sizeof err->path, "%.*s", AUD_ARG(path));
    err->line = line;
}

const char *aud_status_name(aud_status status)
{
    switch (status) {
    case AUD_OK:
        return "ok";
    case AUD_END:
        return "end";
    case AUD_E_NOMEM:
        return "out of memory";
    case AUD_E_FORMAT:
        return "bad format";
    case AUD_E_LIMIT:
        return "over a limit";
    case AUD_E_IO:
        return "i/o error";
    case AUD_E_NOT_FOUND:
        return "not found";
    case AUD_E_DENIED:
        return "denied";
    case AUD_E_USAGE:
        return "usage";
    case AUD_E_UNSUPPORTED:
        return "unsupported";
    case AUD_E_PASSWORD:
        return "password needed";
    case AUD_E_POLICY:
        return "policy error";
    case AUD_E_CANCELLED:
        return "cancelled";
    }
    return "unknown";
}

aud_str aud_str_of(const char *text)
{
    return text == NULL ? (aud_str){NULL, 0} : (aud_str){text, strlen(text)};
}

bool aud_str_eq(aud_str a, aud_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool aud_str_ieq(aud_str a, aud_str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (fold(a.ptr[i]) != fold(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

int aud_str_cmp(aud_str a, aud_str b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    int order = least == 0 ? 0 : memcmp(a.ptr, b.ptr, least);

    if (order != 0) {
        return order;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

bool aud_str_starts(aud_str s, aud_str prefix)
{
    return s.len >= prefix.len && aud_str_eq((aud_str){s.ptr, prefix.len}, prefix);
}

bool aud_str_ends(aud_str s, aud_str suffix)
{
    return s.len >= suffix.len &&
           aud_str_eq((aud_str){s.ptr + (s.len - suffix.len), suffix.len}, suffix);
}

bool aud_str_has(aud_str s, aud_str needle)
{
    return aud_str_find(s, needle, 0) != SIZE_MAX;
}

size_t aud_str_find(aud_str s, aud_str needle, size_t from)
{
    const char *hit;

    if (from > s.len || needle.len > s.len - from) {
        return SIZE_MAX;
    }
    if (needle.len == 0) {
        return from;
    }
    hit = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return hit == NULL ? SIZE_MAX : (size_t)(hit - s.ptr);
}

aud_str aud_str_sub(aud_str s, size_t from, size_t len)
{
    if (from >= s.len) {
        return (aud_str){NULL, 0};
    }
    return (aud_str){s.ptr + from, len < s.len - from ? len : s.len - from};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

aud_str aud_str_trim(aud_str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool aud_str_split(aud_str *rest, char separator, aud_str *out_part)
{
    const char *cut;

    if (rest->ptr == NULL) {
        return false;
    }
    cut = rest->len == 0 ? NULL : memchr(rest->ptr, separator, rest->len);
    if (cut == NULL) {
        *out_part = *rest;
        *rest = (aud_str){NULL, 0};
        return true;
    }
    *out_part = (aud_str){rest->ptr, (size_t)(cut - rest->ptr)};
    *rest = (aud_str){cut + 1, rest->len - out_part->len - 1};
    return true;
}
