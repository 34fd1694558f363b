/* engine/vcs/reader.c - the bytes of an entry: a blob as a whole, a file on disk in chunks. */
#include "engine/vcs/internal.h"

#include <errno.h>
#include <git2.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_LEN = 256 << 10, SCRATCH_MAX = 4 << 20, WHOLE_KEPT_MAX = 16 << 20 };

/* One open input, the reader's own or a neighbour. Its buffers stay for the next entry. */
typedef struct opened {
    aud_input input;
    aud_vcs_reader *reader;
    unsigned depth; /* of neighbours opened from neighbours */
    uint64_t given; /* bytes handed out */
    aud_str bytes;  /* all of them, where they are held: blobs and small files */
    bool held;
    git_odb_object *object;
    int fd;
    aud_buf head, chunk, whole;
    char *own_path; /* a neighbour's, NULL otherwise */
} opened;

struct aud_vcs_reader {
    const aud_vcs *vcs;
    git_odb *odb;
    aud_buf scratch;
    opened current;
};

/* ---- what an input can do ---- */

static aud_status opened_next(aud_input *input, aud_str *out_chunk, aud_error *err)
{
    opened *o = input->ctx;
    size_t len;

    if (o->held) {
        if (o->given == o->bytes.len) {
            return AUD_END;
        }
        o->given = o->bytes.len;
        *out_chunk = o->bytes;
        return AUD_OK;
    }
    if (o->given == 0) {
        o->given = input->head.len;
        *out_chunk = input->head;
        return AUD_OK;
    }
    AUD_TRY(aud_buf_reserve(&o->chunk, CHUNK_LEN, err));
    AUD_TRY(aud_disk_fill(o->fd, o->given, o->chunk.ptr, CHUNK_LEN, &len, err));
    o->given += len;
    if (o->given > input->size || (len < CHUNK_LEN && o->given != input->size)) {
        return aud_fail(err, AUD_E_IO, "changed while it was read");
    }
    if (len == 0) {
        return AUD_END;
    }
    *out_chunk = (aud_str){o->chunk.ptr, len};
    return AUD_OK;
}

static aud_status opened_rewind(aud_input *input, aud_error *err)
{
    opened *o = input->ctx;

    AUD_UNUSED(err);
    o->given = 0;
    return AUD_OK;
}

static aud_status opened_whole(aud_input *input, size_t max, aud_str *out, aud_error *err)
{
    opened *o = input->ctx;
    size_t len;

    if (input->size > max) {
        return aud_fail(err, AUD_E_LIMIT, "holds %llu bytes, more than %zu",
                        (unsigned long long)input->size, max);
    }
    if (!o->held) {
        size_t size = (size_t)input->size;

        o->whole.len = 0;
        AUD_TRY(aud_buf_reserve(&o->whole, size + 1, err));
        AUD_TRY(aud_disk_fill(o->fd, 0, o->whole.ptr, size + 1, &len, err));
        if (len != size) {
            return aud_fail(err, AUD_E_IO, "changed while it was read");
        }
        o->bytes = (aud_str){o->whole.ptr, size};
        *out = o->bytes;
        return AUD_OK;
    }
    *out = o->bytes;
    return AUD_OK;
}

static aud_status opened_open(aud_input *input, aud_str relative, aud_input **out, aud_error *err);

static aud_status opened_glob(aud_input *input, aud_str pattern, aud_arena *arena, aud_str **out,
                              size_t *out_num, aud_error *err)
{
    const opened *o = input->ctx;

    return aud_vcs_glob(o->reader->vcs, input->path, pattern, arena, out, out_num, err);
}

/* ---- opening ---- */

static void opened_release(opened *o)
{
    git_odb_object_free(AUD_MOVE(o->object));
    if (o->fd >= 0) {
        (void)close(o->fd);
        o->fd = -1;
    }
    if (o->whole.cap > WHOLE_KEPT_MAX) {
        aud_buf_clear(&o->whole);
    }
}

static void opened_init(opened *o, aud_vcs_reader *reader, unsigned depth)
{
    *o = (opened){.reader = reader, .depth = depth, .fd = -1};
    aud_buf_init(&o->head, VCS_HEAD_MAX + 1);
    aud_buf_init(&o->chunk, CHUNK_LEN);
    aud_buf_init(&o->whole, SIZE_MAX / 2);
}

static void opened_clear(opened *o)
{
    opened_release(o);
    aud_buf_clear(&o->head);
    aud_buf_clear(&o->chunk);
    aud_buf_clear(&o->whole);
    aud_free(o->own_path);
}

