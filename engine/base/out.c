/* engine/base/out.c - buffered writing with a sticky error, and files that appear whole. */
#include "engine/base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16, PATH_LIMIT = 4096, PART_ATTEMPTS = 100 };

struct aud_out {
    aud_buf *into; /* or: */
    int fd;
    bool owns_fd;
    char *path, *part; /* a file: its name, and what it is called until it is whole */
    aud_error first;   /* the first failure */
    uint64_t count;
    size_t len;
    char buffer[BUFFER];
};

/* An error number in words, in the C locale, without the function that is not thread-safe. */
static const char *os_error(int number)
{
    const char *text = strerrordesc_np(number);

    return text == NULL ? "unknown error" : text;
}

static aud_status new_out(aud_out **out, aud_error *err)
{
    *out = aud_alloc(sizeof **out);
    if (*out == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memset(*out, 0, offsetof(aud_out, buffer));
    (*out)->fd = -1;
    return AUD_OK;
}

aud_status aud_out_open_fd(int fd, aud_out **out, aud_error *err)
{
    AUD_TRY(new_out(out, err));
    (*out)->fd = fd;
    return AUD_OK;
}

aud_status aud_out_open_buf(aud_buf *buf, aud_out **out, aud_error *err)
{
    AUD_TRY(new_out(out, err));
    (*out)->into = buf;
    return AUD_OK;
}

static aud_status make_parents(char *path, aud_error *err)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        int failed;

        *slash = '\0';
        failed = mkdir(path, 0777) != 0 ? errno : 0;
        if (failed != 0 && failed != EEXIST) {
            aud_status st =
                aud_fail(err, AUD_E_IO, "cannot make folder '%s': %s", path, os_error(failed));

            *slash = '/';
            return st;
        }
        *slash = '/';
    }
    return AUD_OK;
}

/* A pipe, a terminal, /dev/stdout: written straight, since nobody can rename over it. */
static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static aud_status open_special(aud_out *o, aud_error *err)
{
    o->fd = open(o->path, O_WRONLY | O_CLOEXEC);
    o->owns_fd = true;
    return o->fd >= 0 ? AUD_OK
                      : aud_fail(err, AUD_E_IO, "cannot open '%s': %s", o->path, os_error(errno));
}

