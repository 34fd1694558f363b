/* engine/evidence/pack_verify.c - is a pack what it was when it was made, and who says so? */
#include "engine/evidence/pack_verify.h"

#include "engine/base/out.h"

#include <stdarg.h>
#include <stdio.h>

enum { SUMS_MAX = 64 << 20, FAULTS_SHOWN = 50 };

/* What every pack has. */
static const char *const needed[] = {
    "cipher_inventory.csv", "config.json",  "index.html",    "junit.xml",
    "population.csv",       "results.json", "results.sarif", "run.json",
    "statement.json",       "timeline.csv", "waivers.csv"};

typedef struct verifying {
    const aud_verify_options *options;
    aud_arena *arena;
    AUD_VEC(aud_check) checks;
    size_t faults_shown;
    aud_verify_report *report;
} verifying;

static void verifying_clear(verifying *v)
{
    aud_free(v->checks.items);
}

static aud_status say(verifying *v, bool good, aud_error *err, const char *format, ...)
    AUD_PRINTF(4, 5);
static aud_status say(verifying *v, bool good, aud_error *err, const char *format, ...)
{
    char text[2048];
    va_list args;
    aud_check check = {.is_good = good};

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    AUD_TRY(aud_arena_dup(v->arena, aud_str_of(text), &check.text, err));
    return AUD_VEC_PUSH(&v->checks, check, err);
}

static aud_status read_file(verifying *v, const char *name, size_t max, aud_str *out,
                            aud_error *err)
{
    aud_str path;

    AUD_TRY(aud_arena_printf(v->arena, &path, err, "%.*s/%s", AUD_ARG(v->options->folder), name));
    return aud_file_read(path, max, v->arena, out, err);
}

static aud_status tell_fault(void *ctx, aud_sum_fault fault, aud_str path, aud_error *err)
{
    static const char *const words[] = {"its bytes are not those that " AUD_SUMS_NAME " tells",
                                        AUD_SUMS_NAME " tells it, and it is not there",
                                        "it is there, and " AUD_SUMS_NAME " does not tell it"};
    verifying *v = ctx;

    return v->faults_shown++ >= FAULTS_SHOWN
               ? AUD_OK
               : say(v, false, err, "%s: %.*s: %s", aud_sum_fault_name(fault), AUD_ARG(path),
                     words[fault]);
}

static bool tells(const aud_sum *sums, size_t num, aud_str path)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(sums[i].path, path)) {
            return true;
        }
    }
    return false;
}

static aud_status check_complete(verifying *v, const aud_sum *told, size_t num, aud_error *err)
{
    for (size_t i = 0; i < AUD_COUNT(needed); i++) {
        if (!tells(told, num, aud_str_of(needed[i]))) {
            v->report->num_faults++;
            AUD_TRY(say(v, false, err, "no complete pack: it has no %s", needed[i]));
        }
    }
    return AUD_OK;
}

static aud_status check_digests(verifying *v, aud_str text, aud_error *err)
{
    const aud_sum *told, *there;
    size_t num_told, num_there;
    aud_error why = {0};
    aud_status st = aud_sums_read(text, v->arena, &told, &num_told, &why);

    if (st == AUD_OK) {
        st = aud_sums_of_folder(v->options->folder, false, v->arena, &there, &num_there, &why);
    }
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why.message);
    }
    if (st != AUD_OK) {
        v->report->num_faults++;
        return why.line > 0 ? say(v, false, err, AUD_SUMS_NAME ":%u: %s", why.line, why.message)
                            : say(v, false, err, "%s", why.message);
    }
    v->report->num_files = num_there;
    AUD_TRY(aud_sums_compare(told, num_told, there, num_there, tell_fault, v,
                             &v->report->num_faults, err));
    AUD_TRY(check_complete(v, told, num_told, err));
    if (v->faults_shown > FAULTS_SHOWN) {
        AUD_TRY(say(v, false, err, "and %zu files more", v->faults_shown - FAULTS_SHOWN));
    }
    return v->report->num_faults > 0
               ? AUD_OK
               : say(v, true, err, "%zu files have the digests that %s tells, none was added",
                     num_there, AUD_SUMS_NAME);
}

static aud_status check_signature(verifying *v, aud_str sums, aud_error *err)
{
    AUD_UNUSED(sums);
    if (v->options->digests_only) {
        return say(v, true, err,
                   "the signature was not asked for (--digests-only): whoever can write the pack "
                   "can write its digests");
    }
    return say(v, false, err, "%s",
               "nothing proves who made it: name the trusted certificates with --trust, or ask for "
               "--digests-only");
}

aud_status aud_verify_pack(const aud_verify_options *options, aud_arena *arena,
                           aud_verify_report *out, aud_error *err)
{
    AUD_CLEANUP(verifying_clear) verifying v = {.options = options, .arena = arena, .report = out};
    aud_check *kept;
    aud_error why = {0};
    aud_str sums;
    aud_status st;

    *out = (aud_verify_report){.is_good = true};
    st = read_file(&v, AUD_SUMS_NAME, SUMS_MAX, &sums, &why);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why.message);
    }
    if (st != AUD_OK) {
        out->num_faults++;
        AUD_TRY(say(&v, false, err, "no pack: it has no readable %s", AUD_SUMS_NAME));
    } else {
        AUD_TRY(check_digests(&v, sums, err));
        AUD_TRY(check_signature(&v, sums, err));
    }
    kept = aud_arena_array(arena, v.checks.len, sizeof *kept);
    if (kept == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < v.checks.len; i++) {
        kept[i] = v.checks.items[i];
        out->is_good = out->is_good && kept[i].is_good;
    }
    out->checks = kept;
    out->num_checks = v.checks.len;
    return AUD_OK;
}
