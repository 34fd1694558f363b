/* tests/fuzz/fuzz_audit_baseline.c - baselines and results.json: what is refused says why. */
#include <stdlib.h>

#include "engine/audit/known.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    aud_error err = {.line = 0};
    aud_baseline baseline;
    aud_arena arena;

    aud_arena_init(&arena, (size_t)256 << 20);
    if (aud_baseline_read(AUD_LIT("b"), (aud_str){(const char *)data, size}, &arena, &baseline,
                          &err) != AUD_OK) {
        if (err.message[0] == '\0') {
            abort();
        }
    } else {
        for (size_t i = 0; i < baseline.num_known; i++) {
            if (baseline.known[i].severity >= AUD_NUM_SEVERITIES || baseline.known[i].used) {
                abort();
            }
        }
    }
    aud_arena_clear(&arena);
    return 0;
}
