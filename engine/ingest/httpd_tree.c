/* engine/ingest/httpd_tree.c - Apache httpd's configuration as a tree, included files in place. */
#include "engine/ingest/httpd_tree.h"

#include "engine/base/text.h"
#include "engine/ingest/config_template.h"

enum {
    MAX_DEPTH = 64,
    MAX_INCLUDES = 4000,
    MAX_INCLUDE_DEPTH = 24,
    MAX_NODES = 2000000,
    MAX_LINE = 1 << 20,
    MAX_FILE = 16 << 20,
};

typedef enum section { SECTION_BLOCK, SECTION_HOLDS, SECTION_MAY_HOLD, SECTION_SKIPPED } section;

typedef struct source {
    const struct source *above;
    aud_str path, text;
    size_t at;
    uint32_t line;
    unsigned depth, conditions;
} source;

typedef struct parse {
    httpd_tree *tree;
    const aud_reading *reading;
    size_t includes, nodes;
    AUD_VEC(aud_conf_word) words;
} parse;

typedef struct opened {
    aud_str name;
    section kind;
    uint32_t line;
} opened;

typedef struct level {
    opened sections[MAX_DEPTH];
    size_t num, skipped;
    aud_conf_node *into;
} level;

/* --- nodes ------------------------------------------------------------------------------------ */

static aud_status add_node(parse *p, const source *s, aud_conf_node *into, uint32_t line,
                           aud_conf_node **out, aud_error *err)
{
    if (++p->nodes > MAX_NODES) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d directives", MAX_NODES);
    }
    return aud_conf_add(p->reading->arena, into, (aud_config_place){s->path, line}, s->conditions,
                        out, err);
}

static aud_status add_unread(parse *p, const source *s, aud_conf_node *into, uint32_t line,
                             const char *why, aud_str what, aud_error *err)
{
    aud_conf_node *node;

    AUD_TRY(add_node(p, s, into, line, &node, err));
    return aud_conf_set_unread(p->reading->arena, node, why, what, err);
}

static aud_status give_up(parse *p, source *s, aud_conf_node *into, uint32_t line, const char *why,
                          aud_error *err)
{
    aud_sighting where = aud_reading_at(p->reading, line, AUD_USE_CONFIGURED);

    where.path = s->path;
    s->at = s->text.len;
    AUD_TRY(aud_reading_gap_at(p->reading, AUD_GAP_BROKEN, &where, err,
                               "httpd would not read this: %s; correct it here", why));
    for (aud_conf_node *open = into; open; open = open->parent) {
        AUD_TRY(add_unread(p, s, open, line, "the file cannot be read from here on",
                           (aud_str){NULL, 0}, err));
    }
    return AUD_OK;
}

/* --- lines and words -------------------------------------------------------------------------- */

/* The next line, those that a backslash continues joined; also comments go on so. */
static aud_status next_line(parse *p, source *s, aud_str *out, uint32_t *out_line, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf joined = {.max = MAX_LINE};
    bool more = true;

    *out_line = s->line + 1;
    while (more && s->at < s->text.len) {
        const size_t end = aud_str_find(s->text, AUD_LIT("\n"), s->at);
        const size_t stop = end == SIZE_MAX ? s->text.len : end;
        aud_str part = aud_str_sub(s->text, s->at, stop - s->at);

        s->at = end == SIZE_MAX ? s->text.len : end + 1;
        s->line++;
        part = aud_str_ends(part, AUD_LIT("\r")) ? aud_str_sub(part, 0, part.len - 1) : part;
        more = aud_str_ends(part, AUD_LIT("\\"));
        part = more ? aud_str_sub(part, 0, part.len - 1) : part;
        if (joined.len == 0 && !more) {
            *out = aud_str_trim(part);
            return AUD_OK;
        }
        AUD_TRY(aud_buf_add(&joined, part, err));
    }
    AUD_TRY(aud_arena_dup(p->reading->arena, aud_buf_str(&joined), out, err));
    *out = aud_str_trim(*out);
    return AUD_OK;
}

