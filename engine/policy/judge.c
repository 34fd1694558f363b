/* engine/policy/judge.c - one Lua state a thread: every policy on one subject after the other. */
#include "engine/policy/facts.h"
#include "engine/policy/prepare.h"
#include "engine/policy/verdict.h"

typedef struct ready_policy {
    lua_State *thread;
    aud_shared_local *locals;
    int num_locals;
} ready_policy;

struct aud_judge {
    aud_vm vm;
    const aud_policy_set *set;
    ready_policy *policies; /* as set->policies */
    aud_arena arena;
    aud_trace *trace;              /* NULL: nobody asks */
    void *subjects[AUD_NUM_KINDS]; /* userdata, */
    int references[AUD_NUM_KINDS]; /* and what keeps them in the registry */
};

/* Lua: libraries, subjects, and every policy's functions. */
static int run_prepare(lua_State *L)
{
    aud_judge *judge = lua_touserdata(L, 1);

    aud_declare_open(L);
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        aud_facts_push_subject(L, aud_kind_type((aud_kind)kind));
        judge->subjects[kind] = lua_touserdata(L, -1);
        judge->references[kind] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    return 0;
}

typedef struct preparation {
    aud_judge *judge;
    size_t policy;
} preparation;

static int run_policy(lua_State *L)
{
    const preparation *p = lua_touserdata(L, 1);
    const aud_policy *policy = &p->judge->set->policies[p->policy];
    ready_policy *ready = &p->judge->policies[p->policy];
    aud_shared_locals *locals = lua_newuserdatauv(L, sizeof *locals, 0);

    ready->thread = aud_prepare(L, &policy->source, policy->params, policy->num_params, locals);
    ready->locals =
        aud_arena_array(&p->judge->arena, (size_t)locals->len + 1, sizeof *ready->locals);
    if (ready->locals == NULL) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
    memcpy(ready->locals, locals->items, (size_t)locals->len * sizeof *ready->locals);
    ready->num_locals = locals->len;
    return 0;
}

static aud_status call_prepared(aud_judge *judge, lua_CFunction function, void *arg, aud_error *err)
{
    lua_State *L = judge->vm.L;

    if (lua_checkstack(L, 4) == 0) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, arg);
    return aud_lua_call(&judge->vm, L, 1, 0) == AUD_STOP_NONE ? AUD_OK
                                                              : aud_vm_fail(&judge->vm, err);
}

static aud_status prepare(aud_judge *judge, aud_error *err)
{
    AUD_TRY(call_prepared(judge, run_prepare, judge, err));
    for (size_t i = 0; i < judge->set->num; i++) {
        if (judge->set->infos[i].configured) {
            judge->vm.lines = judge->set->policies[i].lines;
            AUD_TRY(call_prepared(judge, run_policy, &(preparation){judge, i}, err));
        }
    }
    /* what a check may take is counted from here: the same whatever else is loaded */
    (void)lua_gc(judge->vm.L, LUA_GCCOLLECT);
    judge->vm.max_bytes = judge->vm.used + AUD_VM_MAX_BYTES;
    return AUD_OK;
}

