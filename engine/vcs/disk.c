/* engine/vcs/disk.c - folders and regular files on disk; pipes and devices are never opened. */
#include "engine/vcs/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

aud_status aud_status_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return AUD_E_NOT_FOUND;
    case EACCES:
    case EPERM:
        return AUD_E_DENIED;
    case ENAMETOOLONG:
        return AUD_E_LIMIT;
    case ENOMEM:
        return AUD_E_NOMEM;
    default:
        return AUD_E_IO;
    }
}

static aud_status fail_errno(aud_error *err, const char *what)
{
    int number = errno;
    char words[128];

    return aud_fail(err, aud_status_of_errno(number), "%s: %s", what,
                    strerror_r(number, words, sizeof words));
}

bool aud_path_join(char out[VCS_PATH_MAX + 1], aud_str folder, aud_str name, size_t *out_len)
{
    size_t slash = folder.len > 0 && folder.ptr[folder.len - 1] != '/' ? 1 : 0;

    if (name.len > VCS_PATH_MAX || folder.len + slash > VCS_PATH_MAX - name.len) {
        return false;
    }
    if (folder.len > 0) {
        memmove(out, folder.ptr, folder.len);
    }
    if (slash > 0) {
        out[folder.len] = '/';
    }
    if (name.len > 0) {
        memcpy(out + folder.len + slash, name.ptr, name.len);
    }
    *out_len = folder.len + slash + name.len;
    out[*out_len] = '\0';
    return true;
}

aud_str aud_path_folder(aud_str path)
{
    size_t at = path.len;

    while (at > 0 && path.ptr[at - 1] != '/') {
        at--;
    }
    return aud_str_sub(path, 0, at == 0 ? 0 : at - 1);
}

bool aud_path_below(aud_str path, aud_str folder)
{
    if (folder.len == 0 || aud_str_eq(folder, AUD_LIT("/"))) {
        return path.len > folder.len;
    }
    return path.len > folder.len && path.ptr[folder.len] == '/' && aud_str_starts(path, folder);
}

bool aud_path_has_dot_git(aud_str path)
{
    aud_str part;

    while (aud_str_split(&path, '/', &part)) {
        if (aud_str_eq(part, AUD_LIT(".git"))) {
            return true;
        }
    }
    return false;
}

