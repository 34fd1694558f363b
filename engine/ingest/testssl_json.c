/* engine/ingest/testssl_json.c - JSON of testssl.sh, flat (--jsonfile) and pretty.
 *
 * Flat: an array of {id, ip: "name/address", port, severity, finding}. Pretty: an object with
 * version, startTime and scanResult, whose members are targets {targetHost, ip, port, service,
 * sections} or bare findings, in no order that one could rely on; sections are arrays of findings.
 */
#include "engine/base/text.h"
#include "engine/ingest/testssl.h"
#include "engine/tree/json.h"

enum { MAX_TEXT = 1 << 20 };

/* Values of the object at hand; the reader's own views die with the next token. */
typedef struct values {
    aud_buf id, severity, finding, target, port, host, service;
} values;

typedef struct reader {
    aud_testssl scan;
    aud_json *json;
    values own;  /* of a member of the outer array */
    values part; /* of a finding in a section */
} reader;

static aud_buf *slot_of(values *v, aud_str key)
{
    struct {
        const char *key;
        aud_buf *buf;
    } slots[] = {
        {"id", &v->id},           {"severity", &v->severity}, {"finding", &v->finding},
        {"ip", &v->target},       {"port", &v->port},         {"targetHost", &v->host},
        {"service", &v->service},
    };

    for (size_t i = 0; i < AUD_COUNT(slots); i++) {
        if (aud_str_eq(key, aud_str_of(slots[i].key))) {
            return slots[i].buf;
        }
    }
    return NULL;
}

static void each_buf(values *v, void (*each)(aud_buf *buf))
{
    aud_buf *all[] = {&v->id,   &v->severity, &v->finding, &v->target,
                      &v->port, &v->host,     &v->service};

    for (size_t i = 0; i < AUD_COUNT(all); i++) {
        each(all[i]);
    }
}

static void init_buf(aud_buf *buf)
{
    aud_buf_init(buf, MAX_TEXT);
}

static void empty_buf(aud_buf *buf)
{
    buf->len = 0;
}

/* A value of the object at hand: a text is kept where it is wanted; AUD_END: it was an array. */
static aud_status take_value(reader *r, values *v, aud_str key, aud_json_token *token,
                             aud_error *err)
{
    aud_buf *slot = slot_of(v, key);

    AUD_TRY(aud_json_next(r->json, token, err));
    if (token->event == AUD_JSON_ARRAY) {
        return AUD_END;
    }
    if (token->event == AUD_JSON_OBJECT) {
        return aud_json_skip(r->json, err);
    }
    if (!slot || (token->event != AUD_JSON_STRING && token->event != AUD_JSON_NUMBER)) {
        return AUD_OK;
    }
    slot->len = 0;
    return aud_buf_add(slot, token->text, err);
}

static aud_testssl_row row_of(const values *v, uint32_t line)
{
    return (aud_testssl_row){
        .id = aud_buf_str(&v->id),
        .severity = aud_buf_str(&v->severity),
        .finding = aud_buf_str(&v->finding),
        .target = aud_buf_str(&v->target),
        .port = aud_buf_str(&v->port),
        .line = line,
    };
}

/* Behind an OBJECT event: {id, severity, finding, ...}. */
static aud_status read_values(reader *r, values *v, aud_error *err)
{
    each_buf(v, empty_buf);
    for (;;) {
        aud_json_token token;
        char key[32];

        AUD_TRY(aud_json_next(r->json, &token, err));
        if (token.event == AUD_JSON_OBJECT_END) {
            return AUD_OK;
        }
        (void)snprintf(key, sizeof(key), "%.*s", AUD_ARG(token.text));
        const aud_status st = take_value(r, v, aud_str_of(key), &token, err);
        if (st == AUD_END) {
            AUD_TRY(aud_json_skip(r->json, err));
        } else {
            AUD_TRY(st);
        }
    }
}

