/* engine/audit/waivers.c - the waivers file, read strictly. */
#include "engine/audit/waivers.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/pki/cert.h"

#include <stdarg.h>
#include <stdio.h>

const char *const aud_waivers_keys[] = {"version", "waivers", NULL};
const char *const aud_waiver_keys[] = {"id",       "policies", "match",    "reason",  "owner",
                                       "approver", "ticket",   "approved", "expires", NULL};
const char *const aud_waiver_match_keys[] = {"sha256", "spki",     "lineage", "dns",
                                             "path",   "endpoint", NULL};

static aud_status refuse(const aud_node *node, aud_error *err, const char *format, ...)
    AUD_PRINTF(3, 4);
static aud_status refuse(const aud_node *node, aud_error *err, const char *format, ...)
{
    char text[512];
    va_list args;
    aud_status st;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    st = aud_fail(err, AUD_E_USAGE, "%s", text);
    if (err != NULL) {
        err->line = node->line;
    }
    return st;
}

static aud_status text_of(const aud_node *map, const char *key, aud_str *out, aud_error *err)
{
    const aud_node *node = aud_node_get(map, key);

    *out = (aud_str){NULL, 0};
    if (node == NULL || node->kind == AUD_NODE_NULL) {
        return AUD_OK;
    }
    AUD_TRY(aud_node_str(node, out, err));
    *out = aud_str_trim(*out);
    return AUD_OK;
}

/* "a waiver lacks 'approver', 'approved'": all at once, so that nobody mends them one by one. */
static aud_status check_complete(const aud_node *entry, const aud_waiver *w, aud_error *err)
{
    static const char *const needed[] = {"policies", "match",    "reason", "owner",
                                         "approver", "approved", "expires"};
    AUD_CLEANUP(aud_buf_clear) aud_buf missing = {.max = 256};

    for (size_t i = 0; i < AUD_COUNT(needed); i++) {
        const aud_node *node = aud_node_get(entry, needed[i]);
        const bool given =
            node != NULL && node->kind != AUD_NODE_NULL &&
            (node->kind == AUD_NODE_SCALAR ? aud_str_trim(node->text).len > 0 : node->len > 0);

        if (!given) {
            AUD_TRY(
                aud_buf_printf(&missing, err, "%s'%s'", missing.len > 0 ? ", " : "", needed[i]));
        }
    }
    return missing.len == 0
               ? AUD_OK
               : refuse(entry, err, "waiver '%.*s' is not approved as it stands: it lacks %.*s",
                        AUD_ARG(w->id), AUD_ARG(aud_buf_str(&missing)));
}

static aud_status read_instant(const aud_node *entry, const char *key, int64_t *out, aud_error *err)
{
    const aud_node *node = aud_node_get(entry, key);
    aud_str text;

    AUD_TRY(text_of(entry, key, &text, err));
    if (!aud_str_has(text, AUD_LIT("T")) && !aud_str_has(text, AUD_LIT("t"))) {
        return refuse(node, err,
                      "'%s' needs a time and a zone, '%.*s' has none: write 2026-03-31T00:00:00Z",
                      key, AUD_ARG(text));
    }
    if (aud_instant_parse(text, out, err) != AUD_OK) {
        return refuse(node, err, "'%s: %.*s' is no time: write 2026-03-31T00:00:00Z", key,
                      AUD_ARG(text));
    }
    return AUD_OK;
}

/* Something must be spelled out: a waiver of everything is no exception. */
static bool names_something(aud_str glob)
{
    for (size_t i = 0; i < glob.len; i++) {
        if (strchr("*?/[]!^.", glob.ptr[i]) == NULL) {
            return true;
        }
    }
    return false;
}

static aud_status read_policies(const aud_node *entry, aud_arena *arena, aud_waiver *out,
                                aud_error *err)
{
    const aud_node *list = aud_node_get(entry, "policies");
    aud_str *ids;

    if (list->kind != AUD_NODE_LIST) {
        return refuse(list, err, "'policies' must be a list of policy ids or globs");
    }
    ids = aud_arena_array(arena, list->len, sizeof *ids);
    if (ids == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = list->first; n != NULL; n = n->next) {
        aud_str *id = &ids[out->num_policies++];

        AUD_TRY(aud_node_str(n, id, err));
        if (!names_something(*id)) {
            return refuse(n, err,
                          "'%.*s' would waive every policy: name the policies, or a pack as "
                          "'core/*'",
                          AUD_ARG(*id));
        }
    }
    out->policies = ids;
    return AUD_OK;
}

