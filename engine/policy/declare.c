/* engine/policy/declare.c - the declaration of a policy, read strictly. */
#include "engine/policy/declare.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/model/controls.h"
#include "engine/policy/frozen.h"

#include <stdlib.h>

enum { MAX_CONTROLS = 256, MAX_PARAMS = 64, MAX_KEYS = 32, MAX_HINTS = 256 };

/* One table of the declaration, on the top of the stack while it is read. */
typedef struct reader {
    lua_State *L;
    aud_declaration *into;
    const char *prefix; /* "cite." */
} reader;

/* Messages about `key` point at its line. */
static void blame(const reader *r, aud_str key)
{
    aud_vm_of(r->L)->blame = aud_source_line_of(r->into->text, key);
}

/* Pushes the member; false, with nothing pushed, if it is not there. */
static bool get(const reader *r, const char *key)
{
    blame(r, aud_str_of(key));
    lua_pushstring(r->L, key);
    if (lua_rawget(r->L, -2) == LUA_TNIL) {
        lua_pop(r->L, 1);
        return false;
    }
    aud_frozen_real(r->L, -1); /* what a pack shares is frozen */
    lua_remove(r->L, -2);
    return true;
}

static _Noreturn void wrong_type(const reader *r, const char *key, const char *want)
{
    aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s%s' must be %s, not a %s", r->prefix, key, want,
                 luaL_typename(r->L, -1));
}

static aud_str text_of(const reader *r, const char *key, bool needed)
{
    aud_str text = {NULL, 0};

    if (!get(r, key)) {
        if (needed) {
            aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s%s' is missing", r->prefix, key);
        }
        return text;
    }
    if (lua_type(r->L, -1) != LUA_TSTRING) {
        wrong_type(r, key, "a string");
    }
    text = aud_str_trim(aud_lua_str(r->L, -1));
    if (text.len == 0 || !aud_utf8_valid(text)) {
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s%s' %s", r->prefix, key,
                     text.len == 0 ? "is empty" : "is not valid UTF-8");
    }
    text = aud_lua_dup(r->L, r->into->arena, text);
    lua_pop(r->L, 1);
    return text;
}

/* Of several unknown keys the first in order is named: the same one in every run. */
static void check_keys(const reader *r, const char *const *keys)
{
    size_t num = 0;
    aud_str worst = {NULL, 0};
    char hint[AUD_HINT_MAX];

    while (keys[num] != NULL) {
        num++;
    }
    for (lua_pushnil(r->L); lua_next(r->L, -2) != 0; lua_pop(r->L, 1)) {
        bool known = false;
        aud_str key = aud_lua_str(r->L, -2);

        if (lua_type(r->L, -2) != LUA_TSTRING) {
            aud_vm_of(r->L)->blame = 0;
            aud_lua_stop(r->L, AUD_STOP_MISUSE, "a member without a name%s%s",
                         r->prefix[0] == '\0' ? "" : " in ", r->prefix);
        }
        for (size_t i = 0; i < num && !known; i++) {
            known = aud_str_eq(key, aud_str_of(keys[i]));
        }
        if (!known && (worst.ptr == NULL || aud_str_cmp(key, worst) < 0)) {
            worst = key;
        }
    }
    if (worst.ptr != NULL) {
        blame(r, worst);
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "there is no '%s%.*s'%s", r->prefix,
                     AUD_ARG(aud_str_sub(worst, 0, 64)), aud_hint(worst, keys, num, hint));
    }
}

