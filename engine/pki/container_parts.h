/* engine/pki/container_parts.h - what the container readers of this room share. */
#ifndef AUD_PKI_CONTAINER_PARTS_H
#define AUD_PKI_CONTAINER_PARTS_H

#include "engine/pki/containers.h"
#include "engine/pki/der.h"

enum {
    AUD_MAX_MEMBERS = 100000,      /* of one container */
    AUD_MAX_KEY_ROUNDS = 1000000,  /* of key derivation, for one input */
    AUD_MAX_CONTAINER = 256 << 20, /* bytes of scratch for one input */
};

/* What bytes are, by their shape. */
typedef enum aud_der_kind {
    AUD_DER_NONE,
    AUD_DER_CERTIFICATE,
    AUD_DER_REQUEST,
    AUD_DER_CRL,
    AUD_DER_PKCS8,
    AUD_DER_PKCS8_ENCRYPTED,
    AUD_DER_PKCS1,
    AUD_DER_SEC1,
    AUD_DER_DSA,
    AUD_DER_SPKI,
    AUD_DER_RSA_PUBLIC,
    AUD_DER_PKCS7,
    AUD_DER_PKCS7_CLOSED, /* enveloped or encrypted: nothing of it is in the clear */
    AUD_DER_PKCS12,
    AUD_DER_JKS,
    AUD_DER_JCEKS,
    AUD_DER_OPENSSH,
} aud_der_kind;

/* From the first bytes, which may end anywhere. */
aud_der_kind aud_der_kind_of(aud_str head);

/*
 * Hands items on: knows where in the input the bytes at hand lie, and counts members. The arena
 * holds what an item needs until it was handed on.
 */
typedef struct aud_emitter {
    const aud_pki_sink *sink;
    aud_passwords passwords;
    aud_arena arena;
    uint64_t begin, end; /* span of what is being read */
    uint32_t line;
    uint32_t member;
    uint64_t rounds_left; /* of key derivation */
} aud_emitter;

aud_emitter aud_emitter_of(const aud_pki_sink *sink, const aud_passwords *passwords);
void aud_emitter_clear(aud_emitter *e);

/* Fills in place and member. */
AUD_NODISCARD aud_status aud_emit(aud_emitter *e, aud_pki_item *item, aud_error *err);
/* The message never quotes the input. */
AUD_NODISCARD aud_status aud_emit_broken(aud_emitter *e, const char *format, const char *message,
                                         aud_error *err);
AUD_NODISCARD aud_status aud_emit_encrypted(aud_emitter *e, const char *format, const char *message,
                                            aud_error *err);
/* A certificate with the traits of `like`; one that cannot be delimited is a broken item. */
AUD_NODISCARD aud_status aud_emit_certificate(aud_emitter *e, aud_str der, const aud_pki_item *like,
                                              aud_error *err);
/* One thing of a known kind at the beginning of `bytes`; what lies behind it is not looked at. */
AUD_NODISCARD aud_status aud_emit_der(aud_emitter *e, aud_der_kind kind, aud_str bytes,
                                      aud_error *err);

AUD_NODISCARD aud_status aud_pkcs7_read(aud_emitter *e, aud_str der, aud_error *err);
AUD_NODISCARD aud_status aud_pkcs12_read(aud_emitter *e, aud_str der, aud_error *err);
/* Gives how many bytes the store takes; all of them where it is cut. */
AUD_NODISCARD aud_status aud_jks_read(aud_emitter *e, aud_str bytes, size_t *out_taken,
                                      aud_error *err);
/*
 * Length of the Java object stream (a sealed secret key) that `bytes` begin with; 0 if it cannot
 * be followed. Only what delimits it is looked at.
 */
size_t aud_java_object_length(aud_str bytes);

/* As aud_pem_scan, for text that lies inside something else. */
AUD_NODISCARD aud_status aud_pem_scan_into(aud_emitter *e, aud_str text, uint64_t base,
                                           uint32_t first_line, aud_error *err);

