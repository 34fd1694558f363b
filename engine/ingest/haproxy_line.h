/* engine/ingest/haproxy_line.h - what holds for one line of HAProxy's; for its own files only. */
#ifndef AUD_INGEST_HAPROXY_LINE_H
#define AUD_INGEST_HAPROXY_LINE_H

#include "engine/ingest/config_value.h"
#include "engine/ingest/haproxy_tree.h"

typedef struct haproxy_reader {
    const aud_reading *reading;
    aud_conf_node root;
    const aud_conf_node *global; /* NULL: this is a part */
    aud_config_files files;
    size_t emitted;
} haproxy_reader;

/* Words of one line behind its own, as a `bind` takes them; the outer's words come first. */
typedef struct haproxy_words {
    const aud_conf_node *node; /* where they stand */
    const aud_conf_word *items;
    size_t num;
} haproxy_words;

/* A line, what stands around it, and the words that count where it says nothing. */
typedef struct haproxy_line {
    const aud_conf_node *section;
    haproxy_words own, outer; /* an entry of a list and its bind; a server and its default-server */
    bool listed;              /* `own` is an entry of a list of certificates */
    bool upstream;
} haproxy_line;

/* The last value of a word ("ciphers X"), or the word itself ("ssl"). NULL: not there. */
const aud_conf_word *haproxy_find_word(const haproxy_words *w, const char *name);
/* The words of a line behind its first `skip`. */
haproxy_words haproxy_words_of(const aud_conf_node *node, size_t skip);
/* Of the global section's lines of one name the last. */
const aud_conf_node *haproxy_global_line(const haproxy_reader *r, const char *name);
/* A word of the line, else of what is around it, else the global default's line. */
aud_conf_value haproxy_lookup(const haproxy_reader *r, const haproxy_line *l, const char *name,
                              const char *global_name, const aud_conf_word **out);
/* A bare word on the line, around it, or among the global options. */
const aud_conf_node *haproxy_has_flag(const haproxy_reader *r, const haproxy_line *l,
                                      const char *word);

AUD_NODISCARD aud_status haproxy_take_protocols(haproxy_reader *r, const haproxy_line *l,
                                                aud_tls_config *c, aud_error *err);
AUD_NODISCARD aud_status haproxy_take_ciphers(haproxy_reader *r, const haproxy_line *l,
                                              aud_tls_config *c, aud_error *err);
AUD_NODISCARD aud_status haproxy_take_thirteen(haproxy_reader *r, const haproxy_line *l,
                                               aud_tls_config *c, aud_error *err);
AUD_NODISCARD aud_status haproxy_take_groups(haproxy_reader *r, const haproxy_line *l,
                                             aud_tls_config *c, aud_error *err);
AUD_NODISCARD aud_status haproxy_take_flags(haproxy_reader *r, const haproxy_line *l,
                                            aud_tls_config *c, aud_error *err);
AUD_NODISCARD aud_status haproxy_take_hsts(const haproxy_reader *r, const haproxy_line *l,
                                           aud_tls_config *c, aud_error *err);

#endif
