/* engine/model/hosts.c - host names and addresses as inventories and scanners write them. */
#include "engine/model/hosts.h"

#include <arpa/inet.h>

#include "engine/base/text.h"

enum { MAX_HOST = 253 };

bool aud_is_ip(aud_str text)
{
    unsigned char address[16];
    char copy[INET6_ADDRSTRLEN];

    if (text.len == 0 || text.len >= sizeof(copy)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) { /* nearly every name fails here already */
        const char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || c == '.' || c == ':' || (c >= 'a' && c <= 'f') ||
              (c >= 'A' && c <= 'F'))) {
            return false;
        }
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return inet_pton(AF_INET, copy, address) == 1 || inet_pton(AF_INET6, copy, address) == 1;
}

bool aud_is_host(aud_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':' ||
                          c == '*';
        if (!fits) {
            return false;
        }
    }
    return text.len > 0 && text.len <= MAX_HOST;
}

aud_status aud_host_fold(aud_str host, aud_arena *arena, aud_str *out, aud_error *err)
{
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = aud_str_sub(host, 1, host.len - 2);
    }
    if (host.len > 1 && host.ptr[host.len - 1] == '.') {
        host.len--;
    }
    char *copy = aud_arena_take(arena, host.len + 1, 1);
    if (!copy) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < host.len; i++) {
        const char c = host.ptr[i];
        copy[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    copy[host.len] = '\0';
    *out = (aud_str){copy, host.len};
    return AUD_OK;
}

aud_status aud_host_identity(aud_str host, uint16_t port, aud_str starttls, aud_arena *arena,
                             aud_str *out, aud_error *err)
{
    const bool bracket = aud_str_has(host, AUD_LIT(":"));

    return aud_arena_printf(arena, out, err, "%s%.*s%s:%u%s%.*s", bracket ? "[" : "", AUD_ARG(host),
                            bracket ? "]" : "", port, starttls.len > 0 ? "/" : "",
                            AUD_ARG(starttls));
}

bool aud_host_port_split(aud_str text, aud_str *out_host, uint16_t *out_port)
{
    size_t colon = text.len;
    bool several = false;

    while (colon > 0 && text.ptr[colon - 1] != ':' && text.ptr[colon - 1] != ']') {
        colon--;
    }
    *out_port = 0;
    *out_host = text;
    if (colon > 0 && text.ptr[colon - 1] == ':') {
        *out_host = aud_str_sub(text, 0, colon - 1);
        several = aud_str_has(*out_host, AUD_LIT(":")) && text.ptr[0] != '[';
        if (several) { /* an IPv6 address without brackets has no port */
            *out_host = text;
        } else if (!aud_port_parse(aud_str_sub(text, colon, text.len), out_port)) {
            return false;
        }
    }
    if (out_host->len > 2 && out_host->ptr[0] == '[' && out_host->ptr[out_host->len - 1] == ']') {
        *out_host = aud_str_sub(*out_host, 1, out_host->len - 2);
    }
    return aud_is_host(*out_host) || (out_host->len == 0 && *out_port > 0);
}

bool aud_port_parse(aud_str text, uint16_t *out)
{
    uint64_t number = 0;

    if (!aud_parse_u64(text, &number) || number == 0 || number > UINT16_MAX) {
        return false;
    }
    *out = (uint16_t)number;
    return true;
}
