/* tests/tree/test_csv_reader.c - separated values as programs and Excel write them. */
#include "tests/support/support.h"

#include <stdio.h>

#include "engine/base/text.h"
#include "engine/tree/csv.h"
#include "tests/tree/pieces.h"

typedef struct outcome {
    aud_status status;
    aud_error err;
    aud_buf rows; /* "1:a|b/ 2:c/ " */
} outcome;

static outcome read_pieces(aud_str text, size_t first, size_t step)
{
    outcome o = {.status = AUD_OK};
    AUD_CLEANUP(aud_csv_closep) aud_csv *csv = NULL;
    pieces p;

    aud_buf_init(&o.rows, SIZE_MAX / 2);
    pieces_open(&p, text, first, step);
    o.status = aud_csv_open(&p.input, &csv, &o.err);
    while (o.status == AUD_OK) {
        const aud_str *cells;
        size_t num;
        uint32_t line;

        o.status = aud_csv_next(csv, &cells, &num, &line, &o.err);
        if (o.status == AUD_OK) {
            assert_int_equal(aud_buf_printf(&o.rows, NULL, "%u:", line), AUD_OK);
            for (size_t i = 0; i < num; i++) {
                assert_int_equal(aud_buf_add(&o.rows, cells[i], NULL), AUD_OK);
                assert_int_equal(
                    aud_buf_add(&o.rows, i + 1 < num ? AUD_LIT("|") : AUD_LIT("/ "), NULL), AUD_OK);
            }
        }
    }
    if (o.status != AUD_END) { /* it sticks */
        const aud_str *cells;
        size_t num;
        uint32_t line;

        assert_int_equal(aud_csv_next(csv, &cells, &num, &line, NULL), AUD_E_FORMAT);
    }
    assert_int_equal(aud_buf_add(&o.rows, (aud_str){"", 1}, NULL), AUD_OK);
    pieces_close(&p);
    return o;
}

/* In one piece, cut at every place, byte by byte; all must agree. */
static outcome read_all_ways(aud_str text)
{
    outcome whole = read_pieces(text, 0, 0);

    for (size_t cut = 1; cut <= text.len; cut++) {
        outcome o = read_pieces(text, cut == text.len ? 1 : cut, cut == text.len ? 1 : 0);

        if (strcmp(o.rows.ptr, whole.rows.ptr) != 0 || o.status != whole.status) {
            fail_msg("cut at %zu: %s '%s', in one piece %s '%s'", cut, aud_status_name(o.status),
                     o.rows.ptr, aud_status_name(whole.status), whole.rows.ptr);
        }
        if (o.status != AUD_END) {
            assert_int_equal(o.err.line, whole.err.line);
            assert_string_equal(o.err.message, whole.err.message);
        }
        aud_buf_clear(&o.rows);
    }
    return whole;
}

/* UTF-8 as UTF-16 with a byte order mark. */
static void utf16(aud_buf *out, aud_str text, bool big)
{
    size_t at = 0;

    aud_buf_init(out, SIZE_MAX / 2);
    assert_int_equal(aud_buf_add(out, big ? AUD_LIT("\xfe\xff") : AUD_LIT("\xff\xfe"), NULL), 0);
    while (at < text.len) {
        const uint32_t code = (uint32_t)aud_utf8_next(text, &at);
        const uint32_t units[2] = {code > 0xffff ? 0xd800 + ((code - 0x10000) >> 10) : code,
                                   0xdc00 + ((code - 0x10000) & 0x3ffu)};

        for (size_t i = 0; i < (code > 0xffff ? 2u : 1u); i++) {
            const char low = (char)(units[i] & 0xffu), high = (char)(units[i] >> 8);
            const char bytes[2] = {big ? high : low, big ? low : high};

            assert_int_equal(aud_buf_add(out, (aud_str){bytes, 2}, NULL), AUD_OK);
        }
    }
}

