/* engine/ingest/haproxy.c - HAProxy's configuration: every `bind ... ssl`, every entry of its lists
 * of certificates with options or names of its own, every `server ... ssl`.
 *
 * Files without a global section are parts of a configuration (several -f, or a folder): what they
 * do not state is not known. Of `mode tcp` without `ssl` nothing is said: TLS passes through.
 */
#include "engine/base/text.h"
#include "engine/ingest/config_value.h"
#include "engine/ingest/haproxy_tree.h"
#include "engine/ingest/names.h"

enum { MAX_BYTES = 16 << 20, MAX_LIST = 4 << 20, MAX_ENTRIES = 20000 };

typedef struct reader {
    const aud_reading *reading;
    aud_conf_node root;
    const aud_conf_node *global; /* NULL: this is a part */
    aud_config_files files;
    size_t emitted;
} reader;

/* Words of one line behind its own, as a `bind` takes them; the outer's words come first. */
typedef struct words {
    const aud_conf_node *node; /* where they stand */
    const aud_conf_word *items;
    size_t num;
} words;

/* A line, what stands around it, and the words that count where it says nothing. */
typedef struct line {
    const aud_conf_node *section;
    words own, outer; /* an entry of a list and its bind; a server and its default-server */
    bool listed;      /* `own` is an entry of a list of certificates */
    bool upstream;
} line;

static bool takes_value(aud_str word)
{
    static const char *const takers[] = {
        "crt",
        "crt-list",
        "ca-file",
        "ca-verify-file",
        "crl-file",
        "verify",
        "ciphers",
        "ciphersuites",
        "curves",
        "ecdhe",
        "alpn",
        "npn",
        "ssl-min-ver",
        "ssl-max-ver",
        "sigalgs",
        "client-sigalgs",
        "tls-ticket-keys",
        "sni",
        "verifyhost",
        "crt-ignore-err",
        "ca-ignore-err",
        "ca-sign-file",
    };

    return aud_conf_one_of(word, takers, AUD_COUNT(takers));
}

/* The last value of a word ("ciphers X"), or the word itself ("ssl"). NULL: not there. */
static const aud_conf_word *find_word(const words *w, const char *name)
{
    const aud_conf_word *found = NULL;

    for (size_t i = 0; i < w->num; i++) {
        const bool takes = takes_value(w->items[i].text);
        if (aud_str_eq(w->items[i].text, aud_str_of(name))) {
            found = takes && i + 1 < w->num ? &w->items[i + 1] : &w->items[i];
        }
        i += takes ? 1 : 0;
    }
    return found;
}

static words words_of(const aud_conf_node *node, size_t skip)
{
    return (words){node, node->args + (skip < node->num_args ? skip : node->num_args),
                   skip < node->num_args ? node->num_args - skip : 0};
}

/* --- looking up ------------------------------------------------------------------------------- */

/* A condition around the line itself decides whether the whole of it is there, not what it says. */
static aud_conf_value value_at(const aud_conf_node *node, const aud_conf_word *word, bool own_line)
{
    const bool open = word->templated || aud_config_is_template(word->text);
    const bool may = !own_line && aud_conf_is_conditional(node);

    return (aud_conf_value){
        .level = node,
        .sure = open ? NULL : node,
        .count = 1,
        .extent = open  ? AUD_EXTENT_UNKNOWN
                  : may ? AUD_EXTENT_SOME
                        : AUD_EXTENT_WHOLE,
        .reason = open  ? AUD_LIT("the value is filled in by a template or a variable")
                  : may ? AUD_LIT("a condition decides whether this line holds")
                        : (aud_str){NULL, 0},
        .at = node->at,
    };
}

/* Of the global section's lines of one name the last counts. */
static const aud_conf_node *global_line(const reader *r, const char *name)
{
    const aud_conf_node *last = NULL;

    for (const aud_conf_node *s = r->root.children; s; s = s->next) {
        for (const aud_conf_node *node = aud_conf_is(s, "global") ? aud_conf_find(s->children, name)
                                                                  : NULL;
             node; node = aud_conf_find(node->next, name)) {
            last = node;
        }
    }
    return last;
}

