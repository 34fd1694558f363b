/* engine/tree/json.h - JSON as a pull stream with line numbers and hard limits, and back. */
#ifndef AUD_TREE_JSON_H
#define AUD_TREE_JSON_H

#include "engine/base/out.h"
#include "engine/model/input.h"

typedef enum aud_json_event {
    AUD_JSON_OBJECT,
    AUD_JSON_OBJECT_END,
    AUD_JSON_ARRAY,
    AUD_JSON_ARRAY_END,
    AUD_JSON_KEY,
    AUD_JSON_STRING,
    AUD_JSON_NUMBER, /* `text` is the number as written: no digit is lost */
    AUD_JSON_TRUE,
    AUD_JSON_FALSE,
    AUD_JSON_NULL,
} aud_json_event;

typedef struct aud_json_token {
    aud_json_event event;
    aud_str text; /* decoded key or string (UTF-8, may hold NUL), raw number; until the next call */
    uint32_t line;   /* 1-based, of its first byte */
    uint64_t offset; /* of its first byte */
    unsigned depth;  /* containers around it */
} aud_json_token;

typedef struct aud_json_limits {
    unsigned max_depth; /* 0: 64 */
    size_t max_text;    /* bytes of one string or number; 0: 16 MiB */
    bool many;          /* several values one after another (JSONL, concatenated) */
} aud_json_limits;

typedef struct aud_json aud_json;

/*
 * Reads `input` chunk by chunk. Strict RFC 8259: no comments, no trailing commas, no raw control
 * characters, no invalid UTF-8, no lone surrogates, a BOM is skipped; duplicate keys are refused
 * (AUD_E_FORMAT with the line), also deep ones. Open objects hold 4,194,304 keys at most.
 */
AUD_NODISCARD aud_status aud_json_open(aud_input *input, const aud_json_limits *limits,
                                       aud_json **out, aud_error *err);
/* AUD_END behind the last value. Errors carry the line. */
AUD_NODISCARD aud_status aud_json_next(aud_json *json, aud_json_token *out, aud_error *err);
/* Behind a KEY, or at an OBJECT or ARRAY event: passes over that value. */
AUD_NODISCARD aud_status aud_json_skip(aud_json *json, aud_error *err);
/* After an error in JSONL: goes on behind the next line end. AUD_END if there is none. */
AUD_NODISCARD aud_status aud_json_resync(aud_json *json, aud_error *err);
void aud_json_closep(aud_json **json);

/*
 * Streaming writer: UTF-8 out, invalid UTF-8 in becomes U+FFFD, control and other unsafe characters
 * (aud_utf8_is_unsafe) become \u escapes. Errors stick to `out`. `indent` 0 is compact.
 */
typedef struct aud_json_writer {
    aud_out *out;
    unsigned indent, depth;
    bool first, after_key;
} aud_json_writer;

void aud_json_writer_init(aud_json_writer *w, aud_out *out, unsigned indent);
void aud_json_begin_object(aud_json_writer *w);
void aud_json_end_object(aud_json_writer *w);
void aud_json_begin_array(aud_json_writer *w);
void aud_json_end_array(aud_json_writer *w);
void aud_json_key(aud_json_writer *w, const char *key);
void aud_json_key_str(aud_json_writer *w, aud_str key);
void aud_json_str(aud_json_writer *w, aud_str text);
void aud_json_text(aud_json_writer *w, const char *text);
void aud_json_int(aud_json_writer *w, int64_t number);
void aud_json_bool(aud_json_writer *w, bool b);
void aud_json_null(aud_json_writer *w);
void aud_json_raw(aud_json_writer *w, aud_str json); /* already valid JSON */
/* key and value in one */
void aud_json_put_str(aud_json_writer *w, const char *key, aud_str text);
void aud_json_put_text(aud_json_writer *w, const char *key, const char *text);
void aud_json_put_int(aud_json_writer *w, const char *key, int64_t number);
void aud_json_put_bool(aud_json_writer *w, const char *key, bool b);

#endif
