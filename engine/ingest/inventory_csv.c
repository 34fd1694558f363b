/* engine/ingest/inventory_csv.c - an inventory as separated values: the native snapshot's fields by
 * the names in the header.
 *
 * A column belongs to the field that the mapping of the configuration names for its header; else
 * to the one whose names inventory_names.def lists ("Expires", "Valid To" and "not_after" are one
 * field); other columns are passed over, but for private keys in them. Of two columns of one field
 * the first that is not empty counts; names, locations and owners are gathered from all.
 *
 * Dates are ISO 8601 alone: in "03/04/2026" nobody can tell the day from the month. Serial numbers
 * are hexadecimal; what a spreadsheet made of them ("1,16476E+47") is beyond repair. Lists are cut
 * at ',' ';' and line ends (owners at ';' and line ends), names also at blanks.
 */
#include "engine/ingest/inventory.h"
#include "engine/tree/csv.h"

enum { MAX_COLUMNS = 4096 };

/* The file's input, with an eye on its last byte: a row that is cut has no line end. */
typedef struct watched_input {
    aud_input base; /* first: a pointer to it is one to all */
    aud_input *inner;
    char last;
} watched_input;

static aud_status watched_next(aud_input *input, aud_str *out_chunk, aud_error *err)
{
    watched_input *w = input->ctx;

    AUD_TRY(w->inner->next(w->inner, out_chunk, err));
    if (out_chunk->len > 0) {
        w->last = out_chunk->ptr[out_chunk->len - 1];
    }
    return AUD_OK;
}

static aud_status watched_rewind(aud_input *input, aud_error *err)
{
    const watched_input *w = input->ctx;

    return w->inner->rewind(w->inner, err);
}

static aud_status watched_whole(aud_input *input, size_t max, aud_str *out, aud_error *err)
{
    const watched_input *w = input->ctx;

    return w->inner->whole(w->inner, max, out, err);
}

static void watch_input(watched_input *out, aud_input *inner)
{
    *out = (watched_input){.base = *inner, .inner = inner};
    out->base.ctx = out;
    out->base.next = watched_next;
    out->base.rewind = watched_rewind;
    out->base.whole = watched_whole;
    out->base.open = NULL;
    out->base.close = NULL;
}

/* UTF-16 ends in a line feed and a zero byte, one way or the other. */
static bool ends_with_line(const watched_input *w)
{
    return w->last == '\n' || w->last == '\r' || w->last == '\0';
}

/* --- the header ------------------------------------------------------------------------------- */

typedef struct columns {
    uint8_t field[MAX_COLUMNS]; /* aud_inv_field */
    size_t num;
    unsigned telling; /* different fields whose names are a certificate's */
    bool identity;
} columns;

/* By the mapping first: false if it names a field that does not exist. */
static bool field_of(const aud_read_options *options, aud_str header, aud_inv_field *out,
                     bool *out_telling)
{
    *out_telling = false;
    for (size_t i = 0; i < options->num_mapping; i++) {
        if (aud_str_ieq(aud_str_trim(options->mapping[i].header), header)) {
            *out_telling = true;
            return aud_inv_field_exact(options->mapping[i].field, out);
        }
    }
    *out = aud_inv_field_find(header, out_telling);
    return true;
}

static bool identifies(aud_inv_field field)
{
    return field == AUD_INV_ID || field == AUD_INV_SUBJECT || field == AUD_INV_NAME ||
           field == AUD_INV_SERIAL || field == AUD_INV_SHA256 || field == AUD_INV_SHA1 ||
           field == AUD_INV_FINGERPRINT || field == AUD_INV_SANS || field == AUD_INV_DNS_NAMES ||
           field == AUD_INV_CERTIFICATE;
}

static void add_column(columns *c, aud_inv_field field, bool telling)
{
    bool seen = false;

    for (size_t i = 0; i < c->num; i++) {
        seen = seen || c->field[i] == field;
    }
    c->field[c->num++] = (uint8_t)field;
    c->telling += telling && !seen;
    c->identity = c->identity || identifies(field);
}

/* A column that is mapped and not there: renamed, or the wrong file. Nobody knows what it told. */
static aud_status find_mapped(const aud_read_options *options, const aud_str *cells, size_t num,
                              aud_error *err)
{
    for (size_t i = 0; i < options->num_mapping; i++) {
        const aud_str wanted = aud_str_trim(options->mapping[i].header);
        bool found = false;
        for (size_t k = 0; k < num && !found; k++) {
            found = aud_str_ieq(aud_str_trim(cells[k]), wanted);
        }
        if (!found) {
            return aud_fail(err, AUD_E_FORMAT,
                            "the header has no column '%.*s', which the source's 'columns' in "
                            "certaudit.yaml maps to %.*s",
                            AUD_ARG(wanted), AUD_ARG(options->mapping[i].field));
        }
    }
    return AUD_OK;
}

