/* engine/model/value.h - a fact's value: present, known to be absent, or unknown. */
#ifndef AUD_MODEL_VALUE_H
#define AUD_MODEL_VALUE_H

#include "engine/base/base.h"
#include "engine/base/memory.h"

/* UNKNOWN is 0: a zeroed value claims nothing. */
typedef enum aud_presence {
    AUD_UNKNOWN = 0, /* this source does not tell; reading it ends a check as undecided */
    AUD_ABSENT,      /* known not to be there; nil in Lua */
    AUD_PRESENT,
} aud_presence;

typedef enum aud_type {
    AUD_T_BOOL,
    AUD_T_INT,    /* 64 bits */
    AUD_T_TIME,   /* Unix seconds, UTC */
    AUD_T_STRING, /* UTF-8 or raw bytes; reporters neutralise */
    AUD_T_LIST,   /* of one element type */
    AUD_T_OBJECT, /* has a field table of its own */
} aud_type;

/* What a fact depends on: decides what can be reused, and what a change must re-judge. Bits. */
typedef enum aud_dep {
    AUD_DEP_CONTENT = 1,    /* the subject's own bytes */
    AUD_DEP_CONTEXT = 2,    /* where it was seen, who owns it */
    AUD_DEP_TIME = 4,       /* the judged instant */
    AUD_DEP_POPULATION = 8, /* other subjects */
    AUD_DEP_RENEWAL = 16,   /* of other subjects only this: whether one took its place */
} aud_dep;

struct aud_value;
struct aud_object_type;

/*
 * Reads one field of `self`. Strings and lists in the value are borrowed from `self` or live in
 * `scratch`, and hold until `scratch` is reset. Never fails: what cannot be read is AUD_UNKNOWN.
 * `field` is the index in the object type's table.
 */
typedef struct aud_value (*aud_getter)(const void *self, unsigned field, aud_arena *scratch);

typedef struct aud_object {
    const struct aud_object_type *type;
    aud_getter get;
    const void *self;
} aud_object;

typedef struct aud_list {
    const struct aud_value *items;
    size_t len;
} aud_list;

typedef struct aud_value {
    uint8_t presence; /* aud_presence */
    uint8_t type;     /* aud_type, if present */
    union {
        bool boolean;
        int64_t number; /* also AUD_T_TIME */
        aud_str string;
        aud_list list;
        aud_object object;
    } as;
} aud_value;

static inline aud_value aud_unknown(void)
{
    return (aud_value){.presence = AUD_UNKNOWN};
}
static inline aud_value aud_absent(void)
{
    return (aud_value){.presence = AUD_ABSENT};
}
static inline aud_value aud_bool(bool b)
{
    return (aud_value){.presence = AUD_PRESENT, .type = AUD_T_BOOL, .as.boolean = b};
}
static inline aud_value aud_int(int64_t n)
{
    return (aud_value){.presence = AUD_PRESENT, .type = AUD_T_INT, .as.number = n};
}
static inline aud_value aud_time(int64_t t)
{
    return (aud_value){.presence = AUD_PRESENT, .type = AUD_T_TIME, .as.number = t};
}
static inline aud_value aud_string(aud_str s)
{
    return (aud_value){.presence = AUD_PRESENT, .type = AUD_T_STRING, .as.string = s};
}
static inline aud_value aud_list_of(const aud_value *items, size_t len)
{
    return (aud_value){.presence = AUD_PRESENT, .type = AUD_T_LIST, .as.list = {items, len}};
}
static inline aud_value aud_object_of(const struct aud_object_type *type, aud_getter get,
                                      const void *self)
{
    return (aud_value){
        .presence = AUD_PRESENT, .type = AUD_T_OBJECT, .as.object = {type, get, self}};
}

/*
 * A bag: facts held as they were told, for subjects that are not read lazily from DER (records,
 * endpoints, requests, keys). Fields not in the bag are unknown. Plain data; the arena of whoever
 * filled it owns everything.
 */
typedef struct aud_fact {
    uint32_t field;
    aud_value value;
} aud_fact;

typedef struct aud_bag {
    const struct aud_object_type *type;
    const aud_fact *facts; /* ascending by field, each once */
    size_t num_facts;
} aud_bag;

/* An aud_getter whose `self` is an aud_bag. */
aud_value aud_bag_get(const void *bag, unsigned field, aud_arena *scratch);

/* Fills a bag field by field, in any order; a field set twice keeps the last value. */
typedef struct aud_bag_builder {
    const struct aud_object_type *type;
    aud_arena *arena;
    AUD_VEC(aud_fact) facts;
    bool failed; /* memory ran out; aud_bag_build says so */
} aud_bag_builder;

void aud_bag_begin(aud_bag_builder *builder, const struct aud_object_type *type, aud_arena *arena);
/* Keeps the value as it is: what it points to must live as long as the bag. */
void aud_bag_set(aud_bag_builder *builder, unsigned field, aud_value value);
/* Copies the string into the arena first; an empty string sets AUD_ABSENT. */
void aud_bag_set_text(aud_bag_builder *builder, unsigned field, aud_str text);
/* A list of copied strings. */
void aud_bag_set_texts(aud_bag_builder *builder, unsigned field, const aud_str *texts, size_t len);
/* Moves the facts into the arena and frees the builder, also on failure. */
AUD_NODISCARD aud_status aud_bag_build(aud_bag_builder *builder, const aud_bag **out,
                                       aud_error *err);

/* Deep copy of a bag into `arena`. Objects inside must be bags or immutable statics. */
AUD_NODISCARD aud_status aud_bag_copy(const aud_bag *bag, aud_arena *arena, const aud_bag **out,
                                      aud_error *err);

/* The object with its facts read into a bag, so that it outlives what it was read from. */
AUD_NODISCARD aud_status aud_object_as_bag(aud_value object, aud_arena *arena, aud_value *out,
                                           aud_error *err);

#endif
