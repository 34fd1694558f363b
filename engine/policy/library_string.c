/* engine/policy/library_string.c - strings: bytes, cases, parts, and patterns in bounds. */
#include "engine/policy/frozen.h"
#include "engine/policy/library.h"
#include "engine/policy/pattern.h"

/* Lua's positions: 1 is the first byte, -1 the last one. */
static size_t from_position(lua_Integer position, size_t len)
{
    if (position > 0) {
        return (lua_Unsigned)position > len ? len + 1 : (size_t)position;
    }
    if (position == 0) {
        return 1;
    }
    return position < -(lua_Integer)len ? 1 : (size_t)((lua_Integer)len + position + 1);
}

static size_t to_position(lua_Integer position, size_t len)
{
    if (position >= 0) {
        return (lua_Unsigned)position > len ? len : (size_t)position;
    }
    return position < -(lua_Integer)len ? 0 : (size_t)((lua_Integer)len + position + 1);
}

/* The subject at 1; numbers are not strings here. */
static aud_str subject(lua_State *L)
{
    return aud_lua_check_str(L, 1, "what is asked of a string");
}

static int string_byte(lua_State *L)
{
    aud_str s = subject(L);
    lua_Integer first = luaL_optinteger(L, 2, 1);
    size_t from = from_position(first, s.len);
    size_t to = to_position(luaL_optinteger(L, 3, first), s.len);

    if (from > to) {
        return 0;
    }
    if (to - from >= AUD_VM_MAX_VALUES) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "more than %d values", AUD_VM_MAX_VALUES);
    }
    luaL_checkstack(L, AUD_VM_MAX_VALUES, NULL);
    aud_lua_charge(L, to - from + 1);
    for (size_t i = from; i <= to; i++) {
        lua_pushinteger(L, (unsigned char)s.ptr[i - 1]);
    }
    return (int)(to - from + 1);
}

static int string_char(lua_State *L)
{
    aud_lua_text_begin(L);
    for (int i = 1; i <= lua_gettop(L); i++) {
        lua_Integer code = aud_lua_check_int(L, i, "a byte");
        char c = (char)(unsigned char)code;

        if (code < 0 || code > 255) {
            aud_lua_stop(L, AUD_STOP_MISUSE, "a byte is between 0 and 255");
        }
        aud_lua_text_put(L, (aud_str){&c, 1});
    }
    aud_lua_text_push(L);
    return 1;
}

static int string_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)subject(L).len);
    return 1;
}

static void fold(lua_State *L, char first, char last, int shift)
{
    aud_str s = subject(L);

    aud_lua_text_begin(L);
    aud_lua_charge(L, s.len / 16);
    aud_lua_text_put(L, s);
    for (size_t i = 0; i < s.len; i++) {
        char *c = &aud_vm_of(L)->text.ptr[i];
        *c = (char)(*c >= first && *c <= last ? *c + shift : *c);
    }
    aud_lua_text_push(L);
}

static int string_lower(lua_State *L)
{
    fold(L, 'A', 'Z', 'a' - 'A');
    return 1;
}

static int string_upper(lua_State *L)
{
    fold(L, 'a', 'z', 'A' - 'a');
    return 1;
}

static int string_rep(lua_State *L)
{
    aud_str s = subject(L);
    lua_Integer count = aud_lua_check_int(L, 2, "how often");
    aud_str between =
        lua_isnoneornil(L, 3) ? (aud_str){NULL, 0} : aud_lua_check_str(L, 3, "what stands between");

    aud_lua_text_begin(L);
    for (lua_Integer i = 0; i < count && (s.len > 0 || between.len > 0); i++) {
        aud_lua_text_put(L, s);
        if (i + 1 < count) {
            aud_lua_text_put(L, between);
        }
    }
    aud_lua_text_push(L);
    return 1;
}

static int string_reverse(lua_State *L)
{
    aud_str s = subject(L);

    aud_lua_text_begin(L);
    aud_lua_charge(L, s.len / 16);
    aud_lua_text_put(L, s);
    for (size_t i = 0; i < s.len; i++) {
        aud_vm_of(L)->text.ptr[i] = s.ptr[s.len - 1 - i];
    }
    aud_lua_text_push(L);
    return 1;
}

