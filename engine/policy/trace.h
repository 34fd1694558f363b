/* engine/policy/trace.h - what one evaluation asked and was told, in order: the material of
 * `policy explain`. Recorded by the host while the policy runs, never reconstructed.
 */
#ifndef AUD_POLICY_TRACE_H
#define AUD_POLICY_TRACE_H

#include "engine/base/map.h"
#include "engine/model/approval.h"
#include "engine/model/fields.h"

typedef enum aud_step_kind {
    AUD_STEP_CLOCK,    /* effective dates: `name` says which clock */
    AUD_STEP_APPLIES,  /* what `applies` answered; absent: the policy has none */
    AUD_STEP_FACT,     /* a fact, with its presence */
    AUD_STEP_IS_KNOWN, /* is_known() */
    AUD_STEP_PARAM,    /* a parameter */
    AUD_STEP_TIME,     /* passed(), within() */
    AUD_STEP_ROW,      /* in_force(): the row that was found */
    AUD_STEP_APPROVAL, /* approval() */
} aud_step_kind;
const char *aud_step_name(aud_step_kind kind); /* "clock", "fact" ... */

typedef struct aud_step {
    aud_step_kind kind;
    aud_str name;        /* path of a fact, a parameter, "passed", "judged instant" */
    uint8_t presence;    /* aud_presence of a fact; AUD_ABSENT for an `applies` that is not there */
    bool is_time;        /* the fact is an instant, `instant` */
    bool answer;         /* of a yes or no question */
    bool configured;     /* a parameter: set by the configuration at `config_line` */
    aud_str value;       /* in JSON; empty where there is none */
    aud_str about;       /* the fact whose instant was asked about, if it was read before */
    aud_str detail;      /* approval(): why */
    int64_t instant;     /* what was held against the clock */
    int64_t seconds;     /* within() */
    int64_t from, until; /* of a clock; INT64_MIN and INT64_MAX: open */
    int64_t flips_at;    /* when the answer changes; INT64_MAX: never again */
    uint32_t line;       /* of the policy; 0 for what the host asks by itself */
    uint32_t config_line;
} aud_step;

typedef struct aud_trace {
    aud_arena arena;
    AUD_VEC(aud_step) steps;
    aud_map *known; /* kind and name of what is there: each once */
    bool cut;       /* more was asked than is kept */
} aud_trace;

AUD_NODISCARD aud_status aud_trace_new(aud_trace **out, aud_error *err);
void aud_trace_freep(aud_trace **trace);
/* Forgets everything: for the next evaluation. */
AUD_NODISCARD aud_status aud_trace_reset(aud_trace *trace, aud_error *err);
/* Adds a step unless it is there; copies what it points to. */
AUD_NODISCARD aud_status aud_trace_add(aud_trace *trace, const aud_step *step, aud_error *err);
/* Adds the fact `name` with its value. */
AUD_NODISCARD aud_status aud_trace_fact(aud_trace *trace, aud_str name, const aud_value *value,
                                        uint32_t line, aud_error *err);

#endif
