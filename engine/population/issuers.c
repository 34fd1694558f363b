/* engine/population/issuers.c - who really issued a certificate, and whether a list approves it. */
#include "engine/population/issuers.h"

#include "engine/base/map.h"

#include "engine/base/text.h"
#include "engine/pki/verify.h"
#include "engine/population/population_parts.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    MAX_DEPTH = 10,      /* issuers above a certificate */
    MAX_CANDIDATES = 16, /* CA certificates of one name that are tried */
    MAX_PROOFS = 128,    /* signatures verified on all ways of one certificate */
};

/* A CA certificate at hand: of the list, or of the population. */
typedef struct authority {
    const aud_cert *cert;
    unsigned char digest[32], spki[32];
    aud_str name; /* canonical subject */
    aud_str text; /* the same for people */
    bool approved;
    bool ambiguous;            /* approved by name, and several keys bear the name */
    _Atomic(aud_pubkey *) key; /* decoded when first needed */
    _Atomic uint32_t answer;   /* memo: 0, or 1 + status + (anchor index << 8) */
} authority;

typedef struct rule {
    enum { BY_DIGEST, BY_SPKI, BY_SUBJECT } by;
    unsigned char digest[32];
    aud_str subject;
} rule;

struct aud_ca_list {
    aud_arena arena;
    AUD_VEC(rule) rules;
    AUD_VEC(const aud_cert *) given; /* certificates of the list itself */
    authority *authorities;          /* sorted by name, then digest */
    size_t num_authorities;
};

aud_status aud_ca_list_new(aud_ca_list **out, aud_error *err)
{
    aud_ca_list *list = aud_alloc_zero(1, sizeof *list);

    if (list == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    aud_arena_init(&list->arena, AUD_ARENA_NO_MAX);
    *out = list;
    return AUD_OK;
}

void aud_ca_list_freep(aud_ca_list **list)
{
    aud_ca_list *l = *list;

    if (l == NULL) {
        return;
    }
    for (size_t i = 0; i < l->num_authorities; i++) {
        aud_pubkey_free(atomic_load(&l->authorities[i].key));
    }
    aud_free(l->rules.items);
    aud_free(l->given.items);
    aud_arena_clear(&l->arena);
    aud_free(l);
    *list = NULL;
}

size_t aud_ca_list_count(const aud_ca_list *list)
{
    return list->rules.len;
}

aud_status aud_ca_list_add_cert(aud_ca_list *list, aud_str der, aud_error *err)
{
    rule by = {.by = BY_DIGEST};
    aud_cert *cert = AUD_ARENA_NEW(&list->arena, aud_cert);
    aud_str copy;

    if (cert == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    AUD_TRY(aud_arena_dup(&list->arena, der, &copy, err));
    AUD_TRY(aud_cert_read(copy, cert, err));
    AUD_TRY(aud_sha256(cert->der, by.digest, err));
    AUD_TRY(AUD_VEC_PUSH(&list->given, cert, err));
    return AUD_VEC_PUSH(&list->rules, by, err);
}

static aud_status add_digest(aud_ca_list *list, aud_str hex, rule by, aud_error *err)
{
    size_t len = 0;

    if (!aud_hex_decode(hex, by.digest, sizeof by.digest, &len) || len != sizeof by.digest) {
        return aud_fail(err, AUD_E_USAGE, "'%.*s' is no SHA-256 in hexadecimal (64 digits)",
                        AUD_ARG(aud_str_sub(hex, 0, 80)));
    }
    return AUD_VEC_PUSH(&list->rules, by, err);
}

aud_status aud_ca_list_add_sha256(aud_ca_list *list, aud_str hex, aud_error *err)
{
    return add_digest(list, hex, (rule){.by = BY_DIGEST}, err);
}

aud_status aud_ca_list_add_spki(aud_ca_list *list, aud_str hex, aud_error *err)
{
    return add_digest(list, hex, (rule){.by = BY_SPKI}, err);
}

aud_status aud_ca_list_add_subject(aud_ca_list *list, aud_str name, aud_error *err)
{
    rule by = {.by = BY_SUBJECT};

    AUD_TRY(aud_arena_dup(&list->arena, aud_str_trim(name), &by.subject, err));
    return AUD_VEC_PUSH(&list->rules, by, err);
}

/* Names as people write them: case and blanks do not count. */
static bool same_name(aud_str a, aud_str b)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (i < a.len && a.ptr[i] == ' ') {
            i++;
        }
        while (k < b.len && b.ptr[k] == ' ') {
            k++;
        }
        if (i == a.len || k == b.len) {
            return i == a.len && k == b.len;
        }
        if (!aud_str_ieq(aud_str_sub(a, i, 1), aud_str_sub(b, k, 1))) {
            return false;
        }
        i++;
        k++;
    }
}

