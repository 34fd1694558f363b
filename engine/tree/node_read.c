/* engine/tree/node_read.c - typed reads of a tree, with messages that say how to put it right. */
#include <stdio.h>

#include "engine/base/text.h"
#include "engine/tree/node.h"

enum { SHOWN = 64 };

static aud_str shown(aud_str text)
{
    return aud_str_sub(text, 0, SHOWN);
}

/* "'max_days' WHAT", or "a list member WHAT". */
static aud_status refuse(const aud_node *node, const char *what, aud_error *err)
{
    if (node->key.len > 0) {
        (void)aud_fail(err, AUD_E_USAGE, "'%.*s' %s", AUD_ARG(shown(node->key)), what);
    } else {
        (void)aud_fail(err, AUD_E_USAGE, "this value %s", what);
    }
    if (err != NULL) {
        err->line = node->line;
    }
    return AUD_E_USAGE;
}

const aud_node *aud_node_get(const aud_node *map, const char *key)
{
    const aud_str want = aud_str_of(key);

    if (map == NULL || map->kind != AUD_NODE_MAP) {
        return NULL;
    }
    for (const aud_node *n = map->first; n != NULL; n = n->next) {
        if (aud_str_eq(n->key, want)) {
            return n;
        }
    }
    return NULL;
}

aud_status aud_node_str(const aud_node *node, aud_str *out, aud_error *err)
{
    switch (node->kind) {
    case AUD_NODE_NULL:
        return refuse(node, "has no value; it must be a text", err);
    case AUD_NODE_LIST:
        return refuse(node, "must be one text, not a list", err);
    case AUD_NODE_MAP:
        return refuse(node, "must be one text, not a map", err);
    case AUD_NODE_SCALAR:
        break;
    }
    *out = node->text;
    return AUD_OK;
}

aud_status aud_node_int(const aud_node *node, int64_t *out, aud_error *err)
{
    aud_str digits = node->text;
    const bool minus = digits.len > 0 && digits.ptr[0] == '-';
    uint64_t number;

    if (node->kind != AUD_NODE_SCALAR) {
        return refuse(node, "must be a whole number", err);
    }
    if (node->quoted) {
        return refuse(node, "must be a whole number, without quotes", err);
    }
    digits = aud_str_sub(digits, minus ? 1 : 0, digits.len);
    if (digits.len > 1 && digits.ptr[0] == '0') {
        return refuse(node, "must be a whole number in decimal, without leading zeros", err);
    }
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
            return refuse(node, "must be a whole number in decimal", err);
        }
    }
    if (digits.len == 0) {
        return refuse(node, "must be a whole number in decimal", err);
    }
    if (!aud_parse_u64(digits, &number) || number > (uint64_t)INT64_MAX) {
        return refuse(node, "is too large a number", err);
    }
    *out = minus ? -(int64_t)number : (int64_t)number;
    return AUD_OK;
}

aud_status aud_node_bool(const aud_node *node, bool *out, aud_error *err)
{
    /* what YAML 1.1 takes for truth and YAML 1.2 for text */
    static const struct {
        const char *word;
        const char *fix;
    } others[] = {
        {"yes", "must be 'true', not 'yes'"},  {"y", "must be 'true', not 'y'"},
        {"on", "must be 'true', not 'on'"},    {"true", "must be 'true', in small letters"},
        {"no", "must be 'false', not 'no'"},   {"n", "must be 'false', not 'n'"},
        {"off", "must be 'false', not 'off'"}, {"false", "must be 'false', in small letters"},
    };

    if (node->kind != AUD_NODE_SCALAR) {
        return refuse(node, "must be true or false", err);
    }
    if (node->quoted) {
        return refuse(node, "must be true or false, without quotes", err);
    }
    if (aud_str_eq(node->text, AUD_LIT("true"))) {
        *out = true;
        return AUD_OK;
    }
    if (aud_str_eq(node->text, AUD_LIT("false"))) {
        *out = false;
        return AUD_OK;
    }
    for (size_t i = 0; i < AUD_COUNT(others); i++) {
        if (aud_str_ieq(node->text, aud_str_of(others[i].word))) {
            return refuse(node, others[i].fix, err);
        }
    }
    return refuse(node, "must be true or false", err);
}

static aud_status unknown_key(const aud_node *node, const char *const *keys, size_t num_keys,
                              aud_error *err)
{
    const aud_str key = shown(node->key);
    const char *near = aud_nearest(node->key, keys, num_keys);

    if (near != NULL) {
        (void)aud_fail(err, AUD_E_USAGE, "unknown key '%.*s'; did you mean '%s'?", AUD_ARG(key),
                       near);
    } else {
        char known[512];
        size_t len = 0;

        known[0] = '\0';
        for (size_t i = 0; i < num_keys && len < sizeof known; i++) {
            const int n =
                snprintf(known + len, sizeof known - len, "%s'%s'", i == 0 ? "" : ", ", keys[i]);

            len += n < 0 ? 0 : (size_t)n;
        }
        (void)aud_fail(err, AUD_E_USAGE, "unknown key '%.*s'; known here are %s", AUD_ARG(key),
                       known);
    }
    if (err != NULL) {
        err->line = node->key_line;
    }
    return AUD_E_USAGE;
}

aud_status aud_node_only(const aud_node *map, const char *const *keys, aud_error *err)
{
    size_t num_keys = 0;

    if (map->kind != AUD_NODE_MAP) {
        return refuse(map, "must be a map of keys and values", err);
    }
    while (keys[num_keys] != NULL) {
        num_keys++;
    }
    for (const aud_node *n = map->first; n != NULL; n = n->next) {
        size_t i = 0;

        while (i < num_keys && !aud_str_eq(n->key, aud_str_of(keys[i]))) {
            i++;
        }
        if (i == num_keys) {
            return unknown_key(n, keys, num_keys, err);
        }
    }
    return AUD_OK;
}
