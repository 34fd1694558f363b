/* engine/policy/load.c - the texts of a run become a set: chosen, declared, configured. */
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "engine/policy/asks.h"
#include "engine/policy/choose.h"
#include "engine/policy/prepare.h"

#include <stdlib.h>

enum {
    MAX_TEXT = 256 << 10,
    MAX_ID = 128,
    MAX_ANSWER = 512,
    MAX_HOUSE = 1024,
    LOAD_BYTES = 8 << 20,
    COMPILED_MAX = 8 << 20
};

typedef struct loader {
    const aud_policy_load *load;
    aud_policy_set *set;
    const aud_policy_text *texts; /* by id, without those of packs */
    size_t num_texts;
    const char **ids; /* as texts, with a NUL behind */
    aud_policy_pack *packs;
    size_t num_packs;
    aud_chooser chooser;
    aud_vm vm;
} loader;

static aud_status no_memory(aud_error *err)
{
    return aud_fail(err, AUD_E_NOMEM, "out of memory");
}

static aud_status usage_at(uint32_t line, aud_error *err)
{
    if (err != NULL) {
        err->line = line;
    }
    return AUD_E_USAGE;
}

static int order_texts(const void *left, const void *right)
{
    const aud_policy_text *a = left, *b = right;
    int order = aud_str_cmp(a->id, b->id);

    return order != 0 ? order : aud_str_cmp(a->path, b->path);
}

static aud_status take_texts(loader *l, aud_error *err)
{
    aud_arena *arena = &l->set->arena;
    size_t num = l->load->num_texts;
    aud_policy_text *texts = aud_arena_array(arena, num, sizeof *texts);

    l->ids = aud_arena_array(arena, num, sizeof *l->ids);
    l->packs = aud_arena_array(arena, num, sizeof *l->packs);
    if (texts == NULL || l->ids == NULL || l->packs == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < num; i++) {
        AUD_TRY(aud_arena_dup(arena, l->load->texts[i].id, &texts[i].id, err));
        AUD_TRY(aud_arena_dup(arena, l->load->texts[i].path, &texts[i].path, err));
        AUD_TRY(aud_arena_dup(arena, l->load->texts[i].text, &texts[i].text, err));
    }
    if (num > 0) {
        qsort(texts, num, sizeof *texts, order_texts);
    }
    for (size_t i = 0; i < num; i++) {
        if (i > 0 && aud_str_eq(texts[i - 1].id, texts[i].id)) {
            return aud_fail(err, AUD_E_USAGE, "the policy '%.*s' is there twice: '%.*s' and '%.*s'",
                            AUD_ARG(texts[i].id), AUD_ARG(texts[i - 1].path),
                            AUD_ARG(texts[i].path));
        }
    }
    l->texts = texts;
    for (size_t i = 0; i < num; i++) {
        if (aud_str_ends(texts[i].id, AUD_LIT("/pack"))) {
            l->packs[l->num_packs++] = (aud_policy_pack){
                .name = texts[i].id, .path = texts[i].path, .text = texts[i].text, .arena = arena};
        } else {
            l->ids[l->num_texts] = texts[i].id.ptr;
            texts[l->num_texts++] = texts[i];
        }
    }
    return AUD_OK;
}

/* Every key of a map of the configuration is the id of a policy. */
static aud_status check_ids(const loader *l, const aud_node *map, const char *what, aud_error *err)
{
    char hint[AUD_HINT_MAX];

    if (map == NULL || map->kind == AUD_NODE_NULL) {
        return AUD_OK;
    }
    if (map->kind != AUD_NODE_MAP) {
        (void)aud_fail(err, AUD_E_USAGE, "'policies.%s' must be a map from policies", what);
        return usage_at(map->line, err);
    }
    for (const aud_node *n = map->first; n != NULL; n = n->next) {
        size_t i = 0;

        while (i < l->num_texts && !aud_str_eq(l->texts[i].id, n->key)) {
            i++;
        }
        if (i == l->num_texts) {
            (void)aud_fail(err, AUD_E_USAGE,
                           "'policies.%s' names '%.*s', which is no policy here%s", what,
                           AUD_ARG(aud_str_sub(n->key, 0, MAX_ID)),
                           aud_hint(n->key, l->ids, l->num_texts, hint));
            return usage_at(n->key_line, err);
        }
    }
    return AUD_OK;
}

