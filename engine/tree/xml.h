/* engine/tree/xml.h - XML as a push of events with line numbers and hard limits, and back. */
#ifndef AUD_TREE_XML_H
#define AUD_TREE_XML_H

#include "engine/base/out.h"
#include "engine/model/input.h"

typedef struct aud_xml_attr {
    aud_str name, value;
} aud_xml_attr;

typedef struct aud_xml_handler {
    void *ctx;
    /* `depth` is 0 for the root; `line` is that of the tag's '<'. Names are as written, prefix and
     * all; declarations of namespaces are attributes. Views hold for the call. */
    aud_status (*start)(void *ctx, aud_str name, const aud_xml_attr *attrs, size_t num_attrs,
                        unsigned depth, uint32_t line, aud_error *err);
    aud_status (*end)(void *ctx, aud_str name, unsigned depth, uint32_t line, aud_error *err);
    /* Text and CDATA of the innermost element, possibly in pieces. */
    aud_status (*text)(void *ctx, aud_str text, aud_error *err);
} aud_xml_handler;

/*
 * SAX2 push over the chunks of `input`: no network, no DTD load, a DOCTYPE is passed over, entities
 * other than the five are refused, and so is a DOCTYPE that declares entities or attributes.
 * Limits: depth 64, 256 attributes, 16 MiB of text in one element, 256 KiB in one tag, comment or
 * CDATA section, 256 namespaces declared in the open elements. UTF-8, UTF-16 with a byte order mark
 * and the declared encodings US-ASCII, ISO-8859-1, ISO-8859-15 and windows-1252 are read. Errors:
 * AUD_E_FORMAT with the line (cut or malformed; what came before has been handed on);
 * AUD_E_UNSUPPORTED for another encoding.
 */
AUD_NODISCARD aud_status aud_xml_read(aud_input *input, const aud_xml_handler *handler,
                                      aud_error *err);

aud_str aud_xml_attr_get(const aud_xml_attr *attrs, size_t num, const char *name);

/* Streaming writer: characters that XML 1.0 cannot hold, and unsafe ones, become \u{hex}; tab and
 * line ends in attributes become references; "]]>" and "[[ATTACHMENT" are broken up. */
typedef struct aud_xml_writer {
    aud_out *out;
    unsigned depth;
    bool open, had_text, had_child;
} aud_xml_writer;
void aud_xml_writer_init(aud_xml_writer *w, aud_out *out); /* writes the declaration */
void aud_xml_begin(aud_xml_writer *w, const char *name);
void aud_xml_put(aud_xml_writer *w, const char *attribute, aud_str value);
void aud_xml_put_int(aud_xml_writer *w, const char *attribute, int64_t value);
void aud_xml_text(aud_xml_writer *w, aud_str text);
void aud_xml_end(aud_xml_writer *w, const char *name);

#endif
