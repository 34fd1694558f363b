/* engine/vcs/git_range.c - what a change is made of: target's tip, head, and their merge base. */
#include "engine/base/map.h"
#include "engine/vcs/internal.h"
#include "engine/vcs/range.h"

#include <git2.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WALK_MAX = 1 << 20 }; /* commits of a shallow clone's history */

bool aud_vcs_same_repository(const aud_vcs *a, const aud_vcs *b)
{
    return a->git.common.len > 0 && aud_str_eq(a->git.common, b->git.common);
}

aud_str aud_vcs_top(const aud_vcs *vcs)
{
    return vcs->git.top;
}

/* --- history that is at hand ------------------------------------------------------------------ */

/* A shallow clone ends where libgit2 1.5 expects parents: its own walk fails there. */
typedef struct seen_commit {
    git_oid id;
    bool from_tip, from_head, covered; /* covered: a common ancestor has it as ancestor */
    int64_t time;
    size_t first_parent, num_parents; /* in `parents` */
} seen_commit;

typedef struct history {
    git_repository *repo;
    AUD_VEC(seen_commit) commits;
    AUD_VEC(git_oid) parents;
    aud_map *places; /* id -> index + 1, as a pointer */
    bool cut;        /* a parent is not at hand */
} history;

static void history_clear(history *h)
{
    aud_free(h->commits.items);
    aud_free(h->parents.items);
    aud_map_freep(&h->places);
}

static aud_str key_of(const git_oid *id)
{
    return (aud_str){(const char *)id->id, sizeof id->id};
}

static size_t place_of(const history *h, const git_oid *id)
{
    return (size_t)(uintptr_t)aud_map_get(h->places, key_of(id));
}

/* Adds the commit if it is at hand; gives its index + 1, or 0. */
static aud_status add_commit(history *h, const git_oid *id, size_t *out, aud_error *err)
{
    git_commit *commit = NULL;
    seen_commit seen = {.id = *id, .first_parent = h->parents.len};

    *out = place_of(h, id);
    if (*out != 0) {
        return AUD_OK;
    }
    if (h->commits.len == WALK_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d commits in a shallow clone", WALK_MAX);
    }
    if (git_commit_lookup(&commit, h->repo, id) < 0) {
        git_error_clear();
        h->cut = true;
        return AUD_OK;
    }
    seen.time = git_commit_time(commit);
    seen.num_parents = git_commit_parentcount(commit);
    for (unsigned i = 0; i < seen.num_parents; i++) {
        const git_oid parent = *git_commit_parent_id(commit, i);
        aud_status st = AUD_VEC_PUSH(&h->parents, parent, err);
        if (st != AUD_OK) {
            git_commit_free(commit);
            return st;
        }
    }
    git_commit_free(commit);
    AUD_TRY(AUD_VEC_PUSH(&h->commits, seen, err));
    *out = h->commits.len;
    return aud_map_put(h->places, key_of(id), (void *)(uintptr_t)h->commits.len, err);
}

typedef AUD_VEC(size_t) index_list;

static void index_list_clear(index_list *list)
{
    aud_free(list->items);
}

static bool *mark_of(seen_commit *c, int which)
{
    return which == 0 ? &c->from_tip : which == 1 ? &c->from_head : &c->covered;
}

/* Marks the commit and all its ancestors at hand. */
static aud_status mark(history *h, size_t start, int which, aud_error *err)
{
    AUD_CLEANUP(index_list_clear) index_list todo = {0};

    AUD_TRY(AUD_VEC_PUSH(&todo, start, err));
    while (todo.len > 0) {
        const size_t at = todo.items[--todo.len];
        bool *marked = mark_of(&h->commits.items[at], which);
        size_t first, num;

        if (*marked) {
            continue;
        }
        *marked = true;
        first = h->commits.items[at].first_parent;
        num = h->commits.items[at].num_parents;
        for (size_t i = 0; i < num; i++) {
            const git_oid parent = h->parents.items[first + i];
            size_t place;
            AUD_TRY(add_commit(h, &parent, &place, err));
            if (place != 0) {
                const size_t index = place - 1;
                AUD_TRY(AUD_VEC_PUSH(&todo, index, err));
            }
        }
    }
    return AUD_OK;
}

/* The newest common ancestor that is none of another common ancestor; false if there is none. */
static aud_status best_common(history *h, const git_oid *tip, const git_oid *head, git_oid *out,
                              bool *out_found, aud_error *err)
{
    const seen_commit *best = NULL;
    size_t a, b;

    *out_found = false;
    AUD_TRY(add_commit(h, tip, &a, err));
    AUD_TRY(add_commit(h, head, &b, err));
    if (a == 0 || b == 0) {
        return AUD_OK;
    }
    AUD_TRY(mark(h, a - 1, 0, err));
    AUD_TRY(mark(h, b - 1, 1, err));
    for (size_t i = 0; i < h->commits.len; i++) {
        const seen_commit c = h->commits.items[i];

        for (size_t k = 0; c.from_tip && c.from_head && !c.covered && k < c.num_parents; k++) {
            const size_t place = place_of(h, &h->parents.items[c.first_parent + k]);
            if (place != 0) {
                AUD_TRY(mark(h, place - 1, 2, err));
            }
        }
    }
    for (size_t i = 0; i < h->commits.len; i++) {
        const seen_commit *c = &h->commits.items[i];
        if (c->from_tip && c->from_head && !c->covered &&
            (best == NULL || c->time > best->time ||
             (c->time == best->time && git_oid_cmp(&c->id, &best->id) < 0))) {
            best = c;
        }
    }
    if (best != NULL) {
        *out = best->id;
        *out_found = true;
    }
    return AUD_OK;
}