static const aud_node *member(const aud_node *map, aud_str key)
{
    for (const aud_node *n = map == NULL || map->kind != AUD_NODE_MAP ? NULL : map->first;
         n != NULL; n = n->next) {
        if (aud_str_eq(n->key, key)) {
            return n;
        }
    }
    return NULL;
}

static bool is_id(aud_str id)
{
    size_t slash = SIZE_MAX;

    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (c == '/' && slash == SIZE_MAX) {
            slash = i;
        } else if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_')) {
            return false;
        }
    }
    return slash != SIZE_MAX && slash > 0 && slash + 1 < id.len && id.len <= MAX_ID;
}

static aud_status note_error(loader *l, const aud_policy_text *text, const char *message,
                             uint32_t line, aud_error *err)
{
    aud_policy_error *error = &l->set->errors[l->set->num_errors];

    *error = (aud_policy_error){.policy = text->id, .path = text->path, .line = line};
    AUD_TRY(aud_arena_dup(&l->set->arena, aud_str_of(message), &error->message, err));
    l->set->num_errors++;
    return AUD_OK;
}

/* Why a text is not even tried; NULL if it is. */
static const char *unfit(const aud_policy_text *text)
{
    if (!is_id(text->id)) {
        return "the id of a policy is PACK/FILE, of letters, digits and underscores";
    }
    if (text->text.len > MAX_TEXT) {
        return "longer than 256 KiB";
    }
    if (text->text.len > 0 && memchr(text->text.ptr, '\0', text->text.len) != NULL) {
        return "holds a NUL byte: not a text";
    }
    return aud_utf8_valid(text->text) ? NULL : "not valid UTF-8";
}

/* Lua: reads the declaration and sees that its functions can be used. */
static int run_load(lua_State *L)
{
    aud_declaration *declaration = lua_touserdata(L, 1);
    aud_shared_locals *locals = lua_newuserdatauv(L, sizeof *locals, 0);

    const aud_policy_source source = {.text = declaration->text,
                                      .pack = declaration->pack != NULL ? declaration->pack->text
                                                                        : (aud_str){NULL, 0}};

    (void)aud_prepare(L, &source, NULL, 0, locals);
    aud_declare_check_names(L, declaration);
    return 0;
}

static int run_open(lua_State *L)
{
    aud_declare_open(L);
    return 0;
}

static aud_status configure(loader *l, const aud_policy_text *text, aud_declaration *d,
                            aud_error *err)
{
    const aud_node *params = member(l->load->params, text->id);
    const aud_node *severity = member(l->load->severity, text->id);
    aud_str name = {NULL, 0};

    if (params != NULL) {
        AUD_TRY(aud_params_configure(d->policy.params, d->policy.num_params, params, text->id,
                                     l->load->host, &l->set->arena, err));
    }
    if (severity != NULL && (aud_node_str(severity, &name, NULL) != AUD_OK ||
                             !aud_severity_find(name, &d->info.severity))) {
        (void)aud_fail(err, AUD_E_USAGE,
                       "the severity of '%.*s' must be critical, high, medium, low or info",
                       AUD_ARG(text->id));
        return usage_at(severity->line, err);
    }
    d->info.configured = true;
    for (size_t i = 0; i < d->policy.num_params; i++) {
        d->info.configured = d->info.configured && d->policy.params[i].value != NULL;
    }
    d->info.num_params = d->policy.num_params;
    d->info.declared = d->policy.declared;
    d->info.severities = d->policy.severities;
    d->info.has_applies = d->policy.has_applies;
    return aud_params_show(d->policy.params, d->policy.num_params, &l->set->arena, &d->info.params,
                           err);
}

/* Lua: what check_params says of the parameters. */
typedef struct params_question {
    const aud_policy *policy;
    aud_arena *arena;
    aud_str answer; /* empty if they can be used */
} params_question;

static int run_check_params(lua_State *L)
{
    params_question *q = lua_touserdata(L, 1);

    aud_prepare_check_params(L, &q->policy->source, q->policy->params, q->policy->num_params);
    if (lua_isnil(L, -1)) {
        return 0;
    }
    if (lua_type(L, -1) != LUA_TSTRING || aud_str_trim(aud_lua_str(L, -1)).len == 0) {
        aud_vm_of(L)->blame = aud_source_line_of(q->policy->source.text, AUD_LIT("check_params"));
        aud_lua_stop(L, AUD_STOP_MISUSE,
                     "'check_params' must return what is wrong as a string, or nothing");
    }
    q->answer = aud_lua_dup(L, q->arena, aud_lua_str(L, -1));
    return 0;
}

