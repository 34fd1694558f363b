/* engine/pki/digest.c - SHA-256 and SHA-1 with one context a thread and digests fetched once. */
#include "engine/pki/cert.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t context_key;
static EVP_MD *sha256, *sha1; /* written once */

static void free_context(void *context)
{
    EVP_MD_CTX_free(context);
}

static void start(void)
{
    (void)pthread_key_create(&context_key, free_context);
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
}

static aud_status fail(aud_error *err)
{
    ERR_clear_error();
    return aud_fail(err, AUD_E_NOMEM, "cannot compute a digest");
}

static aud_status digest(EVP_MD *const *md, aud_str bytes, unsigned char *out, aud_error *err)
{
    static _Thread_local EVP_MD_CTX *context; /* the key frees it with the thread */

    (void)pthread_once(&once, start);
    if (context == NULL) {
        context = EVP_MD_CTX_new();
        (void)pthread_setspecific(context_key, context);
    }
    if (context == NULL || *md == NULL || EVP_DigestInit_ex2(context, *md, NULL) != 1 ||
        EVP_DigestUpdate(context, bytes.ptr, bytes.len) != 1 ||
        EVP_DigestFinal_ex(context, out, NULL) != 1) {
        return fail(err);
    }
    return AUD_OK;
}

aud_status aud_sha256(aud_str bytes, unsigned char out[32], aud_error *err)
{
    return digest(&sha256, bytes, out, err);
}

aud_status aud_sha1(aud_str bytes, unsigned char out[20], aud_error *err)
{
    return digest(&sha1, bytes, out, err);
}

struct aud_hash {
    EVP_MD_CTX *context;
};

aud_status aud_hash_new(aud_hash **out, aud_error *err)
{
    AUD_CLEANUP(aud_hash_freep) aud_hash *hash = aud_alloc_zero(1, sizeof *hash);

    (void)pthread_once(&once, start);
    if (hash == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    hash->context = EVP_MD_CTX_new();
    if (hash->context == NULL || sha256 == NULL ||
        EVP_DigestInit_ex2(hash->context, sha256, NULL) != 1) {
        return fail(err);
    }
    *out = AUD_MOVE(hash);
    return AUD_OK;
}

aud_status aud_hash_add(aud_hash *hash, aud_str bytes, aud_error *err)
{
    return EVP_DigestUpdate(hash->context, bytes.ptr, bytes.len) == 1 ? AUD_OK : fail(err);
}

aud_status aud_hash_end(aud_hash *hash, unsigned char out[32], aud_error *err)
{
    return EVP_DigestFinal_ex(hash->context, out, NULL) == 1 ? AUD_OK : fail(err);
}

void aud_hash_freep(aud_hash **hash)
{
    if (*hash != NULL) {
        EVP_MD_CTX_free((*hash)->context);
        aud_free(*hash);
        *hash = NULL;
    }
}
