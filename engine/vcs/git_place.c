/* engine/vcs/git_place.c - finds the repository that a folder belongs to, by looking upward. */
#include "engine/vcs/internal.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { POINTER_MAX = 8192 }; /* of a ".git" or "commondir" file */

static bool join(char out[VCS_PATH_MAX + 1], const char *folder, const char *name)
{
    size_t len;

    return aud_path_join(out, aud_str_of(folder), aud_str_of(name), &len);
}

static bool stat_in(const char *folder, const char *name, struct stat *st)
{
    char path[VCS_PATH_MAX + 1];

    return join(path, folder, name) && stat(path, st) == 0;
}

/* git's own test: HEAD, refs and objects; the last two may lie in the common folder. */
static bool is_gitdir(const char *path)
{
    struct stat st;

    if (!stat_in(path, "HEAD", &st) || !S_ISREG(st.st_mode)) {
        return false;
    }
    if (stat_in(path, "commondir", &st)) {
        return S_ISREG(st.st_mode);
    }
    return stat_in(path, "objects", &st) && S_ISDIR(st.st_mode) && stat_in(path, "refs", &st) &&
           S_ISDIR(st.st_mode);
}

/* Real path, copied to the arena; "" if there is none. */
static aud_status real(const char *path, aud_arena *arena, aud_str *out, aud_error *err)
{
    char found[VCS_PATH_MAX + 1]; /* PATH_MAX, which realpath needs */

    *out = (aud_str){NULL, 0};
    return realpath(path, found) != NULL ? aud_arena_dup(arena, aud_str_of(found), out, err)
                                         : AUD_OK;
}

/* Reads a file that holds one path, relative to `folder`. */
static aud_status follow_pointer(const char *folder, const char *file, aud_str mark,
                                 aud_arena *arena, aud_str *out, aud_error *err)
{
    char path[VCS_PATH_MAX + 1];
    aud_str text;

    *out = (aud_str){NULL, 0};
    if (!join(path, folder, file)) {
        return AUD_OK;
    }
    AUD_TRY(aud_disk_read(AT_FDCWD, aud_str_of(path), true, POINTER_MAX, arena, &text, err));
    if (!aud_str_starts(text, mark)) {
        return AUD_OK;
    }
    text = aud_str_trim(aud_str_sub(text, mark.len, text.len));
    AUD_TRY(aud_arena_dup(arena, text, &text, err));
    if (text.len == 0) {
        return AUD_OK;
    }
    if (text.ptr[0] == '/') {
        return real(text.ptr, arena, out, err);
    }
    return join(path, folder, text.ptr) ? real(path, arena, out, err) : AUD_OK;
}

/* Fills gitdir and common; gitdir stays empty if that is no repository. */
static aud_status enter(const char *gitdir, aud_arena *arena, vcs_place *out, aud_error *err)
{
    struct stat st;

    if (!is_gitdir(gitdir)) {
        return AUD_OK;
    }
    AUD_TRY(real(gitdir, arena, &out->gitdir, err));
    out->common = out->gitdir;
    if (out->gitdir.len > 0 && stat_in(gitdir, "commondir", &st)) {
        AUD_TRY(follow_pointer(gitdir, "commondir", AUD_LIT(""), arena, &out->common, err));
        if (out->common.len == 0) {
            return aud_fail(err, AUD_E_NOT_FOUND,
                            "the repository of the linked work tree '%s' is not there; run 'git "
                            "worktree repair' in it",
                            gitdir);
        }
    }
    return AUD_OK;
}

/* `folder` as the top of a work tree. */
static aud_status try_work_tree(const char *folder, aud_arena *arena, vcs_place *out,
                                aud_error *err)
{
    char dot[VCS_PATH_MAX + 1];
    struct stat st;
    aud_str target;

    if (!join(dot, folder, ".git") || stat(dot, &st) != 0) {
        return AUD_OK;
    }
    if (S_ISDIR(st.st_mode)) {
        AUD_TRY(enter(dot, arena, out, err));
    } else if (S_ISREG(st.st_mode)) {
        AUD_TRY(follow_pointer(folder, ".git", AUD_LIT("gitdir:"), arena, &target, err));
        if (target.len == 0) {
            return aud_fail(err, AUD_E_NOT_FOUND,
                            "'%s' does not lead to a repository; run 'git worktree repair' or "
                            "'git submodule update --init'",
                            dot);
        }
        AUD_TRY(enter(target.ptr, arena, out, err));
    }
    if (out->gitdir.len > 0) {
        AUD_TRY(aud_arena_dup(arena, aud_str_of(folder), &out->top, err));
        AUD_TRY(aud_arena_dup(arena, aud_str_of(dot), &out->dot, err));
    }
    return AUD_OK;
}

aud_status aud_git_find(const char *folder, aud_arena *arena, vcs_place *out, aud_error *err)
{
    char path[VCS_PATH_MAX + 1];
    struct stat here, up;
    size_t len = strlen(folder);

    *out = (vcs_place){0};
    if (len == 0 || len > VCS_PATH_MAX || folder[0] != '/' || stat(folder, &here) != 0) {
        return AUD_OK;
    }
    if (is_gitdir(folder)) {
        return enter(folder, arena, out, err);
    }
    memcpy(path, folder, len + 1);
    for (;;) {
        AUD_TRY(try_work_tree(path, arena, out, err));
        if (out->gitdir.len > 0 || strcmp(path, "/") == 0) {
            return AUD_OK;
        }
        len = aud_path_folder((aud_str){path, len}).len;
        if (len == 0) {
            path[len++] = '/';
        }
        path[len] = '\0';
        if (stat(path, &up) != 0 || up.st_dev != here.st_dev) {
            return AUD_OK; /* as git: not across file systems */
        }
    }
}
