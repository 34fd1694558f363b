/* engine/policy/verdict.c - verdicts are checked where they are made: there the line is known. */
#include "engine/policy/verdict.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/policy/facts.h"
#include "engine/policy/frozen.h"
#include "engine/policy/set.h"

#include <math.h>

enum { MAX_ITEMS = 4096, MAX_BYTES = 1 << 20 };

static const char verdict_key = 0, pass_key = 0, not_applicable_key = 0;

static aud_verdict_value *new_verdict(lua_State *L, aud_verdict verdict)
{
    aud_vm *vm = aud_vm_of(L);
    aud_verdict_value *value;

    value = lua_newuserdatauv(L, sizeof *value, 0);
    *value = (aud_verdict_value){.serial = vm->serial, .verdict = verdict};
    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, &verdict_key);
    lua_setmetatable(L, -2);
    return value;
}

void aud_verdict_open(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "verdict");
    lua_setfield(L, -2, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &verdict_key);
    new_verdict(L, AUD_V_PASS)->serial = 0;
    lua_rawsetp(L, LUA_REGISTRYINDEX, &pass_key);
    new_verdict(L, AUD_V_NOT_APPLICABLE)->serial = 0;
    lua_rawsetp(L, LUA_REGISTRYINDEX, &not_applicable_key);
}

const aud_verdict_value *aud_verdict_get(lua_State *L, int index)
{
    const aud_verdict_value *value = lua_touserdata(L, index);
    bool ours;

    if (lua_type(L, index) != LUA_TUSERDATA || lua_getmetatable(L, index) == 0) {
        return NULL;
    }
    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, &verdict_key);
    ours = lua_rawequal(L, -1, -2) != 0;
    lua_pop(L, 2);
    return ours && (value->serial == 0 || value->serial == aud_vm_of(L)->serial) ? value : NULL;
}

static void check_judging(lua_State *L, const char *name)
{
    if (!aud_vm_of(L)->judging) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'%s' is for inside of a check", name);
    }
}

/* Copies for the opinion; what verdicts hold is counted. */
static aud_str keep(lua_State *L, aud_str text)
{
    aud_vm *vm = aud_vm_of(L);

    vm->verdict_bytes += text.len + sizeof text;
    if (vm->verdict_bytes > MAX_BYTES) {
        aud_lua_stop(L, AUD_STOP_MEMORY, "its verdicts hold more than %d bytes", MAX_BYTES);
    }
    aud_lua_charge(L, 1 + text.len / 64);
    return aud_lua_dup(L, &vm->scratch, text);
}

static int plain_or_message(lua_State *L, aud_verdict verdict, const void *plain, const char *name)
{
    check_judging(L, name);
    if (lua_isnoneornil(L, 1)) {
        (void)lua_rawgetp(L, LUA_REGISTRYINDEX, plain);
        return 1;
    }
    (void)aud_lua_check_str(L, 1, "the message");
    new_verdict(L, verdict)->message = keep(L, aud_lua_str(L, 1));
    return 1;
}

int aud_verdict_pass(lua_State *L)
{
    return plain_or_message(L, AUD_V_PASS, &pass_key, "pass");
}

int aud_verdict_not_applicable(lua_State *L)
{
    return plain_or_message(L, AUD_V_NOT_APPLICABLE, &not_applicable_key, "not_applicable");
}

/* `what` is "fail" or "an item"; the table is at `index`, frozen or not. */
static void check_keys(lua_State *L, int index, const char *const *keys, size_t num_keys,
                       const char *what)
{
    char hint[AUD_HINT_MAX];
    int top = lua_gettop(L);
    aud_str worst = {NULL, 0};

    aud_frozen_real(L, index);
    for (lua_pushnil(L); lua_next(L, top + 1) != 0; lua_pop(L, 1)) {
        bool known = false;
        aud_str key = {"a position", 10};

        if (lua_type(L, -2) == LUA_TSTRING) {
            key = aud_lua_str(L, -2);
        }
        for (size_t i = 0; i < num_keys && !known; i++) {
            known = aud_str_eq(key, aud_str_of(keys[i]));
        }
        aud_lua_charge(L, 1);
        if (!known && (worst.ptr == NULL || aud_str_cmp(key, worst) < 0)) {
            worst = key;
        }
    }
    if (worst.ptr != NULL) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "%s has no '%.*s'%s", what,
                     AUD_ARG(aud_str_sub(worst, 0, 64)), aud_hint(worst, keys, num_keys, hint));
    }
    lua_settop(L, top);
}

