/* engine/tree/yaml_reader.c - a stream of YAML, one document after another through libyaml. */
#include <yaml.h>

#include "engine/base/text.h"
#include "engine/tree/keyset.h"
#include "engine/tree/text_input.h"
#include "engine/tree/yaml.h"

enum { DEPTH = 64, TEXT = 16 << 20, MARK = 4 };

typedef struct yaml_frame {
    size_t num_keys; /* of the key set when the container opened */
    bool is_map, wants_key;
} yaml_frame;

struct aud_yaml {
    aud_text_input text;
    aud_buf window; /* read and not yet fed, from `at` on */
    size_t at;
    bool drained;
    aud_status broke; /* of the input, met while libyaml asked for more */
    aud_error why;
    bool line_start, content; /* of the document that is fed: something that is no comment */
    bool fed;                 /* the document that is fed has come to its end */
    uint32_t fed_lines, base; /* lines fed; those before the document at hand */
    bool open;                /* `parser` is one */
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    aud_status failed; /* sticks until aud_yaml_resync() */
    unsigned depth, max_depth;
    size_t max_text;
    yaml_frame *frames;
    aud_keyset keys;
};

/* --- bytes, cut into documents ---------------------------------------------------------------- */

/*
 * libyaml cannot go on after an error, so every document gets a parser of its own. That "---" at
 * the beginning of a line begins a document holds everywhere, in scalars too (YAML 1.2, 9.1.2).
 */
