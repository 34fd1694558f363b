/* engine/audit/builtin.h - the packs that are part of the program; made by CMake from policies/. */
#ifndef AUD_AUDIT_BUILTIN_H
#define AUD_AUDIT_BUILTIN_H

#include "engine/base/base.h"

/* A policy, or the pack.lua of a pack, whose id is "PACK/pack". */
typedef struct aud_builtin_policy {
    const char *pack; /* "core" */
    const char *id;   /* "core/key_size" */
    const char *path; /* "policies/core/key_size.lua" */
    const unsigned char *text;
    size_t len;
} aud_builtin_policy;

extern const aud_builtin_policy aud_builtin_policies[]; /* by id */
extern const size_t aud_num_builtin_policies;

#endif
