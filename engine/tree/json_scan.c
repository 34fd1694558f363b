/* engine/tree/json_scan.c - strings, numbers and words of JSON, cut anywhere by the chunks. */
#include "engine/tree/json_scan.h"

#include "engine/base/text.h"

/* --- errors ----------------------------------------------------------------------------------- */

aud_status aud_json_with_line(const aud_json *j, aud_error *err, aud_status st)
{
    if (err != NULL) {
        err->line = j->line;
    }
    return st;
}

aud_status aud_json_bad(const aud_json *j, aud_error *err, const char *message)
{
    return aud_json_with_line(j, err, aud_fail(err, AUD_E_FORMAT, "%s", message));
}

static aud_status too_long(const aud_json *j, aud_error *err)
{
    return aud_json_with_line(
        j, err,
        aud_fail(err, AUD_E_LIMIT, "a string or number longer than %zu bytes", j->max_text));
}

/* --- bytes ------------------------------------------------------------------------------------ */

aud_status aud_json_fetch(aud_json *j, aud_error *err)
{
    j->base += (uint64_t)(j->end - j->chunk);
    j->chunk = j->at = j->end = NULL;
    while (!j->drained) {
        aud_str chunk = {NULL, 0};
        aud_status st = j->input->next(j->input, &chunk, err);

        if (st == AUD_END) {
            j->drained = true;
            break;
        }
        AUD_TRY(st);
        if (chunk.len > 0) {
            j->chunk = j->at = chunk.ptr;
            j->end = chunk.ptr + chunk.len;
            return AUD_OK;
        }
    }
    return AUD_END;
}

aud_status aud_json_skip_blanks(aud_json *j, aud_error *err)
{
    for (;;) {
        AUD_TRY(aud_json_more(j, err));
        switch (*j->at) {
        case '\n':
            j->line += j->after_cr ? 0 : 1;
            j->after_cr = false;
            break;
        case '\r':
            j->line++;
            j->after_cr = true;
            break;
        case ' ':
        case '\t':
            j->after_cr = false;
            break;
        default:
            j->after_cr = false;
            return AUD_OK;
        }
        j->at++;
    }
}

static aud_status keep(aud_json *j, const char *from, const char *to, aud_error *err)
{
    if ((size_t)(to - from) > j->max_text - j->text.len) {
        return too_long(j, err);
    }
    return aud_buf_add(&j->text, (aud_str){from, (size_t)(to - from)}, err);
}

/* --- strings ---------------------------------------------------------------------------------- */

/* True if one of the eight bytes is a quote, a backslash, a control or not ASCII. */
static inline bool has_special(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
    const uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');

    return ((word | (word - ones * 0x20) | (quote - ones) | (backslash - ones)) & highs) != 0;
}

/* The first byte of [at, end) that is not plain inside of a string. */
static const char *skip_plain(const char *at, const char *end)
{
    uint64_t word;

    while ((size_t)(end - at) >= sizeof word) {
        memcpy(&word, at, sizeof word);
        if (has_special(word)) {
            break;
        }
        at += sizeof word;
    }
    while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' &&
           *at != '\\') {
        at++;
    }
    return at;
}

/* Four digits of a \u escape. */
static aud_status read_unit(aud_json *j, uint32_t *out, aud_error *err)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        uint32_t digit;

        AUD_TRY(aud_json_need(j, err));
        if (*j->at >= '0' && *j->at <= '9') {
            digit = (uint32_t)(*j->at - '0');
        } else if ((*j->at | 0x20) >= 'a' && (*j->at | 0x20) <= 'f') {
            digit = (uint32_t)((*j->at | 0x20) - 'a') + 10;
        } else {
            return aud_json_bad(j, err, "a '\\u' escape needs four hexadecimal digits");
        }
        unit = unit << 4 | digit;
        j->at++;
    }
    *out = unit;
    return AUD_OK;
}

