/* tests/population/test_drift.c - places as inventories write them; what may be claimed, and when.
 */
#include "engine/population/drift.h"

#include "tests/support/support.h"

static aud_arena arena;

static void test_places(void **state)
{
    static const struct {
        const char *location, *want; /* NULL: tells no port */
    } cases[] = {
        {"www.example.com:443", "www.example.com:443"},
        {"WWW.Example.COM.:8443", "www.example.com:8443"},
        {"https://www.example.com/login?x=1:2", "www.example.com:443"},
        {"https://www.example.com:8443", "www.example.com:8443"},
        {"imaps://mail.example.com", "mail.example.com:993"},
        {"[2001:db8::1]:443", "[2001:db8::1]:443"},
        {"https://[2001:db8::1]/", "[2001:db8::1]:443"},
        {" www.example.com:443 ", "www.example.com:443"},
        {"www.example.com", NULL},
        {"2001:db8::1", NULL},
        {"ftp://www.example.com", NULL},
        {"arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x", NULL},
        {"web1:/etc/ssl/www.pem", NULL},
        {"www.example.com:0", NULL},
        {"www.example.com:65536", NULL},
        {"www.example.com:", NULL},
        {":443", NULL},
        {"", NULL},
        {"https://", NULL},
        {"https:///x", NULL},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_str got = {NULL, 0};
        const bool placed = aud_drift_place(aud_str_of(cases[i].location), &arena, &got);

        print_message("case: %s\n", cases[i].location);
        assert_int_equal(placed, cases[i].want != NULL);
        if (placed) {
            assert_string_equal(got.ptr, cases[i].want);
        }
    }
}

/* --- claims: one endpoint and one record, tied or not ------------------------------------------
 */

