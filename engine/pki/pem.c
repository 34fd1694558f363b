/* engine/pki/pem.c - PEM blocks anywhere in any text (RFC 7468, and what is met in the wild).
 *
 * A block whose line begins as a comment is text, and passed over; but a private key in it is
 * still a private key. A mark that is only mentioned, in prose or in a program, is no block.
 */
#include "engine/pki/container_parts.h"
#include "engine/pki/pem_body.h"
#include "engine/pki/pem_text.h"

#include "engine/base/text.h"
#include "engine/pki/cert.h"

#include <openssl/crypto.h>

enum {
    LABEL_MAX = 64,
    PREFIX_MAX = 8,
    SMALL = 8 << 10,   /* blocks up to this are decoded without an allocation */
    WINDOW = 4 << 10,  /* of text behind a mark without an end, to tell a block from a mention */
    SHORT_DIGITS = 16, /* "MIIB" alone is no damaged certificate */
    NESTING = 2,
};

#define BEGIN AUD_LIT("-----BEGIN ")
#define DASHES AUD_LIT("-----")

typedef struct pem_scan {
    aud_emitter *e;
    unsigned char *small; /* SMALL bytes */
} pem_scan;

/* One block's surroundings. */
typedef struct pem_block {
    const struct label_row *row;
    aud_str inner;  /* between the marks */
    aud_str prefix; /* of its lines: "# ", "> ", "+" ... */
    bool is_closed; /* an END of its label follows */
    bool is_alone;  /* its mark has its line to itself */
    bool is_cut;    /* the text ends before any other mark */
    bool tail_open; /* the text it stands in goes on with a placeholder */
} pem_block;

typedef enum label_kind { L_CERTIFICATE, L_TRUSTED, L_KEY, L_PUBLIC, L_OTHER } label_kind;

typedef struct label_row {
    aud_str label;
    label_kind kind;
    aud_der_kind expected;
    const char *format;
} label_row;

/* Labels that are not here are passed over: parameters, OpenPGP, SSH2, attribute certificates. */
static const label_row labels[] = {
    {AUD_LIT_INIT("CERTIFICATE"), L_CERTIFICATE, AUD_DER_CERTIFICATE, "pem"},
    {AUD_LIT_INIT("X509 CERTIFICATE"), L_CERTIFICATE, AUD_DER_CERTIFICATE, "pem"},
    {AUD_LIT_INIT("TRUSTED CERTIFICATE"), L_TRUSTED, AUD_DER_CERTIFICATE, "pem"},
    {AUD_LIT_INIT("PRIVATE KEY"), L_KEY, AUD_DER_PKCS8, "pkcs8"},
    {AUD_LIT_INIT("ENCRYPTED PRIVATE KEY"), L_KEY, AUD_DER_PKCS8_ENCRYPTED, "pkcs8"},
    {AUD_LIT_INIT("RSA PRIVATE KEY"), L_KEY, AUD_DER_PKCS1, "pkcs1"},
    {AUD_LIT_INIT("EC PRIVATE KEY"), L_KEY, AUD_DER_SEC1, "sec1"},
    {AUD_LIT_INIT("DSA PRIVATE KEY"), L_KEY, AUD_DER_DSA, "dsa"},
    {AUD_LIT_INIT("OPENSSH PRIVATE KEY"), L_KEY, AUD_DER_OPENSSH, "openssh"},
    {AUD_LIT_INIT("ANY PRIVATE KEY"), L_KEY, AUD_DER_PKCS8, "pkcs8"},
    {AUD_LIT_INIT("CERTIFICATE REQUEST"), L_OTHER, AUD_DER_REQUEST, "pkcs10"},
    {AUD_LIT_INIT("NEW CERTIFICATE REQUEST"), L_OTHER, AUD_DER_REQUEST, "pkcs10"},
    {AUD_LIT_INIT("X509 CRL"), L_OTHER, AUD_DER_CRL, "crl"},
    {AUD_LIT_INIT("CRL"), L_OTHER, AUD_DER_CRL, "crl"},
    {AUD_LIT_INIT("PKCS7"), L_OTHER, AUD_DER_PKCS7, "pkcs7"},
    {AUD_LIT_INIT("PKCS #7 SIGNED DATA"), L_OTHER, AUD_DER_PKCS7, "pkcs7"},
    {AUD_LIT_INIT("CMS"), L_OTHER, AUD_DER_PKCS7, "pkcs7"},
    {AUD_LIT_INIT("CERTIFICATE CHAIN"), L_OTHER, AUD_DER_PKCS7, "pkcs7"},
    {AUD_LIT_INIT("PKCS12"), L_KEY, AUD_DER_PKCS12, "pkcs12"},
    {AUD_LIT_INIT("PUBLIC KEY"), L_PUBLIC, AUD_DER_SPKI, "spki"},
    {AUD_LIT_INIT("RSA PUBLIC KEY"), L_PUBLIC, AUD_DER_RSA_PUBLIC, "pkcs1"},
    {AUD_LIT_INIT("EC PUBLIC KEY"), L_PUBLIC, AUD_DER_SPKI, "spki"},
    {AUD_LIT_INIT("DSA PUBLIC KEY"), L_PUBLIC, AUD_DER_SPKI, "spki"},
};

