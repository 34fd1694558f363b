/* engine/ingest/config_value.h - what holds for one directive, and where a fact comes from. */
#ifndef AUD_INGEST_CONFIG_VALUE_H
#define AUD_INGEST_CONFIG_VALUE_H

#include "engine/ingest/config_tree.h"
#include "engine/ingest/server_defaults.h"

typedef struct aud_conf_value {
    const aud_conf_node *level; /* the block where it is stated; NULL: nowhere */
    const aud_conf_node *sure;  /* the last one whose words are literal; NULL: none */
    size_t count;
    aud_extent extent; /* ABSENT: not stated, so the server's default or nothing */
    aud_str reason;    /* why it is not WHOLE */
    aud_config_place at;
} aud_conf_value;

AUD_NODISCARD aud_status aud_conf_setting(const aud_reading *r, const aud_conf_value *v,
                                          unsigned fact, const char *directive,
                                          aud_config_setting *out, aud_error *err);
/* Says where the fact comes from, unless it is not stated. */
AUD_NODISCARD aud_status aud_conf_say(aud_tls_config *c, const aud_conf_value *v, unsigned fact,
                                      const char *directive, aud_error *err);
AUD_NODISCARD aud_status aud_conf_say_default(aud_tls_config *c, unsigned fact,
                                              const char *directive, const aud_server_default *d,
                                              aud_error *err);
AUD_NODISCARD aud_status aud_conf_say_node(aud_tls_config *c, const aud_conf_node *node,
                                           unsigned fact, aud_str value, aud_error *err);
/* OpenSSL does not take the cipher string at this place. */
AUD_NODISCARD aud_status aud_conf_say_refused(aud_tls_config *c, const char *directive,
                                              aud_config_place at, aud_error *err);

/* Versions while they are worked out. */
typedef struct aud_conf_protocols {
    unsigned bits;
    aud_extent extent;
    aud_config_setting setting;
} aud_conf_protocols;
void aud_conf_protocols_default(aud_conf_protocols *p, const char *server, const char *directive,
                                const aud_read_options *options);
/* Not sure any more, for this reason at this place. */
void aud_conf_protocols_doubt(aud_conf_protocols *p, aud_extent extent, aud_str reason,
                              aud_config_place at);

/* Commands that a server hands to OpenSSL (SSL_CONF_cmd(3)), the outer block's first. */
typedef struct aud_conf_commands {
    const char *directive; /* "ssl_conf_command"; its arguments are command and value */
    const aud_conf_node *levels[2];
    size_t num_levels;
    const aud_conf_node *open; /* one that is filled in or conditional; NULL: none */
} aud_conf_commands;
void aud_conf_commands_add(aud_conf_commands *cmds, const aud_conf_node *level);
void aud_conf_commands_protocols(const aud_conf_commands *cmds, aud_conf_protocols *p);
/* Suites, groups and options: commands come last and replace what directives say. */
AUD_NODISCARD aud_status aud_conf_commands_suites(const aud_conf_commands *cmds, aud_tls_config *c,
                                                  aud_error *err);
void aud_conf_commands_options(const aud_conf_commands *cmds, aud_tls_config *c);

#endif
