/* engine/policy/misspelt.c - names that are wrong whatever the subject is, found while loading. */
#include "engine/policy/declare.h"

enum { MAX_NAMES = 512 };

typedef struct names {
    const char *items[MAX_NAMES];
    size_t len;
} names;

static void add_fields(names *list, const aud_object_type *type)
{
    for (unsigned i = 0; i < type->num_fields && list->len < MAX_NAMES; i++) {
        list->items[list->len++] = type->fields[i].name;
    }
}

/* The object that `fact` is in every kind that has it; NULL if they differ or it is none. */
static const aud_object_type *part_of(unsigned kinds, aud_str fact)
{
    const aud_object_type *part = NULL;

    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        const aud_object_type *type = aud_kind_type((aud_kind)kind);
        unsigned number = (kinds >> kind & 1u) != 0 ? aud_field_find(type, fact) : UINT32_MAX;
        const aud_field *field;

        if (number == UINT32_MAX) {
            continue;
        }
        field = &type->fields[number];
        if (field->type != AUD_T_OBJECT || (part != NULL && part != *field->object)) {
            return NULL;
        }
        part = *field->object;
    }
    return part;
}

static _Noreturn void stop(lua_State *L, const aud_access *at, aud_str name, const char *what,
                           const names *known)
{
    char hint[AUD_HINT_MAX];

    aud_vm_of(L)->blame = at->line;
    aud_lua_stop(L, AUD_STOP_MISUSE, "%s '%.*s'%s", what, AUD_ARG(aud_str_sub(name, 0, 64)),
                 aud_hint(name, known->items, known->len, hint));
}

static void check_fact(lua_State *L, const aud_access *at, unsigned kinds)
{
    names known = {.len = 0};
    const aud_object_type *only = NULL, *part;
    char what[96];
    bool found = false;

    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        if ((kinds >> kind & 1u) != 0) {
            const aud_object_type *type = aud_kind_type((aud_kind)kind);

            only = known.len == 0 ? type : NULL;
            add_fields(&known, type);
            found = found || aud_field_find(type, at->fact) != UINT32_MAX;
        }
    }
    if (!found) {
        if (only == NULL) {
            stop(L, at, at->fact, "none of the kinds in 'applies_to' has a fact", &known);
        }
        (void)snprintf(what, sizeof what, "a %s has no fact", only->name);
        stop(L, at, at->fact, what, &known);
    }
    part = at->part.len > 0 ? part_of(kinds, at->fact) : NULL;
    if (part != NULL && aud_field_find(part, at->part) == UINT32_MAX) {
        known.len = 0;
        add_fields(&known, part);
        (void)snprintf(what, sizeof what, "a %s has no fact", part->name);
        stop(L, at, at->part, what, &known);
    }
}

static void check_param(lua_State *L, const aud_access *at, const aud_policy *policy)
{
    names known = {.len = 0};

    for (size_t i = 0; i < policy->num_params && known.len < MAX_NAMES; i++) {
        if (aud_str_eq(policy->params[i].name, at->fact)) {
            return;
        }
        known.items[known.len++] = policy->params[i].name.ptr;
    }
    stop(L, at, at->fact, "there is no parameter", &known);
}

void aud_declare_check_names(lua_State *L, const aud_declaration *declaration)
{
    aud_accesses *accesses = lua_newuserdatauv(L, sizeof *accesses, 0);

    aud_source_accesses(declaration->text, accesses);
    for (size_t i = 0; i < accesses->len; i++) {
        if (accesses->items[i].of_params) {
            check_param(L, &accesses->items[i], &declaration->policy);
        } else {
            check_fact(L, &accesses->items[i], declaration->info.kinds);
        }
    }
    lua_pop(L, 1);
}
