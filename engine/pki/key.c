/* engine/pki/key.c - facts of a SubjectPublicKeyInfo, and of keys that are only declared. */
#include "engine/pki/pki_internal.h"

#include "engine/base/text.h"

#include <stdio.h>

/* Where the parts lie. In an arena; the views point into the SPKI. */
typedef struct spki_parts {
    aud_str whole, oid, parameters, bits;
    const aud_oid_row *row; /* NULL: an algorithm that is not known here */
    aud_value dotted;
} spki_parts;

static aud_str integer_at(aud_str seq, unsigned index)
{
    aud_tlv outer, tlv = {0};
    aud_der in;

    if (!aud_der_only(seq, AUD_TAG_SEQUENCE, &outer)) {
        return (aud_str){NULL, 0};
    }
    in = aud_der_of(outer.content);
    for (unsigned i = 0; i <= index; i++) {
        if (!aud_der_take(&in, AUD_TAG_INTEGER, &tlv)) {
            return (aud_str){NULL, 0};
        }
    }
    return aud_der_magnitude(tlv.content);
}

static bool is_family(const spki_parts *k, const char *family)
{
    return k->row != NULL && strcmp(k->row->other, family) == 0;
}

static const aud_oid_row *curve_of(const spki_parts *k, aud_arena *arena, aud_value *out_dotted)
{
    aud_tlv oid;

    *out_dotted = aud_unknown();
    if (!aud_der_only(k->parameters, AUD_TAG_OID, &oid)) {
        return NULL;
    }
    *out_dotted = aud_oid_value(oid.content, arena);
    return out_dotted->presence == AUD_PRESENT ? aud_curve_row(out_dotted->as.string) : NULL;
}

/* ECParameters: SEQUENCE { version, fieldID SEQUENCE { OID, prime or characteristic-two } ... } */
static int64_t explicit_bits(aud_str parameters)
{
    aud_tlv seq, version, field, oid, prime;
    aud_der in;

    if (!aud_der_only(parameters, AUD_TAG_SEQUENCE, &seq)) {
        return 0;
    }
    in = aud_der_of(seq.content);
    if (!aud_der_take(&in, AUD_TAG_INTEGER, &version) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &field)) {
        return 0;
    }
    in = aud_der_of(field.content);
    if (!aud_der_take(&in, AUD_TAG_OID, &oid) || !aud_der_take(&in, AUD_TAG_INTEGER, &prime)) {
        return 0;
    }
    return (int64_t)aud_der_magnitude_bits(prime.content);
}

static int64_t key_bits(const spki_parts *k, aud_arena *arena)
{
    const aud_oid_row *curve;
    aud_value dotted;

    if (k->row == NULL) {
        return 0;
    }
    if (k->row->bits > 0) {
        return k->row->bits;
    }
    if (is_family(k, "rsa")) {
        return (int64_t)aud_der_magnitude_bits(integer_at(k->bits, 0));
    }
    if (is_family(k, "dsa") || is_family(k, "dh")) {
        return (int64_t)aud_der_magnitude_bits(integer_at(k->parameters, 0));
    }
    curve = curve_of(k, arena, &dotted);
    return curve != NULL ? curve->bits : explicit_bits(k->parameters);
}

/* NIST SP 800-57 part 1 rev. 5, table 2. */
static aud_value strength_of(const char *family, const char *algorithm, int64_t bits)
{
    if (bits <= 0) {
        return aud_unknown();
    }
    if (strcmp(family, "rsa") == 0 || strcmp(family, "dsa") == 0 || strcmp(family, "dh") == 0) {
        return aud_int(bits >= 15360  ? 256
                       : bits >= 7680 ? 192
                       : bits >= 3072 ? 128
                       : bits >= 2048 ? 112
                       : bits >= 1024 ? 80
                                      : 0);
    }
    if (strcmp(family, "ec") == 0) {
        return aud_int(bits >= 512   ? 256
                       : bits >= 384 ? 192
                       : bits >= 256 ? 128
                       : bits >= 224 ? 112
                       : bits >= 160 ? 80
                                     : 0);
    }
    if (strcmp(family, "eddsa") == 0) {
        return aud_int(strstr(algorithm, "448") != NULL ? 224 : 128);
    }
    return aud_absent();
}

/* A magnitude of at most 4096 bits in decimal. */
static aud_value decimal_value(aud_str magnitude, aud_arena *arena)
{
    unsigned char number[512];
    char digits[1300];
    size_t at = sizeof digits;
    bool any = true;

    if (magnitude.len == 0 || magnitude.len > sizeof number) {
        return aud_unknown();
    }
    memcpy(number, magnitude.ptr, magnitude.len);
    while (any && at > 0) {
        unsigned rest = 0;

        any = false;
        for (size_t i = 0; i < magnitude.len; i++) {
            unsigned now = rest << 8 | number[i];

            number[i] = (unsigned char)(now / 10);
            rest = now % 10;
            any = any || number[i] != 0;
        }
        digits[--at] = (char)('0' + rest);
    }
    aud_str text;
    return aud_arena_dup(arena, (aud_str){digits + at, sizeof digits - at}, &text, NULL) == AUD_OK
               ? aud_string(text)
               : aud_unknown();
}

