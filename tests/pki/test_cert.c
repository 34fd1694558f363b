/* tests/pki/test_cert.c - departures from DER and RFC 5280: what is told of them, what stays known.
 *
 * A certificate is put together from parts in hexadecimal, so that each case departs in one place.
 */
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "engine/pki/der.h"
#include "tests/pki/make_cert.h"

#include <openssl/err.h>

/* Parts of a certificate; NULL takes the plain one, "" leaves it out. */
typedef struct parts {
    const char *version, *serial, *inner, *issuer, *validity, *subject, *spki, *tail;
    const char *extensions; /* SEQUENCEs; NULL: none */
    const char *outer, *signature, *behind;
} parts;

static void add_hex(aud_buf *buf, const char *hex)
{
    const size_t most = strlen(hex) / 2 + 1;
    unsigned char *bytes = aud_alloc(most);
    size_t len = 0;

    assert_non_null(bytes);
    assert_true(aud_hex_decode(aud_str_of(hex), bytes, most, &len));
    assert_int_equal(aud_buf_add(buf, (aud_str){(const char *)bytes, len}, NULL), AUD_OK);
    aud_free(bytes);
}

/* Puts `content` behind a header of its own. */
static void wrap(aud_buf *out, uint8_t tag, aud_buf *content)
{
    const size_t len = content->len;
    const char header[4] = {(char)tag, (char)0x82, (char)(len >> 8), (char)(len & 0xff)};
    const char small[3] = {(char)tag, (char)(len < 0x80 ? len : 0x81), (char)len};
    const aud_str chosen = len < 0x80    ? (aud_str){small, 2}
                           : len < 0x100 ? (aud_str){small, 3}
                                         : (aud_str){header, 4};

    assert_true(len < 0x10000);
    assert_int_equal(aud_buf_add(out, chosen, NULL), AUD_OK);
    assert_int_equal(aud_buf_add(out, aud_buf_str(content), NULL), AUD_OK);
    aud_buf_clear(content);
}

static void add_part(aud_buf *buf, const char *given, const char *plain)
{
    add_hex(buf, given == NULL ? plain : given);
}

/* P-256's generator. */
#define SPKI                                                                                       \
    "3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563a440f277037d" \
    "812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define ALG "300506032b6570"
#define NAME "300c310a300806035504030c0161"
#define VALIDITY "301e170d3236303130313030303030305a170d3236303231363233353935395a"

static void build(const parts *p, aud_buf *out)
{
    aud_buf tbs, cert, list, tagged;

    aud_buf_init(&tbs, 1 << 20);
    aud_buf_init(&cert, 1 << 20);
    aud_buf_init(&list, 1 << 20);
    aud_buf_init(&tagged, 1 << 20);
    aud_buf_init(out, 1 << 20);
    add_part(&tbs, p->version, "a003020102");
    add_part(&tbs, p->serial, "0203010203");
    add_part(&tbs, p->inner, ALG);
    add_part(&tbs, p->issuer, NAME);
    add_part(&tbs, p->validity, VALIDITY);
    add_part(&tbs, p->subject, NAME);
    add_part(&tbs, p->spki, SPKI);
    add_part(&tbs, p->tail, "");
    if (p->extensions != NULL) {
        add_hex(&list, p->extensions);
        wrap(&tagged, AUD_TAG_SEQUENCE, &list);
        wrap(&tbs, 0xa3, &tagged);
    }
    wrap(&cert, AUD_TAG_SEQUENCE, &tbs);
    add_part(&cert, p->outer, ALG);
    add_part(&cert, p->signature, "03020000");
    add_part(&cert, p->behind, "");
    wrap(out, AUD_TAG_SEQUENCE, &cert);
}

typedef struct opened {
    aud_buf der;
    aud_cert cert;
    aud_arena arena;
} opened;

static void open_parts(const parts *p, opened *o)
{
    build(p, &o->der);
    aud_arena_init(&o->arena, AUD_ARENA_NO_MAX);
    assert_int_equal(aud_cert_read(aud_buf_str(&o->der), &o->cert, NULL), AUD_OK);
}

