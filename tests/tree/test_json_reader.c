/* tests/tree/test_json_reader.c - the JSON reader: strict, line by line, in any pieces. */
#include "tests/support/support.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#include "engine/base/text.h"
#include "engine/tree/json.h"
#include "tests/tree/pieces.h"

/* --- what was read, as text ------------------------------------------------------------------- */

typedef struct outcome {
    aud_status status;
    uint32_t line;
    aud_buf events; /* "{ a@1: 's'@1 ..." */
    aud_error err;
} outcome;

static const char *const marks[] = {"{",   "}",   "[",    "]",     "key",
                                    "str", "num", "true", "false", "null"};

static void note(aud_buf *buf, const aud_json_token *t)
{
    assert_int_equal(aud_buf_printf(buf, NULL, "%s@%u+%llu/%u<%.*s> ", marks[t->event], t->line,
                                    (unsigned long long)t->offset, t->depth, 0, ""),
                     AUD_OK);
    if (t->text.len > 0) {
        assert_int_equal(aud_buf_add(buf, t->text, NULL), AUD_OK);
        assert_int_equal(aud_buf_add(buf, AUD_LIT(" "), NULL), AUD_OK);
    }
}

static outcome read_pieces(aud_str text, const aud_json_limits *limits, size_t first, size_t step)
{
    outcome o = {.status = AUD_OK};
    AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
    pieces p;

    aud_buf_init(&o.events, SIZE_MAX / 2);
    pieces_open(&p, text, first, step);
    o.status = aud_json_open(&p.input, limits, &json, &o.err);
    while (o.status == AUD_OK) {
        aud_json_token t;

        o.status = aud_json_next(json, &t, &o.err);
        if (o.status == AUD_OK) {
            note(&o.events, &t);
        }
    }
    o.line = o.status == AUD_END ? 0 : o.err.line;
    if (o.status != AUD_END) { /* it sticks */
        aud_json_token t;

        assert_int_not_equal(aud_json_next(json, &t, NULL), AUD_OK);
        assert_int_not_equal(aud_json_next(json, &t, NULL), AUD_END);
    }
    pieces_close(&p);
    return o;
}

static void assert_same(const outcome *a, const outcome *b, size_t cut)
{
    if (a->status != b->status || a->line != b->line || a->events.len != b->events.len ||
        (a->events.len > 0 && memcmp(a->events.ptr, b->events.ptr, a->events.len) != 0)) {
        fail_msg("cut at %zu: %s line %u '%.*s', in one piece %s line %u '%.*s'", cut,
                 aud_status_name(b->status), b->line, AUD_ARG(aud_buf_str(&b->events)),
                 aud_status_name(a->status), a->line, AUD_ARG(aud_buf_str(&a->events)));
    }
}

/* Reads in one piece, cut at every place, and byte by byte; all must agree. */
static outcome read_all_ways(aud_str text, const aud_json_limits *limits)
{
    const outcome whole = read_pieces(text, limits, 0, 0);

    for (size_t cut = 1; cut <= text.len; cut++) {
        outcome o = read_pieces(text, limits, cut, cut == text.len ? 1 : 0);

        if (cut == text.len) { /* the last round: byte by byte */
            aud_buf_clear(&o.events);
            o = read_pieces(text, limits, 1, 1);
        }
        assert_same(&whole, &o, cut);
        aud_buf_clear(&o.events);
    }
    return whole;
}

/* --- tables ----------------------------------------------------------------------------------- */

