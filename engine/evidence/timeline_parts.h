/* engine/evidence/timeline_parts.h - how a timeline keeps what is under way; for this room only. */
#ifndef AUD_EVIDENCE_TIMELINE_PARTS_H
#define AUD_EVIDENCE_TIMELINE_PARTS_H

#include "engine/base/map.h"
#include "engine/evidence/timeline.h"

/* A stretch under way. */
typedef struct row {
    aud_stretch stretch;
    struct row *next; /* of its lineage */
    size_t policy;    /* index into `policies` of the timeline */
    size_t seen;      /* the last state that had it */
    int64_t counted;  /* its time is summed up to here */
    bool waived, is_new;
} row;

/* Whoever holds one place in the estate, one after another. */
typedef struct lineage {
    aud_kind kind;
    aud_str name;
    aud_str source, path; /* where it was seen first */
    row *open;
    size_t touched;           /* the last state that spoke of it */
    uint64_t ids, ids_before; /* of its holders */
    uint8_t *now, *before;    /* worst verdict by policy */
    int64_t *since;           /* by policy: it passes since then, if it does */
    size_t cap;               /* of the three */
    int64_t first_seen;
    bool ever, carried_in, is_there, was_there;
    bool is_place; /* where something was not judged */
} lineage;

typedef struct policy_track {
    aud_period_policy sum;
    size_t exposed; /* rows that count against it now */
    int64_t exposed_since;
    size_t judged; /* lineages that it judges now */
    int64_t judged_since;
} policy_track;

struct aud_timeline {
    aud_arena arena;
    bool split;
    aud_map *lineages, *policy_ids;
    AUD_VEC(lineage *) all, touched;
    AUD_VEC(row *) rows;
    AUD_VEC(policy_track) policies;
    AUD_VEC(aud_stretch) stretches; /* when it is finished */
    size_t state;
    aud_cause cause;
    bool rules, whole, is_lost;
    aud_buf key;
};

#endif
