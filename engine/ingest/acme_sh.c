/* engine/ingest/acme_sh.c - acme.sh: DOMAIN/DOMAIN.conf with its tree, and `acme.sh --list`.
 *
 * The configuration is a shell script of assignments: read, never run. Its list says when a
 * certificate is renewed, not when it ends.
 */
#include <stdio.h>

#include "engine/ingest/acme_tree.h"
#include "engine/ingest/names.h"

/* --- DOMAIN.conf ------------------------------------------------------------------------------ */

/* KEY='value' at the beginning of a line, without the quotes. */
static aud_str value_of(aud_str text, const char *key)
{
    const aud_str wanted = aud_str_of(key);
    aud_str line;

    while (aud_str_split(&text, '\n', &line)) {
        aud_str value = aud_str_trim(line), name;
        if (aud_str_split(&value, '=', &name) && value.ptr && aud_str_eq(name, wanted)) {
            const bool quoted = value.len > 1 && (value.ptr[0] == '\'' || value.ptr[0] == '"') &&
                                value.ptr[value.len - 1] == value.ptr[0];
            return quoted ? aud_str_sub(value, 1, value.len - 2) : value;
        }
    }
    return (aud_str){NULL, 0};
}

/* "2048" is RSA, "ec-256" a curve; older versions leave it empty. */
static aud_status add_key(aud_inventory *inv, aud_str length, uint32_t line, aud_error *err)
{
    const bool ec = aud_str_starts(length, AUD_LIT("ec-"));

    if (length.len == 0) {
        return AUD_OK;
    }
    AUD_TRY(aud_inventory_add(inv, AUD_INV_KEY_ALGORITHM, ec ? AUD_LIT("EC") : AUD_LIT("RSA"), line,
                              err));
    return aud_inventory_add(inv, AUD_INV_KEY_SIZE,
                             ec ? aud_str_sub(length, 3, length.len) : length, line, err);
}

static aud_status add_names(aud_inventory *inv, aud_str domain, aud_str others, uint32_t line,
                            aud_error *err)
{
    AUD_TRY(aud_inventory_add(inv, AUD_INV_NAME, domain, line, err));
    AUD_TRY(aud_inventory_add(inv, AUD_INV_SANS, domain, line, err));
    return aud_str_eq(others, AUD_LIT("no"))
               ? AUD_OK
               : aud_inventory_add(inv, AUD_INV_SANS, others, line, err);
}

/* Named by its folder: a domain may have a certificate of each kind of key. */
static aud_status add_id(const aud_reading *r, aud_inventory *inv, aud_str domain, aud_str length,
                         uint32_t line, aud_error *err)
{
    aud_str id;

    AUD_TRY(aud_arena_printf(r->arena, &id, err, "%.*s%s", AUD_ARG(domain),
                             aud_str_starts(length, AUD_LIT("ec-")) ? "_ecc" : ""));
    AUD_TRY(aud_arena_printf(r->arena, &inv->lineage, err, "acme.sh:%.*s:%.*s",
                             AUD_ARG(r->input->source), AUD_ARG(id)));
    return aud_inventory_add(inv, AUD_INV_ID, id, line, err);
}

static aud_status read_configuration(const aud_reading *r, aud_inventory *inv, aud_str text,
                                     aud_error *err)
{
    const aud_str domain = value_of(text, "Le_Domain");
    const aud_str length = value_of(text, "Le_Keylength");
    char path[300];
    bool found = false;

    aud_inventory_begin(inv, 1);
    inv->use = AUD_USE_STORED;
    AUD_TRY(add_id(r, inv, domain, length, 1, err));
    AUD_TRY(add_names(inv, domain, value_of(text, "Le_Alt"), 1, err));
    AUD_TRY(add_key(inv, length, 1, err));
    AUD_TRY(
        aud_inventory_add(inv, AUD_INV_LOCATIONS, value_of(text, "Le_RealFullChainPath"), 1, err));
    AUD_TRY(aud_inventory_add(inv, AUD_INV_RENEWAL_METHOD,
                              aud_str_eq(value_of(text, "Le_Webroot"), AUD_LIT("dns"))
                                  ? AUD_LIT("manual (acme.sh in its manual DNS mode)")
                                  : AUD_LIT("automated (acme.sh)"),
                              1, err));
    if (aud_is_host(domain)) { /* a wildcard's folder and files are named '*.' in the open */
        (void)snprintf(path, sizeof(path), "%.*s.cer", AUD_ARG(domain));
        AUD_TRY(aud_acme_neighbour(inv, path, &found, err));
    }
    if (!found && r->input->open) { /* of an order that failed only this is left */
        inv->use = AUD_USE_LISTED;
        AUD_TRY(aud_inventory_add(inv, AUD_INV_STATUS, AUD_LIT("failed"), 1, err));
    }
    return aud_inventory_end(inv, err);
}

