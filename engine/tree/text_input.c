/* engine/tree/text_input.c - the bytes of a text as UTF-8: marks, UTF-16, single-byte encodings. */
#include "engine/tree/text_input.h"

#include "engine/base/text.h"

/* Bytes that are converted at a time, each to three at most; how far a declaration is looked for.
 */
enum { PIECE = 32 << 10, FIRST = 512 };

void aud_text_input_init(aud_text_input *text, aud_input *input, bool xml)
{
    *text = (aud_text_input){.input = input, .xml = xml};
    aud_buf_init(&text->converted, (size_t)PIECE * 4);
}

void aud_text_input_clear(aud_text_input *text)
{
    aud_buf_clear(&text->converted);
}

/* --- conversion ------------------------------------------------------------------------------- */

static aud_status put(aud_text_input *text, uint32_t code, aud_error *err)
{
    char out[4];

    return aud_buf_add(&text->converted, (aud_str){out, aud_utf8_put(code, out)}, err);
}

static uint32_t unit_at(const aud_text_input *text, const unsigned char *bytes)
{
    return text->encoding == AUD_ENCODING_UTF16_LE ? (uint32_t)bytes[1] << 8 | bytes[0]
                                                   : (uint32_t)bytes[0] << 8 | bytes[1];
}

/* One more byte of UTF-16. */
static aud_status convert_utf16(aud_text_input *text, unsigned char byte, aud_error *err)
{
    static const char half[] = "UTF-16 with half of a surrogate pair";
    uint32_t code;

    text->held[text->num_held++] = byte;
    if (text->num_held % 2 != 0) {
        return AUD_OK;
    }
    code = unit_at(text, text->held);
    if (text->num_held == 4) {
        const uint32_t low = unit_at(text, text->held + 2);

        if (low < 0xdc00 || low > 0xdfff) {
            return aud_fail(err, AUD_E_FORMAT, "%s", half);
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xd800 && code <= 0xdbff) {
        return AUD_OK; /* its other half follows */
    } else if (code >= 0xdc00 && code <= 0xdfff) {
        return aud_fail(err, AUD_E_FORMAT, "%s", half);
    }
    text->num_held = 0;
    return put(text, code, err);
}

/* 0 where the encoding has no character. Source: the mapping tables of the Unicode Consortium. */
static uint32_t from_windows_1252(unsigned char byte)
{
    static const uint16_t upper[32] = {
        0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
    };

    return byte >= 0x80 && byte < 0xa0 ? upper[byte - 0x80] : byte;
}

static uint32_t from_latin9(unsigned char byte)
{
    switch (byte) {
    case 0xa4:
        return 0x20ac;
    case 0xa6:
        return 0x160;
    case 0xa8:
        return 0x161;
    case 0xb4:
        return 0x17d;
    case 0xb8:
        return 0x17e;
    case 0xbc:
        return 0x152;
    case 0xbd:
        return 0x153;
    case 0xbe:
        return 0x178;
    default:
        return byte;
    }
}

static aud_status convert_byte(aud_text_input *text, unsigned char byte, aud_error *err)
{
    uint32_t code = byte;

    switch (text->encoding) {
    case AUD_ENCODING_UTF16_LE:
    case AUD_ENCODING_UTF16_BE:
        return convert_utf16(text, byte, err);
    case AUD_ENCODING_WINDOWS_1252:
        code = from_windows_1252(byte);
        break;
    case AUD_ENCODING_LATIN9:
        code = from_latin9(byte);
        break;
    case AUD_ENCODING_ASCII:
        code = byte < 0x80 ? byte : 0;
        break;
    case AUD_ENCODING_LATIN1:
    case AUD_ENCODING_UTF8:
    case AUD_ENCODING_UNKNOWN:
        break;
    }
    if (code == 0 && byte != 0) {
        return aud_fail(err, AUD_E_FORMAT, "bytes that do not fit the encoding");
    }
    return put(text, code, err);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Sees to it that `rest` is not empty. AUD_END at the end. */
static aud_status fetch(aud_text_input *text, aud_error *err)
{
    while (text->rest.len == 0 && !text->drained) {
        aud_status st = text->input->next(text->input, &text->rest, err);

        if (st == AUD_END) {
            text->rest = (aud_str){NULL, 0};
            text->drained = true;
            break;
        }
        AUD_TRY(st);
    }
    return text->rest.len > 0 ? AUD_OK : AUD_END;
}

static unsigned char take_byte(aud_text_input *text)
{
    const unsigned char byte = (unsigned char)text->rest.ptr[0];

    text->rest.ptr++;
    text->rest.len--;
    return byte;
}

/* The value of encoding="..." in an XML declaration; empty if there is none. */
static aud_str declared(aud_str first)
{
    const size_t end = aud_str_find(first, AUD_LIT("?>"), 0);
    size_t at = aud_str_find(first, AUD_LIT("encoding"), 0);
    size_t close;

    if (!aud_str_starts(first, AUD_LIT("<?xml")) || end == SIZE_MAX || at > end) {
        return (aud_str){NULL, 0};
    }
    first = aud_str_trim(aud_str_sub(first, at + 8, end - at - 8));
    if (!aud_str_starts(first, AUD_LIT("="))) {
        return (aud_str){NULL, 0};
    }
    first = aud_str_trim(aud_str_sub(first, 1, first.len));
    if (first.len == 0 || (first.ptr[0] != '"' && first.ptr[0] != '\'')) {
        return (aud_str){NULL, 0};
    }
    close = aud_str_find(first, (aud_str){first.ptr, 1}, 1);
    return close == SIZE_MAX ? (aud_str){NULL, 0} : aud_str_sub(first, 1, close - 1);
}

static aud_status by_declaration(aud_text_input *text, aud_str first, aud_error *err)
{
    static const struct {
        aud_str name;
        aud_encoding encoding;
    } known[] = {
        {AUD_LIT_INIT("UTF-8"), AUD_ENCODING_UTF8},
        {AUD_LIT_INIT("UTF8"), AUD_ENCODING_UTF8},
        {AUD_LIT_INIT("US-ASCII"), AUD_ENCODING_ASCII},
        {AUD_LIT_INIT("ASCII"), AUD_ENCODING_ASCII},
        {AUD_LIT_INIT("ISO-8859-1"), AUD_ENCODING_LATIN1},
        {AUD_LIT_INIT("LATIN1"), AUD_ENCODING_LATIN1},
        {AUD_LIT_INIT("ISO-8859-15"), AUD_ENCODING_LATIN9},
        {AUD_LIT_INIT("LATIN-9"), AUD_ENCODING_LATIN9},
        {AUD_LIT_INIT("WINDOWS-1252"), AUD_ENCODING_WINDOWS_1252},
        {AUD_LIT_INIT("CP1252"), AUD_ENCODING_WINDOWS_1252},
    };
    const aud_str name = declared(first);

    if (name.len == 0) {
        return AUD_OK;
    }
    for (size_t i = 0; i < AUD_COUNT(known); i++) {
        if (aud_str_ieq(name, known[i].name)) {
            text->encoding = known[i].encoding;
            return AUD_OK;
        }
    }
    (void)aud_fail(err, AUD_E_UNSUPPORTED,
                   "an encoding that is not read here; UTF-8, UTF-16 with a byte order mark, "
                   "ISO-8859-1, ISO-8859-15 and windows-1252 are");
    if (err != NULL) {
        err->line = 1;
    }
    return AUD_E_UNSUPPORTED;
}

static bool has_mark(aud_str first)
{
    return aud_str_starts(first, AUD_LIT("\xef\xbb\xbf")) ||
           aud_str_starts(first, AUD_LIT("\xff\xfe")) || aud_str_starts(first, AUD_LIT("\xfe\xff"));
}

/* Enough of the beginning to know the encoding by. */
static aud_status read_first(aud_text_input *text, char *first, size_t *out_len, aud_error *err)
{
    size_t len = 0;

    while (len < (text->xml ? FIRST : 3)) {
        aud_status st = fetch(text, err);

        if (st == AUD_END) {
            break;
        }
        AUD_TRY(st);
        first[len++] = (char)take_byte(text);
        if (len >= 3 && (first[len - 1] == '>' || has_mark((aud_str){first, len}))) {
            break;
        }
    }
    *out_len = len;
    return AUD_OK;
}

/* Reads as far as it takes to know the encoding; what was read becomes the first piece. */
static aud_status detect(aud_text_input *text, aud_error *err)
{
    char bytes[FIRST];
    aud_str first = {bytes, 0};
    size_t skip = 0;

    AUD_TRY(read_first(text, bytes, &first.len, err));
    text->encoding = AUD_ENCODING_UTF8;
    if (aud_str_starts(first, AUD_LIT("\xef\xbb\xbf"))) {
        skip = 3;
    } else if (aud_str_starts(first, AUD_LIT("\xff\xfe"))) {
        text->encoding = AUD_ENCODING_UTF16_LE;
        skip = 2;
    } else if (aud_str_starts(first, AUD_LIT("\xfe\xff"))) {
        text->encoding = AUD_ENCODING_UTF16_BE;
        skip = 2;
    } else if (text->xml) {
        AUD_TRY(by_declaration(text, first, err));
    }
    first = aud_str_sub(first, skip, first.len);
    if (text->encoding == AUD_ENCODING_UTF8) {
        return aud_buf_add(&text->converted, first, err);
    }
    for (size_t i = 0; i < first.len; i++) {
        AUD_TRY(convert_byte(text, (unsigned char)first.ptr[i], err));
    }
    return AUD_OK;
}

aud_status aud_text_input_next(aud_text_input *text, aud_str *out, aud_error *err)
{
    text->converted.len = 0;
    if (text->encoding == AUD_ENCODING_UNKNOWN) {
        AUD_TRY(detect(text, err));
    }
    while (text->converted.len == 0) {
        aud_status st = fetch(text, err);

        if (st == AUD_END && text->num_held > 0) {
            return aud_fail(err, AUD_E_FORMAT, "UTF-16 that ends in the middle of a character");
        }
        AUD_TRY(st);
        if (text->encoding == AUD_ENCODING_UTF8) {
            *out = text->rest;
            text->rest = (aud_str){NULL, 0};
            return AUD_OK;
        }
        for (size_t i = 0; i < PIECE && text->rest.len > 0; i++) {
            AUD_TRY(convert_byte(text, take_byte(text), err));
        }
    }
    *out = aud_buf_str(&text->converted);
    return AUD_OK;
}
