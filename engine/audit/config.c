/* engine/audit/config.c - certaudit.yaml, read strictly. */
#include "engine/audit/config_parts.h"

#include "engine/base/instant.h"
#include "engine/ingest/names.h"
#include "engine/pki/cert.h"

static const char *const exclude_keys[] = {"path", "reason", NULL};
static const char *const source_keys[] = {"name",     "path",     "rev",     "exclude",
                                          "format",   "complete", "max_age", "columns",
                                          "endpoint", "versions", NULL};
static const char *const policies_keys[] = {"packs",    "dirs",          "params",
                                            "severity", "public_stores", NULL};
static const char *const owner_keys[] = {"match", "owner", NULL};
static const char *const owner_match_keys[] = {"path", "dns", "environment", "lineage", NULL};
static const char *const accept_keys[] = {"source", "path", "reason", NULL};
static const char *const gate_keys[] = {"fail_on", "min_subjects", "max_waiver_days",
                                        "waiver_notice_days", NULL};
static const char *const root_keys[] = {"version",       "sources",  "policies", "owners",
                                        "owner_aliases", "accept",   "gate",     "waivers",
                                        "baseline",      "evidence", NULL};

const aud_config_keys aud_config_key_sets[] = {
    {"", root_keys},
    {"sources", source_keys},
    {"sources.exclude", exclude_keys},
    {"policies", policies_keys},
    {"owners", owner_keys},
    {"owners.match", owner_match_keys},
    {"accept", accept_keys},
    {"gate", gate_keys},
    {"evidence", aud_config_evidence_keys},
    {"evidence.reviews", aud_config_review_keys},
};
const size_t aud_num_config_key_sets = AUD_COUNT(aud_config_key_sets);

void aud_config_defaults(aud_config *out)
{
    static const aud_str core[] = {AUD_LIT_INIT("core")};

    *out = (aud_config){.packs = core,
                        .num_packs = 1,
                        .fail_on = AUD_SEV_HIGH,
                        .min_subjects = 1,
                        .waiver_notice_days = 14,
                        .fiscal_month = 1};
}

static aud_status want_list(const aud_node *node, const char *what, aud_error *err)
{
    if (node->kind != AUD_NODE_LIST) {
        aud_status st = aud_fail(err, AUD_E_USAGE, "'%s' must be a list", what);
        if (err != NULL) {
            err->line = node->line;
        }
        return st;
    }
    return AUD_OK;
}

aud_status aud_config_refuse(const aud_node *node, aud_error *err, const char *message)
{
    aud_status st = aud_fail(err, AUD_E_USAGE, "%s", message);

    if (err != NULL) {
        err->line = node->line;
    }
    return st;
}

static aud_status strings(const aud_node *node, const char *what, aud_arena *arena,
                          const aud_str **out, size_t *out_num, aud_error *err)
{
    aud_str *items;
    size_t num = 0;

    if (node == NULL) {
        return AUD_OK;
    }
    AUD_TRY(want_list(node, what, err));
    items = aud_arena_array(arena, node->len, sizeof *items);
    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = node->first; n != NULL; n = n->next) {
        AUD_TRY(aud_node_str(n, &items[num++], err));
    }
    *out = items;
    *out_num = num;
    return AUD_OK;
}

static aud_status optional(const aud_node *map, const char *key, aud_str *out, aud_error *err)
{
    const aud_node *node = aud_node_get(map, key);

    return node == NULL ? AUD_OK : aud_node_str(node, out, err);
}

/* A reason is the price of every exception. */
static aud_status with_reason(const aud_node *map, aud_str *out, aud_error *err)
{
    AUD_TRY(optional(map, "reason", out, err));
    if (aud_str_trim(*out).len == 0) {
        return aud_config_refuse(map, err, "needs a 'reason' in words");
    }
    return AUD_OK;
}

static aud_status read_excludes(const aud_node *list, aud_arena *arena, aud_source_config *source,
                                aud_error *err)
{
    aud_exclude_rule *rules;
    size_t num = 0;

    if (list == NULL) {
        return AUD_OK;
    }
    AUD_TRY(want_list(list, "exclude", err));
    rules = aud_arena_array(arena, list->len, sizeof *rules);
    if (rules == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = list->first; n != NULL; n = n->next) {
        AUD_TRY(aud_node_only(n, exclude_keys, err));
        AUD_TRY(optional(n, "path", &rules[num].path, err));
        if (rules[num].path.len == 0) {
            return aud_config_refuse(n, err, "an exclude needs a 'path'");
        }
        AUD_TRY(with_reason(n, &rules[num].reason, err));
        num++;
    }
    source->excludes = rules;
    source->num_excludes = num;
    return AUD_OK;
}