static void test_accepted(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        const char *want;
    } cases[] = {
        {"an empty object", AUD_LIT_INIT("{}"), "{@1+0/0<> }@1+1/0<> "},
        {"an empty array with blanks", AUD_LIT_INIT(" [ \t] "), "[@1+1/0<> ]@1+4/0<> "},
        {"a bare string", AUD_LIT_INIT("\"a\""), "str@1+0/0<> a "},
        {"a bare number", AUD_LIT_INIT("17"), "num@1+0/0<> 17 "},
        {"a bare word", AUD_LIT_INIT("null"), "null@1+0/0<> "},
        {"members and their lines", AUD_LIT_INIT("{\"a\":1,\n\"b\": [true,\nfalse]}"),
         "{@1+0/0<> key@1+1/1<> a num@1+5/1<> 1 key@2+8/1<> b [@2+13/1<> true@2+14/2<> "
         "false@3+20/2<> ]@3+25/1<> }@3+26/0<> "},
        {"CR LF is one line end", AUD_LIT_INIT("[\r\n1,\r\n2]"),
         "[@1+0/0<> num@2+3/1<> 1 num@3+7/1<> 2 ]@3+8/0<> "},
        {"CR alone is one too", AUD_LIT_INIT("[\r1,\r\r2]"),
         "[@1+0/0<> num@2+2/1<> 1 num@4+6/1<> 2 ]@4+7/0<> "},
        {"every escape", AUD_LIT_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\""),
         "str@1+0/0<> \"\\/\b\f\n\r\tA\xc3\xa9 "},
        {"a surrogate pair", AUD_LIT_INIT("\"x\\ud83D\\uDE00y\""),
         "str@1+0/0<> x\xf0\x9f\x98\x80y "},
        {"raw UTF-8 of every length", AUD_LIT_INIT("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""),
         "str@1+0/0<> \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 "},
        {"an escape behind a long plain run", AUD_LIT_INIT("\"0123456789abcdef\\n01234567\""),
         "str@1+0/0<> 0123456789abcdef\n01234567 "},
        {"a byte order mark", AUD_LIT_INIT("\xef\xbb\xbf[1]"),
         "[@1+3/0<> num@1+4/1<> 1 ]@1+5/0<> "},
        {"numbers keep every digit",
         AUD_LIT_INIT("[-0,12345678901234567890123,1e999,-1.50E+01,0.0e-0]"),
         "[@1+0/0<> num@1+1/1<> -0 num@1+4/1<> 12345678901234567890123 num@1+28/1<> 1e999 "
         "num@1+34/1<> -1.50E+01 num@1+44/1<> 0.0e-0 ]@1+50/0<> "},
        {"the same key in two objects", AUD_LIT_INIT("[{\"a\":{\"a\":1}},{\"a\":2}]"),
         "[@1+0/0<> {@1+1/1<> key@1+2/2<> a {@1+6/2<> key@1+7/3<> a num@1+11/3<> 1 }@1+12/2<> "
         "}@1+13/1<> {@1+15/1<> key@1+16/2<> a num@1+20/2<> 2 }@1+21/1<> ]@1+22/0<> "},
        {"an empty key", AUD_LIT_INIT("{\"\":0}"),
         "{@1+0/0<> key@1+1/1<> num@1+4/1<> 0 }@1+5/0<> "},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        outcome o;

        print_message("case: %s\n", cases[i].name);
        o = read_all_ways(cases[i].text, NULL);
        if (o.status != AUD_END) {
            fail_msg("%s: %s", aud_status_name(o.status), o.err.message);
        }
        assert_int_equal(aud_buf_add(&o.events, (aud_str){"", 1}, NULL), AUD_OK);
        assert_string_equal(o.events.ptr, cases[i].want);
        aud_buf_clear(&o.events);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        uint32_t line;
    } cases[] = {
        {"nothing", AUD_LIT_INIT(""), 1},
        {"blanks alone", AUD_LIT_INIT(" \n "), 2},
        {"a byte order mark alone", AUD_LIT_INIT("\xef\xbb\xbf"), 1},
        {"half a byte order mark", AUD_LIT_INIT("\xef\xbb[]"), 1},
        {"a second byte order mark", AUD_LIT_INIT("\xef\xbb\xbf\xef\xbb\xbf[]"), 1},
        {"UTF-16", AUD_LIT_INIT("\xff\xfe[\0]\0"), 1},
        {"UTF-16 without a mark", AUD_LIT_INIT("[\0]\0"), 1},
        {"a cut object", AUD_LIT_INIT("{\"a\":1\n"), 2},
        {"a cut array", AUD_LIT_INIT("[1,"), 1},
        {"a cut string", AUD_LIT_INIT("\"abc"), 1},
        {"a cut key", AUD_LIT_INIT("{\"abc"), 1},
        {"a key without value", AUD_LIT_INIT("{\"a\"}"), 1},
        {"a key without value behind its colon", AUD_LIT_INIT("{\"a\":}"), 1},
        {"a cut word", AUD_LIT_INIT("[tru"), 1},
        {"a cut escape", AUD_LIT_INIT("\"\\"), 1},
        {"a cut \\u escape", AUD_LIT_INIT("\"\\u00"), 1},
        {"a number cut behind its point", AUD_LIT_INIT("1."), 1},
        {"a number cut behind its minus", AUD_LIT_INIT("-"), 1},
        {"a number cut behind its e", AUD_LIT_INIT("1e"), 1},
        {"text behind the value", AUD_LIT_INIT("{}\nx"), 2},
        {"a second value", AUD_LIT_INIT("{} {}"), 1},
        {"a comma at the end of an array", AUD_LIT_INIT("[1,]"), 1},
        {"a comma at the end of an object", AUD_LIT_INIT("{\"a\":1,}"), 1},
        {"a comma at the beginning", AUD_LIT_INIT("[,1]"), 1},
        {"two commas", AUD_LIT_INIT("[1,,2]"), 1},
        {"no comma", AUD_LIT_INIT("[1 2]"), 1},
        {"no comma between members", AUD_LIT_INIT("{\"a\":1 \"b\":2}"), 1},
        {"no colon", AUD_LIT_INIT("{\"a\" 1}"), 1},
        {"two colons", AUD_LIT_INIT("{\"a\"::1}"), 1},
        {"a key without quotes", AUD_LIT_INIT("{a:1}"), 1},
        {"a number as key", AUD_LIT_INIT("{1:1}"), 1},
        {"single quotes", AUD_LIT_INIT("['a']"), 1},
        {"brackets that do not match", AUD_LIT_INIT("[1}"), 1},
        {"braces that do not match", AUD_LIT_INIT("{\"a\":1]"), 1},
        {"a closing bracket alone", AUD_LIT_INIT("]"), 1},
        {"a line comment", AUD_LIT_INIT("[1 // x\n]"), 1},
        {"a block comment", AUD_LIT_INIT("/* x */ []"), 1},
        {"a plus", AUD_LIT_INIT("+1"), 1},
        {"a leading zero", AUD_LIT_INIT("01"), 1},
        {"a leading zero behind the minus", AUD_LIT_INIT("-01"), 1},
        {"a leading point", AUD_LIT_INIT(".5"), 1},
        {"two points", AUD_LIT_INIT("1.2.3"), 1},
        {"hexadecimal", AUD_LIT_INIT("0x10"), 1},
        {"NaN", AUD_LIT_INIT("NaN"), 1},
        {"Infinity", AUD_LIT_INIT("-Infinity"), 1},
        {"a word in capitals", AUD_LIT_INIT("True"), 1},
        {"a word that goes on", AUD_LIT_INIT("[truee]"), 1},
        {"a number that goes on", AUD_LIT_INIT("[1a]"), 1},
        {"a raw line feed in a string", AUD_LIT_INIT("\"a\nb\""), 1},
        {"a raw tab in a string", AUD_LIT_INIT("\"a\tb\""), 1},
        {"a raw NUL in a string", AUD_LIT_INIT("\"a\0b\""), 1},
        {"a raw NUL between values", AUD_LIT_INIT("[1,\0 2]"), 1},
        {"a NUL behind the value", AUD_LIT_INIT("[]\0"), 1},
        {"a form feed as blank", AUD_LIT_INIT("[\f]"), 1},
        {"a no-break space as blank", AUD_LIT_INIT("[\xc2\xa0]"), 1},
        {"an unknown escape", AUD_LIT_INIT("\"\\x41\""), 1},
        {"a \\u escape that is no hexadecimal", AUD_LIT_INIT("\"\\u00g0\""), 1},
        {"a high surrogate alone", AUD_LIT_INIT("\"\\ud800\""), 1},
        {"a high surrogate before another escape", AUD_LIT_INIT("\"\\ud800\\n\""), 1},
        {"two high surrogates", AUD_LIT_INIT("\"\\ud800\\ud800\""), 1},
        {"a low surrogate alone", AUD_LIT_INIT("\"\\udc00\""), 1},
        {"a lone continuation byte", AUD_LIT_INIT("\"\x80\""), 1},
        {"an overlong form", AUD_LIT_INIT("\"\xc0\xaf\""), 1},
        {"an overlong form in a long string", AUD_LIT_INIT("\"\xc0\xaf        \""), 1},
        {"a surrogate in UTF-8", AUD_LIT_INIT("\"\xed\xa0\x80\""), 1},
        {"beyond Unicode", AUD_LIT_INIT("\"\xf4\x90\x80\x80\""), 1},
        {"a sequence cut by the quote", AUD_LIT_INIT("\"\xe2\x82\""), 1},
        {"a sequence cut by the end", AUD_LIT_INIT("\"\xe2\x82"), 1},
        {"Latin-1", AUD_LIT_INIT("{\"name\": \"M\xfcller and much more\"}"), 1},
        {"a duplicate key", AUD_LIT_INIT("{\"a\":1,\n\"b\":2,\n\"a\":3}"), 3},
        {"a duplicate key, spelled otherwise", AUD_LIT_INIT("{\"a\":1,\"\\u0061\":3}"), 1},
        {"a duplicate key deep inside", AUD_LIT_INIT("[{\"x\":[{\"a\":1,\n\"b\":{},\"a\":3}]}]"),
         2},
        {"a duplicate key behind an inner object", AUD_LIT_INIT("{\"a\":{\"b\":1},\"a\":2}"), 1},
        {"a duplicate empty key", AUD_LIT_INIT("{\"\":1,\"\":2}"), 1},
        {"keys that differ behind a NUL, twice", AUD_LIT_INIT("{\"a\\u0000\":1,\"a\\u0000\":2}"),
         1},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        outcome o;

        print_message("case: %s\n", cases[i].name);
        o = read_all_ways(cases[i].text, NULL);
        assert_int_equal(o.status, AUD_E_FORMAT);
        assert_int_equal(o.line, cases[i].line);
        assert_true(o.err.message[0] != '\0');
        aud_buf_clear(&o.events);
    }
}

