/* engine/population/context.c - facts that depend on where a subject was seen, and by whom. */
#include "engine/base/text.h"
#include "engine/population/drift.h"
#include "engine/population/endpoints.h"
#include "engine/population/issuers.h"

static aud_value text_value(const char *text)
{
    return aud_string(aud_str_of(text));
}

static const aud_subject_info *info_of(const member *m)
{
    return &m->population->infos[m->index];
}

static bool has_use(const member *m, aud_use use)
{
    return (m->uses & (1U << use)) != 0;
}

static aud_value cert_fact(const member *m, unsigned field, aud_arena *scratch)
{
    return aud_cert_get(m->cert, field, scratch);
}

static bool true_fact(const member *m, unsigned field, aud_arena *scratch)
{
    aud_value value = cert_fact(m, field, scratch);

    return value.presence == AUD_PRESENT && value.as.boolean;
}

static size_t list_len(const member *m, unsigned field, aud_arena *scratch)
{
    aud_value value = cert_fact(m, field, scratch);

    return value.presence == AUD_PRESENT ? value.as.list.len : 0;
}

static bool list_has(aud_value list, aud_str word)
{
    for (size_t i = 0; list.presence == AUD_PRESENT && i < list.as.list.len; i++) {
        if (aud_str_eq(list.as.list.items[i].as.string, word)) {
            return true;
        }
    }
    return false;
}

static bool is_host_name(aud_str name)
{
    bool dot = false;

    if (aud_str_starts(name, AUD_LIT("*."))) {
        name = aud_str_sub(name, 2, name.len);
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!letter && c != '-' && c != '.' && c != '_') {
            return false;
        }
        dot = dot || (c == '.' && i > 0 && i + 1 < name.len);
    }
    return (dot || aud_str_ieq(name, AUD_LIT("localhost"))) && name.len > 0;
}

static bool has_host_cn(const member *m, aud_arena *scratch)
{
    aud_value names = cert_fact(m, AUD_F_certificate_common_names, scratch);

    for (size_t i = 0; names.presence == AUD_PRESENT && i < names.as.list.len; i++) {
        if (is_host_name(names.as.list.items[i].as.string)) {
            return true;
        }
    }
    return false;
}

static bool has_host_san(const member *m, aud_arena *scratch)
{
    return list_len(m, AUD_F_certificate_dns_names, scratch) > 0 ||
           list_len(m, AUD_F_certificate_ip_addresses, scratch) > 0;
}

/*
 * A CA certificate that is used, or made, as a server's: design.md section 2. Issuing CAs carry
 * serverAuth as a restriction, so for a certificate that somebody else issued the purpose alone
 * does not make a leaf; a name does. `openssl req -x509` leaves keyUsage out, a real CA does not.
 */
static bool ca_is_leaf(const member *m, bool self_issued, aud_arena *scratch)
{
    aud_value purposes = cert_fact(m, AUD_F_certificate_extended_key_usage, scratch);
    bool tls =
        list_has(purposes, AUD_LIT("serverAuth")) || list_has(purposes, AUD_LIT("clientAuth"));

    if (m->leaf_slot) {
        return true;
    }
    if (purposes.presence == AUD_ABSENT) {
        return has_host_san(m, scratch) ||
               (self_issued && has_host_cn(m, scratch) &&
                cert_fact(m, AUD_F_certificate_key_usage, scratch).presence == AUD_ABSENT);
    }
    return tls && (self_issued || has_host_san(m, scratch));
}

/* Names are folded to be compared: only where the answer hangs on it. */
static bool is_self_issued(const member *m, aud_arena *scratch)
{
    return true_fact(m, AUD_F_certificate_self_issued, scratch);
}

