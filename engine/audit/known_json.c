/* engine/audit/known_json.c - the findings of a results.json, as known ones. */
#include "engine/audit/known_parts.h"

#include "engine/audit/run_parts.h"
#include "engine/base/instant.h"
#include "engine/base/map.h"
#include "engine/tree/json.h"

/* A finding while its subject may still be ahead. */
typedef struct draft {
    aud_known known;
    aud_str subject, verdict, severity;
    uint32_t line;
} draft;

typedef struct reader {
    aud_json *json;
    aud_arena *arena;
    aud_map *subjects; /* id to a subject */
    AUD_VEC(draft) drafts;
    aud_str schema, at;
} reader;

typedef struct subject {
    aud_str id, label, lineage;
} subject;

static void reader_clear(reader *r)
{
    aud_json_closep(&r->json);
    aud_map_freep(&r->subjects);
    aud_free(r->drafts.items);
}

static aud_status cut_short(aud_error *err)
{
    return aud_fail(err, AUD_E_USAGE, "ends too early");
}

static aud_status next(reader *r, aud_json_token *out, aud_error *err)
{
    const aud_status st = aud_json_next(r->json, out, err);

    return st == AUD_END ? cut_short(err) : st;
}

static aud_status expect(reader *r, aud_json_event event, const char *what, aud_error *err)
{
    aud_json_token token;
    aud_status st;

    AUD_TRY(next(r, &token, err));
    if (token.event == event) {
        return AUD_OK;
    }
    st = aud_fail(err, AUD_E_USAGE, "%s of a results.json has another type", what);
    if (err != NULL) {
        err->line = token.line;
    }
    return st;
}

static aud_status take_text(reader *r, aud_str *out, aud_error *err)
{
    aud_json_token token;
    aud_status st;

    AUD_TRY(next(r, &token, err));
    if (token.event == AUD_JSON_STRING) {
        return aud_arena_dup(r->arena, token.text, out, err);
    }
    st = aud_fail(err, AUD_E_USAGE, "a text of a results.json has another type");
    if (err != NULL) {
        err->line = token.line;
    }
    return st;
}

/* Named texts of one object; the others are passed over. */
typedef struct wanted {
    const char *key;
    aud_str *out;
} wanted;

typedef aud_status (*other_key)(reader *r, aud_str key, void *ctx, bool *out_taken, aud_error *err);

/* The members of an object that is already open. */
static aud_status read_members(reader *r, const wanted *texts, size_t num, other_key other,
                               void *ctx, aud_error *err)
{
    for (;;) {
        aud_json_token token;
        bool taken = false;

        AUD_TRY(next(r, &token, err));
        if (token.event == AUD_JSON_OBJECT_END) {
            return AUD_OK;
        }
        for (size_t i = 0; i < num && !taken; i++) {
            if (aud_str_eq(token.text, aud_str_of(texts[i].key))) {
                AUD_TRY(take_text(r, texts[i].out, err));
                taken = true;
            }
        }
        if (!taken && other != NULL) {
            AUD_TRY(other(r, token.text, ctx, &taken, err));
        }
        if (!taken) {
            AUD_TRY(aud_json_skip(r->json, err));
        }
    }
}

typedef aud_status (*each_object)(reader *r, void *ctx, uint32_t line, aud_error *err);

static aud_status read_array(reader *r, const char *what, each_object each, void *ctx,
                             aud_error *err)
{
    AUD_TRY(expect(r, AUD_JSON_ARRAY, what, err));
    for (;;) {
        aud_json_token token;

        AUD_TRY(next(r, &token, err));
        if (token.event == AUD_JSON_ARRAY_END) {
            return AUD_OK;
        }
        if (token.event != AUD_JSON_OBJECT) {
            return aud_fail(err, AUD_E_USAGE, "%s of a results.json hold something else", what);
        }
        AUD_TRY(each(r, ctx, token.line, err));
    }
}