static void test_keys_that_only_look_alike(void **state)
{
    outcome o =
        read_all_ways(AUD_LIT("{\"a\":1,\"A\":2,\"a\\u0000\":3,\"a\\u0000b\":4,\"\":5}"), NULL);

    AUD_UNUSED(state);
    assert_int_equal(o.status, AUD_END);
    aud_buf_clear(&o.events);
}

static void test_a_nul_is_kept(void **state)
{
    const aud_str text = AUD_LIT("\"a\\u0000b\"");
    AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
    aud_json_token t;
    pieces p;

    AUD_UNUSED(state);
    pieces_open(&p, text, 0, 0);
    assert_int_equal(aud_json_open(&p.input, NULL, &json, NULL), AUD_OK);
    assert_int_equal(aud_json_next(json, &t, NULL), AUD_OK);
    assert_int_equal(t.text.len, 3);
    assert_memory_equal(t.text.ptr, "a\0b", 3);
    pieces_close(&p);
}

static void test_a_duplicate_names_its_key_where_it_can(void **state)
{
    outcome o = read_pieces(AUD_LIT("{\"id\":1,\"id\":2}"), NULL, 0, 0);

    AUD_UNUSED(state);
    assert_string_equal(o.err.message, "duplicate key 'id'");
    aud_buf_clear(&o.events);
    o = read_pieces(AUD_LIT("{\"\\u001b[2J\":1,\"\\u001b[2J\":2}"), NULL, 0, 0);
    assert_string_equal(o.err.message, "duplicate key");
    aud_buf_clear(&o.events);
}

