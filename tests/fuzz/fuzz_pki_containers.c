/* tests/fuzz/fuzz_pki_containers.c - any bytes as text and as a binary container. */
#include "engine/pki/containers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every view of an item is readable, and its span lies in the input. */
static aud_status take(void *ctx, const aud_pki_item *item, aud_error *err)
{
    const size_t *size = ctx;
    unsigned sum = 0;

    AUD_UNUSED(err);
    if (item->begin > item->end || item->end > *size) {
        __builtin_trap();
    }
    for (size_t i = 0; i < item->der.len; i++) {
        sum += (unsigned char)item->der.ptr[i];
    }
    for (size_t i = 0; i < item->spki.len; i++) {
        sum += (unsigned char)item->spki.ptr[i];
    }
    return sum == UINT32_MAX ? AUD_E_FORMAT : AUD_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const aud_str words[] = {AUD_LIT_INIT("changeit")};
    const aud_passwords passwords = {words, 1};
    const aud_str bytes = {(const char *)data, size};
    const aud_pki_sink sink = {&size, take};

    if (aud_pem_scan(bytes, 1, &passwords, &sink, NULL) != AUD_OK) {
        __builtin_trap();
    }
    if (aud_binary_kind(bytes)[0] != '\0' &&
        aud_binary_read(bytes, &passwords, &sink, NULL) != AUD_OK) {
        __builtin_trap();
    }
    return 0;
}
