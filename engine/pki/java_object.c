/* engine/pki/java_object.c - where a serialized Java object ends (Java Object Serialization
 * Specification, 6). JCEKS keeps its secret keys so, without a length. */
#include "engine/pki/container_parts.h"

enum {
    TC_NULL = 0x70,
    TC_REFERENCE = 0x71,
    TC_CLASSDESC = 0x72,
    TC_OBJECT = 0x73,
    TC_STRING = 0x74,
    TC_ARRAY = 0x75,
    TC_BLOCKDATA = 0x77,
    TC_ENDBLOCKDATA = 0x78,
    TC_BLOCKDATALONG = 0x7a,
    FIRST_HANDLE = 0x7e0000,
    FLAG_WRITE_METHOD = 1,
    FLAG_SERIALIZABLE = 2,
    MAX_HANDLES = 64,
    MAX_CLASSES = 16,
    MAX_FIELDS = 16,
    MAX_DEPTH = 8,
};

typedef struct class_desc {
    char types[MAX_FIELDS];
    unsigned num_fields;
    unsigned flags;
    int super;    /* index of the class, or -1 */
    char element; /* of an array */
} class_desc;

typedef struct stream {
    aud_str rest;
    class_desc classes[MAX_CLASSES];
    unsigned num_classes;
    int handles[MAX_HANDLES]; /* class, or -1 for everything else */
    unsigned num_handles;
} stream;

static bool take_content(stream *s, unsigned depth);

static bool take_number(stream *s, unsigned num_bytes, uint64_t *out)
{
    if (s->rest.len < num_bytes) {
        return false;
    }
    *out = 0;
    for (unsigned i = 0; i < num_bytes; i++) {
        *out = *out << 8 | (unsigned char)s->rest.ptr[i];
    }
    s->rest = aud_str_sub(s->rest, num_bytes, SIZE_MAX);
    return true;
}

static bool skip(stream *s, uint64_t len)
{
    if (len > s->rest.len) {
        return false;
    }
    s->rest = aud_str_sub(s->rest, (size_t)len, SIZE_MAX);
    return true;
}

static bool take_text(stream *s, aud_str *out)
{
    uint64_t len;

    if (!take_number(s, 2, &len)) {
        return false;
    }
    *out = aud_str_sub(s->rest, 0, (size_t)len);
    return skip(s, len);
}

static bool new_handle(stream *s, int class_index)
{
    if (s->num_handles == MAX_HANDLES) {
        return false;
    }
    s->handles[s->num_handles++] = class_index;
    return true;
}

/* Gives the class that a handle stands for, or -1. */
static bool take_reference(stream *s, int *out)
{
    uint64_t handle;

    if (!take_number(s, 4, &handle) || handle < FIRST_HANDLE ||
        handle - FIRST_HANDLE >= s->num_handles) {
        return false;
    }
    *out = s->handles[handle - FIRST_HANDLE];
    return true;
}

/* Whatever was written into a class or an object, up to its end. */
static bool take_annotations(stream *s, unsigned depth)
{
    for (;;) {
        if (s->rest.len == 0) {
            return false;
        }
        if (s->rest.ptr[0] == TC_ENDBLOCKDATA) {
            return skip(s, 1);
        }
        if (!take_content(s, depth)) {
            return false;
        }
    }
}

static bool take_fields(stream *s, class_desc *c, unsigned depth)
{
    uint64_t num, type;
    aud_str name;

    if (!take_number(s, 2, &num) || num > MAX_FIELDS) {
        return false;
    }
    for (uint64_t i = 0; i < num; i++) {
        if (!take_number(s, 1, &type) || !take_text(s, &name) ||
            ((type == '[' || type == 'L') && !take_content(s, depth))) {
            return false;
        }
        c->types[c->num_fields++] = (char)type;
    }
    return true;
}

