/* engine/pki/der_time.c - UTCTime and GeneralizedTime. */
#include "engine/base/instant.h"
#include "engine/pki/der.h"

typedef struct cursor {
    const char *at, *end;
} cursor;

/* Two decimal digits between `min` and `max`. */
static bool two(cursor *c, int min, int max, int *out)
{
    int value = 0;

    for (int i = 0; i < 2; i++, c->at++) {
        if (c->at == c->end || *c->at < '0' || *c->at > '9') {
            return false;
        }
        value = value * 10 + (*c->at - '0');
    }
    *out = value;
    return value >= min && value <= max;
}

static int days_in_month(int year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool at_zone(const cursor *c)
{
    return c->at < c->end && (*c->at == 'Z' || *c->at == '+' || *c->at == '-');
}

/* A fraction of the second: at least one digit. */
static bool skip_fraction(cursor *c)
{
    const char *begin = ++c->at;

    while (c->at < c->end && *c->at >= '0' && *c->at <= '9') {
        c->at++;
    }
    return c->at > begin;
}

/* "Z", "+hhmm" or "-hhmm" to the end, as seconds east of Greenwich. */
static bool zone(cursor *c, int *out_east, unsigned *form)
{
    int hours = 0;
    int minutes = 0;
    char sign = 0;

    if (!at_zone(c)) {
        return false;
    }
    sign = *c->at++;
    if (sign != 'Z') {
        *form |= AUD_TIME_FORM;
        if (!two(c, 0, 12, &hours) || !two(c, 0, 59, &minutes)) {
            return false;
        }
    }
    *out_east = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return c->at == c->end;
}

static bool read_year(cursor *c, bool generalized, int *out)
{
    int high = 0;
    int low = 0;

    if (generalized && !two(c, 0, 99, &high)) {
        return false;
    }
    if (!two(c, 0, 99, &low)) {
        return false;
    }
    *out = generalized ? high * 100 + low : low < 50 ? 2000 + low : 1900 + low;
    return true;
}

bool aud_der_time(const aud_tlv *tlv, int64_t *out, unsigned *out_form)
{
    const bool generalized = tlv->tag == AUD_TAG_GENERALIZED_TIME;
    cursor c = {tlv->content.ptr, tlv->content.ptr + tlv->content.len};
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int east = 0;

    *out_form = 0;
    if ((!generalized && tlv->tag != AUD_TAG_UTC_TIME) || tlv->content.len == 0) {
        return false;
    }
    if (!read_year(&c, generalized, &year) || !two(&c, 1, 12, &month) || !two(&c, 1, 31, &day) ||
        day > days_in_month(year, month) || !two(&c, 0, 23, &hour) || !two(&c, 0, 59, &minute)) {
        return false;
    }
    if (at_zone(&c)) {
        *out_form |= AUD_TIME_FORM;
    } else if (!two(&c, 0, 59, &second)) {
        return false;
    }
    if (generalized && c.at < c.end && *c.at == '.') {
        *out_form |= AUD_TIME_FORM;
        if (!skip_fraction(&c)) {
            return false;
        }
    }
    if (!zone(&c, &east, out_form)) {
        return false;
    }
    if (generalized && year >= 1950 && year < 2050) {
        *out_form |= AUD_TIME_TYPE;
    }
    *out = aud_instant_of(year, month, day, hour, minute, second) - east;
    return true;
}
