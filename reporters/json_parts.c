/* reporters/json_parts.c - the parts of the JSON result that other JSON documents share. */
#include "reporters/json_parts.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/tree/escape.h"
#include "reporters/common.h"

/* A key has sizes within a curve, and a suite its protocols: facts are nested less deep than this.
 */
enum { FACTS_DEPTH_MAX = 4 };

void aud_report_json_line(aud_json_writer *w)
{
    if (!w->first) {
        aud_out_char(w->out, ',');
    }
    aud_out_char(w->out, '\n');
    w->first = true; /* the comma is written */
}

static void put_unit(aud_out *out, uint32_t unit)
{
    aud_out_printf(out, "\\u%04x", (unsigned)unit);
}

static void put_escaped(aud_out *out, uint32_t code_point, aud_str text, size_t at)
{
    if (code_point == '#' && (at == 0 || text.ptr[at - 1] != '#')) {
        aud_out_char(out, '#');
    } else if (code_point > 0xffff) {
        put_unit(out, 0xd800 + ((code_point - 0x10000) >> 10));
        put_unit(out, 0xdc00 + ((code_point - 0x10000) & 0x3ffu));
    } else {
        put_unit(out, code_point);
    }
}

void aud_report_json_str(aud_json_writer *w, aud_str text)
{
    static const uint8_t marks[128] = {
        1,         1,          1,          1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* the controls */
        1,         1,          1,          1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ['"'] = 1,
        ['#'] = 1, ['\\'] = 1, [0x7f] = 1,
    };

    if (!aud_str_has(text, AUD_LIT("##"))) {
        aud_json_str(w, text);
        return;
    }
    aud_json_raw(w, AUD_LIT("\""));
    aud_escape(w->out, text, marks, 1, put_escaped);
    aud_out_char(w->out, '"');
}

void aud_report_json_put(aud_json_writer *w, const char *key, aud_str text)
{
    aud_json_key(w, key);
    aud_report_json_str(w, text);
}

void aud_report_json_opt(aud_json_writer *w, const char *key, aud_str text)
{
    if (text.len > 0) {
        aud_report_json_put(w, key, text);
    }
}

void aud_report_json_instant(aud_json_writer *w, const char *key, int64_t instant)
{
    char text[AUD_INSTANT_TEXT];
    size_t len = aud_instant_format(instant, text);

    aud_report_json_put(w, key, (aud_str){text, len});
}

void aud_report_json_digest(aud_json_writer *w, const char *key, const uint8_t digest[32])
{
    char hex[64];

    aud_hex_encode((aud_str){(const char *)digest, 32}, hex);
    aud_report_json_put(w, key, (aud_str){hex, sizeof hex});
}

void aud_report_json_sighting(aud_json_writer *w, const aud_sighting *where)
{
    aud_json_begin_object(w);
    aud_report_json_opt(w, "source", where->source);
    aud_report_json_opt(w, "rev", where->rev);
    aud_report_json_opt(w, "path", where->path);
    if (where->line > 0) {
        aud_json_put_int(w, "line", where->line);
    }
    if (where->member > 0) {
        aud_json_put_int(w, "member", where->member);
    }
    aud_report_json_opt(w, "record", where->record);
    aud_report_json_opt(w, "host", where->host);
    if (where->port > 0) {
        aud_json_put_int(w, "port", where->port);
    }
    aud_json_put_text(w, "use", aud_use_name((aud_use)where->use));
    if (where->history) {
        aud_json_put_bool(w, "history", true);
    }
    aud_json_end_object(w);
}

static const char *origin_name(aud_owner_origin origin)
{
    switch (origin) {
    case AUD_OWNER_INVENTORY:
        return "inventory";
    case AUD_OWNER_CODEOWNERS:
        return "codeowners";
    case AUD_OWNER_CONFIGURATION:
        return "configuration";
    }
    return "unknown";
}

static void write_owner(aud_json_writer *w, const aud_owner *owner)
{
    aud_json_begin_object(w);
    aud_report_json_put(w, "name", owner->name);
    if (!aud_str_eq(owner->name, owner->as_written)) {
        aud_report_json_opt(w, "as_written", owner->as_written);
    }
    aud_json_put_text(w, "origin", origin_name((aud_owner_origin)owner->origin));
    aud_report_json_opt(w, "place", owner->place);
    if (owner->catch_all) {
        aud_json_put_bool(w, "catch_all", true);
    }
    if (owner->placeholder) {
        aud_json_put_bool(w, "placeholder", true);
    }
    aud_json_end_object(w);
}