/* "inventory/acm-*.json" is the folder "inventory" and a pattern; the pattern is kept whole. */
static void cut_glob(aud_source_config *source)
{
    size_t first = SIZE_MAX, cut = 0;

    for (size_t i = 0; i < source->path.len && first == SIZE_MAX; i++) {
        if (source->path.ptr[i] == '*' || source->path.ptr[i] == '?' ||
            source->path.ptr[i] == '[') {
            first = i;
        } else if (source->path.ptr[i] == '/') {
            cut = i + 1;
        }
    }
    if (first != SIZE_MAX) {
        source->glob = aud_str_sub(source->path, cut, source->path.len);
        source->path = cut == 0 ? AUD_LIT(".") : aud_str_sub(source->path, 0, cut - 1);
        if (source->path.len == 0) {
            source->path = AUD_LIT("/");
        }
    }
}

static bool is_endpoint(aud_str text)
{
    aud_str host;
    uint16_t port = 0;

    return aud_host_port_split(text, &host, &port) && port > 0;
}

static aud_status read_source(const aud_node *n, aud_arena *arena, aud_source_config *out,
                              aud_error *err)
{
    const aud_node *complete;
    aud_str age = {NULL, 0};

    AUD_TRY(aud_node_only(n, source_keys, err));
    out->line = n->line;
    AUD_TRY(optional(n, "name", &out->name, err));
    AUD_TRY(optional(n, "path", &out->path, err));
    AUD_TRY(optional(n, "rev", &out->rev, err));
    AUD_TRY(aud_config_format(aud_node_get(n, "format"), out, err));
    AUD_TRY(aud_config_columns(aud_node_get(n, "columns"), arena, out, err));
    AUD_TRY(aud_config_versions(aud_node_get(n, "versions"), arena, out, err));
    AUD_TRY(optional(n, "max_age", &age, err));
    AUD_TRY(optional(n, "endpoint", &out->endpoint, err));
    if (out->endpoint.len > 0 && !is_endpoint(out->endpoint)) {
        return aud_config_refuse(
            n, err, "'endpoint' is \"host:port\", or \":port\" for every host of the file");
    }
    if (out->name.len == 0 || out->path.len == 0) {
        return aud_config_refuse(n, err, "a source needs a 'name' and a 'path'");
    }
    if (age.len > 0) {
        aud_status st = aud_duration_parse(age, &out->max_age_seconds, err);
        if (st != AUD_OK) {
            if (err != NULL) {
                err->line = n->line;
            }
            return AUD_E_USAGE;
        }
    }
    complete = aud_node_get(n, "complete");
    if (complete != NULL) {
        AUD_TRY(aud_node_bool(complete, &out->complete, err));
    }
    cut_glob(out);
    return read_excludes(aud_node_get(n, "exclude"), arena, out, err);
}

static aud_status read_sources(const aud_node *list, aud_arena *arena, aud_config *out,
                               aud_error *err)
{
    aud_source_config *sources;
    size_t num = 0;

    if (list == NULL) {
        return AUD_OK;
    }
    AUD_TRY(want_list(list, "sources", err));
    sources = aud_arena_array(arena, list->len, sizeof *sources);
    if (sources == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = list->first; n != NULL; n = n->next) {
        AUD_TRY(read_source(n, arena, &sources[num], err));
        for (size_t i = 0; i < num; i++) {
            if (aud_str_eq(sources[i].name, sources[num].name)) {
                return aud_config_refuse(n, err, "two sources have the same name");
            }
        }
        num++;
    }
    out->sources = sources;
    out->num_sources = num;
    return AUD_OK;
}

static aud_status read_policies(const aud_node *map, aud_arena *arena, aud_config *out,
                                aud_error *err)
{
    if (map == NULL) {
        return AUD_OK;
    }
    AUD_TRY(aud_node_only(map, policies_keys, err));
    AUD_TRY(strings(aud_node_get(map, "packs"), "packs", arena, &out->packs, &out->num_packs, err));
    AUD_TRY(strings(aud_node_get(map, "dirs"), "dirs", arena, &out->dirs, &out->num_dirs, err));
    out->params = aud_node_get(map, "params");
    out->severity = aud_node_get(map, "severity");
    out->public_stores = aud_node_get(map, "public_stores");
    return AUD_OK;
}

