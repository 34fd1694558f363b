/* tests/reporters/html_run.h - a small run that tests of the HTML report change as they need. */
#ifndef AUD_TESTS_REPORTERS_HTML_RUN_H
#define AUD_TESTS_REPORTERS_HTML_RUN_H

#include "engine/base/instant.h"
#include "reporters/reporter.h"
#include "tests/reporters/html_check.h"

enum { MAX_SUBJECTS = 5200, MAX_FINDINGS = 300, NUM_POLICIES = 4 };

/* A small run, that each test changes as it needs. */
typedef struct run {
    aud_arena arena;
    aud_result result;
    aud_source_info sources[2];
    struct aud_exclusion exclusion;
    aud_policy_info policies[NUM_POLICIES];
    struct aud_param_info param;
    aud_subject_info *subjects;
    uint8_t *verdicts;
    aud_finding *findings;
    aud_gap gaps[2];
    aud_coverage coverage;
    aud_policy_error policy_error;
    aud_str notice;
    aud_item items[30];
    aud_owner owners[2];
    aud_sighting sightings[4];
} run;

static const aud_str controls[] = {
    AUD_LIT_INIT("iso_27001_2022:A.5.14"),
    AUD_LIT_INIT("iso_27001_2022:A.5.9"),
    AUD_LIT_INIT("pci_dss_4.0.1:4.2.1"),
};

static const char digest[] = "3fa9c2d1e0b44e2f9b0c7d6a5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f";

static inline unsigned field(const aud_object_type *type, const char *name)
{
    unsigned index = aud_field_find(type, aud_str_of(name));

    assert_int_not_equal(index, UINT32_MAX);
    return index;
}

static inline aud_object bag_of(aud_bag_builder *builder)
{
    const aud_bag *bag = NULL;

    assert_int_equal(aud_bag_build(builder, &bag, NULL), AUD_OK);
    return (aud_object){bag->type, aud_bag_get, bag};
}

/* Facts of a certificate that ends at `not_after`. */
static inline aud_object certificate(run *r, aud_str name, int64_t not_after)
{
    const aud_object_type *type = &aud_type_certificate;
    aud_bag_builder builder;
    aud_object key;

    aud_bag_begin(&builder, &aud_type_key, &r->arena);
    aud_bag_set_text(&builder, field(&aud_type_key, "algorithm"), AUD_LIT("RSA"));
    aud_bag_set(&builder, field(&aud_type_key, "bits"), aud_int(1024));
    key = bag_of(&builder);

    aud_bag_begin(&builder, type, &r->arena);
    aud_bag_set_texts(&builder, field(type, "dns_names"), (aud_str[]){name, AUD_LIT("b.example")},
                      2);
    aud_bag_set_text(&builder, field(type, "issuer"), AUD_LIT("CN=Example Issuing CA"));
    aud_bag_set(&builder, field(type, "not_before"), aud_time(not_after - 90 * AUD_DAY_SECONDS));
    aud_bag_set(&builder, field(type, "not_after"), aud_time(not_after));
    aud_bag_set(&builder, field(type, "key"), aud_object_of(key.type, key.get, key.self));
    return bag_of(&builder);
}

