/* reporters/common.c - what several reporters need of a result: order, places, sums, words. */
#include "reporters/common.h"

#include "engine/base/text.h"

/* A stable counting sort: places the indices in `in` by key(in[i]) into `out`. */
static void sort_by(const aud_result *result, bool by_policy, const uint32_t *in, uint32_t *out,
                    size_t *counts, size_t num_keys)
{
    memset(counts, 0, (num_keys + 1) * sizeof *counts);
    for (size_t i = 0; i < result->num_findings; i++) {
        const aud_finding *finding = &result->findings[in[i]];

        counts[(by_policy ? finding->policy : finding->subject) + 1]++;
    }
    for (size_t key = 0; key < num_keys; key++) {
        counts[key + 1] += counts[key];
    }
    for (size_t i = 0; i < result->num_findings; i++) {
        const aud_finding *finding = &result->findings[in[i]];

        out[counts[by_policy ? finding->policy : finding->subject]++] = in[i];
    }
    /* every start has moved to its end, which is the next one's start */
    memmove(counts + 1, counts, num_keys * sizeof *counts);
    counts[0] = 0;
}

aud_status aud_report_group(const aud_result *result, aud_report_groups *out, aud_error *err)
{
    size_t num = result->num_findings;
    uint32_t *order = NULL;
    uint32_t *other = NULL;
    size_t *subjects = NULL;
    size_t *first = NULL;
    bool ok;

    *out = (aud_report_groups){0};
    if (num > UINT32_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "more than %u findings", UINT32_MAX);
    }
    for (size_t i = 0; i < num; i++) {
        if (result->findings[i].policy >= result->num_policies ||
            result->findings[i].subject >= result->num_subjects) {
            return aud_fail(err, AUD_E_FORMAT, "finding %zu is about nothing", i);
        }
    }

    order = aud_alloc_zero(num + 1, sizeof *order);
    other = aud_alloc_zero(num + 1, sizeof *other);
    subjects = aud_alloc_zero(result->num_subjects + 1, sizeof *subjects);
    first = aud_alloc_zero(result->num_policies + 1, sizeof *first);
    ok = order != NULL && other != NULL && subjects != NULL && first != NULL;
    if (ok) {
        for (size_t i = 0; i < num; i++) {
            order[i] = (uint32_t)i;
        }
        sort_by(result, false, order, other, subjects, result->num_subjects);
        sort_by(result, true, other, order, first, result->num_policies);
        out->order = AUD_MOVE(order);
        out->first = AUD_MOVE(first);
    }
    aud_free(order);
    aud_free(other);
    aud_free(subjects);
    aud_free(first);
    return ok ? AUD_OK : aud_fail(err, AUD_E_NOMEM, "no memory to sort findings");
}

void aud_report_groups_clear(aud_report_groups *groups)
{
    aud_free(groups->order);
    aud_free(groups->first);
    *groups = (aud_report_groups){0};
}

uint8_t aud_report_verdict(const aud_result *result, size_t policy, size_t subject)
{
    return result->verdicts[policy * result->num_subjects + subject];
}

aud_report_files aud_report_files_of(const aud_result *result)
{
    aud_report_files sum = {0};

    for (size_t i = 0; i < result->num_sources; i++) {
        const aud_source_info *source = &result->sources[i];

        sum.files += source->files;
        sum.gave += source->gave;
        sum.nothing += source->nothing;
        sum.excluded += source->excluded;
        sum.not_judged += source->not_judged;
    }
    return sum;
}

size_t aud_report_open_gaps(const aud_result *result)
{
    size_t open = 0;

    for (size_t i = 0; i < result->num_gaps; i++) {
        open += result->gaps[i].accepted.len == 0;
    }
    return open;
}

const char *aud_report_exit_name(aud_exit code)
{
    switch (code) {
    case AUD_EXIT_CLEAN:
        return "clean";
    case AUD_EXIT_FINDINGS:
        return "findings";
    case AUD_EXIT_USAGE:
        return "usage";
    case AUD_EXIT_NOTHING:
        return "nothing_judged";
    case AUD_EXIT_INCOMPLETE:
        return "incomplete";
    case AUD_EXIT_OUTPUT:
        return "output";
    }
    return "unknown";
}

