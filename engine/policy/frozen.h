/* engine/policy/frozen.h - tables that cannot be changed, and functions that cannot remember. */
#ifndef AUD_POLICY_FROZEN_H
#define AUD_POLICY_FROZEN_H

#include "engine/policy/vm.h"

/*
 * A frozen table is an empty one whose metatable leads to the real one. Policies cannot set
 * metatables, so a table with a metatable is always one of these.
 */

/* Replaces the table on the top of the stack by a frozen one around it. */
void aud_frozen_wrap(lua_State *L);
/* Lets `index` (upvalue 1: the real table) answer for the frozen table on the top of the stack. */
void aud_frozen_watch(lua_State *L, lua_CFunction index);
bool aud_frozen_is(lua_State *L, int index);
/* Pushes the table that really holds the members: the real one, or the value itself. */
void aud_frozen_real(lua_State *L, int index);

/*
 * Freezes the value at `index`, and everything that functions reach through their locals: tables
 * become frozen, iterators and other things with a memory are refused. Then pushes, for each local
 * that functions share, a function that holds it and the value it has: pairs of stack slots, whose
 * places in the function go to `vars`.
 */
typedef struct aud_shared_local {
    int slot; /* of the function; the value is in the next one */
    int number;
    const void *id;
} aud_shared_local;

enum { AUD_MAX_SHARED_LOCALS = 512 };

typedef struct aud_shared_locals {
    aud_shared_local items[AUD_MAX_SHARED_LOCALS];
    int len;
} aud_shared_locals;

void aud_frozen_value(lua_State *L, int index, aud_shared_locals *locals);
/* Puts changed locals back; gives the name of one that was changed, or NULL. */
const char *aud_frozen_restore(lua_State *L, const aud_shared_local *locals, int num_locals);

#endif
