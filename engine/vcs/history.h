/* engine/vcs/history.h - the versions of one file, as they came in along a revision's history. */
#ifndef AUD_VCS_HISTORY_H
#define AUD_VCS_HISTORY_H

#include "engine/vcs/vcs.h"

typedef struct aud_commit_info {
    aud_str id;      /* in lower-case hexadecimal */
    aud_str author;  /* "Name <address>" */
    int64_t instant; /* when it was committed: a claim */
    bool is_signed;  /* it carries a signature, which nobody verified */
} aud_commit_info;

/*
 * One version, with the commit that brought it in. AUD_END from it ends the walk without an error.
 * Borrowed for the call.
 */
typedef aud_status (*aud_version_each)(void *ctx, const aud_commit_info *commit, aud_str text,
                                       aud_error *err);

/*
 * Every version of `path` (inside the repository) from the revision of `vcs` back along first
 * parents: a change counts from where it was merged. Newest first; it ends where the file is not
 * there. `*out_cut`: the history at hand ends earlier (a shallow clone, a limit), and the last
 * version was there before.
 * Errors: AUD_E_NOT_FOUND without such a file; AUD_E_LIMIT for one over `max` bytes.
 */
AUD_NODISCARD aud_status aud_vcs_history(aud_vcs *vcs, aud_str path, size_t max,
                                         aud_version_each each, void *ctx, bool *out_cut,
                                         aud_error *err);

#endif