static inline void fill_subjects(run *r)
{
    aud_bag_builder builder;
    const aud_object_type *type = &aud_type_record;

    r->sightings[0] = (aud_sighting){.source = AUD_LIT("infra"),
                                     .path = AUD_LIT("tls/a.pem"),
                                     .line = 1,
                                     .use = AUD_USE_CONFIGURED};
    r->sightings[1] = (aud_sighting){
        .source = AUD_LIT("infra"), .path = AUD_LIT("tls/b.pem"), .line = 7, .use = AUD_USE_STORED};
    r->sightings[2] = (aud_sighting){.source = AUD_LIT("acm"),
                                     .path = AUD_LIT("acm.json"),
                                     .record = AUD_LIT("arn:42"),
                                     .use = AUD_USE_LISTED};
    r->owners[0] = (aud_owner){.name = AUD_LIT("team-edge"), .as_written = AUD_LIT("@acme/edge")};
    r->owners[1] = (aud_owner){.name = AUD_LIT("team-edge"), .as_written = AUD_LIT("edge")};

    r->subjects[0] = (aud_subject_info){.kind = AUD_KIND_CERTIFICATE,
                                        .label = AUD_LIT("a.example"),
                                        .lineage = AUD_LIT("file:tls/a.pem"),
                                        .sightings = r->sightings,
                                        .num_sightings = 2,
                                        .owners = r->owners,
                                        .num_owners = 2};
    assert_int_equal(
        aud_arena_printf(&r->arena, &r->subjects[0].id, NULL, "certificate:%s", digest), AUD_OK);
    r->subjects[0].facts = certificate(r, AUD_LIT("a.example"), AUD_TEST_NOW - 1);

    aud_bag_begin(&builder, type, &r->arena);
    aud_bag_set_text(&builder, field(type, "renewal_method"), AUD_LIT("acme"));
    aud_bag_set(&builder, field(type, "issuer"), aud_absent());
    r->subjects[1] = (aud_subject_info){.kind = AUD_KIND_RECORD,
                                        .id = AUD_LIT("record:acm:arn:42"),
                                        .label = AUD_LIT("shop.example"),
                                        .lineage = AUD_LIT("acm:arn:42"),
                                        .sightings = &r->sightings[2],
                                        .num_sightings = 1,
                                        .facts = bag_of(&builder)};
    aud_bag_begin(&builder, &aud_type_population, &r->arena);
    r->subjects[2] = (aud_subject_info){.kind = AUD_KIND_POPULATION,
                                        .id = AUD_LIT("population:run"),
                                        .label = AUD_LIT("the run"),
                                        .lineage = AUD_LIT("run"),
                                        .facts = bag_of(&builder)};
    r->result.num_subjects = 3;
}

static inline void fill_policies(run *r)
{
    for (size_t i = 0; i < NUM_POLICIES; i++) {
        r->policies[i] = (aud_policy_info){.pack = AUD_LIT("core"),
                                           .severity = AUD_SEV_HIGH,
                                           .kinds = ~0u,
                                           .sha256 = {digest, sizeof digest - 1},
                                           .configured = true};
    }
    r->policies[0].id = AUD_LIT("core/expiry");
    r->policies[0].title = AUD_LIT("Certificates in use are not expired");
    r->policies[0].remediation = AUD_LIT("Renew it");
    r->policies[0].cite.doc = AUD_LIT("PCI DSS");
    r->policies[0].cite.url = AUD_LIT("https://example.org/a?b=1&c=2");
    r->policies[0].controls = controls;
    r->policies[0].num_controls = AUD_COUNT(controls);
    r->policies[1].id = AUD_LIT("core/key_size");
    r->policies[1].title = AUD_LIT("Keys are long enough");
    r->policies[1].cite.doc = AUD_LIT("NIST");
    r->policies[1].cite.url = AUD_LIT("javascript:alert(1)");
    r->policies[1].controls = controls;
    r->policies[1].num_controls = 2;
    r->policies[1].params = &r->param;
    r->policies[1].num_params = 1;
    r->param = (struct aud_param_info){
        .name = AUD_LIT("rsa_min"), .value = AUD_LIT("2048"), .configured = true};
    r->policies[2].id = AUD_LIT("core/owner_present");
    r->policies[2].title = AUD_LIT("Every certificate has an owner");
    r->policies[2].severity = AUD_SEV_MEDIUM;
    r->policies[2].configured = false;
    r->policies[3].id = AUD_LIT("core/validity_max");
    r->policies[3].title = AUD_LIT("Validity stays within the ceiling");
    r->policies[3].in_force_from = AUD_LIT("2026-03-15T00:00:00Z");
}

static inline void set_verdict(run *r, size_t policy, size_t subject, uint8_t verdict)
{
    r->verdicts[policy * r->result.num_subjects + subject] = verdict;
    r->policies[policy].counts[verdict]++;
    r->result.totals[verdict]++;
}

