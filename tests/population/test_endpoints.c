/* tests/population/test_endpoints.c - reports of one endpoint become one; names that match. */
#include "engine/population/endpoints.h"

#include "tests/support/support.h"

#include "engine/tls/suites.h"

typedef struct report {
    const char *scanner;
    int64_t at; /* hours; 0: not told */
    const char *protocols, *tested, *suites, *leaf;
    int server_preference; /* 1 no, 2 yes */
    bool partial;          /* the lists are no claim to be all */
} report;

static aud_arena arena;

static aud_value words(const char *text, bool suites)
{
    aud_value *items = aud_arena_array(&arena, 16, sizeof *items);
    aud_str rest = aud_str_of(text), word;
    size_t len = 0;

    while (aud_str_split(&rest, ' ', &word)) {
        if (suites) {
            const aud_suite *suite = aud_suite_find(word);
            assert_non_null(suite);
            assert_int_equal(
                aud_suite_accepted(suite, 1u << AUD_TLS_1_2, &arena, &items[len++], NULL), AUD_OK);
        } else {
            items[len++] = aud_string(word);
        }
    }
    return aud_list_of(items, len);
}

static void add(aud_collector *c, const report *r)
{
    aud_bag_builder b;
    aud_seen seen = {.kind = AUD_KIND_ENDPOINT,
                     .identity = AUD_LIT("a.example.org:443"),
                     .where = {.path = aud_str_of(r->scanner), .line = 7}};

    aud_bag_begin(&b, &aud_type_endpoint, &arena);
    aud_bag_set_text(&b, AUD_F_endpoint_scanner, aud_str_of(r->scanner));
    aud_bag_set(&b, AUD_F_endpoint_speaks_tls, aud_bool(true));
    if (r->at > 0) {
        aud_bag_set(&b, AUD_F_endpoint_scanned_at, aud_time(r->at * 3600));
    }
    if (r->protocols) {
        aud_bag_set(&b, r->partial ? AUD_F_endpoint_protocols_seen : AUD_F_endpoint_protocols,
                    words(r->protocols, false));
    }
    if (r->tested) {
        aud_bag_set(&b, AUD_F_endpoint_protocols_tested, words(r->tested, false));
    }
    if (r->suites) {
        aud_bag_set(&b, r->partial ? AUD_F_endpoint_suites_seen : AUD_F_endpoint_suites,
                    words(r->suites, true));
    }
    if (r->leaf) {
        aud_bag_set_text(&b, AUD_F_endpoint_leaf_sha256, aud_str_of(r->leaf));
    }
    if (r->server_preference) {
        aud_bag_set(&b, AUD_F_endpoint_server_preference, aud_bool(r->server_preference == 2));
    }
    assert_int_equal(aud_bag_build(&b, &seen.bag, NULL), AUD_OK);
    assert_int_equal(aud_collector_add(c, &seen, NULL), AUD_OK);
}

/* A list as words; "?" where it is unknown. */
static void list_words(aud_object o, unsigned field, char *out, size_t size)
{
    aud_value v = o.get(o.self, field, &arena);
    size_t used = 0;

    (void)snprintf(out, size, v.presence == AUD_PRESENT ? "" : "?");
    for (size_t i = 0; v.presence == AUD_PRESENT && i < v.as.list.len; i++) {
        aud_value item = v.as.list.items[i];
        if (item.type == AUD_T_OBJECT && item.as.object.type == &aud_type_suite) {
            item = item.as.object.get(item.as.object.self, AUD_F_suite_code, &arena);
        } else if (item.type == AUD_T_OBJECT) {
            item = item.as.object.get(item.as.object.self, AUD_F_disagreement_item, &arena);
        }
        used += (size_t)snprintf(out + used, size - used, "%s%.*s", i > 0 ? " " : "",
                                 AUD_ARG(item.as.string));
    }
}

