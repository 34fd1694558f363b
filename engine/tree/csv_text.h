/* engine/tree/csv_text.h - the bytes of a CSV file as UTF-8, piece by piece, whatever they were. */
#ifndef AUD_TREE_CSV_TEXT_H
#define AUD_TREE_CSV_TEXT_H

#include "engine/base/memory.h"
#include "engine/model/input.h"

typedef enum aud_csv_encoding {
    AUD_CSV_UNKNOWN, /* nothing read yet */
    AUD_CSV_UTF8,
    AUD_CSV_UTF16_LE,
    AUD_CSV_UTF16_BE,
} aud_csv_encoding;

typedef struct aud_csv_text {
    aud_input *input;
    aud_csv_encoding encoding;
    bool drained;
    aud_str rest;          /* of the input's chunk */
    unsigned char held[4]; /* the beginning of a character, or of the file, that is not yet whole */
    size_t num_held;
    aud_buf converted; /* the last piece, where it had to be converted */
} aud_csv_text;

void aud_csv_text_init(aud_csv_text *text, aud_input *input);
void aud_csv_text_clear(aud_csv_text *text);
/*
 * The next piece, never empty, without byte order mark; it holds until the next call. UTF-8 is
 * handed on as it is, not validated. AUD_END behind the last.
 * Errors: AUD_E_FORMAT for UTF-16 that is cut or has half a surrogate pair.
 */
AUD_NODISCARD aud_status aud_csv_text_next(aud_csv_text *text, aud_str *out, aud_error *err);

#endif
