/* reporters/sarif.c - SARIF 2.1.0 (OASIS): rules, results, what could not be judged.
 *
 * profile=github leaves out what GitHub would show wrongly (waived results) and keeps to its limit
 * of results; nothing is left out without a notification that says so.
 */
#include "engine/tree/json.h"
#include "reporters/common.h"

extern const aud_reporter aud_reporter_sarif;

enum { GITHUB_RESULTS = 25000, TEXT_MAX = 1000, MAX_NOTIFICATIONS = 10000 };

#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define HOME "https://github.com/certaudit/certaudit"

typedef struct sarif {
    const aud_result *result;
    aud_json_writer *w;
    aud_error *err;
    aud_buf text;
    bool github;
    size_t left_out; /* results that the profile does not show */
} sarif;

static aud_str taken(sarif *s)
{
    return aud_buf_str(&s->text);
}

static void put_message(sarif *s, const char *key, aud_str text)
{
    aud_json_key(s->w, key);
    aud_json_begin_object(s->w);
    aud_json_put_str(s->w, "text", text);
    aud_json_end_object(s->w);
}

static const char *level_of(aud_severity severity)
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

/* GitHub's scale: above 9.0 critical, from 7.0 high, from 4.0 medium, below low. */
static const char *security_severity(aud_severity severity)
{
    static const char *const numbers[AUD_NUM_SEVERITIES] = {"0.1", "2.0", "5.0", "8.0", "9.5"};

    return numbers[severity];
}

/* "core/key_size" as a rule name in Pascal case: "CoreKeySize". */
static aud_status rule_name(sarif *s, aud_str id)
{
    bool upper = true;

    s->text.len = 0;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];

        if (c == '/' || c == '_') {
            upper = true;
            continue;
        }
        c = (char)(upper && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        upper = false;
        AUD_TRY(aud_buf_add(&s->text, (aud_str){&c, 1}, s->err));
    }
    return AUD_OK;
}

static aud_status sentence(sarif *s, aud_str text)
{
    s->text.len = 0;
    AUD_TRY(aud_neutral_add(&s->text, aud_neutral_cut(text, TEXT_MAX), s->err));
    return aud_buf_add(&s->text, AUD_LIT("."), s->err);
}

static aud_status help_text(sarif *s, const aud_policy_info *p)
{
    s->text.len = 0;
    AUD_TRY(aud_neutral_add(&s->text, p->remediation.len > 0 ? p->remediation : p->title, s->err));
    AUD_TRY(aud_buf_printf(&s->text, s->err, "\n\nSource: "));
    AUD_TRY(aud_neutral_add(&s->text, p->cite.doc, s->err));
    if (p->cite.version.len > 0) {
        AUD_TRY(aud_buf_add(&s->text, AUD_LIT(" "), s->err));
        AUD_TRY(aud_neutral_add(&s->text, p->cite.version, s->err));
    }
    if (p->cite.at.len > 0) {
        AUD_TRY(aud_buf_add(&s->text, AUD_LIT(", "), s->err));
        AUD_TRY(aud_neutral_add(&s->text, p->cite.at, s->err));
    }
    return aud_buf_add(&s->text, AUD_LIT("."), s->err);
}

static aud_str framework_of(aud_str control)
{
    size_t colon = aud_str_find(control, AUD_LIT(":"), 0);

    return aud_str_sub(control, 0, colon == SIZE_MAX ? control.len : colon);
}

static aud_str taxon_of(aud_str control)
{
    return aud_str_sub(control, framework_of(control).len + 1, SIZE_MAX);
}

static void put_relationships(sarif *s, const aud_policy_info *p)
{
    if (p->num_controls == 0) {
        return;
    }
    aud_json_key(s->w, "relationships");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < p->num_controls; i++) {
        aud_json_begin_object(s->w);
        aud_json_key(s->w, "target");
        aud_json_begin_object(s->w);
        aud_json_put_str(s->w, "id", taxon_of(p->controls[i]));
        aud_json_key(s->w, "toolComponent");
        aud_json_begin_object(s->w);
        aud_json_put_str(s->w, "name", framework_of(p->controls[i]));
        aud_json_end_object(s->w);
        aud_json_end_object(s->w);
        aud_json_key(s->w, "kinds");
        aud_json_begin_array(s->w);
        aud_json_text(s->w, "relevant");
        aud_json_end_array(s->w);
        aud_json_end_object(s->w);
    }
    aud_json_end_array(s->w);
}

