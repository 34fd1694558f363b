/* tests/reporters/sample_result.h - rich results for tests of reporters.
 *
 * One small run with every verdict, kind of subject, kind of gap and severity that reports tell
 * apart; the same with one hostile text in every place where an input can put text; and a large
 * one. Everything lies in the sample's arena and may be changed by the test that holds it.
 */
#ifndef AUD_TESTS_REPORTERS_SAMPLE_RESULT_H
#define AUD_TESTS_REPORTERS_SAMPLE_RESULT_H

#include "engine/base/instant.h"
#include "engine/pki/cert.h"
#include "reporters/reporter.h"
#include "tests/support/support.h"

enum {
    SAMPLE_LEAF, /* subjects, in their order */
    SAMPLE_TWIN, /* of the same name as the leaf */
    SAMPLE_CA,
    SAMPLE_ENDPOINT,
    SAMPLE_TLS_CONFIG,
    SAMPLE_RECORD,
    SAMPLE_REQUEST,
    SAMPLE_KEY,
    SAMPLE_CRL,
    SAMPLE_POPULATION,
    SAMPLE_SUBJECTS
};
enum {
    SAMPLE_OWNERS, /* policies, in their order */
    SAMPLE_SUITES,
    SAMPLE_EXPIRY,
    SAMPLE_KEY_SIZE,
    SAMPLE_NO_KEYS,
    SAMPLE_VALIDITY,
    SAMPLE_UNCONFIGURED,
    SAMPLE_POLICIES
};
enum { SAMPLE_MAX_FINDINGS = 16, SAMPLE_HEX = 64 };

typedef struct sample {
    aud_arena arena;
    aud_result result;
    aud_source_info *sources;
    aud_policy_info *policies;
    aud_subject_info *subjects;
    aud_finding *findings;
    aud_gap *gaps;
    aud_coverage *coverage;
    aud_policy_error *policy_errors;
    aud_str *notices;
    uint8_t *verdicts;
} sample;

static const char sample_rev[] = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c";

/* parts ---------------------------------------------------------------------------------------- */

static inline void *sample_array(sample *s, size_t num, size_t size)
{
    void *array = aud_arena_array(&s->arena, num, size);

    assert_non_null(array);
    return array;
}

/* A digest in hex that is made of `seed` alone. */
static inline aud_str sample_digest(sample *s, const char *seed, size_t number)
{
    char text[64];
    unsigned char sum[32];
    aud_str hex = {NULL, 0};
    int len = snprintf(text, sizeof text, "%s %zu", seed, number);

    assert_int_equal(aud_sha256((aud_str){text, (size_t)len}, sum, NULL), AUD_OK);
    assert_int_equal(aud_hex_dup(&s->arena, (aud_str){(const char *)sum, 32}, &hex, NULL), AUD_OK);
    return hex;
}

static inline aud_str sample_text(sample *s, const char *format, aud_str text)
{
    const char *at = strchr(format, '%');
    aud_buf buf;
    aud_str out = {NULL, 0};

    aud_buf_init(&buf, (size_t)1 << 24);
    assert_non_null(at);
    assert_int_equal(aud_buf_add(&buf, (aud_str){format, (size_t)(at - format)}, NULL), AUD_OK);
    assert_int_equal(aud_buf_add(&buf, text, NULL), AUD_OK);
    assert_int_equal(aud_buf_add(&buf, aud_str_of(at + 1), NULL), AUD_OK);
    assert_int_equal(aud_arena_dup(&s->arena, aud_buf_str(&buf), &out, NULL), AUD_OK);
    aud_buf_clear(&buf);
    return out;
}

static inline aud_sighting sample_file(aud_str path, uint32_t line, aud_use use)
{
    return (aud_sighting){.source = AUD_LIT("infra"),
                          .rev = {sample_rev, sizeof sample_rev - 1},
                          .path = path,
                          .line = line,
                          .use = (uint8_t)use,
                          .place = AUD_PLACE_GIT};
}

