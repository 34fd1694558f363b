/* tests/policy/test_sandbox.c - no way out, no way to hang, nothing kept, the same every time. */
#include "tests/policy/trial.h"

static void run_body(trial *t, const char *before, const char *body)
{
    static char text[16384];
    int len = snprintf(text, sizeof text, "%s\n%s\ncheck = function(cert, params)\n%s\nend }",
                       before, TRIAL_HEAD, body);

    assert_in_range(len, 1, sizeof text - 1);
    trial_run(t, text, NULL);
}

/* What is not on the allow-list is not there; asking for it breaks the policy. */
static void test_names_that_are_not_there(void **state)
{
    static const char *const names[] = {
        "_G",           "_VERSION", "collectgarbage", "coroutine",    "debug",      "dofile",
        "getmetatable", "io",       "load",           "loadfile",     "loadstring", "next",
        "os",           "package",  "print",          "rawequal",     "rawget",     "rawlen",
        "rawset",       "require",  "select",         "setmetatable", "warn",       "xpcall",
    };
    static const char *const members[] = {
        "string.dump", "string.pack", "string.unpack", "string.packsize",
        "table.move",  "table.pack",  "math.random",   "math.randomseed",
        "math.exp",    "math.log",    "math.sin",      "utf8.charpattern",
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        char body[256], want[64];
        trial t;

        print_message("case: %s\n", names[i]);
        (void)snprintf(body, sizeof body, "pcall(function() return %s end) return pass()",
                       names[i]);
        (void)snprintf(want, sizeof want, "there is no '%s'", names[i]);
        run_body(&t, "", body);
        assert_true(t.opinion.broke);
        assert_has(t.opinion.message, want);
        assert_false(t.opinion.misused); /* undecided, exit 4 */
        trial_close(&t);
    }
    for (size_t i = 0; i < AUD_COUNT(members); i++) {
        char body[256];
        trial t;

        print_message("case: %s\n", members[i]);
        (void)snprintf(body, sizeof body,
                       "local f = %s return f == nil and pass() or fail { message = 'there' }",
                       members[i]);
        run_body(&t, "", body);
        assert_true(t.opinion.broke || t.opinion.verdict == AUD_V_PASS);
        trial_close(&t);
    }
}

