/* engine/cli/setup.c - from arguments and configuration to the options of a run. */
#include "engine/cli/cli.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_MAX = 1 << 20 };

static bool exists(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);

    return len > 0 && (size_t)len < sizeof path && stat(path, &st) == 0;
}

/*
 * The configuration of the repository one stands in: "certaudit.yaml" beside the nearest .git
 * upward, else in the working folder. Given relative to the working folder. False: there is none.
 */
static bool discover(char out[PATH_MAX])
{
    char folder[PATH_MAX];
    size_t used = 0;

    out[0] = '\0';
    if (getcwd(folder, sizeof folder) == NULL) {
        return false;
    }
    for (;;) {
        char *slash;

        if (exists(folder, ".git")) {
            if (!exists(folder, "certaudit.yaml")) {
                return false;
            }
            return snprintf(out + used, PATH_MAX - used, "certaudit.yaml") > 0;
        }
        slash = strrchr(folder, '/');
        if (slash == NULL || slash == folder || used + 3 >= PATH_MAX - sizeof "certaudit.yaml") {
            break;
        }
        *slash = '\0';
        memcpy(out + used, "../", 4);
        used += 3;
    }
    (void)snprintf(out, PATH_MAX, "certaudit.yaml");
    return exists(".", "certaudit.yaml");
}

aud_status aud_find_config(aud_args *args, aud_config *out, aud_error *err)
{
    char found[PATH_MAX];
    aud_str path = args->config, text;

    aud_config_defaults(out);
    if (path.len == 0) {
        if (!discover(found)) {
            return AUD_OK;
        }
        AUD_TRY(aud_arena_dup(&args->arena, aud_str_of(found), &path, err));
    }
    AUD_TRY(aud_file_read(path, CONFIG_MAX, &args->arena, &text, err));
    return aud_config_read(path, text, &args->arena, out, err);
}

/* A name for reports: as typed where that is relative, else the last part; never absolute. */
static aud_str name_of(aud_str path)
{
    aud_str name = path;
    size_t cut = 0;

    while (name.len > 1 && name.ptr[name.len - 1] == '/') {
        name.len--;
    }
    for (size_t i = 0; i < name.len; i++) {
        cut = name.ptr[i] == '/' ? i + 1 : cut;
    }
    if (name.len > 0 && name.ptr[0] == '/') {
        name = aud_str_sub(name, cut, name.len);
    }
    while (aud_str_starts(name, AUD_LIT("./")) || aud_str_starts(name, AUD_LIT("../"))) {
        name = aud_str_sub(name, name.ptr[1] == '/' ? 2 : 3, name.len);
    }
    if (aud_str_eq(name, AUD_LIT("..")) || name.len == 0) {
        return name.len == 0 ? AUD_LIT("root") : AUD_LIT("parent");
    }
    return name;
}

/* "." has no name of its own: the folder's, so that reports of two repositories differ. */
static aud_status name_here(aud_args *args, aud_str *out, aud_error *err)
{
    char folder[PATH_MAX];

    if (getcwd(folder, sizeof folder) == NULL) {
        *out = AUD_LIT(".");
        return AUD_OK;
    }
    return aud_arena_dup(&args->arena, name_of(aud_str_of(folder)), out, err);
}

static aud_status one_source(aud_args *args, aud_str path, aud_source_config *out, aud_error *err)
{
    *out = (aud_source_config){.path = path, .name = name_of(path), .rev = args->rev};
    return aud_str_eq(out->name, AUD_LIT(".")) ? name_here(args, &out->name, err) : AUD_OK;
}

aud_status aud_operand_sources(aud_args *args, const aud_source_config **out, size_t *out_num,
                               aud_error *err)
{
    size_t num = args->operands.len;
    aud_source_config *sources = aud_arena_array(&args->arena, num, sizeof *sources);

    if (sources == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num; i++) {
        AUD_TRY(one_source(args, args->operands.items[i], &sources[i], err));
    }
    *out = sources;
    *out_num = num;
    return AUD_OK;
}

/* The configuration's sources, with --rev where they name none; or ".". */
static aud_status configured_sources(aud_args *args, const aud_config *config,
                                     aud_run_options *options, aud_error *err)
{
    aud_source_config *here;

    if (config->num_sources > 0) {
        options->sources_configured = true;
        return aud_config_sources(config, args->rev, &args->arena, &options->sources,
                                  &options->num_sources, err);
    }
    here = aud_arena_array(&args->arena, 1, sizeof *here);
    if (here == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    options->sources = here;
    options->num_sources = 1;
    return one_source(args, AUD_LIT("."), here, err);
}

aud_status aud_run_options_of(aud_args *args, const aud_config *config, aud_run_options *out,
                              aud_error *err)
{
    *out = (aud_run_options){
        .config = config,
        .at = args->at,
        .at_given = args->at_text.len > 0,
        .num_threads = args->jobs,
        .policy_dirs = args->policy_dirs.items,
        .num_policy_dirs = args->policy_dirs.len,
        .select = args->select.items,
        .num_select = args->select.len,
        .skip = args->skip.items,
        .num_skip = args->skip.len,
        .passwords = args->passwords.items,
        .num_passwords = args->passwords.len,
        .waivers = args->waivers,
        .baseline = args->baseline,
        .fail_on_new = args->fail_on_new,
        .whole = args->select.len + args->skip.len + args->base.len == 0 && !args->staged,
        .fail_on_given = args->has_fail_on,
    };
    if (args->operands.len > 0) {
        /* arguments in place of a configuration's sources are a part of them */
        out->whole = out->whole && config->num_sources == 0;
        return aud_operand_sources(args, &out->sources, &out->num_sources, err);
    }
    return configured_sources(args, config, out, err);
}
