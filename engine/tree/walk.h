/* engine/tree/walk.h - JSON and YAML of any length as one stream of events, and its parts as trees.
 */
#ifndef AUD_TREE_WALK_H
#define AUD_TREE_WALK_H

#include "engine/tree/json.h"
#include "engine/tree/node.h"
#include "engine/tree/yaml.h"

typedef struct aud_walk {
    aud_json *json; /* one of the two */
    aud_yaml *yaml;
    uint32_t last_line; /* of the last token */
    aud_status broke;   /* of the document, not of what is done with it */
} aud_walk;

enum { AUD_WALK_DEPTH = 128 };

/* Values follow one another: JSON lines, concatenated JSON, YAML documents. */
AUD_NODISCARD aud_status aud_walk_open(aud_walk *walk, aud_input *input, bool yaml, aud_error *err);
void aud_walk_close(aud_walk *walk);
AUD_NODISCARD aud_status aud_walk_next(aud_walk *walk, aud_json_token *out, aud_error *err);
/* After an error: behind the line of JSON lines, or at the next document of YAML. */
AUD_NODISCARD aud_status aud_walk_resync(aud_walk *walk, aud_error *err);

typedef struct aud_walk_budget {
    size_t nodes, bytes; /* left */
} aud_walk_budget;

/*
 * The value that `first` begins, with all that is in it. Strings are `quoted`; numbers, true and
 * false are scalars that are not. AUD_E_LIMIT, with the line, where the budget is used up.
 */
AUD_NODISCARD aud_status aud_walk_tree(aud_walk *walk, const aud_json_token *first,
                                       aud_arena *arena, aud_walk_budget *budget, aud_node **out,
                                       aud_error *err);
/* What is left of the value that `first` begins. */
AUD_NODISCARD aud_status aud_walk_pass(aud_walk *walk, const aud_json_token *first, aud_error *err);

/* Overwrites the texts below: a tree that aud_walk_tree() made, and nobody reads again. */
void aud_walk_wipe(aud_node *node);

#endif
