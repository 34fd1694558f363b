/* reporters/sarif_rules.c - policies as SARIF rules, and the controls that they serve. */
#include "reporters/json_parts.h"
#include "reporters/sarif_parts.h"

#define HOME "https://github.com/certaudit/certaudit"

enum {
    RULE_TEXT_MAX = 1000, /* GitHub takes 1,024 characters of a description, 255 of a name */
    RULE_NAME_MAX = 200,
    TAGS_MAX = 10, /* of a rule that GitHub keeps */
};

/* "core/key_size" as a rule name in Pascal case: "CoreKeySize". */
static aud_status rule_name(sarif *s, aud_str id)
{
    aud_buf *text = aud_sarif_begin(s);
    bool upper = true;

    for (size_t i = 0; i < id.len && text->len < RULE_NAME_MAX; i++) {
        char c = id.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!letter && (c < '0' || c > '9')) {
            upper = true;
            continue;
        }
        c = (char)(upper && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        upper = false;
        AUD_TRY(aud_buf_add(text, (aud_str){&c, 1}, s->err));
    }
    return text->len > 0 ? AUD_OK : aud_sarif_say(s, "Policy");
}

/* The text as a sentence, or `fallback` where it is empty. */
static aud_status sentence(sarif *s, aud_str text, aud_str fallback)
{
    aud_buf *out = aud_sarif_begin(s);
    aud_str chosen = aud_str_trim(text).len > 0 ? aud_str_trim(text) : fallback;

    AUD_TRY(aud_neutral_add(out, aud_neutral_cut(chosen, RULE_TEXT_MAX), s->err));
    return aud_sarif_say(s, out->len > 0 && out->ptr[out->len - 1] == '.' ? "" : ".");
}

/* Markdown obeys no character of this text: mark-up is escaped, a mention stands in a code span. */
static aud_status add_markdown(sarif *s, aud_str text)
{
    char scratch[AUD_NEUTRAL_PIECE];

    text = aud_neutral_cut(text, AUD_REPORT_TEXT_MAX);
    for (size_t at = 0; at < text.len;) {
        aud_str piece = aud_neutral_next(text, &at, scratch);

        for (size_t i = 0; i < piece.len; i++) {
            char c = piece.ptr[i];

            if (c == '@') {
                AUD_TRY(aud_sarif_say(s, "`@`"));
                continue;
            }
            if (c != '\0' && strchr("\\`*_{}[]()<>#+-!|~&=/", c) != NULL) {
                AUD_TRY(aud_sarif_say(s, "\\"));
            }
            AUD_TRY(aud_buf_add(&s->text, (aud_str){&c, 1}, s->err));
        }
    }
    return AUD_OK;
}

typedef aud_status (*adder)(sarif *s, aud_str text);

/* What to do about it, and where the requirement comes from. */
static aud_status help(sarif *s, const aud_policy_info *p, adder add)
{
    aud_str what = p->remediation.len > 0 ? p->remediation : p->title;

    (void)aud_sarif_begin(s);
    AUD_TRY(add(s, what.len > 0 ? what : p->id));
    if (p->cite.doc.len > 0) {
        AUD_TRY(aud_sarif_say(s, "\n\nSource: "));
        AUD_TRY(add(s, p->cite.doc));
        if (p->cite.version.len > 0) {
            AUD_TRY(aud_sarif_say(s, " "));
            AUD_TRY(add(s, p->cite.version));
        }
        if (p->cite.at.len > 0) {
            AUD_TRY(aud_sarif_say(s, ", "));
            AUD_TRY(add(s, p->cite.at));
        }
    }
    for (size_t i = 0; i < p->num_controls; i++) {
        const aud_control *control = aud_result_control(s->result, p->controls[i]);

        AUD_TRY(aud_sarif_say(s, i == 0 ? "\n\nControls: " : ", "));
        AUD_TRY(add(s, p->controls[i]));
        if (control != NULL) {
            AUD_TRY(aud_sarif_say(s, " ("));
            AUD_TRY(add(s, control->title));
            AUD_TRY(aud_sarif_say(s, ")"));
        }
    }
    return aud_sarif_say(s, "\n");
}

