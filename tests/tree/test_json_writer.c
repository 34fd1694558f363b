/* tests/tree/test_json_writer.c - the JSON writer: valid, safe to show, and read back the same. */
#include "tests/support/support.h"

#include <cjson/cJSON.h>

#include "engine/base/text.h"
#include "engine/tree/json.h"

static aud_buf buf;
static aud_out *out;
static aud_json_writer w;

static void begin(unsigned indent)
{
    aud_buf_init(&buf, SIZE_MAX / 2);
    assert_int_equal(aud_out_open_buf(&buf, &out, NULL), AUD_OK);
    aud_json_writer_init(&w, out, indent);
}

/* Terminated; to be freed with the buffer. */
static const char *finish(void)
{
    assert_int_equal(aud_out_finish(out, NULL), AUD_OK);
    aud_out_closep(&out);
    assert_int_equal(aud_buf_add(&buf, (aud_str){"", 1}, NULL), AUD_OK);
    return buf.ptr;
}

static void some_document(void)
{
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "a", "x");
    aud_json_put_str(&w, "b", (aud_str){NULL, 0});
    aud_json_put_int(&w, "c", INT64_MIN);
    aud_json_put_bool(&w, "d", true);
    aud_json_key(&w, "e");
    aud_json_begin_array(&w);
    aud_json_int(&w, 1);
    aud_json_null(&w);
    aud_json_bool(&w, false);
    aud_json_begin_object(&w);
    aud_json_end_object(&w);
    aud_json_begin_array(&w);
    aud_json_end_array(&w);
    aud_json_raw(&w, AUD_LIT("1.50"));
    aud_json_end_array(&w);
    aud_json_key_str(&w, AUD_LIT("f\"g"));
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "h", NULL);
    aud_json_end_object(&w);
    aud_json_end_object(&w);
}

static void test_compact(void **state)
{
    AUD_UNUSED(state);
    begin(0);
    some_document();
    assert_string_equal(finish(), "{\"a\":\"x\",\"b\":\"\",\"c\":-9223372036854775808,\"d\":true,"
                                  "\"e\":[1,null,false,{},[],1.50],\"f\\\"g\":{\"h\":\"\"}}");
    aud_buf_clear(&buf);
}

static void test_indented(void **state)
{
    AUD_UNUSED(state);
    begin(2);
    some_document();
    assert_string_equal(finish(), "{\n"
                                  "  \"a\": \"x\",\n"
                                  "  \"b\": \"\",\n"
                                  "  \"c\": -9223372036854775808,\n"
                                  "  \"d\": true,\n"
                                  "  \"e\": [\n"
                                  "    1,\n"
                                  "    null,\n"
                                  "    false,\n"
                                  "    {},\n"
                                  "    [],\n"
                                  "    1.50\n"
                                  "  ],\n"
                                  "  \"f\\\"g\": {\n"
                                  "    \"h\": \"\"\n"
                                  "  }\n"
                                  "}");
    aud_buf_clear(&buf);
}

static void test_deep_indentation(void **state)
{
    cJSON *tree;

    AUD_UNUSED(state);
    begin(8);
    for (int i = 0; i < 50; i++) {
        aud_json_begin_array(&w);
    }
    aud_json_int(&w, 7);
    for (int i = 0; i < 50; i++) {
        aud_json_end_array(&w);
    }
    tree = cJSON_Parse(finish());
    assert_non_null(tree);
    assert_int_equal(strcspn(strchr(buf.ptr, '7') - 400, "7"), 400);
    assert_int_equal(*(strchr(buf.ptr, '7') - 401), '\n');
    cJSON_Delete(tree);
    aud_buf_clear(&buf);
}

static void test_lines_of_values(void **state)
{
    AUD_UNUSED(state);
    begin(0);
    for (int i = 0; i < 3; i++) {
        aud_json_begin_array(&w);
        aud_json_int(&w, i);
        aud_json_end_array(&w);
        aud_out_char(out, '\n');
    }
    assert_string_equal(finish(), "[0]\n[1]\n[2]\n");
    aud_buf_clear(&buf);
}

static void test_escapes(void **state)
{
    static const struct {
        aud_str text;
        const char *want;
    } cases[] = {
        {AUD_LIT_INIT("plain / text ~"), "\"plain / text ~\""},
        {AUD_LIT_INIT("\"\\\n\r\t"), "\"\\\"\\\\\\n\\r\\t\""},
        {AUD_LIT_INIT("a\0b\x1b[2J\x7f"), "\"a\\u0000b\\u001b[2J\\u007f\""},
        {AUD_LIT_INIT("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"),
         "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {AUD_LIT_INIT("\xe2\x80\xae"
                      "gnp.exe\xe2\x80\xa8\xef\xbb\xbf\xc2\x85"),
         "\"\\u202egnp.exe\\u2028\\ufeff\\u0085\""},
        {AUD_LIT_INIT("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\""},
        {AUD_LIT_INIT("a\xff\xc3"
                      "b\xe2\x82"),
         "\"a\xef\xbf\xbd\xef\xbf\xbd"
         "b\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        begin(0);
        aud_json_str(&w, cases[i].text);
        assert_string_equal(finish(), cases[i].want);
        aud_buf_clear(&buf);
    }
}

/* Every code point comes back as it was, and none that is unsafe stands there as it is. */
static void test_every_code_point(void **state)
{
    AUD_UNUSED(state);

    for (uint32_t first = 0; first < 0x110000; first += 0x800) {
        AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
        aud_json_token token;
        aud_input input;
        aud_buf text;
        size_t at = 0;

        if (first >= 0xd800 && first < 0xe000) {
            continue;
        }
        aud_buf_init(&text, 65536);
        for (uint32_t code = first; code < first + 0x800; code++) {
            char bytes[4];

            assert_int_equal(aud_buf_add(&text, (aud_str){bytes, aud_utf8_put(code, bytes)}, NULL),
                             AUD_OK);
        }
        begin(0);
        aud_json_str(&w, aud_buf_str(&text));
        (void)finish();
        buf.len--;
        while (at < buf.len) {
            const int32_t code = aud_utf8_next(aud_buf_str(&buf), &at);

            assert_true(code >= 0 && !aud_utf8_is_unsafe((uint32_t)code));
        }
        aud_input_of(&input, AUD_LIT("t"), AUD_LIT("t"), aud_buf_str(&buf));
        assert_int_equal(aud_json_open(&input, NULL, &json, NULL), AUD_OK);
        assert_int_equal(aud_json_next(json, &token, NULL), AUD_OK);
        assert_int_equal(token.text.len, text.len);
        assert_memory_equal(token.text.ptr, text.ptr, text.len);
        aud_buf_clear(&text);
        aud_buf_clear(&buf);
    }
}

static void test_a_failure_sticks_to_the_output(void **state)
{
    AUD_UNUSED(state);
    aud_buf_init(&buf, 100);
    assert_int_equal(aud_out_open_buf(&buf, &out, NULL), AUD_OK);
    aud_json_writer_init(&w, out, 2);
    aud_json_begin_array(&w);
    for (int i = 0; i < 1000; i++) {
        aud_json_text(&w, "more than there is room for");
    }
    aud_json_end_array(&w);
    assert_int_equal(aud_out_finish(out, NULL), AUD_E_LIMIT);
    aud_out_closep(&out);
    aud_buf_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compact),
        cmocka_unit_test(test_indented),
        cmocka_unit_test(test_deep_indentation),
        cmocka_unit_test(test_lines_of_values),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_a_failure_sticks_to_the_output),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
