/* engine/population/fusion_tls.c - protocols, suites, groups and attacks of several reports. */
#include "engine/population/fusion.h"

#include "engine/tls/suites.h"

enum {
    ALL = (1 << AUD_NUM_PROTOCOLS) - 1,
    OLD = 1 << AUD_SSL_2 | 1 << AUD_SSL_3, /* their suites need not be listed */
    PROTOCOLS = AUD_F_endpoint_protocols,
    PROTOCOLS_SEEN = AUD_F_endpoint_protocols_seen,
    SUITES = AUD_F_endpoint_suites,
    SUITES_SEEN = AUD_F_endpoint_suites_seen,
};

static unsigned bits_of(const aud_value *list)
{
    unsigned bits = 0;

    for (size_t i = 0; list->presence == AUD_PRESENT && i < list->as.list.len; i++) {
        aud_protocol protocol;
        if (aud_protocol_find(list->as.list.items[i].as.string, &protocol)) {
            bits |= 1U << protocol;
        }
    }
    return bits;
}

static void set_protocol_bits(fusion *f, unsigned field, unsigned bits)
{
    const aud_value list = aud_protocol_list(bits, f->arena);

    f->bag.failed = f->bag.failed || list.presence == AUD_UNKNOWN;
    aud_bag_set(&f->bag, field, list);
}

/* What one report says of protocols: accepted, tried. */
static unsigned accepted_by(const fusion *f, size_t i)
{
    const aud_value whole = aud_fusion_told(f, i, PROTOCOLS, PROTOCOLS);
    const aud_value seen = aud_fusion_told(f, i, PROTOCOLS_SEEN, PROTOCOLS);

    return bits_of(&whole) | bits_of(&seen);
}

static unsigned tried_by(const fusion *f, size_t i)
{
    const aud_value tried = aud_fusion_told(f, i, AUD_F_endpoint_protocols_tested, PROTOCOLS);

    return bits_of(&tried);
}

/* Tried everything and yet does not claim to know all: a version that nobody knows was accepted. */
static bool is_odd(const fusion *f, size_t i)
{
    return tried_by(f, i) == ALL && accepted_by(f, i) != 0 &&
           aud_fusion_told(f, i, PROTOCOLS, PROTOCOLS).presence == AUD_UNKNOWN;
}

static aud_status set_protocols(fusion *f, unsigned *out_seen, aud_error *err)
{
    unsigned seen = 0, tried = 0;
    bool odd = false;

    for (size_t i = 0; i < f->num; i++) {
        seen |= accepted_by(f, i);
        tried |= tried_by(f, i);
        odd = odd || is_odd(f, i);
    }
    *out_seen = seen;
    if (tried != 0) {
        set_protocol_bits(f, AUD_F_endpoint_protocols_tested, tried);
    }
    if (seen == 0) {
        return AUD_OK;
    }
    set_protocol_bits(f, tried == ALL && !odd ? PROTOCOLS : PROTOCOLS_SEEN, seen);
    for (unsigned p = 0; p < AUD_NUM_PROTOCOLS; p++) {
        for (size_t i = 0; i < f->num; i++) {
            const unsigned own = accepted_by(f, i);
            f->is[i] = (own & 1U << p) != 0                                 ? SAYS_YES
                       : own != 0 && (tried_by(f, i) & ~own & 1U << p) != 0 ? SAYS_NO
                                                                            : SAYS_NOTHING;
        }
        AUD_TRY(
            aud_fusion_dispute(f, PROTOCOLS, aud_str_of(aud_protocol_name((aud_protocol)p)), err));
    }
    return AUD_OK;
}

/* --- suites ----------------------------------------------------------------------------------- */

typedef struct accepted {
    const aud_suite *suite;
    unsigned protocols;
} accepted;

static accepted accepted_of(const aud_value *value)
{
    const aud_object *o = &value->as.object;
    const aud_value code = o->get(o->self, AUD_F_suite_code, NULL);
    accepted a = {aud_suite_find(code.as.string), 0};
    aud_arena scratch;

    aud_arena_init(&scratch, (size_t)1 << 16);
    const aud_value in = o->get(o->self, AUD_F_suite_protocols, &scratch);
    a.protocols = bits_of(&in);
    aud_arena_clear(&scratch);
    return a;
}

/* A report's list of suites, whole or not. */
static aud_value suites_of(const fusion *f, size_t i)
{
    const aud_value whole = aud_fusion_told(f, i, SUITES, SUITES);

    return whole.presence == AUD_PRESENT ? whole : aud_fusion_told(f, i, SUITES_SEEN, SUITES);
}

static accepted *find_suite(accepted *items, size_t len, const aud_suite *suite)
{
    for (size_t i = 0; i < len; i++) {
        if (items[i].suite == suite) {
            return &items[i];
        }
    }
    return NULL;
}