static void close_parts(opened *o)
{
    aud_arena_clear(&o->arena);
    aud_buf_clear(&o->der);
}

static aud_value get(opened *o, unsigned field)
{
    return aud_cert_get(&o->cert, field, &o->arena);
}

static void want_errors(opened *o, const char *const *want)
{
    const aud_value errors = get(o, AUD_F_certificate_encoding_errors);
    size_t num = 0;

    assert_int_equal(errors.presence, AUD_PRESENT);
    for (; want[num] != NULL; num++) {
        bool found = false;

        for (size_t i = 0; i < errors.as.list.len; i++) {
            found = found || aud_str_eq(errors.as.list.items[i].as.string, aud_str_of(want[num]));
        }
        if (!found) {
            fail_msg("not told: %s", want[num]);
        }
    }
    for (size_t i = num; i < errors.as.list.len; i++) {
        print_message("  told: %.*s\n", AUD_ARG(errors.as.list.items[i].as.string));
    }
    assert_int_equal(errors.as.list.len, num);
}

/* One departure each, and the fact that it leaves unknown (or 0 where it leaves all). */
static void test_departures_are_told(void **state)
{
    static const struct {
        const char *name;
        parts parts;
        const char *errors[4];
        unsigned unknown;
    } cases[] = {
        {"a plain certificate has no errors", {0}, {NULL}, 0},
        {"version 1 spelled out",
         {.version = "a003020100"},
         {"version 1 is spelled out although it is the default"},
         0},
        {"version 4",
         {.version = "a003020103"},
         {"the version is none of 1, 2 and 3"},
         AUD_F_certificate_version},
        {"no version is version 1", {.version = ""}, {NULL}, 0},
        {"an empty serial number",
         {.serial = "0200"},
         {"the serial number has no bytes", "an integer is empty or padded"},
         AUD_F_certificate_serial},
        {"serial number zero", {.serial = "020100"}, {"the serial number is zero"}, 0},
        {"a negative serial number", {.serial = "0201ff"}, {"the serial number is negative"}, 0},
        {"a padded serial number",
         {.serial = "02020001"},
         {"the serial number is padded", "an integer is empty or padded"},
         0},
        {"a serial number of 21 bytes",
         {.serial = "0215010203040506070809101112131415161718192021"},
         {"the serial number is longer than 20 bytes"},
         0},
        {"differing signature algorithms",
         {.outer = "300506032b6571"},
         {"signatureAlgorithm and tbsCertificate.signature differ"},
         0},
        {"an offset of an hour",
         {.validity = "3020170f323630313031303130302b30313030170d3236303231363233353935395a"},
         {"a time is not written to the second in UTC, or has a fraction"},
         0},
        {"no seconds",
         {.validity = "301c170b323630313031303030305a170d3236303231363233353935395a"},
         {"a time is not written to the second in UTC, or has a fraction"},
         0},
        {"a fraction of a second",
         {.validity = "3022170d3236303130313030303030305a181132303530303231363233353935392e395a"},
         {"a time is not written to the second in UTC, or has a fraction"},
         0},
        {"a time without zone",
         {.validity = "301f170d3236303130313030303030305a180e3230353030323136323335393539"},
         {"notAfter cannot be read", "a time inside cannot be read"},
         AUD_F_certificate_not_after},
        {"a GeneralizedTime before 2050",
         {.validity = "3020180f32303236303130313030303030305a170d3236303231363233353935395a"},
         {"a time before 2050 is a GeneralizedTime"},
         0},
        {"a month 13",
         {.validity = "301e170d3236313330313030303030305a170d3236303231363233353935395a"},
         {"notBefore cannot be read", "a time inside cannot be read"},
         AUD_F_certificate_validity_seconds},
        {"the 29th of February of a common year",
         {.validity = "301e170d3236303130313030303030305a170d3236303232393233353935395a"},
         {"notAfter cannot be read", "a time inside cannot be read"},
         AUD_F_certificate_not_after},
        {"an end before the beginning has no length",
         {.validity = "301e170d3236303231363233353935395a170d3236303130313030303030305a"},
         {"notAfter precedes notBefore"},
         AUD_F_certificate_validity_seconds},
        {"three times",
         {.validity = "302d170d3236303130313030303030305a170d3236303231363233353935395a"
                      "170d3236303231363233353935395a"},
         {"the validity holds more than two times"},
         0},
        {"an empty issuer", {.issuer = "3000"}, {"the issuer is empty"}, 0},
        {"a name without sets",
         {.subject = "30020500"},
         {"the subject cannot be read"},
         AUD_F_certificate_common_names},
        {"a common name that is no UTF-8",
         {.subject = "300c310a300806035504030c01ff"},
         {"a string holds characters that its type does not have"},
         AUD_F_certificate_common_names},
        {"a PrintableString with an at sign",
         {.subject = "300c310a30080603550403130140"},
         {"a string holds characters that its type does not have"},
         0},
        {"unique identifiers of version 1",
         {.version = "", .tail = "81020000"},
         {"a unique identifier in a certificate of version 1"},
         0},
        {"elements behind the extensions",
         {.tail = "0500"},
         {"unexpected elements end the tbsCertificate"},
         AUD_F_certificate_san_present},
        {"extensions behind what should be the end",
         {.tail = "0500", .extensions = "300c0603551d13040530030101ff"},
         {"unexpected elements end the tbsCertificate"},
         AUD_F_certificate_is_ca},
        {"extensions that are no sequence",
         {.tail = "a3020500"},
         {"the extensions cannot be delimited"},
         AUD_F_certificate_dns_names},
        {"an empty list of extensions", {.extensions = ""}, {"the list of extensions is empty"}, 0},
        {"extensions in version 1",
         {.version = "", .extensions = "300c0603551d13040530030101ff"},
         {"extensions in a certificate that is not of version 3"},
         0},
        {"an extension without a value",
         {.extensions = "30050603551d13"},
         {"the list of extensions cannot be read to its end"},
         AUD_F_certificate_is_ca},
        {"an OID with padding may be any extension",
         {.extensions = "300d060480551d1104053003820161"},
         {"the list of extensions cannot be read to its end",
          "an object identifier is not well formed"},
         AUD_F_certificate_san_present},
        {"the same extension twice",
         {.extensions = "300c0603551d13040530030101ff30090603551d1304023000"},
         {"extension 2.5.29.19 is there more than once"},
         AUD_F_certificate_is_ca},
        {"criticality FALSE spelled out",
         {.extensions = "300f0603551d13010100040530030101ff"},
         {"a default value is written out"},
         0},
        {"cA FALSE spelled out",
         {.extensions = "300c0603551d1304053003010100"},
         {"a default value is written out"},
         0},
        {"a TRUE of 01",
         {.extensions = "300c0603551d1304053003010101"},
         {"a boolean is neither 00 nor FF"},
         0},
        {"a negative path length",
         {.extensions = "300f0603551d13040830060101ff0201ff"},
         {"extension 2.5.29.19 cannot be read"},
         AUD_F_certificate_path_length},
        {"bytes behind an extension's value",
         {.extensions = "300e0603551d13040730030101ff0500"},
         {"extension 2.5.29.19 has bytes behind its value"},
         AUD_F_certificate_is_ca},
        {"an address of five bytes",
         {.extensions = "30100603551d11040930078705c000020101"},
         {"extension 2.5.29.17 cannot be read"},
         AUD_F_certificate_ip_addresses},
        {"a SAN with a kind of name that there is not",
         {.extensions = "300c0603551d1104053003890161"},
         {"extension 2.5.29.17 cannot be read"},
         AUD_F_certificate_dns_names},
        {"an empty SAN",
         {.extensions = "30090603551d1104023000"},
         {"extension 2.5.29.17 is empty"},
         0},
        {"a tenth key usage",
         {.extensions = "300d0603551d0f0406030406000040"},
         {"extension 2.5.29.15 cannot be read"},
         AUD_F_certificate_key_usage},
        {"unused bits that are set",
         {.extensions = "300b0603551d0f0404030207ff"},
         {"a bit string counts its unused bits wrongly or does not clear them"},
         0},
        {"a signature that is no whole number of bytes",
         {.signature = "03020100"},
         {"the signature is no whole number of bytes"},
         0},
        {"bytes behind the signature",
         {.behind = "0500"},
         {"bytes follow the signature inside the certificate"},
         0},
        {"a length in two bytes that needs one",
         {.serial = "02810101"},
         {"a length is not in its shortest form"},
         0},
        {"an indefinite length",
         {.subject = "3080310a300806035504030c01610000"},
         {"a length is indefinite"},
         0},
        {"an indefinite set in a name",
         {.subject = "300e3180300806035504030c01610000"},
         {"a length is indefinite"},
         0},
        {"a key that is no key",
         {.spki = "30020500"},
         {"the public key cannot be read"},
         AUD_F_certificate_key},
        {"an algorithm without OID",
         {.inner = "30020500", .outer = "30020500"},
         {"the signature algorithm cannot be read"},
         AUD_F_certificate_signature_oid},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        opened o;

        print_message("case: %s\n", cases[i].name);
        open_parts(&cases[i].parts, &o);
        want_errors(&o, cases[i].errors);
        if (cases[i].unknown != 0) {
            assert_int_equal(get(&o, cases[i].unknown).presence, AUD_UNKNOWN);
        }
        close_parts(&o);
    }
}