static const char *cert_role(const member *m, aud_arena *scratch)
{
    if (!true_fact(m, AUD_F_certificate_is_ca, scratch)) {
        /* version 1 has no extensions: nothing else can tell */
        bool old_root = m->cert->version == 1 && !m->leaf_slot && is_self_issued(m, scratch) &&
                        !has_host_cn(m, scratch);

        return old_root ? "root" : "leaf";
    }
    if (ca_is_leaf(m, is_self_issued(m, scratch), scratch)) {
        return "leaf";
    }
    return is_self_issued(m, scratch) ? "root" : "intermediate";
}

const char *aud_member_role(const member *m, aud_arena *scratch)
{
    aud_value ca;

    if (m->cert != NULL) {
        return cert_role(m, scratch);
    }
    ca = aud_bag_get(m->bag,
                     m->bag->type == &aud_type_record ? (unsigned)AUD_F_record_is_ca
                                                      : (unsigned)AUD_F_request_is_ca,
                     scratch);
    return ca.presence == AUD_PRESENT && ca.as.boolean ? "intermediate" : "leaf";
}

static const char *cert_purpose(const member *m, aud_arena *scratch)
{
    aud_value purposes = cert_fact(m, AUD_F_certificate_extended_key_usage, scratch);

    if (strcmp(cert_role(m, scratch), "leaf") != 0) {
        return "ca";
    }
    if (m->leaf_slot || list_has(purposes, AUD_LIT("serverAuth")) ||
        list_has(purposes, AUD_LIT("any"))) {
        return "tls_server";
    }
    if (purposes.presence != AUD_PRESENT) {
        /* without the extension any purpose is allowed: only clear signs of another one count */
        return !has_host_san(m, scratch) && !has_host_cn(m, scratch) &&
                       list_len(m, AUD_F_certificate_email_addresses, scratch) > 0
                   ? "email"
                   : "tls_server";
    }
    if (list_has(purposes, AUD_LIT("clientAuth"))) {
        return "tls_client";
    }
    if (list_has(purposes, AUD_LIT("codeSigning"))) {
        return "code_signing";
    }
    return list_has(purposes, AUD_LIT("emailProtection")) ? "email" : "other";
}

void aud_population_claims(aud_population *population, const aud_source_claim *claims, size_t num)
{
    population->claims = claims;
    population->num_claims = num;
}

void aud_population_trust(aud_population *population, const struct aud_ca_list *public_cas,
                          bool all)
{
    population->public_cas = public_cas;
    population->all_public = all;
}

static aud_value self_signed(const member *m, aud_arena *scratch);

/* From a configured store, by proof; or by nobody but itself. */
static aud_value proved_trust(const member *m, aud_arena *scratch)
{
    const struct aud_ca_list *cas = m->population->public_cas;
    aud_approval answer = {.status = AUD_APPROVAL_UNKNOWN};
    aud_value own;

    if (m->population->all_public) {
        return text_value("public");
    }
    if (cas != NULL &&
        aud_ca_list_approval(cas, info_of(m)->facts, scratch, &answer, NULL) == AUD_OK &&
        (answer.status == AUD_APPROVAL_PROVED || answer.status == AUD_APPROVAL_IS_APPROVED)) {
        return text_value("public");
    }
    if (strcmp(cert_role(m, scratch), "leaf") != 0) {
        return aud_unknown();
    }
    own = self_signed(m, scratch);
    return own.presence == AUD_PRESENT && own.as.boolean ? text_value("private") : aud_unknown();
}

static aud_value cert_trust(const member *m, aud_arena *scratch)
{
    static const aud_str reserved[] = {
        /* CA/Browser Forum BR 7.1.6.1: DV, OV, IV, EV */
        AUD_LIT_INIT("2.23.140.1.2.1"),
        AUD_LIT_INIT("2.23.140.1.2.2"),
        AUD_LIT_INIT("2.23.140.1.2.3"),
        AUD_LIT_INIT("2.23.140.1.1"),
    };
    aud_value policies = cert_fact(m, AUD_F_certificate_policy_oids, scratch);
    aud_value scts = cert_fact(m, AUD_F_certificate_sct_count, scratch);

    for (size_t i = 0; i < AUD_COUNT(reserved); i++) {
        if (list_has(policies, reserved[i])) {
            return text_value("public");
        }
    }
    if (scts.presence == AUD_PRESENT && scts.as.number > 0) {
        return text_value("public");
    }
    return proved_trust(m, scratch);
}

