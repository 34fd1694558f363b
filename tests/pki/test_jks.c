/* tests/pki/test_jks.c - Java's key stores, written here byte by byte. */
#include "tests/pki/pki_made.h"

static struct {
    EVP_PKEY *key;
    X509 *leaf, *ca;
    aud_str leaf_der, ca_der, spki;
} made_here;

static found seen;

static int make(void **state)
{
    (void)state;
    made_here.key = EVP_EC_gen("P-256");
    made_here.leaf = make_cert("leaf", "ca", made_here.key, made_here.key);
    made_here.ca = make_cert("ca", "ca", made_here.key, made_here.key);
    made_here.leaf_der = cert_der(made_here.leaf);
    made_here.ca_der = cert_der(made_here.ca);
    made_here.spki = spki_der(made_here.key);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    found_clear(&seen);
    made_free(made_here.leaf_der);
    made_free(made_here.ca_der);
    made_free(made_here.spki);
    X509_free(made_here.leaf);
    X509_free(made_here.ca);
    EVP_PKEY_free(made_here.key);
    return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put(aud_buf *b, aud_str s)
{
    assert_int_equal(aud_buf_add(b, s, NULL), AUD_OK);
}

static void put_number(aud_buf *b, unsigned num_bytes, uint64_t number)
{
    while (num_bytes > 0) {
        const char c = (char)(number >> 8 * --num_bytes);

        put(b, (aud_str){&c, 1});
    }
}

static void put_text(aud_buf *b, const char *text)
{
    put_number(b, 2, strlen(text));
    put(b, aud_str_of(text));
}

static void put_entry(aud_buf *b, unsigned tag, const char *alias)
{
    put_number(b, 4, tag);
    put_text(b, alias);
    put_number(b, 8, UINT64_C(1767225600000));
}

static void put_cert(aud_buf *b, unsigned version, aud_str der)
{
    if (version == 2) {
        put_text(b, "X.509");
    }
    put_number(b, 4, der.len);
    put(b, der);
}

/* "magic", version, number of entries */
static void begin(aud_buf *b, uint64_t magic, unsigned version, uint64_t num)
{
    aud_buf_init(b, 1 << 20);
    put_number(b, 4, magic);
    put_number(b, 4, version);
    put_number(b, 4, num);
}

static void put_digest(aud_buf *b)
{
    put(b, AUD_LIT("01234567890123456789"));
}

/* A key with a chain of two, and a certificate that is trusted. */
static void put_both(aud_buf *b, unsigned version)
{
    put_entry(b, 1, "mine");
    put_number(b, 4, 6);
    put(b, AUD_LIT("sealed"));
    put_number(b, 4, 2);
    put_cert(b, version, made_here.leaf_der);
    put_cert(b, version, made_here.ca_der);
    put_entry(b, 2, "theirs");
    put_cert(b, version, made_here.ca_der);
}

/* --- cases ------------------------------------------------------------------------------------ */

static void assert_both(size_t from, const char *format)
{
    const found_item *at = seen.items + from;

    assert_true(seen.num >= from + 4);
    assert_int_equal(at[0].item.kind, AUD_ITEM_PRIVATE_KEY);
    assert_string_equal(at[0].item.format, format);
    assert_true(at[0].item.encrypted);
    assert_false(at[0].item.decoded);
    assert_true(aud_str_eq(at[0].item.spki, made_here.spki));
    assert_true(aud_str_eq(at[0].item.alias, AUD_LIT("mine")));
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(at[1 + i].item.kind, AUD_ITEM_CERTIFICATE);
        assert_true(at[1 + i].item.in_store);
        assert_false(at[1 + i].item.trust_anchor);
        assert_int_equal(at[1 + i].item.chain_position, i);
    }
    assert_true(aud_str_eq(at[1].item.der, made_here.leaf_der));
    assert_true(at[3].item.trust_anchor);
    assert_true(aud_str_eq(at[3].item.alias, AUD_LIT("theirs")));
    assert_true(aud_str_eq(at[3].item.der, made_here.ca_der));
    assert_int_equal(at[3].item.line, 0);
}

static void both_formats_and_versions_are_read_without_a_password(void **state)
{
    (void)state;

    for (unsigned version = 1; version <= 2; version++) {
        for (unsigned ce = 0; ce < 2; ce++) {
            aud_buf b;

            begin(&b, ce ? 0xcececece : 0xfeedfeed, version, 2);
            put_both(&b, version);
            put_digest(&b);
            assert_string_equal(aud_binary_kind(aud_buf_str(&b)), ce ? "jceks" : "jks");
            read_binary(aud_buf_str(&b), &seen);
            assert_int_equal(seen.num, 4);
            assert_both(0, ce ? "jceks" : "jks");
            aud_buf_clear(&b);
        }
    }
}

