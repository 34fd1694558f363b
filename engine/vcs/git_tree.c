/* engine/vcs/git_tree.c - what a revision holds: trees walked without looking at any blob. */
#include "engine/base/text.h"
#include "engine/vcs/internal.h"
#include "engine/vcs/range.h"

#include <git2.h>

enum { ID_LEN = 20, TREE_MAX = 256 << 20, TARGET_MAX = VCS_PATH_MAX };

static bool has_kind(uint32_t mode, uint32_t kind)
{
    return (mode & 0170000u) == kind;
}

bool aud_git_mode_is_folder(uint32_t mode)
{
    return has_kind(mode, 0040000u);
}

bool aud_git_mode_is_link(uint32_t mode)
{
    return has_kind(mode, 0120000u);
}

bool aud_git_mode_is_submodule(uint32_t mode)
{
    return has_kind(mode, 0160000u);
}

typedef struct tree_entry {
    uint32_t mode;
    aud_str name;
    const unsigned char *id;
} tree_entry;

static bool is_bad_name(aud_str name)
{
    return name.len == 0 || memchr(name.ptr, '/', name.len) != NULL ||
           aud_str_eq(name, AUD_LIT(".")) || aud_str_eq(name, AUD_LIT("..")) ||
           aud_str_eq(name, AUD_LIT(".git"));
}

/* Cuts one "MODE NAME\0ID" off `*rest`. */
static bool next_entry(aud_str *rest, tree_entry *out)
{
    size_t at = 0;
    const char *nul;

    out->mode = 0;
    while (at < rest->len && at < 8 && rest->ptr[at] >= '0' && rest->ptr[at] <= '7') {
        out->mode = out->mode << 3 | (uint32_t)(rest->ptr[at] - '0');
        at++;
    }
    if (at == 0 || at >= rest->len || rest->ptr[at] != ' ') {
        return false;
    }
    at++;
    nul = memchr(rest->ptr + at, '\0', rest->len - at);
    if (nul == NULL) {
        return false;
    }
    out->name = aud_str_sub(*rest, at, (size_t)(nul - rest->ptr) - at);
    at += out->name.len + 1;
    if (rest->len - at < ID_LEN || is_bad_name(out->name)) {
        return false;
    }
    out->id = (const unsigned char *)rest->ptr + at;
    *rest = aud_str_sub(*rest, at + ID_LEN, rest->len);
    return true;
}

static void object_freep(git_odb_object **object)
{
    git_odb_object_free(*object);
}

static void odb_freep(git_odb **odb)
{
    git_odb_free(*odb);
}

typedef struct walk {
    aud_vcs *vcs;
    git_odb *odb;
    aud_buf scratch;
    char path[VCS_PATH_MAX + 1];
    unsigned depth;
    size_t visited; /* trees within trees can multiply without holding one file */
} walk;

static aud_status read_object(walk *w, const unsigned char *id, git_object_t type, uint64_t max,
                              git_odb_object **out, aud_str *bytes, aud_error *err)
{
    const git_wanted wanted = {.id = id, .type = (int)type, .max = max};

    return aud_git_object(w->vcs, w->odb, &wanted, &w->scratch, out, bytes, err);
}

/* A part that cannot be read is a gap at its path; only lack of memory ends the walk. */
static aud_status note_broken(walk *w, aud_str path, aud_status st, const aud_error *why,
                              aud_error *err)
{
    aud_gap_kind kind = st == AUD_E_NOT_FOUND ? AUD_GAP_UNREADABLE
                        : st == AUD_E_LIMIT   ? AUD_GAP_LIMIT
                                              : AUD_GAP_BROKEN;

    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why->message);
    }
    return aud_listing_gap(w->vcs, path, kind, err, "%s", why->message);
}

static aud_status add_link(walk *w, aud_str path, const unsigned char *id, aud_error *err)
{
    AUD_CLEANUP(object_freep) git_odb_object *object = NULL;
    aud_error why = {0};
    aud_str target;
    aud_status st = read_object(w, id, GIT_OBJECT_BLOB, TARGET_MAX, &object, &target, &why);

    return st == AUD_OK ? aud_listing_link(w->vcs, path, target, err)
                        : note_broken(w, path, st, &why, err);
}

static aud_status walk_tree(walk *w, const unsigned char *id, size_t len, aud_error *err);