static bool list_approves(const aud_ca_list *list, const authority *a)
{
    for (size_t i = 0; i < list->rules.len; i++) {
        const rule *by = &list->rules.items[i];

        if ((by->by == BY_DIGEST && memcmp(by->digest, a->digest, 32) == 0) ||
            (by->by == BY_SPKI && memcmp(by->digest, a->spki, 32) == 0)) {
            return true;
        }
    }
    return false;
}

static bool names_subject(const aud_ca_list *list, aud_str text)
{
    for (size_t i = 0; i < list->rules.len; i++) {
        if (list->rules.items[i].by == BY_SUBJECT &&
            same_name(list->rules.items[i].subject, text)) {
            return true;
        }
    }
    return false;
}

/* A certificate may issue only if it says so; an old root that the list names by hand may, too. */
static bool could_issue(const aud_cert *cert)
{
    return aud_cert_is_ca(cert) || cert->version == 1;
}

/*
 * A name approves only while one key bears it: a second key under the same name, planted beside
 * the true one, must not be approved with it, and nobody here can tell which is which.
 */
static void approve_by_subject(aud_ca_list *list)
{
    size_t begin = 0;

    while (begin < list->num_authorities) {
        const unsigned char *first = NULL;
        size_t end = begin;
        bool one_key = true;

        while (end < list->num_authorities &&
               aud_str_eq(list->authorities[end].name, list->authorities[begin].name)) {
            if (could_issue(list->authorities[end].cert)) {
                const unsigned char *key = list->authorities[end].spki;

                first = first == NULL ? key : first;
                one_key = one_key && memcmp(key, first, 32) == 0;
            }
            end++;
        }
        if (names_subject(list, list->authorities[begin].text)) {
            for (size_t i = begin; i < end; i++) {
                list->authorities[i].ambiguous = !one_key && !list->authorities[i].approved;
                list->authorities[i].approved = list->authorities[i].approved || one_key;
            }
        }
        begin = end;
    }
}

static aud_status add_authority(aud_ca_list *list, const aud_cert *cert, aud_error *err)
{
    authority *a = &list->authorities[list->num_authorities];

    a->cert = cert;
    AUD_TRY(aud_sha256(cert->der, a->digest, err));
    AUD_TRY(aud_sha256(cert->spki, a->spki, err));
    if (aud_name_canonical(cert->subject, &list->arena, &a->name, NULL) != AUD_OK) {
        return AUD_OK; /* a name that cannot be read is nobody's issuer */
    }
    a->text = aud_name_text(cert->subject, &list->arena);
    a->approved = list_approves(list, a);
    list->num_authorities++;
    return AUD_OK;
}

static int order_authorities(const void *left, const void *right)
{
    const authority *a = left, *b = right;
    int order = aud_str_cmp(a->name, b->name);

    /* approved ones first: they are tried before the limit of candidates is reached */
    order = order != 0 ? order : (int)b->approved - (int)a->approved;
    return order != 0 ? order : memcmp(a->digest, b->digest, 32);
}

/*
 * Who is named as issuer: somebody who is no CA may have issued all the same, which is a finding,
 * not something that nobody knows.
 */
static aud_status gather_issuer_names(const aud_population *population, aud_map *names,
                                      aud_error *err)
{
    for (size_t i = 0; i < population->counts[AUD_KIND_CERTIFICATE]; i++) {
        const aud_cert *cert = population->members[i].cert;

        if (!aud_str_eq(cert->issuer, cert->subject)) {
            AUD_TRY(aud_map_put(names, cert->issuer, names, err));
        }
    }
    return AUD_OK;
}

