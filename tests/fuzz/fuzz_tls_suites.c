/* tests/fuzz/fuzz_tls_suites.c - names of suites and protocols, as any text. */
#include "engine/tls/suites.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aud_str text = {(const char *)data, size};
    const aud_suite *suite = aud_suite_find(text);
    aud_protocol protocol;

    if (suite && aud_suite_by_code(aud_suite_code(suite)) != suite) {
        __builtin_trap();
    }
    if (aud_protocol_find(text, &protocol) && protocol >= AUD_NUM_PROTOCOLS) {
        __builtin_trap();
    }
    return 0;
}
