/* reporters/cyclonedx.c - the population as a cryptography bill of materials (CycloneDX 1.6).
 *
 * Certificates, their public keys and algorithms, private keys (that they are there, never what
 * they are), and the protocols that endpoints speak with their suites. What nobody knows is left
 * out. Source: ECMA-424 (CycloneDX 1.6), cryptoProperties.
 */
#include "engine/base/instant.h"
#include "engine/base/map.h"
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "reporters/common.h"
#include "reporters/json_parts.h"

extern const aud_reporter aud_reporter_cyclonedx;

typedef struct bom {
    aud_json_writer w;
    const aud_result *result;
    aud_map *known; /* bom-refs already written */
    aud_arena scratch;
    aud_buf text;
} bom;

static void bom_clear(bom *b)
{
    aud_map_freep(&b->known);
    aud_arena_clear(&b->scratch);
    aud_buf_clear(&b->text);
}

static void put_instant_fact(bom *b, const char *key, const aud_object *object, const char *name)
{
    const aud_value value = aud_report_fact(object, name, &b->scratch);

    if (value.presence == AUD_PRESENT && value.type == AUD_T_TIME) {
        aud_report_json_instant(&b->w, key, value.as.number);
    }
}

/* Is it the first time that this reference is met? It is remembered. */
static aud_status is_new(bom *b, aud_str ref, bool *out, aud_error *err)
{
    *out = aud_map_get(b->known, ref) == NULL;
    return *out ? aud_map_put(b->known, ref, b, err) : AUD_OK;
}

static void begin_component(bom *b, aud_str ref, aud_str name)
{
    aud_report_json_line(&b->w);
    aud_json_begin_object(&b->w);
    aud_json_put_text(&b->w, "type", "cryptographic-asset");
    aud_report_json_put(&b->w, "bom-ref", ref);
    aud_report_json_put(&b->w, "name", name.len == 0 ? AUD_LIT("(no name)") : name);
}

static void begin_crypto(bom *b, const char *asset, const char *properties)
{
    aud_json_key(&b->w, "cryptoProperties");
    aud_json_begin_object(&b->w);
    aud_json_put_text(&b->w, "assetType", asset);
    aud_json_key(&b->w, properties);
    aud_json_begin_object(&b->w);
}

static void put_property(bom *b, const char *name, aud_str value)
{
    if (value.len > 0) {
        aud_json_begin_object(&b->w);
        aud_json_put_text(&b->w, "name", name);
        aud_report_json_put(&b->w, "value", value);
        aud_json_end_object(&b->w);
    }
}

/* The places as occurrences; owner, lineage and use as properties. */
static aud_status put_context(bom *b, const aud_subject_info *s, aud_error *err)
{
    aud_json_key(&b->w, "evidence");
    aud_json_begin_object(&b->w);
    aud_json_key(&b->w, "occurrences");
    aud_json_begin_array(&b->w);
    for (size_t i = 0; i < s->num_sightings; i++) {
        const aud_sighting *where = &s->sightings[i];

        b->text.len = 0;
        AUD_TRY(aud_report_place(b->result, where, &b->text, err));
        aud_json_begin_object(&b->w);
        aud_report_json_put(&b->w, "location",
                            b->text.len > 0 ? aud_buf_str(&b->text) : where->source);
        if (where->line > 0) {
            aud_json_put_int(&b->w, "line", where->line);
        }
        aud_json_put_text(&b->w, "additionalContext", aud_use_name((aud_use)where->use));
        aud_json_end_object(&b->w);
    }
    aud_json_end_array(&b->w);
    aud_json_end_object(&b->w);
    aud_json_key(&b->w, "properties");
    aud_json_begin_array(&b->w);
    put_property(b, "certaudit:lineage", s->lineage);
    for (size_t i = 0; i < s->num_owners; i++) {
        put_property(b, "certaudit:owner", s->owners[i].name);
    }
    put_property(b, "certaudit:role", aud_report_fact_text(&s->facts, "role", &b->scratch));
    put_property(b, "certaudit:purpose", aud_report_fact_text(&s->facts, "purpose", &b->scratch));
    put_property(b, "certaudit:trust", aud_report_fact_text(&s->facts, "trust", &b->scratch));
    put_property(b, "certaudit:environment",
                 aud_report_fact_text(&s->facts, "environment", &b->scratch));
    aud_json_end_array(&b->w);
    return AUD_OK;
}

