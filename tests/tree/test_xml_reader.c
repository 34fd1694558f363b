/* tests/tree/test_xml_reader.c - the XML reader: events, lines, encodings, hostile documents. */
#include "tests/support/support.h"

#include <stdio.h>

#include "engine/base/pool.h"
#include "engine/tree/xml.h"
#include "tests/tree/pieces.h"

/* --- what was read, as text ------------------------------------------------------------------- */

typedef struct outcome {
    aud_status status;
    aud_error err;
    aud_buf events; /* "<a@1/0 b=c>text</a@1/0>" */
    aud_status answer;
    size_t answer_after, calls;
} outcome;

static aud_status answer(outcome *o, aud_error *err)
{
    if (o->answer != AUD_OK && o->calls++ == o->answer_after) {
        return aud_fail(err, o->answer, "the handler has had enough");
    }
    return AUD_OK;
}

static aud_status on_start(void *ctx, aud_str name, const aud_xml_attr *attrs, size_t num,
                           unsigned depth, uint32_t line, aud_error *err)
{
    outcome *o = ctx;

    assert_int_equal(aud_buf_printf(&o->events, NULL, "<%.*s@%u/%u", AUD_ARG(name), line, depth),
                     AUD_OK);
    for (size_t i = 0; i < num; i++) {
        assert_int_equal(aud_buf_printf(&o->events, NULL, " %.*s=%.*s", AUD_ARG(attrs[i].name),
                                        AUD_ARG(attrs[i].value)),
                         AUD_OK);
    }
    assert_int_equal(aud_buf_add(&o->events, AUD_LIT(">"), NULL), AUD_OK);
    return answer(o, err);
}

static aud_status on_end(void *ctx, aud_str name, unsigned depth, uint32_t line, aud_error *err)
{
    outcome *o = ctx;

    AUD_UNUSED(line);
    assert_int_equal(aud_buf_printf(&o->events, NULL, "</%.*s/%u>", AUD_ARG(name), depth), AUD_OK);
    return answer(o, err);
}

static aud_status on_text(void *ctx, aud_str text, aud_error *err)
{
    outcome *o = ctx;

    assert_int_equal(aud_buf_add(&o->events, text, NULL), AUD_OK);
    return answer(o, err);
}

static outcome read_pieces(aud_str text, size_t first, size_t step)
{
    outcome o = {.status = AUD_OK};
    const aud_xml_handler handler = {.ctx = &o, .start = on_start, .end = on_end, .text = on_text};
    pieces p;

    aud_buf_init(&o.events, SIZE_MAX / 2);
    pieces_open(&p, text, first, step);
    o.status = aud_xml_read(&p.input, &handler, &o.err);
    assert_int_equal(aud_buf_add(&o.events, (aud_str){"", 1}, NULL), AUD_OK);
    pieces_close(&p);
    return o;
}

/* In one piece, cut at every place, byte by byte. */
static outcome read_all_ways(aud_str text)
{
    outcome whole = read_pieces(text, 0, 0);

    for (size_t cut = 1; cut <= text.len; cut++) {
        outcome o = read_pieces(text, cut == text.len ? 1 : cut, cut == text.len ? 1 : 0);

        assert_int_equal(o.status, whole.status);
        if (whole.status == AUD_OK) {
            assert_string_equal(o.events.ptr, whole.events.ptr);
        }
        aud_buf_clear(&o.events);
    }
    return whole;
}

/* ASCII as UTF-16 with a byte order mark. */
static void utf16(aud_buf *out, const char *text, bool big)
{
    aud_buf_init(out, SIZE_MAX / 2);
    assert_int_equal(aud_buf_add(out, big ? AUD_LIT("\xfe\xff") : AUD_LIT("\xff\xfe"), NULL), 0);
    for (; *text != '\0'; text++) {
        const char unit[2] = {big ? '\0' : *text, big ? *text : '\0'};

        assert_int_equal(aud_buf_add(out, (aud_str){unit, 2}, NULL), AUD_OK);
    }
}

/* --- tables ----------------------------------------------------------------------------------- */

