/* engine/ingest/endpoint.h - what a scanner found at one host and port, gathered and handed on. */
#ifndef AUD_INGEST_ENDPOINT_H
#define AUD_INGEST_ENDPOINT_H

#include "engine/ingest/emit.h"
#include "engine/tls/suites.h"

typedef enum aud_tri { AUD_TRI_UNKNOWN, AUD_TRI_NO, AUD_TRI_YES } aud_tri;

typedef struct aud_endpoint_suite {
    const aud_suite *suite;
    unsigned protocols; /* bits 1 << aud_protocol; 0: not told */
} aud_endpoint_suite;

enum { AUD_ENDPOINT_MAX_CERTS = 64 };

typedef struct aud_endpoint_cert {
    aud_str der;
    uint32_t line;
    bool other_leaf; /* the first of a further chain: RSA beside EC */
} aud_endpoint_cert;

typedef enum aud_attack {
    AUD_ATTACK_FAILS,    /* not vulnerable */
    AUD_ATTACK_POSSIBLE, /* the scanner is not sure */
    AUD_ATTACK_WORKS,
} aud_attack;

typedef struct aud_endpoint_attack {
    const char *name; /* static: "heartbleed", as fields/vulnerability.def lists them */
    aud_attack state;
} aud_endpoint_attack;

/*
 * Filled by a reader, field by field; zero is "nothing told". Strings and bytes live in `arena`
 * (aud_endpoint_begin resets it: one endpoint at a time). aud_endpoint_clear() when done.
 */
typedef struct aud_endpoint {
    aud_arena arena;
    uint32_t line;
    aud_str record; /* the report's own number or id of this target, where lines do not tell */
    const char *scanner;
    aud_str scanner_version;
    aud_str host;    /* as scanned, folded */
    aud_str address; /* as reached */
    aud_str sni;
    aud_str starttls; /* "smtp", "imap", "pop3", "ftp", "ldap", "xmpp", "postgres" ... */
    bool sni_told, starttls_told; /* and empty: known to be absent */
    uint16_t port;
    int64_t scanned_at;
    bool scanned_at_told;
    unsigned tested, offered; /* bits 1 << aud_protocol */
    bool protocols_told;      /* the scanner lists protocols by themselves */
    bool odd_protocol;        /* a version is offered that nobody knows */
    bool spoke_tls;           /* a handshake is told, and not of which version */
    bool suites_partial;      /* it does not try, or does not list, every suite */
    bool suites_whole;        /* it tried every suite, and does not say in which version */
    AUD_VEC(aud_endpoint_suite) suites;
    AUD_VEC(aud_str) unknown_suites, groups;
    bool groups_whole; /* every group was tried */
    int64_t dh_bits;   /* least seen; 0: none seen */
    bool dh_unsized;   /* a DHE suite was accepted without its size */
    aud_tri server_preference, compression, secure_renegotiation, client_renegotiation;
    aud_tri session_tickets, session_resumption, extended_master_secret, fallback_scsv, early_data;
    aud_tri client_certificate, ocsp_stapled;
    int64_t hsts_seconds; /* -1: known not to be sent */
    bool hsts_told;
    AUD_VEC(aud_endpoint_attack) attacks;
    AUD_VEC(aud_endpoint_cert) chain; /* as served; behind it further leaves with their chains */
    bool chain_whole;                 /* the scanner gives more than the leaf */
    bool chain_broken;                /* a certificate of it could not be read */
    bool leaf_lost;                   /* its first one, so that what follows is no leaf */
    aud_str declared_sha256;          /* of the leaf, lower-case hex, where no bytes are given */
    aud_str declared_subject;
    int64_t declared_not_after;
    bool declared_not_after_told;
} aud_endpoint;

void aud_endpoint_init(aud_endpoint *e);
void aud_endpoint_clear(aud_endpoint *e);
/* Forgets everything but `scanner` and `scanner_version`, which are kept by the caller. */
void aud_endpoint_begin(aud_endpoint *e);

AUD_NODISCARD aud_status aud_endpoint_text(aud_endpoint *e, aud_str text, aud_str *out,
                                           aud_error *err);
/*
 * A suite accepted in `protocols` (bits; 0 if the report does not tell). NULL: a name that no
 * registry knows, kept as `written`. `dh_bits` is 0 where none is told.
 */
AUD_NODISCARD aud_status aud_endpoint_suite_add(aud_endpoint *e, const aud_suite *suite,
                                                aud_str written, unsigned protocols,
                                                uint64_t dh_bits, aud_error *err);
/* "prime256v1", "P-256", "ecdh_x25519" by IANA's name; others as they are. */
aud_str aud_group_name(aud_str written);
/* A group in any spelling ("prime256v1", "P-256", "ecdh_x25519"); kept by its IANA name. */
AUD_NODISCARD aud_status aud_endpoint_group_add(aud_endpoint *e, aud_str name, aud_error *err);
/* `name` is static; of two outcomes the worse stays. */
AUD_NODISCARD aud_status aud_endpoint_attack_add(aud_endpoint *e, const char *name,
                                                 aud_attack state, aud_error *err);
AUD_NODISCARD aud_status aud_endpoint_cert_add(aud_endpoint *e, aud_str der, uint32_t line,
                                               aud_error *err);
/*
 * The one certificate of a PEM text, next in the chain. What cannot be read is a gap, and the chain
 * is broken.
 */
AUD_NODISCARD aud_status aud_endpoint_pem(aud_endpoint *e, const aud_reading *r, aud_str text,
                                          uint32_t line, aud_error *err);
/* What follows is another chain of the same server, its leaf first. */
AUD_NODISCARD aud_status aud_endpoint_other_leaf(aud_endpoint *e, aud_str der, uint32_t line,
                                                 aud_error *err);

/* The protocol that a port below 1024 or so upgrades to TLS: 25 "smtp"; NULL for every other. */
const char *aud_starttls_of_port(uint16_t port);

/* The endpoint and its certificates. One that tells nothing of TLS at all is a gap. */
AUD_NODISCARD aud_status aud_endpoint_emit(aud_endpoint *e, const aud_reading *r, aud_error *err);
/* Its certificates alone: of a report that breaks off, they are whole and the rest is not. Without
 * a host and port they were served somewhere, and hold no lineage. */
AUD_NODISCARD aud_status aud_endpoint_emit_certs(aud_endpoint *e, const aud_reading *r,
                                                 aud_error *err);
/* A gap at this endpoint, host named. */
AUD_NODISCARD aud_status aud_endpoint_gap(aud_endpoint *e, const aud_reading *r, aud_gap_kind kind,
                                          uint32_t line, const char *reason, aud_error *err);

/* The facts as a bag in `e->arena`; `*out_leaf` is the leaf's SHA-256, or empty. */
AUD_NODISCARD aud_status aud_endpoint_facts(aud_endpoint *e, const aud_bag **out_bag,
                                            aud_str *out_leaf, aud_error *err);
/* At least one protocol version or suite was accepted. */
bool aud_endpoint_speaks_tls(const aud_endpoint *e);

#endif