static inline aud_sighting sample_listed(aud_str path, aud_str record)
{
    return (aud_sighting){.source = AUD_LIT("acm"),
                          .path = path,
                          .record = record,
                          .use = AUD_USE_LISTED,
                          .place = AUD_PLACE_SNAPSHOT};
}

static inline aud_sighting sample_served(aud_str host, uint16_t port)
{
    return (aud_sighting){.source = AUD_LIT("scan"),
                          .path = AUD_LIT("scan.xml"),
                          .line = 12,
                          .host = host,
                          .port = port,
                          .use = AUD_USE_SERVED,
                          .place = AUD_PLACE_SNAPSHOT};
}

static inline void sample_see(sample *s, size_t subject, const aud_sighting *where, size_t num)
{
    aud_sighting *copy = sample_array(s, num, sizeof *copy);

    memcpy(copy, where, num * sizeof *copy);
    s->subjects[subject].sightings = copy;
    s->subjects[subject].num_sightings = num;
}

static inline unsigned sample_field(const aud_object_type *type, const char *name)
{
    unsigned index = aud_field_find(type, aud_str_of(name));

    assert_int_not_equal(index, UINT32_MAX);
    return index;
}

/* Facts of a certificate of which the issuer is known to be absent and the rest unknown. */
static inline aud_object sample_facts(sample *s, aud_str name, int64_t not_after, int64_t bits)
{
    const aud_object_type *type = &aud_type_certificate;
    aud_bag_builder builder;
    const aud_bag *key = NULL, *bag = NULL;

    aud_bag_begin(&builder, &aud_type_key, &s->arena);
    aud_bag_set_text(&builder, sample_field(&aud_type_key, "algorithm"), AUD_LIT("RSA"));
    aud_bag_set(&builder, sample_field(&aud_type_key, "bits"), aud_int(bits));
    assert_int_equal(aud_bag_build(&builder, &key, NULL), AUD_OK);

    aud_bag_begin(&builder, type, &s->arena);
    aud_bag_set_texts(&builder, sample_field(type, "dns_names"), &name, 1);
    aud_bag_set(&builder, sample_field(type, "issuer"), aud_absent());
    aud_bag_set(&builder, sample_field(type, "is_ca"), aud_bool(false));
    aud_bag_set(&builder, sample_field(type, "not_after"), aud_time(not_after));
    aud_bag_set(&builder, sample_field(type, "key"), aud_object_of(key->type, aud_bag_get, key));
    assert_int_equal(aud_bag_build(&builder, &bag, NULL), AUD_OK);
    return (aud_object){bag->type, aud_bag_get, bag};
}

/* the small run -------------------------------------------------------------------------------- */

static inline void sample_fill_certificates(sample *s)
{
    const aud_sighting leaf[] = {sample_file(AUD_LIT("tls/www.pem"), 1, AUD_USE_CONFIGURED),
                                 sample_listed(AUD_LIT("acm.json"), AUD_LIT("arn:aws:acm:1"))};
    const aud_sighting twin = sample_file(AUD_LIT("old/www.pem"), 40, AUD_USE_STORED);
    aud_sighting ca = sample_file(AUD_LIT("tls/bundle.p12"), 0, AUD_USE_CHAIN);
    aud_owner *owners = sample_array(s, 2, sizeof *owners);

    owners[0] = (aud_owner){.name = AUD_LIT("team-edge"),
                            .as_written = AUD_LIT("@acme/edge"),
                            .place = AUD_LIT("CODEOWNERS:3"),
                            .origin = AUD_OWNER_CODEOWNERS};
    owners[1] = (aud_owner){.name = AUD_LIT("todo"),
                            .as_written = AUD_LIT("todo"),
                            .place = AUD_LIT("acm.json record 1"),
                            .origin = AUD_OWNER_INVENTORY,
                            .placeholder = true};
    ca.member = 2;
    for (size_t i = SAMPLE_LEAF; i <= SAMPLE_CA; i++) {
        aud_str name = i == SAMPLE_CA ? AUD_LIT("Example CA") : AUD_LIT("www.example.com");

        s->subjects[i].label = name;
        s->subjects[i].facts =
            sample_facts(s, name, AUD_TEST_NOW - 1, i == SAMPLE_CA ? 4096 : 1024);
    }
    sample_see(s, SAMPLE_LEAF, leaf, AUD_COUNT(leaf));
    sample_see(s, SAMPLE_TWIN, &twin, 1);
    sample_see(s, SAMPLE_CA, &ca, 1);
    s->subjects[SAMPLE_LEAF].owners = owners;
    s->subjects[SAMPLE_LEAF].num_owners = 2;
}

