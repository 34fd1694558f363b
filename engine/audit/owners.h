/* engine/audit/owners.h - who owns what: CODEOWNERS, the configuration, aliases, placeholders. */
#ifndef AUD_AUDIT_OWNERS_H
#define AUD_AUDIT_OWNERS_H

#include "engine/audit/config.h"
#include "engine/population/population.h"
#include "engine/vcs/vcs.h"

typedef struct aud_owners aud_owners;

AUD_NODISCARD aud_status aud_owners_new(const aud_config *config, aud_owners **out, aud_error *err);
void aud_owners_freep(aud_owners **owners);
/* Reads the CODEOWNERS of a git source, if it has one; `name` is the source's. */
AUD_NODISCARD aud_status aud_owners_source(aud_owners *owners, aud_str name, aud_vcs *vcs,
                                           aud_error *err);
/* For aud_population_new; `owners` is its ctx. Thread-safe once all sources are read. */
aud_owner_lookup aud_owners_lookup(aud_owners *owners);

/* "TBD", "unknown", "n/a", "?" ...: words that stand where an owner should. */
bool aud_owner_is_placeholder(aud_str name);

#endif
