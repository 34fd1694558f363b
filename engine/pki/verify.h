/* engine/pki/verify.h - is this certificate signed by that key? */
#ifndef AUD_PKI_VERIFY_H
#define AUD_PKI_VERIFY_H

#include "engine/pki/cert.h"

/* A decoded public key, made once per CA. Immutable; may be used by several threads. */
typedef struct aud_pubkey aud_pubkey;

/* AUD_E_UNSUPPORTED for an algorithm that this OpenSSL does not know, AUD_E_FORMAT otherwise. */
AUD_NODISCARD aud_status aud_pubkey_new(aud_str spki, aud_pubkey **out, aud_error *err);
void aud_pubkey_free(aud_pubkey *key);

typedef enum aud_proof {
    AUD_PROOF_GOOD,
    AUD_PROOF_BAD,     /* the key does not verify the signature */
    AUD_PROOF_UNKNOWN, /* an algorithm that this OpenSSL does not know or refuses (MD2, PQC ...) */
} aud_proof;

/*
 * Verifies the signature of `cert` (over its tbsCertificate bytes as found) with `key`. Security
 * levels do not count: a weak hash is a policy's business, a forged signature ours.
 * Threads: safe; one verification context a thread.
 */
AUD_NODISCARD aud_status aud_cert_verify(const aud_cert *cert, const aud_pubkey *key,
                                         aud_proof *out, aud_error *err);

#endif