static void end_component(bom *b)
{
    aud_json_end_object(&b->w);
}

/* "algorithm:RSA-2048", "algorithm:EC-P-256": an algorithm with what tells its parameters. */
static aud_status key_algorithm(bom *b, const aud_object *key, aud_str *out_name, aud_str *out_size,
                                aud_error *err)
{
    const aud_value bits = aud_report_fact(key, "bits", &b->scratch);
    const aud_str curve = aud_report_fact_text(key, "curve", &b->scratch);
    const aud_str algorithm = aud_report_fact_text(key, "algorithm", &b->scratch);

    *out_size = curve;
    if (curve.len == 0 && bits.presence == AUD_PRESENT &&
        !aud_str_starts(algorithm, AUD_LIT("ML-"))) {
        AUD_TRY(aud_arena_printf(&b->scratch, out_size, err, "%lld", (long long)bits.as.number));
    }
    return aud_arena_printf(&b->scratch, out_name, err, "%.*s%s%.*s", AUD_ARG(algorithm),
                            out_size->len > 0 ? "-" : "", AUD_ARG(*out_size));
}

static const char *key_primitive(aud_str family)
{
    if (aud_str_eq(family, AUD_LIT("rsa"))) {
        return "pke";
    }
    return aud_str_eq(family, AUD_LIT("ec")) || aud_str_eq(family, AUD_LIT("eddsa")) ||
                   aud_str_eq(family, AUD_LIT("dsa"))
               ? "signature"
               : "unknown";
}

static aud_status put_algorithm(bom *b, const aud_object *key, aud_str ref, aud_str name,
                                aud_str size, aud_error *err)
{
    const aud_value strength = aud_report_fact(key, "strength_bits", &b->scratch);
    const aud_str curve = aud_report_fact_text(key, "curve", &b->scratch);
    const aud_str oid = aud_report_fact_text(key, "oid", &b->scratch);
    bool first;

    AUD_TRY(is_new(b, ref, &first, err));
    if (!first) {
        return AUD_OK;
    }
    begin_component(b, ref, name);
    begin_crypto(b, "algorithm", "algorithmProperties");
    aud_json_put_text(&b->w, "primitive",
                      key_primitive(aud_report_fact_text(key, "family", &b->scratch)));
    aud_report_json_opt(&b->w, "parameterSetIdentifier", size);
    aud_report_json_opt(&b->w, "curve", curve);
    if (strength.presence == AUD_PRESENT) {
        aud_json_put_int(&b->w, "classicalSecurityLevel", strength.as.number);
    }
    aud_json_end_object(&b->w);
    aud_report_json_opt(&b->w, "oid", oid);
    aud_json_end_object(&b->w);
    end_component(b);
    return AUD_OK;
}

/* A key's reference, by the digest of what it is; empty where that is unknown. */
static aud_status key_ref(bom *b, const aud_object *key, const char *what, aud_str *out,
                          aud_error *err)
{
    const aud_str spki = aud_report_fact_text(key, "spki_sha256", &b->scratch);

    *out = (aud_str){NULL, 0};
    return spki.len == 0 ? AUD_OK
                         : aud_arena_printf(&b->scratch, out, err, "%s:%.*s", what, AUD_ARG(spki));
}

