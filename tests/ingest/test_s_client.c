/* tests/ingest/test_s_client.c - captures of openssl s_client, made ones and real ones. */
#include "tests/ingest/samples.h"

static const aud_read_options lab = {.endpoint = AUD_LIT_INIT("www.lab.test:8442")};

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("s_client", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("s_client", "sessions.in", NULL);
    check_failing("s_client", "nowhere.in", NULL);
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"CONNECTED(00000003)\n---\n", true},
        {"depth=0 CN = x\nverify return:1\nCONNECTED(00000003)\n", true},
        {"40C769C8A07F0000:error:8000006F:system library\nconnect:errno=111\n", true},
        {"$ openssl s_client -connect a:1\nCONNECTION ESTABLISHED\n", true},
        {"", false},
        {"depth=0 CN = x\n", false},
        {"# How to look\n\nCONNECTED(00000003)\n", false},
        {"-----BEGIN CERTIFICATE-----\n", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        assert_int_equal(aud_adapter_s_client.sniff(aud_str_of(cases[i].text)) > 0, cases[i].ours);
    }
}

static void test_insisted(void **state)
{
    static const char *const texts[] = {
        "",
        "nothing of ours",
        "CONNECTED(00000003)\n",
        "CONNECTED(00000003)\nCertificate chain\n 0 s:x\n-----BEGIN CERTIFICATE-----\nAAAA\n",
        "connect:errno=111\nconnect:errno=111\n",
        "CONNECTED(\nNew, TLSv1.2, Cipher is \n",
    };

    AUD_UNUSED(state);
    check_insisted("s_client", texts, AUD_COUNT(texts));
}

/* Where the file lies and what it is called may tell the place; nothing else does. */
static void test_places(void **state)
{
    static const struct {
        const char *path, *endpoint, *want;
    } cases[] = {
        {"scans/www.example.org_443.txt", "", "\"identity\": \"www.example.org:443\""},
        {"www.example.org:8443.log", "", "\"identity\": \"www.example.org:8443\""},
        {"mail.example.org_25.txt", "", "\"identity\": \"mail.example.org:25/smtp\""},
        {"capture_443.txt", "", "does not tell host and port"},
        {"www.example.org.txt", "", "does not tell host and port"},
        {"a_b.example.org_443.txt", "", "does not tell host and port"},
        {"x.txt", "Other.example.org:444", "\"identity\": \"other.example.org:444\""},
        {"www.example.org_443.txt", "other.example.org:444", "\"other.example.org:444\""},
        {"www.example.org_443.txt", ":444", "does not tell host and port"},
    };
    aud_buf bytes;

    AUD_UNUSED(state);
    aud_test_read(aud_test_source("fixtures/ingest/s_client/nowhere.in"), &bytes);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_read_options options = {.endpoint = aud_str_of(cases[i].endpoint)};
        dump d;
        dump_of(&d, cases[i].path, aud_buf_str(&bytes), "", &options);
        assert_dump_has(&d, cases[i].want);
        assert_int_equal(d.subjects[AUD_KIND_CERTIFICATE], 2);
        dump_clear(&d);
    }
    aud_buf_clear(&bytes);
}

static void test_samples(void **state)
{
#define EC "\"sha256\": \"bca9f1512b8a6892faf504f108f85322bdc6f36bb3eb1bcd2f21484020438e59\""
#define GOOD "\"sha256\": \"ea49b11eeccd5a0d4e6e8fc5d246af32d5bf9d1aff7d228e5f9bae0895904cbd\""
#define OLD "\"sha256\": \"c63595ebc15fc246b8e9a3fa14e81dc9768cc53b6f6fb75677765273c332f411\""
    static const sample samples[] = {
        {"openssl-1.0.1e-showcerts-8442.txt",
         1,
         2,
         0,
         {GOOD, "\"code\": \"0xC030\"", "\"TLSv1.2\"", "\"chain_sha256\"",
          "\"scanned_at\": \"2026-11-23T", "\"secure_renegotiation\": true",
          "\"session_tickets\": true"},
         {"\"suites\"", "\n   \"protocols\""}},
        {"openssl-1.0.1e-showcerts-8444.txt", 1, 2, 0, {OLD}, {NULL}},
        {"openssl-1.1.1-showcerts-8452.txt",
         1,
         2,
         0,
         {"\"code\": \"0x1302\"", "\"early_data\": false"},
         {"secure_renegotiation", "extended_master_secret"}},
        {"openssl-1.1.1-showcerts-8455.txt", 1, 3, 0, {GOOD, "\"chain_sha256\""}, {NULL}},
        {"openssl-3.0-brief-8441.txt", 1, 0, 0, {"\"code\": \"0x1302\"", "\"x25519\""}, {NULL}},
        {"openssl-3.0-expired-8452-text.txt", 1, 2, 0, {"\"ocsp_stapled\": false"}, {NULL}},
        {"openssl-3.0-incomplete-8451.txt", 1, 1, 0, {GOOD, "\"chain_sha256\""}, {NULL}},
        {"openssl-3.0-misordered-8455.txt", 1, 3, 0, {GOOD, "\"chain_sha256\""}, {NULL}},
        {"openssl-3.0-msg-8441.txt", 1, 2, 0, {EC}, {NULL}},
        {"openssl-3.0-mtls-8446.txt",
         1,
         2,
         0,
         {"\"client_certificate\": true", "\"extended_master_secret\": true"},
         {NULL}},
        {"openssl-3.0-noshowcerts-8452-expired.txt",
         1,
         1,
         0,
         {"\"sha256\": \"de5e5da350000a45fc52f1d95f2136eff8e8f3ae010a38f588e6c4a6ed69adbe\""},
         {"chain_sha256"}},
        {"openssl-3.0-oldserver-8470-default.txt", 1, 2, 0, {OLD}, {NULL}},
        {"openssl-3.0-plain-8445.txt", 0, 0, 1, {"got no handshake"}, {NULL}},
        {"openssl-3.0-refused-9999.txt", 0, 0, 1, {"could not connect"}, {NULL}},
        {"openssl-3.0-selfsigned-8443-nosni.txt", 1, 1, 0, {"\"chain_sha256\""}, {NULL}},
        {"openssl-3.0-showcerts-8442-rsa.txt", 1, 2, 0, {GOOD}, {NULL}},
        {"openssl-3.0-showcerts-8442.txt", 1, 2, 0, {EC}, {NULL}},
        {"openssl-3.0-showcerts-8444-tls1.txt",
         1,
         2,
         0,
         {OLD, "\"code\": \"0xC014\"", "\"TLSv1.0\""},
         {NULL}},
        {"openssl-3.0-ssl3fail-8470.txt",
         1,
         2,
         0,
         {OLD, "\"code\": \"0xC010\"", "\"TLSv1.1\""},
         {"\"TLSv1.0\""}},
        {"openssl-3.0-starttls-smtp-25.txt", 1, 2, 0, {GOOD}, {NULL}},
        {"openssl-3.0-withroot-8454.txt", 1, 3, 0, {"\"chain_sha256\""}, {NULL}},
    };

    AUD_UNUSED(state);
    check_samples("s_client-text", "s_client", samples, AUD_COUNT(samples), &lab);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures), cmocka_unit_test(test_failing),
        cmocka_unit_test(test_bids),     cmocka_unit_test(test_insisted),
        cmocka_unit_test(test_places),   cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