static aud_status read_header(columns *c, const aud_read_options *options, const aud_str *cells,
                              size_t num, aud_error *err)
{
    if (num > MAX_COLUMNS) {
        return aud_fail(err, AUD_E_LIMIT, "more than %d columns", MAX_COLUMNS);
    }
    for (size_t i = 0; i < num; i++) {
        aud_inv_field field = AUD_INV_OTHER;
        bool telling = false;
        if (!field_of(options, aud_str_trim(cells[i]), &field, &telling)) {
            return aud_fail(err, AUD_E_USAGE,
                            "the mapping of column %zu names no field of an inventory", i + 1);
        }
        add_column(c, field, telling);
    }
    AUD_TRY(find_mapped(options, cells, num, err));
    if (!c->identity) {
        return aud_fail(err, AUD_E_FORMAT,
                        "no column of the header is known to name a certificate (subject, name, "
                        "fingerprint or serial number); map one under the source's 'columns' in "
                        "certaudit.yaml, as in {\"Cert Name\": subject}");
    }
    return AUD_OK;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* Spreadsheets guard a cell by an apostrophe in front; some exporters put one behind, too. */
static aud_str unguard(aud_str cell)
{
    cell = aud_str_trim(cell);
    if (cell.len > 0 && cell.ptr[0] == '\'') {
        cell = aud_str_sub(cell, 1, cell.len);
        if (cell.len > 0 && cell.ptr[cell.len - 1] == '\'') {
            cell.len--;
        }
    }
    return cell;
}

static bool all_blank(const aud_str *cells, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_trim(cells[i]).len > 0) {
            return false;
        }
    }
    return true;
}

static aud_status read_row(aud_inventory *inv, const columns *c, const aud_str *cells, size_t num,
                           uint32_t line, aud_error *err)
{
    if (all_blank(cells, num)) {
        return AUD_OK;
    }
    aud_inventory_begin(inv, line);
    if (num > c->num && !all_blank(cells + c->num, num - c->num)) {
        const aud_sighting where = aud_reading_at(inv->reading, line, AUD_USE_LISTED);
        return aud_inventory_broken(inv, &where, err,
                                    "the row has more cells than the header, so that nobody knows "
                                    "which is which; put cells that hold the separator in quotes");
    }
    for (size_t i = 0; i < num && i < c->num; i++) {
        AUD_TRY(aud_inventory_add(inv, (aud_inv_field)c->field[i], unguard(cells[i]), line, err));
    }
    return aud_inventory_end(inv, err);
}

typedef struct reader {
    const aud_reading *reading;
    aud_inventory inv;
    columns columns;
    aud_csv *csv;
    bool short_row; /* the last row met ends before the header does */
    uint32_t line;  /* its line */
} reader;

static void reader_clear(reader *r)
{
    aud_csv_closep(&r->csv);
    aud_inventory_clear(&r->inv);
}

/* A fault of the file itself: what came before stands. */
static aud_status broken(reader *r, aud_status st, const aud_error *why, aud_error *err)
{
    if (st != AUD_E_FORMAT && st != AUD_E_LIMIT) {
        if (err) {
            *err = *why;
        }
        return st;
    }
    return aud_reading_gap(
        r->reading, st == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_BROKEN, why->line, err,
        "cannot be read from here to its end: %s; export it again", why->message);
}

static aud_status read_rows(reader *r, const watched_input *input, aud_error *err)
{
    const aud_str *cells = NULL;
    size_t num = 0;
    aud_error why = {0};
    aud_status st;

    while ((st = aud_csv_next(r->csv, &cells, &num, &r->line, &why)) == AUD_OK) {
        r->short_row = num < r->columns.num;
        AUD_TRY(read_row(&r->inv, &r->columns, cells, num, r->line, err));
    }
    if (st != AUD_END) {
        return broken(r, st, &why, err);
    }
    if (r->short_row && !ends_with_line(input)) {
        return aud_reading_gap(r->reading, AUD_GAP_BROKEN, r->line, err,
                               "the last row is cut short; export it again");
    }
    return AUD_OK;
}

