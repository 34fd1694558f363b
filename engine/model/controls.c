/* engine/model/controls.c - the catalogue of controls, made from controls.def. */
#include "engine/model/controls.h"
#include "engine/model/result.h"

#define AUD_FRAMEWORK(id, name)
#define AUD_CONTROL(framework, clause, title, requirement, does_not_prove)                         \
    {AUD_LIT_INIT(framework), AUD_LIT_INIT(framework ":" clause), AUD_LIT_INIT(clause),            \
     AUD_LIT_INIT(title),     AUD_LIT_INIT(requirement),          AUD_LIT_INIT(does_not_prove)},
const aud_control aud_controls[] = {
#include "engine/model/controls.def"
};
#undef AUD_FRAMEWORK
#undef AUD_CONTROL
const size_t aud_num_controls = AUD_COUNT(aud_controls);

#define AUD_FRAMEWORK(id, name) {AUD_LIT_INIT(id), AUD_LIT_INIT(name)},
#define AUD_CONTROL(framework, clause, title, requirement, does_not_prove)
const aud_framework aud_frameworks[] = {
#include "engine/model/controls.def"
};
#undef AUD_FRAMEWORK
#undef AUD_CONTROL
const size_t aud_num_frameworks = AUD_COUNT(aud_frameworks);

const aud_control *aud_control_find(aud_str id)
{
    for (size_t i = 0; i < aud_num_controls; i++) {
        if (aud_str_eq(aud_controls[i].id, id)) {
            return &aud_controls[i];
        }
    }
    return NULL;
}

const aud_framework *aud_framework_find(aud_str id)
{
    for (size_t i = 0; i < aud_num_frameworks; i++) {
        if (aud_str_eq(aud_frameworks[i].id, id)) {
            return &aud_frameworks[i];
        }
    }
    return NULL;
}

void aud_control_cut(aud_str id, aud_str *out_framework, aud_str *out_clause)
{
    size_t colon = aud_str_find(id, AUD_LIT(":"), 0);

    if (colon == SIZE_MAX) {
        *out_framework = (aud_str){NULL, 0};
        *out_clause = id;
        return;
    }
    *out_framework = aud_str_sub(id, 0, colon);
    *out_clause = aud_str_sub(id, colon + 1, id.len);
}

const aud_control *aud_result_control(const aud_result *result, aud_str id)
{
    for (size_t i = 0; i < result->num_house_controls; i++) {
        if (aud_str_eq(result->house_controls[i].id, id)) {
            return &result->house_controls[i];
        }
    }
    return aud_control_find(id);
}

bool aud_policy_names_control(const aud_policy_info *policy, aud_str id)
{
    for (size_t i = 0; i < policy->num_controls; i++) {
        if (aud_str_eq(policy->controls[i], id)) {
            return true;
        }
    }
    return false;
}
