/* tests/pki/test_cert_differential.c - every fact against OpenSSL's own reading of the same bytes.
 *
 * The certificates are those of the CA store, of the samples where they are at hand, and two made
 * here in which every bit is turned once. A fact is compared as a value: present, absent, or not
 * readable. What differs must have a row in the table of deliberate differences.
 */
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "tests/pki/make_cert.h"

#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <unistd.h>

/* Deliberate differences. REFUSED_THERE, UNKNOWN_HERE and READ_HERE are allowed only where
 * `encoding_errors` says something. */
#define DIFFERENCES(D)                                                                             \
    D(REFUSED_THERE, "read here with an encoding error, refused there: empty or padded serial "    \
                     "numbers, versions, names and algorithms that break off, trailing elements")  \
    D(REFUSED_HERE, "a sequence without the bit of a constructed element is none here")            \
    D(UNKNOWN_HERE, "unreadable here, read there: padded integers, trailing bytes, strings in "    \
                    "segments, usages without a name, an inverted validity")                       \
    D(READ_HERE, "read here, an error there: a member of the extension that the fact does not "    \
                 "need is broken")                                                                 \
    D(NOMINAL_BITS, "Ed25519 and X25519 have 256 bits here, 253 there; 448 is 456")                \
    D(FIELD_BITS, "bits of a curve: of its field here, of its order there")                        \
    D(CURVE_UNKNOWN, "bits of a curve that this build does not know")                              \
    D(KEY_UNDECODED, "the key does not decode there (a point off its curve): facts of its "        \
                     "parameters hold here")                                                       \
    D(SERIAL_SIGN, "a negative serial number is shown as encoded here, as a magnitude there")      \
    D(UNKNOWN_HASH, "a hash that only OpenSSL's table of signature algorithms knows")              \
    D(NAME_TYPE, "an attribute type that is registered for other purposes is dotted here")         \
    D(NAME_HEX, "a name that cannot be delimited is shown as its bytes")

enum difference {
#define D(name, why) DIFF_##name,
    DIFFERENCES(D)
#undef D
        NUM_DIFFERENCES,
    DIFF_NONE = NUM_DIFFERENCES
};

static const char *const reasons[] = {
#define D(name, why) why,
    DIFFERENCES(D)
#undef D
};

typedef struct counts {
    size_t certs, facts, refused, differences[NUM_DIFFERENCES];
    aud_arena arena;
    size_t at; /* byte that is damaged */
    unsigned bit;
} counts;

typedef struct pair {
    const aud_cert *cert;
    X509 *x;
    counts *n;
    bool flawed; /* `encoding_errors` says something */
} pair;

/* --- values ------------------------------------------------------------------------------------
 */

static aud_str copy(pair *p, const void *bytes, size_t len)
{
    aud_str out;

    assert_int_equal(aud_arena_dup(&p->n->arena, (aud_str){bytes, len}, &out, NULL), AUD_OK);
    return out;
}

static aud_value text_of(pair *p, const void *bytes, int len)
{
    return aud_string(copy(p, bytes, (size_t)len));
}

static aud_value hex_of(pair *p, const void *bytes, size_t len)
{
    aud_str out;

    assert_int_equal(aud_hex_dup(&p->n->arena, (aud_str){bytes, len}, &out, NULL), AUD_OK);
    return aud_string(out);
}

static aud_value string_of(pair *p, const ASN1_STRING *s)
{
    return text_of(p, ASN1_STRING_get0_data(s), ASN1_STRING_length(s));
}

typedef struct values {
    aud_value items[2048];
    size_t len;
} values;

static void push(values *list, aud_value v)
{
    assert_true(list->len < AUD_COUNT(list->items));
    list->items[list->len++] = v;
}

static aud_value list_of(pair *p, const values *list)
{
    const aud_str bytes = copy(p, list->items, list->len * sizeof list->items[0]);
    aud_value *items = aud_arena_array(&p->n->arena, list->len + 1, sizeof *items);

    memcpy(items, bytes.ptr, bytes.len);
    return aud_list_of(items, list->len);
}

static bool equal(const aud_value *a, const aud_value *b)
{
    if (a->presence != b->presence || (a->presence == AUD_PRESENT && a->type != b->type)) {
        return false;
    }
    if (a->presence != AUD_PRESENT) {
        return true;
    }
    switch ((aud_type)a->type) {
    case AUD_T_BOOL:
        return a->as.boolean == b->as.boolean;
    case AUD_T_INT:
    case AUD_T_TIME:
        return a->as.number == b->as.number;
    case AUD_T_STRING:
        return aud_str_eq(a->as.string, b->as.string);
    case AUD_T_LIST:
        for (size_t i = 0; i < a->as.list.len && i < b->as.list.len; i++) {
            if (!equal(&a->as.list.items[i], &b->as.list.items[i])) {
                return false;
            }
        }
        return a->as.list.len == b->as.list.len;
    case AUD_T_OBJECT:
        break;
    }
    return false;
}

