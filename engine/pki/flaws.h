/* engine/pki/flaws.h - departures from DER and RFC 5280, as bits and in words. */
#ifndef AUD_PKI_FLAWS_H
#define AUD_PKI_FLAWS_H

#include "engine/pki/cert.h"

enum aud_flaw {
#define AUD_FLAW(name, text) AUD_FLAW_##name,
#include "engine/pki/flaws.def"
#undef AUD_FLAW
    AUD_NUM_FLAWS
};

#define AUD_FLAW_BIT(name) (UINT64_C(1) << AUD_FLAW_##name)

/*
 * Everything that departs from DER and RFC 5280 in `cert`, as a list of strings: looks at every
 * element. AUD_UNKNOWN if memory runs out.
 */
aud_value aud_cert_flaws(const aud_cert *cert, aud_arena *arena);

#endif
