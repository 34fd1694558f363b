/* engine/pki/extensions.c - what the extensions of a certificate say (RFC 5280, 4.2). */
#include "engine/pki/flaws.h"
#include "engine/pki/pki_internal.h"

#include "engine/base/text.h"

enum { LIST_MAX = AUD_MEMBERS_MAX, CRL_URLS_MAX = 256 };

#define OID_SAN AUD_LIT("\x55\x1d\x11")
#define OID_BASIC_CONSTRAINTS AUD_LIT("\x55\x1d\x13")
#define OID_KEY_USAGE AUD_LIT("\x55\x1d\x0f")
#define OID_EKU AUD_LIT("\x55\x1d\x25")
#define OID_SKI AUD_LIT("\x55\x1d\x0e")
#define OID_AKI AUD_LIT("\x55\x1d\x23")
#define OID_CRL_POINTS AUD_LIT("\x55\x1d\x1f")
#define OID_POLICIES AUD_LIT("\x55\x1d\x20")
#define OID_NAME_CONSTRAINTS AUD_LIT("\x55\x1d\x1e")
#define OID_NO_REV_AVAIL AUD_LIT("\x55\x1d\x38")
#define OID_AIA AUD_LIT("\x2b\x06\x01\x05\x05\x07\x01\x01")
#define OID_TLS_FEATURE AUD_LIT("\x2b\x06\x01\x05\x05\x07\x01\x18")
#define OID_POISON AUD_LIT("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03")
#define OID_SCTS AUD_LIT("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02")
#define OID_AD_OCSP AUD_LIT("\x2b\x06\x01\x05\x05\x07\x30\x01")
#define OID_AD_CA_ISSUERS AUD_LIT("\x2b\x06\x01\x05\x05\x07\x30\x02")

bool aud_ext_next(aud_der *list, aud_ext *out)
{
    aud_tlv ext, oid, flag, value;
    aud_der in;

    *out = (aud_ext){0};
    if (!aud_der_take(list, AUD_TAG_SEQUENCE, &ext)) {
        return false;
    }
    in = aud_der_of(ext.content);
    /* An OID with padding might be any extension in disguise: the list is then not readable. */
    if (!aud_der_take(&in, AUD_TAG_OID, &oid) || !aud_der_oid_ok(oid.content)) {
        list->broken = true;
        return false;
    }
    if (aud_der_take(&in, AUD_TAG_BOOLEAN, &flag)) {
        if (!aud_der_bool(flag.content, &out->critical)) {
            list->broken = true;
            return false;
        }
        out->spelled = !out->critical;
    }
    if (!aud_der_take(&in, AUD_TAG_OCTET_STRING, &value) || !aud_der_at_end(&in)) {
        list->broken = true;
        return false;
    }
    out->oid = oid.content;
    out->value = value.content;
    return true;
}

/* Whether the skeleton says where the extensions are, or that there are none. */
static bool delimited(const aud_cert *cert)
{
    return (cert->errors & (AUD_FLAW_BIT(EXTENSIONS_FORM) | AUD_FLAW_BIT(TBS_TRAILING))) == 0;
}

aud_found aud_ext_find(const aud_cert *cert, aud_str oid, aud_ext *out)
{
    aud_der list = aud_der_of(cert->extensions);
    aud_found found = AUD_EXT_ABSENT;
    aud_ext ext;

    if (!delimited(cert)) {
        return AUD_EXT_UNREADABLE;
    }
    while (aud_ext_next(&list, &ext)) {
        if (aud_str_eq(ext.oid, oid)) {
            if (found == AUD_EXT_FOUND) {
                return AUD_EXT_UNREADABLE; /* which of the two counts, nobody can say */
            }
            *out = ext;
            found = AUD_EXT_FOUND;
        }
    }
    return aud_der_at_end(&list) ? found : AUD_EXT_UNREADABLE;
}