static void show(const char *who, const aud_value *v)
{
    static const char *const presences[] = {"unknown", "absent", "present"};

    print_message("  %s: %s", who, presences[v->presence]);
    if (v->presence == AUD_PRESENT && v->type == AUD_T_STRING) {
        print_message(" '%.*s'", AUD_ARG(v->as.string));
    } else if (v->presence == AUD_PRESENT && v->type == AUD_T_LIST) {
        for (size_t i = 0; i < v->as.list.len; i++) {
            print_message(" '%.*s'", AUD_ARG(v->as.list.items[i].as.string));
        }
    } else if (v->presence == AUD_PRESENT) {
        print_message(" %lld", (long long)(v->type == AUD_T_BOOL ? v->as.boolean : v->as.number));
    }
    print_message("\n");
}

static void differ(pair *p, enum difference why)
{
    p->n->differences[why]++;
}

/* `allowed` is a row that holds for a difference of values; unreadable ones have rows of theirs. */
static void compare_value(pair *p, const char *name, aud_value got, aud_value want,
                          enum difference allowed)
{
    p->n->facts++;
    if (equal(&got, &want)) {
        return;
    }
    if (allowed != DIFF_NONE) {
        differ(p, allowed);
        return;
    }
    if (p->flawed && got.presence == AUD_UNKNOWN) {
        differ(p, DIFF_UNKNOWN_HERE);
        return;
    }
    show("here", &got);
    show("there", &want);
    {
        aud_value errors = aud_cert_get(p->cert, AUD_F_certificate_encoding_errors, &p->n->arena);
        char text[2 * 4096 + 1] = "";

        if (p->cert->der.len <= 4096) {
            aud_hex_encode(p->cert->der, text);
        }
        show("errors", &errors);
        fail_msg("%s differs, byte %zu, bit %u of %s", name, p->n->at, p->n->bit, text);
    }
}

static void compare_as(pair *p, unsigned field, aud_value want, enum difference allowed)
{
    compare_value(p, aud_type_certificate.fields[field].name,
                  aud_cert_get(p->cert, field, &p->n->arena), want, allowed);
}

static void compare_fact(pair *p, unsigned field, aud_value want)
{
    compare_as(p, field, want, DIFF_NONE);
}

#define FACT(p, name, want) compare_fact((p), AUD_F_certificate_##name, (want))

/* --- the parts ---------------------------------------------------------------------------------
 */

static aud_value oid_text(pair *p, const ASN1_OBJECT *object)
{
    char text[2048];
    const int len = OBJ_obj2txt(text, sizeof text, object, 1);

    assert_true(len > 0 && (size_t)len < sizeof text);
    return text_of(p, text, len);
}

/* Of the bytes found: X509_digest is over what OpenSSL would write in their place. */
static void compare_digests(pair *p)
{
    const aud_str der = p->cert->der;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    assert_int_equal(EVP_Digest(der.ptr, der.len, digest, &len, EVP_sha256(), NULL), 1);
    FACT(p, sha256, hex_of(p, digest, len));
    assert_int_equal(EVP_Digest(der.ptr, der.len, digest, &len, EVP_sha1(), NULL), 1);
    FACT(p, sha1, hex_of(p, digest, len));
    assert_int_equal(X509_NAME_digest(X509_get_subject_name(p->x), EVP_sha256(), digest, &len), 1);
    FACT(p, subject_sha256, hex_of(p, digest, len));
    assert_int_equal(X509_NAME_digest(X509_get_issuer_name(p->x), EVP_sha256(), digest, &len), 1);
    FACT(p, issuer_sha256, hex_of(p, digest, len));
}

static void compare_head(pair *p)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(p->x);
    const bool negative = serial->type == V_ASN1_NEG_INTEGER;
    const long version = X509_get_version(p->x);
    unsigned char *der = NULL;
    const int len = i2d_ASN1_INTEGER(serial, &der);
    aud_value shown = hex_of(p, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));

    assert_true(len > 2);
    FACT(p, version, version >= 0 && version <= 2 ? aud_int(version + 1) : aud_unknown());
    compare_as(p, AUD_F_certificate_serial, shown, negative ? DIFF_SERIAL_SIGN : DIFF_NONE);
    FACT(p, serial_bytes, aud_int(len - (der[1] < 0x80 ? 2 : 2 + (der[1] & 0x7f))));
    FACT(p, serial_positive,
         aud_bool(!negative &&
                  !(ASN1_STRING_length(serial) == 1 && ASN1_STRING_get0_data(serial)[0] == 0)));
    OPENSSL_free(der);
}

/* Seconds, or unknown; the fraction of a second and all else as ASN1_TIME_to_tm has it. */
static aud_value time_of(const ASN1_TIME *t)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(t, &tm) != 1) {
        return aud_unknown();
    }
    return aud_time((int64_t)timegm(&tm));
}

