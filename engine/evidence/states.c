/* engine/evidence/states.c - every state of a period, judged by the rules that counted then. */
#include "engine/evidence/states.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/evidence/timeline.h"
#include "engine/vcs/commits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef AUD_VEC(aud_str) text_list;

struct aud_states {
    aud_arena arena;
    const aud_states_options *options; /* only while aud_states_new runs */
    aud_site_options site_options;
    aud_run_options run_options;
    aud_site *last; /* the period's end */
    aud_result result;
    aud_period_info info;
    aud_period_commit *commits;
    const aud_commit *origins; /* the same, as the repository has them */
    aud_timeline *timeline;
    text_list notices;
    int64_t end; /* [from, end) is judged */
};

void aud_states_freep(aud_states **states)
{
    aud_states *s = *states;

    if (s == NULL) {
        return;
    }
    aud_timeline_freep(&s->timeline);
    aud_site_freep(&s->last);
    aud_free(s->notices.items);
    aud_arena_clear(&s->arena);
    aud_free(s);
    *states = NULL;
}

const aud_result *aud_states_result(const aud_states *states)
{
    return &states->result;
}

const aud_site *aud_states_site(const aud_states *states)
{
    return states->last;
}

static aud_status note(aud_states *s, aud_error *err, const char *format, ...) AUD_PRINTF(3, 4);
static aud_status note(aud_states *s, aud_error *err, const char *format, ...)
{
    char text[1024];
    va_list args;
    aud_str kept;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    AUD_TRY(aud_arena_dup(&s->arena, aud_str_of(text), &kept, err));
    return AUD_VEC_PUSH(&s->notices, kept, err);
}

/* --- which commits ---------------------------------------------------------------------------- */

typedef struct span {
    const aud_commit *items;
    size_t num;
    bool existed; /* the first is carried in */
} span;

static int order_claims(const void *left, const void *right)
{
    const aud_commit *a = left, *b = right;

    if (a->info.instant != b->info.instant) {
        return a->info.instant < b->info.instant ? -1 : 1;
    }
    return aud_str_cmp(a->info.id, b->info.id);
}

static aud_status list_commits(aud_states *s, aud_commits *out, aud_error *err)
{
    const aud_states_options *o = s->options;
    const aud_vcs_options where = {.path = o->site.path, .rev = o->tip.len > 0 ? o->tip : o->ref};
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;

    AUD_TRY(aud_vcs_open(&where, &vcs, err));
    AUD_TRY(aud_vcs_commits(vcs, o->all_commits, &s->arena, out, err));
    if (o->all_commits) { /* states of side branches stand between those of the ref, by their dates
                           */
        aud_commit *items = (aud_commit *)(uintptr_t)out->items; /* the arena's own */
        qsort(items, out->num, sizeof *items, order_claims);
        AUD_TRY(aud_commits_settle(items, out->num, &out->num_skewed, err));
    }
    return AUD_OK;
}

static aud_status choose_commits(aud_states *s, const aud_commits *all, span *out, aud_error *err)
{
    const int64_t from = s->options->period.from;
    size_t first = 0, end = 0;

    while (first < all->num && all->items[first].counts_from <= from) {
        first++;
    }
    end = first;
    while (end < all->num && all->items[end].counts_from < s->end) {
        end++;
    }
    out->existed = first > 0;
    first -= out->existed ? 1 : 0;
    out->items = all->items + first;
    out->num = end - first;
    if (out->num == 0) {
        return aud_fail(err, AUD_E_NOT_FOUND,
                        all->is_cut ? "the history of '%.*s' at hand begins after the period "
                                      "'%.*s'; fetch it with 'git fetch --unshallow'"
                                    : "'%.*s' has no commit before the end of the period '%.*s'",
                        AUD_ARG(s->options->ref), AUD_ARG(s->options->period.name));
    }
    return AUD_OK;
}

