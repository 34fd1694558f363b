/* engine/vcs/vcs.c - opens what is named: finds the repository, chooses disk or revision. */
#include "engine/vcs/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was named, taken apart. */
typedef struct named {
    char folder[VCS_PATH_MAX + 1]; /* real path of a folder that is there */
    char only[VCS_PATH_MAX + 1];   /* a file in it */
    char gone[VCS_PATH_MAX + 1];   /* a path below it that is not on disk, only in a revision */
} named;

static aud_status fail_path(aud_str path, int number, aud_error *err)
{
    char words[128];

    if (number == ENOENT || number == ENOTDIR) {
        return aud_fail(err, AUD_E_NOT_FOUND, "there is no '%.*s'", AUD_ARG(path));
    }
    return aud_fail(err, aud_status_of_errno(number), "cannot open '%.*s': %s", AUD_ARG(path),
                    strerror_r(number, words, sizeof words));
}

/* Moves the last part of `path` to the front of `tail`; false if there is none to move. */
static bool move_last(char path[VCS_PATH_MAX + 1], char tail[VCS_PATH_MAX + 1])
{
    char last[VCS_PATH_MAX + 1];
    size_t len = strlen(path);
    aud_str folder, part;

    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    folder = aud_path_folder((aud_str){path, len});
    part = aud_str_sub((aud_str){path, len}, folder.len + (path[folder.len] == '/' ? 1 : 0), len);
    if (part.len == 0 || aud_str_eq(part, AUD_LIT("..")) || strcmp(path, ".") == 0) {
        return false;
    }
    memcpy(last, part.ptr, part.len);
    last[part.len] = '\0';
    if (tail[0] != '\0' && !aud_path_join(last, aud_str_of(last), aud_str_of(tail), &(size_t){0})) {
        return false;
    }
    memcpy(tail, last, strlen(last) + 1);
    if (folder.len == 0) {
        memcpy(path, path[0] == '/' ? "/" : ".", 2);
    } else {
        path[folder.len] = '\0';
    }
    return true;
}

static aud_status name_file(char path[VCS_PATH_MAX + 1], named *out, aud_str asked, aud_error *err)
{
    if (!move_last(path, out->only) || realpath(path, out->folder) == NULL) {
        return fail_path(asked, ENOENT, err);
    }
    return AUD_OK;
}

static aud_status take_apart(const aud_vcs_options *options, named *out, aud_error *err)
{
    aud_str asked = options->path.len > 0 ? options->path : AUD_LIT(".");
    char path[VCS_PATH_MAX + 1];
    struct stat st;

    *out = (named){0};
    if (asked.len > VCS_PATH_MAX || memchr(asked.ptr, '\0', asked.len) != NULL) {
        return aud_fail(err, AUD_E_NOT_FOUND, "a path is at most %d bytes, without NUL",
                        VCS_PATH_MAX);
    }
    memcpy(path, asked.ptr, asked.len);
    path[asked.len] = '\0';
    while (stat(path, &st) != 0) {
        if ((errno != ENOENT && errno != ENOTDIR) || options->rev.len == 0 ||
            !move_last(path, out->gone)) {
            return fail_path(asked, errno, err);
        }
    }
    if (S_ISDIR(st.st_mode)) {
        return realpath(path, out->folder) != NULL ? AUD_OK : fail_path(asked, errno, err);
    }
    if (!S_ISREG(st.st_mode)) {
        return aud_fail(err, AUD_E_UNSUPPORTED, "'%.*s' is neither a file nor a folder",
                        AUD_ARG(asked));
    }
    if (out->gone[0] != '\0') { /* a file now where the revision has a folder */
        return move_last(path, out->gone) && realpath(path, out->folder) != NULL
                   ? AUD_OK
                   : fail_path(asked, ENOENT, err);
    }
    return name_file(path, out, asked, err);
}

