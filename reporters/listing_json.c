/* reporters/listing_json.c - the population, a subject a line, with all facts that are known. */
#include "reporters/json_parts.h"
#include "reporters/reporter.h"

extern const aud_reporter aud_reporter_listing_json;

static aud_status write_lines(const aud_result *result, const aud_report_env *env, aud_out *out,
                              aud_error *err)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena scratch;

    AUD_UNUSED(env);
    AUD_UNUSED(err);
    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    for (size_t i = 0; i < result->num_subjects; i++) {
        const aud_subject_info *subject = &result->subjects[i];
        aud_json_writer w;

        if (subject->kind == AUD_KIND_POPULATION) {
            continue;
        }
        aud_arena_reset(&scratch);
        aud_json_writer_init(&w, out, 0);
        aud_report_json_subject(&w, subject);
        if (subject->facts.get != NULL) {
            aud_json_key(&w, "facts");
            aud_report_json_facts(&w, &subject->facts, &scratch);
        }
        aud_json_end_object(&w);
        aud_out_char(out, '\n');
    }
    return AUD_OK;
}

const aud_reporter aud_reporter_listing_json = {
    .name = "jsonl",
    .title = "JSON, one line a subject",
    .extension = "jsonl",
    .lists = true,
    .write = write_lines,
};
