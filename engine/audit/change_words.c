/* engine/audit/change_words.c - a change in words: what a reader of any report must know. */
#include "engine/audit/change_parts.h"

#include "engine/base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { SHOWN_MAX = 20 };

typedef struct words {
    aud_run *run;
    AUD_VEC(aud_str) lines;
} words;

static void words_clear(words *w)
{
    aud_free(w->lines.items);
}

static aud_status say(words *w, aud_error *err, const char *format, ...) AUD_PRINTF(3, 4);
static aud_status say(words *w, aud_error *err, const char *format, ...)
{
    char text[2048];
    va_list args;
    aud_str line;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    AUD_TRY(aud_arena_dup(&w->run->arena, aud_str_of(text), &line, err));
    return AUD_VEC_PUSH(&w->lines, line, err);
}

enum { SHORT_ID = 12 };

static aud_str short_id(aud_str id)
{
    return aud_str_eq(id, AUD_REV_STAGED) ? AUD_LIT("that is staged")
                                          : aud_str_sub(id, 0, SHORT_ID);
}

static aud_status say_rules(words *w, const aud_change_info *c, aud_error *err)
{
    AUD_TRY(say(w, err,
                "only what the change %.*s brings is reported: against %.*s, which it left at "
                "%.*s, by the rules of %.*s%s",
                AUD_ARG(short_id(c->head)), AUD_ARG(c->target), SHORT_ID, c->base.ptr, SHORT_ID,
                c->rules.ptr,
                c->rules_found ? "" : " (it has no certaudit.yaml: the built-in defaults)"));
    if (c->added + c->grown + c->changed + c->num_removed + c->num_left == 0 &&
        w->run->result.num_findings + w->run->result.num_gaps == 0) {
        AUD_TRY(say(w, err,
                    "nothing in this change concerns certificates or TLS; %zu changed file%s "
                    "looked at",
                    c->files, c->files == 1 ? " was" : "s were"));
    }
    if (!c->whole) {
        AUD_TRY(say(w, err,
                    "only the files that the change touches were read: that is all that the "
                    "policies ask for"));
    }
    return c->persisting == 0
               ? AUD_OK
               : say(w, err, "%zu finding%s there before the change%s; %s not reported",
                     c->persisting, c->persisting == 1 ? " was" : "s were",
                     c->whole ? "" : " in these files", c->persisting == 1 ? "it is" : "they are");
}

static aud_status say_removed(words *w, const aud_change_info *c, aud_error *err)
{
    for (size_t i = 0; i < c->num_removed && i < SHOWN_MAX; i++) {
        AUD_TRY(say(w, err, "removed: %.*s", AUD_ARG(c->removed[i])));
    }
    return c->num_removed <= SHOWN_MAX
               ? AUD_OK
               : say(w, err, "removed: %zu more subjects", c->num_removed - SHOWN_MAX);
}

static aud_status say_left(words *w, const aud_change_info *c, aud_error *err)
{
    for (size_t i = 0; i < c->num_left && i < SHOWN_MAX; i++) {
        AUD_TRY(say(w, err, "left the scope: %.*s", AUD_ARG(c->left[i])));
    }
    return c->num_left <= SHOWN_MAX
               ? AUD_OK
               : say(w, err, "left the scope: %zu more subjects", c->num_left - SHOWN_MAX);
}

static aud_status say_gate(words *w, const aud_change_info *c, aud_error *err)
{
    if (c->num_gate_paths == 0) {
        return AUD_OK;
    }
    for (size_t i = 0; i < c->num_gate_paths && i < SHOWN_MAX; i++) {
        AUD_TRY(say(w, err, "the change touches gate material: %.*s; it does not judge itself",
                    AUD_ARG(c->gate_paths[i].len > 0 ? c->gate_paths[i] : AUD_LIT("policies"))));
    }
    if (!c->proposed.judged) {
        return say(w, err, "the rules that the change proposes do not load: %.*s",
                   AUD_ARG(c->proposed.error));
    }
    return say(w, err,
               "under the rules that the change proposes, once they are approved and merged by "
               "themselves, it would end with exit %d: %zu finding%s that gate%s, %zu undecided",
               (int)c->proposed.exit_code, c->proposed.failing, c->proposed.failing == 1 ? "" : "s",
               c->proposed.failing == 1 ? "s" : "", c->proposed.undecided);
}

aud_status aud_change_describe(aud_run *run, const aud_change_info *change, aud_error *err)
{
    AUD_CLEANUP(words_clear) words w = {.run = run};
    aud_str *kept;

    AUD_TRY(say_rules(&w, change, err));
    AUD_TRY(say_gate(&w, change, err));
    AUD_TRY(say_left(&w, change, err));
    AUD_TRY(say_removed(&w, change, err));
    for (size_t i = 0; i < run->result.num_notices; i++) {
        AUD_TRY(AUD_VEC_PUSH(&w.lines, run->result.notices[i], err));
    }
    kept = aud_arena_array(&run->arena, w.lines.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memcpy(kept, w.lines.items, w.lines.len * sizeof *kept);
    run->result.notices = kept;
    run->result.num_notices = w.lines.len;
    return AUD_OK;
}
