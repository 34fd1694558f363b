/* engine/population/fusion.h - the merge of an endpoint's reports, under way; for this room only.
 */
#ifndef AUD_POPULATION_FUSION_H
#define AUD_POPULATION_FUSION_H

#include "engine/population/endpoints.h"

/* Reports made within this time of each other speak of the same server. */
#define AUD_SAME_TIME_SECONDS INT64_C(3600)

typedef struct fusion {
    const raw_sighting *raws; /* the reports */
    size_t num;
    const raw_sighting *certs;
    size_t num_certs;
    aud_arena *arena;
    aud_bag_builder bag;
    bool *used;        /* a report that still tells something */
    unsigned char *is; /* of each report what it says of the item at hand */
    AUD_VEC(aud_value) disagreements;
} fusion;

enum { SAYS_NOTHING, SAYS_YES, SAYS_NO };

/* What report `i` tells of a field; unknown if a newer one tells `gate`, its better version. */
aud_value aud_fusion_told(const fusion *f, size_t i, unsigned field, unsigned gate);

/* One line of `disagreements`, if `f->is` holds both a yes and a no. */
AUD_NODISCARD aud_status aud_fusion_dispute(fusion *f, unsigned field, aud_str item,
                                            aud_error *err);

/* engine/population/fusion_tls.c: protocols, suites, groups, sizes, attacks. */
AUD_NODISCARD aud_status aud_fusion_tls(fusion *f, aud_error *err);
/* engine/population/fusion_certs.c: leaves and chain. */
AUD_NODISCARD aud_status aud_fusion_certs(fusion *f, aud_error *err);

#endif
