/* engine/population/endpoints.c - several reports of one endpoint become one set of facts. */
#include "engine/population/fusion.h"

#include "engine/base/text.h"

static aud_value fact(const raw_sighting *raw, unsigned field)
{
    return aud_bag_get(raw->bag, field, NULL);
}

static bool time_of(const raw_sighting *raw, int64_t *out)
{
    const aud_value at = fact(raw, AUD_F_endpoint_scanned_at);

    *out = at.as.number;
    return at.presence == AUD_PRESENT;
}

/* Does any report tell this field that is newer by more than the same time? */
static bool replaced(const fusion *f, size_t i, unsigned gate)
{
    int64_t own, other;

    if (!time_of(&f->raws[i], &own)) {
        return false;
    }
    for (size_t k = 0; k < f->num; k++) {
        if (fact(&f->raws[k], gate).presence != AUD_UNKNOWN && time_of(&f->raws[k], &other) &&
            other - own > AUD_SAME_TIME_SECONDS) {
            return true;
        }
    }
    return false;
}

aud_value aud_fusion_told(const fusion *f, size_t i, unsigned field, unsigned gate)
{
    const aud_value value = fact(&f->raws[i], field);

    if (value.presence == AUD_UNKNOWN || replaced(f, i, gate)) {
        return aud_unknown();
    }
    f->used[i] = true;
    return value;
}

/* --- disagreements ---------------------------------------------------------------------------- */

/* "nmap 7.93 at 192.0.2.7 (scans/nmap.xml:12)" */
static aud_status report_words(const fusion *f, size_t i, aud_value *out, aud_error *err)
{
    const raw_sighting *raw = &f->raws[i];
    const aud_value scanner = fact(raw, AUD_F_endpoint_scanner);
    const aud_value version = fact(raw, AUD_F_endpoint_scanner_version);
    const aud_value address = fact(raw, AUD_F_endpoint_address);
    const aud_str none = {NULL, 0};
    const aud_str tool = scanner.presence == AUD_PRESENT ? scanner.as.string : AUD_LIT("a scanner");
    const aud_str its = version.presence == AUD_PRESENT ? version.as.string : none;
    const aud_str where = address.presence == AUD_PRESENT ? address.as.string : none;
    aud_str text;

    AUD_TRY(aud_arena_printf(f->arena, &text, err, "%.*s%s%.*s%s%.*s (%.*s:%u)", AUD_ARG(tool),
                             its.len > 0 ? " " : "", AUD_ARG(its), where.len > 0 ? " at " : "",
                             AUD_ARG(where), AUD_ARG(raw->where.path), raw->where.line));
    *out = aud_string(text);
    return AUD_OK;
}

static aud_status say(const fusion *f, unsigned char what, aud_value *out, aud_error *err)
{
    aud_value *items = aud_arena_array(f->arena, f->num, sizeof *items);
    size_t len = 0;

    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < f->num; i++) {
        if (f->is[i] == what) {
            AUD_TRY(report_words(f, i, &items[len++], err));
        }
    }
    *out = aud_list_of(items, len);
    return AUD_OK;
}

/* Who speaks against a report more than the same time newer is not heard: time explains it. */
static void hush(fusion *f, unsigned char what, unsigned char against)
{
    int64_t newest = INT64_MIN, at;

    for (size_t i = 0; i < f->num; i++) {
        if (f->is[i] == against && time_of(&f->raws[i], &at) && at > newest) {
            newest = at;
        }
    }
    for (size_t i = 0; newest != INT64_MIN && i < f->num; i++) {
        if (f->is[i] == what && time_of(&f->raws[i], &at) && newest - at > AUD_SAME_TIME_SECONDS) {
            f->is[i] = SAYS_NOTHING;
        }
    }
}

aud_status aud_fusion_dispute(fusion *f, unsigned field, aud_str item, aud_error *err)
{
    aud_value seen, denied;
    aud_bag_builder b;
    const aud_bag *bag = NULL;
    const char *name = aud_type_endpoint.fields[field].name;

    hush(f, SAYS_NO, SAYS_YES);
    hush(f, SAYS_YES, SAYS_NO);
    AUD_TRY(say(f, SAYS_YES, &seen, err));
    AUD_TRY(say(f, SAYS_NO, &denied, err));
    if (seen.as.list.len == 0 || denied.as.list.len == 0) {
        return AUD_OK;
    }
    aud_bag_begin(&b, &aud_type_disagreement, f->arena);
    aud_bag_set(&b, AUD_F_disagreement_fact, aud_string(aud_str_of(name)));
    aud_bag_set_text(&b, AUD_F_disagreement_item, item);
    aud_bag_set(&b, AUD_F_disagreement_seen_by, seen);
    aud_bag_set(&b, AUD_F_disagreement_denied_by, denied);
    AUD_TRY(aud_bag_build(&b, &bag, err));
    return AUD_VEC_PUSH(&f->disagreements, aud_object_of(&aud_type_disagreement, aud_bag_get, bag),
                        err);
}

