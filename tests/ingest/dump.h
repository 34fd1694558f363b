/* tests/ingest/dump.h - what a reader handed on, as JSON, and held against a file. */
#ifndef AUD_TESTS_INGEST_DUMP_H
#define AUD_TESTS_INGEST_DUMP_H

#include "tests/support/support.h"

#include "engine/base/instant.h"
#include "engine/base/out.h"
#include "engine/base/text.h"
#include "engine/ingest/adapter.h"
#include "engine/pki/cert.h"
#include "engine/tree/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* Everything that came through the sink, in order, and how much of what. */
typedef struct dump {
    aud_buf text;
    aud_out *out;
    aud_json_writer w;
    aud_arena scratch;
    aud_sink sink;
    size_t subjects[AUD_NUM_KINDS], gaps[AUD_NUM_GAPS], num_gaps, num_subjects;
    int64_t taken;
    size_t refuse_at; /* lets the sink fail at its n-th call; 0: never */
    size_t calls;
    aud_outcome outcome;
} dump;

static inline void dump_where(dump *d, const aud_sighting *s)
{
    aud_json_key(&d->w, "where");
    aud_json_begin_object(&d->w);
    aud_json_put_str(&d->w, "path", s->path);
    if (s->line > 0) {
        aud_json_put_int(&d->w, "line", s->line);
    }
    if (s->member > 0) {
        aud_json_put_int(&d->w, "member", s->member);
    }
    if (s->record.len > 0) {
        aud_json_put_str(&d->w, "record", s->record);
    }
    if (s->host.len > 0) {
        aud_json_put_str(&d->w, "host", s->host);
        aud_json_put_int(&d->w, "port", s->port);
    }
    aud_json_put_text(&d->w, "use", aud_use_name((aud_use)s->use));
    if (s->history) {
        aud_json_put_bool(&d->w, "history", true);
    }
    aud_json_end_object(&d->w);
}

static inline void dump_object(dump *d, const aud_object *object);

static inline void dump_value(dump *d, const aud_value *v)
{
    char text[AUD_INSTANT_TEXT];

    if (v->presence == AUD_ABSENT) {
        aud_json_null(&d->w);
        return;
    }
    switch ((aud_type)v->type) {
    case AUD_T_BOOL:
        aud_json_bool(&d->w, v->as.boolean);
        break;
    case AUD_T_INT:
        aud_json_int(&d->w, v->as.number);
        break;
    case AUD_T_TIME:
        aud_json_str(&d->w, (aud_str){text, aud_instant_format(v->as.number, text)});
        break;
    case AUD_T_STRING:
        aud_json_str(&d->w, v->as.string);
        break;
    case AUD_T_LIST:
        aud_json_begin_array(&d->w);
        for (size_t i = 0; i < v->as.list.len; i++) {
            dump_value(d, &v->as.list.items[i]);
        }
        aud_json_end_array(&d->w);
        break;
    case AUD_T_OBJECT:
        dump_object(d, &v->as.object);
        break;
    }
}

/* A suite by its number and where it was accepted; other objects with every fact that is known. */
static inline void dump_object(dump *d, const aud_object *object)
{
    const bool suite = object->type == &aud_type_suite;

    aud_json_begin_object(&d->w);
    for (unsigned i = 0; i < object->type->num_fields; i++) {
        const aud_value v = object->get(object->self, i, &d->scratch);
        if (v.presence != AUD_UNKNOWN && (!suite || i == AUD_F_suite_code ||
                                          i == AUD_F_suite_name || i == AUD_F_suite_protocols)) {
            aud_json_key(&d->w, object->type->fields[i].name);
            dump_value(d, &v);
        }
    }
    aud_json_end_object(&d->w);
}

static inline void dump_certificate(dump *d, aud_str der)
{
    aud_cert cert;
    unsigned char digest[32];
    aud_str hex;

    assert_int_equal(aud_cert_read(der, &cert, NULL), AUD_OK);
    assert_int_equal(aud_sha256(cert.der, digest, NULL), AUD_OK);
    assert_int_equal(
        aud_hex_dup(&d->scratch, (aud_str){(const char *)digest, sizeof(digest)}, &hex, NULL),
        AUD_OK);
    aud_json_put_str(&d->w, "sha256", hex);
    aud_json_put_str(&d->w, "subject_name", aud_name_text(cert.subject, &d->scratch));
}

