/* tests/pki/test_pem.c - PEM blocks in every text they are met in, and mentions that are none. */
#include "tests/pki/pki_made.h"

#include <openssl/rsa.h>

enum { ROOM = 64 << 10 };

static struct {
    EVP_PKEY *key, *rsa;
    X509 *x, *other;
    aud_str pem, der, other_pem;
} made_here;

static found seen;

static int make(void **state)
{
    (void)state;
    made_here.key = EVP_EC_gen("P-256");
    made_here.rsa = EVP_RSA_gen(1024);
    assert_non_null(made_here.key);
    assert_non_null(made_here.rsa);
    made_here.x = make_cert("leaf", "ca", made_here.key, made_here.key);
    made_here.other = make_cert("ca", "ca", made_here.rsa, made_here.rsa);
    made_here.pem = cert_pem(made_here.x);
    made_here.other_pem = cert_pem(made_here.other);
    made_here.der = cert_der(made_here.x);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    found_clear(&seen);
    made_free(made_here.pem);
    made_free(made_here.other_pem);
    made_free(made_here.der);
    X509_free(made_here.x);
    X509_free(made_here.other);
    EVP_PKEY_free(made_here.key);
    EVP_PKEY_free(made_here.rsa);
    return 0;
}

/* Lines of `pem`, each between `before` and `after`, behind `head`. */
static aud_str rewrite(aud_str pem, const char *head, const char *before, const char *after,
                       char out[ROOM])
{
    size_t len = (size_t)snprintf(out, ROOM, "%s", head);
    aud_str rest = pem, line;

    while (aud_str_split(&rest, '\n', &line) && rest.ptr != NULL) {
        len += (size_t)snprintf(out + len, ROOM - len, "%s%.*s%s", before, AUD_ARG(line), after);
    }
    return (aud_str){out, len};
}

static void assert_leaf(const found *f, size_t at)
{
    assert_true(f->num > at);
    assert_int_equal(f->items[at].item.kind, AUD_ITEM_CERTIFICATE);
    assert_true(aud_str_eq(f->items[at].item.der, made_here.der));
}

static void a_block_is_found_however_its_lines_are_written(void **state)
{
    static const struct {
        const char *name, *head, *before, *after;
        uint32_t line;
    } cases[] = {
        {"LF", "", "", "\n", 1},
        {"CRLF", "", "", "\r\n", 1},
        {"a lone CR", "a\rb\r", "", "\r", 3},
        {"a byte order mark", "\xef\xbb\xbf", "", "\n", 1},
        {"blanks at the ends", "", "", "  \t\n", 1},
        {"a YAML block scalar", "tls:\n  crt: |\n", "    ", "\n", 3},
        {"tabs", "", "\t", "\n", 1},
        {"a quotation", "he wrote\n", "> ", "\n", 2},
        {"a quotation of a quotation", "", "> > ", "\n", 1},
        {"an added line of a diff", "@@ -1 +1 @@\n", "+", "\n", 2},
        {"a removed line of a diff", "", "-", "\n", 1},
        {"a comment of Java", "/*\n", " * ", "\n", 2},
        {"a JSON string", "{\n\"a\": \"", "", "\\n", 2},
        {"a JSON string within one", "{\"a\": \"{\\\"b\\\": \\\"", "", "\\\\n", 1},
        {"escaped CRLF", "\"", "", "\\r\\n", 1},
        {"strings of C", "x =\n", "\"", "\\n\"\n", 2},
        {"strings of Java", "x =\n", "  \"", "\\n\" +\n", 2},
        {"bytes of Python", "x = (", "b'", "\\n'\n", 1},
        {"strings of a JavaScript array", "[", "  '", "',\n", 1},
        {"strings of PHP", "", "\"", "\\n\" .\n", 1},
        {"one line with blanks", "key: ", "", " ", 1},
        {"escaped in hexadecimal", "\"", "", "\\u000a", 1},
    };
    static char text[ROOM];
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        scan_pem(rewrite(made_here.pem, cases[i].head, cases[i].before, cases[i].after, text),
                 &seen);
        assert_leaf(&seen, 0);
        assert_int_equal(seen.num, 1);
        assert_int_equal(seen.items[0].item.line, cases[i].line);
    }
}