static aud_status walk_entry(walk *w, const tree_entry *entry, size_t len, aud_error *err)
{
    aud_str folder = {w->path, len};
    aud_str path;

    if (!aud_path_join(w->path, folder, entry->name, &len) || w->depth >= VCS_DEPTH_MAX) {
        return aud_listing_gap(w->vcs, folder, AUD_GAP_LIMIT, err,
                               "holds a path over %d bytes or %d folders deep", VCS_PATH_MAX,
                               VCS_DEPTH_MAX);
    }
    path = (aud_str){w->path, len};
    if (aud_git_mode_is_folder(entry->mode)) {
        return walk_tree(w, entry->id, len, err);
    }
    if (aud_git_mode_is_link(entry->mode)) {
        return add_link(w, path, entry->id, err);
    }
    if (aud_git_mode_is_submodule(entry->mode)) {
        return aud_listing_gap(w->vcs, path, AUD_GAP_SUBMODULE, err,
                               "is a submodule; name its repository as a source of its own");
    }
    return aud_listing_blob(w->vcs, path, entry->id, err);
}

/* `len` bytes of w->path are the tree's own path. */
static aud_status walk_tree(walk *w, const unsigned char *id, size_t len, aud_error *err)
{
    AUD_CLEANUP(object_freep) git_odb_object *object = NULL;
    aud_error why = {0};
    aud_str rest;
    tree_entry entry;
    aud_status st = read_object(w, id, GIT_OBJECT_TREE, TREE_MAX, &object, &rest, &why);

    if (st != AUD_OK) {
        return note_broken(w, (aud_str){w->path, len}, st, &why, err);
    }
    if (++w->visited > VCS_ENTRIES_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "holds more than %zu folders", VCS_ENTRIES_MAX);
    }
    w->depth++;
    while (rest.len > 0) {
        if (!next_entry(&rest, &entry)) {
            AUD_TRY(aud_listing_gap(w->vcs, (aud_str){w->path, len}, AUD_GAP_BROKEN, err,
                                    "the tree object holds an entry that no git writes"));
            break;
        }
        AUD_TRY(walk_entry(w, &entry, len, err));
    }
    w->depth--;
    return AUD_OK;
}

static aud_status find_in(walk *w, const unsigned char *tree, aud_str name, git_found *out,
                          aud_error *err)
{
    AUD_CLEANUP(object_freep) git_odb_object *object = NULL;
    aud_str rest;
    tree_entry entry;

    AUD_TRY(read_object(w, tree, GIT_OBJECT_TREE, TREE_MAX, &object, &rest, err));
    while (rest.len > 0 && next_entry(&rest, &entry)) {
        if (aud_str_eq(entry.name, name)) {
            memcpy(out->id, entry.id, ID_LEN);
            out->mode = entry.mode;
            return AUD_OK;
        }
    }
    return aud_fail(err, AUD_E_NOT_FOUND, "there is no '%.*s' at this revision", AUD_ARG(name));
}

static aud_status find_path(walk *w, aud_str path, git_found *out, aud_error *err)
{
    aud_str part;

    memcpy(out->id, w->vcs->tree, ID_LEN);
    out->mode = 0040000u;
    while (aud_str_split(&path, '/', &part)) {
        git_found found;

        if (part.len == 0) {
            continue;
        }
        if (!aud_git_mode_is_folder(out->mode)) {
            return aud_fail(err, AUD_E_NOT_FOUND, "there is no '%.*s' at this revision",
                            AUD_ARG(part));
        }
        AUD_TRY(find_in(w, out->id, part, &found, err));
        *out = found;
    }
    return AUD_OK;
}

static aud_status walk_open(walk *w, aud_vcs *vcs, aud_error *err)
{
    *w = (walk){.vcs = vcs};
    aud_buf_init(&w->scratch, (size_t)64 << 20);
    return aud_git_odb(vcs, &w->odb, err);
}

static void walk_close(walk *w)
{
    aud_buf_clear(&w->scratch);
    odb_freep(&w->odb);
}