static void test_accepted(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        const char *want;
    } cases[] = {
        {"one element", AUD_LIT_INIT("<a/>"), "<a@1/0></a/0>"},
        {"depth, lines, attributes",
         AUD_LIT_INIT("<?xml version=\"1.0\"?>\n<a x=\"1\">\n<b y='2' z=\"\"/>t</a>\n"),
         "<a@2/0 x=1>\n<b@3/1 y=2 z=></b/1>t</a/0>"},
        {"a tag over several lines has the line of its beginning",
         AUD_LIT_INIT("<a\n>\n<b\n  x=\"1\"\n  y=\"2\"\n/><c/></a>"),
         "<a@1/0>\n<b@3/1 x=1 y=2></b/1><c@6/1></c/1></a/0>"},
        {"CR LF", AUD_LIT_INIT("<a>\r\n<b/>\r\n</a>"), "<a@1/0>\n<b@2/1></b/1>\n</a/0>"},
        {"the five entities and references",
         AUD_LIT_INIT("<a x=\"&lt;&amp;&quot;&#65;\">&gt;&apos;&#x42;</a>"),
         "<a@1/0 x=<&\"A>>'B</a/0>"},
        {"CDATA", AUD_LIT_INIT("<a>x<![CDATA[<b>&amp;]]>y</a>"), "<a@1/0>x<b>&amp;y</a/0>"},
        {"comments and processing instructions are passed over",
         AUD_LIT_INIT("<!-- a --><?p q?><a><!-- <b/> --><?r?></a><!-- z -->"), "<a@1/0></a/0>"},
        {"a DOCTYPE is passed over", AUD_LIT_INIT("<!DOCTYPE a>\n<a/>"), "<a@2/0></a/0>"},
        {"a DOCTYPE of elsewhere is not fetched",
         AUD_LIT_INIT("<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/a.dtd\">\n<a/>"), "<a@2/0></a/0>"},
        {"a DOCTYPE that declares elements",
         AUD_LIT_INIT("<!DOCTYPE a [<!ELEMENT a (#PCDATA)>]>\n<a>x</a>"), "<a@2/0>x</a/0>"},
        {"prefixes stay, and declarations are attributes",
         AUD_LIT_INIT("<p:a xmlns:p=\"u\" p:x=\"1\" x=\"2\"><b xmlns=\"v\"/></p:a>"),
         "<p:a@1/0 p:x=1 x=2 xmlns:p=u><b@1/1 xmlns=v></b/1></p:a/0>"},
        {"a prefix that nobody declared", AUD_LIT_INIT("<p:a q:x=\"1\"/>"),
         "<p:a@1/0 q:x=1></p:a/0>"},
        {"a UTF-8 byte order mark", AUD_LIT_INIT("\xef\xbb\xbf<a/>"), "<a@1/0></a/0>"},
        {"Latin-1, declared",
         AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a x=\"\xfc\">\xe9</a>"),
         "<a@1/0 x=\xc3\xbc>\xc3\xa9</a/0>"},
        {"Latin-9, declared",
         AUD_LIT_INIT("<?xml version='1.0' encoding = 'iso-8859-15'?><a>\xa4</a>"),
         "<a@1/0>\xe2\x82\xac</a/0>"},
        {"ASCII, declared", AUD_LIT_INIT("<?xml version='1.0' encoding='us-ascii'?><a>b</a>"),
         "<a@1/0>b</a/0>"},
        {"a byte order mark against the declaration",
         AUD_LIT_INIT("\xef\xbb\xbf<?xml version='1.0' encoding='iso-8859-1'?><a>\xc3\xbc</a>"),
         "<a@1/0>\xc3\xbc</a/0>"},
        {"a word in a declaration that is none", AUD_LIT_INIT("<a encoding='no-such'>\xc3\xbc</a>"),
         "<a@1/0 encoding=no-such>\xc3\xbc</a/0>"},
        {"Windows-1252, declared",
         AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x80</a>"),
         "<a@1/0>\xe2\x82\xac</a/0>"},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        outcome o;

        print_message("case: %s\n", cases[i].name);
        o = read_all_ways(cases[i].text);
        if (o.status != AUD_OK) {
            fail_msg("%s", o.err.message);
        }
        assert_string_equal(o.events.ptr, cases[i].want);
        aud_buf_clear(&o.events);
    }
}