/* Where the field is absent without its extension. Returns true if `*out` is the answer. */
static bool missing(aud_found found, aud_value without, aud_value *out)
{
    switch (found) {
    case AUD_EXT_ABSENT:
        *out = without;
        return true;
    case AUD_EXT_UNREADABLE:
        *out = aud_unknown();
        return true;
    case AUD_EXT_FOUND:
        break;
    }
    return false;
}

static aud_value presence(const aud_cert *cert, aud_str oid)
{
    aud_ext ext;
    aud_value v;

    return missing(aud_ext_find(cert, oid, &ext), aud_bool(false), &v) ? v : aud_bool(true);
}

static aud_value criticality(const aud_cert *cert, aud_str oid)
{
    aud_ext ext;
    aud_value v;

    return missing(aud_ext_find(cert, oid, &ext), aud_absent(), &v) ? v : aud_bool(ext.critical);
}

static aud_value san_list(const aud_cert *cert, unsigned number, aud_arena *arena)
{
    aud_ext ext;
    aud_tlv list;
    aud_value v;

    if (missing(aud_ext_find(cert, OID_SAN, &ext), aud_list_of(NULL, 0), &v)) {
        return v;
    }
    return aud_der_only(ext.value, AUD_TAG_SEQUENCE, &list)
               ? aud_general_names(list.content, number, arena)
               : aud_unknown();
}

typedef struct basic {
    bool ca, has_length;
    int64_t length;
} basic;

static bool read_basic(aud_str value, basic *out)
{
    aud_tlv seq, tlv;
    aud_der in;

    *out = (basic){0};
    if (!aud_der_only(value, AUD_TAG_SEQUENCE, &seq)) {
        return false;
    }
    in = aud_der_of(seq.content);
    if (aud_der_take(&in, AUD_TAG_BOOLEAN, &tlv) && !aud_der_bool(tlv.content, &out->ca)) {
        return false;
    }
    if (aud_der_take(&in, AUD_TAG_INTEGER, &tlv)) {
        out->has_length = true;
        if (!aud_der_int(tlv.content, &out->length) || out->length < 0) {
            return false;
        }
    }
    return aud_der_at_end(&in);
}

static aud_value basic_field(const aud_cert *cert, unsigned field)
{
    aud_ext ext;
    aud_value v;
    basic b;

    if (missing(aud_ext_find(cert, OID_BASIC_CONSTRAINTS, &ext),
                field == AUD_F_certificate_is_ca ? aud_bool(false) : aud_absent(), &v)) {
        return v;
    }
    if (!read_basic(ext.value, &b)) {
        return aud_unknown();
    }
    if (field == AUD_F_certificate_is_ca) {
        return aud_bool(b.ca);
    }
    return b.has_length ? aud_int(b.length) : aud_absent();
}

/* No bit behind the ninth is set; the `unused` last ones do not count, whatever they are. */
static bool no_more_bits(aud_str bits, unsigned unused)
{
    for (size_t i = 9; i < bits.len * 8 - unused; i++) {
        if (((unsigned char)bits.ptr[i / 8] >> (7 - i % 8) & 1) != 0) {
            return false;
        }
    }
    return true;
}

static bool read_usage(const aud_cert *cert, aud_found *found, unsigned *out_bits)
{
    unsigned unused;
    aud_str bits;
    aud_tlv tlv;
    aud_ext ext;

    *found = aud_ext_find(cert, OID_KEY_USAGE, &ext);
    *out_bits = 0;
    if (*found != AUD_EXT_FOUND) {
        return true;
    }
    if (!aud_der_only(ext.value, AUD_TAG_BIT_STRING, &tlv) ||
        !aud_der_bits(tlv.content, &bits, &unused)) {
        return false;
    }
    if (bits.len * 8 - unused > 9 && !no_more_bits(bits, unused)) {
        return false; /* a usage that has no name */
    }
    for (size_t i = 0; i < 9 && i < bits.len * 8 - unused; i++) {
        if (((unsigned char)bits.ptr[i / 8] >> (7 - i % 8) & 1) != 0) {
            *out_bits |= 1u << i;
        }
    }
    return true;
}

