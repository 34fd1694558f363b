/* engine/audit/read.c - opens the sources and reads every file, on all cores. */
#include "engine/audit/run_parts.h"

#include "engine/base/pool.h"
#include "engine/base/text.h"
#include "engine/pki/cert.h"

enum {
    GRAIN = 64,
    PARTS = 1000,            /* of a file, for the progress */
    WATCHED_BYTES = 4 << 20, /* a file that takes a while */
};

struct reading;

/* One worker: its readers, its part of the population, what it could not read. */
typedef struct worker {
    aud_run *run;
    const struct reading *reading;
    source_run *source; /* the one that `reader` reads */
    aud_vcs_reader *reader;
    aud_collector *collector;
    aud_reader_scratch scratch;
    aud_arena arena; /* of its gaps */
    gap_list gaps;
    int64_t taken;
    bool more; /* the current file told more than subjects */
} worker;

typedef struct reading {
    aud_run *run;
    worker *workers;
    unsigned num_workers;
    size_t done; /* for the progress only */
} reading;

static aud_status push_gap(gap_list *gaps, aud_arena *arena, const aud_gap *gap, aud_error *err)
{
    aud_gap kept = *gap;

    AUD_TRY(aud_arena_dup(arena, gap->where.source, &kept.where.source, err));
    AUD_TRY(aud_arena_dup(arena, gap->where.rev, &kept.where.rev, err));
    AUD_TRY(aud_arena_dup(arena, gap->where.path, &kept.where.path, err));
    AUD_TRY(aud_arena_dup(arena, gap->where.record, &kept.where.record, err));
    AUD_TRY(aud_arena_dup(arena, gap->where.host, &kept.where.host, err));
    AUD_TRY(aud_arena_dup(arena, gap->reason, &kept.reason, err));
    return AUD_VEC_PUSH(gaps, kept, err);
}

aud_status aud_run_add_gap(aud_run *run, aud_gap_kind kind, aud_str source, aud_str path,
                           aud_str reason, aud_error *err)
{
    const aud_gap gap = {.kind = kind, .where = {.source = source, .path = path}, .reason = reason};

    return push_gap(&run->gaps, &run->arena, &gap, err);
}

static aud_gap_kind gap_of(aud_status status)
{
    switch (status) {
    case AUD_E_LIMIT:
        return AUD_GAP_LIMIT;
    case AUD_E_NOT_FOUND:
        return AUD_GAP_MISSING;
    case AUD_E_PASSWORD:
        return AUD_GAP_ENCRYPTED;
    case AUD_E_UNSUPPORTED:
        return AUD_GAP_UNSUPPORTED;
    case AUD_E_IO:
    case AUD_E_DENIED:
        return AUD_GAP_UNREADABLE;
    case AUD_E_FORMAT:
    case AUD_OK:
    case AUD_END:
    case AUD_E_NOMEM:
    case AUD_E_USAGE:
    case AUD_E_POLICY:
    case AUD_E_CANCELLED:
        break;
    }
    return AUD_GAP_BROKEN;
}

/* What ends the whole run, whatever befell the file. */
static bool is_fatal(aud_status status)
{
    return status == AUD_E_NOMEM || status == AUD_E_CANCELLED || status == AUD_E_USAGE;
}

static aud_status name_source(aud_run *run, source_run *s, size_t at, aud_error *err)
{
    size_t copies = 1;

    AUD_TRY(aud_arena_dup(&run->arena, s->config->name, &s->name, err));
    for (size_t i = 0; i < at; i++) {
        copies += aud_str_eq(run->sources[i].config->name, s->config->name) ? 1 : 0;
    }
    return copies == 1 ? AUD_OK
                       : aud_arena_printf(&run->arena, &s->name, err, "%.*s-%zu",
                                          AUD_ARG(s->config->name), copies);
}

