/* tests/fuzz/fuzz_ingest.h - any bytes through one reader, whole and in pieces. */
#ifndef AUD_TESTS_FUZZ_INGEST_H
#define AUD_TESTS_FUZZ_INGEST_H

#include "engine/ingest/adapter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct fuzz_input {
    aud_input input;
    aud_str bytes;
    size_t at, piece;
} fuzz_input;

static aud_status fuzz_next(aud_input *input, aud_str *out_chunk, aud_error *err)
{
    fuzz_input *f = input->ctx;

    AUD_UNUSED(err);
    if (f->at >= f->bytes.len) {
        return AUD_END;
    }
    *out_chunk = aud_str_sub(f->bytes, f->at, f->piece);
    f->at += out_chunk->len;
    return AUD_OK;
}

static aud_status fuzz_rewind(aud_input *input, aud_error *err)
{
    fuzz_input *f = input->ctx;

    AUD_UNUSED(err);
    f->at = 0;
    return AUD_OK;
}

static aud_status fuzz_whole(aud_input *input, size_t max, aud_str *out, aud_error *err)
{
    const fuzz_input *f = input->ctx;

    if (f->bytes.len > max) {
        return aud_fail(err, AUD_E_LIMIT, "more than %zu bytes", max);
    }
    *out = f->bytes;
    return AUD_OK;
}

/* Sums up what came, so that two readings can be compared and every byte handed on is touched. */
typedef struct fuzz_sum {
    uint64_t subjects, words;
    size_t gaps;
} fuzz_sum;

static uint64_t fuzz_mix(uint64_t sum, aud_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        sum = (sum ^ (unsigned char)text.ptr[i]) * UINT64_C(1099511628211);
    }
    return sum * 31 + text.len;
}

static aud_status fuzz_subject(void *ctx, const aud_seen *seen, aud_error *err)
{
    uint64_t *sum = &((fuzz_sum *)ctx)->subjects;

    AUD_UNUSED(err);
    *sum = fuzz_mix(*sum * 31 + seen->kind, seen->der);
    *sum = fuzz_mix(*sum, seen->identity);
    *sum = fuzz_mix(*sum, seen->lineage);
    *sum = fuzz_mix(*sum, seen->where.record);
    if ((seen->der.len > 0) != (seen->kind == AUD_KIND_CERTIFICATE) ||
        (seen->der.len == 0 && seen->bag == NULL)) {
        __builtin_trap();
    }
    for (size_t i = 0; seen->bag && i < seen->bag->num_facts; i++) {
        const aud_fact *fact = &seen->bag->facts[i];
        *sum = *sum * 31 + fact->field;
        if (fact->value.presence == AUD_PRESENT && fact->value.type == AUD_T_STRING) {
            *sum = fuzz_mix(*sum, fact->value.as.string);
        }
    }
    return AUD_OK;
}

static aud_status fuzz_gap(void *ctx, const aud_gap *gap, aud_error *err)
{
    fuzz_sum *sum = ctx;

    AUD_UNUSED(err);
    sum->gaps++;
    sum->words = fuzz_mix(fuzz_mix(sum->words, gap->reason), gap->where.record);
    return AUD_OK;
}

static fuzz_sum fuzz_once(aud_str bytes, size_t piece, const char *format)
{
    fuzz_sum sum = {0};
    const aud_sink sink = {.ctx = &sum, .subject = fuzz_subject, .gap = fuzz_gap};
    aud_reader_scratch scratch;
    aud_outcome outcome;
    fuzz_input f = {.bytes = bytes, .piece = piece};

    f.input = (aud_input){
        .source = AUD_LIT("fuzz"),
        .path = AUD_LIT("input"),
        .head = aud_str_sub(bytes, 0, (size_t)64 << 10),
        .size = bytes.len,
        .ctx = &f,
        .next = fuzz_next,
        .rewind = fuzz_rewind,
        .whole = fuzz_whole,
    };
    aud_arena_init(&scratch.arena, (size_t)1 << 30);
    if (aud_ingest(&f.input, aud_str_of(format), NULL, &scratch, &sink, &outcome, NULL) != AUD_OK) {
        __builtin_trap();
    }
    aud_arena_clear(&scratch.arena);
    return sum;
}

/*
 * However the bytes are cut, the same subjects come out; of a broken document, how much comes
 * before the gap may depend on the pieces, but not whether there is a gap.
 */
static int fuzz_reader(const uint8_t *data, size_t size, const char *format)
{
    const aud_str bytes = {(const char *)data, size};
    const fuzz_sum whole = fuzz_once(bytes, SIZE_MAX, format);
    const fuzz_sum cut = fuzz_once(bytes, 3, format);

    if ((whole.gaps == 0) != (cut.gaps == 0) ||
        (whole.gaps == 0 && whole.subjects != cut.subjects)) {
        __builtin_trap();
    }
    return 0;
}

#endif
