/* tests/ingest/test_sslscan_xml.c - reports of sslscan, made ones and real ones. */
#include "tests/ingest/dump.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("sslscan_xml", NULL);
}

static void read_fixture(const char *name, aud_buf *out)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "fixtures/ingest/sslscan_xml/%s", name);
    aud_test_read(aud_test_source(path), out);
}

static void test_no_memory(void **state)
{
    aud_buf bytes;

    AUD_UNUSED(state);
    read_fixture("plain.in", &bytes);
    check_no_memory("s.xml", aud_buf_str(&bytes), "", NULL);
    aud_buf_clear(&bytes);
}

static void test_refusing_sink(void **state)
{
    static const char *const names[] = {"chain.in", "doubtful.in", "cut_test.in"};

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        aud_buf bytes;
        read_fixture(names[i], &bytes);
        check_refusing_sink("s.xml", aud_buf_str(&bytes), "", NULL);
        aud_buf_clear(&bytes);
    }
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"<document title=\"SSLScan Results\" version=\"2\">", true},
        {"<?xml version=\"1.0\"?>\n<!-- x -->\n<document title=\"SSLScan Results\">", true},
        {"", false},
        {"<", false},
        {"<document title=\"Other\">", false},
        {"<nmaprun>", false},
        {"text <document title=\"SSLScan Results\">", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        assert_int_equal(aud_adapter_sslscan_xml.sniff(aud_str_of(cases[i].text)) > 0,
                         cases[i].ours);
    }
}

static void test_insisted(void **state)
{
    static const char *const texts[] = {
        "",
        "no XML",
        "<nmaprun></nmaprun>",
        "<document title=\"SSLScan Results\">",
        "<!DOCTYPE d [<!ENTITY a \"b\">]><document title=\"SSLScan Results\">&a;</document>",
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        dump d;
        dump_of(&d, "s.xml", aud_str_of(texts[i]), "sslscan_xml", NULL);
        if (d.num_gaps != 1 || d.num_subjects != 0) {
            fail_msg("'%s': %.*s", texts[i], AUD_ARG(aud_buf_str(&d.text)));
        }
        dump_clear(&d);
    }
}

/* --- real reports, against what the servers were set up to be --------------------------------- */

static bool read_sample(dump *d, const char *name)
{
    char sample[256];
    aud_buf bytes;

    (void)snprintf(sample, sizeof(sample), "samples/sslscan-xml/%s", name);
    const char *path = aud_test_sample(sample);
    if (!path) {
        print_message("%s is not beside the project: skipped\n", name);
        return false;
    }
    aud_test_read(path, &bytes);
    dump_of(d, name, aud_buf_str(&bytes), "", NULL);
    aud_buf_clear(&bytes);
    return true;
}