static int string_sub(lua_State *L)
{
    aud_str s = subject(L);
    size_t from = from_position(aud_lua_check_int(L, 2, "the position"), s.len);
    size_t to = to_position(luaL_optinteger(L, 3, -1), s.len);

    if (from > to) {
        lua_pushliteral(L, "");
    } else {
        lua_pushlstring(L, s.ptr + from - 1, to - from + 1);
    }
    return 1;
}

static bool find_pattern(lua_State *L, aud_str s, size_t from, aud_str pattern, aud_match *out)
{
    const aud_vm *vm = aud_vm_of(L);
    size_t left = vm->steps < AUD_VM_MAX_STEPS ? (size_t)(AUD_VM_MAX_STEPS - vm->steps) : 0;
    size_t steps = left;
    const char *reason = NULL;
    aud_pattern_result result = aud_pattern_find(s, from, pattern, &steps, out, &reason);

    aud_lua_charge(L, left - steps + 1);
    switch (result) {
    case AUD_PATTERN_FOUND:
        return true;
    case AUD_PATTERN_NONE:
        return false;
    case AUD_PATTERN_STEPS:
        aud_lua_charge(L, AUD_VM_MAX_STEPS + 1);
        break;
    case AUD_PATTERN_BAD:
        break;
    }
    aud_lua_stop(L, AUD_STOP_MISUSE, "the pattern '%.*s' is not one: %s", AUD_ARG(pattern),
                 reason == NULL ? "" : reason);
}

static void push_capture(lua_State *L, aud_str s, const aud_match *match, unsigned i)
{
    if (match->num_captures == 0) {
        lua_pushlstring(L, s.ptr + match->begin, match->end - match->begin);
    } else if (match->captures[i].len == AUD_PATTERN_POSITION) {
        lua_pushinteger(L, (lua_Integer)match->captures[i].at + 1);
    } else {
        lua_pushlstring(L, s.ptr + match->captures[i].at, (size_t)match->captures[i].len);
    }
}

/* All captures; the whole match if there are none and `whole`. */
static int push_captures(lua_State *L, aud_str s, const aud_match *match, bool whole)
{
    unsigned num = match->num_captures == 0 && whole ? 1 : match->num_captures;

    luaL_checkstack(L, AUD_PATTERN_CAPTURES, NULL);
    for (unsigned i = 0; i < num; i++) {
        push_capture(L, s, match, i);
    }
    return (int)num;
}

static int find_plain(lua_State *L, aud_str s, size_t from, aud_str text)
{
    size_t at;

    aud_lua_charge(L, (s.len - from) / 16 + text.len / 16 + 1);
    at = aud_str_find(s, text, from);
    if (at == SIZE_MAX) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)at + 1);
    lua_pushinteger(L, (lua_Integer)at + (lua_Integer)text.len);
    return 2;
}

static int find_or_match(lua_State *L, bool find)
{
    aud_str s = subject(L), pattern = aud_lua_check_str(L, 2, "the pattern");
    size_t from = from_position(luaL_optinteger(L, 3, 1), s.len) - 1;
    aud_match match;

    if (lua_tointeger(L, 3) > (lua_Integer)s.len + 1) {
        lua_pushnil(L);
        return 1;
    }
    if (find && lua_toboolean(L, 4)) {
        return find_plain(L, s, from, pattern);
    }
    if (!find_pattern(L, s, from, pattern, &match)) {
        lua_pushnil(L);
        return 1;
    }
    if (!find) {
        return push_captures(L, s, &match, true);
    }
    lua_pushinteger(L, (lua_Integer)match.begin + 1);
    lua_pushinteger(L, (lua_Integer)match.end);
    return 2 + push_captures(L, s, &match, false);
}

static int string_find(lua_State *L)
{
    return find_or_match(L, true);
}

static int string_match(lua_State *L)
{
    return find_or_match(L, false);
}

/* Upvalues: subject, pattern, where to go on, end of the match before. */
static int gmatch_next(lua_State *L)
{
    aud_str s = aud_lua_str(L, lua_upvalueindex(1));
    aud_str pattern = aud_lua_str(L, lua_upvalueindex(2));
    size_t from = (size_t)lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    aud_match match;

    while (from <= s.len && find_pattern(L, s, from, pattern, &match)) {
        if ((lua_Integer)match.end == last) {
            from = match.begin + 1; /* an empty match right behind the one before */
            continue;
        }
        lua_pushinteger(L, (lua_Integer)match.end);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(L, s, &match, true);
    }
    return 0;
}

