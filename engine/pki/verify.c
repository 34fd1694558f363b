/* engine/pki/verify.c - signatures, proved by OpenSSL. */
#include "engine/pki/verify.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "engine/pki/flaws.h"

struct aud_pubkey {
    EVP_PKEY *pkey;
};

aud_status aud_pubkey_new(aud_str spki, aud_pubkey **out, aud_error *err)
{
    const unsigned char *at = (const unsigned char *)spki.ptr;
    aud_pubkey *key;
    EVP_PKEY *pkey;

    if (spki.len == 0 || spki.len > 1 << 20) {
        return aud_fail(err, AUD_E_FORMAT, "a public key cannot be read");
    }
    pkey = d2i_PUBKEY(NULL, &at, (long)spki.len);
    if (pkey == NULL) {
        unsigned long code = ERR_peek_last_error();
        bool unknown = ERR_GET_REASON(code) == X509_R_UNSUPPORTED_ALGORITHM ||
                       ERR_GET_REASON(code) == X509_R_UNKNOWN_KEY_TYPE;

        ERR_clear_error();
        return unknown ? aud_fail(err, AUD_E_UNSUPPORTED, "a public key of an unknown algorithm")
                       : aud_fail(err, AUD_E_FORMAT, "a public key cannot be read");
    }
    key = aud_alloc(sizeof *key);
    if (key == NULL) {
        EVP_PKEY_free(pkey);
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    key->pkey = pkey;
    *out = key;
    return AUD_OK;
}

void aud_pubkey_free(aud_pubkey *key)
{
    if (key != NULL) {
        EVP_PKEY_free(key->pkey);
        aud_free(key);
    }
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t context_key;

static void free_context(void *context)
{
    EVP_MD_CTX_free(context);
}

static void start(void)
{
    (void)pthread_key_create(&context_key, free_context);
}

static EVP_MD_CTX *thread_context(void)
{
    static _Thread_local EVP_MD_CTX *context; /* the key frees it with the thread */

    (void)pthread_once(&once, start);
    if (context == NULL) {
        context = EVP_MD_CTX_new();
        (void)pthread_setspecific(context_key, context);
    } else {
        (void)EVP_MD_CTX_reset(context);
    }
    return context;
}

/* OpenSSL did not look at the signature: the key is larger than it takes, or memory ran out. */
static bool refused_key(void)
{
    const unsigned long code = ERR_peek_error();

    return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE ||
           (ERR_GET_LIB(code) == ERR_LIB_RSA && (ERR_GET_REASON(code) == RSA_R_MODULUS_TOO_LARGE ||
                                                 ERR_GET_REASON(code) == RSA_R_BAD_E_VALUE));
}

/* RSASSA-PSS carries its parameters: OpenSSL reads them from the algorithm itself. */
static aud_proof verify_whole(const aud_cert *cert, const X509_ALGOR *algorithm, EVP_PKEY *pkey)
{
    const unsigned char *at = (const unsigned char *)cert->tbs.ptr;
    ASN1_TYPE *body = d2i_ASN1_TYPE(NULL, &at, (long)cert->tbs.len);
    ASN1_BIT_STRING *signature = ASN1_BIT_STRING_new();
    aud_proof proof = AUD_PROOF_UNKNOWN;

    if (body != NULL && signature != NULL &&
        ASN1_STRING_set(signature, cert->signature.ptr, (int)cert->signature.len) == 1) {
        int good = ASN1_item_verify(ASN1_ITEM_rptr(ASN1_ANY), algorithm, signature, body, pkey);

        proof = good == 1                     ? AUD_PROOF_GOOD
                : good == 0 && !refused_key() ? AUD_PROOF_BAD
                                              : AUD_PROOF_UNKNOWN;
    }
    ASN1_TYPE_free(body);
    ASN1_BIT_STRING_free(signature);
    return proof;
}

static aud_proof verify(const aud_cert *cert, const X509_ALGOR *algorithm, EVP_PKEY *pkey)
{
    int digest_nid = NID_undef, key_nid = NID_undef, got;
    int nid = OBJ_obj2nid(algorithm->algorithm);
    const EVP_MD *md = NULL;
    EVP_MD_CTX *context = thread_context();

    if (nid == NID_undef || OBJ_find_sigid_algs(nid, &digest_nid, &key_nid) != 1) {
        return AUD_PROOF_UNKNOWN;
    }
    if (key_nid != EVP_PKEY_get_base_id(pkey) &&
        !(key_nid == EVP_PKEY_RSA_PSS && EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA) &&
        !(key_nid == NID_rsaEncryption && EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA)) {
        return AUD_PROOF_BAD; /* a key of another kind made no such signature */
    }
    if (key_nid == EVP_PKEY_RSA_PSS) {
        return verify_whole(cert, algorithm, pkey);
    }
    if (digest_nid != NID_undef) {
        md = EVP_get_digestbynid(digest_nid);
        if (md == NULL) {
            return AUD_PROOF_UNKNOWN;
        }
    }
    if (context == NULL || EVP_DigestVerifyInit(context, NULL, md, NULL, pkey) != 1) {
        return AUD_PROOF_UNKNOWN;
    }
    got = EVP_DigestVerify(context, (const unsigned char *)cert->signature.ptr, cert->signature.len,
                           (const unsigned char *)cert->tbs.ptr, cert->tbs.len);
    return got == 1 ? AUD_PROOF_GOOD : refused_key() ? AUD_PROOF_UNKNOWN : AUD_PROOF_BAD;
}

aud_status aud_cert_verify(const aud_cert *cert, const aud_pubkey *key, aud_proof *out,
                           aud_error *err)
{
    const unsigned char *at = (const unsigned char *)cert->outer_alg.ptr;
    X509_ALGOR *algorithm;

    if (cert->tbs.len > INT32_MAX || cert->signature.len > INT32_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "a certificate of more than 2 GiB");
    }
    ERR_clear_error();
    algorithm = d2i_X509_ALGOR(NULL, &at, (long)cert->outer_alg.len);
    /* An algorithm that differs inside and outside is no signature over what it claims. */
    *out = algorithm == NULL ? AUD_PROOF_UNKNOWN
           : (cert->errors & (AUD_FLAW_BIT(ALGORITHMS_DIFFER) | AUD_FLAW_BIT(SIGNATURE_BITS))) != 0
               ? AUD_PROOF_BAD
               : verify(cert, algorithm, key->pkey);
    X509_ALGOR_free(algorithm);
    ERR_clear_error();
    return AUD_OK;
}