static void read_cite(const reader *outer)
{
    static const char *const keys[] = {"doc", "version", "at", "url", NULL};
    const reader r = {.L = outer->L, .into = outer->into, .prefix = "cite."};
    aud_policy_info *info = &outer->into->info;
    const aud_policy_pack *pack = outer->into->pack;
    bool inherits = pack != NULL && pack->cite_doc.len > 0;

    if (!get(outer, "cite")) {
        aud_lua_stop(r.L, AUD_STOP_MISUSE,
                     inherits ? "'cite.at' is missing" : "'cite.doc' is missing");
    }
    if (lua_type(r.L, -1) != LUA_TTABLE) {
        wrong_type(outer, "cite", "a table");
    }
    check_keys(&r, keys);
    info->cite.doc = text_of(&r, "doc", !inherits);
    info->cite.version = text_of(&r, "version", false);
    info->cite.at = text_of(&r, "at", false);
    info->cite.url = text_of(&r, "url", false);
    if (info->cite.doc.len == 0) { /* then it is the pack's document */
        info->cite.doc = pack->cite_doc;
        info->cite.version = info->cite.version.len > 0 ? info->cite.version : pack->cite_version;
        info->cite.at = info->cite.at.len > 0 ? info->cite.at : pack->cite_at;
        info->cite.url = info->cite.url.len > 0 ? info->cite.url : pack->cite_url;
    }
    lua_pop(r.L, 1);
}

static aud_severity severity_of(const reader *r, const char *key)
{
    const char *names[AUD_NUM_SEVERITIES];
    aud_severity severity = AUD_SEV_INFO;
    char hint[AUD_HINT_MAX];
    aud_str name;

    if (lua_type(r->L, -1) != LUA_TSTRING) {
        wrong_type(r, key, "a string");
    }
    name = aud_lua_str(r->L, -1);
    if (!aud_severity_find(name, &severity)) {
        for (size_t i = 0; i < AUD_NUM_SEVERITIES; i++) {
            names[i] = aud_severity_name((aud_severity)i);
        }
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "there is no severity '%.*s'%s",
                     AUD_ARG(aud_str_sub(name, 0, 64)),
                     aud_hint(name, names, AUD_NUM_SEVERITIES, hint));
    }
    return severity;
}

/* Pushes member `i` of the list on the top of the stack; false behind the last. */
static bool next_member(const reader *r, const char *key, lua_Integer *i, size_t max)
{
    if (lua_type(r->L, -1) != LUA_TTABLE) {
        wrong_type(r, key, "a list");
    }
    (*i)++;
    if (lua_rawgeti(r->L, -1, *i) == LUA_TNIL) {
        size_t num = 0;

        lua_pop(r->L, 1);
        for (lua_pushnil(r->L); lua_next(r->L, -2) != 0; lua_pop(r->L, 1)) {
            num++;
        }
        if (num != (size_t)*i - 1) {
            aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s%s' must be a list", r->prefix, key);
        }
        return false;
    }
    if ((size_t)*i > max) {
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s%s' has more than %zu members", r->prefix, key,
                     max);
    }
    return true;
}

static void read_severities(const reader *r)
{
    aud_policy *policy = &r->into->policy;
    lua_Integer i = 0;

    if (!get(r, "severity")) {
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "'severity' is missing");
    }
    policy->declared = severity_of(r, "severity");
    policy->severities = 1u << policy->declared;
    r->into->info.severity = policy->declared;
    lua_pop(r->L, 1);
    if (!get(r, "severities")) {
        return;
    }
    while (next_member(r, "severities", &i, AUD_NUM_SEVERITIES)) {
        policy->severities |= 1u << severity_of(r, "severities");
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
}

static unsigned kind_of(const reader *r)
{
    const char *names[AUD_NUM_KINDS];
    aud_kind kind = AUD_KIND_CERTIFICATE;
    char hint[AUD_HINT_MAX];
    aud_str name;

    if (lua_type(r->L, -1) != LUA_TSTRING) {
        wrong_type(r, "applies_to", "the name of a kind or a list of them");
    }
    name = aud_lua_str(r->L, -1);
    if (!aud_kind_find(name, &kind)) {
        for (size_t i = 0; i < AUD_NUM_KINDS; i++) {
            names[i] = aud_kind_name((aud_kind)i);
        }
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "there is no kind of subject '%.*s'%s",
                     AUD_ARG(aud_str_sub(name, 0, 64)), aud_hint(name, names, AUD_NUM_KINDS, hint));
    }
    return 1u << kind;
}

