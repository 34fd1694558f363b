/* tests/ingest/test_certificates.c - certificate bytes in any file. */
#include "tests/ingest/dump.h"

static void test_fixtures(void **state)
{
    AUD_UNUSED(state);
    check_fixtures("certificates", NULL);
}

static void read_fixture(const char *name, aud_buf *out)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "fixtures/ingest/certificates/%s", name);
    aud_test_read(aud_test_source(path), out);
}

static void test_no_memory(void **state)
{
    static const char *const names[] = {"key.in", "request.in", "crl.in", "pkcs12_empty.in"};

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        aud_buf bytes;
        read_fixture(names[i], &bytes);
        print_message("case: %s\n", names[i]);
        check_no_memory("f", aud_buf_str(&bytes), "", NULL);
        aud_buf_clear(&bytes);
    }
}

static void test_refusing_sink(void **state)
{
    static const char *const names[] = {"bundle.in", "key.in", "broken.in", "sops.in"};

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        aud_buf bytes;
        read_fixture(names[i], &bytes);
        check_refusing_sink("f", aud_buf_str(&bytes), "", NULL);
        aud_buf_clear(&bytes);
    }
}

static void test_passwords(void **state)
{
    static const aud_str passwords[] = {AUD_LIT_INIT("wrong"), AUD_LIT_INIT("secret")};
    const aud_read_options options = {.passwords = passwords,
                                      .num_passwords = AUD_COUNT(passwords)};
    aud_buf bytes;
    dump d;

    AUD_UNUSED(state);
    read_fixture("pkcs12_closed.in", &bytes);
    dump_of(&d, "web.p12", aud_buf_str(&bytes), "", NULL);
    assert_int_equal(d.gaps[AUD_GAP_ENCRYPTED], 1);
    assert_int_equal(d.subjects[AUD_KIND_CERTIFICATE], 0);
    assert_int_equal(d.subjects[AUD_KIND_PRIVATE_KEY], 1); /* that much can be told */
    dump_clear(&d);
    dump_of(&d, "web.p12", aud_buf_str(&bytes), "", &options);
    assert_int_equal(d.num_gaps, 0);
    assert_int_equal(d.subjects[AUD_KIND_CERTIFICATE], 2);
    assert_int_equal(d.subjects[AUD_KIND_PRIVATE_KEY], 1);
    dump_clear(&d);
    aud_buf_clear(&bytes);
}

/* The private key itself never goes on, whatever it lies in. */
static void test_no_key_bytes_are_handed_on(void **state)
{
    aud_buf bytes;
    dump d;

    AUD_UNUSED(state);
    read_fixture("key.in", &bytes);
    dump_of(&d, "key.pem", aud_buf_str(&bytes), "", NULL);
    assert_int_equal(d.subjects[AUD_KIND_PRIVATE_KEY], 1);
    aud_str rest = aud_buf_str(&bytes), line;
    bool inside = false;
    while (aud_str_split(&rest, '\n', &line)) {
        inside = inside ? !aud_str_starts(line, AUD_LIT("-----END "))
                        : aud_str_has(line, AUD_LIT("PRIVATE KEY"));
        if (inside && !aud_str_has(line, AUD_LIT("-----"))) {
            assert_false(aud_str_has(aud_buf_str(&d.text), line));
        }
    }
    dump_clear(&d);
    aud_buf_clear(&bytes);
}

/* --- over the limit --------------------------------------------------------------------------- */

/* Zeroes with a mark somewhere, of more bytes than are read; nothing of it lies in memory. */
typedef struct long_input {
    aud_input input;
    size_t chunks, at, mark_chunk, mark_offset;
    aud_str mark;
    char chunk[1 << 20];
} long_input;

static aud_status long_next(aud_input *input, aud_str *out_chunk, aud_error *err)
{
    long_input *l = input->ctx;
    const size_t begin = l->at * sizeof(l->chunk);
    const size_t mark = l->mark_chunk * sizeof(l->chunk) + l->mark_offset;

    AUD_UNUSED(err);
    if (l->at == l->chunks) {
        return AUD_END;
    }
    memset(l->chunk, 0, sizeof(l->chunk));
    for (size_t i = 0; i < l->mark.len; i++) {
        if (mark + i >= begin && mark + i < begin + sizeof(l->chunk)) {
            l->chunk[mark + i - begin] = l->mark.ptr[i];
        }
    }
    l->at++;
    *out_chunk = (aud_str){l->chunk, sizeof(l->chunk)};
    return AUD_OK;
}

static aud_status long_whole(aud_input *input, size_t max, aud_str *out, aud_error *err)
{
    AUD_UNUSED(input);
    AUD_UNUSED(out);
    return aud_fail(err, AUD_E_LIMIT, "more than %zu bytes", max);
}

