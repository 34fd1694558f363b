/* engine/pki/flaws.c - departures from DER and RFC 5280, looked for in every element. */
#include "engine/pki/flaws.h"

#include "engine/base/text.h"
#include "engine/pki/pki_internal.h"

enum { MAX_DEPTH = 32 };

/* --- any element -------------------------------------------------------------------------------
 */

static bool printable(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr(" '()+,-./:=?", c) != NULL);
}

static bool every(aud_str content, bool (*good)(unsigned char c))
{
    for (size_t i = 0; i < content.len; i++) {
        if (!good((unsigned char)content.ptr[i])) {
            return false;
        }
    }
    return true;
}

static bool numeric(unsigned char c)
{
    return c == ' ' || (c >= '0' && c <= '9');
}

static bool ascii(unsigned char c)
{
    return c < 0x80;
}

static bool visible(unsigned char c)
{
    return c >= 0x20 && c < 0x7f;
}

static bool wide(aud_str content, size_t width)
{
    if (content.len % width != 0) {
        return false;
    }
    for (size_t i = 0; i < content.len; i += width) {
        uint32_t code = 0;

        for (size_t k = 0; k < width; k++) {
            code = code << 8 | (unsigned char)content.ptr[i + k];
        }
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
            return false;
        }
    }
    return true;
}

static bool padded_integer(aud_str content)
{
    const unsigned char *p = (const unsigned char *)content.ptr;

    return content.len == 0 ||
           (content.len > 1 && ((p[0] == 0x00 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80)));
}

static bool bits_ok(aud_str content)
{
    aud_str bytes;
    unsigned unused;

    if (!aud_der_bits(content, &bytes, &unused)) {
        return false;
    }
    return unused == 0 || ((unsigned char)bytes.ptr[bytes.len - 1] & ((1u << unused) - 1u)) == 0;
}

static uint64_t primitive_flaws(const aud_tlv *tlv)
{
    const aud_str content = tlv->content;
    unsigned form = 0;
    int64_t time = 0;

    switch (tlv->tag) {
    case AUD_TAG_BOOLEAN:
        return content.len == 1 && (*content.ptr == 0 || (unsigned char)*content.ptr == 0xff)
                   ? 0
                   : AUD_FLAW_BIT(BOOLEAN);
    case AUD_TAG_INTEGER:
    case AUD_TAG_ENUMERATED:
        return padded_integer(content) ? AUD_FLAW_BIT(INTEGER) : 0;
    case AUD_TAG_BIT_STRING:
        return bits_ok(content) ? 0 : AUD_FLAW_BIT(BITS);
    case AUD_TAG_NULL:
        return content.len == 0 ? 0 : AUD_FLAW_BIT(NULL_CONTENT);
    case AUD_TAG_OID:
        return aud_der_oid_ok(content) ? 0 : AUD_FLAW_BIT(OID);
    case AUD_TAG_UTF8:
        return aud_utf8_valid(content) ? 0 : AUD_FLAW_BIT(STRING);
    case AUD_TAG_NUMERIC:
        return every(content, numeric) ? 0 : AUD_FLAW_BIT(STRING);
    case AUD_TAG_PRINTABLE:
        return every(content, printable) ? 0 : AUD_FLAW_BIT(STRING);
    case AUD_TAG_IA5:
        return every(content, ascii) ? 0 : AUD_FLAW_BIT(STRING);
    case AUD_TAG_VISIBLE:
        return every(content, visible) ? 0 : AUD_FLAW_BIT(STRING);
    case AUD_TAG_BMP:
        return wide(content, 2) ? 0 : AUD_FLAW_BIT(STRING);
    case AUD_TAG_UNIVERSAL:
        return wide(content, 4) ? 0 : AUD_FLAW_BIT(STRING);
    case AUD_TAG_UTC_TIME:
    case AUD_TAG_GENERALIZED_TIME:
        return aud_der_time(tlv, &time, &form) ? 0 : AUD_FLAW_BIT(TIME);
    case AUD_TAG_SEQUENCE & ~AUD_TAG_CONSTRUCTED:
    case AUD_TAG_SET & ~AUD_TAG_CONSTRUCTED:
        return AUD_FLAW_BIT(PRIMITIVE);
    default:
        return 0;
    }
}

