/* engine/audit/known.h - findings that were known before: which do not gate any more.
 *
 * A text, one finding a line, sorted, for reviews in git:
 *
 *   certaudit baseline 1
 *   high core/key_size IDENTITY LINEAGE key.bits # www.example.com
 *
 * IDENTITY and LINEAGE are SHA-256 over policy and subject, and over policy and lineage; then the
 * items with commas between them ("-": none), '%' before two hexadecimal digits where a byte would
 * be taken for something else. What follows '#' is for people.
 */
#ifndef AUD_AUDIT_KNOWN_H
#define AUD_AUDIT_KNOWN_H

#include "engine/base/memory.h"
#include "engine/model/result.h"

/* One finding of a baseline, or of a result. */
typedef struct aud_known {
    aud_severity severity;
    aud_verdict verdict; /* fail or undecided */
    aud_str policy, label;
    uint8_t pair[32], slot[32]; /* as in aud_finding */
    const aud_str *items;
    size_t num_items;
    bool used; /* a finding of now is this one */
} aud_known;

typedef struct aud_baseline {
    aud_known *known;
    size_t num_known;
    int64_t at; /* judged instant; INT64_MIN: not told */
} aud_baseline;

/* Both formats: the text above, and results.json. What is waived there is not known, what is
 * undecided is read for comparisons.
 * Errors: AUD_E_USAGE with path and line. */
AUD_NODISCARD aud_status aud_baseline_read(aud_str path, aud_str text, aud_arena *arena,
                                           aud_baseline *out, aud_error *err);

/*
 * Marks each finding that fails: unchanged (the same subject), updated (another
 * one that holds the same lineage, so a renewal), or new: also one with an item more, or of a
 * higher severity. A finding of the baseline stands for one finding only. What is undecided was
 * not judged, and is not marked: it gates as ever.
 */
AUD_NODISCARD aud_status aud_baseline_mark(aud_baseline *baseline, aud_finding *findings,
                                           size_t num_findings, aud_error *err);

#endif
