/* engine/audit/claims.c - what sources claim of themselves, and since when their files stand. */
#include "engine/audit/run_parts.h"

#include "engine/base/map.h"
#include "engine/pki/cert.h"
#include "engine/vcs/history.h"

enum { VERSION_MAX = 16 << 20 };

/* Whoever could not read a part of it does not know everything of its kind. */
static bool has_gap(const aud_run *run, aud_str source)
{
    for (size_t i = 0; i < run->gaps.len; i++) {
        if (aud_str_eq(run->gaps.items[i].where.source, source)) {
            return true;
        }
    }
    return false;
}

aud_status aud_run_claims(aud_run *run, aud_error *err)
{
    aud_source_claim *claims = aud_arena_array(&run->arena, run->num_sources, sizeof *claims);

    if (claims == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < run->num_sources; i++) {
        const source_run *s = &run->sources[i];
        const bool whole = s->vcs != NULL && !has_gap(run, s->name);

        claims[i] =
            (aud_source_claim){.source = s->name,
                               .complete = whole && s->config->complete,
                               .list_complete = whole && (s->config->complete || s->complete),
                               .taken = s->taken};
    }
    aud_population_claims(run->population, claims, run->num_sources);
    return AUD_OK;
}

/* --- since when ------------------------------------------------------------------------------- */

typedef struct dating {
    aud_run *run;
    aud_map *known;  /* source and path -> int64_t */
    aud_vcs **heads; /* of work trees: what is committed; one a source, opened when asked */
    aud_buf key;
} dating;

static void dating_clear(dating *d)
{
    for (size_t i = 0; d->heads != NULL && i < d->run->num_sources; i++) {
        aud_vcs_freep(&d->heads[i]);
    }
    aud_free(d->heads);
    aud_map_freep(&d->known);
    aud_buf_clear(&d->key);
}

typedef struct version {
    const aud_entry *entry;
    const unsigned char *digest; /* content id of what was read */
    int64_t instant;
    bool same;
} version;

/* The newest version alone: the commit that brought the file as it stands. */
static aud_status take_version(void *ctx, const aud_commit_info *commit, aud_str text,
                               aud_error *err)
{
    version *v = ctx;
    unsigned char digest[32];

    v->same = v->entry->has_id; /* read from the commit itself */
    if (!v->same) {
        AUD_TRY(aud_sha256(text, digest, err));
        v->same = memcmp(digest, v->digest, sizeof digest) == 0;
    }
    v->instant = commit->instant;
    return AUD_END;
}

static const aud_entry *find_entry(const source_run *s, aud_str path)
{
    size_t low = 0, high = s->num_entries;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = aud_str_cmp(s->entries[middle].path, path);

        if (order == 0) {
            return &s->entries[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* The source at a commit; a work tree's at its HEAD. NULL: none. */
static aud_vcs *committed(dating *d, size_t at)
{
    const source_run *s = &d->run->sources[at];
    aud_vcs_options options = {.rev = AUD_LIT("HEAD"), .name = s->name};

    if (aud_vcs_rev(s->vcs).len > 0) {
        return s->vcs;
    }
    if (d->heads[at] == NULL) {
        options.path = s->config->path;
        if (d->run->options->num_sources == 0 &&
            aud_config_path(&d->run->config, s->config->path, &d->run->arena, &options.path,
                            NULL) != AUD_OK) {
            return NULL;
        }
        if (aud_vcs_open(&options, &d->heads[at], NULL) != AUD_OK) {
            d->heads[at] = NULL;
        }
    }
    return d->heads[at];
}

static aud_status look_back(dating *d, const aud_sighting *where, int64_t *out, aud_error *err)
{
    *out = 0;
    for (size_t i = 0; i < d->run->num_sources; i++) {
        const source_run *s = &d->run->sources[i];
        const aud_entry *entry;
        version v = {.instant = 0};
        aud_error why = {0};
        bool cut = false;
        aud_str path;
        aud_vcs *vcs;

        if (!aud_str_eq(s->name, where->source) || s->vcs == NULL ||
            (entry = find_entry(s, where->path)) == NULL || (vcs = committed(d, i)) == NULL) {
            continue;
        }
        v.entry = entry;
        v.digest = s->digests[entry - s->entries];
        const aud_str prefix = aud_vcs_prefix(s->vcs);
        AUD_TRY(aud_arena_printf(&d->run->arena, &path, err, "%.*s%s%.*s", AUD_ARG(prefix),
                                 prefix.len > 0 ? "/" : "", AUD_ARG(where->path)));
        const aud_status st = aud_vcs_history(vcs, path, VERSION_MAX, take_version, &v, &cut, &why);
        if (st == AUD_E_NOMEM) {
            return aud_fail(err, st, "%s", why.message);
        }
        if (st == AUD_OK && v.same && v.instant != 0) {
            *out = cut ? 0 : v.instant; /* it may have stood before what is at hand */
        } else if ((st == AUD_OK && !v.same) || st == AUD_E_NOT_FOUND) {
            *out = AUD_NOT_COMMITTED;
        }
        return AUD_OK;
    }
    return AUD_OK;
}

static aud_status since(void *ctx, const aud_sighting *where, int64_t *out, aud_error *err)
{
    dating *d = ctx;
    const int64_t *known;
    int64_t *made;

    d->key.len = 0;
    AUD_TRY(
        aud_buf_printf(&d->key, err, "%.*s\n%.*s", AUD_ARG(where->source), AUD_ARG(where->path)));
    known = aud_map_get(d->known, aud_buf_str(&d->key));
    if (known != NULL) {
        *out = *known;
        return AUD_OK;
    }
    made = AUD_ARENA_NEW(&d->run->arena, int64_t);
    if (made == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(look_back(d, where, made, err));
    *out = *made;
    return aud_map_put(d->known, aud_buf_str(&d->key), made, err);
}

aud_status aud_run_date(aud_run *run, aud_error *err)
{
    AUD_CLEANUP(dating_clear) dating d = {.run = run, .key = {.max = 1 << 16}};
    const aud_dater dater = {.ctx = &d, .since = since};

    d.heads = aud_alloc_zero(run->num_sources, sizeof(aud_vcs *));
    if (d.heads == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(aud_map_new(&d.known, err));
    return aud_population_date(run->population, &dater, err);
}
