/* engine/ingest/acme_tree.c - what the readers of ACME clients' own files share. */
#include "engine/ingest/acme_tree.h"

aud_status aud_acme_text(const aud_reading *r, aud_str *out, aud_error *err)
{
    *out = r->input->head;
    return r->input->size > r->input->head.len
               ? r->input->whole(r->input, AUD_ACME_MAX_BYTES, out, err)
               : AUD_OK;
}

static void input_close(aud_input **input)
{
    if (*input && (*input)->close) {
        (*input)->close(*input);
    }
}

static aud_status take_item(void *ctx, const aud_pki_item *item, aud_error *err)
{
    return item->kind == AUD_ITEM_CERTIFICATE ? aud_inventory_add_der(ctx, item->der, err) : AUD_OK;
}

aud_status aud_acme_neighbour(aud_inventory *inv, const char *path, bool *out_found, aud_error *err)
{
    aud_input *input = inv->reading->input;
    AUD_CLEANUP(input_close) aud_input *neighbour = NULL;
    const aud_passwords passwords = {NULL, 0};
    const aud_pki_sink sink = {inv, take_item};
    aud_str text;

    *out_found = false;
    if (!input->open) {
        return AUD_OK;
    }
    aud_status st = input->open(input, aud_str_of(path), &neighbour, NULL);
    if (st == AUD_OK) {
        st = neighbour->whole(neighbour, AUD_ACME_MAX_BYTES, &text, NULL);
    }
    if (st == AUD_E_NOMEM) {
        return aud_fail(err, st, "out of memory");
    }
    if (st != AUD_OK) {
        return AUD_OK;
    }
    AUD_TRY(aud_pem_scan(text, 1, &passwords, &sink, err));
    *out_found = inv->certs.len > 0;
    return AUD_OK;
}
