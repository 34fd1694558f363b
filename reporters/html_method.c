/* reporters/html_method.c - what was read, how it was judged, and how to do it again. */
#include "reporters/html.h"

/* inputs --------------------------------------------------------------------------------------- */

static void put_or(aud_html *h, aud_str text, const char *otherwise)
{
    if (text.len > 0) {
        aud_html_code(h, text);
    } else {
        aud_html_raw(h, otherwise);
    }
}

static void put_source(aud_html *h, const aud_source_info *source)
{
    aud_html_raw(h, "<tr><th scope=\"row\">");
    aud_html_name(h, source->name);
    aud_html_raw(h, "</th><td>");
    aud_html_text(h, source->kind);
    aud_html_raw(h, "</td><td>");
    put_or(h, source->rev, "as on disk");
    if (source->ref.len > 0) {
        aud_html_raw(h, "<br>asked for as ");
        aud_html_code(h, source->ref);
    }
    aud_html_raw(h, "</td>");
    aud_html_num_cell(h, source->files, NULL);
    aud_html_raw(h, "<td>");
    put_or(h, source->digest, "none");
    aud_html_raw(h, "</td></tr>\n");
}

static void put_exclusions(aud_html *h, size_t num)
{
    static const aud_html_column columns[] = {
        {"Excluded", "wide"}, {"Source", NULL}, {"Because", "wide"}, {"Files", "n"}};
    const aud_html_caption caption = {.what = AUD_LIT("Excluded on purpose")};

    aud_html_raw(h, "<h3>Excluded on purpose</h3>\n");
    if (num == 0) {
        aud_html_raw(h, "<p>Nothing.</p>\n");
        return;
    }
    aud_html_table(h, "plain", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < h->result->num_sources; i++) {
        const aud_source_info *source = &h->result->sources[i];

        for (size_t k = 0; k < source->num_exclusions; k++) {
            aud_html_raw(h, "<tr><th scope=\"row\">");
            aud_html_code(h, source->exclusions[k].pattern);
            aud_html_raw(h, "</th><td>");
            aud_html_name(h, source->name);
            aud_html_raw(h, "</td><td>");
            aud_html_name(h, source->exclusions[k].reason.len > 0 ? source->exclusions[k].reason
                                                                  : AUD_LIT("no reason given"));
            aud_html_raw(h, "</td>");
            aud_html_num_cell(h, source->exclusions[k].files, NULL);
            aud_html_raw(h, "</tr>\n");
        }
    }
    aud_html_table_end(h);
}

void aud_html_inputs(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Source", NULL},
        {"Kind", NULL},
        {"Revision", "wide"},
        {"Files", "n"},
        {"Digest of paths and contents (SHA-256)", "wide"},
    };
    const aud_html_caption caption = {.what = AUD_LIT("Sources")};
    size_t exclusions = 0;

    aud_html_section(h, "inputs", "Inputs");
    if (h->result->num_sources == 0) {
        aud_html_raw(h, "<p>No source was read.</p>\n");
    } else {
        aud_html_table(h, "plain", &caption, columns, AUD_COUNT(columns));
        for (size_t i = 0; i < h->result->num_sources; i++) {
            put_source(h, &h->result->sources[i]);
            exclusions += h->result->sources[i].num_exclusions;
        }
        aud_html_table_end(h);
    }
    put_exclusions(h, exclusions);
    aud_html_section_end(h);
}

/* method --------------------------------------------------------------------------------------- */

