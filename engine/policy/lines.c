/* engine/policy/lines.c - lines that can run, read from the compiled form: Lua itself tells them
 * only of functions that are there already, and an unreached one is just what is looked for. */
#include "engine/policy/lines.h"

#include "engine/base/map.h"

enum { MAX_DEPTH = 100, ABSOLUTE = -0x80, HEADER = 4 + 1 + 1 + 6 + 3, MAX_COUNT = 1 << 24 };

struct aud_lines {
    aud_arena arena;
    aud_map *policies;
};

void aud_lines_freep(aud_lines **lines)
{
    if (*lines != NULL) {
        aud_map_free((*lines)->policies);
        aud_arena_clear(&(*lines)->arena);
        aud_free(*lines);
        *lines = NULL;
    }
}

aud_status aud_lines_new(aud_lines **out, aud_error *err)
{
    AUD_CLEANUP(aud_lines_freep) aud_lines *lines = aud_alloc_zero(1, sizeof *lines);

    if (lines == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&lines->arena, AUD_ARENA_NO_MAX);
    AUD_TRY(aud_map_new(&lines->policies, err));
    *out = AUD_MOVE(lines);
    return AUD_OK;
}

const aud_policy_lines *aud_lines_find(aud_lines *lines, aud_str policy)
{
    aud_policy_lines *found = aud_map_get(lines->policies, policy);

    if (found != NULL) {
        found->can = found->ran = 0;
        for (uint32_t i = 0; i < found->num; i++) {
            found->can += (found->states[i] & AUD_LINE_CAN) != 0;
            found->ran += found->states[i] == (AUD_LINE_CAN | AUD_LINE_RAN);
        }
    }
    return found;
}

/* Lua 5.4's compiled form, ldump.c; `bad` sticks and everything then reads as 0. */
typedef struct dump {
    const unsigned char *at, *end;
    bool bad;
    aud_policy_lines *into;
} dump;

static const unsigned char *take(dump *d, size_t len)
{
    const unsigned char *start = d->at;

    if (d->bad || (size_t)(d->end - d->at) < len) {
        d->bad = true;
        return NULL;
    }
    d->at += len;
    return start;
}

static unsigned take_byte(dump *d)
{
    const unsigned char *byte = take(d, 1);

    return byte == NULL ? 0 : *byte;
}

/* Seven bits a byte, the highest first; the last byte has its top bit set. */
static size_t take_size(dump *d)
{
    size_t size = 0;

    for (unsigned byte = 0; !d->bad && (byte & 0x80) == 0;) {
        byte = take_byte(d);
        if (size > SIZE_MAX >> 8) {
            d->bad = true;
        }
        size = size << 7 | (byte & 0x7f);
    }
    return d->bad ? 0 : size;
}

static size_t take_count(dump *d)
{
    size_t count = take_size(d);

    if (count > MAX_COUNT) {
        d->bad = true;
        return 0;
    }
    return count;
}

static void skip_string(dump *d)
{
    size_t size = take_count(d);

    (void)take(d, size > 0 ? size - 1 : 0);
}

static void skip_constants(dump *d)
{
    for (size_t n = take_count(d); n > 0 && !d->bad; n--) {
        switch (take_byte(d)) {
        case 0x03: /* integer */
        case 0x13: /* float */
            (void)take(d, 8);
            break;
        case 0x04: /* short string */
        case 0x14: /* long string */
            skip_string(d);
            break;
        case 0x00: /* nil */
        case 0x01: /* false */
        case 0x11: /* true */
            break;
        default:
            d->bad = true;
        }
    }
}

/* A change of line for each instruction; some are told in full, in a table behind. */
static void take_lines(dump *d, size_t line, bool count)
{
    size_t num = take_count(d), num_absolute;
    const unsigned char *changes = take(d, num);
    dump absolute;

    num_absolute = take_count(d);
    absolute = *d;
    for (size_t i = 0; i < num_absolute && !d->bad; i++) {
        (void)take_count(d);
        (void)take_count(d);
    }
    for (size_t i = 0; i < num && !d->bad; i++) {
        const int change = changes[i] > INT8_MAX ? changes[i] - (UINT8_MAX + 1) : changes[i];

        if (change == ABSOLUTE) {
            (void)take_count(&absolute);
            line = take_count(&absolute);
        } else {
            line = (size_t)((int64_t)line + change);
        }
        if (count && line >= 1 && line <= d->into->num) {
            d->into->states[line - 1] |= AUD_LINE_CAN;
        }
    }
}

static void take_function(dump *d, unsigned depth)
{
    size_t line, num;

    if (depth > MAX_DEPTH) {
        d->bad = true;
        return;
    }
    skip_string(d);
    line = take_count(d);
    (void)take_count(d);
    (void)take(d, 3);
    num = take_count(d);
    (void)take(d, num * 4);
    skip_constants(d);
    num = take_count(d);
    (void)take(d, num * 3);
    for (size_t n = take_count(d); n > 0 && !d->bad; n--) {
        take_function(d, depth + 1);
    }
    take_lines(d, line, depth > 0);
    for (size_t n = take_count(d); n > 0 && !d->bad; n--) {
        skip_string(d);
        (void)take_count(d);
        (void)take_count(d);
    }
    for (size_t n = take_count(d); n > 0 && !d->bad; n--) {
        skip_string(d);
    }
}

/* "end", "}," and their like: nobody means them by a line that did not run. */
static bool only_closes(aud_str line)
{
    for (size_t i = 0; i < line.len;) {
        if (aud_str_starts(aud_str_sub(line, i, 3), AUD_LIT("end"))) {
            i += 3;
        } else if (strchr(" \t\r(){},;", line.ptr[i]) != NULL) {
            i++;
        } else {
            return aud_str_starts(aud_str_sub(line, i, 2), AUD_LIT("--"));
        }
    }
    return true;
}

static uint32_t count_lines(aud_str text)
{
    uint32_t num = 1;

    for (size_t i = 0; i < text.len; i++) {
        num += text.ptr[i] == '\n';
    }
    return num;
}

aud_status aud_lines_take(aud_lines *lines, aud_str policy, aud_str text, aud_str compiled,
                          aud_policy_lines **out, aud_error *err)
{
    dump d = {.at = (const unsigned char *)compiled.ptr};
    aud_policy_lines *made;
    aud_str line;

    *out = aud_map_get(lines->policies, policy);
    if (*out != NULL) {
        return AUD_OK;
    }
    made = AUD_ARENA_NEW(&lines->arena, aud_policy_lines);
    if (made == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    made->num = count_lines(text);
    made->states = aud_arena_array(&lines->arena, made->num, 1);
    if (made->states == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    d.end = d.at + compiled.len;
    d.into = made;
    (void)take(&d, HEADER + 16);
    (void)take_byte(&d);
    take_function(&d, 0);
    if (d.bad || compiled.len < HEADER || compiled.ptr[4] != 0x54) {
        return aud_fail(err, AUD_E_UNSUPPORTED, "this build's Lua compiles to an unknown form");
    }
    for (uint32_t i = 0; aud_str_split(&text, '\n', &line); i++) {
        if (only_closes(line)) {
            made->states[i] = 0;
        }
    }
    *out = made;
    return aud_map_put(lines->policies, policy, made, err);
}
