/* engine/ingest/nginx_server.c - the values that hold in a block of nginx's configuration. */
#include "engine/ingest/nginx_server.h"

#include <stdio.h>

#include "engine/base/text.h"

/* --- looking up ------------------------------------------------------------------------------- */

static aud_conf_value stated(const aud_conf_node *level, const char *name, bool unites)
{
    aud_conf_value v = {.level = level, .extent = AUD_EXTENT_WHOLE};
    const aud_conf_node *unread = aud_conf_unread(level);

    for (const aud_conf_node *node = aud_conf_find(level->children, name); node;
         node = aud_conf_find(node->next, name)) {
        v.count++;
        if (aud_conf_is_open(node)) {
            v.reason = AUD_LIT("the value is filled in by a template or a variable");
            v.at = node->at;
        } else {
            v.sure = node;
        }
        if (aud_conf_is_conditional(node)) {
            v.reason = AUD_LIT("a template decides whether this line is there");
            v.at = node->at;
        }
    }
    if (v.reason.len == 0 && v.count > 1 && !unites) {
        v.reason = AUD_LIT("it is stated more than once in a block: nginx refuses that");
        v.at = v.sure->at;
    }
    if (v.reason.len == 0 && unites && unread) {
        v.reason = unread->unread;
        v.at = unread->at;
    }
    if (v.reason.len > 0) {
        v.extent = v.sure ? AUD_EXTENT_SOME : AUD_EXTENT_UNKNOWN;
    } else if (v.sure) {
        v.at = v.sure->at;
    }
    return v;
}

