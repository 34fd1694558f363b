/* engine/vcs/codeowners.c - CODEOWNERS: lines into globs, and the last one that fits a path. */
#include "engine/vcs/codeowners.h"

#include "engine/base/map.h"
#include "engine/base/text.h"

enum { TEXT_MAX = 3 << 20, SECTION_NAME_MAX = 1024 };

const char *const aud_codeowners_places[] = {
    ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", NULL,
};

static const char BELOW[] = "/**"; /* ends every glob kept: what lies below the match */

typedef struct rule {
    aud_str glob;    /* without BELOW, which follows it in memory */
    uint32_t before; /* the rule before it in its section, plus one */
    uint32_t line;
    uint32_t first_owner, num_owners;
    bool below;     /* a folder that matches owns what is in it */
    bool excludes;  /* GitLab's '!' */
    bool catch_all; /* matches everything */
} rule;

typedef struct section {
    uint32_t last; /* its last rule, plus one */
} section;

struct aud_codeowners {
    aud_codeowners_dialect dialect;
    aud_arena arena;
    AUD_VEC(rule) rules;
    AUD_VEC(section) sections;
    AUD_VEC(aud_str) owners;
};

typedef struct parser {
    aud_codeowners *file;
    aud_map *names; /* lower-case section name -> its number */
    uint32_t section;
    uint32_t first_default, num_defaults; /* owners of the section's header */
    uint32_t line;
} parser;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Cuts the next word off `*rest`; a blank behind a backslash belongs to the word. */
static aud_str next_word(aud_str *rest)
{
    size_t begin = 0, end;

    while (begin < rest->len && is_blank(rest->ptr[begin])) {
        begin++;
    }
    for (end = begin; end < rest->len && !is_blank(rest->ptr[end]); end++) {
        if (rest->ptr[end] == '\\' && end + 1 < rest->len) {
            end++;
        }
    }
    aud_str word = aud_str_sub(*rest, begin, end - begin);
    *rest = aud_str_sub(*rest, end, rest->len);
    return word;
}

/* "@user", "@org/team", "@@role" or an address of electronic mail. */
static bool is_owner(aud_str word)
{
    size_t at = aud_str_find(word, AUD_LIT("@"), 0);

    return at != SIZE_MAX && at + 1 < word.len && word.ptr[word.len - 1] != '@';
}

/* Owners up to the end or a comment; false when a word is no owner. */
static aud_status parse_owners(parser *p, aud_str rest, uint32_t *first, uint32_t *num,
                               bool *out_clean, aud_error *err)
{
    aud_codeowners *file = p->file;

    *out_clean = true;
    *first = (uint32_t)file->owners.len;
    for (;;) {
        aud_str word = next_word(&rest);

        if (word.len == 0 || word.ptr[0] == '#') {
            break;
        }
        if (!is_owner(word)) {
            *out_clean = false;
            continue;
        }
        AUD_TRY(AUD_VEC_PUSH(&file->owners, word, err));
    }
    *num = (uint32_t)file->owners.len - *first;
    return AUD_OK;
}

/* Reads "[Name]", "^[Name]", "[Name][2]", each with owners behind; false if it is something else.
 */
static bool split_header(aud_str line, aud_str *out_name, aud_str *out_rest)
{
    size_t at = aud_str_starts(line, AUD_LIT("^")) ? 1 : 0;
    size_t end;

    if (at >= line.len || line.ptr[at] != '[') {
        return false;
    }
    end = aud_str_find(line, AUD_LIT("]"), at);
    if (end == SIZE_MAX || end == at + 1 || end - at > SECTION_NAME_MAX) {
        return false;
    }
    *out_name = aud_str_sub(line, at + 1, end - at - 1);
    *out_rest = aud_str_sub(line, end + 1, line.len);
    if (aud_str_starts(*out_rest, AUD_LIT("["))) {
        size_t i = 1;

        while (i < out_rest->len && out_rest->ptr[i] >= '0' && out_rest->ptr[i] <= '9') {
            i++;
        }
        if (i >= out_rest->len || out_rest->ptr[i] != ']') {
            return false;
        }
        *out_rest = aud_str_sub(*out_rest, i + 1, out_rest->len);
    }
    return out_rest->len == 0 || is_blank(out_rest->ptr[0]);
}

/* Enters a section; names that differ in case alone are the same one. */
static aud_status enter_section(parser *p, aud_str name, aud_error *err)
{
    char folded[SECTION_NAME_MAX];
    const section fresh = {0};
    uint32_t *number;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    number = aud_map_get(p->names, (aud_str){folded, name.len});
    if (number == NULL) {
        number = AUD_ARENA_NEW(&p->file->arena, uint32_t);
        if (number == NULL) {
            return aud_fail(err, AUD_E_NOMEM, "out of memory");
        }
        *number = (uint32_t)p->file->sections.len;
        AUD_TRY(AUD_VEC_PUSH(&p->file->sections, fresh, err));
        AUD_TRY(aud_map_put(p->names, (aud_str){folded, name.len}, number, err));
    }
    p->section = *number;
    return AUD_OK;
}

