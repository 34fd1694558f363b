/* reporters/finding_text.h - one finding in a sentence, for formats that show one line. */
#ifndef AUD_REPORTERS_FINDING_TEXT_H
#define AUD_REPORTERS_FINDING_TEXT_H

#include "reporters/common.h"

/* "certificate www.example.com (3fa9c2d1e0b4): the key is too short. key.bits is 1024, wanted: at
 * least 2048", neutralised, with the first items. */
AUD_NODISCARD aud_status aud_report_finding_text(const aud_result *result, const aud_finding *f,
                                                 aud_buf *out, aud_error *err);

/* Where a forge can show it: the finding's own file, else the configuration's. */
typedef struct aud_report_spot {
    aud_str path; /* empty: nowhere in the repository */
    uint32_t line;
} aud_report_spot;
aud_report_spot aud_report_spot_of(const aud_result *result, const aud_sighting *where);

/* A finding that is shown as an open problem: neither waived nor below --min-severity. */
bool aud_report_is_open(const aud_report_env *env, const aud_finding *f);

#endif
