/* engine/pki/cms.c - detached CMS signatures. */
#include "engine/pki/cms.h"

#include "engine/pki/trust_store.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static const unsigned sign_flags = CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP;

static void cms_freep(CMS_ContentInfo **cms)
{
    CMS_ContentInfo_free(*cms);
}

static void key_freep(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void context_freep(X509_STORE_CTX **context)
{
    X509_STORE_CTX_free(*context);
}

static BIO *bio_of(aud_str bytes)
{
    return bytes.len > INT_MAX
               ? NULL
               : BIO_new_mem_buf(bytes.ptr == NULL ? "" : bytes.ptr, (int)bytes.len);
}

/* --- signing ---------------------------------------------------------------------------------- */

static int give_password(char *out, int size, int writing, void *ctx)
{
    const aud_str *password = ctx;

    AUD_UNUSED(writing);
    if (password->len == 0 || password->len > (size_t)size) {
        return -1;
    }
    memcpy(out, password->ptr, password->len);
    return (int)password->len;
}

static aud_status read_key(const aud_cms_signer *signer, EVP_PKEY **out, aud_error *err)
{
    AUD_CLEANUP(aud_bio_freep) BIO *bio = bio_of(signer->key);
    aud_str password = signer->password;
    const unsigned char *der = (const unsigned char *)signer->key.ptr;

    if (bio == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = signer->key.len > 0 && signer->key.ptr[0] == 0x30
               ? d2i_AutoPrivateKey(NULL, &der, (long)signer->key.len)
               : PEM_read_bio_PrivateKey(bio, NULL, give_password, &password);
    if (*out == NULL) {
        return aud_openssl_fail(err, AUD_E_USAGE,
                                "the signing key cannot be read (PEM or DER; a password comes from "
                                "--password-file)");
    }
    ERR_clear_error();
    return AUD_OK;
}

/* OpenSSL 3.0 signs CMS with a digest of its own choice, which EdDSA keys do not take. */
static aud_status check_key(EVP_PKEY *key, X509 *certificate, aud_error *err)
{
    const int type = EVP_PKEY_get_base_id(key);

    if (type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448) {
        return aud_fail(err, AUD_E_UNSUPPORTED,
                        "%s cannot sign a pack: %s makes no CMS signature with it, for it has no "
                        "digest of its own there; use an ECDSA or RSA key",
                        type == EVP_PKEY_ED25519 ? "Ed25519" : "Ed448",
                        OpenSSL_version(OPENSSL_VERSION));
    }
    if (type != EVP_PKEY_EC && type != EVP_PKEY_RSA) {
        return aud_fail(err, AUD_E_UNSUPPORTED, "a pack is signed with an ECDSA or RSA key");
    }
    if (X509_check_private_key(certificate, key) != 1) {
        return aud_openssl_fail(err, AUD_E_USAGE,
                                "the signing key is not that of the first certificate");
    }
    return AUD_OK;
}

static aud_status set_time(CMS_SignerInfo *info, int64_t at, aud_error *err)
{
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)at);
    const bool good =
        time != NULL && CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime,
                                                    ASN1_STRING_type(time), time, -1) == 1;

    ASN1_TIME_free(time);
    return good ? AUD_OK : aud_openssl_fail(err, AUD_E_USAGE, "the signing time cannot be set");
}

static aud_status write_der(CMS_ContentInfo *cms, aud_buf *out, aud_error *err)
{
    unsigned char *der = NULL;
    const int len = i2d_CMS_ContentInfo(cms, &der);
    aud_status st;

    if (len <= 0) {
        return aud_openssl_fail(err, AUD_E_FORMAT, "the signature cannot be written");
    }
    st = aud_buf_add(out, (aud_str){(const char *)der, (size_t)len}, err);
    OPENSSL_free(der);
    return st;
}

