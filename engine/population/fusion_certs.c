/* engine/population/fusion_certs.c - the leaves and the chain that several reports saw. */
#include "engine/population/fusion.h"

#include "engine/base/text.h"

enum { LEAF = AUD_F_endpoint_leaf_sha256, OTHERS = AUD_F_endpoint_other_leaves_sha256 };

static const aud_cert *cert_of(const fusion *f, aud_str hex)
{
    unsigned char digest[32];
    size_t len = 0, low = 0, high = f->num_certs;

    if (!aud_hex_decode(hex, digest, sizeof digest, &len) || len != 32) {
        return NULL;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = memcmp(f->certs[middle].digest, digest, 32);
        if (order == 0) {
            return f->certs[middle].cert;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static aud_str key_family(const fusion *f, aud_str hex)
{
    const aud_cert *cert = cert_of(f, hex);
    const aud_str none = {NULL, 0};

    if (cert == NULL) {
        return none;
    }
    const aud_value key = aud_cert_get(cert, AUD_F_certificate_key, f->arena);
    if (key.presence != AUD_PRESENT) {
        return none;
    }
    const aud_value family = key.as.object.get(key.as.object.self, AUD_F_key_family, f->arena);
    return family.presence == AUD_PRESENT ? family.as.string : none;
}

/* A server with an RSA and an EC certificate shows each scanner the one that it asks for. */
static bool side_by_side(const fusion *f, aud_str a, aud_str b)
{
    const aud_str of_a = key_family(f, a), of_b = key_family(f, b);

    return of_a.len > 0 && of_b.len > 0 && !aud_str_eq(of_a, of_b);
}

/* What report `i` says of this leaf: it saw it; or it saw others, one of which excludes it. */
static unsigned char says(const fusion *f, size_t i, aud_str leaf)
{
    const aud_value own = aud_fusion_told(f, i, LEAF, LEAF);
    const aud_value others = aud_fusion_told(f, i, OTHERS, LEAF);
    unsigned char word = SAYS_NOTHING;

    if (own.presence != AUD_PRESENT) {
        return SAYS_NOTHING;
    }
    if (aud_str_eq(own.as.string, leaf)) {
        return SAYS_YES;
    }
    word = side_by_side(f, own.as.string, leaf) ? SAYS_NOTHING : SAYS_NO;
    for (size_t k = 0; others.presence == AUD_PRESENT && k < others.as.list.len; k++) {
        const aud_str other = others.as.list.items[k].as.string;
        if (aud_str_eq(other, leaf)) {
            return SAYS_YES;
        }
        word = side_by_side(f, other, leaf) ? word : SAYS_NO;
    }
    return word;
}

static bool among(const aud_value *items, size_t len, aud_str text)
{
    for (size_t i = 0; i < len; i++) {
        if (aud_str_eq(items[i].as.string, text)) {
            return true;
        }
    }
    return false;
}

/* Every leaf that counts, each once, in the order of the reports. */
static aud_status all_leaves(fusion *f, aud_value **out, size_t *out_len, aud_error *err)
{
    size_t room = 0;

    *out_len = 0;
    for (size_t i = 0; i < f->num; i++) {
        const aud_value others = aud_fusion_told(f, i, OTHERS, LEAF);
        room += 1 + (others.presence == AUD_PRESENT ? others.as.list.len : 0);
    }
    *out = aud_arena_array(f->arena, room, sizeof **out);
    if (*out == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < f->num; i++) {
        const aud_value own = aud_fusion_told(f, i, LEAF, LEAF);
        const aud_value others = aud_fusion_told(f, i, OTHERS, LEAF);

        if (own.presence == AUD_PRESENT && !among(*out, *out_len, own.as.string)) {
            (*out)[(*out_len)++] = own;
        }
        for (size_t k = 0; others.presence == AUD_PRESENT && k < others.as.list.len; k++) {
            if (!among(*out, *out_len, others.as.list.items[k].as.string)) {
                (*out)[(*out_len)++] = others.as.list.items[k];
            }
        }
    }
    return AUD_OK;
}

static bool same_chain(const aud_value *a, const aud_value *b)
{
    bool same = a->as.list.len == b->as.list.len;

    for (size_t i = 0; same && i < a->as.list.len; i++) {
        same = aud_str_eq(a->as.list.items[i].as.string, b->as.list.items[i].as.string);
    }
    return same;
}

/* The chain of the leaf; two that differ are a dispute, and neither is known to be the one. */
static aud_status set_chain(fusion *f, aud_str leaf, aud_error *err)
{
    const unsigned field = AUD_F_endpoint_chain_sha256;
    aud_value chain = aud_unknown();
    bool differ = false;

    for (size_t i = 0; i < f->num; i++) {
        const aud_value told = aud_fusion_told(f, i, field, field);

        f->is[i] = SAYS_NOTHING;
        if (told.presence != AUD_PRESENT || told.as.list.len == 0 ||
            !aud_str_eq(told.as.list.items[0].as.string, leaf)) {
            continue;
        }
        if (chain.presence == AUD_UNKNOWN) {
            chain = told;
        }
        f->is[i] = same_chain(&chain, &told) ? SAYS_YES : SAYS_NO;
        differ = differ || f->is[i] == SAYS_NO;
    }
    if (differ) {
        return aud_fusion_dispute(f, field, leaf, err);
    }
    if (chain.presence == AUD_PRESENT) {
        aud_bag_set(&f->bag, field, chain);
    }
    return AUD_OK;
}

aud_status aud_fusion_certs(fusion *f, aud_error *err)
{
    aud_value *leaves;
    size_t num = 0;

    AUD_TRY(all_leaves(f, &leaves, &num, err));
    if (num == 0) {
        return AUD_OK;
    }
    aud_bag_set(&f->bag, LEAF, leaves[0]);
    aud_bag_set(&f->bag, OTHERS, aud_list_of(leaves + 1, num - 1));
    for (size_t k = 0; num > 1 && k < num; k++) {
        for (size_t i = 0; i < f->num; i++) {
            f->is[i] = says(f, i, leaves[k].as.string);
        }
        AUD_TRY(aud_fusion_dispute(f, LEAF, leaves[k].as.string, err));
    }
    return set_chain(f, leaves[0].as.string, err);
}
