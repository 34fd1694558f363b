/* tests/ingest/test_zgrab2_json.c - results of zgrab2, made ones and real ones. */
#include "tests/ingest/samples.h"

static const aud_read_options on_8442 = {.endpoint = AUD_LIT_INIT(":8442")};

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("zgrab2_json", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("zgrab2_json", "lines.in", NULL);
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"{\"ip\":\"192.0.2.1\",\"data\":{\"tls\":{\"status\":\"x\",\"protocol\":\"tls\"}}}", true},
        {"{ \"domain\": \"a\", \"data\": {\"tls\": {\"status\": 1, \"protocol\": 2}}}", true},
        {"{\"ip\":\"192.0.2.1\"}", false},
        {"{\"status\":\"x\",\"protocol\":1,\"data\":2}", false},
        {"[{\"ip\":1,\"status\":\"x\",\"protocol\":1,\"data\":2}]", false},
        {"", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        assert_int_equal(aud_adapter_zgrab2_json.sniff(aud_str_of(cases[i].text)) > 0,
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
        "7\n\"x\"\nnull",
        "{\"ip\": \"192.0.2.1\", \"data\": []}",
        "{\"ip\": \"a\\u0000b\", \"data\": {\"tls\": {\"status\": \"success\", \"protocol\": "
        "\"tls\"}}}",
        "{\"ip\": \"192.0.2.1\", \"data\": {\"tls\": 5}}",
        "{\"data\": {\"tls\": {\"protocol\": "
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{\"ip\": \"\xff\"}",
    };

    AUD_UNUSED(state);
    check_insisted("zgrab2_json", texts, AUD_COUNT(texts));
}

static void test_samples(void **state)
{
    /* run with a port that the results do not tell, given by hand */
    static const sample told[] = {
        {"zgrab2-0.1.8-http-8442.jsonl",
         1,
         2,
         0,
         {"\"identity\": \"www.lab.test:8442\"", "\"address\": \"127.0.0.1\"",
          "\"scanned_at\": \"2026-11-23T08:42:31Z\"", "\"secp256r1\"", "\"chain_sha256\"",
          "\"sha256\": \"ea49b11eeccd5a0d4e6e8fc5d246af32d5bf9d1aff7d228e5f9bae0895904cbd\""},
         {"\"suites\"", "\n   \"protocols\"", "master"}},
        {"zgrab2-0.1.8-tls-8442.jsonl",
         1,
         2,
         0,
         {"\"identity\": \"www.lab.test:8442\"", "\"code\": \"0xC02F\"", "\"ocsp_stapled\": false"},
         {NULL}},
        {"zgrab2-0.1.8-tls-8443-sni.jsonl",
         2,
         3,
         0,
         {"\"identity\": \"www.lab.test:8442\"", "\"identity\": \"127.0.0.1:8442\"",
          "\"sni\": null"},
         {NULL}},
        {"zgrab2-0.1.8-tls-8441-tls13only.jsonl", 0, 0, 1, {"127.0.0.1 port 8442"}, {NULL}},
        {"zgrab2-0.1.8-tls-8454-root.jsonl", 1, 3, 0, {"\"chain_sha256\""}, {NULL}},
        {"zgrab2-0.1.8-tls-8470-clientlogs.jsonl", 1, 2, 0, {"\"heartbleed\": false"}, {NULL}},
        {"zgrab2-0.1.8-tls-closed-plain.jsonl", 0, 0, 1, {"could not connect"}, {NULL}},
        {"zgrab2-0.1.8-tls-plain.jsonl", 0, 0, 1, {NULL}, {NULL}},
    };
    /* nobody tells the port: certificates stand, and the gap says what to give */
    static const sample untold[] = {
        {"zgrab2-0.1.8-tls-8444-old.jsonl",
         0,
         2,
         1,
         {"does not tell the port",
          "\"sha256\": \"c63595ebc15fc246b8e9a3fa14e81dc9768cc53b6f6fb75677765273c332f411\""},
         {"lineage"}},
        {"zgrab2-0.1.8-tls-8452-expired.jsonl",
         0,
         2,
         1,
         {"expired.lab.test: zgrab2 does not"},
         {NULL}},
        {"zgrab2-0.1.8-smtp-25.jsonl", 0, 2, 1, {"mail.lab.test"}, {NULL}},
        {"zgrab2-repo-http-https.json", 1, 1, 0, {"\"code\": \"0xC02F\""}, {NULL}},
    };

    AUD_UNUSED(state);
    check_samples("zgrab2-jsonl", "zgrab2_json", told, AUD_COUNT(told), &on_8442);
    check_samples("zgrab2-jsonl", "zgrab2_json", untold, AUD_COUNT(untold), NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures), cmocka_unit_test(test_failing),
        cmocka_unit_test(test_bids),     cmocka_unit_test(test_insisted),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
