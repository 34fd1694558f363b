/* engine/cli/policy_command.c - which subcommand of `policy`, and what they share. */
#include "engine/cli/policy_parts.h"

#include "engine/base/text.h"
#include "engine/policy/describe.h"
#include "reporters/neutral.h"

enum { WIDTH_DEFAULT = 80, WIDTH_LEAST = 40, WIDTH_MOST = 120, TEXT_MAX = 1 << 20 };

typedef struct subcommand {
    const char *name;
    int (*run)(aud_args *args, aud_out *out);
} subcommand;

static int run_annotations(aud_args *args, aud_out *out)
{
    if (args->operands.len > 0) {
        return aud_policy_usage("annotations");
    }
    aud_policy_annotations(out);
    return AUD_EXIT_CLEAN;
}

static int run_reference(aud_args *args, aud_out *out)
{
    if (args->operands.len > 0) {
        return aud_policy_usage("reference");
    }
    aud_policy_reference(out);
    return AUD_EXIT_CLEAN;
}

static const subcommand subcommands[] = {
    {"list", aud_policy_list},       {"show", aud_policy_show},
    {"explain", aud_policy_explain}, {"test", aud_policy_test},
    {"new", aud_policy_new},         {"annotations", run_annotations},
    {"reference", run_reference},    {"controls", aud_policy_controls},
};

int aud_policy_usage(const char *usage)
{
    aud_say("certaudit: usage: certaudit policy %s", usage);
    return AUD_EXIT_USAGE;
}

int aud_policy_failed(aud_status st, const aud_error *err)
{
    aud_complain(err);
    return st == AUD_E_NOMEM ? AUD_EXIT_INCOMPLETE : AUD_EXIT_USAGE;
}

aud_status aud_policy_config(aud_args *args, aud_str id, aud_config *out, aud_error *err)
{
    size_t slash = aud_str_find(id, AUD_LIT("/"), 0);
    aud_str *packs;

    AUD_TRY(aud_find_config(args, out, err));
    if (slash == SIZE_MAX) {
        return AUD_OK;
    }
    packs = aud_arena_array(&args->arena, out->num_packs + 1, sizeof *packs);
    if (packs == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < out->num_packs; i++) {
        packs[i] = out->packs[i];
        if (aud_str_eq(packs[i], aud_str_sub(id, 0, slash))) {
            return AUD_OK;
        }
    }
    packs[out->num_packs] = aud_str_sub(id, 0, slash);
    out->packs = packs;
    out->num_packs++;
    return AUD_OK;
}

aud_status aud_policy_output(const aud_args *args, const char *format, aud_out *out,
                             aud_out **out_file, aud_error *err)
{
    const aud_output *output = args->outputs.items;

    *out_file = NULL;
    if (args->outputs.len == 0) {
        return AUD_OK;
    }
    if (args->outputs.len > 1 || strcmp(output->reporter->name, format) != 0 ||
        output->num_options > 0) {
        return aud_fail(err, AUD_E_USAGE, "this writes text, and with '-o %s=PATH' also %s", format,
                        format);
    }
    if (aud_str_eq(output->path, AUD_LIT("-"))) {
        *out_file = out;
        return AUD_OK;
    }
    return aud_out_open_file(output->path, out_file, err);
}

aud_status aud_policy_close(const aud_args *args, aud_out *out, aud_out *file, aud_error *err)
{
    aud_status st;

    if (file == NULL || file == out) {
        return AUD_OK;
    }
    st = aud_out_finish(file, err);
    aud_out_close(file);
    if (st != AUD_OK) {
        aud_error_place(err, args->outputs.items[0].path, 0);
    }
    return st;
}

unsigned aud_policy_width(void)
{
    unsigned width = aud_terminal_width();

    return width == 0            ? WIDTH_DEFAULT
           : width < WIDTH_LEAST ? WIDTH_LEAST
           : width > WIDTH_MOST  ? WIDTH_MOST
                                 : width;
}

aud_status aud_policy_spaced(aud_str json, size_t max, aud_buf *out, aud_error *err)
{
    aud_str shown = aud_neutral_cut(json, max);
    bool inside = false; /* of a string */
    size_t from = 0;

    for (size_t i = 0; i < shown.len; i++) {
        char c = shown.ptr[i];

        i += inside && c == '\\' ? 1 : 0;
        inside = (c == '"') != inside;
        if (!inside && (c == ',' || c == ':')) {
            AUD_TRY(
                aud_buf_printf(out, err, "%.*s ", AUD_ARG(aud_str_sub(shown, from, i + 1 - from))));
            from = i + 1;
        }
    }
    AUD_TRY(aud_buf_add(out, aud_str_sub(shown, from, shown.len), err));
    return shown.len < json.len ? aud_buf_add(out, AUD_LIT(" ..."), err) : AUD_OK;
}

void aud_policy_put(const aud_wrap *wrap, unsigned indent, const char *name, aud_str text)
{
    enum { COLUMN = 14 };
    AUD_CLEANUP(aud_buf_clear) aud_buf line = {.max = TEXT_MAX};
    char lead[COLUMN + 1];

    if (text.len == 0 || aud_neutral_add(&line, text, NULL) != AUD_OK) {
        return;
    }
    (void)snprintf(lead, sizeof lead, "%-*s", COLUMN - 1, name);
    aud_wrap_put(wrap, indent, indent + COLUMN, AUD_INK_PLAIN, aud_str_of(lead),
                 aud_buf_str(&line));
}

int aud_command_policy(aud_args *args, aud_out *out)
{
    const char *names[AUD_COUNT(subcommands)];
    const char *near;
    aud_str word;

    if (args->operands.len == 0) {
        (void)aud_help("policy", out);
        return AUD_EXIT_USAGE;
    }
    word = args->operands.items[0];
    for (size_t i = 0; i < AUD_COUNT(subcommands); i++) {
        names[i] = subcommands[i].name;
        if (aud_str_eq(word, aud_str_of(names[i]))) {
            args->operands.len--;
            memmove(args->operands.items, args->operands.items + 1,
                    args->operands.len * sizeof *args->operands.items);
            return subcommands[i].run(args, out);
        }
    }
    near = aud_nearest(word, names, AUD_COUNT(names));
    aud_say("certaudit: there is no 'policy %.*s'%s%s%s", AUD_ARG(word),
            near == NULL ? "; see certaudit policy --help" : "; did you mean 'policy ",
            near == NULL ? "" : near, near == NULL ? "" : "'?");
    return AUD_EXIT_USAGE;
}
