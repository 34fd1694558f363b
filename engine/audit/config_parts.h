/* engine/audit/config_parts.h - how the configuration is read in parts; for this room only. */
#ifndef AUD_AUDIT_CONFIG_PARTS_H
#define AUD_AUDIT_CONFIG_PARTS_H

#include "engine/audit/config.h"

/* A usage error at a node; the caller adds the path. */
aud_status aud_config_refuse(const aud_node *node, aud_error *err, const char *message);

/* config_columns.c: `columns:` and `format:` of a source; NULL: not given. Format first. */
AUD_NODISCARD aud_status aud_config_format(const aud_node *node, aud_source_config *source,
                                           aud_error *err);
AUD_NODISCARD aud_status aud_config_columns(const aud_node *map, aud_arena *arena,
                                            aud_source_config *source, aud_error *err);

/* config_columns.c: `versions:` of a source; NULL: not given. */
AUD_NODISCARD aud_status aud_config_versions(const aud_node *map, aud_arena *arena,
                                             aud_source_config *source, aud_error *err);

/* config_evidence.c: `evidence:`; NULL: not given. */
extern const char *const aud_config_evidence_keys[];
extern const char *const aud_config_review_keys[];
AUD_NODISCARD aud_status aud_config_evidence(const aud_node *map, aud_arena *arena, aud_config *out,
                                             aud_error *err);

#endif
