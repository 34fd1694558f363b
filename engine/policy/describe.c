/* engine/policy/describe.c - annotations and reference page: every fact, function and key. */
#include "engine/policy/describe.h"

#include "engine/model/subject.h"

typedef struct api_row {
    const char *name, *params, *result, *doc;
} api_row;

typedef struct key_row {
    const char *name, *type;
    bool needed;
    const char *doc;
} key_row;

static const api_row functions[] = {
#define AUD_API(name, function, params, result, doc) {#name, params, result, doc},
#include "engine/policy/api.def"
#undef AUD_API
};

static const key_row keys[] = {
#define AUD_KEY(name, type, needed, doc) {#name, type, needed, doc},
#include "engine/policy/declaration.def"
#undef AUD_KEY
};

static const key_row pack_keys[] = {
#define AUD_KEY(name, type, needed, doc) {#name, type, needed, doc},
#include "engine/policy/packs.def"
#undef AUD_KEY
};

/* Tables that functions take and give; small enough to be told here alone. */
static const struct {
    const char *name, *doc;
    key_row fields[6];
} tables[] = {
    {"citation",
     "Where a requirement is written.",
     {{"doc", "string", true, "The document."},
      {"version", "string", false, "Its version."},
      {"at", "string", false, "Section, table or requirement."},
      {"url", "string", false, "Its address."}}},
    {"control",
     "A control of your own, in a pack.",
     {{"title", "string", true, "A short title."},
      {"requirement", "string", false, "What it asks."},
      {"does_not_prove", "string", false, "What this evidence leaves open."}}},
    {"failure",
     "What fail takes: an item with got and want, or items, or a message alone.",
     {{"item", "string", false, "The fact, suite or name that is wrong: \"key.bits\"."},
      {"got", "string|number|boolean", false,
       "What it is; the instant of a time fact is shown as one."},
      {"want", "string|number|boolean", false, "What it should be."},
      {"items", "certaudit.item[]", false, "Several, instead of item, got and want."},
      {"message", "string", false, "One sentence; made from the first item without it."},
      {"severity", "certaudit.severity", false, "Another one that the policy declares."}}},
    {"item",
     "One thing that is wrong.",
     {{"item", "string", true, "The fact, suite or name."},
      {"got", "string|number|boolean", false, "What it is."},
      {"want", "string|number|boolean", false, "What it should be."}}},
    {"doubt",
     "Why it cannot be told.",
     {{"message", "string", true, "One sentence."},
      {"advice", "string", false, "What would tell it."}}},
    {"approval",
     "What approval gives.",
     {{"status",
       "\"proved\"|\"declared\"|\"is_approved\"|\"not_approved\"|\"self_signed\"|\"forged\"|"
       "\"no_ca\"|\"unknown\"",
       true, "proved by signatures, declared by a source, an approved CA itself, or why not."},
      {"anchor", "string", true, "The CA it leads to; may be empty."},
      {"reason", "string", true, "In words."}}},
    {"row",
     "A row of in_force; it holds whatever else the policy needs.",
     {{"from", "string", true, "\"yyyy-mm-dd\": the day it begins."}}},
};

enum { MAX_TYPES = 64 };

/* The kinds, then every part that their facts lead to. */
typedef struct type_list {
    const aud_object_type *items[MAX_TYPES];
    size_t len;
} type_list;

static void add_type(type_list *list, const aud_object_type *type)
{
    for (size_t i = 0; i < list->len; i++) {
        if (list->items[i] == type) {
            return;
        }
    }
    if (list->len < MAX_TYPES) {
        list->items[list->len++] = type;
    }
}

static type_list all_types(void)
{
    type_list list = {.len = 0};

    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        add_type(&list, aud_kind_type((aud_kind)kind));
    }
    for (size_t i = 0; i < list.len; i++) {
        for (unsigned k = 0; k < list.items[i]->num_fields; k++) {
            if (list.items[i]->fields[k].object != NULL) {
                add_type(&list, *list.items[i]->fields[k].object);
            }
        }
    }
    return list;
}

static void put_type(aud_out *out, aud_type type, const aud_field *field)
{
    switch (type) {
    case AUD_T_BOOL:
        aud_out_text(out, "boolean");
        break;
    case AUD_T_INT:
        aud_out_text(out, "integer");
        break;
    case AUD_T_TIME:
        aud_out_text(out, "certaudit.time");
        break;
    case AUD_T_STRING:
        aud_out_text(out, "string");
        break;
    case AUD_T_LIST:
        put_type(out, field->element, field);
        aud_out_text(out, "[]");
        break;
    case AUD_T_OBJECT:
        aud_out_printf(out, "certaudit.%s", (*field->object)->name);
        break;
    }
}