static void test_utf16(void **state)
{
    AUD_UNUSED(state);

    for (int big = 0; big < 2; big++) {
        aud_buf text;
        outcome o;

        utf16(&text, "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<a x=\"1\">\n<b/>t</a>", big);
        o = read_all_ways(aud_buf_str(&text));
        assert_int_equal(o.status, AUD_OK);
        assert_string_equal(o.events.ptr, "<a@2/0 x=1>\n<b@3/1></b/1>t</a/0>");
        aud_buf_clear(&o.events);
        aud_buf_clear(&text);
    }
}

#define BOMB                                                                                       \
    "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d "   \
    "\"&c;&c;&c;&c;&c;&c;&c;&c;\">]>"

static void test_refused(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        uint32_t line;
    } cases[] = {
        {"nothing", AUD_LIT_INIT(""), 1},
        {"blanks", AUD_LIT_INIT("  \n"), 0},
        {"text", AUD_LIT_INIT("hello there"), 1},
        {"JSON", AUD_LIT_INIT("{\"a\": 1}"), 1},
        {"a declaration alone", AUD_LIT_INIT("<?xml version=\"1.0\"?>\n"), 0},
        {"a comment alone", AUD_LIT_INIT("<!-- a -->"), 1},
        {"a cut tag", AUD_LIT_INIT("<a>\n<b"), 2},
        {"a cut attribute", AUD_LIT_INIT("<a>\n<b x=\"1"), 2},
        {"a cut element", AUD_LIT_INIT("<a>\n<b>\n"), 0},
        {"a cut end tag", AUD_LIT_INIT("<a></a"), 1},
        {"a cut comment", AUD_LIT_INIT("<a><!-- "), 1},
        {"a cut CDATA section", AUD_LIT_INIT("<a><![CDATA[ x"), 1},
        {"a cut comment behind the root", AUD_LIT_INIT("<a/><!-- "), 1},
        {"a cut DOCTYPE", AUD_LIT_INIT("<!DOCTYPE a ["), 1},
        {"a second root", AUD_LIT_INIT("<a/>\n<b/>"), 2},
        {"text behind the root", AUD_LIT_INIT("<a/>\nx"), 2},
        {"one character behind the root", AUD_LIT_INIT("<a/>x"), 1},
        {"a NUL behind the root", AUD_LIT_INIT("<a/>\0"), 1},
        {"much behind a NUL behind the root", AUD_LIT_INIT("<a/>\0<b/><b/>"), 1},
        {"a NUL in text", AUD_LIT_INIT("<a>x\0y</a>"), 1},
        {"a NUL in an attribute", AUD_LIT_INIT("<a x=\"1\0002\"/>"), 1},
        {"an end tag that does not match", AUD_LIT_INIT("<a>\n</b>"), 2},
        {"an attribute twice", AUD_LIT_INIT("<a x=\"1\" x=\"2\"/>"), 1},
        {"an attribute without quotes", AUD_LIT_INIT("<a x=1/>"), 1},
        {"an attribute without value", AUD_LIT_INIT("<a x/>"), 1},
        {"'<' in an attribute", AUD_LIT_INIT("<a x=\"<\"/>"), 1},
        {"a bare ampersand", AUD_LIT_INIT("<a>a & b</a>"), 1},
        {"an entity that is not closed", AUD_LIT_INIT("<a>&lt</a>"), 1},
        {"an unknown entity", AUD_LIT_INIT("<a>\n&nbsp;</a>"), 2},
        {"an unknown entity in an attribute", AUD_LIT_INIT("<a x=\"&nbsp;\"/>"), 1},
        {"an unknown entity under a DTD of elsewhere",
         AUD_LIT_INIT("<!DOCTYPE a SYSTEM \"a.dtd\">\n<a>&b;</a>"), 2},
        {"an unknown entity in an attribute under a DTD of elsewhere",
         AUD_LIT_INIT("<!DOCTYPE a SYSTEM \"a.dtd\">\n<a x=\"&b;\"/>"), 2},
        {"an entity, declared", AUD_LIT_INIT("<!DOCTYPE a [<!ENTITY b \"x\">]>\n<a>&b;</a>"), 1},
        {"an entity, declared and not used",
         AUD_LIT_INIT("<!DOCTYPE a [\n<!ENTITY b \"x\">]>\n<a/>"), 2},
        {"an entity out of a file",
         AUD_LIT_INIT("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]>\n<a>&b;</a>"), 1},
        {"a parameter entity",
         AUD_LIT_INIT("<!DOCTYPE a [<!ENTITY % b SYSTEM \"file:///etc/hostname\"> %b;]>\n<a/>"), 1},
        {"a parameter entity that nobody declared", AUD_LIT_INIT("<!DOCTYPE a [ %b; ]>\n<a/>"), 1},
        {"a billion laughs", AUD_LIT_INIT(BOMB "<a>&d;&d;&d;&d;</a>"), 1},
        {"a billion laughs in an attribute", AUD_LIT_INIT(BOMB "<a x=\"&d;&d;&d;&d;\"/>"), 1},
        {"attributes out of a DOCTYPE",
         AUD_LIT_INIT("<!DOCTYPE a [<!ATTLIST a x CDATA \"1\">]>\n<a/>"), 1},
        {"a control character", AUD_LIT_INIT("<a>\x01</a>"), 1},
        {"a reference to a control character", AUD_LIT_INIT("<a>&#1;</a>"), 1},
        {"a reference to NUL", AUD_LIT_INIT("<a>&#0;</a>"), 1},
        {"a reference to a surrogate", AUD_LIT_INIT("<a>&#xd800;</a>"), 1},
        {"invalid UTF-8 in text", AUD_LIT_INIT("<a>\n\xff\xfe</a>"), 2},
        {"invalid UTF-8 in an attribute", AUD_LIT_INIT("<a x=\"\xe9t\"/>"), 1},
        {"ASCII that is none, behind the root",
         AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"US-ASCII\"?><a/><!-- \xe9 -->"), 0},
        {"ASCII that is none",
         AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"US-ASCII\"?><a>\xe9</a>"), 0},
        {"a byte that windows-1252 does not have",
         AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"windows-1252\"?>\n<a>\x81</a>"), 0},
        {"UTF-16 without a byte order mark", AUD_LIT_INIT("<\0a\0/\0>\0"), 1},
        {"EBCDIC", AUD_LIT_INIT("\x4c\x6f\xa7\x94\x93\x40\xa5\x85"), 1},
        {"UTF-16 that ends in the middle of a character", AUD_LIT_INIT("\xff\xfe<\0a\0/\0>\0\n"),
         1},
        {"UTF-16 with half of a pair", AUD_LIT_INIT("\xff\xfe<\0a\0\x3d\xd8/\0>\0"), 1},
        {"a declaration in the middle", AUD_LIT_INIT("<a><?xml version=\"1.0\"?></a>"), 1},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        outcome o;

        print_message("case: %s\n", cases[i].name);
        o = read_all_ways(cases[i].text);
        print_message("      %s, line %u\n", o.err.message, o.err.line);
        assert_int_equal(o.status, AUD_E_FORMAT);
        if (cases[i].line > 0) {
            assert_int_equal(o.err.line, cases[i].line);
        }
        assert_null(strstr(o.err.message, "libxml2 error 0"));
        aud_buf_clear(&o.events);
    }
}