static aud_status describe_commits(aud_states *s, const aud_commits *all, const span *chosen,
                                   aud_error *err)
{
    aud_period_info *info = &s->info;

    s->origins = chosen->items;
    s->commits = aud_arena_array(&s->arena, chosen->num, sizeof *s->commits);
    if (s->commits == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < chosen->num; i++) {
        const aud_commit *c = &chosen->items[i];

        s->commits[i] = (aud_period_commit){.id = c->info.id,
                                            .author = c->info.author,
                                            .title = c->title,
                                            .claimed = c->info.instant,
                                            .counts_from = c->counts_from,
                                            .is_merge = c->num_parents > 1,
                                            .is_signed = c->info.is_signed,
                                            .is_skewed = c->is_skewed};
        info->num_skewed += c->is_skewed ? 1 : 0;
    }
    info->commits = s->commits;
    info->num_commits = chosen->num;
    info->existed = chosen->existed;
    info->is_cut = all->is_cut && !chosen->existed;
    info->tip = s->commits[chosen->num - 1].id;
    return AUD_OK;
}

/* --- one pass over all states ----------------------------------------------------------------- */

typedef struct pass {
    aud_states *states;
    aud_timeline *timeline;
    aud_str rules; /* a commit whose rules count throughout; empty: each commit's own */
    aud_arena arena;
    const aud_rule_item *items; /* of the state before */
    size_t num_items;
    bool was_judged;
} pass;

static void pass_clear(pass *p)
{
    aud_arena_clear(&p->arena);
}

static aud_status keep_items(pass *p, const aud_rule_item *items, size_t num, aud_error *err)
{
    aud_rule_item *kept;

    aud_arena_reset(&p->arena);
    kept = aud_arena_array(&p->arena, num, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num; i++) {
        kept[i] = items[i];
        AUD_TRY(aud_arena_dup(&p->arena, items[i].name, &kept[i].name, err));
    }
    p->items = kept;
    p->num_items = num;
    return AUD_OK;
}

/* "certaudit.yaml, core/key_size": what differs from the state before. */
static aud_status compare_rules(pass *p, aud_site *site, size_t commit, bool *out_differ,
                                aud_error *err)
{
    enum { WORDS_MAX = 4000 };
    AUD_CLEANUP(aud_buf_clear) aud_buf words = {.max = 1 << 16};
    aud_period_commit *c = &p->states->commits[commit];
    const aud_rule_item *now;
    size_t num, a = 0, b = 0;

    AUD_TRY(aud_site_rules(site, &now, &num, err));
    while (p->was_judged && (a < num || b < p->num_items)) {
        const int order = a == num            ? 1
                          : b == p->num_items ? -1
                                              : aud_str_cmp(now[a].name, p->items[b].name);
        const aud_str name = order <= 0 ? now[a].name : p->items[b].name;

        if ((order != 0 || memcmp(now[a].digest, p->items[b].digest, sizeof now[a].digest) != 0) &&
            words.len < WORDS_MAX) {
            AUD_TRY(
                aud_buf_printf(&words, err, "%s%.*s", words.len > 0 ? ", " : "", AUD_ARG(name)));
        }
        a += order <= 0 ? 1 : 0;
        b += order >= 0 ? 1 : 0;
    }
    *out_differ = words.len > 0;
    if (words.len > 0 && p->rules.len == 0) {
        c->changes_rules = true;
        p->states->info.num_rule_changes++;
        AUD_TRY(aud_arena_dup(&p->states->arena, aud_buf_str(&words), &c->rules, err));
    }
    p->was_judged = true;
    return keep_items(p, now, num, err);
}

static aud_status give_result(pass *p, const aud_cause *cause, bool rules, const aud_result *result,
                              aud_error *err)
{
    AUD_TRY(aud_timeline_begin(p->timeline, cause, rules, true, err));
    AUD_TRY(aud_timeline_gaps(p->timeline, result->gaps, result->num_gaps, err));
    AUD_TRY(aud_timeline_take(p->timeline, result, NULL, err));
    p->states->info.num_states += p->rules.len == 0 ? 1 : 0;
    return aud_timeline_end(p->timeline, err);
}

static aud_status give_nothing(pass *p, const aud_cause *cause, const aud_error *why,
                               aud_error *err)
{
    char message[sizeof why->path + sizeof why->message + 4];

    (void)snprintf(message, sizeof message, "%s%s%s", why->path, why->path[0] == '\0' ? "" : ": ",
                   why->message);
    AUD_TRY(aud_timeline_begin(p->timeline, cause, false, true, err));
    AUD_TRY(aud_timeline_lost(p->timeline, p->states->options->ref, aud_str_of(message), err));
    return aud_timeline_end(p->timeline, err);
}