/* A glob of nothing but "**", with or without a last "*", leaves nothing out. */
static bool matches_all(aud_str glob)
{
    aud_str part;

    if (!aud_str_starts(glob, AUD_LIT("**"))) {
        return false;
    }
    while (aud_str_split(&glob, '/', &part)) {
        bool last = glob.ptr == NULL;

        if (!aud_str_eq(part, AUD_LIT("**")) && !(last && aud_str_eq(part, AUD_LIT("*")))) {
            return false;
        }
    }
    return true;
}

/* GitHub: a slash at the start or inside anchors; brackets mean themselves. */
static aud_status github_glob(aud_buf *buf, aud_str pattern, bool *out_below, aud_error *err)
{
    size_t slash = aud_str_find(pattern, AUD_LIT("/"), 0);
    bool anchored = slash != SIZE_MAX && slash + 1 < pattern.len;
    bool folder = aud_str_ends(pattern, AUD_LIT("/"));

    /* a star as the last part owns the files in its folder, not those further down */
    *out_below =
        !folder && !aud_str_ends(pattern, AUD_LIT("/*")) && !aud_str_ends(pattern, AUD_LIT("/**"));
    if (aud_str_starts(pattern, AUD_LIT("/"))) {
        pattern = aud_str_sub(pattern, 1, pattern.len);
    }
    if (!anchored) {
        AUD_TRY(aud_buf_add(buf, AUD_LIT("**/"), err));
    }
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] == '\\' && i + 1 < pattern.len) {
            AUD_TRY(aud_buf_add(buf, aud_str_sub(pattern, i, 2), err));
            i++;
            continue;
        }
        if (pattern.ptr[i] == '[') {
            AUD_TRY(aud_buf_add(buf, AUD_LIT("\\"), err));
        }
        AUD_TRY(aud_buf_add(buf, aud_str_sub(pattern, i, 1), err));
    }
    return folder ? aud_buf_add(buf, AUD_LIT("**"), err) : AUD_OK;
}

/* GitLab: only a slash at the start anchors, only one at the end means what is below. */
static aud_status gitlab_glob(aud_buf *buf, aud_str pattern, bool *out_below, aud_error *err)
{
    bool folder = aud_str_ends(pattern, AUD_LIT("/"));

    *out_below = false;
    if (aud_str_starts(pattern, AUD_LIT("/"))) {
        pattern = aud_str_sub(pattern, 1, pattern.len);
    } else {
        AUD_TRY(aud_buf_add(buf, AUD_LIT("**/"), err));
    }
    if (aud_str_eq(pattern, AUD_LIT("**")) || aud_str_ends(pattern, AUD_LIT("/**"))) {
        pattern.len--; /* without a slash behind it, it does not descend */
    }
    AUD_TRY(aud_buf_add(buf, pattern, err));
    return folder ? aud_buf_add(buf, AUD_LIT("**/*"), err) : AUD_OK;
}

static aud_status add_rule(parser *p, aud_str pattern, rule r, aud_error *err)
{
    aud_codeowners *file = p->file;
    AUD_CLEANUP(aud_buf_clear) aud_buf buf;
    section *in;

    aud_buf_init(&buf, TEXT_MAX * 2 + 64);
    AUD_TRY(file->dialect == AUD_CODEOWNERS_GITHUB ? github_glob(&buf, pattern, &r.below, err)
                                                   : gitlab_glob(&buf, pattern, &r.below, err));
    AUD_TRY(aud_buf_add(&buf, aud_str_of(BELOW), err));
    AUD_TRY(aud_arena_dup(&file->arena, aud_buf_str(&buf), &r.glob, err));
    r.glob.len -= sizeof BELOW - 1;
    r.catch_all = matches_all(r.glob);
    in = &file->sections.items[p->section];
    r.before = in->last;
    AUD_TRY(AUD_VEC_PUSH(&file->rules, r, err));
    in->last = (uint32_t)file->rules.len;
    return AUD_OK;
}

static aud_status parse_entry(parser *p, aud_str line, aud_error *err)
{
    bool github = p->file->dialect == AUD_CODEOWNERS_GITHUB;
    aud_str rest = line;
    aud_str pattern = next_word(&rest);
    rule r = {.line = p->line};
    bool clean;

    if (pattern.len == 0) {
        return AUD_OK;
    }
    if (github && (pattern.ptr[0] == '!' || aud_str_starts(pattern, AUD_LIT("\\#")) ||
                   aud_str_eq(pattern, AUD_LIT("/")))) {
        return AUD_OK; /* not in GitHub's syntax; "/" alone matches no file */
    }
    if (pattern.ptr[0] == '!') {
        pattern = aud_str_sub(pattern, 1, pattern.len);
        r.excludes = true;
        if (pattern.len == 0) {
            return AUD_OK;
        }
    }
    AUD_TRY(parse_owners(p, rest, &r.first_owner, &r.num_owners, &clean, err));
    if (!clean && github) {
        return AUD_OK; /* a word that is no owner makes the line invalid there */
    }
    if (!github && clean && r.num_owners == 0) {
        r.first_owner = p->first_default;
        r.num_owners = p->num_defaults;
    }
    return add_rule(p, pattern, r, err);
}

