/* engine/audit/coverage.c - a fact that a kind of source never tells is one line for that source,
 * not a finding a subject. The verdicts stay undecided, and the line counts for the gate as they
 * would have.
 */
#include "engine/audit/run_parts.h"

#include "engine/base/map.h"

#include <stdlib.h>

/* All findings of one policy that miss the same fact at one place. */
typedef struct missing {
    aud_coverage line; /* `subjects`: that miss it */
    size_t policy;
    uint32_t place;
    size_t covered; /* of these, what the line stands for */
    struct missing *next;
} missing;

typedef struct cover {
    aud_run *run;
    const uint8_t *verdicts;
    raw_finding **findings;
    size_t num;
    aud_map *places; /* source, kind and scanner in words; the same with the file -> number + 1 */
    struct where {
        uint32_t source, file; /* places, from 0 */
    } * where;                 /* of every subject */
    aud_str *scanners;         /* of every place */
    size_t num_places;
    size_t *judged; /* of the policy at hand, a place */
    size_t counted; /* that policy + 1 */
    bool *told[AUD_NUM_endpoint_FIELDS];
    aud_map *groups;
    missing *first;
    aud_buf key;
    aud_arena scratch;
} cover;

static void cover_clear(cover *c)
{
    aud_map_freep(&c->places);
    aud_map_freep(&c->groups);
    aud_free(c->where);
    aud_free(c->scanners);
    aud_free(c->judged);
    for (size_t i = 0; i < AUD_COUNT(c->told); i++) {
        aud_free(c->told[i]);
    }
    aud_buf_clear(&c->key);
    aud_arena_clear(&c->scratch);
}

static aud_str text_fact(const aud_subject_info *s, unsigned field, aud_arena *scratch)
{
    const aud_value value = s->facts.get(s->facts.self, field, scratch);

    return value.presence == AUD_PRESENT ? value.as.string : (aud_str){NULL, 0};
}

/* "sslscan 2.1.5"; empty for what no scanner saw. */
static aud_status scanner_of(cover *c, const aud_subject_info *s, aud_str *out, aud_error *err)
{
    *out = (aud_str){NULL, 0};
    if (s->kind != AUD_KIND_ENDPOINT) {
        return AUD_OK;
    }
    const aud_str tool = text_fact(s, AUD_F_endpoint_scanner, &c->scratch);
    const aud_str version = text_fact(s, AUD_F_endpoint_scanner_version, &c->scratch);
    return aud_arena_printf(&c->scratch, out, err, "%.*s%s%.*s", AUD_ARG(tool),
                            version.len > 0 ? " " : "", AUD_ARG(version));
}

static aud_status number_place(cover *c, aud_str by, uint32_t *out, aud_error *err)
{
    const size_t *known = aud_map_get(c->places, aud_buf_str(&c->key));
    size_t *number;

    if (known != NULL) {
        *out = (uint32_t)*known;
        return AUD_OK;
    }
    number = AUD_ARENA_NEW(&c->run->arena, size_t);
    if (number == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = (uint32_t)c->num_places;
    *number = c->num_places;
    AUD_TRY(aud_arena_dup(&c->run->arena, by, &c->scanners[c->num_places++], err));
    return aud_map_put(c->places, aud_buf_str(&c->key), number, err);
}

/* Where each subject was seen first: in which source by which scanner, and there in which file. */
static aud_status find_places(cover *c, aud_error *err)
{
    const aud_result *r = &c->run->result;

    c->where = aud_alloc_zero(r->num_subjects, sizeof *c->where);
    c->scanners = aud_alloc_zero(r->num_subjects * 2, sizeof *c->scanners);
    c->judged = aud_alloc_zero(r->num_subjects * 2, sizeof *c->judged);
    if (c->where == NULL || c->scanners == NULL || c->judged == NULL ||
        r->num_subjects > UINT32_MAX / 2) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < r->num_subjects; i++) {
        const aud_subject_info *s = &r->subjects[i];
        const aud_sighting nowhere = {0}, *at = s->num_sightings > 0 ? s->sightings : &nowhere;
        aud_str by;

        aud_arena_reset(&c->scratch);
        AUD_TRY(scanner_of(c, s, &by, err));
        c->key.len = 0;
        AUD_TRY(aud_buf_printf(&c->key, err, "%d %.*s\n%.*s", (int)s->kind, AUD_ARG(at->source),
                               AUD_ARG(by)));
        AUD_TRY(number_place(c, by, &c->where[i].source, err));
        AUD_TRY(aud_buf_printf(&c->key, err, "\n%.*s", AUD_ARG(at->path)));
        AUD_TRY(number_place(c, by, &c->where[i].file, err));
    }
    return AUD_OK;
}

