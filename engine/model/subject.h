/* engine/model/subject.h - what is judged, where it was seen, and how both are handed on. */
#ifndef AUD_MODEL_SUBJECT_H
#define AUD_MODEL_SUBJECT_H

#include "engine/model/fields.h"

/* In this order subjects are sorted and shown. */
typedef enum aud_kind {
    AUD_KIND_CERTIFICATE,
    AUD_KIND_ENDPOINT,
    AUD_KIND_TLS_CONFIG,
    AUD_KIND_RECORD,
    AUD_KIND_REQUEST,
    AUD_KIND_PRIVATE_KEY,
    AUD_KIND_CRL,
    AUD_KIND_POPULATION,
    AUD_NUM_KINDS
} aud_kind;

const char *aud_kind_name(aud_kind kind); /* "certificate", "tls_config" ... */
const aud_object_type *aud_kind_type(aud_kind kind);
bool aud_kind_find(aud_str name, aud_kind *out);

/* design.md, section 2. In this order of weight: a later one does not hide an earlier. */
typedef enum aud_use {
    AUD_USE_SERVED,
    AUD_USE_CONFIGURED,
    AUD_USE_STORED,
    AUD_USE_LISTED,
    AUD_USE_LOGGED,
    AUD_USE_CHAIN,
    AUD_USE_TRUST_ANCHOR,
    AUD_NUM_USES
} aud_use;
const char *aud_use_name(aud_use use);

typedef enum aud_place { AUD_PLACE_GIT, AUD_PLACE_FOLDER, AUD_PLACE_SNAPSHOT } aud_place;
const char *aud_place_name(aud_place place);

/* One place where something was seen. Views are borrowed from the run's arenas. */
typedef struct aud_sighting {
    aud_str source;  /* its name, never an absolute path */
    aud_str rev;     /* commit id in hex; empty for what lies on disk */
    aud_str path;    /* inside the source, '/' between parts */
    uint32_t line;   /* 1-based; 0 where there are no lines */
    uint32_t member; /* 0-based position in its bundle, store or chain */
    aud_str record;  /* the system's own id */
    aud_str host;    /* of an endpoint */
    uint16_t port;
    uint8_t use;   /* aud_use */
    uint8_t place; /* aud_place */
    bool history;  /* an old version kept beside the current one: archives, CA databases */
    int64_t since; /* when its file came as it stands; 0: unknown, AUD_NOT_COMMITTED: not yet */
    const aud_bag *declared; /* what the inventory says there, of a certificate; NULL: nothing */
} aud_sighting;

#define AUD_NOT_COMMITTED INT64_MIN

/* By source, path, line, member, record, host, port, use. */
int aud_sighting_cmp(const aud_sighting *a, const aud_sighting *b);

typedef enum aud_owner_origin {
    AUD_OWNER_INVENTORY,
    AUD_OWNER_CODEOWNERS,
    AUD_OWNER_CONFIGURATION,
} aud_owner_origin;

typedef struct aud_owner {
    aud_str name; /* after aliases; as_written until then */
    aud_str as_written;
    aud_str place;  /* "CODEOWNERS:12", "inventory.json record 42" */
    uint8_t origin; /* aud_owner_origin */
    bool catch_all;
    bool placeholder;
} aud_owner;

/*
 * What a reader hands on: one subject at one place. Everything is borrowed for the call; the
 * sink copies what it keeps. Certificates come as DER (exactly the outer TLV) and are read lazily,
 * with the record that an inventory keeps of it as `bag`, or NULL; every other kind comes as a bag
 * alone.
 */
typedef struct aud_seen {
    aud_kind kind;
    aud_str der;
    const aud_bag *bag;
    /*
     * Identity, from design.md section 2, where it is not the digest of `der`: "host:port" and
     * STARTTLS for an endpoint, the system's own id for a record, SPKI digest for a key.
     */
    aud_str identity;
    aud_str label;   /* for people; empty lets the population choose */
    aud_str lineage; /* empty lets the population choose */
    /* certificate an endpoint, a record or a request points to: SHA-256 in hex; may be empty */
    aud_str certificate_sha256;
    aud_sighting where; /* source, rev and place may be left empty: the sink fills them; a snapshot
                           stays one */
    const aud_owner *owners;
    size_t num_owners;
    aud_str environment;
    bool active_unknown; /* a record without a status */
    bool partial; /* a configuration read without the file that may include it: see `covers` */
} aud_seen;

/* Why something was not judged. The word is part of the JSON report and of `accept:`. */
typedef enum aud_gap_kind {
    /* broken: always exit 4 */
    AUD_GAP_BROKEN,     /* not what it claims to be: a bad block, a cut file */
    AUD_GAP_LIMIT,      /* over a limit */
    AUD_GAP_UNREADABLE, /* the system refused, or an object is missing */
    AUD_GAP_MISSING,    /* a named source or path is not there, or matches nothing */
    AUD_GAP_STALE,      /* older than its max_age */
    /* opaque by nature: exit 4 unless accepted with a reason */
    AUD_GAP_ENCRYPTED,   /* git-crypt, sops, ansible-vault, an encrypted container */
    AUD_GAP_LFS,         /* a git-LFS pointer */
    AUD_GAP_SUBMODULE,   /* another repository's content */
    AUD_GAP_LINK,        /* a symbolic link that leaves the tree */
    AUD_GAP_TEMPLATE,    /* a templated or placeholder value */
    AUD_GAP_UNSUPPORTED, /* a known format that this version does not read */
    AUD_NUM_GAPS
} aud_gap_kind;
const char *aud_gap_name(aud_gap_kind kind); /* "broken", "lfs_pointer" ... */
bool aud_gap_is_opaque(aud_gap_kind kind);   /* may be accepted */

typedef struct aud_gap {
    aud_gap_kind kind;
    aud_sighting where;
    aud_str reason;   /* lower case, no full stop, with the fix where there is one */
    aud_str accepted; /* the reason of the accept: line; empty when it counts */
} aud_gap;

/* Where readers put what they find. Not thread-safe: each worker has its own. */
typedef struct aud_sink {
    void *ctx;
    aud_status (*subject)(void *ctx, const aud_seen *seen, aud_error *err);
    aud_status (*gap)(void *ctx, const aud_gap *gap, aud_error *err);
    /* A reader owns [begin, end) of the input: the PEM scanner leaves it alone. May be NULL. */
    aud_status (*claim)(void *ctx, uint64_t begin, uint64_t end, aud_error *err);
    /* The input says when it was taken (Unix seconds): bounds its age. May be NULL. */
    aud_status (*taken)(void *ctx, int64_t instant, aud_error *err);
    /* The input claims to list everything of its kind. May be NULL. */
    aud_status (*complete)(void *ctx, aud_error *err);
    /* Another file of the source was read as a part of this one: the fragments of TLS
     * configuration that it gives by itself are not judged again. May be NULL. */
    aud_status (*covers)(void *ctx, aud_str path, aud_error *err);
} aud_sink;

#endif
