/* tests/audit/test_change.c - what a change brings is the same however much of it is read.
 *
 * Generated changes are judged three times: as a pre-merge check reads them, with both
 * sides whole and equal bytes read once, and with both sides whole and everything read. The
 * findings, the gaps and the outcome must be the same, and where only what changed was read, that
 * must have been so often enough to mean something.
 */
#include "engine/audit/change.h"
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "tests/pki/make_cert.h"
#include "tests/vcs/scratch.h"

#include <openssl/pem.h>

enum {
    DAY = 86400,
    NUM_CHANGES = 80,
    NUM_PATHS = 12,
    MAX_CONTENTS = 128,
    EMPTY = MAX_CONTENTS, /* no file at the path */
};

static const char *const paths[NUM_PATHS] = {"a/one.pem",  "a/two.pem",         "a/deep/three.der",
                                             "b/one.pem",  "b/two.pem",         "edge/x",
                                             "edge/y.txt", "scans/assets.json", "z.pem",
                                             "readme",     "a/deep/four.pem",   "old/kept.pem"};

static const char *const codeowners[] = {"", "* @acme/all\n", "/a/ @acme/a\n/b/ @acme/b\n",
                                         "* @acme/all\n/edge/ @acme/edge\n/old/ @acme/old\n"};

static const char *const configs[] = {
    "",
    "version: 1\nowners:\n  - {match: {path: 'a/**'}, owner: team-a}\n"
    "accept:\n  - {path: '**', reason: r}\n",
    "version: 1\nsources:\n  - {name: all, path: .}\nwaivers: waivers.yaml\n",
    "version: 1\nsources:\n  - {name: all, path: ., exclude: [{path: 'old/**', reason: r}]}\n",
};
static const char waivers[] =
    "version: 1\nwaivers:\n  - {id: w, policies: ['core/*'], match: {path: 'old/**'}, reason: r,\n"
    "     owner: o, approver: p, ticket: t, approved: 2025-06-02T00:00:00Z,\n"
    "     expires: 2026-06-01T00:00:00Z}\n";

typedef struct content {
    aud_buf bytes;
    int cert; /* that it holds alone, as PEM; or -1 */
    int der;  /* its other form */
    int renewal;
} content;

typedef struct state {
    int files[NUM_PATHS];
    size_t owners;
    bool link;
} state;

typedef struct world {
    content contents[MAX_CONTENTS];
    size_t num;
    uint64_t seed;
    FILE *stream;
} world;

static unsigned dice(world *w, unsigned sides)
{
    w->seed ^= w->seed << 13;
    w->seed ^= w->seed >> 7;
    w->seed ^= w->seed << 17;
    return (unsigned)(w->seed >> 11) % sides;
}

/* --- contents --------------------------------------------------------------------------------- */

static EVP_PKEY *key_of(unsigned char number)
{
    unsigned char seed[32];

    memset(seed, number, sizeof seed);
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
}

static int add(world *w, aud_str bytes)
{
    content *c = &w->contents[w->num];

    assert_true(w->num < MAX_CONTENTS);
    *c = (content){.cert = -1, .der = -1, .renewal = -1};
    aud_buf_init(&c->bytes, 1 << 20);
    assert_int_equal(aud_buf_add(&c->bytes, bytes, NULL), AUD_OK);
    return (int)w->num++;
}

typedef struct wish {
    const char *name, *purpose;
    int from_days, days; /* from the judged instant */
    unsigned char key;
    bool ca, weak;
} wish;

