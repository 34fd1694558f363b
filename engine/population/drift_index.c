/* engine/population/drift_index.c - who lists, serves and stores what: the index behind drift.c.
 *
 * Endpoints by place, inventories' records by the places they name, stored certificates by names
 * and kind of key, and the files that hold a served leaf.
 */
#include "engine/population/drift_parts.h"

#include "engine/base/text.h"
#include "engine/model/hosts.h"
#include "engine/population/links.h"

#include <stdlib.h>

void aud_drift_free(struct drift *d)
{
    if (d != NULL) {
        aud_free(d->by_member.items);
        aud_free(d->by_endpoint.items);
        aud_free(d->stored.items);
        aud_free(d->files.items);
        aud_map_freep(&d->file_numbers);
        aud_map_freep(&d->unlinked);
        aud_map_freep(&d->digests);
        aud_arena_clear(&d->arena);
        aud_free(d);
    }
}

static const aud_source_claim *claim_of(const aud_population *p, aud_str source)
{
    for (size_t i = 0; i < p->num_claims; i++) {
        if (aud_str_eq(p->claims[i].source, source)) {
            return &p->claims[i];
        }
    }
    return NULL;
}

static bool is_complete(const aud_population *p, const aud_sighting *where)
{
    const aud_source_claim *claim = claim_of(p, where->source);

    return claim != NULL && claim->complete;
}

/* --- places ------------------------------------------------------------------------------------
 */

/* "https://": a scheme tells the port where none is written. */
static uint16_t port_of_scheme(aud_str scheme)
{
    static const struct {
        const char *name;
        uint16_t port;
    } known[] = {{"https", 443}, {"imaps", 993}, {"pop3s", 995}, {"smtps", 465}, {"ldaps", 636}};

    for (size_t i = 0; i < AUD_COUNT(known); i++) {
        if (aud_str_ieq(scheme, aud_str_of(known[i].name))) {
            return known[i].port;
        }
    }
    return 0;
}

bool aud_drift_place(aud_str location, aud_arena *arena, aud_str *out)
{
    const size_t scheme = aud_str_find(location, AUD_LIT("://"), 0);
    uint16_t port = 0, usual = 0;
    aud_str host, rest;

    if (scheme != SIZE_MAX) {
        usual = port_of_scheme(aud_str_trim(aud_str_sub(location, 0, scheme)));
        rest = aud_str_sub(location, scheme + 3, location.len);
        (void)aud_str_split(&rest, '/', &location);
    }
    if (!aud_host_port_split(aud_str_trim(location), &host, &port) || host.len == 0) {
        return false;
    }
    port = port > 0 ? port : usual;
    return port > 0 && aud_host_fold(host, arena, &host, NULL) == AUD_OK &&
           aud_host_identity(host, port, (aud_str){NULL, 0}, arena, out, NULL) == AUD_OK;
}

/* --- making the index --------------------------------------------------------------------------
 */

/* Endpoints at one place: a host has several, by STARTTLS. */
typedef struct station {
    uint32_t endpoint;
    struct station *next;
} station;