static aud_status put_rule(sarif *s, const aud_policy_info *p)
{
    aud_json_begin_object(s->w);
    aud_json_put_str(s->w, "id", p->id);
    AUD_TRY(rule_name(s, p->id));
    aud_json_put_str(s->w, "name", taken(s));
    AUD_TRY(sentence(s, p->title));
    put_message(s, "shortDescription", taken(s));
    AUD_TRY(sentence(s, p->description.len > 0 ? p->description : p->title));
    put_message(s, "fullDescription", taken(s));
    AUD_TRY(help_text(s, p));
    put_message(s, "help", taken(s));
    aud_json_put_str(s->w, "helpUri", p->cite.url.len > 0 ? p->cite.url : aud_str_of(HOME));
    aud_json_key(s->w, "defaultConfiguration");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "level", level_of(p->severity));
    aud_json_end_object(s->w);
    put_relationships(s, p);
    aud_json_key(s->w, "properties");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "security-severity", security_severity(p->severity));
    aud_json_put_text(s->w, "precision", "very-high");
    aud_json_put_str(s->w, "sha256", p->sha256);
    aud_json_key(s->w, "tags");
    aud_json_begin_array(s->w);
    aud_json_str(s->w, p->pack);
    aud_json_text(s->w, "security");
    aud_json_end_array(s->w);
    aud_json_end_object(s->w);
    aud_json_end_object(s->w);
    return AUD_OK;
}

/* --- taxonomies: one component a framework, its controls once each, sorted
 * --------------------------- */

typedef AUD_VEC(aud_str) control_list;

static aud_status all_controls(const aud_result *r, control_list *out, aud_error *err)
{
    for (size_t i = 0; i < r->num_policies; i++) {
        for (size_t k = 0; k < r->policies[i].num_controls; k++) {
            aud_str control = r->policies[i].controls[k];
            size_t at = 0;

            if (!aud_str_has(control, AUD_LIT(":"))) {
                continue;
            }
            while (at < out->len && aud_str_cmp(out->items[at], control) < 0) {
                at++;
            }
            if (at < out->len && aud_str_eq(out->items[at], control)) {
                continue;
            }
            AUD_TRY(AUD_VEC_PUSH(out, control, err));
            memmove(&out->items[at + 1], &out->items[at], (out->len - 1 - at) * sizeof *out->items);
            out->items[at] = control;
        }
    }
    return AUD_OK;
}

static void put_taxonomies(sarif *s, const control_list *controls)
{
    aud_json_key(s->w, "taxonomies");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < controls->len;) {
        aud_str framework = framework_of(controls->items[i]);

        aud_json_begin_object(s->w);
        aud_json_put_str(s->w, "name", framework);
        put_message(s, "shortDescription", framework);
        aud_json_key(s->w, "taxa");
        aud_json_begin_array(s->w);
        for (; i < controls->len && aud_str_eq(framework_of(controls->items[i]), framework); i++) {
            aud_json_begin_object(s->w);
            aud_json_put_str(s->w, "id", taxon_of(controls->items[i]));
            aud_json_end_object(s->w);
        }
        aud_json_end_array(s->w);
        aud_json_end_object(s->w);
    }
    aud_json_end_array(s->w);
}

static void put_supported(sarif *s, const control_list *controls)
{
    aud_json_key(s->w, "supportedTaxonomies");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < controls->len; i++) {
        if (i == 0 ||
            !aud_str_eq(framework_of(controls->items[i]), framework_of(controls->items[i - 1]))) {
            aud_json_begin_object(s->w);
            aud_json_put_str(s->w, "name", framework_of(controls->items[i]));
            aud_json_end_object(s->w);
        }
    }
    aud_json_end_array(s->w);
}

