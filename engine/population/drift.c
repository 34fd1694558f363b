/* engine/population/drift.c - what is served held against what is stored and what is listed. */
#include "engine/population/drift_parts.h"

#include "engine/base/text.h"
#include "engine/model/hosts.h"
#include "engine/population/links.h"

enum { MAX_SHOWN = 16 }; /* of a list: drift beyond it is no other drift */

/* --- facts -------------------------------------------------------------------------------------
 */

static aud_value member_value(const aud_population *p, size_t at)
{
    return aud_object_of(aud_kind_type(p->infos[at].kind), aud_member_get, &p->members[at]);
}

static bool serves(const aud_bag *endpoint, aud_str sha256)
{
    const aud_value others = aud_bag_get(endpoint, AUD_F_endpoint_other_leaves_sha256, NULL);

    if (aud_str_ieq(text_of(endpoint, AUD_F_endpoint_leaf_sha256), sha256)) {
        return true;
    }
    for (size_t i = 0; others.presence == AUD_PRESENT && i < others.as.list.len; i++) {
        if (aud_str_ieq(others.as.list.items[i].as.string, sha256)) {
            return true;
        }
    }
    return false;
}

/* Newer stored certificates of the leaf's names and kind of key, each once. */
static aud_status add_renewals(const aud_population *p, const struct drift *d, size_t leaf,
                               aud_value *items, size_t *len, aud_arena *scratch)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = SIZE_MAX};
    const aud_cert *cert = p->members[leaf].cert;
    named key = {.cert = 0};
    size_t low = 0, high = d->stored.len;

    if (!cert->not_before_ok || aud_names_key(cert, key.key, scratch, &text) != AUD_OK) {
        return AUD_OK; /* it names nobody: nothing known replaces it */
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (aud_drift_order_named(&d->stored.items[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < d->stored.len && memcmp(d->stored.items[low].key, key.key, 32) == 0; low++) {
        const size_t at = d->stored.items[low].cert;

        if (p->members[at].cert->not_before > cert->not_before && *len < MAX_SHOWN) {
            items[(*len)++] = member_value(p, at);
        }
    }
    return AUD_OK;
}

static aud_value leaf_renewals(const member *m, const struct drift *d, aud_arena *scratch)
{
    const aud_population *p = m->population;
    const aud_value others = aud_bag_get(m->bag, AUD_F_endpoint_other_leaves_sha256, scratch);
    aud_value *items = aud_arena_array(scratch, MAX_SHOWN, sizeof *items);
    size_t len = 0, leaf = aud_drift_leaf(p, m->bag, AUD_F_endpoint_leaf_sha256);

    if (d->stored.len == 0) {
        return aud_list_of(NULL, 0);
    }
    if (items == NULL || leaf == SIZE_MAX ||
        add_renewals(p, d, leaf, items, &len, scratch) != AUD_OK) {
        return aud_unknown();
    }
    for (size_t i = 0; others.presence == AUD_PRESENT && i < others.as.list.len; i++) {
        unsigned char digest[32];
        size_t got = 0;

        if (!aud_hex_decode(others.as.list.items[i].as.string, digest, sizeof digest, &got) ||
            (leaf = aud_population_find(p, digest)) == SIZE_MAX ||
            add_renewals(p, d, leaf, items, &len, scratch) != AUD_OK) {
            return aud_unknown();
        }
    }
    return aud_list_of(items, len);
}

/* Could a record that nothing ties to a certificate be this one? */
static bool may_be_listed(const struct drift *d, const aud_cert *cert, aud_arena *scratch)
{
    static const unsigned fields[] = {AUD_F_certificate_dns_names, AUD_F_certificate_common_names};
    const aud_value serial = aud_cert_get(cert, AUD_F_certificate_serial, scratch);

    if (serial.presence != AUD_PRESENT ||
        aud_map_get(d->unlinked, aud_serial_digits(serial.as.string)) != NULL) {
        return true;
    }
    for (size_t k = 0; k < AUD_COUNT(fields); k++) {
        const aud_value names = aud_cert_get(cert, fields[k], scratch);

        for (size_t i = 0; names.presence == AUD_PRESENT && i < names.as.list.len; i++) {
            aud_str lower;
            if (aud_host_fold(names.as.list.items[i].as.string, scratch, &lower, NULL) != AUD_OK ||
                aud_map_get(d->unlinked, lower) != NULL) {
                return true;
            }
        }
    }
    return false;
}

static aud_value listed(const member *m, const struct drift *d, aud_arena *scratch)
{
    const aud_population *p = m->population;
    const size_t leaf = aud_drift_leaf(p, m->bag, AUD_F_endpoint_leaf_sha256);
    aud_str hex;

    if (!d->lists) {
        return aud_absent();
    }
    if (leaf != SIZE_MAX && (p->members[leaf].uses & 1U << AUD_USE_LISTED) != 0) {
        return aud_bool(true);
    }
    if (aud_host_fold(text_of(m->bag, AUD_F_endpoint_leaf_sha256), scratch, &hex, NULL) == AUD_OK &&
        aud_map_get(d->digests, hex) != NULL) {
        return aud_bool(true);
    }
    return d->list_complete && leaf != SIZE_MAX && !may_be_listed(d, p->members[leaf].cert, scratch)
               ? aud_bool(false)
               : aud_unknown();
}

/* Placings of one endpoint, in by_endpoint. */
static size_t first_placing(const struct drift *d, uint32_t endpoint)
{
    size_t low = 0, high = d->by_endpoint.len;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (d->by_endpoint.items[middle].endpoint < endpoint) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static aud_value listed_others(const member *m, const struct drift *d, aud_arena *scratch)
{
    const aud_population *p = m->population;
    aud_value *items = aud_arena_array(scratch, MAX_SHOWN, sizeof *items);
    size_t len = 0;

    for (size_t i = first_placing(d, m->index);
         items != NULL && i < d->by_endpoint.len && d->by_endpoint.items[i].endpoint == m->index;
         i++) {
        const placing *at = &d->by_endpoint.items[i];
        const member *holder = &p->members[at->member];
        char hex[64];
        aud_str sha256 = text_of(at->record, AUD_F_record_sha256);

        if (holder->cert != NULL) {
            aud_hex_encode((aud_str){(const char *)holder->digest, 32}, hex);
            sha256 = (aud_str){hex, sizeof hex};
        }
        if (len < MAX_SHOWN && !(sha256.len > 0 && serves(m->bag, sha256))) {
            items[len++] = aud_object_of(&aud_type_record, aud_bag_get, at->record);
        }
    }
    return items == NULL ? aud_unknown() : aud_list_of(items, len);
}

/* --- files that hold the leaf with its chain ---------------------------------------------------
 */

typedef struct bundle {
    const aud_population *population;
    const held *first;
    size_t num;
} bundle;

static aud_value bundle_get(const void *self, unsigned field, aud_arena *scratch)
{
    const bundle *b = self;
    const aud_sighting *where = b->first->where;
    aud_value *items;

    switch ((enum aud_bundle_field)field) {
    case AUD_F_bundle_source:
        return aud_string(where->source);
    case AUD_F_bundle_path:
        return aud_string(where->path);
    case AUD_F_bundle_since:
        return aud_sighting_since(where);
    case AUD_F_bundle_certificates:
        items = aud_arena_array(scratch, b->num, sizeof *items);
        for (size_t i = 0; items != NULL && i < b->num; i++) {
            items[i] = member_value(b->population, b->first[i].cert);
        }
        return items == NULL ? aud_unknown() : aud_list_of(items, b->num);
    case AUD_NUM_bundle_FIELDS:
        break;
    }
    return aud_unknown();
}

/* The leaf first and issuers behind it: a file of many leaves is no chain. */
static bool is_chain(const aud_population *p, const held *first, size_t num, aud_arena *scratch)
{
    for (size_t i = 1; i < num; i++) {
        if (first[i].member == first[i - 1].member ||
            strcmp(aud_member_role(&p->members[first[i].cert], scratch), "leaf") == 0) {
            return false;
        }
    }
    return num > 1;
}

static aud_value stored_chains(const member *m, const struct drift *d, aud_arena *scratch)
{
    const aud_population *p = m->population;
    const size_t leaf = aud_drift_leaf(p, m->bag, AUD_F_endpoint_leaf_sha256);
    aud_value *items = aud_arena_array(scratch, MAX_SHOWN, sizeof *items);
    size_t len = 0;

    for (size_t begin = 0, end; items != NULL && leaf != SIZE_MAX && begin < d->files.len;
         begin = end) {
        const held *first = &d->files.items[begin];

        for (end = begin + 1; end < d->files.len && d->files.items[end].file == first->file;
             end++) {
        }
        if (first->cert != leaf || len == MAX_SHOWN || !is_chain(p, first, end - begin, scratch)) {
            continue;
        }
        bundle *b = AUD_ARENA_NEW(scratch, bundle);
        if (b == NULL) {
            return aud_unknown();
        }
        *b = (bundle){p, first, end - begin};
        items[len++] = aud_object_of(&aud_type_bundle, bundle_get, b);
    }
    return items == NULL ? aud_unknown() : aud_list_of(items, len);
}

static aud_value instant_or_unknown(int64_t at)
{
    return at == INT64_MIN || at == INT64_MAX ? aud_unknown() : aud_time(at);
}

aud_value aud_drift_endpoint(const member *endpoint, unsigned field, aud_arena *scratch)
{
    const struct drift *d = aud_drift_of(endpoint->population);

    if (d == NULL) {
        return aud_unknown();
    }
    switch (field) {
    case AUD_F_endpoint_leaf_renewals:
        return leaf_renewals(endpoint, d, scratch);
    case AUD_F_endpoint_listed:
        return listed(endpoint, d, scratch);
    case AUD_F_endpoint_listed_others:
        return listed_others(endpoint, d, scratch);
    case AUD_F_endpoint_listed_as_of:
        return instant_or_unknown(d->listed_as_of);
    case AUD_F_endpoint_stored_chains:
        return stored_chains(endpoint, d, scratch);
    default:
        return aud_unknown();
    }
}

aud_value aud_drift_listed_at(const member *m, aud_arena *scratch)
{
    const struct drift *d = aud_drift_of(m->population);
    aud_value *items = aud_arena_array(scratch, MAX_SHOWN, sizeof *items);
    size_t low = 0, len = 0;

    if (d == NULL || items == NULL) {
        return aud_unknown();
    }
    for (size_t high = d->by_member.len; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (d->by_member.items[middle].member < m->index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < d->by_member.len && d->by_member.items[low].member == m->index; low++) {
        const uint32_t endpoint = d->by_member.items[low].endpoint;

        if (len < MAX_SHOWN && (len == 0 || d->by_member.items[low - 1].endpoint != endpoint)) {
            items[len++] = member_value(m->population, endpoint);
        }
    }
    return aud_list_of(items, len);
}

aud_value aud_drift_served(const member *m, aud_arena *scratch)
{
    const struct drift *d = aud_drift_of(m->population);
    const aud_population *p = m->population;
    const size_t first = p->counts[AUD_KIND_CERTIFICATE];
    aud_str sha256;

    AUD_UNUSED(scratch);
    if (d == NULL) {
        return aud_unknown();
    }
    if (!d->scans) {
        return aud_absent();
    }
    if (m->cert != NULL) { /* where a leaf is known by its digest alone, it is not this one */
        return (m->uses & 1U << AUD_USE_SERVED) != 0 ? aud_bool(true)
               : d->scan_complete                    ? aud_bool(false)
                                                     : aud_unknown();
    }
    sha256 = text_of(m->bag, AUD_F_record_sha256);
    if (sha256.len == 0) {
        return aud_unknown(); /* which certificate it is, nobody knows */
    }
    for (size_t i = first; i < first + p->counts[AUD_KIND_ENDPOINT]; i++) {
        if (serves(p->members[i].bag, sha256)) {
            return aud_bool(true);
        }
    }
    return d->scan_complete ? aud_bool(false) : aud_unknown();
}

aud_value aud_drift_served_as_of(const member *m)
{
    const struct drift *d = aud_drift_of(m->population);

    return d == NULL ? aud_unknown() : instant_or_unknown(d->scanned_as_of);
}

/* --- since when ------------------------------------------------------------------------------- */

static aud_status date_cert(aud_population *p, size_t at, const aud_dater *dater, aud_error *err)
{
    const aud_subject_info *info = info_at(p, at);

    for (size_t i = 0; i < info->num_sightings; i++) {
        /* the population's own, still under way: nobody has read it */
        aud_sighting *where = (aud_sighting *)(uintptr_t)&info->sightings[i];

        if (is_stored(where) && where->place == AUD_PLACE_GIT && where->since == 0) {
            AUD_TRY(dater->since(dater->ctx, where, &where->since, err));
        }
    }
    return AUD_OK;
}

aud_status aud_population_date(aud_population *p, const aud_dater *dater, aud_error *err)
{
    const size_t first = p->counts[AUD_KIND_CERTIFICATE];
    AUD_CLEANUP(aud_arena_clear) aud_arena scratch;
    const struct drift *d;

    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    if (p->counts[AUD_KIND_ENDPOINT] == 0) {
        return AUD_OK;
    }
    d = aud_drift_of(p);
    if (d == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = first; i < first + p->counts[AUD_KIND_ENDPOINT]; i++) {
        const aud_value newer = leaf_renewals(&p->members[i], d, &scratch);

        for (size_t k = 0; newer.presence == AUD_PRESENT && k < newer.as.list.len; k++) {
            const member *m = newer.as.list.items[k].as.object.self;
            AUD_TRY(date_cert(p, m->index, dater, err));
        }
        aud_arena_reset(&scratch);
    }
    for (size_t i = 0; i < d->files.len; i++) {
        if (d->files.items[i].member == 0) {
            AUD_TRY(date_cert(p, d->files.items[i].cert, dater, err));
        }
    }
    return AUD_OK;
}
