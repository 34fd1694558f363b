/* engine/policy/api.c - what a policy sees beyond Lua's own libraries. api.def lists the
 * functions, declaration.def the keys of policy { ... }, engine/model/fields the facts; from these
 * come the sandbox, 'certaudit policy annotations' and 'certaudit policy reference'.
 *
 * A fact that is known to be absent is nil; reading one that is unknown ends the check as
 * undecided, whatever pcall says. Times are integers, Unix seconds, and meet the judged instant
 * only in passed and within, which also tell when their answer changes.
 */
#include "engine/base/instant.h"
#include "engine/policy/declare.h"
#include "engine/policy/facts.h"
#include "engine/policy/library.h"
#include "engine/policy/verdict.h"

enum { APPROVAL_STEPS = 2000, ROW_STEPS = 16 };

const char *aud_approval_name(aud_approval_status status)
{
    static const char *const names[AUD_NUM_APPROVALS] = {
        [AUD_APPROVAL_PROVED] = "proved",
        [AUD_APPROVAL_DECLARED] = "declared",
        [AUD_APPROVAL_IS_APPROVED] = "is_approved",
        [AUD_APPROVAL_NOT] = "not_approved",
        [AUD_APPROVAL_SELF_SIGNED] = "self_signed",
        [AUD_APPROVAL_FORGED] = "forged",
        [AUD_APPROVAL_NO_CA] = "no_ca",
        [AUD_APPROVAL_UNKNOWN] = "unknown",
    };

    return (unsigned)status < AUD_NUM_APPROVALS ? names[status] : "unknown";
}

static aud_vm *judging(lua_State *L, const char *name)
{
    aud_vm *vm = aud_vm_of(L);

    if (!vm->judging) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'%s' is for inside of a check", name);
    }
    return vm;
}

static void may_flip(aud_vm *vm, int64_t instant)
{
    if (instant > vm->at && instant < vm->flips_at) {
        vm->flips_at = instant;
    }
}

/* `flip` is where the answer becomes true: it flips once, and only ahead. */
static void trace_time(lua_State *L, const char *name, int64_t t, int64_t seconds, bool answer,
                       int64_t flip)
{
    aud_lua_trace(L, (aud_step){.kind = AUD_STEP_TIME,
                                .name = aud_str_of(name),
                                .instant = t,
                                .seconds = seconds,
                                .answer = answer,
                                .flips_at = answer ? INT64_MAX : flip});
}

static int api_passed(lua_State *L)
{
    aud_vm *vm = judging(L, "passed");
    int64_t t = aud_lua_check_int(L, 1, "the time");

    vm->deps |= AUD_DEP_TIME;
    if (t != INT64_MAX) {
        may_flip(vm, t + 1);
    }
    if (vm->trace != NULL) {
        trace_time(L, "passed", t, 0, t < vm->at, t == INT64_MAX ? t : t + 1);
    }
    lua_pushboolean(L, t < vm->at);
    return 1;
}

static int api_within(lua_State *L)
{
    aud_vm *vm = judging(L, "within");
    int64_t t = aud_lua_check_int(L, 1, "the time");
    int64_t seconds = aud_lua_check_int(L, 2, "the number of seconds"), from;

    if (seconds < 0) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "the number of seconds is negative");
    }
    if (__builtin_sub_overflow(t, seconds, &from)) {
        from = INT64_MIN;
    }
    vm->deps |= AUD_DEP_TIME;
    may_flip(vm, from);
    if (vm->trace != NULL) {
        trace_time(L, "within", t, seconds, from <= vm->at, from);
    }
    lua_pushboolean(L, from <= vm->at);
    return 1;
}

static int api_date(lua_State *L)
{
    char text[AUD_INSTANT_TEXT];
    aud_str all = {text, 0};
    size_t end;

    all.len = aud_instant_format(aud_lua_check_int(L, 1, "the time"), text);
    end = aud_str_find(all, AUD_LIT("T"), 0);
    lua_pushlstring(L, text, end == SIZE_MAX ? all.len : end);
    return 1;
}

static int api_days(lua_State *L)
{
    int64_t seconds = aud_lua_check_int(L, 1, "the number of seconds");

    lua_pushinteger(L, seconds / AUD_DAY_SECONDS + (seconds % AUD_DAY_SECONDS > 0 ? 1 : 0));
    return 1;
}

static int api_holds(lua_State *L)
{
    bool found = false;

    if (lua_type(L, 1) != LUA_TTABLE && lua_type(L, 1) != LUA_TUSERDATA) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "holds needs a list, not a %s", luaL_typename(L, 1));
    }
    lua_settop(L, 2);
    for (lua_Integer i = 1; !found && lua_geti(L, 1, i) != LUA_TNIL; i++) {
        aud_lua_charge(L, 1);
        found = lua_rawequal(L, 2, -1) != 0;
        lua_pop(L, 1);
    }
    lua_pushboolean(L, found);
    return 1;
}

