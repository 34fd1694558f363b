/* reporters/html_population.c - every subject, with the facts that an inventory is asked for.
 *
 * Facts are found by name in the table of the subject's kind: a kind that does not have the field
 * has no such column, and a fact that is unknown is called so, never left blank.
 */
#include <stdio.h>

#include "reporters/html.h"

enum { NAMES_SHOWN = 10, PLACES_SHOWN = 3 };
enum { FIELDS_MAX = 4, LISTED_MAX = 8 };

typedef struct row {
    aud_html *h;
    const aud_subject_info *subject;
    const uint32_t *verdicts;
    const unsigned *fields; /* of the column at hand; UINT32_MAX where the kind has none */
} row;

typedef void (*put_cell)(const row *r);

static aud_value fact(const row *r, unsigned which)
{
    const aud_object *facts = &r->subject->facts;

    if (r->fields[which] == UINT32_MAX || facts->get == NULL) {
        return aud_unknown();
    }
    return facts->get(facts->self, r->fields[which], &r->h->scratch);
}

static bool is_text(const aud_value *value)
{
    return value->presence == AUD_PRESENT && value->type == AUD_T_STRING;
}

static void put_missing(aud_html *h, const aud_value *value)
{
    aud_html_raw(h, value->presence == AUD_ABSENT ? "none" : "unknown");
}

static void put_value(aud_html *h, const aud_value *value)
{
    char digits[24];

    if (is_text(value) && value->as.string.len > 0) {
        aud_html_name(h, value->as.string);
    } else if (value->presence == AUD_PRESENT && value->type == AUD_T_INT) {
        (void)snprintf(digits, sizeof digits, "%lld", (long long)value->as.number);
        aud_html_raw(h, digits);
    } else if (value->presence == AUD_PRESENT && value->type == AUD_T_BOOL) {
        aud_html_raw(h, value->as.boolean ? "yes" : "no");
    } else if (is_text(value)) {
        aud_html_raw(h, "none");
    } else {
        put_missing(h, value);
    }
}

/* Texts of a list with `between` them, but for `known`; gives how many were written. */
static size_t put_texts(aud_html *h, const aud_value *list, aud_str known, size_t most,
                        size_t *left_out, const char *lead, const char *between)
{
    size_t shown = 0;

    if (list->presence != AUD_PRESENT || list->type != AUD_T_LIST) {
        return 0;
    }
    for (size_t i = 0; i < list->as.list.len; i++) {
        const aud_value *item = &list->as.list.items[i];

        if (!is_text(item) || aud_str_eq(item->as.string, known)) {
            continue;
        }
        if (shown >= most) {
            ++*left_out;
            continue;
        }
        aud_html_raw(h, shown == 0 ? lead : between);
        aud_html_name(h, item->as.string);
        shown++;
    }
    return shown;
}

static void put_more(aud_html *h, size_t num)
{
    if (num > 0) {
        aud_html_raw(h, ", and ");
        aud_html_num(h, num);
        aud_html_raw(h, " more");
    }
}

/* cells ---------------------------------------------------------------------------------------- */

static void put_names(const row *r)
{
    aud_html *h = r->h;
    aud_str label = r->subject->label.len > 0 ? r->subject->label : r->subject->id;
    aud_str id = aud_html_short_id(r->subject);
    size_t left = NAMES_SHOWN;
    size_t left_out = 0;

    aud_html_name(h, label);
    for (unsigned i = 0; i < FIELDS_MAX; i++) {
        aud_value names = fact(r, i);

        left -= put_texts(h, &names, label, left, &left_out, "<br>", "<br>");
    }
    put_more(h, left_out);
    if (id.len > 0) {
        aud_html_raw(h, "<br><code>");
        aud_html_text(h, id);
        aud_html_raw(h, "</code>");
    }
}