static void test_other_encodings(void **state)
{
    static const aud_str texts[] = {
        AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"SECRET\"?><a>x</a>"),
        AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"UTF-8.\"?><a>x</a>"),
        AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>x</a>"),
        AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>x</a>"),
        AUD_LIT_INIT("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a>x</a>"),
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        outcome o = read_all_ways(texts[i]);

        assert_int_equal(o.status, AUD_E_UNSUPPORTED);
        assert_null(strstr(o.err.message, "SECRET"));
        assert_int_equal(o.err.line, 1);
        aud_buf_clear(&o.events);
    }
}

static void test_what_came_before_an_error_is_handed_on(void **state)
{
    outcome o = read_pieces(AUD_LIT("<a><b/>t<c>"), 0, 0);

    AUD_UNUSED(state);
    assert_int_equal(o.status, AUD_E_FORMAT);
    assert_string_equal(o.events.ptr, "<a@1/0><b@1/1></b/1>t<c@1/1>");
    aud_buf_clear(&o.events);
}

static void test_messages_hold_nothing_of_the_input(void **state)
{
    static const char *const texts[] = {
        "<a>&SECRET;</a>",        "<SECRET></a>",
        "<a SECRET></a>",         "<a SECRET=\"1\" SECRET=\"2\"/>",
        "<a>SECRET & SECRET</a>", "<!DOCTYPE a [<!ENTITY SECRET \"SECRET\">]><a/>",
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        outcome o = read_pieces(aud_str_of(texts[i]), 0, 0);

        assert_int_equal(o.status, AUD_E_FORMAT);
        assert_null(strstr(o.err.message, "SECRET"));
        aud_buf_clear(&o.events);
    }
}