static aud_status put_key(bom *b, const aud_object *key, const char *what, aud_str ref,
                          const aud_subject_info *subject, aud_error *err)
{
    const aud_value bits = aud_report_fact(key, "bits", &b->scratch);
    aud_str name, size, algorithm;
    bool first;

    AUD_TRY(is_new(b, ref, &first, err));
    if (!first) {
        return AUD_OK;
    }
    AUD_TRY(key_algorithm(b, key, &name, &size, err));
    AUD_TRY(aud_arena_printf(&b->scratch, &algorithm, err, "algorithm:%.*s", AUD_ARG(name)));
    begin_component(b, ref, subject != NULL ? subject->label : name);
    begin_crypto(b, "related-crypto-material", "relatedCryptoMaterialProperties");
    aud_json_put_text(&b->w, "type", what);
    aud_report_json_opt(&b->w, "id", aud_report_fact_text(key, "spki_sha256", &b->scratch));
    if (name.len > 0) {
        aud_report_json_put(&b->w, "algorithmRef", algorithm);
    }
    if (bits.presence == AUD_PRESENT) {
        aud_json_put_int(&b->w, "size", bits.as.number);
    }
    aud_json_end_object(&b->w);
    aud_json_end_object(&b->w);
    if (subject != NULL) {
        AUD_TRY(put_context(b, subject, err));
    }
    end_component(b);
    return name.len == 0 ? AUD_OK : put_algorithm(b, key, algorithm, name, size, err);
}

static aud_status put_signature_algorithm(bom *b, aud_str ref, aud_str name, aud_str oid,
                                          aud_error *err)
{
    bool first;

    AUD_TRY(is_new(b, ref, &first, err));
    if (!first) {
        return AUD_OK;
    }
    begin_component(b, ref, name);
    begin_crypto(b, "algorithm", "algorithmProperties");
    aud_json_put_text(&b->w, "primitive", "signature");
    aud_json_end_object(&b->w);
    aud_report_json_opt(&b->w, "oid", oid);
    aud_json_end_object(&b->w);
    end_component(b);
    return AUD_OK;
}

/* A certificate, or what an inventory declares of one. */
static aud_status put_certificate(bom *b, const aud_subject_info *s, aud_error *err)
{
    const aud_str signature = aud_report_fact_text(&s->facts, "signature_algorithm", &b->scratch);
    const aud_value key = aud_report_fact(&s->facts, "key", &b->scratch);
    aud_str signature_ref = {NULL, 0}, public_key = {NULL, 0};

    if (key.presence == AUD_PRESENT) {
        AUD_TRY(key_ref(b, &key.as.object, "public-key", &public_key, err));
    }
    if (signature.len > 0) {
        AUD_TRY(aud_arena_printf(&b->scratch, &signature_ref, err, "algorithm:%.*s",
                                 AUD_ARG(signature)));
    }
    begin_component(b, s->id, s->label);
    begin_crypto(b, "certificate", "certificateProperties");
    aud_report_json_opt(&b->w, "subjectName",
                        aud_report_fact_text(&s->facts, "subject", &b->scratch));
    aud_report_json_opt(&b->w, "issuerName",
                        aud_report_fact_text(&s->facts, "issuer", &b->scratch));
    put_instant_fact(b, "notValidBefore", &s->facts, "not_before");
    put_instant_fact(b, "notValidAfter", &s->facts, "not_after");
    aud_report_json_opt(&b->w, "signatureAlgorithmRef", signature_ref);
    aud_report_json_opt(&b->w, "subjectPublicKeyRef", public_key);
    aud_json_put_text(&b->w, "certificateFormat", "X.509");
    aud_json_end_object(&b->w);
    aud_json_end_object(&b->w);
    AUD_TRY(put_context(b, s, err));
    end_component(b);
    if (public_key.len > 0) {
        AUD_TRY(put_key(b, &key.as.object, "public-key", public_key, NULL, err));
    }
    return signature.len == 0
               ? AUD_OK
               : put_signature_algorithm(
                     b, signature_ref, signature,
                     aud_report_fact_text(&s->facts, "signature_oid", &b->scratch), err);
}

