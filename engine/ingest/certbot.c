/* engine/ingest/certbot.c - Certbot's renewal configurations, and what `certbot certificates` says.
 *
 * renewal/NAME.conf tells that a certificate is renewed, and how; the certificate itself is
 * live/NAME/cert.pem, or, where links were lost, the newest in archive/NAME. The paths in it are
 * those of another machine: only the name counts, and everything is looked for in the tree.
 */
#include <stdio.h>

#include "engine/ingest/acme_tree.h"

enum { MAX_VERSIONS = 200, MAX_NAME = 200 };

/* --- renewal/NAME.conf ------------------------------------------------------------------------ */

/* The value behind "key =" at the beginning of a line; empty where there is none. */
static aud_str value_of(aud_str text, const char *key)
{
    const aud_str wanted = aud_str_of(key);
    aud_str line;

    while (aud_str_split(&text, '\n', &line)) {
        aud_str rest = aud_str_trim(line), name;
        if (aud_str_split(&rest, '=', &name) && rest.ptr &&
            aud_str_eq(aud_str_trim(name), wanted)) {
            return aud_str_trim(rest);
        }
    }
    return (aud_str){NULL, 0};
}

/* ".../live/NAME/cert.pem"; else the file's own name without ".conf". */
static aud_str lineage_of(const aud_reading *r, aud_str text)
{
    const aud_str mark = AUD_LIT("/live/"), ending = AUD_LIT(".conf");
    const aud_str cert = value_of(text, "cert");
    const size_t at = aud_str_find(cert, mark, 0);
    aud_str name = {NULL, 0};

    if (at != SIZE_MAX) {
        aud_str rest = aud_str_sub(cert, at + mark.len, cert.len);
        (void)aud_str_split(&rest, '/', &name);
        return name;
    }
    for (aud_str rest = r->input->path; aud_str_split(&rest, '/', &name);) {
    }
    return aud_str_ends(name, ending) ? aud_str_sub(name, 0, name.len - ending.len) : name;
}

static aud_status find_certificate(aud_inventory *inv, aud_str name, bool *out_found,
                                   aud_error *err)
{
    char path[MAX_NAME + 64];
    int newest = 0;

    *out_found = false;
    if (name.len == 0 || name.len > MAX_NAME || memchr(name.ptr, '/', name.len) ||
        memchr(name.ptr, '\0', name.len)) {
        return AUD_OK;
    }
    (void)snprintf(path, sizeof(path), "../live/%.*s/cert.pem", AUD_ARG(name));
    AUD_TRY(aud_acme_neighbour(inv, path, out_found, err));
    for (int n = 1; n <= MAX_VERSIONS && !*out_found && inv->reading->input->open; n++) {
        bool found = false;
        (void)snprintf(path, sizeof(path), "../archive/%.*s/cert%d.pem", AUD_ARG(name), n);
        inv->certs.len = 0;
        AUD_TRY(aud_acme_neighbour(inv, path, &found, err));
        newest = found ? n : newest;
    }
    if (newest > 0) {
        inv->certs.len = 0;
        (void)snprintf(path, sizeof(path), "../archive/%.*s/cert%d.pem", AUD_ARG(name), newest);
        AUD_TRY(aud_acme_neighbour(inv, path, out_found, err));
    }
    return AUD_OK;
}

/* Without a hook somebody has to answer the challenge by hand, every time. */
static aud_str renewal_of(aud_str text)
{
    const bool by_hand = aud_str_eq(value_of(text, "authenticator"), AUD_LIT("manual")) &&
                         value_of(text, "manual_auth_hook").len == 0;

    return by_hand ? AUD_LIT("manual (certbot with the manual plug-in and no hook)")
                   : AUD_LIT("automated (certbot)");
}

static aud_status read_configuration(const aud_reading *r, aud_inventory *inv, aud_str text,
                                     aud_error *err)
{
    const aud_str name = lineage_of(r, text);
    const aud_sighting where = aud_reading_at(r, 1, AUD_USE_STORED);
    bool found = false;

    aud_inventory_begin(inv, 1);
    inv->use = AUD_USE_STORED;
    AUD_TRY(aud_inventory_add(inv, AUD_INV_ID, name, 1, err));
    AUD_TRY(aud_inventory_add(inv, AUD_INV_RENEWAL_METHOD, renewal_of(text), 1, err));
    AUD_TRY(aud_arena_printf(r->arena, &inv->lineage, err, "certbot:%.*s:%.*s",
                             AUD_ARG(r->input->source), AUD_ARG(name)));
    AUD_TRY(find_certificate(inv, name, &found, err));
    if (!found) {
        return aud_reading_gap_at(r, AUD_GAP_MISSING, &where, err,
                                  "the certificate that this configuration renews is neither in "
                                  "../live nor in ../archive");
    }
    return aud_inventory_end(inv, err);
}

/* --- certbot certificates --------------------------------------------------------------------- */