static void put_first_text(const row *r)
{
    aud_value value = aud_unknown();

    for (unsigned i = 0; i < FIELDS_MAX; i++) {
        aud_value other = fact(r, i);

        if (other.presence == AUD_PRESENT && other.type == AUD_T_LIST) {
            other = other.as.list.len > 0 ? other.as.list.items[0] : aud_absent();
        }
        if (is_text(&other) && other.as.string.len > 0) {
            aud_html_name(r->h, other.as.string);
            return;
        }
        value = other.presence != AUD_UNKNOWN ? other : value;
    }
    put_value(r->h, &value);
}

static void put_validity(const row *r)
{
    aud_html *h = r->h;
    aud_value from = fact(r, 0);
    aud_value until = fact(r, 1);

    if (from.presence == AUD_PRESENT && from.type == AUD_T_TIME) {
        aud_html_day(h, from.as.number);
        aud_html_raw(h, " to<br>");
    }
    if (until.presence == AUD_PRESENT && until.type == AUD_T_TIME) {
        aud_html_day(h, until.as.number);
        if (until.as.number < h->result->at) {
            aud_html_raw(h, " <b class=\"fail\">expired</b>");
        } else if (from.presence == AUD_PRESENT && from.as.number > h->result->at) {
            aud_html_raw(h, " <b>not yet valid</b>");
        }
    } else {
        put_missing(h, &until);
    }
}

static void put_key(const row *r)
{
    static const char *const names[] = {"algorithm", "bits", "curve"};
    aud_html *h = r->h;
    aud_value key = fact(r, 0);
    aud_value parts[AUD_COUNT(names)];
    const aud_object *object = &key.as.object;

    if (key.presence != AUD_PRESENT || key.type != AUD_T_OBJECT || object->get == NULL) {
        put_missing(h, &key);
        return;
    }
    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        unsigned field = aud_field_find(object->type, aud_str_of(names[i]));

        parts[i] =
            field == UINT32_MAX ? aud_unknown() : object->get(object->self, field, &h->scratch);
    }
    put_value(h, &parts[0]);
    if (is_text(&parts[2])) {
        aud_out_char(h->out, ' ');
        aud_html_text(h, parts[2].as.string);
    } else if (parts[1].presence == AUD_PRESENT && parts[1].type == AUD_T_INT) {
        aud_out_char(h->out, ' ');
        aud_out_int(h->out, parts[1].as.number);
    }
}

static void put_list(const row *r)
{
    aud_value list = fact(r, 0);
    size_t left_out = 0;

    if (list.presence != AUD_PRESENT) {
        put_missing(r->h, &list);
    } else if (put_texts(r->h, &list, (aud_str){NULL, 0}, LISTED_MAX, &left_out, "", ", ") == 0) {
        aud_html_raw(r->h, "none");
    }
    put_more(r->h, left_out);
}

static void put_length(const row *r)
{
    aud_value list = fact(r, 0);

    if (list.presence == AUD_PRESENT && list.type == AUD_T_LIST) {
        aud_html_num(r->h, list.as.list.len);
    } else {
        put_missing(r->h, &list);
    }
}

/* How it was seen, and what it is used as. */
static void put_use(const row *r)
{
    unsigned uses = 0;
    bool first = true;

    for (size_t i = 0; i < r->subject->num_sightings; i++) {
        uses |= 1u << r->subject->sightings[i].use;
    }
    for (unsigned use = 0; use < AUD_NUM_USES; use++) {
        if ((uses & 1u << use) != 0) {
            aud_html_raw(r->h, first ? "" : ", ");
            aud_html_raw(r->h,
                         use == AUD_USE_TRUST_ANCHOR ? "trust anchor" : aud_use_name((aud_use)use));
            first = false;
        }
    }
    aud_html_raw(r->h, first ? "unknown" : "");
}

static void put_owner(const row *r)
{
    aud_html_owners(r->h, r->subject);
}

