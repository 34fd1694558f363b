/* engine/tls/suites.c - the table of suites, and how a name or a number finds its row. */
#include "engine/tls/suite_row.h"

#include <stdlib.h>

#define Y_OR_N(letter) (letter) == 'Y' ? "Y" : (letter) == 'D' ? "D" : "N"

static const aud_suite suites[] = {
#define AUD_SUITE(code, name, openssl, gnutls, kx, auth, encryption, bits, mode, mac, min, max,    \
                  recommended)                                                                     \
    {code,       #code, name, openssl, gnutls,    kx,        auth,                                 \
     encryption, mode,  mac,  bits,    AUD_##min, AUD_##max, Y_OR_N(recommended)},
#include "engine/tls/suites.def"
#undef AUD_SUITE
};

enum row {
#define AUD_SUITE(code, ...) ROW_##code,
#include "engine/tls/suites.def"
#undef AUD_SUITE
    NUM_SUITES
};

static const aud_suite *const rows[NUM_SUITES] = {
#define AUD_SUITE(code, ...) &suites[ROW_##code],
#include "engine/tls/suites.def"
#undef AUD_SUITE
};

typedef struct spelling {
    aud_str text;
    uint16_t row;
} spelling;

static const spelling spellings[] = {
#define AUD_SPELLING(text, code) {AUD_LIT_INIT(text), ROW_##code},
#include "engine/tls/spellings.def"
#undef AUD_SPELLING
};

/*
 * The `self` of a suite as an object: a place in this table tells the row and the protocols, so
 * that a suite with its protocols is as immutable and as static as one without, and an endpoint's
 * list of them costs no memory. The bytes themselves mean nothing.
 */
enum { NUM_MASKS = 1 << AUD_NUM_PROTOCOLS };
static const unsigned char places[(size_t)NUM_SUITES * NUM_MASKS];

/* --- look-up ---------------------------------------------------------------------------------- */

static int by_code(const void *key, const void *row)
{
    const uint32_t a = *(const uint32_t *)key;
    const uint32_t b = ((const aud_suite *)row)->code;

    return (a > b) - (a < b);
}

const aud_suite *aud_suite_by_code(uint32_t code)
{
    return bsearch(&code, suites, NUM_SUITES, sizeof(suites[0]), by_code);
}

const aud_suite *const *aud_suite_all(size_t *out_num)
{
    *out_num = NUM_SUITES;
    return rows;
}

uint32_t aud_suite_code(const aud_suite *suite)
{
    return suite->code;
}

/* The longest spelling has some forty letters; with prefixes and WITH no name reaches this. */
enum { MAX_NAME = 80 };

static bool drop_prefix(aud_str *s, aud_str prefix)
{
    if (!aud_str_starts(*s, prefix)) {
        return false;
    }
    *s = aud_str_sub(*s, prefix.len, s->len);
    return true;
}

/*
 * All families of names in one: IANA's and GnuTLS's differ in "WITH", nmap puts "AKE_WITH" before
 * TLS 1.3 suites, Java and old papers say SSL for TLS, some tools change the case or the hyphens.
 */
static bool fold_name(aud_str text, char out[MAX_NAME], aud_str *out_folded)
{
    const aud_str with = AUD_LIT("-WITH-");
    aud_str s = {out, text.len};

    if (text.len == 0 || text.len > MAX_NAME) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        out[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c == '_' ? '-' : c);
    }
    if (!drop_prefix(&s, AUD_LIT("TLS-"))) {
        (void)drop_prefix(&s, AUD_LIT("SSL-"));
    }
    (void)drop_prefix(&s, AUD_LIT("AKE-"));
    (void)drop_prefix(&s, AUD_LIT("WITH-"));

    const size_t at = aud_str_find(s, with, 0);
    if (at != SIZE_MAX) {
        char *from = out + (s.ptr - out) + at;
        memmove(from + 1, from + with.len, s.len - at - with.len);
        s.len -= with.len - 1;
    }
    *out_folded = s;
    return true;
}

static int by_spelling(const void *key, const void *row)
{
    return aud_str_cmp(*(const aud_str *)key, ((const spelling *)row)->text);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One run of hex digits, with or without 0x or x; false if it is anything else. */
static bool read_hex(aud_str s, uint32_t *out, size_t *out_digits, bool *out_marked)
{
    uint32_t number = 0;

    *out_marked = drop_prefix(&s, AUD_LIT("0x")) || drop_prefix(&s, AUD_LIT("0X")) ||
                  drop_prefix(&s, AUD_LIT("x")) || drop_prefix(&s, AUD_LIT("X"));
    if (s.len == 0 || s.len > 8) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        const int digit = hex_digit(s.ptr[i]);
        if (digit < 0) {
            return false;
        }
        number = number << 4 | (uint32_t)digit;
    }
    *out = number;
    *out_digits = s.len;
    return true;
}

/* OpenSSL's internal ids carry the family in front: 0x0300C02F, 0x02010080. */
static uint32_t without_family(uint32_t code)
{
    if (code >> 16 == 0x0300) {
        return code & 0xffff;
    }
    return code >> 24 == 0x02 ? code & 0xffffff : code;
}

