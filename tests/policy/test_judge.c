/* tests/policy/test_judge.c - verdicts, unknown facts, times, dependences. */
#include "tests/policy/trial.h"

enum { DAY = 86400 };

static const struct {
    const char *name, *body;
    aud_verdict verdict;
    const char *message; /* part of it */
} verdicts[] = {
    {"pass is a pass", "return pass()", AUD_V_PASS, ""},
    {"pass may say why", "return pass('one size')", AUD_V_PASS, "one size"},
    {"not_applicable is one", "return not_applicable('no key')", AUD_V_NOT_APPLICABLE, "no key"},
    {"not_applicable without a message", "return not_applicable()", AUD_V_NOT_APPLICABLE, ""},
    {"a fail with an item makes its message",
     "return fail { item = 'key.bits', got = cert.key.bits, want = 'at least 2048' }", AUD_V_FAIL,
     "key.bits is 1024, want at least 2048"},
    {"a fail with a message keeps it", "return fail { message = 'Too short' }", AUD_V_FAIL,
     "Too short"},
    {"several items are counted",
     "return fail { items = { { item = 'a', got = 1 }, { item = 'b' }, { item = 'c' } } }",
     AUD_V_FAIL, "a is 1 (and 2 more)"},
    {"undecided says why", "return undecided('no log')", AUD_V_UNDECIDED, "no log"},
    {"undecided may advise", "return undecided { message = 'no log', advice = 'give one' }",
     AUD_V_UNDECIDED, "no log; give one"},
    {"an absent fact is nil", "if cert.path_length == nil then return pass() end", AUD_V_PASS, ""},
    {"a fact that is false is false",
     "if cert.is_ca == false then return pass() end return fail { message = 'x' }", AUD_V_PASS, ""},
    {"strings compare as strings", "if cert.role == 'leaf' then return pass() end", AUD_V_PASS, ""},
    {"a list has a length and members",
     "if #cert.dns_names == 2 and cert.dns_names[2] == 'example.com' and "
     "cert.dns_names[3] == nil and cert.dns_names[0] == nil then return pass() end",
     AUD_V_PASS, ""},
    {"a list is walked in order",
     "local s = '' for i, n in ipairs(cert.dns_names) do s = s .. i .. n .. ' ' end "
     "return pass(s)",
     AUD_V_PASS, "1www.example.com 2example.com "},
    {"a list can be joined", "return pass(table.concat(cert.dns_names, ','))", AUD_V_PASS,
     "www.example.com,example.com"},
    {"a fact read twice is the same", "return pass(cert.subject .. cert.subject)", AUD_V_PASS,
     "CN=www.example.comCN=www.example.com"},
    {"an object is itself", "if cert.key == cert.key then return pass() end", AUD_V_PASS, ""},
    {"is_known knows what is known",
     "if is_known(cert, 'role') and is_known(cert, 'path_length') and is_known(cert, 'key.bits') "
     "and not is_known(cert, 'trust') and not is_known(cert, 'key.curve') then return pass() end",
     AUD_V_PASS, ""},
    {"date and days",
     "return pass(date(cert.not_after) .. ' ' .. days(86401) .. ' ' .. days(0) "
     ".. ' ' .. days(86400) .. ' ' .. days(-86401))",
     AUD_V_PASS, "2026-01-11 2 0 1 -1"},
    {"a list holds what is in it, of facts as of its own",
     "local none = { 1, 'a', nil } if holds(cert.dns_names, 'example.com') and "
     "not holds(cert.dns_names, 'example') and holds(none, 'a') and not holds(none, '1') and "
     "not holds({}, nil) then return pass() end",
     AUD_V_PASS, ""},
    {"the row in force is the one of the date",
     "return pass(in_force({ { from = '2026-03-15', d = 200 }, { from = '2025-12-22', d = 398 }, "
     "{ from = '2018-03-01', d = 825 } }, cert.not_before).d .. '')",
     AUD_V_PASS, "398"},
    {"before the first row it is not effective",
     "in_force({ { from = '2026-03-15', d = 200 } }, cert.not_before) return pass()",
     AUD_V_NOT_EFFECTIVE, ""},
    {"pcall does not hold what is not effective",
     "pcall(in_force, { { from = '2026-03-15' } }, cert.not_before) return pass()",
     AUD_V_NOT_EFFECTIVE, ""},
    {"pcall holds an error",
     "local ok, why = pcall(error, 'x', 0) "
     "if not ok and why == 'x' then return pass() end",
     AUD_V_PASS, ""},
    {"pcall gives what the function gives",
     "local ok, a, b = pcall(function() return 1, 2 end) return pass(a + b .. '')", AUD_V_PASS,
     "3"},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < AUD_COUNT(verdicts); i++) {
        char text[2048];
        trial t;

        print_message("case: %s\n", verdicts[i].name);
        (void)snprintf(text, sizeof text, "%s check = function(cert, params) %s end }", TRIAL_HEAD,
                       verdicts[i].body);
        trial_run(&t, text, NULL);
        if (t.opinion.broke) {
            fail_msg("broke: %.*s", AUD_ARG(t.opinion.message));
        }
        assert_int_equal(t.num_opinions, 1);
        assert_int_equal(t.opinion.verdict, verdicts[i].verdict);
        assert_has(t.opinion.message, verdicts[i].message);
        trial_close(&t);
    }
}

