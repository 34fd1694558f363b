/* reporters/sarif_parts.h - what the files of the SARIF report share. */
#ifndef AUD_REPORTERS_SARIF_PARTS_H
#define AUD_REPORTERS_SARIF_PARTS_H

#include "engine/tree/json.h"
#include "reporters/common.h"

typedef AUD_VEC(aud_str) sarif_controls;

typedef struct sarif {
    const aud_result *result;
    aud_json_writer *w;
    aud_error *err;
    aud_buf text;            /* one being put together */
    sarif_controls controls; /* "framework:id" of all policies, sorted, each once */
    bool github;
    bool suppresses;   /* a finding is waived: then every result tells its suppressions */
    uint64_t max;      /* results */
    uint64_t over_max; /* left out for that */
    uint64_t waived_out, undecided_out; /* left out by the profile */
} sarif;

/* `s->text` with nothing in it, and what is in it now. */
aud_buf *aud_sarif_begin(sarif *s);
aud_str aud_sarif_taken(const sarif *s);
/* "key": {"text": text} */
void aud_sarif_message(sarif *s, const char *key, aud_str text);
/* Adds text of an input to `s->text`, harmless and cut. */
AUD_NODISCARD aud_status aud_sarif_add(sarif *s, aud_str text);
AUD_NODISCARD aud_status aud_sarif_say(sarif *s, const char *text);

const char *aud_sarif_level(aud_severity severity);
/* GitHub's scale: above 9.0 critical, from 7.0 high, from 4.0 medium, below low. */
const char *aud_sarif_security_severity(aud_severity severity);

AUD_NODISCARD aud_status aud_sarif_find_controls(sarif *s);
AUD_NODISCARD aud_status aud_sarif_tool(sarif *s);
AUD_NODISCARD aud_status aud_sarif_taxonomies(sarif *s);

/* Base of the URIs of one source: reports of one source need only the usual one. */
AUD_NODISCARD aud_status aud_sarif_base(sarif *s, aud_str source, aud_buf *out);
AUD_NODISCARD aud_status aud_sarif_physical(sarif *s, aud_str source, aud_str path, uint32_t line);
AUD_NODISCARD aud_status aud_sarif_results(sarif *s);
AUD_NODISCARD aud_status aud_sarif_invocation(sarif *s);

#endif
