/* engine/policy/declare.h - return policy { ... }, read strictly. */
#ifndef AUD_POLICY_DECLARE_H
#define AUD_POLICY_DECLARE_H

#include "engine/policy/set.h"

/* What policy() fills while a text is loaded. */
typedef struct aud_declaration {
    aud_arena *arena;
    aud_str text; /* to find the line of a key */
    bool done;
    aud_policy_info info;
    aud_policy policy;
} aud_declaration;

/* policy { ... } of Lua. Fills vm->declaration, if there is one. */
int aud_declare(lua_State *L);

/*
 * Prepares the libraries and the policy API in the state; called inside of aud_lua_call, as
 * everything here.
 */
void aud_declare_open(lua_State *L);

/* Line of the first `...` outside of strings and comments; 0 if there is none. */
uint32_t aud_source_varargs(aud_str text);
/* Line of the first `key =`; 0 if there is none. */
uint32_t aud_source_line_of(aud_str text, aud_str key);

#endif
