/* engine/evidence/pack_seal.c - signature and time stamp of a pack, and its archive. */
#include "engine/evidence/pack_seal.h"

#include "engine/archive/pack_archive.h"
#include "engine/base/out.h"
#include "engine/evidence/pack.h"
#include "engine/pki/timestamp.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SUMS_MAX = 64 << 20, SEAL_MAX = 16 << 20 };

typedef struct sealing {
    aud_str folder;
    aud_arena arena;
} sealing;

static void sealing_clear(sealing *s)
{
    aud_arena_clear(&s->arena);
}

static aud_status path_in(sealing *s, const char *name, aud_str *out, aud_error *err)
{
    return aud_arena_printf(&s->arena, out, err, "%.*s/%s", AUD_ARG(s->folder), name);
}

static aud_status read_in(sealing *s, const char *name, size_t max, aud_str *out, aud_error *err)
{
    aud_str path;

    AUD_TRY(path_in(s, name, &path, err));
    return aud_file_read(path, max, &s->arena, out, err);
}

static aud_status write_in(sealing *s, const char *name, aud_str bytes, aud_error *err)
{
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    aud_str path;

    AUD_TRY(path_in(s, name, &path, err));
    AUD_TRY(aud_out_open_file(path, &out, err));
    aud_out_str(out, bytes);
    return aud_out_finish(out, err);
}

aud_status aud_pack_sign(aud_str folder, const aud_cms_signer *signer, aud_error *err)
{
    AUD_CLEANUP(sealing_clear) sealing s = {.folder = folder};
    AUD_CLEANUP(aud_buf_clear) aud_buf signature = {.max = SEAL_MAX};
    AUD_CLEANUP(aud_buf_clear) aud_buf query = {.max = SEAL_MAX};
    aud_str sums;

    aud_arena_init(&s.arena, AUD_ARENA_NO_MAX);
    AUD_TRY(read_in(&s, AUD_SUMS_NAME, SUMS_MAX, &sums, err));
    AUD_TRY(aud_cms_sign(signer, sums, &signature, err));
    AUD_TRY(write_in(&s, AUD_SIGNATURE_NAME, aud_buf_str(&signature), err));
    AUD_TRY(aud_timestamp_query(aud_buf_str(&signature), &query, err));
    return write_in(&s, AUD_QUERY_NAME, aud_buf_str(&query), err);
}

aud_status aud_pack_attach(aud_str folder, aud_str reply, aud_error *err)
{
    AUD_CLEANUP(sealing_clear) sealing s = {.folder = folder};
    aud_timestamp_answer answer;
    aud_str signature, path;
    struct stat st;

    aud_arena_init(&s.arena, AUD_ARENA_NO_MAX);
    if (read_in(&s, AUD_SIGNATURE_NAME, SEAL_MAX, &signature, NULL) != AUD_OK) {
        return aud_fail(err, AUD_E_FORMAT,
                        "the pack is not signed: a time stamp is over its signature");
    }
    AUD_TRY(aud_timestamp_verify(reply, signature, (aud_str){NULL, 0}, &s.arena, &answer, err));
    AUD_TRY(path_in(&s, AUD_REPLY_NAME, &path, err));
    if (lstat(path.ptr, &st) == 0) {
        return aud_fail(err, AUD_E_IO, "the pack has a time stamp already");
    }
    return write_in(&s, AUD_REPLY_NAME, reply, err);
}

/* --- archives --------------------------------------------------------------------------------- */

/* "out/2026-Q3.tar.gz": its files lie in a folder "2026-Q3". */
static aud_str top_of(aud_str path)
{
    static const aud_str ends[] = {AUD_LIT_INIT(".zip"), AUD_LIT_INIT(".tar.gz"),
                                   AUD_LIT_INIT(".tgz")};

    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/') {
            path = aud_str_sub(path, i, path.len);
            break;
        }
    }
    for (size_t i = 0; i < AUD_COUNT(ends); i++) {
        if (aud_str_ends(path, ends[i])) {
            path.len -= ends[i].len;
            break;
        }
    }
    return path.len == 0 ? AUD_LIT("pack") : path;
}

static aud_status pack_beside(sealing *s, aud_str path, aud_str *out, aud_error *err)
{
    const aud_sum *sums;
    aud_str *paths;
    size_t num;

    AUD_TRY(aud_sums_of_folder(s->folder, true, &s->arena, &sums, &num, err));
    paths = aud_arena_array(&s->arena, num, sizeof *paths);
    if (paths == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num; i++) {
        paths[i] = sums[i].path;
    }
    AUD_TRY(aud_arena_printf(&s->arena, out, err, "%.*s.archive", AUD_ARG(s->folder)));
    return aud_archive_write(aud_archive_kind_of(path), s->folder, top_of(path), paths, num, *out,
                             err);
}

aud_status aud_pack_archive(aud_str folder, aud_str path, bool over, aud_error *err)
{
    AUD_CLEANUP(sealing_clear) sealing s = {.folder = folder};
    aud_str part = {NULL, 0}, to;
    aud_status st;

    aud_arena_init(&s.arena, AUD_ARENA_NO_MAX);
    AUD_TRY(aud_arena_dup(&s.arena, path, &to, err));
    st = pack_beside(&s, path, &part, err);
    if (st == AUD_OK && ((!over && aud_pack_is_taken(path)) || rename(part.ptr, to.ptr) != 0)) {
        st = aud_fail(err, AUD_E_IO, "'%.*s' cannot be made: there is something already",
                      AUD_ARG(path));
    }
    if (st != AUD_OK && part.len > 0) {
        (void)unlink(part.ptr);
    }
    return st;
}

static aud_status same_files(const char *left, const char *right, bool *out, aud_error *err)
{
    enum { CHUNK = 1 << 16 };
    FILE *a = fopen(left, "rbe"), *b = fopen(right, "rbe");
    char one[CHUNK], other[CHUNK];
    bool same = a != NULL && b != NULL, more = same;

    while (same && more) {
        const size_t got = fread(one, 1, sizeof one, a), there = fread(other, 1, sizeof other, b);

        same = got == there && memcmp(one, other, got) == 0;
        more = got == sizeof one;
    }
    *out = same;
    if (a != NULL) {
        (void)fclose(a);
    }
    if (b != NULL) {
        (void)fclose(b);
    }
    return a == NULL || b == NULL ? aud_fail(err, AUD_E_IO, "the archive cannot be read") : AUD_OK;
}

aud_status aud_pack_archive_same(aud_str folder, aud_str path, bool *out, aud_error *err)
{
    AUD_CLEANUP(sealing_clear) sealing s = {.folder = folder};
    aud_str part = {NULL, 0}, named;
    aud_status st;

    aud_arena_init(&s.arena, AUD_ARENA_NO_MAX);
    AUD_TRY(aud_arena_dup(&s.arena, path, &named, err));
    st = pack_beside(&s, path, &part, err);
    if (st == AUD_OK) {
        st = same_files(part.ptr, named.ptr, out, err);
    }
    if (part.len > 0) {
        (void)unlink(part.ptr);
    }
    return st;
}
