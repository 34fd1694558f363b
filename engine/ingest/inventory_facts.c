/* engine/ingest/inventory_facts.c - what the texts of one record come to. */
#include "engine/ingest/inventory_facts.h"

#include "engine/base/text.h"
#include "engine/ingest/inventory_values.h"
#include "engine/ingest/names.h"
#include "engine/pki/cert.h"

enum {
    MAX_LIST = 10000, /* names, owners, places of one record */
    MAX_CERTS = 64,
};

void aud_inv_problem(aud_inv_facts *f, aud_inv_field field, uint32_t line, const char *reason)
{
    f->inv->problem[field] = reason;
    f->inv->problem_line[field] = line;
    f->inv->num_problems++;
}

/* The first value of a field that has one, and is fit to be read; NULL otherwise. */
static const aud_inv_value *scalar(aud_inv_facts *f, aud_inv_field field)
{
    const aud_inv_value *value = f->inv->values[field];

    if (value && value->bad) {
        aud_inv_problem(f, field, value->line, "is not a single text; export it as one");
        return NULL;
    }
    return value;
}

aud_str aud_inv_text(aud_inv_facts *f, aud_inv_field field)
{
    const aud_inv_value *value = scalar(f, field);

    return value ? value->text : (aud_str){NULL, 0};
}

static void read_date(aud_inv_facts *f, aud_inv_field field, bool *out_has, int64_t *out,
                      bool *out_day)
{
    const aud_inv_value *value = scalar(f, field);

    if (!value) {
        return;
    }
    *out_has = aud_inv_date(value->text, out, out_day);
    if (!*out_has) {
        aud_inv_problem(
            f, field, value->line,
            "is no ISO 8601 date (2026-03-15 or 2026-03-15T10:00:00Z), and other forms leave "
            "day and month in doubt; export it in ISO form");
    }
}

static void read_dates(aud_inv_facts *f)
{
    bool unused = false;

    read_date(f, AUD_INV_NOT_BEFORE, &f->has_not_before, &f->not_before, &unused);
    read_date(f, AUD_INV_NOT_AFTER, &f->has_not_after, &f->not_after, &f->day_only);
    if (f->has_not_before && f->has_not_after && f->not_after < f->not_before) {
        aud_inv_problem(f, AUD_INV_NOT_AFTER, f->inv->values[AUD_INV_NOT_AFTER]->line,
                        "is before not_before; correct the record");
        f->has_not_before = f->has_not_after = false;
    }
}

static aud_status read_digest(aud_inv_facts *f, aud_inv_field field, size_t bytes, aud_str *out,
                              aud_error *err)
{
    const aud_inv_value *value = scalar(f, field);

    if (!value) {
        return AUD_OK;
    }
    const aud_status st = aud_inv_digest(value->text, bytes, f->arena, out, NULL);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    if (st != AUD_OK) {
        aud_inv_problem(f, field, value->line,
                        bytes == 32 ? "is no SHA-256 of 64 hexadecimal digits"
                                    : "is no SHA-1 of 40 hexadecimal digits");
    }
    return AUD_OK;
}

static aud_status read_fingerprints(aud_inv_facts *f, aud_error *err)
{
    const aud_inv_value *either = scalar(f, AUD_INV_FINGERPRINT);

    AUD_TRY(read_digest(f, AUD_INV_SHA256, 32, &f->sha256, err));
    AUD_TRY(read_digest(f, AUD_INV_SHA1, 20, &f->sha1, err));
    if (!either) {
        return AUD_OK;
    }
    aud_str sha256 = {NULL, 0}, sha1 = {NULL, 0};
    aud_status st = aud_inv_digest(either->text, 32, f->arena, &sha256, NULL);
    if (st == AUD_E_FORMAT) {
        st = aud_inv_digest(either->text, 20, f->arena, &sha1, NULL);
    }
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    if (st != AUD_OK) {
        aud_inv_problem(f, AUD_INV_FINGERPRINT, either->line,
                        "is neither a SHA-256 of 64 nor a SHA-1 of 40 hexadecimal digits");
    }
    f->sha256 = f->sha256.len > 0 ? f->sha256 : sha256;
    f->sha1 = f->sha1.len > 0 ? f->sha1 : sha1;
    return AUD_OK;
}

static aud_status read_serial(aud_inv_facts *f, aud_error *err)
{
    const aud_inv_value *value = f->inv->values[AUD_INV_SERIAL];

    if (!value) {
        return AUD_OK;
    }
    const aud_status st =
        value->bad ? AUD_E_FORMAT : aud_inv_serial(value->text, f->arena, &f->serial, NULL);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    if (st != AUD_OK) {
        aud_inv_problem(f, AUD_INV_SERIAL, value->line,
                        "is no serial number in hexadecimal; export it as text, not as a number");
    }
    return AUD_OK;
}

