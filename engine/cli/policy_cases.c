/* engine/cli/policy_cases.c - `policy test`: cases, coverage, JUnit. */
#include "engine/audit/policy_test.h"
#include "engine/cli/policy_parts.h"
#include "engine/tree/xml.h"

#include <sys/stat.h>

enum { LINE_MAX_BYTES = 1 << 20 };

/* "12, 15-17" */
static aud_status add_unreached(aud_buf *line, const aud_tested_policy *p, aud_error *err)
{
    uint32_t num = p->lines - p->reached;

    for (uint32_t i = 0, last; i < num; i = last + 1) {
        for (last = i; last + 1 < num && p->unreached[last + 1] == p->unreached[last] + 1; last++) {
        }
        AUD_TRY(aud_buf_printf(line, err, "%s%u", i == 0 ? "" : ", ", p->unreached[i]));
        if (last > i) {
            AUD_TRY(aud_buf_printf(line, err, "-%u", p->unreached[last]));
        }
    }
    return AUD_OK;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 100 : (unsigned)(part * 100 / whole);
}

static void put(const aud_wrap *wrap, const char *name, aud_buf *line)
{
    aud_policy_put(wrap, 2, name, aud_buf_str(line));
    line->len = 0;
}

static aud_status add_lacking(aud_buf *line, const aud_tested_policy *p, aud_error *err)
{
    AUD_TRY(
        aud_buf_printf(line, err, "no%s%s%s case", p->lacks_pass ? " pass_" : "",
                       p->lacks_fail ? (p->lacks_pass ? ", no fail_" : " fail_") : "",
                       p->lacks_na ? (p->lacks_pass || p->lacks_fail ? ", no na_" : " na_") : ""));
    return p->folder.len > 0 ? aud_buf_printf(line, err, " in %.*s", AUD_ARG(p->folder))
                             : aud_buf_printf(line, err, ": there is no folder of cases '%.*s'",
                                              AUD_ARG(aud_str_sub(p->path, 0, p->path.len - 4)));
}

static aud_status add_wrong(aud_buf *line, const aud_tested_case *c, aud_error *err)
{
    return aud_buf_printf(line, err, "%.*s: got %s, want %s%s%.*s", AUD_ARG(c->name), c->got,
                          c->want, c->message.len > 0 ? ": " : "", AUD_ARG(c->message));
}

static aud_status print_policy(const aud_wrap *wrap, const aud_tested_policy *p, aud_buf *line,
                               aud_error *err)
{
    AUD_TRY(aud_buf_printf(line, err, "%s %-28.*s %3zu case%s %4u%% of %u line%s\n",
                           aud_tested_policy_ok(p) ? "ok    " : "FAILED", AUD_ARG(p->id),
                           p->num_cases, p->num_cases == 1 ? " " : "s",
                           percent(p->reached, p->lines), p->lines, p->lines == 1 ? "" : "s"));
    aud_out_str(wrap->out, aud_buf_str(line));
    line->len = 0;
    if (p->error.len > 0) {
        AUD_TRY(aud_buf_printf(line, err, "%.*s:%u: %.*s", AUD_ARG(p->path), p->error_line,
                               AUD_ARG(p->error)));
        put(wrap, "error", line);
        return AUD_OK;
    }
    for (size_t i = 0; i < p->num_cases; i++) {
        if (!p->cases[i].ok) {
            AUD_TRY(add_wrong(line, &p->cases[i], err));
            put(wrap, "wrong", line);
        }
    }
    if (p->lacks_pass || p->lacks_fail || p->lacks_na) {
        AUD_TRY(add_lacking(line, p, err));
        put(wrap, "lacks", line);
    }
    if (p->reached < p->lines && p->num_cases > 0) {
        AUD_TRY(add_unreached(line, p, err));
        put(wrap, "not reached", line);
    }
    return AUD_OK;
}

static aud_status print(const aud_policy_tests *tests, aud_out *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf line = {.max = LINE_MAX_BYTES};
    const aud_wrap wrap = {.out = out, .width = aud_policy_width()};
    uint64_t lines = 0, reached = 0;

    for (size_t i = 0; i < tests->num_policies; i++) {
        AUD_TRY(print_policy(&wrap, &tests->policies[i], &line, err));
        lines += tests->policies[i].lines;
        reached += tests->policies[i].reached;
    }
    aud_out_printf(out,
                   "\n%zu polic%s, %zu case%s: %zu polic%s failed, %zu case%s wrong; %u%% of %llu "
                   "lines reached\n",
                   tests->num_policies, tests->num_policies == 1 ? "y" : "ies", tests->num_cases,
                   tests->num_cases == 1 ? "" : "s", tests->num_failed,
                   tests->num_failed == 1 ? "y" : "ies", tests->num_wrong,
                   tests->num_wrong == 1 ? "" : "s", percent(reached, lines),
                   (unsigned long long)lines);
    return AUD_OK;
}

static void junit_case(aud_xml_writer *w, aud_str policy, aud_str name, bool ok, aud_str message)
{
    aud_xml_begin(w, "testcase");
    aud_xml_put(w, "name", name);
    aud_xml_put(w, "classname", policy);
    aud_xml_put(w, "time", AUD_LIT("0"));
    if (!ok) {
        aud_xml_begin(w, "failure");
        aud_xml_put(w, "message", message);
        aud_xml_put(w, "type", AUD_LIT("policy test"));
        aud_xml_text(w, message);
        aud_xml_end(w, "failure");
    }
    aud_xml_end(w, "testcase");
}

