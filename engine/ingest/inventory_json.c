/* engine/ingest/inventory_json.c - the program's own inventory snapshot, as JSON or JSON lines.
 *
 *   {"schema": "certaudit/inventory/1", "taken_at": "2026-01-01T00:00:00Z", "source": "acm",
 *    "complete": true,
 *    "records": [{"id": "arn:...", "subject": "CN=www.example.org", "owners": ["team-web"], ...}]}
 *
 * or, one to a line, that object without `records` (it may be left out) and then the records. The
 * fields of a record, all of them optional:
 *
 *   id                   the system's own; a text or a number, kept as written
 *   subject, issuer      as the system writes them
 *   sans                 a list, or {"dns": [...], "ip": [...]}; also dns_names and ip_addresses
 *   serial               hexadecimal text; ':' and blanks between do not count
 *   not_before           RFC 3339, or a day; without a zone it is UTC
 *   not_after            the same; of a day, its first second as end, its last for the length
 *   key_algorithm, key_size, key_curve, signature_algorithm
 *   sha256, sha1         fingerprints of the certificate; also `fingerprint`, by its length
 *   certificate          PEM, a list of it, or base64 of DER; the first is the record's own
 *   locations            where it is installed: a list, or one text with ',' or ';' between
 *   owners               a list of texts or of {"name", "email", "team"}; or one text, ';' between
 *   renewal_method, environment, status, is_ca, purpose
 *
 * Capital letters, '_', '-', '.' and blanks in a name do not count, and inventory_names.def lists
 * further names of each field ("expires" is not_after). Other fields are passed over, but for
 * private keys, which are found wherever they lie. A field of a wrong type or with a value that
 * cannot be read is a gap for that field; the rest of the record stands.
 */
#include "engine/base/instant.h"
#include "engine/ingest/inventory.h"
#include "engine/tree/json.h"

static const aud_str schema_mark = AUD_LIT_INIT("certaudit/inventory/");

/*
 * Records repeat their keys, mostly in the same order: what the n-th key of a record led to is
 * kept, and is the first guess for the n-th key of the next.
 */
enum { GUESSES = 64, GUESSED_NAME = 30 };
typedef struct guess {
    uint8_t len, field;
    char name[GUESSED_NAME];
} guess;

typedef struct reader {
    const aud_reading *reading;
    aud_inventory inv;
    aud_json *json;
    guess guesses[GUESSES];
    size_t num_keys;    /* of the record at hand, so far */
    aud_status broke;   /* of the document, not of what is done with it */
    bool any;           /* a value was met */
    bool header;        /* the object at hand is no record */
    bool in_records;    /* inside of "records": no line to go on at */
    bool unsupported;   /* a schema of another version */
    uint32_t top_line;  /* where the value at hand begins */
    uint32_t last_line; /* of the last token */
} reader;

static aud_status next(reader *r, aud_json_token *out, aud_error *err)
{
    const aud_status st = aud_json_next(r->json, out, err);

    if (st == AUD_E_FORMAT || st == AUD_E_LIMIT) {
        r->broke = st;
    }
    if (st == AUD_OK) {
        r->last_line = out->line;
    }
    return st;
}

static aud_inv_field field_of(reader *r, aud_str key)
{
    const size_t at = r->num_keys++;

    if (at >= GUESSES || key.len == 0 || key.len > GUESSED_NAME) {
        return aud_inv_field_find(key, NULL);
    }
    guess *g = &r->guesses[at];
    if (g->len != key.len || memcmp(g->name, key.ptr, key.len) != 0) {
        memcpy(g->name, key.ptr, key.len);
        g->len = (uint8_t)key.len;
        g->field = (uint8_t)aud_inv_field_find(key, NULL);
    }
    return (aud_inv_field)g->field;
}