static const struct {
    const char *name;
    aud_str text;
    const char *want;
} accepted[] = {
    {"nothing", AUD_LIT_INIT(""), ""},
    {"line ends", AUD_LIT_INIT("\r\n\n\r"), ""},
    {"one cell", AUD_LIT_INIT("a"), "1:a/ "},
    {"rows", AUD_LIT_INIT("a,b\n1,2\n3,4\n"), "1:a|b/ 2:1|2/ 3:3|4/ "},
    {"no line end at the end", AUD_LIT_INIT("a,b\n1,2"), "1:a|b/ 2:1|2/ "},
    {"CR LF", AUD_LIT_INIT("a,b\r\n1,2\r\n\r\n3,4"), "1:a|b/ 2:1|2/ 4:3|4/ "},
    {"CR", AUD_LIT_INIT("a,b\r1,2\r\r3,4\r"), "1:a|b/ 2:1|2/ 4:3|4/ "},
    {"empty cells", AUD_LIT_INIT("a,b,c\n,,\n,x,\n"), "1:a|b|c/ 2:||/ 3:|x|/ "},
    {"a separator at the very end", AUD_LIT_INIT("a,b\n1,"), "1:a|b/ 2:1|/ "},
    {"blank lines are passed over", AUD_LIT_INIT("\n  \na,b\n \t \n1,2\n"), "3:a|b/ 5:1|2/ "},
    {"an empty quoted cell is a row", AUD_LIT_INIT("a\n\"\"\nb"), "1:a/ 2:/ 3:b/ "},
    {"rows of other lengths", AUD_LIT_INIT("a,b\n1\n1,2,3\n"), "1:a|b/ 2:1/ 3:1|2|3/ "},
    {"quotes", AUD_LIT_INIT("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n"), "1:a|b/ 2:x,y|say \"hi\"/ "},
    {"line ends in quotes, and the lines after them",
     AUD_LIT_INIT("a,b\n\"1\n2\r\n3\r4\",x\n5,6\n"), "1:a|b/ 2:1\n2\r\n3\r4|x/ 6:5|6/ "},
    {"a CR at the end of a quote", AUD_LIT_INIT("a\n\"x\r\"\ny"), "1:a/ 2:x\r/ 4:y/ "},
    {"a quote that ends the file", AUD_LIT_INIT("a\n\"x\""), "1:a/ 2:x/ "},
    {"a quote inside of a cell is text", AUD_LIT_INIT("a,b\n5\" disk,x\"\"y\n"),
     "1:a|b/ 2:5\" disk|x\"\"y/ "},
    {"blanks stay", AUD_LIT_INIT("a,b\n x , y \n"), "1:a|b/ 2: x | y / "},
    {"semicolons", AUD_LIT_INIT("a;b;c\n1,5;2;3\n"), "1:a|b|c/ 2:1,5|2|3/ "},
    {"tabs", AUD_LIT_INIT("a\tb\n1,2;3\t\n"), "1:a|b/ 2:1,2;3|/ "},
    {"bars", AUD_LIT_INIT("a|b\n1|2\n"), "1:a|b/ 2:1|2/ "},
    {"the commonest separator of the first line", AUD_LIT_INIT("a;b;c,d\n1;2;3\n"),
     "1:a|b|c,d/ 2:1|2|3/ "},
    {"separators in quotes do not count", AUD_LIT_INIT("\"a,b,c\";d\n1;2\n"), "1:a,b,c|d/ 2:1|2/ "},
    {"nor those of a quoted line end", AUD_LIT_INIT("\"a,\n,b\";c\n1;2\n"), "1:a,\n,b|c/ 3:1|2/ "},
    {"nor those behind a doubled quote", AUD_LIT_INIT("\"a\"\",,,\";c\n1;2\n"),
     "1:a\",,,|c/ 2:1|2/ "},
    {"nor those of the second line", AUD_LIT_INIT("a;b\n1,2,3,4;5\n"), "1:a|b/ 2:1,2,3,4|5/ "},
    {"Excel's order", AUD_LIT_INIT("sep=;\r\na;b,c\r\n"), "2:a|b,c/ "},
    {"Excel's order against the first line", AUD_LIT_INIT("sep=|\na,b,c|d\n"), "2:a,b,c|d/ "},
    {"Excel's order for a comma", AUD_LIT_INIT("SEP=,\na,b\n"), "2:a|b/ "},
    {"Excel's order for a tab", AUD_LIT_INIT("sep=\t\na\tb\n"), "2:a|b/ "},
    {"Excel's order in quotes", AUD_LIT_INIT("\"sep=;\"\na;b,c,d\n"), "2:a|b,c,d/ "},
    {"Excel's order later is a row", AUD_LIT_INIT("a,b\nsep=;\nc,d\n"), "1:a|b/ 2:sep=;/ 3:c|d/ "},
    {"text that is not ASCII",
     AUD_LIT_INIT("n\xc3\xa4me,\xe2\x82\xac\n\xf0\x9f\x98\x80,\xc3\xbc\n"),
     "1:n\xc3\xa4me|\xe2\x82\xac/ 2:\xf0\x9f\x98\x80|\xc3\xbc/ "},
};

