/* engine/ingest/nginx_server.c - the values that hold in a block of nginx's configuration. */
#include "engine/ingest/nginx_server.h"

#include <stdio.h>

#include "engine/base/text.h"

/* --- looking up ------------------------------------------------------------------------------- */

static const ngx_node *unread_in(const ngx_node *level)
{
    for (const ngx_node *node = level->children; node; node = node->next) {
        if (node->unread.len > 0) {
            return node;
        }
    }
    return NULL;
}

static ngx_value stated(const ngx_node *level, const char *name, bool unites)
{
    ngx_value v = {.level = level, .extent = AUD_EXTENT_WHOLE};
    const ngx_node *unread = unread_in(level);

    for (const ngx_node *node = ngx_find(level->children, name); node;
         node = ngx_find(node->next, name)) {
        v.first = v.first ? v.first : node;
        v.count++;
        if (ngx_is_open(node)) {
            v.reason = AUD_LIT("the value is filled in by a template or a variable");
            v.at = node->at;
        } else {
            v.sure = node;
        }
        if (ngx_is_conditional(node)) {
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

ngx_value ngx_lookup(const ngx_scope *scope, const char *name, bool unites)
{
    for (size_t i = 0; i < scope->num; i++) {
        const ngx_node *level = scope->levels[i], *unread = unread_in(level);

        if (ngx_find(level->children, name)) {
            return stated(level, name, unites);
        }
        if (unread) {
            return (ngx_value){.reason = unread->unread, .at = unread->at};
        }
    }
    if (scope->outer_known || scope->fragment) {
        return (ngx_value){.extent = AUD_EXTENT_ABSENT};
    }
    return (ngx_value){
        .reason = AUD_LIT("not stated here, and the main file that includes this one, which may "
                          "state it, is not in the source"),
        .at = scope->levels[0]->at};
}

aud_status ngx_words_of(const ngx_node *node, aud_arena *arena, aud_str *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 1 << 16};

    for (size_t i = 0; i < node->num_args; i++) {
        if (text.len + node->args[i].text.len + 1 > text.max) {
            break;
        }
        AUD_TRY(
            aud_buf_printf(&text, err, "%s%.*s", i == 0 ? "" : " ", AUD_ARG(node->args[i].text)));
    }
    return aud_arena_dup(arena, aud_buf_str(&text), out, err);
}

static aud_status setting_of(const ngx_reader *n, const ngx_value *v, unsigned fact,
                             const char *directive, aud_config_setting *out, aud_error *err)
{
    *out = (aud_config_setting){
        .fact = fact,
        .origin = v->extent == AUD_EXTENT_WHOLE ? AUD_ORIGIN_STATED : AUD_ORIGIN_UNKNOWN,
        .reason = v->reason,
        .at = v->at,
    };
    AUD_TRY(aud_arena_dup(n->reading->arena, aud_str_of(directive), &out->directive, err));
    return v->sure && v->extent == AUD_EXTENT_WHOLE
               ? ngx_words_of(v->sure, n->reading->arena, &out->value, err)
               : AUD_OK;
}

static aud_status say(const ngx_reader *n, const ngx_value *v, unsigned fact, const char *directive,
                      aud_tls_config *c, aud_error *err)
{
    aud_config_setting setting;

    if (v->extent == AUD_EXTENT_ABSENT) {
        return AUD_OK;
    }
    AUD_TRY(setting_of(n, v, fact, directive, &setting, err));
    return aud_tls_config_say(c, &setting, err);
}

static aud_status say_default(unsigned fact, const char *directive, const aud_server_default *d,
                              aud_tls_config *c, aud_error *err)
{
    const aud_config_setting setting = {
        .fact = fact,
        .origin = AUD_ORIGIN_DEFAULT,
        .directive = aud_str_of(directive),
        .value = d->value,
        .reason = d->reason,
    };

    return aud_tls_config_say(c, &setting, err);
}

/* --- ssl_conf_command ------------------------------------------------------------------------- */

typedef struct commands {
    const ngx_node *level; /* NULL: there are none */
    const ngx_node *open;  /* one whose words are filled in, or that is conditional */
} commands;

static commands commands_of(const ngx_scope *scope, const char *directive)
{
    const ngx_value v = ngx_lookup(scope, directive, true);
    commands out = {.level = v.level};

    for (const ngx_node *node = v.level ? ngx_find(v.level->children, directive) : NULL; node;
         node = ngx_find(node->next, directive)) {
        if (ngx_is_open(node) || ngx_is_conditional(node)) {
            out.open = node;
        }
    }
    return out;
}

static const ngx_node *last_command(const commands *c, const char *directive, const char *name)
{
    const ngx_node *last = NULL;

    for (const ngx_node *node = c->level ? ngx_find(c->level->children, directive) : NULL; node;
         node = ngx_find(node->next, directive)) {
        if (node->num_args == 2 && aud_str_ieq(ngx_arg(node, 0), aud_str_of(name)) &&
            !ngx_is_open(node) && !ngx_is_conditional(node)) {
            last = node;
        }
    }
    return last;
}

/* "ALL,-TLSv1.2", as SSL_CONF_cmd(3) reads it; false for a word that it does not know. */
static bool apply_protocol_command(aud_str value, unsigned *bits)
{
    aud_str word;

    while (aud_str_split(&value, ',', &word)) {
        unsigned bit = (1U << AUD_NUM_PROTOCOLS) - 1;
        bool on = true;

        word = aud_str_trim(word);
        if (word.len > 0 && (word.ptr[0] == '-' || word.ptr[0] == '+')) {
            on = word.ptr[0] == '+';
            word = aud_str_sub(word, 1, word.len);
        }
        if (word.len == 0) {
            continue;
        }
        if (!aud_str_ieq(word, AUD_LIT("ALL")) && !aud_config_protocol(word, &bit)) {
            return false;
        }
        *bits = on ? *bits | bit : *bits & ~bit;
    }
    return true;
}

static bool apply_bound(const ngx_node *node, bool least, unsigned *bits)
{
    const aud_str value = ngx_arg(node, 1);
    unsigned bit;

    if (aud_str_ieq(value, AUD_LIT("None"))) {
        return true;
    }
    if (!aud_config_protocol(value, &bit)) {
        return false;
    }
    *bits &= least ? ~(bit - 1) : (bit - 1) | bit;
    return true;
}

static void apply_commands(const commands *c, const char *directive, ngx_protocols *p)
{
    static const char *const bounds[] = {"MinProtocol", "MaxProtocol"};
    bool sound = true;

    for (const ngx_node *node = c->level ? ngx_find(c->level->children, directive) : NULL; node;
         node = ngx_find(node->next, directive)) {
        if (aud_str_ieq(ngx_arg(node, 0), AUD_LIT("Protocol")) && !ngx_is_open(node)) {
            sound = apply_protocol_command(ngx_arg(node, 1), &p->bits) && sound;
            p->setting.at = node->at;
        }
    }
    for (size_t i = 0; i < AUD_COUNT(bounds); i++) {
        const ngx_node *node = last_command(c, directive, bounds[i]);
        if (node) {
            sound = apply_bound(node, i == 0, &p->bits) && sound;
            p->setting.at = node->at;
        }
    }
    if (!sound || c->open) {
        /* what is filled in may raise the least version as well: nothing is sure */
        p->extent = AUD_EXTENT_UNKNOWN;
        p->setting.origin = AUD_ORIGIN_UNKNOWN;
        p->setting.reason = c->open ? AUD_LIT("a command to OpenSSL is filled in by a template")
                                    : AUD_LIT("a command to OpenSSL names no version");
        p->setting.at = c->open ? c->open->at : p->setting.at;
    }
}

/* --- versions --------------------------------------------------------------------------------- */

/* Lines of one block unite; a word that is no version makes the rest of them evidence only. */
static void unite(const ngx_value *v, const char *directive, ngx_protocols *p)
{
    for (const ngx_node *node = ngx_find(v->level->children, directive); node;
         node = ngx_find(node->next, directive)) {
        for (size_t i = 0; i < node->num_args; i++) {
            const ngx_word *word = &node->args[i];
            unsigned bit;

            if (word->templated || ngx_is_conditional(node)) {
                /* a line that may not be there is evidence too: somebody gets it */
                if (!word->templated && aud_config_protocol(word->text, &bit)) {
                    p->bits |= bit;
                }
            } else if (aud_config_protocol(word->text, &bit)) {
                p->bits |= bit;
            } else if (p->extent == AUD_EXTENT_WHOLE) {
                p->extent = AUD_EXTENT_SOME;
                p->setting.origin = AUD_ORIGIN_UNKNOWN;
                p->setting.at = node->at;
                p->setting.reason = AUD_LIT("a word of it is no version of TLS");
            }
        }
    }
    if (p->bits != 0 && p->extent == AUD_EXTENT_UNKNOWN) {
        p->extent = AUD_EXTENT_SOME;
    }
}

static void default_protocols(const ngx_reader *n, const ngx_scope *scope, const char *directive,
                              ngx_protocols *p)
{
    aud_server_default d;
    aud_str rest, word;
    unsigned bit;

    if (scope->fragment || !aud_server_default_of("nginx", directive, n->reading->options, &d)) {
        return;
    }
    rest = d.value;
    while (aud_str_split(&rest, ' ', &word)) {
        p->bits |= aud_config_protocol(word, &bit) ? bit : 0;
    }
    p->extent = AUD_EXTENT_WHOLE;
    p->setting.origin = AUD_ORIGIN_DEFAULT;
    p->setting.value = d.value;
    p->setting.reason = d.reason;
}

static void name_of(char out[64], const char *prefix, const char *rest)
{
    (void)snprintf(out, 64, "%s%s", prefix, rest);
}

aud_status ngx_protocols_of(const ngx_reader *n, const ngx_scope *scope, const char *prefix,
                            ngx_protocols *out, aud_error *err)
{
    char directive[64], command[64];
    ngx_value v;

    name_of(directive, prefix, "protocols");
    name_of(command, prefix, "conf_command");
    v = ngx_lookup(scope, directive, true);
    *out = (ngx_protocols){.extent = v.extent};
    AUD_TRY(setting_of(n, &v, AUD_F_tls_config_protocols, directive, &out->setting, err));
    if (v.level) {
        unite(&v, directive, out);
    } else if (v.extent == AUD_EXTENT_ABSENT) {
        default_protocols(n, scope, directive, out);
    }
    const commands cmds = commands_of(scope, command);
    if (cmds.level && out->extent != AUD_EXTENT_ABSENT) {
        apply_commands(&cmds, command, out);
    }
    return AUD_OK;
}

/* --- suites and groups ------------------------------------------------------------------------ */

static aud_status refused(const ngx_value *v, const char *directive, aud_tls_config *c,
                          aud_error *err)
{
    const aud_config_setting setting = {
        .fact = AUD_F_tls_config_cipher_string,
        .origin = AUD_ORIGIN_UNKNOWN,
        .directive = aud_str_of(directive),
        .reason = AUD_LIT("OpenSSL does not take this cipher string: the server would not start"),
        .at = v->at,
    };

    return aud_tls_config_say(c, &setting, err);
}

/* Every literal value counts where it is not sure which one holds. */
static aud_status stated_ciphers(const ngx_value *v, const char *directive, aud_tls_config *c,
                                 aud_error *err)
{
    bool bad = false;

    for (const ngx_node *node = ngx_find(v->level->children, directive); node;
         node = ngx_find(node->next, directive)) {
        if (!ngx_is_open(node)) {
            AUD_TRY(aud_tls_config_ciphers(c, ngx_arg(node, 0), v->extent, &bad, err));
        }
        if (bad) {
            return refused(v, directive, c, err);
        }
    }
    return AUD_OK;
}

static aud_status take_ciphers(const ngx_reader *n, const ngx_scope *scope, const char *directive,
                               aud_tls_config *c, aud_error *err)
{
    const ngx_value v = ngx_lookup(scope, directive, false);
    aud_arena *arena = n->reading->arena;
    aud_server_default d;
    aud_str name;

    AUD_TRY(aud_arena_dup(arena, aud_str_of(directive), &name, err));
    AUD_TRY(say(n, &v, AUD_F_tls_config_cipher_string, name.ptr, c, err));
    if (v.level) {
        return stated_ciphers(&v, name.ptr, c, err);
    }
    if (v.extent == AUD_EXTENT_ABSENT && scope->fragment) {
        c->ciphers_extent = AUD_EXTENT_ABSENT;
    } else if (v.extent == AUD_EXTENT_ABSENT &&
               aud_server_default_of("nginx", directive, n->reading->options, &d)) {
        AUD_TRY(say_default(AUD_F_tls_config_cipher_string, name.ptr, &d, c, err));
        return aud_tls_config_ciphers(c, d.value, AUD_EXTENT_WHOLE, NULL, err);
    }
    return AUD_OK;
}

static aud_status say_command(const ngx_node *node, unsigned fact, aud_tls_config *c,
                              aud_error *err)
{
    const aud_config_setting setting = {
        .fact = fact, .directive = node->name, .value = ngx_arg(node, 1), .at = node->at};

    return aud_tls_config_say(c, &setting, err);
}

/* Commands to OpenSSL come last and replace what the directives say. */
static aud_status take_commands(const commands *cmds, const char *directive, aud_tls_config *c,
                                aud_error *err)
{
    const ngx_node *string = last_command(cmds, directive, "CipherString");
    const ngx_node *thirteen = last_command(cmds, directive, "Ciphersuites");
    const ngx_node *groups = last_command(cmds, directive, "Groups");
    bool bad = false;

    if (string) {
        c->ciphers.len = 0;
        AUD_TRY(say_command(string, AUD_F_tls_config_cipher_string, c, err));
        AUD_TRY(aud_tls_config_ciphers(c, ngx_arg(string, 1), AUD_EXTENT_WHOLE, &bad, err));
        if (bad) {
            const ngx_value v = {.at = string->at};
            AUD_TRY(refused(&v, directive, c, err));
        }
    }
    if (thirteen) {
        AUD_TRY(say_command(thirteen, AUD_F_tls_config_suites, c, err));
        AUD_TRY(aud_tls_config_tls13(c, ngx_arg(thirteen, 1), err));
    } else if (!c->fragment) {
        AUD_TRY(aud_tls_config_tls13_default(c, err));
    }
    groups = groups ? groups : last_command(cmds, directive, "Curves");
    if (groups) {
        c->groups.len = 0;
        AUD_TRY(say_command(groups, AUD_F_tls_config_groups, c, err));
        AUD_TRY(aud_tls_config_groups(c, ngx_arg(groups, 1), err));
    }
    if (cmds->open) {
        c->tls13_extent = AUD_EXTENT_SOME;
        c->ciphers_extent =
            c->ciphers_extent == AUD_EXTENT_WHOLE ? AUD_EXTENT_SOME : c->ciphers_extent;
        c->groups_extent =
            c->groups_extent == AUD_EXTENT_WHOLE ? AUD_EXTENT_SOME : c->groups_extent;
    }
    return AUD_OK;
}

static aud_status take_groups(const ngx_reader *n, const ngx_scope *scope, aud_tls_config *c,
                              aud_error *err)
{
    const ngx_value v = ngx_lookup(scope, "ssl_ecdh_curve", false);

    const bool automatic = v.sure && aud_str_eq(ngx_arg(v.sure, 0), AUD_LIT("auto"));
    aud_server_default d;

    AUD_TRY(say(n, &v, AUD_F_tls_config_groups, "ssl_ecdh_curve", c, err));
    if ((automatic || (v.extent == AUD_EXTENT_ABSENT && !scope->fragment)) &&
        aud_server_default_of("nginx", "ssl_ecdh_curve", n->reading->options, &d)) {
        AUD_TRY(say_default(AUD_F_tls_config_groups, "ssl_ecdh_curve", &d, c, err));
        AUD_TRY(aud_tls_config_groups(c, d.value, err));
        c->groups_extent = AUD_EXTENT_SOME; /* each OpenSSL adds its own */
        return AUD_OK;
    }
    if (!v.sure) {
        return AUD_OK;
    }
    AUD_TRY(aud_tls_config_groups(c, ngx_arg(v.sure, 0), err));
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
    const commands cmds = commands_of(scope, command);
    return take_commands(&cmds, command, c, err);
}

/* --- on and off ------------------------------------------------------------------------------- */

aud_status ngx_take_flag(const ngx_reader *n, const ngx_scope *scope, const char *directive,
                         unsigned fact, aud_tls_config *c, aud_tri *out, aud_error *err)
{
    const ngx_value v = ngx_lookup(scope, directive, false);
    aud_server_default d;

    AUD_TRY(say(n, &v, fact, directive, c, err));
    if (v.extent == AUD_EXTENT_WHOLE) {
        const aud_str word = ngx_arg(v.sure, 0);
        *out = aud_str_ieq(word, AUD_LIT("on"))    ? AUD_TRI_YES
               : aud_str_ieq(word, AUD_LIT("off")) ? AUD_TRI_NO
                                                   : AUD_TRI_UNKNOWN;
    } else if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment &&
               aud_server_default_of("nginx", directive, n->reading->options, &d)) {
        *out = aud_str_eq(d.value, AUD_LIT("on")) ? AUD_TRI_YES : AUD_TRI_NO;
        return say_default(fact, directive, &d, c, err);
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
    const ngx_value v = ngx_lookup(scope, "ssl_verify_client", false);
    aud_server_default d;

    AUD_TRY(say(n, &v, AUD_F_tls_config_client_certificate, "ssl_verify_client", c, err));
    for (size_t i = 0; v.extent == AUD_EXTENT_WHOLE && i < AUD_COUNT(words); i++) {
        if (aud_str_ieq(ngx_arg(v.sure, 0), aud_str_of(words[i].word))) {
            c->client = words[i].check;
        }
    }
    if (v.extent == AUD_EXTENT_ABSENT && !scope->fragment &&
        aud_server_default_of("nginx", "ssl_verify_client", n->reading->options, &d)) {
        c->client = AUD_CLIENT_OFF;
        return say_default(AUD_F_tls_config_client_certificate, "ssl_verify_client", &d, c, err);
    }
    return AUD_OK;
}

/* ssl_conf_command Options: "-SessionTicket,ServerPreference" */
static void apply_options(const commands *cmds, aud_tls_config *c)
{
    const ngx_node *node = last_command(cmds, "ssl_conf_command", "Options");
    aud_str rest = node ? ngx_arg(node, 1) : (aud_str){NULL, 0}, word;

    while (aud_str_split(&rest, ',', &word)) {
        word = aud_str_trim(word);
        const bool off = aud_str_starts(word, AUD_LIT("-"));
        const aud_tri tri = off ? AUD_TRI_NO : AUD_TRI_YES;
        if (word.len > 0 && (word.ptr[0] == '-' || word.ptr[0] == '+')) {
            word = aud_str_sub(word, 1, word.len);
        }
        if (aud_str_ieq(word, AUD_LIT("SessionTicket"))) {
            c->session_tickets = tri;
        } else if (aud_str_ieq(word, AUD_LIT("ServerPreference"))) {
            c->server_preference = tri;
        }
    }
}

aud_status ngx_take_flags(const ngx_reader *n, const ngx_scope *scope, aud_tls_config *c,
                          aud_error *err)
{
    const ngx_value keys = ngx_lookup(scope, "ssl_session_ticket_key", true);

    AUD_TRY(ngx_take_flag(n, scope, "ssl_prefer_server_ciphers", AUD_F_tls_config_server_preference,
                          c, &c->server_preference, err));
    AUD_TRY(ngx_take_flag(n, scope, "ssl_session_tickets", AUD_F_tls_config_session_tickets, c,
                          &c->session_tickets, err));
    AUD_TRY(ngx_take_flag(n, scope, "ssl_early_data", AUD_F_tls_config_early_data, c,
                          &c->early_data, err));
    AUD_TRY(ngx_take_flag(n, scope, "ssl_stapling", AUD_F_tls_config_ocsp_stapling, c,
                          &c->ocsp_stapling, err));
    AUD_TRY(take_client(n, scope, c, err));
    AUD_TRY(say(n, &keys, AUD_F_tls_config_ticket_key_files, "ssl_session_ticket_key", c, err));
    if (keys.extent == AUD_EXTENT_WHOLE || keys.extent == AUD_EXTENT_SOME) {
        c->ticket_key_files = (int64_t)keys.count;
    } else if (keys.extent == AUD_EXTENT_ABSENT && !scope->fragment) {
        c->ticket_key_files = 0;
    }
    const commands cmds = commands_of(scope, "ssl_conf_command");
    if (!cmds.open) {
        apply_options(&cmds, c);
    }
    return AUD_OK;
}
