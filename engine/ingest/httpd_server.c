/* engine/ingest/httpd_server.c - the values that hold in a virtual host. */
#include "engine/ingest/httpd_server.h"

#include "engine/base/text.h"

/* --- looking up ------------------------------------------------------------------------------- */

static aud_conf_value stated(const aud_conf_node *level, const char *name)
{
    aud_conf_value v = {.level = level, .extent = AUD_EXTENT_WHOLE};

    for (const aud_conf_node *node = level->children; node; node = node->next) {
        if (node->unread.len > 0 && v.count > 0) { /* a later line replaces: it may hold one */
            v.extent = AUD_EXTENT_SOME;
            v.reason = node->unread;
            v.at = node->at;
        }
        if (node->unread.len > 0 || !aud_conf_is(node, name)) {
            continue;
        }
        v.count++;
        if (aud_conf_is_open(node)) {
            v.extent = AUD_EXTENT_SOME;
            v.reason = AUD_LIT("the value is filled in by a template or a variable");
            v.at = node->at;
        } else if (aud_conf_is_conditional(node)) {
            v.sure = node;
            v.extent = AUD_EXTENT_SOME;
            v.reason = AUD_LIT("a condition decides whether this line holds");
            v.at = node->at;
        } else {
            v.sure = node;
            v.extent = AUD_EXTENT_WHOLE;
            v.reason = (aud_str){NULL, 0};
            v.at = node->at;
        }
    }
    if (v.extent == AUD_EXTENT_SOME && !v.sure) {
        v.extent = AUD_EXTENT_UNKNOWN;
    }
    return v;
}

aud_conf_value httpd_lookup(const httpd_scope *scope, const char *name)
{
    for (size_t i = 0; i < scope->num; i++) {
        const aud_conf_node *level = scope->levels[i], *unread = aud_conf_unread(level);

        if (aud_conf_find(level->children, name)) {
            return stated(level, name);
        }
        if (unread) {
            return (aud_conf_value){.reason = unread->unread, .at = unread->at};
        }
    }
    if (scope->outer_known || scope->fragment) {
        return (aud_conf_value){.extent = AUD_EXTENT_ABSENT};
    }
    return (aud_conf_value){
        .reason = AUD_LIT("not stated here, and the main file that includes this one, which may "
                          "state it, is not in the source"),
        .at = scope->levels[0]->at};
}

/* --- versions --------------------------------------------------------------------------------- */

/*
 * SSLProtocol's arithmetic: "+" adds, "-" takes away, a bare word replaces all that came before it.
 * `all` has SSLv3 only where the library was built with it, which none is since OpenSSL 1.1.0.
 * False for what httpd refuses.
 */
static bool add_up(const aud_conf_node *node, unsigned *out)
{
    const unsigned all =
        1U << AUD_TLS_1_0 | 1U << AUD_TLS_1_1 | 1U << AUD_TLS_1_2 | 1U << AUD_TLS_1_3;

    *out = 0;
    for (size_t i = 0; i < node->num_args; i++) {
        aud_str word = node->args[i].text;
        const char sign = word.len > 0 ? word.ptr[0] : '\0';
        unsigned bit = all;

        if (sign == '+' || sign == '-') {
            word = aud_str_sub(word, 1, word.len);
        }
        if (!aud_str_ieq(word, AUD_LIT("all")) && !aud_config_protocol(word, &bit)) {
            return false;
        }
        if (bit == 1U << AUD_SSL_2 && sign != '-') {
            return false;
        }
        *out = sign == '-' ? *out & ~bit : sign == '+' ? *out | bit : bit;
    }
    return *out != 0;
}

