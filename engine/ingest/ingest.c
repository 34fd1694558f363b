/* engine/ingest/ingest.c - which reader takes a file, and what becomes of its failure. */
#include "engine/base/text.h"
#include "engine/ingest/emit.h"
#include "engine/ingest/opaque.h"

static const aud_adapter *const adapters[] = {
#define AUD_ADAPTER(name) &aud_adapter_##name,
#define AUD_SNAPSHOT(name, spec) AUD_ADAPTER(name)
#include "engine/ingest/adapters.def"
#include "engine/ingest/snapshots.def"
#undef AUD_SNAPSHOT
#undef AUD_ADAPTER
};

static const char *const adapter_names[] = {
#define AUD_ADAPTER(name) #name,
#define AUD_SNAPSHOT(name, spec) AUD_ADAPTER(name)
#include "engine/ingest/adapters.def"
#include "engine/ingest/snapshots.def"
#undef AUD_SNAPSHOT
#undef AUD_ADAPTER
};

const aud_adapter *aud_adapter_find(aud_str name)
{
    for (size_t i = 0; i < AUD_COUNT(adapters); i++) {
        if (aud_str_eq(name, aud_str_of(adapters[i]->name))) {
            return adapters[i];
        }
    }
    return NULL;
}

const aud_adapter *const *aud_adapter_all(size_t *out_num)
{
    *out_num = AUD_COUNT(adapters);
    return adapters;
}

/* The caller's sink with a count, and a mark that tells its failures from the reader's. */
typedef struct watch {
    const aud_sink *sink;
    size_t subjects, gaps;
    bool refused;
} watch;

static aud_status watch_subject(void *ctx, const aud_seen *seen, aud_error *err)
{
    watch *w = ctx;
    const aud_status st = w->sink->subject(w->sink->ctx, seen, err);

    w->subjects++;
    w->refused = w->refused || st != AUD_OK;
    return st;
}

static aud_status watch_gap(void *ctx, const aud_gap *gap, aud_error *err)
{
    watch *w = ctx;
    const aud_status st = w->sink->gap(w->sink->ctx, gap, err);

    w->gaps++;
    w->refused = w->refused || st != AUD_OK;
    return st;
}

static aud_status watch_claim(void *ctx, uint64_t begin, uint64_t end, aud_error *err)
{
    watch *w = ctx;

    if (!w->sink->claim) {
        return AUD_OK;
    }
    const aud_status st = w->sink->claim(w->sink->ctx, begin, end, err);
    w->refused = w->refused || st != AUD_OK;
    return st;
}

static aud_status watch_taken(void *ctx, int64_t instant, aud_error *err)
{
    watch *w = ctx;

    if (!w->sink->taken) {
        return AUD_OK;
    }
    const aud_status st = w->sink->taken(w->sink->ctx, instant, err);
    w->refused = w->refused || st != AUD_OK;
    return st;
}

static aud_status watch_complete(void *ctx, aud_error *err)
{
    watch *w = ctx;

    return w->sink->complete ? w->sink->complete(w->sink->ctx, err) : AUD_OK;
}

static aud_status watch_covers(void *ctx, aud_str path, aud_error *err)
{
    watch *w = ctx;

    if (!w->sink->covers) {
        return AUD_OK;
    }
    const aud_status st = w->sink->covers(w->sink->ctx, path, err);
    w->refused = w->refused || st != AUD_OK;
    return st;
}

/* Of a reader's failures these are the file's own; all others end the run. */
static bool is_of_file(aud_status st, aud_gap_kind *out_kind)
{
    switch (st) {
    case AUD_E_FORMAT:
        *out_kind = AUD_GAP_BROKEN;
        return true;
    case AUD_E_LIMIT:
        *out_kind = AUD_GAP_LIMIT;
        return true;
    case AUD_E_UNSUPPORTED:
        *out_kind = AUD_GAP_UNSUPPORTED;
        return true;
    case AUD_E_PASSWORD:
        *out_kind = AUD_GAP_ENCRYPTED;
        return true;
    case AUD_E_IO:
    case AUD_E_NOT_FOUND:
    case AUD_E_DENIED:
        *out_kind = AUD_GAP_UNREADABLE;
        return true;
    case AUD_OK:
    case AUD_END:
    case AUD_E_NOMEM:
    case AUD_E_USAGE:
    case AUD_E_POLICY:
    case AUD_E_CANCELLED:
        return false;
    }
    return false;
}