static inline void sample_fill_subjects(sample *s)
{
    static const struct {
        aud_kind kind;
        const char *id, *label, *lineage;
    } rows[SAMPLE_SUBJECTS] = {
        {AUD_KIND_CERTIFICATE, NULL, NULL, "kubernetes:web/www-tls"},
        {AUD_KIND_CERTIFICATE, NULL, NULL, "file:old/www.pem"},
        {AUD_KIND_CERTIFICATE, NULL, NULL, "file:tls/bundle.p12"},
        {AUD_KIND_ENDPOINT, "endpoint:pay.example.com:443", "pay.example.com:443",
         "endpoint:pay.example.com:443"},
        {AUD_KIND_TLS_CONFIG, "tls_config:infra:nginx:*:443:www", "nginx www (*:443)",
         "tls_config:infra:nginx:*:443:www"},
        {AUD_KIND_RECORD, "record:acm:arn:aws:acm:2", "shop.example.com", "record:acm:2"},
        {AUD_KIND_REQUEST, "request:web/shop", "shop.example.com", "kubernetes:web/shop"},
        {AUD_KIND_PRIVATE_KEY, NULL, "RSA key of 2048 bits", "file:tls/www.key"},
        {AUD_KIND_CRL, "crl:CN=Example CA:7", "Example CA", "crl:CN=Example CA"},
        {AUD_KIND_POPULATION, "population:run", "the whole population", "population:run"},
    };
    static const char *const digests[] = {"3fa9", "3fb0", "a001"};
    const aud_sighting single[] = {
        sample_served(AUD_LIT("pay.example.com"), 443),
        sample_file(AUD_LIT("nginx/www.conf"), 17, AUD_USE_CONFIGURED),
        sample_listed(AUD_LIT("acm.json"), AUD_LIT("arn:aws:acm:2")),
        sample_file(AUD_LIT("k8s/shop.yaml"), 1, AUD_USE_CONFIGURED),
        sample_file(AUD_LIT("tls/www.key"), 1, AUD_USE_STORED),
        sample_file(AUD_LIT("tls/ca.crl"), 0, AUD_USE_STORED),
    };

    for (size_t i = 0; i < SAMPLE_SUBJECTS; i++) {
        aud_subject_info *subject = &s->subjects[i];

        subject->kind = rows[i].kind;
        subject->label = aud_str_of(rows[i].label);
        subject->lineage = aud_str_of(rows[i].lineage);
        subject->id = aud_str_of(rows[i].id);
        if (rows[i].id == NULL) {
            aud_str hex = sample_digest(s, "subject", i);
            const char *start = i < AUD_COUNT(digests) ? digests[i] : "";

            assert_int_equal(aud_arena_printf(&s->arena, &subject->id, NULL, "%s:%s%.*s",
                                              aud_kind_name(subject->kind), start,
                                              (int)(SAMPLE_HEX - strlen(start)), hex.ptr),
                             AUD_OK);
        }
        s->result.num_kind[subject->kind]++;
    }
    sample_fill_certificates(s);
    for (size_t i = 0; i < AUD_COUNT(single); i++) {
        sample_see(s, SAMPLE_ENDPOINT + i, &single[i], 1);
    }
}

