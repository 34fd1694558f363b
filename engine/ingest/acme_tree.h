/* engine/ingest/acme_tree.h - what the readers of ACME clients' own files share. */
#ifndef AUD_INGEST_ACME_TREE_H
#define AUD_INGEST_ACME_TREE_H

#include "engine/ingest/inventory.h"

enum { AUD_ACME_MAX_BYTES = 16 << 20 };

/* All of a small text. */
AUD_NODISCARD aud_status aud_acme_text(const aud_reading *r, aud_str *out, aud_error *err);
/*
 * The certificates of a neighbour, by a path relative to the input, into the record at hand; false
 * in `out_found` if it is not there. What stands in it besides them its own reader tells.
 */
AUD_NODISCARD aud_status aud_acme_neighbour(aud_inventory *inv, const char *path, bool *out_found,
                                            aud_error *err);

#endif
