/* engine/pki/pem_body.c - what stands between the marks of a PEM block. */
#include "engine/pki/pem_body.h"

#include "engine/base/text.h"

bool aud_is_base64_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* --- cleaning --------------------------------------------------------------------------------- */

/*
 * Behind a quote at `at`: where the next string of the same program begins, or the end of the
 * body; SIZE_MAX if something else than glue stands between.
 */
static size_t next_string(aud_str raw, size_t at)
{
    enum { MAX_GLUE = 256 };
    static const char glue[] = " \t\r\n+.,\\&_()[]";
    const size_t begin = at;

    while (at < raw.len && at - begin < MAX_GLUE) {
        const char c = raw.ptr[at];

        if (is_quote(c)) {
            return at + 1;
        }
        /* b"", r"", u"" and f"" of Python and Rust, L"" of C */
        if (memchr("bBrRuUfL", c, 8) != NULL && at + 1 < raw.len && is_quote(raw.ptr[at + 1])) {
            at++;
            continue;
        }
        if (c == '\0' || strchr(glue, c) == NULL) {
            if (c == 'n' && at > begin && raw.ptr[at - 1] == '\\') {
                at++; /* escaped line ends between strings of a text within a text */
                continue;
            }
            return SIZE_MAX;
        }
        at++;
    }
    return at == raw.len ? at : SIZE_MAX;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* \u002b and \x2b: an ASCII character, or -1. */
static int escaped_code(aud_str raw, size_t at, size_t num_digits)
{
    int code = 0;

    if (raw.len - at < num_digits) {
        return -1;
    }
    for (size_t i = 0; i < num_digits; i++) {
        const int digit = hex_digit(raw.ptr[at + i]);

        if (digit < 0 || code > 0x7f) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code > 0 && code < 0x80 ? code : -1;
}

/* Reads an escape whose first backslash lies at `*at`, which moves behind it. */
static char take_escape(aud_str raw, size_t *at)
{
    size_t i = *at + 1;
    int code = -1;

    while (i < raw.len && raw.ptr[i] == '\\') {
        i++;
    }
    *at = i;
    if (i == raw.len) {
        return ' ';
    }
    const char c = raw.ptr[i];
    *at = i + 1;
    switch (c) {
    case 'n':
    case 'r':
        return '\n';
    case 't':
        return ' ';
    case 'u':
        code = escaped_code(raw, i + 1, 4);
        *at += code >= 0 ? 4 : 0;
        break;
    case 'x':
        code = escaped_code(raw, i + 1, 2);
        *at += code >= 0 ? 2 : 0;
        break;
    default:
        if (c == '/' || is_quote(c) || is_line_end(c)) {
            return c;
        }
        break;
    }
    if (code >= 0) {
        return (char)code;
    }
    *at = i; /* no escape that is known: the character stays, and the backslash spoils the body */
    return '\\';
}

size_t aud_pem_clean(aud_str raw, aud_str prefix, char *out)
{
    bool at_start = false;
    size_t len = 0, at = 0;

    while (at < raw.len) {
        char c = raw.ptr[at];

        if (at_start) {
            if (is_blank(c)) {
                at++;
                continue;
            }
            at_start = false;
            if (prefix.len > 0 && aud_str_starts(aud_str_sub(raw, at, SIZE_MAX), prefix)) {
                at += prefix.len;
                while (at < raw.len && is_blank(raw.ptr[at])) {
                    at++;
                }
                continue;
            }
        }
        if (c == '\\') {
            c = take_escape(raw, &at);
        } else {
            at++;
        }
        if (is_quote(c)) {
            const size_t next = next_string(raw, at);

            if (next != SIZE_MAX) {
                at = next;
                c = '\n';
            }
        }
        if (is_line_end(c)) {
            c = '\n';
            at_start = true;
        }
        out[len++] = c;
    }
    return len;
}

void aud_pem_split(aud_str clean, aud_str *out_headers, aud_str *out_rest)
{
    enum { MAX_HEADERS = 16 };
    aud_str rest = clean, line;
    unsigned num = 0;

    *out_headers = (aud_str){clean.ptr, 0};
    *out_rest = clean;
    while (aud_str_split(&rest, '\n', &line)) {
        line = aud_str_trim(line);
        if (line.len == 0 && num == 0) {
            continue;
        }
        if (line.len > 0 && (!aud_str_has(line, AUD_LIT(":")) || ++num > MAX_HEADERS)) {
            return;
        }
        if (num == 1 && out_headers->len == 0) {
            out_headers->ptr = line.ptr;
        }
        *out_rest = rest.ptr == NULL ? (aud_str){clean.ptr + clean.len, 0} : rest;
        out_headers->len = (size_t)(out_rest->ptr - out_headers->ptr);
        if (line.len == 0) {
            return;
        }
    }
}

/* --- judging ---------------------------------------------------------------------------------- */

/* "$CERT", "${CERT}", "$(cat cert)" */
static bool has_variable(aud_str s)
{
    for (size_t at = 0; at + 1 < s.len; at++) {
        const char *dollar = memchr(s.ptr + at, '$', s.len - at - 1);

        if (dollar == NULL) {
            return false;
        }
        at = (size_t)(dollar - s.ptr);
        const char c = dollar[1];
        if (c == '{' || c == '(' || c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
            return true;
        }
    }
    return false;
}

/* "xxxxxxxx", "********" */
static bool has_filling(aud_str s)
{
    enum { FILLING = 8 };
    size_t run = 0;

    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];

        run = c != 'x' && c != 'X' && c != '*' ? 0 : run > 0 && s.ptr[i - 1] != c ? 1 : run + 1;
        if (run == FILLING) {
            return true;
        }
    }
    return false;
}