/* Saw it; or tried all, in a version in which somebody saw it, and did not. */
static unsigned char says(const fusion *f, size_t i, const accepted *a)
{
    const aud_value list = suites_of(f, i);

    for (size_t k = 0; list.presence == AUD_PRESENT && k < list.as.list.len; k++) {
        if (accepted_of(&list.as.list.items[k]).suite == a->suite) {
            return SAYS_YES;
        }
    }
    return aud_fusion_told(f, i, SUITES, SUITES).presence == AUD_PRESENT &&
                   (a->protocols == 0 || (a->protocols & accepted_by(f, i) & ~(unsigned)OLD) != 0)
               ? SAYS_NO
               : SAYS_NOTHING;
}

static aud_status gather_suites(fusion *f, accepted **out, size_t *out_len, bool *out_told,
                                aud_error *err)
{
    size_t room = 0;

    *out_len = 0;
    *out_told = false;
    for (size_t i = 0; i < f->num; i++) {
        const aud_value list = suites_of(f, i);
        room += list.presence == AUD_PRESENT ? list.as.list.len : 0;
        *out_told = *out_told || aud_fusion_told(f, i, SUITES, SUITES).presence == AUD_PRESENT;
    }
    *out = aud_arena_array(f->arena, room, sizeof **out);
    if (*out == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < f->num; i++) {
        const aud_value list = suites_of(f, i);
        for (size_t k = 0; list.presence == AUD_PRESENT && k < list.as.list.len; k++) {
            const accepted a = accepted_of(&list.as.list.items[k]);
            accepted *known = find_suite(*out, *out_len, a.suite);
            if (known != NULL) {
                known->protocols |= a.protocols;
            } else {
                (*out)[(*out_len)++] = a;
            }
        }
    }
    return AUD_OK;
}

static aud_str suite_name(const aud_suite *suite)
{
    const aud_value v = aud_suite_value(suite);

    return v.as.object.get(v.as.object.self, AUD_F_suite_name, NULL).as.string;
}

/* Union of string lists; gives its length. */
static aud_status set_union(fusion *f, unsigned field, unsigned other, unsigned gate,
                            unsigned target, size_t *out_len, aud_error *err)
{
    AUD_VEC(aud_value) all = {0};
    aud_status st = AUD_OK;
    bool told = false;

    for (size_t i = 0; i < f->num; i++) {
        aud_value list = aud_fusion_told(f, i, field, gate);
        list = list.presence == AUD_PRESENT ? list : aud_fusion_told(f, i, other, gate);
        told = told || list.presence == AUD_PRESENT;
        for (size_t k = 0; st == AUD_OK && list.presence == AUD_PRESENT && k < list.as.list.len;
             k++) {
            bool known = false;
            for (size_t n = 0; n < all.len && !known; n++) {
                known = aud_str_eq(all.items[n].as.string, list.as.list.items[k].as.string);
            }
            st = known ? AUD_OK : AUD_VEC_PUSH(&all, list.as.list.items[k], err);
        }
    }
    aud_value *items = aud_arena_array(f->arena, all.len, sizeof *items);
    if (st == AUD_OK && items == NULL) {
        st = aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (st == AUD_OK && all.len > 0) {
        memcpy(items, all.items, all.len * sizeof *items);
    }
    if (st == AUD_OK && told) {
        aud_bag_set(&f->bag, target, aud_list_of(items, all.len));
    }
    *out_len = all.len;
    aud_free(all.items);
    return st;
}

static aud_status set_suites(fusion *f, unsigned seen, aud_error *err)
{
    accepted *all;
    size_t len = 0, unknown = 0;
    unsigned listed = 0;
    bool told = false;
    const unsigned names = AUD_F_endpoint_unknown_suites;

    AUD_TRY(set_union(f, names, names, SUITES, names, &unknown, err));
    AUD_TRY(gather_suites(f, &all, &len, &told, err));
    aud_value *items = aud_arena_array(f->arena, len, sizeof *items);
    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t k = 0; k < len; k++) {
        listed |= all[k].protocols;
        AUD_TRY(aud_suite_accepted(all[k].suite, all[k].protocols, f->arena, &items[k], err));
        for (size_t i = 0; i < f->num; i++) {
            f->is[i] = says(f, i, &all[k]);
        }
        AUD_TRY(aud_fusion_dispute(f, SUITES, suite_name(all[k].suite), err));
    }
    if (seen != 0) {
        set_protocol_bits(f, AUD_F_endpoint_unlisted_protocols, seen & ~listed);
    }
    const bool whole = told && unknown == 0 && (seen & ~listed & ~(unsigned)OLD) == 0;
    if (seen != 0 || len > 0) {
        aud_bag_set(&f->bag, whole ? SUITES : SUITES_SEEN, aud_list_of(items, len));
    }
    return AUD_OK;
}

/* The least size that anybody saw; absent only if somebody knows and nobody saw one. */
static void set_dh_bits(fusion *f)
{
    aud_value least = aud_unknown();

    for (size_t i = 0; i < f->num; i++) {
        const aud_value v = aud_fusion_told(f, i, AUD_F_endpoint_dh_bits, AUD_F_endpoint_dh_bits);
        if (v.presence > least.presence ||
            (v.presence == AUD_PRESENT && v.as.number < least.as.number)) {
            least = v;
        }
    }
    if (least.presence != AUD_UNKNOWN) {
        aud_bag_set(&f->bag, AUD_F_endpoint_dh_bits, least);
    }
}

