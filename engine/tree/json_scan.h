/* engine/tree/json_scan.h - what the JSON reader is made of: its state, and the scanning of bytes.
 */
#ifndef AUD_TREE_JSON_SCAN_H
#define AUD_TREE_JSON_SCAN_H

#include "engine/tree/json.h"
#include "engine/tree/keyset.h"

typedef enum aud_json_state {
    AT_START,     /* nothing read yet: a BOM may come */
    AT_TOP,       /* a value, or with `many` the end */
    AT_VALUE,     /* a value */
    AT_FIRST,     /* a value or ']' */
    AT_FIRST_KEY, /* a key or '}' */
    AT_KEY,       /* a key */
    AT_COLON,     /* ':' and a value */
    BEHIND_VALUE, /* ',' or the end of the container */
    AT_END,       /* nothing but blanks */
} aud_json_state;

typedef struct aud_json_frame {
    size_t num_keys; /* of the key set when the container opened */
    bool is_object;
} aud_json_frame;

struct aud_json {
    const char *at, *end; /* what is left of the chunk */
    const char *chunk;
    uint64_t base; /* offset of the chunk */
    uint32_t line;
    bool after_cr; /* the line feed of a CR LF is not counted again */
    bool many;
    bool drained;
    aud_json_state state;
    aud_status failed; /* sticks until aud_json_resync() */
    aud_json_event last;
    unsigned depth, max_depth;
    size_t max_text;
    aud_json_frame *frames;
    aud_keyset keys;
    aud_buf text; /* what cannot be shown in the chunk itself */
    aud_input *input;
};

/* Records the error with the line and gives AUD_E_FORMAT. */
aud_status aud_json_bad(const aud_json *j, aud_error *err, const char *message);
aud_status aud_json_with_line(const aud_json *j, aud_error *err, aud_status st);

/* Replaces the used-up chunk; AUD_END behind the last. */
AUD_NODISCARD aud_status aud_json_fetch(aud_json *j, aud_error *err);
/* AUD_OK if *at can be read, AUD_END at the end of the input. */
static inline aud_status aud_json_more(aud_json *j, aud_error *err)
{
    return j->at < j->end ? AUD_OK : aud_json_fetch(j, err);
}
/* The same inside of a value, where the end is an error. */
static inline aud_status aud_json_need(aud_json *j, aud_error *err)
{
    aud_status st = aud_json_more(j, err);

    return st == AUD_END ? aud_json_bad(j, err, "ends in the middle of a value") : st;
}
/* To the next byte that is no blank; AUD_END at the end of the input. */
AUD_NODISCARD aud_status aud_json_skip_blanks(aud_json *j, aud_error *err);

/* Behind the opening quote. A string without escapes inside one chunk is not copied. */
AUD_NODISCARD aud_status aud_json_scan_string(aud_json *j, aud_str *out, aud_error *err);
AUD_NODISCARD aud_status aud_json_scan_number(aud_json *j, aud_str *out, aud_error *err);
AUD_NODISCARD aud_status aud_json_scan_word(aud_json *j, const char *word, aud_error *err);

#endif
