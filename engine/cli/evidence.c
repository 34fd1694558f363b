/* engine/cli/evidence.c - the audit of a period as a pack, and the verification of one. */
#include "engine/cli/cli.h"

#include "engine/archive/pack_archive.h"
#include "engine/base/text.h"
#include "engine/evidence/pack.h"
#include "engine/evidence/pack_seal.h"
#include "engine/evidence/pack_verify.h"
#include "engine/evidence/replay.h"
#include "engine/evidence/states.h"
#include "reporters/neutral.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEAL_MAX = 16 << 20 };

static int complain(const aud_error *err, int code)
{
    aud_complain(err);
    return code;
}

static int code_of(aud_status st)
{
    switch (st) {
    case AUD_E_USAGE:
    case AUD_E_POLICY:
        return AUD_EXIT_USAGE;
    case AUD_E_IO:
        return AUD_EXIT_OUTPUT;
    default:
        return AUD_EXIT_INCOMPLETE;
    }
}

/* --- evidence --------------------------------------------------------------------------------- */

/* What the CI system at hand calls this run; the same words in every pack of one run. */
static aud_run_record record_of_ci(void)
{
    static const struct {
        const char *set, *ci, *run, *url, *actor, *job;
    } known[] = {
        {"GITHUB_ACTIONS", "github", "GITHUB_RUN_ID", "GITHUB_SERVER_URL", "GITHUB_ACTOR",
         "GITHUB_JOB"},
        {"GITLAB_CI", "gitlab", "CI_PIPELINE_ID", "CI_PIPELINE_URL", "GITLAB_USER_LOGIN",
         "CI_JOB_ID"},
        {"TF_BUILD", "azure", "BUILD_BUILDID", "BUILD_BUILDURI", "BUILD_REQUESTEDFOR",
         "SYSTEM_JOBID"},
        {"JENKINS_URL", "jenkins", "BUILD_TAG", "BUILD_URL", "BUILD_USER_ID", "JOB_NAME"},
    };
    aud_run_record record = {0};

    for (size_t i = 0; i < AUD_COUNT(known); i++) {
        if (getenv(known[i].set) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
            record.ci = aud_str_of(known[i].ci);
            record.run = aud_str_of(getenv(known[i].run));     /* NOLINT(concurrency-mt-unsafe) */
            record.url = aud_str_of(getenv(known[i].url));     /* NOLINT(concurrency-mt-unsafe) */
            record.actor = aud_str_of(getenv(known[i].actor)); /* NOLINT(concurrency-mt-unsafe) */
            record.job = aud_str_of(getenv(known[i].job));     /* NOLINT(concurrency-mt-unsafe) */
            break;
        }
    }
    return record;
}

/* The fiscal year's first month: as asked for, or as the configuration at the ref has it. */
static aud_status fiscal_month(aud_args *args, const aud_states_options *options, unsigned *out,
                               aud_error *err)
{
    const aud_vcs_options where = {.path = options->site.path, .rev = options->ref};
    AUD_CLEANUP(aud_rules_freep) aud_rules *rules = NULL;
    aud_config config;
    uint64_t month = 0;
    bool found;

    if (args->fiscal_text.len > 0) {
        if (!aud_parse_u64(args->fiscal_text, &month) || month < 1 || month > 12) {
            return aud_fail(err, AUD_E_USAGE, "'--fiscal-start %.*s': it is a month, from 1 to 12",
                            AUD_ARG(args->fiscal_text));
        }
        *out = (unsigned)month;
        return AUD_OK;
    }
    AUD_TRY(aud_rules_open(&where, &rules, err));
    AUD_TRY(aud_rules_config(rules, args->config, &args->arena, &config, &found, err));
    *out = (unsigned)config.fiscal_month;
    return AUD_OK;
}

static aud_status check_asked(const aud_args *args, aud_error *err)
{
    if (args->period_text.len == 0) {
        return aud_fail(err, AUD_E_USAGE,
                        "evidence is for a period: add --period 2026-Q3, 2026-07 or "
                        "2026-07-01..2026-09-30");
    }
    if (args->pack.len == 0) {
        return aud_fail(err, AUD_E_USAGE, "evidence is written as a pack: add --pack PATH");
    }
    if (args->operands.len > 1) {
        return aud_fail(err, AUD_E_USAGE,
                        "evidence is of one repository; further sources are named in its "
                        "certaudit.yaml");
    }
    if (aud_pack_is_taken(args->pack)) {
        return aud_fail(err, AUD_E_IO,
                        "'%.*s' cannot be made: there is something already, and evidence is never "
                        "written over",
                        AUD_ARG(args->pack));
    }
    return AUD_OK;
}

