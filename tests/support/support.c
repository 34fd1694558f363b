/* tests/support/support.c - what tests share. */
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *aud_test_sample(const char *path)
{
    static char full[4096];
    struct stat st;

    (void)snprintf(full, sizeof full, "%s/../shared/%s", AUD_SOURCE_DIR, path);
    return stat(full, &st) == 0 ? full : NULL;
}

const char *aud_test_source(const char *path)
{
    static char full[4096];

    (void)snprintf(full, sizeof full, "%s/%s", AUD_SOURCE_DIR, path);
    return full;
}

void aud_test_read(const char *path, aud_buf *out)
{
    FILE *file = fopen(path, "rb");
    char chunk[8192];
    size_t got;

    aud_buf_init(out, SIZE_MAX / 2);
    if (file == NULL) {
        fail_msg("cannot open %s: %s", path, strerror(errno));
    }
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        assert_int_equal(aud_buf_add(out, (aud_str){chunk, got}, NULL), AUD_OK);
    }
    (void)fclose(file);
}

size_t aud_test_walk(const char *folder, void (*each)(void *ctx, const char *path), void *ctx)
{
    struct dirent **entries = NULL;
    int num = scandir(folder, &entries, NULL, alphasort);
    size_t seen = 0;

    for (int i = 0; i < num; i++) {
        char path[4096];
        struct stat st;

        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0 &&
            stat(path, &st) == 0) {
            if (S_ISDIR(st.st_mode)) {
                seen += aud_test_walk(path, each, ctx);
            } else if (S_ISREG(st.st_mode)) {
                each(ctx, path);
                seen++;
            }
        }
        free(entries[i]);
    }
    free(entries);
    return seen;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

const char *aud_test_scratch(const char *name)
{
    static char full[4096];

    (void)snprintf(full, sizeof full, "%s/scratch", AUD_BINARY_DIR);
    (void)mkdir(full, 0777);
    (void)snprintf(full, sizeof full, "%s/scratch/%s", AUD_BINARY_DIR, name);
    (void)nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(mkdir(full, 0777), 0);
    return full;
}