static aud_value uses_value(const member *m, aud_arena *scratch)
{
    aud_value *items = aud_arena_array(scratch, AUD_NUM_USES, sizeof *items);
    size_t len = 0;

    for (unsigned use = 0; items != NULL && use < AUD_NUM_USES; use++) {
        if (has_use(m, (aud_use)use)) {
            items[len++] = text_value(aud_use_name((aud_use)use));
        }
    }
    return items == NULL ? aud_unknown() : aud_list_of(items, len);
}

static bool in_use(const member *m, aud_arena *scratch)
{
    if (has_use(m, AUD_USE_SERVED) || has_use(m, AUD_USE_CONFIGURED) || m->active) {
        return true;
    }
    return has_use(m, AUD_USE_STORED) && !m->all_history && !aud_member_superseded(m, scratch);
}

static aud_value or_absent(aud_str text)
{
    return text.len == 0 ? aud_absent() : aud_string(text);
}

aud_value aud_sighting_since(const aud_sighting *where)
{
    return where->since == 0                   ? aud_unknown()
           : where->since == AUD_NOT_COMMITTED ? aud_absent()
                                               : aud_time(where->since);
}

static aud_value sighting_get(const void *self, unsigned field, aud_arena *scratch)
{
    const aud_sighting *s = self;

    AUD_UNUSED(scratch);
    switch ((enum aud_sighting_field)field) {
    case AUD_F_sighting_source:
        return aud_string(s->source);
    case AUD_F_sighting_rev:
        return or_absent(s->rev);
    case AUD_F_sighting_path:
        return or_absent(s->path);
    case AUD_F_sighting_line:
        return s->line == 0 ? aud_absent() : aud_int(s->line);
    case AUD_F_sighting_record:
        return or_absent(s->record);
    case AUD_F_sighting_host:
        return or_absent(s->host);
    case AUD_F_sighting_port:
        return s->port == 0 ? aud_absent() : aud_int(s->port);
    case AUD_F_sighting_use:
        return text_value(aud_use_name((aud_use)s->use));
    case AUD_F_sighting_place:
        return text_value(aud_place_name((aud_place)s->place));
    case AUD_F_sighting_since:
        return aud_sighting_since(s);
    case AUD_F_sighting_declared:
        return s->declared == NULL ? aud_absent()
                                   : aud_object_of(&aud_type_record, aud_bag_get, s->declared);
    case AUD_NUM_sighting_FIELDS:
        break;
    }
    return aud_unknown();
}

static aud_value owner_get(const void *self, unsigned field, aud_arena *scratch)
{
    static const char *const origins[] = {"inventory", "codeowners", "configuration"};
    const aud_owner *o = self;

    AUD_UNUSED(scratch);
    switch ((enum aud_owner_field)field) {
    case AUD_F_owner_name:
        return aud_string(o->name);
    case AUD_F_owner_as_written:
        return aud_string(o->as_written);
    case AUD_F_owner_origin:
        return text_value(origins[o->origin]);
    case AUD_F_owner_place:
        return or_absent(o->place);
    case AUD_F_owner_catch_all:
        return aud_bool(o->catch_all);
    case AUD_F_owner_placeholder:
        return aud_bool(o->placeholder);
    case AUD_NUM_owner_FIELDS:
        break;
    }
    return aud_unknown();
}

static aud_value objects(const aud_object_type *type, aud_getter get, const void *array, size_t len,
                         size_t size, aud_arena *scratch)
{
    aud_value *items = aud_arena_array(scratch, len, sizeof *items);

    for (size_t i = 0; items != NULL && i < len; i++) {
        items[i] = aud_object_of(type, get, (const char *)array + i * size);
    }
    return items == NULL ? aud_unknown() : aud_list_of(items, len);
}

