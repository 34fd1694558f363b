/* engine/audit/left_scope.c - what a change takes out of what is judged, without taking it away:
 * moved to where nobody looks, or left without the line that named its owner. */
#include "engine/audit/change_parts.h"

#include "engine/base/text.h"

typedef struct leaving {
    aud_run *head;
    const aud_run *base, *shadow; /* shadow: of the head what the change touches, excluded or not */
    AUD_VEC(aud_str) lines;
} leaving;

static void leaving_clear(leaving *l)
{
    aud_free(l->lines.items);
}

static const aud_subject_info *find(const aud_run *run, const aud_subject_info *like)
{
    size_t num;
    const aud_subject_info *all = aud_population_subjects(run->population, &num);
    const size_t at = aud_change_subject(all, num, like);

    return at == SIZE_MAX ? NULL : &all[at];
}

/* Why the head does not judge this place; NULL if it does. */
static const char *kept_out(const aud_run *head, const aud_sighting *where, aud_str *out_reason)
{
    for (size_t i = 0; i < head->num_sources; i++) {
        const aud_source_config *config = head->sources[i].config;

        if (!aud_str_eq(head->sources[i].name, where->source)) {
            continue;
        }
        for (size_t k = 0; k < config->num_excludes; k++) {
            if (aud_glob_match(config->excludes[k].path, where->path)) {
                *out_reason = config->excludes[k].reason;
                return "which is excluded: ";
            }
        }
        if (config->glob.len > 0 && !aud_glob_match(config->glob, where->path)) {
            *out_reason = config->glob;
            return "which is not among what is judged: ";
        }
    }
    return NULL;
}

static aud_status say(leaving *l, aud_str line, aud_error *err)
{
    return AUD_VEC_PUSH(&l->lines, line, err);
}

/* Subjects that were judged before, and now lie at a place of the change that is not. */
static aud_status list_moved(leaving *l, aud_error *err)
{
    size_t num;
    const aud_subject_info *all = aud_population_subjects(l->shadow->population, &num);

    for (size_t i = 0; i + 1 < num; i++) {
        const aud_subject_info *was = find(l->base, &all[i]), *now = find(l->head, &all[i]);
        aud_str reason = {NULL, 0}, line;
        const char *why = NULL;
        size_t k = 0;

        if (was == NULL || (now != NULL && now->num_sightings >= was->num_sightings)) {
            continue;
        }
        while (k < all[i].num_sightings &&
               (why = kept_out(l->head, &all[i].sightings[k], &reason)) == NULL) {
            k++;
        }
        if (why != NULL) {
            AUD_TRY(aud_arena_printf(&l->head->arena, &line, err, "%s %.*s is now in %.*s, %s%.*s",
                                     aud_kind_name(all[i].kind),
                                     AUD_ARG(all[i].label.len > 0 ? all[i].label : all[i].id),
                                     AUD_ARG(all[i].sightings[k].path), why, AUD_ARG(reason)));
            AUD_TRY(say(l, line, err));
        }
    }
    return AUD_OK;
}

static const aud_owner *named_owner(const aud_subject_info *s)
{
    for (size_t i = 0; i < s->num_owners; i++) {
        if (!s->owners[i].catch_all && !s->owners[i].placeholder) {
            return &s->owners[i];
        }
    }
    return NULL;
}

static aud_status list_disowned(leaving *l, aud_error *err)
{
    size_t num;
    const aud_subject_info *all = aud_population_subjects(l->head->population, &num);

    for (size_t i = 0; i + 1 < num; i++) {
        const aud_subject_info *was = find(l->base, &all[i]);
        const aud_owner *owner = was == NULL ? NULL : named_owner(was);
        aud_str line;

        if (owner == NULL || named_owner(&all[i]) != NULL || all[i].num_sightings == 0) {
            continue;
        }
        AUD_TRY(aud_arena_printf(
            &l->head->arena, &line, err, "%s %.*s (%.*s) has lost its owner, %.*s by %.*s",
            aud_kind_name(all[i].kind), AUD_ARG(all[i].label.len > 0 ? all[i].label : all[i].id),
            AUD_ARG(all[i].sightings[0].path), AUD_ARG(owner->name), AUD_ARG(owner->place)));
        AUD_TRY(say(l, line, err));
    }
    return AUD_OK;
}

aud_status aud_change_left(aud_change *change, aud_run *head, const aud_run *base,
                           const aud_run *shadow, aud_change_info *info, aud_error *err)
{
    AUD_CLEANUP(leaving_clear) leaving l = {.head = head, .base = base, .shadow = shadow};
    aud_str *kept;
    bool owners;

    if (shadow != NULL) {
        AUD_TRY(list_moved(&l, err));
    }
    AUD_TRY(aud_change_codeowners(change, &owners, err));
    if (owners) {
        AUD_TRY(list_disowned(&l, err));
    }
    kept = aud_arena_array(&head->arena, l.lines.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (l.lines.len > 0) {
        memcpy(kept, l.lines.items, l.lines.len * sizeof *kept);
    }
    info->left = kept;
    info->num_left = l.lines.len;
    return AUD_OK;
}
