/* tests/support/support.h - what tests share: cmocka with its headers, samples, temporary folders.
 */
#ifndef AUD_TESTS_SUPPORT_H
#define AUD_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/base/base.h"
#include "engine/base/memory.h"

/* Instant at which every test stands: 2026-01-01T00:00:00Z. */
#define AUD_TEST_NOW INT64_C(1767225600)

/* Path below the samples that lie beside the project, or NULL if they are absent. Static buffer. */
const char *aud_test_sample(const char *path);
/* Path below the source tree. Static buffer. */
const char *aud_test_source(const char *path);
/* Whole file, or fails the test. The caller frees with aud_buf_clear. */
void aud_test_read(const char *path, aud_buf *out);
/* Calls `each(ctx, path)` for every regular file below `folder`, sorted by path. */
size_t aud_test_walk(const char *folder, void (*each)(void *ctx, const char *path), void *ctx);
/* A fresh folder below the build's; emptied first. Static buffer. */
const char *aud_test_scratch(const char *name);

#endif