/* The table says in words what may be known to be absent; everything may be unknown. */
static bool may_be_absent(const aud_field *field)
{
    return aud_str_has(aud_str_of(field->doc), AUD_LIT("absent"));
}

static void put_classes(aud_out *out)
{
    const type_list types = all_types();

    for (size_t i = 0; i < types.len; i++) {
        const aud_object_type *type = types.items[i];

        aud_out_printf(out, "\n--- %s\n---@class (exact) certaudit.%s\n", type->doc, type->name);
        for (unsigned k = 0; k < type->num_fields; k++) {
            const aud_field *field = &type->fields[k];

            aud_out_printf(out, "---@field %s%s ", field->name, may_be_absent(field) ? "?" : "");
            put_type(out, field->type, field);
            aud_out_printf(out, " %s\n", field->doc);
        }
    }
}

static void put_keys(aud_out *out, const key_row *rows, size_t num)
{
    for (size_t i = 0; i < num && rows[i].name != NULL; i++) {
        aud_out_printf(out, "---@field %s%s %s %s\n", rows[i].name, rows[i].needed ? "" : "?",
                       rows[i].type, rows[i].doc);
    }
}

static void put_tables(aud_out *out)
{
    for (size_t i = 0; i < AUD_COUNT(tables); i++) {
        aud_out_printf(out, "\n--- %s\n---@class certaudit.%s\n", tables[i].doc, tables[i].name);
        put_keys(out, tables[i].fields, AUD_COUNT(tables[i].fields));
    }
    aud_out_text(out, "\n--- What a policy is: the table that policy() takes.\n"
                      "---@class (exact) certaudit.declaration\n");
    put_keys(out, keys, AUD_COUNT(keys));
    aud_out_text(out, "\n--- What a pack's policies have in common: the table that pack() takes.\n"
                      "---@class (exact) certaudit.pack\n");
    put_keys(out, pack_keys, AUD_COUNT(pack_keys));
    aud_out_text(out, "\n--- What pack.lua shares with its policies.\n"
                      "---@type table<string, any>\nshared = {}\n");
}

/* "t: certaudit.time, seconds: integer" -> one line a parameter, then the names alone. */
static void put_function(aud_out *out, const api_row *row)
{
    const char *between = "";
    aud_str rest = aud_str_of(row->params), part;

    aud_out_printf(out, "\n--- %s\n", row->doc);
    while (aud_str_split(&rest, ',', &part)) {
        aud_str name;

        part = aud_str_trim(part);
        if (aud_str_split(&part, ':', &name)) {
            aud_out_printf(out, "---@param %.*s %.*s\n", AUD_ARG(name),
                           AUD_ARG(aud_str_trim(part)));
        }
    }
    aud_out_printf(out, "---@return %s\nfunction %s(", row->result, row->name);
    for (rest = aud_str_of(row->params); aud_str_split(&rest, ',', &part);) {
        aud_str name;

        part = aud_str_trim(part);
        if (aud_str_split(&part, ':', &name)) {
            if (aud_str_ends(name, AUD_LIT("?"))) {
                name.len--;
            }
            aud_out_printf(out, "%s%.*s", between, AUD_ARG(name));
            between = ", ";
        }
    }
    aud_out_text(out, ") end\n");
}

void aud_policy_annotations(aud_out *out)
{
    aud_out_text(
        out, "---@meta certaudit\n"
             "-- What a policy of certaudit may use. Written by 'certaudit policy annotations';\n"
             "-- point 'workspace.library' of .luarc.json at it.\n"
             "\n"
             "---@alias certaudit.time integer Unix seconds, UTC\n"
             "---@alias certaudit.severity \"critical\"|\"high\"|\"medium\"|\"low\"|\"info\"\n"
             "---@alias certaudit.kind ");
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        aud_out_printf(out, "%s\"%s\"", kind == 0 ? "" : "|", aud_kind_name((aud_kind)kind));
    }
    aud_out_text(out, "\n---@alias certaudit.subject ");
    for (unsigned kind = 0; kind < AUD_NUM_KINDS; kind++) {
        aud_out_printf(out, "%scertaudit.%s", kind == 0 ? "" : "|", aud_kind_name((aud_kind)kind));
    }
    aud_out_text(out, "\n\n---@class certaudit.verdict\n---@class certaudit.parameter\n");
    put_classes(out);
    put_tables(out);
    for (size_t i = 0; i < AUD_COUNT(functions); i++) {
        put_function(out, &functions[i]);
    }
}

