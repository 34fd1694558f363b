/* engine/audit/change.c - a change: its revisions, the rules that judge it, and what it proposes.
 */
#include "engine/audit/change_parts.h"

#include "engine/base/text.h"

aud_vcs_options aud_change_at(const aud_change *change, aud_str rev)
{
    return (aud_vcs_options){
        .path = change->path, .objects = change->objects, .index = change->index, .rev = rev};
}

/* PATH#REF names another repository. */
static aud_status open_rules(aud_change *change, const aud_change_options *options, aud_error *err)
{
    aud_vcs_options where = aud_change_at(change, change->range.tip);
    size_t mark = SIZE_MAX;

    if (options->gate_from.len > 0) {
        where.rev = options->gate_from;
        for (size_t i = 0; i < where.rev.len; i++) {
            mark = where.rev.ptr[i] == '#' ? i : mark;
        }
        if (mark != SIZE_MAX) {
            where = (aud_vcs_options){.path = aud_str_sub(where.rev, 0, mark),
                                      .rev = aud_str_sub(where.rev, mark + 1, where.rev.len)};
        }
    }
    return aud_rules_open(&where, &change->rules, err);
}

aud_status aud_change_open(const aud_change_options *options, aud_change **out, aud_error *err)
{
    AUD_CLEANUP(aud_change_freep) aud_change *change = aud_alloc_zero(1, sizeof *change);

    if (change == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&change->arena, AUD_ARENA_NO_MAX);
    AUD_TRY(aud_arena_dup(&change->arena, options->path, &change->path, err));
    AUD_TRY(aud_arena_dup(&change->arena, options->objects, &change->objects, err));
    AUD_TRY(aud_arena_dup(&change->arena, options->index, &change->index, err));
    AUD_TRY(aud_arena_dup(&change->arena,
                          options->target.len > 0 ? options->target : AUD_LIT("HEAD"),
                          &change->target, err));
    const aud_vcs_options repository = aud_change_at(change, (aud_str){NULL, 0});
    AUD_TRY(aud_vcs_range(&repository, change->target, options->head, &change->arena,
                          &change->range, err));
    if (options->staged) {
        change->range.head = AUD_REV_STAGED;
    }
    const aud_vcs_options head = aud_change_at(change, change->range.head);
    const aud_vcs_options base = aud_change_at(change, change->range.base);
    AUD_TRY(aud_vcs_open(&head, &change->head, err));
    AUD_TRY(aud_vcs_open(&base, &change->base, err));
    AUD_TRY(open_rules(change, options, err));
    change->read = options->read;
    *out = AUD_MOVE(change);
    return AUD_OK;
}

void aud_change_freep(aud_change **change)
{
    aud_change *c = *change;

    if (c == NULL) {
        return;
    }
    aud_rules_freep(&c->rules);
    aud_vcs_freep(&c->head);
    aud_vcs_freep(&c->base);
    aud_arena_clear(&c->arena);
    aud_free(c);
    *change = NULL;
}

aud_rules *aud_change_rules(const aud_change *change)
{
    return change->rules;
}

aud_status aud_change_config(aud_change *change, aud_str named, aud_arena *arena, aud_config *out,
                             aud_error *err)
{
    return aud_rules_config(change->rules, named, arena, out, &change->rules_found, err);
}

static aud_status fill_ids(const aud_change *change, aud_arena *arena, aud_change_info *out,
                           aud_error *err)
{
    out->rules_found = change->rules_found;
    AUD_TRY(aud_arena_dup(arena, change->target, &out->target, err));
    AUD_TRY(aud_arena_dup(arena, change->range.tip, &out->tip, err));
    AUD_TRY(aud_arena_dup(arena, change->range.base, &out->base, err));
    AUD_TRY(aud_arena_dup(arena, change->range.head, &out->head, err));
    return aud_arena_dup(arena, aud_rules_rev(change->rules), &out->rules, err);
}

aud_status aud_change_run(aud_change *change, const aud_run_options *options, aud_run **out,
                          aud_error *err)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    aud_change_info found = {0}, *info;

    AUD_TRY(aud_change_judge(change, options, &found, &run, err));
    info = AUD_ARENA_NEW(&run->arena, aud_change_info);
    if (info == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *info = found;
    AUD_TRY(fill_ids(change, &run->arena, info, err));
    AUD_TRY(aud_change_propose(change, options, run, info, err));
    AUD_TRY(aud_change_describe(run, info, err));
    run->result.change = info;
    *out = AUD_MOVE(run);
    return AUD_OK;
}