/* --- limits and lines ------------------------------------------------------------------------- */

static void repeat(aud_buf *buf, const char *text, size_t times)
{
    const size_t len = strlen(text);

    assert_int_equal(aud_buf_reserve(buf, len * times, NULL), AUD_OK);
    for (size_t i = 0; i < times; i++) {
        assert_int_equal(aud_buf_add(buf, (aud_str){text, len}, NULL), AUD_OK);
    }
}

static void test_limits(void **state)
{
    static const struct {
        const char *name, *before, *many, *after;
        size_t times;
        aud_status want;
    } cases[] = {
        {"63 elements inside of one", "<a>", "<b>", NULL, 63, AUD_OK},
        {"64", "<a>", "<b>", NULL, 64, AUD_E_LIMIT},
        {"a million", "<a>", "<b>", NULL, 1000000, AUD_E_LIMIT},
        {"a tag of 200,000 bytes", "<a x=\"", "y", "\"/>", 200000, AUD_OK},
        {"a tag of a million bytes", "<a x=\"", "y", "\"/>", 1000000, AUD_E_LIMIT},
        {"a tag of 50 million", "<a x=\"", "y", "\"/>", 50000000, AUD_E_LIMIT},
        {"a comment of a million bytes", "<!--", "y", "--><a/>", 1000000, AUD_E_LIMIT},
        {"a name of 2,000 bytes", "<", "y", "/>", 2000, AUD_E_LIMIT},
        {"a name of 100,000 bytes", "<", "y", "/>", 100000, AUD_E_LIMIT},
        {"16 MiB of text", "<a>", "0123456789abcdef", "</a>", 1 << 20, AUD_OK},
        {"one byte more", "<a>y", "0123456789abcdef", "</a>", 1 << 20, AUD_E_LIMIT},
        {"16 MiB of text and elements", "<a>", "0123456789ab<b/>", "</a>", 1 << 20, AUD_OK},
        {"text of many elements", "<a>", "<b>01234567890123456789</b>", "</a>", 1 << 20, AUD_OK},
        {"CDATA without end", "<a><![CDATA[", "0123456789abcdef", "", 2 << 20, AUD_E_LIMIT},
        {"a DOCTYPE without end", "<!DOCTYPE a [", "<!ELEMENT a ANY> ", "", 100000, AUD_E_LIMIT},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_buf text;
        outcome o;

        print_message("case: %s\n", cases[i].name);
        aud_buf_init(&text, SIZE_MAX / 2);
        repeat(&text, cases[i].before, 1);
        repeat(&text, cases[i].many, cases[i].times);
        if (cases[i].after == NULL) {
            repeat(&text, "</b>", cases[i].times);
            repeat(&text, "</a>", 1);
        } else {
            repeat(&text, cases[i].after, 1);
        }
        o = read_pieces(aud_buf_str(&text), 65536, 65536);
        assert_int_equal(o.status, cases[i].want);
        if (o.status != AUD_OK) {
            print_message("      %s\n", o.err.message);
            assert_int_equal(o.err.line, 1);
        }
        aud_buf_clear(&o.events);
        aud_buf_clear(&text);
    }
}

static void attributes(size_t num, const char *format, aud_status want)
{
    aud_buf text;
    outcome o;

    aud_buf_init(&text, SIZE_MAX / 2);
    repeat(&text, "<a", 1);
    for (size_t i = 0; i < num; i++) {
        char one[64];

        (void)snprintf(one, sizeof one, format[0] == 'x' ? " xmlns:n%x='u'" : " a%x=''",
                       (unsigned)i);
        repeat(&text, one, 1);
    }
    repeat(&text, "/>", 1);
    o = read_pieces(aud_buf_str(&text), 0, 0);
    assert_int_equal(o.status, want);
    aud_buf_clear(&o.events);
    aud_buf_clear(&text);
}

