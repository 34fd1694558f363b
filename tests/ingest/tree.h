/* tests/ingest/tree.h - an input with neighbours, in memory. */
#ifndef AUD_TESTS_INGEST_TREE_H
#define AUD_TESTS_INGEST_TREE_H

#include "tests/ingest/samples.h"

typedef struct tree_file {
    const char *path; /* relative to the input, as a reader asks for it */
    aud_str bytes;
} tree_file;

typedef struct tree {
    aud_input input, neighbour;
    const tree_file *files;
    size_t num_files;
} tree;

static inline aud_status tree_open(aud_input *input, aud_str relative, aud_input **out,
                                   aud_error *err)
{
    tree *t = input->ctx;

    for (size_t i = 0; i < t->num_files; i++) {
        if (aud_str_eq(relative, aud_str_of(t->files[i].path))) {
            aud_input_of(&t->neighbour, input->source, relative, t->files[i].bytes);
            *out = &t->neighbour;
            return AUD_OK;
        }
    }
    return aud_fail(err, AUD_E_NOT_FOUND, "not there");
}

/* Reads `text` under `path` among the files. */
static inline void dump_tree(dump *d, const char *path, const char *text, const tree_file *files,
                             size_t num_files)
{
    tree t = {.files = files, .num_files = num_files};
    aud_reader_scratch scratch;

    aud_input_of(&t.input, AUD_LIT("test"), aud_str_of(path), aud_str_of(text));
    t.input.ctx = &t;
    t.input.open = tree_open;
    dump_begin(d);
    aud_arena_init(&scratch.arena, (size_t)1 << 30);
    assert_int_equal(aud_ingest(&t.input, AUD_LIT(""), NULL, &scratch, &d->sink, &d->outcome, NULL),
                     AUD_OK);
    aud_arena_clear(&scratch.arena);
    dump_end(d);
}

/* A real document found by content; skips where it is absent. */
static inline void check_document(const char *path, size_t records, size_t gaps,
                                  const char *const *has, size_t num_has)
{
    const char *file = aud_test_sample(path);
    aud_buf bytes;
    dump d;

    if (!file) {
        print_message("%s is not beside the project: skipped\n", path);
        skip();
    }
    aud_test_read(file, &bytes);
    dump_of(&d, "s", aud_buf_str(&bytes), "", NULL);
    assert_int_equal(d.subjects[AUD_KIND_RECORD], records);
    assert_int_equal(d.num_gaps, gaps);
    for (size_t i = 0; i < num_has; i++) {
        assert_dump_has(&d, has[i]);
    }
    dump_clear(&d);
    check_cuts("s", aud_buf_str(&bytes), "", NULL);
    aud_buf_clear(&bytes);
}

#endif
