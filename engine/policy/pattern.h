/* engine/policy/pattern.h - Lua's patterns, matched within a number of steps. */
#ifndef AUD_POLICY_PATTERN_H
#define AUD_POLICY_PATTERN_H

#include "engine/base/base.h"

enum { AUD_PATTERN_CAPTURES = 16, AUD_PATTERN_POSITION = -1, AUD_PATTERN_OPEN = -2 };

typedef struct aud_match {
    size_t begin, end;
    struct {
        size_t at;
        ptrdiff_t len; /* AUD_PATTERN_POSITION for "()" */
    } captures[AUD_PATTERN_CAPTURES];
    unsigned num_captures;
} aud_match;

typedef enum aud_pattern_result {
    AUD_PATTERN_NONE,
    AUD_PATTERN_FOUND,
    AUD_PATTERN_BAD,   /* not a pattern; the reason is set */
    AUD_PATTERN_STEPS, /* out of steps */
} aud_pattern_result;

/*
 * First match of `pattern` in `subject` at or after `from`; one step a comparison. The patterns
 * of Lua 5.4 without %b, %f and back references, which are refused.
 */
aud_pattern_result aud_pattern_find(aud_str subject, size_t from, aud_str pattern, size_t *steps,
                                    aud_match *out, const char **out_reason);

#endif
