/* engine/evidence/site.c - one commit of the audited repository, audited by its own rules. */
#include "engine/evidence/site.h"

#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "engine/vcs/range.h"

#include <stdlib.h>

enum { RULE_FILE_MAX = 64 << 20 };

struct aud_site {
    aud_arena arena;
    const aud_site_options *options;
    aud_rules *rules;
    aud_config config;
    bool has_config;
    aud_source_config *sources; /* those in the repository first */
    size_t num_inside, num_sources;
    aud_str *outside;
    aud_run *run;
};

void aud_site_freep(aud_site **site)
{
    aud_site *s = *site;

    if (s == NULL) {
        return;
    }
    aud_run_freep(&s->run);
    aud_rules_freep(&s->rules);
    aud_arena_clear(&s->arena);
    aud_free(s);
    *site = NULL;
}

const aud_config *aud_site_config(const aud_site *site)
{
    return &site->config;
}

bool aud_site_has_config(const aud_site *site)
{
    return site->has_config;
}

aud_str aud_site_policy_text(const aud_site *site, aud_str id)
{
    return site->run == NULL ? (aud_str){NULL, 0} : aud_run_policy_text(site->run, id);
}

const aud_str *aud_site_outside(const aud_site *site, size_t *out_num)
{
    *out_num = site->num_sources - site->num_inside;
    return site->outside;
}

/* --- sources ---------------------------------------------------------------------------------- */

/* A path that starts in the repository and stays there. */
static bool lies_inside(const aud_source_config *s)
{
    aud_str rest = s->path, part;
    int depth = 0;

    if (s->rev.len > 0 || aud_str_starts(s->path, AUD_LIT("/"))) {
        return false;
    }
    while (aud_str_split(&rest, '/', &part)) {
        if (aud_str_eq(part, AUD_LIT(".."))) {
            depth--;
        } else if (part.len > 0 && !aud_str_eq(part, AUD_LIT("."))) {
            depth++;
        }
        if (depth < 0) {
            return false;
        }
    }
    return true;
}

/* As it is at the commit, be the repository bare or a work tree. */
static aud_status at_commit(aud_site *site, aud_str commit, aud_source_config *s, aud_error *err)
{
    const aud_str top = aud_vcs_top(aud_rules_vcs(site->rules)), inside = s->path;

    AUD_TRY(aud_arena_dup(&site->arena, commit, &s->rev, err));
    s->path = site->options->path;
    if (aud_str_eq(inside, AUD_LIT(".")) || inside.len == 0) {
        return top.len == 0 ? AUD_OK : aud_arena_dup(&site->arena, top, &s->path, err);
    }
    s->inside = inside;
    return top.len == 0 ? AUD_OK
                        : aud_arena_printf(&site->arena, &s->path, err, "%.*s/%.*s", AUD_ARG(top),
                                           AUD_ARG(inside));
}

static aud_status place_sources(aud_site *site, aud_str commit, aud_error *err)
{
    /* without a configuration the repository as a whole, whatever its folder is called */
    const aud_source_config whole = {.name = AUD_LIT("repository"), .path = AUD_LIT(".")};
    const aud_source_config *configs = site->config.num_sources > 0 ? site->config.sources : &whole;
    const size_t num = site->config.num_sources > 0 ? site->config.num_sources : 1;
    size_t num_outside = 0;

    site->sources = aud_arena_array(&site->arena, num, sizeof *site->sources);
    site->outside = aud_arena_array(&site->arena, num, sizeof *site->outside);
    if (site->sources == NULL || site->outside == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num; i++) {
        if (lies_inside(&configs[i])) {
            site->sources[site->num_inside] = configs[i];
            AUD_TRY(at_commit(site, commit, &site->sources[site->num_inside++], err));
        }
    }
    site->num_sources = site->num_inside;
    for (size_t i = 0; i < num; i++) {
        aud_source_config *s = &site->sources[site->num_sources];

        if (!lies_inside(&configs[i])) {
            *s = configs[i];
            AUD_TRY(aud_config_path(&site->config, s->path, &site->arena, &s->path, err));
            site->outside[num_outside++] = s->name;
            site->num_sources++;
        }
    }
    return AUD_OK;
}

