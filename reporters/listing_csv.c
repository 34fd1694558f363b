/* reporters/listing_csv.c - the population as the table that an auditor asks for: what it is, who
 * issued it, until when, with which key, where it is, who owns it, how it is renewed.
 */
#include "engine/model/fields.h"
#include "reporters/csv_text.h"

extern const aud_reporter aud_reporter_listing_csv;

typedef struct table {
    aud_csv csv;
    aud_arena scratch;
    const aud_result *result;
} table;

static void table_clear(table *t)
{
    aud_csv_clear(&t->csv);
    aud_arena_clear(&t->scratch);
}

static aud_status add(table *t, aud_str word, aud_error *err)
{
    AUD_TRY(aud_buf_add(&t->csv.text, t->csv.text.len == 0 ? AUD_LIT("") : AUD_LIT("; "), err));
    return aud_buf_add(&t->csv.text, word, err);
}

static aud_status add_list(table *t, const aud_object *object, const char *name, aud_error *err)
{
    const aud_value list = aud_report_fact(object, name, &t->scratch);

    if (list.presence == AUD_PRESENT && list.type == AUD_T_LIST) {
        for (size_t i = 0; i < list.as.list.len; i++) {
            AUD_TRY(add(t, list.as.list.items[i].as.string, err));
        }
    }
    return AUD_OK;
}

/* The names it speaks for; of what has none, what people call it. */
static aud_status put_names(table *t, const aud_subject_info *s, aud_error *err)
{
    AUD_TRY(add_list(t, &s->facts, "dns_names", err));
    AUD_TRY(add_list(t, &s->facts, "ip_addresses", err));
    if (t->csv.text.len == 0) {
        const aud_str subject = aud_report_fact_text(&s->facts, "subject", &t->scratch);

        AUD_TRY(add(t, subject.len > 0 && aud_str_eq(s->label, s->id) ? subject : s->label, err));
    }
    return aud_csv_text(&t->csv, err);
}

static aud_status put_instant(table *t, const aud_subject_info *s, const char *name, aud_error *err)
{
    const aud_value value = aud_report_fact(&s->facts, name, &t->scratch);
    const bool known = value.presence == AUD_PRESENT && value.type == AUD_T_TIME;

    return aud_csv_instant(&t->csv, known, known ? value.as.number : 0, err);
}

static aud_status put_places(table *t, const aud_subject_info *s, aud_error *err)
{
    for (size_t i = 0; i < s->num_sightings; i++) {
        AUD_TRY(aud_buf_add(&t->csv.text, i == 0 ? AUD_LIT("") : AUD_LIT("; "), err));
        AUD_TRY(aud_report_place(t->result, &s->sightings[i], &t->csv.text, err));
    }
    AUD_TRY(add_list(t, &s->facts, "locations", err));
    return aud_csv_text(&t->csv, err);
}

/* What the record says of itself, or inventories of the certificate. */
static aud_status put_renewal(table *t, const aud_subject_info *s, aud_error *err)
{
    aud_str last = aud_report_fact_text(&s->facts, "renewal_method", &t->scratch);

    if (last.len > 0) {
        AUD_TRY(add(t, last, err));
    }
    for (size_t i = 0; i < s->num_sightings; i++) {
        const aud_bag *declared = s->sightings[i].declared;
        const aud_object said = {declared == NULL ? NULL : declared->type, aud_bag_get, declared};
        const aud_str method = declared == NULL
                                   ? (aud_str){NULL, 0}
                                   : aud_report_fact_text(&said, "renewal_method", &t->scratch);

        if (method.len > 0 && !aud_str_eq(method, last)) {
            AUD_TRY(add(t, method, err));
            last = method;
        }
    }
    return aud_csv_text(&t->csv, err);
}

static aud_status put_subject(table *t, const aud_subject_info *s, aud_error *err)
{
    static const char *const texts[] = {"serial",  "environment", "role",
                                        "purpose", "trust",       "status"};

    aud_arena_reset(&t->scratch);
    AUD_TRY(put_names(t, s, err));
    AUD_TRY(aud_csv_put(&t->csv, aud_report_fact_text(&s->facts, "issuer", &t->scratch), err));
    AUD_TRY(put_instant(t, s, "not_after", err));
    AUD_TRY(aud_csv_key(&t->csv, &s->facts, &t->scratch, err));
    AUD_TRY(put_places(t, s, err));
    AUD_TRY(aud_csv_owners(&t->csv, s, err));
    AUD_TRY(put_renewal(t, s, err));
    AUD_TRY(aud_csv_put(&t->csv, aud_str_of(aud_kind_name(s->kind)), err));
    AUD_TRY(aud_csv_put(&t->csv, s->id, err));
    AUD_TRY(aud_csv_put(&t->csv, s->lineage, err));
    AUD_TRY(put_instant(t, s, "not_before", err));
    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        AUD_TRY(aud_csv_put(&t->csv, aud_report_fact_text(&s->facts, texts[i], &t->scratch), err));
    }
    aud_csv_end(&t->csv);
    return AUD_OK;
}

static aud_status write_table(const aud_result *result, const aud_report_env *env, aud_out *out,
                              aud_error *err)
{
    AUD_CLEANUP(table_clear) table t = {.result = result};

    AUD_UNUSED(env);
    aud_csv_init(&t.csv, out);
    aud_arena_init(&t.scratch, AUD_ARENA_NO_MAX);
    aud_out_text(out, "names,issuer,expires,key,places,owner,renewal,kind,id,lineage,not_before,"
                      "serial,environment,role,purpose,trust,status\r\n");
    for (size_t i = 0; i < result->num_subjects; i++) {
        if (result->subjects[i].kind != AUD_KIND_POPULATION) {
            AUD_TRY(put_subject(&t, &result->subjects[i], err));
        }
    }
    return AUD_OK;
}

const aud_reporter aud_reporter_listing_csv = {
    .name = "csv",
    .title = "CSV, one line a subject",
    .extension = "csv",
    .lists = true,
    .write = write_table,
};
