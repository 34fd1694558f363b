/* engine/ingest/httpd.c - configuration of Apache httpd: virtual hosts, and parts of it.
 *
 * A file that names the server's own files and processes is the main one: what it does not state is
 * httpd's default. Any other is a part; it is dropped where its main file is in the source.
 * Directives inside <Directory>, <Location> and <Files> are not judged.
 *
 * Since 2.4.42 each virtual host's own versions count, also among those of one address.
 */
#include "engine/base/text.h"
#include "engine/ingest/httpd_server.h"
#include "engine/ingest/names.h"

enum { MAX_BYTES = 16 << 20 };

/* --- names and addresses ---------------------------------------------------------------------- */

static aud_status take_name(aud_tls_config *c, const aud_conf_word *word, aud_buf *written,
                            aud_error *err)
{
    aud_str name = word->text;
    const size_t scheme = aud_str_find(name, AUD_LIT("://"), 0);
    uint16_t port;
    aud_str host;

    name = scheme == SIZE_MAX ? name : aud_str_sub(name, scheme + 3, name.len);
    host = aud_host_port_split(name, &host, &port) ? host : name;
    AUD_TRY(aud_buf_printf(written, err, "%s%.*s", written->len > 0 ? "," : "",
                           AUD_ARG(aud_str_sub(name, 0, 256))));
    if (word->templated || aud_config_is_template(name) || aud_str_has(name, AUD_LIT("$"))) {
        c->names_open = true;
        return AUD_OK;
    }
    return aud_is_host(host) && !aud_str_has(host, AUD_LIT("?")) ? aud_tls_config_name(c, host, err)
                                                                 : AUD_OK;
}

static aud_status take_names(aud_tls_config *c, const aud_conf_node *host, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf written = {.max = 8192};

    c->names_open = aud_conf_unread(host) != NULL;
    for (const aud_conf_node *node = host->children; node; node = node->next) {
        if (!aud_conf_is(node, "servername") && !aud_conf_is(node, "serveralias")) {
            continue;
        }
        for (size_t i = 0; i < node->num_args && written.len < 2048; i++) {
            AUD_TRY(take_name(c, &node->args[i], &written, err));
        }
        c->names_open = c->names_open || aud_conf_is_conditional(node);
    }
    return aud_arena_dup(c->reading->arena, aud_buf_str(&written), &c->written_names, err);
}

/* "*:443", "[::]:443", "_default_:443", "10.0.0.1". */
static aud_status take_address(aud_tls_config *c, aud_str text, aud_error *err)
{
    const bool v6 = aud_str_starts(text, AUD_LIT("["));
    const size_t from = v6 ? aud_str_find(text, AUD_LIT("]"), 0) : 0;
    const size_t colon = from == SIZE_MAX ? SIZE_MAX : aud_str_find(text, AUD_LIT(":"), from);
    aud_str host = aud_str_sub(text, 0, colon == SIZE_MAX ? text.len : colon), address;
    uint16_t port = 0;

    if (colon != SIZE_MAX && !aud_port_parse(aud_str_sub(text, colon + 1, text.len), &port)) {
        return aud_tls_config_listen(c, text, 0, err); /* "*", or filled in */
    }
    host = aud_str_ieq(host, AUD_LIT("_default_")) ? AUD_LIT("*") : host;
    AUD_TRY(port == 0 ? aud_arena_dup(c->reading->arena, host, &address, err)
                      : aud_arena_printf(c->reading->arena, &address, err, "%.*s:%u", AUD_ARG(host),
                                         port));
    return aud_tls_config_listen(c, address, port, err);
}

static bool has_port_443(const aud_conf_node *host)
{
    for (size_t i = 0; i < host->num_args; i++) {
        if (aud_str_ends(host->args[i].text, AUD_LIT(":443"))) {
            return true;
        }
    }
    return false;
}

/* --- which hosts speak TLS -------------------------------------------------------------------- */

static bool states_tls(const aud_conf_node *level)
{
    static const char *const names[] = {
        "sslprotocol",           "sslciphersuite",      "sslcertificatefile",
        "sslopensslconfcmd",     "sslhonorcipherorder", "sslsessiontickets",
        "sslcertificatekeyfile", "sslpolicy",           "sslcompression",
    };

    for (size_t i = 0; i < AUD_COUNT(names); i++) {
        if (aud_conf_find(level->children, names[i])) {
            return true;
        }
    }
    return false;
}