/* Behind the ARRAY event of a section. */
static aud_status read_section(reader *r, aud_error *err)
{
    for (;;) {
        aud_json_token token;

        AUD_TRY(aud_json_next(r->json, &token, err));
        if (token.event == AUD_JSON_ARRAY_END) {
            return AUD_OK;
        }
        if (token.event == AUD_JSON_ARRAY) {
            AUD_TRY(aud_json_skip(r->json, err));
        } else if (token.event == AUD_JSON_OBJECT) {
            AUD_TRY(read_values(r, &r->part, err));
            const aud_testssl_row row = row_of(&r->part, token.line);
            AUD_TRY(aud_testssl_finding(&r->scan, &row, err));
        }
    }
}

static aud_status place_target(reader *r, uint32_t line, aud_error *err)
{
    const values *v = &r->own;

    return aud_testssl_place(&r->scan, aud_buf_str(&v->host), aud_buf_str(&v->target),
                             aud_buf_str(&v->port), line, err);
}

/* Behind the OBJECT event of a member of scanResult: a target with sections, or a bare finding. */
static aud_status read_member(reader *r, uint32_t line, aud_error *err)
{
    bool placed = false;

    each_buf(&r->own, empty_buf);
    AUD_TRY(aud_testssl_open(&r->scan, line, err));
    for (;;) {
        aud_json_token token;
        char key[32];

        AUD_TRY(aud_json_next(r->json, &token, err));
        if (token.event == AUD_JSON_OBJECT_END) {
            break;
        }
        (void)snprintf(key, sizeof(key), "%.*s", AUD_ARG(token.text));
        const aud_status st = take_value(r, &r->own, aud_str_of(key), &token, err);
        if (st == AUD_END) {
            if (!placed && r->own.host.len > 0 && r->own.port.len > 0) {
                AUD_TRY(place_target(r, line, err)); /* so that a gap can name it */
                placed = true;
            }
            AUD_TRY(read_section(r, err));
        } else {
            AUD_TRY(st);
        }
    }
    if (r->own.id.len > 0) {
        const aud_testssl_row row = row_of(&r->own, line);
        r->scan.open = false;
        return aud_testssl_row_add(&r->scan, &row, err);
    }
    const aud_testssl_row service = {
        .id = AUD_LIT("service"), .finding = aud_buf_str(&r->own.service), .line = line};
    AUD_TRY(aud_testssl_finding(&r->scan, &service, err));
    if (!placed) {
        AUD_TRY(place_target(r, line, err));
    }
    return aud_testssl_close(&r->scan, err);
}

/* Behind the ARRAY event of scanResult. */
static aud_status read_results(reader *r, aud_error *err)
{
    for (;;) {
        aud_json_token token;

        AUD_TRY(aud_json_next(r->json, &token, err));
        if (token.event == AUD_JSON_ARRAY_END) {
            return AUD_OK;
        }
        if (token.event == AUD_JSON_OBJECT) {
            AUD_TRY(read_member(r, token.line, err));
        } else if (token.event == AUD_JSON_ARRAY) {
            AUD_TRY(aud_json_skip(r->json, err));
        }
    }
}

static aud_status read_pretty(reader *r, aud_error *err)
{
    for (;;) {
        aud_json_token token;
        char key[32];

        AUD_TRY(aud_json_next(r->json, &token, err));
        if (token.event == AUD_JSON_OBJECT_END) {
            return AUD_OK;
        }
        (void)snprintf(key, sizeof(key), "%.*s", AUD_ARG(token.text));
        AUD_TRY(aud_json_next(r->json, &token, err));
        if (token.event == AUD_JSON_ARRAY && strcmp(key, "scanResult") == 0) {
            AUD_TRY(read_results(r, err));
        } else if (token.event == AUD_JSON_ARRAY || token.event == AUD_JSON_OBJECT) {
            AUD_TRY(aud_json_skip(r->json, err));
        } else if (token.event == AUD_JSON_STRING || token.event == AUD_JSON_NUMBER) {
            AUD_TRY(aud_testssl_head(&r->scan, aud_str_of(key), token.text, err));
        }
    }
}