static aud_conf_value unstated(const reader *r, const line *l)
{
    const aud_conf_node *unread = aud_conf_unread(&r->root);

    unread = unread ? unread : r->global ? aud_conf_unread(r->global) : NULL;
    if (unread) {
        return (aud_conf_value){.reason = unread->unread, .at = unread->at};
    }
    return r->global ? (aud_conf_value){.extent = AUD_EXTENT_ABSENT}
                     : (aud_conf_value){.reason = AUD_LIT("not stated here, and the file with the "
                                                          "global section is not this one"),
                                        .at = l->own.node->at};
}

/* A word of the line, else of what is around it, else the global default's line. */
static aud_conf_value lookup(const reader *r, const line *l, const char *name,
                             const char *global_name, const aud_conf_word **out)
{
    const words *both[] = {&l->own, &l->outer};

    for (size_t i = 0; i < AUD_COUNT(both); i++) {
        *out = both[i]->node ? find_word(both[i], name) : NULL;
        if (*out) {
            return value_at(both[i]->node, *out, i == 0 || l->listed);
        }
    }
    const aud_conf_node *node = global_name ? global_line(r, global_name) : NULL;
    if (node && node->num_args > 0) {
        *out = &node->args[0];
        return value_at(node, *out, false);
    }
    return unstated(r, l);
}

/* --- versions --------------------------------------------------------------------------------- */

typedef struct range {
    unsigned refused;  /* bits of no-sslv3, no-tlsv10 ... */
    unsigned min, max; /* bits; 0: not stated */
    const aud_conf_node *at, *open;
} range;

static void take_versions(const words *w, range *out, bool own_line)
{
    static const struct {
        const char *word;
        unsigned bit;
        bool force;
    } old[] = {
        {"no-sslv3", 1U << AUD_SSL_3, false},      {"no-tlsv10", 1U << AUD_TLS_1_0, false},
        {"no-tlsv11", 1U << AUD_TLS_1_1, false},   {"no-tlsv12", 1U << AUD_TLS_1_2, false},
        {"no-tlsv13", 1U << AUD_TLS_1_3, false},   {"force-sslv3", 1U << AUD_SSL_3, true},
        {"force-tlsv10", 1U << AUD_TLS_1_0, true}, {"force-tlsv11", 1U << AUD_TLS_1_1, true},
        {"force-tlsv12", 1U << AUD_TLS_1_2, true}, {"force-tlsv13", 1U << AUD_TLS_1_3, true},
    };
    range own = {0};

    for (size_t i = 0; w->node && i < w->num; i++) {
        const aud_str word = w->items[i].text;
        const bool least = aud_str_eq(word, AUD_LIT("ssl-min-ver"));
        unsigned bit;

        if ((least || aud_str_eq(word, AUD_LIT("ssl-max-ver"))) && i + 1 < w->num) {
            const aud_conf_word *value = &w->items[++i];
            if (!value->templated && aud_config_protocol(value->text, &bit)) {
                *(least ? &own.min : &own.max) = bit;
                own.at = w->node;
            } else {
                own.open = w->node;
            }
            continue;
        }
        for (size_t k = 0; k < AUD_COUNT(old); k++) {
            if (aud_str_eq(word, aud_str_of(old[k].word))) {
                own.at = w->node;
                own.refused |= old[k].force ? 0 : old[k].bit;
                own.min = old[k].force ? old[k].bit : own.min;
                own.max = old[k].force ? old[k].bit : own.max;
            }
        }
        i += takes_value(word) ? 1 : 0;
    }
    if (!own_line && own.at && aud_conf_is_conditional(own.at)) {
        own.open = own.at;
    }
    out->refused |= own.refused;
    out->min = own.min != 0 ? own.min : out->min;
    out->max = own.max != 0 ? own.max : out->max;
    out->at = own.at ? own.at : out->at;
    out->open = own.open ? own.open : out->open;
}

/*
 * As HAProxy works it out: with a least or a greatest version the `no-` words do not count; without
 * a least one it is TLS 1.2 from 2.2 on, or the greatest if that is older.
 */
static unsigned versions_of(const range *v, unsigned by_default)
{
    const unsigned all = by_default | 1U << AUD_TLS_1_2 | 1U << AUD_TLS_1_3;
    unsigned bits = (1U << AUD_NUM_PROTOCOLS) - 1, min = v->min;

    bits &= ~(1U << AUD_SSL_2);
    if (min == 0) {
        min = v->max != 0 && v->max < (by_default & (~by_default + 1)) ? v->max : all & (~all + 1);
    }
    bits &= ~(min - 1);
    bits &= v->max != 0 ? (v->max - 1) | v->max : UINT32_MAX;
    return v->min != 0 || v->max != 0 ? bits : bits & ~v->refused;
}

