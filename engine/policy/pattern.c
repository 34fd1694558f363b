/* engine/policy/pattern.c - a backtracking matcher that counts what it does. */
#include "engine/policy/pattern.h"

enum { MAX_DEPTH = 200 };
static const size_t NO = SIZE_MAX;

typedef struct matcher {
    aud_str subject, pattern;
    size_t steps;
    unsigned depth;
    aud_pattern_result trouble; /* BAD or STEPS end everything */
    const char *reason;
    aud_match match;
} matcher;

static size_t match_here(matcher *m, size_t s, size_t p);

static size_t bad(matcher *m, const char *reason)
{
    if (m->trouble == AUD_PATTERN_NONE) {
        m->trouble = AUD_PATTERN_BAD;
        m->reason = reason;
    }
    return NO;
}

static bool step(matcher *m)
{
    if (m->trouble != AUD_PATTERN_NONE) {
        return false;
    }
    if (m->steps == 0) {
        m->trouble = AUD_PATTERN_STEPS;
        return false;
    }
    m->steps--;
    return true;
}

/* ASCII only: the locale has no say. */
static bool in_class(unsigned char c, unsigned char class)
{
    bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
    bool graph = c > 0x20 && c < 0x7f, in;

    switch (class | 0x20) {
    case 'a':
        in = lower || upper;
        break;
    case 'c':
        in = c < 0x20 || c == 0x7f;
        break;
    case 'd':
        in = digit;
        break;
    case 'g':
        in = graph;
        break;
    case 'l':
        in = lower;
        break;
    case 'p':
        in = graph && !lower && !upper && !digit;
        break;
    case 's':
        in = c == ' ' || (c >= '\t' && c <= '\r');
        break;
    case 'u':
        in = upper;
        break;
    case 'w':
        in = lower || upper || digit;
        break;
    case 'x':
        in = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        break;
    default:
        return false;
    }
    return in != (class >= 'A' && class <= 'Z');
}

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_class(unsigned char c)
{
    return is_letter(c) && memchr("acdglpsuwx", c | 0x20, 10) != NULL;
}

/* One "%x" at `p`; what it stands for must be a class or an escaped mark. */
static bool check_escape(matcher *m, size_t p)
{
    unsigned char c;

    if (p + 1 >= m->pattern.len) {
        (void)bad(m, "ends with '%'");
        return false;
    }
    c = (unsigned char)m->pattern.ptr[p + 1];
    if ((is_letter(c) && !is_class(c)) || (c >= '0' && c <= '9')) {
        (void)bad(m, "%b, %f, back references and unknown classes are not supported");
        return false;
    }
    return true;
}

/* Index behind the set that begins at `p`. */
static size_t set_end(matcher *m, size_t p)
{
    size_t at = p + 1;

    if (at < m->pattern.len && m->pattern.ptr[at] == '^') {
        at++;
    }
    for (bool first = true;; first = false) {
        if (at >= m->pattern.len || !step(m)) {
            return bad(m, "a '[' without ']'");
        }
        if (m->pattern.ptr[at] == ']' && !first) {
            return at + 1;
        }
        if (m->pattern.ptr[at] == '%') {
            if (!check_escape(m, at)) {
                return NO;
            }
            at++;
        }
        at++;
    }
}

static size_t item_end(matcher *m, size_t p)
{
    if (m->pattern.ptr[p] == '%') {
        return check_escape(m, p) ? p + 2 : NO;
    }
    return m->pattern.ptr[p] == '[' ? set_end(m, p) : p + 1;
}

static bool escape_has(unsigned char escaped, unsigned char c)
{
    return is_class(escaped) ? in_class(c, escaped) : escaped == c;
}

/* Set from `p` ('[') to `end` (behind ']'). */
static bool set_has(matcher *m, size_t p, size_t end, unsigned char c)
{
    const unsigned char *t = (const unsigned char *)m->pattern.ptr;
    size_t at = p + 1, last = end - 1;
    bool negated = t[at] == '^', in = false;

    for (at += negated ? 1 : 0; at < last && !in; at++) {
        if (!step(m)) {
            return false;
        }
        if (t[at] == '%') {
            at++;
            in = escape_has(t[at], c);
        } else if (at + 2 < last && t[at + 1] == '-') {
            in = t[at] <= c && c <= t[at + 2];
            at += 2;
        } else {
            in = t[at] == c;
        }
    }
    return in != negated;
}

static bool single(matcher *m, size_t s, size_t p, size_t end)
{
    const unsigned char *t = (const unsigned char *)m->pattern.ptr;
    unsigned char c;

    if (!step(m) || s >= m->subject.len) {
        return false;
    }
    c = (unsigned char)m->subject.ptr[s];
    switch (t[p]) {
    case '.':
        return true;
    case '%':
        return escape_has(t[p + 1], c);
    case '[':
        return set_has(m, p, end, c);
    default:
        return t[p] == c;
    }
}