static void compare_times(pair *p)
{
    const aud_value from = time_of(X509_get0_notBefore(p->x));
    const aud_value until = time_of(X509_get0_notAfter(p->x));
    const bool both = from.presence == AUD_PRESENT && until.presence == AUD_PRESENT &&
                      from.as.number <= until.as.number;

    FACT(p, not_before, from);
    FACT(p, not_after, until);
    FACT(p, validity_seconds, both ? aud_int(until.as.number - from.as.number + 1) : aud_unknown());
}

/* Attribute types that OpenSSL has a short name for although no name is made of them. */
static bool has_foreign_type(const X509_NAME *name)
{
    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        char oid[256];
        const ASN1_OBJECT *type = X509_NAME_ENTRY_get_object(X509_NAME_get_entry(name, i));

        (void)OBJ_obj2txt(oid, sizeof oid, type, 1);
        if (OBJ_obj2nid(type) != NID_undef && strncmp(oid, "2.5.4.", 6) != 0 &&
            strncmp(oid, "0.9.2342.", 9) != 0 && strncmp(oid, "1.2.840.113549.1.9.", 19) != 0 &&
            strncmp(oid, "1.3.6.1.4.1.311.60.2.1.", 23) != 0) {
            return true;
        }
    }
    return false;
}

static bool same_attribute(aud_str a, aud_str b)
{
    const aud_str dotted[] = {AUD_LIT("0.9.2342."), AUD_LIT("2.5.4."), AUD_LIT("1.2.840.")};

    for (size_t i = 0; i < AUD_COUNT(dotted); i++) {
        if (aud_str_has(a, dotted[i]) && !aud_str_has(b, dotted[i])) {
            return true;
        }
    }
    return false;
}

static void compare_name(pair *p, unsigned field, const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    aud_value want;
    aud_value got = aud_cert_get(p->cert, field, &p->n->arena);
    bool foreign = has_foreign_type(name);

    assert_true(X509_NAME_print_ex(bio, name, 0,
                                   XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0);
    want = text_of(p, text, (int)BIO_get_mem_data(bio, &text));
    want = text_of(p, text, (int)BIO_get_mem_data(bio, &text));
    foreign =
        foreign || (got.presence == AUD_PRESENT && same_attribute(got.as.string, want.as.string));
    compare_as(p, field, want,
               foreign                                                      ? DIFF_NAME_TYPE
               : p->flawed && aud_str_starts(got.as.string, AUD_LIT("#30")) ? DIFF_NAME_HEX
                                                                            : DIFF_NONE);
    BIO_free(bio);
}

static void compare_parts(pair *p, unsigned field, X509_NAME *name, int nid)
{
    values list = {.len = 0};
    bool readable = true;

    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;) {
        unsigned char *utf8 = NULL;
        const int len =
            ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));

        readable = readable && len >= 0;
        if (len >= 0) {
            push(&list, text_of(p, utf8, len));
            OPENSSL_free(utf8);
        }
    }
    compare_fact(p, field, readable ? list_of(p, &list) : aud_unknown());
}

static void compare_names(pair *p)
{
    X509_NAME *subject = X509_get_subject_name(p->x);
    X509_NAME *issuer = X509_get_issuer_name(p->x);

    compare_name(p, AUD_F_certificate_subject, subject);
    compare_name(p, AUD_F_certificate_issuer, issuer);
    compare_parts(p, AUD_F_certificate_common_names, subject, NID_commonName);
    compare_parts(p, AUD_F_certificate_organizations, subject, NID_organizationName);
    compare_parts(p, AUD_F_certificate_issuer_common_names, issuer, NID_commonName);
    compare_parts(p, AUD_F_certificate_issuer_organizations, issuer, NID_organizationName);
    FACT(p, self_issued,
         aud_bool(X509_NAME_cmp(subject, issuer) == 0 && X509_NAME_entry_count(subject) > 0));
}

/* The parameters that PKCS #1 (NULL), ECDSA and EdDSA (none) ask for; false: of no such kind. */
static bool fitting_parameters(const ASN1_OBJECT *oid, int *out_type)
{
    int pkey = NID_undef, md = NID_undef;

    if (OBJ_find_sigid_algs(OBJ_obj2nid(oid), &md, &pkey) != 1) {
        return false;
    }
    *out_type = pkey == NID_rsaEncryption ? V_ASN1_NULL : V_ASN1_UNDEF;
    return pkey == NID_rsaEncryption || pkey == NID_X9_62_id_ecPublicKey || pkey == NID_ED25519 ||
           pkey == NID_ED448;
}