/* The system wants a terminated path, and "." for the root itself. */
static aud_status terminated(aud_str path, char out[VCS_PATH_MAX + 1], aud_error *err)
{
    if (path.len > VCS_PATH_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    if (path.len > 0 && memchr(path.ptr, '\0', path.len) != NULL) {
        return aud_fail(err, AUD_E_NOT_FOUND, "a path holds a NUL byte");
    }
    memcpy(out, path.len > 0 ? path.ptr : ".", path.len > 0 ? path.len : 1);
    out[path.len > 0 ? path.len : 1] = '\0';
    return AUD_OK;
}

static uint8_t type_of(int fd, const struct dirent *found)
{
    struct stat st;

    switch (found->d_type) {
    case DT_REG:
        return NAME_FILE;
    case DT_DIR:
        return NAME_FOLDER;
    case DT_LNK:
        return NAME_LINK;
    case DT_UNKNOWN:
        break;
    default:
        return NAME_OTHER;
    }
    if (fstatat(fd, found->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return NAME_FILE; /* opening it will tell */
    }
    return S_ISREG(st.st_mode)   ? NAME_FILE
           : S_ISDIR(st.st_mode) ? NAME_FOLDER
           : S_ISLNK(st.st_mode) ? NAME_LINK
                                 : NAME_OTHER;
}

/* A folder sorts as its name with '/' behind, so that whole paths come in order. */
static int compare_names(const void *left, const void *right)
{
    const disk_name *a = left, *b = right;
    const unsigned char *x = (const unsigned char *)a->name, *y = (const unsigned char *)b->name;
    unsigned char end_x = a->type == NAME_FOLDER ? '/' : 0;
    unsigned char end_y = b->type == NAME_FOLDER ? '/' : 0;
    unsigned char last_x, last_y;

    while (*x != 0 && *x == *y) {
        x++;
        y++;
    }
    last_x = *x != 0 ? *x : end_x;
    last_y = *y != 0 ? *y : end_y;
    return (last_x > last_y) - (last_x < last_y);
}

static aud_status read_names(DIR *dir, disk_names *out, aud_error *err)
{
    for (;;) {
        const struct dirent *found;
        disk_name name = {0};
        aud_str kept;

        errno = 0;
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread has this stream */
        found = readdir(dir);
        if (found == NULL) {
            return errno == 0 ? AUD_OK : fail_errno(err, "cannot read the folder");
        }
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0) {
            continue;
        }
        if (out->list.len >= VCS_ENTRIES_MAX) {
            return aud_fail(err, AUD_E_LIMIT, "holds more than %zu names", VCS_ENTRIES_MAX);
        }
        AUD_TRY(aud_arena_dup(&out->arena, aud_str_of(found->d_name), &kept, err));
        name.name = kept.ptr;
        name.type = type_of(dirfd(dir), found);
        AUD_TRY(AUD_VEC_PUSH(&out->list, name, err));
    }
}

aud_status aud_disk_names(int root_fd, aud_str path, bool follow, disk_names *out, aud_error *err)
{
    char text[VCS_PATH_MAX + 1];
    aud_status st;
    DIR *dir;
    int fd;

    *out = (disk_names){0};
    aud_arena_init(&out->arena, AUD_ARENA_NO_MAX);
    AUD_TRY(terminated(path, text, err));
    fd = openat(root_fd, text, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0) {
        return fail_errno(err, "cannot open the folder");
    }
    dir = fdopendir(fd);
    if (dir == NULL) {
        st = fail_errno(err, "cannot open the folder");
        (void)close(fd);
        return st;
    }
    st = read_names(dir, out, err);
    (void)closedir(dir);
    AUD_TRY(st);
    if (out->list.len > 1) {
        qsort(out->list.items, out->list.len, sizeof *out->list.items, compare_names);
    }
    return AUD_OK;
}

void aud_disk_names_clear(disk_names *names)
{
    aud_free(names->list.items);
    aud_arena_clear(&names->arena);
    *names = (disk_names){0};
}

aud_status aud_disk_open(int root_fd, aud_str path, bool follow, int *out_fd, uint64_t *out_size,
                         aud_error *err)
{
    char text[VCS_PATH_MAX + 1];
    struct stat st;
    int fd;

    AUD_TRY(terminated(path, text, err));
    /* a device may act on being opened: behind a link, look first */
    if (follow && fstatat(root_fd, text, &st, 0) == 0 && !S_ISREG(st.st_mode)) {
        return aud_fail(err, AUD_E_NOT_FOUND, "is not a regular file");
    }
    fd = openat(root_fd, text,
                O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0) {
        return fail_errno(err, "cannot open the file");
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)close(fd);
        return aud_fail(err, AUD_E_NOT_FOUND, "is not a regular file");
    }
    *out_fd = fd;
    *out_size = (uint64_t)st.st_size;
    return AUD_OK;
}

aud_status aud_disk_fill(int fd, uint64_t from, char *into, size_t max, size_t *out_len,
                         aud_error *err)
{
    size_t len = 0;

    while (len < max) {
        ssize_t got = pread(fd, into + len, max - len, (off_t)(from + len));

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail_errno(err, "cannot read the file");
        }
        if (got == 0) {
            break;
        }
        len += (size_t)got;
    }
    *out_len = len;
    return AUD_OK;
}

static void close_fd(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

aud_status aud_disk_read(int root_fd, aud_str path, bool follow, size_t max, aud_arena *arena,
                         aud_str *out, aud_error *err)
{
    AUD_CLEANUP(close_fd) int fd = -1;
    uint64_t size;
    size_t len;
    char *bytes;

    AUD_TRY(aud_disk_open(root_fd, path, follow, &fd, &size, err));
    if (size > max) {
        return aud_fail(err, AUD_E_LIMIT, "is longer than %zu bytes", max);
    }
    /* one byte more, to see whether the end was reached */
    bytes = aud_arena_take(arena, (size_t)size + 1, 1);
    if (bytes == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(aud_disk_fill(fd, 0, bytes, (size_t)size + 1, &len, err));
    if (len != size) {
        return aud_fail(err, AUD_E_IO, "changed while it was read");
    }
    bytes[len] = '\0';
    *out = (aud_str){bytes, len};
    return AUD_OK;
}
