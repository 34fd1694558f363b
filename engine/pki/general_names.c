/* engine/pki/general_names.c - GeneralName (RFC 5280, 4.2.1.6): DNS names, addresses, URIs ... */
#include "engine/pki/pki_internal.h"

#include <arpa/inet.h>

enum kind {
    OTHER_NAME,
    EMAIL,
    DNS,
    X400,
    DIRECTORY,
    EDI,
    URI,
    IP,
    REGISTERED,
};

static bool other_name_ok(aud_str content)
{
    aud_der in = aud_der_of(content);
    aud_tlv oid;
    aud_tlv value;
    aud_tlv inner;

    return aud_der_take(&in, AUD_TAG_OID, &oid) && aud_der_oid_ok(oid.content) &&
           aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &value) && aud_der_at_end(&in) &&
           aud_der_count(value.content) == 1 &&
           aud_der_only(value.content, (uint8_t)*value.content.ptr, &inner);
}

bool aud_general_name_ok(const aud_tlv *name)
{
    aud_tlv inner;

    switch (name->tag) {
    case AUD_TAG_CONTEXT + EMAIL:
    case AUD_TAG_CONTEXT + DNS:
    case AUD_TAG_CONTEXT + URI:
    case AUD_TAG_CONTEXT + IP:
        return true;
    case AUD_TAG_CONTEXT + REGISTERED:
        return aud_der_oid_ok(name->content);
    case AUD_TAG_CONTEXT_CONS + OTHER_NAME:
        return other_name_ok(name->content);
    case AUD_TAG_CONTEXT_CONS + DIRECTORY:
        return aud_der_only(name->content, AUD_TAG_SEQUENCE, &inner);
    case AUD_TAG_CONTEXT_CONS + X400:
    case AUD_TAG_CONTEXT_CONS + EDI:
        return aud_der_count(name->content) != SIZE_MAX;
    default:
        return false;
    }
}

bool aud_general_names_ok(aud_str content)
{
    aud_der in = aud_der_of(content);
    aud_tlv tlv;

    while (aud_der_next(&in, &tlv)) {
        if (!aud_general_name_ok(&tlv)) {
            return false;
        }
    }
    return aud_der_at_end(&in);
}

/* RFC 5952: inet_ntop shortens the longest run of zeros, and no run of one. */
static bool ip_text(aud_str bytes, aud_arena *arena, aud_str *out)
{
    char text[INET6_ADDRSTRLEN];

    if (bytes.len != 4 && bytes.len != 16) {
        return false;
    }
    return inet_ntop(bytes.len == 4 ? AF_INET : AF_INET6, bytes.ptr, text, sizeof text) != NULL &&
           aud_arena_dup(arena, aud_str_of(text), out, NULL) == AUD_OK;
}

static const char *other_kind(unsigned kind)
{
    static const char *const names[] = {
        [OTHER_NAME] = "otherName", [X400] = "x400Address",        [DIRECTORY] = "directoryName",
        [EDI] = "ediPartyName",     [REGISTERED] = "registeredID",
    };

    return kind < AUD_COUNT(names) ? names[kind] : NULL;
}

aud_value aud_general_names(aud_str content, unsigned number, aud_arena *arena)
{
    const size_t num = aud_general_names_ok(content) ? aud_der_count(content) : SIZE_MAX;
    aud_der in = aud_der_of(content);
    aud_value *items = NULL;
    size_t len = 0;
    aud_tlv tlv;

    items = num > AUD_MEMBERS_MAX ? NULL : aud_arena_array(arena, num, sizeof *items);
    if (items == NULL) {
        return aud_unknown();
    }
    while (aud_der_next(&in, &tlv)) {
        const unsigned kind = tlv.tag & 0x1fu;
        const char *other = other_kind(kind);
        aud_str text = tlv.content;

        if (number == AUD_OTHER_NAMES && other != NULL) {
            items[len++] = aud_string(aud_str_of(other));
        } else if (number == kind) {
            if (kind == IP && !ip_text(text, arena, &text)) {
                return aud_unknown();
            }
            items[len++] = aud_string(text);
        }
    }
    return aud_list_of(items, len);
}
