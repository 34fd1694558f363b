/* engine/vcs/codeowners.h - who owns a path, by CODEOWNERS as GitHub and GitLab read it. */
#ifndef AUD_VCS_CODEOWNERS_H
#define AUD_VCS_CODEOWNERS_H

#include "engine/base/memory.h"

typedef struct aud_codeowners aud_codeowners;

typedef enum aud_codeowners_dialect {
    AUD_CODEOWNERS_GITHUB,
    AUD_CODEOWNERS_GITLAB
} aud_codeowners_dialect;

/* The dialect: .gitlab/ in the path, or a section header outside .github/, is GitLab's. Invalid
 * lines are passed over, as the forges do. `text` must outlive it. Limits: 3 MiB. */
AUD_NODISCARD aud_status aud_codeowners_parse(aud_str path, aud_str text, aud_codeowners **out,
                                              aud_error *err);
void aud_codeowners_freep(aud_codeowners **owners);
aud_codeowners_dialect aud_codeowners_of(const aud_codeowners *owners);

typedef struct aud_codeowner {
    aud_str owner; /* "@org/team", "a@example.com" */
    uint32_t line;
    bool catch_all; /* the line's pattern matches everything */
} aud_codeowner;

/* Owners of a path in the repository (no leading '/'). Up to `max`; gives the number there are. */
size_t aud_codeowners_find(const aud_codeowners *owners, aud_str path, aud_codeowner *out,
                           size_t max);

/* Where forges look, in order; NULL-terminated. */
extern const char *const aud_codeowners_places[];

#endif
