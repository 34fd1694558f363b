/* tests/model/test_model.c - bags, words and tables. */
#include "engine/model/controls.h"
#include "engine/model/input.h"
#include "engine/model/result.h"
#include "tests/support/support.h"

static void test_bag(void **state)
{
    static const aud_str names[] = {AUD_LIT_INIT("a.example"), AUD_LIT_INIT("b.example")};
    aud_bag_builder b, k;
    aud_arena arena, other;
    const aud_bag *bag = NULL, *key = NULL, *copy = NULL;
    aud_value v;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    aud_arena_init(&other, AUD_ARENA_NO_MAX);
    aud_bag_begin(&k, &aud_type_key, &arena);
    aud_bag_set(&k, AUD_F_key_bits, aud_int(2048));
    assert_int_equal(aud_bag_build(&k, &key, NULL), AUD_OK);
    aud_bag_begin(&b, &aud_type_record, &arena);
    aud_bag_set_texts(&b, AUD_F_record_dns_names, names, 2);
    aud_bag_set(&b, AUD_F_record_key, aud_object_of(&aud_type_key, aud_bag_get, key));
    aud_bag_set_text(&b, AUD_F_record_subject, AUD_LIT("first"));
    aud_bag_set_text(&b, AUD_F_record_subject, AUD_LIT("CN=a"));
    aud_bag_set_text(&b, AUD_F_record_issuer, AUD_LIT(""));
    assert_int_equal(aud_bag_build(&b, &bag, NULL), AUD_OK);
    assert_int_equal(aud_bag_copy(bag, &other, &copy, NULL), AUD_OK);
    aud_arena_clear(&arena); /* the copy is deep */

    assert_int_equal(copy->num_facts, 4);
    v = aud_bag_get(copy, AUD_F_record_subject, NULL);
    assert_true(aud_str_eq(v.as.string, AUD_LIT("CN=a")));
    assert_int_equal(aud_bag_get(copy, AUD_F_record_issuer, NULL).presence, AUD_ABSENT);
    assert_int_equal(aud_bag_get(copy, AUD_F_record_serial, NULL).presence, AUD_UNKNOWN);
    v = aud_bag_get(copy, AUD_F_record_dns_names, NULL);
    assert_true(aud_str_eq(v.as.list.items[1].as.string, names[1]));
    v = aud_bag_get(copy, AUD_F_record_key, NULL);
    v = v.as.object.get(v.as.object.self, AUD_F_key_bits, NULL);
    assert_int_equal(v.as.number, 2048);
    aud_arena_clear(&other);
}

static void test_memory_fails(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 6; n++) {
        aud_bag_builder b;
        aud_arena arena;
        const aud_bag *bag = NULL;
        aud_status st;

        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        aud_alloc_fail_at(n);
        aud_bag_begin(&b, &aud_type_record, &arena);
        aud_bag_set_text(&b, AUD_F_record_subject, AUD_LIT("CN=a"));
        aud_bag_set(&b, AUD_F_record_is_ca, aud_bool(true));
        st = aud_bag_build(&b, &bag, NULL);
        aud_alloc_fail_at(0);
        assert_true(st == AUD_OK || st == AUD_E_NOMEM);
        assert_true((st == AUD_OK) == (bag != NULL));
        aud_arena_clear(&arena);
    }
}

static void test_tables(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        const aud_object_type *type = aud_kind_type((aud_kind)kind);
        aud_kind found;

        assert_true(aud_kind_find(aud_str_of(type->name), &found) && found == kind);
        for (unsigned i = 0; i < type->num_fields; i++) {
            const aud_field *f = &type->fields[i];

            assert_int_equal(aud_field_find(type, aud_str_of(f->name)), i); /* no name twice */
            assert_true(f->dep != 0 && f->doc[0] != '\0');
            assert_true((f->type == AUD_T_OBJECT) <= (f->object != NULL));
        }
    }
    assert_int_equal(aud_field_find(&aud_type_key, AUD_LIT("keysize")), UINT32_MAX);
    for (unsigned g = 0; g < AUD_NUM_GAPS; g++) {
        assert_non_null(aud_gap_name((aud_gap_kind)g));
    }
    assert_false(aud_gap_is_opaque(AUD_GAP_BROKEN));
    assert_true(aud_gap_is_opaque(AUD_GAP_LFS));
    for (unsigned v = 0; v < AUD_NUM_VERDICTS; v++) {
        assert_non_null(aud_verdict_name((aud_verdict)v));
    }
    assert_int_equal(aud_verdict_letter(AUD_V_FAIL), 'F');
    assert_int_equal(aud_verdict_letter((aud_verdict)AUD_V_NONE), '-');
}

