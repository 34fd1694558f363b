/* engine/ingest/snapshot.c - walks the snapshot of a system to its records, whichever it is. */
#include "engine/ingest/snapshot.h"

#include <stdio.h>

#include "engine/base/text.h"

enum { MAX_NODES = 1000000, MAX_BYTES = 64 << 20, MAX_PATH = 96 };

static aud_walk_budget budget(void)
{
    return (aud_walk_budget){.nodes = MAX_NODES, .bytes = MAX_BYTES};
}

aud_status aud_snap_gap(aud_snap *s, aud_gap_kind kind, uint32_t line, aud_error *err,
                        const char *reason)
{
    if (kind == AUD_GAP_BROKEN) {
        const aud_sighting where = aud_reading_at(s->reading, line, AUD_USE_LISTED);
        return aud_inventory_broken(&s->inv, &where, err, "%s", reason);
    }
    return aud_reading_gap(s->reading, kind, line, err, "%s", reason);
}

/* --- records ---------------------------------------------------------------------------------- */

static bool is_ours(const aud_snapshot *format, const aud_node *record)
{
    for (size_t i = 0; format->needs && format->needs[i]; i++) {
        if (aud_snap_at(record, format->needs[i])) {
            return true;
        }
    }
    return format->needs == NULL;
}

static aud_status take_rows(aud_snap *s, const aud_node *record, aud_error *err)
{
    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, s->format->rows, s->format->num_rows, err));
    return aud_snap_end(s, record, err);
}

/* Keeps nothing of the record. */
static aud_status take_record(aud_snap *s, aud_node *record, aud_error *err)
{
    aud_status st;

    s->num_records++;
    if (record->kind != AUD_NODE_MAP) {
        st = aud_snap_gap(s, AUD_GAP_BROKEN, record->line, err,
                          "a record is an object, and this is none");
    } else if (!is_ours(s->format, record)) {
        const aud_sighting where = aud_reading_at(s->reading, record->line, AUD_USE_LISTED);
        st = aud_inventory_broken(&s->inv, &where, err,
                                  "no record of the format '%s'; name the right one, or export it "
                                  "again",
                                  s->format->name);
    } else {
        st = s->format->record ? s->format->record(s, record, err) : take_rows(s, record, err);
    }
    if (s->format->secrets) {
        aud_walk_wipe(record);
    }
    return st;
}

static aud_status read_record(aud_snap *s, const aud_json_token *token, aud_error *err)
{
    aud_walk_budget left = budget();
    aud_node *record = NULL;

    aud_arena_reset(&s->records);
    AUD_TRY(aud_walk_tree(&s->walk, token, &s->records, &left, &record, err));
    return take_record(s, record, err);
}

/* A list of records, or the one that stands in its place; null is an empty list. */
static aud_status read_records(aud_snap *s, const aud_json_token *first, aud_error *err)
{
    aud_json_token token;

    if (first->event == AUD_JSON_NULL) {
        return AUD_OK;
    }
    if (first->event != AUD_JSON_ARRAY) {
        return read_record(s, first, err);
    }
    s->in_list = true;
    for (;;) {
        AUD_TRY(aud_walk_next(&s->walk, &token, err));
        if (token.event == AUD_JSON_ARRAY_END) {
            return AUD_OK;
        }
        AUD_TRY(read_record(s, &token, err));
    }
}

/* --- what stands around them ------------------------------------------------------------------ */

/* Is this a list of records, or does one stand below it? */
static bool find_list(const aud_snapshot *format, const char *path, bool *out_below)
{
    const size_t len = strlen(path);

    *out_below = false;
    for (size_t i = 0; format->lists && format->lists[i]; i++) {
        if (strcmp(format->lists[i], path) == 0) {
            return true;
        }
        *out_below = *out_below ||
                     (strncmp(format->lists[i], path, len) == 0 && format->lists[i][len] == '.');
    }
    return false;
}

static void append(aud_node *map, aud_node **last, aud_node *member)
{
    *(*last ? &(*last)->next : &map->first) = member;
    *last = member;
    map->len++;
}

/*
 * Behind the opening brace of what is at `path`: members that are no records go into `header`.
 * Recursion goes no deeper than the path of a list.
 */
