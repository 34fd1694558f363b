/* engine/audit/reuse.c - the other side of a change: what was read before is not read again. */
#include "engine/audit/run_parts.h"

typedef struct reuse {
    const aud_run *before;
    bool *wanted;       /* by item of `before` */
    const aud_str *rev; /* by source: the revision that it has here */
} reuse;

static bool wants(void *ctx, uint32_t entry, aud_str *rev)
{
    const reuse *r = ctx;
    size_t at = 0;

    if (!r->wanted[entry]) {
        return false;
    }
    while (at + 1 < r->before->num_sources && r->before->sources[at + 1].first_item <= entry) {
        at++;
    }
    *rev = r->rev[at];
    return true;
}

/* The same bytes at the same place; what does not follow the change is the same by itself. */
static bool is_same(const source_run *now, const aud_entry *a, const aud_entry *b)
{
    return a->kind == AUD_ENTRY_FILE && b->kind == AUD_ENTRY_FILE &&
           (!now->follows || (a->has_id && !aud_entry_differs(a, b)));
}

static void match(source_run *now, const source_run *before, bool *wanted)
{
    size_t i = 0, k = 0;

    while (i < now->num_entries && k < before->num_entries) {
        const aud_entry *a = &now->entries[i], *b = &before->entries[k];
        const int order = aud_str_cmp(a->path, b->path);

        if (order == 0 && is_same(now, a, b) && before->plain[k] != 0 &&
            now->outcomes[i] == ENTRY_UNSEEN) {
            now->outcomes[i] = before->outcomes[k];
            now->plain[i] = 1;
            memcpy(now->digests[i], before->digests[k], sizeof now->digests[i]);
            wanted[before->first_item + k] = true;
        }
        i += order <= 0 ? 1 : 0;
        k += order >= 0 ? 1 : 0;
    }
}

aud_status aud_run_reuse(aud_run *run, aud_collector **out, aud_error *err)
{
    aud_run *before = run->options->as_read;
    bool *wanted = aud_arena_array(&run->arena, before->num_items, sizeof *wanted);
    aud_str *rev = aud_arena_array(&run->arena, before->num_sources, sizeof *rev);
    reuse r = {.before = before, .wanted = wanted, .rev = rev};

    if (wanted == NULL || rev == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < run->num_sources && i < before->num_sources; i++) {
        source_run *now = &run->sources[i];

        if (now->vcs != NULL && before->sources[i].vcs != NULL) {
            rev[i] = aud_vcs_rev(now->vcs);
            match(now, &before->sources[i], wanted);
        }
    }
    aud_collector_keep(before->read, wants, &r);
    *out = AUD_MOVE(before->read);
    return AUD_OK;
}