/* What cuts a value into a list of names, places or owners ("Lovelace, Ada" is one). */
enum { CUTS_NAMES = 1, CUTS_PLACES = 2, CUTS_OWNERS = 4 };
static const unsigned char cuts[256] = {
    [' '] = CUTS_NAMES,
    ['\t'] = CUTS_NAMES,
    ['|'] = CUTS_NAMES,
    [','] = CUTS_NAMES | CUTS_PLACES,
    [';'] = CUTS_NAMES | CUTS_PLACES | CUTS_OWNERS,
    ['\r'] = CUTS_NAMES | CUTS_PLACES | CUTS_OWNERS,
    ['\n'] = CUTS_NAMES | CUTS_PLACES | CUTS_OWNERS,
};

/* Cuts a cell into its parts; a list of JSON comes as several values already. */
static aud_status read_list(aud_inv_facts *f, aud_inv_field field, unsigned cut,
                            aud_status (*add)(aud_inv_facts *f, const aud_inv_value *v,
                                              aud_str part, aud_error *err),
                            aud_error *err)
{
    for (const aud_inv_value *v = f->inv->values[field]; v; v = v->next) {
        if (v->bad) {
            aud_inv_problem(f, field, v->line, "holds something else than texts");
            continue;
        }
        for (size_t from = 0; from < v->text.len;) {
            size_t to = from;
            while (to < v->text.len && !(cuts[(unsigned char)v->text.ptr[to]] & cut)) {
                to++;
            }
            const aud_str part = aud_str_trim(aud_str_sub(v->text, from, to - from));
            if (part.len > 0) {
                AUD_TRY(add(f, v, part, err));
            }
            from = to + 1;
        }
        if (f->inv->dns_names.len + f->inv->ip_addresses.len >= MAX_LIST ||
            f->inv->locations.len >= MAX_LIST || f->inv->owners.len >= MAX_LIST) {
            aud_inv_problem(f, field, v->line, "is too long a list");
            break;
        }
    }
    return AUD_OK;
}

static aud_status add_san(aud_inv_facts *f, const aud_inv_value *v, aud_str part, aud_error *err)
{
    AUD_UNUSED(v);
    aud_str name = aud_inv_san(part);

    if (name.len > 1 && name.ptr[name.len - 1] == '.') { /* the root's: DNS writes it, certificates
                                                            do not */
        name.len--;
    }
    if (name.len == 0 || f->inv->dns_names.len + f->inv->ip_addresses.len >= MAX_LIST) {
        return AUD_OK;
    }
    if (aud_is_ip(name)) {
        return AUD_VEC_PUSH(&f->inv->ip_addresses, name, err);
    }
    if (memchr(name.ptr, '@', name.len) || memchr(name.ptr, '/', name.len)) {
        return AUD_OK; /* mail addresses and URIs are no fact of a record */
    }
    return AUD_VEC_PUSH(&f->inv->dns_names, name, err);
}

static aud_status add_location(aud_inv_facts *f, const aud_inv_value *v, aud_str part,
                               aud_error *err)
{
    AUD_UNUSED(v);
    return f->inv->locations.len < MAX_LIST ? AUD_VEC_PUSH(&f->inv->locations, part, err) : AUD_OK;
}

static aud_status add_owner(aud_inv_facts *f, const aud_inv_value *v, aud_str part, aud_error *err)
{
    for (size_t i = 0; i < f->inv->owners.len; i++) {
        if (aud_str_eq(f->inv->owners.items[i], part)) {
            return AUD_OK;
        }
    }
    if (f->inv->owners.len == MAX_LIST) {
        return AUD_OK;
    }
    AUD_TRY(AUD_VEC_PUSH(&f->inv->owner_notes, v->note, err));
    return AUD_VEC_PUSH(&f->inv->owners, part, err);
}

static aud_status read_lists(aud_inv_facts *f, aud_error *err)
{
    AUD_TRY(read_list(f, AUD_INV_SANS, CUTS_NAMES, add_san, err));
    AUD_TRY(read_list(f, AUD_INV_DNS_NAMES, CUTS_NAMES, add_san, err));
    AUD_TRY(read_list(f, AUD_INV_IP_ADDRESSES, CUTS_NAMES, add_san, err));
    AUD_TRY(read_list(f, AUD_INV_LOCATIONS, CUTS_PLACES, add_location, err));
    return read_list(f, AUD_INV_OWNERS, CUTS_OWNERS, add_owner, err);
}

/* The key that these texts declare; unknown if they declare none. */
static aud_status declared_key(aud_inv_facts *f, aud_str algorithm, aud_str size, aud_str curve,
                               aud_value *out, aud_error *err)
{
    const aud_status st = aud_inv_key(algorithm, size, curve, f->arena, out, NULL);

    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    if (st != AUD_OK) {
        *out = aud_unknown();
    }
    return AUD_OK;
}