static void test_what_stays_known(void **state)
{
    static const struct {
        const char *name;
        parts parts;
        unsigned field;
        int64_t number;
    } cases[] = {
        {"both end points of the validity count",
         {0},
         AUD_F_certificate_validity_seconds,
         47 * 86400},
        {"an hour east is an hour earlier",
         {.validity = "3020170f323630313031303130302b30313030170d3236303231363233353935395a"},
         AUD_F_certificate_not_before,
         AUD_TEST_NOW},
        {"missing seconds are none",
         {.validity = "301c170b323630313031303030305a170d3236303231363233353935395a"},
         AUD_F_certificate_not_before,
         AUD_TEST_NOW},
        {"year 49 is 2049",
         {.validity = "301e170d3236303130313030303030305a170d3439313233313233353935395a"},
         AUD_F_certificate_not_after,
         INT64_C(2524607999)},
        {"year 50 is 1950",
         {.validity = "301e170d3530303130313030303030305a170d3439313233313233353935395a"},
         AUD_F_certificate_not_before,
         INT64_C(-631152000)},
        {"the end of time",
         {.validity = "3020170d3236303130313030303030305a180f39393939313233313233353935395a"},
         AUD_F_certificate_not_after,
         INT64_C(253402300799)},
        {"an encoded zero byte counts", {.serial = "02020080"}, AUD_F_certificate_serial_bytes, 2},
        {"an empty serial number has no bytes",
         {.serial = "0200"},
         AUD_F_certificate_serial_bytes,
         0},
        {"two SCTs",
         {.extensions = "3017060a2b06010401d6790204020409040700050001610000"},
         AUD_F_certificate_sct_count,
         2},
        {"no SCTs", {0}, AUD_F_certificate_sct_count, 0},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        opened o;
        aud_value v;

        print_message("case: %s\n", cases[i].name);
        open_parts(&cases[i].parts, &o);
        v = get(&o, cases[i].field);
        assert_int_equal(v.presence, AUD_PRESENT);
        assert_int_equal(v.as.number, cases[i].number);
        close_parts(&o);
    }
}

