/* engine/ingest/inventory.c - one record of an inventory, gathered field by field and handed on. */
#include "engine/ingest/inventory.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/ingest/inventory_facts.h"

enum { MAX_GAPS = 1000 };

void aud_inventory_init(aud_inventory *inv, const aud_reading *reading)
{
    *inv = (aud_inventory){.reading = reading};
    aud_arena_init(&inv->keys.arena, (size_t)1 << 20);
}

void aud_inventory_begin(aud_inventory *inv, uint32_t line)
{
    aud_arena_reset(inv->reading->arena);
    memset(inv->values, 0, sizeof(inv->values));
    memset(inv->last, 0, sizeof(inv->last));
    memset(inv->given, 0, sizeof(inv->given));
    if (inv->num_problems > 0) {
        memset(inv->problem, 0, sizeof(inv->problem));
        inv->num_problems = 0;
    }
    inv->line = line;
    inv->use = AUD_USE_LISTED;
    inv->lineage = (aud_str){NULL, 0};
    inv->history = inv->only_certificate = false;
    inv->certs.len = 0;
    inv->dns_names.len = inv->ip_addresses.len = inv->locations.len = 0;
    inv->owners.len = inv->owner_notes.len = 0;
}

void aud_inventory_clear(aud_inventory *inv)
{
    aud_free(inv->dns_names.items);
    aud_free(inv->ip_addresses.items);
    aud_free(inv->locations.items);
    aud_free(inv->owners.items);
    aud_free(inv->owner_notes.items);
    aud_free(inv->certs.items);
    aud_arena_clear(&inv->keys.arena);
    *inv = (aud_inventory){.reading = inv->reading};
}

/* The value and, right behind it, its text. */
static aud_status push(aud_inventory *inv, aud_inv_field field, aud_str text, uint32_t line,
                       bool bad, aud_error *err)
{
    aud_inv_value *kept =
        aud_arena_take(inv->reading->arena, sizeof(*kept) + text.len + 1, _Alignof(aud_inv_value));

    if (!kept) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    char *copy = (char *)(kept + 1);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    copy[text.len] = '\0';
    *kept = (aud_inv_value){.text = {copy, text.len}, .line = line, .bad = bad};
    if (inv->last[field]) {
        inv->last[field]->next = kept;
    } else {
        inv->values[field] = kept;
    }
    inv->last[field] = kept;
    return AUD_OK;
}

aud_status aud_inventory_add(aud_inventory *inv, aud_inv_field field, aud_str text, uint32_t line,
                             aud_error *err)
{
    text = aud_str_trim(text);
    if (text.len == 0 || aud_str_eq(text, AUD_LIT("EMPTY")) ||
        /* certutil's word for none */ (field == AUD_INV_OTHER && !aud_may_hold_pem(text))) {
        return AUD_OK;
    }
    if (memchr(text.ptr, '\0', text.len)) {
        return aud_inventory_add_bad(inv, field, line, err);
    }
    return push(inv, field, text, line, false, err);
}

aud_status aud_inventory_add_owner(aud_inventory *inv, aud_str text, const char *note,
                                   uint32_t line, aud_error *err)
{
    AUD_TRY(aud_inventory_add(inv, AUD_INV_OWNERS, text, line, err));
    if (inv->last[AUD_INV_OWNERS]) {
        inv->last[AUD_INV_OWNERS]->note = note;
    }
    return AUD_OK;
}

aud_status aud_inventory_add_der(aud_inventory *inv, aud_str der, aud_error *err)
{
    aud_str copy;

    AUD_TRY(aud_arena_dup(inv->reading->arena, der, &copy, err));
    return AUD_VEC_PUSH(&inv->certs, copy, err);
}

aud_status aud_inventory_add_bad(aud_inventory *inv, aud_inv_field field, uint32_t line,
                                 aud_error *err)
{
    return field == AUD_INV_OTHER ? AUD_OK : push(inv, field, (aud_str){NULL, 0}, line, true, err);
}

void aud_inventory_given(aud_inventory *inv, aud_inv_field field)
{
    inv->given[field] = true;
}

aud_status aud_inventory_broken(aud_inventory *inv, const aud_sighting *where, aud_error *err,
                                const char *format, ...)
{
    char reason[512];
    va_list args;

    if (++inv->num_gaps > MAX_GAPS) {
        return AUD_OK;
    }
    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    return aud_reading_gap_at(inv->reading, AUD_GAP_BROKEN, where, err, "%s", reason);
}

aud_status aud_inventory_finish(aud_inventory *inv, aud_error *err)
{
    if (inv->num_gaps <= MAX_GAPS) {
        return AUD_OK;
    }
    return aud_reading_gap(inv->reading, AUD_GAP_BROKEN, 0, err,
                           "and %llu more values and records that cannot be read",
                           (unsigned long long)(inv->num_gaps - MAX_GAPS));
}

aud_status aud_inventory_end(aud_inventory *inv, aud_error *err)
{
    aud_inv_facts f = {.inv = inv, .arena = inv->reading->arena};
    aud_seen seen = {.where = aud_reading_at(inv->reading, inv->line, inv->use)};

    AUD_TRY(aud_inv_facts_read(&f, err));
    seen.where.record = f.identity;
    AUD_TRY(aud_inv_facts_certificates(&f, &seen.where, err));
    if (f.identity.len == 0 && f.num_own > 0) {
        char digest[64];
        AUD_TRY(aud_sha256_text(inv->certs.items[0], digest, err));
        const aud_str parts[] = {AUD_LIT("sha256:"), {digest, sizeof(digest)}};
        AUD_TRY(aud_inv_concat(f.arena, parts, AUD_COUNT(parts), &f.identity, err));
        seen.where.record = f.identity;
    }
    if (f.identity.len == 0) {
        return aud_inventory_broken(inv, &seen.where, err,
                                    "nothing identifies this record; give it an id, a fingerprint, "
                                    "an issuer with a serial number, or a subject");
    }
    return aud_inv_emit(&f, &seen, err);
}
