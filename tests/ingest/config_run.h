/* tests/ingest/config_run.h - configuration of servers in memory, with its neighbours, as one line
 * a subject: "nginx *:443 a.example.com protocols=TLSv1.2+TLSv1.3 suites=#5 ...". */
#ifndef AUD_TESTS_INGEST_CONFIG_RUN_H
#define AUD_TESTS_INGEST_CONFIG_RUN_H

#include "tests/ingest/samples.h"

typedef struct config_file {
    const char *path, *text;
} config_file;

enum { CONFIG_MAX_FILES = 8 };

typedef struct config_run {
    const config_file *files; /* the first is read; up to one without a path */
    aud_buf text;             /* the lines, "covers PATH" and "gap KIND PATH:LINE REASON" */
    aud_arena arena;
    aud_sink sink;
    size_t num_configs, num_gaps;
} config_run;

typedef struct config_input {
    aud_input input; /* first */
    const config_run *run;
} config_input;

/* "a/../b" to "b", from the folder of `from`; false if it leaves the top. */
static inline bool config_join(aud_str from, aud_str relative, char out[512])
{
    size_t len = from.len;
    aud_str part;

    while (len > 0 && from.ptr[len - 1] != '/') {
        len--;
    }
    len -= len > 0 ? 1 : 0;
    memcpy(out, from.ptr, len);
    out[len] = '\0';
    while (aud_str_split(&relative, '/', &part)) {
        if (aud_str_eq(part, AUD_LIT(".."))) {
            if (len == 0) {
                return false;
            }
            while (len > 0 && out[len - 1] != '/') {
                len--;
            }
            len -= len > 0 ? 1 : 0;
        } else if (part.len > 0 && !aud_str_eq(part, AUD_LIT("."))) {
            assert_true(len + part.len + 2 < 512);
            if (len > 0) {
                out[len++] = '/';
            }
            memcpy(out + len, part.ptr, part.len);
            len += part.len;
        }
        out[len] = '\0';
    }
    return true;
}

static inline void config_input_init(config_input *in, const config_run *run,
                                     const config_file *file);

static inline void config_close(aud_input *input)
{
    free(input);
}

static inline aud_status config_open(aud_input *input, aud_str relative, aud_input **out,
                                     aud_error *err)
{
    const config_run *run = ((const config_input *)(const void *)input)->run;
    char path[512];

    if (!config_join(input->path, relative, path)) {
        return aud_fail(err, AUD_E_DENIED, "outside");
    }
    for (const config_file *file = run->files; file->path; file++) {
        if (strcmp(file->path, path) == 0) {
            config_input *in = calloc(1, sizeof *in);
            assert_non_null(in);
            config_input_init(in, run, file);
            in->input.close = config_close;
            *out = &in->input;
            return AUD_OK;
        }
    }
    return aud_fail(err, AUD_E_NOT_FOUND, "no such file");
}

static inline aud_status config_glob(aud_input *input, aud_str pattern, aud_arena *arena,
                                     aud_str **out, size_t *out_num, aud_error *err)
{
    const config_run *run = ((const config_input *)(const void *)input)->run;
    char path[512];

    *out_num = 0;
    *out = aud_arena_array(arena, CONFIG_MAX_FILES, sizeof **out);
    assert_non_null(*out);
    for (const config_file *file = run->files;
         file->path && config_join(input->path, pattern, path); file++) {
        const aud_str there = aud_str_of(file->path);
        /* relative to the input's folder: what the pattern has before its last part */
        if (aud_glob_match(aud_str_of(path), there)) {
            size_t slash = pattern.len, name = there.len;
            while (slash > 0 && pattern.ptr[slash - 1] != '/') {
                slash--;
            }
            while (name > 0 && there.ptr[name - 1] != '/') {
                name--;
            }
            assert_int_equal(aud_arena_printf(arena, &(*out)[(*out_num)++], err, "%.*s%s",
                                              AUD_ARG(aud_str_sub(pattern, 0, slash)),
                                              there.ptr + name),
                             AUD_OK);
        }
    }
    return AUD_OK;
}

