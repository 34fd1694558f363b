/* engine/tls/cipher_words.c - suites and keywords as the bits that OpenSSL's cipher language has.
 */
#include "engine/tls/cipher_words.h"

#include "engine/tls/cipher_string.h"

enum {
    K_RSA = 1 << 0,
    K_DHE = 1 << 1,
    K_ECDHE = 1 << 2,
    K_PSK = 1 << 3,
    K_RSA_PSK = 1 << 4,
    K_DHE_PSK = 1 << 5,
    K_ECDHE_PSK = 1 << 6,
    K_SRP = 1 << 7,
    K_GOST = 1 << 8,
    K_GOST18 = 1 << 9,
    K_DH = 1 << 10,
    K_ECDH = 1 << 11,
    K_KRB5 = 1 << 12,
    K_ANY_PSK = K_PSK | K_RSA_PSK | K_DHE_PSK | K_ECDHE_PSK,
};

enum {
    A_RSA = 1 << 0,
    A_DSS = 1 << 1,
    A_NULL = 1 << 2,
    A_ECDSA = 1 << 3,
    A_PSK = 1 << 4,
    A_GOST = 1 << 5,
    A_SRP = 1 << 6,
    A_KRB5 = 1 << 7,
    A_ANY = (1 << 8) - 1,
};

enum {
    E_NULL = 1 << 0,
    E_DES = 1 << 1,
    E_3DES = 1 << 2,
    E_RC4 = 1 << 3,
    E_RC2 = 1 << 4,
    E_IDEA = 1 << 5,
    E_SEED = 1 << 6,
    E_GOST = 1 << 7,
    E_AES128 = 1 << 8,
    E_AES256 = 1 << 9,
    E_AES128_GCM = 1 << 10,
    E_AES256_GCM = 1 << 11,
    E_AES128_CCM = 1 << 12,
    E_AES256_CCM = 1 << 13,
    E_AES128_CCM8 = 1 << 14,
    E_AES256_CCM8 = 1 << 15,
    E_CAMELLIA128 = 1 << 16,
    E_CAMELLIA256 = 1 << 17,
    E_CHACHA20 = 1 << 18,
    E_ARIA128 = 1 << 19,
    E_ARIA256 = 1 << 20,
    E_ANY = (1 << 21) - 1,
    E_AES_GCM = E_AES128_GCM | E_AES256_GCM,
    E_AES_CCM = E_AES128_CCM | E_AES256_CCM,
    E_AES_CCM8 = E_AES128_CCM8 | E_AES256_CCM8,
    E_AES = E_AES128 | E_AES256 | E_AES_GCM | E_AES_CCM | E_AES_CCM8,
    E_CBC = E_DES | E_3DES | E_RC2 | E_IDEA | E_SEED | E_AES128 | E_AES256 | E_CAMELLIA128 |
            E_CAMELLIA256,
};

enum {
    M_MD5 = 1 << 0,
    M_SHA1 = 1 << 1,
    M_SHA256 = 1 << 2,
    M_SHA384 = 1 << 3,
    M_AEAD = 1 << 4,
    M_GOST = 1 << 5,
};

enum {
    O_SSL2 = 1 << 0,
    O_SSL3 = 1 << 1,
    O_TLS1 = 1 << 2,
    O_TLS12 = 1 << 3,
};

enum {
    S_NONE = 1 << 0, /* no encryption, so no strength */
    S_LOW = 1 << 1,
    S_MEDIUM = 1 << 2,
    S_HIGH = 1 << 3,
    S_FIPS = 1 << 4,
    S_NOT_DEFAULT = 1 << 5,
    S_EXPORT40 = 1 << 6,
    S_EXPORT56 = 1 << 7,
    S_EXPORT = S_EXPORT40 | S_EXPORT56,
};

const aud_cipher_bits aud_cipher_ecdhe_ecdsa = {.kx = K_ECDHE, .auth = A_ECDSA};
const aud_cipher_bits aud_cipher_ecdhe = {.kx = K_ECDHE};
const aud_cipher_bits aud_cipher_aes_gcm = {.encryption = E_AES_GCM};
const aud_cipher_bits aud_cipher_chacha20 = {.encryption = E_CHACHA20};
const aud_cipher_bits aud_cipher_other_aes = {.encryption = E_AES & ~E_AES_GCM};
const aud_cipher_bits aud_cipher_md5 = {.mac = M_MD5};
const aud_cipher_bits aud_cipher_anonymous = {.auth = A_NULL};
const aud_cipher_bits aud_cipher_key_transport = {.kx = K_RSA};
const aud_cipher_bits aud_cipher_psk = {.kx = K_PSK};
const aud_cipher_bits aud_cipher_rc4 = {.encryption = E_RC4};
const aud_cipher_bits aud_cipher_tls12 = {.oldest = O_TLS12};
const aud_cipher_bits aud_cipher_aead = {.mac = M_AEAD};
const aud_cipher_bits aud_cipher_ephemeral = {.kx = K_DHE | K_ECDHE};
const aud_cipher_bits aud_cipher_ephemeral_aead = {.kx = K_DHE | K_ECDHE, .mac = M_AEAD};

