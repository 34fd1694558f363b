/* engine/ingest/config_tree.c - configuration of a server as a tree of directives and blocks. */
#include "engine/ingest/config_tree.h"

bool aud_conf_is(const aud_conf_node *node, const char *name)
{
    return aud_str_eq(node->name, aud_str_of(name));
}

const aud_conf_node *aud_conf_find(const aud_conf_node *from, const char *name)
{
    while (from && (!aud_conf_is(from, name) || from->unread.len > 0)) {
        from = from->next;
    }
    return from;
}

aud_str aud_conf_arg(const aud_conf_node *node, size_t n)
{
    return n < node->num_args ? node->args[n].text : (aud_str){NULL, 0};
}

bool aud_conf_is_open(const aud_conf_node *node)
{
    for (size_t i = 0; i < node->num_args; i++) {
        if (node->args[i].templated || aud_str_has(node->args[i].text, AUD_LIT("$")) ||
            aud_config_is_template(node->args[i].text)) {
            return true;
        }
    }
    return false;
}

bool aud_conf_is_conditional(const aud_conf_node *node)
{
    return node->parent && node->conditions > node->parent->conditions;
}

const aud_conf_node *aud_conf_unread(const aud_conf_node *level)
{
    for (const aud_conf_node *node = level->children; node; node = node->next) {
        if (node->unread.len > 0) {
            return node;
        }
    }
    return NULL;
}

aud_status aud_conf_words(const aud_conf_node *node, aud_arena *arena, aud_str *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 1 << 16};

    for (size_t i = 0; i < node->num_args; i++) {
        if (text.len + node->args[i].text.len + 1 > text.max) {
            break;
        }
        AUD_TRY(
            aud_buf_printf(&text, err, "%s%.*s", i == 0 ? "" : " ", AUD_ARG(node->args[i].text)));
    }
    return aud_arena_dup(arena, aud_buf_str(&text), out, err);
}

bool aud_conf_one_of(aud_str word, const char *const *words, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(word, aud_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* --- building --------------------------------------------------------------------------------- */

aud_status aud_conf_add(aud_arena *arena, aud_conf_node *into, aud_config_place at,
                        unsigned conditions, aud_conf_node **out, aud_error *err)
{
    aud_conf_node *node = AUD_ARENA_NEW(arena, aud_conf_node);

    *out = node;
    if (!node) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    node->at = at;
    node->parent = into;
    node->conditions = conditions;
    if (into->last) {
        into->last->next = node;
    } else {
        into->children = node;
    }
    into->last = node;
    return AUD_OK;
}

aud_status aud_conf_set_args(aud_arena *arena, aud_conf_node *node, const aud_conf_word *words,
                             size_t num, aud_error *err)
{
    aud_conf_word *args = aud_arena_array(arena, num, sizeof *args);

    if (!args) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (num > 0) {
        memcpy(args, words, num * sizeof *args);
    }
    node->args = args;
    node->num_args = num;
    return AUD_OK;
}

aud_status aud_conf_set_unread(aud_arena *arena, aud_conf_node *node, const char *why, aud_str what,
                               aud_error *err)
{
    node->name = AUD_LIT("include");
    return aud_arena_printf(arena, &node->unread, err, "%s%s%.*s%s", why, what.len > 0 ? " '" : "",
                            AUD_ARG(aud_str_sub(what, 0, 200)), what.len > 0 ? "'" : "");
}
