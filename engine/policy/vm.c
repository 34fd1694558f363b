/* engine/policy/vm.c - the limits of a Lua state and the one call into it. */
#include "engine/policy/vm.h"

#include "engine/base/text.h"

#include <stdarg.h>

enum {
    HOOK_EVERY = 256,       /* instructions */
    LONG_STRING = 512,      /* bytes from which making a string counts */
    STRING_STEP = 64,       /* bytes a step */
    REFUSAL_STEPS = 100000, /* a refused allocation makes Lua collect the whole heap */
    MAX_STACK_LEVELS = 32,
    TEXT_MAX = AUD_VM_MAX_STRING,
};

/* Chunks are named "policy", so positions in messages read "policy:LINE: ". */
#define POSITION "policy:"

static void *refuse(aud_vm *vm)
{
    vm->refusals++;
    vm->steps += REFUSAL_STEPS;
    vm->system_refused = false;
    return NULL;
}

static void *allocate(void *ud, void *ptr, size_t old_size, size_t new_size)
{
    aud_vm *vm = ud;
    size_t had = ptr == NULL ? 0 : old_size;
    void *block;

    if (new_size == 0) {
        aud_free(ptr);
        vm->used -= had;
        return NULL;
    }
    /* `old_size` of a new block is the type of object it is for */
    if (ptr == NULL && old_size == LUA_TSTRING && new_size >= LONG_STRING) {
        vm->steps += (int64_t)(new_size / STRING_STEP);
        if (new_size > AUD_VM_MAX_STRING + 64) {
            return refuse(vm);
        }
    }
    if (new_size > had && (new_size > AUD_VM_MAX_BLOCK || vm->used - had > vm->max_bytes ||
                           new_size > vm->max_bytes - (vm->used - had))) {
        return refuse(vm);
    }
    block = aud_realloc(ptr, new_size);
    if (block == NULL) {
        vm->system_refused = true;
        return new_size <= had ? ptr : NULL; /* Lua counts on shrinking */
    }
    vm->used = vm->used - had + new_size;
    return block;
}

uint32_t aud_lua_line(lua_State *L)
{
    lua_Debug at;

    uint32_t line = 0;

    for (int level = 0; level < MAX_STACK_LEVELS && lua_getstack(L, level, &at) == 1; level++) {
        if (lua_getinfo(L, "Sl", &at) == 0 || at.currentline <= 0) {
            continue;
        }
        if (strcmp(at.source, AUD_CHUNK_POLICY) == 0) {
            return (uint32_t)at.currentline;
        }
        line = line == 0 ? (uint32_t)at.currentline : line;
    }
    return line;
}

/* "pack.lua:12: " where a function of the pack made a mistake; else nothing. */
static const char *pack_place(lua_State *L, aud_stop stop, char *out, size_t size)
{
    lua_Debug at;

    out[0] = '\0';
    if (stop == AUD_STOP_UNKNOWN || stop == AUD_STOP_NOT_EFFECTIVE) {
        return out;
    }
    for (int level = 0; level < MAX_STACK_LEVELS && lua_getstack(L, level, &at) == 1; level++) {
        if (lua_getinfo(L, "Sl", &at) != 0 && at.currentline > 0) {
            if (strcmp(at.source, AUD_CHUNK_PACK) == 0) {
                (void)snprintf(out, size, "%s:%d: ", AUD_CHUNK_PACK + 1, at.currentline);
            }
            break;
        }
    }
    return out;
}

void aud_lua_stop(lua_State *L, aud_stop stop, const char *format, ...)
{
    aud_vm *vm = aud_vm_of(L);

    if (vm->stop == AUD_STOP_NONE) {
        va_list args;
        char place[64];
        size_t len;

        vm->stop = stop;
        vm->line = vm->blame != 0 ? vm->blame : aud_lua_line(L);
        len = (size_t)snprintf(vm->message, sizeof vm->message, "%s",
                               pack_place(L, stop, place, sizeof place));
        va_start(args, format);
        (void)vsnprintf(vm->message + len, sizeof vm->message - len, format, args);
        va_end(args);
    }
    lua_pushlightuserdata(L, vm); /* allocates nothing */
    lua_error(L);
    abort(); /* lua_error does not return; its declaration does not say so */
}

