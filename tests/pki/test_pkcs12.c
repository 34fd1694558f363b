/* tests/pki/test_pkcs12.c - key stores of PKCS #12, opened or closed, whole or damaged. */
#include "tests/pki/pki_made.h"

#include <openssl/pkcs12.h>
#include <openssl/provider.h>

static struct {
    EVP_PKEY *key, *ca_key;
    X509 *leaf, *ca, *other;
    aud_str spki;
    OSSL_PROVIDER *legacy;
} made_here;

static found seen;

static int make(void **state)
{
    (void)state;
    /* RC2 of old stores is written by the test alone; the reader has it by itself */
    made_here.legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    made_here.key = EVP_EC_gen("P-256");
    made_here.ca_key = EVP_EC_gen("P-384");
    made_here.leaf = make_cert("leaf", "ca", made_here.key, made_here.ca_key);
    made_here.ca = make_cert("ca", "ca", made_here.ca_key, made_here.ca_key);
    made_here.other = make_cert("other", "elsewhere", made_here.ca_key, made_here.ca_key);
    made_here.spki = spki_der(made_here.key);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    found_clear(&seen);
    made_free(made_here.spki);
    X509_free(made_here.leaf);
    X509_free(made_here.ca);
    X509_free(made_here.other);
    EVP_PKEY_free(made_here.key);
    EVP_PKEY_free(made_here.ca_key);
    if (made_here.legacy != NULL) {
        (void)OSSL_PROVIDER_unload(made_here.legacy);
    }
    return 0;
}

typedef struct how {
    const char *password;
    int key_nid, cert_nid; /* 0: OpenSSL's choice; -1: in the clear */
    int rounds, mac_rounds;
} how;

/* A store of the key, its certificate, its issuer's and one that is none of theirs. */
static aud_str store_of(const how *h)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    unsigned char *der = NULL;

    (void)sk_X509_push(others, made_here.other);
    (void)sk_X509_push(others, made_here.ca);
    PKCS12 *p12 = PKCS12_create(h->password, "the name", made_here.key, made_here.leaf, others,
                                h->key_nid, h->cert_nid, h->rounds, h->mac_rounds, 0);
    assert_non_null(p12);
    const int len = i2d_PKCS12(p12, &der);
    PKCS12_free(p12);
    sk_X509_free(others);
    return made(der, len);
}

static void assert_whole_store(bool open_key)
{
    static const uint32_t positions[] = {0, 0, 1};
    static const bool in_store[] = {true, false, true};
    size_t certs = 0;

    assert_int_equal(seen.num, 4);
    for (size_t i = 0; i < seen.num; i++) {
        const aud_pki_item *item = &seen.items[i].item;

        assert_string_equal(item->format, "pkcs12");
        if (item->kind == AUD_ITEM_PRIVATE_KEY) {
            assert_true(item->in_store);
            assert_true(aud_str_eq(item->spki, made_here.spki));
            assert_int_equal(item->decoded, open_key);
            assert_true(aud_str_eq(item->alias, AUD_LIT("the name")));
            continue;
        }
        assert_int_equal(item->kind, AUD_ITEM_CERTIFICATE);
        assert_int_equal(item->in_store, in_store[certs]);
        assert_int_equal(item->chain_position, positions[certs]);
        assert_false(item->trust_anchor);
        assert_true(certs > 0 || aud_str_eq(item->alias, AUD_LIT("the name")));
        certs++;
    }
    assert_int_equal(certs, 3);
}

static void a_store_opens_with_no_the_empty_or_a_given_password(void **state)
{
    static const struct {
        const char *name;
        how how;
    } cases[] = {
        {"AES, a given password", {"changeit", 0, 0, 2048, 2048}},
        {"AES, the second given password", {"geheim", 0, 0, 1, 1}},
        {"AES, the empty password", {"", 0, 0, 2048, 2048}},
        {"AES, no password", {NULL, 0, 0, 2048, 2048}},
        {"3DES, no password",
         {NULL, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
          2048, 2048}},
        {"3DES, the empty password",
         {"", NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2048,
          2048}},
        {"no MAC", {"changeit", 0, 0, 2048, -1}},
        {"so many rounds that the given passwords are tried first", {"changeit", 0, 0, 400000, 1}},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_str store = store_of(&cases[i].how);

        print_message("case: %s\n", cases[i].name);
        assert_string_equal(aud_binary_kind(store), "pkcs12");
        read_binary(store, &seen);
        assert_whole_store(true);
        assert_int_equal(seen.items[0].item.begin, 0);
        assert_int_equal(seen.items[0].item.end, store.len);
        made_free(store);
    }
}