static X509 *make(const wish *of, long serial)
{
    EVP_PKEY *ca = key_of(200), *key = key_of(of->key);
    X509 *x = X509_new();
    X509V3_CTX context;
    char san[128];
    const struct {
        int nid;
        const char *value;
    } extensions[] = {
        {NID_basic_constraints, of->ca ? "critical,CA:TRUE" : "critical,CA:FALSE"},
        {NID_key_usage, of->ca ? "critical,keyCertSign" : "critical,digitalSignature"},
        {NID_ext_key_usage, of->purpose},
        {NID_subject_alt_name, of->ca ? NULL : san}};

    (void)snprintf(san, sizeof san, "DNS:%s", of->name);
    (void)X509_set_version(x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
    (void)ASN1_TIME_set(X509_getm_notBefore(x), (time_t)AUD_TEST_NOW + of->from_days * DAY);
    (void)ASN1_TIME_set(X509_getm_notAfter(x),
                        (time_t)AUD_TEST_NOW + (of->from_days + of->days) * DAY - 1);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                     (const unsigned char *)of->name, -1, -1, 0);
    (void)X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_UTF8,
                                     (const unsigned char *)"Test CA", -1, -1, 0);
    if (of->weak) {
        aud_buf spki;
        const unsigned char *at;
        EVP_PKEY *weak;

        make_rsa_spki(1024, &spki);
        at = (const unsigned char *)spki.ptr;
        weak = d2i_PUBKEY(NULL, &at, (long)spki.len);
        (void)X509_set_pubkey(x, weak);
        EVP_PKEY_free(weak);
        aud_buf_clear(&spki);
    } else {
        (void)X509_set_pubkey(x, key);
    }
    for (size_t i = 0; i < AUD_COUNT(extensions); i++) {
        X509_EXTENSION *e;

        if (extensions[i].value == NULL) {
            continue;
        }
        X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
        e = X509V3_EXT_conf_nid(NULL, &context, extensions[i].nid, extensions[i].value);
        assert_non_null(e);
        (void)X509_add_ext(x, e, -1);
        X509_EXTENSION_free(e);
    }
    assert_true(X509_sign(x, ca, NULL) > 0);
    EVP_PKEY_free(ca);
    EVP_PKEY_free(key);
    return x;
}

static void add_cert(world *w, const wish *of, long serial)
{
    X509 *x = make(of, serial);
    BIO *pem = BIO_new(BIO_s_mem());
    unsigned char *der = NULL;
    char *text = NULL, record[512], hex[65], digest[32];
    const int len = i2d_X509(x, &der);
    int at, other;

    (void)PEM_write_bio_X509(pem, x);
    const long pem_len = BIO_get_mem_data(pem, &text);
    at = add(w, (aud_str){text, (size_t)pem_len});
    other = add(w, (aud_str){(const char *)der, (size_t)len});
    w->contents[at].cert = at;
    w->contents[at].der = other;
    w->contents[other].der = at;
    if (serial % 3 == 0) { /* an inventory that speaks of it */
        assert_int_equal(
            aud_sha256((aud_str){(const char *)der, (size_t)len}, (unsigned char *)digest, NULL),
            AUD_OK);
        aud_hex_encode((aud_str){digest, 32}, hex);
        (void)snprintf(record, sizeof record,
                       "{\"schema\": \"certaudit/inventory/1\", \"taken_at\": "
                       "\"2026-01-01T00:00:00Z\", \"source\": \"cmdb\", \"records\": [{\"id\": "
                       "\"r%ld\", \"subject\": \"CN=%s\", \"sha256\": \"%.64s\", \"not_after\": "
                       "\"2025-12-0%ldT00:00:00Z\", \"owners\": [\"cmdb-team\"]}]}",
                       serial, of->name, hex, serial % 9 + 1);
        (void)add(w, aud_str_of(record));
    }
    OPENSSL_free(der);
    BIO_free(pem);
    X509_free(x);
}

static void add_contents(world *w)
{
    static const wish wishes[] = {
        {"one.example.com", "serverAuth", -20, 47, 1, false, false},
        {"one.example.com", "serverAuth", -2, 47, 1, false, false},  /* the renewal of the first */
        {"two.example.com", "serverAuth", -60, 47, 2, false, false}, /* expired */
        {"two.example.com", "serverAuth", -10, 47, 3, false, false},
        {"three.example.com", "serverAuth", -10, 398, 4, false, false}, /* valid too long */
        {"three.example.com", "serverAuth", -5, 398, 5, false, false},
        {"four.example.com", "serverAuth", -10, 40, 6, false, true},
        {"five.example.com", "serverAuth", -40, 47, 1, false, false}, /* soon, and a shared key */
        {"five.example.com", "serverAuth", -1, 47, 7, false, false},
        {"six.example.com", "clientAuth", -10, 47, 8, false, false},
        {"seven.example.com", NULL, -10, 398, 9, false, false},
        {"Test CA", NULL, -100, 4000, 200, true, false},
        {"Other CA", NULL, -100, 4000, 10, true, false},
    };
    size_t certs = 0;

    for (size_t i = 0; i < AUD_COUNT(wishes); i++) {
        const size_t before = w->num;

        add_cert(w, &wishes[i], (long)i + 1);
        if (i > 0 && strcmp(wishes[i].name, wishes[i - 1].name) == 0) {
            for (size_t k = 0; k < before; k++) { /* the newest PEM before it */
                if (w->contents[k].cert >= 0) {
                    certs = k;
                }
            }
            w->contents[certs].renewal = (int)before;
        }
    }
    certs = w->num;
    for (unsigned i = 0; i < 12; i++) { /* bundles of two */
        content *a = &w->contents[dice(w, (unsigned)certs)],
                *b = &w->contents[dice(w, (unsigned)certs)];

        if (a->cert >= 0 && b->cert >= 0) {
            const int at = add(w, aud_buf_str(&a->bytes));
            assert_int_equal(aud_buf_add(&w->contents[at].bytes, aud_buf_str(&b->bytes), NULL),
                             AUD_OK);
        }
    }
    (void)add(w, AUD_LIT("nothing of interest\n"));
    (void)add(w, AUD_LIT("nothing, otherwise\n"));
    (void)add(w, aud_str_sub(aud_buf_str(&w->contents[0].bytes), 0, 200)); /* cut off */
    (void)add(w, AUD_LIT("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHsMFcGCSqGSIb3DQEFDTBK\n"
                         "-----END ENCRYPTED PRIVATE KEY-----\n"));
    (void)add(w,
              AUD_LIT("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943"
                      "f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"));
}

