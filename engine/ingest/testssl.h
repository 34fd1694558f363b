/* engine/ingest/testssl.h - what the findings of testssl.sh mean, whatever file they stand in. */
#ifndef AUD_INGEST_TESTSSL_H
#define AUD_INGEST_TESTSSL_H

#include "engine/ingest/endpoint.h"

/* One finding: {id, severity, finding} with its target, which the pretty JSON tells elsewhere. */
typedef struct aud_testssl_row {
    aud_str id, severity, finding;
    aud_str target; /* "name/address"; empty: the target at hand */
    aud_str port;
    uint32_t line;
} aud_testssl_row;

typedef struct aud_testssl {
    const aud_reading *reading;
    aud_endpoint endpoint;
    bool open;        /* a target is at hand */
    bool placed;      /* its host and port are known */
    bool refused;     /* a failure that is not the file's: of the sink, or memory */
    size_t targets;   /* and problems: what the file told of */
    char key[600];    /* "name/address port" of the target at hand */
    char version[64]; /* of the scanner; empty: not told */
    bool filtered;    /* --severity or --ssl-native: not every row is there, or not every suite */
    int64_t started;
    bool started_told;
    /* of the target at hand */
    bool first_chain;   /* further leaves have not begun */
    int64_t told_certs; /* certificates of the first chain, as testssl counts them; 0: not told */
    bool by_suite;      /* each suite was tried, in whatever version */
} aud_testssl;

void aud_testssl_init(aud_testssl *t, const aud_reading *reading);
void aud_testssl_clear(aud_testssl *t);

/* The next finding of a flat file: opens a target where it names another one. */
AUD_NODISCARD aud_status aud_testssl_row_add(aud_testssl *t, const aud_testssl_row *row,
                                             aud_error *err);
/* The parts of the pretty JSON: a target that places itself; a finding of it. */
AUD_NODISCARD aud_status aud_testssl_open(aud_testssl *t, uint32_t line, aud_error *err);
AUD_NODISCARD aud_status aud_testssl_place(aud_testssl *t, aud_str host, aud_str address,
                                           aud_str port, uint32_t line, aud_error *err);
AUD_NODISCARD aud_status aud_testssl_finding(aud_testssl *t, const aud_testssl_row *row,
                                             aud_error *err);
/* A finding that is no target's: a scan that failed. */
AUD_NODISCARD aud_status aud_testssl_problem(aud_testssl *t, const aud_testssl_row *row,
                                             aud_error *err);
/* "3.0.8  from ", the command line, and the start as epoch seconds. */
AUD_NODISCARD aud_status aud_testssl_head(aud_testssl *t, aud_str key, aud_str value,
                                          aud_error *err);
/* The target at hand is complete. */
AUD_NODISCARD aud_status aud_testssl_close(aud_testssl *t, aud_error *err);
/* The file broke off: what came before stands, the rest is a gap. */
AUD_NODISCARD aud_status aud_testssl_broken(aud_testssl *t, aud_status st, const aud_error *why,
                                            aud_error *err);

/* engine/ingest/testssl_findings.c: one finding of the target at hand becomes facts. */
AUD_NODISCARD aud_status aud_testssl_facts(aud_testssl *t, const aud_testssl_row *row,
                                           aud_error *err);

#endif
