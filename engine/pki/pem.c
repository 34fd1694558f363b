/* engine/pki/pem.c - PEM blocks anywhere in any text (RFC 7468, and what is met in the wild). */
#include "engine/pki/container_parts.h"

#include "engine/base/text.h"

enum {
    LABEL_MAX = 64,
    SMALL = 16 << 10, /* bodies up to this decode on the stack */
    BODY_MAX = 64 << 20,
    PROOF = 16,  /* base64 digits that make a mark more than a mention of one */
    NESTING = 2, /* base64 of PEM of base64 of PEM */
    WINDOW = 256,
};

#define BEGIN AUD_LIT("-----BEGIN ")
#define DASHES AUD_LIT("-----")
#define WRAPPED AUD_LIT("LS0tLS1CRUdJTi") /* base64 of "-----BEGIN" */

typedef struct pem_scan {
    aud_unpack *u;
    aud_str text;
    size_t counted; /* bytes whose line ends are in `line` */
    uint32_t line;
    bool fixed; /* all of it lies at one line and span: it was wrapped in base64 */
    unsigned depth;
} pem_scan;

static aud_status scan_text(pem_scan *s, aud_error *err);

static bool is_digit64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

/* Line ends are LF, CRLF or a lone CR. */
static void count_lines(pem_scan *s, size_t to)
{
    if (s->fixed) {
        return;
    }
    for (; s->counted < to; s->counted++) {
        char c = s->text.ptr[s->counted];

        if (c == '\n' ||
            (c == '\r' && (s->counted + 1 == s->text.len || s->text.ptr[s->counted + 1] != '\n'))) {
            s->line++;
        }
    }
}

static void place(pem_scan *s, size_t begin, size_t end)
{
    count_lines(s, begin);
    if (!s->fixed) {
        s->u->begin = begin;
        s->u->end = end;
        s->u->line = s->line;
    }
}

/* --- bodies
 * ---------------------------------------------------------------------------------------- */

/*
 * Writes the body with one '\n' a line and nothing before its digits: escapes of JSON and shells,
 * indentation, quotes, the marks of comments and quotations.
 */
static size_t clean(aud_str body, char *out)
{
    bool at_start = true;
    size_t len = 0;

    for (size_t i = 0; i < body.len; i++) {
        char c = body.ptr[i];

        if (c == '\\') {
            while (i + 1 < body.len && body.ptr[i + 1] == '\\') {
                i++;
            }
            c = i + 1 < body.len ? body.ptr[i + 1] : ' ';
            if (c == 'n' || c == 'r' || c == 't' || c == '/') {
                i++;
                c = (char)(c == '/' ? '/' : c == 't' ? ' ' : '\n');
            } else {
                continue;
            }
        }
        if (c == '\r') {
            c = '\n';
        }
        if (c == '\n') {
            at_start = true;
        } else if (at_start && (c == ' ' || c == '\t' || c == '#' || c == '>' || c == '*' ||
                                c == ';' || c == '|')) {
            continue;
        } else if (c == '"' || c == '\'' || c == ',' || c == '`') {
            continue;
        } else {
            at_start = false;
        }
        out[len++] = c;
    }
    return len;
}

/* RFC 1421 headers: lines with a colon, up to the first without. */
static aud_str behind_headers(aud_str body, bool *encrypted)
{
    aud_str rest = body, line;

    while (rest.len > 0) {
        aud_str before = rest;

        (void)aud_str_split(&rest, '\n', &line);
        line = aud_str_trim(line);
        if (line.len == 0) {
            continue;
        }
        if (!aud_str_has(line, AUD_LIT(":"))) {
            return before;
        }
        *encrypted = *encrypted || aud_str_has(line, AUD_LIT("ENCRYPTED"));
    }
    return rest;
}

static bool is_placeholder(aud_str body)
{
    aud_str s = aud_str_trim(body);

    return s.len < 2048 &&
           (aud_str_has(s, AUD_LIT("...")) || aud_str_has(s, AUD_LIT("${")) ||
            aud_str_has(s, AUD_LIT("{{")) || aud_str_has(s, AUD_LIT("<")) ||
            aud_str_has(s, AUD_LIT("\xe2\x80\xa6")) || aud_str_has(s, AUD_LIT("REDACTED")) ||
            aud_str_has(s, AUD_LIT("xxxx")) || aud_str_has(s, AUD_LIT("XXXX")) ||
            aud_str_has(s, AUD_LIT("$(")) || aud_str_has(s, AUD_LIT("****")));
}