static void test_what_cannot_be_delimited_is_refused(void **state)
{
    static const struct {
        const char *name, *hex;
    } cases[] = {
        {"nothing", ""},
        {"a single byte", "30"},
        {"an empty sequence", "3000"},
        {"a length longer than the bytes", "30840fffffff"},
        {"a length of 127 bytes", "30ff"},
        {"an indefinite length without end", "3080"},
        {"indefinite lengths inside each other without end",
         "30803080308030803080308030803080308030803080308030803080308030803080308030803080"},
        {"an integer", "020101"},
        {"sequences of nothing", "3006300030003000"},
        {"no signature", "300730003000"},
    };
    aud_error err = {0};
    aud_cert cert;
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_buf bytes;

        print_message("case: %s\n", cases[i].name);
        aud_buf_init(&bytes, 1 << 16);
        add_hex(&bytes, cases[i].hex);
        assert_int_equal(aud_cert_read(aud_buf_str(&bytes), &cert, &err), AUD_E_FORMAT);
        assert_true(err.message[0] != '\0');
        aud_buf_clear(&bytes);
    }
    assert_int_equal(aud_cert_read((aud_str){NULL, 0}, &cert, NULL), AUD_E_FORMAT);
}

static void test_bytes_behind_are_left_out(void **state)
{
    const parts plain = {0};
    aud_buf der;
    aud_cert cert;
    size_t len = 0;
    (void)state;

    build(&plain, &der);
    len = der.len;
    assert_int_equal(aud_buf_add(&der, AUD_LIT("\x30\x00 tail"), NULL), AUD_OK);
    assert_int_equal(aud_cert_read(aud_buf_str(&der), &cert, NULL), AUD_OK);
    assert_int_equal(cert.der.len, len);
    aud_buf_clear(&der);
}

