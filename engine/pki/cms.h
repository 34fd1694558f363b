/* engine/pki/cms.h - detached CMS signatures (RFC 5652) over a text that tells digests. */
#ifndef AUD_PKI_CMS_H
#define AUD_PKI_CMS_H

#include "engine/base/memory.h"

typedef struct aud_cms_signer {
    aud_str certificates; /* PEM: the signer's first, then those on the way to a root */
    aud_str key;          /* PEM or DER, unencrypted or with `password` */
    aud_str password;
    int64_t at; /* the signing time that the signature claims */
} aud_cms_signer;

/*
 * Signs `content`; `out` gets DER.
 * Errors: AUD_E_USAGE where key and certificate do not belong together or cannot be read;
 *         AUD_E_UNSUPPORTED for Ed25519 and Ed448, with the reason.
 */
AUD_NODISCARD aud_status aud_cms_sign(const aud_cms_signer *signer, aud_str content, aud_buf *out,
                                      aud_error *err);

typedef struct aud_cms_answer {
    aud_str signer;      /* subject of its certificate */
    aud_str fingerprint; /* SHA-256 of it, in hex */
    bool has_time;
    int64_t signed_at; /* a claim */
} aud_cms_answer;

/*
 * Verifies a detached signature by certificates that `trust` (PEM or DER, any of the chain) holds,
 * at the instant `at`. Nothing in the signature may be idle: no unused certificate, no unsigned
 * attribute, one signer.
 * Errors: AUD_E_FORMAT with the reason where it does not verify; AUD_E_USAGE for `trust`.
 */
AUD_NODISCARD aud_status aud_cms_verify(aud_str signature, aud_str content, aud_str trust,
                                        int64_t at, aud_arena *arena, aud_cms_answer *out,
                                        aud_error *err);

#endif