static void test_long_files(void **state)
{
    enum { MIB = 1 << 20 };
    static const char zeroes[64];
    static const struct {
        aud_str mark;
        size_t chunk, offset;
        bool gap;
    } cases[] = {
        {AUD_LIT_INIT(""), 0, 0, false},
        {AUD_LIT_INIT("-----BEGIN CERTIFICATE-----"), 3, 1000, true},
        {AUD_LIT_INIT("-----BEGIN CERTIFICATE-----"), 3, MIB - 5, true},
        {AUD_LIT_INIT("LS0tLS1CRUdJTiBDRVJU"), 60, MIB - 1, true},
        {AUD_LIT_INIT("-\0-\0-\0-\0-\0B\0E\0G\0I\0N\0 \0"), 60, MIB - 7, true},
        {AUD_LIT_INIT("-----BEGINNING"), 3, 1000, false},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        long_input *l = aud_alloc_zero(1, sizeof(*l));
        aud_reader_scratch scratch;
        aud_outcome outcome;
        dump d;

        assert_non_null(l);
        *l = (long_input){.chunks = 65,
                          .mark = cases[i].mark,
                          .mark_chunk = cases[i].chunk,
                          .mark_offset = cases[i].offset};
        aud_input_of(&l->input, AUD_LIT("s"), AUD_LIT("disk.img"),
                     (aud_str){zeroes, sizeof(zeroes)});
        l->input.size = (uint64_t)65 * MIB;
        l->input.ctx = l;
        l->input.next = long_next;
        l->input.whole = long_whole;
        aud_arena_init(&scratch.arena, AUD_ARENA_NO_MAX);
        dump_begin(&d);
        assert_int_equal(
            aud_ingest(&l->input, AUD_LIT(""), NULL, &scratch, &d.sink, &outcome, NULL), AUD_OK);
        assert_int_equal(d.gaps[AUD_GAP_LIMIT], cases[i].gap);
        assert_int_equal(d.num_subjects, 0);
        dump_end(&d);
        dump_clear(&d);
        aud_arena_clear(&scratch.arena);
        aud_free(l);
    }
}

/* --- real containers -------------------------------------------------------------------------- */

static void test_containers(void **state)
{
    static const aud_str passwords[] = {AUD_LIT_INIT("changeit"), AUD_LIT_INIT("geheim")};
    const aud_read_options options = {.passwords = passwords,
                                      .num_passwords = AUD_COUNT(passwords)};
    static const struct {
        const char *name;
        size_t certificates, keys, gaps;
        const char *has[4];
    } cases[] = {
        {"leaf.pem", 1, 0, 0, {"\"use\": \"stored\""}},
        {"leaf.der", 1, 0, 0, {"\"use\": \"stored\""}},
        {"utf16le-bom.cer", 1, 0, 0, {NULL}},
        {"base64-no-header.cer", 1, 0, 0, {NULL}},
        {"fullchain.pem", 2, 0, 0, {"\"use\": \"chain\""}},
        {"truststore.jks", 0, 0, 0, {"\"use\": \"trust_anchor\""}},
        {"keystore.jks", 0, 1, 0, {"\"use\": \"chain\"", "\"use\": \"stored\""}},
        {"modern.p12", 0, 1, 0, {"\"use\": \"stored\""}},
        {"trusted-certificate.pem", 1, 0, 0, {"\"use\": \"trust_anchor\""}},
        {"truncated.pem", 0, 0, 1, {NULL}},
        {"corrupt-base64.pem", 0, 0, 1, {NULL}},
        {"empty.pem", 0, 0, 0, {NULL}},
        {"pubkey.pem", 0, 0, 0, {NULL}},
    };

    AUD_UNUSED(state);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char sample[256];
        aud_buf bytes;
        dump d;

        (void)snprintf(sample, sizeof(sample), "samples/cert-containers/%s", cases[i].name);
        const char *path = aud_test_sample(sample);
        if (!path) {
            print_message("no samples beside the project: skipped\n");
            skip();
        }
        print_message("case: %s\n", cases[i].name);
        aud_test_read(path, &bytes);
        dump_of(&d, cases[i].name, aud_buf_str(&bytes), "", &options);
        if (cases[i].certificates > 0) {
            assert_int_equal(d.subjects[AUD_KIND_CERTIFICATE], cases[i].certificates);
        }
        assert_int_equal(d.subjects[AUD_KIND_PRIVATE_KEY], cases[i].keys);
        assert_int_equal(d.num_gaps, cases[i].gaps);
        for (size_t k = 0; k < AUD_COUNT(cases[i].has) && cases[i].has[k]; k++) {
            assert_dump_has(&d, cases[i].has[k]);
        }
        dump_clear(&d);
        aud_buf_clear(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_refusing_sink),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_no_key_bytes_are_handed_on),
        cmocka_unit_test(test_long_files),
        cmocka_unit_test(test_containers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
