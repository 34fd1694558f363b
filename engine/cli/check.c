/* engine/cli/check.c - the commands that read, judge and report. */
#include "engine/cli/cli.h"

#include "engine/audit/propose.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* `change` is NULL for a full audit. */
static aud_status prepare(aud_args *args, aud_change *change, aud_config *config,
                          aud_run_options *options, aud_error *err)
{
    if (change != NULL) {
        AUD_TRY(aud_change_config(change, args->config, &args->arena, config, err));
    } else {
        AUD_TRY(aud_find_config(args, config, err));
    }
    if (args->has_fail_on) {
        config->fail_on = args->fail_on;
        config->has_fail_on = true;
    }
    AUD_TRY(aud_run_options_of(args, config, options, err));
    options->rules = change == NULL ? NULL : aud_change_rules(change);
    options->objects = args->objects;
    return AUD_OK;
}

/* `git commit PATH` and `git commit -a` stage into a file of their own, and tell hooks which. */
static aud_str index_file(void)
{
    const char *path = getenv("GIT_INDEX_FILE"); /* NOLINT(concurrency-mt-unsafe) */

    return path == NULL ? (aud_str){NULL, 0} : aud_str_of(path);
}

/* The change that --base or --staged names, in the repository of the first source; else NULL. */
static aud_status open_change(const aud_args *args, aud_change **out, aud_error *err)
{
    const aud_change_options options = {
        .path = args->operands.len > 0 ? args->operands.items[0] : AUD_LIT("."),
        .objects = args->objects,
        .target = args->base,
        .head = args->rev,
        .staged = args->staged,
        .index = args->staged ? index_file() : (aud_str){NULL, 0},
        .gate_from = args->gate_from,
    };

    return args->base.len == 0 && !args->staged ? AUD_OK : aud_change_open(&options, out, err);
}

static bool wants_color(const aud_args *args)
{
    const char *no_color = getenv("NO_COLOR"); /* NOLINT(concurrency-mt-unsafe) */

    switch (args->color) {
    case AUD_WHEN_ALWAYS:
        return true;
    case AUD_WHEN_NEVER:
        return false;
    case AUD_WHEN_AUTO:
        break;
    }
    return isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0');
}

unsigned aud_terminal_width(void)
{
    struct winsize size = {0};

    if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
        return 0;
    }
    return size.ws_col;
}

static aud_status write_one(const aud_args *args, const aud_output *output,
                            const aud_result *result, aud_out *out, aud_error *err)
{
    aud_report_env env = {.options = output->options,
                          .num_options = output->num_options,
                          .least = args->min_severity};
    AUD_CLEANUP(aud_out_closep) aud_out *file = NULL;

    if (aud_str_eq(output->path, AUD_LIT("-"))) {
        env.color = wants_color(args);
        env.width = aud_terminal_width();
        return output->reporter->write(result, &env, out, err);
    }
    AUD_TRY(aud_out_open_file(output->path, &file, err));
    AUD_TRY(output->reporter->write(result, &env, file, err));
    return aud_out_finish(file, err);
}

/* Of several codes that hold, the first of this list is given. */
int aud_first_exit(int a, int b)
{
    static const int order[] = {AUD_EXIT_USAGE, AUD_EXIT_OUTPUT, AUD_EXIT_FINDINGS,
                                AUD_EXIT_INCOMPLETE, AUD_EXIT_NOTHING};

    for (size_t i = 0; i < AUD_COUNT(order); i++) {
        if (a == order[i] || b == order[i]) {
            return order[i];
        }
    }
    return AUD_EXIT_CLEAN;
}

/* Reporters run side by side, one a thread; standard output is one of them at most. */
typedef struct task {
    const aud_args *args;
    const aud_output *output;
    const aud_result *result;
    aud_out *out;
    aud_status status;
    aud_error error;
    pthread_t thread;
    bool started;
} task;

static void *run_task(void *arg)
{
    task *t = arg;

    t->status = write_one(t->args, t->output, t->result, t->out, &t->error);
    return NULL;
}

