/* engine/cli/starters.h - the files that 'init' hands out; made by CMake from ci/users. */
#ifndef AUD_CLI_STARTERS_H
#define AUD_CLI_STARTERS_H

#include "engine/base/base.h"

typedef struct aud_starter {
    const char *name; /* "github/certaudit.yml" */
    const unsigned char *text;
    size_t len;
} aud_starter;

extern const aud_starter aud_starters[];
extern const size_t aud_num_starters;

#endif
