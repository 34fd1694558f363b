/* engine/policy/params.c - parameters as a policy declares them and as Lua sees them. */
#include "engine/policy/params.h"

#include "engine/base/text.h"
#include "engine/policy/frozen.h"
#include "engine/policy/library.h"
#include "engine/policy/set.h"

enum { MAX_DEPTH = 8, MAX_MEMBERS = 10000, MAX_CHOICES = 64 };

static const char marker_key = 0, ca_list_key = 0; /* their addresses name metatables */

/* What `required` and `choice` leave behind; the names of a choice are its user value. */
typedef struct param_marker {
    bool is_choice;
    aud_param_kind kind;
} param_marker;

static void open_opaque(lua_State *L, const void *key, const char *name)
{
    lua_createtable(L, 0, 1);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void aud_param_open(lua_State *L)
{
    open_opaque(L, &marker_key, "parameter");
    open_opaque(L, &ca_list_key, "ca_list");
}

static void *new_opaque(lua_State *L, const void *key, size_t size, int num_values)
{
    void *userdata = lua_newuserdatauv(L, size, num_values);

    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, key);
    lua_setmetatable(L, -2);
    return userdata;
}

static void *to_opaque(lua_State *L, int index, const void *key)
{
    bool ours;

    if (lua_type(L, index) != LUA_TUSERDATA || lua_getmetatable(L, index) == 0) {
        return NULL;
    }
    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, key);
    ours = lua_rawequal(L, -1, -2) != 0;
    lua_pop(L, 2);
    return ours ? lua_touserdata(L, index) : NULL;
}

int aud_param_required(lua_State *L)
{
    static const char *const words[] = {"ca_list", "string", "integer", "list"};
    static const aud_param_kind kinds[] = {AUD_PARAM_CA_LIST, AUD_PARAM_TEXT, AUD_PARAM_INT,
                                           AUD_PARAM_LIST};
    aud_str word = aud_lua_check_str(L, 1, "the kind of a required parameter");
    char hint[AUD_HINT_MAX];

    for (size_t i = 0; i < AUD_COUNT(words); i++) {
        if (aud_str_eq(word, aud_str_of(words[i]))) {
            *(param_marker *)new_opaque(L, &marker_key, sizeof(param_marker), 1) =
                (param_marker){.kind = kinds[i]};
            return 1;
        }
    }
    aud_lua_stop(L, AUD_STOP_MISUSE, "there is no kind of parameter '%.*s'%s", AUD_ARG(word),
                 aud_hint(word, words, AUD_COUNT(words), hint));
}

int aud_param_choice(lua_State *L)
{
    luaL_checkany(L, 1);
    aud_frozen_real(L, 1);
    lua_replace(L, 1);
    if (lua_type(L, 1) != LUA_TTABLE || lua_rawlen(L, 1) == 0 || lua_rawlen(L, 1) > MAX_CHOICES) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "choice needs a list of 1 to %d names", MAX_CHOICES);
    }
    *(param_marker *)new_opaque(L, &marker_key, sizeof(param_marker), 1) =
        (param_marker){.is_choice = true, .kind = AUD_PARAM_TEXT};
    lua_pushvalue(L, 1);
    (void)lua_setiuservalue(L, -2, 1);
    return 1;
}

static aud_param_value *new_value(lua_State *L, aud_arena *arena, aud_param_kind kind)
{
    aud_param_value *value = AUD_ARENA_NEW(arena, aud_param_value);

    if (value == NULL) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
    value->kind = kind;
    return value;
}

static aud_param_value *read_value(lua_State *L, aud_str name, aud_arena *arena, unsigned depth);

static aud_param_value *read_list(lua_State *L, aud_str name, aud_arena *arena, unsigned depth)
{
    aud_param_value *list = new_value(L, arena, AUD_PARAM_LIST), **end = &list->first;
    lua_Integer len = (lua_Integer)lua_rawlen(L, -1);

    if (len > MAX_MEMBERS) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "the parameter '%.*s' has more than %d members",
                     AUD_ARG(name), MAX_MEMBERS);
    }
    for (lua_Integer i = 1; i <= len; i++) {
        (void)lua_rawgeti(L, -1, i);
        *end = read_value(L, name, arena, depth + 1);
        end = &(*end)->next;
        list->len++;
        lua_pop(L, 1);
    }
    return list;
}

