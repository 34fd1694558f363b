/* engine/cli/policy_controls.c - `policy controls`: the catalogue, and who is evidence for what. */
#include "engine/cli/policy_parts.h"

#include "engine/base/text.h"
#include "reporters/json_parts.h"
#include "reporters/neutral.h"

enum { LINE_MAX_BYTES = 1 << 20 };

typedef struct listing {
    const aud_result *result;
    aud_str glob; /* empty: all */
    bool full;
    const aud_wrap *wrap;
    aud_json_writer *json; /* NULL: text */
    aud_buf *line;
    aud_str framework; /* of the entry before */
    size_t shown;
} listing;

static aud_status add_policies(const listing *l, aud_str control, aud_error *err)
{
    const char *between = "";

    for (size_t i = 0; i < l->result->num_policies; i++) {
        if (aud_policy_names_control(&l->result->policies[i], control)) {
            AUD_TRY(aud_buf_printf(l->line, err, "%s%.*s", between,
                                   AUD_ARG(l->result->policies[i].id)));
            between = ", ";
        }
    }
    return AUD_OK;
}

static void put(const listing *l, const char *name, aud_str text)
{
    aud_policy_put(l->wrap, 4, name, text);
}

static aud_status put_text(listing *l, const aud_control *c, aud_error *err)
{
    if (!aud_str_eq(l->framework, c->framework)) {
        const aud_framework *f = aud_framework_find(c->framework);

        aud_out_printf(l->wrap->out, "%s%.*s\n", l->shown > 0 ? "\n" : "",
                       AUD_ARG(f != NULL ? f->name : c->framework));
        l->framework = c->framework;
    }
    l->line->len = 0;
    AUD_TRY(aud_buf_printf(l->line, err, "%.*s: ", AUD_ARG(c->id)));
    AUD_TRY(aud_neutral_add(l->line, c->title, err));
    aud_wrap_put(l->wrap, 2, 4, AUD_INK_PLAIN, (aud_str){NULL, 0}, aud_buf_str(l->line));
    if (l->full) {
        put(l, "asks", c->requirement);
        put(l, "leaves open", c->does_not_prove);
    }
    l->line->len = 0;
    AUD_TRY(add_policies(l, c->id, err));
    put(l, "policies", aud_buf_str(l->line));
    return AUD_OK;
}

static void put_json(const listing *l, const aud_control *c)
{
    aud_json_writer *w = l->json;

    aud_json_begin_object(w);
    aud_report_json_control(w, c);
    aud_json_key(w, "policies");
    aud_json_begin_array(w);
    for (size_t i = 0; i < l->result->num_policies; i++) {
        if (aud_policy_names_control(&l->result->policies[i], c->id)) {
            aud_report_json_str(w, l->result->policies[i].id);
        }
    }
    aud_json_end_array(w);
    aud_json_end_object(w);
}

static aud_status put_controls(listing *l, const aud_control *controls, size_t num, aud_error *err)
{
    for (size_t i = 0; i < num; i++) {
        if (l->glob.len > 0 && !aud_glob_match(l->glob, controls[i].id)) {
            continue;
        }
        if (l->json != NULL) {
            put_json(l, &controls[i]);
        } else {
            AUD_TRY(put_text(l, &controls[i], err));
        }
        l->shown++;
    }
    return AUD_OK;
}

static aud_status put_all(listing *l, aud_error *err)
{
    if (l->json != NULL) {
        aud_json_begin_object(l->json);
        aud_json_put_text(l->json, "schema", "certaudit/controls/1");
        aud_json_put_text(l->json, "edition", AUD_CONTROLS_EDITION);
        aud_json_key(l->json, "controls");
        aud_json_begin_array(l->json);
    }
    AUD_TRY(put_controls(l, aud_controls, aud_num_controls, err));
    AUD_TRY(put_controls(l, l->result->house_controls, l->result->num_house_controls, err));
    if (l->json != NULL) {
        aud_json_end_array(l->json);
        aud_json_end_object(l->json);
    }
    return AUD_OK;
}

static aud_status no_match(aud_str glob, aud_error *err)
{
    const char *ids[256];
    const char *near;
    size_t num = 0;

    for (size_t i = 0; i < aud_num_controls && num < AUD_COUNT(ids); i++) {
        ids[num++] = aud_controls[i].id.ptr;
    }
    near = aud_nearest(glob, ids, num);
    return aud_fail(err, AUD_E_USAGE, "'%.*s' matches no control%s%s%s", AUD_ARG(glob),
                    near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
                    near == NULL ? "" : "'?");
}

int aud_policy_controls(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    AUD_CLEANUP(aud_buf_clear) aud_buf line = {.max = LINE_MAX_BYTES};
    const aud_wrap wrap = {.out = out, .width = aud_policy_width()};
    aud_config config;
    aud_run_options options;
    aud_json_writer w;
    listing l = {.wrap = &wrap, .line = &line};
    aud_error err = {0};
    aud_out *file = NULL;
    aud_status st;

    if (args->operands.len > 1) {
        return aud_policy_usage("controls [GLOB] [-o json=-]");
    }
    l.glob = args->operands.len > 0 ? args->operands.items[0] : (aud_str){NULL, 0};
    l.full = l.glob.len > 0;
    args->operands.len = 0;
    st = aud_policy_config(args, (aud_str){NULL, 0}, &config, &err);
    st = st == AUD_OK ? aud_run_options_of(args, &config, &options, &err) : st;
    st = st == AUD_OK ? aud_run_policies(&options, &run, &err) : st;
    if (st != AUD_OK) {
        return aud_policy_failed(st, &err);
    }
    l.result = aud_run_result(run);
    st = aud_policy_output(args, "json", out, &file, &err);
    if (st == AUD_OK) {
        if (file != NULL) {
            aud_json_writer_init(&w, file, 2);
            l.json = &w;
        }
        st = put_all(&l, &err);
        if (file != NULL) {
            aud_out_char(file, '\n');
        }
        st = st == AUD_OK && l.shown == 0 ? no_match(l.glob, &err) : st;
        st = st != AUD_OK ? st : aud_policy_close(args, out, file, &err);
    }
    if (st != AUD_OK) {
        aud_complain(&err);
        return st == AUD_E_USAGE ? AUD_EXIT_USAGE : AUD_EXIT_OUTPUT;
    }
    return AUD_EXIT_CLEAN;
}
