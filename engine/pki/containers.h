/* engine/pki/containers.h - certificates, requests, CRLs and keys out of any bytes. */
#ifndef AUD_PKI_CONTAINERS_H
#define AUD_PKI_CONTAINERS_H

#include "engine/model/fields.h"

typedef enum aud_item_kind {
    AUD_ITEM_CERTIFICATE,
    AUD_ITEM_REQUEST,
    AUD_ITEM_CRL,
    AUD_ITEM_PUBLIC_KEY,
    AUD_ITEM_PRIVATE_KEY,
    AUD_ITEM_BROKEN,    /* a block or member that cannot be read: `message` says why */
    AUD_ITEM_ENCRYPTED, /* a container that no password opens */
} aud_item_kind;

/* One thing found. Everything is borrowed for the call. */
typedef struct aud_pki_item {
    aud_item_kind kind;
    aud_str der;         /* certificate (first TLV only), request, CRL, SPKI; empty for keys */
    uint64_t begin, end; /* span in the input that it came from */
    uint32_t line;       /* 1-based line of the BEGIN mark; 0 in binary containers */
    uint32_t member;     /* 0-based position among the items of this input */
    aud_str alias;       /* name in the key store; may be empty */
    const char *format;  /* of a key or container: "pkcs1", "sec1", "pkcs8", "pkcs12", "jks" ... */
    bool encrypted;      /* a private key behind a password */
    bool decoded;        /* a private key that really decodes */
    bool placeholder;    /* broken because its body stands for a value to come: "...", "${VAR}" */
    bool trust_anchor;   /* a trusted-certificate entry, or TRUSTED CERTIFICATE */
    bool in_store;       /* member of a key store: the first of its chain is a leaf */
    uint32_t chain_position; /* 0 is the leaf of a key entry */
    aud_str spki;            /* a key's SubjectPublicKeyInfo, where the public half can be read */
    aud_str message;         /* why it is broken or closed; never quotes the input */
} aud_pki_item;

typedef struct aud_pki_sink {
    void *ctx;
    aud_status (*item)(void *ctx, const aud_pki_item *item, aud_error *err);
} aud_pki_sink;

typedef struct aud_passwords {
    const aud_str *items; /* tried in order after no password and the empty one */
    size_t len;
} aud_passwords;

/*
 * PEM blocks anywhere in any text: CRLF, CR, BOM, UTF-16, indented, `\n`-escaped, END glued to
 * BEGIN, base64 of PEM (Kubernetes Secrets). Broken blocks are items of their own; reading goes on.
 * Cheap when the text holds none. `first_line` is the line number of text[0].
 * Errors: only the sink's, and AUD_E_NOMEM. Source: RFC 7468. Threads: safe.
 */
AUD_NODISCARD aud_status aud_pem_scan(aud_str text, uint32_t first_line,
                                      const aud_passwords *passwords, const aud_pki_sink *sink,
                                      aud_error *err);

/* What binary bytes are, from the first of them; "" when none of ours. Static: "der_certificate",
 * "der_request", "der_crl", "der_pkcs8", "der_key", "der_spki", "pkcs7", "pkcs12", "jks", "jceks".
 */
const char *aud_binary_kind(aud_str head);

/* Any of the binary forms, and bare base64 of one. Members that cannot be read are items. */
AUD_NODISCARD aud_status aud_binary_read(aud_str bytes, const aud_passwords *passwords,
                                         const aud_pki_sink *sink, aud_error *err);

/* Facts of a request or a CRL (DER), as a bag in `arena`. AUD_E_FORMAT if it cannot be read. */
AUD_NODISCARD aud_status aud_request_facts(aud_str der, aud_arena *arena, const aud_bag **out,
                                           aud_error *err);
AUD_NODISCARD aud_status aud_crl_facts(aud_str der, aud_arena *arena, const aud_bag **out,
                                       aud_error *err);

#endif