static aud_status options_of(aud_args *args, aud_run_options *run, aud_states_options *out,
                             aud_error *err)
{
    static const aud_config none = {0};
    unsigned month = 1;

    AUD_TRY(aud_run_options_of(args, &none, run, err));
    run->whole = args->select.len + args->skip.len == 0;
    *out = (aud_states_options){
        .site = {.path = args->operands.len > 0 ? args->operands.items[0] : AUD_LIT("."),
                 .config = args->config,
                 .run = run},
        .ref = args->ref.len > 0 ? args->ref : AUD_LIT("HEAD"),
        .now = args->at,
        .all_commits = args->all_commits};
    AUD_TRY(fiscal_month(args, out, &month, err));
    return aud_period_parse(args->period_text, month, &args->arena, &out->period, err);
}

/* Reads key and certificates before the audit: a wrong name must not cost a quarter's work. */
static aud_status read_signer(aud_args *args, aud_cms_signer *out, aud_error *err)
{
    aud_status st = AUD_OK;

    *out = (aud_cms_signer){.at = args->at,
                            .password = args->passwords.len > 0 ? args->passwords.items[0]
                                                                : (aud_str){NULL, 0}};
    if ((args->sign_key.len == 0) != (args->sign_cert.len == 0)) {
        return aud_fail(err, AUD_E_USAGE, "'--sign-key' and '--sign-cert' go together");
    }
    if (args->sign_key.len > 0) {
        st = aud_file_read(args->sign_key, SEAL_MAX, &args->arena, &out->key, err);
        aud_error_place(err, args->sign_key, 0);
    }
    if (st == AUD_OK && args->sign_cert.len > 0) {
        st = aud_file_read(args->sign_cert, SEAL_MAX, &args->arena, &out->certificates, err);
        aud_error_place(err, args->sign_cert, 0);
    }
    if (st != AUD_OK) {
        return st == AUD_E_NOMEM ? st : AUD_E_USAGE;
    }
    *err = (aud_error){0};
    if (out->key.len > 0) { /* as a trial: what cannot sign is told now */
        AUD_CLEANUP(aud_buf_clear) aud_buf trial = {.max = SEAL_MAX};
        st = aud_cms_sign(out, AUD_LIT("trial"), &trial, err);
    }
    return st == AUD_OK || st == AUD_E_NOMEM ? st : AUD_E_USAGE;
}

static aud_status fill_pack(aud_args *args, const aud_states *states, const aud_cms_signer *signer,
                            aud_str folder, aud_error *err)
{
    const aud_pack_options options = {.result = aud_states_result(states),
                                      .site = aud_states_site(states),
                                      .record = record_of_ci()};

    AUD_TRY(aud_pack_write(&options, folder, err));
    if (signer->key.len > 0) {
        AUD_TRY(aud_pack_sign(folder, signer, err));
    }
    if (aud_archive_kind_of(args->pack) == AUD_ARCHIVE_NONE) {
        return aud_pack_finish(folder, args->pack, err);
    }
    AUD_TRY(aud_pack_archive(folder, args->pack, false, err));
    aud_pack_drop(folder);
    return AUD_OK;
}

static aud_status write_pack(aud_args *args, const aud_states *states, const aud_cms_signer *signer,
                             aud_error *err)
{
    aud_str folder;
    aud_status st;

    AUD_TRY(aud_pack_begin(args->pack, &args->arena, &folder, err));
    st = fill_pack(args, states, signer, folder, err);
    if (st != AUD_OK) {
        aud_pack_drop(folder);
        return st == AUD_E_NOMEM ? st : AUD_E_IO;
    }
    return AUD_OK;
}

