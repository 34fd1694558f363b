/* engine/policy/prepare.c - from the text of a policy to two functions on a thread of their own. */
#include "engine/policy/prepare.h"

#include "engine/policy/library.h"

enum { SPARE_SLOTS = 20, MAX_HINTS = 128 };

static const char pack_ending[] = "pack.lua ends with 'return pack { ... }'";

/* One of the two texts of a policy. */
typedef struct chunk {
    aud_str text;
    const char *name, *ending;
} chunk;

/* Pushes what a text finds as globals: a pack's policies find `shared` (a stack slot; 0: none). */
static void push_globals(lua_State *L, int shared)
{
    (void)lua_getfield(L, LUA_REGISTRYINDEX, "aud_globals");
    if (shared == 0) {
        return;
    }
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, -3) != 0;) { /* globals own key value */
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    lua_pushvalue(L, shared);
    lua_setfield(L, -2, "shared");
    lua_remove(L, -2);
}

/* Runs the text; pushes the table that it gave to policy() or pack(). */
static void run_chunk(lua_State *L, const chunk *c, int shared)
{
    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "aud_declared");
    aud_vm_of(L)->blame = aud_source_varargs(c->text);
    if (aud_vm_of(L)->blame != 0) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'...' is not part of the language of policies");
    }
    if (luaL_loadbufferx(L, c->text.ptr, c->text.len, c->name, "t") != LUA_OK) {
        lua_error(L);
    }
    push_globals(L, shared);
    aud_library_seal(L);
    if (lua_setupvalue(L, -2, 1) == NULL) {
        lua_pop(L, 1);
    }
    lua_call(L, 0, 1);
    if (lua_type(L, -1) != LUA_TTABLE) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "%s", c->ending);
    }
    (void)lua_getfield(L, LUA_REGISTRYINDEX, "aud_declared");
    if (lua_rawequal(L, -1, -2) == 0) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "%s", c->ending);
    }
    lua_pop(L, 1);
}

static int refuse_shared(lua_State *L)
{
    const char *names[MAX_HINTS];
    size_t num = 0;
    char hint[AUD_HINT_MAX];
    aud_str name = aud_lua_check_str(L, 2, "the name of what is shared");

    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        if (num < MAX_HINTS && lua_type(L, -2) == LUA_TSTRING) {
            names[num++] = lua_tostring(L, -2);
        }
    }
    aud_lua_stop(L, AUD_STOP_MISUSE, "the pack shares no '%.*s'%s",
                 AUD_ARG(aud_str_sub(name, 0, 64)), aud_hint(name, names, num, hint));
}

/* Runs pack.lua; pushes what it shares, frozen, and behind it what its functions share. */
static int run_pack(lua_State *L, const chunk *c, aud_shared_locals *locals)
{
    aud_vm *vm = aud_vm_of(L);
    int shared;

    luaL_checkstack(L, 12, NULL);
    vm->in_pack = true;
    run_chunk(L, c, 0);
    vm->in_pack = false;
    lua_pushliteral(L, "shared");
    if (lua_rawget(L, -2) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    lua_remove(L, -2);
    shared = lua_gettop(L);
    aud_frozen_value(L, shared, locals);
    aud_frozen_real(L, shared);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, refuse_shared);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
    return shared;
}

/* Runs both texts; pushes the policy's table. */
static void run_policy(lua_State *L, const aud_policy_source *source, aud_shared_locals *locals)
{
    const chunk policy = {source->text, AUD_CHUNK_POLICY,
                          "a policy file ends with 'return policy { ... }'"};
    const chunk pack = {source->pack, AUD_CHUNK_PACK, pack_ending};

    aud_vm_of(L)->names_env =
        aud_str_has(source->text, AUD_LIT("_ENV")) || aud_str_has(source->pack, AUD_LIT("_ENV"));

    run_chunk(L, &policy, source->pack.len > 0 ? run_pack(L, &pack, locals) : 0);
}

void aud_prepare_pack(lua_State *L, aud_str text)
{
    aud_shared_locals *locals = lua_newuserdatauv(L, sizeof *locals, 0);
    const chunk pack = {text, AUD_CHUNK_POLICY, pack_ending}; /* lines are its own */

    locals->len = 0;
    aud_vm_of(L)->names_env = true;
    (void)run_pack(L, &pack, locals);
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

lua_State *aud_prepare(lua_State *L, const aud_policy_source *source, const aud_param *params,
                       size_t num_params, aud_shared_locals *out_locals)
{
    lua_State *thread = lua_newthread(L);
    int bottom, table, check, num;

    lua_rawsetp(L, LUA_REGISTRYINDEX, thread);
    bottom = lua_gettop(L);
    out_locals->len = 0;
    run_policy(L, source, out_locals);
    table = lua_gettop(L);
    check = table + 1;
    push_function(L, table, "check", true);
    push_function(L, table, "applies", false);
    aud_params_push(L, params, num_params);
    luaL_checkstack(L, 2 * out_locals->len + 8, NULL);
    for (int i = 0; i < out_locals->len; i++) { /* the pack's, moved behind the parameters */
        aud_shared_local *local = &out_locals->items[i];

        lua_pushvalue(L, local->slot);
        lua_pushvalue(L, local->slot + 1);
        local->slot = lua_gettop(L) - 1;
    }
    aud_frozen_value(L, check, out_locals);
    if (!lua_isnil(L, check + 1)) {
        aud_frozen_value(L, check + 1, out_locals);
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
    lua_settop(L, bottom);
    return thread;
}

void aud_prepare_check_params(lua_State *L, const aud_policy_source *source,
                              const aud_param *params, size_t num_params)
{
    aud_shared_locals *locals = lua_newuserdatauv(L, sizeof *locals, 0);

    locals->len = 0;
    run_policy(L, source, locals);
    push_function(L, lua_gettop(L), "check_params", true);
    aud_params_push(L, params, num_params);
    lua_call(L, 1, 1);
}