/* SET OF: encodings ascending, the shorter one as if padded with zeros (X.690, 11.6). */
static bool in_order(aud_str a, aud_str b)
{
    const size_t both = a.len < b.len ? a.len : b.len;
    const int order = memcmp(a.ptr, b.ptr, both);

    if (order != 0) {
        return order < 0;
    }
    return aud_der_magnitude(aud_str_sub(a, both, a.len)).len == 0;
}

static uint64_t element_flaws(aud_str bytes, unsigned depth)
{
    aud_der in = aud_der_of(bytes);
    uint64_t flaws = 0;
    aud_tlv tlv;

    while (aud_der_next(&in, &tlv)) {
        const uint8_t universal = tlv.tag & (uint8_t)~AUD_TAG_CONSTRUCTED;

        if ((tlv.tag & AUD_TAG_CONSTRUCTED) == 0) {
            flaws |= primitive_flaws(&tlv);
            continue;
        }
        if (universal < 0x20 && tlv.tag != AUD_TAG_SEQUENCE && tlv.tag != AUD_TAG_SET) {
            flaws |= AUD_FLAW_BIT(SEGMENTED);
        }
        if (tlv.tag == AUD_TAG_SET) {
            aud_der set = aud_der_of(tlv.content);
            aud_tlv before = {0};
            aud_tlv member;

            flaws |= tlv.content.len == 0 ? AUD_FLAW_BIT(SET_EMPTY) : 0;
            for (; aud_der_next(&set, &member); before = member) {
                if (before.whole.len > 0 && !in_order(before.whole, member.whole)) {
                    flaws |= AUD_FLAW_BIT(SET_ORDER);
                }
            }
        }
        flaws |=
            depth >= MAX_DEPTH ? AUD_FLAW_BIT(TOO_DEEP) : element_flaws(tlv.content, depth + 1);
    }
    return flaws | in.departures | (aud_der_at_end(&in) ? 0 : AUD_FLAW_BIT(UNDELIMITED));
}

/* --- extensions --------------------------------------------------------------------------------
 */

/* What is said of one extension: a list that grows in the arena. */
typedef struct flaw_list {
    const aud_cert *cert;
    aud_arena *arena;
    aud_value *items;
    size_t len, max;
    uint64_t flaws;
    bool failed;
} flaw_list;

static void say(flaw_list *list, aud_str oid, const char *what)
{
    aud_str dotted;
    aud_str text;

    if (list->len == list->max || aud_der_oid_dup(oid, list->arena, &dotted, NULL) != AUD_OK ||
        aud_arena_printf(list->arena, &text, NULL, "extension %.*s %s", AUD_ARG(dotted), what) !=
            AUD_OK) {
        list->failed = true;
        return;
    }
    list->items[list->len++] = aud_string(text);
}

/* Extensions whose values this build reads: fields that are unknown if the value is unreadable. */
static const struct known {
    aud_str oid;
    unsigned fields[3]; /* 0 ends; sha256 is no field of an extension */
    bool has_members;   /* SIZE (1..MAX) */
} knowns[] = {
    {AUD_LIT_INIT("\x55\x1d\x11"),
     {AUD_F_certificate_dns_names, AUD_F_certificate_ip_addresses, AUD_F_certificate_uris},
     true},
    {AUD_LIT_INIT("\x55\x1d\x13"), {AUD_F_certificate_is_ca, AUD_F_certificate_path_length}, false},
    {AUD_LIT_INIT("\x55\x1d\x0f"), {AUD_F_certificate_key_usage}, false},
    {AUD_LIT_INIT("\x55\x1d\x25"), {AUD_F_certificate_extended_key_usage}, true},
    {AUD_LIT_INIT("\x55\x1d\x0e"), {AUD_F_certificate_subject_key_id}, false},
    {AUD_LIT_INIT("\x55\x1d\x23"), {AUD_F_certificate_authority_key_id}, false},
    {AUD_LIT_INIT("\x55\x1d\x1f"), {AUD_F_certificate_crl_urls}, true},
    {AUD_LIT_INIT("\x55\x1d\x20"), {AUD_F_certificate_policy_oids}, true},
    {AUD_LIT_INIT("\x2b\x06\x01\x05\x05\x07\x01\x01"), {AUD_F_certificate_ocsp_urls}, true},
    {AUD_LIT_INIT("\x2b\x06\x01\x05\x05\x07\x01\x18"), {AUD_F_certificate_must_staple}, true},
    {AUD_LIT_INIT("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"),
     {AUD_F_certificate_sct_count},
     false},
    {AUD_LIT_INIT("\x55\x1d\x1e"), {0}, true},  /* nameConstraints */
    {AUD_LIT_INIT("\x55\x1d\x38"), {0}, false}, /* noRevAvail */
};