static void read_kinds(const reader *r)
{
    unsigned kinds = 0;
    lua_Integer i = 0;

    if (!get(r, "applies_to")) {
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "'applies_to' is missing");
    }
    if (lua_type(r->L, -1) == LUA_TSTRING) {
        kinds = kind_of(r);
    } else {
        while (next_member(r, "applies_to", &i, AUD_NUM_KINDS)) {
            kinds |= kind_of(r);
            lua_pop(r->L, 1);
        }
    }
    if (kinds == 0) {
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "'applies_to' names no kind of subject");
    }
    r->into->info.kinds = kinds;
    lua_pop(r->L, 1);
}

static int order_text(const void *left, const void *right)
{
    return aud_str_cmp(*(const aud_str *)left, *(const aud_str *)right);
}

/* Says what there is: of a known framework the nearest clause, else the frameworks. */
static _Noreturn void unknown_control(const reader *r, aud_str control)
{
    const char *names[MAX_HINTS];
    const aud_policy_pack *pack = r->into->pack;
    char hint[AUD_HINT_MAX];
    aud_str framework, clause;
    size_t num = 0;

    aud_control_cut(control, &framework, &clause);
    if (framework.len == 0 || clause.len == 0 || !aud_utf8_valid(control)) {
        aud_lua_stop(r->L, AUD_STOP_MISUSE,
                     "a member of 'controls' must be a string such as 'framework:control'");
    }
    for (size_t i = 0; pack != NULL && i < pack->num_controls; i++) {
        if (aud_str_eq(pack->controls[i].framework, framework)) {
            names[num++] = pack->controls[i].id.ptr;
        }
    }
    if (num == 0 && aud_framework_find(framework) == NULL) {
        for (size_t i = 0; i < aud_num_frameworks && num < MAX_HINTS; i++) {
            names[num++] = aud_frameworks[i].id.ptr;
        }
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "the catalogue of controls has no framework '%.*s'%s",
                     AUD_ARG(aud_str_sub(framework, 0, 64)),
                     aud_hint(framework, names, num, hint)[0] != '\0'
                         ? hint
                         : "; 'certaudit policy controls' lists them");
    }
    for (size_t i = 0; i < aud_num_controls && num < MAX_HINTS; i++) {
        if (aud_str_eq(aud_controls[i].framework, framework)) {
            names[num++] = aud_controls[i].id.ptr;
        }
    }
    aud_lua_stop(r->L, AUD_STOP_MISUSE, "the %s of controls has no '%.*s'%s",
                 aud_framework_find(framework) == NULL ? "pack's table" : "catalogue",
                 AUD_ARG(aud_str_sub(control, 0, 64)), aud_hint(control, names, num, hint));
}

static void read_controls(const reader *r)
{
    aud_policy_info *info = &r->into->info;
    aud_str *controls;
    lua_Integer i = 0;
    size_t num = 0;

    if (!get(r, "controls")) {
        return;
    }
    controls = aud_arena_array(r->into->arena, MAX_CONTROLS, sizeof *controls);
    if (controls == NULL) {
        aud_lua_stop_status(r->L, AUD_E_NOMEM);
    }
    while (next_member(r, "controls", &i, MAX_CONTROLS)) {
        aud_str control = aud_lua_str(r->L, -1);

        if (aud_control_find(control) == NULL &&
            aud_policy_pack_control(r->into->pack, control) == NULL) {
            unknown_control(r, control);
        }
        controls[num++] = aud_lua_dup(r->L, r->into->arena, control);
        lua_pop(r->L, 1);
    }
    qsort(controls, num, sizeof *controls, order_text);
    for (size_t k = 1; k < num; k++) {
        if (aud_str_eq(controls[k - 1], controls[k])) {
            aud_lua_stop(r->L, AUD_STOP_MISUSE, "'controls' names '%.*s' twice",
                         AUD_ARG(controls[k]));
        }
    }
    info->controls = controls;
    info->num_controls = num;
    lua_pop(r->L, 1);
    if (num > 0 && info->unmapped.len > 0) {
        blame(r, AUD_LIT("unmapped"));
        aud_lua_stop(r->L, AUD_STOP_MISUSE,
                     "'unmapped' says why there are no 'controls', and "
                     "there are some");
    }
}

