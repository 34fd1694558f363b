/* tests/fuzz/fuzz_tree_xml.c - the XML reader: the same in any pieces, elements always in pairs. */
#include <stdlib.h>

#include "engine/tree/xml.h"
#include "tests/tree/pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct seen {
    uint64_t sum;
    unsigned depth;
} seen;

static void add(seen *s, aud_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        s->sum = s->sum * 31 + (unsigned char)text.ptr[i];
    }
}

static aud_status on_start(void *ctx, aud_str name, const aud_xml_attr *attrs, size_t num,
                           unsigned depth, uint32_t line, aud_error *err)
{
    seen *s = ctx;

    AUD_UNUSED(err);
    if (depth != s->depth++) {
        abort();
    }
    s->sum = s->sum * 31 + line;
    add(s, name);
    for (size_t i = 0; i < num; i++) {
        add(s, attrs[i].name);
        add(s, attrs[i].value);
    }
    return AUD_OK;
}

static aud_status on_end(void *ctx, aud_str name, unsigned depth, uint32_t line, aud_error *err)
{
    seen *s = ctx;

    AUD_UNUSED(err);
    AUD_UNUSED(line);
    if (depth != --s->depth) {
        abort();
    }
    add(s, name);
    return AUD_OK;
}

static aud_status on_text(void *ctx, aud_str text, aud_error *err)
{
    AUD_UNUSED(err);
    add(ctx, text);
    return AUD_OK;
}

static aud_status read_pieces(aud_str text, size_t first, size_t step, uint64_t *out)
{
    seen s = {.sum = 1};
    const aud_xml_handler handler = {.ctx = &s, .start = on_start, .end = on_end, .text = on_text};
    aud_error err = {.line = 0};
    aud_status st;
    pieces p;

    pieces_open(&p, text, first, step);
    st = aud_xml_read(&p.input, &handler, &err);
    if (st == AUD_OK ? s.depth != 0 : err.message[0] == '\0') {
        abort();
    }
    pieces_close(&p);
    *out = s.sum;
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aud_str text = {(const char *)data + 2, size < 2 ? 0 : size - 2};
    uint64_t whole, cut;
    aud_status st;

    if (size < 2) {
        return 0;
    }
    st = read_pieces(text, 0, 0, &whole);
    if ((read_pieces(text, data[0], data[1], &cut) == AUD_OK) != (st == AUD_OK) ||
        (st == AUD_OK && whole != cut)) {
        abort();
    }
    return 0;
}
