/* reporters/finding_text.c - one finding in a sentence, and the line it is shown at. */
#include "reporters/finding_text.h"

enum { ITEMS_MAX = 5, ITEM_MAX = 300, MESSAGE_MAX = 1000 };

static aud_status add_cut(aud_buf *out, aud_str text, size_t max, aud_error *err)
{
    const aud_str part = aud_neutral_cut(text, max);

    AUD_TRY(aud_neutral_add(out, part, err));
    return aud_buf_add(out, part.len < text.len ? AUD_LIT("...") : AUD_LIT(""), err);
}

static aud_status add_item(aud_buf *out, const aud_item *item, aud_error *err)
{
    AUD_TRY(add_cut(out, item->item, ITEM_MAX, err));
    if (item->got.len > 0) {
        AUD_TRY(aud_buf_add(out, AUD_LIT(" is "), err));
        AUD_TRY(add_cut(out, item->got, ITEM_MAX, err));
    }
    if (item->want.len > 0) {
        AUD_TRY(aud_buf_add(out, AUD_LIT(", wanted: "), err));
        AUD_TRY(add_cut(out, item->want, ITEM_MAX, err));
    }
    return AUD_OK;
}

aud_status aud_report_finding_text(const aud_result *result, const aud_finding *f, aud_buf *out,
                                   aud_error *err)
{
    const aud_policy_info *policy = &result->policies[f->policy];

    AUD_TRY(aud_report_subject_name(result, f->subject, out, err));
    AUD_TRY(aud_buf_add(
        out, f->verdict == AUD_V_UNDECIDED ? AUD_LIT(": undecided, ") : AUD_LIT(": "), err));
    AUD_TRY(add_cut(out, f->message.len > 0 ? f->message : policy->title, MESSAGE_MAX, err));
    for (size_t i = 0; i < f->num_items && i < ITEMS_MAX; i++) {
        AUD_TRY(aud_buf_add(out, i == 0 ? AUD_LIT(". ") : AUD_LIT("; "), err));
        AUD_TRY(add_item(out, &f->items[i], err));
    }
    return f->num_items > ITEMS_MAX
               ? aud_buf_printf(out, err, "; and %zu more", f->num_items - ITEMS_MAX)
               : AUD_OK;
}

aud_report_spot aud_report_spot_of(const aud_result *result, const aud_sighting *where)
{
    const aud_str config = result->config_path;

    if (where->path.len > 0) {
        return (aud_report_spot){where->path, where->line};
    }
    if (config.len > 0 && config.ptr[0] != '/' && !aud_str_starts(config, AUD_LIT(".."))) {
        return (aud_report_spot){config, 0};
    }
    return (aud_report_spot){{NULL, 0}, 0};
}

bool aud_report_is_open(const aud_report_env *env, const aud_finding *f)
{
    return f->verdict != AUD_V_WAIVED && f->severity >= env->least;
}