int aud_write_outputs(aud_args *args, const aud_result *result, aud_out *out)
{
    const aud_output text = {.reporter = aud_reporter_find(AUD_LIT("text"), false),
                             .path = AUD_LIT("-")};
    const aud_output *outputs = args->outputs.len == 0 ? &text : args->outputs.items;
    size_t num = args->outputs.len == 0 ? 1 : args->outputs.len;
    task tasks[AUD_MAX_OUTPUTS];
    int code = (int)result->gate.exit_code;

    for (size_t i = 0; i < num; i++) {
        tasks[i] = (task){.args = args, .output = &outputs[i], .result = result, .out = out};
        tasks[i].started =
            i + 1 < num && pthread_create(&tasks[i].thread, NULL, run_task, &tasks[i]) == 0;
        if (!tasks[i].started) {
            (void)run_task(&tasks[i]);
        }
    }
    for (size_t i = 0; i < num; i++) {
        if (tasks[i].started) {
            (void)pthread_join(tasks[i].thread, NULL);
        }
        if (tasks[i].status != AUD_OK) {
            aud_error_place(&tasks[i].error, outputs[i].path, 0);
            aud_complain(&tasks[i].error);
            code = aud_first_exit(code, tasks[i].status == AUD_E_USAGE ? AUD_EXIT_USAGE
                                                                       : AUD_EXIT_OUTPUT);
        }
    }
    return code;
}

