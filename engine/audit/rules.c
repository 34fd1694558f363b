/* engine/audit/rules.c - gate material: on disk, or at a revision that a change cannot touch. */
#include "engine/audit/rules.h"

#include "engine/base/out.h"
#include "engine/base/text.h"
#include "engine/vcs/range.h"

enum { MAX_POLICY = 256 << 10, MAX_POLICIES = 10000 };

struct aud_rules {
    aud_vcs *vcs;
    aud_str path, objects; /* as it was opened */
    aud_arena arena;
    AUD_VEC(aud_str) asked;
};

aud_status aud_rules_open(const aud_vcs_options *where, aud_rules **out, aud_error *err)
{
    AUD_CLEANUP(aud_rules_freep) aud_rules *rules = aud_alloc_zero(1, sizeof *rules);

    if (rules == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&rules->arena, AUD_ARENA_NO_MAX);
    AUD_TRY(aud_arena_dup(&rules->arena, where->path, &rules->path, err));
    AUD_TRY(aud_arena_dup(&rules->arena, where->objects, &rules->objects, err));
    AUD_TRY(aud_vcs_open(where, &rules->vcs, err));
    *out = AUD_MOVE(rules);
    return AUD_OK;
}

void aud_rules_freep(aud_rules **rules)
{
    aud_rules *r = *rules;

    if (r == NULL) {
        return;
    }
    aud_vcs_freep(&r->vcs);
    aud_free(r->asked.items);
    aud_arena_clear(&r->arena);
    aud_free(r);
    *rules = NULL;
}

aud_str aud_rules_rev(const aud_rules *rules)
{
    return aud_vcs_rev(rules->vcs);
}

aud_vcs *aud_rules_vcs(const aud_rules *rules)
{
    return rules->vcs;
}

const aud_str *aud_rules_asked(const aud_rules *rules, size_t *out_num)
{
    *out_num = rules->asked.len;
    return rules->asked.items;
}

/* Remembers what was asked for: a change that touches it touches the gate. */
static aud_status note(aud_rules *rules, aud_str path, bool folder, aud_error *err)
{
    aud_str kept;

    AUD_TRY(aud_arena_printf(&rules->arena, &kept, err, "%.*s%s", AUD_ARG(path),
                             folder && path.len > 0 ? "/" : ""));
    return AUD_VEC_PUSH(&rules->asked, kept, err);
}