typedef enum label_kind { L_OTHER, L_CERT, L_TRUSTED, L_ANY, L_KEY, L_PUBLIC } label_kind;

typedef struct label_row {
    const char *label;
    label_kind kind;
    const char *format;
} label_row;

static const label_row labels[] = {
    {"CERTIFICATE", L_CERT, "pem"},
    {"X509 CERTIFICATE", L_CERT, "pem"},
    {"TRUSTED CERTIFICATE", L_TRUSTED, "pem"},
    {"PKCS7", L_ANY, "pkcs7"},
    {"PKCS #7 SIGNED DATA", L_ANY, "pkcs7"},
    {"CMS", L_ANY, "pkcs7"},
    {"PKCS12", L_ANY, "pkcs12"},
    {"CERTIFICATE REQUEST", L_ANY, "pkcs10"},
    {"NEW CERTIFICATE REQUEST", L_ANY, "pkcs10"},
    {"X509 CRL", L_ANY, "crl"},
    {"PUBLIC KEY", L_ANY, "spki"},
    {"RSA PUBLIC KEY", L_PUBLIC, "pkcs1"},
    {"PRIVATE KEY", L_KEY, "pkcs8"},
    {"ENCRYPTED PRIVATE KEY", L_KEY, "pkcs8"},
    {"RSA PRIVATE KEY", L_KEY, "pkcs1"},
    {"EC PRIVATE KEY", L_KEY, "sec1"},
    {"DSA PRIVATE KEY", L_KEY, "dsa"},
    {"ANY PRIVATE KEY", L_KEY, "pkcs8"},
    {"OPENSSH PRIVATE KEY", L_KEY, "openssh"},
};

static const label_row *find_label(aud_str label)
{
    for (size_t i = 0; i < AUD_COUNT(labels); i++) {
        if (aud_str_eq(label, aud_str_of(labels[i].label))) {
            return &labels[i];
        }
    }
    return NULL;
}

static aud_status give(pem_scan *s, const label_row *row, aud_str der, bool encrypted,
                       aud_error *err)
{
    aud_pki_item item = {.der = der, .format = row->format};

    switch (row->kind) {
    case L_CERT:
    case L_TRUSTED:
        item.trust_anchor = row->kind == L_TRUSTED;
        if (strcmp(aud_binary_kind(der), "pkcs7") == 0) { /* some tools label a chain so */
            return aud_unpack_pkcs7(s->u, der, err);
        }
        return aud_unpack_cert(s->u, &item, err);
    case L_KEY:
        if (encrypted) {
            item = (aud_pki_item){
                .kind = AUD_ITEM_PRIVATE_KEY, .format = row->format, .encrypted = true};
            return aud_unpack_item(s->u, &item, err);
        }
        return aud_unpack_key(s->u, der, row->format, err);
    case L_PUBLIC:
        item = (aud_pki_item){.kind = AUD_ITEM_PUBLIC_KEY, .format = row->format};
        return aud_unpack_item(s->u, &item, err);
    case L_ANY:
    case L_OTHER:
        break;
    }
    return aud_unpack_der(s->u, der, err);
}

static aud_status broken_body(pem_scan *s, const label_row *row, aud_str body, const char *why,
                              aud_error *err)
{
    aud_pki_item item = {.kind = AUD_ITEM_BROKEN,
                         .format = row->format,
                         .message = aud_str_of(why),
                         .placeholder = is_placeholder(body)};

    return aud_unpack_item(s->u, &item, err);
}

/* Digits in a row at the beginning of what follows a mark. */
static size_t leading_digits(aud_str body)
{
    char window[WINDOW];
    size_t len = clean(aud_str_sub(body, 0, WINDOW), window), num = 0;

    for (size_t i = 0; i < len; i++) {
        if (is_digit64(window[i])) {
            num++;
        } else if (window[i] != '\n' && window[i] != ' ') {
            break;
        }
    }
    return num;
}

