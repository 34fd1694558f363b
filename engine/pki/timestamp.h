/* engine/pki/timestamp.h - time stamps (RFC 3161): a query written, a reply held against it. */
#ifndef AUD_PKI_TIMESTAMP_H
#define AUD_PKI_TIMESTAMP_H

#include "engine/base/memory.h"

/* A query for the SHA-256 of `content`, in DER; always the same for the same content. */
AUD_NODISCARD aud_status aud_timestamp_query(aud_str content, aud_buf *out, aud_error *err);

typedef struct aud_timestamp_answer {
    int64_t at;     /* the instant that the authority attests */
    aud_str signer; /* subject of its certificate */
    aud_str policy; /* OID under which it was given */
    aud_str serial; /* in decimal */
} aud_timestamp_answer;

/*
 * Holds a reply against the query that aud_timestamp_query writes for `content`: granted, for the
 * same digest and nonce, signed by an authority that `trust` (PEM or DER) leads to and that may
 * stamp times; its certificate is asked for as of the instant attested. Without `trust` the
 * signature is not proved.
 * Errors: AUD_E_FORMAT with the reason; AUD_E_USAGE for `trust`.
 */
AUD_NODISCARD aud_status aud_timestamp_verify(aud_str reply, aud_str content, aud_str trust,
                                              aud_arena *arena, aud_timestamp_answer *out,
                                              aud_error *err);

#endif
