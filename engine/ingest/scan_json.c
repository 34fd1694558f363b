/* engine/ingest/scan_json.c - what readers of scanners' JSON share: walking a report by its keys.
 */
#include "engine/ingest/scan_json.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/ingest/names.h"

enum { MAX_TEXT = 4096 };

aud_status aud_scan_json_open(aud_scan_json *scan, const aud_reading *reading, bool lines,
                              aud_error *err)
{
    const aud_json_limits limits = {.many = lines};

    *scan = (aud_scan_json){.reading = reading, .last_line = 1};
    return aud_json_open(reading->input, &limits, &scan->json, err);
}

void aud_scan_json_clear(aud_scan_json *scan)
{
    aud_json_closep(&scan->json);
}

static aud_status noted(aud_scan_json *scan, aud_status st)
{
    if (st == AUD_E_FORMAT || st == AUD_E_LIMIT) {
        scan->broke = st;
    }
    return st;
}

aud_status aud_scan_next(aud_scan_json *scan, aud_json_token *out, aud_error *err)
{
    const aud_status st = noted(scan, aud_json_next(scan->json, out, err));

    if (st == AUD_OK) {
        scan->last_line = out->line;
    }
    return st;
}

aud_status aud_scan_pass(aud_scan_json *scan, const aud_json_token *token, aud_error *err)
{
    if (token->event == AUD_JSON_OBJECT || token->event == AUD_JSON_ARRAY) {
        return noted(scan, aud_json_skip(scan->json, err));
    }
    return AUD_OK;
}

aud_status aud_scan_each(aud_scan_json *scan, const aud_json_token *token, aud_scan_named read,
                         void *ctx, aud_error *err)
{
    aud_json_token key;

    if (token->event != AUD_JSON_OBJECT) {
        return aud_scan_pass(scan, token, err);
    }
    for (;;) {
        AUD_TRY(aud_scan_next(scan, &key, err));
        if (key.event == AUD_JSON_OBJECT_END) {
            return AUD_OK;
        }
        AUD_TRY(read(ctx, key.text, err));
    }
}

static aud_status set_host(aud_scan_json *scan, const aud_json_token *token, bool address,
                           aud_str *out, aud_error *err)
{
    aud_str text = {NULL, 0};

    AUD_TRY(aud_scan_text(scan, token, scan->arena, &text, err));
    return (address ? aud_is_ip(text) : aud_is_host(text))
               ? aud_host_fold(text, scan->arena, out, err)
               : AUD_OK;
}

static aud_status set_field(aud_scan_json *scan, const aud_json_token *token,
                            const aud_scan_member *member, void *ctx, aud_error *err)
{
    void *field = (char *)ctx + member->offset;

    switch (member->kind) {
    case AUD_SCAN_READ:
        return member->read(ctx, token, err);
    case AUD_SCAN_TRI:
        return aud_scan_tri(scan, token, field, err);
    case AUD_SCAN_TEXT:
        return aud_scan_text(scan, token, scan->arena, field, err);
    case AUD_SCAN_HOST:
    case AUD_SCAN_ADDRESS:
        return set_host(scan, token, member->kind == AUD_SCAN_ADDRESS, field, err);
    case AUD_SCAN_PORT:
        if (!aud_port_parse(token->text, field)) {
            *(uint16_t *)field = 0;
        }
        return aud_scan_pass(scan, token, err);
    case AUD_SCAN_NUMBER:
        return aud_scan_number(scan, token, field, err);
    }
    return AUD_OK;
}

typedef struct table {
    aud_scan_json *scan;
    const aud_scan_member *members;
    size_t num_members;
    void *ctx;
} table;

static aud_status read_member(void *ctx, aud_str key, aud_error *err)
{
    const table *t = ctx;
    aud_json_token value;
    size_t i = 0;

    while (i < t->num_members && !aud_str_eq(key, aud_str_of(t->members[i].key))) {
        i++;
    }
    if (i == t->num_members) {
        return noted(t->scan, aud_json_skip(t->scan->json, err));
    }
    AUD_TRY(aud_scan_next(t->scan, &value, err));
    return set_field(t->scan, &value, &t->members[i], t->ctx, err);
}

aud_status aud_scan_members(aud_scan_json *scan, const aud_json_token *token,
                            const aud_scan_member *members, size_t num_members, void *ctx,
                            aud_error *err)
{
    table t = {scan, members, num_members, ctx};

    return aud_scan_each(scan, token, read_member, &t, err);
}