static aud_value usage_list(const aud_cert *cert, aud_arena *arena)
{
    static const char *const names[9] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                         "dataEncipherment", "keyAgreement",   "keyCertSign",
                                         "cRLSign",          "encipherOnly",   "decipherOnly"};
    aud_value *items = aud_arena_array(arena, 9, sizeof *items), v;
    aud_found found;
    unsigned bits;
    size_t len = 0;

    if (items == NULL || !read_usage(cert, &found, &bits)) {
        return aud_unknown();
    }
    if (missing(found, aud_absent(), &v)) {
        return v;
    }
    for (unsigned i = 0; i < 9; i++) {
        if ((bits >> i & 1) != 0) {
            items[len++] = aud_string(aud_str_of(names[i]));
        }
    }
    return aud_list_of(items, len);
}

/* A SEQUENCE OF OBJECT IDENTIFIER, or of SEQUENCEs that begin with one. */
static aud_value oid_list(aud_str value, bool nested, bool purposes, aud_arena *arena)
{
    aud_tlv seq, tlv, oid;
    aud_value *items;
    size_t num, len = 0;
    aud_der in;

    if (!aud_der_only(value, AUD_TAG_SEQUENCE, &seq)) {
        return aud_unknown();
    }
    num = aud_der_count(seq.content);
    items = num > LIST_MAX ? NULL : aud_arena_array(arena, num, sizeof *items);
    if (items == NULL) {
        return aud_unknown();
    }
    in = aud_der_of(seq.content);
    while (aud_der_next(&in, &tlv)) {
        aud_der inner = aud_der_of(nested ? tlv.content : tlv.whole);
        const aud_oid_row *row;

        if ((nested && tlv.tag != AUD_TAG_SEQUENCE) || !aud_der_take(&inner, AUD_TAG_OID, &oid)) {
            return aud_unknown();
        }
        items[len] = aud_oid_value(oid.content, arena);
        if (items[len].presence != AUD_PRESENT) {
            return aud_unknown();
        }
        row = purposes ? aud_purpose_row(items[len].as.string) : NULL;
        if (row != NULL) {
            items[len].as.string = aud_str_of(row->name);
        }
        len++;
    }
    return aud_list_of(items, len);
}

static aud_value list_of_ext(const aud_cert *cert, aud_str oid, aud_value without, bool nested,
                             bool purposes, aud_arena *arena)
{
    aud_ext ext;
    aud_value v;

    return missing(aud_ext_find(cert, oid, &ext), without, &v)
               ? v
               : oid_list(ext.value, nested, purposes, arena);
}

/* `out_named` (may be NULL): the authority is named by its issuer or serial number, too. */
static aud_found key_id(const aud_cert *cert, bool authority, aud_str *out, bool *out_named)
{
    aud_ext ext;
    aud_tlv tlv, seq, skipped;
    aud_found found = aud_ext_find(cert, authority ? OID_AKI : OID_SKI, &ext);
    bool named = false;
    aud_der in;

    *out = (aud_str){NULL, 0};
    if (found != AUD_EXT_FOUND) {
        return found;
    }
    if (!authority) {
        if (!aud_der_only(ext.value, AUD_TAG_OCTET_STRING, &tlv)) {
            return AUD_EXT_UNREADABLE;
        }
        *out = tlv.content;
        return AUD_EXT_FOUND;
    }
    if (!aud_der_only(ext.value, AUD_TAG_SEQUENCE, &seq)) {
        return AUD_EXT_UNREADABLE;
    }
    in = aud_der_of(seq.content);
    found = aud_der_take(&in, AUD_TAG_CONTEXT, &tlv) ? AUD_EXT_FOUND : AUD_EXT_ABSENT;
    if (aud_der_take(&in, AUD_TAG_CONTEXT_CONS + 1, &skipped)) {
        named = true;
        if (!aud_general_names_ok(skipped.content)) {
            return AUD_EXT_UNREADABLE; /* authorityCertIssuer */
        }
    }
    named = aud_der_take(&in, AUD_TAG_CONTEXT + 2, &skipped) || named; /* and its serial number */
    if (!aud_der_at_end(&in)) {
        return AUD_EXT_UNREADABLE;
    }
    if (out_named != NULL) {
        *out_named = named;
    }
    *out = tlv.content;
    return found;
}