static void put_places(const row *r)
{
    size_t num = r->subject->num_sightings;
    size_t shown = num < PLACES_SHOWN ? num : PLACES_SHOWN;

    for (size_t i = 0; i < shown; i++) {
        aud_html_raw(r->h, i > 0 ? "<br>" : "");
        aud_html_place(r->h, &r->subject->sightings[i]);
    }
    aud_html_raw(r->h, num == 0 ? "the run itself" : "");
    put_more(r->h, num - shown);
}

static void put_verdicts(const row *r)
{
    static const struct {
        aud_verdict verdict;
        const char *style;
    } order[] = {
        {AUD_V_FAIL, "fail"}, {AUD_V_UNDECIDED, "undecided"}, {AUD_V_WAIVED, "waived"},
        {AUD_V_PASS, NULL},   {AUD_V_NOT_APPLICABLE, NULL},   {AUD_V_NOT_EFFECTIVE, NULL},
    };
    bool first = true;

    for (size_t i = 0; i < AUD_COUNT(order); i++) {
        uint32_t num = r->verdicts[order[i].verdict];

        if (num == 0) {
            continue;
        }
        aud_html_raw(r->h, first ? "" : ", ");
        if (order[i].style != NULL) {
            aud_html_raw(r->h, "<b class=\"");
            aud_html_raw(r->h, order[i].style);
            aud_html_raw(r->h, "\">");
        }
        aud_html_num(r->h, num);
        aud_out_char(r->h->out, ' ');
        aud_html_raw(r->h, aud_html_verdict_word(order[i].verdict));
        aud_html_raw(r->h, order[i].style != NULL ? "</b>" : "");
        first = false;
    }
    aud_html_raw(r->h, first ? "<b>judged by no policy</b>" : "");
}

/* tables --------------------------------------------------------------------------------------- */

/* A column stands in the table of a kind that has one of its fields, or in all if it names none. */
static const struct {
    aud_html_column head;
    put_cell put;
    const char *fields[FIELDS_MAX];
} columns[] = {
    {{"Subject", "wide"}, put_names, {"dns_names", "ip_addresses", "email_addresses", "uris"}},
    {{"Issuer", "mid"}, put_first_text, {"issuer_common_names", "issuer_organizations", "issuer"}},
    {{"Valid (UTC)", "date"}, put_validity, {"not_before", "not_after"}},
    {{"Issued, due (UTC)", "date"}, put_validity, {"this_update", "next_update"}},
    {{"Key", "short"}, put_key, {"key"}},
    {{"Form", NULL}, put_first_text, {"format"}},
    {{"Encrypted", NULL}, put_first_text, {"encrypted"}},
    {{"Software", "short"}, put_first_text, {"server", "scanner"}},
    {{"Protocols", "mid"}, put_list, {"protocols"}},
    {{"Suites", "n"}, put_length, {"suites"}},
    {{"Role", NULL}, put_first_text, {"role"}},
    {{"Use", "short"}, put_use, {"sightings"}},
    {{"Renewal", "short"}, put_first_text, {"renewal_method"}},
    {{"Owner", "mid"}, put_owner, {"owners"}},
    {{"Places", "wide"}, put_places, {"sightings"}},
    {{"Verdicts", "mid"}, put_verdicts, {NULL}},
};
enum { NUM_COLUMNS = AUD_COUNT(columns) };

typedef struct kind_table {
    aud_kind kind;
    size_t num_columns;
    unsigned which[NUM_COLUMNS]; /* indices into columns[] */
    unsigned fields[NUM_COLUMNS][FIELDS_MAX];
    aud_html_column heads[NUM_COLUMNS];
} kind_table;

