/* engine/cli/policy_explain.c - `policy explain`: why one policy gave its verdict on one subject.
 */
#include "engine/audit/explain.h"
#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/cli/policy_parts.h"
#include "reporters/common.h"
#include "reporters/json_parts.h"

enum { LINE_MAX_BYTES = 1 << 20, SHOWN_VALUE = 400, SHOWN_CANDIDATES = 20 };

typedef struct page {
    aud_wrap wrap;
    aud_buf line;
    const aud_result *result;
    const aud_explanation *about;
    aud_error *err;
} page;

static aud_str instant_text(int64_t instant, char text[AUD_INSTANT_TEXT])
{
    return (aud_str){text, aud_instant_format(instant, text)};
}

static aud_status add_instant(page *p, const char *before, int64_t instant)
{
    char text[AUD_INSTANT_TEXT];

    return aud_buf_printf(&p->line, p->err, "%s%.*s", before, AUD_ARG(instant_text(instant, text)));
}

/* A value in JSON as people read it: an instant without quotes, a long one cut. */
static aud_status add_value(page *p, const aud_step *step)
{
    if (step->presence == AUD_UNKNOWN) {
        return aud_buf_printf(&p->line, p->err, "is unknown: no source tells it");
    }
    if (step->presence == AUD_ABSENT) {
        return aud_buf_printf(&p->line, p->err, "is known to be absent");
    }
    if (step->is_time) {
        return add_instant(p, "= ", step->instant);
    }
    AUD_TRY(aud_buf_add(&p->line, AUD_LIT("= "), p->err));
    return aud_policy_spaced(step->value, SHOWN_VALUE, &p->line, p->err);
}

static aud_status add_clock(page *p, const aud_step *step)
{
    AUD_TRY(aud_buf_printf(&p->line, p->err, "by the %.*s, ", AUD_ARG(step->name)));
    AUD_TRY(add_instant(p, "", step->instant));
    AUD_TRY(
        aud_buf_printf(&p->line, p->err, step->answer ? ", it counts:" : ", it does not count:"));
    if (step->from != INT64_MIN) {
        AUD_TRY(add_instant(p, " from ", step->from));
    }
    return step->until == INT64_MAX ? AUD_OK : add_instant(p, " until ", step->until);
}

static aud_status add_time(page *p, const aud_step *step)
{
    AUD_TRY(aud_buf_printf(&p->line, p->err, "%.*s(", AUD_ARG(step->name)));
    AUD_TRY(step->about.len > 0 ? aud_buf_printf(&p->line, p->err, "%.*s", AUD_ARG(step->about))
                                : add_instant(p, "", step->instant));
    if (aud_str_eq(step->name, AUD_LIT("within"))) {
        AUD_TRY(aud_buf_printf(&p->line, p->err, ", %lld", (long long)step->seconds));
        if (step->seconds >= AUD_DAY_SECONDS && step->seconds % AUD_DAY_SECONDS == 0) {
            AUD_TRY(aud_buf_printf(&p->line, p->err, " = %lld days",
                                   (long long)(step->seconds / AUD_DAY_SECONDS)));
        }
    }
    AUD_TRY(aud_buf_printf(&p->line, p->err, ") is %s", step->answer ? "true" : "false"));
    return step->flips_at == INT64_MAX ? AUD_OK : add_instant(p, " until ", step->flips_at);
}

static aud_status add_param(page *p, const aud_step *step)
{
    AUD_TRY(aud_buf_printf(&p->line, p->err, "%.*s = ", AUD_ARG(step->name)));
    AUD_TRY(aud_policy_spaced(step->value, SHOWN_VALUE, &p->line, p->err));
    return step->configured ? aud_buf_printf(&p->line, p->err, ", set at %.*s:%u",
                                             AUD_ARG(p->result->config_path), step->config_line)
                            : aud_buf_printf(&p->line, p->err, ", the default");
}

