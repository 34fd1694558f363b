/* engine/tls/cipher_words.h - what OpenSSL's cipher language sees in a suite, for this room alone.
 */
#ifndef AUD_TLS_CIPHER_WORDS_H
#define AUD_TLS_CIPHER_WORDS_H

#include "engine/tls/suite_row.h"

/* Bits of a suite, or of a pattern; a group of a pattern that is 0 asks nothing. */
typedef struct aud_cipher_bits {
    uint32_t kx, auth, encryption, mac, oldest, strength;
    uint32_t standing; /* not in DEFAULT */
} aud_cipher_bits;

typedef struct aud_cipher_traits {
    aud_cipher_bits bits;
    uint16_t strength_bits; /* 128 for AES-128, 80 for RC4 ... */
    bool built;             /* in OpenSSL 3.0 as it is built by default */
    bool ranked;            /* in its source: keywords of OpenSSL 3 reach it */
} aud_cipher_traits;

aud_cipher_traits aud_cipher_traits_of(const aud_suite *suite);

/* Whether a pattern asks for what only releases before 1.1.0 had. */
bool aud_cipher_is_old(const aud_cipher_bits *bits);
/* A keyword, spelled as OpenSSL spells it; NULL if it is none. */
const aud_cipher_bits *aud_cipher_word(aud_str word);

/* Steps that OpenSSL takes before a string is read: patterns for the order of preference. */
extern const aud_cipher_bits aud_cipher_ecdhe_ecdsa, aud_cipher_ecdhe, aud_cipher_aes_gcm,
    aud_cipher_chacha20, aud_cipher_other_aes, aud_cipher_md5, aud_cipher_anonymous,
    aud_cipher_key_transport, aud_cipher_psk, aud_cipher_rc4, aud_cipher_tls12, aud_cipher_aead,
    aud_cipher_ephemeral, aud_cipher_ephemeral_aead;

#endif