/* --- attacks ---------------------------------------------------------------------------------- */

static aud_str part(const aud_value *object, unsigned field)
{
    return aud_bag_get(object->as.object.self, field, NULL).as.string;
}

/* How bad: 0 not told, 1 not vulnerable, 2 possible, 3 vulnerable. */
static unsigned state_by(const fusion *f, size_t i, aud_str name)
{
    const aud_value list = aud_bag_get(f->raws[i].bag, AUD_F_endpoint_vulnerabilities, NULL);

    for (size_t k = 0; list.presence == AUD_PRESENT && k < list.as.list.len; k++) {
        const aud_value *v = &list.as.list.items[k];
        if (aud_str_eq(part(v, AUD_F_vulnerability_name), name)) {
            const aud_str state = part(v, AUD_F_vulnerability_state);
            return aud_str_eq(state, AUD_LIT("vulnerable")) ? 3
                   : aud_str_eq(state, AUD_LIT("possible")) ? 2
                                                            : 1;
        }
    }
    return 0;
}

/* By name, for each scanner tries other attacks; the newest that tried this one wins. */
static aud_status fuse_attack(fusion *f, const aud_value *attack, aud_value *out, aud_error *err)
{
    const aud_str name = part(attack, AUD_F_vulnerability_name);
    int64_t newest = INT64_MIN;
    unsigned worst = 0;

    for (size_t i = 0; i < f->num; i++) {
        const aud_value at = aud_bag_get(f->raws[i].bag, AUD_F_endpoint_scanned_at, NULL);
        if (state_by(f, i, name) > 0 && at.presence == AUD_PRESENT && at.as.number > newest) {
            newest = at.as.number;
        }
    }
    for (size_t i = 0; i < f->num; i++) {
        const aud_value at = aud_bag_get(f->raws[i].bag, AUD_F_endpoint_scanned_at, NULL);
        const bool old = at.presence == AUD_PRESENT && newest != INT64_MIN &&
                         newest - at.as.number > AUD_SAME_TIME_SECONDS;
        const unsigned state = old ? 0 : state_by(f, i, name);

        f->used[i] = f->used[i] || state > 0;
        f->is[i] = state == 3 ? SAYS_YES : state == 1 ? SAYS_NO : SAYS_NOTHING;
        if (state > worst) {
            const aud_value list =
                aud_bag_get(f->raws[i].bag, AUD_F_endpoint_vulnerabilities, NULL);
            for (size_t k = 0; k < list.as.list.len; k++) {
                if (aud_str_eq(part(&list.as.list.items[k], AUD_F_vulnerability_name), name)) {
                    *out = list.as.list.items[k];
                }
            }
            worst = state;
        }
    }
    return aud_fusion_dispute(f, AUD_F_endpoint_vulnerabilities, name, err);
}

static aud_status set_attacks(fusion *f, aud_error *err)
{
    size_t room = 0, len = 0;

    for (size_t i = 0; i < f->num; i++) {
        const aud_value list = aud_bag_get(f->raws[i].bag, AUD_F_endpoint_vulnerabilities, NULL);
        room += list.presence == AUD_PRESENT ? list.as.list.len : 0;
    }
    if (room == 0) {
        return AUD_OK;
    }
    aud_value *items = aud_arena_array(f->arena, room, sizeof *items);
    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < f->num; i++) {
        const aud_value list = aud_bag_get(f->raws[i].bag, AUD_F_endpoint_vulnerabilities, NULL);
        for (size_t k = 0; list.presence == AUD_PRESENT && k < list.as.list.len; k++) {
            const aud_str name = part(&list.as.list.items[k], AUD_F_vulnerability_name);
            bool known = false;
            for (size_t n = 0; n < len && !known; n++) {
                known = aud_str_eq(part(&items[n], AUD_F_vulnerability_name), name);
            }
            if (!known) {
                AUD_TRY(fuse_attack(f, &list.as.list.items[k], &items[len++], err));
            }
        }
    }
    aud_bag_set(&f->bag, AUD_F_endpoint_vulnerabilities, aud_list_of(items, len));
    return AUD_OK;
}

aud_status aud_fusion_tls(fusion *f, aud_error *err)
{
    const unsigned groups = AUD_F_endpoint_groups, groups_seen = AUD_F_endpoint_groups_seen;
    unsigned seen = 0;
    bool whole = false;
    size_t len = 0;

    AUD_TRY(set_protocols(f, &seen, err));
    AUD_TRY(set_suites(f, seen, err));
    set_dh_bits(f);
    for (size_t i = 0; i < f->num; i++) {
        whole = whole || aud_fusion_told(f, i, groups, groups).presence == AUD_PRESENT;
    }
    AUD_TRY(set_union(f, groups, groups_seen, groups, whole ? groups : groups_seen, &len, err));
    return set_attacks(f, err);
}
