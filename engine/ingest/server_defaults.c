/* engine/ingest/server_defaults.c - what servers do where their configuration says nothing. */
#include "engine/ingest/server_defaults.h"

#include "engine/base/text.h"

static const struct row {
    const char *server, *directive, *until, *value;
    bool weakest;
    aud_str who;
} rows[] = {
#define AUD_SERVER_DEFAULT(server, directive, until, value, weakest, who)                          \
    {server, directive, until, value, weakest, AUD_LIT_INIT("default of " who)},
#include "engine/ingest/server_defaults.def"
#undef AUD_SERVER_DEFAULT
};

/* "1.22.1" before "1.23"; a part that is no number counts as 0. */
static int compare_versions(aud_str a, aud_str b)
{
    for (unsigned part = 0; part < 4; part++) {
        aud_str x = {NULL, 0}, y = {NULL, 0};
        uint64_t left = 0, right = 0;

        if (!aud_str_split(&a, '.', &x) || !aud_parse_u64(x, &left)) {
            left = 0;
        }
        if (!aud_str_split(&b, '.', &y) || !aud_parse_u64(y, &right)) {
            right = 0;
        }
        if (left != right) {
            return left < right ? -1 : 1;
        }
    }
    return 0;
}

static aud_str version_of(const char *server, const aud_read_options *options)
{
    for (size_t i = 0; i < options->num_versions; i++) {
        if (aud_str_eq(options->versions[i].header, aud_str_of(server))) {
            return options->versions[i].field;
        }
    }
    return (aud_str){NULL, 0};
}

bool aud_server_default_of(const char *server, const char *directive,
                           const aud_read_options *options, aud_server_default *out)
{
    const aud_str version = version_of(server, options);

    for (size_t i = 0; i < AUD_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const bool fits = version.len > 0
                              ? !row->until || compare_versions(version, aud_str_of(row->until)) < 0
                              : row->weakest;

        if (strcmp(row->server, server) == 0 && strcmp(row->directive, directive) == 0 && fits) {
            *out = (aud_server_default){aud_str_of(row->value), row->who};
            return true;
        }
    }
    return false;
}
