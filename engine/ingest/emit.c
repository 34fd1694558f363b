/* engine/ingest/emit.c - handing on subjects and gaps with their place. */
#include "engine/ingest/emit.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/base/text.h"
#include "engine/pki/cert.h"

aud_reading aud_reading_of(aud_input *input, const aud_read_options *options,
                           aud_reader_scratch *scratch, const aud_sink *sink)
{
    static const aud_read_options none = {0};

    return (aud_reading){
        .input = input,
        .options = options ? options : &none,
        .arena = &scratch->arena,
        .sink = sink,
    };
}

aud_sighting aud_reading_at(const aud_reading *r, uint32_t line, aud_use use)
{
    return (aud_sighting){.path = r->input->path, .line = line, .use = (uint8_t)use};
}

static aud_status gap_of(const aud_reading *r, aud_gap_kind kind, const aud_sighting *where,
                         aud_error *err, const char *format, va_list args) AUD_PRINTF(5, 0);

static aud_status gap_of(const aud_reading *r, aud_gap_kind kind, const aud_sighting *where,
                         aud_error *err, const char *format, va_list args)
{
    char reason[512];
    const int len = vsnprintf(reason, sizeof(reason), format, args);
    const size_t used = len < 0                        ? 0
                        : (size_t)len < sizeof(reason) ? (size_t)len
                                                       : sizeof(reason) - 1;
    const aud_gap gap = {.kind = kind, .where = *where, .reason = {reason, used}};

    return r->sink->gap(r->sink->ctx, &gap, err);
}

aud_status aud_reading_gap(const aud_reading *r, aud_gap_kind kind, uint32_t line, aud_error *err,
                           const char *format, ...)
{
    const aud_sighting where = aud_reading_at(r, line, AUD_USE_STORED);
    va_list args;

    va_start(args, format);
    const aud_status st = gap_of(r, kind, &where, err, format, args);
    va_end(args);
    return st;
}

aud_status aud_reading_gap_at(const aud_reading *r, aud_gap_kind kind, const aud_sighting *where,
                              aud_error *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const aud_status st = gap_of(r, kind, where, err, format, args);
    va_end(args);
    return st;
}

aud_status aud_sha256_text(aud_str bytes, char out[64], aud_error *err)
{
    unsigned char digest[32];

    AUD_TRY(aud_sha256(bytes, digest, err));
    aud_hex_encode((aud_str){(const char *)digest, sizeof(digest)}, out);
    return AUD_OK;
}

/* --- certificates, requests, CRLs ------------------------------------------------------------- */

aud_status aud_reading_certificate(const aud_reading *r, const aud_seen *seen, aud_error *err)
{
    aud_cert cert;

    /* whoever gets it delimits it again; what cannot be delimited must not end the run there */
    const aud_status st = aud_cert_read(seen->der, &cert, NULL);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    if (st != AUD_OK) {
        return aud_reading_gap_at(r, AUD_GAP_BROKEN, &seen->where, err,
                                  "the certificate cannot be decoded; replace it");
    }
    return r->sink->subject(r->sink->ctx, seen, err);
}

/* What the facts of a request or a CRL could not give: a gap for bad bytes, an error for the rest.
 */
static aud_status unreadable(const aud_reading *r, aud_status st, const char *what,
                             const aud_sighting *where, aud_error *err)
{
    if (st != AUD_E_FORMAT && st != AUD_E_UNSUPPORTED && st != AUD_E_LIMIT) {
        return st;
    }
    return aud_reading_gap_at(r, AUD_GAP_BROKEN, where, err, "the %s cannot be decoded", what);
}

aud_status aud_reading_request(const aud_reading *r, aud_str der, const aud_sighting *where,
                               aud_error *err)
{
    const aud_bag *bag = NULL;
    char digest[64];

    const aud_status st = aud_request_facts(der, r->arena, &bag, err);
    if (st != AUD_OK) {
        return unreadable(r, st, "certificate request", where, err);
    }
    AUD_TRY(aud_sha256_text(der, digest, err));
    const aud_seen seen = {
        .kind = AUD_KIND_REQUEST,
        .bag = bag,
        .identity = {digest, sizeof(digest)},
        .where = *where,
    };
    return r->sink->subject(r->sink->ctx, &seen, err);
}

