/* engine/audit/waive.c - waivers in a run: loaded with their history, laid on the findings. */
#include "engine/audit/waive.h"

#include "engine/audit/run_parts.h"
#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "engine/vcs/history.h"
#include "engine/vcs/range.h"

#include <stdlib.h>

enum { WAIVERS_MAX = 1 << 20 };

/* --- loading ---------------------------------------------------------------------------------- */

static aud_status join(aud_run *run, const aud_str *parts, size_t num, aud_str *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = WAIVERS_MAX};

    for (size_t i = 0; i < num; i++) {
        AUD_TRY(aud_buf_printf(&text, err, "%s%.*s", i == 0 ? "" : ", ", AUD_ARG(parts[i])));
    }
    return aud_arena_dup(&run->arena, aud_buf_str(&text), out, err);
}

/* "dns *.example.com, path old/a.pem" */
static aud_status describe_match(aud_run *run, const aud_waiver_match *m, aud_str *out,
                                 aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = WAIVERS_MAX};
    const aud_str values[] = {m->sha256, m->spki, m->lineage, m->dns, m->path, m->endpoint};

    for (size_t i = 0; i < AUD_COUNT(values); i++) {
        if (values[i].len > 0) {
            AUD_TRY(aud_buf_printf(&text, err, "%s%s %.*s", text.len == 0 ? "" : ", ",
                                   aud_waiver_match_keys[i], AUD_ARG(values[i])));
        }
    }
    return aud_arena_dup(&run->arena, aud_buf_str(&text), out, err);
}

typedef struct origin {
    aud_run *run;
    const aud_waiver *waivers;
    aud_waiver_info *infos;
    bool *settled; /* an older version does not say the same */
    size_t num, open;
} origin;

static aud_status take_version(void *ctx, const aud_commit_info *commit, aud_str text,
                               aud_error *err)
{
    origin *o = ctx;

    for (size_t i = 0; i < o->num; i++) {
        aud_waiver_info *info = &o->infos[i];
        bool stands = false;

        if (o->settled[i]) {
            continue;
        }
        AUD_TRY(aud_waiver_stands_in(&o->waivers[i], text, &stands, err));
        if (!stands) {
            o->settled[i] = true;
            o->open--;
            continue;
        }
        AUD_TRY(aud_arena_dup(&o->run->arena, commit->id, &info->commit, err));
        AUD_TRY(aud_arena_dup(&o->run->arena, commit->author, &info->author, err));
        info->committed = commit->instant;
        info->is_signed = commit->is_signed;
    }
    return o->open == 0 ? AUD_END : AUD_OK;
}

/* What the history says, or why it does not; then the approval alone counts. */
static aud_status trace(aud_vcs *vcs, aud_str path, origin *o, aud_error *err)
{
    aud_error why = {0};
    bool cut = false;
    const aud_status st =
        vcs == NULL ? AUD_E_NOT_FOUND
                    : aud_vcs_history(vcs, path, WAIVERS_MAX, take_version, o, &cut, &why);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why.message);
    }
    for (size_t i = 0; i < o->num; i++) {
        aud_waiver_info *info = &o->infos[i];

        if (info->commit.len > 0 && st == AUD_OK && (!cut || o->settled[i])) {
            info->counts_from = info->committed > info->approved ? info->committed : info->approved;
            continue;
        }
        info->history = vcs == NULL    ? AUD_LIT("the file lies in no git repository")
                        : st != AUD_OK ? AUD_LIT("the file's history cannot be read")
                        : cut          ? AUD_LIT("the history at hand does not reach back to it")
                                       : AUD_LIT("not committed");
        info->commit = info->author = (aud_str){NULL, 0};
        info->committed = 0;
        info->is_signed = false;
    }
    return AUD_OK;
}

