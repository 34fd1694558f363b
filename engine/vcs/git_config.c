/* engine/vcs/git_config.c - the few keys of a git configuration that tell what a repository is. */
#include "engine/vcs/internal.h"

#include <fcntl.h>

enum { CONFIG_MAX = 1 << 20, VALUE_MAX = 4096 };

/* "[section]" or "[section "sub"]": gives what is between the brackets; the rest of the line stays.
 */
static bool read_section(aud_str *line, aud_str *out)
{
    size_t end = aud_str_find(*line, AUD_LIT("]"), 0);

    if (line->len == 0 || line->ptr[0] != '[' || end == SIZE_MAX) {
        return false;
    }
    *out = aud_str_trim(aud_str_sub(*line, 1, end - 1));
    *line = aud_str_trim(aud_str_sub(*line, end + 1, line->len));
    return true;
}

static char unescape(char c)
{
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'b' ? '\b' : c;
}

/* Takes quotes and escapes away and cuts a comment; false if it is too long. */
static bool read_value(aud_str raw, char out[VALUE_MAX], size_t *out_len)
{
    bool quoted = false;
    size_t len = 0, solid = 0; /* `solid`: up to the last character that is no bare blank */

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];

        if (c == '"') {
            quoted = !quoted;
            solid = len;
            continue;
        }
        if (!quoted && (c == '#' || c == ';')) {
            break;
        }
        if (len == VALUE_MAX) {
            return false;
        }
        if (c == '\\' && i + 1 < raw.len) {
            out[len++] = unescape(raw.ptr[++i]);
            solid = len;
            continue;
        }
        out[len++] = c;
        if (quoted || (c != ' ' && c != '\t')) {
            solid = len;
        }
    }
    *out_len = solid;
    return true;
}

aud_status aud_git_config_scan(aud_str text, aud_git_config_each each, void *ctx, aud_error *err)
{
    aud_str section = {NULL, 0}, line;

    if (aud_str_starts(text, AUD_LIT("\xef\xbb\xbf"))) {
        text = aud_str_sub(text, 3, text.len);
    }
    while (aud_str_split(&text, '\n', &line)) {
        char value[VALUE_MAX];
        size_t equals, len = 0;
        aud_str key;

        line = aud_str_trim(line);
        (void)read_section(&line, &section);
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';') {
            continue;
        }
        equals = aud_str_find(line, AUD_LIT("="), 0);
        key = aud_str_trim(aud_str_sub(line, 0, equals));
        if (equals != SIZE_MAX &&
            !read_value(aud_str_trim(aud_str_sub(line, equals + 1, line.len)), value, &len)) {
            continue;
        }
        AUD_TRY(each(ctx, section, key, (aud_str){value, len}, err));
    }
    return AUD_OK;
}

typedef struct format {
    bool needs_refs;
    bool partial;
} format;

static aud_status note_format(void *ctx, aud_str section, aud_str key, aud_str value,
                              aud_error *err)
{
    format *f = ctx;

    if (aud_str_ieq(section, AUD_LIT("core"))) {
        if (aud_str_ieq(key, AUD_LIT("repositoryformatversion")) &&
            !aud_str_eq(value, AUD_LIT("0")) && !aud_str_eq(value, AUD_LIT("1"))) {
            return aud_fail(err, AUD_E_UNSUPPORTED,
                            "repositories of format version '%.*s' cannot be read", AUD_ARG(value));
        }
        return AUD_OK;
    }
    if (aud_str_starts(section, AUD_LIT("remote ")) && aud_str_ieq(key, AUD_LIT("promisor"))) {
        f->partial = f->partial || aud_str_ieq(value, AUD_LIT("true"));
        return AUD_OK;
    }
    if (!aud_str_ieq(section, AUD_LIT("extensions"))) {
        return AUD_OK;
    }
    if (aud_str_ieq(key, AUD_LIT("objectformat")) && !aud_str_ieq(value, AUD_LIT("sha1"))) {
        return aud_fail(err, AUD_E_UNSUPPORTED,
                        "repositories with '%.*s' object ids cannot be read, only those with "
                        "SHA-1; judge an export of the files: 'git archive REV | tar -x -C DIR'",
                        AUD_ARG(value));
    }
    if (aud_str_ieq(key, AUD_LIT("refstorage")) && !aud_str_ieq(value, AUD_LIT("files")) &&
        f->needs_refs) {
        return aud_fail(err, AUD_E_UNSUPPORTED,
                        "references stored as '%.*s' cannot be read; run 'git refs migrate "
                        "--ref-format=files', or judge the work tree without a revision",
                        AUD_ARG(value));
    }
    if (aud_str_ieq(key, AUD_LIT("partialclone"))) {
        f->partial = true;
    }
    return AUD_OK;
}

aud_status aud_git_format(aud_vcs *vcs, bool needs_refs, aud_error *err)
{
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    format f = {.needs_refs = needs_refs};
    char path[VCS_PATH_MAX + 1];
    aud_str text;
    size_t len;
    aud_status st;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    if (!aud_path_join(path, vcs->git.common, AUD_LIT("config"), &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    st = aud_disk_read(AT_FDCWD, (aud_str){path, len}, true, CONFIG_MAX, &arena, &text, err);
    if (st == AUD_E_NOT_FOUND) {
        return AUD_OK;
    }
    AUD_TRY(st);
    AUD_TRY(aud_git_config_scan(text, note_format, &f, err));
    vcs->partial = f.partial;
    return AUD_OK;
}
