/* engine/vcs/git_work.c - a work tree as it lies on disk: tracked, or untracked and not ignored. */
#include "engine/vcs/git_index.h"
#include "engine/vcs/ignore.h"
#include "engine/vcs/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INDEX_MAX = 1 << 30, RULES_MAX = 8 << 20, TOP_FLAGS = O_PATH | O_DIRECTORY | O_CLOEXEC };

typedef struct walk {
    aud_vcs *vcs;
    int top_fd;
    git_tracked tracked;
    aud_arena arena; /* paths of the index, texts of rules */
    size_t outside;  /* leading bytes of a path that lie outside of the opened folder */
    unsigned depth;
    char path[VCS_PATH_MAX + 1]; /* from the top of the work tree */
} walk;

static aud_str inside(const walk *w, size_t len)
{
    return aud_str_sub((aud_str){w->path, len}, w->outside, len);
}

static aud_status read_index(walk *w, aud_error *err)
{
    char path[VCS_PATH_MAX + 1];
    aud_str bytes;
    aud_status st;
    size_t len;

    if (!aud_path_join(path, w->vcs->git.gitdir, AUD_LIT("index"), &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    st = aud_disk_read(AT_FDCWD, (aud_str){path, len}, true, INDEX_MAX, &w->arena, &bytes, err);
    if (st == AUD_E_NOT_FOUND) {
        return AUD_OK; /* nothing was ever added */
    }
    AUD_TRY(st);
    return aud_git_index_parse(bytes, &w->arena, &w->tracked, err);
}

/* Rules that cannot be read ignore nothing: more is judged then, not less. */
static aud_status read_rules(walk *w, int fd, aud_str path, size_t folder_len,
                             const ignore_file *above, ignore_file *out, aud_error *err)
{
    aud_str text = {NULL, 0};
    aud_status st = aud_disk_read(fd, path, false, RULES_MAX, &w->arena, &text, NULL);

    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    return aud_ignore_parse(st == AUD_OK ? text : (aud_str){NULL, 0}, folder_len, above, out, err);
}

static aud_status rules_of_folder(walk *w, size_t len, const ignore_file *above, ignore_file *out,
                                  aud_error *err)
{
    char path[VCS_PATH_MAX + 1];
    size_t path_len;

    if (!aud_path_join(path, (aud_str){w->path, len}, AUD_LIT(".gitignore"), &path_len)) {
        return aud_ignore_parse((aud_str){NULL, 0}, 0, above, out, err);
    }
    return read_rules(w, w->top_fd, (aud_str){path, path_len}, len > 0 ? len + 1 : 0, above, out,
                      err);
}

static aud_status note_unreadable(walk *w, size_t len, aud_status st, const aud_error *why,
                                  aud_error *err)
{
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why->message);
    }
    return aud_listing_gap(w->vcs, inside(w, len),
                           st == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_UNREADABLE, err, "%s",
                           why->message);
}

static aud_status read_folder(walk *w, size_t len, disk_names *names, aud_error *err)
{
    aud_error why = {0};
    aud_status st = aud_disk_names(w->top_fd, (aud_str){w->path, len}, false, names, &why);

    if (st != AUD_OK) {
        aud_disk_names_clear(names);
        return note_unreadable(w, len, st, &why, err);
    }
    return AUD_OK;
}

static aud_status add_link(walk *w, size_t len, aud_error *err)
{
    char target[VCS_PATH_MAX + 1];
    ssize_t got = readlinkat(w->top_fd, w->path, target, sizeof target);

    if (got < 0 || (size_t)got == sizeof target) {
        return aud_listing_gap(w->vcs, inside(w, len), AUD_GAP_UNREADABLE, err,
                               "cannot read the symbolic link");
    }
    return aud_listing_link(w->vcs, inside(w, len), (aud_str){target, (size_t)got}, err);
}

/* A folder with a repository of its own, which git does not look into either. */
static bool is_repository(walk *w, size_t len)
{
    static const char *const marks[] = {".git", ".git/HEAD"};
    struct stat st[AUD_COUNT(marks)];

    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        size_t mark_len;
        int failed;

        if (!aud_path_join(w->path, (aud_str){w->path, len}, aud_str_of(marks[i]), &mark_len)) {
            return false;
        }
        failed = fstatat(w->top_fd, w->path, &st[i], AT_SYMLINK_NOFOLLOW);
        w->path[len] = '\0';
        if (failed != 0) {
            return false;
        }
        if (!S_ISDIR(st[0].st_mode)) {
            return S_ISREG(st[0].st_mode);
        }
    }
    return true;
}

static aud_status walk_folder(walk *w, size_t len, const ignore_file *rules, bool tracked_only,
                              aud_error *err);

static aud_status visit_folder(walk *w, size_t len, const ignore_file *rules, bool ignored,
                               aud_error *err)
{
    aud_str path = {w->path, len};
    const git_index_path *known = aud_git_index_find(&w->tracked, path);
    bool has_tracked = aud_git_index_has_below(&w->tracked, path);

    if (known != NULL && aud_git_mode_is_submodule(known->mode)) {
        return aud_listing_gap(w->vcs, inside(w, len), AUD_GAP_SUBMODULE, err,
                               "is a submodule; name its repository as a source of its own");
    }
    if (ignored && !has_tracked) {
        return AUD_OK;
    }
    if (!ignored && is_repository(w, len)) {
        AUD_TRY(aud_listing_gap(w->vcs, inside(w, len), AUD_GAP_SUBMODULE, err,
                                "is a repository of its own, which git does not track here; name "
                                "it as a source of its own, or ignore it"));
        ignored = true;
        if (!has_tracked) {
            return AUD_OK;
        }
    }
    if (w->depth >= VCS_DEPTH_MAX) {
        return aud_listing_gap(w->vcs, inside(w, len), AUD_GAP_LIMIT, err,
                               "lies more than %d folders deep", VCS_DEPTH_MAX);
    }
    return walk_folder(w, len, rules, ignored, err);
}

