/* engine/audit/policies.c - the program's own policies, the configured and the added ones. */
#include "engine/audit/builtin.h"
#include "engine/audit/run_parts.h"

#include "engine/base/text.h"
#include "engine/pki/containers.h"

enum { BUNDLE_MAX = 64 << 20 };

typedef AUD_VEC(aud_policy_text) text_list;

static void text_list_clear(text_list *list)
{
    aud_free(list->items);
}

static bool is_named(const aud_config *config, aud_str pack)
{
    for (size_t i = 0; i < config->num_packs; i++) {
        if (aud_str_eq(config->packs[i], pack)) {
            return true;
        }
    }
    return false;
}

static aud_status add_builtin(const aud_run *run, text_list *texts, aud_error *err)
{
    for (size_t i = 0; i < aud_num_builtin_policies; i++) {
        const aud_builtin_policy *p = &aud_builtin_policies[i];
        aud_policy_text text = {.id = aud_str_of(p->id),
                                .path = aud_str_of(p->path),
                                .text = {(const char *)p->text, p->len}};

        if (is_named(&run->config, aud_str_of(p->pack))) {
            AUD_TRY(AUD_VEC_PUSH(texts, text, err));
        }
    }
    return AUD_OK;
}

static aud_status add_dir(aud_run *run, aud_str dir, bool from_flag, text_list *texts,
                          aud_error *err)
{
    const aud_policy_text *found = NULL;
    size_t num = 0;

    AUD_TRY(aud_rules_policies(run->options->rules, &run->config, dir, from_flag, &run->arena,
                               &found, &num, err));
    for (size_t i = 0; i < num; i++) {
        AUD_TRY(AUD_VEC_PUSH(texts, found[i], err));
    }
    return AUD_OK;
}

static aud_status check_packs(const aud_run *run, const text_list *texts, aud_error *err)
{
    for (size_t i = 0; i < run->config.num_packs; i++) {
        aud_str pack = run->config.packs[i];
        bool found = false;

        for (size_t k = 0; k < texts->len && !found; k++) {
            found = aud_str_starts(texts->items[k].id, pack) && texts->items[k].id.len > pack.len &&
                    texts->items[k].id.ptr[pack.len] == '/';
        }
        if (!found) {
            const char *names[64];
            size_t num = 0;
            const char *near;

            for (size_t k = 0; k < aud_num_builtin_policies && num < AUD_COUNT(names); k++) {
                names[num++] = aud_builtin_policies[k].pack;
            }
            near = aud_nearest(pack, names, num);
            return aud_fail(err, AUD_E_USAGE, "there is no policy pack '%.*s'%s%s%s", AUD_ARG(pack),
                            near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
                            near == NULL ? "" : "'?");
        }
    }
    return AUD_OK;
}

/* Takes the certificates of a bundle into a list of approved CAs. */
typedef struct bundle {
    aud_ca_list *list;
    size_t certs;
} bundle;

static aud_status take_ca(void *ctx, const aud_pki_item *item, aud_error *err)
{
    bundle *b = ctx;

    switch (item->kind) {
    case AUD_ITEM_CERTIFICATE:
        b->certs++;
        return aud_ca_list_add_cert(b->list, item->der, err);
    case AUD_ITEM_BROKEN:
    case AUD_ITEM_ENCRYPTED:
        return aud_fail(err, AUD_E_USAGE, "a member at line %u cannot be read: %.*s", item->line,
                        AUD_ARG(item->message));
    case AUD_ITEM_REQUEST:
    case AUD_ITEM_CRL:
    case AUD_ITEM_PUBLIC_KEY:
    case AUD_ITEM_PRIVATE_KEY:
        break;
    }
    return AUD_OK;
}

static aud_status read_bundle(aud_run *run, aud_str named, aud_ca_list *list, aud_error *err)
{
    bundle b = {.list = list};
    const aud_pki_sink sink = {.ctx = &b, .item = take_ca};
    const aud_passwords none = {NULL, 0};
    aud_str bytes;
    aud_status st;

    st = aud_rules_file(run->options->rules, &run->config, named, BUNDLE_MAX, &run->arena, &bytes,
                        err);
    if (st == AUD_OK) {
        st = aud_binary_kind(bytes)[0] != '\0' ? aud_binary_read(bytes, &none, &sink, err)
                                               : aud_pem_scan(bytes, 1, &none, &sink, err);
    }
    if (st == AUD_OK && b.certs == 0) {
        st = aud_fail(err, AUD_E_USAGE, "holds no certificate");
    }
    if (st != AUD_OK && err != NULL) {
        aud_error inner = *err;
        return aud_fail(err, st == AUD_E_NOMEM ? st : AUD_E_USAGE, "bundle '%.*s': %s",
                        AUD_ARG(named), inner.message);
    }
    return st;
}