static int string_gmatch(lua_State *L)
{
    (void)subject(L);
    if (aud_str_starts(aud_lua_check_str(L, 2, "the pattern"), AUD_LIT("^"))) {
        aud_lua_stop(L, AUD_STOP_MISUSE, "a pattern of gmatch has no '^'");
    }
    lua_settop(L, 2);
    lua_pushinteger(L, 0);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, gmatch_next, 4);
    return 1;
}

/* Puts the replacement of one match: a text with %0-%9, or a member of a table. */
static void put_replacement(lua_State *L, aud_str s, const aud_match *match)
{
    aud_str whole = aud_str_sub(s, match->begin, match->end - match->begin);

    if (lua_type(L, 3) == LUA_TTABLE) {
        push_capture(L, s, match, 0);
        (void)lua_gettable(L, 3);
        if (lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER) {
            (void)lua_tolstring(L, -1, NULL);
            aud_lua_text_put(L, aud_lua_str(L, -1));
        } else {
            aud_lua_text_put(L, whole);
        }
        lua_pop(L, 1);
        return;
    }
    for (aud_str text = aud_lua_str(L, 3); text.len > 0;) {
        size_t mark = aud_str_find(text, AUD_LIT("%"), 0), digit;

        aud_lua_text_put(L, aud_str_sub(text, 0, mark));
        text = aud_str_sub(text, mark, text.len);
        if (text.len == 0) {
            break;
        }
        digit = text.len > 1 ? (size_t)(unsigned char)text.ptr[1] - '0' : SIZE_MAX;
        if (text.len > 1 && text.ptr[1] == '%') {
            aud_lua_text_put(L, AUD_LIT("%"));
        } else if (digit == 0 || (digit == 1 && match->num_captures == 0)) {
            aud_lua_text_put(L, whole);
        } else if (digit <= match->num_captures) {
            push_capture(L, s, match, (unsigned)digit - 1);
            (void)lua_tolstring(L, -1, NULL);
            aud_lua_text_put(L, aud_lua_str(L, -1));
            lua_pop(L, 1);
        } else {
            aud_lua_stop(L, AUD_STOP_MISUSE, "the replacement names a capture that is not there");
        }
        text = aud_str_sub(text, 2, text.len);
    }
}

static int string_gsub(lua_State *L)
{
    aud_str s = subject(L), pattern = aud_lua_check_str(L, 2, "the pattern");
    lua_Integer most = luaL_optinteger(L, 4, LUA_MAXINTEGER), count = 0;
    bool anchored = aud_str_starts(pattern, AUD_LIT("^"));
    size_t from = 0, copied = 0, last = SIZE_MAX;
    aud_match match;

    if (lua_type(L, 3) != LUA_TTABLE) {
        (void)aud_lua_check_str(L, 3, "the replacement");
    }
    lua_settop(L, 4);
    aud_lua_text_begin(L);
    while (count < most && from <= s.len && find_pattern(L, s, from, pattern, &match)) {
        from = match.end;
        if (match.end == last) {
            from = match.begin + 1;
        } else {
            aud_lua_text_put(L, aud_str_sub(s, copied, match.begin - copied));
            put_replacement(L, s, &match);
            copied = last = match.end;
            count++;
        }
        if (anchored) {
            break;
        }
    }
    aud_lua_text_put(L, aud_str_sub(s, copied, s.len));
    aud_lua_text_push(L);
    lua_pushinteger(L, count);
    return 2;
}

static int refuse_method(lua_State *L)
{
    aud_library_push_text(L, 2);
    aud_lua_stop(L, AUD_STOP_MISUSE, "a string has no '%.*s'", AUD_ARG(aud_lua_str(L, -1)));
}

void aud_library_push_string(lua_State *L)
{
    static const aud_library_entry entries[] = {
        {"byte", string_byte},       {"char", string_char},
        {"find", string_find},       {"gmatch", string_gmatch},
        {"gsub", string_gsub},       {"format", aud_library_format},
        {"len", string_len},         {"lower", string_lower},
        {"match", string_match},     {"rep", string_rep},
        {"reverse", string_reverse}, {"sub", string_sub},
        {"upper", string_upper},     {NULL, NULL}};

    aud_library_push(L, entries);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, refuse_method);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    /* ("x"):upper() works; nothing a policy can call gives this metatable away */
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}
