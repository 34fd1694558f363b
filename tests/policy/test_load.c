/* tests/policy/test_load.c - declarations are strict; parameters, severities and choices hold. */
#include "tests/policy/trial.h"

#include "engine/base/out.h"

#define GOOD                                                                                       \
    "title = 'T', applies_to = 'certificate', severity = 'high', cite = { doc = 'D' }, "           \
    "remediation = 'R', check = function() return pass() end, "

/* Loads one text and gives its error; fails if it has none. */
static aud_policy_error load_error(trial *t, const char *text)
{
    const aud_policy_error *errors;
    size_t num = 0, num_infos = 0;

    assert_int_equal(trial_load(t, text, NULL), AUD_OK);
    errors = aud_policy_set_errors(t->set, &num);
    (void)aud_policy_set_infos(t->set, &num_infos);
    if (num != 1) {
        fail_msg("it loads");
    }
    assert_int_equal(num_infos, 0);
    assert_str(errors[0].policy, "t/one");
    assert_str(errors[0].path, "t/one.lua");
    return errors[0];
}

typedef struct bad_text {
    const char *name, *text, *message;
    uint32_t line; /* 0: any */
} bad_text;

static void expect_errors(const bad_text *cases, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        aud_policy_error error;
        trial t;

        print_message("case: %s\n", cases[i].name);
        error = load_error(&t, cases[i].text);
        assert_has(error.message, cases[i].message);
        if (cases[i].line != 0) {
            assert_int_equal(error.line, cases[i].line);
        }
        trial_close(&t);
    }
}