/* --- the range -------------------------------------------------------------------------------- */

static aud_status merge_base(const aud_vcs *vcs, const git_oid *tip, const git_oid *head,
                             git_oid *out, aud_error *err)
{
    AUD_CLEANUP(history_clear) history h = {.repo = vcs->repo};
    bool found = false;

    /* where history ends early, libgit2 1.5 fails, and leaks */
    if (!aud_git_is_shallow(vcs)) {
        const int code = git_merge_base(out, vcs->repo, tip, head);

        git_error_clear();
        if (code == 0) {
            return AUD_OK;
        }
    }
    AUD_TRY(aud_map_new(&h.places, err));
    AUD_TRY(best_common(&h, tip, head, out, &found, err));
    if (found) {
        return AUD_OK;
    }
    return h.cut ? aud_fail(err, AUD_E_NOT_FOUND,
                            "this shallow clone does not hold the commit where the change left its "
                            "target; fetch it with 'git fetch --unshallow', in CI with "
                            "fetch-depth: 0 or GIT_DEPTH: 0")
                 : aud_fail(err, AUD_E_NOT_FOUND,
                            "the change and its target have no commit in common; name the branch "
                            "that the change is to be merged into");
}

static aud_status open_at(const aud_vcs_options *repository, aud_str rev, aud_vcs **out,
                          aud_error *err)
{
    aud_vcs_options options = *repository;

    options.rev = rev;
    return aud_vcs_open(&options, out, err);
}

aud_status aud_vcs_range(const aud_vcs_options *repository, aud_str target, aud_str head,
                         aud_arena *arena, aud_range *out, aud_error *err)
{
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *at_tip = NULL;
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *at_head = NULL;
    git_oid tip, tail, base;
    char hex[GIT_OID_HEXSZ];

    AUD_TRY(open_at(repository, target, &at_tip, err));
    AUD_TRY(open_at(repository, head.len > 0 ? head : AUD_LIT("HEAD"), &at_head, err));
    if (git_oid_fromstrn(&tip, at_tip->rev.ptr, at_tip->rev.len) < 0 ||
        git_oid_fromstrn(&tail, at_head->rev.ptr, at_head->rev.len) < 0) {
        git_error_clear();
        return aud_fail(err, AUD_E_FORMAT, "a commit id is no commit id");
    }
    AUD_TRY(merge_base(at_head, &tip, &tail, &base, err));
    (void)git_oid_fmt(hex, &base);
    AUD_TRY(aud_arena_dup(arena, (aud_str){hex, sizeof hex}, &out->base, err));
    AUD_TRY(aud_arena_dup(arena, at_tip->rev, &out->tip, err));
    return aud_arena_dup(arena, at_head->rev, &out->head, err);
}

/* --- paths ------------------------------------------------------------------------------------ */

/* Absolute, without "." and ".."; links stay as they are. */
static bool absolute(aud_str path, char out[PATH_MAX])
{
    aud_str rest = path, part;
    size_t len = 0;

    if (path.len >= PATH_MAX || memchr(path.ptr, '\0', path.len) != NULL) {
        return false;
    }
    if (path.len == 0 || path.ptr[0] != '/') {
        if (getcwd(out, PATH_MAX) == NULL) {
            return false;
        }
        len = strlen(out);
    }
    while (aud_str_split(&rest, '/', &part)) {
        if (part.len == 0 || aud_str_eq(part, AUD_LIT("."))) {
            continue;
        }
        if (aud_str_eq(part, AUD_LIT(".."))) {
            while (len > 0 && out[len - 1] != '/') {
                len--;
            }
            len -= len > 0 ? 1 : 0;
            continue;
        }
        if (len + part.len + 2 > PATH_MAX) {
            return false;
        }
        out[len++] = '/';
        memcpy(out + len, part.ptr, part.len);
        len += part.len;
    }
    out[len] = '\0';
    return true;
}

static bool below_top(const aud_vcs *vcs, aud_str path, aud_str *out)
{
    const aud_str top = vcs->git.top;

    if (aud_str_eq(path, top)) {
        *out = (aud_str){NULL, 0};
        return true;
    }
    *out = aud_str_sub(path, top.len + (top.len > 1 ? 1 : 0), path.len);
    return aud_path_below(path, top);
}

/*
 * As it is spelled first: a link in the work tree is the change's, what it leads to is nobody's
 * business. One from outside into the work tree leads there all the same.
 */
bool aud_vcs_inside(const aud_vcs *vcs, aud_str path, aud_arena *arena, aud_str *out)
{
    char full[PATH_MAX], real[PATH_MAX];
    aud_str found;

    if (vcs->git.top.len == 0 || !absolute(path, full)) {
        return false;
    }
    if (!below_top(vcs, aud_str_of(full), &found) &&
        (realpath(full, real) == NULL || !below_top(vcs, aud_str_of(real), &found))) {
        return false;
    }
    return aud_arena_dup(arena, found, out, NULL) == AUD_OK;
}
