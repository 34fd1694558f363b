/* engine/pki/trust_store.h - certificates out of PEM or DER, for OpenSSL; for this room only. */
#ifndef AUD_PKI_TRUST_STORE_H
#define AUD_PKI_TRUST_STORE_H

#include "engine/base/memory.h"

#include <openssl/x509.h>

/* All certificates of a text, in order. AUD_E_USAGE with `what` where there is none. */
AUD_NODISCARD aud_status aud_certificates_read(aud_str text, const char *what,
                                               STACK_OF(X509) * *out, aud_error *err);
void aud_certificates_freep(STACK_OF(X509) * *certificates);
/* A store that trusts each of them, at an instant, whatever the purpose. */
AUD_NODISCARD aud_status aud_trust_store(aud_str trust, int64_t at, X509_STORE **out,
                                         aud_error *err);
void aud_store_freep(X509_STORE **store);
void aud_bio_freep(BIO **bio);
/* Records OpenSSL's first reason behind `what`, and clears its queue. */
aud_status aud_openssl_fail(aud_error *err, aud_status status, const char *what);
/* The subject as RFC 4514 has it, and the SHA-256 of the certificate in hex. */
AUD_NODISCARD aud_status aud_certificate_words(const X509 *certificate, aud_arena *arena,
                                               aud_str *out_subject, aud_str *out_sha256,
                                               aud_error *err);
/* Unix seconds of an ASN.1 time; false if it cannot be read. */
bool aud_asn1_instant(const ASN1_TIME *time, int64_t *out);

#endif
