/* engine/vcs/folder.c - a plain folder: links followed, each file once however many lead to it. */
#include "engine/base/map.h"
#include "engine/vcs/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct identity {
    dev_t device;
    ino_t number;
} identity;

typedef struct walk {
    aud_vcs *vcs;
    aud_arena arena;
    AUD_VEC(aud_str) links; /* found, and followed when the folder itself is walked */
    AUD_VEC(aud_str) hops;  /* links to links, followed last: a file has the name nearest to it */
    aud_map *seen;          /* identities of what was reached through links */
    unsigned depth;
    char path[VCS_PATH_MAX + 1];
} walk;

static aud_status note_unreadable(walk *w, size_t len, aud_status st, const char *why,
                                  aud_error *err)
{
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    return aud_listing_gap(w->vcs, (aud_str){w->path, len},
                           st == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_UNREADABLE, err, "%s", why);
}

static aud_status read_folder(walk *w, size_t len, bool through_link, disk_names *names,
                              aud_error *err)
{
    aud_error why = {0};
    aud_status st =
        aud_disk_names(w->vcs->root_fd, (aud_str){w->path, len}, through_link, names, &why);

    if (st != AUD_OK) {
        aud_disk_names_clear(names);
        return note_unreadable(w, len, st, why.message, err);
    }
    return AUD_OK;
}

/* Whether it was reached before; notes it. */
static aud_status reached_before(walk *w, const struct stat *st, bool *out, aud_error *err)
{
    identity key;

    memset(&key, 0, sizeof key);
    key.device = st->st_dev;
    key.number = st->st_ino;
    *out = aud_map_get(w->seen, (aud_str){(const char *)&key, sizeof key}) != NULL;
    return *out ? AUD_OK : aud_map_put(w->seen, (aud_str){(const char *)&key, sizeof key}, w, err);
}

static aud_status keep_link(walk *w, size_t len, aud_error *err)
{
    aud_str path;

    if (w->links.len >= VCS_ENTRIES_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "holds more than %zu links", VCS_ENTRIES_MAX);
    }
    AUD_TRY(aud_arena_dup(&w->arena, (aud_str){w->path, len}, &path, err));
    return AUD_VEC_PUSH(&w->links, path, err);
}

static aud_status walk_folder(walk *w, size_t len, bool outside, bool through_link, aud_error *err);

/* `outside`: behind a link that left the folder, where each thing could be reached twice. */
static aud_status visit(walk *w, size_t len, const disk_name *name, bool outside, aud_error *err)
{
    aud_str folder = {w->path, len};

    if (name->type == NAME_OTHER || strcmp(name->name, ".git") == 0) {
        return AUD_OK;
    }
    if (!aud_path_join(w->path, folder, aud_str_of(name->name), &len) ||
        w->depth >= VCS_DEPTH_MAX) {
        return aud_listing_gap(w->vcs, folder, AUD_GAP_LIMIT, err,
                               "holds a path over %d bytes or %d folders deep", VCS_PATH_MAX,
                               VCS_DEPTH_MAX);
    }
    if (name->type == NAME_LINK) {
        return keep_link(w, len, err);
    }
    if (outside) {
        struct stat st;
        bool before;

        if (fstatat(w->vcs->root_fd, w->path, &st, AT_SYMLINK_NOFOLLOW) != 0) {
            return note_unreadable(w, len, AUD_E_IO, "cannot be looked at", err);
        }
        AUD_TRY(reached_before(w, &st, &before, err));
        if (before) {
            return AUD_OK;
        }
    }
    return name->type == NAME_FOLDER ? walk_folder(w, len, outside, false, err)
                                     : aud_listing_file(w->vcs, (aud_str){w->path, len}, err);
}

static aud_status walk_folder(walk *w, size_t len, bool outside, bool through_link, aud_error *err)
{
    AUD_CLEANUP(aud_disk_names_clear) disk_names names = {0};

    w->path[len] = '\0';
    AUD_TRY(read_folder(w, len, through_link, &names, err));
    w->depth++;
    for (size_t i = 0; i < names.list.len; i++) {
        AUD_TRY(visit(w, len, &names.list.items[i], outside, err));
    }
    w->depth--;
    return AUD_OK;
}