/* The facts of where and whose, common to all kinds. */
typedef enum common { COMMON_LINEAGE, COMMON_OWNERS, COMMON_SIGHTINGS, COMMON_ENVIRONMENT } common;

static aud_value common_fact(const member *m, common which, aud_arena *scratch)
{
    const aud_subject_info *info = info_of(m);

    switch (which) {
    case COMMON_LINEAGE:
        return aud_string(info->lineage);
    case COMMON_OWNERS:
        return objects(&aud_type_owner, owner_get, info->owners, info->num_owners,
                       sizeof *info->owners, scratch);
    case COMMON_SIGHTINGS:
        return objects(&aud_type_sighting, sighting_get, info->sightings, info->num_sightings,
                       sizeof *info->sightings, scratch);
    case COMMON_ENVIRONMENT:
        return m->environment.len == 0 ? aud_unknown() : aud_string(m->environment);
    }
    return aud_unknown();
}

/* The issuer's name, its own key: does that key verify it? Decided by engine/pki. */
static aud_value self_signed(const member *m, aud_arena *scratch)
{
    bool answer = false;

    if (!true_fact(m, AUD_F_certificate_self_issued, scratch)) {
        return aud_bool(false);
    }
    return aud_member_self_signed(m, &answer) ? aud_bool(answer) : aud_unknown();
}

static aud_value certificate_fact(const member *m, unsigned field, aud_arena *scratch)
{
    switch ((enum aud_certificate_field)field) {
    case AUD_F_certificate_self_signed:
        return self_signed(m, scratch);
    case AUD_F_certificate_role:
        return text_value(cert_role(m, scratch));
    case AUD_F_certificate_purpose:
        return text_value(cert_purpose(m, scratch));
    case AUD_F_certificate_trust:
        return cert_trust(m, scratch);
    case AUD_F_certificate_lineage:
        return common_fact(m, COMMON_LINEAGE, scratch);
    case AUD_F_certificate_uses:
        return uses_value(m, scratch);
    case AUD_F_certificate_in_use:
        return aud_bool(in_use(m, scratch));
    case AUD_F_certificate_superseded:
        return aud_bool(aud_member_superseded(m, scratch));
    case AUD_F_certificate_served:
        return aud_drift_served(m, scratch);
    case AUD_F_certificate_served_as_of:
        return aud_drift_served_as_of(m);
    case AUD_F_certificate_listed_at:
        return aud_drift_listed_at(m, scratch);
    case AUD_F_certificate_same_key:
        return aud_key_others(m, scratch);
    case AUD_F_certificate_issuers:
        return aud_member_issuers(m, scratch);
    case AUD_F_certificate_environment:
        return common_fact(m, COMMON_ENVIRONMENT, scratch);
    case AUD_F_certificate_owners:
        return common_fact(m, COMMON_OWNERS, scratch);
    case AUD_F_certificate_contradictions:
        return aud_declared_contradictions(m, scratch);
    case AUD_F_certificate_sightings:
        return common_fact(m, COMMON_SIGHTINGS, scratch);
    default: /* everything else is content: the field table says so */
        return aud_cert_get(m->cert, field, scratch);
    }
}

