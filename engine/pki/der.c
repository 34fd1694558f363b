/* engine/pki/der.c - a bounded walk over DER (and the BER that is met in its place). */
#include "engine/pki/der.h"

typedef struct header {
    const char *content;
    size_t len; /* of the content */
    uint8_t tag;
    bool indefinite;
    uint32_t departures;
} header;

/* The high-tag form: the number itself means nothing to us, only where it ends. */
static bool skip_tag_number(const unsigned char **at, const unsigned char *end, header *h)
{
    const unsigned char *p = *at;
    const unsigned char first = p < end ? *p : 0;
    unsigned num_bytes = 0;

    for (;;) {
        if (p == end || ++num_bytes > 5) {
            return false;
        }
        if ((*p++ & 0x80) == 0) {
            break;
        }
    }
    if (first == 0x80 || (num_bytes == 1 && first < 31)) {
        h->departures |= AUD_DER_LONG_TAG;
    }
    *at = p;
    return true;
}

static bool read_length(const unsigned char **at, const unsigned char *end, header *h)
{
    const unsigned char *p = *at;
    size_t len = 0;

    if (p == end) {
        return false;
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): it forgets that p < end here */
    len = *p++;
    if (len == 0x80) {
        h->indefinite = true;
        h->departures |= AUD_DER_INDEFINITE;
        len = 0;
    } else if (len > 0x80) {
        size_t num_bytes = len & 0x7f;

        if (num_bytes > (size_t)(end - p) || num_bytes == 0x7f) {
            return false;
        }
        if (*p == 0) {
            h->departures |= AUD_DER_LONG_LENGTH;
        }
        for (len = 0; num_bytes > 0; num_bytes--) {
            if (len > SIZE_MAX >> 8) {
                return false;
            }
            len = len << 8 | *p++;
        }
        if (len < 0x80) {
            h->departures |= AUD_DER_LONG_LENGTH;
        }
    }
    if (len > (size_t)(end - p)) {
        return false;
    }
    h->len = len;
    *at = p;
    return true;
}

static bool read_header(const char *at, const char *end, header *h)
{
    const unsigned char *p = (const unsigned char *)at;
    const unsigned char *stop = (const unsigned char *)end;

    *h = (header){0};
    if (p == stop) {
        return false;
    }
    h->tag = *p++;
    if ((h->tag & 0x1f) == 0x1f && !skip_tag_number(&p, stop, h)) {
        return false;
    }
    if (!read_length(&p, stop, h)) {
        return false;
    }
    if (h->indefinite && (h->tag & AUD_TAG_CONSTRUCTED) == 0) {
        return false;
    }
    h->content = (const char *)p;
    return true;
}

/*
 * Where the content of an indefinite length ends: at the end-of-contents octets that close it.
 * Elements of definite length are jumped over whole, so this is linear.
 */
static const char *find_end_of_contents(const char *at, const char *end)
{
    unsigned depth = 1;

    for (;;) {
        header h;

        if (!read_header(at, end, &h)) {
            return NULL;
        }
        if (h.tag == 0) {
            if (h.len != 0) {
                return NULL;
            }
            if (--depth == 0) {
                return at;
            }
        } else if (h.indefinite && ++depth > AUD_DER_MAX_INDEFINITE) {
            return NULL;
        }
        at = h.content + h.len;
    }
}

aud_der aud_der_of(aud_str bytes)
{
    static const char nothing[1] = "";
    const char *at = bytes.ptr != NULL ? bytes.ptr : nothing;

    return (aud_der){.at = at, .end = at + bytes.len};
}

bool aud_der_at_end(const aud_der *der)
{
    return !der->broken && der->at == der->end;
}

bool aud_der_next(aud_der *der, aud_tlv *out)
{
    const char *begin = der->at;
    const char *stop = NULL;
    header h;

    *out = (aud_tlv){0};
    if (der->broken || der->at == der->end) {
        return false;
    }
    if (!read_header(begin, der->end, &h) || h.tag == 0) {
        der->broken = true;
        return false;
    }
    stop = h.content + h.len;
    if (h.indefinite) {
        const char *eoc = find_end_of_contents(h.content, der->end);

        if (eoc == NULL) {
            der->broken = true;
            return false;
        }
        h.len = (size_t)(eoc - h.content);
        stop = eoc + 2;
    }
    out->tag = h.tag;
    out->content = (aud_str){h.content, h.len};
    out->whole = (aud_str){begin, (size_t)(stop - begin)};
    der->departures |= h.departures;
    der->at = stop;
    return true;
}