static void compare_signature(pair *p)
{
    const X509_ALGOR *outer = NULL;
    const ASN1_OBJECT *oid = NULL;
    aud_value hash;
    int md = NID_undef, parameters = V_ASN1_UNDEF, fitting = V_ASN1_UNDEF;

    X509_get0_signature(NULL, &outer, p->x);
    X509_ALGOR_get0(&oid, &parameters, NULL, outer);
    if (fitting_parameters(oid, &fitting) && !p->flawed) {
        FACT(p, signature_encoding_ok, aud_bool(parameters == fitting));
    }
    FACT(p, signature_oid, oid_text(p, oid));
    FACT(p, signature_matches_inner,
         aud_bool(X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(p->x)) == 0));
    hash = aud_cert_get(p->cert, AUD_F_certificate_signature_hash, &p->n->arena);
    if (X509_get_signature_info(p->x, &md, NULL, NULL, NULL) == 1 && md != NID_undef &&
        OBJ_obj2nid(oid) != NID_ED25519 && OBJ_obj2nid(oid) != NID_ED448) {
        const char *name = OBJ_nid2ln(md);

        compare_as(p, AUD_F_certificate_signature_hash, text_of(p, name, (int)strlen(name)),
                   hash.presence == AUD_UNKNOWN ? DIFF_UNKNOWN_HASH : DIFF_NONE);
    }
}

static aud_value key_fact(pair *p, unsigned field)
{
    const aud_value key = aud_cert_get(p->cert, AUD_F_certificate_key, &p->n->arena);

    return key.presence != AUD_PRESENT ? aud_unknown()
                                       : key.as.object.get(key.as.object.self, field, &p->n->arena);
}

static void compare_key_fact(pair *p, unsigned field, aud_value want, enum difference allowed)
{
    compare_value(p, aud_type_key.fields[field].name, key_fact(p, field), want, allowed);
}

static enum difference bits_differ(const EVP_PKEY *pkey, const aud_value *got)
{
    switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_ED25519:
    case EVP_PKEY_X25519:
    case EVP_PKEY_ED448:
        return DIFF_NOMINAL_BITS;
    case EVP_PKEY_EC:
        return got->presence == AUD_UNKNOWN ? DIFF_CURVE_UNKNOWN : DIFF_FIELD_BITS;
    default:
        return DIFF_NONE;
    }
}

static void compare_rsa(pair *p, const EVP_PKEY *pkey)
{
    BIGNUM *n = NULL;
    BIGNUM *e = NULL;
    char *hex = NULL;
    char *decimal = NULL;
    char *digits = NULL;

    assert_int_equal(EVP_PKEY_get_bn_param(pkey, "n", &n), 1);
    assert_int_equal(EVP_PKEY_get_bn_param(pkey, "e", &e), 1);
    hex = BN_bn2hex(n);
    for (char *c = hex; *c != '\0'; c++) {
        *c = (char)(*c >= 'A' && *c <= 'F' ? *c - 'A' + 'a' : *c);
    }
    digits = hex[0] == '0' && hex[1] != '\0' ? hex + 1 : hex;
    decimal = BN_bn2dec(e);
    compare_key_fact(p, AUD_F_key_modulus, text_of(p, digits, (int)strlen(digits)), DIFF_NONE);
    if (BN_num_bits(e) > 0 && BN_num_bits(e) <= 4096) {
        compare_key_fact(p, AUD_F_key_exponent, text_of(p, decimal, (int)strlen(decimal)),
                         DIFF_NONE);
        compare_key_fact(p, AUD_F_key_exponent_bits, aud_int(BN_num_bits(e)), DIFF_NONE);
        compare_key_fact(p, AUD_F_key_exponent_odd, aud_bool(BN_is_odd(e) != 0), DIFF_NONE);
    }
    OPENSSL_free(hex);
    OPENSSL_free(decimal);
    BN_free(n);
    BN_free(e);
}

static void compare_key(pair *p)
{
    const EVP_PKEY *pkey = X509_get0_pubkey(p->x);
    X509_PUBKEY *pub = X509_get_X509_PUBKEY(p->x);
    ASN1_OBJECT *oid = NULL;
    unsigned char digest[32];
    aud_value got = key_fact(p, AUD_F_key_bits);
    char group[64];
    size_t len = 0;

    ERR_clear_error();
    assert_int_equal(X509_PUBKEY_get0_param(&oid, NULL, NULL, NULL, pub), 1);
    compare_key_fact(p, AUD_F_key_oid, oid_text(p, oid), DIFF_NONE);
    assert_int_equal(
        EVP_Digest(p->cert->spki.ptr, p->cert->spki.len, digest, NULL, EVP_sha256(), NULL), 1);
    compare_key_fact(p, AUD_F_key_spki_sha256, hex_of(p, digest, 32), DIFF_NONE);
    if (pkey == NULL) {
        differ(p, DIFF_KEY_UNDECODED);
        return;
    }
    compare_key_fact(p, AUD_F_key_bits, aud_int(EVP_PKEY_get_bits(pkey)), bits_differ(pkey, &got));
    if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA ||
        EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA_PSS) {
        compare_rsa(p, pkey);
    }
    if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC &&
        EVP_PKEY_get_group_name(pkey, group, sizeof group, &len) == 1) {
        const char *nist = EC_curve_nid2nist(OBJ_sn2nid(group));
        const char *name = nist != NULL && nist[0] == 'P' ? nist : group;

        got = key_fact(p, AUD_F_key_explicit_parameters);
        if (got.presence == AUD_PRESENT && !got.as.boolean) {
            compare_key_fact(p, AUD_F_key_curve, text_of(p, name, (int)strlen(name)),
                             bits_differ(pkey, &got) == DIFF_FIELD_BITS &&
                                     key_fact(p, AUD_F_key_bits).presence == AUD_UNKNOWN
                                 ? DIFF_CURVE_UNKNOWN
                                 : DIFF_NONE);
        }
    }
}