static aud_str framework_of(aud_str control)
{
    return aud_str_sub(control, 0, aud_str_find(control, AUD_LIT(":"), 0));
}

static aud_str taxon_of(aud_str control)
{
    return aud_str_sub(control, framework_of(control).len + 1, control.len);
}

/* Controls that name no framework are shown in the help alone. */
static bool has_framework(aud_str control)
{
    size_t colon = aud_str_find(control, AUD_LIT(":"), 0);

    return colon != SIZE_MAX && colon > 0 && colon + 1 < control.len;
}

static void put_relationships(sarif *s, const aud_policy_info *p)
{
    bool any = false;

    for (size_t i = 0; i < p->num_controls; i++) {
        if (!has_framework(p->controls[i])) {
            continue;
        }
        if (!any) {
            aud_json_key(s->w, "relationships");
            aud_json_begin_array(s->w);
            any = true;
        }
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
    if (any) {
        aud_json_end_array(s->w);
    }
}

static const char *problem_severity(aud_severity severity)
{
    const char *level = aud_sarif_level(severity);

    return strcmp(level, "note") == 0 ? "recommendation" : level;
}

static void put_properties(sarif *s, const aud_policy_info *p)
{
    size_t tags = 2;

    aud_json_key(s->w, "properties");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "security-severity", aud_sarif_security_severity(p->severity));
    aud_json_put_text(s->w, "problem.severity", problem_severity(p->severity));
    aud_json_put_text(s->w, "precision", "very-high");
    aud_json_put_text(s->w, "severity", aud_severity_name(p->severity));
    if (p->level.len > 0) {
        aud_json_put_str(s->w, "level", p->level);
    }
    aud_json_put_bool(s->w, "configured", p->configured);
    if (p->sha256.len > 0) {
        aud_json_put_str(s->w, "sha256", p->sha256);
    }
    aud_json_key(s->w, "tags");
    aud_json_begin_array(s->w);
    aud_json_text(s->w, "security");
    aud_json_str(s->w, p->pack.len > 0 ? p->pack : AUD_LIT("certaudit"));
    for (size_t i = 0; i < p->num_controls && tags < TAGS_MAX; i++, tags++) {
        aud_json_str(s->w, p->controls[i]);
    }
    aud_json_end_array(s->w);
    aud_json_end_object(s->w);
}

/* A link that a reader may click: nothing but the web, and only what a URI consists of. */
static bool is_web_link(aud_str url)
{
    if (!aud_str_starts(url, AUD_LIT("https://")) && !aud_str_starts(url, AUD_LIT("http://"))) {
        return false;
    }
    for (size_t i = 0; i < url.len; i++) {
        if (url.ptr[i] <= ' ' || url.ptr[i] > '~' || strchr("\"<>\\^`{|}#[]", url.ptr[i]) != NULL) {
            return false;
        }
    }
    return url.len > strlen("https://");
}

static aud_status put_rule(sarif *s, const aud_policy_info *p)
{
    aud_json_begin_object(s->w);
    aud_json_put_str(s->w, "id", p->id);
    AUD_TRY(rule_name(s, p->id));
    aud_json_put_str(s->w, "name", aud_sarif_taken(s));
    AUD_TRY(sentence(s, p->title, p->id));
    aud_sarif_message(s, "shortDescription", aud_sarif_taken(s));
    AUD_TRY(sentence(s, p->description, p->title.len > 0 ? p->title : p->id));
    aud_sarif_message(s, "fullDescription", aud_sarif_taken(s));
    AUD_TRY(help(s, p, aud_sarif_add));
    aud_json_key(s->w, "help");
    aud_json_begin_object(s->w);
    aud_json_put_str(s->w, "text", aud_sarif_taken(s));
    AUD_TRY(help(s, p, add_markdown));
    aud_json_put_str(s->w, "markdown", aud_sarif_taken(s));
    aud_json_end_object(s->w);
    aud_json_put_str(s->w, "helpUri", is_web_link(p->cite.url) ? p->cite.url : AUD_LIT(HOME));
    aud_json_key(s->w, "defaultConfiguration");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "level", aud_sarif_level(p->severity));
    aud_json_end_object(s->w);
    put_relationships(s, p);
    put_properties(s, p);
    aud_json_end_object(s->w);
    return AUD_OK;
}

