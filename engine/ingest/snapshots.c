/* engine/ingest/snapshots.c - every table of a snapshot's format as a reader among the others. */
#include "engine/ingest/snapshot.h"

#define AUD_SNAPSHOT(id, text)                                                                     \
    static unsigned id##_sniff(aud_str head)                                                       \
    {                                                                                              \
        return aud_snapshot_sniff(&aud_snapshot_##id, head);                                       \
    }                                                                                              \
    static aud_status id##_read(aud_input *input, const aud_read_options *options,                 \
                                aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err) \
    {                                                                                              \
        return aud_snapshot_read(&aud_snapshot_##id, input, options, scratch, sink, err);          \
    }                                                                                              \
    const aud_adapter aud_adapter_##id = {                                                         \
        .name = #id,                                                                               \
        .spec = (text),                                                                            \
        .max_bytes = UINT64_C(16) << 30,                                                           \
        .structured = true,                                                                        \
        .sniff = id##_sniff,                                                                       \
        .read = id##_read,                                                                         \
    };
#include "engine/ingest/snapshots.def"
#undef AUD_SNAPSHOT