static aud_value key_id_value(const aud_cert *cert, bool authority, aud_arena *arena)
{
    aud_str id;
    aud_value v;

    return missing(key_id(cert, authority, &id, NULL), aud_absent(), &v) ? v
                                                                         : aud_hex_value(id, arena);
}

static aud_value authority_named(const aud_cert *cert)
{
    bool named = false;
    aud_str id;
    aud_ext ext;
    aud_value v;

    if (missing(aud_ext_find(cert, OID_AKI, &ext), aud_absent(), &v)) {
        return v;
    }
    return key_id(cert, true, &id, &named) == AUD_EXT_UNREADABLE ? aud_unknown() : aud_bool(named);
}

aud_str aud_cert_subject_key_id(const aud_cert *cert)
{
    aud_str id;

    return key_id(cert, false, &id, NULL) == AUD_EXT_FOUND ? id : (aud_str){NULL, 0};
}

aud_str aud_cert_authority_key_id(const aud_cert *cert)
{
    aud_str id;

    return key_id(cert, true, &id, NULL) == AUD_EXT_FOUND ? id : (aud_str){NULL, 0};
}

bool aud_cert_is_ca(const aud_cert *cert)
{
    aud_ext ext;
    basic b;

    switch (aud_ext_find(cert, OID_BASIC_CONSTRAINTS, &ext)) {
    case AUD_EXT_FOUND:
        return read_basic(ext.value, &b) && b.ca;
    case AUD_EXT_UNREADABLE:
        return false;
    case AUD_EXT_ABSENT:
        break;
    }
    return cert->version == 1 && aud_str_eq(cert->issuer, cert->subject) &&
           !aud_name_empty(cert->subject);
}

bool aud_cert_may_sign_certs(const aud_cert *cert)
{
    aud_found found;
    unsigned bits;

    if (!aud_cert_is_ca(cert) || !read_usage(cert, &found, &bits)) {
        return false;
    }
    return found == AUD_EXT_ABSENT || (found == AUD_EXT_FOUND && (bits >> 5 & 1) != 0);
}

/* URIs of authorityInfoAccess with this method. */
static aud_value access_urls(const aud_cert *cert, aud_str method, aud_arena *arena)
{
    aud_tlv seq, tlv, oid, place;
    aud_value *items, v;
    size_t num, len = 0;
    aud_ext ext;
    aud_der in;

    if (missing(aud_ext_find(cert, OID_AIA, &ext), aud_list_of(NULL, 0), &v)) {
        return v;
    }
    num = aud_der_only(ext.value, AUD_TAG_SEQUENCE, &seq) ? aud_der_count(seq.content) : SIZE_MAX;
    items = num > LIST_MAX ? NULL : aud_arena_array(arena, num, sizeof *items);
    if (items == NULL) {
        return aud_unknown();
    }
    in = aud_der_of(seq.content);
    while (aud_der_next(&in, &tlv)) {
        aud_der inner = aud_der_of(tlv.content);

        if (tlv.tag != AUD_TAG_SEQUENCE || !aud_der_take(&inner, AUD_TAG_OID, &oid) ||
            !aud_der_next(&inner, &place) || !aud_der_at_end(&inner) ||
            !aud_general_name_ok(&place)) {
            return aud_unknown();
        }
        if (aud_str_eq(oid.content, method) && place.tag == AUD_TAG_CONTEXT + 6) {
            items[len++] = aud_string(place.content);
        }
    }
    return aud_list_of(items, len);
}

