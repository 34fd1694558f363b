/* engine/ingest/haproxy.c - HAProxy's configuration: every `bind ... ssl`, every entry of its lists
 * of certificates with options or names of its own, every `server ... ssl`.
 *
 * Files without a global section are parts of a configuration (several -f, or a folder): what they
 * do not state is not known. Of `mode tcp` without `ssl` nothing is said: TLS passes through.
 */
#include "engine/base/text.h"
#include "engine/ingest/haproxy_line.h"
#include "engine/ingest/names.h"

enum { MAX_BYTES = 16 << 20, MAX_LIST = 4 << 20, MAX_ENTRIES = 20000 };

/* --- certificates ----------------------------------------------------------------------------- */

static aud_status based(const haproxy_reader *r, const char *base, const aud_conf_word *path,
                        aud_str *out, aud_error *err)
{
    const aud_conf_node *node = haproxy_global_line(r, base);

    if (!node || aud_str_starts(path->text, AUD_LIT("/")) || node->num_args == 0) {
        *out = path->text;
        return AUD_OK;
    }
    return aud_arena_printf(r->reading->arena, out, err, "%.*s/%.*s",
                            AUD_ARG(aud_conf_arg(node, 0)), AUD_ARG(path->text));
}

/* The file holds key and certificates; a key may also stand beside it, in FILE.key. */
static aud_status add_file(haproxy_reader *r, const aud_conf_node *at, aud_str file, bool literal,
                           aud_tls_config *c, aud_error *err)
{
    aud_str beside;

    AUD_TRY(aud_conf_say_node(c, at, AUD_F_tls_config_certificate_files, file, err));
    AUD_TRY(aud_config_certificate(c, &r->files, file, literal, err));
    const aud_config_chain *chain = &c->chains.items[c->chains.len - 1];
    aud_config_dh_of(c, chain);
    if (!chain->found) {
        return AUD_OK;
    }
    AUD_TRY(aud_arena_printf(r->reading->arena, &beside, err, "%.*s.key", AUD_ARG(file)));
    return aud_config_key(c, &r->files, chain->num_keys > 0 ? file : beside, true, err);
}

/* A file; a bundle of FILE.rsa and FILE.ecdsa; a folder. */
static aud_status add_certificate(haproxy_reader *r, const aud_conf_node *at,
                                  const aud_conf_word *path, aud_tls_config *c, aud_error *err)
{
    static const char *const kinds[] = {".rsa", ".ecdsa", ".dsa"};
    const size_t before = c->certificate_files.len;
    aud_config_chain there;
    aud_str file, other, *found = NULL;
    size_t num = 0;

    AUD_TRY(based(r, "crt-base", path, &file, err));
    AUD_TRY(aud_config_chain_read(&r->files, file, &there, err));
    for (size_t i = 0; !path->templated && !there.found && i < AUD_COUNT(kinds); i++) {
        aud_config_chain part;
        AUD_TRY(
            aud_arena_printf(r->reading->arena, &other, err, "%.*s%s", AUD_ARG(file), kinds[i]));
        AUD_TRY(aud_config_chain_read(&r->files, other, &part, err));
        if (part.found) {
            AUD_TRY(add_file(r, at, other, true, c, err));
        }
    }
    if (!path->templated && !there.found && c->certificate_files.len == before) {
        AUD_TRY(aud_arena_printf(r->reading->arena, &other, err, "%.*s/*.pem", AUD_ARG(file)));
        AUD_TRY(aud_config_glob(&r->files, other, &found, &num, err));
    }
    for (size_t i = 0; i < num; i++) {
        AUD_TRY(add_file(r, at, found[i], true, c, err));
    }
    return c->certificate_files.len > before ? AUD_OK
                                             : add_file(r, at, file, !path->templated, c, err);
}

