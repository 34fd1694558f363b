/* engine/cli/policy_parts.h - `certaudit policy ...`: one file a group of subcommands. */
#ifndef AUD_CLI_POLICY_PARTS_H
#define AUD_CLI_POLICY_PARTS_H

#include "engine/audit/config.h"
#include "engine/cli/cli.h"
#include "reporters/wrap.h"

/* Each gets the operands behind its own name, and gives the exit code. */
int aud_policy_list(aud_args *args, aud_out *out);
int aud_policy_show(aud_args *args, aud_out *out);
int aud_policy_explain(aud_args *args, aud_out *out);
int aud_policy_new(aud_args *args, aud_out *out);
int aud_policy_test(aud_args *args, aud_out *out);
int aud_policy_controls(aud_args *args, aud_out *out);

int aud_policy_usage(const char *usage);
/* Complains; gives the exit code that goes with `st`. */
int aud_policy_failed(aud_status st, const aud_error *err);

/* The configuration; its packs and that of `id`, which may be empty. */
AUD_NODISCARD aud_status aud_policy_config(aud_args *args, aud_str id, aud_config *out,
                                           aud_error *err);

/*
 * The one output of a subcommand that writes `format` beside text. True if it was asked for: then
 * `*out_file` is the stream, to be finished by aud_policy_close if it is not `out`. Errors: another
 * format, or several.
 */
AUD_NODISCARD aud_status aud_policy_output(const aud_args *args, const char *format, aud_out *out,
                                           aud_out **out_file, aud_error *err);
AUD_NODISCARD aud_status aud_policy_close(const aud_args *args, aud_out *out, aud_out *file,
                                          aud_error *err);

/* Columns to write text in: the terminal's within reason, 80 elsewhere. */
unsigned aud_policy_width(void);
/* Compact JSON with a blank behind each ',' so that it can be broken; cut after `max` bytes. */
AUD_NODISCARD aud_status aud_policy_spaced(aud_str json, size_t max, aud_buf *out, aud_error *err);
/* "name  text" with the text hanging behind the name; nothing for an empty text. */
void aud_policy_put(const aud_wrap *wrap, unsigned indent, const char *name, aud_str text);

#endif