aud_status aud_reading_crl(const aud_reading *r, aud_str der, const aud_sighting *where,
                           aud_error *err)
{
    const aud_bag *bag = NULL;
    aud_seen seen = {.kind = AUD_KIND_CRL, .where = *where};
    char digest[64];

    const aud_status st = aud_crl_facts(der, r->arena, &bag, err);
    if (st != AUD_OK) {
        return unreadable(r, st, "revocation list", where, err);
    }
    seen.bag = bag;
    /* issuer and number; a version 1 list has no number and is known by its bytes */
    const aud_value issuer = aud_bag_get(bag, AUD_F_crl_issuer, r->arena);
    const aud_value number = aud_bag_get(bag, AUD_F_crl_number, r->arena);
    if (issuer.presence == AUD_PRESENT && number.presence == AUD_PRESENT) {
        AUD_TRY(aud_arena_printf(r->arena, &seen.identity, err, "%.*s#%.*s",
                                 AUD_ARG(issuer.as.string), AUD_ARG(number.as.string)));
    } else {
        AUD_TRY(aud_sha256_text(der, digest, err));
        seen.identity = (aud_str){digest, sizeof(digest)};
    }
    if (issuer.presence == AUD_PRESENT) {
        seen.label = issuer.as.string;
    }
    return r->sink->subject(r->sink->ctx, &seen, err);
}

/* --- private keys ----------------------------------------------------------------------------- */

static aud_status key_identity(const aud_reading *r, const aud_pki_item *item,
                               const aud_sighting *where, aud_str *out, aud_error *err)
{
    char digest[64];

    if (item->spki.len > 0) {
        AUD_TRY(aud_sha256_text(item->spki, digest, err));
        return aud_arena_dup(r->arena, (aud_str){digest, sizeof(digest)}, out, err);
    }
    /* behind a password or broken: known by where it lies; of the rest, offset and member tell two
     * keys of a file apart, record and line two values of a document */
    return aud_arena_printf(r->arena, out, err, "%.*s:%.*s:%.*s:%u:%llu:%u",
                            AUD_ARG(r->input->source), AUD_ARG(r->input->path),
                            AUD_ARG(where->record), where->line, (unsigned long long)item->begin,
                            where->member);
}

aud_status aud_reading_key(const aud_reading *r, const aud_pki_item *item,
                           const aud_sighting *where, aud_error *err)
{
    aud_seen seen = {.kind = AUD_KIND_PRIVATE_KEY, .label = item->alias, .where = *where};
    aud_bag_builder builder;
    aud_value key = aud_unknown();

    AUD_TRY(key_identity(r, item, where, &seen.identity, err));
    if (item->spki.len > 0) {
        AUD_TRY(aud_object_as_bag(aud_spki_key(item->spki, r->arena), r->arena, &key, err));
    }
    aud_bag_begin(&builder, &aud_type_private_key, r->arena);
    aud_bag_set_text(&builder, AUD_F_private_key_format, aud_str_of(item->format));
    aud_bag_set(&builder, AUD_F_private_key_encrypted, aud_bool(item->encrypted));
    /* whether what a password guards is a key, nobody knows; but a key store may have been opened
     */
    if (item->decoded || !item->encrypted) {
        aud_bag_set(&builder, AUD_F_private_key_decoded, aud_bool(item->decoded));
    }
    if (key.presence == AUD_PRESENT) {
        aud_bag_set(&builder, AUD_F_private_key_key, key);
    }
    AUD_TRY(aud_bag_build(&builder, &seen.bag, err));
    return r->sink->subject(r->sink->ctx, &seen, err);
}

/* --- what cannot be read ---------------------------------------------------------------------- */

