/* engine/base/out.h - a buffered byte sink with a sticky error, and files that appear whole. */
#ifndef AUD_BASE_OUT_H
#define AUD_BASE_OUT_H

#include "engine/base/base.h"
#include "engine/base/memory.h"

/*
 * Writers call aud_out_* without looking; the first failure sticks, later writes do nothing, and
 * aud_out_finish() reports it. Threads: one at a time.
 */
typedef struct aud_out aud_out;

AUD_NODISCARD aud_status aud_out_open_fd(int fd, aud_out **out, aud_error *err); /* fd stays open */
AUD_NODISCARD aud_status aud_out_open_buf(aud_buf *buf, aud_out **out, aud_error *err);
/*
 * Writes beside `path` and renames on aud_out_finish(); a reader never sees half a file. Missing
 * parent folders are made. Closing without finish removes the part.
 */
AUD_NODISCARD aud_status aud_out_open_file(aud_str path, aud_out **out, aud_error *err);

void aud_out_str(aud_out *out, aud_str bytes);
void aud_out_text(aud_out *out, const char *text);
void aud_out_char(aud_out *out, char c);
void aud_out_int(aud_out *out, int64_t number);
void aud_out_printf(aud_out *out, const char *format, ...) AUD_PRINTF(2, 3);
uint64_t aud_out_count(const aud_out *out); /* bytes given so far */

/* Flushes (a file: fsync and rename) and gives the first error there was. Close is still needed. */
AUD_NODISCARD aud_status aud_out_finish(aud_out *out, aud_error *err);
void aud_out_close(aud_out *out);
void aud_out_closep(aud_out **out);

/* Reads a whole file of at most `max_bytes`. AUD_E_NOT_FOUND, AUD_E_LIMIT, AUD_E_IO. */
AUD_NODISCARD aud_status aud_file_read(aud_str path, size_t max_bytes, aud_arena *arena,
                                       aud_str *out, aud_error *err);

#endif
