/* engine/audit/narrow.c - head less merge base: what a change brings. */
#include "engine/audit/change_parts.h"

#include "engine/base/text.h"

#include <stdlib.h>

typedef struct narrowing {
    aud_run *head;
    const aud_run *base;
    aud_change_info *change;
    size_t *twin;            /* head's subject to base's; SIZE_MAX: it is new */
    unsigned char *grown;    /* head's subject is seen at more places */
    bool *lay_there;         /* it is new, and all of it lies where nothing changed */
    bool *kept;              /* head's subject stays in the result */
    size_t *new_index;       /* head's subject to its place in the narrowed result */
    const aud_finding **was; /* base's findings by policy and subject */
    size_t num_was;
} narrowing;

/* --- subjects --------------------------------------------------------------------------------- */

static int order_subjects(const aud_subject_info *a, const aud_subject_info *b)
{
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    return aud_str_cmp(a->id, b->id);
}

/* Lines and members move when a bundle is formatted anew: they make no other place. */
static int order_places(const aud_sighting *a, const aud_sighting *b)
{
    int order = aud_str_cmp(a->source, b->source);

    order = order != 0 ? order : aud_str_cmp(a->path, b->path);
    order = order != 0 ? order : aud_str_cmp(a->record, b->record);
    order = order != 0 ? order : aud_str_cmp(a->host, b->host);
    return order != 0 ? order : (int)a->port - (int)b->port;
}

static const aud_sighting *next_place(const aud_subject_info *s, size_t *at)
{
    const aud_sighting *first;

    if (*at == s->num_sightings) {
        return NULL;
    }
    first = &s->sightings[(*at)++];
    while (*at < s->num_sightings && order_places(first, &s->sightings[*at]) == 0) {
        (*at)++;
    }
    return first;
}

/* Places more than before, less those that are gone. */
static long count_gained(const aud_subject_info *now, const aud_subject_info *then)
{
    size_t a = 0, b = 0;
    long gained = 0;
    const aud_sighting *left = next_place(now, &a), *right = next_place(then, &b);

    while (left != NULL || right != NULL) {
        const int order = left == NULL ? 1 : right == NULL ? -1 : order_places(left, right);

        gained += order < 0 ? 1 : order > 0 ? -1 : 0;
        left = order <= 0 ? next_place(now, &a) : left;
        right = order >= 0 ? next_place(then, &b) : right;
    }
    return gained;
}

