/* engine/cli/compare.c - two results: what is new, what is fixed, what persists. */
#include "engine/cli/cli.h"

#include "engine/audit/known.h"
#include "engine/base/instant.h"
#include "engine/tree/json.h"
#include "reporters/neutral.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

enum { RESULTS_MAX = 256 << 20 };

typedef struct comparison {
    aud_baseline then, now;
    aud_finding *findings; /* of now, one for each of now.known, marked */
    size_t num_new, num_persisting, num_fixed, undecided_then, undecided_now;
} comparison;

static aud_status read_one(aud_args *args, aud_str path, aud_baseline *out, aud_error *err)
{
    char folder[PATH_MAX];
    struct stat st;
    aud_str text;

    (void)snprintf(folder, sizeof folder, "%.*s", AUD_ARG(path));
    if (path.len < sizeof folder && stat(folder, &st) == 0 && S_ISDIR(st.st_mode)) {
        /* an evidence pack: how its period ended */
        AUD_TRY(aud_arena_printf(&args->arena, &path, err, "%.*s/results.json", AUD_ARG(path)));
    }
    AUD_TRY(aud_file_read(path, RESULTS_MAX, &args->arena, &text, err));
    return aud_baseline_read(path, text, &args->arena, out, err);
}

static aud_status as_finding(aud_args *args, const aud_known *known, aud_finding *out,
                             aud_error *err)
{
    aud_item *items = aud_arena_array(&args->arena, known->num_items, sizeof *items);

    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < known->num_items; i++) {
        items[i].item = known->items[i];
    }
    *out = (aud_finding){.verdict = known->verdict,
                         .severity = known->severity,
                         .items = items,
                         .num_items = known->num_items};
    memcpy(out->pair, known->pair, sizeof out->pair);
    memcpy(out->slot, known->slot, sizeof out->slot);
    return AUD_OK;
}

static aud_status compare(aud_args *args, comparison *c, aud_error *err)
{
    c->findings = aud_arena_array(&args->arena, c->now.num_known, sizeof *c->findings);
    if (c->findings == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < c->now.num_known; i++) {
        AUD_TRY(as_finding(args, &c->now.known[i], &c->findings[i], err));
    }
    AUD_TRY(aud_baseline_mark(&c->then, c->findings, c->now.num_known, err));
    for (size_t i = 0; i < c->now.num_known; i++) {
        c->undecided_now += c->now.known[i].verdict == AUD_V_UNDECIDED;
        c->num_new += c->findings[i].baseline == AUD_BASELINE_NEW;
        c->num_persisting += c->findings[i].baseline == AUD_BASELINE_UNCHANGED ||
                             c->findings[i].baseline == AUD_BASELINE_UPDATED;
    }
    for (size_t i = 0; i < c->then.num_known; i++) {
        const aud_known *known = &c->then.known[i];

        c->undecided_then += known->verdict == AUD_V_UNDECIDED;
        c->num_fixed += known->verdict == AUD_V_FAIL && !known->used;
    }
    return AUD_OK;
}

/* --- which findings a part of the answer holds ------------------------------------------------ */

typedef enum part { PART_NEW, PART_PERSISTING, PART_FIXED, NUM_PARTS } part;

static const char *const part_names[NUM_PARTS] = {"new", "persisting", "fixed"};

/* The next finding of a part from `*at` on; NULL behind the last. */
static const aud_known *next_of(const comparison *c, part which, size_t *at,
                                aud_baseline_state *out_state)
{
    const aud_baseline *list = which == PART_FIXED ? &c->then : &c->now;

    while (*at < list->num_known) {
        const size_t i = (*at)++;
        const aud_known *known = &list->known[i];

        *out_state = which == PART_FIXED ? AUD_BASELINE_NONE : c->findings[i].baseline;
        if (known->verdict == AUD_V_FAIL &&
            (which == PART_FIXED ? !known->used
                                 : (*out_state == AUD_BASELINE_NEW) == (which == PART_NEW))) {
            return known;
        }
    }
    return NULL;
}

static bool know_age(const comparison *c)
{
    return c->then.at != INT64_MIN && c->now.at != INT64_MIN && c->now.at >= c->then.at;
}

