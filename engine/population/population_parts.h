/* engine/population/population_parts.h - how the population keeps its subjects; for this room only.
 */
#ifndef AUD_POPULATION_POPULATION_PARTS_H
#define AUD_POPULATION_POPULATION_PARTS_H

#include "engine/pki/cert.h"
#include "engine/population/population.h"

#include <pthread.h>

/* One thing at one place, as a collector keeps it until the merge. */
typedef struct raw_sighting {
    aud_kind kind;
    unsigned char digest[32]; /* of a certificate's DER */
    const aud_cert *cert;     /* of a certificate: the collector's one copy */
    const aud_bag *bag;       /* of every other kind */
    aud_str id;               /* "endpoint:host:443"; empty for a certificate */
    aud_str label, lineage, environment;
    aud_str certificate_sha256;
    aud_sighting where;
    const aud_owner *owners;
    size_t num_owners;
    uint32_t entry; /* the reader's number for what it was read from */
    bool merges;    /* an equal id is the same thing, whoever saw it */
    bool active;    /* listed as active, or no status told */
    bool partial;   /* dropped if its file was read as a part of another */
} raw_sighting;

/* A file that was read as a part of another: its fragments are judged there. */
typedef struct covered_file {
    aud_str source, path;
} covered_file;

struct aud_collector {
    aud_arena arena;
    aud_str source, rev;
    aud_place place;
    uint32_t entry;
    AUD_VEC(raw_sighting) raws;
    AUD_VEC(covered_file) covered;
    struct cert_slot {
        unsigned char digest[32];
        const aud_cert *cert;
    } * slots; /* open addressing over the digests; a power of two */
    size_t num_slots, used_slots;
};

/* A member of the population. `self` of its facts object is this struct. */
typedef struct member {
    const aud_population *population;
    const aud_cert *cert;
    const aud_bag *bag;
    unsigned char digest[32];
    aud_str environment;
    uint32_t index;
    uint32_t uses; /* bits 1 << aud_use */
    bool active;   /* a record, or a certificate listed as active */
    bool all_history;
    bool leaf_slot;  /* first in a key store, served or configured as a leaf */
    bool alias;      /* only a link to a certificate, not a subject */
    uint32_t linked; /* index of that certificate */
} member;

struct aud_population {
    aud_arena arena;
    member *members;
    aud_subject_info *infos;
    size_t num; /* the last is the population itself */
    size_t counts[AUD_NUM_KINDS];
    /* made when the first policy asks, under the lock */
    struct renewals *renewals;
    struct keyring *keyring;
    struct signers *signers;
    struct drift *drift;
    const aud_source_claim *claims;
    size_t num_claims;
    unsigned num_threads;
    struct aud_ca_list *authorities; /* every CA at hand; approves none */
    pthread_mutex_t lock;
    const struct aud_ca_list *public_cas; /* issuers.h; NULL: none are configured */
    bool all_public;
};

/* Drops what is partial in files that were read as parts of others. Sorts `covered`. */
void aud_configs_drop_covered(raw_sighting *raws, size_t *num_raws, covered_file *covered,
                              size_t num_covered);

/* Getter for the facts object of any member. */
aud_value aud_member_get(const void *self, unsigned field, aud_arena *scratch);

/* "leaf", "intermediate" or "root", as design.md section 2 defines the role. */
const char *aud_member_role(const member *m, aud_arena *scratch);

/* True if a newer certificate holds the same names from the same issuer. Thread-safe. */
bool aud_member_superseded(const member *m, aud_arena *scratch);
void aud_renewals_free(struct renewals *renewals);
/* A key that certificates of the same names and kind of key share, whoever issued them; AUD_END for
 * one without names. `text` is room for its making. */
AUD_NODISCARD aud_status aud_names_key(const aud_cert *cert, unsigned char out[32],
                                       aud_arena *scratch, aud_buf *text);

/* context.c */
aud_value aud_sighting_since(const aud_sighting *where);
/* collect.c: its status, if it has one, does not say that it is out of use. */
bool aud_record_active(const aud_bag *record);

/* Does its own key verify the certificate? False if that cannot be told here. Thread-safe. */
bool aud_member_self_signed(const member *m, bool *out);

/* chains.c: what is proved of the chain that an endpoint serves. Thread-safe. */
aud_value aud_chain_signed(const member *endpoint, const aud_value *chain, aud_arena *scratch);
aud_value aud_chain_end(const member *endpoint, const aud_value *chain, aud_arena *scratch);

/* Names of the facts that inventories declare otherwise than the certificate says. */
aud_value aud_declared_contradictions(const member *m, aud_arena *scratch);

/* Number of certificates that hold the public half of this private key. Thread-safe. */
aud_value aud_key_certificates(const member *m, aud_arena *scratch);
/* What people call the private key at `at`: what it is, whose, where it lies first. */
AUD_NODISCARD aud_status aud_key_label(aud_population *population, size_t at, aud_error *err);
/* The other certificates with this one's key, at most 32. Thread-safe. */
aud_value aud_key_others(const member *m, aud_arena *scratch);
void aud_keyring_free(struct keyring *keyring);

/* Certificates at hand that issued this one, proved; unknown without one. Thread-safe. */
aud_value aud_member_issuers(const member *m, aud_arena *scratch);
void aud_signers_free(struct signers *signers);

/* Index of a certificate by digest; SIZE_MAX if it is not there. */
size_t aud_population_find(const aud_population *population, const unsigned char digest[32]);

#endif