static aud_status put_tool(sarif *s, const control_list *controls)
{
    aud_json_key(s->w, "tool");
    aud_json_begin_object(s->w);
    aud_json_key(s->w, "driver");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "name", "certaudit");
    aud_json_put_str(s->w, "version", s->result->tool_version);
    aud_json_put_str(s->w, "semanticVersion", s->result->tool_version);
    aud_json_put_text(s->w, "informationUri", HOME);
    aud_json_key(s->w, "rules");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < s->result->num_policies; i++) {
        AUD_TRY(put_rule(s, &s->result->policies[i]));
    }
    aud_json_end_array(s->w);
    if (controls->len > 0) {
        put_supported(s, controls);
    }
    aud_json_end_object(s->w);
    aud_json_end_object(s->w);
    return AUD_OK;
}

/* --- places
 * -----------------------------------------------------------------------------------------------
 */

static aud_status put_location(sarif *s, const aud_sighting *where)
{
    aud_json_begin_object(s->w);
    if (where->path.len > 0) {
        s->text.len = 0;
        AUD_TRY(aud_report_uri(where->path, &s->text, s->err));
        aud_json_key(s->w, "physicalLocation");
        aud_json_begin_object(s->w);
        aud_json_key(s->w, "artifactLocation");
        aud_json_begin_object(s->w);
        aud_json_put_str(s->w, "uri", taken(s));
        aud_json_put_text(s->w, "uriBaseId", "SRCROOT");
        aud_json_end_object(s->w);
        aud_json_key(s->w, "region");
        aud_json_begin_object(s->w);
        aud_json_put_int(s->w, "startLine", where->line > 0 ? where->line : 1);
        aud_json_end_object(s->w);
        aud_json_end_object(s->w);
    }
    s->text.len = 0;
    AUD_TRY(aud_report_place(s->result, where, &s->text, s->err));
    if (s->text.len > 0 && (where->path.len == 0 || where->record.len > 0 || where->host.len > 0)) {
        aud_json_key(s->w, "logicalLocations");
        aud_json_begin_array(s->w);
        aud_json_begin_object(s->w);
        aud_json_put_str(s->w, "fullyQualifiedName", taken(s));
        aud_json_put_text(s->w, "kind", "resource");
        aud_json_end_object(s->w);
        aud_json_end_array(s->w);
    }
    aud_json_end_object(s->w);
    return AUD_OK;
}

static aud_status result_text(sarif *s, const aud_finding *f)
{
    s->text.len = 0;
    AUD_TRY(aud_report_subject_name(s->result, f->subject, &s->text, s->err));
    AUD_TRY(aud_buf_add(&s->text, AUD_LIT(": "), s->err));
    AUD_TRY(aud_neutral_add(&s->text, aud_neutral_cut(f->message, AUD_REPORT_TEXT_MAX), s->err));
    for (size_t i = 0; i < f->num_items && i < 20; i++) {
        const aud_item *item = &f->items[i];

        AUD_TRY(aud_buf_add(&s->text, i == 0 ? AUD_LIT(" (") : AUD_LIT("; "), s->err));
        AUD_TRY(aud_neutral_add(&s->text, aud_neutral_cut(item->item, TEXT_MAX), s->err));
        AUD_TRY(aud_buf_add(&s->text, AUD_LIT(": got "), s->err));
        AUD_TRY(aud_neutral_add(&s->text, aud_neutral_cut(item->got, TEXT_MAX), s->err));
        AUD_TRY(aud_buf_add(&s->text, AUD_LIT(", want "), s->err));
        AUD_TRY(aud_neutral_add(&s->text, aud_neutral_cut(item->want, TEXT_MAX), s->err));
    }
    return aud_buf_add(&s->text, f->num_items > 0 ? AUD_LIT(").") : AUD_LIT("."), s->err);
}

/* Square brackets make links in messages (3.11.6). */
static void put_escaped_message(sarif *s)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf escaped = {.max = SIZE_MAX};

    for (size_t i = 0; i < s->text.len; i++) {
        char c = s->text.ptr[i];

        if ((c == '[' || c == ']' || c == '\\') &&
            aud_buf_add(&escaped, AUD_LIT("\\"), NULL) != AUD_OK) {
            return;
        }
        if (aud_buf_add(&escaped, (aud_str){&c, 1}, NULL) != AUD_OK) {
            return;
        }
    }
    put_message(s, "message", aud_buf_str(&escaped));
}