/* Reading an unknown fact ends the check; nothing a policy does holds it. */
static void test_unknown_facts(void **state)
{
    static const struct {
        const char *body, *fact;
    } cases[] = {
        {"return pass(cert.trust)", "trust"},
        {"if holds(cert.uris, 'x') then return pass() end return pass()", "uris"},
        {"local x = cert.key.curve return pass()", "key.curve"},
        {"pcall(function() return cert.trust end) return pass()", "trust"},
        {"pcall(pcall, function() return cert.key.curve end) return pass()", "key.curve"},
        {"for i = 1, 10 do pcall(function() return cert.trust end) end return pass()", "trust"},
        {"table.sort({ 1, 2, 3 }, function(a, b) return cert.trust == 'x' end) return pass()",
         "trust"},
        {"local ok = pcall(function() local x = cert.trust end) "
         "return fail { message = 'caught' }",
         "trust"},
        {"return cert.owners[1] and pass() or pass()", "owners"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[2048];
        trial t;

        print_message("case: %s\n", cases[i].body);
        (void)snprintf(text, sizeof text, "%s check = function(cert, params) %s end }", TRIAL_HEAD,
                       cases[i].body);
        trial_run(&t, text, NULL);
        assert_false(t.opinion.broke);
        assert_int_equal(t.opinion.verdict, AUD_V_UNDECIDED);
        assert_str(t.opinion.unknown_fact, cases[i].fact);
        assert_has(t.opinion.message, cases[i].fact);
        trial_close(&t);
    }
}

/* A value of another type than the table says, or too long, is not taken for known. */
static void test_values_that_cannot_be_trusted(void **state)
{
    static char huge[20000];
    trial t;

    (void)state;
    memset(huge, 'x', sizeof huge);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            trial_load(&t, TRIAL_CHECK("return pass(cert.subject .. cert.version)"), NULL), AUD_OK);
        trial_facts(&t);
        if (i == 0) {
            aud_bag_set(&t.builder, AUD_F_certificate_subject, aud_int(1));
        } else if (i == 1) {
            aud_bag_set(&t.builder, AUD_F_certificate_subject,
                        aud_string((aud_str){huge, sizeof huge}));
        } else {
            aud_bag_set(&t.builder, AUD_F_certificate_version, aud_string(AUD_LIT("3")));
        }
        trial_judge_at(&t, AUD_TEST_NOW);
        assert_int_equal(t.opinion.verdict, AUD_V_UNDECIDED);
        assert_str(t.opinion.unknown_fact, i == 2 ? "version" : "subject");
        trial_close(&t);
    }
}

