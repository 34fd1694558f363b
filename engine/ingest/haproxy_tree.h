/* engine/ingest/haproxy_tree.h - HAProxy's configuration as sections of lines. */
#ifndef AUD_INGEST_HAPROXY_TREE_H
#define AUD_INGEST_HAPROXY_TREE_H

#include "engine/ingest/config_tree.h"

/*
 * The root's children are sections ("frontend www"), theirs are lines. Lines under `.if` or a
 * template's condition are conditional. A word with "${X}" is templated. Errors: only the sink's,
 * AUD_E_NOMEM, AUD_E_LIMIT. Source: HAProxy 2.6 configuration manual, 2.2 and 2.4.
 */
AUD_NODISCARD aud_status aud_haproxy_parse(aud_conf_node *root, const aud_reading *r, aud_str text,
                                           aud_error *err);
/* One line's words, for lists of certificates too. The caller frees `out->items`. */
typedef AUD_VEC(aud_conf_word) aud_haproxy_words;
AUD_NODISCARD aud_status aud_haproxy_split(aud_str line, aud_arena *arena, aud_haproxy_words *out,
                                           aud_error *err);

unsigned aud_haproxy_evidence(aud_str head);

#endif
