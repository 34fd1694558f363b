/* engine/ingest/adapter.h - what a reader of one source format is. */
#ifndef AUD_INGEST_ADAPTER_H
#define AUD_INGEST_ADAPTER_H

#include "engine/model/input.h"
#include "engine/model/subject.h"

typedef struct aud_mapping {
    aud_str header, field;
} aud_mapping;

/* What a reader may need besides the bytes. Borrowed. */
typedef struct aud_read_options {
    const aud_str *passwords; /* for key stores, tried in order after none and the empty one */
    size_t num_passwords;
    const aud_mapping *mapping; /* CSV header name -> field of the native snapshot */
    size_t num_mapping;
    const aud_mapping *versions; /* server software ("nginx") -> version, for its defaults */
    size_t num_versions;
    aud_str endpoint; /* "host:port" or ":port" for scans that do not tell it; may be empty */
} aud_read_options;

/* Work-space of one worker, reused from file to file. */
typedef struct aud_reader_scratch {
    aud_arena arena; /* reset by the caller before every file */
} aud_reader_scratch;

typedef struct aud_adapter {
    const char *name;   /* "sslscan_xml": what `format:` insists on */
    const char *spec;   /* the standard, or the tool and its versions */
    uint64_t max_bytes; /* larger inputs are a gap, AUD_GAP_LIMIT */
    bool structured;    /* takes the whole input; false for the scanners of certificate bytes */
    /*
     * Bits of evidence that the input is of this format, from its first bytes alone (at most
     * 64 KiB; names do not count). 0: certainly not.
     */
    unsigned (*sniff)(aud_str head);
    /*
     * Reads all of it. A broken member is a gap through the sink, and reading goes on; an error
     * is for what ends the reading (memory, the sink's own failure).
     */
    aud_status (*read)(aud_input *input, const aud_read_options *options,
                       aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err);
} aud_adapter;

/* Declared from adapters.def, one line AUD_ADAPTER(name) a file, and from snapshots.def. */
#define AUD_ADAPTER(name) extern const aud_adapter aud_adapter_##name;
#define AUD_SNAPSHOT(name, spec) AUD_ADAPTER(name)
#include "engine/ingest/adapters.def"
#include "engine/ingest/snapshots.def"
#undef AUD_SNAPSHOT
#undef AUD_ADAPTER

const aud_adapter *aud_adapter_find(aud_str name);
const aud_adapter *const *aud_adapter_all(size_t *out_num);

/* How a file went. */
typedef enum aud_outcome {
    AUD_OUTCOME_GAVE,       /* at least one subject */
    AUD_OUTCOME_NOTHING,    /* nothing relevant in it */
    AUD_OUTCOME_NOT_JUDGED, /* a gap for the whole file; nothing else came out of it */
} aud_outcome;

/*
 * Sniffs, lets the best structured reader read, then the scanners of certificate bytes over what
 * no reader claimed. `format` insists on one adapter (empty: by content). Opaque files (git-crypt,
 * sops, ansible-vault, git-LFS pointers) become gaps here.
 */
AUD_NODISCARD aud_status aud_ingest(aud_input *input, aud_str format,
                                    const aud_read_options *options, aud_reader_scratch *scratch,
                                    const aud_sink *sink, aud_outcome *out, aud_error *err);

#endif
