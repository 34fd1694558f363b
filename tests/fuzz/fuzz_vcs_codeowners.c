/* tests/fuzz/fuzz_vcs_codeowners.c - any text as CODEOWNERS of either dialect, asked for paths. */
#include "engine/vcs/codeowners.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const aud_str asked[] = {
        AUD_LIT_INIT("a"),
        AUD_LIT_INIT("a/b.pem"),
        AUD_LIT_INIT("edge/tls/x y.crt"),
        AUD_LIT_INIT("docs/deep/er/file#1"),
        AUD_LIT_INIT(""),
    };
    const aud_str text = {(const char *)data, size};

    for (size_t i = 0; aud_codeowners_places[i] != NULL; i++) {
        AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *owners = NULL;
        aud_str path = aud_str_of(aud_codeowners_places[i]);

        if (aud_codeowners_parse(path, text, &owners, NULL) != AUD_OK) {
            continue;
        }
        for (size_t k = 0; k < AUD_COUNT(asked); k++) {
            aud_codeowner found[4];
            size_t num = aud_codeowners_find(owners, asked[k], found, AUD_COUNT(found));

            for (size_t n = 0; n < num && n < AUD_COUNT(found); n++) {
                /* owners are views into the text, and have a line */
                if (found[n].line == 0 || found[n].owner.ptr < text.ptr ||
                    found[n].owner.ptr + found[n].owner.len > text.ptr + text.len) {
                    __builtin_trap();
                }
            }
        }
    }
    return 0;
}
