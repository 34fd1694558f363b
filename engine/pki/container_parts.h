/* engine/pki/container_parts.h - what the readers of containers share. */
#ifndef AUD_PKI_CONTAINER_PARTS_H
#define AUD_PKI_CONTAINER_PARTS_H

#include "engine/pki/containers.h"
#include "engine/pki/der.h"

/* One reading of an input: where items go, what passwords there are, how many came so far. */
typedef struct aud_unpack {
    const aud_pki_sink *sink;
    const aud_passwords *passwords;
    uint64_t begin, end; /* span of the container in the input */
    uint32_t line;
    uint32_t member;
} aud_unpack;

/* Hands an item on with its place; counts it. */
AUD_NODISCARD aud_status aud_unpack_item(aud_unpack *u, aud_pki_item *item, aud_error *err);
AUD_NODISCARD aud_status aud_unpack_broken(aud_unpack *u, const char *format, const char *message,
                                           aud_error *err);
/* A certificate's bytes; broken if they cannot be delimited. */
AUD_NODISCARD aud_status aud_unpack_cert(aud_unpack *u, aud_pki_item *item, aud_error *err);

/* Each reads one container of its kind from `der`. */
AUD_NODISCARD aud_status aud_unpack_der(aud_unpack *u, aud_str der, aud_error *err);
AUD_NODISCARD aud_status aud_unpack_pkcs7(aud_unpack *u, aud_str der, aud_error *err);
AUD_NODISCARD aud_status aud_unpack_pkcs12(aud_unpack *u, aud_str der, aud_error *err);
AUD_NODISCARD aud_status aud_unpack_jks(aud_unpack *u, aud_str bytes, aud_error *err);
/* `format`: "pkcs1", "sec1", "dsa", "pkcs8", "openssh". */
AUD_NODISCARD aud_status aud_unpack_key(aud_unpack *u, aud_str der, const char *format,
                                        aud_error *err);
/* Fills spki and decoded; the caller frees `*out_owned` with aud_key_spki_free(). */
void aud_key_spki(aud_str der, aud_pki_item *item, unsigned char **out_owned);
void aud_key_spki_free(unsigned char *owned);
void aud_wipe(void *bytes, size_t len);

#endif