/* Decides for each entry whether it is read at all. */
static aud_status sort_entries(aud_run *run, source_run *s, aud_error *err)
{
    const aud_source_config *config = s->config;
    size_t inside = 0;

    s->outcomes = aud_arena_array(&run->arena, s->num_entries, 1);
    s->plain = aud_arena_array(&run->arena, s->num_entries, 1);
    s->digests = aud_arena_array(&run->arena, s->num_entries, sizeof *s->digests);
    s->excluded = aud_arena_array(&run->arena, config->num_excludes, sizeof *s->excluded);
    if (!s->outcomes || !s->plain || !s->digests || !s->excluded) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < s->num_entries; i++) {
        const aud_entry *entry = &s->entries[i];

        if (config->glob.len > 0 && !aud_glob_match(config->glob, entry->path)) {
            s->outcomes[i] = ENTRY_OUTSIDE;
            continue;
        }
        inside++;
        for (size_t k = 0; k < config->num_excludes; k++) {
            if (aud_glob_match(config->excludes[k].path, entry->path)) {
                s->outcomes[i] = ENTRY_EXCLUDED;
                s->excluded[k]++;
                break;
            }
        }
    }
    /* a source that was named in the configuration is required; an argument may be empty */
    if (inside == 0 && !s->narrowed && (config->glob.len > 0 || config->line > 0)) {
        return aud_run_add_gap(run, AUD_GAP_MISSING, s->name, config->glob,
                               AUD_LIT("matches no file: correct the path, or take the source out"),
                               err);
    }
    return AUD_OK;
}

static bool take_opened(aud_run *run, source_run *s)
{
    struct aud_opened_source *opened =
        run->options->opened == NULL ? NULL : &run->options->opened[s - run->sources];

    if (opened == NULL) {
        return false;
    }
    s->follows = opened->follows;
    s->narrowed = opened->narrowed;
    s->vcs = AUD_MOVE(opened->vcs);
    return s->vcs != NULL;
}

static aud_status open_source(aud_run *run, source_run *s, aud_error *err)
{
    aud_vcs_options options = {.rev = s->config->rev,
                               .name = s->name,
                               .inside = s->config->inside,
                               .objects = run->options->objects,
                               .follow_links = true};
    aud_error why = {0};
    aud_status st;

    if (run->options->num_sources == 0) { /* not yet as seen from the working folder */
        AUD_TRY(aud_config_path(&run->config, s->config->path, &run->arena, &options.path, err));
    } else {
        options.path = s->config->path;
    }
    st = take_opened(run, s) ? AUD_OK : aud_vcs_open(&options, &s->vcs, &why);
    if (st == AUD_OK) {
        st = aud_vcs_list(s->vcs, &s->entries, &s->num_entries, &why);
    }
    if (st != AUD_OK) {
        aud_vcs_freep(&s->vcs);
        s->num_entries = 0;
        if (st == AUD_E_NOMEM) {
            return aud_fail(err, st, "%s", why.message);
        }
        /* a revision that cannot be read is no opaque part that one could accept */
        return aud_run_add_gap(run, st == AUD_E_NOT_FOUND ? AUD_GAP_MISSING : AUD_GAP_UNREADABLE,
                               s->name, (aud_str){NULL, 0}, aud_str_of(why.message), err);
    }
    AUD_TRY(sort_entries(run, s, err));
    return aud_owners_source(run->owners, s->name, s->vcs, err);
}

aud_status aud_run_open_sources(aud_run *run, aud_error *err)
{
    const aud_source_config *configs = run->options->sources;
    size_t num = run->options->num_sources;

    if (num == 0) {
        configs = run->config.sources;
        num = run->config.num_sources;
    }
    run->sources = aud_arena_array(&run->arena, num, sizeof *run->sources);
    if (run->sources == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num; i++) {
        source_run *s = &run->sources[i];

        s->config = &configs[i];
        s->taken = INT64_MAX;
        AUD_TRY(name_source(run, s, i, err));
        run->num_sources = i + 1;
        AUD_TRY(open_source(run, s, err));
        s->first_item = run->num_items;
        run->num_items += s->num_entries;
    }
    return AUD_OK;
}

/* What the current file tells is not its own alone: its neighbours belong to it. */
static void note_leaning(worker *w)
{
    w->more = true;
    __atomic_store_n(&w->source->leans, true, __ATOMIC_RELAXED);
}

static aud_status sink_subject(void *ctx, const aud_seen *seen, aud_error *err)
{
    worker *w = ctx;

    if (seen->kind == AUD_KIND_TLS_CONFIG) {
        note_leaning(w); /* by itself or as a part of another file: what it says hangs on both */
    }
    return aud_collector_add(w->collector, seen, err);
}

static aud_status sink_gap(void *ctx, const aud_gap *gap, aud_error *err)
{
    worker *w = ctx;
    aud_gap kept = *gap;

    if (kept.where.source.len == 0) {
        kept.where.source = w->source->name;
    }
    w->more = true;
    return push_gap(&w->gaps, &w->arena, &kept, err);
}