/* Midnight of `from` of row `i` of the list at 1; false behind the last. Leaves the row. */
static bool row_begins(lua_State *L, lua_Integer i, int64_t *out)
{
    aud_str from;

    aud_lua_charge(L, ROW_STEPS);
    if (lua_geti(L, 1, i) == LUA_TNIL) {
        lua_pop(L, 1);
        return false;
    }
    if (lua_type(L, -1) != LUA_TTABLE) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "a row of in_force must be a table, not a %s",
                     luaL_typename(L, -1));
    }
    (void)lua_getfield(L, -1, "from");
    from = aud_lua_check_str(L, -1, "'from' of a row");
    if (from.len != 10 || aud_instant_parse(from, out, NULL) != AUD_OK) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'from' of a row must be a date such as '2026-03-15'");
    }
    lua_pop(L, 1);
    return true;
}

/* The row at `found`, 0 for none, that the instant `t` falls in. */
static void trace_row(lua_State *L, int64_t t, int found)
{
    aud_step step = {.kind = AUD_STEP_ROW,
                     .name = AUD_LIT("in_force"),
                     .instant = t,
                     .answer = found != 0,
                     .from = INT64_MIN};

    if (found != 0) {
        (void)lua_getfield(L, found, "from");
        if (aud_instant_parse(aud_lua_str(L, -1), &step.from, NULL) != AUD_OK) {
            step.from = INT64_MIN;
        }
        lua_pop(L, 1);
    }
    aud_lua_trace(L, step);
}

static int api_in_force(lua_State *L)
{
    aud_vm *vm = judging(L, "in_force");
    int64_t t = aud_lua_check_int(L, 2, "the time"), begins = 0, newer = INT64_MAX;
    int found = 0;

    if (lua_type(L, 1) != LUA_TTABLE) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "in_force needs a list of rows, not a %s",
                     luaL_typename(L, 1));
    }
    lua_settop(L, 2);
    for (lua_Integer i = 1; row_begins(L, i, &begins); i++) {
        if (begins >= newer) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "the rows of in_force must be newest first");
        }
        newer = begins;
        if (found == 0 && begins <= t) {
            found = lua_gettop(L);
        } else {
            lua_pop(L, 1);
        }
    }
    if (newer == INT64_MAX) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "in_force needs at least one row");
    }
    if (vm->trace != NULL) {
        trace_row(L, t, found);
    }
    if (found == 0) {
        aud_lua_stop(L, AUD_STOP_NOT_EFFECTIVE, "Not in force on %s",
                     vm->at == t ? "the judged instant" : "the date that counts");
    }
    lua_settop(L, found);
    return 1;
}

static void set_text(lua_State *L, const char *key, aud_str text)
{
    text = aud_str_sub(text, 0, AUD_VM_MAX_STRING);
    lua_pushlstring(L, text.ptr == NULL ? "" : text.ptr, text.len);
    lua_setfield(L, -2, key);
}

static int api_kind(lua_State *L)
{
    aud_object subject = aud_facts_check(L, 1, "what the kind is asked of");

    (void)judging(L, "kind");
    lua_pushstring(L, subject.type->name);
    return 1;
}

static int api_approval(lua_State *L)
{
    aud_vm *vm = judging(L, "approval");
    aud_object subject = aud_facts_check(L, 1, "what approval is asked of");
    const void *list = aud_param_check_ca_list(L, 2);
    aud_approval answer = {.status = AUD_APPROVAL_UNKNOWN};
    aud_error err = {0};
    aud_status st;

    aud_lua_charge(L, APPROVAL_STEPS);
    vm->deps |= AUD_DEP_POPULATION;
    if (vm->host->approval == NULL) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "approval cannot be asked here");
    }
    st = vm->host->approval(vm->host->ctx, subject, list, &vm->scratch, &answer, &err);
    if (st == AUD_E_NOMEM || st == AUD_E_CANCELLED) {
        aud_lua_stop_status(L, st);
    }
    if (st != AUD_OK) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "approval cannot be told: %s", err.message);
    }
    if (vm->trace != NULL) {
        aud_lua_trace(L, (aud_step){.kind = AUD_STEP_APPROVAL,
                                    .name = aud_str_of(aud_approval_name(answer.status)),
                                    .about = answer.anchor,
                                    .detail = answer.reason});
    }
    lua_createtable(L, 0, 3);
    lua_pushstring(L, aud_approval_name(answer.status));
    lua_setfield(L, -2, "status");
    set_text(L, "anchor", answer.anchor);
    set_text(L, "reason", answer.reason);
    return 1;
}

void aud_declare_open(lua_State *L)
{
    static const aud_library_entry entries[] = {
#define AUD_API(name, function, params, result, doc) {#name, function},
#include "engine/policy/api.def"
#undef AUD_API
        {NULL, NULL},
    };

    aud_facts_open(L);
    aud_param_open(L);
    aud_verdict_open(L);
    aud_library_push(L, entries);
    aud_library_open(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "aud_globals");
}
