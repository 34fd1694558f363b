/* engine/tree/yaml.h - YAML documents of any length, as the events that JSON comes in. */
#ifndef AUD_TREE_YAML_H
#define AUD_TREE_YAML_H

#include "engine/tree/json.h"

typedef struct aud_yaml aud_yaml;

/*
 * Reads `input` chunk by chunk through libyaml, document after document; comments and empty
 * documents are passed over. UTF-8, or UTF-16 with a byte order mark. A plain scalar is null,
 * true, false or a number where the core schema of YAML 1.2 says so (`yes` and dates are texts),
 * and "!!binary" stays the text that it is. Refused with the line: aliases (so nothing grows),
 * merge keys, duplicate keys, keys that are no scalars. Of the limits `many` is always on.
 */
AUD_NODISCARD aud_status aud_yaml_open(aud_input *input, const aud_json_limits *limits,
                                       aud_yaml **out, aud_error *err);
/* AUD_END behind the last document. A token's text holds until the next call. */
AUD_NODISCARD aud_status aud_yaml_next(aud_yaml *yaml, aud_json_token *out, aud_error *err);
/* After an error: goes on with the next document. AUD_END if there is none. */
AUD_NODISCARD aud_status aud_yaml_resync(aud_yaml *yaml, aud_error *err);
void aud_yaml_closep(aud_yaml **yaml);

#endif
