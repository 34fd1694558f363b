/* engine/policy/verdict.h - what check may return: pass, fail, undecided, not_applicable. */
#ifndef AUD_POLICY_VERDICT_H
#define AUD_POLICY_VERDICT_H

#include "engine/policy/vm.h"

typedef struct aud_verdict_value {
    uint32_t serial; /* of the check that made it; 0: a plain one, shared by all */
    aud_verdict verdict;
    bool has_severity; /* one that is not the policy's default */
    aud_severity severity;
    aud_str message;
    const aud_item *items;
    size_t num_items;
} aud_verdict_value;

/* As Lua calls them. */
int aud_verdict_pass(lua_State *L);
int aud_verdict_fail(lua_State *L);
int aud_verdict_undecided(lua_State *L);
int aud_verdict_not_applicable(lua_State *L);
void aud_verdict_open(lua_State *L);

/* The verdict at `index`, or NULL if that is none of this check. Raises nothing. */
const aud_verdict_value *aud_verdict_get(lua_State *L, int index);

#endif
