/* engine/ingest/snapshot_rows.c - the fields of a record by the rows of its format's table. */
#include "engine/base/text.h"
#include "engine/ingest/inventory_values.h"
#include "engine/ingest/snapshot.h"
#include "engine/ingest/snapshot_values.h"

static const aud_node *member_of(const aud_node *map, aud_str key)
{
    if (map->kind != AUD_NODE_MAP) {
        return NULL;
    }
    for (const aud_node *m = map->first; m; m = m->next) {
        if (aud_str_eq(m->key, key)) {
            return m;
        }
    }
    return NULL;
}

const aud_node *aud_snap_at(const aud_node *from, const char *path)
{
    aud_str rest = aud_str_of(path), key;

    while (from && aud_str_split(&rest, '.', &key)) {
        from = member_of(from, key);
    }
    return from;
}

aud_str aud_snap_text(const aud_node *from, const char *path)
{
    const aud_node *node = aud_snap_at(from, path);

    return node && node->kind == AUD_NODE_SCALAR ? node->text : (aud_str){NULL, 0};
}

bool aud_snap_is(const aud_node *from, const char *path, const char *text)
{
    return aud_str_eq(aud_snap_text(from, path), aud_str_of(text));
}

/* --- one value -------------------------------------------------------------------------------- */

static aud_status add_status(aud_snap *s, const aud_node *value, aud_error *err)
{
    for (size_t i = 0; i < s->format->num_status; i++) {
        if (aud_str_ieq(value->text, aud_str_of(s->format->status[i].theirs))) {
            return aud_inventory_add(&s->inv, AUD_INV_STATUS, aud_str_of(s->format->status[i].ours),
                                     value->line, err);
        }
    }
    return aud_inventory_add(&s->inv, AUD_INV_STATUS, value->text, value->line, err);
}

static aud_status add_text(aud_snap *s, const aud_snap_row *row, const aud_node *value,
                           aud_error *err)
{
    if (row->field == AUD_INV_STATUS) {
        return add_status(s, value, err);
    }
    if (row->field == AUD_INV_OWNERS) {
        return aud_inventory_add_owner(&s->inv, value->text, row->word, value->line, err);
    }
    if (row->field == AUD_INV_CERTIFICATE) {
        AUD_TRY(AUD_VEC_PUSH(&s->used, value, err));
    }
    return aud_inventory_add(&s->inv, row->field, value->text, value->line, err);
}

/* "RSA-2048", "EC_prime256v1", "RSA" */
static aud_status add_key(aud_snap *s, const aud_node *value, aud_error *err)
{
    const aud_str text = value->text;
    size_t at = 0;

    while (at < text.len && text.ptr[at] != '-' && text.ptr[at] != '_') {
        at++;
    }
    const aud_str rest = aud_str_sub(text, at + 1, text.len);
    AUD_TRY(aud_inventory_add(&s->inv, AUD_INV_KEY_ALGORITHM, aud_str_sub(text, 0, at), value->line,
                              err));
    if (aud_str_ieq(rest, AUD_LIT("HSM"))) {
        return AUD_OK;
    }
    return aud_inventory_add(&s->inv, AUD_INV_KEY_SIZE, rest, value->line, err);
}

/* base64 of base64 of DER; what it is not is left to whoever reads certificates */
static aud_status add_twice(aud_snap *s, const aud_node *value, aud_error *err)
{
    size_t len = 0;
    unsigned char *inner = aud_arena_take(&s->records, value->text.len / 4 * 3 + 3, 1);

    if (!inner) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (!aud_base64_decode(value->text, inner, &len)) {
        return aud_inventory_add(&s->inv, AUD_INV_CERTIFICATE, value->text, value->line, err);
    }
    return aud_inventory_add(&s->inv, AUD_INV_CERTIFICATE, (aud_str){(const char *)inner, len},
                             value->line, err);
}

