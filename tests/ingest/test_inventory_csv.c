/* tests/ingest/test_inventory_csv.c - inventories as separated values. */
#include "tests/ingest/dump.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("inventory_csv", NULL);
}

static const char table[] = "id,subject,issuer,not_after,owner\n"
                            "1,CN=a,CN=ca,2026-02-01,team\n"
                            "2,CN=b,CN=ca,bad,team\n";

static void test_no_memory(void **state)
{
    AUD_UNUSED(state);
    check_no_memory("i.csv", AUD_LIT(table), "", NULL);
}

static void test_refusing_sink(void **state)
{
    AUD_UNUSED(state);
    check_refusing_sink("i.csv", AUD_LIT(table), "", NULL);
}

static void test_bids(void **state)
{
    static const struct {
        const char *text;
        bool ours;
    } cases[] = {
        {"subject,issuer,not_after\n", true},
        {"Common Name;Issuer;Expires\r\n", true},
        {"\"CN\"\t\"Valid To\"\t\"Issuer\"", true},
        {"sha256,not_after,owner\n", true},
        {"", false},
        {"\n", false},
        {"subject\n", false},
        {"name,email\n", false},
        {"Serial Number,Product,Expires\n", false}, /* licences */
        {"name,sha256\n", false},                   /* a list of downloads */
        {"not_after,issuer\n", false},              /* of what? */
        {"issuer, not after: all of these are words, and so is subject\n", false},
        {"{\"subject\":1,\"issuer\":2,\"not_after\":3}\n", false},
        {"-----BEGIN CERTIFICATE-----\n", false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        if ((aud_adapter_inventory_csv.sniff(aud_str_of(cases[i].text)) > 0) != cases[i].ours) {
            fail_msg("'%s'", cases[i].text);
        }
    }
    assert_int_equal(aud_adapter_inventory_csv.sniff((aud_str){"\0subject,issuer,not_after", 25}),
                     0);
}

/* The mapping wins over what a header is known to mean. */
static void test_mapping(void **state)
{
    static const aud_mapping mapping[] = {
        {AUD_LIT_INIT("Hostname"), AUD_LIT_INIT("name")},
        {AUD_LIT_INIT("Ablaufdatum"), AUD_LIT_INIT("not_after")},
        {AUD_LIT_INIT("Owner"), AUD_LIT_INIT("environment")},
    };
    static const aud_mapping wrong[] = {
        {AUD_LIT_INIT("Hostname"), AUD_LIT_INIT("hostname")},
    };
    const aud_str text =
        AUD_LIT("Hostname,Ablaufdatum,Owner,Issuer\nwww.example.org,2026-02-01,prod,CN=ca\n");
    aud_read_options options = {.mapping = mapping, .num_mapping = AUD_COUNT(mapping)};
    dump d;

    AUD_UNUSED(state);
    dump_of(&d, "a.csv", text, "inventory_csv", &options);
    assert_int_equal(d.subjects[AUD_KIND_RECORD], 1);
    assert_int_equal(d.num_gaps, 0);
    assert_dump_has(&d, "\"subject\": \"www.example.org\"");
    assert_dump_has(&d, "\"not_after\": \"2026-02-01T00:00:00Z\"");
    assert_dump_has(&d, "\"environment\": \"prod\"");
    assert_false(dump_has(&d, "\"owners\""));
    dump_clear(&d);

    /* a field that does not exist is the configuration's fault, not the file's */
    options.mapping = wrong;
    options.num_mapping = 1;
    dump_begin(&d);
    assert_int_equal(dump_read(&d, "a.csv", text, SIZE_MAX, "inventory_csv", &options),
                     AUD_E_USAGE);
    dump_end(&d);
    dump_clear(&d);

    /* a mapped column that the header lacks tells nothing: the file is not judged */
    options.mapping = mapping;
    options.num_mapping = AUD_COUNT(mapping);
    dump_of(&d, "a.csv", AUD_LIT("Hostname,Owner,Issuer\nwww.example.org,prod,CN=ca\n"),
            "inventory_csv", &options);
    assert_int_equal(d.num_gaps, 1);
    assert_int_equal(d.outcome, AUD_OUTCOME_NOT_JUDGED);
    dump_clear(&d);
}

static void test_refusals(void **state)
{
    static const char *const texts[] = {
        "",                                         /* nothing */
        "owner,not_after,issuer\na,2026-01-01,b\n", /* nothing that names a certificate */
        "subject,issuer\nCN=a,CN=ca,more\n",        /* cells without a header */
        "subject,issuer\n\"CN=a,CN=ca\nCN=b,CN=ca", /* a quote that never closes */
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        dump d;
        dump_of(&d, "a.csv", aud_str_of(texts[i]), "inventory_csv", NULL);
        assert_int_equal(d.num_gaps, 1);
        assert_int_equal(d.outcome, AUD_OUTCOME_NOT_JUDGED);
        dump_clear(&d);
    }
}

/* --- real documents --------------------------------------------------------------------------- */

static bool read_sample(dump *d, const char *sample, const char *format)
{
    const char *path = aud_test_sample(sample);
    aud_buf bytes;

    if (!path) {
        print_message("%s is not beside the project: skipped\n", sample);
        return false;
    }
    aud_test_read(path, &bytes);
    dump_of(d, "sample.csv", aud_buf_str(&bytes), format, NULL);
    aud_buf_clear(&bytes);
    return true;
}

static void test_servicenow(void **state)
{
    dump d;

    AUD_UNUSED(state);
    if (!read_sample(&d, "samples/csv-inventories/handmade-servicenow-bulk-certificate-upload.csv",
                     "")) {
        skip();
    }
    assert_int_equal(d.subjects[AUD_KIND_RECORD], 5);
    assert_int_equal(d.num_gaps, 0);
    assert_dump_has(&d, "\"not_after\": \"2027-02-21T08:36:41Z\"");
    assert_dump_has(&d, "cf4a4966029b7e84b2ee8c8f7a060b1cafcbc81f3af45e8bc6e31282025508af");
    assert_dump_has(&d, "\"serial\": \"1466f3804eb4e9f7953f6b3b883cd42cca75036c\"");
    assert_dump_has(&d, "\"127.0.0.1\"");
    assert_dump_has(&d, "\"is_ca\": true");
    dump_clear(&d);
}

static void test_spreadsheet(void **state)
{
    dump d;

    AUD_UNUSED(state);
    if (!read_sample(&d, "samples/csv-inventories/handmade-spreadsheet-owner-columns.csv", "")) {
        skip();
    }
    assert_int_equal(d.subjects[AUD_KIND_RECORD], 4);
    /* "07/12/2026", "06/01/2026", "11 Jun 2027" */
    assert_int_equal(d.num_gaps, 3);
    assert_int_equal(d.gaps[AUD_GAP_BROKEN], 3);
    assert_dump_has(&d, "\"as_written\": \"Ada Lovelace\"");
    assert_dump_has(&d, "\"as_written\": \"tbd\"");
    assert_dump_has(&d, "\"as_written\": \"?\"");
    dump_clear(&d);
}

static void test_ccadb(void **state)
{
    dump d;

    AUD_UNUSED(state);
    if (!read_sample(&d, "samples/csv-inventories/ccadb-IncludedCACertificateReportPEM.csv", "")) {
        skip();
    }
    assert_true(d.subjects[AUD_KIND_CERTIFICATE] > 0); /* the PEM in the cell */
    assert_int_equal(d.gaps[AUD_GAP_BROKEN], 0);       /* 2015.06.04 */
    assert_dump_has(&d, "\"not_before\": \"2015-06-04T00:00:00Z\"");
    dump_clear(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),   cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_bids),       cmocka_unit_test(test_refusing_sink),
        cmocka_unit_test(test_mapping),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_servicenow), cmocka_unit_test(test_spreadsheet),
        cmocka_unit_test(test_ccadb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
