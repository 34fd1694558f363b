/* tests/fuzz/fuzz_vcs_git_files.c - any bytes as git's index, as ignore rules, as configuration. */
#include "engine/vcs/git_index.h"
#include "engine/vcs/ignore.h"
#include "engine/vcs/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static aud_status see_key(void *ctx, aud_str section, aud_str key, aud_str value, aud_error *err)
{
    size_t *seen = ctx;

    AUD_UNUSED(err);
    *seen += section.len + key.len + value.len;
    return AUD_OK;
}

static void try_index(aud_str bytes)
{
    AUD_CLEANUP(aud_git_index_clear) git_tracked tracked = {0};
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;

    aud_arena_init(&arena, (size_t)256 << 20);
    if (aud_git_index_parse(bytes, &arena, &tracked, NULL) != AUD_OK) {
        return;
    }
    for (size_t i = 0; i < tracked.paths.len; i++) {
        aud_str path = tracked.paths.items[i].path;
        aud_str folder = aud_path_folder(path);

        /* each path is found again, and in its folder */
        if (aud_git_index_find(&tracked, path) == NULL ||
            (folder.len > 0 && !aud_git_index_has_below(&tracked, folder))) {
            __builtin_trap();
        }
    }
}

static void try_ignore(aud_str text)
{
    static const aud_str paths[] = {AUD_LIT_INIT("a"), AUD_LIT_INIT("a/b.pem"),
                                    AUD_LIT_INIT("deep/er/tls.key")};
    AUD_CLEANUP(aud_ignore_clear) ignore_file file = {0};
    bool any = false;

    if (aud_ignore_parse(text, 0, NULL, &file, NULL) == AUD_OK) {
        for (size_t i = 0; i < AUD_COUNT(paths); i++) {
            any = aud_ignore_matches(&file, paths[i], i == 0) || any;
        }
    }
    if (any && file.rules.len == 0) {
        __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aud_str bytes = {(const char *)data, size};
    size_t seen = 0;

    try_index(bytes);
    try_ignore(bytes);
    return aud_git_config_scan(bytes, see_key, &seen, NULL) == AUD_OK ? 0 : -1;
}
