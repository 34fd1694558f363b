/* engine/ingest/certificates.c - certificate bytes in any file: PEM in text, DER, key stores.
 *
 * Uses: members of a trust store are trust anchors; the first certificate of a key entry is stored,
 * the rest of its chain is chain. In a text, certificates of CAs behind a leaf are its chain; a
 * file of nothing but CA certificates stores them all.
 */
#include "engine/base/text.h"
#include "engine/ingest/emit.h"
#include "engine/pki/cert.h"

enum { MAX_BYTES = 64 << 20 };

typedef struct scan {
    const aud_reading *reading;
    bool had_leaf; /* behind it, CA certificates are its chain */
} scan;

static aud_use use_of(scan *s, const aud_pki_item *item, const aud_cert *cert)
{
    if (item->trust_anchor) {
        return AUD_USE_TRUST_ANCHOR;
    }
    if (item->in_store) {
        return item->chain_position == 0 ? AUD_USE_STORED : AUD_USE_CHAIN;
    }
    if (!aud_cert_is_ca(cert)) {
        s->had_leaf = true;
        return AUD_USE_STORED;
    }
    return s->had_leaf ? AUD_USE_CHAIN : AUD_USE_STORED;
}

static aud_status take_item(void *ctx, const aud_pki_item *item, aud_error *err)
{
    scan *s = ctx;
    const aud_reading *r = s->reading;
    aud_seen seen = {.kind = AUD_KIND_CERTIFICATE, .der = item->der};
    aud_cert cert;

    seen.where = aud_reading_at(r, item->line, AUD_USE_STORED);
    seen.where.member = item->member;
    seen.where.record = item->alias;
    if (item->kind != AUD_ITEM_CERTIFICATE) {
        return aud_reading_other(r, item, &seen.where, err);
    }
    if (aud_cert_read(item->der, &cert, NULL) != AUD_OK) {
        return aud_reading_certificate(r, &seen, err); /* tells why it is a gap */
    }
    seen.where.use = (uint8_t)use_of(s, item, &cert);
    return r->sink->subject(r->sink->ctx, &seen, err);
}

/* --- what a file is, from its first bytes ----------------------------------------------------- */

static bool is_base64_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=' || c == '\r' || c == '\n' || c == ' ' || c == '\t';
}

/* Bare base64 of one of the binary forms; all of those begin with a SEQUENCE, so with "M". */
static bool is_bare_base64(aud_str head)
{
    unsigned char der[1024];
    aud_str s = aud_str_trim(aud_str_sub(head, 0, 1024));
    size_t len = 0;

    if (aud_str_starts(s, AUD_LIT("\xef\xbb\xbf"))) {
        s = aud_str_sub(s, 3, s.len);
    }
    if (s.len < 8 || s.ptr[0] != 'M') {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (!is_base64_char(s.ptr[i])) {
            return false;
        }
    }
    /* the window may cut a group of four, with line ends anywhere: drop up to three digits */
    for (size_t cut = 0; cut < 4 && cut < s.len; cut++) {
        if (aud_base64_decode(aud_str_sub(s, 0, s.len - cut), der, &len)) {
            return aud_binary_kind((aud_str){(const char *)der, len})[0] != '\0';
        }
    }
    return false;
}

/* --- files over the limit --------------------------------------------------------------------- */

/* The marks of certificate bytes in text, as they may stand in UTF-8, UTF-16 or base64. */
static bool has_mark(aud_str text)
{
    static const aud_str marks[] = {
        AUD_LIT_INIT("-----BEGIN "),
        AUD_LIT_INIT("LS0tLS1CRUdJTi"),
        AUD_LIT_INIT("-\0-\0-\0-\0-\0B\0E\0G\0I\0N\0 "),
    };

    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (aud_str_has(text, marks[i])) {
            return true;
        }
    }
    return false;
}

enum { LONGEST_MARK = 21 };

/* Every chunk, and the seam of each two. */
static aud_status find_mark(aud_input *input, bool *out, aud_error *err)
{
    char seam[2 * LONGEST_MARK];
    size_t kept = 0;
    aud_str chunk;
    aud_status st;

    *out = false;
    while ((st = input->next(input, &chunk, err)) == AUD_OK) {
        const size_t more = chunk.len < LONGEST_MARK ? chunk.len : LONGEST_MARK;
        if (more == 0) {
            continue;
        }
        memcpy(seam + kept, chunk.ptr, more);
        if (has_mark((aud_str){seam, kept + more}) || has_mark(chunk)) {
            *out = true;
            return AUD_OK;
        }
        if (chunk.len >= LONGEST_MARK) {
            memcpy(seam, chunk.ptr + chunk.len - LONGEST_MARK, LONGEST_MARK);
            kept = LONGEST_MARK;
        } else if (kept + more > LONGEST_MARK) {
            memmove(seam, seam + kept + more - LONGEST_MARK, LONGEST_MARK);
            kept = LONGEST_MARK;
        } else {
            kept += more;
        }
    }
    return st == AUD_END ? AUD_OK : st;
}

/* A disk image or a film is no gap: only what shows signs of certificates is. */
static aud_status too_long(const aud_reading *r, bool binary, aud_error *err)
{
    bool found = binary;

    if (!found) {
        AUD_TRY(find_mark(r->input, &found, err));
    }
    if (!found) {
        return AUD_OK;
    }
    return aud_reading_gap(r, AUD_GAP_LIMIT, 0, err,
                           "longer than the %d MiB that are searched for certificates; split it",
                           MAX_BYTES >> 20);
}

/* ---------------------------------------------------------------------------------------------- */

static unsigned certificates_sniff(aud_str head)
{
    /* no bid: this is what reads a file that nobody claims */
    AUD_UNUSED(head);
    return 0;
}

static aud_status certificates_read(aud_input *input, const aud_read_options *options,
                                    aud_reader_scratch *scratch, const aud_sink *sink,
                                    aud_error *err)
{
    const aud_reading r = aud_reading_of(input, options, scratch, sink);
    const aud_passwords passwords = {r.options->passwords, r.options->num_passwords};
    scan s = {.reading = &r};
    const aud_pki_sink items = {&s, take_item};
    const bool binary = aud_binary_kind(input->head)[0] != '\0' || is_bare_base64(input->head);

    if (input->size > MAX_BYTES) {
        return too_long(&r, binary, err);
    }
    aud_str bytes = input->head;
    if (input->size > input->head.len) {
        AUD_TRY(input->whole(input, MAX_BYTES, &bytes, err));
    }
    return binary ? aud_binary_read(bytes, &passwords, &items, err)
                  : aud_pem_scan(bytes, 1, &passwords, &items, err);
}

const aud_adapter aud_adapter_certificates = {
    .name = "certificates",
    .spec = "RFC 5280, RFC 5915, RFC 5958, RFC 7292, RFC 7468, RFC 8017, JKS",
    .max_bytes = MAX_BYTES,
    .structured = false,
    .sniff = certificates_sniff,
    .read = certificates_read,
};