bool aud_der_take(aud_der *der, uint8_t tag, aud_tlv *out)
{
    if (der->broken || der->at == der->end || (uint8_t)*der->at != tag) {
        *out = (aud_tlv){0};
        return false;
    }
    return aud_der_next(der, out);
}

bool aud_der_only(aud_str bytes, uint8_t tag, aud_tlv *out)
{
    aud_der der = aud_der_of(bytes);

    return aud_der_take(&der, tag, out) && aud_der_at_end(&der);
}

size_t aud_der_count(aud_str content)
{
    aud_der der = aud_der_of(content);
    aud_tlv tlv;
    size_t num = 0;

    while (aud_der_next(&der, &tlv)) {
        num++;
    }
    return aud_der_at_end(&der) ? num : SIZE_MAX;
}

/* --- primitive types -------------------------------------------------------------------------- */

bool aud_der_int(aud_str content, int64_t *out)
{
    const unsigned char *p = (const unsigned char *)content.ptr;
    size_t len = content.len;
    uint64_t value = 0;

    if (len == 0) {
        return false;
    }
    while (len > 1 && ((p[0] == 0x00 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80))) {
        p++;
        len--;
    }
    if (len > 8) {
        return false;
    }
    value = *p >= 0x80 ? UINT64_MAX : 0;
    for (; len > 0; len--) {
        value = value << 8 | *p++;
    }
    *out = (int64_t)value;
    return true;
}

aud_str aud_der_magnitude(aud_str content)
{
    while (content.len > 0 && *content.ptr == 0) {
        content.ptr++;
        content.len--;
    }
    return content;
}

size_t aud_der_magnitude_bits(aud_str magnitude)
{
    size_t bits = 0;

    magnitude = aud_der_magnitude(magnitude);
    if (magnitude.len == 0) {
        return 0;
    }
    for (unsigned top = (unsigned char)*magnitude.ptr; top != 0; top >>= 1) {
        bits++;
    }
    return bits + (magnitude.len - 1) * 8;
}

bool aud_der_bool(aud_str content, bool *out)
{
    if (content.len != 1) {
        return false;
    }
    *out = *content.ptr != 0;
    return true;
}

bool aud_der_bits(aud_str content, aud_str *out_bytes, unsigned *out_unused)
{
    const unsigned unused = content.len > 0 ? (unsigned char)*content.ptr : 8;

    if (unused > 7 || (content.len == 1 && unused != 0)) {
        return false;
    }
    *out_bytes = (aud_str){content.ptr + 1, content.len - 1};
    *out_unused = unused;
    return true;
}

/* --- object identifiers ----------------------------------------------------------------------- */

bool aud_der_oid_ok(aud_str content)
{
    bool at_start = true;

    for (size_t i = 0; i < content.len; i++) {
        const unsigned char c = (unsigned char)content.ptr[i];

        if (at_start && c == 0x80) {
            return false;
        }
        at_start = (c & 0x80) == 0;
    }
    return content.len > 0 && at_start;
}