/* --- limits ----------------------------------------------------------------------------------- */

static void repeat(aud_buf *buf, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        assert_int_equal(aud_buf_add(buf, aud_str_of(text), NULL), AUD_OK);
    }
}

static void test_limits(void **state)
{
    static const struct {
        const char *name, *open, *close;
        size_t times;
        aud_json_limits limits;
        aud_status want;
    } cases[] = {
        {"64 arrays are read", "[", "]", 64, {0}, AUD_END},
        {"65 are not", "[", "]", 65, {0}, AUD_E_LIMIT},
        {"nor are 100,000", "[", "]", 100000, {0}, AUD_E_LIMIT},
        {"nor objects", "{\"a\":", "}", 65, {0}, AUD_E_LIMIT},
        {"the depth can be set lower", "[", "]", 4, {.max_depth = 3}, AUD_E_LIMIT},
        {"and higher", "[", "]", 200, {.max_depth = 200}, AUD_END},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_buf text;
        outcome o;

        print_message("case: %s\n", cases[i].name);
        aud_buf_init(&text, SIZE_MAX / 2);
        repeat(&text, cases[i].open, cases[i].times);
        if (cases[i].open[0] == '{') {
            repeat(&text, "1", 1);
        }
        repeat(&text, cases[i].close, cases[i].times);
        o = read_pieces(aud_buf_str(&text), &cases[i].limits, 7, 5);
        assert_int_equal(o.status, cases[i].want);
        aud_buf_clear(&o.events);
        aud_buf_clear(&text);
    }
}

static void test_long_texts(void **state)
{
    static const aud_json_limits ten = {.max_text = 10};
    static const struct {
        aud_str text;
        aud_status want;
    } cases[] = {
        {AUD_LIT_INIT("[\"0123456789\"]"), AUD_END},
        {AUD_LIT_INIT("[\"01234567\\u00e9\"]"), AUD_END},
        {AUD_LIT_INIT("[1234567890]"), AUD_END},
        {AUD_LIT_INIT("[\"01234567890\"]"), AUD_E_LIMIT},
        {AUD_LIT_INIT("[\"012345678\\u00e9\"]"), AUD_E_LIMIT},
        {AUD_LIT_INIT("[12345678901]"), AUD_E_LIMIT},
        {AUD_LIT_INIT("{\"01234567890\":1}"), AUD_E_LIMIT},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        outcome o = read_all_ways(cases[i].text, &ten);

        assert_int_equal(o.status, cases[i].want);
        assert_int_equal(o.line, cases[i].want == AUD_END ? 0 : 1);
        aud_buf_clear(&o.events);
    }
}

