/* engine/cli/args.c - one table of options for getopt_long, the environment, --help and "did you
 * mean". */
#include "engine/cli/cli.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef enum opt {
    OPT_CONFIG,
    OPT_REV,
    OPT_BASE,
    OPT_STAGED,
    OPT_GATE_FROM,
    OPT_HOOK,
    OPT_AT,
    OPT_FAIL_ON,
    OPT_OUTPUT,
    OPT_POLICIES,
    OPT_DIR,
    OPT_WAIVERS,
    OPT_PROPOSE_WAIVERS,
    OPT_BASELINE,
    OPT_FAIL_ON_NEW,
    OPT_SELECT,
    OPT_SKIP,
    OPT_MIN_SEVERITY,
    OPT_PASSWORD_FILE,
    OPT_PERIOD,
    OPT_REF,
    OPT_PACK,
    OPT_ALL_COMMITS,
    OPT_FISCAL_START,
    OPT_SIGN_KEY,
    OPT_SIGN_CERT,
    OPT_ATTACH,
    OPT_TRUST,
    OPT_DIGESTS_ONLY,
    OPT_REPLAY,
    OPT_SAMPLE,
    OPT_SEED,
    OPT_JOBS,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_PROGRESS,
    OPT_COLOR,
    OPT_SHOW_CONFIG,
    OPT_HELP,
    OPT_VERSION,
    OPT_LATER, /* the contract's, not this version's */
    NUM_OPTS = OPT_LATER + 1
} opt;

typedef struct opt_row {
    const char *name;
    char letter;
    const char *value;       /* what it takes, for --help; NULL: a flag */
    const char *environment; /* CERTAUDIT_...; NULL: none */
    const char *help;
} opt_row;