static size_t put_u64(uint64_t number, char *out)
{
    char digits[20];
    size_t num = 0;

    do {
        digits[num++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (size_t i = 0; i < num; i++) {
        out[i] = digits[num - 1 - i];
    }
    return num;
}

size_t aud_der_oid_text(aud_str content, char out[AUD_OID_TEXT])
{
    size_t at = 0;
    uint64_t arc = 0;
    bool first = true;

    if (!aud_der_oid_ok(content)) {
        return 0;
    }
    for (size_t i = 0; i < content.len; i++) {
        const unsigned char c = (unsigned char)content.ptr[i];

        if (arc > UINT64_MAX >> 7 || at + 24 > AUD_OID_TEXT) {
            return 0;
        }
        arc = arc << 7 | (c & 0x7f);
        if ((c & 0x80) != 0) {
            continue;
        }
        if (first) {
            const unsigned root = arc < 40 ? 0 : arc < 80 ? 1 : 2;

            out[at++] = (char)('0' + root);
            arc -= (uint64_t)40 * root;
            first = false;
        }
        out[at++] = '.';
        at += put_u64(arc, out + at);
        arc = 0;
    }
    return at;
}

enum { OID_MAX = 256, ARC_DIGITS = 640 }; /* 256 * 7 bits are 540 decimal digits */

/* A number in decimal digits, least first. */
typedef struct decimal {
    unsigned char digits[ARC_DIGITS];
    size_t len;
} decimal;

static void decimal_shift_in(decimal *d, unsigned carry)
{
    for (size_t i = 0; i < d->len; i++) {
        const unsigned sum = d->digits[i] * 128u + carry;

        d->digits[i] = (unsigned char)(sum % 10);
        carry = sum / 10;
    }
    for (; carry != 0 && d->len < ARC_DIGITS; carry /= 10) {
        d->digits[d->len++] = (unsigned char)(carry % 10);
    }
}

/* The first arc holds two numbers, 40 * root + second: takes 80 off a large one. */
static void decimal_less_80(decimal *d)
{
    int borrow = 8;

    for (size_t i = 1; i < d->len && borrow != 0; i++) {
        const int digit = (int)d->digits[i] - borrow;

        d->digits[i] = (unsigned char)(digit < 0 ? digit + 10 : digit);
        borrow = digit < 0 ? 1 : 0;
    }
    while (d->len > 1 && d->digits[d->len - 1] == 0) {
        d->len--;
    }
}

static aud_status put_wide(aud_str content, aud_buf *text, aud_error *err)
{
    decimal arc = {.len = 0};
    bool first = true;

    for (size_t i = 0; i < content.len; i++) {
        const unsigned char c = (unsigned char)content.ptr[i];

        decimal_shift_in(&arc, c & 0x7f);
        if ((c & 0x80) != 0) {
            continue;
        }
        if (first) {
            const unsigned small = arc.len == 0   ? 0
                                   : arc.len == 1 ? arc.digits[0]
                                   : arc.len == 2 ? arc.digits[0] + 10u * arc.digits[1]
                                                  : 80;
            const unsigned root = small < 40 ? 0 : small < 80 ? 1 : 2;

            AUD_TRY(aud_buf_printf(text, err, "%u", root));
            if (root == 2) {
                decimal_less_80(&arc);
            } else {
                AUD_TRY(aud_buf_printf(text, err, ".%u", small - 40 * root));
            }
            first = false;
            if (root != 2) {
                arc.len = 0;
                continue;
            }
        }
        AUD_TRY(aud_buf_add(text, AUD_LIT("."), err));
        if (arc.len == 0) {
            AUD_TRY(aud_buf_add(text, AUD_LIT("0"), err));
        }
        for (size_t d = arc.len; d > 0; d--) {
            const char digit = (char)('0' + arc.digits[d - 1]);
            AUD_TRY(aud_buf_add(text, (aud_str){&digit, 1}, err));
        }
        arc.len = 0;
    }
    return AUD_OK;
}

aud_status aud_der_oid_dup(aud_str content, aud_arena *arena, aud_str *out, aud_error *err)
{
    char small[AUD_OID_TEXT];
    const size_t len = aud_der_oid_text(content, small);
    AUD_CLEANUP(aud_buf_clear) aud_buf text;

    aud_buf_init(&text, (size_t)4 * OID_MAX);
    if (len > 0) {
        return aud_arena_dup(arena, (aud_str){small, len}, out, err);
    }
    if (!aud_der_oid_ok(content)) {
        return aud_fail(err, AUD_E_FORMAT, "an object identifier is not well formed");
    }
    if (content.len > OID_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "an object identifier is longer than %d bytes", OID_MAX);
    }
    AUD_TRY(put_wide(content, &text, err));
    return aud_arena_dup(arena, aud_buf_str(&text), out, err);
}
