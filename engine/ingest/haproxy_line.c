/* engine/ingest/haproxy_line.c - what holds for one line of HAProxy's: versions, suites, flags. */
#include "engine/ingest/haproxy_line.h"

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
const aud_conf_word *haproxy_find_word(const haproxy_words *w, const char *name)
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

haproxy_words haproxy_words_of(const aud_conf_node *node, size_t skip)
{
    return (haproxy_words){node, node->args + (skip < node->num_args ? skip : node->num_args),
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
const aud_conf_node *haproxy_global_line(const haproxy_reader *r, const char *name)
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

static aud_conf_value unstated(const haproxy_reader *r, const haproxy_line *l)
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
aud_conf_value haproxy_lookup(const haproxy_reader *r, const haproxy_line *l, const char *name,
                              const char *global_name, const aud_conf_word **out)
{
    const haproxy_words *both[] = {&l->own, &l->outer};

    for (size_t i = 0; i < AUD_COUNT(both); i++) {
        *out = both[i]->node ? haproxy_find_word(both[i], name) : NULL;
        if (*out) {
            return value_at(both[i]->node, *out, i == 0 || l->listed);
        }
    }
    const aud_conf_node *node = global_name ? haproxy_global_line(r, global_name) : NULL;
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

static void take_versions(const haproxy_words *w, range *out, bool own_line)
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

aud_status haproxy_take_protocols(haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                                  aud_error *err)
{
    const char *options = l->upstream ? "ssl-default-server-options" : "ssl-default-bind-options";
    const aud_conf_node *global = haproxy_global_line(r, options);
    aud_conf_protocols p = {
        .setting = {.fact = AUD_F_tls_config_protocols, .directive = AUD_LIT("ssl-min-ver")}};
    const haproxy_words outermost = global ? haproxy_words_of(global, 0) : (haproxy_words){0};
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

aud_status haproxy_take_ciphers(haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                                aud_error *err)
{
    const aud_conf_word *word = NULL;
    const aud_conf_value v = haproxy_lookup(
        r, l, "ciphers", l->upstream ? "ssl-default-server-ciphers" : "ssl-default-bind-ciphers",
        &word);
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

aud_status haproxy_take_thirteen(haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                                 aud_error *err)
{
    const aud_conf_word *word = NULL;
    const aud_conf_value v = haproxy_lookup(
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

aud_status haproxy_take_groups(haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                               aud_error *err)
{
    const aud_conf_word *word = NULL;
    aud_conf_value v = haproxy_lookup(
        r, l, "curves", l->upstream ? "ssl-default-server-curves" : "ssl-default-bind-curves",
        &word);
    aud_server_default d;

    if (!word && (l->own.node && haproxy_find_word(&l->own, "ecdhe"))) {
        v = haproxy_lookup(r, l, "ecdhe", NULL, &word);
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
const aud_conf_node *haproxy_has_flag(const haproxy_reader *r, const haproxy_line *l,
                                      const char *word)
{
    const aud_conf_node *global = haproxy_global_line(r, "ssl-default-bind-options");
    const haproxy_words options = global ? haproxy_words_of(global, 0) : (haproxy_words){0};
    const haproxy_words *all[] = {&l->own, &l->outer, &options};

    for (size_t i = 0; i < AUD_COUNT(all); i++) {
        if (all[i]->node && haproxy_find_word(all[i], word)) {
            return all[i]->node;
        }
    }
    return NULL;
}

static aud_status take_flag(const haproxy_reader *r, const haproxy_line *l, const char *word,
                            unsigned fact, aud_tri with, aud_tri without, aud_tls_config *c,
                            aud_tri *out, aud_error *err)
{
    const aud_conf_node *node = haproxy_has_flag(r, l, word);
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

aud_status haproxy_take_flags(haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                              aud_error *err)
{
    const aud_conf_word *verify = NULL, *keys = NULL;
    const aud_conf_value v = haproxy_lookup(r, l, "verify", NULL, &verify);

    AUD_TRY(take_flag(r, l, "no-tls-tickets", AUD_F_tls_config_session_tickets, AUD_TRI_NO,
                      AUD_TRI_YES, c, &c->session_tickets, err));
    AUD_TRY(take_flag(r, l, "prefer-client-ciphers", AUD_F_tls_config_server_preference, AUD_TRI_NO,
                      AUD_TRI_YES, c, &c->server_preference, err));
    AUD_TRY(take_flag(r, l, "allow-0rtt", AUD_F_tls_config_early_data, AUD_TRI_YES, AUD_TRI_NO, c,
                      &c->early_data, err));
    (void)haproxy_lookup(r, l, "tls-ticket-keys", NULL, &keys);
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

static bool speaks_http(const haproxy_reader *r, const aud_conf_node *section)
{
    const aud_conf_node *mode = aud_conf_find(section->children, "mode");

    for (const aud_conf_node *s = r->root.children; s && !mode; s = s->next) {
        mode = aud_conf_is(s, "defaults") ? aud_conf_find(s->children, "mode") : NULL;
    }
    return mode && aud_str_eq(aud_conf_arg(mode, 0), AUD_LIT("http"));
}

/* Backends may add the header too: none is known to be missing while any section sends one. */
aud_status haproxy_take_hsts(const haproxy_reader *r, const haproxy_line *l, aud_tls_config *c,
                             aud_error *err)
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
