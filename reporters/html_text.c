/* reporters/html_text.c - text of inputs made inert for a page, and the small parts made of it. */
#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "reporters/html.h"

/* Characters that stand for themselves, also between quotes: one look-up decides for most. */
static const bool plain[256] = {
    [' '] = true, ['!'] = true,  ['#'] = true, ['$'] = true, ['%'] = true, ['('] = true,
    [')'] = true, ['*'] = true,  ['+'] = true, [','] = true, ['-'] = true, ['.'] = true,
    ['/'] = true, ['0'] = true,  ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
    ['5'] = true, ['6'] = true,  ['7'] = true, ['8'] = true, ['9'] = true, [':'] = true,
    [';'] = true, ['='] = true,  ['?'] = true, ['@'] = true, ['A'] = true, ['B'] = true,
    ['C'] = true, ['D'] = true,  ['E'] = true, ['F'] = true, ['G'] = true, ['H'] = true,
    ['I'] = true, ['J'] = true,  ['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true,
    ['O'] = true, ['P'] = true,  ['Q'] = true, ['R'] = true, ['S'] = true, ['T'] = true,
    ['U'] = true, ['V'] = true,  ['W'] = true, ['X'] = true, ['Y'] = true, ['Z'] = true,
    ['['] = true, ['\\'] = true, [']'] = true, ['^'] = true, ['_'] = true, ['`'] = true,
    ['a'] = true, ['b'] = true,  ['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true,
    ['g'] = true, ['h'] = true,  ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true,
    ['m'] = true, ['n'] = true,  ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true,
    ['s'] = true, ['t'] = true,  ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true,
    ['y'] = true, ['z'] = true,  ['{'] = true, ['|'] = true, ['}'] = true, ['~'] = true,
};

void aud_html_fail(aud_html *h, aud_status status)
{
    if (h->failed == AUD_OK) {
        h->failed = status;
    }
}

static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* One character that is not plain; gives its length. */
static size_t put_other(aud_html *h, aud_str text, size_t at)
{
    const char *as = reference(text.ptr[at]);
    char scratch[AUD_NEUTRAL_PIECE];
    size_t next = at;
    size_t from = 0;
    int32_t code;

    if (as != NULL) {
        aud_out_text(h->out, as);
        return 1;
    }
    code = aud_utf8_next(text, &next);
    if (code >= 0 && !aud_utf8_is_unsafe((uint32_t)code)) {
        aud_out_str(h->out, aud_str_sub(text, at, next - at));
    } else {
        /* alone, so that the helper spells the escape and finds no marks of CI systems: in a page
         * nothing obeys them, and IPv6 addresses are full of "::" */
        aud_out_str(h->out, aud_neutral_next(aud_str_sub(text, at, next - at), &from, scratch));
    }
    return next - at;
}

static void put_text(aud_html *h, aud_str text, bool with_lines)
{
    for (size_t at = 0; at < text.len;) {
        size_t begin = at;

        while (at < text.len &&
               (plain[(unsigned char)text.ptr[at]] || (with_lines && text.ptr[at] == '\n'))) {
            at++;
        }
        if (at > begin) {
            aud_out_str(h->out, aud_str_sub(text, begin, at - begin));
        } else {
            at += put_other(h, text, at);
        }
    }
}

static void put_cut(aud_html *h, aud_str text, bool with_lines)
{
    aud_str shown = aud_neutral_cut(text, AUD_REPORT_TEXT_MAX);

    put_text(h, shown, with_lines);
    if (shown.len < text.len) {
        aud_html_raw(h, " <em>[");
        aud_html_num(h, text.len - shown.len);
        aud_html_raw(h, " more bytes]</em>");
    }
}

void aud_html_text(aud_html *h, aud_str text)
{
    put_cut(h, text, false);
}

void aud_html_prose(aud_html *h, aud_str text)
{
    put_cut(h, aud_str_trim(text), true);
}

/* What the program itself writes runs from left to right, and so does all of ASCII. */
static bool needs_isolation(aud_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80) {
            return true;
        }
    }
    return false;
}

void aud_html_name(aud_html *h, aud_str text)
{
    bool isolated = needs_isolation(text);

    aud_html_raw(h, isolated ? "<bdi>" : "");
    aud_html_text(h, text);
    aud_html_raw(h, isolated ? "</bdi>" : "");
}

void aud_html_code(aud_html *h, aud_str text)
{
    aud_html_raw(h, "<code>");
    aud_html_name(h, text);
    aud_html_raw(h, "</code>");
}

void aud_html_num(aud_html *h, size_t number)
{
    char digits[32];
    size_t at = sizeof digits;
    unsigned group = 0;

    do {
        if (group == 3) {
            digits[--at] = ',';
            group = 0;
        }
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
        group++;
    } while (number != 0);
    aud_out_str(h->out, (aud_str){digits + at, sizeof digits - at});
}

void aud_html_count(aud_html *h, size_t number, const char *noun)
{
    aud_html_num(h, number);
    aud_out_char(h->out, ' ');
    aud_html_raw(h, noun);
    aud_html_raw(h, number == 1 ? "" : "s");
}

void aud_html_at(aud_html *h, int64_t instant)
{
    char text[AUD_INSTANT_TEXT];

    aud_out_str(h->out, (aud_str){text, aud_instant_format(instant, text)});
}

void aud_html_instant(aud_html *h, int64_t instant)
{
    char text[AUD_INSTANT_TEXT];
    aud_str s = {text, aud_instant_format(instant, text)};
    size_t day = aud_str_find(s, AUD_LIT("T"), 0);

    if (day == SIZE_MAX || s.len < day + 9) {
        aud_html_text(h, s);
        return;
    }
    aud_html_raw(h, "<time datetime=\"");
    aud_html_text(h, s);
    aud_html_raw(h, "\">");
    aud_html_text(h, aud_str_sub(s, 0, day));
    aud_out_char(h->out, ' ');
    aud_html_text(h, aud_str_sub(s, day + 1, 8));
    aud_html_raw(h, " UTC</time>");
}

