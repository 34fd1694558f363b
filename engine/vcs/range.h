/* engine/vcs/range.h - a change as git sees it: from the merge base with its target to its head. */
#ifndef AUD_VCS_RANGE_H
#define AUD_VCS_RANGE_H

#include "engine/vcs/vcs.h"

/* Commit ids in lower-case hexadecimal. */
typedef struct aud_range {
    aud_str tip;  /* of the target: whose rules count */
    aud_str base; /* where the change left the target: what was there before */
    aud_str head; /* what the change brings */
} aud_range;

/*
 * Resolves `target` and `head` (empty: HEAD) in a repository (path and objects count, its
 * revision does not), and finds their
 * merge base as git and the forges do: of several, the best. In a shallow clone, as far as its
 * history is at hand.
 *
 * Owns:    the ids are in `arena`.
 * Errors:  those of aud_vcs_open; AUD_E_NOT_FOUND, with the fix, where there is no merge base or
 *          the clone does not hold it.
 */
AUD_NODISCARD aud_status aud_vcs_range(const aud_vcs_options *repository, aud_str target,
                                       aud_str head, aud_arena *arena, aud_range *out,
                                       aud_error *err);

/* Both are of one git repository, whatever the revisions. */
bool aud_vcs_same_repository(const aud_vcs *a, const aud_vcs *b);
/*
 * Whether two revisions of a repository hold the same file or folder at a path of it, or neither
 * holds any. `path` may end with '/'; "" is everything.
 */
AUD_NODISCARD aud_status aud_vcs_same_at(aud_vcs *a, aud_vcs *b, aud_str path, bool *out,
                                         aud_error *err);
/* Real path of the work tree; empty for a bare repository and for a plain folder. */
aud_str aud_vcs_top(const aud_vcs *vcs);
/*
 * Whether `path`, as seen from the working folder, lies in the work tree of `vcs`, be it there or
 * not; gives its path in the repository.
 */
bool aud_vcs_inside(const aud_vcs *vcs, aud_str path, aud_arena *arena, aud_str *out);

#endif
