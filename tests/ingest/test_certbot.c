/* tests/ingest/test_certbot.c - renewal configurations with their tree, listings, real ones. */
#include "tests/ingest/tree.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("certbot", NULL);
}

static void test_failing(void **state)
{
    AUD_UNUSED(state);
    check_failing("certbot", "listing.in", NULL);
}

static void test_insisted(void **state)
{
    static const char *const texts[] = {"", "no", "[]", "\xff\xfe\x01", "Certificate Name"};

    AUD_UNUSED(state);
    check_insisted("certbot", texts, AUD_COUNT(texts));
}

/* The certificate inside a fixture of those who read certificates. */
static aud_str leaf_of(aud_buf *buf)
{
    aud_test_read(aud_test_source("fixtures/ingest/certificates/leaf.in"), buf);
    return aud_buf_str(buf);
}

static const char conf[] = "version = 2.1.0\narchive_dir = /etc/letsencrypt/archive/web\n"
                           "cert = /etc/letsencrypt/live/web/cert.pem\n[renewalparams]\n"
                           "authenticator = webroot\n";

/* By its link, by the newest of the archive, or not at all. */
static void test_tree(void **state)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf = {0};
    const aud_str leaf = leaf_of(&buf);
    const struct {
        const char *name;
        tree_file files[2];
        size_t certificates, gaps;
    } cases[] = {
        {"the link", {{"../live/web/cert.pem", leaf}, {"", {NULL, 0}}}, 1, 0},
        {"the newest",
         {{"../archive/web/cert1.pem", AUD_LIT("old")}, {"../archive/web/cert12.pem", leaf}},
         1,
         0},
        {"neither", {{"../live/other/cert.pem", leaf}, {"", {NULL, 0}}}, 0, 1},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        dump d;
        print_message("case: %s\n", cases[i].name);
        dump_tree(&d, "renewal/web.conf", conf, cases[i].files, 2);
        assert_int_equal(d.subjects[AUD_KIND_CERTIFICATE], cases[i].certificates);
        assert_int_equal(d.num_gaps, cases[i].gaps);
        if (cases[i].gaps == 0) {
            assert_dump_has(&d, "\"lineage\": \"certbot:test:web\"");
            assert_dump_has(&d, "automated (certbot)");
        }
        dump_clear(&d);
    }
}

static void test_by_hand(void **state)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf = {0};
    const tree_file file = {"../live/by-hand/cert.pem", leaf_of(&buf)};
    dump d;

    AUD_UNUSED(state);
    dump_tree(&d, "renewal/by-hand.conf",
              "fullchain = x\n[renewalparams]\nauthenticator = manual\n", &file, 1);
    assert_dump_has(&d, "\"manual (certbot");
    dump_clear(&d);
}

static void test_samples(void **state)
{
    static const char *const has[] = {"\"serial\": \"1cf6b85f108a3693\"",
                                      "\"not_after\": \"2027-02-21T08:31:28Z\"",
                                      "www.shop.example.com"};

    AUD_UNUSED(state);
    check_document("samples/certbot/certbot-certificates.txt", 4, 0, has, AUD_COUNT(has));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures), cmocka_unit_test(test_failing),
        cmocka_unit_test(test_insisted), cmocka_unit_test(test_tree),
        cmocka_unit_test(test_by_hand),  cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
