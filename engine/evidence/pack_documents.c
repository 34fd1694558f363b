/* engine/evidence/pack_documents.c - the small documents of a pack: what was asked, what it says,
 * who ran it. */
#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/evidence/pack.h"
#include "engine/tree/json.h"

static void put_instant(aud_json_writer *w, const char *key, int64_t instant)
{
    char text[AUD_INSTANT_TEXT];

    aud_json_key(w, key);
    aud_json_str(w, (aud_str){text, aud_instant_format(instant, text)});
}

static void put_hex(aud_json_writer *w, const char *key, const unsigned char digest[32])
{
    char hex[64];

    aud_hex_encode((aud_str){(const char *)digest, 32}, hex);
    aud_json_put_str(w, key, (aud_str){hex, sizeof hex});
}

/* --- config.json ------------------------------------------------------------------------------ */

static void put_strings(aud_json_writer *w, const char *key, const aud_str *texts, size_t num)
{
    aud_json_key(w, key);
    aud_json_begin_array(w);
    for (size_t i = 0; i < num; i++) {
        aud_json_str(w, texts[i]);
    }
    aud_json_end_array(w);
}

static void put_source(aud_json_writer *w, const aud_source_config *s)
{
    aud_json_begin_object(w);
    aud_json_put_str(w, "name", s->name);
    aud_json_put_str(w, "path", s->path);
    aud_json_put_str(w, "glob", s->glob);
    aud_json_put_str(w, "rev", s->rev);
    aud_json_put_str(w, "format", s->format);
    aud_json_put_bool(w, "complete", s->complete);
    aud_json_put_int(w, "max_age_seconds", s->max_age_seconds);
    aud_json_key(w, "exclude");
    aud_json_begin_array(w);
    for (size_t i = 0; i < s->num_excludes; i++) {
        aud_json_begin_object(w);
        aud_json_put_str(w, "path", s->excludes[i].path);
        aud_json_put_str(w, "reason", s->excludes[i].reason);
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
    aud_json_end_object(w);
}

static void put_policy(aud_json_writer *w, const aud_policy_info *p)
{
    aud_json_begin_object(w);
    aud_json_put_str(w, "id", p->id);
    aud_json_put_str(w, "sha256", p->sha256);
    aud_json_put_text(w, "severity", aud_severity_name(p->severity));
    aud_json_put_bool(w, "configured", p->configured);
    aud_json_key(w, "params");
    aud_json_begin_object(w);
    for (size_t i = 0; i < p->num_params; i++) {
        aud_json_key_str(w, p->params[i].name);
        if (p->params[i].value.len > 0) {
            aud_json_raw(w, p->params[i].value);
        } else {
            aud_json_null(w);
        }
    }
    aud_json_end_object(w);
    aud_json_end_object(w);
}

static void put_rules(aud_json_writer *w, const aud_config *config)
{
    put_strings(w, "packs", config->packs, config->num_packs);
    put_strings(w, "policy_folders", config->dirs, config->num_dirs);
    aud_json_key(w, "sources");
    aud_json_begin_array(w);
    for (size_t i = 0; i < config->num_sources; i++) {
        put_source(w, &config->sources[i]);
    }
    aud_json_end_array(w);
    aud_json_key(w, "accept");
    aud_json_begin_array(w);
    for (size_t i = 0; i < config->num_accepts; i++) {
        aud_json_begin_object(w);
        aud_json_put_str(w, "source", config->accepts[i].source);
        aud_json_put_str(w, "path", config->accepts[i].path);
        aud_json_put_str(w, "reason", config->accepts[i].reason);
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
    aud_json_put_int(w, "owner_rules", (int64_t)config->num_owners);
    aud_json_key(w, "gate");
    aud_json_begin_object(w);
    aud_json_put_text(w, "fail_on", aud_severity_name(config->fail_on));
    aud_json_put_int(w, "min_subjects", (int64_t)config->min_subjects);
    aud_json_put_int(w, "max_waiver_days", config->max_waiver_days);
    aud_json_put_int(w, "waiver_notice_days", config->waiver_notice_days);
    aud_json_end_object(w);
}

aud_status aud_pack_config(const aud_pack_options *options, aud_out *out, aud_error *err)
{
    const aud_result *result = options->result;
    const aud_period_info *period = result->period;
    aud_json_writer w;

    AUD_UNUSED(err);
    aud_json_writer_init(&w, out, 1);
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "schema", "certaudit/pack-config/1");
    aud_json_key(&w, "period");
    aud_json_begin_object(&w);
    aud_json_put_str(&w, "name", period->name);
    aud_json_put_str(&w, "ref", period->ref);
    put_instant(&w, "from", period->from);
    put_instant(&w, "until", period->until);
    put_instant(&w, "judged_at", period->at);
    aud_json_put_bool(&w, "finished", period->is_finished);
    aud_json_put_bool(&w, "all_commits", period->all_commits);
    aud_json_end_object(&w);
    aud_json_put_str(&w, "rules_of", period->tip);
    aud_json_put_str(&w, "configuration", result->config_path);
    aud_json_put_str(&w, "configuration_sha256", result->config_sha256);
    aud_json_put_str(&w, "waivers", result->waivers_path);
    aud_json_put_str(&w, "waivers_sha256", result->waivers_sha256);
    put_rules(&w, aud_site_config(options->site));
    aud_json_key(&w, "policies");
    aud_json_begin_array(&w);
    for (size_t i = 0; i < result->num_policies; i++) {
        put_policy(&w, &result->policies[i]);
    }
    aud_json_end_array(&w);
    aud_json_end_object(&w);
    aud_out_char(out, '\n');
    return AUD_OK;
}

/* --- statement.json: in-toto Statement v1, test-result predicate v0.1 ------------------------- */

static void put_subject(aud_json_writer *w, const aud_sum *sum)
{
    aud_json_begin_object(w);
    aud_json_put_str(w, "name", sum->path);
    aud_json_key(w, "digest");
    aud_json_begin_object(w);
    put_hex(w, "sha256", sum->digest);
    aud_json_end_object(w);
    aud_json_end_object(w);
}

/* Policies by how they came out: failed, undecided, neither. */
static unsigned outcome_of(const aud_policy_info *p)
{
    return p->counts[AUD_V_FAIL] > 0 ? 2 : p->counts[AUD_V_UNDECIDED] > 0 ? 1 : 0;
}

static void put_tests(aud_json_writer *w, const char *key, const aud_result *result, unsigned which)
{
    aud_json_key(w, key);
    aud_json_begin_array(w);
    for (size_t i = 0; i < result->num_policies; i++) {
        if (outcome_of(&result->policies[i]) == which) {
            aud_json_str(w, result->policies[i].id);
        }
    }
    aud_json_end_array(w);
}

static void put_predicate(aud_json_writer *w, const aud_result *result, const aud_sum *sums,
                          size_t num)
{
    aud_json_key(w, "predicate");
    aud_json_begin_object(w);
    aud_json_put_text(w, "result",
                      result->gate.exit_code == AUD_EXIT_CLEAN      ? "PASSED"
                      : result->gate.exit_code == AUD_EXIT_FINDINGS ? "FAILED"
                                                                    : "WARNED");
    aud_json_key(w, "configuration");
    aud_json_begin_array(w);
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(sums[i].path, AUD_LIT("config.json")) ||
            aud_str_starts(sums[i].path, AUD_LIT("policies/"))) {
            put_subject(w, &sums[i]);
        }
    }
    aud_json_end_array(w);
    put_tests(w, "passedTests", result, 0);
    put_tests(w, "warnedTests", result, 1);
    put_tests(w, "failedTests", result, 2);
    aud_json_end_object(w);
}

