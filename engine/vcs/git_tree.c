/* engine/vcs/git_tree.c - what a revision holds: trees walked without looking at any blob. */
#include "engine/base/text.h"
#include "engine/vcs/internal.h"

#include <git2.h>

enum { ID_LEN = 20, TREE_MAX = 256 << 20, TARGET_MAX = VCS_PATH_MAX };

static bool has_kind(uint32_t mode, uint32_t kind)
{
    return (mode & 0170000u) == kind;
}

bool aud_git_mode_is_folder(uint32_t mode)
{
    return has_kind(mode, 0040000u);
}

bool aud_git_mode_is_link(uint32_t mode)
{
    return has_kind(mode, 0120000u);
}

bool aud_git_mode_is_submodule(uint32_t mode)
{
    return has_kind(mode, 0160000u);
}

typedef struct tree_entry {
    uint32_t mode;
    aud_str name;
    const unsigned char *id;
} tree_entry;

static bool is_bad_name(aud_str name)
{
    return name.len == 0 || memchr(name.ptr, '/', name.len) != NULL ||
           aud_str_eq(name, AUD_LIT(".")) || aud_str_eq(name, AUD_LIT("..")) ||
           aud_str_eq(name, AUD_LIT(".git"));
}

/* Cuts one "MODE NAME\0ID" off `*rest`. */
static bool next_entry(aud_str *rest, tree_entry *out)
{
    size_t at = 0;
    const char *nul;

    out->mode = 0;
    while (at < rest->len && at < 8 && rest->ptr[at] >= '0' && rest->ptr[at] <= '7') {
        out->mode = out->mode << 3 | (uint32_t)(rest->ptr[at] - '0');
        at++;
    }
    if (at == 0 || at >= rest->len || rest->ptr[at] != ' ') {
        return false;
    }
    at++;
    nul = memchr(rest->ptr + at, '\0', rest->len - at);
    if (nul == NULL) {
        return false;
    }
    out->name = aud_str_sub(*rest, at, (size_t)(nul - rest->ptr) - at);
    at += out->name.len + 1;
    if (rest->len - at < ID_LEN || is_bad_name(out->name)) {
        return false;
    }
    out->id = (const unsigned char *)rest->ptr + at;
    *rest = aud_str_sub(*rest, at + ID_LEN, rest->len);
    return true;
}

static void object_freep(git_odb_object **object)
{
    git_odb_object_free(*object);
}

static void odb_freep(git_odb **odb)
{
    git_odb_free(*odb);
}

typedef struct walk {
    aud_vcs *vcs;
    git_odb *odb;
    aud_buf scratch;
    char path[VCS_PATH_MAX + 1];
    unsigned depth;
    size_t visited; /* trees within trees can multiply without holding one file */
} walk;

static aud_status read_object(walk *w, const unsigned char *id, git_object_t type, uint64_t max,
                              git_odb_object **out, aud_str *bytes, aud_error *err)
{
    const git_wanted wanted = {.id = id, .type = (int)type, .max = max};

    return aud_git_object(w->vcs, w->odb, &wanted, &w->scratch, out, bytes, err);
}

/* A part that cannot be read is a gap at its path; only lack of memory ends the walk. */
static aud_status note_broken(walk *w, aud_str path, aud_status st, const aud_error *why,
                              aud_error *err)
{
    aud_gap_kind kind = st == AUD_E_NOT_FOUND ? AUD_GAP_UNREADABLE
                        : st == AUD_E_LIMIT   ? AUD_GAP_LIMIT
                                              : AUD_GAP_BROKEN;

    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why->message);
    }
    return aud_listing_gap(w->vcs, path, kind, err, "%s", why->message);
}

static aud_status add_link(walk *w, aud_str path, const unsigned char *id, aud_error *err)
{
    AUD_CLEANUP(object_freep) git_odb_object *object = NULL;
    aud_error why = {0};
    aud_str target;
    aud_status st = read_object(w, id, GIT_OBJECT_BLOB, TARGET_MAX, &object, &target, &why);

    return st == AUD_OK ? aud_listing_link(w->vcs, path, target, err)
                        : note_broken(w, path, st, &why, err);
}

static aud_status walk_tree(walk *w, const unsigned char *id, size_t len, aud_error *err);

static aud_status walk_entry(walk *w, const tree_entry *entry, size_t len, aud_error *err)
{
    aud_str folder = {w->path, len};
    aud_str path;

    if (!aud_path_join(w->path, folder, entry->name, &len) || w->depth >= VCS_DEPTH_MAX) {
        return aud_listing_gap(w->vcs, folder, AUD_GAP_LIMIT, err,
                               "holds a path over %d bytes or %d folders deep", VCS_PATH_MAX,
                               VCS_DEPTH_MAX);
    }
    path = (aud_str){w->path, len};
    if (aud_git_mode_is_folder(entry->mode)) {
        return walk_tree(w, entry->id, len, err);
    }
    if (aud_git_mode_is_link(entry->mode)) {
        return add_link(w, path, entry->id, err);
    }
    if (aud_git_mode_is_submodule(entry->mode)) {
        return aud_listing_gap(w->vcs, path, AUD_GAP_SUBMODULE, err,
                               "is a submodule; name its repository as a source of its own");
    }
    return aud_listing_blob(w->vcs, path, entry->id, err);
}