static aud_status take_protocols(httpd_reader *h, const httpd_scope *scope, const char *directive,
                                 const char *command, aud_tls_config *c, aud_error *err)
{
    const aud_conf_value v = httpd_lookup(scope, directive);
    aud_conf_commands cmds = {.directive = command};
    aud_conf_protocols p = {.extent = v.extent};

    AUD_TRY(
        aud_conf_setting(h->reading, &v, AUD_F_tls_config_protocols, directive, &p.setting, err));
    /* every line that may hold is evidence: somebody gets it */
    for (const aud_conf_node *node = v.level && v.extent != AUD_EXTENT_WHOLE
                                         ? aud_conf_find(v.level->children, directive)
                                         : v.sure;
         node; node = v.extent == AUD_EXTENT_WHOLE ? NULL : aud_conf_find(node->next, directive)) {
        unsigned bits = 0;
        if (aud_conf_is_open(node)) {
            continue;
        }
        if (add_up(node, &bits)) {
            p.bits |= bits;
        } else if (p.extent == AUD_EXTENT_WHOLE) {
            aud_conf_protocols_doubt(&p, AUD_EXTENT_UNKNOWN,
                                     AUD_LIT("httpd refuses this line: no version is left, or a "
                                             "word of it is none"),
                                     node->at);
        }
    }
    if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment) {
        aud_conf_protocols_default(&p, "apache", directive, h->reading->options);
    }
    for (size_t i = scope->num; i > 0; i--) {
        aud_conf_commands_add(&cmds, scope->levels[i - 1]);
    }
    if (p.extent != AUD_EXTENT_ABSENT) {
        aud_conf_commands_protocols(&cmds, &p);
    }
    c->protocols = p.bits;
    c->protocols_extent = p.extent;
    return p.extent == AUD_EXTENT_ABSENT ? AUD_OK : aud_tls_config_say(c, &p.setting, err);
}

/* --- suites ----------------------------------------------------------------------------------- */

/* "SSLCipherSuite TLSv1.3 list" is about TLS 1.3, "SSLCipherSuite [SSL] list" about the rest. */
static bool is_thirteen(const aud_conf_node *node)
{
    return node->num_args == 2 && aud_str_ieq(aud_conf_arg(node, 0), AUD_LIT("TLSv1.3"));
}

/* Lines of the one sort or the other, as a value of their own. */
static aud_conf_value split(const httpd_scope *scope, const char *name, bool thirteen)
{
    aud_conf_value v = httpd_lookup(scope, name);
    size_t i = 0;

    while (i < scope->num && scope->levels[i] != v.level) {
        i++;
    }
    for (; v.level && i < scope->num; i++) {
        const aud_conf_node *last = NULL, *later = NULL;
        for (const aud_conf_node *node = scope->levels[i]->children; node; node = node->next) {
            if (node->unread.len > 0) {
                later = node;
            } else if (aud_conf_is(node, name) && is_thirteen(node) == thirteen) {
                last = node;
                later = NULL;
            }
        }
        if (last) {
            const bool open = aud_conf_is_open(last), may = aud_conf_is_conditional(last);
            return (aud_conf_value){
                .level = scope->levels[i],
                .sure = open ? NULL : last,
                .count = 1,
                .extent = open           ? AUD_EXTENT_UNKNOWN
                          : may || later ? AUD_EXTENT_SOME
                                         : AUD_EXTENT_WHOLE,
                .reason = open    ? AUD_LIT("the value is filled in by a template or a variable")
                          : may   ? AUD_LIT("a condition decides whether this line holds")
                          : later ? later->unread
                                  : (aud_str){NULL, 0},
                .at = later ? later->at : last->at,
            };
        }
        if (aud_conf_unread(scope->levels[i])) {
            const aud_conf_node *unread = aud_conf_unread(scope->levels[i]);
            return (aud_conf_value){.reason = unread->unread, .at = unread->at};
        }
    }
    if (v.level) { /* only lines of the other sort */
        return scope->outer_known || scope->fragment
                   ? (aud_conf_value){.extent = AUD_EXTENT_ABSENT}
                   : (aud_conf_value){.reason = AUD_LIT("not stated here, and the main file that "
                                                        "includes this one is not in the source"),
                                      .at = scope->levels[0]->at};
    }
    return v;
}

/* httpd adds this to every string of its own accord. */
static aud_status strings_of(httpd_reader *h, aud_str string, aud_str *out, aud_error *err)
{
    return aud_arena_printf(h->reading->arena, out, err, "%.*s:!aNULL:!eNULL:!EXP",
                            AUD_ARG(string));
}

