/* tests/audit/test_schemas.c - schemas and strict loaders know the same keys. */
#include "engine/audit/config.h"
#include "engine/audit/waivers.h"
#include "tests/support/support.h"

#include <stdio.h>

static const aud_node *read_schema(const char *name, aud_arena *arena, aud_buf *text)
{
    char path[4096];
    const aud_node *root = NULL;

    (void)snprintf(path, sizeof path, "%s/schemas/%s", AUD_SOURCE_DIR, name);
    aud_test_read(path, text);
    assert_int_equal(aud_node_parse(aud_buf_str(text), arena, &root, NULL), AUD_OK); /* YAML too */
    return root;
}

/* "sources.exclude" below `node`, through lists. */
static const aud_node *properties_at(const aud_node *node, const char *place)
{
    aud_str rest = aud_str_of(place), part;

    while (rest.len > 0 && aud_str_split(&rest, '.', &part)) {
        char name[64];

        (void)snprintf(name, sizeof name, "%.*s", AUD_ARG(part));
        node = aud_node_get(aud_node_get(node, "properties"), name);
        if (aud_node_get(node, "items") != NULL) {
            node = aud_node_get(node, "items");
        }
    }
    return node;
}

static void same_keys(const aud_node *schema, const char *place, const char *const *keys)
{
    const aud_node *at = properties_at(schema, place);
    const aud_node *properties = aud_node_get(at, "properties");
    const aud_node *more = aud_node_get(at, "additionalProperties");
    size_t num = 0;

    print_message("case: '%s'\n", place);
    assert_non_null(properties);
    assert_non_null(more);
    assert_true(aud_str_eq(more->text, AUD_LIT("false")));
    for (; keys[num] != NULL; num++) {
        if (aud_node_get(properties, keys[num]) == NULL) {
            fail_msg("the schema lacks '%s' in '%s'", keys[num], place);
        }
    }
    if (properties->len != num) {
        fail_msg("the schema has %zu keys in '%s', the loader %zu", properties->len, place, num);
    }
}

static void test_configuration(void **state)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 1 << 20};
    const aud_node *schema;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    schema = read_schema("certaudit.schema.json", &arena, &text);
    for (size_t i = 0; i < aud_num_config_key_sets; i++) {
        same_keys(schema, aud_config_key_sets[i].place, aud_config_key_sets[i].keys);
    }
}

static void test_waivers(void **state)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 1 << 20};
    const aud_node *schema;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    schema = read_schema("waivers.schema.json", &arena, &text);
    same_keys(schema, "", aud_waivers_keys);
    same_keys(schema, "waivers", aud_waiver_keys);
    same_keys(schema, "waivers.match", aud_waiver_match_keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_configuration),
        cmocka_unit_test(test_waivers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
