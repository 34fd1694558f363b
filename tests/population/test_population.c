/* tests/population/test_population.c - every subject once; what becomes a sighting of what. */
#include "engine/population/links.h"

#include "tests/support/support.h"

#include "engine/base/out.h"
#include "engine/base/text.h"

enum { MAX_FACTS = 8 };

static aud_arena arena;

/* Two certificates of the fixtures: a self-signed leaf, and the approved CA. */
static aud_str der_of_fixture(const char *name)
{
    char path[512];
    unsigned char *der;
    size_t len = 0, begin, end;
    const aud_str mark = AUD_LIT("-----BEGIN CERTIFICATE-----");
    aud_str text;

    (void)snprintf(path, sizeof path, "%s/fixtures/policies/core/approved_ca/%s", AUD_SOURCE_DIR,
                   name);
    assert_int_equal(aud_file_read(aud_str_of(path), 1 << 16, &arena, &text, NULL), AUD_OK);
    begin = aud_str_find(text, mark, 0);
    assert_true(begin != SIZE_MAX);
    begin += mark.len;
    end = aud_str_find(text, AUD_LIT("-----END"), begin);
    assert_true(end != SIZE_MAX);
    der = aud_arena_take(&arena, end - begin + 3, 1);
    assert_non_null(der);
    assert_true(aud_base64_decode(aud_str_sub(text, begin, end - begin), der, &len));
    return (aud_str){(const char *)der, len};
}

typedef struct run {
    aud_collector *collectors[2];
    aud_population *population;
    const aud_subject_info *subjects;
    size_t num;
} run;

static void begin(run *r)
{
    *r = (run){.num = 0};
    for (size_t i = 0; i < AUD_COUNT(r->collectors); i++) {
        assert_int_equal(aud_collector_new(&r->collectors[i], NULL), AUD_OK);
        aud_collector_source(r->collectors[i], AUD_LIT("src"), AUD_LIT(""), AUD_PLACE_FOLDER);
    }
}

static void finish(run *r)
{
    assert_int_equal(
        aud_population_new(r->collectors, AUD_COUNT(r->collectors), 2, NULL, &r->population, NULL),
        AUD_OK);
    r->subjects = aud_population_subjects(r->population, &r->num);
}

static void see_cert(run *r, unsigned worker, aud_str der, const char *path)
{
    const aud_seen seen = {.kind = AUD_KIND_CERTIFICATE,
                           .der = der,
                           .where = {.path = aud_str_of(path), .line = 1, .use = AUD_USE_STORED}};

    assert_int_equal(aud_collector_add(r->collectors[worker], &seen, NULL), AUD_OK);
}

static void see_record(run *r, const char *id, const aud_fact *facts, size_t num, aud_str der)
{
    const aud_owner owner = {.name = AUD_LIT("web"),
                             .as_written = AUD_LIT("web"),
                             .place = AUD_LIT("i.json record 1"),
                             .origin = AUD_OWNER_INVENTORY};
    const aud_bag bag = {&aud_type_record, facts, num};
    const aud_seen seen = {
        .kind = der.len > 0 ? AUD_KIND_CERTIFICATE : AUD_KIND_RECORD,
        .der = der,
        .bag = &bag,
        .identity = der.len > 0 ? (aud_str){NULL, 0} : aud_str_of(id),
        .owners = &owner,
        .num_owners = 1,
        .environment = AUD_LIT("prod"),
        .where = {.path = AUD_LIT("i.json"), .record = aud_str_of(id), .use = AUD_USE_LISTED}};

    assert_int_equal(aud_collector_add(r->collectors[0], &seen, NULL), AUD_OK);
}

static size_t count(const run *r, aud_kind kind)
{
    size_t num = 0;

    for (size_t i = 0; i < r->num; i++) {
        num += r->subjects[i].kind == kind;
    }
    return num;
}

static aud_value fact(const run *r, size_t at, unsigned field)
{
    return r->subjects[at].facts.get(r->subjects[at].facts.self, field, &arena);
}

