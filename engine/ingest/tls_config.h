/* engine/ingest/tls_config.h - what a server's configuration says of TLS at one place, gathered. */
#ifndef AUD_INGEST_TLS_CONFIG_H
#define AUD_INGEST_TLS_CONFIG_H

#include "engine/ingest/emit.h"
#include "engine/ingest/endpoint.h"
#include "engine/tls/cipher_string.h"

/* How much is known of a value. Zero: nothing. */
typedef enum aud_extent {
    AUD_EXTENT_UNKNOWN,
    AUD_EXTENT_SOME,   /* what is held is true, and more may be */
    AUD_EXTENT_WHOLE,  /* all of it */
    AUD_EXTENT_ABSENT, /* known not to be stated, where nothing stands in for it */
} aud_extent;

typedef struct aud_config_place {
    aud_str path; /* of the file, inside the source */
    uint32_t line;
} aud_config_place;

typedef enum aud_config_origin {
    AUD_ORIGIN_STATED,
    AUD_ORIGIN_DEFAULT,
    AUD_ORIGIN_UNKNOWN,
} aud_config_origin;

/* Where one fact comes from. */
typedef struct aud_config_setting {
    unsigned fact; /* AUD_F_tls_config_... */
    aud_config_origin origin;
    aud_str directive, value, reason;
    aud_config_place at; /* no path: nowhere, a default */
} aud_config_setting;

typedef enum aud_client_check {
    AUD_CLIENT_UNKNOWN,
    AUD_CLIENT_OFF,
    AUD_CLIENT_OPTIONAL,
    AUD_CLIENT_UNVERIFIED,
    AUD_CLIENT_REQUIRED,
} aud_client_check;

/* A certificate file with what is in it, as far as it is in the source. */
typedef struct aud_config_chain {
    const aud_str *certs; /* DER, in the file's order */
    size_t num_certs;
    const aud_str *keys; /* SPKIs of the private keys in the same file */
    size_t num_keys;
    const aud_str *dh; /* DER of DH parameters in it */
    size_t num_dh;
    bool found;  /* the file is there and was read */
    bool broken; /* something in it cannot be read */
} aud_config_chain;

/*
 * Filled by a reader, field by field; zero is "nothing known". Everything lives in the arena of the
 * reading. aud_tls_config_clear() when done.
 */
typedef struct aud_tls_config {
    const aud_reading *reading;
    const char *server;
    bool upstream, fragment, partial; /* partial: the file that may include it is not known */
    aud_config_place at;              /* the block */
    AUD_VEC(aud_str) listen, names;
    AUD_VEC(uint16_t) ports;
    aud_str written_names; /* as they stand, for the identity: templates and patterns too */
    bool names_open;       /* some name is templated */
    bool catch_all;
    unsigned protocols; /* bits 1 << aud_protocol */
    aud_extent protocols_extent;
    aud_str cipher_string;
    aud_extent ciphers_extent;
    AUD_VEC(const aud_suite *) ciphers; /* what the strings mean, each once */
    AUD_VEC(aud_str) ignored;
    aud_extent tls13_extent;
    AUD_VEC(const aud_suite *) tls13;
    aud_extent groups_extent;
    AUD_VEC(aud_str) groups;
    int64_t dh_bits; /* least; 0 with dh_extent WHOLE: unreadable, so unknown */
    aud_extent dh_extent;
    aud_tri server_preference, session_tickets, early_data, compression, ocsp_stapling;
    aud_tri upstream_verified;
    int64_t ticket_key_files; /* -1: not known */
    aud_extent hsts_extent;
    int64_t hsts_seconds;
    AUD_VEC(aud_str) hsts_lost;
    aud_client_check client;
    AUD_VEC(aud_str) certificate_files, key_files;
    AUD_VEC(aud_config_chain) chains; /* of the certificate files */
    aud_tri key_matches;
    AUD_VEC(aud_config_setting) settings;
} aud_tls_config;

void aud_tls_config_init(aud_tls_config *c, const aud_reading *r, const char *server);
void aud_tls_config_clear(aud_tls_config *c);

/* Where `fact` comes from; the texts must live as long as the reading. `reason` may be NULL. */
AUD_NODISCARD aud_status aud_tls_config_say(aud_tls_config *c, const aud_config_setting *setting,
                                            aud_error *err);

/*
 * Adds what an OpenSSL cipher string means; with `extent` SOME or UNKNOWN as one of several values
 * that may hold. A string that OpenSSL refuses leaves the extent UNKNOWN, or SOME if an older
 * OpenSSL would take a part of it; `*out_refused` (may be NULL) tells.
 */
AUD_NODISCARD aud_status aud_tls_config_ciphers(aud_tls_config *c, aud_str string,
                                                aud_extent extent, bool *out_refused,
                                                aud_error *err);
/* TLS 1.3 suites by their names, with ':' between; the library's default without a list. */
AUD_NODISCARD aud_status aud_tls_config_tls13(aud_tls_config *c, aud_str list, aud_error *err);
AUD_NODISCARD aud_status aud_tls_config_tls13_default(aud_tls_config *c, aud_error *err);
/* "X25519:prime256v1", as OpenSSL's set_groups_list; `separators` beside ':'. */
AUD_NODISCARD aud_status aud_tls_config_groups(aud_tls_config *c, aud_str list, aud_error *err);
/* A name that it answers to; folded, each once. */
AUD_NODISCARD aud_status aud_tls_config_name(aud_tls_config *c, aud_str name, aud_error *err);
AUD_NODISCARD aud_status aud_tls_config_listen(aud_tls_config *c, aud_str address, uint16_t port,
                                               aud_error *err);

/* The subject, and the certificates that it names and that are in the source. */
AUD_NODISCARD aud_status aud_tls_config_emit(aud_tls_config *c, aud_error *err);

/* The facts as a bag in the reading's arena. */
AUD_NODISCARD aud_status aud_tls_config_facts(aud_tls_config *c, const aud_bag **out,
                                              aud_error *err);

/* "TLSv1.2", "tlsv1.2"; false for a word that is no version of SSL or TLS. */
bool aud_config_protocol(aud_str word, unsigned *out_bit);
/* A value that is filled in later: "{{ x }}", "${X}", "<%= x %>", "@X@", "%{x}". */
bool aud_config_is_template(aud_str text);
/* "max-age=63072000; includeSubDomains" to seconds; false if it tells none. */
bool aud_config_hsts_age(aud_str header, int64_t *out_seconds);

#endif
