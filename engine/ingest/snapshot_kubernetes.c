/* engine/ingest/snapshot_kubernetes.c - Kubernetes objects: what kubectl prints, and manifests.
 *
 * JSON or YAML, one object, many documents, or a List. A Secret's certificate is stored under its
 * namespace and name; ca.crt, caBundle and their like are trust anchors; any other text may hold
 * certificates, too (ConfigMaps, Routes, kubeconfig). Private keys are told of and not kept: the
 * object's texts are overwritten when it is read. What nobody can see, of a SealedSecret that holds
 * a certificate, is a gap.
 */
#include "engine/ingest/snapshot_kubernetes.h"

#include "engine/base/text.h"

enum { MAX_VALUE = 16 << 20 };

static bool has_any(aud_str text, const char *const *words, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_has(text, aud_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* ca.crt, caBundle, certificate-authority-data, destinationCACertificate, trust.pem ... */
static bool names_ca(aud_str key)
{
    static const char *const words[] = {"caBundle", "ca-bundle", "ca_bundle", "authority",
                                        "CACert",   "caCert",    "cacert",    "ca-cert",
                                        "trust",    "rootCA",    "root-ca"};

    return aud_str_starts(key, AUD_LIT("ca.")) || aud_str_eq(key, AUD_LIT("ca")) ||
           has_any(key, words, AUD_COUNT(words));
}

/* --- records ---------------------------------------------------------------------------------- */

aud_status aud_k8s_lineage(const aud_k8s_object *o, aud_str name, aud_arena *arena, aud_str *out,
                           aud_error *err)
{
    return aud_arena_printf(arena, out, err, "kubernetes:%.*s:%.*s/%.*s",
                            AUD_ARG(o->s->reading->input->source), AUD_ARG(o->space),
                            AUD_ARG(name));
}

aud_status aud_k8s_id(const aud_k8s_object *o, aud_str part, aud_arena *arena, aud_str *out,
                      aud_error *err)
{
    return aud_arena_printf(arena, out, err, "%.*s %.*s%s%.*s%s%.*s", AUD_ARG(o->kind),
                            AUD_ARG(o->space), o->space.len > 0 ? "/" : "", AUD_ARG(o->name),
                            part.len > 0 ? " " : "", AUD_ARG(part));
}

/* cert-manager marks the Secrets that it writes. */
static aud_status add_renewal(const aud_k8s_object *o, aud_error *err)
{
    static const char *const marks[] = {"cert-manager.io/certificate-name",
                                        "certmanager.k8s.io/certificate-name",
                                        "cert-manager.io/issuer-name"};
    const aud_node *notes = aud_snap_at(o->node, "metadata.annotations");

    for (const aud_node *n = notes ? notes->first : NULL; n; n = n->next) {
        if (has_any(n->key, marks, AUD_COUNT(marks))) {
            return aud_inventory_add(&o->s->inv, AUD_INV_RENEWAL_METHOD,
                                     AUD_LIT("automated (cert-manager)"), n->line, err);
        }
    }
    return AUD_OK;
}

aud_status aud_k8s_begin(const aud_k8s_object *o, aud_str part, aud_error *err)
{
    aud_str id;

    aud_snap_begin(o->s, o->node);
    AUD_TRY(aud_k8s_id(o, part, o->s->reading->arena, &id, err));
    AUD_TRY(aud_inventory_add(&o->s->inv, AUD_INV_ID, id, o->node->line, err));
    AUD_TRY(aud_snap_tags(o->s, aud_snap_at(o->node, "metadata.labels"), "label", err));
    AUD_TRY(aud_snap_tags(o->s, aud_snap_at(o->node, "metadata.annotations"), "annotation", err));
    return add_renewal(o, err);
}

/* Begins the record of a certificate that the object holds under `part`. */
static aud_status begin_stored(const aud_k8s_object *o, aud_str part, uint32_t line, aud_error *err)
{
    const bool plain = aud_str_eq(part, AUD_LIT("tls.crt"));
    const bool request = aud_str_eq(o->kind, AUD_LIT("CertificateRequest"));
    aud_inventory *inv = &o->s->inv;

    AUD_TRY(aud_k8s_begin(o, plain ? (aud_str){NULL, 0} : part, err));
    inv->line = line;
    inv->only_certificate = true;
    inv->history = request; /* the Secret tells what is held now */
    inv->use = request                                 ? AUD_USE_LISTED
               : aud_str_eq(o->kind, AUD_LIT("Route")) ? AUD_USE_CONFIGURED
                                                       : AUD_USE_STORED;
    if (plain) {
        return aud_k8s_lineage(o, o->name, o->s->reading->arena, &inv->lineage, err);
    }
    return aud_arena_printf(o->s->reading->arena, &inv->lineage, err,
                            "kubernetes:%.*s:%.*s:%.*s/%.*s/%.*s",
                            AUD_ARG(o->s->reading->input->source), AUD_ARG(o->kind),
                            AUD_ARG(o->space), AUD_ARG(o->name), AUD_ARG(part));
}

/* --- values ----------------------------------------------------------------------------------- */

typedef struct found {
    const aud_k8s_object *o;
    aud_sighting where;
    bool anchors; /* certificates of it are trust anchors; else they wait in `certs` */
    AUD_VEC(aud_str) certs;
} found;

static aud_status take_item(void *ctx, const aud_pki_item *item, aud_error *err)
{
    found *f = ctx;
    aud_sighting where = f->where;

    if (item->kind == AUD_ITEM_CERTIFICATE && !f->anchors) {
        aud_str der;
        AUD_TRY(aud_arena_dup(&f->o->s->records, item->der, &der, err));
        return AUD_VEC_PUSH(&f->certs, der, err);
    }
    where.member = item->member;
    if (item->kind == AUD_ITEM_CERTIFICATE) {
        where.use = AUD_USE_TRUST_ANCHOR;
        const aud_seen seen = {.kind = AUD_KIND_CERTIFICATE, .der = item->der, .where = where};
        return aud_reading_certificate(f->o->s->reading, &seen, err);
    }
    if (f->o->live) {
        where.place = AUD_PLACE_SNAPSHOT;
    }
    return aud_reading_other(f->o->s->reading, item, &where, err);
}

/* Does it begin as one of the key stores do? DER alone is left to who knows that it is there. */
static bool is_store(aud_str bytes)
{
    const char *kind = aud_binary_kind(bytes);

    return strcmp(kind, "pkcs12") == 0 || strcmp(kind, "jks") == 0 || strcmp(kind, "jceks") == 0 ||
           strcmp(kind, "pkcs7") == 0;
}

static void found_clear(found *f)
{
    aud_free(f->certs.items);
}

static aud_status put_certs(const aud_k8s_object *o, const found *f, aud_str key, aud_error *err)
{
    if (f->certs.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(begin_stored(o, key, f->where.line, err));
    for (size_t i = 0; i < f->certs.len; i++) {
        AUD_TRY(aud_inventory_add_der(&o->s->inv, f->certs.items[i], err));
    }
    return aud_inventory_end(&o->s->inv, err);
}

/*
 * Plain text or the bytes of a key store, under its key. Everything but certificates goes on from
 * here; those that are no anchors become the object's record.
 */
static aud_status take_value(const aud_k8s_object *o, aud_str key, aud_str bytes, uint32_t line,
                             aud_error *err)
{
    const aud_reading *r = o->s->reading;
    const aud_passwords passwords = {r->options->passwords, r->options->num_passwords};
    const bool store = is_store(bytes);
    aud_str record = {NULL, 0};

    if (!store && !aud_may_hold_pem(bytes)) {
        return AUD_OK;
    }
    aud_arena_reset(r->arena);
    AUD_TRY(aud_k8s_id(o, key, &o->s->records, &record, err));
    AUD_CLEANUP(found_clear)
    found f = {.o = o,
               .where = aud_reading_at(r, line, AUD_USE_STORED),
               .anchors = store || names_ca(key)};
    f.where.record = record;
    const aud_pki_sink sink = {&f, take_item};
    if (store) {
        return aud_binary_read(bytes, &passwords, &sink, err);
    }
    AUD_TRY(aud_pem_scan(bytes, line, &passwords, &sink, err));
    return put_certs(o, &f, key, err);
}

/* DER, or nothing that is a certificate, which is a gap. */
static aud_status take_der(const aud_k8s_object *o, const aud_node *value, aud_error *err)
{
    AUD_TRY(begin_stored(o, value->key, value->line, err));
    AUD_TRY(aud_inventory_add(&o->s->inv, AUD_INV_CERTIFICATE, value->text, value->line, err));
    return aud_inventory_end(&o->s->inv, err);
}

static aud_status take_base64(const aud_k8s_object *o, const aud_node *value, aud_error *err)
{
    const aud_str text = value->text;
    size_t len = 0;
    aud_status st = AUD_OK;

    if (text.len < 8 || text.len > MAX_VALUE) {
        return AUD_OK;
    }
    unsigned char *bytes = aud_alloc(text.len / 4 * 3 + 3);
    if (!bytes) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (!aud_base64_decode(text, bytes, &len)) {
        st = aud_is_template(text) && aud_str_ends(value->key, AUD_LIT(".crt"))
                 ? aud_snap_gap(o->s, AUD_GAP_TEMPLATE, value->line, err,
                                "a placeholder stands where certificate bytes belong; read the "
                                "rendered file, or accept it with a reason")
             : aud_may_hold_pem(text) ? take_value(o, value->key, text, value->line, err)
                                      : AUD_OK;
    } else if (aud_str_eq(value->key, AUD_LIT("tls.crt")) &&
               !aud_may_hold_pem((aud_str){(const char *)bytes, len})) {
        st = take_der(o, value, err);
    } else {
        st = take_value(o, value->key, (aud_str){(const char *)bytes, len}, value->line, err);
    }
    for (volatile unsigned char *at = bytes; at < bytes + len; at++) {
        *at = 0;
    }
    aud_free(bytes);
    return st;
}

aud_status aud_k8s_scan(const aud_k8s_object *o, const aud_node *node, aud_error *err)
{
    for (const aud_node *m = node->first; m; m = m->next) {
        if (!aud_str_ends(m->key, AUD_LIT("last-applied-configuration"))) {
            AUD_TRY(aud_k8s_scan(o, m, err));
        }
    }
    if (node->kind != AUD_NODE_SCALAR || !aud_may_hold_pem(node->text)) {
        return AUD_OK;
    }
    return aud_str_has(node->text, AUD_LIT("-----BEGIN "))
               ? take_value(o, node->key, node->text, node->line, err)
               : take_base64(o, node, err);
}

/* --- kinds ------------------------------------------------------------------------------------ */

static aud_status take_secret(const aud_k8s_object *o, aud_error *err)
{
    const aud_node *data = aud_snap_at(o->node, "data");
    const aud_node *plain = aud_snap_at(o->node, "stringData");
    const aud_str type = aud_snap_text(o->node, "type");

    if (aud_str_eq(type, AUD_LIT("helm.sh/release.v1")) ||
        aud_str_eq(type, AUD_LIT("kubernetes.io/service-account-token"))) {
        return AUD_OK;
    }
    for (const aud_node *v = plain ? plain->first : NULL; v; v = v->next) {
        AUD_TRY(take_value(o, v->key, v->text, v->line, err));
    }
    for (const aud_node *v = data ? data->first : NULL; v; v = v->next) {
        bool hidden = false; /* stringData wins */
        for (const aud_node *p = plain ? plain->first : NULL; p; p = p->next) {
            hidden = hidden || aud_str_eq(p->key, v->key);
        }
        if (!hidden && v->kind == AUD_NODE_SCALAR) {
            AUD_TRY(take_base64(o, v, err));
        }
    }
    return AUD_OK;
}

static aud_status take_sealed(const aud_k8s_object *o, aud_error *err)
{
    const aud_node *data = aud_snap_at(o->node, "spec.encryptedData");

    for (const aud_node *v = data ? data->first : NULL; v; v = v->next) {
        if (aud_str_ends(v->key, AUD_LIT(".crt")) || aud_str_ends(v->key, AUD_LIT(".pem")) ||
            aud_str_ends(v->key, AUD_LIT(".p12"))) {
            return aud_snap_gap(o->s, AUD_GAP_ENCRYPTED, v->line, err,
                                "a SealedSecret holds this certificate; read the Secret from the "
                                "cluster, or accept it with a reason");
        }
    }
    return AUD_OK;
}

/* A kubeconfig: what its lists name, each under its own name. */
static aud_status take_config(const aud_k8s_object *config, aud_error *err)
{
    static const char *const lists[] = {"clusters", "users"};

    for (size_t i = 0; i < AUD_COUNT(lists); i++) {
        const aud_node *list = aud_snap_at(config->node, lists[i]);
        for (const aud_node *m = list ? list->first : NULL; m; m = m->next) {
            aud_k8s_object o = *config;
            o.space = aud_str_of(lists[i]);
            o.name = aud_snap_text(m, "name");
            AUD_TRY(aud_k8s_scan(&o, m, err));
        }
    }
    return AUD_OK;
}

static aud_status take_object(aud_snap *s, const aud_node *node, aud_error *err);

static aud_status take_list(aud_snap *s, const aud_node *node, aud_error *err)
{
    const aud_node *items = aud_snap_at(node, "items");

    for (const aud_node *m = items ? items->first : NULL; m; m = m->next) {
        AUD_TRY(take_object(s, m, err));
    }
    return AUD_OK;
}

/* Items of a SecretList have no kind of their own: it is that of the list, less the word. */
static aud_status take_object(aud_snap *s, const aud_node *node, aud_error *err)
{
    aud_k8s_object o = {.s = s,
                        .node = node,
                        .kind = aud_snap_text(node, "kind"),
                        .space = aud_snap_text(node, "metadata.namespace"),
                        .name = aud_snap_text(node, "metadata.name"),
                        .live = aud_snap_text(node, "metadata.uid").len > 0 ||
                                aud_snap_text(node, "metadata.resourceVersion").len > 0};

    if (node->kind != AUD_NODE_MAP) {
        return AUD_OK;
    }
    if (o.kind.len == 0 && (aud_snap_at(node, "data") || aud_snap_at(node, "stringData"))) {
        o.kind = AUD_LIT("Secret");
    }
    if (aud_str_ends(o.kind, AUD_LIT("List")) && aud_snap_at(node, "items")) {
        return take_list(s, node, err);
    }
    if (aud_str_eq(o.kind, AUD_LIT("Secret"))) {
        return take_secret(&o, err);
    }
    if (aud_str_eq(o.kind, AUD_LIT("SealedSecret"))) {
        return take_sealed(&o, err);
    }
    if (aud_str_eq(o.kind, AUD_LIT("Config")) && aud_snap_at(node, "clusters")) {
        return take_config(&o, err);
    }
    const aud_status st = aud_k8s_cert_manager(&o, err);
    return st == AUD_END ? aud_k8s_scan(&o, node, err) : st;
}

/* --- the bid ---------------------------------------------------------------------------------- */

/* A line of a template, which no YAML parser reads: Helm, Jinja, envsubst's are fine. */
static bool is_template_line(aud_str line)
{
    const aud_str trimmed = aud_str_trim(line);

    return aud_str_starts(trimmed, AUD_LIT("{{")) || aud_str_starts(trimmed, AUD_LIT("{%")) ||
           aud_str_starts(trimmed, AUD_LIT("- {{")) || aud_str_has(trimmed, AUD_LIT(": {{"));
}

static unsigned kubernetes_sniff(aud_str head)
{
    static const aud_str json[] = {AUD_LIT_INIT("\"apiVersion\""), AUD_LIT_INIT("\"kind\""),
                                   AUD_LIT_INIT("\"items\""), AUD_LIT_INIT("\"metadata\"")};
    const aud_str api = AUD_LIT("apiVersion:"), kind = AUD_LIT("kind:");
    bool has_api = false, has_kind = false;
    aud_str rest = head, line;

    if (aud_str_starts(rest, AUD_LIT("\xef\xbb\xbf"))) {
        rest = aud_str_sub(rest, 3, rest.len);
    }
    const aud_str trimmed = aud_str_trim(aud_str_sub(rest, 0, 4096));
    if (trimmed.len > 0 && (trimmed.ptr[0] == '{' || trimmed.ptr[0] == '[')) {
        return aud_str_has(head, json[0]) &&
                       (aud_str_has(head, json[1]) || aud_str_has(head, json[2])) &&
                       (aud_str_has(head, json[2]) || aud_str_has(head, json[3]) ||
                        aud_str_has(head, AUD_LIT("\"clusters\"")))
                   ? 8U * 18
                   : 0;
    }
    while (aud_str_split(&rest, '\n', &line)) {
        has_api = has_api || aud_str_starts(line, api);
        has_kind =
            has_kind || aud_str_starts(line, kind) || aud_str_starts(line, AUD_LIT("items:"));
        if (is_template_line(line)) {
            return 0;
        }
    }
    return has_api && has_kind ? 8U * (unsigned)(api.len + kind.len) : 0;
}

const aud_snapshot aud_snapshot_kubernetes = {
    .name = "kubernetes",
    .yaml = true,
    .secrets = true,
    .use = AUD_USE_STORED,
    .lists = (const char *const[]){"items", NULL},
    .needs = (const char *const[]){"apiVersion", "kind", "metadata", NULL},
    .more = (const aud_snap_more[]){{"metadata.continue", false},
                                    {"metadata.remainingItemCount", false},
                                    {NULL, false}},
    .record = take_object,
    .sniff = kubernetes_sniff,
};