static aud_str hex_of(aud_str der, bool sha1)
{
    unsigned char digest[32];
    aud_str out;

    assert_int_equal(sha1 ? aud_sha1(der, digest, NULL) : aud_sha256(der, digest, NULL), AUD_OK);
    assert_int_equal(
        aud_hex_dup(&arena, (aud_str){(const char *)digest, sha1 ? 20 : 32}, &out, NULL), AUD_OK);
    return out;
}

static aud_str cert_text(aud_str der, unsigned field)
{
    aud_cert cert;
    aud_value value;

    assert_int_equal(aud_cert_read(der, &cert, NULL), AUD_OK);
    value = aud_cert_get(&cert, field, &arena);
    assert_int_equal(value.presence, AUD_PRESENT);
    return value.as.string;
}

static void test_a_certificate_is_one_wherever_it_is_seen(void **state)
{
    const aud_str der = der_of_fixture("fail_self_signed.pem");
    run r;

    (void)state;
    begin(&r);
    see_cert(&r, 0, der, "b.pem");
    see_cert(&r, 1, der, "a.pem");
    see_cert(&r, 1, der, "a.pem"); /* the same place twice is one sighting */
    see_cert(&r, 0, der_of_fixture("approved.pem"), "c.pem");
    finish(&r);
    assert_int_equal(count(&r, AUD_KIND_CERTIFICATE), 2);
    assert_int_equal(r.num, 3);
    for (size_t i = 0; i < 2; i++) {
        const bool leaf = r.subjects[i].num_sightings == 2;
        assert_true(leaf || r.subjects[i].num_sightings == 1);
        if (leaf) {
            assert_true(aud_str_eq(r.subjects[i].sightings[0].path, AUD_LIT("a.pem")));
        }
    }
    aud_population_freep(&r.population);
}

static void test_forgotten_sources_leave_nothing(void **state)
{
    const aud_str der = der_of_fixture("fail_self_signed.pem");
    run r;

    (void)state;
    begin(&r);
    see_cert(&r, 0, der, "b.pem");
    aud_collector_source(r.collectors[0], AUD_LIT("old"), AUD_LIT(""), AUD_PLACE_FOLDER);
    see_cert(&r, 0, der, "o.pem");
    see_cert(&r, 0, der_of_fixture("approved.pem"), "o.pem");
    aud_collector_forget(r.collectors[0], AUD_LIT("old"));
    finish(&r);
    assert_int_equal(r.num, 2);
    assert_int_equal(r.subjects[0].num_sightings, 1);
    assert_true(aud_str_eq(r.subjects[0].sightings[0].path, AUD_LIT("b.pem")));
    aud_population_freep(&r.population);
}

/* Which declared facts make a record a sighting of the certificate at hand. */
static void test_records_link(void **state)
{
    const aud_str leaf = der_of_fixture("fail_self_signed.pem");
    const aud_str serial = cert_text(leaf, AUD_F_certificate_serial);
    const aud_str issuer = cert_text(leaf, AUD_F_certificate_issuer);
    const aud_str none = AUD_LIT("");
    aud_str padded;
    const struct {
        const char *name;
        aud_str sha256, sha1, serial, issuer;
        bool links;
    } cases[] = {
        {"by SHA-256", hex_of(leaf, false), none, none, none, true},
        {"by SHA-1", none, hex_of(leaf, true), none, none, true},
        {"by issuer and serial", none, none, serial, issuer, true},
        {"never by serial alone", none, none, serial, none, false},
        {"not by a serial of another issuer", none, none, serial, AUD_LIT("CN=Another"), false},
        {"not by issuer alone", none, none, none, issuer, false},
        {"another SHA-256 is an answer, whatever the rest says",
         AUD_LIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
         hex_of(leaf, true), serial, issuer, false},
    };

    (void)state;
    assert_int_equal(aud_arena_printf(&arena, &padded, NULL, "00%.*s", AUD_ARG(serial)), AUD_OK);
    assert_true(aud_str_eq(aud_serial_digits(padded), aud_serial_digits(serial)));
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_fact facts[MAX_FACTS];
        size_t num = 0;
        run r;

        print_message("case: %s\n", cases[i].name);
        if (cases[i].issuer.len > 0) {
            facts[num++] = (aud_fact){AUD_F_record_issuer, aud_string(cases[i].issuer)};
        }
        if (cases[i].serial.len > 0) {
            facts[num++] = (aud_fact){AUD_F_record_serial, aud_string(cases[i].serial)};
        }
        if (cases[i].sha256.len > 0) {
            facts[num++] = (aud_fact){AUD_F_record_sha256, aud_string(cases[i].sha256)};
        }
        if (cases[i].sha1.len > 0) {
            facts[num++] = (aud_fact){AUD_F_record_sha1, aud_string(cases[i].sha1)};
        }
        begin(&r);
        see_cert(&r, 1, leaf, "a.pem");
        see_record(&r, "1", facts, num, none);
        finish(&r);
        assert_int_equal(count(&r, AUD_KIND_RECORD), cases[i].links ? 0 : 1);
        assert_int_equal(r.subjects[0].num_sightings, cases[i].links ? 2 : 1);
        assert_int_equal(r.subjects[0].num_owners, cases[i].links ? 1 : 0);
        aud_population_freep(&r.population);
    }
}

