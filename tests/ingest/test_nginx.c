/* tests/ingest/test_nginx.c - nginx's configuration as nginx means it; real files, broken ones. */
#include "tests/ingest/config_run.h"

#define HTTP(text)                                                                                 \
    {                                                                                              \
        {                                                                                          \
            "nginx.conf", "events {}\nhttp {\n" text "\n}\n"                                       \
        }                                                                                          \
    }

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("nginx", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("nginx", "main.in", NULL);
}

static void test_protocols(void **state)
{
    static const config_case cases[] = {
        {"lines of one block unite, words have no case",
         HTTP("server { listen 443 ssl; ssl_protocols tlsv1.2;\nssl_protocols TLSv1.3; }"),
         {" protocols=TLSv1.2+TLSv1.3 ", "[protocols stated nginx.conf:4]"}},
        {"a server's own replace http's",
         HTTP("ssl_protocols TLSv1; server { listen 443 ssl; ssl_protocols TLSv1.2; }"),
         {" protocols=TLSv1.2 "}},
        {"http's are inherited",
         HTTP("ssl_protocols TLSv1.1; server { listen 443 ssl; }"),
         {" protocols=TLSv1.1 "}},
        {"the weakest default in use counts where no version is named",
         HTTP("server { listen 443 ssl; }"),
         {" protocols=TLSv1.0+TLSv1.1+TLSv1.2+TLSv1.3 ", "cipher_string=HIGH:!aNULL:!MD5 ",
          "[protocols default]", " suites=#74 "}},
        {"the default server rules the socket",
         HTTP("server { listen 443 ssl; server_name a; ssl_protocols TLSv1.2; }\n"
              "server { listen 443 ssl; server_name b; ssl_protocols TLSv1 TLSv1.3; }"),
         {"nginx a (*:443) at nginx.conf:3", "nginx b (*:443) at nginx.conf:4",
          "!protocols=TLSv1.0", "!TLSv1.3 protocols_seen"}},
        {"the default server is the one that says so",
         HTTP("server { listen 443 ssl; server_name a; ssl_protocols TLSv1.2; }\n"
              "server { listen 443 ssl default_server; server_name b; ssl_protocols TLSv1; }"),
         {" names=a names_whole=yes catch_all=no protocols=TLSv1.0 ",
          " names=b names_whole=yes catch_all=yes protocols=TLSv1.0 "}},
        {"another socket has another ruler",
         HTTP("server { listen 443 ssl; server_name a; ssl_protocols TLSv1.2; }\n"
              "server { listen 8443 ssl; server_name b; ssl_protocols TLSv1.3; }"),
         {" names=a names_whole=yes catch_all=yes protocols=TLSv1.2 ",
          " names=b names_whole=yes catch_all=yes protocols=TLSv1.3 "}},
        {"addresses of one server with other rulers are other places",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1; server_name a; }\n"
              "server { listen 443 ssl; listen 444 ssl; ssl_protocols TLSv1.3; server_name b; }"),
         {"nginx b (*:443) at", "nginx b (*:444) at"}},
        {"one `ssl` on a socket is enough",
         HTTP("server { listen 443 ssl; server_name a; }\nserver { listen 443; server_name b; }"),
         {"nginx a (*:443)", "nginx b (*:443)"}},
        {"without `ssl` there is none",
         HTTP("server { listen 80; ssl_protocols TLSv1; }\nserver { server_name b; }"),
         {"!nginx"}},
        {"the old switch counts", HTTP("server { listen 444; ssl on; }"), {"nginx *:444 at"}},
        {"QUIC is TLS 1.3",
         HTTP("server { listen 443 quic; listen 443 ssl; ssl_protocols TLSv1.2 TLSv1.3; }"),
         {"listen=*:443/udp ", " protocols=TLSv1.3 ", "listen=*:443 ",
          " protocols=TLSv1.2+TLSv1.3 "}},
        {"a command to OpenSSL overrides",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1 TLSv1.2 TLSv1.3;\n"
              "ssl_conf_command MinProtocol TLSv1.3; ssl_conf_command Ciphersuites "
              "TLS_AES_128_GCM_SHA256; }"),
         {" protocols=TLSv1.3 ", " suites=#1 ", "[protocols stated nginx.conf:4]"}},
        {"a bound takes away and never adds",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1.2; ssl_conf_command MinProtocol TLSv1; "
              "}"),
         {" protocols=TLSv1.2 "}},
        {"Protocol adds and takes away",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1.2 TLSv1.3;\n"
              "ssl_conf_command Protocol -TLSv1.2,+TLSv1.1; }"),
         {" protocols=TLSv1.1+TLSv1.3 "}},
        {"a server that rejects terminates nothing, and rules",
         HTTP("server { listen 443 ssl default_server; ssl_reject_handshake on; ssl_protocols "
              "TLSv1; }\nserver { listen 443 ssl; server_name b; ssl_protocols TLSv1.3; }"),
         {"nginx b (*:443)", " protocols=TLSv1.0 ", "!nginx *:443"}},
        {"mail and stream are servers too",
         {{"nginx.conf", "mail { server { listen 993 ssl; ssl_protocols TLSv1.2; }\n server { "
                         "listen 143; starttls only; ssl_protocols TLSv1.1; } }\n"
                         "stream { server { listen 8443 ssl; ssl_protocols TLSv1.3; } }"}},
         {"nginx *:993 at", "nginx *:143 at", "nginx *:8443 at", " protocols=TLSv1.1 "}},
        {"words that are no version are not guessed",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1.2 TLSv9; }"),
         {" protocols_seen=TLSv1.2 ", "[protocols unknown nginx.conf:3]", "! protocols="}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_versions(void **state)
{
    static const aud_mapping newest[] = {{AUD_LIT_INIT("nginx"), AUD_LIT_INIT("1.28.0")}};
    static const aud_mapping old[] = {{AUD_LIT_INIT("nginx"), AUD_LIT_INIT("1.22.1")}};
    static const aud_read_options options[] = {{.versions = newest, .num_versions = 1},
                                               {.versions = old, .num_versions = 1}};
    static const config_case cases[] = {
        {"1.28", HTTP("server { listen 443 ssl; }"), {" protocols=TLSv1.2+TLSv1.3 "}},
        {"1.22", HTTP("server { listen 443 ssl; }"), {" protocols=TLSv1.0+TLSv1.1+TLSv1.2 "}},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        check_config_cases(&cases[i], 1, "", &options[i]);
    }
}