static inline void config_input_init(config_input *in, const config_run *run,
                                     const config_file *file)
{
    in->run = run;
    aud_input_of(&in->input, AUD_LIT("s"), aud_str_of(file->path), aud_str_of(file->text));
    in->input.open = config_open;
    in->input.glob = config_glob;
}

static inline void config_put_value(config_run *run, const aud_value *v)
{
    if (v->presence == AUD_ABSENT) {
        assert_int_equal(aud_buf_printf(&run->text, NULL, "-"), AUD_OK);
    } else if (v->type == AUD_T_BOOL) {
        assert_int_equal(aud_buf_printf(&run->text, NULL, v->as.boolean ? "yes" : "no"), AUD_OK);
    } else if (v->type == AUD_T_STRING) {
        assert_int_equal(aud_buf_printf(&run->text, NULL, "%.*s", AUD_ARG(v->as.string)), AUD_OK);
    } else if (v->type == AUD_T_LIST && v->as.list.len > 0 &&
               v->as.list.items[0].type == AUD_T_OBJECT) {
        assert_int_equal(aud_buf_printf(&run->text, NULL, "#%zu", v->as.list.len), AUD_OK);
    } else if (v->type == AUD_T_LIST) {
        for (size_t i = 0; i < v->as.list.len; i++) {
            assert_int_equal(aud_buf_printf(&run->text, NULL, "%s", i > 0 ? "+" : ""), AUD_OK);
            config_put_value(run, &v->as.list.items[i]);
        }
    } else {
        assert_int_equal(aud_buf_printf(&run->text, NULL, "%lld", (long long)v->as.number), AUD_OK);
    }
}

/* "cipher_string unknown conf/a.conf:3", of what is not stated plainly. */
static inline void config_put_settings(config_run *run, const aud_value *list)
{
    for (size_t i = 0; i < list->as.list.len; i++) {
        const void *s = list->as.list.items[i].as.object.self;
        const aud_value fact = aud_bag_get(s, AUD_F_setting_fact, NULL);
        const aud_value origin = aud_bag_get(s, AUD_F_setting_origin, NULL);
        const aud_value path = aud_bag_get(s, AUD_F_setting_path, NULL);
        const aud_value line = aud_bag_get(s, AUD_F_setting_line, NULL);
        const bool placed = path.presence == AUD_PRESENT && line.presence == AUD_PRESENT;

        assert_int_equal(aud_buf_printf(&run->text, NULL, " [%.*s %.*s%s%.*s",
                                        AUD_ARG(fact.as.string), AUD_ARG(origin.as.string),
                                        placed ? " " : "",
                                        AUD_ARG(placed ? path.as.string : AUD_LIT(""))),
                         AUD_OK);
        if (placed) {
            assert_int_equal(aud_buf_printf(&run->text, NULL, ":%lld", (long long)line.as.number),
                             AUD_OK);
        }
        assert_int_equal(aud_buf_printf(&run->text, NULL, "]"), AUD_OK);
    }
}

static inline aud_status config_subject(void *ctx, const aud_seen *seen, aud_error *err)
{
    config_run *run = ctx;

    AUD_UNUSED(err);
    if (seen->kind != AUD_KIND_TLS_CONFIG) {
        return aud_buf_printf(&run->text, err, "%s %.*s:%u %s\n", aud_kind_name(seen->kind),
                              AUD_ARG(seen->where.path), seen->where.line,
                              aud_use_name((aud_use)seen->where.use));
    }
    run->num_configs++;
    AUD_TRY(aud_buf_printf(&run->text, err, "%s%.*s at %.*s:%u", seen->partial ? "part " : "",
                           AUD_ARG(seen->label), AUD_ARG(seen->where.path), seen->where.line));
    for (size_t i = 0; i < seen->bag->num_facts; i++) {
        const aud_fact *fact = &seen->bag->facts[i];
        if (fact->field == AUD_F_tls_config_settings) {
            config_put_settings(run, &fact->value);
        } else {
            AUD_TRY(aud_buf_printf(&run->text, err,
                                   " %s=", aud_type_tls_config.fields[fact->field].name));
            config_put_value(run, &fact->value);
        }
    }
    return aud_buf_add(&run->text, AUD_LIT("\n"), err);
}

