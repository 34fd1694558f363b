/* engine/audit/policy_case.c - a case is judged as whoever wrote it sees it: alone. */
#include "engine/audit/policy_case.h"

#include "engine/base/out.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PATH = 4096, MAX_BYTES = 64 << 20, MAX_DEPTH = 16, MAX_OPEN = 16 };

typedef struct scratch {
    char path[MAX_PATH]; /* empty: none was made */
} scratch;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    AUD_UNUSED(info);
    AUD_UNUSED(kind);
    AUD_UNUSED(at);
    return remove(path);
}

/* Links are removed, never followed. */
static void scratch_clear(scratch *s)
{
    if (s->path[0] != '\0') {
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): a folder of this thread alone */
        (void)nftw(s->path, remove_one, MAX_OPEN, FTW_DEPTH | FTW_PHYS);
    }
}

static aud_status scratch_make(scratch *s, aud_error *err)
{
    const char *base = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe) */
    int len = snprintf(s->path, sizeof s->path, "%s/certaudit-case-XXXXXX",
                       base == NULL || base[0] == '\0' ? "/tmp" : base);

    if (len < 0 || (size_t)len >= sizeof s->path || mkdtemp(s->path) == NULL) {
        s->path[0] = '\0';
        return aud_fail(err, AUD_E_IO, "cannot make a scratch folder for a case");
    }
    return AUD_OK;
}

static aud_status join(aud_arena *arena, aud_str folder, aud_str name, aud_str *out, aud_error *err)
{
    if (folder.len + name.len + 2 > MAX_PATH) {
        return aud_fail(err, AUD_E_LIMIT, "a path longer than %d bytes", MAX_PATH);
    }
    return aud_arena_printf(arena, out, err, "%.*s/%.*s", AUD_ARG(folder), AUD_ARG(name));
}

static aud_status write_file(aud_str path, aud_str bytes, aud_error *err)
{
    FILE *file = fopen(path.ptr, "wb");
    bool written;

    if (file == NULL) {
        return aud_fail(err, AUD_E_IO, "cannot write a case's copy");
    }
    written = bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len;
    return fclose(file) == 0 && written ? AUD_OK
                                        : aud_fail(err, AUD_E_IO, "cannot write a case's copy");
}

static aud_status make_folder(aud_str path, aud_error *err)
{
    return mkdir(path.ptr, 0700) == 0 ? AUD_OK
                                      : aud_fail(err, AUD_E_IO, "cannot make a case's folder");
}

/* An empty repository: all that tells "kept in git" from "lies in a folder". */
static aud_status make_repository(aud_arena *arena, aud_str folder, aud_error *err)
{
    static const char *const folders[] = {".git", ".git/objects", ".git/refs", ".git/refs/heads"};
    aud_str path;

    for (size_t i = 0; i < AUD_COUNT(folders); i++) {
        AUD_TRY(join(arena, folder, aud_str_of(folders[i]), &path, err));
        AUD_TRY(make_folder(path, err));
    }
    AUD_TRY(join(arena, folder, AUD_LIT(".git/HEAD"), &path, err));
    return write_file(path, AUD_LIT("ref: refs/heads/main\n"), err);
}

static aud_status copy(aud_arena *arena, aud_str from, aud_str to, unsigned depth, aud_error *err);

static void close_dirp(DIR **dir)
{
    if (*dir != NULL) {
        (void)closedir(*dir);
    }
}

