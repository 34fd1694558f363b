/* tests/fuzz/fuzz_audit_config.c - any text as the configuration: read, or refused with a reason.
 */
#include "engine/audit/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const aud_config *config)
{
    for (size_t i = 0; i < config->num_sources; i++) {
        const aud_source_config *s = &config->sources[i];

        if (s->name.len == 0 || s->path.len == 0 || s->line == 0 || s->max_age_seconds < 0 ||
            (s->format.len > 0 && aud_adapter_find(s->format) == NULL)) {
            abort();
        }
    }
    for (size_t i = 0; i < config->num_accepts; i++) {
        if (config->accepts[i].path.len == 0 || config->accepts[i].reason.len == 0) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aud_str path = AUD_LIT("in/certaudit.yaml");
    aud_arena arena;
    aud_config config;
    aud_error err = {0};

    aud_arena_init(&arena, (size_t)64 << 20);
    switch (aud_config_read(path, (aud_str){(const char *)data, size}, &arena, &config, &err)) {
    case AUD_OK:
        check(&config);
        break;
    case AUD_E_USAGE:
        if (err.message[0] == '\0') {
            abort();
        }
        break;
    case AUD_E_NOMEM:
        break;
    default: /* nothing else is in the contract */
        abort();
    }
    aud_arena_clear(&arena);
    return 0;
}
