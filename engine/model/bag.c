/* engine/model/bag.c - facts held as they were told. */
#include "engine/model/fields.h"

enum { MAX_NESTING = 16 };

aud_value aud_bag_get(const void *self, unsigned field, aud_arena *scratch)
{
    const aud_bag *bag = self;
    size_t low = 0, high = bag->num_facts;

    AUD_UNUSED(scratch);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (bag->facts[middle].field < field) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < bag->num_facts && bag->facts[low].field == field ? bag->facts[low].value
                                                                  : aud_unknown();
}

void aud_bag_begin(aud_bag_builder *builder, const aud_object_type *type, aud_arena *arena)
{
    memset(builder, 0, sizeof *builder);
    builder->type = type;
    builder->arena = arena;
}

void aud_bag_set(aud_bag_builder *builder, unsigned field, aud_value value)
{
    for (size_t i = 0; i < builder->facts.len; i++) {
        if (builder->facts.items[i].field == field) {
            builder->facts.items[i].value = value;
            return;
        }
    }
    if (AUD_VEC_PUSH(&builder->facts, ((aud_fact){field, value}), NULL) != AUD_OK) {
        builder->failed = true;
    }
}

void aud_bag_set_text(aud_bag_builder *builder, unsigned field, aud_str text)
{
    aud_str copy;

    if (text.len == 0) {
        aud_bag_set(builder, field, aud_absent());
    } else if (aud_arena_dup(builder->arena, text, &copy, NULL) != AUD_OK) {
        builder->failed = true;
    } else {
        aud_bag_set(builder, field, aud_string(copy));
    }
}

void aud_bag_set_texts(aud_bag_builder *builder, unsigned field, const aud_str *texts, size_t len)
{
    aud_value *items = aud_arena_array(builder->arena, len, sizeof *items);

    if (items == NULL) {
        builder->failed = true;
        return;
    }
    for (size_t i = 0; i < len; i++) {
        aud_str copy;

        if (aud_arena_dup(builder->arena, texts[i], &copy, NULL) != AUD_OK) {
            builder->failed = true;
            return;
        }
        items[i] = aud_string(copy);
    }
    aud_bag_set(builder, field, aud_list_of(items, len));
}

/* By field; a bag has few facts. */
static void sort_facts(aud_fact *facts, size_t num)
{
    for (size_t i = 1; i < num; i++) {
        aud_fact moved = facts[i];
        size_t at = i;

        for (; at > 0 && facts[at - 1].field > moved.field; at--) {
            facts[at] = facts[at - 1];
        }
        facts[at] = moved;
    }
}

aud_status aud_bag_build(aud_bag_builder *builder, const aud_bag **out, aud_error *err)
{
    aud_bag *bag = AUD_ARENA_NEW(builder->arena, aud_bag);
    aud_fact *facts = aud_arena_array(builder->arena, builder->facts.len, sizeof *facts);
    bool failed = builder->failed || bag == NULL || facts == NULL;

    if (!failed) {
        if (builder->facts.len > 0) {
            memcpy(facts, builder->facts.items, builder->facts.len * sizeof *facts);
        }
        sort_facts(facts, builder->facts.len);
        *bag = (aud_bag){builder->type, facts, builder->facts.len};
        *out = bag;
    }
    aud_free(builder->facts.items);
    memset(&builder->facts, 0, sizeof builder->facts);
    return failed ? aud_fail(err, AUD_E_NOMEM, "out of memory") : AUD_OK;
}

static aud_status copy_bag(const aud_bag *bag, aud_arena *arena, unsigned depth,
                           const aud_bag **out, aud_error *err);

static aud_status copy_value(const aud_value *value, aud_arena *arena, unsigned depth,
                             aud_value *out, aud_error *err)
{
    *out = *value;
    if (value->presence != AUD_PRESENT) {
        return AUD_OK;
    }
    switch ((aud_type)value->type) {
    case AUD_T_BOOL:
    case AUD_T_INT:
    case AUD_T_TIME:
        return AUD_OK;
    case AUD_T_STRING:
        return aud_arena_dup(arena, value->as.string, &out->as.string, err);
    case AUD_T_LIST: {
        aud_value *items = aud_arena_array(arena, value->as.list.len, sizeof *items);

        if (items == NULL) {
            return aud_fail(err, AUD_E_NOMEM, "out of memory");
        }
        for (size_t i = 0; i < value->as.list.len; i++) {
            AUD_TRY(copy_value(&value->as.list.items[i], arena, depth, &items[i], err));
        }
        out->as.list.items = items;
        return AUD_OK;
    }
    case AUD_T_OBJECT:
        if (value->as.object.get == aud_bag_get) {
            const aud_bag *copy;

            AUD_TRY(copy_bag(value->as.object.self, arena, depth + 1, &copy, err));
            out->as.object.self = copy;
        }
        return AUD_OK;
    }
    return AUD_OK;
}

static aud_status copy_bag(const aud_bag *bag, aud_arena *arena, unsigned depth,
                           const aud_bag **out, aud_error *err)
{
    aud_bag *copy = AUD_ARENA_NEW(arena, aud_bag);
    aud_fact *facts = aud_arena_array(arena, bag->num_facts, sizeof *facts);

    if (depth > MAX_NESTING) {
        return aud_fail(err, AUD_E_LIMIT, "facts nested more than %d deep", MAX_NESTING);
    }
    if (copy == NULL || facts == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < bag->num_facts; i++) {
        facts[i].field = bag->facts[i].field;
        AUD_TRY(copy_value(&bag->facts[i].value, arena, depth, &facts[i].value, err));
    }
    *copy = (aud_bag){bag->type, facts, bag->num_facts};
    *out = copy;
    return AUD_OK;
}

aud_status aud_bag_copy(const aud_bag *bag, aud_arena *arena, const aud_bag **out, aud_error *err)
{
    return copy_bag(bag, arena, 0, out, err);
}

aud_status aud_object_as_bag(aud_value object, aud_arena *arena, aud_value *out, aud_error *err)
{
    aud_bag_builder builder;
    const aud_bag *bag = NULL;

    if (object.presence != AUD_PRESENT || object.as.object.get == aud_bag_get) {
        *out = object;
        return AUD_OK;
    }
    const aud_object_type *type = object.as.object.type;
    aud_bag_begin(&builder, type, arena);
    for (unsigned field = 0; field < type->num_fields; field++) {
        const aud_value v = object.as.object.get(object.as.object.self, field, arena);
        if (v.presence == AUD_PRESENT && v.type == AUD_T_STRING && v.as.string.len > 0) {
            aud_bag_set_text(&builder, field, v.as.string);
        } else if (v.presence != AUD_UNKNOWN) {
            aud_bag_set(&builder, field, v);
        }
    }
    AUD_TRY(aud_bag_build(&builder, &bag, err));
    *out = aud_object_of(type, aud_bag_get, bag);
    return AUD_OK;
}