/* '|' ends a cell of a Markdown table, '<' may begin a tag. */
static void put_cell(aud_out *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|' || *text == '<') {
            aud_out_char(out, '\\');
        }
        aud_out_char(out, *text);
    }
}

/* Which dependence a fact has: what a change must judge again. */
static const char *dependence(unsigned dep)
{
    return (dep & (AUD_DEP_POPULATION | AUD_DEP_RENEWAL)) != 0 ? "other subjects"
           : (dep & AUD_DEP_TIME) != 0                         ? "the judged instant"
           : (dep & AUD_DEP_CONTEXT) != 0                      ? "where it was seen"
                                                               : "its own content";
}

static void put_reference_types(aud_out *out)
{
    const type_list types = all_types();

    for (size_t i = 0; i < types.len; i++) {
        const aud_object_type *type = types.items[i];

        aud_out_printf(out, "\n## %s\n\n%s\n\n| fact | type | rests on | |\n|---|---|---|---|\n",
                       type->name, type->doc);
        for (unsigned k = 0; k < type->num_fields; k++) {
            const aud_field *field = &type->fields[k];

            aud_out_printf(out, "| `%s` | ", field->name);
            put_type(out, field->type, field);
            aud_out_printf(out, "%s | %s | ", may_be_absent(field) ? " or nil" : "",
                           dependence(field->dep));
            put_cell(out, field->doc);
            aud_out_text(out, " |\n");
        }
    }
}

static void put_reference_keys(aud_out *out, const key_row *rows, size_t num)
{
    aud_out_text(out, "| key | type | |\n|---|---|---|\n");
    for (size_t i = 0; i < num && rows[i].name != NULL; i++) {
        aud_out_printf(out, "| `%s`%s | ", rows[i].name, rows[i].needed ? " (needed)" : "");
        put_cell(out, rows[i].type);
        aud_out_text(out, " | ");
        put_cell(out, rows[i].doc);
        aud_out_text(out, " |\n");
    }
}

void aud_policy_reference(aud_out *out)
{
    aud_out_text(
        out,
        "# What a policy may use\n"
        "\n"
        "Written by `certaudit policy reference` from the tables that the program itself runs by.\n"
        "A policy is one Lua 5.4 file, PACK/NAME.lua, that ends with `return policy { ... }`. It "
        "sees facts,\nits parameters and the functions below: no files, clock, network or "
        "randomness, and nothing is kept\nfrom subject to subject. Of Lua's own there are assert, "
        "error, ipairs, pairs (in the order of keys),\npcall, tonumber, tostring, type; string "
        "(patterns without %b, %f and back references), table (concat,\ninsert, remove, sort, "
        "unpack), math without random, and utf8. There are no globals to set and no `...`.\n"
        "\n"
        "A fact is known, known to be absent (nil), or unknown: no source tells it. Reading an "
        "unknown one\nends the check as undecided, whatever pcall says; `is_known` asks first.\n"
        "\n## The declaration\n\n");
    put_reference_keys(out, keys, AUD_COUNT(keys));
    aud_out_text(out, "\n## Functions\n\n| function | gives | |\n|---|---|---|\n");
    for (size_t i = 0; i < AUD_COUNT(functions); i++) {
        aud_out_printf(out, "| `%s(", functions[i].name);
        put_cell(out, functions[i].params);
        aud_out_text(out, ")` | ");
        put_cell(out, functions[i].result);
        aud_out_text(out, " | ");
        put_cell(out, functions[i].doc);
        aud_out_text(out, " |\n");
    }
    aud_out_text(
        out, "\n## The pack\n\n"
             "PACK/pack.lua is not needed. It ends with `return pack { ... }`, runs by the same "
             "rules before each\npolicy of its folder, and is part of their digest: "
             "`cat POLICY.lua pack.lua | sha256sum`. What it shares\nthey see as "
             "`shared.NAME`, and cannot change.\n\n");
    put_reference_keys(out, pack_keys, AUD_COUNT(pack_keys));
    for (size_t i = 0; i < AUD_COUNT(tables); i++) {
        aud_out_printf(out, "\n### %s\n\n%s\n\n", tables[i].name, tables[i].doc);
        put_reference_keys(out, tables[i].fields, AUD_COUNT(tables[i].fields));
    }
    put_reference_types(out);
}