bool aud_pem_is_placeholder(aud_str clean)
{
    static const aud_str marks[] = {
        AUD_LIT_INIT("..."),      AUD_LIT_INIT("\xe2\x80\xa6"), AUD_LIT_INIT("{{"),
        AUD_LIT_INIT("{%"),       AUD_LIT_INIT("%{"),           AUD_LIT_INIT("<%"),
        AUD_LIT_INIT("REDACTED"), AUD_LIT_INIT("redacted"),     AUD_LIT_INIT("[snip"),
        AUD_LIT_INIT("ENC["),     AUD_LIT_INIT("op://"),        AUD_LIT_INIT("ref+"),
    };
    const aud_str s = aud_str_trim(clean);

    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (aud_str_has(s, marks[i])) {
            return true;
        }
    }
    /* "<base64 here>" */
    return has_variable(s) || has_filling(s) ||
           (aud_str_starts(s, AUD_LIT("<")) && aud_str_ends(s, AUD_LIT(">")));
}

/* A run of digits that is no word and no path: long, or fairly long and with a capital letter. */
static bool is_base64_run(aud_str run)
{
    enum { FAIRLY_LONG = 16, LONG = 40 };

    if (run.len >= LONG) {
        return true;
    }
    for (size_t i = 0; run.len >= FAIRLY_LONG && i < run.len; i++) {
        if (run.ptr[i] >= 'A' && run.ptr[i] <= 'Z') {
            return true;
        }
    }
    return false;
}

static aud_str run_at(aud_str s, size_t at)
{
    size_t end = at;

    while (end < s.len && aud_is_base64_digit(s.ptr[end])) {
        end++;
    }
    return aud_str_sub(s, at, end - at);
}

bool aud_pem_has_base64(aud_str clean)
{
    for (size_t at = 0; at < clean.len;) {
        const aud_str run = run_at(clean, at);

        if (is_base64_run(run)) {
            return true;
        }
        at += run.len + 1;
    }
    return false;
}

bool aud_pem_begins_base64(aud_str clean, size_t *out_end)
{
    size_t at = 0;

    while (at < clean.len && (is_blank(clean.ptr[at]) || is_line_end(clean.ptr[at]))) {
        at++;
    }
    aud_str run = run_at(clean, at);
    if (!is_base64_run(run)) {
        return false;
    }
    for (;;) { /* to the end of the last line of digits */
        *out_end = at + run.len;
        at = *out_end;
        while (at < clean.len && (is_blank(clean.ptr[at]) || is_line_end(clean.ptr[at]))) {
            at++;
        }
        run = run_at(clean, at);
        if (run.len == 0) {
            return true;
        }
    }
}
