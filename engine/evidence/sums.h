/* engine/evidence/sums.h - SHA256SUMS: written for a folder, read strictly, held against it. */
#ifndef AUD_EVIDENCE_SUMS_H
#define AUD_EVIDENCE_SUMS_H

#include "engine/base/memory.h"

#define AUD_SUMS_NAME "SHA256SUMS"
#define AUD_SIGNATURE_NAME "SHA256SUMS.p7s"
#define AUD_QUERY_NAME "SHA256SUMS.p7s.tsq"
#define AUD_REPLY_NAME "SHA256SUMS.p7s.tsr"

typedef struct aud_sum {
    aud_str path; /* inside the pack, '/' between parts */
    unsigned char digest[32];
    uint64_t size; /* of a file that was looked at */
} aud_sum;

/* Whether it is one of the four files that no sum speaks of. */
bool aud_sums_exempt(aud_str path);

/*
 * Every regular file below the folder, by path; the four above left out unless `all`. Links and
 * whatever else is no file are AUD_E_FORMAT with the name: a pack has none.
 */
AUD_NODISCARD aud_status aud_sums_of_folder(aud_str folder, bool all, aud_arena *arena,
                                            const aud_sum **out, size_t *out_num, aud_error *err);
/* "HEX  PATH" lines as sha256sum reads them. */
AUD_NODISCARD aud_status aud_sums_write(const aud_sum *sums, size_t num, aud_buf *out,
                                        aud_error *err);
/*
 * Reads them back. AUD_E_FORMAT with the line for anything that aud_sums_write does not write: a
 * path that leaves the pack, twice the same, out of order.
 */
AUD_NODISCARD aud_status aud_sums_read(aud_str text, aud_arena *arena, const aud_sum **out,
                                       size_t *out_num, aud_error *err);

typedef enum aud_sum_fault {
    AUD_SUM_CHANGED, /* its bytes are others */
    AUD_SUM_MISSING, /* it is told and not there */
    AUD_SUM_ADDED,   /* it is there and not told */
} aud_sum_fault;
const char *aud_sum_fault_name(aud_sum_fault fault);

typedef aud_status (*aud_sum_each)(void *ctx, aud_sum_fault fault, aud_str path, aud_error *err);
/* Both sorted by path. Tells each fault; gives their number. */
AUD_NODISCARD aud_status aud_sums_compare(const aud_sum *told, size_t num_told,
                                          const aud_sum *there, size_t num_there, aud_sum_each each,
                                          void *ctx, size_t *out_faults, aud_error *err);

#endif
