/* engine/evidence/pack.h - an evidence pack as a folder: written whole, or not at all. */
#ifndef AUD_EVIDENCE_PACK_H
#define AUD_EVIDENCE_PACK_H

#include "engine/base/out.h"
#include "engine/evidence/site.h"
#include "engine/evidence/sums.h"
#include "engine/model/period_info.h"

/* What differs from run to run, as the CI system at hand tells it; any may be empty. */
typedef struct aud_run_record {
    aud_str ci, run, url, actor, job;
} aud_run_record;

typedef struct aud_pack_options {
    const aud_result *result; /* with its period */
    const aud_site *site;     /* of the period's end */
    aud_run_record record;
} aud_pack_options;

/*
 * Writes all files of a pack but signature and time stamp into `folder`, which is made, and is
 * removed again on an error.
 * Errors: AUD_E_IO, also where there is something already: evidence is never written over.
 */
AUD_NODISCARD aud_status aud_pack_write(const aud_pack_options *options, aud_str folder,
                                        aud_error *err);
/* Whether something lies at `path` that a pack would be written over. */
bool aud_pack_is_taken(aud_str path);
/* A new empty folder beside `path`, for a pack under way; and away with it. */
AUD_NODISCARD aud_status aud_pack_begin(aud_str path, aud_arena *arena, aud_str *out,
                                        aud_error *err);
AUD_NODISCARD aud_status aud_pack_finish(aud_str folder, aud_str path, aud_error *err);
void aud_pack_drop(aud_str folder);

/* pack_documents.c: config.json, statement.json, run.json. */
AUD_NODISCARD aud_status aud_pack_config(const aud_pack_options *options, aud_out *out,
                                         aud_error *err);
AUD_NODISCARD aud_status aud_pack_statement(const aud_pack_options *options, const aud_sum *sums,
                                            size_t num_sums, aud_out *out, aud_error *err);
AUD_NODISCARD aud_status aud_pack_record(const aud_pack_options *options, aud_out *out,
                                         aud_error *err);

#endif