/* Parameters that are right one by one may be wrong together. */
static aud_status check_params(loader *l, const aud_policy_text *text, const aud_declaration *d,
                               bool *out_ok, aud_error *err)
{
    const aud_node *set = member(l->load->params, text->id);
    params_question q = {.policy = &d->policy, .arena = &l->set->arena};
    aud_stop stop;

    *out_ok = true;
    if (!d->policy.has_check_params || !d->info.configured) {
        return AUD_OK;
    }
    lua_pushcfunction(l->vm.L, run_check_params);
    lua_pushlightuserdata(l->vm.L, &q);
    stop = aud_lua_call(&l->vm, l->vm.L, 1, 0);
    if (stop == AUD_STOP_SYSTEM) {
        return aud_vm_fail(&l->vm, err);
    }
    *out_ok = stop == AUD_STOP_NONE && q.answer.len == 0;
    if (stop != AUD_STOP_NONE) {
        return note_error(l, text, l->vm.message, l->vm.line, err);
    }
    if (q.answer.len > 0 && set == NULL) {
        return note_error(l, text, "its own defaults do not pass its check_params",
                          aud_source_line_of(text->text, AUD_LIT("check_params")), err);
    }
    if (q.answer.len > 0 && set != NULL) {
        (void)aud_fail(err, AUD_E_USAGE, "the parameters of '%.*s': %.*s", AUD_ARG(text->id),
                       AUD_ARG(aud_str_sub(q.answer, 0, MAX_ANSWER)));
        return usage_at(set->key_line, err);
    }
    return AUD_OK;
}

/* The digest is that of both texts, one after the other: `cat POLICY.lua pack.lua | sha256sum`. */
static aud_status describe(loader *l, const aud_policy_text *text, const aud_policy_pack *pack,
                           aud_policy_info *info, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf whole = {.max = 2 * (size_t)MAX_TEXT};
    unsigned char digest[32];
    size_t slash = aud_str_find(text->id, AUD_LIT("/"), 0);

    info->id = text->id;
    info->pack = aud_str_sub(text->id, 0, slash);
    info->path = text->path;
    AUD_TRY(aud_buf_add(&whole, text->text, err));
    if (pack != NULL) {
        info->pack_title = pack->title;
        info->pack_path = pack->path;
        AUD_TRY(aud_buf_add(&whole, pack->text, err));
    }
    AUD_TRY(aud_sha256(aud_buf_str(&whole), digest, err));
    return aud_hex_dup(&l->set->arena, (aud_str){(const char *)digest, sizeof digest},
                       &info->sha256, err);
}

/* Lua: the compiled form of the text. */
typedef struct compilation {
    aud_str text;
    aud_buf bytes;
} compilation;

static int write_compiled(lua_State *L, const void *bytes, size_t len, void *ctx)
{
    compilation *c = ctx;

    AUD_UNUSED(L);
    return aud_buf_add(&c->bytes, (aud_str){bytes, len}, NULL) == AUD_OK ? 0 : 1;
}

static int run_compile(lua_State *L)
{
    compilation *c = lua_touserdata(L, 1);

    if (luaL_loadbufferx(L, c->text.ptr, c->text.len, "=policy", "t") != LUA_OK) {
        return lua_error(L);
    }
    if (lua_dump(L, write_compiled, c, 0) != 0) {
        aud_lua_stop_status(L, AUD_E_NOMEM);
    }
    return 0;
}

static void compilation_clear(compilation *c)
{
    aud_buf_clear(&c->bytes);
}

static aud_status count_lines(loader *l, const aud_policy_text *text, aud_policy *policy,
                              aud_error *err)
{
    AUD_CLEANUP(compilation_clear)
    compilation c = {.text = text->text, .bytes = {.max = COMPILED_MAX}};

    if (l->set->lines == NULL) {
        return AUD_OK;
    }
    lua_pushcfunction(l->vm.L, run_compile);
    lua_pushlightuserdata(l->vm.L, &c);
    if (aud_lua_call(&l->vm, l->vm.L, 1, 0) != AUD_STOP_NONE) {
        return aud_vm_fail(&l->vm, err);
    }
    return aud_lines_take(l->set->lines, text->id, text->text, aud_buf_str(&c.bytes),
                          &policy->lines, err);
}

