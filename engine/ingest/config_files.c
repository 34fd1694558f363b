/* engine/ingest/config_files.c - the files that a server's configuration names. */
#include "engine/ingest/config_files.h"

#include <stdio.h>

#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "engine/pki/der.h"

enum {
    MAX_OPENED = 20000,
    MAX_UP = 12, /* folders above the file that are tried */
    MAX_PATH = 4096,
    MAX_CERT_FILE = 4 << 20,
    MAX_ITEMS = 256,
};

/* --- where a path may lie --------------------------------------------------------------------- */

typedef struct candidates {
    const aud_config_files *files;
    aud_str written;
    size_t up, most_up, prefix; /* the next one to try */
    bool absolute;
} candidates;

static size_t depth_of(aud_str path)
{
    size_t depth = 0;

    for (size_t i = 0; i < path.len; i++) {
        depth += path.ptr[i] == '/' ? 1 : 0;
    }
    return depth;
}

static candidates candidates_of(const aud_config_files *files, aud_str written)
{
    const size_t depth = depth_of(files->reading->input->path);

    return (candidates){
        .files = files,
        .written = written,
        .most_up = depth < MAX_UP ? depth : MAX_UP,
        .absolute = aud_str_starts(written, AUD_LIT("/")),
    };
}

static bool climb(char out[MAX_PATH], size_t up, aud_str rest)
{
    size_t len = 0;

    if (rest.len == 0 || up * 3 + rest.len >= MAX_PATH) {
        return false;
    }
    for (size_t i = 0; i < up; i++) {
        memcpy(out + len, "../", 3);
        len += 3;
    }
    memcpy(out + len, rest.ptr, rest.len);
    out[len + rest.len] = '\0';
    return true;
}

/* Of an absolute path: behind each of the server's prefixes, then below every folder as the host's
 * root. */
static bool next_absolute(candidates *c, char out[MAX_PATH])
{
    while (c->prefix < c->files->num_prefixes) {
        const aud_str prefix = aud_str_of(c->files->prefixes[c->prefix]);
        const size_t most = c->files->main ? 0 : c->most_up;

        if (aud_str_starts(c->written, prefix) && c->up <= most) {
            const aud_str rest = aud_str_sub(c->written, prefix.len, c->written.len);
            if (climb(out, c->up++, rest)) {
                return true;
            }
        }
        c->prefix++;
        c->up = 0;
    }
    return c->up <= c->most_up && climb(out, c->up++, aud_str_sub(c->written, 1, c->written.len));
}

static bool next_candidate(candidates *c, char out[MAX_PATH])
{
    if (c->written.len == 0 || memchr(c->written.ptr, '\0', c->written.len) != NULL) {
        return false;
    }
    if (c->absolute) {
        return next_absolute(c, out);
    }
    return c->up <= (c->files->main ? 0 : c->most_up) && climb(out, c->up++, c->written);
}

void aud_config_closep(aud_input **input)
{
    if (*input && (*input)->close) {
        (*input)->close(*input);
    }
    *input = NULL;
}

aud_status aud_config_open(aud_config_files *files, aud_str written, aud_input **out,
                           aud_error *err)
{
    aud_input *input = files->reading->input;
    candidates c = candidates_of(files, written);
    char path[MAX_PATH];

    *out = NULL;
    while (input->open && next_candidate(&c, path)) {
        if (files->num_opened++ >= MAX_OPENED) {
            return aud_fail(err, AUD_E_LIMIT, "names more than %d files", (int)MAX_OPENED);
        }
        const aud_status st = input->open(input, aud_str_of(path), out, err);
        if (st == AUD_OK || st == AUD_E_NOMEM) {
            return st;
        }
        *out = NULL;
    }
    return AUD_OK;
}

aud_status aud_config_glob(aud_config_files *files, aud_str pattern, aud_str **out, size_t *out_num,
                           aud_error *err)
{
    aud_input *input = files->reading->input;
    candidates c = candidates_of(files, pattern);
    char path[MAX_PATH];

    *out_num = 0;
    while (input->glob && *out_num == 0 && next_candidate(&c, path)) {
        if (files->num_opened++ >= MAX_OPENED) {
            return aud_fail(err, AUD_E_LIMIT, "names more than %d files", (int)MAX_OPENED);
        }
        AUD_TRY(input->glob(input, aud_str_of(path), files->reading->arena, out, out_num, err));
    }
    return AUD_OK;
}