static void escaped_slashes_and_signs_are_part_of_the_body(void **state)
{
    static char text[ROOM];
    size_t len = 0;
    (void)state;

    for (size_t i = 0; i < made_here.pem.len; i++) {
        const char c = made_here.pem.ptr[i];

        len += (size_t)snprintf(text + len, ROOM - len,
                                c == '\n'  ? "\\n"
                                : c == '/' ? "\\/"
                                : c == '+' ? "\\u002b"
                                : c == '=' ? "\\u003D"
                                           : "%c",
                                c);
    }
    scan_pem((aud_str){text, len}, &seen);
    assert_leaf(&seen, 0);
    assert_int_equal(seen.num, 1);
}

static void utf16_is_read_with_and_without_its_mark(void **state)
{
    static char text[ROOM];
    (void)state;

    for (unsigned c = 0; c < 4; c++) {
        const bool big = (c & 1) != 0, marked = (c & 2) != 0;
        size_t len = 0;

        if (marked) {
            memcpy(text, big ? "\xfe\xff" : "\xff\xfe", 2);
            len = 2;
        }
        for (const char *lead = "a\n"; *lead != '\0'; lead++) {
            text[len + big] = *lead;
            text[len + !big] = '\0';
            len += 2;
        }
        const size_t begin = len;
        for (size_t i = 0; i < made_here.pem.len; i++, len += 2) {
            text[len + big] = made_here.pem.ptr[i];
            text[len + !big] = '\0';
        }
        print_message("case: %s endian, %s\n", big ? "big" : "little", marked ? "marked" : "bare");
        scan_pem((aud_str){text, len}, &seen);
        assert_leaf(&seen, 0);
        assert_int_equal(seen.num, 1);
        assert_int_equal(seen.items[0].item.line, 2);
        assert_int_equal(seen.items[0].item.begin, begin);
        assert_int_equal(seen.items[0].item.end, len - 2);
    }
}

static void utf16_behind_other_text_is_read_too(void **state)
{
    static char text[ROOM];
    size_t len = (size_t)snprintf(text, ROOM, "%.*s", AUD_ARG(made_here.other_pem));
    (void)state;

    len += len & 1; /* as a shell appends: at any offset, here at an odd one */
    text[len++] = '\n';
    for (size_t i = 0; i < made_here.pem.len; i++) {
        text[len++] = made_here.pem.ptr[i];
        text[len++] = '\0';
    }
    scan_pem((aud_str){text, len}, &seen);
    assert_int_equal(seen.num, 2);
    assert_leaf(&seen, 1);
}

static void a_bundle_gives_each_block_with_its_place(void **state)
{
    static char text[ROOM];
    const char *prose = "Certificate:\n    Data:\n        Version: 3 (0x2)\n";
    size_t begin, end, len;
    (void)state;

    /* prose, a block, prose, a damaged block, an unknown one, a block, glued to it another */
    begin = strlen(prose);
    end = begin + made_here.pem.len - 1;
    len = (size_t)snprintf(
        text, ROOM,
        "%s%.*s# next\n-----BEGIN CERTIFICATE-----\nMIIB*AAAAAAAAAAAAAAAAAAAAAAAA\n"
        "-----END CERTIFICATE-----\n-----BEGIN DH PARAMETERS-----\nMIIBCAKCAQEA\n"
        "-----END DH PARAMETERS-----\n%.*s%.*s",
        prose, AUD_ARG(made_here.pem), (int)made_here.other_pem.len - 1, made_here.other_pem.ptr,
        AUD_ARG(made_here.pem));
    scan_pem((aud_str){text, len}, &seen);
    assert_int_equal(seen.num, 4);
    assert_leaf(&seen, 0);
    assert_int_equal(seen.items[0].item.line, 4);
    assert_int_equal(seen.items[0].item.begin, begin);
    assert_int_equal(seen.items[0].item.end, end);
    assert_int_equal(seen.items[1].item.kind, AUD_ITEM_BROKEN);
    assert_true(text[seen.items[1].item.begin] == '-');
    assert_int_equal(seen.items[2].item.kind, AUD_ITEM_CERTIFICATE);
    assert_leaf(&seen, 3);
    assert_int_equal(seen.items[3].item.begin, seen.items[2].item.end);
    assert_int_equal(seen.items[3].item.end, len - 1);
}