static void test_accepted(void **state)
{
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(accepted); i++) {
        outcome o;

        print_message("case: %s\n", accepted[i].name);
        o = read_all_ways(accepted[i].text);
        if (o.status != AUD_END) {
            fail_msg("line %u: %s", o.err.line, o.err.message);
        }
        assert_string_equal(o.rows.ptr, accepted[i].want);
        aud_buf_clear(&o.rows);
    }
}

static void test_encodings(void **state)
{
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(accepted); i++) {
        for (int kind = 0; kind < 3; kind++) {
            aud_buf text;
            outcome o;

            if (kind < 2) {
                utf16(&text, accepted[i].text, kind == 1);
            } else {
                aud_buf_init(&text, 65536);
                assert_int_equal(aud_buf_add(&text, AUD_LIT("\xef\xbb\xbf"), NULL), AUD_OK);
                assert_int_equal(aud_buf_add(&text, accepted[i].text, NULL), AUD_OK);
            }
            o = read_all_ways(aud_buf_str(&text));
            assert_int_equal(o.status, AUD_END);
            assert_string_equal(o.rows.ptr, accepted[i].want);
            aud_buf_clear(&o.rows);
            aud_buf_clear(&text);
        }
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        aud_status want;
        uint32_t line;
        const char *rows, *message;
    } cases[] = {
        {"a quote that does not end", AUD_LIT_INIT("a,b\n1,\"x\ny\n"), AUD_E_FORMAT, 2, "1:a|b/ ",
         "does not end"},
        {"a quote that does not end in the first line", AUD_LIT_INIT("\"a,b\n1,2\n"), AUD_E_FORMAT,
         1, "", "does not end"},
        {"a quote alone", AUD_LIT_INIT("\""), AUD_E_FORMAT, 1, "", "does not end"},
        {"text behind a closing quote", AUD_LIT_INIT("a,b\n1,\"x\"y\n"), AUD_E_FORMAT, 2, "1:a|b/ ",
         "closing quote"},
        {"a blank behind a closing quote", AUD_LIT_INIT("a,b\n\"x\" ,y\n"), AUD_E_FORMAT, 2,
         "1:a|b/ ", "closing quote"},
        {"a blank before a quote", AUD_LIT_INIT("a,b\n1, \"x,y\"\n"), AUD_E_FORMAT, 2, "1:a|b/ ",
         "blank before a quote"},
        {"a NUL", AUD_LIT_INIT("a,b\n1,\0\n"), AUD_E_FORMAT, 2, "1:a|b/ ", "NUL"},
        {"a NUL in quotes", AUD_LIT_INIT("a,b\n1,\"\n\0\"\n"), AUD_E_FORMAT, 3, "1:a|b/ ", "NUL"},
        {"UTF-16 without mark", AUD_LIT_INIT("a\0,\0b\0\n\0"), AUD_E_FORMAT, 1, "",
         "byte order mark"},
        {"UTF-32", AUD_LIT_INIT("\xff\xfe\0\0a\0\0\0"), AUD_E_FORMAT, 1, "", "NUL"},
        {"Latin-1", AUD_LIT_INIT("a,b\nM\xfcller,2\n"), AUD_E_FORMAT, 2, "1:a|b/ ", "UTF-8"},
        {"a character cut by a separator", AUD_LIT_INIT("a,b\n\xc3,\xa9\n"), AUD_E_FORMAT, 2,
         "1:a|b/ ", "UTF-8"},
        {"UTF-16 cut in the middle",
         AUD_LIT_INIT("\xff\xfe"
                      "a\0\n\0b"),
         AUD_E_FORMAT, 2, "1:a/ ", "middle of a character"},
        {"UTF-16 cut in the middle of a pair",
         AUD_LIT_INIT("\xff\xfe"
                      "a\0\n\0\x3d\xd8"),
         AUD_E_FORMAT, 2, "1:a/ ", "middle of a character"},
        {"an order for a separator that is not read", AUD_LIT_INIT("sep=:\na:b\n"),
         AUD_E_UNSUPPORTED, 1, "", "sep="},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        outcome o;

        print_message("case: %s\n", cases[i].name);
        o = read_all_ways(cases[i].text);
        assert_int_equal(o.status, cases[i].want);
        assert_string_equal(o.rows.ptr, cases[i].rows);
        assert_non_null(strstr(o.err.message, cases[i].message));
        assert_int_equal(o.err.line, cases[i].line);
        aud_buf_clear(&o.rows);
    }
}

