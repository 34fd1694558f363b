/* engine/base/match.c - globs as git's wildmatch reads them, and the nearest name. */
#include "engine/base/text.h"

/* What a glob may cost: pattern steps; beyond it nothing matches. Git paths stay far below. */
enum { GLOB_STEPS = 1 << 20 };

typedef struct glob {
    aud_str pattern, path;
    unsigned steps;
} glob;

/* Reads a class whose '[' lies at *at; false if it is not closed. */
static bool class_matches(aud_str pattern, size_t *at, unsigned char c, bool *out)
{
    size_t i = *at + 1;
    bool negated = false, hit = false, first = true;

    if (i < pattern.len && (pattern.ptr[i] == '!' || pattern.ptr[i] == '^')) {
        negated = true;
        i++;
    }
    for (; i < pattern.len && (first || pattern.ptr[i] != ']'); first = false) {
        unsigned char low = (unsigned char)pattern.ptr[i];
        unsigned char high;

        if (low == '\\' && i + 1 < pattern.len) {
            low = (unsigned char)pattern.ptr[++i];
        }
        high = low;
        i++;
        if (i + 1 < pattern.len && pattern.ptr[i] == '-' && pattern.ptr[i + 1] != ']') {
            high = (unsigned char)pattern.ptr[i + 1];
            i += 2;
            if (high == '\\' && i < pattern.len) {
                high = (unsigned char)pattern.ptr[i++];
            }
        }
        hit = hit || (c >= low && c <= high);
    }
    if (i >= pattern.len) {
        return false;
    }
    *at = i + 1;
    *out = hit != negated && c != '/';
    return true;
}

/* Matches one pattern element at *p against path[s]; moves *p behind it. */
static bool one_matches(const glob *g, size_t *p, size_t s)
{
    char c = g->pattern.ptr[*p];
    bool hit;

    if (s >= g->path.len) {
        return false;
    }
    if (c == '?') {
        *p += 1;
        return g->path.ptr[s] != '/';
    }
    if (c == '[' && class_matches(g->pattern, p, (unsigned char)g->path.ptr[s], &hit)) {
        return hit;
    }
    if (c == '\\' && *p + 1 < g->pattern.len) {
        *p += 1;
        c = g->pattern.ptr[*p];
    }
    *p += 1;
    return c == g->path.ptr[s];
}

static bool is_double_star(aud_str pattern, size_t at)
{
    return at + 1 < pattern.len && pattern.ptr[at] == '*' && pattern.ptr[at + 1] == '*' &&
           (at == 0 || pattern.ptr[at - 1] == '/') &&
           (at + 2 == pattern.len || pattern.ptr[at + 2] == '/');
}

/*
 * Two places to go back to are enough: the last '*' within the part, and the last '**'. A later
 * star makes an earlier one of its kind needless.
 */
bool aud_glob_match(aud_str pattern, aud_str path)
{
    glob g = {pattern, path, 0};
    size_t p = 0, s = 0;
    size_t star_p = SIZE_MAX, star_s = 0, deep_p = SIZE_MAX, deep_s = 0;

    for (;;) {
        size_t next = p;

        if (++g.steps > GLOB_STEPS) {
            return false;
        }
        if (p == pattern.len && s == path.len) {
            return true;
        }
        if (p < pattern.len && is_double_star(pattern, p)) {
            if (p + 2 == pattern.len) {
                return p == 0 || s < path.len || (s > 0 && path.ptr[s - 1] == '/');
            }
            p += 3;
            deep_p = p;
            deep_s = s;
            star_p = SIZE_MAX;
            continue;
        }
        if (p < pattern.len && pattern.ptr[p] == '*') {
            while (p < pattern.len && pattern.ptr[p] == '*') {
                p++;
            }
            star_p = p;
            star_s = s;
            continue;
        }
        if (p < pattern.len && one_matches(&g, &next, s)) {
            p = next;
            s++;
            continue;
        }
        if (star_p != SIZE_MAX && star_s < path.len && path.ptr[star_s] != '/') {
            p = star_p;
            s = ++star_s;
            continue;
        }
        if (deep_p == SIZE_MAX) {
            return false;
        }
        while (deep_s < path.len && path.ptr[deep_s] != '/') {
            deep_s++;
        }
        if (deep_s == path.len) {
            return false;
        }
        s = ++deep_s;
        p = deep_p;
        star_p = SIZE_MAX;
    }
}

enum { NAME_MAX_LEN = 64 };

/* Edit distance with neighbours swapped counting one (optimal string alignment). */
static size_t distance(aud_str a, aud_str b)
{
    size_t rows[3][NAME_MAX_LEN + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b.len; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t *spare = before;

        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);

            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
                before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            now[j] = best;
        }
        before = last;
        last = now;
        now = spare;
    }
    return last[b.len];
}

const char *aud_nearest(aud_str name, const char *const *candidates, size_t num_candidates)
{
    const char *best = NULL;
    size_t least = SIZE_MAX;

    if (name.len > NAME_MAX_LEN) {
        return NULL;
    }
    for (size_t i = 0; i < num_candidates; i++) {
        aud_str candidate = aud_str_of(candidates[i]);
        size_t longer = candidate.len > name.len ? candidate.len : name.len;
        size_t far;

        if (candidate.len > NAME_MAX_LEN) {
            continue;
        }
        far = distance(name, candidate);
        if (far < least && far * 3 <= longer) {
            least = far;
            best = candidates[i];
        }
    }
    return best;
}
