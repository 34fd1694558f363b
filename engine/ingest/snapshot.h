/* engine/ingest/snapshot.h - what a snapshot of one system looks like, and where its facts lie.
 *
 * A format is a table: where the records stand, which members of a record are which field, by what
 * sign a page is missing. Walking, paging, JSON lines, concatenated documents and lists of
 * documents are the same for all, and so are the private keys that lie anywhere in a record.
 */
#ifndef AUD_INGEST_SNAPSHOT_H
#define AUD_INGEST_SNAPSHOT_H

#include "engine/ingest/inventory.h"
#include "engine/tree/walk.h"

/* How a value becomes the text that a field is read from. */
typedef enum aud_snap_how {
    AUD_SNAP_TEXT,       /* as it is; a list gives each of its texts */
    AUD_SNAP_DATE,       /* ISO 8601, or a number of seconds; what stands for "none" is none */
    AUD_SNAP_MILLIS,     /* a number of milliseconds */
    AUD_SNAP_OPENSSL,    /* "Dec  7 08:36:41 2026 GMT" */
    AUD_SNAP_DECIMAL,    /* a serial number in decimal */
    AUD_SNAP_BASE64_HEX, /* base64 or base64url of the bytes of a digest */
    AUD_SNAP_TWICE,      /* base64 of base64 of DER */
    AUD_SNAP_KEY,        /* "RSA-2048", "EC_prime256v1", "EC-HSM": algorithm and size in one */
    AUD_SNAP_TAGS,       /* a map, or a list of {Key, Value}: owner and environment among others */
    AUD_SNAP_IGNORE,     /* what PEM stands there is nobody's, or stands elsewhere too */
    AUD_SNAP_IF_TRUE,    /* adds the row's `word` where the value is true */
    AUD_SNAP_IF_FALSE,   /* the same where it is false */
    AUD_SNAP_IF_ANY,     /* the same where there is a value that is no null and no empty text */
} aud_snap_how;

typedef struct aud_snap_row {
    const char *path; /* "X509.SANS.DNS[]": members, and [] for each element of a list */
    aud_inv_field field;
    aud_snap_how how;
    const char *word; /* what the conditions add; of an owner, where it stands ("contact") */
} aud_snap_row;

/* A word of the system, and ours. */
typedef struct aud_snap_word {
    const char *theirs, *ours;
} aud_snap_word;

/* A sign in what stands around the records that more of them exist. */
typedef struct aud_snap_more {
    const char *path;
    bool is_total; /* a number, larger than that of the records; else anything that is not empty */
} aud_snap_more;

typedef struct aud_snap aud_snap;

typedef struct aud_snapshot {
    const char *name;
    bool yaml;    /* YAML, of which JSON is a part as far as systems write it */
    bool secrets; /* records hold what nobody may keep: they are overwritten when read */
    aud_use use;  /* of what stands there; always given */
    /* Top-level members that hold records: a list, or one. NULL-terminated; NULL: a document is
     * one record. "data.result" stands deeper. */
    const char *const *lists;
    /* A record has one of these members; what has none is of another kind. NULL-terminated. */
    const char *const *needs;
    const aud_snap_row *rows; /* in order; of several rows that give one field all count */
    size_t num_rows;
    const aud_snap_word *status; /* NULL: the general words alone */
    size_t num_status;
    const aud_snap_more *more; /* NULL-terminated by path */
    /* In place of the rows, or NULL. */
    aud_status (*record)(aud_snap *s, const aud_node *record, aud_error *err);
    /* What the head must show, of one of them all: "Certificate Type kind=tm:sys:" are two keys and
     * a third with the beginning of its value. NULL-terminated. */
    const char *const *marks;
    /* In place of the marks, or NULL. */
    unsigned (*sniff)(aud_str head);
} aud_snapshot;

/* One snapshot being read. */
struct aud_snap {
    const aud_snapshot *format;
    const aud_reading *reading;
    aud_inventory inv;
    aud_walk walk;
    aud_arena records, headers; /* trees: of the record at hand, of what is around it */
    aud_walk_budget header_budget;
    uint64_t num_records, total;
    const char *more; /* path of a sign that stands at the end */
    uint32_t more_line, top_line;
    bool in_list, any;
    AUD_VEC(const aud_node *) used; /* values that a row has taken as certificate */
};

#define AUD_SNAPSHOT(name, spec) extern const aud_snapshot aud_snapshot_##name;
#include "engine/ingest/snapshots.def"
#undef AUD_SNAPSHOT

AUD_NODISCARD aud_status aud_snapshot_read(const aud_snapshot *format, aud_input *input,
                                           const aud_read_options *options,
                                           aud_reader_scratch *scratch, const aud_sink *sink,
                                           aud_error *err);
unsigned aud_snapshot_sniff(const aud_snapshot *format, aud_str head);

/* --- for formats that need more than rows ------------------------------------------------------
 */

/* The node at a path without []; NULL if there is none. */
const aud_node *aud_snap_at(const aud_node *from, const char *path);
/* The scalar's text; empty where there is none. */
aud_str aud_snap_text(const aud_node *from, const char *path);
bool aud_snap_is(const aud_node *from, const char *path, const char *text);

/* Begins a record at the node's line. */
void aud_snap_begin(aud_snap *s, const aud_node *record);
AUD_NODISCARD aud_status aud_snap_apply(aud_snap *s, const aud_node *record,
                                        const aud_snap_row *rows, size_t num_rows, aud_error *err);
/* Owners and the environment among tags, labels, annotations. `what` is what they are called. */
AUD_NODISCARD aud_status aud_snap_tags(aud_snap *s, const aud_node *tags, const char *what,
                                       aud_error *err);
/* Keys and certificates in what no row has taken, then the record's end. */
AUD_NODISCARD aud_status aud_snap_end(aud_snap *s, const aud_node *record, aud_error *err);
/* A gap at a node. */
AUD_NODISCARD aud_status aud_snap_gap(aud_snap *s, aud_gap_kind kind, uint32_t line, aud_error *err,
                                      const char *reason);

#endif
