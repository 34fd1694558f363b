/* engine/policy/library.h - the allow-list: what a policy may call besides the policy API. */
#ifndef AUD_POLICY_LIBRARY_H
#define AUD_POLICY_LIBRARY_H

#include "engine/policy/vm.h"

/*
 * Fills the table on the top of the stack with the base functions and the libraries, and gives
 * strings their methods.
 */
void aud_library_open(lua_State *L);
/* Table of globals on the top of the stack -> a frozen environment that knows no other name. */
void aud_library_seal(lua_State *L);
/* A C function that keeps nothing between calls. */
bool aud_library_is_stateless(lua_State *L, int index);
/* The value as text, never with an address. Pushes it. */
void aud_library_push_text(lua_State *L, int index);

typedef struct aud_library_entry {
    const char *name;
    lua_CFunction function;
} aud_library_entry;
/* Pushes a table of the functions, up to the entry without a name. */
void aud_library_push(lua_State *L, const aud_library_entry *entries);

/* Each pushes its library as a table that is not frozen yet. */
void aud_library_push_string(lua_State *L); /* library_string.c */
void aud_library_push_table(lua_State *L);  /* library_table.c */

int aud_library_format(lua_State *L); /* library_format.c */
int aud_library_pairs(lua_State *L);  /* library_table.c */

#endif
