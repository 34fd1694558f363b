/* reporters/pack_csv.h - the tables of an evidence pack, one row a thing; of a finished result. */
#ifndef AUD_REPORTERS_PACK_CSV_H
#define AUD_REPORTERS_PACK_CSV_H

#include "engine/base/out.h"
#include "engine/model/period_info.h"

/* Every subject with where, whose, since when, its dates and key, and how it was judged. */
AUD_NODISCARD aud_status aud_population_csv(const aud_result *result, aud_out *out, aud_error *err);
/* Every protocol and suite with what it is offered for and where (PCI DSS 12.3.3). */
AUD_NODISCARD aud_status aud_ciphers_csv(const aud_result *result, aud_out *out, aud_error *err);
/* The register of exceptions. */
AUD_NODISCARD aud_status aud_waivers_csv(const aud_result *result, aud_out *out, aud_error *err);
/* Every stretch of the period, its causes and how long it stood; needs result->period. */
AUD_NODISCARD aud_status aud_timeline_csv(const aud_result *result, aud_out *out, aud_error *err);

#endif