static aud_status read_owners(const aud_node *list, aud_arena *arena, aud_config *out,
                              aud_error *err)
{
    aud_owner_rule *rules;
    size_t num = 0;

    if (list == NULL) {
        return AUD_OK;
    }
    AUD_TRY(want_list(list, "owners", err));
    rules = aud_arena_array(arena, list->len, sizeof *rules);
    if (rules == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = list->first; n != NULL; n = n->next) {
        const aud_node *match;
        aud_owner_rule *rule = &rules[num++];

        AUD_TRY(aud_node_only(n, owner_keys, err));
        match = aud_node_get(n, "match");
        if (match == NULL || match->kind != AUD_NODE_MAP || match->len == 0) {
            return aud_config_refuse(n, err,
                                     "an owner line needs a 'match' with path, dns, environment or "
                                     "lineage");
        }
        AUD_TRY(aud_node_only(match, owner_match_keys, err));
        AUD_TRY(optional(match, "path", &rule->path, err));
        AUD_TRY(optional(match, "dns", &rule->dns, err));
        AUD_TRY(optional(match, "environment", &rule->environment, err));
        AUD_TRY(optional(match, "lineage", &rule->lineage, err));
        AUD_TRY(optional(n, "owner", &rule->owner, err));
        rule->line = n->line;
        if (rule->owner.len == 0) {
            return aud_config_refuse(n, err, "an owner line needs an 'owner'");
        }
    }
    out->owners = rules;
    out->num_owners = num;
    return AUD_OK;
}

static aud_status read_aliases(const aud_node *map, aud_arena *arena, aud_config *out,
                               aud_error *err)
{
    aud_alias *aliases;
    size_t total = 0, num = 0;

    if (map == NULL) {
        return AUD_OK;
    }
    if (map->kind != AUD_NODE_MAP) {
        return aud_config_refuse(map, err,
                                 "'owner_aliases' must be a map of an owner to its other names");
    }
    for (const aud_node *n = map->first; n != NULL; n = n->next) {
        AUD_TRY(want_list(n, "owner_aliases", err));
        total += n->len;
    }
    aliases = aud_arena_array(arena, total, sizeof *aliases);
    if (aliases == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = map->first; n != NULL; n = n->next) {
        for (const aud_node *a = n->first; a != NULL; a = a->next) {
            aliases[num].name = n->key;
            AUD_TRY(aud_node_str(a, &aliases[num++].alias, err));
        }
    }
    out->aliases = aliases;
    out->num_aliases = num;
    return AUD_OK;
}

static aud_status read_accepts(const aud_node *list, aud_arena *arena, aud_config *out,
                               aud_error *err)
{
    aud_accept_rule *rules;
    size_t num = 0;

    if (list == NULL) {
        return AUD_OK;
    }
    AUD_TRY(want_list(list, "accept", err));
    rules = aud_arena_array(arena, list->len, sizeof *rules);
    if (rules == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = list->first; n != NULL; n = n->next) {
        aud_accept_rule *rule = &rules[num++];

        AUD_TRY(aud_node_only(n, accept_keys, err));
        AUD_TRY(optional(n, "source", &rule->source, err));
        AUD_TRY(optional(n, "path", &rule->path, err));
        if (rule->path.len == 0) {
            return aud_config_refuse(n, err, "an accept line needs a 'path'");
        }
        AUD_TRY(with_reason(n, &rule->reason, err));
        rule->line = n->line;
    }
    out->accepts = rules;
    out->num_accepts = num;
    return AUD_OK;
}

/* A number of days, from `least` on. */
static aud_status read_days(const aud_node *map, const char *key, int64_t least, int64_t *out,
                            aud_error *err)
{
    enum { DAYS_MAX = 36500 };
    const aud_node *node = aud_node_get(map, key);

    if (node == NULL) {
        return AUD_OK;
    }
    AUD_TRY(aud_node_int(node, out, err));
    return *out < least || *out > DAYS_MAX
               ? aud_config_refuse(node, err,
                                   "days are a number from 1 to 36500; 0 switches a notice off")
               : AUD_OK;
}

static aud_status read_gate(const aud_node *map, aud_config *out, aud_error *err)
{
    const aud_node *least;
    aud_str severity = {NULL, 0};
    int64_t number = 0;

    if (map == NULL) {
        return AUD_OK;
    }
    AUD_TRY(aud_node_only(map, gate_keys, err));
    AUD_TRY(optional(map, "fail_on", &severity, err));
    if (severity.len > 0) {
        if (!aud_severity_find(severity, &out->fail_on)) {
            return aud_config_refuse(map, err,
                                     "'fail_on' must be critical, high, medium, low or info");
        }
        out->has_fail_on = true;
    }
    least = aud_node_get(map, "min_subjects");
    if (least != NULL) {
        AUD_TRY(aud_node_int(least, &number, err));
        if (number < 0) {
            return aud_config_refuse(least, err, "'min_subjects' must not be negative");
        }
        out->min_subjects = (size_t)number;
    }
    AUD_TRY(read_days(map, "max_waiver_days", 1, &out->max_waiver_days, err));
    return read_days(map, "waiver_notice_days", 0, &out->waiver_notice_days, err);
}