#define ALL "SSLv2 SSLv3 TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3"
#define LEAF_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LEAF_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void test_merge(void **state)
{
    static const struct {
        const char *name;
        report reports[3];
        const char *protocols, *protocols_seen, *suites, *suites_seen, *disputed;
        int64_t at; /* hours; 0: unknown */
        int server_preference;
        const char *leaf;
    } cases[] = {
        {"two that agree are one, of the older one's age",
         {{"nmap", 10, "TLSv1.2", ALL, "0xC02F", LEAF_A, 2, false},
          {"testssl", 11, "TLSv1.2", ALL, "0xC02F", LEAF_A, 2, false}},
         "TLSv1.2",
         "TLSv1.2",
         "0xC02F",
         "0xC02F",
         "",
         10,
         2,
         LEAF_A},
        {"what one saw and another denied counts, and is disputed",
         {{"nmap", 10, "TLSv1.2", ALL, "0xC02F 0x002F", LEAF_A, 0, false},
          {"sslscan", 0, "TLSv1.0 TLSv1.2", ALL, "0xC02F", LEAF_B, 0, false}},
         "TLSv1.0 TLSv1.2",
         "TLSv1.0 TLSv1.2",
         "?",
         "0xC02F 0x002F",
         "TLSv1.0 TLS_RSA_WITH_AES_128_CBC_SHA " LEAF_A " " LEAF_B,
         0,
         0,
         LEAF_A},
        {"the newest wins where time explains it",
         {{"nmap", 10, "TLSv1.0 TLSv1.2", ALL, "0xC02F 0x002F", LEAF_A, 1, false},
          {"nmap2", 30, "TLSv1.2", ALL, "0xC02F", LEAF_B, 2, false}},
         "TLSv1.2",
         "TLSv1.2",
         "0xC02F",
         "0xC02F",
         "",
         30,
         2,
         LEAF_B},
        {"what the newer does not tell stays, and so does its age",
         {{"nmap", 10, "TLSv1.0 TLSv1.2", ALL, "0xC02F", LEAF_A, 1, false},
          {"tlsx", 30, "TLSv1.3", "TLSv1.3", NULL, LEAF_B, 0, true}},
         "TLSv1.0 TLSv1.2 TLSv1.3",
         "TLSv1.0 TLSv1.2 TLSv1.3",
         "?",
         "0xC02F",
         "",
         10,
         1,
         LEAF_B},
        {"parts of what was tried add up to all of it, not of the suites",
         {{"a", 10, "TLSv1.2", "SSLv2 SSLv3 TLSv1.0 TLSv1.1 TLSv1.2", "0xC02F", NULL, 0, true},
          {"b", 10, "TLSv1.3", "TLSv1.3", NULL, NULL, 0, true}},
         "TLSv1.2 TLSv1.3",
         "TLSv1.2 TLSv1.3",
         "?",
         "0xC02F",
         "",
         10,
         0,
         NULL},
        {"a contested yes or no is unknown",
         {{"a", 10, NULL, NULL, NULL, NULL, 1, false}, {"b", 10, NULL, NULL, NULL, NULL, 2, false}},
         "?",
         "?",
         "?",
         "?",
         "true",
         10,
         0,
         NULL},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        for (int backwards = 0; backwards < 2; backwards++) {
            aud_collector *c = NULL;
            aud_population *p = NULL;
            char text[1024];
            size_t num = 0;

            print_message("case: %s\n", cases[i].name);
            aud_arena_init(&arena, AUD_ARENA_NO_MAX);
            assert_int_equal(aud_collector_new(&c, NULL), AUD_OK);
            for (size_t k = 0; k < 3; k++) {
                const report *r = &cases[i].reports[backwards ? 2 - k : k];
                if (r->scanner) {
                    add(c, r);
                }
            }
            assert_int_equal(aud_population_new(&c, 1, 1, NULL, &p, NULL), AUD_OK);
            const aud_subject_info *s = aud_population_subjects(p, &num);
            assert_int_equal(num, 2); /* the endpoint and the run */
            assert_true(s->num_sightings > 1);
            list_words(s->facts, AUD_F_endpoint_protocols, text, sizeof text);
            assert_string_equal(text, cases[i].protocols);
            list_words(s->facts, AUD_F_endpoint_protocols_seen, text, sizeof text);
            assert_string_equal(text, cases[i].protocols_seen);
            list_words(s->facts, AUD_F_endpoint_suites, text, sizeof text);
            assert_string_equal(text, cases[i].suites);
            list_words(s->facts, AUD_F_endpoint_suites_seen, text, sizeof text);
            assert_string_equal(text, cases[i].suites_seen);
            list_words(s->facts, AUD_F_endpoint_disagreements, text, sizeof text);
            assert_string_equal(text, cases[i].disputed);
            aud_value v = s->facts.get(s->facts.self, AUD_F_endpoint_scanned_at, &arena);
            assert_int_equal(v.presence == AUD_PRESENT ? v.as.number / 3600 : 0, cases[i].at);
            v = s->facts.get(s->facts.self, AUD_F_endpoint_server_preference, &arena);
            assert_int_equal(v.presence == AUD_PRESENT ? 1 + v.as.boolean : 0,
                             cases[i].server_preference);
            v = s->facts.get(s->facts.self, AUD_F_endpoint_leaf_sha256, &arena);
            assert_true(cases[i].leaf ? aud_str_eq(v.as.string, aud_str_of(cases[i].leaf))
                                      : v.presence == AUD_UNKNOWN);
            aud_population_freep(&p);
            aud_arena_clear(&arena);
        }
    }
}

