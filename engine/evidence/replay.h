/* engine/evidence/replay.h - performs the audit of a pack again, and takes a sample of one. */
#ifndef AUD_EVIDENCE_REPLAY_H
#define AUD_EVIDENCE_REPLAY_H

#include "engine/base/out.h"
#include "engine/evidence/states.h"

typedef struct aud_replay_options {
    aud_str folder;     /* the pack */
    aud_str repository; /* where its history is */
    aud_str config;     /* as the pack was made; empty: each commit's own */
    const aud_run_options *run;
    void (*progress)(void *ctx, size_t done, size_t total);
    void *progress_ctx;
} aud_replay_options;

typedef struct aud_replay_answer {
    bool is_same;
    size_t num_files; /* compared */
    aud_str text;     /* the first difference, in words */
} aud_replay_answer;

/*
 * Audits the period of the pack anew, to the same commit and instant, into `scratch` (which is not
 * there), and compares every file but run.json and what is made of it.
 * Errors: those of aud_states_new; AUD_E_FORMAT for a pack whose config.json cannot be read.
 */
AUD_NODISCARD aud_status aud_replay(const aud_replay_options *options, aud_str scratch,
                                    aud_arena *arena, aud_replay_answer *out, aud_error *err);

/*
 * Draws `num` subjects of the population, each with the same chance, and prints their rows below
 * the header; the same seed draws the same of the same population.
 */
AUD_NODISCARD aud_status aud_sample(aud_str folder, size_t num, uint64_t seed, aud_arena *arena,
                                    aud_out *out, aud_error *err);

#endif