static void base64_of_pem_is_read_at_every_alignment(void **state)
{
    static const char *const leads[] = {"", "\n", "ab", "\xef\xbb\xbf", "Bag Attributes\n"};
    static char plain[ROOM], text[ROOM];
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(leads); i++) {
        for (size_t wrap = 0; wrap < 2; wrap++) {
            const size_t plain_len =
                (size_t)snprintf(plain, ROOM, "%s%.*s%.*s", leads[i], AUD_ARG(made_here.pem),
                                 AUD_ARG(made_here.other_pem));
            static unsigned char b64[ROOM];
            const int b64_len = EVP_EncodeBlock(b64, (const unsigned char *)plain, (int)plain_len);
            size_t len = (size_t)snprintf(text, ROOM, "data:\n  tls.crt: ");

            for (int at = 0; at < b64_len; at++) {
                if (wrap == 1 && at % 76 == 0) {
                    len += (size_t)snprintf(text + len, ROOM - len, "\n    ");
                }
                text[len++] = (char)b64[at];
            }
            const size_t value_end = len;
            len += (size_t)snprintf(text + len, ROOM - len, "\n  tls.key: eA==\n");
            print_message("case: behind %zu bytes, %s\n", strlen(leads[i]),
                          wrap == 1 ? "wrapped" : "in one line");
            scan_pem((aud_str){text, len}, &seen);
            assert_int_equal(seen.num, 2);
            assert_leaf(&seen, 0);
            assert_int_equal(seen.items[1].item.kind, AUD_ITEM_CERTIFICATE);
            assert_true(seen.items[0].item.begin >= 17);
            assert_true(seen.items[1].item.end <= value_end);
            assert_true(seen.items[1].item.begin + 4 >= seen.items[0].item.end);
            assert_true(seen.items[0].item.line >= (wrap == 1 ? 3 : 2));
            assert_true(wrap == 0 || seen.items[1].item.line > seen.items[0].item.line);
        }
    }
}

static void base64_of_a_cut_block_is_broken(void **state)
{
    static unsigned char b64[ROOM];
    const int len =
        EVP_EncodeBlock(b64, (const unsigned char *)made_here.pem.ptr, (int)made_here.pem.len / 2);
    (void)state;

    assert_true(len > 0);
    scan_pem((aud_str){(const char *)b64, (size_t)len}, &seen);
    assert_int_equal(seen.num, 1);
    assert_int_equal(seen.items[0].item.kind, AUD_ITEM_BROKEN);
    assert_false(seen.items[0].item.placeholder);
    memcpy(b64 + len, "...", 4); /* "LS0tLS1CRUdJTi...": a manual */
    scan_pem((aud_str){(const char *)b64, (size_t)len + 3}, &seen);
    assert_int_equal(seen.num, 1);
    assert_true(seen.items[0].item.placeholder);
}

#define BODY "MIIBszCCAVmgAwIBAgIUJ1m5V8Qm0mLxQy1kq0C9k2nJ0yQwCgYIKoZIzj0EAwIw"

