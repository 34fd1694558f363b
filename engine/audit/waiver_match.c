/* engine/audit/waiver_match.c - whether a waiver holds for a subject: never by one place of many.
 */
#include "engine/audit/waive.h"

#include "engine/base/text.h"

enum { NAME_MAX_LEN = 1024 };

/* Lower case, dots as the separators that globs know, without the root's dot. */
static bool fold(aud_str name, char out[NAME_MAX_LEN], aud_str *out_name)
{
    if (name.len > 0 && name.ptr[name.len - 1] == '.') {
        name.len--;
    }
    if (name.len == 0 || name.len > NAME_MAX_LEN || memchr(name.ptr, '/', name.len) != NULL) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];

        out[i] = c == '.' ? '/' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *out_name = (aud_str){out, name.len};
    return true;
}

bool aud_waiver_dns_fits(aud_str glob, aud_str name)
{
    char folded_glob[NAME_MAX_LEN], folded_name[NAME_MAX_LEN];
    aud_str pattern, text;

    return fold(glob, folded_glob, &pattern) && fold(name, folded_name, &text) &&
           aud_glob_match(pattern, text);
}

static aud_value fact(const aud_object *facts, const char *name, aud_arena *scratch)
{
    const unsigned field = aud_field_find(facts->type, aud_str_of(name));

    return field == UINT32_MAX ? aud_unknown() : facts->get(facts->self, field, scratch);
}

/* How many names fit and how many do not; a name in `names` that is none counts for neither. */
typedef struct tally {
    size_t fit, unfit;
    aud_str other; /* the first that does not */
} tally;

static void count_name(tally *t, aud_str glob, aud_str name)
{
    if (aud_waiver_dns_fits(glob, name)) {
        t->fit++;
    } else {
        t->other = t->unfit++ == 0 ? name : t->other;
    }
}

static void count_names(tally *t, aud_str glob, const aud_value *names, bool only_dotted)
{
    if (names->presence != AUD_PRESENT) {
        return;
    }
    if (names->type == AUD_T_STRING) {
        count_name(t, glob, names->as.string);
    }
    for (size_t i = 0; names->type == AUD_T_LIST && i < names->as.list.len; i++) {
        const aud_str name = names->as.list.items[i].as.string;

        if (!only_dotted || (aud_str_has(name, AUD_LIT(".")) && !aud_str_has(name, AUD_LIT(" ")))) {
            count_name(t, glob, name);
        }
    }
}

static aud_waiver_hold of_tally(const tally *t, aud_str *out_other)
{
    if (t->fit == 0) {
        return AUD_HOLD_NO;
    }
    *out_other = t->other;
    return t->unfit == 0 ? AUD_HOLD_YES : AUD_HOLD_PARTLY;
}

/* All names: those of the SAN, addresses too, and a common name that is meant as one. */
static aud_waiver_hold dns_holds(aud_str glob, const aud_object *facts, aud_arena *scratch,
                                 aud_str *out_other)
{
    static const char *const lists[] = {"dns_names", "ip_addresses", "host", "sni"};
    tally t = {0};
    aud_value names;

    for (size_t i = 0; i < AUD_COUNT(lists); i++) {
        names = fact(facts, lists[i], scratch);
        count_names(&t, glob, &names, false);
    }
    names = fact(facts, "common_names", scratch);
    count_names(&t, glob, &names, true);
    return of_tally(&t, out_other);
}

static aud_waiver_hold path_holds(aud_str glob, const aud_subject_info *subject, aud_str *out_other)
{
    tally t = {0};

    for (size_t i = 0; i < subject->num_sightings; i++) {
        const aud_sighting *where = &subject->sightings[i];

        if (where->path.len > 0 && aud_glob_match(glob, where->path)) {
            t.fit++;
        } else if (t.unfit++ == 0) {
            t.other = where->path.len > 0 ? where->path : where->host;
        }
    }
    return of_tally(&t, out_other);
}