static inline void dump_owners(dump *d, const aud_seen *seen)
{
    aud_json_key(&d->w, "owners");
    aud_json_begin_array(&d->w);
    for (size_t i = 0; i < seen->num_owners; i++) {
        aud_json_begin_object(&d->w);
        aud_json_put_str(&d->w, "as_written", seen->owners[i].as_written);
        aud_json_put_str(&d->w, "place", seen->owners[i].place);
        aud_json_end_object(&d->w);
        assert_int_equal(seen->owners[i].origin, AUD_OWNER_INVENTORY);
    }
    aud_json_end_array(&d->w);
}

static inline aud_status dump_call(dump *d, aud_error *err)
{
    return ++d->calls == d->refuse_at ? aud_fail(err, AUD_E_FORMAT, "the sink refuses") : AUD_OK;
}

static inline aud_status dump_subject(void *ctx, const aud_seen *seen, aud_error *err)
{
    static const struct {
        const char *name;
        size_t offset;
    } texts[] = {
        {"identity", offsetof(aud_seen, identity)},
        {"label", offsetof(aud_seen, label)},
        {"lineage", offsetof(aud_seen, lineage)},
        {"certificate_sha256", offsetof(aud_seen, certificate_sha256)},
        {"environment", offsetof(aud_seen, environment)},
    };
    dump *d = ctx;

    AUD_TRY(dump_call(d, err));
    d->subjects[seen->kind]++;
    d->num_subjects++;
    assert_true(seen->der.len > 0 || seen->bag != NULL);
    assert_int_equal(seen->der.len > 0, seen->kind == AUD_KIND_CERTIFICATE);
    aud_json_begin_object(&d->w);
    aud_json_put_text(&d->w, "subject", aud_kind_name(seen->kind));
    for (size_t i = 0; i < AUD_COUNT(texts); i++) {
        aud_str text;
        memcpy(&text, (const char *)seen + texts[i].offset, sizeof(text));
        if (text.len > 0) {
            aud_json_put_str(&d->w, texts[i].name, text);
        }
    }
    dump_where(d, &seen->where);
    if (seen->num_owners > 0) {
        dump_owners(d, seen);
    }
    if (seen->bag) {
        const aud_object facts = {seen->bag->type, aud_bag_get, seen->bag};
        const bool declared = seen->kind == AUD_KIND_CERTIFICATE;
        assert_ptr_equal(seen->bag->type, aud_kind_type(declared ? AUD_KIND_RECORD : seen->kind));
        aud_json_key(&d->w, declared ? "declared" : "facts");
        dump_object(d, &facts);
    }
    if (seen->der.len > 0) {
        dump_certificate(d, seen->der);
    }
    aud_json_end_object(&d->w);
    return AUD_OK;
}

static inline aud_status dump_gap(void *ctx, const aud_gap *gap, aud_error *err)
{
    dump *d = ctx;

    AUD_TRY(dump_call(d, err));
    d->gaps[gap->kind]++;
    d->num_gaps++;
    assert_true(gap->reason.len > 0);
    aud_json_begin_object(&d->w);
    aud_json_put_text(&d->w, "gap", aud_gap_name(gap->kind));
    aud_json_put_str(&d->w, "reason", gap->reason);
    dump_where(d, &gap->where);
    aud_json_end_object(&d->w);
    return AUD_OK;
}

static inline aud_status dump_taken(void *ctx, int64_t instant, aud_error *err)
{
    dump *d = ctx;
    char text[AUD_INSTANT_TEXT];

    AUD_TRY(dump_call(d, err));
    d->taken = instant;
    aud_json_begin_object(&d->w);
    aud_json_put_str(&d->w, "taken", (aud_str){text, aud_instant_format(instant, text)});
    aud_json_end_object(&d->w);
    return AUD_OK;
}

static inline void dump_begin(dump *d)
{
    *d = (dump){0};
    aud_buf_init(&d->text, (size_t)256 << 20);
    aud_arena_init(&d->scratch, AUD_ARENA_NO_MAX);
    assert_int_equal(aud_out_open_buf(&d->text, &d->out, NULL), AUD_OK);
    aud_json_writer_init(&d->w, d->out, 1);
    d->sink = (aud_sink){.ctx = d, .subject = dump_subject, .gap = dump_gap, .taken = dump_taken};
    aud_json_begin_array(&d->w);
}

static inline void dump_end(dump *d)
{
    aud_json_end_array(&d->w);
    aud_out_char(d->out, '\n');
    assert_int_equal(aud_out_finish(d->out, NULL), AUD_OK);
}

