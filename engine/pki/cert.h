/* engine/pki/cert.h - a certificate's facts, read lazily from its DER without decoding its key. */
#ifndef AUD_PKI_CERT_H
#define AUD_PKI_CERT_H

#include "engine/model/fields.h"

/*
 * The skeleton: where each part of the certificate lies. Plain data, 64-bit safe to copy; all
 * views point into `der`, which must outlive it. A part that is not there is {NULL, 0}.
 */
typedef struct aud_cert {
    aud_str der;                      /* exactly the outer TLV */
    aud_str tbs;                      /* tbsCertificate, whole TLV: what is signed */
    aud_str serial;                   /* content of the INTEGER */
    aud_str inner_alg;                /* AlgorithmIdentifier TLV inside the tbsCertificate */
    aud_str issuer;                   /* Name, whole TLV */
    aud_str subject;                  /* Name, whole TLV */
    aud_str spki;                     /* SubjectPublicKeyInfo, whole TLV */
    aud_str extensions;               /* content of the SEQUENCE OF Extension */
    aud_str outer_alg;                /* AlgorithmIdentifier TLV beside the signature */
    aud_str signature;                /* bits, without the unused-bits octet */
    int64_t not_before, not_after;    /* Unix seconds */
    uint32_t errors;                  /* bits of encoding departures met while delimiting */
    uint8_t version;                  /* 1, 2, 3 as said; 0 if unreadable */
    bool not_before_ok, not_after_ok; /* readable times */
} aud_cert;

/*
 * Delimits a certificate. `der` may have bytes behind the outer TLV: they are left out and
 * `out->der` tells the true length.
 *
 * Errors:  AUD_E_FORMAT if it cannot be delimited, the only reason to refuse; every other departure
 *          from DER becomes an encoding error, and a part that cannot be read an unknown fact.
 * Threads: safe.
 * Source:  RFC 5280, 4.1; X.690.
 */
AUD_NODISCARD aud_status aud_cert_read(aud_str der, aud_cert *out, aud_error *err);

/*
 * The getter for aud_type_certificate over an aud_cert, for every field whose dependence is
 * CONTENT, `self_signed` aside (engine/population proves signatures). Thread-safe.
 */
aud_value aud_cert_get(const void *cert, unsigned field, aud_arena *scratch);

/* SHA-256 of any bytes with the per-thread digest context; 32 bytes out. */
AUD_NODISCARD aud_status aud_sha256(aud_str bytes, unsigned char out[32], aud_error *err);
/* An incremental one, for sources' digests and fingerprints. */
typedef struct aud_hash aud_hash;
AUD_NODISCARD aud_status aud_hash_new(aud_hash **out, aud_error *err); /* SHA-256 */
AUD_NODISCARD aud_status aud_hash_add(aud_hash *hash, aud_str bytes, aud_error *err);
AUD_NODISCARD aud_status aud_hash_end(aud_hash *hash, unsigned char out[32], aud_error *err);
void aud_hash_freep(aud_hash **hash);
AUD_NODISCARD aud_status aud_sha1(aud_str bytes, unsigned char out[20], aud_error *err);

/* Identity of a certificate: a precertificate (CT poison) has its own DER, but this digest over
 * the tbsCertificate less poison and SCT list is equal to its final certificate's. */
AUD_NODISCARD aud_status aud_cert_fold_sha256(const aud_cert *cert, unsigned char out[32],
                                              aud_error *err);

/* Subject key and authority key identifier; empty where there is none. Views into the DER. */
aud_str aud_cert_subject_key_id(const aud_cert *cert);
aud_str aud_cert_authority_key_id(const aud_cert *cert);
bool aud_cert_is_ca(
    const aud_cert *cert); /* basicConstraints cA TRUE, or a version 1 self-issued */
bool aud_cert_may_sign_certs(
    const aud_cert *cert); /* cA TRUE, and keyCertSign where keyUsage is there */

/* A Name TLV in RFC 4514 form, most specific first; never fails: what cannot be read is "#hex". */
aud_str aud_name_text(aud_str name, aud_arena *arena);
/* Canonical bytes for comparing names (RFC 5280, 7.1: case and inner blanks folded). */
AUD_NODISCARD aud_status aud_name_canonical(aud_str name, aud_arena *arena, aud_str *out,
                                            aud_error *err);

/* A SubjectPublicKeyInfo TLV as an aud_type_key object; `spki` must outlive it. */
aud_value aud_spki_key(aud_str spki, aud_arena *arena);

/* A key that is only declared: "RSA" 2048, "EC" "P-256", "ECDSA-256", "RSA_2048" ... as a bag. */
AUD_NODISCARD aud_status aud_key_declared(aud_str algorithm, aud_str size_or_curve,
                                          aud_arena *arena, aud_value *out, aud_error *err);

#endif
