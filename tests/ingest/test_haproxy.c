/* tests/ingest/test_haproxy.c - HAProxy's configuration as HAProxy means it; real and broken files.
 */
#include "tests/ingest/config_run.h"

#define CFG(global, text)                                                                          \
    {                                                                                              \
        {                                                                                          \
            "haproxy.cfg", "global\n daemon\n" global "\ndefaults\n mode http\n" text "\n"         \
        }                                                                                          \
    }
#define BIND(words) CFG("", "frontend f\n bind :443 ssl crt a.pem " words)

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("haproxy", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("haproxy", "main.in", NULL);
}

static void test_protocols(void **state)
{
    static const config_case cases[] = {
        {"the default",
         BIND(""),
         {" protocols=TLSv1.2+TLSv1.3 ", "[protocols default]", "[cipher_string default]"}},
        {"a least version",
         BIND("ssl-min-ver TLSv1.0"),
         {" protocols=TLSv1.0+TLSv1.1+TLSv1.2+TLSv1.3 "}},
        {"a range",
         BIND("ssl-min-ver TLSv1.1 ssl-max-ver TLSv1.2"),
         {" protocols=TLSv1.1+TLSv1.2 "}},
        {"a greatest version below the default",
         BIND("ssl-max-ver TLSv1.1"),
         {" protocols=TLSv1.1 "}},
        {"one version by force", BIND("force-tlsv12"), {" protocols=TLSv1.2 "}},
        {"old words leave the rest",
         BIND("no-tlsv10 no-tlsv11 no-tlsv12"),
         {" protocols=TLSv1.3 "}},
        {"old words do not count beside new ones",
         BIND("no-tlsv12 ssl-min-ver TLSv1.2"),
         {" protocols=TLSv1.2+TLSv1.3 "}},
        {"global options, and a bind that overrides",
         CFG(" ssl-default-bind-options ssl-min-ver TLSv1.0 no-tls-tickets",
             "frontend f\n bind :443 ssl crt a\n bind :444 ssl crt a ssl-min-ver TLSv1.3"),
         {" protocols=TLSv1.0+TLSv1.1+TLSv1.2+TLSv1.3 ", " protocols=TLSv1.3 ",
          "session_tickets=no"}},
        {"without the global section the default is not known",
         {{"f.cfg", "frontend f\n mode http\n timeout client 1s\n bind :443 ssl crt a ciphers "
                    "AES128-SHA\n"}},
         {"[protocols unknown f.cfg:4]", " suites_seen=#1 ", "! protocols="}},
        {"the environment is not known",
         BIND("ssl-min-ver \"${MIN}\""),
         {"[protocols unknown haproxy.cfg:7]", "! protocols="}},
        {"a condition on a global line",
         CFG(".if defined(OLD)\n ssl-default-bind-options ssl-min-ver TLSv1.0\n.endif",
             "frontend f\n bind :443 ssl crt a"),
         {"[protocols unknown haproxy.cfg:4]", "! protocols="}},
        {"no TLS without the word",
         CFG("", "frontend f\n bind :80\nlisten t\n mode tcp\n bind :443"),
         {"!haproxy "}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_facts(void **state)
{
    static const config_case cases[] = {
        {"suites, groups, clients",
         BIND("ciphers ECDHE+AESGCM ciphersuites TLS_AES_128_GCM_SHA256 curves X25519:P-256 verify "
              "required ca-file c prefer-client-ciphers"),
         {" suites=#5 ", " groups=x25519+secp256r1 ", "client_certificate=required",
          "server_preference=no"}},
        {"global ciphers",
         CFG(" ssl-default-bind-ciphers AES128-SHA", "frontend f\n bind *:443,[::]:443 ssl crt a"),
         {"cipher_string=AES128-SHA ", "listen=*:443+[::]:443 "}},
        {"quotes, escapes, comments",
         BIND(
             "ciphers 'AES128-SHA' # ciphers RC4-SHA\n bind :444 ssl crt a\\ b ciphers AES256-SHA"),
         {"cipher_string=AES128-SHA ", "cipher_string=AES256-SHA ", "certificate_files=a b"}},
        {"a header",
         BIND("\n http-response set-header Strict-Transport-Security \"max-age=63072000; "
              "includeSubDomains\""),
         {"hsts_seconds=63072000 "}},
        {"no header anywhere", BIND(""), {"hsts_seconds=- "}},
        {"a header of some backend",
         BIND("\nbackend b\n http-response set-header Strict-Transport-Security max-age=1"),
         {"[hsts_seconds unknown haproxy.cfg:9]", "!hsts_seconds="}},
        {"DH parameters by size",
         CFG(" tune.ssl.default-dh-param 1024", "frontend f\n bind :443 ssl crt a"),
         {"dh_bits=1024"}},
        {"backends",
         CFG("", "backend b\n server a 10.0.0.1:443 ssl verify none\n server c 10.0.0.2:443 ssl "
                 "verify required ca-file x\n server d 10.0.0.3:80\n server e 10.0.0.4:443 ssl"),
         {"upstream b/a (10.0.0.1:443)", "upstream_verified=no", "upstream b/c",
          "upstream_verified=yes", "!b/d"}},
        {"a default for servers, and for all",
         CFG(" ssl-server-verify none", "backend b\n default-server ssl\n server a 10.0.0.1:443"),
         {"upstream b/a", "upstream_verified=no"}},
        {"entries of a list",
         {{"haproxy.cfg",
           "global\n daemon\nfrontend f\n mode http\n bind :443 ssl crt-list l.txt\n"},
          {"l.txt", "# list\na.pem [ssl-max-ver TLSv1.2 ciphers AES128-SHA] a.example.com "
                    "*.b.example.com\nc.pem c.example.com\n"}},
         {"haproxy f,a.example.com,*.b.example.com (*:443) at l.txt:2",
          " protocols=TLSv1.2 cipher_string=AES128-SHA ", "names=a.example.com+*.b.example.com ",
          "at l.txt:3", "certificate_files=c.pem"}},
        {"a list that is not there",
         CFG("", "frontend f\n bind :443 ssl crt-list /etc/l"),
         {"gap unsupported haproxy.cfg:7"}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"# x\nglobal\n  daemon\n  maxconn 1\n", true},
        {"{% if x %}\nfrontend a\n  bind :443 ssl\n  mode http\n", true},
        {"", false},
        {"global:\n  bind: 1\n  mode: x\n", false},
        {"The frontend listens.\nfrontend a\n  bind :443\n  mode http\n", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].text);
        assert_int_equal(aud_adapter_haproxy.sniff(aud_str_of(cases[i].text)) > 0, cases[i].ours);
    }
}

static void test_samples(void **state)
{
    AUD_UNUSED(state);
    check_config_samples("samples/config-haproxy", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),  cmocka_unit_test(test_failing),
        cmocka_unit_test(test_protocols), cmocka_unit_test(test_facts),
        cmocka_unit_test(test_bids),      cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
