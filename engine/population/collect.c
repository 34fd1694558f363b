/* engine/population/collect.c - a worker's own part of the population. */
#include "engine/population/population_parts.h"

enum { SLOTS_FIRST = 1024 };

aud_status aud_collector_new(aud_collector **out, aud_error *err)
{
    aud_collector *collector = aud_alloc_zero(1, sizeof *collector);

    if (collector == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&collector->arena, AUD_ARENA_NO_MAX);
    *out = collector;
    return AUD_OK;
}

void aud_collector_freep(aud_collector **collector)
{
    if (*collector != NULL) {
        aud_arena_clear(&(*collector)->arena);
        aud_free((*collector)->raws.items);
        aud_free((*collector)->covered.items);
        aud_free((*collector)->slots);
        aud_free(*collector);
        *collector = NULL;
    }
}

void aud_collector_source(aud_collector *collector, aud_str source, aud_str rev, aud_place place)
{
    collector->source = source;
    collector->rev = rev;
    collector->place = place;
}

size_t aud_collector_count(const aud_collector *collector)
{
    return collector->raws.len;
}

aud_arena *aud_collector_arena(aud_collector *collector)
{
    return &collector->arena;
}

/* A digest is uniform already: its first bytes are the hash. */
static size_t slot_of(const unsigned char digest[32], size_t num_slots)
{
    uint64_t head;

    memcpy(&head, digest, sizeof head);
    return (size_t)(head & (num_slots - 1));
}

static aud_status grow_slots(aud_collector *c, aud_error *err)
{
    size_t num = c->num_slots == 0 ? SLOTS_FIRST : c->num_slots * 2;
    struct cert_slot *grown = aud_alloc_zero(num, sizeof *grown);

    if (grown == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < c->num_slots; i++) {
        if (c->slots[i].cert != NULL) {
            size_t at = slot_of(c->slots[i].digest, num);
            while (grown[at].cert != NULL) {
                at = (at + 1) & (num - 1);
            }
            grown[at] = c->slots[i];
        }
    }
    aud_free(c->slots);
    c->slots = grown;
    c->num_slots = num;
    return AUD_OK;
}

/* The collector's one copy of a certificate. */
static aud_status intern_cert(aud_collector *c, aud_str der, unsigned char digest[32],
                              const aud_cert **out, aud_error *err)
{
    aud_cert cert;
    aud_str copy;
    aud_cert *kept;
    size_t at;

    AUD_TRY(aud_cert_read(der, &cert, err));
    AUD_TRY(aud_sha256(cert.der, digest, err));
    if (c->used_slots * 2 >= c->num_slots) {
        AUD_TRY(grow_slots(c, err));
    }
    at = slot_of(digest, c->num_slots);
    while (c->slots[at].cert != NULL) {
        if (memcmp(c->slots[at].digest, digest, 32) == 0) {
            *out = c->slots[at].cert;
            return AUD_OK;
        }
        at = (at + 1) & (c->num_slots - 1);
    }
    AUD_TRY(aud_arena_dup(&c->arena, cert.der, &copy, err));
    kept = AUD_ARENA_NEW(&c->arena, aud_cert);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(aud_cert_read(copy, kept, err));
    memcpy(c->slots[at].digest, digest, 32);
    c->slots[at].cert = kept;
    c->used_slots++;
    *out = kept;
    return AUD_OK;
}

/* Neighbouring sightings repeat their source, path and revision: one copy serves them all. */
static aud_status keep_text(aud_collector *c, aud_str text, aud_str before, aud_str *out,
                            aud_error *err)
{
    if (text.len == 0) {
        *out = (aud_str){NULL, 0};
        return AUD_OK;
    }
    if (aud_str_eq(text, before)) {
        *out = before;
        return AUD_OK;
    }
    return aud_arena_dup(&c->arena, text, out, err);
}

static aud_status keep_where(aud_collector *c, const aud_sighting *from, aud_sighting *out,
                             aud_error *err)
{
    const aud_sighting nothing = {0};
    const aud_sighting *before =
        c->raws.len == 0 ? &nothing : &c->raws.items[c->raws.len - 1].where;
    aud_str source = from->source.len == 0 ? c->source : from->source;
    aud_str rev = from->rev.len == 0 ? c->rev : from->rev;

    *out = *from;
    out->place = from->source.len == 0 && from->place != AUD_PLACE_SNAPSHOT ? (uint8_t)c->place
                                                                            : from->place;
    AUD_TRY(keep_text(c, source, before->source, &out->source, err));
    AUD_TRY(keep_text(c, rev, before->rev, &out->rev, err));
    AUD_TRY(keep_text(c, from->path, before->path, &out->path, err));
    AUD_TRY(keep_text(c, from->record, (aud_str){NULL, 0}, &out->record, err));
    return keep_text(c, from->host, before->host, &out->host, err);
}

static aud_status keep_owners(aud_collector *c, const aud_seen *seen, raw_sighting *raw,
                              aud_error *err)
{
    aud_owner *kept;

    if (seen->num_owners == 0) {
        return AUD_OK;
    }
    kept = aud_arena_array(&c->arena, seen->num_owners, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < seen->num_owners; i++) {
        kept[i] = seen->owners[i];
        AUD_TRY(aud_arena_dup(&c->arena, seen->owners[i].as_written, &kept[i].as_written, err));
        AUD_TRY(aud_arena_dup(&c->arena, seen->owners[i].name, &kept[i].name, err));
        AUD_TRY(aud_arena_dup(&c->arena, seen->owners[i].place, &kept[i].place, err));
    }
    raw->owners = kept;
    raw->num_owners = seen->num_owners;
    return AUD_OK;
}