/* Keeps a copy; the few records that come when the cache is full do without. */
static void keep_key(aud_inv_key_cache *cache, aud_str algorithm, aud_str size, aud_str curve,
                     aud_value key)
{
    struct aud_inv_known_key known = {.key = key};
    const aud_bag *bag = NULL;

    if (cache->len == AUD_INV_KEYS ||
        aud_arena_dup(&cache->arena, algorithm, &known.algorithm, NULL) != AUD_OK ||
        aud_arena_dup(&cache->arena, size, &known.size, NULL) != AUD_OK ||
        aud_arena_dup(&cache->arena, curve, &known.curve, NULL) != AUD_OK) {
        return;
    }
    if (key.presence == AUD_PRESENT) {
        if (key.as.object.get != aud_bag_get ||
            aud_bag_copy(key.as.object.self, &cache->arena, &bag, NULL) != AUD_OK) {
            return;
        }
        known.key.as.object.self = bag;
    }
    cache->items[cache->len++] = known;
}

static aud_status find_key(aud_inv_facts *f, aud_str algorithm, aud_str size, aud_str curve,
                           aud_error *err)
{
    aud_inv_key_cache *cache = &f->inv->keys;

    for (size_t i = 0; i < cache->len; i++) {
        const struct aud_inv_known_key *known = &cache->items[i];
        if (aud_str_eq(known->size, size) && aud_str_eq(known->algorithm, algorithm) &&
            aud_str_eq(known->curve, curve)) {
            f->key = known->key;
            return AUD_OK;
        }
    }
    AUD_TRY(declared_key(f, algorithm, size, curve, &f->key, err));
    keep_key(cache, algorithm, size, curve, f->key);
    return AUD_OK;
}