static void put_words(aud_html *h)
{
    static const struct {
        aud_verdict verdict;
        const char *meaning;
    } verdicts[] = {
        {AUD_V_PASS, "The policy applies to the subject and is met."},
        {AUD_V_FAIL, "The policy applies and is not met. Each failure is a finding."},
        {AUD_V_WAIVED, "It is not met, and an approved, dated exception stands. It stays visible "
                       "here and does not gate."},
        {AUD_V_UNDECIDED, "A fact that the policy needs is unknown. It never counts as a pass; at "
                          "a severity that gates it makes the run incomplete."},
        {AUD_V_NOT_APPLICABLE, "The policy is not about such a subject, by its own rule."},
        {AUD_V_NOT_EFFECTIVE, "The requirement is not in force on the date that counts."},
    };

    aud_html_raw(h, "<h3>What the verdicts mean</h3>\n<dl class=\"words\">\n");
    for (size_t i = 0; i < AUD_COUNT(verdicts); i++) {
        aud_html_raw(h, "<div><dt>");
        aud_html_verdict(h, verdicts[i].verdict);
        aud_html_raw(h, "</dt><dd>");
        aud_html_raw(h, verdicts[i].meaning);
        aud_html_raw(h, "</dd></div>\n");
    }
    aud_html_raw(h, "</dl>\n");
}

static void put_detail(aud_html *h, const char *term)
{
    aud_html_raw(h, "<div><dt>");
    aud_html_raw(h, term);
    aud_html_raw(h, "</dt><dd>");
}

static void put_run(aud_html *h)
{
    const aud_result *result = h->result;

    aud_html_raw(h, "<h3>How it was run</h3>\n<dl class=\"words\">\n");
    put_detail(h, "Program");
    aud_html_raw(h, "certaudit ");
    aud_html_text(h, result->tool_version);
    aud_html_raw(h, "</dd></div>\n");
    put_detail(h, "Judged as of");
    aud_html_instant(h, result->at);
    aud_html_raw(h, result->at_given ? ", as given on the command line"
                                     : ", the clock of the machine that ran it");
    aud_html_raw(h, "</dd></div>\n");
    put_detail(h, "Time alone changes a verdict");
    if (result->next_change == INT64_MAX) {
        aud_html_raw(h, "never");
    } else {
        aud_html_raw(h, "next at ");
        aud_html_instant(h, result->next_change);
    }
    aud_html_raw(h, "</dd></div>\n");
    put_detail(h, "Configuration");
    put_or(h, result->config_path, "built-in defaults; no file was read");
    if (result->config_sha256.len > 0) {
        aud_html_raw(h, "<br>SHA-256 ");
        aud_html_code(h, result->config_sha256);
    }
    aud_html_raw(h, "</dd></div>\n</dl>\n");
}

static void put_dates(aud_html *h, const char *lead, aud_str from, aud_str until)
{
    if (from.len + until.len == 0) {
        return;
    }
    aud_html_raw(h, lead);
    if (from.len > 0) {
        aud_html_raw(h, " from ");
        aud_html_text(h, from);
    }
    if (until.len > 0) {
        aud_html_raw(h, " until ");
        aud_html_text(h, until);
    }
    aud_html_raw(h, "<br>");
}

static void put_params(aud_html *h, const aud_policy_info *policy)
{
    aud_html_raw(h, policy->num_params == 0 ? "none" : "");
    for (size_t i = 0; i < policy->num_params; i++) {
        aud_html_raw(h, i > 0 ? "<br>" : "");
        aud_html_code(h, policy->params[i].name);
        aud_html_raw(h, " = ");
        aud_html_code(h, policy->params[i].value);
        aud_html_raw(h, policy->params[i].configured ? " (configured)" : " (default)");
    }
}

