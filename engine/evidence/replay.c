/* engine/evidence/replay.c - performs the audit of a pack again, and takes a sample of one. */
#include "engine/evidence/replay.h"

#include "engine/base/instant.h"
#include "engine/evidence/pack.h"
#include "engine/tree/node.h"

enum { CONFIG_JSON_MAX = 1 << 20 };
#define TABLE_MAX ((size_t)2 << 30)

static aud_status read_in(aud_str folder, aud_str name, size_t max, aud_arena *arena, aud_str *out,
                          aud_error *err)
{
    aud_str path;

    AUD_TRY(aud_arena_printf(arena, &path, err, "%.*s/%.*s", AUD_ARG(folder), AUD_ARG(name)));
    return aud_file_read(path, max, arena, out, err);
}

/* --- what was asked --------------------------------------------------------------------------- */

static aud_status text_of(const aud_node *map, const char *key, aud_str *out, aud_error *err)
{
    const aud_node *node = aud_node_get(map, key);

    return node == NULL ? aud_fail(err, AUD_E_FORMAT, "config.json does not tell '%s'", key)
                        : aud_node_str(node, out, err);
}

static aud_status instant_of(const aud_node *map, const char *key, int64_t *out, aud_error *err)
{
    aud_str text;

    AUD_TRY(text_of(map, key, &text, err));
    return aud_instant_parse(text, out, err);
}

static aud_status read_asked(const aud_replay_options *options, aud_arena *arena,
                             aud_states_options *out, aud_error *err)
{
    const aud_node *root = NULL, *period, *all;
    aud_str text;

    AUD_TRY(read_in(options->folder, AUD_LIT("config.json"), CONFIG_JSON_MAX, arena, &text, err));
    AUD_TRY(aud_node_parse(text, arena, &root, err));
    period = aud_node_get(root, "period");
    if (period == NULL) {
        return aud_fail(err, AUD_E_FORMAT, "config.json tells no period");
    }
    *out = (aud_states_options){
        .site = {.path = options->repository, .config = options->config, .run = options->run},
        .progress = options->progress,
        .progress_ctx = options->progress_ctx};
    AUD_TRY(text_of(root, "rules_of", &out->tip, err));
    AUD_TRY(text_of(period, "ref", &out->ref, err));
    AUD_TRY(text_of(period, "name", &out->period.name, err));
    AUD_TRY(instant_of(period, "from", &out->period.from, err));
    AUD_TRY(instant_of(period, "until", &out->period.until, err));
    AUD_TRY(instant_of(period, "judged_at", &out->now, err));
    all = aud_node_get(period, "all_commits");
    return all == NULL ? AUD_OK : aud_node_bool(all, &out->all_commits, err);
}

/* --- the comparison --------------------------------------------------------------------------- */

/* "line 12, byte 345" of the first difference. */
static aud_status describe(const aud_replay_options *options, aud_str scratch, aud_str path,
                           aud_arena *arena, aud_replay_answer *out, aud_error *err)
{
    aud_str then, now;
    size_t at = 0, line = 1;

    if (read_in(options->folder, path, TABLE_MAX, arena, &then, NULL) != AUD_OK ||
        read_in(scratch, path, TABLE_MAX, arena, &now, NULL) != AUD_OK) {
        return aud_arena_printf(arena, &out->text, err, "%.*s is in one of them alone",
                                AUD_ARG(path));
    }
    while (at < then.len && at < now.len && then.ptr[at] == now.ptr[at]) {
        line += then.ptr[at] == '\n' ? 1 : 0;
        at++;
    }
    return aud_arena_printf(arena, &out->text, err,
                            "%.*s differs first in line %zu, at byte %zu of %zu (%zu when done "
                            "again)",
                            AUD_ARG(path), line, at + 1, then.len, now.len);
}

/* What says who ran it, and the sums and seals that cover it. */
static bool is_compared(aud_str path)
{
    return !aud_str_eq(path, AUD_LIT("run.json")) && !aud_sums_exempt(path);
}

static aud_status compare(const aud_replay_options *options, aud_str scratch, aud_arena *arena,
                          aud_replay_answer *out, aud_error *err)
{
    const aud_sum *then, *now;
    size_t num_then, num_now, a = 0, b = 0;

    AUD_TRY(aud_sums_of_folder(options->folder, false, arena, &then, &num_then, err));
    AUD_TRY(aud_sums_of_folder(scratch, false, arena, &now, &num_now, err));
    out->is_same = true;
    while (a < num_then || b < num_now) {
        const int order = a == num_then  ? 1
                          : b == num_now ? -1
                                         : aud_str_cmp(then[a].path, now[b].path);
        const aud_str path = order <= 0 ? then[a].path : now[b].path;

        if (is_compared(path)) {
            out->num_files++;
            if (order != 0 || memcmp(then[a].digest, now[b].digest, sizeof then[a].digest) != 0) {
                out->is_same = false;
                return describe(options, scratch, path, arena, out, err);
            }
        }
        a += order <= 0 ? 1 : 0;
        b += order >= 0 ? 1 : 0;
    }
    return AUD_OK;
}

aud_status aud_replay(const aud_replay_options *options, aud_str scratch, aud_arena *arena,
                      aud_replay_answer *out, aud_error *err)
{
    AUD_CLEANUP(aud_states_freep) aud_states *states = NULL;
    aud_states_options asked;
    aud_pack_options pack = {0};

    *out = (aud_replay_answer){0};
    AUD_TRY(read_asked(options, arena, &asked, err));
    AUD_TRY(aud_states_new(&asked, &states, err));
    pack.result = aud_states_result(states);
    pack.site = aud_states_site(states);
    AUD_TRY(aud_pack_write(&pack, scratch, err));
    return compare(options, scratch, arena, out, err);
}

/* --- a sample --------------------------------------------------------------------------------- */

/* SplitMix64: small, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* One of `num`, without the bias of a remainder. */
static uint64_t draw(uint64_t *state, uint64_t num)
{
    const uint64_t limit = UINT64_MAX - UINT64_MAX % num;
    uint64_t got;

    do {
        got = next_random(state);
    } while (got >= limit);
    return got % num;
}

aud_status aud_sample(aud_str folder, size_t num, uint64_t seed, aud_arena *arena, aud_out *out,
                      aud_error *err)
{
    aud_str text, rest, line;
    size_t left = 0;

    AUD_TRY(read_in(folder, AUD_LIT("population.csv"), TABLE_MAX, arena, &text, err));
    for (size_t i = 0; i < text.len; i++) {
        left += text.ptr[i] == '\n' ? 1 : 0;
    }
    left -= left > 0 ? 1 : 0; /* the header */
    rest = text;
    if (aud_str_split(&rest, '\n', &line)) {
        aud_out_str(out, line);
        aud_out_char(out, '\n');
    }
    /* each row is taken with the chance that makes every choice of `num` equally likely */
    for (size_t wanted = num; left > 0 && wanted > 0 && aud_str_split(&rest, '\n', &line); left--) {
        if (draw(&seed, left) < wanted) {
            aud_out_str(out, line);
            aud_out_char(out, '\n');
            wanted--;
        }
    }
    return AUD_OK;
}