aud_status aud_site_open(const aud_site_options *options, aud_str commit, aud_str rules,
                         aud_site **out, aud_error *err)
{
    AUD_CLEANUP(aud_site_freep) aud_site *site = aud_alloc_zero(1, sizeof *site);
    const aud_vcs_options where = {.path = options->path, .rev = rules};

    if (site == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&site->arena, AUD_ARENA_NO_MAX);
    site->options = options;
    AUD_TRY(aud_rules_open(&where, &site->rules, err));
    AUD_TRY(aud_rules_config(site->rules, options->config, &site->arena, &site->config,
                             &site->has_config, err));
    AUD_TRY(place_sources(site, commit, err));
    *out = AUD_MOVE(site);
    return AUD_OK;
}

aud_status aud_site_audit(aud_site *site, int64_t at, bool outside, const aud_result **out,
                          aud_error *err)
{
    aud_run_options options = *site->options->run;

    aud_run_freep(&site->run);
    options.config = &site->config;
    options.rules = site->rules;
    options.sources = site->sources;
    options.num_sources = outside ? site->num_sources : site->num_inside;
    options.sources_configured = site->config.num_sources > 0;
    options.at = at;
    options.at_given = true;
    options.baseline = (aud_str){NULL, 0};
    site->config.baseline = (aud_str){NULL, 0}; /* evidence ignores it */
    if (options.num_sources == 0) {
        return AUD_END;
    }
    AUD_TRY(aud_run_new(&options, &site->run, err));
    *out = aud_run_result(site->run);
    return AUD_OK;
}

/* --- what decides ----------------------------------------------------------------------------- */

static int order_items(const void *left, const void *right)
{
    return aud_str_cmp(((const aud_rule_item *)left)->name, ((const aud_rule_item *)right)->name);
}

static aud_status digest_file(aud_site *site, aud_str path, aud_rule_item *out, aud_error *err)
{
    aud_str text = {NULL, 0};
    aud_arena scratch;
    aud_status st;

    out->name = path;
    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    st = aud_vcs_read_path(aud_rules_vcs(site->rules), path, RULE_FILE_MAX, &scratch, &text, NULL);
    if (st == AUD_OK) {
        st = aud_sha256(text, out->digest, err);
    } else if (st != AUD_E_NOMEM) {
        st = AUD_OK; /* what is not there has no digest */
    }
    aud_arena_clear(&scratch);
    return st;
}

static aud_status digest_policy(const aud_policy_info *p, aud_rule_item *out, aud_error *err)
{
    AUD_CLEANUP(aud_hash_freep) aud_hash *hash = NULL;

    out->name = p->id;
    AUD_TRY(aud_hash_new(&hash, err));
    AUD_TRY(aud_hash_add(hash, p->sha256, err));
    AUD_TRY(aud_hash_add(hash, aud_str_of(aud_severity_name(p->severity)), err));
    for (size_t i = 0; i < p->num_params; i++) {
        AUD_TRY(aud_hash_add(hash, p->params[i].name, err));
        AUD_TRY(aud_hash_add(hash, p->params[i].value, err));
    }
    return aud_hash_end(hash, out->digest, err);
}

aud_status aud_site_rules(aud_site *site, const aud_rule_item **out, size_t *out_num,
                          aud_error *err)
{
    const aud_result *result = site->run == NULL ? NULL : aud_run_result(site->run);
    const size_t num_policies = result == NULL ? 0 : result->num_policies;
    aud_rule_item *items;
    const aud_str *asked;
    size_t num_asked, num = 0, kept = 0;

    asked = aud_rules_asked(site->rules, &num_asked);
    items = aud_arena_array(&site->arena, num_asked + num_policies, sizeof *items);
    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num_asked; i++) {
        if (asked[i].len > 0 && asked[i].ptr[asked[i].len - 1] != '/') {
            AUD_TRY(digest_file(site, asked[i], &items[num++], err));
        }
    }
    for (size_t i = 0; i < num_policies; i++) {
        if (!aud_str_starts(result->policies[i].id, AUD_LIT("certaudit/"))) {
            AUD_TRY(digest_policy(&result->policies[i], &items[num++], err));
        }
    }
    qsort(items, num, sizeof *items, order_items);
    for (size_t i = 0; i < num; i++) {
        if (kept == 0 || !aud_str_eq(items[kept - 1].name, items[i].name)) {
            items[kept++] = items[i];
        }
    }
    *out = items;
    *out_num = kept;
    return AUD_OK;
}
