/* engine/population/chains.c - what is proved of the chain that an endpoint serves. */
#include "engine/population/issuers.h"
#include "engine/population/population_parts.h"

/* Every CA certificate of the run, found by name; made when the first endpoint is asked. */
static const aud_ca_list *authorities(const member *m)
{
    /* only the lock and the index behind it change: the population says the same as before */
    aud_population *p = (aud_population *)(uintptr_t)m->population;
    aud_ca_list *list;

    (void)pthread_mutex_lock(&p->lock);
    if (p->authorities == NULL && aud_ca_list_new(&list, NULL) == AUD_OK) {
        if (aud_ca_list_bind(list, p, NULL) == AUD_OK) {
            p->authorities = list;
        } else {
            aud_ca_list_freep(&list);
        }
    }
    list = p->authorities;
    (void)pthread_mutex_unlock(&p->lock);
    return list;
}

static const aud_cert *cert_at(const aud_value *chain, size_t at)
{
    const member *m = chain->as.list.items[at].as.object.self;

    return m->cert;
}

aud_value aud_chain_signed(const member *endpoint, const aud_value *chain, aud_arena *scratch)
{
    const aud_ca_list *list = authorities(endpoint);
    const size_t num = chain->as.list.len;
    aud_value *items = aud_arena_array(scratch, num, sizeof *items);

    for (size_t i = 1; list != NULL && items != NULL && i < num; i++) {
        bool is_signed = false;

        if (!aud_ca_list_signed(list, cert_at(chain, i - 1), cert_at(chain, i), scratch,
                                &is_signed)) {
            return aud_unknown();
        }
        items[i - 1] = aud_bool(is_signed);
    }
    return list == NULL || items == NULL ? aud_unknown() : aud_list_of(items, num - 1);
}

/* The served certificate that signed `cert`; itself where it is a root. False: cannot be told. */
static bool step_up(const aud_ca_list *list, const aud_value *chain, const aud_cert *cert,
                    const aud_cert **out, aud_arena *scratch)
{
    bool told = true;

    *out = NULL;
    for (size_t i = 0; i < chain->as.list.len; i++) {
        const aud_cert *issuer = cert_at(chain, i);
        bool is_signed = false;

        if (!aud_str_eq(issuer->subject, cert->issuer)) {
            continue;
        }
        told = aud_ca_list_signed(list, cert, issuer, scratch, &is_signed) && told;
        if (is_signed) {
            *out = issuer;
            return true;
        }
    }
    return told;
}

aud_value aud_chain_end(const member *endpoint, const aud_value *chain, aud_arena *scratch)
{
    const aud_ca_list *list = authorities(endpoint), *given = endpoint->population->public_cas;
    const aud_cert *top = cert_at(chain, 0), *next = NULL;
    aud_issuer issuer, other;

    for (size_t i = 0; list != NULL && i < chain->as.list.len; i++) {
        if (!step_up(list, chain, top, &next, scratch)) {
            return aud_unknown();
        }
        if (next == top) {
            return aud_string(AUD_LIT("root"));
        }
        if (next == NULL) {
            break;
        }
        top = next;
    }
    if (list == NULL || next != NULL) { /* certificates that signed each other */
        return aud_unknown();
    }
    issuer = aud_ca_list_issuer(list, top, scratch);
    other = given == NULL ? AUD_ISSUER_NONE : aud_ca_list_issuer(given, top, scratch);
    issuer = other > issuer ? other : issuer;
    return issuer == AUD_ISSUER_ROOT ? aud_string(AUD_LIT("below_root"))
           : issuer == AUD_ISSUER_CA ? aud_string(AUD_LIT("below_ca"))
                                     : aud_unknown();
}
