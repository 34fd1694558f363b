/* engine/population/renewals.c - which certificate a newer one has replaced.
 *
 * Made when the first policy asks: most runs ask only for what is expired or close to it.
 */
#include "engine/population/population_parts.h"

#include "engine/base/pool.h"

/* Everything with the same names, issuer and kind of key; the newest holds them. */
typedef struct group {
    unsigned char key[32];
    int64_t newest; /* notBefore */
    bool used;
} group;

static const unsigned char no_key[32];

struct renewals {
    group *groups;
    size_t num_groups;         /* slots, a power of two */
    unsigned char (*keys)[32]; /* of each certificate, by index; zero for none */
};

void aud_renewals_free(struct renewals *renewals)
{
    if (renewals != NULL) {
        aud_free(renewals->groups);
        aud_free(renewals->keys);
        aud_free(renewals);
    }
}

static int order_names(const void *left, const void *right)
{
    return aud_str_cmp(*(const aud_str *)left, *(const aud_str *)right);
}

static aud_status add_names(aud_buf *text, aud_value list, aud_arena *scratch)
{
    size_t len = list.presence == AUD_PRESENT ? list.as.list.len : 0;
    aud_str *names = aud_arena_array(scratch, len, sizeof *names);

    if (names == NULL) {
        return AUD_E_NOMEM;
    }
    for (size_t i = 0; i < len; i++) {
        aud_str lower;

        AUD_TRY(aud_arena_dup(scratch, list.as.list.items[i].as.string, &lower, NULL));
        for (size_t k = 0; k < lower.len; k++) {
            char *c = (char *)(uintptr_t)&lower.ptr[k]; /* our own copy */
            *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
        }
        names[i] = lower;
    }
    if (len > 1) {
        qsort(names, len, sizeof *names, order_names);
    }
    for (size_t i = 0; i < len; i++) {
        AUD_TRY(aud_buf_add(text, names[i], NULL));
        AUD_TRY(aud_buf_add(text, (aud_str){"", 1}, NULL));
    }
    return aud_buf_add(text, AUD_LIT("|"), NULL);
}

/* Names and kind of key; AUD_END for a certificate without names. */
static aud_status add_identity(aud_buf *text, const aud_cert *cert, aud_arena *scratch)
{
    aud_value dns = aud_cert_get(cert, AUD_F_certificate_dns_names, scratch);
    aud_value ips = aud_cert_get(cert, AUD_F_certificate_ip_addresses, scratch);
    aud_value key = aud_cert_get(cert, AUD_F_certificate_key, scratch);
    bool san = (dns.presence == AUD_PRESENT && dns.as.list.len > 0) ||
               (ips.presence == AUD_PRESENT && ips.as.list.len > 0);

    if (!san && cert->subject.len <= 2) {
        return AUD_END;
    }
    if (san) {
        AUD_TRY(add_names(text, dns, scratch));
        AUD_TRY(add_names(text, ips, scratch));
    } else {
        AUD_TRY(aud_buf_add(text, cert->subject, NULL));
    }
    if (key.presence == AUD_PRESENT) {
        aud_value family = key.as.object.get(key.as.object.self, AUD_F_key_family, scratch);
        if (family.presence == AUD_PRESENT) {
            AUD_TRY(aud_buf_add(text, family.as.string, NULL));
        }
    }
    return AUD_OK;
}

aud_status aud_names_key(const aud_cert *cert, unsigned char out[32], aud_arena *scratch,
                         aud_buf *text)
{
    text->len = 0;
    AUD_TRY(add_identity(text, cert, scratch));
    return aud_sha256(aud_buf_str(text), out, NULL);
}

/* The same of one issuer. */
static aud_status group_key(const aud_cert *cert, unsigned char out[32], aud_arena *scratch,
                            aud_buf *text)
{
    text->len = 0;
    AUD_TRY(aud_buf_add(text, cert->issuer, NULL));
    AUD_TRY(add_identity(text, cert, scratch));
    return aud_sha256(aud_buf_str(text), out, NULL);
}