static aud_status copy_folder(aud_arena *arena, aud_str from, aud_str to, unsigned depth,
                              aud_error *err)
{
    AUD_CLEANUP(close_dirp) DIR *dir = opendir(from.ptr);
    const struct dirent *entry;

    if (dir == NULL) {
        return aud_fail(err, AUD_E_IO, "cannot read the folder of a case");
    }
    while ((entry = readdir(dir)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        aud_str name = aud_str_of(entry->d_name), source, target;

        if (aud_str_eq(name, AUD_LIT(".")) || aud_str_eq(name, AUD_LIT(".."))) {
            continue;
        }
        AUD_TRY(join(arena, from, name, &source, err));
        AUD_TRY(join(arena, to, name, &target, err));
        AUD_TRY(copy(arena, source, target, depth + 1, err));
    }
    return AUD_OK;
}

static aud_status copy(aud_arena *arena, aud_str from, aud_str to, unsigned depth, aud_error *err)
{
    struct stat info;
    aud_str bytes;

    if (depth > MAX_DEPTH || stat(from.ptr, &info) != 0) {
        return aud_fail(err, AUD_E_IO, "cannot copy a case");
    }
    if (S_ISDIR(info.st_mode)) {
        if (depth > 0) {
            AUD_TRY(make_folder(to, err));
        }
        return copy_folder(arena, from, to, depth, err);
    }
    AUD_TRY(aud_file_read(from, MAX_BYTES, arena, &bytes, err));
    return write_file(to, bytes, err);
}

/* The copy, ready to be a source. */
static aud_status lay_out(scratch *s, aud_arena *arena, aud_str path, aud_str name, aud_str *out,
                          aud_error *err)
{
    struct stat info;
    aud_str folder;

    AUD_TRY(scratch_make(s, err));
    folder = aud_str_of(s->path);
    if (!aud_str_has(name, AUD_LIT(".folder."))) {
        AUD_TRY(make_repository(arena, folder, err));
    }
    if (stat(path.ptr, &info) == 0 && S_ISDIR(info.st_mode)) {
        *out = folder;
        return copy(arena, path, folder, 0, err);
    }
    AUD_TRY(join(arena, folder, name, out, err));
    return copy(arena, path, *out, 0, err);
}

static aud_status say(const aud_case_setting *setting, aud_tested_case *out, const char *got,
                      aud_str message, aud_error *err)
{
    out->got = got;
    return aud_arena_dup(setting->arena, message, &out->message, err);
}

/* What one policy said of everything in the case. */
static aud_status sum_up(const aud_case_setting *setting, const aud_result *r, aud_tested_case *out,
                         aud_error *err)
{
    size_t counts[AUD_NUM_VERDICTS] = {0};
    char text[512];

    if (r->num_policy_errors > 0) {
        const aud_policy_error *e = &r->policy_errors[0];

        (void)snprintf(text, sizeof text, "line %u: %.*s", e->line, AUD_ARG(e->message));
        return say(setting, out, "error", aud_str_of(text), err);
    }
    if (r->num_policies != 1 || !r->policies[0].configured) {
        return say(setting, out, "error",
                   AUD_LIT("a required parameter is not set: set it in the certaudit.yaml beside "
                           "the cases"),
                   err);
    }
    for (size_t i = 0; i < r->num_subjects; i++) {
        if (r->verdicts[i] != AUD_V_NONE) {
            counts[r->verdicts[i]]++;
        }
    }
    for (size_t i = 0; i < r->num_gaps; i++) {
        if (r->gaps[i].accepted.len == 0 && counts[AUD_V_FAIL] + counts[AUD_V_PASS] == 0) {
            (void)snprintf(text, sizeof text, "it cannot be read: %.*s",
                           AUD_ARG(r->gaps[i].reason));
            return say(setting, out, "error", aud_str_of(text), err);
        }
    }
    out->got = counts[AUD_V_UNDECIDED] > 0 ? "undecided"
               : counts[AUD_V_FAIL] > 0    ? "fail"
               : counts[AUD_V_PASS] > 0    ? "pass"
                                           : "na";
    return r->num_findings == 0
               ? AUD_OK
               : aud_arena_dup(setting->arena, r->findings[0].message, &out->message, err);
}

static aud_status judge(const aud_case_setting *setting, aud_str path, aud_tested_case *out,
                        aud_error *err)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    const aud_source_config source = {.name = AUD_LIT("case"), .path = path};
    const aud_run_options options = {.config = setting->config,
                                     .sources = &source,
                                     .num_sources = 1,
                                     .at = setting->at,
                                     .at_given = true,
                                     .num_threads = 1,
                                     .policy_dirs = &setting->root,
                                     .num_policy_dirs = 1,
                                     .select = &setting->id,
                                     .num_select = 1,
                                     .lines = setting->lines};

    AUD_TRY(aud_run_new(&options, &run, err));
    return sum_up(setting, aud_run_result(run), out, err);
}

aud_status aud_policy_case_run(const aud_case_setting *setting, aud_str path, aud_tested_case *out,
                               aud_error *err)
{
    AUD_CLEANUP(scratch_clear) scratch s = {{0}};
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    aud_error inner = {0};
    aud_status st;
    aud_str copied;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    AUD_TRY(lay_out(&s, &arena, path, out->name, &copied, err));
    st = judge(setting, copied, out, &inner);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    if (st != AUD_OK) {
        AUD_TRY(say(setting, out, "error", aud_str_of(inner.message), err));
    }
    out->ok = strcmp(out->got, out->want) == 0;
    return AUD_OK;
}
