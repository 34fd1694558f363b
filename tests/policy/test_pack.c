/* tests/policy/test_pack.c - what pack.lua gives to the policies beside it, and what it cannot. */
#include "tests/policy/trial.h"

#define PACK(members) "return pack { title = 'P', " members " }"
#define POLICY(members) TRIAL_HEAD members " }"
#define CHECK(body) POLICY("check = function(cert, params) " body " end")

/* Loads a policy with its pack; judges a certificate if both load. */
static void pack_load(trial *t, const char *pack, const char *policy, const char *params)
{
    const aud_policy_text texts[] = {
        {AUD_LIT("t/one"), AUD_LIT("t/one.lua"), aud_str_of(policy)},
        {AUD_LIT("t/pack"), AUD_LIT("t/pack.lua"), aud_str_of(pack)},
        {AUD_LIT("u/two"), AUD_LIT("u/two.lua"), AUD_LIT(TRIAL_CHECK("return pass('other')"))}};
    aud_policy_load load = {.texts = texts, .num_texts = AUD_COUNT(texts), .host = &trial_host};
    size_t num = 0;

    memset(t, 0, sizeof *t);
    aud_arena_init(&t->arena, AUD_ARENA_NO_MAX);
    aud_bag_begin(&t->builder, &aud_type_certificate, &t->arena);
    aud_bag_begin(&t->key, &aud_type_key, &t->arena);
    if (params != NULL) {
        assert_int_equal(aud_node_parse(aud_str_of(params), &t->arena, &load.params, &t->err),
                         AUD_OK);
    }
    if (aud_policy_set_new(&load, &t->set, &t->err) == AUD_OK) {
        (void)aud_policy_set_errors(t->set, &num);
        if (num == 0) {
            trial_facts(t);
        }
    }
}

/* The first opinion is that of t/one. */
static aud_status first_opinion(void *ctx, const aud_opinion *opinion, aud_error *err)
{
    aud_opinion *first = ctx;

    AUD_UNUSED(err);
    if (opinion->policy == 0) {
        *first = *opinion;
    }
    return AUD_OK;
}

static aud_opinion judge(trial *t, const aud_bag **bag)
{
    aud_opinion first = {.policy = SIZE_MAX};

    if (t->judge == NULL) {
        assert_int_equal(aud_judge_new(t->set, 0, &t->judge, &t->err), AUD_OK);
        assert_int_equal(aud_bag_build(&t->builder, bag, NULL), AUD_OK);
    }
    assert_int_equal(aud_judge_subject(t->judge, AUD_KIND_CERTIFICATE,
                                       (aud_object){&aud_type_certificate, aud_bag_get, *bag},
                                       first_opinion, &first, &t->err),
                     AUD_OK);
    return first;
}

static void test_what_is_shared(void **state)
{
    static const struct {
        const char *name, *pack, *policy, *want;
    } cases[] = {
        {"a constant", PACK("shared = { least = 3 }"), CHECK("return pass('' .. shared.least)"),
         "3"},
        {"a function",
         "local function twice(n) return 2 * n end " PACK("shared = { twice = twice }"),
         CHECK("return pass('' .. shared.twice(4))"), "8"},
        {"a function kept in a local", PACK("shared = { id = function(x) return x end }"),
         "local id = shared.id " CHECK("return pass(id('same'))"), "same"},
        {"a table", PACK("shared = { names = { 'a', 'b', { 'c' } } }"),
         CHECK("return pass(shared.names[3][1] .. #shared.names)"), "c3"},
        {"pairs goes over it in order", PACK("shared = { b = 1, a = 2 }"),
         CHECK("local s = '' for k, v in pairs(shared) do s = s .. k .. v end return pass(s)"),
         "a2b1"},
        {"facts and verdicts",
         PACK("shared = { leaf = function(c) return c.role == 'leaf' end, "
              "ok = function() return pass('by the pack') end }"),
         POLICY("applies = shared.leaf, check = shared.ok"), "by the pack"},
        {"parts of the declaration",
         PACK("shared = { kinds = { 'certificate', 'request' }, defaults = { 'x', 'y' }, "
              "ways = { 'one', 'two' } }"),
         "return policy { title = 'T', applies_to = shared.kinds, severity = 'high', "
         "cite = { doc = 'D' }, remediation = 'R', "
         "params = { l = shared.defaults, w = choice(shared.ways) }, "
         "check = function(c, p) return pass(p.l[2] .. p.w) end }",
         "yone"},
        {"rows of in_force", PACK("shared = { rows = { { from = '1960-01-01', n = 7 } } }"),
         CHECK("return pass('' .. in_force(shared.rows, cert.not_before).n)"), "7"},
        {"nothing", PACK(""), CHECK("return pass('alone')"), "alone"},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_policy_error *errors;
        size_t num = 0;
        const aud_bag *bag = NULL;
        aud_opinion opinion;
        trial t;

        print_message("case: %s\n", cases[i].name);
        pack_load(&t, cases[i].pack, cases[i].policy, NULL);
        errors = aud_policy_set_errors(t.set, &num);
        if (num > 0) {
            fail_msg("%.*s", AUD_ARG(errors[0].message));
        }
        opinion = judge(&t, &bag);
        assert_str(opinion.message, cases[i].want);
        assert_int_equal(opinion.verdict, AUD_V_PASS);
        opinion = judge(&t, &bag); /* and once more: nothing was used up */
        assert_str(opinion.message, cases[i].want);
        trial_close(&t);
    }
}