/* Would take hours if keys were compared one by one. */
static void test_many_keys(void **state)
{
    enum { KEYS = 300000 };
    aud_buf text;
    outcome o;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    repeat(&text, "{", 1);
    for (int i = 0; i < KEYS; i++) {
        assert_int_equal(aud_buf_printf(&text, NULL, "\"%x\":{\"a\":1},\n", (unsigned)i), AUD_OK);
    }
    repeat(&text, "\"0\":2}", 1);
    o = read_pieces(aud_buf_str(&text), NULL, 65536, 65536);
    assert_int_equal(o.status, AUD_E_FORMAT);
    assert_int_equal(o.line, KEYS + 1);
    assert_string_equal(o.err.message, "duplicate key '0'");
    aud_buf_clear(&o.events);
    aud_buf_clear(&text);
}

static void test_too_many_keys(void **state)
{
    AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
    const size_t keys = ((size_t)1 << 22) + 1;
    aud_status st = AUD_OK;
    aud_error err;
    aud_buf text;
    pieces p;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    repeat(&text, "{", 1);
    for (size_t i = 0; i < keys; i++) {
        assert_int_equal(aud_buf_printf(&text, NULL, "\"%x\":1,", (unsigned)i), AUD_OK);
    }
    repeat(&text, "\"z\":1}", 1);
    pieces_open(&p, aud_buf_str(&text), 0, 0);
    assert_int_equal(aud_json_open(&p.input, NULL, &json, NULL), AUD_OK);
    while (st == AUD_OK) {
        aud_json_token t;

        st = aud_json_next(json, &t, &err);
    }
    assert_int_equal(st, AUD_E_LIMIT);
    assert_int_equal(err.line, 1);
    pieces_close(&p);
    aud_buf_clear(&text);
}

/* --- several values --------------------------------------------------------------------------- */

static void test_several_values(void **state)
{
    static const aud_json_limits many = {.many = true};
    static const struct {
        const char *name;
        aud_str text;
        aud_status want;
        const char *events;
    } cases[] = {
        {"none", AUD_LIT_INIT(""), AUD_END, ""},
        {"blank lines", AUD_LIT_INIT("\n\n"), AUD_END, ""},
        {"one a line", AUD_LIT_INIT("{\"a\":1}\n{\"a\":2}\n"), AUD_END,
         "{@1+0/0<> key@1+1/1<> a num@1+5/1<> 1 }@1+6/0<> {@2+8/0<> key@2+9/1<> a num@2+13/1<> 2 "
         "}@2+14/0<> "},
        {"one behind the other", AUD_LIT_INIT("[]{}1 2\"x\"null"), AUD_END,
         "[@1+0/0<> ]@1+1/0<> {@1+2/0<> }@1+3/0<> num@1+4/0<> 1 num@1+6/0<> 2 str@1+7/0<> x "
         "null@1+10/0<> "},
        {"a comma between them", AUD_LIT_INIT("{},{}"), AUD_E_FORMAT, "{@1+0/0<> }@1+1/0<> "},
        {"words that run together", AUD_LIT_INIT("truefalse"), AUD_E_FORMAT, ""},
        {"numbers that run together", AUD_LIT_INIT("1-2"), AUD_E_FORMAT, ""},
        {"the last one cut", AUD_LIT_INIT("{}\n{"), AUD_E_FORMAT, "{@1+0/0<> }@1+1/0<> {@2+3/0<> "},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        outcome o;

        print_message("case: %s\n", cases[i].name);
        o = read_all_ways(cases[i].text, &many);
        assert_int_equal(o.status, cases[i].want);
        assert_int_equal(aud_buf_add(&o.events, (aud_str){"", 1}, NULL), AUD_OK);
        assert_string_equal(o.events.ptr, cases[i].events);
        aud_buf_clear(&o.events);
    }
}

/* Numbers read at depth 1 as a text, with '!' and the line for every error gone over. */
static void read_with_resync(aud_str text, size_t first, size_t step, aud_buf *out)
{
    static const aud_json_limits many = {.many = true};
    AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
    aud_status st = AUD_OK;
    pieces p;

    pieces_open(&p, text, first, step);
    assert_int_equal(aud_json_open(&p.input, &many, &json, NULL), AUD_OK);
    while (st == AUD_OK) {
        aud_json_token t;
        aud_error err;

        st = aud_json_next(json, &t, &err);
        if (st == AUD_OK && t.event == AUD_JSON_NUMBER) {
            assert_int_equal(aud_buf_printf(out, NULL, "%.*s ", AUD_ARG(t.text)), AUD_OK);
        } else if (st != AUD_OK && st != AUD_END) {
            assert_int_equal(aud_buf_printf(out, NULL, "!%u ", err.line), AUD_OK);
            st = aud_json_resync(json, &err);
        }
    }
    assert_int_equal(st, AUD_END);
    assert_int_equal(aud_buf_add(out, (aud_str){"", 1}, NULL), AUD_OK);
    pieces_close(&p);
}

