/* engine/ingest/config_template.h - what Jinja, ERB, EPP and Go templates write into configuration.
 */
#ifndef AUD_INGEST_CONFIG_TEMPLATE_H
#define AUD_INGEST_CONFIG_TEMPLATE_H

#include "engine/base/base.h"

typedef enum aud_template_effect {
    AUD_TEMPLATE_NOTHING, /* a comment, an assignment, another branch of a condition */
    AUD_TEMPLATE_OPENS,   /* what follows is there on a condition, or several times */
    AUD_TEMPLATE_CLOSES,
    AUD_TEMPLATE_FILLS, /* something is written here, nobody knows what */
} aud_template_effect;

/* "{{ x }}", "{% if x %}", "<%= x %>" at the beginning of `text`; its length, marks included. */
bool aud_template_begins(aud_str text, size_t *out_len);
/* Some mark of a template is in it. */
bool aud_template_in(aud_str text);
/* What a whole "{% ... %}" does where a line could stand. */
aud_template_effect aud_template_effect_of(aud_str whole);

#endif