static aud_status add_scalar(aud_snap *s, const aud_snap_row *row, const aud_node *value,
                             aud_error *err)
{
    char instant[AUD_INSTANT_TEXT], digits[129];
    aud_str text = aud_str_trim(value->text);
    bool truth = false;

    switch (row->how) {
    case AUD_SNAP_TEXT:
        return add_text(s, row, value, err);
    case AUD_SNAP_DATE:
    case AUD_SNAP_MILLIS:
        text = aud_snap_date(text, row->how == AUD_SNAP_MILLIS, instant);
        return aud_inventory_add(&s->inv, row->field, text, value->line, err);
    case AUD_SNAP_OPENSSL:
        text = aud_snap_openssl_date(text, instant);
        return aud_inventory_add(&s->inv, row->field, text, value->line, err);
    case AUD_SNAP_DECIMAL:
        if (text.len > 0 && !aud_snap_decimal_hex(text, digits, &text)) {
            return aud_inventory_add_bad(&s->inv, row->field, value->line, err);
        }
        return aud_inventory_add(&s->inv, row->field, text, value->line, err);
    case AUD_SNAP_BASE64_HEX:
        if (text.len > 0 && !aud_snap_base64_hex(text, digits, &text)) {
            return aud_inventory_add_bad(&s->inv, row->field, value->line, err);
        }
        return aud_inventory_add(&s->inv, row->field, text, value->line, err);
    case AUD_SNAP_TWICE:
        return add_twice(s, value, err);
    case AUD_SNAP_KEY:
        return add_key(s, value, err);
    case AUD_SNAP_IGNORE:
        return AUD_VEC_PUSH(&s->used, value, err);
    case AUD_SNAP_TAGS:
        return AUD_OK;
    case AUD_SNAP_IF_TRUE:
    case AUD_SNAP_IF_FALSE:
        if (aud_inv_bool(text, &truth) && truth == (row->how == AUD_SNAP_IF_TRUE)) {
            return aud_inventory_add(&s->inv, row->field, aud_str_of(row->word), value->line, err);
        }
        return AUD_OK;
    case AUD_SNAP_IF_ANY:
        return text.len == 0 ? AUD_OK
                             : aud_inventory_add(&s->inv, row->field, aud_str_of(row->word),
                                                 value->line, err);
    }
    return AUD_OK;
}

static aud_status add_value(aud_snap *s, const aud_snap_row *row, const aud_node *value,
                            aud_error *err)
{
    if (row->how == AUD_SNAP_TAGS) {
        return aud_snap_tags(s, value, row->word, err);
    }
    switch (value->kind) {
    case AUD_NODE_NULL:
        return AUD_OK;
    case AUD_NODE_SCALAR:
        return add_scalar(s, row, value, err);
    case AUD_NODE_LIST:
    case AUD_NODE_MAP:
        if (row->how == AUD_SNAP_IF_ANY) {
            return aud_inventory_add(&s->inv, row->field, aud_str_of(row->word), value->line, err);
        }
        return aud_inventory_add_bad(&s->inv, row->field, value->line, err);
    }
    return AUD_OK;
}

/* Recursion goes as deep as the path has parts. */
static aud_status follow(aud_snap *s, const aud_snap_row *row, const aud_node *from, aud_str path,
                         aud_error *err)
{
    aud_str part;

    if (!aud_str_split(&path, '.', &part)) {
        return add_value(s, row, from, err);
    }
    const bool each = aud_str_ends(part, AUD_LIT("[]"));
    const aud_node *member = member_of(from, each ? aud_str_sub(part, 0, part.len - 2) : part);
    if (!member) {
        return AUD_OK;
    }
    if (!each) {
        return follow(s, row, member, path, err);
    }
    if (member->kind != AUD_NODE_LIST) { /* of one element some systems make no list */
        return member->kind == AUD_NODE_NULL ? AUD_OK : follow(s, row, member, path, err);
    }
    if (row->field != AUD_INV_OTHER && row->how == AUD_SNAP_TEXT) {
        aud_inventory_given(&s->inv, row->field);
    }
    for (const aud_node *m = member->first; m; m = m->next) {
        AUD_TRY(follow(s, row, m, path, err));
    }
    return AUD_OK;
}

