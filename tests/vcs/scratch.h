/* tests/vcs/scratch.h - repositories made by git's own command line in scratch folders. */
#ifndef AUD_TESTS_VCS_SCRATCH_H
#define AUD_TESTS_VCS_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "engine/vcs/vcs.h"
#include "tests/support/support.h"

/* Runs a script in `folder`; fixed author and dates, no configuration but the repository's. */
static inline int scratch_try(const char *folder, const char *script)
{
    static const char head[] =
        "set -e; unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE SUDO_UID; "
        "export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t "
        "GIT_AUTHOR_EMAIL=t@example.com GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.com "
        "GIT_AUTHOR_DATE='2025-06-01T00:00:00Z' GIT_COMMITTER_DATE='2025-06-01T00:00:00Z' "
        "GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=init.defaultBranch GIT_CONFIG_VALUE_0=main "
        "GIT_CONFIG_KEY_1=protocol.file.allow GIT_CONFIG_VALUE_1=always; umask 022; ";
    aud_buf command;
    FILE *pipe;
    int status;

    aud_buf_init(&command, 1 << 20);
    assert_int_equal(
        aud_buf_printf(&command, NULL, "%s cd '%s'; { %s\n} >/dev/null 2>&1", head, folder, script),
        AUD_OK);
    assert_int_equal(aud_buf_add(&command, (aud_str){"\0", 1}, NULL), AUD_OK);
    pipe = popen(command.ptr, "r");
    aud_buf_clear(&command);
    assert_non_null(pipe);
    status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void scratch_run(const char *folder, const char *script)
{
    if (scratch_try(folder, script) != 0) {
        fail_msg("the script failed: %s", script);
    }
}

/* A fresh folder; the text stays until the test ends its program (tests are few). */
static inline char *scratch_folder(const char *name)
{
    const char *shared = aud_test_scratch(name);
    size_t len = strlen(shared);
    char *own = test_malloc(len + 1);

    memcpy(own, shared, len + 1);
    return own;
}

static inline aud_status scratch_open(const char *folder, const char *inner, const char *rev,
                                      aud_vcs **out, aud_error *err)
{
    char path[4096];
    aud_vcs_options options = {.name = AUD_LIT("src"), .follow_links = true};

    (void)snprintf(path, sizeof path, "%s%s%s", folder, inner[0] != '\0' ? "/" : "", inner);
    options.path = aud_str_of(path);
    options.rev = aud_str_of(rev);
    return aud_vcs_open(&options, out, err);
}

/* The list as text: "path" for a file, "path!gap" for a gap, one blank between. */
static inline void scratch_listing(aud_vcs *vcs, char *out, size_t size)
{
    const aud_entry *entries;
    size_t num, len = 0;
    aud_error err = {0};

    if (aud_vcs_list(vcs, &entries, &num, &err) != AUD_OK) {
        fail_msg("cannot list: %s", err.message);
    }
    out[0] = '\0';
    for (size_t i = 0; i < num; i++) {
        const aud_entry *e = &entries[i];
        int got = snprintf(out + len, size - len, "%s%.*s%s%s", i > 0 ? " " : "", AUD_ARG(e->path),
                           e->kind == AUD_ENTRY_GAP ? "!" : "",
                           e->kind == AUD_ENTRY_GAP ? aud_gap_name((aud_gap_kind)e->gap) : "");
        assert_true(got >= 0 && (size_t)got < size - len);
        len += (size_t)got;
        assert_true(i == 0 || aud_str_cmp(entries[i - 1].path, e->path) <= 0);
        assert_true(e->kind != AUD_ENTRY_GAP || e->reason.len > 0);
    }
}

/* Opens, lists, compares. */
static inline void scratch_expect(const char *folder, const char *inner, const char *rev,
                                  const char *want)
{
    static char got[1 << 16];
    aud_error err = {0};
    aud_vcs *vcs = NULL;

    if (scratch_open(folder, inner, rev, &vcs, &err) != AUD_OK) {
        fail_msg("cannot open: %s", err.message);
    }
    scratch_listing(vcs, got, sizeof got);
    assert_string_equal(got, want);
    aud_vcs_freep(&vcs);
}

/* The whole of one path, as a reader gives it; the text is a static buffer. */
static inline const char *scratch_read(aud_vcs *vcs, const char *path, aud_status want)
{
    static char text[4096];
    aud_vcs_reader *reader = NULL;
    const aud_entry *entries;
    aud_input *input = NULL;
    size_t num;

    assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), AUD_OK);
    assert_int_equal(aud_vcs_reader_new(vcs, &reader, NULL), AUD_OK);
    text[0] = '\0';
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(entries[i].path, aud_str_of(path))) {
            aud_str whole;

            assert_int_equal(aud_vcs_read(reader, &entries[i], &input, NULL), want);
            if (want == AUD_OK) {
                assert_int_equal(input->whole(input, sizeof text, &whole, NULL), AUD_OK);
                (void)snprintf(text, sizeof text, "%.*s", AUD_ARG(whole));
            }
            aud_vcs_reader_freep(&reader);
            return text;
        }
    }
    fail_msg("there is no entry %s", path);
    return NULL;
}

#endif