/* Only when it is read is it known, so what came before in the same piece may be lost. */
static void test_half_a_surrogate_pair(void **state)
{
    static const aud_str texts[] = {
        AUD_LIT_INIT("\xff\xfe\x3d\xd8"
                     "a\0"),
        AUD_LIT_INIT("\xff\xfe\x00\xde"
                     "a\0"),
        AUD_LIT_INIT("\xfe\xff\xd8\x3d\xd8\x3d"),
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        outcome o = read_all_ways(texts[i]);

        assert_int_equal(o.status, AUD_E_FORMAT);
        assert_non_null(strstr(o.err.message, "surrogate"));
        aud_buf_clear(&o.rows);
    }
}

static void test_limits(void **state)
{
    static const struct {
        const char *name, *before, *many, *after;
        size_t times;
        aud_status want;
    } cases[] = {
        {"4,096 cells", "", ",", "", 4095, AUD_END},
        {"4,097 cells", "", ",", "", 4096, AUD_E_LIMIT},
        {"a million cells", "", ",", "", 1000000, AUD_E_LIMIT},
        {"a cell of a mebibyte", "a,", "0123456789abcdef", "\n", 65536, AUD_END},
        {"one byte more", "a,x", "0123456789abcdef", "\n", 65536, AUD_E_LIMIT},
        {"the same in quotes", "a,\"x", "0123456789abcdef", "\"\n", 65536, AUD_E_LIMIT},
        {"quotes without end", "a,b\n", "\"", "", 10000001, AUD_E_LIMIT},
        {"a first line of 32 MiB", "", "0123456789abcdef,", "", 2 << 20, AUD_E_LIMIT},
        {"many blank lines", "", "\n", "a", 10000000, AUD_END},
        {"many rows", "", "a,b\r\n", "", 1000000, AUD_END},
    };
    AUD_UNUSED(state);

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const size_t len = strlen(cases[i].many);
        aud_buf text;
        outcome o;

        print_message("case: %s\n", cases[i].name);
        aud_buf_init(&text, SIZE_MAX / 2);
        assert_int_equal(aud_buf_reserve(&text, len * cases[i].times + 64, NULL), AUD_OK);
        assert_int_equal(aud_buf_add(&text, aud_str_of(cases[i].before), NULL), AUD_OK);
        for (size_t n = 0; n < cases[i].times; n++) {
            assert_int_equal(aud_buf_add(&text, (aud_str){cases[i].many, len}, NULL), AUD_OK);
        }
        assert_int_equal(aud_buf_add(&text, aud_str_of(cases[i].after), NULL), AUD_OK);
        o = read_pieces(aud_buf_str(&text), 65536, 65536);
        assert_int_equal(o.status, cases[i].want);
        if (o.status != AUD_END) {
            assert_true(o.err.line >= 1);
        }
        aud_buf_clear(&o.rows);
        aud_buf_clear(&text);
    }
}

