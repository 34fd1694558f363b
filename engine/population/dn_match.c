/* engine/population/dn_match.c - whether two texts are one distinguished name.
 *
 * The same name is written "CN=CA,O=Org,C=US" (RFC 4514), "C=US, O=Org, CN=CA" (CT search,
 * products), "/C=US/O=Org/CN=CA" (OpenSSL) and "CN = CA, O = \"Org, Inc.\"": the same parts, in one
 * order or the other. Parts are compared without blanks, quotes, escapes and case.
 */
#include "engine/population/links.h"

enum { MAX_PARTS = 24, MAX_PART = 256 };

typedef struct dn_parts {
    char text[MAX_PARTS][MAX_PART];
    size_t len[MAX_PARTS];
    size_t num;
} dn_parts;

/* "S=Nevada" is "ST=Nevada" elsewhere. */
static void fold_part(char *part, size_t *len)
{
    if (*len > 2 && *len + 1 < MAX_PART && part[0] == 's' && part[1] == '=') {
        memmove(part + 2, part + 1, *len - 1);
        part[1] = 't';
        (*len)++;
    }
}

static bool end_part(dn_parts *parts, bool has_sign)
{
    if (parts->num == MAX_PARTS || !has_sign) {
        return false;
    }
    fold_part(parts->text[parts->num], &parts->len[parts->num]);
    parts->num++;
    return true;
}

/* False if the text is no name, or is longer than anybody's. */
static bool split_name(aud_str text, dn_parts *parts)
{
    const char separator = text.len > 0 && text.ptr[0] == '/' ? '/' : ',';
    bool quoted = false, sign = false;

    parts->num = 0;
    parts->len[0] = 0;
    for (size_t i = separator == '/' ? 1 : 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"') {
            quoted = !quoted;
            continue;
        }
        if (!quoted && (c == separator || c == '+')) {
            if (!end_part(parts, sign) || parts->num == MAX_PARTS) {
                return false;
            }
            parts->len[parts->num] = 0;
            sign = false;
            continue;
        }
        if (c == '\\' && i + 1 < text.len) {
            c = text.ptr[++i];
        }
        if (c == ' ' || c == '\t') {
            continue;
        }
        sign = sign || c == '=';
        if (parts->len[parts->num] + 2 >= MAX_PART) {
            return false;
        }
        parts->text[parts->num][parts->len[parts->num]++] =
            (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return end_part(parts, sign);
}

static bool same_part(const dn_parts *a, size_t i, const dn_parts *b, size_t k)
{
    return a->len[i] == b->len[k] && memcmp(a->text[i], b->text[k], a->len[i]) == 0;
}

bool aud_same_name(aud_str a, aud_str b)
{
    dn_parts left, right;
    bool forward = true, backward = true;

    if (!split_name(a, &left) || !split_name(b, &right) || left.num != right.num) {
        return false;
    }
    for (size_t i = 0; i < left.num; i++) {
        forward = forward && same_part(&left, i, &right, i);
        backward = backward && same_part(&left, i, &right, right.num - 1 - i);
    }
    return forward || backward;
}
