/* engine/ingest/opaque.h - files that are closed by their nature: encrypted, or kept elsewhere. */
#ifndef AUD_INGEST_OPAQUE_H
#define AUD_INGEST_OPAQUE_H

#include "engine/model/input.h"
#include "engine/model/subject.h"

typedef struct aud_opaque {
    aud_gap_kind kind;
    const char *reason; /* static, with the fix; NULL: the file is open */
    bool whole;         /* nothing of it can be read; false for sops, which leaves keys readable */
} aud_opaque;

/*
 * Looks at the first bytes, and for sops, whose mark is often the last key of the file, at all of
 * it up to 4 MiB. Errors: only the input's.
 */
AUD_NODISCARD aud_status aud_opaque_find(aud_input *input, aud_opaque *out, aud_error *err);

#endif
