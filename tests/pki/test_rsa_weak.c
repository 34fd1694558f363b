/* tests/pki/test_rsa_weak.c - moduli made weak on purpose, and sound ones of OpenSSL. */
#include "engine/pki/rsa_weak.h"
#include "tests/support/support.h"

#include <openssl/bn.h>
#include <openssl/evp.h>

typedef struct made {
    unsigned char bytes[512];
    int len;
} made;

static aud_str str_of(const made *m)
{
    return (aud_str){(const char *)m->bytes, (size_t)m->len};
}

static void take(made *out, const BIGNUM *n)
{
    assert_true(BN_num_bytes(n) <= (int)sizeof out->bytes);
    out->len = BN_bn2bin(n, out->bytes);
}

/* p, and the first prime that lies `apart` or more above it. */
static void close_modulus(made *out, int size, BN_ULONG apart)
{
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *p = BN_new(), *q = BN_new(), *n = BN_new();

    assert_true(BN_generate_prime_ex(p, size, 0, NULL, NULL, NULL));
    assert_non_null(BN_copy(q, p));
    assert_true(BN_add_word(q, apart));
    while (BN_check_prime(q, ctx, NULL) != 1) {
        assert_true(BN_add_word(q, 2));
    }
    assert_true(BN_mul(n, p, q, ctx));
    take(out, n);
    BN_free(p);
    BN_free(q);
    BN_free(n);
    BN_CTX_free(ctx);
}

static void sound_modulus(made *out, unsigned size)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)size);
    BIGNUM *n = NULL;

    assert_non_null(key);
    assert_true(EVP_PKEY_get_bn_param(key, "n", &n));
    take(out, n);
    BN_free(n);
    EVP_PKEY_free(key);
}

static void test_sound(void **state)
{
    unsigned factor = 0;
    made m;
    (void)state;

    for (unsigned size = 1024; size <= 2048; size += 512) {
        sound_modulus(&m, size);
        assert_int_equal(aud_rsa_roca(str_of(&m)), AUD_RSA_NO);
        assert_int_equal(aud_rsa_close_primes(str_of(&m), 100), AUD_RSA_NO);
        assert_int_equal(aud_rsa_small_factor(str_of(&m), 752, &factor), AUD_RSA_NO);
    }
}

static void test_close(void **state)
{
    static const unsigned char square[] = {0x01, 0x00, 0x00,
                                           0x20, 0x00, 0x01}; /* 1048577 squared */
    made m;
    (void)state;

    close_modulus(&m, 512, 2);
    assert_int_equal(aud_rsa_close_primes(str_of(&m), 100), AUD_RSA_YES);
    assert_int_equal(aud_rsa_roca(str_of(&m)), AUD_RSA_NO);
    close_modulus(&m, 64, (BN_ULONG)1 << 50);
    assert_int_equal(aud_rsa_close_primes(str_of(&m), 100), AUD_RSA_NO);
    memcpy(m.bytes, square, sizeof square);
    m.len = (int)sizeof square;
    assert_int_equal(aud_rsa_close_primes(str_of(&m), 100), AUD_RSA_YES);
}

/* Every number up to 40,000 that has two factors near each other, by trial. */
static void test_close_by_trial(void **state)
{
    (void)state;
    for (unsigned n = 9; n < 40000; n += 2) {
        unsigned char bytes[2] = {(unsigned char)(n >> 8), (unsigned char)n};
        bool want = false;
        unsigned root = 1;

        while (root * root < n) {
            root++;
        }
        /* the rounds begin at the root, or one above it if that is no square */
        for (unsigned a = root; a < root + 10 && !want; a++) {
            for (unsigned b = 0; b < a && !want; b++) {
                want = a * a - b * b == n;
            }
        }
        assert_int_equal(aud_rsa_close_primes((aud_str){(const char *)bytes, 2}, 10),
                         want ? AUD_RSA_YES : AUD_RSA_NO);
    }
}

static void test_small(void **state)
{
    static const unsigned char even[] = {0x10}, large[] = {0x02, 0xf5}; /* 757 is prime */
    static const unsigned char product[] = {0x08, 0xa0, 0xff};          /* 751 * 753 */
    unsigned factor = 0;
    (void)state;

    assert_int_equal(aud_rsa_small_factor((aud_str){(const char *)even, 1}, 752, &factor), 1);
    assert_int_equal(factor, 2);
    assert_int_equal(aud_rsa_small_factor((aud_str){(const char *)large, 2}, 752, &factor), 0);
    assert_int_equal(aud_rsa_small_factor((aud_str){(const char *)product, 3}, 752, &factor), 1);
    assert_int_equal(factor, 3);
}

static void test_untold(void **state)
{
    static const char zeros[4];
    unsigned factor = 0;
    char *huge;
    (void)state;

    assert_int_equal(aud_rsa_roca(AUD_LIT("")), AUD_RSA_UNTOLD);
    assert_int_equal(aud_rsa_close_primes((aud_str){zeros, 4}, 100), AUD_RSA_UNTOLD);
    huge = aud_alloc_zero(4096, 1);
    assert_non_null(huge);
    memset(huge, 0xff, 4096);
    assert_int_equal(aud_rsa_close_primes((aud_str){huge, 4096}, 100), AUD_RSA_UNTOLD);
    assert_int_equal(aud_rsa_small_factor((aud_str){huge, 4096}, 752, &factor), AUD_RSA_UNTOLD);
    aud_free(huge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sound), cmocka_unit_test(test_close),
                                       cmocka_unit_test(test_close_by_trial),
                                       cmocka_unit_test(test_small), cmocka_unit_test(test_untold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