static double now(void)
{
    struct timespec at = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void show_config(const aud_args *args, const aud_config *config,
                        const aud_run_options *options, aud_out *out)
{
    aud_out_printf(out, "configuration  %.*s\n",
                   AUD_ARG(config->path.len == 0 ? AUD_LIT("built-in defaults") : config->path));
    aud_args_show(args, out);
    for (size_t i = 0; i < options->num_sources; i++) {
        const aud_source_config *s = &options->sources[i];

        aud_out_printf(out, "source         %.*s: %.*s%s%.*s%s%.*s (%s)\n", AUD_ARG(s->name),
                       AUD_ARG(s->path), s->glob.len > 0 ? " matching " : "", AUD_ARG(s->glob),
                       s->rev.len > 0 ? " at " : "", AUD_ARG(s->rev),
                       args->operands.len > 0 ? "argument"
                       : s->line > 0          ? "file"
                                              : "default");
    }
    for (size_t i = 0; i < config->num_packs; i++) {
        aud_out_printf(out, "pack           %.*s\n", AUD_ARG(config->packs[i]));
    }
    aud_out_printf(out, "gate           fail_on %s (%s), min_subjects %zu\n",
                   aud_severity_name(config->fail_on),
                   args->has_fail_on     ? "flag"
                   : config->has_fail_on ? "file"
                                         : "default",
                   config->min_subjects);
}

static int complain_usage(const aud_error *err)
{
    aud_complain(err);
    return AUD_EXIT_USAGE;
}

static int run_with(aud_args *args, bool policies, aud_run **out)
{
    aud_config config;
    aud_run_options options;
    AUD_CLEANUP(aud_change_freep) aud_change *change = NULL;
    aud_error err = {0};
    aud_meter meter;
    aud_status st;

    if (open_change(args, &change, &err) != AUD_OK) { /* a revision that is not at hand */
        aud_complain(&err);
        return AUD_EXIT_INCOMPLETE;
    }
    if (prepare(args, change, &config, &options, &err) != AUD_OK) {
        return complain_usage(&err);
    }
    options.no_policies = !policies;
    aud_meter_init(&meter, args);
    options.progress = aud_meter_step;
    options.progress_ctx = &meter;
    st = change == NULL ? aud_run_new(&options, out, &err)
                        : aud_change_run(change, &options, out, &err);
    aud_meter_done(&meter);
    if (st != AUD_OK) {
        aud_complain(&err);
        return st == AUD_E_USAGE || st == AUD_E_POLICY ? AUD_EXIT_USAGE : AUD_EXIT_INCOMPLETE;
    }
    return AUD_EXIT_CLEAN;
}

static int show_configuration(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(aud_change_freep) aud_change *change = NULL;
    aud_config config;
    aud_run_options options;
    aud_error err = {0};

    if (open_change(args, &change, &err) != AUD_OK) {
        aud_complain(&err);
        return AUD_EXIT_INCOMPLETE;
    }
    if (prepare(args, change, &config, &options, &err) != AUD_OK) {
        return complain_usage(&err);
    }
    show_config(args, &config, &options, out);
    return AUD_EXIT_CLEAN;
}

/* Takes the name first, so that nothing that is there is written over. */
static aud_status propose(const char *path, const aud_result *result, size_t *out_num,
                          aud_error *err)
{
    AUD_CLEANUP(aud_out_closep) aud_out *file = NULL;
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    aud_status st;

    if (fd < 0) {
        return errno == EEXIST ? aud_fail(err, AUD_E_USAGE,
                                          "is there already: proposals never write over a "
                                          "file, name another")
                               : aud_fail(err, AUD_E_IO, "cannot be made");
    }
    st = aud_out_open_fd(fd, &file, err);
    if (st == AUD_OK) {
        st = aud_propose_waivers(result, file, out_num, err);
    }
    if (st == AUD_OK) {
        st = aud_out_finish(file, err);
    }
    if (close(fd) != 0 && st == AUD_OK) {
        st = aud_fail(err, AUD_E_IO, "cannot be written");
    }
    if (st != AUD_OK) {
        (void)unlink(path);
    }
    return st;
}

static int propose_waivers(const aud_args *args, const aud_result *result, int code)
{
    char path[4096];
    aud_error err = {0};
    size_t num = 0;
    aud_status st = AUD_E_USAGE;

    if (args->propose_waivers.len == 0) {
        return code;
    }
    if (args->propose_waivers.len < sizeof path) {
        (void)snprintf(path, sizeof path, "%.*s", AUD_ARG(args->propose_waivers));
        st = propose(path, result, &num, &err);
    }
    if (st == AUD_OK) {
        aud_say("certaudit: %zu waiver%s proposed in %s; %s not load before approval", num,
                num == 1 ? "" : "s", path, num == 1 ? "it does" : "they do");
        return code;
    }
    aud_error_place(&err, args->propose_waivers, 0);
    aud_complain(&err);
    return aud_first_exit(code, st == AUD_E_USAGE ? AUD_EXIT_USAGE : AUD_EXIT_OUTPUT);
}

int aud_command_check(aud_args *args, aud_out *out)
{
    if (args->show_config) {
        return show_configuration(args, out);
    }
    return args->hook.len > 0 ? aud_hook_pre_receive(args, out) : aud_check_once(args, out);
}

int aud_check_once(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    const aud_run_times *times;
    double start;
    int code;

    code = run_with(args, true, &run);
    if (run == NULL) {
        return code;
    }
    start = now();
    code = aud_write_outputs(args, aud_run_result(run), out);
    code = propose_waivers(args, aud_run_result(run), code);
    if (args->verbose > 0) {
        if (aud_run_result(run)->change != NULL) {
            const aud_change_info *c = aud_run_result(run)->change;

            aud_say("certaudit: read %s%s%.*s",
                    c->whole ? "all files of both sides" : "only the files that the change touches",
                    c->why.len > 0 ? ": " : "", AUD_ARG(c->why));
        }
        times = aud_run_timings(run);
        aud_say("certaudit: list %.3f s, read %.3f s, link %.3f s, judge %.3f s, render %.3f s",
                times->list, times->read, times->link, times->judge, now() - start);
    }
    return code;
}

int aud_command_show(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    int code = run_with(args, false, &run);

    if (run == NULL) {
        return code;
    }
    if (args->outputs.len > 0) {
        return aud_write_outputs(args, aud_run_result(run), out);
    }
    code = aud_show_text(aud_run_result(run), out);
    return code != AUD_EXIT_CLEAN ? code : (int)aud_run_result(run)->gate.exit_code;
}

int aud_command_inventory(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    aud_error err = {0};
    int code = run_with(args, false, &run);

    if (run == NULL) {
        return code;
    }
    if (args->outputs.len == 0 && aud_args_output(args, AUD_LIT("csv"), &err) != AUD_OK) {
        aud_complain(&err);
        return AUD_EXIT_USAGE;
    }
    return aud_write_outputs(args, aud_run_result(run), out);
}
