/* tests/ingest/test_inventory_json.c - the native snapshot as JSON and JSON lines. */
#include "tests/ingest/dump.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("inventory_json", NULL);
}

static const char snapshot[] =
    "{\"schema\":\"certaudit/inventory/1\",\"taken_at\":\"2026-01-01T00:00:00Z\",\"records\":["
    "{\"id\":\"a\",\"subject\":\"CN=a\",\"sans\":[\"a.example.org\"],\"owners\":[\"t\"],"
    "\"key_algorithm\":\"RSA\",\"key_size\":2048,\"not_after\":\"2026-02-01\",\"status\":\"x\"},"
    "{\"id\":\"b\",\"subject\":\"CN=b\",\"not_after\":\"bad\"}]}\n";

static void test_no_memory(void **state)
{
    AUD_UNUSED(state);
    check_no_memory("i.json", AUD_LIT(snapshot), "", NULL);
}

static void test_refusing_sink(void **state)
{
    AUD_UNUSED(state);
    check_refusing_sink("i.json", AUD_LIT(snapshot), "", NULL);
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"{\"schema\":\"certaudit/inventory/1\"}", true},
        {" \n {\"schema\" : \"certaudit/inventory/7\"}", true},
        {"\xef\xbb\xbf{\"schema\":\"certaudit/inventory/1\"}", true},
        {"{\"id\":\"a\",\"issuer\":\"b\",\"not_after\":\"c\"}\n", true},
        {"{\"id\" : \"a\", \"issuer\" : \"b\", \"not_after\" : \"c\"}", true},
        {"{\"id\":\"a\",\"issuer\":\"b\",\"not_after\":\"c\",\"x\":{\"sha256\":1}}\n", true},
        {"", false},
        {"{", false},
        {"{}", false},
        {"[]", false},
        {"{\"id\":\"a\",\"name\":\"b\",\"status\":\"c\",\"owner\":\"d\"}\n", false},
        {"{\"id\":\"a\",\"issuer\":\"b\",\"not_after\":\"c\"", false},
        {"{\"id\":\"a\",\"issuer\":\"b\",\"not_after\":\"c\"} trailing\n", false},
        {"{\"x\":{\"id\":\"a\",\"issuer\":\"b\",\"not_after\":\"c\"}}\n", false},
        {"{\"timestamp\":1,\"host\":1,\"ip\":1,\"port\":1,\"not_before\":1,\"not_after\":1,"
         "\"serial\":1,\"tls_version\":1}\n",
         false},
        {"{\"id\":\"\\\",\"issuer\":\"b\",\"not_after\":\"c\"}\n", false},
        {"{\"id", false},
        {"{\"id\\", false},
        {"-----BEGIN CERTIFICATE-----\n", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_str text = aud_str_of(cases[i].text);
        if ((aud_adapter_inventory_json.sniff(text) > 0) != cases[i].ours) {
            fail_msg("'%s'", cases[i].text);
        }
    }
}

static void test_insisted(void **state)
{
    dump d;

    AUD_UNUSED(state);
    /* a bare array is read if one insists; by itself it is nobody's */
    dump_of(&d, "a.json", AUD_LIT("[{\"id\":\"a\",\"subject\":\"CN=a\"}]"), "inventory_json", NULL);
    assert_int_equal(d.subjects[AUD_KIND_RECORD], 1);
    assert_int_equal(d.num_gaps, 0);
    dump_clear(&d);
    /* an empty file is no empty inventory */
    dump_of(&d, "a.json", AUD_LIT(""), "inventory_json", NULL);
    assert_int_equal(d.outcome, AUD_OUTCOME_NOT_JUDGED);
    dump_clear(&d);
    dump_of(&d, "a.json", AUD_LIT("\n \n"), "inventory_json", NULL);
    assert_int_equal(d.outcome, AUD_OUTCOME_NOT_JUDGED);
    dump_clear(&d);
    /* but this is */
    dump_of(&d, "a.json", AUD_LIT("{\"schema\":\"certaudit/inventory/1\",\"records\":[]}"), "",
            NULL);
    assert_int_equal(d.outcome, AUD_OUTCOME_NOTHING);
    dump_clear(&d);
    dump_of(&d, "a.json", AUD_LIT("id,subject\n"), "inventory_json", NULL);
    assert_int_equal(d.outcome, AUD_OUTCOME_NOT_JUDGED);
    assert_int_equal(d.gaps[AUD_GAP_BROKEN], 1);
    dump_clear(&d);
}

/* A million bad values are a thousand gaps and a number. */
static void test_many_gaps(void **state)
{
    aud_buf text;
    dump d;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    assert_int_equal(aud_buf_add(&text, AUD_LIT("{\"schema\":\"certaudit/inventory/1\"}\n"), NULL),
                     AUD_OK);
    for (int i = 0; i < 1500; i++) {
        assert_int_equal(aud_buf_printf(&text, NULL, "{\"id\":\"%d\",\"not_after\":\"x\"}\n", i),
                         AUD_OK);
    }
    dump_of(&d, "a.jsonl", aud_buf_str(&text), "", NULL);
    assert_int_equal(d.subjects[AUD_KIND_RECORD], 1500);
    assert_int_equal(d.num_gaps, 1001);
    assert_dump_has(&d, "and 500 more");
    dump_clear(&d);
    aud_buf_clear(&text);
}

static void test_hostile(void **state)
{
    static const char *const texts[] = {
        "{\"schema\":\"certaudit/inventory/1\",\"records\":[{\"id\":\"\xff\"}]}",
        "{\"schema\":\"certaudit/inventory/1\",\"records\":[{\"id\":\"a\",\"id\":\"b\"}]}",
        "{\"schema\":\"certaudit/inventory/1\",\"records\":[{\"id\":\"a\",}]}",
        "{\"schema\":\"certaudit/inventory/1\",\"records\":[{\"id\":1e999,\"x\":\"\\ud800\"}]}",
        "{\"schema\":\"certaudit/inventory/1\",\"records\":[null,{\"id\":\"a\"}",
        "{\"schema\":1,\"records\":[{\"id\":\"a\"}]}",
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        dump d;
        dump_of(&d, "a.json", aud_str_of(texts[i]), "inventory_json", NULL);
        if (d.num_gaps == 0) {
            fail_msg("no gap in '%s'", texts[i]);
        }
        dump_clear(&d);
    }
}

static void test_deep_nesting_is_a_gap(void **state)
{
    aud_buf text;
    dump d;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    assert_int_equal(
        aud_buf_add(&text, AUD_LIT("{\"schema\":\"certaudit/inventory/1\",\"records\":[{\"x\":"),
                    NULL),
        AUD_OK);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(aud_buf_add(&text, AUD_LIT("["), NULL), AUD_OK);
    }
    dump_of(&d, "a.json", aud_buf_str(&text), "", NULL);
    assert_int_equal(d.gaps[AUD_GAP_LIMIT], 1);
    assert_int_equal(d.num_subjects, 0);
    dump_clear(&d);
    aud_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_bids),     cmocka_unit_test(test_refusing_sink),
        cmocka_unit_test(test_insisted), cmocka_unit_test(test_many_gaps),
        cmocka_unit_test(test_hostile),  cmocka_unit_test(test_deep_nesting_is_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