static void test_memory_input(void **state)
{
    aud_input input;
    aud_str chunk;
    (void)state;

    aud_input_of(&input, AUD_LIT("s"), AUD_LIT("p"), AUD_LIT("bytes"));
    assert_int_equal(input.next(&input, &chunk, NULL), AUD_OK);
    assert_true(aud_str_eq(chunk, AUD_LIT("bytes")));
    assert_int_equal(input.next(&input, &chunk, NULL), AUD_END);
    assert_int_equal(input.rewind(&input, NULL), AUD_OK);
    assert_int_equal(input.next(&input, &chunk, NULL), AUD_OK);
    assert_int_equal(input.whole(&input, 4, &chunk, NULL), AUD_E_LIMIT);
    aud_input_of(&input, AUD_LIT("s"), AUD_LIT("p"), (aud_str){NULL, 0});
    assert_int_equal(input.next(&input, &chunk, NULL), AUD_END);
}

/* Sentences end with a full stop, titles do not; a clause is named once and in its framework. */
static void test_controls(void **state)
{
    aud_str framework, clause;
    size_t at = 0;
    (void)state;

    for (size_t i = 0; i < aud_num_frameworks; i++) {
        const aud_framework *f = &aud_frameworks[i];
        size_t begin = at;

        assert_ptr_equal(aud_framework_find(f->id), f);
        while (at < aud_num_controls && aud_str_eq(aud_controls[at].framework, f->id)) {
            at++;
        }
        assert_true(at > begin && f->name.len > 0);
    }
    assert_int_equal(at, aud_num_controls);
    for (size_t i = 0; i < aud_num_controls; i++) {
        const aud_control *c = &aud_controls[i];

        print_message("case: %.*s\n", AUD_ARG(c->id));
        assert_ptr_equal(aud_control_find(c->id), c);
        aud_control_cut(c->id, &framework, &clause);
        assert_true(aud_str_eq(framework, c->framework) && aud_str_eq(clause, c->clause));
        assert_true(c->title.len > 0 && c->title.len <= 90 &&
                    !aud_str_ends(c->title, AUD_LIT(".")));
        assert_true(aud_str_ends(c->requirement, AUD_LIT(".")));
        assert_true(aud_str_ends(c->does_not_prove, AUD_LIT(".")));
    }
    assert_null(aud_control_find(AUD_LIT("pci_dss_4.0.1:4.2.")));
    assert_null(aud_framework_find(AUD_LIT("")));
    aud_control_cut(AUD_LIT("alone"), &framework, &clause);
    assert_true(framework.len == 0 && aud_str_eq(clause, AUD_LIT("alone")));
    aud_control_cut(AUD_LIT("a:b:c"), &framework, &clause);
    assert_true(aud_str_eq(framework, AUD_LIT("a")) && aud_str_eq(clause, AUD_LIT("b:c")));
}

/* A pack's own control goes before one of the catalogue, which has no such id by then. */
static void test_house_controls(void **state)
{
    static const aud_control own[] = {{.id = AUD_LIT_INIT("acme:1"), .title = AUD_LIT_INIT("Own")}};
    const aud_result result = {.house_controls = own, .num_house_controls = 1};
    (void)state;

    assert_ptr_equal(aud_result_control(&result, AUD_LIT("acme:1")), own);
    assert_non_null(aud_result_control(&result, AUD_LIT("pci_dss_4.0.1:4.2.1")));
    assert_null(aud_result_control(&result, AUD_LIT("acme:2")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bag),      cmocka_unit_test(test_memory_fails),
        cmocka_unit_test(test_tables),   cmocka_unit_test(test_memory_input),
        cmocka_unit_test(test_controls), cmocka_unit_test(test_house_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
