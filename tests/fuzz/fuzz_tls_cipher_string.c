/* tests/fuzz/fuzz_tls_cipher_string.c - cipher strings, as any text. */
#include "engine/tls/cipher_string.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aud_str text = {(const char *)data, size};
    aud_arena arena;
    aud_cipher_list list;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    if (aud_cipher_string_read(text, &arena, &list, NULL) == AUD_OK) {
        for (size_t i = 0; i < list.num_choices; i++) {
            for (size_t j = 0; j < i; j++) { /* each suite once */
                if (list.choices[i].suite == list.choices[j].suite) {
                    __builtin_trap();
                }
            }
        }
        for (size_t i = 0; i < list.num_ignored; i++) {
            const aud_str word = list.ignored[i].word;
            if (word.ptr < text.ptr || word.ptr + word.len > text.ptr + text.len) {
                __builtin_trap();
            }
        }
    }
    aud_arena_clear(&arena);
    return 0;
}
