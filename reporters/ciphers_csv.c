/* reporters/ciphers_csv.c - which protocol and suite is offered where, and for what. */
#include "reporters/csv_text.h"
#include "reporters/pack_csv.h"

#include <stdlib.h>

enum { PLACES_SHOWN = 50 };

/* One suite under one protocol, offered by one subject. */
typedef struct offer {
    aud_str protocol, suite; /* suite may be empty: the protocol alone was told */
    aud_str purpose;
    size_t subject;
} offer;

typedef struct offers {
    aud_arena arena;
    AUD_VEC(offer) items;
} offers;

static void offers_clear(offers *o)
{
    aud_free(o->items.items);
    aud_arena_clear(&o->arena);
}

static aud_value fact(const aud_object *object, const char *name, aud_arena *arena)
{
    const unsigned field = aud_field_find(object->type, aud_str_of(name));

    return field == UINT32_MAX ? aud_unknown() : object->get(object->self, field, arena);
}

static bool is_list(const aud_value *value)
{
    return value->presence == AUD_PRESENT && value->type == AUD_T_LIST;
}

static aud_str text_of(const aud_value *value)
{
    return value->presence == AUD_PRESENT && value->type == AUD_T_STRING ? value->as.string
                                                                         : (aud_str){NULL, 0};
}

/* What an endpoint is for, as far as its port and its upgrade tell. */
static aud_str purpose_of(const aud_subject_info *s, aud_arena *arena)
{
    static const struct {
        int64_t port;
        aud_str what;
    } known[] = {{443, AUD_LIT_INIT("HTTPS")},
                 {8443, AUD_LIT_INIT("HTTPS")},
                 {465, AUD_LIT_INIT("mail submission")},
                 {993, AUD_LIT_INIT("IMAP")},
                 {995, AUD_LIT_INIT("POP3")},
                 {636, AUD_LIT_INIT("LDAP")},
                 {3389, AUD_LIT_INIT("remote desktop")},
                 {5432, AUD_LIT_INIT("PostgreSQL")},
                 {3306, AUD_LIT_INIT("MySQL")},
                 {853, AUD_LIT_INIT("DNS")}};
    const aud_value starttls = fact(&s->facts, "starttls", arena);
    const aud_value port = fact(&s->facts, "port", arena);
    const aud_value server = fact(&s->facts, "server", arena);

    if (text_of(&starttls).len > 0) {
        return text_of(&starttls);
    }
    if (text_of(&server).len > 0) {
        return text_of(&server);
    }
    for (size_t i = 0; port.presence == AUD_PRESENT && i < AUD_COUNT(known); i++) {
        if (known[i].port == port.as.number) {
            return known[i].what;
        }
    }
    return AUD_LIT("not told");
}

static aud_status add(offers *o, aud_str protocol, aud_str suite, aud_str purpose, size_t subject,
                      aud_error *err)
{
    const offer one = {
        .protocol = protocol, .suite = suite, .purpose = purpose, .subject = subject};

    return AUD_VEC_PUSH(&o->items, one, err);
}

static aud_status add_suites(offers *o, const aud_value *suites, aud_str purpose, size_t subject,
                             aud_error *err)
{
    for (size_t i = 0; is_list(suites) && i < suites->as.list.len; i++) {
        const aud_object *suite = &suites->as.list.items[i].as.object;
        const aud_value name = fact(suite, "name", &o->arena);
        aud_value protocols = fact(suite, "protocols", &o->arena);
        size_t num = 0;

        for (; is_list(&protocols) && num < protocols.as.list.len; num++) {
            AUD_TRY(add(o, text_of(&protocols.as.list.items[num]), text_of(&name), purpose, subject,
                        err));
        }
        if (num == 0) {
            AUD_TRY(add(o, AUD_LIT("not told"), text_of(&name), purpose, subject, err));
        }
    }
    return AUD_OK;
}

static bool has_protocol(const offers *o, size_t begin, aud_str protocol)
{
    for (size_t i = begin; i < o->items.len; i++) {
        if (aud_str_eq(o->items.items[i].protocol, protocol)) {
            return true;
        }
    }
    return false;
}