aud_status aud_cms_sign(const aud_cms_signer *signer, aud_str content, aud_buf *out, aud_error *err)
{
    AUD_CLEANUP(aud_certificates_freep) STACK_OF(X509) *chain = NULL;
    AUD_CLEANUP(key_freep) EVP_PKEY *key = NULL;
    AUD_CLEANUP(cms_freep) CMS_ContentInfo *cms = NULL;
    AUD_CLEANUP(aud_bio_freep) BIO *bio = bio_of(content);
    CMS_SignerInfo *info;

    if (bio == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(aud_certificates_read(
        signer->certificates, "the signing certificate cannot be read (PEM or DER)", &chain, err));
    AUD_TRY(read_key(signer, &key, err));
    AUD_TRY(check_key(key, sk_X509_value(chain, 0), err));
    cms = CMS_sign(NULL, NULL, NULL, NULL, sign_flags | CMS_PARTIAL);
    info = cms == NULL ? NULL
                       : CMS_add1_signer(cms, sk_X509_value(chain, 0), key, EVP_sha256(),
                                         sign_flags | CMS_PARTIAL);
    if (info == NULL) {
        return aud_openssl_fail(err, AUD_E_UNSUPPORTED, "cannot sign with this key");
    }
    AUD_TRY(set_time(info, signer->at, err));
    for (int i = 1; i < sk_X509_num(chain); i++) {
        if (CMS_add1_cert(cms, sk_X509_value(chain, i)) != 1) {
            return aud_openssl_fail(err, AUD_E_USAGE, "a certificate stands twice");
        }
    }
    if (CMS_final(cms, bio, NULL, sign_flags) != 1) {
        return aud_openssl_fail(err, AUD_E_UNSUPPORTED, "cannot sign");
    }
    return write_der(cms, out, err);
}

/* --- verifying -------------------------------------------------------------------------------- */

static aud_status read_der(aud_str signature, CMS_ContentInfo **out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf again = {.max = (size_t)INT_MAX};
    const unsigned char *at = (const unsigned char *)signature.ptr;

    if (signature.len == 0 || signature.len > INT_MAX) {
        return aud_fail(err, AUD_E_FORMAT, "the signature is empty or too large");
    }
    *out = d2i_CMS_ContentInfo(NULL, &at, (long)signature.len);
    if (*out == NULL || OBJ_obj2nid(CMS_get0_type(*out)) != NID_pkcs7_signed) {
        return aud_openssl_fail(err, AUD_E_FORMAT, "the signature is no CMS SignedData in DER");
    }
    AUD_TRY(write_der(*out, &again, err));
    return aud_str_eq(aud_buf_str(&again), signature)
               ? AUD_OK
               : aud_fail(err, AUD_E_FORMAT,
                          "the signature is not encoded as DER, or has bytes "
                          "behind it");
}

/* Exactly one signer, signed attributes alone, and algorithms that its key really has. */
static aud_status check_signer(CMS_ContentInfo *cms, CMS_SignerInfo **out, aud_error *err)
{
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
    X509_ALGOR *digest = NULL, *signature = NULL;
    const ASN1_OBJECT *object = NULL;
    X509 *certificate = NULL;
    EVP_PKEY *key = NULL;
    int type, nid;

    if (sk_CMS_SignerInfo_num(infos) != 1) {
        return aud_fail(err, AUD_E_FORMAT, "the signature has not one signer");
    }
    *out = sk_CMS_SignerInfo_value(infos, 0);
    if (CMS_unsigned_get_attr_count(*out) > 0 || CMS_signed_get_attr_count(*out) != 3) {
        return aud_fail(err, AUD_E_FORMAT,
                        "the signature has other attributes than type, digest "
                        "and time");
    }
    CMS_SignerInfo_get0_algs(*out, &key, &certificate, &digest, &signature);
    X509_ALGOR_get0(&object, NULL, NULL, digest);
    if (OBJ_obj2nid(object) != NID_sha256 || key == NULL) {
        return aud_fail(err, AUD_E_FORMAT, "the signature does not rest on SHA-256");
    }
    type = EVP_PKEY_get_base_id(key);
    X509_ALGOR_get0(&object, NULL, NULL, signature);
    nid = OBJ_obj2nid(object);
    if (!(type == EVP_PKEY_EC && nid == NID_ecdsa_with_SHA256) &&
        !(type == EVP_PKEY_RSA &&
          (nid == NID_rsaEncryption || nid == NID_sha256WithRSAEncryption))) {
        return aud_fail(err, AUD_E_FORMAT,
                        "the signature names an algorithm that its key does not "
                        "have");
    }
    return AUD_OK;
}

static bool holds(const STACK_OF(X509) * chain, const X509 *certificate)
{
    for (int i = 0; i < sk_X509_num(chain); i++) {
        if (X509_cmp(sk_X509_value(chain, i), certificate) == 0) {
            return true;
        }
    }
    return false;
}

/* The signer's chain ends at a trusted certificate, and nothing is carried along beside it. */
static aud_status check_chain(CMS_ContentInfo *cms, X509 *signer, X509_STORE *store, aud_error *err)
{
    AUD_CLEANUP(aud_certificates_freep) STACK_OF(X509) *carried = CMS_get1_certs(cms);
    AUD_CLEANUP(context_freep) X509_STORE_CTX *context = X509_STORE_CTX_new();
    const STACK_OF(X509) * chain;

    if (context == NULL || X509_STORE_CTX_init(context, store, signer, carried) != 1) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (X509_verify_cert(context) != 1) {
        const int why = X509_STORE_CTX_get_error(context);

        ERR_clear_error();
        return aud_fail(err, AUD_E_FORMAT, "the signer's certificate is not trusted: %s",
                        X509_verify_cert_error_string(why));
    }
    chain = X509_STORE_CTX_get0_chain(context);
    for (int i = 0; i < sk_X509_num(carried); i++) {
        if (!holds(chain, sk_X509_value(carried, i))) {
            return aud_fail(err, AUD_E_FORMAT,
                            "the signature carries a certificate that proves nothing");
        }
    }
    return AUD_OK;
}

static X509 *certificate_of(CMS_ContentInfo *cms, CMS_SignerInfo *info,
                            STACK_OF(X509) * *out_carried)
{
    *out_carried = CMS_get1_certs(cms);
    for (int i = 0; i < sk_X509_num(*out_carried); i++) {
        X509 *one = sk_X509_value(*out_carried, i);

        if (CMS_SignerInfo_cert_cmp(info, one) == 0) {
            CMS_SignerInfo_set1_signer_cert(info, one);
            return one;
        }
    }
    return NULL;
}

static void take_time(CMS_SignerInfo *info, aud_cms_answer *out)
{
    const ASN1_TYPE *value = NULL;
    const int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE *attribute = at < 0 ? NULL : CMS_signed_get_attr(info, at);

    value = attribute == NULL ? NULL : X509_ATTRIBUTE_get0_type(attribute, 0);
    if (value != NULL && (value->type == V_ASN1_UTCTIME || value->type == V_ASN1_GENERALIZEDTIME)) {
        out->has_time = aud_asn1_instant(value->value.asn1_string, &out->signed_at);
    }
}

aud_status aud_cms_verify(aud_str signature, aud_str content, aud_str trust, int64_t at,
                          aud_arena *arena, aud_cms_answer *out, aud_error *err)
{
    AUD_CLEANUP(cms_freep) CMS_ContentInfo *cms = NULL;
    AUD_CLEANUP(aud_store_freep) X509_STORE *store = NULL;
    AUD_CLEANUP(aud_certificates_freep) STACK_OF(X509) *carried = NULL;
    AUD_CLEANUP(aud_bio_freep) BIO *bio = bio_of(content);
    /* of a bare memory BIO OpenSSL 3.0 makes a copy, which it loses where it fails early */
    AUD_CLEANUP(aud_bio_freep) BIO *filter = BIO_new(BIO_f_null());
    STACK_OF(CMS_SignerInfo) * infos;
    CMS_SignerInfo *info = NULL;
    X509 *signer;

    *out = (aud_cms_answer){0};
    if (bio == NULL || filter == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    (void)BIO_push(filter, bio);
    AUD_TRY(aud_trust_store(trust, at, &store, err));
    AUD_TRY(read_der(signature, &cms, err));
    infos = CMS_get0_SignerInfos(cms);
    signer = sk_CMS_SignerInfo_num(infos) == 0
                 ? NULL
                 : certificate_of(cms, sk_CMS_SignerInfo_value(infos, 0), &carried);
    if (signer == NULL) {
        return aud_fail(err, AUD_E_FORMAT, "the signature does not hold its signer's certificate");
    }
    AUD_TRY(check_signer(cms, &info, err));
    AUD_TRY(check_chain(cms, signer, store, err));
    if (CMS_verify(cms, NULL, store, filter, NULL,
                   CMS_DETACHED | CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
        return aud_openssl_fail(err, AUD_E_FORMAT, "the signature does not verify");
    }
    take_time(info, out);
    return aud_certificate_words(signer, arena, &out->signer, &out->fingerprint, err);
}
