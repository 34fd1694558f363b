/* tests/reporters/test_html.c - the HTML report: complete, inert, accessible, the same each time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/pki/cert.h"
#include "tests/reporters/html_run.h"

/* cases ---------------------------------------------------------------------------------------- */

static void test_the_page_is_the_one_agreed_on(void **state)
{
    const char *path = aud_test_source("fixtures/reporters/html/page.want");
    aud_buf page, want;
    run r;

    (void)state;
    run_init(&r);
    (void)page_of(&r, "all", AUD_SEV_INFO, &page);
    if (getenv("AUD_UPDATE_GOLDEN") != NULL) {
        FILE *file = fopen(path, "wb");

        assert_non_null(file);
        assert_int_equal(fwrite(page.ptr, 1, page.len, file), page.len);
        assert_int_equal(fclose(file), 0);
    }
    aud_test_read(path, &want);
    assert_true(aud_str_eq(aud_buf_str(&page), aud_buf_str(&want)));
    aud_buf_clear(&page);
    aud_buf_clear(&want);
    aud_arena_clear(&r.arena);
}

static void test_the_same_result_gives_the_same_bytes(void **state)
{
    aud_buf one, two;
    run r, other;

    (void)state;
    run_init(&r);
    run_init(&other);
    (void)page_of(&r, "all", AUD_SEV_INFO, &one);
    (void)page_of(&other, "all", AUD_SEV_INFO, &two);
    assert_true(aud_str_eq(aud_buf_str(&one), aud_buf_str(&two)));
    aud_buf_clear(&one);
    aud_buf_clear(&two);
    aud_arena_clear(&r.arena);
    aud_arena_clear(&other.arena);
}

static void test_the_parts_stand_in_order(void **state)
{
    static const char *const parts[] = {"<header>",
                                        "<nav ",
                                        "<main ",
                                        "<section id=\"outcome\"",
                                        "id=\"coverage\"",
                                        "id=\"controls\"",
                                        "id=\"policies\"",
                                        "id=\"findings\"",
                                        "id=\"not-judged\"",
                                        "id=\"population\"",
                                        "id=\"inputs\"",
                                        "id=\"method\"",
                                        "id=\"notices\"",
                                        "<footer>"};
    size_t at = 0;
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    page = page_of(&r, "all", AUD_SEV_INFO, &buf);
    for (size_t i = 0; i < AUD_COUNT(parts); i++) {
        print_message("case: %s\n", parts[i]);
        at = aud_str_find(page, aud_str_of(parts[i]), at);
        assert_true(at != SIZE_MAX);
    }
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

static void test_the_page_says_what_a_reader_must_know(void **state)
{
    static const char *const texts[] = {
        /* outcome and sums */
        "2026-01-01 00:00:00 UTC",
        "exit code 1: there are findings that gate",
        "Also holds: exit code 4: something could not be judged",
        "<b>1,235</b> files",
        "<b>1,227</b> held nothing relevant",
        "<b>6</b> pairs",
        /* controls in the order of clauses */
        "PCI DSS 4.0.1",
        "ISO/IEC 27001:2022",
        /* policies */
        "Not configured: it judged nothing.",
        /* findings */
        "How to fix.</b> Renew it",
        "expired a second ago",
        "<code>key.bits</code> is <b>1024</b>, wanted: <b>at least 2048</b>",
        "decommissioned next week, ACME-4711",
        "undecided</span>",
        "tls/a.pem:1, in infra (and 1 more)",
        "team-edge",
        /* gaps */
        "a PEM block has no end",
        "judged after decryption",
        "no fact &#39;keysize&#39;",
        "policies/broken.lua:4",
        /* population */
        "CN=Example Issuing CA",
        "RSA 1024",
        "2025-12-31 <b class=\"fail\">expired</b>",
        "<td>acme</td>",
        "<td>none</td><td>unknown</td>",
        "judged by no policy",
        "configured, stored",
        /* inputs and method */
        "upstream test data",
        "asked for as <code>main</code>",
        "<code>rsa_min</code> = <code>2048</code> (configured)",
        "in force from 2026-03-15T00:00:00Z",
        "as given on the command line",
        "--at 2026-01-01T00:00:00Z",
        "never",
        "the target has no configuration",
    };
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    page = page_of(&r, "all", AUD_SEV_INFO, &buf);
    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        expect(page, texts[i]);
    }
    assert_int_equal(count(page, "The sum adds up."), 3);
    expect_not(page, "does not add up");
    expect_not(page, "team-edge, team-edge");
    assert_true(aud_str_find(page, AUD_LIT("<b>A.5.9<"), 0) <
                aud_str_find(page, AUD_LIT("<b>A.5.14<"), 0));
    expect(page, "that an owner knows of the duty is not shown"); /* what it leaves open */
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

static void test_a_sum_that_does_not_add_up_is_told(void **state)
{
    aud_buf buf;
    run r;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        run_init(&r);
        if (i == 0) {
            r.sources[1].nothing--;
        } else if (i == 1) {
            r.result.totals[AUD_V_PASS]++;
        } else {
            r.result.num_kind[AUD_KIND_CERTIFICATE]++;
        }
        assert_int_equal(count(page_of(&r, "all", AUD_SEV_INFO, &buf), "does not add up"), 1);
        aud_buf_clear(&buf);
        aud_arena_clear(&r.arena);
    }
}