static void read_eased(const reader *r)
{
    lua_Integer i = 0;

    if (!get(r, "eased_by")) {
        return;
    }
    while (next_member(r, "eased_by", &i, 1)) {
        if (!aud_str_eq(aud_lua_str(r->L, -1), AUD_LIT("superseded"))) {
            aud_lua_stop(r->L, AUD_STOP_MISUSE,
                         "'eased_by' may name 'superseded' and nothing else");
        }
        r->into->info.eased = true;
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
}

/* "yyyy-mm-dd" -> midnight UTC; `none` if it is not given. */
static int64_t date_of(const reader *r, const char *key, int64_t none, aud_str *shown)
{
    aud_str text = text_of(r, key, false);
    char formatted[AUD_INSTANT_TEXT];
    int64_t instant = 0;
    size_t len;

    if (text.ptr == NULL) {
        return none;
    }
    len = text.len == 10 && aud_instant_parse(text, &instant, NULL) == AUD_OK
              ? aud_instant_format(instant, formatted)
              : 0;
    if (len < 10 || memcmp(formatted, text.ptr, 10) != 0) {
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s' must be a date such as '2026-03-15', not '%.*s'",
                     key, AUD_ARG(aud_str_sub(text, 0, 64)));
    }
    *shown = aud_lua_dup(r->L, r->into->arena, (aud_str){formatted, len});
    return instant;
}

static void check_span(const reader *r, int64_t from, int64_t until, const char *key)
{
    if (from >= until) {
        blame(r, aud_str_of(key));
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s' is not later than its beginning", key);
    }
}

/* Rules that count by issuance need subjects that say when that was, or are about to be issued. */
static void check_issuance(const reader *r)
{
    const aud_declaration *d = r->into;

    if (d->policy.issued_from == INT64_MIN && d->policy.issued_until == INT64_MAX) {
        return;
    }
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        const aud_object_type *type = aud_kind_type((aud_kind)kind);

        if ((d->info.kinds & 1u << kind) != 0 && kind != AUD_KIND_REQUEST &&
            aud_field_find(type, AUD_LIT("not_before")) == UINT32_MAX) {
            blame(r, AUD_LIT("applies_to"));
            aud_lua_stop(r->L, AUD_STOP_MISUSE,
                         "'issued_from' and 'issued_until' do not go with '%s': it has no "
                         "'not_before'",
                         type->name);
        }
    }
}

static void read_dates(const reader *r)
{
    aud_policy_info *info = &r->into->info;
    aud_policy *p = &r->into->policy;

    p->issued_from = date_of(r, "issued_from", INT64_MIN, &info->issued_from);
    p->issued_until = date_of(r, "issued_until", INT64_MAX, &info->issued_until);
    p->in_force_from = date_of(r, "in_force_from", INT64_MIN, &info->in_force_from);
    p->in_force_until = date_of(r, "in_force_until", INT64_MAX, &info->in_force_until);
    check_span(r, p->issued_from, p->issued_until, "issued_until");
    check_span(r, p->in_force_from, p->in_force_until, "in_force_until");
    if (p->issued_from >= p->in_force_until) {
        blame(r, AUD_LIT("issued_from"));
        aud_lua_stop(r->L, AUD_STOP_MISUSE,
                     "'issued_from' is not before 'in_force_until': it would never count");
    }
    check_issuance(r);
}

