/* engine/policy/facts.c - reading facts: known, absent, or unknown, which ends the check. */
#include "engine/policy/facts.h"

#include "engine/base/text.h"

enum { MAX_FIELDS = 256, UNREAD = 0xff };

static const char list_key = 0; /* its address names the metatable of lists */

typedef struct fact_object {
    aud_object object;
    aud_str path;   /* how it was reached: "" for the subject, "key" */
    uint8_t seen[]; /* aud_presence of each field, or UNREAD; values are user values */
} fact_object;

typedef struct fact_list {
    aud_list list;
    const aud_field *field;
    aud_str path;
} fact_list;

/* "suites[3].name" -> "suites.name": only a trace tells members of a list apart. */
static aud_str without_positions(lua_State *L, aud_str path)
{
    aud_str copy = aud_lua_dup(L, &aud_vm_of(L)->scratch, path);
    char *to = (char *)(uintptr_t)copy.ptr;
    bool inside = false;

    copy.len = 0;
    for (size_t i = 0; i < path.len; i++) {
        inside = inside || path.ptr[i] == '[';
        if (!inside) {
            to[copy.len++] = path.ptr[i];
        }
        inside = inside && path.ptr[i] != ']';
    }
    return copy;
}

static _Noreturn void stop_unknown(lua_State *L, aud_str path, const char *why)
{
    aud_vm *vm = aud_vm_of(L);

    if (vm->trace != NULL) {
        path = without_positions(L, path);
    }
    if (vm->stop == AUD_STOP_NONE) {
        vm->unknown = path;
    }
    aud_lua_stop(L, AUD_STOP_UNKNOWN, "The fact '%.*s' is %s", AUD_ARG(path), why);
}

/* Of what not every scanner tells, who does. */
static _Noreturn void stop_untold(lua_State *L, const aud_field *field, aud_str path)
{
    aud_str why;

    if (field->told_by == NULL ||
        aud_arena_printf(&aud_vm_of(L)->scratch, &why, NULL,
                         "unknown: no source tells it (told by %s)", field->told_by) != AUD_OK) {
        stop_unknown(L, path, "unknown: no source tells it");
    }
    stop_unknown(L, path, why.ptr);
}

static aud_str join_path(lua_State *L, aud_str parent, const char *name)
{
    aud_str path;
    aud_status st;

    if (parent.len == 0) {
        return aud_str_of(name);
    }
    st = aud_arena_printf(&aud_vm_of(L)->scratch, &path, NULL, "%.*s.%s", AUD_ARG(parent), name);
    if (st != AUD_OK) {
        aud_lua_stop_status(L, st);
    }
    return path;
}

static _Noreturn void stop_misspelt(lua_State *L, const aud_object_type *type, aud_str name)
{
    const char *names[MAX_FIELDS];
    size_t num = 0;
    char hint[AUD_HINT_MAX];

    for (unsigned i = 0; i < type->num_fields && num < MAX_FIELDS; i++) {
        names[num++] = type->fields[i].name;
    }
    aud_lua_stop(L, AUD_STOP_MISUSE, "a %s has no fact '%.*s'%s", type->name,
                 AUD_ARG(aud_str_sub(name, 0, 64)), aud_hint(name, names, num, hint));
}

static void init_object(fact_object *fact, aud_object object, aud_str path)
{
    fact->object = object;
    fact->path = path;
    memset(fact->seen, UNREAD, object.type->num_fields);
}

/* Its values are user values 1..num_fields, so that they are found by the field's number. */
static fact_object *new_object(lua_State *L, const aud_object_type *type)
{
    fact_object *fact =
        lua_newuserdatauv(L, sizeof *fact + type->num_fields, (int)type->num_fields);

    if (lua_rawgetp(L, LUA_REGISTRYINDEX, type) != LUA_TTABLE) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "an object of a kind that policies do not know");
    }
    lua_setmetatable(L, -2);
    return fact;
}

static void push_object(lua_State *L, aud_object object, aud_str path)
{
    fact_object *fact;

    /* an aud_object of no type or without getter tells nothing */
    if (object.type == NULL || object.get == NULL) {
        stop_unknown(L, path, "unknown: no source tells it");
    }
    fact = new_object(L, object.type);
    init_object(fact, object, path);
}

static void push_list(lua_State *L, aud_list list, const aud_field *field, aud_str path)
{
    fact_list *fact = lua_newuserdatauv(L, sizeof *fact, 0);

    *fact = (fact_list){.list = list, .field = field, .path = path};
    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
    lua_setmetatable(L, -2);
}

