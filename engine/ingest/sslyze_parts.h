/* engine/ingest/sslyze_parts.h - a report of sslyze while it is read, and its two halves. */
#ifndef AUD_INGEST_SSLYZE_PARTS_H
#define AUD_INGEST_SSLYZE_PARTS_H

#include "engine/ingest/endpoint.h"
#include "engine/ingest/scan_json.h"

/* A certificate waits until the host is known: a place may stand behind its chain. */
typedef struct aud_sslyze_pem {
    aud_str text;
    uint32_t line;
    bool first; /* of its deployment */
} aud_sslyze_pem;

typedef struct aud_sslyze {
    const aud_reading *reading;
    aud_scan_json scan;
    aud_arena arena; /* for the version */
    aud_endpoint endpoint;
    aud_str version;
    int64_t started;
    bool started_told;
    bool results;   /* any host, or a failed one */
    bool in_host;   /* inside an element of server_scan_results */
    bool unwrapped; /* 3.x and 4.x: results without status around them */
    /* of the host at hand */
    AUD_VEC(aud_sslyze_pem) pems;
    bool first_cert, too_many, certs_failed, no_connection;
    aud_tri command_failed; /* the one at hand */
    aud_protocol protocol;  /* of the suites at hand */
    unsigned failed;        /* protocols whose command failed; bits */
    aud_tri supported;      /* of that protocol */
    bool accepted;          /* at least one suite of it */
    aud_str suite, openssl_suite, key_type, curve;
    uint64_t key_bits;
    aud_tri by_ticket, by_id;
    bool http_failed;
} aud_sslyze;

/* What the commands of a host found: 5.x and 6.x, each with its status; 3.x and 4.x, bare. */
AUD_NODISCARD aud_status aud_sslyze_results(void *ctx, const aud_json_token *token, aud_error *err);
AUD_NODISCARD aud_status aud_sslyze_bare_results(void *ctx, const aud_json_token *token,
                                                 aud_error *err);
/* The commands of 3.x and 4.x that failed, by name. */
AUD_NODISCARD aud_status aud_sslyze_failed_commands(void *ctx, const aud_json_token *token,
                                                    aud_error *err);

#endif