static aud_status sink_covers(void *ctx, aud_str path, aud_error *err)
{
    worker *w = ctx;

    note_leaning(w);
    return aud_collector_cover(w->collector, path, err);
}

static aud_status sink_taken(void *ctx, int64_t instant, aud_error *err)
{
    worker *w = ctx;

    AUD_UNUSED(err);
    w->more = true;
    w->taken = instant < w->taken ? instant : w->taken;
    return AUD_OK;
}

static aud_status sink_complete(void *ctx, aud_error *err)
{
    worker *w = ctx;

    AUD_UNUSED(err);
    __atomic_store_n(&w->source->complete, true, __ATOMIC_RELAXED);
    return AUD_OK;
}

/* Content id: a blob's own, or the SHA-256 of what lies on disk. */
static aud_status note_digest(worker *w, const aud_entry *entry, size_t at, aud_input *input,
                              aud_error *err)
{
    unsigned char *out = w->source->digests[at];
    AUD_CLEANUP(aud_hash_freep) aud_hash *hash = NULL;
    aud_str chunk;
    aud_status st;

    if (entry->has_id) {
        memcpy(out, entry->id, sizeof entry->id);
        return AUD_OK;
    }
    if (input->size <= input->head.len) {
        return aud_sha256(input->head, out, err);
    }
    AUD_TRY(aud_hash_new(&hash, err));
    while ((st = input->next(input, &chunk, err)) == AUD_OK) {
        AUD_TRY(aud_hash_add(hash, chunk, err));
    }
    if (st != AUD_END) {
        return st;
    }
    AUD_TRY(aud_hash_end(hash, out, err));
    return input->rewind(input, err);
}

/* A face before the input that the source opened: a large file tells how far it is read, and any
 * file that its neighbours are opened. */
typedef struct watched {
    aud_input face;
    aud_input *behind;
    worker *worker;
    bool tells;
    uint64_t seen, whole; /* bytes, over all passes */
} watched;

static aud_status watched_next(aud_input *input, aud_str *out_chunk, aud_error *err)
{
    watched *w = input->ctx;
    const reading *r = w->worker->reading;
    const size_t done = __atomic_load_n(&r->done, __ATOMIC_RELAXED);

    AUD_TRY(w->behind->next(w->behind, out_chunk, err));
    w->seen += out_chunk->len;
    if (!w->tells) {
        return AUD_OK;
    }
    aud_run_progress(r->run, AUD_STAGE_READ,
                     done * PARTS +
                         (size_t)(w->seen < w->whole ? w->seen * PARTS / w->whole : PARTS),
                     r->run->num_items * PARTS);
    return AUD_OK;
}

static aud_status watched_rewind(aud_input *input, aud_error *err)
{
    const watched *w = input->ctx;

    return w->behind->rewind(w->behind, err);
}

static aud_status watched_whole(aud_input *input, size_t max, aud_str *out, aud_error *err)
{
    const watched *w = input->ctx;

    return w->behind->whole(w->behind, max, out, err);
}

static aud_status watched_open(aud_input *input, aud_str relative, aud_input **out, aud_error *err)
{
    const watched *w = input->ctx;

    note_leaning(w->worker);
    return w->behind->open(w->behind, relative, out, err);
}

static aud_status watched_glob(aud_input *input, aud_str pattern, aud_arena *arena, aud_str **out,
                               size_t *out_num, aud_error *err)
{
    const watched *w = input->ctx;

    note_leaning(w->worker);
    return w->behind->glob(w->behind, pattern, arena, out, out_num, err);
}

static aud_input *watch(watched *w, worker *of, aud_input *input, bool twice)
{
    *w = (watched){.face = *input,
                   .behind = input,
                   .worker = of,
                   .tells = input->size >= WATCHED_BYTES && of->run->options->progress != NULL,
                   .whole = input->size * (twice ? 2 : 1)};
    w->face.ctx = w;
    w->face.next = watched_next;
    w->face.rewind = watched_rewind;
    w->face.whole = watched_whole;
    w->face.open = input->open != NULL ? watched_open : NULL;
    w->face.glob = input->glob != NULL ? watched_glob : NULL;
    w->face.close = NULL;
    return &w->face;
}

