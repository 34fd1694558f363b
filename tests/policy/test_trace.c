/* tests/policy/test_trace.c - what an evaluation asked, in order and each once; lines that ran. */
#include "tests/policy/trial.h"

typedef struct watch {
    trial t;
    aud_lines *lines;
} watch;

/* Loads one text as "t/one" with a trace and a count of lines, and judges the usual facts. */
static void watch_run(watch *w, const char *text, const char *params)
{
    const aud_policy_text texts[] = {
        {.id = AUD_LIT("t/one"), .path = AUD_LIT("t/one.lua"), .text = aud_str_of(text)}};
    aud_policy_load load = {.texts = texts, .num_texts = 1, .host = &trial_host, .traced = true};
    size_t num = 0;

    memset(w, 0, sizeof *w);
    aud_arena_init(&w->t.arena, AUD_ARENA_NO_MAX);
    aud_bag_begin(&w->t.builder, &aud_type_certificate, &w->t.arena);
    aud_bag_begin(&w->t.key, &aud_type_key, &w->t.arena);
    assert_int_equal(aud_lines_new(&w->lines, NULL), AUD_OK);
    load.lines = w->lines;
    if (params != NULL) {
        assert_int_equal(aud_node_parse(aud_str_of(params), &w->t.arena, &load.params, NULL),
                         AUD_OK);
    }
    if (aud_policy_set_new(&load, &w->t.set, &w->t.err) != AUD_OK) {
        fail_msg("%s", w->t.err.message);
    }
    (void)aud_policy_set_errors(w->t.set, &num);
    assert_int_equal(num, 0);
    trial_facts(&w->t);
    trial_judge_at(&w->t, AUD_TEST_NOW);
}

static void watch_close(watch *w)
{
    trial_close(&w->t);
    aud_lines_freep(&w->lines);
}

/* "fact key.bits 1024; param min 2048; ..." */
static const char *steps_of(const watch *w)
{
    static char text[4096];
    size_t len = 0;
    const aud_trace *trace = w->t.opinion.trace;

    text[0] = '\0';
    assert_non_null(trace);
    for (size_t i = 0; i < trace->steps.len; i++) {
        const aud_step *s = &trace->steps.items[i];
        bool asked = s->kind != AUD_STEP_FACT && s->kind != AUD_STEP_PARAM;

        len +=
            (size_t)snprintf(text + len, sizeof text - len, "%s%s %.*s%s%.*s%s", i == 0 ? "" : "; ",
                             aud_step_name(s->kind), AUD_ARG(s->name), s->value.len > 0 ? " " : "",
                             AUD_ARG(s->value),
                             !asked      ? (s->presence == AUD_PRESENT  ? ""
                                            : s->kind == AUD_STEP_PARAM ? (s->configured ? " set" : "")
                                            : s->presence == AUD_ABSENT ? " absent"
                                                                        : " unknown")
                             : s->answer ? " true"
                                         : " false");
    }
    return text;
}