static bool is_authority(const aud_cert *cert, const aud_map *names)
{
    return could_issue(cert) ||
           (!aud_str_eq(cert->issuer, cert->subject) && aud_map_get(names, cert->subject) != NULL);
}

aud_status aud_ca_list_bind(aud_ca_list *list, const aud_population *population, aud_error *err)
{
    AUD_CLEANUP(aud_map_freep) aud_map *names = NULL;
    size_t certs = population->counts[AUD_KIND_CERTIFICATE], kept = 0;
    size_t num = list->given.len;

    AUD_TRY(aud_map_new(&names, err));
    AUD_TRY(gather_issuer_names(population, names, err));
    for (size_t i = 0; i < certs; i++) {
        num += is_authority(population->members[i].cert, names) ? 1 : 0;
    }
    list->authorities = aud_arena_array(&list->arena, num, sizeof *list->authorities);
    if (list->authorities == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < list->given.len; i++) {
        AUD_TRY(add_authority(list, list->given.items[i], err));
    }
    for (size_t i = 0; i < certs; i++) {
        if (is_authority(population->members[i].cert, names)) {
            AUD_TRY(add_authority(list, population->members[i].cert, err));
        }
    }
    qsort(list->authorities, list->num_authorities, sizeof *list->authorities, order_authorities);
    for (size_t i = 0; i < list->num_authorities; i++) {
        if (kept == 0 || memcmp(list->authorities[kept - 1].digest, list->authorities[i].digest,
                                sizeof list->authorities[i].digest) != 0) {
            memmove(&list->authorities[kept++], &list->authorities[i], sizeof(authority));
        }
    }
    list->num_authorities = kept;
    approve_by_subject(list);
    return AUD_OK;
}

