/* engine/vcs/git_commits.c - the commits that a branch was at, and from when each counts. */
#include "engine/base/map.h"
#include "engine/vcs/commits.h"
#include "engine/vcs/internal.h"

#include <git2.h>

enum { COMMITS_MAX = 1 << 20, TITLE_MAX = 200 };

typedef AUD_VEC(aud_commit) commit_list;

static void commit_list_clear(commit_list *list)
{
    aud_free(list->items);
}

static void commit_freep(git_commit **commit)
{
    git_commit_free(*commit);
}

/* --- from when a commit counts ---------------------------------------------------------------- */

/* The last element of the longest run that ends at each length: patience, with predecessors. */
aud_status aud_commits_settle(aud_commit *commits, size_t num, size_t *out_skewed, aud_error *err)
{
    size_t *tails = aud_alloc_zero(num + 1, sizeof *tails);
    size_t *before = aud_alloc_zero(num + 1, sizeof *before);
    size_t len = 0;

    if (tails == NULL || before == NULL) {
        aud_free(tails);
        aud_free(before);
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num; i++) {
        size_t low = 0, high = len;

        while (low < high) { /* the first tail that is later */
            const size_t middle = low + (high - low) / 2;

            if (commits[tails[middle]].info.instant <= commits[i].info.instant) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        before[i] = low == 0 ? SIZE_MAX : tails[low - 1];
        tails[low] = i;
        len = low == len ? len + 1 : len;
        commits[i].is_skewed = true;
    }
    for (size_t i = len == 0 ? SIZE_MAX : tails[len - 1]; i != SIZE_MAX; i = before[i]) {
        commits[i].is_skewed = false;
    }
    *out_skewed = num - len;
    for (size_t i = 0, believed = SIZE_MAX; i < num; i++) {
        size_t first = i;

        believed = commits[i].is_skewed ? believed : i;
        while (believed == SIZE_MAX && commits[first].is_skewed) {
            first++;
        }
        commits[i].counts_from = commits[believed == SIZE_MAX ? first : believed].info.instant;
    }
    aud_free(tails);
    aud_free(before);
    return AUD_OK;
}

/* --- the walk --------------------------------------------------------------------------------- */

static aud_str title_of(const git_commit *commit)
{
    aud_str message = aud_str_of(git_commit_message(commit)), line;

    message = aud_str_trim(message);
    return aud_str_split(&message, '\n', &line) ? aud_str_sub(line, 0, TITLE_MAX) : message;
}

static aud_status describe(const git_commit *commit, aud_arena *arena, aud_commit *out,
                           aud_error *err)
{
    char hex[GIT_OID_HEXSZ];
    char name[AUD_GIT_AUTHOR_MAX];

    (void)git_oid_fmt(hex, git_commit_id(commit));
    aud_git_author(commit, name);
    *out = (aud_commit){
        .num_parents = git_commit_parentcount(commit),
        .info = {.instant = git_commit_time(commit), .is_signed = aud_git_is_signed(commit)}};
    memcpy(out->tree, git_commit_tree_id(commit)->id, sizeof out->tree);
    AUD_TRY(aud_arena_dup(arena, (aud_str){hex, sizeof hex}, &out->info.id, err));
    AUD_TRY(aud_arena_dup(arena, aud_str_of(name), &out->info.author, err));
    return aud_arena_dup(arena, title_of(commit), &out->title, err);
}

static aud_status walk_first(git_repository *repo, git_oid id, aud_arena *arena, commit_list *list,
                             bool *out_cut, aud_error *err)
{
    for (;;) {
        AUD_CLEANUP(commit_freep) git_commit *commit = NULL;
        aud_commit found;

        if (list->len == COMMITS_MAX || git_commit_lookup(&commit, repo, &id) < 0) {
            git_error_clear();
            *out_cut = true;
            return list->len == 0 ? aud_fail(err, AUD_E_NOT_FOUND, "the commit is not at hand")
                                  : AUD_OK;
        }
        AUD_TRY(describe(commit, arena, &found, err));
        AUD_TRY(AUD_VEC_PUSH(list, found, err));
        if (git_commit_parentcount(commit) == 0) {
            return AUD_OK;
        }
        id = *git_commit_parent_id(commit, 0);
    }
}

/* One commit whose parents are looked at one after the other. */
typedef struct step {
    git_oid id;
    unsigned next_parent;
} step;

typedef struct depth_first {
    git_repository *repo;
    aud_map *seen;
    AUD_VEC(step) stack;
} depth_first;

static void depth_first_clear(depth_first *w)
{
    aud_map_freep(&w->seen);
    aud_free(w->stack.items);
}

static aud_status enter(depth_first *w, const git_oid *id, aud_error *err)
{
    const aud_str key = {(const char *)id->id, sizeof id->id};
    const step next = {.id = *id};

    if (aud_map_get(w->seen, key) != NULL) {
        return AUD_OK;
    }
    AUD_TRY(aud_map_put(w->seen, key, w, err));
    return AUD_VEC_PUSH(&w->stack, next, err);
}

/* Parents before children, the first parent's side first: the same order in every clone. */
static aud_status walk_all(git_repository *repo, git_oid id, aud_arena *arena, commit_list *list,
                           bool *out_cut, aud_error *err)
{
    AUD_CLEANUP(depth_first_clear) depth_first w = {.repo = repo};

    AUD_TRY(aud_map_new(&w.seen, err));
    AUD_TRY(enter(&w, &id, err));
    while (w.stack.len > 0) {
        step *top = &w.stack.items[w.stack.len - 1];
        AUD_CLEANUP(commit_freep) git_commit *commit = NULL;
        aud_commit found;

        if (list->len == COMMITS_MAX || git_commit_lookup(&commit, repo, &top->id) < 0) {
            git_error_clear();
            *out_cut = true;
            w.stack.len--;
            continue;
        }
        if (top->next_parent < git_commit_parentcount(commit)) {
            const git_oid parent = *git_commit_parent_id(commit, top->next_parent++);
            AUD_TRY(enter(&w, &parent, err));
            continue;
        }
        w.stack.len--;
        AUD_TRY(describe(commit, arena, &found, err));
        AUD_TRY(AUD_VEC_PUSH(list, found, err));
    }
    return AUD_OK;
}

aud_status aud_vcs_commits(aud_vcs *vcs, bool all, aud_arena *arena, aud_commits *out,
                           aud_error *err)
{
    AUD_CLEANUP(commit_list_clear) commit_list list = {0};
    aud_commit *kept;
    git_oid id;

    *out = (aud_commits){0};
    if (vcs->repo == NULL || git_oid_fromstrn(&id, vcs->rev.ptr, vcs->rev.len) < 0) {
        git_error_clear();
        return aud_fail(err, AUD_E_NOT_FOUND, "is no revision of a git repository");
    }
    AUD_TRY(all ? walk_all(vcs->repo, id, arena, &list, &out->is_cut, err)
                : walk_first(vcs->repo, id, arena, &list, &out->is_cut, err));
    kept = aud_arena_array(arena, list.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < list.len; i++) { /* a walk along first parents comes newest first */
        kept[i] = list.items[all ? i : list.len - 1 - i];
    }
    out->items = kept;
    out->num = list.len;
    return aud_commits_settle(kept, list.len, &out->num_skewed, err);
}