static aud_value record_fact(const member *m, unsigned field, aud_arena *scratch)
{
    switch ((enum aud_record_field)field) {
    case AUD_F_record_role:
        return text_value(aud_member_role(m, scratch));
    case AUD_F_record_purpose:
        return text_value(strcmp(aud_member_role(m, scratch), "leaf") == 0 ? "tls_server" : "ca");
    case AUD_F_record_trust:
        return aud_unknown();
    case AUD_F_record_lineage:
        return common_fact(m, COMMON_LINEAGE, scratch);
    case AUD_F_record_in_use:
        return aud_bool(m->active);
    case AUD_F_record_superseded:
        return aud_unknown(); /* a record has no bytes to compare names by */
    case AUD_F_record_served:
        return aud_drift_served(m, scratch);
    case AUD_F_record_served_as_of:
        return aud_drift_served_as_of(m);
    case AUD_F_record_listed_at:
        return aud_drift_listed_at(m, scratch);
    case AUD_F_record_owners:
        return common_fact(m, COMMON_OWNERS, scratch);
    case AUD_F_record_sightings:
        return common_fact(m, COMMON_SIGHTINGS, scratch);
    default:
        return aud_bag_get(m->bag, field, scratch);
    }
}

static aud_value request_fact(const member *m, unsigned field, aud_arena *scratch)
{
    switch ((enum aud_request_field)field) {
    case AUD_F_request_role:
        return text_value(aud_member_role(m, scratch));
    case AUD_F_request_purpose:
        return text_value(strcmp(aud_member_role(m, scratch), "leaf") == 0 ? "tls_server" : "ca");
    case AUD_F_request_lineage:
        return common_fact(m, COMMON_LINEAGE, scratch);
    case AUD_F_request_owners:
        return common_fact(m, COMMON_OWNERS, scratch);
    case AUD_F_request_sightings:
        return common_fact(m, COMMON_SIGHTINGS, scratch);
    default:
        return aud_bag_get(m->bag, field, scratch);
    }
}

/* The worst place counts: a key in git is in git, wherever else it lies. */
static aud_value key_place(const member *m)
{
    const aud_subject_info *info = info_of(m);
    aud_place worst = AUD_PLACE_FOLDER;

    for (size_t i = 0; i < info->num_sightings; i++) {
        if (info->sightings[i].place == AUD_PLACE_GIT) {
            return text_value(aud_place_name(AUD_PLACE_GIT));
        }
        worst = info->sightings[i].place == AUD_PLACE_SNAPSHOT ? AUD_PLACE_SNAPSHOT : worst;
    }
    return text_value(aud_place_name(worst));
}

static aud_value private_key_fact(const member *m, unsigned field, aud_arena *scratch)
{
    switch ((enum aud_private_key_field)field) {
    case AUD_F_private_key_place:
        return key_place(m);
    case AUD_F_private_key_certificates:
        return aud_key_certificates(m, scratch);
    case AUD_F_private_key_lineage:
        return common_fact(m, COMMON_LINEAGE, scratch);
    case AUD_F_private_key_owners:
        return common_fact(m, COMMON_OWNERS, scratch);
    case AUD_F_private_key_sightings:
        return common_fact(m, COMMON_SIGHTINGS, scratch);
    default:
        return aud_bag_get(m->bag, field, scratch);
    }
}

static aud_value certificate_by_hex(const member *m, const aud_value *hex)
{
    unsigned char digest[32];
    size_t len = 0, at;

    if (!aud_hex_decode(hex->as.string, digest, sizeof digest, &len) || len != 32) {
        return aud_unknown();
    }
    at = aud_population_find(m->population, digest);
    return at == SIZE_MAX
               ? aud_unknown()
               : aud_object_of(&aud_type_certificate, aud_member_get, &m->population->members[at]);
}

static aud_value leaf_by(const member *m, unsigned field, aud_arena *scratch)
{
    const aud_value hex = aud_bag_get(m->bag, field, scratch);

    return hex.presence == AUD_PRESENT ? certificate_by_hex(m, &hex) : hex;
}

static aud_value endpoint_leaf(const member *m, aud_arena *scratch)
{
    return leaf_by(m, AUD_F_endpoint_leaf_sha256, scratch);
}