/* pairs() of our own gives the keys in order */
static aud_param_value *read_map(lua_State *L, aud_str name, aud_arena *arena, unsigned depth)
{
    aud_param_value *map = new_value(L, arena, AUD_PARAM_MAP), **end = &map->first;

    lua_pushcfunction(L, aud_library_pairs);
    lua_pushvalue(L, -2);
    lua_call(L, 1, 1);
    for (;;) {
        lua_pushvalue(L, -1);
        lua_call(L, 0, 2);
        if (lua_isnil(L, -2)) {
            break;
        }
        if (lua_type(L, -2) != LUA_TSTRING || ++map->len > MAX_MEMBERS) {
            aud_lua_stop(L, AUD_STOP_MISUSE,
                         "the table of parameter '%.*s' needs names as keys, or 1, 2, 3 ...",
                         AUD_ARG(name));
        }
        *end = read_value(L, name, arena, depth + 1);
        (*end)->key = aud_lua_dup(L, arena, aud_lua_str(L, -2));
        end = &(*end)->next;
        lua_pop(L, 2);
    }
    lua_pop(L, 3);
    return map;
}

/* A table with a first member, or an empty one, is a list. */
static bool is_list(lua_State *L)
{
    size_t num = 0;

    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        num++;
    }
    return num == lua_rawlen(L, -1);
}

/* of the value on the top of the stack, which stays */
static aud_param_value *read_value(lua_State *L, aud_str name, aud_arena *arena, unsigned depth)
{
    aud_param_value *value;

    luaL_checkstack(L, 12, NULL);
    if (depth > MAX_DEPTH) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "the parameter '%.*s' is nested too deep", AUD_ARG(name));
    }
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        value = new_value(L, arena, AUD_PARAM_BOOL);
        value->boolean = lua_toboolean(L, -1) != 0;
        return value;
    case LUA_TNUMBER:
        value = new_value(L, arena, AUD_PARAM_INT);
        value->number = aud_lua_check_int(L, -1, "a parameter that is a number");
        return value;
    case LUA_TSTRING:
        value = new_value(L, arena, AUD_PARAM_TEXT);
        value->text = aud_lua_dup(L, arena, aud_lua_str(L, -1));
        return value;
    case LUA_TTABLE:
        aud_frozen_real(L, -1); /* what a pack shares is frozen */
        value = is_list(L) ? read_list(L, name, arena, depth) : read_map(L, name, arena, depth);
        lua_pop(L, 1);
        return value;
    default:
        aud_lua_stop(L, AUD_STOP_MISUSE, "the parameter '%.*s' cannot be a %s", AUD_ARG(name),
                     luaL_typename(L, -1));
    }
}

