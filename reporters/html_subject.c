/* reporters/html_subject.c - what findings and population both say of a subject. */
#include "reporters/html.h"

enum { OWNERS_SHOWN = 5, DIGEST_HEX = 64, SHORT_ID = 12 };

bool aud_html_lists(const aud_html *h, size_t subject)
{
    const uint32_t *verdicts = &h->verdicts[subject * AUD_NUM_VERDICTS];

    return h->all_subjects ||
           verdicts[AUD_V_FAIL] + verdicts[AUD_V_UNDECIDED] + verdicts[AUD_V_WAIVED] > 0;
}

aud_str aud_html_short_id(const aud_subject_info *subject)
{
    size_t kind = strlen(aud_kind_name(subject->kind));
    aud_str id = aud_str_sub(subject->id, kind + 1, SIZE_MAX); /* "certificate:<sha256>" */

    if (id.len != DIGEST_HEX) {
        return (aud_str){NULL, 0};
    }
    for (size_t i = 0; i < SHORT_ID; i++) {
        if (!((id.ptr[i] >= '0' && id.ptr[i] <= '9') || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f'))) {
            return (aud_str){NULL, 0};
        }
    }
    return aud_str_sub(id, 0, SHORT_ID);
}

static bool is_named_before(const aud_subject_info *subject, size_t owner)
{
    for (size_t i = 0; i < owner; i++) {
        if (aud_str_eq(subject->owners[i].name, subject->owners[owner].name)) {
            return true;
        }
    }
    return false;
}

void aud_html_owners(aud_html *h, const aud_subject_info *subject)
{
    size_t shown = 0;

    for (size_t i = 0; i < subject->num_owners; i++) {
        if (is_named_before(subject, i)) {
            continue;
        }
        if (shown == OWNERS_SHOWN) {
            aud_html_raw(h, ", and others");
            return;
        }
        aud_html_raw(h, shown++ > 0 ? ", " : "");
        aud_html_name(h, subject->owners[i].name);
        aud_html_raw(h, subject->owners[i].placeholder ? " (a placeholder)" : "");
    }
    aud_html_raw(h, subject->num_owners == 0 ? "none found" : "");
}
