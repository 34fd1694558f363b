/* engine/policy/packs.c - the declaration of a pack, read as strictly as that of a policy. */
#include "engine/policy/packs.h"

#include "engine/base/text.h"
#include "engine/policy/declare.h"
#include "engine/policy/library.h"

#include <stdlib.h>

enum { MAX_CONTROLS = 256, MAX_CLAUSE = 64 };

typedef struct reading {
    lua_State *L;
    aud_policy_pack *into;
} reading;

static _Noreturn void blame(const reading *r, const char *key, const char *what)
{
    aud_vm_of(r->L)->blame = aud_source_line_of(r->into->text, aud_str_of(key));
    aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s' %s", key, what);
}

/* The text at `key` of the table on the top of the stack; empty if it is not there. */
static aud_str text_at(const reading *r, const char *key)
{
    aud_str text = {NULL, 0};

    lua_pushstring(r->L, key);
    if (lua_rawget(r->L, -2) != LUA_TNIL) {
        text = aud_str_trim(aud_lua_str(r->L, -1));
        if (text.len == 0 || !aud_utf8_valid(text)) {
            blame(r, key, "must be a string that is not empty");
        }
        text = aud_lua_dup(r->L, r->into->arena, text);
    }
    lua_pop(r->L, 1);
    return text;
}

/* Of several unknown keys the first in order is named. */
static void only_keys(const reading *r, const char *const *keys, const char *of)
{
    aud_str worst = {NULL, 0};
    char hint[AUD_HINT_MAX];
    size_t num = 0;

    while (keys[num] != NULL) {
        num++;
    }
    for (lua_pushnil(r->L); lua_next(r->L, -2) != 0; lua_pop(r->L, 1)) {
        aud_str key = aud_lua_str(r->L, -2);
        size_t i = 0;

        while (i < num && !aud_str_eq(key, aud_str_of(keys[i]))) {
            i++;
        }
        if (i == num && (worst.ptr == NULL || aud_str_cmp(key, worst) < 0)) {
            worst = key.ptr == NULL ? AUD_LIT("") : key;
        }
    }
    if (worst.ptr != NULL) {
        aud_vm_of(r->L)->blame = aud_source_line_of(r->into->text, worst);
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "%s has no '%.*s'%s", of,
                     AUD_ARG(aud_str_sub(worst, 0, 64)), aud_hint(worst, keys, num, hint));
    }
}

static void read_cite(const reading *r)
{
    static const char *const keys[] = {"doc", "version", "at", "url", NULL};

    lua_pushliteral(r->L, "cite");
    if (lua_rawget(r->L, -2) != LUA_TNIL) {
        if (lua_type(r->L, -1) != LUA_TTABLE) {
            blame(r, "cite", "must be a table");
        }
        only_keys(r, keys, "'cite'");
        r->into->cite_doc = text_at(r, "doc");
        r->into->cite_version = text_at(r, "version");
        r->into->cite_at = text_at(r, "at");
        r->into->cite_url = text_at(r, "url");
        if (r->into->cite_doc.len == 0) {
            blame(r, "cite", "needs 'doc'");
        }
    }
    lua_pop(r->L, 1);
}

/* "acme:3.2": a framework that the catalogue has not, and a clause that globs can name. */
static void check_control_id(const reading *r, aud_str id)
{
    aud_str framework, clause;
    bool odd = id.len > (size_t)2 * MAX_CLAUSE || !aud_utf8_valid(id);

    aud_control_cut(id, &framework, &clause);
    for (size_t i = 0; i < id.len; i++) {
        odd = odd || id.ptr[i] <= ' ' || strchr("/*?[]\\\"'", id.ptr[i]) != NULL;
    }
    if (odd || framework.len == 0 || clause.len == 0) {
        blame(r, "controls", "needs keys such as 'framework:clause', without blanks and slashes");
    }
    if (aud_framework_find(framework) != NULL) {
        aud_vm_of(r->L)->blame = aud_source_line_of(r->into->text, AUD_LIT("controls"));
        aud_lua_stop(r->L, AUD_STOP_MISUSE,
                     "'controls' cannot add '%.*s': '%.*s' is the catalogue's own framework",
                     AUD_ARG(id), AUD_ARG(framework));
    }
}