/* "kind:identity"; a record's begins with its source, for ids are a source's own. */
static aud_status make_id(aud_collector *c, const aud_seen *seen, raw_sighting *raw, aud_error *err)
{
    aud_str source = raw->where.source;

    if (seen->kind == AUD_KIND_RECORD) {
        return aud_arena_printf(&c->arena, &raw->id, err, "record:%.*s:%.*s", AUD_ARG(source),
                                AUD_ARG(seen->identity));
    }
    return aud_arena_printf(&c->arena, &raw->id, err, "%s:%.*s", aud_kind_name(seen->kind),
                            AUD_ARG(seen->identity));
}

static bool bag_text_is(const aud_bag *bag, unsigned field, aud_str a, aud_str b)
{
    aud_value value = aud_bag_get(bag, field, NULL);

    return value.presence == AUD_PRESENT &&
           (aud_str_ieq(value.as.string, a) || aud_str_ieq(value.as.string, b));
}

/* A record without a status counts as active: silence must not hide an expired certificate. */
bool aud_record_active(const aud_bag *bag)
{
    aud_value status = aud_bag_get(bag, AUD_F_record_status, NULL);

    return status.presence != AUD_PRESENT ||
           !(bag_text_is(bag, AUD_F_record_status, AUD_LIT("revoked"), AUD_LIT("retired")) ||
             bag_text_is(bag, AUD_F_record_status, AUD_LIT("superseded"), AUD_LIT("replaced")) ||
             bag_text_is(bag, AUD_F_record_status, AUD_LIT("deleted"), AUD_LIT("inactive")) ||
             bag_text_is(bag, AUD_F_record_status, AUD_LIT("pending"), AUD_LIT("failed")));
}

aud_status aud_collector_add(void *collector, const aud_seen *seen, aud_error *err)
{
    aud_collector *c = collector;
    raw_sighting raw = {
        .kind = seen->kind, .active = true, .partial = seen->partial, .entry = c->entry};
    const aud_str none = {NULL, 0};

    if (seen->kind == AUD_KIND_CERTIFICATE) {
        AUD_TRY(intern_cert(c, seen->der, raw.digest, &raw.cert, err));
        raw.merges = true;
        if (seen->bag != NULL) {
            AUD_TRY(aud_bag_copy(seen->bag, &c->arena, &raw.bag, err));
        }
    } else {
        AUD_TRY(aud_bag_copy(seen->bag, &c->arena, &raw.bag, err));
        raw.merges = seen->kind != AUD_KIND_RECORD && seen->kind != AUD_KIND_TLS_CONFIG;
        raw.active = seen->kind != AUD_KIND_RECORD || aud_record_active(raw.bag);
    }
    AUD_TRY(keep_where(c, &seen->where, &raw.where, err));
    raw.where.declared = seen->kind == AUD_KIND_CERTIFICATE ? raw.bag : NULL;
    if (seen->kind != AUD_KIND_CERTIFICATE) {
        AUD_TRY(make_id(c, seen, &raw, err));
    }
    AUD_TRY(keep_text(c, seen->label, none, &raw.label, err));
    AUD_TRY(keep_text(c, seen->lineage, none, &raw.lineage, err));
    AUD_TRY(keep_text(c, seen->environment, none, &raw.environment, err));
    AUD_TRY(keep_text(c, seen->certificate_sha256, none, &raw.certificate_sha256, err));
    AUD_TRY(keep_owners(c, seen, &raw, err));
    return AUD_VEC_PUSH(&c->raws, raw, err);
}

aud_status aud_collector_cover(aud_collector *c, aud_str path, aud_error *err)
{
    covered_file file = {.source = c->source};

    AUD_TRY(aud_arena_dup(&c->arena, c->source, &file.source, err));
    AUD_TRY(aud_arena_dup(&c->arena, path, &file.path, err));
    return AUD_VEC_PUSH(&c->covered, file, err);
}

void aud_collector_forget(aud_collector *c, aud_str source)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->raws.len; i++) {
        if (!aud_str_eq(c->raws.items[i].where.source, source)) {
            c->raws.items[kept++] = c->raws.items[i];
        }
    }
    c->raws.len = kept;
}

void aud_collector_entry(aud_collector *collector, uint32_t entry)
{
    collector->entry = entry;
}

aud_status aud_collectors_copy(aud_collector *const *collectors, size_t num, aud_collector **out,
                               aud_error *err)
{
    AUD_CLEANUP(aud_collector_freep) aud_collector *copy = NULL;

    AUD_TRY(aud_collector_new(&copy, err));
    for (size_t i = 0; i < num; i++) {
        for (size_t k = 0; k < collectors[i]->raws.len; k++) {
            AUD_TRY(AUD_VEC_PUSH(&copy->raws, collectors[i]->raws.items[k], err));
        }
    }
    *out = AUD_MOVE(copy);
    return AUD_OK;
}

void aud_collector_keep(aud_collector *collector, aud_collector_wants keep, void *ctx)
{
    size_t kept = 0;

    for (size_t i = 0; i < collector->raws.len; i++) {
        raw_sighting *raw = &collector->raws.items[i];

        if (keep(ctx, raw->entry, &raw->where.rev)) {
            collector->raws.items[kept++] = *raw;
        }
    }
    collector->raws.len = kept;
}
