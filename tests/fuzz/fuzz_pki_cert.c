/* tests/fuzz/fuzz_pki_cert.c - every fact of anything that can be delimited as a certificate. */
#include "engine/pki/cert.h"
#include "engine/pki/containers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aud_str bytes = {(const char *)data, size};
    unsigned char digest[32];
    const aud_bag *bag;
    aud_arena arena;
    aud_cert cert;

    aud_arena_init(&arena, (size_t)64 << 20);
    if (aud_cert_read(bytes, &cert, NULL) == AUD_OK) {
        for (unsigned field = 0; field < AUD_NUM_certificate_FIELDS; field++) {
            aud_value value = aud_cert_get(&cert, field, &arena);

            if (value.presence == AUD_PRESENT && value.type == AUD_T_OBJECT) {
                for (unsigned i = 0; i < value.as.object.type->num_fields; i++) {
                    (void)value.as.object.get(value.as.object.self, i, &arena);
                }
            }
        }
        (void)aud_cert_may_sign_certs(&cert);
        if (aud_cert_fold_sha256(&cert, digest, NULL) != AUD_OK) {
            __builtin_trap();
        }
    }
    if (aud_request_facts(bytes, &arena, &bag, NULL) != AUD_OK ||
        aud_crl_facts(bytes, &arena, &bag, NULL) != AUD_OK) {
        bag = NULL;
    }
    aud_arena_clear(&arena);
    return 0;
}