/* Port 443 is https' without a word; of what is filled in, what else is stated tells. */
static bool speaks_tls(const httpd_scope *scope)
{
    const aud_conf_node *host = scope->levels[0];
    const aud_conf_value v = httpd_lookup(scope, "sslengine");

    if (v.sure && (v.extent == AUD_EXTENT_WHOLE || v.extent == AUD_EXTENT_SOME)) {
        return !aud_str_ieq(aud_conf_arg(v.sure, 0), AUD_LIT("off"));
    }
    if (v.level || has_port_443(host)) {
        return states_tls(host) || (has_port_443(host) && aud_conf_unread(host));
    }
    return false;
}

/* --- one host --------------------------------------------------------------------------------- */

static aud_status emit_server(httpd_reader *h, const httpd_scope *scope, aud_error *err)
{
    AUD_CLEANUP(aud_tls_config_clear) aud_tls_config c = {0};
    const aud_conf_node *host = scope->levels[0];

    aud_tls_config_init(&c, h->reading, "apache");
    c.fragment = scope->fragment;
    c.partial = scope->fragment || !h->main;
    c.at = host->at;
    for (size_t i = 0; i < host->num_args && aud_conf_is(host, "virtualhost"); i++) {
        AUD_TRY(take_address(&c, host->args[i].text, err));
    }
    for (const aud_conf_node *node =
             !scope->fragment && !host->parent ? aud_conf_find(host->children, "listen") : NULL;
         node; node = aud_conf_find(node->next, "listen")) {
        AUD_TRY(take_address(&c, aud_conf_arg(node, 0), err));
    }
    if (!scope->fragment) {
        AUD_TRY(take_names(&c, host, err));
    }
    AUD_TRY(httpd_take(h, scope, &c, err));
    h->emitted++;
    return aud_tls_config_emit(&c, err);
}

static bool is_backend(const aud_conf_node *node, aud_str *out)
{
    static const char *const names[] = {"proxypass", "proxypassmatch", "balancermember",
                                        "rewriterule"};

    if (!aud_conf_one_of(node->name, names, AUD_COUNT(names))) {
        return false;
    }
    for (size_t i = 0; i < node->num_args && i < 2; i++) {
        if (aud_str_starts(node->args[i].text, AUD_LIT("https://")) ||
            aud_str_starts(node->args[i].text, AUD_LIT("wss://"))) {
            *out = node->args[i].text;
            return true;
        }
    }
    return false;
}

static aud_status take_backends(const aud_conf_node *level, aud_tls_config *c, aud_error *err)
{
    for (const aud_conf_node *node = level->children; node; node = node->next) {
        aud_str backend;

        if (is_backend(node, &backend) && c->listen.len < 16) {
            AUD_TRY(aud_tls_config_listen(c, backend, 0, err));
        } else if (node->block && !aud_conf_is(node, "virtualhost")) {
            AUD_TRY(take_backends(node, c, err));
        }
    }
    return AUD_OK;
}

static aud_status emit_proxy(httpd_reader *h, const httpd_scope *scope, aud_error *err)
{
    const aud_conf_value v = httpd_lookup(scope, "sslproxyengine");
    AUD_CLEANUP(aud_tls_config_clear) aud_tls_config c = {0};

    if (!v.sure || !aud_str_ieq(aud_conf_arg(v.sure, 0), AUD_LIT("on"))) {
        return AUD_OK;
    }
    aud_tls_config_init(&c, h->reading, "apache");
    c.upstream = true;
    c.partial = !h->main;
    c.at = v.sure->at;
    AUD_TRY(take_backends(scope->levels[0], &c, err));
    AUD_TRY(take_names(&c, scope->levels[0], err));
    c.names.len = 0; /* they tell whose backends these are, and are no names of ours */
    AUD_TRY(httpd_take_proxy(h, scope, &c, err));
    h->emitted++;
    return aud_tls_config_emit(&c, err);
}

/* --- the file --------------------------------------------------------------------------------- */

/* Virtual hosts, also those of a macro. */
static aud_status read_hosts(httpd_reader *h, const aud_conf_node *level, aud_error *err)
{
    for (const aud_conf_node *node = level->children; node; node = node->next) {
        const httpd_scope scope = {
            .levels = {node, &h->tree.root}, .num = 2, .outer_known = h->main};

        if (node->block && aud_conf_is(node, "macro")) {
            AUD_TRY(read_hosts(h, node, err));
        }
        if (!node->block || !aud_conf_is(node, "virtualhost")) {
            continue;
        }
        if (speaks_tls(&scope)) {
            AUD_TRY(emit_server(h, &scope, err));
        }
        AUD_TRY(emit_proxy(h, &scope, err));
    }
    return AUD_OK;
}

