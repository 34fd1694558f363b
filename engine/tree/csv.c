/* engine/tree/csv.c - separated values as rows with line numbers. */
#include "engine/tree/csv.h"

#include "engine/base/text.h"
#include "engine/tree/text_input.h"

enum { MAX_CELLS = 4096, MAX_CELL = 1 << 20, MAX_ROW = 16 << 20 };

typedef struct cell {
    size_t from, len; /* in `bytes` */
} cell;

struct aud_csv {
    aud_text_input text;
    const char *at, *end; /* what is being read */
    aud_str behind;       /* what comes after it, before the next piece */
    aud_buf first;        /* the first line, where it does not lie in one piece */
    bool drained, had_row;
    bool after_cr;  /* the line feed of a CR LF belongs to it */
    char separator; /* NUL: not known yet */
    uint32_t line, row_line;
    bool failed;
    aud_buf bytes; /* of the row, its cells one behind the other */
    AUD_VEC(cell) cells;
    AUD_VEC(aud_str) views;
    bool last_quoted; /* the newest cell was in quotes */
};

static aud_status with_line(aud_error *err, aud_status st, uint32_t line)
{
    if (err != NULL) {
        err->line = line;
    }
    return st;
}

static aud_status bad(const aud_csv *c, aud_error *err, const char *message)
{
    return with_line(err, aud_fail(err, AUD_E_FORMAT, "%s", message), c->line);
}

/* --- bytes ------------------------------------------------------------------------------------ */

static aud_status next_piece(aud_csv *c, aud_str *out, aud_error *err)
{
    aud_status st;

    if (c->drained) {
        return AUD_END;
    }
    st = aud_text_input_next(&c->text, out, err);
    if (st == AUD_END) {
        c->drained = true;
    } else if (st == AUD_E_FORMAT) {
        return with_line(err, st, c->line);
    }
    return st;
}

static void look_at(aud_csv *c, aud_str piece)
{
    c->at = c->end = piece.ptr;
    if (piece.len > 0) {
        c->end += piece.len;
    }
}

/* AUD_OK if *at can be read; AUD_END at the end. */
static aud_status more(aud_csv *c, aud_error *err)
{
    aud_str piece = c->behind;

    if (c->at < c->end) {
        return AUD_OK;
    }
    c->at = c->end = NULL;
    c->behind = (aud_str){NULL, 0};
    if (piece.len == 0) {
        AUD_TRY(next_piece(c, &piece, err));
    }
    look_at(c, piece);
    return AUD_OK;
}

/* Counts the line end at *at, and passes over it. */
static void pass_line_end(aud_csv *c)
{
    if (*c->at == '\r' || !c->after_cr) {
        c->line++;
    }
    c->after_cr = *c->at == '\r';
    c->at++;
}

static bool is_line_end(char ch)
{
    return ch == '\n' || ch == '\r';
}

/* --- the separator ---------------------------------------------------------------------------- */

static const char separators[] = {',', ';', '\t', '|'};

static size_t separator_index(char ch)
{
    size_t i = 0;

    while (i < sizeof separators && separators[i] != ch) {
        i++;
    }
    return i;
}

typedef struct line_scan {
    size_t counts[sizeof separators];
    bool in_quotes, maybe_closed, at_cell_start, any;
} line_scan;

/* True at the end of the line; blank lines before it are passed over. */
static bool scan_char(line_scan *scan, char ch)
{
    if (scan->in_quotes) {
        if (ch == '"') {
            scan->maybe_closed = !scan->maybe_closed;
            return false;
        }
        if (!scan->maybe_closed) {
            return false;
        }
        scan->in_quotes = scan->maybe_closed = false;
    }
    if (is_line_end(ch)) {
        return scan->any;
    }
    scan->any = true;
    if (ch == '"' && scan->at_cell_start) {
        scan->in_quotes = true;
        scan->at_cell_start = false;
        return false;
    }
    scan->at_cell_start = separator_index(ch) < sizeof separators;
    if (scan->at_cell_start) {
        scan->counts[separator_index(ch)]++;
    }
    return false;
}

/* Finds the end of the first line, and leaves its beginning to be read. */
static aud_status scan_first_line(aud_csv *c, line_scan *scan, aud_error *err)
{
    for (;;) {
        aud_str piece;
        aud_status st = next_piece(c, &piece, err);
        size_t i = 0;
        bool found = false;

        if (st == AUD_END) {
            look_at(c, aud_buf_str(&c->first));
            return AUD_OK;
        }
        AUD_TRY(st);
        while (i < piece.len && !found) {
            found = scan_char(scan, piece.ptr[i++]);
        }
        if (found && c->first.len == 0) { /* the usual case: nothing is copied */
            look_at(c, piece);
            return AUD_OK;
        }
        st = aud_buf_add(&c->first, aud_str_sub(piece, 0, i), err);
        if (st == AUD_E_LIMIT) {
            return with_line(err, aud_fail(err, st, "a first line longer than 16 MiB"), 1);
        }
        AUD_TRY(st);
        if (found) {
            look_at(c, aud_buf_str(&c->first));
            c->behind = aud_str_sub(piece, i, piece.len);
            return AUD_OK;
        }
    }
}