/* "0xC02F", "xc02f", "x39", "C02F", "0x010080", "0xC0,0x2F", "{ 0xC0, 0x2F }". */
static bool read_code(aud_str text, uint32_t *out)
{
    uint32_t part = 0;
    size_t digits = 0, parts = 0;
    bool marked = false;

    if (text.len >= 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}') {
        text = aud_str_trim(aud_str_sub(text, 1, text.len - 2));
    }
    if (read_hex(text, out, &digits, &marked)) {
        *out = without_family(*out);
        return marked || digits == 4;
    }

    const char separator = aud_str_has(text, AUD_LIT(",")) ? ',' : ' ';
    aud_str rest = text, piece;
    *out = 0;
    while (aud_str_split(&rest, separator, &piece)) {
        if (!read_hex(aud_str_trim(piece), &part, &digits, &marked) || digits > 2 || !marked ||
            ++parts > 3) {
            return false;
        }
        *out = *out << 8 | part;
    }
    return parts >= 2;
}

const aud_suite *aud_suite_find(aud_str text)
{
    char folded[MAX_NAME];
    aud_str key;
    uint32_t code = 0;

    text = aud_str_trim(text);
    if (fold_name(text, folded, &key)) {
        const spelling *found =
            bsearch(&key, spellings, AUD_COUNT(spellings), sizeof(spellings[0]), by_spelling);
        if (found) {
            return &suites[found->row];
        }
    }
    return read_code(text, &code) ? aud_suite_by_code(code) : NULL;
}

/* --- facts ------------------------------------------------------------------------------------ */

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool is_ephemeral(const aud_suite *s)
{
    return s->min == AUD_TLS_1_3 || is(s->kx, "DHE") || is(s->kx, "ECDHE") ||
           is(s->kx, "DHE_PSK") || is(s->kx, "ECDHE_PSK");
}

/* By name: 56 bits alone do not make one, plain DES has as many. */
static bool is_export(const aud_suite *s)
{
    return strstr(s->name, "EXPORT") != NULL;
}

static aud_value text_of(const char *text)
{
    return text ? aud_string(aud_str_of(text)) : aud_absent();
}

static aud_value suite_get(const void *self, unsigned field, aud_arena *scratch)
{
    const size_t place = (size_t)((const unsigned char *)self - places);
    const aud_suite *s = &suites[place / NUM_MASKS];

    switch ((enum aud_suite_field)field) {
    case AUD_F_suite_code:
        return text_of(s->code_text);
    case AUD_F_suite_name:
        return text_of(s->name);
    case AUD_F_suite_openssl_name:
        return text_of(s->openssl_name);
    case AUD_F_suite_gnutls_name:
        return text_of(s->gnutls_name);
    case AUD_F_suite_kx:
        return text_of(s->kx);
    case AUD_F_suite_auth:
        return text_of(s->auth);
    case AUD_F_suite_encryption:
        return text_of(s->encryption);
    case AUD_F_suite_bits:
        return aud_int(s->bits);
    case AUD_F_suite_mode:
        return text_of(s->mode);
    case AUD_F_suite_mac:
        return text_of(s->mac);
    case AUD_F_suite_forward_secrecy:
        return aud_bool(is_ephemeral(s));
    case AUD_F_suite_aead:
        return aud_bool(is(s->mac, "AEAD"));
    case AUD_F_suite_export_grade:
        return aud_bool(is_export(s));
    case AUD_F_suite_anonymous:
        return aud_bool(is(s->auth, "anon") || is(s->auth, "NULL"));
    case AUD_F_suite_recommended:
        return text_of(s->recommended);
    case AUD_F_suite_min_protocol:
        return text_of(aud_protocol_name((aud_protocol)s->min));
    case AUD_F_suite_max_protocol:
        return text_of(aud_protocol_name((aud_protocol)s->max));
    case AUD_F_suite_protocols:
        return place % NUM_MASKS == 0 ? aud_unknown()
                                      : aud_protocol_list(place % NUM_MASKS, scratch);
    case AUD_NUM_suite_FIELDS:
        break;
    }
    return aud_unknown();
}

static aud_value value_of(const aud_suite *suite, unsigned protocols)
{
    const size_t row = (size_t)(suite - suites);

    return aud_object_of(&aud_type_suite, suite_get, &places[row * NUM_MASKS + protocols]);
}

unsigned aud_suite_protocols(const aud_suite *suite)
{
    unsigned bits = 0;

    for (unsigned p = suite->min; p <= suite->max; p++) {
        bits |= 1U << p;
    }
    return bits;
}

bool aud_suite_needs_secret(const aud_suite *suite)
{
    static const char *const shared[] = {"PSK", "DHE_PSK", "ECDHE_PSK", "RSA_PSK", "SRP", "KRB5"};

    for (size_t i = 0; i < AUD_COUNT(shared); i++) {
        if (is(suite->kx, shared[i]) || is(suite->auth, shared[i])) {
            return true;
        }
    }
    return false;
}

aud_value aud_suite_value(const aud_suite *suite)
{
    return value_of(suite, 0);
}

aud_status aud_suite_accepted(const aud_suite *suite, unsigned protocols, aud_arena *arena,
                              aud_value *out, aud_error *err)
{
    AUD_UNUSED(arena); /* nothing to build, see `places` */
    if (protocols >= NUM_MASKS) {
        return aud_fail(err, AUD_E_USAGE, "no such protocols: 0x%x", protocols);
    }
    *out = value_of(suite, protocols);
    return AUD_OK;
}
