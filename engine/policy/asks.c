/* engine/policy/asks.c - what a policy may ask about, from the words of its text. */
#include "engine/policy/asks.h"

#include "engine/model/subject.h"

enum { MAX_TYPES = 32 };

typedef struct types {
    const aud_object_type *items[MAX_TYPES];
    size_t len;
} types;

static bool add_type(types *all, const aud_object_type *type)
{
    for (size_t i = 0; i < all->len; i++) {
        if (all->items[i] == type) {
            return false;
        }
    }
    if (all->len == MAX_TYPES) {
        return false; /* there are fewer kinds of objects */
    }
    all->items[all->len++] = type;
    return true;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What a word asks; the objects behind a fact are reached only by a word that names it. */
static unsigned asks_of(types *all, aud_str word, bool *grew)
{
    /* the one function whose answer rests on others */
    unsigned asks = aud_str_eq(word, AUD_LIT("approval")) ? (unsigned)AUD_DEP_POPULATION : 0;

    for (size_t i = 0; i < all->len; i++) {
        const unsigned field = aud_field_find(all->items[i], word);
        const aud_field *found = field == UINT32_MAX ? NULL : &all->items[i]->fields[field];

        asks |= found == NULL ? 0 : found->dep;
        if (found != NULL && found->object != NULL && add_type(all, *found->object)) {
            *grew = true;
        }
    }
    return asks;
}

/* One pass over the text, with the kinds of objects that are known to be reached. */
static unsigned asks_once(types *all, aud_str text, bool *grew)
{
    unsigned asks = 0;
    bool quoted = false; /* "--" behind a quote on its line may be a part of a string */

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
        asks |= end > at ? asks_of(all, aud_str_sub(text, at, end - at), grew) : 0;
        at = end > at ? end : at + 1;
    }
    return asks;
}

unsigned aud_source_asks(aud_str text, unsigned kinds)
{
    types all = {.len = 0};
    unsigned asks = (kinds & 1u << AUD_KIND_POPULATION) != 0 ? (unsigned)AUD_DEP_POPULATION : 0;
    bool grew = true;

    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        if ((kinds & 1u << kind) != 0) {
            (void)add_type(&all, aud_kind_type((aud_kind)kind));
        }
    }
    while (grew) { /* a name may stand before the one that leads to it */
        grew = false;
        asks |= asks_once(&all, text, &grew);
    }
    return asks;
}