static void test_what_does_not_load(void **state)
{
    static const bad_text cases[] = {
        {"empty text", "", "ends with 'return policy", 0},
        {"nothing returned", "policy { " GOOD " }", "ends with 'return policy", 0},
        {"another table returned", "policy { " GOOD " } return {}", "ends with 'return policy", 0},
        {"a plain table", "return { " GOOD " }", "ends with 'return policy", 0},
        {"two policies", "local p = policy { " GOOD " }\nreturn policy { " GOOD " }",
         "a file holds one policy", 2},
        {"a syntax error has its line", "local x\n\nreturn policy {{", "unexpected symbol", 0},
        {"an error while loading has its line", "local x\nlocal y = x.z\n",
         "attempt to index a nil value", 2},
        {"a global that is not there", "\nreturn polcy {}",
         "there is no 'polcy'; did you mean 'policy'?", 2},
        {"a byte code", "\x1bLua", "attempt to load a binary chunk", 0},
        {"varargs", "local x = 1\nlocal f = function(...) end", "'...' is not part", 2},
        {"varargs of the file", "local x = ...", "'...' is not part", 1},
        {"policy of no table", "return policy('x')", "'policy' needs one table", 1},
        {"an endless loop while loading", "while true do end", "ran out of steps", 1},
        {"pass outside of a check", "local P = pass()\nreturn policy { " GOOD " }",
         "'pass' is for inside of a check", 1},
        {"the instant outside of a check", "local P = passed(1)", "'passed' is for inside", 1},
        {"an unknown key names the nearest and its line",
         "return policy { " GOOD "\n\n titel = 'x' }", "there is no 'titel'; did you mean 'title'?",
         3},
        {"of two unknown keys the first in order", "return policy { " GOOD " zz = 1, aa = 1 }",
         "there is no 'aa'", 1},
        {"a member without a name", "return policy { " GOOD " 'x' }", "a member without a name", 1},
        {"no title",
         "return policy { applies_to = 'certificate', severity = 'high', cite = { doc = 'D' }, "
         "remediation = 'R', check = function() end }",
         "'title' is missing", 1},
        {"no severity",
         "return policy { title = 'T', applies_to = 'certificate', cite = { doc = 'D' }, "
         "remediation = 'R', check = function() end }",
         "'severity' is missing", 1},
        {"no kind",
         "return policy { title = 'T', severity = 'low', cite = { doc = 'D' }, "
         "remediation = 'R', check = function() end }",
         "'applies_to' is missing", 1},
        {"no citation",
         "return policy { title = 'T', applies_to = 'certificate', severity = 'low', "
         "remediation = 'R', check = function() end }",
         "'cite.doc' is missing", 1},
        {"a citation without document",
         "return policy { title = 'T', applies_to = 'certificate', severity = 'low', "
         "cite = { at = '1' }, remediation = 'R', check = function() end }",
         "'cite.doc' is missing", 1},
        {"a citation with an unknown key",
         "return policy { title = 'T', applies_to = 'certificate', severity = 'low',\n"
         "cite = { doc = 'D', verison = '1' }, remediation = 'R', check = function() end }",
         "there is no 'cite.verison'; did you mean 'version'?", 2},
        {"no remediation",
         "return policy { title = 'T', applies_to = 'certificate', severity = 'low', "
         "cite = { doc = 'D' }, check = function() end }",
         "'remediation' is missing", 1},
        {"no check",
         "return policy { title = 'T', applies_to = 'certificate', severity = 'low', "
         "cite = { doc = 'D' }, remediation = 'R' }",
         "'check' is missing", 1},
        {"a title that is no string",
         "return policy { title = 1, applies_to = 'certificate', severity = 'low', "
         "cite = { doc = 'D' }, remediation = 'R', check = function() end }",
         "'title' must be a string, not a number", 1},
        {"an empty title",
         "return policy { title = ' ', applies_to = 'certificate', severity = 'low', "
         "cite = { doc = 'D' }, remediation = 'R', check = function() end }",
         "'title' is empty", 1},
        {"a check that is no function",
         "return policy { title = 'T', applies_to = 'certificate', severity = 'low', "
         "cite = { doc = 'D' }, remediation = 'R', check = 'x' }",
         "'check' must be a function", 1},
        {"a check of the library",
         "return policy { title = 'T', applies_to = 'certificate', severity = 'low', "
         "cite = { doc = 'D' }, remediation = 'R', check = pass }",
         "'check' must be a function of the policy", 1},
        {"a check taken away", "local p = policy { " GOOD " } p.check = nil return p",
         "'check' is no longer a function", 0},
        {"an unknown severity",
         "return policy { title = 'T', applies_to = 'certificate', severity = 'hihg', "
         "cite = { doc = 'D' }, remediation = 'R', check = function() end }",
         "there is no severity 'hihg'; did you mean 'high'?", 1},
        {"an unknown kind",
         "return policy { title = 'T', applies_to = { 'certificat' }, severity = 'high', "
         "cite = { doc = 'D' }, remediation = 'R', check = function() end }",
         "there is no kind of subject 'certificat'; did you mean 'certificate'?", 1},
        {"no kinds",
         "return policy { title = 'T', applies_to = {}, severity = 'high', "
         "cite = { doc = 'D' }, remediation = 'R', check = function() end }",
         "names no kind", 1},
        {"kinds in a map", "return policy { " GOOD " severities = { low = true } }",
         "'severities' must be a list", 1},
        {"a level of its own", "return policy { " GOOD " level = 'may' }",
         "'level' must be 'must' or 'should'", 1},
        {"a control without framework", "return policy { " GOOD " controls = { '4.2.1' } }",
         "such as 'framework:control'", 1},
        {"a control twice",
         "return policy { " GOOD " controls = { 'hipaa:164.312(e)(1)', "
         "'hipaa:164.312(e)(1)' } }",
         "'controls' names 'hipaa:164.312(e)(1)' twice", 1},
        {"a control that the catalogue lacks",
         "return policy { " GOOD "\ncontrols = { 'pci_dss_4.0.1:4.2.l' } }",
         "no 'pci_dss_4.0.1:4.2.l'; did you mean 'pci_dss_4.0.1:4.2.1'?", 2},
        {"a framework that the catalogue lacks",
         "return policy { " GOOD " controls = { 'pci_dss_4.0:4.2.1' } }",
         "no framework 'pci_dss_4.0'; did you mean 'pci_dss_4.0.1'?", 1},
        {"a framework like no other", "return policy { " GOOD " controls = { 'acme:1' } }",
         "no framework 'acme'; 'certaudit policy controls' lists them", 1},
        {"no control on purpose, and one",
         "return policy { " GOOD " unmapped = 'why', "
         "controls = { 'dora:9(4)(d)' } }",
         "'unmapped' says why there are no 'controls'", 1},
        {"an empty reason", "return policy { " GOOD " unmapped = ' ' }", "'unmapped' is empty", 1},
        {"a date that is none", "return policy { " GOOD " issued_from = '2026-02-30' }",
         "'issued_from' must be a date", 1},
        {"a date with a time", "return policy { " GOOD " issued_from = '2026-02-03T00:00:00Z' }",
         "'issued_from' must be a date", 1},
        {"a date that is a number", "return policy { " GOOD " in_force_until = 2026 }",
         "'in_force_until' must be a string", 1},
        {"an end before its beginning",
         "return policy { " GOOD " in_force_from = '2026-01-02',\n in_force_until = '2026-01-02' }",
         "'in_force_until' is not later", 2},
        {"an issuance that begins when nothing is in force any more",
         "return policy { " GOOD " in_force_until = '2026-01-02',\n issued_from = '2026-01-02' }",
         "'issued_from' is not before 'in_force_until'", 2},
        {"issuance of what is not issued",
         "return policy { title = 'T', applies_to = 'endpoint', severity = 'high', "
         "cite = { doc = 'D' }, remediation = 'R', check = function() end, "
         "issued_from = '2026-01-01' }",
         "do not go with 'endpoint'", 1},
        {"a parameter that is a function", "return policy { " GOOD " params = { f = pass } }",
         "the parameter 'f' cannot be a function", 1},
        {"a parameter that is a fraction", "return policy { " GOOD " params = { f = 1.5 } }",
         "must be an integer", 1},
        {"a list of mixed members", "return policy { " GOOD " params = { f = { 1, 'a' } } }",
         "not of one kind", 1},
        {"a parameter without a name", "return policy { " GOOD " params = { 1 } }",
         "needs names of letters", 1},
        {"a required kind that is none",
         "return policy { " GOOD " params = { f = required 'ca_lists' } }",
         "there is no kind of parameter 'ca_lists'; did you mean 'ca_list'?", 1},
        {"a choice of nothing", "return policy { " GOOD " params = { f = choice {} } }",
         "choice needs a list", 1},
        {"a choice of numbers", "return policy { " GOOD " params = { f = choice { 1 } } }",
         "a choice must be a string", 1},
        {"an iterator kept outside",
         "local next_word = ('a b'):gmatch('%a')\nreturn policy { " GOOD
         "applies = function() return next_word() == 'a' end }",
         "the local 'next_word' holds something that remembers", 0},
        {"pairs kept outside",
         "local it = pairs({ a = 1 })\nreturn policy { " GOOD
         "applies = function() return it() == 'a' end }",
         "holds something that remembers", 0},
        {"an iterator hidden in a table",
         "local t = { { ('a b'):gmatch('%a') } }\nreturn policy {"
         " " GOOD "applies = function() return t[1][1]() == 'a' end }",
         "holds something that remembers", 0},
        {"a parameter kept outside",
         "local r = required 'list'\nreturn policy { " GOOD
         "applies = function() return r == 1 end }",
         "holds something that remembers", 0},
        {"tables nested without end",
         "local t = {} for i = 1, 100000 do t = { t } end\nreturn policy { " GOOD
         "applies = function() return t == 1 end }",
         "nested more than 64 deep", 0},
        {"a text nested without end",
         "return policy { title = ((((((((((((((((((((((((((((((((((("
         "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("
         "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("
         "(((((((((((((((((((((((((((((((((((((((((((((((((((((((((('",
         "", 0},
    };

    (void)state;
    expect_errors(cases, AUD_COUNT(cases));
}