static void test_every_exit_code_has_its_words(void **state)
{
    static const struct {
        aud_exit code;
        const char *title, *style;
    } cases[] = {
        {AUD_EXIT_CLEAN, "Clean", "outcome good"},
        {AUD_EXIT_FINDINGS, "Findings", "outcome bad"},
        {AUD_EXIT_USAGE, "Usage or policy error", "outcome bad"},
        {AUD_EXIT_NOTHING, "Too little judged", "outcome warn"},
        {AUD_EXIT_INCOMPLETE, "Incomplete", "outcome warn"},
        {AUD_EXIT_OUTPUT, "Report not written", "outcome bad"},
    };
    aud_buf buf;
    run r;

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char title[80];
        aud_str page;

        print_message("case: %s\n", cases[i].title);
        run_init(&r);
        r.result.gate.exit_code = cases[i].code;
        page = page_of(&r, "all", AUD_SEV_INFO, &buf);
        (void)snprintf(title, sizeof title, "<title>Certificate audit 2026-01-01: %s</title>",
                       cases[i].title);
        expect(page, title);
        expect(page, cases[i].style);
        aud_buf_clear(&buf);
        aud_arena_clear(&r.arena);
    }
}

static void test_an_empty_result_is_a_page_too(void **state)
{
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    r.result.num_sources = r.result.num_policies = r.result.num_subjects = 0;
    r.result.num_findings = r.result.num_gaps = r.result.num_coverage = 0;
    r.result.num_policy_errors = r.result.num_notices = 0;
    memset(r.result.totals, 0, sizeof r.result.totals);
    memset(r.result.num_kind, 0, sizeof r.result.num_kind);
    page = page_of(&r, "all", AUD_SEV_INFO, &buf);
    expect(page, "No policy was loaded: nothing was judged.");
    expect(page, "No subject was found.");
    expect(page, "No source was read.");
    expect(page, "No finding.");
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

/* Every text of the result becomes `text`. */
static void spoil(run *r, aud_str text)
{
    r->result.tool_version = r->result.config_path = r->result.config_sha256 = text;
    r->notice = text;
    for (size_t i = 0; i < 2; i++) {
        aud_source_info *source = &r->sources[i];

        source->name = source->kind = source->rev = source->ref = source->digest = text;
        r->gaps[i].reason = text;
        r->gaps[i].where.path = text;
        r->owners[i].name = text;
    }
    r->gaps[1].accepted = text;
    r->exclusion.pattern = r->exclusion.reason = text;
    r->coverage = (aud_coverage){text, text, text, text, text, AUD_SEV_LOW, 1};
    r->policy_error = (aud_policy_error){
        .policy = text, .subject = text, .message = text, .path = text, .line = 3};
    for (size_t i = 0; i < NUM_POLICIES; i++) {
        aud_policy_info *policy = &r->policies[i];

        policy->id = policy->pack = policy->title = policy->description = text;
        policy->remediation = policy->level = policy->sha256 = policy->path = text;
        policy->issued_from = policy->issued_until = policy->in_force_from = text;
        policy->cite.doc = policy->cite.version = policy->cite.at = policy->cite.url = text;
        policy->controls = &r->notice;
        policy->num_controls = 1;
    }
    r->param.name = r->param.value = text;
    for (size_t i = 0; i < AUD_COUNT(r->sightings); i++) {
        aud_sighting *seen = &r->sightings[i];

        seen->source = seen->rev = seen->path = seen->record = seen->host = text;
    }
    for (size_t i = 0; i < r->result.num_subjects; i++) {
        r->subjects[i].id = r->subjects[i].label = r->subjects[i].lineage = text;
    }
    r->subjects[0].facts = certificate(r, text, AUD_TEST_NOW);
    r->items[0] = (aud_item){text, text, text};
    for (size_t i = 0; i < r->result.num_findings; i++) {
        r->findings[i].message = r->findings[i].waiver = text;
        r->findings[i].location = r->sightings[0];
        r->findings[i].items = r->items;
        r->findings[i].num_items = 1;
    }
}

static void test_hostile_text_is_inert_wherever_it_stands(void **state)
{
    static const struct {
        const char *name;
        aud_str text;
        const char *shown;
    } cases[] = {
        {"markup is text", AUD_LIT_INIT("</td><script>alert(1)</script>"),
         "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"quotes do not end an attribute", AUD_LIT_INIT("\" onload=\"x' onload='x"),
         "&quot; onload=&quot;x&#39; onload=&#39;x"},
        {"references are not resolved", AUD_LIT_INIT("&lt;b&gt;&#x202e;"),
         "&amp;lt;b&amp;gt;&amp;#x202e;"},
        {"a comment does not hide", AUD_LIT_INIT("<!-- "), "&lt;!-- "},
        {"the end of the style is not the end", AUD_LIT_INIT("</style><p>"), "&lt;/style&gt;"},
        {"controls are shown", AUD_LIT_INIT("a\x01\x1b[31m\r\x7f"),
         "a\\u{1}\\u{1b}[31m\\u{d}\\u{7f}"},
        {"a NUL is shown", AUD_LIT_INIT("a\0b"), "a\\u{0}b"},
        {"bidirectional marks are shown",
         AUD_LIT_INIT("\xe2\x80\xae"
                      "moc"),
         "\\u{202e}moc"},
        {"invalid UTF-8 is shown", AUD_LIT_INIT("\xff\xc3(\xed\xa0\x80"), "\\xff\\xc3("},
        {"a cut sequence is shown", AUD_LIT_INIT("ab\xe2\x82"), "ab\\xe2\\x82"},
        {"Hebrew is kept apart", AUD_LIT_INIT("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"),
         "<bdi>\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d</bdi>"},
        {"an address of scripts is no link", AUD_LIT_INIT("javascript:alert(1)"),
         "javascript:alert(1)"},
        {"nor is one with blanks", AUD_LIT_INIT("https://a b\" x"), "https://a b&quot; x"},
        {"empty text", AUD_LIT_INIT(""), "none"},
    };
    aud_buf buf;
    run r;

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_str page;

        print_message("case: %s\n", cases[i].name);
        run_init(&r);
        spoil(&r, cases[i].text);
        page = page_of(&r, "all", AUD_SEV_INFO, &buf); /* which reads the markup strictly */
        expect(page, cases[i].shown);
        aud_buf_clear(&buf);
        aud_arena_clear(&r.arena);
    }
}