bool aud_is_template(aud_str text)
{
    /* none of these can stand in base64, in hexadecimal or between PEM marks */
    static const aud_str marks[] = {
        AUD_LIT_INIT("{{"),    AUD_LIT_INIT("${"),           AUD_LIT_INIT("$("),
        AUD_LIT_INIT("{%"),    AUD_LIT_INIT("%{"),           AUD_LIT_INIT("<%"),
        AUD_LIT_INIT("..."),   AUD_LIT_INIT("\xe2\x80\xa6"), AUD_LIT_INIT("op://"),
        AUD_LIT_INIT("ref+"),  AUD_LIT_INIT("REDACTED"),     AUD_LIT_INIT("redacted"),
        AUD_LIT_INIT("[snip"), AUD_LIT_INIT("ENC["),
    };

    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (aud_str_has(text, marks[i])) {
            return true;
        }
    }
    /* "<base64 here>" */
    const size_t open = aud_str_find(text, AUD_LIT("<"), 0);
    return open != SIZE_MAX && aud_str_find(text, AUD_LIT(">"), open) != SIZE_MAX;
}

aud_status aud_reading_closed(const aud_reading *r, const aud_pki_item *item,
                              const aud_sighting *where, aud_error *err)
{
    if (item->kind == AUD_ITEM_ENCRYPTED) {
        const aud_str message = item->message.len > 0
                                    ? item->message
                                    : AUD_LIT("no password opens it; name a password file");
        return aud_reading_gap_at(r, AUD_GAP_ENCRYPTED, where, err,
                                  "%.*s, or accept it with a reason", AUD_ARG(message));
    }
    if (item->placeholder) {
        return aud_reading_gap_at(r, AUD_GAP_TEMPLATE, where, err,
                                  "a placeholder stands where certificate bytes belong; read the "
                                  "rendered file, or accept it with a reason");
    }
    return aud_reading_gap_at(
        r, AUD_GAP_BROKEN, where, err, "%.*s",
        AUD_ARG(item->message.len > 0 ? item->message : AUD_LIT("cannot be decoded")));
}

aud_status aud_reading_other(const aud_reading *r, const aud_pki_item *item,
                             const aud_sighting *where, aud_error *err)
{
    switch (item->kind) {
    case AUD_ITEM_REQUEST:
        return aud_reading_request(r, item->der, where, err);
    case AUD_ITEM_CRL:
        return aud_reading_crl(r, item->der, where, err);
    case AUD_ITEM_PRIVATE_KEY:
        return aud_reading_key(r, item, where, err);
    case AUD_ITEM_BROKEN:
    case AUD_ITEM_ENCRYPTED:
        return aud_reading_closed(r, item, where, err);
    case AUD_ITEM_CERTIFICATE:
    case AUD_ITEM_PUBLIC_KEY: /* no subject of its own */
        return AUD_OK;
    }
    return AUD_OK;
}

/* --- certificate bytes inside documents ------------------------------------------------------- */

bool aud_may_hold_pem(aud_str text)
{
    return aud_str_has(text, AUD_LIT("-----BEGIN ")) ||
           aud_str_has(text, AUD_LIT("LS0tLS1CRUdJTi"));
}

typedef struct embedded {
    const aud_reading *reading;
    const aud_sighting *where;
    aud_cert_found each;
    void *ctx;
} embedded;

static aud_status embedded_item(void *ctx, const aud_pki_item *item, aud_error *err)
{
    const embedded *e = ctx;
    aud_sighting where = *e->where;

    if (item->kind == AUD_ITEM_CERTIFICATE) {
        return e->each(e->ctx, item->der, err);
    }
    where.use = AUD_USE_STORED;
    where.place = AUD_PLACE_SNAPSHOT; /* whatever kind of source holds the snapshot */
    where.member = item->member;
    return aud_reading_other(e->reading, item, &where, err);
}

aud_status aud_reading_embedded(const aud_reading *r, aud_str text, const aud_sighting *where,
                                aud_cert_found each, void *ctx, aud_error *err)
{
    embedded e = {r, where, each, ctx};
    const aud_pki_sink sink = {&e, embedded_item};
    const aud_passwords passwords = {r->options->passwords, r->options->num_passwords};

    return aud_pem_scan(text, where->line, &passwords, &sink, err);
}
