/* tests/ingest/test_testssl_csv.c - CSV of testssl.sh, made and real. */
#include "tests/ingest/scan_check.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("testssl_csv", NULL);
}

static void test_services(void **state)
{
    AUD_UNUSED(state);
    check_scan_fixture("testssl_csv", "table.in");
}

#define HEADER "\"id\",\"fqdn/ip\",\"port\",\"severity\",\"finding\",\"cve\",\"cwe\"\n"
#define SOUND "\"TLS1_2\",\"a.example.org/192.0.2.1\",\"443\",\"OK\",\"offered\",\"\",\"\"\n"
#define OTHER "\"TLS1_2\",\"b.example.org/192.0.2.2\",\"443\",\"OK\",\"offered\",\"\",\"\"\n"

static void test_bids(void **state)
{
    static const scan_bid bids[] = {
        {HEADER, true},
        {"\xef\xbb\xbf" HEADER, true},
        {"id, fqdn/ip, port, severity, finding, cve, cwe\n", true},
        {"", false},
        {"id,name,port\n", false},
        {"id,fqdn/ip\n", false},
    };

    AUD_UNUSED(state);
    check_bids(&aud_adapter_testssl_csv, bids, AUD_COUNT(bids));
}

static void test_hostile(void **state)
{
    static const scan_hostile cases[] = {
        {"no header", SOUND, 0},
        {"no row", HEADER, 0},
        {"a short row behind a target", HEADER SOUND OTHER "\"x\",\"y\"\n", 1},
        {"an open quote behind a target", HEADER SOUND OTHER "\"x", 1},
        {"no UTF-8 behind a target", HEADER SOUND OTHER "\"\xff\",\"\",\"\",\"\",\"\"\n", 1},
        {"a port out of range", HEADER "\"TLS1_2\",\"a/\",\"0\",\"OK\",\"offered\"\n" OTHER, 1},
        {"no host", HEADER "\"TLS1_2\",\"a b/1\",\"443\",\"OK\",\"offered\"\n" OTHER, 1},
    };

    AUD_UNUSED(state);
    check_hostile("testssl_csv", cases, AUD_COUNT(cases));
    check_long("testssl_csv", HEADER SOUND OTHER "\"", 'A', (size_t)3 << 20, 1);
}

static void test_lab(void **state)
{
    static const scan_sample cases[] = {
        {"testssl-3.0.8-intermediate-8442.csv",
         1,
         2,
         0,
         {"\n   \"suites\": [", "\n   \"protocols\": [\n    \"TLSv1.2\",\n    \"TLSv1.3\"\n   ]"},
         {NULL}},
        {"testssl-3.2.3-intermediate-8442.csv",
         1,
         4,
         0,
         {"\n   \"suites\": [",
          "\n   \"chain_sha256\": [\n    "
          "\"ea49b11eeccd5a0d4e6e8fc5d246af32d5bf9d1aff7d228e5f9bae0895904cbd\",\n    "
          "\"734205eef020fd4fdbb7fe2df5a8129ed7c0df0171f897479d905c1a622f7eda\"\n   ]"},
         {NULL}},
        {"testssl-3.0.8-jsse-8470.csv", 1, 2, 0, {"\"SSLv3\""}, {NULL}},
        {"testssl-3.0.8-old-8444.csv", 1, 1, 0, {"\"dh_bits\": 1024"}, {NULL}},
        {"testssl-3.0.8-mass.csv", 3, 3, 1, {"127.0.0.1 port 9999"}, {NULL}},
        {"testssl-3.0.8-closed-9999.csv", 0, 0, 1, {"127.0.0.1 port 9999"}, {NULL}},
        {"defectdojo-failed_target.csv", 0, 0, 1, {"testssl.target.de port 443"}, {NULL}},
        {"defectdojo-defectdojo_one_vuln.csv", 0, 0, 1, {"no target"}, {NULL}},
        {"defectdojo-overall_medium.csv",
         1,
         0,
         0,
         {"\"identity\": \"testurl.com:443\""},
         {"speaks_tls"}},
    };

    AUD_UNUSED(state);
    check_samples("testssl", cases, AUD_COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures), cmocka_unit_test(test_services),
        cmocka_unit_test(test_bids),     cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
