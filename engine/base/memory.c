/* engine/base/memory.c - heap, arena and bounded buffer. */
#include "engine/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static _Thread_local uint64_t fail_countdown; /* a test's wish; 0 is never */

void aud_alloc_fail_at(uint64_t n)
{
    fail_countdown = n;
}

static bool must_fail(void)
{
    return fail_countdown != 0 && --fail_countdown == 0;
}

/*
 * Big blocks ask for big pages: one fault of the machine's then serves 512 pages. Advice only:
 * without it a block is as good. Whole pages, so that a mapping stays in one piece and can still be
 * moved.
 */
enum { HUGE_PAGE = 2 << 20, PAGE = 4096 };

static void *advised(void *block, size_t size)
{
#ifdef MADV_HUGEPAGE
    if (block != NULL && size >= HUGE_PAGE) {
        size_t before = (uintptr_t)block & (PAGE - 1);

        (void)madvise((char *)block - before, before + size, MADV_HUGEPAGE);
    }
#endif
    return block;
}

void *aud_alloc(size_t size)
{
    return must_fail() ? NULL : advised(malloc(size == 0 ? 1 : size), size);
}

void *aud_alloc_zero(size_t count, size_t size)
{
    void *block = must_fail() ? NULL : calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);

    return block == NULL ? NULL : advised(block, count * size); /* calloc has refused an overflow */
}

void *aud_realloc(void *block, size_t size)
{
    return must_fail() ? NULL : advised(realloc(block, size == 0 ? 1 : size), size);
}

void aud_free(void *block)
{
    free(block);
}