static aud_status add_step(page *p, const aud_step *step)
{
    switch (step->kind) {
    case AUD_STEP_CLOCK:
        return add_clock(p, step);
    case AUD_STEP_APPLIES:
        return aud_buf_printf(&p->line, p->err,
                              step->presence == AUD_ABSENT
                                  ? "absent: it concerns every subject of its kinds"
                              : step->answer ? "true: it concerns this one"
                                             : "false: it does not concern this one");
    case AUD_STEP_FACT:
        AUD_TRY(aud_buf_printf(&p->line, p->err, "%.*s ", AUD_ARG(step->name)));
        return add_value(p, step);
    case AUD_STEP_IS_KNOWN:
        return aud_buf_printf(&p->line, p->err, "is_known(\"%.*s\") is %s", AUD_ARG(step->name),
                              step->answer ? "true" : "false");
    case AUD_STEP_PARAM:
        return add_param(p, step);
    case AUD_STEP_TIME:
        return add_time(p, step);
    case AUD_STEP_ROW:
        AUD_TRY(add_instant(p, "in_force() for ", step->instant));
        return step->answer ? add_instant(p, " is the row from ", step->from)
                            : aud_buf_printf(&p->line, p->err, ": no row has begun");
    case AUD_STEP_APPROVAL:
        return aud_buf_printf(&p->line, p->err, "%.*s%s%.*s%s%.*s", AUD_ARG(step->name),
                              step->about.len > 0 ? ", anchor " : "", AUD_ARG(step->about),
                              step->detail.len > 0 ? ": " : "", AUD_ARG(step->detail));
    }
    return AUD_OK;
}

static void put(page *p, unsigned indent, const char *name)
{
    aud_policy_put(&p->wrap, indent, name, aud_buf_str(&p->line));
    p->line.len = 0;
}

static aud_status put_steps(page *p)
{
    const aud_trace *trace = p->about->opinion.trace;

    if (trace->steps.len > 0) {
        aud_out_text(p->wrap.out, "\nWhat was asked, in this order:\n");
    }
    for (size_t i = 0; i < trace->steps.len; i++) {
        const aud_step *step = &trace->steps.items[i];

        AUD_TRY(add_step(p, step));
        if (step->line > 0) {
            AUD_TRY(aud_buf_printf(&p->line, p->err, "  [line %u]", step->line));
        }
        put(p, 2,
            step->kind == AUD_STEP_TIME || step->kind == AUD_STEP_IS_KNOWN ||
                    step->kind == AUD_STEP_ROW
                ? "asked"
                : aud_step_name(step->kind));
    }
    if (trace->cut) {
        aud_out_text(p->wrap.out, "  and more, which is not kept\n");
    }
    return AUD_OK;
}

static aud_status put_subject(page *p)
{
    const aud_subject_info *s = p->about->subject;

    AUD_TRY(aud_buf_printf(&p->line, p->err, "%s %.*s", aud_kind_name(s->kind),
                           AUD_ARG(s->label.len > 0 ? s->label : s->id)));
    put(p, 2, "subject");
    aud_policy_put(&p->wrap, 2, "id", s->id);
    if (s->num_sightings > 0) {
        AUD_TRY(aud_report_place(p->result, &s->sightings[0], &p->line, p->err));
        if (s->num_sightings > 1) {
            AUD_TRY(aud_buf_printf(&p->line, p->err, " and %zu more", s->num_sightings - 1));
        }
        put(p, 2, "seen at");
    }
    AUD_TRY(add_instant(p, "", p->result->at));
    put(p, 2, "judged at");
    return AUD_OK;
}