static void what_is_no_block_is_told_from_what_is_broken(void **state)
{
    enum { NOTHING, BROKEN, PLACEHOLDER };
    static const struct {
        const char *name, *text;
        int want;
    } cases[] = {
        {"an empty text", "", NOTHING},
        {"a mark in a command", "grep -- '-----BEGIN CERTIFICATE-----' f\n", NOTHING},
        {"both marks in a sentence",
         "It begins with -----BEGIN CERTIFICATE----- and it ends with the line "
         "-----END CERTIFICATE----- as everybody knows.",
         NOTHING},
        {"a regular expression", "/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/",
         NOTHING},
        {"a lazy regular expression", "-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----",
         NOTHING},
        {"a range of sed", "sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p'",
         NOTHING},
        {"constants of a program",
         "#define BEGIN \"-----BEGIN CERTIFICATE-----\"\n#define END \"-----END CERTIFICATE-----\"",
         NOTHING},
        {"a program that joins",
         "x = \"-----BEGIN CERTIFICATE-----\\n\" + encoded + \"\\n-----END CERTIFICATE-----\"",
         NOTHING},
        {"a format", "\"-----BEGIN CERTIFICATE-----\\n%s\\n-----END CERTIFICATE-----\\n\"",
         NOTHING},
        {"a list of marks",
         "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
         NOTHING},
        {"marks with nothing between", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
         NOTHING},
        {"a word between", "-----BEGIN CERTIFICATE-----\nfake\n-----END CERTIFICATE-----\n",
         NOTHING},
        {"unknown labels", "-----BEGIN PGP MESSAGE-----\n" BODY "\n-----END PGP MESSAGE-----\n",
         NOTHING},
        {"a label that nearly is one",
         "-----BEGIN CERTIFCATE-----\n" BODY "\n-----END CERTIFCATE-----\n", NOTHING},
        {"four dashes", "---- BEGIN SSH2 PUBLIC KEY ----\n" BODY "\n", NOTHING},
        {"a broken public key is no subject",
         "-----BEGIN PUBLIC KEY-----\n" BODY "*\n-----END PUBLIC KEY-----\n", NOTHING},
        {"a certificate in a comment",
         "# -----BEGIN CERTIFICATE-----\n# " BODY "\n# -----END CERTIFICATE-----\n", NOTHING},
        {"no end", "-----BEGIN CERTIFICATE-----\n" BODY "\n", BROKEN},
        {"no end, and prose", "-----BEGIN CERTIFICATE-----\n" BODY "\n\nThat was it.\n", BROKEN},
        {"no end, in a JSON string", "\"-----BEGIN CERTIFICATE-----\\n" BODY "\\n\"", BROKEN},
        {"an end of another label", "-----BEGIN CERTIFICATE-----\n" BODY "\n-----END PKCS7-----\n",
         BROKEN},
        {"the file ends behind the mark", "x\n-----BEGIN CERTIFICATE-----\n", BROKEN},
        {"the file ends in the end mark",
         "-----BEGIN CERTIFICATE-----\n" BODY "\n-----END CERTIFICA", BROKEN},
        {"a character that base64 has not",
         "-----BEGIN CERTIFICATE-----\n" BODY "*\n-----END CERTIFICATE-----\n", BROKEN},
        {"base64 of a cut certificate",
         "-----BEGIN CERTIFICATE-----\n" BODY "\n-----END CERTIFICATE-----\n", BROKEN},
        {"base64 of garbage",
         "-----BEGIN CERTIFICATE-----\nAAAAAAAAAAAAAAAAAAAAAAAA\n-----END CERTIFICATE-----\n",
         BROKEN},
        {"a key of garbage",
         "-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n",
         BROKEN},
        {"a garbage key in a comment",
         "# -----BEGIN PRIVATE KEY-----\n# " BODY "\n# -----END PRIVATE KEY-----\n", BROKEN},
        {"a request of garbage",
         "-----BEGIN CERTIFICATE REQUEST-----\n" BODY "\n-----END CERTIFICATE REQUEST-----\n",
         BROKEN},
        {"dots", "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n", PLACEHOLDER},
        {"dots in one line", "-----BEGIN CERTIFICATE-----...-----END CERTIFICATE-----",
         PLACEHOLDER},
        {"dots behind some base64",
         "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE...\n-----END CERTIFICATE-----\n",
         PLACEHOLDER},
        {"dots in a JSON string",
         "\"-----BEGIN CERTIFICATE-----\\nMIIDdzCCAl+gAwIB...\\n-----END CERTIFICATE-----\\n\"",
         PLACEHOLDER},
        {"dots and no end", "\"-----BEGIN CERTIFICATE-----\\nMIIDdzCCAl+gAwIBAgIE...\"",
         PLACEHOLDER},
        {"an ellipsis", "-----BEGIN CERTIFICATE-----\n\xe2\x80\xa6\n-----END CERTIFICATE-----\n",
         PLACEHOLDER},
        {"a template of Go",
         "-----BEGIN CERTIFICATE-----\n{{ .Values.cert }}\n-----END CERTIFICATE-----\n",
         PLACEHOLDER},
        {"a variable of a shell",
         "-----BEGIN CERTIFICATE-----\n${CERT}\n-----END CERTIFICATE-----\n", PLACEHOLDER},
        {"a bare variable", "-----BEGIN CERTIFICATE-----\n$CERT\n-----END CERTIFICATE-----\n",
         PLACEHOLDER},
        {"words in angle brackets",
         "-----BEGIN CERTIFICATE-----\n<your certificate>\n-----END CERTIFICATE-----\n",
         PLACEHOLDER},
        {"filling", "-----BEGIN PRIVATE KEY-----\nxxxxxxxxxxxx\n-----END PRIVATE KEY-----\n",
         PLACEHOLDER},
        {"a mere beginning", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
         PLACEHOLDER},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        scan_pem(aud_str_of(cases[i].text), &seen);
        assert_int_equal(seen.num, cases[i].want != NOTHING);
        if (seen.num == 1) {
            assert_int_equal(seen.items[0].item.kind, AUD_ITEM_BROKEN);
            assert_int_equal(seen.items[0].item.placeholder, cases[i].want == PLACEHOLDER);
            assert_true(seen.items[0].item.message.len > 0);
            assert_true(seen.items[0].item.end <= strlen(cases[i].text));
        }
    }
}