static void put_fingerprints(sarif *s, const aud_finding *f)
{
    static const char digits[] = "0123456789abcdef";
    char hex[64];

    aud_json_key(s->w, "partialFingerprints");
    aud_json_begin_object(s->w);
    for (unsigned pass = 0; pass < 2; pass++) {
        const uint8_t *bytes = pass == 0 ? f->identity : f->lineage;

        for (size_t i = 0; i < 32; i++) {
            hex[2 * i] = digits[bytes[i] >> 4];
            hex[2 * i + 1] = digits[bytes[i] & 15];
        }
        aud_json_put_str(s->w, pass == 0 ? "certauditIdentity/v1" : "certauditLineage/v1",
                         (aud_str){hex, sizeof hex});
        if (pass == 0) { /* what GitHub looks at; a text file's own hash would take its place */
            aud_json_put_str(s->w, "primaryLocationLineHash", (aud_str){hex, sizeof hex});
        }
    }
    aud_json_end_object(s->w);
}

static aud_status put_result(sarif *s, const aud_finding *f)
{
    bool waived = f->verdict == AUD_V_WAIVED, open = f->verdict == AUD_V_UNDECIDED;

    aud_json_begin_object(s->w);
    aud_json_put_str(s->w, "ruleId", s->result->policies[f->policy].id);
    aud_json_put_int(s->w, "ruleIndex", (int64_t)f->policy);
    /* anything but a failure has the level "none" (3.27.10), which GitHub would show wrongly */
    aud_json_put_text(s->w, "kind", open && !s->github ? "open" : "fail");
    aud_json_put_text(s->w, "level", open && !s->github ? "none" : level_of(f->severity));
    AUD_TRY(result_text(s, f));
    put_escaped_message(s);
    aud_json_key(s->w, "locations");
    aud_json_begin_array(s->w);
    AUD_TRY(put_location(s, &f->location));
    aud_json_end_array(s->w);
    put_fingerprints(s, f);
    if (!s->github) {
        aud_json_key(s->w, "suppressions");
        aud_json_begin_array(s->w);
        if (waived) {
            aud_json_begin_object(s->w);
            aud_json_put_text(s->w, "kind", "external");
            aud_json_put_text(s->w, "status", "accepted");
            aud_json_put_str(s->w, "justification", f->waiver);
            aud_json_end_object(s->w);
        }
        aud_json_end_array(s->w);
    }
    aud_json_key(s->w, "properties");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "severity", aud_severity_name(f->severity));
    aud_json_put_text(s->w, "security-severity", security_severity(f->severity));
    aud_json_put_bool(s->w, "gates", f->gates);
    aud_json_end_object(s->w);
    aud_json_end_object(s->w);
    return AUD_OK;
}

static aud_status put_results(sarif *s)
{
    size_t shown = 0;

    aud_json_key(s->w, "results");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < s->result->num_findings; i++) {
        const aud_finding *f = &s->result->findings[i];

        if (s->github && (f->verdict == AUD_V_WAIVED || shown == GITHUB_RESULTS)) {
            s->left_out++;
            continue;
        }
        AUD_TRY(put_result(s, f));
        shown++;
    }
    aud_json_end_array(s->w);
    return AUD_OK;
}

/* --- what went wrong
 * ---------------------------------------------------------------------------------------- */

static void put_notification(sarif *s, const char *level, aud_str text)
{
    aud_json_begin_object(s->w);
    put_message(s, "message", text);
    aud_json_put_text(s->w, "level", level);
    aud_json_end_object(s->w);
}

static aud_status put_gap(sarif *s, const aud_gap *gap)
{
    s->text.len = 0;
    AUD_TRY(aud_buf_printf(&s->text, s->err, "Not judged (%s): ", aud_gap_name(gap->kind)));
    AUD_TRY(aud_report_place(s->result, &gap->where, &s->text, s->err));
    AUD_TRY(aud_buf_add(&s->text, AUD_LIT(": "), s->err));
    AUD_TRY(aud_neutral_add(&s->text, gap->reason, s->err));
    if (gap->accepted.len > 0) {
        AUD_TRY(aud_buf_add(&s->text, AUD_LIT("; accepted: "), s->err));
        AUD_TRY(aud_neutral_add(&s->text, gap->accepted, s->err));
    }
    AUD_TRY(aud_buf_add(&s->text, AUD_LIT("."), s->err));
    put_notification(s, gap->accepted.len > 0 ? "note" : "error", taken(s));
    return AUD_OK;
}

