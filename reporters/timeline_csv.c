/* reporters/timeline_csv.c - what was not met in the period: since when, by whom, how long. */
#include "reporters/csv_text.h"
#include "reporters/pack_csv.h"

static const aud_period_commit *commit_of(const aud_period_info *period, const aud_cause *cause)
{
    return cause->commit < period->num_commits ? &period->commits[cause->commit] : NULL;
}

/* What brought it, by commit, author and date where a commit did. */
static aud_status put_cause(aud_csv *csv, const aud_period_info *period, const aud_cause *cause,
                            aud_error *err)
{
    /* whose state was carried in did not bring what was wrong with it */
    const aud_period_commit *commit =
        cause->kind == AUD_CAUSE_START ? NULL : commit_of(period, cause);
    const aud_str none = {NULL, 0};

    AUD_TRY(aud_csv_put(csv, aud_str_of(aud_cause_name(cause->kind)), err));
    AUD_TRY(aud_csv_put(csv, commit == NULL ? none : commit->id, err));
    return aud_csv_put(csv, commit == NULL ? none : commit->author, err);
}

static aud_status put_stretch(aud_csv *csv, const aud_period_info *period, const aud_stretch *s,
                              aud_error *err)
{
    const bool open = s->to.kind == AUD_CAUSE_OPEN;
    const bool place = s->kind == AUD_STRETCH_NO_EVIDENCE;

    AUD_TRY(aud_csv_put(csv, aud_str_of(aud_stretch_name(s->kind)), err));
    AUD_TRY(aud_csv_put(csv, s->policy, err));
    AUD_TRY(aud_csv_put(csv, place ? AUD_LIT("place") : aud_str_of(aud_kind_name(s->subject_kind)),
                        err));
    AUD_TRY(aud_csv_put(csv, s->lineage, err));
    AUD_TRY(aud_csv_put(csv, s->item, err));
    AUD_TRY(aud_csv_put(csv, s->subject, err));
    AUD_TRY(aud_csv_put(csv, s->label, err));
    AUD_TRY(
        aud_csv_put(csv, place ? AUD_LIT("") : aud_str_of(aud_severity_name(s->severity)), err));
    AUD_TRY(aud_csv_instant(csv, s->was_met, s->met_since, err));
    AUD_TRY(aud_csv_instant(csv, true, s->from.at, err));
    AUD_TRY(put_cause(csv, period, &s->from, err));
    AUD_TRY(aud_csv_instant(csv, !open, s->to.at, err));
    AUD_TRY(aud_csv_put(csv, aud_str_of(aud_stretch_end_name(s->end)), err));
    AUD_TRY(put_cause(csv, period, &s->to, err));
    AUD_TRY(aud_csv_days(csv, s->to.at - s->from.at, err));
    AUD_TRY(aud_csv_days(csv, s->exposed_seconds, err));
    AUD_TRY(aud_csv_days(csv, s->waived_seconds, err));
    AUD_TRY(aud_csv_days(csv, s->end_rules_seconds, err));
    AUD_TRY(aud_csv_put(csv, s->waiver, err));
    AUD_TRY(aud_csv_put(csv, s->message, err));
    aud_csv_end(csv);
    return AUD_OK;
}

aud_status aud_timeline_csv(const aud_result *result, aud_out *out, aud_error *err)
{
    const aud_period_info *period = result->period;
    AUD_CLEANUP(aud_csv_clear) aud_csv csv;

    aud_csv_init(&csv, out);
    aud_out_text(out,
                 "state,policy,kind,lineage,item,subject,name,severity,met_since,began,brought_by,"
                 "brought_by_commit,brought_by_author,ended,ended_as,ended_by,ended_by_commit,"
                 "ended_by_author,days,days_exposed,days_waived,days_exposed_under_end_rules,"
                 "waiver,finding\r\n");
    for (size_t i = 0; period != NULL && i < period->num_stretches; i++) {
        AUD_TRY(put_stretch(&csv, period, &period->stretches[i], err));
    }
    return AUD_OK;
}