static const aud_entry *entry_at(const source_run *s, aud_str path)
{
    size_t low = 0, high = s->num_entries;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = aud_str_cmp(s->entries[middle].path, path);

        if (order == 0) {
            return &s->entries[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static bool is_old_place(const narrowing *n, const aud_sighting *where)
{
    for (size_t i = 0; i < n->head->num_sources && i < n->base->num_sources; i++) {
        const source_run *now = &n->head->sources[i];

        if (aud_str_eq(now->name, where->source)) {
            const aud_entry *a = entry_at(now, where->path);
            const aud_entry *b = entry_at(&n->base->sources[i], where->path);
            return !now->follows || (a != NULL && b != NULL && !aud_entry_differs(a, b));
        }
    }
    return false;
}

/*
 * A record whose certificate goes stands for itself from then on, a precertificate as well. The
 * change took the other away; what it does not touch it does not bring.
 */
static bool lay_there(const narrowing *n, const aud_subject_info *s)
{
    for (size_t i = 0; i < s->num_sightings; i++) {
        if (!is_old_place(n, &s->sightings[i])) {
            return false;
        }
    }
    return s->num_sightings > 0;
}

static aud_status pair_subjects(narrowing *n, aud_error *err)
{
    const aud_result *now = &n->head->result, *then = &n->base->result;
    size_t at = 0;

    n->twin = aud_arena_array(&n->head->arena, now->num_subjects, sizeof *n->twin);
    n->grown = aud_arena_array(&n->head->arena, now->num_subjects, 1);
    n->lay_there = aud_arena_array(&n->head->arena, now->num_subjects, sizeof *n->lay_there);
    n->kept = aud_arena_array(&n->head->arena, now->num_subjects, sizeof *n->kept);
    n->new_index = aud_arena_array(&n->head->arena, now->num_subjects, sizeof *n->new_index);
    if (!n->twin || !n->grown || !n->lay_there || !n->kept || !n->new_index) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < now->num_subjects; i++) {
        const aud_subject_info *s = &now->subjects[i];

        while (at < then->num_subjects && order_subjects(&then->subjects[at], s) < 0) {
            at++;
        }
        n->twin[i] = SIZE_MAX;
        if (at < then->num_subjects && order_subjects(&then->subjects[at], s) == 0) {
            n->twin[i] = at;
            n->grown[i] = count_gained(s, &then->subjects[at]) > 0;
        }
        n->lay_there[i] = n->twin[i] == SIZE_MAX && lay_there(n, s);
    }
    return AUD_OK;
}

static bool judged_otherwise(const narrowing *n, size_t subject)
{
    const aud_result *now = &n->head->result, *then = &n->base->result;

    for (size_t p = 0; p < now->num_policies; p++) {
        if (now->verdicts[p * now->num_subjects + subject] !=
            then->verdicts[p * then->num_subjects + n->twin[subject]]) {
            return true;
        }
    }
    return false;
}

static const aud_sighting *in_git(const aud_subject_info *s)
{
    for (size_t i = 0; i < s->num_sightings; i++) {
        if (s->sightings[i].place == AUD_PLACE_GIT) {
            return &s->sightings[i];
        }
    }
    return NULL;
}

static bool is_at(const aud_subject_info *s, const aud_sighting *place)
{
    for (size_t i = 0; i < s->num_sightings; i++) {
        if (order_places(&s->sightings[i], place) == 0) {
            return true;
        }
    }
    return false;
}

/* `now` may be NULL: it is nowhere any more, also where nothing changed but what speaks of it. */
static const aud_sighting *lost_place(const narrowing *n, const aud_subject_info *then,
                                      const aud_subject_info *now)
{
    for (size_t i = 0; i < then->num_sightings; i++) {
        if (now != NULL ? !is_at(now, &then->sightings[i])
                        : !is_old_place(n, &then->sightings[i])) {
            return &then->sightings[i];
        }
    }
    return NULL;
}

static aud_status describe_removed(narrowing *n, const aud_subject_info *then,
                                   const aud_subject_info *now, aud_str *out, aud_error *err)
{
    const aud_sighting *left = now != NULL && now->num_sightings > 0 ? &now->sightings[0] : NULL;
    const aud_sighting *gone = lost_place(n, then, now);

    gone = gone == NULL && then->num_sightings > 0 ? &then->sightings[0] : gone;
    return aud_arena_printf(
        &n->head->arena, out, err, "%s %.*s (%.*s)%s%.*s%s%.*s", aud_kind_name(then->kind),
        AUD_ARG(then->label.len > 0 ? then->label : then->id),
        AUD_ARG(gone != NULL ? gone->path : AUD_LIT("nowhere")),
        left == NULL ? "" : ", still seen by ", AUD_ARG(left == NULL ? AUD_LIT("") : left->source),
        left == NULL || left->path.len == 0 ? "" : " in ",
        AUD_ARG(left == NULL ? AUD_LIT("") : left->path));
}

/*
 * "certificate example.com (pay/pay.pem)", of those that are at fewer places than before, and of
 * those that git has no more while another source still sees them.
 */
static aud_status list_removed(narrowing *n, aud_error *err)
{
    const aud_result *now = &n->head->result, *then = &n->base->result;
    aud_str *removed = aud_arena_array(&n->head->arena, then->num_subjects, sizeof *removed);
    size_t at = 0, num = 0;

    if (removed == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < then->num_subjects; i++) {
        const aud_subject_info *s = &then->subjects[i];

        while (at < now->num_subjects && order_subjects(&now->subjects[at], s) < 0) {
            at++;
        }
        const aud_subject_info *twin =
            at < now->num_subjects && order_subjects(&now->subjects[at], s) == 0
                ? &now->subjects[at]
                : NULL;
        if (twin == NULL || count_gained(twin, s) < 0 ||
            (in_git(s) != NULL && in_git(twin) == NULL)) {
            AUD_TRY(describe_removed(n, s, twin, &removed[num++], err));
        }
    }
    n->change->removed = removed;
    n->change->num_removed = num;
    return AUD_OK;
}

/* --- findings --------------------------------------------------------------------------------- */

static int order_was(const void *left, const void *right)
{
    const aud_finding *a = *(const aud_finding *const *)left;
    const aud_finding *b = *(const aud_finding *const *)right;

    if (a->policy != b->policy) {
        return a->policy < b->policy ? -1 : 1;
    }
    return a->subject < b->subject ? -1 : a->subject > b->subject;
}

static aud_status index_findings(narrowing *n, aud_error *err)
{
    const aud_result *then = &n->base->result;

    n->num_was = then->num_findings;
    n->was = aud_arena_array(&n->head->arena, n->num_was, sizeof(aud_finding *));
    if (n->was == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < n->num_was; i++) {
        n->was[i] = &then->findings[i];
    }
    if (n->num_was > 0) {
        qsort(n->was, n->num_was, sizeof(aud_finding *), order_was);
    }
    return AUD_OK;
}

static const aud_finding *find_was(const narrowing *n, size_t policy, size_t subject)
{
    const aud_finding key = {.policy = policy, .subject = subject};
    const aud_finding *wanted = &key;
    const aud_finding *const *found =
        n->num_was == 0 ? NULL
                        : bsearch(&wanted, n->was, n->num_was, sizeof(aud_finding *), order_was);

    return found == NULL ? NULL : *found;
}

static bool has_item(const aud_finding *f, aud_str item)
{
    for (size_t i = 0; i < f->num_items; i++) {
        if (aud_str_eq(f->items[i].item, item)) {
            return true;
        }
    }
    return false;
}

/* How much a verdict weighs: what was waived or undecided and now fails is new. */
static int weight(aud_verdict verdict)
{
    return verdict == AUD_V_FAIL ? 2 : verdict == AUD_V_UNDECIDED ? 1 : 0;
}

static bool is_brought(const narrowing *n, const aud_finding *f)
{
    const aud_finding *was;

    if (n->lay_there[f->subject]) {
        return false;
    }
    if (n->twin[f->subject] == SIZE_MAX || n->grown[f->subject]) {
        return true;
    }
    was = find_was(n, f->policy, n->twin[f->subject]);
    if (was == NULL) { /* the base may have had it as one line for a whole source */
        const aud_result *then = &n->base->result;
        return then->verdicts[f->policy * then->num_subjects + n->twin[f->subject]] !=
               (uint8_t)f->verdict;
    }
    if (f->severity > was->severity || weight(f->verdict) > weight(was->verdict)) {
        return true;
    }
    for (size_t i = 0; i < f->num_items; i++) {
        if (!has_item(was, f->items[i].item)) {
            return true;
        }
    }
    return false;
}

/* --- the narrowed result ---------------------------------------------------------------------- */

/* Where a copy was put, rather than where it always was. */
static aud_sighting new_place(const narrowing *n, size_t subject)
{
    const aud_subject_info *now = &n->head->result.subjects[subject], *then;

    if (n->twin[subject] == SIZE_MAX || !n->grown[subject]) {
        return now->num_sightings > 0 ? now->sightings[0] : (aud_sighting){0};
    }
    then = &n->base->result.subjects[n->twin[subject]];
    for (size_t i = 0; i < now->num_sightings; i++) {
        if (!is_at(then, &now->sightings[i])) {
            return now->sightings[i];
        }
    }
    return now->sightings[0];
}

static aud_status narrow_findings(narrowing *n, aud_error *err)
{
    aud_result *now = &n->head->result;
    aud_finding *kept = aud_arena_array(&n->head->arena, now->num_findings, sizeof *kept);
    size_t num = 0;

    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < now->num_findings; i++) {
        if (!is_brought(n, &now->findings[i])) {
            n->change->persisting++;
            continue;
        }
        kept[num] = now->findings[i];
        if (n->grown[kept[num].subject]) {
            kept[num].location = new_place(n, kept[num].subject);
        }
        n->kept[kept[num++].subject] = true;
    }
    now->findings = kept;
    now->num_findings = num;
    return AUD_OK;
}

/* What failed, or was waived or undecided, in the same way before is no part of the result. */
static bool stood_before(const narrowing *n, size_t policy, size_t subject)
{
    const aud_result *now = &n->head->result, *then = &n->base->result;
    const uint8_t verdict = now->verdicts[policy * now->num_subjects + subject];

    return n->twin[subject] != SIZE_MAX && !n->grown[subject] &&
           (verdict == AUD_V_FAIL || verdict == AUD_V_UNDECIDED || verdict == AUD_V_WAIVED) &&
           verdict == then->verdicts[policy * then->num_subjects + n->twin[subject]];
}

static aud_status narrow_subjects(narrowing *n, aud_error *err)
{
    aud_result *now = &n->head->result;
    aud_subject_info *subjects =
        aud_arena_array(&n->head->arena, now->num_subjects, sizeof *subjects);
    uint8_t *verdicts;
    size_t num = 0;

    if (subjects == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memset(now->num_kind, 0, sizeof now->num_kind);
    for (size_t i = 0; i < now->num_subjects; i++) {
        const bool last = i + 1 == now->num_subjects; /* the population itself always stays */
        const bool otherwise = !last && n->twin[i] != SIZE_MAX && judged_otherwise(n, i);

        if (n->lay_there[i]) {
            continue;
        }
        n->change->added += n->twin[i] == SIZE_MAX ? 1 : 0;
        n->change->grown += n->grown[i];
        n->change->changed += otherwise && !n->grown[i] ? 1 : 0;
        if (!last && !n->kept[i] && n->twin[i] != SIZE_MAX && !n->grown[i] && !otherwise) {
            continue;
        }
        n->kept[i] = true;
        n->new_index[i] = num;
        now->num_kind[now->subjects[i].kind]++;
        subjects[num++] = now->subjects[i];
    }
    verdicts = aud_arena_array(&n->head->arena, num * now->num_policies, 1);
    if (verdicts == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < now->num_subjects; i++) {
        for (size_t p = 0; n->kept[i] && p < now->num_policies; p++) {
            const uint8_t verdict = now->verdicts[p * now->num_subjects + i];
            verdicts[p * num + n->new_index[i]] = stood_before(n, p, i) ? AUD_V_NONE : verdict;
        }
    }
    for (size_t i = 0; i < now->num_findings; i++) {
        aud_finding *f = (aud_finding *)(uintptr_t)&now->findings[i]; /* the run's own */
        f->subject = n->new_index[f->subject];
        verdicts[f->policy * num + f->subject] = (uint8_t)f->verdict;
    }
    now->subjects = subjects;
    now->num_subjects = num;
    now->verdicts = verdicts;
    return AUD_OK;
}

/* Parts that were closed or broken before, in as many places of the same file. */
static size_t count_gaps(const aud_result *result, const aud_gap *like, size_t end)
{
    size_t num = 0;

    for (size_t i = 0; i < end; i++) {
        const aud_gap *g = &result->gaps[i];
        num += g->kind == like->kind && aud_str_eq(g->where.source, like->where.source) &&
               aud_str_eq(g->where.path, like->where.path);
    }
    return num;
}

static aud_status narrow_gaps(narrowing *n, aud_error *err)
{
    aud_result *now = &n->head->result;
    aud_gap *kept = aud_arena_array(&n->head->arena, now->num_gaps, sizeof *kept);
    size_t num = 0;

    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < now->num_gaps; i++) {
        const aud_gap *g = &now->gaps[i];
        if (count_gaps(now, g, i + 1) > count_gaps(&n->base->result, g, n->base->result.num_gaps)) {
            kept[num++] = *g;
        }
    }
    now->gaps = kept;
    now->num_gaps = num;
    return AUD_OK;
}

/* A policy's place in both results: they were judged alike. */
static size_t policy_at(const aud_result *result, aud_str id)
{
    size_t at = 0;

    while (at < result->num_policies && !aud_str_eq(result->policies[at].id, id)) {
        at++;
    }
    return at;
}

/* Subjects of a source that a policy could not decide, and that are new or could be decided. */
static size_t count_uncovered(const narrowing *n, const aud_coverage *line)
{
    const aud_result *now = &n->head->result, *then = &n->base->result;
    const size_t p = policy_at(now, line->policy);
    size_t num = 0;

    for (size_t i = 0; i < now->num_subjects && p < now->num_policies; i++) {
        const aud_subject_info *s = &now->subjects[i];

        if (now->verdicts[p * now->num_subjects + i] == AUD_V_UNDECIDED && s->num_sightings > 0 &&
            aud_str_eq(s->sightings[0].source, line->source) && !n->lay_there[i]) {
            num += n->twin[i] == SIZE_MAX || n->grown[i] != 0 ||
                           then->verdicts[p * then->num_subjects + n->twin[i]] != AUD_V_UNDECIDED
                       ? 1
                       : 0;
        }
    }
    return num;
}

/* Before the subjects are narrowed. */
static aud_status narrow_coverage(narrowing *n, aud_error *err)
{
    aud_result *now = &n->head->result;
    aud_coverage *kept = aud_arena_array(&n->head->arena, now->num_coverage, sizeof *kept);
    size_t num = 0;

    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < now->num_coverage; i++) {
        kept[num] = now->coverage[i];
        const size_t more = count_uncovered(n, &now->coverage[i]);

        kept[num].subjects = more < kept[num].subjects ? more : kept[num].subjects;
        num += more > 0 ? 1 : 0;
    }
    now->coverage = kept;
    now->num_coverage = num;
    return AUD_OK;
}