static aud_status read_code_point(aud_json *j, aud_error *err)
{
    const char *const lone = "a '\\u' escape that is half of a surrogate pair";
    uint32_t code, low;
    char bytes[4];

    AUD_TRY(read_unit(j, &code, err));
    if (code >= 0xdc00 && code <= 0xdfff) {
        return aud_json_bad(j, err, lone);
    }
    if (code >= 0xd800 && code <= 0xdbff) {
        for (int i = 0; i < 2; i++) {
            AUD_TRY(aud_json_need(j, err));
            if (*j->at != "\\u"[i]) {
                return aud_json_bad(j, err, lone);
            }
            j->at++;
        }
        AUD_TRY(read_unit(j, &low, err));
        if (low < 0xdc00 || low > 0xdfff) {
            return aud_json_bad(j, err, lone);
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    return keep(j, bytes, bytes + aud_utf8_put(code, bytes), err);
}

/* Behind a backslash. */
static aud_status read_escape(aud_json *j, aud_error *err)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *found;

    AUD_TRY(aud_json_need(j, err));
    if (*j->at == 'u') {
        j->at++;
        return read_code_point(j, err);
    }
    found = memchr(names, *j->at, sizeof names - 1);
    if (found == NULL) {
        return aud_json_bad(j, err, "an escape that JSON does not know");
    }
    j->at++;
    found = values + (found - names);
    return keep(j, found, found + 1, err);
}

/* A sequence that may be cut by the end of the chunk. */
static aud_status read_cut_sequence(aud_json *j, aud_error *err)
{
    char bytes[4];
    size_t len = 0, at = 0;
    const unsigned char lead = (unsigned char)*j->at;
    const size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

    while (len < want) {
        AUD_TRY(aud_json_need(j, err));
        if (len > 0 && ((unsigned char)*j->at & 0xc0u) != 0x80u) {
            break;
        }
        bytes[len++] = *j->at++;
    }
    if (aud_utf8_next((aud_str){bytes, len}, &at) < 0 || at != len) {
        return aud_json_bad(j, err, "not valid UTF-8");
    }
    return keep(j, bytes, bytes + len, err);
}

aud_status aud_json_scan_string(aud_json *j, aud_str *out, aud_error *err)
{
    const char *from = j->at; /* of what is not yet kept */
    bool copied = false;

    j->text.len = 0;
    for (;;) {
        j->at = skip_plain(j->at, j->end);
        if (j->at < j->end && *j->at == '"') {
            break;
        }
        if (j->end - j->at >= 4 && (unsigned char)*j->at >= 0x80) {
            const aud_str rest = {j->at, (size_t)(j->end - j->at)};
            size_t len = 0;

            if (aud_utf8_next(rest, &len) < 0) {
                return aud_json_bad(j, err, "not valid UTF-8");
            }
            j->at += len;
            continue;
        }
        AUD_TRY(keep(j, from, j->at, err));
        copied = true;
        AUD_TRY(aud_json_need(j, err));
        from = j->at;
        if (*j->at == '\\') {
            j->at++;
            AUD_TRY(read_escape(j, err));
            from = j->at;
        } else if ((unsigned char)*j->at >= 0x80 && j->end - j->at < 4) {
            AUD_TRY(read_cut_sequence(j, err));
            from = j->at;
        } else if ((unsigned char)*j->at < 0x20) {
            return aud_json_bad(j, err, "a control character in a string");
        }
    }
    if (copied) {
        AUD_TRY(keep(j, from, j->at, err));
        *out = aud_buf_str(&j->text);
    } else {
        *out = (aud_str){from, (size_t)(j->at - from)};
        if (out->len > j->max_text) {
            return too_long(j, err);
        }
    }
    j->at++;
    return AUD_OK;
}

/* --- numbers and words ------------------------------------------------------------------------ */

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    return at;
}

static bool is_number(aud_str s)
{
    const char *at = s.ptr, *end = s.ptr + s.len, *from;

    at += at < end && *at == '-' ? 1 : 0;
    from = at;
    at = skip_digits(at, end);
    if (at == from || (*from == '0' && at - from > 1)) {
        return false;
    }
    if (at < end && *at == '.') {
        from = ++at;
        at = skip_digits(at, end);
        if (at == from) {
            return false;
        }
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-') ? 1 : 0;
        from = at;
        at = skip_digits(at, end);
        if (at == from) {
            return false;
        }
    }
    return at == end;
}

static bool is_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* A number or a word must not run into the next value. */
static aud_status check_delimiter(aud_json *j, aud_error *err)
{
    aud_status st = aud_json_more(j, err);

    if (st == AUD_END) {
        return AUD_OK;
    }
    AUD_TRY(st);
    if (is_number_char(*j->at) || *j->at == '_' ||
        ((*j->at | 0x20) >= 'a' && (*j->at | 0x20) <= 'z')) {
        return aud_json_bad(j, err, "not a JSON value");
    }
    return AUD_OK;
}

aud_status aud_json_scan_number(aud_json *j, aud_str *out, aud_error *err)
{
    const char *from = j->at;

    while (j->at < j->end && is_number_char(*j->at)) {
        j->at++;
    }
    *out = (aud_str){from, (size_t)(j->at - from)};
    if (j->at == j->end) { /* it may go on in the next chunk, and this one goes away */
        j->text.len = 0;
        do {
            aud_status st;

            AUD_TRY(keep(j, from, j->at, err));
            st = aud_json_more(j, err);
            if (st == AUD_END) {
                break;
            }
            AUD_TRY(st);
            from = j->at;
            while (j->at < j->end && is_number_char(*j->at)) {
                j->at++;
            }
            if (j->at < j->end) {
                AUD_TRY(keep(j, from, j->at, err));
            }
        } while (j->at == j->end);
        *out = aud_buf_str(&j->text);
    }
    if (out->len > j->max_text) {
        return too_long(j, err);
    }
    if (!is_number(*out)) {
        return aud_json_bad(j, err, "not a number as JSON writes it");
    }
    return check_delimiter(j, err);
}

aud_status aud_json_scan_word(aud_json *j, const char *word, aud_error *err)
{
    for (; *word != '\0'; word++) {
        AUD_TRY(aud_json_need(j, err));
        if (*j->at != *word) {
            return aud_json_bad(j, err, "not a JSON value");
        }
        j->at++;
    }
    return check_delimiter(j, err);
}
