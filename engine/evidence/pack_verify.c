/* engine/evidence/pack_verify.c - is a pack what it was when it was made, and who says so? */
#include "engine/evidence/pack_verify.h"

#include "engine/base/instant.h"
#include "engine/base/out.h"
#include "engine/pki/cms.h"
#include "engine/pki/timestamp.h"

#include <stdarg.h>
#include <stdio.h>

enum { SUMS_MAX = 64 << 20, SEAL_MAX = 16 << 20, FAULTS_SHOWN = 50 };

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

/* --- who says so, and since when -------------------------------------------------------------- */

/* The seals of a pack; of what is not there the text is empty. */
typedef struct seals {
    aud_str signature, query, reply;
} seals;

static aud_status read_seals(verifying *v, seals *out, aud_error *err)
{
    static const char *const names[] = {AUD_SIGNATURE_NAME, AUD_QUERY_NAME, AUD_REPLY_NAME};
    aud_str *const texts[] = {&out->signature, &out->query, &out->reply};

    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        aud_error why = {0};
        const aud_status st = read_file(v, names[i], SEAL_MAX, texts[i], &why);

        if (st == AUD_E_NOMEM) {
            return aud_fail(err, st, "%s", why.message);
        }
        if (st != AUD_OK && st != AUD_E_NOT_FOUND) {
            AUD_TRY(say(v, false, err, "%s cannot be read: %s", names[i], why.message));
        }
    }
    return AUD_OK;
}

static aud_status check_query(verifying *v, const seals *s, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf query = {.max = SEAL_MAX};

    if (s->query.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(aud_timestamp_query(s->signature, &query, err));
    return aud_str_eq(aud_buf_str(&query), s->query)
               ? AUD_OK
               : say(v, false, err, "changed: %s: it is not the query for this signature",
                     AUD_QUERY_NAME);
}

/* Gives the instant that the time stamp attests, if it does. */
static aud_status check_reply(verifying *v, const seals *s, int64_t *out_at, aud_error *err)
{
    aud_timestamp_answer answer;
    aud_error why = {0};
    char text[AUD_INSTANT_TEXT];
    aud_status st;

    if (s->reply.len == 0) {
        return AUD_OK;
    }
    st = aud_timestamp_verify(s->reply, s->signature,
                              v->options->digests_only ? (aud_str){NULL, 0} : v->options->trust,
                              v->arena, &answer, &why);
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why.message);
    }
    if (st != AUD_OK) {
        return say(v, false, err, "time stamp: %s", why.message);
    }
    text[aud_instant_format(answer.at, text)] = '\0';
    if (v->options->digests_only) {
        return say(v, true, err,
                   "time stamp: it is for this signature and tells %s; nobody proved "
                   "who gave it",
                   text);
    }
    *out_at = answer.at;
    return say(v, true, err, "time stamp: the signature was there at %s, says %.*s", text,
               AUD_ARG(answer.signer));
}

static aud_status check_signer(verifying *v, const seals *s, aud_str sums, int64_t at,
                               aud_error *err)
{
    aud_cms_answer answer;
    aud_error why = {0};
    char text[AUD_INSTANT_TEXT] = "";
    const aud_status st =
        aud_cms_verify(s->signature, sums, v->options->trust, at, v->arena, &answer, &why);

    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "%s", why.message);
    }
    if (st != AUD_OK) {
        return say(v, false, err, "signature: %s", why.message);
    }
    if (answer.has_time) {
        text[aud_instant_format(answer.signed_at, text)] = '\0';
    }
    return say(v, true, err, "signature: by %.*s (SHA-256 %.*s)%s%s", AUD_ARG(answer.signer),
               AUD_ARG(answer.fingerprint), answer.has_time ? ", at what it claims is " : "", text);
}

static aud_status check_seals(verifying *v, aud_str sums, aud_error *err)
{
    int64_t at = v->options->now;
    seals s = {0};

    AUD_TRY(read_seals(v, &s, err));
    if (s.signature.len == 0 && s.query.len + s.reply.len > 0) {
        return say(v, false, err, "added: a time stamp without a signature");
    }
    if (s.signature.len > 0) {
        AUD_TRY(check_query(v, &s, err));
    }
    if (v->options->digests_only) {
        AUD_TRY(check_reply(v, &s, &at, err));
        return say(v, true, err,
                   "the signature was not asked for (--digests-only): whoever can write the pack "
                   "can write its digests");
    }
    if (v->options->trust.len == 0) {
        return say(v, false, err,
                   "nothing proves who made it: name the trusted certificates with --trust, or ask "
                   "for --digests-only");
    }
    if (s.signature.len == 0) {
        return say(v, false, err, "signature: the pack has none");
    }
    AUD_TRY(check_reply(v, &s, &at, err));
    return check_signer(v, &s, sums, at, err);
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
        AUD_TRY(check_seals(&v, sums, err));
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