/* dNSName, rfc822Name and URI are IA5Strings, though implicit tags hide it. */
static bool ascii_names(aud_str names)
{
    aud_der in = aud_der_of(names);
    aud_tlv tlv;

    while (aud_der_next(&in, &tlv)) {
        if ((tlv.tag == AUD_TAG_CONTEXT + 1 || tlv.tag == AUD_TAG_CONTEXT + 2 ||
             tlv.tag == AUD_TAG_CONTEXT + 6) &&
            !every(tlv.content, ascii)) {
            return false;
        }
    }
    return true;
}

static void judge_value(flaw_list *list, const struct known *known, const aud_ext *ext)
{
    aud_der in = aud_der_of(ext->value);
    aud_tlv tlv;

    if (!aud_der_next(&in, &tlv)) {
        say(list, ext->oid, "cannot be read");
        return;
    }
    list->flaws |= element_flaws(tlv.whole, 0);
    if (aud_str_eq(ext->oid, AUD_LIT("\x55\x1d\x11")) && !ascii_names(tlv.content)) {
        list->flaws |= AUD_FLAW_BIT(STRING);
    }
    if (!aud_der_at_end(&in)) {
        say(list, ext->oid, "has bytes behind its value");
        return;
    }
    if (known->has_members && tlv.content.len == 0) {
        say(list, ext->oid, "is empty");
    }
    for (size_t i = 0; i < AUD_COUNT(known->fields) && known->fields[i] != 0; i++) {
        /* twice: memory may have been short the first time, and if it stays so, say() fails */
        if (aud_ext_get(list->cert, known->fields[i], list->arena).presence == AUD_UNKNOWN &&
            aud_ext_get(list->cert, known->fields[i], list->arena).presence == AUD_UNKNOWN) {
            say(list, ext->oid, "cannot be read");
            return;
        }
    }
}

/* basicConstraints with cA FALSE written out. */
static bool default_ca(const aud_ext *ext)
{
    aud_tlv seq;
    aud_tlv flag;
    aud_der in;
    bool ca = true;

    if (!aud_str_eq(ext->oid, AUD_LIT("\x55\x1d\x13")) ||
        !aud_der_only(ext->value, AUD_TAG_SEQUENCE, &seq)) {
        return false;
    }
    in = aud_der_of(seq.content);
    return aud_der_take(&in, AUD_TAG_BOOLEAN, &flag) && aud_der_bool(flag.content, &ca) && !ca;
}

static int by_oid(const void *a, const void *b)
{
    return aud_str_cmp(*(const aud_str *)a, *(const aud_str *)b);
}

static void judge_duplicates(flaw_list *list, aud_str *oids, size_t num)
{
    qsort(oids, num, sizeof *oids, by_oid);
    for (size_t i = 1; i < num; i++) {
        if (aud_str_eq(oids[i - 1], oids[i]) && (i == 1 || !aud_str_eq(oids[i - 2], oids[i]))) {
            say(list, oids[i], "is there more than once");
        }
    }
}

static void judge_extensions(flaw_list *list, size_t num)
{
    aud_str *oids = aud_arena_array(list->arena, num, sizeof *oids);
    aud_der in = aud_der_of(list->cert->extensions);
    aud_ext ext;
    size_t at = 0;

    if (oids == NULL) {
        list->failed = true;
        return;
    }
    while (at < num && aud_ext_next(&in, &ext)) {
        oids[at++] = ext.oid;
        list->flaws |= ext.spelled || default_ca(&ext) ? AUD_FLAW_BIT(DEFAULT) : 0;
    }
    if (!aud_der_at_end(&in)) {
        list->flaws |= AUD_FLAW_BIT(EXTENSIONS_UNREADABLE);
        return;
    }
    judge_duplicates(list, oids, num);
    for (size_t i = 0; i < AUD_COUNT(knowns); i++) {
        if (aud_ext_find(list->cert, knowns[i].oid, &ext) == AUD_EXT_FOUND) {
            judge_value(list, &knowns[i], &ext);
        }
    }
}