/* --- a suite ---------------------------------------------------------------------------------- */

typedef struct word_bit {
    const char *word;
    uint32_t bit;
} word_bit;

static uint32_t bit_of(const word_bit *table, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++) {
        if (strcmp(table[i].word, word) == 0) {
            return table[i].bit;
        }
    }
    return 0;
}

static uint32_t kx_of(const aud_suite *s)
{
    static const word_bit table[] = {
        {"RSA", K_RSA},   {"DHE", K_DHE},         {"ECDHE", K_ECDHE},
        {"PSK", K_PSK},   {"RSA_PSK", K_RSA_PSK}, {"DHE_PSK", K_DHE_PSK},
        {"SRP", K_SRP},   {"DH", K_DH},           {"ECDHE_PSK", K_ECDHE_PSK},
        {"ECDH", K_ECDH}, {"KRB5", K_KRB5},
    };

    if (strcmp(s->kx, "GOST") == 0) {
        return s->min >= AUD_TLS_1_2 ? K_GOST18 : K_GOST;
    }
    return bit_of(table, AUD_COUNT(table), s->kx);
}

static uint32_t auth_of(const aud_suite *s)
{
    static const word_bit table[] = {
        {"RSA", A_RSA}, {"DSS", A_DSS},   {"anon", A_NULL}, {"ECDSA", A_ECDSA},
        {"PSK", A_PSK}, {"GOST", A_GOST}, {"SRP", A_SRP},   {"KRB5", A_KRB5},
    };

    return bit_of(table, AUD_COUNT(table), s->auth);
}

static uint32_t aes_of(const aud_suite *s)
{
    static const word_bit of128[] = {
        {"CBC", E_AES128}, {"GCM", E_AES128_GCM}, {"CCM", E_AES128_CCM}, {"CCM_8", E_AES128_CCM8}};
    static const word_bit of256[] = {
        {"CBC", E_AES256}, {"GCM", E_AES256_GCM}, {"CCM", E_AES256_CCM}, {"CCM_8", E_AES256_CCM8}};

    return bit_of(s->bits == 128 ? of128 : of256, AUD_COUNT(of128), s->mode);
}

static uint32_t encryption_of(const aud_suite *s)
{
    static const word_bit table[] = {
        {"NULL", E_NULL},       {"DES", E_DES},           {"3DES", E_3DES},  {"RC4", E_RC4},
        {"RC2", E_RC2},         {"IDEA", E_IDEA},         {"SEED", E_SEED},  {"GOST28147", E_GOST},
        {"KUZNYECHIK", E_GOST}, {"CHACHA20", E_CHACHA20}, {"MAGMA", E_GOST},
    };

    if (strcmp(s->encryption, "AES") == 0) {
        return aes_of(s);
    }
    if (strcmp(s->encryption, "CAMELLIA") == 0) {
        return s->bits == 128 ? E_CAMELLIA128 : E_CAMELLIA256;
    }
    if (strcmp(s->encryption, "ARIA") == 0) {
        return s->bits == 128 ? E_ARIA128 : E_ARIA256;
    }
    return bit_of(table, AUD_COUNT(table), s->encryption);
}

static uint32_t mac_of(const aud_suite *s)
{
    static const word_bit table[] = {
        {"MD5", M_MD5},       {"SHA1", M_SHA1}, {"SHA256", M_SHA256},
        {"SHA384", M_SHA384}, {"AEAD", M_AEAD}, {"GOST", M_GOST},
    };

    return bit_of(table, AUD_COUNT(table), s->mac);
}

/*
 * The version that OpenSSL files a suite under. PSK suites with a SHA-2 MAC are filed under TLS 1.0
 * although RFC 5487 wants 1.2.
 */
static uint32_t oldest_of(const aud_suite *s, const aud_cipher_bits *bits)
{
    if (s->min == AUD_SSL_2) {
        return O_SSL2;
    }
    if (bits->mac == M_AEAD) {
        return O_TLS12;
    }
    if (bits->mac & (M_SHA256 | M_SHA384)) {
        return bits->kx & K_ANY_PSK ? O_TLS1 : O_TLS12;
    }
    if (bits->kx & (K_GOST | K_GOST18)) {
        return bits->kx & K_GOST ? O_TLS1 : O_TLS12;
    }
    return bits->kx & (K_ECDHE | K_ECDHE_PSK) ? O_TLS1 : O_SSL3;
}