static void test_includes(void **state)
{
    static const config_case cases[] = {
        {"a pattern, an absolute path, a file inside a server",
         {{"etc/nginx/nginx.conf", "events {}\nhttp { include conf.d/*.conf; }"},
          {"etc/nginx/conf.d/a.conf", "server { listen 443 ssl; include /etc/nginx/snip/s.conf; }"},
          {"etc/nginx/snip/s.conf", "ssl_protocols TLSv1.3;"}},
         {"at etc/nginx/conf.d/a.conf:1", " protocols=TLSv1.3 ",
          "[protocols stated etc/nginx/snip/s.conf:1]", "covers etc/nginx/conf.d/a.conf",
          "covers etc/nginx/snip/s.conf", "!part "}},
        {"an absolute path of the server means the main file's folder",
         {{"edge/nginx.conf", "http { include /etc/nginx/conf.d/*.conf; }"},
          {"edge/conf.d/a.conf", "server { listen 443 ssl; ssl_protocols TLSv1.1; }"}},
         {" protocols=TLSv1.1 "}},
        {"what is not in the source is not known, and may add versions",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1.2; ssl_ciphers AES128-SHA;\n"
              "include /etc/letsencrypt/options-ssl-nginx.conf; }"),
         {" protocols_seen=TLSv1.2 ", "[protocols unknown nginx.conf:4]", " suites_seen=#1 ",
          "! protocols=", "! suites="}},
        {"what nginx ships holds nothing of TLS",
         HTTP("include mime.types; server { listen 443 ssl; ssl_protocols TLSv1.2; include "
              "fastcgi_params; }"),
         {" protocols=TLSv1.2 "}},
        {"a part by itself does not know its main file",
         {{"conf.d/a.conf", "server { listen 443 ssl; ssl_ciphers AES128-SHA; }"}},
         {"part nginx *:443", "[protocols unknown conf.d/a.conf:1]", " suites_seen=#1 ",
          "! protocols=", "![protocols default]"}},
        {"a part finds its snippets above it",
         {{"nginx/conf.d/a.conf", "server { listen 443 ssl; include snippets/s.conf; }"},
          {"nginx/snippets/s.conf", "ssl_protocols TLSv1.3; ssl_ciphers AES128-SHA;"}},
         {"part nginx *:443", " protocols=TLSv1.3 ", "covers nginx/snippets/s.conf"}},
        {"a fragment is judged for what it states",
         {{"ssl.conf", "ssl_protocols TLSv1.2;\nssl_session_tickets off;"}},
         {"part nginx fragment ssl.conf at ssl.conf:1", " protocols=TLSv1.2 ", " suites=- ",
          "session_tickets=no", "![protocols default]"}},
        {"a fragment that states versions and suites",
         {{"ssl.conf", "ssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers ECDHE+AESGCM;"}},
         {" protocols=TLSv1.2+TLSv1.3 ", " suites=#4 "}},
        {"http's own lines, where the servers are elsewhere",
         HTTP("ssl_protocols TLSv1 TLSv1.2; include sites-enabled/*;"),
         {"nginx fragment nginx.conf", " protocols_seen=TLSv1.0+TLSv1.2 "}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_lexing(void **state)
{
    static const config_case cases[] = {
        {"quotes, escapes, comments and several lines",
         HTTP("server { listen 443 ssl; # ssl_protocols SSLv3;\n ssl_protocols 'TLSv1.2' # x ;\n "
              "\"TLSv1.3\";\n ssl_ciphers \"AES128-SHA:\\\"AES256-SHA\"; server_name a#b; }"),
         {" protocols=TLSv1.2+TLSv1.3 "}},
        {"a block of Lua is no configuration",
         HTTP(
             "init_by_lua_block { local s = \"}\" -- }\n local t = [[ } ]] if x then y = {} end }\n"
             "server { listen 443 ssl; ssl_protocols TLSv1.2;\n"
             "location / { content_by_lua_block { ngx.say('}') } } }"),
         {" protocols=TLSv1.2 "}},
        {"maps and quoted expressions with braces",
         HTTP("map $a $b { default 1; \"~x{2}\" 2; }\nserver { listen 443 ssl; ssl_protocols "
              "TLSv1.2; location ~ \"^/a{1,2}$\" { return 200 '{}'; } }"),
         {" protocols=TLSv1.2 "}},
        {"CRLF and a mark at the beginning",
         {{"a.conf", "\xef\xbb\xbfssl_protocols TLSv1.2;\r\nssl_ciphers AES128-SHA;\r\n"}},
         {" protocols=TLSv1.2 ", "cipher_string=AES128-SHA "}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_templates(void **state)
{
    static const config_case cases[] = {
        {"a value that is filled in is unknown",
         HTTP("server { listen 443 ssl; ssl_protocols {{ protocols }}; ssl_ciphers ${CIPHERS}; }"),
         {"[protocols unknown nginx.conf:3]", "[cipher_string unknown nginx.conf:3]",
          "! protocols=", "! protocols_seen=", "!cipher_string="}},
        {"a literal beside it is evidence",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1 {{ more }}; }"),
         {" protocols_seen=TLSv1.0 ", "! protocols="}},
        {"a branch is evidence, and not the whole",
         HTTP("server { listen 443 ssl;\n{% if old %}\nssl_protocols TLSv1 TLSv1.2;\n{% else %}\n"
              "ssl_protocols TLSv1.2;\n{% endif %}\n}"),
         {" protocols_seen=TLSv1.0+TLSv1.2 ", "[protocols unknown nginx.conf:7]", "! protocols="}},
        {"a server in a loop states what it states",
         HTTP("{% for s in sites %}\nserver { listen 443 ssl; server_name {{ s }}; ssl_protocols "
              "TLSv1.2; }\n{% endfor %}"),
         {" protocols=TLSv1.2 ", "names_whole=no"}},
        {"ERB, and a statement that fills in lines",
         {{"s.erb", "server {\n<% if @ssl %>\n  listen 443 ssl;\n<% end -%>\n  ssl_protocols "
                    "TLSv1.2;\n  <%= @more %>\n}\n"}},
         {" protocols_seen=TLSv1.2 ", "[protocols unknown s.erb:6]", "! protocols="}},
        {"Go",
         {{"nginx.tmpl",
           "{{- range .Servers }}\nserver { listen 443 ssl; server_name {{ .Name }};\n"
           "{{ if .Old }}ssl_protocols TLSv1;{{ end }}\nssl_ciphers AES128-SHA;}\n"
           "{{ end }}"}},
         {" protocols_seen=TLSv1.0 ", " suites_seen=#1 ", "! protocols="}},
        {"Jekyll's front matter",
         {{"a.conf", "---\n---\n\nssl_protocols TLSv1;\nssl_ciphers AES128-SHA;\n"}},
         {" protocols=TLSv1.0 ", "[protocols stated a.conf:4]"}},
        {"a templated address with TLS around it",
         HTTP("server { listen {{ port }} ssl; ssl_protocols TLSv1.1; }"),
         {" protocols=TLSv1.1 "}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_facts(void **state)
{
    static const config_case cases[] = {
        {"what weak builds have counts only where it is named",
         HTTP(
             "server { listen 443 ssl; ssl_protocols TLSv1.2; ssl_ciphers ECDHE+AESGCM:RC4-SHA; }"),
         {" suites=#5 "}},
        {"a string that OpenSSL refuses is not known",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1.2; ssl_ciphers NOTHING; }"),
         {"[cipher_string unknown nginx.conf:3]", "! suites="}},
        {"two in one block are refused by nginx",
         HTTP("server { listen 443 ssl; ssl_protocols TLSv1.2; ssl_ciphers AES128-SHA;\n"
              "ssl_ciphers AES256-SHA; }"),
         {" suites_seen=#2 ", "[cipher_string unknown nginx.conf:4]", "! suites="}},
        {"groups by their registered names",
         HTTP("server { listen 443 ssl; ssl_ecdh_curve X25519:prime256v1:secp384r1; }"),
         {" groups=x25519+secp256r1+secp384r1 "}},
        {"flags, client certificates, ticket keys",
         HTTP("ssl_session_tickets off; server { listen 443 ssl; ssl_prefer_server_ciphers on; "
              "ssl_verify_client optional; ssl_stapling on; ssl_early_data on; "
              "ssl_session_ticket_key a; ssl_session_ticket_key b; }"),
         {"server_preference=yes", "session_tickets=no", "client_certificate=optional",
          "ocsp_stapling=yes", "early_data=yes", "ticket_key_files=2"}},
        {"a header, and a place that loses it",
         HTTP("server { listen 443 ssl; add_header Strict-Transport-Security 'max-age=31536000; "
              "includeSubDomains' always;\nlocation /a { add_header X 1; } location /b { } }"),
         {"hsts_seconds=31536000 hsts_lost=nginx.conf:4 "}},
        {"a server's own headers replace http's",
         HTTP("add_header Strict-Transport-Security max-age=1; server { listen 443 ssl; add_header "
              "X 1; }"),
         {"hsts_seconds=- "}},
        {"names, suffixes, patterns",
         HTTP("server { listen 443 ssl; server_name A.example.com .b.example.com ~^c\\d$ d.* _; }"),
         {" names=a.example.com+*.b.example.com+b.example.com "}},
        {"backends: who is verified, and who is not",
         HTTP("server { listen 80; location / { proxy_pass https://a; }\nlocation /b { proxy_pass "
              "https://b; proxy_ssl_verify on; proxy_ssl_protocols TLSv1.2; }\nlocation /c { "
              "proxy_pass http://c; } location /d { grpc_pass grpcs://d; } }"),
         {"nginx upstream https://a at nginx.conf:3", "nginx upstream https://b at nginx.conf:4",
          "nginx upstream grpcs://d", "upstream_verified=yes", "upstream_verified=no",
          "!http://c"}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

static void test_broken(void **state)
{
    static const config_case cases[] = {
        {"a block that is not closed: evidence stays, nothing is whole",
         {{"nginx.conf", "events {}\nhttp {\nserver { listen 443 ssl; ssl_protocols TLSv1;\n"}},
         {"gap broken nginx.conf:3", " protocols_seen=TLSv1.0 ", "! protocols="}},
        {"a brace too many",
         {{"nginx.conf", "http { server { listen 443 ssl; } } }\nssl_protocols TLSv1;"}},
         {"gap broken nginx.conf:1 nginx would not read this: a '}' closes no block"}},
        {"a directive without its end",
         {{"a.conf", "ssl_protocols TLSv1.2;\nssl_ciphers AES128-SHA\n}"}},
         {"gap broken a.conf:2"}},
        {"a quote that is not closed",
         {{"a.conf", "ssl_protocols TLSv1.2;\nssl_ciphers 'AES128-SHA;\n"}},
         {"gap broken a.conf:2"}},
        {"files that include each other",
         {{"a.conf", "ssl_protocols TLSv1.2;\ninclude b.conf;"}, {"b.conf", "include a.conf;"}},
         {"gap broken b.conf:1", " protocols_seen=TLSv1.2 "}},
    };

    AUD_UNUSED(state);
    check_config_cases(cases, AUD_COUNT(cases), "", NULL);
}

/* Deep, long, binary: bounded, and told. */
static void test_hostile(void **state)
{
    enum { LONG = 3 << 20, DEEP = 4000 };
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 64 << 20};
    config_file files[2] = {{0}};
    config_run run;

    AUD_UNUSED(state);
    assert_int_equal(aud_buf_add(&text, AUD_LIT("ssl_protocols TLSv1.2;\n"), NULL), AUD_OK);
    for (int i = 0; i < DEEP; i++) {
        assert_int_equal(aud_buf_add(&text, AUD_LIT("location / {"), NULL), AUD_OK);
    }
    assert_int_equal(aud_buf_add(&text, (aud_str){"", 1}, NULL), AUD_OK);
    files[0] = (config_file){"deep.conf", text.ptr};
    config_run_of(&run, files, "", NULL);
    assert_int_equal(run.num_gaps, 1);
    config_run_clear(&run);

    text.len = 0;
    assert_int_equal(aud_buf_add(&text, AUD_LIT("ssl_protocols TLSv1.2;\nssl_ciphers "), NULL),
                     AUD_OK);
    while (text.len < LONG) {
        assert_int_equal(aud_buf_add(&text, AUD_LIT("AES128-SHA:"), NULL), AUD_OK);
    }
    assert_int_equal(aud_buf_add(&text, (aud_str){";", 2}, NULL), AUD_OK);
    files[0] = (config_file){"long.conf", text.ptr};
    config_run_of(&run, files, "", NULL);
    assert_int_equal(run.num_gaps, 1);
    config_run_clear(&run);
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"http { }\nserver { ; }", true},
        {"# managed by ansible\nserver {\n  listen 443 ssl;\n}\n", true},
        {"ssl_certificate /etc/ssl/a.pem;\n", true},
        {"location / { proxy_pass https://b; }\n", true},
        {"", false},
        {"set -e\ncat >nginx.conf <<END\nserver { listen 443 ssl; }\nEND\n", false},
        {"Put this into nginx.conf:\n\n    ssl_protocols TLSv1;\n", false},
        {"int main(void) { server(ssl); }\n", false},
        {"{\"http\": {\"server\": 1}};", false},
        {"zone \"a\" { type master; file \"ssl\"; };", false},
        {"global\n  log /dev/log local0;\nfrontend http\n  bind :443 ssl crt a.pem\n", false},
        {"body { color: red; }\n.server { ssl: 1; }", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].text);
        assert_int_equal(aud_adapter_nginx.sniff(aud_str_of(cases[i].text)) > 0, cases[i].ours);
    }
}

static void test_samples(void **state)
{
    AUD_UNUSED(state);
    check_config_samples("samples/config-nginx", 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),  cmocka_unit_test(test_failing),
        cmocka_unit_test(test_protocols), cmocka_unit_test(test_versions),
        cmocka_unit_test(test_includes),  cmocka_unit_test(test_lexing),
        cmocka_unit_test(test_templates), cmocka_unit_test(test_facts),
        cmocka_unit_test(test_broken),    cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_bids),      cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
