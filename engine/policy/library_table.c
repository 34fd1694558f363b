/* engine/policy/library_table.c - tables walked in a stable order, joined and sorted in bounds. */
#include "engine/policy/frozen.h"
#include "engine/policy/library.h"

#include <stdlib.h>

/* Keys are sorted outside of Lua's heap: they stay alive in the table that they came from. */
typedef struct sort_key {
    bool is_text;
    lua_Number number;
    lua_Integer integer;
    aud_str text;
} sort_key;

static int order_keys(const void *left, const void *right)
{
    const sort_key *a = left, *b = right;

    if (a->is_text != b->is_text) {
        return a->is_text ? 1 : -1;
    }
    if (a->is_text) {
        return aud_str_cmp(a->text, b->text);
    }
    if (a->number < b->number || a->number > b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return a->integer < b->integer ? -1 : a->integer > b->integer;
}

static sort_key read_key(lua_State *L, int index)
{
    sort_key key = {.is_text = lua_type(L, index) == LUA_TSTRING};

    if (key.is_text) {
        key.text = aud_lua_str(L, index);
    } else if (lua_type(L, index) == LUA_TNUMBER) {
        key.number = lua_tonumber(L, index);
        key.integer = lua_isinteger(L, index) ? lua_tointeger(L, index) : 0;
    } else {
        aud_lua_stop(L, AUD_STOP_MISUSE, "pairs needs keys that are strings or numbers, not a %s",
                     luaL_typename(L, index));
    }
    return key;
}

/* Upvalues: keys in order, real table, position. */
static int pairs_next(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(3));

    for (;;) {
        at++;
        if (lua_rawgeti(L, lua_upvalueindex(1), at) == LUA_TNIL) {
            return 1;
        }
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
            break; /* else it was taken out on the way */
        }
        lua_pop(L, 2);
        aud_lua_charge(L, 1);
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

int aud_library_pairs(lua_State *L)
{
    size_t num = 0, i = 0;
    sort_key *keys;

    if (lua_type(L, 1) != LUA_TTABLE) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "pairs needs a table, not a %s%s", luaL_typename(L, 1),
                     lua_type(L, 1) == LUA_TUSERDATA ? "; use ipairs for lists" : "");
    }
    lua_settop(L, 1);
    aud_frozen_real(L, 1);
    for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1)) {
        num++;
    }
    aud_lua_charge(L, 16 * num + 1);
    keys = lua_newuserdatauv(L, (num + 1) * sizeof *keys, 0); /* 3 */
    for (lua_pushnil(L); lua_next(L, 2) != 0 && i < num; lua_pop(L, 1)) {
        keys[i++] = read_key(L, -2);
    }
    lua_settop(L, 3);
    qsort(keys, i, sizeof *keys, order_keys);
    lua_createtable(L, (int)i, 0); /* 4 */
    for (size_t k = 0; k < i; k++) {
        if (keys[k].is_text) {
            lua_pushlstring(L, keys[k].text.ptr, keys[k].text.len);
        } else if ((lua_Number)keys[k].integer == keys[k].number) {
            lua_pushinteger(L, keys[k].integer);
        } else {
            lua_pushnumber(L, keys[k].number);
        }
        lua_rawseti(L, 4, (lua_Integer)k + 1);
    }
    lua_pushvalue(L, 2);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, pairs_next, 3);
    return 1;
}

/* Length of a list, frozen or not, or of a list of facts. */
static lua_Integer list_len(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE && lua_type(L, index) != LUA_TUSERDATA) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "needs a list, not a %s", luaL_typename(L, index));
    }
    return luaL_len(L, index);
}

static lua_Integer own_list_len(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE || aud_frozen_is(L, index)) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "needs a table that the check itself made");
    }
    return (lua_Integer)lua_rawlen(L, index);
}

static int table_concat(lua_State *L)
{
    lua_Integer len = list_len(L, 1);
    aud_str between =
        lua_isnoneornil(L, 2) ? (aud_str){NULL, 0} : aud_lua_check_str(L, 2, "what stands between");
    lua_Integer from = luaL_optinteger(L, 3, 1), to = luaL_optinteger(L, 4, len);

    aud_lua_text_begin(L);
    from = from < 1 ? 1 : from;
    to = to > len ? len : to;
    for (lua_Integer i = from; i <= to; i++) {
        (void)lua_geti(L, 1, i);
        if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "cannot join a %s", luaL_typename(L, -1));
        }
        (void)lua_tolstring(L, -1, NULL);
        aud_lua_text_put(L, aud_lua_str(L, -1));
        if (i < to) {
            aud_lua_text_put(L, between);
        }
        lua_pop(L, 1);
    }
    aud_lua_text_push(L);
    return 1;
}