static void say_summary(const aud_args *args, const aud_result *result, aud_out *out)
{
    const aud_period_info *p = result->period;
    size_t breaches = 0, open = 0, none = 0;

    for (size_t i = 0; i < p->num_stretches; i++) {
        breaches += p->stretches[i].kind == AUD_STRETCH_BREACH ? 1 : 0;
        open += p->stretches[i].kind == AUD_STRETCH_BREACH && p->stretches[i].end == AUD_END_OPEN;
        none += p->stretches[i].kind == AUD_STRETCH_NO_EVIDENCE ? 1 : 0;
    }
    aud_out_printf(out, "period %.*s of %.*s: %zu commits, %zu states, %zu changes of rules\n",
                   AUD_ARG(p->name), AUD_ARG(p->ref), p->num_commits, p->num_states,
                   p->num_rule_changes);
    aud_out_printf(out,
                   "breaches: %zu, of which %zu stand at the end; stretches without evidence: "
                   "%zu; subjects at the end: %zu\n",
                   breaches, open, none, result->num_subjects - 1);
    for (size_t i = 0; i < p->num_notices; i++) {
        aud_out_text(out, "note: ");
        aud_neutral_put(out, p->notices[i]);
        aud_out_char(out, '\n');
    }
    aud_out_text(out, "pack: ");
    aud_neutral_put(out, args->pack);
    aud_out_char(out, '\n');
}

static void step(void *ctx, size_t done, size_t total)
{
    aud_meter_step(ctx, AUD_STAGE_JUDGE, done, total);
}

/* --- a pack as a folder, whatever it is ------------------------------------------------------- */

typedef struct opened_pack {
    aud_str folder;
    bool is_temporary;
} opened_pack;

static void opened_pack_clear(opened_pack *p)
{
    if (p->is_temporary) {
        aud_pack_drop(p->folder);
    }
}

static aud_status begin_temporary(aud_args *args, aud_str *out, aud_error *err)
{
    const char *folder = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe) */
    aud_str name;

    AUD_TRY(aud_arena_printf(&args->arena, &name, err, "%s/certaudit-pack",
                             folder == NULL || folder[0] == '\0' ? "/tmp" : folder));
    return aud_pack_begin(name, &args->arena, out, err);
}

static aud_status open_pack(aud_args *args, aud_str path, opened_pack *out, aud_error *err)
{
    out->folder = path;
    if (aud_archive_kind_of(path) == AUD_ARCHIVE_NONE) {
        return AUD_OK;
    }
    AUD_TRY(begin_temporary(args, &out->folder, err));
    out->is_temporary = true;
    return aud_archive_read(path, out->folder, err);
}

static int attach_timestamp(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(opened_pack_clear) opened_pack pack = {0};
    aud_error err = {0};
    aud_str reply;
    aud_status st;

    if (args->operands.len != 1) {
        aud_say("certaudit: --attach-timestamp takes one PACK");
        return AUD_EXIT_USAGE;
    }
    st = aud_file_read(args->attach, SEAL_MAX, &args->arena, &reply, &err);
    if (st == AUD_OK) {
        st = open_pack(args, args->operands.items[0], &pack, &err);
    }
    if (st == AUD_OK) {
        st = aud_pack_attach(pack.folder, reply, &err);
    }
    if (st == AUD_OK && pack.is_temporary) {
        st = aud_pack_archive(pack.folder, args->operands.items[0], true, &err);
    }
    if (st != AUD_OK) {
        return complain(&err, AUD_EXIT_OUTPUT);
    }
    aud_out_text(out, "the time stamp is part of the pack\n");
    return AUD_EXIT_CLEAN;
}

int aud_command_evidence(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(aud_states_freep) aud_states *states = NULL;
    aud_states_options options;
    aud_run_options run;
    aud_cms_signer signer;
    aud_error err = {0};
    aud_meter meter;
    aud_status st;

    if (args->attach.len > 0) {
        return attach_timestamp(args, out);
    }
    st = check_asked(args, &err);
    if (st == AUD_OK) {
        st = read_signer(args, &signer, &err);
    }
    if (st == AUD_OK) {
        st = options_of(args, &run, &options, &err);
    }
    if (st != AUD_OK) {
        return complain(&err, code_of(st));
    }
    aud_meter_init(&meter, args);
    options.progress = step;
    options.progress_ctx = &meter;
    st = aud_states_new(&options, &states, &err);
    aud_meter_done(&meter);
    if (st == AUD_OK) {
        st = write_pack(args, states, &signer, &err);
    }
    if (st != AUD_OK) {
        return complain(&err, code_of(st));
    }
    say_summary(args, aud_states_result(states), out);
    return AUD_EXIT_CLEAN;
}

/* --- verify ----------------------------------------------------------------------------------- */

