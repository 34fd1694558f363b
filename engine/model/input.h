/* engine/model/input.h - one file's bytes, wherever they lie, as a reader gets them. */
#ifndef AUD_MODEL_INPUT_H
#define AUD_MODEL_INPUT_H

#include "engine/base/memory.h"

/*
 * Owned by whoever opened it (engine/vcs, or a test); readers borrow it for one call. Bytes are
 * raw: no filters, no line-end conversion. Chunks hold until the next call.
 */
typedef struct aud_input aud_input;
struct aud_input {
    aud_str source; /* name of the source */
    aud_str rev;    /* commit id in hex; empty for what lies on disk */
    aud_str path;   /* inside the source */
    aud_str head;   /* the first bytes, up to 64 KiB: all of a small file */
    uint64_t size;  /* in bytes */
    void *ctx;
    /* The next chunk, the first one included; AUD_END behind the last. */
    aud_status (*next)(aud_input *input, aud_str *out_chunk, aud_error *err);
    /* Starts over. */
    aud_status (*rewind)(aud_input *input, aud_error *err);
    /* The whole, AUD_E_LIMIT if longer than `max`; borrowed from the input. */
    aud_status (*whole)(aud_input *input, size_t max, aud_str *out, aud_error *err);
    /* A neighbour by path relative to this file; never leaves the source. Close it. NULL: none. */
    aud_status (*open)(aud_input *input, aud_str relative, aud_input **out, aud_error *err);
    /*
     * Files of the source whose path matches a pattern relative to this file ('*' and '?' stop at
     * '/'), as paths relative to it, sorted, in `arena`. Nothing that matches is no error. NULL:
     * there are no neighbours to be had.
     */
    aud_status (*glob)(aud_input *input, aud_str pattern, aud_arena *arena, aud_str **out,
                       size_t *out_num, aud_error *err);
    void (*close)(aud_input *input); /* NULL: nothing to close */
};

/* An input over bytes in memory; `out` borrows them. */
void aud_input_of(aud_input *out, aud_str source, aud_str path, aud_str bytes);

#endif