static void test_steps(void **state)
{
    static const struct {
        const char *name, *text, *params, *want;
        aud_verdict verdict;
    } cases[] = {
        {"facts and parameters, each once, in the order of asking",
         TRIAL_HEAD
         "params = { min = 2048, other = 1 }, check = function(cert, params) "
         "if cert.key.bits < params.min and cert.key.bits < params.min then "
         "return fail { item = 'key.bits', got = cert.key.bits } end return pass() end }",
         NULL, "applies  false; fact key.bits 1024; param min 2048", AUD_V_FAIL},
        {"a parameter that is set says so",
         TRIAL_HEAD "params = { min = 2048 }, check = function(cert, params) "
                    "return params.min < 100 and pass() end }",
         "t/one: {min: 64}", "applies  false; param min 64 set", AUD_V_PASS},
        {"applies that answers no",
         TRIAL_HEAD "applies = function(cert) return cert.role == 'root' end, "
                    "check = function() return pass() end }",
         NULL, "fact role \"leaf\"; applies  false", AUD_V_NOT_APPLICABLE},
        {"an absent and an unknown fact",
         TRIAL_CHECK("local a = cert.path_length return pass(cert.trust)"), NULL,
         "applies  false; fact path_length absent; fact trust unknown", AUD_V_UNDECIDED},
        {"questions",
         TRIAL_CHECK("if is_known(cert, 'trust') then return pass(cert.trust) end "
                     "if passed(cert.not_after) or within(cert.not_after, 60) then "
                     "return fail { message = 'late' } end return pass()"),
         NULL,
         "applies  false; is_known trust false; fact not_after \"2026-01-11T00:00:00Z\"; "
         "time passed false; time within false",
         AUD_V_PASS},
        {"a list of names is one fact",
         TRIAL_CHECK("for _, n in ipairs(cert.dns_names) do if n == '' then "
                     "return fail { message = n } end end return pass()"),
         NULL, "applies  false; fact dns_names [\"www.example.com\",\"example.com\"]", AUD_V_PASS},
        {"a policy that is not in force asks nothing else",
         TRIAL_HEAD "in_force_from = '2027-01-01', check = function() return pass() end }", NULL,
         "clock judged instant false", AUD_V_NOT_EFFECTIVE},
        {"the day of issuance",
         TRIAL_HEAD "issued_until = '2025-01-01', check = function() return pass() end }", NULL,
         "applies  false; fact not_before \"2025-12-22T00:00:00Z\"; clock issuance false",
         AUD_V_NOT_EFFECTIVE},
        {"a row of in_force",
         TRIAL_CHECK("local row = in_force({ { from = '2026-03-15', days = 200 }, "
                     "{ from = '2020-09-01', days = 398 } }, cert.not_before) "
                     "return row.days == 398 and pass()"),
         NULL, "applies  false; fact not_before \"2025-12-22T00:00:00Z\"; row in_force true",
         AUD_V_PASS},
        {"an approval",
         TRIAL_HEAD "params = { allow = required 'ca_list' }, check = function(cert, params) "
                    "return fail { message = approval(cert, params.allow).status } end }",
         "t/one: {allow: [{sha256: aa}]}",
         "applies  false; param allow [{\"sha256\":\"aa\"}] set; approval not_approved false",
         AUD_V_FAIL},
        {"what broke it comes last",
         TRIAL_CHECK("local c, v = cert, cert.version return c.vresion and pass()"), NULL,
         "applies  false; fact version 3", AUD_V_UNDECIDED},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        watch w;

        print_message("case: %s\n", cases[i].name);
        watch_run(&w, cases[i].text, cases[i].params);
        assert_string_equal(steps_of(&w), cases[i].want);
        assert_int_equal(w.t.opinion.verdict, cases[i].verdict);
        watch_close(&w);
    }
}

/* Watching changes nothing: params are still a table, and an unknown fact keeps its name. */
static void test_watching_changes_nothing(void **state)
{
    static const char *const bodies[] = {
        "local n = 0 for k, v in pairs(params) do n = n + 1 end return n == 2 and pass()",
        "return #params.list == 3 and table.concat(params.list) == 'abc' and pass()",
        "params.x = 1 return pass()",
        "local p = params return p.lits and pass()",
        "return cert.key.curve and pass()",
        "for _, s in ipairs(cert.sightings) do if s.host then return pass() end end",
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(bodies); i++) {
        char text[1024];
        watch w;
        trial t;

        print_message("case: %s\n", bodies[i]);
        (void)snprintf(text, sizeof text,
                       TRIAL_HEAD "params = { a = 1, list = { 'a', 'b', 'c' } }, "
                                  "check = function(cert, params) %s end }",
                       bodies[i]);
        watch_run(&w, text, NULL);
        trial_run(&t, text, NULL);
        assert_int_equal(w.t.opinion.verdict, t.opinion.verdict);
        assert_int_equal(w.t.opinion.broke, t.opinion.broke);
        assert_true(aud_str_eq(w.t.opinion.message, t.opinion.message));
        assert_true(aud_str_eq(w.t.opinion.unknown_fact, t.opinion.unknown_fact));
        assert_null(t.opinion.trace);
        trial_close(&t);
        watch_close(&w);
    }
}