/* Both sides are named, with the place of the report. */
static void test_sources_of_a_dispute(void **state)
{
    static const report a = {"nmap", 0, "TLSv1.2", ALL, NULL, NULL, 0, false};
    static const report b = {"sslscan", 0, "TLSv1.0 TLSv1.2", ALL, NULL, NULL, 0, false};
    aud_collector *c = NULL;
    aud_population *p = NULL;
    size_t num = 0;

    AUD_UNUSED(state);
    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    assert_int_equal(aud_collector_new(&c, NULL), AUD_OK);
    add(c, &a);
    add(c, &b);
    assert_int_equal(aud_population_new(&c, 1, 1, NULL, &p, NULL), AUD_OK);
    const aud_subject_info *s = aud_population_subjects(p, &num);
    const aud_value list = s->facts.get(s->facts.self, AUD_F_endpoint_disagreements, &arena);
    assert_int_equal(list.as.list.len, 1);
    const void *bag = list.as.list.items[0].as.object.self;
    const aud_value seen = aud_bag_get(bag, AUD_F_disagreement_seen_by, NULL);
    const aud_value denied = aud_bag_get(bag, AUD_F_disagreement_denied_by, NULL);
    assert_int_equal(seen.as.list.len, 1);
    assert_int_equal(denied.as.list.len, 1);
    assert_true(aud_str_eq(seen.as.list.items[0].as.string, AUD_LIT("sslscan (sslscan:7)")));
    assert_true(aud_str_eq(denied.as.list.items[0].as.string, AUD_LIT("nmap (nmap:7)")));
    aud_population_freep(&p);
    aud_arena_clear(&arena);
}

/* RFC 9525, 6.3; RFC 5280 addresses by their bytes. */
static void test_names(void **state)
{
    static const struct {
        const char *name, *dns, *ip;
        bool matches;
    } cases[] = {
        {"www.example.org", "example.org www.example.org", "", true},
        {"WWW.Example.ORG", "www.example.org", "", true},
        {"www.example.org.", "www.example.org", "", true},
        {"www.example.org", "example.org", "", false},
        {"www.example.org", "*.example.org", "", true},
        {"example.org", "*.example.org", "", false},
        {"a.www.example.org", "*.example.org", "", false},
        {"www.example.org", "w*.example.org *w.example.org *ww.example.org", "", false},
        {"www.example.org", "*.*.org www.*.org", "", false},
        {"www.example.org", "* *.", "", false},
        {".example.org", "*.example.org", "", false},
        {"xn--bcher-kva.example", "XN--BCHER-KVA.example", "", true},
        {"xn--bcher-kva.example", "*.example", "", true},
        {"192.0.2.7", "192.0.2.7", "", false}, /* an address is no name */
        {"192.0.2.7", "*.0.2.7", "192.0.2.8", false},
        {"192.0.2.7", "", "192.0.2.8 192.0.2.7", true},
        {"2001:db8::7", "", "2001:0db8:0:0::0007", true},
        {"[2001:db8::7]", "", "2001:db8::7", true},
        {"::ffff:192.0.2.7", "", "192.0.2.7", false},
        {"www.example.org", "", "", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        const aud_value dns = words(cases[i].dns, false), ip = words(cases[i].ip, false);
        if (aud_name_matches(aud_str_of(cases[i].name), &dns, &ip) != cases[i].matches) {
            fail_msg("%s, %s, %s", cases[i].name, cases[i].dns, cases[i].ip);
        }
        aud_arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_sources_of_a_dispute),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
