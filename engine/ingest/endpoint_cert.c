/* engine/ingest/endpoint_cert.c - a certificate of a scanner's report, from text to bytes. */
#include "engine/ingest/endpoint_cert.h"

#include "engine/base/text.h"
#include "engine/pki/cert.h"

typedef struct found {
    aud_endpoint *endpoint;
    uint32_t line;
    bool other_leaf;
    bool added;
    bool more; /* than one certificate: the rest is no part of the chain */
} found;

static aud_status keep_found(void *ctx, aud_str der, aud_error *err)
{
    found *f = ctx;
    aud_endpoint *e = f->endpoint;

    if (f->added || e->chain.len >= AUD_ENDPOINT_MAX_CERTS) {
        f->more = true;
        return AUD_OK;
    }
    f->added = true;
    return f->other_leaf ? aud_endpoint_other_leaf(f->endpoint, der, f->line, err)
                         : aud_endpoint_cert_add(f->endpoint, der, f->line, err);
}

/* Whether the scan of a text told what is wrong with it. */
typedef struct told {
    const aud_sink *sink;
    bool any;
} told;

static aud_status told_subject(void *ctx, const aud_seen *seen, aud_error *err)
{
    const told *t = ctx;

    return t->sink->subject(t->sink->ctx, seen, err);
}

static aud_status told_gap(void *ctx, const aud_gap *gap, aud_error *err)
{
    told *t = ctx;

    t->any = true;
    return t->sink->gap(t->sink->ctx, gap, err);
}

static void mark_lost(aud_endpoint *e, size_t before)
{
    e->chain_whole = false;
    e->chain_broken = true;
    e->leaf_lost = e->leaf_lost || before == 0;
}

aud_status aud_endpoint_cert_pem(aud_endpoint *e, const aud_reading *r, aud_str pem, uint32_t line,
                                 bool other_leaf, aud_error *err)
{
    const size_t before = e->chain.len;
    found f = {.endpoint = e, .line = line, .other_leaf = other_leaf};
    aud_sighting where = aud_reading_at(r, line, AUD_USE_SERVED);
    told t = {.sink = r->sink};
    const aud_sink sink = {.ctx = &t, .subject = told_subject, .gap = told_gap};
    aud_reading watched = *r;

    watched.sink = &sink;
    where.host = e->sni.len > 0 ? e->sni : e->host;
    where.port = e->port;
    where.record = e->record;
    AUD_TRY(aud_reading_embedded(&watched, pem, &where, keep_found, &f, err));
    if (f.added && !f.more) {
        return AUD_OK;
    }
    mark_lost(e, f.added ? e->chain.len : before);
    if (t.any) {
        return AUD_OK;
    }
    return aud_endpoint_gap(e, r, AUD_GAP_BROKEN, line,
                            "a certificate of the report cannot be read; scan again", err);
}

aud_status aud_endpoint_cert_base64(aud_endpoint *e, const aud_reading *r, aud_str base64,
                                    uint32_t line, bool other_leaf, aud_error *err)
{
    unsigned char *der = aud_arena_take(&e->arena, base64.len / 4 * 3 + 3, 1);
    size_t len = 0;
    aud_cert cert;

    if (!der) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (aud_base64_decode(base64, der, &len)) {
        const aud_str bytes = {(const char *)der, len};
        const aud_status st = aud_cert_read(bytes, &cert, NULL);
        if (st == AUD_E_NOMEM) {
            return aud_fail(err, st, "out of memory");
        }
        if (st == AUD_OK && e->chain.len < AUD_ENDPOINT_MAX_CERTS) {
            return keep_found(&(found){.endpoint = e, .line = line, .other_leaf = other_leaf},
                              bytes, err);
        }
    }
    mark_lost(e, e->chain.len);
    return aud_endpoint_gap(e, r, AUD_GAP_BROKEN, line,
                            "a certificate of the report cannot be read; scan again", err);
}