/* The fullName of a DistributionPoint's content; empty if it has none. False: unreadable. */
static bool full_name(aud_str point, aud_str *out)
{
    aud_der in = aud_der_of(point);
    aud_tlv name, full, skipped;

    *out = (aud_str){NULL, 0};
    if (aud_der_take(&in, AUD_TAG_CONTEXT_CONS, &name)) {
        if (aud_der_only(name.content, AUD_TAG_CONTEXT_CONS, &full)) {
            *out = full.content;
        } else if (!aud_der_only(name.content, AUD_TAG_CONTEXT_CONS + 1, &full) ||
                   !aud_rdn_ok(full.content)) {
            return false; /* neither a fullName nor a name relative to the issuer */
        }
    }
    (void)aud_der_take(&in, AUD_TAG_CONTEXT + 1, &skipped); /* reasons */
    if (aud_der_take(&in, AUD_TAG_CONTEXT_CONS + 2, &skipped) &&
        !aud_general_names_ok(skipped.content)) {
        return false; /* cRLIssuer */
    }
    return aud_der_at_end(&in);
}

/* URIs of the fullName of every distribution point. */
static aud_value crl_urls(const aud_cert *cert, aud_arena *arena)
{
    aud_tlv seq, point;
    aud_value *items, v;
    size_t len = 0;
    aud_ext ext;
    aud_der in;

    if (missing(aud_ext_find(cert, OID_CRL_POINTS, &ext), aud_list_of(NULL, 0), &v)) {
        return v;
    }
    if (!aud_der_only(ext.value, AUD_TAG_SEQUENCE, &seq)) {
        return aud_unknown();
    }
    items = aud_arena_array(arena, CRL_URLS_MAX, sizeof *items);
    if (items == NULL) {
        return aud_unknown();
    }
    in = aud_der_of(seq.content);
    while (aud_der_take(&in, AUD_TAG_SEQUENCE, &point)) {
        aud_value uris;
        aud_str names;

        if (!full_name(point.content, &names)) {
            return aud_unknown();
        }
        uris = aud_general_names(names, 6, arena);
        if (uris.presence != AUD_PRESENT || uris.as.list.len > CRL_URLS_MAX - len) {
            return aud_unknown();
        }
        for (size_t i = 0; i < uris.as.list.len; i++) {
            items[len++] = uris.as.list.items[i];
        }
    }
    return aud_der_at_end(&in) ? aud_list_of(items, len) : aud_unknown();
}

static aud_value must_staple(const aud_cert *cert)
{
    aud_tlv seq, number;
    int64_t feature;
    bool found = false;
    aud_ext ext;
    aud_value v;
    aud_der in;

    if (missing(aud_ext_find(cert, OID_TLS_FEATURE, &ext), aud_bool(false), &v)) {
        return v;
    }
    if (!aud_der_only(ext.value, AUD_TAG_SEQUENCE, &seq)) {
        return aud_unknown();
    }
    in = aud_der_of(seq.content);
    while (aud_der_take(&in, AUD_TAG_INTEGER, &number)) {
        found = found || (aud_der_int(number.content, &feature) && feature == 5);
    }
    return aud_der_at_end(&in) ? aud_bool(found) : aud_unknown();
}

/* RFC 6962, 3.3: a list of length-prefixed timestamps in an OCTET STRING. */
static aud_value sct_count(const aud_cert *cert)
{
    const unsigned char *p;
    size_t left, num = 0;
    aud_tlv tlv;
    aud_ext ext;
    aud_value v;

    if (missing(aud_ext_find(cert, OID_SCTS, &ext), aud_int(0), &v)) {
        return v;
    }
    if (!aud_der_only(ext.value, AUD_TAG_OCTET_STRING, &tlv) || tlv.content.len < 2) {
        return aud_unknown();
    }
    p = (const unsigned char *)tlv.content.ptr + 2;
    left = tlv.content.len - 2;
    if (((size_t)p[-2] << 8 | p[-1]) != left) {
        return aud_unknown();
    }
    for (; left >= 2; num++) {
        size_t len = (size_t)p[0] << 8 | p[1];

        if (len > left - 2) {
            return aud_unknown();
        }
        p += 2 + len;
        left -= 2 + len;
    }
    return left == 0 ? aud_int((int64_t)num) : aud_unknown();
}

