/* engine/cli/show.c - subjects as policies see them, for people. */
#include "engine/cli/cli.h"

#include "engine/base/instant.h"
#include "reporters/common.h"

static void put_value(const aud_value *value, unsigned indent, aud_arena *scratch, aud_out *out);

static void put_object(const aud_object *object, unsigned indent, aud_arena *scratch, aud_out *out)
{
    for (unsigned i = 0; i < object->type->num_fields; i++) {
        aud_value value = object->get(object->self, i, scratch);

        if (value.presence == AUD_UNKNOWN) {
            continue;
        }
        aud_out_printf(out, "%*s%s: ", (int)indent, "", object->type->fields[i].name);
        put_value(&value, indent, scratch, out);
    }
}

static bool is_plain(const aud_value *value)
{
    return value->presence != AUD_PRESENT || value->type < AUD_T_LIST;
}

static void put_plain(const aud_value *value, aud_out *out)
{
    char instant[AUD_INSTANT_TEXT];

    if (value->presence != AUD_PRESENT) {
        aud_out_text(out, "-");
        return;
    }
    switch ((aud_type)value->type) {
    case AUD_T_BOOL:
        aud_out_text(out, value->as.boolean ? "true" : "false");
        break;
    case AUD_T_INT:
        aud_out_int(out, value->as.number);
        break;
    case AUD_T_TIME:
        aud_out_str(out, (aud_str){instant, aud_instant_format(value->as.number, instant)});
        break;
    case AUD_T_STRING:
        aud_neutral_put(out, value->as.string);
        break;
    case AUD_T_LIST:
    case AUD_T_OBJECT:
        break;
    }
}

/* Another subject: by what identifies it, for it stands by itself elsewhere. */
static bool put_subject(const aud_object *object, unsigned indent, aud_arena *scratch, aud_out *out)
{
    const unsigned names[] = {AUD_F_endpoint_host, AUD_F_endpoint_port};
    const bool endpoint = object->type == &aud_type_endpoint;

    if (!endpoint && object->type != &aud_type_certificate) {
        return false;
    }
    aud_out_printf(out, "%*s", (int)indent, "");
    for (size_t i = 0; i < (endpoint ? AUD_COUNT(names) : 1); i++) {
        const aud_value id =
            object->get(object->self, endpoint ? names[i] : AUD_F_certificate_sha256, scratch);
        aud_out_text(out, i == 0 ? "" : ":");
        put_plain(&id, out);
    }
    aud_out_char(out, '\n');
    return true;
}

static void put_value(const aud_value *value, unsigned indent, aud_arena *scratch, aud_out *out)
{
    const aud_list *list = &value->as.list;

    if (is_plain(value)) {
        put_plain(value, out);
        aud_out_char(out, '\n');
        return;
    }
    if (value->type == AUD_T_OBJECT) {
        aud_out_char(out, '\n');
        if (put_subject(&value->as.object, indent + 2, scratch, out)) {
            return;
        }
        put_object(&value->as.object, indent + 2, scratch, out);
        return;
    }
    if (list->len == 0 || is_plain(&list->items[0])) {
        aud_out_char(out, '[');
        for (size_t i = 0; i < list->len; i++) {
            aud_out_text(out, i == 0 ? "" : ", ");
            put_plain(&list->items[i], out);
        }
        aud_out_text(out, "]\n");
        return;
    }
    aud_out_char(out, '\n');
    for (size_t i = 0; i < list->len; i++) {
        if (put_subject(&list->items[i].as.object, indent + 2, scratch, out)) {
            continue;
        }
        aud_out_printf(out, "%*s-\n", (int)indent + 2, "");
        put_object(&list->items[i].as.object, indent + 4, scratch, out);
    }
}

/* What no scanner told of an endpoint, and which one would. */
static void put_untold(const aud_object *object, aud_arena *scratch, aud_out *out)
{
    for (unsigned i = 0; i < object->type->num_fields; i++) {
        const aud_field *field = &object->type->fields[i];

        if (field->told_by != NULL &&
            object->get(object->self, i, scratch).presence == AUD_UNKNOWN) {
            aud_out_printf(out, "  %s: unknown; told by %s\n", field->name, field->told_by);
        }
    }
}

int aud_show_text(const aud_result *result, aud_out *out)
{
    aud_arena scratch;

    aud_arena_init(&scratch, (size_t)256 << 20);
    for (size_t i = 0; i < result->num_subjects; i++) {
        const aud_subject_info *s = &result->subjects[i];

        aud_out_text(out, i == 0 ? "" : "\n");
        aud_neutral_put(out, s->id);
        aud_out_text(out, s->label.len > 0 ? "  " : "");
        aud_neutral_put(out, s->label);
        aud_out_char(out, '\n');
        put_object(&s->facts, 2, &scratch, out);
        put_untold(&s->facts, &scratch, out);
        aud_arena_reset(&scratch);
    }
    for (size_t i = 0; i < result->num_gaps; i++) {
        const aud_gap *gap = &result->gaps[i];

        aud_out_printf(out, "\nnot judged (%s): ", aud_gap_name(gap->kind));
        aud_neutral_put(out, gap->where.path.len > 0 ? gap->where.path : gap->where.source);
        if (gap->where.line > 0) {
            aud_out_printf(out, ":%u", gap->where.line);
        }
        aud_out_text(out, ": ");
        aud_neutral_put(out, gap->reason);
        aud_out_char(out, '\n');
    }
    aud_arena_clear(&scratch);
    return AUD_EXIT_CLEAN;
}