/* What needs no path: most facts. */
static bool push_plain(lua_State *L, aud_type type, const aud_value *value)
{
    if (value->presence != AUD_PRESENT || value->type != (uint8_t)type) {
        return false;
    }
    switch (type) {
    case AUD_T_BOOL:
        lua_pushboolean(L, value->as.boolean);
        return true;
    case AUD_T_INT:
    case AUD_T_TIME:
        lua_pushinteger(L, (lua_Integer)value->as.number);
        return true;
    case AUD_T_STRING:
        if (value->as.string.len > AUD_VM_MAX_STRING) {
            return false;
        }
        lua_pushlstring(L, value->as.string.ptr == NULL ? "" : value->as.string.ptr,
                        value->as.string.len);
        return true;
    case AUD_T_LIST:
    case AUD_T_OBJECT:
        break;
    }
    return false;
}

static void push_value(lua_State *L, aud_type type, const aud_field *field, aud_value value,
                       aud_str path)
{
    if (push_plain(L, type, &value)) {
        return;
    }
    if (value.presence != AUD_PRESENT || value.type != (uint8_t)type) {
        stop_untold(L, field, path);
    }
    if (type == AUD_T_LIST) {
        push_list(L, value.as.list, field, path);
    } else if (type == AUD_T_OBJECT) {
        push_object(L, value.as.object, path);
    } else {
        stop_unknown(L, path, "too long to be judged");
    }
}

static void trace_field(lua_State *L, const fact_object *fact, const aud_field *field,
                        aud_value value)
{
    if (value.presence == AUD_PRESENT && value.type != (uint8_t)field->type) {
        value = aud_unknown();
    }
    if (aud_trace_fact(aud_vm_of(L)->trace, join_path(L, fact->path, field->name), &value,
                       aud_lua_line(L), NULL) != AUD_OK) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
}

/* Field `number` of the object at 1, for the first time. */
static int read_field(lua_State *L, fact_object *fact, unsigned number)
{
    const aud_field *field = &fact->object.type->fields[number];
    aud_value value = fact->object.get(fact->object.self, number, &aud_vm_of(L)->scratch);

    if (aud_vm_of(L)->trace != NULL) {
        trace_field(L, fact, field, value);
    }
    if (value.presence == AUD_ABSENT) {
        fact->seen[number] = AUD_ABSENT;
        lua_pushnil(L);
        return 1;
    }
    if (!push_plain(L, field->type, &value)) {
        push_value(L, field->type, field, value, join_path(L, fact->path, field->name));
    }
    lua_pushvalue(L, -1);
    (void)lua_setiuservalue(L, 1, (int)number + 1);
    fact->seen[number] = AUD_PRESENT;
    return 1;
}

/* The value lies on the top of the stack. */
static unsigned rests_on(lua_State *L, const aud_field *field)
{
    if (field->final == NULL || !aud_str_eq(aud_lua_str(L, -1), aud_str_of(field->final))) {
        return field->dep;
    }
    return AUD_DEP_CONTENT; /* however much more is seen of it, it stays what it is */
}

/* Upvalue: names -> numbers of fields. */
static int object_index(lua_State *L)
{
    fact_object *fact = lua_touserdata(L, 1);
    aud_vm *vm = aud_vm_of(L);
    const aud_field *field;
    unsigned number, before;

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNUMBER) {
        stop_misspelt(L, fact->object.type, aud_lua_str(L, 2));
    }
    number = (unsigned)lua_tointeger(L, -1);
    field = &fact->object.type->fields[number];
    before = vm->deps;
    vm->deps |= field->dep; /* what is unknown does not come back from read_field */
    switch (fact->seen[number]) {
    case AUD_PRESENT:
        (void)lua_getiuservalue(L, 1, (int)number + 1);
        break;
    case AUD_ABSENT:
        lua_pushnil(L);
        break;
    default:
        (void)read_field(L, fact, number);
        break;
    }
    vm->deps = before | rests_on(L, field);
    return 1;
}

static int refuse_assignment(lua_State *L)
{
    aud_lua_stop(L, AUD_STOP_MISUSE, "facts cannot be changed");
}

static int list_index(lua_State *L)
{
    const fact_list *fact = lua_touserdata(L, 1);
    lua_Integer at = aud_lua_check_int(L, 2, "the position in a list");
    aud_str path = fact->path;

    if (at < 1 || (lua_Unsigned)at > fact->list.len) {
        lua_pushnil(L);
        return 1;
    }
    if (aud_vm_of(L)->trace != NULL &&
        aud_arena_printf(&aud_vm_of(L)->scratch, &path, NULL, "%.*s[%lld]", AUD_ARG(path),
                         (long long)at) != AUD_OK) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
    push_value(L, fact->field->element, fact->field, fact->list.items[at - 1], path);
    return 1;
}

static int list_len(lua_State *L)
{
    const fact_list *fact = lua_touserdata(L, 1);

    lua_pushinteger(L, (lua_Integer)fact->list.len);
    return 1;
}

/* Two userdata of one fact are one thing. */
static int object_equal(lua_State *L)
{
    const fact_object *a = lua_touserdata(L, 1), *b = lua_touserdata(L, 2);

    lua_pushboolean(L, lua_rawlen(L, 1) == lua_rawlen(L, 2) && a->object.type == b->object.type &&
                           a->object.self == b->object.self);
    return 1;
}

