/* engine/ingest/inventory_values.c - values of an inventory as texts: dates, digests, names, keys.
 */
#include "engine/ingest/inventory_values.h"

#include <stdio.h>

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/model/fields.h"
#include "engine/pki/cert.h"

enum { MAX_SERIAL = 64, DATE_TEXT = 40 };

bool aud_inv_date(aud_str text, int64_t *out, bool *out_day_only)
{
    const int64_t least = aud_instant_of(1950, 1, 1, 0, 0, 0);
    const size_t day = sizeof("2026-01-01") - 1, second = sizeof("2026-01-01T00:00:00") - 1;
    char zoned[DATE_TEXT], dashed[sizeof("2026-01-01")];

    *out_day_only = text.len == day;
    if (text.len == day && (text.ptr[4] == '.' || text.ptr[4] == '/') &&
        text.ptr[7] == text.ptr[4]) { /* the year first leaves no doubt */
        memcpy(dashed, text.ptr, day);
        dashed[4] = dashed[7] = '-';
        text = (aud_str){dashed, day};
    }
    if (aud_instant_parse(text, out, NULL) == AUD_OK) {
        return *out >= least;
    }
    if (text.len < second || text.len + 1 >= sizeof(zoned)) {
        return false;
    }
    memcpy(zoned, text.ptr, text.len);
    zoned[text.len] = 'Z';
    return aud_instant_parse((aud_str){zoned, text.len + 1}, out, NULL) == AUD_OK && *out >= least;
}

static bool drop_prefix(aud_str *text, aud_str prefix)
{
    if (text->len < prefix.len || !aud_str_ieq((aud_str){text->ptr, prefix.len}, prefix)) {
        return false;
    }
    *text = aud_str_trim(aud_str_sub(*text, prefix.len, text->len));
    return true;
}

/* Hexadecimal digits in lower case, ':' and blanks left out; false on anything else. */
static bool hex_digits(aud_str text, char *out, size_t max, size_t *out_len)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const char lower = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
        if (c == ':' || c == ' ') {
            continue;
        }
        if (len == max || !((lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f'))) {
            return false;
        }
        out[len++] = lower;
    }
    *out_len = len;
    return true;
}

aud_status aud_inv_digest(aud_str text, size_t bytes, aud_arena *arena, aud_str *out,
                          aud_error *err)
{
    char digits[64];
    size_t len = 0;

    if (!drop_prefix(&text, AUD_LIT("sha256:"))) {
        (void)drop_prefix(&text, AUD_LIT("sha1:"));
    }
    if (!hex_digits(text, digits, sizeof(digits), &len) || len != 2 * bytes) {
        return aud_fail(err, AUD_E_FORMAT, "no digest of %zu bytes", bytes);
    }
    return aud_arena_dup(arena, (aud_str){digits, len}, out, err);
}

aud_status aud_inv_serial(aud_str text, aud_arena *arena, aud_str *out, aud_error *err)
{
    char digits[2 * MAX_SERIAL];
    size_t len = 0, zeros = 0;

    (void)drop_prefix(&text, AUD_LIT("0x"));
    if (!hex_digits(text, digits, sizeof(digits), &len) || len == 0) {
        return aud_fail(err, AUD_E_FORMAT, "no serial number");
    }
    while (zeros + 1 < len && digits[zeros] == '0') {
        zeros++;
    }
    return aud_arena_dup(arena, (aud_str){digits + zeros, len - zeros}, out, err);
}

static bool one_of(aud_str text, const aud_str *words, size_t num_words)
{
    for (size_t i = 0; i < num_words; i++) {
        if (aud_str_ieq(text, words[i])) { /* by length first */
            return true;
        }
    }
    return false;
}