static aud_status take_ciphers(httpd_reader *h, const httpd_scope *scope, const char *directive,
                               aud_tls_config *c, aud_error *err)
{
    const aud_conf_value v = split(scope, directive, false);
    const aud_conf_value t = split(scope, directive, true);
    aud_server_default d;
    aud_str string;
    bool bad = false;

    AUD_TRY(aud_conf_say(c, &v, AUD_F_tls_config_cipher_string, directive, err));
    if (v.sure) {
        AUD_TRY(strings_of(h, aud_conf_arg(v.sure, v.sure->num_args - 1), &string, err));
        AUD_TRY(aud_tls_config_ciphers(c, string, v.extent, &bad, err));
        if (bad) {
            AUD_TRY(aud_conf_say_refused(c, directive, v.at, err));
        }
    } else if (v.extent == AUD_EXTENT_ABSENT && scope->fragment) {
        c->ciphers_extent = AUD_EXTENT_ABSENT;
    } else if (v.extent == AUD_EXTENT_ABSENT &&
               aud_server_default_of("apache", directive, h->reading->options, &d)) {
        AUD_TRY(aud_conf_say_default(c, AUD_F_tls_config_cipher_string, directive, &d, err));
        AUD_TRY(strings_of(h, d.value, &string, err));
        AUD_TRY(aud_tls_config_ciphers(c, string, AUD_EXTENT_WHOLE, NULL, err));
    }
    if (t.extent == AUD_EXTENT_ABSENT) {
        return AUD_OK;
    }
    AUD_TRY(aud_conf_say(c, &t, AUD_F_tls_config_suites, directive, err));
    if (t.sure) {
        AUD_TRY(aud_tls_config_tls13(c, aud_conf_arg(t.sure, 1), err));
    }
    if (t.extent != AUD_EXTENT_WHOLE && v.level) {
        c->tls13_extent = AUD_EXTENT_SOME;
    }
    return AUD_OK;
}

static aud_status take_suites(httpd_reader *h, const httpd_scope *scope, aud_tls_config *c,
                              aud_error *err)
{
    aud_conf_commands cmds = {.directive = "sslopensslconfcmd"};
    aud_server_default d;

    AUD_TRY(take_ciphers(h, scope, "sslciphersuite", c, err));
    for (size_t i = scope->num; i > 0; i--) {
        aud_conf_commands_add(&cmds, scope->levels[i - 1]);
    }
    AUD_TRY(aud_conf_commands_suites(&cmds, c, err));
    if (c->groups.len == 0 && scope->outer_known &&
        aud_server_default_of("apache", "groups", h->reading->options, &d)) {
        AUD_TRY(
            aud_conf_say_default(c, AUD_F_tls_config_groups, "SSLOpenSSLConfCmd Curves", &d, err));
        AUD_TRY(aud_tls_config_groups(c, d.value, err));
        c->groups_extent = AUD_EXTENT_SOME;
    }
    return AUD_OK;
}

/* --- on and off ------------------------------------------------------------------------------- */

static aud_status take_flag(httpd_reader *h, const httpd_scope *scope, const char *directive,
                            unsigned fact, aud_tls_config *c, aud_tri *out, aud_error *err)
{
    const aud_conf_value v = httpd_lookup(scope, directive);
    aud_server_default d;

    AUD_TRY(aud_conf_say(c, &v, fact, directive, err));
    if (v.extent == AUD_EXTENT_WHOLE) {
        const aud_str word = aud_conf_arg(v.sure, 0);
        *out = aud_str_ieq(word, AUD_LIT("on"))    ? AUD_TRI_YES
               : aud_str_ieq(word, AUD_LIT("off")) ? AUD_TRI_NO
                                                   : AUD_TRI_UNKNOWN;
    } else if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment &&
               aud_server_default_of("apache", directive, h->reading->options, &d)) {
        *out = aud_str_eq(d.value, AUD_LIT("on")) ? AUD_TRI_YES : AUD_TRI_NO;
        return aud_conf_say_default(c, fact, directive, &d, err);
    }
    return AUD_OK;
}