static void test_syntax_errors_have_their_line(void **state)
{
    trial t;

    (void)state;
    assert_int_equal(load_error(&t, "local x = 1\n\nreturn policy { title = }").line, 3);
    trial_close(&t);
}

static void test_texts_that_are_not_tried(void **state)
{
    static char huge[(256 << 10) + 1];
    const struct {
        aud_str id, text;
        const char *message;
    } cases[] = {
        {AUD_LIT("one"), AUD_LIT("x"), "PACK/FILE"},
        {AUD_LIT("a/b/c"), AUD_LIT("x"), "PACK/FILE"},
        {AUD_LIT("a/"), AUD_LIT("x"), "PACK/FILE"},
        {AUD_LIT("/b"), AUD_LIT("x"), "PACK/FILE"},
        {AUD_LIT("a/b-c"), AUD_LIT("x"), "PACK/FILE"},
        {AUD_LIT(""), AUD_LIT("x"), "PACK/FILE"},
        {AUD_LIT("a/b"), AUD_LIT("x\0y"), "NUL"},
        {AUD_LIT("a/b"), AUD_LIT("-- \xff"), "UTF-8"},
        {AUD_LIT("a/b"), {huge, sizeof huge}, "longer than 256 KiB"},
    };

    (void)state;
    memset(huge, ' ', sizeof huge);
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_policy_text text = {cases[i].id, AUD_LIT("p.lua"), cases[i].text};
        const aud_policy_load load = {.texts = &text, .num_texts = 1};
        const aud_policy_error *errors;
        aud_policy_set *set = NULL;
        size_t num = 0;

        print_message("case: %s\n", cases[i].message);
        assert_int_equal(aud_policy_set_new(&load, &set, NULL), AUD_OK);
        errors = aud_policy_set_errors(set, &num);
        assert_int_equal(num, 1);
        assert_has(errors[0].message, cases[i].message);
        aud_policy_set_freep(&set);
    }
}

