/* tests/fuzz/fuzz_tree_json.c - the JSON reader: the same in any pieces, never laxer than cJSON. */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "engine/tree/json.h"
#include "tests/tree/pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A checksum of all that was read. */
static aud_status read_pieces(aud_str text, bool many, size_t first, size_t step, uint64_t *out)
{
    const aud_json_limits limits = {.many = many, .max_text = 4096};
    AUD_CLEANUP(aud_json_closep) aud_json *json = NULL;
    unsigned resyncs = 0;
    uint64_t sum = 1;
    aud_error err;
    aud_status st;
    pieces p;

    pieces_open(&p, text, first, step);
    st = aud_json_open(&p.input, &limits, &json, &err);
    while (st == AUD_OK) {
        aud_json_token t;

        st = aud_json_next(json, &t, &err);
        if (st == AUD_OK) {
            sum = sum * 31 + (uint64_t)t.event + t.line * 7 + t.offset * 13 + t.depth;
            for (size_t i = 0; i < t.text.len; i++) {
                sum = sum * 31 + (unsigned char)t.text.ptr[i];
            }
        } else if (st != AUD_END) {
            sum = sum * 31 + err.line + (uint64_t)st;
            if (err.line == 0 || err.message[0] == '\0') {
                abort();
            }
            if (many && resyncs++ < 100) {
                st = aud_json_resync(json, &err);
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
    for (int many = 0; many < 2; many++) {
        st = read_pieces(text, many, 0, 0, &whole);
        if (read_pieces(text, many, data[0], data[1], &cut) != st || whole != cut) {
            abort();
        }
        if (st == AUD_END && !many) {
            cJSON *theirs = cJSON_ParseWithLengthOpts(text.ptr, text.len, NULL, 0);

            if (theirs == NULL) {
                abort();
            }
            cJSON_Delete(theirs);
        }
    }
    return 0;
}
