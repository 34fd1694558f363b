/* engine/audit/config.h - certaudit.yaml, read strictly: what is judged, by what, and what gates.
 */
#ifndef AUD_AUDIT_CONFIG_H
#define AUD_AUDIT_CONFIG_H

#include "engine/ingest/adapter.h"
#include "engine/model/result.h"
#include "engine/tree/node.h"

typedef struct aud_exclude_rule {
    aud_str path, reason;
} aud_exclude_rule;

typedef struct aud_source_config {
    aud_str name;
    aud_str path;     /* as given; relative to the working folder, or to the configuration's */
    aud_str inside;   /* of the bare repository `path`: what of it is judged; empty: all */
    aud_str rev;      /* empty: what lies on disk */
    aud_str glob;     /* pattern below `path` that entries must match; empty: all */
    aud_str format;   /* adapter that is insisted on; empty: by content */
    aud_str endpoint; /* "host:port" or ":port" of scans that do not tell it; empty: none */
    const aud_exclude_rule *excludes;
    size_t num_excludes;
    const aud_mapping *columns; /* header of a CSV -> field of the native snapshot */
    size_t num_columns;
    const aud_mapping *versions; /* server software -> its version, for defaults not stated */
    size_t num_versions;
    bool complete;           /* it claims to list everything of its kind */
    int64_t max_age_seconds; /* 0: no bound */
    uint32_t line;           /* in the configuration; 0 for an argument */
} aud_source_config;

typedef struct aud_owner_rule {
    aud_str path, dns, environment, lineage; /* globs; empty matches everything */
    aud_str owner;
    uint32_t line;
} aud_owner_rule;

typedef struct aud_alias {
    aud_str name, alias;
} aud_alias;

typedef struct aud_accept_rule {
    aud_str source, path; /* globs; an empty source matches all */
    aud_str reason;
    uint32_t line;
} aud_accept_rule;

/* All views are borrowed from the arena it was read with. Zeroed: the built-in defaults. */
typedef struct aud_config {
    aud_str path;   /* as named; empty for the defaults */
    aud_str folder; /* that relative paths in it start from; "" is the working folder */
    unsigned char sha256[32];
    const aud_source_config *sources;
    size_t num_sources;
    const aud_str *packs; /* none: core */
    size_t num_packs;
    const aud_str *dirs;
    size_t num_dirs;
    const aud_node *params, *severity; /* maps by policy id; may be NULL */
    const aud_node *public_stores;     /* "all", or a list of CAs that are publicly trusted */
    const aud_owner_rule *owners;
    size_t num_owners;
    const aud_alias *aliases;
    size_t num_aliases;
    const aud_accept_rule *accepts;
    size_t num_accepts;
    aud_severity fail_on;
    bool has_fail_on;
    size_t min_subjects;
    aud_str baseline;           /* file; empty: none */
    aud_str waivers;            /* file; empty: none */
    int64_t max_waiver_days;    /* from approval to expiry; 0: no bound */
    int64_t waiver_notice_days; /* how long before its end a waiver is said to lapse soon */
    int64_t fiscal_month;       /* in which the fiscal year begins; 1 is January */
    const aud_review_info *reviews;
    size_t num_reviews;
} aud_config;

/* The keys of each map of a configuration, NULL-terminated: schemas/ says the same to editors. */
typedef struct aud_config_keys {
    const char *place; /* "sources.exclude": lists and maps alike; "": the whole */
    const char *const *keys;
} aud_config_keys;
extern const aud_config_keys aud_config_key_sets[];
extern const size_t aud_num_config_key_sets;

/*
 * Reads a configuration. Strict: an unknown key, a wrong type or a missing reason is AUD_E_USAGE
 * with path, line and the nearest known name. `text` must outlive the result.
 */
AUD_NODISCARD aud_status aud_config_read(aud_str path, aud_str text, aud_arena *arena,
                                         aud_config *out, aud_error *err);

/* The defaults, with one source a path. */
void aud_config_defaults(aud_config *out);

/* The configuration's sources with paths as seen from the working folder; `rev` where they name
 * none. */
AUD_NODISCARD aud_status aud_config_sources(const aud_config *config, aud_str rev, aud_arena *arena,
                                            const aud_source_config **out, size_t *out_num,
                                            aud_error *err);

/* A path of the configuration as seen from the working folder. */
AUD_NODISCARD aud_status aud_config_path(const aud_config *config, aud_str path, aud_arena *arena,
                                         aud_str *out, aud_error *err);

#endif
