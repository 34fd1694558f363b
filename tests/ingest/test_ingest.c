/* tests/ingest/test_ingest.c - which reader takes a file, and what becomes of its failure. */
#include "tests/ingest/dump.h"

static void test_formats_are_found_by_name(void **state)
{
    size_t num = 0;
    const aud_adapter *const *all = aud_adapter_all(&num);

    AUD_UNUSED(state);
    assert_true(num >= 4);
    for (size_t i = 0; i < num; i++) {
        assert_ptr_equal(aud_adapter_find(aud_str_of(all[i]->name)), all[i]);
        assert_true(all[i]->max_bytes > 0);
        assert_true(strlen(all[i]->spec) > 0);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(all[i]->name, all[k]->name);
        }
    }
    assert_null(aud_adapter_find(AUD_LIT("")));
    assert_null(aud_adapter_find(AUD_LIT("sslscan")));
}

static void test_an_unknown_format_names_the_nearest(void **state)
{
    aud_reader_scratch scratch;
    aud_input input;
    aud_outcome outcome;
    aud_error err = {0};
    dump d;

    AUD_UNUSED(state);
    dump_begin(&d);
    aud_arena_init(&scratch.arena, AUD_ARENA_NO_MAX);
    aud_input_of(&input, AUD_LIT("s"), AUD_LIT("p"), AUD_LIT("x"));
    assert_int_equal(
        aud_ingest(&input, AUD_LIT("sslscan_xlm"), NULL, &scratch, &d.sink, &outcome, &err),
        AUD_E_USAGE);
    assert_non_null(strstr(err.message, "'sslscan_xml'"));
    aud_arena_clear(&scratch.arena);
    dump_end(&d);
    dump_clear(&d);
}

/* Closed files: their kind of gap, and whether what lies open in them is still found. */
static void test_opaque_files(void **state)
{
    static const struct {
        aud_str text;
        int kind; /* -1: open */
    } cases[] = {
        {AUD_LIT_INIT("\0GITCRYPT\0\1\2"), AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("$ANSIBLE_VAULT;1.1;AES256\n31\n"), AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("age-encryption.org/v1\n"), AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("-----BEGIN AGE ENCRYPTED FILE-----\n"), AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("-----BEGIN PGP MESSAGE-----\n"), AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"),
         AUD_GAP_LFS},
        {AUD_LIT_INIT("a: ENC[AES256_GCM,data:x]\nsops:\n  mac: x\n  lastmodified: y\n"),
         AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("{\"data\":\"ENC[AES256_GCM,x]\",\"sops\":{\"mac\":1,\"lastmodified\":2}}"),
         AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("a=ENC[AES256_GCM,x]\nsops_mac=1\nsops_lastmodified=2\n"), AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("a=ENC[AES256_GCM,x]\n[sops]\nmac=1\nlastmodified=2\n"), AUD_GAP_ENCRYPTED},
        {AUD_LIT_INIT("see sops: mac, lastmodified, ENC[AES256_GCM, and so on"), -1},
        {AUD_LIT_INIT("version https://git-lfs.github.com/spec/v1\n"), -1},
        {AUD_LIT_INIT("GITCRYPT"), -1},
        {AUD_LIT_INIT(""), -1},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        dump d;

        dump_of(&d, "f", cases[i].text, "", NULL);
        assert_int_equal(d.num_gaps, cases[i].kind >= 0);
        if (cases[i].kind >= 0) {
            assert_int_equal(d.gaps[cases[i].kind], 1);
        }
        assert_int_equal(d.outcome,
                         cases[i].kind >= 0 ? AUD_OUTCOME_NOT_JUDGED : AUD_OUTCOME_NOTHING);
        dump_clear(&d);
    }
}

/* The mark of sops is often the last key of a long file. */
static void test_a_long_sops_file_is_closed(void **state)
{
    aud_buf text;
    dump d;

    AUD_UNUSED(state);
    aud_buf_init(&text, SIZE_MAX / 2);
    for (int i = 0; i < 20000; i++) {
        assert_int_equal(aud_buf_printf(&text, NULL, "key_%d: value\n", i), AUD_OK);
    }
    assert_int_equal(aud_buf_add(&text,
                                 AUD_LIT("secret: ENC[AES256_GCM,data:x]\nsops:\n  mac: x\n"
                                         "  lastmodified: y\n"),
                                 NULL),
                     AUD_OK);
    dump_of(&d, "values.yaml", aud_buf_str(&text), "", NULL);
    assert_int_equal(d.gaps[AUD_GAP_ENCRYPTED], 1);
    dump_clear(&d);
    aud_buf_clear(&text);
}