/* --- states and changes ----------------------------------------------------------------------- */

static state begin(world *w)
{
    state s = {.owners = dice(w, AUD_COUNT(codeowners)), .link = dice(w, 4) == 0};

    for (size_t i = 0; i < NUM_PATHS; i++) {
        s.files[i] = dice(w, 3) == 0 ? EMPTY : (int)dice(w, (unsigned)w->num);
    }
    return s;
}

/* One of what people do. */
static void alter(world *w, state *s)
{
    const unsigned a = dice(w, NUM_PATHS), b = dice(w, NUM_PATHS);
    const content *c = s->files[a] == EMPTY ? NULL : &w->contents[s->files[a]];
    int kept;

    switch (dice(w, 10)) {
    case 0:
    case 1:
        s->files[a] = (int)dice(w, (unsigned)w->num);
        break;
    case 2:
        s->files[a] = EMPTY;
        break;
    case 3: /* moved */
        s->files[b] = s->files[a];
        s->files[a] = a == b ? s->files[a] : EMPTY;
        break;
    case 4: /* copied */
        s->files[b] = s->files[a];
        break;
    case 5: /* written in its other form */
        s->files[a] = c != NULL && c->der >= 0 ? c->der : s->files[a];
        break;
    case 6:
    case 7: /* renewed in place */
        s->files[a] = c != NULL && c->renewal >= 0 ? c->renewal : s->files[a];
        break;
    case 8:
        kept = s->files[a];
        s->files[a] = s->files[b];
        s->files[b] = kept;
        break;
    default:
        if (dice(w, 3) == 0) {
            s->owners = dice(w, AUD_COUNT(codeowners));
        } else if (dice(w, 3) == 0) {
            s->link = !s->link;
        }
        break;
    }
}

static void put(FILE *out, const char *mode, const char *path, aud_str bytes)
{
    (void)fprintf(out, "M %s inline %s\ndata %zu\n", mode, path, bytes.len);
    (void)fwrite(bytes.ptr, 1, bytes.len, out);
    (void)fputc('\n', out);
}

static void commit(world *w, const state *s, const char *config, int number, const char *side)
{
    (void)fprintf(w->stream,
                  "commit refs/heads/%s%d\nmark :%d\ncommitter t <t@example.com> %d +0000\n"
                  "data 1\nx\n",
                  side, number, number * 2 + (side[0] == 'h') + 1, 1751328000 + number);
    if (side[0] == 'h') {
        (void)fprintf(w->stream, "from :%d\n", number * 2 + 1);
    }
    (void)fputs("deleteall\n", w->stream);
    for (size_t i = 0; i < NUM_PATHS; i++) {
        if (s->files[i] != EMPTY) {
            put(w->stream, "100644", paths[i], aud_buf_str(&w->contents[s->files[i]].bytes));
        }
    }
    if (s->owners > 0) {
        put(w->stream, "100644", "CODEOWNERS", aud_str_of(codeowners[s->owners]));
    }
    if (s->link) {
        put(w->stream, "120000", "b/link.pem", AUD_LIT("../a/one.pem"));
    }
    if (config[0] != '\0') {
        put(w->stream, "100644", "certaudit.yaml", aud_str_of(config));
        put(w->stream, "100644", "waivers.yaml", aud_str_of(waivers));
    }
}

/* --- judging ---------------------------------------------------------------------------------- */

