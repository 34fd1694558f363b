/* engine/audit/propose.h - a skeleton of waivers for what fails now, that nobody approved yet. */
#ifndef AUD_AUDIT_PROPOSE_H
#define AUD_AUDIT_PROPOSE_H

#include "engine/base/out.h"
#include "engine/model/result.h"

/*
 * Writes a waivers file with an entry for each failing subject, in the result's order, matched by
 * what identifies it. Reason, owner, approver, approval and end are left empty: it does not load
 * before somebody fills them in. Findings on the whole population cannot be waived, and are counted
 * in a remark. `*out_num`: the entries.
 */
AUD_NODISCARD aud_status aud_propose_waivers(const aud_result *result, aud_out *out,
                                             size_t *out_num, aud_error *err);

#endif
