/* reporters/population_csv.c - the population as a table: every subject once. */
#include "reporters/csv_text.h"
#include "reporters/pack_csv.h"

enum { PLACES_SHOWN = 20 };

/* A value in a word; texts of a list with "; " between. */
static aud_status add_value(aud_csv *csv, const aud_value *value, aud_error *err)
{
    if (value->presence != AUD_PRESENT) {
        return AUD_OK;
    }
    switch ((aud_type)value->type) {
    case AUD_T_BOOL:
        return aud_buf_add(&csv->text, value->as.boolean ? AUD_LIT("yes") : AUD_LIT("no"), err);
    case AUD_T_INT:
    case AUD_T_TIME:
        return aud_buf_printf(&csv->text, err, "%lld", (long long)value->as.number);
    case AUD_T_STRING:
        return aud_buf_add(&csv->text, value->as.string, err);
    case AUD_T_LIST:
        for (size_t i = 0; i < value->as.list.len; i++) {
            AUD_TRY(aud_buf_add(&csv->text, i == 0 ? AUD_LIT("") : AUD_LIT("; "), err));
            AUD_TRY(add_value(csv, &value->as.list.items[i], err));
        }
        return AUD_OK;
    case AUD_T_OBJECT:
        break;
    }
    return AUD_OK;
}

static aud_status put_fact(aud_csv *csv, const aud_object *object, const char *name,
                           aud_arena *scratch, aud_error *err)
{
    const aud_value value = aud_report_fact(object, name, scratch);

    if (value.presence == AUD_PRESENT && value.type == AUD_T_TIME) {
        return aud_csv_instant(csv, true, value.as.number, err);
    }
    AUD_TRY(add_value(csv, &value, err));
    return aud_csv_text(csv, err);
}

static aud_status put_places(aud_csv *csv, const aud_result *result, const aud_subject_info *s,
                             aud_error *err)
{
    for (size_t i = 0; i < s->num_sightings && i < PLACES_SHOWN; i++) {
        AUD_TRY(aud_buf_add(&csv->text, i == 0 ? AUD_LIT("") : AUD_LIT("; "), err));
        AUD_TRY(aud_report_place(result, &s->sightings[i], &csv->text, err));
    }
    if (s->num_sightings > PLACES_SHOWN) {
        AUD_TRY(aud_buf_printf(&csv->text, err, "; and %zu more", s->num_sightings - PLACES_SHOWN));
    }
    return aud_csv_text(csv, err);
}

static aud_status put_counts(aud_csv *csv, const aud_result *result, size_t subject, aud_error *err)
{
    static const aud_verdict shown[] = {AUD_V_PASS, AUD_V_FAIL, AUD_V_WAIVED, AUD_V_UNDECIDED};
    size_t counts[AUD_NUM_VERDICTS] = {0};

    for (size_t p = 0; p < result->num_policies; p++) {
        const uint8_t verdict = aud_report_verdict(result, p, subject);
        if (verdict < AUD_NUM_VERDICTS) {
            counts[verdict]++;
        }
    }
    for (size_t i = 0; i < AUD_COUNT(shown); i++) {
        AUD_TRY(aud_csv_int(csv, (int64_t)counts[shown[i]], err));
    }
    return AUD_OK;
}

static aud_status put_since(aud_csv *csv, const aud_result *result, size_t subject, aud_error *err)
{
    const aud_period_subject none = {0};
    const aud_period_subject *since = result->period == NULL || result->period->subjects == NULL
                                          ? &none
                                          : &result->period->subjects[subject];

    AUD_TRY(aud_csv_instant(csv, since->first_seen != 0, since->first_seen, err));
    AUD_TRY(aud_csv_put(csv, since->carried_in ? AUD_LIT("yes") : AUD_LIT("no"), err));
    return aud_csv_instant(csv, since->is_met, since->met_since, err);
}

static aud_status put_subject(aud_csv *csv, const aud_result *result, size_t at, aud_arena *scratch,
                              aud_error *err)
{
    static const char *const facts[] = {
        "dns_names",           "ip_addresses", "issuer",  "serial", "not_before", "not_after",
        "signature_algorithm", "role",         "purpose", "trust",  "in_use",     "environment"};
    const aud_subject_info *s = &result->subjects[at];

    aud_arena_reset(scratch);
    AUD_TRY(aud_csv_put(csv, aud_str_of(aud_kind_name(s->kind)), err));
    AUD_TRY(aud_csv_put(csv, s->id, err));
    AUD_TRY(aud_csv_put(csv, s->label, err));
    AUD_TRY(aud_csv_put(csv, s->lineage, err));
    AUD_TRY(put_places(csv, result, s, err));
    AUD_TRY(aud_csv_owners(csv, s, err));
    AUD_TRY(put_since(csv, result, at, err));
    AUD_TRY(aud_csv_key(csv, &s->facts, scratch, err));
    for (size_t i = 0; i < AUD_COUNT(facts); i++) {
        AUD_TRY(put_fact(csv, &s->facts, facts[i], scratch, err));
    }
    AUD_TRY(put_counts(csv, result, at, err));
    aud_csv_end(csv);
    return AUD_OK;
}

aud_status aud_population_csv(const aud_result *result, aud_out *out, aud_error *err)
{
    AUD_CLEANUP(aud_csv_clear) aud_csv csv;
    AUD_CLEANUP(aud_arena_clear) aud_arena scratch;

    aud_csv_init(&csv, out);
    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    aud_out_text(out, "kind,id,name,lineage,places,owners,first_seen,carried_in,met_since,key,"
                      "dns_names,ip_addresses,issuer,serial,not_before,not_after,"
                      "signature_algorithm,role,purpose,trust,in_use,environment,"
                      "passed,failed,waived,undecided\r\n");
    for (size_t i = 0; i < result->num_subjects; i++) {
        if (result->subjects[i].kind != AUD_KIND_POPULATION) {
            AUD_TRY(put_subject(&csv, result, i, &scratch, err));
        }
    }
    return AUD_OK;
}
