/* engine/evidence/sums.c - SHA256SUMS: written, read strictly, held against a folder. */
#include "engine/evidence/sums.h"

#include "engine/base/text.h"
#include "engine/pki/cert.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 100000, DEPTH_MAX = 16, HEX_LEN = 64, CHUNK_LEN = 1 << 16 };

bool aud_sums_exempt(aud_str path)
{
    static const char *const names[] = {AUD_SUMS_NAME, AUD_SIGNATURE_NAME, AUD_QUERY_NAME,
                                        AUD_REPLY_NAME};

    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        if (aud_str_eq(path, aud_str_of(names[i]))) {
            return true;
        }
    }
    return false;
}

/* --- of a folder ------------------------------------------------------------------------------ */

typedef struct gathering {
    aud_arena *arena;
    bool all;
    AUD_VEC(aud_sum) sums;
} gathering;

static void gathering_clear(gathering *g)
{
    aud_free(g->sums.items);
}

static void fd_close(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static void dir_close(DIR **dir)
{
    if (*dir != NULL) {
        (void)closedir(*dir);
    }
}

static aud_status digest_file(int folder, const char *name, aud_sum *out, aud_error *err)
{
    AUD_CLEANUP(fd_close) int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    AUD_CLEANUP(aud_hash_freep) aud_hash *hash = NULL;
    char chunk[CHUNK_LEN];
    ssize_t got;

    if (fd < 0) {
        return aud_fail(err, AUD_E_IO, "'%.*s' cannot be read", AUD_ARG(out->path));
    }
    AUD_TRY(aud_hash_new(&hash, err));
    while ((got = read(fd, chunk, sizeof chunk)) > 0) {
        AUD_TRY(aud_hash_add(hash, (aud_str){chunk, (size_t)got}, err));
        out->size += (uint64_t)got;
    }
    return got < 0 ? aud_fail(err, AUD_E_IO, "'%.*s' cannot be read", AUD_ARG(out->path))
                   : aud_hash_end(hash, out->digest, err);
}

static aud_status gather(gathering *g, int parent, const char *name, aud_str prefix, unsigned depth,
                         aud_error *err);

static aud_status gather_entry(gathering *g, int folder, const char *name, aud_str prefix,
                               unsigned depth, aud_error *err)
{
    struct stat st;
    aud_sum sum = {0};

    AUD_TRY(aud_arena_printf(g->arena, &sum.path, err, "%.*s%s%s", AUD_ARG(prefix),
                             prefix.len > 0 ? "/" : "", name));
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return aud_fail(err, AUD_E_IO, "'%.*s' cannot be read", AUD_ARG(sum.path));
    }
    if (S_ISDIR(st.st_mode)) {
        return gather(g, folder, name, sum.path, depth + 1, err);
    }
    if (!S_ISREG(st.st_mode)) {
        return aud_fail(err, AUD_E_FORMAT, "'%.*s' is no regular file: a pack holds none such",
                        AUD_ARG(sum.path));
    }
    if (!g->all && aud_sums_exempt(sum.path)) {
        return AUD_OK;
    }
    if (g->sums.len == FILES_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "holds more than %d files", FILES_MAX);
    }
    AUD_TRY(digest_file(folder, name, &sum, err));
    return AUD_VEC_PUSH(&g->sums, sum, err);
}

static aud_status gather(gathering *g, int parent, const char *name, aud_str prefix, unsigned depth,
                         aud_error *err)
{
    AUD_CLEANUP(dir_close) DIR *dir = NULL;
    const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct dirent *entry;

    if (fd >= 0) {
        dir = fdopendir(fd);
    }
    if (dir == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return aud_fail(err, AUD_E_NOT_FOUND, "there is no folder '%s'", name);
    }
    if (depth > DEPTH_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "holds folders over %d deep", DEPTH_MAX);
    }
    while ((entry = readdir(dir)) != NULL) { // NOLINT(concurrency-mt-unsafe): its own stream
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            AUD_TRY(gather_entry(g, fd, entry->d_name, prefix, depth, err));
        }
    }
    return AUD_OK;
}

static int order_sums(const void *left, const void *right)
{
    return aud_str_cmp(((const aud_sum *)left)->path, ((const aud_sum *)right)->path);
}

static aud_status give(gathering *g, const aud_sum **out, size_t *out_num, aud_error *err)
{
    aud_sum *kept = aud_arena_array(g->arena, g->sums.len, sizeof *kept);

    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (g->sums.len > 0) {
        qsort(g->sums.items, g->sums.len, sizeof *g->sums.items, order_sums);
        memcpy(kept, g->sums.items, g->sums.len * sizeof *kept);
    }
    *out = kept;
    *out_num = g->sums.len;
    return AUD_OK;
}

