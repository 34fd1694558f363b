/* reporters/sarif.c - SARIF 2.1.0 (OASIS): rules, results, what could not be judged.
 *
 * profile=github leaves out what GitHub would show wrongly and keeps to the number of results that
 * it shows; nothing is left out without a notification that says so. No snippets: lines of inputs
 * may hold secrets.
 */
#include "reporters/sarif_parts.h"

#include "engine/base/instant.h"
#include "reporters/json_parts.h"

extern const aud_reporter aud_reporter_sarif;

enum {
    GITHUB_SHOWN = 5000, /* results of a run that it keeps */
    GITHUB_MOST = 25000, /* more, and it refuses the file */
};

#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

aud_buf *aud_sarif_begin(sarif *s)
{
    s->text.len = 0;
    return &s->text;
}

aud_str aud_sarif_taken(const sarif *s)
{
    return aud_buf_str(&s->text);
}

aud_status aud_sarif_add(sarif *s, aud_str text)
{
    return aud_neutral_add(&s->text, aud_neutral_cut(text, AUD_REPORT_TEXT_MAX), s->err);
}

aud_status aud_sarif_say(sarif *s, const char *text)
{
    return aud_buf_add(&s->text, aud_str_of(text), s->err);
}

void aud_sarif_message(sarif *s, const char *key, aud_str text)
{
    aud_json_key(s->w, key);
    aud_json_begin_object(s->w);
    aud_json_put_str(s->w, "text", text);
    aud_json_end_object(s->w);
}

const char *aud_sarif_level(aud_severity severity)
{
    switch (severity) {
    case AUD_SEV_CRITICAL:
    case AUD_SEV_HIGH:
        return "error";
    case AUD_SEV_MEDIUM:
        return "warning";
    case AUD_SEV_LOW:
    case AUD_SEV_INFO:
    case AUD_NUM_SEVERITIES:
        break;
    }
    return "note";
}

const char *aud_sarif_security_severity(aud_severity severity)
{
    static const char *const numbers[AUD_NUM_SEVERITIES] = {"0.1", "2.0", "5.0", "8.0", "9.5"};

    return numbers[severity];
}

static aud_status put_bases(sarif *s)
{
    const aud_result *r = s->result;

    aud_json_key(s->w, "originalUriBaseIds");
    aud_json_begin_object(s->w);
    aud_json_key(s->w, "SRCROOT");
    aud_json_begin_object(s->w);
    aud_sarif_message(s, "description", AUD_LIT("The root of what was judged."));
    aud_json_end_object(s->w);
    for (size_t i = 0; i < r->num_sources && r->num_sources > 1 && !s->github; i++) {
        AUD_TRY(aud_sarif_base(s, r->sources[i].name, aud_sarif_begin(s)));
        aud_json_key_str(s->w, aud_sarif_taken(s));
        aud_json_begin_object(s->w);
        (void)aud_sarif_begin(s);
        AUD_TRY(aud_sarif_say(s, "The root of the source "));
        AUD_TRY(aud_sarif_add(s, r->sources[i].name));
        AUD_TRY(aud_sarif_say(s, "."));
        aud_sarif_message(s, "description", aud_sarif_taken(s));
        aud_json_end_object(s->w);
    }
    aud_json_end_object(s->w);
    return AUD_OK;
}

/* What every report states: the instant, the sources, the configuration, the sums. */
static void put_properties(sarif *s)
{
    const aud_result *r = s->result;

    aud_json_key(s->w, "properties");
    aud_json_begin_object(s->w);
    aud_report_json_instant(s->w, "judgedAt", r->at);
    aud_json_put_text(s->w, "failOn", aud_severity_name(r->gate.fail_on));
    aud_report_json_opt(s->w, "configPath", r->config_path);
    aud_report_json_opt(s->w, "configSha256", r->config_sha256);
    aud_json_key(s->w, "sources");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < r->num_sources; i++) {
        aud_report_json_line(s->w);
        aud_report_json_source(s->w, &r->sources[i]);
    }
    aud_json_end_array(s->w);
    aud_report_json_sums(s->w, r);
    aud_json_end_object(s->w);
}

static aud_status put_run(sarif *s, const aud_report_env *env)
{
    aud_json_begin_object(s->w);
    AUD_TRY(aud_sarif_tool(s));
    aud_json_put_text(s->w, "columnKind", "utf16CodeUnits");
    AUD_TRY(put_bases(s));
    aud_json_key(s->w, "automationDetails");
    aud_json_begin_object(s->w);
    (void)aud_sarif_begin(s);
    AUD_TRY(aud_sarif_add(s, aud_reporter_option(&aud_reporter_sarif, env, "category")));
    AUD_TRY(aud_sarif_say(s, s->text.len > 0 ? "/" : "certaudit/"));
    aud_json_put_str(s->w, "id", aud_sarif_taken(s)); /* behind the last '/' stands a run: none */
    aud_json_end_object(s->w);
    AUD_TRY(aud_sarif_taxonomies(s));
    AUD_TRY(aud_sarif_results(s));
    AUD_TRY(aud_sarif_invocation(s));
    put_properties(s);
    aud_json_end_object(s->w);
    return AUD_OK;
}

static aud_status read_options(sarif *s, const aud_report_env *env)
{
    aud_str profile = aud_reporter_option(&aud_reporter_sarif, env, "profile");

    s->github = aud_str_eq(profile, AUD_LIT("github"));
    AUD_TRY(aud_report_number(&aud_reporter_sarif, env, "max", 0, &s->max, s->err));
    if (s->github) {
        s->max = s->max == 0 ? GITHUB_SHOWN : s->max;
        s->max = s->max < GITHUB_MOST ? s->max : GITHUB_MOST;
    }
    s->max = s->max == 0 ? UINT64_MAX : s->max;
    return AUD_OK;
}

static void sarif_clear(sarif *s)
{
    aud_free(s->controls.items);
    aud_buf_clear(&s->text);
}

static aud_status sarif_write(const aud_result *result, const aud_report_env *env, aud_out *out,
                              aud_error *err)
{
    AUD_CLEANUP(sarif_clear) sarif s = {.result = result, .err = err};
    aud_json_writer w;

    AUD_TRY(read_options(&s, env));
    aud_buf_init(&s.text, (size_t)1 << 24);
    AUD_TRY(aud_sarif_find_controls(&s));
    for (size_t i = 0; i < result->num_findings; i++) {
        s.suppresses = s.suppresses || result->findings[i].verdict == AUD_V_WAIVED;
    }
    aud_json_writer_init(&w, out, 0);
    s.w = &w;
    aud_json_begin_object(&w);
    aud_json_put_text(&w, "$schema", SCHEMA);
    aud_json_put_text(&w, "version", "2.1.0");
    aud_json_key(&w, "runs");
    aud_json_begin_array(&w);
    AUD_TRY(put_run(&s, env));
    aud_json_end_array(&w);
    aud_json_end_object(&w);
    aud_out_char(out, '\n');
    return AUD_OK;
}

static const char *const sarif_options[] = {"profile=standard|github", "max=", "category=", NULL};

const aud_reporter aud_reporter_sarif = {
    .name = "sarif",
    .title = "SARIF 2.1.0",
    .extension = "sarif",
    .options = sarif_options,
    .write = sarif_write,
};