static const char here[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char other[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

typedef struct story {
    const char *name;
    const char *leaf;     /* SHA-256 of what is served; NULL: not told */
    const char *record;   /* of what is listed; NULL: no inventory; "": it does not say */
    const char *location; /* of the record */
    bool scan_complete, list_complete;
    int want_listed, want_served; /* aud_presence; 4 for true, 5 for false */
    size_t want_others, want_places;
} story;

enum { IS_TRUE = 4, IS_FALSE = 5 };

static void add_endpoint(aud_collector *c, const story *s)
{
    aud_bag_builder b;
    aud_seen seen = {.kind = AUD_KIND_ENDPOINT,
                     .identity = AUD_LIT("www.example.com:443"),
                     .where = {.path = AUD_LIT("scan.xml"), .use = AUD_USE_SERVED}};

    aud_bag_begin(&b, &aud_type_endpoint, &arena);
    aud_bag_set_text(&b, AUD_F_endpoint_host, AUD_LIT("www.example.com"));
    aud_bag_set(&b, AUD_F_endpoint_port, aud_int(443));
    aud_bag_set(&b, AUD_F_endpoint_speaks_tls, aud_bool(true));
    if (s->leaf != NULL) {
        aud_bag_set_text(&b, AUD_F_endpoint_leaf_sha256, aud_str_of(s->leaf));
    }
    assert_int_equal(aud_bag_build(&b, &seen.bag, NULL), AUD_OK);
    assert_int_equal(aud_collector_add(c, &seen, NULL), AUD_OK);
}

static void add_record(aud_collector *c, const story *s)
{
    aud_bag_builder b;
    const aud_str location = aud_str_of(s->location);
    aud_seen seen = {.kind = AUD_KIND_RECORD,
                     .identity = AUD_LIT("1"),
                     .where = {.path = AUD_LIT("list.csv"), .use = AUD_USE_LISTED}};

    aud_bag_begin(&b, &aud_type_record, &arena);
    aud_bag_set_text(&b, AUD_F_record_subject, AUD_LIT("CN=www.example.com"));
    if (s->record[0] != '\0') {
        aud_bag_set_text(&b, AUD_F_record_sha256, aud_str_of(s->record));
    }
    if (s->location != NULL) {
        aud_bag_set_texts(&b, AUD_F_record_locations, &location, 1);
    }
    assert_int_equal(aud_bag_build(&b, &seen.bag, NULL), AUD_OK);
    assert_int_equal(aud_collector_add(c, &seen, NULL), AUD_OK);
}

static int answer(aud_value v)
{
    return v.presence != AUD_PRESENT ? v.presence : v.as.boolean ? IS_TRUE : IS_FALSE;
}

static aud_value fact(const aud_subject_info *s, unsigned field)
{
    return s->facts.get(s->facts.self, field, &arena);
}

static void tell(const story *s)
{
    AUD_CLEANUP(aud_population_freep) aud_population *population = NULL;
    const aud_source_claim claims[] = {
        {AUD_LIT_INIT("scan"), s->scan_complete, s->scan_complete, INT64_MAX},
        {AUD_LIT_INIT("list"), s->list_complete, s->list_complete, 1000},
    };
    aud_collector *collectors[2];
    const aud_subject_info *subjects;
    size_t num;

    print_message("case: %s\n", s->name);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(aud_collector_new(&collectors[i], NULL), AUD_OK);
        aud_collector_source(collectors[i], claims[i].source, AUD_LIT(""), AUD_PLACE_FOLDER);
    }
    add_endpoint(collectors[0], s);
    if (s->record != NULL) {
        add_record(collectors[1], s);
    }
    assert_int_equal(aud_population_new(collectors, 2, 1, NULL, &population, NULL), AUD_OK);
    aud_population_claims(population, claims, AUD_COUNT(claims));
    subjects = aud_population_subjects(population, &num);
    for (size_t i = 0; i < num; i++) {
        if (subjects[i].kind == AUD_KIND_ENDPOINT) {
            assert_int_equal(answer(fact(&subjects[i], AUD_F_endpoint_listed)), s->want_listed);
            assert_int_equal(fact(&subjects[i], AUD_F_endpoint_listed_others).as.list.len,
                             s->want_others);
        } else if (subjects[i].kind == AUD_KIND_RECORD) {
            assert_int_equal(answer(fact(&subjects[i], AUD_F_record_served)), s->want_served);
            assert_int_equal(fact(&subjects[i], AUD_F_record_listed_at).as.list.len,
                             s->want_places);
        }
    }
}

static void test_claims(void **state)
{
    static const char place[] = "www.example.com:443";
    static const story cases[] = {
        {"without an inventory nothing is missing from it", here, NULL, NULL, true, true,
         AUD_ABSENT, 0, 0, 0},
        {"what is listed and served is both", here, here, place, false, false, IS_TRUE, IS_TRUE, 0,
         1},
        {"nobody claims to know all: nothing is known", here, other, NULL, false, false,
         AUD_UNKNOWN, AUD_UNKNOWN, 0, 0},
        {"a complete scan met nobody who serves it", here, other, NULL, true, false, AUD_UNKNOWN,
         IS_FALSE, 0, 0},
        {"a scan that did not see the leaf is not complete", NULL, other, NULL, true, true,
         AUD_UNKNOWN, AUD_UNKNOWN, 0, 0},
        {"the place is told, and another is served there", here, other, place, false, false,
         AUD_UNKNOWN, AUD_UNKNOWN, 1, 1},
        {"a record that says of no certificate which may be any", here, "", NULL, true, true,
         AUD_UNKNOWN, AUD_UNKNOWN, 0, 0},
        {"a leaf known by its digest alone is not said to be missing", here, other, NULL, false,
         true, AUD_UNKNOWN, AUD_UNKNOWN, 0, 0},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        tell(&cases[i]);
    }
}

static int set_up(void **state)
{
    (void)state;
    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    aud_arena_clear(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_places),
                                       cmocka_unit_test(test_claims)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