static void begin_record(reader *r, uint32_t line)
{
    aud_inventory_begin(&r->inv, line);
    r->num_keys = 0;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool is_list(aud_inv_field field)
{
    return field == AUD_INV_SANS || field == AUD_INV_DNS_NAMES || field == AUD_INV_IP_ADDRESSES ||
           field == AUD_INV_LOCATIONS || field == AUD_INV_OWNERS || field == AUD_INV_CERTIFICATE ||
           field == AUD_INV_OTHER;
}

/* What a member of an object that is a field's value belongs to. */
static aud_inv_field member_field(aud_inv_field field, aud_str key)
{
    static const struct {
        aud_inv_field field;
        aud_str key;
        aud_inv_field member;
    } members[] = {
        {AUD_INV_SANS, AUD_LIT_INIT("dns"), AUD_INV_DNS_NAMES},
        {AUD_INV_SANS, AUD_LIT_INIT("dns_names"), AUD_INV_DNS_NAMES},
        {AUD_INV_SANS, AUD_LIT_INIT("ip"), AUD_INV_IP_ADDRESSES},
        {AUD_INV_SANS, AUD_LIT_INIT("ip_addresses"), AUD_INV_IP_ADDRESSES},
        {AUD_INV_OWNERS, AUD_LIT_INIT("name"), AUD_INV_OWNERS},
        {AUD_INV_OWNERS, AUD_LIT_INIT("email"), AUD_INV_OWNERS},
        {AUD_INV_OWNERS, AUD_LIT_INIT("team"), AUD_INV_OWNERS},
    };

    for (size_t i = 0; i < AUD_COUNT(members); i++) {
        if (members[i].field == field && aud_str_eq(members[i].key, key)) {
            return members[i].member;
        }
    }
    return AUD_INV_OTHER;
}

static aud_status read_value(reader *r, aud_inv_field field, const aud_json_token *token,
                             aud_error *err);

/* Behind the opening brace of a field's value. */
static aud_status read_members(reader *r, aud_inv_field field, aud_error *err)
{
    aud_json_token token;

    for (;;) {
        AUD_TRY(next(r, &token, err));
        if (token.event == AUD_JSON_OBJECT_END) {
            return AUD_OK;
        }
        const aud_inv_field member = member_field(field, token.text);
        AUD_TRY(next(r, &token, err));
        AUD_TRY(read_value(r, member, &token, err));
    }
}

static aud_status read_elements(reader *r, aud_inv_field field, aud_error *err)
{
    aud_json_token token;

    aud_inventory_given(&r->inv, field);
    for (;;) {
        AUD_TRY(next(r, &token, err));
        if (token.event == AUD_JSON_ARRAY_END) {
            return AUD_OK;
        }
        AUD_TRY(read_value(r, field, &token, err));
    }
}

/* Recursion ends with the nesting that the tokenizer allows. */
static aud_status read_value(reader *r, aud_inv_field field, const aud_json_token *token,
                             aud_error *err)
{
    switch (token->event) {
    case AUD_JSON_STRING:
        return aud_inventory_add(&r->inv, field, token->text, token->line, err);
    case AUD_JSON_NUMBER: /* digits of a serial number or a date as a number are guesswork */
        return field == AUD_INV_ID || field == AUD_INV_KEY_SIZE
                   ? aud_inventory_add(&r->inv, field, token->text, token->line, err)
                   : aud_inventory_add_bad(&r->inv, field, token->line, err);
    case AUD_JSON_TRUE:
    case AUD_JSON_FALSE:
        return field == AUD_INV_IS_CA
                   ? aud_inventory_add(&r->inv, field,
                                       token->event == AUD_JSON_TRUE ? AUD_LIT("true")
                                                                     : AUD_LIT("false"),
                                       token->line, err)
                   : aud_inventory_add_bad(&r->inv, field, token->line, err);
    case AUD_JSON_ARRAY:
        if (!is_list(field)) {
            AUD_TRY(aud_inventory_add_bad(&r->inv, field, token->line, err));
            field = AUD_INV_OTHER;
        }
        return read_elements(r, field, err);
    case AUD_JSON_OBJECT:
        if (field != AUD_INV_SANS && field != AUD_INV_OWNERS) {
            AUD_TRY(aud_inventory_add_bad(&r->inv, field, token->line, err));
            field = AUD_INV_OTHER;
        }
        return read_members(r, field, err);
    case AUD_JSON_NULL:
    case AUD_JSON_KEY:
    case AUD_JSON_OBJECT_END:
    case AUD_JSON_ARRAY_END:
        return AUD_OK;
    }
    return AUD_OK;
}

/* --- records ---------------------------------------------------------------------------------- */

/* Behind the opening brace of a record. */
static aud_status read_record(reader *r, uint32_t line, aud_error *err)
{
    aud_json_token token;

    begin_record(r, line);
    for (;;) {
        AUD_TRY(next(r, &token, err));
        if (token.event == AUD_JSON_OBJECT_END) {
            return aud_inventory_end(&r->inv, err);
        }
        const aud_inv_field field = field_of(r, token.text);
        AUD_TRY(next(r, &token, err));
        AUD_TRY(read_value(r, field, &token, err));
    }
}

static aud_status no_record(reader *r, uint32_t line, aud_error *err)
{
    const aud_sighting where = aud_reading_at(r->reading, line, AUD_USE_LISTED);

    return aud_inventory_broken(&r->inv, &where, err, "a record is an object, and this is none");
}

/* Behind the opening bracket. */
static aud_status read_records(reader *r, aud_error *err)
{
    aud_json_token token;

    r->in_records = true;
    for (;;) {
        AUD_TRY(next(r, &token, err));
        if (token.event == AUD_JSON_ARRAY_END) {
            r->in_records = false;
            return AUD_OK;
        }
        if (token.event == AUD_JSON_OBJECT) {
            AUD_TRY(read_record(r, token.line, err));
            continue;
        }
        AUD_TRY(no_record(r, token.line, err));
        if (token.event == AUD_JSON_ARRAY) {
            AUD_TRY(read_elements(r, AUD_INV_OTHER, err));
        }
    }
}

static aud_status read_schema(reader *r, const aud_json_token *token, aud_error *err)
{
    r->header = true;
    if (token->event == AUD_JSON_STRING &&
        aud_str_eq(token->text, AUD_LIT("certaudit/inventory/1"))) {
        return AUD_OK;
    }
    r->unsupported = true;
    return aud_reading_gap(r->reading, AUD_GAP_UNSUPPORTED, token->line, err,
                           "a schema that this version does not read; want certaudit/inventory/1");
}

static aud_status read_taken(reader *r, const aud_json_token *token, aud_error *err)
{
    const aud_sink *sink = r->reading->sink;
    int64_t instant = 0;

    if (token->event != AUD_JSON_STRING ||
        aud_instant_parse(token->text, &instant, NULL) != AUD_OK) {
        const aud_sighting where = aud_reading_at(r->reading, token->line, AUD_USE_LISTED);
        return aud_inventory_broken(&r->inv, &where, err,
                                    "taken_at is no RFC 3339 instant, as in 2026-01-01T00:00:00Z");
    }
    return sink->taken ? sink->taken(sink->ctx, instant, err) : AUD_OK;
}

/* One key of an object at the top: the header's, or a record's. */
static aud_status read_top_member(reader *r, aud_str key, aud_error *err)
{
    const bool schema = aud_str_eq(key, AUD_LIT("schema"));
    const bool taken = aud_str_eq(key, AUD_LIT("taken_at"));
    const bool complete = aud_str_eq(key, AUD_LIT("complete"));
    const aud_sink *sink = r->reading->sink;
    const bool records = aud_str_eq(key, AUD_LIT("records"));
    const aud_inv_field field = field_of(r, key);
    aud_json_token token;

    AUD_TRY(next(r, &token, err));
    if (schema) {
        AUD_TRY(read_schema(r, &token, err));
    } else if (taken) {
        AUD_TRY(read_taken(r, &token, err));
    } else if (complete && token.event == AUD_JSON_TRUE && sink->complete != NULL) {
        AUD_TRY(sink->complete(sink->ctx, err));
    } else if (records && token.event == AUD_JSON_ARRAY) {
        r->header = true;
        return read_records(r, err);
    }
    return read_value(r, schema || taken ? AUD_INV_OTHER : field, &token, err);
}

static aud_status read_top_object(reader *r, uint32_t line, aud_error *err)
{
    aud_json_token token;

    r->header = false;
    begin_record(r, line);
    for (;;) {
        AUD_TRY(next(r, &token, err));
        if (token.event == AUD_JSON_OBJECT_END) {
            return r->header ? AUD_OK : aud_inventory_end(&r->inv, err);
        }
        AUD_TRY(read_top_member(r, token.text, err));
        if (r->unsupported) {
            return AUD_OK;
        }
    }
}

/* One value at the top; AUD_END behind the last. */
static aud_status read_top(reader *r, aud_error *err)
{
    aud_json_token token;

    r->broke = AUD_OK;
    r->in_records = false;
    r->top_line = r->last_line;
    AUD_TRY(next(r, &token, err));
    r->any = true;
    r->top_line = token.line;
    if (token.event == AUD_JSON_OBJECT) {
        return read_top_object(r, token.line, err);
    }
    if (token.event == AUD_JSON_ARRAY) {
        return read_records(r, err);
    }
    return no_record(r, token.line, err);
}

/*
 * After a fault of the document: what came before stands. In JSON lines reading goes on with the
 * next line, AUD_OK; anywhere else nobody knows where the next record begins, AUD_END.
 */
static aud_status go_on(reader *r, const aud_error *why, aud_error *err)
{
    const bool lines = !r->in_records && !r->header && why->line <= r->top_line + 1;
    const aud_gap_kind kind = r->broke == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_BROKEN;
    const aud_sighting where = aud_reading_at(r->reading, why->line, AUD_USE_LISTED);

    if (!lines) {
        AUD_TRY(aud_reading_gap(r->reading, kind, why->line, err,
                                "cannot be read from here to its end: %s; export it again",
                                why->message));
        return AUD_END;
    }
    AUD_TRY(aud_inventory_broken(&r->inv, &where, err,
                                 "lines %u to %u cannot be read: %s; export them again",
                                 r->top_line, why->line, why->message));
    return aud_json_resync(r->json, err);
}

static aud_status read_all(reader *r, aud_error *err)
{
    aud_error why = {0};

    for (;;) {
        aud_status st = read_top(r, &why);
        if (st != AUD_OK && st == r->broke) {
            r->any = true;
            st = go_on(r, &why, &why);
        }
        if (st == AUD_END && !r->any) {
            return aud_reading_gap(r->reading, AUD_GAP_BROKEN, 0, err,
                                   "an inventory without even a header; export it again");
        }
        if (st == AUD_END || (st == AUD_OK && r->unsupported)) {
            return AUD_OK;
        }
        if (st != AUD_OK) {
            if (err) {
                *err = why;
            }
            return st;
        }
    }
}

static void reader_clear(reader *r)
{
    aud_json_closep(&r->json);
    aud_inventory_clear(&r->inv);
}

static aud_status inventory_json_read(aud_input *input, const aud_read_options *options,
                                      aud_reader_scratch *scratch, const aud_sink *sink,
                                      aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    const aud_json_limits limits = {.many = true};
    AUD_CLEANUP(reader_clear) reader r = {.reading = &reading, .last_line = 1};

    aud_inventory_init(&r.inv, &reading);
    AUD_TRY(aud_json_open(input, &limits, &r.json, err));
    AUD_TRY(read_all(&r, err));
    return aud_inventory_finish(&r.inv, err);
}

/* --- the bid ---------------------------------------------------------------------------------- */

/* What the keys of the first object say, of JSON lines without a header. */
typedef struct tally {
    unsigned keys, known, telling;
    bool identity;
} tally;

static void count_key(tally *t, aud_str key)
{
    bool telling = false;
    const aud_inv_field field = aud_inv_field_find(key, &telling);

    t->keys++;
    t->known += field != AUD_INV_OTHER;
    t->telling += telling;
    t->identity = t->identity || field == AUD_INV_ID || field == AUD_INV_SUBJECT ||
                  field == AUD_INV_NAME || field == AUD_INV_SERIAL || field == AUD_INV_SHA256 ||
                  field == AUD_INV_SHA1 || field == AUD_INV_FINGERPRINT;
}

/* Offset behind the closing quote of the string that begins at `at`; the line's end without one. */
static size_t string_end(aud_str line, size_t at)
{
    for (at++; at < line.len && line.ptr[at] != '"'; at++) {
        at += line.ptr[at] == '\\';
    }
    return at < line.len ? at + 1 : line.len;
}

/* The keys of the object that fills the line; false if it does not. */
static bool tally_line(aud_str line, tally *t)
{
    unsigned depth = 0;

    for (size_t i = 0; i < line.len; i++) {
        switch (line.ptr[i]) {
        case '"': {
            const size_t end = string_end(line, i);
            size_t colon = end;
            while (colon < line.len && line.ptr[colon] == ' ') {
                colon++;
            }
            if (depth == 1 && colon < line.len && line.ptr[colon] == ':') {
                count_key(t, aud_str_sub(line, i + 1, end - i - 2));
            }
            i = end - 1;
            break;
        }
        case '{':
        case '[':
            depth++;
            break;
        case '}':
        case ']':
            if (depth <= 1) {
                return depth == 1 && i + 1 == line.len;
            }
            depth--;
            break;
        default:
            break;
        }
    }
    return false;
}

static unsigned inventory_json_sniff(aud_str head)
{
    tally t = {0};
    aud_str line;

    if (aud_str_starts(head, AUD_LIT("\xef\xbb\xbf"))) {
        head = aud_str_sub(head, 3, head.len);
    }
    while (head.len > 0 && (head.ptr[0] == ' ' || head.ptr[0] == '\n' || head.ptr[0] == '\r' ||
                            head.ptr[0] == '\t')) {
        head = aud_str_sub(head, 1, head.len);
    }
    if (head.len == 0 || head.ptr[0] != '{') {
        return 0;
    }
    if (aud_str_has(aud_str_sub(head, 0, 4096), schema_mark)) {
        return 8u * (unsigned)schema_mark.len;
    }
    (void)aud_str_split(&head, '\n', &line);
    if (!tally_line(aud_str_trim(line), &t) || !t.identity || t.telling < 2 ||
        t.known * 10 < t.keys * 6) {
        return 0;
    }
    return 8u * (t.known + t.telling);
}

const aud_adapter aud_adapter_inventory_json = {
    .name = "inventory_json",
    .spec = "certaudit/inventory/1, JSON and JSON lines",
    .max_bytes = UINT64_C(16) << 30,
    .structured = true,
    .sniff = inventory_json_sniff,
    .read = inventory_json_read,
};
