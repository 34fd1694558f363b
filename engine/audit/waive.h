/* engine/audit/waive.h - waivers against findings: what holds, and what is said of the rest. */
#ifndef AUD_AUDIT_WAIVE_H
#define AUD_AUDIT_WAIVE_H

#include "engine/audit/waivers.h"

typedef enum aud_waiver_hold {
    AUD_HOLD_NO,
    AUD_HOLD_PARTLY, /* for some of its places or names, so it waives nothing */
    AUD_HOLD_YES,
} aud_waiver_hold;

/* `out_other`: the place or name it does not hold for. Facts are read into `scratch`. */
aud_waiver_hold aud_waiver_holds(const aud_waiver_match *match, const aud_subject_info *subject,
                                 aud_arena *scratch, aud_str *out_other);

/* Letters folded; '*' and '?' stay within one label, "**" as a whole label is any number of them,
 * none included. */
bool aud_waiver_dns_fits(aud_str glob, aud_str name);

#endif
