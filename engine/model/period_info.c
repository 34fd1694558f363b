/* engine/model/period_info.c - the words for what happened over a period. */
#include "engine/model/period_info.h"

const char *aud_cause_name(aud_cause_kind kind)
{
    static const char *const names[AUD_NUM_CAUSES] = {"carried_in", "commit", "rules", "time",
                                                      "open"};

    return names[kind];
}

const char *aud_stretch_name(aud_stretch_kind kind)
{
    static const char *const names[AUD_NUM_STRETCHES] = {"breach", "undecided", "no_evidence",
                                                         "only_under_end_rules"};

    return names[kind];
}

const char *aud_stretch_end_name(aud_stretch_end end)
{
    static const char *const names[AUD_NUM_ENDS] = {
        "open", "met", "gone", "no_longer_concerned", "undecided", "no_evidence", "other_item"};

    return names[end];
}
