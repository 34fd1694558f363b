/* engine/policy/asks.c - what a policy may ask about, from the words of its text. */
#include "engine/policy/asks.h"

#include "engine/model/subject.h"

enum { MAX_TYPES = 32 };

typedef struct types {
    const aud_object_type *items[MAX_TYPES];
    size_t len;
} types;

static void add_type(types *all, const aud_object_type *type)
{
    for (size_t i = 0; i < all->len; i++) {
        if (all->items[i] == type) {
            return;
        }
    }
    if (all->len == MAX_TYPES) {
        return; /* there are fewer kinds of objects */
    }
    all->items[all->len++] = type;
    for (unsigned i = 0; i < type->num_fields; i++) {
        if (type->fields[i].object != NULL) {
            add_type(all, *type->fields[i].object);
        }
    }
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static unsigned asks_of(const types *all, aud_str word)
{
    /* the one function whose answer rests on others */
    unsigned asks = aud_str_eq(word, AUD_LIT("approval")) ? (unsigned)AUD_DEP_POPULATION : 0;

    for (size_t i = 0; i < all->len; i++) {
        const unsigned field = aud_field_find(all->items[i], word);

        asks |= field == UINT32_MAX ? 0 : all->items[i]->fields[field].dep;
    }
    return asks;
}

unsigned aud_source_asks(aud_str text, unsigned kinds)
{
    types all = {.len = 0};
    unsigned asks = (kinds & 1u << AUD_KIND_POPULATION) != 0 ? (unsigned)AUD_DEP_POPULATION : 0;
    bool quoted = false; /* "--" behind a quote on its line may be a part of a string */

    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        if ((kinds & 1u << kind) != 0) {
            add_type(&all, aud_kind_type((aud_kind)kind));
        }
    }
    /* words of strings count: is_known takes names; those of plain comments do not */
    for (size_t at = 0; at < text.len;) {
        const char c = text.ptr[at];
        size_t end = at;

        quoted = c != '\n' && (quoted || c == '"' || c == '\'' || c == '[');
        if (!quoted && c == '-' && at + 1 < text.len && text.ptr[at + 1] == '-') {
            while (at < text.len && text.ptr[at] != '\n') {
                at++;
            }
            continue;
        }
        while (end < text.len && is_name(text.ptr[end])) {
            end++;
        }
        asks |= end > at ? asks_of(&all, aud_str_sub(text, at, end - at)) : 0;
        at = end > at ? end : at + 1;
    }
    return asks;
}