static void test_resync(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        const char *want;
    } cases[] = {
        {"a bad line", AUD_LIT_INIT("{\"a\":1}\n{\"a\":x}\n{\"a\":3}\n"), "1 !2 3 "},
        {"a bad last line", AUD_LIT_INIT("{\"a\":1}\n{\"a\":x}"), "1 !2 "},
        {"a duplicate key", AUD_LIT_INIT("{\"a\":1,\"a\":2}\n{\"a\":3}\n"), "1 !1 3 "},
        {"a string that does not end", AUD_LIT_INIT("{\"a\":\"1}\n{\"a\":3}\n{\"a\":4}"),
         "!1 3 4 "},
        {"a cut word", AUD_LIT_INIT("{\"a\":tru\n{\"a\":3}"), "!1 3 "},
        {"a cut escape", AUD_LIT_INIT("{\"a\":\"\\\n{\"a\":3}"), "!1 3 "},
        {"a cut character", AUD_LIT_INIT("{\"a\":\"\xe2\x82\n{\"a\":3}"), "!1 3 "},
        {"a number that goes on", AUD_LIT_INIT("1x\n3"), "!1 3 "},
        {"a wrong number", AUD_LIT_INIT("01\n3"), "!1 3 "},
        {"a depth", AUD_LIT_INIT("[[1\n],\n}\n3 4"), "1 !3 3 4 "},
        {"every line", AUD_LIT_INIT("}\n}\n}"), "!1 !2 !3 "},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        for (size_t cut = 0; cut < cases[i].text.len; cut++) {
            aud_buf out;

            aud_buf_init(&out, 4096);
            read_with_resync(cases[i].text, cut, cut == 1 ? 1 : 0, &out);
            assert_string_equal(out.ptr, cases[i].want);
            aud_buf_clear(&out);
        }
    }
}

static void test_resync_of_one_value_is_the_end(void **state)
{
    AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
    aud_json_token t;
    pieces p;

    AUD_UNUSED(state);
    pieces_open(&p, AUD_LIT("x\n1"), 0, 0);
    assert_int_equal(aud_json_open(&p.input, NULL, &json, NULL), AUD_OK);
    assert_int_equal(aud_json_next(json, &t, NULL), AUD_E_FORMAT);
    assert_int_equal(aud_json_resync(json, NULL), AUD_END);
    assert_int_equal(aud_json_next(json, &t, NULL), AUD_E_FORMAT);
    pieces_close(&p);
}

/* --- passing over ----------------------------------------------------------------------------- */

static void test_skip(void **state)
{
    const aud_str text =
        AUD_LIT("{\"a\":{\"x\":[1,{\"y\":2}]},\"b\":\"s\",\"c\":[[],[3]],\"d\":7}");
    AUD_UNUSED(state);

    for (size_t cut = 0; cut < text.len; cut++) {
        AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
        aud_json_token t;
        pieces p;

        pieces_open(&p, text, cut, 3);
        assert_int_equal(aud_json_open(&p.input, NULL, &json, NULL), AUD_OK);
        assert_int_equal(aud_json_next(json, &t, NULL), AUD_OK);
        for (char key = 'a'; key <= 'd'; key++) {
            assert_int_equal(aud_json_next(json, &t, NULL), AUD_OK);
            assert_int_equal(t.event, AUD_JSON_KEY);
            assert_int_equal(t.text.ptr[0], key);
            if (key == 'c') { /* at the container's own event */
                assert_int_equal(aud_json_next(json, &t, NULL), AUD_OK);
                assert_int_equal(t.event, AUD_JSON_ARRAY);
            }
            assert_int_equal(aud_json_skip(json, NULL), AUD_OK);
        }
        assert_int_equal(aud_json_next(json, &t, NULL), AUD_OK);
        assert_int_equal(t.event, AUD_JSON_OBJECT_END);
        assert_int_equal(aud_json_next(json, &t, NULL), AUD_END);
        pieces_close(&p);
    }
}

static void test_what_is_passed_over_is_checked(void **state)
{
    AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
    aud_json_token t;
    aud_error err;
    pieces p;

    AUD_UNUSED(state);
    pieces_open(&p, AUD_LIT("{\"a\":[{\"x\":1,\n\"x\":2}]}"), 0, 0);
    assert_int_equal(aud_json_open(&p.input, NULL, &json, NULL), AUD_OK);
    assert_int_equal(aud_json_next(json, &t, NULL), AUD_OK);
    assert_int_equal(aud_json_skip(json, &err), AUD_E_FORMAT);
    assert_int_equal(err.line, 2);
    pieces_close(&p);
}

/* --- trouble outside -------------------------------------------------------------------------- */

