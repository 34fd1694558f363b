/* engine/cli/cli.h - the command line: arguments, environment, clock, streams, exit code. */
#ifndef AUD_CLI_CLI_H
#define AUD_CLI_CLI_H

#include "engine/audit/change.h"
#include "engine/audit/run.h"
#include "engine/base/memory.h"
#include "reporters/reporter.h"

#include <pthread.h>

enum { AUD_MAX_OUTPUTS = 64 };

/* One report asked for by -o. */
typedef struct aud_output {
    const aud_reporter *reporter;
    aud_str path; /* "-" is standard output */
    const aud_option *options;
    size_t num_options;
} aud_output;

typedef enum aud_when { AUD_WHEN_AUTO, AUD_WHEN_ALWAYS, AUD_WHEN_NEVER } aud_when;
typedef enum aud_progress { AUD_PROGRESS_AUTO, AUD_PROGRESS_PLAIN, AUD_PROGRESS_NONE } aud_progress;

typedef AUD_VEC(aud_str) aud_strs;

/* Where a value came from, for --show-config. */
typedef enum aud_origin {
    AUD_FROM_DEFAULT,
    AUD_FROM_FILE,
    AUD_FROM_ENVIRONMENT,
    AUD_FROM_FLAG,
} aud_origin;

/* Everything that arguments and environment say, checked. Borrowed from argv and the arena. */
typedef struct aud_args {
    aud_arena arena;
    const char *command; /* "check" */
    aud_strs operands;
    aud_str base, gate_from, hook, waivers, propose_waivers, baseline;
    aud_str objects; /* of a push: the folder that git keeps them in until it is taken */
    aud_str config, rev, at_text, fail_on_text, min_severity_text, password_file, jobs_text;
    aud_str progress_text, color_text, dir;
    aud_str period_text, ref, pack, fiscal_text; /* evidence */
    aud_str sign_key, sign_cert, attach;
    aud_str trust, replay, sample_text, seed_text; /* verify */
    bool all_commits, digests_only;
    int64_t at;
    aud_severity fail_on, min_severity;
    bool has_fail_on, fail_on_new, staged;
    unsigned jobs, verbose;
    bool quiet, show_config, help, version;
    aud_progress progress;
    aud_when color;
    AUD_VEC(aud_output) outputs;
    aud_strs policy_dirs, select, skip, passwords;
    aud_origin origins[64]; /* by row of the option table */
} aud_args;

/*
 * Reads argv behind the command. A wrong word is AUD_E_USAGE and names the nearest right one.
 */
AUD_NODISCARD aud_status aud_args_read(aud_args *args, const char *command, int argc, char **argv,
                                       aud_error *err);
void aud_args_clear(aud_args *args);
/* The options that users see, for completion: `each` gets a long name, a letter or 0, and the name
 * of its value or NULL. */
typedef void (*aud_option_each)(void *ctx, const char *name, char letter, const char *value);
void aud_args_options(aud_option_each each, void *ctx);
/* One more report: "FORMAT[,KEY=VALUE...][=PATH]". */
AUD_NODISCARD aud_status aud_args_output(aud_args *args, aud_str text, aud_error *err);
/* The reports that the CI system at hand reads, into `folder`; text where there is none. */
AUD_NODISCARD aud_status aud_forge_outputs(aud_args *args, aud_str folder, aud_error *err);
/* Prints name, value and origin of every option, for --show-config. */
void aud_args_show(const aud_args *args, aud_out *out);
/* Writes the options that `command` takes, for --help. */
void aud_args_help(const char *command, aud_out *out);

/* The configuration: --config, or the repository one stands in, or the defaults. */
AUD_NODISCARD aud_status aud_find_config(aud_args *args, aud_config *out, aud_error *err);
/* Operands as sources. */
AUD_NODISCARD aud_status aud_operand_sources(aud_args *args, const aud_source_config **out,
                                             size_t *out_num, aud_error *err);

/* Commands; each gives the exit code. `out` is standard output. */
int aud_command_check(aud_args *args, aud_out *out);
/* One check: reads, judges, reports. */
int aud_check_once(aud_args *args, aud_out *out);
/* All branches of a push, from a hook's standard input. */
int aud_hook_pre_receive(aud_args *args, aud_out *out);
/* Of several codes that hold, the one that is given. */
int aud_first_exit(int a, int b);
int aud_command_show(aud_args *args, aud_out *out);
int aud_command_inventory(aud_args *args, aud_out *out);
/* The commands of this version, for completion. */
typedef void (*aud_command_each)(void *ctx, const char *name, const char *line);
void aud_commands(aud_command_each each, void *ctx);
int aud_command_completion(aud_args *args, aud_out *out);
int aud_command_compare(aud_args *args, aud_out *out);
int aud_command_policy(aud_args *args, aud_out *out); /* policy_parts.h */
int aud_command_init(aud_args *args, aud_out *out);
int aud_command_evidence(aud_args *args, aud_out *out);
int aud_command_verify(aud_args *args, aud_out *out);
int aud_help(const char *command, aud_out *out);
/* Columns of the terminal that standard output is; 0 if it is none. */
unsigned aud_terminal_width(void);
/* Everything: finds the command, reads its arguments, runs it. */
int aud_cli(int argc, char **argv, aud_out *out);
/* Subjects and gaps for people. */
int aud_show_text(const aud_result *result, aud_out *out);

/* A diagnostic on standard error, neutralised: "certaudit: path:line: message". */
void aud_complain(const aud_error *err);
/* A plain line on standard error, neutralised. */
void aud_say(const char *format, ...) AUD_PRINTF(1, 2);

/* Fills the options of a run from arguments and configuration; no sources means the
 * configuration's, and without those ".". */
AUD_NODISCARD aud_status aud_run_options_of(aud_args *args, const aud_config *config,
                                            aud_run_options *out, aud_error *err);

/* Writes all reports, side by side; text on `out` if none was asked for. Gives the run's exit code,
 * or AUD_EXIT_OUTPUT where that comes first. */
int aud_write_outputs(aud_args *args, const aud_result *result, aud_out *out);

/* A progress line on standard error; the callback of aud_run_options. */
typedef struct aud_meter {
    bool enabled, redraw, drawn;
    int stage;
    double started, shown;
    pthread_mutex_t lock;
} aud_meter;
void aud_meter_init(aud_meter *meter, const aud_args *args);
void aud_meter_step(void *meter, aud_stage stage, size_t done, size_t total);
void aud_meter_done(aud_meter *meter);

#endif