static aud_status read_subject(reader *r, void *ctx, uint32_t line, aud_error *err)
{
    subject *s = AUD_ARENA_NEW(r->arena, subject);

    AUD_UNUSED(ctx);
    AUD_UNUSED(line);
    if (s == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    const wanted texts[] = {{"id", &s->id}, {"label", &s->label}, {"lineage", &s->lineage}};
    AUD_TRY(read_members(r, texts, AUD_COUNT(texts), NULL, NULL, err));
    return aud_map_put(r->subjects, s->id, s, err);
}

typedef AUD_VEC(aud_str) str_list;

static void str_list_clear(str_list *list)
{
    aud_free(list->items);
}

static aud_status read_item(reader *r, void *ctx, uint32_t line, aud_error *err)
{
    str_list *items = ctx;
    aud_str item = {NULL, 0};
    const wanted texts[] = {{"item", &item}};

    AUD_UNUSED(line);
    AUD_TRY(read_members(r, texts, AUD_COUNT(texts), NULL, NULL, err));
    return AUD_VEC_PUSH(items, item, err);
}

static aud_status finding_key(reader *r, aud_str key, void *ctx, bool *out_taken, aud_error *err)
{
    AUD_CLEANUP(str_list_clear) str_list items = {0};
    draft *d = ctx;
    aud_str *kept;

    *out_taken = aud_str_eq(key, AUD_LIT("items"));
    if (!*out_taken) {
        return AUD_OK;
    }
    AUD_TRY(read_array(r, "items", read_item, &items, err));
    kept = aud_arena_array(r->arena, items.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (items.len > 0) {
        memcpy(kept, items.items, items.len * sizeof *kept);
    }
    d->known.items = kept;
    d->known.num_items = items.len;
    return AUD_OK;
}

static aud_status read_finding(reader *r, void *ctx, uint32_t line, aud_error *err)
{
    draft d = {.line = line};
    const wanted texts[] = {{"policy", &d.known.policy},
                            {"subject", &d.subject},
                            {"verdict", &d.verdict},
                            {"severity", &d.severity}};

    AUD_UNUSED(ctx);
    AUD_TRY(read_members(r, texts, AUD_COUNT(texts), finding_key, &d, err));
    return AUD_VEC_PUSH(&r->drafts, d, err);
}

static aud_status root_key(reader *r, aud_str key, void *ctx, bool *out_taken, aud_error *err)
{
    AUD_UNUSED(ctx);
    *out_taken = true;
    if (aud_str_eq(key, AUD_LIT("subjects"))) {
        return read_array(r, "subjects", read_subject, NULL, err);
    }
    if (aud_str_eq(key, AUD_LIT("findings"))) {
        return read_array(r, "findings", read_finding, NULL, err);
    }
    *out_taken = false;
    return AUD_OK;
}

/* Its place is that of the finding in the file. */
static aud_status settle(const reader *r, const draft *d, aud_baseline *out, aud_error *err)
{
    const subject *s = aud_map_get(r->subjects, d->subject);
    aud_known known = d->known;
    aud_status st = AUD_OK;

    if (aud_str_eq(d->verdict, AUD_LIT("waived"))) {
        return AUD_OK;
    }
    known.verdict = aud_str_eq(d->verdict, AUD_LIT("undecided")) ? AUD_V_UNDECIDED : AUD_V_FAIL;
    if (s == NULL || !aud_severity_find(d->severity, &known.severity)) {
        st =
            aud_fail(err, AUD_E_USAGE,
                     s == NULL ? "a finding is on no listed subject" : "a finding has no severity");
        if (err != NULL) {
            err->line = d->line;
        }
        return st;
    }
    known.label = s->label;
    AUD_TRY(aud_run_fingerprint(known.policy, s->id, NULL, 0, known.pair, err));
    AUD_TRY(aud_run_fingerprint(known.policy, s->lineage, NULL, 0, known.slot, err));
    out->known[out->num_known++] = known;
    return AUD_OK;
}

aud_status aud_baseline_read_json(aud_str text, aud_arena *arena, aud_baseline *out, aud_error *err)
{
    AUD_CLEANUP(reader_clear) reader r = {.arena = arena};
    const wanted texts[] = {{"schema", &r.schema}, {"at", &r.at}};
    const aud_json_limits limits = {0};
    aud_json_token token;
    aud_input input;

    aud_input_of(&input, AUD_LIT(""), AUD_LIT("results.json"), text);
    AUD_TRY(aud_map_new(&r.subjects, err));
    AUD_TRY(aud_json_open(&input, &limits, &r.json, err));
    AUD_TRY(expect(&r, AUD_JSON_OBJECT, "the whole", err));
    AUD_TRY(read_members(&r, texts, AUD_COUNT(texts), root_key, NULL, err));
    if (!aud_str_eq(r.schema, AUD_LIT("certaudit/results/1"))) {
        return aud_fail(err, AUD_E_USAGE,
                        "is no results.json: its schema is not "
                        "'certaudit/results/1'");
    }
    if (aud_json_next(r.json, &token, err) != AUD_END) {
        return aud_fail(err, AUD_E_USAGE, "goes on behind the results");
    }
    if (r.at.len > 0) {
        AUD_TRY(aud_instant_parse(r.at, &out->at, err));
    }
    out->known = aud_arena_array(arena, r.drafts.len, sizeof *out->known);
    if (out->known == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < r.drafts.len; i++) {
        AUD_TRY(settle(&r, &r.drafts.items[i], out, err));
    }
    return AUD_OK;
}