static aud_policy_pack *find_pack(const loader *l, aud_str policy)
{
    size_t slash = aud_str_find(policy, AUD_LIT("/"), 0);

    for (size_t i = 0; i < l->num_packs; i++) {
        if (aud_str_eq(aud_str_sub(l->packs[i].name, 0, l->packs[i].name.len - strlen("/pack")),
                       aud_str_sub(policy, 0, slash))) {
            return &l->packs[i];
        }
    }
    return NULL;
}

/* Lua: reads pack.lua and sees that it can be used. */
static int run_load_pack(lua_State *L)
{
    aud_prepare_pack(L, aud_vm_of(L)->pack->text);
    return 0;
}

/* A control of two packs would be two things under one name. */
static const char *clash(const loader *l, const aud_policy_pack *pack)
{
    for (size_t i = 0; i < pack->num_controls; i++) {
        for (size_t k = 0; k < l->set->num_house; k++) {
            if (aud_str_eq(pack->controls[i].id, l->set->house[k].id)) {
                return "another pack declares the same control";
            }
        }
    }
    return l->set->num_house + pack->num_controls > MAX_HOUSE ? "too many controls" : NULL;
}

static aud_status load_pack(loader *l, aud_policy_pack *pack, aud_error *err)
{
    const aud_policy_text text = {.id = pack->name, .path = pack->path, .text = pack->text};
    const char *reason = unfit(&text);
    aud_vm *vm = &l->vm;
    aud_stop stop;

    pack->tried = pack->broken = true;
    if (reason != NULL) {
        return note_error(l, &text, reason, 0, err);
    }
    if (lua_checkstack(vm->L, 4) == 0) {
        return no_memory(err);
    }
    vm->max_bytes = vm->used + LOAD_BYTES;
    vm->pack = pack;
    lua_pushcfunction(vm->L, run_load_pack);
    stop = aud_lua_call(vm, vm->L, 0, 0);
    vm->pack = NULL;
    if (stop == AUD_STOP_SYSTEM) {
        return aud_vm_fail(vm, err);
    }
    if (stop != AUD_STOP_NONE) {
        return note_error(l, &text, vm->message, vm->line, err);
    }
    reason = clash(l, pack);
    if (reason != NULL) {
        return note_error(l, &text, reason, aud_source_line_of(text.text, AUD_LIT("controls")),
                          err);
    }
    for (size_t i = 0; i < pack->num_controls; i++) {
        l->set->house[l->set->num_house++] = pack->controls[i];
    }
    pack->broken = false;
    return AUD_OK;
}

static aud_status load_one(loader *l, const aud_policy_text *text, aud_choice choice,
                           aud_error *err)
{
    aud_policy_pack *pack = find_pack(l, text->id);
    aud_declaration declaration = {.arena = &l->set->arena, .text = text->text, .pack = pack};
    aud_vm *vm = &l->vm;
    const char *reason = unfit(text);
    aud_stop stop;
    bool ok;

    if (reason != NULL) {
        return choice == AUD_CHOICE_NO ? AUD_OK : note_error(l, text, reason, 0, err);
    }
    if (pack != NULL && !pack->tried) {
        AUD_TRY(load_pack(l, pack, err));
    }
    if (pack != NULL && pack->broken) { /* which was said once */
        return AUD_OK;
    }
    vm->max_bytes = vm->used + LOAD_BYTES;
    if (lua_checkstack(vm->L, 4) == 0) {
        return no_memory(err);
    }
    vm->declaration = &declaration;
    lua_pushcfunction(vm->L, run_load);
    lua_pushlightuserdata(vm->L, &declaration);
    stop = aud_lua_call(vm, vm->L, 1, 0);
    vm->declaration = NULL;
    if (stop == AUD_STOP_SYSTEM) {
        return aud_vm_fail(vm, err);
    }
    if (stop != AUD_STOP_NONE) {
        return choice == AUD_CHOICE_NO ? AUD_OK : note_error(l, text, vm->message, vm->line, err);
    }
    if (!aud_choose(&l->chooser, choice, &declaration.info)) {
        return AUD_OK;
    }
    AUD_TRY(count_lines(l, text, &declaration.policy, err));
    declaration.policy.source.text = text->text;
    declaration.policy.source.pack = pack != NULL ? pack->text : (aud_str){NULL, 0};
    AUD_TRY(configure(l, text, &declaration, err));
    AUD_TRY(check_params(l, text, &declaration, &ok, err));
    if (!ok) {
        return AUD_OK;
    }
    declaration.info.asks = aud_source_asks(text->text, declaration.info.kinds);
    if (pack != NULL) { /* its functions may be called */
        declaration.info.asks |= aud_source_asks(pack->text, declaration.info.kinds);
    }
    AUD_TRY(describe(l, text, pack, &declaration.info, err));
    declaration.policy.info = &l->set->infos[l->set->num];
    l->set->policies[l->set->num] = declaration.policy;
    l->set->infos[l->set->num++] = declaration.info;
    return AUD_OK;
}