static void test_many_attributes(void **state)
{
    AUD_UNUSED(state);
    attributes(256, "attribute", AUD_OK);
    attributes(257, "attribute", AUD_E_LIMIT);
    attributes(20000, "attribute", AUD_E_LIMIT);
    attributes(200000, "attribute", AUD_E_LIMIT);
    attributes(256, "xmlns", AUD_OK);
    attributes(257, "xmlns", AUD_E_LIMIT);
    attributes(20000, "xmlns", AUD_E_LIMIT);
}

static void test_namespaces_of_all_levels_count(void **state)
{
    aud_buf text;
    outcome o;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    for (unsigned level = 0; level < 10; level++) {
        repeat(&text, "<a", 1);
        for (unsigned i = 0; i < 30; i++) {
            assert_int_equal(aud_buf_printf(&text, NULL, " xmlns:n%u-%u='u'", level, i), AUD_OK);
        }
        repeat(&text, ">", 1);
    }
    repeat(&text, "</a>", 10);
    o = read_pieces(aud_buf_str(&text), 0, 0);
    assert_int_equal(o.status, AUD_E_LIMIT);
    aud_buf_clear(&o.events);
    aud_buf_clear(&text);
}

static void test_lines_beyond_65535(void **state)
{
    aud_buf text;
    outcome o;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    repeat(&text, "<a>", 1);
    repeat(&text, "\n", 99999);
    repeat(&text, "<b\nx='1'/><c></a>", 1);
    o = read_pieces(aud_buf_str(&text), 1000, 1000);
    assert_int_equal(o.status, AUD_E_FORMAT);
    assert_int_equal(o.err.line, 100001);
    assert_non_null(strstr(o.events.ptr, "<b@100000/1 x=1></b/1><c@100001/1>"));
    aud_buf_clear(&o.events);
    aud_buf_clear(&text);
}

/* --- the handler, and trouble outside --------------------------------------------------------- */

static void test_the_handlers_answer_ends_it(void **state)
{
    const aud_str text = AUD_LIT("<a><b x='1'>t</b><c/>u</a>");
    AUD_UNUSED(state);

    for (size_t n = 0; n < 8; n++) {
        outcome o = {.answer = AUD_E_CANCELLED, .answer_after = n};
        const aud_xml_handler handler = {
            .ctx = &o, .start = on_start, .end = on_end, .text = on_text};
        pieces p;

        aud_buf_init(&o.events, 4096);
        pieces_open(&p, text, 0, 0);
        assert_int_equal(aud_xml_read(&p.input, &handler, &o.err), AUD_E_CANCELLED);
        assert_string_equal(o.err.message, "the handler has had enough");
        assert_int_equal(o.calls, n + 1);
        aud_buf_clear(&o.events);
        pieces_close(&p);
    }
}

static void test_a_handler_may_leave_out_what_it_does_not_want(void **state)
{
    const aud_xml_handler handler = {0};
    pieces p;

    AUD_UNUSED(state);
    pieces_open(&p, AUD_LIT("<a>x<b/></a>"), 0, 0);
    assert_int_equal(aud_xml_read(&p.input, &handler, NULL), AUD_OK);
    pieces_close(&p);
    pieces_open(&p, AUD_LIT("<a>x<b></a>"), 0, 0);
    assert_int_equal(aud_xml_read(&p.input, &handler, NULL), AUD_E_FORMAT);
    pieces_close(&p);
}

static void test_failing_input(void **state)
{
    const aud_xml_handler handler = {0};
    aud_error err;
    pieces p;

    AUD_UNUSED(state);
    pieces_open(&p, AUD_LIT("<a>x<b/></a>"), 3, 3);
    p.fail_at = 6;
    assert_int_equal(aud_xml_read(&p.input, &handler, &err), AUD_E_IO);
    assert_string_equal(err.message, "cannot read on");
    pieces_close(&p);
}

