/* reporters/html_outlook.c - the outlook: how often today's certificates will have to be renewed.
 *
 * The CA/Browser Forum's ceiling for what is publicly trusted falls to 200 days on 2026-03-15, to
 * 100 on 2027-03-15 and to 47 on 2029-03-15 (Baseline Requirements, 6.3.2).
 */
#include "engine/base/instant.h"
#include "reporters/html_period_parts.h"

enum { NUM_CLASSES = 5 };

static const struct {
    int64_t days;
    const char *words;
} classes[NUM_CLASSES] = {{47, "47 days or less"},
                          {100, "up to 100 days"},
                          {200, "up to 200 days"},
                          {398, "up to 398 days"},
                          {INT64_MAX, "longer"}};

typedef struct outlook {
    size_t by_class[NUM_CLASSES];
    size_t leaves;
    double renewals; /* a year, as they are issued now */
} outlook;

static aud_value fact(aud_html *h, const aud_subject_info *s, const char *name)
{
    const unsigned field = aud_field_find(s->facts.type, aud_str_of(name));

    return field == UINT32_MAX ? aud_unknown() : s->facts.get(s->facts.self, field, &h->scratch);
}

static void take(aud_html *h, const aud_subject_info *s, outlook *o)
{
    const aud_value role = fact(h, s, "role"), used = fact(h, s, "in_use");
    const aud_value from = fact(h, s, "not_before"), until = fact(h, s, "not_after");
    size_t at = 0;
    int64_t days;

    if (role.presence != AUD_PRESENT || !aud_str_eq(role.as.string, AUD_LIT("leaf")) ||
        used.presence != AUD_PRESENT || !used.as.boolean || from.presence != AUD_PRESENT ||
        until.presence != AUD_PRESENT || until.as.number <= from.as.number) {
        return;
    }
    days = (until.as.number - from.as.number + AUD_DAY_SECONDS) / AUD_DAY_SECONDS;
    while (days > classes[at].days) {
        at++;
    }
    o->by_class[at]++;
    o->leaves++;
    o->renewals += 365.0 / (double)days;
}

void aud_html_outlook(aud_html *h)
{
    static const aud_html_column columns[] = {{"They are valid for", NULL}, {"Certificates", "n"}};
    const aud_html_caption caption = {.what = AUD_LIT("Certificates in use by their lifetime")};
    const aud_result *result = h->result;
    outlook o = {0};

    for (size_t i = 0; i < result->num_subjects; i++) {
        if (result->subjects[i].kind == AUD_KIND_CERTIFICATE &&
            result->subjects[i].facts.get != NULL) {
            aud_arena_reset(&h->scratch);
            take(h, &result->subjects[i], &o);
        }
    }
    aud_html_raw(h, "<h3>Outlook: lifetimes of 47 days</h3>\n<p>The ceiling for publicly trusted "
                    "certificates falls to 100 days on 2027-03-15 and to 47 on 2029-03-15 "
                    "(CA/Browser Forum, Baseline Requirements 6.3.2). The ");
    aud_html_count(h, o.leaves, "leaf certificate");
    aud_out_printf(h->out,
                   " in use at the period's end, whoever trusts them, need about %.0f renewals a "
                   "year as they are issued now, and would need about %.0f at 47 days.</p>\n",
                   o.renewals, (double)o.leaves * 365.0 / 47.0);
    if (o.leaves == 0) {
        return;
    }
    aud_html_table(h, "narrow", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < NUM_CLASSES; i++) {
        aud_html_raw(h, "<tr><th scope=\"row\">");
        aud_html_raw(h, classes[i].words);
        aud_html_raw(h, "</th>");
        aud_html_num_cell(h, o.by_class[i], NULL);
        aud_html_raw(h, "</tr>\n");
    }
    aud_html_table_end(h);
}
