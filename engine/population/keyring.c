/* engine/population/keyring.c - which certificates hold which public key. */
#include "engine/base/text.h"
#include "engine/population/population_parts.h"

#include <stdlib.h>

/* SHA-256 of every certificate's SubjectPublicKeyInfo, sorted. */
struct keyring {
    unsigned char (*digests)[32];
    size_t num;
};

void aud_keyring_free(struct keyring *keyring)
{
    if (keyring != NULL) {
        aud_free(keyring->digests);
        aud_free(keyring);
    }
}

static int order_digests(const void *left, const void *right)
{
    return memcmp(left, right, 32);
}

static struct keyring *make_keyring(const aud_population *p)
{
    size_t num = p->counts[AUD_KIND_CERTIFICATE];
    struct keyring *ring = aud_alloc_zero(1, sizeof *ring);

    if (ring == NULL) {
        return NULL;
    }
    ring->digests = aud_alloc_zero(num, sizeof *ring->digests);
    if (ring->digests == NULL) {
        aud_keyring_free(ring);
        return NULL;
    }
    for (size_t i = 0; i < num; i++) {
        if (aud_sha256(p->members[i].cert->spki, ring->digests[ring->num], NULL) == AUD_OK) {
            ring->num++;
        }
    }
    qsort(ring->digests, ring->num, sizeof *ring->digests, order_digests);
    return ring;
}

/* First position whose digest is not before `digest`, or just behind it. */
static size_t bound(const struct keyring *ring, const unsigned char digest[32], bool behind)
{
    size_t low = 0, high = ring->num;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(ring->digests[middle], digest, 32);

        if (order < 0 || (behind && order == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

aud_value aud_key_certificates(const member *m, aud_arena *scratch)
{
    /* only the lock and the index behind it change: the population says the same as before */
    aud_population *p = (aud_population *)(uintptr_t)m->population;
    aud_value key = aud_bag_get(m->bag, AUD_F_private_key_key, scratch);
    unsigned char digest[32];
    aud_value spki;
    size_t len = 0;
    const struct keyring *ring;

    if (key.presence != AUD_PRESENT) {
        return aud_unknown();
    }
    spki = key.as.object.get(key.as.object.self, AUD_F_key_spki_sha256, scratch);
    if (spki.presence != AUD_PRESENT ||
        !aud_hex_decode(spki.as.string, digest, sizeof digest, &len) || len != 32) {
        return aud_unknown();
    }
    (void)pthread_mutex_lock(&p->lock);
    if (p->keyring == NULL) {
        p->keyring = make_keyring(p);
    }
    ring = p->keyring;
    (void)pthread_mutex_unlock(&p->lock);
    if (ring == NULL) {
        return aud_unknown();
    }
    return aud_int((int64_t)(bound(ring, digest, true) - bound(ring, digest, false)));
}
