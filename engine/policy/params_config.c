/* engine/policy/params_config.c - what the configuration sets, held against the declaration. */
#include "engine/policy/params.h"

#include "engine/base/text.h"
#include "engine/tree/json.h"

enum { MAX_DEPTH = 16, MAX_PARAMS = 64, MAX_JSON = 1 << 20 };

/* Where a value stands, for messages. */
typedef struct place {
    aud_str policy, param;
    const aud_policy_host *host;
    aud_arena *arena;
} place;

static aud_status no_memory(aud_error *err)
{
    return aud_fail(err, AUD_E_NOMEM, "out of memory");
}

static aud_status refuse(const place *at, const aud_node *node, aud_error *err, const char *want)
{
    aud_status st = aud_fail(err, AUD_E_USAGE, "the parameter '%.*s' of '%.*s' must be %s",
                             AUD_ARG(at->param), AUD_ARG(at->policy), want);
    if (err != NULL) {
        err->line = node->line;
    }
    return st;
}

/* A scalar without quotes is what it looks like. */
static aud_param_kind looks_like(const aud_node *node)
{
    int64_t number;
    bool boolean;

    switch (node->kind) {
    case AUD_NODE_LIST:
        return AUD_PARAM_LIST;
    case AUD_NODE_MAP:
        return AUD_PARAM_MAP;
    case AUD_NODE_NULL:
    case AUD_NODE_SCALAR:
        break;
    }
    if (!node->quoted && aud_node_int(node, &number, NULL) == AUD_OK) {
        return AUD_PARAM_INT;
    }
    if (!node->quoted && aud_node_bool(node, &boolean, NULL) == AUD_OK) {
        return AUD_PARAM_BOOL;
    }
    return AUD_PARAM_TEXT;
}

static const char *kind_words(aud_param_kind kind)
{
    switch (kind) {
    case AUD_PARAM_BOOL:
        return "true or false";
    case AUD_PARAM_INT:
        return "an integer";
    case AUD_PARAM_TEXT:
        return "a string";
    case AUD_PARAM_LIST:
        return "a list";
    case AUD_PARAM_MAP:
        return "a map";
    case AUD_PARAM_CA_LIST:
        return "a list of approved CAs";
    case AUD_PARAM_ANY:
        break;
    }
    return "a value";
}

static aud_status take(const place *at, const aud_node *node, aud_param_kind kind,
                       aud_param_kind element, unsigned depth, aud_param_value **out,
                       aud_error *err);

static aud_status take_members(const place *at, const aud_node *node, aud_param_kind element,
                               unsigned depth, aud_param_value *into, aud_error *err)
{
    aud_param_value **end = &into->first;

    for (const aud_node *n = node->first; n != NULL; n = n->next) {
        AUD_TRY(take(at, n, element, AUD_PARAM_ANY, depth + 1, end, err));
        if (into->kind == AUD_PARAM_MAP) {
            AUD_TRY(aud_arena_dup(at->arena, n->key, &(*end)->key, err));
        }
        end = &(*end)->next;
        into->len++;
    }
    return AUD_OK;
}

static aud_status take(const place *at, const aud_node *node, aud_param_kind kind,
                       aud_param_kind element, unsigned depth, aud_param_value **out,
                       aud_error *err)
{
    aud_param_value *value = AUD_ARENA_NEW(at->arena, aud_param_value);
    aud_str text;

    if (value == NULL) {
        return no_memory(err);
    }
    if (depth > MAX_DEPTH) {
        return refuse(at, node, err, "less deeply nested");
    }
    kind = kind == AUD_PARAM_ANY ? looks_like(node) : kind;
    value->kind = kind;
    *out = value;
    switch (kind) {
    case AUD_PARAM_BOOL:
        return aud_node_bool(node, &value->boolean, NULL) == AUD_OK
                   ? AUD_OK
                   : refuse(at, node, err, kind_words(kind));
    case AUD_PARAM_INT:
        return aud_node_int(node, &value->number, NULL) == AUD_OK
                   ? AUD_OK
                   : refuse(at, node, err, kind_words(kind));
    case AUD_PARAM_TEXT:
        return node->kind == AUD_NODE_SCALAR && aud_node_str(node, &text, NULL) == AUD_OK
                   ? aud_arena_dup(at->arena, text, &value->text, err)
                   : refuse(at, node, err, kind_words(kind));
    case AUD_PARAM_LIST:
    case AUD_PARAM_MAP:
        if (node->kind != (kind == AUD_PARAM_LIST ? AUD_NODE_LIST : AUD_NODE_MAP)) {
            return refuse(at, node, err, kind_words(kind));
        }
        return take_members(at, node, element, depth, value, err);
    case AUD_PARAM_CA_LIST:
    case AUD_PARAM_ANY:
        break;
    }
    return refuse(at, node, err, kind_words(kind));
}

