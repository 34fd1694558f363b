/* reporters/html_policies.c - the policies and their counts, by requirement and by control. */
#include <stdlib.h>

#include "reporters/html.h"

static const aud_verdict shown_verdicts[] = {
    AUD_V_FAIL, AUD_V_UNDECIDED,      AUD_V_WAIVED,
    AUD_V_PASS, AUD_V_NOT_APPLICABLE, AUD_V_NOT_EFFECTIVE,
};

static const char *const verdict_styles[AUD_NUM_VERDICTS] = {
    [AUD_V_FAIL] = "fail", [AUD_V_UNDECIDED] = "undecided", [AUD_V_WAIVED] = "waived"};

static void put_counts(aud_html *h, const aud_policy_info *policy)
{
    for (size_t i = 0; i < AUD_COUNT(shown_verdicts); i++) {
        aud_html_num_cell(h, policy->counts[shown_verdicts[i]], verdict_styles[shown_verdicts[i]]);
    }
}

/* Why the policy has no verdict of its own, or nothing. */
static void put_remark(aud_html *h, const aud_policy_info *policy)
{
    size_t judged = 0;

    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        judged += policy->counts[i];
    }
    if (!policy->configured) {
        aud_html_raw(h, "<br><strong>Not configured: it judged nothing.</strong>");
    } else if (judged == 0) {
        aud_html_raw(h, "<br><strong>It met no subject: it judged nothing.</strong>");
    }
}

/* controls ------------------------------------------------------------------------------------- */

typedef struct reference {
    aud_str control;
    size_t policy;
} reference;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number at `*at`, which moves behind it; more digits than fit count as one great number. */
static uint64_t number_at(aud_str s, size_t *at)
{
    uint64_t number = 0;

    for (; *at < s.len && is_digit(s.ptr[*at]); ++*at) {
        number = number > UINT64_MAX / 16 ? number : number * 10 + (uint64_t)(s.ptr[*at] - '0');
    }
    return number;
}

/* As people number clauses: A.5.9 comes before A.5.14. */
static int cmp_clauses(aud_str a, aud_str b)
{
    size_t i = 0;
    size_t j = 0;

    while (i < a.len && j < b.len) {
        if (is_digit(a.ptr[i]) && is_digit(b.ptr[j])) {
            uint64_t x = number_at(a, &i);
            uint64_t y = number_at(b, &j);

            if (x != y) {
                return x < y ? -1 : 1;
            }
        } else if (a.ptr[i] != b.ptr[j]) {
            return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[j] ? -1 : 1;
        } else {
            i++;
            j++;
        }
    }
    return a.len - i < b.len - j ? -1 : a.len - i > b.len - j;
}

static int by_control(const void *a, const void *b)
{
    const reference *x = a;
    const reference *y = b;
    int order = cmp_clauses(x->control, y->control);

    order = order != 0 ? order : aud_str_cmp(x->control, y->control);
    return order != 0 ? order : x->policy < y->policy ? -1 : x->policy > y->policy;
}

static aud_str framework_of(aud_str control)
{
    aud_str framework, clause;

    aud_control_cut(control, &framework, &clause);
    return framework;
}

enum { NUM_COLUMNS = 7 }; /* of a framework's table */

/* The control above its rows, one a policy, in a group of their own so that paper keeps them
 * together. */
static void put_control(aud_html *h, const reference *refs, size_t num)
{
    const aud_control *control = aud_result_control(h->result, refs->control);
    aud_str framework, clause;

    aud_control_cut(refs->control, &framework, &clause);
    aud_out_printf(h->out, "<tr><th scope=\"rowgroup\" colspan=\"%d\"><b>", NUM_COLUMNS);
    aud_html_name(h, clause);
    aud_html_raw(h, "</b>");
    if (control != NULL) {
        aud_html_raw(h, "<br>");
        aud_html_prose(h, control->title);
        if (control->does_not_prove.len > 0) {
            aud_html_raw(h, "<br><small>Left open: ");
            aud_html_prose(h, control->does_not_prove);
            aud_html_raw(h, "</small>");
        }
    }
    aud_html_raw(h, "</th></tr>\n");
    for (size_t i = 0; i < num; i++) {
        const aud_policy_info *policy = &h->result->policies[refs[i].policy];

        aud_html_raw(h, "<tr><td>");
        aud_html_policy(h, refs[i].policy);
        aud_html_raw(h, "<br>");
        aud_html_prose(h, policy->title);
        put_remark(h, policy);
        aud_html_raw(h, "</td>");
        put_counts(h, policy);
        aud_html_raw(h, "</tr>\n");
    }
}

static aud_str framework_name(aud_str framework)
{
    const aud_framework *known = aud_framework_find(framework);

    return known != NULL ? known->name : framework.len > 0 ? framework : AUD_LIT("Other controls");
}