/* The entry on the top of the stack. */
static void read_control(const reading *r, aud_str id, aud_control *out)
{
    static const char *const keys[] = {"title", "requirement", "does_not_prove", NULL};

    check_control_id(r, id);
    if (lua_type(r->L, -1) != LUA_TTABLE) {
        blame(r, "controls", "must hold tables with 'title'");
    }
    only_keys(r, keys, "a control");
    out->id = aud_lua_dup(r->L, r->into->arena, id);
    aud_control_cut(out->id, &out->framework, &out->clause);
    out->title = text_at(r, "title");
    out->requirement = text_at(r, "requirement");
    out->does_not_prove = text_at(r, "does_not_prove");
    if (out->title.len == 0) {
        blame(r, "controls", "must hold tables with 'title'");
    }
}

static int order_controls(const void *left, const void *right)
{
    return aud_str_cmp(((const aud_control *)left)->id, ((const aud_control *)right)->id);
}

static void read_controls(const reading *r)
{
    aud_control *controls;
    size_t num = 0;

    lua_pushliteral(r->L, "controls");
    if (lua_rawget(r->L, -2) == LUA_TNIL) {
        lua_pop(r->L, 1);
        return;
    }
    if (lua_type(r->L, -1) != LUA_TTABLE) {
        blame(r, "controls", "must be a table by 'framework:clause'");
    }
    controls = aud_arena_array(r->into->arena, MAX_CONTROLS, sizeof *controls);
    if (controls == NULL) {
        aud_lua_stop_status(r->L, AUD_E_NOMEM);
    }
    for (lua_pushnil(r->L); lua_next(r->L, -2) != 0; lua_pop(r->L, 1)) {
        if (num == MAX_CONTROLS) {
            blame(r, "controls", "has more than 256 members");
        }
        read_control(r, aud_lua_str(r->L, -2), &controls[num++]);
    }
    qsort(controls, num, sizeof *controls, order_controls);
    r->into->controls = controls;
    r->into->num_controls = num;
    lua_pop(r->L, 1);
}

static void read_pack(const reading *r)
{
    static const char *const keys[] = {
#define AUD_KEY(name, type, needed, doc) #name,
#include "engine/policy/packs.def"
#undef AUD_KEY
        NULL};

    only_keys(r, keys, "a pack");
    r->into->title = text_at(r, "title");
    if (r->into->title.len == 0) {
        blame(r, "title", "is missing");
    }
    read_cite(r);
    read_controls(r);
    lua_pushliteral(r->L, "shared");
    if (lua_rawget(r->L, -2) != LUA_TNIL && lua_type(r->L, -1) != LUA_TTABLE) {
        blame(r, "shared", "must be a table");
    }
    lua_pop(r->L, 1);
}

int aud_policy_pack_declare(lua_State *L)
{
    aud_vm *vm = aud_vm_of(L);

    if (!vm->in_pack) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'pack' is for the end of pack.lua");
    }
    if (lua_type(L, 1) != LUA_TTABLE || lua_gettop(L) != 1) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'pack' needs one table");
    }
    if (vm->pack != NULL) {
        const reading r = {.L = L, .into = vm->pack};

        if (vm->pack->done) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "pack.lua declares one pack");
        }
        read_pack(&r);
        vm->blame = 0;
        vm->pack->done = true;
    }
    lua_pushvalue(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "aud_declared");
    return 1;
}

const aud_control *aud_policy_pack_control(const aud_policy_pack *pack, aud_str id)
{
    for (size_t i = 0; pack != NULL && i < pack->num_controls; i++) {
        if (aud_str_eq(pack->controls[i].id, id)) {
            return &pack->controls[i];
        }
    }
    return NULL;
}