static aud_value all_oids(const aud_cert *cert, bool critical_only, aud_arena *arena)
{
    aud_der list = aud_der_of(cert->extensions);
    size_t num = aud_der_count(cert->extensions), len = 0;
    aud_value *items = num > LIST_MAX ? NULL : aud_arena_array(arena, num, sizeof *items);
    aud_ext ext;

    if (items == NULL || !delimited(cert)) {
        return aud_unknown();
    }
    while (aud_ext_next(&list, &ext)) {
        if (critical_only && !ext.critical) {
            continue;
        }
        items[len] = aud_oid_value(ext.oid, arena);
        if (items[len++].presence != AUD_PRESENT) {
            return aud_unknown();
        }
    }
    return aud_der_at_end(&list) ? aud_list_of(items, len) : aud_unknown();
}

aud_value aud_ext_get(const aud_cert *cert, unsigned field, aud_arena *arena)
{
    switch (field) {
    case AUD_F_certificate_san_present:
        return presence(cert, OID_SAN);
    case AUD_F_certificate_san_critical:
        return criticality(cert, OID_SAN);
    case AUD_F_certificate_dns_names:
        return san_list(cert, 2, arena);
    case AUD_F_certificate_ip_addresses:
        return san_list(cert, 7, arena);
    case AUD_F_certificate_email_addresses:
        return san_list(cert, 1, arena);
    case AUD_F_certificate_uris:
        return san_list(cert, 6, arena);
    case AUD_F_certificate_other_san_types:
        return san_list(cert, AUD_OTHER_NAMES, arena);
    case AUD_F_certificate_is_ca:
    case AUD_F_certificate_path_length:
        return basic_field(cert, field);
    case AUD_F_certificate_basic_constraints_present:
        return presence(cert, OID_BASIC_CONSTRAINTS);
    case AUD_F_certificate_basic_constraints_critical:
        return criticality(cert, OID_BASIC_CONSTRAINTS);
    case AUD_F_certificate_key_usage:
        return usage_list(cert, arena);
    case AUD_F_certificate_key_usage_critical:
        return criticality(cert, OID_KEY_USAGE);
    case AUD_F_certificate_extended_key_usage:
        return list_of_ext(cert, OID_EKU, aud_absent(), false, true, arena);
    case AUD_F_certificate_subject_key_id:
        return key_id_value(cert, false, arena);
    case AUD_F_certificate_authority_key_id:
        return key_id_value(cert, true, arena);
    case AUD_F_certificate_authority_issuer_named:
        return authority_named(cert);
    case AUD_F_certificate_ocsp_urls:
        return access_urls(cert, OID_AD_OCSP, arena);
    case AUD_F_certificate_ca_issuer_urls:
        return access_urls(cert, OID_AD_CA_ISSUERS, arena);
    case AUD_F_certificate_crl_urls:
        return crl_urls(cert, arena);
    case AUD_F_certificate_policy_oids:
        return list_of_ext(cert, OID_POLICIES, aud_list_of(NULL, 0), true, false, arena);
    case AUD_F_certificate_name_constraints_present:
        return presence(cert, OID_NAME_CONSTRAINTS);
    case AUD_F_certificate_must_staple:
        return must_staple(cert);
    case AUD_F_certificate_no_rev_avail:
        return presence(cert, OID_NO_REV_AVAIL);
    case AUD_F_certificate_is_precertificate:
        return presence(cert, OID_POISON);
    case AUD_F_certificate_sct_count:
        return sct_count(cert);
    case AUD_F_certificate_extension_oids:
        return all_oids(cert, false, arena);
    case AUD_F_certificate_critical_extension_oids:
        return all_oids(cert, true, arena);
    default:
        return aud_unknown();
    }
}