static inline aud_status config_gap(void *ctx, const aud_gap *gap, aud_error *err)
{
    config_run *run = ctx;

    run->num_gaps++;
    return aud_buf_printf(&run->text, err, "gap %s %.*s:%u %.*s\n", aud_gap_name(gap->kind),
                          AUD_ARG(gap->where.path), gap->where.line, AUD_ARG(gap->reason));
}

static inline aud_status config_covers(void *ctx, aud_str path, aud_error *err)
{
    config_run *run = ctx;

    return aud_buf_printf(&run->text, err, "covers %.*s\n", AUD_ARG(path));
}

static inline void config_run_clear(config_run *run)
{
    aud_buf_clear(&run->text);
}

/* Reads files[0]; by its content unless `format` insists. */
static inline void config_run_of(config_run *run, const config_file *files, const char *format,
                                 const aud_read_options *options)
{
    aud_reader_scratch scratch;
    aud_outcome outcome;
    config_input in;
    aud_error err = {0};

    *run = (config_run){.files = files};
    aud_buf_init(&run->text, (size_t)64 << 20);
    run->sink = (aud_sink){
        .ctx = run, .subject = config_subject, .gap = config_gap, .covers = config_covers};
    config_input_init(&in, run, &files[0]);
    aud_arena_init(&scratch.arena, (size_t)1 << 30);
    const aud_status st =
        aud_ingest(&in.input, aud_str_of(format), options, &scratch, &run->sink, &outcome, &err);
    aud_arena_clear(&scratch.arena);
    if (st != AUD_OK) {
        fail_msg("%s", err.message);
    }
}

/* What stands in the lines; behind a '!', what must not. */
typedef struct config_case {
    const char *name;
    config_file files[CONFIG_MAX_FILES];
    const char *has[12];
} config_case;

static inline void check_config_cases(const config_case *cases, size_t num_cases,
                                      const char *format, const aud_read_options *options)
{
    for (size_t i = 0; i < num_cases; i++) {
        const config_case *c = &cases[i];
        config_run run;

        print_message("case: %s\n", c->name);
        config_run_of(&run, c->files, format, options);
        for (size_t k = 0; k < AUD_COUNT(c->has) && c->has[k]; k++) {
            const bool wanted = c->has[k][0] != '!';
            const aud_str text = aud_str_of(c->has[k] + (wanted ? 0 : 1));
            if (aud_str_has(aud_buf_str(&run.text), text) != wanted) {
                fail_msg("%s'%.*s' in:\n%.*s", wanted ? "no " : "", AUD_ARG(text),
                         AUD_ARG(aud_buf_str(&run.text)));
            }
        }
        config_run_clear(&run);
    }
}

/* Every real file of a folder: read to its end or a gap. */
static inline void config_sample(void *ctx, const char *path)
{
    size_t *configs = ctx;
    aud_buf bytes;
    config_run run;

    aud_test_read(path, &bytes);
    assert_int_equal(aud_buf_add(&bytes, (aud_str){"", 1}, NULL), AUD_OK);
    const config_file files[2] = {{path, bytes.ptr}};
    config_run_of(&run, files, "", NULL);
    *configs += run.num_configs;
    config_run_clear(&run);
    aud_buf_clear(&bytes);
}

static inline void check_config_samples(const char *name, size_t least)
{
    const char *folder = aud_test_sample(name);
    char copy[4096];
    size_t configs = 0;

    if (!folder) {
        print_message("%s is not beside the project: skipped\n", name);
        skip();
    }
    (void)snprintf(copy, sizeof copy, "%s", folder);
    (void)aud_test_walk(copy, config_sample, &configs);
    print_message("%zu configurations in %s\n", configs, name);
    assert_in_range(configs, least, 10000);
}

#endif