/* --- extensions --------------------------------------------------------------------------------
 */

/* Decodes; NULL with `*out_state` 0: absent, 1: there and decoded, -1: cannot be read. */
static void *decode(pair *p, int nid, int *out_state)
{
    int critical = -1;
    void *value = X509_get_ext_d2i(p->x, nid, &critical, NULL);

    ERR_clear_error();
    *out_state = value != NULL ? 1 : critical == -1 ? 0 : -1;
    return value;
}

/* What is broken there may be read here only where the broken member is not of this fact. */
static void compare_decoded(pair *p, unsigned field, int state, aud_value without, aud_value want)
{
    const aud_value got = aud_cert_get(p->cert, field, &p->n->arena);

    compare_as(p, field,
               state < 0    ? aud_unknown()
               : state == 0 ? without
                            : want,
               state < 0 && got.presence != AUD_UNKNOWN && p->flawed ? DIFF_READ_HERE : DIFF_NONE);
}

static const char *other_type(int type)
{
    switch (type) {
    case GEN_OTHERNAME:
        return "otherName";
    case GEN_X400:
        return "x400Address";
    case GEN_DIRNAME:
        return "directoryName";
    case GEN_EDIPARTY:
        return "ediPartyName";
    case GEN_RID:
        return "registeredID";
    default:
        return NULL;
    }
}

static void compare_sans(pair *p)
{
    values dns = {.len = 0}, email = {.len = 0}, uri = {.len = 0}, other = {.len = 0};
    values addresses = {.len = 0};
    aud_value got = aud_cert_get(p->cert, AUD_F_certificate_ip_addresses, &p->n->arena);
    int state = 0;
    bool bad_address = false;
    size_t at = 0;
    GENERAL_NAMES *names = decode(p, NID_subject_alt_name, &state);

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        const char *type = other_type(name->type);

        if (type != NULL) {
            push(&other, text_of(p, type, (int)strlen(type)));
        } else if (name->type == GEN_IPADD) {
            const ASN1_OCTET_STRING *ip = name->d.iPAddress;

            bad_address = bad_address || (ip->length != 4 && ip->length != 16);
            push(&addresses, string_of(p, ip));
        } else {
            push(name->type == GEN_DNS     ? &dns
                 : name->type == GEN_EMAIL ? &email
                                           : &uri,
                 string_of(p, name->d.ia5));
        }
    }
    compare_decoded(p, AUD_F_certificate_dns_names, state, aud_list_of(NULL, 0), list_of(p, &dns));
    compare_decoded(p, AUD_F_certificate_email_addresses, state, aud_list_of(NULL, 0),
                    list_of(p, &email));
    compare_decoded(p, AUD_F_certificate_uris, state, aud_list_of(NULL, 0), list_of(p, &uri));
    compare_decoded(p, AUD_F_certificate_other_san_types, state, aud_list_of(NULL, 0),
                    list_of(p, &other));
    if (bad_address) {
        assert_int_equal(got.presence, AUD_UNKNOWN);
    } else if (state == 1 && got.presence == AUD_PRESENT) { /* the text back to bytes */
        assert_int_equal(got.as.list.len, addresses.len);
        for (; at < addresses.len; at++) {
            ASN1_OCTET_STRING *ip = NULL;
            const aud_str text =
                copy(p, got.as.list.items[at].as.string.ptr, got.as.list.items[at].as.string.len);

            ip = a2i_IPADDRESS(text.ptr);
            assert_non_null(ip);
            p->n->facts++;
            assert_true(aud_str_eq(string_of(p, ip).as.string, addresses.items[at].as.string));
            ASN1_OCTET_STRING_free(ip);
        }
    }
    GENERAL_NAMES_free(names);
}

static void compare_constraints(pair *p)
{
    int state = 0;
    BASIC_CONSTRAINTS *bc = decode(p, NID_basic_constraints, &state);
    const bool long_path =
        bc != NULL && bc->pathlen != NULL &&
        (ASN1_STRING_length(bc->pathlen) > 7 || bc->pathlen->type == V_ASN1_NEG_INTEGER);

    compare_decoded(p, AUD_F_certificate_is_ca, state, aud_bool(false),
                    long_path ? aud_unknown() : aud_bool(bc != NULL && bc->ca != 0));
    compare_decoded(p, AUD_F_certificate_path_length, state, aud_absent(),
                    long_path                           ? aud_unknown()
                    : bc != NULL && bc->pathlen != NULL ? aud_int(ASN1_INTEGER_get(bc->pathlen))
                                                        : aud_absent());
    BASIC_CONSTRAINTS_free(bc);
}