bool aud_inv_bool(aud_str text, bool *out)
{
    static const aud_str yes[] = {AUD_LIT_INIT("true"), AUD_LIT_INIT("yes"), AUD_LIT_INIT("y"),
                                  AUD_LIT_INIT("1")};
    static const aud_str no[] = {AUD_LIT_INIT("false"), AUD_LIT_INIT("no"), AUD_LIT_INIT("n"),
                                 AUD_LIT_INIT("0")};

    *out = one_of(text, yes, AUD_COUNT(yes));
    return *out || one_of(text, no, AUD_COUNT(no));
}

aud_status aud_inv_status(aud_str text, aud_arena *arena, aud_str *out, bool *out_active,
                          aud_error *err)
{
    static const aud_str active[] = {
        AUD_LIT_INIT("active"),   AUD_LIT_INIT("issued"), AUD_LIT_INIT("installed"),
        AUD_LIT_INIT("valid"),    AUD_LIT_INIT("good"),   AUD_LIT_INIT("ok"),
        AUD_LIT_INIT("deployed"),
    };
    static const aud_str inactive[] = {
        AUD_LIT_INIT("expired"),        AUD_LIT_INIT("revoked"),    AUD_LIT_INIT("deleted"),
        AUD_LIT_INIT("retired"),        AUD_LIT_INIT("superseded"), AUD_LIT_INIT("replaced"),
        AUD_LIT_INIT("inactive"),       AUD_LIT_INIT("failed"),     AUD_LIT_INIT("archived"),
        AUD_LIT_INIT("disabled"),       AUD_LIT_INIT("cancelled"),  AUD_LIT_INIT("canceled"),
        AUD_LIT_INIT("rejected"),       AUD_LIT_INIT("destroyed"),  AUD_LIT_INIT("old"),
        AUD_LIT_INIT("decommissioned"),
    };
    const aud_str pending = AUD_LIT("pending");

    *out_active = true;
    if (one_of(text, active, AUD_COUNT(active))) {
        *out = active[0];
        return AUD_OK;
    }
    if (aud_str_ieq(aud_str_sub(text, 0, pending.len), pending)) {
        *out = pending;
        *out_active = false;
        return AUD_OK;
    }
    *out_active = !one_of(text, inactive, AUD_COUNT(inactive));
    char *word = aud_arena_take(arena, text.len + 1, 1);
    if (!word) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        word[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    word[text.len] = '\0';
    *out = (aud_str){word, text.len};
    return AUD_OK;
}

aud_str aud_inv_purpose(aud_str text)
{
    static const struct {
        aud_str word, purpose;
    } words[] = {
        {AUD_LIT_INIT("tls_server"), AUD_LIT_INIT("tls_server")},
        {AUD_LIT_INIT("server"), AUD_LIT_INIT("tls_server")},
        {AUD_LIT_INIT("serverAuth"), AUD_LIT_INIT("tls_server")},
        {AUD_LIT_INIT("tls"), AUD_LIT_INIT("tls_server")},
        {AUD_LIT_INIT("tls_client"), AUD_LIT_INIT("tls_client")},
        {AUD_LIT_INIT("client"), AUD_LIT_INIT("tls_client")},
        {AUD_LIT_INIT("clientAuth"), AUD_LIT_INIT("tls_client")},
        {AUD_LIT_INIT("code_signing"), AUD_LIT_INIT("code_signing")},
        {AUD_LIT_INIT("codeSigning"), AUD_LIT_INIT("code_signing")},
        {AUD_LIT_INIT("email"), AUD_LIT_INIT("email")},
        {AUD_LIT_INIT("emailProtection"), AUD_LIT_INIT("email")},
        {AUD_LIT_INIT("saml"), AUD_LIT_INIT("saml")},
        {AUD_LIT_INIT("ca"), AUD_LIT_INIT("ca")},
        {AUD_LIT_INIT("other"), AUD_LIT_INIT("other")},
    };

    for (size_t i = 0; text.len > 0 && i < AUD_COUNT(words); i++) {
        if (aud_str_ieq(text, words[i].word)) {
            return words[i].purpose;
        }
    }
    return (aud_str){NULL, 0};
}

/* --- keys ------------------------------------------------------------------------------------- */

/* "4096 bits", "(256 bit)": the number alone. */
static aud_str without_unit(aud_str size)
{
    static const aud_str units[] = {AUD_LIT_INIT("bits)"), AUD_LIT_INIT("bit)"),
                                    AUD_LIT_INIT("bits"), AUD_LIT_INIT("bit")};

    if (size.len > 0 && size.ptr[0] == '(') {
        size = aud_str_sub(size, 1, size.len);
    }
    for (size_t i = 0; i < AUD_COUNT(units); i++) {
        const aud_str unit = units[i];
        if (size.len > unit.len &&
            aud_str_ieq(aud_str_sub(size, size.len - unit.len, unit.len), unit)) {
            return aud_str_trim(aud_str_sub(size, 0, size.len - unit.len));
        }
    }
    return size;
}

/* A size whose algorithm nobody told: a fact by itself, and the family stays unknown. */
static aud_status bits_alone(uint64_t bits, aud_arena *arena, aud_value *out, aud_error *err)
{
    aud_bag_builder builder;
    const aud_bag *bag = NULL;

    if (bits == 0 || bits > UINT64_C(1) << 20) {
        return aud_fail(err, AUD_E_FORMAT, "no size of a key");
    }
    aud_bag_begin(&builder, &aud_type_key, arena);
    aud_bag_set(&builder, AUD_F_key_bits, aud_int((int64_t)bits));
    AUD_TRY(aud_bag_build(&builder, &bag, err));
    *out = aud_object_of(&aud_type_key, aud_bag_get, bag);
    return AUD_OK;
}

static bool is_unknown(const aud_value *key, unsigned field)
{
    return key->as.object.get(key->as.object.self, field, NULL).presence != AUD_PRESENT;
}

aud_status aud_inv_key(aud_str algorithm, aud_str size, aud_str curve, aud_arena *arena,
                       aud_value *out, aud_error *err)
{
    uint64_t bits = 0;

    algorithm = without_unit(algorithm);
    size = curve.len > 0 ? curve : without_unit(size);
    if (size.len == 0) { /* "RSA 4096", "EC secp384r1" */
        aud_str rest = algorithm, first;
        if (aud_str_split(&rest, ' ', &first) && rest.ptr) {
            algorithm = first;
            size = aud_str_trim(rest);
        }
    }
    if (algorithm.len == 0 && aud_parse_u64(size, &bits)) {
        return bits_alone(bits, arena, out, err);
    }
    if (algorithm.len == 0) { /* what is no number names a curve */
        algorithm = AUD_LIT("EC");
    }
    AUD_TRY(aud_key_declared(algorithm, size, arena, out, err));
    /* "EC" with a size that is none would pass for an EC key of which nothing else is told */
    if (size.len > 0 && is_unknown(out, AUD_F_key_bits) && is_unknown(out, AUD_F_key_curve)) {
        return aud_fail(err, AUD_E_FORMAT, "no size of a key");
    }
    return AUD_OK;
}

/* --- names ------------------------------------------------------------------------------------ */

aud_str aud_inv_san(aud_str text)
{
    static const aud_str prefixes[] = {
        AUD_LIT_INIT("DNS:"), AUD_LIT_INIT("DNS Name="),   AUD_LIT_INIT("dNSName="),
        AUD_LIT_INIT("DNS="), AUD_LIT_INIT("IP Address:"), AUD_LIT_INIT("IP Address="),
        AUD_LIT_INIT("IP:"),  AUD_LIT_INIT("iPAddress="),
    };

    text = aud_str_trim(text);
    if (text.len == 0 || !strchr("DdIi", text.ptr[0])) {
        return text;
    }
    for (size_t i = 0; i < AUD_COUNT(prefixes); i++) {
        if (drop_prefix(&text, prefixes[i])) {
            break;
        }
    }
    return text;
}