static size_t first_of_name(const aud_ca_list *list, aud_str name)
{
    size_t low = 0, high = list->num_authorities;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (aud_str_cmp(list->authorities[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const aud_pubkey *key_of(const authority *a)
{
    _Atomic(aud_pubkey *) *slot = (_Atomic(aud_pubkey *) *)(uintptr_t)&a->key;
    aud_pubkey *key = atomic_load(slot), *none = NULL;

    if (key != NULL) {
        return key;
    }
    if (aud_pubkey_new(a->cert->spki, &key, NULL) != AUD_OK) {
        return NULL;
    }
    if (!atomic_compare_exchange_strong(slot, &none, key)) {
        aud_pubkey_free(key); /* another thread was first */
        key = none;
    }
    return key;
}

static aud_proof prove(const aud_cert *cert, const authority *issuer)
{
    const aud_pubkey *key = key_of(issuer);
    aud_proof proof = AUD_PROOF_UNKNOWN;

    if (key == NULL || aud_cert_verify(cert, key, &proof, NULL) != AUD_OK) {
        return AUD_PROOF_UNKNOWN;
    }
    return proof;
}

/* How a way upward ended: the better one counts where there are several. */
typedef struct way {
    aud_approval_status status;
    const authority *end; /* the approved CA, or where it stopped; may be NULL */
} way;

/* One question: the CAs on the way so far, against loops, and what it may still cost. */
typedef struct search {
    const aud_ca_list *list;
    aud_arena *scratch;
    const authority *trail[MAX_DEPTH];
    unsigned proofs;
} search;

static way climb(search *s, const aud_cert *cert, unsigned depth);

/* Best first. */
static int worth(aud_approval_status status)
{
    switch (status) {
    case AUD_APPROVAL_IS_APPROVED:
    case AUD_APPROVAL_PROVED:
        return 0;
    case AUD_APPROVAL_DECLARED:
        return 1;
    case AUD_APPROVAL_UNKNOWN:
        return 2; /* a better way may exist beyond what is at hand */
    case AUD_APPROVAL_NO_CA:
        return 3;
    case AUD_APPROVAL_FORGED:
        return 4;
    case AUD_APPROVAL_SELF_SIGNED:
        return 5;
    case AUD_APPROVAL_NOT:
        return 6;
    case AUD_NUM_APPROVALS:
        break;
    }
    return 9;
}

/* The state of a CA by itself, kept once known. Ways cut short by a loop or the depth are not kept.
 */
static way authority_way(search *s, const authority *a, unsigned depth)
{
    const aud_ca_list *list = s->list;
    _Atomic uint32_t *memo = (_Atomic uint32_t *)(uintptr_t)&a->answer;
    uint32_t known = atomic_load(memo);
    way found;

    if (a->approved) {
        return (way){AUD_APPROVAL_PROVED, a};
    }
    if (a->ambiguous) {
        return (way){AUD_APPROVAL_UNKNOWN, a};
    }
    if (known != 0) {
        uint32_t end = known >> 8;
        return (way){(aud_approval_status)((known & 0xff) - 1),
                     end == 0 ? NULL : &list->authorities[end - 1]};
    }
    for (unsigned i = 0; i < depth; i++) {
        if (s->trail[i] == a) {
            return (way){AUD_APPROVAL_NOT, a};
        }
    }
    if (depth >= MAX_DEPTH) {
        return (way){AUD_APPROVAL_UNKNOWN, a};
    }
    s->trail[depth] = a;
    found = climb(s, a->cert, depth + 1);
    if (depth == 0 && list->num_authorities < (1U << 23)) {
        uint32_t end = found.end == NULL ? 0 : (uint32_t)(found.end - list->authorities) + 1;
        atomic_store(memo, ((uint32_t)found.status + 1) | end << 8);
    }
    return found;
}

/* One candidate issuer: AUD_NUM_APPROVALS if its key does not verify the certificate. */
static way try_issuer(search *s, const aud_cert *cert, const authority *issuer, unsigned depth)
{
    if (s->proofs++ >= MAX_PROOFS) {
        return (way){AUD_APPROVAL_UNKNOWN, issuer};
    }
    switch (prove(cert, issuer)) {
    case AUD_PROOF_BAD:
        return (way){AUD_NUM_APPROVALS, issuer};
    case AUD_PROOF_UNKNOWN:
        return (way){AUD_APPROVAL_UNKNOWN, issuer};
    case AUD_PROOF_GOOD:
        break;
    }
    if (!aud_cert_may_sign_certs(issuer->cert)) {
        return (way){AUD_APPROVAL_NO_CA, issuer};
    }
    return authority_way(s, issuer, depth);
}

static way climb(search *s, const aud_cert *cert, unsigned depth)
{
    const aud_ca_list *list = s->list;
    way best = {AUD_APPROVAL_UNKNOWN, NULL};
    bool any_proof = false, claims_approved = false, too_many = false;
    aud_str name;
    size_t tried = 0;

    if (aud_name_canonical(cert->issuer, s->scratch, &name, NULL) != AUD_OK) {
        return best;
    }
    for (size_t i = first_of_name(list, name);
         i < list->num_authorities && aud_str_eq(list->authorities[i].name, name); i++) {
        const authority *issuer = &list->authorities[i];
        way found;

        claims_approved = claims_approved || issuer->approved;
        if (issuer->cert == cert || aud_str_eq(issuer->cert->der, cert->der)) {
            found = (way){AUD_APPROVAL_NOT, issuer}; /* its own issuer: the top, not approved */
        } else if (tried++ >= MAX_CANDIDATES) {
            too_many = true;
            break;
        } else {
            found = try_issuer(s, cert, issuer, depth);
        }
        if (found.status != AUD_NUM_APPROVALS &&
            (!any_proof || worth(found.status) < worth(best.status))) {
            best = found;
            any_proof = true;
        }
        if (any_proof && worth(best.status) == 0) {
            return best;
        }
    }
    if (too_many) {
        return (way){AUD_APPROVAL_UNKNOWN, NULL};
    }
    if (claims_approved && (!any_proof || best.status == AUD_APPROVAL_NOT)) {
        return (way){AUD_APPROVAL_FORGED, NULL}; /* an approved name without an approved key */
    }
    if (!any_proof && tried > 0) {
        return (way){AUD_APPROVAL_UNKNOWN, NULL}; /* the right CA certificate is not at hand */
    }
    return best;
}

static aud_proof verify_with(const aud_cert *cert, aud_str spki)
{
    aud_pubkey *key = NULL;
    aud_proof proof = AUD_PROOF_UNKNOWN;

    if (aud_pubkey_new(spki, &key, NULL) == AUD_OK) {
        if (aud_cert_verify(cert, key, &proof, NULL) != AUD_OK) {
            proof = AUD_PROOF_UNKNOWN;
        }
        aud_pubkey_free(key);
    }
    return proof;
}

static bool verifies_itself(const aud_cert *cert, bool *out)
{
    const aud_proof proof = verify_with(cert, cert->spki);

    *out = proof == AUD_PROOF_GOOD;
    return proof != AUD_PROOF_UNKNOWN;
}

bool aud_member_self_signed(const member *m, bool *out)
{
    return verifies_itself(m->cert, out);
}

static aud_status explain(aud_approval *out, const way *found, const aud_cert *cert,
                          aud_arena *arena, aud_error *err)
{
    aud_str issuer = aud_name_text(cert->issuer, arena);
    aud_str end = found->end == NULL ? issuer : found->end->text;

    out->status = found->status;
    out->anchor = end;
    switch (found->status) {
    case AUD_APPROVAL_PROVED:
        return aud_arena_printf(arena, &out->reason, err, "signatures lead to %.*s", AUD_ARG(end));
    case AUD_APPROVAL_IS_APPROVED:
        out->reason = AUD_LIT("it is an approved CA itself");
        return AUD_OK;
    case AUD_APPROVAL_NOT:
        return aud_arena_printf(arena, &out->reason, err,
                                "its signatures end at %.*s, which the list does not approve",
                                AUD_ARG(end));
    case AUD_APPROVAL_SELF_SIGNED:
        out->reason = AUD_LIT("it is signed by its own key, by no CA");
        return AUD_OK;
    case AUD_APPROVAL_FORGED:
        return aud_arena_printf(arena, &out->reason, err,
                                "it names the approved issuer %.*s, whose key did not sign it",
                                AUD_ARG(issuer));
    case AUD_APPROVAL_NO_CA:
        return aud_arena_printf(arena, &out->reason, err,
                                "%.*s signed it and is not allowed to issue certificates",
                                AUD_ARG(end));
    case AUD_APPROVAL_UNKNOWN:
    case AUD_APPROVAL_DECLARED:
    case AUD_NUM_APPROVALS:
        break;
    }
    return aud_arena_printf(arena, &out->reason, err,
                            found->end != NULL && found->end->ambiguous
                                ? "several keys bear the approved name %.*s: approve one by "
                                  "certificate, sha256 or spki"
                                : "no certificate at hand proves its issuer %.*s: add it to a "
                                  "bundle of the list or to a source",
                            AUD_ARG(end));
}

static aud_status approve_record(const aud_ca_list *list, aud_object record, aud_arena *arena,
                                 aud_approval *out, aud_error *err)
{
    aud_value issuer = record.get(record.self, AUD_F_record_issuer, arena);

    out->status = AUD_APPROVAL_UNKNOWN;
    out->reason = AUD_LIT("the record names no issuer");
    if (issuer.presence != AUD_PRESENT) {
        return AUD_OK;
    }
    out->anchor = issuer.as.string;
    for (size_t i = 0; i < list->num_authorities; i++) {
        const authority *a = &list->authorities[i];
        aud_value names;

        if (!a->approved) {
            continue;
        }
        names = aud_cert_get(a->cert, AUD_F_certificate_common_names, arena);
        if (same_name(a->text, issuer.as.string) ||
            (names.presence == AUD_PRESENT && names.as.list.len > 0 &&
             same_name(names.as.list.items[0].as.string, issuer.as.string))) {
            out->status = AUD_APPROVAL_DECLARED;
            return aud_arena_printf(arena, &out->reason, err,
                                    "declared: its inventory names the approved issuer %.*s",
                                    AUD_ARG(a->text));
        }
    }
    for (size_t i = 0; i < list->rules.len; i++) {
        if (list->rules.items[i].by == BY_SUBJECT &&
            same_name(list->rules.items[i].subject, issuer.as.string)) {
            out->status = AUD_APPROVAL_DECLARED;
            out->reason = AUD_LIT("declared: its inventory names an approved issuer");
            return AUD_OK;
        }
    }
    out->status = AUD_APPROVAL_NOT;
    return aud_arena_printf(arena, &out->reason, err,
                            "its inventory names the issuer %.*s, which the list does not approve",
                            AUD_ARG(issuer.as.string));
}

aud_status aud_ca_list_approval(const aud_ca_list *list, aud_object subject, aud_arena *arena,
                                aud_approval *out, aud_error *err)
{
    const member *m = subject.self;
    search s = {.list = list, .scratch = arena};
    bool self_signed = false;
    way found;

    *out = (aud_approval){.status = AUD_APPROVAL_UNKNOWN};
    if (subject.get != aud_member_get || (m->cert == NULL && subject.type != &aud_type_record)) {
        return aud_fail(err, AUD_E_USAGE, "approval() takes a certificate or a record");
    }
    if (m->cert == NULL) {
        return approve_record(list, subject, arena, out, err);
    }
    for (size_t i = 0; i < list->num_authorities && could_issue(m->cert); i++) {
        const authority *a = &list->authorities[i];
        if (a->approved && a->cert->der.len == m->cert->der.len &&
            memcmp(a->digest, m->digest, 32) == 0 && aud_cert_may_sign_certs(m->cert)) {
            found = (way){AUD_APPROVAL_IS_APPROVED, a};
            return explain(out, &found, m->cert, arena, err);
        }
    }
    if (aud_str_eq(m->cert->issuer, m->cert->subject) && verifies_itself(m->cert, &self_signed) &&
        self_signed) {
        found = (way){AUD_APPROVAL_SELF_SIGNED, NULL};
        return explain(out, &found, m->cert, arena, err);
    }
    found = climb(&s, m->cert, 0);
    return explain(out, &found, m->cert, arena, err);
}

/* --- issuers at hand, approved or not ----------------------------------------------------------
 */

aud_issuer aud_ca_list_issuer(const aud_ca_list *list, const aud_cert *cert, aud_arena *arena)
{
    aud_issuer best = AUD_ISSUER_NONE;
    aud_str name;
    size_t tried = 0;

    if (aud_name_canonical(cert->issuer, arena, &name, NULL) != AUD_OK) {
        return AUD_ISSUER_UNKNOWN;
    }
    for (size_t i = first_of_name(list, name);
         i < list->num_authorities && aud_str_eq(list->authorities[i].name, name); i++) {
        const authority *a = &list->authorities[i];
        aud_issuer found = AUD_ISSUER_NONE;

        if (!could_issue(a->cert) || aud_str_eq(a->cert->der, cert->der)) {
            continue;
        }
        if (tried++ >= MAX_CANDIDATES) {
            return best > AUD_ISSUER_UNKNOWN ? best : AUD_ISSUER_UNKNOWN;
        }
        switch (prove(cert, a)) {
        case AUD_PROOF_GOOD:
            found =
                aud_str_eq(a->cert->issuer, a->cert->subject) && prove(a->cert, a) == AUD_PROOF_GOOD
                    ? AUD_ISSUER_ROOT
                    : AUD_ISSUER_CA;
            break;
        case AUD_PROOF_UNKNOWN:
            found = AUD_ISSUER_UNKNOWN;
            break;
        case AUD_PROOF_BAD:
            break;
        }
        best = found > best ? found : best;
    }
    return best;
}

static const authority *authority_of(const aud_ca_list *list, const aud_cert *cert,
                                     aud_arena *arena)
{
    aud_str name;

    if (aud_name_canonical(cert->subject, arena, &name, NULL) != AUD_OK) {
        return NULL;
    }
    for (size_t i = first_of_name(list, name);
         i < list->num_authorities && aud_str_eq(list->authorities[i].name, name); i++) {
        if (aud_str_eq(list->authorities[i].cert->der, cert->der)) {
            return &list->authorities[i];
        }
    }
    return NULL;
}

bool aud_ca_list_signed(const aud_ca_list *list, const aud_cert *cert, const aud_cert *issuer,
                        aud_arena *arena, bool *out)
{
    const authority *a = authority_of(list, issuer, arena);
    const aud_proof proof = a != NULL ? prove(cert, a) : verify_with(cert, issuer->spki);

    *out = proof == AUD_PROOF_GOOD;
    return proof != AUD_PROOF_UNKNOWN;
}
