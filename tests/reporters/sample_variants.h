/* tests/reporters/sample_variants.h - the sample run with hostile text, or large; rendering it. */
#ifndef AUD_TESTS_REPORTERS_SAMPLE_VARIANTS_H
#define AUD_TESTS_REPORTERS_SAMPLE_VARIANTS_H

#include "engine/base/text.h"
#include "tests/reporters/sample_result.h"

/* hostile text --------------------------------------------------------------------------------- */

static inline void sample_hostile_where(aud_sighting *where, aud_str text)
{
    where->source = text;
    where->path = where->path.len > 0 ? text : where->path;
    where->record = where->record.len > 0 ? text : where->record;
    where->host = where->host.len > 0 ? text : where->host;
}

static inline void sample_hostile_subjects(sample *s, aud_str text)
{
    for (size_t i = 0; i < s->result.num_subjects; i++) {
        aud_subject_info *subject = &s->subjects[i];
        aud_sighting *sightings = sample_array(s, subject->num_sightings + 1, sizeof *sightings);
        aud_owner *owners = sample_array(s, subject->num_owners + 1, sizeof *owners);

        for (size_t k = 0; k < subject->num_sightings; k++) {
            sightings[k] = subject->sightings[k];
            sample_hostile_where(&sightings[k], text);
        }
        for (size_t k = 0; k < subject->num_owners; k++) {
            owners[k] = subject->owners[k];
            owners[k].name = owners[k].as_written = owners[k].place = text;
        }
        subject->sightings = sightings;
        subject->owners = owners;
        subject->label = text;
        subject->lineage = text;
        if (subject->kind != AUD_KIND_CERTIFICATE && subject->kind != AUD_KIND_PRIVATE_KEY) {
            subject->id = sample_text(s, "record:%", text); /* kinds sort before ids */
        }
        if (subject->facts.get != NULL) {
            subject->facts = sample_facts(s, text, AUD_TEST_NOW, 1024);
        }
    }
}

static inline void sample_hostile_policies(sample *s, aud_str text)
{
    for (size_t i = 0; i < s->result.num_policies; i++) {
        aud_policy_info *policy = &s->policies[i];

        policy->title = policy->description = policy->remediation = text;
        policy->cite.doc = policy->cite.version = policy->cite.at = policy->cite.url = text;
        policy->level = policy->path = text;
    }
    for (size_t i = 0; i < s->result.num_policy_errors; i++) {
        aud_policy_error *error = &s->policy_errors[i];

        error->policy = error->message = error->path = text;
        error->subject = error->subject.len > 0 ? text : error->subject;
    }
}

/* The run with `text` in every place where an input, or a policy, puts text. */
static inline void sample_hostile(sample *s, aud_str text)
{
    sample_init(s);
    sample_hostile_subjects(s, text);
    sample_hostile_policies(s, text);
    for (size_t i = 0; i < s->result.num_findings; i++) {
        aud_finding *finding = &s->findings[i];
        aud_item *items = sample_array(s, finding->num_items + 1, sizeof *items);

        for (size_t k = 0; k < finding->num_items; k++) {
            items[k] = (aud_item){text, text, text};
        }
        finding->items = items;
        finding->message = text;
        finding->waiver = finding->waiver.len > 0 ? text : finding->waiver;
        sample_hostile_where(&finding->location, text);
    }
    for (size_t i = 0; i < s->result.num_gaps; i++) {
        sample_hostile_where(&s->gaps[i].where, text);
        s->gaps[i].reason = text;
        s->gaps[i].accepted = s->gaps[i].accepted.len > 0 ? text : s->gaps[i].accepted;
    }
    for (size_t i = 0; i < s->result.num_sources; i++) {
        s->sources[i].name = s->sources[i].ref = text;
    }
    s->coverage[0].source = s->coverage[0].policy = s->coverage[0].fact = text;
    s->notices[0] = text;
    s->result.config_path = text;
}

/* a large run ---------------------------------------------------------------------------------- */

/*
 * `num_subjects` certificates under `num_policies` policies; one pair in `one_in` failed, one
 * hundredth of these is undecided, the rest passed.
 */