static inline void dump_clear(dump *d)
{
    aud_out_closep(&d->out);
    aud_buf_clear(&d->text);
    aud_arena_clear(&d->scratch);
}

/* --- inputs ----------------------------------------------------------------------------------- */

/* An input that gives its bytes in pieces of `piece`. */
typedef struct pieces {
    aud_input input;
    aud_str bytes;
    size_t at, piece;
} pieces;

static inline aud_status pieces_next(aud_input *input, aud_str *out_chunk, aud_error *err)
{
    pieces *p = input->ctx;

    AUD_UNUSED(err);
    if (p->at >= p->bytes.len) {
        return AUD_END;
    }
    *out_chunk = aud_str_sub(p->bytes, p->at, p->piece);
    p->at += out_chunk->len;
    return AUD_OK;
}

static inline aud_status pieces_rewind(aud_input *input, aud_error *err)
{
    pieces *p = input->ctx;

    AUD_UNUSED(err);
    p->at = 0;
    return AUD_OK;
}

static inline aud_status pieces_whole(aud_input *input, size_t max, aud_str *out, aud_error *err)
{
    const pieces *p = input->ctx;

    if (p->bytes.len > max) {
        return aud_fail(err, AUD_E_LIMIT, "more than %zu bytes", max);
    }
    *out = p->bytes;
    return AUD_OK;
}

static inline void pieces_init(pieces *p, aud_str path, aud_str bytes, size_t piece)
{
    *p = (pieces){.bytes = bytes, .piece = piece};
    p->input = (aud_input){
        .source = AUD_LIT("test"),
        .path = path,
        .head = aud_str_sub(bytes, 0, (size_t)64 << 10),
        .size = bytes.len,
        .ctx = p,
        .next = pieces_next,
        .rewind = pieces_rewind,
        .whole = pieces_whole,
    };
}

/* Reads the bytes into a dump that was begun; gives what aud_ingest gives. */
static inline aud_status dump_read(dump *d, const char *path, aud_str bytes, size_t piece,
                                   const char *format, const aud_read_options *options)
{
    aud_reader_scratch scratch;
    aud_error err = {0};
    pieces p;

    pieces_init(&p, aud_str_of(path), bytes, piece);
    aud_arena_init(&scratch.arena, (size_t)1 << 30);
    const aud_status st =
        aud_ingest(&p.input, aud_str_of(format), options, &scratch, &d->sink, &d->outcome, &err);
    aud_arena_clear(&scratch.arena);
    return st;
}

/* The dump of bytes read whole; clear it. */
static inline void dump_of(dump *d, const char *path, aud_str bytes, const char *format,
                           const aud_read_options *options)
{
    dump_begin(d);
    assert_int_equal(dump_read(d, path, bytes, SIZE_MAX, format, options), AUD_OK);
    dump_end(d);
}

static inline bool dump_has(const dump *d, const char *text)
{
    return aud_str_has(aud_buf_str(&d->text), aud_str_of(text));
}

static inline void assert_dump_has(const dump *d, const char *text)
{
    if (!dump_has(d, text)) {
        fail_msg("no '%s' in:\n%.*s", text, AUD_ARG(aud_buf_str(&d->text)));
    }
}

/* --- golden files ----------------------------------------------------------------------------- */

static inline void check_want(const char *case_path, const dump *got)
{
    char want_path[1024];
    aud_buf want;

    (void)snprintf(want_path, sizeof(want_path), "%.*s.want.json",
                   (int)(strlen(case_path) - strlen(".in")), case_path);
    if (getenv("AUD_UPDATE_GOLDEN")) {
        FILE *file = fopen(want_path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(got->text.ptr, 1, got->text.len, file), got->text.len);
        (void)fclose(file);
        return;
    }
    aud_test_read(want_path, &want);
    if (!aud_str_eq(aud_buf_str(&want), aud_buf_str(&got->text))) {
        fail_msg("%s differs; got\n%.*s", want_path, AUD_ARG(aud_buf_str(&got->text)));
    }
    aud_buf_clear(&want);
}

