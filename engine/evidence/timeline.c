/* engine/evidence/timeline.c - states one after another become stretches. */
#include "engine/evidence/timeline_parts.h"

#include <stdlib.h>

aud_status aud_timeline_new(bool split, aud_timeline **out, aud_error *err)
{
    AUD_CLEANUP(aud_timeline_freep) aud_timeline *t = aud_alloc_zero(1, sizeof *t);

    if (t == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&t->arena, AUD_ARENA_NO_MAX);
    t->split = split;
    aud_buf_init(&t->key, 1 << 20);
    AUD_TRY(aud_map_new(&t->lineages, err));
    AUD_TRY(aud_map_new(&t->policy_ids, err));
    *out = AUD_MOVE(t);
    return AUD_OK;
}

void aud_timeline_freep(aud_timeline **timeline)
{
    aud_timeline *t = *timeline;

    if (t == NULL) {
        return;
    }
    aud_map_freep(&t->lineages);
    aud_map_freep(&t->policy_ids);
    aud_buf_clear(&t->key);
    aud_free(t->all.items);
    aud_free(t->touched.items);
    aud_free(t->rows.items);
    aud_free(t->policies.items);
    aud_free(t->stretches.items);
    aud_arena_clear(&t->arena);
    aud_free(t);
    *timeline = NULL;
}

/* --- policies and lineages -------------------------------------------------------------------- */

static aud_status policy_of(aud_timeline *t, aud_str id, size_t *out, aud_error *err)
{
    policy_track track = {0};
    const size_t known = (size_t)(uintptr_t)aud_map_get(t->policy_ids, id);

    if (known > 0) {
        *out = known - 1;
        return AUD_OK;
    }
    AUD_TRY(aud_arena_dup(&t->arena, id, &track.sum.id, err));
    AUD_TRY(AUD_VEC_PUSH(&t->policies, track, err));
    *out = t->policies.len - 1;
    return aud_map_put(t->policy_ids, id, (void *)(uintptr_t)t->policies.len, err);
}

