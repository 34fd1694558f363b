/* engine/cli/policy_list.c - `policy list` and `policy show`: what would judge, and all of it. */
#include "engine/cli/policy_parts.h"

#include "engine/base/text.h"
#include "reporters/json_parts.h"
#include "reporters/neutral.h"

enum { LINE_MAX_BYTES = 1 << 20, LIST_VALUE = 120 };

static aud_status add_kinds(aud_buf *line, unsigned kinds, aud_error *err)
{
    const char *between = "";

    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        if ((kinds >> kind & 1u) != 0) {
            AUD_TRY(aud_buf_printf(line, err, "%s%s", between, aud_kind_name((aud_kind)kind)));
            between = ", ";
        }
    }
    return AUD_OK;
}

static aud_status add_cite(aud_buf *line, const aud_policy_info *p, aud_error *err)
{
    AUD_TRY(aud_buf_printf(line, err, "%.*s%s%.*s%s%.*s", AUD_ARG(p->cite.doc),
                           p->cite.version.len > 0 ? " " : "", AUD_ARG(p->cite.version),
                           p->cite.at.len > 0 ? ", " : "", AUD_ARG(p->cite.at)));
    return p->level.len == 0 ? AUD_OK : aud_buf_printf(line, err, " (%.*s)", AUD_ARG(p->level));
}

/* "issued from 2026-03-15 until 2027-03-15" */
static aud_status add_span(aud_buf *line, const char *word, aud_str from, aud_str until,
                           aud_error *err)
{
    from = aud_str_sub(from, 0, 10);
    until = aud_str_sub(until, 0, 10);
    if (from.len == 0 && until.len == 0) {
        return AUD_OK;
    }
    return aud_buf_printf(line, err, "%s%s%s%.*s%s%.*s", line->len > 0 ? ", " : "", word,
                          from.len > 0 ? " from " : "", AUD_ARG(from),
                          until.len > 0 ? " until " : "", AUD_ARG(until));
}

static aud_status add_dates(aud_buf *line, const aud_policy_info *p, aud_error *err)
{
    AUD_TRY(add_span(line, "issued", p->issued_from, p->issued_until, err));
    return add_span(line, "in force", p->in_force_from, p->in_force_until, err);
}

/* "max_days=47 (integer), allow (ca_list, required)" */
static aud_status add_param(aud_buf *line, const struct aud_param_info *param, aud_error *err)
{
    AUD_TRY(aud_buf_add(line, param->name, err));
    if (!param->required || param->configured) {
        AUD_TRY(aud_buf_add(line, AUD_LIT("="), err));
        AUD_TRY(aud_policy_spaced(param->value, LIST_VALUE, line, err));
    }
    return aud_buf_printf(line, err, " (%.*s%s%s)", AUD_ARG(param->type),
                          param->required ? ", required" : "",
                          param->configured ? ", configured" : "");
}

static aud_status add_params(aud_buf *line, const aud_policy_info *p, aud_error *err)
{
    for (size_t i = 0; i < p->num_params; i++) {
        AUD_TRY(aud_buf_printf(line, err, "%s", i == 0 ? "" : ", "));
        AUD_TRY(add_param(line, &p->params[i], err));
    }
    return AUD_OK;
}

static void put(const aud_wrap *wrap, const char *name, aud_buf *line)
{
    aud_policy_put(wrap, 4, name, aud_buf_str(line));
    line->len = 0;
}

/* "pci_dss_4.0.1:4.2.1 Strong cryptography ...", one a line; or why there is none. */
static aud_status put_controls(const aud_wrap *wrap, const aud_result *r, const aud_policy_info *p,
                               aud_buf *line, aud_error *err)
{
    for (size_t i = 0; i < p->num_controls; i++) {
        const aud_control *control = aud_result_control(r, p->controls[i]);

        AUD_TRY(aud_buf_add(line, p->controls[i], err));
        if (control != NULL) {
            AUD_TRY(aud_buf_printf(line, err, " %.*s", AUD_ARG(control->title)));
        }
        put(wrap, i == 0 ? "controls" : "", line);
    }
    if (p->unmapped.len > 0) {
        AUD_TRY(aud_buf_printf(line, err, "none: %.*s", AUD_ARG(p->unmapped)));
        put(wrap, "controls", line);
    }
    return AUD_OK;
}