static void plan_table(aud_kind kind, kind_table *out)
{
    const aud_object_type *type = aud_kind_type(kind);

    out->kind = kind;
    out->num_columns = 0;
    for (unsigned i = 0; i < NUM_COLUMNS; i++) {
        unsigned *fields = out->fields[out->num_columns];
        bool has = i == 0 || columns[i].fields[0] == NULL;

        for (unsigned k = 0; k < FIELDS_MAX; k++) {
            const char *name = columns[i].fields[k];

            fields[k] = name != NULL ? aud_field_find(type, aud_str_of(name)) : UINT32_MAX;
            has = has || fields[k] != UINT32_MAX;
        }
        if (has) {
            out->heads[out->num_columns] = columns[i].head;
            out->which[out->num_columns++] = i;
        }
    }
}

static void put_row(aud_html *h, const kind_table *table, size_t index)
{
    row r = {.h = h,
             .subject = &h->result->subjects[index],
             .verdicts = &h->verdicts[index * AUD_NUM_VERDICTS]};

    aud_html_raw(h, "<tr id=\"s");
    aud_out_int(h->out, (int64_t)index + 1);
    aud_html_raw(h, "\"><th scope=\"row\">");
    for (size_t i = 0; i < table->num_columns; i++) {
        r.fields = table->fields[i];
        if (i > 0) {
            aud_html_raw(h, table->heads[i].style != NULL && table->heads[i].style[0] == 'n'
                                ? "<td class=\"n\">"
                                : "<td>");
        }
        columns[table->which[i]].put(&r);
        aud_html_raw(h, i > 0 ? "</td>" : "</th>");
    }
    aud_html_raw(h, "</tr>\n");
    aud_arena_reset(&h->scratch);
}

static void put_kind(aud_html *h, aud_kind kind, size_t first, size_t num_shown)
{
    kind_table table;
    size_t rows = aud_html_block_rows(num_shown);
    size_t at = first;

    plan_table(kind, &table);
    for (size_t begin = 0; begin < num_shown; begin += rows) {
        size_t end = num_shown - begin < rows ? num_shown : begin + rows;
        const aud_html_caption caption = {
            .what = aud_str_of(aud_html_kinds(kind)), .begin = begin, .end = end, .of = num_shown};

        aud_html_block(h, &caption, begin == 0);
        aud_html_table(h, "subjects", &caption, table.heads, table.num_columns);
        for (size_t shown = begin; shown < end; at++) {
            if (aud_html_lists(h, at)) {
                put_row(h, &table, at);
                shown++;
            }
        }
        aud_html_table_end(h);
        aud_html_block_end(h, &caption);
    }
}

static void put_kind_head(aud_html *h, aud_kind kind, size_t num, size_t num_shown)
{
    aud_html_raw(h, "<h3>");
    aud_html_raw(h, aud_html_kinds(kind));
    if (kind != AUD_KIND_POPULATION) {
        aud_html_raw(h, " <span class=\"tally\">");
        aud_html_num(h, num);
        aud_html_raw(h, "</span>");
    }
    aud_html_raw(h, "</h3>\n");
    if (num_shown < num) {
        aud_html_raw(h, "<p>");
        aud_html_num(h, num - num_shown);
        aud_html_raw(h, " without a finding are not listed, as asked for.</p>\n");
    }
}

void aud_html_population(aud_html *h)
{
    const aud_result *result = h->result;

    aud_html_section(h, "population", "Population");
    aud_html_raw(h, result->num_subjects == 0
                        ? "<p>No subject was found.</p>\n"
                        : "<p>Every subject of the run, each once, however often it was seen. "
                          "\xe2\x80\x9cunknown\xe2\x80\x9d: no source tells; "
                          "\xe2\x80\x9cnone\xe2\x80\x9d: known not to be there.</p>\n");
    for (size_t begin = 0, end; begin < result->num_subjects; begin = end) {
        aud_kind kind = result->subjects[begin].kind;
        size_t num_shown = 0;

        for (end = begin; end < result->num_subjects && result->subjects[end].kind == kind; end++) {
            num_shown += aud_html_lists(h, end);
        }
        put_kind_head(h, kind, end - begin, num_shown);
        put_kind(h, kind, begin, num_shown);
    }
    aud_html_section_end(h);
}