/* What the record declares arrives at the certificate, linked or brought along. */
static void test_declared_facts_arrive(void **state)
{
    const aud_str leaf = der_of_fixture("fail_self_signed.pem");
    const aud_value place = aud_string(AUD_LIT("lb1"));

    (void)state;
    for (int brought = 0; brought < 2; brought++) {
        const aud_fact facts[] = {
            {AUD_F_record_serial, aud_string(AUD_LIT("1234"))},
            {AUD_F_record_sha256, aud_string(hex_of(leaf, false))},
            {AUD_F_record_not_after, aud_time(0)},
            {AUD_F_record_locations, aud_list_of(&place, 1)},
            {AUD_F_record_renewal_method, aud_string(AUD_LIT("acme"))},
        };
        const aud_str none = {NULL, 0};
        bool declared = false;
        aud_value sightings, contradictions;
        run r;

        begin(&r);
        if (!brought) {
            see_cert(&r, 1, leaf, "a.pem");
        }
        see_record(&r, "1", facts, AUD_COUNT(facts), brought ? leaf : none);
        finish(&r);
        assert_int_equal(r.num, 2);
        assert_int_equal(r.subjects[0].kind, AUD_KIND_CERTIFICATE);
        assert_int_equal(r.subjects[0].num_owners, 1);
        assert_true(aud_str_eq(r.subjects[0].owners[0].place, AUD_LIT("i.json record 1")));
        assert_true(
            aud_str_eq(fact(&r, 0, AUD_F_certificate_environment).as.string, AUD_LIT("prod")));
        sightings = fact(&r, 0, AUD_F_certificate_sightings);
        for (size_t i = 0; i < sightings.as.list.len; i++) {
            const aud_object s = sightings.as.list.items[i].as.object;
            const aud_value record = s.get(s.self, AUD_F_sighting_declared, &arena);
            aud_value way;
            if (record.presence != AUD_PRESENT) {
                assert_int_equal(record.presence, AUD_ABSENT);
                continue;
            }
            way = record.as.object.get(record.as.object.self, AUD_F_record_renewal_method, &arena);
            assert_true(aud_str_eq(way.as.string, AUD_LIT("acme")));
            declared = true;
        }
        assert_true(declared);
        contradictions = fact(&r, 0, AUD_F_certificate_contradictions);
        assert_int_equal(contradictions.as.list.len, 2);
        assert_true(aud_str_eq(contradictions.as.list.items[0].as.string, AUD_LIT("serial")));
        assert_true(aud_str_eq(contradictions.as.list.items[1].as.string, AUD_LIT("not_after")));
        aud_population_freep(&r.population);
    }
}

static void test_agreement_contradicts_nothing(void **state)
{
    const aud_str leaf = der_of_fixture("fail_self_signed.pem");
    aud_cert cert;
    run r;

    (void)state;
    assert_int_equal(aud_cert_read(leaf, &cert, NULL), AUD_OK);
    {
        const int64_t end = aud_cert_get(&cert, AUD_F_certificate_not_after, &arena).as.number;
        const aud_fact facts[] = {
            {AUD_F_record_serial, aud_string(cert_text(leaf, AUD_F_certificate_serial))},
            {AUD_F_record_not_after, aud_time(end - end % 86400)}, /* the day alone */
            {AUD_F_record_key, aud_cert_get(&cert, AUD_F_certificate_key, &arena)},
        };

        begin(&r);
        see_record(&r, "1", facts, AUD_COUNT(facts), leaf);
        finish(&r);
        assert_int_equal(fact(&r, 0, AUD_F_certificate_contradictions).as.list.len, 0);
        aud_population_freep(&r.population);
    }
}