/* Parts of the contract that this version does not have are refused, not passed over. */
static aud_status refuse_later_keys(const aud_node *root, aud_error *err)
{
    static const char *const later[] = {"scopes"};

    for (size_t i = 0; i < AUD_COUNT(later); i++) {
        const aud_node *node = aud_node_get(root, later[i]);
        if (node != NULL) {
            aud_status st = aud_fail(err, AUD_E_USAGE,
                                     "'%s' is not read by this version: take it "
                                     "out, so that nobody relies on it",
                                     later[i]);
            if (err != NULL) {
                err->line = node->key_line;
            }
            return st;
        }
    }
    return AUD_OK;
}

static aud_status read_root(const aud_node *root, aud_arena *arena, aud_config *out, aud_error *err)
{
    const aud_node *version;
    int64_t number = 0;

    if (root->kind != AUD_NODE_MAP) {
        return aud_config_refuse(root, err,
                                 "a configuration is a map that begins with 'version: 1'");
    }
    AUD_TRY(refuse_later_keys(root, err));
    AUD_TRY(aud_node_only(root, root_keys, err));
    version = aud_node_get(root, "version");
    if (version == NULL) {
        return aud_config_refuse(root, err, "needs 'version: 1'");
    }
    AUD_TRY(aud_node_int(version, &number, err));
    if (number != 1) {
        return aud_config_refuse(version, err, "this program reads 'version: 1'");
    }
    AUD_TRY(read_sources(aud_node_get(root, "sources"), arena, out, err));
    AUD_TRY(read_policies(aud_node_get(root, "policies"), arena, out, err));
    AUD_TRY(read_owners(aud_node_get(root, "owners"), arena, out, err));
    AUD_TRY(read_aliases(aud_node_get(root, "owner_aliases"), arena, out, err));
    AUD_TRY(read_accepts(aud_node_get(root, "accept"), arena, out, err));
    AUD_TRY(optional(root, "waivers", &out->waivers, err));
    AUD_TRY(optional(root, "baseline", &out->baseline, err));
    AUD_TRY(aud_config_evidence(aud_node_get(root, "evidence"), arena, out, err));
    return read_gate(aud_node_get(root, "gate"), out, err);
}

static aud_str folder_of(aud_str path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/') {
            return aud_str_sub(path, 0, i == 1 ? 1 : i - 1);
        }
    }
    return (aud_str){NULL, 0};
}

aud_status aud_config_read(aud_str path, aud_str text, aud_arena *arena, aud_config *out,
                           aud_error *err)
{
    const aud_node *root = NULL;
    aud_status st;

    aud_config_defaults(out);
    out->path = path;
    out->folder = folder_of(path);
    AUD_TRY(aud_sha256(text, out->sha256, err));
    st = aud_node_parse(text, arena, &root, err);
    if (st == AUD_OK) {
        st = read_root(root, arena, out, err);
    }
    if (st != AUD_OK) {
        uint32_t line = err == NULL ? 0 : err->line;
        aud_error_place(err, path, line);
        return st == AUD_E_NOMEM ? st : AUD_E_USAGE;
    }
    return AUD_OK;
}

aud_status aud_config_path(const aud_config *config, aud_str path, aud_arena *arena, aud_str *out,
                           aud_error *err)
{
    if (aud_str_starts(path, AUD_LIT("/")) || config->folder.len == 0) {
        return aud_arena_dup(arena, path, out, err);
    }
    if (aud_str_eq(path, AUD_LIT("."))) {
        return aud_arena_dup(arena, config->folder, out, err);
    }
    return aud_arena_printf(arena, out, err, "%.*s/%.*s", AUD_ARG(config->folder), AUD_ARG(path));
}

aud_status aud_config_sources(const aud_config *config, aud_str rev, aud_arena *arena,
                              const aud_source_config **out, size_t *out_num, aud_error *err)
{
    aud_source_config *sources = aud_arena_array(arena, config->num_sources, sizeof *sources);

    if (sources == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < config->num_sources; i++) {
        sources[i] = config->sources[i];
        AUD_TRY(aud_config_path(config, sources[i].path, arena, &sources[i].path, err));
        if (sources[i].rev.len == 0) {
            sources[i].rev = rev;
        }
    }
    *out = sources;
    *out_num = config->num_sources;
    return AUD_OK;
}