/* Between two commits time alone changes verdicts, at instants that the verdicts before tell. */
static aud_status let_time_pass(pass *p, aud_site *site, const aud_result *result, int64_t until,
                                aud_error *err)
{
    int64_t next = result->next_change;

    while (next < until) {
        const aud_cause cause = {.kind = AUD_CAUSE_TIME, .at = next, .commit = SIZE_MAX};

        AUD_TRY(aud_site_audit(site, next, false, &result, err));
        AUD_TRY(give_result(p, &cause, false, result, err));
        next = result->next_change;
    }
    return AUD_OK;
}

static bool is_fatal(aud_status st)
{
    return st == AUD_E_NOMEM || st == AUD_E_CANCELLED;
}

static aud_status judge_commit(pass *p, size_t commit, const aud_cause *cause, int64_t until,
                               aud_error *err)
{
    const aud_states *s = p->states;
    const aud_str id = s->commits[commit].id;
    AUD_CLEANUP(aud_site_freep) aud_site *site = NULL;
    const aud_result *result = NULL;
    aud_error why = {0};
    bool rules = false;
    aud_status st;

    st = aud_site_open(&s->site_options, id, p->rules.len > 0 ? p->rules : id, &site, &why);
    if (st == AUD_OK) {
        st = aud_site_audit(site, cause->at, false, &result, &why);
        if (st == AUD_END) {
            st = aud_fail(&why, AUD_E_USAGE,
                          "no source of the configuration lies in the "
                          "repository");
        }
    }
    if (is_fatal(st)) {
        return aud_fail(err, st, "%s", why.message);
    }
    if (st != AUD_OK) {
        return give_nothing(p, cause, &why, err);
    }
    AUD_TRY(compare_rules(p, site, commit, &rules, err));
    AUD_TRY(give_result(p, cause, rules, result, err));
    return let_time_pass(p, site, result, until, err);
}

static aud_status walk(pass *p, aud_error *err)
{
    aud_states *s = p->states;
    const size_t num = s->info.num_commits;

    for (size_t i = 0; i < num; i++) {
        const bool carried = i == 0 && s->info.existed;
        const aud_cause cause = {.kind = carried ? AUD_CAUSE_START : AUD_CAUSE_COMMIT,
                                 .at = carried ? s->info.from : s->commits[i].counts_from,
                                 .commit = i};
        const int64_t until = i + 1 < num ? s->commits[i + 1].counts_from : s->end;

        AUD_TRY(judge_commit(p, i, &cause, until, err));
        if (s->options->progress != NULL) {
            s->options->progress(s->options->progress_ctx, i + 1, num);
        }
    }
    return AUD_OK;
}

/* --- the period ------------------------------------------------------------------------------- */

static aud_status judge_end(aud_states *s, aud_error *err)
{
    const aud_result *result = NULL;
    const aud_str tip = s->info.tip;

    AUD_TRY(aud_site_open(&s->site_options, tip, tip, &s->last, err));
    AUD_TRY(aud_site_audit(s->last, s->info.at, true, &result, err));
    s->result = *result;
    return AUD_OK;
}

/* A second time, by the rules of the end, where they were not the same throughout. */
static aud_status judge_by_end_rules(aud_states *s, aud_error *err)
{
    AUD_CLEANUP(aud_timeline_freep) aud_timeline *timeline = NULL;
    AUD_CLEANUP(pass_clear) pass again = {.states = s, .rules = s->info.tip};
    aud_period_info theirs = {0};

    s->info.end_rules = s->info.num_rule_changes > 0;
    if (!s->info.end_rules) {
        for (size_t i = 0; i < s->info.num_stretches; i++) {
            /* the timeline's own, still ours to complete: both columns are one */
            aud_stretch *stretch = (aud_stretch *)(uintptr_t)&s->info.stretches[i];
            stretch->end_rules_seconds = stretch->exposed_seconds;
        }
        return AUD_OK;
    }
    AUD_TRY(aud_timeline_new(true, &timeline, err));
    aud_arena_init(&again.arena, AUD_ARENA_NO_MAX);
    again.timeline = timeline;
    AUD_TRY(walk(&again, err));
    AUD_TRY(aud_timeline_finish(timeline, s->end, &theirs, err));
    return aud_timeline_lay(s->timeline, &theirs, &s->info, err);
}

