/* engine/tree/json_reader.c - a pull tokenizer for JSON (RFC 8259) that may be fed in any pieces.
 */
#include "engine/tree/json.h"

#include "engine/tree/json_scan.h"

enum { DEFAULT_DEPTH = 64, DEFAULT_TEXT = 16 << 20, HARD_DEPTH = 1 << 16 };

/* --- structure -------------------------------------------------------------------------------- */

static aud_json_state behind(const aud_json *j)
{
    return j->depth > 0 ? BEHIND_VALUE : j->many ? AT_TOP : AT_END;
}

static aud_status open_container(aud_json *j, bool is_object, aud_json_token *out, aud_error *err)
{
    if (j->depth == j->max_depth) {
        return aud_json_with_line(
            j, err, aud_fail(err, AUD_E_LIMIT, "nested deeper than %u", j->max_depth));
    }
    j->at++;
    j->frames[j->depth++] = (aud_json_frame){.num_keys = j->keys.keys.len, .is_object = is_object};
    j->state = is_object ? AT_FIRST_KEY : AT_FIRST;
    out->event = is_object ? AUD_JSON_OBJECT : AUD_JSON_ARRAY;
    return AUD_OK;
}

static aud_status close_container(aud_json *j, aud_json_token *out)
{
    const aud_json_frame *closed = &j->frames[--j->depth];

    j->at++;
    aud_keyset_cut(&j->keys, closed->num_keys);
    j->state = behind(j);
    out->depth = j->depth;
    out->event = closed->is_object ? AUD_JSON_OBJECT_END : AUD_JSON_ARRAY_END;
    return AUD_OK;
}

static aud_status read_scalar(aud_json *j, aud_json_token *out, aud_error *err)
{
    switch (*j->at) {
    case '"':
        j->at++;
        out->event = AUD_JSON_STRING;
        return aud_json_scan_string(j, &out->text, err);
    case 't':
        out->event = AUD_JSON_TRUE;
        return aud_json_scan_word(j, "true", err);
    case 'f':
        out->event = AUD_JSON_FALSE;
        return aud_json_scan_word(j, "false", err);
    case 'n':
        out->event = AUD_JSON_NULL;
        return aud_json_scan_word(j, "null", err);
    default:
        if (*j->at == '-' || (*j->at >= '0' && *j->at <= '9')) {
            out->event = AUD_JSON_NUMBER;
            return aud_json_scan_number(j, &out->text, err);
        }
        return aud_json_bad(j, err, "expected a value");
    }
}

static aud_status read_value(aud_json *j, aud_json_token *out, aud_error *err)
{
    if (*j->at == '{' || *j->at == '[') {
        return open_container(j, *j->at == '{', out, err);
    }
    AUD_TRY(read_scalar(j, out, err));
    j->state = behind(j);
    return AUD_OK;
}

static aud_status read_key(aud_json *j, aud_json_token *out, aud_error *err)
{
    if (*j->at != '"') {
        return aud_json_bad(j, err,
                            j->state == AT_FIRST_KEY ? "expected a key in quotes or '}'"
                                                     : "expected a key in quotes");
    }
    j->at++;
    out->event = AUD_JSON_KEY;
    AUD_TRY(aud_json_scan_string(j, &out->text, err));
    AUD_TRY(aud_keyset_add(&j->keys, j->depth, out->text, j->line, err));
    j->state = AT_COLON;
    return AUD_OK;
}

/* The byte order mark, in as many pieces as it comes in. */
static aud_status skip_bom(aud_json *j, aud_error *err)
{
    aud_status st = aud_json_more(j, err);

    j->state = AT_TOP;
    if (st == AUD_OK && (*j->at == '\xff' || *j->at == '\xfe')) {
        return aud_json_bad(j, err, "not UTF-8; UTF-16 is not JSON");
    }
    if (st != AUD_OK || *j->at != '\xef') {
        return st;
    }
    for (int i = 0; i < 3; i++) {
        AUD_TRY(aud_json_need(j, err));
        if (*j->at != "\xef\xbb\xbf"[i]) {
            return aud_json_bad(j, err, "expected a value");
        }
        j->at++;
    }
    return AUD_OK;
}

static aud_status at_input_end(const aud_json *j, aud_error *err)
{
    if (j->state == AT_END || (j->state == AT_TOP && j->many)) {
        return AUD_END;
    }
    return aud_json_bad(j, err,
                        j->state == AT_TOP ? "no value in it" : "ends in the middle of a value");
}

/* Commas and colons up to the next token; leaves a state in which *at begins a token. */
static aud_status pass_punctuation(aud_json *j, aud_error *err)
{
    aud_status st = aud_json_skip_blanks(j, err);

    if (st == AUD_OK && j->state == AT_COLON) {
        if (*j->at != ':') {
            return aud_json_bad(j, err, "expected ':'");
        }
        j->at++;
        j->state = AT_VALUE;
        st = aud_json_skip_blanks(j, err);
    } else if (st == AUD_OK && j->state == BEHIND_VALUE && *j->at == ',') {
        j->at++;
        j->state = j->frames[j->depth - 1].is_object ? AT_KEY : AT_VALUE;
        st = aud_json_skip_blanks(j, err);
    }
    return st == AUD_END ? at_input_end(j, err) : st;
}

