/* tests/policy/test_annotations.c - the annotations that ship, read back line by line, say of every
 * fact, function and key what the host really gives: nothing more, nothing less. */
#include "engine/policy/describe.h"
#include "tests/policy/trial.h"

#include "engine/base/out.h"

typedef struct line_list {
    aud_str all;
    aud_buf bytes;
} line_list;

static aud_str annotations(aud_buf *bytes)
{
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;

    *bytes = (aud_buf){.max = 1 << 20};
    assert_int_equal(aud_out_open_buf(bytes, &out, NULL), AUD_OK);
    aud_policy_annotations(out);
    assert_int_equal(aud_out_finish(out, NULL), AUD_OK);
    return aud_buf_str(bytes);
}

/* Cuts the word before the next blank. */
static aud_str word(aud_str *rest)
{
    aud_str first = {NULL, 0};

    (void)aud_str_split(rest, ' ', &first);
    return first;
}

static bool strip(aud_str *s, const char *prefix)
{
    aud_str p = aud_str_of(prefix);

    if (!aud_str_starts(*s, p)) {
        return false;
    }
    *s = aud_str_sub(*s, p.len, s->len);
    return true;
}

typedef struct annotated {
    aud_str name, type;
    bool optional;
} annotated;

/* "---@field name? type doc" */
static bool read_field(aud_str line, annotated *out)
{
    if (!strip(&line, "---@field ")) {
        return false;
    }
    out->name = word(&line);
    out->type = word(&line);
    out->optional = aud_str_ends(out->name, AUD_LIT("?"));
    out->name.len -= out->optional ? 1 : 0;
    return true;
}

/* Lines of one class, behind its head; the rest of the text if it is not there. */
static aud_str class_body(aud_str text, const char *name)
{
    aud_str line;
    char head[128], exact[128];

    (void)snprintf(head, sizeof head, "---@class certaudit.%s", name);
    (void)snprintf(exact, sizeof exact, "---@class (exact) certaudit.%s", name);
    while (aud_str_split(&text, '\n', &line)) {
        if (aud_str_eq(line, aud_str_of(head)) || aud_str_eq(line, aud_str_of(exact))) {
            return text;
        }
    }
    fail_msg("there is no class '%s'", name);
    return text;
}

/* A type of object, and how a policy comes to one: parts are reached through a subject. */
typedef struct place {
    const aud_object_type *type;
    const char *kind;
    char way[128];
} place;

enum { MAX_PLACES = 64 };
static place places[MAX_PLACES];
static size_t num_places;

static const aud_object_type *type_named(aud_str name)
{
    for (size_t i = 0; i < num_places; i++) {
        if (aud_str_eq(name, aud_str_of(places[i].type->name))) {
            return places[i].type;
        }
    }
    return NULL;
}

/* Kinds first; a part is known by the first fact of a subject that leads to one. */
static int find_places(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        place *p = &places[num_places++];

        p->type = aud_kind_type((aud_kind)kind);
        p->kind = p->type->name;
        (void)snprintf(p->way, sizeof p->way, "subject");
    }
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        const aud_object_type *type = aud_kind_type((aud_kind)kind);

        for (unsigned i = 0; i < type->num_fields; i++) {
            const aud_field *field = &type->fields[i];

            if (field->object != NULL && type_named(aud_str_of((*field->object)->name)) == NULL &&
                num_places < MAX_PLACES) {
                place *p = &places[num_places++];

                p->type = *field->object;
                p->kind = type->name;
                (void)snprintf(p->way, sizeof p->way, "subject.%s%s", field->name,
                               field->type == AUD_T_LIST ? "[1]" : "");
            }
        }
    }
    return num_places < 12 ? 1 : 0;
}

