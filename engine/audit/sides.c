/* engine/audit/sides.c - the two states of a change: read as narrowly as the policies allow. */
#include "engine/audit/change_parts.h"

typedef struct aud_opened_source opened_source;

/* The sources at both, in the order of the options. */
typedef struct sides {
    aud_source_config *head_configs, *base_configs;
    opened_source *head, *base;
    size_t num;
} sides;

static void sides_clear(sides *s)
{
    for (size_t i = 0; i < s->num; i++) {
        aud_vcs_freep(&s->head[i].vcs);
        aud_vcs_freep(&s->base[i].vcs);
    }
}

/* Where it cannot be opened, or is another repository, the run itself says what there is. */
static void open_side(const aud_change *change, const aud_source_config *config, aud_str rev,
                      opened_source *out)
{
    const aud_vcs_options options = {.path = config->path,
                                     .rev = rev,
                                     .name = config->name,
                                     .inside = config->inside,
                                     .objects = change->objects,
                                     .index = change->index,
                                     .follow_links = true};

    if (aud_vcs_open(&options, &out->vcs, NULL) == AUD_OK &&
        !aud_vcs_same_repository(out->vcs, change->head)) {
        aud_vcs_freep(&out->vcs);
    }
}

/* An inventory or a scan is one thing: what it says of a certificate counts wherever that lies. */
static bool may_narrow(const aud_source_config *config)
{
    return config->max_age_seconds == 0 && config->format.len == 0 && config->num_columns == 0 &&
           config->endpoint.len == 0;
}

static aud_status open_source(const aud_change *change, sides *s, size_t i, bool narrow,
                              aud_error *err)
{
    opened_source *head = &s->head[i], *base = &s->base[i];

    open_side(change, &s->head_configs[i], change->range.head, head);
    open_side(change, &s->base_configs[i], change->range.base, base);
    head->follows = base->follows = head->vcs != NULL || base->vcs != NULL;
    if (head->follows) {
        s->head_configs[i].rev = change->range.head;
        s->base_configs[i].rev = change->range.base;
    }
    if (narrow && head->vcs != NULL && base->vcs != NULL && may_narrow(&s->head_configs[i])) {
        AUD_TRY(aud_vcs_narrow(head->vcs, base->vcs, &head->narrowed, err));
        base->narrowed = head->narrowed;
    }
    return AUD_OK;
}

static aud_status open_sides(aud_change *change, const aud_run_options *options, bool narrow,
                             sides *out, aud_error *err)
{
    const size_t num = options->num_sources;

    *out = (sides){.head_configs = aud_arena_array(&change->arena, num, sizeof(aud_source_config)),
                   .base_configs = aud_arena_array(&change->arena, num, sizeof(aud_source_config)),
                   .head = aud_arena_array(&change->arena, num, sizeof(opened_source)),
                   .base = aud_arena_array(&change->arena, num, sizeof(opened_source))};
    if (!out->head_configs || !out->base_configs || !out->head || !out->base) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num; i++) {
        out->head_configs[i] = out->base_configs[i] = options->sources[i];
        out->num = i + 1;
        AUD_TRY(open_source(change, out, i, narrow, err));
    }
    return AUD_OK;
}

/* Files that differ, over all sources that follow the change. */
static size_t count_files(const aud_run *head, const aud_run *base)
{
    size_t num = 0;

    for (size_t i = 0; i < head->num_sources && i < base->num_sources; i++) {
        const source_run *now = &head->sources[i], *then = &base->sources[i];
        size_t a = 0, b = 0;

        while (now->follows && (a < now->num_entries || b < then->num_entries)) {
            const aud_entry *left = a < now->num_entries ? &now->entries[a] : NULL;
            const aud_entry *right = b < then->num_entries ? &then->entries[b] : NULL;
            const int order = left == NULL    ? 1
                              : right == NULL ? -1
                                              : aud_str_cmp(left->path, right->path);

            num += order != 0 || aud_entry_differs(left, right);
            a += order <= 0 ? 1 : 0;
            b += order >= 0 ? 1 : 0;
        }
    }
    return num;
}

/* What either side is asked alike. */
static aud_run_options options_of(const aud_change *change, const aud_run_options *options)
{
    aud_run_options there = *options;

    there.objects = change->objects;
    return there;
}

static bool keeps_out(const aud_run_options *options)
{
    for (size_t i = 0; i < options->num_sources; i++) {
        if (options->sources[i].num_excludes > 0 || options->sources[i].glob.len > 0) {
            return true;
        }
    }
    return false;
}

