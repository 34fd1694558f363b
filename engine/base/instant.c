/* engine/base/instant.c - instants as Unix seconds, without the C library's time zones. */
#include "engine/base/instant.h"

#include "engine/base/text.h"

#include <stdio.h>

/* Days since 1970-01-01 of a proleptic Gregorian date, by counting in 400-year cycles of 146097
 * days whose years begin in March. */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t cycle = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_cycle = y - cycle * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_cycle =
        year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;

    return cycle * 146097 + day_of_cycle - 719468;
}

int64_t aud_instant_of(int year, int month, int day, int hour, int minute, int second)
{
    return days_of(year, month, day) * AUD_DAY_SECONDS + hour * INT64_C(3600) +
           minute * INT64_C(60) + second;
}

size_t aud_instant_format(int64_t instant, char out[AUD_INSTANT_TEXT])
{
    int64_t days = instant / AUD_DAY_SECONDS, rest = instant % AUD_DAY_SECONDS;
    int64_t cycle, day_of_cycle, year_of_cycle, day_of_year, month, year, day;
    int written;

    if (rest < 0) {
        rest += AUD_DAY_SECONDS;
        days--;
    }
    days += 719468;
    cycle = (days >= 0 ? days : days - 146096) / 146097;
    day_of_cycle = days - cycle * 146097;
    year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
    day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    month = (5 * day_of_year + 2) / 153;
    day = day_of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    year = year_of_cycle + cycle * 400 + (month <= 2);

    written = snprintf(out, AUD_INSTANT_TEXT, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ",
                       (long long)year, (long long)month, (long long)day, (long long)(rest / 3600),
                       (long long)(rest / 60 % 60), (long long)(rest % 60));
    return written < 0 ? 0 : written < AUD_INSTANT_TEXT ? (size_t)written : AUD_INSTANT_TEXT - 1;
}

/* Reads exactly `digits` decimal digits at *at. */
static bool number_at(aud_str text, size_t *at, size_t digits, int *out)
{
    int number = 0;

    if (text.len - *at < digits) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        char c = text.ptr[*at + i];

        if (c < '0' || c > '9') {
            return false;
        }
        number = number * 10 + (c - '0');
    }
    *at += digits;
    *out = number;
    return true;
}

static bool char_at(aud_str text, size_t *at, char wanted)
{
    if (*at >= text.len || text.ptr[*at] != wanted) {
        return false;
    }
    *at += 1;
    return true;
}

static int days_in_month(int year, int month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

static bool parse_date(aud_str text, size_t *at, int *year, int *month, int *day)
{
    return number_at(text, at, 4, year) && char_at(text, at, '-') &&
           number_at(text, at, 2, month) && char_at(text, at, '-') && number_at(text, at, 2, day) &&
           *month >= 1 && *month <= 12 && *day >= 1 && *day <= days_in_month(*year, *month);
}

/* "Z", "z", "+hh:mm" or "-hh:mm"; seconds east of UTC. */
static bool parse_offset(aud_str text, size_t *at, int64_t *out)
{
    int hours, minutes;
    bool west;

    if (char_at(text, at, 'Z') || char_at(text, at, 'z')) {
        *out = 0;
        return true;
    }
    west = char_at(text, at, '-');
    if (!west && !char_at(text, at, '+')) {
        return false;
    }
    if (!number_at(text, at, 2, &hours) || !char_at(text, at, ':') ||
        !number_at(text, at, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *out = (west ? -1 : 1) * (hours * INT64_C(3600) + minutes * INT64_C(60));
    return true;
}

static bool parse_clock(aud_str text, size_t *at, int *hour, int *minute, int *second)
{
    if (!number_at(text, at, 2, hour) || !char_at(text, at, ':') ||
        !number_at(text, at, 2, minute) || !char_at(text, at, ':') ||
        !number_at(text, at, 2, second) || *hour > 23 || *minute > 59 || *second > 60) {
        return false;
    }
    if (*second == 60) {
        *second = 59;
    }
    if (char_at(text, at, '.')) {
        size_t first = *at;

        while (*at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9') {
            *at += 1;
        }
        return *at > first;
    }
    return true;
}

aud_status aud_instant_parse(aud_str text, int64_t *out, aud_error *err)
{
    int year, month, day, hour = 0, minute = 0, second = 0;
    int64_t offset = 0;
    size_t at = 0;

    if (!parse_date(text, &at, &year, &month, &day)) {
        return aud_fail(err, AUD_E_FORMAT, "'%.*s' is no date; want yyyy-mm-dd or RFC 3339",
                        AUD_ARG(aud_str_sub(text, 0, 64)));
    }
    if (at < text.len) {
        bool separated =
            char_at(text, &at, 'T') || char_at(text, &at, 't') || char_at(text, &at, ' ');

        if (!separated || !parse_clock(text, &at, &hour, &minute, &second) ||
            !parse_offset(text, &at, &offset) || at != text.len) {
            return aud_fail(err, AUD_E_FORMAT,
                            "'%.*s' is no instant; want RFC 3339, as in 2026-01-01T00:00:00Z",
                            AUD_ARG(aud_str_sub(text, 0, 64)));
        }
    }
    *out = aud_instant_of(year, month, day, hour, minute, second) - offset;
    return AUD_OK;
}

static int64_t unit_seconds(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return AUD_DAY_SECONDS;
    case 'w':
        return 7 * AUD_DAY_SECONDS;
    default:
        return 0;
    }
}

aud_status aud_duration_parse(aud_str text, int64_t *out_seconds, aud_error *err)
{
    int64_t total = 0, last_unit = INT64_MAX;
    size_t at = 0;

    while (at < text.len) {
        size_t first = at;
        uint64_t number;
        int64_t unit;

        while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
            at++;
        }
        if (!aud_parse_u64(aud_str_sub(text, first, at - first), &number) || number > INT64_C(1)
                                                                                          << 40) {
            break;
        }
        if (at == text.len) {
            unit = first == 0 ? 1 : 0; /* a bare number stands alone */
        } else {
            unit = unit_seconds(text.ptr[at]);
            at++;
        }
        if (unit == 0 || unit >= last_unit) {
            break;
        }
        last_unit = unit;
        total += (int64_t)number * unit;
        if (at == text.len) {
            *out_seconds = total;
            return AUD_OK;
        }
    }
    return aud_fail(err, AUD_E_FORMAT, "'%.*s' is no duration; want 36h, 47d or 90m",
                    AUD_ARG(aud_str_sub(text, 0, 64)));
}
