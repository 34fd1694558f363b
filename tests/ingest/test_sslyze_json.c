/* tests/ingest/test_sslyze_json.c - reports of sslyze, made ones and real ones. */
#include "tests/ingest/samples.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("sslyze_json", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("sslyze_json", "v5.in", NULL);
    check_failing("sslyze_json", "cut.in", NULL);
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"{\"sslyze_version\": \"6.0.0\", \"server_scan_results\": []}", true},
        {"\xef\xbb\xbf\n{\"server_scan_results\": [], \"date_scans_started\": \"\"}", true},
        {"", false},
        {"{", false},
        {"{\"server_scan_results\": []}", false},
        {"[{\"sslyze_version\": \"6.0.0\", \"server_scan_results\": []}]", false},
        {"see \"server_scan_results\" and \"sslyze_version\"", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        assert_int_equal(aud_adapter_sslyze_json.sniff(aud_str_of(cases[i].text)) > 0,
                         cases[i].ours);
    }
}

static void test_insisted(void **state)
{
    static const char *const texts[] = {
        "",
        "no JSON",
        "[]",
        "{}",
        "{\"server_scan_results\": {}}",
        "{\"server_scan_results\": [null]}",
        "{\"server_scan_results\": [{\"server_location\": []}]}",
        "{\"server_scan_results\": [{\"server_location\": {\"hostname\": \"a\\u0000b\", \"port\": "
        "443}}]}",
        "{\"server_scan_results\": [{\"server_location\": {\"hostname\": \"a\", \"port\": "
        "1e999}}]}",
        "{\"server_scan_results\": "
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{\"server_scan_results\": [\"\xff\"]}",
        "{\"server_scan_results\": []} trailing",
    };

    AUD_UNUSED(state);
    check_insisted("sslyze_json", texts, AUD_COUNT(texts));
}

/* Suites of versions that were not tried may be offered: nothing may call the list whole. */
static void test_partial(void **state)
{
    aud_buf bytes;
    dump d;

    AUD_UNUSED(state);
    aud_test_read(aud_test_source("fixtures/ingest/sslyze_json/v5.in"), &bytes);
    dump_of(&d, "s.json", aud_buf_str(&bytes), "", NULL);
    assert_dump_has(&d, "\"suites_seen\"");
    assert_dump_has(&d, "\"protocols_seen\"");
    assert_false(dump_has(&d, "\"suites\""));
    assert_false(dump_has(&d, "\"protocols\": [\n    \"TLSv1.3\""));
    dump_clear(&d);
    aud_buf_clear(&bytes);
}

static void test_samples(void **state)
{
    static const sample samples[] = {
        {"sslyze-3.0.7-edited-one-target.json",
         1,
         0,
         1,
         {"\"identity\": \"www.example.com:443\"", "\"address\": \"194.168.0.1\"",
          "\"scanner_version\": \"3.0.7\"", "\"session_tickets\": true", "\"fallback_scsv\": true",
          "\"client_certificate\": false"},
         {"chain_sha256", "scanned_at"}},
        {"sslyze-5.1.3-example.com.json",
         1,
         2,
         0,
         {"\"identity\": \"example.com:443\"", "\"scanned_at\": \"2023-08-23T08:00:22Z\"",
          "\"ocsp_stapled\": true", "\"code\": \"0x0096\"", "\"chain_sha256\"",
          "\"groups\": [\n    \"secp256r1\"", "\"unknown_suites\": []"},
         {"session_resumption", "hsts_seconds"}},
        {"sslyze-6.0.0-certinfo-error.json",
         1,
         0,
         1,
         {"\"identity\": \"securecodebox.io:443\"", "failed to get its certificates",
          "\"code\": \"0x1303\"", "\"x25519\"", "\"dh_bits\": null"},
         {"leaf_sha256", "ocsp_stapled"}},
        {"sslyze-6.2.0-expired.badssl.com.json",
         1,
         3,
         0,
         {"\"identity\": \"expired.badssl.com:443\"", "\"scanned_at\": \"2025-11-05T12:20:48Z\"",
          "\"sha256\": \"ba105ce02bac76888ecee47cd4eb7941653e9ac993b61b2eb3dcc82014d21b4f\"",
          "\"extended_master_secret\": false", "\"ocsp_stapled\": false", "\"TLSv1.0\""},
         {"\"protocols_seen\""}},
    };

    AUD_UNUSED(state);
    check_samples("sslyze-json", "sslyze_json", samples, AUD_COUNT(samples), NULL);
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
