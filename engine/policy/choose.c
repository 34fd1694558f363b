/* engine/policy/choose.c - which policies --select and --skip leave: by id, or by control. */
#include "engine/policy/choose.h"

#include "engine/base/text.h"
#include "engine/policy/vm.h"

#define MARK AUD_LIT("control:")

enum { MAX_HINTS = 512 };

/* The glob behind "control:"; empty for a glob on ids. */
static aud_str control_glob(aud_str glob)
{
    return aud_str_starts(glob, MARK) ? aud_str_sub(glob, MARK.len, glob.len) : (aud_str){NULL, 0};
}

static bool matches_id(const aud_str *globs, size_t num, aud_str id)
{
    for (size_t i = 0; i < num; i++) {
        if (!aud_str_starts(globs[i], MARK) && aud_glob_match(globs[i], id)) {
            return true;
        }
    }
    return false;
}

static bool matches_control(const aud_str *globs, size_t num, const aud_policy_info *info,
                            bool *hits)
{
    bool any = false;

    for (size_t i = 0; i < num; i++) {
        for (size_t k = 0; aud_str_starts(globs[i], MARK) && k < info->num_controls; k++) {
            if (aud_glob_match(control_glob(globs[i]), info->controls[k])) {
                any = hits[i] = true;
                break;
            }
        }
    }
    return any;
}

static aud_status check_ids(const aud_chooser *c, const aud_str *globs, size_t num,
                            const char *option, aud_error *err)
{
    char hint[AUD_HINT_MAX];

    for (size_t i = 0; i < num; i++) {
        bool found = aud_str_starts(globs[i], MARK);

        for (size_t k = 0; k < c->num_ids && !found; k++) {
            found = aud_glob_match(globs[i], aud_str_of(c->ids[k]));
        }
        if (!found) {
            return aud_fail(err, AUD_E_USAGE, "%s '%.*s' matches no policy%s", option,
                            AUD_ARG(globs[i]), aud_hint(globs[i], c->ids, c->num_ids, hint));
        }
    }
    return AUD_OK;
}

static bool has_control(const aud_str *globs, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_starts(globs[i], MARK)) {
            return true;
        }
    }
    return false;
}

aud_status aud_chooser_init(aud_chooser *c, const aud_policy_load *load, const char *const *ids,
                            size_t num_ids, aud_arena *arena, aud_error *err)
{
    *c = (aud_chooser){.load = load, .ids = ids, .num_ids = num_ids, .arena = arena};
    AUD_TRY(check_ids(c, load->select, load->num_select, "--select", err));
    AUD_TRY(check_ids(c, load->skip, load->num_skip, "--skip", err));
    c->by_control =
        has_control(load->select, load->num_select) || has_control(load->skip, load->num_skip);
    c->hits = aud_arena_array(arena, load->num_select + load->num_skip + 1, sizeof *c->hits);
    return c->hits == NULL ? aud_fail(err, AUD_E_NOMEM, "out of memory") : AUD_OK;
}

aud_choice aud_choose_id(const aud_chooser *c, aud_str id)
{
    const aud_policy_load *load = c->load;

    if (matches_id(load->skip, load->num_skip, id)) {
        return AUD_CHOICE_NO;
    }
    if (load->num_select == 0 || matches_id(load->select, load->num_select, id)) {
        return AUD_CHOICE_YES;
    }
    return has_control(load->select, load->num_select) ? AUD_CHOICE_MAYBE : AUD_CHOICE_NO;
}

bool aud_choose(aud_chooser *c, aud_choice by_id, const aud_policy_info *info)
{
    const aud_policy_load *load = c->load;
    bool selected = matches_control(load->select, load->num_select, info, c->hits);
    bool skipped = matches_control(load->skip, load->num_skip, info, c->hits + load->num_select);

    return !skipped && (by_id == AUD_CHOICE_YES || (by_id == AUD_CHOICE_MAYBE && selected));
}

static bool is_any(aud_str glob, const aud_control *controls, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_glob_match(glob, controls[i].id)) {
            return true;
        }
    }
    return false;
}

static aud_status add_hint(const aud_chooser *c, const char **names, size_t *num, aud_str id,
                           const char *tail, aud_error *err)
{
    aud_str name;

    AUD_TRY(aud_arena_printf(c->arena, &name, err, "control:%.*s%s", AUD_ARG(id), tail));
    names[(*num)++] = name.ptr;
    return AUD_OK;
}

static aud_status refuse(const aud_chooser *c, const char *option, aud_str glob,
                         const aud_control *house, size_t num_house, aud_error *err)
{
    const char *names[MAX_HINTS];
    char hint[AUD_HINT_MAX];
    size_t num = 0;

    if (is_any(control_glob(glob), aud_controls, aud_num_controls) ||
        is_any(control_glob(glob), house, num_house)) {
        return aud_fail(err, AUD_E_USAGE,
                        "%s '%.*s' matches no policy: none of these packs is evidence for it",
                        option, AUD_ARG(glob));
    }
    for (size_t i = 0; i < num_house && num < MAX_HINTS; i++) {
        AUD_TRY(add_hint(c, names, &num, house[i].id, "", err));
    }
    for (size_t i = 0; i < aud_num_frameworks && num < MAX_HINTS; i++) {
        AUD_TRY(add_hint(c, names, &num, aud_frameworks[i].id, ":*", err));
    }
    for (size_t i = 0; i < aud_num_controls && num < MAX_HINTS; i++) {
        AUD_TRY(add_hint(c, names, &num, aud_controls[i].id, "", err));
    }
    return aud_fail(err, AUD_E_USAGE, "%s '%.*s' matches no control%s", option, AUD_ARG(glob),
                    aud_hint(glob, names, num, hint)[0] != '\0'
                        ? hint
                        : "; 'certaudit policy controls' lists them");
}

aud_status aud_chooser_finish(const aud_chooser *c, const aud_control *house, size_t num_house,
                              aud_error *err)
{
    const aud_policy_load *load = c->load;

    for (size_t i = 0; i < load->num_select + load->num_skip; i++) {
        const bool is_select = i < load->num_select;
        aud_str glob = is_select ? load->select[i] : load->skip[i - load->num_select];

        if (aud_str_starts(glob, MARK) && !c->hits[i]) {
            return refuse(c, is_select ? "--select" : "--skip", glob, house, num_house, err);
        }
    }
    return AUD_OK;
}
