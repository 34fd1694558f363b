/* engine/ingest/config_value.c - what holds for one directive, and where a fact comes from. */
#include "engine/ingest/config_value.h"

aud_status aud_conf_setting(const aud_reading *r, const aud_conf_value *v, unsigned fact,
                            const char *directive, aud_config_setting *out, aud_error *err)
{
    *out = (aud_config_setting){
        .fact = fact,
        .origin = v->extent == AUD_EXTENT_WHOLE ? AUD_ORIGIN_STATED : AUD_ORIGIN_UNKNOWN,
        .reason = v->reason,
        .at = v->at,
    };
    AUD_TRY(aud_arena_dup(r->arena, aud_str_of(directive), &out->directive, err));
    return v->sure && v->extent == AUD_EXTENT_WHOLE
               ? aud_conf_words(v->sure, r->arena, &out->value, err)
               : AUD_OK;
}

aud_status aud_conf_say(aud_tls_config *c, const aud_conf_value *v, unsigned fact,
                        const char *directive, aud_error *err)
{
    aud_config_setting setting;

    if (v->extent == AUD_EXTENT_ABSENT) {
        return AUD_OK;
    }
    AUD_TRY(aud_conf_setting(c->reading, v, fact, directive, &setting, err));
    return aud_tls_config_say(c, &setting, err);
}

aud_status aud_conf_say_default(aud_tls_config *c, unsigned fact, const char *directive,
                                const aud_server_default *d, aud_error *err)
{
    aud_config_setting setting = {
        .fact = fact, .origin = AUD_ORIGIN_DEFAULT, .value = d->value, .reason = d->reason};

    AUD_TRY(aud_arena_dup(c->reading->arena, aud_str_of(directive), &setting.directive, err));
    return aud_tls_config_say(c, &setting, err);
}

aud_status aud_conf_say_node(aud_tls_config *c, const aud_conf_node *node, unsigned fact,
                             aud_str value, aud_error *err)
{
    const aud_config_setting setting = {
        .fact = fact, .directive = node->name, .value = value, .at = node->at};

    return aud_tls_config_say(c, &setting, err);
}

aud_status aud_conf_say_refused(aud_tls_config *c, const char *directive, aud_config_place at,
                                aud_error *err)
{
    aud_config_setting setting = {
        .fact = AUD_F_tls_config_cipher_string,
        .origin = AUD_ORIGIN_UNKNOWN,
        .reason = AUD_LIT("OpenSSL does not take this cipher string: the server would not start"),
        .at = at,
    };

    AUD_TRY(aud_arena_dup(c->reading->arena, aud_str_of(directive), &setting.directive, err));
    return aud_tls_config_say(c, &setting, err);
}

/* --- versions --------------------------------------------------------------------------------- */