/* A reader's failure is the file's; the sink's failure ends the run. */
static void test_failures(void **state)
{
    dump d;

    AUD_UNUSED(state);
    dump_of(&d, "s.xml", AUD_LIT("<document title=\"SSLScan Results\"><x></document>"), "", NULL);
    assert_int_equal(d.outcome, AUD_OUTCOME_NOT_JUDGED);
    dump_clear(&d);
    check_refusing_sink("f", AUD_LIT("$ANSIBLE_VAULT;1.1;AES256\n"), "", NULL);
    check_refusing_sink("s.xml", AUD_LIT("<document title=\"SSLScan Results\"></document>"), "",
                        NULL);
}

static aud_status lying_next(aud_input *input, aud_str *out_chunk, aud_error *err)
{
    AUD_UNUSED(input);
    AUD_UNUSED(out_chunk);
    return aud_fail(err, AUD_E_IO, "the disk is gone");
}

static aud_status lying_rewind(aud_input *input, aud_error *err)
{
    AUD_UNUSED(input);
    AUD_UNUSED(err);
    return AUD_OK;
}

/* What the system refuses is a gap of that file, not the end of the run. */
static void test_a_file_that_cannot_be_read(void **state)
{
    static const char *const heads[] = {"{\"schema\":\"certaudit/inventory/1\"}",
                                        "subject,issuer,not_after\n",
                                        "<document title=\"SSLScan Results\">"};

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(heads); i++) {
        aud_reader_scratch scratch;
        aud_input input;
        aud_outcome outcome;
        dump d;

        dump_begin(&d);
        aud_arena_init(&scratch.arena, AUD_ARENA_NO_MAX);
        aud_input_of(&input, AUD_LIT("s"), AUD_LIT("p"), aud_str_of(heads[i]));
        input.next = lying_next;
        input.rewind = lying_rewind;
        assert_int_equal(aud_ingest(&input, AUD_LIT(""), NULL, &scratch, &d.sink, &outcome, NULL),
                         AUD_OK);
        assert_int_equal(outcome, AUD_OUTCOME_NOT_JUDGED);
        assert_int_equal(d.gaps[AUD_GAP_UNREADABLE], 1);
        aud_arena_clear(&scratch.arena);
        dump_end(&d);
        dump_clear(&d);
    }
}

/* Over the limit: a gap for what is claimed, and nothing is read of it. */
static void test_too_long(void **state)
{
    aud_reader_scratch scratch;
    aud_input input;
    aud_outcome outcome;
    dump d;

    AUD_UNUSED(state);
    dump_begin(&d);
    aud_arena_init(&scratch.arena, AUD_ARENA_NO_MAX);
    aud_input_of(&input, AUD_LIT("s"), AUD_LIT("p"),
                 AUD_LIT("<document title=\"SSLScan Results\">"));
    input.size = aud_adapter_sslscan_xml.max_bytes + 1;
    input.next = lying_next;
    assert_int_equal(aud_ingest(&input, AUD_LIT(""), NULL, &scratch, &d.sink, &outcome, NULL),
                     AUD_OK);
    assert_int_equal(d.gaps[AUD_GAP_LIMIT], 1);
    aud_arena_clear(&scratch.arena);
    dump_end(&d);
    dump_clear(&d);
}

/* --- real documents --------------------------------------------------------------------------- */

/* Whose samples a folder holds, by what their names end in. */
static const struct {
    const char *folder, *suffix, *adapter;
} owned[] = {
    {"/sslscan-xml/", ".xml", "sslscan_xml"},    {"/nmap-xml/", ".xml", "nmap_xml"},
    {"/testssl/", ".json", "testssl_json"},      {"/testssl/", ".csv", "testssl_csv"},
    {"/s_client-text/", ".txt", "s_client"},     {"/sslyze-json/", ".json", "sslyze_json"},
    {"/tlsx-jsonl/", ".json", "tlsx_json"},      {"/tlsx-jsonl/", ".jsonl", "tlsx_json"},
    {"/zgrab2-jsonl/", "-nodata.jsonl", ""}, /* a list of targets, as far as anybody can tell */
    {"/zgrab2-jsonl/", ".jsonl", "zgrab2_json"}, {"/zgrab2-jsonl/", ".json", "zgrab2_json"},
};