static void test_lab(void **state)
{
    /* endpoints, certificates, gaps; texts that stand in the dump on one line each */
    static const struct {
        const char *name;
        size_t endpoints, certificates, gaps;
        const char *has[8];
    } cases[] = {
        {"sslscan-2.0.7-tls13only-ec-8441.xml",
         1,
         1,
         0,
         {"\"identity\": \"127.0.0.1:8441\"", "\"scanner_version\": \"2.0.7\"",
          "\"certificate_sha256\": "
          "\"bca9f1512b8a6892faf504f108f85322bdc6f36bb3eb1bcd2f21484020438e59\"",
          "\"unlisted_protocols\": []", "\"dh_bits\": null", "\"heartbleed\": false"}},
        {"sslscan-2.0.7-dualcert-8442.xml", 1, 1, 0, {"\"code\": \"0xC02C\"", "\"x448\""}},
        {"sslscan-2.0.7-nocertflag-sni-8442.xml",
         1,
         0,
         0,
         {"\"identity\": \"www.lab.test:8442\"", "\"host\": \"127.0.0.1\"",
          "\"declared_leaf_subject\": \"ec.lab.test\"",
          "\"declared_leaf_not_after\": \"2027-05-15T00:00:00Z\""}},
        {"sslscan-2.0.7-old-rsa1024-8444.xml",
         1,
         1,
         0,
         {"\"dh_bits\": 1024", "\"TLSv1.0\"",
          "\"sha256\": \"c63595ebc15fc246b8e9a3fa14e81dc9768cc53b6f6fb75677765273c332f411\""}},
        {"sslscan-2.0.7-not-tls-8445.xml", 1, 0, 0, {"\"speaks_tls\": false"}},
        {"sslscan-2.0.7-clientauth-sigs-8446.xml", 1, 1, 0, {"\"protocols\": ["}},
        {"sslscan-2.0.7-selfsigned-tls10only-8453.xml", 1, 1, 0, {"\"code\": \"0x002F\""}},
        {"sslscan-2.0.7-300sans-8458.xml",
         1,
         1,
         0,
         {"\"sha256\": \"3729841c016360c77be776af33883056a36641635b3446b527272e4985e409c5\""}},
        {"sslscan-2.0.7-null-anon-8460.xml",
         1,
         1,
         0,
         {"\"code\": \"0x0002\"", "\"unknown_suites\": []"}},
        {"sslscan-2.0.7-x509v1-8462.xml",
         1,
         1,
         0,
         {"\"sha256\": \"3b7ee50011a7aaf4ab2e97a6470a86736873b6aa9d528eccc80ae73ddea6b2f9\""}},
        {"sslscan-2.0.7-ssl3-rc4-3des-des-null-anon-8470.xml",
         1,
         1,
         0,
         {"\"SSLv3\"", "\"unknown_suites\": []", "\"code\": \"0x0005\""}},
        {"sslscan-2.0.7-sslv2-ssl3-export-8480.xml",
         1,
         1,
         0,
         {"\"SSLv2\"", "\"heartbleed\": true", "\"dh_bits\": 512", "\"unknown_suites\": []",
          "\"code\": \"0x0014\""}},
        {"sslscan-2.0.7-starttls-smtp-25.xml",
         1,
         1,
         0,
         {"\"identity\": \"mail.lab.test:25/smtp\"", "\"starttls\": \"smtp\"",
          "\"sha256\": \"ea49b11eeccd5a0d4e6e8fc5d246af32d5bf9d1aff7d228e5f9bae0895904cbd\""}},
        {"sslscan-2.0.7-multi-target.xml",
         4,
         4,
         1,
         {"\"identity\": \"127.0.0.1:8441\"", "\"identity\": \"127.0.0.1:8452\"",
          "\"sha256\": \"de5e5da350000a45fc52f1d95f2136eff8e8f3ae010a38f588e6c4a6ed69adbe\"",
          "\"dh_bits\": 2048"}},
        {"sslscan-2.0.7-connection-refused.xml",
         0,
         0,
         1,
         {"\"host\": \"127.0.0.1\"", "\"port\": 9999", "could not connect"}},
        {"sslscan-2.1.6-connection-refused.xml", 0, 0, 1, {"127.0.0.1 port 9999"}},
        {"sslscan-2.1.6-chain-8442.xml",
         1,
         2,
         0,
         {"\"chain_sha256\": [",
          "\"sha256\": \"5d964eeaaf01e17f4882f844b460990e12b8a46e597812dec6dc4e1861007280\"",
          "\"use\": \"chain\""}},
        {"sslscan-2.1.6-old-rsa1024-chain-8444.xml",
         1,
         2,
         0,
         {"\"sha256\": \"734205eef020fd4fdbb7fe2df5a8129ed7c0df0171f897479d905c1a622f7eda\""}},
        {"sslscan-2.1.6-nocertflag-8453.xml",
         1,
         0,
         0,
         {"\"declared_leaf_subject\": \"selfsigned.lab.test\"", "\"secure_renegotiation\": true"}},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        dump d;

        if (!read_sample(&d, cases[i].name)) {
            skip();
        }
        print_message("case: %s\n", cases[i].name);
        assert_int_equal(d.subjects[AUD_KIND_ENDPOINT], cases[i].endpoints);
        assert_int_equal(d.subjects[AUD_KIND_CERTIFICATE], cases[i].certificates);
        assert_int_equal(d.num_gaps, cases[i].gaps);
        for (size_t k = 0; k < AUD_COUNT(cases[i].has) && cases[i].has[k]; k++) {
            assert_dump_has(&d, cases[i].has[k]);
        }
        if (cases[i].certificates < 2) {
            assert_false(dump_has(&d, "chain_sha256")); /* the leaf alone is no chain */
        }
        dump_clear(&d);
    }
}

/* Nothing of a port without TLS may look like a clean bill of health. */
static void test_no_tls_is_unknown(void **state)
{
    dump d;

    AUD_UNUSED(state);
    if (!read_sample(&d, "sslscan-2.0.7-not-tls-8445.xml")) {
        skip();
    }
    assert_false(dump_has(&d, "\"protocols\""));
    assert_false(dump_has(&d, "\"suites\""));
    assert_false(dump_has(&d, "\"dh_bits\""));
    dump_clear(&d);
}

/* Every <cipher> line of the real reports is a suite that the table knows. */
static void test_counts_agree(void **state)
{
    dump d;
    size_t lines = 0, at = 0, codes = 0;
    aud_buf bytes;

    AUD_UNUSED(state);
    if (!read_sample(&d, "sslscan-2.0.7-dualcert-8442.xml")) {
        skip();
    }
    aud_test_read(aud_test_sample("samples/sslscan-xml/sslscan-2.0.7-dualcert-8442.xml"), &bytes);
    while ((at = aud_str_find(aud_buf_str(&bytes), AUD_LIT("<cipher "), at)) != SIZE_MAX) {
        lines++;
        at++;
    }
    at = 0;
    while ((at = aud_str_find(aud_buf_str(&d.text), AUD_LIT("\"code\": "), at)) != SIZE_MAX) {
        codes++;
        at++;
    }
    assert_int_equal(codes, lines);
    aud_buf_clear(&bytes);
    dump_clear(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_bids),
        cmocka_unit_test(test_refusing_sink),
        cmocka_unit_test(test_insisted),
        cmocka_unit_test(test_lab),
        cmocka_unit_test(test_no_tls_is_unknown),
        cmocka_unit_test(test_counts_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
