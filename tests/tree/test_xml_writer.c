/* tests/tree/test_xml_writer.c - the XML writer, held against libxml2. */
#include "tests/support/support.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "engine/base/text.h"
#include "engine/tree/xml.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static aud_buf buf;
static aud_out *out;
static aud_xml_writer w;

static void begin(void)
{
    aud_buf_init(&buf, SIZE_MAX / 2);
    assert_int_equal(aud_out_open_buf(&buf, &out, NULL), AUD_OK);
    aud_xml_writer_init(&w, out);
}

static const char *finish(void)
{
    assert_int_equal(aud_out_finish(out, NULL), AUD_OK);
    aud_out_closep(&out);
    assert_int_equal(aud_buf_add(&buf, (aud_str){"", 1}, NULL), AUD_OK);
    return buf.ptr;
}

static void test_a_document(void **state)
{
    AUD_UNUSED(state);
    begin();
    aud_xml_begin(&w, "a");
    aud_xml_put(&w, "x", AUD_LIT("1"));
    aud_xml_put_int(&w, "n", -5);
    aud_xml_begin(&w, "b");
    aud_xml_end(&w, "b");
    aud_xml_begin(&w, "c");
    aud_xml_text(&w, AUD_LIT("text\n"));
    aud_xml_text(&w, (aud_str){NULL, 0});
    aud_xml_text(&w, AUD_LIT("more"));
    aud_xml_end(&w, "c");
    aud_xml_begin(&w, "d");
    aud_xml_begin(&w, "e");
    aud_xml_put(&w, "y", (aud_str){NULL, 0});
    aud_xml_end(&w, "e");
    aud_xml_end(&w, "d");
    aud_xml_end(&w, "a");
    assert_string_equal(finish(), HEAD "<a x=\"1\" n=\"-5\">\n"
                                       "  <b/>\n"
                                       "  <c>text\nmore</c>\n"
                                       "  <d>\n"
                                       "    <e y=\"\"/>\n"
                                       "  </d>\n"
                                       "</a>\n");
    aud_buf_clear(&buf);
}

static void test_a_child_behind_text_adds_none(void **state)
{
    AUD_UNUSED(state);
    begin();
    aud_xml_begin(&w, "a");
    aud_xml_text(&w, AUD_LIT("x"));
    aud_xml_begin(&w, "b");
    aud_xml_end(&w, "b");
    aud_xml_text(&w, AUD_LIT("y"));
    aud_xml_end(&w, "a");
    assert_string_equal(finish(), HEAD "<a>x<b/>y</a>\n");
    aud_buf_clear(&buf);
}

static void test_escapes(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        const char *attribute, *element;
    } cases[] = {
        {"markup", AUD_LIT_INIT("<a b='c' d=\"e\">&amp;"),
         "&lt;a b='c' d=&quot;e&quot;&gt;&amp;amp;", "&lt;a b='c' d=\"e\"&gt;&amp;amp;"},
        {"blanks and line ends", AUD_LIT_INIT(" \t\n\r "), " &#9;&#10;&#13; ", " \t\n&#13; "},
        {"the end of CDATA", AUD_LIT_INIT("]]>"), "]]&gt;", "]]&gt;"},
        {"characters that XML cannot hold", AUD_LIT_INIT("\0\x01\x1b\x7f\xef\xbf\xbf"),
         "\\u{0}\\u{1}\\u{1b}\\u{7f}\\u{ffff}", "\\u{0}\\u{1}\\u{1b}\\u{7f}\\u{ffff}"},
        {"characters that deceive",
         AUD_LIT_INIT("a\xe2\x80\xae"
                      "b\xe2\x80\xa8\xf3\xa0\x81\x81"),
         "a\\u{202e}b\\u{2028}\\u{e0041}", "a\\u{202e}b\\u{2028}\\u{e0041}"},
        {"invalid UTF-8", AUD_LIT_INIT("a\xff\xc3"), "a\xef\xbf\xbd\xef\xbf\xbd",
         "a\xef\xbf\xbd\xef\xbf\xbd"},
        {"other characters", AUD_LIT_INIT("\xc3\xbc\xf0\x9f\x98\x80"), "\xc3\xbc\xf0\x9f\x98\x80",
         "\xc3\xbc\xf0\x9f\x98\x80"},
        {"an order to attach a file", AUD_LIT_INIT("x [[ATTACHMENT|/etc/passwd]] y"),
         "x \\u{5b}[ATTACHMENT|/etc/passwd]] y", "x \\u{5b}[ATTACHMENT|/etc/passwd]] y"},
        {"three brackets", AUD_LIT_INIT("[[[ATTACHMENT"), "[\\u{5b}[ATTACHMENT",
         "[\\u{5b}[ATTACHMENT"},
        {"other brackets", AUD_LIT_INIT("[a] [[b]] [[ATT x"), "[a] [[b]] [[ATT x",
         "[a] [[b]] [[ATT x"},
        {"brackets at the end", AUD_LIT_INIT("x[["), "x[[", "x\\u{5b}\\u{5b}"},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char want[512];

        print_message("case: %s\n", cases[i].name);
        begin();
        aud_xml_begin(&w, "a");
        aud_xml_put(&w, "x", cases[i].text);
        aud_xml_text(&w, cases[i].text);
        aud_xml_end(&w, "a");
        (void)snprintf(want, sizeof want, HEAD "<a x=\"%s\">%s</a>\n", cases[i].attribute,
                       cases[i].element);
        assert_string_equal(finish(), want);
        aud_buf_clear(&buf);
    }
}

