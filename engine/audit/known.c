/* engine/audit/known.c - findings of now against those that were known. */
#include "engine/audit/known.h"

#include "engine/audit/known_parts.h"
#include "engine/audit/run_parts.h"
#include "engine/base/map.h"
#include "engine/base/text.h"

enum { BASELINE_MAX = 256 << 20 };

/* --- the text --------------------------------------------------------------------------------- */

static bool read_digest(aud_str text, uint8_t out[32])
{
    size_t len = 0;

    return text.len == 64 && aud_hex_decode(text, out, 32, &len) && len == 32;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static aud_status unescape(aud_str text, aud_arena *arena, aud_str *out, aud_error *err)
{
    char *into = aud_arena_take(arena, text.len + 1, 1);
    size_t len = 0;

    if (into == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%') {
            const int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
            const int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;

            if (high < 0 || low < 0) {
                return aud_fail(err, AUD_E_USAGE, "an item has '%%' without two digits");
            }
            into[len++] = (char)(high * 16 + low);
            i += 2;
        } else {
            into[len++] = text.ptr[i];
        }
    }
    *out = (aud_str){into, len};
    return AUD_OK;
}

static aud_status read_items(aud_str text, aud_arena *arena, aud_known *out, aud_error *err)
{
    aud_str rest = text, part;
    aud_str *items;
    size_t num = 1;

    if (aud_str_eq(text, AUD_LIT("-"))) {
        return AUD_OK;
    }
    for (size_t i = 0; i < text.len; i++) {
        num += text.ptr[i] == ',' ? 1 : 0;
    }
    items = aud_arena_array(arena, num, sizeof *items);
    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    while (aud_str_split(&rest, ',', &part)) {
        AUD_TRY(unescape(part, arena, &items[out->num_items++], err));
    }
    out->items = items;
    return AUD_OK;
}

static aud_status read_line(aud_str line, aud_arena *arena, aud_known *out, aud_error *err)
{
    aud_str rest = line, word[5];
    size_t num = 0;

    while (num < AUD_COUNT(word) && aud_str_split(&rest, ' ', &word[num])) {
        num++;
    }
    out->verdict = AUD_V_FAIL;
    if (num < AUD_COUNT(word) || !aud_severity_find(word[0], &out->severity) ||
        !read_digest(word[2], out->pair) || !read_digest(word[3], out->slot) || word[4].len == 0) {
        return aud_fail(err, AUD_E_USAGE,
                        "is no line of a baseline: SEVERITY POLICY IDENTITY LINEAGE ITEMS; write "
                        "it anew with -o baseline=FILE");
    }
    out->policy = word[1];
    out->label =
        aud_str_starts(rest, AUD_LIT("# ")) ? aud_str_sub(rest, 2, rest.len) : (aud_str){NULL, 0};
    return read_items(word[4], arena, out, err);
}

