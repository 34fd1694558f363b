/* tests/ingest/test_snapshots.c - the formats of snapshots.def: made inputs, real ones, bad ones.
 */
#include "tests/ingest/samples.h"

#include "engine/ingest/snapshot_values.h"

static const char *const formats[] = {
#define AUD_SNAPSHOT(name, spec) #name,
#include "engine/ingest/snapshots.def"
#undef AUD_SNAPSHOT
};

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(formats); i++) {
        check_fixtures(formats[i], NULL);
    }
}

/* The first case of each with memory running out, and with a sink that refuses. */
static void test_failing(void **state)
{
    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(formats); i++) {
        char path[512];
        struct dirent **entries = NULL;

        (void)snprintf(path, sizeof(path), "%s/fixtures/ingest/%s", AUD_SOURCE_DIR, formats[i]);
        const int num = scandir(path, &entries, NULL, alphasort);
        const char *first = NULL;
        for (int k = 0; k < num; k++) {
            first = !first && aud_str_ends(aud_str_of(entries[k]->d_name), AUD_LIT(".in"))
                        ? entries[k]->d_name
                        : first;
        }
        assert_non_null(first);
        check_failing(formats[i], first, NULL);
        for (int k = 0; k < num; k++) {
            free(entries[k]);
        }
        free(entries);
    }
}

/* Whatever it is told to be, a text that is no snapshot gives a gap and nothing else. */
static void test_insisted(void **state)
{
    static const char *const texts[] = {
        "",
        "7",
        "\"x\"",
        "{\"a\": 1, \"a\": 2}",
        "{\"items\": [{\"certificates\": [",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
        "[["
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
        "[[",
        "{\"x\": \"\xff\"}",
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(formats); i++) {
        check_insisted(formats[i], texts, AUD_COUNT(texts));
    }
}

/* --- real documents --------------------------------------------------------------------------- */

typedef struct real {
    const char *path, *format;
    size_t certificates, records, requests, keys, gaps;
    const char *has[6];
    const char *has_not[3];
} real;

static const real reals[] = {
#include "tests/ingest/snapshot_samples.inc"
};

static void check_real(const real *r, aud_str bytes)
{
    const aud_adapter *adapter = aud_adapter_find(aud_str_of(r->format));
    dump d;

    assert_non_null(adapter);
    assert_true(adapter->sniff(aud_str_sub(bytes, 0, (size_t)64 << 10)) > 0);
    dump_of(&d, "s", bytes, "", NULL);
    if (d.subjects[AUD_KIND_CERTIFICATE] != r->certificates ||
        d.subjects[AUD_KIND_RECORD] != r->records || d.subjects[AUD_KIND_REQUEST] != r->requests ||
        d.subjects[AUD_KIND_PRIVATE_KEY] != r->keys || d.num_gaps != r->gaps) {
        fail_msg("%zu certificates, %zu records, %zu requests, %zu keys, %zu gaps in:\n%.*s",
                 d.subjects[AUD_KIND_CERTIFICATE], d.subjects[AUD_KIND_RECORD],
                 d.subjects[AUD_KIND_REQUEST], d.subjects[AUD_KIND_PRIVATE_KEY], d.num_gaps,
                 AUD_ARG(aud_buf_str(&d.text)));
    }
    for (size_t k = 0; k < AUD_COUNT(r->has) && r->has[k]; k++) {
        assert_dump_has(&d, r->has[k]);
    }
    for (size_t k = 0; k < AUD_COUNT(r->has_not) && r->has_not[k]; k++) {
        if (dump_has(&d, r->has_not[k])) {
            fail_msg("'%s' in:\n%.*s", r->has_not[k], AUD_ARG(aud_buf_str(&d.text)));
        }
    }
    check_pieces("s", bytes, "", NULL, &d);
    dump_clear(&d);
    check_cuts("s", bytes, r->format, NULL);
}