static aud_status note_dead_link(walk *w, size_t len, int number, aud_error *err)
{
    if (number == EACCES || number == EPERM) {
        return note_unreadable(w, len, AUD_E_DENIED,
                               "is a symbolic link into a folder that may not be read", err);
    }
    return aud_listing_gap(w->vcs, (aud_str){w->path, len}, AUD_GAP_LINK, err, "%s",
                           number == ELOOP ? "is a symbolic link in a circle of links"
                                           : "is a symbolic link that leads to nothing");
}

/* "ab12cd34.0" of a hashed folder, which leads to "Example_Root.pem", which leads to the file. */
static bool leads_to_link(const walk *w, aud_str path)
{
    char at[VCS_PATH_MAX + 1], target[VCS_PATH_MAX + 1];
    size_t folder = path.len;
    struct stat st;
    ssize_t len = readlinkat(w->vcs->root_fd, w->path, target, sizeof target);

    while (folder > 0 && path.ptr[folder - 1] != '/') {
        folder--;
    }
    if (len <= 0 || (size_t)len >= sizeof target) {
        return false;
    }
    folder = target[0] == '/' ? 0 : folder;
    if (folder + (size_t)len > VCS_PATH_MAX) {
        return false;
    }
    memcpy(at, path.ptr, folder);
    memcpy(at + folder, target, (size_t)len);
    at[folder + (size_t)len] = '\0';
    return fstatat(w->vcs->root_fd, at, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

/* What a link reaches inside the folder is listed at its own path; what lies outside, here. */
static aud_status follow_link(walk *w, aud_str path, bool hops, aud_error *err)
{
    char full[VCS_PATH_MAX + 1], end[VCS_PATH_MAX + 1];
    aud_str root = w->vcs->root, reached;
    struct stat st;
    bool before;
    size_t len;

    memcpy(w->path, path.ptr, path.len);
    w->path[path.len] = '\0';
    if (!w->vcs->follow_links) {
        return aud_listing_gap(w->vcs, path, AUD_GAP_LINK, err,
                               "is a symbolic link, which is not followed");
    }
    if (!hops && leads_to_link(w, path)) {
        return AUD_VEC_PUSH(&w->hops, path, err);
    }
    if (!aud_path_join(full, root, path, &len)) {
        return note_unreadable(w, path.len, AUD_E_LIMIT, "has too long a path", err);
    }
    if (realpath(full, end) == NULL || stat(end, &st) != 0) {
        return note_dead_link(w, path.len, errno, err);
    }
    reached = aud_str_of(end);
    if (aud_str_eq(reached, root) || aud_path_below(reached, root)) {
        return AUD_OK;
    }
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        return AUD_OK;
    }
    if (aud_str_eq(reached, AUD_LIT("/")) || aud_path_below(root, reached)) {
        return aud_listing_gap(w->vcs, path, AUD_GAP_LINK, err,
                               "is a symbolic link to a folder that holds this one");
    }
    AUD_TRY(reached_before(w, &st, &before, err));
    if (before) {
        return AUD_OK;
    }
    return S_ISDIR(st.st_mode) ? walk_folder(w, path.len, true, true, err)
                               : aud_listing_file(w->vcs, path, err);
}

/* Grows while links behind links turn up. */
static aud_status follow_links(walk *w, aud_error *err)
{
    size_t link = 0, hop = 0;

    while (link < w->links.len || hop < w->hops.len) {
        if (link < w->links.len) {
            AUD_TRY(follow_link(w, w->links.items[link], false, err));
            link++;
        } else {
            AUD_TRY(follow_link(w, w->hops.items[hop], true, err));
            hop++;
        }
    }
    return AUD_OK;
}

static void walk_close(walk *w)
{
    aud_free(w->hops.items);
    aud_free(w->links.items);
    aud_map_freep(&w->seen);
    aud_arena_clear(&w->arena);
}

aud_status aud_folder_list(aud_vcs *vcs, aud_error *err)
{
    AUD_CLEANUP(walk_close) walk w = {.vcs = vcs};

    aud_arena_init(&w.arena, AUD_ARENA_NO_MAX);
    if (vcs->only.len > 0) {
        AUD_TRY(aud_listing_file(vcs, vcs->only, err));
        return aud_listing_finish(vcs, err);
    }
    AUD_TRY(aud_map_new(&w.seen, err));
    AUD_TRY(walk_folder(&w, 0, false, false, err));
    AUD_TRY(follow_links(&w, err));
    return aud_listing_finish(vcs, err);
}