static void compare_usage(pair *p)
{
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign",          "encipherOnly",   "decipherOnly"};
    values list = {.len = 0};
    int state = 0;
    ASN1_BIT_STRING *bits = decode(p, NID_key_usage, &state);
    bool nameless = false;

    for (int i = 0; bits != NULL && i < ASN1_STRING_length(bits) * 8; i++) {
        if (ASN1_BIT_STRING_get_bit(bits, i) == 1) {
            nameless = nameless || i >= (int)AUD_COUNT(names);
            if (i < (int)AUD_COUNT(names)) {
                push(&list, text_of(p, names[i], (int)strlen(names[i])));
            }
        }
    }
    compare_decoded(p, AUD_F_certificate_key_usage, state, aud_absent(),
                    nameless ? aud_unknown() : list_of(p, &list));
    ASN1_BIT_STRING_free(bits);
}

static void compare_purposes(pair *p)
{
    static const struct {
        int nid;
        const char *name;
    } names[] = {{NID_server_auth, "serverAuth"},  {NID_client_auth, "clientAuth"},
                 {NID_code_sign, "codeSigning"},   {NID_email_protect, "emailProtection"},
                 {NID_time_stamp, "timeStamping"}, {NID_OCSP_sign, "OCSPSigning"},
                 {NID_anyExtendedKeyUsage, "any"}};
    values list = {.len = 0};
    int state = 0;
    EXTENDED_KEY_USAGE *eku = decode(p, NID_ext_key_usage, &state);

    for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
        const ASN1_OBJECT *object = sk_ASN1_OBJECT_value(eku, i);
        aud_value v = oid_text(p, object);

        for (size_t k = 0; k < AUD_COUNT(names); k++) {
            if (OBJ_obj2nid(object) == names[k].nid) {
                v = aud_string(aud_str_of(names[k].name));
            }
        }
        push(&list, v);
    }
    compare_decoded(p, AUD_F_certificate_extended_key_usage, state, aud_absent(),
                    list_of(p, &list));
    EXTENDED_KEY_USAGE_free(eku);
}

static void compare_policies(pair *p)
{
    values list = {.len = 0};
    int state = 0;
    CERTIFICATEPOLICIES *policies = decode(p, NID_certificate_policies, &state);

    for (int i = 0; i < sk_POLICYINFO_num(policies); i++) {
        push(&list, oid_text(p, sk_POLICYINFO_value(policies, i)->policyid));
    }
    compare_decoded(p, AUD_F_certificate_policy_oids, state, aud_list_of(NULL, 0),
                    list_of(p, &list));
    CERTIFICATEPOLICIES_free(policies);
}

static void compare_key_ids(pair *p)
{
    int state = 0;
    ASN1_OCTET_STRING *id = decode(p, NID_subject_key_identifier, &state);
    AUTHORITY_KEYID *authority = NULL;

    compare_decoded(p, AUD_F_certificate_subject_key_id, state, aud_absent(),
                    id == NULL
                        ? aud_unknown()
                        : hex_of(p, ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id)));
    ASN1_OCTET_STRING_free(id);
    authority = decode(p, NID_authority_key_identifier, &state);
    compare_decoded(p, AUD_F_certificate_authority_key_id, state, aud_absent(),
                    authority == NULL || authority->keyid == NULL
                        ? aud_absent()
                        : hex_of(p, ASN1_STRING_get0_data(authority->keyid),
                                 (size_t)ASN1_STRING_length(authority->keyid)));
    compare_decoded(
        p, AUD_F_certificate_authority_issuer_named, state, aud_absent(),
        aud_bool(authority != NULL && (authority->issuer != NULL || authority->serial != NULL)));
    AUTHORITY_KEYID_free(authority);
}

static void compare_places(pair *p)
{
    values ocsp = {.len = 0}, issuers = {.len = 0}, crls = {.len = 0};
    int state = 0;
    AUTHORITY_INFO_ACCESS *info = decode(p, NID_info_access, &state);
    CRL_DIST_POINTS *points = NULL;

    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(info); i++) {
        const ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(info, i);
        const int nid = OBJ_obj2nid(d->method);

        if (d->location->type == GEN_URI && (nid == NID_ad_OCSP || nid == NID_ad_ca_issuers)) {
            push(nid == NID_ad_OCSP ? &ocsp : &issuers, string_of(p, d->location->d.ia5));
        }
    }
    compare_decoded(p, AUD_F_certificate_ocsp_urls, state, aud_list_of(NULL, 0), list_of(p, &ocsp));
    compare_decoded(p, AUD_F_certificate_ca_issuer_urls, state, aud_list_of(NULL, 0),
                    list_of(p, &issuers));
    AUTHORITY_INFO_ACCESS_free(info);
    points = decode(p, NID_crl_distribution_points, &state);
    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT *point = sk_DIST_POINT_value(points, i);

        for (int k = 0; point->distpoint != NULL && point->distpoint->type == 0 &&
                        k < sk_GENERAL_NAME_num(point->distpoint->name.fullname);
             k++) {
            const GENERAL_NAME *name = sk_GENERAL_NAME_value(point->distpoint->name.fullname, k);

            if (name->type == GEN_URI) {
                push(&crls, string_of(p, name->d.ia5));
            }
        }
    }
    compare_decoded(p, AUD_F_certificate_crl_urls, state, aud_list_of(NULL, 0), list_of(p, &crls));
    CRL_DIST_POINTS_free(points);
}