void aud_lua_stop_status(lua_State *L, aud_status status)
{
    aud_vm *vm = aud_vm_of(L);

    vm->status = status;
    aud_lua_stop(L, AUD_STOP_SYSTEM, "%s", aud_status_name(status));
}

static void check_steps(lua_State *L, const aud_vm *vm)
{
    if (vm->steps > AUD_VM_MAX_STEPS) {
        aud_lua_stop(L, AUD_STOP_STEPS, "ran out of steps; a check has %d", AUD_VM_MAX_STEPS);
    }
}

void aud_lua_charge(lua_State *L, size_t steps)
{
    aud_vm *vm = aud_vm_of(L);

    vm->steps += steps > AUD_VM_MAX_STEPS ? AUD_VM_MAX_STEPS + 1 : (int64_t)steps;
    check_steps(L, vm);
}

/* Lines of the text itself run by being loaded: only those of its functions tell something. */
static void note_line_run(lua_State *L, const aud_vm *vm, lua_Debug *at)
{
    if (vm->lines != NULL && lua_getinfo(L, "S", at) != 0 && at->what[0] == 'L' &&
        strcmp(at->source, AUD_CHUNK_POLICY) == 0 && at->currentline > 0 &&
        (uint32_t)at->currentline <= vm->lines->num) {
        vm->lines->states[at->currentline - 1] |= AUD_LINE_RAN;
    }
}

static void count_instructions(lua_State *L, lua_Debug *at)
{
    aud_vm *vm = aud_vm_of(L);

    if (at->event == LUA_HOOKLINE) {
        note_line_run(L, vm, at);
        return;
    }
    vm->steps += HOOK_EVERY;
    check_steps(L, vm);
}

/* Runs where the error is raised, before the stack unwinds: the line is still to be seen. */
static int note_line(lua_State *L)
{
    aud_vm *vm = aud_vm_of(L);

    if (vm->stop == AUD_STOP_NONE) {
        vm->line = aud_lua_line(L);
    }
    return 1;
}

void aud_vm_push_handler(lua_State *L)
{
    lua_pushcfunction(L, note_line);
}

/* Takes "policy:12: " off; the line counts if none was seen, as in a syntax error. */
static aud_str take_position(aud_str text, uint32_t *line)
{
    const aud_str mark = AUD_LIT(POSITION);
    aud_str rest = text, digits;
    uint64_t number;

    if (!aud_str_starts(text, mark)) {
        return text;
    }
    rest = aud_str_sub(text, mark.len, text.len);
    if (!aud_str_split(&rest, ':', &digits) || !aud_parse_u64(digits, &number) ||
        number > UINT32_MAX || rest.len == 0 || rest.ptr[0] != ' ') {
        return text;
    }
    *line = *line == 0 ? (uint32_t)number : *line;
    return aud_str_sub(rest, 1, rest.len);
}

static void keep_message(aud_vm *vm, lua_State *L)
{
    if (lua_type(L, -1) == LUA_TSTRING) {
        aud_str text = take_position(aud_lua_str(L, -1), &vm->line);
        (void)snprintf(vm->message, sizeof vm->message, "%.*s", AUD_ARG(text));
    } else {
        (void)snprintf(vm->message, sizeof vm->message, "raised a %s", luaL_typename(L, -1));
    }
}

aud_stop aud_lua_call(aud_vm *vm, lua_State *L, int num_args, int num_results)
{
    int status;

    vm->steps = 0;
    vm->stop = AUD_STOP_NONE;
    vm->line = vm->blame = 0;
    vm->in_pack = false;
    vm->status = AUD_OK;
    lua_sethook(L, count_instructions,
                vm->lines == NULL ? LUA_MASKCOUNT : LUA_MASKCOUNT | LUA_MASKLINE, HOOK_EVERY);
    status = lua_pcall(L, num_args, num_results, AUD_VM_HANDLER);
    if (vm->stop != AUD_STOP_NONE) {
        lua_pop(L, status == LUA_OK ? 0 : 1);
        return vm->stop;
    }
    if (status == LUA_OK) {
        return AUD_STOP_NONE;
    }
    if (status == LUA_ERRMEM && vm->system_refused) {
        vm->stop = AUD_STOP_SYSTEM;
        vm->status = AUD_E_NOMEM;
    } else if (status == LUA_ERRMEM) {
        vm->stop = AUD_STOP_MEMORY;
        (void)snprintf(vm->message, sizeof vm->message, "ran out of memory");
    } else {
        vm->stop = AUD_STOP_ERROR;
        keep_message(vm, L);
    }
    lua_pop(L, 1);
    return vm->stop;
}