static aud_status read_token(aud_json *j, aud_json_token *out, aud_error *err)
{
    if (j->state == AT_START) {
        aud_status st = skip_bom(j, err);

        if (st != AUD_OK && st != AUD_END) {
            return st;
        }
    }
    AUD_TRY(pass_punctuation(j, err));
    out->text = (aud_str){NULL, 0};
    out->line = j->line;
    out->offset = j->base + (uint64_t)(j->at - j->chunk);
    out->depth = j->depth;
    switch (j->state) {
    case AT_FIRST_KEY:
        return *j->at == '}' ? close_container(j, out) : read_key(j, out, err);
    case AT_KEY:
        return read_key(j, out, err);
    case AT_FIRST:
        return *j->at == ']' ? close_container(j, out) : read_value(j, out, err);
    case AT_TOP:
    case AT_VALUE:
        return read_value(j, out, err);
    case BEHIND_VALUE:
        if (*j->at == (j->frames[j->depth - 1].is_object ? '}' : ']')) {
            return close_container(j, out);
        }
        return aud_json_bad(j, err,
                            j->frames[j->depth - 1].is_object ? "expected ',' or '}'"
                                                              : "expected ',' or ']'");
    case AT_END:
        return aud_json_bad(j, err, "text behind the value");
    case AT_START:
    case AT_COLON:
        break;
    }
    return aud_json_bad(j, err, "expected a value"); /* not reached */
}

/* --- the interface ---------------------------------------------------------------------------- */

aud_status aud_json_open(aud_input *input, const aud_json_limits *limits, aud_json **out,
                         aud_error *err)
{
    AUD_CLEANUP(aud_json_closep) aud_json *j = aud_alloc_zero(1, sizeof *j);

    if (j == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    j->input = input;
    j->line = 1;
    j->many = limits != NULL && limits->many;
    j->max_depth = limits != NULL && limits->max_depth > 0 ? limits->max_depth : DEFAULT_DEPTH;
    j->max_depth = j->max_depth > HARD_DEPTH ? HARD_DEPTH : j->max_depth;
    j->max_text = limits != NULL && limits->max_text > 0 ? limits->max_text : DEFAULT_TEXT;
    aud_buf_init(&j->text, j->max_text);
    aud_keyset_init(&j->keys);
    j->frames = aud_alloc_zero(j->max_depth, sizeof *j->frames);
    if (j->frames == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (input->rewind != NULL) { /* whoever looked at it before must not hide its beginning */
        AUD_TRY(input->rewind(input, err));
    }
    *out = AUD_MOVE(j);
    return AUD_OK;
}

aud_status aud_json_next(aud_json *json, aud_json_token *out, aud_error *err)
{
    aud_status st;

    if (json->failed != AUD_OK) {
        return aud_json_bad(json, err, "an error came before, and reading has not gone on");
    }
    st = read_token(json, out, err);
    if (st != AUD_OK && st != AUD_END) {
        json->failed = st;
        return st;
    }
    json->last = out->event;
    return st;
}

aud_status aud_json_skip(aud_json *json, aud_error *err)
{
    aud_json_token token = {.event = json->last};
    unsigned outside;

    if (json->state == AT_COLON) {
        AUD_TRY(aud_json_next(json, &token, err));
    }
    if (token.event != AUD_JSON_OBJECT && token.event != AUD_JSON_ARRAY) {
        return AUD_OK;
    }
    outside = json->depth - 1;
    while (json->depth > outside) {
        AUD_TRY(aud_json_next(json, &token, err));
    }
    return AUD_OK;
}

/* Over the rest of the line. An error is found at the latest at the line's end, never behind it. */
static aud_status pass_line(aud_json *j, aud_error *err)
{
    for (;;) {
        const char *feed;

        AUD_TRY(aud_json_more(j, err));
        feed = memchr(j->at, '\n', (size_t)(j->end - j->at));
        if (feed != NULL) {
            j->at = feed + 1;
            j->line++;
            return AUD_OK;
        }
        j->at = j->end;
    }
}

aud_status aud_json_resync(aud_json *json, aud_error *err)
{
    if (!json->many) {
        return AUD_END;
    }
    json->depth = 0;
    json->state = AT_TOP;
    aud_keyset_cut(&json->keys, 0);
    json->failed = AUD_OK;
    json->after_cr = false;
    return pass_line(json, err);
}

void aud_json_closep(aud_json **json)
{
    aud_json *j = *json;

    if (j == NULL) {
        return;
    }
    aud_buf_clear(&j->text);
    aud_keyset_clear(&j->keys);
    aud_free(j->frames);
    aud_free(j);
    *json = NULL;
}