static aud_status take_protocols(reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    const char *options = l->upstream ? "ssl-default-server-options" : "ssl-default-bind-options";
    const aud_conf_node *global = global_line(r, options);
    aud_conf_protocols p = {
        .setting = {.fact = AUD_F_tls_config_protocols, .directive = AUD_LIT("ssl-min-ver")}};
    const words outermost = global ? words_of(global, 0) : (words){0};
    range v = {0};

    aud_conf_protocols_default(&p, "haproxy", "ssl-min-ver", r->reading->options);
    take_versions(&outermost, &v, false);
    take_versions(&l->outer, &v, l->listed);
    take_versions(&l->own, &v, true);
    const unsigned by_default = p.bits;
    p.bits = versions_of(&v, by_default);
    if (v.at) {
        p.setting.origin = AUD_ORIGIN_STATED;
        p.setting.reason = (aud_str){NULL, 0};
        p.setting.at = v.at->at;
        p.setting.value = (aud_str){NULL, 0};
    }
    const aud_conf_value nothing = unstated(r, l);
    if (v.open) {
        p.bits = 0;
        aud_conf_protocols_doubt(&p, AUD_EXTENT_UNKNOWN,
                                 AUD_LIT("the value is filled in by a template, a variable or a "
                                         "condition"),
                                 v.open->at);
    } else if (v.min == 0 && nothing.extent != AUD_EXTENT_ABSENT) {
        /* a default of the global section may lower the least version */
        p.bits = 0;
        aud_conf_protocols_doubt(&p, AUD_EXTENT_UNKNOWN, nothing.reason, nothing.at);
    }
    c->protocols = p.bits;
    c->protocols_extent = p.extent;
    return aud_tls_config_say(c, &p.setting, err);
}

/* --- suites, groups --------------------------------------------------------------------------- */

static aud_status take_ciphers(reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    const aud_conf_word *word = NULL;
    const aud_conf_value v =
        lookup(r, l, "ciphers",
               l->upstream ? "ssl-default-server-ciphers" : "ssl-default-bind-ciphers", &word);
    aud_server_default d;
    bool bad = false;

    if (v.extent == AUD_EXTENT_ABSENT) {
        if (aud_server_default_of("haproxy", "ciphers", r->reading->options, &d)) {
            AUD_TRY(aud_conf_say_default(c, AUD_F_tls_config_cipher_string, "ciphers", &d, err));
            return aud_tls_config_ciphers(c, d.value, AUD_EXTENT_WHOLE, NULL, err);
        }
        return AUD_OK;
    }
    if (!v.sure) {
        return aud_conf_say(c, &v, AUD_F_tls_config_cipher_string, "ciphers", err);
    }
    AUD_TRY(aud_conf_say_node(c, v.sure, AUD_F_tls_config_cipher_string, word->text, err));
    AUD_TRY(aud_tls_config_ciphers(c, word->text, v.extent, &bad, err));
    return bad ? aud_conf_say_refused(c, "ciphers", v.at, err) : AUD_OK;
}

static aud_status take_thirteen(reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    const aud_conf_word *word = NULL;
    const aud_conf_value v = lookup(
        r, l, "ciphersuites",
        l->upstream ? "ssl-default-server-ciphersuites" : "ssl-default-bind-ciphersuites", &word);

    if (v.extent == AUD_EXTENT_ABSENT) {
        return aud_tls_config_tls13_default(c, err);
    }
    if (!v.sure) {
        return aud_conf_say(c, &v, AUD_F_tls_config_suites, "ciphersuites", err);
    }
    AUD_TRY(aud_conf_say_node(c, v.sure, AUD_F_tls_config_suites, word->text, err));
    AUD_TRY(aud_tls_config_tls13(c, word->text, err));
    c->tls13_extent = v.extent == AUD_EXTENT_WHOLE ? c->tls13_extent : AUD_EXTENT_SOME;
    return AUD_OK;
}