/* A key is called by what it is, whose and where; never by its digest. */
static void test_labels_of_private_keys(void **state)
{
    const aud_str leaf = der_of_fixture("fail_self_signed.pem");
    aud_cert cert;

    (void)state;
    assert_int_equal(aud_cert_read(leaf, &cert, NULL), AUD_OK);
    for (int known = 0; known < 3; known++) {
        const aud_value own = aud_cert_get(&cert, AUD_F_certificate_key, &arena);
        const aud_str spki =
            own.as.object.get(own.as.object.self, AUD_F_key_spki_sha256, &arena).as.string;
        const aud_fact key_facts[] = {{AUD_F_key_algorithm, aud_string(AUD_LIT("RSA"))},
                                      {AUD_F_key_bits, aud_int(2048)},
                                      {AUD_F_key_spki_sha256, aud_string(spki)}};
        const aud_bag key = {&aud_type_key, key_facts, AUD_COUNT(key_facts)};
        const aud_fact facts[] = {
            {AUD_F_private_key_encrypted, aud_bool(known == 0)},
            {AUD_F_private_key_key, aud_object_of(&aud_type_key, aud_bag_get, &key)}};
        const aud_bag bag = {&aud_type_private_key, facts, known == 0 ? 1 : 2};
        const aud_seen seen = {.kind = AUD_KIND_PRIVATE_KEY,
                               .bag = &bag,
                               .identity = AUD_LIT("0123"),
                               .where = {.path = AUD_LIT("tls/a.key"), .line = 3}};
        aud_str label;
        run r;

        begin(&r);
        assert_int_equal(aud_collector_add(r.collectors[0], &seen, NULL), AUD_OK);
        if (known == 2) {
            see_cert(&r, 1, leaf, "a.pem");
        }
        finish(&r);
        label = r.subjects[r.num - 2].label;
        if (known == 0) {
            assert_true(aud_str_eq(label, AUD_LIT("encrypted private key in tls/a.key:3")));
        } else if (known == 1) {
            assert_true(aud_str_eq(label, AUD_LIT("RSA 2048-bit private key in tls/a.key:3")));
        } else {
            assert_true(aud_str_starts(label, AUD_LIT("RSA 2048-bit private key of ")));
            assert_true(aud_str_has(label, r.subjects[0].label));
        }
        aud_population_freep(&r.population);
    }
}

static int open_arena(void **state)
{
    (void)state;
    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    aud_arena_clear(&arena);
    return 0;
}

static void test_names_in_every_spelling(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"CN=CA,O=Org,C=US", "C=US, O=Org, CN=CA", true},
        {"CN=CA,O=Org,C=US", "/C=US/O=Org/CN=CA", true},
        {"CN=CA,O=Org\\, Inc.,C=US", "CN = CA, O = \"Org, Inc.\", C = US", true},
        {"CN=CA,ST=Nevada", "S=Nevada, CN=ca", true},
        {"CN=CA,OU=a,OU=b", "CN=CA,OU=b,OU=a", false},
        {"CN=CA,O=Org", "CN=CA", false},
        {"CN=CA", "CN=CA 2", false},
        {"CA", "CA", false},
        {"", "", false},
        {"CN=a,,C=b", "C=b,,CN=a", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].a);
        assert_int_equal(aud_same_name(aud_str_of(cases[i].a), aud_str_of(cases[i].b)),
                         cases[i].same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_in_every_spelling),
        cmocka_unit_test(test_a_certificate_is_one_wherever_it_is_seen),
        cmocka_unit_test(test_forgotten_sources_leave_nothing),
        cmocka_unit_test(test_records_link),
        cmocka_unit_test(test_declared_facts_arrive),
        cmocka_unit_test(test_agreement_contradicts_nothing),
        cmocka_unit_test(test_labels_of_private_keys),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