static void test_samples(void **state)
{
    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(reals); i++) {
        char path[256];
        aud_buf bytes;

        (void)snprintf(path, sizeof(path), "samples/%s", reals[i].path);
        const char *file = aud_test_sample(path);
        if (!file) {
            print_message("%s is not beside the project: skipped\n", path);
            skip();
        }
        print_message("case: %s\n", reals[i].path);
        aud_test_read(file, &bytes);
        check_real(&reals[i], aud_buf_str(&bytes));
        aud_buf_clear(&bytes);
    }
}

/* --- values ----------------------------------------------------------------------------------- */

static void test_dates(void **state)
{
    static const struct {
        const char *text;
        bool millis;
        const char *want;
    } cases[] = {
        {"1544140800.0", false, "2018-12-07T00:00:00Z"},
        {"1.803199001e+09", false, "2027-02-21T08:36:41Z"},
        {"1803199001", false, "2027-02-21T08:36:41Z"},
        {"2147483647000", true, "2038-01-19T03:14:07Z"},
        {"0", false, ""},
        {"-1", true, ""},
        {"-6.21355968e+10", false, ""},
        {"0001-01-01T00:00:00.0000000Z", false, ""},
        {"EMPTY", false, ""},
        {"2026-11-23T08:36:41", false, "2026-11-23T08:36:41"},
        {"1e999", false, "1e999"},
        {"12/28/2023", false, "12/28/2023"},
        {"", false, ""},
        {".", false, "."},
    };
    char out[AUD_INSTANT_TEXT];

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_str got = aud_snap_date(aud_str_of(cases[i].text), cases[i].millis, out);
        print_message("case: %s\n", cases[i].text);
        assert_true(aud_str_eq(got, aud_str_of(cases[i].want)));
    }
}

static void test_openssl_dates(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"Dec  7 08:36:41 2026 GMT", "2026-12-07T08:36:41Z"},
        {"Jan 15 00:00:00 2030 UTC", "2030-01-15T00:00:00Z"},
        {"Foo 15 00:00:00 2030 GMT", "Foo 15 00:00:00 2030 GMT"},
        {"anF 15 00:00:00 2030 GMT", "anF 15 00:00:00 2030 GMT"},
        {"Jan 15 00:00:00 2030 CET", "Jan 15 00:00:00 2030 CET"},
        {"", ""},
    };
    char out[AUD_INSTANT_TEXT];

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_str got = aud_snap_openssl_date(aud_str_of(cases[i].text), out);
        print_message("case: %s\n", cases[i].text);
        assert_true(aud_str_eq(got, aud_str_of(cases[i].want)));
    }
}

static void test_numbers(void **state)
{
    char digits[129];
    aud_str hex;

    AUD_UNUSED(state);
    assert_true(aud_snap_decimal_hex(AUD_LIT("1267517316"), digits, &hex));
    assert_true(aud_str_eq(hex, AUD_LIT("4b8cc784")));
    assert_true(
        aud_snap_decimal_hex(AUD_LIT("340282366920938463463374607431768211456"), digits, &hex));
    assert_true(aud_str_eq(hex, AUD_LIT("0100000000000000000000000000000000")));
    assert_false(aud_snap_decimal_hex(AUD_LIT("-5"), digits, &hex));
    assert_false(aud_snap_decimal_hex(AUD_LIT("1,16476E+47"), digits, &hex));
    assert_true(aud_snap_base64_hex(AUD_LIT("kDWIsIjhTOnSpb-0ckKWLbMsv2g"), digits, &hex));
    assert_true(aud_str_eq(hex, AUD_LIT("903588b088e14ce9d2a5bfb47242962db32cbf68")));
    assert_true(aud_snap_base64_hex(AUD_LIT("fLi3U52HunIVNXubkEnf8tP6Wbo="), digits, &hex));
    assert_true(aud_str_eq(hex, AUD_LIT("7cb8b7539d87ba7215357b9b9049dff2d3fa59ba")));
    assert_false(aud_snap_base64_hex(AUD_LIT("*"), digits, &hex));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),      cmocka_unit_test(test_failing),
        cmocka_unit_test(test_insisted),      cmocka_unit_test(test_dates),
        cmocka_unit_test(test_openssl_dates), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
