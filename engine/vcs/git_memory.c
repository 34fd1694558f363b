/* engine/vcs/git_memory.c - libgit2's memory: the heap's, with a limit to one block while one asks.
 *
 * An object is as large as its header says, and libgit2 takes that much in one block before it
 * inflates. Refusing the block costs nothing; asking for the header first reads each object twice.
 */
#include "engine/vcs/internal.h"

#include <git2.h>
#include <git2/sys/alloc.h>
#include <stdlib.h>

static _Thread_local size_t limit; /* 0: none */
static _Thread_local bool was_refused;

static bool is_refused(size_t size)
{
    bool refused = limit != 0 && size > limit;

    was_refused |= refused;
    return refused;
}

static bool overflows(size_t count, size_t size)
{
    return size != 0 && count > SIZE_MAX / size;
}

static void *take(size_t size, const char *file, int line)
{
    AUD_UNUSED(file);
    AUD_UNUSED(line);
    return is_refused(size) ? NULL : malloc(size == 0 ? 1 : size);
}

static void *take_zeroed(size_t count, size_t size, const char *file, int line)
{
    AUD_UNUSED(file);
    AUD_UNUSED(line);
    if (overflows(count, size) || is_refused(count * size)) {
        return NULL;
    }
    return calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
}

static void *take_again(void *block, size_t size, const char *file, int line)
{
    AUD_UNUSED(file);
    AUD_UNUSED(line);
    return is_refused(size) ? NULL : realloc(block, size == 0 ? 1 : size);
}

static void *take_array_again(void *block, size_t count, size_t size, const char *file, int line)
{
    return overflows(count, size) ? NULL : take_again(block, count * size, file, line);
}

static void *take_array(size_t count, size_t size, const char *file, int line)
{
    return overflows(count, size) ? NULL : take(count * size, file, line);
}

static char *copy_bytes(const char *text, size_t len, const char *file, int line)
{
    char *copy = len == SIZE_MAX ? NULL : take(len + 1, file, line);

    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

static char *copy_text(const char *text, const char *file, int line)
{
    return copy_bytes(text, strlen(text), file, line);
}

static char *copy_start(const char *text, size_t max, const char *file, int line)
{
    return copy_bytes(text, strnlen(text, max), file, line);
}

int aud_git_memory_setup(void)
{
    static git_allocator allocator = {.gmalloc = take,
                                      .gcalloc = take_zeroed,
                                      .gstrdup = copy_text,
                                      .gstrndup = copy_start,
                                      .gsubstrdup = copy_bytes,
                                      .grealloc = take_again,
                                      .greallocarray = take_array_again,
                                      .gmallocarray = take_array,
                                      .gfree = free};

    return git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);
}

void aud_git_memory_limit(size_t max_block)
{
    limit = max_block;
    was_refused = false;
}

bool aud_git_memory_end(void)
{
    limit = 0;
    return was_refused;
}
