/* reporters/json.c - the canonical result: everything that the other reports are made from.
 *
 * Its shape is described by schemas/results.schema.json. One array member stands on one
 * line, so that two results can be compared with line-oriented tools.
 */
#include "reporters/common.h"
#include "reporters/json_parts.h"

extern const aud_reporter aud_reporter_json;

/* All facts of one subject; more than any real certificate has. */
static const size_t scratch_max = (size_t)64 << 20;

static void write_totals(aud_json_writer *w, const aud_result *result)
{
    aud_json_key(w, "totals");
    aud_json_begin_object(w);
    aud_report_json_sums(w, result);
    aud_json_key(w, "findings");
    aud_json_begin_object(w);
    for (unsigned i = AUD_NUM_SEVERITIES; i > 0; i--) {
        aud_json_put_int(w, aud_severity_name((aud_severity)(i - 1)),
                         (int64_t)result->severities[i - 1]);
    }
    aud_json_end_object(w);

    aud_json_key(w, "subjects");
    aud_json_begin_object(w);
    for (unsigned i = 0; i < AUD_NUM_KINDS; i++) {
        aud_json_put_int(w, aud_kind_name((aud_kind)i), (int64_t)result->num_kind[i]);
    }
    aud_json_put_int(w, "all", (int64_t)result->num_subjects);
    aud_json_end_object(w);
    aud_json_end_object(w);
}

static void write_gate(aud_json_writer *w, const aud_gate *gate)
{
    aud_json_key(w, "gate");
    aud_json_begin_object(w);
    aud_json_put_text(w, "fail_on", aud_severity_name(gate->fail_on));
    aud_json_put_int(w, "min_subjects", (int64_t)gate->min_subjects);
    aud_json_put_int(w, "exit_code", (int64_t)gate->exit_code);
    aud_json_put_text(w, "outcome", aud_report_exit_name(gate->exit_code));
    aud_json_key(w, "reasons");
    aud_json_begin_array(w);
    for (unsigned code = AUD_EXIT_CLEAN; code <= AUD_EXIT_OUTPUT; code++) {
        if ((gate->reasons >> code) & 1u) {
            aud_json_int(w, (int64_t)code);
        }
    }
    aud_json_end_array(w);
    aud_json_put_int(w, "failing", (int64_t)gate->failing);
    aud_json_put_int(w, "undecided", (int64_t)gate->undecided);
    aud_json_end_object(w);
}

static void write_param(aud_json_writer *w, const struct aud_param_info *param)
{
    aud_report_json_put(w, "name", param->name);
    if (param->value.len > 0) {
        aud_json_key(w, "value");
        aud_json_raw(w, param->value);
    }
    aud_json_put_bool(w, "configured", param->configured);
    if (param->type.len == 0) {
        return;
    }
    aud_report_json_put(w, "type", param->type);
    aud_json_put_bool(w, "required", param->required);
    if (!param->required && param->fallback.len > 0) {
        aud_json_key(w, "default");
        aud_json_raw(w, param->fallback);
    }
    if (param->num_choices > 0) {
        aud_json_key(w, "choices");
        aud_json_begin_array(w);
        for (size_t i = 0; i < param->num_choices; i++) {
            aud_report_json_str(w, param->choices[i]);
        }
        aud_json_end_array(w);
    }
}

