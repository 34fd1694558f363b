/* engine/ingest/tls_config.c - what a server's configuration says of TLS at one place, gathered. */
#include "engine/ingest/tls_config.h"

#include "engine/base/text.h"
#include "engine/ingest/names.h"
#include "engine/pki/cert.h"

enum { MAX_NAMES = 4096, MAX_IDENTITY = 2048 };

void aud_tls_config_init(aud_tls_config *c, const aud_reading *r, const char *server)
{
    *c = (aud_tls_config){.reading = r, .server = server, .ticket_key_files = -1};
}

void aud_tls_config_clear(aud_tls_config *c)
{
    aud_free(c->listen.items);
    aud_free(c->names.items);
    aud_free(c->ports.items);
    aud_free(c->ciphers.items);
    aud_free(c->ignored.items);
    aud_free(c->tls13.items);
    aud_free(c->groups.items);
    aud_free(c->hsts_lost.items);
    aud_free(c->certificate_files.items);
    aud_free(c->key_files.items);
    aud_free(c->chains.items);
    aud_free(c->settings.items);
    *c = (aud_tls_config){0};
}

aud_status aud_tls_config_say(aud_tls_config *c, const aud_config_setting *setting, aud_error *err)
{
    return AUD_VEC_PUSH(&c->settings, *setting, err);
}

/* --- suites, groups --------------------------------------------------------------------------- */

static bool has_suite(const aud_suite *const *items, size_t len, const aud_suite *suite)
{
    for (size_t i = 0; i < len; i++) {
        if (items[i] == suite) {
            return true;
        }
    }
    return false;
}

/* What no default build has counts only where the string asks for it; nor do suites that need a
 * secret which no web server is given. */
static bool counts(const aud_cipher_choice *choice, int level)
{
    return (choice->availability == AUD_IN_DEFAULT_BUILD || choice->named) &&
           !aud_suite_needs_secret(choice->suite) &&
           (level < 0 || aud_suite_at_level(choice->suite, level));
}

aud_status aud_tls_config_ciphers(aud_tls_config *c, aud_str string, aud_extent extent,
                                  bool *out_refused, aud_error *err)
{
    aud_arena *arena = c->reading->arena;
    aud_cipher_list list;
    aud_str kept;
    bool built = false;

    AUD_TRY(aud_arena_dup(arena, string, &kept, err));
    AUD_TRY(aud_cipher_string_read(kept, arena, &list, err));
    for (size_t i = 0; i < list.num_choices; i++) {
        const aud_cipher_choice *choice = &list.choices[i];
        built = built || choice->availability == AUD_IN_DEFAULT_BUILD;
        if (counts(choice, list.security_level) &&
            !has_suite(c->ciphers.items, c->ciphers.len, choice->suite)) {
            AUD_TRY(AUD_VEC_PUSH(&c->ciphers, choice->suite, err));
        }
    }
    for (size_t i = 0; i < list.num_ignored; i++) {
        AUD_TRY(AUD_VEC_PUSH(&c->ignored, list.ignored[i].word, err));
    }
    c->cipher_string = kept;
    /* a string of nothing but old suites is sound for the OpenSSL that has them */
    const bool broken = list.refused && (built || list.num_choices == 0);
    c->ciphers_extent = !broken                ? extent
                        : list.num_choices > 0 ? AUD_EXTENT_SOME
                                               : AUD_EXTENT_UNKNOWN;
    if (out_refused) {
        *out_refused = broken;
    }
    return AUD_OK;
}

aud_status aud_tls_config_tls13(aud_tls_config *c, aud_str list, aud_error *err)
{
    aud_str word;

    c->tls13.len = 0;
    c->tls13_extent = AUD_EXTENT_WHOLE;
    while (aud_str_split(&list, ':', &word)) {
        const aud_suite *suite = aud_suite_find(aud_str_trim(word));

        if (word.len == 0) {
            continue;
        }
        if (!suite) {
            c->tls13_extent = AUD_EXTENT_SOME;
        } else if (!has_suite(c->tls13.items, c->tls13.len, suite)) {
            AUD_TRY(AUD_VEC_PUSH(&c->tls13, suite, err));
        }
    }
    return AUD_OK;
}