static const opt_row rows[NUM_OPTS] = {
    [OPT_CONFIG] = {"config", 0, "FILE", "CERTAUDIT_CONFIG",
                    "configuration (default: certaudit.yaml of the repository one stands in)"},
    [OPT_REV] = {"rev", 0, "REV", "CERTAUDIT_REV",
                 "judge git sources at this revision instead of what lies on disk"},
    [OPT_BASE] = {"base", 0, "REV", "CERTAUDIT_BASE",
                  "report only what HEAD (or --rev) brings since it left REV, by REV's rules"},
    [OPT_STAGED] = {"staged", 0, NULL, NULL,
                    "judge what is staged: the index against HEAD, or against --base"},
    [OPT_GATE_FROM] = {"gate-from", 0, "REF", "CERTAUDIT_GATE_FROM",
                       "with --base: take the rules from REF, or PATH#REF, instead of REV"},
    [OPT_HOOK] = {"hook", 0, "pre-receive", NULL,
                  "as this hook of a bare repository: judge each branch of the push"},
    [OPT_AT] = {"at", 0, "TIME", "CERTAUDIT_AT", "judged instant, RFC 3339 (default: now)"},
    [OPT_FAIL_ON] = {"fail-on", 0, "SEVERITY", "CERTAUDIT_FAIL_ON",
                     "least severity that gates: critical, high (default), medium, low, info"},
    [OPT_OUTPUT] =
        {"output", 'o', "FORMAT[,KEY=VALUE...]=PATH", NULL,
         "write a report: auto[=DIR], baseline, codequality, csv, github,\n"
         "                                html, json, junit, markdown, sarif, text; '-' is "
         "standard output; may be\n                                repeated"},
    [OPT_POLICIES] = {"policies", 0, "DIR", "CERTAUDIT_POLICIES",
                      "add the policy packs below DIR; may be repeated"},
    [OPT_DIR] = {"dir", 0, "DIR", NULL, "policy new: the folder of packs (default: policies)"},
    [OPT_WAIVERS] = {"waivers", 0, "FILE", "CERTAUDIT_WAIVERS",
                     "approved exceptions, in place of those that the configuration names"},
    [OPT_PROPOSE_WAIVERS] = {"propose-waivers", 0, "FILE", NULL,
                             "write a skeleton of waivers for what fails, for approval"},
    [OPT_BASELINE] = {"baseline", 0, "FILE", "CERTAUDIT_BASELINE",
                      "findings that were known (-o baseline=, results.json) do not gate"},
    [OPT_FAIL_ON_NEW] = {"fail-on-new", 0, NULL, NULL,
                         "with --baseline: what is new gates from low on"},
    [OPT_SELECT] = {"select", 0, "GLOB", NULL,
                    "judge only by these policies; control:GLOB, such as\n"
                    "                                'control:pci_dss_4.0.1:*': by what they are "
                    "evidence for;\n                                may be repeated"},
    [OPT_SKIP] = {"skip", 0, "GLOB", NULL, "leave these policies out, in the same terms"},
    [OPT_MIN_SEVERITY] = {"min-severity", 0, "SEVERITY", "CERTAUDIT_MIN_SEVERITY",
                          "show findings from this severity on (display only)"},
    [OPT_PASSWORD_FILE] = {"password-file", 0, "FILE", "CERTAUDIT_PASSWORD_FILE",
                           "passwords for key stores, one a line, tried in order"},
    [OPT_PERIOD] = {"period", 0, "PERIOD", "CERTAUDIT_PERIOD",
                    "evidence: 2026, 2026-H2, 2026-Q3, 2026-07, FY2027-Q1, 2026-07-01..2026-09-30"},
    [OPT_REF] = {"ref", 0, "REF", "CERTAUDIT_REF",
                 "evidence: the branch whose commits are judged (default: HEAD)"},
    [OPT_PACK] = {"pack", 0, "PATH", NULL, "evidence: the pack to write"},
    [OPT_ALL_COMMITS] = {"all-commits", 0, NULL, NULL,
                         "evidence: every commit of the history, not first parents alone"},
    [OPT_FISCAL_START] = {"fiscal-start", 0, "MONTH", "CERTAUDIT_FISCAL_START",
                          "evidence: month in which the fiscal year starts, 1 to 12"},
    [OPT_SIGN_KEY] = {"sign-key", 0, "FILE", "CERTAUDIT_SIGN_KEY",
                      "evidence: ECDSA or RSA key that signs the pack"},
    [OPT_SIGN_CERT] = {"sign-cert", 0, "FILE", "CERTAUDIT_SIGN_CERT",
                       "evidence: its certificate, and those on the way to the root"},
    [OPT_ATTACH] = {"attach-timestamp", 0, "REPLY", NULL,
                    "evidence: add a time stamp reply (RFC 3161) to a pack"},
    [OPT_TRUST] = {"trust", 0, "FILE", "CERTAUDIT_TRUST",
                   "verify: certificates whose signatures count"},
    [OPT_DIGESTS_ONLY] = {"digests-only", 0, NULL, NULL, "verify: no signature is asked for"},
    [OPT_REPLAY] = {"replay", 0, "REPOSITORY", NULL,
                    "verify: perform the audit again and name the first difference"},
    [OPT_SAMPLE] = {"sample", 0, "N", NULL, "verify: draw N subjects of the population"},
    [OPT_SEED] = {"seed", 0, "N", NULL, "verify: what the sample is drawn by (default: 0)"},
    [OPT_JOBS] = {"jobs", 'j', "N", "CERTAUDIT_JOBS", "threads (default: all processors)"},
    [OPT_QUIET] = {"quiet", 'q', NULL, NULL, "no progress and no hints on standard error"},
    [OPT_VERBOSE] = {"verbose", 'v', NULL, NULL, "timings on standard error"},
    [OPT_PROGRESS] = {"progress", 0, "auto|plain|none", "CERTAUDIT_PROGRESS",
                      "progress on standard error"},
    [OPT_COLOR] = {"color", 0, "auto|always|never", "CERTAUDIT_COLOR",
                   "colour in text; NO_COLOR is honoured"},
    [OPT_SHOW_CONFIG] = {"show-config", 0, NULL, NULL, "print every value with its origin"},
    [OPT_HELP] = {"help", 'h', NULL, NULL, "this page"},
    [OPT_VERSION] = {"version", 'V', NULL, NULL, "program and library versions"},
    [OPT_LATER] = {"scope", 0, "NAME", NULL, NULL},

};

void aud_args_clear(aud_args *args)
{
    aud_free(args->operands.items);
    aud_free(args->outputs.items);
    aud_free(args->policy_dirs.items);
    aud_free(args->select.items);
    aud_free(args->skip.items);
    aud_free(args->passwords.items);
    aud_arena_clear(&args->arena);
}

