/* engine/ingest/testssl_csv.c - CSV of testssl.sh (--csvfile): a row a finding, as the flat JSON.
 *
 * "id","fqdn/ip","port","severity","finding","cve","cwe"; the columns are found by their names. A
 * file that breaks off between two rows looks whole: the CSV has no end of its own.
 */
#include "engine/ingest/testssl.h"
#include "engine/tree/csv.h"

typedef struct columns {
    size_t id, target, port, severity, finding;
} columns;

static bool find_column(const aud_str *cells, size_t num, const char *name, size_t *out)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(aud_str_trim(cells[i]), aud_str_of(name))) {
            *out = i;
            return true;
        }
    }
    return false;
}

static aud_status read_header(aud_csv *csv, columns *out, aud_error *err)
{
    const aud_str *cells = NULL;
    size_t num = 0;
    uint32_t line = 0;
    const aud_status st = aud_csv_next(csv, &cells, &num, &line, err);

    if (st != AUD_OK && st != AUD_END) {
        return st;
    }
    if (st == AUD_END || !find_column(cells, num, "id", &out->id) ||
        !find_column(cells, num, "fqdn/ip", &out->target) ||
        !find_column(cells, num, "port", &out->port) ||
        !find_column(cells, num, "severity", &out->severity) ||
        !find_column(cells, num, "finding", &out->finding)) {
        return aud_fail(err, AUD_E_FORMAT, "no report of testssl");
    }
    return AUD_OK;
}

static aud_str cell(const aud_str *cells, size_t num, size_t at)
{
    return at < num ? aud_str_trim(cells[at]) : (aud_str){NULL, 0};
}

static aud_status read_rows(aud_csv *csv, const columns *at, aud_testssl *t, aud_error *err)
{
    for (;;) {
        const aud_str *cells = NULL;
        size_t num = 0;
        uint32_t line = 0;
        const aud_status st = aud_csv_next(csv, &cells, &num, &line, err);

        if (st == AUD_END) {
            return aud_testssl_close(t, err);
        }
        AUD_TRY(st);
        if (num <= at->finding || num <= at->target || num <= at->port) {
            (void)aud_fail(err, AUD_E_FORMAT, "a row of %zu cells", num);
            if (err) {
                err->line = line;
            }
            return AUD_E_FORMAT;
        }
        const aud_testssl_row row = {
            .id = cell(cells, num, at->id),
            .severity = cell(cells, num, at->severity),
            .finding = cell(cells, num, at->finding),
            .target = cell(cells, num, at->target),
            .port = cell(cells, num, at->port),
            .line = line,
        };
        AUD_TRY(aud_testssl_row_add(t, &row, err));
    }
}

static aud_status testssl_csv_read(aud_input *input, const aud_read_options *options,
                                   aud_reader_scratch *scratch, const aud_sink *sink,
                                   aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(aud_testssl_clear) aud_testssl t;
    AUD_CLEANUP(aud_csv_closep) aud_csv *csv = NULL;
    columns at = {0};
    aud_error why = {0};

    aud_testssl_init(&t, &reading);
    AUD_TRY(aud_csv_open(input, &csv, err));
    AUD_TRY(read_header(csv, &at, err));
    const aud_status st = read_rows(csv, &at, &t, &why);
    if (st == AUD_OK && t.targets == 0) {
        return aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                               "the report holds no target; scan again");
    }
    if (st != AUD_OK && !t.refused && (st == AUD_E_FORMAT || st == AUD_E_LIMIT)) {
        return aud_testssl_broken(&t, st, &why, err);
    }
    if (st != AUD_OK && err) {
        *err = why;
    }
    return st;
}

/* The header, with or without quotes and blanks. */
static unsigned testssl_csv_sniff(aud_str head)
{
    static const char *const names[] = {"id", "fqdn/ip", "port", "severity", "finding"};
    aud_str line = {NULL, 0}, cell_text;
    size_t at = 0, bytes = 0;

    if (aud_str_starts(head, AUD_LIT("\xef\xbb\xbf"))) {
        head = aud_str_sub(head, 3, head.len);
    }
    (void)aud_str_split(&head, '\n', &line);
    while (at < AUD_COUNT(names) && aud_str_split(&line, ',', &cell_text)) {
        cell_text = aud_str_trim(cell_text);
        if (cell_text.len >= 2 && cell_text.ptr[0] == '"' &&
            cell_text.ptr[cell_text.len - 1] == '"') {
            cell_text = aud_str_sub(cell_text, 1, cell_text.len - 2);
        }
        if (!aud_str_eq(cell_text, aud_str_of(names[at++]))) {
            return 0;
        }
        bytes += cell_text.len + 1;
    }
    return at == AUD_COUNT(names) ? 8u * (unsigned)bytes : 0;
}

const aud_adapter aud_adapter_testssl_csv = {
    .name = "testssl_csv",
    .spec = "testssl.sh 3.0 and 3.2, --csvfile",
    .max_bytes = UINT64_C(16) << 30,
    .structured = true,
    .sniff = testssl_csv_sniff,
    .read = testssl_csv_read,
};
