/* engine/audit/config_columns.c - what the columns of a source's CSV files mean. */
#include "engine/audit/config_parts.h"

#include "engine/base/text.h"
#include "engine/ingest/inventory.h"

/* A usage error at a node, with the nearest known name if there is one. */
static aud_status refuse_name(const aud_node *node, const char *what, const char *near,
                              aud_error *err)
{
    aud_status st = aud_fail(err, AUD_E_USAGE, "%s '%.*s'%s%s%s", what, AUD_ARG(node->text),
                             near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
                             near == NULL ? "" : "'?");

    if (err != NULL) {
        err->line = node->line;
    }
    return st;
}

static aud_status check_field(const aud_node *node, aud_str field, aud_error *err)
{
    const char *names[AUD_INV_OTHER];
    aud_inv_field known;

    if (aud_inv_field_exact(field, &known)) {
        return AUD_OK;
    }
    for (unsigned i = 0; i < AUD_INV_OTHER; i++) {
        names[i] = aud_inv_field_name((aud_inv_field)i);
    }
    return refuse_name(node, "an inventory has no field", aud_nearest(field, names, AUD_INV_OTHER),
                       err);
}

aud_status aud_config_columns(const aud_node *map, aud_arena *arena, aud_source_config *source,
                              aud_error *err)
{
    aud_mapping *columns;
    size_t num = 0;

    if (map == NULL) {
        return AUD_OK;
    }
    if (map->kind != AUD_NODE_MAP || map->len == 0) {
        return aud_config_refuse(map, err,
                                 "'columns' must be a map of names in the header to fields, as in "
                                 "{\"Cert Name\": subject}");
    }
    if (source->format.len == 0) {
        source->format = aud_str_of(aud_adapter_inventory_csv.name);
    }
    if (!aud_str_eq(source->format, aud_str_of(aud_adapter_inventory_csv.name))) {
        return aud_config_refuse(map, err, "'columns' is for 'format: inventory_csv' alone");
    }
    columns = aud_arena_array(arena, map->len, sizeof *columns);
    if (columns == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = map->first; n != NULL; n = n->next) {
        columns[num].header = aud_str_trim(n->key);
        for (size_t i = 0; i < num; i++) {
            if (aud_str_ieq(columns[i].header, columns[num].header)) {
                return aud_config_refuse(n, err, "two lines of 'columns' name the same column");
            }
        }
        AUD_TRY(aud_node_str(n, &columns[num].field, err));
        AUD_TRY(check_field(n, columns[num++].field, err));
    }
    source->columns = columns;
    source->num_columns = num;
    return AUD_OK;
}

aud_status aud_config_format(const aud_node *node, aud_source_config *source, aud_error *err)
{
    const aud_adapter *const *all;
    const char *names[64];
    size_t num = 0;

    if (node == NULL) {
        return AUD_OK;
    }
    AUD_TRY(aud_node_str(node, &source->format, err));
    if (aud_adapter_find(source->format) != NULL) {
        return AUD_OK;
    }
    all = aud_adapter_all(&num);
    for (size_t i = 0; i < num && i < AUD_COUNT(names); i++) {
        names[i] = all[i]->name;
    }
    return refuse_name(
        node, "there is no format",
        aud_nearest(source->format, names, num < AUD_COUNT(names) ? num : AUD_COUNT(names)), err);
}

/* "1.22", "2.4.66" */
static bool is_version(aud_str text)
{
    bool digit = false;

    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!(c >= '0' && c <= '9') && !(c == '.' && digit && i + 1 < text.len)) {
            return false;
        }
        digit = c != '.';
    }
    return digit;
}

aud_status aud_config_versions(const aud_node *map, aud_arena *arena, aud_source_config *source,
                               aud_error *err)
{
    static const char *const servers[] = {"apache", "haproxy", "nginx", NULL};
    aud_mapping *versions;
    size_t num = 0;

    if (map == NULL) {
        return AUD_OK;
    }
    if (map->kind != AUD_NODE_MAP || map->len == 0) {
        return aud_config_refuse(map, err,
                                 "'versions' must be a map of servers to versions, as in "
                                 "{nginx: \"1.28.0\"}");
    }
    AUD_TRY(aud_node_only(map, servers, err));
    versions = aud_arena_array(arena, map->len, sizeof *versions);
    if (versions == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = map->first; n != NULL; n = n->next) {
        versions[num].header = n->key;
        AUD_TRY(aud_node_str(n, &versions[num].field, err));
        if (!is_version(versions[num++].field)) {
            return aud_config_refuse(n, err,
                                     "a version is numbers with dots between, as in 1.28.0");
        }
    }
    source->versions = versions;
    source->num_versions = num;
    return AUD_OK;
}