static aud_status put_invocation(sarif *s)
{
    const aud_result *r = s->result;

    aud_json_key(s->w, "invocations");
    aud_json_begin_array(s->w);
    aud_json_begin_object(s->w);
    aud_json_put_bool(s->w, "executionSuccessful",
                      aud_report_open_gaps(r) == 0 && r->num_policy_errors == 0);
    aud_json_put_int(s->w, "exitCode", (int64_t)r->gate.exit_code);
    aud_json_key(s->w, "toolExecutionNotifications");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < r->num_gaps && i < MAX_NOTIFICATIONS; i++) {
        AUD_TRY(put_gap(s, &r->gaps[i]));
    }
    if (r->num_gaps > MAX_NOTIFICATIONS || s->left_out > 0) {
        s->text.len = 0;
        AUD_TRY(aud_buf_printf(
            &s->text, s->err,
            "%zu more inputs were not judged and %zu results are not shown here; see the JSON "
            "report.",
            r->num_gaps > MAX_NOTIFICATIONS ? r->num_gaps - MAX_NOTIFICATIONS : 0, s->left_out));
        put_notification(s, "warning", taken(s));
    }
    aud_json_end_array(s->w);
    aud_json_key(s->w, "toolConfigurationNotifications");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < r->num_policy_errors; i++) {
        const aud_policy_error *e = &r->policy_errors[i];

        s->text.len = 0;
        AUD_TRY(aud_neutral_add(&s->text, e->policy, s->err));
        AUD_TRY(aud_buf_printf(&s->text, s->err, ", line %u: ", e->line));
        AUD_TRY(aud_neutral_add(&s->text, e->message, s->err));
        AUD_TRY(aud_buf_add(&s->text, AUD_LIT("."), s->err));
        put_notification(s, "error", taken(s));
    }
    aud_json_end_array(s->w);
    aud_json_end_object(s->w);
    aud_json_end_array(s->w);
    return AUD_OK;
}

static aud_status put_run(sarif *s, const control_list *controls)
{
    aud_json_begin_object(s->w);
    AUD_TRY(put_tool(s, controls));
    aud_json_put_text(s->w, "columnKind", "utf16CodeUnits");
    aud_json_key(s->w, "originalUriBaseIds");
    aud_json_begin_object(s->w);
    aud_json_key(s->w, "SRCROOT");
    aud_json_begin_object(s->w);
    put_message(s, "description", AUD_LIT("The root of the judged source."));
    aud_json_end_object(s->w);
    aud_json_end_object(s->w);
    aud_json_key(s->w, "automationDetails");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "id", "certaudit/");
    aud_json_end_object(s->w);
    if (controls->len > 0) {
        put_taxonomies(s, controls);
    }
    AUD_TRY(put_results(s));
    AUD_TRY(put_invocation(s));
    aud_json_end_object(s->w);
    return AUD_OK;
}

static aud_status sarif_write(const aud_result *result, const aud_report_env *env, aud_out *out,
                              aud_error *err)
{
    sarif s = {.result = result, .err = err};
    control_list controls = {0};
    aud_json_writer w;
    aud_status st;

    s.github =
        aud_str_eq(aud_reporter_option(&aud_reporter_sarif, env, "profile"), AUD_LIT("github"));
    aud_json_writer_init(&w, out, 1);
    s.w = &w;
    aud_buf_init(&s.text, (size_t)1 << 24);
    st = all_controls(result, &controls, err);
    if (st == AUD_OK) {
        aud_json_begin_object(&w);
        aud_json_put_text(&w, "$schema", SCHEMA);
        aud_json_put_text(&w, "version", "2.1.0");
        aud_json_key(&w, "runs");
        aud_json_begin_array(&w);
        st = put_run(&s, &controls);
        aud_json_end_array(&w);
        aud_json_end_object(&w);
        aud_out_char(out, '\n');
    }
    aud_free(controls.items);
    aud_buf_clear(&s.text);
    return st;
}

static const char *const sarif_options[] = {"profile=standard|github", NULL};

const aud_reporter aud_reporter_sarif = {
    .name = "sarif",
    .title = "SARIF 2.1.0",
    .extension = "sarif",
    .options = sarif_options,
    .write = sarif_write,
};