static aud_status take_groups(reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    const aud_conf_word *word = NULL;
    aud_conf_value v =
        lookup(r, l, "curves",
               l->upstream ? "ssl-default-server-curves" : "ssl-default-bind-curves", &word);
    aud_server_default d;

    if (!word && (l->own.node && find_word(&l->own, "ecdhe"))) {
        v = lookup(r, l, "ecdhe", NULL, &word);
    }
    if (v.extent == AUD_EXTENT_ABSENT) {
        if (!l->upstream && aud_server_default_of("haproxy", "curves", r->reading->options, &d)) {
            AUD_TRY(aud_conf_say_default(c, AUD_F_tls_config_groups, "curves", &d, err));
            AUD_TRY(aud_tls_config_groups(c, d.value, err));
            c->groups_extent = AUD_EXTENT_SOME;
        }
        return AUD_OK;
    }
    if (!v.sure) {
        return aud_conf_say(c, &v, AUD_F_tls_config_groups, "curves", err);
    }
    AUD_TRY(aud_conf_say_node(c, v.sure, AUD_F_tls_config_groups, word->text, err));
    AUD_TRY(aud_tls_config_groups(c, word->text, err));
    c->groups_extent = v.extent;
    return AUD_OK;
}

/* --- flags ------------------------------------------------------------------------------------ */

/* A bare word on the line, around it, or among the global options. */
static const aud_conf_node *has_flag(const reader *r, const line *l, const char *word)
{
    const aud_conf_node *global = global_line(r, "ssl-default-bind-options");
    const words options = global ? words_of(global, 0) : (words){0};
    const words *all[] = {&l->own, &l->outer, &options};

    for (size_t i = 0; i < AUD_COUNT(all); i++) {
        if (all[i]->node && find_word(all[i], word)) {
            return all[i]->node;
        }
    }
    return NULL;
}

static aud_status take_flag(const reader *r, const line *l, const char *word, unsigned fact,
                            aud_tri with, aud_tri without, aud_tls_config *c, aud_tri *out,
                            aud_error *err)
{
    const aud_conf_node *node = has_flag(r, l, word);
    aud_config_setting setting = {.fact = fact, .directive = aud_str_of(word)};

    if (node && (node == l->own.node || !aud_conf_is_conditional(node))) {
        *out = with;
        setting.at = node->at;
    } else if (!node && r->global && !aud_conf_unread(r->global)) {
        *out = without;
        setting.origin = AUD_ORIGIN_DEFAULT;
        setting.reason = AUD_LIT("default of HAProxy");
    } else {
        setting.origin = AUD_ORIGIN_UNKNOWN;
        setting.reason = AUD_LIT("a condition, or the global section elsewhere, decides");
        setting.at = l->own.node->at;
    }
    return aud_tls_config_say(c, &setting, err);
}

static aud_status take_flags(reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    const aud_conf_word *verify = NULL, *keys = NULL;
    const aud_conf_value v = lookup(r, l, "verify", NULL, &verify);

    AUD_TRY(take_flag(r, l, "no-tls-tickets", AUD_F_tls_config_session_tickets, AUD_TRI_NO,
                      AUD_TRI_YES, c, &c->session_tickets, err));
    AUD_TRY(take_flag(r, l, "prefer-client-ciphers", AUD_F_tls_config_server_preference, AUD_TRI_NO,
                      AUD_TRI_YES, c, &c->server_preference, err));
    AUD_TRY(take_flag(r, l, "allow-0rtt", AUD_F_tls_config_early_data, AUD_TRI_YES, AUD_TRI_NO, c,
                      &c->early_data, err));
    (void)lookup(r, l, "tls-ticket-keys", NULL, &keys);
    c->ticket_key_files = keys ? 3 : 0; /* such a file holds three keys at least, to be rotated */
    if (v.extent == AUD_EXTENT_WHOLE && verify) {
        c->client = aud_str_eq(verify->text, AUD_LIT("required"))   ? AUD_CLIENT_REQUIRED
                    : aud_str_eq(verify->text, AUD_LIT("optional")) ? AUD_CLIENT_OPTIONAL
                                                                    : AUD_CLIENT_OFF;
        return aud_conf_say_node(c, v.sure, AUD_F_tls_config_client_certificate, verify->text, err);
    }
    c->client = verify ? AUD_CLIENT_UNKNOWN : AUD_CLIENT_OFF;
    return AUD_OK;
}

/* --- headers ---------------------------------------------------------------------------------- */