/* A thousand extensions, each of them twice: each is told once, in reasonable time. */
static void test_many_extensions_twice(void **state)
{
    enum { NUM = 1000 };
    aud_buf hex;
    aud_value errors;
    opened o;
    (void)state;

    aud_buf_init(&hex, 1 << 20);
    for (unsigned i = 0; i < 2 * NUM; i++) {
        const unsigned arc = 128 + i % NUM;

        assert_int_equal(
            aud_buf_printf(&hex, NULL, "300a06042a03%02x%02x04020500", 0x80 | arc >> 7, arc & 0x7f),
            AUD_OK);
    }
    assert_int_equal(aud_buf_add(&hex, (aud_str){"", 1}, NULL), AUD_OK);
    open_parts(&(parts){.extensions = hex.ptr}, &o);
    errors = get(&o, AUD_F_certificate_encoding_errors);
    assert_int_equal(errors.presence, AUD_PRESENT);
    assert_int_equal(errors.as.list.len, NUM);
    assert_string_equal(errors.as.list.items[0].as.string.ptr,
                        "extension 1.2.3.128 is there more than once");
    assert_int_equal(get(&o, AUD_F_certificate_is_ca).as.boolean, false);
    close_parts(&o);
    aud_buf_clear(&hex);
}

/* Memory that runs out at any point makes facts unknown, never wrong. */
static void test_memory_that_runs_out(void **state)
{
    EVP_PKEY *key = make_ec_public();
    X509 *x = make_cert(key, MAKE_RICH);
    aud_arena plenty;
    aud_cert cert;
    aud_buf der;
    (void)state;

    der_of(x, &der);
    assert_int_equal(aud_cert_read(aud_buf_str(&der), &cert, NULL), AUD_OK);
    aud_arena_init(&plenty, AUD_ARENA_NO_MAX);
    for (unsigned f = 0; f < AUD_NUM_certificate_FIELDS; f++) {
        const aud_value want = aud_cert_get(&cert, f, &plenty);

        for (uint64_t n = 1; n <= 8; n++) {
            aud_arena arena;
            aud_value got;

            aud_arena_init(&arena, AUD_ARENA_NO_MAX);
            aud_alloc_fail_at(n);
            got = aud_cert_get(&cert, f, &arena);
            aud_alloc_fail_at(0);
            assert_true(got.presence == want.presence || got.presence == AUD_UNKNOWN);
            if (got.presence == AUD_PRESENT && got.type == AUD_T_STRING) {
                assert_true(aud_str_eq(got.as.string, want.as.string));
            } else if (got.presence == AUD_PRESENT && got.type == AUD_T_LIST) {
                assert_int_equal(got.as.list.len, want.as.list.len);
            }
            aud_arena_clear(&arena);
        }
    }
    aud_arena_clear(&plenty);
    aud_buf_clear(&der);
    X509_free(x);
    EVP_PKEY_free(key);
}

