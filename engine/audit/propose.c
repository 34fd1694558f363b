/* engine/audit/propose.c - a skeleton of waivers for what fails now. */
#include "engine/audit/propose.h"

#include "engine/base/memory.h"
#include "engine/tree/json.h"

#include <stdlib.h>

/* A failing finding's policy, by subject. */
typedef struct failure {
    size_t subject, policy;
} failure;

static int order_failures(const void *left, const void *right)
{
    const failure *a = left, *b = right;

    if (a->subject != b->subject) {
        return a->subject < b->subject ? -1 : 1;
    }
    return a->policy < b->policy ? -1 : a->policy > b->policy;
}

/* JSON's strings are YAML's too. */
static void put_text(aud_out *out, aud_str text)
{
    aud_json_writer w;

    aud_json_writer_init(&w, out, 0);
    aud_json_str(&w, text);
}

static bool is_digest(aud_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("0123456789abcdef", text.ptr[i]) == NULL) {
            return false;
        }
    }
    return text.len == 64;
}

/* A lineage as a glob of itself. */
static aud_status escape(aud_str text, aud_buf *out, aud_error *err)
{
    out->len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("*?[\\", text.ptr[i]) != NULL) {
            AUD_TRY(aud_buf_add(out, AUD_LIT("\\"), err));
        }
        AUD_TRY(aud_buf_add(out, aud_str_sub(text, i, 1), err));
    }
    return AUD_OK;
}

static aud_status put_match(aud_out *out, const aud_subject_info *subject, aud_buf *scratch,
                            aud_error *err)
{
    const size_t colon = aud_str_find(subject->id, AUD_LIT(":"), 0);
    aud_str id =
        colon == SIZE_MAX ? subject->id : aud_str_sub(subject->id, colon + 1, subject->id.len);
    const char *key = "lineage";

    if (is_digest(id)) {
        key = subject->kind == AUD_KIND_PRIVATE_KEY ? "spki" : "sha256";
    }
    if (subject->kind == AUD_KIND_ENDPOINT) { /* the protocol behind the port is no part of it */
        key = "endpoint";
        id = aud_str_sub(id, 0, aud_str_find(id, AUD_LIT("/"), 0));
    }
    if (strcmp(key, "lineage") == 0) {
        AUD_TRY(escape(subject->lineage, scratch, err));
        id = aud_buf_str(scratch);
    }
    aud_out_printf(out, "    match: {%s: ", key);
    put_text(out, id);
    aud_out_text(out, "}\n");
    return AUD_OK;
}

static aud_status put_entry(aud_out *out, const aud_result *r, const failure *first, size_t num,
                            size_t number, aud_buf *scratch, aud_error *err)
{
    const aud_subject_info *subject = &r->subjects[first->subject];

    aud_out_printf(out, "  # %s ", aud_kind_name(subject->kind));
    put_text(out, subject->label.len > 0 ? subject->label : subject->id);
    if (subject->num_sightings > 0 && subject->sightings[0].path.len > 0) {
        aud_out_text(out, " in ");
        put_text(out, subject->sightings[0].path);
    }
    aud_out_printf(out, "\n  - id: proposed-%zu\n    policies: [", number);
    for (size_t i = 0; i < num; i++) {
        aud_out_text(out, i == 0 ? "" : ", ");
        put_text(out, r->policies[first[i].policy].id);
    }
    aud_out_text(out, "]\n");
    AUD_TRY(put_match(out, subject, scratch, err));
    aud_out_text(out, "    reason: \"\"    # why this may stay for a while\n"
                      "    owner: \"\"     # who mends it\n"
                      "    approver: \"\"  # who says so\n"
                      "    ticket: \"\"\n"
                      "    approved:     # like 2026-01-31T12:00:00Z\n"
                      "    expires:\n");
    return AUD_OK;
}

static aud_status put_all(aud_out *out, const aud_result *r, const failure *failures, size_t num,
                          size_t *out_num, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf scratch = {.max = 1 << 20};

    for (size_t begin = 0, end; begin < num; begin = end) {
        for (end = begin; end < num && failures[end].subject == failures[begin].subject; end++) {
        }
        AUD_TRY(put_entry(out, r, &failures[begin], end - begin, ++*out_num, &scratch, err));
    }
    return AUD_OK;
}

aud_status aud_propose_waivers(const aud_result *result, aud_out *out, size_t *out_num,
                               aud_error *err)
{
    failure *failures = aud_alloc_zero(result->num_findings + 1, sizeof *failures);
    size_t num = 0, whole = 0;
    aud_status st;

    *out_num = 0;
    if (failures == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < result->num_findings; i++) {
        const aud_finding *f = &result->findings[i];

        if (f->verdict != AUD_V_FAIL) {
            continue;
        }
        if (result->subjects[f->subject].kind == AUD_KIND_POPULATION) {
            whole++;
            continue;
        }
        failures[num++] = (failure){f->subject, f->policy};
    }
    qsort(failures, num, sizeof *failures, order_failures);
    aud_out_text(out, "# Proposed waivers: they do not load before each is approved. Give every\n"
                      "# entry a better id, reason, owner, approver, approval and end; take the\n"
                      "# others out, and mend what they are for.\n");
    if (whole > 0) {
        aud_out_printf(out, "# Findings on the whole population cannot be waived: %zu.\n", whole);
    }
    aud_out_text(out, num > 0 ? "version: 1\nwaivers:\n" : "version: 1\nwaivers: []\n");
    st = put_all(out, result, failures, num, out_num, err);
    aud_free(failures);
    return st;
}