static aud_status choose_separator(aud_csv *c, aud_error *err)
{
    line_scan scan = {.at_cell_start = true};
    size_t best = 0;

    AUD_TRY(scan_first_line(c, &scan, err));
    for (size_t i = 1; i < sizeof separators; i++) {
        if (scan.counts[i] > scan.counts[best]) {
            best = i;
        }
    }
    c->separator = separators[best];
    return AUD_OK;
}

/* --- cells ------------------------------------------------------------------------------------ */

static aud_status add_bytes(aud_csv *c, const char *from, const char *to, aud_error *err)
{
    const size_t len = (size_t)(to - from);
    const cell *now = &c->cells.items[c->cells.len - 1];
    const size_t have = c->bytes.len - now->from;
    aud_status st;

    if (len > MAX_CELL - have) {
        return with_line(err, aud_fail(err, AUD_E_LIMIT, "a cell longer than 1 MiB"), c->line);
    }
    if (len > 0 && memchr(from, '\0', len) != NULL) {
        return bad(c, err, "a NUL character; UTF-16 needs a byte order mark");
    }
    st = aud_buf_add(&c->bytes, (aud_str){from, len}, err);
    return st == AUD_E_LIMIT
               ? with_line(err, aud_fail(err, st, "a row longer than 16 MiB"), c->line)
               : st;
}

/* Behind the opening quote. */
static aud_status read_quoted(aud_csv *c, aud_error *err)
{
    const uint32_t first_line = c->line;

    for (;;) {
        const char *from;
        aud_status st = more(c, err);

        if (st == AUD_END) {
            return with_line(err, aud_fail(err, AUD_E_FORMAT, "a quote that does not end"),
                             first_line);
        }
        AUD_TRY(st);
        from = c->at;
        if (is_line_end(*c->at)) {
            pass_line_end(c);
            AUD_TRY(add_bytes(c, from, c->at, err));
            continue;
        }
        c->after_cr = false;
        while (c->at < c->end && *c->at != '"' && !is_line_end(*c->at)) {
            c->at++;
        }
        AUD_TRY(add_bytes(c, from, c->at, err));
        if (c->at == c->end || is_line_end(*c->at)) {
            continue;
        }
        c->at++; /* a quote: the end, or the first of two */
        st = more(c, err);
        if (st == AUD_END) {
            return AUD_OK;
        }
        AUD_TRY(st);
        if (*c->at != '"') {
            break;
        }
        AUD_TRY(add_bytes(c, c->at, c->at + 1, err));
        c->at++;
    }
    return *c->at == c->separator || is_line_end(*c->at)
               ? AUD_OK
               : bad(c, err, "text between a closing quote and the separator");
}

static bool all_blank(aud_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t') {
            return false;
        }
    }
    return true;
}

static aud_str cell_bytes(const aud_csv *c, const cell *of)
{
    return c->bytes.ptr == NULL ? (aud_str){NULL, 0} : (aud_str){c->bytes.ptr + of->from, of->len};
}

/* A quote inside of a cell is text, but behind blanks nobody can tell what was meant. */
static aud_status read_plain(aud_csv *c, aud_error *err)
{
    for (;;) {
        aud_status st = more(c, err);
        const char *from = c->at;
        const cell *now;

        if (st == AUD_END) {
            return AUD_OK;
        }
        AUD_TRY(st);
        while (c->at < c->end && *c->at != c->separator && !is_line_end(*c->at) && *c->at != '"') {
            c->at++;
        }
        AUD_TRY(add_bytes(c, from, c->at, err));
        if (c->at == c->end) {
            continue;
        }
        if (*c->at != '"') {
            return AUD_OK;
        }
        now = &c->cells.items[c->cells.len - 1];
        if (c->bytes.len > now->from &&
            all_blank(aud_str_sub(aud_buf_str(&c->bytes), now->from, c->bytes.len - now->from))) {
            return bad(c, err, "a blank before a quote");
        }
        AUD_TRY(add_bytes(c, c->at, c->at + 1, err));
        c->at++;
    }
}

static aud_status read_cell(aud_csv *c, aud_error *err)
{
    aud_status st;
    cell *now;

    if (c->cells.len == MAX_CELLS) {
        return with_line(err, aud_fail(err, AUD_E_LIMIT, "a row of more than %d cells", MAX_CELLS),
                         c->line);
    }
    AUD_TRY(AUD_VEC_PUSH(&c->cells, ((cell){.from = c->bytes.len}), err));
    st = more(c, err);
    if (st != AUD_OK && st != AUD_END) {
        return st;
    }
    c->last_quoted = st == AUD_OK && *c->at == '"';
    if (c->last_quoted) {
        c->at++;
        AUD_TRY(read_quoted(c, err));
    } else {
        AUD_TRY(read_plain(c, err));
    }
    now = &c->cells.items[c->cells.len - 1];
    now->len = c->bytes.len - now->from;
    return aud_utf8_valid(cell_bytes(c, now))
               ? AUD_OK
               : bad(c, err, "not valid UTF-8; export it as UTF-8 or UTF-16");
}

