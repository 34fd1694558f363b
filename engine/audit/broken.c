/* engine/audit/broken.c - files that a change breaks so that nothing of them is left to complain
 * about. What a reader can tell to be cut is a gap already. */
#include "engine/audit/change_parts.h"

enum { LOOKED_AT = 64 << 20, TEXT_HEAD = 8 << 10 };

static aud_status read_entry(const source_run *s, aud_str path, aud_arena *arena, aud_str *out,
                             bool *out_read, aud_error *err)
{
    const aud_str prefix = aud_vcs_prefix(s->vcs);
    aud_error why = {0};
    aud_status st;

    if (prefix.len > 0) {
        AUD_TRY(aud_arena_printf(arena, &path, err, "%.*s/%.*s", AUD_ARG(prefix), AUD_ARG(path)));
    }
    st = aud_vcs_read_path(s->vcs, path, LOOKED_AT, arena, out, &why);
    *out_read = st == AUD_OK;
    return st == AUD_E_NOMEM ? aud_fail(err, st, "%s", why.message) : AUD_OK;
}

static bool is_binary(aud_str bytes)
{
    const size_t len = bytes.len < TEXT_HEAD ? bytes.len : TEXT_HEAD;

    return len > 0 && memchr(bytes.ptr, '\0', len) != NULL;
}

/* An edit leaves whole lines; a text that ends within one of before was cut. */
static const char *what_broke(aud_str now, aud_str then)
{
    if (now.len == 0) {
        return "is empty now, and held what was judged before the change";
    }
    if (is_binary(then)) {
        return "cannot be read any more: before the change it could";
    }
    return now.len < then.len && now.ptr[now.len - 1] != '\n' && then.ptr[now.len] != '\n' &&
                   then.ptr[now.len] != '\r' && aud_str_starts(then, now)
               ? "is cut short by the change"
               : NULL;
}

static aud_status look_at(aud_run *head, source_run *now, size_t at, const source_run *then,
                          aud_arena *scratch, aud_error *err)
{
    const aud_str path = now->entries[at].path;
    aud_str bytes, before;
    bool is_now, was_then;
    const char *what;

    AUD_TRY(read_entry(now, path, scratch, &bytes, &is_now, err));
    AUD_TRY(read_entry(then, path, scratch, &before, &was_then, err));
    what = is_now && was_then ? what_broke(bytes, before) : NULL;
    if (what == NULL) {
        return AUD_OK;
    }
    now->outcomes[at] = ENTRY_NOT_JUDGED;
    return aud_run_late_gap(head, AUD_GAP_BROKEN, now->name, path, aud_str_of(what), err);
}

aud_status aud_change_broken(aud_run *head, const aud_run *base, aud_error *err)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena scratch;

    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    for (size_t i = 0; i < head->num_sources && i < base->num_sources; i++) {
        source_run *now = &head->sources[i];
        const source_run *then = &base->sources[i];
        size_t k = 0;

        for (size_t at = 0; now->follows && at < now->num_entries; at++) {
            while (k < then->num_entries &&
                   aud_str_cmp(then->entries[k].path, now->entries[at].path) < 0) {
                k++;
            }
            if (k < then->num_entries && now->outcomes[at] == ENTRY_NOTHING &&
                then->outcomes[k] == ENTRY_GAVE &&
                aud_str_eq(then->entries[k].path, now->entries[at].path)) {
                aud_arena_reset(&scratch);
                AUD_TRY(look_at(head, now, at, then, &scratch, err));
            }
        }
    }
    return AUD_OK;
}