/* "2027-02-21 08:31:20+00:00 (VALID: 89 days)" */
static aud_status add_expiry(aud_inventory *inv, aud_str value, uint32_t line, aud_error *err)
{
    aud_str state = value, date = {NULL, 0};

    (void)aud_str_split(&state, '(', &date);
    AUD_TRY(aud_inventory_add(inv, AUD_INV_NOT_AFTER, date, line, err));
    const aud_str word = aud_str_has(state, AUD_LIT("REVOKED"))     ? AUD_LIT("revoked")
                         : aud_str_has(state, AUD_LIT("EXPIRED"))   ? AUD_LIT("expired")
                         : aud_str_starts(state, AUD_LIT("VALID:")) ? AUD_LIT("active")
                                                                    : (aud_str){NULL, 0};
    return aud_inventory_add(inv, AUD_INV_STATUS, word, line, err);
}

static aud_status add_line(aud_inventory *inv, aud_str key, aud_str value, uint32_t line,
                           aud_error *err)
{
    static const struct {
        aud_str key;
        aud_inv_field field;
    } fields[] = {
        {AUD_LIT_INIT("Serial Number"), AUD_INV_SERIAL},
        {AUD_LIT_INIT("Key Type"), AUD_INV_KEY_ALGORITHM},
        {AUD_LIT_INIT("Domains"), AUD_INV_SANS},
        {AUD_LIT_INIT("Identifiers"), AUD_INV_SANS},
        {AUD_LIT_INIT("Certificate Path"), AUD_INV_LOCATIONS},
    };

    if (aud_str_eq(key, AUD_LIT("Expiry Date"))) {
        return add_expiry(inv, value, line, err);
    }
    for (size_t i = 0; i < AUD_COUNT(fields); i++) {
        if (aud_str_eq(key, fields[i].key)) {
            return aud_inventory_add(inv, fields[i].field, value, line, err);
        }
    }
    return AUD_OK;
}

static aud_status read_listing(const aud_reading *r, aud_inventory *inv, aud_str text,
                               aud_error *err)
{
    uint32_t number = 0;
    bool open = false;
    aud_str line;

    while (aud_str_split(&text, '\n', &line)) {
        aud_str value = aud_str_trim(line), key;
        number++;
        if (aud_str_starts(value, AUD_LIT("The following renewal configurations were invalid"))) {
            AUD_TRY(aud_reading_gap(r, AUD_GAP_BROKEN, number, err,
                                    "certbot could not read some renewal configurations itself"));
        }
        if (!aud_str_split(&value, ':', &key) || !value.ptr) {
            continue;
        }
        value = aud_str_trim(value);
        if (!aud_str_eq(key, AUD_LIT("Certificate Name"))) {
            AUD_TRY(open ? add_line(inv, key, value, number, err) : AUD_OK);
            continue;
        }
        AUD_TRY(open ? aud_inventory_end(inv, err) : AUD_OK);
        aud_inventory_begin(inv, number);
        open = true;
        AUD_TRY(aud_inventory_add(inv, AUD_INV_ID, value, number, err));
        AUD_TRY(aud_inventory_add(inv, AUD_INV_RENEWAL_METHOD, AUD_LIT("automated (certbot)"),
                                  number, err));
    }
    return open ? aud_inventory_end(inv, err) : AUD_OK;
}

/* ---------------------------------------------------------------------------------------------- */

static bool is_configuration(aud_str head)
{
    return aud_str_has(head, AUD_LIT("[renewalparams]")) &&
           (aud_str_has(head, AUD_LIT("archive_dir")) || aud_str_has(head, AUD_LIT("fullchain")));
}

static unsigned certbot_sniff(aud_str head)
{
    const aud_str marks[] = {AUD_LIT("Certificate Name: "), AUD_LIT("Expiry Date: "),
                             AUD_LIT("Certificate Path: ")};
    unsigned bits = 0;

    if (is_configuration(head)) {
        return 8U * 26;
    }
    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (!aud_str_has(head, marks[i])) {
            return 0;
        }
        bits += 8U * (unsigned)marks[i].len;
    }
    return bits;
}

static aud_status certbot_read(aud_input *input, const aud_read_options *options,
                               aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    const aud_reading r = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(aud_inventory_clear) aud_inventory inv;
    aud_str text;

    aud_inventory_init(&inv, &r);
    AUD_TRY(aud_acme_text(&r, &text, err));
    if (is_configuration(text)) {
        AUD_TRY(read_configuration(&r, &inv, text, err));
    } else if (certbot_sniff(text) > 0) {
        AUD_TRY(read_listing(&r, &inv, text, err));
    } else if (!aud_str_has(text, AUD_LIT("No certificates found"))) {
        return aud_fail(err, AUD_E_FORMAT,
                        "neither a renewal configuration nor what 'certbot certificates' prints");
    }
    return aud_inventory_finish(&inv, err);
}

const aud_adapter aud_adapter_certbot = {
    .name = "certbot",
    .spec = "Certbot 0.10 to 5: renewal/*.conf with its tree, and `certbot certificates`",
    .max_bytes = AUD_ACME_MAX_BYTES,
    .structured = true,
    .sniff = certbot_sniff,
    .read = certbot_read,
};