static aud_status read_key(aud_inv_facts *f, aud_error *err)
{
    const aud_str algorithm = aud_inv_text(f, AUD_INV_KEY_ALGORITHM);
    const aud_str size = aud_inv_text(f, AUD_INV_KEY_SIZE);
    const aud_str curve = aud_inv_text(f, AUD_INV_KEY_CURVE);

    if (algorithm.len + size.len + curve.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(find_key(f, algorithm, size, curve, err));
    if (f->key.presence != AUD_PRESENT) {
        const aud_inv_field field = algorithm.len > 0 ? AUD_INV_KEY_ALGORITHM
                                    : size.len > 0    ? AUD_INV_KEY_SIZE
                                                      : AUD_INV_KEY_CURVE;
        aud_inv_problem(f, field, f->inv->values[field]->line,
                        "names no key; want an algorithm with its size or curve, as in RSA 2048");
    }
    return AUD_OK;
}

static aud_status read_words(aud_inv_facts *f, aud_error *err)
{
    const aud_inv_value *status = scalar(f, AUD_INV_STATUS);
    const aud_inv_value *is_ca = scalar(f, AUD_INV_IS_CA);

    f->subject = aud_inv_text(f, AUD_INV_SUBJECT);
    if (f->subject.len == 0) {
        f->subject = aud_inv_text(f, AUD_INV_NAME);
    }
    f->issuer = aud_inv_text(f, AUD_INV_ISSUER);
    f->purpose = aud_inv_purpose(aud_inv_text(f, AUD_INV_PURPOSE));
    f->active = true;
    if (status) {
        AUD_TRY(aud_inv_status(status->text, f->arena, &f->status, &f->active, err));
    }
    if (is_ca) {
        f->has_is_ca = aud_inv_bool(is_ca->text, &f->is_ca);
        if (!f->has_is_ca) {
            aud_inv_problem(f, AUD_INV_IS_CA, is_ca->line, "is neither true nor false");
        }
    }
    return AUD_OK;
}

/* --- certificate bytes ------------------------------------------------------------------------ */

static aud_status gather_cert(void *ctx, aud_str der, aud_error *err)
{
    aud_inv_facts *f = ctx;

    if (f->inv->certs.len >= MAX_CERTS) {
        aud_inv_problem(f, AUD_INV_CERTIFICATE, f->inv->line, "holds more than 64 certificates");
        return AUD_OK;
    }
    return aud_inventory_add_der(f->inv, der, err);
}

/* Base64 of DER, without marks. */
static aud_status bare_der(aud_inv_facts *f, const aud_inv_value *value, aud_error *err)
{
    aud_cert cert;
    size_t len = 0;
    unsigned char *der = aud_arena_take(f->arena, value->text.len / 4 * 3 + 3, 1);

    if (!der) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (!aud_base64_decode(value->text, der, &len) ||
        aud_cert_read((aud_str){(const char *)der, len}, &cert, NULL) != AUD_OK) {
        aud_inv_problem(f, AUD_INV_CERTIFICATE, value->line, "is neither PEM nor base64 of DER");
        return AUD_OK;
    }
    return gather_cert(f, cert.der, err);
}

aud_status aud_inv_facts_certificates(aud_inv_facts *f, const aud_sighting *where, aud_error *err)
{
    for (const aud_inv_value *v = f->inv->values[AUD_INV_CERTIFICATE]; v; v = v->next) {
        aud_sighting at = *where;
        at.line = v->line;
        if (v->bad) {
            aud_inv_problem(f, AUD_INV_CERTIFICATE, v->line, "is not a text");
        } else if (aud_may_hold_pem(v->text)) {
            AUD_TRY(aud_reading_embedded(f->inv->reading, v->text, &at, gather_cert, f, err));
        } else if (aud_is_template(v->text)) {
            AUD_TRY(aud_reading_gap_at(f->inv->reading, AUD_GAP_TEMPLATE, &at, err,
                                       "certificate: a placeholder stands where certificate bytes "
                                       "belong; read the rendered file, or accept it with a "
                                       "reason"));
        } else {
            AUD_TRY(bare_der(f, v, err));
        }
    }
    f->num_own = f->inv->certs.len;
    /* keys and chains in fields that are not ours: behind the record's own certificate */
    for (const aud_inv_value *v = f->inv->values[AUD_INV_OTHER]; v; v = v->next) {
        aud_sighting at = *where;
        at.line = v->line;
        AUD_TRY(aud_reading_embedded(f->inv->reading, v->text, &at, gather_cert, f, err));
    }
    return AUD_OK;
}

/* --- identity --------------------------------------------------------------------------------- */

aud_status aud_inv_concat(aud_arena *arena, const aud_str *parts, size_t num_parts, aud_str *out,
                          aud_error *err)
{
    size_t len = 0;

    for (size_t i = 0; i < num_parts; i++) {
        len += parts[i].len;
    }
    char *text = aud_arena_take(arena, len + 1, 1);
    if (!text) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = (aud_str){text, len};
    for (size_t i = 0; i < num_parts; i++) {
        if (parts[i].len > 0) {
            memcpy(text, parts[i].ptr, parts[i].len);
        }
        text += parts[i].len;
    }
    *text = '\0';
    return AUD_OK;
}

/* " @ web-01 @ web-02" */
static aud_status join_locations(aud_inv_facts *f, aud_str *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf joined = {.max = SIZE_MAX / 2};

    for (size_t i = 0; i < f->inv->locations.len; i++) {
        AUD_TRY(aud_buf_add(&joined, AUD_LIT(" @ "), err));
        AUD_TRY(aud_buf_add(&joined, f->inv->locations.items[i], err));
    }
    return aud_arena_dup(f->arena, aud_buf_str(&joined), out, err);
}

/* The system's own id; without one, what tells this certificate from others. Never a position. */
static aud_status find_identity(aud_inv_facts *f, aud_error *err)
{
    const aud_str name = f->subject.len > 0          ? f->subject
                         : f->inv->dns_names.len > 0 ? f->inv->dns_names.items[0]
                                                     : (aud_str){NULL, 0};

    f->own_id = f->identity = aud_inv_text(f, AUD_INV_ID);
    if (f->own_id.len > 0) {
        return AUD_OK;
    }
    if (f->sha256.len > 0) {
        const aud_str parts[] = {AUD_LIT("sha256:"), f->sha256};
        return aud_inv_concat(f->arena, parts, AUD_COUNT(parts), &f->identity, err);
    }
    if (f->sha1.len > 0) {
        const aud_str parts[] = {AUD_LIT("sha1:"), f->sha1};
        return aud_inv_concat(f->arena, parts, AUD_COUNT(parts), &f->identity, err);
    }
    if (f->serial.len > 0 && f->issuer.len > 0) {
        const aud_str parts[] = {AUD_LIT("serial:"), f->serial, AUD_LIT(" of "), f->issuer};
        return aud_inv_concat(f->arena, parts, AUD_COUNT(parts), &f->identity, err);
    }
    if (name.len > 0) {
        aud_str parts[] = {name, {NULL, 0}};
        AUD_TRY(join_locations(f, &parts[1], err));
        return aud_inv_concat(f->arena, parts, AUD_COUNT(parts), &f->identity, err);
    }
    return AUD_OK;
}

aud_status aud_inv_facts_read(aud_inv_facts *f, aud_error *err)
{
    AUD_TRY(read_words(f, err));
    AUD_TRY(read_fingerprints(f, err));
    AUD_TRY(read_serial(f, err));
    AUD_TRY(read_lists(f, err));
    read_dates(f);
    AUD_TRY(read_key(f, err));
    return find_identity(f, err);
}