static aud_status put_verdict(page *p)
{
    const aud_opinion *o = &p->about->opinion;

    AUD_TRY(aud_buf_printf(&p->line, p->err, "\nVerdict: %s%s%s%s", aud_verdict_name(o->verdict),
                           o->verdict == AUD_V_FAIL || o->verdict == AUD_V_UNDECIDED ? ", " : "",
                           o->verdict == AUD_V_FAIL || o->verdict == AUD_V_UNDECIDED
                               ? aud_severity_name(o->severity)
                               : "",
                           o->broke ? " (the policy broke)" : ""));
    aud_out_str(p->wrap.out, aud_buf_str(&p->line));
    aud_out_char(p->wrap.out, '\n');
    p->line.len = 0;
    if (o->broke) {
        AUD_TRY(aud_buf_printf(&p->line, p->err, "%.*s:%u: ", AUD_ARG(p->about->policy->path),
                               o->broke_line));
    }
    AUD_TRY(aud_buf_add(&p->line, o->message, p->err));
    put(p, 2, "message");
    for (size_t i = 0; i < o->num_items; i++) {
        const aud_item *item = &o->items[i];

        AUD_TRY(aud_buf_printf(&p->line, p->err, "%.*s%s%.*s%s%.*s", AUD_ARG(item->item),
                               item->got.len > 0 ? " is " : "", AUD_ARG(item->got),
                               item->want.len > 0 ? ", wanted: " : "", AUD_ARG(item->want)));
        put(p, 2, i == 0 ? "items" : "");
    }
    if (o->flips_at != INT64_MAX) {
        AUD_TRY(add_instant(p, "", o->flips_at));
        AUD_TRY(aud_buf_printf(&p->line, p->err,
                               ": the next instant at which time alone may change this"));
        put(p, 2, "next change");
    }
    if (o->verdict == AUD_V_FAIL) {
        aud_policy_put(&p->wrap, 2, "remedy", p->about->policy->remediation);
        aud_policy_put(&p->wrap, 2, "note", AUD_LIT("waivers are not looked at here"));
    }
    return AUD_OK;
}

static aud_status write_text(const aud_result *result, const aud_explanation *about, aud_out *out,
                             aud_error *err)
{
    page p = {.wrap = {.out = out, .width = aud_policy_width()},
              .line = {.max = LINE_MAX_BYTES},
              .result = result,
              .about = about,
              .err = err};
    aud_status st = aud_buf_printf(&p.line, err, "%.*s: ", AUD_ARG(about->policy->id));

    st = st != AUD_OK ? st : aud_neutral_add(&p.line, about->policy->title, err);
    aud_wrap_put(&p.wrap, 0, 4, AUD_INK_PLAIN, (aud_str){NULL, 0}, aud_buf_str(&p.line));
    p.line.len = 0;
    st = st != AUD_OK ? st : put_subject(&p);
    if (!about->concerned) {
        aud_out_printf(out, "\nNot judged: %s\n",
                       about->policy->configured
                           ? "the policy does not concern this kind of subject"
                           : "a required parameter is not set, see policy show");
    } else {
        st = st != AUD_OK ? st : put_steps(&p);
        st = st != AUD_OK ? st : put_verdict(&p);
    }
    aud_buf_clear(&p.line);
    return st;
}

static void json_clock(aud_json_writer *w, const aud_step *step)
{
    aud_report_json_instant(w, "instant", step->instant);
    if (step->from != INT64_MIN) {
        aud_report_json_instant(w, "from", step->from);
    }
    if (step->kind == AUD_STEP_CLOCK && step->until != INT64_MAX) {
        aud_report_json_instant(w, "until", step->until);
    }
    aud_json_put_bool(w, "answer", step->answer);
}