/* --- shapes ----------------------------------------------------------------------------------- */

/* The request or list itself, without what lies behind; false if it has not the parts of one. */
bool aud_request_whole(aud_str der, aud_str *out);
bool aud_crl_whole(aud_str der, aud_str *out);
/* SHA-256 as a fact. */
aud_value aud_digest_value(aud_str der, aud_arena *arena);
/* An OCTET STRING's bytes, joined where it is constructed; its tag is the caller's business. */
AUD_NODISCARD aud_status aud_octets(const aud_tlv *tlv, aud_arena *arena, aud_str *out,
                                    aud_error *err);

/* --- keys ------------------------------------------------------------------------------------- */

typedef struct aud_key_found {
    const char *format;
    bool encrypted;
    bool decoded;
    aud_str spki; /* in the arena; empty where the public half cannot be had */
} aud_key_found;

/*
 * What kind of private key `der` is, and its public half. AUD_E_FORMAT if it is none. A key behind
 * a password is tried with the emitter's passwords.
 */
AUD_NODISCARD aud_status aud_key_read(aud_emitter *e, aud_der_kind kind, aud_str der,
                                      aud_key_found *out, aud_error *err);
AUD_NODISCARD aud_status aud_openssh_read(aud_str blob, aud_arena *arena, aud_key_found *out,
                                          aud_error *err);
/* A key whose PEM block is encrypted itself; `headers` are its lines "Proc-Type" and "DEK-Info". */
AUD_NODISCARD aud_status aud_key_read_pem(aud_emitter *e, const char *format, aud_str headers,
                                          aud_str bytes, aud_key_found *out, aud_error *err);
AUD_NODISCARD aud_status aud_key_emit(aud_emitter *e, const aud_key_found *key, aud_str alias,
                                      aud_error *err);

/* SubjectPublicKeyInfo of an AlgorithmIdentifier TLV and the bits, or of RSA's two numbers. */
AUD_NODISCARD aud_status aud_spki_of(aud_str algorithm, aud_str bits, aud_arena *arena,
                                     aud_str *out, aud_error *err);
AUD_NODISCARD aud_status aud_spki_of_rsa(aud_str modulus, aud_str exponent, aud_arena *arena,
                                         aud_str *out, aud_error *err);
/* Header and content of one element. */
AUD_NODISCARD aud_status aud_der_wrap(uint8_t tag, aud_str a, aud_str b, aud_str c,
                                      aud_arena *arena, aud_str *out, aud_error *err);

/* --- passwords -------------------------------------------------------------------------------- */

typedef enum aud_opened {
    AUD_OPENED,
    AUD_OPEN_NO_PASSWORD, /* none of them fits */
    AUD_OPEN_UNKNOWN,     /* an algorithm that this OpenSSL does not offer */
    AUD_OPEN_ROUNDS,      /* more rounds of key derivation than are done for one input */
    AUD_OPEN_BROKEN,      /* its parameters cannot be read */
} aud_opened;

/* Whether decrypted bytes are what was expected. */
typedef bool (*aud_plain_check)(aud_str plain);

/*
 * Decrypts what a password guards (an AlgorithmIdentifier TLV of PBES1, PBES2 or PKCS #12, and the
 * bytes): with no password, the empty one and the given, until one fits. `*hint` is the one to
 * begin with, and becomes the one that fitted (0 is none known). The plain bytes are OpenSSL's,
 * to be freed with aud_plain_free.
 */
AUD_NODISCARD aud_status aud_pbe_open(aud_emitter *e, aud_str algorithm, aud_str bytes,
                                      aud_plain_check check, size_t *hint, aud_opened *out,
                                      aud_str *out_plain, aud_error *err);
void aud_plain_free(aud_str plain);
const char *aud_opened_reason(aud_opened opened);

#endif
