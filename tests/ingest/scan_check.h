/* tests/ingest/scan_check.h - what every reader of scans is put through. */
#ifndef AUD_TESTS_INGEST_SCAN_CHECK_H
#define AUD_TESTS_INGEST_SCAN_CHECK_H

#include "tests/ingest/dump.h"

/* Allocations that fail, and a sink that refuses, over one fixture. */
static inline void check_scan_fixture(const char *adapter, const char *name)
{
    char path[256];
    aud_buf bytes;

    (void)snprintf(path, sizeof path, "fixtures/ingest/%s/%s", adapter, name);
    aud_test_read(aud_test_source(path), &bytes);
    check_no_memory(name, aud_buf_str(&bytes), "", NULL);
    check_refusing_sink(name, aud_buf_str(&bytes), "", NULL);
    aud_buf_clear(&bytes);
}

typedef struct scan_bid {
    const char *text;
    bool ours;
} scan_bid;

static inline void check_bids(const aud_adapter *adapter, const scan_bid *bids, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if ((adapter->sniff(aud_str_of(bids[i].text)) > 0) != bids[i].ours) {
            fail_msg("%s and '%s'", adapter->name, bids[i].text);
        }
    }
}

typedef struct scan_hostile {
    const char *name, *text;
    size_t endpoints; /* sound ones, that are kept */
} scan_hostile;

/* One gap at least, with place and reason; the sound endpoints all the same, in any pieces. */
static inline void check_refused(const char *name, const char *format, aud_str text,
                                 size_t endpoints)
{
    static const size_t sizes[] = {SIZE_MAX, 1000};

    print_message("case: %s\n", name);
    for (size_t i = 0; i < AUD_COUNT(sizes); i++) {
        dump d;
        dump_begin(&d);
        assert_int_equal(dump_read(&d, "hostile", text, sizes[i], format, NULL), AUD_OK);
        dump_end(&d);
        if (d.num_gaps == 0 || d.subjects[AUD_KIND_ENDPOINT] != endpoints) {
            fail_msg("%s: %zu gaps, %zu endpoints\n%.*s", name, d.num_gaps,
                     d.subjects[AUD_KIND_ENDPOINT],
                     AUD_ARG(aud_str_sub(aud_buf_str(&d.text), 0, 4000)));
        }
        dump_clear(&d);
    }
}

static inline void check_hostile(const char *format, const scan_hostile *cases, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        check_refused(cases[i].name, format, aud_str_of(cases[i].text), cases[i].endpoints);
    }
}

/* `head`, and behind it something again and again. */
static inline void check_deep(const char *format, const char *head, const char *again, size_t times,
                              size_t endpoints)
{
    aud_buf text;

    aud_buf_init(&text, (size_t)256 << 20);
    assert_int_equal(aud_buf_add(&text, aud_str_of(head), NULL), AUD_OK);
    for (size_t i = 0; i < times; i++) {
        assert_int_equal(aud_buf_add(&text, aud_str_of(again), NULL), AUD_OK);
    }
    check_refused("deeply nested", format, aud_buf_str(&text), endpoints);
    aud_buf_clear(&text);
}

static inline void check_long(const char *format, const char *head, char again, size_t times,
                              size_t endpoints)
{
    aud_buf text;

    aud_buf_init(&text, (size_t)256 << 20);
    assert_int_equal(aud_buf_add(&text, aud_str_of(head), NULL), AUD_OK);
    assert_int_equal(aud_buf_reserve(&text, times, NULL), AUD_OK);
    memset(text.ptr + text.len, again, times);
    text.len += times;
    check_refused("very long", format, aud_buf_str(&text), endpoints);
    aud_buf_clear(&text);
}

typedef struct scan_sample {
    const char *name;
    size_t endpoints, certificates, gaps;
    const char *has[10], *lacks[4]; /* texts of the dump */
} scan_sample;

/* Real reports; skips the test where they are absent. */
static inline void check_samples(const char *folder, const scan_sample *cases, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        const scan_sample *c = &cases[i];
        char path[256];
        aud_buf bytes;
        dump d;

        (void)snprintf(path, sizeof path, "samples/%s/%s", folder, c->name);
        const char *sample = aud_test_sample(path);
        if (!sample) {
            print_message("%s is not beside the project: skipped\n", path);
            skip();
        }
        aud_test_read(sample, &bytes);
        dump_of(&d, c->name, aud_buf_str(&bytes), "", NULL);
        print_message("case: %s\n", c->name);
        if (d.subjects[AUD_KIND_ENDPOINT] != c->endpoints ||
            d.subjects[AUD_KIND_CERTIFICATE] != c->certificates || d.num_gaps != c->gaps) {
            fail_msg("%zu endpoints, %zu certificates, %zu gaps", d.subjects[AUD_KIND_ENDPOINT],
                     d.subjects[AUD_KIND_CERTIFICATE], d.num_gaps);
        }
        for (size_t k = 0; k < AUD_COUNT(c->has) && c->has[k]; k++) {
            assert_dump_has(&d, c->has[k]);
        }
        for (size_t k = 0; k < AUD_COUNT(c->lacks) && c->lacks[k]; k++) {
            if (dump_has(&d, c->lacks[k])) {
                fail_msg("'%s' in %s", c->lacks[k], c->name);
            }
        }
        dump_clear(&d);
        aud_buf_clear(&bytes);
    }
}

#endif