static void test_flips(void **state)
{
    watch w;
    const aud_step *s;

    (void)state;
    watch_run(&w, TRIAL_CHECK("local a = passed(cert.not_after) return pass()"), NULL);
    s = &w.t.opinion.trace->steps.items[2];
    assert_int_equal(s->flips_at, AUD_TEST_NOW + 864001);
    assert_str(s->about, "not_after");
    assert_int_equal(s->line, 1);
    watch_close(&w);

    /* an answer that is yes already never becomes no */
    watch_run(&w, TRIAL_CHECK("local a = within(cert.not_before, 5) return pass()"), NULL);
    s = &w.t.opinion.trace->steps.items[2];
    assert_true(s->answer);
    assert_int_equal(s->flips_at, INT64_MAX);
    watch_close(&w);
}

/* Lines are marked in the text: '+' ran, '-' could and did not, ' ' is nothing to run. */
static void test_lines(void **state)
{
    static const char text[] = "local function far(x)\n"    /* ' ' */
                               "  return x * 2\n"           /* '-' */
                               "end\n"                      /* ' ' */
                               "local near = (function()\n" /* ' ' */
                               "  return 7\n"               /* '+', by loading */
                               "end)()\n"                   /* ' ' */
                               "return policy { title = 'T', applies_to = 'certificate',\n"
                               "  severity = 'high', cite = { doc = 'D' }, remediation = 'R',\n"
                               "  check = function(cert)\n"   /* ' ' */
                               "    local v = cert.version\n" /* '+' */
                               "    -- a comment\n"
                               "    if v == 1 then\n"             /* '+' */
                               "      local f = function()\n"     /* '-' */
                               "        return far(v)\n"          /* '-' */
                               "      end\n"                      /* ' ' */
                               "      return pass(f() .. near)\n" /* '-' */
                               "    else\n"                       /* ' ' */
                               "      v = {\n"                    /* '+' */
                               "      }\n"                        /* ' ' */
                               "\n"
                               "    end\n"           /* ' ' */
                               "    return pass()\n" /* '+' */
                               "  end,\n"
                               "}\n";
    static const char want[] = " -  +    + + - - +   +";
    const aud_policy_lines *lines;
    watch w;

    (void)state;
    watch_run(&w, text, NULL);
    assert_int_equal(w.t.opinion.verdict, AUD_V_PASS);
    lines = aud_lines_find(w.lines, AUD_LIT("t/one"));
    assert_non_null(lines);
    for (uint32_t i = 0; i < lines->num; i++) {
        char got = lines->states[i] == AUD_LINE_CAN                    ? '-'
                   : lines->states[i] == (AUD_LINE_CAN | AUD_LINE_RAN) ? '+'
                                                                       : ' ';
        if (got != (i < sizeof want - 1 ? want[i] : ' ')) {
            fail_msg("line %u: '%c'", i + 1, got);
        }
    }
    assert_null(aud_lines_find(w.lines, AUD_LIT("t/two")));
    watch_close(&w);
}

/* What is no compiled form, or a cut one, is refused without reading past its end. */
static void test_compiled_forms(void **state)
{
    static const char head[] = "\x1bLua\x54\x00\x19\x93\r\n\x1a\n\x04\x08\x08";
    char bytes[64] = {0};

    (void)state;
    memcpy(bytes, head, sizeof head - 1);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        AUD_CLEANUP(aud_lines_freep) aud_lines *lines = NULL;
        aud_policy_lines *out = NULL;

        memset(bytes + 32, 0xff, sizeof bytes - 32);
        assert_int_equal(aud_lines_new(&lines, NULL), AUD_OK);
        assert_int_equal(aud_lines_take(lines, AUD_LIT("t/one"), AUD_LIT("x\ny"),
                                        (aud_str){bytes, len}, &out, NULL),
                         AUD_E_UNSUPPORTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),          cmocka_unit_test(test_watching_changes_nothing),
        cmocka_unit_test(test_flips),          cmocka_unit_test(test_lines),
        cmocka_unit_test(test_compiled_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