static void write_policy_terms(aud_json_writer *w, const aud_policy_info *policy)
{
    aud_json_key(w, "cite");
    aud_json_begin_object(w);
    aud_report_json_opt(w, "doc", policy->cite.doc);
    aud_report_json_opt(w, "version", policy->cite.version);
    aud_report_json_opt(w, "at", policy->cite.at);
    aud_report_json_opt(w, "url", policy->cite.url);
    aud_json_end_object(w);
    aud_report_json_opt(w, "level", policy->level);
    aud_report_json_opt(w, "issued_from", policy->issued_from);
    aud_report_json_opt(w, "issued_until", policy->issued_until);
    aud_report_json_opt(w, "in_force_from", policy->in_force_from);
    aud_report_json_opt(w, "in_force_until", policy->in_force_until);
    aud_json_key(w, "controls");
    aud_json_begin_array(w);
    for (size_t i = 0; i < policy->num_controls; i++) {
        aud_report_json_str(w, policy->controls[i]);
    }
    aud_json_end_array(w);
    aud_report_json_opt(w, "unmapped", policy->unmapped);
    aud_json_key(w, "params");
    aud_json_begin_array(w);
    for (size_t i = 0; i < policy->num_params; i++) {
        aud_json_begin_object(w);
        write_param(w, &policy->params[i]);
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
}

void aud_report_json_control(aud_json_writer *w, const aud_control *control)
{
    const aud_framework *framework = aud_framework_find(control->framework);

    aud_report_json_put(w, "id", control->id);
    aud_report_json_put(w, "framework", control->framework);
    aud_report_json_put(w, "framework_name",
                        framework != NULL ? framework->name : control->framework);
    aud_report_json_put(w, "clause", control->clause);
    aud_report_json_put(w, "title", control->title);
    aud_report_json_opt(w, "requirement", control->requirement);
    aud_report_json_opt(w, "does_not_prove", control->does_not_prove);
}

void aud_report_json_policy(aud_json_writer *w, const aud_policy_info *policy)
{
    aud_json_begin_object(w);
    aud_report_json_put(w, "id", policy->id);
    aud_report_json_put(w, "pack", policy->pack);
    aud_report_json_opt(w, "pack_title", policy->pack_title);
    aud_report_json_put(w, "title", policy->title);
    aud_report_json_opt(w, "description", policy->description);
    aud_report_json_opt(w, "remediation", policy->remediation);
    aud_json_put_text(w, "severity", aud_severity_name(policy->severity));
    aud_json_key(w, "kinds");
    aud_json_begin_array(w);
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        if ((policy->kinds >> kind) & 1u) {
            aud_json_text(w, aud_kind_name((aud_kind)kind));
        }
    }
    aud_json_end_array(w);
    write_policy_terms(w, policy);
    /* not its path: that is the machine's, and results are the same everywhere */
    aud_report_json_opt(w, "sha256", policy->sha256);
    aud_json_put_bool(w, "configured", policy->configured);
}

/* What the controls are that policies of this run name. */
static void write_controls(aud_json_writer *w, const aud_result *result)
{
    const aud_control *const tables[] = {aud_controls, result->house_controls};
    const size_t nums[] = {aud_num_controls, result->num_house_controls};

    aud_json_put_text(w, "controls_edition", AUD_CONTROLS_EDITION);
    aud_json_key(w, "controls");
    aud_json_begin_array(w);
    for (size_t t = 0; t < AUD_COUNT(tables); t++) {
        for (size_t i = 0; i < nums[t]; i++) {
            size_t p = 0;

            while (p < result->num_policies &&
                   !aud_policy_names_control(&result->policies[p], tables[t][i].id)) {
                p++;
            }
            if (p < result->num_policies) {
                aud_report_json_line(w);
                aud_json_begin_object(w);
                aud_report_json_control(w, &tables[t][i]);
                aud_json_end_object(w);
            }
        }
    }
    aud_json_end_array(w);
}

static void write_policy(aud_json_writer *w, const aud_policy_info *policy)
{
    aud_report_json_policy(w, policy);
    aud_json_key(w, "counts");
    aud_json_begin_object(w);
    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        aud_json_put_int(w, aud_verdict_name((aud_verdict)i), (int64_t)policy->counts[i]);
    }
    aud_json_end_object(w);
    aud_json_end_object(w);
}