/* A value of the annotated type, and a question in Lua that only such a value answers with true. */
static aud_value value_of(aud_arena *arena, aud_str type, const char *what, char *question,
                          size_t size)
{
    aud_value *item = AUD_ARENA_NEW(arena, aud_value);
    aud_bag *bag = AUD_ARENA_NEW(arena, aud_bag);

    assert_non_null(item);
    assert_non_null(bag);
    if (aud_str_ends(type, AUD_LIT("[]"))) {
        char inner[512], element[256];

        (void)snprintf(element, sizeof element, "%s[1]", what);
        *item = value_of(arena, aud_str_sub(type, 0, type.len - 2), element, inner, sizeof inner);
        (void)snprintf(question, size, "(#%s == 1 and %s[2] == nil and %s)", what, what, inner);
        return aud_list_of(item, 1);
    }
    if (aud_str_eq(type, AUD_LIT("string"))) {
        (void)snprintf(question, size, "%s == 'text'", what);
        return aud_string(AUD_LIT("text"));
    }
    if (aud_str_eq(type, AUD_LIT("boolean"))) {
        (void)snprintf(question, size, "%s == true", what);
        return aud_bool(true);
    }
    if (aud_str_eq(type, AUD_LIT("integer"))) {
        (void)snprintf(question, size, "math.type(%s) == 'integer' and %s == 7", what, what);
        return aud_int(7);
    }
    if (aud_str_eq(type, AUD_LIT("certaudit.time"))) {
        (void)snprintf(question, size, "date(%s) == '1970-01-02'", what);
        return aud_time(86400);
    }
    assert_true(strip(&type, "certaudit."));
    bag->type = type_named(type);
    assert_non_null(bag->type);
    (void)snprintf(question, size, "tostring(%s) == '%.*s'", what, AUD_ARG(type));
    return aud_object_of(bag->type, aud_bag_get, bag);
}

/* Puts `object` where `way` leads to, below a subject of the kind. */
static aud_object subject_with(aud_arena *arena, size_t at, aud_object object)
{
    aud_kind kind = AUD_KIND_CERTIFICATE;
    aud_str way = aud_str_of(places[at].way), field;
    aud_bag_builder builder;
    const aud_bag *bag = NULL;
    aud_value *value = AUD_ARENA_NEW(arena, aud_value);

    assert_true(aud_kind_find(aud_str_of(places[at].kind), &kind));
    if (!strip(&way, "subject.")) {
        return object;
    }
    (void)aud_str_split(&way, '[', &field);
    *value = aud_object_of(object.type, object.get, object.self);
    aud_bag_begin(&builder, aud_kind_type(kind), arena);
    aud_bag_set(&builder, aud_field_find(aud_kind_type(kind), field),
                way.ptr == NULL ? *value : aud_list_of(value, 1));
    assert_int_equal(aud_bag_build(&builder, &bag, NULL), AUD_OK);
    return (aud_object){aud_kind_type(kind), aud_bag_get, bag};
}

/* Judges the facts by `return pass()` if `question` holds; the opinion is copied to `t`. */
static void ask(trial *t, size_t at, aud_object facts, const char *question)
{
    char text[2048];
    aud_kind kind = AUD_KIND_CERTIFICATE;

    (void)snprintf(text, sizeof text,
                   "return policy { title = 'T', applies_to = '%s', severity = 'high', "
                   "cite = { doc = 'D' }, remediation = 'R', check = function(s) "
                   "local subject = s if %s then return pass() end "
                   "return fail { message = 'of another type' } end }",
                   places[at].kind, question);
    assert_int_equal(trial_load(t, text, NULL), AUD_OK);
    assert_true(aud_kind_find(aud_str_of(places[at].kind), &kind));
    assert_int_equal(aud_judge_new(t->set, AUD_TEST_NOW, &t->judge, &t->err), AUD_OK);
    assert_int_equal(aud_judge_subject(t->judge, kind, facts, trial_take, t, &t->err), AUD_OK);
    assert_int_equal(t->num_opinions, 1);
}

static void test_one_field(size_t at, const annotated *field)
{
    aud_arena arena;
    aud_bag_builder builder;
    const aud_bag *bag = NULL;
    char what[256], question[1024];
    unsigned number;
    aud_value value;
    trial t;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    (void)snprintf(what, sizeof what, "%s.%.*s", places[at].way, AUD_ARG(field->name));
    value = value_of(&arena, field->type, what, question, sizeof question);
    number = aud_field_find(places[at].type, field->name);
    if (number == UINT32_MAX) {
        fail_msg("%s is annotated and not there", what);
    }
    aud_bag_begin(&builder, places[at].type, &arena);
    aud_bag_set(&builder, number, value);
    assert_int_equal(aud_bag_build(&builder, &bag, NULL), AUD_OK);
    ask(&t, at, subject_with(&arena, at, (aud_object){places[at].type, aud_bag_get, bag}),
        question);
    if (t.opinion.verdict != AUD_V_PASS) {
        fail_msg("%s is no %.*s: %.*s", what, AUD_ARG(field->type), AUD_ARG(t.opinion.message));
    }
    trial_close(&t);
    aud_arena_clear(&arena);
}