/* Certificates by a list of digests; unknown if one of them is not at hand. */
static aud_value certificates_by_hex(const member *m, unsigned field, aud_arena *scratch)
{
    const aud_value list = aud_bag_get(m->bag, field, scratch);

    if (list.presence != AUD_PRESENT) {
        return list;
    }
    aud_value *items = aud_arena_array(scratch, list.as.list.len, sizeof *items);
    for (size_t i = 0; items != NULL && i < list.as.list.len; i++) {
        items[i] = certificate_by_hex(m, &list.as.list.items[i]);
        if (items[i].presence != AUD_PRESENT) {
            return aud_unknown();
        }
    }
    return items == NULL ? aud_unknown() : aud_list_of(items, list.as.list.len);
}

static aud_value told_or_empty(const member *m, unsigned field, aud_arena *scratch)
{
    const aud_value value = aud_bag_get(m->bag, field, scratch);

    return value.presence != AUD_UNKNOWN ? value : aud_list_of(NULL, 0);
}

static aud_value other_leaves(const member *m, aud_arena *scratch)
{
    const unsigned field = AUD_F_endpoint_other_leaves_sha256;

    return aud_bag_get(m->bag, field, scratch).presence == AUD_UNKNOWN
               ? aud_list_of(NULL, 0)
               : certificates_by_hex(m, field, scratch);
}

static aud_value leaf_matches(const aud_value *leaf, aud_str name, aud_arena *scratch)
{
    if (leaf->presence != AUD_PRESENT) {
        return aud_unknown();
    }
    const member *m = leaf->as.object.self;
    const aud_value names = cert_fact(m, AUD_F_certificate_dns_names, scratch);
    const aud_value addresses = cert_fact(m, AUD_F_certificate_ip_addresses, scratch);
    if (names.presence == AUD_UNKNOWN || addresses.presence == AUD_UNKNOWN) {
        return aud_unknown();
    }
    return aud_bool(aud_name_matches(name, &names, &addresses));
}

/* The name asked for is the SNI; without one, what was connected to. */
static aud_value mismatched_leaves(const member *m, aud_arena *scratch)
{
    const aud_value sni = aud_bag_get(m->bag, AUD_F_endpoint_sni, scratch);
    const aud_value host = aud_bag_get(m->bag, AUD_F_endpoint_host, scratch);
    const aud_value name = sni.presence == AUD_PRESENT ? sni : host;
    const aud_value leaf = endpoint_leaf(m, scratch);
    const aud_value others = other_leaves(m, scratch);
    size_t num = 0;

    if (name.presence != AUD_PRESENT || others.presence != AUD_PRESENT) {
        return aud_unknown();
    }
    aud_value *items = aud_arena_array(scratch, others.as.list.len + 1, sizeof *items);
    for (size_t i = 0; items != NULL && i <= others.as.list.len; i++) {
        const aud_value *one = i == 0 ? &leaf : &others.as.list.items[i - 1];
        const aud_value answer = leaf_matches(one, name.as.string, scratch);

        if (answer.presence != AUD_PRESENT) {
            return aud_unknown();
        }
        if (!answer.as.boolean) {
            items[num++] = *one;
        }
    }
    return items == NULL ? aud_unknown() : aud_list_of(items, num);
}

static aud_value name_match(const member *m, aud_arena *scratch)
{
    const aud_value wrong = mismatched_leaves(m, scratch);

    return wrong.presence == AUD_PRESENT ? aud_bool(wrong.as.list.len == 0) : aud_unknown();
}

/* What was seen is all of it where all of it is known. */
static aud_value or_whole(const member *m, unsigned seen, unsigned whole, aud_arena *scratch)
{
    const aud_value value = aud_bag_get(m->bag, whole, scratch);

    return value.presence != AUD_UNKNOWN ? value : aud_bag_get(m->bag, seen, scratch);
}

static aud_value chain_fact(const member *m, unsigned field, aud_arena *scratch)
{
    const aud_value chain = certificates_by_hex(m, AUD_F_endpoint_chain_sha256, scratch);

    if (chain.presence != AUD_PRESENT || chain.as.list.len == 0) {
        return aud_unknown();
    }
    return field == AUD_F_endpoint_chain_signed ? aud_chain_signed(m, &chain, scratch)
                                                : aud_chain_end(m, &chain, scratch);
}

