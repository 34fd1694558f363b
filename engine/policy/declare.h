/* engine/policy/declare.h - return policy { ... }, read strictly. */
#ifndef AUD_POLICY_DECLARE_H
#define AUD_POLICY_DECLARE_H

#include "engine/policy/packs.h"
#include "engine/policy/set.h"

/* What policy() fills while a text is loaded. */
typedef struct aud_declaration {
    aud_arena *arena;
    aud_str text;                /* to find the line of a key */
    const aud_policy_pack *pack; /* NULL: there is no pack.lua */
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

/* `subject.fact`, `subject.fact.part` or `params.name` as they stand in check and applies. */
typedef struct aud_access {
    aud_str fact, part; /* `part` may be empty */
    uint32_t line;
    bool of_params;
} aud_access;

enum { AUD_MAX_ACCESSES = 1024 };
typedef struct aud_accesses {
    aud_access items[AUD_MAX_ACCESSES];
    size_t len;
} aud_accesses;

/*
 * What check and applies read by name, where they stand in `return policy { ... }` itself. A
 * function in which a parameter's name means something else somewhere is passed over: what is
 * found is certain, what is not found is caught when it is read.
 */
void aud_source_accesses(aud_str text, aud_accesses *out);
/* Stops at the first of them that no subject or no declaration can have. */
void aud_declare_check_names(lua_State *L, const aud_declaration *declaration);

#endif
