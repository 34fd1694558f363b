/* reporters/sarif_invocation.c - what could not be read, run or shown, as SARIF notifications. */
#include "engine/base/instant.h"
#include "reporters/json_parts.h"
#include "reporters/sarif_parts.h"

enum { NOTIFICATIONS_MAX = 10000 };

/* One whose text is in s->text; its full stop is added here. `where` may be NULL. */
static aud_status put_notification(sarif *s, const char *level, const aud_sighting *where)
{
    aud_report_json_line(s->w);
    aud_json_begin_object(s->w);
    AUD_TRY(aud_sarif_say(s, "."));
    aud_sarif_message(s, "message", aud_sarif_taken(s));
    aud_json_put_text(s->w, "level", level);
    if (where != NULL && where->path.len > 0) {
        aud_json_key(s->w, "locations");
        aud_json_begin_array(s->w);
        aud_json_begin_object(s->w);
        AUD_TRY(aud_sarif_physical(s, where->source, where->path, where->line));
        aud_json_end_object(s->w);
        aud_json_end_array(s->w);
    }
    aud_json_end_object(s->w);
    return AUD_OK;
}

static aud_status put_gaps(sarif *s)
{
    const aud_result *r = s->result;

    for (size_t i = 0; i < r->num_gaps && i < NOTIFICATIONS_MAX; i++) {
        const aud_gap *gap = &r->gaps[i];
        aud_buf *text = aud_sarif_begin(s);

        AUD_TRY(aud_buf_printf(text, s->err, "Not judged, %s: ", aud_gap_name(gap->kind)));
        AUD_TRY(aud_report_place(r, &gap->where, text, s->err));
        AUD_TRY(aud_sarif_say(s, ": "));
        AUD_TRY(aud_sarif_add(s, gap->reason));
        if (gap->accepted.len > 0) {
            AUD_TRY(aud_sarif_say(s, "; accepted: "));
            AUD_TRY(aud_sarif_add(s, gap->accepted));
        }
        AUD_TRY(put_notification(s, gap->accepted.len > 0 ? "note" : "error", &gap->where));
    }
    if (r->num_gaps > NOTIFICATIONS_MAX) {
        AUD_TRY(aud_buf_printf(aud_sarif_begin(s), s->err,
                               "%zu more places were not judged; the JSON report has them all",
                               r->num_gaps - NOTIFICATIONS_MAX));
        AUD_TRY(put_notification(s, "error", NULL));
    }
    return AUD_OK;
}

static aud_status put_coverage(sarif *s)
{
    const aud_result *r = s->result;

    for (size_t i = 0; i < r->num_coverage; i++) {
        (void)aud_sarif_begin(s);
        AUD_TRY(aud_sarif_add(s, r->coverage[i].by));
        AUD_TRY(aud_sarif_say(s, r->coverage[i].by.len > 0 ? " in " : ""));
        AUD_TRY(aud_sarif_add(s, r->coverage[i].source));
        AUD_TRY(aud_sarif_say(s, " never tells "));
        AUD_TRY(aud_sarif_add(s, r->coverage[i].fact));
        AUD_TRY(aud_sarif_say(s, ", which "));
        AUD_TRY(aud_sarif_add(s, r->coverage[i].policy));
        AUD_TRY(aud_buf_printf(&s->text, s->err, " needs: %zu subjects are undecided",
                               r->coverage[i].subjects));
        AUD_TRY(put_notification(s, "warning", NULL));
    }
    return AUD_OK;
}

/* What this report itself does not show. */
static aud_status put_left_out(sarif *s)
{
    static const char *const reasons[] = {
        "waived results are left out: they would be shown as open",
        "undecided results are left out: they would be shown as "
        "failures",
        "results are left out, the least severe: max= takes "
        "more, the JSON report has them all"};
    const uint64_t nums[] = {s->waived_out, s->undecided_out, s->over_max};

    for (size_t i = 0; i < AUD_COUNT(nums); i++) {
        if (nums[i] > 0) {
            AUD_TRY(aud_buf_printf(aud_sarif_begin(s), s->err, "%llu %s",
                                   (unsigned long long)nums[i], reasons[i]));
            AUD_TRY(put_notification(s, i == 0 ? "note" : "warning", NULL));
        }
    }
    return AUD_OK;
}

static aud_status put_policy_errors(sarif *s)
{
    const aud_result *r = s->result;

    aud_json_key(s->w, "toolConfigurationNotifications");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < r->num_policy_errors && i < NOTIFICATIONS_MAX; i++) {
        const aud_policy_error *e = &r->policy_errors[i];

        (void)aud_sarif_begin(s);
        AUD_TRY(aud_sarif_say(s, "Policy "));
        AUD_TRY(aud_sarif_add(s, e->policy));
        if (e->line > 0) {
            AUD_TRY(aud_buf_printf(&s->text, s->err, ", line %u", (unsigned)e->line));
        }
        if (e->subject.len > 0) {
            AUD_TRY(aud_sarif_say(s, ", at "));
            AUD_TRY(aud_sarif_add(s, e->subject));
        }
        AUD_TRY(aud_sarif_say(s, ": "));
        AUD_TRY(aud_sarif_add(s, e->message));
        AUD_TRY(put_notification(s, "error", NULL));
    }
    if (r->num_policy_errors > NOTIFICATIONS_MAX) {
        AUD_TRY(aud_buf_printf(aud_sarif_begin(s), s->err,
                               "%zu more policy errors; the JSON report has them all",
                               r->num_policy_errors - NOTIFICATIONS_MAX));
        AUD_TRY(put_notification(s, "error", NULL));
    }
    aud_json_end_array(s->w);
    return AUD_OK;
}

/* Something asked for was not judged; findings are a success of the program. */
static bool is_complete(const aud_result *r)
{
    const unsigned broken = 1u << AUD_EXIT_USAGE | 1u << AUD_EXIT_NOTHING |
                            1u << AUD_EXIT_INCOMPLETE | 1u << AUD_EXIT_OUTPUT;

    return aud_report_open_gaps(r) == 0 && r->num_policy_errors == 0 && r->gate.undecided == 0 &&
           (r->gate.reasons & broken) == 0;
}

aud_status aud_sarif_invocation(sarif *s)
{
    const aud_result *r = s->result;

    aud_json_key(s->w, "invocations");
    aud_json_begin_array(s->w);
    aud_json_begin_object(s->w);
    aud_json_put_bool(s->w, "executionSuccessful", is_complete(r));
    aud_json_put_int(s->w, "exitCode", (int64_t)r->gate.exit_code);
    aud_json_put_text(s->w, "exitCodeDescription", aud_report_exit_meaning(r->gate.exit_code));
    aud_json_key(s->w, "toolExecutionNotifications");
    aud_json_begin_array(s->w);
    AUD_TRY(put_gaps(s));
    AUD_TRY(put_coverage(s));
    for (size_t i = 0; i < r->num_notices; i++) {
        (void)aud_sarif_begin(s);
        AUD_TRY(aud_sarif_add(s, r->notices[i]));
        AUD_TRY(put_notification(s, "note", NULL));
    }
    AUD_TRY(put_left_out(s));
    aud_json_end_array(s->w);
    AUD_TRY(put_policy_errors(s));
    aud_json_end_object(s->w);
    aud_json_end_array(s->w);
    return AUD_OK;
}
