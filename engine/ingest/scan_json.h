/* engine/ingest/scan_json.h - what readers of scanners' JSON share: walking a report by its keys.
 */
#ifndef AUD_INGEST_SCAN_JSON_H
#define AUD_INGEST_SCAN_JSON_H

#include "engine/ingest/endpoint.h"
#include "engine/tree/json.h"

/* One report being walked. Zero, then aud_scan_json_open(); aud_scan_json_clear() when done. */
typedef struct aud_scan_json {
    const aud_reading *reading;
    aud_json *json;
    aud_status broke;   /* of the document, not of what is done with it */
    uint32_t last_line; /* of the last token */
    uint64_t record;    /* values met at the top, of a report in JSON lines */
    aud_arena *arena;   /* where texts of typed members go */
} aud_scan_json;

AUD_NODISCARD aud_status aud_scan_json_open(aud_scan_json *scan, const aud_reading *reading,
                                            bool lines, aud_error *err);
void aud_scan_json_clear(aud_scan_json *scan);

/* Gets the token that a value begins with, and reads all of that value. */
typedef aud_status (*aud_scan_value)(void *ctx, const aud_json_token *token, aud_error *err);

/* What a member's value is, where it goes into a field of the context as it is. */
typedef enum aud_scan_kind {
    AUD_SCAN_READ, /* by `read` */
    AUD_SCAN_TRI,
    AUD_SCAN_TEXT,
    AUD_SCAN_HOST,    /* folded; untouched where it is none */
    AUD_SCAN_ADDRESS, /* the same */
    AUD_SCAN_PORT,    /* uint16_t; 0 where it is none */
    AUD_SCAN_NUMBER,  /* uint64_t */
} aud_scan_kind;

typedef struct aud_scan_member {
    const char *key;
    aud_scan_value read;
    aud_scan_kind kind;
    size_t offset; /* of the field */
} aud_scan_member;

/* {"key", AUD_SCAN_FIELD(TRI, report, endpoint.compression)} */
#define AUD_SCAN_FIELD(kind, type, field) NULL, AUD_SCAN_##kind, offsetof(type, field)
#define AUD_SCAN_BY(function) function, AUD_SCAN_READ, 0

AUD_NODISCARD aud_status aud_scan_next(aud_scan_json *scan, aud_json_token *out, aud_error *err);
/* What is left of a value behind its first token. */
AUD_NODISCARD aud_status aud_scan_pass(aud_scan_json *scan, const aud_json_token *token,
                                       aud_error *err);
/* Members that the table does not name are passed over; so is a value that is no object. */
AUD_NODISCARD aud_status aud_scan_members(aud_scan_json *scan, const aud_json_token *token,
                                          const aud_scan_member *members, size_t num_members,
                                          void *ctx, aud_error *err);
/* The same where the keys are names: `read` gets each key, and reads the value behind it. */
typedef aud_status (*aud_scan_named)(void *ctx, aud_str key, aud_error *err);
AUD_NODISCARD aud_status aud_scan_each(aud_scan_json *scan, const aud_json_token *token,
                                       aud_scan_named read, void *ctx, aud_error *err);
/* A value that is no list is passed over. */
AUD_NODISCARD aud_status aud_scan_elements(aud_scan_json *scan, const aud_json_token *token,
                                           aud_scan_value read, void *ctx, aud_error *err);

/* A scalar's value; of another type nothing is told, and the value is passed over. */
AUD_NODISCARD aud_status aud_scan_tri(aud_scan_json *scan, const aud_json_token *token,
                                      aud_tri *out, aud_error *err);
/* A copy in `arena`; untouched where it is no string, or one longer than 4 KiB or with a NUL. */
AUD_NODISCARD aud_status aud_scan_text(aud_scan_json *scan, const aud_json_token *token,
                                       aud_arena *arena, aud_str *out, aud_error *err);
/* 0 where it is no whole number in range; digits in a string count too. */
AUD_NODISCARD aud_status aud_scan_number(aud_scan_json *scan, const aud_json_token *token,
                                         uint64_t *out, aud_error *err);
/* RFC 3339, in UTC where it tells no zone. */
AUD_NODISCARD aud_status aud_scan_instant(aud_scan_json *scan, const aud_json_token *token,
                                          int64_t *out, bool *out_told, aud_error *err);

/*
 * Every value at the top, one after another, each read by `each`. What is broken is a gap, and
 * reading goes on with the next line; `cut` hands on what was sound of the record at hand. Of a
 * record that fills several lines nobody knows where the next begins: reading ends there.
 */
typedef aud_status (*aud_scan_cut)(void *ctx, aud_gap_kind kind, const aud_error *why,
                                   aud_error *err);
AUD_NODISCARD aud_status aud_scan_lines(aud_scan_json *scan, aud_scan_value each, aud_scan_cut cut,
                                        void *ctx, aud_error *err);

/* The first object's text: behind blanks and a byte order mark. Empty if no '{' comes first. */
aud_str aud_scan_json_start(aud_str head);
/* Bits of evidence: each of the texts that `head` holds counts its length; 0 if one is missing. */
unsigned aud_scan_json_bid(aud_str head, const char *const *texts, size_t num_texts);

#endif