static void test_failing_input(void **state)
{
    const aud_str text = AUD_LIT("{\"abc\":[1,\"def\",true,1234]}");
    AUD_UNUSED(state);

    for (size_t at = 1; at < text.len; at++) {
        AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
        aud_status st = AUD_OK;
        aud_error err;
        pieces p;

        pieces_open(&p, text, 1, 1);
        p.fail_at = at;
        assert_int_equal(aud_json_open(&p.input, NULL, &json, NULL), AUD_OK);
        while (st == AUD_OK) {
            aud_json_token t;

            st = aud_json_next(json, &t, &err);
        }
        assert_int_equal(st, AUD_E_IO);
        assert_string_equal(err.message, "cannot read on");
        pieces_close(&p);
    }
}

static void test_failing_memory(void **state)
{
    const aud_str text = AUD_LIT("{\"a\":\"b\\n\",\"c\":[1,2,{\"d\":\"e\\t\"}]}");
    bool failed = true;
    AUD_UNUSED(state);

    for (uint64_t n = 1; failed; n++) {
        AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
        aud_status st;
        pieces p;

        assert_true(n < 100);
        pieces_open(&p, text, 3, 3);
        aud_alloc_fail_at(n);
        st = aud_json_open(&p.input, NULL, &json, NULL);
        while (st == AUD_OK) {
            aud_json_token t;

            st = aud_json_next(json, &t, NULL);
        }
        aud_alloc_fail_at(0);
        failed = st != AUD_END;
        assert_int_equal(st, failed ? AUD_E_NOMEM : AUD_END);
        pieces_close(&p);
    }
}

/* --- cJSON as the oracle ---------------------------------------------------------------------- */

/* Writes what was read, so that cJSON can compare it with its own reading. */
static aud_status rewrite(aud_str text, size_t step, const aud_json_limits *limits, aud_buf *into)
{
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
    aud_json_writer w;
    aud_status st;
    pieces p;

    assert_int_equal(aud_out_open_buf(into, &out, NULL), AUD_OK);
    aud_json_writer_init(&w, out, 0);
    pieces_open(&p, text, step, step);
    st = aud_json_open(&p.input, limits, &json, NULL);
    while (st == AUD_OK) {
        aud_json_token t;

        st = aud_json_next(json, &t, NULL);
        if (st != AUD_OK) {
            break;
        }
        switch (t.event) {
        case AUD_JSON_OBJECT:
            aud_json_begin_object(&w);
            break;
        case AUD_JSON_OBJECT_END:
            aud_json_end_object(&w);
            break;
        case AUD_JSON_ARRAY:
            aud_json_begin_array(&w);
            break;
        case AUD_JSON_ARRAY_END:
            aud_json_end_array(&w);
            break;
        case AUD_JSON_KEY:
            aud_json_key_str(&w, t.text);
            break;
        case AUD_JSON_STRING:
            aud_json_str(&w, t.text);
            break;
        case AUD_JSON_NUMBER:
            aud_json_raw(&w, t.text);
            break;
        case AUD_JSON_TRUE:
        case AUD_JSON_FALSE:
            aud_json_bool(&w, t.event == AUD_JSON_TRUE);
            break;
        case AUD_JSON_NULL:
            aud_json_null(&w);
            break;
        }
    }
    assert_int_equal(aud_out_finish(out, NULL), AUD_OK);
    pieces_close(&p);
    return st;
}

typedef struct tally {
    size_t documents, accepted, refused_by_both, refused_by_us;
} tally;

/* Whatever cJSON refuses we refuse; what both accept is the same value. */
static void hold_against_cjson(aud_str text, const aud_json_limits *limits, tally *t)
{
    cJSON *theirs = cJSON_ParseWithLengthOpts(text.ptr, text.len, NULL, 0);
    aud_buf ours;
    aud_status st;

    aud_buf_init(&ours, SIZE_MAX / 2);
    st = rewrite(text, 4093, limits, &ours);
    t->documents++;
    if (theirs == NULL) {
        t->refused_by_both++;
        assert_int_not_equal(st, AUD_END);
    } else if (st != AUD_END) {
        t->refused_by_us++;
    } else {
        cJSON *again = cJSON_ParseWithLength(ours.ptr, ours.len);
        cJSON *twin = cJSON_ParseWithLengthOpts(text.ptr, text.len, NULL, 0);

        t->accepted++;
        assert_non_null(again);
        /* an infinity, which cJSON makes of long numbers, is not even equal to itself there */
        assert_true(cJSON_Compare(theirs, again, 1) || !cJSON_Compare(theirs, twin, 1));
        cJSON_Delete(twin);
        cJSON_Delete(again);
    }
    cJSON_Delete(theirs);
    aud_buf_clear(&ours);
}

