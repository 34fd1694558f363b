/* engine/vcs/ignore.c - gitignore's lines: the last that fits decides, the nearest file first. */
#include "engine/vcs/ignore.h"

#include "engine/base/text.h"

/* Blanks at the end go, unless behind a backslash. */
static aud_str trim_end(aud_str line)
{
    if (aud_str_ends(line, AUD_LIT("\r"))) {
        line.len--;
    }
    while (line.len > 0 && line.ptr[line.len - 1] == ' ' &&
           !(line.len > 1 && line.ptr[line.len - 2] == '\\')) {
        line.len--;
    }
    return line;
}

static bool parse_line(aud_str line, ignore_rule *out)
{
    *out = (ignore_rule){0};
    line = trim_end(line);
    if (line.len == 0 || line.ptr[0] == '#') {
        return false;
    }
    if (line.ptr[0] == '!') {
        out->negated = true;
        line = aud_str_sub(line, 1, line.len);
    }
    if (aud_str_ends(line, AUD_LIT("/"))) {
        out->folders_only = true;
        line.len--;
    }
    out->by_name = aud_str_find(line, AUD_LIT("/"), 0) == SIZE_MAX;
    if (aud_str_starts(line, AUD_LIT("/"))) {
        line = aud_str_sub(line, 1, line.len);
    }
    out->glob = line;
    return line.len > 0;
}

aud_status aud_ignore_parse(aud_str text, size_t folder_len, const ignore_file *above,
                            ignore_file *out, aud_error *err)
{
    aud_str line;

    *out = (ignore_file){.above = above, .folder_len = folder_len};
    if (aud_str_starts(text, AUD_LIT("\xef\xbb\xbf"))) {
        text = aud_str_sub(text, 3, text.len);
    }
    while (aud_str_split(&text, '\n', &line)) {
        ignore_rule rule;

        if (parse_line(line, &rule)) {
            AUD_TRY(AUD_VEC_PUSH(&out->rules, rule, err));
        }
    }
    return AUD_OK;
}

void aud_ignore_clear(ignore_file *file)
{
    aud_free(file->rules.items);
    *file = (ignore_file){0};
}

bool aud_ignore_matches(const ignore_file *file, aud_str path, bool is_folder)
{
    size_t slash = path.len;
    aud_str name;

    while (slash > 0 && path.ptr[slash - 1] != '/') {
        slash--;
    }
    name = aud_str_sub(path, slash, path.len);
    for (; file != NULL; file = file->above) {
        aud_str below = aud_str_sub(path, file->folder_len, path.len);

        for (size_t i = file->rules.len; i > 0; i--) {
            const ignore_rule *rule = &file->rules.items[i - 1];

            if ((!rule->folders_only || is_folder) &&
                aud_glob_match(rule->glob, rule->by_name ? name : below)) {
                return !rule->negated;
            }
        }
    }
    return false;
}