/* The repository around the folder, if that is not in a ".git" itself. */
static aud_status find_repository(aud_vcs *vcs, const named *n, aud_error *err)
{
    aud_str folder = aud_str_of(n->folder);

    AUD_TRY(aud_git_find(n->folder, &vcs->arena, &vcs->git, err));
    if (vcs->git.top.len == 0) {
        return AUD_OK;
    }
    vcs->prefix =
        aud_str_eq(folder, vcs->git.top)
            ? (aud_str){NULL, 0}
            : aud_str_sub(folder, vcs->git.top.len + (vcs->git.top.len > 1 ? 1 : 0), folder.len);
    if (aud_path_has_dot_git(vcs->prefix)) {
        vcs->git = (vcs_place){0};
        vcs->prefix = (aud_str){NULL, 0};
        return AUD_OK;
    }
    return aud_arena_dup(&vcs->arena, vcs->prefix, &vcs->prefix, err);
}

/* A link named in a work tree stands for what it leads to, wherever that is. */
static aud_status follow_named_link(aud_vcs *vcs, named *n, aud_error *err)
{
    char path[VCS_PATH_MAX + 1], end[VCS_PATH_MAX + 1];
    struct stat st;
    size_t len;

    if (n->only[0] == '\0' || vcs->git.gitdir.len == 0 ||
        !aud_path_join(path, aud_str_of(n->folder), aud_str_of(n->only), &len) ||
        lstat(path, &st) != 0 || !S_ISLNK(st.st_mode)) {
        return AUD_OK;
    }
    if (realpath(path, end) == NULL) {
        return fail_path((aud_str){path, len}, errno, err);
    }
    n->only[0] = '\0';
    AUD_TRY(name_file(end, n, aud_str_of(path), err));
    return find_repository(vcs, n, err);
}

static aud_status open_disk(aud_vcs *vcs, const named *n, aud_error *err)
{
    int access = n->only[0] != '\0' ? O_PATH : O_RDONLY;

    vcs->mode = vcs->git.gitdir.len > 0 ? VCS_WORK : VCS_FOLDER;
    AUD_TRY(aud_arena_dup(&vcs->arena, aud_str_of(n->folder), &vcs->root, err));
    AUD_TRY(aud_arena_dup(&vcs->arena, aud_str_of(n->only), &vcs->only, err));
    vcs->root_fd = open(n->folder, access | O_DIRECTORY | O_CLOEXEC);
    return vcs->root_fd >= 0 ? AUD_OK : fail_path(vcs->root, errno, err);
}