static aud_status take_client(httpd_reader *h, const httpd_scope *scope, aud_tls_config *c,
                              aud_error *err)
{
    static const struct {
        const char *word;
        aud_client_check check;
    } words[] = {
        {"none", AUD_CLIENT_OFF},
        {"require", AUD_CLIENT_REQUIRED},
        {"optional", AUD_CLIENT_OPTIONAL},
        {"optional_no_ca", AUD_CLIENT_UNVERIFIED},
    };
    const aud_conf_value v = httpd_lookup(scope, "sslverifyclient");
    aud_server_default d;

    AUD_TRY(aud_conf_say(c, &v, AUD_F_tls_config_client_certificate, "sslverifyclient", err));
    for (size_t i = 0; v.extent == AUD_EXTENT_WHOLE && i < AUD_COUNT(words); i++) {
        if (aud_str_ieq(aud_conf_arg(v.sure, 0), aud_str_of(words[i].word))) {
            c->client = words[i].check;
        }
    }
    if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment &&
        aud_server_default_of("apache", "sslverifyclient", h->reading->options, &d)) {
        c->client = AUD_CLIENT_OFF;
        return aud_conf_say_default(c, AUD_F_tls_config_client_certificate, "sslverifyclient", &d,
                                    err);
    }
    return AUD_OK;
}

static aud_status take_flags(httpd_reader *h, const httpd_scope *scope, aud_tls_config *c,
                             aud_error *err)
{
    const aud_conf_value keys = httpd_lookup(scope, "sslsessionticketkeyfile");
    aud_conf_commands cmds = {.directive = "sslopensslconfcmd"};

    AUD_TRY(take_flag(h, scope, "sslhonorcipherorder", AUD_F_tls_config_server_preference, c,
                      &c->server_preference, err));
    AUD_TRY(take_flag(h, scope, "sslsessiontickets", AUD_F_tls_config_session_tickets, c,
                      &c->session_tickets, err));
    AUD_TRY(take_flag(h, scope, "sslcompression", AUD_F_tls_config_compression, c, &c->compression,
                      err));
    AUD_TRY(take_flag(h, scope, "sslusestapling", AUD_F_tls_config_ocsp_stapling, c,
                      &c->ocsp_stapling, err));
    AUD_TRY(take_client(h, scope, c, err));
    if (keys.count > 0) {
        c->ticket_key_files = 1;
        AUD_TRY(aud_conf_say(c, &keys, AUD_F_tls_config_ticket_key_files, "sslsessionticketkeyfile",
                             err));
    } else if (keys.extent == AUD_EXTENT_ABSENT && !scope->fragment) {
        c->ticket_key_files = 0;
    }
    for (size_t i = scope->num; i > 0; i--) {
        aud_conf_commands_add(&cmds, scope->levels[i - 1]);
    }
    if (!cmds.open) {
        aud_conf_commands_options(&cmds, c);
    }
    return AUD_OK;
}

/* --- certificates ----------------------------------------------------------------------------- */

static bool is_literal(const aud_conf_node *node)
{
    return node->num_args > 0 && !aud_conf_is_open(node) &&
           !aud_str_starts(aud_conf_arg(node, 0), AUD_LIT("pkcs11:"));
}

static const aud_conf_node *level_with(const httpd_scope *scope, const char *name)
{
    for (size_t i = 0; i < scope->num; i++) {
        if (aud_conf_find(scope->levels[i]->children, name)) {
            return scope->levels[i];
        }
    }
    return NULL;
}

/* The issuers' file stands behind the first certificate, as httpd sends it. */
static aud_status add_chain_file(httpd_reader *h, const httpd_scope *scope, aud_tls_config *c,
                                 aud_error *err)
{
    const aud_conf_value v = httpd_lookup(scope, "sslcertificatechainfile");
    aud_arena *arena = h->reading->arena;
    aud_config_chain more, *first = c->chains.len > 0 ? &c->chains.items[0] : NULL;

    if (!first || v.extent == AUD_EXTENT_ABSENT) {
        return AUD_OK;
    }
    if (v.extent != AUD_EXTENT_WHOLE) {
        first->broken = true; /* nobody knows what is sent with it */
        return AUD_OK;
    }
    AUD_TRY(aud_config_chain_read(&h->tree.files, aud_conf_arg(v.sure, 0), &more, err));
    if (!more.found || !first->found) {
        first->broken = true;
        return AUD_OK;
    }
    aud_str *all = aud_arena_array(arena, first->num_certs + more.num_certs, sizeof *all);
    if (!all) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < first->num_certs + more.num_certs; i++) {
        all[i] = i < first->num_certs ? first->certs[i] : more.certs[i - first->num_certs];
    }
    first->certs = all;
    first->num_certs += more.num_certs;
    first->broken = first->broken || more.broken;
    return AUD_OK;
}

