/* engine/vcs/git_index.h - the paths that git's index tracks (gitformat-index, versions 2 to 4). */
#ifndef AUD_VCS_GIT_INDEX_H
#define AUD_VCS_GIT_INDEX_H

#include "engine/base/memory.h"

typedef struct git_index_path {
    aud_str path;
    uint32_t mode;
} git_index_path;

typedef struct git_tracked {
    AUD_VEC(git_index_path) paths; /* sorted; a path in conflict stands once */
} git_tracked;

/*
 * Reads the bytes of an index. The checksum is not looked at: git itself may leave it out.
 * Owns:    the list; the paths lie in `arena`.
 * Errors:  AUD_E_FORMAT; AUD_E_UNSUPPORTED for a split index, with the fix.
 */
AUD_NODISCARD aud_status aud_git_index_parse(aud_str bytes, aud_arena *arena, git_tracked *out,
                                             aud_error *err);
void aud_git_index_clear(git_tracked *tracked);

/* The entry of a path, or NULL. */
const git_index_path *aud_git_index_find(const git_tracked *tracked, aud_str path);
/* Whether anything below the folder is tracked. */
bool aud_git_index_has_below(const git_tracked *tracked, aud_str folder);

#endif