static aud_status take_certificates(haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                                    aud_error *err)
{
    const haproxy_words *from = &l->own;
    const aud_conf_node *dh = haproxy_global_line(r, "ssl-dh-param-file");
    const aud_conf_node *size = haproxy_global_line(r, "tune.ssl.default-dh-param");
    aud_server_default d;
    uint64_t bits = 0;

    if (l->listed) {
        const aud_conf_word path = from->items[0];
        AUD_TRY(add_certificate(r, from->node, &path, c, err));
    }
    for (size_t i = 0; !l->listed && i + 1 < from->num; i++) {
        if (aud_str_eq(from->items[i].text, AUD_LIT("crt"))) {
            AUD_TRY(add_certificate(r, from->node, &from->items[i + 1], c, err));
        }
    }
    if (c->dh_extent == AUD_EXTENT_WHOLE) {
        return AUD_OK;
    }
    if (dh) {
        AUD_TRY(aud_conf_say_node(c, dh, AUD_F_tls_config_dh_bits, aud_conf_arg(dh, 0), err));
        return aud_config_dh(c, &r->files, aud_conf_arg(dh, 0), err);
    }
    if (size && aud_parse_u64(aud_conf_arg(size, 0), &bits)) {
        c->dh_bits = bits < INT32_MAX ? (int64_t)bits : 0;
        c->dh_extent = AUD_EXTENT_WHOLE;
        return aud_conf_say_node(c, size, AUD_F_tls_config_dh_bits, aud_conf_arg(size, 0), err);
    }
    /* from 2.6 on there is no DHE without parameters; before, their size followed the version */
    if (!size && r->global &&
        aud_server_default_of("haproxy", "tune.ssl.default-dh-param", r->reading->options, &d)) {
        c->dh_extent = aud_parse_u64(d.value, &bits) ? AUD_EXTENT_WHOLE : AUD_EXTENT_ABSENT;
        c->dh_bits = (int64_t)bits;
        return aud_conf_say_default(c, AUD_F_tls_config_dh_bits, "tune.ssl.default-dh-param", &d,
                                    err);
    }
    return AUD_OK;
}

/* --- subjects --------------------------------------------------------------------------------- */

static aud_status take_all(haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                           aud_error *err)
{
    AUD_TRY(haproxy_take_protocols(r, l, c, err));
    AUD_TRY(haproxy_take_ciphers(r, l, c, err));
    AUD_TRY(haproxy_take_thirteen(r, l, c, err));
    return haproxy_take_groups(r, l, c, err);
}

/* "*:443,[::]:443", "ipv4@:443", ":443" */
static aud_status take_address(aud_tls_config *c, const aud_conf_word *word, aud_error *err)
{
    aud_str rest = word->text, part, address, host;

    while (aud_str_split(&rest, ',', &part)) {
        const size_t family = aud_str_find(part, AUD_LIT("@"), 0);
        const aud_str bare = family == SIZE_MAX ? part : aud_str_sub(part, family + 1, part.len);
        uint16_t port = 0;

        if (!aud_host_port_split(bare, &host, &port) || word->templated || port == 0) {
            AUD_TRY(aud_tls_config_listen(c, part, 0, err));
            continue;
        }
        const bool any = host.len == 0 || aud_str_eq(host, AUD_LIT("0.0.0.0"));
        const bool v6 = aud_str_has(host, AUD_LIT(":")) && !aud_str_starts(host, AUD_LIT("["));
        AUD_TRY(aud_arena_printf(c->reading->arena, &address, err, v6 ? "[%.*s]:%u" : "%.*s:%u",
                                 AUD_ARG(any ? AUD_LIT("*") : host), port));
        AUD_TRY(aud_tls_config_listen(c, address, port, err));
    }
    return AUD_OK;
}

static aud_status emit_bind(haproxy_reader *r, const haproxy_line *l, const aud_conf_node *bind,
                            const aud_conf_word *names, size_t num_names, aud_error *err)
{
    AUD_CLEANUP(aud_tls_config_clear) aud_tls_config c = {0};
    AUD_CLEANUP(aud_buf_clear) aud_buf written = {.max = 8192};

    aud_tls_config_init(&c, r->reading, "haproxy");
    c.at = l->own.node->at;
    AUD_TRY(take_address(&c, &bind->args[0], err));
    AUD_TRY(aud_buf_printf(&written, err, "%.*s", AUD_ARG(aud_conf_arg(l->section, 0))));
    for (size_t i = 0; i < num_names && written.len < 2048; i++) {
        const aud_str name = names[i].text;
        AUD_TRY(aud_buf_printf(&written, err, ",%.*s", AUD_ARG(aud_str_sub(name, 0, 256))));
        c.names_open = c.names_open || names[i].templated;
        if (!names[i].templated && !aud_str_starts(name, AUD_LIT("!")) && aud_is_host(name) &&
            !aud_str_eq(name, AUD_LIT("*"))) {
            AUD_TRY(aud_tls_config_name(&c, name, err));
        }
    }
    AUD_TRY(aud_arena_dup(r->reading->arena, aud_buf_str(&written), &c.written_names, err));
    c.catch_all = num_names == 0 && !haproxy_has_flag(r, l, "strict-sni");
    AUD_TRY(take_all(r, l, &c, err));
    AUD_TRY(haproxy_take_flags(r, l, &c, err));
    AUD_TRY(take_certificates(r, l, &c, err));
    AUD_TRY(haproxy_take_hsts(r, l, &c, err));
    r->emitted++;
    return aud_tls_config_emit(&c, err);
}