static aud_status inventory_csv_read(aud_input *input, const aud_read_options *options,
                                     aud_reader_scratch *scratch, const aud_sink *sink,
                                     aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(reader_clear) reader r = {.reading = &reading};
    watched_input watched;
    const aud_str *cells = NULL;
    size_t num = 0;

    watch_input(&watched, input);
    aud_inventory_init(&r.inv, &reading);
    AUD_TRY(aud_csv_open(&watched.base, &r.csv, err));
    const aud_status st = aud_csv_next(r.csv, &cells, &num, &r.line, err);
    if (st == AUD_END) {
        return aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                               "an inventory without even a header; export it again");
    }
    AUD_TRY(st);
    AUD_TRY(read_header(&r.columns, reading.options, cells, num, err));
    AUD_TRY(read_rows(&r, &watched, err));
    return aud_inventory_finish(&r.inv, err);
}

/* --- the bid ---------------------------------------------------------------------------------- */

enum { MAX_HEADER = 16 << 10, MAX_SNIFFED = 128 };

/* The separator that the line holds most of, outside quotes; 0 if it holds none. */
static char separator_of(aud_str line)
{
    static const char separators[] = {',', ';', '\t', '|'};
    size_t counts[sizeof(separators)] = {0}, best = 0;
    bool quoted = false;

    for (size_t i = 0; i < line.len; i++) {
        quoted = quoted != (line.ptr[i] == '"');
        for (size_t k = 0; !quoted && k < sizeof(separators); k++) {
            counts[k] += line.ptr[i] == separators[k];
        }
    }
    for (size_t k = 1; k < sizeof(separators); k++) {
        best = counts[k] > counts[best] ? k : best;
    }
    return (char)(counts[best] > 0 ? separators[best] : 0);
}

static aud_str unquote(aud_str cell)
{
    cell = aud_str_trim(cell);
    if (cell.len >= 2 && cell.ptr[0] == '"' && cell.ptr[cell.len - 1] == '"') {
        cell = aud_str_trim(aud_str_sub(cell, 1, cell.len - 2));
    }
    return cell;
}

/*
 * A name of a certificate and two fields that hardly anything else has: a list of software with
 * serial numbers and expiry dates is no inventory of ours.
 */
static unsigned bid_of_header(aud_str text)
{
    bool seen[AUD_INV_NUM_FIELDS] = {false};
    bool identity = false;
    unsigned telling = 0, cells = 0;
    aud_str line, cell;

    text = aud_str_sub(text, 0, MAX_HEADER);
    if (!aud_str_split(&text, '\n', &line)) {
        return 0;
    }
    const char separator = separator_of(line);
    if (separator == 0) {
        return 0;
    }
    while (cells++ < MAX_SNIFFED && aud_str_split(&line, separator, &cell)) {
        bool tells = false;
        const aud_inv_field field = aud_inv_field_find(unquote(cell), &tells);
        telling += tells && !seen[field];
        seen[field] = true;
        identity = identity || (identifies(field) && field != AUD_INV_ID);
    }
    return identity && telling >= 2 ? 16 * telling : 0;
}

/* ASCII out of UTF-16, which Excel writes with a byte order mark. */
static unsigned bid_of_utf16(aud_str head, bool little)
{
    char narrow[MAX_HEADER];
    size_t len = 0;

    for (size_t i = 2; i + 1 < head.len && len < sizeof(narrow); i += 2) {
        const char low = head.ptr[i + !little], high = head.ptr[i + little];
        narrow[len++] = (char)(high == 0 ? low : '?');
    }
    return bid_of_header((aud_str){narrow, len});
}

static unsigned inventory_csv_sniff(aud_str head)
{
    if (head.len == 0 || strchr("<{[-#/", head.ptr[0])) {
        return 0; /* also of NUL, which ends the string */
    }
    if (aud_str_starts(head, AUD_LIT("\xff\xfe")) || aud_str_starts(head, AUD_LIT("\xfe\xff"))) {
        return bid_of_utf16(head, head.ptr[0] == '\xff');
    }
    return bid_of_header(
        aud_str_starts(head, AUD_LIT("\xef\xbb\xbf")) ? aud_str_sub(head, 3, head.len) : head);
}

const aud_adapter aud_adapter_inventory_csv = {
    .name = "inventory_csv",
    .spec = "RFC 4180 and its dialects, with a header",
    .max_bytes = UINT64_C(4) << 30,
    .structured = true,
    .sniff = inventory_csv_sniff,
    .read = inventory_csv_read,
};
