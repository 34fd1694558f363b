/* engine/model/input.c - an input over bytes in memory. */
#include "engine/model/input.h"

enum { HEAD = 64 << 10 };

/* `ctx` is NULL until the bytes were handed out; any other pointer afterwards. */
static aud_status memory_next(aud_input *input, aud_str *out_chunk, aud_error *err)
{
    AUD_UNUSED(err);
    if (input->ctx != NULL || input->size == 0) {
        return AUD_END;
    }
    input->ctx = input;
    *out_chunk = (aud_str){input->head.ptr, (size_t)input->size};
    return AUD_OK;
}

static aud_status memory_rewind(aud_input *input, aud_error *err)
{
    AUD_UNUSED(err);
    input->ctx = NULL;
    return AUD_OK;
}

static aud_status memory_whole(aud_input *input, size_t max, aud_str *out, aud_error *err)
{
    if (input->size > max) {
        return aud_fail(err, AUD_E_LIMIT, "more than %zu bytes", max);
    }
    *out = (aud_str){input->head.ptr, (size_t)input->size};
    return AUD_OK;
}

void aud_input_of(aud_input *out, aud_str source, aud_str path, aud_str bytes)
{
    *out = (aud_input){
        .source = source,
        .path = path,
        .head = aud_str_sub(bytes, 0, HEAD),
        .size = bytes.len,
        .next = memory_next,
        .rewind = memory_rewind,
        .whole = memory_whole,
    };
}
