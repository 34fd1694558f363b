/* engine/audit/change_gate.c - gate material that a change touches, and what its rules would say.
 */
#include "engine/audit/change_parts.h"

#include "engine/base/text.h"

typedef AUD_VEC(aud_str) path_list;

static void path_list_clear(path_list *list)
{
    aud_free(list->items);
}

static bool is_listed(const path_list *list, aud_str path)
{
    for (size_t i = 0; i < list->len; i++) {
        if (aud_str_eq(list->items[i], path)) {
            return true;
        }
    }
    return false;
}

/* Of everything that the rules read, what the change itself alters. */
static aud_status find_touched(aud_change *change, aud_run *run, aud_change_info *info,
                               aud_error *err)
{
    AUD_CLEANUP(path_list_clear) path_list touched = {0};
    const aud_str *asked;
    aud_str *kept;
    size_t num;

    asked = aud_rules_asked(change->rules, &num);
    for (size_t i = 0;
         i < num && aud_vcs_same_repository(change->head, aud_rules_vcs(change->rules)); i++) {
        bool same = true;

        if (is_listed(&touched, asked[i])) {
            continue;
        }
        AUD_TRY(aud_vcs_same_at(change->head, change->base, asked[i], &same, err));
        if (!same) {
            AUD_TRY(AUD_VEC_PUSH(&touched, asked[i], err));
        }
    }
    kept = aud_arena_array(&run->arena, touched.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < touched.len; i++) {
        AUD_TRY(aud_arena_dup(&run->arena, touched.items[i], &kept[i], err));
    }
    info->gate_paths = kept;
    info->num_gate_paths = touched.len;
    return AUD_OK;
}

static aud_status judge_proposal(aud_change *change, const aud_run_options *options,
                                 aud_rules *rules, aud_change_info *info, aud_error *err)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    aud_run_options proposed = *options;
    aud_change_info theirs = {0};
    aud_config config;
    bool found;

    AUD_TRY(aud_rules_config(rules, (aud_str){NULL, 0}, &change->arena, &config, &found, err));
    if (options->fail_on_given) {
        config.fail_on = options->config->fail_on;
    }
    if (options->sources_configured && config.num_sources > 0) {
        AUD_TRY(aud_config_sources(&config, (aud_str){NULL, 0}, &change->arena, &proposed.sources,
                                   &proposed.num_sources, err));
    }
    proposed.config = &config;
    proposed.rules = rules;
    AUD_TRY(aud_change_judge(change, &proposed, &theirs, &run, err));
    info->proposed.judged = true;
    info->proposed.exit_code = run->result.gate.exit_code;
    info->proposed.failing = run->result.gate.failing;
    info->proposed.undecided = run->result.gate.undecided;
    return AUD_OK;
}

/* What the rules that the change proposes would say: information, it gates nothing. */
aud_status aud_change_propose(aud_change *change, const aud_run_options *options, aud_run *run,
                              aud_change_info *info, aud_error *err)
{
    AUD_CLEANUP(aud_rules_freep) aud_rules *rules = NULL;
    const aud_vcs_options where = aud_change_at(change, change->range.head);
    aud_error why = {0};
    aud_status st;

    AUD_TRY(find_touched(change, run, info, err));
    if (info->num_gate_paths == 0) {
        return AUD_OK;
    }
    st = aud_rules_open(&where, &rules, &why);
    if (st == AUD_OK) {
        st = judge_proposal(change, options, rules, info, &why);
    }
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why.message);
    }
    return st == AUD_OK ? AUD_OK
                        : aud_arena_printf(&run->arena, &info->proposed.error, err, "%s%s%s",
                                           why.path, why.path[0] == '\0' ? "" : ": ", why.message);
}
