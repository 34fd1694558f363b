/* reporters/github.c - workflow commands that GitHub Actions shows as annotations.
 *
 * GitHub keeps ten of each level of a step: the most severe are written, the rest is counted.
 */
#include "reporters/finding_text.h"

extern const aud_reporter aud_reporter_github;

enum { PER_LEVEL = 10, TEXT_MAX = 1 << 20 };

typedef enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTICE, NUM_LEVELS } level;

static const char *const words[NUM_LEVELS] = {"error", "warning", "notice"};

typedef struct github {
    const aud_result *result;
    aud_out *out;
    aud_buf text;
    uint64_t max, written[NUM_LEVELS], left_out[NUM_LEVELS];
    aud_error *err;
} github;

/* What would end the command early or begin another one. `property` has two more. */
static void put_escaped(aud_out *out, aud_str text, bool property)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];

        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
            aud_out_printf(out, "%%%02X", (unsigned)(unsigned char)c);
        } else {
            aud_out_char(out, c);
        }
    }
}

static bool take(github *g, level l)
{
    if (g->written[l] == g->max) {
        g->left_out[l]++;
        return false;
    }
    g->written[l]++;
    return true;
}

/* The text of the command is in `g->text`; `title` is a text of an input. */
static aud_status put_command(github *g, level l, aud_report_spot spot, aud_str title)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf name = {.max = TEXT_MAX};

    aud_out_printf(g->out, "::%s ", words[l]);
    if (spot.path.len > 0) {
        AUD_TRY(aud_neutral_add(&name, spot.path, g->err));
        aud_out_text(g->out, "file=");
        put_escaped(g->out, aud_buf_str(&name), true);
        aud_out_printf(g->out, ",line=%u,", spot.line > 0 ? spot.line : 1);
        name.len = 0;
    }
    AUD_TRY(aud_neutral_add(&name, title, g->err));
    aud_out_text(g->out, "title=");
    put_escaped(g->out, aud_buf_str(&name), true);
    aud_out_text(g->out, "::");
    put_escaped(g->out, aud_buf_str(&g->text), false);
    aud_out_char(g->out, '\n');
    g->text.len = 0;
    return AUD_OK;
}

static level level_of(const aud_finding *f)
{
    return f->gates ? LEVEL_ERROR : f->severity >= AUD_SEV_MEDIUM ? LEVEL_WARNING : LEVEL_NOTICE;
}

static aud_status put_findings(github *g, const aud_report_env *env)
{
    for (size_t i = 0; i < g->result->num_findings; i++) {
        const aud_finding *f = &g->result->findings[i];

        if (!aud_report_is_open(env, f) || !take(g, level_of(f))) {
            continue;
        }
        AUD_TRY(aud_report_finding_text(g->result, f, &g->text, g->err));
        AUD_TRY(put_command(g, level_of(f), aud_report_spot_of(g->result, &f->location),
                            g->result->policies[f->policy].id));
    }
    return AUD_OK;
}

static aud_status put_gaps(github *g)
{
    for (size_t i = 0; i < g->result->num_gaps; i++) {
        const aud_gap *gap = &g->result->gaps[i];

        if (gap->accepted.len > 0 || !take(g, LEVEL_ERROR)) {
            continue;
        }
        AUD_TRY(aud_buf_printf(&g->text, g->err, "not judged: %s: ", aud_gap_name(gap->kind)));
        AUD_TRY(
            aud_neutral_add(&g->text, aud_neutral_cut(gap->reason, AUD_REPORT_TEXT_MAX), g->err));
        AUD_TRY(put_command(g, LEVEL_ERROR, aud_report_spot_of(g->result, &gap->where),
                            AUD_LIT("not judged")));
    }
    return AUD_OK;
}

static aud_status put_errors(github *g)
{
    for (size_t i = 0; i < g->result->num_policy_errors; i++) {
        const aud_policy_error *e = &g->result->policy_errors[i];

        if (take(g, LEVEL_ERROR)) {
            AUD_TRY(aud_neutral_add(&g->text, aud_neutral_cut(e->message, AUD_REPORT_TEXT_MAX),
                                    g->err));
            AUD_TRY(put_command(g, LEVEL_ERROR, (aud_report_spot){e->path, e->line},
                                AUD_LIT("policy error")));
        }
    }
    return AUD_OK;
}

static aud_status put_notices(github *g)
{
    for (size_t i = 0; i < g->result->num_notices; i++) {
        if (take(g, LEVEL_NOTICE)) {
            AUD_TRY(aud_neutral_add(
                &g->text, aud_neutral_cut(g->result->notices[i], AUD_REPORT_TEXT_MAX), g->err));
            AUD_TRY(put_command(g, LEVEL_NOTICE, (aud_report_spot){{NULL, 0}, 0},
                                AUD_LIT("certaudit")));
        }
    }
    return AUD_OK;
}

/* The outcome in one line, and what the limits left out. */
static aud_status put_outcome(github *g)
{
    const aud_gate *gate = &g->result->gate;

    AUD_TRY(aud_buf_printf(&g->text, g->err,
                           "exit %d: %s; %zu findings gate, %zu undecided, %zu parts not judged",
                           (int)gate->exit_code, aud_report_exit_meaning(gate->exit_code),
                           gate->failing, gate->undecided, aud_report_open_gaps(g->result)));
    for (unsigned l = 0; l < NUM_LEVELS; l++) {
        if (g->left_out[l] > 0) {
            AUD_TRY(aud_buf_printf(&g->text, g->err, "; %llu more of level %s are not shown here",
                                   (unsigned long long)g->left_out[l], words[l]));
        }
    }
    return put_command(g, gate->exit_code == AUD_EXIT_CLEAN ? LEVEL_NOTICE : LEVEL_ERROR,
                       (aud_report_spot){{NULL, 0}, 0}, AUD_LIT("certaudit"));
}

static aud_status write_github(const aud_result *result, const aud_report_env *env, aud_out *out,
                               aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = TEXT_MAX};
    github g = {.result = result, .out = out, .text = text, .err = err};
    aud_status st;

    AUD_TRY(aud_report_number(&aud_reporter_github, env, "max", PER_LEVEL - 1, &g.max, err));
    st = put_errors(&g);
    st = st == AUD_OK ? put_findings(&g, env) : st;
    st = st == AUD_OK ? put_gaps(&g) : st;
    st = st == AUD_OK ? put_notices(&g) : st;
    st = st == AUD_OK ? put_outcome(&g) : st;
    text = g.text;
    return st;
}

static const char *const github_options[] = {"max=", NULL};

const aud_reporter aud_reporter_github = {
    .name = "github",
    .title = "GitHub Actions annotations (workflow commands)",
    .extension = "txt",
    .options = github_options,
    .write = write_github,
};
