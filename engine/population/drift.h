/* engine/population/drift.h - what is served held against what is stored and what is listed. */
#ifndef AUD_POPULATION_DRIFT_H
#define AUD_POPULATION_DRIFT_H

#include "engine/population/population_parts.h"

struct drift;
void aud_drift_free(struct drift *drift);

/*
 * The facts of design.md section 2's "not in" claims: absent where there is nothing to hold a
 * subject against, unknown where nobody claims to have looked everywhere.
 * Threads: safe; the index behind them is made once.
 */
aud_value aud_drift_endpoint(const member *endpoint, unsigned field, aud_arena *scratch);
aud_value aud_drift_listed_at(const member *m, aud_arena *scratch);
aud_value aud_drift_served(const member *m, aud_arena *scratch);
aud_value aud_drift_served_as_of(const member *m);

/* "https://Host/x", "host:443", "[::1]:443" -> "host:443"; false where no port is told. */
bool aud_drift_place(aud_str location, aud_arena *arena, aud_str *out);

#endif
