/* engine/policy/read_dir.c - PACK/POLICY.lua and PACK/pack.lua files of a folder. */
#include "engine/base/out.h"
#include "engine/base/text.h"
#include "engine/policy/policy.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_PATH = 4096, MAX_FILES = 10000, MAX_TEXT = 256 << 10, MAX_HINTS = 256 };

typedef AUD_VEC(aud_str) name_list;
typedef AUD_VEC(aud_policy_text) text_list;

static void name_list_clear(name_list *list)
{
    aud_free(list->items);
}

static void text_list_clear(text_list *list)
{
    aud_free(list->items);
}

static void close_dirp(DIR **dir)
{
    if (*dir != NULL) {
        (void)closedir(*dir);
    }
}

static int order_names(const void *left, const void *right)
{
    return aud_str_cmp(*(const aud_str *)left, *(const aud_str *)right);
}

static aud_status join(aud_str folder, aud_str name, aud_arena *arena, aud_str *out, aud_error *err)
{
    if (folder.len + name.len + 2 > MAX_PATH) {
        return aud_fail(err, AUD_E_LIMIT, "a path longer than %d bytes", MAX_PATH);
    }
    return aud_arena_printf(arena, out, err, "%.*s/%.*s", AUD_ARG(folder), AUD_ARG(name));
}

/* Names in the folder, sorted, without hidden ones. */
static aud_status list_names(aud_str folder, aud_arena *arena, name_list *out, aud_error *err)
{
    AUD_CLEANUP(close_dirp) DIR *dir = NULL;
    aud_str path, name;

    AUD_TRY(aud_arena_dup(arena, folder, &path, err));
    dir = opendir(path.ptr);
    if (dir == NULL) {
        return aud_fail(err, errno == ENOENT || errno == ENOTDIR ? AUD_E_NOT_FOUND : AUD_E_IO,
                        "cannot read the folder '%.*s' of policies", AUD_ARG(folder));
    }
    for (;;) {
        const struct dirent *entry;

        errno = 0;
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread has this stream */
        entry = readdir(dir);
        if (entry == NULL) {
            break;
        }
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (out->len >= MAX_FILES) {
            return aud_fail(err, AUD_E_LIMIT, "more than %d entries in '%.*s'", MAX_FILES,
                            AUD_ARG(folder));
        }
        AUD_TRY(aud_arena_dup(arena, aud_str_of(entry->d_name), &name, err));
        AUD_TRY(AUD_VEC_PUSH(out, name, err));
    }
    if (errno != 0) {
        return aud_fail(err, AUD_E_IO, "cannot read the folder '%.*s' of policies",
                        AUD_ARG(folder));
    }
    if (out->len > 0) {
        qsort(out->items, out->len, sizeof *out->items, order_names);
    }
    return AUD_OK;
}

static bool is_folder(aud_str path)
{
    struct stat info;

    return stat(path.ptr, &info) == 0 && S_ISDIR(info.st_mode);
}

/* One that is too long stays so: loading says it of this policy, and the others still judge. */
static aud_status read_text(aud_arena *arena, aud_str path, aud_str *out, aud_error *err)
{
    aud_status st = aud_file_read(path, MAX_TEXT, arena, out, err);

    if (st == AUD_E_LIMIT) {
        out->len = MAX_TEXT + 1;
        out->ptr = aud_arena_array(arena, out->len, 1);
        return out->ptr == NULL ? aud_fail(err, AUD_E_NOMEM, "out of memory") : AUD_OK;
    }
    return st;
}

static aud_status read_pack(aud_str folder, aud_str pack, aud_arena *arena, text_list *out,
                            aud_error *err)
{
    AUD_CLEANUP(name_list_clear) name_list names = {0};
    const aud_str suffix = AUD_LIT(".lua");

    AUD_TRY(list_names(folder, arena, &names, err));
    for (size_t i = 0; i < names.len; i++) {
        aud_str name = names.items[i];
        aud_policy_text text = {.text = {NULL, 0}};

        if (!aud_str_ends(name, suffix)) {
            continue;
        }
        AUD_TRY(join(folder, name, arena, &text.path, err));
        AUD_TRY(join(pack, aud_str_sub(name, 0, name.len - suffix.len), arena, &text.id, err));
        AUD_TRY(read_text(arena, text.path, &text.text, err));
        if (out->len >= MAX_FILES) {
            return aud_fail(err, AUD_E_LIMIT, "more than %d policies", MAX_FILES);
        }
        AUD_TRY(AUD_VEC_PUSH(out, text, err));
    }
    return AUD_OK;
}

static bool is_wanted(aud_str name, const aud_str *packs, size_t num_packs)
{
    for (size_t i = 0; i < num_packs; i++) {
        if (aud_str_eq(packs[i], name)) {
            return true;
        }
    }
    return num_packs == 0;
}

static aud_status check_packs(aud_str dir, const name_list *names, const aud_str *packs,
                              size_t num_packs, aud_arena *arena, aud_error *err)
{
    const char *hints[MAX_HINTS];
    size_t num = 0;

    for (size_t i = 0; i < names->len && num < MAX_HINTS; i++) {
        hints[num++] = names->items[i].ptr;
    }
    for (size_t i = 0; i < num_packs; i++) {
        const char *near = aud_nearest(packs[i], hints, num);
        bool found = false;

        for (size_t k = 0; k < names->len && !found; k++) {
            aud_str path;

            if (aud_str_eq(names->items[k], packs[i])) {
                AUD_TRY(join(dir, names->items[k], arena, &path, err));
                found = is_folder(path);
            }
        }
        if (!found) {
            return aud_fail(err, AUD_E_USAGE, "there is no policy pack '%.*s' in '%.*s'%s%s%s",
                            AUD_ARG(packs[i]), AUD_ARG(dir), near == NULL ? "" : "; did you mean '",
                            near == NULL ? "" : near, near == NULL ? "" : "'?");
        }
    }
    return AUD_OK;
}

aud_status aud_policy_read_dir(aud_str dir, const aud_str *packs, size_t num_packs,
                               aud_arena *arena, const aud_policy_text **out, size_t *out_num,
                               aud_error *err)
{
    AUD_CLEANUP(name_list_clear) name_list names = {0};
    AUD_CLEANUP(text_list_clear) text_list texts = {0};
    aud_policy_text *kept;

    AUD_TRY(list_names(dir, arena, &names, err));
    AUD_TRY(check_packs(dir, &names, packs, num_packs, arena, err));
    for (size_t i = 0; i < names.len; i++) {
        aud_str path;

        AUD_TRY(join(dir, names.items[i], arena, &path, err));
        if (is_folder(path)) {
            if (is_wanted(names.items[i], packs, num_packs)) {
                AUD_TRY(read_pack(path, names.items[i], arena, &texts, err));
            }
        } else if (aud_str_ends(path, AUD_LIT(".lua"))) {
            /* it would be a policy that nobody ever judges by */
            return aud_fail(err, AUD_E_USAGE, "the policy '%.*s' lies outside of a pack's folder",
                            AUD_ARG(path));
        }
    }
    kept = aud_arena_array(arena, texts.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (texts.len > 0) {
        memcpy(kept, texts.items, texts.len * sizeof *kept);
    }
    *out = kept;
    *out_num = texts.len;
    return AUD_OK;
}
