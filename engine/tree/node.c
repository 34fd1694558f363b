/* engine/tree/node.c - small YAML documents as a tree, read event by event so that limits hold. */
#include "engine/tree/node.h"

#include <yaml.h>

#include "engine/base/text.h"
#include "engine/tree/keyset.h"

enum { MAX_BYTES = 1 << 20, MAX_NODES = 100000, MAX_DEPTH = 64 };

typedef struct frame {
    aud_node *node;  /* a list or a map that is open */
    aud_node *last;  /* its newest member */
    size_t num_keys; /* of the key set when it opened */
    bool has_key;    /* a map: `key` waits for its value */
    aud_str key;
    uint32_t key_line;
} frame;

typedef struct builder {
    yaml_parser_t parser;
    aud_arena *arena;
    aud_keyset keys;
    aud_node *root;
    size_t num_nodes;
    uint32_t last_line;
    unsigned num_documents, depth;
    frame frames[MAX_DEPTH];
} builder;

static aud_status at_line(aud_error *err, aud_status st, uint32_t line)
{
    if (err != NULL) {
        err->line = line;
    }
    return st;
}

static uint32_t line_of(yaml_mark_t mark)
{
    return (uint32_t)mark.line + 1; /* at most 1 MiB of line ends */
}

/* --- before libyaml sees it ------------------------------------------------------------------- */

/*
 * libyaml ends lines, and so comments, at NEL, LS and PS too, where no editor or review does: what
 * is read as a comment by people would be a key to the program.
 */
static aud_status check_text(aud_str text, uint32_t *out_last_line, aud_error *err)
{
    uint32_t line = 1;

    for (size_t at = 0; at < text.len;) {
        const int32_t c = aud_utf8_next(text, &at);

        if (c == '\n' || (c == '\r' && (at == text.len || text.ptr[at] != '\n'))) {
            line++;
        } else if (c < 0) {
            return at_line(err, aud_fail(err, AUD_E_FORMAT, "not valid UTF-8"), line);
        } else if (c == 0) {
            return at_line(err, aud_fail(err, AUD_E_FORMAT, "a NUL character"), line);
        } else if (c == 0x85 || c == 0x2028 || c == 0x2029) {
            return at_line(
                err, aud_fail(err, AUD_E_FORMAT, "a hidden line separator, U+%04X", (unsigned)c),
                line);
        } else if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0) ||
                   c == 0xfffe || c == 0xffff) {
            return at_line(
                err, aud_fail(err, AUD_E_FORMAT, "a control character, U+%04X", (unsigned)c), line);
        }
    }
    *out_last_line = line;
    return AUD_OK;
}

static aud_status check_bytes(aud_str *text, uint32_t *out_last_line, aud_error *err)
{
    if (text->len > MAX_BYTES) {
        return aud_fail(err, AUD_E_LIMIT, "longer than %d bytes", MAX_BYTES);
    }
    if (aud_str_starts(*text, AUD_LIT("\xff\xfe")) || aud_str_starts(*text, AUD_LIT("\xfe\xff"))) {
        return aud_fail(err, AUD_E_FORMAT, "written in UTF-16; save it as UTF-8");
    }
    if (aud_str_starts(*text, AUD_LIT("\xef\xbb\xbf"))) {
        *text = aud_str_sub(*text, 3, text->len);
    }
    return check_text(*text, out_last_line, err);
}

/* --- events to nodes -------------------------------------------------------------------------- */

/* libyaml's problem is a fixed text of its own; nothing of the input is in it. */
static aud_status parser_failed(const builder *b, aud_error *err)
{
    uint32_t line = line_of(b->parser.problem_mark);

    line = line > b->last_line ? b->last_line : line; /* it adds a line end to the text */
    if (b->parser.error == YAML_MEMORY_ERROR) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    return at_line(err,
                   aud_fail(err, AUD_E_FORMAT, "not valid YAML: %s",
                            b->parser.problem != NULL ? b->parser.problem : "unknown problem"),
                   line);
}

static aud_status check_anchor_and_tag(const yaml_char_t *anchor, const yaml_char_t *tag,
                                       uint32_t line, aud_error *err)
{
    if (anchor != NULL) {
        return at_line(err, aud_fail(err, AUD_E_FORMAT, "anchors ('&') are not allowed here"),
                       line);
    }
    if (tag != NULL) {
        return at_line(err, aud_fail(err, AUD_E_FORMAT, "tags ('!') are not allowed here"), line);
    }
    return AUD_OK;
}

static frame *top(builder *b)
{
    return b->depth == 0 ? NULL : &b->frames[b->depth - 1];
}