static aud_status say_limits(aud_states *s, aud_error *err)
{
    const aud_period_info *info = &s->info;
    size_t num_outside = 0;
    const aud_str *outside = aud_site_outside(s->last, &num_outside);
    char text[AUD_INSTANT_TEXT];

    AUD_TRY(note(s, err,
                 "commit dates are what the commits claim; whoever may rewrite the ref may "
                 "rewrite them"));
    if (!info->is_finished) {
        text[aud_instant_format(info->at, text)] = '\0';
        AUD_TRY(note(s, err, "the period has not ended: it is judged up to %s", text));
    }
    if (!info->existed) {
        AUD_TRY(note(s, err,
                     info->is_cut
                         ? "the history at hand is cut (a shallow clone): what was there before "
                           "its first commit is not known, and the period is judged from there on"
                         : "the ref did not exist when the period began: it is judged from its "
                           "first commit on"));
    }
    if (info->num_skewed > 0) {
        AUD_TRY(note(s, err,
                     "%zu commit%s a date that does not fit between its neighbours'; it counts "
                     "from the commit before it",
                     info->num_skewed, info->num_skewed == 1 ? " claims" : "s claim"));
    }
    if (info->all_commits) {
        AUD_TRY(note(s, err,
                     "every commit of the history is taken as a state, also those of branches "
                     "that were merged later"));
    }
    for (size_t i = 0; i < num_outside; i++) {
        AUD_TRY(note(s, err,
                     "the source '%.*s' lies outside of the repository: it is part of the state at "
                     "the period's end, not of the timeline",
                     AUD_ARG(outside[i])));
    }
    s->info.notices = s->notices.items;
    s->info.num_notices = s->notices.len;
    return AUD_OK;
}

static aud_status audit(aud_states *s, aud_error *err)
{
    AUD_CLEANUP(pass_clear) pass own = {.states = s};
    aud_commits all;
    span chosen;
    aud_period_subject *subjects;

    aud_arena_init(&own.arena, AUD_ARENA_NO_MAX);
    AUD_TRY(list_commits(s, &all, err));
    AUD_TRY(choose_commits(s, &all, &chosen, err));
    AUD_TRY(describe_commits(s, &all, &chosen, err));
    AUD_TRY(judge_end(s, err));
    AUD_TRY(aud_timeline_new(false, &s->timeline, err));
    own.timeline = s->timeline;
    AUD_TRY(walk(&own, err));
    subjects = aud_arena_array(&s->arena, s->result.num_subjects, sizeof *subjects);
    if (subjects == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(aud_timeline_subjects(s->timeline, &s->result, subjects, err));
    s->info.subjects = subjects;
    AUD_TRY(aud_timeline_finish(s->timeline, s->end, &s->info, err));
    AUD_TRY(judge_by_end_rules(s, err));
    AUD_TRY(say_limits(s, err));
    s->result.period = &s->info;
    s->result.reviews = aud_site_config(s->last)->reviews;
    s->result.num_reviews = aud_site_config(s->last)->num_reviews;
    return AUD_OK;
}

aud_status aud_states_new(const aud_states_options *options, aud_states **out, aud_error *err)
{
    AUD_CLEANUP(aud_states_freep) aud_states *s = aud_alloc_zero(1, sizeof *s);

    if (s == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&s->arena, AUD_ARENA_NO_MAX);
    s->options = options;
    s->run_options = *options->site.run;
    s->site_options = options->site;
    s->site_options.run = &s->run_options;
    s->end = options->now < options->period.until ? options->now + 1 : options->period.until;
    s->info = (aud_period_info){.name = options->period.name,
                                .ref = options->ref,
                                .from = options->period.from,
                                .until = options->period.until,
                                .at = s->end - 1,
                                .is_finished = s->end == options->period.until,
                                .all_commits = options->all_commits};
    if (s->end <= options->period.from) {
        return aud_fail(err, AUD_E_USAGE, "the period '%.*s' has not begun",
                        AUD_ARG(options->period.name));
    }
    AUD_TRY(audit(s, err));
    s->options = NULL;
    *out = AUD_MOVE(s);
    return AUD_OK;
}