static aud_status put_private_key(bom *b, const aud_subject_info *s, aud_error *err)
{
    const aud_value key = aud_report_fact(&s->facts, "key", &b->scratch);

    if (key.presence == AUD_PRESENT) {
        return put_key(b, &key.as.object, "private-key", s->id, s, err);
    }
    begin_component(b, s->id, s->label);
    begin_crypto(b, "related-crypto-material", "relatedCryptoMaterialProperties");
    aud_json_put_text(&b->w, "type", "private-key");
    aud_json_end_object(&b->w);
    aud_json_end_object(&b->w);
    AUD_TRY(put_context(b, s, err));
    end_component(b);
    return AUD_OK;
}

static bool lists(const aud_value *list, aud_str word)
{
    for (size_t i = 0; list->presence == AUD_PRESENT && i < list->as.list.len; i++) {
        if (aud_str_eq(list->as.list.items[i].as.string, word)) {
            return true;
        }
    }
    return false;
}

/* "0xC02F" as the schema's list of bytes. */
static void put_code(bom *b, aud_str code)
{
    aud_json_key(&b->w, "identifiers");
    aud_json_begin_array(&b->w);
    for (size_t at = 2; at + 1 < code.len; at += 2) {
        const char byte[] = {'0', 'x', code.ptr[at], code.ptr[at + 1], '\0'};

        aud_json_text(&b->w, byte);
    }
    aud_json_end_array(&b->w);
}

static void put_suites(bom *b, const aud_object *facts, aud_str version)
{
    const aud_value suites = aud_report_fact(facts, "suites_seen", &b->scratch);

    aud_json_key(&b->w, "cipherSuites");
    aud_json_begin_array(&b->w);
    for (size_t i = 0; suites.presence == AUD_PRESENT && i < suites.as.list.len; i++) {
        const aud_object *suite = &suites.as.list.items[i].as.object;
        const aud_value protocols = aud_report_fact(suite, "protocols", &b->scratch);

        if (lists(&protocols, version)) {
            aud_json_begin_object(&b->w);
            aud_report_json_put(&b->w, "name", aud_report_fact_text(suite, "name", &b->scratch));
            put_code(b, aud_report_fact_text(suite, "code", &b->scratch));
            aud_json_end_object(&b->w);
        }
    }
    aud_json_end_array(&b->w);
}

/* One component for each version that an endpoint is known to offer. */
static aud_status put_endpoint(bom *b, const aud_subject_info *s, aud_error *err)
{
    const aud_value protocols = aud_report_fact(&s->facts, "protocols_seen", &b->scratch);

    for (size_t i = 0; protocols.presence == AUD_PRESENT && i < protocols.as.list.len; i++) {
        const aud_str version = protocols.as.list.items[i].as.string;
        const bool tls = aud_str_starts(version, AUD_LIT("TLSv"));
        aud_str ref, name;

        AUD_TRY(aud_arena_printf(&b->scratch, &ref, err, "%.*s/%.*s", AUD_ARG(s->id),
                                 AUD_ARG(version)));
        AUD_TRY(aud_arena_printf(&b->scratch, &name, err, "%.*s %.*s", AUD_ARG(s->label),
                                 AUD_ARG(version)));
        begin_component(b, ref, name);
        begin_crypto(b, "protocol", "protocolProperties");
        aud_json_put_text(&b->w, "type", tls ? "tls" : "other");
        aud_report_json_put(&b->w, "version", tls ? aud_str_sub(version, 4, version.len) : version);
        put_suites(b, &s->facts, version);
        aud_json_end_object(&b->w);
        aud_json_end_object(&b->w);
        AUD_TRY(put_context(b, s, err));
        end_component(b);
    }
    return AUD_OK;
}