static aud_status unknown_option(const char *word, aud_error *err)
{
    const char *names[NUM_OPTS];
    aud_str name = aud_str_of(word);
    const char *near;
    size_t end;

    while (name.len > 0 && name.ptr[0] == '-') {
        name = aud_str_sub(name, 1, name.len);
    }
    end = aud_str_find(name, AUD_LIT("="), 0);
    name = aud_str_sub(name, 0, end);
    for (size_t i = 0; i < NUM_OPTS; i++) {
        names[i] = rows[i].name;
    }
    near = aud_nearest(name, names, NUM_OPTS);
    return aud_fail(err, AUD_E_USAGE, "unknown option '%s'%s%s%s", word,
                    near == NULL ? "; see --help" : "; did you mean '--", near == NULL ? "" : near,
                    near == NULL ? "" : "'?");
}

/* `inventory` lists the population; every other command writes results. */
static bool lists_population(const aud_args *args)
{
    return strcmp(args->command, "inventory") == 0;
}

static aud_status unknown_format(const aud_args *args, aud_str name, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 1024};
    const char *names[64];
    size_t num = 0, known = 0;
    const aud_reporter *const *all = aud_reporter_all(&num);
    const char *near;

    if (!lists_population(args)) {
        names[known++] = "auto";
    }
    for (size_t i = 0; i < num && known < AUD_COUNT(names); i++) {
        if (all[i]->lists == lists_population(args)) {
            names[known++] = all[i]->name;
        }
    }
    near = aud_nearest(name, names, known);
    if (near != NULL) {
        return aud_fail(err, AUD_E_USAGE, "unknown format '%.*s'; did you mean '%s'?",
                        AUD_ARG(name), near);
    }
    for (size_t i = 0; i < known; i++) {
        AUD_TRY(aud_buf_printf(&text, err, "%s%s", i == 0 ? "" : ", ", names[i]));
    }
    return aud_fail(err, AUD_E_USAGE, "unknown format '%.*s': it is one of %.*s", AUD_ARG(name),
                    AUD_ARG(aud_buf_str(&text)));
}

/* "cases=all|failing" allows two values, "max=" any. */
static aud_status check_option(const aud_reporter *reporter, const aud_option *option,
                               aud_error *err)
{
    for (size_t i = 0; reporter->options != NULL && reporter->options[i] != NULL; i++) {
        aud_str declared = aud_str_of(reporter->options[i]), name, value;

        (void)aud_str_split(&declared, '=', &name);
        if (!aud_str_eq(name, option->key)) {
            continue;
        }
        if (declared.len == 0) {
            return AUD_OK;
        }
        while (aud_str_split(&declared, '|', &value)) {
            if (aud_str_eq(value, option->value)) {
                return AUD_OK;
            }
        }
        return aud_fail(err, AUD_E_USAGE, "format '%s' takes %s", reporter->name,
                        reporter->options[i]);
    }
    return aud_fail(err, AUD_E_USAGE, "format '%s' has no option '%.*s'", reporter->name,
                    AUD_ARG(option->key));
}

