/* engine/cli/hook.c - a server-side git hook: each branch of a push by what it brings. */
#include "engine/cli/cli.h"

#include "engine/vcs/vcs.h"
#include "reporters/neutral.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 4096, MAX_REFS = 10000 };

/* One line of a hook's standard input: OLD NEW REF. */
typedef struct update {
    aud_str old_id, new_id, ref;
} update;

static bool is_none(aud_str id)
{
    for (size_t i = 0; i < id.len; i++) {
        if (id.ptr[i] != '0') {
            return false;
        }
    }
    return true;
}

static bool is_id(aud_str id)
{
    for (size_t i = 0; i < id.len; i++) {
        const char c = id.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return id.len == 40 || id.len == 64;
}

static bool read_update(aud_str line, update *out)
{
    return aud_str_split(&line, ' ', &out->old_id) && aud_str_split(&line, ' ', &out->new_id) &&
           is_id(out->old_id) && is_id(out->new_id) && line.len > 0 && (out->ref = line, true);
}

/* Whether the repository has a default branch with a commit: whose rules count. */
static bool has_head(const aud_args *args)
{
    const aud_vcs_options options = {
        .path = AUD_LIT("."), .rev = AUD_LIT("HEAD"), .objects = args->objects};
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;

    return aud_vcs_open(&options, &vcs, NULL) == AUD_OK;
}

/*
 * A branch is compared with what it was, a new one with the default branch. The rules are the
 * default branch's: a push to another branch could weaken its own first.
 */
static int judge_update(aud_args *args, const update *u, aud_out *out)
{
    const aud_str head = AUD_LIT("HEAD"), none = {NULL, 0}, given = args->gate_from;
    const bool ruled = has_head(args);
    int code;

    aud_out_text(out, "certaudit: ");
    aud_neutral_put(out, u->ref);
    aud_out_char(out, '\n');
    args->rev = u->new_id;
    args->base = !is_none(u->old_id) ? u->old_id : ruled ? head : none;
    args->gate_from = args->base.len == 0 ? none : given.len > 0 ? given : ruled ? head : none;
    code = aud_check_once(args, out);
    args->gate_from = given;
    return code;
}

static int judge_line(aud_args *args, aud_str line, aud_out *out)
{
    update u;

    if (!read_update(line, &u)) {
        aud_say("certaudit: a line of the hook's input is not 'OLD NEW REF'");
        return AUD_EXIT_USAGE;
    }
    if (is_none(u.new_id)) {
        return AUD_EXIT_CLEAN; /* a branch that goes away brings nothing */
    }
    if (!aud_str_starts(u.ref, AUD_LIT("refs/heads/"))) {
        aud_say("certaudit: %.*s is no branch and was not judged", AUD_ARG(u.ref));
        return AUD_EXIT_CLEAN;
    }
    return judge_update(args, &u, out);
}

int aud_hook_pre_receive(aud_args *args, aud_out *out)
{
    const char *quarantine = getenv("GIT_QUARANTINE_PATH"); /* NOLINT(concurrency-mt-unsafe) */
    char line[LINE_MAX_BYTES];
    int code = AUD_EXIT_CLEAN;
    size_t num = 0;

    args->objects = aud_str_of(quarantine);
    while (fgets(line, sizeof line, stdin) != NULL) {
        const aud_str text = aud_str_of(line);

        if (!aud_str_ends(text, AUD_LIT("\n")) || num++ == MAX_REFS) {
            aud_say("certaudit: the hook's input has too long a line, or too many");
            return aud_first_exit(code, AUD_EXIT_USAGE);
        }
        code = aud_first_exit(code, judge_line(args, aud_str_trim(text), out));
    }
    if (code != AUD_EXIT_CLEAN) {
        aud_out_printf(out, "certaudit refuses this push (exit %d).\n", code);
    }
    return code;
}