static void test_info(void **state)
{
    const aud_policy_info *info;
    size_t num = 0;
    trial t;

    (void)state;
    assert_int_equal(
        trial_load(
            &t,
            "-- '...' in a comment, and titel = in one too\n"
            "--[==[ ... ]==] local s = [[...]] .. '...' .. \"\\\"...\"\n"
            "return policy { title = ' T ', description = 'Long', level = 'must', "
            "applies_to = { 'request', 'certificate' }, severity = 'high', "
            "severities = { 'low', 'info' }, "
            "cite = { doc = 'D', version = '1', at = '6.3', url = 'https://example.com' }, "
            "controls = { 'pci_dss_4.0.1:4.2.1', 'iso_27001_2022:A.8.24' }, remediation = 'R', "
            "issued_from = '2020-09-01', in_force_until = '2030-01-01', "
            "params = { z = 1, on = true, names = { 'b', 'a' }, none = {}, "
            "rows = { a = 1, b = { 'x' } }, how = choice { 'fixed', 'cabf' }, "
            "allow = required 'ca_list' }, check = function() return pass() end }",
            "t/one: {allow: [{sha256: ab, n: 1}], how: cabf, names: [c]}"),
        AUD_OK);
    info = aud_policy_set_infos(t.set, &num);
    assert_int_equal(num, 1);
    assert_str(info->id, "t/one");
    assert_str(info->pack, "t");
    assert_str(info->path, "t/one.lua");
    assert_str(info->title, "T");
    assert_str(info->description, "Long");
    assert_str(info->remediation, "R");
    assert_str(info->level, "must");
    assert_int_equal(info->severity, AUD_SEV_HIGH);
    assert_int_equal(info->kinds, 1u << AUD_KIND_CERTIFICATE | 1u << AUD_KIND_REQUEST);
    assert_str(info->cite.doc, "D");
    assert_str(info->cite.version, "1");
    assert_str(info->cite.at, "6.3");
    assert_str(info->cite.url, "https://example.com");
    assert_int_equal(info->num_controls, 2);
    assert_str(info->controls[0], "iso_27001_2022:A.8.24");
    assert_str(info->issued_from, "2020-09-01T00:00:00Z");
    assert_str(info->in_force_until, "2030-01-01T00:00:00Z");
    assert_str(info->issued_until, "");
    assert_int_equal(info->sha256.len, 64);
    assert_true(info->configured);
    assert_int_equal(info->num_params, 7);
    assert_str(info->params[0].name, "allow");
    assert_str(info->params[0].value, "[{\"sha256\":\"ab\",\"n\":1}]");
    assert_true(info->params[0].configured);
    assert_str(info->params[1].value, "\"cabf\"");
    assert_str(info->params[2].value, "[\"c\"]");
    assert_str(info->params[3].value, "[]");
    assert_false(info->params[3].configured);
    assert_str(info->params[4].value, "true");
    assert_str(info->params[5].value, "{\"a\":1,\"b\":[\"x\"]}");
    assert_str(info->params[6].value, "1");
    trial_close(&t);
}

#define WITH_PARAMS                                                                                \
    TRIAL_HEAD "params = { max = 47, on = true, word = 'x', names = { 'a' }, sizes = { 1 }, "      \
               "rows = { a = 1 }, how = choice { 'fixed', 'cabf' } }, "                            \
               "check = function(cert, params) "

