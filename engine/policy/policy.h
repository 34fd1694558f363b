/* engine/policy/policy.h - Lua's room: policies loaded strictly, run in a sandbox, judged purely.
 */
#ifndef AUD_POLICY_POLICY_H
#define AUD_POLICY_POLICY_H

#include "engine/model/approval.h"
#include "engine/model/result.h"
#include "engine/policy/lines.h"
#include "engine/policy/trace.h"
#include "engine/tree/node.h"

/* Texts and declarations of the policies of a run; immutable after loading, shared by threads. */
typedef struct aud_policy_set aud_policy_set;

const char *
aud_approval_name(aud_approval_status status); /* "proved", "no_ca" ... as Lua sees it */

/* What policies may ask beyond facts. All functions are pure and thread-safe. */
typedef struct aud_policy_host {
    void *ctx;
    /* Checks and resolves a ca_list parameter once, while loading; the result is the host's. */
    aud_status (*ca_list)(void *ctx, const aud_node *value, const void **out_list, aud_error *err);
    aud_status (*approval)(void *ctx, aud_object subject, const void *ca_list, aud_arena *arena,
                           aud_approval *out, aud_error *err);
} aud_policy_host;

typedef struct aud_policy_dir {
    aud_str path; /* folder that holds packs: PACK/POLICY.lua */
    bool builtin;
} aud_policy_dir;

/* One text: of a policy, or of a pack.lua, whose id is "PACK/pack". */
typedef struct aud_policy_text {
    aud_str id, path, text;
} aud_policy_text;

typedef struct aud_policy_load {
    const aud_policy_text *texts;
    size_t num_texts;
    const aud_node *params;       /* map: policy id -> map of parameters; NULL for none */
    const aud_node *severity;     /* map: policy id -> severity; NULL for none */
    const aud_str *select, *skip; /* globs on ids, or on controls behind "control:"; one that
                                    matches nothing is AUD_E_USAGE */
    size_t num_select, num_skip;
    const aud_policy_host *host;
    aud_lines *lines; /* counts the lines that run; NULL: nobody asks */
    bool traced;      /* opinions carry what was asked */
} aud_policy_load;

/*
 * Reads PACK/POLICY.lua and PACK/pack.lua files below `dir` into `texts` (sorted by id), only the
 * named packs; no pack named means all. A named pack that is not there is AUD_E_USAGE.
 */
AUD_NODISCARD aud_status aud_policy_read_dir(aud_str dir, const aud_str *packs, size_t num_packs,
                                             aud_arena *arena, const aud_policy_text **out,
                                             size_t *out_num, aud_error *err);

/*
 * Loads. A policy that does not load is an entry of `errors` (exit 2) and the others still run.
 * Errors: AUD_E_USAGE for a parameter, a severity or a glob that names nothing (with the nearest
 * name), AUD_E_NOMEM.
 */
AUD_NODISCARD aud_status aud_policy_set_new(const aud_policy_load *load, aud_policy_set **out,
                                            aud_error *err);
void aud_policy_set_freep(aud_policy_set **set);
const aud_policy_info *aud_policy_set_infos(const aud_policy_set *set, size_t *out_num);
/* Text of a policy, by its place among the infos. */
aud_str aud_policy_set_text(const aud_policy_set *set, size_t policy, bool of_pack);
const aud_policy_error *aud_policy_set_errors(const aud_policy_set *set, size_t *out_num);
/* Controls that the packs of chosen policies declare beside the catalogue. */
const aud_control *aud_policy_set_house(const aud_policy_set *set, size_t *out_num);

/* How one policy judged one subject. Borrowed until the judge's next subject. */
typedef struct aud_opinion {
    size_t policy;
    aud_verdict verdict; /* never AUD_V_WAIVED */
    aud_severity severity;
    aud_str message;
    const aud_item *items;
    size_t num_items;
    aud_str unknown_fact; /* undecided because this fact was read and is unknown */
    unsigned deps;        /* aud_dep bits of every fact read */
    int64_t flips_at;     /* next instant at which time may change this; INT64_MAX */
    bool broke;           /* the policy raised, ran out of steps or memory: a policy error */
    bool misused; /* broke, and by a mistake in the policy that is the same for every subject */
    uint32_t broke_line;
    const aud_trace *trace; /* of a traced set; else NULL */
} aud_opinion;

/* One Lua state; one a thread. */
typedef struct aud_judge aud_judge;
AUD_NODISCARD aud_status aud_judge_new(const aud_policy_set *set, int64_t at, aud_judge **out,
                                       aud_error *err);
void aud_judge_freep(aud_judge **judge);

typedef aud_status (*aud_opinion_sink)(void *ctx, const aud_opinion *opinion, aud_error *err);
/*
 * Judges a subject by every policy that concerns its kind, in the order of the infos. A policy
 * that breaks gives an opinion with `broke` and verdict undecided; judging goes on.
 */
AUD_NODISCARD aud_status aud_judge_subject(aud_judge *judge, aud_kind kind, aud_object facts,
                                           aud_opinion_sink sink, void *ctx, aud_error *err);

#endif
