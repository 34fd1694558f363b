/* engine/tls/suite_row.h - a row of the table of suites, for this room alone. */
#ifndef AUD_TLS_SUITE_ROW_H
#define AUD_TLS_SUITE_ROW_H

#include "engine/tls/suites.h"

struct aud_suite {
    uint32_t code;
    const char *code_text;
    const char *name, *openssl_name, *gnutls_name; /* the last two may be NULL */
    const char *kx, *auth, *encryption;
    const char *mode, *mac;
    uint16_t bits;
    uint8_t min, max; /* aud_protocol */
    const char *recommended;
};

#endif