static void put_framework(aud_html *h, aud_str framework, const reference *refs, size_t num)
{
    static const aud_html_column columns[NUM_COLUMNS] = {
        {"Control and its policies", "wide"},
        {"Fail", "n"},
        {"Undecided", "n"},
        {"Waived", "n"},
        {"Pass", "n"},
        {"Not applicable", "n"},
        {"Not in force", "n"},
    };
    aud_str name = framework_name(framework);
    const aud_html_caption caption = {.what = name};

    aud_html_raw(h, "<h3>");
    aud_html_name(h, name);
    aud_html_raw(h, "</h3>\n");
    aud_html_table(h, "counts", &caption, columns, AUD_COUNT(columns));
    for (size_t begin = 0, end; begin < num; begin = end) {
        end = begin;
        while (end < num && aud_str_eq(refs[begin].control, refs[end].control)) {
            end++;
        }
        aud_html_raw(h, begin > 0 ? "</tbody><tbody>\n" : "");
        put_control(h, refs + begin, end - begin);
    }
    aud_html_table_end(h);
}

aud_status aud_html_controls(aud_html *h)
{
    const aud_result *result = h->result;
    reference *refs;
    size_t num = 0;

    for (size_t i = 0; i < result->num_policies; i++) {
        num += result->policies[i].num_controls;
    }
    refs = aud_alloc_zero(num + 1, sizeof *refs);
    if (refs == NULL) {
        return aud_fail(h->err, AUD_E_NOMEM, "no memory for controls");
    }
    num = 0;
    for (size_t i = 0; i < result->num_policies; i++) {
        for (size_t k = 0; k < result->policies[i].num_controls; k++) {
            refs[num++] = (reference){result->policies[i].controls[k], i};
        }
    }
    qsort(refs, num, sizeof *refs, by_control);

    aud_html_section(h, "controls", "Controls");
    aud_html_raw(h, num > 0 ? "<p>What each policy has to say about the controls that it names. "
                              "A policy that is met is evidence for a control, not the whole of "
                              "it: what this evidence leaves open stands beside each.</p>\n"
                            : "<p>No policy of this run names a control.</p>\n");
    for (size_t begin = 0, end; begin < num; begin = end) {
        aud_str framework = framework_of(refs[begin].control);

        end = begin;
        while (end < num && aud_str_eq(framework_of(refs[end].control), framework)) {
            end++;
        }
        put_framework(h, framework, refs + begin, end - begin);
    }
    aud_html_section_end(h);
    aud_free(refs);
    return AUD_OK;
}

/* policies ------------------------------------------------------------------------------------- */

static bool is_web_address(aud_str url)
{
    if (!aud_str_starts(url, AUD_LIT("https://")) && !aud_str_starts(url, AUD_LIT("http://"))) {
        return false;
    }
    for (size_t i = 0; i < url.len; i++) {
        if (url.ptr[i] <= ' ' || url.ptr[i] > '~' || url.ptr[i] == '\\') {
            return false;
        }
    }
    return url.len <= AUD_REPORT_TEXT_MAX;
}

void aud_html_citation(aud_html *h, const aud_policy_info *policy)
{
    bool linked = is_web_address(policy->cite.url);

    if (linked) {
        aud_html_raw(h, "<a rel=\"noreferrer\" href=\"");
        aud_html_text(h, policy->cite.url);
        aud_html_raw(h, "\">");
    }
    aud_html_text(h, policy->cite.doc.len > 0 ? policy->cite.doc : AUD_LIT("no document cited"));
    if (policy->cite.version.len > 0) {
        aud_out_char(h->out, ' ');
        aud_html_text(h, policy->cite.version);
    }
    aud_html_raw(h, linked ? "</a>" : "");
    if (policy->cite.at.len > 0) {
        aud_html_raw(h, ", ");
        aud_html_text(h, policy->cite.at);
    }
}

static void put_policy(aud_html *h, size_t index)
{
    const aud_policy_info *policy = &h->result->policies[index];

    aud_html_raw(h, "<tr id=\"");
    aud_html_policy_anchor(h, index);
    aud_html_raw(h, "\"><th scope=\"row\"><code>");
    aud_html_text(h, policy->id);
    aud_html_raw(h, "</code><br>");
    aud_html_prose(h, policy->title);
    aud_html_raw(h, "</th><td>");
    aud_html_citation(h, policy);
    if (policy->level.len > 0) {
        aud_html_raw(h, " (");
        aud_html_text(h, policy->level);
        aud_html_raw(h, ")");
    }
    put_remark(h, policy);
    aud_html_raw(h, "</td><td>");
    aud_html_severity(h, policy->severity);
    aud_html_raw(h, "</td>");
    put_counts(h, policy);
    aud_html_raw(h, "</tr>\n");
}

void aud_html_policies(aud_html *h)
{
    static const aud_html_column columns[] = {
        {"Policy", "wide"}, {"Requirement", NULL},   {"Severity", NULL},
        {"Fail", "n"},      {"Undecided", "n"},      {"Waived", "n"},
        {"Pass", "n"},      {"Not applicable", "n"}, {"Not in force", "n"},
    };
    const aud_html_caption caption = {.what = AUD_LIT("Policies and their verdicts")};

    aud_html_section(h, "policies", "Policies");
    if (h->result->num_policies == 0) {
        aud_html_raw(h, "<p>No policy was loaded: nothing was judged.</p>\n");
    } else {
        aud_html_table(h, "counts", &caption, columns, AUD_COUNT(columns));
        for (size_t i = 0; i < h->result->num_policies; i++) {
            put_policy(h, i);
        }
        aud_html_table_end(h);
    }
    aud_html_section_end(h);
}
