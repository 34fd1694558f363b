/* engine/pki/dn.c - distinguished names as text and as bytes to compare. */
#include "engine/pki/pki_internal.h"

#include "engine/base/text.h"

enum { NAME_MAX_PARTS = 256, NAME_TEXT_MAX = 1 << 16 };

/* Code units of `width` bytes, big endian; surrogates of UTF-16 are joined as met in BMPStrings. */
static bool wide_utf8(aud_str content, unsigned width, aud_arena *arena, aud_str *out)
{
    char *text;
    size_t len = 0;

    if (content.len % width != 0) {
        return false;
    }
    text = aud_arena_take(arena, content.len * 2 + 4, 1);
    if (text == NULL) {
        return false;
    }
    for (size_t i = 0; i < content.len; i += width) {
        uint32_t code = 0;

        for (unsigned k = 0; k < width; k++) {
            code = code << 8 | (unsigned char)content.ptr[i + k];
        }
        if (code >= 0xd800 && code < 0xdc00 && width == 2 && i + 4 <= content.len) {
            uint32_t low = (uint32_t)(unsigned char)content.ptr[i + 2] << 8 |
                           (unsigned char)content.ptr[i + 3];

            if (low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
            return false;
        }
        len += aud_utf8_put(code, text + len);
    }
    *out = (aud_str){text, len};
    return true;
}

bool aud_string_utf8(const aud_tlv *tlv, aud_arena *arena, aud_str *out)
{
    switch (tlv->tag) {
    case AUD_TAG_UTF8:
        *out = tlv->content;
        return aud_utf8_valid(tlv->content);
    case AUD_TAG_PRINTABLE:
    case AUD_TAG_IA5:
    case AUD_TAG_NUMERIC:
    case AUD_TAG_VISIBLE:
    case AUD_TAG_T61: {
        bool ascii = true;

        for (size_t i = 0; i < tlv->content.len && ascii; i++) {
            ascii = (unsigned char)tlv->content.ptr[i] < 0x80;
        }
        *out = tlv->content;
        return ascii || wide_utf8(tlv->content, 1, arena, out); /* Latin-1, as it is really used */
    }
    case AUD_TAG_BMP:
        return wide_utf8(tlv->content, 2, arena, out);
    case AUD_TAG_UNIVERSAL:
        return wide_utf8(tlv->content, 4, arena, out);
    default:
        return false;
    }
}

static aud_status put_value(aud_buf *buf, const aud_tlv *tlv, aud_arena *arena, aud_error *err)
{
    aud_str text;

    if (!aud_string_utf8(tlv, arena, &text)) {
        AUD_TRY(aud_hex_dup(arena, tlv->whole, &text, err));
        AUD_TRY(aud_buf_add(buf, AUD_LIT("#"), err));
        return aud_buf_add(buf, text, err);
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == text.len && c == ' ');

        if (c == '\0') {
            AUD_TRY(aud_buf_add(buf, AUD_LIT("\\00"), err));
            continue;
        }
        if (edge || memchr("\"+,;<>\\", c, 7) != NULL) {
            AUD_TRY(aud_buf_add(buf, AUD_LIT("\\"), err));
        }
        AUD_TRY(aud_buf_add(buf, (aud_str){&c, 1}, err));
    }
    return AUD_OK;
}

static bool read_attribute(aud_str content, aud_tlv *oid, aud_tlv *value)
{
    aud_der in = aud_der_of(content);

    return aud_der_take(&in, AUD_TAG_OID, oid) && aud_der_next(&in, value) && aud_der_at_end(&in);
}

static aud_status put_rdn(aud_buf *buf, aud_str content, aud_arena *arena, aud_error *err)
{
    aud_der in = aud_der_of(content);
    aud_tlv pair, oid, value;
    bool first = true;

    for (; aud_der_take(&in, AUD_TAG_SEQUENCE, &pair); first = false) {
        const aud_oid_row *row;
        aud_str dotted;

        if (!read_attribute(pair.content, &oid, &value)) {
            return AUD_E_FORMAT;
        }
        AUD_TRY(aud_der_oid_dup(oid.content, arena, &dotted, err));
        row = aud_attribute_row(dotted);
        AUD_TRY(aud_buf_printf(buf, err, "%s%.*s=", first ? "" : "+",
                               AUD_ARG(row == NULL ? dotted : aud_str_of(row->name))));
        AUD_TRY(put_value(buf, &value, arena, err));
    }
    return aud_der_at_end(&in) ? AUD_OK : AUD_E_FORMAT;
}