static void test_broken_policies(void **state)
{
    static const struct {
        const char *name, *body, *message;
    } cases[] = {
        {"a misspelt fact names the nearest", "local key = cert.key return pass(key.bit)",
         "a key has no fact 'bit'; did you mean 'bits'?"},
        {"a misspelt fact of the subject", "return (cert).not_befor and pass()",
         "a certificate has no fact 'not_befor'; did you mean 'not_before'?"},
        {"pcall does not hide a misspelt fact",
         "pcall(function() return (cert).keysize end) return pass()",
         "a certificate has no fact 'keysize'"},
        {"is_known does not know misspelt facts", "return is_known(cert, 'trusst') and pass()",
         "did you mean 'trust'?"},
        {"is_known goes through objects only", "return is_known(cert, 'role.x') and pass()",
         "'role' has no parts"},
        {"nothing returned", "", "'check' must return"},
        {"true is not a verdict", "return true", "'check' must return"},
        {"a table is not a verdict", "return { verdict = 'pass' }", "'check' must return"},
        {"a subject is not a verdict", "return cert", "'check' must return"},
        {"the function is not a verdict", "return pass", "'check' must return"},
        {"an error of Lua", "return 1 + nil", "attempt to perform arithmetic on a nil value"},
        {"an error of the policy", "error('no way')", "no way"},
        {"an error that is a table", "error({})", "raised a table"},
        {"nil compared", "return cert.path_length < 1 and pass()",
         "attempt to compare nil with number"},
        {"fail without anything", "return fail {}", "fail needs an 'item' or a 'message'"},
        {"fail with a string", "return fail 'x'", "fail needs a table"},
        {"fail with an unknown key", "return fail { item = 'a', message = 'b', sevrity = 'low' }",
         "fail has no 'sevrity'; did you mean 'severity'?"},
        {"got without item", "return fail { got = 1 }", "'item' is missing"},
        {"got of a table", "return fail { item = 'a', got = {} }", "'got' must be a string"},
        {"got that is not a number", "return fail { item = 'a', got = 0/0 }",
         "'got' is not a finite number"},
        {"a severity that is not declared", "return fail { message = 'b', severity = 'critical' }",
         "does not declare the severity 'critical'"},
        {"both items and item", "return fail { items = { { item = 'a' } }, item = 'b' }",
         "'items' stands instead of"},
        {"an item that is no table", "return fail { items = { 'a' } }",
         "a member of 'items' must be a table"},
        {"an unknown key of an item", "return fail { items = { { item = 'a', gott = 1 } } }",
         "an item has no 'gott'"},
        {"undecided without words", "return undecided()", "the message must be a string"},
        {"what holds nothing", "return holds('abc', 'a')", "holds needs a list, not a string"},
        {"rows in the wrong order",
         "return in_force({ { from = '2018-01-01' }, { from = '2019-01-01' } }, 0)",
         "newest first"},
        {"a row without a date", "return in_force({ { form = '2018-01-01' } }, 0)",
         "'from' of a row must be a string"},
        {"a row with no date", "return in_force({ { from = 'yesterday' } }, 0)", "must be a date"},
        {"no rows", "return in_force({}, 0)", "at least one row"},
        {"a global that is not there", "return pas()", "there is no 'pas'; did you mean 'pass'?"},
        {"a global set", "counter = 1 return pass()", "cannot set 'counter'"},
        {"a function redefined", "pass = fail return pass()", "cannot set 'pass'"},
        {"a method of a string that is not there", "return pass(cert.subject:trim())",
         "a string has no 'trim'"},
        {"a fact that is a string has no parts", "return pass(cert.subject.common_name)",
         "a string has no 'common_name'"},
        {"a parameter that is not declared", "return pass((params).max)",
         "there is no parameter 'max'"},
        {"approval with no list", "return approval(cert, {}) and pass()",
         "must be a 'ca_list' parameter"},
        {"approval of no subject", "return approval('x', {}) and pass()", "must be a subject"},
        {"a policy within a check", "return policy {}", "not for a check"},
        {"facts cannot be set", "cert.role = 'root' return pass()", "facts cannot be changed"},
        {"lists cannot be set", "cert.dns_names[1] = 'x' return pass()", "facts cannot be changed"},
        {"a list has no names", "return pass(cert.dns_names.x)",
         "the position in a list must be an integer"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[2048];
        trial t;

        print_message("case: %s\n", cases[i].name);
        (void)snprintf(text, sizeof text, "%s\ncheck = function(cert, params)\n%s end }",
                       TRIAL_HEAD, cases[i].body);
        trial_run(&t, text, NULL);
        assert_true(t.opinion.broke);
        assert_int_equal(t.opinion.verdict, AUD_V_UNDECIDED);
        assert_has(t.opinion.message, cases[i].message);
        assert_in_range(t.opinion.broke_line, 2, 3);
        assert_int_equal(t.opinion.num_items, 0);
        trial_close(&t);
    }
}

static void test_items(void **state)
{
    trial t;

    (void)state;
    trial_run(&t,
              TRIAL_CHECK("return fail { severity = 'low', items = {"
                          "{ item = 'not_after', got = cert.not_after, want = date(0) }, "
                          "{ item = 'key.bits', got = cert.key.bits, want = 2048 }, "
                          "{ item = 'is_ca', got = cert.is_ca, want = true }, "
                          "{ item = 'share', got = 1.5 } } }"),
              NULL);
    assert_int_equal(t.opinion.verdict, AUD_V_FAIL);
    assert_int_equal(t.opinion.severity, AUD_SEV_LOW);
    assert_int_equal(t.opinion.num_items, 4);
    assert_str(t.opinion.items[0].got, "2026-01-11T00:00:00Z");
    assert_str(t.opinion.items[0].want, "1970-01-01");
    assert_str(t.opinion.items[1].item, "key.bits");
    assert_str(t.opinion.items[1].got, "1024");
    assert_str(t.opinion.items[1].want, "2048");
    assert_str(t.opinion.items[2].got, "false");
    assert_str(t.opinion.items[2].want, "true");
    assert_str(t.opinion.items[3].got, "1.5");
    assert_str(t.opinion.items[3].want, "");
    trial_close(&t);
}

static void test_times(void **state)
{
    static const struct {
        const char *name, *body;
        int64_t at;
        aud_verdict verdict;
        int64_t flips_at;
    } cases[] = {
        {"not expired: flips behind its last second",
         "if passed(cert.not_after) then return fail { message = 'x' } end return pass()",
         AUD_TEST_NOW, AUD_V_PASS, AUD_TEST_NOW + 864001},
        {"its last second still counts",
         "if passed(cert.not_after) then return fail { message = 'x' } end return pass()",
         AUD_TEST_NOW + 864000, AUD_V_PASS, AUD_TEST_NOW + 864001},
        {"expired: never flips again",
         "if passed(cert.not_after) then return fail { message = 'x' } end return pass()",
         AUD_TEST_NOW + 864001, AUD_V_FAIL, INT64_MAX},
        {"within is not yet",
         "if within(cert.not_after, 5 * 86400) then return fail { message = 'x' } end return "
         "pass()",
         AUD_TEST_NOW, AUD_V_PASS, AUD_TEST_NOW + 5 * DAY},
        {"within is now",
         "if within(cert.not_after, 10 * 86400) then return fail { message = 'x' } end return "
         "pass()",
         AUD_TEST_NOW, AUD_V_FAIL, INT64_MAX},
        {"the next of several instants counts",
         "local a = within(cert.not_after, 3 * 86400) local b = within(cert.not_after, 86400 * 7) "
         "local c = passed(cert.not_after) return pass()",
         AUD_TEST_NOW, AUD_V_PASS, AUD_TEST_NOW + 3 * DAY},
        {"numbers at the ends do no harm",
         "local a, b = passed(math.maxinteger), within(math.mininteger, math.maxinteger) "
         "if not a and b then return pass() end",
         AUD_TEST_NOW, AUD_V_PASS, INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[2048];
        trial t;

        print_message("case: %s\n", cases[i].name);
        (void)snprintf(text, sizeof text, "%s check = function(cert, params) %s end }", TRIAL_HEAD,
                       cases[i].body);
        assert_int_equal(trial_load(&t, text, NULL), AUD_OK);
        trial_facts(&t);
        trial_judge_at(&t, cases[i].at);
        assert_false(t.opinion.broke);
        assert_int_equal(t.opinion.verdict, cases[i].verdict);
        assert_true(t.opinion.flips_at == cases[i].flips_at);
        assert_true((t.opinion.deps & AUD_DEP_TIME) != 0);
        trial_close(&t);
    }
}

static void test_dates_of_a_policy(void **state)
{
    static const struct {
        const char *name, *dates;
        aud_verdict verdict;
        int64_t flips_at;
    } cases[] = {
        {"issued on the first day counts", "issued_from = '2025-12-22',", AUD_V_FAIL, INT64_MAX},
        {"issued the day before does not", "issued_from = '2025-12-23',", AUD_V_NOT_EFFECTIVE,
         INT64_MAX},
        {"the day it ends no longer counts", "issued_until = '2025-12-22',", AUD_V_NOT_EFFECTIVE,
         INT64_MAX},
        {"the day before it ends does", "issued_until = '2025-12-23',", AUD_V_FAIL, INT64_MAX},
        {"in force from today", "in_force_from = '2026-01-01',", AUD_V_FAIL, INT64_MAX},
        {"in force from tomorrow", "in_force_from = '2026-01-02',", AUD_V_NOT_EFFECTIVE,
         AUD_TEST_NOW + DAY},
        {"in force until today", "in_force_until = '2026-01-01',", AUD_V_NOT_EFFECTIVE, INT64_MAX},
        {"in force until tomorrow", "in_force_until = '2026-01-02',", AUD_V_FAIL,
         AUD_TEST_NOW + DAY},
        {"what does not apply is not asked when it was issued",
         "issued_from = '2026-12-22', applies = function(c) return false end,",
         AUD_V_NOT_APPLICABLE, INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[2048];
        trial t;

        print_message("case: %s\n", cases[i].name);
        (void)snprintf(text, sizeof text,
                       "%s %s check = function() return fail { message = 'x' } end }", TRIAL_HEAD,
                       cases[i].dates);
        trial_run(&t, text, NULL);
        assert_false(t.opinion.broke);
        assert_int_equal(t.opinion.verdict, cases[i].verdict);
        assert_true(t.opinion.flips_at == cases[i].flips_at);
        trial_close(&t);
    }
}

static void test_issue_date_unknown(void **state)
{
    trial t;

    (void)state;
    assert_int_equal(trial_load(&t,
                                TRIAL_HEAD "issued_from = '2020-01-01', check = function() "
                                           "return pass() end }",
                                NULL),
                     AUD_OK);
    trial_judge_at(&t, AUD_TEST_NOW);
    assert_int_equal(t.opinion.verdict, AUD_V_UNDECIDED);
    assert_str(t.opinion.unknown_fact, "not_before");
    trial_close(&t);
}

static void test_applies(void **state)
{
    static const struct {
        const char *body;
        aud_verdict verdict;
        bool broke;
    } cases[] = {
        {"return true", AUD_V_PASS, false},
        {"return cert.role == 'root'", AUD_V_NOT_APPLICABLE, false},
        {"return cert.trust == 'public'", AUD_V_UNDECIDED, false},
        {"return", AUD_V_UNDECIDED, true},
        {"return 1", AUD_V_UNDECIDED, true},
        {"error('x')", AUD_V_UNDECIDED, true},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[2048];
        trial t;

        print_message("case: %s\n", cases[i].body);
        (void)snprintf(text, sizeof text,
                       "%s applies = function(cert) %s end, check = function() return pass() end }",
                       TRIAL_HEAD, cases[i].body);
        trial_run(&t, text, NULL);
        assert_int_equal(t.opinion.verdict, cases[i].verdict);
        assert_int_equal(t.opinion.broke, cases[i].broke);
        trial_close(&t);
    }
}

static void test_dependences(void **state)
{
    static const struct {
        const char *body;
        unsigned deps;
    } cases[] = {
        {"return pass()", 0},
        {"return cert.version == 3 and pass()", AUD_DEP_CONTENT},
        {"return cert.owners and pass()", AUD_DEP_CONTEXT},
        {"return is_known(cert, 'role') and pass()", AUD_DEP_CONTEXT},
        {"return cert.key.bits == 1024 and cert.owners and pass()",
         AUD_DEP_CONTENT | AUD_DEP_CONTEXT},
        /* a leaf stays one, wherever else it is seen */
        {"return cert.role == 'leaf' and pass()", AUD_DEP_CONTENT},
        {"return not is_known(cert, 'superseded') and pass()", AUD_DEP_RENEWAL},
        {"return cert.superseded and pass()", AUD_DEP_RENEWAL},
        {"return not is_known(cert, 'same_key') and pass()", AUD_DEP_POPULATION},
        {"passed(0) return pass()", AUD_DEP_TIME},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[2048];
        trial t;

        print_message("case: %s\n", cases[i].body);
        (void)snprintf(text, sizeof text, "%s check = function(cert) %s end }", TRIAL_HEAD,
                       cases[i].body);
        trial_run(&t, text, NULL);
        assert_false(t.opinion.broke);
        assert_int_equal(t.opinion.deps, cases[i].deps);
        /* the second policy on a subject finds its facts read already; they count all the same */
        assert_int_equal(aud_judge_subject(t.judge, AUD_KIND_CERTIFICATE,
                                           (aud_object){&aud_type_certificate, aud_bag_get,
                                                        &(aud_bag){&aud_type_certificate, NULL, 0}},
                                           trial_take, &t, NULL),
                         AUD_OK);
        trial_close(&t);
    }
}

/* Two policies on one subject: what the first has read still counts for the second. */
static void test_dependences_of_facts_read_before(void **state)
{
    const aud_policy_text texts[] = {
        {AUD_LIT("t/a"), AUD_LIT("a.lua"),
         AUD_LIT(TRIAL_CHECK("return cert.role == 'leaf' and cert.path_length == nil and pass()"))},
        {AUD_LIT("t/b"), AUD_LIT("b.lua"),
         AUD_LIT(TRIAL_CHECK("return cert.role == 'leaf' and cert.path_length == nil and pass()"))},
    };
    const aud_policy_load load = {.texts = texts, .num_texts = 2};
    trial t;

    (void)state;
    assert_int_equal(trial_load(&t, TRIAL_CHECK("return pass()"), NULL), AUD_OK);
    aud_policy_set_freep(&t.set);
    assert_int_equal(aud_policy_set_new(&load, &t.set, NULL), AUD_OK);
    trial_facts(&t);
    trial_judge_at(&t, AUD_TEST_NOW);
    assert_int_equal(t.num_opinions, 2);
    assert_int_equal(t.opinion.policy, 1);
    assert_int_equal(t.opinion.verdict, AUD_V_PASS);
    assert_int_equal(t.opinion.deps, AUD_DEP_CONTENT); /* a leaf stays a leaf */
    trial_close(&t);
}

static void test_approval(void **state)
{
    trial t;

    (void)state;
    trial_run(&t,
              TRIAL_HEAD "params = { allow = required 'ca_list' }, check = function(cert, params) "
                         "local a = approval(cert, params.allow) "
                         "return fail { message = a.status .. ':' .. a.anchor } end }",
              "t/one: {allow: [{sha256: ab}]}");
    assert_int_equal(t.opinion.verdict, AUD_V_FAIL);
    assert_str(t.opinion.message, "not_approved:CN=Stray CA");
    assert_int_equal(t.opinion.deps, AUD_DEP_POPULATION);
    trial_close(&t);
}

static void test_severity_follows_the_configuration(void **state)
{
    const aud_policy_text texts[] = {
        {AUD_LIT("t/one"), AUD_LIT("a.lua"),
         AUD_LIT(TRIAL_CHECK("return fail { message = 'x', severity = 'high' }"))}};
    aud_policy_load load = {.texts = texts, .num_texts = 1};
    trial t;

    (void)state;
    assert_int_equal(trial_load(&t, TRIAL_CHECK("return pass()"), NULL), AUD_OK);
    aud_policy_set_freep(&t.set);
    assert_int_equal(aud_node_parse(AUD_LIT("t/one: medium"), &t.arena, &load.severity, NULL),
                     AUD_OK);
    assert_int_equal(aud_policy_set_new(&load, &t.set, NULL), AUD_OK);
    trial_facts(&t);
    trial_judge_at(&t, AUD_TEST_NOW);
    assert_int_equal(t.opinion.severity, AUD_SEV_MEDIUM);
    trial_close(&t);
}

static void test_requests_are_issued_now(void **state)
{
    const aud_policy_text texts[] = {
        {AUD_LIT("t/one"), AUD_LIT("a.lua"),
         AUD_LIT("return policy { title = 'T', applies_to = { 'request', 'certificate' }, "
                 "severity = 'low', cite = { doc = 'D' }, remediation = 'R', "
                 "issued_from = '2026-03-15', check = function() return pass() end }")}};
    const aud_policy_load load = {.texts = texts, .num_texts = 1};
    const aud_bag bag = {&aud_type_request, NULL, 0};
    trial t;

    (void)state;
    assert_int_equal(trial_load(&t, TRIAL_CHECK("return pass()"), NULL), AUD_OK);
    aud_policy_set_freep(&t.set);
    assert_int_equal(aud_policy_set_new(&load, &t.set, NULL), AUD_OK);
    assert_int_equal(aud_judge_new(t.set, AUD_TEST_NOW, &t.judge, NULL), AUD_OK);
    assert_int_equal(aud_judge_subject(t.judge, AUD_KIND_REQUEST,
                                       (aud_object){&aud_type_request, aud_bag_get, &bag},
                                       trial_take, &t, NULL),
                     AUD_OK);
    assert_int_equal(t.opinion.verdict, AUD_V_NOT_EFFECTIVE);
    assert_true(t.opinion.flips_at == AUD_TEST_NOW + (31 + 28 + 14) * (int64_t)DAY);
    assert_int_equal(t.opinion.deps, AUD_DEP_TIME);
    trial_close(&t);
}

static void test_another_kind_is_not_judged(void **state)
{
    const aud_bag bag = {&aud_type_request, NULL, 0};
    trial t;

    (void)state;
    trial_run(&t, TRIAL_CHECK("return pass()"), NULL);
    assert_int_equal(aud_judge_subject(t.judge, AUD_KIND_REQUEST,
                                       (aud_object){&aud_type_request, aud_bag_get, &bag},
                                       trial_take, &t, NULL),
                     AUD_OK);
    assert_int_equal(t.num_opinions, 1);
    assert_int_equal(aud_judge_subject(t.judge, AUD_KIND_CERTIFICATE,
                                       (aud_object){&aud_type_request, aud_bag_get, &bag},
                                       trial_take, &t, NULL),
                     AUD_E_USAGE);
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_unknown_facts),
        cmocka_unit_test(test_values_that_cannot_be_trusted),
        cmocka_unit_test(test_broken_policies),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_dates_of_a_policy),
        cmocka_unit_test(test_issue_date_unknown),
        cmocka_unit_test(test_applies),
        cmocka_unit_test(test_dependences),
        cmocka_unit_test(test_dependences_of_facts_read_before),
        cmocka_unit_test(test_approval),
        cmocka_unit_test(test_severity_follows_the_configuration),
        cmocka_unit_test(test_requests_are_issued_now),
        cmocka_unit_test(test_another_kind_is_not_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