static const label_row *find_label(aud_str label)
{
    for (size_t i = 0; i < AUD_COUNT(labels); i++) {
        if (aud_str_eq(label, labels[i].label)) {
            return &labels[i];
        }
    }
    return NULL;
}

/* --- what a block holds ----------------------------------------------------------------------- */

static aud_status give_broken(pem_scan *s, const pem_block *b, const char *why, bool placeholder,
                              aud_error *err)
{
    static const char *const to_come = "a placeholder stands where its body belongs";

    if (b->row->kind == L_PUBLIC) {
        return AUD_OK; /* of which nothing is judged: no gap */
    }
    aud_pki_item item = {.kind = AUD_ITEM_BROKEN,
                         .format = b->row->format,
                         .placeholder = placeholder,
                         .message = aud_str_of(placeholder ? to_come : why)};

    return aud_emit(s->e, &item, err);
}

/* The certificate, and what stands behind it: trust data, or another one where nobody expects it.
 */
static aud_status give_certificate(pem_scan *s, const pem_block *b, aud_str der, aud_error *err)
{
    aud_pki_item item = {
        .kind = AUD_ITEM_CERTIFICATE, .format = "pem", .trust_anchor = b->row->kind == L_TRUSTED};
    aud_error why = {0};
    aud_cert cert;

    do {
        const aud_der_kind kind = AUD_DER_CERTIFICATE;

        if (aud_cert_read(der, &cert, &why) != AUD_OK) {
            const aud_der_kind other = aud_der_kind_of(der);

            /* some tools label a chain in PKCS #7 so */
            return other == AUD_DER_NONE || other == kind
                       ? give_broken(s, b, why.message, false, err)
                       : aud_emit_der(s->e, other, der, err);
        }
        item.der = cert.der;
        AUD_TRY(aud_emit(s->e, &item, err));
        der = aud_str_sub(der, cert.der.len, SIZE_MAX);
    } while (b->row->kind != L_TRUSTED && aud_der_kind_of(der) != AUD_DER_NONE);
    return AUD_OK;
}

static aud_status give_other(pem_scan *s, const pem_block *b, aud_str der, aud_error *err)
{
    const aud_der_kind kind = aud_der_kind_of(der);

    return aud_emit_der(s->e, kind == AUD_DER_NONE ? b->row->expected : kind, der, err);
}

/* A key that PEM itself encrypts. */
static aud_status give_sealed(pem_scan *s, const pem_block *b, aud_str headers, aud_str bytes,
                              aud_error *err)
{
    aud_key_found key;
    aud_status st = aud_key_read_pem(s->e, b->row->format, headers, bytes, &key, err);

    if (st == AUD_OK) {
        st = aud_key_emit(s->e, &key, (aud_str){NULL, 0}, err);
    }
    aud_arena_reset(&s->e->arena);
    return st;
}