/* What list and show have in common, one line a property. */
static aud_status put_terms(const aud_wrap *wrap, const aud_result *r, const aud_policy_info *p,
                            aud_buf *line, aud_error *err)
{
    AUD_TRY(add_kinds(line, p->kinds, err));
    put(wrap, "judges", line);
    AUD_TRY(add_cite(line, p, err));
    put(wrap, "cites", line);
    AUD_TRY(put_controls(wrap, r, p, line, err));
    AUD_TRY(add_dates(line, p, err));
    put(wrap, "dates", line);
    return AUD_OK;
}

static aud_status list_one(const aud_wrap *wrap, const aud_result *r, const aud_policy_info *p,
                           aud_buf *line, aud_error *err)
{
    char lead[64];

    (void)snprintf(lead, sizeof lead, "%-26.*s %-8s", AUD_ARG(p->id),
                   aud_severity_name(p->severity));
    AUD_TRY(aud_neutral_add(line, p->title, err));
    AUD_TRY(aud_buf_add(line, p->configured ? AUD_LIT("") : AUD_LIT(" (not configured)"), err));
    aud_wrap_put(wrap, 0, 18, AUD_INK_PLAIN, aud_str_of(lead), aud_buf_str(line));
    line->len = 0;
    AUD_TRY(put_terms(wrap, r, p, line, err));
    AUD_TRY(add_params(line, p, err));
    put(wrap, "params", line);
    return AUD_OK;
}

static aud_status show_params(const aud_wrap *wrap, const aud_result *r, const aud_policy_info *p,
                              aud_buf *line, aud_error *err)
{
    for (size_t i = 0; i < p->num_params; i++) {
        const struct aud_param_info *param = &p->params[i];

        AUD_TRY(
            aud_buf_printf(line, err, "%.*s (%.*s) ", AUD_ARG(param->name), AUD_ARG(param->type)));
        if (param->configured) {
            AUD_TRY(aud_buf_add(line, AUD_LIT("= "), err));
            AUD_TRY(aud_policy_spaced(param->value, SIZE_MAX, line, err));
            AUD_TRY(aud_buf_printf(line, err, ", set at %.*s:%u", AUD_ARG(r->config_path),
                                   param->line));
            if (!param->required) {
                AUD_TRY(aud_buf_add(line, AUD_LIT("; default "), err));
                AUD_TRY(aud_policy_spaced(param->fallback, SIZE_MAX, line, err));
            }
        } else if (param->required) {
            AUD_TRY(aud_buf_printf(line, err, "is required and not set: policies.params.%.*s.%.*s",
                                   AUD_ARG(p->id), AUD_ARG(param->name)));
        } else {
            AUD_TRY(aud_buf_add(line, AUD_LIT("= "), err));
            AUD_TRY(aud_policy_spaced(param->value, SIZE_MAX, line, err));
            AUD_TRY(aud_buf_add(line, AUD_LIT(", the default"), err));
        }
        for (size_t k = 0; k < param->num_choices; k++) {
            AUD_TRY(aud_buf_printf(line, err, "%s%.*s", k == 0 ? "; one of " : ", ",
                                   AUD_ARG(param->choices[k])));
        }
        put(wrap, i == 0 ? "params" : "", line);
    }
    return AUD_OK;
}

static aud_status show_severity(const aud_policy_info *p, aud_buf *line, aud_error *err)
{
    AUD_TRY(aud_buf_printf(line, err, "%s", aud_severity_name(p->severity)));
    if (p->severity != p->declared) {
        AUD_TRY(aud_buf_printf(line, err, ", set by the configuration; the policy's own is %s",
                               aud_severity_name(p->declared)));
    }
    for (unsigned i = 0; i < AUD_NUM_SEVERITIES; i++) {
        if ((p->severities >> i & 1u) != 0 && i != (unsigned)p->declared) {
            AUD_TRY(aud_buf_printf(line, err, ", at times %s", aud_severity_name((aud_severity)i)));
        }
    }
    return AUD_OK;
}

static aud_status show_one(const aud_wrap *wrap, const aud_result *r, const aud_policy_info *p,
                           aud_buf *line, aud_error *err)
{
    AUD_TRY(aud_buf_printf(line, err, "%.*s: ", AUD_ARG(p->id)));
    AUD_TRY(aud_neutral_add(line, p->title, err));
    aud_wrap_put(wrap, 0, 4, AUD_INK_PLAIN, (aud_str){NULL, 0}, aud_buf_str(line));
    line->len = 0;
    aud_policy_put(wrap, 4, "about", p->description);
    AUD_TRY(show_severity(p, line, err));
    put(wrap, "severity", line);
    AUD_TRY(put_terms(wrap, r, p, line, err));
    aud_policy_put(wrap, 4, "text", p->cite.url);
    if (p->has_applies) {
        aud_policy_put(wrap, 4, "applies",
                       AUD_LIT("it decides by itself which of these it concerns; see explain"));
    }
    AUD_TRY(show_params(wrap, r, p, line, err));
    aud_policy_put(wrap, 4, "remedy", p->remediation);
    aud_policy_put(wrap, 4, "file", p->path);
    if (p->pack_path.len > 0) {
        AUD_TRY(
            aud_buf_printf(line, err, "%.*s: %.*s", AUD_ARG(p->pack_path), AUD_ARG(p->pack_title)));
        put(wrap, "pack", line);
    }
    aud_policy_put(wrap, 4, "sha256", p->sha256);
    if (!p->configured) {
        aud_policy_put(wrap, 4, "note",
                       AUD_LIT("a required parameter is not set: it judges nothing"));
    }
    return AUD_OK;
}