static inline void sample_fill_policies(sample *s)
{
    static const aud_str some_controls[] = {
        AUD_LIT_INIT("iso_27001_2022:A.8.24"),
        AUD_LIT_INIT("pci_dss_4.0.1:12.3.3"),
        AUD_LIT_INIT("pci_dss_4.0.1:4.2.1"),
    };
    static const struct aud_param_info some_params[] = {
        {.name = AUD_LIT_INIT("ec_min"), .value = AUD_LIT_INIT("256")},
        {.name = AUD_LIT_INIT("rsa_min"), .value = AUD_LIT_INIT("2048"), .configured = true},
    };
    static const struct {
        const char *id, *title;
        aud_severity severity;
        unsigned kinds;
    } rows[SAMPLE_POLICIES] = {
        {"acme/owners", "Every certificate has an owner", AUD_SEV_INFO,
         1u << AUD_KIND_CERTIFICATE | 1u << AUD_KIND_RECORD},
        {"core/cipher_suites", "Only strong cipher suites are offered", AUD_SEV_CRITICAL,
         1u << AUD_KIND_ENDPOINT | 1u << AUD_KIND_TLS_CONFIG},
        {"core/expiry", "Certificates in use are not expired", AUD_SEV_HIGH,
         1u << AUD_KIND_CERTIFICATE | 1u << AUD_KIND_RECORD | 1u << AUD_KIND_CRL},
        {"core/key_size", "Keys are long enough", AUD_SEV_HIGH,
         1u << AUD_KIND_CERTIFICATE | 1u << AUD_KIND_RECORD | 1u << AUD_KIND_REQUEST},
        {"core/no_private_keys", "Private keys do not lie in repositories", AUD_SEV_MEDIUM,
         1u << AUD_KIND_PRIVATE_KEY},
        {"core/validity_max", "Validity stays within the ceiling", AUD_SEV_LOW,
         1u << AUD_KIND_CERTIFICATE},
        {"core/zz_approved_ca", "Certificates come from an approved CA", AUD_SEV_HIGH,
         1u << AUD_KIND_CERTIFICATE},
    };

    for (size_t i = 0; i < SAMPLE_POLICIES; i++) {
        aud_policy_info *policy = &s->policies[i];

        policy->id = aud_str_of(rows[i].id);
        policy->pack = i == SAMPLE_OWNERS ? AUD_LIT("acme") : AUD_LIT("core");
        policy->title = aud_str_of(rows[i].title);
        policy->severity = rows[i].severity;
        policy->kinds = rows[i].kinds;
        policy->sha256 = sample_digest(s, "policy", i);
        policy->path = policy->id;
        policy->configured = i != SAMPLE_UNCONFIGURED;
    }
    s->policies[SAMPLE_KEY_SIZE].description = AUD_LIT("Short keys can be broken. See the table.");
    s->policies[SAMPLE_KEY_SIZE].remediation = AUD_LIT("Issue it again with an RSA key of 2048 "
                                                       "bits or more, P-256, or Ed25519.");
    s->policies[SAMPLE_KEY_SIZE].cite.doc = AUD_LIT("NIST SP 800-57pt1r5");
    s->policies[SAMPLE_KEY_SIZE].cite.version = AUD_LIT("5");
    s->policies[SAMPLE_KEY_SIZE].cite.at = AUD_LIT("Table 2");
    s->policies[SAMPLE_KEY_SIZE].cite.url = AUD_LIT("https://doi.org/10.6028/NIST.SP.800-57pt1r5");
    s->policies[SAMPLE_KEY_SIZE].level = AUD_LIT("must");
    s->policies[SAMPLE_KEY_SIZE].controls = some_controls;
    s->policies[SAMPLE_KEY_SIZE].num_controls = AUD_COUNT(some_controls);
    s->policies[SAMPLE_KEY_SIZE].params = some_params;
    s->policies[SAMPLE_KEY_SIZE].num_params = AUD_COUNT(some_params);
    s->policies[SAMPLE_EXPIRY].controls = &some_controls[2];
    s->policies[SAMPLE_EXPIRY].num_controls = 1;
    s->policies[SAMPLE_EXPIRY].cite.doc = AUD_LIT("RFC 5280");
    s->policies[SAMPLE_EXPIRY].cite.at = AUD_LIT("4.1.2.5");
    s->policies[SAMPLE_VALIDITY].in_force_from = AUD_LIT("2026-03-15T00:00:00Z");
}

