/* engine/pki/key.c - facts of a SubjectPublicKeyInfo. */
#include "engine/pki/pki_internal.h"
#include "engine/pki/rsa_weak.h"

#include "engine/base/text.h"

/* Where the parts lie. In an arena; the views point into the SPKI. */
typedef struct spki_parts {
    aud_str whole, oid, parameters, bits;
    const aud_oid_row *row; /* NULL: an algorithm that is not known here */
    aud_value dotted;
} spki_parts;

/* The INTEGERs that begin a SEQUENCE, as magnitudes; false if one of `num` is missing. */
static bool read_integers(aud_str seq, aud_str *out, size_t num)
{
    aud_tlv outer, tlv;
    aud_der in;

    if (!aud_der_only(seq, AUD_TAG_SEQUENCE, &outer)) {
        return false;
    }
    in = aud_der_of(outer.content);
    for (size_t i = 0; i < num; i++) {
        if (!aud_der_take(&in, AUD_TAG_INTEGER, &tlv)) {
            return false;
        }
        out[i] = aud_der_magnitude(tlv.content);
    }
    return true;
}

/* RSAPublicKey: modulus and exponent, and nothing else. */
static bool read_rsa(const spki_parts *k, aud_str out[2])
{
    aud_tlv outer;

    return read_integers(k->bits, out, 2) && aud_der_only(k->bits, AUD_TAG_SEQUENCE, &outer) &&
           aud_der_count(outer.content) == 2;
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

/*
 * ECParameters: SEQUENCE { version, fieldID SEQUENCE { type, prime or SEQUENCE { m ... } } ... }
 * (SEC 1, C.2).
 */
static int64_t explicit_bits(aud_str parameters)
{
    aud_tlv seq, version, field, type, tlv;
    int64_t m = 0;
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
    if (!aud_der_take(&in, AUD_TAG_OID, &type) || !aud_der_next(&in, &tlv)) {
        return 0;
    }
    if (tlv.tag == AUD_TAG_INTEGER) {
        return (int64_t)aud_der_magnitude_bits(tlv.content);
    }
    in = aud_der_of(tlv.content);
    return tlv.tag == AUD_TAG_SEQUENCE && aud_der_take(&in, AUD_TAG_INTEGER, &tlv) &&
                   aud_der_int(tlv.content, &m) && m > 0
               ? m
               : 0;
}

static int64_t key_bits(const spki_parts *k, aud_arena *arena)
{
    const aud_oid_row *curve;
    aud_str numbers[2];
    aud_value dotted;

    if (k->row == NULL) {
        return 0;
    }
    if (k->row->bits > 0) {
        return k->row->bits;
    }
    if (is_family(k, "rsa")) {
        return read_rsa(k, numbers) ? (int64_t)aud_der_magnitude_bits(numbers[0]) : 0;
    }
    if (is_family(k, "dsa") || is_family(k, "dh")) {
        return read_integers(k->parameters, numbers, 1)
                   ? (int64_t)aud_der_magnitude_bits(numbers[0])
                   : 0;
    }
    curve = curve_of(k, arena, &dotted);
    return curve != NULL ? curve->bits : explicit_bits(k->parameters);
}

/* NIST SP 800-57 part 1 rev. 5, table 2; 0 is below its first row. */
static int64_t strength_of_field(int64_t bits)
{
    return bits >= 15360  ? 256
           : bits >= 7680 ? 192
           : bits >= 3072 ? 128
           : bits >= 2048 ? 112
           : bits >= 1024 ? 80
                          : 0;
}

static int64_t strength_of_group(int64_t bits)
{
    return bits >= 512   ? 256
           : bits >= 384 ? 192
           : bits >= 256 ? 128
           : bits >= 224 ? 112
           : bits >= 160 ? 80
                         : 0;
}

aud_value aud_key_strength(const char *family, const char *algorithm, int64_t bits)
{
    if (strcmp(family, "pqc") == 0) {
        return aud_absent();
    }
    if (bits <= 0) {
        return aud_unknown();
    }
    if (strcmp(family, "rsa") == 0 || strcmp(family, "dsa") == 0 || strcmp(family, "dh") == 0) {
        return aud_int(strength_of_field(bits));
    }
    if (strcmp(family, "ec") == 0) {
        return aud_int(strength_of_group(bits));
    }
    if (strcmp(family, "eddsa") == 0) {
        return aud_int(strstr(algorithm, "448") != NULL ? 224 : 128);
    }
    return aud_unknown();
}

/* DSA is as strong as the weaker of its two groups; a curve of one's own as nobody knows what. */
static aud_value strength(const spki_parts *k, aud_arena *arena)
{
    const int64_t bits = key_bits(k, arena);
    aud_str numbers[2];
    aud_value dotted;

    if (k->row == NULL || (is_family(k, "ec") && curve_of(k, arena, &dotted) == NULL)) {
        return aud_unknown();
    }
    if (is_family(k, "dsa")) {
        int64_t weaker = strength_of_field(bits);

        if (!read_integers(k->parameters, numbers, 2)) {
            return aud_unknown();
        }
        if (strength_of_group((int64_t)aud_der_magnitude_bits(numbers[1])) < weaker) {
            weaker = strength_of_group((int64_t)aud_der_magnitude_bits(numbers[1]));
        }
        return aud_int(weaker);
    }
    return aud_key_strength(k->row->other, k->row->name, bits);
}

/* A magnitude of at most 4096 bits in decimal. */
static aud_value decimal_value(aud_str magnitude, aud_arena *arena)
{
    unsigned char number[512];
    char digits[1300];
    size_t at = sizeof digits;
    bool any = true;
    aud_str text;

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
    return aud_arena_dup(arena, (aud_str){digits + at, sizeof digits - at}, &text, NULL) == AUD_OK
               ? aud_string(text)
               : aud_unknown();
}

/* RFC 3279, 4055, 5480, 8410, 9881, 9909, 9935: what each algorithm asks for. */
static aud_value encoding_ok(const spki_parts *k)
{
    aud_str numbers[3];
    aud_tlv tlv;

    if (k->row == NULL) {
        return aud_unknown();
    }
    if (strcmp(k->row->name, "RSA") == 0) {
        return aud_bool(aud_str_eq(k->parameters, AUD_LIT("\x05\x00")));
    }
    if (is_family(k, "rsa")) { /* RSA-PSS */
        return aud_bool(k->parameters.len == 0 ||
                        aud_der_only(k->parameters, AUD_TAG_SEQUENCE, &tlv));
    }
    if (is_family(k, "ec")) {
        return aud_bool(aud_der_only(k->parameters, AUD_TAG_OID, &tlv) &&
                        aud_der_oid_ok(tlv.content));
    }
    if (is_family(k, "dsa")) { /* absent: inherited from the issuer */
        return aud_bool(k->parameters.len == 0 || read_integers(k->parameters, numbers, 3));
    }
    if (is_family(k, "dh")) {
        return aud_bool(read_integers(k->parameters, numbers, 2));
    }
    return aud_bool(k->parameters.len == 0);
}

static aud_value curve_value(const spki_parts *k, aud_arena *arena)
{
    const aud_oid_row *row;
    aud_value dotted;

    if (k->row == NULL) {
        return aud_unknown();
    }
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
    aud_str numbers[2];
    aud_str number;
    aud_value hex;

    if (k->row == NULL) {
        return aud_unknown(); /* whatever this algorithm has */
    }
    if (!is_family(k, "rsa")) {
        return aud_absent();
    }
    if (!read_rsa(k, numbers)) {
        return aud_unknown();
    }
    number = numbers[field == AUD_F_key_modulus ? 0 : 1];
    if (number.len == 0) {
        return aud_unknown();
    }
    if (field == AUD_F_key_exponent_bits) {
        return aud_int((int64_t)aud_der_magnitude_bits(number));
    }
    if (field == AUD_F_key_exponent) {
        return decimal_value(number, arena);
    }
    hex = aud_hex_value(number, arena);
    if (hex.presence == AUD_PRESENT && hex.as.string.ptr[0] == '0') {
        hex.as.string = aud_str_sub(hex.as.string, 1, hex.as.string.len);
    }
    return hex;
}

enum { FERMAT_ROUNDS = 100, FACTORS_BELOW = 752 }; /* CA/Browser Forum BR 6.1.1.3 and 6.1.6 */

static aud_value bool_of(aud_rsa_answer answer)
{
    return answer == AUD_RSA_UNTOLD ? aud_unknown() : aud_bool(answer == AUD_RSA_YES);
}

/* What is wrong with the numbers of an RSA key; worked out anew each time it is asked for. */
static aud_value weakness(const spki_parts *k, unsigned field)
{
    aud_rsa_answer answer;
    aud_str numbers[2];
    unsigned factor = 0;

    if (k->row == NULL) {
        return aud_unknown();
    }
    if (!is_family(k, "rsa")) {
        return aud_absent();
    }
    if (!read_rsa(k, numbers) || numbers[0].len == 0 || numbers[1].len == 0) {
        return aud_unknown();
    }
    switch (field) {
    case AUD_F_key_roca:
        return bool_of(aud_rsa_roca(numbers[0]));
    case AUD_F_key_close_primes:
        return bool_of(aud_rsa_close_primes(numbers[0], FERMAT_ROUNDS));
    case AUD_F_key_exponent_odd:
        return aud_bool(((unsigned char)numbers[1].ptr[numbers[1].len - 1] & 1) != 0);
    default:
        answer = aud_rsa_small_factor(numbers[0], FACTORS_BELOW, &factor);
        return answer == AUD_RSA_UNTOLD ? aud_unknown()
               : answer == AUD_RSA_NO   ? aud_absent()
                                        : aud_int(factor);
    }
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
        return k->row == NULL ? aud_unknown()
                              : aud_bool(is_family(k, "ec") && k->parameters.len > 0 &&
                                         k->parameters.ptr[0] == AUD_TAG_SEQUENCE);
    case AUD_F_key_strength_bits:
        return strength(k, arena);
    case AUD_F_key_exponent:
    case AUD_F_key_exponent_bits:
    case AUD_F_key_modulus:
        return rsa_value(k, field, arena);
    case AUD_F_key_roca:
    case AUD_F_key_close_primes:
    case AUD_F_key_small_factor:
    case AUD_F_key_exponent_odd:
        return weakness(k, field);
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
        !aud_der_bits(bits.content, &k->bits, &unused) || unused != 0 || !aud_der_at_end(&in)) {
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

bool aud_key_well_formed(const aud_object *key)
{
    const spki_parts *k = key->self;
    aud_str numbers[2];

    return !is_family(k, "rsa") ||
           (read_rsa(k, numbers) && numbers[0].len > 0 && numbers[1].len > 0);
}