/* All cells of a row and its line end. AUD_END if nothing is left. */
static aud_status read_row(aud_csv *c, aud_error *err)
{
    c->bytes.len = 0;
    c->cells.len = 0;
    for (;;) {
        aud_status st;

        AUD_TRY(c->cells.len == 0 ? more(c, err) : AUD_OK);
        if (c->cells.len == 0 && c->after_cr && *c->at == '\n') {
            pass_line_end(c);
            continue;
        }
        c->after_cr = false;
        c->row_line = c->cells.len == 0 ? c->line : c->row_line;
        AUD_TRY(read_cell(c, err));
        st = more(c, err);
        if (st == AUD_END) {
            return AUD_OK;
        }
        AUD_TRY(st);
        if (*c->at != c->separator) {
            pass_line_end(c);
            return AUD_OK;
        }
        c->at++;
    }
}

static bool is_blank(const aud_csv *c)
{
    return c->cells.len == 1 && !c->last_quoted && all_blank(cell_bytes(c, &c->cells.items[0]));
}

/*
 * Excel's order "sep=;" in the first line. What follows it is the separator, which may have cut
 * the line in two.
 */
static bool is_separator_line(const aud_csv *c, char *out)
{
    const aud_str text = c->cells.len > 0 ? cell_bytes(c, &c->cells.items[0]) : (aud_str){NULL, 0};

    if (text.len < 4 || !aud_str_ieq(aud_str_sub(text, 0, 4), AUD_LIT("sep="))) {
        return false;
    }
    if (c->cells.len == 2 && text.len == 4 && c->cells.items[1].len == 0) {
        *out = c->separator;
        return true;
    }
    *out = text.len == 5 ? text.ptr[4] : '\0';
    return c->cells.len == 1 && text.len == 5;
}

/* The separator as Excel's line orders it; AUD_END if the row was no such line. */
static aud_status obey_separator_line(aud_csv *c, aud_error *err)
{
    char ordered;

    if (!is_separator_line(c, &ordered)) {
        return AUD_END;
    }
    if (separator_index(ordered) == sizeof separators) {
        return with_line(
            err,
            aud_fail(err, AUD_E_UNSUPPORTED, "a 'sep=' that is no comma, semicolon, tab or bar"),
            c->row_line);
    }
    c->separator = ordered;
    return AUD_OK;
}

static aud_status next_row(aud_csv *c, aud_error *err)
{
    if (c->separator == '\0') {
        AUD_TRY(choose_separator(c, err));
    }
    for (;;) {
        aud_status st;

        AUD_TRY(read_row(c, err));
        if (is_blank(c)) {
            continue;
        }
        if (c->had_row) {
            return AUD_OK;
        }
        c->had_row = true;
        st = obey_separator_line(c, err);
        if (st != AUD_OK) {
            return st == AUD_END ? AUD_OK : st;
        }
    }
}

/* --- the interface ---------------------------------------------------------------------------- */

aud_status aud_csv_open(aud_input *input, aud_csv **out, aud_error *err)
{
    aud_csv *c;

    if (input->rewind != NULL) { /* whoever looked at it before must not hide its beginning */
        AUD_TRY(input->rewind(input, err));
    }
    c = aud_alloc_zero(1, sizeof *c);
    if (c == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    c->line = 1;
    aud_text_input_init(&c->text, input, false);
    aud_buf_init(&c->first, MAX_ROW);
    aud_buf_init(&c->bytes, MAX_ROW);
    *out = c;
    return AUD_OK;
}

aud_status aud_csv_next(aud_csv *csv, const aud_str **out_cells, size_t *out_num,
                        uint32_t *out_line, aud_error *err)
{
    aud_status st;

    if (csv->failed) {
        return bad(csv, err, "an error came before, and reading has not gone on");
    }
    st = next_row(csv, err);
    csv->views.len = 0;
    for (size_t i = 0; st == AUD_OK && i < csv->cells.len; i++) {
        st = AUD_VEC_PUSH(&csv->views, cell_bytes(csv, &csv->cells.items[i]), err);
    }
    if (st != AUD_OK) {
        csv->failed = st != AUD_END;
        return st;
    }
    *out_cells = csv->views.items;
    *out_num = csv->views.len;
    *out_line = csv->row_line;
    return AUD_OK;
}

void aud_csv_closep(aud_csv **csv)
{
    aud_csv *c = *csv;

    if (c == NULL) {
        return;
    }
    aud_text_input_clear(&c->text);
    aud_buf_clear(&c->first);
    aud_buf_clear(&c->bytes);
    aud_free(c->cells.items);
    aud_free(c->views.items);
    aud_free(c);
    *csv = NULL;
}
