/* engine/ingest/config_template.c - what Jinja, ERB, EPP and Go templates write into configuration.
 */
#include "engine/ingest/config_template.h"

static const struct mark {
    const char *open, *close;
} marks[] = {{"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}, {"<%", "%>"}};

bool aud_template_begins(aud_str text, size_t *out_len)
{
    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (aud_str_starts(text, aud_str_of(marks[i].open))) {
            const size_t end = aud_str_find(text, aud_str_of(marks[i].close), 2);
            *out_len = end == SIZE_MAX ? 0 : end + 2;
            return end != SIZE_MAX;
        }
    }
    return false;
}

bool aud_template_in(aud_str text)
{
    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (aud_str_has(text, aud_str_of(marks[i].open))) {
            return true;
        }
    }
    return false;
}

static bool one_of(aud_str word, const char *const *words, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(word, aud_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* Without the marks, and the signs with which they eat blanks. */
static aud_str inside_of(aud_str whole)
{
    aud_str inside = aud_str_sub(whole, 2, whole.len < 4 ? 0 : whole.len - 4);

    while (inside.len > 0 && (inside.ptr[0] == '-' || inside.ptr[0] == '+' ||
                              inside.ptr[0] == ' ' || inside.ptr[0] == '~')) {
        inside = aud_str_sub(inside, 1, inside.len);
    }
    inside = aud_str_trim(inside);
    while (inside.len > 0 &&
           (inside.ptr[inside.len - 1] == '-' || inside.ptr[inside.len - 1] == '+')) {
        inside = aud_str_trim(aud_str_sub(inside, 0, inside.len - 1));
    }
    return inside;
}

static aud_str first_word(aud_str inside)
{
    size_t len = 0;

    while (len < inside.len && inside.ptr[len] >= 'a' && inside.ptr[len] <= 'z') {
        len++;
    }
    return aud_str_sub(inside, 0, len);
}

aud_template_effect aud_template_effect_of(aud_str whole)
{
    static const char *const opens[] = {"if",    "for",   "unless", "range",  "with",
                                        "block", "macro", "filter", "define", "case",
                                        "call",  "raw",   "while"};
    static const char *const nothing[] = {"else",   "elif",   "elsif", "when",    "elseif",
                                          "set",    "import", "from",  "do",      "extends",
                                          "assign", "layout", "break", "continue"};
    const aud_str raw = aud_str_sub(whole, 2, whole.len), inside = inside_of(whole);
    const aud_str word = first_word(inside);

    if (whole.len < 4 || whole.ptr[1] == '#' || aud_str_starts(raw, AUD_LIT("#")) ||
        aud_str_starts(inside, AUD_LIT("/*"))) {
        return AUD_TEMPLATE_NOTHING;
    }
    if (whole.ptr[1] == '%' && aud_str_starts(raw, AUD_LIT("="))) {
        return AUD_TEMPLATE_FILLS;
    }
    if (aud_str_starts(word, AUD_LIT("end")) || aud_str_starts(inside, AUD_LIT("}"))) {
        /* "} else {" of EPP leaves one condition for another */
        return aud_str_ends(inside, AUD_LIT("{")) ? AUD_TEMPLATE_NOTHING : AUD_TEMPLATE_CLOSES;
    }
    if (one_of(word, opens, AUD_COUNT(opens)) || aud_str_ends(inside, AUD_LIT("{")) ||
        aud_str_ends(inside, AUD_LIT("|")) || aud_str_ends(inside, AUD_LIT(" do"))) {
        return AUD_TEMPLATE_OPENS;
    }
    if (one_of(word, nothing, AUD_COUNT(nothing)) || inside.len == 0 ||
        /* Go's "$x := ...", ERB's and EPP's assignments */
        ((aud_str_starts(inside, AUD_LIT("$")) || aud_str_starts(inside, AUD_LIT("@"))) &&
         aud_str_has(inside, AUD_LIT("=")))) {
        return AUD_TEMPLATE_NOTHING;
    }
    return AUD_TEMPLATE_FILLS;
}