static aud_status find_origins(aud_run *run, const aud_rules_place *place, aud_error *err)
{
    origin o = {.run = run,
                .waivers = run->waivers,
                .infos = run->waiver_infos,
                .num = run->num_waivers,
                .open = run->num_waivers};
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *head = NULL;
    aud_vcs_options options = {.rev = AUD_LIT("HEAD")};
    aud_str path = place->path;

    o.settled = aud_arena_array(&run->arena, o.num, sizeof *o.settled);
    if (o.settled == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (place->in_tree) {
        return trace(aud_rules_vcs(run->options->rules), path, &o, err);
    }
    options.path = AUD_LIT(".");
    for (size_t i = path.len; i > 0 && options.path.len == 1; i--) {
        if (path.ptr[i - 1] == '/') {
            AUD_TRY(aud_arena_dup(&run->arena, aud_str_sub(path, 0, i == 1 ? 1 : i - 1),
                                  &options.path, err));
            break;
        }
    }
    if (aud_vcs_open(&options, &head, NULL) != AUD_OK ||
        !aud_vcs_inside(head, path, &run->arena, &path)) {
        return trace(NULL, path, &o, err);
    }
    return trace(head, path, &o, err);
}

static aud_waiver_state state_of(const aud_run *run, const aud_waiver_info *info)
{
    const int64_t soon = run->config.waiver_notice_days * AUD_DAY_SECONDS;

    if (info->expires <= run->result.at) {
        return AUD_WAIVER_LAPSED;
    }
    if (info->counts_from > run->result.at) {
        return AUD_WAIVER_PENDING;
    }
    return info->expires - run->result.at <= soon ? AUD_WAIVER_LAPSING : AUD_WAIVER_ACTIVE;
}

static aud_status fill_infos(aud_run *run, aud_str path, aud_error *err)
{
    for (size_t i = 0; i < run->num_waivers; i++) {
        const aud_waiver *w = &run->waivers[i];
        aud_waiver_info *info = &run->waiver_infos[i];

        *info = (aud_waiver_info){.id = w->id,
                                  .reason = w->reason,
                                  .owner = w->owner,
                                  .approver = w->approver,
                                  .ticket = w->ticket,
                                  .path = path,
                                  .line = w->line,
                                  .approved = w->approved,
                                  .expires = w->expires,
                                  .counts_from = w->approved};
        AUD_TRY(join(run, w->policies, w->num_policies, &info->policies, err));
        AUD_TRY(describe_match(run, &w->match, &info->match, err));
    }
    return AUD_OK;
}

aud_status aud_run_load_waivers(aud_run *run, aud_error *err)
{
    const bool from_flag = run->options->waivers.len > 0;
    const aud_str named = from_flag ? run->options->waivers : run->config.waivers;
    aud_rules_place place;
    unsigned char digest[32];
    aud_str text, path;
    aud_status st;

    if (named.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(aud_arena_dup(&run->arena, named, &path, err));
    st = aud_rules_place_of(run->options->rules, &run->config, path, from_flag, &run->arena, &place,
                            err);
    if (st == AUD_OK) {
        st = aud_rules_read(run->options->rules, &place, WAIVERS_MAX, &run->arena, &text, err);
    }
    if (st != AUD_OK) {
        aud_error_place(err, path, 0);
        return st == AUD_E_NOMEM ? st : AUD_E_USAGE;
    }
    AUD_TRY(aud_waivers_read(path, text, run->config.max_waiver_days, &run->arena, &run->waivers,
                             &run->num_waivers, err));
    run->waiver_infos = aud_arena_array(&run->arena, run->num_waivers, sizeof *run->waiver_infos);
    if (run->waiver_infos == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(fill_infos(run, path, err));
    AUD_TRY(find_origins(run, &place, err));
    for (size_t i = 0; i < run->num_waivers; i++) {
        run->waiver_infos[i].state = state_of(run, &run->waiver_infos[i]);
    }
    run->result.waivers = run->waiver_infos;
    run->result.num_waivers = run->num_waivers;
    run->result.waivers_path = path;
    AUD_TRY(aud_sha256(text, digest, err));
    return aud_hex_dup(&run->arena, (aud_str){(const char *)digest, sizeof digest},
                       &run->result.waivers_sha256, err);
}

aud_status aud_run_note_exceptions(aud_run *run, aud_error *err)
{
    const size_t old = run->result.num_notices;
    aud_str *notices = aud_arena_array(&run->arena, old + run->num_waivers + 2, sizeof *notices);
    size_t num = old;

    if (notices == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < old; i++) {
        notices[i] = run->result.notices[i];
    }
    for (size_t i = 0; i < run->num_waivers; i++) {
        const aud_waiver_info *info = &run->waiver_infos[i];

        if (info->findings > 0 && info->commit.len == 0) {
            AUD_TRY(aud_arena_printf(&run->arena, &notices[num++], err,
                                     "the waiver '%.*s' counts from the approval that it claims: "
                                     "%.*s",
                                     AUD_ARG(info->id), AUD_ARG(info->history)));
        }
    }
    if (run->result.baseline_path.len > 0) {
        AUD_TRY(aud_arena_printf(&run->arena, &notices[num++], err,
                                 "what the baseline '%.*s' knows fails as before and does not gate",
                                 AUD_ARG(run->result.baseline_path)));
    }
    if (run->result.baseline_gone > 0) { /* told only where everything is judged */
        AUD_TRY(aud_arena_printf(&run->arena, &notices[num++], err,
                                 "findings of the baseline that are gone: %zu; write it anew with "
                                 "-o baseline=PATH",
                                 run->result.baseline_gone));
    }
    run->result.notices = notices;
    run->result.num_notices = num;
    return AUD_OK;
}

/* --- laid on the findings --------------------------------------------------------------------- */

static bool names_policy(const aud_waiver *w, aud_str policy)
{
    for (size_t i = 0; i < w->num_policies; i++) {
        if (aud_glob_match(w->policies[i], policy)) {
            return true;
        }
    }
    return false;
}

static void at_text(int64_t instant, char out[AUD_INSTANT_TEXT])
{
    out[aud_instant_format(instant, out)] = '\0';
}

/* Why a waiver that names the finding does not count, behind the finding's message. */
static aud_status add_remark(aud_run *run, const aud_waiver_info *info, aud_str other,
                             aud_finding *f, aud_error *err)
{
    char when[AUD_INSTANT_TEXT];

    if (other.ptr != NULL) {
        return aud_arena_printf(&run->arena, &f->message, err,
                                "%.*s (waiver '%.*s' does not hold: it does not cover %.*s)",
                                AUD_ARG(f->message), AUD_ARG(info->id), AUD_ARG(other));
    }
    at_text(info->state == AUD_WAIVER_LAPSED ? info->expires : info->counts_from, when);
    return aud_arena_printf(&run->arena, &f->message, err, "%.*s (waiver '%.*s' %s %s)",
                            AUD_ARG(f->message), AUD_ARG(info->id),
                            info->state == AUD_WAIVER_LAPSED ? "lapsed at" : "counts only from",
                            when);
}

static aud_status grant(aud_run *run, aud_waiver_info *info, aud_finding *f, aud_error *err)
{
    /* the run's own, still ours to complete */
    uint8_t *verdicts = (uint8_t *)(uintptr_t)run->result.verdicts;
    char until[AUD_INSTANT_TEXT];

    at_text(info->expires, until);
    f->verdict = AUD_V_WAIVED;
    f->waiver_id = info->id;
    info->findings++;
    verdicts[f->policy * run->result.num_subjects + f->subject] = AUD_V_WAIVED;
    return aud_arena_printf(&run->arena, &f->waiver, err, "%.*s (%.*s, approved by %.*s until %s)",
                            AUD_ARG(info->reason), AUD_ARG(info->id), AUD_ARG(info->approver),
                            until);
}

/* The first that counts waives; of those that do not, the first is told. */
static aud_status lay_on(aud_run *run, aud_finding *f, aud_arena *scratch, aud_error *err)
{
    const aud_subject_info *subject = &run->result.subjects[f->subject];
    const aud_waiver_info *told = NULL;
    aud_waiver_info *granted = NULL;
    aud_str told_other = {NULL, 0};

    for (size_t i = 0; i < run->num_waivers; i++) {
        aud_waiver_info *info = &run->waiver_infos[i];
        aud_str other;
        aud_waiver_hold hold;

        if (!names_policy(&run->waivers[i], run->result.policies[f->policy].id)) {
            continue;
        }
        hold = aud_waiver_holds(&run->waivers[i].match, subject, scratch, &other);
        if (hold == AUD_HOLD_NO) {
            continue;
        }
        info->matched = info->matched || hold == AUD_HOLD_YES;
        if (hold == AUD_HOLD_YES &&
            (info->state == AUD_WAIVER_ACTIVE || info->state == AUD_WAIVER_LAPSING)) {
            granted = granted == NULL ? info : granted;
        } else if (told == NULL) {
            told = info;
            told_other = hold == AUD_HOLD_PARTLY ? other : (aud_str){NULL, 0};
        }
    }
    if (granted != NULL) {
        return grant(run, granted, f, err);
    }
    return told == NULL ? AUD_OK : add_remark(run, told, told_other, f, err);
}

/* --- what is said of the waivers themselves --------------------------------------------------- */

enum { NUM_OWN = 3 };

/* Made by the engine, on the population; in the order of ids. */
static const struct own {
    const char *id, *title, *message, *want;
    aud_severity severity;
} own[NUM_OWN] = {
    {"certaudit/waiver_lapsed", "Waivers that lapsed are renewed or taken out",
     "Waivers have lapsed: what they were for is judged again",
     "renewed with approval, or taken out", AUD_SEV_LOW},
    {"certaudit/waiver_lapses_soon", "Waivers are renewed before they lapse",
     "Waivers lapse soon: what they are for fails from then on", "renewed with approval, or mended",
     AUD_SEV_INFO},
    {"certaudit/waiver_unmatched", "Waivers are for something that fails",
     "Waivers are for nothing that fails", "taken out", AUD_SEV_LOW},
};

static bool concerns(const aud_run *run, size_t which, const aud_waiver_info *info)
{
    switch (which) {
    case 0:
        return info->state == AUD_WAIVER_LAPSED;
    case 1:
        return info->state == AUD_WAIVER_LAPSING;
    default: /* nobody can tell where not everything was looked at */
        return run->options->whole && info->state != AUD_WAIVER_LAPSED && !info->matched;
    }
}

static aud_status make_own(aud_run *run, size_t which, aud_finding *out, bool *out_any,
                           aud_error *err)
{
    aud_item *items = aud_arena_array(&run->arena, run->num_waivers, sizeof *items);
    const size_t last = run->result.num_subjects - 1; /* the population itself */
    const aud_subject_info *population = &run->result.subjects[last];
    const aud_str id = aud_str_of(own[which].id);

    if (items == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = (aud_finding){.subject = last,
                         .verdict = AUD_V_FAIL,
                         .severity = own[which].severity,
                         .message = aud_str_of(own[which].message),
                         .items = items};
    for (size_t i = 0; i < run->num_waivers; i++) {
        const aud_waiver_info *info = &run->waiver_infos[i];
        aud_item *item = &items[out->num_items];
        char when[AUD_INSTANT_TEXT];

        if (!concerns(run, which, info)) {
            continue;
        }
        if (out->num_items++ == 0) {
            out->location = (aud_sighting){.path = info->path, .line = info->line};
        }
        at_text(info->expires, when);
        item->item = info->id;
        item->want = aud_str_of(own[which].want);
        AUD_TRY(aud_arena_printf(&run->arena, &item->got, err, "%s for %.*s (%.*s), %s %s",
                                 which == 2 ? "an exception" : "the exception",
                                 AUD_ARG(info->match), AUD_ARG(info->policies),
                                 which == 0 ? "lapsed at" : "until", when));
    }
    *out_any = out->num_items > 0;
    return aud_run_identify(id, population, out, err);
}

static aud_policy_info own_policy(size_t which)
{
    const aud_str requires_owner =
        AUD_LIT("Renew the waiver with a new approval and end, mend what "
                "it is for, or take it out of the waivers file.");

    return (aud_policy_info){.id = aud_str_of(own[which].id),
                             .pack = AUD_LIT("certaudit"),
                             .title = aud_str_of(own[which].title),
                             .description = AUD_LIT("Made by the program of the waivers file."),
                             .remediation = requires_owner,
                             .severity = own[which].severity,
                             .kinds = 1u << AUD_KIND_POPULATION,
                             .cite = {.doc = AUD_LIT("certaudit"), .at = AUD_LIT("waivers")},
                             .configured = true};
}

/* The policies with the engine's own among them, by id; `place` says where each old one went. */
static aud_status add_policies(aud_run *run, size_t *place, size_t own_place[NUM_OWN],
                               aud_error *err)
{
    const aud_result *r = &run->result;
    const size_t num = r->num_policies + NUM_OWN;
    aud_policy_info *policies = aud_arena_array(&run->arena, num, sizeof *policies);
    uint8_t *verdicts = aud_arena_array(&run->arena, num * r->num_subjects, 1);
    size_t old = 0, mine = 0;

    if (policies == NULL || verdicts == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < num; i++) {
        uint8_t *row = verdicts + i * r->num_subjects;

        if (mine < NUM_OWN && (old == r->num_policies ||
                               aud_str_cmp(aud_str_of(own[mine].id), r->policies[old].id) < 0)) {
            own_place[mine] = i;
            policies[i] = own_policy(mine++);
            memset(row, AUD_V_NONE, r->num_subjects);
            row[r->num_subjects - 1] = AUD_V_PASS;
            continue;
        }
        place[old] = i;
        policies[i] = r->policies[old];
        memcpy(row, r->verdicts + old * r->num_subjects, r->num_subjects);
        old++;
    }
    run->result.policies = policies;
    run->result.num_policies = num;
    run->result.verdicts = verdicts;
    return AUD_OK;
}

static aud_status add_own(aud_run *run, aud_error *err)
{
    size_t *place = aud_arena_array(&run->arena, run->result.num_policies, sizeof *place);
    const size_t num_old = run->result.num_findings;
    aud_finding *findings = aud_arena_array(&run->arena, num_old + NUM_OWN, sizeof *findings);
    size_t own_place[NUM_OWN], num = num_old;
    uint8_t *verdicts;

    if (place == NULL || findings == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(add_policies(run, place, own_place, err));
    verdicts = (uint8_t *)(uintptr_t)run->result.verdicts;
    for (size_t i = 0; i < num_old; i++) {
        findings[i] = run->result.findings[i];
        findings[i].policy = place[findings[i].policy];
    }
    for (size_t i = 0; i < NUM_OWN; i++) {
        uint8_t *verdict = &verdicts[(own_place[i] + 1) * run->result.num_subjects - 1];
        bool any = false;

        AUD_TRY(make_own(run, i, &findings[num], &any, err));
        findings[num].policy = own_place[i];
        *verdict = any ? AUD_V_FAIL : AUD_V_PASS;
        if (i == 2 && !run->options->whole) {
            *verdict = AUD_V_NOT_APPLICABLE;
        }
        num += any ? 1 : 0;
    }
    qsort(findings, num, sizeof *findings, aud_run_order_findings);
    run->result.findings = findings;
    run->result.num_findings = num;
    return AUD_OK;
}

/* Time alone changes what a waiver does: when it begins, when it is soon over, when it is over. */
static void note_flips(aud_run *run)
{
    const int64_t soon = run->config.waiver_notice_days * AUD_DAY_SECONDS;

    for (size_t i = 0; i < run->num_waivers; i++) {
        const aud_waiver_info *info = &run->waiver_infos[i];
        const int64_t flips[] = {info->counts_from, info->expires - soon, info->expires};

        for (size_t k = 0; k < AUD_COUNT(flips); k++) {
            if (flips[k] > run->result.at && flips[k] < run->result.next_change) {
                run->result.next_change = flips[k];
            }
        }
    }
}

aud_status aud_run_waive(aud_run *run, aud_error *err)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena scratch;
    aud_finding *findings = (aud_finding *)(uintptr_t)run->result.findings; /* the run's own */

    aud_arena_init(&scratch, AUD_ARENA_NO_MAX);
    if (run->result.waivers_path.len == 0) {
        return AUD_OK;
    }
    for (size_t i = 0; i < run->result.num_findings; i++) {
        if (findings[i].verdict == AUD_V_FAIL) {
            AUD_TRY(lay_on(run, &findings[i], &scratch, err));
            aud_arena_reset(&scratch);
        }
    }
    note_flips(run);
    return add_own(run, err);
}