static const aud_conf_node *hsts_line(const aud_conf_node *section, aud_str *out_value)
{
    static const char *const actions[] = {"set-header", "add-header"};

    for (const aud_conf_node *node = section->children; node; node = node->next) {
        if ((aud_conf_is(node, "http-response") || aud_conf_is(node, "http-after-response")) &&
            aud_conf_one_of(aud_conf_arg(node, 0), actions, AUD_COUNT(actions)) &&
            aud_str_ieq(aud_conf_arg(node, 1), AUD_LIT("Strict-Transport-Security"))) {
            *out_value = aud_conf_arg(node, 2);
            return node;
        }
    }
    return NULL;
}

static bool speaks_http(const reader *r, const aud_conf_node *section)
{
    const aud_conf_node *mode = aud_conf_find(section->children, "mode");

    for (const aud_conf_node *s = r->root.children; s && !mode; s = s->next) {
        mode = aud_conf_is(s, "defaults") ? aud_conf_find(s->children, "mode") : NULL;
    }
    return mode && aud_str_eq(aud_conf_arg(mode, 0), AUD_LIT("http"));
}

/* Backends may add the header too: none is known to be missing while any section sends one. */
static aud_status take_hsts(const reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    aud_str value = {NULL, 0}, other;
    const aud_conf_node *node = hsts_line(l->section, &value);
    aud_config_setting setting = {.fact = AUD_F_tls_config_hsts_seconds,
                                  .directive = AUD_LIT("http-response")};

    if (!speaks_http(r, l->section)) {
        return AUD_OK;
    }
    if (node) {
        /* "if { ssl_fc }" holds for all that comes by TLS */
        const bool always =
            node->num_args <= 3 ||
            (aud_str_eq(aud_conf_arg(node, 3), AUD_LIT("if")) &&
             aud_str_eq(aud_conf_arg(node, 5), AUD_LIT("ssl_fc")) && node->num_args <= 7);
        setting.at = node->at;
        setting.value = value;
        if (always && !aud_conf_is_conditional(node) && !aud_conf_is_open(node) &&
            aud_config_hsts_age(value, &c->hsts_seconds)) {
            c->hsts_extent = AUD_EXTENT_WHOLE;
            return aud_tls_config_say(c, &setting, err);
        }
        setting.origin = AUD_ORIGIN_UNKNOWN;
        setting.value = (aud_str){NULL, 0};
        setting.reason = AUD_LIT("a condition decides whether the header is sent");
        return aud_tls_config_say(c, &setting, err);
    }
    for (const aud_conf_node *s = r->root.children; s; s = s->next) {
        node = node ? node : hsts_line(s, &other);
    }
    if (!node && r->global) {
        c->hsts_extent = AUD_EXTENT_ABSENT;
        return AUD_OK;
    }
    setting.at = node ? node->at : l->own.node->at;
    setting.origin = AUD_ORIGIN_UNKNOWN;
    setting.reason = AUD_LIT("another section may send the header");
    return aud_tls_config_say(c, &setting, err);
}

/* --- certificates ----------------------------------------------------------------------------- */

static aud_status based(const reader *r, const char *base, const aud_conf_word *path, aud_str *out,
                        aud_error *err)
{
    const aud_conf_node *node = global_line(r, base);

    if (!node || aud_str_starts(path->text, AUD_LIT("/")) || node->num_args == 0) {
        *out = path->text;
        return AUD_OK;
    }
    return aud_arena_printf(r->reading->arena, out, err, "%.*s/%.*s",
                            AUD_ARG(aud_conf_arg(node, 0)), AUD_ARG(path->text));
}

/* The file holds key and certificates; a key may also stand beside it, in FILE.key. */
static aud_status add_certificate(reader *r, const aud_conf_node *at, const aud_conf_word *path,
                                  aud_tls_config *c, aud_error *err)
{
    aud_str file, beside;

    AUD_TRY(based(r, "crt-base", path, &file, err));
    AUD_TRY(aud_conf_say_node(c, at, AUD_F_tls_config_certificate_files, file, err));
    AUD_TRY(aud_config_certificate(c, &r->files, file, !path->templated, err));
    const aud_config_chain *chain = &c->chains.items[c->chains.len - 1];
    aud_config_dh_of(c, chain);
    if (!chain->found) {
        return AUD_OK;
    }
    AUD_TRY(aud_arena_printf(r->reading->arena, &beside, err, "%.*s.key", AUD_ARG(file)));
    return aud_config_key(c, &r->files, chain->num_keys > 0 ? file : beside, true, err);
}

