/* engine/policy/trace.c - steps of one evaluation, each once. */
#include "engine/policy/trace.h"

#include "engine/base/instant.h"
#include "engine/tree/json.h"

enum { MAX_STEPS = 4096, MAX_VALUE = 1 << 20 };

const char *aud_step_name(aud_step_kind kind)
{
    switch (kind) {
    case AUD_STEP_CLOCK:
        return "clock";
    case AUD_STEP_APPLIES:
        return "applies";
    case AUD_STEP_FACT:
        return "fact";
    case AUD_STEP_IS_KNOWN:
        return "is_known";
    case AUD_STEP_PARAM:
        return "param";
    case AUD_STEP_TIME:
        return "time";
    case AUD_STEP_ROW:
        return "row";
    case AUD_STEP_APPROVAL:
        return "approval";
    }
    return "";
}

aud_status aud_trace_new(aud_trace **out, aud_error *err)
{
    AUD_CLEANUP(aud_trace_freep) aud_trace *trace = aud_alloc_zero(1, sizeof *trace);

    if (trace == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&trace->arena, AUD_ARENA_NO_MAX);
    AUD_TRY(aud_map_new(&trace->known, err));
    *out = AUD_MOVE(trace);
    return AUD_OK;
}

void aud_trace_freep(aud_trace **trace)
{
    if (*trace != NULL) {
        aud_map_free((*trace)->known);
        aud_free((*trace)->steps.items);
        aud_arena_clear(&(*trace)->arena);
        aud_free(*trace);
        *trace = NULL;
    }
}

aud_status aud_trace_reset(aud_trace *trace, aud_error *err)
{
    aud_map_freep(&trace->known);
    aud_arena_reset(&trace->arena);
    trace->steps.len = 0;
    trace->cut = false;
    return aud_map_new(&trace->known, err);
}

/* One question has one answer in an evaluation, so the question tells steps apart. */
static aud_status is_new(aud_trace *trace, const aud_step *step, bool *out, aud_error *err)
{
    aud_str key;

    AUD_TRY(aud_arena_printf(
        &trace->arena, &key, err, "%d %.*s %lld %lld", (int)step->kind, AUD_ARG(step->name),
        (long long)(step->kind == AUD_STEP_TIME ? step->instant : 0), (long long)step->seconds));
    *out = aud_map_get(trace->known, key) == NULL;
    if (*out && trace->steps.len >= MAX_STEPS) {
        *out = false;
        trace->cut = true;
    }
    return *out ? aud_map_put(trace->known, key, trace, err) : AUD_OK;
}

aud_status aud_trace_add(aud_trace *trace, const aud_step *step, aud_error *err)
{
    aud_step kept = *step;
    bool fresh = false;

    AUD_TRY(is_new(trace, step, &fresh, err));
    if (!fresh) {
        return AUD_OK;
    }
    AUD_TRY(aud_arena_dup(&trace->arena, step->name, &kept.name, err));
    AUD_TRY(aud_arena_dup(&trace->arena, step->value, &kept.value, err));
    AUD_TRY(aud_arena_dup(&trace->arena, step->detail, &kept.detail, err));
    AUD_TRY(aud_arena_dup(&trace->arena, step->about, &kept.about, err));
    for (size_t i = 0; step->kind == AUD_STEP_TIME && i < trace->steps.len; i++) {
        const aud_step *fact = &trace->steps.items[i];

        if (fact->is_time && fact->instant == step->instant) {
            kept.about = fact->name;
        }
    }
    return AUD_VEC_PUSH(&trace->steps, kept, err);
}

static void write_plain(aud_json_writer *w, const aud_value *value)
{
    char instant[AUD_INSTANT_TEXT];

    if (value->presence != AUD_PRESENT) {
        aud_json_null(w);
        return;
    }
    switch ((aud_type)value->type) {
    case AUD_T_BOOL:
        aud_json_bool(w, value->as.boolean);
        break;
    case AUD_T_INT:
        aud_json_int(w, value->as.number);
        break;
    case AUD_T_TIME:
        aud_json_str(w, (aud_str){instant, aud_instant_format(value->as.number, instant)});
        break;
    case AUD_T_STRING:
        aud_json_str(w, value->as.string);
        break;
    case AUD_T_LIST:
    case AUD_T_OBJECT:
        aud_json_null(w);
        break;
    }
}

/* Objects of a list are shown by what is read of them; the list says how many they are. */
static void write_value(aud_json_writer *w, const aud_value *value)
{
    const aud_list *list = &value->as.list;
    char text[40];

    if (value->presence != AUD_PRESENT || value->type != AUD_T_LIST) {
        write_plain(w, value);
        return;
    }
    if (list->len > 0 && list->items[0].type >= AUD_T_LIST) {
        (void)snprintf(text, sizeof text, "%zu member%s", list->len, list->len == 1 ? "" : "s");
        aud_json_text(w, text);
        return;
    }
    aud_json_begin_array(w);
    for (size_t i = 0; i < list->len; i++) {
        write_plain(w, &list->items[i]);
    }
    aud_json_end_array(w);
}

aud_status aud_trace_fact(aud_trace *trace, aud_str name, const aud_value *value, uint32_t line,
                          aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf buf = {.max = MAX_VALUE};
    AUD_CLEANUP(aud_out_closep) aud_out *text = NULL;
    aud_step step = {
        .kind = AUD_STEP_FACT, .name = name, .presence = value->presence, .line = line};
    aud_json_writer writer;

    if (value->presence == AUD_PRESENT && value->type == AUD_T_OBJECT) {
        return AUD_OK; /* what is read of it is what counts */
    }
    if (value->presence == AUD_PRESENT) {
        AUD_TRY(aud_out_open_buf(&buf, &text, err));
        aud_json_writer_init(&writer, text, 0);
        write_value(&writer, value);
        AUD_TRY(aud_out_finish(text, err));
        step.value = aud_buf_str(&buf);
        step.is_time = value->type == AUD_T_TIME;
        step.instant = step.is_time ? value->as.number : 0;
    }
    return aud_trace_add(trace, &step, err);
}
