/* engine/pki/pbe.c - opening what a password guards (RFC 8018, RFC 7292 appendix C), work bounded.
 */
#include "engine/pki/container_parts.h"
#include "engine/pki/pki_internal.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <pthread.h>

enum {
    MAX_ALGORITHM = 4096, /* bytes of an AlgorithmIdentifier; salts are of 8 to 64 */
    COSTLY = 100000,      /* rounds from which the likeliest passwords are tried first */
    MAX_PASSWORD = 1024,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static OSSL_LIB_CTX *library; /* written once */

/* A context of our own: RC2 and RC4 of old stores are to be read, and offered to nothing else. */
static void start(void)
{
    library = OSSL_LIB_CTX_new();
    if (library != NULL) {
        (void)OSSL_PROVIDER_load(library, "default");
        (void)OSSL_PROVIDER_load(library, "legacy"); /* without it they stay closed, and say so */
        ERR_clear_error();
    }
}

void aud_plain_free(aud_str plain)
{
    union {
        const char *from;
        void *to;
    } bytes = {plain.ptr};

    OPENSSL_clear_free(bytes.to, plain.len);
}

const char *aud_opened_reason(aud_opened opened)
{
    switch (opened) {
    case AUD_OPENED:
        return "";
    case AUD_OPEN_NO_PASSWORD:
        return "none of the passwords opens it; name its own with --password-file";
    case AUD_OPEN_UNKNOWN:
        return "its encryption is not offered by this OpenSSL";
    case AUD_OPEN_ROUNDS:
        return "it asks for more than 1000000 rounds of key derivation";
    case AUD_OPEN_BROKEN:
        return "the parameters of its encryption cannot be read";
    }
    return "";
}

/* --- what it will cost ------------------------------------------------------------------------ */

static bool take_positive(aud_der *in, int64_t *out)
{
    aud_tlv tlv;

    return aud_der_take(in, AUD_TAG_INTEGER, &tlv) && aud_der_int(tlv.content, out) && *out > 0;
}

/* A SEQUENCE that begins with a salt. */
static bool enter_salted(aud_str parameters, aud_der *out)
{
    aud_tlv seq, salt;

    if (!aud_der_only(parameters, AUD_TAG_SEQUENCE, &seq)) {
        return false;
    }
    *out = aud_der_of(seq.content);
    return aud_der_take(out, AUD_TAG_OCTET_STRING, &salt);
}

/* PBKDF2 or scrypt of PBES2 parameters, and the cipher's OID. */
static bool read_pbes2(aud_str parameters, int64_t *out_rounds, aud_str *out_cipher)
{
    aud_tlv seq, kdf, cipher;
    aud_str oid, inner, ignored;
    int64_t n, r, p;
    aud_der in;

    if (!aud_der_only(parameters, AUD_TAG_SEQUENCE, &seq)) {
        return false;
    }
    in = aud_der_of(seq.content);
    if (!aud_der_take(&in, AUD_TAG_SEQUENCE, &kdf) ||
        !aud_der_take(&in, AUD_TAG_SEQUENCE, &cipher) ||
        !aud_algorithm_parts(kdf.whole, &oid, &inner) ||
        !aud_algorithm_parts(cipher.whole, out_cipher, &ignored) || !enter_salted(inner, &in)) {
        return false;
    }
    if (aud_str_eq(oid, AUD_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"))) {
        return take_positive(&in, out_rounds);
    }
    if (!aud_str_eq(oid, AUD_LIT("\x2b\x06\x01\x04\x01\xda\x47\x04\x0b")) ||
        !take_positive(&in, &n) || !take_positive(&in, &r) || !take_positive(&in, &p)) {
        return false;
    }
    *out_rounds = n > AUD_MAX_KEY_ROUNDS || r > AUD_MAX_KEY_ROUNDS || p > AUD_MAX_KEY_ROUNDS ||
                          n * r > AUD_MAX_KEY_ROUNDS
                      ? INT64_MAX
                      : n * r * p;
    return true;
}

static int nid_of(aud_str oid)
{
    char text[AUD_OID_TEXT + 1];
    const size_t len = aud_der_oid_text(oid, text);

    text[len] = '\0';
    return len == 0 ? NID_undef : OBJ_txt2nid(text);
}

static bool offers_cipher(int nid)
{
    EVP_CIPHER *cipher = nid <= 0 ? NULL : EVP_CIPHER_fetch(library, OBJ_nid2sn(nid), NULL);
    const bool offered = cipher != NULL;

    EVP_CIPHER_free(cipher);
    return offered;
}

static aud_opened weigh(aud_str algorithm, int64_t *out_rounds, bool *out_pbes2)
{
    static const aud_str pbes2 = AUD_LIT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d");
    int cipher = NID_undef, md = NID_undef;
    aud_str oid, parameters, cipher_oid;
    aud_der in;

    if (algorithm.len > MAX_ALGORITHM || !aud_algorithm_parts(algorithm, &oid, &parameters)) {
        return AUD_OPEN_BROKEN;
    }
    *out_pbes2 = aud_str_eq(oid, pbes2);
    if (*out_pbes2) {
        if (!read_pbes2(parameters, out_rounds, &cipher_oid)) {
            return AUD_OPEN_BROKEN;
        }
        cipher = nid_of(cipher_oid);
    } else {
        const int nid = nid_of(oid);

        if (nid == NID_undef || EVP_PBE_find(EVP_PBE_TYPE_OUTER, nid, &cipher, &md, NULL) != 1) {
            return AUD_OPEN_UNKNOWN;
        }
        if (!enter_salted(parameters, &in) || !take_positive(&in, out_rounds)) {
            return AUD_OPEN_BROKEN;
        }
    }
    if (!offers_cipher(cipher)) {
        return AUD_OPEN_UNKNOWN;
    }
    return *out_rounds > AUD_MAX_KEY_ROUNDS ? AUD_OPEN_ROUNDS : AUD_OPENED;
}

/* --- trying ----------------------------------------------------------------------------------- */

/* Candidates are: 0 no password, 1 the empty one, from 2 on the given. */
static bool try_one(const aud_emitter *e, const X509_ALGOR *algorithm, size_t candidate,
                    aud_str bytes, aud_plain_check check, aud_str *out_plain)
{
    const aud_str given = candidate < 2 ? AUD_LIT("") : e->passwords.items[candidate - 2];
    const char *password = candidate == 0 ? NULL : given.len == 0 ? "" : given.ptr;
    unsigned char *plain = NULL;
    int len = 0;

    if (given.len > MAX_PASSWORD ||
        PKCS12_pbe_crypt_ex(algorithm, password, (int)given.len, (const unsigned char *)bytes.ptr,
                            (int)bytes.len, &plain, &len, 0, library, NULL) == NULL) {
        return false;
    }
    *out_plain = (aud_str){(const char *)plain, len > 0 ? (size_t)len : 0};
    if (!check(*out_plain)) {
        aud_plain_free(*out_plain);
        return false;
    }
    return true;
}

/* The step-th candidate: the likeliest first. */
static size_t candidate_at(size_t step, size_t num, size_t hint, bool given_first)
{
    if (hint > 0) {
        /* the hint, then all before it, then all behind it */
        return step == 0 ? hint - 1 : step <= hint - 1 ? step - 1 : step;
    }
    return given_first ? (step + 2) % num : step;
}

static aud_opened try_all(aud_emitter *e, const X509_ALGOR *algorithm, uint64_t rounds, bool pbes2,
                          aud_str bytes, aud_plain_check check, size_t *hint, aud_str *out_plain)
{
    const size_t num = e->passwords.len + 2;
    const size_t known = *hint;

    for (size_t step = 0; step < num; step++) {
        const size_t candidate = candidate_at(step, num, known, rounds > COSTLY && num > 2);

        if (pbes2 && candidate == 0) {
            continue; /* there, no password is the empty one */
        }
        if (e->rounds_left < rounds) {
            return AUD_OPEN_ROUNDS;
        }
        e->rounds_left -= rounds;
        if (try_one(e, algorithm, candidate, bytes, check, out_plain)) {
            *hint = candidate + 1;
            return AUD_OPENED;
        }
    }
    return AUD_OPEN_NO_PASSWORD;
}

aud_status aud_pbe_open(aud_emitter *e, aud_str algorithm, aud_str bytes, aud_plain_check check,
                        size_t *hint, aud_opened *out, aud_str *out_plain, aud_error *err)
{
    const unsigned char *at = (const unsigned char *)algorithm.ptr;
    X509_ALGOR *decoded;
    int64_t rounds = 0;
    bool pbes2 = false;

    *out_plain = (aud_str){NULL, 0};
    (void)pthread_once(&once, start);
    if (library == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = weigh(algorithm, &rounds, &pbes2);
    if (*out == AUD_OPENED) {
        decoded = d2i_X509_ALGOR(NULL, &at, (long)algorithm.len);
        *out = decoded == NULL || bytes.len > INT32_MAX
                   ? AUD_OPEN_BROKEN
                   : try_all(e, decoded, (uint64_t)rounds, pbes2, bytes, check, hint, out_plain);
        X509_ALGOR_free(decoded);
    }
    ERR_clear_error();
    return AUD_OK;
}