static void write_text(const comparison *c, aud_out *out)
{
    aud_baseline_state state;

    aud_out_printf(out, "%zu new, %zu fixed, %zu persisting", c->num_new, c->num_fixed,
                   c->num_persisting);
    if (know_age(c)) {
        aud_out_printf(out, ", over %lld days",
                       (long long)((c->now.at - c->then.at) / AUD_DAY_SECONDS));
    }
    aud_out_text(out, "\n");
    if (c->undecided_then + c->undecided_now > 0) {
        aud_out_printf(out, "undecided, and not compared: %zu then, %zu now\n", c->undecided_then,
                       c->undecided_now);
    }
    for (unsigned which = 0; which < NUM_PARTS; which++) {
        const aud_known *known;
        size_t at = 0;

        while ((known = next_of(c, (part)which, &at, &state)) != NULL) {
            aud_out_printf(out, "%-10s %-8s ", part_names[which],
                           aud_severity_name(known->severity));
            aud_neutral_put(out, known->policy);
            aud_out_text(out, " ");
            aud_neutral_put(out, known->label);
            aud_out_text(out, state == AUD_BASELINE_UPDATED ? " (renewed meanwhile)\n" : "\n");
        }
    }
}

static void put_instant(aud_json_writer *w, const char *key, int64_t instant)
{
    char text[AUD_INSTANT_TEXT];

    if (instant != INT64_MIN) {
        aud_json_put_str(w, key, (aud_str){text, aud_instant_format(instant, text)});
    }
}

static void write_part(const comparison *c, part which, aud_json_writer *w)
{
    const aud_known *known;
    aud_baseline_state state;
    size_t at = 0;

    aud_json_key(w, part_names[which]);
    aud_json_begin_array(w);
    while ((known = next_of(c, which, &at, &state)) != NULL) {
        aud_json_begin_object(w);
        aud_json_put_str(w, "policy", known->policy);
        aud_json_put_str(w, "label", known->label);
        aud_json_put_text(w, "severity", aud_severity_name(known->severity));
        aud_json_key(w, "items");
        aud_json_begin_array(w);
        for (size_t i = 0; i < known->num_items; i++) {
            aud_json_str(w, known->items[i]);
        }
        aud_json_end_array(w);
        if (which == PART_PERSISTING) {
            aud_json_put_text(w, "baseline", aud_baseline_state_name(state));
            if (know_age(c)) {
                aud_json_put_int(w, "age_seconds_at_least", c->now.at - c->then.at);
            }
        }
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
}

static void write_json(const comparison *c, aud_out *out)
{
    aud_json_writer w;

    aud_json_writer_init(&w, out, 1);
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "schema", "certaudit/compare/1");
    put_instant(&w, "then", c->then.at);
    put_instant(&w, "now", c->now.at);
    aud_json_key(&w, "undecided");
    aud_json_begin_object(&w);
    aud_json_put_int(&w, "then", (int64_t)c->undecided_then);
    aud_json_put_int(&w, "now", (int64_t)c->undecided_now);
    aud_json_end_object(&w);
    for (unsigned which = 0; which < NUM_PARTS; which++) {
        write_part(c, (part)which, &w);
    }
    aud_json_end_object(&w);
    aud_out_text(out, "\n");
}

static aud_status write_one(const comparison *c, const aud_output *output, aud_out *out,
                            aud_error *err)
{
    const bool json = strcmp(output->reporter->name, "json") == 0;
    AUD_CLEANUP(aud_out_closep) aud_out *file = NULL;

    if (!json && strcmp(output->reporter->name, "text") != 0) {
        return aud_fail(err, AUD_E_USAGE, "a comparison is written as text or json, not as %s",
                        output->reporter->name);
    }
    if (!aud_str_eq(output->path, AUD_LIT("-"))) {
        AUD_TRY(aud_out_open_file(output->path, &file, err));
    }
    (json ? write_json : write_text)(c, file == NULL ? out : file);
    return file == NULL ? AUD_OK : aud_out_finish(file, err);
}

static int complain(const aud_error *err, int code)
{
    aud_complain(err);
    return code;
}

int aud_command_compare(aud_args *args, aud_out *out)
{
    comparison c = {0};
    aud_error err = {0};

    if (args->operands.len != 2) {
        aud_say("certaudit: usage: certaudit compare OLD NEW (each a results.json or a baseline)");
        return AUD_EXIT_USAGE;
    }
    if (read_one(args, args->operands.items[0], &c.then, &err) != AUD_OK ||
        read_one(args, args->operands.items[1], &c.now, &err) != AUD_OK ||
        compare(args, &c, &err) != AUD_OK) {
        return complain(&err, AUD_EXIT_USAGE);
    }
    if (args->outputs.len == 0) {
        write_text(&c, out);
    }
    for (size_t i = 0; i < args->outputs.len; i++) {
        const aud_status st = write_one(&c, &args->outputs.items[i], out, &err);

        if (st != AUD_OK) {
            return complain(&err, st == AUD_E_USAGE ? AUD_EXIT_USAGE : AUD_EXIT_OUTPUT);
        }
    }
    return args->fail_on_new && c.num_new > 0 ? AUD_EXIT_FINDINGS : AUD_EXIT_CLEAN;
}