static aud_status put_subject(bom *b, const aud_subject_info *s, aud_error *err)
{
    aud_arena_reset(&b->scratch);
    switch (s->kind) {
    case AUD_KIND_CERTIFICATE:
    case AUD_KIND_RECORD:
        return put_certificate(b, s, err);
    case AUD_KIND_PRIVATE_KEY:
        return put_private_key(b, s, err);
    case AUD_KIND_ENDPOINT:
        return put_endpoint(b, s, err);
    default: /* requests, revocation lists and the run itself are no assets of their own */
        return AUD_OK;
    }
}

/* The same for the same inputs and instant: a UUID (RFC 9562, version 8) over what was read. */
static aud_status put_serial_number(bom *b, aud_error *err)
{
    AUD_CLEANUP(aud_hash_freep) aud_hash *hash = NULL;
    unsigned char digest[32];
    char hex[32];

    AUD_TRY(aud_hash_new(&hash, err));
    for (size_t i = 0; i < b->result->num_sources; i++) {
        AUD_TRY(aud_hash_add(hash, b->result->sources[i].name, err));
        AUD_TRY(aud_hash_add(hash, (aud_str){"", 1}, err));
        AUD_TRY(aud_hash_add(hash, b->result->sources[i].digest, err));
    }
    AUD_TRY(aud_hash_add(hash, (aud_str){(const char *)&b->result->at, sizeof b->result->at}, err));
    AUD_TRY(aud_hash_end(hash, digest, err));
    digest[6] = (unsigned char)(0x80 | (digest[6] & 0x0f));
    digest[8] = (unsigned char)(0x80 | (digest[8] & 0x3f));
    aud_hex_encode((aud_str){(const char *)digest, 16}, hex);
    b->text.len = 0;
    AUD_TRY(aud_buf_printf(&b->text, err, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
                           hex + 12, hex + 16, hex + 20));
    aud_json_put_str(&b->w, "serialNumber", aud_buf_str(&b->text));
    return AUD_OK;
}

static void put_metadata(bom *b)
{
    aud_json_key(&b->w, "metadata");
    aud_json_begin_object(&b->w);
    aud_report_json_instant(&b->w, "timestamp", b->result->at);
    aud_json_key(&b->w, "tools");
    aud_json_begin_object(&b->w);
    aud_json_key(&b->w, "components");
    aud_json_begin_array(&b->w);
    aud_json_begin_object(&b->w);
    aud_json_put_text(&b->w, "type", "application");
    aud_json_put_text(&b->w, "name", "certaudit");
    aud_json_put_str(&b->w, "version", b->result->tool_version);
    aud_json_end_object(&b->w);
    aud_json_end_array(&b->w);
    aud_json_end_object(&b->w);
    aud_json_end_object(&b->w);
}

static aud_status write_cyclonedx(const aud_result *result, const aud_report_env *env, aud_out *out,
                                  aud_error *err)
{
    AUD_CLEANUP(bom_clear) bom b = {.result = result, .text = {.max = 1 << 20}};

    AUD_UNUSED(env);
    aud_json_writer_init(&b.w, out, 0);
    aud_arena_init(&b.scratch, AUD_ARENA_NO_MAX);
    AUD_TRY(aud_map_new(&b.known, err));
    aud_json_begin_object(&b.w);
    aud_json_put_text(&b.w, "bomFormat", "CycloneDX");
    aud_json_put_text(&b.w, "specVersion", "1.6");
    AUD_TRY(put_serial_number(&b, err));
    aud_json_put_int(&b.w, "version", 1);
    put_metadata(&b);
    aud_json_key(&b.w, "components");
    aud_json_begin_array(&b.w);
    for (size_t i = 0; i < result->num_subjects; i++) {
        AUD_TRY(put_subject(&b, &result->subjects[i], err));
    }
    aud_json_end_array(&b.w);
    aud_json_end_object(&b.w);
    aud_out_char(out, '\n');
    return AUD_OK;
}

const aud_reporter aud_reporter_cyclonedx = {
    .name = "cyclonedx",
    .title = "CycloneDX 1.6 CBOM",
    .extension = "cdx.json",
    .lists = true,
    .write = write_cyclonedx,
};
