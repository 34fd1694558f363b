/* engine/population/population.c - merges what the workers saw into one sorted population. */
#include "engine/population/population_parts.h"

#include "engine/base/pool.h"
#include "engine/base/text.h"
#include "engine/population/drift.h"
#include "engine/population/endpoints.h"
#include "engine/population/issuers.h"
#include "engine/population/links.h"

/* Everything that the merge needs, dropped when it is done. */
typedef struct merge {
    aud_population *population;
    raw_sighting *raws;
    size_t num_raws;
    size_t num_certs; /* raws[0 .. num_certs) are certificates */
    covered_file *covered;
    size_t num_covered;
    struct span {
        size_t begin, end; /* of raws: one member */
    } * spans;
    size_t num_spans;
    const aud_owner_lookup *owners;
    aud_arena *arenas; /* one a worker */
    unsigned num_threads;
} merge;

static int order_raws(const void *left, const void *right)
{
    const raw_sighting *a = left, *b = right;
    int order;

    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    order = a->kind == AUD_KIND_CERTIFICATE ? memcmp(a->digest, b->digest, 32)
                                            : aud_str_cmp(a->id, b->id);
    return order != 0 ? order : aud_sighting_cmp(&a->where, &b->where);
}

static bool same_value(const aud_value *a, const aud_value *b);

static bool same_bag(const aud_bag *a, const aud_bag *b)
{
    if (a->type != b->type || a->num_facts != b->num_facts) {
        return false;
    }
    for (size_t i = 0; i < a->num_facts; i++) {
        if (a->facts[i].field != b->facts[i].field ||
            !same_value(&a->facts[i].value, &b->facts[i].value)) {
            return false;
        }
    }
    return true;
}

static bool same_value(const aud_value *a, const aud_value *b)
{
    if (a->presence != b->presence || (a->presence == AUD_PRESENT && a->type != b->type)) {
        return false;
    }
    if (a->presence != AUD_PRESENT) {
        return true;
    }
    switch ((aud_type)a->type) {
    case AUD_T_BOOL:
        return a->as.boolean == b->as.boolean;
    case AUD_T_INT:
    case AUD_T_TIME:
        return a->as.number == b->as.number;
    case AUD_T_STRING:
        return aud_str_eq(a->as.string, b->as.string);
    case AUD_T_LIST:
        for (size_t i = 0; i < a->as.list.len && a->as.list.len == b->as.list.len; i++) {
            if (!same_value(&a->as.list.items[i], &b->as.list.items[i])) {
                return false;
            }
        }
        return a->as.list.len == b->as.list.len;
    case AUD_T_OBJECT:
        if (a->as.object.get == aud_bag_get && b->as.object.get == aud_bag_get) {
            return same_bag(a->as.object.self, b->as.object.self);
        }
        return a->as.object.self == b->as.object.self;
    }
    return false;
}

/* Do these two sightings speak of one thing? Two records or configurations of one id that differ do
 * not: each is judged, so that a friendly one cannot hide the other. */
static bool same_member(const raw_sighting *a, const raw_sighting *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    if (a->kind == AUD_KIND_CERTIFICATE) {
        return memcmp(a->digest, b->digest, 32) == 0;
    }
    return aud_str_eq(a->id, b->id) && (a->merges || same_bag(a->bag, b->bag));
}

static aud_status grow_raws(merge *m, size_t total, aud_error *err)
{
    raw_sighting *grown = aud_realloc(m->raws, total * sizeof *grown);

    if (grown == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory for %zu sightings", total);
    }
    m->raws = grown;
    return AUD_OK;
}