typedef struct outcome {
    aud_buf text;
    bool whole;
    size_t findings;
    aud_str why;
} outcome;

static void put_place(aud_buf *out, const aud_sighting *where)
{
    assert_int_equal(aud_buf_printf(out, NULL, " %.*s:%.*s:%u", AUD_ARG(where->source),
                                    AUD_ARG(where->path), where->line),
                     AUD_OK);
}

static int order_lines(const void *left, const void *right)
{
    return aud_str_cmp(*(const aud_str *)left, *(const aud_str *)right);
}

/* What is gone, less who still sees it: that is told as far as it was read. */
static void put_removed(aud_buf *out, const aud_change_info *change)
{
    aud_str lines[64];
    size_t num = 0;

    for (size_t i = 0; i < change->num_removed && num < AUD_COUNT(lines); i++) {
        aud_str line = change->removed[i];
        const size_t seen = aud_str_find(line, AUD_LIT(", still seen by"), 0);

        line = aud_str_sub(line, 0, seen);
        if (aud_str_starts(line, AUD_LIT("certificate "))) { /* records come and go with them */
            lines[num++] = line;
        }
    }
    qsort(lines, num, sizeof *lines, order_lines);
    for (size_t i = 0; i < num; i++) {
        assert_int_equal(aud_buf_printf(out, NULL, "removed %.*s\n", AUD_ARG(lines[i])), AUD_OK);
    }
}

static void render(const aud_result *r, outcome *out)
{
    aud_buf *text = &out->text;

    assert_int_equal(aud_buf_printf(text, NULL, "exit %d reasons %x files %zu\n",
                                    (int)r->gate.exit_code, r->gate.reasons, r->change->files),
                     AUD_OK);
    for (size_t i = 0; i < r->num_findings; i++) {
        const aud_finding *f = &r->findings[i];

        assert_int_equal(
            aud_buf_printf(text, NULL, "%.*s %.*s %s %s %d '%.*s'",
                           AUD_ARG(r->policies[f->policy].id), AUD_ARG(r->subjects[f->subject].id),
                           aud_verdict_name(f->verdict), aud_severity_name(f->severity), f->gates,
                           AUD_ARG(f->message)),
            AUD_OK);
        for (size_t k = 0; k < f->num_items; k++) {
            assert_int_equal(aud_buf_printf(text, NULL, " %.*s=%.*s", AUD_ARG(f->items[k].item),
                                            AUD_ARG(f->items[k].got)),
                             AUD_OK);
        }
        put_place(text, &f->location);
        assert_int_equal(aud_buf_add(text, AUD_LIT("\n"), NULL), AUD_OK);
    }
    for (size_t i = 0; i < r->num_gaps; i++) {
        assert_int_equal(aud_buf_printf(text, NULL, "gap %s '%.*s' %.*s",
                                        aud_gap_name(r->gaps[i].kind), AUD_ARG(r->gaps[i].reason),
                                        AUD_ARG(r->gaps[i].accepted)),
                         AUD_OK);
        put_place(text, &r->gaps[i].where);
        assert_int_equal(aud_buf_add(text, AUD_LIT("\n"), NULL), AUD_OK);
    }
    for (size_t i = 0; i < r->num_coverage; i++) {
        assert_int_equal(aud_buf_printf(text, NULL, "coverage %.*s %.*s %zu\n",
                                        AUD_ARG(r->coverage[i].policy),
                                        AUD_ARG(r->coverage[i].fact), r->coverage[i].subjects),
                         AUD_OK);
    }
    put_removed(text, r->change);
    for (size_t i = 0; i < r->change->num_left; i++) {
        assert_int_equal(aud_buf_printf(text, NULL, "left %.*s\n", AUD_ARG(r->change->left[i])),
                         AUD_OK);
    }
    out->whole = r->change->whole;
    out->findings = r->num_findings;
}

