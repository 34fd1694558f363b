/* engine/pki/timestamp.c - time stamps (RFC 3161). */
#include "engine/pki/timestamp.h"

#include "engine/pki/cert.h"
#include "engine/pki/trust_store.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ts.h>

enum { NONCE_LEN = 8 };

static void request_freep(TS_REQ **request)
{
    TS_REQ_free(*request);
}

static void response_freep(TS_RESP **response)
{
    TS_RESP_free(*response);
}

static void context_freep(TS_VERIFY_CTX **context)
{
    TS_VERIFY_CTX_free(*context);
}

static bool set_imprint(TS_REQ *request, const unsigned char digest[32])
{
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    bool good = imprint != NULL && algorithm != NULL &&
                X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
                TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1;
    unsigned char copy[32];

    memcpy(copy, digest, sizeof copy);
    good = good && TS_MSG_IMPRINT_set_msg(imprint, copy, sizeof copy) == 1 &&
           TS_REQ_set_msg_imprint(request, imprint) == 1;
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    return good;
}

/* Out of the digest: a nonce keeps old replies from being taken, and the query stays the same. */
static bool set_nonce(TS_REQ *request, const unsigned char digest[32])
{
    unsigned char twice[32];
    BIGNUM *number = NULL;
    ASN1_INTEGER *nonce = NULL;
    bool good = false;

    if (aud_sha256((aud_str){(const char *)digest, 32}, twice, NULL) == AUD_OK) {
        twice[0] |= 0x40; /* as long for every content */
        twice[0] &= 0x7f;
        number = BN_bin2bn(twice, NONCE_LEN, NULL);
        nonce = number == NULL ? NULL : BN_to_ASN1_INTEGER(number, NULL);
        good = nonce != NULL && TS_REQ_set_nonce(request, nonce) == 1;
    }
    ASN1_INTEGER_free(nonce);
    BN_free(number);
    return good;
}

static aud_status make_request(aud_str content, TS_REQ **out, aud_error *err)
{
    AUD_CLEANUP(request_freep) TS_REQ *request = TS_REQ_new();
    unsigned char digest[32];

    AUD_TRY(aud_sha256(content, digest, err));
    if (request == NULL || TS_REQ_set_version(request, 1) != 1 || !set_imprint(request, digest) ||
        !set_nonce(request, digest) || TS_REQ_set_cert_req(request, 1) != 1) {
        return aud_openssl_fail(err, AUD_E_NOMEM, "cannot make a time stamp query");
    }
    *out = AUD_MOVE(request);
    return AUD_OK;
}

aud_status aud_timestamp_query(aud_str content, aud_buf *out, aud_error *err)
{
    AUD_CLEANUP(request_freep) TS_REQ *request = NULL;
    unsigned char *der = NULL;
    aud_status st;
    int len;

    AUD_TRY(make_request(content, &request, err));
    len = i2d_TS_REQ(request, &der);
    if (len <= 0) {
        return aud_openssl_fail(err, AUD_E_NOMEM, "cannot write a time stamp query");
    }
    st = aud_buf_add(out, (aud_str){(const char *)der, (size_t)len}, err);
    OPENSSL_free(der);
    return st;
}

static aud_status read_reply(aud_str reply, TS_RESP **out, aud_error *err)
{
    const unsigned char *at = (const unsigned char *)reply.ptr;
    unsigned char *again = NULL;
    bool same;
    int len;

    if (reply.len == 0 || reply.len > INT_MAX) {
        return aud_fail(err, AUD_E_FORMAT, "the time stamp reply is empty or too large");
    }
    *out = d2i_TS_RESP(NULL, &at, (long)reply.len);
    if (*out == NULL) {
        return aud_openssl_fail(err, AUD_E_FORMAT, "is no time stamp reply in DER");
    }
    len = i2d_TS_RESP(*out, &again);
    same = len > 0 && (size_t)len == reply.len && memcmp(again, reply.ptr, reply.len) == 0;
    OPENSSL_free(again);
    return same ? AUD_OK
                : aud_fail(err, AUD_E_FORMAT,
                           "the time stamp reply is not encoded as DER, or has "
                           "bytes behind it");
}