static aud_status read_bytes(worker *w, const aud_entry *entry, size_t at, aud_outcome *out,
                             aud_error *err)
{
    const aud_read_options options = {.passwords = w->run->options->passwords,
                                      .num_passwords = w->run->options->num_passwords,
                                      .mapping = w->source->config->columns,
                                      .num_mapping = w->source->config->num_columns,
                                      .versions = w->source->config->versions,
                                      .num_versions = w->source->config->num_versions,
                                      .endpoint = w->source->config->endpoint};
    const aud_sink sink = {.ctx = w,
                           .subject = sink_subject,
                           .gap = sink_gap,
                           .taken = sink_taken,
                           .complete = sink_complete,
                           .covers = sink_covers};
    aud_input *input = NULL;
    watched seen;

    AUD_TRY(aud_vcs_read(w->reader, entry, &input, err));
    input = watch(&seen, w, input, !entry->has_id);
    AUD_TRY(note_digest(w, entry, at, input, err));
    aud_arena_reset(&w->scratch.arena);
    return aud_ingest(input, w->source->config->format, &options, &w->scratch, &sink, out, err);
}

static aud_status read_entry(worker *w, size_t at, aud_error *err)
{
    source_run *s = w->source;
    const aud_entry *entry = &s->entries[at];
    aud_outcome outcome = AUD_OUTCOME_NOTHING;
    aud_error why = {0};
    aud_status st;

    if (s->outcomes[at] != ENTRY_UNSEEN) {
        return AUD_OK;
    }
    if (entry->kind == AUD_ENTRY_GAP) {
        const aud_gap gap = {.kind = (aud_gap_kind)entry->gap,
                             .where = {.source = s->name, .path = entry->path},
                             .reason = entry->reason};
        s->outcomes[at] = ENTRY_NOT_JUDGED;
        return push_gap(&w->gaps, &w->arena, &gap, err);
    }
    w->more = false;
    aud_collector_entry(w->collector, (uint32_t)(s->first_item + at));
    st = read_bytes(w, entry, at, &outcome, &why);
    if (is_fatal(st)) {
        aud_error_place(&why, entry->path, why.line);
        if (err != NULL) {
            *err = why;
        }
        return st;
    }
    if (st != AUD_OK) {
        const aud_gap gap = {.kind = st == AUD_E_NOT_FOUND ? AUD_GAP_UNREADABLE : gap_of(st),
                             .where = {.source = s->name, .path = entry->path, .line = why.line},
                             .reason = aud_str_of(why.message)};
        s->outcomes[at] = ENTRY_NOT_JUDGED;
        return push_gap(&w->gaps, &w->arena, &gap, err);
    }
    s->plain[at] = !w->more && outcome != AUD_OUTCOME_NOT_JUDGED;
    switch (outcome) {
    case AUD_OUTCOME_GAVE:
        s->outcomes[at] = ENTRY_GAVE;
        break;
    case AUD_OUTCOME_NOTHING:
        s->outcomes[at] = ENTRY_NOTHING;
        break;
    case AUD_OUTCOME_NOT_JUDGED:
        s->outcomes[at] = ENTRY_NOT_JUDGED;
        break;
    }
    return AUD_OK;
}

/* The oldest `taken` of a source, over all workers; written by one worker a source at a time. */
static void note_taken(worker *w)
{
    if (w->source != NULL && w->taken != INT64_MAX) {
        int64_t known = __atomic_load_n(&w->source->taken, __ATOMIC_RELAXED);

        while (w->taken < known &&
               !__atomic_compare_exchange_n(&w->source->taken, &known, w->taken, false,
                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        }
    }
    w->taken = INT64_MAX;
}

static aud_status enter_source(worker *w, source_run *s, aud_error *err)
{
    if (w->source == s) {
        return AUD_OK;
    }
    note_taken(w);
    aud_vcs_reader_freep(&w->reader);
    w->source = s;
    aud_collector_source(w->collector, s->name, aud_vcs_rev(s->vcs), aud_vcs_place(s->vcs));
    return aud_vcs_reader_new(s->vcs, &w->reader, err);
}

static source_run *source_of(aud_run *run, size_t item)
{
    size_t low = 0, high = run->num_sources;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (run->sources[middle].first_item <= item) {
            low = middle;
        } else {
            high = middle;
        }
    }
    /* sources without entries share their successor's first item */
    while (item >= run->sources[low].first_item + run->sources[low].num_entries) {
        low++;
    }
    return &run->sources[low];
}