/* A name that nobody has, with the permissions that the user's mask leaves. */
static aud_status open_part(aud_out *o, aud_error *err)
{
    size_t size = strlen(o->path) + 64;

    o->part = aud_alloc(size);
    if (o->part == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (unsigned attempt = 0; o->fd < 0 && attempt < PART_ATTEMPTS; attempt++) {
        (void)snprintf(o->part, size, "%s.part-%ld-%u", o->path, (long)getpid(), attempt);
        o->fd = open(o->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (o->fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (o->fd < 0) {
        int failed = errno;

        aud_free(o->part);
        o->part = NULL; /* it is not ours to remove */
        return aud_fail(err, AUD_E_IO, "cannot write beside '%s': %s", o->path, os_error(failed));
    }
    o->owns_fd = true;
    return AUD_OK;
}

aud_status aud_out_open_file(aud_str path, aud_out **out, aud_error *err)
{
    AUD_CLEANUP(aud_out_closep) aud_out *o = NULL;

    if (path.len == 0 || path.len > PATH_LIMIT || memchr(path.ptr, '\0', path.len) != NULL) {
        return aud_fail(err, AUD_E_USAGE, "'%.*s' is no file name", AUD_ARG(path));
    }
    AUD_TRY(new_out(&o, err));
    o->path = aud_alloc(path.len + 1);
    if (o->path == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memcpy(o->path, path.ptr, path.len);
    o->path[path.len] = '\0';
    AUD_TRY(make_parents(o->path, err));
    AUD_TRY(is_special(o->path) ? open_special(o, err) : open_part(o, err));
    *out = AUD_MOVE(o);
    return AUD_OK;
}

static void write_all(aud_out *out, const char *bytes, size_t len)
{
    while (len > 0 && out->first.status == AUD_OK) {
        ssize_t n;

        if (out->into != NULL) {
            out->first.status = aud_buf_add(out->into, (aud_str){bytes, len}, &out->first);
            return;
        }
        n = write(out->fd, bytes, len);
        if (n < 0) {
            if (errno != EINTR) {
                (void)aud_fail(&out->first, AUD_E_IO, "cannot write: %s", os_error(errno));
            }
            continue;
        }
        bytes += n;
        len -= (size_t)n;
    }
}

static void flush(aud_out *out)
{
    write_all(out, out->buffer, out->len);
    out->len = 0;
}

void aud_out_str(aud_out *out, aud_str bytes)
{
    out->count += bytes.len;
    if (bytes.len > BUFFER - out->len) {
        flush(out);
        if (bytes.len >= BUFFER) {
            write_all(out, bytes.ptr, bytes.len);
            return;
        }
    }
    if (bytes.len > 0) {
        memcpy(out->buffer + out->len, bytes.ptr, bytes.len);
        out->len += bytes.len;
    }
}

void aud_out_text(aud_out *out, const char *text)
{
    aud_out_str(out, aud_str_of(text));
}

void aud_out_char(aud_out *out, char c)
{
    if (out->len == BUFFER) {
        flush(out);
    }
    out->buffer[out->len++] = c;
    out->count++;
}

void aud_out_int(aud_out *out, int64_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        digits[--at] = '-';
    }
    aud_out_str(out, (aud_str){digits + at, sizeof digits - at});
}

void aud_out_printf(aud_out *out, const char *format, ...)
{
    char text[1024];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof text) {
        aud_out_str(out, (aud_str){text, (size_t)len});
        return;
    }
    if (len >= 0) {
        char *longer = aud_alloc((size_t)len + 1);

        if (longer != NULL) {
            va_start(args, format);
            (void)vsnprintf(longer, (size_t)len + 1, format, args);
            va_end(args);
            aud_out_str(out, (aud_str){longer, (size_t)len});
            aud_free(longer);
            return;
        }
    }
    if (out->first.status == AUD_OK) {
        (void)aud_fail(&out->first, AUD_E_NOMEM, "out of memory");
    }
}

uint64_t aud_out_count(const aud_out *out)
{
    return out->count;
}

static aud_status finish_file(aud_out *out)
{
    /* What cannot be synchronised (a file system without it) is written all the same. */
    if (fsync(out->fd) != 0 && errno != EINVAL && errno != EROFS) {
        return aud_fail(&out->first, AUD_E_IO, "cannot write '%s': %s", out->path, os_error(errno));
    }
    out->owns_fd = false;
    if (close(out->fd) != 0) {
        return aud_fail(&out->first, AUD_E_IO, "cannot write '%s': %s", out->path, os_error(errno));
    }
    if (rename(out->part, out->path) != 0) {
        return aud_fail(&out->first, AUD_E_IO, "cannot name '%s': %s", out->path, os_error(errno));
    }
    aud_free(out->part);
    out->part = NULL;
    return AUD_OK;
}

aud_status aud_out_finish(aud_out *out, aud_error *err)
{
    flush(out);
    if (out->first.status == AUD_OK && out->part != NULL) {
        (void)finish_file(out);
    }
    if (out->first.status != AUD_OK && err != NULL) {
        *err = out->first;
    }
    return out->first.status;
}

void aud_out_close(aud_out *out)
{
    if (out == NULL) {
        return;
    }
    if (out->owns_fd && out->fd >= 0) {
        (void)close(out->fd);
    }
    if (out->part != NULL) {
        (void)unlink(out->part);
    }
    aud_free(out->part);
    aud_free(out->path);
    aud_free(out);
}

void aud_out_closep(aud_out **out)
{
    aud_out_close(*out);
    *out = NULL;
}

static aud_status open_for_reading(aud_str path, int *out_fd, struct stat *st, aud_error *err)
{
    char name[PATH_LIMIT + 1];

    if (path.len == 0 || path.len > PATH_LIMIT || memchr(path.ptr, '\0', path.len) != NULL) {
        return aud_fail(err, AUD_E_USAGE, "'%.*s' is no file name", AUD_ARG(path));
    }
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    *out_fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*out_fd < 0) {
        aud_status what = errno == ENOENT || errno == ENOTDIR ? AUD_E_NOT_FOUND
                          : errno == EACCES                   ? AUD_E_DENIED
                                                              : AUD_E_IO;

        return aud_fail(err, what, "cannot read '%s': %s", name, os_error(errno));
    }
    if (fstat(*out_fd, st) != 0 || S_ISDIR(st->st_mode)) {
        (void)close(*out_fd);
        return aud_fail(err, AUD_E_IO, "cannot read '%s': it is no file", name);
    }
    return AUD_OK;
}

static aud_status read_all(int fd, size_t max, aud_buf *into, aud_error *err)
{
    for (;;) {
        ssize_t n;

        if (into->len > max) {
            return aud_fail(err, AUD_E_LIMIT, "more than %zu bytes", max);
        }
        AUD_TRY(aud_buf_reserve(into, BUFFER, err));
        n = read(fd, into->ptr + into->len, BUFFER);
        if (n == 0) {
            return AUD_OK;
        }
        if (n < 0 && errno != EINTR) {
            return aud_fail(err, AUD_E_IO, "cannot read: %s", os_error(errno));
        }
        into->len += n > 0 ? (size_t)n : 0;
    }
}

aud_status aud_file_read(aud_str path, size_t max_bytes, aud_arena *arena, aud_str *out,
                         aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf bytes = {.max = SIZE_MAX};
    struct stat st;
    aud_status status;
    int fd;

    AUD_TRY(open_for_reading(path, &fd, &st, err));
    if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max_bytes) {
        status =
            aud_fail(err, AUD_E_LIMIT, "'%.*s' has more than %zu bytes", AUD_ARG(path), max_bytes);
    } else {
        status = read_all(fd, max_bytes, &bytes, err);
    }
    (void)close(fd);
    AUD_TRY(status);
    return aud_arena_dup(arena, aud_buf_str(&bytes), out, err);
}
