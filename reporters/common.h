/* reporters/common.h - what several reporters need of a result: order, places, sums, words. */
#ifndef AUD_REPORTERS_COMMON_H
#define AUD_REPORTERS_COMMON_H

#include "reporters/neutral.h"
#include "reporters/reporter.h"

/* Longest text of an input that a report for people or forges shows; JSON holds all of it. */
enum { AUD_REPORT_TEXT_MAX = 4000 };

/*
 * Findings by policy, then subject, then as the result has them: result->findings[order[i]] for i
 * in [first[p], first[p + 1]) are those of policy p.
 */
typedef struct aud_report_groups {
    uint32_t *order;
    size_t *first; /* num_policies + 1 */
} aud_report_groups;

/* Errors: AUD_E_NOMEM; AUD_E_FORMAT if a finding names a policy or subject that is not there. */
AUD_NODISCARD aud_status aud_report_group(const aud_result *result, aud_report_groups *out,
                                          aud_error *err);
void aud_report_groups_clear(aud_report_groups *groups);

/* The verdict of a pair, or AUD_V_NONE. */
uint8_t aud_report_verdict(const aud_result *result, size_t policy, size_t subject);

/* The sum over all sources: files = gave + nothing + excluded + not_judged. */
typedef struct aud_report_files {
    size_t files, gave, nothing, excluded, not_judged;
} aud_report_files;
aud_report_files aud_report_files_of(const aud_result *result);

/* Gaps that no `accept:` line names. */
size_t aud_report_open_gaps(const aud_result *result);

/* "clean", "findings", "usage" ... and what it means in a sentence. */
const char *aud_report_exit_name(aud_exit code);
const char *aud_report_exit_meaning(aud_exit code);

/*
 * Where it was seen, neutralised: "path:line", "path, member 3", "path, record x", "host:port";
 * with ", in SOURCE" if the result has several sources. Empty if the sighting says nothing.
 */
AUD_NODISCARD aud_status aud_report_place(const aud_result *result, const aud_sighting *where,
                                          aud_buf *out, aud_error *err);

/* A fact of an object by its name; unknown where its table has none of that name. */
aud_value aud_report_fact(const aud_object *object, const char *name, aud_arena *scratch);
/* The same as a text; empty where it is not known, absent or no text. */
aud_str aud_report_fact_text(const aud_object *object, const char *name, aud_arena *scratch);

/* The path as a relative URI reference (RFC 3986, 4.2), whatever its bytes are. */
AUD_NODISCARD aud_status aud_report_uri(aud_str path, aud_buf *out, aud_error *err);

/*
 * "certificate www.example.com (3fa9c2d1e0b4)": a name for people, neutralised, that no other
 * subject of the result has, and that stays the same from run to run.
 */
AUD_NODISCARD aud_status aud_report_subject_name(const aud_result *result, size_t subject,
                                                 aud_buf *out, aud_error *err);

/*
 * The number that an option holds, `fallback` where it is not given. AUD_E_USAGE if it is none.
 */
AUD_NODISCARD aud_status aud_report_number(const aud_reporter *reporter, const aud_report_env *env,
                                           const char *key, uint64_t fallback, uint64_t *out,
                                           aud_error *err);

/* Neighbouring coverage lines that speak of one fact of one scanner in one source. */
bool aud_report_same_lack(const aud_coverage *a, const aud_coverage *b);

#endif
