/* engine/pki/pem_body.h - what stands between the marks of a PEM block. */
#ifndef AUD_PKI_PEM_BODY_H
#define AUD_PKI_PEM_BODY_H

#include "engine/base/base.h"

bool aud_is_base64_digit(char c); /* '=' is none */

/*
 * Writes the body as it would stand in a file of its own: escapes of JSON and shells undone, the
 * quotes between the strings of a program left out, and at the beginning of each line its blanks
 * and `prefix` (of a quotation, a comment, a diff). `out` has room for raw.len bytes.
 */
size_t aud_pem_clean(aud_str raw, aud_str prefix, char *out);

/* Cuts a clean body into the headers of RFC 1421, if any, and what follows them. */
void aud_pem_split(aud_str clean, aud_str *out_headers, aud_str *out_rest);

/* A clean body that stands for a value to come. */
bool aud_pem_is_placeholder(aud_str clean);

/* Somewhere in a clean body is text that only base64 looks like. */
bool aud_pem_has_base64(aud_str clean);
/* It begins with such text; gives where that ends. */
bool aud_pem_begins_base64(aud_str clean, size_t *out_end);

#endif