aud_conf_value ngx_lookup(const ngx_scope *scope, const char *name, bool unites)
{
    for (size_t i = 0; i < scope->num; i++) {
        const aud_conf_node *level = scope->levels[i], *unread = aud_conf_unread(level);

        if (aud_conf_find(level->children, name)) {
            return stated(level, name, unites);
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

/* What nginx hands to OpenSSL: the innermost block that has any. */
static aud_conf_commands commands_of(const ngx_scope *scope, const char *directive)
{
    const aud_conf_value v = ngx_lookup(scope, directive, true);
    aud_conf_commands cmds = {.directive = directive};

    if (v.level) {
        aud_conf_commands_add(&cmds, v.level);
    }
    return cmds;
}

/* --- versions --------------------------------------------------------------------------------- */

/* Lines of one block unite; a word that is no version makes the rest of them evidence only. */
static void unite(const aud_conf_value *v, const char *directive, aud_conf_protocols *p)
{
    for (const aud_conf_node *node = aud_conf_find(v->level->children, directive); node;
         node = aud_conf_find(node->next, directive)) {
        for (size_t i = 0; i < node->num_args; i++) {
            const aud_conf_word *word = &node->args[i];
            unsigned bit;

            if (word->templated || aud_conf_is_conditional(node)) {
                /* a line that may not be there is evidence too: somebody gets it */
                if (!word->templated && aud_config_protocol(word->text, &bit)) {
                    p->bits |= bit;
                }
            } else if (aud_config_protocol(word->text, &bit)) {
                p->bits |= bit;
            } else if (p->extent == AUD_EXTENT_WHOLE) {
                aud_conf_protocols_doubt(p, AUD_EXTENT_SOME,
                                         AUD_LIT("a word of it is no version of TLS"), node->at);
            }
        }
    }
    if (p->bits != 0 && p->extent == AUD_EXTENT_UNKNOWN) {
        p->extent = AUD_EXTENT_SOME;
    }
}

static void name_of(char out[64], const char *prefix, const char *rest)
{
    (void)snprintf(out, 64, "%s%s", prefix, rest);
}

aud_status ngx_protocols_of(const ngx_reader *n, const ngx_scope *scope, const char *prefix,
                            aud_conf_protocols *out, aud_error *err)
{
    char directive[64], command[64];
    aud_conf_value v;

    name_of(directive, prefix, "protocols");
    name_of(command, prefix, "conf_command");
    v = ngx_lookup(scope, directive, true);
    *out = (aud_conf_protocols){.extent = v.extent};
    AUD_TRY(aud_conf_setting(n->reading, &v, AUD_F_tls_config_protocols, directive, &out->setting,
                             err));
    if (v.level) {
        unite(&v, directive, out);
    } else if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment) {
        aud_conf_protocols_default(out, "nginx", directive, n->reading->options);
    }
    const aud_conf_commands cmds = commands_of(scope, command);
    if (out->extent != AUD_EXTENT_ABSENT) {
        aud_conf_commands_protocols(&cmds, out);
    }
    return AUD_OK;
}

/* --- suites and groups ------------------------------------------------------------------------ */

/* Every literal value counts where it is not sure which one holds. */
static aud_status stated_ciphers(const aud_conf_value *v, const char *directive, aud_tls_config *c,
                                 aud_error *err)
{
    bool bad = false;

    for (const aud_conf_node *node = aud_conf_find(v->level->children, directive); node;
         node = aud_conf_find(node->next, directive)) {
        if (!aud_conf_is_open(node)) {
            AUD_TRY(aud_tls_config_ciphers(c, aud_conf_arg(node, 0), v->extent, &bad, err));
        }
        if (bad) {
            return aud_conf_say_refused(c, directive, v->at, err);
        }
    }
    return AUD_OK;
}

static aud_status take_ciphers(const ngx_reader *n, const ngx_scope *scope, const char *directive,
                               aud_tls_config *c, aud_error *err)
{
    const aud_conf_value v = ngx_lookup(scope, directive, false);
    aud_arena *arena = n->reading->arena;
    aud_server_default d;
    aud_str name;

    AUD_TRY(aud_arena_dup(arena, aud_str_of(directive), &name, err));
    AUD_TRY(aud_conf_say(c, &v, AUD_F_tls_config_cipher_string, name.ptr, err));
    if (v.level) {
        return stated_ciphers(&v, name.ptr, c, err);
    }
    if (v.extent == AUD_EXTENT_ABSENT && scope->fragment) {
        c->ciphers_extent = AUD_EXTENT_ABSENT;
    } else if (v.extent == AUD_EXTENT_ABSENT &&
               aud_server_default_of("nginx", directive, n->reading->options, &d)) {
        AUD_TRY(aud_conf_say_default(c, AUD_F_tls_config_cipher_string, name.ptr, &d, err));
        return aud_tls_config_ciphers(c, d.value, AUD_EXTENT_WHOLE, NULL, err);
    }
    return AUD_OK;
}

static aud_status take_groups(const ngx_reader *n, const ngx_scope *scope, aud_tls_config *c,
                              aud_error *err)
{
    const aud_conf_value v = ngx_lookup(scope, "ssl_ecdh_curve", false);

    const bool automatic = v.sure && aud_str_eq(aud_conf_arg(v.sure, 0), AUD_LIT("auto"));
    aud_server_default d;

    AUD_TRY(aud_conf_say(c, &v, AUD_F_tls_config_groups, "ssl_ecdh_curve", err));
    if ((automatic || (v.extent == AUD_EXTENT_ABSENT && !scope->fragment)) &&
        aud_server_default_of("nginx", "ssl_ecdh_curve", n->reading->options, &d)) {
        AUD_TRY(aud_conf_say_default(c, AUD_F_tls_config_groups, "ssl_ecdh_curve", &d, err));
        AUD_TRY(aud_tls_config_groups(c, d.value, err));
        c->groups_extent = AUD_EXTENT_SOME; /* each OpenSSL adds its own */
        return AUD_OK;
    }
    if (!v.sure) {
        return AUD_OK;
    }
    AUD_TRY(aud_tls_config_groups(c, aud_conf_arg(v.sure, 0), err));
    c->groups_extent = v.extent;
    return AUD_OK;
}

aud_status ngx_take_suites(ngx_reader *n, const ngx_scope *scope, const char *prefix,
                           aud_tls_config *c, aud_error *err)
{
    char ciphers[64], command[64];

    name_of(ciphers, prefix, "ciphers");
    name_of(command, prefix, "conf_command");
    AUD_TRY(take_ciphers(n, scope, ciphers, c, err));
    if (strcmp(prefix, "ssl_") == 0) {
        AUD_TRY(take_groups(n, scope, c, err));
    }
    const aud_conf_commands cmds = commands_of(scope, command);
    return aud_conf_commands_suites(&cmds, c, err);
}

/* --- on and off ------------------------------------------------------------------------------- */

aud_status ngx_take_flag(const ngx_reader *n, const ngx_scope *scope, const char *directive,
                         unsigned fact, aud_tls_config *c, aud_tri *out, aud_error *err)
{
    const aud_conf_value v = ngx_lookup(scope, directive, false);
    aud_server_default d;

    AUD_TRY(aud_conf_say(c, &v, fact, directive, err));
    if (v.extent == AUD_EXTENT_WHOLE) {
        const aud_str word = aud_conf_arg(v.sure, 0);
        *out = aud_str_ieq(word, AUD_LIT("on"))    ? AUD_TRI_YES
               : aud_str_ieq(word, AUD_LIT("off")) ? AUD_TRI_NO
                                                   : AUD_TRI_UNKNOWN;
    } else if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment &&
               aud_server_default_of("nginx", directive, n->reading->options, &d)) {
        *out = aud_str_eq(d.value, AUD_LIT("on")) ? AUD_TRI_YES : AUD_TRI_NO;
        return aud_conf_say_default(c, fact, directive, &d, err);
    }
    return AUD_OK;
}

static aud_status take_client(const ngx_reader *n, const ngx_scope *scope, aud_tls_config *c,
                              aud_error *err)
{
    static const struct {
        const char *word;
        aud_client_check check;
    } words[] = {
        {"off", AUD_CLIENT_OFF},
        {"on", AUD_CLIENT_REQUIRED},
        {"optional", AUD_CLIENT_OPTIONAL},
        {"optional_no_ca", AUD_CLIENT_UNVERIFIED},
    };
    const aud_conf_value v = ngx_lookup(scope, "ssl_verify_client", false);
    aud_server_default d;

    AUD_TRY(aud_conf_say(c, &v, AUD_F_tls_config_client_certificate, "ssl_verify_client", err));
    for (size_t i = 0; v.extent == AUD_EXTENT_WHOLE && i < AUD_COUNT(words); i++) {
        if (aud_str_ieq(aud_conf_arg(v.sure, 0), aud_str_of(words[i].word))) {
            c->client = words[i].check;
        }
    }
    if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment &&
        aud_server_default_of("nginx", "ssl_verify_client", n->reading->options, &d)) {
        c->client = AUD_CLIENT_OFF;
        return aud_conf_say_default(c, AUD_F_tls_config_client_certificate, "ssl_verify_client", &d,
                                    err);
    }
    return AUD_OK;
}