/* `len` bytes of w->path are the tree's own path. */
static aud_status walk_tree(walk *w, const unsigned char *id, size_t len, aud_error *err)
{
    AUD_CLEANUP(object_freep) git_odb_object *object = NULL;
    aud_error why = {0};
    aud_str rest;
    tree_entry entry;
    aud_status st = read_object(w, id, GIT_OBJECT_TREE, TREE_MAX, &object, &rest, &why);

    if (st != AUD_OK) {
        return note_broken(w, (aud_str){w->path, len}, st, &why, err);
    }
    if (++w->visited > VCS_ENTRIES_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "holds more than %zu folders", VCS_ENTRIES_MAX);
    }
    w->depth++;
    while (rest.len > 0) {
        if (!next_entry(&rest, &entry)) {
            AUD_TRY(aud_listing_gap(w->vcs, (aud_str){w->path, len}, AUD_GAP_BROKEN, err,
                                    "the tree object holds an entry that no git writes"));
            break;
        }
        AUD_TRY(walk_entry(w, &entry, len, err));
    }
    w->depth--;
    return AUD_OK;
}

static aud_status find_in(walk *w, const unsigned char *tree, aud_str name, git_found *out,
                          aud_error *err)
{
    AUD_CLEANUP(object_freep) git_odb_object *object = NULL;
    aud_str rest;
    tree_entry entry;

    AUD_TRY(read_object(w, tree, GIT_OBJECT_TREE, TREE_MAX, &object, &rest, err));
    while (rest.len > 0 && next_entry(&rest, &entry)) {
        if (aud_str_eq(entry.name, name)) {
            memcpy(out->id, entry.id, ID_LEN);
            out->mode = entry.mode;
            return AUD_OK;
        }
    }
    return aud_fail(err, AUD_E_NOT_FOUND, "there is no '%.*s' at this revision", AUD_ARG(name));
}

static aud_status find_path(walk *w, aud_str path, git_found *out, aud_error *err)
{
    aud_str part;

    memcpy(out->id, w->vcs->tree, ID_LEN);
    out->mode = 0040000u;
    while (aud_str_split(&path, '/', &part)) {
        git_found found;

        if (part.len == 0) {
            continue;
        }
        if (!aud_git_mode_is_folder(out->mode)) {
            return aud_fail(err, AUD_E_NOT_FOUND, "there is no '%.*s' at this revision",
                            AUD_ARG(part));
        }
        AUD_TRY(find_in(w, out->id, part, &found, err));
        *out = found;
    }
    return AUD_OK;
}

static aud_status walk_open(walk *w, aud_vcs *vcs, aud_error *err)
{
    *w = (walk){.vcs = vcs};
    aud_buf_init(&w->scratch, (size_t)64 << 20);
    return aud_git_odb(vcs, &w->odb, err);
}

static void walk_close(walk *w)
{
    aud_buf_clear(&w->scratch);
    odb_freep(&w->odb);
}

aud_status aud_git_list(aud_vcs *vcs, aud_error *err)
{
    AUD_CLEANUP(walk_close) walk w = {0};
    git_found start;

    AUD_TRY(walk_open(&w, vcs, err));
    AUD_TRY(find_path(&w, vcs->prefix, &start, err));
    if (!aud_git_mode_is_folder(start.mode)) {
        return aud_fail(err, AUD_E_NOT_FOUND, "'%.*s' is no folder at this revision",
                        AUD_ARG(vcs->prefix));
    }
    AUD_TRY(walk_tree(&w, start.id, 0, err));
    return aud_listing_finish(vcs, err);
}

aud_status aud_git_find_path(aud_vcs *vcs, aud_str path, git_found *out, aud_error *err)
{
    AUD_CLEANUP(walk_close) walk w = {0};

    AUD_TRY(walk_open(&w, vcs, err));
    return find_path(&w, path, out, err);
}

aud_status aud_git_read_path(aud_vcs *vcs, aud_str path, size_t max, aud_arena *arena, aud_str *out,
                             aud_error *err)
{
    AUD_CLEANUP(walk_close) walk w = {0};
    AUD_CLEANUP(object_freep) git_odb_object *object = NULL;
    git_found found;
    aud_str bytes;

    AUD_TRY(walk_open(&w, vcs, err));
    AUD_TRY(find_path(&w, path, &found, err));
    if (!has_kind(found.mode, 0100000u)) {
        return aud_fail(err, AUD_E_NOT_FOUND, "is not a regular file");
    }
    AUD_TRY(read_object(&w, found.id, GIT_OBJECT_BLOB, max, &object, &bytes, err));
    return aud_arena_dup(arena, bytes, out, err);
}
