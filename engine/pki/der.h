/* engine/pki/der.h - a bounded walk over DER (and the BER that is met in its place). */
#ifndef AUD_PKI_DER_H
#define AUD_PKI_DER_H

#include "engine/base/base.h"
#include "engine/base/memory.h"

/* Identifier octets as they are met. */
enum {
    AUD_TAG_BOOLEAN = 0x01,
    AUD_TAG_INTEGER = 0x02,
    AUD_TAG_BIT_STRING = 0x03,
    AUD_TAG_OCTET_STRING = 0x04,
    AUD_TAG_NULL = 0x05,
    AUD_TAG_OID = 0x06,
    AUD_TAG_ENUMERATED = 0x0a,
    AUD_TAG_UTF8 = 0x0c,
    AUD_TAG_NUMERIC = 0x12,
    AUD_TAG_PRINTABLE = 0x13,
    AUD_TAG_T61 = 0x14,
    AUD_TAG_IA5 = 0x16,
    AUD_TAG_UTC_TIME = 0x17,
    AUD_TAG_GENERALIZED_TIME = 0x18,
    AUD_TAG_VISIBLE = 0x1a,
    AUD_TAG_UNIVERSAL = 0x1c,
    AUD_TAG_BMP = 0x1e,
    AUD_TAG_SEQUENCE = 0x30,
    AUD_TAG_SET = 0x31,
    AUD_TAG_CONSTRUCTED = 0x20, /* the bit */
    AUD_TAG_CONTEXT = 0x80,     /* [n] of a primitive type: AUD_TAG_CONTEXT + n */
    AUD_TAG_CONTEXT_CONS = 0xa0 /* [n] of a constructed one, or explicit */
};

/* Departures that delimiting alone meets; the first bits of engine/pki/flaws.def. */
enum {
    AUD_DER_LONG_LENGTH = 1, /* not in its shortest form */
    AUD_DER_INDEFINITE = 2,
    AUD_DER_LONG_TAG = 4, /* high-tag form for a number below 31, or padded */
};

enum { AUD_DER_MAX_INDEFINITE = 32 }; /* indefinite lengths inside each other */

/* A reader of consecutive elements. */
typedef struct aud_der {
    const char *at, *end;
    uint32_t departures; /* bits above, of all elements taken from this reader */
    bool broken;         /* the bytes at `at` are no whole element; nothing more is given */
} aud_der;

/* One element. `tag` is the identifier octet; high tag numbers all have the low five bits set. */
typedef struct aud_tlv {
    aud_str whole;   /* header, content, end-of-contents */
    aud_str content; /* without end-of-contents */
    uint8_t tag;
} aud_tlv;

aud_der aud_der_of(aud_str bytes);
bool aud_der_at_end(const aud_der *der); /* every byte was taken, and none was broken */
/* Takes the next element, whatever it is; false at the end or if it cannot be delimited. */
bool aud_der_next(aud_der *der, aud_tlv *out);
/* Takes the next element if its identifier octet is `tag`; else false, and nothing moves. */
bool aud_der_take(aud_der *der, uint8_t tag, aud_tlv *out);
/* The one element that `bytes` are, with this tag and nothing behind it. */
bool aud_der_only(aud_str bytes, uint8_t tag, aud_tlv *out);
/* Number of elements, or SIZE_MAX if they cannot be delimited to the end. */
size_t aud_der_count(aud_str content);

/* INTEGER content that fits 64 bits; padding is read past. False if empty or too large. */
bool aud_der_int(aud_str content, int64_t *out);
/* INTEGER content as an unsigned magnitude: without leading zero bytes. */
aud_str aud_der_magnitude(aud_str content);
size_t aud_der_magnitude_bits(aud_str magnitude);
/* BOOLEAN content, any byte but 0 is true. False if it is not one byte. */
bool aud_der_bool(aud_str content, bool *out);
/* BIT STRING content: the bytes, and how many bits of the last one do not count. */
bool aud_der_bits(aud_str content, aud_str *out_bytes, unsigned *out_unused);
/* OBJECT IDENTIFIER content: complete, and every arc in its shortest form. */
bool aud_der_oid_ok(aud_str content);

enum { AUD_OID_TEXT = 128 };
/*
 * Dotted text; gives its length, 0 if it is no OID or does not fit. Arcs up to 64 bits; wider ones
 * through aud_der_oid_dup().
 */
size_t aud_der_oid_text(aud_str content, char out[AUD_OID_TEXT]);
/* Dotted text of any valid OID up to 256 bytes. AUD_E_FORMAT, AUD_E_LIMIT, AUD_E_NOMEM. */
AUD_NODISCARD aud_status aud_der_oid_dup(aud_str content, aud_arena *arena, aud_str *out,
                                         aud_error *err);

/* How a time was written; bits. */
enum {
    AUD_TIME_FORM = 1, /* not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ: no seconds, fraction, offset */
    AUD_TIME_TYPE = 2, /* GeneralizedTime for a year that RFC 5280 writes as UTCTime */
};
/*
 * UTCTime (years 1950 to 2049) or GeneralizedTime as Unix seconds. Missing seconds, offsets and
 * fractions (cut) are read and told in `*out_form`; a time without zone, or not in the calendar,
 * is false.
 */
bool aud_der_time(const aud_tlv *tlv, int64_t *out, unsigned *out_form);

#endif