static void opened_begin(opened *o, aud_str path)
{
    const aud_vcs *vcs = o->reader->vcs;

    o->given = 0;
    o->bytes = (aud_str){NULL, 0};
    o->input = (aud_input){
        .source = vcs->name,
        .rev = vcs->rev,
        .path = path,
        .ctx = o,
        .next = opened_next,
        .rewind = opened_rewind,
        .whole = opened_whole,
        .open = opened_open,
        .glob = opened_glob,
    };
}

static aud_status open_blob(opened *o, aud_str path, const unsigned char *id, aud_error *err)
{
    const git_wanted wanted = {.id = id, .type = (int)GIT_OBJECT_BLOB, .max = VCS_BLOB_MAX};
    aud_vcs_reader *reader = o->reader;

    opened_begin(o, path);
    AUD_TRY(aud_git_object(reader->vcs, reader->odb, &wanted, &reader->scratch, &o->object,
                           &o->bytes, err));
    o->held = true;
    o->input.size = o->bytes.len;
    o->input.head = aud_str_sub(o->bytes, 0, VCS_HEAD_MAX);
    return AUD_OK;
}

static aud_status open_file(opened *o, aud_str path, bool follow, aud_error *err)
{
    size_t want, len;

    opened_begin(o, path);
    AUD_TRY(aud_disk_open(o->reader->vcs->root_fd, path, follow, &o->fd, &o->input.size, err));
    o->held = o->input.size <= VCS_HEAD_MAX;
    /* of a small file one byte more, to see that it ends there */
    want = o->held ? (size_t)o->input.size + 1 : VCS_HEAD_MAX;
    AUD_TRY(aud_buf_reserve(&o->head, VCS_HEAD_MAX + 1, err));
    AUD_TRY(aud_disk_fill(o->fd, 0, o->head.ptr, want, &len, err));
    if (o->held ? len != o->input.size : len != want) {
        return aud_fail(err, AUD_E_IO, "changed while it was read");
    }
    o->input.head = (aud_str){o->head.ptr, len};
    if (o->held) {
        o->bytes = o->input.head;
        (void)close(o->fd);
        o->fd = -1;
    }
    return AUD_OK;
}

/* ---- neighbours ---- */

static aud_status fail_outside(aud_str relative, aud_error *err)
{
    return aud_fail(err, AUD_E_DENIED, "'%.*s' lies outside of the source", AUD_ARG(relative));
}

static aud_status find_blob(const aud_vcs *vcs, aud_str asked, aud_str relative,
                            char out[VCS_PATH_MAX + 1], const aud_entry **out_entry, aud_error *err)
{
    switch (aud_listing_resolve(vcs, asked, out)) {
    case LINK_FILE:
        *out_entry = aud_listing_find(vcs, aud_str_of(out));
        if (*out_entry == NULL || (*out_entry)->kind == AUD_ENTRY_GAP) {
            break;
        }
        return AUD_OK;
    case LINK_OUTSIDE:
        return fail_outside(relative, err);
    case LINK_FOLDER:
    case LINK_LOOP:
    case LINK_NOTHING:
        return aud_fail(err, AUD_E_NOT_FOUND, "there is no file '%.*s'", AUD_ARG(relative));
    }
    return aud_fail(err, AUD_E_DENIED, "'%.*s' cannot be read: %.*s", AUD_ARG(relative),
                    AUD_ARG(*out_entry == NULL ? AUD_LIT("it is gone") : (*out_entry)->reason));
}

