/* engine/population/links.c - which records and precertificates are a certificate that is at hand.
 */
#include "engine/population/links.h"

#include "engine/base/map.h"
#include "engine/base/text.h"

enum { LONG_SERIAL = 15 }; /* digits; the first of 16 may be a zero */

typedef struct linker {
    raw_sighting *raws;
    size_t num_certs; /* raws[0 .. num_certs) are certificates */
    aud_arena *arena;
    aud_map *by_sha1;   /* 20 bytes -> raw */
    aud_map *by_serial; /* serial, hex without leading zeros -> raw, or the mark of several */
    aud_map *by_fold;   /* digest of the tbsCertificate less poison and SCTs -> raw */
    raw_sighting several;
} linker;

static aud_str text_fact(const aud_bag *bag, unsigned field)
{
    aud_value value = aud_bag_get(bag, field, NULL);

    return value.presence == AUD_PRESENT ? value.as.string : (aud_str){NULL, 0};
}

static void become(raw_sighting *raw, const raw_sighting *cert)
{
    if (raw->kind == AUD_KIND_RECORD) {
        raw->where.declared = raw->bag;
    }
    raw->kind = AUD_KIND_CERTIFICATE;
    raw->cert = cert->cert;
    memcpy(raw->digest, cert->digest, sizeof raw->digest);
    raw->id = (aud_str){NULL, 0};
    raw->merges = true;
}

