/* engine/vcs/glob.c - which neighbours of a file a pattern fits: nginx and httpd include so. */
#include "engine/base/text.h"
#include "engine/vcs/internal.h"

enum { MAX_FOUND = 65536 };

typedef AUD_VEC(aud_str) path_list;

typedef struct found {
    const aud_vcs *vcs;
    aud_str shown; /* the folder as the pattern has it, with its '/': what stands before names */
    aud_arena *arena;
    path_list list;
} found;

static void found_clear(found *f)
{
    aud_free(f->list.items);
}

bool aud_path_normalise(aud_str path, char out[VCS_PATH_MAX + 1])
{
    size_t len = 0;
    aud_str part;

    out[0] = '\0';
    while (aud_str_split(&path, '/', &part)) {
        if (part.len == 0 || aud_str_eq(part, AUD_LIT("."))) {
            continue;
        }
        if (aud_str_eq(part, AUD_LIT(".."))) {
            if (len == 0) {
                return false;
            }
            len = aud_path_folder((aud_str){out, len}).len;
            out[len] = '\0';
        } else if (!aud_path_join(out, (aud_str){out, len}, part, &len)) {
            return false;
        }
    }
    return true;
}

static bool is_wild(aud_str part)
{
    return aud_str_has(part, AUD_LIT("*")) || aud_str_has(part, AUD_LIT("?")) ||
           aud_str_has(part, AUD_LIT("["));
}

/* Splits before the first part that is no plain name: "conf.d/" and "*.conf". */
static aud_str literal_folder(aud_str pattern)
{
    size_t begin = 0;

    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] == '/') {
            if (is_wild(aud_str_sub(pattern, begin, i - begin))) {
                break;
            }
            begin = i + 1;
        }
    }
    return aud_str_sub(pattern, 0, begin);
}

/* As glob(3): '*' and '?' do not stand for a dot at the beginning of a name. */
static bool hides(aud_str pattern, aud_str name)
{
    return aud_str_starts(name, AUD_LIT(".")) && !aud_str_starts(pattern, AUD_LIT("."));
}

static aud_status keep(found *f, aud_str name, aud_error *err)
{
    aud_str path;

    if (f->list.len >= MAX_FOUND) {
        return aud_fail(err, AUD_E_LIMIT, "a pattern fits more than %d files", MAX_FOUND);
    }
    AUD_TRY(aud_arena_printf(f->arena, &path, err, "%.*s%.*s", AUD_ARG(f->shown), AUD_ARG(name)));
    return AUD_VEC_PUSH(&f->list, path, err);
}

/* A folder on disk: its links are no entries of the listing, for what they lead to is. */
static aud_status on_disk(found *f, aud_str folder, aud_str rest, aud_error *err)
{
    AUD_CLEANUP(aud_disk_names_clear) disk_names names = {0};
    const aud_status st = aud_disk_names(f->vcs->root_fd, folder, true, &names, NULL);

    if (st != AUD_OK) {
        return st == AUD_E_NOMEM ? aud_fail(err, st, "out of memory") : AUD_OK;
    }
    for (size_t i = 0; i < names.list.len; i++) {
        const aud_str name = aud_str_of(names.list.items[i].name);
        const uint8_t type = names.list.items[i].type;

        if ((type == NAME_FILE || type == NAME_LINK) && !hides(rest, name) &&
            aud_glob_match(rest, name)) {
            AUD_TRY(keep(f, name, err));
        }
    }
    return AUD_OK;
}

static aud_status match_listed(found *f, aud_str path, aud_str folder, aud_str rest, aud_error *err)
{
    const size_t skip = folder.len == 0 ? 0 : folder.len + 1;

    if (folder.len > 0 && !aud_path_below(path, folder)) {
        return AUD_OK;
    }
    const aud_str name = aud_str_sub(path, skip, path.len);
    return !hides(rest, name) && aud_glob_match(rest, name) ? keep(f, name, err) : AUD_OK;
}

static aud_status in_listing(found *f, aud_str folder, aud_str rest, aud_error *err)
{
    const aud_vcs *vcs = f->vcs;

    for (size_t i = 0; i < vcs->num_sorted; i++) {
        if (vcs->entries.items[i].kind == AUD_ENTRY_FILE) {
            AUD_TRY(match_listed(f, vcs->entries.items[i].path, folder, rest, err));
        }
    }
    for (size_t i = 0; i < vcs->links.len; i++) {
        AUD_TRY(match_listed(f, vcs->links.items[i].path, folder, rest, err));
    }
    return AUD_OK;
}

static int order_paths(const void *left, const void *right)
{
    return aud_str_cmp(*(const aud_str *)left, *(const aud_str *)right);
}

static aud_status find(found *f, aud_str path, aud_str pattern, aud_error *err)
{
    char asked[VCS_PATH_MAX + 1], folder[VCS_PATH_MAX + 1];
    const aud_str rest = aud_str_sub(pattern, f->shown.len, pattern.len);
    size_t len;

    if (pattern.len == 0 || pattern.ptr[0] == '/' ||
        memchr(pattern.ptr, '\0', pattern.len) != NULL ||
        !aud_path_join(asked, aud_path_folder(path), f->shown, &len)) {
        return AUD_OK;
    }
    if (f->vcs->mode == VCS_FOLDER || f->vcs->only.len > 0) {
        return aud_path_normalise((aud_str){asked, len}, folder) && !aud_str_has(rest, AUD_LIT("/"))
                   ? on_disk(f, aud_str_of(folder), rest, err)
                   : AUD_OK;
    }
    /* a folder of nothing but links is no folder of the listing: its links are found by their path
     */
    switch (aud_listing_resolve(f->vcs, (aud_str){asked, len}, folder)) {
    case LINK_FOLDER:
    case LINK_NOTHING:
        return in_listing(f, aud_str_of(folder), rest, err);
    case LINK_FILE:
    case LINK_OUTSIDE:
    case LINK_LOOP:
        break;
    }
    return AUD_OK;
}

aud_status aud_vcs_glob(const aud_vcs *vcs, aud_str path, aud_str pattern, aud_arena *arena,
                        aud_str **out, size_t *out_num, aud_error *err)
{
    AUD_CLEANUP(found_clear)
    found f = {.vcs = vcs, .shown = literal_folder(pattern), .arena = arena};

    *out_num = 0;
    AUD_TRY(find(&f, path, pattern, err));
    *out = aud_arena_array(arena, f.list.len, sizeof **out);
    if (*out == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (f.list.len > 0) {
        memcpy(*out, f.list.items, f.list.len * sizeof **out);
        qsort(*out, f.list.len, sizeof **out, order_paths);
    }
    *out_num = f.list.len;
    return AUD_OK;
}