static void a_block_behind_a_mention_or_a_broken_one_is_found(void **state)
{
    static const char *const before[] = {
        "It has -----BEGIN CERTIFICATE----- in it:\n",
        "-----BEGIN CERTIFICATE-----\n" BODY "\n",
        "-----BEGIN CERTIFICATE-----\n" BODY "\n-----END PKCS7-----\n",
        "-----BEGIN NOTHING-----\n",
        "-----BEGIN -----BEGIN CERTIFICATE----\n",
        "---------------------------------------\n",
        "LS0t LS0tLS1CRUdJTi LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t\n",
    };
    static char text[ROOM];
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(before); i++) {
        const int len = snprintf(text, ROOM, "%s%.*s", before[i], AUD_ARG(made_here.pem));

        print_message("case: %s", before[i]);
        scan_pem((aud_str){text, (size_t)len}, &seen);
        assert_true(seen.num > 0);
        assert_leaf(&seen, seen.num - 1);
    }
}

/* One key in every way that OpenSSL writes it. */
static void keys_are_told_apart_and_decoded(void **state)
{
    static const struct {
        const char *name, *password; /* NULL: in the clear */
        bool rsa, traditional;
        const char *format;
        bool opens;
    } cases[] = {
        {"PKCS #8, EC", NULL, false, false, "pkcs8", true},
        {"PKCS #8, RSA", NULL, true, false, "pkcs8", true},
        {"SEC 1", NULL, false, true, "sec1", true},
        {"PKCS #1", NULL, true, true, "pkcs1", true},
        {"encrypted PKCS #8, a given password", "geheim", false, false, "pkcs8", true},
        {"encrypted PKCS #8, another password", "other", true, false, "pkcs8", false},
        {"PEM's own encryption, a given password", "geheim", true, true, "pkcs1", true},
        {"PEM's own encryption, another password", "other", false, true, "sec1", false},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        EVP_PKEY *key = cases[i].rsa ? made_here.rsa : made_here.key;
        const EVP_CIPHER *cipher = cases[i].password == NULL ? NULL : EVP_aes_128_cbc();
        const unsigned char *word = (const unsigned char *)cases[i].password;
        const int word_len = word == NULL ? 0 : (int)strlen(cases[i].password);
        const aud_str spki = spki_der(key);
        BIO *bio = BIO_new(BIO_s_mem());
        const int ok =
            cases[i].traditional
                ? PEM_write_bio_PrivateKey_traditional(bio, key, cipher, word, word_len, NULL, NULL)
                : PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, cases[i].password, word_len, NULL,
                                                NULL);
        const aud_str text = bio_text(bio);
        const aud_pki_item *item = &seen.items[0].item;

        print_message("case: %s\n", cases[i].name);
        assert_int_equal(ok, 1);
        scan_pem(text, &seen);
        assert_int_equal(seen.num, 1);
        assert_int_equal(item->kind, AUD_ITEM_PRIVATE_KEY);
        assert_string_equal(item->format, cases[i].format);
        assert_int_equal(item->encrypted, cases[i].password != NULL);
        assert_int_equal(item->decoded, cases[i].opens);
        assert_int_equal(item->der.len, 0);
        assert_true(cases[i].opens ? aud_str_eq(item->spki, spki) : item->spki.len == 0);
        made_free(text);
        made_free(spki);
    }
}

