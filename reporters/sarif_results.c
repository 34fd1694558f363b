/* reporters/sarif_results.c - findings as SARIF results. */
#include "reporters/json_parts.h"
#include "reporters/sarif_parts.h"

enum { ITEMS_MAX = 20, ITEM_TEXT_MAX = 1000 };

/* places --------------------------------------------------------------------------------------- */

aud_status aud_sarif_base(sarif *s, aud_str source, aud_buf *out)
{
    /* GitHub knows one root, that of the repository */
    if (s->result->num_sources > 1 && !s->github) {
        for (size_t i = 0; i < s->result->num_sources; i++) {
            if (aud_str_eq(s->result->sources[i].name, source)) {
                return aud_buf_printf(out, s->err, "SOURCE_%zu", i + 1);
            }
        }
    }
    return aud_buf_add(out, AUD_LIT("SRCROOT"), s->err);
}

aud_status aud_sarif_physical(sarif *s, aud_str source, aud_str path, uint32_t line)
{
    aud_json_key(s->w, "physicalLocation");
    aud_json_begin_object(s->w);
    aud_json_key(s->w, "artifactLocation");
    aud_json_begin_object(s->w);
    AUD_TRY(aud_report_uri(path, aud_sarif_begin(s), s->err));
    aud_json_put_str(s->w, "uri", aud_sarif_taken(s));
    AUD_TRY(aud_sarif_base(s, source, aud_sarif_begin(s)));
    aud_json_put_str(s->w, "uriBaseId", aud_sarif_taken(s));
    aud_json_end_object(s->w);
    aud_json_key(s->w, "region");
    aud_json_begin_object(s->w);
    aud_json_put_int(s->w, "startLine",
                     line > 0 ? line : 1); /* GitHub wants one, of binaries too */
    aud_json_end_object(s->w);
    aud_json_end_object(s->w);
    return AUD_OK;
}

static void put_logical(sarif *s, const aud_subject_info *subject)
{
    aud_json_key(s->w, "logicalLocations");
    aud_json_begin_array(s->w);
    aud_json_begin_object(s->w);
    aud_report_json_put(s->w, "fullyQualifiedName", subject->id);
    aud_json_put_text(s->w, "kind", "resource");
    aud_json_end_object(s->w);
    aud_json_end_array(s->w);
}

/* Where a finding goes that has no file: to the configuration, which is in the repository. */
static aud_str fallback_path(const sarif *s)
{
    aud_str path = s->result->config_path;

    if (path.len > 0 && path.ptr[0] != '/' && !aud_str_starts(path, AUD_LIT(".."))) {
        return path;
    }
    /* its usual place: GitHub shows no result without a file */
    return s->github ? AUD_LIT("certaudit.yaml") : (aud_str){NULL, 0};
}

static aud_status put_locations(sarif *s, const aud_finding *f)
{
    const aud_subject_info *subject = &s->result->subjects[f->subject];
    const aud_sighting *where = &f->location;
    aud_str path = where->path.len > 0 ? where->path : fallback_path(s);
    uint32_t line = where->path.len > 0 ? where->line : 0;

    aud_json_key(s->w, "locations");
    aud_json_begin_array(s->w);
    aud_json_begin_object(s->w);
    if (path.len > 0) {
        AUD_TRY(aud_sarif_physical(s, where->source, path, line));
    }
    if (where->path.len == 0 || where->record.len > 0 || where->host.len > 0) {
        put_logical(s, subject);
    }
    aud_json_end_object(s->w);
    aud_json_end_array(s->w);
    return AUD_OK;
}

/* messages ------------------------------------------------------------------------------------- */

static aud_status add_items(sarif *s, const aud_finding *f)
{
    for (size_t i = 0; i < f->num_items && i < ITEMS_MAX; i++) {
        const aud_item *item = &f->items[i];

        AUD_TRY(aud_sarif_say(s, i == 0 ? " Found: " : "; "));
        AUD_TRY(aud_sarif_add(s, aud_neutral_cut(item->item, ITEM_TEXT_MAX)));
        if (item->got.len > 0) {
            AUD_TRY(aud_sarif_say(s, " is "));
            AUD_TRY(aud_sarif_add(s, aud_neutral_cut(item->got, ITEM_TEXT_MAX)));
        }
        if (item->want.len > 0) {
            AUD_TRY(aud_sarif_say(s, ", wanted: "));
            AUD_TRY(aud_sarif_add(s, aud_neutral_cut(item->want, ITEM_TEXT_MAX)));
        }
    }
    if (f->num_items > ITEMS_MAX) {
        AUD_TRY(aud_buf_printf(&s->text, s->err, "; and %zu more", f->num_items - ITEMS_MAX));
    }
    return aud_sarif_say(s, f->num_items > 0 ? "." : "");
}

/* "[text](target)" would be a link (3.11.6): the bracket that closes its text is moved away. */
static aud_status break_links(sarif *s)
{
    const aud_str mark = AUD_LIT("](");

    for (size_t at = aud_str_find(aud_buf_str(&s->text), mark, 0); at != SIZE_MAX;
         at = aud_str_find(aud_buf_str(&s->text), mark, at)) {
        AUD_TRY(aud_buf_add(&s->text, AUD_LIT(" "), s->err));
        memmove(s->text.ptr + at + 2, s->text.ptr + at + 1, s->text.len - at - 2);
        s->text.ptr[at + 1] = ' ';
    }
    return AUD_OK;
}