static void put_texts(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Policy", NULL},
        {"Parameters", "wide"},
        {"In force", NULL},
        {"Digest of its text (SHA-256)", "wide"},
    };
    const aud_html_caption caption = {.what = AUD_LIT("Policies as they were used")};

    if (h->result->num_policies == 0) {
        return;
    }
    aud_html_raw(h, "<h3>Policies as they were used</h3>\n");
    aud_html_table(h, "plain", &caption, columns, AUD_COUNT(columns));
    for (size_t i = 0; i < h->result->num_policies; i++) {
        const aud_policy_info *policy = &h->result->policies[i];
        bool always = policy->issued_from.len + policy->issued_until.len +
                          policy->in_force_from.len + policy->in_force_until.len ==
                      0;

        aud_html_raw(h, "<tr><th scope=\"row\">");
        aud_html_policy(h, i);
        aud_html_raw(h, "</th><td>");
        put_params(h, policy);
        aud_html_raw(h, "</td><td>");
        put_dates(h, "issued", policy->issued_from, policy->issued_until);
        put_dates(h, "in force", policy->in_force_from, policy->in_force_until);
        aud_html_raw(h, always ? "always" : "");
        aud_html_raw(h, "</td><td>");
        put_or(h, policy->sha256, "none");
        aud_html_raw(h, "</td></tr>\n");
    }
    aud_html_table_end(h);
}

static void put_replay(aud_html *h)
{
    const aud_result *result = h->result;
    bool configured = result->config_path.len > 0;
    size_t revs = 0;

    for (size_t i = 0; i < result->num_sources; i++) {
        revs += result->sources[i].rev.len > 0;
    }
    aud_html_raw(h, "<h3>How to perform it again</h3>\n<ol>\n<li>Take certaudit ");
    aud_html_text(h, result->tool_version);
    aud_html_raw(h, configured ? " and the configuration above; compare its digest.</li>\n"
                               : "; the run had no configuration.</li>\n");
    aud_html_raw(h, "<li>Bring every source to the state that <a href=\"#inputs\">Inputs</a> "
                    "names, by revision or by digest.</li>\n<li>Run, with the same policies, "
                    "waivers and options:");
    aud_html_raw(h, "\n<pre><code>certaudit check");
    if (configured) {
        aud_html_raw(h, " --config ");
        aud_html_name(h, result->config_path);
    }
    if (result->num_sources == 1 && revs == 1) {
        aud_html_raw(h, " --rev ");
        aud_html_name(h, result->sources[0].rev);
    }
    aud_html_raw(h, " --at ");
    aud_html_at(h, result->at);
    aud_html_raw(h, " --fail-on ");
    aud_html_raw(h, aud_severity_name(result->gate.fail_on));
    aud_html_raw(h, " -o html=report.html</code></pre></li>\n<li>Compare: the file is the same, "
                    "byte for byte.</li>\n</ol>\n");
}

/* Of a change: how much of the repository was read, and why. */
static void put_reading(aud_html *h)
{
    const aud_change_info *c = h->result->change;

    if (c == NULL) {
        return;
    }
    aud_html_raw(h, c->whole ? "<p>All files before and after the change were read"
                             : "<p>Only the files that the change touches were read, before and "
                               "after it: no policy asks about others");
    if (c->why.len > 0) {
        aud_html_raw(h, ": ");
        aud_html_name(h, c->why);
    }
    aud_html_raw(h, ".</p>\n");
}

void aud_html_method(aud_html *h)
{
    aud_html_section(h, "method", "Method");
    aud_html_raw(h, "<p>Every subject is judged by every policy that is about its kind, from the "
                    "facts of the sources alone: no network, no clock but the instant named "
                    "here.</p>\n");
    put_reading(h);
    put_words(h);
    put_run(h);
    put_texts(h);
    put_replay(h);
    aud_html_section_end(h);
}

/* notices -------------------------------------------------------------------------------------- */

void aud_html_notices(aud_html *h)
{
    aud_html_section(h, "notices", "Notices");
    aud_html_raw(h, h->result->num_notices == 0 ? "<p>None.</p>\n" : "<ul>\n");
    for (size_t i = 0; i < h->result->num_notices; i++) {
        aud_html_raw(h, "<li>");
        aud_html_name(h, h->result->notices[i]);
        aud_html_raw(h, "</li>\n");
    }
    aud_html_raw(h, h->result->num_notices == 0 ? "" : "</ul>\n");
    aud_html_section_end(h);
}
