/* engine/policy/frozen.c - nothing that a policy does on one subject reaches the next one. */
#include "engine/policy/frozen.h"

#include "engine/policy/library.h"

enum { MAX_DEPTH = 64 };

static int refuse_change(lua_State *L)
{
    aud_lua_stop(L, AUD_STOP_MISUSE, "what is made outside of a function cannot be changed");
}

static int frozen_len(lua_State *L)
{
    aud_frozen_real(L, 1);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
    return 1;
}

void aud_frozen_wrap(lua_State *L)
{
    luaL_checkstack(L, 4, NULL);
    lua_newtable(L); /* real frozen */
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse_change);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, frozen_len);
    lua_setfield(L, -2, "__len");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

bool aud_frozen_is(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE || lua_getmetatable(L, index) == 0) {
        return false;
    }
    lua_pop(L, 1);
    return true;
}

void aud_frozen_real(lua_State *L, int index)
{
    luaL_checkstack(L, 3, NULL);
    if (lua_type(L, index) != LUA_TTABLE || lua_getmetatable(L, index) == 0) {
        lua_pushvalue(L, index);
        return;
    }
    lua_pushliteral(L, "__index");
    if (lua_rawget(L, -2) == LUA_TFUNCTION) { /* one that is watched */
        lua_pop(L, 1);
        lua_pushliteral(L, "__real");
        (void)lua_rawget(L, -2);
    }
    lua_remove(L, -2);
}

void aud_frozen_watch(lua_State *L, lua_CFunction index)
{
    luaL_checkstack(L, 4, NULL);
    aud_frozen_real(L, -1);
    (void)lua_getmetatable(L, -2); /* frozen real metatable */
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "__real");
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 2);
}

/* State of one walk: `seen` leads from what was met to what stands for it now. */
typedef struct walk {
    aud_shared_locals *locals;
    int seen;
    const char *name; /* of the local that the way goes through */
} walk;

static void freeze_value(lua_State *L, walk *w, unsigned depth);

/* real table on top; every member is replaced by its frozen form */
static void freeze_members(lua_State *L, walk *w, unsigned depth)
{
    int real = lua_gettop(L);

    lua_newtable(L); /* a copy, since members cannot change while they are walked */
    lua_pushnil(L);
    while (lua_next(L, real) != 0) {
        lua_pushvalue(L, -2); /* copy key value key */
        freeze_value(L, w, depth);
        lua_insert(L, -2); /* copy key key' value */
        freeze_value(L, w, depth);
        lua_rawset(L, -4); /* copy key */
    }
    lua_pushnil(L);
    while (lua_next(L, real) != 0) { /* setting to nil is allowed on the way */
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, real);
    }
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) { /* copy key value */
        lua_pushvalue(L, -2);
        lua_insert(L, -2); /* copy key key value */
        lua_rawset(L, real);
    }
    lua_settop(L, real);
}

/* table on top -> frozen table */
static void freeze_table(lua_State *L, walk *w, unsigned depth)
{
    int real = lua_gettop(L);

    if (aud_frozen_is(L, real)) {
        return;
    }
    lua_pushvalue(L, real);
    aud_frozen_wrap(L);
    lua_pushvalue(L, real);
    lua_pushvalue(L, -2);
    lua_rawset(L, w->seen); /* before the members: a table may hold itself */
    lua_insert(L, real);
    freeze_members(L, w, depth);
    lua_pop(L, 1);
}

static bool know_local(const walk *w, const void *id)
{
    for (int i = 0; i < w->locals->len; i++) {
        if (w->locals->items[i].id == id) {
            return true;
        }
    }
    return false;
}

/* Lua function on top; stays */
static void freeze_locals(lua_State *L, walk *w, unsigned depth)
{
    int function = lua_gettop(L);

    lua_pushvalue(L, function);
    lua_pushvalue(L, function);
    lua_rawset(L, w->seen);
    for (int n = 1; (w->name = lua_getupvalue(L, function, n)) != NULL; n++) {
        const void *id = lua_upvalueid(L, function, n);

        if (know_local(w, id) || (strcmp(w->name, "_ENV") == 0 && !aud_vm_of(L)->names_env)) {
            lua_pop(L, 1);
            continue;
        }
        if (w->locals->len >= AUD_MAX_SHARED_LOCALS) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "its functions share more than %d locals",
                         AUD_MAX_SHARED_LOCALS);
        }
        w->locals->items[w->locals->len] = (aud_shared_local){.number = n, .id = id};
        w->locals->len++;
        lua_pushvalue(L, function);
        lua_rawseti(L, w->seen, w->locals->len); /* kept until the walk has ended */
        freeze_value(L, w, depth);
        (void)lua_setupvalue(L, function, n);
    }
}

/* any value on top -> what may be kept */
static void freeze_value(lua_State *L, walk *w, unsigned depth)
{
    int type = lua_type(L, -1);

    luaL_checkstack(L, 12, NULL);
    if (depth >= MAX_DEPTH) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "tables and functions nested more than %d deep",
                     MAX_DEPTH);
    }
    if (type == LUA_TTABLE || type == LUA_TFUNCTION) {
        lua_pushvalue(L, -1);
        if (lua_rawget(L, w->seen) != LUA_TNIL) {
            lua_remove(L, -2);
            return;
        }
        lua_pop(L, 1);
    }
    if (type == LUA_TTABLE) {
        freeze_table(L, w, depth + 1);
    } else if (type == LUA_TFUNCTION && lua_iscfunction(L, -1) == 0) {
        freeze_locals(L, w, depth + 1);
    } else if ((type == LUA_TFUNCTION && !aud_library_is_stateless(L, -1)) ||
               type == LUA_TUSERDATA || type == LUA_TTHREAD) {
        aud_lua_stop(
            L, AUD_STOP_MISUSE, "%s '%s' holds something that remembers, as an iterator does",
            w->name == NULL ? "the table" : "the local", w->name == NULL ? "shared" : w->name);
    }
}

void aud_frozen_value(lua_State *L, int index, aud_shared_locals *locals)
{
    walk w = {.locals = locals};
    int value = lua_absindex(L, index), old = locals->len;

    luaL_checkstack(L, 8, NULL);
    lua_newtable(L);
    w.seen = lua_gettop(L);
    lua_pushvalue(L, value);
    freeze_value(L, &w, 0);
    lua_replace(L, value);
    luaL_checkstack(L, 2 * (locals->len - old) + 8, NULL);
    for (int i = old; i < locals->len; i++) {
        aud_shared_local *local = &locals->items[i];

        (void)lua_rawgeti(L, w.seen, i + 1);
        local->slot = lua_gettop(L) - 1; /* one less once `seen` is gone */
        (void)lua_getupvalue(L, -1, local->number);
    }
    lua_remove(L, w.seen);
}

const char *aud_frozen_restore(lua_State *L, const aud_shared_local *locals, int num_locals)
{
    const char *changed = NULL;

    for (int i = 0; i < num_locals; i++) {
        const aud_shared_local *local = &locals[i];
        const char *name = lua_getupvalue(L, local->slot, local->number);

        if (lua_rawequal(L, -1, local->slot + 1) == 0) {
            changed = name;
            lua_pushvalue(L, local->slot + 1);
            (void)lua_setupvalue(L, local->slot, local->number);
        }
        lua_pop(L, 1);
    }
    return changed;
}