/* "The key is an RSA key of 1024 bits: certificate www.example.com (3fa9c2d1e0b4). Found: ..." */
static aud_status message(sarif *s, const aud_finding *f)
{
    const aud_policy_info *policy = &s->result->policies[f->policy];
    aud_str said = f->message.len > 0 ? f->message : policy->title;

    (void)aud_sarif_begin(s);
    AUD_TRY(aud_sarif_say(s, f->verdict == AUD_V_UNDECIDED ? "Undecided: " : ""));
    AUD_TRY(aud_sarif_add(s, said));
    AUD_TRY(aud_sarif_say(s, ": "));
    AUD_TRY(aud_report_subject_name(s->result, f->subject, &s->text, s->err));
    AUD_TRY(aud_sarif_say(s, "."));
    AUD_TRY(add_items(s, f));
    return break_links(s);
}

/* results -------------------------------------------------------------------------------------- */

static void put_fingerprints(sarif *s, const aud_finding *f)
{
    aud_json_key(s->w, "partialFingerprints");
    aud_json_begin_object(s->w);
    aud_report_json_digest(s->w, "certauditIdentity/v1", f->identity);
    aud_report_json_digest(s->w, "certauditLineage/v1", f->lineage);
    if (s->github) {
        /* the only one it looks at: its own, made of the line's text, knows nothing of the
         * subject, and two findings of one policy at one line would be taken for one */
        aud_report_json_digest(s->w, "primaryLocationLineHash", f->identity);
    }
    aud_json_end_object(s->w);
}

static aud_status put_suppressions(sarif *s, const aud_finding *f)
{
    /* all results of a run have them, or none (3.27.23) */
    if (!s->suppresses || s->github) {
        return AUD_OK;
    }
    aud_json_key(s->w, "suppressions");
    aud_json_begin_array(s->w);
    if (f->verdict == AUD_V_WAIVED) {
        aud_json_begin_object(s->w);
        aud_json_put_text(s->w, "kind", "external");
        aud_json_put_text(s->w, "status", "accepted");
        (void)aud_sarif_begin(s);
        AUD_TRY(aud_sarif_add(s, f->waiver));
        aud_json_put_str(s->w, "justification", aud_sarif_taken(s));
        aud_json_end_object(s->w);
    }
    aud_json_end_array(s->w);
    return AUD_OK;
}

static void put_properties(sarif *s, const aud_finding *f)
{
    aud_json_key(s->w, "properties");
    aud_json_begin_object(s->w);
    aud_json_put_text(s->w, "severity", aud_severity_name(f->severity));
    aud_json_put_text(s->w, "verdict", aud_verdict_name(f->verdict));
    aud_json_put_bool(s->w, "gates", f->gates);
    aud_report_json_put(s->w, "subject", s->result->subjects[f->subject].id);
    aud_json_end_object(s->w);
}

/* 0 to 100, only for failures (3.27.25): some readers sort by it. */
static int64_t rank(aud_severity severity)
{
    static const int64_t ranks[AUD_NUM_SEVERITIES] = {1, 20, 50, 80, 95};

    return ranks[severity];
}

static aud_status put_result(sarif *s, const aud_finding *f)
{
    bool open = f->verdict == AUD_V_UNDECIDED;

    aud_report_json_line(s->w);
    aud_json_begin_object(s->w);
    aud_json_put_str(s->w, "ruleId", s->result->policies[f->policy].id);
    aud_json_put_int(s->w, "ruleIndex", (int64_t)f->policy);
    /* whatever is no failure has the level "none" (3.27.10) */
    aud_json_put_text(s->w, "kind", open ? "open" : "fail");
    aud_json_put_text(s->w, "level", open ? "none" : aud_sarif_level(f->severity));
    if (!open) {
        aud_json_put_int(s->w, "rank", rank(f->severity));
    }
    AUD_TRY(message(s, f));
    aud_sarif_message(s, "message", aud_sarif_taken(s));
    AUD_TRY(put_locations(s, f));
    put_fingerprints(s, f);
    if (s->result->baseline_path.len > 0) { /* all results of a run, or none (3.27.24) */
        aud_json_put_text(s->w, "baselineState",
                          f->baseline != AUD_BASELINE_NONE ? aud_baseline_state_name(f->baseline)
                          : f->verdict == AUD_V_WAIVED     ? "unchanged"
                                                           : "new");
    }
    AUD_TRY(put_suppressions(s, f));
    put_properties(s, f);
    aud_json_end_object(s->w);
    return AUD_OK;
}

/* GitHub makes an open alert of every result: of a waived or an undecided one as well. */
static bool profile_shows(sarif *s, const aud_finding *f)
{
    if (!s->github || f->verdict == AUD_V_FAIL) {
        return true;
    }
    s->waived_out += f->verdict == AUD_V_WAIVED;
    s->undecided_out += f->verdict == AUD_V_UNDECIDED;
    return false;
}

aud_status aud_sarif_results(sarif *s)
{
    uint64_t shown = 0;

    aud_json_key(s->w, "results");
    aud_json_begin_array(s->w);
    for (size_t i = 0; i < s->result->num_findings; i++) {
        const aud_finding *f = &s->result->findings[i];

        if (!profile_shows(s, f)) {
            continue;
        }
        if (shown == s->max) {
            s->over_max++;
            continue;
        }
        AUD_TRY(put_result(s, f));
        shown++;
    }
    aud_json_end_array(s->w);
    return AUD_OK;
}
