/* engine/policy/prepare.c - from the text of a policy to two functions on a thread of their own. */
#include "engine/policy/prepare.h"

#include "engine/policy/library.h"

enum { SPARE_SLOTS = 20 };

/* Runs the text; pushes the table that it gave to policy(). */
static void run_text(lua_State *L, aud_str text)
{
    const char *returns = "a policy file ends with 'return policy { ... }'";

    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "aud_declared");
    aud_vm_of(L)->blame = aud_source_varargs(text);
    if (aud_vm_of(L)->blame != 0) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'...' is not part of the language of policies");
    }
    if (luaL_loadbufferx(L, text.ptr, text.len, "=policy", "t") != LUA_OK) {
        lua_error(L);
    }
    (void)lua_getfield(L, LUA_REGISTRYINDEX, "aud_globals");
    aud_library_seal(L);
    if (lua_setupvalue(L, -2, 1) == NULL) {
        lua_pop(L, 1);
    }
    lua_call(L, 0, 1);
    if (lua_type(L, -1) != LUA_TTABLE) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "%s", returns);
    }
    (void)lua_getfield(L, LUA_REGISTRYINDEX, "aud_declared");
    if (lua_rawequal(L, -1, -2) == 0) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "%s", returns);
    }
    lua_pop(L, 1);
}

static void push_function(lua_State *L, int table, const char *key, bool needed)
{
    lua_pushstring(L, key);
    (void)lua_rawget(L, table);
    if (needed && (lua_type(L, -1) != LUA_TFUNCTION || lua_iscfunction(L, -1))) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'%s' is no longer a function", key);
    }
    if (lua_type(L, -1) != LUA_TFUNCTION) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
}

lua_State *aud_prepare(lua_State *L, aud_str text, const aud_param *params, size_t num_params,
                       aud_shared_locals *out_locals)
{
    lua_State *thread = lua_newthread(L);
    int table, check, num;

    lua_rawsetp(L, LUA_REGISTRYINDEX, thread);
    run_text(L, text);
    table = lua_gettop(L);
    check = table + 1;
    push_function(L, table, "check", true);
    push_function(L, table, "applies", false);
    aud_params_push(L, params, num_params);
    out_locals->len = 0;
    aud_frozen_function(L, check, out_locals);
    if (!lua_isnil(L, check + 1)) {
        aud_frozen_function(L, check + 1, out_locals);
    }
    num = lua_gettop(L) - table;
    if (lua_checkstack(thread, num + SPARE_SLOTS) == 0) {
        aud_lua_stop(L, AUD_STOP_MEMORY, "ran out of memory");
    }
    aud_vm_push_handler(thread);
    lua_xmove(L, thread, num);
    for (int i = 0; i < out_locals->len; i++) {
        out_locals->items[i].slot += AUD_SLOT_CHECK - check;
    }
    lua_settop(L, table - 1);
    return thread;
}

void aud_prepare_check_params(lua_State *L, aud_str text, const aud_param *params,
                              size_t num_params)
{
    run_text(L, text);
    push_function(L, lua_gettop(L), "check_params", true);
    aud_params_push(L, params, num_params);
    lua_call(L, 1, 1);
}