aud_status aud_tls_config_tls13_default(aud_tls_config *c, aud_error *err)
{
    /* OpenSSL's TLS_DEFAULT_CIPHERSUITES, the same from 1.1.1 on */
    return aud_tls_config_tls13(c,
                                AUD_LIT("TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                                        "TLS_AES_128_GCM_SHA256"),
                                err);
}

/* OpenSSL 3.3 and later: "?" before a group lets it be unknown, "*" asks for its key share. */
aud_status aud_tls_config_groups(aud_tls_config *c, aud_str list, aud_error *err)
{
    c->groups_extent = AUD_EXTENT_WHOLE;
    while (list.len > 0) {
        size_t len = 0;
        aud_str name;

        while (len < list.len && list.ptr[len] != ':' && list.ptr[len] != '/') {
            len++;
        }
        aud_str word = aud_str_sub(list, 0, len);
        list = aud_str_sub(list, len + 1, list.len);
        while (word.len > 0 && (word.ptr[0] == '?' || word.ptr[0] == '*')) {
            word = aud_str_sub(word, 1, word.len);
        }
        if (word.len == 0) {
            continue;
        }
        AUD_TRY(aud_arena_dup(c->reading->arena, aud_group_name(word), &name, err));
        AUD_TRY(AUD_VEC_PUSH(&c->groups, name, err));
    }
    return AUD_OK;
}

/* --- names and addresses ---------------------------------------------------------------------- */

aud_status aud_tls_config_name(aud_tls_config *c, aud_str name, aud_error *err)
{
    aud_str folded;

    AUD_TRY(aud_host_fold(name, c->reading->arena, &folded, err));
    for (size_t i = 0; i < c->names.len; i++) {
        if (aud_str_eq(c->names.items[i], folded)) {
            return AUD_OK;
        }
    }
    return c->names.len >= MAX_NAMES ? AUD_OK : AUD_VEC_PUSH(&c->names, folded, err);
}

aud_status aud_tls_config_listen(aud_tls_config *c, aud_str address, uint16_t port, aud_error *err)
{
    bool known = false;

    for (size_t i = 0; i < c->listen.len; i++) {
        known = known || aud_str_eq(c->listen.items[i], address);
    }
    if (!known) {
        AUD_TRY(AUD_VEC_PUSH(&c->listen, address, err));
    }
    for (size_t i = 0; i < c->ports.len; i++) {
        if (c->ports.items[i] == port) {
            return AUD_OK;
        }
    }
    return port == 0 ? AUD_OK : AUD_VEC_PUSH(&c->ports, port, err);
}

/* --- words ------------------------------------------------------------------------------------ */

bool aud_config_protocol(aud_str word, unsigned *out_bit)
{
    aud_protocol protocol;

    if (!(word.len >= 5 && (aud_str_ieq(aud_str_sub(word, 0, 4), AUD_LIT("TLSv")) ||
                            aud_str_ieq(aud_str_sub(word, 0, 4), AUD_LIT("SSLv")))) ||
        !aud_protocol_find(word, &protocol)) {
        return false;
    }
    *out_bit = 1U << protocol;
    return true;
}

bool aud_config_is_template(aud_str text)
{
    static const aud_str marks[] = {
        AUD_LIT_INIT("{{"), AUD_LIT_INIT("${"), AUD_LIT_INIT("{%"), AUD_LIT_INIT("%{"),
        AUD_LIT_INIT("<%"), AUD_LIT_INIT("$("), AUD_LIT_INIT("[["),
    };

    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        if (aud_str_has(text, marks[i])) {
            return true;
        }
    }
    /* "@NAME@" of configure and sed, "__NAME__" */
    const aud_str ends[] = {AUD_LIT("@"), AUD_LIT("__")};
    for (size_t i = 0; i < AUD_COUNT(ends); i++) {
        if (text.len > 2 * ends[i].len && aud_str_starts(text, ends[i]) &&
            aud_str_ends(text, ends[i])) {
            return true;
        }
    }
    return false;
}

bool aud_config_hsts_age(aud_str header, int64_t *out_seconds)
{
    aud_str part;
    uint64_t age;

    while (aud_str_split(&header, ';', &part)) {
        aud_str name = aud_str_trim(part), value = name;

        if (!aud_str_split(&value, '=', &name) || !value.ptr ||
            !aud_str_ieq(aud_str_trim(name), AUD_LIT("max-age"))) {
            continue;
        }
        value = aud_str_trim(value);
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
            value = aud_str_sub(value, 1, value.len - 2);
        }
        if (!aud_parse_u64(value, &age)) {
            return false;
        }
        *out_seconds = age > INT64_MAX ? INT64_MAX : (int64_t)age;
        return true;
    }
    return false;
}

