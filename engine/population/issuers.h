/* engine/population/issuers.h - who really issued a certificate, and whether a list approves it. */
#ifndef AUD_POPULATION_ISSUERS_H
#define AUD_POPULATION_ISSUERS_H

#include "engine/model/approval.h"
#include "engine/population/population.h"

/*
 * A list of approved CAs. Filled once (one thread), then bound to a population; after that it is
 * asked by any number of threads. Proofs are kept: each signature of a CA is verified once.
 */
typedef struct aud_ca_list aud_ca_list;
struct aud_cert; /* engine/pki/cert.h */

AUD_NODISCARD aud_status aud_ca_list_new(aud_ca_list **out, aud_error *err);
void aud_ca_list_freep(aud_ca_list **list);

/* A CA by its certificate; the DER is copied. */
AUD_NODISCARD aud_status aud_ca_list_add_cert(aud_ca_list *list, aud_str der, aud_error *err);
/* By the SHA-256 of its DER, or of its SubjectPublicKeyInfo: 64 hex digits, ':' allowed. */
AUD_NODISCARD aud_status aud_ca_list_add_sha256(aud_ca_list *list, aud_str hex, aud_error *err);
AUD_NODISCARD aud_status aud_ca_list_add_spki(aud_ca_list *list, aud_str hex, aud_error *err);
/* By the subject (RFC 4514) of a CA certificate that is at hand. */
AUD_NODISCARD aud_status aud_ca_list_add_subject(aud_ca_list *list, aud_str name, aud_error *err);
size_t aud_ca_list_count(const aud_ca_list *list);

/* Gathers the CA certificates of the population beside the list's own. Once, before any question.
 */
AUD_NODISCARD aud_status aud_ca_list_bind(aud_ca_list *list, const aud_population *population,
                                          aud_error *err);

/*
 * Is this member issued by an approved CA? A certificate is approved by proof only: a path of
 * verified signatures through CA certificates at hand, every issuer allowed to sign; a record by
 * the declared name of its issuer. Strings in `out` are borrowed from the list or in `arena`.
 * Validity of the issuers, path lengths and name constraints are other policies' business.
 * Threads: safe after the list is bound.
 */
AUD_NODISCARD aud_status aud_ca_list_approval(const aud_ca_list *list, aud_object subject,
                                              aud_arena *arena, aud_approval *out, aud_error *err);

/* The best issuer at hand whose key signed a certificate, in this order. */
typedef enum aud_issuer {
    AUD_ISSUER_NONE,
    AUD_ISSUER_UNKNOWN,
    AUD_ISSUER_CA,
    AUD_ISSUER_ROOT
} aud_issuer;

/* Among the CA certificates at hand; UNKNOWN: one bears the name and cannot be verified with. */
aud_issuer aud_ca_list_issuer(const aud_ca_list *list, const struct aud_cert *cert,
                              aud_arena *arena);
/* Did the key of `issuer` sign `cert`? Keys of CAs at hand are decoded once. */
bool aud_ca_list_signed(const aud_ca_list *list, const struct aud_cert *cert,
                        const struct aud_cert *issuer, aud_arena *arena, bool *out);

#endif