/* "./a//b/../c" is "a/c"; one that climbs out of the tree is refused. */
static aud_status tidy(aud_str path, aud_arena *arena, aud_str *out, aud_error *err)
{
    char *text = aud_arena_take(arena, path.len + 1, 1);
    aud_str rest = path, part;
    size_t len = 0;

    if (text == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    while (aud_str_split(&rest, '/', &part)) {
        if (part.len == 0 || aud_str_eq(part, AUD_LIT("."))) {
            continue;
        }
        if (aud_str_eq(part, AUD_LIT(".."))) {
            if (len == 0) {
                return aud_fail(err, AUD_E_USAGE,
                                "'%.*s' leaves the repository that the rules come from; give it an "
                                "absolute path",
                                AUD_ARG(path));
            }
            while (len > 0 && text[len - 1] != '/') {
                len--;
            }
            len -= len > 0 ? 1 : 0;
            continue;
        }
        if (len > 0) {
            text[len++] = '/';
        }
        memcpy(text + len, part.ptr, part.len);
        len += part.len;
    }
    text[len] = '\0';
    *out = (aud_str){text, len};
    return AUD_OK;
}

/*
 * Where a named path lies: in the tree (then *out is its path there), or on disk. An absolute path
 * into the work tree means the tree as well: the work tree is the change's.
 */
static aud_status locate(const aud_rules *rules, aud_str named, bool from_flag, aud_arena *arena,
                         aud_str *out, bool *out_in_tree, aud_error *err)
{
    if (from_flag || aud_str_starts(named, AUD_LIT("/"))) {
        *out_in_tree = aud_vcs_inside(rules->vcs, named, arena, out);
        return *out_in_tree ? AUD_OK : aud_arena_dup(arena, named, out, err);
    }
    *out_in_tree = true;
    return tidy(named, arena, out, err);
}

static aud_status read_located(aud_rules *rules, aud_str path, bool in_tree, size_t max,
                               aud_arena *arena, aud_str *out, aud_error *err)
{
    if (!in_tree) {
        return aud_file_read(path, max, arena, out, err);
    }
    AUD_TRY(note(rules, path, false, err));
    return aud_vcs_read_path(rules->vcs, path, max, arena, out, err);
}

aud_status aud_rules_config(aud_rules *rules, aud_str named, aud_arena *arena, aud_config *out,
                            bool *out_found, aud_error *err)
{
    aud_str path = AUD_LIT(AUD_CONFIG_NAME), text;
    bool in_tree = true;
    aud_status st;

    aud_config_defaults(out);
    *out_found = false;
    if (named.len > 0) {
        AUD_TRY(locate(rules, named, true, arena, &path, &in_tree, err));
    }
    st = read_located(rules, path, in_tree, AUD_CONFIG_MAX, arena, &text, err);
    if (st == AUD_E_NOT_FOUND && named.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(st);
    *out_found = true;
    AUD_TRY(aud_config_read(path, text, arena, out, err));
    if (in_tree) { /* its sources lie where the repository lies */
        out->folder = aud_vcs_top(rules->vcs);
    }
    return AUD_OK;
}

aud_status aud_rules_place_of(const aud_rules *rules, const aud_config *config, aud_str named,
                              bool from_flag, aud_arena *arena, aud_rules_place *out,
                              aud_error *err)
{
    out->in_tree = false;
    out->path = named;
    if (rules != NULL) {
        return locate(rules, named, from_flag, arena, &out->path, &out->in_tree, err);
    }
    return from_flag ? AUD_OK : aud_config_path(config, named, arena, &out->path, err);
}

aud_status aud_rules_read(aud_rules *rules, const aud_rules_place *place, size_t max,
                          aud_arena *arena, aud_str *out, aud_error *err)
{
    return read_located(rules, place->path, place->in_tree, max, arena, out, err);
}

aud_status aud_rules_file(aud_rules *rules, const aud_config *config, aud_str named, size_t max,
                          aud_arena *arena, aud_str *out, aud_error *err)
{
    aud_rules_place place;

    AUD_TRY(aud_rules_place_of(rules, config, named, false, arena, &place, err));
    return aud_rules_read(rules, &place, max, arena, out, err);
}

/* "PACK/POLICY.lua" to its id; false for whatever else lies there. */
static bool is_policy(aud_str path, aud_str *out_id)
{
    const aud_str suffix = AUD_LIT(".lua");
    aud_str rest = path, pack, name;

    *out_id = aud_str_sub(path, 0, path.len - (path.len > suffix.len ? suffix.len : 0));
    return aud_str_ends(path, suffix) && aud_str_split(&rest, '/', &pack) && pack.len > 0 &&
           aud_str_split(&rest, '/', &name) && rest.ptr == NULL && name.len > suffix.len;
}

/* The folder alone: the repository around it may be large. */
static aud_status open_folder(aud_rules *rules, aud_str dir, aud_arena *arena, aud_vcs **out,
                              aud_error *err)
{
    const aud_str top = aud_vcs_top(rules->vcs);
    aud_vcs_options where = {
        .path = rules->path, .objects = rules->objects, .rev = aud_vcs_rev(rules->vcs)};

    if (top.len == 0) {
        where.inside = dir;
    } else {
        AUD_TRY(aud_arena_printf(arena, &where.path, err, "%.*s/%.*s", AUD_ARG(top), AUD_ARG(dir)));
    }
    return aud_vcs_open(&where, out, err);
}

typedef AUD_VEC(aud_policy_text) text_list;

static void text_list_clear(text_list *list)
{
    aud_free(list->items);
}

static aud_status policies_in_tree(aud_rules *rules, aud_str dir, aud_arena *arena,
                                   const aud_policy_text **out, size_t *out_num, aud_error *err)
{
    AUD_CLEANUP(text_list_clear) text_list texts = {0};
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *folder = NULL;
    const aud_entry *entries = NULL;
    aud_policy_text *kept;
    aud_error why = {0};
    size_t num = 0;
    aud_status st;

    AUD_TRY(note(rules, dir, true, err));
    st = open_folder(rules, dir, arena, &folder, &why);
    if (st != AUD_OK && st != AUD_E_NOT_FOUND) {
        return aud_fail(err, st, "%s", why.message);
    }
    if (st == AUD_OK) {
        AUD_TRY(aud_vcs_list(folder, &entries, &num, err));
    }
    for (size_t i = 0; i < num; i++) {
        aud_policy_text text = {0};

        if (!is_policy(entries[i].path, &text.id)) {
            continue;
        }
        AUD_TRY(aud_arena_dup(arena, text.id, &text.id, err)); /* the list goes with its folder */
        AUD_TRY(aud_arena_printf(arena, &text.path, err, "%.*s%s%.*s", AUD_ARG(dir),
                                 dir.len > 0 ? "/" : "", AUD_ARG(entries[i].path)));
        if (entries[i].kind == AUD_ENTRY_GAP || texts.len == MAX_POLICIES) {
            return aud_fail(err, AUD_E_USAGE, "the policy '%.*s' cannot be read: %.*s",
                            AUD_ARG(text.path),
                            AUD_ARG(texts.len == MAX_POLICIES ? AUD_LIT("there are too many")
                                                              : entries[i].reason));
        }
        AUD_TRY(aud_vcs_read_path(rules->vcs, text.path, MAX_POLICY, arena, &text.text, err));
        AUD_TRY(AUD_VEC_PUSH(&texts, text, err));
    }
    if (texts.len == 0) {
        return aud_fail(err, AUD_E_USAGE, "the folder '%.*s' holds no policy at %.12s",
                        AUD_ARG(dir), aud_vcs_rev(rules->vcs).ptr);
    }
    kept = aud_arena_array(arena, texts.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memcpy(kept, texts.items, texts.len * sizeof *kept);
    *out = kept;
    *out_num = texts.len;
    return AUD_OK;
}

aud_status aud_rules_policies(aud_rules *rules, const aud_config *config, aud_str named,
                              bool from_flag, aud_arena *arena, const aud_policy_text **out,
                              size_t *out_num, aud_error *err)
{
    aud_rules_place place;

    AUD_TRY(aud_rules_place_of(rules, config, named, from_flag, arena, &place, err));
    return place.in_tree ? policies_in_tree(rules, place.path, arena, out, out_num, err)
                         : aud_policy_read_dir(place.path, NULL, 0, arena, out, out_num, err);
}