void aud_report_json_subject(aud_json_writer *w, const aud_subject_info *subject)
{
    aud_json_begin_object(w);
    aud_report_json_put(w, "id", subject->id);
    aud_json_put_text(w, "kind", aud_kind_name(subject->kind));
    aud_report_json_put(w, "label", subject->label);
    aud_report_json_put(w, "lineage", subject->lineage);
    aud_json_key(w, "sightings");
    aud_json_begin_array(w);
    for (size_t i = 0; i < subject->num_sightings; i++) {
        aud_report_json_sighting(w, &subject->sightings[i]);
    }
    aud_json_end_array(w);
    aud_json_key(w, "owners");
    aud_json_begin_array(w);
    for (size_t i = 0; i < subject->num_owners; i++) {
        write_owner(w, &subject->owners[i]);
    }
    aud_json_end_array(w);
}

static bool is_subject_type(const aud_object_type *type)
{
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        if (aud_kind_type((aud_kind)kind) == type) {
            return true;
        }
    }
    return false;
}

static bool is_shown_elsewhere(const aud_field *field)
{
    return field->object != NULL &&
           (*field->object == &aud_type_sighting || *field->object == &aud_type_owner);
}

static void write_object(aud_json_writer *w, const aud_object *object, aud_arena *scratch,
                         unsigned depth);

static void write_value(aud_json_writer *w, const aud_value *value, aud_arena *scratch,
                        unsigned depth)
{
    char text[AUD_INSTANT_TEXT];

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
        aud_json_str(w, (aud_str){text, aud_instant_format(value->as.number, text)});
        break;
    case AUD_T_STRING:
        aud_report_json_str(w, value->as.string);
        break;
    case AUD_T_LIST:
        aud_json_begin_array(w);
        for (size_t i = 0; i < value->as.list.len; i++) {
            write_value(w, &value->as.list.items[i], scratch, depth);
        }
        aud_json_end_array(w);
        break;
    case AUD_T_OBJECT:
        if (depth < FACTS_DEPTH_MAX) {
            write_object(w, &value->as.object, scratch, depth + 1);
        } else {
            aud_json_null(w);
        }
        break;
    }
}

static void write_object(aud_json_writer *w, const aud_object *object, aud_arena *scratch,
                         unsigned depth)
{
    unsigned num = object->type->num_fields;

    if (depth > 0 && is_subject_type(object->type) && num > 1) {
        num = 1;
    }
    aud_json_begin_object(w);
    for (unsigned i = 0; i < num; i++) {
        const aud_field *field = &object->type->fields[i];
        aud_value value;

        if (is_shown_elsewhere(field)) {
            continue;
        }
        value = object->get(object->self, i, scratch);
        if (value.presence != AUD_UNKNOWN) {
            aud_json_key(w, field->name);
            write_value(w, &value, scratch, depth);
        }
    }
    aud_json_end_object(w);
}

void aud_report_json_facts(aud_json_writer *w, const aud_object *object, aud_arena *scratch)
{
    write_object(w, object, scratch, 0);
}

void aud_report_json_source(aud_json_writer *w, const aud_source_info *source)
{
    aud_json_begin_object(w);
    aud_report_json_put(w, "name", source->name);
    aud_report_json_put(w, "kind", source->kind);
    aud_report_json_opt(w, "rev", source->rev);
    aud_report_json_opt(w, "ref", source->ref);
    aud_json_put_int(w, "files", (int64_t)source->files);
    aud_json_put_int(w, "gave", (int64_t)source->gave);
    aud_json_put_int(w, "nothing", (int64_t)source->nothing);
    aud_json_put_int(w, "excluded", (int64_t)source->excluded);
    aud_json_put_int(w, "not_judged", (int64_t)source->not_judged);
    aud_report_json_opt(w, "digest", source->digest);
    aud_json_key(w, "exclusions");
    aud_json_begin_array(w);
    for (size_t i = 0; i < source->num_exclusions; i++) {
        aud_json_begin_object(w);
        aud_report_json_put(w, "pattern", source->exclusions[i].pattern);
        aud_report_json_put(w, "reason", source->exclusions[i].reason);
        aud_json_put_int(w, "files", (int64_t)source->exclusions[i].files);
        aud_json_end_object(w);
    }
    aud_json_end_array(w);
    aud_json_end_object(w);
}

void aud_report_json_sums(aud_json_writer *w, const aud_result *result)
{
    const aud_report_files files = aud_report_files_of(result);
    size_t pairs = 0;

    aud_json_key(w, "pairs");
    aud_json_begin_object(w);
    for (unsigned i = 0; i < AUD_NUM_VERDICTS; i++) {
        aud_json_put_int(w, aud_verdict_name((aud_verdict)i), (int64_t)result->totals[i]);
        pairs += result->totals[i];
    }
    aud_json_put_int(w, "all", (int64_t)pairs);
    aud_json_end_object(w);

    aud_json_key(w, "files");
    aud_json_begin_object(w);
    aud_json_put_int(w, "gave", (int64_t)files.gave);
    aud_json_put_int(w, "nothing", (int64_t)files.nothing);
    aud_json_put_int(w, "excluded", (int64_t)files.excluded);
    aud_json_put_int(w, "not_judged", (int64_t)files.not_judged);
    aud_json_put_int(w, "all", (int64_t)files.files);
    aud_json_end_object(w);
}
