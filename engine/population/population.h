/* engine/population/population.h - every subject once, with all its sightings, owners and links. */
#ifndef AUD_POPULATION_POPULATION_H
#define AUD_POPULATION_POPULATION_H

#include "engine/model/result.h"
#include "engine/model/subject.h"

typedef struct aud_population aud_population;
typedef struct aud_collector aud_collector;

/* A worker's own part of the population, filled while reading. Not thread-safe. */
AUD_NODISCARD aud_status aud_collector_new(aud_collector **out, aud_error *err);
void aud_collector_freep(aud_collector **collector);
/* What is true of everything that this worker reads until the next call. */
void aud_collector_source(aud_collector *collector, aud_str source, aud_str rev, aud_place place);
/* A sink's `subject`; `ctx` is the collector. */
aud_status aud_collector_add(void *collector, const aud_seen *seen, aud_error *err);
/* A file of the current source was read as a part of another: what is `partial` in it is dropped.
 */
AUD_NODISCARD aud_status aud_collector_cover(aud_collector *collector, aud_str path,
                                             aud_error *err);
/* Drops all that was seen in a source: it turned out to be evidence of nothing. */
void aud_collector_forget(aud_collector *collector, aud_str source);
size_t aud_collector_count(const aud_collector *collector); /* sightings so far */
/* What is added until the next call was read from this entry: any number of the caller's. */
void aud_collector_entry(aud_collector *collector, uint32_t entry);
/*
 * One collector with all that these hold. Owns: nothing of it; it is of use while what these are
 * merged into lives.
 */
AUD_NODISCARD aud_status aud_collectors_copy(aud_collector *const *collectors, size_t num,
                                             aud_collector **out, aud_error *err);
/* Drops what `keep` does not want; it gives the revision of what it wants. */
typedef bool (*aud_collector_wants)(void *ctx, uint32_t entry, aud_str *rev);
void aud_collector_keep(aud_collector *collector, aud_collector_wants keep, void *ctx);
aud_arena *aud_collector_arena(aud_collector *collector); /* lives as long as the population */

/* Owners of a sighting, asked once a sighting while merging; adds to `owners`. */
typedef struct aud_owner_lookup {
    void *ctx;
    aud_status (*find)(void *ctx, const aud_sighting *where, aud_str lineage,
                       const aud_object *facts, aud_arena *arena, aud_owner **out, size_t *out_num,
                       aud_error *err);
    /* Every owner passes here, whoever said it: aliases, placeholders. */
    void (*normalise)(void *ctx, aud_owner *owner);
} aud_owner_lookup;

/*
 * Merges the collectors (their memory moves in; they are freed), links and indexes: same bytes for
 * any number of collectors and any order in them.
 */
AUD_NODISCARD aud_status aud_population_new(aud_collector **collectors, size_t num_collectors,
                                            unsigned num_threads, const aud_owner_lookup *owners,
                                            aud_population **out, aud_error *err);
void aud_population_freep(aud_population **population);

/*
 * Who is publicly trusted beyond what certificates say themselves: what these CAs (issuers.h; bound
 * to the population; it outlives the questions) issue, or `all`. Before any fact is read.
 */
struct aud_ca_list;
void aud_population_trust(aud_population *population, const struct aud_ca_list *public_cas,
                          bool all);

/* What a source says of itself: whether it lists everything of its kind, and when it was taken. */
typedef struct aud_source_claim {
    aud_str source;
    bool complete;      /* of whatever kind */
    bool list_complete; /* its inventories do, by their own word or its */
    int64_t taken;      /* INT64_MAX: it does not say */
} aud_source_claim;
/* Borrowed; before any fact is read. */
void aud_population_claims(aud_population *population, const aud_source_claim *claims, size_t num);

/* Since when the file of a sighting is as it stands: 0 unknown, AUD_NOT_COMMITTED not yet. */
typedef struct aud_dater {
    void *ctx;
    aud_status (*since)(void *ctx, const aud_sighting *where, int64_t *out, aud_error *err);
} aud_dater;
/* Dates the places in git of what replaces or accompanies a served certificate. One thread, before
 * any other question. */
AUD_NODISCARD aud_status aud_population_date(aud_population *population, const aud_dater *dater,
                                             aud_error *err);
/*
 * Whether everything that held its names at its issuer before still holds them, or a newer one
 * does: so that what is elsewhere and was superseded stays so.
 */
AUD_NODISCARD aud_status aud_population_renewed(aud_population *now, aud_population *before,
                                                bool *out, aud_error *err);

/* Sorted by kind and id; the population subject is the last. `facts` is set in each. */
const aud_subject_info *aud_population_subjects(const aud_population *population, size_t *out_num);
/* Index of a subject from its facts object; SIZE_MAX if it is none of this population. */
size_t aud_population_index(const aud_population *population, aud_object facts);

#endif