static bool fill(aud_yaml *y, size_t want)
{
    while (!y->drained && y->window.len - y->at < want) {
        aud_str piece;

        if (y->at > 0) {
            memmove(y->window.ptr, y->window.ptr + y->at, y->window.len - y->at);
            y->window.len -= y->at;
            y->at = 0;
        }
        y->broke = aud_text_input_next(&y->text, &piece, &y->why);
        if (y->broke == AUD_END) {
            y->broke = AUD_OK;
            y->drained = true;
        } else if (y->broke == AUD_OK) {
            y->broke = aud_buf_add(&y->window, piece, &y->why);
        }
        if (y->broke != AUD_OK) {
            return false;
        }
    }
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* At the beginning of a line: does it end the document that is fed? */
static bool ends_document(aud_yaml *y)
{
    const aud_str rest = {y->window.ptr + y->at, y->window.len - y->at};
    const bool mark =
        aud_str_starts(rest, AUD_LIT("---")) && (rest.len == 3 || is_blank(rest.ptr[3]));

    if (y->content && mark) {
        return true;
    }
    y->content = y->content || !(rest.len == 0 || is_blank(rest.ptr[0]) || rest.ptr[0] == '#' ||
                                 rest.ptr[0] == '%' || mark);
    return false;
}

/* libyaml's read handler: 1 with *out_len 0 is the end of the document, 0 an error. */
static int feed(void *data, unsigned char *out, size_t size, size_t *out_len)
{
    aud_yaml *y = data;
    size_t len = 0;

    while (len < size && !y->fed) {
        if (!fill(y, MARK)) {
            return 0;
        }
        if (y->at == y->window.len || (y->line_start && ends_document(y))) {
            y->fed = true;
            break;
        }
        const char *from = y->window.ptr + y->at;
        size_t part = y->window.len - y->at < size - len ? y->window.len - y->at : size - len;
        const char *end = memchr(from, '\n', part);
        part = end != NULL ? (size_t)(end - from) + 1 : part;
        memcpy(out + len, from, part);
        len += part;
        y->at += part;
        y->line_start = end != NULL;
        y->fed_lines += end != NULL;
    }
    *out_len = len;
    return 1;
}

static void close_parser(aud_yaml *y)
{
    if (y->has_event) {
        yaml_event_delete(&y->event);
        y->has_event = false;
    }
    if (y->open) {
        yaml_parser_delete(&y->parser);
        y->open = false;
    }
}

/* AUD_END if nothing is left to be fed. */
static aud_status open_parser(aud_yaml *y, aud_error *err)
{
    close_parser(y);
    if (!fill(y, 1)) {
        if (err != NULL) {
            *err = y->why;
        }
        return y->broke;
    }
    if (y->at == y->window.len) {
        return AUD_END;
    }
    if (!yaml_parser_initialize(&y->parser)) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    y->open = true;
    y->fed = y->content = false;
    y->line_start = true;
    y->base = y->fed_lines;
    yaml_parser_set_encoding(&y->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input(&y->parser, feed, y);
    return AUD_OK;
}

/* --- events ----------------------------------------------------------------------------------- */

static uint32_t line_at(const aud_yaml *y, yaml_mark_t mark)
{
    return y->base + (uint32_t)mark.line + 1;
}

static aud_status bad(const aud_yaml *y, aud_status st, aud_error *err, const char *what)
{
    (void)aud_fail(err, st, "%s", what);
    if (err != NULL) {
        err->line = line_at(y, y->event.start_mark);
    }
    return st;
}

/* libyaml's problem is a fixed text of its own; nothing of the input is in it. */
static aud_status parser_failed(const aud_yaml *y, aud_error *err)
{
    if (y->broke != AUD_OK) {
        if (err != NULL) {
            *err = y->why;
        }
        return y->broke;
    }
    if (y->parser.error == YAML_MEMORY_ERROR) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    (void)aud_fail(err, AUD_E_FORMAT, "not valid YAML: %s",
                   y->parser.problem != NULL ? y->parser.problem : "unknown problem");
    if (err != NULL) { /* a problem of the encoding has no line: it is where reading stands */
        err->line = y->parser.error == YAML_READER_ERROR
                        ? y->base + (uint32_t)y->parser.mark.line + 1
                        : line_at(y, y->parser.problem_mark);
    }
    return AUD_E_FORMAT;
}

static bool one_of(aud_str text, const char *const *words, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(text, aud_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* A number as JSON writes it; what YAML has beyond (octal, .inf) stays a text. */
static bool is_number(aud_str text)
{
    size_t at = 0;
    const bool minus = text.len > 0 && text.ptr[0] == '-';
    bool digits = false;

    at = minus ? 1 : 0;
    if (text.len - at > 1 && text.ptr[at] == '0' && text.ptr[at + 1] != '.' &&
        text.ptr[at + 1] != 'e' && text.ptr[at + 1] != 'E') {
        return false; /* 007 is a text: a serial number or an id */
    }
    for (; at < text.len; at++) {
        const char c = text.ptr[at];
        if (c >= '0' && c <= '9') {
            digits = true;
        } else if (!digits || !(c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-')) {
            return false;
        }
    }
    return digits && text.ptr[text.len - 1] >= '0' && text.ptr[text.len - 1] <= '9';
}

/* "1.2.3" and "1-2" begin as numbers do. */
static bool is_one_number(aud_str text)
{
    const size_t point = aud_str_find(text, AUD_LIT("."), 0);
    const size_t minus = aud_str_find(text, AUD_LIT("-"), 1);

    return is_number(text) &&
           (point == SIZE_MAX || aud_str_find(text, AUD_LIT("."), point + 1) == SIZE_MAX) &&
           (minus == SIZE_MAX || text.ptr[minus - 1] == 'e' || text.ptr[minus - 1] == 'E');
}

static aud_json_event kind_of(aud_str text, bool plain)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const trues[] = {"true", "True", "TRUE"};
    static const char *const falses[] = {"false", "False", "FALSE"};

    if (!plain) {
        return AUD_JSON_STRING;
    }
    return one_of(text, nulls, AUD_COUNT(nulls))     ? AUD_JSON_NULL
           : one_of(text, trues, AUD_COUNT(trues))   ? AUD_JSON_TRUE
           : one_of(text, falses, AUD_COUNT(falses)) ? AUD_JSON_FALSE
           : is_one_number(text)                     ? AUD_JSON_NUMBER
                                                     : AUD_JSON_STRING;
}

static yaml_frame *top(aud_yaml *y)
{
    return y->depth == 0 ? NULL : &y->frames[y->depth - 1];
}

/* Behind a whole value: the map around it wants its next key. */
static void value_done(aud_yaml *y)
{
    yaml_frame *in = top(y);

    if (in != NULL) {
        in->wants_key = in->is_map;
    }
}

static aud_status take_scalar(aud_yaml *y, aud_json_token *out, aud_error *err)
{
    const aud_str text = {(const char *)y->event.data.scalar.value, y->event.data.scalar.length};
    const bool plain =
        y->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && y->event.data.scalar.tag == NULL;
    yaml_frame *in = top(y);

    if (text.len > y->max_text) {
        return bad(y, AUD_E_LIMIT, err, "a text is too long");
    }
    out->text = text;
    if (in == NULL || !in->wants_key) {
        out->event = kind_of(text, plain);
        if (out->event != AUD_JSON_STRING && out->event != AUD_JSON_NUMBER) {
            out->text = (aud_str){NULL, 0};
        }
        value_done(y);
        return AUD_OK;
    }
    if (plain && aud_str_eq(text, AUD_LIT("<<"))) {
        return bad(y, AUD_E_FORMAT, err,
                   "a merge key ('<<'), which is not read; write its values out");
    }
    AUD_TRY(aud_keyset_add(&y->keys, y->depth, text, out->line, err));
    out->event = AUD_JSON_KEY;
    in->wants_key = false;
    return AUD_OK;
}

static aud_status open_container(aud_yaml *y, bool is_map, aud_json_token *out, aud_error *err)
{
    const yaml_frame *in = top(y);

    if (in != NULL && in->wants_key) {
        return bad(y, AUD_E_FORMAT, err,
                   "a key is no text; a template may be waiting for its values");
    }
    if (y->depth == y->max_depth) {
        return bad(y, AUD_E_LIMIT, err, "nested too deep");
    }
    y->frames[y->depth++] =
        (yaml_frame){.num_keys = y->keys.keys.len, .is_map = is_map, .wants_key = is_map};
    out->event = is_map ? AUD_JSON_OBJECT : AUD_JSON_ARRAY;
    return AUD_OK;
}

static void close_container(aud_yaml *y, aud_json_token *out)
{
    const yaml_frame *in = top(y);

    if (in == NULL) {
        return;
    }
    out->event = in->is_map ? AUD_JSON_OBJECT_END : AUD_JSON_ARRAY_END;
    aud_keyset_cut(&y->keys, in->num_keys);
    y->depth--;
    out->depth = y->depth;
    value_done(y);
}

/* One event of libyaml; *out_token whether it is one of ours. */
static aud_status take_event(aud_yaml *y, aud_json_token *out, bool *out_token, aud_error *err)
{
    *out = (aud_json_token){.line = line_at(y, y->event.start_mark), .depth = y->depth};
    *out_token = true;
    switch (y->event.type) {
    case YAML_SCALAR_EVENT:
        return take_scalar(y, out, err);
    case YAML_SEQUENCE_START_EVENT:
        return open_container(y, false, out, err);
    case YAML_MAPPING_START_EVENT:
        return open_container(y, true, out, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_container(y, out);
        return AUD_OK;
    case YAML_ALIAS_EVENT:
        return bad(y, AUD_E_FORMAT, err, "an alias ('*'), which is not read; write its value out");
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        *out_token = false;
        return AUD_OK;
    }
    *out_token = false;
    return AUD_OK;
}

static aud_status next_token(aud_yaml *y, aud_json_token *out, aud_error *err)
{
    for (bool token = false; !token;) {
        if (!y->open) {
            AUD_TRY(open_parser(y, err));
        }
        if (y->has_event) {
            yaml_event_delete(&y->event);
            y->has_event = false;
        }
        if (!yaml_parser_parse(&y->parser, &y->event)) {
            return parser_failed(y, err);
        }
        y->has_event = true;
        if (y->event.type == YAML_STREAM_END_EVENT || y->event.type == YAML_NO_EVENT) {
            close_parser(y);
            continue;
        }
        AUD_TRY(take_event(y, out, &token, err));
        /* an empty document comes as one null, and is none */
        token = token && !(y->depth == 0 && out->event == AUD_JSON_NULL);
    }
    return AUD_OK;
}

aud_status aud_yaml_next(aud_yaml *yaml, aud_json_token *out, aud_error *err)
{
    if (yaml->failed != AUD_OK) {
        return aud_fail(err, yaml->failed, "an error came before, and reading has not gone on");
    }
    const aud_status st = next_token(yaml, out, err);
    if (st != AUD_OK && st != AUD_END) {
        yaml->failed = st;
    }
    return st;
}

/* Over the rest of the document at hand, whose bytes nobody wants. */
aud_status aud_yaml_resync(aud_yaml *yaml, aud_error *err)
{
    unsigned char waste[4096];
    size_t len = 1;

    while (!yaml->fed && len > 0) {
        if (!feed(yaml, waste, sizeof(waste), &len)) {
            if (err != NULL) {
                *err = yaml->why;
            }
            return yaml->broke;
        }
    }
    yaml->depth = 0;
    aud_keyset_cut(&yaml->keys, 0);
    yaml->failed = AUD_OK;
    return open_parser(yaml, err);
}

aud_status aud_yaml_open(aud_input *input, const aud_json_limits *limits, aud_yaml **out,
                         aud_error *err)
{
    AUD_CLEANUP(aud_yaml_closep) aud_yaml *y = aud_alloc_zero(1, sizeof *y);

    if (y == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    y->max_depth = limits != NULL && limits->max_depth > 0 ? limits->max_depth : DEPTH;
    y->max_text = limits != NULL && limits->max_text > 0 ? limits->max_text : TEXT;
    aud_text_input_init(&y->text, input, false);
    aud_buf_init(&y->window, SIZE_MAX / 2);
    aud_keyset_init(&y->keys);
    y->frames = aud_alloc_zero(y->max_depth, sizeof *y->frames);
    if (y->frames == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (input->rewind != NULL) {
        AUD_TRY(input->rewind(input, err));
    }
    *out = AUD_MOVE(y);
    return AUD_OK;
}

void aud_yaml_closep(aud_yaml **yaml)
{
    aud_yaml *y = *yaml;

    if (y == NULL) {
        return;
    }
    close_parser(y);
    aud_text_input_clear(&y->text);
    aud_buf_clear(&y->window);
    aud_keyset_clear(&y->keys);
    aud_free(y->frames);
    aud_free(y);
    *yaml = NULL;
}