/* FORMAT[,KEY=VALUE...][=PATH]; without a path it is standard output. */
aud_status aud_args_output(aud_args *args, aud_str text, aud_error *err)
{
    aud_output output = {.path = AUD_LIT("-")};
    aud_option *options = aud_arena_array(&args->arena, 16, sizeof *options);
    size_t at = 0;
    aud_str name;

    if (options == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    while (at < text.len && text.ptr[at] != ',' && text.ptr[at] != '=') {
        at++;
    }
    name = aud_str_sub(text, 0, at);
    if (aud_str_eq(name, AUD_LIT("auto")) && !lists_population(args)) {
        return aud_forge_outputs(args, aud_str_sub(text, at + 1, text.len), err);
    }
    output.reporter = aud_reporter_find(name, lists_population(args));
    if (output.reporter == NULL) {
        return unknown_format(args, name, err);
    }
    while (at < text.len && text.ptr[at] == ',') {
        aud_option *option = &options[output.num_options];
        size_t key = at + 1, value;

        value = aud_str_find(text, AUD_LIT("="), key);
        if (value == SIZE_MAX || output.num_options == 15) {
            return aud_fail(err, AUD_E_USAGE, "'-o %.*s': write FORMAT,KEY=VALUE=PATH",
                            AUD_ARG(text));
        }
        option->key = aud_str_sub(text, key, value - key);
        at = value + 1;
        while (at < text.len && text.ptr[at] != ',' && text.ptr[at] != '=') {
            at++;
        }
        option->value = aud_str_sub(text, value + 1, at - value - 1);
        AUD_TRY(check_option(output.reporter, option, err));
        output.num_options++;
    }
    output.options = options;
    if (at < text.len) {
        output.path = aud_str_sub(text, at + 1, text.len);
    }
    if (output.path.len == 0) {
        return aud_fail(err, AUD_E_USAGE, "'-o %.*s' names no path; '-' is standard output",
                        AUD_ARG(text));
    }
    if (args->outputs.len == AUD_MAX_OUTPUTS) {
        return aud_fail(err, AUD_E_USAGE, "more than %d reports", AUD_MAX_OUTPUTS);
    }
    for (size_t i = 0; i < args->outputs.len; i++) {
        if (aud_str_eq(args->outputs.items[i].path, output.path)) {
            return aud_fail(err, AUD_E_USAGE, "two reports go to '%.*s'", AUD_ARG(output.path));
        }
    }
    return AUD_VEC_PUSH(&args->outputs, output, err);
}

/* NOLINTNEXTLINE(readability-function-size): one case an option */
static aud_status take(aud_args *args, opt which, const char *text, aud_error *err)
{
    aud_str value = aud_str_of(text);

    switch (which) {
    case OPT_CONFIG:
        args->config = value;
        break;
    case OPT_REV:
        args->rev = value;
        break;
    case OPT_BASE:
        args->base = value;
        break;
    case OPT_STAGED:
        args->staged = true;
        break;
    case OPT_GATE_FROM:
        args->gate_from = value;
        break;
    case OPT_HOOK:
        if (!aud_str_eq(value, AUD_LIT("pre-receive"))) {
            return aud_fail(err, AUD_E_USAGE, "'--hook %.*s': it is pre-receive", AUD_ARG(value));
        }
        args->hook = value;
        break;
    case OPT_AT:
        args->at_text = value;
        break;
    case OPT_FAIL_ON:
        args->fail_on_text = value;
        break;
    case OPT_OUTPUT:
        return aud_args_output(args, value, err);
    case OPT_POLICIES:
        return AUD_VEC_PUSH(&args->policy_dirs, value, err);
    case OPT_DIR:
        args->dir = value;
        break;
    case OPT_WAIVERS:
        args->waivers = value;
        break;
    case OPT_BASELINE:
        args->baseline = value;
        break;
    case OPT_FAIL_ON_NEW:
        args->fail_on_new = true;
        break;
    case OPT_PROPOSE_WAIVERS:
        args->propose_waivers = value;
        break;
    case OPT_SELECT:
        return AUD_VEC_PUSH(&args->select, value, err);
    case OPT_SKIP:
        return AUD_VEC_PUSH(&args->skip, value, err);
    case OPT_MIN_SEVERITY:
        args->min_severity_text = value;
        break;
    case OPT_PASSWORD_FILE:
        args->password_file = value;
        break;
    case OPT_PERIOD:
        args->period_text = value;
        break;
    case OPT_REF:
        args->ref = value;
        break;
    case OPT_PACK:
        args->pack = value;
        break;
    case OPT_ALL_COMMITS:
        args->all_commits = true;
        break;
    case OPT_FISCAL_START:
        args->fiscal_text = value;
        break;
    case OPT_SIGN_KEY:
        args->sign_key = value;
        break;
    case OPT_SIGN_CERT:
        args->sign_cert = value;
        break;
    case OPT_ATTACH:
        args->attach = value;
        break;
    case OPT_TRUST:
        args->trust = value;
        break;
    case OPT_DIGESTS_ONLY:
        args->digests_only = true;
        break;
    case OPT_REPLAY:
        args->replay = value;
        break;
    case OPT_SAMPLE:
        args->sample_text = value;
        break;
    case OPT_SEED:
        args->seed_text = value;
        break;
    case OPT_JOBS:
        args->jobs_text = value;
        break;
    case OPT_QUIET:
        args->quiet = true;
        break;
    case OPT_VERBOSE:
        args->verbose++;
        break;
    case OPT_PROGRESS:
        args->progress_text = value;
        break;
    case OPT_COLOR:
        args->color_text = value;
        break;
    case OPT_SHOW_CONFIG:
        args->show_config = true;
        break;
    case OPT_HELP:
        args->help = true;
        break;
    case OPT_VERSION:
        args->version = true;
        break;
    case OPT_LATER:
    case NUM_OPTS:
        break;
    }
    if (which >= OPT_LATER) {
        return aud_fail(err, AUD_E_USAGE, "'--%s' is not part of this version", rows[which].name);
    }
    return AUD_OK;
}

static aud_status read_environment(aud_args *args, aud_error *err)
{
    for (size_t i = 0; i < NUM_OPTS; i++) {
        const char *value =
            rows[i].environment == NULL ? NULL : getenv(rows[i].environment); /* NOLINT */

        if (value == NULL || value[0] == '\0') {
            continue;
        }
        args->origins[i] = AUD_FROM_ENVIRONMENT;
        if (take(args, (opt)i, value, err) != AUD_OK) {
            return AUD_E_USAGE;
        }
    }
    return AUD_OK;
}

static aud_status read_flags(aud_args *args, int argc, char **argv, aud_error *err)
{
    struct option longs[NUM_OPTS + 1] = {{0}};
    char shorts[2 * NUM_OPTS + 2] = ":";
    size_t len = 1;
    int got, last;

    for (size_t i = 0; i < NUM_OPTS; i++) {
        longs[i] =
            (struct option){.name = rows[i].name,
                            .has_arg = rows[i].value == NULL ? no_argument : required_argument,
                            .val = 256 + (int)i};
        if (rows[i].letter != 0) {
            shorts[len++] = rows[i].letter;
            if (rows[i].value != NULL) {
                shorts[len++] = ':';
            }
        }
    }
    opterr = 0;
    optind = 1;
    for (last = optind; (got = getopt_long(argc, argv, shorts, longs, NULL)) != -1; // NOLINT
         last = optind) {
        size_t which = NUM_OPTS;

        if (got == ':') {
            return aud_fail(err, AUD_E_USAGE, "'%s' needs a value", argv[optind - 1]);
        }
        if (got == '?') {
            return unknown_option(argv[last < argc ? last : argc - 1], err);
        }
        for (size_t i = 0; i < NUM_OPTS; i++) {
            if (got == 256 + (int)i || (rows[i].letter != 0 && got == rows[i].letter)) {
                which = i;
            }
        }
        args->origins[which] = AUD_FROM_FLAG;
        AUD_TRY(take(args, (opt)which, optarg, err));
    }
    for (int i = optind; i < argc; i++) {
        AUD_TRY(AUD_VEC_PUSH(&args->operands, aud_str_of(argv[i]), err));
    }
    return AUD_OK;
}

static aud_status one_of(aud_str text, const char *option, const char *const *words, int *out,
                         aud_error *err)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (aud_str_eq(text, aud_str_of(words[i]))) {
            *out = i;
            return AUD_OK;
        }
    }
    return aud_fail(err, AUD_E_USAGE, "'--%s %.*s': it is one of %s, %s, %s", option, AUD_ARG(text),
                    words[0], words[1], words[2]);
}