static aud_value endpoint_fact(const member *m, unsigned field, aud_arena *scratch)
{
    switch ((enum aud_endpoint_field)field) {
    case AUD_F_endpoint_leaf:
        return endpoint_leaf(m, scratch);
    case AUD_F_endpoint_other_leaves:
        return other_leaves(m, scratch);
    case AUD_F_endpoint_other_leaves_sha256:
        return told_or_empty(m, field, scratch);
    case AUD_F_endpoint_chain:
        return certificates_by_hex(m, AUD_F_endpoint_chain_sha256, scratch);
    case AUD_F_endpoint_chain_signed:
    case AUD_F_endpoint_chain_end:
        return chain_fact(m, field, scratch);
    case AUD_F_endpoint_name_match:
        return name_match(m, scratch);
    case AUD_F_endpoint_mismatched_leaves:
        return mismatched_leaves(m, scratch);
    case AUD_F_endpoint_leaf_renewals:
    case AUD_F_endpoint_stored_chains:
    case AUD_F_endpoint_listed:
    case AUD_F_endpoint_listed_others:
    case AUD_F_endpoint_listed_as_of:
        return aud_drift_endpoint(m, field, scratch);
    case AUD_F_endpoint_protocols_seen:
        return or_whole(m, field, AUD_F_endpoint_protocols, scratch);
    case AUD_F_endpoint_suites_seen:
        return or_whole(m, field, AUD_F_endpoint_suites, scratch);
    case AUD_F_endpoint_groups_seen:
        return or_whole(m, field, AUD_F_endpoint_groups, scratch);
    case AUD_F_endpoint_disagreements: /* one report agrees with itself */
        return told_or_empty(m, field, scratch);
    case AUD_F_endpoint_lineage:
        return common_fact(m, COMMON_LINEAGE, scratch);
    case AUD_F_endpoint_environment:
        return common_fact(m, COMMON_ENVIRONMENT, scratch);
    case AUD_F_endpoint_owners:
        return common_fact(m, COMMON_OWNERS, scratch);
    case AUD_F_endpoint_sightings:
        return common_fact(m, COMMON_SIGHTINGS, scratch);
    default:
        return aud_bag_get(m->bag, field, scratch);
    }
}

/* Every leaf must hold every name: the client's algorithms choose the leaf. */
static aud_value uncovered_names(const member *m, aud_arena *scratch)
{
    const aud_value names = aud_bag_get(m->bag, AUD_F_tls_config_names, scratch);
    const aud_value leaf = leaf_by(m, AUD_F_tls_config_leaf_sha256, scratch);
    const aud_value others = certificates_by_hex(m, AUD_F_tls_config_other_leaves_sha256, scratch);

    if (names.presence != AUD_PRESENT || leaf.presence != AUD_PRESENT ||
        (others.presence == AUD_UNKNOWN &&
         aud_bag_get(m->bag, AUD_F_tls_config_other_leaves_sha256, scratch).presence !=
             AUD_UNKNOWN)) {
        return aud_unknown();
    }
    aud_value *items = aud_arena_array(scratch, names.as.list.len, sizeof *items);
    size_t len = 0;
    for (size_t i = 0; items != NULL && i < names.as.list.len; i++) {
        const aud_str name = names.as.list.items[i].as.string;
        aud_value held = leaf_matches(&leaf, name, scratch);
        for (size_t k = 0; others.presence == AUD_PRESENT && held.presence == AUD_PRESENT &&
                           held.as.boolean && k < others.as.list.len;
             k++) {
            held = leaf_matches(&others.as.list.items[k], name, scratch);
        }
        if (held.presence != AUD_PRESENT) {
            return aud_unknown();
        }
        if (!held.as.boolean) {
            items[len++] = names.as.list.items[i];
        }
    }
    return items == NULL ? aud_unknown() : aud_list_of(items, len);
}

