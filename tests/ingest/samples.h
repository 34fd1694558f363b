/* tests/ingest/samples.h - scanners' real reports beside the project, read in place. */
#ifndef AUD_TESTS_INGEST_SAMPLES_H
#define AUD_TESTS_INGEST_SAMPLES_H

#include "tests/ingest/dump.h"

/* What must come out of one; texts that stand in the dump, and some that must not. */
typedef struct sample {
    const char *name;
    size_t endpoints, certificates, gaps;
    const char *has[8];
    const char *has_not[4];
} sample;

/* Each found by its content alone, and read wherever it breaks off. Skips where they are absent. */
static inline void check_samples(const char *folder, const char *format, const sample *samples,
                                 size_t num_samples, const aud_read_options *options)
{
    for (size_t i = 0; i < num_samples; i++) {
        const sample *s = &samples[i];
        char path[256];
        aud_buf bytes;
        dump d;

        (void)snprintf(path, sizeof(path), "samples/%s/%s", folder, s->name);
        const char *file = aud_test_sample(path);
        if (!file) {
            print_message("%s is not beside the project: skipped\n", path);
            skip();
        }
        print_message("case: %s\n", s->name);
        aud_test_read(file, &bytes);
        dump_of(&d, s->name, aud_buf_str(&bytes), "", options);
        if (d.subjects[AUD_KIND_ENDPOINT] != s->endpoints ||
            d.subjects[AUD_KIND_CERTIFICATE] != s->certificates || d.num_gaps != s->gaps) {
            fail_msg("%zu endpoints, %zu certificates, %zu gaps in:\n%.*s",
                     d.subjects[AUD_KIND_ENDPOINT], d.subjects[AUD_KIND_CERTIFICATE], d.num_gaps,
                     AUD_ARG(aud_buf_str(&d.text)));
        }
        for (size_t k = 0; k < AUD_COUNT(s->has) && s->has[k]; k++) {
            assert_dump_has(&d, s->has[k]);
        }
        for (size_t k = 0; k < AUD_COUNT(s->has_not) && s->has_not[k]; k++) {
            if (dump_has(&d, s->has_not[k])) {
                fail_msg("'%s' in:\n%.*s", s->has_not[k], AUD_ARG(aud_buf_str(&d.text)));
            }
        }
        dump_clear(&d);
        check_cuts(s->name, aud_buf_str(&bytes), format, options);
        aud_buf_clear(&bytes);
    }
}

/* Bytes that are no report of the format end in a gap each, and in nothing else. */
static inline void check_insisted(const char *format, const char *const *texts, size_t num_texts)
{
    for (size_t i = 0; i < num_texts; i++) {
        dump d;
        dump_of(&d, "report", aud_str_of(texts[i]), format, NULL);
        if (d.num_gaps == 0 || d.subjects[AUD_KIND_ENDPOINT] != 0) {
            fail_msg("'%s': %.*s", texts[i], AUD_ARG(aud_buf_str(&d.text)));
        }
        dump_clear(&d);
    }
}

/* The fixture with memory running out, and with a sink that refuses. */
static inline void check_failing(const char *format, const char *fixture,
                                 const aud_read_options *options)
{
    char path[512];
    aud_buf bytes;

    (void)snprintf(path, sizeof(path), "fixtures/ingest/%s/%s", format, fixture);
    aud_test_read(aud_test_source(path), &bytes);
    check_no_memory(fixture, aud_buf_str(&bytes), format, options);
    check_refusing_sink(fixture, aud_buf_str(&bytes), format, options);
    aud_buf_clear(&bytes);
}

#endif