/* --- acme.sh --list --------------------------------------------------------------------------- */

enum { COLUMNS = 3 };

/* Where the columns begin, by the header; with '|' between them none of that is needed. */
static bool find_columns(aud_str header, size_t at[COLUMNS + 1])
{
    static const aud_str names[COLUMNS + 1] = {AUD_LIT_INIT("Main_Domain"),
                                               AUD_LIT_INIT("KeyLength"),
                                               AUD_LIT_INIT("SAN_Domains"), AUD_LIT_INIT("CA")};
    const aud_str profile = AUD_LIT("Profile");

    for (size_t i = 0; i <= COLUMNS; i++) {
        at[i] = aud_str_find(header, names[i], i == 0 ? 0 : at[i - 1] + names[i - 1].len);
        if (at[i] == SIZE_MAX) {
            return false;
        }
    }
    const size_t between = aud_str_find(header, profile, at[2]);
    at[COLUMNS] = between < at[COLUMNS] ? between : at[COLUMNS];
    return true;
}

static aud_str column(aud_str line, const size_t at[COLUMNS + 1], size_t i, bool raw)
{
    aud_str rest = line, part = {NULL, 0};

    if (!raw) {
        return aud_str_trim(aud_str_sub(line, at[i], at[i + 1] - at[i]));
    }
    for (size_t k = 0; k <= i; k++) {
        (void)aud_str_split(&rest, '|', &part);
    }
    return aud_str_trim(part);
}

static aud_status read_list(const aud_reading *r, aud_inventory *inv, aud_str text, aud_error *err)
{
    size_t at[COLUMNS + 1];
    uint32_t number = 0;
    bool raw = false, header = false;
    aud_str line;

    while (aud_str_split(&text, '\n', &line)) {
        number++;
        if (!header) {
            header = find_columns(line, at);
            raw = header && aud_str_has(line, AUD_LIT("|"));
            continue;
        }
        const aud_str domain = column(line, at, 0, raw);
        aud_str length = column(line, at, 1, raw);
        length = length.len > 1 && length.ptr[0] == '"' ? aud_str_sub(length, 1, length.len - 2)
                                                        : length;
        if (domain.len == 0) {
            continue;
        }
        aud_inventory_begin(inv, number);
        AUD_TRY(add_id(r, inv, domain, length, number, err));
        AUD_TRY(add_names(inv, domain, column(line, at, 2, raw), number, err));
        AUD_TRY(add_key(inv, length, number, err));
        AUD_TRY(aud_inventory_add(inv, AUD_INV_RENEWAL_METHOD, AUD_LIT("automated (acme.sh)"),
                                  number, err));
        AUD_TRY(aud_inventory_end(inv, err));
    }
    return AUD_OK;
}

/* ---------------------------------------------------------------------------------------------- */

static bool is_configuration(aud_str head)
{
    return aud_str_starts(head, AUD_LIT("Le_Domain=")) ||
           aud_str_has(head, AUD_LIT("\nLe_Domain="));
}

static bool is_list(aud_str head)
{
    size_t at[COLUMNS + 1];
    aud_str first;

    return aud_str_split(&head, '\n', &first) && find_columns(first, at);
}

static unsigned acme_sh_sniff(aud_str head)
{
    return is_configuration(head) && aud_str_has(head, AUD_LIT("Le_API=")) ? 8U * 17
           : is_list(head)                                                 ? 8U * 31
                                                                           : 0;
}

static aud_status acme_sh_read(aud_input *input, const aud_read_options *options,
                               aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    const aud_reading r = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(aud_inventory_clear) aud_inventory inv;
    aud_str text;

    aud_inventory_init(&inv, &r);
    AUD_TRY(aud_acme_text(&r, &text, err));
    if (is_configuration(text)) {
        AUD_TRY(read_configuration(&r, &inv, text, err));
    } else if (is_list(text)) {
        AUD_TRY(read_list(&r, &inv, text, err));
    } else {
        return aud_fail(err, AUD_E_FORMAT,
                        "neither the configuration of a domain nor what 'acme.sh --list' prints");
    }
    return aud_inventory_finish(&inv, err);
}

const aud_adapter aud_adapter_acme_sh = {
    .name = "acme_sh",
    .spec = "acme.sh 2 and 3: DOMAIN.conf with its tree, --list, --listraw",
    .max_bytes = AUD_ACME_MAX_BYTES,
    .structured = true,
    .sniff = acme_sh_sniff,
    .read = acme_sh_read,
};
