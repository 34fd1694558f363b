/* engine/audit/enough.c - whether the files that a change touches were enough to read.
 *
 * What lies elsewhere counts only through facts that rest on it. A subject in a changed file is
 * judged as in a whole reading if all that was asked of it is its own content; one in unchanged
 * files alone is judged as before if no policy may ask about other subjects. What may be otherwise
 * is read whole: a gate answers the same both ways.
 */
#include "engine/audit/change_parts.h"

#include "engine/base/text.h"
#include "engine/vcs/codeowners.h"

enum {
    ELSEWHERE = AUD_DEP_CONTEXT | AUD_DEP_POPULATION | AUD_DEP_RENEWAL,
    NAMED = 3, /* policies that a reason names */
};

/* "core/approved_ca, core/key_reuse and 2 more" that may ask about any of `about`. */
static aud_status name_policies(const aud_result *result, unsigned about,
                                bool (*but)(const aud_policy_info *), aud_arena *arena,
                                aud_str *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 4096};
    size_t num = 0;

    *out = (aud_str){NULL, 0};
    for (size_t i = 0; i < result->num_policies; i++) {
        const aud_policy_info *p = &result->policies[i];

        if (!p->configured || (p->asks & about) == 0 || (but != NULL && but(p))) {
            continue;
        }
        if (num++ < NAMED) {
            AUD_TRY(aud_buf_printf(&text, err, "%s%.*s", num > 1 ? ", " : "", AUD_ARG(p->id)));
        }
    }
    if (num > NAMED) {
        AUD_TRY(aud_buf_printf(&text, err, " and %zu more", num - NAMED));
    }
    return num == 0 ? AUD_OK : aud_arena_dup(arena, aud_buf_str(&text), out, err);
}

static bool is_eased(const aud_policy_info *p)
{
    return p->eased;
}

aud_status aud_change_codeowners(aud_change *change, bool *out, aud_error *err)
{
    *out = false;
    for (size_t i = 0; aud_codeowners_places[i] != NULL && !*out; i++) {
        bool same;
        AUD_TRY(aud_vcs_same_at(change->head, change->base, aud_str_of(aud_codeowners_places[i]),
                                &same, err));
        *out = !same;
    }
    return AUD_OK;
}

aud_status aud_change_asks(aud_change *change, const aud_run *run, aud_str *out_why, aud_error *err)
{
    aud_str names;
    bool owners;

    *out_why = (aud_str){NULL, 0};
    AUD_TRY(name_policies(&run->result, AUD_DEP_POPULATION, NULL, &change->arena, &names, err));
    if (names.len == 0) {
        AUD_TRY(
            name_policies(&run->result, AUD_DEP_RENEWAL, is_eased, &change->arena, &names, err));
    }
    if (names.len > 0) {
        return aud_arena_printf(&change->arena, out_why, err,
                                "policies that ask about other subjects: %.*s", AUD_ARG(names));
    }
    AUD_TRY(aud_change_codeowners(change, &owners, err));
    if (owners) {
        *out_why = AUD_LIT("the change touches CODEOWNERS, which says who owns every file");
    }
    return AUD_OK;
}