static size_t most(matcher *m, size_t s, size_t p, size_t end)
{
    size_t count = 0;

    while (single(m, s + count, p, end)) {
        count++;
    }
    for (;; count--) {
        size_t found = match_here(m, s + count, end + 1);
        if (found != NO || count == 0 || m->trouble != AUD_PATTERN_NONE) {
            return found;
        }
    }
}

static size_t least(matcher *m, size_t s, size_t p, size_t end)
{
    for (;; s++) {
        size_t found = match_here(m, s, end + 1);
        if (found != NO || m->trouble != AUD_PATTERN_NONE || !single(m, s, p, end)) {
            return found;
        }
    }
}

static size_t open_capture(matcher *m, size_t s, size_t p)
{
    bool position = p + 1 < m->pattern.len && m->pattern.ptr[p + 1] == ')';
    size_t found;

    if (m->match.num_captures >= AUD_PATTERN_CAPTURES) {
        return bad(m, "too many captures");
    }
    m->match.captures[m->match.num_captures].at = s;
    m->match.captures[m->match.num_captures].len =
        position ? AUD_PATTERN_POSITION : AUD_PATTERN_OPEN;
    m->match.num_captures++;
    found = match_here(m, s, p + (position ? 2 : 1));
    if (found == NO) {
        m->match.num_captures--;
    }
    return found;
}

static size_t close_capture(matcher *m, size_t s, size_t p)
{
    unsigned i = m->match.num_captures;
    size_t found;

    while (i > 0 && m->match.captures[i - 1].len != AUD_PATTERN_OPEN) {
        i--;
    }
    if (i == 0) {
        return bad(m, "a ')' without '('");
    }
    m->match.captures[i - 1].len = (ptrdiff_t)(s - m->match.captures[i - 1].at);
    found = match_here(m, s, p + 1);
    if (found == NO) {
        m->match.captures[i - 1].len = AUD_PATTERN_OPEN;
    }
    return found;
}

static size_t all_closed(matcher *m, size_t s)
{
    for (unsigned i = 0; i < m->match.num_captures; i++) {
        if (m->match.captures[i].len == AUD_PATTERN_OPEN) {
            return bad(m, "a '(' without ')'");
        }
    }
    return s;
}

static size_t match_items(matcher *m, size_t s, size_t p)
{
    while (p < m->pattern.len) {
        char c = m->pattern.ptr[p], suffix;
        size_t end;

        if (c == '(') {
            return open_capture(m, s, p);
        }
        if (c == ')') {
            return close_capture(m, s, p);
        }
        if (c == '$' && p + 1 == m->pattern.len) {
            return s == m->subject.len ? all_closed(m, s) : NO;
        }
        end = item_end(m, p);
        if (end == NO) {
            return NO;
        }
        suffix = end < m->pattern.len ? m->pattern.ptr[end] : '\0';
        if (suffix == '*') {
            return most(m, s, p, end);
        }
        if (suffix == '+') {
            return single(m, s, p, end) ? most(m, s + 1, p, end) : NO;
        }
        if (suffix == '-') {
            return least(m, s, p, end);
        }
        if (suffix == '?') {
            size_t found = single(m, s, p, end) ? match_here(m, s + 1, end + 1) : NO;
            if (found != NO || m->trouble != AUD_PATTERN_NONE) {
                return found;
            }
            p = end + 1;
            continue;
        }
        if (!single(m, s, p, end)) {
            return NO;
        }
        s++;
        p = end;
    }
    return all_closed(m, s);
}

static size_t match_here(matcher *m, size_t s, size_t p)
{
    size_t found;

    if (m->depth >= MAX_DEPTH) {
        return bad(m, "too complex");
    }
    if (!step(m)) {
        return NO;
    }
    m->depth++;
    found = match_items(m, s, p);
    m->depth--;
    return m->trouble == AUD_PATTERN_NONE ? found : NO;
}

aud_pattern_result aud_pattern_find(aud_str subject, size_t from, aud_str pattern, size_t *steps,
                                    aud_match *out, const char **out_reason)
{
    matcher m = {.subject = subject, .pattern = pattern, .steps = *steps};
    bool anchored = pattern.len > 0 && pattern.ptr[0] == '^';
    size_t s = from, end = NO;

    do {
        m.match.num_captures = 0;
        end = match_here(&m, s, anchored ? 1 : 0);
        m.match.begin = s;
        m.match.end = end;
        s++;
    } while (end == NO && !anchored && s <= subject.len && m.trouble == AUD_PATTERN_NONE);
    *steps = m.steps;
    *out_reason = m.reason;
    if (m.trouble != AUD_PATTERN_NONE) {
        return m.trouble;
    }
    *out = m.match;
    return end == NO ? AUD_PATTERN_NONE : AUD_PATTERN_FOUND;
}