static aud_status load_all(loader *l, aud_error *err)
{
    const aud_policy_load *load = l->load;

    AUD_TRY(take_texts(l, err));
    AUD_TRY(aud_chooser_init(&l->chooser, load, l->ids, l->num_texts, &l->set->arena, err));
    AUD_TRY(check_ids(l, load->params, "params", err));
    AUD_TRY(check_ids(l, load->severity, "severity", err));
    l->set->infos = aud_arena_array(&l->set->arena, load->num_texts, sizeof *l->set->infos);
    l->set->policies = aud_arena_array(&l->set->arena, load->num_texts, sizeof *l->set->policies);
    l->set->errors = aud_arena_array(&l->set->arena, load->num_texts, sizeof *l->set->errors);
    l->set->house = aud_arena_array(&l->set->arena, MAX_HOUSE, sizeof *l->set->house);
    if (l->set->infos == NULL || l->set->policies == NULL || l->set->errors == NULL ||
        l->set->house == NULL) {
        return no_memory(err);
    }
    AUD_TRY(aud_vm_init(&l->vm, err));
    lua_pushcfunction(l->vm.L, run_open);
    if (aud_lua_call(&l->vm, l->vm.L, 0, 0) != AUD_STOP_NONE) {
        return aud_vm_fail(&l->vm, err);
    }
    for (size_t i = 0; i < l->num_texts; i++) {
        const aud_choice choice = aud_choose_id(&l->chooser, l->texts[i].id);

        if (choice != AUD_CHOICE_NO || l->chooser.by_control) {
            AUD_TRY(load_one(l, &l->texts[i], choice, err));
        }
    }
    return aud_chooser_finish(&l->chooser, l->set->house, l->set->num_house, err);
}

static void loader_clear(loader *l)
{
    aud_vm_clear(&l->vm);
}

aud_status aud_policy_set_new(const aud_policy_load *load, aud_policy_set **out, aud_error *err)
{
    AUD_CLEANUP(aud_policy_set_freep) aud_policy_set *set = aud_alloc_zero(1, sizeof *set);
    AUD_CLEANUP(loader_clear) loader l = {.load = load, .set = set};

    if (set == NULL) {
        return no_memory(err);
    }
    aud_arena_init(&set->arena, AUD_ARENA_NO_MAX);
    if (load->host != NULL) {
        set->host = *load->host;
    }
    set->lines = load->lines;
    set->traced = load->traced;
    AUD_TRY(load_all(&l, err));
    *out = AUD_MOVE(set);
    return AUD_OK;
}

void aud_policy_set_freep(aud_policy_set **set)
{
    if (*set != NULL) {
        aud_arena_clear(&(*set)->arena);
        aud_free(*set);
        *set = NULL;
    }
}

const aud_policy_info *aud_policy_set_infos(const aud_policy_set *set, size_t *out_num)
{
    *out_num = set->num;
    return set->infos;
}

aud_str aud_policy_set_text(const aud_policy_set *set, size_t policy, bool of_pack)
{
    if (policy >= set->num) {
        return (aud_str){NULL, 0};
    }
    return of_pack ? set->policies[policy].source.pack : set->policies[policy].source.text;
}

const aud_policy_error *aud_policy_set_errors(const aud_policy_set *set, size_t *out_num)
{
    *out_num = set->num_errors;
    return set->errors;
}

const aud_control *aud_policy_set_house(const aud_policy_set *set, size_t *out_num)
{
    *out_num = set->num_house;
    return set->house;
}
