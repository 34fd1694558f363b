/* engine/audit/change.c - a change: its revisions, the rules that judge it, and what it proposes.
 */
#include "engine/audit/change_parts.h"

#include "engine/base/text.h"

#include <stdarg.h>
#include <stdlib.h>

enum { SHOWN_MAX = 20 };

struct aud_change {
    aud_arena arena;
    aud_str path, objects, target;
    aud_range range;
    aud_rules *rules;
    bool rules_found;
};

/* The repository that changes, at a revision. */
static aud_vcs_options at(const aud_change *change, aud_str rev)
{
    return (aud_vcs_options){.path = change->path, .objects = change->objects, .rev = rev};
}

/* PATH#REF names another repository. */
static aud_status open_rules(aud_change *change, const aud_change_options *options, aud_error *err)
{
    aud_vcs_options where = at(change, change->range.tip);
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
    AUD_TRY(aud_arena_dup(&change->arena, options->target, &change->target, err));
    const aud_vcs_options repository = at(change, (aud_str){NULL, 0});
    AUD_TRY(aud_vcs_range(&repository, options->target, options->head, &change->arena,
                          &change->range, err));
    AUD_TRY(open_rules(change, options, err));
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

/* --- the two states --------------------------------------------------------------------------- */

/* Whether the source lies in the repository that changes, and follows its head. */
static bool is_judged(const aud_change *change, const aud_source_config *s, aud_str rev)
{
    const aud_vcs_options options = {
        .path = s->path, .rev = rev, .inside = s->inside, .objects = change->objects};
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *own = NULL;
    const aud_vcs_options repository = at(change, change->range.head);

    return aud_vcs_open(&options, &vcs, NULL) == AUD_OK &&
           aud_vcs_open(&repository, &own, NULL) == AUD_OK && aud_vcs_same_repository(vcs, own);
}

/* The sources as they are at `rev`; what lies elsewhere is read as it is. */
static aud_status sources_at(const aud_change *change, const aud_run_options *options, aud_str rev,
                             aud_arena *arena, const aud_source_config **out, aud_error *err)
{
    aud_source_config *sources = aud_arena_array(arena, options->num_sources, sizeof *sources);

    if (sources == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < options->num_sources; i++) {
        sources[i] = options->sources[i];
        if (is_judged(change, &sources[i], change->range.head) ||
            is_judged(change, &sources[i], change->range.base)) {
            sources[i].rev = rev;
        }
    }
    *out = sources;
    return AUD_OK;
}

static aud_status run_at(aud_change *change, const aud_run_options *options, aud_str rev,
                         aud_run **out, aud_error *err)
{
    aud_run_options there = *options;

    there.objects = change->objects;
    AUD_TRY(sources_at(change, options, rev, &change->arena, &there.sources, err));
    return aud_run_new(&there, out, err);
}

/* Files that differ, over all sources that follow the change. */
static size_t count_files(const aud_run *head, const aud_run *base)
{
    size_t num = 0;

    for (size_t i = 0; i < head->num_sources && i < base->num_sources; i++) {
        const source_run *now = &head->sources[i], *then = &base->sources[i];
        size_t a = 0, b = 0;

        while (a < now->num_entries || b < then->num_entries) {
            const aud_entry *left = a < now->num_entries ? &now->entries[a] : NULL;
            const aud_entry *right = b < then->num_entries ? &then->entries[b] : NULL;
            const int order = left == NULL    ? 1
                              : right == NULL ? -1
                                              : aud_str_cmp(left->path, right->path);

            num += order != 0 || left->has_id != right->has_id ||
                   memcmp(left->id, right->id, sizeof left->id) != 0;
            a += order <= 0 ? 1 : 0;
            b += order >= 0 ? 1 : 0;
        }
    }
    return num;
}

/* Judges both by the rules in `options` and narrows; the base goes, the head stays. */
static aud_status judge_change(aud_change *change, const aud_run_options *options,
                               aud_change_info *info, aud_run **out, aud_error *err)
{
    AUD_CLEANUP(aud_run_freep) aud_run *head = NULL;
    AUD_CLEANUP(aud_run_freep) aud_run *base = NULL;

    AUD_TRY(run_at(change, options, change->range.head, &head, err));
    AUD_TRY(run_at(change, options, change->range.base, &base, err));
    info->files = count_files(head, base);
    AUD_TRY(aud_change_narrow(head, base, info, err));
    AUD_TRY(aud_run_weigh(head, err));
    *out = AUD_MOVE(head);
    return AUD_OK;
}

/* --- gate material ---------------------------------------------------------------------------- */

static aud_status read_at(aud_vcs *vcs, aud_str path, aud_arena *arena, aud_str *out,
                          bool *out_found, aud_error *err)
{
    enum { FILE_MAX = 64 << 20 };
    aud_error why = {0};
    aud_status st = aud_vcs_read_path(vcs, path, FILE_MAX, arena, out, &why);

    *out_found = st == AUD_OK;
    return st == AUD_E_NOMEM ? aud_fail(err, st, "%s", why.message) : AUD_OK;
}

/* Adds `path` if head and base differ there. */
static aud_status compare_file(aud_vcs *head, aud_vcs *base, aud_str path, aud_arena *arena,
                               bool *out_differs, aud_error *err)
{
    bool is_now, was_then;
    aud_str now, then;

    AUD_TRY(read_at(head, path, arena, &now, &is_now, err));
    AUD_TRY(read_at(base, path, arena, &then, &was_then, err));
    *out_differs = is_now != was_then || (is_now && !aud_str_eq(now, then));
    return AUD_OK;
}

static aud_status differs_below(aud_vcs *head, aud_vcs *base, aud_str folder, bool *out_differs,
                                aud_error *err)
{
    const aud_entry *now, *then;
    size_t num_now, num_then, a = 0, b = 0;

    *out_differs = false;
    AUD_TRY(aud_vcs_list(head, &now, &num_now, err));
    AUD_TRY(aud_vcs_list(base, &then, &num_then, err));
    while (!*out_differs) {
        while (a < num_now && !aud_str_starts(now[a].path, folder)) {
            a++;
        }
        while (b < num_then && !aud_str_starts(then[b].path, folder)) {
            b++;
        }
        if (a == num_now && b == num_then) {
            return AUD_OK;
        }
        *out_differs = a == num_now || b == num_then || !aud_str_eq(now[a].path, then[b].path) ||
                       memcmp(now[a].id, then[b].id, sizeof now[a].id) != 0;
        a++;
        b++;
    }
    return AUD_OK;
}

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
    const aud_vcs_options head_options = at(change, change->range.head);
    const aud_vcs_options base_options = at(change, change->range.base);
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *head = NULL;
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *base = NULL;
    AUD_CLEANUP(path_list_clear) path_list touched = {0};
    const aud_str *asked;
    aud_str *kept;
    size_t num;

    AUD_TRY(aud_vcs_open(&head_options, &head, err));
    AUD_TRY(aud_vcs_open(&base_options, &base, err));
    asked = aud_rules_asked(change->rules, &num);
    for (size_t i = 0; i < num && aud_vcs_same_repository(head, aud_rules_vcs(change->rules));
         i++) {
        bool differs = false;

        if (is_listed(&touched, asked[i])) {
            continue;
        }
        if (asked[i].len == 0 || asked[i].ptr[asked[i].len - 1] == '/') {
            AUD_TRY(differs_below(head, base, asked[i], &differs, err));
        } else {
            AUD_TRY(compare_file(head, base, asked[i], &change->arena, &differs, err));
        }
        if (differs) {
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
    AUD_TRY(judge_change(change, &proposed, &theirs, &run, err));
    info->proposed.judged = true;
    info->proposed.exit_code = run->result.gate.exit_code;
    info->proposed.failing = run->result.gate.failing;
    info->proposed.undecided = run->result.gate.undecided;
    return AUD_OK;
}

/* What the rules that the change proposes would say: information, it gates nothing. */
static aud_status propose(aud_change *change, const aud_run_options *options, aud_run *run,
                          aud_change_info *info, aud_error *err)
{
    AUD_CLEANUP(aud_rules_freep) aud_rules *rules = NULL;
    const aud_vcs_options where = at(change, change->range.head);
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

/* --- in words --------------------------------------------------------------------------------- */

typedef struct words {
    aud_run *run;
    AUD_VEC(aud_str) lines;
} words;

static void words_clear(words *w)
{
    aud_free(w->lines.items);
}

static aud_status say(words *w, aud_error *err, const char *format, ...) AUD_PRINTF(3, 4);
static aud_status say(words *w, aud_error *err, const char *format, ...)
{
    char text[2048];
    va_list args;
    aud_str line;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    AUD_TRY(aud_arena_dup(&w->run->arena, aud_str_of(text), &line, err));
    return AUD_VEC_PUSH(&w->lines, line, err);
}

enum { SHORT_ID = 12 };

static aud_status say_rules(words *w, const aud_change_info *c, aud_error *err)
{
    AUD_TRY(say(w, err,
                "only what the change %.*s brings is reported: against %.*s, which it left at "
                "%.*s, by the rules of %.*s%s",
                SHORT_ID, c->head.ptr, AUD_ARG(c->target), SHORT_ID, c->base.ptr, SHORT_ID,
                c->rules.ptr,
                c->rules_found ? "" : " (it has no certaudit.yaml: the built-in defaults)"));
    if (c->added + c->grown + c->changed + c->num_removed == 0 &&
        w->run->result.num_findings + w->run->result.num_gaps == 0) {
        AUD_TRY(say(w, err,
                    "nothing in this change concerns certificates or TLS; %zu changed file%s "
                    "looked at",
                    c->files, c->files == 1 ? " was" : "s were"));
    }
    return c->persisting == 0
               ? AUD_OK
               : say(w, err, "%zu finding%s there before the change; %s not reported",
                     c->persisting, c->persisting == 1 ? " was" : "s were",
                     c->persisting == 1 ? "it is" : "they are");
}

static aud_status say_removed(words *w, const aud_change_info *c, aud_error *err)
{
    for (size_t i = 0; i < c->num_removed && i < SHOWN_MAX; i++) {
        AUD_TRY(say(w, err, "removed: %.*s", AUD_ARG(c->removed[i])));
    }
    return c->num_removed <= SHOWN_MAX
               ? AUD_OK
               : say(w, err, "removed: %zu more subjects", c->num_removed - SHOWN_MAX);
}

static aud_status say_gate(words *w, const aud_change_info *c, aud_error *err)
{
    if (c->num_gate_paths == 0) {
        return AUD_OK;
    }
    for (size_t i = 0; i < c->num_gate_paths && i < SHOWN_MAX; i++) {
        AUD_TRY(say(w, err, "the change touches gate material: %.*s; it does not judge itself",
                    AUD_ARG(c->gate_paths[i].len > 0 ? c->gate_paths[i] : AUD_LIT("policies"))));
    }
    if (!c->proposed.judged) {
        return say(w, err, "the rules that the change proposes do not load: %.*s",
                   AUD_ARG(c->proposed.error));
    }
    return say(w, err,
               "under the rules that the change proposes, once they are approved and merged by "
               "themselves, it would end with exit %d: %zu finding%s that gate%s, %zu undecided",
               (int)c->proposed.exit_code, c->proposed.failing, c->proposed.failing == 1 ? "" : "s",
               c->proposed.failing == 1 ? "s" : "", c->proposed.undecided);
}

static aud_status describe(aud_run *run, const aud_change_info *change, aud_error *err)
{
    AUD_CLEANUP(words_clear) words w = {.run = run};
    aud_str *kept;

    AUD_TRY(say_rules(&w, change, err));
    AUD_TRY(say_gate(&w, change, err));
    AUD_TRY(say_removed(&w, change, err));
    for (size_t i = 0; i < run->result.num_notices; i++) {
        AUD_TRY(AUD_VEC_PUSH(&w.lines, run->result.notices[i], err));
    }
    kept = aud_arena_array(&run->arena, w.lines.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memcpy(kept, w.lines.items, w.lines.len * sizeof *kept);
    run->result.notices = kept;
    run->result.num_notices = w.lines.len;
    return AUD_OK;
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

    AUD_TRY(judge_change(change, options, &found, &run, err));
    info = AUD_ARENA_NEW(&run->arena, aud_change_info);
    if (info == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *info = found;
    AUD_TRY(fill_ids(change, &run->arena, info, err));
    AUD_TRY(propose(change, options, run, info, err));
    AUD_TRY(describe(run, info, err));
    run->result.change = info;
    *out = AUD_MOVE(run);
    return AUD_OK;
}