static aud_status take_subject(offers *o, const aud_result *result, size_t at, aud_error *err)
{
    const aud_subject_info *s = &result->subjects[at];
    const bool scanned = s->kind == AUD_KIND_ENDPOINT;
    const aud_str purpose = purpose_of(s, &o->arena);
    const size_t begin = o->items.len;
    const aud_value suites = fact(&s->facts, scanned ? "suites_seen" : "suites", &o->arena);
    const aud_value protocols =
        fact(&s->facts, scanned ? "protocols_seen" : "protocols", &o->arena);

    AUD_TRY(add_suites(o, &suites, purpose, at, err));
    for (size_t i = 0; is_list(&protocols) && i < protocols.as.list.len; i++) {
        const aud_str protocol = text_of(&protocols.as.list.items[i]);
        if (!has_protocol(o, begin, protocol)) {
            AUD_TRY(add(o, protocol, (aud_str){NULL, 0}, purpose, at, err));
        }
    }
    return AUD_OK;
}

static int order_kinds(const offer *a, const offer *b)
{
    int order = aud_str_cmp(a->protocol, b->protocol);

    order = order != 0 ? order : aud_str_cmp(a->suite, b->suite);
    return order != 0 ? order : aud_str_cmp(a->purpose, b->purpose);
}

static int order_offers(const void *left, const void *right)
{
    const offer *a = left, *b = right;
    const int order = order_kinds(a, b);

    return order != 0 ? order : a->subject < b->subject ? -1 : a->subject > b->subject;
}

static aud_status put_group(aud_csv *csv, const aud_result *result, const offer *first, size_t num,
                            aud_error *err)
{
    size_t places = 0;

    AUD_TRY(aud_csv_put(csv, first->protocol, err));
    AUD_TRY(aud_csv_put(csv, first->suite, err));
    AUD_TRY(aud_csv_put(csv, first->purpose, err));
    for (size_t i = 0; i < num; i++) {
        if (i > 0 && first[i].subject == first[i - 1].subject) {
            continue;
        }
        if (places++ < PLACES_SHOWN) {
            AUD_TRY(aud_buf_printf(&csv->text, err, "%s%.*s", csv->text.len == 0 ? "" : "; ",
                                   AUD_ARG(result->subjects[first[i].subject].label)));
        }
    }
    if (places > PLACES_SHOWN) {
        AUD_TRY(aud_buf_printf(&csv->text, err, "; and %zu more", places - PLACES_SHOWN));
    }
    AUD_TRY(aud_csv_text(csv, err));
    return aud_csv_int(csv, (int64_t)places, err);
}

static const aud_review_info *review_of(const aud_result *result, const offer *o)
{
    const aud_review_info *found = NULL;

    for (size_t i = 0; i < result->num_reviews; i++) {
        const aud_review_info *r = &result->reviews[i];

        if ((r->protocol.len == 0 || aud_str_eq(r->protocol, o->protocol)) &&
            (r->suite.len == 0 || aud_str_eq(r->suite, o->suite)) &&
            (found == NULL || r->reviewed > found->reviewed)) {
            found = r;
        }
    }
    return found;
}

static aud_status put_review(aud_csv *csv, const aud_result *result, const offer *o, aud_error *err)
{
    const aud_review_info *review = review_of(result, o);
    const aud_str none = {NULL, 0};

    AUD_TRY(aud_csv_instant(csv, review != NULL, review == NULL ? 0 : review->reviewed, err));
    AUD_TRY(aud_csv_put(csv, review == NULL ? none : review->by, err));
    AUD_TRY(aud_csv_put(csv, review == NULL ? none : review->note, err));
    aud_csv_end(csv);
    return AUD_OK;
}

aud_status aud_ciphers_csv(const aud_result *result, aud_out *out, aud_error *err)
{
    AUD_CLEANUP(offers_clear) offers o = {0};
    AUD_CLEANUP(aud_csv_clear) aud_csv csv;

    aud_csv_init(&csv, out);
    aud_arena_init(&o.arena, AUD_ARENA_NO_MAX);
    aud_out_text(out, "protocol,suite,purpose,places,num_places,last_review,reviewed_by,note\r\n");
    for (size_t i = 0; i < result->num_subjects; i++) {
        const aud_kind kind = result->subjects[i].kind;
        if ((kind == AUD_KIND_ENDPOINT || kind == AUD_KIND_TLS_CONFIG) &&
            result->subjects[i].facts.get != NULL) {
            AUD_TRY(take_subject(&o, result, i, err));
        }
    }
    if (o.items.len > 1) {
        qsort(o.items.items, o.items.len, sizeof *o.items.items, order_offers);
    }
    for (size_t i = 0, end; i < o.items.len; i = end) {
        const offer *first = &o.items.items[i];

        for (end = i + 1; end < o.items.len && order_kinds(first, &o.items.items[end]) == 0;) {
            end++;
        }
        AUD_TRY(put_group(&csv, result, first, end - i, err));
        AUD_TRY(put_review(&csv, result, first, err));
    }
    return AUD_OK;
}