/* The host resolves it; what was written is kept beside, to be shown. */
static aud_status take_ca_list(const place *at, const aud_node *node, aud_param_value **out,
                               aud_error *err)
{
    aud_error inner = {0};
    aud_status st;

    if (at->host == NULL || at->host->ca_list == NULL || node->kind != AUD_NODE_LIST) {
        return refuse(at, node, err, kind_words(AUD_PARAM_CA_LIST));
    }
    AUD_TRY(take(at, node, AUD_PARAM_LIST, AUD_PARAM_ANY, 0, out, err));
    (*out)->kind = AUD_PARAM_CA_LIST;
    st = at->host->ca_list(at->host->ctx, node, &(*out)->ca_list, &inner);
    if (st != AUD_OK) {
        st = aud_fail(err, st, "the parameter '%.*s' of '%.*s': %s", AUD_ARG(at->param),
                      AUD_ARG(at->policy), inner.message);
        if (err != NULL) {
            err->line = inner.line == 0 ? node->line : inner.line;
            memcpy(err->path, inner.path, sizeof err->path);
        }
    }
    return st;
}

static aud_status check_choice(const place *at, const aud_param *param, const aud_node *node,
                               const aud_param_value *value, aud_error *err)
{
    const char *names[MAX_PARAMS];
    size_t num = 0;
    char hint[AUD_HINT_MAX];
    aud_status st;

    for (size_t i = 0; i < param->num_choices; i++) {
        if (aud_str_eq(param->choices[i], value->text)) {
            return AUD_OK;
        }
        if (num < MAX_PARAMS) {
            names[num++] = param->choices[i].ptr; /* copied with a NUL behind it */
        }
    }
    st = aud_fail(err, AUD_E_USAGE, "the parameter '%.*s' of '%.*s' cannot be '%.*s'%s",
                  AUD_ARG(at->param), AUD_ARG(at->policy), AUD_ARG(aud_str_sub(value->text, 0, 64)),
                  aud_hint(value->text, names, num, hint));
    if (err != NULL) {
        err->line = node->line;
    }
    return st;
}

static aud_status configure(aud_param *param, const place *at, const aud_node *node, aud_error *err)
{
    aud_param_value *value = NULL;

    if (param->kind == AUD_PARAM_CA_LIST) {
        AUD_TRY(take_ca_list(at, node, &value, err));
    } else {
        AUD_TRY(take(at, node, param->kind, param->element, 0, &value, err));
    }
    if (param->num_choices > 0) {
        AUD_TRY(check_choice(at, param, node, value, err));
    }
    param->value = value;
    param->configured = true;
    param->line = node->key_line;
    return AUD_OK;
}

static aud_status unknown_param(const aud_param *params, size_t num_params, aud_str policy,
                                const aud_node *node, aud_error *err)
{
    const char *names[MAX_PARAMS];
    size_t num = 0;
    char hint[AUD_HINT_MAX];
    aud_status st;

    for (size_t i = 0; i < num_params && num < MAX_PARAMS; i++) {
        names[num++] = params[i].name.ptr;
    }
    st = aud_fail(err, AUD_E_USAGE, "'%.*s' has no parameter '%.*s'%s", AUD_ARG(policy),
                  AUD_ARG(aud_str_sub(node->key, 0, 64)), aud_hint(node->key, names, num, hint));
    if (err != NULL) {
        err->line = node->key_line;
    }
    return st;
}