static void test_parameters_as_lua_sees_them(void **state)
{
    static const struct {
        const char *name, *params, *body, *want;
    } cases[] = {
        {"defaults", NULL,
         "params.max .. tostring(params.on) .. params.word .. params.names[1] .. params.how .. "
         "#params.sizes",
         "47truexafixed1"},
        {"an integer", "t/one: {max: 90}", "params.max + 1 .. ''", "91"},
        {"a boolean", "t/one: {on: false}", "tostring(params.on)", "false"},
        {"a string that looks like a number", "t/one: {word: 12}", "type(params.word)", "string"},
        {"a list", "t/one: {names: [b, c, '1']}", "table.concat(params.names, ' ')", "b c 1"},
        {"a list of integers", "t/one: {sizes: [2048, 4096]}",
         "params.sizes[1] + params.sizes[2] .. ''", "6144"},
        {"an empty list", "t/one: {names: []}", "#params.names .. ''", "0"},
        {"a map", "t/one: {rows: {b: [1, x], c: true}}",
         "params.rows.b[1] + 1 .. params.rows.b[2] .. tostring(params.rows.c)", "2xtrue"},
        {"a choice", "t/one: {how: cabf}", "params.how", "cabf"},
        {"all of them in order", NULL,
         "(function() local s = '' for k in pairs(params) do s = s .. k .. ' ' end return s end)()",
         "how max names on rows sizes word "},
        {"no parameters given", "t/one:", "params.word", "x"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char text[2048];
        trial t;

        print_message("case: %s\n", cases[i].name);
        (void)snprintf(text, sizeof text, "%s return pass(%s) end }", WITH_PARAMS, cases[i].body);
        trial_run(&t, text, cases[i].params);
        assert_false(t.opinion.broke);
        assert_str(t.opinion.message, cases[i].want);
        trial_close(&t);
    }
}

static void test_parameters_that_are_refused(void **state)
{
    static const struct {
        const char *name, *params, *message;
        uint32_t line;
    } cases[] = {
        {"an unknown policy", "\nt/on: {max: 1}",
         "'t/on', which is no policy here; did you mean "
         "'t/one'?",
         2},
        {"an unknown parameter", "t/one:\n  maxx: 1",
         "'t/one' has no parameter 'maxx'; did you mean 'max'?", 2},
        {"an integer that is a word", "t/one:\n  max: many", "'max' of 't/one' must be an integer",
         2},
        {"an integer that is a list", "t/one: {max: [1]}", "must be an integer", 1},
        {"a boolean that is a number", "t/one: {on: 3}", "must be true or false", 1},
        {"a string that is a map", "t/one: {word: {a: 1}}", "must be a string", 1},
        {"a list that is a word", "t/one: {names: a}", "must be a list", 1},
        {"a list of integers with a word", "t/one: {sizes: [1, x]}", "must be an integer", 1},
        {"a list within a list", "t/one: {names: [[a]]}", "must be a string", 1},
        {"a map that is a list", "t/one: {rows: [1]}", "must be a map", 1},
        {"a choice that is none", "t/one: {how: fixd}",
         "'how' of 't/one' cannot be 'fixd'; did you mean 'fixed'?", 1},
        {"parameters that are a list", "t/one: [1]", "must be a map", 1},
        {"policies that are a list", "[t/one]", "must be a map from policies", 1},
        {"a list of CAs that is a word", "t/two: {allow: x}", "must be a list of approved CAs", 1},
        {"a list of CAs that the host refuses", "t/two: {allow: []}",
         "'allow' of 't/two': an empty list", 1},
    };
    const aud_policy_text texts[] = {
        {AUD_LIT("t/two"), AUD_LIT("2.lua"),
         AUD_LIT(TRIAL_HEAD "params = { allow = required 'ca_list' }, check = function() end }")},
        {AUD_LIT("t/one"), AUD_LIT("1.lua"), AUD_LIT(WITH_PARAMS "end }")},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_policy_load load = {.texts = texts, .num_texts = 2, .host = &trial_host};
        aud_policy_set *set = NULL;
        aud_arena arena;
        aud_error err = {0};

        print_message("case: %s\n", cases[i].name);
        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        assert_int_equal(aud_node_parse(aud_str_of(cases[i].params), &arena, &load.params, &err),
                         AUD_OK);
        assert_int_equal(aud_policy_set_new(&load, &set, &err), AUD_E_USAGE);
        assert_null(set);
        assert_has(aud_str_of(err.message), cases[i].message);
        assert_int_equal(err.line, cases[i].line);
        aud_arena_clear(&arena);
    }
}

static void test_required_parameter_not_set(void **state)
{
    const aud_policy_info *info;
    size_t num = 0;
    trial t;

    (void)state;
    trial_run(&t,
              TRIAL_HEAD "params = { allow = required 'ca_list', n = required 'integer', "
                         "s = required 'string', l = required 'list' }, check = function(c, p) "
                         "return pass(p.s .. p.n .. p.l[1]) end }",
              "t/one: {n: 1, s: x, l: [y]}");
    info = aud_policy_set_infos(t.set, &num);
    assert_int_equal(num, 1);
    assert_false(info->configured);
    assert_str(info->params[0].value, "null");
    assert_int_equal(t.num_opinions, 0);
    trial_close(&t);

    trial_run(&t,
              TRIAL_HEAD "params = { n = required 'integer', "
                         "s = required 'string', l = required 'list' }, check = function(c, p) "
                         "return pass(p.s .. p.n .. p.l[1]) end }",
              "t/one: {n: 1, s: x, l: [y]}");
    assert_str(t.opinion.message, "x1y");
    trial_close(&t);
}

#define FITS                                                                                       \
    "return policy { " GOOD " params = { low = 1, high = 2, how = choice { 'a', 'b' } },\n"        \
    "check_params = function(p) "
static void test_parameters_together(void **state)
{
    static const struct {
        const char *name, *text, *params, *want; /* `want` NULL: it loads */
        bool usage;                              /* an error of the configuration */
        uint32_t line;
    } cases[] = {
        {"they fit", FITS "if p.low > p.high then return 'low above high' end end }",
         "t/one: {low: 2}", NULL, false, 0},
        {"they do not", FITS "if p.low > p.high then return 'low above high' end end }",
         "\nt/one:\n  low: 3", "the parameters of 't/one': low above high", true, 2},
        {"its own defaults do not", FITS "return 'no' end }", NULL, "its own defaults", false, 2},
        {"an answer that is none", FITS "return true end }", NULL, "must return what is wrong",
         false, 2},
        {"an empty answer", FITS "return ' ' end }", NULL, "must return what is wrong", false, 2},
        {"it breaks", FITS "return nil .. 'x' end }", NULL, "concatenate a nil", false, 2},
        {"it never ends", FITS "while true do end end }", NULL, "ran out of steps", false, 2},
        {"a misspelt parameter", FITS "if p.hihg then end end }", NULL,
         "there is no parameter 'hihg'; did you mean 'high'?", false, 2},
        {"it asks for the time", FITS "if passed(p.low) then end end }", NULL,
         "'passed' is for inside of a check", false, 2},
        {"it is no function", "return policy { " GOOD " check_params = 'x' }", NULL,
         "'check_params' must be a function", false, 1},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_policy_error *errors = NULL;
        size_t num = 0;
        trial t;
        aud_status st = trial_load(&t, cases[i].text, cases[i].params);

        print_message("case: %s\n", cases[i].name);
        assert_int_equal(st, cases[i].usage ? AUD_E_USAGE : AUD_OK);
        if (cases[i].usage) {
            assert_has(aud_str_of(t.err.message), cases[i].want);
            assert_int_equal(t.err.line, cases[i].line);
        } else {
            errors = aud_policy_set_errors(t.set, &num);
            assert_int_equal(num, cases[i].want != NULL);
        }
        if (errors != NULL && num > 0) {
            assert_has(errors[0].message, cases[i].want);
            assert_int_equal(errors[0].line, cases[i].line);
        }
        trial_close(&t);
    }
}

static void test_selection(void **state)
{
    static const struct {
        const char *name, *select, *skip, *want;
        aud_status st;
    } cases[] = {
        {"all, by id", NULL, NULL, "a/one a/two b/one ", AUD_OK},
        {"a pack", "a/*", NULL, "a/one a/two ", AUD_OK},
        {"all but one", NULL, "*/two", "a/one b/one ", AUD_OK},
        {"what is skipped is not selected", "a/*", "a/one", "a/two ", AUD_OK},
        {"selecting nothing", "c/*", NULL, "--select 'c/*' matches no policy", AUD_E_USAGE},
        {"skipping nothing", NULL, "a/twoo",
         "--skip 'a/twoo' matches no policy; did you mean 'a/two'?", AUD_E_USAGE},
        {"by control", "control:cis_v8:3.10", NULL, "a/one a/two ", AUD_OK},
        {"by a glob on controls", "control:hipaa:*", NULL, "a/two ", AUD_OK},
        {"without a control", NULL, "control:hipaa:*", "a/one b/one ", AUD_OK},
        {"a pack without a control", "a/*", "control:hipaa:*", "a/one ", AUD_OK},
        {"a control without a policy", "control:cis_v8:*", "a/one", "a/two ", AUD_OK},
        {"what is skipped has the control", "b/one", "control:hipaa:*", "b/one ", AUD_OK},
        {"a control that is not there", "control:cis_v8:3.100", NULL,
         "--select 'control:cis_v8:3.100' matches no control; did you mean 'control:cis_v8:3.10'?",
         AUD_E_USAGE},
        {"a framework alone", NULL, "control:cis_v8",
         "--skip 'control:cis_v8' matches no control; did you mean 'control:cis_v8:*'?",
         AUD_E_USAGE},
        {"a control that nobody names", "control:cis_v8:1.1", NULL,
         "'control:cis_v8:1.1' matches no policy: none of these packs is evidence for it",
         AUD_E_USAGE},
        {"controls like no other", "control:*acme*", NULL,
         "'control:*acme*' matches no control; 'certaudit policy controls' lists them",
         AUD_E_USAGE},
    };
    const aud_str text = AUD_LIT(TRIAL_CHECK("return pass()"));
    const aud_str one = AUD_LIT(TRIAL_HEAD "controls = { 'cis_v8:3.10' }, check = function() "
                                           "return pass() end }");
    const aud_str two = AUD_LIT(TRIAL_HEAD "controls = { 'cis_v8:3.10', 'hipaa:164.312(e)(1)' }, "
                                           "check = function() return pass() end }");
    const aud_policy_text texts[] = {{AUD_LIT("b/one"), AUD_LIT("x"), text},
                                     {AUD_LIT("a/two"), AUD_LIT("y"), two},
                                     {AUD_LIT("a/one"), AUD_LIT("z"), one}};

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        const aud_str select = aud_str_of(cases[i].select), skip = aud_str_of(cases[i].skip);
        const aud_policy_load load = {.texts = texts,
                                      .num_texts = 3,
                                      .select = &select,
                                      .num_select = cases[i].select != NULL,
                                      .skip = &skip,
                                      .num_skip = cases[i].skip != NULL};
        const aud_policy_info *infos;
        aud_policy_set *set = NULL;
        aud_error err = {0};
        char got[256] = "";
        size_t num = 0, len = 0;

        print_message("case: %s\n", cases[i].name);
        assert_int_equal(aud_policy_set_new(&load, &set, &err), cases[i].st);
        if (set == NULL) {
            assert_has(aud_str_of(err.message), cases[i].want);
            continue;
        }
        infos = aud_policy_set_infos(set, &num);
        for (size_t k = 0; k < num; k++) {
            len += (size_t)snprintf(got + len, sizeof got - len, "%.*s ", AUD_ARG(infos[k].id));
        }
        assert_string_equal(got, cases[i].want);
        aud_policy_set_freep(&set);
    }
}