/* Absent or NULL: what a hash takes, and a signature that needs nothing more. */
static bool has_no_parameters(const X509_ALGOR *algorithm)
{
    int type = V_ASN1_UNDEF;

    X509_ALGOR_get0(NULL, &type, NULL, algorithm);
    return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

static int nid_of(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object = NULL;

    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    return OBJ_obj2nid(object);
}

/* What is not signed must say what it has to, or a byte of it could be another unnoticed. */
static bool frame_is_plain(const PKCS7 *token)
{
    const PKCS7_SIGNED *sign = token->d.sign;
    const PKCS7_SIGNER_INFO *info;
    int digest = NID_undef, key = NID_undef, signature;

    if (ASN1_INTEGER_get(sign->version) != 3 || sk_PKCS7_SIGNER_INFO_num(sign->signer_info) != 1 ||
        sk_X509_ALGOR_num(sign->md_algs) != 1) {
        return false;
    }
    info = sk_PKCS7_SIGNER_INFO_value(sign->signer_info, 0);
    signature = nid_of(info->digest_enc_alg);
    if (signature == NID_rsaEncryption) {
        digest = nid_of(info->digest_alg);
    } else if (OBJ_find_sigid_algs(signature, &digest, &key) != 1) {
        return false;
    }
    return ASN1_INTEGER_get(info->version) == 1 && digest == nid_of(info->digest_alg) &&
           digest == nid_of(sk_X509_ALGOR_value(sign->md_algs, 0)) &&
           has_no_parameters(info->digest_alg) && has_no_parameters(info->digest_enc_alg) &&
           has_no_parameters(sk_X509_ALGOR_value(sign->md_algs, 0)) &&
           sk_X509_ATTRIBUTE_num(info->unauth_attr) <= 0;
}

/* The signature's algorithm is one of the signer's key. */
static bool key_fits(TS_RESP *response)
{
    PKCS7 *token = TS_RESP_get_token(response);
    STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
    const EVP_PKEY *key =
        sk_X509_num(signers) < 1 ? NULL : X509_get0_pubkey(sk_X509_value(signers, 0));
    const PKCS7_SIGNER_INFO *info = sk_PKCS7_SIGNER_INFO_value(token->d.sign->signer_info, 0);
    int digest = NID_undef, type = NID_undef;
    const int signature = nid_of(info->digest_enc_alg);

    if (signature == NID_rsaEncryption) {
        type = EVP_PKEY_RSA;
    } else if (OBJ_find_sigid_algs(signature, &digest, &type) != 1) {
        type = NID_undef;
    }
    sk_X509_free(signers);
    ERR_clear_error();
    return key != NULL && EVP_PKEY_get_base_id(key) == type;
}

static aud_status check_frame(TS_RESP *response, aud_error *err)
{
    PKCS7 *token = TS_RESP_get_token(response);
    const TS_STATUS_INFO *status = TS_RESP_get_status_info(response);

    if (status == NULL || token == NULL ||
        ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status)) != 0) {
        return aud_fail(err, AUD_E_FORMAT, "the time stamp was not granted as it was asked for");
    }
    return PKCS7_type_is_signed(token) && token->d.sign != NULL && frame_is_plain(token) &&
                   key_fits(response)
               ? AUD_OK
               : aud_fail(err, AUD_E_FORMAT,
                          "the time stamp's frame is not what its signature "
                          "needs");
}

static aud_status describe(TS_RESP *response, aud_arena *arena, aud_timestamp_answer *out,
                           aud_error *err)
{
    TS_TST_INFO *info = TS_RESP_get_tst_info(response);
    PKCS7 *token = TS_RESP_get_token(response);
    char oid[128];
    BIGNUM *number;
    char *decimal;
    aud_status st;

    if (info == NULL || token == NULL) {
        return aud_fail(err, AUD_E_FORMAT, "the time stamp was not granted");
    }
    if (!aud_asn1_instant(TS_TST_INFO_get_time(info), &out->at)) {
        return aud_fail(err, AUD_E_FORMAT, "the time stamp tells no time");
    }
    (void)OBJ_obj2txt(oid, sizeof oid, TS_TST_INFO_get_policy_id(info), 1);
    AUD_TRY(aud_arena_dup(arena, aud_str_of(oid), &out->policy, err));
    number = ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), NULL);
    decimal = number == NULL ? NULL : BN_bn2dec(number);
    st = aud_arena_dup(arena, aud_str_of(decimal), &out->serial, err);
    OPENSSL_free(decimal);
    BN_free(number);
    return st;
}

static aud_status name_signer(TS_RESP *response, aud_arena *arena, aud_timestamp_answer *out,
                              aud_error *err)
{
    STACK_OF(X509) *signers = PKCS7_get0_signers(TS_RESP_get_token(response), NULL, 0);
    aud_str fingerprint;
    aud_status st = AUD_OK;

    if (sk_X509_num(signers) > 0) {
        st = aud_certificate_words(sk_X509_value(signers, 0), arena, &out->signer, &fingerprint,
                                   err);
    }
    sk_X509_free(signers);
    ERR_clear_error();
    return st;
}

aud_status aud_timestamp_verify(aud_str reply, aud_str content, aud_str trust, aud_arena *arena,
                                aud_timestamp_answer *out, aud_error *err)
{
    AUD_CLEANUP(request_freep) TS_REQ *request = NULL;
    AUD_CLEANUP(response_freep) TS_RESP *response = NULL;
    AUD_CLEANUP(context_freep) TS_VERIFY_CTX *context = NULL;
    AUD_CLEANUP(aud_store_freep) X509_STORE *store = NULL;

    *out = (aud_timestamp_answer){0};
    AUD_TRY(make_request(content, &request, err));
    AUD_TRY(read_reply(reply, &response, err));
    AUD_TRY(check_frame(response, err));
    AUD_TRY(describe(response, arena, out, err));
    context = TS_REQ_to_TS_VERIFY_CTX(request, NULL);
    if (context == NULL) {
        return aud_openssl_fail(err, AUD_E_NOMEM, "cannot check a time stamp");
    }
    if (trust.len > 0) {
        AUD_TRY(aud_trust_store(trust, out->at, &store, err));
        (void)TS_VERIFY_CTX_add_flags(context, TS_VFY_SIGNATURE);
        (void)TS_VERIFY_CTX_set_store(context, AUD_MOVE(store));
    } else {
        (void)TS_VERIFY_CTX_set_flags(context, TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_NONCE);
    }
    if (TS_RESP_verify_response(context, response) != 1) {
        return aud_openssl_fail(err, AUD_E_FORMAT, "the time stamp does not verify");
    }
    return name_signer(response, arena, out, err);
}