/* "path [options] name ..." */
static aud_status emit_entry(haproxy_reader *r, const haproxy_line *bind_line,
                             const aud_conf_node *bind, const aud_haproxy_words *w,
                             aud_config_place at, aud_error *err)
{
    aud_conf_node *node = AUD_ARENA_NEW(r->reading->arena, aud_conf_node);
    aud_conf_word *items = aud_arena_array(r->reading->arena, w->len, sizeof *items);
    size_t end = 1;

    if (!node || !items) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    memcpy(items, w->items, w->len * sizeof *items);
    if (w->len > 1 && aud_str_starts(items[1].text, AUD_LIT("["))) {
        items[1].text = aud_str_sub(items[1].text, 1, items[1].text.len);
        while (end < w->len && !aud_str_ends(items[end].text, AUD_LIT("]"))) {
            end++;
        }
        if (end < w->len) {
            items[end].text = aud_str_sub(items[end].text, 0, items[end].text.len - 1);
            end++;
        }
    }
    node->name = AUD_LIT("crt-list");
    node->at = at;
    const haproxy_line l = {.section = bind_line->section,
                            .own = {node, items, end},
                            .outer = bind_line->own,
                            .listed = true};
    return emit_bind(r, &l, bind, items + end, w->len - end, err);
}

static aud_status emit_list(haproxy_reader *r, const haproxy_line *l, const aud_conf_node *bind,
                            aud_str path, aud_error *err)
{
    AUD_CLEANUP(aud_config_closep) aud_input *input = NULL;
    aud_haproxy_words w = {0};
    aud_config_place at = {.line = 0};
    aud_str text, entry;
    aud_status st = AUD_OK;

    AUD_TRY(aud_config_open(&r->files, path, &input, err));
    if (!input || input->whole(input, MAX_LIST, &text, NULL) != AUD_OK) {
        const aud_sighting where = aud_reading_at(r->reading, bind->at.line, AUD_USE_CONFIGURED);
        return aud_reading_gap_at(r->reading, AUD_GAP_UNSUPPORTED, &where, err,
                                  "the list of certificates of this bind is not in the source: add "
                                  "it, or accept it with a reason");
    }
    AUD_TRY(aud_arena_dup(r->reading->arena, input->path, &at.path, err));
    while (st == AUD_OK && at.line < MAX_ENTRIES && aud_str_split(&text, '\n', &entry)) {
        at.line++;
        st = aud_haproxy_split(aud_str_trim(entry), r->reading->arena, &w, err);
        if (st == AUD_OK && w.len > 0) {
            st = emit_entry(r, l, bind, &w, at, err);
        }
    }
    aud_free(w.items);
    return st;
}

static aud_status read_bind(haproxy_reader *r, const aud_conf_node *section,
                            const aud_conf_node *bind, aud_error *err)
{
    const haproxy_line l = {.section = section, .own = haproxy_words_of(bind, 1)};
    const aud_conf_word *list = haproxy_find_word(&l.own, "crt-list");
    bool filled_in = false;

    for (size_t i = 0; i < bind->num_args; i++) {
        filled_in = filled_in || bind->args[i].templated;
    }
    if (!haproxy_find_word(&l.own, "ssl") && !(filled_in && haproxy_find_word(&l.own, "crt"))) {
        return AUD_OK;
    }
    AUD_TRY(emit_bind(r, &l, bind, NULL, 0, err));
    if (!list || list->templated) {
        return AUD_OK;
    }
    return emit_list(r, &l, bind, list->text, err);
}