static aud_status decode_into(pem_scan *s, const label_row *row, aud_str body, char *cleaned,
                              unsigned char *der, aud_error *err)
{
    bool encrypted = false;
    size_t len = 0;
    aud_status st;

    if (!aud_base64_decode(body, der, &len)) {
        aud_str tidy = {cleaned, clean(body, cleaned)};

        tidy = behind_headers(tidy, &encrypted);
        if (!aud_base64_decode(tidy, der, &len)) {
            /* prose between two marks is no damaged block */
            return leading_digits(body) < PROOF && !is_placeholder(body)
                       ? AUD_OK
                       : broken_body(s, row, body, "its body is no base64", err);
        }
    }
    if (len == 0) {
        return AUD_OK; /* marks without anything between them */
    }
    st = give(s, row, (aud_str){(const char *)der, len}, encrypted, err);
    if (row->kind == L_KEY) {
        aud_wipe(der, len);
        aud_wipe(cleaned, body.len);
    }
    return st;
}

static aud_status take_body(pem_scan *s, const label_row *row, aud_str body, aud_error *err)
{
    if (body.len <= SMALL) {
        unsigned char der[SMALL / 4 * 3 + 3];
        char cleaned[SMALL];

        return decode_into(s, row, body, cleaned, der, err);
    }
    if (body.len > BODY_MAX) {
        return broken_body(s, row, body, "a block longer than 64 MiB", err);
    }
    unsigned char *der = aud_alloc(body.len / 4 * 3 + 3);
    char *cleaned = aud_alloc(body.len);
    aud_status st = der == NULL || cleaned == NULL ? aud_fail(err, AUD_E_NOMEM, "out of memory")
                                                   : decode_into(s, row, body, cleaned, der, err);

    aud_free(der);
    aud_free(cleaned);
    return st;
}

/* --- marks
 * ------------------------------------------------------------------------------------------ */

/* The label between "-----BEGIN " at `at` and its dashes; empty if there is none. */
static aud_str label_at(aud_str text, size_t at)
{
    aud_str window = aud_str_sub(text, at, LABEL_MAX + DASHES.len);
    size_t end = aud_str_find(window, DASHES, 0);

    if (end == SIZE_MAX || end == 0) {
        return (aud_str){NULL, 0};
    }
    for (size_t i = 0; i < end; i++) {
        char c = window.ptr[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != ' ' && c != '#') {
            return (aud_str){NULL, 0};
        }
    }
    return (aud_str){window.ptr, end};
}

/* A block whose line begins as a comment is text, but a key in it is still a key. */
static bool is_commented(aud_str text, size_t at)
{
    size_t from = at;

    while (from > 0 && text.ptr[from - 1] != '\n' && text.ptr[from - 1] != '\r' && at - from < 64) {
        from--;
    }
    aud_str lead = aud_str_trim((aud_str){text.ptr + from, at - from});
    return aud_str_starts(lead, AUD_LIT("#")) || aud_str_starts(lead, AUD_LIT("//")) ||
           aud_str_starts(lead, AUD_LIT(";"));
}

/* One block whose mark lies at `at`; `*next` is where to go on. */
static aud_status take_block(pem_scan *s, size_t at, size_t *next, aud_error *err)
{
    aud_str label = label_at(s->text, at + BEGIN.len);
    const label_row *row = find_label(label);
    size_t body, end;
    aud_str inner, tail;

    *next = at + BEGIN.len;
    if (label.len == 0) {
        return AUD_OK;
    }
    body = at + BEGIN.len + label.len + DASHES.len;
    *next = body;
    end = aud_str_find(s->text, DASHES, body);
    inner = aud_str_sub(s->text, body, end == SIZE_MAX ? SIZE_MAX : end - body);
    if (row == NULL || (row->kind != L_KEY && is_commented(s->text, at))) {
        return AUD_OK;
    }
    tail = end == SIZE_MAX ? (aud_str){NULL, 0} : aud_str_sub(s->text, end + DASHES.len, SIZE_MAX);
    if (aud_str_starts(tail, AUD_LIT("END ")) && aud_str_eq(label_at(tail, 4), label)) {
        *next = end + DASHES.len + 4 + label.len + DASHES.len;
        place(s, at, *next);
        return take_body(s, row, inner, err);
    }
    if (leading_digits(inner) < PROOF) {
        return AUD_OK; /* the mark is only mentioned */
    }
    place(s, at, body + inner.len);
    return broken_body(s, row, inner, "its END line is missing or of another label", err);
}