static uint32_t strength_of(const aud_suite *s, const aud_cipher_bits *bits)
{
    const uint32_t e = bits->encryption;
    uint32_t strength = S_HIGH;

    if (e == E_NULL) {
        return S_NONE;
    }
    if (strstr(s->name, "EXPORT") != NULL) {
        return S_NOT_DEFAULT | (s->bits > 40 ? S_EXPORT56 : S_EXPORT40);
    }
    if (e & (E_DES | E_RC2)) {
        strength = S_LOW | S_NOT_DEFAULT;
    } else if (e & (E_3DES | E_RC4 | E_IDEA | E_SEED)) {
        strength = S_MEDIUM | S_NOT_DEFAULT;
    }
    if (bits->auth & (A_NULL | A_DSS) ||
        e & (E_AES_CCM | E_AES_CCM8 | E_CAMELLIA128 | E_CAMELLIA256 | E_ARIA128 | E_ARIA256)) {
        strength |= S_NOT_DEFAULT;
    }
    if (e & (E_AES128 | E_AES256 | E_AES_GCM | E_3DES) && !(bits->kx & K_SRP)) {
        strength |= S_FIPS;
    }
    return strength;
}

static uint16_t strength_bits_of(const aud_suite *s, uint32_t encryption)
{
    return encryption == E_RC4 && s->bits > 80 ? 80 : s->bits;
}

aud_cipher_traits aud_cipher_traits_of(const aud_suite *s)
{
    aud_cipher_traits t = {
        .bits = {.kx = kx_of(s),
                 .auth = auth_of(s),
                 .encryption = encryption_of(s),
                 .mac = mac_of(s)},
    };

    t.bits.oldest = oldest_of(s, &t.bits);
    t.bits.strength = strength_of(s, &t.bits);
    t.bits.standing = t.bits.strength & S_NOT_DEFAULT;
    t.bits.strength &= ~(uint32_t)S_NOT_DEFAULT;
    t.strength_bits = strength_bits_of(s, t.bits.encryption);
    const bool never_built = t.bits.auth == A_NULL && t.bits.encryption & (E_ARIA128 | E_ARIA256);
    t.ranked = !never_built && s->openssl_name != NULL && s->min != AUD_SSL_2 &&
               !(t.bits.strength & S_EXPORT) && !(t.bits.encryption & (E_DES | E_RC2)) &&
               !(t.bits.kx & (K_DH | K_ECDH | K_KRB5));
    t.built = t.ranked && !(t.bits.encryption & (E_3DES | E_RC4 | E_IDEA | E_SEED | E_GOST)) &&
              !(t.bits.kx & (K_GOST | K_GOST18));
    return t;
}

/* Bits of security that a level asks for. */
static const uint16_t level_bits[] = {0, 80, 112, 128, 192, 256};

bool aud_suite_at_level(const aud_suite *suite, int level)
{
    const aud_cipher_traits t = aud_cipher_traits_of(suite);

    if (level <= 0 || suite->min == AUD_TLS_1_3) {
        return true;
    }
    const uint16_t least = level_bits[level < (int)AUD_COUNT(level_bits) ? level : 5];
    return t.strength_bits >= least && t.bits.auth != A_NULL && t.bits.mac != M_MD5 &&
           (least <= 160 || t.bits.mac != M_SHA1) && (level < 2 || t.bits.encryption != E_RC4) &&
           (level < 3 || (t.bits.kx & (K_DHE | K_ECDHE)) != 0);
}

/* --- a keyword -------------------------------------------------------------------------------- */

static bool only(uint32_t asked, uint32_t old)
{
    return asked != 0 && (asked & ~old) == 0;
}

bool aud_cipher_is_old(const aud_cipher_bits *b)
{
    return only(b->kx, K_DH | K_ECDH | K_KRB5) || only(b->encryption, E_DES | E_RC2) ||
           only(b->oldest, O_SSL2) || only(b->strength, S_EXPORT | S_LOW);
}

const aud_cipher_bits *aud_cipher_word(aud_str word)
{
    static const struct {
        aud_str word;
        aud_cipher_bits bits;
    } words[] = {
#define AUD_CIPHER_WORD(word, kx, auth, encryption, mac, oldest, strength)                         \
    {AUD_LIT_INIT(word),                                                                           \
     {kx, auth, encryption, mac, oldest, (strength) & ~S_NOT_DEFAULT, (strength)&S_NOT_DEFAULT}},
#include "engine/tls/cipher_words.def"
#undef AUD_CIPHER_WORD
    };

    for (size_t i = 0; i < AUD_COUNT(words); i++) {
        if (aud_str_eq(words[i].word, word)) {
            return &words[i].bits;
        }
    }
    return NULL;
}
