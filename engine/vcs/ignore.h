/* engine/vcs/ignore.h - what git ignores (gitignore): .gitignore files and .git/info/exclude. */
#ifndef AUD_VCS_IGNORE_H
#define AUD_VCS_IGNORE_H

#include "engine/base/memory.h"

typedef struct ignore_rule {
    aud_str glob;
    bool negated, folders_only, by_name; /* by_name: no slash, so the name alone is matched */
} ignore_rule;

/* The rules of one file, for paths below its folder. */
typedef struct ignore_file {
    const struct ignore_file *above; /* asked next; NULL at the end */
    size_t folder_len;               /* of the path, up to and with the '/' behind its folder */
    AUD_VEC(ignore_rule) rules;
} ignore_file;

/* `text` must outlive it. The rules go with aud_ignore_clear, also after an error. */
AUD_NODISCARD aud_status aud_ignore_parse(aud_str text, size_t folder_len, const ignore_file *above,
                                          ignore_file *out, aud_error *err);
void aud_ignore_clear(ignore_file *file);
/* Whether git ignores `path` (from the top of the work tree), its folder not being ignored. */
bool aud_ignore_matches(const ignore_file *file, aud_str path, bool is_folder);

#endif