static void read_choices(lua_State *L, aud_arena *arena, aud_param *out)
{
    aud_str *choices;
    size_t num;
    aud_param_value *value = new_value(L, arena, AUD_PARAM_TEXT);

    (void)lua_getiuservalue(L, -1, 1);
    num = (size_t)lua_rawlen(L, -1);
    choices = aud_arena_array(arena, num, sizeof *choices);
    if (choices == NULL) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
    for (size_t i = 0; i < num; i++) {
        (void)lua_rawgeti(L, -1, (lua_Integer)i + 1);
        choices[i] = aud_lua_dup(L, arena, aud_lua_check_str(L, -1, "a choice"));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    value->text = choices[0];
    out->choices = choices;
    out->num_choices = num;
    out->value = out->declared = value;
}

void aud_param_declare(lua_State *L, aud_str name, aud_arena *arena, aud_param *out)
{
    const param_marker *marker = to_opaque(L, -1, &marker_key);

    *out = (aud_param){.name = aud_lua_dup(L, arena, name), .element = AUD_PARAM_ANY};
    if (marker != NULL) {
        out->kind = marker->kind;
        out->required = !marker->is_choice;
        if (marker->is_choice) {
            read_choices(L, arena, out);
        }
        return;
    }
    out->value = out->declared = read_value(L, name, arena, 0);
    out->kind = out->value->kind;
    if (out->kind == AUD_PARAM_LIST && out->value->first != NULL) {
        out->element = out->value->first->kind;
        for (const aud_param_value *v = out->value->first; v != NULL; v = v->next) {
            if (v->kind != out->element) {
                aud_lua_stop(L, AUD_STOP_MISUSE,
                             "the members of parameter '%.*s' are not of one kind", AUD_ARG(name));
            }
        }
    }
}

static void push_value(lua_State *L, const aud_param_value *value)
{
    lua_Integer i = 0;

    luaL_checkstack(L, 12, NULL);
    switch (value->kind) {
    case AUD_PARAM_BOOL:
        lua_pushboolean(L, value->boolean);
        break;
    case AUD_PARAM_INT:
        lua_pushinteger(L, (lua_Integer)value->number);
        break;
    case AUD_PARAM_TEXT:
        lua_pushlstring(L, value->text.ptr == NULL ? "" : value->text.ptr, value->text.len);
        break;
    case AUD_PARAM_LIST:
    case AUD_PARAM_MAP:
        lua_newtable(L);
        for (const aud_param_value *v = value->first; v != NULL; v = v->next) {
            push_value(L, v);
            if (value->kind == AUD_PARAM_LIST) {
                lua_rawseti(L, -2, ++i);
            } else {
                lua_pushlstring(L, v->key.ptr == NULL ? "" : v->key.ptr, v->key.len);
                lua_insert(L, -2);
                lua_rawset(L, -3);
            }
        }
        aud_frozen_wrap(L);
        break;
    case AUD_PARAM_CA_LIST:
        *(const void **)new_opaque(L, &ca_list_key, sizeof(void *), 0) = value->ca_list;
        break;
    case AUD_PARAM_ANY:
        lua_pushnil(L);
        break;
    }
}

static int refuse_param(lua_State *L)
{
    const char *names[64];
    size_t num = 0;
    char hint[AUD_HINT_MAX];
    aud_str name = aud_lua_check_str(L, 2, "the name of a parameter");

    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        if (num < AUD_COUNT(names)) {
            names[num++] = lua_tostring(L, -2);
        }
    }
    aud_lua_stop(L, AUD_STOP_MISUSE, "there is no parameter '%.*s'%s", AUD_ARG(name),
                 aud_hint(name, names, num, hint));
}

/* A parameter is asked for, and recorded. */
static int watched_param(lua_State *L)
{
    const aud_policy *policy = aud_vm_of(L)->policy;
    aud_str name = aud_lua_str(L, 2);

    for (size_t i = 0; policy != NULL && i < policy->num_params; i++) {
        const struct aud_param_info *info = &policy->info->params[i];

        if (aud_str_eq(info->name, name)) {
            aud_lua_trace(L, (aud_step){.kind = AUD_STEP_PARAM,
                                        .name = name,
                                        .value = info->value,
                                        .configured = info->configured,
                                        .config_line = info->line});
        }
    }
    lua_settop(L, 2);
    (void)lua_gettable(L, lua_upvalueindex(1));
    return 1;
}

void aud_params_push(lua_State *L, const aud_param *params, size_t num_params)
{
    lua_newtable(L);
    for (size_t i = 0; i < num_params; i++) {
        if (params[i].value != NULL) {
            lua_pushlstring(L, params[i].name.ptr, params[i].name.len);
            push_value(L, params[i].value);
            lua_rawset(L, -3);
        }
    }
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, refuse_param);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    aud_frozen_wrap(L);
    if (aud_vm_of(L)->trace != NULL) {
        aud_frozen_watch(L, watched_param);
    }
}

const void *aud_param_check_ca_list(lua_State *L, int index)
{
    const void *const *list = to_opaque(L, index, &ca_list_key);

    if (list == NULL) {
        aud_lua_stop(L, AUD_STOP_MISUSE,
                     "the list of approved CAs must be a 'ca_list' parameter, "
                     "not a %s",
                     luaL_typename(L, index));
    }
    return *list;
}
