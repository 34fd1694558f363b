/* engine/tree/csv_text.c - the bytes of a CSV file as UTF-8: byte order marks and UTF-16. */
#include "engine/tree/csv_text.h"

#include "engine/base/text.h"

/* Pieces of UTF-16 that are converted at a time; each byte becomes at most one and a half. */
enum { PIECE = 64 << 10 };

void aud_csv_text_init(aud_csv_text *text, aud_input *input)
{
    *text = (aud_csv_text){.input = input};
    aud_buf_init(&text->converted, (size_t)PIECE * 2);
}

void aud_csv_text_clear(aud_csv_text *text)
{
    aud_buf_clear(&text->converted);
}

/* Sees to it that `rest` is not empty. AUD_END at the end. */
static aud_status fetch(aud_csv_text *text, aud_error *err)
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

static unsigned char take_byte(aud_csv_text *text)
{
    const unsigned char byte = (unsigned char)text->rest.ptr[0];

    text->rest.ptr++;
    text->rest.len--;
    return byte;
}

static uint32_t unit_at(const aud_csv_text *text, const unsigned char *bytes)
{
    return text->encoding == AUD_CSV_UTF16_LE ? (uint32_t)bytes[1] << 8 | bytes[0]
                                              : (uint32_t)bytes[0] << 8 | bytes[1];
}

/* One more byte of UTF-16. */
static aud_status convert_byte(aud_csv_text *text, unsigned char byte, aud_error *err)
{
    uint32_t code;
    char out[4];

    text->held[text->num_held++] = byte;
    if (text->num_held % 2 != 0) {
        return AUD_OK;
    }
    code = unit_at(text, text->held);
    if (text->num_held == 4) {
        const uint32_t low = unit_at(text, text->held + 2);

        if (low < 0xdc00 || low > 0xdfff) {
            return aud_fail(err, AUD_E_FORMAT, "UTF-16 with half of a surrogate pair");
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xd800 && code <= 0xdbff) {
        return AUD_OK; /* its other half follows */
    } else if (code >= 0xdc00 && code <= 0xdfff) {
        return aud_fail(err, AUD_E_FORMAT, "UTF-16 with half of a surrogate pair");
    }
    text->num_held = 0;
    return aud_buf_add(&text->converted, (aud_str){out, aud_utf8_put(code, out)}, err);
}

static bool holds(const aud_csv_text *text, aud_str mark)
{
    return text->num_held >= mark.len && memcmp(text->held, mark.ptr, mark.len) == 0;
}

/* Reads as far as a byte order mark can go; what is no mark becomes the first piece. */
static aud_status detect(aud_csv_text *text, aud_error *err)
{
    unsigned char first[3];
    size_t num = 0, skip = 0;

    while (text->num_held < sizeof first) {
        aud_status st = fetch(text, err);

        if (st == AUD_END) {
            break;
        }
        AUD_TRY(st);
        text->held[text->num_held++] = take_byte(text);
    }
    text->encoding = AUD_CSV_UTF8;
    if (holds(text, AUD_LIT("\xef\xbb\xbf"))) {
        skip = 3;
    } else if (holds(text, AUD_LIT("\xff\xfe"))) {
        text->encoding = AUD_CSV_UTF16_LE;
        skip = 2;
    } else if (holds(text, AUD_LIT("\xfe\xff"))) {
        text->encoding = AUD_CSV_UTF16_BE;
        skip = 2;
    }
    num = text->num_held;
    memcpy(first, text->held, num);
    text->num_held = 0;
    if (text->encoding == AUD_CSV_UTF8) {
        return aud_buf_add(&text->converted, (aud_str){(const char *)first + skip, num - skip},
                           err);
    }
    for (size_t i = skip; i < num; i++) {
        AUD_TRY(convert_byte(text, first[i], err));
    }
    return AUD_OK;
}

aud_status aud_csv_text_next(aud_csv_text *text, aud_str *out, aud_error *err)
{
    text->converted.len = 0;
    if (text->encoding == AUD_CSV_UNKNOWN) {
        AUD_TRY(detect(text, err));
    }
    while (text->converted.len == 0) {
        aud_status st = fetch(text, err);

        if (st == AUD_END && text->num_held > 0) {
            return aud_fail(err, AUD_E_FORMAT, "UTF-16 that ends in the middle of a character");
        }
        AUD_TRY(st);
        if (text->encoding == AUD_CSV_UTF8) {
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