static aud_status take_certificates(httpd_reader *h, const httpd_scope *scope, aud_tls_config *c,
                                    aud_error *err)
{
    const aud_conf_node *level = level_with(scope, "sslcertificatefile");
    const aud_conf_node *keys = level_with(scope, "sslcertificatekeyfile");

    for (const aud_conf_node *node = level ? aud_conf_find(level->children, "sslcertificatefile")
                                           : NULL;
         node; node = aud_conf_find(node->next, "sslcertificatefile")) {
        const aud_str path = aud_conf_arg(node, 0);
        AUD_TRY(aud_conf_say_node(c, node, AUD_F_tls_config_certificate_files, path, err));
        AUD_TRY(aud_config_certificate(c, &h->tree.files, path, is_literal(node), err));
    }
    for (const aud_conf_node *node = keys ? aud_conf_find(keys->children, "sslcertificatekeyfile")
                                          : NULL;
         node; node = aud_conf_find(node->next, "sslcertificatekeyfile")) {
        const aud_str path = aud_conf_arg(node, 0);
        AUD_TRY(aud_conf_say_node(c, node, AUD_F_tls_config_key_files, path, err));
        AUD_TRY(aud_config_key(c, &h->tree.files, path, is_literal(node), err));
    }
    for (size_t i = 0; i < c->chains.len; i++) {
        aud_config_dh_of(c, &c->chains.items[i]);
    }
    return add_chain_file(h, scope, c, err);
}

/* --- Strict-Transport-Security ---------------------------------------------------------------- */

/* "Header [always] set Strict-Transport-Security "max-age=..."" */
static bool header_of(const aud_conf_node *node, aud_str *out_action, aud_str *out_value)
{
    size_t at = 0;

    if (!aud_conf_is(node, "header")) {
        return false;
    }
    if (aud_str_ieq(aud_conf_arg(node, 0), AUD_LIT("always")) ||
        aud_str_ieq(aud_conf_arg(node, 0), AUD_LIT("onsuccess"))) {
        at = 1;
    }
    *out_action = aud_conf_arg(node, at);
    *out_value = aud_conf_arg(node, at + 2);
    return aud_str_ieq(aud_conf_arg(node, at + 1), AUD_LIT("Strict-Transport-Security"));
}

/* Headers of the server come before the virtual host's; the last one rules. */
static aud_status take_hsts(const httpd_scope *scope, aud_tls_config *c, aud_error *err)
{
    const aud_conf_node *last = NULL, *unread = NULL;
    aud_str action = {NULL, 0}, value = {NULL, 0}, a, v;

    for (size_t i = scope->num; i > 0; i--) {
        for (const aud_conf_node *node = scope->levels[i - 1]->children; node; node = node->next) {
            if (node->unread.len > 0) {
                unread = node;
            } else if (header_of(node, &a, &v)) {
                last = node;
                action = a;
                value = v;
            }
        }
    }
    if (!last) {
        if (unread) {
            const aud_config_setting setting = {
                .fact = AUD_F_tls_config_hsts_seconds,
                .origin = AUD_ORIGIN_UNKNOWN,
                .directive = AUD_LIT("header"),
                .reason = unread->unread,
                .at = unread->at,
            };
            return aud_tls_config_say(c, &setting, err);
        }
        c->hsts_extent = scope->outer_known ? AUD_EXTENT_ABSENT : AUD_EXTENT_UNKNOWN;
        return AUD_OK;
    }
    if (aud_conf_is_open(last) || aud_conf_is_conditional(last) ||
        aud_str_starts(action, AUD_LIT("edit"))) {
        const aud_config_setting setting = {
            .fact = AUD_F_tls_config_hsts_seconds,
            .origin = AUD_ORIGIN_UNKNOWN,
            .directive = last->name,
            .reason = AUD_LIT("a condition or a template decides about the header"),
            .at = last->at,
        };
        return aud_tls_config_say(c, &setting, err);
    }
    if (aud_str_ieq(action, AUD_LIT("unset"))) {
        c->hsts_extent = AUD_EXTENT_ABSENT;
        return AUD_OK;
    }
    AUD_TRY(aud_conf_say_node(c, last, AUD_F_tls_config_hsts_seconds, value, err));
    if (aud_config_hsts_age(value, &c->hsts_seconds)) {
        c->hsts_extent = AUD_EXTENT_WHOLE;
    }
    return AUD_OK;
}