static aud_status give(pem_scan *s, const pem_block *b, aud_str der, aud_error *err)
{
    return b->row->kind == L_CERTIFICATE || b->row->kind == L_TRUSTED
               ? give_certificate(s, b, der, err)
               : give_other(s, b, der, err);
}

/* --- bodies ----------------------------------------------------------------------------------- */

/* A closed block whose body, clean already, is no base64 or base64 of nothing that is known. */
static aud_status give_odd(pem_scan *s, const pem_block *b, aud_str clean, const char *why,
                           aud_error *err)
{
    const aud_str s_trim = aud_str_trim(clean);
    size_t num_digits = 0;

    if (s_trim.len == 0) {
        return AUD_OK; /* marks with nothing between them */
    }
    if (aud_pem_is_placeholder(clean)) {
        return give_broken(s, b, why, true, err);
    }
    if (aud_pem_has_base64(clean)) {
        return give_broken(s, b, why, false, err);
    }
    while (num_digits < s_trim.len && aud_is_base64_digit(s_trim.ptr[num_digits])) {
        num_digits++;
    }
    /* "MIIB" in a test or a manual */
    return num_digits == s_trim.len && num_digits < SHORT_DIGITS &&
                   aud_str_starts(s_trim, AUD_LIT("MI"))
               ? give_broken(s, b, why, true, err)
               : AUD_OK;
}

/* Whether decoded bytes can be what the label says; other bodies are looked at more closely. */
static bool is_likely(const pem_block *b, aud_str der)
{
    return b->row->kind == L_CERTIFICATE || b->row->kind == L_TRUSTED
               ? der.len > 64 && der.ptr[0] == AUD_TAG_SEQUENCE
               : aud_der_kind_of(der) != AUD_DER_NONE;
}

static aud_status take_clean(pem_scan *s, const pem_block *b, char *clean, unsigned char *der,
                             aud_error *err)
{
    const aud_str text = {clean, aud_pem_clean(b->inner, b->prefix, clean)};
    aud_str headers, rest;
    size_t len = 0;
    aud_status st;

    aud_pem_split(text, &headers, &rest);
    if (!aud_base64_decode(rest, der, &len)) {
        return give_odd(s, b, text, "its body is not base64", err);
    }
    const aud_str bytes = {(const char *)der, len};
    if (b->row->kind == L_KEY && aud_str_has(headers, AUD_LIT("ENCRYPTED"))) {
        st = len >= 8 ? give_sealed(s, b, headers, bytes, err)
                      : give_broken(s, b, "its body is cut", aud_pem_is_placeholder(rest), err);
    } else if (is_likely(b, bytes)) {
        st = give(s, b, bytes, err);
    } else {
        st = give_odd(s, b, rest, "its body is not what its label says", err);
    }
    OPENSSL_cleanse(der, len);
    return st;
}

static aud_status take_body(pem_scan *s, const pem_block *b, aud_error *err)
{
    const bool is_small = b->inner.len / 4 * 3 + 3 <= SMALL;
    unsigned char *der = is_small ? s->small : aud_alloc(b->inner.len / 4 * 3 + 3);
    char *clean = NULL;
    size_t len = 0;
    aud_status st;

    if (der == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (aud_base64_decode(b->inner, der, &len) && is_likely(b, (aud_str){(const char *)der, len})) {
        st = give(s, b, (aud_str){(const char *)der, len}, err);
        if (b->row->kind == L_KEY) {
            OPENSSL_cleanse(der, len);
        }
    } else {
        clean = aud_alloc(b->inner.len);
        st = clean == NULL ? aud_fail(err, AUD_E_NOMEM, "out of memory")
                           : take_clean(s, b, clean, der, err);
        if (clean != NULL) {
            OPENSSL_cleanse(clean, b->inner.len);
        }
    }
    aud_free(clean);
    if (!is_small) {
        aud_free(der);
    }
    return st;
}

/* How far the body of a block without an end reaches: for its span. */
static size_t open_extent(aud_str inner)
{
    size_t at = 0;

    while (at < inner.len &&
           (aud_is_base64_digit(inner.ptr[at]) || memchr(" \t\r\n=\\\"'", inner.ptr[at], 8))) {
        at++;
    }
    while (at > 0 && memchr(" \t\r\n\\\"'", inner.ptr[at - 1], 7)) {
        at--;
    }
    return at;
}

/* Nothing, or so few digits that they may be the beginning of a body. */
static bool is_bare(aud_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!aud_is_base64_digit(s.ptr[i])) {
            return false;
        }
    }
    return s.len < SHORT_DIGITS;
}