static void json_step(aud_json_writer *w, const aud_step *step)
{
    static const char *const presence[] = {"unknown", "absent", "present"};

    aud_json_begin_object(w);
    aud_json_put_text(w, "step", aud_step_name(step->kind));
    aud_report_json_opt(w, "name", step->name);
    switch (step->kind) {
    case AUD_STEP_CLOCK:
    case AUD_STEP_ROW:
        json_clock(w, step);
        break;
    case AUD_STEP_APPLIES:
        aud_json_put_text(w, "answer",
                          step->presence == AUD_ABSENT ? "absent"
                          : step->answer               ? "true"
                                                       : "false");
        break;
    case AUD_STEP_FACT:
        aud_json_put_text(w, "state", presence[step->presence]);
        break;
    case AUD_STEP_PARAM:
        aud_json_put_text(w, "origin", step->configured ? "configuration" : "default");
        if (step->configured) {
            aud_json_put_int(w, "config_line", step->config_line);
        }
        break;
    case AUD_STEP_TIME:
        aud_report_json_opt(w, "about", step->about);
        aud_report_json_instant(w, "instant", step->instant);
        if (aud_str_eq(step->name, AUD_LIT("within"))) {
            aud_json_put_int(w, "seconds", step->seconds);
        }
        aud_json_put_bool(w, "answer", step->answer);
        break;
    case AUD_STEP_IS_KNOWN:
        aud_json_put_bool(w, "answer", step->answer);
        break;
    case AUD_STEP_APPROVAL:
        aud_report_json_opt(w, "anchor", step->about);
        aud_report_json_opt(w, "reason", step->detail);
        break;
    }
    if (step->value.len > 0) {
        aud_json_key(w, "value");
        aud_json_raw(w, step->value);
    }
    if ((step->kind == AUD_STEP_TIME || step->kind == AUD_STEP_CLOCK) &&
        step->flips_at != INT64_MAX) {
        aud_report_json_instant(w, "flips_at", step->flips_at);
    }
    if (step->line > 0) {
        aud_json_put_int(w, "line", step->line);
    }
    aud_json_end_object(w);
}

static void json_verdict(aud_json_writer *w, const aud_opinion *o)
{
    aud_json_put_text(w, "verdict", aud_verdict_name(o->verdict));
    aud_json_put_text(w, "severity", aud_severity_name(o->severity));
    aud_report_json_put(w, "message", o->message);
    aud_report_json_opt(w, "unknown_fact", o->unknown_fact);
    if (o->broke) {
        aud_json_put_int(w, "broke_at_line", o->broke_line);
    }
    aud_report_json_items(w, o->items, o->num_items);
    if (o->flips_at != INT64_MAX) {
        aud_report_json_instant(w, "next_change", o->flips_at);
    }
}

static void write_json(const aud_result *result, const aud_explanation *about, aud_out *file)
{
    aud_json_writer w;

    aud_json_writer_init(&w, file, 2);
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "schema", "certaudit/explanation/1");
    aud_report_json_instant(&w, "at", result->at);
    aud_report_json_opt(&w, "config", result->config_path);
    aud_json_key(&w, "policy");
    aud_report_json_policy(&w, about->policy);
    aud_json_end_object(&w);
    aud_json_key(&w, "subject");
    aud_report_json_subject(&w, about->subject);
    aud_json_end_object(&w);
    aud_json_put_bool(&w, "judged", about->concerned);
    if (about->concerned) {
        const aud_trace *trace = about->opinion.trace;

        aud_json_key(&w, "steps");
        aud_json_begin_array(&w);
        for (size_t i = 0; i < trace->steps.len; i++) {
            json_step(&w, &trace->steps.items[i]);
        }
        aud_json_end_array(&w);
        aud_json_put_bool(&w, "steps_cut", trace->cut);
        json_verdict(&w, &about->opinion);
    }
    aud_json_end_object(&w);
    aud_out_char(file, '\n');
}

/* Of several, those of a kind that the policy judges; ids, to be given in full. */
static int complain_ambiguous(const aud_result *r, const size_t *found, size_t num, aud_str query)
{
    aud_say("certaudit: '%.*s' means %zu subjects; name one by its id:", AUD_ARG(query), num);
    for (size_t i = 0; i < num && i < SHOWN_CANDIDATES; i++) {
        const aud_subject_info *s = &r->subjects[found[i]];

        aud_say("  %.*s  %.*s", AUD_ARG(s->id), AUD_ARG(s->label));
    }
    if (num > SHOWN_CANDIDATES) {
        aud_say("  and %zu more", num - SHOWN_CANDIDATES);
    }
    return AUD_EXIT_USAGE;
}