/* SealedObjectForKeyProtector as Java writes it: two classes, an array of bytes twice, of which the
 * second refers to the class of the first, and two strings. */
static void put_sealed_object(aud_buf *b)
{
    put(b, (aud_str){"\xac\xed\0\5\x73\x72", 6});
    put_text(b, "com.sun.crypto.provider.SealedObjectForKeyProtector");
    put_number(b, 8, 0xcd57ca59e730bb53);
    put(b, (aud_str){"\2\0\0\x78\x72", 5});
    put_text(b, "javax.crypto.SealedObject");
    put_number(b, 8, 0x3e363da6c3b75470);
    put(b, (aud_str){"\2\0\4[", 4});
    put_text(b, "encodedParams");
    put(b, AUD_LIT("t"));
    put_text(b, "[B");
    put(b, AUD_LIT("["));
    put_text(b, "encryptedContent");
    put(b, (aud_str){"q\0\x7e\0\2L", 6});
    put_text(b, "paramsAlg");
    put(b, AUD_LIT("t"));
    put_text(b, "Ljava/lang/String;");
    put(b, AUD_LIT("L"));
    put_text(b, "sealAlg");
    put(b, (aud_str){"q\0\x7e\0\3xp", 7});
    /* the values */
    put(b, AUD_LIT("ur"));
    put_text(b, "[B");
    put_number(b, 8, 0xacf317f8060854e0);
    put(b, (aud_str){"\2\0\0xp\0\0\0\4salt", 13});
    put(b, (aud_str){"uq\0\x7e\0\5\0\0\0\6cipher", 16});
    put(b, AUD_LIT("t"));
    put_text(b, "PBEWithMD5AndTripleDES");
    put(b, AUD_LIT("t"));
    put_text(b, "PBEWithMD5AndTripleDES");
}

static void a_secret_key_is_passed_and_what_follows_is_read(void **state)
{
    aud_buf b;
    (void)state;

    begin(&b, 0xcececece, 2, 3);
    put_entry(&b, 3, "secret");
    put_sealed_object(&b);
    put_both(&b, 2);
    put_digest(&b);
    read_binary(aud_buf_str(&b), &seen);
    assert_int_equal(seen.num, 4);
    assert_both(0, "jceks");
    aud_buf_clear(&b);
}

static void an_entry_that_cannot_be_passed_is_broken(void **state)
{
    static const struct {
        const char *name;
        aud_str entry;
    } cases[] = {
        {"no object", AUD_LIT_INIT("nothing of Java's")},
        {"a reference to nothing", AUD_LIT_INIT("\xac\xed\0\5\x71\0\x7e\0\1")},
        {"a class that is its own parent",
         AUD_LIT_INIT("\xac\xed\0\5\x73\x72\0\1A\0\0\0\0\0\0\0\0\2\0\0\x78\x71\0\x7e\0\0")},
        {"an array as long as a lie",
         AUD_LIT_INIT("\xac\xed\0\5\x75\x72\0\2[B\0\0\0\0\0\0\0\0\2\0\0\x78\x70\x7f\xff\xff\xff")},
        {"nested without end", AUD_LIT_INIT("\xac\xed\0\5\x73\x72\0\1A\0\0\0\0\0\0\0\0\2\0\0"
                                            "\x73\x72\0\1A\0\0\0\0\0\0\0\0\2\0\0"
                                            "\x73\x72\0\1A\0\0\0\0\0\0\0\0\2\0\0"
                                            "\x73\x72\0\1A\0\0\0\0\0\0\0\0\2\0\0"
                                            "\x73\x72\0\1A\0\0\0\0\0\0\0\0\2\0\0")},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_buf b;

        begin(&b, 0xcececece, 2, 3);
        put_both(&b, 2);
        put_entry(&b, 3, "secret");
        put(&b, cases[i].entry);
        put_digest(&b);
        print_message("case: %s\n", cases[i].name);
        read_binary(aud_buf_str(&b), &seen);
        assert_int_equal(seen.num, 5);
        assert_both(0, "jceks");
        assert_int_equal(seen.items[4].item.kind, AUD_ITEM_BROKEN);
        aud_buf_clear(&b);
    }
}