static void test_failing_memory(void **state)
{
    const aud_xml_handler handler = {0};
    bool failed = true;
    AUD_UNUSED(state);

    for (uint64_t n = 1; failed; n++) {
        aud_status st;
        pieces p;

        assert_true(n < 20);
        pieces_open(&p, AUD_LIT("<a><p:b p:x='1'/></a>"), 0, 0);
        aud_alloc_fail_at(n);
        st = aud_xml_read(&p.input, &handler, NULL);
        aud_alloc_fail_at(0);
        failed = st != AUD_OK;
        assert_int_equal(st, failed ? AUD_E_NOMEM : AUD_OK);
        pieces_close(&p);
    }
}

static aud_status read_some(void *ctx, unsigned worker, size_t begin, size_t end, aud_error *err)
{
    AUD_UNUSED(ctx);
    AUD_UNUSED(worker);
    AUD_UNUSED(err);
    for (size_t i = begin; i < end; i++) {
        const aud_xml_handler handler = {0};
        const bool good = i % 3 != 0;
        aud_error why = {.line = 0};
        aud_input input;
        aud_status st;

        aud_input_of(&input, AUD_LIT("t"), AUD_LIT("t"),
                     good ? AUD_LIT("<a>&amp;<b x='1'/></a>") : AUD_LIT("<a>\n&b;</a>"));
        st = aud_xml_read(&input, &handler, &why);
        if (st != (good ? AUD_OK : AUD_E_FORMAT) || (!good && why.line != 2)) {
            return AUD_E_IO;
        }
    }
    return AUD_OK;
}

static void test_threads(void **state)
{
    AUD_UNUSED(state);
    assert_int_equal(aud_pool_run(4, 2000, 10, read_some, NULL, NULL), AUD_OK);
}

static void test_attribute_by_name(void **state)
{
    static const aud_xml_attr attrs[] = {{AUD_LIT_INIT("a"), AUD_LIT_INIT("1")},
                                         {AUD_LIT_INIT("ab"), AUD_LIT_INIT("2")}};
    AUD_UNUSED(state);
    assert_true(aud_str_eq(aud_xml_attr_get(attrs, 2, "ab"), AUD_LIT("2")));
    assert_null(aud_xml_attr_get(attrs, 2, "b").ptr);
}

/* --- samples ---------------------------------------------------------------------------------- */

static void sample_document(void *ctx, const char *path)
{
    const size_t len = strlen(path);
    const bool whole = strstr(path, "truncated") == NULL;
    size_t *num = ctx;
    outcome one, many;
    aud_buf text;

    if (len < 4 || strcmp(path + len - 4, ".xml") != 0) {
        return;
    }
    aud_test_read(path, &text);
    one = read_pieces(aud_buf_str(&text), 0, 0);
    many = read_pieces(aud_buf_str(&text), 100, 7);
    print_message("%s: %s %s\n", strrchr(path, '/') + 1, aud_status_name(one.status),
                  one.status == AUD_OK ? "" : one.err.message);
    assert_int_equal(one.status, whole ? AUD_OK : AUD_E_FORMAT);
    assert_int_equal(many.status, one.status);
    if (whole) {
        assert_string_equal(one.events.ptr, many.events.ptr);
    }
    *num += 1;
    aud_buf_clear(&one.events);
    aud_buf_clear(&many.events);
    aud_buf_clear(&text);
}

static void test_samples(void **state)
{
    const char *samples = aud_test_sample("samples");
    size_t num = 0;
    char folder[4096];

    AUD_UNUSED(state);
    if (samples == NULL) {
        print_message("no samples: skipped\n");
        skip();
    }
    (void)snprintf(folder, sizeof folder, "%s", samples);
    (void)aud_test_walk(folder, sample_document, &num);
    assert_true(num > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_other_encodings),
        cmocka_unit_test(test_what_came_before_an_error_is_handed_on),
        cmocka_unit_test(test_messages_hold_nothing_of_the_input),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_attributes),
        cmocka_unit_test(test_namespaces_of_all_levels_count),
        cmocka_unit_test(test_lines_beyond_65535),
        cmocka_unit_test(test_the_handlers_answer_ends_it),
        cmocka_unit_test(test_a_handler_may_leave_out_what_it_does_not_want),
        cmocka_unit_test(test_failing_input),
        cmocka_unit_test(test_failing_memory),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_attribute_by_name),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