static aud_status parse_line(parser *p, aud_str line, aud_error *err)
{
    aud_str name, rest;
    bool clean;

    line = aud_str_trim(line);
    if (line.len == 0 || line.ptr[0] == '#') {
        return AUD_OK;
    }
    if (p->file->dialect == AUD_CODEOWNERS_GITLAB && split_header(line, &name, &rest)) {
        AUD_TRY(enter_section(p, name, err));
        return parse_owners(p, rest, &p->first_default, &p->num_defaults, &clean, err);
    }
    return parse_entry(p, line, err);
}

static aud_codeowners_dialect dialect_of(aud_str path, aud_str text)
{
    aud_str line, name, rest;

    if (aud_str_has(path, AUD_LIT(".gitlab/"))) {
        return AUD_CODEOWNERS_GITLAB;
    }
    if (aud_str_has(path, AUD_LIT(".github/"))) {
        return AUD_CODEOWNERS_GITHUB; /* GitLab does not look there */
    }
    while (aud_str_split(&text, '\n', &line)) {
        if (split_header(aud_str_trim(line), &name, &rest)) {
            return AUD_CODEOWNERS_GITLAB;
        }
    }
    return AUD_CODEOWNERS_GITHUB;
}

aud_status aud_codeowners_parse(aud_str path, aud_str text, aud_codeowners **out, aud_error *err)
{
    AUD_CLEANUP(aud_codeowners_freep) aud_codeowners *file = NULL;
    AUD_CLEANUP(aud_map_freep) aud_map *names = NULL;
    const section unnamed = {0};
    parser p = {0};
    aud_str line;

    if (text.len > TEXT_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "'%.*s' is over 3 MiB", AUD_ARG(path));
    }
    if (aud_str_starts(text, AUD_LIT("\xef\xbb\xbf"))) {
        text = aud_str_sub(text, 3, text.len);
    }
    file = aud_alloc_zero(1, sizeof *file);
    if (file == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&file->arena, (size_t)TEXT_MAX * 64);
    file->dialect = dialect_of(path, text);
    AUD_TRY(aud_map_new(&names, err));
    AUD_TRY(AUD_VEC_PUSH(&file->sections, unnamed, err));
    p.file = file;
    p.names = names;
    while (aud_str_split(&text, '\n', &line)) {
        p.line++;
        AUD_TRY(parse_line(&p, line, err));
    }
    *out = AUD_MOVE(file);
    return AUD_OK;
}

void aud_codeowners_freep(aud_codeowners **owners)
{
    aud_codeowners *file = *owners;

    if (file == NULL) {
        return;
    }
    aud_free(file->rules.items);
    aud_free(file->sections.items);
    aud_free(file->owners.items);
    aud_arena_clear(&file->arena);
    aud_free(file);
    *owners = NULL;
}

aud_codeowners_dialect aud_codeowners_of(const aud_codeowners *owners)
{
    return owners->dialect;
}

static bool rule_matches(const rule *r, aud_str path)
{
    return r->catch_all || aud_glob_match(r->glob, path) ||
           (r->below &&
            aud_glob_match((aud_str){r->glob.ptr, r->glob.len + sizeof BELOW - 1}, path));
}

/* The rule of a section that decides on the path. What is excluded stays out of the section. */
static const rule *decide(const aud_codeowners *file, const section *in, aud_str path)
{
    const rule *found = NULL;

    for (uint32_t at = in->last; at != 0; at = file->rules.items[at - 1].before) {
        const rule *r = &file->rules.items[at - 1];

        if ((found == NULL || r->excludes) && rule_matches(r, path)) {
            if (r->excludes) {
                return NULL;
            }
            found = r;
            if (file->dialect == AUD_CODEOWNERS_GITHUB) {
                break;
            }
        }
    }
    return found;
}

static bool is_given(const aud_codeowner *owners, size_t num, aud_str owner)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(owners[i].owner, owner)) {
            return true;
        }
    }
    return false;
}

size_t aud_codeowners_find(const aud_codeowners *owners, aud_str path, aud_codeowner *out,
                           size_t max)
{
    size_t num = 0;

    for (size_t s = 0; s < owners->sections.len; s++) {
        const rule *r = decide(owners, &owners->sections.items[s], path);

        for (uint32_t i = 0; r != NULL && i < r->num_owners; i++) {
            aud_str owner = owners->owners.items[r->first_owner + i];

            if (is_given(out, num < max ? num : max, owner)) {
                continue;
            }
            if (num < max) {
                out[num] = (aud_codeowner){owner, r->line, r->catch_all};
            }
            num++;
        }
    }
    return num;
}