/* A digest as people paste it: colons, blanks and capitals go. */
static aud_status read_digest(const aud_node *match, const char *key, aud_arena *arena,
                              aud_str *out, aud_error *err)
{
    unsigned char bytes[32];
    size_t len = 0;
    aud_str text;

    AUD_TRY(text_of(match, key, &text, err));
    if (text.len == 0) {
        return AUD_OK;
    }
    if (!aud_hex_decode(text, bytes, sizeof bytes, &len) || len != sizeof bytes) {
        return refuse(aud_node_get(match, key), err, "'%s' is a SHA-256 in hexadecimal, 64 digits",
                      key);
    }
    return aud_hex_dup(arena, (aud_str){(const char *)bytes, len}, out, err);
}

static aud_status read_endpoint(const aud_node *match, aud_str *out, aud_error *err)
{
    size_t colon = SIZE_MAX;
    uint64_t port = 0;

    AUD_TRY(text_of(match, "endpoint", out, err));
    for (size_t i = 0; i < out->len; i++) {
        colon = out->ptr[i] == ':' ? i : colon;
    }
    if (out->len > 0 && (colon == SIZE_MAX || colon == 0 ||
                         !aud_parse_u64(aud_str_sub(*out, colon + 1, out->len), &port) ||
                         port == 0 || port > UINT16_MAX)) {
        return refuse(aud_node_get(match, "endpoint"), err,
                      "'endpoint: %.*s' is no host:port, like 'www.example.com:443'",
                      AUD_ARG(*out));
    }
    return AUD_OK;
}

static aud_status read_match(const aud_node *entry, aud_arena *arena, aud_waiver_match *out,
                             aud_error *err)
{
    const aud_node *match = aud_node_get(entry, "match");

    AUD_TRY(aud_node_only(match, aud_waiver_match_keys, err));
    for (const aud_node *n = match->first; n != NULL; n = n->next) {
        if (n->kind != AUD_NODE_SCALAR || aud_str_trim(n->text).len == 0) {
            return refuse(n, err, "'%.*s' in 'match' is empty: take it out, or say what it is for",
                          AUD_ARG(n->key));
        }
    }
    AUD_TRY(read_digest(match, "sha256", arena, &out->sha256, err));
    AUD_TRY(read_digest(match, "spki", arena, &out->spki, err));
    AUD_TRY(text_of(match, "lineage", &out->lineage, err));
    AUD_TRY(text_of(match, "dns", &out->dns, err));
    AUD_TRY(text_of(match, "path", &out->path, err));
    AUD_TRY(read_endpoint(match, &out->endpoint, err));
    if (out->sha256.len + out->spki.len + out->endpoint.len == 0 &&
        !names_something(out->lineage) && !names_something(out->dns) &&
        !names_something(out->path)) {
        return refuse(match, err, "'match' would hold for everything: say what is waived");
    }
    return AUD_OK;
}

static aud_status digest_node(const aud_node *node, aud_buf *text, aud_error *err)
{
    AUD_TRY(
        aud_buf_printf(text, err, "%d %zu %zu:", (int)node->kind, node->key.len, node->text.len));
    AUD_TRY(aud_buf_add(text, node->key, err));
    AUD_TRY(aud_buf_add(text, node->text, err));
    for (const aud_node *n = node->first; n != NULL; n = n->next) {
        AUD_TRY(digest_node(n, text, err)); /* as deep as the reader allows */
    }
    return aud_buf_add(text, AUD_LIT(";"), err);
}

static aud_status digest_entry(const aud_node *entry, unsigned char out[32], aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 8 << 20};

    AUD_TRY(digest_node(entry, &text, err));
    return aud_sha256(aud_buf_str(&text), out, err);
}

static aud_status check_times(const aud_node *entry, const aud_waiver *w, int64_t max_days,
                              aud_error *err)
{
    if (w->expires <= w->approved) {
        return refuse(aud_node_get(entry, "expires"), err,
                      "waiver '%.*s' expires before it is approved", AUD_ARG(w->id));
    }
    if (max_days > 0 && w->expires - w->approved > max_days * AUD_DAY_SECONDS) {
        return refuse(aud_node_get(entry, "expires"), err,
                      "waiver '%.*s' lasts longer than the %lld days that gate.max_waiver_days "
                      "allows from its approval",
                      AUD_ARG(w->id), (long long)max_days);
    }
    return AUD_OK;
}