static void the_old_ciphers_open_where_openssl_has_them(void **state)
{
    static const how old = {"changeit", NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                            NID_pbe_WithSHA1And40BitRC2_CBC, 2048, 2048};
    (void)state;

    if (OSSL_PROVIDER_available(NULL, "legacy") != 1) {
        print_message("skipped: no legacy provider here\n");
        skip();
    }
    const aud_str store = store_of(&old);
    read_binary(store, &seen);
    assert_whole_store(true);
    made_free(store);
}

static void a_closed_store_is_one_encrypted_item_beside_its_key(void **state)
{
    static const how closed = {"unknown", 0, 0, 2048, 2048};
    const aud_str store = store_of(&closed);
    (void)state;

    read_binary(store, &seen);
    assert_int_equal(seen.num, 2);
    assert_int_equal(seen.items[0].item.kind, AUD_ITEM_PRIVATE_KEY);
    assert_true(seen.items[0].item.encrypted);
    assert_false(seen.items[0].item.decoded);
    assert_int_equal(seen.items[0].item.spki.len, 0);
    assert_int_equal(seen.items[1].item.kind, AUD_ITEM_ENCRYPTED);
    assert_true(seen.items[1].item.message.len > 0);
    made_free(store);
}

static void certificates_in_the_clear_need_no_password(void **state)
{
    static const how half = {"unknown", 0, -1, 2048, 2048};
    const aud_str store = store_of(&half);
    (void)state;

    /* the key stays closed; whose it is, its certificate tells */
    read_binary(store, &seen);
    assert_whole_store(false);
    made_free(store);
}

static void a_store_in_the_clear_gives_its_key(void **state)
{
    static const how clear = {"unknown", -1, -1, 0, -1};
    const aud_str store = store_of(&clear);
    (void)state;

    read_binary(store, &seen);
    assert_whole_store(true);
    for (size_t i = 0; i < seen.num; i++) {
        assert_false(seen.items[i].item.encrypted);
    }
    made_free(store);
}

static void javas_mark_makes_a_trust_anchor(void **state)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    STACK_OF(PKCS7) *safes = NULL;
    const ASN1_OBJECT *usage = OBJ_nid2obj(NID_anyExtendedKeyUsage);
    unsigned char *der = NULL;
    (void)state;

    PKCS12_SAFEBAG *bag = PKCS12_add_cert(&bags, made_here.ca);
    assert_non_null(bag);
    assert_int_equal(PKCS12_add1_attr_by_txt(bag, "2.16.840.1.113894.746875.1.1", V_ASN1_OBJECT,
                                             (const unsigned char *)usage, -1),
                     1);
    assert_non_null(PKCS12_add_cert(&bags, made_here.leaf));
    assert_int_equal(PKCS12_add_safe(&safes, bags, -1, 0, NULL), 1);
    PKCS12 *p12 = PKCS12_add_safes(safes, 0);
    const int len = i2d_PKCS12(p12, &der);
    const aud_str store = made(der, len);
    read_binary(store, &seen);
    assert_int_equal(seen.num, 2);
    assert_true(seen.items[0].item.trust_anchor);
    assert_true(seen.items[0].item.in_store);
    assert_false(seen.items[1].item.trust_anchor);
    assert_false(seen.items[1].item.in_store); /* of no key: a bundle like any other */
    made_free(store);
    PKCS12_free(p12);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

/* The same store, with another number of rounds written into it. */
static size_t patch(char *bytes, size_t len, const char *from, const char *to)
{
    size_t num = 0;

    for (size_t i = 0; i + 5 <= len; i++) {
        if (memcmp(bytes + i, from, 5) == 0) {
            memcpy(bytes + i, to, 5);
            num++;
        }
    }
    return num;
}

static void more_than_a_million_rounds_are_not_done(void **state)
{
    static const how made_with = {"changeit", 0, 0, 0x012345, 1};
    static const struct {
        const char *name, *rounds;
    } cases[] = {
        {"at once", "\x02\x03\x7f\xff\xff"},
        {"with all passwords together", "\x02\x03\x08\xff\xff"},
        {"a negative number", "\x02\x03\xff\xff\xff"},
        {"none", "\x02\x03\x00\x00\x00"},
    };
    const aud_str store = store_of(&made_with);
    char *bytes = aud_alloc(store.len);
    (void)state;

    assert_non_null(bytes);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        memcpy(bytes, store.ptr, store.len);
        assert_int_equal(patch(bytes, store.len, "\x02\x03\x01\x23\x45", cases[i].rounds), 2);
        read_binary((aud_str){bytes, store.len}, &seen);
        assert_int_equal(count_kind(&seen, AUD_ITEM_CERTIFICATE), 0);
        assert_int_equal(count_kind(&seen, AUD_ITEM_BROKEN), 1);
        assert_int_equal(count_kind(&seen, AUD_ITEM_PRIVATE_KEY), 1);
    }
    aud_free(bytes);
    made_free(store);
}

