/* tests/fuzz/fuzz_tree_csv.c - separated values: the same rows in any pieces. */
#include <stdlib.h>

#include "engine/base/text.h"
#include "engine/tree/csv.h"
#include "tests/tree/pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static aud_status read_pieces(aud_str text, size_t first, size_t step, uint64_t *out)
{
    AUD_CLEANUP(aud_csv_closep) aud_csv *csv = NULL;
    uint64_t sum = 1;
    aud_error err;
    aud_status st;
    pieces p;

    pieces_open(&p, text, first, step);
    st = aud_csv_open(&p.input, &csv, &err);
    while (st == AUD_OK) {
        const aud_str *cells;
        size_t num;
        uint32_t line;

        st = aud_csv_next(csv, &cells, &num, &line, &err);
        for (size_t i = 0; st == AUD_OK && i < num; i++) {
            if (!aud_utf8_valid(cells[i])) {
                abort();
            }
            sum = sum * 31 + line;
            for (size_t k = 0; k < cells[i].len; k++) {
                sum = sum * 31 + (unsigned char)cells[i].ptr[k];
            }
        }
    }
    pieces_close(&p);
    *out = sum;
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
    if (read_pieces(text, data[0], data[1], &cut) != st || (st == AUD_END && whole != cut)) {
        abort();
    }
    return 0;
}