void aud_conf_protocols_default(aud_conf_protocols *p, const char *server, const char *directive,
                                const aud_read_options *options)
{
    aud_server_default d;
    aud_str rest, word;
    unsigned bit;

    if (!aud_server_default_of(server, directive, options, &d)) {
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
    p->setting.at = (aud_config_place){0};
}

void aud_conf_protocols_doubt(aud_conf_protocols *p, aud_extent extent, aud_str reason,
                              aud_config_place at)
{
    p->extent = extent;
    p->setting.origin = AUD_ORIGIN_UNKNOWN;
    p->setting.reason = reason;
    p->setting.value = (aud_str){NULL, 0};
    p->setting.at = at;
}

/* --- commands to OpenSSL ---------------------------------------------------------------------- */

static const aud_conf_node *next_command(const aud_conf_commands *cmds, size_t *level,
                                         const aud_conf_node *from)
{
    const aud_conf_node *node =
        from ? aud_conf_find(from->next, cmds->directive)
             : (*level < cmds->num_levels
                    ? aud_conf_find(cmds->levels[*level]->children, cmds->directive)
                    : NULL);

    while (!node && *level + 1 < cmds->num_levels) {
        node = aud_conf_find(cmds->levels[++*level]->children, cmds->directive);
    }
    return node;
}

void aud_conf_commands_add(aud_conf_commands *cmds, const aud_conf_node *level)
{
    if (cmds->num_levels == AUD_COUNT(cmds->levels)) {
        return;
    }
    cmds->levels[cmds->num_levels++] = level;
    for (const aud_conf_node *node = aud_conf_find(level->children, cmds->directive); node;
         node = aud_conf_find(node->next, cmds->directive)) {
        if (aud_conf_is_open(node) || aud_conf_is_conditional(node)) {
            cmds->open = node;
        }
    }
}

static bool is_command(const aud_conf_node *node, const char *name)
{
    return node->num_args == 2 && aud_str_ieq(aud_conf_arg(node, 0), aud_str_of(name)) &&
           !aud_conf_is_open(node) && !aud_conf_is_conditional(node);
}

static const aud_conf_node *last_command(const aud_conf_commands *cmds, const char *name)
{
    const aud_conf_node *last = NULL;
    size_t level = 0;

    for (const aud_conf_node *node = next_command(cmds, &level, NULL); node;
         node = next_command(cmds, &level, node)) {
        last = is_command(node, name) ? node : last;
    }
    return last;
}

/* "ALL,-TLSv1.2"; false for a word that OpenSSL does not know. */
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

static bool apply_bound(aud_str value, bool least, unsigned *bits)
{
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

void aud_conf_commands_protocols(const aud_conf_commands *cmds, aud_conf_protocols *p)
{
    static const char *const bounds[] = {"MinProtocol", "MaxProtocol"};
    bool sound = true;
    size_t level = 0;

    for (const aud_conf_node *node = next_command(cmds, &level, NULL); node;
         node = next_command(cmds, &level, node)) {
        if (is_command(node, "Protocol")) {
            sound = apply_protocol_command(aud_conf_arg(node, 1), &p->bits) && sound;
            p->setting.at = node->at;
        }
    }
    for (size_t i = 0; i < AUD_COUNT(bounds); i++) {
        const aud_conf_node *node = last_command(cmds, bounds[i]);
        if (node) {
            sound = apply_bound(aud_conf_arg(node, 1), i == 0, &p->bits) && sound;
            p->setting.at = node->at;
        }
    }
    if (!sound || cmds->open) {
        /* what is filled in may raise the least version as well: nothing is sure */
        aud_conf_protocols_doubt(p, AUD_EXTENT_UNKNOWN,
                                 cmds->open
                                     ? AUD_LIT("a command to OpenSSL is filled in by a template")
                                     : AUD_LIT("a command to OpenSSL names no version"),
                                 cmds->open ? cmds->open->at : p->setting.at);
    }
}

static aud_status take_string(const aud_conf_node *string, aud_tls_config *c, aud_error *err)
{
    bool bad = false;

    c->ciphers.len = 0;
    AUD_TRY(
        aud_conf_say_node(c, string, AUD_F_tls_config_cipher_string, aud_conf_arg(string, 1), err));
    AUD_TRY(aud_tls_config_ciphers(c, aud_conf_arg(string, 1), AUD_EXTENT_WHOLE, &bad, err));
    return bad ? aud_conf_say_refused(c, "CipherString", string->at, err) : AUD_OK;
}

aud_status aud_conf_commands_suites(const aud_conf_commands *cmds, aud_tls_config *c,
                                    aud_error *err)
{
    const aud_conf_node *string = last_command(cmds, "CipherString");
    const aud_conf_node *thirteen = last_command(cmds, "Ciphersuites");
    const aud_conf_node *groups = last_command(cmds, "Groups");

    if (string) {
        AUD_TRY(take_string(string, c, err));
    }
    if (thirteen) {
        AUD_TRY(aud_conf_say_node(c, thirteen, AUD_F_tls_config_suites, aud_conf_arg(thirteen, 1),
                                  err));
        AUD_TRY(aud_tls_config_tls13(c, aud_conf_arg(thirteen, 1), err));
    } else if (!c->fragment && c->tls13_extent == AUD_EXTENT_UNKNOWN) {
        AUD_TRY(aud_tls_config_tls13_default(c, err));
    }
    groups = groups ? groups : last_command(cmds, "Curves");
    groups = groups ? groups : last_command(cmds, "ECDHParameters");
    if (groups) {
        c->groups.len = 0;
        AUD_TRY(
            aud_conf_say_node(c, groups, AUD_F_tls_config_groups, aud_conf_arg(groups, 1), err));
        AUD_TRY(aud_tls_config_groups(c, aud_conf_arg(groups, 1), err));
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

/* Options: "-SessionTicket,ServerPreference" */
void aud_conf_commands_options(const aud_conf_commands *cmds, aud_tls_config *c)
{
    const aud_conf_node *node = last_command(cmds, "Options");
    aud_str rest = node ? aud_conf_arg(node, 1) : (aud_str){NULL, 0}, word;

    while (aud_str_split(&rest, ',', &word)) {
        word = aud_str_trim(word);
        const aud_tri tri = aud_str_starts(word, AUD_LIT("-")) ? AUD_TRI_NO : AUD_TRI_YES;
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
