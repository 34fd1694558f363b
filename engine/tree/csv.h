/* engine/tree/csv.h - separated values as rows with line numbers (RFC 4180, and what Excel writes).
 */
#ifndef AUD_TREE_CSV_H
#define AUD_TREE_CSV_H

#include "engine/base/memory.h"
#include "engine/model/input.h"

typedef struct aud_csv aud_csv;

/* Separator (',' ';' tab '|') is taken from the first line; BOM and UTF-16 are understood.
 * Other text that is not UTF-8 is refused. Limits: 4,096 cells a row, 1 MiB a cell, 16 MiB a row.
 */
AUD_NODISCARD aud_status aud_csv_open(aud_input *input, aud_csv **out, aud_error *err);
/* The next row that is not blank; cells are borrowed until the next call. AUD_END at the end. */
AUD_NODISCARD aud_status aud_csv_next(aud_csv *csv, const aud_str **out_cells, size_t *out_num,
                                      uint32_t *out_line, aud_error *err);
void aud_csv_closep(aud_csv **csv);

#endif
