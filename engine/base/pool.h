/* engine/base/pool.h - the same work over many items on all cores. */
#ifndef AUD_BASE_POOL_H
#define AUD_BASE_POOL_H

#include "engine/base/base.h"

unsigned aud_pool_cores(void); /* processors this process may use, at least 1 */

/*
 * Calls work(ctx, worker, begin, end) for consecutive ranges that cover [0, num_items), from
 * `num_threads` threads (1 runs in the caller's). Workers are 0 .. num_threads-1; one worker runs
 * one range at a time. Ranges hold at most `grain` items and are handed out in order.
 * The first failure (of the lowest range) stops the others and is returned with its error.
 */
typedef aud_status (*aud_pool_work)(void *ctx, unsigned worker, size_t begin, size_t end,
                                    aud_error *err);
AUD_NODISCARD aud_status aud_pool_run(unsigned num_threads, size_t num_items, size_t grain,
                                      aud_pool_work work, void *ctx, aud_error *err);

#endif
