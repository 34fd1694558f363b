/* engine/audit/policy_test.c - which policies are tested, by which cases, and what it came to. */
#include "engine/audit/policy_case.h"

#include "engine/base/instant.h"
#include "engine/base/out.h"
#include "engine/base/text.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_CASES = 10000, CONFIG_MAX = 1 << 20, CLOCK_MAX = 64 };
static const int64_t default_clock = INT64_C(1767225600); /* 2026-01-01T00:00:00Z */

typedef AUD_VEC(aud_tested_policy) policy_list;
typedef AUD_VEC(aud_tested_case) case_list;

typedef struct bench {
    aud_policy_tests *tests;
    aud_arena *arena; /* of the tests */
    aud_lines *lines;
    policy_list policies;
} bench;

static void bench_clear(bench *b)
{
    aud_lines_freep(&b->lines);
    aud_free(b->policies.items);
}

static void case_list_clear(case_list *list)
{
    aud_free(list->items);
}

static void close_dirp(DIR **dir)
{
    if (*dir != NULL) {
        (void)closedir(*dir);
    }
}

static bool is_folder(aud_str path)
{
    struct stat info;

    return stat(path.ptr, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_file(aud_str path)
{
    struct stat info;

    return stat(path.ptr, &info) == 0 && S_ISREG(info.st_mode);
}

static const char *verdict_of(aud_str name)
{
    return aud_str_starts(name, AUD_LIT("pass_"))   ? "pass"
           : aud_str_starts(name, AUD_LIT("fail_")) ? "fail"
           : aud_str_starts(name, AUD_LIT("na_"))   ? "na"
                                                    : NULL;
}

static int order_cases(const void *left, const void *right)
{
    return aud_str_cmp(((const aud_tested_case *)left)->name,
                       ((const aud_tested_case *)right)->name);
}

static aud_status list_cases(bench *b, aud_str folder, case_list *out, aud_error *err)
{
    AUD_CLEANUP(close_dirp) DIR *dir = opendir(folder.ptr);
    const struct dirent *entry;

    if (dir == NULL) {
        return aud_fail(err, AUD_E_IO, "cannot read the folder '%.*s' of cases", AUD_ARG(folder));
    }
    while ((entry = readdir(dir)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        aud_tested_case found = {.want = verdict_of(aud_str_of(entry->d_name)), .got = "error"};

        if (found.want == NULL) {
            continue;
        }
        if (out->len == MAX_CASES) {
            return aud_fail(err, AUD_E_LIMIT, "more than %d cases in '%.*s'", MAX_CASES,
                            AUD_ARG(folder));
        }
        AUD_TRY(aud_arena_dup(b->arena, aud_str_of(entry->d_name), &found.name, err));
        AUD_TRY(AUD_VEC_PUSH(out, found, err));
    }
    if (out->len > 0) {
        qsort(out->items, out->len, sizeof *out->items, order_cases);
    }
    return AUD_OK;
}

/* Beside the policy, or where the project keeps those of its own packs. */
static aud_status find_folder(bench *b, aud_str root, aud_str id, aud_str *out, aud_error *err)
{
    AUD_TRY(aud_arena_printf(b->arena, out, err, "%.*s/%.*s", AUD_ARG(root), AUD_ARG(id)));
    if (is_folder(*out)) {
        return AUD_OK;
    }
    AUD_TRY(aud_arena_printf(b->arena, out, err, "%.*s/../fixtures/policies/%.*s", AUD_ARG(root),
                             AUD_ARG(id)));
    if (!is_folder(*out)) {
        *out = (aud_str){NULL, 0};
    }
    return AUD_OK;
}

/* certaudit.yaml and clock of the cases; only the policy under test judges. */
static aud_status read_setting(bench *b, aud_tested_policy *policy, aud_config *config,
                               int64_t *out_at, aud_error *err)
{
    aud_str path, text;

    aud_config_defaults(config);
    *out_at = default_clock;
    AUD_TRY(aud_arena_printf(b->arena, &path, err, "%.*s/certaudit.yaml", AUD_ARG(policy->folder)));
    if (is_file(path)) {
        AUD_TRY(aud_file_read(path, CONFIG_MAX, b->arena, &text, err));
        AUD_TRY(aud_config_read(path, text, b->arena, config, err));
    }
    config->packs = NULL;
    config->num_packs = 0;
    config->dirs = NULL;
    config->num_dirs = 0;
    AUD_TRY(aud_arena_printf(b->arena, &path, err, "%.*s/clock", AUD_ARG(policy->folder)));
    if (is_file(path)) {
        AUD_TRY(aud_file_read(path, CLOCK_MAX, b->arena, &text, err));
        AUD_TRY(aud_instant_parse(aud_str_trim(text), out_at, err));
    }
    return AUD_OK;
}

static aud_status keep_error(bench *b, aud_tested_policy *policy, aud_status st,
                             const aud_error *inner, aud_error *err)
{
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    policy->error_line = inner->line;
    return aud_arena_printf(b->arena, &policy->error, err, "%s%s%s", inner->path,
                            inner->path[0] == '\0' ? "" : ": ", inner->message);
}

static aud_status run_cases(bench *b, aud_str root, aud_tested_policy *policy, aud_error *err)
{
    AUD_CLEANUP(case_list_clear) case_list cases = {0};
    aud_config config;
    aud_case_setting setting = {
        .root = root, .id = policy->id, .config = &config, .lines = b->lines, .arena = b->arena};
    aud_error inner = {0};
    aud_tested_case *kept;
    aud_status st;

    AUD_TRY(list_cases(b, policy->folder, &cases, err));
    st = read_setting(b, policy, &config, &setting.at, &inner);
    if (st != AUD_OK) {
        return keep_error(b, policy, st, &inner, err);
    }
    kept = aud_arena_array(b->arena, cases.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < cases.len; i++) {
        aud_str path;

        AUD_TRY(aud_arena_printf(b->arena, &path, err, "%.*s/%.*s", AUD_ARG(policy->folder),
                                 AUD_ARG(cases.items[i].name)));
        AUD_TRY(aud_policy_case_run(&setting, path, &cases.items[i], err));
        policy->num_wrong += !cases.items[i].ok;
        policy->lacks_pass = policy->lacks_pass && strcmp(cases.items[i].want, "pass") != 0;
        policy->lacks_fail = policy->lacks_fail && strcmp(cases.items[i].want, "fail") != 0;
        policy->lacks_na = policy->lacks_na && strcmp(cases.items[i].want, "na") != 0;
        kept[i] = cases.items[i];
    }
    policy->cases = kept;
    policy->num_cases = cases.len;
    return AUD_OK;
}

static aud_status take_lines(bench *b, aud_tested_policy *policy, aud_error *err)
{
    const aud_policy_lines *lines = aud_lines_find(b->lines, policy->id);
    uint32_t *unreached;

    if (lines == NULL) {
        return AUD_OK;
    }
    policy->lines = lines->can;
    policy->reached = lines->ran;
    unreached = aud_arena_array(b->arena, (size_t)(lines->can - lines->ran) + 1, sizeof *unreached);
    if (unreached == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (uint32_t i = 0, num = 0; i < lines->num; i++) {
        if (lines->states[i] == AUD_LINE_CAN) {
            unreached[num++] = i + 1;
        }
    }
    policy->unreached = unreached;
    return AUD_OK;
}

/* `texts` is the policy's, and behind it that of its pack.lua if `num` is 2. */
static aud_status test_policy(bench *b, aud_str root, const aud_policy_text *texts, size_t num,
                              aud_error *err)
{
    AUD_CLEANUP(aud_policy_set_freep) aud_policy_set *set = NULL;
    const aud_policy_load load = {.texts = texts, .num_texts = num};
    const aud_policy_text *text = &texts[0];
    aud_tested_policy policy = {.id = text->id,
                                .path = text->path,
                                .lacks_pass = true,
                                .lacks_fail = true,
                                .lacks_na = true};
    const aud_policy_error *errors;
    size_t num_errors = 0;

    AUD_TRY(aud_policy_set_new(&load, &set, err));
    errors = aud_policy_set_errors(set, &num_errors);
    if (num_errors > 0) {
        policy.error_line = errors[0].line;
        policy.path = errors[0].path.len > 0 ? errors[0].path : policy.path;
        AUD_TRY(aud_arena_dup(b->arena, errors[0].message, &policy.error, err));
        AUD_TRY(aud_arena_dup(b->arena, policy.path, &policy.path, err));
        return AUD_VEC_PUSH(&b->policies, policy, err);
    }
    AUD_TRY(find_folder(b, root, text->id, &policy.folder, err));
    if (policy.folder.len > 0) {
        AUD_TRY(run_cases(b, root, &policy, err));
    }
    AUD_TRY(take_lines(b, &policy, err));
    return AUD_VEC_PUSH(&b->policies, policy, err);
}

static bool is_pack_text(const aud_policy_text *text)
{
    return aud_str_ends(text->id, AUD_LIT("/pack"));
}

static bool same_pack(const aud_policy_text *a, const aud_policy_text *b)
{
    return aud_str_eq(aud_str_sub(a->id, 0, aud_str_find(a->id, AUD_LIT("/"), 0)),
                      aud_str_sub(b->id, 0, aud_str_find(b->id, AUD_LIT("/"), 0)));
}

/* All packs of the root, or one. Lines are counted by id: those of another root start anew. */
static aud_status test_root(bench *b, aud_str root, aud_str pack, aud_error *err)
{
    const aud_policy_text *texts = NULL;
    size_t num = 0;

    aud_lines_freep(&b->lines);
    AUD_TRY(aud_lines_new(&b->lines, err));
    AUD_TRY(aud_policy_read_dir(root, &pack, pack.len > 0 ? 1 : 0, b->arena, &texts, &num, err));
    for (size_t i = 0; i < num; i++) {
        aud_policy_text both[2] = {texts[i]};
        size_t k = 0;

        if (is_pack_text(&texts[i])) {
            continue;
        }
        while (k < num && !(is_pack_text(&texts[k]) && same_pack(&texts[k], &texts[i]))) {
            k++;
        }
        both[1] = k < num ? texts[k] : both[0];
        AUD_TRY(test_policy(b, root, both, k < num ? 2 : 1, err));
    }
    return AUD_OK;
}

/* Whether policies lie in the folder itself: then it is a pack, not a folder of packs. */
static bool is_pack(aud_str folder)
{
    AUD_CLEANUP(close_dirp) DIR *dir = opendir(folder.ptr);
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        if (aud_str_ends(aud_str_of(entry->d_name), AUD_LIT(".lua"))) {
            return true;
        }
    }
    return false;
}

static aud_status test_pack_folder(bench *b, aud_str folder, aud_error *err)
{
    char resolved[PATH_MAX];
    aud_str path, name;
    size_t slash = 0;

    if (realpath(folder.ptr, resolved) == NULL) {
        return aud_fail(err, AUD_E_IO, "cannot read the folder '%.*s'", AUD_ARG(folder));
    }
    while (folder.len > 1 && folder.ptr[folder.len - 1] == '/') {
        folder.len--;
    }
    /* as it was named, where that ends in the pack's name: messages stay short */
    path = aud_str_ends(folder, AUD_LIT(".")) ? aud_str_of(resolved) : folder;
    for (size_t i = 0; i < path.len; i++) {
        slash = path.ptr[i] == '/' ? i : slash;
    }
    name = path.ptr[slash] == '/' ? aud_str_sub(path, slash + 1, path.len) : path;
    AUD_TRY(aud_arena_dup(b->arena, name, &name, err));
    AUD_TRY(aud_arena_dup(b->arena,
                          path.ptr[slash] != '/' ? AUD_LIT(".")
                          : slash == 0           ? AUD_LIT("/")
                                                 : aud_str_sub(path, 0, slash),
                          &path, err));
    return test_root(b, path, name, err);
}

static aud_status unknown_place(aud_str place, const aud_str *roots, size_t num_roots,
                                aud_error *err)
{
    return aud_fail(err, AUD_E_USAGE, "'%.*s' is neither a folder nor a pack in %.*s%s",
                    AUD_ARG(place),
                    AUD_ARG(num_roots > 0 ? roots[0] : AUD_LIT("a folder of policies")),
                    num_roots > 1 ? " or the other folders of policies" : "");
}

static aud_status test_place(bench *b, aud_str place, const aud_str *roots, size_t num_roots,
                             aud_error *err)
{
    aud_str path;

    for (size_t i = 0; i < num_roots; i++) {
        AUD_TRY(
            aud_arena_printf(b->arena, &path, err, "%.*s/%.*s", AUD_ARG(roots[i]), AUD_ARG(place)));
        if (!aud_str_has(place, AUD_LIT("/")) && is_folder(path) && is_pack(path)) {
            return test_root(b, roots[i], place, err);
        }
    }
    AUD_TRY(aud_arena_dup(b->arena, place, &path, err));
    if (!is_folder(path)) {
        return unknown_place(place, roots, num_roots, err);
    }
    return is_pack(path) ? test_pack_folder(b, path, err)
                         : test_root(b, path, (aud_str){NULL, 0}, err);
}

bool aud_tested_policy_ok(const aud_tested_policy *policy)
{
    return policy->error.len == 0 && policy->num_wrong == 0 && !policy->lacks_pass &&
           !policy->lacks_fail && !policy->lacks_na;
}

static aud_status finish(bench *b, aud_error *err)
{
    aud_tested_policy *kept = aud_arena_array(b->arena, b->policies.len, sizeof *kept);

    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < b->policies.len; i++) {
        kept[i] = b->policies.items[i];
        b->tests->num_cases += kept[i].num_cases;
        b->tests->num_wrong += kept[i].num_wrong;
        b->tests->num_failed += !aud_tested_policy_ok(&kept[i]);
    }
    b->tests->policies = kept;
    b->tests->num_policies = b->policies.len;
    return AUD_OK;
}

void aud_policy_tests_freep(aud_policy_tests **tests)
{
    if (*tests != NULL) {
        aud_arena_clear(&(*tests)->arena);
        aud_free(*tests);
        *tests = NULL;
    }
}

aud_status aud_policy_tests_new(const aud_str *places, size_t num_places, const aud_str *roots,
                                size_t num_roots, aud_policy_tests **out, aud_error *err)
{
    AUD_CLEANUP(aud_policy_tests_freep) aud_policy_tests *tests = aud_alloc_zero(1, sizeof *tests);
    AUD_CLEANUP(bench_clear) bench b = {.tests = tests};

    if (tests == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&tests->arena, AUD_ARENA_NO_MAX);
    b.arena = &tests->arena;
    for (size_t i = 0; i < num_places; i++) {
        AUD_TRY(test_place(&b, places[i], roots, num_roots, err));
    }
    for (size_t i = 0; num_places == 0 && i < num_roots; i++) {
        AUD_TRY(test_root(&b, roots[i], (aud_str){NULL, 0}, err));
    }
    AUD_TRY(finish(&b, err));
    *out = AUD_MOVE(tests);
    return AUD_OK;
}
