/* engine/policy/params.h - parameters of policies: declared, checked against configuration, shown.
 */
#ifndef AUD_POLICY_PARAMS_H
#define AUD_POLICY_PARAMS_H

#include "engine/policy/vm.h"

typedef enum aud_param_kind {
    AUD_PARAM_BOOL,
    AUD_PARAM_INT,
    AUD_PARAM_TEXT,
    AUD_PARAM_LIST,
    AUD_PARAM_MAP,
    AUD_PARAM_CA_LIST,
    AUD_PARAM_ANY, /* member of a map or of a list that says nothing of its members */
} aud_param_kind;

typedef struct aud_param_value aud_param_value;
struct aud_param_value {
    aud_param_kind kind;
    bool boolean;
    int64_t number;
    aud_str text;
    aud_str key; /* in its map */
    aud_param_value *first, *next;
    size_t len;
    const void *ca_list; /* the host's */
};

typedef struct aud_param {
    aud_str name;
    bool required;
    aud_param_kind kind, element; /* `element` of a list */
    const aud_str *choices;
    size_t num_choices;
    const aud_param_value *declared; /* its default; NULL: required */
    const aud_param_value *value;    /* NULL: required and not set */
    bool configured;
    uint32_t line; /* of the configuration that set it */
} aud_param;

/* required "ca_list" and choice { "a", "b" }, as Lua calls them. */
int aud_param_required(lua_State *L);
int aud_param_choice(lua_State *L);
/* Prepares them. */
void aud_param_open(lua_State *L);

/* The parameter that the value on the top of the stack declares; copies into `arena`. */
void aud_param_declare(lua_State *L, aud_str name, aud_arena *arena, aud_param *out);

/*
 * Takes what the configuration gives. Errors: AUD_E_USAGE with the line and the nearest name.
 */
AUD_NODISCARD aud_status aud_params_configure(aud_param *params, size_t num_params,
                                              const aud_node *map, aud_str policy,
                                              const aud_policy_host *host, aud_arena *arena,
                                              aud_error *err);
/* For aud_policy_info: values in JSON, "null" for what is not set. */
AUD_NODISCARD aud_status aud_params_show(const aud_param *params, size_t num_params,
                                         aud_arena *arena, const struct aud_param_info **out,
                                         aud_error *err);
/* Pushes the frozen table of all parameters. */
void aud_params_push(lua_State *L, const aud_param *params, size_t num_params);
/* The host's list of the ca_list parameter at `index`, or a misuse. */
const void *aud_param_check_ca_list(lua_State *L, int index);

#endif