/* "file:SOURCE/PATH#3" is a place: whoever lies elsewhere too is more than its holder. */
static aud_waiver_hold lineage_holds(aud_str glob, const aud_subject_info *subject,
                                     aud_str *out_other)
{
    const aud_str mark = AUD_LIT("file:");
    tally t = {0};
    aud_str slot;

    if (!aud_glob_match(glob, subject->lineage)) {
        return AUD_HOLD_NO;
    }
    if (!aud_str_starts(subject->lineage, mark)) {
        return AUD_HOLD_YES;
    }
    slot = aud_str_sub(subject->lineage, mark.len, subject->lineage.len);
    for (size_t i = 0; i < subject->num_sightings; i++) {
        const aud_sighting *where = &subject->sightings[i];
        const size_t len = where->source.len + 1 + where->path.len;
        const bool same =
            slot.len >= len && aud_str_starts(slot, where->source) &&
            aud_str_eq(aud_str_sub(slot, where->source.len + 1, where->path.len), where->path) &&
            (slot.len == len || slot.ptr[len] == '#');

        if (same) {
            t.fit++;
        } else if (t.unfit++ == 0) {
            t.other = where->path.len > 0 ? where->path : where->host;
        }
    }
    return of_tally(&t, out_other);
}

/* "HOST:PORT" of a sighting or of an endpoint's identity, letters folded. */
static bool is_at(aud_str endpoint, aud_str host, uint16_t port)
{
    uint64_t wanted = 0;
    size_t colon = endpoint.len;

    while (colon > 0 && endpoint.ptr[colon - 1] != ':') {
        colon--;
    }
    return colon > 0 && aud_parse_u64(aud_str_sub(endpoint, colon, endpoint.len), &wanted) &&
           wanted == port && aud_str_ieq(aud_str_sub(endpoint, 0, colon - 1), host);
}

static aud_waiver_hold endpoint_holds(aud_str endpoint, const aud_subject_info *subject,
                                      aud_str *out_other)
{
    const aud_str mark = AUD_LIT("endpoint:");
    tally t = {0};

    if (subject->kind == AUD_KIND_ENDPOINT) {
        aud_str id = aud_str_sub(subject->id, mark.len, subject->id.len);
        const bool same = id.len >= endpoint.len &&
                          aud_str_ieq(aud_str_sub(id, 0, endpoint.len), endpoint) &&
                          (id.len == endpoint.len || strchr("/#+ ", id.ptr[endpoint.len]) != NULL);

        return same ? AUD_HOLD_YES : AUD_HOLD_NO;
    }
    for (size_t i = 0; i < subject->num_sightings; i++) {
        const aud_sighting *where = &subject->sightings[i];

        if (where->host.len > 0 && is_at(endpoint, where->host, where->port)) {
            t.fit++;
        } else if (t.unfit++ == 0) {
            t.other = where->host.len > 0 ? where->host : where->path;
        }
    }
    return of_tally(&t, out_other);
}

static bool sha256_holds(aud_str digest, const aud_subject_info *subject)
{
    return (subject->kind == AUD_KIND_CERTIFICATE || subject->kind == AUD_KIND_REQUEST) &&
           aud_str_ends(subject->id, digest) && subject->id.len > digest.len &&
           subject->id.ptr[subject->id.len - digest.len - 1] == ':';
}

static bool spki_holds(aud_str digest, const aud_subject_info *subject, aud_arena *scratch)
{
    const aud_value key = fact(&subject->facts, "key", scratch);
    aud_value spki;

    if (key.presence != AUD_PRESENT || key.type != AUD_T_OBJECT) {
        return false;
    }
    spki = fact(&key.as.object, "spki_sha256", scratch);
    return spki.presence == AUD_PRESENT && aud_str_eq(spki.as.string, digest);
}

aud_waiver_hold aud_waiver_holds(const aud_waiver_match *match, const aud_subject_info *subject,
                                 aud_arena *scratch, aud_str *out_other)
{
    aud_waiver_hold worst = AUD_HOLD_YES;
    aud_waiver_hold parts[4] = {AUD_HOLD_YES, AUD_HOLD_YES, AUD_HOLD_YES, AUD_HOLD_YES};

    *out_other = (aud_str){NULL, 0};
    if (subject->kind == AUD_KIND_POPULATION || subject->facts.get == NULL ||
        (match->sha256.len > 0 && !sha256_holds(match->sha256, subject)) ||
        (match->spki.len > 0 && !spki_holds(match->spki, subject, scratch))) {
        return AUD_HOLD_NO;
    }
    if (match->lineage.len > 0) {
        parts[0] = lineage_holds(match->lineage, subject, out_other);
    }
    if (match->dns.len > 0) {
        parts[1] = dns_holds(match->dns, &subject->facts, scratch, out_other);
    }
    if (match->path.len > 0) {
        parts[2] = path_holds(match->path, subject, out_other);
    }
    if (match->endpoint.len > 0) {
        parts[3] = endpoint_holds(match->endpoint, subject, out_other);
    }
    for (size_t i = 0; i < AUD_COUNT(parts); i++) {
        worst = parts[i] < worst ? parts[i] : worst;
    }
    return worst;
}