aud_status aud_git_list(aud_vcs *vcs, aud_error *err)
{
    AUD_CLEANUP(walk_close) walk w = {0};
    git_found start;

    AUD_TRY(walk_open(&w, vcs, err));
    AUD_TRY(find_path(&w, vcs->prefix, &start, err));
    if (!aud_git_mode_is_folder(start.mode)) {
        return aud_fail(err, AUD_E_NOT_FOUND, "'%.*s' is no folder at this revision",
                        AUD_ARG(vcs->prefix));
    }
    AUD_TRY(walk_tree(&w, start.id, 0, err));
    return aud_listing_finish(vcs, err);
}

aud_status aud_git_find_path(aud_vcs *vcs, aud_str path, git_found *out, aud_error *err)
{
    AUD_CLEANUP(walk_close) walk w = {0};

    AUD_TRY(walk_open(&w, vcs, err));
    return find_path(&w, path, out, err);
}

aud_status aud_git_read_path(aud_vcs *vcs, aud_str path, size_t max, aud_arena *arena, aud_str *out,
                             aud_error *err)
{
    AUD_CLEANUP(walk_close) walk w = {0};
    AUD_CLEANUP(object_freep) git_odb_object *object = NULL;
    git_found found;
    aud_str bytes;

    AUD_TRY(walk_open(&w, vcs, err));
    AUD_TRY(find_path(&w, path, &found, err));
    if (!has_kind(found.mode, 0100000u)) {
        return aud_fail(err, AUD_E_NOT_FOUND, "is not a regular file");
    }
    AUD_TRY(read_object(&w, found.id, GIT_OBJECT_BLOB, max, &object, &bytes, err));
    return aud_arena_dup(arena, bytes, out, err);
}

/* --- two revisions ---------------------------------------------------------------------------- */

/* A tree's entries, one at a time. */
typedef struct cursor {
    git_odb_object *object;
    aud_str rest;
    tree_entry entry;
    bool here; /* `entry` is one */
} cursor;

typedef struct pair {
    walk a, b;
    bool given_up; /* what differs cannot be told from trees alone */
} pair;

static void pair_close(pair *p)
{
    walk_close(&p->a);
    walk_close(&p->b);
}

static void cursor_close(cursor *c)
{
    git_odb_object_free(c->object);
}

/* As git sorts: a folder's name ends with '/'. */
static int order_entries(const tree_entry *a, const tree_entry *b)
{
    const size_t least = a->name.len < b->name.len ? a->name.len : b->name.len;
    const int order = memcmp(a->name.ptr, b->name.ptr, least);
    const int left = a->name.len > least               ? (unsigned char)a->name.ptr[least]
                     : aud_git_mode_is_folder(a->mode) ? '/'
                                                       : 0;
    const int right = b->name.len > least               ? (unsigned char)b->name.ptr[least]
                      : aud_git_mode_is_folder(b->mode) ? '/'
                                                        : 0;

    return order != 0 ? order : left - right;
}

/* To the next entry. What no git writes is for the walk that looks at everything. */
static void advance(pair *p, cursor *c)
{
    const tree_entry last = c->entry;
    const bool had = c->here;

    c->here = c->rest.len > 0;
    if (c->here &&
        (!next_entry(&c->rest, &c->entry) || (had && order_entries(&last, &c->entry) >= 0))) {
        p->given_up = true;
    }
}

static aud_status cursor_open(pair *p, walk *w, const unsigned char *id, cursor *c, aud_error *err)
{
    aud_error why = {0};
    const aud_status st = read_object(w, id, GIT_OBJECT_TREE, TREE_MAX, &c->object, &c->rest, &why);

    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why.message);
    }
    if (st != AUD_OK) {
        p->given_up = true;
        return AUD_OK;
    }
    advance(p, c);
    return AUD_OK;
}

static aud_status pair_folders(pair *p, const unsigned char *a, const unsigned char *b, size_t len,
                               aud_error *err);

/* One that is gone may be what a link elsewhere leads to; and what links lead to is not seen. */
static aud_status one_sided(pair *p, walk *w, const tree_entry *entry, size_t len, bool gone,
                            aud_error *err)
{
    p->given_up = p->given_up || gone || aud_git_mode_is_link(entry->mode);
    return p->given_up ? AUD_OK : walk_entry(w, entry, len, err);
}

