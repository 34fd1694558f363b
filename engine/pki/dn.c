/* engine/pki/dn.c - distinguished names as text and as bytes to compare. */
#include "engine/pki/pki_internal.h"

#include "engine/base/text.h"

enum { NAME_MAX_PARTS = 256, NAME_MAX_PAIRS = 64 };

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
    case AUD_TAG_UTC_TIME:
    case AUD_TAG_GENERALIZED_TIME:
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

/* "#" and the hexadecimal digits of the bytes. */
static aud_status put_hex(aud_buf *buf, aud_str bytes, aud_error *err)
{
    AUD_TRY(aud_buf_add(buf, AUD_LIT("#"), err));
    for (size_t i = 0; i < bytes.len; i++) {
        AUD_TRY(aud_buf_printf(buf, err, "%02X", (unsigned char)bytes.ptr[i]));
    }
    return AUD_OK;
}

/* Text of an attribute type that has a name; RFC 4514, 2.4, writes all else as "#hex". */
static aud_status put_value(aud_buf *buf, const aud_tlv *tlv, bool named, aud_arena *arena,
                            aud_error *err)
{
    aud_str text;

    if (!named || !aud_string_utf8(tlv, arena, &text)) {
        return put_hex(buf, tlv->whole, err);
    }
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == text.len && c == ' ');

        if ((unsigned char)c < 0x20 || c == 0x7f) {
            AUD_TRY(aud_buf_printf(buf, err, "\\%02X", (unsigned char)c));
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

bool aud_rdn_ok(aud_str content)
{
    aud_der in = aud_der_of(content);
    aud_tlv pair;
    aud_tlv oid;
    aud_tlv value;

    while (aud_der_take(&in, AUD_TAG_SEQUENCE, &pair)) {
        if (!read_attribute(pair.content, &oid, &value)) {
            return false;
        }
    }
    return aud_der_at_end(&in) && content.len > 0;
}

static aud_status put_pair(aud_buf *buf, aud_str content, aud_arena *arena, aud_error *err)
{
    const aud_oid_row *row = NULL;
    aud_tlv oid;
    aud_tlv value;
    aud_str dotted;

    if (!read_attribute(content, &oid, &value)) {
        return AUD_E_FORMAT;
    }
    AUD_TRY(aud_der_oid_dup(oid.content, arena, &dotted, err));
    row = aud_attribute_row(dotted);
    AUD_TRY(
        aud_buf_printf(buf, err, "%.*s=", AUD_ARG(row == NULL ? dotted : aud_str_of(row->name))));
    return put_value(buf, &value, row != NULL, arena, err);
}

/* The pairs of one RDN, the last one first as all the rest of the name. */
static aud_status put_rdn(aud_buf *buf, aud_str content, aud_arena *arena, aud_error *err)
{
    aud_str pairs[NAME_MAX_PAIRS];
    aud_der in = aud_der_of(content);
    aud_tlv pair;
    size_t num = 0;

    while (aud_der_take(&in, AUD_TAG_SEQUENCE, &pair)) {
        if (num == NAME_MAX_PAIRS) {
            return AUD_E_LIMIT;
        }
        pairs[num++] = pair.content;
    }
    if (!aud_der_at_end(&in)) {
        return AUD_E_FORMAT;
    }
    for (size_t i = num; i > 0; i--) {
        if (i < num) {
            AUD_TRY(aud_buf_add(buf, AUD_LIT("+"), err));
        }
        AUD_TRY(put_pair(buf, pairs[i - 1], arena, err));
    }
    return AUD_OK;
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
        if (set.content.len > 0) { /* an empty part says nothing, and is an encoding error */
            parts[num++] = set.content;
        }
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

bool aud_name_empty(aud_str name)
{
    aud_tlv outer;

    return aud_der_only(name, AUD_TAG_SEQUENCE, &outer) && outer.content.len == 0;
}

/* A byte becomes at most three characters, and a pair adds less than its own OID in text. */
static size_t most_text(aud_str name)
{
    return name.len > SIZE_MAX / 16 ? SIZE_MAX / 2 : name.len * 8 + 64;
}

aud_str aud_name_text(aud_str name, aud_arena *arena)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf = {0};
    aud_str text = {NULL, 0};
    aud_status st = AUD_OK;

    aud_buf_init(&buf, most_text(name));
    st = put_name(&buf, name, arena, NULL);
    if (st != AUD_OK && st != AUD_E_NOMEM) {
        buf.len = 0;
        st = put_hex(&buf, name, NULL);
    }
    if (st != AUD_OK || aud_arena_dup(arena, aud_buf_str(&buf), &text, NULL) != AUD_OK) {
        return (aud_str){NULL, 0};
    }
    return text;
}

/* RFC 5280, 7.1, simplified as everybody does: ASCII case folded, blanks trimmed and joined. */
static aud_status put_folded(aud_buf *buf, aud_str text, aud_error *err)
{
    bool blank = false, any = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == ' ' || (c >= '\t' && c <= '\r')) {
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

static aud_status unreadable(aud_error *err)
{
    return aud_fail(err, AUD_E_FORMAT, "a name cannot be read");
}

static aud_status put_counted(aud_buf *buf, char kind, aud_str bytes, aud_error *err)
{
    AUD_TRY(aud_buf_printf(buf, err, "%c%zu:", kind, bytes.len));
    return aud_buf_add(buf, bytes, err);
}

/* One pair: lengths in front, so that no text of one name can pass for the structure of another. */
static aud_status fold_pair(aud_str content, aud_arena *arena, aud_str *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf folded = {0};
    AUD_CLEANUP(aud_buf_clear) aud_buf pair = {0};
    aud_tlv oid;
    aud_tlv value;
    aud_str text;

    if (!read_attribute(content, &oid, &value)) {
        return unreadable(err);
    }
    aud_buf_init(&folded, content.len * 4 + 64);
    aud_buf_init(&pair, content.len * 4 + 128);
    AUD_TRY(put_counted(&pair, 'o', oid.content, err));
    /* what is folded is what OpenSSL folds: digits alone have neither case nor another form */
    if (value.tag != AUD_TAG_NUMERIC && aud_string_utf8(&value, arena, &text)) {
        AUD_TRY(put_folded(&folded, text, err));
        AUD_TRY(put_counted(&pair, 's', aud_buf_str(&folded), err));
    } else {
        AUD_TRY(put_counted(&pair, 'x', value.whole, err));
    }
    return aud_arena_dup(arena, aud_buf_str(&pair), out, err);
}

static int by_bytes(const void *a, const void *b)
{
    return aud_str_cmp(*(const aud_str *)a, *(const aud_str *)b);
}

/* The pairs of one RDN are a set: their order says nothing. */
static aud_status fold_rdn(aud_buf *buf, aud_str content, aud_arena *arena, aud_error *err)
{
    aud_str pairs[NAME_MAX_PAIRS];
    aud_der in = aud_der_of(content);
    size_t num = 0;
    aud_tlv pair;

    while (aud_der_take(&in, AUD_TAG_SEQUENCE, &pair)) {
        if (num == NAME_MAX_PAIRS) {
            return aud_fail(err, AUD_E_LIMIT, "a name has a part of more than %d attributes",
                            NAME_MAX_PAIRS);
        }
        AUD_TRY(fold_pair(pair.content, arena, &pairs[num++], err));
    }
    if (!aud_der_at_end(&in)) {
        return unreadable(err);
    }
    if (num == 0) {
        return AUD_OK;
    }
    qsort(pairs, num, sizeof pairs[0], by_bytes);
    AUD_TRY(aud_buf_printf(buf, err, "%zu{", num));
    for (size_t i = 0; i < num; i++) {
        AUD_TRY(aud_buf_add(buf, pairs[i], err));
    }
    return AUD_OK;
}

static aud_status put_canonical(aud_buf *buf, aud_str name, aud_arena *arena, aud_error *err)
{
    aud_tlv outer;
    aud_tlv set;
    aud_der sets;

    if (!aud_der_only(name, AUD_TAG_SEQUENCE, &outer)) {
        return unreadable(err);
    }
    sets = aud_der_of(outer.content);
    while (aud_der_take(&sets, AUD_TAG_SET, &set)) {
        AUD_TRY(fold_rdn(buf, set.content, arena, err));
    }
    return aud_der_at_end(&sets) ? AUD_OK : unreadable(err);
}

aud_status aud_name_canonical(aud_str name, aud_arena *arena, aud_str *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf = {0};

    aud_buf_init(&buf, most_text(name));
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