static aud_status read_range(void *ctx, unsigned number, size_t begin, size_t end, aud_error *err)
{
    reading *r = ctx;
    worker *w = &r->workers[number];
    size_t done;

    for (size_t item = begin; item < end; item++) {
        source_run *s = source_of(r->run, item);

        AUD_TRY(enter_source(w, s, err));
        AUD_TRY(read_entry(w, item - s->first_item, err));
    }
    done = __atomic_add_fetch(&r->done, end - begin, __ATOMIC_RELAXED);
    aud_run_progress(r->run, AUD_STAGE_READ, done * PARTS, r->run->num_items * PARTS);
    return AUD_OK;
}

static void workers_clear(reading *r)
{
    for (unsigned i = 0; r->workers != NULL && i < r->num_workers; i++) {
        worker *w = &r->workers[i];

        note_taken(w);
        aud_vcs_reader_freep(&w->reader);
        aud_arena_clear(&w->scratch.arena);
        aud_arena_adopt(&r->run->arena, &w->arena);
        aud_free(w->gaps.items);
    }
    aud_free(r->workers);
    r->workers = NULL;
}

/* Nothing of the source is judged. */
static void forget(source_run *s, aud_collector **collectors, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        aud_collector_forget(collectors[i], s->name);
    }
    for (size_t i = 0; i < s->num_entries; i++) {
        if (s->outcomes[i] == ENTRY_GAVE) {
            s->outcomes[i] = ENTRY_NOT_JUDGED;
        }
    }
}

/* Time alone makes a snapshot too old. */
static void note_end_of_age(aud_run *run, const source_run *s)
{
    const int64_t end = s->taken + s->config->max_age_seconds + 1;

    if (end > run->result.at && end < run->result.next_change) {
        run->result.next_change = end;
    }
}

/* A snapshot that is too old, or does not say how old it is, is evidence of nothing. */
static aud_status check_age(aud_run *run, source_run *s, aud_collector **collectors, size_t num,
                            aud_error *err)
{
    aud_str reason;

    if (s->config->max_age_seconds == 0 || s->vcs == NULL) {
        return AUD_OK;
    }
    if (s->taken != INT64_MAX && run->result.at - s->taken <= s->config->max_age_seconds) {
        note_end_of_age(run, s);
        return AUD_OK;
    }
    forget(s, collectors, num);
    if (s->taken == INT64_MAX) {
        return aud_run_add_gap(run, AUD_GAP_STALE, s->name, (aud_str){NULL, 0},
                               AUD_LIT("is not judged: has a max_age and does not say when it was "
                                       "taken ('taken_at')"),
                               err);
    }
    AUD_TRY(aud_arena_printf(
        &run->arena, &reason, err,
        "is not judged: was taken %lld hours before the judged instant, max_age is %lld "
        "hours: take it anew",
        (long long)((run->result.at - s->taken) / 3600),
        (long long)(s->config->max_age_seconds / 3600)));
    return aud_run_add_gap(run, AUD_GAP_STALE, s->name, (aud_str){NULL, 0}, reason, err);
}

aud_status aud_run_read(aud_run *run, aud_collector **collectors, size_t num, aud_error *err)
{
    AUD_CLEANUP(workers_clear) reading r = {.run = run, .num_workers = run->num_threads};
    aud_status st;

    r.workers = aud_alloc_zero(r.num_workers, sizeof *r.workers);
    if (r.workers == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (unsigned i = 0; i < r.num_workers; i++) {
        r.workers[i].run = run;
        r.workers[i].reading = &r;
        r.workers[i].collector = collectors[i];
        r.workers[i].taken = INT64_MAX;
        aud_arena_init(&r.workers[i].scratch.arena, (size_t)1 << 30);
        aud_arena_init(&r.workers[i].arena, AUD_ARENA_NO_MAX);
    }
    st = aud_pool_run(run->num_threads, run->num_items, GRAIN, read_range, &r, err);
    for (unsigned i = 0; st == AUD_OK && i < r.num_workers; i++) {
        note_taken(&r.workers[i]);
        for (size_t k = 0; st == AUD_OK && k < r.workers[i].gaps.len; k++) {
            st = AUD_VEC_PUSH(&run->gaps, r.workers[i].gaps.items[k], err);
        }
    }
    AUD_TRY(st);
    for (size_t i = 0; i < run->num_sources; i++) {
        AUD_TRY(check_age(run, &run->sources[i], collectors, num, err));
    }
    return AUD_OK;
}
