/* tests/ingest/test_nmap_xml.c - reports of nmap, made ones and real ones. */
#include "tests/ingest/scan_check.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("nmap_xml", NULL);
}

static void test_services(void **state)
{
    AUD_UNUSED(state);
    check_scan_fixture("nmap_xml", "hosts.in");
    check_scan_fixture("nmap_xml", "doubtful.in");
}

static void test_bids(void **state)
{
    static const scan_bid bids[] = {
        {"<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<!-- Nmap -->\n<nmaprun scanner=\"nmap\">",
         true},
        {"<nmaprun profile_name=\"x\">", true},
        {"", false},
        {"<nmap>", false},
        {"<document title=\"SSLScan Results\">", false},
        {"text about <nmaprun >", false},
    };

    AUD_UNUSED(state);
    check_bids(&aud_adapter_nmap_xml, bids, AUD_COUNT(bids));
}

#define RUN "<nmaprun scanner=\"nmap\" args=\"nmap\" version=\"7.93\" start=\"1\">"
#define HOST                                                                                       \
    "<host endtime=\"2\"><status state=\"up\"/><address addr=\"192.0.2.1\" addrtype=\"ipv4\"/>"    \
    "<ports><port protocol=\"tcp\" portid=\"443\"><state state=\"open\"/><service name=\"https\" " \
    "tunnel=\"ssl\"/></port></ports></host>"

/* Refused with place and reason; what came before is kept. */
static void test_hostile(void **state)
{
    static const scan_hostile cases[] = {
        {"an entity bomb", "<!DOCTYPE nmaprun [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]>" RUN "&c;",
         0},
        {"an external entity",
         "<!DOCTYPE nmaprun [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" RUN "&x;</nmaprun>", 0},
        {"an unknown entity behind a host", RUN HOST "&x;</nmaprun>", 1},
        {"another encoding", "<?xml version=\"1.0\" encoding=\"UTF-7\"?>" RUN HOST "</nmaprun>", 0},
        {"bytes that are no UTF-8 behind a host", RUN HOST "<x a=\"\xff\"/></nmaprun>", 1},
        {"a NUL behind a host", RUN HOST "\1", 1},
        {"an attribute twice behind a host", RUN HOST "<host a=\"1\" a=\"2\"/></nmaprun>", 1},
        {"a root that ends too early", RUN HOST "</nmap>", 1},
        {"a port out of range",
         RUN "<host><address addr=\"192.0.2.1\"/><ports><port protocol=\"tcp\" "
             "portid=\"65536\"/></ports></host>" HOST "</nmaprun>",
         1},
        {"a port without an address",
         RUN "<host><ports><port protocol=\"tcp\" portid=\"1\"/></ports></host>" HOST "</nmaprun>",
         1},
        {"no host", RUN "</nmaprun>", 0},
    };

    AUD_UNUSED(state);
    check_hostile("nmap_xml", cases, AUD_COUNT(cases));
    check_deep("nmap_xml", RUN HOST, "<table>", 100000, 1);
    check_long("nmap_xml",
               RUN HOST "<host><address addr=\"192.0.2.2\"/><ports><port protocol=\"tcp\" "
                        "portid=\"1\"><script id=\"ssl-cert\"><elem key=\"pem\">",
               'A', (size_t)3 << 20, 1);
}

/* --- real reports, against what the servers were set up to be --------------------------------- */

static void test_lab(void **state)
{
    static const scan_sample cases[] = {
        {"nmap-7.93-ssl-cert-only.xml",
         17,
         17,
         0,
         {"\"port\": 8441",
          "\"leaf_sha256\": \"bca9f1512b8a6892faf504f108f85322bdc6f36bb3eb1bcd2f21484020438e59\""},
         {"\"protocols\"", "\"suites\""}},
        {"nmap-7.93-sv-cert-ciphers.xml",
         10,
         10,
         0,
         {"\"identity\": \"127.0.0.1:25/smtp\"", "\"identity\": \"127.0.0.1:143/imap\"",
          "\"dh_bits\": 1024", "\"scanned_at\": \"2026-11-23T08:27:29Z\"", "\"SSLv3\""},
         {"\n   \"protocols\": [", "\n   \"suites\": ["}},
        {"nmap-7.93-sslv2-8480.xml",
         2,
         2,
         0,
         {"\"SSLv2\"", "\"dh_bits\": 512", "\"unknown_suites\": []", "\"heartbleed\": true",
          "\n   \"protocols\": [", "\"name\": \"poodle\""},
         {NULL}},
        {"nmap-7.93-hosts-sni.xml",
         4,
         4,
         0,
         {"\"identity\": \"www.lab.test:8442\"", "\"identity\": \"ec.lab.test:8443\"",
          "\"sni\": \"ec.lab.test\"", "\"address\": \"127.0.0.1\"", "\n   \"protocols\": ["},
         {NULL}},
        {"nmap-7.93-certs-nosv.xml",
         15,
         14,
         0,
         {"\"identity\": \"127.0.0.1:8463\"", "\"leaf_sha256\": \"f"},
         {NULL}},
        {"nmap-7.93-forced.xml", 3, 3, 0, {"\"identity\": \"127.0.0.1:8459\""}, {NULL}},
        {"nmap-7.93-verbose.xml", 1, 1, 0, {"\"identity\": \"127.0.0.1:8441\""}, {"9999"}},
        {"nmap-7.93-truncated.xml", 0, 0, 1, {"breaks off here"}, {NULL}},
    };

    AUD_UNUSED(state);
    check_samples("nmap-xml", cases, AUD_COUNT(cases));
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
