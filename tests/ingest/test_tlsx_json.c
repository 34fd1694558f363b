/* tests/ingest/test_tlsx_json.c - results of tlsx, made ones and real ones. */
#include "tests/ingest/samples.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("tlsx_json", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("tlsx_json", "lines.in", NULL);
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"{\"host\":\"a\",\"port\":\"1\",\"probe_status\":false}", true},
        {"{\n \"probe_status\": true, \"tls_version\": \"x\", \"tls_connection\": \"ctls\"}", true},
        {"{\"url\":\"x\",\"host\":\"a\",\"port\":\"1\",\"tls\":{\"probe_status\":true}}", false},
        {"{\"host\":\"a\",\"port\":\"1\"}", false},
        {"", false},
        {"probe_status", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        assert_int_equal(aud_adapter_tlsx_json.sniff(aud_str_of(cases[i].text)) > 0, cases[i].ours);
    }
}

static void test_insisted(void **state)
{
    static const char *const texts[] = {
        "",
        "no JSON",
        "[]",
        "{}",
        "7\n\"x\"\nnull",
        "{\"host\": \"a\\u0000b\", \"port\": 443, \"tls_version\": \"tls13\"}",
        "{\"host\": \"a\", \"port\": 443, \"tls_version\": 13, \"cipher\": []}",
        "{\"host\": \"a\", \"port\": 99999999999999999999, \"tls_version\": \"tls13\"}",
        "{\"host\": {\"host\": "
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{\"host\": \"\xff\", \"port\": 443, \"tls_version\": \"tls13\"}",
    };

    AUD_UNUSED(state);
    check_insisted("tlsx_json", texts, AUD_COUNT(texts));
}

/* What one handshake did not choose may be offered: nothing may call a list whole. */
static void test_partial(void **state)
{
    aud_buf bytes;
    dump d;

    AUD_UNUSED(state);
    aud_test_read(aud_test_source("fixtures/ingest/tlsx_json/lines.in"), &bytes);
    dump_of(&d, "t.json", aud_buf_str(&bytes), "", NULL);
    assert_dump_has(&d, "\"suites_seen\"");
    assert_dump_has(&d, "\"protocols_seen\"");
    assert_false(dump_has(&d, "\"suites\""));
    assert_false(dump_has(&d, "\"dh_bits\""));
    dump_clear(&d);
    aud_buf_clear(&bytes);
}

static void test_samples(void **state)
{
    static const sample samples[] = {
        {"tlsx-2023-pretty-pwn.by.json",
         1,
         0,
         0,
         {"\"identity\": \"pwn.by:443\"", "\"address\": \"34.141.103.251\"",
          "\"scanned_at\": \"2023-01-30T22:15:27Z\"", "\"code\": \"0xC012\"", "\"starttls\": null",
          "\"leaf_sha256\": \"03e3925de022bb7c243bc42b0b2a7a6ad8e585e1f32ca8bbd824166646b4edfe\"",
          "\"declared_leaf_not_after\": \"2023-03-05T21:01:23Z\""},
         {"\"suites\"", "\n   \"protocols\"", "client_certificate"}},
        {"tlsx-2026-selfsigned-localhost.jsonl",
         1,
         0,
         0,
         {"\"identity\": \"localhost:8443\"", "\"code\": \"0x1302\"",
          "\"leaf_sha256\": \"a574ef7ca627bc64cf20f2e83e22afffc445ddd38e4ddb84401dfcf171f0c86e\""},
         {"\"suites\"", "chain_sha256"}},
    };

    AUD_UNUSED(state);
    check_samples("tlsx-jsonl", "tlsx_json", samples, AUD_COUNT(samples), NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures), cmocka_unit_test(test_failing),
        cmocka_unit_test(test_bids),     cmocka_unit_test(test_insisted),
        cmocka_unit_test(test_partial),  cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