static aud_status run(const aud_adapter *adapter, const aud_reading *r, aud_reader_scratch *scratch,
                      aud_error *err)
{
    const watch *w = r->sink->ctx;
    aud_gap_kind kind = AUD_GAP_BROKEN;
    aud_error local = {0};

    /* a scanner meets files that are not its own: it looks before it minds their size */
    if (adapter->structured && r->input->size > adapter->max_bytes) {
        return aud_reading_gap(r, AUD_GAP_LIMIT, 0, err,
                               "longer than the %llu bytes that '%s' reads",
                               (unsigned long long)adapter->max_bytes, adapter->name);
    }
    const aud_status st = adapter->read(r->input, r->options, scratch, r->sink, &local);
    if (st == AUD_OK) {
        return AUD_OK;
    }
    if (!w->refused && is_of_file(st, &kind)) {
        return aud_reading_gap(r, kind, local.line, err, "%s", local.message);
    }
    if (err) {
        *err = local;
    }
    aud_error_place(err, r->input->path, local.line);
    return st;
}

/* The best bid of the structured readers; NULL if none bids, or if two bid the same. */
static const aud_adapter *best_of(aud_str head, const aud_adapter **out_rival)
{
    const aud_adapter *best = NULL;
    unsigned most = 0;

    *out_rival = NULL;
    for (size_t i = 0; i < AUD_COUNT(adapters); i++) {
        const unsigned bits = adapters[i]->structured ? adapters[i]->sniff(head) : 0;
        if (bits > most) {
            most = bits;
            best = adapters[i];
            *out_rival = NULL;
        } else if (bits > 0 && bits == most) {
            *out_rival = adapters[i];
        }
    }
    return best;
}

static aud_status read_by_content(const aud_reading *r, aud_reader_scratch *scratch, aud_error *err)
{
    const aud_adapter *rival = NULL;
    const aud_adapter *best = best_of(r->input->head, &rival);

    if (rival) {
        return aud_reading_gap(r, AUD_GAP_BROKEN, 0, err,
                               "may be '%s' as well as '%s'; name one with 'format'", best->name,
                               rival->name);
    }
    return run(best ? best : &aud_adapter_certificates, r, scratch, err);
}

static aud_status find_format(aud_str format, const aud_adapter **out, aud_error *err)
{
    *out = NULL;
    if (format.len == 0) {
        return AUD_OK;
    }
    *out = aud_adapter_find(format);
    if (*out) {
        return AUD_OK;
    }
    const char *nearest = aud_nearest(format, adapter_names, AUD_COUNT(adapter_names));
    return aud_fail(err, AUD_E_USAGE, "no format '%.*s'%s%s%s", AUD_ARG(format),
                    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

aud_status aud_ingest(aud_input *input, aud_str format, const aud_read_options *options,
                      aud_reader_scratch *scratch, const aud_sink *sink, aud_outcome *out,
                      aud_error *err)
{
    watch w = {.sink = sink};
    const aud_sink watched = {.ctx = &w,
                              .subject = watch_subject,
                              .gap = watch_gap,
                              .claim = watch_claim,
                              .taken = watch_taken,
                              .complete = watch_complete,
                              .covers = watch_covers};
    const aud_reading r = aud_reading_of(input, options, scratch, &watched);
    const aud_adapter *insisted = NULL;
    aud_opaque opaque;

    AUD_TRY(find_format(format, &insisted, err));
    AUD_TRY(aud_opaque_find(input, &opaque, err));
    if (opaque.reason) {
        AUD_TRY(aud_reading_gap(&r, opaque.kind, 0, err, "%s", opaque.reason));
    }
    if (!opaque.reason) {
        AUD_TRY(insisted ? run(insisted, &r, scratch, err) : read_by_content(&r, scratch, err));
    } else if (!opaque.whole) {
        /* sops leaves what it was not told to encrypt: certificates beside their encrypted key */
        AUD_TRY(run(&aud_adapter_certificates, &r, scratch, err));
    }
    *out = w.subjects > 0 ? AUD_OUTCOME_GAVE
           : w.gaps > 0   ? AUD_OUTCOME_NOT_JUDGED
                          : AUD_OUTCOME_NOTHING;
    return AUD_OK;
}