static aud_status new_node(builder *b, aud_node_kind kind, uint32_t line, aud_node **out,
                           aud_error *err)
{
    frame *in = top(b);
    aud_node *node;

    if (b->num_nodes++ >= MAX_NODES) {
        return at_line(err, aud_fail(err, AUD_E_LIMIT, "more than %d values", MAX_NODES), line);
    }
    node = AUD_ARENA_NEW(b->arena, aud_node);
    if (node == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    node->kind = kind;
    node->line = line;
    if (in == NULL) {
        b->root = node;
    } else {
        node->key = in->key;
        node->key_line = in->key_line;
        *(in->last == NULL ? &in->node->first : &in->last->next) = node;
        in->last = node;
        in->node->len++;
        in->has_key = false;
        in->key = (aud_str){NULL, 0};
        in->key_line = 0;
    }
    *out = node;
    return AUD_OK;
}

static bool wants_key(builder *b)
{
    const frame *in = top(b);

    return in != NULL && in->node->kind == AUD_NODE_MAP && !in->has_key;
}

static aud_status add_key(builder *b, aud_str text, bool quoted, uint32_t line, aud_error *err)
{
    frame *in = top(b);

    if (!quoted && text.len == 0) {
        return at_line(err, aud_fail(err, AUD_E_FORMAT, "a key is missing"), line);
    }
    if (!quoted && aud_str_eq(text, AUD_LIT("<<"))) {
        return at_line(err, aud_fail(err, AUD_E_FORMAT, "merge keys ('<<') are not allowed here"),
                       line);
    }
    AUD_TRY(aud_keyset_add(&b->keys, b->depth, text, line, err));
    AUD_TRY(aud_arena_dup(b->arena, text, &in->key, err));
    in->key_line = line;
    in->has_key = true;
    return AUD_OK;
}

static bool is_null(aud_str text)
{
    return text.len == 0 || aud_str_eq(text, AUD_LIT("~")) || aud_str_eq(text, AUD_LIT("null")) ||
           aud_str_eq(text, AUD_LIT("Null")) || aud_str_eq(text, AUD_LIT("NULL"));
}

static aud_status add_scalar(builder *b, const yaml_event_t *event, aud_error *err)
{
    const aud_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    const bool quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    const uint32_t line = line_of(event->start_mark);
    aud_node *node;

    AUD_TRY(check_anchor_and_tag(event->data.scalar.anchor, event->data.scalar.tag, line, err));
    if (wants_key(b)) {
        return add_key(b, text, quoted, line, err);
    }
    if (!quoted && is_null(text)) {
        return new_node(b, AUD_NODE_NULL, line, &node, err);
    }
    AUD_TRY(new_node(b, AUD_NODE_SCALAR, line, &node, err));
    node->quoted = quoted;
    return aud_arena_dup(b->arena, text, &node->text, err);
}

static aud_status open_container(builder *b, aud_node_kind kind, const yaml_char_t *anchor,
                                 const yaml_char_t *tag, uint32_t line, aud_error *err)
{
    aud_node *node;

    AUD_TRY(check_anchor_and_tag(anchor, tag, line, err));
    if (wants_key(b)) {
        return at_line(err, aud_fail(err, AUD_E_FORMAT, "a key must be a text"), line);
    }
    if (b->depth == MAX_DEPTH) {
        return at_line(err, aud_fail(err, AUD_E_LIMIT, "nested deeper than %d", MAX_DEPTH), line);
    }
    AUD_TRY(new_node(b, kind, line, &node, err));
    b->frames[b->depth++] = (frame){.node = node, .num_keys = b->keys.keys.len};
    return AUD_OK;
}

static void close_container(builder *b)
{
    const frame *closed = top(b);

    if (closed != NULL) {
        aud_keyset_cut(&b->keys, closed->num_keys);
        b->depth--;
    }
}

static aud_status open_document(builder *b, const yaml_event_t *event, aud_error *err)
{
    const uint32_t line = line_of(event->start_mark);

    if (b->num_documents++ > 0) {
        return at_line(err, aud_fail(err, AUD_E_FORMAT, "a second document begins here"), line);
    }
    if (event->data.document_start.tag_directives.start !=
        event->data.document_start.tag_directives.end) {
        return at_line(err, aud_fail(err, AUD_E_FORMAT, "tags ('%%TAG') are not allowed here"),
                       line);
    }
    return AUD_OK;
}

static aud_status take_event(builder *b, const yaml_event_t *event, aud_error *err)
{
    const uint32_t line = line_of(event->start_mark);

    switch (event->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return AUD_OK;
    case YAML_DOCUMENT_START_EVENT:
        return open_document(b, event, err);
    case YAML_ALIAS_EVENT:
        return at_line(err, aud_fail(err, AUD_E_FORMAT, "aliases ('*') are not allowed here"),
                       line);
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event, err);
    case YAML_SEQUENCE_START_EVENT:
        return open_container(b, AUD_NODE_LIST, event->data.sequence_start.anchor,
                              event->data.sequence_start.tag, line, err);
    case YAML_MAPPING_START_EVENT:
        return open_container(b, AUD_NODE_MAP, event->data.mapping_start.anchor,
                              event->data.mapping_start.tag, line, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_container(b);
        return AUD_OK;
    }
    return AUD_OK;
}

static aud_status build(builder *b, aud_error *err)
{
    for (;;) {
        yaml_event_t event;
        yaml_event_type_t type;
        aud_status st;

        if (!yaml_parser_parse(&b->parser, &event)) {
            return parser_failed(b, err);
        }
        type = event.type;
        st = take_event(b, &event, err);
        yaml_event_delete(&event);
        AUD_TRY(st);
        if (type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT) {
            return AUD_OK;
        }
    }
}

aud_status aud_node_parse(aud_str text, aud_arena *arena, const aud_node **out, aud_error *err)
{
    builder b = {.arena = arena};
    aud_status st;

    AUD_TRY(check_bytes(&text, &b.last_line, err));
    if (!yaml_parser_initialize(&b.parser)) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)(text.len == 0 ? "" : text.ptr),
                                 text.len);
    aud_keyset_init(&b.keys);
    st = build(&b, err);
    if (st == AUD_OK && b.root == NULL) {
        aud_node *empty;

        st = new_node(&b, AUD_NODE_NULL, 1, &empty, err);
    }
    yaml_parser_delete(&b.parser);
    aud_keyset_clear(&b.keys);
    AUD_TRY(st);
    *out = b.root;
    return AUD_OK;
}
