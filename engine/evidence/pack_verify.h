/* engine/evidence/pack_verify.h - is a pack what it was when it was made, and who says so? */
#ifndef AUD_EVIDENCE_PACK_VERIFY_H
#define AUD_EVIDENCE_PACK_VERIFY_H

#include "engine/evidence/sums.h"

typedef struct aud_verify_options {
    aud_str folder; /* the pack, as a folder */
    aud_str trust;  /* bytes of the trusted certificates, PEM or DER; empty: none were given */
    bool digests_only;
    int64_t now; /* certificates are asked for as of the time stamp, or without one as of now */
} aud_verify_options;

/* One thing that was looked at. */
typedef struct aud_check {
    bool is_good;
    aud_str text; /* a sentence without a full stop */
} aud_check;

typedef struct aud_verify_report {
    const aud_check *checks;
    size_t num_checks;
    size_t num_files, num_faults;
    bool is_good; /* all of them are */
} aud_verify_report;

/*
 * Digests, completeness, signature and time stamp. What is wrong with the pack is part of the
 * report; errors are those of memory, and of a folder that is not there.
 */
AUD_NODISCARD aud_status aud_verify_pack(const aud_verify_options *options, aud_arena *arena,
                                         aud_verify_report *out, aud_error *err);

#endif
