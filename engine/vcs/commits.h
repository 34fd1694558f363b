/* engine/vcs/commits.h - the commits that a branch was at, oldest first, with their instants. */
#ifndef AUD_VCS_COMMITS_H
#define AUD_VCS_COMMITS_H

#include "engine/vcs/history.h"

typedef struct aud_commit {
    aud_commit_info info; /* `instant` is what the commit claims */
    aud_str title;        /* first line of its message */
    int64_t counts_from;  /* the claim; of one that runs backwards, when its neighbours stand */
    unsigned num_parents;
    bool is_skewed; /* its claim does not fit between its neighbours' */
    unsigned char tree[20];
} aud_commit;

typedef struct aud_commits {
    const aud_commit *items;
    size_t num;
    size_t num_skewed;
    bool is_cut; /* the history at hand ends before the first commit: a shallow clone, a limit */
} aud_commits;

/*
 * The first parents of the revision of `vcs`, or, `all`, every ancestor, parents before children.
 *
 * Dates are claims, and some claim nonsense: of all claims the longest run that never goes back is
 * believed, and every other commit counts from the believed one before it (the first from the first
 * believed).
 *
 * Owns:    everything lies in `arena`.
 * Errors:  AUD_E_NOT_FOUND where `vcs` is no revision of a git repository.
 */
AUD_NODISCARD aud_status aud_vcs_commits(aud_vcs *vcs, bool all, aud_arena *arena, aud_commits *out,
                                         aud_error *err);

/* The part of the above that needs no repository: fills counts_from and is_skewed. */
AUD_NODISCARD aud_status aud_commits_settle(aud_commit *commits, size_t num, size_t *out_skewed,
                                            aud_error *err);

#endif
