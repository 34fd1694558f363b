/* engine/ingest/endpoint_cert.h - a certificate of a scanner's report, from text to bytes. */
#ifndef AUD_INGEST_ENDPOINT_CERT_H
#define AUD_INGEST_ENDPOINT_CERT_H

#include "engine/ingest/endpoint.h"

/*
 * Each adds the next certificate of the chain, or with `other_leaf` the first of a further chain. A
 * text that holds none, or a broken one, is a gap, and the chain is marked: broken, its leaf lost.
 */
AUD_NODISCARD aud_status aud_endpoint_cert_pem(aud_endpoint *e, const aud_reading *r, aud_str pem,
                                               uint32_t line, bool other_leaf, aud_error *err);
AUD_NODISCARD aud_status aud_endpoint_cert_base64(aud_endpoint *e, const aud_reading *r,
                                                  aud_str base64, uint32_t line, bool other_leaf,
                                                  aud_error *err);

#endif
