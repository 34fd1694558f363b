/* engine/pki/pem_text.c - places in a text that is searched for PEM, and base64 around it. */
#include "engine/pki/pem_text.h"

#include "engine/pki/pem_body.h"

/* --- places ----------------------------------------------------------------------------------- */

/* Line ends are LF, CRLF or a lone CR. */
static uint32_t count_lines(aud_str text, size_t from, size_t to)
{
    const char *at = text.ptr + from, *end = text.ptr + to;
    uint32_t num = 0;

    if (from == to) {
        return 0;
    }
    if (memchr(at, '\r', to - from) == NULL) {
        while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
            num++;
            at++;
        }
        return num;
    }
    for (; at < end; at++) {
        num += *at == '\n' || (*at == '\r' && (at + 1 == text.ptr + text.len || at[1] != '\n'));
    }
    return num;
}

/* Moves `*raw` to the next digit of a run; false at its end. Line ends may be escaped. */
static bool find_digit(aud_str run, size_t *raw)
{
    while (*raw < run.len && !aud_is_base64_digit(run.ptr[*raw])) {
        if (run.ptr[*raw] == '\\') {
            while (*raw < run.len && run.ptr[*raw] == '\\') {
                ++*raw;
            }
            if (*raw < run.len && run.ptr[*raw] == '/') {
                return true;
            }
        }
        ++*raw;
    }
    return *raw < run.len;
}

/* Where in the outer text the digit of that number lies. */
static size_t digit_offset(pem_text *t, size_t digit)
{
    if (digit < t->digit) {
        t->digit = 0;
        t->raw = 0;
    }
    while (find_digit(t->run, &t->raw) && t->digit < digit) {
        t->digit++;
        t->raw++;
    }
    return t->run_begin + t->raw;
}

uint32_t pem_text_line(pem_text *t, size_t at)
{
    if (t->outer != NULL) {
        return pem_text_line(t->outer, digit_offset(t, at / 3 * 4));
    }
    if (t->line > 0 && at > t->counted) {
        t->line += count_lines(t->text, t->counted, at);
        t->counted = at;
    }
    return t->line;
}

uint64_t pem_text_offset(pem_text *t, size_t at, bool is_end)
{
    if (t->outer != NULL) {
        /* the end is that of the group that holds the last byte */
        const size_t group = is_end ? (at + 2) / 3 * 4 : at / 3 * 4;
        const size_t offset =
            is_end && group > 0 ? digit_offset(t, group - 1) + 1 : digit_offset(t, group);
        const size_t run_end = t->run_begin + t->run.len;

        return pem_text_offset(t->outer, offset > run_end ? run_end : offset, is_end);
    }
    return t->base + (uint64_t)at * t->step;
}

/* --- base64 around PEM ------------------------------------------------------------------------ */

/* The three ways in which "-----BEGIN" falls into groups; all of them hold "LS0t". */
static const struct {
    aud_str mark;
    size_t lead;  /* digits of the first group before the mark */
    size_t shift; /* of "LS0t" in the mark */
} wrappings[] = {
    {AUD_LIT_INIT("LS0tLS1CRUdJTi"), 0, 0},
    {AUD_LIT_INIT("0tLS0tQkVHSU4"), 2, 2},
    {AUD_LIT_INIT("tLS0tLUJFR0lO"), 3, 1},
};

size_t pem_find_wrapped(aud_str text, size_t from, size_t to)
{
    const aud_str part = aud_str_sub(text, 0, to);

    for (size_t at = from; (at = aud_str_find(part, AUD_LIT("LS0t"), at)) != SIZE_MAX; at++) {
        for (size_t i = 0; i < AUD_COUNT(wrappings); i++) {
            const size_t before = wrappings[i].shift + wrappings[i].lead;

            if (at >= from + before &&
                aud_str_starts(aud_str_sub(part, at - wrappings[i].shift, SIZE_MAX),
                               wrappings[i].mark)) {
                return at - before;
            }
        }
    }
    return SIZE_MAX;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t skip_digits(aud_str text, size_t at)
{
    while (at < text.len &&
           (aud_is_base64_digit(text.ptr[at]) ||
            (text.ptr[at] == '\\' && at + 1 < text.len && text.ptr[at + 1] == '/'))) {
        at++;
    }
    return at;
}

/* Behind a line end, real or escaped, and the blanks after it; `at` itself if there is none. */
static size_t skip_line_end(aud_str text, size_t at)
{
    size_t i = at;
    bool found = false;

    while (i < text.len) {
        const char c = text.ptr[i];

        if (c == '\n' || c == '\r') {
            found = true;
        } else if (c == '\\') {
            size_t letter = i;

            while (letter < text.len && text.ptr[letter] == '\\') {
                letter++;
            }
            if (letter == text.len || (text.ptr[letter] != 'n' && text.ptr[letter] != 'r')) {
                break;
            }
            found = true;
            i = letter;
        } else if (!is_blank(c)) {
            break;
        }
        i++;
    }
    return found ? i : at;
}

size_t pem_run_end(aud_str text, size_t at)
{
    enum { WRAPPED = 32, SHORTEST = 2 }; /* digits of a line that is wrapped, and of the last */

    for (;;) {
        const size_t line = at;
        size_t next, last;

        at = skip_digits(text, at);
        if (at < text.len && text.ptr[at] == '=') {
            at++;
            return at < text.len && text.ptr[at] == '=' ? at + 1 : at;
        }
        next = skip_line_end(text, at);
        last = skip_digits(text, next);
        if (next == at || at - line < WRAPPED || last - next < SHORTEST) {
            return at;
        }
        /* the next line is part of it if there is nothing else on it */
        while (last < text.len && (text.ptr[last] == '=' || is_blank(text.ptr[last]))) {
            last++;
        }
        if (last < text.len && memchr("\r\n\\\"'", text.ptr[last], 5) == NULL) {
            return at;
        }
        at = next;
    }
}

size_t pem_run_digits(aud_str run, char *out)
{
    size_t len = 0;

    for (size_t raw = 0; find_digit(run, &raw); raw++) {
        out[len++] = run.ptr[raw];
    }
    return len % 4 == 1 ? len - 1 : len; /* one digit holds no byte */
}

size_t pem_narrow(aud_str wide, char *out)
{
    size_t len = 0;

    for (size_t i = 0; i + 1 < wide.len; i += 2) {
        const unsigned char a = (unsigned char)wide.ptr[i], b = (unsigned char)wide.ptr[i + 1];

        out[len++] = (char)(b == 0 && a < 0x80 ? a : a == 0 && b < 0x80 ? b : 0x7f);
    }
    return len;
}
