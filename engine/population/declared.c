/* engine/population/declared.c - what inventories declare of a certificate, held against it. */
#include "engine/base/text.h"
#include "engine/population/links.h"

/* Both are known, and they differ. A fact that one side does not tell contradicts nothing. */
typedef bool (*differs)(const aud_value *declared, const aud_value *own, aud_arena *scratch);

static bool texts_differ(const aud_value *declared, const aud_value *own, aud_arena *scratch)
{
    AUD_UNUSED(scratch);
    return !aud_str_ieq(declared->as.string, own->as.string);
}

static bool serials_differ(const aud_value *declared, const aud_value *own, aud_arena *scratch)
{
    AUD_UNUSED(scratch);
    return !aud_str_ieq(aud_serial_digits(declared->as.string), aud_serial_digits(own->as.string));
}

/* Inventories know days and local times: less than a day is no contradiction. */
static bool times_differ(const aud_value *declared, const aud_value *own, aud_arena *scratch)
{
    AUD_UNUSED(scratch);
    const int64_t day = 86400;
    const int64_t a = declared->as.number, b = own->as.number;

    return a > b ? a - b >= day : b - a >= day;
}

static bool truths_differ(const aud_value *declared, const aud_value *own, aud_arena *scratch)
{
    AUD_UNUSED(scratch);
    return declared->as.boolean != own->as.boolean;
}

static aud_value part(const aud_value *object, unsigned field, aud_arena *scratch)
{
    return object->as.object.get(object->as.object.self, field, scratch);
}

static bool keys_differ(const aud_value *declared, const aud_value *own, aud_arena *scratch)
{
    static const unsigned fields[] = {AUD_F_key_family, AUD_F_key_curve};
    const aud_value a = part(declared, AUD_F_key_bits, scratch),
                    b = part(own, AUD_F_key_bits, scratch);

    for (size_t i = 0; i < AUD_COUNT(fields); i++) {
        const aud_value c = part(declared, fields[i], scratch), d = part(own, fields[i], scratch);
        if (c.presence == AUD_PRESENT && d.presence == AUD_PRESENT &&
            texts_differ(&c, &d, scratch)) {
            return true;
        }
    }
    return a.presence == AUD_PRESENT && b.presence == AUD_PRESENT && a.as.number != b.as.number;
}

static bool has_name(const aud_value *list, aud_str name)
{
    for (size_t i = 0; i < list->as.list.len; i++) {
        if (aud_str_ieq(list->as.list.items[i].as.string, name)) {
            return true;
        }
    }
    return false;
}

/* A name that the certificate does not have; inventories leave names out, that is none. */
static bool names_differ(const aud_value *declared, const aud_value *own, aud_arena *scratch)
{
    AUD_UNUSED(scratch);
    for (size_t i = 0; i < declared->as.list.len; i++) {
        if (!has_name(own, declared->as.list.items[i].as.string)) {
            return true;
        }
    }
    return false;
}

static const struct rule {
    unsigned record, certificate;
    const char *name;
    differs differ;
} rules[] = {
    {AUD_F_record_sha256, AUD_F_certificate_sha256, "sha256", texts_differ},
    {AUD_F_record_sha1, AUD_F_certificate_sha1, "sha1", texts_differ},
    {AUD_F_record_serial, AUD_F_certificate_serial, "serial", serials_differ},
    {AUD_F_record_not_before, AUD_F_certificate_not_before, "not_before", times_differ},
    {AUD_F_record_not_after, AUD_F_certificate_not_after, "not_after", times_differ},
    {AUD_F_record_key, AUD_F_certificate_key, "key", keys_differ},
    {AUD_F_record_dns_names, AUD_F_certificate_dns_names, "dns_names", names_differ},
    {AUD_F_record_is_ca, AUD_F_certificate_is_ca, "is_ca", truths_differ},
};

static bool contradicts(const member *m, const struct rule *rule, const aud_bag *bag,
                        aud_arena *scratch)
{
    const aud_value declared = aud_bag_get(bag, rule->record, scratch);
    aud_value own;

    if (declared.presence != AUD_PRESENT) {
        return false;
    }
    own = aud_cert_get(m->cert, rule->certificate, scratch);
    if (rule->differ == names_differ && own.presence == AUD_PRESENT && own.as.list.len == 0) {
        own = aud_cert_get(m->cert, AUD_F_certificate_common_names, scratch);
    }
    return own.presence == AUD_PRESENT && rule->differ(&declared, &own, scratch);
}

aud_value aud_declared_contradictions(const member *m, aud_arena *scratch)
{
    const aud_subject_info *info = &m->population->infos[m->index];
    aud_value *items = aud_arena_array(scratch, AUD_COUNT(rules), sizeof *items);
    size_t len = 0;

    for (size_t r = 0; items != NULL && r < AUD_COUNT(rules); r++) {
        for (size_t i = 0; i < info->num_sightings; i++) {
            const aud_bag *bag = info->sightings[i].declared;
            if (bag != NULL && contradicts(m, &rules[r], bag, scratch)) {
                items[len++] = aud_string(aud_str_of(rules[r].name));
                break;
            }
        }
    }
    return items == NULL ? aud_unknown() : aud_list_of(items, len);
}