static void test_facts(void **state)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf bytes = {0};
    aud_str text = annotations(&bytes);
    (void)state;

    for (size_t i = 0; i < num_places; i++) {
        aud_str body = class_body(text, places[i].type->name), line;
        unsigned num = 0;

        while (aud_str_split(&body, '\n', &line) && aud_str_starts(line, AUD_LIT("---@field"))) {
            annotated field;

            assert_true(read_field(line, &field));
            assert_true(line.len > field.name.len + field.type.len + 14); /* it has a doc */
            test_one_field(i, &field);
            num++;
        }
        print_message("%s: %u facts\n", places[i].type->name, num);
        assert_int_equal(num, places[i].type->num_fields);
    }
}

/* A fact that may be nil is one that the table calls absent somewhere. */
static void test_absence(void **state)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf bytes = {0};
    aud_str body = class_body(annotations(&bytes), "key"), line;
    annotated field;
    unsigned optional = 0;
    (void)state;

    while (aud_str_split(&body, '\n', &line) && read_field(line, &field)) {
        optional += field.optional;
        assert_int_equal(field.optional, aud_str_has(line, AUD_LIT("absent")));
    }
    assert_true(optional >= 2);
}

/* Every annotated function is there and is one; of a name with a letter more there is none. */
static void test_functions(void **state)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf bytes = {0};
    aud_str text = annotations(&bytes), line;
    size_t num = 0;
    (void)state;

    while (aud_str_split(&text, '\n', &line)) {
        char body[256], policy[1024];
        aud_str name;
        trial t;

        if (!strip(&line, "function ")) {
            continue;
        }
        (void)aud_str_split(&line, '(', &name);
        (void)snprintf(body, sizeof body,
                       "return type(%.*s) == 'function' and pass() or fail { message = 'none' }",
                       AUD_ARG(name));
        (void)snprintf(policy, sizeof policy, TRIAL_CHECK("%s"), body);
        trial_run(&t, policy, NULL);
        assert_int_equal(t.opinion.verdict, AUD_V_PASS);
        trial_close(&t);
        num++;
    }
    assert_int_equal(num, 17);
}

/* Every annotated key is known to the loader, needed ones are asked for, and no other is known. */
static void test_keys(void **state)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf bytes = {0};
    aud_str body = class_body(annotations(&bytes), "declaration"), line;
    annotated field;
    size_t num = 0;
    (void)state;

    while (aud_str_split(&body, '\n', &line) && read_field(line, &field)) {
        static const char *const needed[] = {"title = 'T'",       "applies_to = 'certificate'",
                                             "severity = 'high'", "cite = { doc = 'D' }",
                                             "remediation = 'R'", "check = function() end"};
        const aud_policy_error *errors;
        char text[1024] = "return policy { ";
        size_t num_errors = 0, len = strlen(text);
        trial t;

        for (size_t i = 0; i < AUD_COUNT(needed); i++) {
            aud_str rest = aud_str_of(needed[i]);

            if (!aud_str_eq(word(&rest), field.name)) {
                len += (size_t)snprintf(text + len, sizeof text - len, "%s, ", needed[i]);
            }
        }
        /* no key takes a boolean; one that is needed may not be left out */
        (void)snprintf(text + len, sizeof text - len, "%.*s%s }", AUD_ARG(field.name),
                       field.optional ? " = true" : "_ = nil");
        assert_int_equal(trial_load(&t, text, NULL), AUD_OK);
        errors = aud_policy_set_errors(t.set, &num_errors);
        if (num_errors != 1) {
            fail_msg("%.*s: it loads", AUD_ARG(field.name));
        }
        assert_has(errors[0].message, field.optional ? "must be" : "is missing");
        trial_close(&t);
        num++;
    }
    assert_int_equal(num, 19);
}

/* The page tells the same facts. */
static void test_reference(void **state)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf bytes = {.max = 1 << 20};
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    aud_str page;
    (void)state;

    assert_int_equal(aud_out_open_buf(&bytes, &out, NULL), AUD_OK);
    aud_policy_reference(out);
    assert_int_equal(aud_out_finish(out, NULL), AUD_OK);
    page = aud_buf_str(&bytes);
    for (size_t i = 0; i < num_places; i++) {
        char text[128];

        (void)snprintf(text, sizeof text, "\n## %s\n", places[i].type->name);
        assert_has(page, text);
        for (unsigned k = 0; k < places[i].type->num_fields; k++) {
            (void)snprintf(text, sizeof text, "\n| `%s` | ", places[i].type->fields[k].name);
            assert_has(page, text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),     cmocka_unit_test(test_absence),
        cmocka_unit_test(test_functions), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, find_places, NULL);
}
