/* engine/evidence/pack.c - an evidence pack as a folder: written whole, or not at all. */
#include "engine/evidence/pack.h"

#include "engine/base/text.h"
#include "reporters/pack_csv.h"
#include "reporters/reporter.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct packing {
    const aud_pack_options *options;
    aud_str folder;
    aud_arena arena;
} packing;

static void packing_clear(packing *p)
{
    aud_arena_clear(&p->arena);
}

/* --- folders ---------------------------------------------------------------------------------- */

bool aud_pack_is_taken(aud_str path)
{
    char text[PATH_MAX];
    struct stat st;
    DIR *dir;
    size_t num = 0;

    if (path.len >= sizeof text) {
        return false;
    }
    (void)snprintf(text, sizeof text, "%.*s", AUD_ARG(path));
    if (lstat(text, &st) != 0) {
        return false;
    }
    dir = S_ISDIR(st.st_mode) ? opendir(text) : NULL;
    if (dir == NULL) {
        return true;
    }
    while (num < 3 && readdir(dir) != NULL) { // NOLINT(concurrency-mt-unsafe): its own stream
        num++;
    }
    (void)closedir(dir);
    return num > 2; /* more than "." and ".." */
}

static void make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
}

aud_status aud_pack_begin(aud_str path, aud_arena *arena, aud_str *out, aud_error *err)
{
    char text[PATH_MAX];
    mode_t mask;

    while (path.len > 1 && path.ptr[path.len - 1] == '/') {
        path.len--;
    }
    if (path.len == 0 || path.len + 16 >= sizeof text || memchr(path.ptr, '\0', path.len) != NULL) {
        return aud_fail(err, AUD_E_IO, "'%.*s' is no name for a pack", AUD_ARG(path));
    }
    (void)snprintf(text, sizeof text, "%.*s.part-XXXXXX", AUD_ARG(path));
    make_parents(text);
    if (mkdtemp(text) == NULL) {
        return aud_fail(err, AUD_E_IO, "cannot make a folder beside '%.*s'", AUD_ARG(path));
    }
    mask = umask(0);
    (void)umask(mask);
    (void)chmod(text, 0777 & ~mask);
    return aud_arena_dup(arena, aud_str_of(text), out, err);
}

aud_status aud_pack_finish(aud_str folder, aud_str path, aud_error *err)
{
    char from[PATH_MAX], to[PATH_MAX];

    (void)snprintf(from, sizeof from, "%.*s", AUD_ARG(folder));
    (void)snprintf(to, sizeof to, "%.*s", AUD_ARG(path));
    if (aud_pack_is_taken(path) || rename(from, to) != 0) {
        return aud_fail(err, AUD_E_IO,
                        "'%s' cannot be made: there is something already, and evidence is never "
                        "written over",
                        to);
    }
    return AUD_OK;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    AUD_UNUSED(st);
    AUD_UNUSED(type);
    AUD_UNUSED(where);
    return remove(path);
}

void aud_pack_drop(aud_str folder)
{
    enum { HANDLES = 8 };
    char text[PATH_MAX];

    if (folder.len > 0 && folder.len < sizeof text) {
        (void)snprintf(text, sizeof text, "%.*s", AUD_ARG(folder));
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): a folder of this thread alone */
        (void)nftw(text, remove_one, HANDLES, FTW_DEPTH | FTW_PHYS);
    }
}

/* --- files ------------------------------------------------------------------------------------ */

static aud_status open_in(packing *p, const char *name, aud_out **out, aud_error *err)
{
    aud_str path;

    AUD_TRY(aud_arena_printf(&p->arena, &path, err, "%.*s/%s", AUD_ARG(p->folder), name));
    return aud_out_open_file(path, out, err);
}

static aud_status write_report(packing *p, const char *reporter, const char *name, aud_error *err)
{
    const aud_reporter *r = aud_reporter_find(aud_str_of(reporter), false);
    const aud_option whole = {.key = AUD_LIT("population"), .value = AUD_LIT("all")};
    const aud_report_env env = {.options = &whole,
                                .num_options = strcmp(reporter, "html") == 0 ? 1 : 0,
                                .least = AUD_SEV_INFO};
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;

    if (r == NULL) {
        return aud_fail(err, AUD_E_USAGE, "there is no reporter '%s'", reporter);
    }
    AUD_TRY(open_in(p, name, &out, err));
    AUD_TRY(r->write(p->options->result, &env, out, err));
    return aud_out_finish(out, err);
}

typedef aud_status (*write_table)(const aud_result *result, aud_out *out, aud_error *err);