static raw_sighting *find_digest(const linker *l, const unsigned char digest[32])
{
    size_t low = 0, high = l->num_certs;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(l->raws[middle].digest, digest, 32);

        if (order == 0) {
            return &l->raws[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static bool same_cert(const raw_sighting *a, const raw_sighting *b)
{
    return memcmp(a->digest, b->digest, 32) == 0;
}

static bool index_sha1(linker *l)
{
    if (l->by_sha1 != NULL) {
        return true;
    }
    if (aud_map_new(&l->by_sha1, NULL) != AUD_OK) {
        return false;
    }
    for (size_t i = 0; i < l->num_certs; i++) {
        unsigned char digest[20];

        if (i > 0 && same_cert(&l->raws[i - 1], &l->raws[i])) {
            continue;
        }
        if (aud_sha1(l->raws[i].cert->der, digest, NULL) != AUD_OK ||
            aud_map_put(l->by_sha1, (aud_str){(const char *)digest, 20}, &l->raws[i], NULL) !=
                AUD_OK) {
            return false;
        }
    }
    return true;
}

aud_str aud_serial_digits(aud_str hex)
{
    while (hex.len > 1 && hex.ptr[0] == '0') {
        hex.ptr++;
        hex.len--;
    }
    return hex;
}

static bool index_serial(linker *l)
{
    if (l->by_serial != NULL) {
        return true;
    }
    if (aud_map_new(&l->by_serial, NULL) != AUD_OK) {
        return false;
    }
    for (size_t i = 0; i < l->num_certs; i++) {
        aud_value serial;
        aud_str key;

        if (i > 0 && same_cert(&l->raws[i - 1], &l->raws[i])) {
            continue;
        }
        serial = aud_cert_get(l->raws[i].cert, AUD_F_certificate_serial, l->arena);
        if (serial.presence != AUD_PRESENT) {
            continue;
        }
        key = aud_serial_digits(serial.as.string);
        if (aud_map_put(l->by_serial, key,
                        aud_map_get(l->by_serial, key) == NULL ? &l->raws[i] : &l->several,
                        NULL) != AUD_OK) {
            return false;
        }
    }
    return true;
}

/* "C = US, O=X" and "c=us,o=x" are the same claim. */
static bool same_words(aud_str a, aud_str b)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (i < a.len && (a.ptr[i] == ' ' || a.ptr[i] == '\t')) {
            i++;
        }
        while (k < b.len && (b.ptr[k] == ' ' || b.ptr[k] == '\t')) {
            k++;
        }
        if (i == a.len || k == b.len) {
            return i == a.len && k == b.len;
        }
        if (!aud_str_ieq(aud_str_sub(a, i, 1), aud_str_sub(b, k, 1))) {
            return false;
        }
        i++;
        k++;
    }
}

/*
 * Does the declared issuer name this certificate's issuer: as a whole, by its CN, or, beside a
 * serial number of 64 bits or more, which no two CAs of one organisation will share, by that?
 */
static bool issuer_fits(linker *l, const raw_sighting *cert, aud_str declared, aud_str serial)
{
    const aud_str own = aud_name_text(cert->cert->issuer, l->arena);
    aud_value names = aud_cert_get(cert->cert, AUD_F_certificate_issuer_common_names, l->arena);

    if (declared.len == 0) {
        return false;
    }
    if (same_words(declared, own) || aud_same_name(declared, own)) {
        return true;
    }
    for (size_t i = 0; names.presence == AUD_PRESENT && i < names.as.list.len; i++) {
        if (same_words(declared, names.as.list.items[i].as.string)) {
            return true;
        }
    }
    names = aud_cert_get(cert->cert, AUD_F_certificate_issuer_organizations, l->arena);
    for (size_t i = 0; names.presence == AUD_PRESENT && i < names.as.list.len; i++) {
        if (aud_serial_digits(serial).len >= LONG_SERIAL &&
            same_words(declared, names.as.list.items[i].as.string)) {
            return true;
        }
    }
    return false;
}

static const raw_sighting *link_of(linker *l, const raw_sighting *record)
{
    aud_str sha256 = text_fact(record->bag, AUD_F_record_sha256);
    aud_str sha1 = text_fact(record->bag, AUD_F_record_sha1);
    aud_str serial = text_fact(record->bag, AUD_F_record_serial);
    unsigned char digest[32];
    size_t len = 0;

    if (aud_hex_decode(sha256, digest, sizeof digest, &len) && len == 32) {
        return find_digest(l, digest); /* a fingerprint that nobody has is an answer, too */
    }
    if (aud_hex_decode(sha1, digest, sizeof digest, &len) && len == 20 && index_sha1(l)) {
        return aud_map_get(l->by_sha1, (aud_str){(const char *)digest, 20});
    }
    if (serial.len > 0 && index_serial(l)) {
        raw_sighting *hit = aud_map_get(l->by_serial, aud_serial_digits(serial));
        if (hit != NULL && hit != &l->several &&
            issuer_fits(l, hit, text_fact(record->bag, AUD_F_record_issuer), serial)) {
            return hit;
        }
    }
    return NULL;
}

static bool is_precertificate(linker *l, const raw_sighting *raw)
{
    aud_value poison = aud_cert_get(raw->cert, AUD_F_certificate_is_precertificate, l->arena);

    return poison.presence == AUD_PRESENT && poison.as.boolean;
}

/* Final certificates by their folded digest; made only where there is a precertificate. */
static bool index_fold(linker *l)
{
    if (l->by_fold != NULL) {
        return true;
    }
    if (aud_map_new(&l->by_fold, NULL) != AUD_OK) {
        return false;
    }
    for (size_t i = 0; i < l->num_certs; i++) {
        unsigned char digest[32];

        if ((i > 0 && same_cert(&l->raws[i - 1], &l->raws[i])) ||
            is_precertificate(l, &l->raws[i]) ||
            aud_cert_fold_sha256(l->raws[i].cert, digest, NULL) != AUD_OK) {
            continue;
        }
        if (aud_map_put(l->by_fold, (aud_str){(const char *)digest, 32}, &l->raws[i], NULL) !=
            AUD_OK) {
            return false;
        }
    }
    return true;
}

/* Folding changes digests that find_digest searches by, so it comes last. */
static bool fold_precertificates(linker *l)
{
    bool turned = false;

    for (size_t i = 0; i < l->num_certs; i++) {
        unsigned char digest[32];
        raw_sighting *final;

        if (!is_precertificate(l, &l->raws[i]) || !index_fold(l) ||
            aud_cert_fold_sha256(l->raws[i].cert, digest, NULL) != AUD_OK) {
            continue;
        }
        final = aud_map_get(l->by_fold, (aud_str){(const char *)digest, 32});
        if (final != NULL) {
            become(&l->raws[i], final);
            turned = true;
        }
    }
    return turned;
}

bool aud_link_raws(raw_sighting *raws, size_t num_raws, aud_arena *arena)
{
    linker l = {.raws = raws, .arena = arena};
    bool turned = false;

    while (l.num_certs < num_raws && raws[l.num_certs].kind == AUD_KIND_CERTIFICATE) {
        l.num_certs++;
    }
    for (size_t i = l.num_certs; i < num_raws && l.num_certs > 0; i++) {
        const raw_sighting *cert = raws[i].kind == AUD_KIND_RECORD ? link_of(&l, &raws[i]) : NULL;
        if (cert != NULL) {
            become(&raws[i], cert);
            turned = true;
        }
    }
    turned = fold_precertificates(&l) || turned;
    aud_map_freep(&l.by_sha1);
    aud_map_freep(&l.by_serial);
    aud_map_freep(&l.by_fold);
    return turned;
}