static group *find_group(const struct renewals *r, const unsigned char key[32])
{
    uint64_t head;
    size_t at;

    memcpy(&head, key, sizeof head);
    at = (size_t)(head & (r->num_groups - 1));
    while (r->groups[at].used && memcmp(r->groups[at].key, key, 32) != 0) {
        at = (at + 1) & (r->num_groups - 1);
    }
    return &r->groups[at];
}

typedef struct making {
    const aud_population *population;
    struct renewals *renewals;
} making;

/* A certificate that names nobody keeps the key of none: nothing known replaces it. */
static aud_status make_keys(void *ctx, unsigned worker, size_t begin, size_t end, aud_error *err)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena scratch;
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = SIZE_MAX};
    making *m = ctx;

    AUD_UNUSED(worker);
    AUD_UNUSED(err);
    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    for (size_t i = begin; i < end; i++) {
        const aud_cert *cert = m->population->members[i].cert;

        aud_arena_reset(&scratch);
        if (!cert->not_before_ok ||
            group_key(cert, m->renewals->keys[i], &scratch, &text) != AUD_OK) {
            memset(m->renewals->keys[i], 0, 32);
        }
    }
    return AUD_OK;
}

static struct renewals *make_renewals(const aud_population *p)
{
    size_t num = p->counts[AUD_KIND_CERTIFICATE];
    struct renewals *r = aud_alloc_zero(1, sizeof *r);
    making m = {.population = p, .renewals = r};

    if (r == NULL) {
        return NULL;
    }
    r->num_groups = 16;
    while (r->num_groups < num * 2) {
        r->num_groups *= 2;
    }
    r->groups = aud_alloc_zero(r->num_groups, sizeof *r->groups);
    r->keys = aud_alloc_zero(num, sizeof *r->keys);
    if (r->groups == NULL || r->keys == NULL ||
        aud_pool_run(p->num_threads, num, 512, make_keys, &m, NULL) != AUD_OK) {
        aud_renewals_free(r);
        return NULL;
    }
    for (size_t i = 0; i < num; i++) {
        const aud_cert *cert = p->members[i].cert;
        group *g;

        if (memcmp(r->keys[i], no_key, 32) == 0) {
            continue;
        }
        g = find_group(r, r->keys[i]);
        if (!g->used || cert->not_before > g->newest) {
            memcpy(g->key, r->keys[i], 32);
            g->newest = cert->not_before;
            g->used = true;
        }
    }
    return r;
}

static const struct renewals *renewals_of(aud_population *p)
{
    const struct renewals *r;

    (void)pthread_mutex_lock(&p->lock);
    if (p->renewals == NULL) {
        p->renewals = make_renewals(p);
    }
    r = p->renewals;
    (void)pthread_mutex_unlock(&p->lock);
    return r;
}

aud_status aud_population_renewed(aud_population *now, aud_population *before, bool *out,
                                  aud_error *err)
{
    const struct renewals *a = renewals_of(now), *b = renewals_of(before);

    if (a == NULL || b == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = true;
    for (size_t i = 0; i < b->num_groups && *out; i++) {
        const group *then = &b->groups[i], *g = then->used ? find_group(a, then->key) : NULL;

        *out = g == NULL || (g->used && g->newest >= then->newest);
    }
    return AUD_OK;
}

bool aud_member_superseded(const member *m, aud_arena *scratch)
{
    /* only the lock and the index behind it change: the population says the same as before */
    aud_population *p = (aud_population *)(uintptr_t)m->population;
    const struct renewals *r;

    AUD_UNUSED(scratch);
    if (m->cert == NULL) {
        return false;
    }
    r = renewals_of(p);
    if (r == NULL || memcmp(r->keys[m->index], no_key, 32) == 0) {
        return false; /* nothing known to replace it: it stays in use */
    }
    return find_group(r, r->keys[m->index])->newest > m->cert->not_before;
}