aud_status aud_snap_apply(aud_snap *s, const aud_node *record, const aud_snap_row *rows,
                          size_t num_rows, aud_error *err)
{
    for (size_t i = 0; i < num_rows; i++) {
        AUD_TRY(follow(s, &rows[i], record, aud_str_of(rows[i].path), err));
    }
    return AUD_OK;
}

/* --- tags ------------------------------------------------------------------------------------- */

static aud_status add_tag(aud_snap *s, aud_str key, const aud_node *value, const char *what,
                          aud_error *err)
{
    aud_str name = key, note;

    for (aud_str rest = key; aud_str_split(&rest, '/', &name);) {
    } /* "example.org/owner" */
    if (!value || value->kind != AUD_NODE_SCALAR) {
        return AUD_OK;
    }
    const aud_inv_field field = aud_inv_field_find(name, NULL);
    if (field == AUD_INV_ENVIRONMENT && !s->inv.values[AUD_INV_ENVIRONMENT]) {
        return aud_inventory_add(&s->inv, field, value->text, value->line, err);
    }
    if (field != AUD_INV_OWNERS) {
        return AUD_OK;
    }
    const aud_str parts[] = {aud_str_of(what), AUD_LIT(" "), key};
    AUD_TRY(aud_arena_printf(s->reading->arena, &note, err, "%.*s %.*s", AUD_ARG(parts[0]),
                             AUD_ARG(aud_str_sub(key, 0, 128))));
    return aud_inventory_add_owner(&s->inv, value->text, note.ptr, value->line, err);
}

/* {"owner": "x"}, [{"Key": "owner", "Value": "x"}], ["owner:x"] */
aud_status aud_snap_tags(aud_snap *s, const aud_node *tags, const char *what, aud_error *err)
{
    if (!tags || tags->kind == AUD_NODE_NULL || tags->kind == AUD_NODE_SCALAR) {
        return AUD_OK;
    }
    for (const aud_node *m = tags->first; m; m = m->next) {
        if (tags->kind == AUD_NODE_MAP) {
            AUD_TRY(add_tag(s, m->key, m, what, err));
        } else if (m->kind == AUD_NODE_SCALAR) {
            aud_node value = *m;
            aud_str key;
            if (aud_str_split(&value.text, ':', &key) && value.text.ptr) {
                AUD_TRY(add_tag(s, key, &value, what, err));
            }
        } else {
            const aud_node *key = aud_snap_at(m, "Key"), *value = aud_snap_at(m, "Value");
            key = key ? key : aud_snap_at(m, "key");
            key = key ? key : aud_snap_at(m, "Name");
            key = key ? key : aud_snap_at(m, "name");
            value = value ? value : aud_snap_at(m, "Value");
            value = value ? value : aud_snap_at(m, "value");
            value = value && value->kind == AUD_NODE_LIST ? value->first : value;
            if (key && key->kind == AUD_NODE_SCALAR) {
                AUD_TRY(add_tag(s, key->text, value, what, err));
            }
        }
    }
    return AUD_OK;
}

/* --- a record --------------------------------------------------------------------------------- */

void aud_snap_begin(aud_snap *s, const aud_node *record)
{
    aud_inventory_begin(&s->inv, record->line);
    s->inv.use = s->format->use;
    s->used.len = 0;
}

static bool is_used(const aud_snap *s, const aud_node *value)
{
    for (size_t i = 0; i < s->used.len; i++) {
        if (s->used.items[i] == value) {
            return true;
        }
    }
    return false;
}

static aud_status add_others(aud_snap *s, const aud_node *node, aud_error *err)
{
    for (const aud_node *m = node->first; m; m = m->next) {
        AUD_TRY(add_others(s, m, err));
    }
    if (node->kind != AUD_NODE_SCALAR || is_used(s, node)) {
        return AUD_OK;
    }
    return aud_inventory_add(&s->inv, AUD_INV_OTHER, node->text, node->line, err);
}

aud_status aud_snap_end(aud_snap *s, const aud_node *record, aud_error *err)
{
    AUD_TRY(add_others(s, record, err));
    return aud_inventory_end(&s->inv, err);
}