/* Besides its cases a policy has one that says whether it loads and has one of each. */
static aud_status junit_policy(aud_xml_writer *w, const aud_tested_policy *p, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf line = {.max = LINE_MAX_BYTES};
    bool whole = p->error.len == 0 && !p->lacks_pass && !p->lacks_fail && !p->lacks_na;

    aud_xml_begin(w, "testsuite");
    aud_xml_put(w, "name", p->id);
    aud_xml_put_int(w, "tests", (int64_t)p->num_cases + 1);
    aud_xml_put_int(w, "failures", (int64_t)p->num_wrong + !whole);
    aud_xml_put_int(w, "errors", 0);
    aud_xml_put_int(w, "skipped", 0);
    aud_xml_put(w, "time", AUD_LIT("0"));
    if (p->error.len > 0) {
        AUD_TRY(aud_buf_printf(&line, err, "%.*s:%u: %.*s", AUD_ARG(p->path), p->error_line,
                               AUD_ARG(p->error)));
    } else if (!whole) {
        AUD_TRY(add_lacking(&line, p, err));
    }
    junit_case(w, p->id, AUD_LIT("loads and has pass_, fail_ and na_ cases"), whole,
               aud_buf_str(&line));
    for (size_t i = 0; i < p->num_cases; i++) {
        line.len = 0;
        AUD_TRY(add_wrong(&line, &p->cases[i], err));
        junit_case(w, p->id, p->cases[i].name, p->cases[i].ok, aud_buf_str(&line));
    }
    aud_xml_end(w, "testsuite");
    return AUD_OK;
}

static aud_status write_junit(const aud_policy_tests *tests, aud_out *file, aud_error *err)
{
    aud_xml_writer w;
    size_t cases = tests->num_cases + tests->num_policies, failures = tests->num_wrong;

    for (size_t i = 0; i < tests->num_policies; i++) {
        const aud_tested_policy *p = &tests->policies[i];

        failures += p->error.len > 0 || p->lacks_pass || p->lacks_fail || p->lacks_na;
    }
    aud_xml_writer_init(&w, file);
    aud_xml_begin(&w, "testsuites");
    aud_xml_put(&w, "name", AUD_LIT("certaudit policy test"));
    aud_xml_put_int(&w, "tests", (int64_t)cases);
    aud_xml_put_int(&w, "failures", (int64_t)failures);
    aud_xml_put_int(&w, "errors", 0);
    aud_xml_put(&w, "time", AUD_LIT("0"));
    for (size_t i = 0; i < tests->num_policies; i++) {
        AUD_TRY(junit_policy(&w, &tests->policies[i], err));
    }
    aud_xml_end(&w, "testsuites");
    aud_out_char(file, '\n');
    return AUD_OK;
}

/* Folders of packs: the configuration's, the added ones; without any the folder that `new` uses. */
static aud_status find_roots(aud_args *args, aud_strs *out, aud_error *err)
{
    const aud_str usual = AUD_LIT("policies");
    struct stat info;
    aud_config config;

    AUD_TRY(aud_policy_config(args, (aud_str){NULL, 0}, &config, err));
    for (size_t i = 0; i < config.num_dirs; i++) {
        aud_str dir;

        AUD_TRY(aud_config_path(&config, config.dirs[i], &args->arena, &dir, err));
        AUD_TRY(AUD_VEC_PUSH(out, dir, err));
    }
    for (size_t i = 0; i < args->policy_dirs.len; i++) {
        AUD_TRY(AUD_VEC_PUSH(out, args->policy_dirs.items[i], err));
    }
    if (out->len == 0 && stat(usual.ptr, &info) == 0 && S_ISDIR(info.st_mode)) {
        return AUD_VEC_PUSH(out, usual, err);
    }
    return AUD_OK;
}

static void strs_clear(aud_strs *list)
{
    aud_free(list->items);
}

static aud_status report(const aud_args *args, const aud_policy_tests *tests, aud_out *out,
                         aud_error *err)
{
    aud_out *file = NULL;

    AUD_TRY(aud_policy_output(args, "junit", out, &file, err));
    if (file != out) {
        AUD_TRY(print(tests, out, err));
    }
    if (file != NULL) {
        AUD_TRY(write_junit(tests, file, err));
    }
    return aud_policy_close(args, out, file, err);
}

int aud_policy_test(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(aud_policy_tests_freep) aud_policy_tests *tests = NULL;
    AUD_CLEANUP(strs_clear) aud_strs roots = {0};
    aud_error err = {0};
    aud_status st;

    if (args->select.len > 0 || args->skip.len > 0) {
        return aud_policy_usage("test [DIR|PACK...] [-o junit=PATH]");
    }
    st = find_roots(args, &roots, &err);
    if (st == AUD_OK) {
        st = aud_policy_tests_new(args->operands.items, args->operands.len, roots.items, roots.len,
                                  &tests, &err);
    }
    if (st != AUD_OK) {
        return aud_policy_failed(st, &err);
    }
    st = report(args, tests, out, &err);
    if (st != AUD_OK) {
        aud_complain(&err);
        return st == AUD_E_USAGE ? AUD_EXIT_USAGE : AUD_EXIT_OUTPUT;
    }
    if (tests->num_policies == 0) {
        aud_say(
            "certaudit: nothing was tested: name a folder of packs or a pack; 'certaudit policy "
            "new PACK/NAME' begins one");
    }
    for (size_t i = 0; i < tests->num_policies; i++) {
        if (tests->policies[i].error.len > 0) {
            return AUD_EXIT_USAGE;
        }
    }
    return tests->num_failed > 0   ? AUD_EXIT_FINDINGS
           : tests->num_cases == 0 ? AUD_EXIT_NOTHING
                                   : AUD_EXIT_CLEAN;
}