const char *aud_report_exit_meaning(aud_exit code)
{
    switch (code) {
    case AUD_EXIT_CLEAN:
        return "everything was judged and nothing gates";
    case AUD_EXIT_FINDINGS:
        return "there are findings that gate";
    case AUD_EXIT_USAGE:
        return "the command line, the configuration or a policy is wrong";
    case AUD_EXIT_NOTHING:
        return "nothing was judged, or less than the least that is asked for";
    case AUD_EXIT_INCOMPLETE:
        return "something could not be judged";
    case AUD_EXIT_OUTPUT:
        return "a report could not be written";
    }
    return "unknown";
}

aud_status aud_report_place(const aud_result *result, const aud_sighting *where, aud_buf *out,
                            aud_error *err)
{
    size_t before = out->len;

    if (where->path.len > 0) {
        AUD_TRY(aud_neutral_add(out, aud_neutral_cut(where->path, AUD_REPORT_TEXT_MAX), err));
        if (where->line > 0) {
            AUD_TRY(aud_buf_printf(out, err, ":%u", (unsigned)where->line));
        } else if (where->member > 0) {
            AUD_TRY(aud_buf_printf(out, err, ", member %u", (unsigned)where->member + 1));
        }
    }
    if (where->host.len > 0) {
        AUD_TRY(aud_buf_add(out, aud_str_of(out->len > before ? ", " : ""), err));
        AUD_TRY(aud_neutral_add(out, aud_neutral_cut(where->host, AUD_REPORT_TEXT_MAX), err));
        if (where->port > 0) {
            AUD_TRY(aud_buf_printf(out, err, ":%u", (unsigned)where->port));
        }
    }
    if (where->record.len > 0) {
        AUD_TRY(aud_buf_add(out, aud_str_of(out->len > before ? ", record " : "record "), err));
        AUD_TRY(aud_neutral_add(out, aud_neutral_cut(where->record, AUD_REPORT_TEXT_MAX), err));
    }
    if (where->source.len > 0 && (result->num_sources > 1 || out->len == before)) {
        AUD_TRY(aud_buf_add(out, aud_str_of(out->len > before ? ", in " : "source "), err));
        AUD_TRY(aud_neutral_add(out, aud_neutral_cut(where->source, AUD_REPORT_TEXT_MAX), err));
    }
    return AUD_OK;
}

/* RFC 3986, 3.3: what may stand in a path unescaped. ':' may not in the first part of a relative
 * reference, and is escaped everywhere. */
static bool is_uri_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~!$&'()*+,;=@/", c) != NULL);
}

aud_status aud_report_uri(aud_str path, aud_buf *out, aud_error *err)
{
    for (size_t at = 0; at < path.len;) {
        size_t begin = at;

        /* a leading or doubled '/' would name another host or the root of this one */
        while (at < path.len && is_uri_char(path.ptr[at]) &&
               !(path.ptr[at] == '/' && (at == 0 || path.ptr[at - 1] == '/'))) {
            at++;
        }
        AUD_TRY(aud_buf_add(out, aud_str_sub(path, begin, at - begin), err));
        if (at < path.len) {
            AUD_TRY(aud_buf_printf(out, err, "%%%02X", (unsigned char)path.ptr[at]));
            at++;
        }
    }
    return AUD_OK;
}

aud_status aud_report_number(const aud_reporter *reporter, const aud_report_env *env,
                             const char *key, uint64_t fallback, uint64_t *out, aud_error *err)
{
    aud_str text = aud_reporter_option(reporter, env, key);

    if (text.len == 0) {
        *out = fallback;
        return AUD_OK;
    }
    if (!aud_parse_u64(text, out)) {
        return aud_fail(err, AUD_E_USAGE, "option '%s' of '%s' is no number: '%.*s'", key,
                        reporter->name, AUD_ARG(text));
    }
    return AUD_OK;
}

bool aud_report_same_lack(const aud_coverage *a, const aud_coverage *b)
{
    return aud_str_eq(a->source, b->source) && aud_str_eq(a->by, b->by) &&
           aud_str_eq(a->fact, b->fact);
}

aud_value aud_report_fact(const aud_object *object, const char *name, aud_arena *scratch)
{
    const unsigned field =
        object->get == NULL ? UINT32_MAX : aud_field_find(object->type, aud_str_of(name));

    return field == UINT32_MAX ? aud_unknown() : object->get(object->self, field, scratch);
}

aud_str aud_report_fact_text(const aud_object *object, const char *name, aud_arena *scratch)
{
    const aud_value value = aud_report_fact(object, name, scratch);

    return value.presence == AUD_PRESENT && value.type == AUD_T_STRING ? value.as.string
                                                                       : (aud_str){NULL, 0};
}
