/* engine/audit/owners.c - who owns what: CODEOWNERS, the configuration, aliases, placeholders. */
#include "engine/audit/owners.h"

#include "engine/base/text.h"
#include "engine/vcs/codeowners.h"

enum { MAX_OWNERS_PER_LINE = 64, CODEOWNERS_MAX = 3 << 20 };

typedef struct source_owners {
    aud_str source, prefix, path;
    aud_codeowners *file;
} source_owners;

struct aud_owners {
    const aud_config *config;
    aud_arena arena;
    AUD_VEC(source_owners) sources;
};

aud_status aud_owners_new(const aud_config *config, aud_owners **out, aud_error *err)
{
    aud_owners *owners = aud_alloc_zero(1, sizeof *owners);

    if (owners == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    owners->config = config;
    aud_arena_init(&owners->arena, AUD_ARENA_NO_MAX);
    *out = owners;
    return AUD_OK;
}

void aud_owners_freep(aud_owners **owners)
{
    aud_owners *o = *owners;

    if (o == NULL) {
        return;
    }
    for (size_t i = 0; i < o->sources.len; i++) {
        aud_codeowners_freep(&o->sources.items[i].file);
    }
    aud_free(o->sources.items);
    aud_arena_clear(&o->arena);
    aud_free(o);
    *owners = NULL;
}

aud_status aud_owners_source(aud_owners *owners, aud_str name, aud_vcs *vcs, aud_error *err)
{
    if (aud_vcs_place(vcs) != AUD_PLACE_GIT) {
        return AUD_OK;
    }
    for (size_t i = 0; aud_codeowners_places[i] != NULL; i++) {
        source_owners found = {.source = name};
        aud_str path = aud_str_of(aud_codeowners_places[i]), text;
        aud_status st = aud_vcs_read_path(vcs, path, CODEOWNERS_MAX, &owners->arena, &text, err);

        if (st == AUD_E_NOT_FOUND) {
            continue;
        }
        if (st == AUD_E_LIMIT) {
            return AUD_OK; /* the forge ignores it, too */
        }
        AUD_TRY(st);
        AUD_TRY(aud_arena_dup(&owners->arena, aud_vcs_prefix(vcs), &found.prefix, err));
        AUD_TRY(aud_arena_dup(&owners->arena, path, &found.path, err));
        AUD_TRY(aud_codeowners_parse(path, text, &found.file, err));
        st = AUD_VEC_PUSH(&owners->sources, found, err);
        if (st != AUD_OK) {
            aud_codeowners_freep(&found.file);
        }
        return st;
    }
    return AUD_OK;
}

bool aud_owner_is_placeholder(aud_str name)
{
    static const aud_str words[] = {
        AUD_LIT_INIT(""),
        AUD_LIT_INIT("?"),
        AUD_LIT_INIT("??"),
        AUD_LIT_INIT("???"),
        AUD_LIT_INIT("-"),
        AUD_LIT_INIT("--"),
        AUD_LIT_INIT("."),
        AUD_LIT_INIT("tbd"),
        AUD_LIT_INIT("tba"),
        AUD_LIT_INIT("tbc"),
        AUD_LIT_INIT("todo"),
        AUD_LIT_INIT("fixme"),
        AUD_LIT_INIT("unknown"),
        AUD_LIT_INIT("unassigned"),
        AUD_LIT_INIT("unowned"),
        AUD_LIT_INIT("n/a"),
        AUD_LIT_INIT("na"),
        AUD_LIT_INIT("n.a."),
        AUD_LIT_INIT("none"),
        AUD_LIT_INIT("null"),
        AUD_LIT_INIT("nil"),
        AUD_LIT_INIT("nobody"),
        AUD_LIT_INIT("no owner"),
        AUD_LIT_INIT("not set"),
        AUD_LIT_INIT("owner"),
        AUD_LIT_INIT("undefined"),
        AUD_LIT_INIT("placeholder"),
        AUD_LIT_INIT("changeme"),
        AUD_LIT_INIT("change me"),
        AUD_LIT_INIT("xxx"),
        AUD_LIT_INIT("empty"),
        AUD_LIT_INIT("missing"),
        AUD_LIT_INIT("to be defined"),
        AUD_LIT_INIT("to be determined"),
    };

    name = aud_str_trim(name);
    while (name.len > 0 && (name.ptr[0] == '<' || name.ptr[0] == '[' || name.ptr[0] == '(')) {
        name = aud_str_trim(aud_str_sub(name, 1, name.len));
    }
    while (name.len > 0 && (name.ptr[name.len - 1] == '>' || name.ptr[name.len - 1] == ']' ||
                            name.ptr[name.len - 1] == ')')) {
        name = aud_str_trim(aud_str_sub(name, 0, name.len - 1));
    }
    for (size_t i = 0; i < AUD_COUNT(words); i++) {
        if (aud_str_ieq(name, words[i])) {
            return true;
        }
    }
    return false;
}

static void normalise(void *ctx, aud_owner *owner)
{
    const aud_owners *owners = ctx;

    owner->name = aud_str_trim(owner->as_written);
    owner->placeholder = aud_owner_is_placeholder(owner->as_written);
    for (size_t i = 0; i < owners->config->num_aliases; i++) {
        if (aud_str_ieq(owners->config->aliases[i].alias, owner->name)) {
            owner->name = owners->config->aliases[i].name;
            return;
        }
    }
}

typedef AUD_VEC(aud_owner) owner_list;

static void owner_list_clear(owner_list *list)
{
    aud_free(list->items);
}

static aud_status from_codeowners(const aud_owners *owners, const aud_sighting *where,
                                  aud_arena *arena, owner_list *out, aud_error *err)
{
    for (size_t i = 0; i < owners->sources.len; i++) {
        const source_owners *s = &owners->sources.items[i];
        aud_codeowner hits[MAX_OWNERS_PER_LINE];
        aud_str path = where->path;
        size_t num;

        if (!aud_str_eq(s->source, where->source) || where->path.len == 0) {
            continue;
        }
        if (s->prefix.len > 0) {
            AUD_TRY(aud_arena_printf(arena, &path, err, "%.*s/%.*s", AUD_ARG(s->prefix),
                                     AUD_ARG(where->path)));
        }
        num = aud_codeowners_find(s->file, path, hits, AUD_COUNT(hits));
        for (size_t k = 0; k < num && k < AUD_COUNT(hits); k++) {
            aud_owner owner = {.origin = AUD_OWNER_CODEOWNERS,
                               .as_written = hits[k].owner,
                               .catch_all = hits[k].catch_all};
            AUD_TRY(aud_arena_printf(arena, &owner.place, err, "%.*s:%u", AUD_ARG(s->path),
                                     hits[k].line));
            AUD_TRY(AUD_VEC_PUSH(out, owner, err));
        }
    }
    return AUD_OK;
}

static bool any_name_fits(aud_str glob, const aud_object *facts, aud_arena *arena)
{
    unsigned field = aud_field_find(facts->type, AUD_LIT("dns_names"));
    aud_value names;

    if (field == UINT32_MAX) {
        field = aud_field_find(facts->type, AUD_LIT("host"));
    }
    if (field == UINT32_MAX) {
        return false;
    }
    names = facts->get(facts->self, field, arena);
    if (names.presence != AUD_PRESENT) {
        return false;
    }
    if (names.type == AUD_T_STRING) {
        return aud_glob_match(glob, names.as.string);
    }
    for (size_t i = 0; i < names.as.list.len; i++) {
        if (aud_glob_match(glob, names.as.list.items[i].as.string)) {
            return true;
        }
    }
    return false;
}

static bool environment_fits(aud_str glob, const aud_object *facts, aud_arena *arena)
{
    unsigned field = aud_field_find(facts->type, AUD_LIT("environment"));
    aud_value environment;

    if (field == UINT32_MAX) {
        return false;
    }
    environment = facts->get(facts->self, field, arena);
    return environment.presence == AUD_PRESENT && aud_glob_match(glob, environment.as.string);
}

static bool rule_fits(const aud_owner_rule *rule, const aud_sighting *where, aud_str lineage,
                      const aud_object *facts, aud_arena *arena)
{
    return (rule->path.len == 0 || aud_glob_match(rule->path, where->path)) &&
           (rule->lineage.len == 0 || aud_glob_match(rule->lineage, lineage)) &&
           (rule->environment.len == 0 || environment_fits(rule->environment, facts, arena)) &&
           (rule->dns.len == 0 || any_name_fits(rule->dns, facts, arena));
}

static aud_status find_owners(void *ctx, const aud_sighting *where, aud_str lineage,
                              const aud_object *facts, aud_arena *arena, aud_owner **out,
                              size_t *out_num, aud_error *err)
{
    const aud_owners *owners = ctx;
    AUD_CLEANUP(owner_list_clear) owner_list found = {0};
    const aud_config *config = owners->config;

    *out_num = 0;
    AUD_TRY(from_codeowners(owners, where, arena, &found, err));
    for (size_t i = 0; i < config->num_owners; i++) {
        aud_owner owner = {.origin = AUD_OWNER_CONFIGURATION,
                           .as_written = config->owners[i].owner};

        if (!rule_fits(&config->owners[i], where, lineage, facts, arena)) {
            continue;
        }
        owner.catch_all = aud_str_eq(config->owners[i].path, AUD_LIT("**"));
        AUD_TRY(aud_arena_printf(arena, &owner.place, err, "%.*s:%u", AUD_ARG(config->path),
                                 config->owners[i].line));
        AUD_TRY(AUD_VEC_PUSH(&found, owner, err));
    }
    if (found.len == 0) {
        return AUD_OK;
    }
    *out = aud_arena_array(arena, found.len, sizeof **out);
    if (*out == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memcpy(*out, found.items, found.len * sizeof **out);
    *out_num = found.len;
    return AUD_OK;
}

aud_owner_lookup aud_owners_lookup(aud_owners *owners)
{
    return (aud_owner_lookup){.ctx = owners, .find = find_owners, .normalise = normalise};
}
