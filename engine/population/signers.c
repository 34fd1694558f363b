/* engine/population/signers.c - who issued a certificate, proved by its signature. */
#include "engine/pki/verify.h"
#include "engine/population/population_parts.h"

#include <stdatomic.h>
#include <stdlib.h>

/* CA certificates by their canonical subject, then in the order of the population. */
struct signers {
    aud_arena arena;
    struct signer {
        aud_str name;
        size_t member;
        _Atomic(aud_pubkey *) key; /* decoded when first needed */
    } * items;
    size_t num;
};

void aud_signers_free(struct signers *signers)
{
    for (size_t i = 0; signers != NULL && i < signers->num; i++) {
        aud_pubkey_free(atomic_load(&signers->items[i].key));
    }
    if (signers != NULL) {
        aud_arena_clear(&signers->arena);
        aud_free(signers);
    }
}

static int order_signers(const void *left, const void *right)
{
    const struct signer *a = left, *b = right;
    int order = aud_str_cmp(a->name, b->name);

    return order != 0 ? order : a->member < b->member ? -1 : a->member > b->member;
}

/* A certificate may issue only if it says so, or is older than the extension that says it. */
static bool could_issue(const aud_cert *cert)
{
    return aud_cert_is_ca(cert) || cert->version == 1;
}

static struct signers *make_signers(const aud_population *p)
{
    size_t certs = p->counts[AUD_KIND_CERTIFICATE], num = 0;
    struct signers *s = aud_alloc_zero(1, sizeof *s);

    if (s == NULL) {
        return NULL;
    }
    aud_arena_init(&s->arena, AUD_ARENA_NO_MAX);
    for (size_t i = 0; i < certs; i++) {
        num += could_issue(p->members[i].cert) && !p->members[i].alias ? 1 : 0;
    }
    s->items = aud_arena_array(&s->arena, num, sizeof *s->items);
    for (size_t i = 0; s->items != NULL && i < certs; i++) {
        struct signer *at = &s->items[s->num];

        /* a name that cannot be read is nobody's issuer */
        if (could_issue(p->members[i].cert) && !p->members[i].alias &&
            aud_name_canonical(p->members[i].cert->subject, &s->arena, &at->name, NULL) == AUD_OK) {
            at->member = i;
            s->num++;
        }
    }
    if (s->num > 0) {
        qsort(s->items, s->num, sizeof *s->items, order_signers);
    }
    return s;
}

/* Made at the first question; NULL without memory. */
static struct signers *signers_of(const aud_population *population)
{
    /* only the lock and the index behind it change: the population says the same as before */
    aud_population *p = (aud_population *)(uintptr_t)population;
    struct signers *signers;

    (void)pthread_mutex_lock(&p->lock);
    if (p->signers == NULL) {
        p->signers = make_signers(p);
    }
    signers = p->signers;
    (void)pthread_mutex_unlock(&p->lock);
    return signers;
}

static const aud_pubkey *key_of(const aud_population *p, struct signer *signer)
{
    aud_pubkey *key = atomic_load(&signer->key), *none = NULL;

    if (key != NULL) {
        return key;
    }
    if (aud_pubkey_new(p->members[signer->member].cert->spki, &key, NULL) != AUD_OK) {
        return NULL;
    }
    if (!atomic_compare_exchange_strong(&signer->key, &none, key)) {
        aud_pubkey_free(key); /* another thread was first */
        key = none;
    }
    return key;
}

static size_t first_of_name(const struct signers *s, aud_str name)
{
    size_t low = 0, high = s->num;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (aud_str_cmp(s->items[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

aud_value aud_member_issuers(const member *m, aud_arena *scratch)
{
    enum { TRIED_MAX = 16 };
    struct signers *s = signers_of(m->population);
    aud_value *items = aud_arena_array(scratch, TRIED_MAX, sizeof *items);
    size_t len = 0;
    aud_str name;

    if (s == NULL || items == NULL ||
        aud_name_canonical(m->cert->issuer, scratch, &name, NULL) != AUD_OK) {
        return aud_unknown();
    }
    for (size_t i = first_of_name(s, name), tried = 0;
         i < s->num && tried < TRIED_MAX && aud_str_eq(s->items[i].name, name); i++, tried++) {
        const aud_pubkey *key = key_of(m->population, &s->items[i]);
        aud_proof proof = AUD_PROOF_UNKNOWN;

        if (key != NULL && aud_cert_verify(m->cert, key, &proof, NULL) == AUD_OK &&
            proof == AUD_PROOF_GOOD) {
            items[len++] = aud_object_of(&aud_type_certificate, aud_member_get,
                                         &m->population->members[s->items[i].member]);
        }
    }
    return len > 0 ? aud_list_of(items, len) : aud_unknown();
}
