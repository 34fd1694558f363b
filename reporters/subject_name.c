/* reporters/subject_name.c - a name for each subject that no other one has.
 *
 * Forges keep one result a name and drop the others, so two subjects of one name would let a
 * passing one hide a failing one, and whoever writes an inventory chooses the names.
 */
#include "engine/pki/cert.h"
#include "reporters/common.h"

#include "engine/base/text.h"

enum { NAME_PART_MAX = 200, DIGEST_HEX = 64, SHORT_HEX = 12 };

static aud_str own_id(const aud_subject_info *subject)
{
    aud_str kind = aud_str_of(aud_kind_name(subject->kind));

    if (aud_str_starts(subject->id, kind) && subject->id.len > kind.len &&
        subject->id.ptr[kind.len] == ':') {
        return aud_str_sub(subject->id, kind.len + 1, subject->id.len);
    }
    return subject->id;
}

static bool is_digest(aud_str id)
{
    if (id.len != DIGEST_HEX) {
        return false;
    }
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}

/* Whether the part is shown as it is, and holds none of the marks that the name is built with. */
static bool is_simple(aud_str part)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];

        if (c == '\\' || c == '#' || c == '(' || (c == ' ' && i > 0 && part.ptr[i - 1] == ' ')) {
            return false;
        }
    }
    return part.len <= NAME_PART_MAX && aud_str_trim(part).len == part.len && aud_neutral_is(part);
}

/* Subjects are sorted by kind and id: only neighbours can share the beginning of a digest. */
static bool shares_short(const aud_result *result, size_t subject, size_t other)
{
    aud_str mine = own_id(&result->subjects[subject]);
    aud_str its;

    if (other >= result->num_subjects ||
        result->subjects[other].kind != result->subjects[subject].kind) {
        return false;
    }
    its = own_id(&result->subjects[other]);
    return its.len >= SHORT_HEX && memcmp(mine.ptr, its.ptr, SHORT_HEX) == 0;
}

aud_status aud_report_subject_name(const aud_result *result, size_t subject, aud_buf *out,
                                   aud_error *err)
{
    const aud_subject_info *info = &result->subjects[subject];
    aud_str id = own_id(info);
    aud_str label = info->label.len > 0 ? info->label : id;
    bool simple = is_simple(label) && is_simple(id);
    bool digest = is_digest(id);
    unsigned char sum[32];
    char hex[DIGEST_HEX];

    AUD_TRY(aud_buf_add(out, aud_str_of(aud_kind_name(info->kind)), err));
    AUD_TRY(aud_buf_add(out, AUD_LIT(" "), err));
    AUD_TRY(aud_neutral_add(out, aud_neutral_cut(label, NAME_PART_MAX), err));
    if (!aud_str_eq(label, id)) {
        AUD_TRY(aud_buf_add(out, AUD_LIT(" ("), err));
        AUD_TRY(aud_neutral_add(out, aud_neutral_cut(id, digest ? SHORT_HEX : NAME_PART_MAX), err));
        AUD_TRY(aud_buf_add(out, AUD_LIT(")"), err));
    }
    if (simple && !(digest && (shares_short(result, subject, subject + 1) ||
                               (subject > 0 && shares_short(result, subject, subject - 1))))) {
        return AUD_OK;
    }
    AUD_TRY(aud_sha256(info->id, sum, err));
    aud_hex_encode((aud_str){(const char *)sum, sizeof sum}, hex);
    AUD_TRY(aud_buf_add(out, AUD_LIT(" #"), err));
    return aud_buf_add(out, (aud_str){hex, DIGEST_HEX / 2}, err);
}
