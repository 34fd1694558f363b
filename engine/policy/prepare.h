/* engine/policy/prepare.h - a policy's functions, ready to be called and unable to remember. */
#ifndef AUD_POLICY_PREPARE_H
#define AUD_POLICY_PREPARE_H

#include "engine/policy/declare.h"
#include "engine/policy/frozen.h"

/* Stack of a policy's own Lua thread; the shared locals come behind. */
enum { AUD_SLOT_CHECK = 2, AUD_SLOT_APPLIES = 3, AUD_SLOT_PARAMS = 4, AUD_SLOT_FREE = 5 };

/*
 * Runs the texts and lays the policy's functions, and `params`, on a new Lua thread, which stays
 * alive as long as the state. Called inside of aud_lua_call.
 */
lua_State *aud_prepare(lua_State *L, const aud_policy_source *source, const aud_param *params,
                       size_t num_params, aud_shared_locals *out_locals);

/*
 * Runs the texts and asks its check_params: the answer is on the top of the stack. Called inside of
 * aud_lua_call.
 */
void aud_prepare_check_params(lua_State *L, const aud_policy_source *source,
                              const aud_param *params, size_t num_params);
/* Runs the text of a pack.lua alone, to see that it can be used. */
void aud_prepare_pack(lua_State *L, aud_str text);

#endif