/* What left the scope: the files of the change are read once more, with nothing kept out. */
static aud_status find_left(aud_change *change, const aud_run_options *options, aud_run *head,
                            const aud_run *base, aud_change_info *info, aud_error *err)
{
    AUD_CLEANUP(sides_clear) sides s = {0};
    AUD_CLEANUP(aud_run_freep) aud_run *shadow = NULL;
    aud_run_options there = options_of(change, options);

    if (!keeps_out(options)) {
        return aud_change_left(change, head, base, NULL, info, err);
    }
    AUD_TRY(open_sides(change, options, true, &s, err));
    for (size_t i = 0; i < s.num; i++) {
        s.head_configs[i].num_excludes = 0;
        s.head_configs[i].glob = (aud_str){NULL, 0};
    }
    there.sources = s.head_configs;
    there.opened = s.head;
    there.num_threads = 1;
    there.no_policies = true;
    AUD_TRY(aud_run_new(&there, &shadow, err));
    return aud_change_left(change, head, base, shadow, info, err);
}

/* Only what differs is read; `*out` stays NULL where that is not enough, and `*out_why` says so. */
static aud_status judge_narrow(aud_change *change, const aud_run_options *options,
                               aud_change_info *info, aud_run **out, aud_str *out_why,
                               aud_error *err)
{
    AUD_CLEANUP(sides_clear) sides s = {0};
    AUD_CLEANUP(aud_run_freep) aud_run *head = NULL;
    AUD_CLEANUP(aud_run_freep) aud_run *base = NULL;
    aud_run_options there = options_of(change, options);

    there.num_threads = 1; /* a state of Lua more costs more than it brings */
    there.narrow = change;
    AUD_TRY(open_sides(change, options, true, &s, err));
    there.sources = s.head_configs;
    there.opened = s.head;
    AUD_TRY(aud_run_new(&there, &head, err));
    if (head->why_whole.len > 0) {
        return aud_arena_dup(&change->arena, head->why_whole, out_why, err);
    }
    there.sources = s.base_configs;
    there.opened = s.base;
    AUD_TRY(aud_run_new(&there, &base, err));
    AUD_TRY(aud_change_asked(head, base, &change->arena, out_why, err));
    if (out_why->len > 0) {
        return AUD_OK;
    }
    info->files = count_files(head, base);
    AUD_TRY(aud_change_broken(head, base, err));
    AUD_TRY(find_left(change, options, head, base, info, err));
    AUD_TRY(aud_change_narrow(head, base, info, err));
    AUD_TRY(aud_change_told(head, &change->arena, out_why, err));
    if (out_why->len == 0) {
        *out = AUD_MOVE(head);
    }
    return AUD_OK;
}

/* All of both sides; what lies in the same bytes at the same place is read once. */
static aud_status judge_whole(aud_change *change, const aud_run_options *options,
                              aud_change_info *info, aud_run **out, aud_error *err)
{
    AUD_CLEANUP(sides_clear) sides s = {0};
    AUD_CLEANUP(aud_run_freep) aud_run *head = NULL;
    AUD_CLEANUP(aud_run_freep) aud_run *base = NULL; /* goes first: it borrows from the head */
    aud_run_options there = options_of(change, options);

    AUD_TRY(open_sides(change, options, false, &s, err));
    there.sources = s.head_configs;
    there.opened = s.head;
    there.keep_read = change->read != AUD_CHANGE_READ_TWICE;
    AUD_TRY(aud_run_new(&there, &head, err));
    there.sources = s.base_configs;
    there.opened = s.base;
    there.as_read = there.keep_read ? head : NULL;
    there.keep_read = false;
    AUD_TRY(aud_run_new(&there, &base, err));
    info->files = count_files(head, base);
    AUD_TRY(aud_change_broken(head, base, err));
    AUD_TRY(find_left(change, options, head, base, info, err));
    AUD_TRY(aud_change_narrow(head, base, info, err));
    *out = AUD_MOVE(head);
    return AUD_OK;
}

aud_status aud_change_judge(aud_change *change, const aud_run_options *options,
                            aud_change_info *info, aud_run **out, aud_error *err)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    const aud_change_info nothing = *info;
    aud_str why = {NULL, 0};

    if (change->read == AUD_CHANGE_READ_AUTO) {
        AUD_TRY(judge_narrow(change, options, info, &run, &why, err));
    }
    if (run == NULL) {
        *info = nothing;
        AUD_TRY(judge_whole(change, options, info, &run, err));
        info->whole = true;
        AUD_TRY(aud_arena_dup(&run->arena, why, &info->why, err));
    }
    run->result.change = info;
    AUD_TRY(aud_run_weigh(run, err));
    *out = AUD_MOVE(run);
    return AUD_OK;
}