static aud_str value_of(const httpd_tree *tree, aud_str name)
{
    for (size_t i = tree->defines.len; i > 0; i--) {
        if (aud_str_eq(tree->defines.items[i - 1].header, name)) {
            return tree->defines.items[i - 1].field;
        }
    }
    return (aud_str){NULL, 0};
}

/* ${NAME} by its value; what no Define gives stays, and marks the word. */
static aud_status substitute(parse *p, aud_str text, aud_conf_word *out, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf done = {.max = MAX_LINE};
    size_t at = 0, open;

    if (!aud_str_has(text, AUD_LIT("${"))) {
        return aud_arena_dup(p->reading->arena, text, &out->text, err);
    }
    while ((open = aud_str_find(text, AUD_LIT("${"), at)) != SIZE_MAX) {
        const size_t close = aud_str_find(text, AUD_LIT("}"), open);
        if (close == SIZE_MAX) {
            break;
        }
        const aud_str value = value_of(p->tree, aud_str_sub(text, open + 2, close - open - 2));
        AUD_TRY(aud_buf_add(&done, aud_str_sub(text, at, open - at), err));
        out->templated = out->templated || !value.ptr;
        AUD_TRY(
            aud_buf_add(&done, value.ptr ? value : aud_str_sub(text, open, close + 1 - open), err));
        at = close + 1;
    }
    AUD_TRY(aud_buf_add(&done, aud_str_sub(text, at, text.len), err));
    return aud_arena_dup(p->reading->arena, aud_buf_str(&done), &out->text, err);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* One word as ap_getword_conf takes it; a template's mark goes on to its end. */
static aud_str cut_word(aud_str *rest, bool *out_templated)
{
    size_t begin = 0, end, close;
    aud_str word;

    while (begin < rest->len && is_blank(rest->ptr[begin])) {
        begin++;
    }
    *rest = aud_str_sub(*rest, begin, rest->len);
    if (rest->len == 0) {
        return (aud_str){NULL, 0};
    }
    const char quote = rest->ptr[0];
    if (quote == '"' || quote == '\'') {
        for (end = 1; end < rest->len && rest->ptr[end] != quote; end++) {
            end += rest->ptr[end] == '\\' && end + 1 < rest->len ? 1 : 0;
        }
        word = aud_str_sub(*rest, 1, end - 1);
        *rest = aud_str_sub(*rest, end < rest->len ? end + 1 : end, rest->len);
        *out_templated = aud_template_in(word);
        return word;
    }
    for (end = 0; end < rest->len && !is_blank(rest->ptr[end]);) {
        const bool mark = aud_template_begins(aud_str_sub(*rest, end, rest->len), &close);
        *out_templated = *out_templated || mark;
        end += mark ? close : 1;
    }
    word = aud_str_sub(*rest, 0, end);
    *rest = aud_str_sub(*rest, end, rest->len);
    return word;
}

static aud_status take_words(parse *p, aud_str line, aud_error *err)
{
    p->words.len = 0;
    while (line.len > 0) {
        aud_conf_word word = {0};
        const aud_str text = cut_word(&line, &word.templated);

        if (text.ptr == NULL) {
            break;
        }
        AUD_TRY(substitute(p, text, &word, err));
        AUD_TRY(AUD_VEC_PUSH(&p->words, word, err));
    }
    return AUD_OK;
}

static aud_status lower(aud_arena *arena, aud_str text, aud_str *out, aud_error *err)
{
    AUD_TRY(aud_arena_dup(arena, text, out, err));
    char *to = (char *)(uintptr_t)out->ptr; /* our own copy */
    for (size_t i = 0; i < out->len; i++) {
        to[i] = (char)(to[i] >= 'A' && to[i] <= 'Z' ? to[i] - 'A' + 'a' : to[i]);
    }
    return AUD_OK;
}

/* --- sections --------------------------------------------------------------------------------- */

static section by_module(aud_str name)
{
    static const char *const present[] = {"mod_ssl.c", "ssl_module", "mod_headers.c",
                                          "headers_module"};
    const bool not_there = aud_str_starts(name, AUD_LIT("!"));

    name = not_there ? aud_str_sub(name, 1, name.len) : name;
    /* without them nothing that concerns us happens at all */
    return !aud_conf_one_of(name, present, AUD_COUNT(present)) ? SECTION_MAY_HOLD
           : not_there                                         ? SECTION_SKIPPED
                                                               : SECTION_HOLDS;
}

static section by_define(const parse *p, aud_str name)
{
    const bool not_there = aud_str_starts(name, AUD_LIT("!"));
    const bool known = value_of(p->tree, not_there ? aud_str_sub(name, 1, name.len) : name).ptr;

    /* the command line may define it as well */
    return !known ? SECTION_MAY_HOLD : not_there ? SECTION_SKIPPED : SECTION_HOLDS;
}

/* Against 2.4, the only release that is kept up; its last number is not known. */
static section by_version(const parse *p)
{
    aud_str op = AUD_LIT("="), version = {NULL, 0};
    uint64_t major = 0, minor = 0;
    aud_str part;

    if (p->words.len == 3) {
        op = p->words.items[1].text;
        version = p->words.items[2].text;
    } else if (p->words.len == 2) {
        version = p->words.items[1].text;
    }
    while (version.len > 0 && (version.ptr[0] == '>' || version.ptr[0] == '<' ||
                               version.ptr[0] == '=' || version.ptr[0] == '!')) {
        op = aud_str_sub(version, 0, version.len > 1 && version.ptr[1] == '=' ? 2 : 1);
        version = aud_str_sub(version, op.len, version.len);
    }
    if (!aud_str_split(&version, '.', &part) || !aud_parse_u64(part, &major) ||
        !aud_str_split(&version, '.', &part) || !aud_parse_u64(part, &minor)) {
        return SECTION_MAY_HOLD;
    }
    const int64_t own = 2 * 1000 + 4, other = (int64_t)(major * 1000 + minor);
    const bool exact = version.ptr != NULL; /* "2.4.10": a third number */
    const bool greater = aud_str_starts(op, AUD_LIT(">")), less = aud_str_starts(op, AUD_LIT("<"));
    if (own == other && exact) {
        return SECTION_MAY_HOLD;
    }
    if (!greater && !less) {
        return SECTION_MAY_HOLD;
    }
    const bool equal_too = op.len == 2;
    const bool holds = own == other ? (greater || equal_too) : greater ? own > other : own < other;
    return holds ? SECTION_HOLDS : SECTION_SKIPPED;
}

static section kind_of(const parse *p, aud_str name)
{
    static const char *const conditions[] = {
        "ifmodule", "ifdefine", "ifversion", "ifdirective", "ifsection",  "iffile",
        "if",       "elseif",   "else",      "requireall",  "requireany", "requirenone"};
    const aud_str first = p->words.len > 1 ? p->words.items[1].text : (aud_str){NULL, 0};

    if (!aud_conf_one_of(name, conditions, AUD_COUNT(conditions))) {
        return SECTION_BLOCK;
    }
    return aud_str_eq(name, AUD_LIT("ifmodule"))    ? by_module(first)
           : aud_str_eq(name, AUD_LIT("ifdefine"))  ? by_define(p, first)
           : aud_str_eq(name, AUD_LIT("ifversion")) ? by_version(p)
                                                    : SECTION_MAY_HOLD;
}

static aud_status keep_words(parse *p, aud_conf_node *node, aud_str name, aud_error *err)
{
    node->name = name;
    return aud_conf_set_args(p->reading->arena, node, p->words.items + 1, p->words.len - 1, err);
}

static aud_status open_section(parse *p, source *s, level *l, aud_str line, uint32_t at,
                               aud_error *err)
{
    aud_str inside = aud_str_sub(line, 1, line.len), name;
    aud_conf_node *node;

    if (!aud_str_ends(inside, AUD_LIT(">"))) {
        return give_up(p, s, l->into, at, "a section's line is not ended by '>'", err);
    }
    AUD_TRY(take_words(p, aud_str_sub(inside, 0, inside.len - 1), err));
    if (p->words.len == 0 || l->num >= MAX_DEPTH) {
        return give_up(p, s, l->into, at, "a section has no name, or stands too deep", err);
    }
    AUD_TRY(lower(p->reading->arena, p->words.items[0].text, &name, err));
    opened one = {name, l->skipped > 0 ? SECTION_SKIPPED : kind_of(p, name), at};
    if (one.kind == SECTION_BLOCK) {
        AUD_TRY(add_node(p, s, l->into, at, &node, err));
        AUD_TRY(keep_words(p, node, name, err));
        node->block = true;
        l->into = node;
    }
    l->skipped += one.kind == SECTION_SKIPPED ? 1 : 0;
    s->conditions += one.kind == SECTION_MAY_HOLD ? 1 : 0;
    l->sections[l->num++] = one;
    return AUD_OK;
}

static aud_status close_section(parse *p, source *s, level *l, aud_str line, uint32_t at,
                                aud_error *err)
{
    const size_t end = aud_str_find(line, AUD_LIT(">"), 0);
    const aud_str name = aud_str_trim(aud_str_sub(line, 2, end == SIZE_MAX ? 0 : end - 2));

    if (l->num == 0 || !aud_str_ieq(l->sections[l->num - 1].name, name)) {
        return give_up(p, s, l->into, at, "a section ends that was not begun last", err);
    }
    switch (l->sections[--l->num].kind) {
    case SECTION_BLOCK:
        l->into = l->into->parent;
        break;
    case SECTION_SKIPPED:
        l->skipped--;
        break;
    case SECTION_MAY_HOLD:
        s->conditions -= s->conditions > 0 ? 1 : 0;
        break;
    case SECTION_HOLDS:
        break;
    }
    return AUD_OK;
}

/* --- includes --------------------------------------------------------------------------------- */

static aud_status parse_lines(parse *p, source *s, aud_conf_node *into, aud_error *err);

/* Packages' files without a word of TLS. */
static bool is_harmless(aud_str path)
{
    static const char *const marks[] = {".load", "charset",    "mods-enabled/*.load",
                                        "magic", "mime.types", "conf.modules.d"};

    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (aud_str_has(path, aud_str_of(marks[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_open_above(const source *s, aud_str path)
{
    for (; s; s = s->above) {
        if (aud_str_eq(s->path, path)) {
            return true;
        }
    }
    return false;
}

static aud_status parse_included(parse *p, source *above, aud_conf_node *into, uint32_t line,
                                 aud_input *input, aud_error *err)
{
    source s = {.above = above, .depth = above->depth + 1, .conditions = above->conditions};
    aud_str bytes;

    AUD_TRY(aud_arena_dup(p->reading->arena, input->path, &s.path, err));
    if (is_open_above(above, s.path) || s.depth > MAX_INCLUDE_DEPTH ||
        ++p->includes > MAX_INCLUDES) {
        return give_up(p, above, into, line, "files include each other in a circle, or too many",
                       err);
    }
    const aud_status st = input->whole(input, MAX_FILE, &bytes, err);
    if (st == AUD_E_NOMEM) {
        return st;
    }
    if (st != AUD_OK) {
        return add_unread(p, above, into, line, "the file that is included cannot be read", s.path,
                          err);
    }
    AUD_TRY(aud_arena_dup(p->reading->arena, bytes, &s.text, err));
    AUD_TRY(AUD_VEC_PUSH(&p->tree->included, s.path, err));
    return parse_lines(p, &s, into, err);
}

static aud_status include_pattern(parse *p, source *s, aud_conf_node *into, uint32_t line,
                                  aud_str pattern, aud_error *err)
{
    aud_str *paths = NULL;
    size_t num = 0;

    AUD_TRY(aud_config_glob(&p->tree->files, pattern, &paths, &num, err));
    for (size_t i = 0; i < num; i++) {
        AUD_CLEANUP(aud_config_closep) aud_input *input = NULL;
        const aud_status st = p->reading->input->open(p->reading->input, paths[i], &input, err);

        if (st == AUD_E_NOMEM) {
            return st;
        }
        AUD_TRY(input ? parse_included(p, s, into, line, input, err)
                      : add_unread(p, s, into, line, "the file that is included cannot be read",
                                   paths[i], err));
    }
    return num > 0 || is_harmless(pattern)
               ? AUD_OK
               : add_unread(p, s, into, line, "the source does not have what is included", pattern,
                            err);
}

static aud_status include(parse *p, source *s, aud_conf_node *into, uint32_t line,
                          const aud_conf_word *path, aud_error *err)
{
    AUD_CLEANUP(aud_config_closep) aud_input *input = NULL;
    aud_str below;

    if (path->templated) {
        return is_harmless(path->text)
                   ? AUD_OK
                   : add_unread(p, s, into, line,
                                "the name of the file that is included is filled in", path->text,
                                err);
    }
    if (aud_str_has(path->text, AUD_LIT("*")) || aud_str_has(path->text, AUD_LIT("?")) ||
        aud_str_has(path->text, AUD_LIT("["))) {
        return include_pattern(p, s, into, line, path->text, err);
    }
    AUD_TRY(aud_config_open(&p->tree->files, path->text, &input, err));
    if (input) {
        return parse_included(p, s, into, line, input, err);
    }
    /* a folder means all that is in it */
    AUD_TRY(aud_arena_printf(p->reading->arena, &below, err, "%.*s/*", AUD_ARG(path->text)));
    return include_pattern(p, s, into, line, below, err);
}

/* --- directives ------------------------------------------------------------------------------- */

static aud_status define(parse *p, aud_error *err)
{
    const bool valued = p->words.len > 2;
    const aud_mapping one = {p->words.items[1].text, valued ? p->words.items[2].text : AUD_LIT("")};

    return valued && p->words.items[2].templated ? AUD_OK
                                                 : AUD_VEC_PUSH(&p->tree->defines, one, err);
}

static aud_status directive(parse *p, source *s, level *l, aud_str line, uint32_t at,
                            aud_error *err)
{
    aud_conf_node *node;
    aud_str name;

    AUD_TRY(take_words(p, line, err));
    if (p->words.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(lower(p->reading->arena, p->words.items[0].text, &name, err));
    if (p->words.len >= 2 &&
        (aud_str_eq(name, AUD_LIT("include")) || aud_str_eq(name, AUD_LIT("includeoptional")))) {
        const aud_conf_word path = p->words.items[1];
        return include(p, s, l->into, at, &path, err);
    }
    if (p->words.len >= 2 && aud_str_eq(name, AUD_LIT("define"))) {
        AUD_TRY(define(p, err));
    }
    if (p->words.len >= 2 && aud_str_eq(name, AUD_LIT("use"))) {
        return add_unread(p, s, l->into, at, "a macro fills in what stands here",
                          p->words.items[1].text, err);
    }
    AUD_TRY(add_node(p, s, l->into, at, &node, err));
    return keep_words(p, node, name, err);
}

/* A template's statements at the line's beginning; what is left behind them. */
static aud_status template_statements(parse *p, source *s, level *l, aud_str *line, uint32_t at,
                                      aud_error *err)
{
    size_t len;

    while (aud_template_begins(*line, &len)) {
        switch (aud_template_effect_of(aud_str_sub(*line, 0, len))) {
        case AUD_TEMPLATE_OPENS:
            s->conditions++;
            break;
        case AUD_TEMPLATE_CLOSES:
            s->conditions -= s->conditions > 0 ? 1 : 0;
            break;
        case AUD_TEMPLATE_FILLS:
            AUD_TRY(add_unread(p, s, l->into, at, "a template fills in what stands here",
                               (aud_str){NULL, 0}, err));
            *line = (aud_str){NULL, 0}; /* a directive whose name is filled in */
            return AUD_OK;
        case AUD_TEMPLATE_NOTHING:
            break;
        }
        *line = aud_str_trim(aud_str_sub(*line, len, line->len));
    }
    return AUD_OK;
}

static aud_status one_line(parse *p, source *s, level *l, aud_str line, uint32_t at, aud_error *err)
{
    AUD_TRY(template_statements(p, s, l, &line, at, err));
    if (line.len == 0 || line.ptr[0] == '#') {
        return AUD_OK;
    }
    if (memchr(line.ptr, '\0', line.len) != NULL) {
        return give_up(p, s, l->into, at, "a NUL stands in it", err);
    }
    if (aud_str_starts(line, AUD_LIT("</"))) {
        return close_section(p, s, l, line, at, err);
    }
    if (line.ptr[0] == '<') {
        return open_section(p, s, l, line, at, err);
    }
    return l->skipped > 0 ? AUD_OK : directive(p, s, l, line, at, err);
}

static aud_status parse_lines(parse *p, source *s, aud_conf_node *into, aud_error *err)
{
    level *l = AUD_ARENA_NEW(p->reading->arena, level);

    if (!l) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    l->into = into;
    if (aud_str_starts(s->text, AUD_LIT("\xef\xbb\xbf"))) {
        s->at = 3;
    }
    while (s->at < s->text.len) {
        aud_str line;
        uint32_t at;
        const aud_status st = next_line(p, s, &line, &at, err);

        if (st == AUD_E_LIMIT) {
            return give_up(p, s, l->into, at, "a line is too long", err);
        }
        AUD_TRY(st);
        AUD_TRY(one_line(p, s, l, line, at, err));
    }
    if (l->num > 0 && s->line > 0 && l->into != NULL) {
        return give_up(p, s, l->into, l->sections[l->num - 1].line, "a section is not closed", err);
    }
    return AUD_OK;
}

void aud_httpd_clear(httpd_tree *tree)
{
    aud_free(tree->included.items);
    aud_free(tree->defines.items);
    tree->included.items = NULL;
    tree->defines.items = NULL;
}

aud_status aud_httpd_parse(httpd_tree *tree, const aud_reading *r, aud_str text, aud_error *err)
{
    parse p = {.tree = tree, .reading = r};
    source s = {.path = r->input->path, .text = text};

    tree->root = (aud_conf_node){.at = {r->input->path, 1}, .block = true};
    const aud_status st = parse_lines(&p, &s, &tree->root, err);
    aud_free(p.words.items);
    return st;
}

/* --- bids ------------------------------------------------------------------------------------- */

static unsigned weight_of(aud_str line)
{
    static const char *const words[] = {
        "sslengine",
        "sslprotocol",
        "sslciphersuite",
        "sslcertificatefile",
        "sslcertificatekeyfile",
        "sslproxyengine",
        "sslproxyverify",
        "sslproxyprotocol",
        "sslhonorcipherorder",
        "sslsessiontickets",
        "sslopensslconfcmd",
        "sslusestapling",
        "sslstaplingcache",
        "sslverifyclient",
        "sslcertificatechainfile",
        "sslproxyciphersuite",
        "ssloptions",
    };
    bool templated = false;
    const aud_str name = cut_word(&line, &templated);

    for (size_t i = 0; i < AUD_COUNT(words); i++) {
        if (aud_str_ieq(name, aud_str_of(words[i])) && aud_str_trim(line).len > 0) {
            return 100;
        }
    }
    if (aud_str_ieq(name, AUD_LIT("<VirtualHost")) && aud_str_ends(line, AUD_LIT(">"))) {
        return 100;
    }
    return aud_str_ieq(name, AUD_LIT("IncludeOptional")) || aud_str_ieq(name, AUD_LIT("ServerRoot"))
               ? 60
               : 0;
}

/* Beginnings of httpd's directives, and of its usual modules'. */
static bool is_familiar(aud_str line)
{
    static const char *const beginnings[] = {
        "SSL",     "Server",  "Document",  "Error",      "Custom",   "Log",       "Proxy",
        "Rewrite", "Header",  "Request",   "Include",    "Listen",   "Load",      "Define",
        "Use",     "Options", "Allow",     "Require",    "Order ",   "Deny ",     "Satisfy",
        "Add",     "Set",     "Directory", "Alias",      "Script",   "Redirect",  "User ",
        "Group ",  "Timeout", "Keep",      "Max",        "Min",      "Start",     "Thread",
        "Pid",     "Host",    "Access",    "Auth",       "Browser",  "Protocols", "H2",
        "Mutex",   "Trace",   "Type",      "Fallback",   "Expires",  "File",      "php_",
        "WSGI",    "Pass",    "MD",        "Name",       "Balancer", "Cache",     "Deflate",
        "Dav",     "SVN",     "Suexec",    "Substitute", "Jk",       "Sec",       "Unset",
        "Limit",   "Cross",   "RLimit",    "Graceful",   "Enable",   "Content",   "Default",
        "Force",   "Index",   "Language",  "Read",       "Remove",   "Action",    "<",
        "Remote",  "Perl",    "Java",      "Mod",        "Input",    "Filter",    "Virtual",
    };

    for (size_t i = 0; i < AUD_COUNT(beginnings); i++) {
        const aud_str own = aud_str_of(beginnings[i]);
        if (aud_str_ieq(aud_str_sub(line, 0, own.len), own)) {
            return true;
        }
    }
    return false;
}

/* A line that no configuration of httpd has: code, another format. */
static bool is_foreign(aud_str line)
{
    const char c = line.ptr[0];

    if (c == '<') {
        return aud_str_starts(line, AUD_LIT("<?")) || aud_str_starts(line, AUD_LIT("<!"));
    }
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) ||
           aud_str_ends(line, AUD_LIT(";")) || aud_str_ends(line, AUD_LIT("{")) ||
           aud_str_ends(line, AUD_LIT(":"));
}

static bool may_be(aud_str head)
{
    static const char *const marks[] = {"SSL", "ssl", "VirtualHost", "ServerRoot",
                                        "IncludeOptional"};

    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (aud_str_has(head, aud_str_of(marks[i]))) {
            return true;
        }
    }
    return false;
}

/* Prose about httpd quotes its lines too: most lines must be its own. */
unsigned aud_httpd_evidence(aud_str head)
{
    unsigned bits = 0, lines = 0, strange = 0;
    bool continued = false;
    aud_str line;
    size_t len;

    if (!may_be(head)) {
        return 0;
    }
    if (aud_str_starts(head, AUD_LIT("\xef\xbb\xbf"))) {
        head = aud_str_sub(head, 3, head.len);
    }
    while (aud_str_split(&head, '\n', &line)) {
        const bool part = continued;

        line = aud_str_trim(line);
        continued = aud_str_ends(line, AUD_LIT("\\"));
        if (part || line.len == 0 || line.ptr[0] == '#' || aud_template_begins(line, &len)) {
            continue;
        }
        if (is_foreign(line)) {
            return 0;
        }
        lines++;
        strange += is_familiar(line) ? 0 : 1;
        bits += weight_of(line);
    }
    return strange * 4 <= lines + 4 && bits >= 60 ? (bits < 400 ? bits : 400) : 0;
}