/* Seen in a source of which only what changed was read. */
static bool is_partly_read(const aud_run *run, const aud_subject_info *subject)
{
    for (size_t i = 0; i < subject->num_sightings; i++) {
        for (size_t k = 0; k < run->num_sources; k++) {
            if (run->sources[k].narrowed &&
                aud_str_eq(run->sources[k].name, subject->sightings[i].source)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_precertificate(const aud_subject_info *subject, aud_arena *scratch)
{
    const aud_value poison =
        subject->facts.get(subject->facts.self, AUD_F_certificate_is_precertificate, scratch);

    return poison.presence != AUD_PRESENT || poison.as.boolean;
}

/* Whether what lies elsewhere may be the same subject, or a part of it. */
static bool is_linked(const aud_run *run, const aud_subject_info *subject, aud_arena *scratch)
{
    switch (subject->kind) {
    case AUD_KIND_CERTIFICATE:
        return is_precertificate(subject, scratch);
    case AUD_KIND_REQUEST: /* by its bytes; one by a name may be written elsewhere as well */
        return subject->id.len != strlen("request:") + 64;
    case AUD_KIND_CRL:
        return false;
    case AUD_KIND_PRIVATE_KEY: /* judged by its place and its certificates */
        for (size_t i = 0; i < run->result.num_policies; i++) {
            const aud_policy_info *p = &run->result.policies[i];
            if (p->configured && (p->kinds & 1u << AUD_KIND_PRIVATE_KEY) != 0) {
                return true;
            }
        }
        return false;
    case AUD_KIND_ENDPOINT:
    case AUD_KIND_TLS_CONFIG:
    case AUD_KIND_RECORD:
    case AUD_KIND_POPULATION:
    case AUD_NUM_KINDS:
        break;
    }
    return true;
}

size_t aud_change_subject(const aud_subject_info *subjects, size_t num,
                          const aud_subject_info *like)
{
    size_t low = 0, high = num;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const aud_subject_info *s = &subjects[middle];
        const int order =
            s->kind != like->kind ? (s->kind < like->kind ? -1 : 1) : aud_str_cmp(s->id, like->id);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return SIZE_MAX;
}

/* The verdicts on what is in changed files; of the base only those that are compared. */
static aud_status asked_of(const aud_run *run, const aud_run *other, aud_arena *arena,
                           aud_str *out_why, aud_error *err)
{
    const aud_result *result = &run->result;
    size_t num; /* without those that the engine adds to the result */
    const aud_policy_info *policies = aud_policy_set_infos(run->policies, &num);

    for (size_t i = 0; i + 1 < result->num_subjects; i++) {
        const aud_subject_info *subject = &result->subjects[i];

        if (!is_partly_read(run, subject)) {
            continue;
        }
        if (is_linked(run, subject, arena)) {
            return aud_arena_printf(arena, out_why, err,
                                    "a %s in the change, which what lies elsewhere may speak of",
                                    aud_kind_name(subject->kind));
        }
        for (size_t p = 0; p < num; p++) {
            const unsigned deps = run->deps[p * result->num_subjects + i];

            if ((deps & ELSEWHERE) != 0 &&
                (other == NULL ||
                 aud_change_subject(other->result.subjects, other->result.num_subjects, subject) !=
                     SIZE_MAX)) {
                return aud_arena_printf(
                    arena, out_why, err, "%.*s asked %s of %.*s", AUD_ARG(policies[p].id),
                    (deps & AUD_DEP_CONTEXT) != 0 ? "where else it is seen and who owns it,"
                                                  : "about other subjects",
                    AUD_ARG(subject->label));
            }
        }
    }
    return AUD_OK;
}

static size_t count_accepted(const aud_run *run)
{
    size_t num = 0;

    for (size_t i = 0; i < run->result.num_gaps; i++) {
        num += run->result.gaps[i].accepted.len > 0 ? 1 : 0;
    }
    return num;
}

static size_t count_inside(const source_run *s)
{
    size_t num = 0;

    for (size_t i = 0; i < s->num_entries; i++) {
        num += s->outcomes[i] != ENTRY_OUTSIDE ? 1 : 0;
    }
    return num;
}

/* A required source that may have lost its last file. */
static bool may_be_empty(const aud_run *head, const aud_run *base)
{
    for (size_t i = 0; i < head->num_sources && i < base->num_sources; i++) {
        const source_run *now = &head->sources[i];

        if (now->narrowed && (now->config->glob.len > 0 || now->config->line > 0) &&
            count_inside(now) == 0 && count_inside(&base->sources[i]) > 0) {
            return true;
        }
    }
    return false;
}

static bool has_part(aud_str path, const char *const *parts, size_t num)
{
    aud_str part;

    while (aud_str_split(&path, '/', &part)) {
        for (size_t i = 0; i < num; i++) {
            if (aud_str_ieq(part, aud_str_of(parts[i]))) {
                return true;
            }
        }
    }
    return false;
}

/*
 * Whether a file that tells nothing by itself may be a part of a server's configuration or of a
 * client's tree of certificates: which file reads it is not known before that one is read.
 */
static bool may_be_a_part(aud_str path)
{
    static const char *const endings[] = {".conf",     ".cfg",  ".inc", ".include",
                                          ".vhost",    ".tmpl", ".j2",  ".erb",
                                          ".template", ".map",  ".lst", ".list"};
    static const char *const folders[] = {
        "nginx",          "apache2",  "apache",        "httpd",           "haproxy",
        "conf.d",         "snippets", "sites-enabled", "sites-available", "conf-enabled",
        "conf-available", "live",     "archive",       "renewal",         ".acme.sh"};

    for (size_t i = 0; i < AUD_COUNT(endings); i++) {
        if (aud_str_ends(path, aud_str_of(endings[i]))) {
            return true;
        }
    }
    return has_part(path, folders, AUD_COUNT(folders));
}

/* A file that is read together with others was changed, or may have been. */
static bool leans_on_others(const aud_run *run)
{
    for (size_t i = 0; i < run->num_sources; i++) {
        const source_run *s = &run->sources[i];

        if (!s->narrowed) {
            continue;
        }
        for (size_t k = 0; k < s->num_entries; k++) {
            if (s->outcomes[k] != ENTRY_OUTSIDE && s->outcomes[k] != ENTRY_EXCLUDED &&
                may_be_a_part(s->entries[k].path)) {
                return true;
            }
        }
        if (s->leans) {
            return true;
        }
    }
    return false;
}

static bool any_asks(const aud_result *result, unsigned about)
{
    for (size_t i = 0; i < result->num_policies; i++) {
        if (result->policies[i].configured && (result->policies[i].asks & about) != 0) {
            return true;
        }
    }
    return false;
}

aud_status aud_change_asked(const aud_run *head, const aud_run *base, aud_arena *arena,
                            aud_str *out_why, aud_error *err)
{
    bool stays = true;

    *out_why = (aud_str){NULL, 0};
    if (leans_on_others(head) || leans_on_others(base)) {
        *out_why = AUD_LIT("a file of a server's configuration, or read with its neighbours");
        return AUD_OK;
    }
    AUD_TRY(asked_of(head, NULL, arena, out_why, err));
    if (out_why->len == 0) {
        AUD_TRY(asked_of(base, head, arena, out_why, err));
    }
    if (out_why->len > 0) {
        return AUD_OK;
    }
    if (any_asks(&head->result, AUD_DEP_RENEWAL)) {
        AUD_TRY(aud_population_renewed(head->population, base->population, &stays, err));
    }
    if (!stays) {
        *out_why = AUD_LIT("a certificate goes that may have taken the place of another");
    } else if (count_accepted(base) > count_accepted(head)) {
        *out_why = AUD_LIT("an accepted gap goes, others may still need its line");
    } else if (may_be_empty(head, base)) {
        *out_why = AUD_LIT("a required source loses a file");
    }
    return AUD_OK;
}

aud_status aud_change_told(const aud_run *head, aud_arena *arena, aud_str *out_why, aud_error *err)
{
    const aud_result *result = &head->result;

    AUD_UNUSED(arena);
    AUD_UNUSED(err);
    *out_why = (aud_str){NULL, 0};
    if (result->num_coverage > 0) {
        *out_why = AUD_LIT("a fact that may be missing in a whole source");
    }
    for (size_t i = 0; i < result->num_findings && out_why->len == 0; i++) {
        const aud_finding *f = &result->findings[i];

        if (f->verdict == AUD_V_UNDECIDED) {
            *out_why = AUD_LIT("a fact that may be missing in a whole source");
        } else if (result->subjects[f->subject].kind == AUD_KIND_POPULATION) {
            *out_why = AUD_LIT("a finding on the whole population");
        } else if (head->num_waivers > 0 || result->baseline_path.len > 0) {
            *out_why = AUD_LIT("a finding that a waiver or the baseline may speak of");
        }
    }
    return AUD_OK;
}