static void compare_ct_and_status(pair *p)
{
    int state = 0;
    STACK_OF(ASN1_INTEGER) *features = (STACK_OF(ASN1_INTEGER) *)decode(p, NID_tlsfeature, &state);
    STACK_OF(SCT) *scts = NULL;
    bool staple = false;

    for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++) {
        staple = staple || ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == 5;
    }
    compare_decoded(p, AUD_F_certificate_must_staple, state, aud_bool(false), aud_bool(staple));
    sk_ASN1_INTEGER_pop_free(features, ASN1_INTEGER_free);
    scts = (STACK_OF(SCT) *)decode(p, NID_ct_precert_scts, &state);
    compare_decoded(p, AUD_F_certificate_sct_count, state, aud_int(0),
                    aud_int(scts == NULL ? 0 : sk_SCT_num(scts)));
    SCT_LIST_free(scts);
}

static void compare_presence(pair *p, unsigned field, const char *oid, unsigned critical_field)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    const int at = X509_get_ext_by_OBJ(p->x, object, -1);

    compare_fact(p, field, aud_bool(at >= 0));
    if (critical_field != 0) {
        compare_fact(p, critical_field,
                     at < 0 ? aud_absent()
                            : aud_bool(X509_EXTENSION_get_critical(X509_get_ext(p->x, at)) > 0));
    }
    ASN1_OBJECT_free(object);
}

static void compare_extensions(pair *p)
{
    values all = {.len = 0}, critical = {.len = 0};

    for (int i = 0; i < X509_get_ext_count(p->x); i++) {
        X509_EXTENSION *ext = X509_get_ext(p->x, i);
        const aud_value oid = oid_text(p, X509_EXTENSION_get_object(ext));

        push(&all, oid);
        if (X509_EXTENSION_get_critical(ext) > 0) {
            push(&critical, oid);
        }
    }
    FACT(p, extension_oids, list_of(p, &all));
    FACT(p, critical_extension_oids, list_of(p, &critical));
    compare_presence(p, AUD_F_certificate_san_present, "2.5.29.17", AUD_F_certificate_san_critical);
    compare_presence(p, AUD_F_certificate_basic_constraints_present, "2.5.29.19",
                     AUD_F_certificate_basic_constraints_critical);
    compare_presence(p, AUD_F_certificate_name_constraints_present, "2.5.29.30", 0);
    compare_presence(p, AUD_F_certificate_no_rev_avail, "2.5.29.56", 0);
    compare_presence(p, AUD_F_certificate_is_precertificate, "1.3.6.1.4.1.11129.2.4.3", 0);
    compare_sans(p);
    compare_constraints(p);
    compare_usage(p);
    compare_purposes(p);
    compare_policies(p);
    compare_key_ids(p);
    compare_places(p);
    compare_ct_and_status(p);
}

/* --- whole certificates ------------------------------------------------------------------------
 */

static bool has_errors(const aud_cert *cert, counts *n)
{
    const aud_value errors = aud_cert_get(cert, AUD_F_certificate_encoding_errors, &n->arena);

    assert_int_equal(errors.presence, AUD_PRESENT);
    return errors.as.list.len > 0;
}

/* Some part of the certificate is a SEQUENCE without the bit of a constructed element. */
static bool primitive_part(aud_str der)
{
    for (size_t i = 4; i < der.len; i++) {
        if (der.ptr[i] == 0x10) {
            return true;
        }
    }
    return false;
}

static void fail_with(aud_str der, const counts *n, const char *what)
{
    char text[2 * 4096 + 1] = "";

    if (der.len <= 4096) {
        aud_hex_encode(der, text);
    }
    fail_msg("%s, byte %zu, bit %u: %s", what, n->at, n->bit, text);
}

static void compare(aud_str der, counts *n)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    X509 *x = d2i_X509(NULL, &at, (long)der.len);
    aud_cert cert;
    const aud_status st = aud_cert_read(der, &cert, NULL);

    ERR_clear_error();
    if (st != AUD_OK) {
        n->refused++;
        if (x != NULL && primitive_part(der)) {
            differ(&(pair){.n = n}, DIFF_REFUSED_HERE);
        } else if (x != NULL) { /* what OpenSSL delimits is delimited */
            fail_with(der, n, "read by OpenSSL alone");
        }
    } else {
        pair p = {&cert, x, n, has_errors(&cert, n)};

        if (x == NULL) {
            if (!p.flawed) { /* what it refuses is refused here too, or has an error */
                fail_with(der, n, "refused by OpenSSL alone");
            }
            differ(&p, DIFF_REFUSED_THERE);
        } else {
            n->certs++;
            assert_ptr_equal(at, cert.der.ptr + cert.der.len);
            compare_digests(&p);
            compare_head(&p);
            compare_times(&p);
            compare_names(&p);
            compare_signature(&p);
            compare_key(&p);
            compare_extensions(&p);
        }
        for (unsigned f = 0; f < AUD_NUM_certificate_FIELDS; f++) { /* no field crashes */
            (void)aud_cert_get(&cert, f, &n->arena);
        }
    }
    X509_free(x);
    aud_arena_reset(&n->arena);
}

