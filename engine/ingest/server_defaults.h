/* engine/ingest/server_defaults.h - what servers do where their configuration says nothing. */
#ifndef AUD_INGEST_SERVER_DEFAULTS_H
#define AUD_INGEST_SERVER_DEFAULTS_H

#include "engine/ingest/adapter.h"

typedef struct aud_server_default {
    aud_str value;
    aud_str reason; /* for people: whose default it is, and how to name the version */
} aud_server_default;

/*
 * The default of `directive` in the version that the source's configuration names; without one the
 * weakest default of versions in use. False if the table has none.
 */
bool aud_server_default_of(const char *server, const char *directive,
                           const aud_read_options *options, aud_server_default *out);

#endif