static aud_status read_text(aud_str text, aud_arena *arena, aud_baseline *out, aud_error *err)
{
    aud_str rest = text, line;
    size_t lines = 1;
    uint32_t number = 0;

    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    out->known = aud_arena_array(arena, lines, sizeof *out->known);
    if (out->known == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    while (aud_str_split(&rest, '\n', &line)) {
        aud_status st = AUD_OK;

        line = aud_str_trim(line);
        number++;
        if (number == 1) {
            st = aud_str_eq(line, AUD_LIT("certaudit baseline 1"))
                     ? AUD_OK
                     : aud_fail(err, AUD_E_USAGE,
                                "is no baseline: it begins with 'certaudit baseline 1', or is a "
                                "results.json");
        } else if (line.len > 0 && line.ptr[0] != '#') {
            st = read_line(line, arena, &out->known[out->num_known++], err);
        }
        if (st != AUD_OK) {
            if (err != NULL) {
                err->line = number;
            }
            return st;
        }
    }
    return AUD_OK;
}

aud_status aud_baseline_read(aud_str path, aud_str text, aud_arena *arena, aud_baseline *out,
                             aud_error *err)
{
    const aud_str trimmed = aud_str_trim(text);
    aud_status st;

    *out = (aud_baseline){.at = INT64_MIN};
    st = trimmed.len > 0 && trimmed.ptr[0] == '{' ? aud_baseline_read_json(text, arena, out, err)
                                                  : read_text(text, arena, out, err);
    if (st != AUD_OK) {
        const uint32_t line = err == NULL ? 0 : err->line;

        aud_error_place(err, path, line);
        return st == AUD_E_NOMEM ? st : AUD_E_USAGE;
    }
    return AUD_OK;
}

/* --- the comparison --------------------------------------------------------------------------- */

static bool has_item(const aud_known *known, aud_str item)
{
    for (size_t i = 0; i < known->num_items; i++) {
        if (aud_str_eq(known->items[i], item)) {
            return true;
        }
    }
    return false;
}

/* What is worse than it was is new. */
static bool covers(const aud_known *known, const aud_finding *f)
{
    if (f->severity > known->severity) {
        return false;
    }
    for (size_t i = 0; i < f->num_items; i++) {
        if (!has_item(known, f->items[i].item)) {
            return false;
        }
    }
    return true;
}

static aud_str key(const uint8_t digest[32])
{
    return (aud_str){(const char *)digest, 32};
}

/* By subject first, so that a lineage stands only for what is gone. */
static aud_status mark_by(aud_baseline *b, aud_finding *findings, size_t num, bool by_slot,
                          aud_error *err)
{
    AUD_CLEANUP(aud_map_freep) aud_map *map = NULL;

    AUD_TRY(aud_map_new(&map, err));
    for (size_t i = b->num_known; i > 0; i--) {
        aud_known *known = &b->known[i - 1];

        if (!known->used && known->verdict == AUD_V_FAIL) {
            AUD_TRY(aud_map_put(map, key(by_slot ? known->slot : known->pair), known, err));
        }
    }
    for (size_t i = 0; i < num; i++) {
        aud_finding *f = &findings[i];
        aud_known *known;

        if (f->verdict != AUD_V_FAIL || (by_slot && f->baseline != AUD_BASELINE_NONE)) {
            continue;
        }
        known = aud_map_get(map, key(by_slot ? f->slot : f->pair));
        if (known == NULL || known->used) {
            continue;
        }
        known->used = true;
        f->baseline = !covers(known, f) ? AUD_BASELINE_NEW
                      : by_slot         ? AUD_BASELINE_UPDATED
                                        : AUD_BASELINE_UNCHANGED;
    }
    return AUD_OK;
}

aud_status aud_baseline_mark(aud_baseline *baseline, aud_finding *findings, size_t num_findings,
                             aud_error *err)
{
    AUD_TRY(mark_by(baseline, findings, num_findings, false, err));
    AUD_TRY(mark_by(baseline, findings, num_findings, true, err));
    for (size_t i = 0; i < num_findings; i++) {
        if (findings[i].verdict == AUD_V_FAIL && findings[i].baseline == AUD_BASELINE_NONE) {
            findings[i].baseline = AUD_BASELINE_NEW;
        }
    }
    return AUD_OK;
}

/* --- in a run --------------------------------------------------------------------------------- */

aud_status aud_run_load_baseline(aud_run *run, aud_error *err)
{
    const bool from_flag = run->options->baseline.len > 0;
    const aud_str named = from_flag ? run->options->baseline : run->config.baseline;
    aud_rules_place place;
    aud_str text, path;
    aud_status st;

    if (named.len == 0) {
        return run->options->fail_on_new
                   ? aud_fail(err, AUD_E_USAGE, "'--fail-on-new' goes with '--baseline FILE'")
                   : AUD_OK;
    }
    AUD_TRY(aud_arena_dup(&run->arena, named, &path, err));
    st = aud_rules_place_of(run->options->rules, &run->config, path, from_flag, &run->arena, &place,
                            err);
    if (st == AUD_OK) {
        st = aud_rules_read(run->options->rules, &place, BASELINE_MAX, &run->arena, &text, err);
    }
    if (st != AUD_OK) {
        aud_error_place(err, path, 0);
        return st == AUD_E_NOMEM ? st : AUD_E_USAGE;
    }
    run->result.baseline_path = path;
    run->result.gate.fail_on_new = run->options->fail_on_new;
    return aud_baseline_read(path, text, &run->arena, &run->baseline, err);
}

aud_status aud_run_mark_baseline(aud_run *run, aud_error *err)
{
    /* the run's own findings, still ours to complete */
    aud_finding *findings = (aud_finding *)(uintptr_t)run->result.findings;

    if (run->result.baseline_path.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(aud_baseline_mark(&run->baseline, findings, run->result.num_findings, err));
    for (size_t i = 0; i < run->baseline.num_known && run->options->whole; i++) {
        const aud_known *known = &run->baseline.known[i];

        run->result.baseline_gone += known->verdict == AUD_V_FAIL && !known->used ? 1 : 0;
    }
    return AUD_OK;
}