aud_status aud_scan_elements(aud_scan_json *scan, const aud_json_token *token, aud_scan_value read,
                             void *ctx, aud_error *err)
{
    aud_json_token element;

    if (token->event != AUD_JSON_ARRAY) {
        return aud_scan_pass(scan, token, err);
    }
    for (;;) {
        AUD_TRY(aud_scan_next(scan, &element, err));
        if (element.event == AUD_JSON_ARRAY_END) {
            return AUD_OK;
        }
        AUD_TRY(read(ctx, &element, err));
    }
}

/* --- scalars ---------------------------------------------------------------------------------- */

aud_status aud_scan_tri(aud_scan_json *scan, const aud_json_token *token, aud_tri *out,
                        aud_error *err)
{
    if (token->event == AUD_JSON_TRUE || token->event == AUD_JSON_FALSE) {
        *out = token->event == AUD_JSON_TRUE ? AUD_TRI_YES : AUD_TRI_NO;
    }
    return aud_scan_pass(scan, token, err);
}

aud_status aud_scan_text(aud_scan_json *scan, const aud_json_token *token, aud_arena *arena,
                         aud_str *out, aud_error *err)
{
    if (token->event == AUD_JSON_STRING && token->text.len <= MAX_TEXT &&
        memchr(token->text.ptr ? token->text.ptr : "", '\0', token->text.len) == NULL) {
        return aud_arena_dup(arena, token->text, out, err);
    }
    return aud_scan_pass(scan, token, err);
}

aud_status aud_scan_number(aud_scan_json *scan, const aud_json_token *token, uint64_t *out,
                           aud_error *err)
{
    *out = 0;
    if ((token->event == AUD_JSON_NUMBER || token->event == AUD_JSON_STRING) &&
        !aud_parse_u64(token->text, out)) {
        *out = 0;
    }
    return aud_scan_pass(scan, token, err);
}

aud_status aud_scan_instant(aud_scan_json *scan, const aud_json_token *token, int64_t *out,
                            bool *out_told, aud_error *err)
{
    char text[64];
    const size_t day = sizeof("2026-01-01T00:00:00") - 1;

    if (token->event != AUD_JSON_STRING || token->text.len < day ||
        token->text.len + 1 >= sizeof(text)) {
        return aud_scan_pass(scan, token, err);
    }
    memcpy(text, token->text.ptr, token->text.len);
    text[token->text.len] = 'Z';
    const aud_str written = {text, token->text.len}, zoned = {text, token->text.len + 1};
    if (aud_instant_parse(written, out, NULL) == AUD_OK ||
        aud_instant_parse(zoned, out, NULL) == AUD_OK) {
        *out_told = true;
    }
    return AUD_OK;
}

/* --- JSON lines ------------------------------------------------------------------------------- */

static aud_status go_on(aud_scan_json *scan, uint32_t first, aud_scan_cut cut, void *ctx,
                        const aud_error *why, aud_error *err)
{
    const aud_gap_kind kind = scan->broke == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_BROKEN;

    AUD_TRY(cut(ctx, kind, why, err));
    if (why->line > first + 1) {
        AUD_TRY(aud_reading_gap(scan->reading, kind, why->line, err,
                                "the report cannot be read from here to its end; scan again"));
        return AUD_END;
    }
    return aud_json_resync(scan->json, err);
}

aud_status aud_scan_lines(aud_scan_json *scan, aud_scan_value each, aud_scan_cut cut, void *ctx,
                          aud_error *err)
{
    for (;;) {
        aud_error why = {0};
        aud_json_token token;
        uint32_t first = scan->last_line;

        scan->broke = AUD_OK;
        scan->record++;
        aud_status st = aud_scan_next(scan, &token, &why);
        if (st == AUD_OK) {
            first = token.line;
            st = each(ctx, &token, &why);
        }
        if (st != AUD_OK && st == scan->broke) {
            st = go_on(scan, first, cut, ctx, &why, &why);
        }
        if (st == AUD_END) {
            return AUD_OK;
        }
        if (st != AUD_OK) {
            if (err) {
                *err = why;
            }
            return st;
        }
    }
}

/* --- bids ------------------------------------------------------------------------------------- */

aud_str aud_scan_json_start(aud_str head)
{
    if (aud_str_starts(head, AUD_LIT("\xef\xbb\xbf"))) {
        head = aud_str_sub(head, 3, head.len);
    }
    head = aud_str_trim(head);
    return head.len > 0 && head.ptr[0] == '{' ? head : (aud_str){NULL, 0};
}

unsigned aud_scan_json_bid(aud_str head, const char *const *texts, size_t num_texts)
{
    unsigned bits = 0;

    for (size_t i = 0; i < num_texts; i++) {
        if (!aud_str_has(head, aud_str_of(texts[i]))) {
            return 0;
        }
        bits += 8u * (unsigned)strlen(texts[i]);
    }
    return bits;
}