void aud_html_day(aud_html *h, int64_t instant)
{
    char text[AUD_INSTANT_TEXT];
    aud_str s = {text, aud_instant_format(instant, text)};

    aud_html_text(h, aud_str_sub(s, 0, aud_str_find(s, AUD_LIT("T"), 0)));
}

void aud_html_place(aud_html *h, const aud_sighting *where)
{
    aud_status st;

    h->place.len = 0;
    st = aud_report_place(h->result, where, &h->place, h->err);
    if (st != AUD_OK) {
        aud_html_fail(h, st);
        return;
    }
    if (h->place.len == 0) {
        aud_html_raw(h, "no place given");
        return;
    }
    aud_html_name(h, aud_buf_str(&h->place));
}

/* Shapes of one family of plain geometric signs, which no font turns into pictures. The word
 * beside them says the same to those who do not see them. */
static const struct {
    const char *style, *shape;
} severity_marks[AUD_NUM_SEVERITIES] = {
    [AUD_SEV_INFO] = {"info", "&#9675;"},         /* circle */
    [AUD_SEV_LOW] = {"low", "&#9679;"},           /* disc */
    [AUD_SEV_MEDIUM] = {"medium", "&#9632;"},     /* square */
    [AUD_SEV_HIGH] = {"high", "&#9650;"},         /* triangle */
    [AUD_SEV_CRITICAL] = {"critical", "&#9670;"}, /* diamond */
};

static void put_mark(aud_html *h, const char *style, const char *shape, const char *word)
{
    aud_html_raw(h, "<span class=\"m ");
    aud_html_raw(h, style);
    aud_html_raw(h, "\"><span aria-hidden=\"true\">");
    aud_html_raw(h, shape);
    aud_html_raw(h, "</span> ");
    aud_html_raw(h, word);
    aud_html_raw(h, "</span>");
}

void aud_html_severity(aud_html *h, aud_severity severity)
{
    put_mark(h, severity_marks[severity].style, severity_marks[severity].shape,
             aud_severity_name(severity));
}

void aud_html_verdict(aud_html *h, aud_verdict verdict)
{
    static const struct {
        const char *style, *shape;
    } marks[AUD_NUM_VERDICTS] = {
        [AUD_V_PASS] = {"pass", "&#10003;"},          [AUD_V_FAIL] = {"fail", "&#10005;"},
        [AUD_V_WAIVED] = {"waived", "&#9671;"},       [AUD_V_NOT_APPLICABLE] = {"quiet", "&#8211;"},
        [AUD_V_NOT_EFFECTIVE] = {"quiet", "&#8211;"}, [AUD_V_UNDECIDED] = {"undecided", "?"},
    };

    put_mark(h, marks[verdict].style, marks[verdict].shape, aud_html_verdict_word(verdict));
}

const char *aud_html_verdict_word(aud_verdict verdict)
{
    static const char *const words[AUD_NUM_VERDICTS] = {
        [AUD_V_PASS] = "pass",
        [AUD_V_FAIL] = "fail",
        [AUD_V_WAIVED] = "waived",
        [AUD_V_NOT_APPLICABLE] = "not applicable",
        [AUD_V_NOT_EFFECTIVE] = "not in force",
        [AUD_V_UNDECIDED] = "undecided",
    };

    return words[verdict];
}

static const struct {
    const char *one, *many;
} kinds[AUD_NUM_KINDS] = {
    [AUD_KIND_CERTIFICATE] = {"Certificate", "Certificates"},
    [AUD_KIND_ENDPOINT] = {"Endpoint", "Endpoints"},
    [AUD_KIND_TLS_CONFIG] = {"TLS configuration", "TLS configurations"},
    [AUD_KIND_RECORD] = {"Inventory record", "Inventory records"},
    [AUD_KIND_REQUEST] = {"Request", "Requests"},
    [AUD_KIND_PRIVATE_KEY] = {"Private key", "Private keys"},
    [AUD_KIND_CRL] = {"Revocation list", "Revocation lists"},
    [AUD_KIND_POPULATION] = {"Run as a whole", "Run as a whole"},
};

const char *aud_html_kind(aud_kind kind)
{
    return kinds[kind].one;
}

const char *aud_html_kinds(aud_kind kind)
{
    return kinds[kind].many;
}

static bool is_anchor_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

void aud_html_policy_anchor(aud_html *h, size_t policy)
{
    aud_str id = aud_neutral_cut(h->result->policies[policy].id, AUD_REPORT_TEXT_MAX);
    bool own = id.len > 0 && id.len == h->result->policies[policy].id.len;

    aud_html_raw(h, "policy-");
    for (size_t i = 0; i < id.len; i++) {
        bool is_plain = is_anchor_char(id.ptr[i]);

        aud_out_char(h->out, is_plain ? id.ptr[i] : '.');
        own = own && (is_plain || id.ptr[i] == '/');
    }
    if (!own) { /* two unusual ids may look alike: the number keeps them apart */
        aud_out_char(h->out, ':');
        aud_out_int(h->out, (int64_t)policy);
    }
}

void aud_html_policy(aud_html *h, size_t policy)
{
    aud_html_raw(h, "<a href=\"#");
    aud_html_policy_anchor(h, policy);
    aud_html_raw(h, "\"><code>");
    aud_html_text(h, h->result->policies[policy].id);
    aud_html_raw(h, "</code></a>");
}
