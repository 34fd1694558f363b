/* reporters/junit_parts.h - what the files of the JUnit report share. */
#ifndef AUD_REPORTERS_JUNIT_PARTS_H
#define AUD_REPORTERS_JUNIT_PARTS_H

#include "engine/base/instant.h"
#include "engine/tree/xml.h"
#include "reporters/common.h"

typedef enum junit_dialect { JUNIT_STRICT, JUNIT_GITLAB, JUNIT_SUREFIRE } junit_dialect;

/* Cases that may still be written: the report has a maximum, and what fails goes first. */
typedef struct junit_room {
    uint64_t bad, others;
} junit_room;

typedef struct junit_counts {
    uint64_t tests, failures, errors, skipped;
    uint64_t passing_left_out; /* by cases=failing: neither failure nor error */
    uint64_t over_max;         /* by max_cases= */
    uint64_t bad_over_max;     /* failures and errors among these */
} junit_counts;

typedef struct junit {
    const aud_result *result;
    aud_out *out;
    aud_xml_writer w; /* on `out` */
    aud_error *err;
    aud_report_groups groups;
    aud_buf text;  /* one being put together */
    aud_buf names; /* ` name="..."`, escaped, of every subject of this part one after another */
    size_t *name_at;
    size_t from, to; /* subjects of this part */
    uint64_t part, parts;
    junit_dialect dialect;
    bool failing_only;
    junit_room room;
    uint32_t suite; /* number of the next */
    char timestamp[AUD_INSTANT_TEXT];
} junit;

/* Renders the names of the part's subjects once: each policy has a case for most of them. */
AUD_NODISCARD aud_status aud_junit_names(junit *j);
/* What writing the cases of one policy would come to; takes from `room` what they would. */
void aud_junit_count(const junit *j, size_t policy, junit_room *room, junit_counts *counts);
AUD_NODISCARD aud_status aud_junit_cases(junit *j, size_t policy);

/* The run as properties: what every report states. */
AUD_NODISCARD aud_status aud_junit_run_properties(junit *j);
void aud_junit_property(junit *j, const char *name, aud_str value);
/* What could not be read or run, and what no source tells; one case that passes if there is none.
 */
void aud_junit_count_inputs(const junit *j, junit_counts *counts);
/* `all`: counts of the whole report, to tell what it leaves out. */
AUD_NODISCARD aud_status aud_junit_inputs(junit *j, const junit_counts *all);

#endif
