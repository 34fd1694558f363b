/* tests/reporters/html_check.h - a strict reader of the markup that the HTML reporter may write.
 *
 * It knows every element and attribute that belongs in the page; whatever else an input could
 * smuggle in, or a slip leave open, fails the test.
 */
#ifndef AUD_TESTS_REPORTERS_HTML_CHECK_H
#define AUD_TESTS_REPORTERS_HTML_CHECK_H

#include "engine/base/map.h"
#include "engine/base/text.h"
#include "tests/support/support.h"

enum { HTML_DEPTH_MAX = 32 };

typedef struct html_reader {
    aud_str text;
    size_t at;
    aud_str open[HTML_DEPTH_MAX];
    size_t depth;
    aud_map *ids;
    size_t num_elements;
} html_reader;

static inline bool html_is_one_of(aud_str name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (aud_str_eq(name, aud_str_of(*names))) {
            return true;
        }
    }
    return false;
}

static inline bool html_is_void(aud_str name)
{
    static const char *const names[] = {"meta", "link", "br", NULL};

    return html_is_one_of(name, names);
}

static inline aud_str html_word(html_reader *r)
{
    size_t begin = r->at;

    while (r->at < r->text.len && ((r->text.ptr[r->at] >= 'a' && r->text.ptr[r->at] <= 'z') ||
                                   (r->text.ptr[r->at] >= '0' && r->text.ptr[r->at] <= '9') ||
                                   r->text.ptr[r->at] == '-')) {
        r->at++;
    }
    return aud_str_sub(r->text, begin, r->at - begin);
}

static inline void html_expect(html_reader *r, const char *literal)
{
    aud_str want = aud_str_of(literal);

    if (!aud_str_eq(aud_str_sub(r->text, r->at, want.len), want)) {
        aud_str near = aud_str_sub(r->text, r->at > 60 ? r->at - 60 : 0, 120);

        fail_msg("no '%s' near '%.*s'", literal, AUD_ARG(near));
    }
    r->at += want.len;
}

static inline void html_attribute(html_reader *r)
{
    static const char *const known[] = {
        "lang",     "charset",  "http-equiv", "content",         "name",
        "rel",      "href",     "id",         "class",           "scope",
        "colspan",  "tabindex", "aria-label", "aria-labelledby", "aria-hidden",
        "datetime", "open",     NULL};
    aud_str name = html_word(r);
    aud_str value;
    size_t end;

    if (!html_is_one_of(name, known)) {
        fail_msg("attribute '%.*s' does not belong here", AUD_ARG(name));
    }
    html_expect(r, "=\"");
    end = aud_str_find(r->text, AUD_LIT("\""), r->at);
    assert_true(end != SIZE_MAX);
    value = aud_str_sub(r->text, r->at, end - r->at);
    r->at = end + 1;
    assert_false(aud_str_has(value, AUD_LIT("<")));
    if (aud_str_eq(name, AUD_LIT("id"))) {
        assert_true(value.len > 0);
        if (aud_map_get(r->ids, value) != NULL) {
            fail_msg("id '%.*s' twice", AUD_ARG(value));
        }
        assert_int_equal(aud_map_put(r->ids, value, r, NULL), AUD_OK);
    } else if (aud_str_eq(name, AUD_LIT("href"))) {
        assert_true(
            aud_str_starts(value, AUD_LIT("#")) || aud_str_starts(value, AUD_LIT("https://")) ||
            aud_str_starts(value, AUD_LIT("http://")) || aud_str_eq(value, AUD_LIT("data:,")));
    }
}

static inline void html_element(html_reader *r)
{
    static const char *const known[] = {
        "html",  "head",   "meta",    "style", "link", "title",   "body",    "header", "nav",
        "main",  "footer", "section", "div",   "p",    "h1",      "h2",      "h3",     "ul",
        "ol",    "li",     "dl",      "dt",    "dd",   "table",   "caption", "thead",  "tbody",
        "tr",    "th",     "td",      "a",     "span", "b",       "strong",  "em",     "code",
        "small", "pre",    "bdi",     "br",    "time", "details", "summary", NULL};
    aud_str name;

    html_expect(r, "<");
    if (r->at < r->text.len && r->text.ptr[r->at] == '/') {
        r->at++;
        name = html_word(r);
        html_expect(r, ">");
        assert_true(r->depth > 0);
        if (!aud_str_eq(r->open[r->depth - 1], name)) {
            fail_msg("'%.*s' closes '%.*s'", AUD_ARG(name), AUD_ARG(r->open[r->depth - 1]));
        }
        r->depth--;
        return;
    }
    name = html_word(r);
    if (!html_is_one_of(name, known)) {
        fail_msg("element '%.*s' does not belong here", AUD_ARG(name));
    }
    r->num_elements++;
    while (r->at < r->text.len && r->text.ptr[r->at] == ' ') {
        r->at++;
        html_attribute(r);
    }
    html_expect(r, ">");
    if (!html_is_void(name)) {
        assert_true(r->depth < HTML_DEPTH_MAX);
        r->open[r->depth++] = name;
    }
    if (aud_str_eq(name, AUD_LIT("style"))) {
        r->at = aud_str_find(r->text, AUD_LIT("</style>"), r->at);
        assert_true(r->at != SIZE_MAX);
    }
}

/* A character reference, or a character that may stand in a page as it is. */
static inline void html_character(html_reader *r)
{
    int32_t code;

    if (r->text.ptr[r->at] == '&') {
        size_t end = aud_str_find(r->text, AUD_LIT(";"), r->at);

        assert_true(end != SIZE_MAX && end - r->at <= 7);
        r->at = end + 1;
        return;
    }
    code = aud_utf8_next(r->text, &r->at);
    assert_true(code >= 0);
    assert_int_not_equal(code, '>');
    if (code != '\n' && aud_utf8_is_unsafe((uint32_t)code)) {
        fail_msg("U+%04X stands in the page", (unsigned)code);
    }
}

/* Reads the whole page; fails the test where it is not as it must be. Gives the elements' number.
 */
static inline size_t html_check(aud_str page)
{
    html_reader r = {.text = page};
    const char *const doctype = "<!DOCTYPE html>\n";

    assert_int_equal(aud_map_new(&r.ids, NULL), AUD_OK);
    html_expect(&r, doctype);
    while (r.at < page.len) {
        if (page.ptr[r.at] == '<') {
            html_element(&r);
        } else {
            html_character(&r);
        }
    }
    assert_int_equal(r.depth, 0);
    /* every link leads somewhere: look the targets up in the text of the page */
    for (size_t at = aud_str_find(page, AUD_LIT("href=\"#"), 0); at != SIZE_MAX;
         at = aud_str_find(page, AUD_LIT("href=\"#"), at + 1)) {
        size_t end = aud_str_find(page, AUD_LIT("\""), at + 7);
        aud_str target = aud_str_sub(page, at + 7, end - at - 7);

        if (aud_map_get(r.ids, target) == NULL) {
            fail_msg("nothing at '#%.*s'", AUD_ARG(target));
        }
    }
    aud_map_free(r.ids);
    return r.num_elements;
}

#endif
