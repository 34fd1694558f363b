/* tests/fuzz/fuzz_tree_node.c - small YAML documents: limits hold, every refusal has its line. */
#include <stdlib.h>

#include "engine/tree/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const aud_node *node, unsigned depth, uint32_t last_line)
{
    size_t num = 0;
    int64_t number;
    aud_str text;
    bool is;

    if (depth > 64 || node->line == 0 || node->line > last_line) {
        abort();
    }
    (void)!aud_node_int(node, &number, NULL);
    (void)!aud_node_bool(node, &is, NULL);
    (void)!aud_node_str(node, &text, NULL);
    for (const aud_node *n = node->first; n != NULL; n = n->next, num++) {
        walk(n, depth + 1, last_line);
    }
    if (num != node->len) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"a", "sources", NULL};
    const aud_node *node = NULL;
    uint32_t last_line = 2; /* libyaml adds a line end, and an empty value can lie behind it */
    aud_error err = {.line = 0};
    aud_arena arena;
    aud_status st;

    for (size_t i = 0; i < size; i++) {
        last_line += data[i] == '\n' || data[i] == '\r' ? 1 : 0;
    }
    aud_arena_init(&arena, (size_t)256 << 20);
    st = aud_node_parse((aud_str){(const char *)data, size}, &arena, &node, &err);
    if (st == AUD_OK) {
        walk(node, 0, last_line);
        (void)!aud_node_only(node, keys, &err);
    } else if (err.message[0] == '\0' || err.line > last_line) {
        abort();
    }
    aud_arena_clear(&arena);
    return 0;
}