static void sample_document(void *ctx, const char *path)
{
    const size_t len = strlen(path);
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
    aud_buf text;

    if (len < 5 || strcmp(path + len - 5, ".json") != 0) {
        return;
    }
    aud_test_read(path, &text);
    hold_against_cjson(aud_buf_str(&text), NULL, ctx);
    /* broken in many ways, each reproducible */
    for (int i = 0; i < 40 && text.len > 0 && text.len < 100000; i++) {
        static const char bytes[] = "{}[]\",:\\0-.eE1 \ntu\x80";
        char *byte;
        char before;

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        byte = &text.ptr[(random >> 16) % text.len];
        before = *byte;
        *byte = bytes[random % (sizeof bytes - 1)];
        hold_against_cjson(aud_buf_str(&text), NULL, ctx);
        *byte = before;
        hold_against_cjson((aud_str){text.ptr, (random >> 16) % text.len}, NULL, ctx);
    }
    aud_buf_clear(&text);
}

static void test_against_cjson(void **state)
{
    const char *samples = aud_test_sample("samples");
    tally t = {0};
    char folder[4096];

    AUD_UNUSED(state);
    if (samples == NULL) {
        print_message("no samples: skipped\n");
        skip();
    }
    (void)snprintf(folder, sizeof folder, "%s", samples);
    (void)aud_test_walk(folder, sample_document, &t);
    print_message("%zu documents: %zu the same, %zu refused by both, %zu by us alone\n",
                  t.documents, t.accepted, t.refused_by_both, t.refused_by_us);
    assert_true(t.accepted > 50);
    assert_true(t.refused_by_both > 1000);
}

/* Where the two differ on purpose: cJSON reads these, and what it makes of them hides something. */
static void test_stricter_than_cjson(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
    } cases[] = {
        {"duplicate keys", AUD_LIT_INIT("{\"a\":1,\"a\":2}")},
        {"text behind the value", AUD_LIT_INIT("{} x")},
        {"invalid UTF-8", AUD_LIT_INIT("\"\xff\"")},
        {"a raw line feed in a string", AUD_LIT_INIT("\"a\nb\"")},
        {"control characters for blanks", AUD_LIT_INIT("[\x01]")},
        {"a leading zero", AUD_LIT_INIT("[01]")},
        {"a point without digits", AUD_LIT_INIT("[1.]")},
        {"a word that goes on", AUD_LIT_INIT("truefalse")},
        {"80 levels",
         AUD_LIT_INIT(
             "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
             "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        cJSON *theirs = cJSON_ParseWithLengthOpts(cases[i].text.ptr, cases[i].text.len, NULL, 0);
        outcome o = read_pieces(cases[i].text, NULL, 0, 0);

        print_message("case: %s\n", cases[i].name);
        assert_non_null(theirs);
        assert_true(o.status == AUD_E_FORMAT || o.status == AUD_E_LIMIT);
        cJSON_Delete(theirs);
        aud_buf_clear(&o.events);
    }
}

static void sample_lines(void *ctx, const char *path)
{
    static const aud_json_limits many = {.many = true};
    const size_t len = strlen(path);
    size_t *num = ctx;
    aud_buf text;
    outcome o;

    if (len < 6 || strcmp(path + len - 6, ".jsonl") != 0) {
        return;
    }
    aud_test_read(path, &text);
    o = read_pieces(aud_buf_str(&text), &many, 1000, 1000);
    print_message("%s: %s line %u %s\n", strrchr(path, '/') + 1, aud_status_name(o.status), o.line,
                  o.status == AUD_END ? "" : o.err.message);
    *num += o.status == AUD_END ? 1 : 0;
    aud_buf_clear(&o.events);
    aud_buf_clear(&text);
}

static void test_lines_of_samples(void **state)
{
    const char *samples = aud_test_sample("samples");
    size_t read = 0;
    char folder[4096];

    AUD_UNUSED(state);
    if (samples == NULL) {
        print_message("no samples: skipped\n");
        skip();
    }
    (void)snprintf(folder, sizeof folder, "%s", samples);
    (void)aud_test_walk(folder, sample_lines, &read);
    assert_true(read > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_keys_that_only_look_alike),
        cmocka_unit_test(test_a_nul_is_kept),
        cmocka_unit_test(test_a_duplicate_names_its_key_where_it_can),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_too_many_keys),
        cmocka_unit_test(test_several_values),
        cmocka_unit_test(test_resync),
        cmocka_unit_test(test_resync_of_one_value_is_the_end),
        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_what_is_passed_over_is_checked),
        cmocka_unit_test(test_failing_input),
        cmocka_unit_test(test_failing_memory),
        cmocka_unit_test(test_against_cjson),
        cmocka_unit_test(test_stricter_than_cjson),
        cmocka_unit_test(test_lines_of_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