static void every_kind_of_key_gives_its_public_half(void **state)
{
    static const char *const kinds[] = {"ED25519", "ED448", "X25519", "X448"};
    static const char *const curves[] = {"P-256", "P-384", "P-521", "secp256k1", "brainpoolP256r1"};
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(kinds) + AUD_COUNT(curves); i++) {
        EVP_PKEY *key = i < AUD_COUNT(kinds) ? EVP_PKEY_Q_keygen(NULL, NULL, kinds[i])
                                             : EVP_EC_gen(curves[i - AUD_COUNT(kinds)]);
        const aud_str spki = spki_der(key);
        BIO *bio = BIO_new(BIO_s_mem());

        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
        const aud_str text = bio_text(bio);
        scan_pem(text, &seen);
        assert_int_equal(seen.num, 1);
        assert_true(seen.items[0].item.decoded);
        assert_true(aud_str_eq(seen.items[0].item.spki, spki));
        made_free(text);
        made_free(spki);
        EVP_PKEY_free(key);
    }
}

/* A key without its public point, as some write it: the point is computed. */
static void a_key_without_its_public_half_gives_it_all_the_same(void **state)
{
    unsigned char *der = NULL;
    const aud_str spki = spki_der(made_here.key);
    (void)state;

    EVP_PKEY *bare = EVP_PKEY_dup(made_here.key);
    assert_int_equal(EVP_PKEY_set_int_param(bare, "include-public", 0), 1);
    const int len = i2d_PrivateKey(bare, &der);
    const aud_str key = made(der, len);
    read_binary(key, &seen);
    assert_int_equal(seen.num, 1);
    assert_true(seen.items[0].item.decoded);
    assert_true(aud_str_eq(seen.items[0].item.spki, spki));
    made_free(key);
    made_free(spki);
    EVP_PKEY_free(bare);
}

/* An own writer: OpenSSL has none for this form. */
static size_t put_string(char *out, aud_str s)
{
    const size_t len = s.len;

    for (unsigned i = 0; i < 4; i++) {
        out[i] = (char)(len >> (24 - 8 * i));
    }
    if (len > 0) {
        memcpy(out + 4, s.ptr, len);
    }
    return 4 + len;
}

