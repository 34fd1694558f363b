/* engine/policy/lines.h - which lines of a policy's functions can run, and which did.
 *
 * Units:   lines from 1; those of the functions only, since the declaration runs by loading.
 * Threads: one judge at a time writes.
 */
#ifndef AUD_POLICY_LINES_H
#define AUD_POLICY_LINES_H

#include "engine/base/memory.h"

enum { AUD_LINE_CAN = 1, AUD_LINE_RAN = 2 };

typedef struct aud_policy_lines {
    uint8_t *states; /* bits AUD_LINE_*, [0] is line 1 */
    uint32_t num;
    uint32_t can, ran; /* sums, after aud_lines_find */
} aud_policy_lines;

typedef struct aud_lines aud_lines;
AUD_NODISCARD aud_status aud_lines_new(aud_lines **out, aud_error *err);
void aud_lines_freep(aud_lines **lines);
/* NULL if no policy of that id was loaded. */
const aud_policy_lines *aud_lines_find(aud_lines *lines, aud_str policy);

/*
 * The policy's entry, made from its text and its compiled form (as lua_dump gives it, Lua 5.4) if
 * it is not there. Errors: AUD_E_UNSUPPORTED for a compiled form that is not understood.
 */
AUD_NODISCARD aud_status aud_lines_take(aud_lines *lines, aud_str policy, aud_str text,
                                        aud_str compiled, aud_policy_lines **out, aud_error *err);

#endif