static int replay(aud_args *args, aud_str folder, aud_out *out)
{
    static const aud_config none = {0};
    aud_run_options run;
    aud_replay_options options = {
        .folder = folder, .repository = args->replay, .config = args->config, .run = &run};
    aud_replay_answer answer;
    aud_error err = {0};
    aud_meter meter;
    aud_str scratch;
    aud_status st = aud_run_options_of(args, &none, &run, &err);

    run.whole = args->select.len + args->skip.len == 0;
    if (st == AUD_OK) {
        st = begin_temporary(args, &scratch, &err);
    }
    if (st != AUD_OK) {
        return complain(&err, AUD_EXIT_OUTPUT);
    }
    aud_meter_init(&meter, args);
    options.progress = step;
    options.progress_ctx = &meter;
    st = aud_replay(&options, scratch, &args->arena, &answer, &err);
    aud_meter_done(&meter);
    aud_pack_drop(scratch);
    if (st != AUD_OK) {
        return complain(&err, code_of(st));
    }
    if (answer.is_same) {
        aud_out_printf(out, "ok      done again from the repository: %zu files are the same\n",
                       answer.num_files);
        return AUD_EXIT_CLEAN;
    }
    aud_out_text(out, "FAILED  done again from the repository: ");
    aud_neutral_put(out, answer.text);
    aud_out_char(out, '\n');
    return AUD_EXIT_OUTPUT;
}

static aud_status sample(aud_args *args, aud_str folder, aud_out *out, aud_error *err)
{
    uint64_t num = 0, seed = 0;

    if (!aud_parse_u64(args->sample_text, &num) || num == 0 || num > SIZE_MAX ||
        (args->seed_text.len > 0 && !aud_parse_u64(args->seed_text, &seed))) {
        return aud_fail(err, AUD_E_USAGE, "'--sample' is a number from 1 on, '--seed' a number");
    }
    return aud_sample(folder, (size_t)num, seed, &args->arena, out, err);
}

int aud_command_verify(aud_args *args, aud_out *out)
{
    AUD_CLEANUP(opened_pack_clear) opened_pack pack = {0};
    aud_verify_options options = {.digests_only = args->digests_only, .now = args->at};
    aud_verify_report report;
    bool same = true;
    aud_error err = {0};
    aud_status st = AUD_OK;

    if (args->operands.len != 1) {
        aud_say("certaudit: verify takes one PACK");
        return AUD_EXIT_USAGE;
    }
    if (args->trust.len > 0) {
        st = aud_file_read(args->trust, SEAL_MAX, &args->arena, &options.trust, &err);
        if (st != AUD_OK) {
            aud_error_place(&err, args->trust, 0);
            return complain(&err, AUD_EXIT_USAGE);
        }
    }
    st = open_pack(args, args->operands.items[0], &pack, &err);
    if (st == AUD_OK) {
        options.folder = pack.folder;
        st = aud_verify_pack(&options, &args->arena, &report, &err);
    }
    if (st == AUD_OK && pack.is_temporary) {
        st = aud_pack_archive_same(pack.folder, args->operands.items[0], &same, &err);
    }
    if (st != AUD_OK) {
        return complain(&err, AUD_EXIT_OUTPUT);
    }
    for (size_t i = 0; i < report.num_checks; i++) {
        aud_out_text(out, report.checks[i].is_good ? "ok      " : "FAILED  ");
        aud_neutral_put(out, report.checks[i].text);
        aud_out_char(out, '\n');
    }
    if (!same) {
        aud_out_text(out, "FAILED  the archive is not, byte for byte, the one that this program "
                          "writes of these files; unpack it and verify the folder\n");
    }
    report.is_good = report.is_good && same;
    if (report.is_good && args->replay.len > 0) {
        const int code = replay(args, pack.folder, out);

        if (code != AUD_EXIT_CLEAN && code != AUD_EXIT_OUTPUT) {
            return code;
        }
        report.is_good = code == AUD_EXIT_CLEAN;
    }
    aud_out_text(out, report.is_good ? "the pack verifies\n" : "the pack does not verify\n");
    if (report.is_good && args->sample_text.len > 0) {
        st = sample(args, pack.folder, out, &err);
        if (st != AUD_OK) {
            return complain(&err, code_of(st));
        }
    }
    return report.is_good ? AUD_EXIT_CLEAN : AUD_EXIT_OUTPUT;
}