/* --- base64 of PEM
 * ---------------------------------------------------------------------------------- */

static size_t wrapped_end(aud_str text, size_t at)
{
    while (at < text.len && is_digit64(text.ptr[at])) {
        at++;
    }
    for (;;) { /* lines of digits alone, as `base64` wraps them */
        size_t line = at, first;

        while (line < text.len && (text.ptr[line] == '\r' || text.ptr[line] == '\n' ||
                                   text.ptr[line] == ' ' || text.ptr[line] == '\t')) {
            line++;
        }
        first = line;
        while (line < text.len && is_digit64(text.ptr[line])) {
            line++;
        }
        if (line - first < 4 ||
            (line < text.len && text.ptr[line] != '\n' && text.ptr[line] != '\r')) {
            return at;
        }
        at = line;
    }
}

static aud_status take_wrapped(pem_scan *s, size_t at, size_t *next, aud_error *err)
{
    size_t end = wrapped_end(s->text, at), len = 0;
    aud_str run = aud_str_sub(s->text, at, end - at);
    unsigned char *inner;
    aud_status st = AUD_OK;

    *next = end;
    if (s->depth >= NESTING || run.len > BODY_MAX) {
        return AUD_OK;
    }
    inner = aud_alloc(run.len / 4 * 3 + 3);
    if (inner == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    place(s, at, end);
    if (aud_base64_decode(run, inner, &len)) {
        pem_scan below = {.u = s->u,
                          .text = {(const char *)inner, len},
                          .line = s->line,
                          .fixed = true,
                          .depth = s->depth + 1};

        st = scan_text(&below, err);
    } else {
        st = aud_unpack_broken(s->u, "pem", "base64 of a PEM block that is cut or damaged", err);
    }
    aud_wipe(inner, len);
    aud_free(inner);
    return st;
}

static aud_status scan_text(pem_scan *s, aud_error *err)
{
    size_t block = aud_str_find(s->text, BEGIN, 0);
    size_t wrapped = aud_str_find(s->text, WRAPPED, 0);

    while (block != SIZE_MAX || wrapped != SIZE_MAX) {
        size_t next;

        if (block < wrapped) {
            AUD_TRY(take_block(s, block, &next, err));
        } else {
            AUD_TRY(take_wrapped(s, wrapped, &next, err));
        }
        if (block != SIZE_MAX && block < next) {
            block = aud_str_find(s->text, BEGIN, next);
        }
        if (wrapped != SIZE_MAX && wrapped < next) {
            wrapped = aud_str_find(s->text, WRAPPED, next);
        }
    }
    return AUD_OK;
}

/* UTF-16 with its mark: every second byte of ASCII text is NUL, so none of the marks would match.
 */
static aud_status scan_utf16(aud_unpack *u, aud_str text, uint32_t first_line, aud_error *err)
{
    bool big = (unsigned char)text.ptr[0] == 0xfe;
    char *ascii = aud_alloc(text.len / 2 + 1);
    pem_scan s = {.u = u, .line = first_line};
    size_t len = 0;
    aud_status st;

    if (ascii == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 2; i + 1 < text.len; i += 2) {
        unsigned char high = (unsigned char)text.ptr[big ? i : i + 1];
        unsigned char low = (unsigned char)text.ptr[big ? i + 1 : i];

        ascii[len++] = (char)(high == 0 && low < 0x80 ? low : '?');
    }
    s.text = (aud_str){ascii, len};
    st = scan_text(&s, err);
    aud_wipe(ascii, len);
    aud_free(ascii);
    return st;
}

aud_status aud_pem_scan(aud_str text, uint32_t first_line, const aud_passwords *passwords,
                        const aud_pki_sink *sink, aud_error *err)
{
    aud_unpack u = {.sink = sink, .passwords = passwords};
    pem_scan s = {.u = &u, .text = text, .line = first_line};

    if (text.len >= 2 &&
        (memcmp(text.ptr, "\xff\xfe", 2) == 0 || memcmp(text.ptr, "\xfe\xff", 2) == 0)) {
        return scan_utf16(&u, text, first_line, err);
    }
    return scan_text(&s, err);
}