static aud_status take_verify(haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                              aud_error *err)
{
    const aud_conf_word *word = NULL;
    const aud_conf_value v = haproxy_lookup(r, l, "verify", "ssl-server-verify", &word);

    if (v.extent == AUD_EXTENT_WHOLE) {
        c->upstream_verified = aud_str_eq(word->text, AUD_LIT("none")) ? AUD_TRI_NO : AUD_TRI_YES;
        return aud_conf_say_node(c, v.sure, AUD_F_tls_config_upstream_verified, word->text, err);
    }
    if (v.extent == AUD_EXTENT_ABSENT) {
        const aud_server_default d = {AUD_LIT("required"), AUD_LIT("default of HAProxy")};
        c->upstream_verified = AUD_TRI_YES;
        return aud_conf_say_default(c, AUD_F_tls_config_upstream_verified, "verify", &d, err);
    }
    return aud_conf_say(c, &v, AUD_F_tls_config_upstream_verified, "verify", err);
}

static const aud_conf_node *default_server(const haproxy_reader *r, const aud_conf_node *section)
{
    const aud_conf_node *node = aud_conf_find(section->children, "default-server");

    for (const aud_conf_node *s = r->root.children; s && !node; s = s->next) {
        node = aud_conf_is(s, "defaults") ? aud_conf_find(s->children, "default-server") : NULL;
    }
    return node;
}

static aud_status read_server(haproxy_reader *r, const aud_conf_node *section,
                              const aud_conf_node *server, aud_error *err)
{
    const aud_conf_node *around = default_server(r, section);
    const haproxy_line l = {.section = section,
                            .own = haproxy_words_of(server, 2),
                            .outer = around ? haproxy_words_of(around, 0) : (haproxy_words){0},
                            .upstream = true};
    AUD_CLEANUP(aud_tls_config_clear) aud_tls_config c = {0};

    if (server->num_args < 2 || haproxy_find_word(&l.own, "no-ssl") ||
        !(haproxy_find_word(&l.own, "ssl") || (around && haproxy_find_word(&l.outer, "ssl")))) {
        return AUD_OK;
    }
    aud_tls_config_init(&c, r->reading, "haproxy");
    c.upstream = true;
    c.at = server->at;
    AUD_TRY(aud_tls_config_listen(&c, aud_conf_arg(server, 1), 0, err));
    AUD_TRY(aud_arena_printf(r->reading->arena, &c.written_names, err, "%.*s/%.*s",
                             AUD_ARG(aud_conf_arg(section, 0)), AUD_ARG(aud_conf_arg(server, 0))));
    AUD_TRY(take_all(r, &l, &c, err));
    AUD_TRY(take_verify(r, &l, &c, err));
    r->emitted++;
    return aud_tls_config_emit(&c, err);
}

/* --- the file --------------------------------------------------------------------------------- */

static aud_status read_sections(haproxy_reader *r, aud_error *err)
{
    for (const aud_conf_node *s = r->root.children; s; s = s->next) {
        for (const aud_conf_node *node = s->children; node; node = node->next) {
            if (node->unread.len > 0 || node->num_args == 0) {
                continue;
            }
            if (aud_conf_is(node, "bind")) {
                AUD_TRY(read_bind(r, s, node, err));
            } else if (aud_conf_is(node, "server")) {
                AUD_TRY(read_server(r, s, node, err));
            }
        }
    }
    return AUD_OK;
}

static aud_status haproxy_read(aud_input *input, const aud_read_options *options,
                               aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    static const char *const prefixes[] = {"/etc/haproxy/", "/usr/local/etc/haproxy/",
                                           "/etc/ssl/haproxy/"};
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    haproxy_reader r = {.reading = &reading};
    aud_str text;

    AUD_TRY(input->whole(input, MAX_BYTES, &text, err));
    AUD_TRY(aud_arena_dup(reading.arena, text, &text, err)); /* opening others may end the view */
    AUD_TRY(aud_haproxy_parse(&r.root, &reading, text, err));
    r.global = aud_conf_find(r.root.children, "global");
    r.files = (aud_config_files){
        .reading = &reading, .prefixes = prefixes, .num_prefixes = AUD_COUNT(prefixes)};
    AUD_TRY(read_sections(&r, err));
    if (!aud_may_hold_pem(text)) {
        return AUD_OK;
    }
    AUD_TRY(input->rewind(input, err));
    return aud_adapter_certificates.read(input, options, scratch, sink, err);
}

static unsigned haproxy_sniff(aud_str head)
{
    return aud_haproxy_evidence(head);
}

const aud_adapter aud_adapter_haproxy = {
    .name = "haproxy",
    .spec = "HAProxy 1.8 to 3.0",
    .max_bytes = MAX_BYTES,
    .structured = true,
    .sniff = haproxy_sniff,
    .read = haproxy_read,
};