static void open_type(lua_State *L, const aud_object_type *type)
{
    lua_createtable(L, 0, 4);
    lua_pushstring(L, type->name);
    lua_setfield(L, -2, "__name");
    lua_createtable(L, 0, (int)type->num_fields);
    for (unsigned i = 0; i < type->num_fields; i++) {
        lua_pushinteger(L, (lua_Integer)i);
        lua_setfield(L, -2, type->fields[i].name);
    }
    lua_pushcclosure(L, object_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse_assignment);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, object_equal);
    lua_setfield(L, -2, "__eq");
    lua_rawsetp(L, LUA_REGISTRYINDEX, type);
}

void aud_facts_open(lua_State *L)
{
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        open_type(L, aud_kind_type((aud_kind)kind));
    }
    open_type(L, &aud_type_key);
    open_type(L, &aud_type_suite);
    open_type(L, &aud_type_sighting);
    open_type(L, &aud_type_owner);
    open_type(L, &aud_type_vulnerability);
    open_type(L, &aud_type_disagreement);
    open_type(L, &aud_type_bundle);
    open_type(L, &aud_type_setting);
    lua_createtable(L, 0, 4);
    lua_pushliteral(L, "list");
    lua_setfield(L, -2, "__name");
    lua_pushcfunction(L, list_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, list_len);
    lua_setfield(L, -2, "__len");
    lua_pushcfunction(L, refuse_assignment);
    lua_setfield(L, -2, "__newindex");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &list_key);
}

void aud_facts_push_subject(lua_State *L, const aud_object_type *type)
{
    fact_object *fact = new_object(L, type);

    init_object(fact, (aud_object){.type = type}, (aud_str){NULL, 0});
}

void aud_facts_set_subject(void *userdata, aud_object object)
{
    init_object(userdata, object, (aud_str){NULL, 0});
}

static fact_object *to_object(lua_State *L, int index)
{
    fact_object *fact = lua_touserdata(L, index);
    int top = lua_gettop(L);
    bool ours;

    if (lua_type(L, index) != LUA_TUSERDATA || lua_getmetatable(L, index) == 0) {
        return NULL;
    }
    /* the metatable must be the one of the type that it claims; no type means no object */
    ours = lua_rawlen(L, index) > sizeof *fact && fact->object.type != NULL &&
           lua_rawgetp(L, LUA_REGISTRYINDEX, fact->object.type) == LUA_TTABLE &&
           lua_rawequal(L, -1, top + 1) != 0;
    lua_settop(L, top);
    return ours ? fact : NULL;
}

aud_object aud_facts_check(lua_State *L, int index, const char *what)
{
    const fact_object *fact = to_object(L, index);

    if (fact == NULL) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "%s must be a subject or a part of one, not a %s", what,
                     luaL_typename(L, index));
    }
    return fact->object;
}

int aud_facts_is_known(lua_State *L)
{
    aud_object object = aud_facts_check(L, 1, "what is_known is asked of");
    aud_str path = aud_lua_check_str(L, 2, "the name of the fact"), name;
    aud_vm *vm = aud_vm_of(L);
    bool known = true;

    for (aud_str rest = path; known && aud_str_split(&rest, '.', &name);) {
        unsigned number = aud_field_find(object.type, name);
        const aud_field *field;
        aud_value value;

        if (number == UINT32_MAX) {
            stop_misspelt(L, object.type, name);
        }
        field = &object.type->fields[number];
        vm->deps |= field->dep;
        aud_lua_charge(L, 4);
        value = object.get(object.self, number, &vm->scratch);
        known = value.presence == AUD_ABSENT ||
                (value.presence == AUD_PRESENT && value.type == (uint8_t)field->type);
        if (!known || rest.ptr == NULL) {
            break;
        }
        if (field->type != AUD_T_OBJECT) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "the fact '%s' has no parts", field->name);
        }
        known = value.presence == AUD_PRESENT && value.as.object.get != NULL;
        object = value.as.object;
    }
    if (vm->trace != NULL) {
        aud_lua_trace(L, (aud_step){.kind = AUD_STEP_IS_KNOWN, .name = path, .answer = known});
    }
    lua_pushboolean(L, known);
    return 1;
}

bool aud_facts_type_of(const aud_object_type *type, aud_str path, aud_type *out)
{
    aud_str name;

    for (aud_str rest = path; type != NULL && aud_str_split(&rest, '.', &name);) {
        unsigned number = aud_field_find(type, name);
        const aud_field *field;

        if (number == UINT32_MAX) {
            return false;
        }
        field = &type->fields[number];
        *out = field->type;
        if (rest.ptr == NULL) {
            return true;
        }
        type = field->object == NULL ? NULL : *field->object;
    }
    return false;
}