static void test_one_that_breaks_does_not_stop_others(void **state)
{
    const aud_policy_text texts[] = {
        {AUD_LIT("a/bad"), AUD_LIT("x"), AUD_LIT("return 1")},
        {AUD_LIT("a/good"), AUD_LIT("y"), AUD_LIT(TRIAL_CHECK("return pass()"))},
        {AUD_LIT("a/loop"), AUD_LIT("z"), AUD_LIT(TRIAL_CHECK("while true do end"))},
        {AUD_LIT("a/zen"), AUD_LIT("y"), AUD_LIT(TRIAL_CHECK("return pass()"))}};
    aud_policy_load load = {.texts = texts, .num_texts = 4};
    size_t num = 0;
    trial t;

    (void)state;
    assert_int_equal(trial_load(&t, TRIAL_CHECK("return pass()"), NULL), AUD_OK);
    aud_policy_set_freep(&t.set);
    assert_int_equal(aud_policy_set_new(&load, &t.set, NULL), AUD_OK);
    (void)aud_policy_set_errors(t.set, &num);
    assert_int_equal(num, 1);
    trial_judge_at(&t, AUD_TEST_NOW);
    assert_int_equal(t.num_opinions, 3);
    assert_int_equal(t.opinion.verdict, AUD_V_PASS);
    trial_close(&t);

    /* the same id twice is nobody's choice */
    load.texts = (const aud_policy_text[]){texts[1], texts[1]};
    load.num_texts = 2;
    assert_int_equal(aud_policy_set_new(&load, &t.set, NULL), AUD_E_USAGE);
    load.num_texts = 0;
    assert_int_equal(aud_policy_set_new(&load, &t.set, NULL), AUD_OK);
    aud_policy_set_freep(&t.set);
}