static missing *group_of(cover *c, const raw_finding *raw, uint32_t place, aud_error *err)
{
    c->key.len = 0;
    if (aud_buf_printf(&c->key, err, "%u %u %.*s", raw->policy, place,
                       AUD_ARG(raw->unknown_fact)) != AUD_OK) {
        return NULL;
    }
    return aud_map_get(c->groups, aud_buf_str(&c->key));
}

/* The field behind "leaf.must_staple": the subject's own. */
static const aud_field *field_of(const aud_subject_info *s, aud_str fact)
{
    size_t len = 0;

    while (len < fact.len && fact.ptr[len] != '.' && fact.ptr[len] != '[') {
        len++;
    }
    const unsigned at = aud_field_find(s->facts.type, aud_str_sub(fact, 0, len));
    return at == UINT32_MAX ? NULL : &s->facts.type->fields[at];
}

static aud_status count(cover *c, const raw_finding *raw, uint32_t place, aud_error *err)
{
    const aud_result *r = &c->run->result;
    const aud_subject_info *s = &r->subjects[raw->subject];
    const aud_field *field = field_of(s, raw->unknown_fact);
    missing *group = group_of(c, raw, place, err);

    if (group == NULL) {
        group = AUD_ARENA_NEW(&c->run->arena, missing);
        if (group == NULL) {
            return aud_fail(err, AUD_E_NOMEM, "out of memory");
        }
        *group = (missing){
            .line = {.source = s->num_sightings == 0 ? (aud_str){NULL, 0} : s->sightings[0].source,
                     .by = c->scanners[place],
                     .fact = raw->unknown_fact,
                     .told_by = aud_str_of(field == NULL ? NULL : field->told_by),
                     .policy = r->policies[raw->policy].id,
                     .severity = (aud_severity)raw->severity},
            .policy = raw->policy,
            .place = place,
            .next = c->first};
        c->first = group;
        AUD_TRY(aud_map_put(c->groups, aud_buf_str(&c->key), group, err));
    }
    group->line.subjects++;
    return AUD_OK;
}

/* Subjects at each place that a policy really judged. */
static void count_judged(cover *c, size_t policy)
{
    const size_t num = c->run->result.num_subjects;

    if (c->counted == policy + 1) {
        return;
    }
    memset(c->judged, 0, c->num_places * sizeof *c->judged);
    for (size_t i = 0; i < num; i++) {
        const uint8_t verdict = c->verdicts[policy * num + i];

        if (verdict != AUD_V_NONE && verdict != AUD_V_NOT_APPLICABLE &&
            verdict != AUD_V_NOT_EFFECTIVE) {
            c->judged[c->where[i].source]++;
        }
    }
    c->counted = policy + 1;
}

/* Where some endpoint has the fact: an array over the places, one a field. */
static const bool *told_places(cover *c, unsigned field)
{
    bool **told = &c->told[field];
    const aud_result *r = &c->run->result;

    if (*told != NULL) {
        return *told;
    }
    *told = aud_alloc_zero(c->num_places, sizeof **told);
    for (size_t i = 0; *told != NULL && i < r->num_subjects; i++) {
        const aud_subject_info *s = &r->subjects[i];

        if (s->kind == AUD_KIND_ENDPOINT && !(*told)[c->where[i].file]) {
            aud_arena_reset(&c->scratch);
            (*told)[c->where[i].file] =
                s->facts.get(s->facts.self, field, &c->scratch).presence != AUD_UNKNOWN;
        }
    }
    return *told;
}

