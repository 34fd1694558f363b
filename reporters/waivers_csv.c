/* reporters/waivers_csv.c - the register of exceptions, with the commit that brought each in. */
#include "engine/base/instant.h"
#include "reporters/csv_text.h"
#include "reporters/pack_csv.h"

static aud_status put_waiver(aud_csv *csv, const aud_waiver_info *w, aud_error *err)
{
    const aud_str texts[] = {w->id,    w->policies, w->match,  w->reason,
                             w->owner, w->approver, w->ticket, w->path};

    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        AUD_TRY(aud_csv_put(csv, texts[i], err));
    }
    AUD_TRY(aud_csv_int(csv, w->line, err));
    AUD_TRY(aud_csv_instant(csv, true, w->approved, err));
    AUD_TRY(aud_csv_instant(csv, true, w->counts_from, err));
    AUD_TRY(aud_csv_instant(csv, true, w->expires, err));
    AUD_TRY(aud_csv_days(csv, w->expires - w->counts_from, err));
    AUD_TRY(aud_csv_put(csv, aud_str_of(aud_waiver_state_name(w->state)), err));
    AUD_TRY(aud_csv_int(csv, (int64_t)w->findings, err));
    AUD_TRY(aud_csv_put(csv, w->commit, err));
    AUD_TRY(aud_csv_put(csv, w->author, err));
    AUD_TRY(aud_csv_instant(csv, w->commit.len > 0, w->committed, err));
    AUD_TRY(aud_csv_put(csv,
                        w->commit.len == 0 ? AUD_LIT("")
                        : w->is_signed     ? AUD_LIT("carries one, not verified")
                                           : AUD_LIT("none"),
                        err));
    AUD_TRY(aud_csv_put(csv, w->history, err));
    aud_csv_end(csv);
    return AUD_OK;
}

aud_status aud_waivers_csv(const aud_result *result, aud_out *out, aud_error *err)
{
    AUD_CLEANUP(aud_csv_clear) aud_csv csv;

    aud_csv_init(&csv, out);
    aud_out_text(out, "id,policies,match,reason,owner,approver,ticket,file,line,approved,"
                      "counts_from,expires,days,state,findings_waived,commit,commit_author,"
                      "committed,commit_signature,history\r\n");
    for (size_t i = 0; i < result->num_waivers; i++) {
        AUD_TRY(put_waiver(&csv, &result->waivers[i], err));
    }
    return AUD_OK;
}