aud_status aud_pack_statement(const aud_pack_options *options, const aud_sum *sums, size_t num_sums,
                              aud_out *out, aud_error *err)
{
    aud_json_writer w;

    AUD_UNUSED(err);
    aud_json_writer_init(&w, out, 1);
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "_type", "https://in-toto.io/Statement/v1");
    aud_json_key(&w, "subject");
    aud_json_begin_array(&w);
    for (size_t i = 0; i < num_sums; i++) {
        if (!aud_str_eq(sums[i].path, AUD_LIT("config.json")) &&
            !aud_str_eq(sums[i].path, AUD_LIT("run.json")) &&
            !aud_str_starts(sums[i].path, AUD_LIT("policies/"))) {
            put_subject(&w, &sums[i]);
        }
    }
    aud_json_end_array(&w);
    aud_json_put_text(&w, "predicateType", "https://in-toto.io/attestation/test-result/v0.1");
    put_predicate(&w, options->result, sums, num_sums);
    aud_json_end_object(&w);
    aud_out_char(out, '\n');
    return AUD_OK;
}

/* --- run.json --------------------------------------------------------------------------------- */

aud_status aud_pack_record(const aud_pack_options *options, aud_out *out, aud_error *err)
{
    const aud_run_record *record = &options->record;
    aud_json_writer w;

    AUD_UNUSED(err);
    aud_json_writer_init(&w, out, 1);
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "schema", "certaudit/run/1");
    aud_json_put_str(&w, "tool", AUD_LIT("certaudit"));
    aud_json_put_str(&w, "version", options->result->tool_version);
    aud_json_put_str(&w, "ci", record->ci);
    aud_json_put_str(&w, "run", record->run);
    aud_json_put_str(&w, "job", record->job);
    aud_json_put_str(&w, "url", record->url);
    aud_json_put_str(&w, "actor", record->actor);
    aud_json_end_object(&w);
    aud_out_char(out, '\n');
    return AUD_OK;
}