/* At a revision the revision itself tells whether the path is a file or a folder. */
static aud_status open_revision(aud_vcs *vcs, const named *n, aud_str rev, aud_error *err)
{
    char path[VCS_PATH_MAX + 1];
    const char *inner = n->only[0] != '\0' ? n->only : n->gone;
    git_found found;
    aud_str whole;
    size_t len;

    vcs->mode = VCS_TREE;
    AUD_TRY(aud_git_open(vcs, rev, err));
    if (!aud_path_join(path, vcs->prefix, aud_str_of(inner), &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    while (len > 0 && path[len - 1] == '/') {
        len--;
    }
    AUD_TRY(aud_arena_dup(&vcs->arena, (aud_str){path, len}, &whole, err));
    AUD_TRY(aud_git_find_path(vcs, whole, &found, err));
    if (aud_git_mode_is_folder(found.mode)) {
        vcs->prefix = whole;
        return AUD_OK;
    }
    AUD_TRY(aud_arena_dup(&vcs->arena, aud_path_folder(whole), &vcs->prefix, err));
    vcs->only = aud_str_sub(whole, vcs->prefix.len > 0 ? vcs->prefix.len + 1 : 0, whole.len);
    return AUD_OK;
}

static aud_status open_named(aud_vcs *vcs, const aud_vcs_options *options, aud_error *err)
{
    named n;
    bool bare;

    AUD_TRY(take_apart(options, &n, err));
    AUD_TRY(find_repository(vcs, &n, err));
    if (options->rev.len == 0) {
        AUD_TRY(follow_named_link(vcs, &n, err));
    }
    if (vcs->git.gitdir.len == 0) {
        if (options->rev.len > 0) {
            return aud_fail(err, AUD_E_NOT_FOUND,
                            "'%.*s' is in no git repository, so it has no revision '%.*s'",
                            AUD_ARG(options->path), AUD_ARG(options->rev));
        }
        return open_disk(vcs, &n, err);
    }
    vcs->place = AUD_PLACE_GIT;
    bare = vcs->git.top.len == 0;
    if (bare && options->inside.len > 0) {
        if (options->inside.len > VCS_PATH_MAX || aud_path_has_dot_git(options->inside)) {
            return aud_fail(err, AUD_E_NOT_FOUND, "there is no '%.*s'", AUD_ARG(options->inside));
        }
        memcpy(n.gone, options->inside.ptr, options->inside.len);
        n.gone[options->inside.len] = '\0';
    }
    AUD_TRY(aud_git_trusted(&vcs->git, err));
    AUD_TRY(aud_git_format(vcs, bare || options->rev.len > 0, err));
    if (bare || options->rev.len > 0) {
        return open_revision(vcs, &n, options->rev.len > 0 ? options->rev : AUD_LIT("HEAD"), err);
    }
    return open_disk(vcs, &n, err);
}

aud_status aud_vcs_open(const aud_vcs_options *options, aud_vcs **out, aud_error *err)
{
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = aud_alloc_zero(1, sizeof *vcs);

    if (vcs == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&vcs->arena, AUD_ARENA_NO_MAX);
    vcs->root_fd = -1;
    vcs->place = AUD_PLACE_FOLDER;
    vcs->follow_links = options->follow_links;
    AUD_TRY(aud_arena_dup(&vcs->arena, options->name, &vcs->name, err));
    AUD_TRY(aud_arena_dup(&vcs->arena, options->objects, &vcs->objects, err));
    AUD_TRY(aud_arena_dup(&vcs->arena, options->index, &vcs->index, err));
    AUD_TRY(open_named(vcs, options, err));
    *out = AUD_MOVE(vcs);
    return AUD_OK;
}

void aud_vcs_freep(aud_vcs **vcs)
{
    aud_vcs *v = *vcs;

    if (v == NULL) {
        return;
    }
    aud_git_close(v);
    if (v->root_fd >= 0) {
        (void)close(v->root_fd);
    }
    aud_free(v->entries.items);
    aud_free(v->links.items);
    aud_arena_clear(&v->arena);
    aud_free(v);
    *vcs = NULL;
}

const char *aud_vcs_kind(const aud_vcs *vcs)
{
    return vcs->mode != VCS_FOLDER ? "git" : vcs->only.len > 0 ? "file" : "folder";
}

aud_str aud_vcs_rev(const aud_vcs *vcs)
{
    return vcs->rev;
}

aud_place aud_vcs_place(const aud_vcs *vcs)
{
    return vcs->place;
}

aud_str aud_vcs_prefix(const aud_vcs *vcs)
{
    return vcs->prefix;
}

/* The one file that was named, or all. A link stands for the file that it leads to. */
static aud_status choose_given(aud_vcs *vcs, aud_error *err)
{
    char end[VCS_PATH_MAX + 1];

    vcs->given = vcs->entries.items;
    vcs->num_given = vcs->entries.len;
    if (vcs->only.len == 0) {
        return AUD_OK;
    }
    if (aud_listing_find(vcs, vcs->only) == NULL &&
        aud_listing_resolve(vcs, vcs->only, end) == LINK_FILE) {
        AUD_TRY(aud_arena_dup(&vcs->arena, aud_str_of(end), &vcs->only, err));
    }
    vcs->given = aud_listing_find(vcs, vcs->only);
    vcs->num_given = 1;
    return vcs->given != NULL
               ? AUD_OK
               : aud_fail(err, AUD_E_NOT_FOUND, "there is no file '%.*s'", AUD_ARG(vcs->only));
}

static aud_status list_once(aud_vcs *vcs, aud_error *err)
{
    switch (vcs->mode) {
    case VCS_FOLDER:
        AUD_TRY(aud_folder_list(vcs, err));
        break;
    case VCS_WORK:
        AUD_TRY(aud_work_list(vcs, err));
        break;
    case VCS_TREE:
        AUD_TRY(aud_git_list(vcs, err));
        break;
    }
    return choose_given(vcs, err);
}

aud_status aud_vcs_list(aud_vcs *vcs, const aud_entry **out, size_t *out_num, aud_error *err)
{
    if (!vcs->listed) {
        aud_status st = list_once(vcs, err);

        if (st != AUD_OK) {
            vcs->entries.len = 0;
            vcs->links.len = 0;
            vcs->num_sorted = 0;
            return st;
        }
        vcs->listed = true;
    }
    *out = vcs->given;
    *out_num = vcs->num_given;
    return AUD_OK;
}

bool aud_entry_differs(const aud_entry *a, const aud_entry *b)
{
    return !aud_str_eq(a->path, b->path) || a->kind != b->kind || a->has_id != b->has_id ||
           memcmp(a->id, b->id, sizeof a->id) != 0 || !aud_str_eq(a->reason, b->reason);
}

/* Leaves of both what the other does not have in the same way. */
static void drop_equal(aud_vcs *now, aud_vcs *then)
{
    aud_entry *a = now->entries.items, *b = then->entries.items;
    size_t i = 0, k = 0, kept_a = 0, kept_b = 0;

    while (i < now->entries.len || k < then->entries.len) {
        const int order = i == now->entries.len    ? 1
                          : k == then->entries.len ? -1
                                                   : aud_str_cmp(a[i].path, b[k].path);

        if (order == 0 && !aud_entry_differs(&a[i], &b[k])) {
            i++;
            k++;
            continue;
        }
        if (order <= 0) {
            a[kept_a++] = a[i++];
        }
        if (order >= 0) {
            b[kept_b++] = b[k++];
        }
    }
    now->entries.len = now->num_sorted = kept_a;
    then->entries.len = then->num_sorted = kept_b;
}

aud_status aud_vcs_narrow(aud_vcs *now, aud_vcs *then, bool *out_narrowed, aud_error *err)
{
    bool told = false;

    *out_narrowed = now->mode == VCS_TREE && then->mode == VCS_TREE && !now->listed &&
                    !then->listed && now->only.len + then->only.len == 0 &&
                    aud_str_eq(now->git.common, then->git.common) &&
                    aud_str_eq(now->prefix, then->prefix);
    if (!*out_narrowed) {
        return AUD_OK;
    }
    AUD_TRY(aud_git_pair(now, then, &told, err));
    if (!told) {
        AUD_TRY(aud_git_list(now, err));
        AUD_TRY(aud_git_list(then, err));
        drop_equal(now, then);
    }
    now->listed = then->listed = true;
    AUD_TRY(choose_given(now, err));
    return choose_given(then, err);
}

/* On disk: no link on the way, as none is followed at a revision; plain folders as they are. */
static aud_status read_on_disk(aud_vcs *vcs, aud_str top, aud_str path, size_t max,
                               aud_arena *arena, aud_str *out, aud_error *err)
{
    char full[VCS_PATH_MAX + 1], end[VCS_PATH_MAX + 1];
    bool follow = vcs->mode == VCS_FOLDER && vcs->follow_links;
    size_t len;

    if (!aud_path_join(full, top, path, &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    if (realpath(full, end) == NULL) {
        return fail_path(path, errno, err);
    }
    if (!follow && strcmp(full, end) != 0) {
        return aud_fail(err, AUD_E_NOT_FOUND, "'%.*s' is reached through a symbolic link",
                        AUD_ARG(path));
    }
    return aud_disk_read(AT_FDCWD, (aud_str){full, len}, follow, max, arena, out, err);
}

aud_status aud_vcs_read_path(aud_vcs *vcs, aud_str path_in_repository, size_t max, aud_arena *arena,
                             aud_str *out, aud_error *err)
{
    aud_str rest = path_in_repository, part;

    while (aud_str_split(&rest, '/', &part)) {
        if (part.len == 0 || part.ptr[0] == '\0' || memchr(part.ptr, '\0', part.len) != NULL ||
            aud_str_eq(part, AUD_LIT("..")) || aud_str_eq(part, AUD_LIT("."))) {
            return aud_fail(err, AUD_E_NOT_FOUND, "'%.*s' is no path in a repository",
                            AUD_ARG(path_in_repository));
        }
    }
    switch (vcs->mode) {
    case VCS_TREE:
        return aud_git_read_path(vcs, path_in_repository, max, arena, out, err);
    case VCS_WORK:
        return read_on_disk(vcs, vcs->git.top, path_in_repository, max, arena, out, err);
    case VCS_FOLDER:
        break;
    }
    return read_on_disk(vcs, vcs->root, path_in_repository, max, arena, out, err);
}