static inline void sample_judge(sample *s, size_t policy, size_t subject, aud_verdict verdict)
{
    s->verdicts[policy * s->result.num_subjects + subject] = (uint8_t)verdict;
    s->policies[policy].counts[verdict]++;
    s->result.totals[verdict]++;
}

/* A pair that failed, is waived or undecided, with the finding that says so. */
static inline aud_finding *sample_find(sample *s, size_t policy, size_t subject,
                                       aud_verdict verdict, aud_str message)
{
    aud_finding *finding = &s->findings[s->result.num_findings++];
    const aud_subject_info *info = &s->subjects[subject];
    unsigned char identity = (unsigned char)(s->result.num_findings * 16 + policy);

    assert_true(s->result.num_findings <= SAMPLE_MAX_FINDINGS);
    sample_judge(s, policy, subject, verdict);
    *finding = (aud_finding){.policy = policy,
                             .subject = subject,
                             .verdict = verdict,
                             .severity = s->policies[policy].severity,
                             .message = message};
    finding->gates = verdict != AUD_V_WAIVED && finding->severity >= s->result.gate.fail_on;
    memset(finding->identity, identity, sizeof finding->identity);
    memset(finding->lineage, ~identity & 0xff, sizeof finding->lineage);
    memset(finding->pair, identity ^ 0x0f, sizeof finding->pair);
    memset(finding->slot, identity ^ 0xf0, sizeof finding->slot);
    if (info->num_sightings > 0) {
        finding->location = info->sightings[0];
    }
    if (verdict == AUD_V_FAIL) {
        s->result.severities[finding->severity]++;
        s->result.gate.failing += finding->gates;
    } else if (verdict == AUD_V_UNDECIDED) {
        s->result.gate.undecided += finding->gates;
    }
    return finding;
}