static bool take_class(stream *s, unsigned depth, int *out)
{
    uint64_t mark, suid, flags;
    class_desc *c;
    aud_str name;
    int index;

    *out = -1;
    if (depth == 0 || !take_number(s, 1, &mark)) {
        return false;
    }
    if (mark == TC_NULL) {
        return true;
    }
    if (mark == TC_REFERENCE) {
        return take_reference(s, out);
    }
    if (mark != TC_CLASSDESC || s->num_classes == MAX_CLASSES || !take_text(s, &name) ||
        !take_number(s, 8, &suid)) {
        return false;
    }
    index = (int)s->num_classes++;
    c = &s->classes[index];
    *c = (class_desc){.super = -1,
                      .element = name.len == 2 && name.ptr[0] == '[' ? name.ptr[1] : 'L'};
    if (!new_handle(s, index) || !take_number(s, 1, &flags) || !take_fields(s, c, depth - 1) ||
        !take_annotations(s, depth - 1)) {
        return false;
    }
    c->flags = (unsigned)flags;
    *out = index;
    return take_class(s, depth - 1, &c->super);
}

static unsigned primitive_size(char type)
{
    switch (type) {
    case 'B':
    case 'Z':
        return 1;
    case 'C':
    case 'S':
        return 2;
    case 'F':
    case 'I':
        return 4;
    case 'D':
    case 'J':
        return 8;
    default:
        return 0; /* an object */
    }
}

static bool take_value(stream *s, char type, unsigned depth)
{
    const unsigned size = primitive_size(type);

    return size > 0 ? skip(s, size) : take_content(s, depth);
}

/* The fields of every class, the uppermost first. */
static bool take_object_data(stream *s, int class_index, unsigned depth)
{
    int chain[MAX_CLASSES];
    unsigned num = 0;

    for (int i = class_index; i >= 0; i = s->classes[i].super) {
        if (num == MAX_CLASSES) {
            return false;
        }
        chain[num++] = i;
    }
    while (num > 0) {
        const class_desc *c = &s->classes[chain[--num]];

        if ((c->flags & FLAG_SERIALIZABLE) == 0) {
            return false;
        }
        for (unsigned i = 0; i < c->num_fields; i++) {
            if (!take_value(s, c->types[i], depth)) {
                return false;
            }
        }
        if ((c->flags & FLAG_WRITE_METHOD) != 0 && !take_annotations(s, depth)) {
            return false;
        }
    }
    return true;
}

static bool take_array(stream *s, unsigned depth)
{
    uint64_t len;
    int class_index;

    if (!take_class(s, depth, &class_index) || class_index < 0 || !new_handle(s, -1) ||
        !take_number(s, 4, &len)) {
        return false;
    }
    const char element = s->classes[class_index].element;
    const unsigned size = primitive_size(element);
    if (size > 0) {
        return skip(s, len * size);
    }
    for (uint64_t i = 0; i < len; i++) {
        if (!take_content(s, depth)) { /* at least a byte each: the end of the input bounds it */
            return false;
        }
    }
    return true;
}

static bool take_content(stream *s, unsigned depth)
{
    uint64_t mark, len;
    aud_str text;
    int class_index;

    if (depth == 0 || !take_number(s, 1, &mark)) {
        return false;
    }
    switch (mark) {
    case TC_NULL:
        return true;
    case TC_REFERENCE:
        return take_reference(s, &class_index);
    case TC_STRING:
        return new_handle(s, -1) && take_text(s, &text);
    case TC_BLOCKDATA:
        return take_number(s, 1, &len) && skip(s, len);
    case TC_BLOCKDATALONG:
        return take_number(s, 4, &len) && skip(s, len);
    case TC_ARRAY:
        return take_array(s, depth - 1);
    case TC_OBJECT:
        return take_class(s, depth - 1, &class_index) && class_index >= 0 && new_handle(s, -1) &&
               take_object_data(s, class_index, depth - 1);
    default:
        return false;
    }
}

size_t aud_java_object_length(aud_str bytes)
{
    stream s = {.rest = bytes};

    if (!aud_str_starts(bytes, AUD_LIT("\xac\xed\x00\x05")) || !skip(&s, 4) ||
        !take_content(&s, MAX_DEPTH)) {
        return 0;
    }
    return bytes.len - s.rest.len;
}