static void test_severity_of_the_configuration(void **state)
{
    static const struct {
        const char *severity;
        aud_status st;
        const char *message;
    } cases[] = {
        {"t/one: critical", AUD_OK, ""},
        {"t/one: hi", AUD_E_USAGE, "the severity of 't/one' must be"},
        {"t/one: [low]", AUD_E_USAGE, "the severity of 't/one' must be"},
        {"t/none: low", AUD_E_USAGE, "'t/none', which is no policy here"},
    };
    const aud_policy_text text = {AUD_LIT("t/one"), AUD_LIT("x"),
                                  AUD_LIT(TRIAL_CHECK("return pass()"))};

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        aud_policy_load load = {.texts = &text, .num_texts = 1};
        aud_policy_set *set = NULL;
        aud_arena arena;
        aud_error err = {0};
        size_t num = 0;

        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        assert_int_equal(
            aud_node_parse(aud_str_of(cases[i].severity), &arena, &load.severity, NULL), AUD_OK);
        assert_int_equal(aud_policy_set_new(&load, &set, &err), cases[i].st);
        assert_has(aud_str_of(err.message), cases[i].message);
        if (set != NULL) {
            assert_int_equal(aud_policy_set_infos(set, &num)->severity, AUD_SEV_CRITICAL);
        }
        aud_policy_set_freep(&set);
        aud_arena_clear(&arena);
    }
}

static void write_file(const char *folder, const char *name, const char *text)
{
    aud_out *out = NULL;
    char path[1024];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(aud_out_open_file(aud_str_of(path), &out, NULL), AUD_OK);
    aud_out_text(out, text);
    assert_int_equal(aud_out_finish(out, NULL), AUD_OK);
    aud_out_close(out);
}

static void test_folder(void **state)
{
    const aud_str packs[] = {AUD_LIT("b")}, wrong[] = {AUD_LIT("bb")};
    const aud_policy_text *texts = NULL;
    size_t num = 0;
    char folder[1024];
    aud_arena arena;
    aud_error err = {0};
    aud_str dir;

    (void)state;
    (void)snprintf(folder, sizeof folder, "%s", aud_test_scratch("policy_folder"));
    dir = aud_str_of(folder);
    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    write_file(folder, "b/two.lua", "2");
    write_file(folder, "b/one.lua", "1");
    write_file(folder, "b/pack.lua", "p");
    write_file(folder, "b/readme.md", "r");
    write_file(folder, "a/x.lua", "x");
    write_file(folder, "readme.md", "r");
    assert_int_equal(aud_policy_read_dir(dir, NULL, 0, &arena, &texts, &num, &err), AUD_OK);
    assert_int_equal(num, 4);
    assert_str(texts[0].id, "a/x");
    assert_str(texts[1].id, "b/one");
    assert_str(texts[2].id, "b/pack");
    assert_str(texts[3].id, "b/two");
    assert_str(texts[3].text, "2");
    assert_true(aud_str_ends(texts[3].path, AUD_LIT("policy_folder/b/two.lua")));
    assert_int_equal(aud_policy_read_dir(dir, packs, 1, &arena, &texts, &num, &err), AUD_OK);
    assert_int_equal(num, 3);
    assert_int_equal(aud_policy_read_dir(dir, wrong, 1, &arena, &texts, &num, &err), AUD_E_USAGE);
    assert_has(aud_str_of(err.message), "there is no policy pack 'bb'");
    assert_int_equal(
        aud_policy_read_dir(AUD_LIT("/does/not/exist"), NULL, 0, &arena, &texts, &num, &err),
        AUD_E_NOT_FOUND);
    write_file(folder, "stray.lua", "x");
    assert_int_equal(aud_policy_read_dir(dir, NULL, 0, &arena, &texts, &num, &err), AUD_E_USAGE);
    assert_has(aud_str_of(err.message), "outside of a pack's folder");
    aud_arena_clear(&arena);
}