static void test_a_long_text_is_cut_with_a_note(void **state)
{
    enum { LONG = 100000 };
    char *text = malloc(LONG);
    aud_buf buf;
    run r;

    (void)state;
    assert_non_null(text);
    for (unsigned i = 0; i < LONG; i++) {
        text[i] = i % 2 == 0 ? '\xc3' : '\xa4';
    }
    run_init(&r);
    spoil(&r, (aud_str){text, LONG});
    expect(page_of(&r, "all", AUD_SEV_INFO, &buf), "[96,000 more bytes]");
    assert_true(buf.len < (size_t)2 << 20);
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
    free(text);
}

static void test_validity_ends_with_its_last_second(void **state)
{
    static const struct {
        int64_t not_after;
        size_t want;
    } cases[] = {{AUD_TEST_NOW - 1, 1}, {AUD_TEST_NOW, 0}, {AUD_TEST_NOW + 1, 0}};
    aud_buf buf;
    run r;

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        run_init(&r);
        r.subjects[0].facts = certificate(&r, AUD_LIT("a.example"), cases[i].not_after);
        assert_int_equal(count(page_of(&r, "all", AUD_SEV_INFO, &buf), ">expired<"), cases[i].want);
        aud_buf_clear(&buf);
        aud_arena_clear(&r.arena);
    }
}