static void test_long_first_line_in_pieces(void **state)
{
    aud_buf text;
    outcome o;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    for (int i = 0; i < 30000; i++) {
        assert_int_equal(aud_buf_add(&text, AUD_LIT("x,,"), NULL), AUD_OK);
        if (i % 1000 == 999) {
            assert_int_equal(aud_buf_add(&text, AUD_LIT(";"), NULL), AUD_OK);
        }
    }
    assert_int_equal(aud_buf_add(&text, AUD_LIT("\n1;2"), NULL), AUD_OK);
    o = read_pieces(aud_buf_str(&text), 100, 100);
    assert_int_equal(o.status, AUD_E_LIMIT); /* commas won: 60,001 cells */
    aud_buf_clear(&o.rows);
    aud_buf_clear(&text);
}

static void test_failing_input(void **state)
{
    const aud_str text = AUD_LIT("a,b\n1,\"2\"\n3,4\n");
    AUD_UNUSED(state);

    for (size_t at = 1; at < text.len; at++) {
        AUD_CLEANUP(aud_csv_closep) aud_csv *csv = NULL;
        aud_status st = AUD_OK;
        aud_error err;
        pieces p;

        pieces_open(&p, text, 1, 1);
        p.fail_at = at;
        assert_int_equal(aud_csv_open(&p.input, &csv, NULL), AUD_OK);
        while (st == AUD_OK) {
            const aud_str *cells;
            size_t num;
            uint32_t line;

            st = aud_csv_next(csv, &cells, &num, &line, &err);
        }
        assert_int_equal(st, AUD_E_IO);
        assert_string_equal(err.message, "cannot read on");
        pieces_close(&p);
    }
}

static void test_failing_memory(void **state)
{
    bool failed = true;
    AUD_UNUSED(state);

    for (uint64_t n = 1; failed; n++) {
        AUD_CLEANUP(aud_csv_closep) aud_csv *csv = NULL;
        aud_status st;
        pieces p;

        assert_true(n < 50);
        pieces_open(&p,
                    AUD_LIT("\xff\xfe"
                            "a\0,\0b\0\n\0"),
                    4, 4);
        aud_alloc_fail_at(n);
        st = aud_csv_open(&p.input, &csv, NULL);
        while (st == AUD_OK) {
            const aud_str *cells;
            size_t num;
            uint32_t line;

            st = aud_csv_next(csv, &cells, &num, &line, NULL);
        }
        aud_alloc_fail_at(0);
        failed = st != AUD_END;
        assert_int_equal(st, failed ? AUD_E_NOMEM : AUD_END);
        pieces_close(&p);
    }
}

static void sample_document(void *ctx, const char *path)
{
    const char *dot = strrchr(path, '.');
    size_t *num = ctx;
    outcome one, many;
    aud_buf text;

    if (dot == NULL || (strcmp(dot, ".csv") != 0 && strcmp(dot, ".tsv") != 0)) {
        return;
    }
    aud_test_read(path, &text);
    one = read_pieces(aud_buf_str(&text), 0, 0);
    many = read_pieces(aud_buf_str(&text), 3, 7);
    print_message("%s: %s %s\n", strrchr(path, '/') + 1, aud_status_name(one.status),
                  one.status == AUD_END ? "" : one.err.message);
    assert_int_equal(one.status, AUD_END);
    assert_string_equal(one.rows.ptr, many.rows.ptr);
    assert_true(one.rows.len > 1);
    *num += 1;
    aud_buf_clear(&one.rows);
    aud_buf_clear(&many.rows);
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
    assert_true(num > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),      cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_refused),       cmocka_unit_test(test_half_a_surrogate_pair),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_long_first_line_in_pieces),
        cmocka_unit_test(test_failing_input), cmocka_unit_test(test_failing_memory),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
