/* engine/pki/rsa_weak.c - RSA moduli that can be taken apart. Asked for one key at a time, and only
 * when a policy reads the fact: the dearest of them costs about as much as a signature's check. */
#include "engine/pki/rsa_weak.h"

#include <openssl/bn.h>
#include <openssl/err.h>

enum { MODULUS_MAX = 2048 /* bytes; a longer one is not worked on */, NO_WORD = -1 };

typedef struct numbers {
    BN_CTX *ctx;
    BIGNUM *n;
} numbers;

static void numbers_clear(numbers *w)
{
    BN_free(w->n);
    BN_CTX_free(w->ctx);
    ERR_clear_error();
}

static bool numbers_open(aud_str modulus, numbers *out)
{
    if (modulus.len == 0 || modulus.len > MODULUS_MAX) {
        return false;
    }
    out->ctx = BN_CTX_new();
    out->n = BN_bin2bn((const unsigned char *)modulus.ptr, (int)modulus.len, NULL);
    return out->ctx != NULL && out->n != NULL && !BN_is_zero(out->n);
}

static bool is_prime(unsigned number)
{
    for (unsigned d = 2; d * d <= number; d++) {
        if (number % d == 0) {
            return false;
        }
    }
    return number >= 2;
}

static bool is_one_of(unsigned residue, unsigned prime)
{
    unsigned power = 1;

    do { /* the group that 65537 makes */
        if (power == residue) {
            return true;
        }
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return false;
}

aud_rsa_answer aud_rsa_roca(aud_str modulus)
{
    AUD_CLEANUP(numbers_clear) numbers w = {NULL, NULL};
    bool hit = true;

    if (!numbers_open(modulus, &w)) {
        return AUD_RSA_UNTOLD;
    }
    for (unsigned prime = 3; hit && prime <= 167; prime += 2) {
        BN_ULONG residue;

        if (!is_prime(prime)) {
            continue;
        }
        residue = BN_mod_word(w.n, prime);
        if (residue == (BN_ULONG)NO_WORD) {
            return AUD_RSA_UNTOLD;
        }
        hit = is_one_of((unsigned)residue, prime);
    }
    return hit ? AUD_RSA_YES : AUD_RSA_NO;
}

aud_rsa_answer aud_rsa_small_factor(aud_str modulus, unsigned below, unsigned *out_factor)
{
    AUD_CLEANUP(numbers_clear) numbers w = {NULL, NULL};

    if (!numbers_open(modulus, &w)) {
        return AUD_RSA_UNTOLD;
    }
    for (unsigned prime = 2; prime < below; prime++) {
        BN_ULONG residue = is_prime(prime) ? BN_mod_word(w.n, prime) : 1;

        if (residue == (BN_ULONG)NO_WORD) {
            return AUD_RSA_UNTOLD;
        }
        if (residue == 0) {
            *out_factor = prime;
            return AUD_RSA_YES;
        }
    }
    return AUD_RSA_NO;
}

/* The greatest r with r * r <= n, by Newton's rule from above. */
static bool root_of(const BIGNUM *n, BIGNUM *r, BN_CTX *ctx)
{
    BIGNUM *next = BN_CTX_get(ctx), *part = BN_CTX_get(ctx);

    if (part == NULL) {
        return false;
    }
    BN_zero(r);
    if (!BN_set_bit(r, (BN_num_bits(n) + 1) / 2)) {
        return false;
    }
    for (;;) {
        if (!BN_div(part, NULL, n, r, ctx) || !BN_add(next, r, part) || !BN_rshift1(next, next)) {
            return false;
        }
        if (BN_cmp(next, r) >= 0) {
            return true;
        }
        if (BN_copy(r, next) == NULL) {
            return false;
        }
    }
}

/* Squares end in few ways: most numbers are told without a root. */
static aud_rsa_answer is_square(const BIGNUM *n, BN_CTX *ctx)
{
    static const unsigned moduli[] = {64, 63, 65, 11};
    BIGNUM *root, *square;
    aud_rsa_answer answer = AUD_RSA_UNTOLD;

    for (size_t i = 0; i < AUD_COUNT(moduli); i++) {
        const BN_ULONG residue = BN_mod_word(n, moduli[i]);
        bool found = false;

        for (unsigned k = 0; k < moduli[i] && !found; k++) {
            found = k * k % moduli[i] == residue;
        }
        if (!found) {
            return AUD_RSA_NO;
        }
    }
    BN_CTX_start(ctx);
    root = BN_CTX_get(ctx);
    square = BN_CTX_get(ctx);
    if (square != NULL && root_of(n, root, ctx) && BN_sqr(square, root, ctx)) {
        answer = BN_cmp(square, n) == 0 ? AUD_RSA_YES : AUD_RSA_NO;
    }
    BN_CTX_end(ctx);
    return answer;
}

/* a * a - n for a = ceil(sqrt(n)) and the following: from one to the next it grows by 2a + 1. */
static aud_rsa_answer walk(const numbers *w, unsigned rounds, BIGNUM *a, BIGNUM *rest)
{
    if (rest == NULL || !root_of(w->n, a, w->ctx) || !BN_sqr(rest, a, w->ctx)) {
        return AUD_RSA_UNTOLD;
    }
    if (BN_cmp(rest, w->n) == 0) {
        return AUD_RSA_YES; /* a square: both primes are the same */
    }
    if (!BN_add_word(a, 1) || !BN_sqr(rest, a, w->ctx) || !BN_sub(rest, rest, w->n)) {
        return AUD_RSA_UNTOLD;
    }
    for (unsigned round = 0; round < rounds; round++) {
        aud_rsa_answer answer = is_square(rest, w->ctx);

        if (answer != AUD_RSA_NO) {
            return answer;
        }
        if (!BN_add(rest, rest, a) || !BN_add(rest, rest, a) || !BN_add_word(rest, 1) ||
            !BN_add_word(a, 1)) {
            return AUD_RSA_UNTOLD;
        }
    }
    return AUD_RSA_NO;
}

aud_rsa_answer aud_rsa_close_primes(aud_str modulus, unsigned rounds)
{
    AUD_CLEANUP(numbers_clear) numbers w = {NULL, NULL};
    aud_rsa_answer answer;
    BIGNUM *a;

    if (!numbers_open(modulus, &w)) {
        return AUD_RSA_UNTOLD;
    }
    if (!BN_is_odd(w.n)) {
        return AUD_RSA_NO; /* two is a factor, and not a close one */
    }
    BN_CTX_start(w.ctx);
    a = BN_CTX_get(w.ctx);
    answer = walk(&w, rounds, a, BN_CTX_get(w.ctx));
    BN_CTX_end(w.ctx);
    return answer;
}