/* Member `key` of the table at `index` as an optional string, kept. */
static aud_str text_member(lua_State *L, int index, const char *key)
{
    aud_str text = {NULL, 0};
    char what[32];

    if (lua_getfield(L, index, key) != LUA_TNIL) {
        (void)snprintf(what, sizeof what, "'%s'", key);
        text = keep(L, aud_lua_check_str(L, -1, what));
    }
    lua_pop(L, 1);
    return text;
}

/* got and want: integers become text, those of a time an instant. */
static aud_str value_member(lua_State *L, int index, const char *key, aud_str item)
{
    aud_vm *vm = aud_vm_of(L);
    char text[64];
    aud_type type = AUD_T_BOOL;
    aud_str out = {NULL, 0};
    int len = 0;

    (void)lua_getfield(L, index, key);
    switch (lua_type(L, -1)) {
    case LUA_TNIL:
        break;
    case LUA_TSTRING:
        out = keep(L, aud_lua_str(L, -1));
        break;
    case LUA_TBOOLEAN:
        out = lua_toboolean(L, -1) ? AUD_LIT("true") : AUD_LIT("false");
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1) && aud_facts_type_of(vm->subject_type, item, &type) &&
            type == AUD_T_TIME) {
            len = (int)aud_instant_format((int64_t)lua_tointeger(L, -1), text);
        } else if (lua_isinteger(L, -1)) {
            len = snprintf(text, sizeof text, "%lld", (long long)lua_tointeger(L, -1));
        } else if (isfinite(lua_tonumber(L, -1))) {
            len = snprintf(text, sizeof text, "%.14g", (double)lua_tonumber(L, -1));
        } else {
            aud_lua_stop(L, AUD_STOP_MISUSE, "'%s' is not a finite number", key);
        }
        out = keep(L, (aud_str){text, (size_t)len});
        break;
    default:
        aud_lua_stop(L, AUD_STOP_MISUSE, "'%s' must be a string, a number or a boolean, not a %s",
                     key, luaL_typename(L, -1));
    }
    lua_pop(L, 1);
    return out;
}

static void read_item(lua_State *L, int index, aud_item *out)
{
    out->item = text_member(L, index, "item");
    if (out->item.len == 0) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'item' is missing: what 'got' and 'want' are of");
    }
    out->got = value_member(L, index, "got", out->item);
    out->want = value_member(L, index, "want", out->item);
}

static aud_item *new_items(lua_State *L, size_t num)
{
    aud_item *items = aud_arena_array(&aud_vm_of(L)->scratch, num, sizeof *items);

    if (items == NULL) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
    aud_vm_of(L)->verdict_bytes += num * sizeof *items;
    return items;
}

/* `items` of the table at 1 is on the top of the stack. */
static void read_items(lua_State *L, aud_verdict_value *out)
{
    static const char *const keys[] = {"item", "got", "want"};
    int list = lua_gettop(L);
    aud_item *items;
    lua_Integer len;

    if (lua_type(L, list) != LUA_TTABLE) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'items' must be a list, not a %s",
                     luaL_typename(L, list));
    }
    len = luaL_len(L, list);
    if (len > MAX_ITEMS) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'items' has more than %d members", MAX_ITEMS);
    }
    items = new_items(L, (size_t)len);
    for (lua_Integer i = 1; i <= len; i++) {
        (void)lua_geti(L, list, i);
        if (lua_type(L, -1) != LUA_TTABLE) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "a member of 'items' must be a table, not a %s",
                         luaL_typename(L, -1));
        }
        check_keys(L, list + 1, keys, AUD_COUNT(keys), "an item");
        read_item(L, list + 1, &items[i - 1]);
        lua_pop(L, 1);
    }
    out->items = items;
    out->num_items = (size_t)len;
}

static bool has_member(lua_State *L, const char *key)
{
    bool has = lua_getfield(L, 1, key) != LUA_TNIL;

    lua_pop(L, 1);
    return has;
}

