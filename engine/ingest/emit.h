/* engine/ingest/emit.h - what readers share: handing on subjects and gaps with their place. */
#ifndef AUD_INGEST_EMIT_H
#define AUD_INGEST_EMIT_H

#include "engine/ingest/adapter.h"
#include "engine/pki/containers.h"

/* One reading: everything a reader gets, in one thing to hand around. Borrowed. */
typedef struct aud_reading {
    aud_input *input;
    const aud_read_options *options; /* never NULL */
    aud_arena *arena;                /* until the file is done */
    const aud_sink *sink;
} aud_reading;

aud_reading aud_reading_of(aud_input *input, const aud_read_options *options,
                           aud_reader_scratch *scratch, const aud_sink *sink);

/* A sighting at a line of the input; the sink fills source, revision and place. */
aud_sighting aud_reading_at(const aud_reading *r, uint32_t line, aud_use use);

/* A gap at a line of the input. The reason never quotes the input. */
AUD_NODISCARD aud_status aud_reading_gap(const aud_reading *r, aud_gap_kind kind, uint32_t line,
                                         aud_error *err, const char *format, ...) AUD_PRINTF(5, 6);
/* The same where more than the line is known: record, host, port. */
AUD_NODISCARD aud_status aud_reading_gap_at(const aud_reading *r, aud_gap_kind kind,
                                            const aud_sighting *where, aud_error *err,
                                            const char *format, ...) AUD_PRINTF(5, 6);

/* A certificate; bytes that cannot be delimited are a gap. `seen->der` and `where` are set. */
AUD_NODISCARD aud_status aud_reading_certificate(const aud_reading *r, const aud_seen *seen,
                                                 aud_error *err);

/* A request or a CRL; one that cannot be read is a gap. */
AUD_NODISCARD aud_status aud_reading_request(const aud_reading *r, aud_str der,
                                             const aud_sighting *where, aud_error *err);
AUD_NODISCARD aud_status aud_reading_crl(const aud_reading *r, aud_str der,
                                         const aud_sighting *where, aud_error *err);
/* A private key: that it is there, of what kind, and whose. `where` tells the place. */
AUD_NODISCARD aud_status aud_reading_key(const aud_reading *r, const aud_pki_item *item,
                                         const aud_sighting *where, aud_error *err);
/* A broken or closed item: template where a placeholder stands, else broken or encrypted. */
AUD_NODISCARD aud_status aud_reading_closed(const aud_reading *r, const aud_pki_item *item,
                                            const aud_sighting *where, aud_error *err);
/* Anything but a certificate: request, CRL, key, what is broken or closed. */
AUD_NODISCARD aud_status aud_reading_other(const aud_reading *r, const aud_pki_item *item,
                                           const aud_sighting *where, aud_error *err);

/* Text that stands for a value to come: "${VAR}", "{{ .Values.x }}", "MII...", "<base64>". */
bool aud_is_template(aud_str text);

/*
 * Certificate bytes inside a value of a structured document: everything but the certificates goes
 * straight on (a private key in an inventory is a finding, whatever its field is called); each
 * certificate is shown to `each`. `where` is the value's: its line, its record.
 */
typedef aud_status (*aud_cert_found)(void *ctx, aud_str der, aud_error *err);
AUD_NODISCARD aud_status aud_reading_embedded(const aud_reading *r, aud_str text,
                                              const aud_sighting *where, aud_cert_found each,
                                              void *ctx, aud_error *err);

/* Worth a look by aud_reading_embedded? Cheap. */
bool aud_may_hold_pem(aud_str text);

/* Lower-case hexadecimal of a SHA-256, in `out`. */
AUD_NODISCARD aud_status aud_sha256_text(aud_str bytes, char out[64], aud_error *err);

#endif
