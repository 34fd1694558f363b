/* tests/tree/pieces.h - an input that hands out its bytes in chosen pieces, each a block of its own
 * that goes away with the next: reading behind or after its time is seen by the sanitizer. */
#ifndef AUD_TESTS_TREE_PIECES_H
#define AUD_TESTS_TREE_PIECES_H

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/model/input.h"

typedef struct pieces {
    aud_input input;
    aud_str all;
    size_t at;
    size_t first, step; /* length of the first piece, and of the others; 0 is all that is left */
    bool started, with_empty;
    size_t fail_at; /* offset at which reading fails; 0 is never */
    char *block;
} pieces;

static aud_status pieces_next(aud_input *input, aud_str *out, aud_error *err)
{
    pieces *p = input->ctx;
    size_t len = p->started ? p->step : p->first;

    free(p->block);
    p->block = NULL;
    if (p->fail_at > 0 && p->at >= p->fail_at) {
        return aud_fail(err, AUD_E_IO, "cannot read on");
    }
    if (p->with_empty && !p->started && p->at == 0) {
        p->with_empty = false;
        *out = (aud_str){"", 0};
        return AUD_OK;
    }
    p->started = true;
    if (p->at == p->all.len) {
        return AUD_END;
    }
    len = len == 0 || len > p->all.len - p->at ? p->all.len - p->at : len;
    p->block = malloc(len);
    if (p->block == NULL) {
        return AUD_E_NOMEM;
    }
    memcpy(p->block, p->all.ptr + p->at, len);
    *out = (aud_str){p->block, len};
    p->at += len;
    return AUD_OK;
}

static aud_status pieces_rewind(aud_input *input, aud_error *err)
{
    pieces *p = input->ctx;

    AUD_UNUSED(err);
    p->at = 0;
    p->started = false;
    return AUD_OK;
}

/* `first` 0: all in one piece; `step` 0: two pieces. */
static void pieces_open(pieces *p, aud_str all, size_t first, size_t step)
{
    *p = (pieces){.all = all, .first = first, .step = step, .with_empty = true};
    p->input = (aud_input){
        .path = AUD_LIT("t"),
        .head = aud_str_sub(all, 0, 65536),
        .size = all.len,
        .ctx = p,
        .next = pieces_next,
        .rewind = pieces_rewind,
    };
}

static void pieces_close(pieces *p)
{
    free(p->block);
    p->block = NULL;
}

#endif