/* The real path inside the root; or, where links may leave it, the path as it was asked for. */
static aud_status find_file(const aud_vcs *vcs, aud_str asked, aud_str relative,
                            char out[VCS_PATH_MAX + 1], bool *out_follow, aud_error *err)
{
    char full[VCS_PATH_MAX + 1], end[VCS_PATH_MAX + 1];
    aud_str reached;
    size_t len;

    if (!aud_path_join(full, vcs->root, asked, &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    if (realpath(full, end) == NULL) {
        return aud_fail(err, aud_status_of_errno(errno), "there is no file '%.*s'",
                        AUD_ARG(relative));
    }
    reached = aud_str_of(end);
    *out_follow = !aud_path_below(reached, vcs->root);
    if (!*out_follow) {
        size_t root_len = vcs->root.len > 1 ? vcs->root.len + 1 : 1;

        reached = aud_str_sub(reached, root_len, reached.len);
        memcpy(out, reached.ptr, reached.len);
        out[reached.len] = '\0';
        return aud_path_has_dot_git(reached) ? fail_outside(relative, err) : AUD_OK;
    }
    return vcs->mode == VCS_FOLDER && vcs->follow_links && aud_path_normalise(asked, out) &&
                   !aud_path_has_dot_git(aud_str_of(out))
               ? AUD_OK
               : fail_outside(relative, err);
}

static void opened_close(aud_input *input)
{
    opened *o = input->ctx;

    opened_clear(o);
    aud_free(o);
}

static void opened_freep(opened **o)
{
    if (*o != NULL) {
        opened_close(&(*o)->input);
        *o = NULL;
    }
}

static aud_status open_neighbour(opened *o, aud_str asked, aud_str relative, aud_error *err)
{
    const aud_vcs *vcs = o->reader->vcs;
    char path[VCS_PATH_MAX + 1];
    const aud_entry *entry = NULL;
    bool follow = false;
    size_t len;

    if (vcs->mode == VCS_TREE) {
        AUD_TRY(find_blob(vcs, asked, relative, path, &entry, err));
    } else {
        AUD_TRY(find_file(vcs, asked, relative, path, &follow, err));
    }
    len = strlen(path);
    o->own_path = aud_alloc(len + 1);
    if (o->own_path == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memcpy(o->own_path, path, len + 1);
    AUD_TRY(entry != NULL ? open_blob(o, (aud_str){o->own_path, len}, entry->id, err)
                          : open_file(o, (aud_str){o->own_path, len}, follow, err));
    o->input.close = opened_close;
    return AUD_OK;
}

/* A circle of includes ends at the depth. */
static aud_status opened_open(aud_input *input, aud_str relative, aud_input **out, aud_error *err)
{
    const opened *from = input->ctx;
    AUD_CLEANUP(opened_freep) opened *o = NULL;
    char asked[VCS_PATH_MAX + 1];
    size_t len;

    if (relative.len == 0 || memchr(relative.ptr, '\0', relative.len) != NULL) {
        return aud_fail(err, AUD_E_NOT_FOUND, "an empty path, or one with NUL, names no file");
    }
    if (relative.ptr[0] == '/') {
        return fail_outside(relative, err);
    }
    if (from->depth >= VCS_NEIGHBOUR_DEPTH) {
        return aud_fail(err, AUD_E_LIMIT, "files that open each other go over %d deep",
                        VCS_NEIGHBOUR_DEPTH);
    }
    if (!aud_path_join(asked, aud_path_folder(input->path), relative, &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    o = aud_alloc_zero(1, sizeof *o);
    if (o == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    opened_init(o, from->reader, from->depth + 1);
    o->input.ctx = o;
    AUD_TRY(open_neighbour(o, (aud_str){asked, len}, relative, err));
    *out = &o->input;
    o = NULL;
    return AUD_OK;
}

/* ---- the reader ---- */

aud_status aud_vcs_reader_new(aud_vcs *vcs, aud_vcs_reader **out, aud_error *err)
{
    AUD_CLEANUP(aud_vcs_reader_freep) aud_vcs_reader *reader = aud_alloc_zero(1, sizeof *reader);

    if (reader == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    reader->vcs = vcs;
    aud_buf_init(&reader->scratch, SCRATCH_MAX);
    opened_init(&reader->current, reader, 0);
    if (vcs->mode == VCS_TREE) {
        AUD_TRY(aud_git_odb(vcs, &reader->odb, err));
    }
    *out = AUD_MOVE(reader);
    return AUD_OK;
}

void aud_vcs_reader_freep(aud_vcs_reader **reader)
{
    aud_vcs_reader *r = *reader;

    if (r == NULL) {
        return;
    }
    opened_clear(&r->current);
    aud_buf_clear(&r->scratch);
    git_odb_free(r->odb);
    aud_free(r);
    *reader = NULL;
}

aud_status aud_vcs_read(aud_vcs_reader *reader, const aud_entry *entry, aud_input **out,
                        aud_error *err)
{
    const aud_vcs *vcs = reader->vcs;
    opened *o = &reader->current;

    opened_release(o);
    if (entry->kind == AUD_ENTRY_GAP) {
        return aud_fail(err, AUD_E_NOT_FOUND, "%.*s", AUD_ARG(entry->reason));
    }
    AUD_TRY(vcs->mode == VCS_TREE
                ? open_blob(o, entry->path, entry->id, err)
                : open_file(o, entry->path, vcs->mode == VCS_FOLDER && vcs->follow_links, err));
    *out = &o->input;
    return AUD_OK;
}