void aud_report_json_items(aud_json_writer *w, const aud_item *items, size_t num_items)
{
    aud_json_key(w, "items");
    aud_json_begin_array(w);
    for (size_t i = 0; i < num_items; i++) {
        aud_json_begin_object(w);
        aud_report_json_put(w, "item", items[i].item);
        aud_report_json_opt(w, "got", items[i].got);
        aud_report_json_opt(w, "want", items[i].want);
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
}

static void write_finding(aud_json_writer *w, const aud_result *result, const aud_finding *finding)
{
    aud_json_begin_object(w);
    aud_report_json_put(w, "policy", result->policies[finding->policy].id);
    aud_report_json_put(w, "subject", result->subjects[finding->subject].id);
    aud_json_put_text(w, "verdict", aud_verdict_name(finding->verdict));
    aud_json_put_text(w, "severity", aud_severity_name(finding->severity));
    aud_json_put_bool(w, "gates", finding->gates);
    aud_report_json_put(w, "message", finding->message);
    aud_report_json_items(w, finding->items, finding->num_items);
    aud_json_key(w, "location");
    aud_report_json_sighting(w, &finding->location);
    aud_json_key(w, "fingerprint");
    aud_json_begin_object(w);
    aud_report_json_digest(w, "identity", finding->identity);
    aud_report_json_digest(w, "lineage", finding->lineage);
    aud_json_end_object(w);
    if (finding->baseline != AUD_BASELINE_NONE) {
        aud_json_put_text(w, "baseline", aud_baseline_state_name(finding->baseline));
    }
    if (finding->verdict == AUD_V_WAIVED) {
        aud_report_json_put(w, "waiver", finding->waiver);
        aud_report_json_opt(w, "waiver_id", finding->waiver_id);
    }
    aud_json_end_object(w);
}

static void write_subjects(aud_json_writer *w, const aud_result *result, bool with_facts)
{
    aud_arena scratch;

    aud_arena_init(&scratch, scratch_max);
    aud_json_key(w, "subjects");
    aud_json_begin_array(w);
    for (size_t i = 0; i < result->num_subjects; i++) {
        const aud_subject_info *subject = &result->subjects[i];

        aud_report_json_line(w);
        aud_report_json_subject(w, subject);
        if (with_facts && subject->facts.get != NULL) {
            aud_json_key(w, "facts");
            aud_report_json_facts(w, &subject->facts, &scratch);
            aud_arena_reset(&scratch);
        }
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
    aud_arena_clear(&scratch);
}

/* Only where there is a waivers file. */
static void write_waivers(aud_json_writer *w, const aud_result *result)
{
    aud_json_key(w, "waivers");
    aud_json_begin_array(w);
    for (size_t i = 0; i < result->num_waivers; i++) {
        const aud_waiver_info *v = &result->waivers[i];

        aud_report_json_line(w);
        aud_json_begin_object(w);
        aud_report_json_put(w, "id", v->id);
        aud_json_put_text(w, "state", aud_waiver_state_name(v->state));
        aud_report_json_put(w, "policies", v->policies);
        aud_report_json_put(w, "match", v->match);
        aud_report_json_put(w, "reason", v->reason);
        aud_report_json_put(w, "owner", v->owner);
        aud_report_json_put(w, "approver", v->approver);
        aud_report_json_opt(w, "ticket", v->ticket);
        aud_report_json_instant(w, "approved", v->approved);
        aud_report_json_instant(w, "counts_from", v->counts_from);
        aud_report_json_instant(w, "expires", v->expires);
        aud_json_put_int(w, "findings", (int64_t)v->findings);
        aud_json_put_int(w, "line", v->line);
        if (v->commit.len > 0) {
            aud_report_json_put(w, "commit", v->commit);
            aud_report_json_put(w, "commit_author", v->author);
            aud_report_json_instant(w, "commit_at", v->committed);
            aud_json_put_text(w, "commit_signature",
                              v->is_signed ? "present, not verified" : "absent");
        } else {
            aud_report_json_put(w, "no_commit", v->history);
        }
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
}

static void write_not_judged(aud_json_writer *w, const aud_result *result)
{
    aud_json_key(w, "not_judged");
    aud_json_begin_array(w);
    for (size_t i = 0; i < result->num_gaps; i++) {
        aud_report_json_line(w);
        aud_json_begin_object(w);
        aud_json_put_text(w, "kind", aud_gap_name(result->gaps[i].kind));
        aud_report_json_put(w, "reason", result->gaps[i].reason);
        aud_report_json_opt(w, "accepted", result->gaps[i].accepted);
        aud_json_key(w, "where");
        aud_report_json_sighting(w, &result->gaps[i].where);
        aud_json_end_object(w);
    }
    aud_json_end_array(w);

    aud_json_key(w, "coverage");
    aud_json_begin_array(w);
    for (size_t i = 0; i < result->num_coverage; i++) {
        aud_report_json_line(w);
        aud_json_begin_object(w);
        aud_report_json_put(w, "source", result->coverage[i].source);
        aud_report_json_opt(w, "by", result->coverage[i].by);
        aud_report_json_put(w, "policy", result->coverage[i].policy);
        aud_report_json_put(w, "fact", result->coverage[i].fact);
        aud_report_json_opt(w, "told_by", result->coverage[i].told_by);
        aud_json_put_int(w, "subjects", (int64_t)result->coverage[i].subjects);
        aud_json_end_object(w);
    }
    aud_json_end_array(w);

    aud_json_key(w, "policy_errors");
    aud_json_begin_array(w);
    for (size_t i = 0; i < result->num_policy_errors; i++) {
        const aud_policy_error *error = &result->policy_errors[i];

        aud_report_json_line(w);
        aud_json_begin_object(w);
        aud_report_json_put(w, "policy", error->policy);
        aud_report_json_opt(w, "subject", error->subject);
        aud_report_json_put(w, "message", error->message);
        aud_report_json_opt(w, "path", error->path);
        if (error->line > 0) {
            aud_json_put_int(w, "line", error->line);
        }
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
}

/* One letter a subject: 50,000 pairs are 50 kB here, and several MB as objects. */
static aud_status write_verdicts(aud_json_writer *w, const aud_result *result, aud_error *err)
{
    size_t num = result->num_subjects;
    char letter[UINT8_MAX + 1];
    char *text = aud_alloc(num + 2);

    if (text == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "no memory for the verdicts of a policy");
    }
    memset(letter, '-', sizeof letter);
    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        letter[i] = aud_verdict_letter((aud_verdict)i);
    }

    aud_json_key(w, "verdicts");
    aud_json_begin_object(w);
    for (size_t policy = 0; policy < result->num_policies; policy++) {
        text[0] = '"';
        for (size_t i = 0; i < num; i++) {
            text[i + 1] = letter[aud_report_verdict(result, policy, i)];
        }
        text[num + 1] = '"';
        aud_report_json_line(w);
        aud_json_key_str(w, result->policies[policy].id);
        aud_json_raw(w, (aud_str){text, num + 2});
    }
    aud_json_end_object(w);
    aud_free(text);
    return AUD_OK;
}

static void write_list(aud_json_writer *w, const char *key, const aud_str *items, size_t num)
{
    aud_json_key(w, key);
    aud_json_begin_array(w);
    for (size_t i = 0; i < num; i++) {
        aud_report_json_str(w, items[i]);
    }
    aud_json_end_array(w);
}

/* Only in a check against a target. */
static void write_change(aud_json_writer *w, const aud_change_info *c)
{
    aud_json_key(w, "change");
    aud_json_begin_object(w);
    aud_report_json_put(w, "target", c->target);
    aud_report_json_put(w, "tip", c->tip);
    aud_report_json_put(w, "base", c->base);
    aud_report_json_put(w, "head", c->head);
    aud_report_json_put(w, "rules", c->rules);
    aud_json_put_bool(w, "rules_found", c->rules_found);
    aud_json_put_int(w, "files", (int64_t)c->files);
    aud_json_put_int(w, "subjects_added", (int64_t)c->added);
    aud_json_put_int(w, "subjects_at_more_places", (int64_t)c->grown);
    aud_json_put_int(w, "subjects_judged_otherwise", (int64_t)c->changed);
    aud_json_put_int(w, "findings_persisting", (int64_t)c->persisting);
    aud_json_put_text(w, "read", c->whole ? "all" : "changed");
    aud_report_json_opt(w, "read_because", c->why);
    write_list(w, "removed", c->removed, c->num_removed);
    write_list(w, "left_scope", c->left, c->num_left);
    write_list(w, "gate_paths", c->gate_paths, c->num_gate_paths);
    if (c->num_gate_paths > 0) {
        aud_json_key(w, "proposed");
        aud_json_begin_object(w);
        aud_report_json_opt(w, "error", c->proposed.error);
        if (c->proposed.judged) {
            aud_json_put_int(w, "exit_code", (int64_t)c->proposed.exit_code);
            aud_json_put_int(w, "failing", (int64_t)c->proposed.failing);
            aud_json_put_int(w, "undecided", (int64_t)c->proposed.undecided);
        }
        aud_json_end_object(w);
    }
    aud_json_end_object(w);
}

static void write_head(aud_json_writer *w, const aud_result *result)
{
    aud_json_put_text(w, "schema", "certaudit/results/1");
    aud_json_key(w, "tool");
    aud_json_begin_object(w);
    aud_json_put_text(w, "name", "certaudit");
    aud_report_json_put(w, "version", result->tool_version);
    aud_json_end_object(w);
    aud_report_json_instant(w, "at", result->at);
    aud_json_put_bool(w, "at_given", result->at_given);
    if (result->next_change == INT64_MAX) {
        aud_json_key(w, "next_change");
        aud_json_null(w);
    } else {
        aud_report_json_instant(w, "next_change", result->next_change);
    }
    aud_json_key(w, "config");
    aud_json_begin_object(w);
    aud_report_json_opt(w, "path", result->config_path);
    aud_report_json_opt(w, "sha256", result->config_sha256);
    aud_json_end_object(w);
    if (result->baseline_path.len > 0) {
        aud_json_key(w, "baseline");
        aud_json_begin_object(w);
        aud_report_json_put(w, "path", result->baseline_path);
        aud_json_put_bool(w, "fail_on_new", result->gate.fail_on_new);
        aud_json_put_int(w, "known", (int64_t)result->baseline_known);
        aud_json_put_int(w, "new", (int64_t)result->baseline_new);
        aud_json_put_int(w, "gone", (int64_t)result->baseline_gone);
        aud_json_end_object(w);
    }
    if (result->waivers_path.len > 0) {
        aud_json_key(w, "waivers_file");
        aud_json_begin_object(w);
        aud_report_json_put(w, "path", result->waivers_path);
        aud_report_json_put(w, "sha256", result->waivers_sha256);
        aud_json_end_object(w);
    }
    write_totals(w, result);
    write_gate(w, &result->gate);
    if (result->change != NULL) {
        write_change(w, result->change);
    }
    write_list(w, "notices", result->notices, result->num_notices);
}

static aud_status write_json(const aud_result *result, const aud_report_env *env, aud_out *out,
                             aud_error *err)
{
    bool with_facts =
        aud_str_eq(aud_reporter_option(&aud_reporter_json, env, "facts"), AUD_LIT("yes"));
    aud_json_writer w;

    aud_json_writer_init(&w, out, 0);
    aud_json_begin_object(&w);
    write_head(&w, result);

    aud_json_key(&w, "sources");
    aud_json_begin_array(&w);
    for (size_t i = 0; i < result->num_sources; i++) {
        aud_report_json_line(&w);
        aud_report_json_source(&w, &result->sources[i]);
    }
    aud_json_end_array(&w);

    aud_json_key(&w, "policies");
    aud_json_begin_array(&w);
    for (size_t i = 0; i < result->num_policies; i++) {
        aud_report_json_line(&w);
        write_policy(&w, &result->policies[i]);
    }
    aud_json_end_array(&w);
    write_controls(&w, result);

    write_subjects(&w, result, with_facts);

    aud_json_key(&w, "findings");
    aud_json_begin_array(&w);
    for (size_t i = 0; i < result->num_findings; i++) {
        aud_report_json_line(&w);
        write_finding(&w, result, &result->findings[i]);
    }
    aud_json_end_array(&w);

    if (result->waivers_path.len > 0) {
        write_waivers(&w, result);
    }
    write_not_judged(&w, result);
    AUD_TRY(write_verdicts(&w, result, err));
    aud_json_end_object(&w);
    aud_out_char(out, '\n');
    return AUD_OK;
}

static const char *const json_options[] = {"facts=no|yes", NULL};

const aud_reporter aud_reporter_json = {
    .name = "json",
    .title = "JSON, the complete result",
    .extension = "json",
    .options = json_options,
    .write = write_json,
};