aud_status httpd_take(httpd_reader *h, const httpd_scope *scope, aud_tls_config *c, aud_error *err)
{
    const aud_conf_value policy = httpd_lookup(scope, "sslpolicy");

    AUD_TRY(take_protocols(h, scope, "sslprotocol", "sslopensslconfcmd", c, err));
    AUD_TRY(take_suites(h, scope, c, err));
    AUD_TRY(take_flags(h, scope, c, err));
    AUD_TRY(take_certificates(h, scope, c, err));
    AUD_TRY(take_hsts(scope, c, err));
    if (policy.count > 0) { /* a set of values by a name, of httpd's trunk */
        const aud_config_setting setting = {
            .fact = AUD_F_tls_config_protocols,
            .origin = AUD_ORIGIN_UNKNOWN,
            .directive = AUD_LIT("SSLPolicy"),
            .reason = AUD_LIT("a policy by name, whose values are not known here"),
            .at = policy.sure ? policy.sure->at : policy.at,
        };
        c->protocols_extent = AUD_EXTENT_UNKNOWN;
        c->ciphers_extent = AUD_EXTENT_UNKNOWN;
        return aud_tls_config_say(c, &setting, err);
    }
    return AUD_OK;
}

/* --- backends --------------------------------------------------------------------------------- */

aud_status httpd_take_proxy(httpd_reader *h, const httpd_scope *scope, aud_tls_config *c,
                            aud_error *err)
{
    const aud_conf_value verify = httpd_lookup(scope, "sslproxyverify");
    const aud_conf_value name = httpd_lookup(scope, "sslproxycheckpeername");
    aud_server_default d;

    AUD_TRY(take_protocols(h, scope, "sslproxyprotocol", "sslproxyopensslconfcmd", c, err));
    AUD_TRY(take_ciphers(h, scope, "sslproxyciphersuite", c, err));
    if (c->tls13_extent == AUD_EXTENT_UNKNOWN) {
        AUD_TRY(aud_tls_config_tls13_default(c, err));
    }
    AUD_TRY(aud_conf_say(c, &verify, AUD_F_tls_config_upstream_verified, "sslproxyverify", err));
    if (verify.extent == AUD_EXTENT_WHOLE) {
        c->upstream_verified = aud_str_ieq(aud_conf_arg(verify.sure, 0), AUD_LIT("require"))
                                   ? AUD_TRI_YES
                                   : AUD_TRI_NO;
    } else if (verify.extent == AUD_EXTENT_ABSENT &&
               aud_server_default_of("apache", "sslproxyverify", h->reading->options, &d)) {
        c->upstream_verified = AUD_TRI_NO;
        AUD_TRY(
            aud_conf_say_default(c, AUD_F_tls_config_upstream_verified, "sslproxyverify", &d, err));
    }
    /* a chain to anybody's name is no verification */
    if (name.sure && aud_str_ieq(aud_conf_arg(name.sure, 0), AUD_LIT("off"))) {
        c->upstream_verified = AUD_TRI_NO;
        return aud_conf_say(c, &name, AUD_F_tls_config_upstream_verified, "sslproxycheckpeername",
                            err);
    }
    return AUD_OK;
}
