/* engine/audit/known_parts.h - what the two readers of baselines share; for this room only. */
#ifndef AUD_AUDIT_KNOWN_PARTS_H
#define AUD_AUDIT_KNOWN_PARTS_H

#include "engine/audit/known.h"

/* known_json.c: the findings of a results.json. */
AUD_NODISCARD aud_status aud_baseline_read_json(aud_str text, aud_arena *arena, aud_baseline *out,
                                                aud_error *err);

#endif