static void judge(const char *folder, int number, const aud_str *select, size_t num_select,
                  aud_change_read read, outcome *out)
{
    char target[32], head[32];
    AUD_CLEANUP(aud_change_freep) aud_change *change = NULL;
    AUD_CLEANUP(aud_run_freep) aud_run *run = NULL;
    AUD_CLEANUP(aud_arena_clear) aud_arena arena;
    const aud_source_config source = {.name = AUD_LIT("all"), .path = aud_str_of(folder)};
    aud_config config;
    aud_error err = {0};

    (void)snprintf(target, sizeof target, "base%d", number);
    (void)snprintf(head, sizeof head, "head%d", number);
    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    const aud_change_options options = {.path = aud_str_of(folder),
                                        .target = aud_str_of(target),
                                        .head = aud_str_of(head),
                                        .read = read};
    assert_int_equal(aud_change_open(&options, &change, &err), AUD_OK);
    assert_int_equal(aud_change_config(change, (aud_str){NULL, 0}, &arena, &config, &err), AUD_OK);
    aud_source_config configured = config.num_sources > 0 ? config.sources[0] : source;
    configured.path = source.path;
    const aud_run_options run_options = {.config = &config,
                                         .sources = &configured,
                                         .num_sources = 1,
                                         .sources_configured = config.num_sources > 0,
                                         .at = AUD_TEST_NOW,
                                         .at_given = true,
                                         .num_threads = 2,
                                         .select = select,
                                         .num_select = num_select,
                                         .rules = aud_change_rules(change)};
    if (aud_change_run(change, &run_options, &run, &err) != AUD_OK) {
        fail_msg("change %d: %s", number, err.message);
    }
    out->text.len = 0;
    render(aud_run_result(run), out);
}

static void test_however_it_is_read(void **unused)
{
    static const struct {
        const char *name;
        const char *select[8];
        int least; /* changes of which only what changed was read */
    } cases[] = {
        {"content alone", {"core/key_size", "core/validity_max", "core/san_present"}, 25},
        {"and expiry", {"core/key_size", "core/validity_max", "core/expiry"}, 10},
        {"and owners", {"core/key_size", "core/owner_present"}, 0},
        {"and other subjects", {"core/key_reuse", "core/self_signed", "core/expiry"}, 0},
        {"everything", {"core/*"}, 0},
    };
    static const aud_change_read reads[] = {AUD_CHANGE_READ_WHOLE, AUD_CHANGE_READ_TWICE};
    static world w = {.seed = 20260101};
    char *folder = scratch_folder("however_it_is_read");
    char path[4096];
    outcome first = {0}, other = {0};

    (void)unused;
    add_contents(&w);
    scratch_run(folder, "git init -q --bare .");
    (void)snprintf(path, sizeof path, "%s/stream", folder);
    w.stream = fopen(path, "wbe");
    assert_non_null(w.stream);
    for (int i = 0; i < NUM_CHANGES; i++) {
        const char *config = configs[dice(&w, AUD_COUNT(configs))];
        state s = begin(&w);

        commit(&w, &s, config, i, "base");
        for (unsigned ops = 1 + dice(&w, 4); ops > 0; ops--) {
            alter(&w, &s);
        }
        commit(&w, &s, config, i, "head");
    }
    assert_int_equal(fclose(w.stream), 0);
    scratch_run(folder, "git fast-import --quiet <stream");
    aud_buf_init(&first.text, 1 << 20);
    aud_buf_init(&other.text, 1 << 20);
    for (size_t c = 0; c < AUD_COUNT(cases); c++) {
        aud_str select[8];
        size_t num = 0, findings = 0;
        int narrow = 0;

        while (num < 8 && cases[c].select[num] != NULL) {
            select[num] = aud_str_of(cases[c].select[num]);
            num++;
        }
        for (int i = 0; i < NUM_CHANGES; i++) {
            judge(folder, i, select, num, AUD_CHANGE_READ_AUTO, &first);
            narrow += first.whole ? 0 : 1;
            findings += first.findings;
            for (size_t k = 0; k < AUD_COUNT(reads); k++) {
                judge(folder, i, select, num, reads[k], &other);
                if (!aud_str_eq(aud_buf_str(&first.text), aud_buf_str(&other.text))) {
                    print_message("%s\nas read by itself (%s):\n%.*s\nread %s:\n%.*s\n", folder,
                                  first.whole ? "whole" : "what changed",
                                  AUD_ARG(aud_buf_str(&first.text)), k == 0 ? "whole" : "twice",
                                  AUD_ARG(aud_buf_str(&other.text)));
                    fail_msg("%s: change %d is judged otherwise", cases[c].name, i);
                }
            }
        }
        print_message("case: %s: %d of %d changes read as far as they go, %zu findings\n",
                      cases[c].name, narrow, NUM_CHANGES, findings);
        assert_true(narrow >= cases[c].least);
        assert_true(findings > 10);
    }
    aud_buf_clear(&first.text);
    aud_buf_clear(&other.text);
    for (size_t i = 0; i < w.num; i++) {
        aud_buf_clear(&w.contents[i].bytes);
    }
    test_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_however_it_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