static aud_status read_members(aud_snap *s, const char *path, aud_node *header, bool *out_hit,
                               aud_error *err)
{
    aud_node *last = NULL;

    for (;;) {
        aud_json_token token;
        aud_node *member = NULL;
        aud_str key;
        char below_path[MAX_PATH];
        bool below = false;

        AUD_TRY(aud_walk_next(&s->walk, &token, err));
        if (token.event == AUD_JSON_OBJECT_END) {
            return AUD_OK;
        }
        const uint32_t key_line = token.line;
        AUD_TRY(aud_arena_dup(&s->headers, token.text, &key, err));
        const int len = snprintf(below_path, sizeof(below_path), "%s%s%.*s", path, *path ? "." : "",
                                 AUD_ARG(key));
        const bool fits = len >= 0 && (size_t)len < sizeof(below_path);
        const bool list = fits && find_list(s->format, below_path, &below);
        AUD_TRY(aud_walk_next(&s->walk, &token, err));
        if (list && (token.event == AUD_JSON_ARRAY || token.event == AUD_JSON_OBJECT ||
                     token.event == AUD_JSON_NULL)) {
            *out_hit = true;
            AUD_TRY(read_records(s, &token, err));
            continue;
        }
        if (below && token.event == AUD_JSON_OBJECT) {
            member = AUD_ARENA_NEW(&s->headers, aud_node);
            if (!member) {
                return aud_fail(err, AUD_E_NOMEM, "out of memory");
            }
            *member = (aud_node){.kind = AUD_NODE_MAP, .line = token.line};
            AUD_TRY(read_members(s, below_path, member, out_hit, err));
        } else {
            AUD_TRY(aud_walk_tree(&s->walk, &token, &s->headers, &s->header_budget, &member, err));
        }
        member->key = key;
        member->key_line = key_line;
        append(header, &last, member);
    }
}

static bool is_something(const aud_node *node)
{
    return node && (node->kind == AUD_NODE_MAP || node->kind == AUD_NODE_LIST
                        ? node->len > 0
                        : node->kind == AUD_NODE_SCALAR && node->text.len > 0 &&
                              !aud_str_eq(node->text, AUD_LIT("false")) &&
                              !(!node->quoted && aud_str_eq(node->text, AUD_LIT("0"))));
}

/* Of several pages in one file the last one decides. */
static void look_for_more(aud_snap *s, const aud_node *header)
{
    uint64_t total = 0;

    s->more = NULL;
    for (const aud_snap_more *m = s->format->more; m && m->path; m++) {
        const aud_node *sign = aud_snap_at(header, m->path);
        if (m->is_total) {
            if (sign && sign->kind == AUD_NODE_SCALAR && aud_parse_u64(sign->text, &total) &&
                total > s->total) {
                s->total = total;
            }
        } else if (is_something(sign)) {
            s->more = m->path;
            s->more_line = sign->line;
        }
    }
}

static aud_status read_object(aud_snap *s, uint32_t line, aud_error *err)
{
    aud_node *header;
    bool hit = false;

    aud_arena_reset(&s->headers);
    s->header_budget = budget();
    header = AUD_ARENA_NEW(&s->headers, aud_node);
    if (!header) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *header = (aud_node){.kind = AUD_NODE_MAP, .line = line};
    AUD_TRY(read_members(s, "", header, &hit, err));
    look_for_more(s, header);
    return hit ? AUD_OK : take_record(s, header, err);
}

/* One value at the top, or an element of a list of them. */
static aud_status read_document(aud_snap *s, const aud_json_token *first, aud_error *err)
{
    aud_json_token token;

    if (first->event == AUD_JSON_OBJECT) {
        return read_object(s, first->line, err);
    }
    if (first->event != AUD_JSON_ARRAY) {
        return aud_snap_gap(s, AUD_GAP_BROKEN, first->line, err,
                            "neither a record nor a list of records");
    }
    s->in_list = true;
    for (;;) {
        AUD_TRY(aud_walk_next(&s->walk, &token, err));
        if (token.event == AUD_JSON_ARRAY_END) {
            s->in_list = false;
            return AUD_OK;
        }
        AUD_TRY(token.event == AUD_JSON_OBJECT ? read_object(s, token.line, err)
                                               : read_record(s, &token, err));
    }
}

/* --- a whole input ---------------------------------------------------------------------------- */

static aud_status read_next(aud_snap *s, aud_error *err)
{
    aud_json_token token;

    s->walk.broke = AUD_OK;
    s->in_list = false;
    s->top_line = s->walk.last_line;
    AUD_TRY(aud_walk_next(&s->walk, &token, err));
    s->any = true;
    s->top_line = token.line;
    return read_document(s, &token, err);
}

/*
 * After a fault of the document: what came before stands. Reading goes on with the next line of
 * JSON lines or the next document of YAML; anywhere else nobody knows where the next record begins.
 */
static aud_status go_on(aud_snap *s, const aud_error *why, aud_error *err)
{
    const bool lines = s->walk.yaml || (!s->in_list && why->line <= s->top_line + 1);
    const aud_gap_kind kind = s->walk.broke == AUD_E_LIMIT         ? AUD_GAP_LIMIT
                              : s->walk.broke == AUD_E_UNSUPPORTED ? AUD_GAP_UNSUPPORTED
                                                                   : AUD_GAP_BROKEN;
    const aud_sighting where = aud_reading_at(s->reading, why->line, AUD_USE_LISTED);
    const aud_error cause = *why; /* `err` may be the same */

    if (!lines) {
        AUD_TRY(aud_reading_gap(s->reading, kind, cause.line, err,
                                "cannot be read from here to its end: %s; export it again",
                                cause.message));
        return AUD_END;
    }
    AUD_TRY(aud_inventory_broken(&s->inv, &where, err,
                                 "the document from line %u on cannot be read: %s", s->top_line,
                                 cause.message));
    return aud_walk_resync(&s->walk, err);
}

