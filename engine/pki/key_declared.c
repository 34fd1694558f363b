/* engine/pki/key_declared.c - keys that an inventory only tells of, in any usual spelling. */
#include "engine/pki/pki_internal.h"

#include "engine/base/text.h"

typedef struct declared {
    const char *algorithm, *family; /* NULL: not said */
    const aud_oid_row *curve;
    int64_t bits; /* 0: not said */
    bool refused; /* a word that is not understood, or two that contradict each other */
} declared;

/* The text is told as a whole or not at all: half of it might be the wrong half. */
static void set_algorithm(declared *d, const char *algorithm, const char *family)
{
    if (d->algorithm != NULL && strcmp(d->algorithm, algorithm) != 0) {
        d->refused = true;
    }
    d->algorithm = algorithm;
    d->family = family;
}

static void set_bits(declared *d, int64_t bits)
{
    if (bits < 100 || bits > 65536 || (d->bits != 0 && d->bits != bits)) {
        d->refused = true;
    }
    d->bits = bits;
}

static void set_curve(declared *d, const aud_oid_row *curve)
{
    if (d->curve != NULL && d->curve != curve) {
        d->refused = true;
    }
    d->curve = curve;
}

/* Words that say nothing that is asked for. */
static bool is_filler(aud_str word)
{
    static const char *const fillers[] = {"",     "bit",    "bits",      "key", "keys",
                                          "nist", "public", "publickey", "hsm", "id"};

    for (size_t i = 0; i < AUD_COUNT(fillers); i++) {
        if (aud_str_eq(word, aud_str_of(fillers[i]))) {
            return true;
        }
    }
    return false;
}

/* The algorithm that `word` begins with, and what follows it ("rsa2048"). */
static bool take_algorithm(declared *d, aud_str *word)
{
    static const struct {
        const char *word, *algorithm, *family;
    } names[] = {
        {"rsaencryption", "RSA", "rsa"},
        {"rsapss", "RSA-PSS", "rsa"},
        {"rsassapss", "RSA-PSS", "rsa"},
        {"rsa", "RSA", "rsa"},
        {"ecpublickey", "EC", "ec"},
        {"ecdsa", "EC", "ec"},
        {"ecc", "EC", "ec"},
        {"ec", "EC", "ec"},
        {"dsaencryption", "DSA", "dsa"},
        {"dsa", "DSA", "dsa"},
        {"dhkeyagreement", "DH", "dh"},
        {"dh", "DH", "dh"},
        {"ed25519", "Ed25519", "eddsa"},
        {"ed448", "Ed448", "eddsa"},
        {"x25519", "X25519", "eddsa"},
        {"x448", "X448", "eddsa"},
    };

    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        const aud_str name = aud_str_of(names[i].word);

        if (aud_str_starts(*word, name)) {
            const aud_str rest = aud_str_sub(*word, name.len, word->len);

            if (rest.len > 0 && (*rest.ptr < '0' || *rest.ptr > '9')) {
                continue;
            }
            set_algorithm(d, names[i].algorithm, names[i].family);
            *word = rest;
            return true;
        }
    }
    return false;
}

static void take_word(declared *d, aud_str word)
{
    uint64_t number = 0;

    if (is_filler(word) || (take_algorithm(d, &word) && word.len == 0)) {
        return;
    }
    if (aud_str_eq(word, AUD_LIT("pss")) && d->family != NULL && strcmp(d->family, "rsa") == 0) {
        d->algorithm = "RSA-PSS";
        return;
    }
    if (aud_str_ends(word, AUD_LIT("bits"))) {
        word.len -= 4;
    } else if (aud_str_ends(word, AUD_LIT("bit"))) {
        word.len -= 3;
    }
    if (!aud_parse_u64(word, &number) || number > 65536) {
        d->refused = true;
        return;
    }
    set_bits(d, (int64_t)number);
}

/* Words joined by hyphens; what is left at any of them may be the name of a curve ("ec-p-256"). */
static void take_joined(declared *d, aud_str text)
{
    aud_str word;

    for (;;) {
        const aud_oid_row *curve = aud_curve_named(text);

        if (curve != NULL) {
            set_curve(d, curve);
            return;
        }
        if (!aud_str_split(&text, '-', &word)) {
            return;
        }
        take_word(d, word);
        if (text.ptr == NULL) {
            return;
        }
    }
}

static void take_text(declared *d, aud_str text)
{
    const aud_oid_row *whole = NULL;
    char folded[128];
    aud_str rest;
    aud_str word;

    text = aud_str_trim(text);
    if (text.len > sizeof folded) {
        d->refused = true;
        return;
    }
    whole = aud_key_named(text);
    if (whole != NULL) {
        set_algorithm(d, whole->name, whole->other);
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];

        folded[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (c == '\t' || (c != '\0' && strchr("_/(),;:+", c) != NULL)) {
            folded[i] = ' ';
        }
    }
    rest = (aud_str){folded, text.len};
    while (aud_str_split(&rest, ' ', &word)) {
        take_joined(d, word);
    }
}

/* What one word says of the others: a curve is of EC and has its size, EdDSA has one size. */
static void settle(declared *d)
{
    const aud_oid_row *row = NULL;

    if (d->curve != NULL) {
        set_algorithm(d, "EC", "ec");
        set_bits(d, d->curve->bits);
        return;
    }
    row = d->algorithm == NULL ? NULL : aud_key_named(aud_str_of(d->algorithm));
    if (row == NULL || row->bits == 0) {
        return;
    }
    /* 253, 255 and 256 are all told of Ed25519 */
    if (d->bits != 0 && (d->bits > row->bits || d->bits < row->bits - 8)) {
        d->refused = true;
    }
    d->bits = row->bits;
}

aud_status aud_key_declared(aud_str algorithm, aud_str size_or_curve, aud_arena *arena,
                            aud_value *out, aud_error *err)
{
    aud_bag_builder b;
    const aud_bag *bag = NULL;
    declared d = {0};

    take_text(&d, algorithm);
    take_text(&d, size_or_curve);
    settle(&d);
    if (d.refused) {
        d = (declared){0};
    }
    aud_bag_begin(&b, &aud_type_key, arena);
    if (d.algorithm != NULL) {
        aud_bag_set_text(&b, AUD_F_key_algorithm, aud_str_of(d.algorithm));
        aud_bag_set_text(&b, AUD_F_key_family, aud_str_of(d.family));
        aud_bag_set(&b, AUD_F_key_strength_bits, aud_key_strength(d.family, d.algorithm, d.bits));
        if (strcmp(d.family, "ec") != 0) {
            aud_bag_set(&b, AUD_F_key_curve, aud_absent());
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