struct aud_arena_block {
    aud_arena_block *next;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

enum { ARENA_FIRST = 4096, ARENA_LARGEST = 2 * HUGE_PAGE };

static aud_arena_block *new_block(size_t room)
{
    size_t size = sizeof(aud_arena_block) + room;
    void *block = NULL;

    if (size < HUGE_PAGE) {
        return aud_alloc(size);
    }
    if (must_fail() || posix_memalign(&block, HUGE_PAGE, size) != 0) {
        return NULL;
    }
    return advised(block, size);
}

void aud_arena_init(aud_arena *arena, size_t max_bytes)
{
    *arena = (aud_arena){.max = max_bytes};
}

void aud_arena_clear(aud_arena *arena)
{
    while (arena->blocks != NULL) {
        aud_arena_block *next = arena->blocks->next;
        aud_free(arena->blocks);
        arena->blocks = next;
    }
    aud_arena_init(arena, arena->max);
}

void aud_arena_reset(aud_arena *arena)
{
    aud_arena_block *keep = arena->blocks;

    if (keep == NULL) {
        return;
    }
    arena->blocks = keep->next;
    aud_arena_clear(arena);
    keep->next = NULL;
    arena->blocks = keep;
    arena->at = keep->bytes;
    arena->end = keep->bytes + keep->size;
    arena->total = keep->size;
}

void aud_arena_adopt(aud_arena *into, aud_arena *from)
{
    aud_arena_block **tail = &from->blocks;

    if (from->blocks == NULL) {
        return;
    }
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    /* behind the head, so that the space left in the head stays in use */
    if (into->blocks == NULL) {
        into->blocks = from->blocks;
        into->at = from->at;
        into->end = from->end;
    } else {
        *tail = into->blocks->next;
        into->blocks->next = from->blocks;
    }
    into->total += from->total;
    aud_arena_init(from, from->max);
}

void *aud_arena_take(aud_arena *arena, size_t size, size_t align)
{
    uintptr_t at = ((uintptr_t)arena->at + (align - 1)) & ~((uintptr_t)align - 1);
    aud_arena_block *block;
    size_t want;

    if (arena->at != NULL && at <= (uintptr_t)arena->end && size <= (uintptr_t)arena->end - at) {
        char *taken = arena->at + (at - (uintptr_t)arena->at);
        arena->at = taken + size;
        return taken;
    }
    want = arena->blocks == NULL ? ARENA_FIRST : arena->blocks->size * 2;
    want = want >= ARENA_LARGEST ? ARENA_LARGEST - sizeof(aud_arena_block) : want;
    if (size > SIZE_MAX - align - sizeof(aud_arena_block)) {
        return NULL;
    }
    want = want < size + align ? size + align : want;
    if (want > arena->max - (arena->total < arena->max ? arena->total : arena->max)) {
        return NULL;
    }
    block = new_block(want);
    if (block == NULL) {
        return NULL;
    }
    block->size = want;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->total += want;
    arena->at = block->bytes;
    arena->end = block->bytes + want;
    return aud_arena_take(arena, size, align);
}

void *aud_arena_array(aud_arena *arena, size_t count, size_t size)
{
    void *taken;

    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    taken = aud_arena_take(arena, count * size, _Alignof(max_align_t));
    return taken == NULL ? NULL : memset(taken, 0, count * size);
}

aud_status aud_arena_dup(aud_arena *arena, aud_str s, aud_str *out, aud_error *err)
{
    char *copy = s.len == SIZE_MAX ? NULL : aud_arena_take(arena, s.len + 1, 1);

    if (copy == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (s.len > 0) {
        memcpy(copy, s.ptr, s.len);
    }
    copy[s.len] = '\0';
    *out = (aud_str){copy, s.len};
    return AUD_OK;
}

aud_status aud_arena_printf(aud_arena *arena, aud_str *out, aud_error *err, const char *format, ...)
{
    size_t room = arena->at == NULL ? 0 : (size_t)(arena->end - arena->at);
    char *text = arena->at; /* most texts fit into what the block has left */
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, room, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < room) {
        arena->at += len + 1;
        *out = (aud_str){text, (size_t)len};
        return AUD_OK;
    }
    text = len < 0 ? NULL : aud_arena_take(arena, (size_t)len + 1, 1);
    if (text == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    va_start(args, format);
    (void)vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    *out = (aud_str){text, (size_t)len};
    return AUD_OK;
}

void aud_buf_init(aud_buf *buf, size_t max_bytes)
{
    *buf = (aud_buf){.max = max_bytes};
}

void aud_buf_clear(aud_buf *buf)
{
    aud_free(buf->ptr);
    aud_buf_init(buf, buf->max);
}

aud_status aud_buf_reserve(aud_buf *buf, size_t more, aud_error *err)
{
    size_t want, cap;
    char *grown;

    if (more <= buf->cap - buf->len) {
        return AUD_OK;
    }
    if (buf->len > buf->max || more > buf->max - buf->len) {
        return aud_fail(err, AUD_E_LIMIT, "more than %zu bytes", buf->max);
    }
    want = buf->len + more;
    cap = buf->cap < 256 ? 256 : buf->cap;
    while (cap < want) {
        cap = cap > SIZE_MAX / 2 ? want : cap * 2;
    }
    cap = cap > buf->max ? buf->max : cap;
    grown = aud_realloc(buf->ptr, cap);
    if (grown == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    buf->ptr = grown;
    buf->cap = cap;
    return AUD_OK;
}

aud_status aud_buf_add(aud_buf *buf, aud_str bytes, aud_error *err)
{
    if (bytes.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(aud_buf_reserve(buf, bytes.len, err));
    memcpy(buf->ptr + buf->len, bytes.ptr, bytes.len);
    buf->len += bytes.len;
    return AUD_OK;
}

aud_status aud_buf_printf(aud_buf *buf, aud_error *err, const char *format, ...)
{
    size_t room = buf->cap - buf->len;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(room == 0 ? NULL : buf->ptr + buf->len, room, format, args);
    va_end(args);
    if (len < 0) {
        return aud_fail(err, AUD_E_FORMAT, "cannot format a text");
    }
    if ((size_t)len >= room) {
        AUD_TRY(aud_buf_reserve(buf, (size_t)len + 1, err)); /* room for vsnprintf's NUL */
        va_start(args, format);
        (void)vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, args);
        va_end(args);
    }
    buf->len += (size_t)len;
    return AUD_OK;
}

aud_str aud_buf_str(const aud_buf *buf)
{
    return (aud_str){buf->ptr, buf->len};
}

aud_status aud_vec_grow(void **items, size_t *cap, size_t len, size_t item_size, aud_error *err)
{
    size_t want = *cap < 8 ? 8 : *cap * 2;
    void *grown;

    AUD_UNUSED(len);
    if (want < *cap || want > SIZE_MAX / item_size) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    grown = aud_realloc(*items, want * item_size);
    if (grown == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *items = grown;
    *cap = want;
    return AUD_OK;
}