static aud_status write_json(const aud_result *r, aud_out *file)
{
    aud_json_writer w;

    aud_json_writer_init(&w, file, 2);
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "schema", "certaudit/policies/1");
    aud_report_json_opt(&w, "config", r->config_path);
    aud_json_key(&w, "policies");
    aud_json_begin_array(&w);
    for (size_t i = 0; i < r->num_policies; i++) {
        const aud_policy_info *p = &r->policies[i];

        aud_report_json_policy(&w, p);
        aud_report_json_put(&w, "path", p->path);
        aud_json_put_bool(&w, "has_applies", p->has_applies);
        aud_json_end_object(&w);
    }
    aud_json_end_array(&w);
    aud_json_end_object(&w);
    aud_out_char(file, '\n');
    return AUD_OK;
}

static aud_status write_text(const aud_result *r, bool all, aud_out *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf line = {.max = LINE_MAX_BYTES};
    const aud_wrap wrap = {.out = out, .width = aud_policy_width()};

    for (size_t i = 0; i < r->num_policies; i++) {
        aud_out_text(out, i == 0 ? "" : "\n");
        AUD_TRY(all ? show_one(&wrap, r, &r->policies[i], &line, err)
                    : list_one(&wrap, r, &r->policies[i], &line, err));
    }
    return AUD_OK;
}

static aud_status load(aud_args *args, aud_str id, aud_run **run, aud_error *err)
{
    aud_config config;
    aud_run_options options;

    AUD_TRY(aud_policy_config(args, id, &config, err));
    args->operands.len = 0;
    AUD_TRY(aud_run_options_of(args, &config, &options, err));
    return aud_run_policies(&options, run, err);
}

static int print(aud_args *args, aud_str id, aud_out *out)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    aud_error err = {0};
    aud_out *file = NULL;
    const aud_result *r;
    aud_status st = load(args, id, &run, &err);

    if (st != AUD_OK) {
        return aud_policy_failed(st, &err);
    }
    r = aud_run_result(run);
    st = aud_policy_output(args, "json", out, &file, &err);
    if (st == AUD_OK) {
        st = file == NULL ? write_text(r, id.len > 0, out, &err) : write_json(r, file);
        st = st != AUD_OK ? st : aud_policy_close(args, out, file, &err);
    }
    if (st != AUD_OK) {
        aud_complain(&err);
        return st == AUD_E_USAGE ? AUD_EXIT_USAGE : AUD_EXIT_OUTPUT;
    }
    for (size_t i = 0; i < r->num_policy_errors; i++) {
        const aud_policy_error *e = &r->policy_errors[i];

        if (e->line > 0) {
            aud_say("certaudit: %.*s:%u: %.*s", AUD_ARG(e->path), e->line, AUD_ARG(e->message));
        } else {
            aud_say("certaudit: %.*s: %.*s", AUD_ARG(e->path), AUD_ARG(e->message));
        }
    }
    return r->num_policy_errors > 0 ? AUD_EXIT_USAGE : AUD_EXIT_CLEAN;
}

int aud_policy_list(aud_args *args, aud_out *out)
{
    if (args->operands.len > 0) {
        return aud_policy_usage("list [--select GLOB] [-o json=-]");
    }
    return print(args, (aud_str){NULL, 0}, out);
}

int aud_policy_show(aud_args *args, aud_out *out)
{
    aud_str id;
    aud_error err = {0};

    if (args->operands.len != 1 || args->select.len > 0 || args->skip.len > 0) {
        return aud_policy_usage("show ID [-o json=-]");
    }
    id = args->operands.items[0];
    if (AUD_VEC_PUSH(&args->select, id, &err) != AUD_OK) {
        return aud_policy_failed(AUD_E_NOMEM, &err);
    }
    return print(args, id, out);
}