static inline aud_finding *add_finding(run *r, size_t policy, size_t subject, aud_verdict verdict,
                                       aud_severity severity, aud_str message)
{
    aud_finding *finding = &r->findings[r->result.num_findings++];

    assert_true(r->result.num_findings <= MAX_FINDINGS);
    *finding = (aud_finding){.policy = policy,
                             .subject = subject,
                             .verdict = verdict,
                             .severity = severity,
                             .message = message,
                             .gates = verdict != AUD_V_WAIVED && severity >= AUD_SEV_HIGH};
    if (r->subjects[subject].num_sightings > 0) {
        finding->location = r->subjects[subject].sightings[0];
    }
    return finding;
}

static inline void fill_verdicts(run *r)
{
    aud_finding *finding;

    memset(r->verdicts, AUD_V_NONE, NUM_POLICIES * r->result.num_subjects);
    set_verdict(r, 0, 0, AUD_V_FAIL);
    set_verdict(r, 0, 1, AUD_V_UNDECIDED);
    set_verdict(r, 1, 0, AUD_V_WAIVED);
    set_verdict(r, 1, 1, AUD_V_PASS);
    set_verdict(r, 3, 0, AUD_V_NOT_EFFECTIVE);
    set_verdict(r, 3, 1, AUD_V_NOT_APPLICABLE);

    (void)add_finding(r, 0, 0, AUD_V_FAIL, AUD_SEV_HIGH, AUD_LIT("expired a second ago"));
    (void)add_finding(r, 0, 1, AUD_V_UNDECIDED, AUD_SEV_HIGH, AUD_LIT("'not_after' is unknown"));
    finding = add_finding(r, 1, 0, AUD_V_WAIVED, AUD_SEV_HIGH, AUD_LIT("RSA key of 1024 bits"));
    finding->waiver = AUD_LIT("decommissioned next week, ACME-4711");
    r->items[0] = (aud_item){AUD_LIT("key.bits"), AUD_LIT("1024"), AUD_LIT("at least 2048")};
    finding->items = r->items;
    finding->num_items = 1;
}

static inline void fill_inputs(run *r)
{
    r->exclusion = (struct aud_exclusion){AUD_LIT("vendor/**"), AUD_LIT("upstream test data"), 3};
    r->sources[0] = (aud_source_info){.name = AUD_LIT("acm"),
                                      .kind = AUD_LIT("file"),
                                      .files = 1,
                                      .gave = 1,
                                      .digest = {digest, sizeof digest - 1}};
    r->sources[1] = (aud_source_info){.name = AUD_LIT("infra"),
                                      .kind = AUD_LIT("git"),
                                      .rev = {digest, 40},
                                      .ref = AUD_LIT("main"),
                                      .files = 1234,
                                      .gave = 2,
                                      .nothing = 1227,
                                      .excluded = 3,
                                      .not_judged = 2,
                                      .exclusions = &r->exclusion,
                                      .num_exclusions = 1,
                                      .digest = {digest, sizeof digest - 1}};
    r->gaps[0] = (aud_gap){.kind = AUD_GAP_BROKEN,
                           .where = r->sightings[1],
                           .reason = AUD_LIT("a PEM block has no end")};
    r->gaps[1] = (aud_gap){.kind = AUD_GAP_ENCRYPTED,
                           .where = r->sightings[0],
                           .reason = AUD_LIT("sops"),
                           .accepted = AUD_LIT("judged after decryption")};
    r->coverage = (aud_coverage){.source = AUD_LIT("acm"),
                                 .policy = AUD_LIT("core/expiry"),
                                 .fact = AUD_LIT("not_after"),
                                 .severity = AUD_SEV_LOW,
                                 .subjects = 1};
    r->policy_error = (aud_policy_error){.policy = AUD_LIT("local/broken"),
                                         .message = AUD_LIT("no fact 'keysize'"),
                                         .path = AUD_LIT("policies/broken.lua"),
                                         .line = 4};
    r->notice = AUD_LIT("the target has no configuration");
}