/* --- what is in them -------------------------------------------------------------------------- */

typedef struct gathering {
    aud_arena *arena;
    AUD_VEC(aud_str) certs, keys;
    bool broken;
} gathering;

static void gathering_clear(gathering *g)
{
    aud_free(g->certs.items);
    aud_free(g->keys.items);
}

static aud_status gather(void *ctx, const aud_pki_item *item, aud_error *err)
{
    gathering *g = ctx;
    aud_str kept;

    switch (item->kind) {
    case AUD_ITEM_CERTIFICATE:
        if (g->certs.len >= MAX_ITEMS) {
            return AUD_OK;
        }
        AUD_TRY(aud_arena_dup(g->arena, item->der, &kept, err));
        return AUD_VEC_PUSH(&g->certs, kept, err);
    case AUD_ITEM_PRIVATE_KEY:
        if (item->spki.len == 0 || g->keys.len >= MAX_ITEMS) {
            return AUD_OK;
        }
        AUD_TRY(aud_arena_dup(g->arena, item->spki, &kept, err));
        return AUD_VEC_PUSH(&g->keys, kept, err);
    case AUD_ITEM_BROKEN:
    case AUD_ITEM_ENCRYPTED:
        g->broken = true;
        return AUD_OK;
    case AUD_ITEM_REQUEST:
    case AUD_ITEM_CRL:
    case AUD_ITEM_PUBLIC_KEY:
        return AUD_OK;
    }
    return AUD_OK;
}

/* The bodies of "DH PARAMETERS" and "X9.42 DH PARAMETERS"; the first is enough for any server. */
static aud_status find_dh(aud_str text, aud_arena *arena, aud_config_chain *out, aud_error *err)
{
    const aud_str mark = AUD_LIT("DH PARAMETERS-----");
    size_t at = aud_str_find(text, mark, 0), end, len = 0;

    if (at == SIZE_MAX || (end = aud_str_find(text, AUD_LIT("-----END"), at)) == SIZE_MAX) {
        return AUD_OK;
    }
    at += mark.len;
    const aud_str body = aud_str_sub(text, at, end - at);
    unsigned char *der = aud_arena_take(arena, body.len / 4 * 3 + 3, 1);
    aud_str *kept = AUD_ARENA_NEW(arena, aud_str);
    if (!der || !kept) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (aud_base64_decode(body, der, &len)) {
        *kept = (aud_str){(const char *)der, len};
        out->dh = kept;
        out->num_dh = 1;
    } else {
        out->broken = true;
    }
    return AUD_OK;
}

static aud_status keep(aud_arena *arena, const aud_str *items, size_t len, const aud_str **out,
                       size_t *out_len, aud_error *err)
{
    aud_str *kept = aud_arena_array(arena, len, sizeof *kept);

    if (!kept) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (len > 0) {
        memcpy(kept, items, len * sizeof *kept);
    }
    *out = kept;
    *out_len = len;
    return AUD_OK;
}

aud_status aud_config_chain_read(aud_config_files *files, aud_str written, aud_config_chain *out,
                                 aud_error *err)
{
    const aud_reading *r = files->reading;
    const aud_passwords passwords = {r->options->passwords, r->options->num_passwords};
    AUD_CLEANUP(gathering_clear) gathering g = {.arena = r->arena};
    AUD_CLEANUP(aud_config_closep) aud_input *input = NULL;
    const aud_pki_sink sink = {&g, gather};
    aud_str bytes;

    *out = (aud_config_chain){0};
    if (aud_config_is_template(written)) {
        return AUD_OK;
    }
    AUD_TRY(aud_config_open(files, written, &input, err));
    if (!input) {
        return AUD_OK;
    }
    const aud_status st = input->whole(input, MAX_CERT_FILE, &bytes, err);
    if (st != AUD_OK) {
        return st == AUD_E_NOMEM ? st : AUD_OK;
    }
    if (aud_binary_kind(bytes)[0] != '\0') {
        AUD_TRY(aud_binary_read(bytes, &passwords, &sink, err));
    } else {
        AUD_TRY(aud_pem_scan(bytes, 1, &passwords, &sink, err));
        AUD_TRY(find_dh(bytes, r->arena, out, err));
    }
    AUD_TRY(keep(r->arena, g.certs.items, g.certs.len, &out->certs, &out->num_certs, err));
    AUD_TRY(keep(r->arena, g.keys.items, g.keys.len, &out->keys, &out->num_keys, err));
    out->found = true;
    out->broken = out->broken || g.broken;
    return AUD_OK;
}