/* What a CI server would see once it has read the file. */
static void test_no_order_comes_about_over_pieces(void **state)
{
    const aud_str order = AUD_LIT("x[[ATTACHMENT|y]]");
    AUD_UNUSED(state);

    for (size_t cut = 0; cut <= order.len; cut++) {
        for (size_t second = cut; second <= order.len; second++) {
            xmlDoc *doc;
            xmlChar *text;

            begin();
            aud_xml_begin(&w, "a");
            aud_xml_text(&w, aud_str_sub(order, 0, cut));
            aud_xml_text(&w, aud_str_sub(order, cut, second - cut));
            aud_xml_text(&w, aud_str_sub(order, second, order.len));
            aud_xml_end(&w, "a");
            (void)finish();
            doc = xmlReadMemory(buf.ptr, (int)buf.len - 1, NULL, NULL, XML_PARSE_NONET);
            assert_non_null(doc);
            text = xmlNodeGetContent(xmlDocGetRootElement(doc));
            assert_null(strstr((const char *)text, "[[ATTACHMENT"));
            xmlFree(text);
            xmlFreeDoc(doc);
            aud_buf_clear(&buf);
        }
    }
}

/* libxml2 reads every code point back: as it was, or as "\u{...}". */
static void test_every_code_point(void **state)
{
    AUD_UNUSED(state);

    for (uint32_t first = 0; first < 0x110000; first += 0x400) {
        aud_buf text, want;
        xmlDoc *doc;
        xmlNode *root;
        xmlChar *got;

        aud_buf_init(&text, 65536);
        aud_buf_init(&want, 65536);
        for (uint32_t code = first; code < first + 0x400; code++) {
            char bytes[4];
            const aud_str one = {bytes, aud_utf8_put(code, bytes)};
            const bool line_end = code == '\t' || code == '\n' || code == '\r';

            if (code >= 0xd800 && code < 0xe000) {
                continue;
            }
            assert_int_equal(aud_buf_add(&text, one, NULL), AUD_OK);
            assert_int_equal(!aud_utf8_is_unsafe(code) || line_end
                                 ? aud_buf_add(&want, one, NULL)
                                 : aud_buf_printf(&want, NULL, "\\u{%x}", (unsigned)code),
                             AUD_OK);
        }
        assert_int_equal(aud_buf_add(&want, (aud_str){"", 1}, NULL), AUD_OK);
        begin();
        aud_xml_begin(&w, "a");
        aud_xml_put(&w, "x", aud_buf_str(&text));
        aud_xml_text(&w, aud_buf_str(&text));
        aud_xml_end(&w, "a");
        (void)finish();
        doc = xmlReadMemory(buf.ptr, (int)buf.len - 1, NULL, NULL, XML_PARSE_NONET);
        assert_non_null(doc);
        root = xmlDocGetRootElement(doc);
        got = xmlGetProp(root, (const xmlChar *)"x");
        assert_string_equal((const char *)got, want.ptr);
        xmlFree(got);
        got = xmlNodeGetContent(root);
        assert_string_equal((const char *)got, want.ptr);
        xmlFree(got);
        xmlFreeDoc(doc);
        aud_buf_clear(&want);
        aud_buf_clear(&text);
        aud_buf_clear(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_document),
        cmocka_unit_test(test_a_child_behind_text_adds_none),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_no_order_comes_about_over_pieces),
        cmocka_unit_test(test_every_code_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
