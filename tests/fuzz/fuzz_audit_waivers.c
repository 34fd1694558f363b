/* tests/fuzz/fuzz_audit_waivers.c - waivers files: what loads is approved and has an end. */
#include <stdlib.h>

#include "engine/audit/waivers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aud_str text = {(const char *)data, size};
    const aud_waiver *waivers = NULL;
    aud_error err = {.line = 0};
    aud_arena arena;
    size_t num = 0;
    bool stands;

    aud_arena_init(&arena, (size_t)256 << 20);
    if (aud_waivers_read(AUD_LIT("w"), text, 100, &arena, &waivers, &num, &err) != AUD_OK) {
        if (err.message[0] == '\0') {
            abort();
        }
        num = 0;
    }
    for (size_t i = 0; i < num; i++) {
        const aud_waiver *w = &waivers[i];

        if (w->approver.len == 0 || w->reason.len == 0 || w->owner.len == 0 ||
            w->expires <= w->approved || w->num_policies == 0 ||
            aud_waiver_stands_in(w, text, &stands, NULL) != AUD_OK || !stands) {
            abort();
        }
    }
    aud_arena_clear(&arena);
    return 0;
}