static aud_status read_all(aud_snap *s, aud_error *err)
{
    aud_error why = {0};
    aud_status st = AUD_OK;

    while (st == AUD_OK) {
        st = read_next(s, &why);
        if (st != AUD_OK && st == s->walk.broke) {
            s->any = true;
            st = go_on(s, &why, &why);
        }
    }
    if (st == AUD_END) {
        return AUD_OK;
    }
    if (err) {
        *err = why;
    }
    return st;
}

static aud_status tell_more(aud_snap *s, aud_error *err)
{
    if (!s->any) {
        return aud_snap_gap(s, AUD_GAP_BROKEN, 0, err, "an empty snapshot; export it again");
    }
    if (s->more) {
        return aud_reading_gap(s->reading, AUD_GAP_BROKEN, s->more_line, err,
                               "'%s' says that there are more records than these; export all pages",
                               s->more);
    }
    if (s->total > s->num_records) {
        return aud_reading_gap(s->reading, AUD_GAP_BROKEN, 0, err,
                               "holds %llu of %llu records; export all pages",
                               (unsigned long long)s->num_records, (unsigned long long)s->total);
    }
    return AUD_OK;
}

static bool is_json(aud_str head)
{
    size_t at = aud_str_starts(head, AUD_LIT("\xef\xbb\xbf")) ? 3 : 0;

    while (at < head.len && memchr(" \t\r\n", head.ptr[at], 4)) {
        at++;
    }
    return at < head.len && (head.ptr[at] == '{' || head.ptr[at] == '[');
}

static void snap_clear(aud_snap *s)
{
    aud_walk_close(&s->walk);
    aud_inventory_clear(&s->inv);
    aud_arena_clear(&s->records);
    aud_arena_clear(&s->headers);
    aud_free(s->used.items);
}

aud_status aud_snapshot_read(const aud_snapshot *format, aud_input *input,
                             const aud_read_options *options, aud_reader_scratch *scratch,
                             const aud_sink *sink, aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(snap_clear) aud_snap s = {.format = format, .reading = &reading};

    aud_inventory_init(&s.inv, &reading);
    aud_arena_init(&s.records, (size_t)512 << 20);
    aud_arena_init(&s.headers, (size_t)512 << 20);
    AUD_TRY(aud_walk_open(&s.walk, input, format->yaml && !is_json(input->head), err));
    AUD_TRY(read_all(&s, err));
    AUD_TRY(tell_more(&s, err));
    return aud_inventory_finish(&s.inv, err);
}

/* --- the bid ---------------------------------------------------------------------------------- */

/* "key": anywhere in the head; with `value`, a value that begins with it. */
static bool shows_key(aud_str head, aud_str key, aud_str value)
{
    char quoted[MAX_PATH];
    const int len = snprintf(quoted, sizeof(quoted), "\"%.*s\"", AUD_ARG(key));
    const aud_str needle = {quoted, len < 0 ? 0 : (size_t)len};

    for (size_t at = aud_str_find(head, needle, 0); at != SIZE_MAX;
         at = aud_str_find(head, needle, at + 1)) {
        aud_str rest = aud_str_trim(aud_str_sub(head, at + needle.len, 64));
        if (!aud_str_starts(rest, AUD_LIT(":"))) {
            continue;
        }
        rest = aud_str_trim(aud_str_sub(rest, 1, rest.len));
        if (value.len == 0 || (aud_str_starts(rest, AUD_LIT("\"")) &&
                               aud_str_starts(aud_str_sub(rest, 1, rest.len), value))) {
            return true;
        }
    }
    return false;
}

/* Bits of evidence of one alternative; 0 if something of it is missing. */
static unsigned bid_of(aud_str head, const char *alternative)
{
    aud_str rest = aud_str_of(alternative), word;
    unsigned bits = 0;

    while (aud_str_split(&rest, ' ', &word)) {
        aud_str value = word, key;
        (void)aud_str_split(&value, '=', &key);
        if (!shows_key(head, key, value)) {
            return 0;
        }
        bits += 8U * (unsigned)(key.len + value.len);
    }
    return bits;
}

unsigned aud_snapshot_sniff(const aud_snapshot *format, aud_str head)
{
    unsigned most = 0;

    if (format->sniff) {
        return format->sniff(head);
    }
    if (!is_json(head)) {
        return 0;
    }
    for (size_t i = 0; format->marks && format->marks[i]; i++) {
        const unsigned bits = bid_of(head, format->marks[i]);
        most = bits > most ? bits : most;
    }
    return most;
}