/* taxonomies: one component a framework -------------------------------------------------------- */

aud_status aud_sarif_find_controls(sarif *s)
{
    const aud_result *r = s->result;

    for (size_t i = 0; i < r->num_policies; i++) {
        for (size_t k = 0; k < r->policies[i].num_controls; k++) {
            aud_str control = r->policies[i].controls[k];
            size_t at = 0;

            while (at < s->controls.len && aud_str_cmp(s->controls.items[at], control) < 0) {
                at++;
            }
            if (!has_framework(control) ||
                (at < s->controls.len && aud_str_eq(s->controls.items[at], control))) {
                continue;
            }
            AUD_TRY(AUD_VEC_PUSH(&s->controls, control, s->err));
            memmove(&s->controls.items[at + 1], &s->controls.items[at],
                    (s->controls.len - 1 - at) * sizeof *s->controls.items);
            s->controls.items[at] = control;
        }
    }
    return AUD_OK;
}

static aud_status put_taxon(sarif *s, aud_str id)
{
    const aud_control *control = aud_result_control(s->result, id);

    aud_json_begin_object(s->w);
    aud_json_put_str(s->w, "id", taxon_of(id));
    if (control != NULL) {
        AUD_TRY(sentence(s, control->title, id));
        aud_sarif_message(s, "shortDescription", aud_sarif_taken(s));
        AUD_TRY(sentence(s, control->requirement, control->title));
        aud_sarif_message(s, "fullDescription", aud_sarif_taken(s));
    }
    if (control != NULL && control->does_not_prove.len > 0) {
        (void)aud_sarif_begin(s);
        AUD_TRY(aud_sarif_say(s, "What this evidence leaves open: "));
        AUD_TRY(aud_sarif_add(s, control->does_not_prove));
        aud_sarif_message(s, "help", aud_sarif_taken(s));
    }
    aud_json_end_object(s->w);
    return AUD_OK;
}

aud_status aud_sarif_taxonomies(sarif *s)
{
    const sarif_controls *controls = &s->controls;

    if (controls->len == 0) {
        return AUD_OK;
    }
    aud_json_key(s->w, "taxonomies");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < controls->len;) {
        aud_str framework = framework_of(controls->items[i]);
        const aud_framework *known = aud_framework_find(framework);

        aud_json_begin_object(s->w);
        aud_json_put_str(s->w, "name", framework);
        AUD_TRY(sentence(s, known != NULL ? known->name : framework, framework));
        aud_sarif_message(s, "shortDescription", aud_sarif_taken(s));
        aud_json_put_bool(s->w, "isComprehensive", false);
        aud_json_key(s->w, "taxa");
        aud_json_begin_array(s->w);
        for (; i < controls->len && aud_str_eq(framework_of(controls->items[i]), framework); i++) {
            AUD_TRY(put_taxon(s, controls->items[i]));
        }
        aud_json_end_array(s->w);
        aud_json_end_object(s->w);
    }
    aud_json_end_array(s->w);
    return AUD_OK;
}

static void put_supported(sarif *s)
{
    const sarif_controls *controls = &s->controls;

    if (controls->len == 0) {
        return;
    }
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

aud_status aud_sarif_tool(sarif *s)
{
    aud_json_key(s->w, "tool");
    aud_json_begin_object(s->w);
    aud_json_key(s->w, "driver");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "name", "certaudit");
    (void)aud_sarif_begin(s);
    AUD_TRY(aud_sarif_say(s, "certaudit "));
    AUD_TRY(aud_sarif_add(s, s->result->tool_version));
    aud_json_put_str(s->w, "fullName", aud_sarif_taken(s));
    aud_json_put_str(s->w, "version", s->result->tool_version);
    aud_json_put_str(s->w, "semanticVersion", s->result->tool_version);
    aud_json_put_text(s->w, "informationUri", HOME);
    aud_json_key(s->w, "rules");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < s->result->num_policies; i++) {
        aud_report_json_line(s->w);
        AUD_TRY(put_rule(s, &s->result->policies[i]));
    }
    aud_json_end_array(s->w);
    put_supported(s);
    aud_json_end_object(s->w);
    aud_json_end_object(s->w);
    return AUD_OK;
}