static bool has_hosts(const aud_conf_node *level)
{
    const aud_conf_node *macro = aud_conf_find(level->children, "macro");

    return aud_conf_find(level->children, "virtualhost") ||
           (macro && aud_conf_find(macro->children, "virtualhost"));
}

static aud_status read_root(httpd_reader *h, aud_error *err)
{
    const aud_conf_node *root = &h->tree.root;
    const httpd_scope server = {.levels = {root}, .num = 1, .outer_known = h->main};
    const httpd_scope fragment = {.levels = {root}, .num = 1, .fragment = true};
    const aud_conf_value engine = httpd_lookup(&server, "sslengine");

    AUD_TRY(read_hosts(h, root, err));
    if (h->main && engine.sure && !aud_str_ieq(aud_conf_arg(engine.sure, 0), AUD_LIT("off"))) {
        AUD_TRY(emit_server(h, &server, err)); /* the server itself speaks TLS */
    }
    if (!has_hosts(root)) {
        AUD_TRY(emit_proxy(h, &server, err));
    }
    /* what the server states for hosts that are elsewhere */
    if (h->emitted == 0 && states_tls(root) && (!has_hosts(root) || aud_conf_unread(root))) {
        AUD_TRY(emit_server(h, &fragment, err));
    }
    for (size_t i = 0; h->reading->sink->covers && h->emitted > 0 && i < h->tree.included.len;
         i++) {
        AUD_TRY(h->reading->sink->covers(h->reading->sink->ctx, h->tree.included.items[i], err));
    }
    return AUD_OK;
}

/* The file that httpd begins with: it speaks of the server's processes and files. */
static bool is_main(aud_str text)
{
    static const char *const marks[] = {"ServerRoot", "PidFile",  "DefaultRuntimeDir",
                                        "LoadModule", "ErrorLog", "Mutex"};
    bool includes = false, server = false;
    aud_str line;

    while (aud_str_split(&text, '\n', &line)) {
        line = aud_str_trim(line);
        if (aud_str_starts(line, AUD_LIT("<VirtualHost"))) {
            return server; /* what stands in a host says nothing of the server */
        }
        includes = includes || aud_str_starts(line, AUD_LIT("Include"));
        for (size_t i = 0; i < AUD_COUNT(marks); i++) {
            if (aud_str_starts(line, aud_str_of(marks[i])) && (i < 4 || includes)) {
                server = true;
            }
        }
    }
    return server;
}

static aud_status httpd_read(aud_input *input, const aud_read_options *options,
                             aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    static const char *const prefixes[] = {"/etc/apache2/",         "/etc/httpd/",
                                           "/usr/local/apache2/",   "/usr/local/etc/apache24/",
                                           "/opt/bitnami/apache2/", "/opt/bitnami/apache/"};
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    httpd_reader h = {.reading = &reading};
    aud_str text;

    AUD_TRY(input->whole(input, MAX_BYTES, &text, err));
    AUD_TRY(aud_arena_dup(reading.arena, text, &text, err)); /* opening others may end the view */
    h.main = is_main(text);
    h.tree.files = (aud_config_files){.reading = &reading,
                                      .prefixes = prefixes,
                                      .num_prefixes = AUD_COUNT(prefixes),
                                      .main = h.main};
    aud_status st = aud_httpd_parse(&h.tree, &reading, text, err);
    if (st == AUD_OK) {
        st = read_root(&h, err);
    }
    aud_httpd_clear(&h.tree);
    if (st != AUD_OK || !aud_may_hold_pem(text)) {
        return st;
    }
    AUD_TRY(input->rewind(input, err));
    return aud_adapter_certificates.read(input, options, scratch, sink, err);
}

static unsigned httpd_sniff(aud_str head)
{
    return aud_httpd_evidence(head);
}

const aud_adapter aud_adapter_httpd = {
    .name = "httpd",
    .spec = "Apache httpd 2.4",
    .max_bytes = MAX_BYTES,
    .structured = true,
    .sniff = httpd_sniff,
    .read = httpd_read,
};