aud_status aud_judge_new(const aud_policy_set *set, int64_t at, aud_judge **out, aud_error *err)
{
    AUD_CLEANUP(aud_judge_freep) aud_judge *judge = aud_alloc_zero(1, sizeof *judge);

    if (judge == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&judge->arena, AUD_ARENA_NO_MAX);
    judge->set = set;
    judge->policies = aud_alloc_zero(set->num + 1, sizeof *judge->policies);
    if (judge->policies == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(aud_vm_init(&judge->vm, err));
    judge->vm.at = at;
    judge->vm.host = &set->host;
    if (set->traced) {
        AUD_TRY(aud_trace_new(&judge->trace, err));
        judge->vm.trace = judge->trace;
    }
    judge->vm.max_bytes = SIZE_MAX / 2; /* every text has been loaded within bounds before */
    AUD_TRY(prepare(judge, err));
    *out = AUD_MOVE(judge);
    return AUD_OK;
}

void aud_judge_freep(aud_judge **judge)
{
    if (*judge != NULL) {
        aud_vm_clear(&(*judge)->vm);
        aud_trace_freep(&(*judge)->trace);
        aud_arena_clear(&(*judge)->arena);
        aud_free((*judge)->policies);
        aud_free(*judge);
        *judge = NULL;
    }
}

static void broke(aud_opinion *opinion, aud_str message, uint32_t line)
{
    opinion->verdict = AUD_V_UNDECIDED;
    opinion->broke = opinion->misused = true;
    opinion->broke_line = line;
    opinion->message = message;
    opinion->items = NULL;
    opinion->num_items = 0;
}

static aud_str keep_message(aud_vm *vm)
{
    aud_str message;

    /* a message that finds no memory is still a message */
    if (aud_arena_dup(&vm->scratch, aud_str_of(vm->message), &message, NULL) != AUD_OK) {
        return AUD_LIT("out of memory");
    }
    return message;
}

/* An opinion from a call that did not end well. */
static aud_status take_stop(aud_vm *vm, aud_opinion *opinion, aud_error *err)
{
    switch (vm->stop) {
    case AUD_STOP_UNKNOWN:
        opinion->verdict = AUD_V_UNDECIDED;
        opinion->unknown_fact = vm->unknown;
        opinion->message = keep_message(vm);
        break;
    case AUD_STOP_NOT_EFFECTIVE:
        opinion->verdict = AUD_V_NOT_EFFECTIVE;
        opinion->message = keep_message(vm);
        break;
    case AUD_STOP_SYSTEM:
        return aud_vm_fail(vm, err);
    case AUD_STOP_MISUSE:
        broke(opinion, keep_message(vm), vm->line);
        break;
    case AUD_STOP_NONE:
    case AUD_STOP_ERROR:
    case AUD_STOP_REFUSED:
    case AUD_STOP_STEPS:
    case AUD_STOP_MEMORY:
        broke(opinion, keep_message(vm), vm->line);
        opinion->misused = false;
        break;
    }
    return AUD_OK;
}

/* Line at which the function at `slot` begins. */
static uint32_t line_of(lua_State *thread, int slot)
{
    lua_Debug at;

    lua_pushvalue(thread, slot);
    return lua_getinfo(thread, ">S", &at) != 0 && at.linedefined > 0 ? (uint32_t)at.linedefined : 0;
}

/* Calls the function at `slot` of the policy's thread with subject and parameters. */
static aud_stop call(aud_judge *judge, lua_State *thread, int slot, aud_kind kind)
{
    lua_pushvalue(thread, slot);
    (void)lua_rawgeti(thread, LUA_REGISTRYINDEX, judge->references[kind]);
    lua_pushvalue(thread, AUD_SLOT_PARAMS);
    return aud_lua_call(&judge->vm, thread, 2, 1);
}

/* What the host itself asks, for explain. */
static aud_status trace(const aud_judge *judge, const aud_step *step, aud_error *err)
{
    return judge->trace == NULL ? AUD_OK : aud_trace_add(judge->trace, step, err);
}

static aud_status trace_clock(const aud_judge *judge, const char *name, int64_t instant,
                              int64_t from, int64_t until, aud_error *err)
{
    bool after = instant >= from, before = instant < until;

    if (from == INT64_MIN && until == INT64_MAX) {
        return AUD_OK;
    }
    return trace(judge,
                 &(aud_step){.kind = AUD_STEP_CLOCK,
                             .name = aud_str_of(name),
                             .instant = instant,
                             .from = from,
                             .until = until,
                             .answer = after && before,
                             .flips_at = instant != judge->vm.at ? INT64_MAX
                                         : !after                ? from
                                         : before                ? until
                                                                 : INT64_MAX},
                 err);
}

/* In force, by the judged instant. */
static bool is_in_force(aud_vm *vm, const aud_policy *policy)
{
    if (policy->in_force_from == INT64_MIN && policy->in_force_until == INT64_MAX) {
        return true;
    }
    vm->deps |= AUD_DEP_TIME;
    if (vm->at < policy->in_force_from) {
        vm->flips_at = policy->in_force_from;
        return false;
    }
    if (vm->at < policy->in_force_until) {
        vm->flips_at = policy->in_force_until; /* INT64_MAX if it has no end */
        return true;
    }
    return false;
}

/* Issued while it counted; an unknown date of issue is undecided. */
static aud_status check_issuance(aud_judge *judge, const aud_policy *policy, aud_kind kind,
                                 aud_object facts, bool *done, aud_opinion *opinion, aud_error *err)
{
    aud_vm *vm = &judge->vm;
    int64_t issued = vm->at;

    if (policy->issued_from == INT64_MIN && policy->issued_until == INT64_MAX) {
        return AUD_OK;
    }
    if (kind == AUD_KIND_REQUEST) {
        int64_t next = issued < policy->issued_from ? policy->issued_from : policy->issued_until;

        vm->deps |= AUD_DEP_TIME;
        if (next > issued && next < vm->flips_at) {
            vm->flips_at = next;
        }
    } else {
        unsigned field = aud_field_find(facts.type, AUD_LIT("not_before"));
        aud_value value = facts.get(facts.self, field, &vm->scratch);

        vm->deps |= facts.type->fields[field].dep;
        if (judge->trace != NULL) {
            AUD_TRY(aud_trace_fact(judge->trace, AUD_LIT("not_before"), &value, 0, err));
        }
        if (value.presence != AUD_PRESENT || value.type != AUD_T_TIME) {
            opinion->verdict = AUD_V_UNDECIDED;
            opinion->unknown_fact = AUD_LIT("not_before");
            opinion->message = AUD_LIT("The fact 'not_before' is unknown: no source tells it");
            *done = true;
            return AUD_OK;
        }
        issued = value.as.number;
    }
    AUD_TRY(trace_clock(judge, kind == AUD_KIND_REQUEST ? "judged instant" : "issuance", issued,
                        policy->issued_from, policy->issued_until, err));
    if (issued < policy->issued_from || issued >= policy->issued_until) {
        opinion->verdict = AUD_V_NOT_EFFECTIVE;
        *done = true;
    }
    return AUD_OK;
}

static aud_status ask_applies(aud_judge *judge, lua_State *thread, aud_kind kind, bool *done,
                              aud_opinion *opinion, aud_error *err)
{
    if (call(judge, thread, AUD_SLOT_APPLIES, kind) != AUD_STOP_NONE) {
        *done = true;
        return take_stop(&judge->vm, opinion, err);
    }
    if (lua_type(thread, -1) != LUA_TBOOLEAN) {
        *done = true;
        broke(opinion, AUD_LIT("'applies' must return true or false"),
              line_of(thread, AUD_SLOT_APPLIES));
    } else if (lua_toboolean(thread, -1) == 0) {
        *done = true;
        opinion->verdict = AUD_V_NOT_APPLICABLE;
    }
    if (opinion->broke) {
        return AUD_OK;
    }
    return trace(judge,
                 &(aud_step){.kind = AUD_STEP_APPLIES, .presence = AUD_PRESENT, .answer = !*done},
                 err);
}

static aud_status ask_check(aud_judge *judge, lua_State *thread, aud_kind kind,
                            aud_opinion *opinion, aud_error *err)
{
    const aud_verdict_value *value;

    if (call(judge, thread, AUD_SLOT_CHECK, kind) != AUD_STOP_NONE) {
        return take_stop(&judge->vm, opinion, err);
    }
    value = aud_verdict_get(thread, -1);
    if (value == NULL) {
        broke(opinion,
              AUD_LIT("'check' must return pass(), fail { ... }, undecided(...) or "
                      "not_applicable()"),
              line_of(thread, AUD_SLOT_CHECK));
        return AUD_OK;
    }
    opinion->verdict = value->verdict;
    opinion->severity = value->has_severity ? value->severity : opinion->severity;
    opinion->message = value->message;
    opinion->items = value->items;
    opinion->num_items = value->num_items;
    return AUD_OK;
}

static aud_status ask(aud_judge *judge, size_t number, aud_kind kind, aud_object facts,
                      aud_opinion *opinion, aud_error *err)
{
    const aud_policy *policy = &judge->set->policies[number];
    lua_State *thread = judge->policies[number].thread;
    bool done = false;

    AUD_TRY(trace_clock(judge, "judged instant", judge->vm.at, policy->in_force_from,
                        policy->in_force_until, err));
    if (!is_in_force(&judge->vm, policy)) {
        opinion->verdict = AUD_V_NOT_EFFECTIVE;
        return AUD_OK;
    }
    if (policy->has_applies) {
        AUD_TRY(ask_applies(judge, thread, kind, &done, opinion, err));
    } else {
        AUD_TRY(trace(judge, &(aud_step){.kind = AUD_STEP_APPLIES, .presence = AUD_ABSENT}, err));
    }
    if (!done) {
        AUD_TRY(check_issuance(judge, policy, kind, facts, &done, opinion, err));
    }
    return done ? AUD_OK : ask_check(judge, thread, kind, opinion, err);
}

/* What the checks left behind is undone; a policy that counts on it is told so. */
static void forget(aud_judge *judge, const ready_policy *ready, aud_opinion *opinion)
{
    const char *name = aud_frozen_restore(ready->thread, ready->locals, ready->num_locals);

    if (name != NULL && !opinion->broke) {
        (void)snprintf(judge->vm.message, sizeof judge->vm.message,
                       "'%s' remembers from subject to subject: what is made outside of a "
                       "function cannot be changed by it",
                       name);
        broke(opinion, keep_message(&judge->vm), line_of(ready->thread, AUD_SLOT_CHECK));
    }
}

static aud_status judge_once(aud_judge *judge, size_t number, aud_kind kind, aud_object facts,
                             aud_opinion *opinion, unsigned *refusals, aud_error *err)
{
    const ready_policy *ready = &judge->policies[number];
    aud_vm *vm = &judge->vm;
    aud_status st;
    int top = lua_gettop(ready->thread);

    *opinion = (aud_opinion){.policy = number,
                             .verdict = AUD_V_UNDECIDED,
                             .severity = judge->set->infos[number].severity};
    vm->deps = 0;
    vm->flips_at = INT64_MAX;
    vm->unknown = (aud_str){NULL, 0};
    vm->serial = vm->serial == UINT32_MAX ? 1 : vm->serial + 1;
    vm->verdict_bytes = 0;
    vm->policy = &judge->set->policies[number];
    vm->lines = vm->policy->lines;
    vm->subject_type = facts.type;
    vm->refusals = 0;
    if (judge->trace != NULL) { /* what an earlier evaluation read is read again */
        AUD_TRY(aud_trace_reset(judge->trace, err));
        aud_facts_set_subject(judge->subjects[kind], facts);
    }
    vm->judging = true;
    st = ask(judge, number, kind, facts, opinion, err);
    vm->judging = false;
    *refusals = vm->refusals;
    opinion->deps = vm->deps;
    opinion->flips_at = vm->flips_at;
    opinion->trace = judge->trace;
    lua_settop(ready->thread, top);
    if (ready->num_locals > 0) {
        forget(judge, ready, opinion);
    }
    return st;
}

aud_status aud_judge_subject(aud_judge *judge, aud_kind kind, aud_object facts,
                             aud_opinion_sink sink, void *ctx, aud_error *err)
{
    if (facts.type != aud_kind_type(kind) || facts.get == NULL) {
        return aud_fail(err, AUD_E_USAGE, "the facts are not those of a %s", aud_kind_name(kind));
    }
    aud_arena_reset(&judge->vm.scratch);
    aud_facts_set_subject(judge->subjects[kind], facts);
    for (size_t i = 0; i < judge->set->num; i++) {
        const aud_policy_info *info = &judge->set->infos[i];
        aud_opinion opinion;
        unsigned refusals = 0;

        if (!info->configured || (info->kinds & 1u << kind) == 0) {
            continue;
        }
        AUD_TRY(judge_once(judge, i, kind, facts, &opinion, &refusals, err));
        if (refusals > 0) {
            /* how much garbage lay about decided: once more from a clean heap, for all alike */
            (void)lua_gc(judge->vm.L, LUA_GCCOLLECT);
            AUD_TRY(judge_once(judge, i, kind, facts, &opinion, &refusals, err));
        }
        AUD_TRY(sink(ctx, &opinion, err));
    }
    return AUD_OK;
}
