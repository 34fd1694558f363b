/* engine/policy/library.c - base, math and utf8 as far as they are harmless; the globals. */
#include "engine/policy/library.h"

#include "engine/policy/frozen.h"

#include <lualib.h>

enum { MAX_GLOBALS = 128 };

/* A library function whose work grows with its strings: the upvalue, after they are counted. */
static int charged(lua_State *L)
{
    lua_CFunction function = lua_tocfunction(L, lua_upvalueindex(1));

    for (int i = 1; i <= lua_gettop(L); i++) {
        aud_lua_charge(L, 1 + aud_lua_str(L, i).len / 4);
    }
    return function(L);
}

bool aud_library_is_stateless(lua_State *L, int index)
{
    if (lua_tocfunction(L, index) == charged) {
        return true;
    }
    if (lua_getupvalue(L, index, 1) == NULL) {
        return true;
    }
    lua_pop(L, 1);
    return false;
}

void aud_library_push(lua_State *L, const aud_library_entry *entries)
{
    lua_newtable(L);
    for (const aud_library_entry *e = entries; e->name != NULL; e++) {
        lua_pushcfunction(L, e->function);
        lua_setfield(L, -2, e->name);
    }
}

void aud_library_push_text(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TSTRING:
        lua_pushvalue(L, index);
        break;
    case LUA_TNUMBER:
        lua_pushvalue(L, index);
        (void)lua_tolstring(L, -1, NULL);
        break;
    case LUA_TBOOLEAN:
        lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
        break;
    case LUA_TUSERDATA:
        if (luaL_getmetafield(L, index, "__name") != LUA_TSTRING) {
            lua_pushliteral(L, "userdata");
        }
        break;
    default:
        lua_pushstring(L, luaL_typename(L, index));
    }
}

static int base_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    aud_library_push_text(L, 1);
    return 1;
}

/* A stop goes through; so does the end of memory, which collecting could not avert. */
static int base_pcall(lua_State *L)
{
    aud_vm *vm = aud_vm_of(L);
    int status;

    luaL_checkany(L, 1);
    status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    if (vm->stop != AUD_STOP_NONE) {
        return lua_error(L);
    }
    if (status == LUA_ERRMEM && vm->system_refused) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
    if (status == LUA_ERRMEM) {
        aud_lua_stop(L, AUD_STOP_MEMORY, "ran out of memory");
    }
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, 1);
    return lua_gettop(L);
}

static int ipairs_next(lua_State *L)
{
    lua_Integer i = luaL_checkinteger(L, 2);

    lua_settop(L, 2);
    i = i == LUA_MAXINTEGER ? i : i + 1;
    lua_pushinteger(L, i);
    return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

static int base_ipairs(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TTABLE && lua_type(L, 1) != LUA_TUSERDATA) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "ipairs needs a list, not a %s", luaL_typename(L, 1));
    }
    lua_pushcfunction(L, ipairs_next);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

static int utf8_codepoint(lua_State *L)
{
    lua_Integer length = (lua_Integer)aud_lua_check_str(L, 1, "the text").len;
    lua_Integer from = luaL_optinteger(L, 2, 1), to;

    from = from < 0 ? (-from > length ? 0 : length + from + 1) : from;
    to = luaL_optinteger(L, 3, from);
    to = to < 0 ? (-to > length ? 0 : length + to + 1) : to;
    if (from >= 1 && to <= length && to - from >= AUD_VM_MAX_VALUES) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "more than %d values", AUD_VM_MAX_VALUES);
    }
    (void)lua_getfield(L, LUA_REGISTRYINDEX, "aud_codepoint");
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* library table on top: moves the named members into a fresh table, counted ones wrapped */
static void pick(lua_State *L, const char *const *names, bool count)
{
    lua_newtable(L);
    for (; *names != NULL; names++) {
        (void)lua_getfield(L, -2, *names);
        if (count && lua_iscfunction(L, -1)) {
            lua_pushcclosure(L, charged, 1);
        }
        lua_setfield(L, -2, *names);
    }
    lua_remove(L, -2);
}

