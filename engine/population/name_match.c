/* engine/population/name_match.c - whether a certificate stands for the name that was asked. */
#include "engine/population/endpoints.h"

#include <arpa/inet.h>

/* 4 or 16 bytes; 0 if the text is no address. An IPv4 address mapped into IPv6 stays IPv6. */
static size_t address_of(aud_str text, unsigned char out[16])
{
    char copy[INET6_ADDRSTRLEN];

    if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']') {
        text = aud_str_sub(text, 1, text.len - 2);
    }
    if (text.len == 0 || text.len >= sizeof copy) {
        return 0;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, out) == 1) {
        return 4;
    }
    return inet_pton(AF_INET6, copy, out) == 1 ? 16 : 0;
}

static bool has_address(const unsigned char *bytes, size_t len, const aud_value *addresses)
{
    for (size_t i = 0; addresses->presence == AUD_PRESENT && i < addresses->as.list.len; i++) {
        unsigned char other[16];

        if (address_of(addresses->as.list.items[i].as.string, other) == len &&
            memcmp(bytes, other, len) == 0) {
            return true;
        }
    }
    return false;
}

static aud_str without_dot(aud_str name)
{
    return name.len > 1 && name.ptr[name.len - 1] == '.' ? aud_str_sub(name, 0, name.len - 1)
                                                         : name;
}

static bool dns_name_fits(aud_str name, aud_str pattern)
{
    size_t dot;

    if (!aud_str_starts(pattern, AUD_LIT("*."))) {
        /* a wildcard that is not the whole leftmost label stands for nothing */
        return !aud_str_has(pattern, AUD_LIT("*")) && aud_str_ieq(name, pattern);
    }
    pattern = aud_str_sub(pattern, 1, pattern.len);
    dot = aud_str_find(name, AUD_LIT("."), 0);
    return dot != SIZE_MAX && dot > 0 && pattern.len > 1 && !aud_str_has(pattern, AUD_LIT("*")) &&
           aud_str_ieq(aud_str_sub(name, dot, name.len), pattern);
}

bool aud_name_matches(aud_str name, const aud_value *dns_names, const aud_value *ip_addresses)
{
    unsigned char bytes[16];
    const size_t len = address_of(name, bytes);

    if (len > 0) {
        return has_address(bytes, len, ip_addresses);
    }
    name = without_dot(name);
    for (size_t i = 0; dns_names->presence == AUD_PRESENT && i < dns_names->as.list.len; i++) {
        if (dns_name_fits(name, dns_names->as.list.items[i].as.string)) {
            return true;
        }
    }
    return false;
}