/* No END of its label follows: broken where it has a body, else only mentioned. */
static aud_status take_open(pem_scan *s, const pem_block *b, aud_error *err)
{
    static const char *const why = "no END mark of its label follows";
    char window[WINDOW];
    const aud_str inner = aud_str_sub(b->inner, 0, WINDOW);
    const aud_str clean = {window, aud_pem_clean(inner, b->prefix, window)};
    aud_str headers, rest;
    aud_status st = AUD_OK;
    size_t end = 0;

    aud_pem_split(clean, &headers, &rest);
    if (aud_pem_begins_base64(rest, &end)) {
        const aud_str behind = aud_str_trim(aud_str_sub(rest, end, SIZE_MAX));
        const bool placeholder = aud_str_starts(behind, AUD_LIT("...")) ||
                                 aud_str_starts(behind, AUD_LIT("\xe2\x80\xa6")) ||
                                 (b->is_cut && b->tail_open);

        st = give_broken(s, b, why, placeholder, err);
    } else if (b->is_alone && b->is_cut && inner.len < WINDOW && is_bare(aud_str_trim(clean))) {
        st = give_broken(s, b, why, b->tail_open, err);
    }
    OPENSSL_cleanse(window, clean.len);
    return st;
}

/* --- marks ------------------------------------------------------------------------------------ */

/* The label at `at`, which dashes follow; empty if there is none. */
static aud_str label_at(aud_str text, size_t at)
{
    const aud_str window = aud_str_sub(text, at, LABEL_MAX + DASHES.len);
    const size_t end = aud_str_find(window, DASHES, 0);

    if (end == SIZE_MAX || end == 0) {
        return (aud_str){NULL, 0};
    }
    for (size_t i = 0; i < end; i++) {
        const char c = window.ptr[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != ' ' && c != '#') {
            return (aud_str){NULL, 0};
        }
    }
    return (aud_str){window.ptr, end};
}

/* The next BEGIN or END mark at or behind `from`, or the text's length. */
static size_t next_mark(aud_str text, size_t from, bool *out_is_end)
{
    size_t at = from;

    *out_is_end = false;
    while ((at = aud_str_find(text, DASHES, at)) != SIZE_MAX) {
        while (at + DASHES.len < text.len && text.ptr[at + DASHES.len] == '-') {
            at++; /* the last five of a longer row */
        }
        const aud_str behind = aud_str_sub(text, at + DASHES.len, 6);
        *out_is_end = aud_str_starts(behind, AUD_LIT("END "));
        if (*out_is_end || aud_str_starts(behind, AUD_LIT("BEGIN "))) {
            return at;
        }
        at += DASHES.len;
    }
    return text.len;
}

/* What stands before the mark on its line, without blanks. */
static aud_str lead_of(aud_str text, size_t at)
{
    size_t from = at;

    while (from > 0 && at - from < LABEL_MAX && text.ptr[from - 1] != '\n' &&
           text.ptr[from - 1] != '\r') {
        from--;
    }
    return aud_str_trim((aud_str){text.ptr + from, at - from});
}