static void fold(X509 *x, unsigned char out[32])
{
    aud_cert cert;
    aud_buf der;

    der_of(x, &der);
    assert_int_equal(aud_cert_read(aud_buf_str(&der), &cert, NULL), AUD_OK);
    assert_int_equal(aud_cert_fold_sha256(&cert, out, NULL), AUD_OK);
    aud_buf_clear(&der);
}

/* The poison of RFC 6962, and a list of one timestamp in its place. */
#define POISON "1.3.6.1.4.1.11129.2.4.3=critical,DER:0500\n"
#define SCTS "1.3.6.1.4.1.11129.2.4.2=DER:04050003000161\n"

static void test_a_precertificate_folds_into_its_certificate(void **state)
{
    static const struct {
        const char *name, *extensions;
        bool same;
    } cases[] = {
        {"the final certificate", "keyUsage=keyCertSign\n" SCTS "basicConstraints=CA:TRUE\n", true},
        {"without timestamps", "keyUsage=keyCertSign\nbasicConstraints=CA:TRUE\n", true},
        {"timestamps elsewhere", SCTS "keyUsage=keyCertSign\nbasicConstraints=CA:TRUE\n", true},
        {"another usage", "keyUsage=cRLSign\n" SCTS "basicConstraints=CA:TRUE\n", false},
        {"one extension less", "keyUsage=keyCertSign\n" SCTS, false},
        {"another order", "basicConstraints=CA:TRUE\n" SCTS "keyUsage=keyCertSign\n", false},
    };
    EVP_PKEY *key = make_ec_public();
    X509 *pre = make_cert(key, "keyUsage=keyCertSign\nbasicConstraints=CA:TRUE\n" POISON);
    unsigned char want[32];
    (void)state;

    fold(pre, want);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        X509 *x = make_cert(key, cases[i].extensions);
        unsigned char got[32];

        print_message("case: %s\n", cases[i].name);
        fold(x, got);
        assert_int_equal(memcmp(got, want, 32) == 0, cases[i].same);
        X509_free(x);
    }
    X509_free(pre);
    EVP_PKEY_free(key);
}

/* The digest is that of the tbsCertificate which OpenSSL would sign without the two extensions. */
static void test_the_fold_is_over_the_bytes_that_stay(void **state)
{
    EVP_PKEY *key = make_ec_public();
    X509 *with = make_cert(key, "keyUsage=keyCertSign\n" SCTS);
    X509 *without = make_cert(key, "keyUsage=keyCertSign\n");
    X509 *bare = make_cert(key, NULL);
    X509 *only = make_cert(key, POISON);
    unsigned char got[32], want[32], *tbs = NULL;
    int len = i2d_re_X509_tbs(without, &tbs);
    (void)state;

    assert_true(len > 0);
    assert_int_equal(EVP_Digest(tbs, (size_t)len, want, NULL, EVP_sha256(), NULL), 1);
    OPENSSL_free(tbs);
    fold(with, got);
    assert_memory_equal(got, want, 32);
    tbs = NULL;
    len = i2d_re_X509_tbs(bare, &tbs);
    assert_int_equal(EVP_Digest(tbs, (size_t)len, want, NULL, EVP_sha256(), NULL), 1);
    OPENSSL_free(tbs);
    fold(only, got);
    assert_memory_equal(got, want, 32);
    X509_free(with);
    X509_free(without);
    X509_free(bare);
    X509_free(only);
    EVP_PKEY_free(key);
}

static void test_extensions_that_cannot_be_read_do_not_fold(void **state)
{
    static const char *const broken[] = {"30050603551d13", "0500"};
    unsigned char out[32];
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(broken); i++) {
        opened o;

        open_parts(&(parts){.extensions = broken[i]}, &o);
        assert_int_equal(aud_cert_fold_sha256(&o.cert, out, NULL), AUD_E_FORMAT);
        close_parts(&o);
    }
}