/* Each of these would run for ever, or for hours, or take all memory. */
static void test_what_would_hang(void **state)
{
    static const struct {
        const char *name, *body;
        const char *message;
    } cases[] = {
        {"an endless loop", "while true do end", "ran out of steps"},
        {"an endless loop in pcall", "pcall(function() while true do end end) return pass()",
         "ran out of steps"},
        {"pcall in an endless loop", "while true do pcall(error) end", "ran out of steps"},
        {"pcall within pcall for ever",
         "local function f() pcall(f) end while true do pcall(f) end", "ran out of steps"},
        {"a goto", "::again:: goto again", "ran out of steps"},
        {"a counting loop", "for i = 1, math.maxinteger do end", "ran out of steps"},
        {"tail calls for ever", "local function f() return f() end f()", "ran out of steps"},
        {"calls for ever", "local function f() return 1 + f() end f()", ""},
        {"nested '.-'", "(('a'):rep(400) .. 'b'):find(('.-'):rep(40) .. 'c') return pass()", ""},
        {"nested '.*'", "(('a'):rep(1000)):match(('a*'):rep(30) .. 'b') return pass()", ""},
        {"'.-' in a long gsub", "('x'):rep(16000):gsub('.-.-.-.-y', '') return pass()", ""},
        {"gmatch over and over",
         "while true do for w in ('a b'):rep(1000):gmatch('%a*') do end end", "ran out of steps"},
        {"rep without end", "return pass(('x'):rep(1 << 60))", "a string longer than 16384"},
        {"rep of nothing without end", "return pass((''):rep(1 << 60) .. ('x'):rep(20000))",
         "a string longer than 16384"},
        {"a string that doubles", "local s = 'x' while true do s = s .. s end",
         "ran out of memory"},
        {"a string that doubles in pcall",
         "pcall(function() local s = 'x' while true do s = s .. s end end) return pass()",
         "ran out of memory"},
        {"concat for ever",
         "local s = ('x'):rep(16000) while true do local t = s .. '1' .. 'y' end",
         "ran out of steps"},
        {"upper for ever", "local s = ('x'):rep(16000) while true do s = s:upper() end",
         "ran out of steps"},
        {"comparing for ever",
         "local a, b = ('x'):rep(16000), ('x'):rep(16000) while true do local c = a == b end",
         "ran out of steps"},
        {"ordering for ever",
         "local a, b = ('x'):rep(16000), ('x'):rep(16000) while true do local c = a < b end",
         "ran out of steps"},
        {"a table that grows", "local t = {} for i = 1, math.maxinteger do t[i] = {} end", ""},
        {"a table that grows in pcall",
         "while true do pcall(function() local t = {} for i = 1, 1 << 40 do t[i] = { i } end end) "
         "end",
         ""},
        {"insert at the front", "local t = {} while true do table.insert(t, 1, 0) end",
         "ran out of steps"},
        {"remove from the front",
         "local t = {} for i = 1, 10000 do t[i] = 0 end while true do table.remove(t, 1) end", ""},
        {"insert into what lies about its length", "table.insert(cert.dns_names, 1)",
         "needs a table that the check itself made"},
        {"sort of what lies about its length", "table.sort(cert.dns_names)",
         "needs a table that the check itself made"},
        {"sort with a comparator that never ends",
         "table.sort({ 1, 2 }, function() while true do end end)", "ran out of steps"},
        {"a comparator that contradicts itself",
         "local t = {} for i = 1, 9000 do t[i] = i end "
         "while true do table.sort(t, function() return true end) end",
         "ran out of steps"},
        {"a comparator that empties the list",
         "local t = { 3, 2, 1 } table.sort(t, function() t[1], t[2], t[3] = nil return true end) "
         "while true do end",
         ""},
        {"unpack of many", "return pass(table.unpack({ 1 }, 1, 1 << 40))", "more than 250 values"},
        {"unpack from one end to the other",
         "return pass(table.unpack({}, math.mininteger, math.maxinteger))", "more than 250 values"},
        {"byte of many", "return ('x'):rep(1000):byte(1, -1)", "more than 250 values"},
        {"codepoint of many", "return utf8.codepoint(('x'):rep(1000), 1, -1)",
         "more than 250 values"},
        {"join of a long list",
         "local t = {} for i = 1, 9000 do t[i] = 'abcdef' end "
         "return pass(table.concat(t, ', '))",
         "a string longer than 16384"},
        {"join with indices of any size",
         "return pass(table.concat({ 'a' }, ',', math.mininteger, math.maxinteger) .. "
         "('x'):rep(99999))",
         "a string longer than 16384"},
        {"a wide format", "return pass(('%99999999d'):format(1))", "at most two digits"},
        {"a precise format", "return pass(('%.9999f'):format(1))", "at most two digits"},
        {"a long format", "return pass(('%99d'):rep(300):format(1))", ""},
        {"verdicts without end", "local s = ('x'):rep(16000) while true do pass(s) end",
         "its verdicts hold more than"},
        {"items without end",
         "local t = {} for i = 1, 5000 do t[i] = { item = 'x' } end return fail { items = t }",
         "'items' has more than 4096"},
        {"facts without end", "while true do local x = cert.dns_names[1] end", "ran out of steps"},
        {"approvals without end", "while true do pcall(is_known, cert, 'key.bits') end",
         "ran out of steps"},
        {"pairs without end",
         "local t = {} for i = 1, 1000 do t[i] = i end while true do pairs(t) end",
         "ran out of steps"},
        {"an error that is an error", "error(setmetatable)", "there is no 'setmetatable'"},
        {"an error object that is raised again and again",
         "local e = {} while true do pcall(error, e) pcall(error, error) pcall(error, pcall) end",
         "ran out of steps"},
        {"an error that raises in pcall's own error",
         "local function f() error(f) end while true do pcall(f) pcall(pcall, f) end",
         "ran out of steps"},
        {"an error object at the end", "error({ {} })", "raised a table"},
        {"a variable that is to be closed", "local x <close> = {} return pass()", ""},
        {"a string that is called", "return ('x')()", ""},
        {"'.-' in gmatch",
         "for w in ('a'):rep(9000):gmatch(('.-'):rep(40) .. 'z') do end "
         "while true do end",
         "ran out of steps"},
        {"a pattern of many captures", "while true do (('a'):rep(60)):match(('(a-)'):rep(31)) end",
         "too many captures"},
        {"a set that never ends", "while true do ('a'):rep(9000):find('[^b-zb-zb-zb-z]*b') end",
         "ran out of steps"},
        {"gsub with a function that never ends",
         "('x'):gsub('x', function() while true do end end)", "must be a string"},
        {"gsub that grows", "local s = 'x' while true do s = s:gsub('x', 'xx') end", ""},
        {"utf8 over and over",
         "local s = ('x'):rep(16000) while true do utf8.len(s) for _ in utf8.codes(s) do end end",
         "ran out of steps"},
        {"numbers of many digits", "local s = ('9'):rep(16000) while true do tonumber(s) end",
         "ran out of steps"},
        {"text that adds as a number", "local s = '1' while true do s = s + '1' end",
         "arithmetic on a string"},
        {"an item that holds itself", "local t = {} t.items = { t } return fail(t)", ""},
        {"a list of items that holds itself", "local t = {} t[1] = t return fail { items = t }",
         ""},
        {"insert far behind the end",
         "local t = {} table.insert(t, 1, 1) t[math.maxinteger] = 1 while true do t[#t + 1] = 1 "
         "end",
         ""},
        {"tables in tables", "local t = {} while true do t = { t, t } end", ""},
        {"functions that make functions",
         "local f = function() end while true do local g = f f = function() return g end end", ""},
        {"is_known of what holds it", "while true do is_known(cert, ('key.'):rep(4000)) end", ""},
        {"dates without end", "while true do date(math.maxinteger) days(math.mininteger) end",
         "ran out of steps"},
        {"deep nesting of calls in pcall",
         "local function f(n) return pcall(f, n + 1) end f(1) while true do end",
         "ran out of steps"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        trial t;

        print_message("case: %s\n", cases[i].name);
        run_body(&t, "", cases[i].body);
        if (!t.opinion.broke) {
            fail_msg("it came to an end: %s", aud_verdict_name(t.opinion.verdict));
        }
        assert_int_equal(t.opinion.verdict, AUD_V_UNDECIDED);
        assert_has(t.opinion.message, cases[i].message);
        /* the judge is as good as before */
        assert_int_equal(aud_judge_subject(t.judge, AUD_KIND_CERTIFICATE,
                                           (aud_object){&aud_type_certificate, aud_bag_get,
                                                        &(aud_bag){&aud_type_certificate, NULL, 0}},
                                           trial_take, &t, NULL),
                         AUD_OK);
        trial_close(&t);
    }
}

/* What a policy made before its functions cannot carry anything from one subject to the next. */
static void test_nothing_is_kept(void **state)
{
    static const struct {
        const char *name, *before, *body;
        const char *message;
    } cases[] = {
        {"a counter", "local n = 0", "n = n + 1 return pass()", "'n' remembers"},
        {"a counter behind a function", "local n = 0 local function up() n = n + 1 end",
         "up() return pass()", "'n' remembers"},
        {"a counter behind a table of functions",
         "local n = 0 local T = { { up = function() n = n + 1 end } }", "T[1].up() return pass()",
         "'n' remembers"},
        {"a counter beside an unknown fact", "local n = 0", "n = n + 1 return pass(cert.trust)",
         "'n' remembers"},
        {"a subject", "local last", "last = cert return pass()", "'last' remembers"},
        {"a list", "local seen = {}", "seen[#seen + 1] = cert.subject return pass()",
         "cannot be changed"},
        {"a list within a list", "local seen = { a = { b = {} } }", "seen.a.b.x = 1 return pass()",
         "cannot be changed"},
        {"a list that pcall hides", "local seen = {}",
         "pcall(function() seen[1] = 1 end) return pass()", "cannot be changed"},
        {"a list changed by insert", "local seen = {}", "table.insert(seen, 1) return pass()",
         "needs a table that the check itself made"},
        {"a list changed by sort", "local seen = { 2, 1 }", "table.sort(seen) return pass()",
         "needs a table that the check itself made"},
        {"a list changed by remove", "local seen = { 2, 1 }", "table.remove(seen) return pass()",
         "needs a table that the check itself made"},
        {"parameters", "", "params.x = 1 return pass()", "cannot be changed"},
        {"the string library", "", "string.upper = string.lower return pass()",
         "cannot be changed"},
        {"the environment", "", "_ENV.pass = 1 return pass()", "cannot set 'pass'"},
        {"an environment of its own", "", "_ENV = { pass = pass } return pass()",
         "'_ENV' remembers"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        trial t;

        print_message("case: %s\n", cases[i].name);
        run_body(&t, cases[i].before, cases[i].body);
        assert_true(t.opinion.broke);
        assert_int_equal(t.opinion.verdict, AUD_V_UNDECIDED);
        assert_has(t.opinion.message, cases[i].message);
        trial_close(&t);
    }
}

/* A local that a check changed is put back: the second subject meets it as the first did. */
static void test_changed_locals_are_put_back(void **state)
{
    const aud_bag empty = {&aud_type_certificate, NULL, 0};
    trial t;

    (void)state;
    run_body(&t, "local n = 0",
             "if cert.role == 'leaf' then n = n + 1 end "
             "return fail { message = 'n is ' .. n }");
    assert_true(t.opinion.broke);
    assert_int_equal(aud_judge_subject(t.judge, AUD_KIND_CERTIFICATE,
                                       (aud_object){&aud_type_certificate, aud_bag_get, &empty},
                                       trial_take, &t, NULL),
                     AUD_OK);
    assert_int_equal(t.opinion.verdict, AUD_V_UNDECIDED);
    assert_str(t.opinion.unknown_fact, "role");
    trial_close(&t);

    /* and a root, which does not count, sees nothing of the leaf before it */
    run_body(&t, "local n = 0",
             "if cert.version == 3 then n = n + 1 return pass() end "
             "return fail { message = 'n is ' .. n }");
    assert_true(t.opinion.broke);
    aud_bag_begin(&t.builder, &aud_type_certificate, &t.arena);
    aud_bag_begin(&t.key, &aud_type_key, &t.arena);
    aud_bag_set(&t.builder, AUD_F_certificate_version, aud_int(1));
    trial_judge_at(&t, AUD_TEST_NOW);
    assert_int_equal(t.opinion.verdict, AUD_V_FAIL);
    assert_str(t.opinion.message, "n is 0");
    trial_close(&t);
}

/* Locals of the check itself, and what stands outside unchanged, are free to use. */
static void test_what_is_allowed(void **state)
{
    static const struct {
        const char *name, *before, *body;
    } cases[] = {
        {"a local function that counts in the check's own local", "",
         "local n = 0 local function up() n = n + 1 end up() up() "
         "return n == 2 and pass() or fail { message = 'n' }"},
        {"constants outside", "local LIMITS = { rsa = 2048, names = { 'a', 'b' } }",
         "return LIMITS.rsa == 2048 and #LIMITS.names == 2 and LIMITS.names[2] == 'b' and pass()"},
        {"constants that hold each other", "local A, B = {}, {} A.b = B B.a = A",
         "return A.b.a == A and A.b == B and pass()"},
        {"functions that call each other",
         "local even, odd function even(n) return n == 0 or odd(n - 1) end "
         "function odd(n) return n > 0 and even(n - 1) end",
         "return even(10) and pass()"},
        {"constants walked in order", "local T = { b = 1, a = 2, [3] = 3, [1] = 4 }",
         "local s = '' for k, v in pairs(T) do s = s .. k .. v end "
         "return s == '1433a2b1' and pass()"},
        {"constants joined and unpacked", "local T = { 'x', 'y' }",
         "local a, b = table.unpack(T) return a .. b == table.concat(T) and pass()"},
        {"functions of the API as constants", "local p, up = pass, string.upper",
         "return up('a') == 'A' and p()"},
        {"tables of the check's own", "",
         "local t = {} table.insert(t, 'b') table.insert(t, 1, 'a') t.x = 1 "
         "table.sort(t, function(a, b) return a > b end) "
         "return t[1] == 'b' and t[2] == 'a' and table.remove(t) == 'a' and #t == 1 and pass()"},
        {"an environment of its own", "local _ENV = { pass = pass }", "return pass()"},
        {"the ends of numbers", "",
         "return math.maxinteger + 1 == math.mininteger and 7 // 2 == 3 and pass()"},
        {"division by zero is an error that pcall holds", "",
         "return not pcall(function() return 1 // 0 end) and pass()"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        trial t;

        print_message("case: %s\n", cases[i].name);
        if (strstr(cases[i].before, "_ENV") != NULL) {
            char text[1024];
            (void)snprintf(text, sizeof text,
                           "local policy = policy local check do %s function check() %s end end "
                           "%s check = check }",
                           cases[i].before, cases[i].body, TRIAL_HEAD);
            trial_run(&t, text, NULL);
        } else {
            run_body(&t, cases[i].before, cases[i].body);
        }
        if (t.opinion.broke) {
            fail_msg("line %u: %.*s", t.opinion.broke_line, AUD_ARG(t.opinion.message));
        }
        assert_int_equal(t.opinion.verdict, AUD_V_PASS);
        trial_close(&t);
    }
}

static void test_text_has_no_addresses(void **state)
{
    static const struct {
        const char *expression, *want;
    } cases[] = {
        {"tostring({})", "table"},
        {"tostring(pass)", "function"},
        {"tostring(function() end)", "function"},
        {"tostring(cert)", "certificate"},
        {"tostring(cert.key)", "key"},
        {"tostring(cert.dns_names)", "list"},
        {"tostring(pass())", "verdict"},
        {"tostring(nil)", "nil"},
        {"tostring(true)", "true"},
        {"tostring(12)", "12"},
        {"tostring(1.5)", "1.5"},
        {"('%s %s'):format({}, cert)", "table certificate"},
        {"('%5d|%-5d|%05d|%+d|%x|%X'):format(42, 42, -42, 42, 255, 255)",
         "   42|42   |-0042|+42|ff|FF"},
        {"('%5.1f|%.3s|%c|%%|%g'):format(2.25, 'abcdef', 65, 0.5)", "  2.2|abc|A|%|0.5"},
        {"select == nil and '' or 'x'", NULL},
        {"('%p'):format({})", NULL},
        {"('%q'):format('x')", NULL},
        {"('%d'):format(1.5)", NULL},
        {"('%d'):format()", NULL},
        {"('%')", "%"},
        {"('%'):format()", NULL},
        {"type(pass())", "userdata"},
        {"cert.dns_names .. ''", NULL},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char body[512];
        trial t;

        print_message("case: %s\n", cases[i].expression);
        (void)snprintf(body, sizeof body, "return pass(%s)", cases[i].expression);
        run_body(&t, "", body);
        assert_int_equal(t.opinion.broke, cases[i].want == NULL);
        if (cases[i].want != NULL) {
            assert_str(t.opinion.message, cases[i].want);
        }
        assert_false(aud_str_has(t.opinion.message, AUD_LIT("0x")));
        trial_close(&t);
    }
}

static void test_strings(void **state)
{
    static const struct {
        const char *expression, *want;
    } cases[] = {
        {"('abc'):upper() .. ('ABC'):lower() .. ('abc'):reverse() .. #('abc'):sub(2)",
         "ABCabccba2"},
        {"('abc'):sub(-2, -2) .. ('abc'):sub(0) .. ('abc'):sub(5) .. ('abc'):sub(2, 99)", "babcbc"},
        {"('ab'):rep(3, '-')", "ab-ab-ab"},
        {"string.char(65, 66) .. ('A'):byte() .. #{ ('abc'):byte(1, -1) }", "AB653"},
        {"('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "key"},
        {"select2(('key = value'):match('^(%w+)%s*=%s*(%w+)$'))", "value"},
        {"('2026-01-11'):gsub('(%d+)-(%d+)-(%d+)', '%3.%2.%1')", "11.01.2026"},
        {"('a.b.c'):gsub('%.', '/', 1)", "a/b.c"},
        {"('abc'):gsub('', '-')", "-a-b-c-"},
        {"('abc'):gsub('%w', { a = '1', b = true })", "1bc"},
        {"('hello'):find('l') .. ''", "3"},
        {"('a.b'):find('.', 1, true) .. ''", "2"},
        {"(('a'):find('b') == nil) and 'none' or ''", "none"},
        {"('x'):find('', 2) .. ''", "2"},
        {"tostring(('x'):find('', 3))", "nil"},
        {"('[x]'):match('%[(.-)%]')", "x"},
        {"('a-z]'):match('[]a%-]+')", "a-"},
        {"('abc123'):match('[^%d]+')", "abc"},
        {"('  x '):match('^%s*(.-)%s*$') .. '|'", "x|"},
        {"('ab'):match('()b') .. ''", "2"},
        {"words('one two  three')", "one,two,three,"},
        {"('-'):match('[a-]')", "-"},
        {"('x'):match('[a')", NULL},
        {"('x'):match('%')", NULL},
        {"('x'):match('(x')", NULL},
        {"('x'):match('x)')", NULL},
        {"('x'):match('%bxy')", NULL},
        {"('x'):match('%f[%w]')", NULL},
        {"('xx'):match('(x)%1')", NULL},
        {"('x'):gsub('x', '%2')", NULL},
        {"utf8.char(228, 8364) .. utf8.len('ä€') .. utf8.codepoint('ä')", "ä€2228"},
    };
    const char *helpers = "local function select2(a, b) return b end "
                          "local function words(s) local r = '' "
                          "for w in s:gmatch('%a+') do r = r .. w .. ',' end return r end";

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char body[512];
        trial t;

        print_message("case: %s\n", cases[i].expression);
        (void)snprintf(body, sizeof body, "local text = %s return pass(text)", cases[i].expression);
        run_body(&t, helpers, body);
        if (cases[i].want == NULL) {
            assert_true(t.opinion.broke);
        } else {
            if (t.opinion.broke) {
                fail_msg("%.*s", AUD_ARG(t.opinion.message));
            }
            assert_str(t.opinion.message, cases[i].want);
        }
        trial_close(&t);
    }
}

/* Strings hash with a seed that differs from state to state; the order must not. */
static void test_pairs_has_one_order(void **state)
{
    aud_arena arena;
    aud_str first = {NULL, 0};

    (void)state;
    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    for (int round = 0; round < 20; round++) {
        trial t;

        run_body(&t, "",
                 "local t, s = { [2.5] = 1, [-1] = 1, [3] = 1 }, '' "
                 "for i = 1, 60 do t['k' .. (i * 7919 % 61)] = i end t.k5 = nil "
                 "for k, v in pairs(t) do s = s .. k .. '=' .. v .. ' ' end return pass(s)");
        assert_false(t.opinion.broke);
        if (round == 0) {
            assert_int_equal(aud_arena_dup(&arena, t.opinion.message, &first, NULL), AUD_OK);
            assert_true(aud_str_starts(first, AUD_LIT("-1=1 2.5=1 3=1 k1=")));
        }
        assert_true(aud_str_eq(first, t.opinion.message));
        trial_close(&t);
    }
    aud_arena_clear(&arena);
}

/* Memory and steps end a check at the same place whatever was judged before it. */
static void test_limits_do_not_depend_on_what_was_before(void **state)
{
    static const char *const bodies[] = {
        "local x, t = ('x'):rep(1000), {} for i = 1, 10000 do t[i] = x .. i end return pass()",
        "local x, t = ('x'):rep(1000), {} for i = 1, 20000 do t[i] = x .. i end return pass()",
        "local x, t = ('x'):rep(1000), {} for i = 1, 29000 do t[i] = x .. i end return pass()",
        "local x, t = ('x'):rep(1000), {} for i = 1, 33500 do t[i] = x .. i end return pass()",
        "local n = 0 for i = 1, 330000 do n = n + i end return pass()",
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(bodies); i++) {
        aud_verdict verdict;
        trial t;

        run_body(&t, "", bodies[i]);
        verdict = t.opinion.verdict;
        print_message("case: %s: %s %.*s\n", bodies[i], aud_verdict_name(verdict),
                      AUD_ARG(t.opinion.message));
        for (int round = 0; round < 5; round++) {
            const aud_bag empty = {&aud_type_certificate, NULL, 0};

            assert_int_equal(
                aud_judge_subject(t.judge, AUD_KIND_CERTIFICATE,
                                  (aud_object){&aud_type_certificate, aud_bag_get, &empty},
                                  trial_take, &t, NULL),
                AUD_OK);
            assert_int_equal(t.opinion.verdict, verdict);
        }
        trial_close(&t);
    }
}

/* The system's refusal is no verdict: it ends the run, or is overcome, and nothing leaks. */
static void test_memory_of_the_system(void **state)
{
    const aud_policy_text texts[] = {
        {AUD_LIT("t/one"), AUD_LIT("a.lua"),
         AUD_LIT(TRIAL_HEAD "params = { a = { 'x' }, b = { c = 1 } }, "
                            "check = function(cert, params) "
                            "local s = cert.subject .. table.concat(cert.dns_names, params.a[1]) "
                            "return fail { item = 'x', got = s } end }")}};
    const aud_policy_load load = {.texts = texts, .num_texts = 1};
    unsigned failed = 0;

    (void)state;
    for (uint64_t n = 1; n < 3000; n += n < 200 ? 1 : 7) {
        aud_policy_set *set = NULL;
        aud_judge *judge = NULL;
        trial t = {0};
        const aud_bag *bag = NULL;
        aud_status st;

        aud_arena_init(&t.arena, AUD_ARENA_NO_MAX);
        aud_bag_begin(&t.builder, &aud_type_certificate, &t.arena);
        aud_bag_begin(&t.key, &aud_type_key, &t.arena);
        trial_facts(&t);
        assert_int_equal(aud_bag_build(&t.builder, &bag, NULL), AUD_OK);
        aud_alloc_fail_at(n);
        st = aud_policy_set_new(&load, &set, NULL);
        if (st == AUD_OK) {
            size_t num = 0;
            (void)aud_policy_set_errors(set, &num);
            assert_int_equal(num, 0);
            st = aud_judge_new(set, AUD_TEST_NOW, &judge, NULL);
        }
        if (st == AUD_OK) {
            st = aud_judge_subject(judge, AUD_KIND_CERTIFICATE,
                                   (aud_object){&aud_type_certificate, aud_bag_get, bag},
                                   trial_take, &t, NULL);
        }
        aud_alloc_fail_at(0);
        if (st == AUD_OK) {
            assert_int_equal(t.opinion.verdict, AUD_V_FAIL);
        } else {
            assert_int_equal(st, AUD_E_NOMEM);
            failed++;
        }
        aud_judge_freep(&judge);
        aud_policy_set_freep(&set);
        aud_free(t.key.facts.items);
        aud_arena_clear(&t.arena);
    }
    assert_true(failed > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_that_are_not_there),
        cmocka_unit_test(test_what_would_hang),
        cmocka_unit_test(test_nothing_is_kept),
        cmocka_unit_test(test_changed_locals_are_put_back),
        cmocka_unit_test(test_what_is_allowed),
        cmocka_unit_test(test_text_has_no_addresses),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_pairs_has_one_order),
        cmocka_unit_test(test_limits_do_not_depend_on_what_was_before),
        cmocka_unit_test(test_memory_of_the_system),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
