/* engine/policy/vm.h - a Lua state that cannot run away: memory, steps, and one way to call it.
 *
 * A Lua error jumps over AUD_CLEANUP: a C function that Lua calls holds no handle while it can
 * raise. Whatever must not be swallowed by a policy's pcall is a stop: it is kept here until the
 * call into Lua has ended, and pcall raises it again.
 */
#ifndef AUD_POLICY_VM_H
#define AUD_POLICY_VM_H

#include "engine/policy/policy.h"

#include <lauxlib.h>
#include <lua.h>

enum {
    AUD_VM_MAX_BYTES = 32 << 20,  /* of a state, above what loading left in it */
    AUD_VM_MAX_BLOCK = 1 << 20,   /* of one table or stack */
    AUD_VM_MAX_STRING = 16 << 10, /* comparing and joining strings is one instruction */
    AUD_VM_MAX_STEPS = 1000000,   /* of one check; instructions and the work of C functions */
    AUD_VM_MAX_VALUES = 250,      /* that one C function returns */
    AUD_VM_HANDLER = 1,           /* index of the message handler in every Lua thread */
};

typedef enum aud_stop {
    AUD_STOP_NONE,
    AUD_STOP_ERROR,         /* an error that nobody caught; not sticky */
    AUD_STOP_MISUSE,        /* a misspelt fact, a wrong argument: a policy error */
    AUD_STOP_REFUSED,       /* asked for a part of Lua that the sandbox leaves out */
    AUD_STOP_STEPS,         /* ran out of steps */
    AUD_STOP_MEMORY,        /* ran out of memory */
    AUD_STOP_UNKNOWN,       /* read an unknown fact; `unknown` names it */
    AUD_STOP_NOT_EFFECTIVE, /* the rows of in_force begin later */
    AUD_STOP_SYSTEM,        /* not the policy's doing; `status` says what */
} aud_stop;

struct aud_declaration; /* engine/policy/declare.h */
struct aud_policy;      /* engine/policy/set.h */

typedef struct aud_vm {
    lua_State *L;
    size_t used, max_bytes;
    int64_t steps;
    unsigned refusals;   /* allocations over the limit; the caller resets it */
    bool system_refused; /* the newest failed allocation was the system's */
    aud_stop stop;
    uint32_t line, blame; /* `blame`, if set, is the line of the next stop */
    aud_status status;
    aud_str unknown;
    char message[512];
    aud_buf text; /* what a library function is putting together */

    struct aud_declaration *declaration; /* what policy() fills; NULL in a judge */

    bool judging; /* inside applies or check */
    int64_t at, flips_at;
    unsigned deps;
    uint32_t serial; /* of this check; tells verdicts of an earlier one */
    size_t verdict_bytes;
    aud_arena scratch; /* facts and verdicts of the subject */
    const aud_policy_host *host;
    const struct aud_policy *policy;
    const aud_object_type *subject_type;
    aud_policy_lines *lines;      /* of the policy that runs; NULL: nobody counts */
    aud_trace *trace;             /* NULL: nobody asks */
    struct aud_policy_pack *pack; /* that is being read; NULL: it was before */
    bool in_pack;                 /* pack.lua runs, not yet the policy */
    bool names_env;               /* a text that runs names _ENV: functions might change it */
} aud_vm;

/* What the two texts of a policy are called inside of Lua. */
#define AUD_CHUNK_POLICY "=policy"
#define AUD_CHUNK_PACK "=pack.lua"

AUD_NODISCARD aud_status aud_vm_init(aud_vm *vm, aud_error *err);
void aud_vm_clear(aud_vm *vm);

static inline aud_vm *aud_vm_of(lua_State *L)
{
    return *(aud_vm **)lua_getextraspace(L);
}

/*
 * The one way into Lua: calls what lies below `num_args` arguments on `L` with fresh steps. The
 * results are on the stack only if it gives AUD_STOP_NONE; else `vm` holds the stop, its message
 * and line.
 */
AUD_NODISCARD aud_stop aud_lua_call(aud_vm *vm, lua_State *L, int num_args, int num_results);
/* Pushes what belongs at AUD_VM_HANDLER of a new Lua thread. */
void aud_vm_push_handler(lua_State *L);
/* The stop as a status; AUD_E_NOMEM and the like for AUD_STOP_SYSTEM, else AUD_E_POLICY. */
aud_status aud_vm_fail(const aud_vm *vm, aud_error *err);

/* For C functions that Lua calls. */

/* Ends the call; pcall does not hold it. */
_Noreturn void aud_lua_stop(lua_State *L, aud_stop stop, const char *format, ...) AUD_PRINTF(3, 4);
_Noreturn void aud_lua_stop_status(lua_State *L, aud_status status);
/* Line of the innermost Lua function of the policy itself; of pack.lua where no other runs. */
uint32_t aud_lua_line(lua_State *L);
void aud_lua_charge(lua_State *L, size_t steps);
/* Adds a step, with the line that asks; a system stop when memory runs out. */
void aud_lua_trace(lua_State *L, aud_step step);
/* The text under way: begin, put, then push as a Lua string. */
void aud_lua_text_begin(lua_State *L);
void aud_lua_text_put(lua_State *L, aud_str bytes);
void aud_lua_text_push(lua_State *L);
/* Borrowed from the value; of a string only, nothing is converted. */
aud_str aud_lua_str(lua_State *L, int index);
/* A string argument, or a misuse that names `what`. */
aud_str aud_lua_check_str(lua_State *L, int index, const char *what);
lua_Integer aud_lua_check_int(lua_State *L, int index, const char *what);
/* Copies into `arena`; a system stop when memory runs out. */
aud_str aud_lua_dup(lua_State *L, aud_arena *arena, aud_str s);
/* "; did you mean 'x'" or nothing, in a buffer of `out_size`. */
enum { AUD_HINT_MAX = 128 };
const char *aud_hint(aud_str name, const char *const *names, size_t num_names,
                     char out[AUD_HINT_MAX]);

#endif
