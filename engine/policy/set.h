/* engine/policy/set.h - what loading leaves for judging. */
#ifndef AUD_POLICY_SET_H
#define AUD_POLICY_SET_H

#include "engine/policy/params.h"

/* The texts that a policy is made of; `pack` is empty without a pack.lua. */
typedef struct aud_policy_source {
    aud_str text, pack;
} aud_policy_source;

typedef struct aud_policy {
    const aud_policy_info *info;
    aud_policy_source source;
    aud_policy_lines *lines; /* NULL: nobody counts */
    aud_severity declared;   /* its default before configuration */
    unsigned severities;     /* bits that fail { severity = } may give */
    aud_param *params;       /* by name */
    size_t num_params;
    bool has_applies, has_check_params;
    int64_t issued_from, issued_until, in_force_from, in_force_until; /* INT64_MIN, INT64_MAX */
} aud_policy;

struct aud_policy_set {
    aud_arena arena;
    aud_policy_info *infos; /* by id */
    aud_policy *policies;   /* as infos */
    size_t num;
    aud_control *house; /* that packs declare; by pack and id */
    size_t num_house;
    aud_policy_error *errors;
    size_t num_errors;
    aud_policy_host host;
    aud_lines *lines;
    bool traced;
};

#endif