static inline void run_init(run *r)
{
    memset(r, 0, sizeof *r);
    aud_arena_init(&r->arena, AUD_ARENA_NO_MAX);
    r->subjects = aud_arena_array(&r->arena, MAX_SUBJECTS, sizeof *r->subjects);
    r->verdicts = aud_arena_array(&r->arena, MAX_SUBJECTS, NUM_POLICIES);
    r->findings = aud_arena_array(&r->arena, MAX_FINDINGS, sizeof *r->findings);
    assert_true(r->subjects != NULL && r->verdicts != NULL && r->findings != NULL);
    fill_subjects(r);
    fill_policies(r);
    fill_verdicts(r);
    fill_inputs(r);
    r->result.tool_version = AUD_LIT("0.0.0-test");
    r->result.at = AUD_TEST_NOW;
    r->result.at_given = true;
    r->result.sources = r->sources;
    r->result.num_sources = 2;
    r->result.policies = r->policies;
    r->result.num_policies = NUM_POLICIES;
    r->result.subjects = r->subjects;
    r->result.verdicts = r->verdicts;
    r->result.findings = r->findings;
    r->result.gaps = r->gaps;
    r->result.num_gaps = 2;
    r->result.coverage = &r->coverage;
    r->result.num_coverage = 1;
    r->result.policy_errors = &r->policy_error;
    r->result.num_policy_errors = 1;
    r->result.notices = &r->notice;
    r->result.num_notices = 1;
    r->result.num_kind[AUD_KIND_CERTIFICATE] = 1;
    r->result.num_kind[AUD_KIND_RECORD] = 1;
    r->result.num_kind[AUD_KIND_POPULATION] = 1;
    r->result.severities[AUD_SEV_HIGH] = 1;
    r->result.gate = (aud_gate){.fail_on = AUD_SEV_HIGH,
                                .min_subjects = 1,
                                .reasons = 1u << AUD_EXIT_FINDINGS | 1u << AUD_EXIT_INCOMPLETE,
                                .exit_code = AUD_EXIT_FINDINGS,
                                .failing = 1,
                                .undecided = 1};
    r->result.config_path = AUD_LIT("certaudit.yaml");
    r->result.config_sha256 = (aud_str){digest, sizeof digest - 1};
    r->result.next_change = INT64_MAX;
}

static inline aud_status render(const run *r, const char *population, aud_severity least,
                                aud_buf *page)
{
    const aud_option option = {AUD_LIT("population"), aud_str_of(population)};
    const aud_report_env env = {.options = &option, .num_options = 1, .least = least};
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;

    page->len = 0;
    AUD_TRY(aud_out_open_buf(page, &out, NULL));
    AUD_TRY(aud_reporter_html.write(&r->result, &env, out, NULL));
    return aud_out_finish(out, NULL);
}

/* The page, held against what a page may be. */
static inline aud_str page_of(const run *r, const char *population, aud_severity least,
                              aud_buf *page)
{
    aud_buf_init(page, (size_t)64 << 20);
    assert_int_equal(render(r, population, least, page), AUD_OK);
    assert_true(html_check(aud_buf_str(page)) > 100);
    return aud_buf_str(page);
}

static inline size_t count(aud_str page, const char *needle)
{
    aud_str want = aud_str_of(needle);
    size_t num = 0;

    for (size_t at = aud_str_find(page, want, 0); at != SIZE_MAX;
         at = aud_str_find(page, want, at + want.len)) {
        num++;
    }
    return num;
}

static inline void expect(aud_str page, const char *text)
{
    if (!aud_str_has(page, aud_str_of(text))) {
        fail_msg("the page does not say '%s'", text);
    }
}

static inline void expect_not(aud_str page, const char *text)
{
    if (aud_str_has(page, aud_str_of(text))) {
        fail_msg("the page says '%s'", text);
    }
}

#endif