static int complain_unknown(const aud_result *r, const aud_policy_info *policy, aud_str query)
{
    size_t shown = 0;

    aud_say("certaudit: there is no subject '%.*s': give a SHA-256 or its beginning, host:port, "
            "path, path:line or a name",
            AUD_ARG(query));
    for (size_t i = 0; i < r->num_subjects && shown < SHOWN_CANDIDATES; i++) {
        const aud_subject_info *s = &r->subjects[i];

        if ((policy->kinds >> s->kind & 1u) != 0) {
            aud_say("  %.*s  %.*s", AUD_ARG(s->id), AUD_ARG(s->label));
            shown++;
        }
    }
    if (shown == 0) {
        aud_say("  nothing that the policy judges was found at all");
    }
    return AUD_EXIT_USAGE;
}

/* Keeps those of the policy's kinds, if there are any. */
static size_t narrow(const aud_result *r, const aud_policy_info *policy, size_t *found, size_t num)
{
    size_t kept = 0;

    for (size_t i = 0; i < num; i++) {
        if ((policy->kinds >> r->subjects[found[i]].kind & 1u) != 0) {
            found[kept++] = found[i];
        }
    }
    return kept > 0 ? kept : num;
}

static aud_status read_run(aud_args *args, aud_str id, aud_config *config, aud_run_options *options,
                           aud_run **run, aud_error *err)
{
    AUD_TRY(aud_policy_config(args, id, config, err));
    AUD_TRY(AUD_VEC_PUSH(&args->select, id, err));
    AUD_TRY(aud_run_options_of(args, config, options, err));
    options->no_judging = true;
    options->traced = true;
    return aud_run_new(options, run, err);
}

static int print(const aud_args *args, const aud_result *r, const aud_explanation *about,
                 aud_out *out)
{
    aud_error err = {0};
    aud_out *file = NULL;
    aud_status st = aud_policy_output(args, "json", out, &file, &err);

    if (st == AUD_OK && file == NULL) {
        st = write_text(r, about, out, &err);
    } else if (st == AUD_OK) {
        write_json(r, about, file);
        st = aud_policy_close(args, out, file, &err);
    }
    if (st == AUD_OK) {
        return AUD_EXIT_CLEAN;
    }
    aud_complain(&err);
    return st == AUD_E_USAGE ? AUD_EXIT_USAGE : AUD_EXIT_OUTPUT;
}

static void explanation_clear(aud_explanation *about)
{
    aud_explanation_clear(about);
}

int aud_policy_explain(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    AUD_CLEANUP(explanation_clear) aud_explanation about = {0};
    aud_config config;
    aud_run_options options;
    aud_error err = {0};
    const aud_result *r;
    aud_str id, query;
    size_t *found = NULL, num = 0;
    aud_status st;

    if (args->operands.len < 2 || args->select.len > 0 || args->skip.len > 0) {
        return aud_policy_usage("explain ID SUBJECT [SOURCE...] [-o json=-]");
    }
    id = args->operands.items[0];
    query = args->operands.items[1];
    args->operands.len -= 2;
    memmove(args->operands.items, args->operands.items + 2,
            args->operands.len * sizeof *args->operands.items);
    st = read_run(args, id, &config, &options, &run, &err);
    if (st != AUD_OK) {
        return aud_policy_failed(st, &err);
    }
    r = aud_run_result(run);
    if (r->num_policies != 1) {
        if (r->num_policy_errors > 0) {
            const aud_policy_error *e = &r->policy_errors[0];

            aud_say("certaudit: %.*s:%u: %.*s", AUD_ARG(e->path), e->line, AUD_ARG(e->message));
        } else {
            aud_say("certaudit: '%.*s' names %zu policies: give one id", AUD_ARG(id),
                    r->num_policies);
        }
        return AUD_EXIT_USAGE;
    }
    st = aud_run_find_subjects(run, query, &args->arena, &found, &num, &err);
    if (st != AUD_OK) {
        return aud_policy_failed(st, &err);
    }
    num = narrow(r, &r->policies[0], found, num);
    if (num != 1) {
        return num == 0 ? complain_unknown(r, &r->policies[0], query)
                        : complain_ambiguous(r, found, num, query);
    }
    st = aud_run_explain(run, 0, found[0], &about, &err);
    return st != AUD_OK ? aud_policy_failed(st, &err) : print(args, r, &about, out);
}