aud_status ngx_take_flags(const ngx_reader *n, const ngx_scope *scope, aud_tls_config *c,
                          aud_error *err)
{
    const aud_conf_value keys = ngx_lookup(scope, "ssl_session_ticket_key", true);

    AUD_TRY(ngx_take_flag(n, scope, "ssl_prefer_server_ciphers", AUD_F_tls_config_server_preference,
                          c, &c->server_preference, err));
    AUD_TRY(ngx_take_flag(n, scope, "ssl_session_tickets", AUD_F_tls_config_session_tickets, c,
                          &c->session_tickets, err));
    AUD_TRY(ngx_take_flag(n, scope, "ssl_early_data", AUD_F_tls_config_early_data, c,
                          &c->early_data, err));
    AUD_TRY(ngx_take_flag(n, scope, "ssl_stapling", AUD_F_tls_config_ocsp_stapling, c,
                          &c->ocsp_stapling, err));
    AUD_TRY(take_client(n, scope, c, err));
    AUD_TRY(
        aud_conf_say(c, &keys, AUD_F_tls_config_ticket_key_files, "ssl_session_ticket_key", err));
    if (keys.extent == AUD_EXTENT_WHOLE || keys.extent == AUD_EXTENT_SOME) {
        c->ticket_key_files = (int64_t)keys.count;
    } else if (keys.extent == AUD_EXTENT_ABSENT && !scope->fragment) {
        c->ticket_key_files = 0;
    }
    const aud_conf_commands cmds = commands_of(scope, "ssl_conf_command");
    if (!cmds.open) {
        aud_conf_commands_options(&cmds, c);
    }
    return AUD_OK;
}