static void read_severity(lua_State *L, aud_verdict_value *out)
{
    const aud_policy *policy = aud_vm_of(L)->policy;
    const char *names[AUD_NUM_SEVERITIES];
    size_t num = 0;
    char hint[AUD_HINT_MAX];
    aud_str name;

    if (lua_getfield(L, 1, "severity") != LUA_TNIL) {
        name = aud_lua_check_str(L, -1, "'severity'");
        if (!aud_severity_find(name, &out->severity) ||
            (policy->severities & 1u << out->severity) == 0) {
            for (unsigned i = 0; i < AUD_NUM_SEVERITIES; i++) {
                if ((policy->severities & 1u << i) != 0) {
                    names[num++] = aud_severity_name((aud_severity)i);
                }
            }
            aud_lua_stop(L, AUD_STOP_MISUSE, "the policy does not declare the severity '%.*s'%s",
                         AUD_ARG(aud_str_sub(name, 0, 64)), aud_hint(name, names, num, hint));
        }
        /* the default by its name is the default: the configuration may have moved it */
        out->has_severity = out->severity != policy->declared;
    }
    lua_pop(L, 1);
}

/* A sentence from the first item. */
static void make_message(lua_State *L, aud_verdict_value *out)
{
    const aud_item *first = &out->items[0];
    aud_status st;
    char more[40] = "";

    if (out->num_items > 1) {
        (void)snprintf(more, sizeof more, " (and %zu more)", out->num_items - 1);
    }
    st = aud_arena_printf(&aud_vm_of(L)->scratch, &out->message, NULL, "%.*s%s%.*s%s%.*s%s",
                          AUD_ARG(first->item), first->got.len > 0 ? " is " : "",
                          AUD_ARG(first->got), first->want.len > 0 ? ", want " : "",
                          AUD_ARG(first->want), more);
    if (st != AUD_OK) {
        aud_lua_stop_status(L, st);
    }
}

int aud_verdict_fail(lua_State *L)
{
    static const char *const keys[] = {"item", "items", "got", "want", "message", "severity"};
    aud_verdict_value *out;

    check_judging(L, "fail");
    if (lua_type(L, 1) != LUA_TTABLE) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "fail needs a table, not a %s", luaL_typename(L, 1));
    }
    lua_settop(L, 1);
    check_keys(L, 1, keys, AUD_COUNT(keys), "fail");
    out = new_verdict(L, AUD_V_FAIL);
    out->message = text_member(L, 1, "message");
    read_severity(L, out);
    if (lua_getfield(L, 1, "items") != LUA_TNIL) {
        if (has_member(L, "item") || has_member(L, "got") || has_member(L, "want")) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "'items' stands instead of 'item', 'got' and 'want'");
        }
        read_items(L, out);
    } else if (has_member(L, "item") || has_member(L, "got") || has_member(L, "want")) {
        aud_item *item = new_items(L, 1);

        read_item(L, 1, item);
        out->items = item;
        out->num_items = 1;
    }
    if (out->message.len == 0 && out->num_items == 0) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "fail needs an 'item' or a 'message'");
    }
    if (out->message.len == 0) {
        make_message(L, out);
    }
    lua_settop(L, 2);
    return 1;
}

int aud_verdict_undecided(lua_State *L)
{
    static const char *const keys[] = {"message", "advice"};
    aud_verdict_value *out;
    aud_str message, advice = {NULL, 0};
    aud_status st;

    check_judging(L, "undecided");
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TTABLE) {
        check_keys(L, 1, keys, AUD_COUNT(keys), "undecided");
        message = text_member(L, 1, "message");
        advice = text_member(L, 1, "advice");
    } else {
        message = keep(L, aud_lua_check_str(L, 1, "the message"));
    }
    if (message.len == 0) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "undecided needs a message");
    }
    out = new_verdict(L, AUD_V_UNDECIDED);
    out->message = message;
    if (advice.len > 0) {
        st = aud_arena_printf(&aud_vm_of(L)->scratch, &out->message, NULL, "%.*s; %.*s",
                              AUD_ARG(message), AUD_ARG(advice));
        if (st != AUD_OK) {
            aud_lua_stop_status(L, st);
        }
    }
    return 1;
}