static int table_insert(lua_State *L)
{
    lua_Integer len = own_list_len(L, 1), at = len + 1;

    if (lua_gettop(L) == 3) {
        at = aud_lua_check_int(L, 2, "the position");
        if (at < 1 || at > len + 1) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "the position is outside of the list");
        }
    } else if (lua_gettop(L) != 2) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "insert needs a list, maybe a position, and a value");
    }
    aud_lua_charge(L, (size_t)(len + 1 - at) + 1);
    for (lua_Integer i = len; i >= at; i--) {
        (void)lua_rawgeti(L, 1, i);
        lua_rawseti(L, 1, i + 1);
    }
    lua_settop(L, lua_gettop(L) == 3 ? 3 : 2);
    lua_rawseti(L, 1, at);
    return 0;
}

static int table_remove(lua_State *L)
{
    lua_Integer len = own_list_len(L, 1), at = luaL_optinteger(L, 2, len);

    if (len == 0) {
        return 0;
    }
    if (at < 1 || at > len) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "the position is outside of the list");
    }
    aud_lua_charge(L, (size_t)(len - at) + 1);
    (void)lua_rawgeti(L, 1, at);
    for (lua_Integer i = at; i < len; i++) {
        (void)lua_rawgeti(L, 1, i + 1);
        lua_rawseti(L, 1, i);
    }
    lua_pushnil(L);
    lua_rawseti(L, 1, len);
    return 1;
}

static int table_unpack(lua_State *L)
{
    lua_Integer len = list_len(L, 1);
    lua_Integer from = luaL_optinteger(L, 2, 1), to = luaL_optinteger(L, 3, len);

    if (from > to) {
        return 0;
    }
    if ((lua_Unsigned)to - (lua_Unsigned)from >= AUD_VM_MAX_VALUES) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "more than %d values", AUD_VM_MAX_VALUES);
    }
    luaL_checkstack(L, AUD_VM_MAX_VALUES + 2, NULL);
    aud_lua_charge(L, (size_t)(to - from) + 1);
    lua_settop(L, 1);
    for (lua_Integer i = 0; i <= to - from; i++) {
        (void)lua_geti(L, 1, from + i);
    }
    return (int)(to - from) + 1;
}

/* a < b for the values at both indices, by the comparator at 2 if there is one */
static bool is_before(lua_State *L, int a, int b)
{
    bool before;

    aud_lua_charge(L, 2);
    if (lua_isnil(L, 2)) {
        aud_lua_charge(L, aud_lua_str(L, a).len / 16);
        return lua_compare(L, a, b, LUA_OPLT) != 0;
    }
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a < 0 ? a - 1 : a);
    lua_pushvalue(L, b < 0 ? b - 2 : b);
    lua_call(L, 2, 1);
    before = lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    return before;
}

/* Merges [from, middle) and [middle, end) of the table at 1 through the one at 3. */
static void merge(lua_State *L, lua_Integer from, lua_Integer middle, lua_Integer end)
{
    lua_Integer left = from, right = middle;

    for (lua_Integer i = from; i < end; i++) {
        bool take_right = left >= middle;

        if (left < middle && right < end) {
            (void)lua_rawgeti(L, 1, right);
            (void)lua_rawgeti(L, 1, left);
            take_right = is_before(L, -2, -1);
            lua_pop(L, 2);
        }
        (void)lua_rawgeti(L, 1, take_right ? right++ : left++);
        lua_rawseti(L, 3, i);
    }
    for (lua_Integer i = from; i < end; i++) {
        (void)lua_rawgeti(L, 3, i);
        lua_rawseti(L, 1, i);
    }
}

/* Stable; a comparator that contradicts itself gives some order and does no harm. */
static int table_sort(lua_State *L)
{
    lua_Integer len = own_list_len(L, 1);

    lua_settop(L, 2);
    if (!lua_isnil(L, 2) && lua_type(L, 2) != LUA_TFUNCTION) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "sort needs a function, not a %s", luaL_typename(L, 2));
    }
    lua_createtable(L, (int)(len > 4096 ? 4096 : len), 0);
    for (lua_Integer width = 1; width < len; width *= 2) {
        for (lua_Integer from = 1; from + width <= len; from += 2 * width) {
            lua_Integer end = from + 2 * width;

            aud_lua_charge(L, (size_t)width);
            merge(L, from, from + width, end > len + 1 ? len + 1 : end);
        }
    }
    return 0;
}

void aud_library_push_table(lua_State *L)
{
    static const aud_library_entry entries[] = {{"concat", table_concat}, {"insert", table_insert},
                                                {"remove", table_remove}, {"sort", table_sort},
                                                {"unpack", table_unpack}, {NULL, NULL}};

    aud_library_push(L, entries);
}