static inline void sample_large(sample *s, size_t num_subjects, size_t num_policies, size_t one_in)
{
    size_t num_findings = num_subjects * num_policies / one_in + 1;

    sample_allocate(s, num_subjects + 1, num_policies, num_findings);
    for (size_t i = 0; i < num_policies; i++) {
        aud_policy_info *policy = &s->policies[i];

        assert_int_equal(aud_arena_printf(&s->arena, &policy->id, NULL, "core/policy_%02zu", i),
                         AUD_OK);
        policy->pack = AUD_LIT("core");
        policy->title = AUD_LIT("Keys are long enough");
        policy->remediation = AUD_LIT("Issue it again with an RSA key of 2048 bits or more");
        policy->cite.doc = AUD_LIT("NIST SP 800-57pt1r5");
        policy->sha256 = sample_digest(s, "policy", i);
        policy->severity = AUD_SEV_HIGH;
        policy->kinds = 1u << AUD_KIND_CERTIFICATE;
        policy->configured = true;
    }
    for (size_t i = 0; i < num_subjects; i++) {
        aud_subject_info *subject = &s->subjects[i];
        aud_sighting *where = sample_array(s, 1, sizeof *where);
        aud_str path = {NULL, 0};

        subject->kind = AUD_KIND_CERTIFICATE;
        assert_int_equal(aud_arena_printf(&s->arena, &subject->id, NULL, "certificate:%08zx%056zx",
                                          i * 83791, i),
                         AUD_OK);
        assert_int_equal(aud_arena_printf(&s->arena, &subject->label, NULL,
                                          "host-%zu.dc%zu.example.com", i, i % 7),
                         AUD_OK);
        assert_int_equal(
            aud_arena_printf(&s->arena, &path, NULL, "clusters/%zu/certs/host-%zu.pem", i % 100, i),
            AUD_OK);
        assert_int_equal(
            aud_arena_printf(&s->arena, &subject->lineage, NULL, "file:%.*s", AUD_ARG(path)),
            AUD_OK);
        *where = sample_file(path, 1, AUD_USE_CONFIGURED);
        subject->sightings = where;
        subject->num_sightings = 1;
    }
    s->subjects[num_subjects] = (aud_subject_info){.kind = AUD_KIND_POPULATION,
                                                   .id = AUD_LIT("population:run"),
                                                   .label = AUD_LIT("the whole population"),
                                                   .lineage = AUD_LIT("population:run")};
    s->result.num_kind[AUD_KIND_CERTIFICATE] = num_subjects;
    s->result.num_kind[AUD_KIND_POPULATION] = 1;
    s->sources[0] = (aud_source_info){.name = AUD_LIT("infra"),
                                      .kind = AUD_LIT("git"),
                                      .files = num_subjects,
                                      .gave = num_subjects};
    s->result.num_sources = 1;
    for (size_t p = 0; p < num_policies; p++) {
        for (size_t i = 0; i < num_subjects; i++) {
            size_t pair = p * num_subjects + i;
            bool found = pair % one_in == one_in / 2;
            aud_verdict verdict = !found                                ? AUD_V_PASS
                                  : pair % (one_in * 100) == one_in / 2 ? AUD_V_UNDECIDED
                                                                        : AUD_V_FAIL;
            aud_finding *finding = &s->findings[s->result.num_findings];

            sample_judge(s, p, i, verdict);
            if (!found) {
                continue;
            }
            *finding = (aud_finding){.policy = p,
                                     .subject = i,
                                     .verdict = verdict,
                                     .severity = AUD_SEV_HIGH,
                                     .message = AUD_LIT("The key is an RSA key of 1024 bits"),
                                     .location = s->subjects[i].sightings[0],
                                     .gates = true};
            for (size_t k = 0; k < sizeof finding->identity; k++) {
                finding->identity[k] = finding->lineage[k] = (uint8_t)(pair >> (k % 4 * 8));
            }
            s->result.num_findings++;
            s->result.severities[AUD_SEV_HIGH] += verdict == AUD_V_FAIL;
            s->result.gate.failing += verdict == AUD_V_FAIL;
            s->result.gate.undecided += verdict == AUD_V_UNDECIDED;
        }
    }
    s->result.gate.reasons = 1u << AUD_EXIT_FINDINGS | 1u << AUD_EXIT_INCOMPLETE;
    s->result.gate.exit_code = AUD_EXIT_FINDINGS;
}

/* rendering ------------------------------------------------------------------------------------ */

/* "key=value,key=value" as a report's options; at most eight. */
static inline aud_status sample_write(const aud_result *result, const aud_reporter *reporter,
                                      const char *options, aud_report_env env, aud_buf *out,
                                      aud_error *err)
{
    aud_option list[8];
    aud_str rest = aud_str_of(options), part;
    AUD_CLEANUP(aud_out_closep) aud_out *sink = NULL;

    env.num_options = 0;
    while (rest.len > 0 && aud_str_split(&rest, ',', &part)) {
        size_t equal = aud_str_find(part, AUD_LIT("="), 0);

        assert_true(env.num_options < AUD_COUNT(list) && equal != SIZE_MAX);
        list[env.num_options].key = aud_str_sub(part, 0, equal);
        list[env.num_options++].value = aud_str_sub(part, equal + 1, part.len);
    }
    env.options = list;
    out->len = 0;
    AUD_TRY(aud_out_open_buf(out, &sink, err));
    AUD_TRY(reporter->write(result, &env, sink, err));
    return aud_out_finish(sink, err);
}

/* The report, which must come about. `out` is made here; clear it. */
static inline aud_str sample_report(const aud_result *result, const char *name, const char *options,
                                    aud_buf *out)
{
    const aud_reporter *reporter = aud_reporter_find(aud_str_of(name), false);
    aud_error err = {0};

    assert_non_null(reporter);
    aud_buf_init(out, (size_t)1 << 30);
    if (sample_write(result, reporter, options, (aud_report_env){0}, out, &err) != AUD_OK) {
        fail_msg("%s: %s", name, err.message);
    }
    return aud_buf_str(out);
}

static inline size_t sample_count(aud_str text, const char *needle)
{
    aud_str want = aud_str_of(needle);
    size_t num = 0;

    for (size_t at = aud_str_find(text, want, 0); at != SIZE_MAX;
         at = aud_str_find(text, want, at + want.len)) {
        num++;
    }
    return num;
}

#endif
