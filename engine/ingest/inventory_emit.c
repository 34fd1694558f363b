/* engine/ingest/inventory_emit.c - one record, handed on. */
#include <assert.h>

#include "engine/base/instant.h"
#include "engine/ingest/inventory_facts.h"

static aud_status tell_problems(aud_inv_facts *f, const aud_sighting *where, aud_error *err)
{
    for (unsigned i = 0; f->inv->num_problems > 0 && i < AUD_INV_NUM_FIELDS; i++) {
        aud_sighting at = *where;
        if (f->inv->problem[i]) {
            at.line = f->inv->problem_line[i];
            AUD_TRY(aud_inventory_broken(f->inv, &at, err, "%s %s",
                                         aud_inv_field_name((aud_inv_field)i), f->inv->problem[i]));
        }
    }
    return AUD_OK;
}

/* A record's bag is filled in the order of the fields, so it needs no builder. */
typedef struct record {
    aud_fact *facts;
    size_t len;
    bool failed;
} record;

static void set(record *r, unsigned field, aud_value value)
{
    assert(r->len < AUD_NUM_record_FIELDS && (r->len == 0 || r->facts[r->len - 1].field < field));
    r->facts[r->len++] = (aud_fact){field, value};
}

static void set_text(record *r, unsigned field, aud_str text)
{
    if (text.len > 0) {
        set(r, field, aud_string(text)); /* lives in the record's arena already */
    }
}

static void set_list(aud_inv_facts *f, record *r, unsigned field, const aud_str *items, size_t len)
{
    aud_value *values = aud_arena_array(f->arena, len, sizeof(*values));

    if (!values) {
        r->failed = true;
        return;
    }
    for (size_t i = 0; i < len; i++) {
        values[i] = aud_string(items[i]);
    }
    set(r, field, aud_list_of(values, len));
}

static bool told(const aud_inv_facts *f, aud_inv_field field)
{
    return (f->inv->values[field] || f->inv->given[field]) && !f->inv->problem[field];
}

static void set_times(aud_inv_facts *f, record *r)
{
    if (f->has_not_before) {
        set(r, AUD_F_record_not_before, aud_time(f->not_before));
    }
    if (f->has_not_after) {
        set(r, AUD_F_record_not_after, aud_time(f->not_after));
    }
    if (f->has_not_before && f->has_not_after) {
        /* a bare day ends with its last second, and both end points count */
        const int64_t last = f->not_after + (f->day_only ? AUD_DAY_SECONDS - 1 : 0);
        set(r, AUD_F_record_validity_seconds, aud_int(last - f->not_before + 1));
    }
}

static void set_names(aud_inv_facts *f, record *r)
{
    set(r, AUD_F_record_record_id, f->own_id.len > 0 ? aud_string(f->own_id) : aud_absent());
    set_text(r, AUD_F_record_subject, f->subject);
    set_text(r, AUD_F_record_issuer, f->issuer);
    set_text(r, AUD_F_record_serial, f->serial);
    set_text(r, AUD_F_record_sha256, f->sha256);
    set_text(r, AUD_F_record_sha1, f->sha1);
    if (told(f, AUD_INV_SANS) || told(f, AUD_INV_DNS_NAMES)) {
        set_list(f, r, AUD_F_record_dns_names, f->inv->dns_names.items, f->inv->dns_names.len);
    }
    if (told(f, AUD_INV_SANS) || told(f, AUD_INV_IP_ADDRESSES)) {
        set_list(f, r, AUD_F_record_ip_addresses, f->inv->ip_addresses.items,
                 f->inv->ip_addresses.len);
    }
}

static aud_status build_record(aud_inv_facts *f, const aud_bag **out, aud_error *err)
{
    aud_bag *bag = AUD_ARENA_NEW(f->arena, aud_bag);
    record r = {.facts = aud_arena_take(f->arena, AUD_NUM_record_FIELDS * sizeof(*r.facts),
                                        _Alignof(aud_fact))};

    if (!bag || !r.facts) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    set_names(f, &r);
    set_times(f, &r);
    if (f->key.presence == AUD_PRESENT) {
        set(&r, AUD_F_record_key, f->key);
    }
    set_text(&r, AUD_F_record_signature_algorithm, aud_inv_text(f, AUD_INV_SIGNATURE_ALGORITHM));
    if (told(f, AUD_INV_LOCATIONS)) {
        set_list(f, &r, AUD_F_record_locations, f->inv->locations.items, f->inv->locations.len);
    }
    set_text(&r, AUD_F_record_renewal_method, aud_inv_text(f, AUD_INV_RENEWAL_METHOD));
    set_text(&r, AUD_F_record_status, f->status);
    set_text(&r, AUD_F_record_environment, aud_inv_text(f, AUD_INV_ENVIRONMENT));
    if (f->has_is_ca) {
        set(&r, AUD_F_record_is_ca, aud_bool(f->is_ca));
    }
    set_text(&r, AUD_F_record_purpose, f->purpose);
    if (r.failed) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *bag = (aud_bag){&aud_type_record, r.facts, r.len};
    *out = bag;
    return AUD_OK;
}