/* Signs that may stand before every line: of comments, quotations and diffs. */
static bool is_prefix(aud_str lead)
{
    for (size_t i = 0; i < lead.len; i++) {
        if (memchr("#>;*|%/+-! \t", lead.ptr[i], 12) == NULL) {
            return false;
        }
    }
    return lead.len > 0 && lead.len <= PREFIX_MAX;
}

static bool is_comment(aud_str lead)
{
    return is_prefix(lead) &&
           (lead.ptr[0] == '#' || lead.ptr[0] == ';' || aud_str_starts(lead, AUD_LIT("//")));
}

static bool ends_line(aud_str text, size_t at)
{
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t')) {
        at++;
    }
    return at == text.len || text.ptr[at] == '\n' || text.ptr[at] == '\r' || text.ptr[at] == '\\';
}

static void place(pem_scan *s, pem_text *t, size_t begin, size_t end)
{
    s->e->line = pem_text_line(t, begin);
    s->e->begin = pem_text_offset(t, begin, false);
    s->e->end = pem_text_offset(t, end, true);
}

/* One block whose mark lies at `at`; `*next` is where to go on. */
static aud_status take_block(pem_scan *s, pem_text *t, size_t at, size_t *next, aud_error *err)
{
    const aud_str label = label_at(t->text, at + BEGIN.len);
    const size_t body = at + BEGIN.len + label.len + (label.len > 0 ? DASHES.len : 0);
    const aud_str lead = lead_of(t->text, at);
    pem_block b = {.row = find_label(label), .tail_open = t->tail_open};
    bool is_end;

    *next = body;
    if (b.row == NULL || (b.row->kind != L_KEY && is_comment(lead))) {
        return AUD_OK;
    }
    const size_t stop = next_mark(t->text, body, &is_end);
    b.inner = aud_str_sub(t->text, body, stop - body);
    b.prefix = is_prefix(lead) ? lead : (aud_str){NULL, 0};
    b.is_cut = stop == t->text.len;
    b.is_alone = (lead.len == 0 || b.prefix.len > 0) && ends_line(t->text, body);
    if (is_end && aud_str_eq(label_at(t->text, stop + DASHES.len + 4), label)) {
        b.is_closed = true;
        *next = stop + DASHES.len + 4 + label.len + DASHES.len;
        place(s, t, at, *next);
        return take_body(s, &b, err);
    }
    place(s, t, at, body + open_extent(b.inner));
    return take_open(s, &b, err);
}

/* --- texts ------------------------------------------------------------------------------------ */

static aud_status scan_text(pem_scan *s, pem_text *t, unsigned nesting, aud_error *err);

/* Base64 that becomes PEM, as in a Kubernetes Secret. */
static aud_status take_wrapped(pem_scan *s, pem_text *t, size_t at, size_t *next, unsigned nesting,
                               aud_error *err)
{
    pem_text inner = {.outer = t, .run_begin = at};
    char *digits;
    unsigned char *bytes;
    size_t len = 0;
    aud_status st = AUD_OK;

    *next = pem_run_end(t->text, at);
    inner.run = aud_str_sub(t->text, at, *next - at);
    inner.tail_open = aud_pem_is_placeholder(aud_str_sub(t->text, *next, 3));
    if (nesting == 0) {
        return AUD_OK;
    }
    digits = aud_alloc(inner.run.len + 1);
    bytes = aud_alloc(inner.run.len / 4 * 3 + 3);
    if (digits == NULL || bytes == NULL) {
        st = aud_fail(err, AUD_E_NOMEM, "out of memory");
    } else if (aud_base64_decode((aud_str){digits, pem_run_digits(inner.run, digits)}, bytes,
                                 &len)) {
        inner.text = (aud_str){(const char *)bytes, len};
        st = scan_text(s, &inner, nesting - 1, err);
    }
    if (bytes != NULL) {
        OPENSSL_cleanse(bytes, len);
    }
    if (digits != NULL) {
        OPENSSL_cleanse(digits, inner.run.len);
    }
    aud_free(bytes);
    aud_free(digits);
    return st;
}