/* Nothing gets from subject to subject, or from policy to pack. */
static void test_what_is_shared_is_kept(void **state)
{
    static const struct {
        const char *name, *pack, *policy, *want;
        uint32_t line;
    } cases[] = {
        {"a member cannot be set", PACK("shared = { n = 1 }"), CHECK("shared.n = 2 return pass()"),
         "cannot be changed", 1},
        {"nor one be added", PACK("shared = {}"), CHECK("shared.m = 2 return pass()"),
         "cannot be changed", 1},
        {"nor a table inside", PACK("shared = { t = {} }"),
         CHECK("table.insert(shared.t, 1) return pass()"), "a table that the check itself made", 1},
        {"a name that is not there", PACK("shared = { hold = 1 }"),
         CHECK("return pass(shared.holds)"), "the pack shares no 'holds'; did you mean 'hold'?", 1},
        {"a function that counts",
         "local n = 0\n" PACK("shared = { next = function() n = n + 1 return n end }"),
         CHECK("return pass('' .. shared.next())"), "'n' remembers from subject to subject", 1},
        {"a function of the pack that breaks",
         "\n\n" PACK("shared = { f = function(x) return x.y end }"),
         "\n" CHECK("return pass(shared.f(nil))"), "pack.lua:3: attempt to index a nil value", 2},
        {"one that asks for what no subject has",
         "\n" PACK("shared = { f = function(c) return c.keysize end }"),
         CHECK("return pass(shared.f(cert))"), "pack.lua:2: a certificate has no fact 'keysize'",
         1},
        {"one that never ends", PACK("shared = { f = function() while true do end end }"),
         CHECK("return pass(shared.f())"), "ran out of steps", 1},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_bag *bag = NULL;
        aud_opinion opinion;
        trial t;

        print_message("case: %s\n", cases[i].name);
        pack_load(&t, cases[i].pack, cases[i].policy, NULL);
        opinion = judge(&t, &bag);
        assert_int_equal(opinion.verdict, AUD_V_UNDECIDED);
        assert_true(opinion.broke);
        assert_has(opinion.message, cases[i].want);
        assert_int_equal(opinion.broke_line, cases[i].line);
        trial_close(&t);
    }
}

static void test_packs_that_do_not_load(void **state)
{
    static const char fine[] = CHECK("return pass()");
    static const struct {
        const char *name, *pack, *policy, *want, *path;
        uint32_t line;
    } cases[] = {
        {"no title", "return pack { shared = {} }", fine, "'title' is missing", "t/pack.lua", 1},
        {"a key that is none", PACK("\nshred = {}"), fine,
         "a pack has no 'shred'; did you mean 'shared'?", "t/pack.lua", 2},
        {"no pack at its end", "return { title = 'P' }", fine, "ends with 'return pack { ... }'",
         "t/pack.lua", 0},
        {"a policy in its place", TRIAL_CHECK("return pass()"), fine,
         "'policy' is for a policy's file", "t/pack.lua", 1},
        {"a pack in a policy's place", PACK(""), PACK(""), "'pack' is for the end of pack.lua",
         "t/one.lua", 1},
        {"what it shares is no table", PACK("shared = 7"), fine, "'shared' must be a table",
         "t/pack.lua", 1},
        {"what it shares remembers", PACK("shared = { it = ('a b'):gmatch('%a') }"), fine,
         "the table 'shared' holds something that remembers", "t/pack.lua", 0},
        {"a syntax error", "return pack {{", fine, "expected", "t/pack.lua", 1},
        {"it never ends", "while true do end", fine, "ran out of steps", "t/pack.lua", 1},
        {"it reads files", "local f = io.open('x')\n" PACK(""), fine, "no 'io' in the sandbox",
         "t/pack.lua", 1},
        {"a policy that changes it", PACK("shared = { n = 1 }"), "shared.n = 2 " CHECK(""),
         "cannot be changed", "t/one.lua", 1},
        {"a policy that misspells it while loading", PACK("shared = { n = 1 }"),
         "\nlocal n = shared.nn " CHECK(""), "the pack shares no 'nn'", "t/one.lua", 2},
        {"a citation without a document", PACK("cite = { at = '1' }"), fine, "'cite' needs 'doc'",
         "t/pack.lua", 1},
        {"a policy that cites nothing", PACK("cite = { doc = 'D' }"),
         "return policy { title = 'T', applies_to = 'certificate', severity = 'high', "
         "remediation = 'R', check = function() return pass() end }",
         "'cite.at' is missing", "t/one.lua", 1},
        {"a control without framework", PACK("controls = { ['1'] = { title = 'T' } }"), fine,
         "needs keys such as 'framework:clause'", "t/pack.lua", 1},
        {"a control of the catalogue's framework",
         PACK("controls = { ['cis_v8:9.9'] = { title = 'T' } }"), fine,
         "'cis_v8' is the catalogue's own framework", "t/pack.lua", 1},
        {"a control without title", PACK("controls = { ['a:1'] = {} }"), fine,
         "must hold tables with 'title'", "t/pack.lua", 1},
        {"a control that its pack lacks", PACK("controls = { ['acme:1.1'] = { title = 'T' } }"),
         POLICY("controls = { 'acme:1.2' }, check = function() return pass() end"),
         "the pack's table of controls has no 'acme:1.2'; did you mean 'acme:1.1'?", "t/one.lua",
         1},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_policy_error *errors;
        size_t num = 0;
        trial t;

        print_message("case: %s\n", cases[i].name);
        pack_load(&t, cases[i].pack, cases[i].policy, NULL);
        errors = aud_policy_set_errors(t.set, &num);
        assert_int_equal(num, 1);
        print_message("%u: %.*s\n", errors[0].line, AUD_ARG(errors[0].message));
        assert_has(errors[0].message, cases[i].want);
        assert_str(errors[0].path, cases[i].path);
        assert_int_equal(errors[0].line, cases[i].line);
        (void)aud_policy_set_infos(t.set, &num);
        assert_int_equal(num, 1); /* the other pack still judges */
        trial_close(&t);
    }
}