static int order_params(const void *left, const void *right)
{
    return aud_str_cmp(((const aud_param *)left)->name, ((const aud_param *)right)->name);
}

static bool is_name(aud_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
              (i > 0 && c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return s.len > 0 && s.len <= 64;
}

static void read_params(const reader *r)
{
    aud_policy *p = &r->into->policy;

    if (!get(r, "params")) {
        return;
    }
    if (lua_type(r->L, -1) != LUA_TTABLE) {
        wrong_type(r, "params", "a table");
    }
    p->params = aud_arena_array(r->into->arena, MAX_PARAMS, sizeof *p->params);
    if (p->params == NULL) {
        aud_lua_stop_status(r->L, AUD_E_NOMEM);
    }
    for (lua_pushnil(r->L); lua_next(r->L, -2) != 0; lua_pop(r->L, 1)) {
        aud_str name = aud_lua_str(r->L, -2);

        if (!is_name(name) || p->num_params >= MAX_PARAMS) {
            aud_lua_stop(r->L, AUD_STOP_MISUSE,
                         "'params' needs names of letters, digits and underscores, at most %d",
                         MAX_PARAMS);
        }
        p->params[p->num_params++].name = name;
    }
    qsort(p->params, p->num_params, sizeof *p->params, order_params);
    for (size_t i = 0; i < p->num_params; i++) {
        aud_str name = p->params[i].name;

        blame(r, name);
        lua_pushlstring(r->L, name.ptr, name.len);
        (void)lua_rawget(r->L, -2);
        aud_param_declare(r->L, name, r->into->arena, &p->params[i]);
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
}

static bool has_function(const reader *r, const char *key, bool needed)
{
    if (!get(r, key)) {
        if (needed) {
            aud_lua_stop(r->L, AUD_STOP_MISUSE, "'%s' is missing", key);
        }
        return false;
    }
    if (lua_type(r->L, -1) != LUA_TFUNCTION || lua_iscfunction(r->L, -1)) {
        wrong_type(r, key, "a function of the policy");
    }
    lua_pop(r->L, 1);
    return true;
}

static void read_declaration(const reader *r)
{
    static const char *const keys[] = {
#define AUD_KEY(name, type, needed, doc) #name,
#include "engine/policy/declaration.def"
#undef AUD_KEY
        NULL};
    aud_policy_info *info = &r->into->info;

    check_keys(r, keys);
    info->title = text_of(r, "title", true);
    read_kinds(r);
    read_severities(r);
    read_cite(r);
    info->remediation = text_of(r, "remediation", true);
    info->description = text_of(r, "description", false);
    info->level = text_of(r, "level", false);
    if (info->level.len > 0 && !aud_str_eq(info->level, AUD_LIT("must")) &&
        !aud_str_eq(info->level, AUD_LIT("should"))) {
        aud_lua_stop(r->L, AUD_STOP_MISUSE, "'level' must be 'must' or 'should'");
    }
    info->unmapped = text_of(r, "unmapped", false);
    read_controls(r);
    read_eased(r);
    read_dates(r);
    read_params(r);
    (void)has_function(r, "check", true);
    r->into->policy.has_applies = has_function(r, "applies", false);
    r->into->policy.has_check_params = has_function(r, "check_params", false);
}

int aud_declare(lua_State *L)
{
    aud_vm *vm = aud_vm_of(L);

    if (vm->judging) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'policy' is for the end of a file, not for a check");
    }
    if (lua_type(L, 1) != LUA_TTABLE || lua_gettop(L) != 1) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'policy' needs one table");
    }
    if (vm->in_pack) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "'policy' is for a policy's file, not for pack.lua");
    }
    if (vm->declaration != NULL) {
        const reader r = {.L = L, .into = vm->declaration, .prefix = ""};

        if (vm->declaration->done) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "a file holds one policy");
        }
        read_declaration(&r);
        vm->blame = 0;
        vm->declaration->done = true;
    }
    lua_pushvalue(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "aud_declared");
    return 1;
}