static aud_value encoding_ok(const spki_parts *k)
{
    aud_tlv tlv;

    if (k->row == NULL) {
        return aud_unknown();
    }
    if (strcmp(k->row->name, "RSA") == 0) {
        return aud_bool(aud_str_eq(k->parameters, (aud_str){"\x05\x00", 2}));
    }
    if (is_family(k, "ec")) {
        return aud_bool(aud_der_only(k->parameters, AUD_TAG_OID, &tlv));
    }
    if (is_family(k, "eddsa") || is_family(k, "pqc")) {
        return aud_bool(k->parameters.len == 0);
    }
    return aud_bool(true);
}

static aud_value curve_value(const spki_parts *k, aud_arena *arena)
{
    const aud_oid_row *row;
    aud_value dotted;

    if (!is_family(k, "ec")) {
        return aud_absent();
    }
    if (k->parameters.len > 0 && k->parameters.ptr[0] == AUD_TAG_SEQUENCE) {
        return aud_absent(); /* spelt out */
    }
    row = curve_of(k, arena, &dotted);
    return row == NULL ? dotted : aud_string(aud_str_of(row->name));
}

static aud_value rsa_value(const spki_parts *k, unsigned field, aud_arena *arena)
{
    aud_str number;

    if (!is_family(k, "rsa")) {
        return aud_absent();
    }
    number = integer_at(k->bits, field == AUD_F_key_modulus ? 0 : 1);
    if (number.len == 0) {
        return aud_unknown();
    }
    if (field == AUD_F_key_exponent_bits) {
        return aud_int((int64_t)aud_der_magnitude_bits(number));
    }
    if (field == AUD_F_key_exponent) {
        return decimal_value(number, arena);
    }
    aud_value hex = aud_hex_value(number, arena);
    if (hex.presence == AUD_PRESENT && hex.as.string.ptr[0] == '0') {
        hex.as.string = aud_str_sub(hex.as.string, 1, hex.as.string.len);
    }
    return hex;
}

static aud_value key_get(const void *self, unsigned field, aud_arena *arena)
{
    const spki_parts *k = self;
    unsigned char digest[32];
    int64_t bits;

    switch ((enum aud_key_field)field) {
    case AUD_F_key_algorithm:
        return k->row == NULL ? k->dotted : aud_string(aud_str_of(k->row->name));
    case AUD_F_key_family:
        return aud_string(k->row == NULL ? AUD_LIT("other") : aud_str_of(k->row->other));
    case AUD_F_key_oid:
        return k->dotted;
    case AUD_F_key_bits:
        bits = key_bits(k, arena);
        return bits > 0 ? aud_int(bits) : aud_unknown();
    case AUD_F_key_curve:
        return curve_value(k, arena);
    case AUD_F_key_explicit_parameters:
        return is_family(k, "ec")
                   ? aud_bool(k->parameters.len > 0 && k->parameters.ptr[0] == AUD_TAG_SEQUENCE)
                   : aud_bool(false);
    case AUD_F_key_strength_bits:
        return k->row == NULL ? aud_unknown()
                              : strength_of(k->row->other, k->row->name, key_bits(k, arena));
    case AUD_F_key_exponent:
    case AUD_F_key_exponent_bits:
    case AUD_F_key_modulus:
        return rsa_value(k, field, arena);
    case AUD_F_key_spki_sha256:
        return aud_sha256(k->whole, digest, NULL) == AUD_OK
                   ? aud_hex_value((aud_str){(const char *)digest, 32}, arena)
                   : aud_unknown();
    case AUD_F_key_algorithm_encoding_ok:
        return encoding_ok(k);
    case AUD_NUM_key_FIELDS:
        break;
    }
    return aud_unknown();
}

aud_value aud_spki_key(aud_str spki, aud_arena *arena)
{
    spki_parts *k = AUD_ARENA_NEW(arena, spki_parts);
    aud_tlv outer, algorithm, bits;
    unsigned unused;
    aud_der in;

    if (k == NULL || !aud_der_only(spki, AUD_TAG_SEQUENCE, &outer)) {
        return aud_unknown();
    }
    in = aud_der_of(outer.content);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &algorithm) ||
        !aud_der_take(&in, AUD_TAG_BIT_STRING, &bits) ||
        !aud_algorithm_parts(algorithm.whole, &k->oid, &k->parameters) ||
        !aud_der_bits(bits.content, &k->bits, &unused)) {
        return aud_unknown();
    }
    k->whole = spki;
    k->dotted = aud_oid_value(k->oid, arena);
    if (k->dotted.presence != AUD_PRESENT) {
        return aud_unknown();
    }
    k->row = aud_key_row(k->dotted.as.string);
    return aud_object_of(&aud_type_key, key_get, k);
}

