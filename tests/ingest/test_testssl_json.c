/* tests/ingest/test_testssl_json.c - JSON of testssl.sh, made and real. */
#include "tests/ingest/scan_check.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("testssl_json", NULL);
}

static void test_services(void **state)
{
    AUD_UNUSED(state);
    check_scan_fixture("testssl_json", "flat.in");
    check_scan_fixture("testssl_json", "pretty.in");
}

static void test_bids(void **state)
{
    static const scan_bid bids[] = {
        {"[ { \"id\" : \"x\", \"ip\" : \"/\", \"port\": \"443\", \"severity\": \"x\", \"finding\" "
         ": \"y\"}]",
         true},
        {"{ \"Invocation\": \"testssl\", \"scanResult\": [", true},
        {"\xef\xbb\xbf{ \"Invocation\": \"testssl\", \"scanResult\": [", true},
        {"", false},
        {"[", false},
        {"{\"id\": \"x\", \"ip\": \"/\", \"severity\": \"x\", \"finding\": \"y\"}", false},
        {"[{\"id\": 1}]", false},
    };

    AUD_UNUSED(state);
    check_bids(&aud_adapter_testssl_json, bids, AUD_COUNT(bids));
}

#define ROW(id, target, port, finding)                                                             \
    "{\"id\":\"" id "\",\"ip\":\"" target "\",\"port\":\"" port "\",\"severity\":\"OK\","          \
    "\"finding\":\"" finding "\"}"
#define SOUND ROW("TLS1_2", "a.example.org/192.0.2.1", "443", "offered")
#define OTHER ROW("TLS1_2", "b.example.org/192.0.2.2", "443", "offered")

/* Refused with place and reason; what came before is kept. */
static void test_hostile(void **state)
{
    static const scan_hostile cases[] = {
        {"cut behind a target", "[" SOUND "," OTHER, 1},
        {"a key twice behind a target", "[" SOUND "," OTHER ",{\"id\":\"x\",\"id\":\"y\"}]", 1},
        {"no UTF-8 behind a target", "[" SOUND "," OTHER ",\"\xff\"]", 1},
        {"a raw control character behind a target", "[" SOUND "," OTHER ",\"\1\"]", 1},
        {"a lone surrogate behind a target", "[" SOUND "," OTHER ",\"\\ud800\"]", 1},
        {"text behind the end", "[" SOUND "] x", 1},
        {"a port out of range",
         "[" ROW("TLS1_2", "a.example.org/", "65536", "offered") "," SOUND "]", 1},
        {"a port that is a float",
         "[{\"id\":\"TLS1_2\",\"ip\":\"a/"
         "\",\"port\":4.43e2,\"severity\":\"\",\"finding\":\"offered\"}," SOUND "]",
         1},
        {"a host with a NUL",
         "[" ROW("TLS1_2", "a\\u0000b/192.0.2.1", "443", "offered") "," SOUND "]", 1},
        {"a target of which only the end is told",
         "[" ROW("scanTime", "b.example.org/192.0.2.2", "443", "Scan interrupted") "," SOUND "]",
         1},
        {"no target", "[]", 0},
        {"a text", "\"x\"", 0},
        {"findings of the wrong types", "[{\"id\":[],\"ip\":{},\"port\":null},1,[2],null]", 0},
        {"scanResult of the wrong type", "{\"scanResult\":{\"x\":1},\"version\":[]}", 0},
    };

    AUD_UNUSED(state);
    check_hostile("testssl_json", cases, AUD_COUNT(cases));
    check_deep("testssl_json", "[" SOUND "," OTHER ",", "[", 100000, 1);
    check_long("testssl_json", "[" SOUND "," OTHER ",\"", 'A', (size_t)3 << 20, 1);
}

/* --- real reports, against what the servers were set up to be --------------------------------- */