aud_status aud_sums_of_folder(aud_str folder, bool all, aud_arena *arena, const aud_sum **out,
                              size_t *out_num, aud_error *err)
{
    AUD_CLEANUP(gathering_clear) gathering g = {.arena = arena, .all = all};
    aud_str path;

    AUD_TRY(aud_arena_dup(arena, folder, &path, err)); /* with a NUL */
    AUD_TRY(gather(&g, AT_FDCWD, path.ptr, (aud_str){NULL, 0}, 0, err));
    return give(&g, out, out_num, err);
}

/* --- as text ---------------------------------------------------------------------------------- */

aud_status aud_sums_write(const aud_sum *sums, size_t num, aud_buf *out, aud_error *err)
{
    char hex[HEX_LEN];

    for (size_t i = 0; i < num; i++) {
        aud_hex_encode((aud_str){(const char *)sums[i].digest, sizeof sums[i].digest}, hex);
        AUD_TRY(aud_buf_printf(out, err, "%.64s  %.*s\n", hex, AUD_ARG(sums[i].path)));
    }
    return AUD_OK;
}

/* Parts of letters, digits, '.', '_', '-' alone, none of dots alone. */
static bool is_plain_path(aud_str path)
{
    aud_str part;

    while (aud_str_split(&path, '/', &part)) {
        bool dots = true;

        if (part.len == 0) {
            return false;
        }
        for (size_t i = 0; i < part.len; i++) {
            const char c = part.ptr[i];

            dots = dots && c == '.';
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-')) {
                return false;
            }
        }
        if (dots) {
            return false;
        }
    }
    return true;
}

static aud_status read_line(aud_str line, aud_arena *arena, aud_sum *out, aud_error *err)
{
    size_t len = 0;
    const aud_str hex = aud_str_sub(line, 0, HEX_LEN);

    for (size_t i = 0; i < hex.len; i++) {
        if (memchr("0123456789abcdef", hex.ptr[i], 16) == NULL) {
            return aud_fail(err, AUD_E_FORMAT, "is no SHA-256 in small hexadecimal digits");
        }
    }
    if (line.len <= HEX_LEN + 2 || !aud_str_eq(aud_str_sub(line, HEX_LEN, 2), AUD_LIT("  ")) ||
        !aud_hex_decode(hex, out->digest, sizeof out->digest, &len) || len != sizeof out->digest) {
        return aud_fail(err, AUD_E_FORMAT, "is not 'SHA-256, two blanks, path'");
    }
    AUD_TRY(aud_arena_dup(arena, aud_str_sub(line, HEX_LEN + 2, line.len), &out->path, err));
    if (!is_plain_path(out->path)) {
        return aud_fail(err, AUD_E_FORMAT, "names a path that no pack has");
    }
    return AUD_OK;
}

aud_status aud_sums_read(aud_str text, aud_arena *arena, const aud_sum **out, size_t *out_num,
                         aud_error *err)
{
    AUD_CLEANUP(gathering_clear) gathering g = {.arena = arena};
    aud_str line;
    uint32_t number = 0;

    if (text.len == 0 || text.ptr[text.len - 1] != '\n') {
        return aud_fail(err, AUD_E_FORMAT, "is empty or cut: the last line has no end");
    }
    text.len--;
    while (aud_str_split(&text, '\n', &line)) {
        aud_sum sum = {0};
        aud_status st = g.sums.len == FILES_MAX
                            ? aud_fail(err, AUD_E_LIMIT, "names more than %d files", FILES_MAX)
                            : read_line(line, arena, &sum, err);

        number++;
        if (st == AUD_OK && g.sums.len > 0 &&
            aud_str_cmp(g.sums.items[g.sums.len - 1].path, sum.path) >= 0) {
            st = aud_fail(err, AUD_E_FORMAT, "names a path twice, or out of order");
        }
        if (st != AUD_OK) {
            if (err != NULL) {
                err->line = number;
            }
            return st;
        }
        AUD_TRY(AUD_VEC_PUSH(&g.sums, sum, err));
    }
    return give(&g, out, out_num, err);
}

/* --- one against the other -------------------------------------------------------------------- */

const char *aud_sum_fault_name(aud_sum_fault fault)
{
    static const char *const names[] = {"changed", "missing", "added"};

    return names[fault];
}

aud_status aud_sums_compare(const aud_sum *told, size_t num_told, const aud_sum *there,
                            size_t num_there, aud_sum_each each, void *ctx, size_t *out_faults,
                            aud_error *err)
{
    size_t a = 0, b = 0;

    *out_faults = 0;
    while (a < num_told || b < num_there) {
        const int order = a == num_told    ? 1
                          : b == num_there ? -1
                                           : aud_str_cmp(told[a].path, there[b].path);

        if (order != 0 || memcmp(told[a].digest, there[b].digest, sizeof told[a].digest) != 0) {
            ++*out_faults;
            AUD_TRY(each(ctx,
                         order == 0  ? AUD_SUM_CHANGED
                         : order < 0 ? AUD_SUM_MISSING
                                     : AUD_SUM_ADDED,
                         order <= 0 ? told[a].path : there[b].path, err));
        }
        a += order <= 0 ? 1 : 0;
        b += order >= 0 ? 1 : 0;
    }
    return AUD_OK;
}