static aud_status take_certificates(reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    const words *from = &l->own;
    const aud_conf_node *dh = global_line(r, "ssl-dh-param-file");
    const aud_conf_node *size = global_line(r, "tune.ssl.default-dh-param");
    uint64_t bits = 2048;

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
    if (size && !aud_parse_u64(aud_conf_arg(size, 0), &bits)) {
        return AUD_OK;
    }
    if (size) {
        AUD_TRY(aud_conf_say_node(c, size, AUD_F_tls_config_dh_bits, aud_conf_arg(size, 0), err));
    }
    if (size || r->global) {
        c->dh_bits = bits < INT32_MAX ? (int64_t)bits : 0;
        c->dh_extent = AUD_EXTENT_WHOLE;
    }
    return AUD_OK;
}

/* --- subjects --------------------------------------------------------------------------------- */

static aud_status take_all(reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    AUD_TRY(take_protocols(r, l, c, err));
    AUD_TRY(take_ciphers(r, l, c, err));
    AUD_TRY(take_thirteen(r, l, c, err));
    return take_groups(r, l, c, err);
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

static aud_status emit_bind(reader *r, const line *l, const aud_conf_node *bind,
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
    c.catch_all = num_names == 0 && !has_flag(r, l, "strict-sni");
    AUD_TRY(take_all(r, l, &c, err));
    AUD_TRY(take_flags(r, l, &c, err));
    AUD_TRY(take_certificates(r, l, &c, err));
    AUD_TRY(take_hsts(r, l, &c, err));
    r->emitted++;
    return aud_tls_config_emit(&c, err);
}

/* "path [options] name ..." */
static aud_status emit_entry(reader *r, const line *bind_line, const aud_conf_node *bind,
                             const aud_haproxy_words *w, aud_config_place at, aud_error *err)
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
    const line l = {.section = bind_line->section,
                    .own = {node, items, end},
                    .outer = bind_line->own,
                    .listed = true};
    return emit_bind(r, &l, bind, items + end, w->len - end, err);
}

static aud_status emit_list(reader *r, const line *l, const aud_conf_node *bind, aud_str path,
                            aud_error *err)
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

static aud_status read_bind(reader *r, const aud_conf_node *section, const aud_conf_node *bind,
                            aud_error *err)
{
    const line l = {.section = section, .own = words_of(bind, 1)};
    const aud_conf_word *list = find_word(&l.own, "crt-list");
    bool filled_in = false;

    for (size_t i = 0; i < bind->num_args; i++) {
        filled_in = filled_in || bind->args[i].templated;
    }
    if (!find_word(&l.own, "ssl") && !(filled_in && find_word(&l.own, "crt"))) {
        return AUD_OK;
    }
    AUD_TRY(emit_bind(r, &l, bind, NULL, 0, err));
    if (!list || list->templated) {
        return AUD_OK;
    }
    return emit_list(r, &l, bind, list->text, err);
}

static aud_status take_verify(reader *r, const line *l, aud_tls_config *c, aud_error *err)
{
    const aud_conf_word *word = NULL;
    const aud_conf_value v = lookup(r, l, "verify", "ssl-server-verify", &word);

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

static const aud_conf_node *default_server(const reader *r, const aud_conf_node *section)
{
    const aud_conf_node *node = aud_conf_find(section->children, "default-server");

    for (const aud_conf_node *s = r->root.children; s && !node; s = s->next) {
        node = aud_conf_is(s, "defaults") ? aud_conf_find(s->children, "default-server") : NULL;
    }
    return node;
}

static aud_status read_server(reader *r, const aud_conf_node *section, const aud_conf_node *server,
                              aud_error *err)
{
    const aud_conf_node *around = default_server(r, section);
    const line l = {.section = section,
                    .own = words_of(server, 2),
                    .outer = around ? words_of(around, 0) : (words){0},
                    .upstream = true};
    AUD_CLEANUP(aud_tls_config_clear) aud_tls_config c = {0};

    if (server->num_args < 2 || find_word(&l.own, "no-ssl") ||
        !(find_word(&l.own, "ssl") || (around && find_word(&l.outer, "ssl")))) {
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

static aud_status read_sections(reader *r, aud_error *err)
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
    reader r = {.reading = &reading};
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