/* Which format of snapshots.def a folder may hold; test_snapshots.c says which file is which. */
static const struct {
    const char *folder, *adapter;
} snapshots[] = {
    {"/acme-sh/", "acme_sh"},
    {"/aws-acm/", "aws_acm"},
    {"/aws-elb-iam/", "aws_iam"},
    {"/azure-keyvault/", "azure_key_vault"},
    {"/ca-portals/", "digicert"},
    {"/cbom/", "cyclonedx"},
    {"/cert-containers/k8s-", "kubernetes"},
    {"/cert-manager/", "kubernetes"},
    {"/config-nginx/", "nginx"}, /* not every file of a server is one that can be told */
    {"/config-templates/", "nginx"},
    {"/config-apache/", "httpd"},
    {"/config-templates/", "httpd"},
    {"/config-haproxy/", "haproxy"},
    {"/certbot/", "certbot"},
    {"/citrix-adc/", "citrix_adc"},
    {"/ct-logs/", "certspotter"},
    {"/ct-logs/", "crtsh"},
    {"/ejbca/", "ejbca"},
    {"/f5-bigip/icontrol-ssl-cert", "f5_bigip"},
    {"/gcp/certificatemanager", "gcp_certificate_manager"},
    {"/gcp/cloudsql", "gcp_cloud_sql"},
    {"/gcp/compute", "gcp_compute"},
    {"/gcp/handmade-gcloud-certificate", "gcp_certificate_manager"},
    {"/keyfactor/", "keyfactor"},
    {"/kubernetes/", "kubernetes"},
    {"/ownership/backstage", "kubernetes"}, /* an object of the same form */
    {"/terraform/", "terraform_state"},
    {"/vault-pki/", "vault_pki"},
    {"/venafi/cloud", "venafi_cloud"},
    {"/venafi/tpp", "venafi_tpp"},
};

/* Everybody's own; other tables may be inventories. */
static bool fits(const char *path, const char *bidder)
{
    const bool table = strstr(path, ".csv") || strstr(path, ".tsv");

    for (size_t i = 0; i < AUD_COUNT(owned); i++) {
        if (strstr(path, owned[i].folder) &&
            aud_str_ends(aud_str_of(path), aud_str_of(owned[i].suffix))) {
            return strcmp(bidder, owned[i].adapter) == 0;
        }
    }
    for (size_t i = 0; i < AUD_COUNT(snapshots); i++) {
        if (strstr(path, snapshots[i].folder) && strcmp(bidder, snapshots[i].adapter) == 0) {
            return true;
        }
    }
    return bidder[0] == '\0' || (table && strcmp(bidder, "inventory_csv") == 0);
}

static void sniff_sample(void *ctx, const char *path)
{
    size_t num = 0, bids = 0;
    const aud_adapter *const *all = aud_adapter_all(&num);
    const char *bidder = "";
    aud_buf bytes;

    AUD_UNUSED(ctx);
    aud_test_read(path, &bytes);
    for (size_t i = 0; i < num; i++) {
        if (all[i]->structured &&
            all[i]->sniff(aud_str_sub(aud_buf_str(&bytes), 0, (size_t)64 << 10)) > 0) {
            bids++;
            bidder = all[i]->name;
        }
    }
    aud_buf_clear(&bytes);
    if (bids > 1) {
        fail_msg("%s has several bids", path);
    }
    if (!fits(path, bidder)) {
        fail_msg("%s is taken for '%s'", path, bidder);
    }
}

/* Nobody claims what is somebody else's, and no two claim the same. */
static void test_no_sample_is_claimed_wrongly(void **state)
{
    const char *folder = aud_test_sample("samples");
    char copy[4096];

    AUD_UNUSED(state);
    if (!folder) {
        print_message("no samples beside the project: skipped\n");
        skip();
    }
    (void)snprintf(copy, sizeof(copy), "%s", folder);
    assert_true(aud_test_walk(copy, sniff_sample, NULL) > 100);
}

static void read_sample(void *ctx, const char *path)
{
    aud_buf bytes;
    dump d;

    AUD_UNUSED(ctx);
    aud_test_read(path, &bytes);
    dump_of(&d, "sample", aud_buf_str(&bytes), "", NULL);
    dump_clear(&d);
    aud_buf_clear(&bytes);
}

/* Whatever it is, it is read to its end. */
static void test_every_sample_is_read(void **state)
{
    const char *folder = aud_test_sample("samples");
    char copy[4096];

    AUD_UNUSED(state);
    if (!folder) {
        print_message("no samples beside the project: skipped\n");
        skip();
    }
    (void)snprintf(copy, sizeof(copy), "%s", folder);
    assert_true(aud_test_walk(copy, read_sample, NULL) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_are_found_by_name),
        cmocka_unit_test(test_an_unknown_format_names_the_nearest),
        cmocka_unit_test(test_opaque_files),
        cmocka_unit_test(test_a_long_sops_file_is_closed),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_a_file_that_cannot_be_read),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_no_sample_is_claimed_wrongly),
        cmocka_unit_test(test_every_sample_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