/* `len` bytes of w->path are the folder's own path. */
static aud_status visit(walk *w, size_t len, const disk_name *name, const ignore_file *rules,
                        bool tracked_only, aud_error *err)
{
    aud_str folder = {w->path, len};
    bool ignored;

    if (name->type == NAME_OTHER || strcmp(name->name, ".git") == 0) {
        return AUD_OK;
    }
    if (!aud_path_join(w->path, folder, aud_str_of(name->name), &len)) {
        return aud_listing_gap(w->vcs, inside(w, folder.len), AUD_GAP_LIMIT, err,
                               "holds a path over %d bytes", VCS_PATH_MAX);
    }
    ignored = tracked_only ||
              aud_ignore_matches(rules, (aud_str){w->path, len}, name->type == NAME_FOLDER);
    if (name->type == NAME_FOLDER) {
        return visit_folder(w, len, rules, ignored, err);
    }
    if (ignored && aud_git_index_find(&w->tracked, (aud_str){w->path, len}) == NULL) {
        return AUD_OK;
    }
    return name->type == NAME_LINK ? add_link(w, len, err)
                                   : aud_listing_file(w->vcs, inside(w, len), err);
}

static bool has_rules(const disk_names *names)
{
    for (size_t i = 0; i < names->list.len; i++) {
        if (names->list.items[i].type == NAME_FILE &&
            strcmp(names->list.items[i].name, ".gitignore") == 0) {
            return true;
        }
    }
    return false;
}

static aud_status walk_folder(walk *w, size_t len, const ignore_file *rules, bool tracked_only,
                              aud_error *err)
{
    AUD_CLEANUP(aud_disk_names_clear) disk_names names = {0};
    AUD_CLEANUP(aud_ignore_clear) ignore_file own = {0};

    w->path[len] = '\0';
    AUD_TRY(read_folder(w, len, &names, err));
    if (!tracked_only && has_rules(&names)) {
        AUD_TRY(rules_of_folder(w, len, rules, &own, err));
        rules = &own;
    }
    w->depth++;
    for (size_t i = 0; i < names.list.len; i++) {
        AUD_TRY(visit(w, len, &names.list.items[i], rules, tracked_only, err));
    }
    w->depth--;
    return AUD_OK;
}

/*
 * Rules from .git/info/exclude and of the folders above the opened one, which were asked for by
 * name: if these rules ignore the folder itself, they do not count.
 */
static aud_status walk_from(walk *w, size_t at, const ignore_file *above, aud_error *err)
{
    AUD_CLEANUP(aud_ignore_clear) ignore_file own = {0};
    aud_str prefix = w->vcs->prefix;
    size_t next;

    memcpy(w->path, prefix.len > 0 ? prefix.ptr : "", prefix.len);
    w->path[prefix.len] = '\0';
    if (at >= prefix.len) {
        return walk_folder(w, prefix.len, above, false, err);
    }
    w->path[at] = '\0';
    AUD_TRY(rules_of_folder(w, at, above, &own, err));
    next = aud_str_find(prefix, AUD_LIT("/"), at == 0 ? 0 : at + 1);
    next = next == SIZE_MAX ? prefix.len : next;
    if (aud_ignore_matches(&own, aud_str_sub(prefix, 0, next), true)) {
        return walk_from(w, next, NULL, err);
    }
    return walk_from(w, next, &own, err);
}

static aud_status walk_all(walk *w, aud_error *err)
{
    AUD_CLEANUP(aud_ignore_clear) ignore_file exclude = {0};
    char path[VCS_PATH_MAX + 1];
    size_t len;

    AUD_TRY(read_index(w, err));
    if (!aud_path_join(path, w->vcs->git.common, AUD_LIT("info/exclude"), &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    AUD_TRY(read_rules(w, AT_FDCWD, (aud_str){path, len}, 0, NULL, &exclude, err));
    return walk_from(w, 0, &exclude, err);
}

static void walk_close(walk *w)
{
    aud_git_index_clear(&w->tracked);
    aud_arena_clear(&w->arena);
    if (w->top_fd >= 0) {
        (void)close(w->top_fd);
    }
}

aud_status aud_work_list(aud_vcs *vcs, aud_error *err)
{
    AUD_CLEANUP(walk_close) walk w = {.vcs = vcs, .top_fd = -1};

    aud_arena_init(&w.arena, AUD_ARENA_NO_MAX);
    if (vcs->only.len > 0) {
        AUD_TRY(aud_listing_file(vcs, vcs->only, err));
        return aud_listing_finish(vcs, err);
    }
    w.outside = vcs->prefix.len > 0 ? vcs->prefix.len + 1 : 0;
    w.top_fd = open(vcs->git.top.ptr, TOP_FLAGS);
    if (w.top_fd < 0) {
        return aud_fail(err, aud_status_of_errno(errno), "cannot open the work tree '%.*s'",
                        AUD_ARG(vcs->git.top));
    }
    AUD_TRY(walk_all(&w, err));
    return aud_listing_finish(vcs, err);
}