/* --- the whole ---------------------------------------------------------------------------------
 */

/* DirectoryString, IA5String and NumericString; x500UniqueIdentifier is a BIT STRING. */
static bool of_names(uint8_t tag)
{
    switch (tag) {
    case AUD_TAG_UTF8:
    case AUD_TAG_PRINTABLE:
    case AUD_TAG_IA5:
    case AUD_TAG_T61:
    case AUD_TAG_BMP:
    case AUD_TAG_UNIVERSAL:
    case AUD_TAG_NUMERIC:
    case AUD_TAG_BIT_STRING:
        return true;
    default:
        return false;
    }
}

static uint64_t name_flaws(flaw_list *list, aud_str name, uint64_t unreadable)
{
    aud_str canonical;
    aud_tlv outer, set, pair, tlv;
    aud_der sets;
    uint64_t flaws = 0;
    const aud_status st = aud_name_canonical(name, list->arena, &canonical, NULL);

    list->failed = list->failed || st == AUD_E_NOMEM;
    if (st != AUD_OK || !aud_der_only(name, AUD_TAG_SEQUENCE, &outer)) {
        return unreadable;
    }
    for (sets = aud_der_of(outer.content); aud_der_next(&sets, &set);) {
        for (aud_der pairs = aud_der_of(set.content); aud_der_next(&pairs, &pair);) {
            aud_der in = aud_der_of(pair.content);

            if (aud_der_next(&in, &tlv) && aud_der_next(&in, &tlv) && !of_names(tlv.tag)) {
                flaws |= AUD_FLAW_BIT(NAME_VALUE);
            }
        }
    }
    return flaws;
}

static bool key_readable(aud_str spki, aud_arena *arena)
{
    const aud_value key = aud_spki_key(spki, arena);

    /* absent of other families, unknown of an algorithm that is not known here: both are well */
    return key.presence == AUD_PRESENT && aud_key_well_formed(&key.as.object);
}

aud_value aud_cert_flaws(const aud_cert *cert, aud_arena *arena)
{
    static const char *const words[AUD_NUM_FLAWS] = {
#define AUD_FLAW(name, text) text,
#include "engine/pki/flaws.def"
#undef AUD_FLAW
    };
    const size_t counted = aud_der_count(cert->extensions);
    const size_t num = counted == SIZE_MAX ? 0 : counted;
    flaw_list list = {.cert = cert, .arena = arena, .flaws = cert->errors};
    aud_str oid;
    aud_str parameters;

    list.max = AUD_NUM_FLAWS + num + 3 * AUD_COUNT(knowns);
    list.items = aud_arena_array(arena, list.max, sizeof *list.items);
    if (list.items == NULL) {
        return aud_unknown();
    }
    list.flaws |= element_flaws(cert->der, 0);
    list.flaws |= name_flaws(&list, cert->issuer, AUD_FLAW_BIT(ISSUER_FORM));
    list.flaws |= name_flaws(&list, cert->subject, AUD_FLAW_BIT(SUBJECT_FORM));
    list.flaws |= aud_name_empty(cert->issuer) ? AUD_FLAW_BIT(ISSUER_EMPTY) : 0;
    if (!key_readable(cert->spki, arena) && !key_readable(cert->spki, arena)) {
        list.flaws |= AUD_FLAW_BIT(KEY_FORM); /* twice: memory may have been short the first time */
    }
    list.flaws |=
        aud_algorithm_parts(cert->outer_alg, &oid, &parameters) ? 0 : AUD_FLAW_BIT(ALGORITHM_FORM);
    list.flaws |= counted == SIZE_MAX ? AUD_FLAW_BIT(EXTENSIONS_UNREADABLE) : 0;
    judge_extensions(&list, num);
    if (list.failed) {
        return aud_unknown();
    }
    for (unsigned i = 0; i < AUD_NUM_FLAWS; i++) {
        if ((list.flaws >> i & 1) != 0) {
            list.items[list.len++] = aud_string(aud_str_of(words[i]));
        }
    }
    return aud_list_of(list.items, list.len);
}
