/* engine/tls/protocols.c - names of the protocol versions. */
#include "engine/tls/suites.h"

const char *aud_protocol_name(aud_protocol protocol)
{
    switch (protocol) {
    case AUD_SSL_2:
        return "SSLv2";
    case AUD_SSL_3:
        return "SSLv3";
    case AUD_TLS_1_0:
        return "TLSv1.0";
    case AUD_TLS_1_1:
        return "TLSv1.1";
    case AUD_TLS_1_2:
        return "TLSv1.2";
    case AUD_TLS_1_3:
        return "TLSv1.3";
    case AUD_NUM_PROTOCOLS:
        break;
    }
    return "";
}

bool aud_protocol_find(aud_str text, aud_protocol *out)
{
    static const struct {
        aud_str folded;
        aud_protocol protocol;
    } names[] = {
        {AUD_LIT_INIT("ssl2"), AUD_SSL_2},    {AUD_LIT_INIT("ssl20"), AUD_SSL_2},
        {AUD_LIT_INIT("ssl3"), AUD_SSL_3},    {AUD_LIT_INIT("ssl30"), AUD_SSL_3},
        {AUD_LIT_INIT("tls1"), AUD_TLS_1_0},  {AUD_LIT_INIT("tls10"), AUD_TLS_1_0},
        {AUD_LIT_INIT("tls11"), AUD_TLS_1_1}, {AUD_LIT_INIT("tls12"), AUD_TLS_1_2},
        {AUD_LIT_INIT("tls13"), AUD_TLS_1_3},
    };
    char folded[8];
    size_t len = 0;

    /* "TLSv1.2", "TLS 1.2", "tls1_2": the letters and digits tell, a 'v' and marks do not */
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const char lower = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (lower == 'v' || lower == '.' || lower == '_' || lower == '-' || lower == ' ') {
            continue;
        }
        if (len == sizeof(folded)) {
            return false;
        }
        folded[len++] = lower;
    }
    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        if (aud_str_eq(names[i].folded, (aud_str){folded, len})) {
            *out = names[i].protocol;
            return true;
        }
    }
    return false;
}

aud_value aud_protocol_list(unsigned bits, aud_arena *arena)
{
    aud_value *items = aud_arena_array(arena, AUD_NUM_PROTOCOLS, sizeof(*items));
    size_t len = 0;

    for (unsigned p = 0; items && p < AUD_NUM_PROTOCOLS; p++) {
        if (bits & 1u << p) {
            items[len++] = aud_string(aud_str_of(aud_protocol_name((aud_protocol)p)));
        }
    }
    return items ? aud_list_of(items, len) : aud_unknown();
}