static void keys_of_openssh_show_their_public_half(void **state)
{
    static const struct {
        const char *name, *cipher;
        char second_check;
        bool broken;
    } cases[] = {
        {"in the clear", "none", 'c', false},
        {"in the clear, garbage", "none", 'x', true},
        {"behind a password", "aes256-ctr", 'x', false},
    };
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    const aud_str spki = spki_der(key);
    char pub[128], secret[128], blob[512], text[2048];
    (void)state;

    size_t pub_len = put_string(pub, AUD_LIT("ssh-ed25519"));
    pub_len += put_string(pub + pub_len, aud_str_sub(spki, spki.len - 32, 32));
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        size_t len = 15, secret_len = 8;

        memcpy(secret, "ccccccc", 7);
        secret[7] = cases[i].second_check;
        secret_len += put_string(secret + 8, AUD_LIT("ssh-ed25519"));
        memcpy(blob, "openssh-key-v1", 15);
        len += put_string(blob + len, aud_str_of(cases[i].cipher));
        len += put_string(blob + len, AUD_LIT("bcrypt"));
        len += put_string(blob + len, AUD_LIT(""));
        memcpy(blob + len, "\0\0\0\1", 4);
        len += 4;
        len += put_string(blob + len, (aud_str){pub, pub_len});
        len += put_string(blob + len, (aud_str){secret, secret_len});
        char b64[1024];
        assert_true(EVP_EncodeBlock((unsigned char *)b64, (const unsigned char *)blob, (int)len) >
                    0);
        (void)snprintf(text, sizeof(text),
                       "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----",
                       b64);
        print_message("case: %s\n", cases[i].name);
        scan_pem(aud_str_of(text), &seen);
        assert_int_equal(seen.num, 1);
        assert_int_equal(seen.items[0].item.kind,
                         cases[i].broken ? AUD_ITEM_BROKEN : AUD_ITEM_PRIVATE_KEY);
        assert_string_equal(seen.items[0].item.format, "openssh");
        if (!cases[i].broken) {
            assert_true(aud_str_eq(seen.items[0].item.spki, spki));
            assert_int_equal(seen.items[0].item.encrypted, i == 2);
            assert_int_equal(seen.items[0].item.decoded, i == 0);
        }
    }
    made_free(spki);
    EVP_PKEY_free(key);
}

static void a_trusted_certificate_is_an_anchor_without_its_trust_data(void **state)
{
    BIO *bio = BIO_new(BIO_s_mem());
    (void)state;

    assert_int_equal(X509_alias_set1(made_here.x, (const unsigned char *)"name", 4), 1);
    assert_int_equal(PEM_write_bio_X509_AUX(bio, made_here.x), 1);
    const aud_str text = bio_text(bio);
    scan_pem(text, &seen);
    assert_int_equal(seen.num, 1);
    assert_leaf(&seen, 0);
    assert_true(seen.items[0].item.trust_anchor);
    made_free(text);
}

static void a_key_in_a_comment_is_still_a_key(void **state)
{
    static char text[ROOM];
    BIO *bio = BIO_new(BIO_s_mem());
    (void)state;

    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, made_here.key, NULL, NULL, 0, NULL, NULL),
                     1);
    const aud_str pem = bio_text(bio);
    scan_pem(rewrite(pem, "", "  # ", "\n", text), &seen);
    assert_int_equal(count_kind(&seen, AUD_ITEM_PRIVATE_KEY), 1);
    scan_pem(rewrite(made_here.pem, "", "  # ", "\n", text), &seen);
    assert_int_equal(seen.num, 0);
    made_free(pem);
}

