/* tests/ingest/test_acme_sh.c - configurations of domains with their tree, lists, real ones. */
#include "tests/ingest/tree.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("acme_sh", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("acme_sh", "list.in", NULL);
}

static void test_insisted(void **state)
{
    static const char *const texts[] = {"", "no", "[]", "\xff\xfe\x01", "Certificate Name"};

    AUD_UNUSED(state);
    check_insisted("acme_sh", texts, AUD_COUNT(texts));
}

/* The certificate inside a fixture of those who read certificates. */
static aud_str leaf_of(aud_buf *buf)
{
    aud_test_read(aud_test_source("fixtures/ingest/certificates/leaf.in"), buf);
    return aud_buf_str(buf);
}

static void test_tree(void **state)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf = {0};
    const tree_file file = {"*.example.org.cer", leaf_of(&buf)};
    dump d;

    AUD_UNUSED(state);
    dump_tree(&d, "*.example.org_ecc/*.example.org.conf",
              "Le_Domain='*.example.org'\nLe_Alt='no'\nLe_API='x'\nLe_Keylength='ec-256'\n", &file,
              1);
    assert_int_equal(d.subjects[AUD_KIND_CERTIFICATE], 1);
    assert_int_equal(d.num_gaps, 0);
    assert_dump_has(&d, "acme.sh:test:*.example.org_ecc");
    dump_clear(&d);
}

static void test_samples(void **state)
{
    static const char *const has[] = {"\"*.dev.example.com\"", "\"dev.example.com\"",
                                      "\"bits\": 384", "\"identity\": \"cloud.example.com\""};

    AUD_UNUSED(state);
    check_document("samples/acme-sh/acme-list.txt", 3, 0, has, AUD_COUNT(has));
    check_document("samples/acme-sh/acme-listraw.txt", 3, 0, has, AUD_COUNT(has));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures), cmocka_unit_test(test_failing),
        cmocka_unit_test(test_insisted), cmocka_unit_test(test_tree),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