/* --- certificates, keys, DH parameters -------------------------------------------------------- */

aud_status aud_config_certificate(aud_tls_config *c, aud_config_files *files, aud_str written,
                                  bool literal, aud_error *err)
{
    aud_config_chain chain = {0};

    AUD_TRY(AUD_VEC_PUSH(&c->certificate_files, written, err));
    if (literal) {
        AUD_TRY(aud_config_chain_read(files, written, &chain, err));
    }
    return AUD_VEC_PUSH(&c->chains, chain, err);
}

static aud_tri belongs(const aud_config_chain *chain, const aud_str *keys, size_t num_keys)
{
    aud_cert leaf;

    if (chain->num_certs == 0 || num_keys == 0 ||
        aud_cert_read(chain->certs[0], &leaf, NULL) != AUD_OK || leaf.spki.len == 0) {
        return AUD_TRI_UNKNOWN;
    }
    for (size_t i = 0; i < num_keys; i++) {
        if (aud_str_eq(leaf.spki, keys[i])) {
            return AUD_TRI_YES;
        }
    }
    return AUD_TRI_NO;
}

/* One pair that does not belong together decides; one that is not known leaves it open. */
static void note_match(aud_tls_config *c, size_t nth, aud_tri match)
{
    if (match == AUD_TRI_NO || c->key_matches == AUD_TRI_NO) {
        c->key_matches = AUD_TRI_NO;
    } else if (nth == 0) {
        c->key_matches = match;
    } else if (match == AUD_TRI_UNKNOWN) {
        c->key_matches = AUD_TRI_UNKNOWN;
    }
}

aud_status aud_config_key(aud_tls_config *c, aud_config_files *files, aud_str written, bool literal,
                          aud_error *err)
{
    const size_t nth = c->key_files.len;
    aud_config_chain file;

    AUD_TRY(AUD_VEC_PUSH(&c->key_files, written, err));
    if (nth >= c->chains.len || !literal) {
        note_match(c, nth, AUD_TRI_UNKNOWN);
        return AUD_OK;
    }
    AUD_TRY(aud_config_chain_read(files, written, &file, err));
    note_match(c, nth, belongs(&c->chains.items[nth], file.keys, file.num_keys));
    return AUD_OK;
}

/* DHParameter ::= SEQUENCE { prime INTEGER, base INTEGER, ... } (PKCS #3, X9.42). */
static int64_t prime_bits(aud_str der)
{
    aud_der outer = aud_der_of(der), inner;
    aud_tlv sequence, prime;

    if (!aud_der_next(&outer, &sequence) || sequence.tag != AUD_TAG_SEQUENCE) {
        return 0;
    }
    inner = aud_der_of(sequence.content);
    if (!aud_der_next(&inner, &prime) || prime.tag != AUD_TAG_INTEGER) {
        return 0;
    }
    size_t at = 0;
    while (at < prime.content.len && prime.content.ptr[at] == '\0') {
        at++;
    }
    if (at == prime.content.len) {
        return 0;
    }
    int64_t bits = (int64_t)(prime.content.len - at) * 8;
    for (unsigned first = (unsigned char)prime.content.ptr[at]; (first & 0x80) == 0; first <<= 1) {
        bits--;
    }
    return bits;
}

void aud_config_dh_of(aud_tls_config *c, const aud_config_chain *chain)
{
    for (size_t i = 0; i < chain->num_dh; i++) {
        const int64_t bits = prime_bits(chain->dh[i]);

        c->dh_extent = AUD_EXTENT_WHOLE;
        if (bits > 0 && (c->dh_bits == 0 || bits < c->dh_bits)) {
            c->dh_bits = bits;
        }
    }
}

aud_status aud_config_dh(aud_tls_config *c, aud_config_files *files, aud_str written,
                         aud_error *err)
{
    aud_config_chain file;

    AUD_TRY(aud_config_chain_read(files, written, &file, err));
    aud_config_dh_of(c, &file);
    return AUD_OK;
}