/* However the bytes are cut into chunks, the same comes out. */
static inline void check_pieces(const char *path, aud_str bytes, const char *format,
                                const aud_read_options *options, const dump *want)
{
    static const size_t sizes[] = {1, 7, 4096};

    for (size_t i = 0; i < AUD_COUNT(sizes); i++) {
        dump d;
        dump_begin(&d);
        assert_int_equal(dump_read(&d, path, bytes, sizes[i], format, options), AUD_OK);
        dump_end(&d);
        if (!aud_str_eq(aud_buf_str(&d.text), aud_buf_str(&want->text))) {
            fail_msg("%s in pieces of %zu differs:\n%.*s", path, sizes[i],
                     AUD_ARG(aud_buf_str(&d.text)));
        }
        dump_clear(&d);
    }
}

/* A file cut anywhere is read to its end. */
static inline void check_cuts(const char *path, aud_str bytes, const char *format,
                              const aud_read_options *options)
{
    const size_t step = bytes.len / 997 + 1;

    for (size_t len = 0; len < bytes.len; len += step) {
        dump d;
        dump_begin(&d);
        assert_int_equal(dump_read(&d, path, aud_str_sub(bytes, 0, len), SIZE_MAX, format, options),
                         AUD_OK);
        dump_end(&d);
        dump_clear(&d);
    }
}

static inline aud_status idle_subject(void *ctx, const aud_seen *seen, aud_error *err)
{
    AUD_UNUSED(ctx);
    AUD_UNUSED(seen);
    AUD_UNUSED(err);
    return AUD_OK;
}

static inline aud_status idle_gap(void *ctx, const aud_gap *gap, aud_error *err)
{
    AUD_UNUSED(ctx);
    AUD_UNUSED(gap);
    AUD_UNUSED(err);
    return AUD_OK;
}

/* Whichever allocation fails, the reading ends with AUD_E_NOMEM, or did not need it. */
static inline void check_no_memory(const char *path, aud_str bytes, const char *format,
                                   const aud_read_options *options)
{
    const aud_sink sink = {.subject = idle_subject, .gap = idle_gap};
    size_t fine = 0, failed = 0;

    for (uint64_t n = 1; fine < 50; n++) {
        aud_reader_scratch scratch;
        aud_outcome outcome;
        pieces p;

        pieces_init(&p, aud_str_of(path), bytes, SIZE_MAX);
        aud_arena_init(&scratch.arena, (size_t)1 << 30);
        aud_alloc_fail_at(n);
        const aud_status st =
            aud_ingest(&p.input, aud_str_of(format), options, &scratch, &sink, &outcome, NULL);
        aud_alloc_fail_at(0);
        aud_arena_clear(&scratch.arena);
        assert_true(st == AUD_OK || st == AUD_E_NOMEM);
        fine = st == AUD_OK ? fine + 1 : 0;
        failed += st == AUD_E_NOMEM;
    }
    assert_true(failed > 0);
}

/* A failure of the sink ends the reading with the sink's own status, whatever it is. */
static inline void check_refusing_sink(const char *path, aud_str bytes, const char *format,
                                       const aud_read_options *options)
{
    dump whole;

    dump_of(&whole, path, bytes, format, options);
    assert_true(whole.calls > 0);
    for (size_t n = 1; n <= whole.calls; n++) {
        dump d;
        dump_begin(&d);
        d.refuse_at = n;
        assert_int_equal(dump_read(&d, path, bytes, SIZE_MAX, format, options), AUD_E_FORMAT);
        assert_int_equal(d.calls, n);
        dump_end(&d);
        dump_clear(&d);
    }
    dump_clear(&whole);
}

/* Every case of fixtures/ingest/NAME, found by its content alone. */
static inline void check_fixtures(const char *name, const aud_read_options *options)
{
    char folder[512];
    struct dirent **entries = NULL;
    size_t cases = 0;

    (void)snprintf(folder, sizeof(folder), "%s/fixtures/ingest/%s", AUD_SOURCE_DIR, name);
    const int num = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < num; i++) {
        char path[1024];
        const aud_str file = aud_str_of(entries[i]->d_name);

        (void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (aud_str_ends(file, AUD_LIT(".in"))) {
            aud_buf bytes;
            dump d;
            print_message("case: %s\n", entries[i]->d_name);
            aud_test_read(path, &bytes);
            dump_of(&d, entries[i]->d_name, aud_buf_str(&bytes), "", options);
            check_want(path, &d);
            check_pieces(entries[i]->d_name, aud_buf_str(&bytes), "", options, &d);
            check_cuts(entries[i]->d_name, aud_buf_str(&bytes), name, options);
            dump_clear(&d);
            aud_buf_clear(&bytes);
            cases++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(cases > 0);
}

#endif