aud_status aud_params_configure(aud_param *params, size_t num_params, const aud_node *map,
                                aud_str policy, const aud_policy_host *host, aud_arena *arena,
                                aud_error *err)
{
    if (map->kind == AUD_NODE_NULL) {
        return AUD_OK;
    }
    if (map->kind != AUD_NODE_MAP) {
        aud_status st =
            aud_fail(err, AUD_E_USAGE, "the parameters of '%.*s' must be a map", AUD_ARG(policy));
        if (err != NULL) {
            err->line = map->line;
        }
        return st;
    }
    for (const aud_node *n = map->first; n != NULL; n = n->next) {
        size_t i = 0;

        while (i < num_params && !aud_str_eq(params[i].name, n->key)) {
            i++;
        }
        if (i == num_params) {
            return unknown_param(params, num_params, policy, n, err);
        }
        AUD_TRY(configure(
            &params[i],
            &(place){.policy = policy, .param = params[i].name, .host = host, .arena = arena}, n,
            err));
    }
    return AUD_OK;
}

static void write_value(aud_json_writer *w, const aud_param_value *value)
{
    if (value == NULL) {
        aud_json_null(w);
        return;
    }
    switch (value->kind) {
    case AUD_PARAM_BOOL:
        aud_json_bool(w, value->boolean);
        break;
    case AUD_PARAM_INT:
        aud_json_int(w, value->number);
        break;
    case AUD_PARAM_TEXT:
        aud_json_str(w, value->text);
        break;
    case AUD_PARAM_MAP:
        aud_json_begin_object(w);
        for (const aud_param_value *v = value->first; v != NULL; v = v->next) {
            aud_json_key_str(w, v->key);
            write_value(w, v);
        }
        aud_json_end_object(w);
        break;
    case AUD_PARAM_LIST:
    case AUD_PARAM_CA_LIST:
        aud_json_begin_array(w);
        for (const aud_param_value *v = value->first; v != NULL; v = v->next) {
            write_value(w, v);
        }
        aud_json_end_array(w);
        break;
    case AUD_PARAM_ANY:
        aud_json_null(w);
        break;
    }
}

static aud_status show_value(const aud_param_value *value, aud_arena *arena, aud_str *out,
                             aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf = {.max = MAX_JSON};
    AUD_CLEANUP(aud_out_closep) aud_out *text = NULL;
    aud_json_writer writer;

    AUD_TRY(aud_out_open_buf(&buf, &text, err));
    aud_json_writer_init(&writer, text, 0);
    write_value(&writer, value);
    AUD_TRY(aud_out_finish(text, err));
    return aud_arena_dup(arena, aud_buf_str(&buf), out, err);
}

static const char *type_word(aud_param_kind kind)
{
    switch (kind) {
    case AUD_PARAM_BOOL:
        return "boolean";
    case AUD_PARAM_INT:
        return "integer";
    case AUD_PARAM_TEXT:
        return "string";
    case AUD_PARAM_LIST:
        return "list";
    case AUD_PARAM_MAP:
        return "table";
    case AUD_PARAM_CA_LIST:
        return "ca_list";
    case AUD_PARAM_ANY:
        break;
    }
    return "any";
}

/* "integer", "list of string", "choice". */
static aud_status show_type(const aud_param *param, aud_arena *arena, aud_str *out, aud_error *err)
{
    bool typed = param->kind == AUD_PARAM_LIST && param->element != AUD_PARAM_ANY;

    return aud_arena_printf(arena, out, err, "%s%s%s",
                            param->num_choices > 0 ? "choice" : type_word(param->kind),
                            typed ? " of " : "", typed ? type_word(param->element) : "");
}

aud_status aud_params_show(const aud_param *params, size_t num_params, aud_arena *arena,
                           const struct aud_param_info **out, aud_error *err)
{
    struct aud_param_info *infos = aud_arena_array(arena, num_params, sizeof *infos);

    if (infos == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < num_params; i++) {
        infos[i].name = params[i].name;
        infos[i].configured = params[i].configured;
        infos[i].line = params[i].line;
        infos[i].required = params[i].required;
        infos[i].choices = params[i].choices;
        infos[i].num_choices = params[i].num_choices;
        AUD_TRY(show_type(&params[i], arena, &infos[i].type, err));
        AUD_TRY(show_value(params[i].value, arena, &infos[i].value, err));
        AUD_TRY(show_value(params[i].declared, arena, &infos[i].fallback, err));
    }
    *out = infos;
    return AUD_OK;
}
