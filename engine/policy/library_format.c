/* engine/policy/library_format.c - string.format in bounds: no %p, no width above 99. */
#include "engine/policy/library.h"

#include <math.h>
#include <stdio.h>

enum { MAX_NUMBER = 512 }; /* "%.99f" of the largest double takes 409 */

typedef struct format_spec {
    bool left, zero, plus;
    int width, precision; /* precision -1: none given */
    char conversion;
} format_spec;

static bool is_digit(aud_str s, size_t at)
{
    return at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9';
}

static int two_digits(lua_State *L, aud_str format, size_t *at)
{
    int number = 0, digits = 0;

    while (is_digit(format, *at)) {
        if (++digits > 2) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "a width in a format has at most two digits");
        }
        number = number * 10 + (format.ptr[(*at)++] - '0');
    }
    return number;
}

/* `*at` is behind the '%'. */
static format_spec read_spec(lua_State *L, aud_str format, size_t *at)
{
    format_spec spec = {.precision = -1};

    for (; *at < format.len; (*at)++) {
        char c = format.ptr[*at];
        if (c == '-') {
            spec.left = true;
        } else if (c == '0') {
            spec.zero = true;
        } else if (c == '+') {
            spec.plus = true;
        } else {
            break;
        }
    }
    spec.width = two_digits(L, format, at);
    if (*at < format.len && format.ptr[*at] == '.') {
        (*at)++;
        spec.precision = two_digits(L, format, at);
    }
    if (*at >= format.len) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "a format ends inside of a '%%'");
    }
    spec.conversion = format.ptr[(*at)++];
    return spec;
}

static void put_many(lua_State *L, char c, size_t count)
{
    char many[100];

    memset(many, c, sizeof many);
    aud_lua_text_put(L, (aud_str){many, count > sizeof many ? sizeof many : count});
}

static void put_padded(lua_State *L, const format_spec *spec, aud_str body, bool number)
{
    size_t width = (size_t)spec->width, missing = width > body.len ? width - body.len : 0;
    size_t sign = number && body.len > 0 && (body.ptr[0] == '-' || body.ptr[0] == '+') ? 1 : 0;

    if (spec->left) {
        aud_lua_text_put(L, body);
        put_many(L, ' ', missing);
    } else if (spec->zero && number) {
        aud_lua_text_put(L, aud_str_sub(body, 0, sign));
        put_many(L, '0', missing);
        aud_lua_text_put(L, aud_str_sub(body, sign, body.len));
    } else {
        put_many(L, ' ', missing);
        aud_lua_text_put(L, body);
    }
}

static void put_integer(lua_State *L, const format_spec *spec, int arg)
{
    char text[MAX_NUMBER], what[32];
    long long number;
    int precision = spec->precision < 0 ? 1 : spec->precision, len = 0;

    (void)snprintf(what, sizeof what, "what %%%c formats", spec->conversion);
    number = (long long)aud_lua_check_int(L, arg, what);
    switch (spec->conversion) {
    case 'x':
        len = snprintf(text, sizeof text, "%.*llx", precision, (unsigned long long)number);
        break;
    case 'X':
        len = snprintf(text, sizeof text, "%.*llX", precision, (unsigned long long)number);
        break;
    default:
        len = spec->plus ? snprintf(text, sizeof text, "%+.*lld", precision, number)
                         : snprintf(text, sizeof text, "%.*lld", precision, number);
        break;
    }
    put_padded(L, spec, (aud_str){text, (size_t)len}, true);
}

static void put_float(lua_State *L, const format_spec *spec, int arg)
{
    char text[MAX_NUMBER];
    int precision = spec->precision < 0 ? 6 : spec->precision, len = 0;
    double number;

    if (lua_type(L, arg) != LUA_TNUMBER || !isfinite(lua_tonumber(L, arg))) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "what %%%c formats must be a finite number",
                     spec->conversion);
    }
    number = (double)lua_tonumber(L, arg);
    switch (spec->conversion) {
    case 'e':
        len = snprintf(text, sizeof text, "%.*e", precision, number);
        break;
    case 'g':
        len = snprintf(text, sizeof text, "%.*g", precision, number);
        break;
    default:
        len = snprintf(text, sizeof text, "%.*f", precision, number);
        break;
    }
    put_padded(L, spec, (aud_str){text, (size_t)len}, true);
}

static void put_text(lua_State *L, const format_spec *spec, int arg)
{
    aud_str text;

    aud_library_push_text(L, arg);
    text = aud_lua_str(L, -1);
    if (spec->precision >= 0) {
        text = aud_str_sub(text, 0, (size_t)spec->precision);
    }
    put_padded(L, spec, text, false);
    lua_pop(L, 1);
}

static void put_arg(lua_State *L, const format_spec *spec, int arg)
{
    char c;

    if (arg > lua_gettop(L)) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "a format asks for more values than are given");
    }
    switch (spec->conversion) {
    case 'd':
    case 'i':
    case 'x':
    case 'X':
        put_integer(L, spec, arg);
        break;
    case 'e':
    case 'f':
    case 'g':
        put_float(L, spec, arg);
        break;
    case 's':
        put_text(L, spec, arg);
        break;
    case 'c':
        c = (char)(unsigned char)aud_lua_check_int(L, arg, "what %c formats");
        put_padded(L, spec, (aud_str){&c, 1}, false);
        break;
    default:
        aud_lua_stop(L, AUD_STOP_MISUSE,
                     "a format may hold %%d, %%i, %%x, %%X, %%e, %%f, %%g, "
                     "%%s, %%c and %%%%");
    }
}

int aud_library_format(lua_State *L)
{
    aud_str format = aud_lua_check_str(L, 1, "the format");
    int arg = 2;
    size_t at = 0;

    aud_lua_text_begin(L);
    while (at < format.len) {
        size_t mark = aud_str_find(format, AUD_LIT("%"), at);
        format_spec spec;

        mark = mark == SIZE_MAX ? format.len : mark;
        aud_lua_text_put(L, aud_str_sub(format, at, mark - at));
        at = mark + 1;
        if (mark == format.len) {
            break;
        }
        if (at < format.len && format.ptr[at] == '%') {
            aud_lua_text_put(L, AUD_LIT("%"));
            at++;
            continue;
        }
        spec = read_spec(L, format, &at);
        put_arg(L, &spec, arg++);
    }
    aud_lua_text_push(L);
    return 1;
}