static void test_names_of_approvals(void **state)
{
    (void)state;
    for (int i = 0; i < AUD_NUM_APPROVALS; i++) {
        assert_non_null(aud_approval_name((aud_approval_status)i));
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(aud_approval_name((aud_approval_status)i),
                                    aud_approval_name((aud_approval_status)k));
        }
    }
}

#define NAMED(kinds, functions)                                                                    \
    "return policy { title = 'T', applies_to = " kinds ", severity = 'high', "                     \
    "cite = { doc = 'D' }, remediation = 'R', params = { least = 1, most = 2 },\n" functions " }"

/* A name that no subject can have is found before any subject is met. */
static void test_misspelt_names(void **state)
{
    static const bad_text cases[] = {
        {"a fact",
         NAMED("'certificate'", "check = function(cert)\n\nreturn cert.not_aftr and pass() end"),
         "a certificate has no fact 'not_aftr'; did you mean 'not_after'?", 4},
        {"a fact in applies",
         NAMED("'certificate'", "applies = function(c) return c.rolle == 'leaf' end, "
                                "check = function(cert) return pass() end"),
         "a certificate has no fact 'rolle'; did you mean 'role'?", 2},
        {"a part of a fact",
         NAMED("{ 'certificate', 'record' }",
               "check = function(s, params)\nif s.key.bit > 1 then return pass() end end"),
         "a key has no fact 'bit'; did you mean 'bits'?", 3},
        {"a fact of none of several kinds",
         NAMED("{ 'certificate', 'endpoint' }",
               "check = function(s) return is_known(s, 'x') and s.protocls and pass() end"),
         "none of the kinds in 'applies_to' has a fact 'protocls'; did you mean 'protocols'?", 2},
        {"a parameter",
         NAMED("'certificate'",
               "check = function(cert, params) return params.leest and pass() end"),
         "there is no parameter 'leest'; did you mean 'least'?", 2},
        {"behind a function within",
         NAMED("'certificate'",
               "check = function(cert) local f = function(x) if x then return 1 end "
               "end\nreturn cert.versoin == f(2) and pass() end"),
         "no fact 'versoin'; did you mean 'version'?", 3},
    };
    static const char *const fine[] = {
        NAMED("'certificate'", "check = function(cert) -- cert.nothing\n"
                               "local s = 'cert.nothing' .. [[cert.nothing]] return pass(s) end"),
        NAMED("'certificate'", "check = function(cert) local cert = { nothing = 1 } "
                               "return cert.nothing and pass() end"),
        NAMED("'certificate'", "check = function(c) for _, c in ipairs({}) do local a = c.x end "
                               "return pass() end"),
        NAMED("'certificate'", "check = function(c) local f = function(a, c) return c.x end "
                               "return pass() end"),
        NAMED("'certificate'", "check = function(c) local t = { c = { x = 1 } } "
                               "return t.c.x == 1 and pass() end"),
        NAMED("'certificate'", "check = function(c) c = { x = 1 } return c.x == 1 and pass() end"),
        NAMED("'certificate'", "check = function(c) local a\n a, c = 1, { x = 1 } "
                               "return c.x == 1 and pass() end"),
        NAMED("{ 'certificate', 'endpoint' }",
              "check = function(s) if kind(s) == 'endpoint' then return s.host and pass() end "
              "return s.key.bits and s.dns_names[1] and pass() end"),
        "local T = { check = function(x) return x.nothing end }\n" NAMED(
            "'certificate'", "check = function(c) return pass() end"),
    };

    (void)state;
    expect_errors(cases, AUD_COUNT(cases));
    for (size_t i = 0; i < AUD_COUNT(fine); i++) {
        size_t num = 0;
        trial t;

        assert_int_equal(trial_load(&t, fine[i], NULL), AUD_OK);
        (void)aud_policy_set_errors(t.set, &num);
        if (num > 0) {
            fail_msg("%s", fine[i]);
        }
        trial_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_does_not_load),
        cmocka_unit_test(test_misspelt_names),
        cmocka_unit_test(test_syntax_errors_have_their_line),
        cmocka_unit_test(test_texts_that_are_not_tried),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_parameters_as_lua_sees_them),
        cmocka_unit_test(test_parameters_that_are_refused),
        cmocka_unit_test(test_required_parameter_not_set),
        cmocka_unit_test(test_parameters_together),
        cmocka_unit_test(test_selection),
        cmocka_unit_test(test_one_that_breaks_does_not_stop_others),
        cmocka_unit_test(test_severity_of_the_configuration),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_names_of_approvals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
