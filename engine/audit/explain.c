/* engine/audit/explain.c - which subject is meant, and one real evaluation of it. */
#include "engine/audit/explain.h"

#include "engine/audit/run_parts.h"

enum { LEAST_DIGITS = 4, SHA256_DIGITS = 64 };

/* What the query may be, worked out once. */
typedef struct wanted {
    aud_str text;
    aud_str digits; /* lower-case hexadecimal without colons; empty if it is none */
    aud_arena *arena;
} wanted;

static aud_status read_digits(wanted *w, aud_error *err)
{
    const aud_str mark = AUD_LIT("sha256:");
    aud_str text = w->text;
    char *digits;
    size_t len = 0;

    if (aud_str_starts(text, mark)) {
        text = aud_str_sub(text, mark.len, text.len);
    }
    digits = aud_arena_array(w->arena, text.len + 1, 1);
    if (digits == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
            digits[len++] = c;
        } else if (c >= 'A' && c <= 'F') {
            digits[len++] = (char)(c - 'A' + 'a');
        } else if (c != ':') {
            return AUD_OK;
        }
    }
    if (len >= LEAST_DIGITS) {
        w->digits = (aud_str){digits, len};
    }
    return AUD_OK;
}

/* What stands behind the first colon: "certificate:ab12" -> "ab12". */
static aud_str without_word(aud_str text)
{
    size_t colon = aud_str_find(text, AUD_LIT(":"), 0);

    return colon == SIZE_MAX ? text : aud_str_sub(text, colon + 1, text.len);
}

/* The whole path, or its end behind a '/'. */
static bool is_path(aud_str path, aud_str query)
{
    size_t before = path.len - query.len;

    if (aud_str_starts(query, AUD_LIT("./"))) {
        return is_path(path, aud_str_sub(query, 2, query.len));
    }
    return query.len > 0 && aud_str_ends(path, query) &&
           (before == 0 || path.ptr[before - 1] == '/' || query.ptr[0] == '/');
}

static bool is_place(const aud_sighting *at, aud_str query)
{
    char text[16];
    aud_str end;

    if (is_path(at->path, query) || (at->record.len > 0 && aud_str_eq(at->record, query))) {
        return true;
    }
    (void)snprintf(text, sizeof text, ":%u", at->host.len > 0 ? (unsigned)at->port : at->line);
    end = aud_str_of(text);
    if (!aud_str_ends(query, end)) {
        return false;
    }
    query.len -= end.len;
    return is_path(at->path, query) || (at->host.len > 0 && aud_str_ieq(at->host, query));
}

/* Names among the facts, whatever kind they are of. */
static bool has_name(const aud_object *facts, aud_str query, aud_arena *arena)
{
    static const aud_str fields[] = {AUD_LIT_INIT("dns_names"),    AUD_LIT_INIT("ip_addresses"),
                                     AUD_LIT_INIT("common_names"), AUD_LIT_INIT("host"),
                                     AUD_LIT_INIT("record_id"),    AUD_LIT_INIT("subject")};

    for (size_t i = 0; i < AUD_COUNT(fields); i++) {
        unsigned number = aud_field_find(facts->type, fields[i]);
        aud_value value;

        if (number == UINT32_MAX || facts->get == NULL) {
            continue;
        }
        value = facts->get(facts->self, number, arena);
        if (value.presence != AUD_PRESENT) {
            continue;
        }
        if (value.type == AUD_T_STRING && aud_str_ieq(value.as.string, query)) {
            return true;
        }
        for (size_t k = 0; value.type == AUD_T_LIST && k < value.as.list.len; k++) {
            const aud_value *item = &value.as.list.items[k];

            if (item->presence == AUD_PRESENT && item->type == AUD_T_STRING &&
                aud_str_ieq(item->as.string, query)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_meant(const aud_subject_info *subject, const wanted *w)
{
    aud_str id = without_word(subject->id);

    if (w->digits.len > 0 && id.len == SHA256_DIGITS && aud_str_starts(id, w->digits)) {
        return true;
    }
    if (aud_str_eq(id, w->text) || aud_str_ieq(subject->label, w->text) ||
        aud_str_eq(subject->lineage, w->text) ||
        aud_str_eq(without_word(subject->lineage), w->text)) {
        return true;
    }
    for (size_t i = 0; i < subject->num_sightings; i++) {
        if (is_place(&subject->sightings[i], w->text)) {
            return true;
        }
    }
    return has_name(&subject->facts, w->text, w->arena);
}

aud_status aud_run_find_subjects(const aud_run *run, aud_str query, aud_arena *arena, size_t **out,
                                 size_t *out_num, aud_error *err)
{
    const aud_result *r = &run->result;
    wanted w = {.text = query, .arena = arena};
    size_t *found = aud_arena_array(arena, r->num_subjects, sizeof *found);

    if (found == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(read_digits(&w, err));
    *out = found;
    *out_num = 0;
    for (size_t i = 0; i < r->num_subjects; i++) {
        if (aud_str_eq(r->subjects[i].id, query)) {
            found[0] = i;
            *out_num = 1;
            return AUD_OK;
        }
        if (is_meant(&r->subjects[i], &w)) {
            found[(*out_num)++] = i;
        }
    }
    return AUD_OK;
}

typedef struct taker {
    aud_explanation *into;
    size_t policy;
} taker;

static aud_status take_opinion(void *ctx, const aud_opinion *opinion, aud_error *err)
{
    const taker *t = ctx;

    AUD_UNUSED(err);
    if (opinion->policy == t->policy) {
        t->into->opinion = *opinion;
        t->into->concerned = true;
    }
    return AUD_OK;
}

aud_status aud_run_explain(const aud_run *run, size_t policy, size_t subject, aud_explanation *out,
                           aud_error *err)
{
    taker t = {out, policy};

    *out = (aud_explanation){.policy = &run->result.policies[policy],
                             .subject = &run->result.subjects[subject]};
    AUD_TRY(aud_judge_new(run->policies, run->result.at, &out->judge, err));
    return aud_judge_subject(out->judge, out->subject->kind, out->subject->facts, take_opinion, &t,
                             err);
}

void aud_explanation_clear(aud_explanation *explanation)
{
    aud_judge_freep(&explanation->judge);
}