static aud_status write_csv(packing *p, write_table write, const char *name, aud_error *err)
{
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;

    AUD_TRY(open_in(p, name, &out, err));
    AUD_TRY(write(p->options->result, out, err));
    return aud_out_finish(out, err);
}

typedef aud_status (*write_document)(const aud_pack_options *options, aud_out *out, aud_error *err);

static aud_status write_json(packing *p, write_document write, const char *name, aud_error *err)
{
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;

    AUD_TRY(open_in(p, name, &out, err));
    AUD_TRY(write(p->options, out, err));
    return aud_out_finish(out, err);
}

/* "core/key_size" is a path of its own; whatever else a folder may be called gets a plain name. */
static aud_status policy_name(packing *p, const aud_policy_info *policy, aud_str *out,
                              aud_error *err)
{
    bool plain = true;

    for (size_t i = 0; i < policy->id.len; i++) {
        const char c = policy->id.ptr[i];
        plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '/');
    }
    return plain ? aud_arena_printf(&p->arena, out, err, "policies/%.*s.lua", AUD_ARG(policy->id))
                 : aud_arena_printf(&p->arena, out, err, "policies/%.*s.lua",
                                    AUD_ARG(policy->sha256));
}

static aud_status write_policy(packing *p, const aud_policy_info *policy, aud_error *err)
{
    const aud_str text = aud_site_policy_text(p->options->site, policy->id);
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    aud_str name;

    if (text.len == 0) { /* the engine's own findings have no text */
        return AUD_OK;
    }
    AUD_TRY(policy_name(p, policy, &name, err));
    AUD_TRY(open_in(p, name.ptr, &out, err));
    aud_out_str(out, text);
    return aud_out_finish(out, err);
}

/* A policy's digest is that of its text with its pack.lua behind it. */
static aud_status write_policies(packing *p, aud_error *err)
{
    const aud_result *result = p->options->result;
    aud_str last = {NULL, 0};

    for (size_t i = 0; i < result->num_policies; i++) {
        const aud_policy_info *policy = &result->policies[i];

        AUD_TRY(write_policy(p, policy, err));
        if (policy->pack_path.len > 0 && !aud_str_eq(policy->pack, last)) {
            aud_policy_info pack = {.pack = policy->pack};

            AUD_TRY(aud_arena_printf(&p->arena, &pack.id, err, "%.*s/pack", AUD_ARG(pack.pack)));
            AUD_TRY(write_policy(p, &pack, err));
            last = policy->pack;
        }
    }
    return AUD_OK;
}

static aud_status write_sums(packing *p, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = (size_t)64 << 20};
    AUD_CLEANUP(aud_out_closep) aud_out *statement = NULL;
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    const aud_sum *sums;
    size_t num;

    AUD_TRY(aud_sums_of_folder(p->folder, false, &p->arena, &sums, &num, err));
    AUD_TRY(open_in(p, "statement.json", &statement, err));
    AUD_TRY(aud_pack_statement(p->options, sums, num, statement, err));
    AUD_TRY(aud_out_finish(statement, err));
    AUD_TRY(aud_sums_of_folder(p->folder, false, &p->arena, &sums, &num, err));
    AUD_TRY(aud_sums_write(sums, num, &text, err));
    AUD_TRY(open_in(p, AUD_SUMS_NAME, &out, err));
    aud_out_str(out, aud_buf_str(&text));
    return aud_out_finish(out, err);
}

static aud_status write_files(packing *p, aud_error *err)
{
    AUD_TRY(write_report(p, "html", "index.html", err));
    AUD_TRY(write_report(p, "json", "results.json", err));
    AUD_TRY(write_report(p, "sarif", "results.sarif", err));
    AUD_TRY(write_report(p, "junit", "junit.xml", err));
    AUD_TRY(write_csv(p, aud_population_csv, "population.csv", err));
    AUD_TRY(write_csv(p, aud_ciphers_csv, "cipher_inventory.csv", err));
    AUD_TRY(write_csv(p, aud_waivers_csv, "waivers.csv", err));
    AUD_TRY(write_csv(p, aud_timeline_csv, "timeline.csv", err));
    AUD_TRY(write_json(p, aud_pack_config, "config.json", err));
    AUD_TRY(write_json(p, aud_pack_record, "run.json", err));
    AUD_TRY(write_policies(p, err));
    return write_sums(p, err);
}

aud_status aud_pack_write(const aud_pack_options *options, aud_str folder, aud_error *err)
{
    AUD_CLEANUP(packing_clear) packing p = {.options = options, .folder = folder};

    aud_arena_init(&p.arena, AUD_ARENA_NO_MAX);
    return write_files(&p, err);
}