static aud_status gather(merge *m, aud_collector **collectors, size_t num, aud_error *err)
{
    size_t total = 0, at, largest = 0, covered = 0;

    for (size_t i = 0; i < num; i++) {
        total += collectors[i]->raws.len;
        covered += collectors[i]->covered.len;
        largest = collectors[i]->raws.len > collectors[largest]->raws.len ? i : largest;
    }
    if (total > UINT32_MAX / 2) {
        return aud_fail(err, AUD_E_LIMIT, "more than %u sightings", UINT32_MAX / 2);
    }
    m->covered = aud_alloc_zero(covered, sizeof *m->covered);
    if (m->covered == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    /* the largest part is grown in its place: a million records are not held twice */
    m->raws = num == 0 ? NULL : AUD_MOVE(collectors[largest]->raws.items);
    at = num == 0 ? 0 : collectors[largest]->raws.len;
    AUD_TRY(grow_raws(m, total, err));
    for (size_t i = 0; i < num; i++) {
        aud_collector *c = collectors[i];

        if (i != largest && c->raws.len > 0) {
            memcpy(m->raws + at, c->raws.items, c->raws.len * sizeof *m->raws);
            at += c->raws.len;
        }
        for (size_t k = 0; k < c->covered.len; k++) {
            m->covered[m->num_covered++] = c->covered.items[k];
        }
        aud_arena_adopt(&m->population->arena, &c->arena);
        aud_collector_freep(&collectors[i]);
    }
    m->num_raws = total;
    aud_configs_drop_covered(m->raws, &m->num_raws, m->covered, m->num_covered);
    if (m->num_raws > 0) {
        qsort(m->raws, m->num_raws, sizeof *m->raws, order_raws);
    }
    return AUD_OK;
}

static aud_status cut_spans(merge *m, aud_error *err)
{
    m->spans = aud_alloc_zero(m->num_raws, sizeof *m->spans);
    if (m->spans == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < m->num_raws; i++) {
        if (i == 0 || !same_member(&m->raws[i - 1], &m->raws[i])) {
            m->spans[m->num_spans++].begin = i;
        }
        m->spans[m->num_spans - 1].end = i + 1;
    }
    return AUD_OK;
}

/* An unencrypted key tells more, and worse, than its encrypted copy; reports of an endpoint are
 * merged. */
static aud_status telling_bag(const merge *m, const struct span *span, aud_arena *arena,
                              const aud_bag **out, aud_error *err)
{
    const raw_sighting *first = &m->raws[span->begin];

    *out = first->cert != NULL ? NULL : first->bag;
    if (first->kind == AUD_KIND_ENDPOINT && span->end - span->begin > 1) {
        return aud_endpoints_merge(first, span->end - span->begin, m->raws, m->num_certs, arena,
                                   out, err);
    }

    for (size_t i = span->begin; i < span->end && m->raws[i].kind == AUD_KIND_PRIVATE_KEY; i++) {
        aud_value encrypted = aud_bag_get(m->raws[i].bag, AUD_F_private_key_encrypted, NULL);

        if (encrypted.presence == AUD_PRESENT && !encrypted.as.boolean) {
            *out = m->raws[i].bag;
            return AUD_OK;
        }
    }
    return AUD_OK;
}

static aud_status choose_id(merge *m, size_t at, aud_arena *arena, aud_str *out, aud_error *err)
{
    const raw_sighting *raw = &m->raws[m->spans[at].begin];
    const aud_str prefix = AUD_LIT("certificate:");
    char id[12 + 64];
    size_t copies = 1;

    if (raw->kind == AUD_KIND_CERTIFICATE) {
        memcpy(id, prefix.ptr, prefix.len);
        aud_hex_encode((aud_str){(const char *)raw->digest, 32}, id + prefix.len);
        return aud_arena_dup(arena, (aud_str){id, sizeof id}, out, err);
    }
    while (copies <= at && m->raws[m->spans[at - copies].begin].kind == raw->kind &&
           aud_str_eq(m->raws[m->spans[at - copies].begin].id, raw->id)) {
        copies++;
    }
    if (copies == 1) {
        *out = raw->id;
        return AUD_OK;
    }
    return aud_arena_printf(arena, out, err, "%.*s#%zu", AUD_ARG(raw->id), copies);
}

/* The names people know a certificate by: up to three of the SAN, else the CN, else the subject. */
static aud_status cert_label(const aud_cert *cert, aud_arena *arena, aud_str *out, aud_error *err)
{
    aud_value names = aud_cert_get(cert, AUD_F_certificate_dns_names, arena);
    AUD_CLEANUP(aud_buf_clear) aud_buf text = {.max = 2048};

    if (names.presence != AUD_PRESENT || names.as.list.len == 0) {
        names = aud_cert_get(cert, AUD_F_certificate_ip_addresses, arena);
    }
    if (names.presence != AUD_PRESENT || names.as.list.len == 0) {
        names = aud_cert_get(cert, AUD_F_certificate_common_names, arena);
    }
    if (names.presence != AUD_PRESENT || names.as.list.len == 0) {
        *out = aud_name_text(cert->subject, arena);
        if (out->len == 0) {
            *out = AUD_LIT("(no name)");
        }
        return AUD_OK;
    }
    if (names.as.list.len == 1) {
        return aud_arena_dup(arena, aud_str_sub(names.as.list.items[0].as.string, 0, 256), out,
                             err);
    }
    for (size_t i = 0; i < names.as.list.len && i < 3; i++) {
        aud_str name = aud_str_sub(names.as.list.items[i].as.string, 0, 256);
        AUD_TRY(aud_buf_printf(&text, err, "%s%.*s", i == 0 ? "" : ", ", AUD_ARG(name)));
    }
    if (names.as.list.len > 3) {
        AUD_TRY(aud_buf_printf(&text, err, " (and %zu more)", names.as.list.len - 3));
    }
    return aud_arena_dup(arena, aud_buf_str(&text), out, err);
}

static aud_status choose_lineage(const raw_sighting *raw, aud_str id, aud_arena *arena,
                                 aud_str *out, aud_error *err)
{
    if (raw->lineage.len > 0) {
        *out = raw->lineage;
        return AUD_OK;
    }
    if (raw->kind == AUD_KIND_ENDPOINT || raw->kind == AUD_KIND_RECORD ||
        raw->where.path.len == 0) {
        *out = id;
        return AUD_OK;
    }
    if (raw->where.member > 0) {
        return aud_arena_printf(arena, out, err, "file:%.*s/%.*s#%u", AUD_ARG(raw->where.source),
                                AUD_ARG(raw->where.path), raw->where.member + 1);
    }
    return aud_arena_printf(arena, out, err, "file:%.*s/%.*s", AUD_ARG(raw->where.source),
                            AUD_ARG(raw->where.path));
}

static int order_owners(const void *left, const void *right)
{
    const aud_owner *a = left, *b = right;
    int order = (int)a->origin - (int)b->origin;

    order = order != 0 ? order : aud_str_cmp(a->name, b->name);
    order = order != 0 ? order : aud_str_cmp(a->as_written, b->as_written);
    return order != 0 ? order : aud_str_cmp(a->place, b->place);
}

typedef AUD_VEC(aud_owner) owner_list;

static void owner_list_clear(owner_list *list)
{
    aud_free(list->items);
}

static aud_status find_owners(const merge *m, const struct span *span, aud_subject_info *info,
                              aud_arena *arena, aud_error *err)
{
    AUD_CLEANUP(owner_list_clear) owner_list all = {0};
    size_t kept = 0;
    aud_owner *owners;

    for (size_t i = span->begin; i < span->end; i++) {
        const raw_sighting *raw = &m->raws[i];
        aud_owner *more = NULL;
        size_t num_more = 0;

        for (size_t k = 0; k < raw->num_owners; k++) {
            AUD_TRY(AUD_VEC_PUSH(&all, raw->owners[k], err));
        }
        if (m->owners != NULL) {
            AUD_TRY(m->owners->find(m->owners->ctx, &raw->where, info->lineage, &info->facts, arena,
                                    &more, &num_more, err));
        }
        for (size_t k = 0; k < num_more; k++) {
            AUD_TRY(AUD_VEC_PUSH(&all, more[k], err));
        }
    }
    if (all.len == 0) {
        return AUD_OK;
    }
    for (size_t i = 0; m->owners != NULL && i < all.len; i++) {
        m->owners->normalise(m->owners->ctx, &all.items[i]);
    }
    qsort(all.items, all.len, sizeof *all.items, order_owners);
    owners = aud_arena_array(arena, all.len, sizeof *owners);
    if (owners == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < all.len; i++) {
        if (kept == 0 || order_owners(&owners[kept - 1], &all.items[i]) != 0) {
            owners[kept++] = all.items[i];
        }
    }
    info->owners = owners;
    info->num_owners = kept;
    return AUD_OK;
}

static void note_use(member *m, const raw_sighting *raw)
{
    /* what a newer scan no longer saw is not served */
    if (raw->where.use != AUD_USE_SERVED || !raw->where.history) {
        m->uses |= 1U << raw->where.use;
    }
    m->all_history = m->all_history && raw->where.history;
    if (raw->where.use == AUD_USE_LISTED && raw->active && !raw->where.history) {
        m->active = true;
    }
    if (raw->where.use == AUD_USE_SERVED || raw->where.use == AUD_USE_CONFIGURED) {
        m->leaf_slot = true;
    }
    if (m->environment.len == 0) {
        m->environment = raw->environment;
    }
}

static aud_status build_member(merge *m, size_t at, aud_arena *arena, aud_error *err)
{
    const struct span *span = &m->spans[at];
    const raw_sighting *first = &m->raws[span->begin];
    aud_subject_info *info = &m->population->infos[at];
    member *own = &m->population->members[at];
    aud_sighting *sightings = aud_arena_array(arena, span->end - span->begin, sizeof(aud_sighting));

    if (sightings == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *own = (member){.population = m->population,
                    .cert = first->cert,
                    .index = (uint32_t)at,
                    .all_history = true};
    AUD_TRY(telling_bag(m, span, arena, &own->bag, err));
    memcpy(own->digest, first->digest, sizeof own->digest);
    info->kind = first->kind;
    info->facts = (aud_object){aud_kind_type(first->kind), aud_member_get, own};
    info->sightings = sightings;
    AUD_TRY(choose_id(m, at, arena, &info->id, err));
    AUD_TRY(choose_lineage(first, info->id, arena, &info->lineage, err));
    for (size_t i = span->begin; i < span->end; i++) {
        const raw_sighting *raw = &m->raws[i];

        note_use(own, raw);
        if (info->num_sightings == 0 ||
            aud_sighting_cmp(&sightings[info->num_sightings - 1], &raw->where) != 0) {
            sightings[info->num_sightings++] = raw->where;
        }
        if (info->label.len == 0) {
            info->label = raw->label;
        }
    }
    if (info->label.len == 0 && own->cert != NULL) {
        AUD_TRY(cert_label(own->cert, arena, &info->label, err));
    } else if (info->label.len == 0) {
        info->label = info->id;
    }
    return find_owners(m, span, info, arena, err);
}

static aud_status build_members(void *ctx, unsigned worker, size_t begin, size_t end,
                                aud_error *err)
{
    merge *m = ctx;

    for (size_t i = begin; i < end; i++) {
        AUD_TRY(build_member(m, i, &m->arenas[worker], err));
    }
    return AUD_OK;
}

static void add_the_run(aud_population *p, size_t at)
{
    static const aud_str id = AUD_LIT_INIT("population:run");

    p->members[at] = (member){.population = p, .index = (uint32_t)at};
    p->infos[at] = (aud_subject_info){
        .kind = AUD_KIND_POPULATION,
        .id = id,
        .label = AUD_LIT("the whole population"),
        .lineage = id,
        .facts = {&aud_type_population, aud_member_get, &p->members[at]},
    };
}

static aud_status build(merge *m, aud_error *err)
{
    aud_population *p = m->population;
    aud_status status;

    p->num = m->num_spans + 1;
    p->members = aud_arena_array(&p->arena, p->num, sizeof *p->members);
    p->infos = aud_arena_array(&p->arena, p->num, sizeof *p->infos);
    m->arenas = aud_alloc_zero(m->num_threads, sizeof *m->arenas);
    if (p->members == NULL || p->infos == NULL || m->arenas == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (unsigned i = 0; i < m->num_threads; i++) {
        aud_arena_init(&m->arenas[i], AUD_ARENA_NO_MAX);
    }
    status = aud_pool_run(m->num_threads, m->num_spans, 256, build_members, m, err);
    for (unsigned i = 0; i < m->num_threads; i++) {
        aud_arena_adopt(&p->arena, &m->arenas[i]);
    }
    AUD_TRY(status);
    add_the_run(p, m->num_spans);
    for (size_t i = 0; i < p->num; i++) {
        p->counts[p->infos[i].kind]++;
    }
    for (size_t i = 0; i < p->num; i++) {
        if (p->infos[i].kind == AUD_KIND_PRIVATE_KEY &&
            p->infos[i].label.ptr == p->infos[i].id.ptr) {
            AUD_TRY(aud_key_label(p, i, err));
        }
    }
    return AUD_OK;
}

static void merge_clear(merge *m)
{
    aud_free(m->raws);
    aud_free(m->covered);
    aud_free(m->spans);
    aud_free(m->arenas);
}

aud_status aud_population_new(aud_collector **collectors, size_t num_collectors,
                              unsigned num_threads, const aud_owner_lookup *owners,
                              aud_population **out, aud_error *err)
{
    AUD_CLEANUP(aud_population_freep) aud_population *p = aud_alloc_zero(1, sizeof *p);
    AUD_CLEANUP(merge_clear)
    merge m = {.population = p, .owners = owners, .num_threads = num_threads};

    if (p == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    p->num_threads = num_threads;
    aud_arena_init(&p->arena, AUD_ARENA_NO_MAX);
    if (pthread_mutex_init(&p->lock, NULL) != 0) {
        aud_free(AUD_MOVE(p));
        return aud_fail(err, AUD_E_NOMEM, "cannot make a lock");
    }
    AUD_TRY(gather(&m, collectors, num_collectors, err));
    if (aud_link_raws(m.raws, m.num_raws, &p->arena)) {
        qsort(m.raws, m.num_raws, sizeof *m.raws, order_raws);
    }
    while (m.num_certs < m.num_raws && m.raws[m.num_certs].kind == AUD_KIND_CERTIFICATE) {
        m.num_certs++;
    }
    aud_endpoints_outdate(m.raws, m.num_raws);
    AUD_TRY(cut_spans(&m, err));
    AUD_TRY(build(&m, err));
    *out = AUD_MOVE(p);
    return AUD_OK;
}

void aud_population_freep(aud_population **population)
{
    aud_population *p = *population;

    if (p != NULL) {
        aud_renewals_free(p->renewals);
        aud_keyring_free(p->keyring);
        aud_drift_free(p->drift);
        aud_ca_list_freep(&p->authorities);
        aud_signers_free(p->signers);
        (void)pthread_mutex_destroy(&p->lock);
        aud_arena_clear(&p->arena);
        aud_free(p);
        *population = NULL;
    }
}

const aud_subject_info *aud_population_subjects(const aud_population *population, size_t *out_num)
{
    *out_num = population->num;
    return population->infos;
}

size_t aud_population_index(const aud_population *population, aud_object facts)
{
    const member *m = facts.self;

    return facts.get == aud_member_get && m->population == population ? m->index : SIZE_MAX;
}

size_t aud_population_find(const aud_population *population, const unsigned char digest[32])
{
    size_t low = 0, high = population->counts[AUD_KIND_CERTIFICATE];

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(population->members[middle].digest, digest, 32);

        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return SIZE_MAX;
}