static aud_status list_owners(aud_inv_facts *f, aud_seen *seen, aud_error *err)
{
    aud_str place = {NULL, 0};
    aud_owner *owners = aud_arena_array(f->arena, f->inv->owners.len, sizeof(*owners));

    if (!owners) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (f->inv->owners.len > 0) {
        const aud_str parts[] = {f->inv->reading->input->path, AUD_LIT(" record "), f->identity};
        AUD_TRY(aud_inv_concat(f->arena, parts, AUD_COUNT(parts), &place, err));
    }
    for (size_t i = 0; i < f->inv->owners.len; i++) {
        const char *note = f->inv->owner_notes.items[i];
        owners[i] = (aud_owner){.name = f->inv->owners.items[i],
                                .as_written = f->inv->owners.items[i],
                                .place = place,
                                .origin = AUD_OWNER_INVENTORY};
        if (note) {
            const aud_str parts[] = {place, AUD_LIT(", "), aud_str_of(note)};
            AUD_TRY(aud_inv_concat(f->arena, parts, AUD_COUNT(parts), &owners[i].place, err));
        }
    }
    seen->owners = owners;
    seen->num_owners = f->inv->owners.len;
    return AUD_OK;
}

/* The record's own certificate, with what the record says around it. */
static aud_status emit_own(aud_inv_facts *f, const aud_seen *seen_record, aud_error *err)
{
    const aud_reading *r = f->inv->reading;
    aud_seen seen = *seen_record;
    char digest[64];

    AUD_TRY(aud_sha256_text(f->inv->certs.items[0], digest, err));
    if (f->sha256.len > 0 && !aud_str_eq(f->sha256, (aud_str){digest, sizeof(digest)})) {
        aud_inv_problem(f, AUD_INV_SHA256, f->inv->line, "is not that of the record's certificate");
    }
    AUD_TRY(build_record(f, &seen.bag, err));
    seen.kind = AUD_KIND_CERTIFICATE;
    seen.identity = (aud_str){NULL, 0};
    seen.der = f->inv->certs.items[0];
    if (f->inv->lineage.len == 0) {
        AUD_TRY(aud_arena_printf(f->arena, &seen.lineage, err, "record:%.*s:%.*s",
                                 AUD_ARG(r->input->source), AUD_ARG(f->identity)));
    }
    return aud_reading_certificate(r, &seen, err);
}

static aud_status emit_chain(aud_inv_facts *f, const aud_sighting *where, aud_error *err)
{
    for (size_t i = f->num_own > 0; i < f->inv->certs.len; i++) {
        aud_seen chain = {
            .kind = AUD_KIND_CERTIFICATE, .der = f->inv->certs.items[i], .where = *where};
        chain.where.use = AUD_USE_CHAIN;
        chain.where.member = (uint32_t)i + (f->num_own == 0);
        AUD_TRY(aud_reading_certificate(f->inv->reading, &chain, err));
    }
    return AUD_OK;
}

aud_status aud_inv_emit(aud_inv_facts *f, aud_seen *seen, aud_error *err)
{
    const aud_reading *r = f->inv->reading;

    seen->kind = AUD_KIND_RECORD;
    seen->identity = f->identity;
    seen->environment = aud_inv_text(f, AUD_INV_ENVIRONMENT);
    seen->active_unknown = f->status.len == 0;
    seen->where.history = !f->active || f->inv->history;
    seen->lineage = f->inv->lineage;
    AUD_TRY(list_owners(f, seen, err));
    if (f->num_own > 0) {
        AUD_TRY(emit_own(f, seen, err));
    } else if (!f->inv->only_certificate) {
        AUD_TRY(build_record(f, &seen->bag, err));
        AUD_TRY(r->sink->subject(r->sink->ctx, seen, err));
    }
    AUD_TRY(emit_chain(f, &seen->where, err));
    return tell_problems(f, &seen->where, err);
}