/* --- handing on ------------------------------------------------------------------------------- */

static aud_status join(const aud_str *items, size_t len, aud_buf *out, aud_error *err)
{
    for (size_t i = 0; i < len && out->len < MAX_IDENTITY; i++) {
        AUD_TRY(aud_buf_printf(out, err, "%s%.*s", i == 0 ? "" : ",",
                               AUD_ARG(aud_str_sub(items[i], 0, 256))));
    }
    return AUD_OK;
}

/*
 * The file is part of the identity: a repository holds the same address and names for production
 * and for staging, and one must not hide the other.
 */
static aud_status identify(const aud_tls_config *c, aud_seen *seen, aud_error *err)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf listen = {.max = 8192};
    AUD_CLEANUP(aud_buf_clear) aud_buf names = {.max = 8192};
    aud_arena *arena = c->reading->arena;

    AUD_TRY(join(c->listen.items, c->listen.len, &listen, err));
    AUD_TRY(aud_buf_add(&names, aud_str_sub(c->written_names, 0, MAX_IDENTITY), err));
    const aud_str l = aud_buf_str(&listen), n = aud_buf_str(&names);
    AUD_TRY(aud_arena_printf(arena, &seen->identity, err, "%.*s:%s:%.*s:%s%.*s:%.*s",
                             AUD_ARG(c->reading->input->source), c->server, AUD_ARG(c->at.path),
                             c->upstream ? "upstream:" : "", AUD_ARG(l), AUD_ARG(n)));
    AUD_TRY(
        aud_arena_printf(arena, &seen->lineage, err, "tls_config:%.*s", AUD_ARG(seen->identity)));
    if (c->fragment) {
        return aud_arena_printf(arena, &seen->label, err, "%s fragment %.*s", c->server,
                                AUD_ARG(c->at.path));
    }
    return aud_arena_printf(arena, &seen->label, err, "%s%s %.*s%s%.*s%s", c->server,
                            c->upstream ? " upstream" : "", AUD_ARG(n.len > 0 ? n : l),
                            n.len > 0 ? " (" : "", AUD_ARG(n.len > 0 ? l : AUD_LIT("")),
                            n.len > 0 ? ")" : "");
}

static aud_status emit_chain(const aud_tls_config *c, const aud_config_chain *chain,
                             aud_config_place at, aud_error *err)
{
    for (size_t i = 0; i < chain->num_certs; i++) {
        aud_seen seen = {.kind = AUD_KIND_CERTIFICATE, .der = chain->certs[i]};

        seen.where =
            aud_reading_at(c->reading, at.line, i == 0 ? AUD_USE_CONFIGURED : AUD_USE_CHAIN);
        seen.where.path = at.path;
        seen.where.member = (uint32_t)i;
        AUD_TRY(aud_reading_certificate(c->reading, &seen, err));
    }
    return AUD_OK;
}

static aud_config_place place_of(const aud_tls_config *c, unsigned fact, size_t nth)
{
    for (size_t i = 0; i < c->settings.len; i++) {
        if (c->settings.items[i].fact == fact && nth-- == 0) {
            return c->settings.items[i].at;
        }
    }
    return c->at;
}

aud_status aud_tls_config_emit(aud_tls_config *c, aud_error *err)
{
    aud_seen seen = {.kind = AUD_KIND_TLS_CONFIG, .partial = c->partial};
    const aud_reading *r = c->reading;

    AUD_TRY(identify(c, &seen, err));
    AUD_TRY(aud_tls_config_facts(c, &seen.bag, err));
    const aud_value leaf = aud_bag_get(seen.bag, AUD_F_tls_config_leaf_sha256, NULL);
    if (leaf.presence == AUD_PRESENT) {
        seen.certificate_sha256 = leaf.as.string;
    }
    seen.where = aud_reading_at(r, c->at.line, AUD_USE_CONFIGURED);
    seen.where.path = c->at.path;
    AUD_TRY(r->sink->subject(r->sink->ctx, &seen, err));
    for (size_t i = 0; i < c->chains.len; i++) {
        AUD_TRY(emit_chain(c, &c->chains.items[i],
                           place_of(c, AUD_F_tls_config_certificate_files, i), err));
    }
    return AUD_OK;
}
