/* engine/base/memory.h - heap, arena and bounded buffer; every allocation goes through here. */
#ifndef AUD_BASE_MEMORY_H
#define AUD_BASE_MEMORY_H

#include "engine/base/base.h"

/* As malloc, realloc and free. NULL when memory, or the test's patience, runs out. */
AUD_NODISCARD void *aud_alloc(size_t size);
AUD_NODISCARD void *aud_alloc_zero(size_t count, size_t size); /* refuses an overflow */
AUD_NODISCARD void *aud_realloc(void *block, size_t size);
void aud_free(void *block);

/* For tests: lets the n-th allocation of this thread from now fail once (0 switches it off). */
void aud_alloc_fail_at(uint64_t n);

/*
 * An arena: many small things that go together. Blocks grow, nothing is freed singly.
 * Threads: one at a time.
 */
typedef struct aud_arena_block aud_arena_block;
typedef struct aud_arena {
    aud_arena_block *blocks;
    char *at, *end;
    size_t total, max; /* bytes taken from the heap, and their maximum */
} aud_arena;

#define AUD_ARENA_NO_MAX SIZE_MAX

void aud_arena_init(aud_arena *arena, size_t max_bytes);
void aud_arena_clear(aud_arena *arena); /* frees all; may be used again */
void aud_arena_reset(aud_arena *arena); /* keeps the newest block for the next round */
/* Takes over the blocks of `from`, which is empty afterwards; pointers stay valid. */
void aud_arena_adopt(aud_arena *into, aud_arena *from);

/* NULL when memory or the maximum is reached. `align` is a power of two. */
AUD_NODISCARD void *aud_arena_take(aud_arena *arena, size_t size, size_t align);
/* Zeroed array; refuses an overflow. */
AUD_NODISCARD void *aud_arena_array(aud_arena *arena, size_t count, size_t size);
#define AUD_ARENA_NEW(arena, type) ((type *)aud_arena_array((arena), 1, sizeof(type)))
/* Copies with a terminating NUL after the view. On failure gives AUD_E_NOMEM. */
AUD_NODISCARD aud_status aud_arena_dup(aud_arena *arena, aud_str s, aud_str *out, aud_error *err);
AUD_NODISCARD aud_status aud_arena_printf(aud_arena *arena, aud_str *out, aud_error *err,
                                          const char *format, ...) AUD_PRINTF(4, 5);

/* A byte buffer that grows up to its maximum. */
typedef struct aud_buf {
    char *ptr;
    size_t len, cap, max;
} aud_buf;

void aud_buf_init(aud_buf *buf, size_t max_bytes);
void aud_buf_clear(aud_buf *buf);
AUD_NODISCARD aud_status aud_buf_reserve(aud_buf *buf, size_t more, aud_error *err);
AUD_NODISCARD aud_status aud_buf_add(aud_buf *buf, aud_str bytes, aud_error *err);
AUD_NODISCARD aud_status aud_buf_printf(aud_buf *buf, aud_error *err, const char *format, ...)
    AUD_PRINTF(3, 4);
aud_str aud_buf_str(const aud_buf *buf);

/*
 * A typed vector on the heap: a struct with `items`, `len`, `cap`.
 *   AUD_VEC(aud_str) names = {0};
 *   AUD_TRY(AUD_VEC_PUSH(&names, s, err));
 *   aud_free(names.items);
 */
#define AUD_VEC(type)                                                                              \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t len, cap;                                                                           \
    }
AUD_NODISCARD aud_status aud_vec_grow(void **items, size_t *cap, size_t len, size_t item_size,
                                      aud_error *err);
#define AUD_VEC_PUSH(vec, item, err)                                                               \
    (((vec)->len < (vec)->cap ? AUD_OK                                                             \
                              : aud_vec_grow((void **)&(vec)->items, &(vec)->cap, (vec)->len,      \
                                             sizeof(*(vec)->items), (err))) == AUD_OK              \
         ? ((vec)->items[(vec)->len++] = (item), AUD_OK)                                           \
         : AUD_E_NOMEM)

#endif
