/* engine/population/keyring.c - which certificates hold which public key. */
#include "engine/base/text.h"
#include "engine/population/population_parts.h"

#include <stdlib.h>

/* SHA-256 of every certificate's SubjectPublicKeyInfo, sorted. */
struct keyring {
    struct ring_key {
        unsigned char digest[32]; /* first: they are sorted by it */
        size_t member;
    } * keys;
    size_t num;
};

void aud_keyring_free(struct keyring *keyring)
{
    if (keyring != NULL) {
        aud_free(keyring->keys);
        aud_free(keyring);
    }
}

static int order_keys(const void *left, const void *right)
{
    const struct ring_key *a = left, *b = right;
    int order = memcmp(a->digest, b->digest, sizeof a->digest);

    return order != 0 ? order : a->member < b->member ? -1 : a->member > b->member;
}

static struct keyring *make_keyring(const aud_population *p)
{
    size_t num = p->counts[AUD_KIND_CERTIFICATE];
    struct keyring *ring = aud_alloc_zero(1, sizeof *ring);

    if (ring == NULL) {
        return NULL;
    }
    ring->keys = aud_alloc_zero(num, sizeof *ring->keys);
    if (ring->keys == NULL) {
        aud_keyring_free(ring);
        return NULL;
    }
    for (size_t i = 0; i < num; i++) {
        if (aud_sha256(p->members[i].cert->spki, ring->keys[ring->num].digest, NULL) == AUD_OK) {
            ring->keys[ring->num++].member = i;
        }
    }
    qsort(ring->keys, ring->num, sizeof *ring->keys, order_keys);
    return ring;
}

/* First position whose digest is not before `digest`, or just behind it. */
static size_t bound(const struct keyring *ring, const unsigned char digest[32], bool behind)
{
    size_t low = 0, high = ring->num;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(ring->keys[middle].digest, digest, 32);

        if (order < 0 || (behind && order == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Made at the first question; NULL without memory. */
static const struct keyring *keyring_of(const aud_population *population)
{
    /* only the lock and the index behind it change: the population says the same as before */
    aud_population *p = (aud_population *)(uintptr_t)population;
    const struct keyring *ring;

    (void)pthread_mutex_lock(&p->lock);
    if (p->keyring == NULL) {
        p->keyring = make_keyring(p);
    }
    ring = p->keyring;
    (void)pthread_mutex_unlock(&p->lock);
    return ring;
}

static bool key_digest(const member *m, aud_arena *scratch, unsigned char out[32])
{
    aud_value key = aud_bag_get(m->bag, AUD_F_private_key_key, scratch);
    aud_value spki;
    size_t len = 0;

    if (key.presence != AUD_PRESENT) {
        return false;
    }
    spki = key.as.object.get(key.as.object.self, AUD_F_key_spki_sha256, scratch);
    return spki.presence == AUD_PRESENT && aud_hex_decode(spki.as.string, out, 32, &len) &&
           len == 32;
}

aud_value aud_key_certificates(const member *m, aud_arena *scratch)
{
    const struct keyring *ring;
    unsigned char digest[32];

    if (!key_digest(m, scratch, digest) || (ring = keyring_of(m->population)) == NULL) {
        return aud_unknown();
    }
    return aud_int((int64_t)(bound(ring, digest, true) - bound(ring, digest, false)));
}

aud_value aud_key_others(const member *m, aud_arena *scratch)
{
    enum { SHOWN_MAX = 32 };
    const struct keyring *ring = keyring_of(m->population);
    aud_value *items = aud_arena_array(scratch, SHOWN_MAX, sizeof *items);
    unsigned char digest[32];
    size_t len = 0;

    if (ring == NULL || items == NULL || aud_sha256(m->cert->spki, digest, NULL) != AUD_OK) {
        return aud_unknown();
    }
    for (size_t i = bound(ring, digest, false), end = bound(ring, digest, true);
         i < end && len < SHOWN_MAX; i++) {
        const member *other = &m->population->members[ring->keys[i].member];

        if (other != m && !other->alias) {
            items[len++] = aud_object_of(&aud_type_certificate, aud_member_get, other);
        }
    }
    return aud_list_of(items, len);
}

/* "RSA 2048-bit", "EC P-256"; empty where its public half cannot be read. */
static aud_status describe_key(const member *m, aud_arena *arena, aud_str *out, aud_error *err)
{
    aud_value key = aud_bag_get(m->bag, AUD_F_private_key_key, arena);
    aud_value algorithm, bits, curve;

    if (key.presence != AUD_PRESENT) {
        return AUD_OK;
    }
    algorithm = key.as.object.get(key.as.object.self, AUD_F_key_algorithm, arena);
    bits = key.as.object.get(key.as.object.self, AUD_F_key_bits, arena);
    curve = key.as.object.get(key.as.object.self, AUD_F_key_curve, arena);
    if (algorithm.presence != AUD_PRESENT) {
        return AUD_OK;
    }
    if (curve.presence == AUD_PRESENT) {
        return aud_arena_printf(arena, out, err, "%.*s %.*s ", AUD_ARG(algorithm.as.string),
                                AUD_ARG(curve.as.string));
    }
    if (bits.presence == AUD_PRESENT) {
        return aud_arena_printf(arena, out, err, "%.*s %lld-bit ", AUD_ARG(algorithm.as.string),
                                (long long)bits.as.number);
    }
    return aud_arena_printf(arena, out, err, "%.*s ", AUD_ARG(algorithm.as.string));
}

/* Of the certificates with its public half, the first by name. */
static aud_str certificate_label(const aud_population *p, const member *m, aud_arena *arena)
{
    const struct keyring *ring;
    unsigned char digest[32];
    aud_str label = {NULL, 0};

    if (!key_digest(m, arena, digest) || (ring = keyring_of(p)) == NULL) {
        return label;
    }
    for (size_t i = bound(ring, digest, false); i < bound(ring, digest, true); i++) {
        const aud_str other = p->infos[ring->keys[i].member].label;
        if (label.len == 0 || aud_str_cmp(other, label) < 0) {
            label = other;
        }
    }
    return label;
}

aud_status aud_key_label(aud_population *p, size_t at, aud_error *err)
{
    const member *m = &p->members[at];
    aud_subject_info *info = &p->infos[at];
    const aud_str label = certificate_label(p, m, &p->arena);
    const aud_value encrypted = aud_bag_get(m->bag, AUD_F_private_key_encrypted, &p->arena);
    const bool closed = encrypted.presence == AUD_PRESENT && encrypted.as.boolean;
    const aud_sighting *where = info->num_sightings > 0 ? &info->sightings[0] : NULL;
    aud_str kind = {NULL, 0}, place = {NULL, 0};

    AUD_TRY(describe_key(m, &p->arena, &kind, err));
    if (where != NULL && where->line > 0) {
        AUD_TRY(
            aud_arena_printf(&p->arena, &place, err, "%.*s:%u", AUD_ARG(where->path), where->line));
    } else if (where != NULL) {
        place = where->path;
    }
    return aud_arena_printf(&p->arena, &info->label, err, "%s%.*sprivate key%s%.*s%s%.*s",
                            closed ? "encrypted " : "", AUD_ARG(kind), label.len > 0 ? " of " : "",
                            AUD_ARG(label), place.len > 0 ? " in " : "", AUD_ARG(place));
}
