/* engine/archive/pack_archive.c - a folder of files as .zip or .tar.gz, and back. */
#include "engine/archive/pack_archive.h"

#include "engine/base/out.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_LEN = 1 << 16, FILES_MAX = 100000, MODE = 0644 };
#define BYTES_MAX ((uint64_t)8 << 30)

aud_archive_kind aud_archive_kind_of(aud_str path)
{
    return aud_str_ends(path, AUD_LIT(".zip")) ? AUD_ARCHIVE_ZIP
           : aud_str_ends(path, AUD_LIT(".tar.gz")) || aud_str_ends(path, AUD_LIT(".tgz"))
               ? AUD_ARCHIVE_TAR_GZ
               : AUD_ARCHIVE_NONE;
}

static aud_status fail_archive(struct archive *a, aud_status status, aud_error *err)
{
    const char *why = archive_error_string(a);

    return aud_fail(err, status, "%s", why == NULL ? "the archive cannot be handled" : why);
}

static void fd_close(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static void writer_freep(struct archive **a)
{
    (void)archive_write_free(*a);
}

static void entry_freep(struct archive_entry **entry)
{
    archive_entry_free(*entry);
}

static aud_status open_writer(aud_archive_kind kind, const char *to, struct archive **out,
                              aud_error *err)
{
    struct archive *a = archive_write_new();
    bool good;

    if (a == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = a;
    if (kind == AUD_ARCHIVE_ZIP) {
        good = archive_write_set_format_zip(a) == ARCHIVE_OK;
    } else {
        good = archive_write_set_format_ustar(a) == ARCHIVE_OK &&
               archive_write_add_filter_gzip(a) == ARCHIVE_OK &&
               archive_write_set_options(a, "gzip:!timestamp") == ARCHIVE_OK;
    }
    good = good && archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
           archive_write_open_filename(a, to) == ARCHIVE_OK;
    return good ? AUD_OK : fail_archive(a, AUD_E_IO, err);
}

static aud_status copy_file(struct archive *a, int fd, uint64_t size, aud_error *err)
{
    char chunk[CHUNK_LEN];
    uint64_t done = 0;
    ssize_t got;

    while ((got = read(fd, chunk, sizeof chunk)) > 0) {
        if (archive_write_data(a, chunk, (size_t)got) != got) {
            return fail_archive(a, AUD_E_IO, err);
        }
        done += (uint64_t)got;
    }
    return got < 0 || done != size ? aud_fail(err, AUD_E_IO, "changed while it was read") : AUD_OK;
}

static aud_status write_file(struct archive *a, aud_str folder, aud_str top, aud_str path,
                             aud_error *err)
{
    AUD_CLEANUP(entry_freep) struct archive_entry *entry = archive_entry_new();
    AUD_CLEANUP(fd_close) int fd = -1;
    char text[PATH_MAX];
    struct stat st;

    (void)snprintf(text, sizeof text, "%.*s/%.*s", AUD_ARG(folder), AUD_ARG(path));
    fd = open(text, O_RDONLY | O_CLOEXEC);
    if (entry == NULL || fd < 0 || fstat(fd, &st) != 0) {
        return aud_fail(err, AUD_E_IO, "'%.*s' cannot be read", AUD_ARG(path));
    }
    (void)snprintf(text, sizeof text, "%.*s/%.*s", AUD_ARG(top), AUD_ARG(path));
    archive_entry_set_pathname(entry, text);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, MODE);
    archive_entry_set_size(entry, st.st_size);
    archive_entry_set_mtime(entry, 0, 0); /* a zip's clock has no zone: this one is clamped */
    if (archive_write_header(a, entry) != ARCHIVE_OK) {
        return fail_archive(a, AUD_E_IO, err);
    }
    return copy_file(a, fd, (uint64_t)st.st_size, err);
}

aud_status aud_archive_write(aud_archive_kind kind, aud_str folder, aud_str top,
                             const aud_str *paths, size_t num_paths, aud_str to, aud_error *err)
{
    AUD_CLEANUP(writer_freep) struct archive *a = NULL;
    char text[PATH_MAX];

    if (to.len >= sizeof text) {
        return aud_fail(err, AUD_E_IO, "the path is too long");
    }
    (void)snprintf(text, sizeof text, "%.*s", AUD_ARG(to));
    AUD_TRY(open_writer(kind, text, &a, err));
    for (size_t i = 0; i < num_paths; i++) {
        AUD_TRY(write_file(a, folder, top, paths[i], err));
    }
    return archive_write_close(a) == ARCHIVE_OK ? AUD_OK : fail_archive(a, AUD_E_IO, err);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void reader_freep(struct archive **a)
{
    (void)archive_read_free(*a);
}

typedef struct unpacking {
    struct archive *archive;
    aud_str folder;
    char top[PATH_MAX]; /* the folder that the first file lies in, with its '/' */
    size_t files;
    uint64_t bytes;
} unpacking;

/* The path below the one folder that all lies in; empty for one that is not below it. */
static aud_str inner_path(unpacking *u, const char *path)
{
    const aud_str whole = aud_str_of(path);
    aud_str rest, part;
    const char *slash = path == NULL ? NULL : strchr(path, '/');

    if (slash == NULL || slash[1] == '\0' || whole.len >= sizeof u->top) {
        return (aud_str){NULL, 0};
    }
    if (u->files == 0) {
        (void)snprintf(u->top, sizeof u->top, "%.*s", (int)(slash - path + 1), path);
    }
    if (!aud_str_starts(whole, aud_str_of(u->top))) {
        return (aud_str){NULL, 0};
    }
    rest = aud_str_sub(whole, strlen(u->top), whole.len);
    for (aud_str left = rest; aud_str_split(&left, '/', &part);) {
        if (part.len == 0 || aud_str_eq(part, AUD_LIT(".")) || aud_str_eq(part, AUD_LIT(".."))) {
            return (aud_str){NULL, 0};
        }
    }
    return rest;
}

static aud_status copy_out(unpacking *u, aud_out *out, aud_error *err)
{
    char chunk[CHUNK_LEN];
    la_ssize_t got;

    while ((got = archive_read_data(u->archive, chunk, sizeof chunk)) > 0) {
        u->bytes += (uint64_t)got;
        if (u->bytes > BYTES_MAX) {
            return aud_fail(err, AUD_E_LIMIT, "the archive unpacks to over 8 GiB");
        }
        aud_out_str(out, (aud_str){chunk, (size_t)got});
    }
    return got < 0 ? fail_archive(u->archive, AUD_E_FORMAT, err) : AUD_OK;
}

static aud_status unpack_entry(unpacking *u, struct archive_entry *entry, aud_error *err)
{
    const char *path = archive_entry_pathname(entry);
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    char to[2 * PATH_MAX];
    struct stat st;
    aud_str inner;

    if (archive_entry_filetype(entry) == AE_IFDIR && u->files > 0) {
        return AUD_OK;
    }
    if (archive_entry_filetype(entry) == AE_IFDIR) {
        return AUD_OK;
    }
    inner = inner_path(u, path);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL ||
        inner.len == 0) {
        return aud_fail(err, AUD_E_FORMAT, "the archive holds '%s', which no pack has",
                        path == NULL ? "" : path);
    }
    if (++u->files > FILES_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "the archive holds more than %d files", FILES_MAX);
    }
    (void)snprintf(to, sizeof to, "%.*s/%.*s", AUD_ARG(u->folder), AUD_ARG(inner));
    if (lstat(to, &st) == 0) {
        return aud_fail(err, AUD_E_FORMAT, "the archive holds '%.*s' twice", AUD_ARG(inner));
    }
    AUD_TRY(aud_out_open_file(aud_str_of(to), &out, err));
    AUD_TRY(copy_out(u, out, err));
    return aud_out_finish(out, err);
}

aud_status aud_archive_read(aud_str from, aud_str folder, aud_error *err)
{
    AUD_CLEANUP(reader_freep) struct archive *a = archive_read_new();
    unpacking u = {.archive = a, .folder = folder};
    struct archive_entry *entry;
    char text[PATH_MAX];
    int code;

    if (a == NULL || from.len >= sizeof text) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    (void)snprintf(text, sizeof text, "%.*s", AUD_ARG(from));
    if (archive_read_support_format_zip(a) != ARCHIVE_OK ||
        archive_read_support_format_tar(a) != ARCHIVE_OK ||
        archive_read_support_filter_gzip(a) != ARCHIVE_OK ||
        archive_read_open_filename(a, text, CHUNK_LEN) != ARCHIVE_OK) {
        return fail_archive(a, AUD_E_FORMAT, err);
    }
    while ((code = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        AUD_TRY(unpack_entry(&u, entry, err));
    }
    return code == ARCHIVE_EOF ? AUD_OK : fail_archive(a, AUD_E_FORMAT, err);
}