static aud_value tls_config_fact(const member *m, unsigned field, aud_arena *scratch)
{
    switch ((enum aud_tls_config_field)field) {
    case AUD_F_tls_config_leaf:
        return leaf_by(m, AUD_F_tls_config_leaf_sha256, scratch);
    case AUD_F_tls_config_other_leaves:
        return certificates_by_hex(m, AUD_F_tls_config_other_leaves_sha256, scratch);
    case AUD_F_tls_config_chain:
        return certificates_by_hex(m, AUD_F_tls_config_chain_sha256, scratch);
    case AUD_F_tls_config_uncovered_names:
        return uncovered_names(m, scratch);
    case AUD_F_tls_config_protocols_seen:
        return or_whole(m, field, AUD_F_tls_config_protocols, scratch);
    case AUD_F_tls_config_suites_seen:
        return or_whole(m, field, AUD_F_tls_config_suites, scratch);
    case AUD_F_tls_config_groups_seen:
        return or_whole(m, field, AUD_F_tls_config_groups, scratch);
    case AUD_F_tls_config_lineage:
        return common_fact(m, COMMON_LINEAGE, scratch);
    case AUD_F_tls_config_owners:
        return common_fact(m, COMMON_OWNERS, scratch);
    case AUD_F_tls_config_sightings:
        return common_fact(m, COMMON_SIGHTINGS, scratch);
    default:
        return aud_bag_get(m->bag, field, scratch);
    }
}

static aud_value crl_fact(const member *m, unsigned field, aud_arena *scratch)
{
    switch ((enum aud_crl_field)field) {
    case AUD_F_crl_lineage:
        return common_fact(m, COMMON_LINEAGE, scratch);
    case AUD_F_crl_owners:
        return common_fact(m, COMMON_OWNERS, scratch);
    case AUD_F_crl_sightings:
        return common_fact(m, COMMON_SIGHTINGS, scratch);
    default:
        return aud_bag_get(m->bag, field, scratch);
    }
}

static aud_value population_fact(const member *m, unsigned field)
{
    const size_t *counts = m->population->counts;

    switch ((enum aud_population_field)field) {
    case AUD_F_population_certificates:
        return aud_int((int64_t)counts[AUD_KIND_CERTIFICATE]);
    case AUD_F_population_endpoints:
        return aud_int((int64_t)counts[AUD_KIND_ENDPOINT]);
    case AUD_F_population_records:
        return aud_int((int64_t)counts[AUD_KIND_RECORD]);
    case AUD_F_population_requests:
        return aud_int((int64_t)counts[AUD_KIND_REQUEST]);
    case AUD_F_population_private_keys:
        return aud_int((int64_t)counts[AUD_KIND_PRIVATE_KEY]);
    case AUD_F_population_lineage:
        return aud_string(info_of(m)->lineage);
    case AUD_NUM_population_FIELDS:
        break;
    }
    return aud_unknown();
}

aud_value aud_member_get(const void *self, unsigned field, aud_arena *scratch)
{
    const member *m = self;

    switch (info_of(m)->kind) {
    case AUD_KIND_CERTIFICATE:
        return certificate_fact(m, field, scratch);
    case AUD_KIND_ENDPOINT:
        return endpoint_fact(m, field, scratch);
    case AUD_KIND_TLS_CONFIG:
        return tls_config_fact(m, field, scratch);
    case AUD_KIND_RECORD:
        return record_fact(m, field, scratch);
    case AUD_KIND_REQUEST:
        return request_fact(m, field, scratch);
    case AUD_KIND_PRIVATE_KEY:
        return private_key_fact(m, field, scratch);
    case AUD_KIND_CRL:
        return crl_fact(m, field, scratch);
    case AUD_KIND_POPULATION:
        return population_fact(m, field);
    case AUD_NUM_KINDS:
        break;
    }
    return aud_unknown();
}