static aud_status scan_wrapped(pem_scan *s, pem_text *t, size_t from, size_t to, unsigned nesting,
                               aud_error *err)
{
    size_t at;

    while ((at = pem_find_wrapped(t->text, from, to)) != SIZE_MAX) {
        AUD_TRY(take_wrapped(s, t, at, &from, nesting, err));
    }
    return AUD_OK;
}

static aud_status scan_text(pem_scan *s, pem_text *t, unsigned nesting, aud_error *err)
{
    for (size_t at = 0; at < t->text.len;) {
        const size_t found = aud_str_find(t->text, BEGIN, at);
        const size_t block = found == SIZE_MAX ? t->text.len : found;

        AUD_TRY(scan_wrapped(s, t, at, block, nesting, err));
        at = block;
        if (found != SIZE_MAX) {
            AUD_TRY(take_block(s, t, block, &at, err));
        }
    }
    return AUD_OK;
}

/* With the buffer that only texts with a mark need. */
static __attribute__((noinline)) aud_status scan_marked(aud_emitter *e, pem_text *t, aud_error *err)
{
    unsigned char small[SMALL];
    pem_scan s = {.e = e, .small = small};

    return scan_text(&s, t, NESTING, err);
}

/* Where the characters begin of which `at` is in the low byte: whether its NUL is behind or before
 * it tells only the beginning of the row. */
static size_t wide_begin(aud_str text, size_t at)
{
    while (at >= 2 && text.ptr[at - 1] == '\0' && text.ptr[at - 2] != '\0') {
        at -= 2;
    }
    return (at > 0 && text.ptr[at - 1] == '\0' ? at - 1 : at) & 1;
}

static aud_status scan_utf16(aud_emitter *e, aud_str text, size_t from, uint64_t base,
                             uint32_t first_line, aud_error *err)
{
    char *narrow = aud_alloc(text.len / 2 + 1);
    pem_text t = {.base = base + from, .step = 2, .line = first_line};
    aud_status st;

    if (narrow == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    t.text = (aud_str){narrow, pem_narrow(aud_str_sub(text, from, SIZE_MAX), narrow)};
    st = scan_marked(e, &t, err);
    OPENSSL_cleanse(narrow, t.text.len);
    aud_free(narrow);
    return st;
}

aud_status aud_pem_scan_into(aud_emitter *e, aud_str text, uint64_t base, uint32_t first_line,
                             aud_error *err)
{
    /* what UTF-16 makes of "-----BEGIN ", whichever byte comes first */
    static const aud_str wide = AUD_LIT_INIT("-\0-\0-\0-\0-\0B\0E\0G\0I\0N\0 ");
    pem_text t = {.text = text, .base = base, .step = 1, .line = first_line};
    const char *nul;

    if (aud_str_starts(text, AUD_LIT("\xff\xfe")) || aud_str_starts(text, AUD_LIT("\xfe\xff"))) {
        return scan_utf16(e, text, 2, base, first_line, err);
    }
    if (aud_str_has(text, BEGIN) || pem_find_wrapped(text, 0, text.len) != SIZE_MAX) {
        AUD_TRY(scan_marked(e, &t, err));
    }
    /* without its mark, or behind text of another encoding */
    nul = text.len == 0 ? NULL : memchr(text.ptr, '\0', text.len);
    if (nul != NULL) {
        const size_t found = aud_str_find(text, wide, (size_t)(nul - text.ptr) - (nul > text.ptr));

        if (found != SIZE_MAX) {
            return scan_utf16(e, text, wide_begin(text, found), base, first_line, err);
        }
    }
    return AUD_OK;
}

aud_status aud_pem_scan(aud_str text, uint32_t first_line, const aud_passwords *passwords,
                        const aud_pki_sink *sink, aud_error *err)
{
    AUD_CLEANUP(aud_emitter_clear) aud_emitter e = aud_emitter_of(sink, passwords);

    return aud_pem_scan_into(&e, text, 0, first_line, err);
}
