/* engine/tree/text_input.h - the bytes of a text as UTF-8, piece by piece, whatever they were. */
#ifndef AUD_TREE_TEXT_INPUT_H
#define AUD_TREE_TEXT_INPUT_H

#include "engine/base/memory.h"
#include "engine/model/input.h"

typedef enum aud_encoding {
    AUD_ENCODING_UNKNOWN, /* nothing read yet */
    AUD_ENCODING_UTF8,
    AUD_ENCODING_UTF16_LE,
    AUD_ENCODING_UTF16_BE,
    AUD_ENCODING_ASCII,
    AUD_ENCODING_LATIN1,
    AUD_ENCODING_LATIN9,
    AUD_ENCODING_WINDOWS_1252,
} aud_encoding;

/*
 * A byte order mark decides; else, with `xml`, the XML declaration; else it is UTF-8. No library
 * converts here: libxml2 with iconv behind it leaves out, without a word, what does not fit.
 */
typedef struct aud_text_input {
    aud_input *input;
    bool xml;
    aud_encoding encoding;
    bool drained;
    aud_str rest;          /* of the input's chunk */
    unsigned char held[4]; /* the beginning of a character that is not yet whole */
    size_t num_held;
    aud_buf converted; /* the last piece, where it had to be converted */
} aud_text_input;

void aud_text_input_init(aud_text_input *text, aud_input *input, bool xml);
void aud_text_input_clear(aud_text_input *text);
/*
 * The next piece, never empty, without byte order mark; it holds until the next call. UTF-8 is
 * handed on as it is, not validated. AUD_END behind the last.
 * Errors: AUD_E_FORMAT for bytes that do not fit the encoding; AUD_E_UNSUPPORTED for an encoding
 * that is not in the list. What came before in the same piece is lost then.
 */
AUD_NODISCARD aud_status aud_text_input_next(aud_text_input *text, aud_str *out, aud_error *err);

#endif