static void a_key_alone_is_bound_by_the_same_limit(void **state)
{
    unsigned char *der = NULL;
    X509_ALGOR *algorithm =
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), 2000000000, NULL, 0, NULL, NID_hmacWithSHA256);
    X509_SIG *sealed = X509_SIG_new();
    X509_ALGOR *inside;
    ASN1_OCTET_STRING *bytes;
    (void)state;

    X509_SIG_getm(sealed, &inside, &bytes);
    assert_int_equal(X509_ALGOR_copy(inside, algorithm), 1);
    assert_int_equal(ASN1_OCTET_STRING_set(bytes, (const unsigned char *)"0123456789abcdef", 16),
                     1);
    const int len = i2d_X509_SIG(sealed, &der);
    const aud_str key = made(der, len);
    read_binary(key, &seen);
    assert_int_equal(seen.num, 1);
    assert_int_equal(seen.items[0].item.kind, AUD_ITEM_PRIVATE_KEY);
    assert_true(seen.items[0].item.encrypted);
    assert_false(seen.items[0].item.decoded);
    made_free(key);
    X509_SIG_free(sealed);
    X509_ALGOR_free(algorithm);
}

static void every_cut_and_every_damaged_byte_ends_well(void **state)
{
    static const how open = {"changeit", 0, -1, 1, 1};
    const aud_str store = store_of(&open);
    char *bytes = aud_alloc(store.len);
    (void)state;

    assert_non_null(bytes);
    for (size_t cut = 0; cut < store.len; cut++) {
        const aud_str part = aud_str_sub(store, 0, cut);

        read_binary(part, &seen);
        if (aud_binary_kind(part)[0] != '\0') {
            assert_int_equal(count_kind(&seen, AUD_ITEM_BROKEN), 1);
        }
        assert_int_equal(count_kind(&seen, AUD_ITEM_CERTIFICATE), 0);
    }
    for (size_t i = 0; i < store.len; i++) {
        memcpy(bytes, store.ptr, store.len);
        bytes[i] = (char)(bytes[i] ^ 0x55);
        read_binary((aud_str){bytes, store.len}, &seen);
        if (aud_binary_kind((aud_str){bytes, store.len})[0] != '\0') {
            assert_true(seen.num > 0);
        }
    }
    aud_free(bytes);
    made_free(store);
}

static aud_status count_only(void *ctx, const aud_pki_item *item, aud_error *err)
{
    AUD_UNUSED(err);
    *(unsigned *)ctx += item->kind == AUD_ITEM_CERTIFICATE;
    return AUD_OK;
}

static void a_failed_allocation_is_an_error(void **state)
{
    static const how open = {"changeit", 0, 0, 1, 1};
    const aud_passwords given = {two_passwords, AUD_COUNT(two_passwords)};
    const aud_str store = store_of(&open);
    bool failed = true;
    (void)state;

    for (uint64_t n = 1; failed; n++) {
        unsigned num = 0;
        const aud_pki_sink sink = {&num, count_only};

        aud_alloc_fail_at(n);
        const aud_status st = aud_binary_read(store, &given, &sink, NULL);
        aud_alloc_fail_at(0);
        failed = st != AUD_OK;
        assert_true(failed ? st == AUD_E_NOMEM : num == 3);
        assert_true(n < 50);
    }
    made_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_opens_with_no_the_empty_or_a_given_password),
        cmocka_unit_test(the_old_ciphers_open_where_openssl_has_them),
        cmocka_unit_test(a_closed_store_is_one_encrypted_item_beside_its_key),
        cmocka_unit_test(certificates_in_the_clear_need_no_password),
        cmocka_unit_test(a_store_in_the_clear_gives_its_key),
        cmocka_unit_test(javas_mark_makes_a_trust_anchor),
        cmocka_unit_test(more_than_a_million_rounds_are_not_done),
        cmocka_unit_test(a_key_alone_is_bound_by_the_same_limit),
        cmocka_unit_test(every_cut_and_every_damaged_byte_ends_well),
        cmocka_unit_test(a_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