static void report(const counts *n)
{
    print_message("%zu certificates, %zu facts compared; refused by both %zu\n", n->certs, n->facts,
                  n->refused);
    for (size_t i = 0; i < NUM_DIFFERENCES; i++) {
        if (n->differences[i] > 0) {
            print_message("  %zu times: %s\n", n->differences[i], reasons[i]);
        }
    }
}

static size_t compare_pem_file(const char *path, counts *n)
{
    BIO *bio = BIO_new_file(path, "rb");
    char *name = NULL;
    char *header = NULL;
    unsigned char *data = NULL;
    long len = 0;
    size_t num = 0;

    while (bio != NULL && PEM_read_bio(bio, &name, &header, &data, &len) == 1) {
        if (strcmp(name, "CERTIFICATE") == 0) {
            compare((aud_str){(const char *)data, (size_t)len}, n);
            num++;
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    ERR_clear_error();
    BIO_free(bio);
    return num;
}

static void test_ca_store(void **state)
{
    counts n = {0};
    (void)state;

    if (access("/etc/ssl/certs/ca-certificates.crt", R_OK) != 0) {
        print_message("skipped: no CA store here\n");
        skip();
    }
    aud_arena_init(&n.arena, AUD_ARENA_NO_MAX);
    (void)compare_pem_file("/etc/ssl/certs/ca-certificates.crt", &n);
    report(&n);
    assert_true(n.certs >= 100);
    assert_int_equal(n.refused + n.differences[DIFF_REFUSED_THERE], 0);
    aud_arena_clear(&n.arena);
}

static void corpus_file(void *ctx, const char *path)
{
    aud_buf bytes = {.max = (size_t)1 << 26};

    if (compare_pem_file(path, ctx) == 0) {
        aud_test_read(path, &bytes);
        if (bytes.len > 1 && bytes.ptr[0] == 0x30) {
            compare(aud_buf_str(&bytes), ctx);
        }
        aud_buf_clear(&bytes);
    }
}

static void test_corpus(void **state)
{
    const char *folder = aud_test_sample("samples/cert-corpus");
    char kept[4096];
    counts n = {0};
    (void)state;

    if (folder == NULL) {
        print_message("skipped: no samples here\n");
        skip();
    }
    (void)snprintf(kept, sizeof kept, "%s", folder);
    aud_arena_init(&n.arena, AUD_ARENA_NO_MAX);
    (void)aud_test_walk(kept, corpus_file, &n);
    report(&n);
    assert_true(n.certs > 0);
    assert_int_equal(n.differences[DIFF_REFUSED_HERE], 0);
    aud_arena_clear(&n.arena);
}

/* Every bit of it turned, and every prefix of it. */
static void compare_damaged(X509 *x)
{
    counts n = {0};
    aud_buf der;

    der_of(x, &der);
    aud_arena_init(&n.arena, AUD_ARENA_NO_MAX);
    compare(aud_buf_str(&der), &n);
    assert_int_equal(n.certs, 1);
    for (size_t i = 0; i < der.len; i++) {
        aud_cert cert;

        assert_int_equal(aud_cert_read((aud_str){der.ptr, i}, &cert, NULL), AUD_E_FORMAT);
        for (unsigned bit = 0; bit < 8; bit++) {
            der.ptr[i] = (char)(der.ptr[i] ^ (1 << bit));
            n.at = i;
            n.bit = bit;
            compare(aud_buf_str(&der), &n);
            der.ptr[i] = (char)(der.ptr[i] ^ (1 << bit));
        }
    }
    report(&n);
    aud_arena_clear(&n.arena);
    aud_buf_clear(&der);
}

static void test_damage_to_every_bit(void **state)
{
    EVP_PKEY *key = make_ec_public();
    X509 *x = make_cert(key, MAKE_RICH);
    (void)state;

    compare_damaged(x);
    X509_free(x);
    EVP_PKEY_free(key);
}

static void test_damage_to_an_rsa_certificate(void **state)
{
    aud_buf spki;
    EVP_PKEY *key = NULL;
    const unsigned char *at = NULL;
    X509 *x = NULL;
    (void)state;

    make_rsa_spki(1024, &spki);
    at = (const unsigned char *)spki.ptr;
    key = d2i_PUBKEY(NULL, &at, (long)spki.len);
    assert_non_null(key);
    x = make_cert(key, NULL);
    compare_damaged(x);
    X509_free(x);
    EVP_PKEY_free(key);
    aud_buf_clear(&spki);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ca_store),
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_damage_to_every_bit),
        cmocka_unit_test(test_damage_to_an_rsa_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
