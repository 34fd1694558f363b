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

typedef struct aud_endpoint_cert {
    aud_str der;
    uint32_t line;
} aud_endpoint_cert;

/*
 * Filled by a reader, field by field; zero is "nothing told". Strings and bytes live in `arena`
 * (aud_endpoint_begin resets it: one endpoint at a time). aud_endpoint_clear() when done.
 */
typedef struct aud_endpoint {
    aud_arena arena;
    uint32_t line;
    const char *scanner;
    aud_str scanner_version;
    aud_str host; /* as scanned, folded */
    aud_str sni;
    aud_str starttls;
    bool sni_told, starttls_told; /* and empty: known to be absent */
    uint16_t port;
    unsigned tested, offered; /* bits 1 << aud_protocol */
    bool protocols_told;      /* the scanner lists protocols by themselves */
    bool odd_protocol;        /* a version is offered that nobody knows */
    AUD_VEC(aud_endpoint_suite) suites;
    AUD_VEC(aud_str) unknown_suites, groups;
    int64_t dh_bits; /* least seen; 0: none seen */
    bool dh_unsized; /* a DHE suite was accepted without its size */
    aud_tri heartbleed, compression, secure_renegotiation;
    AUD_VEC(aud_endpoint_cert) chain; /* as served */
    bool chain_whole;                 /* the scanner gives more than the leaf */
    bool chain_broken;                /* a certificate of it could not be read */
    bool leaf_lost;                   /* its first one, so that what follows is no leaf */
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
AUD_NODISCARD aud_status aud_endpoint_group_add(aud_endpoint *e, aud_str name, aud_error *err);
AUD_NODISCARD aud_status aud_endpoint_cert_add(aud_endpoint *e, aud_str der, uint32_t line,
                                               aud_error *err);

/* The endpoint and its certificates. One that tells nothing of TLS at all is a gap. */
AUD_NODISCARD aud_status aud_endpoint_emit(aud_endpoint *e, const aud_reading *r, aud_error *err);
/* Its certificates alone: of a report that breaks off, they are whole and the rest is not. */
AUD_NODISCARD aud_status aud_endpoint_emit_certs(aud_endpoint *e, const aud_reading *r,
                                                 aud_error *err);
/* A gap at this endpoint, host named. */
AUD_NODISCARD aud_status aud_endpoint_gap(aud_endpoint *e, const aud_reading *r, aud_gap_kind kind,
                                          uint32_t line, const char *reason, aud_error *err);

#endif
