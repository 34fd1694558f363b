/* engine/audit/waivers.h - the waivers file, read strictly: approved, dated exceptions. */
#ifndef AUD_AUDIT_WAIVERS_H
#define AUD_AUDIT_WAIVERS_H

#include "engine/model/result.h"
#include "engine/tree/node.h"

/*
 * What a waiver is for. Empty ones ask nothing, of the others all must hold:
 *   sha256    the certificate or request with this digest
 *   spki      this public key, in a certificate, a request or a private key
 *   lineage   glob; of one that is a file, all places must be that file
 *   dns       glob over all names, letters folded: '*' is within one label, '**' any number of them
 *   path      glob over the paths of all places
 *   endpoint  host:port; of a certificate, all places are there
 */
typedef struct aud_waiver_match {
    aud_str sha256, spki, lineage, dns, path, endpoint;
} aud_waiver_match;

typedef struct aud_waiver {
    aud_str id;
    const aud_str *policies; /* ids or globs */
    size_t num_policies;
    aud_waiver_match match;
    aud_str reason, owner, approver, ticket;
    int64_t approved, expires;
    uint32_t line;
    unsigned char digest[32]; /* of all that the entry says */
} aud_waiver;

/* Keys of the file, of an entry and of its match; NULL-terminated. */
extern const char *const aud_waivers_keys[];
extern const char *const aud_waiver_keys[];
extern const char *const aud_waiver_match_keys[];

/*
 * Reads a waivers file; `max_days` bounds the time from approval to expiry, 0 does not. What is not
 * approved does not load: a missing reason, owner, approver, approval or expiry is refused with the
 * names of all that is missing.
 * Errors: AUD_E_USAGE with path, line and the nearest known key.
 */
AUD_NODISCARD aud_status aud_waivers_read(aud_str path, aud_str text, int64_t max_days,
                                          aud_arena *arena, const aud_waiver **out, size_t *out_num,
                                          aud_error *err);

/* Whether an older text of the file says of this waiver just the same. Never fails for what the
 * older text holds: what cannot be read says nothing. */
AUD_NODISCARD aud_status aud_waiver_stands_in(const aud_waiver *waiver, aud_str text, bool *out,
                                              aud_error *err);

#endif