static void test_citation_controls_digest(void **state)
{
    const aud_policy_info *infos;
    const aud_control *house;
    char digests[3][64];
    size_t num = 0;
    static const struct {
        const char *pack, *policy, *doc, *version, *at;
    } cases[] = {
        {PACK("cite = { doc = 'D', version = '2', url = 'https://e.example' }, "
              "controls = { ['acme:1'] = { title = 'Own', requirement = 'Do it.' } }"),
         "return policy { title = 'T', applies_to = 'certificate', severity = 'high', "
         "cite = { at = '6.3' }, controls = { 'acme:1', 'cis_v8:3.10' }, remediation = 'R', "
         "check = function() return pass() end }",
         "D", "2", "6.3"},
        {PACK("cite = { doc = 'D', version = '2', url = 'https://e.example' }"),
         "return policy { title = 'T', applies_to = 'certificate', severity = 'high', "
         "cite = { doc = 'Other' }, remediation = 'R', check = function() return pass() end }",
         "Other", "", ""},
        {PACK("cite = { doc = 'D', version = '3' }"),
         "return policy { title = 'T', applies_to = 'certificate', severity = 'high', "
         "cite = { doc = 'Other' }, remediation = 'R', check = function() return pass() end }",
         "Other", "", ""},
    };
    (void)state;

    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        trial t;

        pack_load(&t, cases[i].pack, cases[i].policy, NULL);
        infos = aud_policy_set_infos(t.set, &num);
        assert_int_equal(num, 2);
        assert_str(infos[0].cite.doc, cases[i].doc);
        assert_str(infos[0].cite.version, cases[i].version);
        assert_str(infos[0].cite.at, cases[i].at);
        assert_str(infos[0].pack_title, "P");
        assert_str(infos[0].pack_path, "t/pack.lua");
        assert_str(infos[1].pack_title, "");
        memcpy(digests[i], infos[0].sha256.ptr, 64);
        house = aud_policy_set_house(t.set, &num);
        assert_int_equal(num, i == 0 ? 1 : 0);
        if (i == 0) {
            const aud_result result = {.house_controls = house, .num_house_controls = num};

            assert_str(house[0].clause, "1");
            assert_str(aud_result_control(&result, AUD_LIT("acme:1"))->requirement, "Do it.");
        }
        trial_close(&t);
    }
    assert_memory_not_equal(digests[1], digests[2], 64); /* the policy's text is the same */
}

static void test_parameters_of_a_pack(void **state)
{
    trial t;
    (void)state;

    pack_load(&t, PACK("shared = { bad = function(p) return p.n > 3 and 'n is too much' end }"),
              POLICY("params = { n = 1 }, check_params = function(p) return shared.bad(p) or nil "
                     "end, check = function() return pass() end"),
              "t/one: {n: 9}");
    assert_int_equal(t.err.status, AUD_E_USAGE);
    assert_has(aud_str_of(t.err.message), "n is too much");
    trial_close(&t);
    pack_load(&t, PACK(""), CHECK("return pass()"), "t/pack: {n: 1}");
    assert_has(aud_str_of(t.err.message), "'t/pack', which is no policy here");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_shared),
        cmocka_unit_test(test_what_is_shared_is_kept),
        cmocka_unit_test(test_packs_that_do_not_load),
        cmocka_unit_test(test_citation_controls_digest),
        cmocka_unit_test(test_parameters_of_a_pack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