static void test_only_failing_subjects_are_listed_when_asked_for(void **state)
{
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    page = page_of(&r, "failing", AUD_SEV_INFO, &buf);
    assert_int_equal(count(page, "<tr id=\"s"), 2); /* not the population, which has no verdict */
    expect(page, "1 without a finding are not listed, as asked for.");
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

static void test_mild_findings_are_hidden_only_with_a_note(void **state)
{
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    page = page_of(&r, "all", AUD_SEV_CRITICAL, &buf);
    assert_int_equal(count(page, "<p class=\"who\">"), 0);
    expect(page, "3 findings below ");
    expect(page, "all are counted in the sums");
    aud_buf_clear(&buf);
    page = page_of(&r, "all", AUD_SEV_HIGH, &buf); /* the least that is shown, not hidden */
    assert_int_equal(count(page, "<p class=\"who\">"), 3);
    expect_not(page, "findings below ");
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

static void test_worse_findings_come_before_milder_ones(void **state)
{
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    r.findings[0].severity = AUD_SEV_LOW;
    (void)add_finding(&r, 3, 0, AUD_V_FAIL, AUD_SEV_CRITICAL, AUD_LIT("the worst"));
    (void)add_finding(&r, 0, 1, AUD_V_FAIL, AUD_SEV_MEDIUM, AUD_LIT("between them"));
    page = page_of(&r, "all", AUD_SEV_INFO, &buf);
    page = aud_str_sub(page, aud_str_find(page, AUD_LIT("id=\"findings\""), 0), SIZE_MAX);
    assert_true(aud_str_find(page, AUD_LIT("the worst"), 0) <
                aud_str_find(page, AUD_LIT("between them"), 0));
    assert_true(aud_str_find(page, AUD_LIT("between them"), 0) <
                aud_str_find(page, AUD_LIT("expired a second ago"), 0));
    assert_true(aud_str_find(page, AUD_LIT("expired a second ago"), 0) <
                aud_str_find(page, AUD_LIT("RSA key of 1024 bits"), 0));
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

static void grow_population(run *r, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        r->subjects[i] = r->subjects[0];
    }
    r->result.num_subjects = num;
    r->result.num_findings = 0;
    r->result.num_kind[AUD_KIND_CERTIFICATE] = num;
    r->result.num_kind[AUD_KIND_RECORD] = r->result.num_kind[AUD_KIND_POPULATION] = 0;
    memset(r->verdicts, AUD_V_NONE, NUM_POLICIES * num);
    memset(r->result.totals, 0, sizeof r->result.totals);
    r->result.totals[AUD_V_PASS] = num;
    memset(r->verdicts, AUD_V_PASS, num);
}

static void test_a_great_population_comes_in_blocks_and_loses_nothing(void **state)
{
    static const struct {
        size_t num, blocks;
    } cases[] = {{5000, 0}, {5001, 6}, {5200, 6}};
    aud_buf buf;
    run r;

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_str page;

        run_init(&r);
        grow_population(&r, cases[i].num);
        page = page_of(&r, "all", AUD_SEV_INFO, &buf);
        assert_int_equal(count(page, "<tr id=\"s"), cases[i].num);
        assert_int_equal(count(page, "<details"), cases[i].blocks);
        assert_int_equal(count(page, "<details open=\"\">"), cases[i].blocks > 0);
        assert_int_equal(count(page, "<summary>Certificates 1 to 1,000 of "), cases[i].blocks > 0);
        assert_int_equal(count(page, "does not add up"), 0);
        aud_buf_clear(&buf);
        aud_arena_clear(&r.arena);
    }
}

static void test_many_findings_of_a_policy_lose_nothing(void **state)
{
    static const struct {
        size_t num, blocks;
    } cases[] = {{100, 0}, {101, 1}, {290, 1}};
    aud_buf buf;
    run r;

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_str page;

        run_init(&r);
        r.result.num_findings = 0;
        while (r.result.num_findings < cases[i].num) {
            (void)add_finding(&r, 1, 0, AUD_V_FAIL, AUD_SEV_HIGH, AUD_LIT("again"));
        }
        page = page_of(&r, "all", AUD_SEV_INFO, &buf);
        assert_int_equal(count(page, "<p class=\"who\">"), cases[i].num);
        assert_int_equal(count(page, "<details"), cases[i].blocks);
        aud_buf_clear(&buf);
        aud_arena_clear(&r.arena);
    }
}