static aud_status add_station(struct drift *d, aud_map *stations, aud_str host, uint16_t port,
                              uint32_t endpoint, aud_error *err)
{
    aud_str key;
    station *here;

    if (host.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(aud_host_fold(host, &d->arena, &key, err));
    AUD_TRY(aud_host_identity(key, port, (aud_str){NULL, 0}, &d->arena, &key, err));
    for (here = aud_map_get(stations, key); here != NULL; here = here->next) {
        if (here->endpoint == endpoint) {
            return AUD_OK;
        }
    }
    here = AUD_ARENA_NEW(&d->arena, station);
    if (here == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *here = (station){endpoint, aud_map_get(stations, key)};
    return aud_map_put(stations, key, here, err);
}

/* By every name that it was scanned under. */
static aud_status index_endpoints(const aud_population *p, struct drift *d, aud_map *stations,
                                  aud_error *err)
{
    static const unsigned names[] = {AUD_F_endpoint_host, AUD_F_endpoint_sni,
                                     AUD_F_endpoint_address};
    const size_t first = p->counts[AUD_KIND_CERTIFICATE];

    for (size_t i = first; i < first + p->counts[AUD_KIND_ENDPOINT]; i++) {
        const aud_bag *bag = p->members[i].bag;
        const aud_value port = aud_bag_get(bag, AUD_F_endpoint_port, NULL);

        for (size_t k = 0; port.presence == AUD_PRESENT && k < AUD_COUNT(names); k++) {
            AUD_TRY(add_station(d, stations, text_of(bag, names[k]), (uint16_t)port.as.number,
                                (uint32_t)i, err));
        }
    }
    return AUD_OK;
}

static aud_status place_record(struct drift *d, const aud_map *stations, uint32_t holder,
                               const aud_sighting *where, const aud_bag *record, aud_error *err)
{
    const aud_value list = aud_bag_get(record, AUD_F_record_locations, NULL);

    for (size_t i = 0; list.presence == AUD_PRESENT && i < list.as.list.len; i++) {
        aud_str key;

        if (!aud_drift_place(list.as.list.items[i].as.string, &d->arena, &key)) {
            continue;
        }
        for (const station *s = aud_map_get(stations, key); s != NULL; s = s->next) {
            AUD_TRY(
                AUD_VEC_PUSH(&d->by_member, ((placing){holder, s->endpoint, where, record}), err));
        }
    }
    return AUD_OK;
}

static aud_status note_word(struct drift *d, aud_map *map, aud_str word, aud_error *err)
{
    aud_str lower;

    AUD_TRY(aud_host_fold(word, &d->arena, &lower, err));
    return word.len == 0 ? AUD_OK : aud_map_put(map, lower, d, err);
}

/* What a record calls itself, where nothing ties it to a certificate at hand: it may be the one. */
static aud_status note_unlinked(struct drift *d, const aud_bag *record, aud_error *err)
{
    const aud_value names = aud_bag_get(record, AUD_F_record_dns_names, NULL);
    const aud_str sha256 = text_of(record, AUD_F_record_sha256);
    const aud_str subject = text_of(record, AUD_F_record_subject);
    const aud_str serial = text_of(record, AUD_F_record_serial);
    aud_str part, rest = subject;

    if (sha256.len > 0) { /* it is known which certificate it is */
        return note_word(d, d->digests, sha256, err);
    }
    if (text_of(record, AUD_F_record_sha1).len > 0) {
        return AUD_OK; /* none of those at hand, or it would be linked */
    }
    if (serial.len > 0) {
        return note_word(d, d->unlinked, aud_serial_digits(serial), err);
    }
    for (size_t i = 0; names.presence == AUD_PRESENT && i < names.as.list.len; i++) {
        AUD_TRY(note_word(d, d->unlinked, names.as.list.items[i].as.string, err));
    }
    while (aud_str_split(&rest, ',', &part)) {
        const size_t equals = aud_str_find(part, AUD_LIT("="), 0);
        AUD_TRY(note_word(
            d, d->unlinked,
            aud_str_trim(equals == SIZE_MAX ? part : aud_str_sub(part, equals + 1, part.len)),
            err));
    }
    return AUD_OK;
}

static aud_status index_member(const aud_population *p, struct drift *d, const aud_map *stations,
                               size_t at, aud_error *err)
{
    const aud_subject_info *info = info_at(p, at);

    for (size_t i = 0; i < info->num_sightings; i++) {
        const aud_sighting *where = &info->sightings[i];
        const aud_bag *record =
            info->kind == AUD_KIND_RECORD ? p->members[at].bag : where->declared;

        if (where->use != AUD_USE_LISTED) {
            continue;
        }
        d->lists = true;
        const aud_source_claim *claim = claim_of(p, where->source);
        if (claim != NULL && claim->list_complete) {
            d->list_complete = true;
            d->listed_as_of = claim->taken < d->listed_as_of ? claim->taken : d->listed_as_of;
        }
        if (record != NULL && !where->history && aud_record_active(record)) {
            AUD_TRY(place_record(d, stations, (uint32_t)at, where, record, err));
        }
        if (info->kind == AUD_KIND_RECORD) {
            AUD_TRY(note_unlinked(d, record, err));
        }
    }
    return AUD_OK;
}

/* A scan is complete only if it saw what each of its endpoints serves. */
static void sum_scans(const aud_population *p, struct drift *d)
{
    const size_t first = p->counts[AUD_KIND_CERTIFICATE];
    bool all = true, any = false;

    for (size_t i = first; i < first + p->counts[AUD_KIND_ENDPOINT]; i++) {
        const aud_bag *bag = p->members[i].bag;
        const aud_subject_info *info = info_at(p, i);
        const aud_value at = aud_bag_get(bag, AUD_F_endpoint_scanned_at, NULL);
        const aud_value tls = aud_bag_get(bag, AUD_F_endpoint_speaks_tls, NULL);
        bool claimed = false;

        d->scans = true;
        for (size_t k = 0; k < info->num_sightings && !claimed; k++) {
            claimed = is_complete(p, &info->sightings[k]);
        }
        if (!claimed) {
            continue;
        }
        any = true;
        all = all && (text_of(bag, AUD_F_endpoint_leaf_sha256).len > 0 ||
                      (tls.presence == AUD_PRESENT && !tls.as.boolean));
        if (at.presence != AUD_PRESENT) {
            d->scanned_as_of = INT64_MIN; /* one does not say: nobody knows */
        } else if (at.as.number < d->scanned_as_of) {
            d->scanned_as_of = at.as.number;
        }
    }
    d->scan_complete = any && all;
}

static aud_status file_key(struct drift *d, const aud_sighting *where, aud_str *out, aud_error *err)
{
    return aud_arena_printf(&d->arena, out, err, "%.*s\n%.*s", AUD_ARG(where->source),
                            AUD_ARG(where->path));
}

size_t aud_drift_leaf(const aud_population *p, const aud_bag *endpoint, unsigned field)
{
    const aud_str hex = text_of(endpoint, field);
    unsigned char digest[32];
    size_t len = 0;

    return aud_hex_decode(hex, digest, sizeof digest, &len) && len == 32
               ? aud_population_find(p, digest)
               : SIZE_MAX;
}

/* Files whose first certificate is a leaf that is served. */
static aud_status number_files(const aud_population *p, struct drift *d, aud_error *err)
{
    const size_t first = p->counts[AUD_KIND_CERTIFICATE];
    size_t *numbers = NULL;

    for (size_t i = first; i < first + p->counts[AUD_KIND_ENDPOINT]; i++) {
        const size_t leaf = aud_drift_leaf(p, p->members[i].bag, AUD_F_endpoint_leaf_sha256);

        for (size_t k = 0; leaf != SIZE_MAX && k < info_at(p, leaf)->num_sightings; k++) {
            const aud_sighting *where = &info_at(p, leaf)->sightings[k];
            aud_str key;

            if (!is_stored(where) || where->member != 0 || where->path.len == 0) {
                continue;
            }
            AUD_TRY(file_key(d, where, &key, err));
            if (aud_map_get(d->file_numbers, key) == NULL) {
                numbers = AUD_ARENA_NEW(&d->arena, size_t);
                if (numbers == NULL) {
                    return aud_fail(err, AUD_E_NOMEM, "out of memory");
                }
                *numbers = aud_map_count(d->file_numbers);
                AUD_TRY(aud_map_put(d->file_numbers, key, numbers, err));
            }
        }
    }
    return AUD_OK;
}

static aud_status fill_files(const aud_population *p, struct drift *d, size_t at, aud_error *err)
{
    const aud_subject_info *info = info_at(p, at);

    for (size_t k = 0; aud_map_count(d->file_numbers) > 0 && k < info->num_sightings; k++) {
        const aud_sighting *where = &info->sightings[k];
        aud_arena scratch;
        aud_str key;
        const size_t *number = NULL;

        if (where->use == AUD_USE_SERVED || where->use == AUD_USE_LISTED || where->path.len == 0) {
            continue;
        }
        aud_arena_init(&scratch, (size_t)1 << 16);
        if (aud_arena_printf(&scratch, &key, NULL, "%.*s\n%.*s", AUD_ARG(where->source),
                             AUD_ARG(where->path)) == AUD_OK) {
            number = aud_map_get(d->file_numbers, key);
        }
        aud_arena_clear(&scratch);
        if (number != NULL) {
            AUD_TRY(AUD_VEC_PUSH(
                &d->files, ((held){(uint32_t)*number, where->member, (uint32_t)at, where}), err));
        }
    }
    return AUD_OK;
}

/* Stored certificates by names; only where something is served. */
static aud_status index_certs(const aud_population *p, struct drift *d, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = SIZE_MAX};
    AUD_CLEANUP(aud_arena_clear) aud_arena scratch;

    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    for (size_t i = 0; i < p->counts[AUD_KIND_CERTIFICATE]; i++) {
        const member *m = &p->members[i];
        named entry = {.cert = (uint32_t)i};
        bool stored = false;

        for (size_t k = 0; k < info_at(p, i)->num_sightings && !stored; k++) {
            stored = is_stored(&info_at(p, i)->sightings[k]);
        }
        if (stored && m->cert->not_before_ok &&
            aud_names_key(m->cert, entry.key, &scratch, &text) == AUD_OK) {
            AUD_TRY(AUD_VEC_PUSH(&d->stored, entry, err));
        }
        aud_arena_reset(&scratch);
        AUD_TRY(fill_files(p, d, i, err));
    }
    return AUD_OK;
}

static int order_by_member(const void *left, const void *right)
{
    const placing *a = left, *b = right;

    return a->member != b->member       ? (a->member < b->member ? -1 : 1)
           : a->endpoint != b->endpoint ? (a->endpoint < b->endpoint ? -1 : 1)
                                        : aud_sighting_cmp(a->where, b->where);
}

static int order_by_endpoint(const void *left, const void *right)
{
    const placing *a = left, *b = right;

    return a->endpoint != b->endpoint ? (a->endpoint < b->endpoint ? -1 : 1)
                                      : order_by_member(left, right);
}

int aud_drift_order_named(const void *left, const void *right)
{
    const named *a = left, *b = right;
    const int order = memcmp(a->key, b->key, 32);

    return order != 0 ? order : (a->cert > b->cert) - (a->cert < b->cert);
}

static int order_held(const void *left, const void *right)
{
    const held *a = left, *b = right;

    return a->file != b->file       ? (a->file < b->file ? -1 : 1)
           : a->member != b->member ? (a->member < b->member ? -1 : 1)
                                    : (a->cert > b->cert) - (a->cert < b->cert);
}

static aud_status sort_index(struct drift *d, aud_error *err)
{
    for (size_t i = 0; i < d->by_member.len; i++) {
        AUD_TRY(AUD_VEC_PUSH(&d->by_endpoint, d->by_member.items[i], err));
    }
    if (d->by_member.len > 0) {
        qsort(d->by_member.items, d->by_member.len, sizeof(placing), order_by_member);
        qsort(d->by_endpoint.items, d->by_endpoint.len, sizeof(placing), order_by_endpoint);
    }
    if (d->stored.len > 0) {
        qsort(d->stored.items, d->stored.len, sizeof(named), aud_drift_order_named);
    }
    if (d->files.len > 0) {
        qsort(d->files.items, d->files.len, sizeof(held), order_held);
    }
    return AUD_OK;
}

static aud_status make(const aud_population *p, struct drift *d, aud_map *stations, aud_error *err)
{
    aud_arena_init(&d->arena, AUD_ARENA_NO_MAX);
    d->scanned_as_of = d->listed_as_of = INT64_MAX;
    AUD_TRY(aud_map_new(&d->file_numbers, err));
    AUD_TRY(aud_map_new(&d->unlinked, err));
    AUD_TRY(aud_map_new(&d->digests, err));
    AUD_TRY(index_endpoints(p, d, stations, err));
    sum_scans(p, d);
    for (size_t i = 0; i < p->num; i++) {
        if (p->infos[i].kind == AUD_KIND_CERTIFICATE || p->infos[i].kind == AUD_KIND_RECORD) {
            AUD_TRY(index_member(p, d, stations, i, err));
        }
    }
    if (d->scans) {
        AUD_TRY(number_files(p, d, err));
        AUD_TRY(index_certs(p, d, err));
    }
    return sort_index(d, err);
}

/* NULL only for want of memory: then nothing is known. */
const struct drift *aud_drift_of(const aud_population *population)
{
    /* only the lock and the index behind it change: the population says the same as before */
    aud_population *p = (aud_population *)(uintptr_t)population;

    (void)pthread_mutex_lock(&p->lock);
    if (p->drift == NULL) {
        AUD_CLEANUP(aud_map_freep) aud_map *stations = NULL;
        struct drift *d = aud_alloc_zero(1, sizeof *d);

        if (d != NULL && aud_map_new(&stations, NULL) == AUD_OK &&
            make(p, d, stations, NULL) == AUD_OK) {
            p->drift = d;
        } else {
            aud_drift_free(d);
        }
    }
    (void)pthread_mutex_unlock(&p->lock);
    return p->drift;
}