static void test_who_may_sign_certificates(void **state)
{
    static const struct {
        const char *name;
        parts parts;
        bool is_ca, may_sign;
    } cases[] = {
        {"no extensions in version 3", {0}, false, false},
        {"self-issued in version 1", {.version = ""}, true, true},
        {"issued by another in version 1",
         {.version = "", .issuer = "300c310a300806035504030c0162"},
         false,
         false},
        {"nameless in version 1",
         {.version = "", .issuer = "3000", .subject = "3000"},
         false,
         false},
        {"version 1 with extensions that cannot be read",
         {.version = "", .extensions = "0500"},
         false,
         false},
        {"cA TRUE", {.extensions = "300c0603551d13040530030101ff"}, true, true},
        {"cA FALSE", {.extensions = "300c0603551d1304053003010100"}, false, false},
        {"cA TRUE with keyCertSign",
         {.extensions = "300c0603551d13040530030101ff300b0603551d0f040403020204"},
         true,
         true},
        {"cA TRUE without keyCertSign",
         {.extensions = "300c0603551d13040530030101ff300b0603551d0f040403020780"},
         true,
         false},
        {"keyCertSign only among bits that do not count",
         {.extensions = "300c0603551d13040530030101ff300b0603551d0f040403020784"},
         true,
         false},
        {"cA TRUE with a usage that cannot be read",
         {.extensions = "300c0603551d13040530030101ff30090603551d0f04023000"},
         true,
         false},
        {"cA TRUE and cA FALSE",
         {.extensions = "300c0603551d13040530030101ff30090603551d1304023000"},
         false,
         false},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        opened o;

        print_message("case: %s\n", cases[i].name);
        open_parts(&cases[i].parts, &o);
        assert_int_equal(aud_cert_is_ca(&o.cert), cases[i].is_ca);
        assert_int_equal(aud_cert_may_sign_certs(&o.cert), cases[i].may_sign);
        close_parts(&o);
    }
}

/* RFC 5952, section 4. */
static void test_addresses_in_text(void **state)
{
    static const struct {
        const char *hex, *text;
    } cases[] = {
        {"c0000201", "192.0.2.1"},
        {"20010db8000000000000000000000001", "2001:db8::1"},
        {"20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"},
        {"20010db8000000000001000000000001", "2001:db8::1:0:0:1"},
        {"00000000000000000000000000000000", "::"},
        {"20010DB8ABCD00000000000000000001", "2001:db8:abcd::1"},
        {"00000000000000000000ffffc0000201", "::ffff:192.0.2.1"},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const size_t len = strlen(cases[i].hex) / 2;
        char ext[128];
        aud_value v;
        opened o;

        (void)snprintf(ext, sizeof ext, "30%02zx0603551d1104%02zx30%02zx87%02zx%s", len + 11,
                       len + 4, len + 2, len, cases[i].hex);
        open_parts(&(parts){.extensions = ext}, &o);
        v = get(&o, AUD_F_certificate_ip_addresses);
        assert_int_equal(v.presence, AUD_PRESENT);
        assert_int_equal(v.as.list.len, 1);
        assert_string_equal(v.as.list.items[0].as.string.ptr, cases[i].text);
        close_parts(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_departures_are_told),
        cmocka_unit_test(test_what_stays_known),
        cmocka_unit_test(test_what_cannot_be_delimited_is_refused),
        cmocka_unit_test(test_bytes_behind_are_left_out),
        cmocka_unit_test(test_many_extensions_twice),
        cmocka_unit_test(test_memory_that_runs_out),
        cmocka_unit_test(test_a_precertificate_folds_into_its_certificate),
        cmocka_unit_test(test_the_fold_is_over_the_bytes_that_stay),
        cmocka_unit_test(test_extensions_that_cannot_be_read_do_not_fold),
        cmocka_unit_test(test_who_may_sign_certificates),
        cmocka_unit_test(test_addresses_in_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
