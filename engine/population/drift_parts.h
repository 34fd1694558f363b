/* engine/population/drift_parts.h - the index behind the facts of drift; for drift*.c only. */
#ifndef AUD_POPULATION_DRIFT_PARTS_H
#define AUD_POPULATION_DRIFT_PARTS_H

#include "engine/base/map.h"
#include "engine/population/drift.h"

/* A record or certificate that an inventory places where an endpoint is. */
typedef struct placing {
    uint32_t member, endpoint;
    const aud_sighting *where; /* of the record */
    const aud_bag *record;
} placing;

typedef struct held { /* a certificate in a file */
    uint32_t file, member, cert;
    const aud_sighting *where;
} held;

typedef struct named { /* a stored certificate by its names */
    unsigned char key[32];
    uint32_t cert;
} named;

struct drift {
    aud_arena arena;
    AUD_VEC(placing) by_member, by_endpoint; /* the same, sorted */
    AUD_VEC(named) stored;                   /* sorted */
    AUD_VEC(held) files;                     /* sorted */
    aud_map *file_numbers;                   /* source and path of a file with a served leaf */
    aud_map *unlinked;                       /* names and serials of records tied to nothing */
    aud_map *digests;                        /* declared SHA-256 of such records */
    bool lists, list_complete, scans, scan_complete;
    int64_t scanned_as_of, listed_as_of; /* of what is complete; INT64_MAX: it does not say */
};

/* drift_index.c: made when first asked. NULL only for want of memory: then nothing is known. */
const struct drift *aud_drift_of(const aud_population *population);
int aud_drift_order_named(const void *left, const void *right);
/* Index of the certificate whose digest an endpoint's field gives; SIZE_MAX: not at hand. */
size_t aud_drift_leaf(const aud_population *p, const aud_bag *endpoint, unsigned field);

static inline aud_str text_of(const aud_bag *bag, unsigned field)
{
    const aud_value value = aud_bag_get(bag, field, NULL);

    return value.presence == AUD_PRESENT ? value.as.string : (aud_str){NULL, 0};
}

/* Where one keeps what one deploys: not an archive, not a list, not a scan. */
static inline bool is_stored(const aud_sighting *where)
{
    return (where->use == AUD_USE_STORED || where->use == AUD_USE_CONFIGURED) && !where->history;
}

static inline const aud_subject_info *info_at(const aud_population *p, size_t at)
{
    return &p->infos[at];
}

#endif