static aud_status read_entry(const aud_node *entry, int64_t max_days, aud_arena *arena,
                             aud_waiver *out, aud_error *err)
{
    AUD_TRY(aud_node_only(entry, aud_waiver_keys, err));
    out->line = entry->line;
    AUD_TRY(text_of(entry, "id", &out->id, err));
    if (out->id.len == 0) {
        return refuse(entry, err, "a waiver needs an 'id', a name of its own");
    }
    AUD_TRY(check_complete(entry, out, err));
    AUD_TRY(read_policies(entry, arena, out, err));
    AUD_TRY(read_match(entry, arena, &out->match, err));
    AUD_TRY(text_of(entry, "reason", &out->reason, err));
    AUD_TRY(text_of(entry, "owner", &out->owner, err));
    AUD_TRY(text_of(entry, "approver", &out->approver, err));
    AUD_TRY(text_of(entry, "ticket", &out->ticket, err));
    AUD_TRY(read_instant(entry, "approved", &out->approved, err));
    AUD_TRY(read_instant(entry, "expires", &out->expires, err));
    AUD_TRY(check_times(entry, out, max_days, err));
    return digest_entry(entry, out->digest, err);
}

static aud_status read_root(const aud_node *root, int64_t max_days, aud_arena *arena,
                            const aud_waiver **out, size_t *out_num, aud_error *err)
{
    const aud_node *version, *list;
    aud_waiver *waivers;
    int64_t number = 0;
    size_t num = 0;

    if (root->kind != AUD_NODE_MAP) {
        return refuse(root, err, "a waivers file is a map with 'version: 1' and 'waivers'");
    }
    AUD_TRY(aud_node_only(root, aud_waivers_keys, err));
    version = aud_node_get(root, "version");
    list = aud_node_get(root, "waivers");
    if (version == NULL || list == NULL) {
        return refuse(root, err,
                      version == NULL ? "needs 'version: 1'"
                                      : "needs a list 'waivers'; '[]' where there are "
                                        "none");
    }
    AUD_TRY(aud_node_int(version, &number, err));
    if (number != 1) {
        return refuse(version, err, "this program reads 'version: 1'");
    }
    if (list->kind != AUD_NODE_LIST) {
        return refuse(list, err, "'waivers' must be a list");
    }
    waivers = aud_arena_array(arena, list->len, sizeof *waivers);
    if (waivers == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = list->first; n != NULL; n = n->next) {
        AUD_TRY(read_entry(n, max_days, arena, &waivers[num], err));
        for (size_t i = 0; i < num; i++) {
            if (aud_str_eq(waivers[i].id, waivers[num].id)) {
                return refuse(n, err, "two waivers have the id '%.*s'; the other is at line %u",
                              AUD_ARG(waivers[i].id), waivers[i].line);
            }
        }
        num++;
    }
    *out = waivers;
    *out_num = num;
    return AUD_OK;
}

aud_status aud_waivers_read(aud_str path, aud_str text, int64_t max_days, aud_arena *arena,
                            const aud_waiver **out, size_t *out_num, aud_error *err)
{
    const aud_node *root = NULL;
    aud_status st = aud_node_parse(text, arena, &root, err);

    if (st == AUD_OK) {
        st = read_root(root, max_days, arena, out, out_num, err);
    }
    if (st != AUD_OK) {
        const uint32_t line = err == NULL ? 0 : err->line;

        aud_error_place(err, path, line);
        return st == AUD_E_NOMEM ? st : AUD_E_USAGE;
    }
    return AUD_OK;
}

aud_status aud_waiver_stands_in(const aud_waiver *waiver, aud_str text, bool *out, aud_error *err)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    const aud_node *root = NULL, *list;

    *out = false;
    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    if (aud_node_parse(text, &arena, &root, NULL) != AUD_OK) {
        return AUD_OK;
    }
    list = aud_node_get(root, "waivers");
    for (const aud_node *n = list == NULL ? NULL : list->first; n != NULL && !*out; n = n->next) {
        unsigned char digest[32];

        AUD_TRY(digest_entry(n, digest, err));
        *out = memcmp(digest, waiver->digest, sizeof digest) == 0;
    }
    return AUD_OK;
}