static aud_status read_flat(reader *r, aud_error *err)
{
    for (;;) {
        aud_json_token token;

        AUD_TRY(aud_json_next(r->json, &token, err));
        if (token.event == AUD_JSON_ARRAY_END) {
            return aud_testssl_close(&r->scan, err);
        }
        if (token.event == AUD_JSON_ARRAY) {
            AUD_TRY(aud_json_skip(r->json, err));
        } else if (token.event == AUD_JSON_OBJECT) {
            AUD_TRY(read_values(r, &r->own, err));
            const aud_testssl_row row = row_of(&r->own, token.line);
            AUD_TRY(aud_testssl_row_add(&r->scan, &row, err));
        }
    }
}

static aud_status read_document(reader *r, bool *out_begun, aud_error *err)
{
    aud_json_token token;

    AUD_TRY(aud_json_next(r->json, &token, err));
    *out_begun = true;
    AUD_TRY(token.event == AUD_JSON_ARRAY    ? read_flat(r, err)
            : token.event == AUD_JSON_OBJECT ? read_pretty(r, err)
                                             : aud_fail(err, AUD_E_FORMAT, "no report of testssl"));
    /* what stands behind the document is refused there */
    const aud_status st = aud_json_next(r->json, &token, err);
    return st == AUD_END ? AUD_OK : st;
}

static void reader_clear(reader *r)
{
    aud_testssl_clear(&r->scan);
    aud_json_closep(&r->json);
    each_buf(&r->own, aud_buf_clear);
    each_buf(&r->part, aud_buf_clear);
}

static aud_status testssl_json_read(aud_input *input, const aud_read_options *options,
                                    aud_reader_scratch *scratch, const aud_sink *sink,
                                    aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    const aud_json_limits limits = {.max_text = MAX_TEXT};
    AUD_CLEANUP(reader_clear) reader r = {0};
    bool begun = false;
    aud_error why = {0};

    aud_testssl_init(&r.scan, &reading);
    each_buf(&r.own, init_buf);
    each_buf(&r.part, init_buf);
    AUD_TRY(aud_json_open(input, &limits, &r.json, err));
    aud_status st = read_document(&r, &begun, &why);
    if (st == AUD_END) { /* nothing at all */
        st = aud_fail(&why, AUD_E_FORMAT, "an empty text");
    }
    if (st == AUD_OK && r.scan.targets == 0) {
        return aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                               "the report holds no target; scan again");
    }
    if (st != AUD_OK && !r.scan.refused && begun && (st == AUD_E_FORMAT || st == AUD_E_LIMIT)) {
        return aud_testssl_broken(&r.scan, st, &why, err);
    }
    if (st != AUD_OK && err) {
        *err = why;
    }
    return st;
}

/* Flat: the keys of the first finding; pretty: those of the head. */
static unsigned testssl_json_sniff(aud_str head)
{
    if (aud_str_starts(head, AUD_LIT("\xef\xbb\xbf"))) {
        head = aud_str_sub(head, 3, head.len);
    }
    const aud_str start = aud_str_trim(aud_str_sub(head, 0, 8192));
    const bool flat = aud_str_starts(start, AUD_LIT("["));

    if (!flat && !aud_str_starts(start, AUD_LIT("{"))) {
        return 0;
    }
    if (flat) {
        return aud_str_has(start, AUD_LIT("\"id\"")) && aud_str_has(start, AUD_LIT("\"ip\"")) &&
                       aud_str_has(start, AUD_LIT("\"severity\"")) &&
                       aud_str_has(start, AUD_LIT("\"finding\""))
                   ? 8u * 27
                   : 0;
    }
    return aud_str_has(start, AUD_LIT("\"Invocation\"")) &&
                   aud_str_has(start, AUD_LIT("\"scanResult\""))
               ? 8u * 24
               : 0;
}

const aud_adapter aud_adapter_testssl_json = {
    .name = "testssl_json",
    .spec = "testssl.sh 3.0 and 3.2, --jsonfile and --jsonfile-pretty",
    .max_bytes = UINT64_C(16) << 30,
    .structured = true,
    .sniff = testssl_json_sniff,
    .read = testssl_json_read,
};
