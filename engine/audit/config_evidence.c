/* engine/audit/config_evidence.c - `evidence:` of the configuration: what packs need beside it. */
#include "engine/audit/config_parts.h"

#include "engine/base/instant.h"

const char *const aud_config_evidence_keys[] = {"fiscal_year_start", "reviews", NULL};
const char *const aud_config_review_keys[] = {"protocol", "suite", "reviewed", "by", "note", NULL};

static aud_status text_of(const aud_node *map, const char *key, aud_str *out, aud_error *err)
{
    const aud_node *node = aud_node_get(map, key);

    return node == NULL ? AUD_OK : aud_node_str(node, out, err);
}

static aud_status read_review(const aud_node *n, aud_review_info *out, aud_error *err)
{
    aud_str reviewed = {NULL, 0};

    AUD_TRY(aud_node_only(n, aud_config_review_keys, err));
    AUD_TRY(text_of(n, "protocol", &out->protocol, err));
    AUD_TRY(text_of(n, "suite", &out->suite, err));
    AUD_TRY(text_of(n, "by", &out->by, err));
    AUD_TRY(text_of(n, "note", &out->note, err));
    AUD_TRY(text_of(n, "reviewed", &reviewed, err));
    if (reviewed.len == 0 || out->by.len == 0) {
        return aud_config_refuse(n, err, "a review needs 'reviewed', a date, and 'by', a name");
    }
    if (aud_instant_parse(reviewed, &out->reviewed, NULL) != AUD_OK) {
        return aud_config_refuse(aud_node_get(n, "reviewed"), err,
                                 "'reviewed' is a date (2026-01-31) or an instant in RFC 3339");
    }
    return AUD_OK;
}

static aud_status read_reviews(const aud_node *list, aud_arena *arena, aud_config *out,
                               aud_error *err)
{
    aud_review_info *reviews;
    size_t num = 0;

    if (list->kind != AUD_NODE_LIST) {
        return aud_config_refuse(list, err, "'reviews' must be a list");
    }
    reviews = aud_arena_array(arena, list->len, sizeof *reviews);
    if (reviews == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (const aud_node *n = list->first; n != NULL; n = n->next) {
        AUD_TRY(read_review(n, &reviews[num++], err));
    }
    out->reviews = reviews;
    out->num_reviews = num;
    return AUD_OK;
}

aud_status aud_config_evidence(const aud_node *map, aud_arena *arena, aud_config *out,
                               aud_error *err)
{
    const aud_node *node;

    if (map == NULL) {
        return AUD_OK;
    }
    AUD_TRY(aud_node_only(map, aud_config_evidence_keys, err));
    node = aud_node_get(map, "fiscal_year_start");
    if (node != NULL) {
        AUD_TRY(aud_node_int(node, &out->fiscal_month, err));
        if (out->fiscal_month < 1 || out->fiscal_month > 12) {
            return aud_config_refuse(node, err, "'fiscal_year_start' is a month, from 1 to 12");
        }
    }
    node = aud_node_get(map, "reviews");
    return node == NULL ? AUD_OK : read_reviews(node, arena, out, err);
}
