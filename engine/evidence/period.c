/* engine/evidence/period.c - a period as people name it. */
#include "engine/evidence/period.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"

enum { MONTHS = 12, YEAR_MIN = 1950, YEAR_MAX = 9998 };

static aud_status refuse(aud_str text, aud_error *err)
{
    return aud_fail(
        err, AUD_E_USAGE,
        "'%.*s' is no period: it is a year (2026), half (2026-H2), quarter (2026-Q3) or "
        "month (2026-07), the same of a fiscal year (FY2027-Q1), or two dates "
        "(2026-07-01..2026-09-30)",
        AUD_ARG(aud_str_sub(text, 0, 80)));
}

static bool digits(aud_str text, size_t num, uint64_t *out)
{
    return text.len == num && aud_parse_u64(text, out);
}

/* "H1", "Q3", "07" or nothing: how many months of the year, and how many before them. */
static bool read_part(aud_str part, bool fiscal, unsigned *out_months, unsigned *out_before)
{
    uint64_t number;

    if (part.ptr == NULL) {
        *out_months = MONTHS;
        *out_before = 0;
        return true;
    }
    if (!fiscal && digits(part, 2, &number)) {
        *out_months = 1;
        *out_before = (unsigned)number - 1;
        return number >= 1 && number <= MONTHS;
    }
    if (part.len != 2 || !digits(aud_str_sub(part, 1, 1), 1, &number) || number == 0) {
        return false;
    }
    *out_months = part.ptr[0] == 'Q' || part.ptr[0] == 'q'   ? 3
                  : part.ptr[0] == 'H' || part.ptr[0] == 'h' ? 6
                                                             : 0;
    *out_before = *out_months * ((unsigned)number - 1);
    return *out_months > 0 && *out_before < MONTHS;
}

/* Midnight at the first of the month, `months` of them after January of `year`. */
static int64_t first_of(int year, unsigned months)
{
    return aud_instant_of(year + (int)(months / MONTHS), (int)(months % MONTHS) + 1, 1, 0, 0, 0);
}

static aud_status read_named(aud_str text, unsigned fiscal_month, aud_arena *arena, aud_period *out,
                             aud_error *err)
{
    aud_str rest = text, year_text, part = {NULL, 0};
    const bool fiscal = aud_str_ieq(aud_str_sub(text, 0, 2), AUD_LIT("FY"));
    unsigned months, before;
    uint64_t year;

    rest = fiscal ? aud_str_sub(rest, 2, rest.len) : rest;
    if (!aud_str_split(&rest, '-', &year_text) || !digits(year_text, 4, &year) || year < YEAR_MIN ||
        year > YEAR_MAX) {
        return refuse(text, err);
    }
    if (rest.ptr != NULL) {
        part = rest;
    }
    if (!read_part(part, fiscal, &months, &before)) {
        return refuse(text, err);
    }
    if (fiscal && fiscal_month > 1) { /* it starts in the year before the one that names it */
        year--;
        before += fiscal_month - 1;
    }
    out->from = first_of((int)year, before);
    out->until = first_of((int)year, before + months);
    AUD_TRY(aud_arena_dup(arena, text, &out->name, err));
    for (size_t i = 0; i < out->name.len; i++) {
        char *c = (char *)(uintptr_t)&out->name.ptr[i]; /* our own copy */
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    }
    return AUD_OK;
}

static aud_status read_two(aud_str text, size_t mark, aud_arena *arena, aud_period *out,
                           aud_error *err)
{
    const aud_str first = aud_str_sub(text, 0, mark);
    const aud_str second = aud_str_sub(text, mark + 2, text.len);
    enum { DAY_LEN = 10 };

    if (aud_instant_parse(first, &out->from, err) != AUD_OK ||
        aud_instant_parse(second, &out->until, err) != AUD_OK) {
        return refuse(text, err);
    }
    if (second.len == DAY_LEN) { /* a day is part of it as a whole */
        out->until += AUD_DAY_SECONDS;
    }
    if (out->until <= out->from) {
        return aud_fail(err, AUD_E_USAGE, "the period '%.*s' ends before it begins", AUD_ARG(text));
    }
    return aud_arena_dup(arena, text, &out->name, err);
}

aud_status aud_period_parse(aud_str text, unsigned fiscal_month, aud_arena *arena, aud_period *out,
                            aud_error *err)
{
    const size_t mark = aud_str_find(text, AUD_LIT(".."), 0);

    return mark == SIZE_MAX ? read_named(text, fiscal_month, arena, out, err)
                            : read_two(text, mark, arena, out, err);
}
