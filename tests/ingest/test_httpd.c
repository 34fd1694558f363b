/* tests/ingest/test_httpd.c - Apache httpd's configuration as httpd means it; real and broken
 * files.
 */
#include "tests/ingest/config_run.h"

#define MAIN(text)                                                                                 \
    {                                                                                              \
        {"apache2.conf", "ServerRoot /etc/apache2\nInclude ports.conf\n" text "\n"},               \
        {                                                                                          \
            "ports.conf", "Listen 443\n"                                                           \
        }                                                                                          \
    }
#define HOST(text) MAIN("<VirtualHost *:443>\nSSLEngine on\n" text "\n</VirtualHost>")

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("httpd", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("httpd", "main.in", NULL);
}

static void test_protocols(void **state)
{
    static const config_case cases[] = {
        {"all less something",
         HOST("SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1"),
         {" protocols=TLSv1.2+TLSv1.3 "}},
        {"a bare word replaces what came before",
         HOST("SSLProtocol TLSv1.2 TLSv1"),
         {" protocols=TLSv1.0 "}},
        {"signs add up",
         HOST("SSLProtocol -all +TLSv1.2 +TLSv1.3"),
         {" protocols=TLSv1.2+TLSv1.3 "}},
        {"a sign alone is all there is", HOST("sslprotocol +tlsv1.2"), {" protocols=TLSv1.2 "}},
        {"nothing is left",
         HOST("SSLProtocol -TLSv1"),
         {"[protocols unknown apache2.conf:5]", "! protocols="}},
        {"one pair of quotes is one word",
         HOST("SSLProtocol \"all -TLSv1.2\""),
         {"[protocols unknown apache2.conf:5]", "! protocols="}},
        {"a later line replaces",
         HOST("SSLProtocol TLSv1\nSSLProtocol TLSv1.3"),
         {" protocols=TLSv1.3 ", "[protocols stated apache2.conf:6]"}},
        {"the host replaces the server",
         MAIN("SSLProtocol TLSv1\n<VirtualHost *:443>\nSSLEngine on\nSSLProtocol "
              "TLSv1.3\n</VirtualHost>"),
         {" protocols=TLSv1.3 "}},
        {"the server counts wherever it says it",
         MAIN("<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>\nSSLProtocol TLSv1.1"),
         {" protocols=TLSv1.1 "}},
        {"the default",
         HOST(""),
         {" protocols=TLSv1.0+TLSv1.1+TLSv1.2+TLSv1.3 ", "[protocols default]",
          "cipher_string=DEFAULT:!aNULL:!eNULL:!EXP "}},
        {"commands to OpenSSL override",
         HOST("SSLProtocol all\nSSLOpenSSLConfCmd MinProtocol TLSv1.2\nSSLOpenSSLConfCmd Curves "
              "X25519:P-256"),
         {" protocols=TLSv1.2+TLSv1.3 ", " groups=x25519+secp256r1 "}},
        {"a policy by name is not known",
         HOST("SSLPolicy modern"),
         {"[protocols unknown apache2.conf:5]", "! protocols="}},
        {"comments go on behind a backslash",
         HOST("# x \\\nSSLProtocol TLSv1\nSSLProtocol TLSv1.3"),
         {" protocols=TLSv1.3 "}},
        {"lines go on",
         HOST("SSLProtocol \\\n TLSv1.3"),
         {" protocols=TLSv1.3 ", "[protocols stated apache2.conf:5]"}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_conditions(void **state)
{
    static const config_case cases[] = {
        {"mod_ssl is there, and versions are compared",
         HOST("<IfModule mod_ssl.c>\nSSLProtocol TLSv1.3\n</IfModule>\n<IfVersion < "
              "2.4>\nSSLProtocol TLSv1\n</IfVersion>"),
         {" protocols=TLSv1.3 "}},
        {"another module may be there",
         HOST("SSLProtocol TLSv1.3\n<IfModule mod_other.c>\nSSLProtocol TLSv1\n</IfModule>"),
         {" protocols_seen=TLSv1.0+TLSv1.3 ", "[protocols unknown apache2.conf:7]",
          "! protocols="}},
        {"what is defined holds, and gives values",
         MAIN("Define NEW\nDefine P TLSv1.3\n<VirtualHost *:443>\nSSLEngine on\n<IfDefine "
              "NEW>\nSSLProtocol ${P}\n</IfDefine>\n<IfDefine !NEW>\nSSLProtocol "
              "TLSv1\n</IfDefine>\n</VirtualHost>"),
         {" protocols=TLSv1.3 "}},
        {"the environment is not known",
         HOST("SSLProtocol ${PROTOCOLS}"),
         {"[protocols unknown apache2.conf:5]", "! protocols="}},
        {"a template decides",
         HOST("<% if @old %>\nSSLProtocol TLSv1\n<% end %>\nSSLCipherSuite <%= @ciphers %>"),
         {" protocols_seen=TLSv1.0 ", "[cipher_string unknown apache2.conf:8]", "! protocols="}},
        {"a macro's host is a host",
         MAIN("<Macro V $name>\n<VirtualHost *:443>\nServerName $name\nSSLEngine on\nSSLProtocol "
              "TLSv1.3\n</VirtualHost>\n</Macro>"),
         {" names_whole=no ", " protocols=TLSv1.3 "}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_facts(void **state)
{
    static const config_case cases[] = {
        {"TLS 1.3's list is one of its own",
         HOST("SSLProtocol all\nSSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA256\nSSLCipherSuite "
              "ECDHE+AESGCM"),
         {" suites=#5 "}},
        {"the default of one stays beside the other",
         HOST("SSLProtocol TLSv1.2\nSSLCipherSuite SSL AES128-SHA"),
         {" suites=#1 "}},
        {"addresses and names",
         MAIN("<VirtualHost *:443 [::]:443>\nServerName https://A.example.com:443\nServerAlias "
              "b.example.com *.c.example.com\nSSLEngine on\n</VirtualHost>"),
         {"listen=*:443+[::]:443 ", "names=a.example.com+b.example.com+*.c.example.com "}},
        {"port 443 is https' without a word",
         MAIN("<VirtualHost *:443>\nSSLCertificateFile a.pem\n</VirtualHost>"),
         {"apache *:443"}},
        {"switched off is off",
         MAIN("<VirtualHost *:443>\nSSLEngine off\nSSLCertificateFile a.pem\n</VirtualHost>"),
         {"!apache"}},
        {"flags",
         HOST("SSLHonorCipherOrder on\nSSLSessionTickets off\nSSLVerifyClient "
              "require\nSSLUseStapling on\nSSLCompression on"),
         {"server_preference=yes", "session_tickets=no", "client_certificate=required",
          "ocsp_stapling=yes", "compression=yes"}},
        {"a header, quoted, in a module's section",
         HOST("<IfModule mod_headers.c>\nHeader always set Strict-Transport-Security "
              "\"max-age=63072000; preload\"\n</IfModule>"),
         {"hsts_seconds=63072000 "}},
        {"a header taken away",
         MAIN("Header set Strict-Transport-Security max-age=1\n<VirtualHost *:443>\nSSLEngine "
              "on\nHeader unset Strict-Transport-Security\n</VirtualHost>"),
         {"hsts_seconds=- "}},
        {"backends",
         HOST("SSLProxyEngine on\nSSLProxyVerify none\nProxyPass / https://b/"),
         {"apache upstream", "upstream_verified=no"}},
        {"a chain to anybody's name",
         HOST("SSLProxyEngine on\nSSLProxyVerify require\nSSLProxyCheckPeerName off\nProxyPass / "
              "https://b/"),
         {"upstream_verified=no"}},
        {"a fragment",
         {{"options.conf",
           "SSLEngine on\nSSLProtocol all -SSLv2 -SSLv3\nSSLHonorCipherOrder off\n"}},
         {"part apache fragment", " protocols=TLSv1.0+TLSv1.1+TLSv1.2+TLSv1.3 ", " suites=- "}},
        {"a part",
         {{"sites/a.conf", "<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>"}},
         {"part apache *:443", "[protocols unknown sites/a.conf:1]"}},
        {"what is included",
         {{"httpd.conf",
           "ServerRoot \"/etc/httpd\"\nInclude conf.d/*.conf\nIncludeOptional sites/*.conf\n"},
          {"conf.d/ssl.conf", "SSLProtocol TLSv1.3\n"},
          {"sites/a.conf", "<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>"}},
         {" protocols=TLSv1.3 ", "covers conf.d/ssl.conf", "covers sites/a.conf", "!part "}},
        {"what is not there",
         MAIN("IncludeOptional mods-enabled/*.conf\n<VirtualHost *:443>\nSSLEngine "
              "on\n</VirtualHost>"),
         {"[protocols unknown apache2.conf:3]", "! protocols="}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_broken(void **state)
{
    static const config_case cases[] = {
        {"a section that is not closed",
         {{"a.conf", "<VirtualHost *:443>\nSSLEngine on\nSSLProtocol TLSv1\n"}},
         {"gap broken a.conf:1", " protocols_seen=TLSv1.0 ", "! protocols="}},
        {"an end without a beginning",
         {{"a.conf", "SSLProtocol TLSv1\n</VirtualHost>\n"}},
         {"gap broken a.conf:2"}},
        {"files that include each other",
         {{"a.conf", "SSLProtocol TLSv1.2\nInclude b.conf\n"}, {"b.conf", "Include a.conf\n"}},
         {"gap broken b.conf:1"}},
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
        {"# managed\n<VirtualHost *:443>\n", true},
        {"<IfModule mod_ssl.c>\n  SSLProtocol all -SSLv3\n</IfModule>\n", true},
        {"", false},
        {"<?xml version=\"1.0\"?><a>SSL</a>", false},
        {"To switch it on write\nSSLEngine on\ninto the file.\nThen restart the server\nand "
         "look\nat it\n",
         false},
        {"ssl_protocols TLSv1;\n", false},
        {"[ssl]\nSSLProtocol = all\n", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].text);
        assert_int_equal(aud_adapter_httpd.sniff(aud_str_of(cases[i].text)) > 0, cases[i].ours);
    }
}

static void test_samples(void **state)
{
    AUD_UNUSED(state);
    check_config_samples("samples/config-apache", 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),  cmocka_unit_test(test_failing),
        cmocka_unit_test(test_protocols), cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_facts),     cmocka_unit_test(test_broken),
        cmocka_unit_test(test_bids),      cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
