/* engine/pki/rsa_weak.h - RSA moduli that can be taken apart. */
#ifndef AUD_PKI_RSA_WEAK_H
#define AUD_PKI_RSA_WEAK_H

#include "engine/base/base.h"

/* Untold: no modulus, one over 16,384 bits, or no memory. */
typedef enum aud_rsa_answer { AUD_RSA_NO, AUD_RSA_YES, AUD_RSA_UNTOLD } aud_rsa_answer;

/*
 * Does the modulus (big-endian bytes) bear the fingerprint of CVE-2017-15361? For each prime from 3
 * to 167 its residue lies in the group that 65537 makes there; by chance 1 in 2^28 does.
 */
aud_rsa_answer aud_rsa_roca(aud_str modulus);

/* Its least prime factor below a bound. */
aud_rsa_answer aud_rsa_small_factor(aud_str modulus, unsigned below, unsigned *out_factor);

/*
 * Are its two primes so close that Fermat's method finds them within so many rounds?
 *
 * Source: CA/Browser Forum TLS Baseline Requirements 6.1.1.3 asks for 100 rounds.
 */
aud_rsa_answer aud_rsa_close_primes(aud_str modulus, unsigned rounds);

#endif
