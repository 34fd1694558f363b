/* engine/vcs/git_trust.c - whose repository it is: git's rule of safe.directory. */
#include "engine/base/text.h"
#include "engine/vcs/internal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_MAX = 1 << 20 };

/* Ours, or, for root, of the user who called sudo. */
static bool is_ours(aud_str path, uid_t *out_uid)
{
    const char *sudo = getenv("SUDO_UID"); /* NOLINT(concurrency-mt-unsafe): nobody writes it */
    struct stat st;
    uint64_t uid;

    if (path.len == 0) {
        return true;
    }
    if (lstat(path.ptr, &st) != 0) {
        return false;
    }
    *out_uid = st.st_uid;
    if (st.st_uid == geteuid()) {
        return true;
    }
    return geteuid() == 0 && sudo != NULL && aud_parse_u64(aud_str_of(sudo), &uid) &&
           uid == st.st_uid;
}

typedef struct safety {
    const vcs_place *place;
    const char *home;
    bool safe;
} safety;

static bool names_path(const safety *s, aud_str value, aud_str path)
{
    char full[VCS_PATH_MAX + 1];
    bool below = aud_str_ends(value, AUD_LIT("/*"));
    size_t len;

    if (path.len == 0) {
        return false;
    }
    if (aud_str_starts(value, AUD_LIT("~/")) && s->home != NULL) {
        if (!aud_path_join(full, aud_str_of(s->home), aud_str_sub(value, 2, value.len), &len)) {
            return false;
        }
        value = (aud_str){full, len};
    }
    if (below) {
        value.len -= 2;
    }
    while (value.len > 1 && value.ptr[value.len - 1] == '/') {
        value.len--;
    }
    return below ? aud_path_below(path, value) : aud_str_eq(path, value);
}

/* An empty value takes back what was named before it. */
static aud_status note_safe(void *ctx, aud_str section, aud_str key, aud_str value, aud_error *err)
{
    safety *s = ctx;

    AUD_UNUSED(err);
    if (!aud_str_ieq(section, AUD_LIT("safe")) || !aud_str_ieq(key, AUD_LIT("directory"))) {
        return AUD_OK;
    }
    if (value.len == 0) {
        s->safe = false;
    } else if (aud_str_eq(value, AUD_LIT("*")) || names_path(s, value, s->place->top) ||
               names_path(s, value, s->place->gitdir)) {
        s->safe = true;
    }
    return AUD_OK;
}

/* A file that cannot be read names nothing. */
static aud_status scan_file(safety *s, const char *folder, const char *file, aud_error *err)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    char path[VCS_PATH_MAX + 1];
    aud_str text;
    aud_status st;
    size_t len;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    if (folder == NULL || !aud_path_join(path, aud_str_of(folder), aud_str_of(file), &len)) {
        return AUD_OK;
    }
    st = aud_disk_read(AT_FDCWD, (aud_str){path, len}, true, CONFIG_MAX, &arena, &text, NULL);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    return st == AUD_OK ? aud_git_config_scan(text, note_safe, s, err) : AUD_OK;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): nobody writes it */

    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* The system's file and the user's, as git finds them; of both this one key only. */
static aud_status is_named_safe(const vcs_place *place, bool *out, aud_error *err)
{
    safety s = {.place = place, .home = variable("HOME")};
    const char *machine = variable("GIT_CONFIG_SYSTEM");
    const char *global = variable("GIT_CONFIG_GLOBAL");
    const char *xdg = variable("XDG_CONFIG_HOME");

    if (variable("GIT_CONFIG_NOSYSTEM") == NULL) {
        AUD_TRY(scan_file(&s, "", machine != NULL ? machine : "/etc/gitconfig", err));
    }
    if (global != NULL) {
        AUD_TRY(scan_file(&s, "", global, err));
    } else {
        AUD_TRY(scan_file(&s, xdg != NULL ? xdg : s.home,
                          xdg != NULL ? "git/config" : ".config/git/config", err));
        AUD_TRY(scan_file(&s, s.home, ".gitconfig", err));
    }
    *out = s.safe;
    return AUD_OK;
}

aud_status aud_git_trusted(const vcs_place *place, aud_error *err)
{
    aud_str named = place->top.len > 0 ? place->top : place->gitdir;
    uid_t uid = 0;
    bool safe;

    if (is_ours(place->top, &uid) && is_ours(place->dot, &uid) && is_ours(place->gitdir, &uid)) {
        return AUD_OK;
    }
    AUD_TRY(is_named_safe(place, &safe, err));
    if (safe) {
        return AUD_OK;
    }
    return aud_fail(err, AUD_E_DENIED,
                    "the repository belongs to another user (%lu); read it as its owner, or trust "
                    "it with 'git config --global --add safe.directory %.*s' (that key alone is "
                    "read)",
                    (unsigned long)uid, AUD_ARG(named));
}