static void test_many_items_of_a_finding_lose_nothing(void **state)
{
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    for (size_t i = 0; i < AUD_COUNT(r.items); i++) {
        r.items[i] = (aud_item){AUD_LIT("suite"), AUD_LIT("offered"), AUD_LIT("not offered")};
    }
    r.findings[0].items = r.items;
    r.findings[0].num_items = AUD_COUNT(r.items);
    r.findings[2].num_items = 0;
    page = page_of(&r, "all", AUD_SEV_INFO, &buf);
    assert_int_equal(count(page, "<code>suite</code>"), AUD_COUNT(r.items));
    expect(page, "<summary>10 more items</summary>");
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

static void test_policies_of_like_names_keep_their_own_places(void **state)
{
    aud_buf buf;
    run r;

    (void)state;
    run_init(&r);
    r.policies[0].id = AUD_LIT("a/b");
    r.policies[1].id = AUD_LIT("a.b");
    r.policies[2].id = AUD_LIT("a b");
    r.policies[3].id = AUD_LIT("a:1");
    (void)page_of(&r, "all", AUD_SEV_INFO, &buf); /* which finds every id once */
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

/* security and sight --------------------------------------------------------------------------- */

static aud_str style_of(aud_str page)
{
    size_t begin = aud_str_find(page, AUD_LIT("<style>"), 0) + 7;

    return aud_str_sub(page, begin, aud_str_find(page, AUD_LIT("</style>"), begin) - begin);
}

static void test_nothing_but_the_one_style_sheet_is_allowed(void **state)
{
    static const char policy[] = "content=\"default-src 'none'; style-src 'sha256-";
    unsigned char want[32];
    unsigned char got[64];
    size_t got_len = 0;
    size_t at;
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    page = page_of(&r, "all", AUD_SEV_INFO, &buf);
    at = aud_str_find(page, AUD_LIT(policy), 0);
    assert_true(at < aud_str_find(page, AUD_LIT("<style>"), 0)); /* it rules what follows it */
    assert_true(aud_base64_decode(aud_str_sub(page, at + sizeof policy - 1, 44), got, &got_len));
    assert_int_equal(aud_sha256(style_of(page), want, NULL), AUD_OK);
    assert_int_equal(got_len, sizeof want);
    assert_memory_equal(got, want, sizeof want);
    expect(page, "'; img-src data:; base-uri 'none'; form-action 'none'\">");
    assert_false(aud_str_has(style_of(page), AUD_LIT("url(")));
    assert_false(aud_str_has(style_of(page), AUD_LIT("@import")));
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

/* x to the power of 2.4, for x in [0, 1]: x squared, times its fifth root. */
static double power_of_2_4(double x)
{
    double low = 0;
    double high = 1;

    for (unsigned i = 0; i < 50; i++) {
        double middle = (low + high) / 2;

        if (middle * middle * middle * middle * middle < x * x) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return x * x * low;
}

/* WCAG 2.2, "relative luminance" of the colour that the custom property holds at or after `from`.
 */
static double luminance(aud_str style, const char *name, size_t from)
{
    char key[32];
    double sum = 0;
    size_t at;

    (void)snprintf(key, sizeof key, "--%s:#", name);
    at = aud_str_find(style, aud_str_of(key), from);
    assert_true(at != SIZE_MAX);
    for (unsigned i = 0; i < 3; i++) {
        static const double weights[] = {0.2126, 0.7152, 0.0722};
        unsigned char byte = 0;
        size_t len = 0;
        double c;

        assert_true(aud_hex_decode(aud_str_sub(style, at + strlen(key) + (size_t)i * 2, 2), &byte,
                                   1, &len));
        c = byte / 255.0;
        sum += weights[i] * (c <= 0.04045 ? c / 12.92 : power_of_2_4((c + 0.055) / 1.055));
    }
    return sum;
}

static void test_every_colour_can_be_read_on_every_ground(void **state)
{
    static const char *const inks[] = {"text",   "dim", "link", "critical", "high",
                                       "medium", "low", "info", "pass"};
    static const char *const grounds[] = {"bg", "soft", "bad", "warn", "good"};
    aud_buf buf;
    aud_str style;
    run r;

    (void)state;
    run_init(&r);
    style = style_of(page_of(&r, "all", AUD_SEV_INFO, &buf));
    for (unsigned dark = 0; dark < 2; dark++) {
        size_t from = dark == 1 ? aud_str_find(style, AUD_LIT("prefers-color-scheme:dark"), 0) : 0;

        for (size_t i = 0; i < AUD_COUNT(inks) + 1; i++) {
            const char *ink = i < AUD_COUNT(inks) ? inks[i] : "edge";
            double least = i < AUD_COUNT(inks) ? 4.5 : 3.0; /* text; lines that carry meaning */

            for (size_t k = 0; k < AUD_COUNT(grounds); k++) {
                double a = luminance(style, ink, from) + 0.05;
                double b = luminance(style, grounds[k], from) + 0.05;
                double contrast = a > b ? a / b : b / a;

                if (contrast < least) {
                    fail_msg("%s on %s: %.2f (%s)", ink, grounds[k], contrast,
                             dark == 1 ? "dark" : "light");
                }
            }
        }
    }
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

static void test_tables_and_headings_are_made_for_all_readers(void **state)
{
    aud_buf buf;
    aud_str page;
    run r;

    (void)state;
    run_init(&r);
    page = page_of(&r, "all", AUD_SEV_INFO, &buf);
    expect(page, "<html lang=\"en\">");
    assert_int_equal(count(page, "<h1>"), 1);
    assert_int_equal(count(page, "<main "), 1);
    expect(page, "<a class=\"skip\" href=\"#main\">");
    assert_true(count(page, "<table") > 8);
    assert_int_equal(count(page, "<table"), count(page, "<caption>"));
    assert_int_equal(count(page, "<table"), count(page, "<section class=\"scroll\" tabindex=\"0\" "
                                                        "aria-label=\""));
    assert_int_equal(count(page, "<th"), count(page, "<th scope=\"col\"") +
                                             count(page, "<th scope=\"row") +
                                             count(page, "<thead"));
    aud_buf_clear(&buf);
    aud_arena_clear(&r.arena);
}

/* failures ------------------------------------------------------------------------------------- */

static void test_a_failing_allocation_is_an_error_and_never_half_a_page(void **state)
{
    aud_buf page;
    aud_status st = AUD_E_NOMEM;
    unsigned failures = 0;
    run r;

    (void)state;
    run_init(&r);
    for (uint64_t n = 1; st != AUD_OK; n++) {
        assert_true(n < 1000);
        aud_buf_init(&page, (size_t)64 << 20);
        aud_alloc_fail_at(n);
        st = render(&r, "all", AUD_SEV_INFO, &page);
        aud_alloc_fail_at(0);
        if (st == AUD_OK) {
            assert_true(aud_str_ends(aud_buf_str(&page), AUD_LIT("</html>\n")));
        } else {
            assert_int_equal(st, AUD_E_NOMEM);
            failures++;
        }
        aud_buf_clear(&page);
    }
    assert_true(failures > 5);
    aud_arena_clear(&r.arena);
}

static void test_a_finding_about_nothing_is_refused(void **state)
{
    aud_buf page;
    run r;

    (void)state;
    run_init(&r);
    r.findings[0].subject = r.result.num_subjects;
    aud_buf_init(&page, (size_t)64 << 20);
    assert_int_equal(render(&r, "all", AUD_SEV_INFO, &page), AUD_E_FORMAT);
    aud_buf_clear(&page);
    aud_arena_clear(&r.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_is_the_one_agreed_on),
        cmocka_unit_test(test_the_same_result_gives_the_same_bytes),
        cmocka_unit_test(test_the_parts_stand_in_order),
        cmocka_unit_test(test_the_page_says_what_a_reader_must_know),
        cmocka_unit_test(test_a_sum_that_does_not_add_up_is_told),
        cmocka_unit_test(test_every_exit_code_has_its_words),
        cmocka_unit_test(test_an_empty_result_is_a_page_too),
        cmocka_unit_test(test_hostile_text_is_inert_wherever_it_stands),
        cmocka_unit_test(test_a_long_text_is_cut_with_a_note),
        cmocka_unit_test(test_validity_ends_with_its_last_second),
        cmocka_unit_test(test_only_failing_subjects_are_listed_when_asked_for),
        cmocka_unit_test(test_mild_findings_are_hidden_only_with_a_note),
        cmocka_unit_test(test_worse_findings_come_before_milder_ones),
        cmocka_unit_test(test_a_great_population_comes_in_blocks_and_loses_nothing),
        cmocka_unit_test(test_many_findings_of_a_policy_lose_nothing),
        cmocka_unit_test(test_many_items_of_a_finding_lose_nothing),
        cmocka_unit_test(test_policies_of_like_names_keep_their_own_places),
        cmocka_unit_test(test_nothing_but_the_one_style_sheet_is_allowed),
        cmocka_unit_test(test_every_colour_can_be_read_on_every_ground),
        cmocka_unit_test(test_tables_and_headings_are_made_for_all_readers),
        cmocka_unit_test(test_a_failing_allocation_is_an_error_and_never_half_a_page),
        cmocka_unit_test(test_a_finding_about_nothing_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