/* --- single facts ----------------------------------------------------------------------------- */

/* Where the scan went: the first report's word, which is the same in all but the oddest. */
static void set_first(fusion *f, unsigned field)
{
    for (size_t i = 0; i < f->num; i++) {
        const aud_value value = fact(&f->raws[i], field);
        if (value.presence != AUD_UNKNOWN) {
            aud_bag_set(&f->bag, field, value);
            return;
        }
    }
}

/* "nmap, sslscan": each word once. */
static aud_status set_joined(fusion *f, unsigned field, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 4096};

    for (size_t i = 0; i < f->num; i++) {
        const aud_value value = fact(&f->raws[i], field);
        bool known = value.presence != AUD_PRESENT;

        for (size_t k = 0; k < i && !known; k++) {
            const aud_value before = fact(&f->raws[k], field);
            known = before.presence == AUD_PRESENT && aud_str_eq(before.as.string, value.as.string);
        }
        if (!known && text.len + value.as.string.len + 2 <= text.max) {
            AUD_TRY(aud_buf_add(&text, text.len > 0 ? AUD_LIT(", ") : AUD_LIT(""), err));
            AUD_TRY(aud_buf_add(&text, value.as.string, err));
        }
    }
    if (text.len > 0) {
        aud_bag_set_text(&f->bag, field, aud_buf_str(&text));
    }
    return AUD_OK;
}

static bool same(const aud_value *a, const aud_value *b)
{
    if (a->presence != b->presence || a->presence != AUD_PRESENT) {
        return a->presence == b->presence;
    }
    return a->type == AUD_T_BOOL     ? a->as.boolean == b->as.boolean
           : a->type == AUD_T_STRING ? aud_str_eq(a->as.string, b->as.string)
                                     : a->as.number == b->as.number;
}

/* The one value that all tell; unknown, and disputed, where they differ. */
static aud_status set_agreed(fusion *f, unsigned field, aud_error *err)
{
    aud_value first = aud_unknown();
    bool agreed = true;

    for (size_t i = 0; i < f->num; i++) {
        const aud_value value = aud_fusion_told(f, i, field, field);

        f->is[i] = value.presence == AUD_UNKNOWN ? SAYS_NOTHING
                   : value.presence == AUD_PRESENT && (value.type != AUD_T_BOOL || value.as.boolean)
                       ? SAYS_YES
                       : SAYS_NO;
        if (value.presence == AUD_UNKNOWN) {
            continue;
        }
        agreed = agreed && (first.presence == AUD_UNKNOWN || same(&first, &value));
        first = first.presence == AUD_UNKNOWN ? value : first;
    }
    if (agreed && first.presence != AUD_UNKNOWN) {
        aud_bag_set(&f->bag, field, first);
    }
    return agreed ? AUD_OK : aud_fusion_dispute(f, field, AUD_LIT("true"), err);
}

/* One report that heard TLS is enough. */
static void set_speaks_tls(fusion *f)
{
    bool speaks = false, told = false;

    for (size_t i = 0; i < f->num; i++) {
        const aud_value value =
            aud_fusion_told(f, i, AUD_F_endpoint_speaks_tls, AUD_F_endpoint_speaks_tls);
        told = told || value.presence == AUD_PRESENT;
        speaks = speaks || (value.presence == AUD_PRESENT && value.as.boolean);
    }
    if (told) {
        aud_bag_set(&f->bag, AUD_F_endpoint_speaks_tls, aud_bool(speaks));
    }
}

/* The oldest report that still counts, for that bounds the age of every fact. */
static void set_scanned_at(fusion *f)
{
    int64_t oldest = INT64_MAX, at;
    bool timed = true;

    for (size_t i = 0; i < f->num; i++) {
        if (f->used[i]) {
            timed = time_of(&f->raws[i], &at) && timed;
            oldest = timed && at < oldest ? at : oldest;
        }
    }
    if (timed && oldest != INT64_MAX) {
        aud_bag_set(&f->bag, AUD_F_endpoint_scanned_at, aud_time(oldest));
    }
}

