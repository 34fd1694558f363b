/* engine/tls/suites.h - every registered cipher suite as facts, found in every spelling. */
#ifndef AUD_TLS_SUITES_H
#define AUD_TLS_SUITES_H

#include "engine/model/fields.h"

typedef enum aud_protocol {
    AUD_SSL_2,
    AUD_SSL_3,
    AUD_TLS_1_0,
    AUD_TLS_1_1,
    AUD_TLS_1_2,
    AUD_TLS_1_3,
    AUD_NUM_PROTOCOLS
} aud_protocol;

const char *aud_protocol_name(aud_protocol protocol); /* "SSLv2" ... "TLSv1.3" */
/* "TLSv1.2", "TLS 1.2", "tls1_2", "tls12", "TLS1.2", "TLSv1", "SSLv3", "ssl30" ...; false if none
 */
bool aud_protocol_find(aud_str text, aud_protocol *out);

/* A list of their names, oldest first; bits 1 << aud_protocol. Unknown only if memory runs out. */
aud_value aud_protocol_list(unsigned bits, aud_arena *arena);

typedef struct aud_suite aud_suite;

/* By IANA, OpenSSL (old and new), GnuTLS or scanner spelling, or "0xC02F", "xc02f", "C02F",
 * "0xC0,0x2F"; NULL if it is no suite. Signalling values (0x00FF, 0x5600) and GREASE are none. */
const aud_suite *aud_suite_find(aud_str text);
const aud_suite *aud_suite_by_code(uint32_t code);      /* two bytes; SSLv2's have three */
const aud_suite *const *aud_suite_all(size_t *out_num); /* by code */
uint32_t aud_suite_code(const aud_suite *suite);

/* Bits 1 << aud_protocol of the versions that it belongs to. */
unsigned aud_suite_protocols(const aud_suite *suite);
/* Only with a secret or an account that both sides share: PSK, SRP, Kerberos. */
bool aud_suite_needs_secret(const aud_suite *suite);

/* As an aud_type_suite object; static, no `protocols`. */
aud_value aud_suite_value(const aud_suite *suite);
/* The same with the protocols (bits 1 << aud_protocol) in which an endpoint accepted it. */
AUD_NODISCARD aud_status aud_suite_accepted(const aud_suite *suite, unsigned protocols,
                                            aud_arena *arena, aud_value *out, aud_error *err);

#endif