static inline void sample_fill_findings(sample *s)
{
    static const aud_item suites[] = {
        {AUD_LIT_INIT("TLS_RSA_WITH_NULL_MD5"), AUD_LIT_INIT("offered"),
         AUD_LIT_INIT("not offered")},
        {AUD_LIT_INIT("TLS_RSA_WITH_RC4_128_MD5"), AUD_LIT_INIT("offered"),
         AUD_LIT_INIT("not offered")},
    };
    static const aud_item bits[] = {
        {AUD_LIT_INIT("key.bits"), AUD_LIT_INIT("1024"), AUD_LIT_INIT("at least 2048")}};
    aud_finding *finding;

    /* worst first, then by policy and subject */
    finding = sample_find(s, SAMPLE_SUITES, SAMPLE_ENDPOINT, AUD_V_FAIL,
                          AUD_LIT("Two suites protect nothing"));
    finding->items = suites;
    finding->num_items = AUD_COUNT(suites);
    (void)sample_find(s, SAMPLE_EXPIRY, SAMPLE_LEAF, AUD_V_FAIL,
                      AUD_LIT("Expired on 2025-12-31, a day ago"));
    (void)sample_find(s, SAMPLE_EXPIRY, SAMPLE_RECORD, AUD_V_UNDECIDED,
                      AUD_LIT("'not_after' is unknown"));
    finding = sample_find(s, SAMPLE_KEY_SIZE, SAMPLE_LEAF, AUD_V_FAIL,
                          AUD_LIT("The key is an RSA key of 1024 bits"));
    finding->items = bits;
    finding->num_items = 1;
    finding = sample_find(s, SAMPLE_KEY_SIZE, SAMPLE_TWIN, AUD_V_WAIVED,
                          AUD_LIT("The key is an RSA key of 1024 bits"));
    finding->items = bits;
    finding->num_items = 1;
    finding->waiver = AUD_LIT("decommissioned next week, ACME-4711");
    (void)sample_find(s, SAMPLE_NO_KEYS, SAMPLE_KEY, AUD_V_FAIL,
                      AUD_LIT("A private key lies in the repository"));
    finding = sample_find(s, SAMPLE_UNCONFIGURED, SAMPLE_POPULATION, AUD_V_FAIL,
                          AUD_LIT("Not configured: nothing was judged by it"));
    finding->severity = AUD_SEV_LOW;
    finding->gates = false;
    s->result.severities[AUD_SEV_HIGH]--;
    s->result.severities[AUD_SEV_LOW]++;
    s->result.gate.failing--;
    (void)sample_find(s, SAMPLE_OWNERS, SAMPLE_CA, AUD_V_FAIL, AUD_LIT("Nobody owns it"));

    sample_judge(s, SAMPLE_OWNERS, SAMPLE_LEAF, AUD_V_PASS);
    sample_judge(s, SAMPLE_OWNERS, SAMPLE_TWIN, AUD_V_PASS);
    sample_judge(s, SAMPLE_OWNERS, SAMPLE_RECORD, AUD_V_UNDECIDED); /* a coverage line says so */
    sample_judge(s, SAMPLE_SUITES, SAMPLE_TLS_CONFIG, AUD_V_PASS);
    sample_judge(s, SAMPLE_EXPIRY, SAMPLE_TWIN, AUD_V_NOT_APPLICABLE);
    sample_judge(s, SAMPLE_EXPIRY, SAMPLE_CA, AUD_V_PASS);
    sample_judge(s, SAMPLE_EXPIRY, SAMPLE_CRL, AUD_V_PASS);
    sample_judge(s, SAMPLE_KEY_SIZE, SAMPLE_CA, AUD_V_PASS);
    sample_judge(s, SAMPLE_KEY_SIZE, SAMPLE_RECORD, AUD_V_PASS);
    sample_judge(s, SAMPLE_KEY_SIZE, SAMPLE_REQUEST, AUD_V_PASS);
    for (size_t i = SAMPLE_LEAF; i <= SAMPLE_CA; i++) {
        sample_judge(s, SAMPLE_VALIDITY, i, AUD_V_NOT_EFFECTIVE);
    }
}

static inline void sample_fill_inputs(sample *s)
{
    static const struct aud_exclusion exclusion = {AUD_LIT_INIT("vendor/**"),
                                                   AUD_LIT_INIT("upstream test data"), 3};

    s->sources[0] =
        (aud_source_info){.name = AUD_LIT("acm"), .kind = AUD_LIT("file"), .files = 1, .gave = 1};
    s->sources[1] = (aud_source_info){.name = AUD_LIT("infra"),
                                      .kind = AUD_LIT("git"),
                                      .rev = {sample_rev, sizeof sample_rev - 1},
                                      .ref = AUD_LIT("main"),
                                      .files = 1234,
                                      .gave = 7,
                                      .nothing = 1221,
                                      .excluded = 3,
                                      .not_judged = 3,
                                      .exclusions = &exclusion,
                                      .num_exclusions = 1};
    s->sources[2] =
        (aud_source_info){.name = AUD_LIT("scan"), .kind = AUD_LIT("file"), .files = 1, .gave = 1};
    for (size_t i = 0; i < 3; i++) {
        s->sources[i].digest = sample_digest(s, "source", i);
    }
    s->gaps[0] = (aud_gap){.kind = AUD_GAP_BROKEN,
                           .where = sample_file(AUD_LIT("tls/cut.pem"), 9, AUD_USE_STORED),
                           .reason = AUD_LIT("a PEM block has no end")};
    s->gaps[1] = (aud_gap){.kind = AUD_GAP_MISSING,
                           .where = {.source = AUD_LIT("gcp")},
                           .reason = AUD_LIT("'inventory/gcp-*.json' matches nothing")};
    s->gaps[2] = (aud_gap){.kind = AUD_GAP_ENCRYPTED,
                           .where = sample_file(AUD_LIT("secrets/tls.yaml"), 0, AUD_USE_STORED),
                           .reason = AUD_LIT("encrypted by sops"),
                           .accepted = AUD_LIT("judged after decryption in the deploy job")};
    s->gaps[3] = (aud_gap){.kind = AUD_GAP_LFS,
                           .where = sample_file(AUD_LIT("big.p12"), 0, AUD_USE_STORED),
                           .reason = AUD_LIT("a git-LFS pointer: run 'git lfs pull'")};
    s->coverage[0] = (aud_coverage){.source = AUD_LIT("acm"),
                                    .policy = AUD_LIT("acme/owners"),
                                    .fact = AUD_LIT("owners"),
                                    .severity = AUD_SEV_LOW,
                                    .subjects = 1};
    s->policy_errors[0] = (aud_policy_error){.policy = AUD_LIT("local/broken"),
                                             .message = AUD_LIT("no fact 'keysize'"),
                                             .path = AUD_LIT("policies/local/broken.lua"),
                                             .line = 4};
    s->policy_errors[1] = (aud_policy_error){.policy = AUD_LIT("core/key_size"),
                                             .subject = s->subjects[SAMPLE_KEY].id,
                                             .message = AUD_LIT("too many instructions"),
                                             .path = AUD_LIT("core/key_size")};
    s->notices[0] = AUD_LIT("the target has no configuration: built-in defaults hold");
}

