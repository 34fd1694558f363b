/* reporters/neutral.c - text of an input made harmless for a terminal, a CI log, a Markdown link.
 */
#include "reporters/neutral.h"

#include <stdio.h>

#include "engine/base/text.h"

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != ':' && c != '#' && c != '[';
}

static bool ends_with_word(aud_str text, size_t at, aud_str word)
{
    return at >= word.len && memcmp(text.ptr + at - word.len, word.ptr, word.len) == 0;
}

/* A colon is a command's where it opens "::" at what may become a line's beginning, and behind the
 * words that GitLab and Travis fold logs by. Text is wrapped at blanks, and GitHub's runner trims
 * every blank that Unicode has, so any character beyond ASCII counts as one. */
static bool is_command_colon(aud_str text, size_t at)
{
    static const aud_str words[] = {
        AUD_LIT_INIT("section_start"),
        AUD_LIT_INIT("section_end"),
        AUD_LIT_INIT("travis_fold"),
        AUD_LIT_INIT("travis_time"),
    };

    if (at + 1 < text.len && text.ptr[at + 1] == ':') {
        bool begins = at == 0 || text.ptr[at - 1] <= ' ' || (unsigned char)text.ptr[at - 1] >= 0x7f;

        if (begins) {
            return true;
        }
    }
    for (size_t i = 0; i < AUD_COUNT(words); i++) {
        if (ends_with_word(text, at, words[i])) {
            return true;
        }
    }
    return false;
}

/* Whether the ASCII character at `at` must not be shown as it is. */
static bool is_mark(aud_str text, size_t at)
{
    static const aud_str attachment = AUD_LIT_INIT("ATTACHMENT");
    char c = text.ptr[at];

    if (c == ':') {
        return is_command_colon(text, at);
    }
    if (at == 0 || text.ptr[at - 1] != c) {
        return false;
    }
    if (c == '#') { /* ##[group], ##vso[...], ##teamcity[...] */
        return true;
    }
    return c == '[' && aud_str_starts(aud_str_sub(text, at + 1, text.len), attachment);
}

/* Length of the character at `at` if it may be shown, else 0; `*out_code` tells which it is. */
static size_t shown_len(aud_str text, size_t at, int32_t *out_code)
{
    size_t next = at;

    if (is_plain(text.ptr[at])) {
        return 1;
    }
    *out_code = aud_utf8_next(text, &next);
    if (*out_code < 0 || aud_utf8_is_unsafe((uint32_t)*out_code)) {
        return 0;
    }
    if (*out_code < 0x80 && is_mark(text, at)) {
        return 0;
    }
    return next - at;
}

aud_str aud_neutral_next(aud_str text, size_t *at, char scratch[AUD_NEUTRAL_PIECE])
{
    size_t begin = *at;
    size_t end = begin;
    int32_t code = 0;

    while (end < text.len) {
        size_t len = shown_len(text, end, &code);

        if (len == 0) {
            break;
        }
        end += len;
    }
    if (end > begin || end >= text.len) {
        *at = end;
        return aud_str_sub(text, begin, end - begin);
    }
    if (code == '\t') {
        *at = begin + 1;
        return AUD_LIT(" ");
    }

    int len;
    if (code < 0) {
        *at = begin + 1;
        len = snprintf(scratch, AUD_NEUTRAL_PIECE, "\\x%02x", (unsigned char)text.ptr[begin]);
    } else {
        (void)aud_utf8_next(text, at);
        len = snprintf(scratch, AUD_NEUTRAL_PIECE, "\\u{%x}", (unsigned)code);
    }
    return (aud_str){scratch, (size_t)len};
}

bool aud_neutral_is(aud_str text)
{
    int32_t code = 0;

    for (size_t at = 0; at < text.len;) {
        size_t len = shown_len(text, at, &code);

        if (len == 0) {
            return false;
        }
        at += len;
    }
    return true;
}

void aud_neutral_put(aud_out *out, aud_str text)
{
    char scratch[AUD_NEUTRAL_PIECE];

    for (size_t at = 0; at < text.len;) {
        aud_out_str(out, aud_neutral_next(text, &at, scratch));
    }
}

aud_status aud_neutral_add(aud_buf *buf, aud_str text, aud_error *err)
{
    char scratch[AUD_NEUTRAL_PIECE];

    for (size_t at = 0; at < text.len;) {
        AUD_TRY(aud_buf_add(buf, aud_neutral_next(text, &at, scratch), err));
    }
    return AUD_OK;
}

aud_str aud_neutral_cut(aud_str text, size_t max)
{
    size_t len = max;

    if (text.len <= max) {
        return text;
    }
    /* step back over at most three continuation bytes; text that is not UTF-8 is cut anywhere */
    for (unsigned i = 0; i < 3 && len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80; i++) {
        len--;
    }
    return aud_str_sub(text, 0, len);
}