/* --- declared keys ------------------------------------------------------------------------------
 */

typedef struct declared {
    const char *algorithm, *family; /* NULL: not understood */
    const aud_oid_row *curve;
    int64_t bits; /* 0: not said */
} declared;

/* One word of an inventory's text, lower case. */
static void take_word(declared *d, aud_str word)
{
    static const struct {
        const char *word, *algorithm, *family;
        int64_t bits;
    } names[] = {
        {"rsa", "RSA", "rsa", 0},
        {"rsaencryption", "RSA", "rsa", 0},
        {"ec", "EC", "ec", 0},
        {"ecc", "EC", "ec", 0},
        {"ecdsa", "EC", "ec", 0},
        {"ecpublickey", "EC", "ec", 0},
        {"dsa", "DSA", "dsa", 0},
        {"ed25519", "Ed25519", "eddsa", 256},
        {"ed448", "Ed448", "eddsa", 456},
        {"dh", "DH", "dh", 0},
        {"rsapss", "RSA-PSS", "rsa", 0},
    };
    const aud_oid_row *curve = aud_curve_named(word);
    uint64_t number;

    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        if (aud_str_eq(word, aud_str_of(names[i].word))) {
            d->algorithm = names[i].algorithm;
            d->family = names[i].family;
            d->bits = names[i].bits > 0 ? names[i].bits : d->bits;
            return;
        }
    }
    if (curve != NULL) {
        d->curve = curve;
        return;
    }
    if (aud_str_starts(word, AUD_LIT("rsa")) && word.len > 3) { /* rsa2048 */
        take_word(d, AUD_LIT("rsa"));
        word = aud_str_sub(word, 3, word.len);
    }
    if (aud_parse_u64(word, &number) && number >= 100 && number <= 65536) {
        d->bits = (int64_t)number;
    }
}

/* Splits at blanks and marks; "P-256" and "id-ecPublicKey" are kept together where they mean one.
 */
static void take_text(declared *d, aud_str text)
{
    char folded[128];
    size_t len = text.len < sizeof folded ? text.len : 0;
    aud_str rest, word;

    for (size_t i = 0; i < len; i++) {
        char c = text.ptr[i];

        folded[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    rest = aud_str_trim((aud_str){folded, len});
    if (aud_curve_named(rest) != NULL) {
        take_word(d, rest);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        if (strchr("_/(),;:+", folded[i]) != NULL && folded[i] != '\0') {
            folded[i] = ' ';
        }
    }
    while (aud_str_split(&rest, ' ', &word)) {
        if (aud_curve_named(word) != NULL) {
            take_word(d, word);
            continue;
        }
        for (aud_str piece; aud_str_split(&word, '-', &piece);) {
            take_word(d, piece);
        }
    }
}

aud_status aud_key_declared(aud_str algorithm, aud_str size_or_curve, aud_arena *arena,
                            aud_value *out, aud_error *err)
{
    aud_bag_builder b;
    const aud_bag *bag;
    declared d = {0};

    take_text(&d, algorithm);
    take_text(&d, size_or_curve);
    if (d.curve != NULL && d.algorithm == NULL) {
        d.algorithm = "EC";
        d.family = "ec";
    }
    if (d.curve != NULL && strcmp(d.family, "ec") == 0) {
        d.bits = d.curve->bits;
    }
    aud_bag_begin(&b, &aud_type_key, arena);
    if (d.algorithm != NULL) {
        aud_bag_set_text(&b, AUD_F_key_algorithm, aud_str_of(d.algorithm));
        aud_bag_set_text(&b, AUD_F_key_family, aud_str_of(d.family));
        if (strcmp(d.family, "ec") != 0) {
            aud_bag_set(&b, AUD_F_key_curve, aud_absent());
        }
        if (d.bits > 0) {
            aud_bag_set(&b, AUD_F_key_strength_bits, strength_of(d.family, d.algorithm, d.bits));
        }
    }
    if (d.curve != NULL) {
        aud_bag_set_text(&b, AUD_F_key_curve, aud_str_of(d.curve->name));
    }
    if (d.bits > 0) {
        aud_bag_set(&b, AUD_F_key_bits, aud_int(d.bits));
    }
    AUD_TRY(aud_bag_build(&b, &bag, err));
    *out = aud_object_of(&aud_type_key, aud_bag_get, bag);
    return AUD_OK;
}
