/* engine/tls/cipher_string.h - what an OpenSSL cipher string means, suite by suite. */
#ifndef AUD_TLS_CIPHER_STRING_H
#define AUD_TLS_CIPHER_STRING_H

#include "engine/tls/suites.h"

enum { AUD_MAX_CIPHER_STRING = 64 << 10 }; /* bytes */

/* The generation of OpenSSL whose rules are applied. */
#define AUD_CIPHER_STRING_RULES "OpenSSL 3.0"

typedef enum aud_availability {
    AUD_IN_DEFAULT_BUILD, /* every OpenSSL 3 offers it */
    AUD_IN_OTHER_BUILDS, /* builds with weak ciphers, engines, or before 3.0: RC4, 3DES, SEED ... */
    AUD_IN_OLD_RELEASES, /* before 1.1.0: export, single DES, static DH ...; named explicitly */
} aud_availability;

typedef struct aud_cipher_choice {
    const aud_suite *suite;
    aud_availability availability;
    bool
        named; /* by its name, its encryption or MAC, or LOW, MEDIUM, EXPORT; not only by ALL ... */
} aud_cipher_choice;

/* A piece of the string that OpenSSL passes over. */
typedef struct aud_cipher_ignored {
    aud_str word;           /* inside the string */
    const aud_suite *meant; /* the suite that it names in another spelling, or NULL */
} aud_cipher_ignored;

typedef struct aud_cipher_list {
    const aud_cipher_choice *choices; /* in order of preference; none of TLS 1.3 */
    size_t num_choices;
    const aud_cipher_ignored *ignored;
    size_t num_ignored;
    int security_level; /* of the last @SECLEVEL; -1 where the string has none */
    bool refused;       /* OpenSSL 3 does not take the string: bad syntax, or no suite is left */
} aud_cipher_list;

/*
 * Evaluates `text` as SSL_CTX_set_cipher_list does, over every suite that OpenSSL ever had a name
 * for: what a default build of OpenSSL 3 lacks is marked, not dropped. TLS 1.3 suites are no part
 * of such a string.
 *
 * Owns:    the lists are in `arena`, the words point into `text`.
 * Errors:  AUD_E_LIMIT if the string is longer than AUD_MAX_CIPHER_STRING; AUD_E_NOMEM.
 * Source:  OpenSSL 3.0, ciphers(1).
 * Threads: safe.
 */
AUD_NODISCARD aud_status aud_cipher_string_read(aud_str text, aud_arena *arena,
                                                aud_cipher_list *out, aud_error *err);

/* Whether OpenSSL 3 negotiates `suite` at a security level (SSL_CTX_set_security_level(3)). */
bool aud_suite_at_level(const aud_suite *suite, int level);

#endif