static inline void sample_allocate(sample *s, size_t num_subjects, size_t num_policies,
                                   size_t num_findings)
{
    *s = (sample){0};
    aud_arena_init(&s->arena, AUD_ARENA_NO_MAX);
    s->sources = sample_array(s, 3, sizeof *s->sources);
    s->policies = sample_array(s, num_policies, sizeof *s->policies);
    s->subjects = sample_array(s, num_subjects, sizeof *s->subjects);
    s->findings = sample_array(s, num_findings, sizeof *s->findings);
    s->gaps = sample_array(s, 4, sizeof *s->gaps);
    s->coverage = sample_array(s, 1, sizeof *s->coverage);
    s->policy_errors = sample_array(s, 2, sizeof *s->policy_errors);
    s->notices = sample_array(s, 1, sizeof *s->notices);
    s->verdicts = sample_array(s, num_subjects, num_policies);
    memset(s->verdicts, AUD_V_NONE, num_subjects * num_policies);
    s->result = (aud_result){.tool_version = AUD_LIT("1.2.3"),
                             .at = AUD_TEST_NOW,
                             .at_given = true,
                             .sources = s->sources,
                             .policies = s->policies,
                             .num_policies = num_policies,
                             .subjects = s->subjects,
                             .num_subjects = num_subjects,
                             .verdicts = s->verdicts,
                             .findings = s->findings,
                             .gaps = s->gaps,
                             .coverage = s->coverage,
                             .policy_errors = s->policy_errors,
                             .notices = s->notices,
                             .gate = {.fail_on = AUD_SEV_HIGH, .min_subjects = 1},
                             .config_path = AUD_LIT("certaudit.yaml"),
                             .next_change = AUD_TEST_NOW + 30 * AUD_DAY_SECONDS};
}

static inline void sample_init(sample *s)
{
    sample_allocate(s, SAMPLE_SUBJECTS, SAMPLE_POLICIES, SAMPLE_MAX_FINDINGS);
    s->result.num_sources = 3;
    s->result.num_gaps = 4;
    s->result.num_coverage = 1;
    s->result.num_policy_errors = 2;
    s->result.num_notices = 1;
    s->result.config_sha256 = sample_digest(s, "config", 0);
    sample_fill_subjects(s);
    sample_fill_policies(s);
    sample_fill_findings(s);
    sample_fill_inputs(s);
    s->result.gate.reasons =
        1u << AUD_EXIT_FINDINGS | 1u << AUD_EXIT_INCOMPLETE | 1u << AUD_EXIT_USAGE;
    s->result.gate.exit_code = AUD_EXIT_USAGE;
}

static inline void sample_clear(sample *s)
{
    aud_arena_clear(&s->arena);
}

#endif
