/* engine/vcs/git_index.c - git's index, read for its paths and modes alone. */
#include "engine/vcs/git_index.h"

#include "engine/vcs/internal.h"

enum {
    HEADER_LEN = 12,
    CHECKSUM_LEN = 20,
    MODE_AT = 24,
    FLAGS_AT = 60,
    NAME_AT = 62,
    EXTENDED = 0x4000,
    EXTENSION_HEAD = 8,
};

typedef struct cursor {
    const unsigned char *bytes;
    size_t at, len; /* `len` leaves the checksum out */
    unsigned version;
    aud_str last; /* version 4 gives each path by its difference from the one before */
    aud_arena *arena;
} cursor;

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static aud_status fail_cut(aud_error *err)
{
    return aud_fail(err, AUD_E_FORMAT, "git's index is damaged; run 'git reset' to write it anew");
}

/* git's offset encoding: seven bits a byte, each continuation adding one. */
static bool read_varint(cursor *c, size_t *out)
{
    size_t value = 0;

    for (unsigned i = 0; i < 5 && c->at < c->len; i++) {
        unsigned char byte = c->bytes[c->at++];

        value = value << 7 | (byte & 0x7fu);
        if ((byte & 0x80u) == 0) {
            *out = value;
            return true;
        }
        value++;
    }
    return false;
}

static aud_status read_name_v4(cursor *c, aud_str *out, aud_error *err)
{
    char path[VCS_PATH_MAX + 1];
    const unsigned char *nul;
    size_t strip, kept, len;

    if (!read_varint(c, &strip) || strip > c->last.len) {
        return fail_cut(err);
    }
    nul = memchr(c->bytes + c->at, '\0', c->len - c->at);
    if (nul == NULL) {
        return fail_cut(err);
    }
    len = (size_t)(nul - (c->bytes + c->at));
    kept = c->last.len - strip;
    if (kept > VCS_PATH_MAX || len > VCS_PATH_MAX - kept) {
        return fail_cut(err);
    }
    memcpy(path, c->last.len > 0 ? c->last.ptr : "", kept);
    memcpy(path + kept, c->bytes + c->at, len);
    c->at += len + 1;
    return aud_arena_dup(c->arena, (aud_str){path, kept + len}, out, err);
}

static aud_status read_name(cursor *c, size_t begin, aud_str *out, aud_error *err)
{
    const unsigned char *nul = memchr(c->bytes + c->at, '\0', c->len - c->at);
    size_t padded;

    if (nul == NULL) {
        return fail_cut(err);
    }
    AUD_TRY(aud_arena_dup(
        c->arena, (aud_str){(const char *)c->bytes + c->at, (size_t)(nul - (c->bytes + c->at))},
        out, err));
    /* one to eight NUL, up to a multiple of eight */
    padded = ((c->at - begin + out->len) / 8 + 1) * 8;
    if (padded > c->len - begin) {
        return fail_cut(err);
    }
    c->at = begin + padded;
    return AUD_OK;
}

static aud_status read_entry(cursor *c, git_index_path *out, aud_error *err)
{
    size_t begin = c->at;
    uint32_t flags;

    if (c->len - begin < NAME_AT + 2) {
        return fail_cut(err);
    }
    out->mode = be32(c->bytes + begin + MODE_AT);
    flags = (uint32_t)c->bytes[begin + FLAGS_AT] << 8 | c->bytes[begin + FLAGS_AT + 1];
    c->at = begin + NAME_AT + ((flags & EXTENDED) != 0 && c->version >= 3 ? 2 : 0);
    return c->version == 4 ? read_name_v4(c, &out->path, err)
                           : read_name(c, begin, &out->path, err);
}

/* A lower-case first letter says that the index cannot be understood without the extension. */
static aud_status check_extensions(const cursor *c, aud_error *err)
{
    size_t at = c->at;

    while (c->len - at >= EXTENSION_HEAD) {
        aud_str name = {(const char *)c->bytes + at, 4};
        uint32_t size = be32(c->bytes + at + 4);

        if (aud_str_eq(name, AUD_LIT("link"))) {
            return aud_fail(err, AUD_E_UNSUPPORTED,
                            "git's index is split in two, which cannot be read; run 'git "
                            "update-index --no-split-index'");
        }
        if (name.ptr[0] >= 'a' && name.ptr[0] <= 'z' && !aud_str_eq(name, AUD_LIT("sdir"))) {
            return aud_fail(err, AUD_E_UNSUPPORTED,
                            "git's index needs the extension '%.4s', which cannot be read; judge "
                            "a revision instead",
                            name.ptr);
        }
        if (size > c->len - at - EXTENSION_HEAD) {
            return fail_cut(err);
        }
        at += EXTENSION_HEAD + size;
    }
    return AUD_OK;
}

aud_status aud_git_index_parse(aud_str bytes, aud_arena *arena, git_tracked *out, aud_error *err)
{
    cursor c = {.bytes = (const unsigned char *)bytes.ptr, .at = HEADER_LEN, .arena = arena};
    uint32_t num;

    if (bytes.len < HEADER_LEN + CHECKSUM_LEN || !aud_str_starts(bytes, AUD_LIT("DIRC"))) {
        return fail_cut(err);
    }
    c.len = bytes.len - CHECKSUM_LEN;
    c.version = be32(c.bytes + 4);
    num = be32(c.bytes + 8);
    if (c.version < 2 || c.version > 4) {
        return aud_fail(err, AUD_E_UNSUPPORTED,
                        "git's index is of version %u, which cannot be read; judge a revision "
                        "instead",
                        c.version);
    }
    for (uint32_t i = 0; i < num; i++) {
        git_index_path path;
        int order;

        AUD_TRY(read_entry(&c, &path, err));
        order = i == 0 ? 1 : aud_str_cmp(path.path, c.last);
        if (order < 0) {
            return fail_cut(err);
        }
        if (order > 0) {
            AUD_TRY(AUD_VEC_PUSH(&out->paths, path, err));
        }
        c.last = path.path;
    }
    return check_extensions(&c, err);
}

void aud_git_index_clear(git_tracked *tracked)
{
    aud_free(tracked->paths.items);
    *tracked = (git_tracked){0};
}

/* First entry not before `path`, or, with `slash`, not before what lies below it. */
static size_t lower_bound(const git_tracked *tracked, aud_str path, bool slash)
{
    size_t low = 0, high = tracked->paths.len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        aud_str here = tracked->paths.items[middle].path;
        int order = aud_str_cmp(aud_str_sub(here, 0, path.len), path);

        if (order == 0 && slash) {
            order = here.len == path.len                                ? -1
                    : (unsigned char)here.ptr[path.len] < (unsigned)'/' ? -1
                                                                        : 0;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const git_index_path *aud_git_index_find(const git_tracked *tracked, aud_str path)
{
    size_t at = lower_bound(tracked, path, false);

    return at < tracked->paths.len && aud_str_eq(tracked->paths.items[at].path, path)
               ? &tracked->paths.items[at]
               : NULL;
}

bool aud_git_index_has_below(const git_tracked *tracked, aud_str folder)
{
    size_t at = folder.len == 0 ? 0 : lower_bound(tracked, folder, true);

    return at < tracked->paths.len && aud_path_below(tracked->paths.items[at].path, folder);
}