/*
 * Does nobody at the place have the fact? What a scanner tells depends on how it was called, and a
 * file is one call: there the fact may be missing of one endpoint, too. Elsewhere one subject alone
 * proves nothing of its source.
 */
static bool never_told(cover *c, const raw_finding *raw, aud_error *err)
{
    const struct where *at = &c->where[raw->subject];
    const aud_subject_info *s = &c->run->result.subjects[raw->subject];
    const aud_field *field = field_of(s, raw->unknown_fact);

    if (s->kind == AUD_KIND_ENDPOINT && field != NULL && field->told_by != NULL) {
        const bool *told = told_places(c, (unsigned)(field - s->facts.type->fields));
        return told != NULL && !told[at->file];
    }
    const missing *group = group_of(c, raw, at->source, err);
    count_judged(c, raw->policy);
    return group != NULL && c->judged[at->source] == group->line.subjects &&
           group->line.subjects > 1;
}

static int order_lines(const void *left, const void *right)
{
    const aud_coverage *a = left, *b = right;
    int order = aud_str_cmp(a->source, b->source);

    order = order != 0 ? order : aud_str_cmp(a->by, b->by);
    order = order != 0 ? order : aud_str_cmp(a->fact, b->fact);
    return order != 0 ? order : aud_str_cmp(a->policy, b->policy);
}

/* One policy after the other, so that what each judged is counted once. */
static int order_by_policy(const void *left, const void *right)
{
    const raw_finding *a = *(raw_finding *const *)left, *b = *(raw_finding *const *)right;

    return a->policy != b->policy ? (a->policy < b->policy ? -1 : 1)
                                  : (a->subject > b->subject) - (a->subject < b->subject);
}

static aud_status make_lines(cover *c, aud_error *err)
{
    aud_coverage *lines = aud_arena_array(&c->run->arena, aud_map_count(c->groups), sizeof *lines);
    size_t num = 0;

    if (lines == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const missing *group = c->first; group != NULL; group = group->next) {
        if (group->covered > 0) {
            lines[num] = group->line;
            lines[num++].subjects = group->covered;
        }
    }
    if (num > 0) {
        qsort(lines, num, sizeof *lines, order_lines);
    }
    c->run->result.coverage = lines;
    c->run->result.num_coverage = num;
    return AUD_OK;
}

static aud_status cover_all(cover *c, aud_error *err)
{
    bool any = false;

    for (size_t i = 0; i < c->num && !any; i++) {
        any = c->findings[i]->unknown_fact.len > 0;
    }
    if (!any) {
        return AUD_OK;
    }
    AUD_TRY(aud_map_new(&c->places, err));
    AUD_TRY(aud_map_new(&c->groups, err));
    AUD_TRY(find_places(c, err));
    qsort(c->findings, c->num, sizeof *c->findings, order_by_policy);
    for (size_t i = 0; i < c->num; i++) {
        const struct where *at = &c->where[c->findings[i]->subject];

        if (c->findings[i]->unknown_fact.len > 0) {
            AUD_TRY(count(c, c->findings[i], at->source, err));
        }
    }
    for (size_t i = 0; i < c->num; i++) {
        raw_finding *raw = c->findings[i];

        if (raw->unknown_fact.len > 0 && never_told(c, raw, err)) {
            missing *group = group_of(c, raw, c->where[raw->subject].source, err);
            raw->covered = group != NULL;
            if (group != NULL) {
                group->covered++;
            }
        }
    }
    return make_lines(c, err);
}

aud_status aud_run_cover(aud_run *run, const uint8_t *verdicts, raw_finding **findings, size_t num,
                         aud_error *err)
{
    AUD_CLEANUP(cover_clear)
    cover c = {.run = run,
               .verdicts = verdicts,
               .findings = findings,
               .num = num,
               .key = {.max = 1 << 16}};

    aud_arena_init(&c.scratch, (size_t)64 << 20);
    return cover_all(&c, err);
}
