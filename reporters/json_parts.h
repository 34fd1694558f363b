/* reporters/json_parts.h - the parts of the JSON result that other JSON documents share. */
#ifndef AUD_REPORTERS_JSON_PARTS_H
#define AUD_REPORTERS_JSON_PARTS_H

#include "engine/model/result.h"
#include "engine/tree/json.h"

/* Puts the next member of an array on a line of its own: results are compared with diff. */
void aud_report_json_line(aud_json_writer *w);
/*
 * A string of an input. JSON on standard output may pass through a CI system's log, where "##[" and
 * "##vso[" are obeyed anywhere in a line: the second '#' is written as its escape, which reads the
 * same.
 */
void aud_report_json_str(aud_json_writer *w, aud_str text);
void aud_report_json_put(aud_json_writer *w, const char *key, aud_str text);
/* A key with a string, left out where that is empty. */
void aud_report_json_opt(aud_json_writer *w, const char *key, aud_str text);
/* A key with an instant in RFC 3339. */
void aud_report_json_instant(aud_json_writer *w, const char *key, int64_t instant);
/* 32 bytes as a key with hexadecimal digits. */
void aud_report_json_digest(aud_json_writer *w, const char *key, const uint8_t digest[32]);

/* A policy as declared and configured, without what it judged; the object is left open. */
void aud_report_json_policy(aud_json_writer *w, const aud_policy_info *policy);
/* What a control is, as members of an object that is left open. */
void aud_report_json_control(aud_json_writer *w, const aud_control *control);
/* "items" of a finding. */
void aud_report_json_items(aud_json_writer *w, const aud_item *items, size_t num_items);
void aud_report_json_source(aud_json_writer *w, const aud_source_info *source);
/* "pairs" and "files": the two sums that add up. */
void aud_report_json_sums(aud_json_writer *w, const aud_result *result);
void aud_report_json_sighting(aud_json_writer *w, const aud_sighting *where);
/* `id`, `kind`, `label`, `lineage`, `sightings`, `owners`; the object is left open. */
void aud_report_json_subject(aud_json_writer *w, const aud_subject_info *subject);

/*
 * The facts of an object by its field table: a value, null for known to be absent, no key for
 * unknown. Sightings and owners are left out: subjects show them themselves. A subject inside
 * another one (the leaf of an endpoint) is shown by its identity alone, its table's first field.
 */
void aud_report_json_facts(aud_json_writer *w, const aud_object *object, aud_arena *scratch);

#endif