static void add_frozen(lua_State *L, const char *name)
{
    aud_frozen_wrap(L);
    lua_setfield(L, -2, name);
}

void aud_library_open(lua_State *L)
{
    static const char *const math[] = {"abs",  "ceil", "floor", "fmod",       "huge",
                                       "max",  "min",  "modf",  "maxinteger", "mininteger",
                                       "sqrt", "type", "ult",   "tointeger",  NULL};
    static const char *const utf8[] = {"char", "codes", "len", "offset", NULL};
    static const char *const base[] = {"assert", "error", "tonumber", "type", NULL};
    static const aud_library_entry own[] = {{"ipairs", base_ipairs},
                                            {"pairs", aud_library_pairs},
                                            {"pcall", base_pcall},
                                            {"tostring", base_tostring},
                                            {NULL, NULL}};
    int globals = lua_gettop(L);

    /* base fills the state's own globals, which no policy sees; they are emptied below */
    luaL_requiref(L, "_G", luaopen_base, 0);
    pick(L, base, true);
    for (const char *const *name = base; *name != NULL; name++) {
        (void)lua_getfield(L, -1, *name);
        lua_setfield(L, globals, *name);
    }
    lua_pop(L, 1);
    for (const aud_library_entry *e = own; e->name != NULL; e++) {
        lua_pushcfunction(L, e->function);
        lua_setfield(L, globals, e->name);
    }
    luaL_requiref(L, "math", luaopen_math, 0);
    pick(L, math, false);
    add_frozen(L, "math");
    luaL_requiref(L, "utf8", luaopen_utf8, 0);
    (void)lua_getfield(L, -1, "codepoint");
    lua_pushcclosure(L, charged, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "aud_codepoint");
    pick(L, utf8, true);
    lua_pushcfunction(L, utf8_codepoint);
    lua_setfield(L, -2, "codepoint");
    add_frozen(L, "utf8");
    aud_library_push_string(L);
    add_frozen(L, "string");
    aud_library_push_table(L);
    add_frozen(L, "table");
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

/* Lua's own names that lead out of the sandbox, or into the next subject. */
static bool is_left_out(aud_str name)
{
    static const char *const left_out[] = {
        "_G",     "_VERSION", "collectgarbage", "coroutine", "debug",  "dofile",
        "io",     "load",     "getmetatable",   "loadfile",  "next",   "loadstring",
        "os",     "package",  "print",          "rawequal",  "rawget", "rawlen",
        "rawset", "require",  "setmetatable",   "select",    "warn",   "xpcall",
    };

    for (size_t i = 0; i < AUD_COUNT(left_out); i++) {
        if (aud_str_eq(name, aud_str_of(left_out[i]))) {
            return true;
        }
    }
    return false;
}

static int refuse_name(lua_State *L)
{
    const char *names[MAX_GLOBALS];
    size_t num = 0;
    char hint[AUD_HINT_MAX];
    aud_str name = aud_lua_check_str(L, 2, "the name of a global");

    if (is_left_out(name)) {
        aud_lua_stop(L, AUD_STOP_REFUSED, "there is no '%.*s' in the sandbox", AUD_ARG(name));
    }
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        if (num < MAX_GLOBALS && lua_type(L, -2) == LUA_TSTRING) {
            names[num++] = lua_tostring(L, -2);
        }
        lua_pop(L, 1);
    }
    aud_lua_stop(L, AUD_STOP_MISUSE, "there is no '%.*s'%s", AUD_ARG(name),
                 aud_hint(name, names, num, hint));
}

static int refuse_global(lua_State *L)
{
    aud_str name = aud_lua_check_str(L, 2, "the name of a global");

    aud_lua_stop(L, AUD_STOP_MISUSE, "cannot set '%.*s': a policy has no globals, use 'local'",
                 AUD_ARG(name));
}

void aud_library_seal(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, refuse_name);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    aud_frozen_wrap(L);
    (void)lua_getmetatable(L, -1);
    lua_pushcfunction(L, refuse_global);
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);
}