static aud_status put_name(aud_buf *buf, aud_str name, aud_arena *arena, aud_error *err)
{
    aud_str parts[NAME_MAX_PARTS];
    aud_tlv outer, set;
    size_t num = 0;
    aud_der in;

    if (!aud_der_only(name, AUD_TAG_SEQUENCE, &outer)) {
        return AUD_E_FORMAT;
    }
    in = aud_der_of(outer.content);
    while (aud_der_take(&in, AUD_TAG_SET, &set)) {
        if (num == NAME_MAX_PARTS) {
            return AUD_E_LIMIT;
        }
        parts[num++] = set.content;
    }
    if (!aud_der_at_end(&in)) {
        return AUD_E_FORMAT;
    }
    for (size_t i = num; i > 0; i--) {
        if (i < num) {
            AUD_TRY(aud_buf_add(buf, AUD_LIT(","), err));
        }
        AUD_TRY(put_rdn(buf, parts[i - 1], arena, err));
    }
    return AUD_OK;
}

aud_str aud_name_text(aud_str name, aud_arena *arena)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf;
    aud_str text = {"", 0};
    aud_status st;

    aud_buf_init(&buf, NAME_TEXT_MAX);
    st = put_name(&buf, name, arena, NULL);
    if (st != AUD_OK) {
        aud_str hex = {"", 0};

        buf.len = 0;
        if (aud_hex_dup(arena, aud_str_sub(name, 0, 1024), &hex, NULL) != AUD_OK ||
            aud_buf_add(&buf, AUD_LIT("#"), NULL) != AUD_OK ||
            aud_buf_add(&buf, hex, NULL) != AUD_OK) {
            return text;
        }
    }
    return aud_arena_dup(arena, aud_buf_str(&buf), &text, NULL) == AUD_OK ? text : (aud_str){"", 0};
}

/* RFC 5280, 7.1, simplified as everybody does: ASCII case folded, blanks trimmed and joined. */
static aud_status put_folded(aud_buf *buf, aud_str text, aud_error *err)
{
    bool blank = false, any = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            blank = any;
            continue;
        }
        if (blank) {
            AUD_TRY(aud_buf_add(buf, AUD_LIT(" "), err));
            blank = false;
        }
        any = true;
        c = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        AUD_TRY(aud_buf_add(buf, (aud_str){&c, 1}, err));
    }
    return AUD_OK;
}

static aud_status put_canonical(aud_buf *buf, aud_str name, aud_arena *arena, aud_error *err)
{
    aud_tlv outer, set, pair, oid, value;
    aud_der sets, pairs;
    aud_str text;

    if (!aud_der_only(name, AUD_TAG_SEQUENCE, &outer)) {
        return aud_fail(err, AUD_E_FORMAT, "a name cannot be read");
    }
    sets = aud_der_of(outer.content);
    while (aud_der_take(&sets, AUD_TAG_SET, &set)) {
        AUD_TRY(aud_buf_add(buf, AUD_LIT("\x01"), err));
        pairs = aud_der_of(set.content);
        while (aud_der_take(&pairs, AUD_TAG_SEQUENCE, &pair)) {
            if (!read_attribute(pair.content, &oid, &value)) {
                return aud_fail(err, AUD_E_FORMAT, "a name cannot be read");
            }
            AUD_TRY(aud_buf_printf(buf, err, "\x02%zu:", oid.content.len));
            AUD_TRY(aud_buf_add(buf, oid.content, err));
            if (aud_string_utf8(&value, arena, &text)) {
                AUD_TRY(put_folded(buf, text, err));
            } else {
                AUD_TRY(aud_buf_add(buf, value.whole, err));
            }
        }
        if (!aud_der_at_end(&pairs)) {
            return aud_fail(err, AUD_E_FORMAT, "a name cannot be read");
        }
    }
    return aud_der_at_end(&sets) ? AUD_OK : aud_fail(err, AUD_E_FORMAT, "a name cannot be read");
}

aud_status aud_name_canonical(aud_str name, aud_arena *arena, aud_str *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf;

    aud_buf_init(&buf, NAME_TEXT_MAX);
    AUD_TRY(put_canonical(&buf, name, arena, err));
    return aud_arena_dup(arena, aud_buf_str(&buf), out, err);
}

aud_value aud_name_values(aud_str name, aud_str attribute, aud_arena *arena)
{
    aud_value *items = aud_arena_array(arena, NAME_MAX_PARTS, sizeof *items);
    aud_tlv outer, set, pair, oid, value;
    aud_der sets, pairs;
    size_t num = 0;

    if (items == NULL || !aud_der_only(name, AUD_TAG_SEQUENCE, &outer)) {
        return aud_unknown();
    }
    sets = aud_der_of(outer.content);
    while (aud_der_take(&sets, AUD_TAG_SET, &set)) {
        pairs = aud_der_of(set.content);
        while (aud_der_take(&pairs, AUD_TAG_SEQUENCE, &pair)) {
            aud_str text;

            if (!read_attribute(pair.content, &oid, &value)) {
                return aud_unknown();
            }
            if (!aud_str_eq(oid.content, attribute)) {
                continue;
            }
            if (num == NAME_MAX_PARTS || !aud_string_utf8(&value, arena, &text)) {
                return aud_unknown();
            }
            items[num++] = aud_string(text);
        }
        if (!aud_der_at_end(&pairs)) {
            return aud_unknown();
        }
    }
    return aud_der_at_end(&sets) ? aud_list_of(items, num) : aud_unknown();
}