/* Room for verdicts by all policies that are known by now. */
static aud_status grow(aud_timeline *t, lineage *l, aud_error *err)
{
    enum { STEP = 16 };
    const size_t cap = (t->policies.len + STEP - 1) / STEP * STEP;
    uint8_t *now, *before;
    int64_t *since;

    if (l->cap >= t->policies.len) {
        return AUD_OK;
    }
    now = aud_arena_array(&t->arena, cap, 1);
    before = aud_arena_array(&t->arena, cap, 1);
    since = aud_arena_array(&t->arena, cap, sizeof *since);
    if (now == NULL || before == NULL || since == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memset(now, AUD_V_NONE, cap);
    memset(before, AUD_V_NONE, cap);
    if (l->cap > 0) {
        memcpy(now, l->now, l->cap);
        memcpy(before, l->before, l->cap);
        memcpy(since, l->since, l->cap * sizeof *since);
    }
    l->now = now;
    l->before = before;
    l->since = since;
    l->cap = cap;
    return AUD_OK;
}

static aud_status key_of(aud_timeline *t, aud_kind kind, aud_str name, aud_error *err)
{
    t->key.len = 0;
    AUD_TRY(aud_buf_printf(&t->key, err, "%c", 'a' + (int)kind));
    return aud_buf_add(&t->key, name, err);
}

/* The lineage, begun in this state; what it was before is kept until the end. */
static aud_status touch(aud_timeline *t, aud_kind kind, aud_str name, lineage **out, aud_error *err)
{
    lineage *l;

    AUD_TRY(key_of(t, kind, name, err));
    l = aud_map_get(t->lineages, aud_buf_str(&t->key));
    if (l == NULL) {
        l = AUD_ARENA_NEW(&t->arena, lineage);
        if (l == NULL) {
            return aud_fail(err, AUD_E_NOMEM, "out of memory");
        }
        AUD_TRY(aud_arena_dup(&t->arena, name, &l->name, err));
        l->kind = kind;
        AUD_TRY(aud_map_put(t->lineages, aud_buf_str(&t->key), l, err));
        AUD_TRY(AUD_VEC_PUSH(&t->all, l, err));
    }
    *out = l;
    AUD_TRY(grow(t, l, err));
    if (l->touched == t->state) {
        return AUD_OK;
    }
    l->touched = t->state;
    l->ids_before = l->ids;
    l->ids = 0;
    l->was_there = l->is_there;
    l->is_there = false;
    if (l->cap > 0) {
        memcpy(l->before, l->now, l->cap);
        memset(l->now, AUD_V_NONE, l->cap);
    }
    return AUD_VEC_PUSH(&t->touched, l, err);
}

aud_status aud_timeline_begin(aud_timeline *t, const aud_cause *cause, bool rules, bool whole,
                              aud_error *err)
{
    AUD_UNUSED(err);
    t->state++;
    t->cause = *cause;
    t->rules = rules;
    t->whole = whole;
    t->touched.len = 0;
    return AUD_OK;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* Of a lineage with several holders the worst counts. */
static unsigned weight(uint8_t verdict)
{
    static const uint8_t weights[AUD_NUM_VERDICTS] = {
        [AUD_V_PASS] = 3,           [AUD_V_FAIL] = 6,          [AUD_V_WAIVED] = 4,
        [AUD_V_NOT_APPLICABLE] = 1, [AUD_V_NOT_EFFECTIVE] = 2, [AUD_V_UNDECIDED] = 5};

    return verdict < AUD_NUM_VERDICTS ? weights[verdict] : 0;
}

/* Whether anything that counts against the policy is exposed just now. */
static void expose(aud_timeline *t, const row *r, int step)
{
    policy_track *p = &t->policies.items[r->policy];

    if (r->stretch.kind != AUD_STRETCH_BREACH || r->waived) {
        return;
    }
    if (p->exposed == 0) {
        p->exposed_since = t->cause.at;
    }
    p->exposed = (size_t)((int64_t)p->exposed + step);
    if (p->exposed == 0) {
        p->sum.breached_seconds += t->cause.at - p->exposed_since;
    }
}

/* Adds the time since it was last counted to what it was during that time. */
static void count(row *r, int64_t at)
{
    if (r->stretch.kind == AUD_STRETCH_BREACH) {
        *(r->waived ? &r->stretch.waived_seconds : &r->stretch.exposed_seconds) += at - r->counted;
    }
    r->counted = at;
}

static aud_status keep(aud_timeline *t, aud_str text, aud_str *out, aud_error *err)
{
    return aud_str_eq(text, *out) ? AUD_OK : aud_arena_dup(&t->arena, text, out, err);
}

/* A commit that changes rules as well did it by them, if the subjects are what they were. */
static aud_cause cause_for(const aud_timeline *t, const lineage *l)
{
    aud_cause cause = t->cause;

    if (cause.kind == AUD_CAUSE_COMMIT && t->rules && l->was_there == l->is_there &&
        l->ids == l->ids_before) {
        cause.kind = AUD_CAUSE_RULES;
    }
    return cause;
}

static row *open_row(aud_timeline *t, lineage *l, size_t policy, aud_stretch_kind kind,
                     aud_str item)
{
    row *r = AUD_ARENA_NEW(&t->arena, row);

    if (r == NULL || AUD_VEC_PUSH(&t->rows, r, NULL) != AUD_OK) {
        return NULL;
    }
    r->policy = policy;
    r->counted = t->cause.at;
    r->is_new = true;
    r->stretch = (aud_stretch){.kind = kind,
                               .policy = t->policies.items[policy].sum.id,
                               .subject_kind = l->kind,
                               .lineage = l->name};
    if (aud_arena_dup(&t->arena, item, &r->stretch.item, NULL) != AUD_OK) {
        return NULL;
    }
    r->next = l->open;
    l->open = r;
    return r;
}

static row *find_row(const aud_timeline *t, const lineage *l, size_t policy, aud_stretch_kind kind,
                     aud_str item, bool waived)
{
    for (row *r = l->open; r != NULL; r = r->next) {
        if (r->policy == policy && r->stretch.kind == kind && aud_str_eq(r->stretch.item, item) &&
            (!t->split || r->waived == waived)) {
            return r;
        }
    }
    return NULL;
}

/* What one row needs of a finding, or of what stands for one. */
typedef struct sight {
    aud_stretch_kind kind;
    aud_str item, subject, label, message, waiver;
    aud_severity severity;
    bool waived;
} sight;

static aud_status see(aud_timeline *t, lineage *l, size_t policy, const sight *s, aud_error *err)
{
    row *r = find_row(t, l, policy, s->kind, s->item, s->waived);
    const bool again = r != NULL && r->seen == t->state; /* by another holder of the lineage */

    if (r == NULL) {
        r = open_row(t, l, policy, s->kind, s->item);
        if (r == NULL) {
            return aud_fail(err, AUD_E_NOMEM, "out of memory");
        }
        r->waived = s->waived;
        expose(t, r, 1);
    } else if (!again && !r->is_new) {
        count(r, t->cause.at);
    }
    if (r->waived != s->waived && (!again || !s->waived)) { /* the exposed holder counts */
        expose(t, r, -1);
        r->waived = s->waived;
        expose(t, r, 1);
    }
    r->seen = t->state;
    AUD_TRY(keep(t, s->subject, &r->stretch.subject, err));
    AUD_TRY(keep(t, s->label, &r->stretch.label, err));
    AUD_TRY(keep(t, s->message, &r->stretch.message, err));
    if (s->waiver.len > 0) {
        AUD_TRY(keep(t, s->waiver, &r->stretch.waiver, err));
    }
    r->stretch.severity = s->severity > r->stretch.severity ? s->severity : r->stretch.severity;
    return AUD_OK;
}

/* --- one state -------------------------------------------------------------------------------- */

static uint64_t hash_of(aud_str text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

typedef struct taking {
    const aud_result *result;
    lineage **lineages; /* of each subject; NULL: not given */
    size_t *policies;   /* of each policy here, its place there */
    bool *told;         /* by pair: a finding says it */
} taking;

static void taking_clear(taking *k)
{
    aud_free(k->lineages);
    aud_free(k->policies);
    aud_free(k->told);
}

static aud_status take_subject(aud_timeline *t, taking *k, size_t at, aud_error *err)
{
    const aud_result *result = k->result;
    const aud_subject_info *subject = &result->subjects[at];
    lineage *l;

    AUD_TRY(touch(t, subject->kind, subject->lineage, &l, err));
    k->lineages[at] = l;
    if (!l->ever) {
        l->ever = true;
        l->first_seen = t->cause.at;
        l->carried_in = t->cause.kind == AUD_CAUSE_START;
    }
    if (l->source.ptr == NULL && subject->num_sightings > 0) {
        AUD_TRY(aud_arena_dup(&t->arena, subject->sightings[0].source, &l->source, err));
        AUD_TRY(aud_arena_dup(&t->arena, subject->sightings[0].path, &l->path, err));
    }
    l->is_there = true;
    l->ids += hash_of(subject->id); /* a sum: in any order */
    for (size_t p = 0; p < result->num_policies; p++) {
        const uint8_t verdict = result->verdicts[p * result->num_subjects + at];
        uint8_t *worst = &l->now[k->policies[p]];

        *worst = *worst == AUD_V_NONE || weight(verdict) > weight(*worst) ? verdict : *worst;
    }
    return AUD_OK;
}

static aud_status take_finding(aud_timeline *t, taking *k, const aud_finding *f, aud_error *err)
{
    const aud_subject_info *subject = &k->result->subjects[f->subject];
    sight s = {.kind = f->verdict == AUD_V_UNDECIDED ? AUD_STRETCH_UNDECIDED : AUD_STRETCH_BREACH,
               .subject = subject->id,
               .label = subject->label,
               .message = f->message,
               .waiver = f->waiver_id,
               .severity = f->severity,
               .waived = f->verdict == AUD_V_WAIVED};

    for (size_t i = 0; i < f->num_items || i == 0; i++) {
        s.item = f->num_items == 0 ? (aud_str){NULL, 0} : f->items[i].item;
        AUD_TRY(see(t, k->lineages[f->subject], k->policies[f->policy], &s, err));
    }
    return AUD_OK;
}

/* Pairs that are undecided without a finding: a source that never tells the fact. */
static aud_status take_covered(aud_timeline *t, taking *k, aud_error *err)
{
    const aud_result *result = k->result;

    for (size_t p = 0; p < result->num_policies && result->num_coverage > 0; p++) {
        for (size_t i = 0; i < result->num_subjects; i++) {
            const size_t pair = p * result->num_subjects + i;
            const sight s = {.kind = AUD_STRETCH_UNDECIDED,
                             .subject = result->subjects[i].id,
                             .label = result->subjects[i].label,
                             .message = AUD_LIT("A fact that its source does not tell"),
                             .severity = result->policies[p].severity};

            if (k->lineages[i] != NULL && result->verdicts[pair] == AUD_V_UNDECIDED &&
                !k->told[pair]) {
                AUD_TRY(see(t, k->lineages[i], k->policies[p], &s, err));
            }
        }
    }
    return AUD_OK;
}

aud_status aud_timeline_take(aud_timeline *t, const aud_result *result, const bool *counts,
                             aud_error *err)
{
    AUD_CLEANUP(taking_clear) taking k = {.result = result};
    const size_t pairs = result->num_coverage > 0 ? result->num_policies * result->num_subjects : 0;

    k.lineages = aud_alloc_zero(result->num_subjects + 1, sizeof(lineage *));
    k.policies = aud_alloc_zero(result->num_policies + 1, sizeof *k.policies);
    k.told = aud_alloc_zero(pairs + 1, 1);
    if (k.lineages == NULL || k.policies == NULL || k.told == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t p = 0; p < result->num_policies; p++) {
        AUD_TRY(policy_of(t, result->policies[p].id, &k.policies[p], err));
    }
    for (size_t i = 0; i < result->num_subjects; i++) {
        if (counts == NULL || counts[i]) {
            AUD_TRY(take_subject(t, &k, i, err));
        }
    }
    for (size_t i = 0; i < result->num_findings; i++) {
        const aud_finding *f = &result->findings[i];

        if (k.lineages[f->subject] != NULL) {
            AUD_TRY(take_finding(t, &k, f, err));
            if (pairs > 0) {
                k.told[f->policy * result->num_subjects + f->subject] = true;
            }
        }
    }
    return take_covered(t, &k, err);
}

aud_status aud_timeline_gone(aud_timeline *t, aud_kind kind, aud_str name, aud_error *err)
{
    lineage *l;

    return touch(t, kind, name, &l, err);
}

/* --- what was not judged ---------------------------------------------------------------------- */

static aud_status see_gap(aud_timeline *t, aud_str place, aud_str item, aud_str why, aud_error *err)
{
    const sight s = {.kind = AUD_STRETCH_NO_EVIDENCE,
                     .item = item,
                     .label = place,
                     .message = why,
                     .severity = AUD_SEV_HIGH};
    size_t policy;
    lineage *l;

    AUD_TRY(policy_of(t, (aud_str){NULL, 0}, &policy, err));
    AUD_TRY(touch(t, AUD_KIND_POPULATION, place, &l, err));
    l->is_place = true;
    return see(t, l, policy, &s, err);
}

static aud_status place_of(aud_timeline *t, aud_str source, aud_str path, aud_str *out,
                           aud_error *err)
{
    return path.len == 0 ? aud_arena_printf(&t->arena, out, err, "source:%.*s", AUD_ARG(source))
                         : aud_arena_printf(&t->arena, out, err, "file:%.*s/%.*s", AUD_ARG(source),
                                            AUD_ARG(path));
}

aud_status aud_timeline_gaps(aud_timeline *t, const aud_gap *gaps, size_t num, aud_error *err)
{
    for (size_t i = 0; i < t->all.len; i++) {
        if (t->all.items[i]->is_place) {
            AUD_TRY(aud_timeline_gone(t, AUD_KIND_POPULATION, t->all.items[i]->name, err));
        }
    }
    for (size_t i = 0; i < num; i++) {
        aud_str place;

        if (gaps[i].accepted.len > 0) {
            continue;
        }
        AUD_TRY(place_of(t, gaps[i].where.source, gaps[i].where.path, &place, err));
        AUD_TRY(see_gap(t, place, aud_str_of(aud_gap_name(gaps[i].kind)), gaps[i].reason, err));
    }
    return AUD_OK;
}

aud_status aud_timeline_lost(aud_timeline *t, aud_str ref, aud_str why, aud_error *err)
{
    aud_str place;

    t->is_lost = true;
    AUD_TRY(aud_arena_printf(&t->arena, &place, err, "ref:%.*s", AUD_ARG(ref)));
    return see_gap(t, place, AUD_LIT("not_judged"), why, err);
}

static bool has_gap(aud_timeline *t, aud_str source, aud_str path)
{
    const lineage *l;
    aud_str place;

    if (place_of(t, source, path, &place, NULL) != AUD_OK ||
        key_of(t, AUD_KIND_POPULATION, place, NULL) != AUD_OK) {
        return false;
    }
    l = aud_map_get(t->lineages, aud_buf_str(&t->key));
    return l != NULL && l->is_place && l->open != NULL && l->open->seen == t->state;
}

/* --- the end of a state ----------------------------------------------------------------------- */

static aud_stretch_end end_of(aud_timeline *t, const lineage *l, const row *r)
{
    if (r->stretch.kind == AUD_STRETCH_NO_EVIDENCE) {
        return AUD_END_MET;
    }
    if (!l->is_there) {
        return t->is_lost || (l->source.len > 0 && (has_gap(t, l->source, (aud_str){NULL, 0}) ||
                                                    has_gap(t, l->source, l->path)))
                   ? AUD_END_NO_EVIDENCE
                   : AUD_END_GONE;
    }
    switch (l->now[r->policy]) {
    case AUD_V_PASS:
        return AUD_END_MET;
    case AUD_V_UNDECIDED:
        return AUD_END_UNDECIDED;
    case AUD_V_FAIL:
    case AUD_V_WAIVED:
        return AUD_END_OTHER;
    default:
        return AUD_END_OUTSIDE;
    }
}

static void close_row(aud_timeline *t, row *r, const aud_cause *cause, aud_stretch_end end)
{
    policy_track *p = &t->policies.items[r->policy];
    int64_t lasted;

    count(r, cause->at);
    expose(t, r, -1);
    r->stretch.to = *cause;
    r->stretch.end = end;
    lasted = r->stretch.to.at - r->stretch.from.at;
    if (r->stretch.kind == AUD_STRETCH_BREACH) {
        p->sum.exposed_seconds += r->stretch.exposed_seconds;
        p->sum.longest_seconds = lasted > p->sum.longest_seconds ? lasted : p->sum.longest_seconds;
    }
}

static void begin_row(aud_timeline *t, const lineage *l, row *r)
{
    policy_track *p = &t->policies.items[r->policy];

    r->is_new = false;
    r->stretch.from = cause_for(t, l);
    if (l->was_there && l->before[r->policy] == AUD_V_PASS) {
        r->stretch.was_met = true;
        r->stretch.met_since = l->since[r->policy];
    }
    p->sum.breaches += r->stretch.kind == AUD_STRETCH_BREACH ? 1 : 0;
    p->sum.undecided += r->stretch.kind == AUD_STRETCH_UNDECIDED ? 1 : 0;
}

static bool is_judged(uint8_t verdict)
{
    return verdict == AUD_V_PASS || verdict == AUD_V_FAIL || verdict == AUD_V_WAIVED ||
           verdict == AUD_V_UNDECIDED;
}

static void settle_verdicts(aud_timeline *t, lineage *l)
{
    for (size_t p = 0; p < l->cap && p < t->policies.len; p++) {
        policy_track *track = &t->policies.items[p];
        const bool is = is_judged(l->now[p]), was = is_judged(l->before[p]);

        if (l->now[p] == AUD_V_PASS && l->before[p] != AUD_V_PASS) {
            l->since[p] = t->cause.at;
        }
        if (is && !was && track->judged++ == 0) {
            track->judged_since = t->cause.at;
        } else if (was && !is && --track->judged == 0) {
            track->sum.judged_seconds += t->cause.at - track->judged_since;
        }
    }
}

static void settle(aud_timeline *t, lineage *l)
{
    row **link = &l->open;

    while (*link != NULL) {
        row *r = *link;

        if (r->seen == t->state) {
            if (r->is_new) {
                begin_row(t, l, r);
            }
            link = &r->next;
            continue;
        }
        const aud_cause cause = cause_for(t, l);
        close_row(t, r, &cause, end_of(t, l, r));
        *link = r->next;
    }
    settle_verdicts(t, l);
}

aud_status aud_timeline_end(aud_timeline *t, aud_error *err)
{
    for (size_t i = 0; t->whole && i < t->all.len; i++) {
        lineage *l = t->all.items[i];

        if (l->touched != t->state) {
            AUD_TRY(aud_timeline_gone(t, l->kind, l->name, err));
        }
    }
    for (size_t i = 0; i < t->touched.len; i++) {
        settle(t, t->touched.items[i]);
    }
    t->is_lost = false;
    return AUD_OK;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int order_stretches(const void *left, const void *right)
{
    const aud_stretch *a = left, *b = right;
    int order = aud_str_cmp(a->policy, b->policy);

    order = order != 0 ? order : (int)a->subject_kind - (int)b->subject_kind;
    order = order != 0 ? order : aud_str_cmp(a->lineage, b->lineage);
    order = order != 0 ? order : aud_str_cmp(a->item, b->item);
    order = order != 0 ? order : (int)a->kind - (int)b->kind;
    if (order == 0 && a->from.at != b->from.at) {
        order = a->from.at < b->from.at ? -1 : 1;
    }
    if (order == 0 && a->to.at != b->to.at) {
        order = a->to.at < b->to.at ? -1 : 1;
    }
    return order != 0 ? order : aud_str_cmp(a->subject, b->subject);
}

static int order_policies(const void *left, const void *right)
{
    return aud_str_cmp(((const aud_period_policy *)left)->id,
                       ((const aud_period_policy *)right)->id);
}

static aud_status give(aud_timeline *t, aud_period_info *out, aud_error *err)
{
    aud_period_policy *policies =
        aud_arena_array(&t->arena, t->policies.len, sizeof(aud_period_policy));

    if (policies == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    out->num_policies = 0;
    for (size_t i = 0; i < t->policies.len; i++) {
        if (t->policies.items[i].sum.id.len > 0) {
            policies[out->num_policies++] = t->policies.items[i].sum;
        }
    }
    if (out->num_policies > 1) {
        qsort(policies, out->num_policies, sizeof *policies, order_policies);
    }
    if (t->stretches.len > 1) {
        qsort(t->stretches.items, t->stretches.len, sizeof *t->stretches.items, order_stretches);
    }
    out->policies = policies;
    out->stretches = t->stretches.items;
    out->num_stretches = t->stretches.len;
    return AUD_OK;
}

aud_status aud_timeline_finish(aud_timeline *t, int64_t until, aud_period_info *out, aud_error *err)
{
    const aud_cause open = {.kind = AUD_CAUSE_OPEN, .at = until, .commit = SIZE_MAX};

    t->cause = open;
    for (size_t i = 0; i < t->all.len; i++) {
        lineage *l = t->all.items[i];

        for (row *r = l->open; r != NULL; r = r->next) {
            policy_track *p = &t->policies.items[r->policy];

            close_row(t, r, &open, AUD_END_OPEN);
            p->sum.open += r->stretch.kind == AUD_STRETCH_BREACH ? 1 : 0;
        }
        l->open = NULL;
    }
    for (size_t p = 0; p < t->policies.len; p++) {
        policy_track *track = &t->policies.items[p];

        if (track->judged > 0) {
            track->sum.judged_seconds += until - track->judged_since;
            track->judged = 0;
        }
    }
    for (size_t i = 0; i < t->rows.len; i++) {
        const aud_stretch *s = &t->rows.items[i]->stretch;

        if (s->to.at > s->from.at || s->to.kind == AUD_CAUSE_OPEN) { /* it was ever so */
            AUD_TRY(AUD_VEC_PUSH(&t->stretches, *s, err));
        }
    }
    return give(t, out, err);
}

aud_status aud_timeline_subjects(const aud_timeline *t, const aud_result *result,
                                 aud_period_subject *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf key = {.max = 1 << 20};

    for (size_t i = 0; i < result->num_subjects; i++) {
        const aud_subject_info *subject = &result->subjects[i];
        const lineage *l;

        out[i] = (aud_period_subject){0};
        key.len = 0;
        AUD_TRY(aud_buf_printf(&key, err, "%c", 'a' + (int)subject->kind));
        AUD_TRY(aud_buf_add(&key, subject->lineage, err));
        l = aud_map_get(t->lineages, aud_buf_str(&key));
        if (l == NULL || !l->ever) {
            continue;
        }
        out[i].first_seen = l->first_seen;
        out[i].carried_in = l->carried_in;
        out[i].is_met = true;
        out[i].met_since = l->first_seen;
        for (size_t p = 0; p < l->cap && p < t->policies.len; p++) {
            out[i].is_met = out[i].is_met && (l->now[p] == AUD_V_PASS || !is_judged(l->now[p]));
            if (l->now[p] == AUD_V_PASS && l->since[p] > out[i].met_since) {
                out[i].met_since = l->since[p];
            }
        }
    }
    return AUD_OK;
}

/* --- under the rules of the end --------------------------------------------------------------- */

static int order_keys(const aud_stretch *a, const aud_stretch *b)
{
    int order = aud_str_cmp(a->policy, b->policy);

    order = order != 0 ? order : (int)a->subject_kind - (int)b->subject_kind;
    order = order != 0 ? order : aud_str_cmp(a->lineage, b->lineage);
    return order != 0 ? order : aud_str_cmp(a->item, b->item);
}

static bool is_exposed(const aud_stretch *s)
{
    return s->kind == AUD_STRETCH_BREACH && s->exposed_seconds > 0;
}

/* A part of a stretch that our own timeline does not have; the second one may go before this does.
 */
static aud_status add_alone(aud_timeline *t, const aud_stretch *theirs, int64_t from, int64_t to,
                            aud_error *err)
{
    aud_stretch alone = *theirs;

    if (to <= from) {
        return AUD_OK;
    }
    alone.kind = AUD_STRETCH_END_RULES;
    alone.exposed_seconds = alone.waived_seconds = 0;
    alone.end_rules_seconds = to - from;
    alone.waiver = (aud_str){NULL, 0};
    if (from > theirs->from.at) { /* before, the rules of then said the same */
        alone.from = (aud_cause){.kind = AUD_CAUSE_RULES, .at = from, .commit = SIZE_MAX};
    }
    if (to < theirs->to.at) {
        alone.to = (aud_cause){.kind = AUD_CAUSE_RULES, .at = to, .commit = SIZE_MAX};
        alone.end = AUD_END_OTHER;
    }
    AUD_TRY(aud_arena_dup(&t->arena, theirs->policy, &alone.policy, err));
    AUD_TRY(aud_arena_dup(&t->arena, theirs->lineage, &alone.lineage, err));
    AUD_TRY(aud_arena_dup(&t->arena, theirs->item, &alone.item, err));
    AUD_TRY(aud_arena_dup(&t->arena, theirs->subject, &alone.subject, err));
    AUD_TRY(aud_arena_dup(&t->arena, theirs->label, &alone.label, err));
    AUD_TRY(aud_arena_dup(&t->arena, theirs->message, &alone.message, err));
    return AUD_VEC_PUSH(&t->stretches, alone, err);
}

aud_status aud_timeline_lay(aud_timeline *t, const aud_period_info *end_rules,
                            aud_period_info *into, aud_error *err)
{
    const size_t num = t->stretches.len;
    size_t at = 0;

    for (size_t k = 0; k < end_rules->num_stretches; k++) {
        const aud_stretch *theirs = &end_rules->stretches[k];
        int64_t alone_from = theirs->from.at;

        if (!is_exposed(theirs)) {
            continue;
        }
        while (at < num && order_keys(&t->stretches.items[at], theirs) < 0) {
            at++;
        }
        /* ours of the same key come in order, and none runs over another */
        for (size_t i = at; i < num && order_keys(&t->stretches.items[i], theirs) == 0; i++) {
            aud_stretch *ours = &t->stretches.items[i];
            const int64_t from = ours->from.at > alone_from ? ours->from.at : alone_from;
            const int64_t to = ours->to.at < theirs->to.at ? ours->to.at : theirs->to.at;

            if (ours->kind == AUD_STRETCH_BREACH && to > from) {
                ours->end_rules_seconds += to - from;
                AUD_TRY(add_alone(t, theirs, alone_from, from, err));
                alone_from = to;
            }
        }
        AUD_TRY(add_alone(t, theirs, alone_from, theirs->to.at, err));
    }
    return give(t, into, err);
}