static bool broke_before(const aud_result *then, const aud_policy_error *e)
{
    for (size_t i = 0; i < then->num_policy_errors; i++) {
        const aud_policy_error *was = &then->policy_errors[i];

        if (aud_str_eq(was->policy, e->policy) && aud_str_eq(was->subject, e->subject) &&
            aud_str_eq(was->message, e->message)) {
            return true;
        }
    }
    return false;
}

/* A policy that does not load is said always; one that broke on a subject, where that is new. */
static aud_status narrow_errors(narrowing *n, aud_error *err)
{
    aud_result *now = &n->head->result;
    aud_policy_error *kept = aud_arena_array(&n->head->arena, now->num_policy_errors, sizeof *kept);
    size_t num = 0;

    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < now->num_policy_errors; i++) {
        const aud_policy_error *e = &now->policy_errors[i];

        if (e->subject.len == 0 || !broke_before(&n->base->result, e)) {
            kept[num++] = *e;
        }
    }
    now->policy_errors = kept;
    now->num_policy_errors = num;
    return AUD_OK;
}

aud_status aud_change_narrow(aud_run *head, const aud_run *base, aud_change_info *change,
                             aud_error *err)
{
    narrowing n = {.head = head, .base = base, .change = change};

    if (head->result.num_policies != base->result.num_policies) {
        return aud_fail(err, AUD_E_FORMAT, "head and base were judged by different policies");
    }
    AUD_TRY(pair_subjects(&n, err));
    AUD_TRY(index_findings(&n, err));
    AUD_TRY(list_removed(&n, err));
    AUD_TRY(narrow_coverage(&n, err));
    AUD_TRY(narrow_findings(&n, err));
    AUD_TRY(narrow_subjects(&n, err));
    AUD_TRY(narrow_gaps(&n, err));
    AUD_TRY(narrow_errors(&n, err));
    head->result.change = change;
    return AUD_OK;
}