static void test_lab(void **state)
{
    static const scan_sample cases[] = {
        {"testssl-3.2.3-intermediate-8442-flat.json",
         1,
         4,
         0,
         {"\"identity\": \"www.lab.test:8442\"",
          "\n   \"protocols\": [\n    \"TLSv1.2\",\n    \"TLSv1.3\"\n   ]", "\n   \"suites\": [",
          "\"other_leaves_sha256\": [",
          "\n   \"chain_sha256\": [\n    "
          "\"ea49b11eeccd5a0d4e6e8fc5d246af32d5bf9d1aff7d228e5f9bae0895904cbd\",\n    "
          "\"734205eef020fd4fdbb7fe2df5a8129ed7c0df0171f897479d905c1a622f7eda\"\n   ]",
          "\"hsts_seconds\": 63072000", "\"ocsp_stapled\": false", "\"server_preference\": false",
          "\"client_certificate\": false"},
         {"\"gap\""}},
        {"testssl-3.2.3-misordered-8455-flat.json",
         1,
         3,
         0,
         {"\n   \"chain_sha256\": [\n    "
          "\"ea49b11eeccd5a0d4e6e8fc5d246af32d5bf9d1aff7d228e5f9bae0895904cbd\",\n    "
          "\"e17e7e4a07a65f46566c5b760eeca6e9acfc64bb9d2058ef2c88c9f3b428558e\",\n    "
          "\"734205eef020fd4fdbb7fe2df5a8129ed7c0df0171f897479d905c1a622f7eda\"\n   ]"},
         {NULL}},
        {"testssl-3.0.8-incomplete-8451-flat.json",
         1,
         1,
         0,
         {"\n   \"chain_sha256\": [\n    "
          "\"ea49b11eeccd5a0d4e6e8fc5d246af32d5bf9d1aff7d228e5f9bae0895904cbd\"\n   ]"},
         {"\n   \"suites\": ["}},
        {"testssl-3.0.8-intermediate-8442-flat.json",
         1,
         2,
         0,
         {"\n   \"suites\": [", "\"other_leaves_sha256\": ["},
         {"chain_sha256"}},
        {"testssl-3.0.8-intermediate-8442-pretty.json",
         1,
         2,
         0,
         {"\n   \"suites\": [", "\"scanner_version\": \"3.0.8\"", "\"scanned_at\": \"2026-11-23T"},
         {NULL}},
        {"testssl-3.0.8-old-8444-flat.json",
         1,
         1,
         0,
         {"\"dh_bits\": 1024", "\"TLSv1.0\"", "\"server_preference\": true", "\n   \"suites\": ["},
         {NULL}},
        {"testssl-3.0.8-old-8444-pretty.json",
         1,
         0,
         0,
         {"\"TLSv1.0\""},
         {"\n   \"suites\": [", "\n   \"protocols\": ["}},
        {"testssl-3.2.3-old-8444-pretty.json",
         1,
         2,
         0,
         {"\"dh_bits\": 1024", "\n   \"suites\": [", "\"scanner_version\": \"3.2.3\""},
         {NULL}},
        {"testssl-3.0.8-jsse-8470-flat.json",
         1,
         2,
         0,
         {"\"SSLv3\"", "\n   \"suites\": [", "\"unknown_suites\": []", "\"code\": \"0x0005\""},
         {NULL}},
        {"testssl-3.2.3-sslv2-8480-flat.json", 1, 2, 0, {"\"SSLv2\""}, {NULL}},
        {"testssl-3.0.8-modern-8441-flat.json",
         1,
         1,
         0,
         {"\n   \"protocols\": [\n    \"TLSv1.3\"\n   ]"},
         {NULL}},
        {"testssl-3.0.8-selfsigned-tls1-8453-flat.json",
         1,
         1,
         0,
         {"\n   \"protocols\": [\n    \"TLSv1.0\"\n   ]"},
         {NULL}},
        {"testssl-3.0.8-smtp-25-flat.json",
         1,
         1,
         0,
         {"\"identity\": \"mail.lab.test:25/smtp\"", "\n   \"suites\": ["},
         {NULL}},
        {"testssl-3.0.8-mass-flat.json",
         3,
         3,
         1,
         {"\"identity\": \"127.0.0.1:8441\"", "\"identity\": \"www.lab.test:8442\"",
          "127.0.0.1 port 9999"},
         {NULL}},
        {"testssl-3.0.8-mass-pretty.json",
         3,
         3,
         1,
         {"127.0.0.1 port 9999", "\"identity\": \"127.0.0.1:8457\""},
         {NULL}},
        {"testssl-3.2.3-mass-pretty.json", 2, 4, 1, {"127.0.0.1 port 9999"}, {NULL}},
        {"testssl-3.0.8-closed-9999-flat.json", 0, 0, 1, {"127.0.0.1 port 9999"}, {NULL}},
        {"testssl-3.2.3-closed-9999-flat.json", 0, 0, 1, {"127.0.0.1 port 9999"}, {NULL}},
        {"testssl-3.0.8-plain-8445-pretty.json", 0, 0, 1, {"127.0.0.1 port 8445"}, {NULL}},
        {"testssl-3.0.8-truncated-flat.json", 0, 0, 1, {"breaks off"}, {NULL}},
        {"testssl-3.0.8-each-cipher-8444-flat.json",
         1,
         0,
         0,
         {"\"dh_bits\": 1024"},
         {"\n   \"suites\": ["}},
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