aud_status aud_vm_fail(const aud_vm *vm, aud_error *err)
{
    aud_status st;

    if (vm->stop == AUD_STOP_SYSTEM) {
        return aud_fail(err, vm->status,
                        vm->status == AUD_E_NOMEM ? "out of memory" : "a policy's question failed");
    }
    st = aud_fail(err, AUD_E_POLICY, "%s", vm->message);
    if (err != NULL) {
        err->line = vm->line;
    }
    return st;
}

aud_status aud_vm_init(aud_vm *vm, aud_error *err)
{
    memset(vm, 0, sizeof *vm);
    vm->max_bytes = AUD_VM_MAX_BYTES;
    aud_buf_init(&vm->text, TEXT_MAX);
    aud_arena_init(&vm->scratch, AUD_ARENA_NO_MAX);
    vm->L = lua_newstate(allocate, vm);
    if (vm->L == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *(aud_vm **)lua_getextraspace(vm->L) = vm; /* its threads get a copy */
    aud_vm_push_handler(vm->L);
    return AUD_OK;
}

void aud_vm_clear(aud_vm *vm)
{
    if (vm->L != NULL) {
        lua_close(vm->L);
        vm->L = NULL;
    }
    aud_buf_clear(&vm->text);
    aud_arena_clear(&vm->scratch);
}

void aud_lua_text_begin(lua_State *L)
{
    aud_vm_of(L)->text.len = 0;
}

void aud_lua_text_put(lua_State *L, aud_str bytes)
{
    aud_vm *vm = aud_vm_of(L);
    aud_status st;

    aud_lua_charge(L, 1 + bytes.len / STRING_STEP);
    st = aud_buf_add(&vm->text, bytes, NULL);
    if (st == AUD_E_NOMEM) {
        aud_lua_stop_status(L, st);
    }
    if (st != AUD_OK) {
        aud_lua_stop(L, AUD_STOP_MEMORY, "a string longer than %d bytes", AUD_VM_MAX_STRING);
    }
}

void aud_lua_text_push(lua_State *L)
{
    aud_str text = aud_buf_str(&aud_vm_of(L)->text);

    lua_pushlstring(L, text.ptr == NULL ? "" : text.ptr, text.len);
}

aud_str aud_lua_str(lua_State *L, int index)
{
    aud_str s = {NULL, 0};

    if (lua_type(L, index) == LUA_TSTRING) {
        s.ptr = lua_tolstring(L, index, &s.len);
    }
    return s;
}

aud_str aud_lua_check_str(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "%s must be a string, not a %s", what,
                     luaL_typename(L, index));
    }
    return aud_lua_str(L, index);
}

lua_Integer aud_lua_check_int(lua_State *L, int index, const char *what)
{
    int whole = 0;
    lua_Integer number = 0;

    if (lua_type(L, index) == LUA_TNUMBER) {
        number = lua_tointegerx(L, index, &whole);
    }
    if (!whole) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "%s must be an integer, not a %s", what,
                     luaL_typename(L, index));
    }
    return number;
}

aud_str aud_lua_dup(lua_State *L, aud_arena *arena, aud_str s)
{
    aud_str copy;
    aud_status st = aud_arena_dup(arena, s, &copy, NULL);

    if (st != AUD_OK) {
        aud_lua_stop_status(L, st);
    }
    return copy;
}

void aud_lua_trace(lua_State *L, aud_step step)
{
    step.line = aud_lua_line(L);
    if (aud_trace_add(aud_vm_of(L)->trace, &step, NULL) != AUD_OK) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
}

const char *aud_hint(aud_str name, const char *const *names, size_t num_names,
                     char out[AUD_HINT_MAX])
{
    const char *near = aud_nearest(name, names, num_names);

    out[0] = '\0';
    if (near != NULL) {
        (void)snprintf(out, AUD_HINT_MAX, "; did you mean '%s'?", near);
    }
    return out;
}