static void every_cut_of_a_bundle_says_so(void **state)
{
    static char text[ROOM];
    const size_t len = (size_t)snprintf(text, ROOM, "%.*s%.*s", AUD_ARG(made_here.pem),
                                        AUD_ARG(made_here.other_pem));
    (void)state;

    for (size_t cut = 28; cut < len; cut++) {
        const size_t whole = cut >= len - 1 ? 2 : cut >= made_here.pem.len - 1 ? 1 : 0;
        /* the second mark itself may be cut: nothing says that it was to be one */
        const bool in_mark = cut >= made_here.pem.len - 1 && cut < made_here.pem.len + 27;

        scan_pem((aud_str){text, cut}, &seen);
        assert_int_equal(count_kind(&seen, AUD_ITEM_CERTIFICATE), whole);
        assert_int_equal(count_kind(&seen, AUD_ITEM_BROKEN), whole == 2 || in_mark ? 0 : 1);
    }
}

/* Every allocation may fail: the answer is an error, or everything. */
static aud_status count_only(void *ctx, const aud_pki_item *item, aud_error *err)
{
    AUD_UNUSED(err);
    *(unsigned *)ctx += item->kind == AUD_ITEM_CERTIFICATE;
    return AUD_OK;
}

static void a_failed_allocation_is_an_error(void **state)
{
    static char text[ROOM];
    static unsigned char b64[ROOM];
    const aud_passwords none = {NULL, 0};
    bool failed = true;
    (void)state;

    /* escaped, so that the body needs a buffer, and wrapped in base64 */
    const aud_str escaped = rewrite(made_here.pem, "", "", "\\n", text);
    const int len = EVP_EncodeBlock(b64, (const unsigned char *)escaped.ptr, (int)escaped.len);
    for (uint64_t n = 1; failed; n++) {
        unsigned num = 0;
        const aud_pki_sink sink = {&num, count_only};

        aud_alloc_fail_at(n);
        const aud_status st =
            aud_pem_scan((aud_str){(const char *)b64, (size_t)len}, 1, &none, &sink, NULL);
        aud_alloc_fail_at(0);
        failed = st != AUD_OK;
        assert_true(failed ? st == AUD_E_NOMEM : num == 1);
        assert_true(n < 20);
    }
}

static aud_status refuse(void *ctx, const aud_pki_item *item, aud_error *err)
{
    AUD_UNUSED(ctx);
    AUD_UNUSED(item);
    return aud_fail(err, AUD_E_CANCELLED, "no more");
}

static void the_sinks_refusal_ends_the_scan(void **state)
{
    const aud_passwords none = {NULL, 0};
    const aud_pki_sink sink = {NULL, refuse};
    (void)state;

    assert_int_equal(aud_pem_scan(made_here.pem, 1, &none, &sink, NULL), AUD_E_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_found_however_its_lines_are_written),
        cmocka_unit_test(escaped_slashes_and_signs_are_part_of_the_body),
        cmocka_unit_test(utf16_is_read_with_and_without_its_mark),
        cmocka_unit_test(utf16_behind_other_text_is_read_too),
        cmocka_unit_test(a_bundle_gives_each_block_with_its_place),
        cmocka_unit_test(base64_of_pem_is_read_at_every_alignment),
        cmocka_unit_test(base64_of_a_cut_block_is_broken),
        cmocka_unit_test(what_is_no_block_is_told_from_what_is_broken),
        cmocka_unit_test(a_block_behind_a_mention_or_a_broken_one_is_found),
        cmocka_unit_test(keys_are_told_apart_and_decoded),
        cmocka_unit_test(every_kind_of_key_gives_its_public_half),
        cmocka_unit_test(a_key_without_its_public_half_gives_it_all_the_same),
        cmocka_unit_test(keys_of_openssh_show_their_public_half),
        cmocka_unit_test(a_trusted_certificate_is_an_anchor_without_its_trust_data),
        cmocka_unit_test(a_key_in_a_comment_is_still_a_key),
        cmocka_unit_test(every_cut_of_a_bundle_says_so),
        cmocka_unit_test(a_failed_allocation_is_an_error),
        cmocka_unit_test(the_sinks_refusal_ends_the_scan),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
