/* engine/ingest/nmap_xml.h - a report of nmap under way; for its two files only. */
#ifndef AUD_INGEST_NMAP_XML_H
#define AUD_INGEST_NMAP_XML_H

#include "engine/ingest/endpoint.h"
#include "engine/tree/xml.h"

typedef enum nmap_script {
    SCRIPT_OTHER,
    SCRIPT_CERT,
    SCRIPT_CIPHERS,
    SCRIPT_SSLV2,
    SCRIPT_ATTACK, /* its name in `attack` */
} nmap_script;

/* The element whose text is being gathered. */
typedef enum nmap_wanted {
    NMAP_NOTHING,
    NMAP_PEM,
    NMAP_SUBJECT,
    NMAP_NOT_AFTER,
    NMAP_SUITE,
    NMAP_KEX,
    NMAP_PREFERENCE,
    NMAP_COMPRESSOR,
    NMAP_SSLV2_SUITE,
    NMAP_STATE,
} nmap_wanted;

/* The table that an element stands in. */
typedef enum nmap_table { TABLE_OTHER, TABLE_SUBJECT, TABLE_CIPHERS, TABLE_COMPRESSORS } nmap_table;

typedef struct nmap_report {
    const aud_reading *reading;
    aud_endpoint endpoint;
    bool begun;   /* the root is nmap's */
    bool refused; /* a failure that is not the document's: of the sink, or memory */
    char version[64];
    bool sslv2_tried, tls_1_3_tried, tls_scripts;
    int64_t started;
    bool started_told;
    size_t hosts, results, gaps;
    /* the host */
    bool in_host, down;
    uint32_t host_line;
    char address[64], name[256];
    int64_t scanned_at;
    bool scanned_at_told;
    /* the port */
    bool in_port, open;
    bool tls_port; /* its name says TLS */
    bool tells;    /* something of TLS was told */
    /* the script */
    nmap_script script;
    const char *attack;
    uint32_t script_line;
    bool failed;    /* it ended with an error */
    bool cert_seen; /* ssl-cert gave bytes */
    size_t filled;  /* elements inside */
    nmap_table table;
    unsigned protocol; /* bit; 0: one that nobody knows */
    char suite[128];
    char kex[64];
    nmap_wanted wanted;
    uint32_t line; /* of the wanted element */
    aud_buf text;
} nmap_report;

typedef struct nmap_element {
    const aud_xml_attr *attrs;
    size_t num_attrs;
    uint32_t line;
} nmap_element;

static inline aud_str aud_nmap_attr(const nmap_element *el, const char *name)
{
    return aud_xml_attr_get(el->attrs, el->num_attrs, name);
}

bool aud_nmap_is(aud_str a, const char *b);
/* Whatever a call of ours could not do ends the reading; the document is not to blame. */
aud_status aud_nmap_keep(nmap_report *r, aud_status st);

/* engine/ingest/nmap_scripts.c. `depth` is 1 for what stands directly in <script>. */
AUD_NODISCARD aud_status aud_nmap_script(nmap_report *r, const nmap_element *el, aud_error *err);
AUD_NODISCARD aud_status aud_nmap_inside(nmap_report *r, aud_str name, const nmap_element *el,
                                         unsigned depth, aud_error *err);
AUD_NODISCARD aud_status aud_nmap_end(nmap_report *r, unsigned depth, aud_error *err);
AUD_NODISCARD aud_status aud_nmap_script_end(nmap_report *r, aud_error *err);

#endif