static aud_status one_approval(aud_run *run, const aud_node *node, aud_ca_list *list,
                               aud_error *err)
{
    static const char *const keys[] = {"bundle", "sha256", "spki", "subject", "reason", NULL};
    const aud_node *value;
    aud_str text;

    AUD_TRY(aud_node_only(node, keys, err));
    if ((value = aud_node_get(node, "bundle")) != NULL) {
        AUD_TRY(aud_node_str(value, &text, err));
        return read_bundle(run, text, list, err);
    }
    if ((value = aud_node_get(node, "sha256")) != NULL) {
        AUD_TRY(aud_node_str(value, &text, err));
        return aud_ca_list_add_sha256(list, text, err);
    }
    if ((value = aud_node_get(node, "spki")) != NULL) {
        AUD_TRY(aud_node_str(value, &text, err));
        return aud_ca_list_add_spki(list, text, err);
    }
    if ((value = aud_node_get(node, "subject")) != NULL) {
        AUD_TRY(aud_node_str(value, &text, err));
        return aud_ca_list_add_subject(list, text, err);
    }
    return aud_fail(err, AUD_E_USAGE,
                    "an approved CA needs 'bundle', 'sha256', 'spki' or "
                    "'subject'");
}

static aud_status resolve_ca_list(void *ctx, const aud_node *value, const void **out,
                                  aud_error *err)
{
    aud_run *run = ctx;
    AUD_CLEANUP(aud_ca_list_freep) aud_ca_list *list = NULL;
    aud_ca_list *kept;

    if (value->kind != AUD_NODE_LIST || value->len == 0) {
        return aud_fail(err, AUD_E_USAGE,
                        "a list of approved CAs is a list of {bundle: PATH}, "
                        "{sha256: HEX}, {spki: HEX} or {subject: NAME}");
    }
    AUD_TRY(aud_ca_list_new(&list, err));
    for (const aud_node *n = value->first; n != NULL; n = n->next) {
        aud_status st = one_approval(run, n, list, err);
        if (st != AUD_OK) {
            if (err != NULL && err->line == 0) {
                err->line = n->line;
            }
            return st;
        }
    }
    AUD_TRY(AUD_VEC_PUSH(&run->ca_lists, list, err));
    kept = AUD_MOVE(list);
    *out = kept;
    return AUD_OK;
}

static aud_status answer_approval(void *ctx, aud_object subject, const void *ca_list,
                                  aud_arena *arena, aud_approval *out, aud_error *err)
{
    AUD_UNUSED(ctx);
    return aud_ca_list_approval(ca_list, subject, arena, out, err);
}

/* policies.public_stores: what the facts call publicly trusted. */
static aud_status load_stores(aud_run *run, aud_error *err)
{
    const aud_node *stores = run->config.public_stores;
    const void *list = NULL;
    aud_str word = {NULL, 0};
    aud_status st;

    if (stores == NULL) {
        return AUD_OK;
    }
    if (stores->kind == AUD_NODE_SCALAR) {
        AUD_TRY(aud_node_str(stores, &word, err));
        run->all_public = aud_str_eq(word, AUD_LIT("all"));
    }
    if (run->all_public) {
        return AUD_OK;
    }
    st = resolve_ca_list(run, stores, &list, err);
    if (st != AUD_OK && err != NULL && st != AUD_E_NOMEM) {
        const aud_error inner = *err;
        const uint32_t line = inner.line == 0 ? stores->line : inner.line;

        (void)aud_fail(err, st, "'policies.public_stores' is 'all', or: %s", inner.message);
        aud_error_place(err, run->config.path, line);
    }
    run->public_cas = list;
    return st;
}

aud_status aud_run_load_policies(aud_run *run, aud_error *err)
{
    AUD_CLEANUP(text_list_clear) text_list texts = {0};
    aud_policy_load load;
    aud_status st;

    AUD_TRY(load_stores(run, err));
    AUD_TRY(add_builtin(run, &texts, err));
    for (size_t i = 0; i < run->config.num_dirs; i++) {
        AUD_TRY(add_dir(run, run->config.dirs[i], false, &texts, err));
    }
    for (size_t i = 0; i < run->options->num_policy_dirs; i++) {
        AUD_TRY(add_dir(run, run->options->policy_dirs[i], true, &texts, err));
    }
    AUD_TRY(check_packs(run, &texts, err));
    run->host =
        (aud_policy_host){.ctx = run, .ca_list = resolve_ca_list, .approval = answer_approval};
    load = (aud_policy_load){.texts = texts.items,
                             .num_texts = texts.len,
                             .params = run->config.params,
                             .severity = run->config.severity,
                             .select = run->options->select,
                             .num_select = run->options->num_select,
                             .skip = run->options->skip,
                             .num_skip = run->options->num_skip,
                             .host = &run->host,
                             .lines = run->options->lines,
                             .traced = run->options->traced};
    st = aud_policy_set_new(&load, &run->policies, err);
    if (st != AUD_OK && err != NULL && err->line != 0) {
        aud_error_place(err, run->config.path, err->line);
    }
    return st;
}