static aud_status check_severity(aud_str text, const char *option, aud_severity *out,
                                 aud_error *err)
{
    if (text.len > 0 && !aud_severity_find(text, out)) {
        return aud_fail(err, AUD_E_USAGE, "'--%s %.*s': it is critical, high, medium, low or info",
                        option, AUD_ARG(text));
    }
    return AUD_OK;
}

static aud_status read_passwords(aud_args *args, aud_error *err)
{
    aud_str text, line;

    if (args->password_file.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(aud_file_read(args->password_file, 1 << 20, &args->arena, &text, err));
    while (aud_str_split(&text, '\n', &line)) {
        if (aud_str_ends(line, AUD_LIT("\r"))) {
            line.len--;
        }
        if (line.len > 0) {
            AUD_TRY(AUD_VEC_PUSH(&args->passwords, line, err));
        }
    }
    return AUD_OK;
}

static aud_status check_values(aud_args *args, aud_error *err)
{
    static const char *const progress[] = {"auto", "plain", "none", NULL};
    static const char *const color[] = {"auto", "always", "never", NULL};
    uint64_t jobs = 0;
    int word = 0;

    if (args->at_text.len > 0) {
        AUD_TRY(aud_instant_parse(args->at_text, &args->at, err));
    } else {
        args->at = (int64_t)time(NULL);
    }
    if (args->gate_from.len > 0 && args->base.len == 0 && !args->staged) {
        return aud_fail(err, AUD_E_USAGE, "'--gate-from' goes with '--base' or '--staged'");
    }
    if (args->staged && args->rev.len + args->hook.len > 0) {
        return aud_fail(err, AUD_E_USAGE, "'--staged' is the index, it goes with no '--%s'",
                        args->rev.len > 0 ? "rev" : "hook");
    }
    AUD_TRY(check_severity(args->fail_on_text, "fail-on", &args->fail_on, err));
    args->has_fail_on = args->fail_on_text.len > 0;
    AUD_TRY(check_severity(args->min_severity_text, "min-severity", &args->min_severity, err));
    if (args->jobs_text.len > 0 &&
        (!aud_parse_u64(args->jobs_text, &jobs) || jobs == 0 || jobs > 1024)) {
        return aud_fail(err, AUD_E_USAGE, "'--jobs %.*s': it is a number from 1 to 1024",
                        AUD_ARG(args->jobs_text));
    }
    args->jobs = (unsigned)jobs;
    if (args->progress_text.len > 0) {
        AUD_TRY(one_of(args->progress_text, "progress", progress, &word, err));
        args->progress = (aud_progress)word;
    }
    if (args->color_text.len > 0) {
        AUD_TRY(one_of(args->color_text, "color", color, &word, err));
        args->color = (aud_when)word;
    }
    return read_passwords(args, err);
}

aud_status aud_args_read(aud_args *args, const char *command, int argc, char **argv, aud_error *err)
{
    *args = (aud_args){.command = command, .fail_on = AUD_SEV_HIGH};
    aud_arena_init(&args->arena, AUD_ARENA_NO_MAX);
    AUD_TRY(read_environment(args, err));
    AUD_TRY(read_flags(args, argc, argv, err));
    return check_values(args, err);
}

static aud_str shown(const aud_args *args, size_t which)
{
    switch ((opt)which) {
    case OPT_CONFIG:
        return args->config;
    case OPT_REV:
        return args->rev;
    case OPT_BASE:
        return args->base;
    case OPT_GATE_FROM:
        return args->gate_from;
    case OPT_HOOK:
        return args->hook;
    case OPT_WAIVERS:
        return args->waivers;
    case OPT_BASELINE:
        return args->baseline;
    case OPT_PROPOSE_WAIVERS:
        return args->propose_waivers;
    case OPT_AT:
        return args->at_text;
    case OPT_FAIL_ON:
        return args->fail_on_text;
    case OPT_MIN_SEVERITY:
        return args->min_severity_text;
    case OPT_PASSWORD_FILE:
        return args->password_file;
    case OPT_PERIOD:
        return args->period_text;
    case OPT_REF:
        return args->ref;
    case OPT_PACK:
        return args->pack;
    case OPT_FISCAL_START:
        return args->fiscal_text;
    case OPT_SIGN_KEY:
        return args->sign_key;
    case OPT_SIGN_CERT:
        return args->sign_cert;
    case OPT_TRUST:
        return args->trust;
    case OPT_JOBS:
        return args->jobs_text;
    case OPT_PROGRESS:
        return args->progress_text;
    case OPT_COLOR:
        return args->color_text;
    default:
        return (aud_str){NULL, 0};
    }
}

void aud_args_show(const aud_args *args, aud_out *out)
{
    static const char *const origins[] = {"default", "file", "environment", "flag"};

    for (size_t i = 0; i < OPT_LATER; i++) {
        aud_str value = shown(args, i);

        if (rows[i].value == NULL || i == OPT_OUTPUT || i == OPT_POLICIES || i == OPT_DIR ||
            i == OPT_SELECT || i == OPT_SKIP) {
            continue;
        }
        aud_out_printf(out, "%-14s %-24.*s (%s)\n", rows[i].name,
                       AUD_ARG(value.len == 0 ? AUD_LIT("-") : value), origins[args->origins[i]]);
    }
}

void aud_args_options(aud_option_each each, void *ctx)
{
    for (size_t i = 0; i < OPT_LATER; i++) {
        each(ctx, rows[i].name, rows[i].letter, rows[i].value);
    }
}

void aud_args_help(const char *command, aud_out *out)
{
    AUD_UNUSED(command);
    for (size_t i = 0; i < OPT_LATER; i++) {
        char left[64];

        (void)snprintf(left, sizeof left, "%s%c%s --%s%s%s", rows[i].letter == 0 ? "  " : "-",
                       rows[i].letter == 0 ? ' ' : rows[i].letter, rows[i].letter == 0 ? "" : ",",
                       rows[i].name, rows[i].value == NULL ? "" : " ",
                       rows[i].value == NULL ? "" : rows[i].value);
        aud_out_printf(out, strlen(left) > 28 ? "  %s\n%32s%s\n" : "  %-29s %s%s\n", left, "",
                       rows[i].help);
    }
}