static void lies_about_numbers_and_lengths_are_broken(void **state)
{
    static const struct {
        const char *name;
        aud_str bytes;
    } cases[] = {
        {"the magic alone", AUD_LIT_INIT("\xfe\xed\xfe\xed")},
        {"an unknown version", AUD_LIT_INIT("\xfe\xed\xfe\xed\0\0\0\3\0\0\0\0")},
        {"more entries than bytes", AUD_LIT_INIT("\xfe\xed\xfe\xed\0\0\0\2\xff\xff\xff\xff")},
        {"an alias longer than the store",
         AUD_LIT_INIT("\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\2\xff\xff")},
        {"a certificate longer than the store",
         AUD_LIT_INIT("\xfe\xed\xfe\xed\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0\0\0\0"
                      "\xff\xff\xff\xff")},
        {"an unknown entry", AUD_LIT_INIT("\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\7\0\0"
                                          "\0\0\0\0\0\0\0\0")},
        {"no digest", AUD_LIT_INIT("\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0")},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        read_binary(cases[i].bytes, &seen);
        assert_int_equal(seen.num, 1);
        assert_int_equal(seen.items[0].item.kind, AUD_ITEM_BROKEN);
    }
}

static void a_cut_store_gives_what_came_before_and_says_so(void **state)
{
    aud_buf b;
    size_t most = 0;
    (void)state;

    begin(&b, 0xfeedfeed, 2, 2);
    put_both(&b, 2);
    put_digest(&b);
    for (size_t cut = 4; cut < b.len; cut++) {
        read_binary(aud_str_sub(aud_buf_str(&b), 0, cut), &seen);
        assert_int_equal(count_kind(&seen, AUD_ITEM_BROKEN), 1);
        assert_true(seen.num - 1 >= most);
        most = seen.num - 1;
    }
    assert_int_equal(most, 4);
    aud_buf_clear(&b);
}

static void a_damaged_certificate_is_broken_and_the_rest_is_read(void **state)
{
    aud_buf b;
    (void)state;

    begin(&b, 0xfeedfeed, 2, 3);
    put_entry(&b, 2, "bad");
    put_cert(&b, 2, AUD_LIT("no certificate"));
    put_both(&b, 2);
    put_digest(&b);
    read_binary(aud_buf_str(&b), &seen);
    assert_int_equal(seen.num, 5);
    assert_int_equal(seen.items[0].item.kind, AUD_ITEM_BROKEN);
    assert_true(aud_str_eq(seen.items[0].item.alias, AUD_LIT("bad")));
    assert_both(1, "jks");
    aud_buf_clear(&b);
}

/* Stores that Java itself wrote: as many certificates as their names say, secret keys passed. */
static void stores_of_java_are_read(void **state)
{
    static const struct {
        const char *path;
        size_t certs;
    } cases[] = {
        {"samples/cert-corpus/pyjks/jceks/3certs.jceks", 3},
        {"samples/cert-corpus/pyjks/jceks/RSA2048_3certs.jceks", 3},
        {"samples/cert-corpus/pyjks/jceks/AES128.jceks", 0},
        {"samples/cert-corpus/pyjks/jceks/AES256.jceks", 0},
        {"samples/cert-corpus/pyjks/jceks/DES.jceks", 0},
        {"samples/cert-corpus/pyjks/jks/RSA2048_3certs.jks", 3},
        {"samples/cert-corpus/pyjks/jks/duplicate_aliases.jks", 2},
    };
    unsigned read = 0;
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const char *path = aud_test_sample(cases[i].path);
        aud_buf bytes = {.max = 1 << 20};

        if (path == NULL) {
            continue;
        }
        print_message("case: %s\n", cases[i].path);
        aud_test_read(path, &bytes);
        read_binary(aud_buf_str(&bytes), &seen);
        assert_int_equal(count_kind(&seen, AUD_ITEM_CERTIFICATE), cases[i].certs);
        assert_int_equal(count_kind(&seen, AUD_ITEM_BROKEN), 0);
        aud_buf_clear(&bytes);
        read++;
    }
    if (read == 0) {
        print_message("skipped: no samples here\n");
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_formats_and_versions_are_read_without_a_password),
        cmocka_unit_test(a_secret_key_is_passed_and_what_follows_is_read),
        cmocka_unit_test(an_entry_that_cannot_be_passed_is_broken),
        cmocka_unit_test(lies_about_numbers_and_lengths_are_broken),
        cmocka_unit_test(a_cut_store_gives_what_came_before_and_says_so),
        cmocka_unit_test(a_damaged_certificate_is_broken_and_the_rest_is_read),
        cmocka_unit_test(stores_of_java_are_read),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