static aud_status fuse(fusion *f, aud_error *err)
{
    static const unsigned first[] = {
        AUD_F_endpoint_host, AUD_F_endpoint_address,  AUD_F_endpoint_port,
        AUD_F_endpoint_sni,  AUD_F_endpoint_starttls,
    };
    static const unsigned agreed[] = {
        AUD_F_endpoint_server_preference,
        AUD_F_endpoint_compression,
        AUD_F_endpoint_heartbleed,
        AUD_F_endpoint_secure_renegotiation,
        AUD_F_endpoint_client_renegotiation,
        AUD_F_endpoint_session_tickets,
        AUD_F_endpoint_session_resumption,
        AUD_F_endpoint_extended_master_secret,
        AUD_F_endpoint_fallback_scsv,
        AUD_F_endpoint_early_data,
        AUD_F_endpoint_client_certificate,
        AUD_F_endpoint_ocsp_stapled,
        AUD_F_endpoint_hsts_seconds,
        AUD_F_endpoint_declared_leaf_subject,
        AUD_F_endpoint_declared_leaf_not_after,
    };

    for (size_t i = 0; i < AUD_COUNT(first); i++) {
        set_first(f, first[i]);
    }
    set_speaks_tls(f);
    AUD_TRY(aud_fusion_tls(f, err));
    AUD_TRY(aud_fusion_certs(f, err));
    for (size_t i = 0; i < AUD_COUNT(agreed); i++) {
        AUD_TRY(set_agreed(f, agreed[i], err));
    }
    AUD_TRY(set_joined(f, AUD_F_endpoint_scanner, err));
    AUD_TRY(set_joined(f, AUD_F_endpoint_scanner_version, err));
    set_scanned_at(f);
    aud_value *items = aud_arena_array(f->arena, f->disagreements.len, sizeof *items);
    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (f->disagreements.len > 0) {
        memcpy(items, f->disagreements.items, f->disagreements.len * sizeof *items);
    }
    aud_bag_set(&f->bag, AUD_F_endpoint_disagreements, aud_list_of(items, f->disagreements.len));
    return AUD_OK;
}

aud_status aud_endpoints_merge(const raw_sighting *raws, size_t num, const raw_sighting *certs,
                               size_t num_certs, aud_arena *arena, const aud_bag **out,
                               aud_error *err)
{
    fusion f = {.raws = raws, .num = num, .certs = certs, .num_certs = num_certs, .arena = arena};

    f.used = aud_arena_array(arena, num, sizeof *f.used);
    f.is = aud_arena_array(arena, num, sizeof *f.is);
    if (f.used == NULL || f.is == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_bag_begin(&f.bag, &aud_type_endpoint, arena);
    const aud_status fused = fuse(&f, err);
    const aud_status built = aud_bag_build(&f.bag, out, fused == AUD_OK ? err : NULL);
    aud_free(f.disagreements.items);
    return fused != AUD_OK ? fused : built;
}

/* --- what was served only once ---------------------------------------------------------------- */

static void outdate_leaf(raw_sighting *raws, size_t num_certs, const raw_sighting *endpoint)
{
    unsigned char digest[32];
    size_t len = 0, low = 0, high = num_certs;

    if (!aud_hex_decode(endpoint->certificate_sha256, digest, sizeof digest, &len) || len != 32) {
        return;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (memcmp(raws[middle].digest, digest, 32) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < num_certs && memcmp(raws[low].digest, digest, 32) == 0; low++) {
        aud_sighting *where = &raws[low].where;
        if (where->use == AUD_USE_SERVED && where->port == endpoint->where.port &&
            aud_str_eq(where->host, endpoint->where.host) &&
            aud_str_eq(where->path, endpoint->where.path) &&
            aud_str_eq(where->source, endpoint->where.source)) {
            where->history = true;
        }
    }
}

static void outdate_group(raw_sighting *raws, size_t num_certs, size_t begin, size_t end)
{
    const raw_sighting *newest = NULL;
    int64_t at, latest = INT64_MIN;

    for (size_t i = begin; i < end; i++) {
        if (raws[i].certificate_sha256.len > 0 && time_of(&raws[i], &at) && at > latest) {
            latest = at;
            newest = &raws[i];
        }
    }
    for (size_t i = begin; newest != NULL && i < end; i++) {
        if (raws[i].certificate_sha256.len > 0 && time_of(&raws[i], &at) &&
            latest - at > AUD_SAME_TIME_SECONDS &&
            !aud_str_eq(raws[i].certificate_sha256, newest->certificate_sha256)) {
            outdate_leaf(raws, num_certs, &raws[i]);
        }
    }
}

void aud_endpoints_outdate(raw_sighting *raws, size_t num_raws)
{
    size_t num_certs = 0;

    while (num_certs < num_raws && raws[num_certs].kind == AUD_KIND_CERTIFICATE) {
        num_certs++;
    }
    for (size_t i = num_certs, end; i < num_raws && raws[i].kind == AUD_KIND_ENDPOINT; i = end) {
        for (end = i + 1; end < num_raws && raws[end].kind == AUD_KIND_ENDPOINT &&
                          aud_str_eq(raws[end].id, raws[i].id);
             end++) {
        }
        if (end - i > 1) {
            outdate_group(raws, num_certs, i, end);
        }
    }
}