static aud_status two_sided(pair *p, const tree_entry *a, const tree_entry *b, size_t len,
                            aud_error *err)
{
    const bool folders = aud_git_mode_is_folder(a->mode), files = has_kind(a->mode, 0100000u);
    const aud_str folder = {p->a.path, len};
    size_t more;

    if (a->mode == b->mode || (files && has_kind(b->mode, 0100000u))) {
        if (memcmp(a->id, b->id, ID_LEN) == 0) {
            return AUD_OK;
        }
        if (folders && p->a.depth < VCS_DEPTH_MAX &&
            aud_path_join(p->a.path, folder, a->name, &more)) {
            memcpy(p->b.path, p->a.path, more + 1);
            return pair_folders(p, a->id, b->id, more, err);
        }
    }
    AUD_TRY(one_sided(p, &p->a, a, len, !files, err));
    return one_sided(p, &p->b, b, len, !files, err);
}

/* `len` bytes of both paths are the folder's own. */
static aud_status pair_folders(pair *p, const unsigned char *a, const unsigned char *b, size_t len,
                               aud_error *err)
{
    AUD_CLEANUP(cursor_close) cursor left = {0};
    AUD_CLEANUP(cursor_close) cursor right = {0};

    AUD_TRY(cursor_open(p, &p->a, a, &left, err));
    AUD_TRY(cursor_open(p, &p->b, b, &right, err));
    p->a.depth++;
    p->b.depth++;
    while (!p->given_up && (left.here || right.here)) {
        const int order = !left.here    ? 1
                          : !right.here ? -1
                                        : order_entries(&left.entry, &right.entry);

        if (order < 0) {
            AUD_TRY(one_sided(p, &p->a, &left.entry, len, false, err));
        } else if (order > 0) {
            AUD_TRY(one_sided(p, &p->b, &right.entry, len, true, err));
        } else {
            AUD_TRY(two_sided(p, &left.entry, &right.entry, len, err));
        }
        if (order <= 0) {
            advance(p, &left);
        }
        if (order >= 0) {
            advance(p, &right);
        }
    }
    p->a.depth--;
    p->b.depth--;
    return AUD_OK;
}

aud_status aud_git_pair(aud_vcs *now, aud_vcs *then, bool *out_told, aud_error *err)
{
    AUD_CLEANUP(pair_close) pair p = {0};
    git_found a, b;

    AUD_TRY(walk_open(&p.a, now, err));
    AUD_TRY(walk_open(&p.b, then, err));
    AUD_TRY(find_path(&p.a, now->prefix, &a, err));
    AUD_TRY(find_path(&p.b, then->prefix, &b, err));
    p.given_up = !aud_git_mode_is_folder(a.mode) || !aud_git_mode_is_folder(b.mode);
    if (!p.given_up) {
        AUD_TRY(pair_folders(&p, a.id, b.id, 0, err));
    }
    *out_told = !p.given_up;
    if (!*out_told) {
        now->entries.len = then->entries.len = 0;
        now->links.len = then->links.len = 0;
        return AUD_OK;
    }
    AUD_TRY(aud_listing_finish(now, err));
    return aud_listing_finish(then, err);
}

/* What cannot be looked up is another thing each time. */
static aud_status find_for_pair(walk *w, aud_str path, git_found *out, aud_status *out_found,
                                aud_error *err)
{
    aud_error why = {0};

    *out_found = find_path(w, path, out, &why);
    return *out_found == AUD_E_NOMEM ? aud_fail(err, AUD_E_NOMEM, "%s", why.message) : AUD_OK;
}

aud_status aud_vcs_same_at(aud_vcs *a, aud_vcs *b, aud_str path, bool *out, aud_error *err)
{
    AUD_CLEANUP(pair_close) pair p = {0};
    aud_status found_a, found_b;
    git_found x, y;

    AUD_TRY(walk_open(&p.a, a, err));
    AUD_TRY(walk_open(&p.b, b, err));
    AUD_TRY(find_for_pair(&p.a, path, &x, &found_a, err));
    AUD_TRY(find_for_pair(&p.b, path, &y, &found_b, err));
    *out = (found_a == AUD_E_NOT_FOUND && found_b == AUD_E_NOT_FOUND) ||
           (found_a == AUD_OK && found_b == AUD_OK && has_kind(x.mode, y.mode & 0170000u) &&
            memcmp(x.id, y.id, ID_LEN) == 0);
    return AUD_OK;
}
